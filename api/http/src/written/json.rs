//! JSON bodies: closed forms, refusals that name the field and never its value.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::problem::{Kind, Problem};

/// Reads a body; an empty one counts as `{}`, for forms that need no field.
///
/// Messages name fields, never values: a value may be a child's.
pub(crate) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let is_empty = bytes.iter().all(u8::is_ascii_whitespace);
    let bytes = if is_empty { b"{}" } else { bytes };
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'[') {
        let detail = "the body is a list; an object is expected";
        return Err(Problem::field(Kind::WRONG_VALUE, "", detail));
    }
    serde_json::from_slice(bytes).map_err(|error| problem(&error, bytes))
}

fn problem(error: &serde_json::Error, bytes: &[u8]) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    if error.classify() != Category::Data {
        return Problem::new(Kind::MALFORMED_JSON, place);
    }
    let message = error.to_string();
    if let Some(field) = named(&message, "unknown field `") {
        let detail = format!("the field {field:?} is not foreseen; leave it out");
        return Problem::field(Kind::UNKNOWN_FIELD, &field, detail);
    }
    if let Some(field) = named(&message, "missing field `") {
        let detail = format!("the field {field:?} is missing; fill it in");
        return Problem::field(Kind::MISSING_FIELD, &field, detail);
    }
    let field = field_before(bytes, error.line(), error.column());
    // What is expected stands last; before it stands the value.
    let expected = message.rsplit_once("expected ").map(|(_, after)| {
        let after = after.split(" at line ").next().unwrap_or(after);
        format!("; expected is {after}")
    });
    let expected = expected.unwrap_or_default();
    let detail = format!("the field {field:?} has a value that is not allowed{expected} ({place})");
    Problem::field(Kind::WRONG_VALUE, &field, detail)
}

/// The name in backticks after the words; only a short one that looks like a field's name.
fn named(message: &str, words: &str) -> Option<String> {
    let rest = message.split_once(words)?.1;
    let name = rest.split_once('`')?.0;
    Some(name.chars().filter(|c| !c.is_control()).take(64).collect())
}

/// The last field that begins before a place of the text: the one whose value stands there.
fn field_before(bytes: &[u8], line: usize, column: usize) -> String {
    let offset: usize = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let end = offset.saturating_add(column).min(bytes.len());
    let mut field = String::new();
    let mut at = 0;
    while at < end {
        if bytes[at] != b'"' {
            at += 1;
            continue;
        }
        let first = at + 1;
        let mut last = first;
        while last < bytes.len() && bytes[last] != b'"' {
            last += if bytes[last] == b'\\' { 2 } else { 1 };
        }
        let last = last.min(bytes.len());
        let after = bytes[last..].iter().skip(1);
        let mut after = after.skip_while(|byte| byte.is_ascii_whitespace());
        if after.next() == Some(&b':') {
            field = String::from_utf8_lossy(&bytes[first..last]).into_owned();
        }
        at = last + 1;
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Date;
    use serde_json::Value;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)] // only whether it can be read is asked
    struct Form {
        child: domain::ChildId,
        birth_date: Date,
        #[serde(default)]
        sex: Option<domain::procedure::Sex>,
    }

    fn refused(text: &str) -> (Kind, Option<Value>, String) {
        let problem = from_json::<Form>(text.as_bytes()).unwrap_err();
        let field = problem.members.iter().find(|(name, _)| *name == "field");
        (
            problem.kind,
            field.map(|(_, value)| value.clone()),
            problem.detail,
        )
    }

    #[test]
    fn a_refusal_names_the_field_and_keeps_its_value_to_itself() {
        let whole = r#"{"child": "c1", "birth_date": "2026-03-10"}"#;
        assert!(from_json::<Form>(whole.as_bytes()).is_ok());
        let (kind, field, detail) =
            refused("{\"child\": \"c1\",\n \"birth_date\": \"10.03.2026\",\n \"sex\": \"male\"}");
        assert_eq!(
            (kind, field),
            (Kind::WRONG_VALUE, Some("birth_date".into()))
        );
        assert!(!detail.contains("10.03.2026"), "{detail}");
        let (kind, field, detail) =
            refused(r#"{"child": "c1", "birth_date": "2026-03-10", "sex": "Erika"}"#);
        assert_eq!((kind, field), (Kind::WRONG_VALUE, Some("sex".into())));
        assert!(
            !detail.contains("Erika") && detail.contains("male"),
            "{detail}"
        );
    }

    #[test]
    fn a_field_that_is_not_foreseen_is_refused_by_its_name() {
        for name in ["name", "social_security_number", "allergies", "photo"] {
            let text = format!(r#"{{"child": "c1", "birth_date": "2026-03-10", "{name}": 1}}"#);
            let (kind, field, _) = refused(&text);
            assert_eq!((kind, field), (Kind::UNKNOWN_FIELD, Some(name.into())));
        }
        assert_eq!(refused("{}").0, Kind::MISSING_FIELD);
        assert_eq!(refused("").1, Some("child".into()));
    }

    #[test]
    fn what_is_no_json_is_told_apart_from_wrong_fields() {
        let followed = "{\"child\": \"c1\", \"birth_date\": \"2026-03-10\"} x";
        for text in ["{", "nonsense", followed] {
            assert_eq!(refused(text).0, Kind::MALFORMED_JSON, "{text}");
        }
        assert_eq!(refused(" []").0, Kind::WRONG_VALUE);
        assert_eq!(refused("7").0, Kind::WRONG_VALUE);
    }
}
