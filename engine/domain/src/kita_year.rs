//! The Kita year: 1 August to 31 July.

use std::fmt;

use jiff::civil::Date;

use crate::month::{Month, MonthError, MonthRange};

/// The plan year of childcare (Kita-Jahr, Schuljahr): 1 August to 31 July (K01).
///
/// ```
/// use domain::KitaYear;
/// use jiff::civil::date;
/// assert_eq!(KitaYear::of(date(2026, 7, 31)).to_string(), "2025/26");
/// assert_eq!(KitaYear::of(date(2026, 8, 1)).to_string(), "2026/27");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KitaYear(Month);

impl KitaYear {
    /// The Kita year that starts on 1 August of `year`.
    ///
    /// # Errors
    ///
    /// [`MonthError::Range`] outside 1900 to 2199.
    pub fn starting(year: i32) -> Result<Self, MonthError> {
        Month::new(year, 8).map(Self)
    }

    /// The Kita year a date lies in.
    #[must_use]
    pub fn of(date: Date) -> Self {
        let month = Month::of(date);
        let start_year_offset = if month.month() >= 8 { 0 } else { -12 };
        Self(month.plus(start_year_offset + 8 - month.month()))
    }

    /// August.
    #[must_use]
    pub const fn first_month(self) -> Month {
        self.0
    }

    /// August to July.
    #[must_use]
    pub const fn months(self) -> MonthRange {
        MonthRange::new(self.0, 12)
    }
}

impl fmt::Display for KitaYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{:02}",
            self.0.year(),
            (self.0.year() + 1).rem_euclid(100)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kita_year_has_twelve_months_from_august_to_july() {
        let year = KitaYear::starting(2026).unwrap();
        let months: Vec<_> = year.months().iter().collect();
        assert_eq!(months.len(), 12);
        assert_eq!(months[0].to_string(), "2026-08");
        assert_eq!(months[11].to_string(), "2027-07");
        assert!(months.iter().all(|m| KitaYear::of(m.first_day()) == year));
        assert!(months.iter().all(|m| KitaYear::of(m.last_day()) == year));
    }
}
