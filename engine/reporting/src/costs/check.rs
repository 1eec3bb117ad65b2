//! E18 and E19: sums and ratios.

use domain::{CareType, ReferenceDate};
use jiff::civil::date;

use super::{Amount, CostPublication, CostRow};
use crate::parameters::{Limits, Parameters, StaffKey};
use crate::rational::Fraction;
use crate::rules::{At, Finding, Rule};

/// File of the publication.
const FILE: &str = "betriebskosten_p14";

/// Quarter hours of the nine-hour day.
const NINE_HOURS: u32 = 36;

/// Applies E18 (both sums of a row are the total as published, to a cent) and E19 (staff costs stand to
/// each other as the staff keys of 1 January of the year do, the state's share as the hours do).
///
/// Text and finding give the sums found: who published 578.84 reads that both sums give 578.94.
#[must_use]
pub fn check_costs(publication: &CostPublication, parameters: &Parameters) -> Vec<Finding> {
    let day = date(publication.year.clamp(1, 9999), 1, 1);
    let limits = parameters.limits_on(ReferenceDate::new(day));
    let mut found = Vec::new();
    let nursery = publication
        .rows
        .iter()
        .find(|row| row.kind.care_type == CareType::Nursery && row.kind.quarters == NINE_HOURS);
    let nine_hours = publication
        .rows
        .iter()
        .find(|row| row.kind.quarters == NINE_HOURS);
    for (place, row) in publication.rows.iter().enumerate() {
        let mut at = At {
            found: &mut found,
            file: FILE,
            row: place,
        };
        sums(&mut at, row, limits);
        if let Some(nursery) = nursery {
            let keys = (
                parameters.staff_key(CareType::Nursery, day),
                parameters.staff_key(row.kind.care_type, day),
            );
            if let (Some(of_nursery), Some(of_row)) = keys {
                let expected = expected_ratio(row, of_row, nursery, of_nursery);
                personnel(&mut at, row, nursery, expected, limits);
            }
        }
        if let Some(nine_hours) = nine_hours {
            state_share(&mut at, row, nine_hours, limits);
        }
    }
    found.sort();
    found
}

/// E18.
fn sums(at: &mut At<'_>, row: &CostRow, limits: &Limits) {
    let costs = row.personnel.0.saturating_add(row.other.0);
    let covered = row.state.0.saturating_add(row.parents.0);
    let covered = covered.saturating_add(row.municipality.0);
    let (kind, total) = (row.kind, row.total);
    let tolerance = limits.cost_tolerance_cents;
    if costs.abs_diff(total.0) > tolerance.unsigned_abs() {
        let sum = Amount(costs);
        at.block(
            Rule::E18,
            "summe",
            format!("{kind}: Personal- und Sachkosten ergeben {sum}, veröffentlicht sind {total}"),
            format!("{kind}: staff and other costs add up to {sum}, published are {total}"),
        );
    }
    if covered.abs_diff(total.0) > tolerance.unsigned_abs() {
        let sum = Amount(covered);
        at.block(
            Rule::E18,
            "gemeinde",
            format!("{kind}: Land, Eltern und Gemeinde ergeben {sum}, veröffentlicht sind {total}"),
            format!(
                "{kind}: state, parents and municipality add up to {sum}, published are {total}"
            ),
        );
    }
}

/// Staff of a child of the row over that of the nursery child.
fn expected_ratio(
    row: &CostRow,
    key: &StaffKey,
    nursery: &CostRow,
    nursery_key: &StaffKey,
) -> Option<Fraction> {
    let staff = |row: &CostRow, key: &StaffKey| {
        let per_child = key.full_time.over(key.children)?;
        row.kind.hours().over(key.base_hours)?.times(per_child)
    };
    staff(row, key)?.over(staff(nursery, nursery_key)?)
}

/// E19: staff costs.
fn personnel(
    at: &mut At<'_>,
    row: &CostRow,
    nursery: &CostRow,
    expected: Option<Fraction>,
    limits: &Limits,
) {
    let found = Fraction::whole(row.personnel.0).over(Fraction::whole(nursery.personnel.0));
    let (Some(found), Some(expected)) = (found, expected) else {
        return;
    };
    let tolerance = Fraction::new(i128::from(limits.key_tolerance_permille), 1000);
    let difference = found
        .over(expected)
        .and_then(|ratio| ratio.minus(Fraction::ONE));
    if let (Some(difference), Some(tolerance)) = (difference, tolerance)
        && difference.absolute() > tolerance
    {
        let (kind, found, expected) = (row.kind, found.decimals(4), expected.decimals(4));
        at.confirm(
            Rule::E19,
            "personal",
            format!("{kind}: Personalkosten sind das {found}fache der Krippe, nach den Schlüsseln {expected}"),
            format!("{kind}: staff costs are {found} times those of the nursery, {expected} by the keys"),
        );
    }
}

/// E19: the state's share follows the hours.
fn state_share(at: &mut At<'_>, row: &CostRow, nine_hours: &CostRow, limits: &Limits) {
    let hours = Fraction::new(i128::from(row.kind.quarters), i128::from(NINE_HOURS));
    let expected = hours.and_then(|hours| hours.times(Fraction::whole(nine_hours.state.0)));
    let Some(expected) = expected else {
        return;
    };
    let difference = expected.minus(Fraction::whole(row.state.0));
    let tolerance = Fraction::whole(limits.cost_tolerance_cents);
    if difference.is_some_and(|difference| difference.absolute() > tolerance) {
        let (kind, state) = (row.kind, row.state);
        let expected = expected.over(Fraction::whole(100));
        let expected = expected.unwrap_or(Fraction::ZERO).decimals(2);
        at.confirm(
            Rule::E19,
            "land",
            format!("{kind}: Landesanteil {state}, nach den Stunden {expected}"),
            format!("{kind}: the state's share is {state}, {expected} by the hours"),
        );
    }
}
