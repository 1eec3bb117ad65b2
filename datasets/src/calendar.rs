//! Days as numbers: millions of dates are computed, and columns hold days since 1970-01-01 anyway.

use jiff::civil::Date;

/// Days since 1970-01-01.
pub(crate) type Day = i32;

/// Months since January of year 0, as in `domain::Month`.
pub(crate) type MonthIndex = i32;

/// The number of a day of the calendar (Howard Hinnant, "chrono-compatible low-level date algorithms", 2013).
pub(crate) const fn day(year: i32, month: i32, day_of_month: i32) -> Day {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day_of_month - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of the month of a day.
pub(crate) const fn civil(day: Day) -> (i32, i32, i32) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted - era * 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day_of_month)
}

/// The number of a date.
pub(crate) fn day_of(date: Date) -> Day {
    day(
        i32::from(date.year()),
        i32::from(date.month()),
        i32::from(date.day()),
    )
}

/// The month a day lies in.
pub(crate) const fn month_of(day: Day) -> MonthIndex {
    let (year, month, _) = civil(day);
    year * 12 + month - 1
}

/// The month of a year, 1 to 12.
pub(crate) const fn month(year: i32, month: i32) -> MonthIndex {
    year * 12 + month - 1
}

/// First day of a month.
pub(crate) const fn first_day(month: MonthIndex) -> Day {
    day(month.div_euclid(12), month.rem_euclid(12) + 1, 1)
}

/// Last day of a month.
pub(crate) const fn last_day(month: MonthIndex) -> Day {
    first_day(month + 1) - 1
}

/// The birthday `years` years on; for 29 February the 1 March of years without it.
pub(crate) const fn birthday(born: Day, years: i32) -> Day {
    let (year, month, day_of_month) = civil(born);
    // 29 February of a common year is computed as the day after 28 February, which is 1 March.
    day(year + years, month, day_of_month)
}

/// Start year of the Kita year (1 August to 31 July) a day lies in.
pub(crate) const fn kita_year(day: Day) -> i32 {
    let (year, month, _) = civil(day);
    if month >= 8 { year } else { year - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Month;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn the_epoch_and_a_leap_day_have_their_numbers() {
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(2024, 2, 29), 19_782);
        assert_eq!(civil(19_782), (2024, 2, 29));
        assert_eq!(birthday(day(2024, 2, 29), 3), day(2027, 3, 1));
        assert_eq!(kita_year(day(2026, 7, 31)), 2025);
        assert_eq!(kita_year(day(2026, 8, 1)), 2026);
        assert_eq!(month(2026, 8), month_of(day(2026, 8, 31)));
    }

    proptest! {
        #[test]
        fn numbers_agree_with_jiff_and_with_the_months_and_birthdays_of_the_domain(
            number in -20_000..60_000i32, years in 0..12i16,
        ) {
            let (year, month_of_year, day_of_month) = civil(number);
            let date = date(
                i16::try_from(year).unwrap(),
                i8::try_from(month_of_year).unwrap(),
                i8::try_from(day_of_month).unwrap(),
            );
            prop_assert_eq!(day_of(date), number);
            prop_assert_eq!((date - jiff::civil::date(1970, 1, 1)).get_days(), number);
            let month = Month::of(date);
            prop_assert_eq!(month_of(number), month.index());
            prop_assert_eq!(first_day(month.index()), day_of(month.first_day()));
            prop_assert_eq!(last_day(month.index()), day_of(month.last_day()));
            prop_assert_eq!(
                birthday(number, i32::from(years)),
                day_of(domain::birthday(date, years))
            );
        }
    }
}
