//! Calendar months and reference dates: the grain of occupancy and planning.

use std::fmt;

use jiff::civil::Date;

/// A calendar month, counted from year 0.
///
/// Ordered in time; arithmetic is in whole months.
///
/// ```
/// use domain::Month;
/// let month: Month = "2026-11".parse().unwrap();
/// assert_eq!(month.plus(2).to_string(), "2027-01");
/// assert!("2026-13".parse::<Month>().is_err());
/// assert!("2026-1".parse::<Month>().is_err());
/// ```
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Month(i32);

/// Why a text or number is not a month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MonthError {
    /// The text is not `YYYY-MM`.
    #[error("{found:?} is not a month; write YYYY-MM, for example 2026-03")]
    Form {
        /// The text found.
        found: String,
    },
    /// The year is outside 1900 to 2199, or the month outside 1 to 12.
    #[error(
        "year {year} month {month} is out of range; years run from 1900 to 2199, months from 1 to 12"
    )]
    Range {
        /// Year given.
        year: i32,
        /// Month given.
        month: i32,
    },
}

impl Month {
    /// A month of a year.
    ///
    /// # Errors
    ///
    /// [`MonthError::Range`] outside 1900-01 to 2199-12.
    pub fn new(year: i32, month: i32) -> Result<Self, MonthError> {
        if !(1900..2200).contains(&year) || !(1..=12).contains(&month) {
            return Err(MonthError::Range { year, month });
        }
        Ok(Self(year * 12 + month - 1))
    }

    /// The month a date lies in.
    #[must_use]
    pub fn of(date: Date) -> Self {
        Self(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    /// Months since January of year 0: the dense index of time axes.
    #[must_use]
    pub const fn index(self) -> i32 {
        self.0
    }

    /// The month with an [index](Self::index).
    #[must_use]
    pub const fn from_index(index: i32) -> Self {
        Self(index)
    }

    /// Calendar year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// Month of the year, 1 to 12.
    #[must_use]
    pub const fn month(self) -> i32 {
        self.0.rem_euclid(12) + 1
    }

    /// This month moved by `months`, which may be negative.
    #[must_use]
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// Months from `earlier` to this month; negative if it lies later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// The first day of the month.
    #[must_use]
    pub fn first_day(self) -> Date {
        jiff::civil::date(clamped_year(self.year()), clamped_i8(self.month()), 1)
    }

    /// The last day of the month.
    #[must_use]
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }
}

/// Years of a [`Month`] lie far inside the years jiff can hold.
fn clamped_year(year: i32) -> i16 {
    i16::try_from(year.clamp(-9999, 9999)).expect("clamped into the range of i16")
}

/// Months are 1 to 12.
fn clamped_i8(month: i32) -> i8 {
    i8::try_from(month).expect("a month of the year is 1 to 12")
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl std::str::FromStr for Month {
    type Err = MonthError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || MonthError::Form {
            found: text.to_owned(),
        };
        let (year, month) = text.split_once('-').ok_or_else(form)?;
        let digits = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(month, 2) {
            return Err(form());
        }
        Self::new(
            year.parse().map_err(|_| form())?,
            month.parse().map_err(|_| form())?,
        )
    }
}

impl TryFrom<String> for Month {
    type Error = MonthError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

/// A run of consecutive months, first and last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthRange {
    first: Month,
    count: usize,
}

impl MonthRange {
    /// `count` months from `first` on.
    #[must_use]
    pub const fn new(first: Month, count: usize) -> Self {
        Self { first, count }
    }

    /// First month.
    #[must_use]
    pub const fn first(self) -> Month {
        self.first
    }

    /// Number of months.
    #[must_use]
    pub const fn count(self) -> usize {
        self.count
    }

    /// Position of a month in the range, from 0, if it lies inside.
    #[must_use]
    pub fn position(self, month: Month) -> Option<usize> {
        usize::try_from(month.since(self.first))
            .ok()
            .filter(|position| *position < self.count)
    }

    /// The months in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Month> {
        (self.first.index()..)
            .zip(0..self.count)
            .map(|(index, _)| Month::from_index(index))
            .collect::<Vec<_>>()
            .into_iter()
    }
}

/// The day as of which something is counted (Stichtag).
///
/// Federal statistics use 1 March, the state grant 1 April; city occupancy the 1st of each month.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct ReferenceDate(Date);

impl ReferenceDate {
    /// Any day may be a reference date.
    #[must_use]
    pub const fn new(date: Date) -> Self {
        Self(date)
    }

    /// 1 March of a year: federal child and youth welfare statistics (§ 101 SGB VIII).
    ///
    /// # Errors
    ///
    /// [`MonthError::Range`] outside 1900 to 2199.
    pub fn federal(year: i32) -> Result<Self, MonthError> {
        Month::new(year, 3).map(|march| Self(march.first_day()))
    }

    /// 1 April of a year: the state grant (§ 18 SächsKitaG).
    ///
    /// # Errors
    ///
    /// [`MonthError::Range`] outside 1900 to 2199.
    pub fn state(year: i32) -> Result<Self, MonthError> {
        Month::new(year, 4).map(|april| Self(april.first_day()))
    }

    /// The day itself.
    #[must_use]
    pub const fn date(self) -> Date {
        self.0
    }

    /// The month it lies in.
    #[must_use]
    pub fn month(self) -> Month {
        Month::of(self.0)
    }
}

impl fmt::Display for ReferenceDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_month_written_and_read_again_is_the_same(year in 1900..2200i32, month in 1..=12i32) {
            let value = Month::new(year, month).unwrap();
            prop_assert_eq!(value.to_string().parse::<Month>().unwrap(), value);
            prop_assert_eq!((value.year(), value.month()), (year, month));
            prop_assert_eq!(Month::of(value.first_day()), value);
            prop_assert_eq!(Month::of(value.last_day()), value);
            prop_assert_eq!(Month::of(value.last_day().tomorrow().unwrap()), value.plus(1));
        }
    }

    #[test]
    fn a_range_knows_which_months_it_holds() {
        let range = MonthRange::new(Month::new(2026, 11).unwrap(), 3);
        let names: Vec<_> = range.iter().map(|m| m.to_string()).collect();
        assert_eq!(names, ["2026-11", "2026-12", "2027-01"]);
        assert_eq!(range.position(Month::new(2027, 1).unwrap()), Some(2));
        assert_eq!(range.position(Month::new(2027, 2).unwrap()), None);
        assert_eq!(range.position(Month::new(2026, 10).unwrap()), None);
    }

    #[test]
    fn reference_dates_are_the_first_of_march_and_april() {
        assert_eq!(
            ReferenceDate::federal(2027).unwrap().to_string(),
            "2027-03-01"
        );
        assert_eq!(
            ReferenceDate::state(2027).unwrap().to_string(),
            "2027-04-01"
        );
        assert!(ReferenceDate::federal(3000).is_err());
    }
}
