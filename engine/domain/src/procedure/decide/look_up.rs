//! Finding what a command names, and the checks of values that many commands share.

use jiff::civil::Date;

use super::super::application::Application;
use super::super::child::ChildFile;
use super::super::contract::CareContract;
use super::super::facility_file::{FacilityFile, ProviderFile};
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use crate::{ApplicationId, ChildId, ContractId, FacilityId, ProviderId};

/// Longest reason code and criterion name, in bytes.
const LONGEST_CODE: usize = 64;
/// Longest name on pages, in bytes.
const LONGEST_NAME: usize = 200;

pub(super) fn child<'a>(situation: &'a Situation, id: &ChildId) -> Result<&'a ChildFile, Refusal> {
    situation
        .children
        .get(id)
        .ok_or_else(|| Refusal::UnknownChild { child: id.clone() })
}

pub(super) fn facility<'a>(
    situation: &'a Situation,
    id: &FacilityId,
) -> Result<&'a FacilityFile, Refusal> {
    situation
        .facilities
        .get(id)
        .ok_or_else(|| Refusal::UnknownFacility {
            facility: id.clone(),
        })
}

pub(super) fn provider<'a>(
    situation: &'a Situation,
    id: &ProviderId,
) -> Result<&'a ProviderFile, Refusal> {
    situation
        .providers
        .get(id)
        .ok_or_else(|| Refusal::UnknownProvider {
            provider: id.clone(),
        })
}

/// An application that is in the procedure.
pub(super) fn open_application<'a>(
    file: &'a ChildFile,
    id: &ApplicationId,
) -> Result<&'a Application, Refusal> {
    let found = file
        .application(id)
        .ok_or_else(|| Refusal::UnknownApplication {
            application: id.clone(),
        })?;
    if found.is_open() {
        Ok(found)
    } else {
        Err(Refusal::ApplicationNotOpen {
            application: id.clone(),
        })
    }
}

pub(super) fn contract<'a>(
    file: &'a ChildFile,
    id: &ContractId,
) -> Result<&'a CareContract, Refusal> {
    file.contract(id).ok_or_else(|| Refusal::UnknownContract {
        contract: id.clone(),
    })
}

/// Applications in the procedure.
pub(super) fn open_applications(file: &ChildFile) -> impl Iterator<Item = &Application> {
    file.applications.iter().filter(|a| a.is_open())
}

/// A reason code: 1 to 64 bytes.
pub(super) fn reason(what: &'static str, code: &str) -> Result<(), Refusal> {
    if code.trim().is_empty() {
        return Err(Refusal::ReasonMissing { what });
    }
    if code.len() > LONGEST_CODE {
        return Err(Refusal::NotOneOf {
            what: "a reason code",
            value: format!("of {} bytes", code.len()),
            allowed: "1 to 64 bytes",
        });
    }
    Ok(())
}

/// A name on pages: 1 to 200 bytes.
pub(super) fn name(what: &'static str, name: &str) -> Result<(), Refusal> {
    if name.trim().is_empty() || name.len() > LONGEST_NAME {
        return Err(Refusal::NotOneOf {
            what,
            value: format!("of {} bytes", name.len()),
            allowed: "1 to 200 bytes that are not all blank",
        });
    }
    Ok(())
}

/// Days of care a week: 1 to 7.
pub(super) fn days_per_week(days: u8) -> Result<(), Refusal> {
    if (1..=7).contains(&days) {
        Ok(())
    } else {
        Err(Refusal::NotOneOf {
            what: "the number of days a week",
            value: days.to_string(),
            allowed: "1 to 7",
        })
    }
}

/// A day that has not passed.
pub(super) fn not_past(what: &'static str, day: Date, today: Date) -> Result<(), Refusal> {
    if day < today {
        Err(Refusal::DateInThePast {
            what,
            date: day,
            today,
        })
    } else {
        Ok(())
    }
}

/// A day that has come.
pub(super) fn not_future(what: &'static str, day: Date, today: Date) -> Result<(), Refusal> {
    if day > today {
        Err(Refusal::DateInTheFuture {
            what,
            date: day,
            today,
        })
    } else {
        Ok(())
    }
}

/// Two days in order, which may be the same.
pub(super) fn in_order(what: &'static str, first: Date, last: Date) -> Result<(), Refusal> {
    if last < first {
        Err(Refusal::DateOrder { what, first, last })
    } else {
        Ok(())
    }
}

/// The day before; the first day there is has none and stays.
pub(super) fn day_before(day: Date) -> Date {
    day.yesterday().unwrap_or(day)
}

/// The day after; the last day there is has none and stays.
pub(super) fn day_after(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}
