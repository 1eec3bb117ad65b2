//! Taking packed rows apart.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::str::{FromStr, Split};
use std::sync::Arc;

use domain::{ApplicationId, AreaId, CareType, ChildId, DailyHours, FacilityId, IdentifierError};
use jiff::civil::Date;

use super::statements::{BETWEEN_ROWS, BETWEEN_VALUES};
use crate::StoreError;

/// What equal texts stand for.
pub(super) trait Textual: Clone {
    /// The text.
    fn text(&self) -> &str;
}

impl Textual for Arc<str> {
    fn text(&self) -> &str {
        self
    }
}

macro_rules! textual {
    ($($key:ty),+) => {
        $(impl Textual for $key {
            fn text(&self) -> &str {
                self.as_str()
            }
        })+
    };
}
textual!(ApplicationId, AreaId, ChildId, FacilityId);

/// A key that is looked up by its text.
struct ByText<T>(T);

impl<T: Textual> Borrow<str> for ByText<T> {
    fn borrow(&self) -> &str {
        self.0.text()
    }
}

impl<T: Textual> Hash for ByText<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.text().hash(state);
    }
}

impl<T: Textual> PartialEq for ByText<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.text() == other.0.text()
    }
}

impl<T: Textual> Eq for ByText<T> {}

/// Keys seen before, so that equal keys share their text.
pub(super) struct Known<T>(HashSet<ByText<T>>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<T: Textual> Known<T> {
    /// The key of a text, made if it is new.
    fn of<E>(&mut self, text: &str, new: impl FnOnce(&str) -> Result<T, E>) -> Result<T, E> {
        if let Some(known) = self.0.get(text) {
            return Ok(known.0.clone());
        }
        let made = new(text)?;
        self.0.insert(ByText(made.clone()));
        Ok(made)
    }
}

/// The rows of a packed answer.
pub(super) fn rows<'t>(table: &'static str, text: &'t str) -> impl Iterator<Item = Fields<'t>> {
    let filled = (!text.is_empty()).then_some(text);
    filled
        .into_iter()
        .flat_map(|text| text.split(BETWEEN_ROWS))
        .map(move |row| Fields {
            table,
            values: row.split(BETWEEN_VALUES),
        })
}

/// The values of a row, taken one after the other. An error names the table, never a value.
pub(super) struct Fields<'t> {
    table: &'static str,
    values: Split<'t, char>,
}

impl<'t> Fields<'t> {
    /// A row that cannot be what was written.
    pub(super) fn damaged(&self) -> StoreError {
        StoreError::Damaged {
            what: "table",
            name: self.table.to_owned(),
        }
    }

    /// The next value as text.
    pub(super) fn text(&mut self) -> Result<&'t str, StoreError> {
        self.values.next().ok_or_else(|| self.damaged())
    }

    /// The next value; empty = missing.
    fn optional(&mut self) -> Result<Option<&'t str>, StoreError> {
        Ok(Some(self.text()?).filter(|text| !text.is_empty()))
    }

    /// A key that is seldom repeated.
    pub(super) fn key<T>(
        &mut self,
        new: impl FnOnce(&str) -> Result<T, IdentifierError>,
    ) -> Result<T, StoreError> {
        new(self.text()?).map_err(|_| self.damaged())
    }

    /// A key that is often repeated.
    pub(super) fn known<T: Textual>(
        &mut self,
        known: &mut Known<T>,
        new: impl FnOnce(&str) -> Result<T, IdentifierError>,
    ) -> Result<T, StoreError> {
        known.of(self.text()?, new).map_err(|_| self.damaged())
    }

    /// A key that may be missing.
    pub(super) fn optional_key<T>(
        &mut self,
        new: impl FnOnce(&str) -> Result<T, IdentifierError>,
    ) -> Result<Option<T>, StoreError> {
        self.optional()?
            .map(|text| new(text).map_err(|_| self.damaged()))
            .transpose()
    }

    /// A free text that is often repeated; empty = missing.
    pub(super) fn shared_text(
        &mut self,
        known: &mut Known<Arc<str>>,
    ) -> Result<Option<Arc<str>>, StoreError> {
        let shared = |text| known.of(text, |text| Ok::<_, StoreError>(Arc::from(text)));
        self.optional()?.map(shared).transpose()
    }

    /// A number or another value that is read from its text.
    pub(super) fn parsed<T: FromStr>(&mut self) -> Result<T, StoreError> {
        self.text()?.parse().map_err(|_| self.damaged())
    }

    /// A value with a name.
    pub(super) fn named<T>(
        &mut self,
        find: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        find(self.text()?).ok_or_else(|| self.damaged())
    }

    /// The same, where it may be missing.
    pub(super) fn optional_named<T>(
        &mut self,
        find: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        self.optional()?
            .map(|text| find(text).ok_or_else(|| self.damaged()))
            .transpose()
    }

    /// A care type.
    pub(super) fn care_type(&mut self) -> Result<CareType, StoreError> {
        self.parsed()
    }

    /// Yes or no.
    pub(super) fn truth(&mut self) -> Result<bool, StoreError> {
        self.named(|text| match text {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        })
    }

    /// Hours a day, kept as quarters.
    pub(super) fn daily_hours(&mut self) -> Result<DailyHours, StoreError> {
        let quarters: u8 = self.parsed()?;
        DailyHours::new(f64::from(quarters) / 4.0).map_err(|_| self.damaged())
    }

    /// A day.
    pub(super) fn date(&mut self) -> Result<Date, StoreError> {
        date(self.text()?).ok_or_else(|| self.damaged())
    }

    /// A day that may be missing.
    pub(super) fn optional_date(&mut self) -> Result<Option<Date>, StoreError> {
        self.optional()?
            .map(|text| date(text).ok_or_else(|| self.damaged()))
            .transpose()
    }
}

/// A day as `YYYY-MM-DD`: a city has a million of them, so nothing else is tried.
fn date(text: &str) -> Option<Date> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i16, |number, digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + i16::from(digit - b'0'))
        })
    };
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (month, day) = (number(&bytes[5..7])?, number(&bytes[8..])?);
    Date::new(
        number(&bytes[..4])?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;

    use super::*;

    #[test]
    fn days_are_read_digit_by_digit_and_nothing_else_is_a_day() {
        assert_eq!(date("2027-09-01"), Some(day(2027, 9, 1)));
        assert_eq!(date("9999-12-31"), Some(day(9999, 12, 31)));
        for wrong in [
            "2027-9-01",
            "2027-13-01",
            "2027-02-30",
            "2027/09/01",
            "20270901",
            "",
            "+027-09-01",
        ] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn rows_are_taken_apart_and_a_row_with_a_missing_value_is_damaged() {
        let text = "K1\u{1f}4\u{1e}K2\u{1f}";
        let mut found = rows("capacity", text);
        let mut first = found.next().unwrap();
        assert_eq!(first.text().unwrap(), "K1");
        assert_eq!(first.parsed::<u32>().unwrap(), 4);
        assert_eq!(first.text().unwrap_err().code(), "E7005");
        let mut second = found.next().unwrap();
        second.text().unwrap();
        assert_eq!(second.optional_date().unwrap(), None);
        assert!(found.next().is_none());
        assert_eq!(rows("capacity", "").count(), 0);
    }

    #[test]
    fn equal_keys_share_their_text() {
        let mut known = Known::default();
        let mut of = |text| known.of(text, domain::FacilityId::new).unwrap();
        let (first, second) = (of("K1"), of("K1"));
        assert!(std::ptr::eq(first.as_str(), second.as_str()));
        assert!(known.of("K 1", domain::FacilityId::new).is_err());
    }
}
