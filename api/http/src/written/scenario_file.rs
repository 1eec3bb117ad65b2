//! Bodies that are scenarios: TOML text, or JSON with the text or the same file as an object.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Write, from_json, read};
use crate::problem::{Kind, Problem};
use crate::service::Service;

/// A scenario file as it came, told as TOML.
#[derive(Debug)]
pub(crate) struct ScenarioFile {
    pub(crate) text: String,
    /// The scenario it was made from.
    pub(crate) parent: Option<String>,
}

/// A scenario: its text, or the same file as an object. Days stand in the object as texts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScenarioForm)]
pub(crate) struct ScenarioForm {
    /// The text of the TOML file.
    #[serde(default)]
    text: Option<String>,
    /// The same file as an object, in place of the text.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    file: Option<Map<String, Value>>,
    /// Key of the scenario it is made from; of a new scenario only.
    #[serde(default)]
    parent: Option<String>,
}

impl FromRequest<Arc<Service>> for Write<ScenarioFile> {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Self, Problem> {
        let is_toml = is_toml(request.headers());
        let limit = service.limits.body_bytes;
        let (caller, envelope, bytes) = read(request, service, limit).await?;
        let body = if is_toml {
            let text = String::from_utf8(bytes).map_err(|error| {
                let place = error.utf8_error().valid_up_to();
                let detail = format!("the text is no UTF-8 at byte {place}");
                Problem::field(Kind::WRONG_VALUE, "", detail)
            })?;
            ScenarioFile { text, parent: None }
        } else {
            of_form(from_json(&bytes)?)?
        };
        Ok(Self {
            caller,
            envelope,
            body,
        })
    }
}

fn is_toml(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE);
    let media_type = media_type.and_then(|it| it.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next();
    let media_type = media_type.unwrap_or_default().trim();
    ["application/toml", "text/x-toml", "text/plain"]
        .iter()
        .any(|known| media_type.eq_ignore_ascii_case(known))
}

fn of_form(form: ScenarioForm) -> Result<ScenarioFile, Problem> {
    let text = match (form.text, form.file) {
        (Some(text), None) => text,
        (None, Some(file)) => as_toml(&file)?,
        (None, None) => {
            let detail = "the field \"text\" is missing; fill in it or \"file\"";
            return Err(Problem::field(Kind::MISSING_FIELD, "text", detail));
        }
        (Some(_), Some(_)) => {
            let detail = "\"text\" and \"file\" are the same thing twice; leave one out";
            return Err(Problem::field(Kind::WRONG_VALUE, "file", detail));
        }
    };
    Ok(ScenarioFile {
        text,
        parent: form.parent,
    })
}

/// The object as TOML: values first, then tables and lists of tables under their headings.
fn as_toml(file: &Map<String, Value>) -> Result<String, Problem> {
    let mut text = String::new();
    write_table(&mut text, "", file)?;
    Ok(text)
}

fn write_table(text: &mut String, path: &str, table: &Map<String, Value>) -> Result<(), Problem> {
    for (key, value) in table.iter().filter(|(_, value)| !is_headed(value)) {
        if !value.is_null() {
            text.push_str(&format!("{} = {}\n", name(key), written(key, value)?));
        }
    }
    for (key, value) in table.iter().filter(|(_, value)| is_headed(value)) {
        let path = match path {
            "" => name(key),
            path => format!("{path}.{}", name(key)),
        };
        match value {
            Value::Object(table) => {
                text.push_str(&format!("\n[{path}]\n"));
                write_table(text, &path, table)?;
            }
            Value::Array(tables) => {
                for table in tables.iter().filter_map(Value::as_object) {
                    text.push_str(&format!("\n[[{path}]]\n"));
                    write_table(text, &path, table)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a value stands under a heading of its own.
fn is_headed(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(values) => !values.is_empty() && values.iter().all(Value::is_object),
        _ => false,
    }
}

fn written(key: &str, value: &Value) -> Result<String, Problem> {
    Ok(match value {
        Value::Bool(it) => it.to_string(),
        Value::Number(it) => it.to_string(),
        // JSON has no days; a name may look like one.
        Value::String(text) if key != "name" && is_day(text) => text.clone(),
        Value::String(text) => quoted(text),
        Value::Array(values) => {
            let values: Result<Vec<String>, Problem> =
                values.iter().map(|value| written(key, value)).collect();
            format!("[{}]", values?.join(", "))
        }
        Value::Null | Value::Object(_) => {
            let detail = format!("the field {key:?} mixes objects or nulls with values");
            return Err(Problem::field(Kind::WRONG_VALUE, key, detail));
        }
    })
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

fn name(key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !key.is_empty() && key.bytes().all(is_bare) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            it if it.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(it))),
            it => quoted.push(it),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(file: &Value) -> Result<String, Problem> {
        let form: ScenarioForm = serde_json::from_value(json!({ "file": file })).unwrap();
        of_form(form).map(|file| file.text)
    }

    #[test]
    fn the_object_is_the_same_file() {
        let object = json!({
            "close": [{"facility": "K2", "on": "2028-07-31", "staff_transfer": ["K1", "K3"]}],
            "name": "2028-07-31", "first_month": "2026-04", "months": 48, "target_cover": 1.05,
            "report_dates": ["2029-03-01"],
            "open": [{
                "facility": "N1", "provider": "T1", "area": "sued1", "latitude": 51.0, "longitude": 13.7,
                "from": "2028-08-01",
                "places": [{"care_type": "nursery", "licensed": 30, "planned": 30, "staffed": 25}],
            }],
        });
        let text = told(&object).unwrap();
        let spec = scenario::ScenarioSpec::parse(&text, "scenario.toml").unwrap();
        assert_eq!(spec.name(), "2028-07-31");
        assert_eq!((spec.closings().len(), spec.openings().len()), (1, 1));
        assert_eq!(spec.dates(), [jiff::civil::date(2029, 3, 1)]);
    }

    #[test]
    fn texts_cannot_break_out_of_their_quotation_marks() {
        for nasty in [
            "a\"\nname = \"b",
            "\\",
            "a\u{0}b\tc",
            "]]\n[[close]]",
            "ä 日本",
        ] {
            let text =
                told(&json!({"name": nasty, "first_month": "2026-04", "months": 12})).unwrap();
            let spec = scenario::ScenarioSpec::parse(&text, "scenario.toml");
            assert_eq!(spec.unwrap().name(), nasty.trim());
        }
        let key = told(&json!({"a\nb": 1})).unwrap();
        assert_eq!(key.lines().count(), 1, "{key}");
    }

    #[test]
    fn what_toml_has_not_is_refused_and_text_and_file_exclude_each_other() {
        let mixed = told(&json!({"report_dates": ["2029-03-01", null]})).unwrap_err();
        assert_eq!(mixed.kind, Kind::WRONG_VALUE);
        let form = |text: &str| of_form(serde_json::from_str(text).unwrap());
        assert_eq!(form("{}").unwrap_err().kind, Kind::MISSING_FIELD);
        let both = form(r#"{"text": "", "file": {}}"#).unwrap_err();
        assert_eq!(both.kind, Kind::WRONG_VALUE);
    }
}
