//! `[[lever]]`: levers on the forecast, as lever files have them.

use forecast::{LEVER_VERSION, LeverFormat, LeverSheet};
use serde_json::{Map, Value, json};
use toml::de::{DeTable, DeValue};

use super::section::{Section, Source};

/// Reads the levers; every problem is told with the line of its lever.
pub(super) fn read(source: &mut Source<'_>, top: Section<'_>) -> LeverSheet {
    let sections = source.sections(top, "lever", "[[lever]]");
    let levers: Vec<Value> = sections.iter().map(|it| object(it.table())).collect();
    let text = json!({"version": LEVER_VERSION, "lever": levers}).to_string();
    match LeverSheet::read(&text, LeverFormat::Json, source.file) {
        Ok(sheet) => sheet,
        Err(problems) => {
            for problem in problems {
                let column = problem.column.clone().unwrap_or_default();
                let number = column
                    .strip_prefix("lever[")
                    .and_then(|rest| rest.split_once(']'))
                    .and_then(|(number, rest)| {
                        let key = rest.trim_start_matches('.').to_owned();
                        Some((number.parse::<usize>().ok()?.checked_sub(1)?, key))
                    });
                let (line, key) = number.map_or((1, column.clone()), |(number, key)| {
                    (sections.get(number).map_or(1, |it| it.line), key)
                });
                source.note(
                    problem.code,
                    line,
                    &key,
                    problem.value.as_deref().unwrap_or_default(),
                    problem.message,
                    problem.remedy,
                );
            }
            LeverSheet::default()
        }
    }
}

fn object(table: &DeTable<'_>) -> Value {
    let pairs = table.iter();
    let pairs = pairs.map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref())));
    Value::Object(pairs.collect::<Map<_, _>>())
}

/// A value as JSON has it; a date becomes a text, which no lever takes.
fn plain(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(whole) => {
            let number = i64::from_str_radix(&whole.as_str().replace('_', ""), whole.radix());
            number.map_or_else(|_| Value::String(whole.to_string()), Value::from)
        }
        DeValue::Float(float) => {
            let number = float.as_str().replace('_', "").parse::<f64>();
            number.map_or_else(|_| Value::String(float.to_string()), Value::from)
        }
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(moment) => Value::String(moment.to_string()),
        DeValue::Array(items) => items.iter().map(|it| plain(it.get_ref())).collect(),
        DeValue::Table(table) => object(table),
    }
}
