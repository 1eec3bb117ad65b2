//! Reading measures: closings, licences, conversions, staff and how openings fill up.

use std::collections::BTreeMap;

use domain::{CareType, FacilityId};

use super::parse::{day, each, identifier};
use super::section::{Found, Section, Source};
use super::{
    Closing, Conversion, LicenceWithdrawal, LicensedPlaces, OneOffCost, Pause, RampStep,
    StaffAmount, StaffChange, StaffShift, StaffTransfer,
};
use crate::codes as code;

/// Most places of a facility and care type, as in table capacities.
const MOST_PLACES: u32 = 2000;
/// Most months of a ramp-up.
const MOST_RAMP_MONTHS: u32 = 120;
/// Most euros of a measure.
const MOST_EUROS: f64 = 1e12;

/// Facilities that close for good, those of them whose lease ends, and those that close for a time.
#[derive(Default)]
pub(super) struct Ends {
    pub(super) closings: Vec<Closing>,
    pub(super) leases: Vec<FacilityId>,
    pub(super) pauses: Vec<Pause>,
}

/// Reads `[[close]]` and `[[end_of_lease]]`.
pub(super) fn ends(source: &mut Source<'_>, top: Section<'_>) -> Ends {
    let mut ends = Ends::default();
    for closing in each(source, top, "close", "[[close]]", closing) {
        match closing {
            Ended::ForGood(closing) => ends.closings.push(closing),
            Ended::ForATime(pause) => ends.pauses.push(pause),
        }
    }
    for closing in each(
        source,
        top,
        "end_of_lease",
        "[[end_of_lease]]",
        end_of_lease,
    ) {
        ends.leases.push(closing.facility.clone());
        ends.closings.push(closing);
    }
    ends
}

enum Ended {
    ForGood(Closing),
    ForATime(Pause),
}

fn closing(source: &mut Source<'_>, section: Section<'_>) -> Option<Ended> {
    let keys = [
        "facility",
        "on",
        "staff_transfer",
        "reopens_on",
        "cost_euros",
    ];
    source.refuse_other_keys(section, &keys);
    let facility = identifier(source, section, "facility", FacilityId::new);
    let on = day(source, section, "on");
    if let Some(found) = source.find(section, "reopens_on") {
        if let Some(transfer) = source.find(section, "staff_transfer") {
            let message = "the staff of a facility that reopens stays with it";
            source.note(
                code::CONTRADICTION,
                transfer.line(),
                "staff_transfer",
                "",
                message,
                "remove staff_transfer, or reopens_on",
            );
        }
        let reopens_on = source.day(found);
        let pause = Pause {
            facility: facility?,
            on: on?,
            reopens_on: reopens_on?,
            line: section.line,
        };
        if pause.reopens_on <= pause.on {
            source.note(
                code::WRONG_SPAN,
                found.line(),
                "reopens_on",
                &pause.reopens_on.to_string(),
                format!("the facility is open for the last time on {}", pause.on),
                "give a later day",
            );
        }
        return Some(Ended::ForATime(pause));
    }
    let transfer = source.need(section, "staff_transfer");
    closed(source, section, facility, on, transfer).map(Ended::ForGood)
}

fn end_of_lease(source: &mut Source<'_>, section: Section<'_>) -> Option<Closing> {
    let keys = ["facility", "last_day", "staff_transfer", "cost_euros"];
    source.refuse_other_keys(section, &keys);
    let facility = identifier(source, section, "facility", FacilityId::new);
    let last_day = day(source, section, "last_day");
    let transfer = source.need(section, "staff_transfer");
    closed(source, section, facility, last_day, transfer)
}

fn closed(
    source: &mut Source<'_>,
    section: Section<'_>,
    facility: Option<FacilityId>,
    on: Option<jiff::civil::Date>,
    transfer: Option<Found<'_>>,
) -> Option<Closing> {
    let transfer = transfer.and_then(|found| staff_transfer(source, found));
    let closing = Closing {
        facility: facility?,
        on: on?,
        staff_transfer: transfer?,
        line: section.line,
    };
    if let StaffTransfer::To(targets) = &closing.staff_transfer
        && targets.contains(&closing.facility)
    {
        source.note(
            code::TRANSFER_TO_ITSELF,
            section.line,
            "staff_transfer",
            closing.facility.as_str(),
            "the staff would move to the facility that closes",
            "remove it from the list",
        );
    }
    Some(closing)
}

fn staff_transfer(source: &mut Source<'_>, found: Found<'_>) -> Option<StaffTransfer> {
    if found.is_text() {
        return source.parsed(found, |text| match text {
            "none" => Ok(StaffTransfer::None),
            "within_plan" => Ok(StaffTransfer::WithinPlan),
            _ => Err("write \"none\", \"within_plan\" or a list of facilities"),
        });
    }
    let items = source.list(found);
    let mut targets: Vec<FacilityId> = Vec::new();
    for item in items {
        let target = source.parsed(item, FacilityId::new)?;
        if targets.contains(&target) {
            source.note(
                code::GIVEN_TWICE,
                item.line(),
                "staff_transfer",
                target.as_str(),
                "the facility is named twice",
                "keep one of them",
            );
        } else {
            targets.push(target);
        }
    }
    Some(StaffTransfer::To(targets))
}

/// What `[[licence]]` says.
#[derive(Default)]
pub(super) struct Licences {
    pub(super) withdrawals: Vec<LicenceWithdrawal>,
    pub(super) places: Vec<LicensedPlaces>,
}

/// Reads `[[licence]]`: a withdrawal, or another number of licensed places.
pub(super) fn licences(source: &mut Source<'_>, top: Section<'_>) -> Licences {
    let mut found = Licences::default();
    for section in source.sections(top, "licence", "[[licence]]") {
        if section.keys().any(|key| key == "withdrawn_on") {
            found.withdrawals.extend(withdrawal(source, section));
        } else {
            found.places.extend(licensed_places(source, section));
        }
    }
    found
}

fn withdrawal(source: &mut Source<'_>, section: Section<'_>) -> Option<LicenceWithdrawal> {
    source.refuse_other_keys(section, &["facility", "withdrawn_on", "restored_on"]);
    let facility = identifier(source, section, "facility", FacilityId::new);
    let withdrawn_on = day(source, section, "withdrawn_on");
    let restored_on = match source.find(section, "restored_on") {
        None => None,
        Some(found) => Some((source.day(found)?, found.line())),
    };
    let withdrawal = LicenceWithdrawal {
        facility: facility?,
        withdrawn_on: withdrawn_on?,
        restored_on: restored_on.map(|(day, _)| day),
        line: section.line,
    };
    if let Some((day, line)) = restored_on.filter(|(day, _)| *day <= withdrawal.withdrawn_on) {
        source.note(
            code::WRONG_SPAN,
            line,
            "restored_on",
            &day.to_string(),
            format!("the licence is withdrawn on {}", withdrawal.withdrawn_on),
            "give a later day",
        );
    }
    Some(withdrawal)
}

fn licensed_places(source: &mut Source<'_>, section: Section<'_>) -> Option<LicensedPlaces> {
    source.refuse_other_keys(section, &["facility", "care_type", "from", "licensed"]);
    let facility = identifier(source, section, "facility", FacilityId::new);
    let care_type = source.care_type(section);
    let from = day(source, section, "from");
    let licensed = source.need(section, "licensed");
    let licensed = licensed.and_then(|found| source.whole(found, 0, MOST_PLACES));
    Some(LicensedPlaces {
        facility: facility?,
        care_type: care_type?,
        from: from?,
        licensed: licensed?,
        line: section.line,
    })
}

/// Reads one `[[convert]]`.
pub(super) fn conversion(source: &mut Source<'_>, section: Section<'_>) -> Option<Conversion> {
    let keys = [
        "facility",
        "from_care_type",
        "to_care_type",
        "from",
        "places",
        "new_places",
        "cost_euros",
    ];
    source.refuse_other_keys(section, &keys);
    let facility = identifier(source, section, "facility", FacilityId::new);
    let mut care = |key| {
        let found = source.need(section, key)?;
        source.parsed(found, str::parse::<CareType>)
    };
    let (from_care_type, to_care_type) = (care("from_care_type"), care("to_care_type"));
    let from = day(source, section, "from");
    let places = source.need(section, "places");
    let places = places.and_then(|found| source.whole(found, 1, MOST_PLACES));
    let new_places = match source.find(section, "new_places") {
        None => places,
        Some(found) => source.whole(found, 1, MOST_PLACES),
    };
    let conversion = Conversion {
        facility: facility?,
        from_care_type: from_care_type?,
        to_care_type: to_care_type?,
        from: from?,
        places: places?,
        new_places: new_places?,
        line: section.line,
    };
    if conversion.from_care_type == conversion.to_care_type {
        source.note(
            code::SAME_CARE_TYPE,
            section.line,
            "to_care_type",
            conversion.to_care_type.as_str(),
            "places would become places of the same care type",
            "name two care types, or use [[expand]] or [[shrink]]",
        );
        return None;
    }
    Some(conversion)
}

/// Reads one `[[staff]]`.
pub(super) fn staff_change(source: &mut Source<'_>, section: Section<'_>) -> Option<StaffChange> {
    let keys = ["facility", "care_type", "from", "places", "full_time"];
    source.refuse_other_keys(section, &keys);
    let facility = identifier(source, section, "facility", FacilityId::new);
    let care_type = source.care_type(section);
    let from = day(source, section, "from");
    let amount = amount(source, section, -f64::from(MOST_PLACES));
    Some(StaffChange {
        facility: facility?,
        care_type: care_type?,
        from: from?,
        amount: amount?,
        line: section.line,
    })
}

/// Reads one `[[move_staff]]`.
pub(super) fn staff_shift(source: &mut Source<'_>, section: Section<'_>) -> Option<StaffShift> {
    let keys = [
        "from_facility",
        "to_facility",
        "care_type",
        "from",
        "places",
        "full_time",
    ];
    source.refuse_other_keys(section, &keys);
    let from_facility = identifier(source, section, "from_facility", FacilityId::new);
    let to_facility = identifier(source, section, "to_facility", FacilityId::new);
    let care_type = source.care_type(section);
    let from = day(source, section, "from");
    let amount = amount(source, section, 0.0);
    let shift = StaffShift {
        from_facility: from_facility?,
        to_facility: to_facility?,
        care_type: care_type?,
        from: from?,
        amount: amount?,
        line: section.line,
    };
    if shift.from_facility == shift.to_facility {
        source.note(
            code::TRANSFER_TO_ITSELF,
            section.line,
            "to_facility",
            shift.to_facility.as_str(),
            "the staff would move to where it is",
            "name another facility",
        );
    }
    Some(shift)
}

/// `places` or `full_time`, exactly one of them.
fn amount(source: &mut Source<'_>, section: Section<'_>, least: f64) -> Option<StaffAmount> {
    let (places, full_time) = (
        source.find(section, "places"),
        source.find(section, "full_time"),
    );
    match (places, full_time) {
        (Some(found), None) => {
            let number = source.number(found, least, f64::from(MOST_PLACES))?;
            if number.fract() != 0.0 {
                source.bad_value(found, "whole places are needed");
                return None;
            }
            Some(StaffAmount::Places(number as i32))
        }
        (None, Some(found)) => {
            let number = source.number(found, least, f64::from(MOST_PLACES))?;
            Some(StaffAmount::FullTime(number))
        }
        _ => {
            source.note(
                code::ONE_OF_TWO,
                section.line,
                "places, full_time",
                "",
                "exactly one of places and full_time is needed",
                "say how much staff it is in places it can run, or in full-time equivalents",
            );
            None
        }
    }
}

/// Reads the ramp-ups of all openings.
pub(super) fn ramp_ups(
    source: &mut Source<'_>,
    top: Section<'_>,
) -> BTreeMap<FacilityId, Vec<RampStep>> {
    let mut found = BTreeMap::new();
    for section in source.sections(top, "open", "[[open]]") {
        let steps = each(source, section, "ramp_up", "[[open.ramp_up]]", ramp_step);
        let rises =
            |pair: &[RampStep]| pair[0].months < pair[1].months && pair[0].share <= pair[1].share;
        if !steps.windows(2).all(rises) {
            source.note(
                code::RAMP_UP,
                section.line,
                "ramp_up",
                "",
                "the steps of a ramp-up do not rise",
                "give months that rise and shares that do not fall",
            );
        }
        let key = source.find(section, "facility");
        let key = key
            .filter(|found| found.is_text())
            .and_then(|it| source.text(it));
        if let Some(facility) = key.and_then(|key| FacilityId::new(key).ok())
            && !steps.is_empty()
        {
            found.insert(facility, steps);
        }
    }
    found
}

fn ramp_step(source: &mut Source<'_>, section: Section<'_>) -> Option<RampStep> {
    source.refuse_other_keys(section, &["months", "share"]);
    let months = source.need(section, "months");
    let months = months.and_then(|found| source.whole(found, 0, MOST_RAMP_MONTHS));
    let share = source.need(section, "share");
    let share = share.and_then(|found| source.number(found, 0.0, 1.0));
    Some(RampStep {
        months: months?,
        share: share?,
    })
}

/// Reads what measures cost once.
pub(super) fn one_offs(source: &mut Source<'_>, top: Section<'_>) -> Vec<OneOffCost> {
    let kinds = [
        ("close", "[[close]]", "on"),
        ("end_of_lease", "[[end_of_lease]]", "last_day"),
        ("open", "[[open]]", "from"),
        ("expand", "[[expand]]", "from"),
        ("shrink", "[[shrink]]", "from"),
        ("convert", "[[convert]]", "from"),
    ];
    let mut costs = Vec::new();
    for (kind, name, key) in kinds {
        for section in source.sections(top, kind, name) {
            let Some(found) = source.find(section, "cost_euros") else {
                continue;
            };
            let euros = source.number(found, 0.0, MOST_EUROS);
            let on = source
                .find(section, key)
                .and_then(|found| source.day(found));
            if let (Some(euros), Some(on)) = (euros, on) {
                costs.push(OneOffCost {
                    on,
                    euros,
                    line: section.line,
                });
            }
        }
    }
    costs
}
