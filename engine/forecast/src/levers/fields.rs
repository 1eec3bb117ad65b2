//! Taking apart a table of keys, noting every problem instead of stopping at the first.

use domain::InputProblem;
use serde_json::{Map, Value};

use crate::codes as input_codes;
use crate::quality::codes;

/// Problems of one file.
pub(crate) struct Problems<'a> {
    pub(crate) file: &'a str,
    pub(crate) list: Vec<InputProblem>,
}

impl<'a> Problems<'a> {
    pub(crate) fn new(file: &'a str) -> Self {
        Self {
            file,
            list: Vec::new(),
        }
    }

    /// Notes a problem of the key `path`, such as `lever[2].year`.
    pub(crate) fn note(
        &mut self,
        code: &'static str,
        path: &str,
        value: Option<&Value>,
        message: impl Into<String>,
    ) {
        let mut problem = InputProblem::new(code, self.file, message);
        problem.column = Some(path.to_owned());
        problem.value = value.map(|value| value.to_string().chars().take(60).collect());
        self.list.push(problem.remedy(input_codes::remedy(code)));
    }
}

/// One table of a file, whose keys are taken out one by one.
pub(crate) struct Fields {
    path: String,
    left: Map<String, Value>,
}

impl Fields {
    pub(crate) fn new(path: &str, table: Map<String, Value>) -> Self {
        Self {
            path: path.to_owned(),
            left: table,
        }
    }

    pub(crate) fn path(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.left.contains_key(key)
    }

    /// Takes out a key that may be absent.
    pub(crate) fn optional(&mut self, key: &str) -> Option<Value> {
        self.left.remove(key).filter(|value| !value.is_null())
    }

    fn required(&mut self, problems: &mut Problems<'_>, key: &str) -> Option<Value> {
        let value = self.optional(key);
        if value.is_none() {
            let message = format!("the key {:?} is missing", self.path(key));
            problems.note(codes::MISSING_KEY, &self.path(key), None, message);
        }
        value
    }

    fn wrong_type(&self, problems: &mut Problems<'_>, key: &str, value: &Value, wanted: &str) {
        let message = format!("this is not {wanted}");
        problems.note(codes::WRONG_TYPE, &self.path(key), Some(value), message);
    }

    pub(crate) fn text(&mut self, problems: &mut Problems<'_>, key: &str) -> Option<String> {
        let value = self.required(problems, key)?;
        self.as_text(problems, key, &value)
    }

    pub(crate) fn text_or(&mut self, problems: &mut Problems<'_>, key: &str) -> Option<String> {
        let value = self.optional(key)?;
        self.as_text(problems, key, &value)
    }

    fn as_text(&self, problems: &mut Problems<'_>, key: &str, value: &Value) -> Option<String> {
        if let Value::String(text) = value {
            return Some(text.clone());
        }
        self.wrong_type(problems, key, value, "a text");
        None
    }

    pub(crate) fn number(
        &mut self,
        problems: &mut Problems<'_>,
        key: &str,
        range: std::ops::RangeInclusive<f64>,
    ) -> Option<f64> {
        let value = self.required(problems, key)?;
        self.as_number(problems, key, &value, range)
    }

    pub(crate) fn number_or(
        &mut self,
        problems: &mut Problems<'_>,
        key: &str,
        range: std::ops::RangeInclusive<f64>,
        otherwise: f64,
    ) -> Option<f64> {
        match self.optional(key) {
            Some(value) => self.as_number(problems, key, &value, range),
            None => Some(otherwise),
        }
    }

    fn as_number(
        &self,
        problems: &mut Problems<'_>,
        key: &str,
        value: &Value,
        range: std::ops::RangeInclusive<f64>,
    ) -> Option<f64> {
        let Some(number) = value.as_f64() else {
            self.wrong_type(problems, key, value, "a number");
            return None;
        };
        if range.contains(&number) {
            return Some(number);
        }
        let message = format!("this is not from {} to {}", range.start(), range.end());
        problems.note(codes::BAD_VALUE, &self.path(key), Some(value), message);
        None
    }

    pub(crate) fn whole(
        &mut self,
        problems: &mut Problems<'_>,
        key: &str,
        range: std::ops::RangeInclusive<i32>,
    ) -> Option<i32> {
        let value = self.required(problems, key)?;
        self.as_whole(problems, key, &value, range)
    }

    pub(crate) fn whole_or(
        &mut self,
        problems: &mut Problems<'_>,
        key: &str,
        range: std::ops::RangeInclusive<i32>,
    ) -> Option<i32> {
        let value = self.optional(key)?;
        self.as_whole(problems, key, &value, range)
    }

    pub(crate) fn as_whole(
        &self,
        problems: &mut Problems<'_>,
        key: &str,
        value: &Value,
        range: std::ops::RangeInclusive<i32>,
    ) -> Option<i32> {
        let Some(number) = value.as_i64() else {
            self.wrong_type(problems, key, value, "a whole number");
            return None;
        };
        match i32::try_from(number) {
            Ok(number) if range.contains(&number) => Some(number),
            _ => {
                let message = format!("this is not from {} to {}", range.start(), range.end());
                problems.note(codes::BAD_VALUE, &self.path(key), Some(value), message);
                None
            }
        }
    }

    /// A list, empty if the key is absent.
    pub(crate) fn list(&mut self, problems: &mut Problems<'_>, key: &str) -> Option<Vec<Value>> {
        match self.optional(key) {
            None => Some(Vec::new()),
            Some(Value::Array(values)) => Some(values),
            Some(value) => {
                self.wrong_type(problems, key, &value, "a list");
                None
            }
        }
    }

    /// A table, empty if the key is absent.
    pub(crate) fn table(
        &mut self,
        problems: &mut Problems<'_>,
        key: &str,
    ) -> Option<Map<String, Value>> {
        match self.optional(key) {
            None => Some(Map::new()),
            Some(Value::Object(table)) => Some(table),
            Some(value) => {
                self.wrong_type(problems, key, &value, "a table");
                None
            }
        }
    }

    /// Refuses what was not taken out.
    pub(crate) fn finish(self, problems: &mut Problems<'_>) {
        for (key, value) in &self.left {
            let path = self.path(key);
            let message = format!("{path:?} is not part of the format");
            problems.note(codes::UNKNOWN_KEY, &path, Some(value), message);
        }
    }
}

/// A text as a table of keys, or the problem.
pub(crate) fn parse_toml(text: &str, problems: &mut Problems<'_>) -> Option<Map<String, Value>> {
    let refused = |problems: &mut Problems<'_>, message: String| {
        let problem = InputProblem::new(codes::NOT_A_LEVER_FILE, problems.file, message);
        problems
            .list
            .push(problem.remedy(input_codes::remedy(codes::NOT_A_LEVER_FILE)));
        None
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return refused(problems, format!("this is no TOML: {error}")),
    };
    match serde_json::to_value(table) {
        Ok(Value::Object(table)) => Some(table),
        _ => refused(
            problems,
            "the file holds a value without a JSON form".to_owned(),
        ),
    }
}

/// The same of JSON.
pub(crate) fn parse_json(text: &str, problems: &mut Problems<'_>) -> Option<Map<String, Value>> {
    let message = match serde_json::from_str(text) {
        Ok(Value::Object(table)) => return Some(table),
        Ok(_) => "the file is JSON, but no object".to_owned(),
        Err(error) => format!("this is no JSON: {error}"),
    };
    let problem = InputProblem::new(codes::NOT_A_LEVER_FILE, problems.file, message);
    problems
        .list
        .push(problem.remedy(input_codes::remedy(codes::NOT_A_LEVER_FILE)));
    None
}
