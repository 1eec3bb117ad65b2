//! Ages and birthdays.
//!
//! A year of life is completed at the end of the day before the birthday (§ 188 BGB), so a child
//! has turned three *on* its third birthday. A child born on 29 February has its birthday in other
//! years on 1 March.

use jiff::civil::Date;

/// Completed months of life at a date.
pub type CompletedMonths = u32;

/// Why an age cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// The child is not born yet at the date asked for.
    #[error("an age at {on} was asked for a birth on {born}; ask for a date on or after the birth")]
    NotBorn {
        /// Date of birth.
        born: Date,
        /// Date asked for.
        on: Date,
    },
}

/// The date on which a child turns `years` years old.
///
/// ```
/// use domain::birthday;
/// use jiff::civil::date;
/// assert_eq!(birthday(date(2024, 3, 1), 3), date(2027, 3, 1));
/// assert_eq!(birthday(date(2024, 2, 29), 3), date(2027, 3, 1)); // no 29 February in 2027
/// assert_eq!(birthday(date(2024, 2, 29), 4), date(2028, 2, 29));
/// ```
#[must_use]
pub fn birthday(born: Date, years: i16) -> Date {
    let year = born.year().saturating_add(years).min(9999);
    Date::new(year, born.month(), born.day()).unwrap_or_else(|_| jiff::civil::date(year, 3, 1))
}

/// The third birthday: a nursery child becomes a kindergarten child on this day.
#[must_use]
pub fn third_birthday(born: Date) -> Date {
    birthday(born, 3)
}

/// Completed months of life on a day.
///
/// A month is completed on the day of the month of birth, or on the first of the next month where
/// a month has no such day.
///
/// ```
/// use domain::completed_months;
/// use jiff::civil::date;
/// assert_eq!(completed_months(date(2024, 3, 2), date(2027, 3, 1)), Ok(35));
/// assert_eq!(completed_months(date(2024, 3, 1), date(2027, 3, 1)), Ok(36));
/// assert!(completed_months(date(2027, 3, 2), date(2027, 3, 1)).is_err());
/// ```
///
/// # Errors
///
/// [`AgeError::NotBorn`] if `on` lies before `born`.
pub fn completed_months(born: Date, on: Date) -> Result<CompletedMonths, AgeError> {
    let months = (i32::from(on.year()) - i32::from(born.year())) * 12 + i32::from(on.month())
        - i32::from(born.month())
        - i32::from(on.day() < born.day());
    if on < born {
        return Err(AgeError::NotBorn { born, on });
    }
    u32::try_from(months).map_err(|_| AgeError::NotBorn { born, on })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn a_child_turns_three_on_its_birthday_and_not_the_day_before() {
        let born = date(2024, 3, 1);
        assert_eq!(third_birthday(born), date(2027, 3, 1));
        assert_eq!(completed_months(born, date(2027, 2, 28)), Ok(35));
        assert_eq!(completed_months(born, date(2027, 3, 1)), Ok(36));
    }

    #[test]
    fn a_child_born_on_29_february_turns_three_on_1_march() {
        let born = date(2024, 2, 29);
        assert_eq!(completed_months(born, date(2027, 2, 28)), Ok(35));
        assert_eq!(completed_months(born, third_birthday(born)), Ok(36));
    }

    fn dates() -> impl Strategy<Value = Date> {
        (0..40_000i64).prop_map(|days| {
            date(1990, 1, 1)
                .checked_add(jiff::Span::new().days(days))
                .unwrap()
        })
    }

    proptest! {
        #[test]
        fn completed_months_reach_twelve_times_the_years_exactly_on_the_birthday(
            born in dates(), years in 1..15i16,
        ) {
            let day = birthday(born, years);
            let months = u32::try_from(years).unwrap() * 12;
            prop_assert_eq!(completed_months(born, day), Ok(months));
            prop_assert_eq!(completed_months(born, day.yesterday().unwrap()), Ok(months - 1));
        }

        #[test]
        fn completed_months_never_fall_as_time_goes_on(born in dates(), days in 0..4000i64) {
            let on = born.checked_add(jiff::Span::new().days(days)).unwrap();
            let today = completed_months(born, on).unwrap();
            let tomorrow = completed_months(born, on.tomorrow().unwrap()).unwrap();
            prop_assert!(tomorrow == today || tomorrow == today + 1);
        }
    }
}
