//! Reading typed values out of a TOML table, noting every problem with its line.

use domain::{CareType, InputProblem};
use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::inherit::Unused;
use super::origins::Origins;
use crate::codes as code;

/// A scenario file while it is read, with the files it inherits from.
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    /// Which line stands in which file.
    pub(super) origins: &'a Origins,
    pub(super) problems: Vec<InputProblem>,
}

/// A value with the place it stands at.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    value: &'a Spanned<DeValue<'a>>,
    key: &'a str,
    line: u64,
}

/// A table of the file: the file itself or one entry of `[[...]]`.
#[derive(Clone, Copy)]
pub(super) struct Section<'a> {
    table: &'a DeTable<'a>,
    /// What the messages call it.
    name: &'a str,
    /// Line it begins on, from 1.
    pub(super) line: u64,
}

impl Source<'_> {
    /// Line of a byte position, from 1.
    pub(super) fn line_at(&self, position: usize) -> u64 {
        self.origins.line_at(position)
    }

    /// Notes a problem.
    pub(super) fn note(
        &mut self,
        code: &'static str,
        line: u64,
        key: &str,
        value: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let problem = self.origins.problem(code, (line, key), value, message);
        self.problems.push(problem.remedy(remedy));
    }

    /// Notes that an entry of `[[drop]]` fits nothing inherited.
    pub(super) fn nothing_to_drop(&mut self, unused: &Unused) {
        let line = self.line_at(unused.position);
        self.note(
            code::NOTHING_TO_DROP,
            line,
            "drop",
            &unused.what,
            "no inherited measure fits this",
            "name the measure and the keys as the parent has them",
        );
    }

    /// Notes that a value is not of its type.
    fn wrong_type(&mut self, found: Found<'_>, wanted: &str) {
        let message = format!("{wanted} is needed here, this is {}", described(found));
        let remedy = format!("write {wanted}");
        self.note(
            code::WRONG_TYPE,
            found.line,
            found.key,
            &shown(found),
            message,
            remedy,
        );
    }

    /// Notes a value that is malformed or out of range.
    pub(super) fn bad_value(&mut self, found: Found<'_>, message: impl Into<String>) {
        self.note(
            code::BAD_VALUE,
            found.line,
            found.key,
            &shown(found),
            message,
            "correct the value",
        );
    }

    /// Notes keys that the format does not have.
    pub(super) fn refuse_other_keys(&mut self, section: Section<'_>, allowed: &[&str]) {
        for key in section.table.keys() {
            let name = key.get_ref().as_ref();
            if !allowed.contains(&name) {
                let line = self.line_at(key.span().start);
                let message = format!("{} has no key of this name", section.name);
                let remedy = format!("remove it or use one of {}", allowed.join(", "));
                self.note(code::UNKNOWN_KEY, line, name, name, message, remedy);
            }
        }
    }

    /// A value, if it is there.
    pub(super) fn find<'a>(&self, section: Section<'a>, key: &'a str) -> Option<Found<'a>> {
        let value = section.table.get(key)?;
        Some(Found {
            value,
            key,
            line: self.line_at(value.span().start),
        })
    }

    /// A value that must be there.
    pub(super) fn need<'a>(&mut self, section: Section<'a>, key: &'a str) -> Option<Found<'a>> {
        let found = self.find(section, key);
        if found.is_none() {
            let message = format!("{} needs this key", section.name);
            self.note(
                code::MISSING_KEY,
                section.line,
                key,
                "",
                message,
                "add the key; datasets/scenarios shows complete files",
            );
        }
        found
    }

    /// A text.
    pub(super) fn text<'a>(&mut self, found: Found<'a>) -> Option<&'a str> {
        match found.value.get_ref() {
            DeValue::String(text) => Some(text.as_ref()),
            _ => {
                self.wrong_type(found, "a text in quotation marks");
                None
            }
        }
    }

    /// A text that `parse` accepts: an identifier, a month, a code.
    pub(super) fn parsed<T, E: std::fmt::Display>(
        &mut self,
        found: Found<'_>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(found)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.bad_value(found, error.to_string());
                None
            }
        }
    }

    /// A care type that must be there.
    pub(super) fn care_type(&mut self, section: Section<'_>) -> Option<CareType> {
        let found = self.need(section, "care_type")?;
        self.parsed(found, str::parse)
    }

    /// A finite number within a range, both ends included.
    pub(super) fn number(&mut self, found: Found<'_>, low: f64, high: f64) -> Option<f64> {
        let number = match found.value.get_ref() {
            DeValue::Float(float) => float.as_str().replace('_', "").parse::<f64>().ok(),
            DeValue::Integer(whole) => whole_of(whole).map(|whole| whole as f64),
            _ => {
                self.wrong_type(found, "a number");
                return None;
            }
        };
        match number {
            Some(number) if (low..=high).contains(&number) => Some(number),
            _ => {
                self.bad_value(found, format!("a number from {low} to {high} is needed"));
                None
            }
        }
    }

    /// A whole number within a range, both ends included.
    pub(super) fn whole(&mut self, found: Found<'_>, low: u32, high: u32) -> Option<u32> {
        let DeValue::Integer(whole) = found.value.get_ref() else {
            self.wrong_type(found, "a whole number");
            return None;
        };
        let number = whole_of(whole).and_then(|number| u32::try_from(number).ok());
        match number {
            Some(number) if (low..=high).contains(&number) => Some(number),
            _ => {
                let message = format!("a whole number from {low} to {high} is needed");
                self.bad_value(found, message);
                None
            }
        }
    }

    /// A day without a time.
    pub(super) fn day(&mut self, found: Found<'_>) -> Option<Date> {
        let DeValue::Datetime(moment) = found.value.get_ref() else {
            self.wrong_type(found, "a date such as 2028-07-31 without quotation marks");
            return None;
        };
        let day = moment
            .date
            .filter(|_| moment.time.is_none() && moment.offset.is_none())
            .and_then(|date| {
                let (year, month) = (i16::try_from(date.year), i8::try_from(date.month));
                Date::new(year.ok()?, month.ok()?, i8::try_from(date.day).ok()?).ok()
            })
            .filter(|day| (1900..2200).contains(&day.year()));
        if day.is_none() {
            self.bad_value(found, "a day from 1900-01-01 to 2199-12-31 is needed");
        }
        day
    }

    /// The elements of a list.
    pub(super) fn list<'a>(&mut self, found: Found<'a>) -> Vec<Found<'a>> {
        let DeValue::Array(items) = found.value.get_ref() else {
            self.wrong_type(found, "a list in square brackets");
            return Vec::new();
        };
        items
            .iter()
            .map(|value| Found {
                value,
                key: found.key,
                line: self.line_at(value.span().start),
            })
            .collect()
    }

    /// The entries of `[[key]]`; none if it is absent.
    pub(super) fn sections<'a>(
        &mut self,
        section: Section<'a>,
        key: &'a str,
        name: &'a str,
    ) -> Vec<Section<'a>> {
        let Some(found) = self.find(section, key) else {
            return Vec::new();
        };
        let mut sections = Vec::new();
        for item in self.list(found) {
            match item.value.get_ref() {
                DeValue::Table(table) => sections.push(Section {
                    table,
                    name,
                    line: item.line,
                }),
                _ => self.wrong_type(item, &format!("a section {name}")),
            }
        }
        sections
    }
}

impl Source<'_> {
    /// The section `[key]`, if it is there.
    pub(super) fn only_section<'a>(
        &mut self,
        section: Section<'a>,
        key: &'a str,
        name: &'a str,
    ) -> Option<Section<'a>> {
        let found = self.find(section, key)?;
        match found.value.get_ref() {
            DeValue::Table(table) => Some(Section {
                table,
                name,
                line: found.line,
            }),
            _ => {
                self.wrong_type(found, &format!("a section {name}"));
                None
            }
        }
    }
}

impl<'a> Section<'a> {
    /// The keys it has.
    pub(super) fn keys(self) -> impl Iterator<Item = &'a str> {
        self.table.keys().map(|key| key.get_ref().as_ref())
    }

    /// The table of it.
    pub(super) const fn table(self) -> &'a DeTable<'a> {
        self.table
    }

    /// The file itself.
    pub(super) const fn whole_file(table: &'a DeTable<'a>) -> Self {
        Self {
            table,
            name: "the scenario",
            line: 1,
        }
    }
}

impl Found<'_> {
    /// Line it stands on, from 1.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// Whether it is a date or time.
    pub(super) fn is_day(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Datetime(_))
    }

    /// Whether it is a text.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::String(_))
    }
}

fn whole_of(whole: &toml::de::DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(&whole.as_str().replace('_', ""), whole.radix()).ok()
}

/// The value as far as it fits into a message.
fn shown(found: Found<'_>) -> String {
    match found.value.get_ref() {
        DeValue::String(text) => text.chars().take(80).collect(),
        DeValue::Integer(whole) => whole.to_string(),
        DeValue::Float(float) => float.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(_) => "[...]".to_owned(),
        DeValue::Table(_) => "{...}".to_owned(),
    }
}

/// The kind of the value in words.
fn described(found: Found<'_>) -> &'static str {
    match found.value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a decimal point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
