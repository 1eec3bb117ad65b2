//! A scenario written as JSON, told as TOML so that both pass the same checks.

use serde_json::{Map, Value};

/// Keys whose texts are days; JSON has no dates.
const DAYS: &[&str] = &[
    "on",
    "from",
    "date",
    "report_dates",
    "reopens_on",
    "withdrawn_on",
    "restored_on",
    "last_day",
    "valid_from",
];

/// TOML with the path of the section that each line belongs to.
#[derive(Default)]
struct Told {
    text: String,
    paths: Vec<String>,
}

/// The scenario as TOML and, by line, the path of the section; the error says where it is no JSON.
pub(super) fn told_as_toml(text: &str) -> Result<(String, Vec<String>), (u64, String)> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| (error.line() as u64, format!("this is not JSON: {error}")))?;
    let Value::Object(top) = value else {
        return Err((1, "this is JSON, but no object".to_owned()));
    };
    let mut told = Told::default();
    told.section(&top, "", "");
    if told.text.is_empty() {
        told.line("# empty", "");
    }
    Ok((told.text, told.paths))
}

impl Told {
    fn line(&mut self, line: &str, path: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.paths.push(path.to_owned());
    }

    /// The keys of a section, then the sections below it. `header` is its name in TOML, `path` the
    /// one in messages.
    fn section(&mut self, table: &Map<String, Value>, header: &str, path: &str) {
        let below = |value: &Value| match value {
            Value::Object(_) => true,
            Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_object),
            _ => false,
        };
        for (key, value) in table {
            if !below(value) && !value.is_null() {
                let line = format!("{} = {}", quoted(key), written(key, value));
                self.line(&line, path);
            }
        }
        let joined = |start: &str, key: &str| match start {
            "" => key.to_owned(),
            start => format!("{start}.{key}"),
        };
        for (key, value) in table {
            let inner = joined(header, &quoted(key));
            match value {
                Value::Object(table) => {
                    let path = joined(path, key);
                    self.line(&format!("[{inner}]"), &path);
                    self.section(table, &inner, &path);
                }
                Value::Array(items) if below(value) => {
                    for (item, number) in items.iter().zip(1..) {
                        let path = format!("{}[{number}]", joined(path, key));
                        self.line(&format!("[[{inner}]]"), &path);
                        if let Value::Object(table) = item {
                            self.section(table, &inner, &path);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// A value on one line.
fn written(key: &str, value: &Value) -> String {
    match value {
        Value::Null => "\"\"".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if DAYS.contains(&key) && is_day(text) => text.clone(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(key, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(table) => {
            let pairs = table.iter().filter(|(_, value)| !value.is_null());
            let pairs: Vec<String> = pairs
                .map(|(key, value)| format!("{} = {}", quoted(key), written(key, value)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
    }
}

fn is_day(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            other if other.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(other)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::told_as_toml;

    #[test]
    fn sections_days_and_texts_are_told() {
        let (text, paths) = told_as_toml(
            r#"{"name": "a \"b\"", "report_dates": ["2027-03-01"], "parent": null,
                "close": [{"facility": "K2", "on": "2028-07-31"}],
                "open": [{"facility": "N1", "places": [{"licensed": 3}]}]}"#,
        )
        .unwrap();
        assert_eq!(
            text,
            "\"name\" = \"a \\\"b\\\"\"\n\"report_dates\" = [2027-03-01]\n[[\"close\"]]\n\
             \"facility\" = \"K2\"\n\"on\" = 2028-07-31\n[[\"open\"]]\n\"facility\" = \"N1\"\n\
             [[\"open\".\"places\"]]\n\"licensed\" = 3\n"
        );
        assert_eq!(paths[4], "close[1]");
        assert_eq!(paths[8], "open[1].places[1]");
    }

    #[test]
    fn what_is_no_object_is_refused_with_its_line() {
        assert_eq!(told_as_toml("[1]").unwrap_err().0, 1);
        assert_eq!(told_as_toml("{\n\"a\": }").unwrap_err().0, 2);
    }
}
