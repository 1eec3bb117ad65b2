//! Days as plain numbers, for columns and kernels.

use jiff::civil::Date;

/// Days since 1 January 1970: the form dates have in columns.
///
/// ```
/// use domain::{date_of, epoch_days};
/// use jiff::civil::date;
/// assert_eq!(epoch_days(date(1970, 1, 2)), 1);
/// assert_eq!(date_of(20_000), Some(date(2024, 10, 4)));
/// assert_eq!(date_of(i32::MAX), None);
/// ```
#[must_use]
pub fn epoch_days(date: Date) -> i32 {
    days_from_civil(
        i32::from(date.year()),
        i32::from(date.month()),
        i32::from(date.day()),
    )
}

/// The date of a number of days since 1 January 1970, if jiff can hold it.
#[must_use]
pub fn date_of(days: i32) -> Option<Date> {
    jiff::civil::date(1970, 1, 1)
        .checked_add(jiff::Span::new().try_days(days).ok()?)
        .ok()
}

/// Month index (see [`crate::Month::index`]) of a number of days since 1 January 1970, without
/// building a date: the inner loop of every monthly sweep.
#[must_use]
pub const fn month_index_of(days: i32) -> i32 {
    // Days from 1 March of year 0, in eras of 400 years (Hinnant, "chrono-compatible low-level date
    // algorithms", 2013).
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // March is 0.
    let month = (5 * day_of_year + 2) / 153;
    (era * 400 + year_of_era) * 12 + month + 2
}

/// Days since 1 January 1970 of a civil date (Hinnant 2013).
#[must_use]
pub const fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Month;

    #[test]
    fn days_and_months_agree_with_the_calendar_on_every_day_of_three_centuries() {
        let mut day = jiff::civil::date(1900, 1, 1);
        let mut number = epoch_days(day);
        while day.year() < 2200 {
            assert_eq!(epoch_days(day), number);
            assert_eq!(month_index_of(number), Month::of(day).index(), "{day}");
            day = day.tomorrow().unwrap();
            number += 1;
        }
        assert_eq!(date_of(number), Some(day));
    }
}
