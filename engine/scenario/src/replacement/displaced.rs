//! Who is displaced by the closings of a scenario.

use std::collections::BTreeMap;

use domain::{
    AreaId, CareType, DailyHours, Month, date_of, epoch_days, expected_last_day, third_birthday,
};
use jiff::civil::Date;
use tables::{City, CityError, OPEN_END};

use super::{LeftOver, ReplacementOutcome};
use crate::contracts::{Contract, Contracts};

/// A child whose contract lasts beyond the closing of its facility.
pub(super) struct Displaced {
    pub(super) child: String,
    pub(super) household: String,
    pub(super) born: Date,
    pub(super) needs_inclusion: bool,
    pub(super) daily_hours: DailyHours,
    pub(super) home: AreaId,
    pub(super) from_facility: String,
    pub(super) closes_on: Date,
    /// As occupancy counts the month of the first day.
    pub(super) care_type: CareType,
    /// The first day without the facility, or that of the contract if it comes later.
    pub(super) first_day: Date,
    /// Set if no place for a whole stay is sought for it.
    pub(super) settled: Option<ReplacementOutcome>,
}

impl Displaced {
    pub(super) const fn seeks(&self) -> bool {
        self.settled.is_none()
    }

    /// The last day a stay that begins now is expected to last.
    pub(super) fn expected_end(&self) -> Date {
        expected_last_day(self.care_type, self.born)
    }
}

impl Contract {
    /// Its last day; of one without an agreed end the day on which the care ends by age.
    pub(super) fn expected_last_day(&self) -> i32 {
        if self.last_day == OPEN_END {
            epoch_days(expected_last_day(self.care_type, self.born))
        } else {
            self.last_day
        }
    }
}

/// Facilities that close earlier after the measures than before, with their last day.
pub(super) fn closed_by(before: &City, after: &City) -> Result<BTreeMap<String, Date>, CityError> {
    let ends = |city: &City| -> Result<BTreeMap<String, Option<Date>>, CityError> {
        let facilities = city.facilities()?.into_iter();
        Ok(facilities
            .map(|it| (it.id().to_string(), it.closes_on()))
            .collect())
    };
    let known = ends(before)?;
    let closed = ends(after)?
        .into_iter()
        .filter_map(|(facility, closes_on)| {
            let closes_on = closes_on?;
            let was = known.get(&facility).copied().flatten();
            was.is_none_or(|was| closes_on < was)
                .then_some((facility, closes_on))
        });
    Ok(closed.collect())
}

/// Every child displaced, once, by its earliest first day; sorted by child.
pub(super) fn displaced(contracts: &Contracts, closed: &BTreeMap<String, Date>) -> Vec<Displaced> {
    let mut by_child: BTreeMap<&str, Vec<&Contract>> = BTreeMap::new();
    for contract in contracts.iter() {
        by_child.entry(&contract.child).or_default().push(contract);
    }
    by_child
        .into_values()
        .filter_map(|own| {
            let mut found: Vec<(Date, Date, &Contract)> = own
                .iter()
                .filter_map(|contract| {
                    let closes_on = *closed.get(&contract.facility)?;
                    if contract.last_day <= epoch_days(closes_on) {
                        return None;
                    }
                    let first = contract.first_day.max(epoch_days(closes_on) + 1);
                    Some((date_of(first)?, closes_on, *contract))
                })
                .collect();
            found.sort_by(|a, b| {
                (a.0, &a.2.facility, a.2.last_day).cmp(&(b.0, &b.2.facility, b.2.last_day))
            });
            let (first_day, closes_on, contract) = found.into_iter().next()?;
            Some(displaced_from(contract, &own, closed, first_day, closes_on))
        })
        .collect()
}

fn displaced_from(
    contract: &Contract,
    own: &[&Contract],
    closed: &BTreeMap<String, Date>,
    first_day: Date,
    closes_on: Date,
) -> Displaced {
    let has_next = own.iter().any(|other| {
        let closes = closed.get(&other.facility);
        let closes = closes.map_or(i32::MAX, |day| epoch_days(*day));
        other.first_day > contract.last_day && other.first_day <= closes
    });
    let settled = if contract.expected_last_day() < epoch_days(first_day) {
        Some(ReplacementOutcome::CareEnds)
    } else if has_next {
        Some(ReplacementOutcome::LeftOver(LeftOver::UntilNextContract))
    } else {
        None
    };
    // Occupancy counts the month of the third birthday as kindergarten.
    let is_three = Month::of(third_birthday(contract.born)) <= Month::of(first_day);
    let care_type = if is_three {
        contract.care_type.from_third_birthday()
    } else {
        contract.care_type
    };
    Displaced {
        child: contract.child.clone(),
        household: contract.household.clone(),
        born: contract.born,
        needs_inclusion: contract.needs_inclusion,
        daily_hours: whole_quarters(contract.daily_hours),
        home: contract.home.clone(),
        from_facility: contract.facility.clone(),
        closes_on,
        care_type,
        first_day,
        settled,
    }
}

/// Hours of a contract in whole quarters of an hour, rounded up, at most the longest day there is.
///
/// # Panics
///
/// Never: the hours are brought into the range first.
#[allow(clippy::expect_used, reason = "the reason stands in the message")]
pub(super) fn whole_quarters(hours: f64) -> DailyHours {
    let longest = DailyHours::LONGEST;
    let hours = if hours.is_nan() { longest } else { hours };
    let quarters = (hours.clamp(0.25, longest) * 4.0).ceil() / 4.0;
    DailyHours::new(quarters).expect("whole quarters from a quarter to the longest day are hours")
}
