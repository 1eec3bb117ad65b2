//! Typed values out of a TOML table, every problem noted with its line.

use domain::InputProblem;
use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error_codes as code;

/// A catalogue file while it is read.
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    pub(super) problems: Vec<InputProblem>,
}

/// A table of the file with the line it begins on.
#[derive(Clone, Copy)]
pub(super) struct Section<'a> {
    pub(super) table: &'a DeTable<'a>,
    pub(super) name: &'a str,
    pub(super) line: u64,
}

/// A value with its key and line.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) value: &'a Spanned<DeValue<'a>>,
    pub(super) key: &'a str,
    pub(super) line: u64,
}

impl Found<'_> {
    /// The value as far as it fits into a message.
    pub(super) fn shown(&self) -> String {
        match self.value.get_ref() {
            DeValue::String(text) => text.chars().take(80).collect(),
            DeValue::Integer(whole) => whole.to_string(),
            DeValue::Float(float) => float.to_string(),
            DeValue::Boolean(flag) => flag.to_string(),
            DeValue::Datetime(moment) => moment.to_string(),
            DeValue::Array(_) => "[...]".to_owned(),
            DeValue::Table(_) => "{...}".to_owned(),
        }
    }
}

impl<'a> Source<'a> {
    /// Line of a byte position, from 1.
    pub(super) fn line_at(&self, position: usize) -> u64 {
        let before = self.text.as_bytes().iter().take(position);
        before.filter(|byte| **byte == b'\n').count() as u64 + 1
    }

    /// Notes a problem of a line.
    pub(super) fn note(
        &mut self,
        code: &'static str,
        (line, key, value): (u64, &str, &str),
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.problems.push(
            InputProblem::new(code, self.file, message)
                .at(line, key, value)
                .remedy(remedy),
        );
    }

    /// Notes a value that is malformed or out of range.
    pub(super) fn bad(&mut self, found: Found<'_>, wanted: &str) {
        let shown = found.shown();
        self.note(
            code::CATALOGUE_VALUE,
            (found.line, found.key, &shown),
            format!("{wanted} is needed here"),
            format!("write {wanted}"),
        );
    }

    /// Notes keys that the format does not have.
    pub(super) fn refuse_other_keys(&mut self, section: Section<'_>, allowed: &[&str]) {
        for key in section.table.keys() {
            let name = key.get_ref().as_ref();
            if !allowed.contains(&name) {
                let line = self.line_at(key.span().start);
                self.note(
                    code::CATALOGUE_KEY,
                    (line, name, name),
                    format!("{} has no key of this name", section.name),
                    format!("remove it or use one of {}", allowed.join(", ")),
                );
            }
        }
    }

    /// A value, if it is there.
    pub(super) fn find<'b>(&self, section: Section<'b>, key: &'b str) -> Option<Found<'b>> {
        let value = section.table.get(key)?;
        let line = self.line_at(value.span().start);
        Some(Found { value, key, line })
    }

    /// A value that must be there.
    pub(super) fn need<'b>(&mut self, section: Section<'b>, key: &'b str) -> Option<Found<'b>> {
        let found = self.find(section, key);
        if found.is_none() {
            self.note(
                code::CATALOGUE_KEY_MISSING,
                (section.line, key, ""),
                format!("{} needs this key", section.name),
                "add the key",
            );
        }
        found
    }

    /// A text of 1 to `longest` characters.
    pub(super) fn text(&mut self, found: Found<'_>, longest: usize) -> Option<String> {
        if let DeValue::String(text) = found.value.get_ref() {
            let text = text.trim();
            if (1..=longest).contains(&text.chars().count()) {
                return Some(text.to_owned());
            }
        }
        self.bad(
            found,
            &format!("a text of 1 to {longest} characters in quotation marks"),
        );
        None
    }

    /// One of a list of words.
    pub(super) fn word<T: Copy>(&mut self, found: Found<'_>, words: &[(&str, T)]) -> Option<T> {
        if let DeValue::String(text) = found.value.get_ref()
            && let Some((_, value)) = words.iter().find(|(word, _)| *word == text.as_ref())
        {
            return Some(*value);
        }
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.bad(found, &format!("one of {}", words.join(", ")));
        None
    }

    /// A whole number within a range, both ends included.
    pub(super) fn whole(&mut self, found: Found<'_>, low: i32, high: i32) -> Option<i32> {
        if let DeValue::Integer(whole) = found.value.get_ref()
            && let Ok(number) = i64::from_str_radix(&whole.as_str().replace('_', ""), whole.radix())
            && let Ok(number) = i32::try_from(number)
            && (low..=high).contains(&number)
        {
            return Some(number);
        }
        self.bad(found, &format!("a whole number from {low} to {high}"));
        None
    }

    /// A day, with or without quotation marks.
    pub(super) fn day(&mut self, found: Found<'_>) -> Option<Date> {
        let text = found.shown();
        let day = match found.value.get_ref() {
            DeValue::String(_) | DeValue::Datetime(_) if text.len() == 10 => text.parse().ok(),
            _ => None,
        };
        let day = day.filter(|day: &Date| (1900..2200).contains(&day.year()));
        if day.is_none() {
            self.bad(found, "a day from 1900-01-01 to 2199-12-31");
        }
        day
    }

    /// The elements of a list.
    pub(super) fn list<'b>(&mut self, found: Found<'b>) -> Vec<Found<'b>> {
        let DeValue::Array(items) = found.value.get_ref() else {
            self.bad(found, "a list in square brackets");
            return Vec::new();
        };
        let key = found.key;
        items
            .iter()
            .map(|value| {
                let line = self.line_at(value.span().start);
                Found { value, key, line }
            })
            .collect()
    }

    /// The entries of `[[key]]`; none if it is absent.
    pub(super) fn sections<'b>(&mut self, section: Section<'b>, key: &'b str) -> Vec<Section<'b>> {
        let Some(found) = self.find(section, key) else {
            return Vec::new();
        };
        let mut sections = Vec::new();
        for item in self.list(found) {
            match item.value.get_ref() {
                DeValue::Table(table) => sections.push(Section {
                    table,
                    name: "a criterion",
                    line: item.line,
                }),
                _ => self.bad(item, "a section in double square brackets"),
            }
        }
        sections
    }
}
