//! The months of a stay, by the care type of each.

use jiff::civil::Date;

use crate::{CareType, Month, third_birthday};

/// A child's stay at a facility: which place it takes in which month.
///
/// Counted as occupancy counts: a stay takes a place in every month in which it lasts on at least one
/// day, and a nursery child takes a kindergarten place from the month of its third birthday on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// Care type at the start.
    pub care_type: CareType,
    /// Date of birth.
    pub born: Date,
    /// First day.
    pub first_day: Date,
    /// Last day.
    pub last_day: Date,
}

/// The months only: the date of birth is a child's.
impl std::fmt::Debug for Stay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stay")
            .field("care_type", &self.care_type)
            .field("first_day", &self.first_day)
            .field("last_day", &self.last_day)
            .finish_non_exhaustive()
    }
}

impl Stay {
    /// Care type in a month; `None` outside the stay.
    ///
    /// ```
    /// use domain::procedure::Stay;
    /// use domain::{CareType, Month};
    /// use jiff::civil::date;
    /// let stay = Stay {
    ///     care_type: CareType::Nursery,
    ///     born: date(2026, 3, 10),
    ///     first_day: date(2027, 9, 1),
    ///     last_day: date(2032, 7, 31),
    /// };
    /// let on = |year, month| stay.care_type_in(Month::new(year, month).unwrap());
    /// assert_eq!(on(2027, 8), None);
    /// assert_eq!(on(2029, 2), Some(CareType::Nursery));
    /// assert_eq!(on(2029, 3), Some(CareType::Kindergarten));
    /// assert_eq!(on(2032, 8), None);
    /// ```
    #[must_use]
    pub fn care_type_in(&self, month: Month) -> Option<CareType> {
        if self.last_day < self.first_day
            || month < Month::of(self.first_day)
            || month > Month::of(self.last_day)
        {
            return None;
        }
        let change = Month::of(third_birthday(self.born));
        Some(if month >= change {
            self.care_type.from_third_birthday()
        } else {
            self.care_type
        })
    }

    /// Every month of the stay with the care type of the place taken.
    pub fn months(&self) -> impl Iterator<Item = (Month, CareType)> + '_ {
        let first = Month::of(self.first_day).index();
        let last = if self.last_day < self.first_day {
            first - 1
        } else {
            Month::of(self.last_day).index()
        };
        (first..=last)
            .map(Month::from_index)
            .filter_map(|month| Some((month, self.care_type_in(month)?)))
    }
}
