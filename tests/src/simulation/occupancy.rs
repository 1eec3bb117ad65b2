//! Who takes which place in which month: counted anew from the children's files, with nothing of the
//! rules' own arithmetic.

use std::collections::{BTreeMap, BTreeSet};

use domain::procedure::{ChildFile, FacilityFile};
use domain::{CareType, ChildId, FacilityId};
use jiff::civil::{Date, date};

/// A month as years times twelve plus months.
pub(super) type MonthNumber = i32;

pub(super) fn month_of(day: Date) -> MonthNumber {
    i32::from(day.year()) * 12 + i32::from(day.month()) - 1
}

/// Who takes a place in a month: a child takes one, whatever it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Takers {
    /// Children with a contract.
    pub(super) contracted: BTreeSet<ChildId>,
    /// Children with a contract, or an open or confirmed offer.
    pub(super) all: BTreeSet<ChildId>,
}

/// Facility, care type and month of places.
pub(super) type Place = (FacilityId, CareType, MonthNumber);

/// Who takes places from this month on.
pub(super) type Occupancy = BTreeMap<Place, Takers>;

/// Counts.
pub(super) fn occupancy(children: &BTreeMap<ChildId, ChildFile>, today: Date) -> Occupancy {
    let mut taken = Occupancy::new();
    for (child, file) in children {
        let born = file.child.facts.birth_date;
        for contract in &file.contracts {
            let version = contract.versions.last().expect("a contract has a version");
            let stay = (version.care_type, version.valid_from, version.valid_to);
            for (care_type, month) in months(born, stay, today) {
                let place = (contract.facility.clone(), care_type, month);
                let takers = taken.entry(place).or_default();
                takers.contracted.insert(child.clone());
                takers.all.insert(child.clone());
            }
        }
        for application in &file.applications {
            for offer in application.offers.iter().filter(|o| o.holds_a_place()) {
                let stay = (application.care_type, offer.starts_on, offer.ends_on);
                for (care_type, month) in months(born, stay, today) {
                    let place = (application.facility.clone(), care_type, month);
                    taken.entry(place).or_default().all.insert(child.clone());
                }
            }
        }
    }
    taken
}

/// Months of a stay from this month on, with the care type of the place: a nursery child takes a
/// kindergarten place from the month in which it turns three.
fn months(
    born: Date,
    (care_type, first, last): (CareType, Date, Date),
    today: Date,
) -> impl Iterator<Item = (CareType, MonthNumber)> {
    let leap_day_missing =
        born.month() == 2 && born.day() == 29 && !date(born.year() + 3, 1, 1).in_leap_year();
    let turns_three = month_of(born) + 36 + i32::from(leap_day_missing);
    let range = if last < first {
        0..0
    } else {
        month_of(first).max(month_of(today))..month_of(last) + 1
    };
    range.map(move |month| {
        if care_type == CareType::Nursery && month >= turns_three {
            (CareType::Kindergarten, month)
        } else {
            (care_type, month)
        }
    })
}

/// Places that may be given in a month: day by day, whether the facility may operate and places are
/// staffed under the newest capacity of the month, less those blocked.
pub(super) fn to_give(file: &FacilityFile, care_type: CareType, month: MonthNumber) -> i64 {
    let first = date(
        i16::try_from(month / 12).expect("a year of a date"),
        i8::try_from(month % 12 + 1).expect("a month of a date"),
        1,
    );
    let days = || {
        first
            .series(jiff::Span::new().days(1))
            .take_while(|day| month_of(*day) == month)
    };
    let lasts =
        |from: Date, to: Option<Date>, day: Date| from <= day && to.is_none_or(|to| day <= to);
    let newest = file
        .capacities
        .iter()
        .filter(|span| {
            span.care_type == care_type
                && days().any(|day| lasts(span.valid_from, span.valid_to, day))
        })
        .max_by_key(|span| span.valid_from);
    let staffed = newest.map_or(0, |span| {
        let gives = |day| {
            lasts(span.valid_from, span.valid_to, day) && file.facility.takes_applications_on(day)
        };
        if days().any(gives) {
            i64::from(span.staffed)
        } else {
            0
        }
    });
    let blocked: i64 = file
        .blocked
        .iter()
        .filter(|span| {
            span.care_type == care_type
                && days().any(|day| lasts(span.valid_from, span.valid_to, day))
        })
        .map(|span| i64::from(span.places))
        .sum();
    staffed - blocked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nursery_child_takes_a_kindergarten_place_from_the_month_of_its_third_birthday() {
        let stay = (CareType::Nursery, date(2027, 1, 31), date(2027, 4, 1));
        let found: Vec<_> = months(date(2024, 2, 29), stay, date(2026, 1, 1)).collect();
        assert_eq!(
            found,
            [
                (CareType::Nursery, 2027 * 12),
                (CareType::Nursery, 2027 * 12 + 1),
                (CareType::Kindergarten, 2027 * 12 + 2),
                (CareType::Kindergarten, 2027 * 12 + 3),
            ]
        );
        assert_eq!(months(date(2024, 2, 29), stay, date(2027, 5, 1)).count(), 0);
    }
}
