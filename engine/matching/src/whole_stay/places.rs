//! What facilities offer, and how many places are free in which month.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CareType, DailyHours, HoursTier, InputProblem, Month, MonthRange};

use crate::error_codes as code;

/// What a facility offers in a care type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareOffer {
    /// The facility.
    pub facility_id: String,
    /// The care type.
    pub care_type: CareType,
    /// First month in which the group is open.
    pub first_month: Month,
    /// Last month in which it is; `None` without an end.
    pub last_month: Option<Month>,
    /// Youngest age admitted, in completed months; 0 for none.
    pub youngest_months: u32,
    /// Kindergarten only: whether children are admitted from the 34th month of life, that is with 33
    /// completed months, in place of the third birthday (§ 1 SächsKitaG).
    pub from_34th_month: bool,
    /// Longest day that the facility is open for.
    pub longest_day: DailyHours,
    /// Tiers of daily hours that contracts may have.
    pub tiers: Vec<HoursTier>,
}

/// What is free in a facility and care type in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthPlaces {
    /// The facility.
    pub facility_id: String,
    /// The care type.
    pub care_type: CareType,
    /// The month.
    pub month: Month,
    /// Places free beside contracts, promises and blocked places; below zero when too many are promised.
    pub free_places: i32,
    /// How many more children may start to settle in; `None` without a limit.
    pub settling_in_slots: Option<u32>,
    /// Inclusion places free among the free places.
    pub inclusion_places: u32,
}

/// Free places of one facility and care type in one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) free: i32,
    /// `i32::MAX` without a limit.
    pub(super) settling_in: i32,
    pub(super) inclusion: i32,
}

/// What is offered, without what is free: the part that never changes in a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offers {
    pub(super) facilities: Vec<String>,
    /// By facility, then care type.
    pub(super) offers: Vec<Option<CareOffer>>,
    pub(super) months: MonthRange,
}

impl Offers {
    pub(super) fn facility(&self, facility_id: &str) -> Option<usize> {
        self.facilities
            .binary_search_by(|it| it.as_str().cmp(facility_id))
            .ok()
    }

    pub(super) fn offer(&self, facility: usize, care: CareType) -> Option<&CareOffer> {
        self.offers[facility * CareType::COUNT + care.index()].as_ref()
    }

    /// Position of a month's cell; `None` outside the months known.
    pub(super) fn cell(&self, facility: usize, care: CareType, month: Month) -> Option<usize> {
        let position = self.months.position(month)?;
        Some((facility * CareType::COUNT + care.index()) * self.months.count() + position)
    }
}

/// Sorts rows into dense arrays; all contradictions at once.
pub(super) fn arrange(
    offers: &[CareOffer],
    places: &[MonthPlaces],
    months: MonthRange,
) -> Result<(Offers, Vec<Cell>), Vec<InputProblem>> {
    let names: BTreeSet<&str> = offers.iter().map(|it| it.facility_id.as_str()).collect();
    let numbers: BTreeMap<&str, usize> = names.iter().copied().zip(0..).collect();
    let mut problems = Vec::new();
    let mut note = |file: &str, row: u64, column: &str, value: String, message: &str| {
        problems.push(
            InputProblem::new(code::STAY_ROW, file, message)
                .at(row, column, value)
                .remedy("correct the row"),
        );
    };
    let mut arranged = vec![None; numbers.len() * CareType::COUNT];
    for (row, offer) in (1..).zip(offers) {
        let slot = &mut arranged
            [numbers[offer.facility_id.as_str()] * CareType::COUNT + offer.care_type.index()];
        let file = "care_offers.csv";
        if offer
            .last_month
            .is_some_and(|last| last < offer.first_month)
        {
            let last = offer.last_month.map(|it| it.to_string());
            note(
                file,
                row,
                "last_month",
                last.unwrap_or_default(),
                "the group closes before it opens",
            );
        }
        if slot.is_some() {
            let name = offer.facility_id.clone();
            note(
                file,
                row,
                "facility_id",
                name,
                "the facility has a row for this care type already",
            );
        }
        *slot = Some(offer.clone());
    }
    let offers = Offers {
        facilities: names.into_iter().map(str::to_owned).collect(),
        offers: arranged,
        months,
    };
    let closed = Cell {
        free: 0,
        settling_in: 0,
        inclusion: 0,
    };
    let mut cells = vec![closed; offers.offers.len() * months.count()];
    let mut filled = vec![false; cells.len()];
    for (row, place) in (1..).zip(places) {
        let file = "places.csv";
        let Some(facility) = numbers.get(place.facility_id.as_str()).copied() else {
            let name = place.facility_id.clone();
            note(
                file,
                row,
                "facility_id",
                name,
                "care_offers.csv does not have this facility",
            );
            continue;
        };
        let Some(cell) = offers.cell(facility, place.care_type, place.month) else {
            let month = place.month.to_string();
            note(
                file,
                row,
                "month",
                month,
                "the month lies outside the months looked at",
            );
            continue;
        };
        if std::mem::replace(&mut filled[cell], true) {
            let month = place.month.to_string();
            note(
                file,
                row,
                "month",
                month,
                "the facility and care type have a row for this month already",
            );
        }
        let bounded = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        cells[cell] = Cell {
            free: place.free_places,
            settling_in: place.settling_in_slots.map_or(i32::MAX, bounded),
            inclusion: bounded(place.inclusion_places),
        };
    }
    if problems.is_empty() {
        Ok((offers, cells))
    } else {
        Err(problems)
    }
}
