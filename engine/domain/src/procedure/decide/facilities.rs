//! Facilities: entered, closing, in the needs plan, with their places.

use jiff::civil::Date;

use super::super::change::Change;
use super::super::command::{CapacityChange, Command, FacilityRegistration, Operation};
use super::super::facility_file::BlockedSpan;
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use super::Decision;
use super::look_up::{day_after, facility, in_order, name, provider};
use crate::{FacilityId, Licence};

pub(super) fn decide(situation: &Situation, command: &Command) -> Decision {
    match command {
        Command::RegisterFacility(registration) => register(situation, registration),
        Command::CloseFacility {
            facility: id,
            last_day,
        } => close(situation, id, *last_day),
        Command::SetNeedsPlan {
            facility: id,
            in_needs_plan,
        } => {
            if facility(situation, id)?.facility.in_needs_plan() == *in_needs_plan {
                return Err(Refusal::NothingToChange {
                    what: "the needs plan",
                });
            }
            Ok(vec![Change::NeedsPlanSet {
                facility: id.clone(),
                in_needs_plan: *in_needs_plan,
            }])
        }
        Command::SetCapacity(change) => set_capacity(situation, change),
        Command::BlockPlaces { facility, span } => block(situation, facility, *span),
        _ => Err(Refusal::NothingToChange {
            what: "the facility",
        }),
    }
}

/// A facility is entered as soon as its opening is known (K43); its provider takes part today or later,
/// and still does when it opens.
fn register(situation: &Situation, new: &FacilityRegistration) -> Decision {
    let facts = &new.facts;
    let by = &provider(situation, &facts.provider)?.provider;
    if situation.facilities.contains_key(&facts.id) {
        return Err(Refusal::AlreadyKnown {
            what: "facility",
            key: facts.id.to_string(),
        });
    }
    name("the name of the facility", &new.name)?;
    check_operation(&new.operation)?;
    if let Some(last_day) = facts.closes_on {
        in_order("the operation", facts.opens_on, last_day)?;
    }
    check_licences(&facts.licences)?;
    let needed = facts.opens_on.max(situation.today);
    if by.participates_to().is_some_and(|to| to < needed) {
        return Err(Refusal::FacilityNotAvailable {
            facility: facts.id.clone(),
            reason: "its provider no longer takes part when it opens",
        });
    }
    Ok(vec![Change::FacilityRegistered(new.clone())])
}

fn check_operation(operation: &Operation) -> Result<(), Refusal> {
    let hours = operation.opening_hour..=operation.closing_hour;
    let refused = if operation.groups > 100 {
        (
            "the number of groups",
            operation.groups.to_string(),
            "0 to 100",
        )
    } else if operation.closing_days > 365 {
        (
            "the number of closing days",
            operation.closing_days.to_string(),
            "0 to 365",
        )
    } else if !(0.0..24.0).contains(hours.start())
        || !(0.0..=24.0).contains(hours.end())
        || hours.end() <= hours.start()
    {
        (
            "the opening time",
            format!("{} to {}", hours.start(), hours.end()),
            "hours of the day from 0 to 24, the first before the second",
        )
    } else {
        return Ok(());
    };
    let (what, value, allowed) = refused;
    Err(Refusal::NotOneOf {
        what,
        value,
        allowed,
    })
}

/// Licences one after the other, none over another.
fn check_licences(licences: &[Licence]) -> Result<(), Refusal> {
    let mut licences = licences.to_vec();
    licences.sort_by_key(|licence| licence.valid_from);
    for licence in &licences {
        if let Some(last_day) = licence.valid_to {
            in_order("the licence", licence.valid_from, last_day)?;
        }
    }
    for pair in licences.windows(2) {
        in_order(
            "the licence must begin after the one before ends",
            day_after(pair[0].valid_to.unwrap_or(Date::MAX)),
            pair[1].valid_from,
        )?;
    }
    Ok(())
}

fn close(situation: &Situation, id: &FacilityId, last_day: Date) -> Decision {
    let closing = &facility(situation, id)?.facility;
    in_order("the operation", closing.opens_on(), last_day)?;
    if closing.closes_on() == Some(last_day) {
        return Err(Refusal::NothingToChange {
            what: "the last day of the facility",
        });
    }
    Ok(vec![Change::FacilityCloses {
        facility: id.clone(),
        last_day,
    }])
}

/// Staff never allows more than the licence; a childminder has at most five children present, so no
/// more than five places (K20).
fn set_capacity(situation: &Situation, change: &CapacityChange) -> Decision {
    let file = facility(situation, &change.facility)?;
    let span = change.span;
    check_span(span.valid_from, span.valid_to)?;
    if span.staffed > span.licensed {
        return Err(Refusal::NotOneOf {
            what: "the number of staffed places",
            value: span.staffed.to_string(),
            allowed: "at most the licensed places",
        });
    }
    if let Some(most) = file.facility.kind().most_present()
        && span.licensed > most
    {
        return Err(Refusal::NotOneOf {
            what: "the number of licensed places of a childminder",
            value: span.licensed.to_string(),
            allowed: "at most 5",
        });
    }
    let newest = file
        .capacities
        .iter()
        .filter(|known| known.care_type == span.care_type)
        .max_by_key(|known| known.valid_from);
    if newest == Some(&span) {
        return Err(Refusal::NothingToChange { what: "the places" });
    }
    Ok(vec![Change::CapacitySet(change.clone())])
}

fn block(situation: &Situation, id: &FacilityId, span: BlockedSpan) -> Decision {
    let file = facility(situation, id)?;
    check_span(span.valid_from, span.valid_to)?;
    if file.blocked.contains(&span) {
        return Err(Refusal::NothingToChange {
            what: "the blocked places",
        });
    }
    Ok(vec![Change::PlacesBlocked {
        facility: id.clone(),
        span,
    }])
}

fn check_span(valid_from: Date, valid_to: Option<Date>) -> Result<(), Refusal> {
    valid_to.map_or(Ok(()), |valid_to| {
        in_order("the span", valid_from, valid_to)
    })
}
