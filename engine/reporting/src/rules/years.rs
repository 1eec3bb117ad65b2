//! E20: change against the year before.

use std::collections::BTreeMap;

use domain::FacilityId;

use super::{At, Finding, Rule};
use crate::federal::FederalExtract;
use crate::grant::NineHourEquivalents;
use crate::parameters::{Limits, Parameters};
use crate::records::{FacilityRecord, Record};
use crate::state::StateExtract;

/// Whether a number changed by more than the limit. From nothing to something is a change.
fn changed(before: u64, now: u64, limits: &Limits) -> bool {
    before.abs_diff(now).saturating_mul(100) > before.saturating_mul(limits.change_percent)
}

/// E20: children and approved places of facilities reported in both years.
#[must_use]
pub fn compare_federal_years(
    before: &FederalExtract,
    now: &FederalExtract,
    parameters: &Parameters,
) -> Vec<Finding> {
    let limits = parameters.limits_on(now.reference);
    let earlier: BTreeMap<u32, &FacilityRecord> = before
        .facilities
        .iter()
        .map(|it| (it.facility, it))
        .collect();
    let earlier_of: BTreeMap<u32, &FacilityRecord> = now
        .numbers
        .iter()
        .filter_map(|(facility, number)| {
            let before = before.numbers.get(facility)?;
            Some((*number, *earlier.get(before)?))
        })
        .collect();
    let mut found = Vec::new();
    for (row, facility) in now.facilities.iter().enumerate() {
        let Some(before) = earlier_of.get(&facility.facility) else {
            continue;
        };
        let numbers = [
            ("kinder_insgesamt", before.children, facility.children),
            (
                "plaetze_genehmigt",
                before.licensed_places,
                facility.licensed_places,
            ),
        ];
        for (column, before, now) in numbers {
            if changed(u64::from(before), u64::from(now), limits) {
                At {
                    found: &mut found,
                    file: FacilityRecord::FILE,
                    row,
                }
                .inform(
                    Rule::E20,
                    column,
                    format!("{now} nach {before} im Vorjahr"),
                    format!("{now} after {before} the year before"),
                );
            }
        }
    }
    found.sort();
    found
}

/// E20: nine-hour equivalents of facilities counted in both years.
#[must_use]
pub fn compare_state_years(
    before: &StateExtract,
    now: &StateExtract,
    parameters: &Parameters,
) -> Vec<Finding> {
    let limits = parameters.limits_on(now.reference);
    let totals = |extract: &StateExtract| {
        let mut totals: BTreeMap<u32, NineHourEquivalents> = BTreeMap::new();
        for record in &extract.records {
            let total = totals.entry(record.facility).or_default();
            *total = total.plus(record.equivalents);
        }
        totals
    };
    let (earlier, later) = (totals(before), totals(now));
    let by_number: BTreeMap<u32, &FacilityId> = now
        .facility_numbers()
        .iter()
        .map(|(id, n)| (*n, id))
        .collect();
    let mut found = Vec::new();
    let mut seen = None;
    for (row, record) in now.records.iter().enumerate() {
        if seen.replace(record.facility) == Some(record.facility) {
            continue;
        }
        let number = by_number
            .get(&record.facility)
            .and_then(|facility| before.facility_numbers().get(*facility));
        let before = number.and_then(|number| earlier.get(number));
        let now = later.get(&record.facility).copied().unwrap_or_default();
        if let Some(before) = before.copied()
            && changed(before.thirty_sixths(), now.thirty_sixths(), limits)
        {
            At {
                found: &mut found,
                file: super::state::FILE,
                row,
            }
            .inform(
                Rule::E20,
                "e9",
                format!("{now} nach {before} im Vorjahr"),
                format!("{now} after {before} the year before"),
            );
        }
    }
    found
}
