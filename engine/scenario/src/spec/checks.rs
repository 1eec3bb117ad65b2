//! What a scenario may not say of itself, whatever the city.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AreaId, FacilityId};
use jiff::civil::Date;

use super::ScenarioSpec;
use super::section::Source;
use crate::codes as code;

/// A measure or demand: key of its day, the day, and its line.
type Dated = (&'static str, Date, u64);

/// Every date lies within the horizon.
pub(super) fn dates(source: &mut Source<'_>, spec: &ScenarioSpec, reports: &[(Date, u64)]) {
    let (first, last) = spec.span();
    let mut dates: Vec<Dated> = measures(spec).map(|(_, dated)| dated).collect();
    dates.extend(spec.demand.iter().map(|it| ("date", it.date, it.line)));
    let choice = spec.closure_choice.iter();
    dates.extend(choice.flat_map(super::optimise::days_of));
    dates.extend(
        reports
            .iter()
            .map(|(date, line)| ("report_dates", *date, *line)),
    );
    for (key, date, line) in dates {
        if date < first || last < date {
            source.note(
                code::OUTSIDE_HORIZON,
                line,
                key,
                &date.to_string(),
                format!("the scenario runs from {first} to {last}"),
                "move the date, or change first_month or months",
            );
        }
    }
}

/// Every measure with the facility it acts on.
fn measures(spec: &ScenarioSpec) -> impl Iterator<Item = (&FacilityId, Dated)> {
    let closings = spec.closings.iter();
    let closings = closings.map(|it| {
        (
            &it.facility,
            (closing_key(spec, &it.facility), it.on, it.line),
        )
    });
    let openings = spec.openings.iter();
    let openings = openings.map(|it| (&it.facility, ("from", it.from, it.line)));
    let pauses = spec.pauses.iter();
    let pauses = pauses.map(|it| (&it.facility, ("on", it.on, it.line)));
    let withdrawals = spec.withdrawals.iter();
    let withdrawals =
        withdrawals.map(|it| (&it.facility, ("withdrawn_on", it.withdrawn_on, it.line)));
    closings
        .chain(openings)
        .chain(pauses)
        .chain(withdrawals)
        .chain(places(spec))
}

fn closing_key(spec: &ScenarioSpec, facility: &FacilityId) -> &'static str {
    if spec.lease_ends.contains(facility) {
        "last_day"
    } else {
        "on"
    }
}

/// The measures on the places of a facility that is open.
fn places(spec: &ScenarioSpec) -> impl Iterator<Item = (&FacilityId, Dated)> {
    let changes = spec.changes.iter();
    let changes = changes.map(|it| (&it.facility, ("from", it.from, it.line)));
    let licensed = spec.licensed.iter();
    let licensed = licensed.map(|it| (&it.facility, ("from", it.from, it.line)));
    let conversions = spec.conversions.iter();
    let conversions = conversions.map(|it| (&it.facility, ("from", it.from, it.line)));
    let staff = spec.staff_changes.iter();
    let staff = staff.map(|it| (&it.facility, ("from", it.from, it.line)));
    let shifts = spec.staff_shifts.iter();
    let shifts = shifts.flat_map(|it| {
        [&it.from_facility, &it.to_facility].map(|facility| (facility, ("from", it.from, it.line)))
    });
    changes
        .chain(licensed)
        .chain(conversions)
        .chain(staff)
        .chain(shifts)
}

/// Nothing is given twice.
pub(super) fn twice(source: &mut Source<'_>, spec: &ScenarioSpec) {
    let mut given: Vec<(u64, String)> = Vec::new();
    let closings = spec.closings.iter();
    given.extend(closings.map(|it| (it.line, format!("the closing of {}", it.facility))));
    let pauses = spec.pauses.iter();
    given.extend(pauses.map(|it| (it.line, format!("the closing of {}", it.facility))));
    let openings = spec.openings.iter();
    given.extend(openings.map(|it| (it.line, format!("the opening of {}", it.facility))));
    given.extend(spec.changes.iter().map(|it| {
        let what = format!(
            "places of {} for {} from {}",
            it.facility, it.care_type, it.from
        );
        (it.line, what)
    }));
    let withdrawals = spec.withdrawals.iter();
    given.extend(withdrawals.map(|it| {
        (
            it.line,
            format!("the licence of {} from {}", it.facility, it.withdrawn_on),
        )
    }));
    given.extend(spec.licensed.iter().map(|it| {
        (
            it.line,
            format!(
                "licensed places of {} for {} from {}",
                it.facility, it.care_type, it.from
            ),
        )
    }));
    given.extend(spec.conversions.iter().map(|it| {
        let (from, to) = (it.from_care_type, it.to_care_type);
        (
            it.line,
            format!(
                "the conversion of {} from {from} to {to} on {}",
                it.facility, it.from
            ),
        )
    }));
    given.extend(spec.staff_changes.iter().map(|it| {
        (
            it.line,
            format!(
                "staff of {} for {} from {}",
                it.facility, it.care_type, it.from
            ),
        )
    }));
    given.extend(spec.staff_shifts.iter().map(|it| {
        let (from, to) = (&it.from_facility, &it.to_facility);
        (
            it.line,
            format!(
                "staff of {from} for {} to {to} from {}",
                it.care_type, it.from
            ),
        )
    }));
    given.extend(spec.demand.iter().map(|it| {
        let area = it.area.as_ref().map_or("the city", AreaId::as_str);
        (
            it.line,
            format!("demand of {area} for {} on {}", it.care_type, it.date),
        )
    }));
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (line, what) in given {
        if !seen.insert(what.clone()) {
            source.note(
                code::GIVEN_TWICE,
                line,
                "",
                &what,
                "this is given twice",
                "keep one of them",
            );
        }
    }
}

/// Nothing happens to a facility after it has closed, and no closing lies in another.
pub(super) fn contradictions(source: &mut Source<'_>, spec: &ScenarioSpec) {
    let closed: BTreeMap<&FacilityId, Date> = spec
        .closings
        .iter()
        .map(|closing| (&closing.facility, closing.on))
        .collect();
    let after = |facility: &FacilityId, day: Date| closed.get(facility).filter(|on| **on < day);
    let pauses = spec.pauses.iter();
    let pauses = pauses.map(|it| (&it.facility, ("reopens_on", it.reopens_on, it.line)));
    let withdrawals = spec.withdrawals.iter().flat_map(|it| {
        let restored = it.restored_on.map(|day| ("restored_on", day, it.line));
        let days = [Some(("withdrawn_on", it.withdrawn_on, it.line)), restored];
        days.into_iter()
            .flatten()
            .map(|dated| (&it.facility, dated))
    });
    let late: Vec<(String, Dated, Date)> = places(spec)
        .chain(pauses)
        .chain(withdrawals)
        .filter_map(|(facility, dated)| {
            let on = after(facility, dated.1)?;
            Some((facility.to_string(), dated, *on))
        })
        .collect();
    for (facility, (key, day, line), on) in late {
        source.note(
            code::AFTER_CLOSING,
            line,
            key,
            &day.to_string(),
            format!("facility {facility} closes for good on {on} in this scenario"),
            "move the measure before the closing, or drop one of the two",
        );
    }
    let withdrawals = spec.withdrawals.iter();
    overlaps(
        source,
        withdrawals.map(|it| (&it.facility, it.withdrawn_on, it.restored_on, it.line)),
    );
    let pauses = spec.pauses.iter();
    overlaps(
        source,
        pauses.map(|it| (&it.facility, it.on, Some(it.reopens_on), it.line)),
    );
}

/// Spans of the same facility do not overlap.
fn overlaps<'a>(
    source: &mut Source<'_>,
    spans: impl Iterator<Item = (&'a FacilityId, Date, Option<Date>, u64)>,
) {
    let mut spans: Vec<_> = spans.collect();
    spans.sort();
    for pair in spans.windows(2) {
        let ((one, from, until, _), (other, next, ..)) = (&pair[0], &pair[1]);
        if one == other && until.is_none_or(|until| *next < until) {
            source.note(
                code::CONTRADICTION,
                pair[1].3,
                "facility",
                other.as_str(),
                format!("the span from {next} begins in the one from {from}"),
                "end the earlier one before, or keep one of them",
            );
        }
    }
}
