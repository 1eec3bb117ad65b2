//! What a command tells when it is done.

use std::fmt::Write as _;

/// A short human summary and the same as JSON.
#[derive(Debug)]
pub(crate) struct Summary {
    text: String,
    json: serde_json::Map<String, serde_json::Value>,
    passed: bool,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            text: String::new(),
            json: serde_json::Map::new(),
            passed: true,
        }
    }
}

impl Summary {
    /// A line for people.
    pub(crate) fn line(&mut self, line: impl std::fmt::Display) -> &mut Self {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{line}");
        self
    }

    /// A value for programs.
    pub(crate) fn value(
        &mut self,
        name: &str,
        value: impl serde::Serialize,
    ) -> anyhow::Result<&mut Self> {
        self.json
            .insert(name.to_owned(), serde_json::to_value(value)?);
        Ok(self)
    }

    /// The command did what it should, but what it checked did not pass: exit code 1.
    pub(crate) fn not_passed(&mut self) -> &mut Self {
        self.passed = false;
        self
    }

    /// Whether a check passed.
    #[must_use]
    pub(crate) const fn passed(&self) -> bool {
        self.passed
    }

    /// The text for people.
    #[must_use]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The JSON for programs.
    #[must_use]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::Value::Object(self.json.clone())
    }
}
