//! How long a stay is expected to last.

use jiff::civil::Date;

use crate::age::{birthday, third_birthday};
use crate::care_type::CareType;

/// Years of primary school with after-school care as a rule: classes 1 to 4 (§ 1 SächsKitaG).
const AFTER_SCHOOL_YEARS: i16 = 4;

/// The last day of kindergarten: 31 July of the year in which the child is six by 30 June
/// (§ 27 SächsSchulG), early entry and deferral aside.
///
/// ```
/// use domain::last_kindergarten_day;
/// use jiff::civil::date;
/// assert_eq!(last_kindergarten_day(date(2020, 6, 30)), date(2026, 7, 31));
/// assert_eq!(last_kindergarten_day(date(2020, 7, 1)), date(2027, 7, 31));
/// ```
#[must_use]
pub fn last_kindergarten_day(born: Date) -> Date {
    let sixth = birthday(born, 6);
    let later = i16::from((sixth.month(), sixth.day()) > (6, 30));
    jiff::civil::date(sixth.year().saturating_add(later).min(9999), 7, 31)
}

/// The last day a stay is expected to last, from its care type at the start.
///
/// Nursery goes on as kindergarten at the third birthday; childminding ends with the month of the
/// third birthday; after-school care ends with class 4.
///
/// ```
/// use domain::{CareType, expected_last_day};
/// use jiff::civil::date;
/// let born = date(2024, 3, 15);
/// assert_eq!(expected_last_day(CareType::Childminding, born), date(2027, 3, 31));
/// assert_eq!(expected_last_day(CareType::Nursery, born), date(2030, 7, 31));
/// assert_eq!(expected_last_day(CareType::AfterSchool, born), date(2034, 7, 31));
/// ```
#[must_use]
pub fn expected_last_day(care: CareType, born: Date) -> Date {
    match care {
        CareType::Childminding => third_birthday(born).last_of_month(),
        CareType::Nursery | CareType::Kindergarten => last_kindergarten_day(born),
        CareType::AfterSchool => {
            let entry = last_kindergarten_day(born);
            jiff::civil::date(
                entry.year().saturating_add(AFTER_SCHOOL_YEARS).min(9999),
                7,
                31,
            )
        }
    }
}
