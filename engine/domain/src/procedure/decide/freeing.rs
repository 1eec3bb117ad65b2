//! Places that become free: the starts and links of cascades (K40).

use jiff::civil::Date;

use super::super::application::Application;
use super::super::change::Change;
use super::super::child::ChildFile;
use super::super::contract::{CareContract, ContractEnd, ContractVersion};
use super::super::facility_file::{FreedPlace, FreedPlaceCause};
use super::super::offer::Offer;
use super::super::stay_months::Stay;
use super::look_up::day_after;
use crate::Month;

/// The place of an offer that closes without a contract.
pub(super) fn by_offer(file: &ChildFile, application: &Application, offer: &Offer) -> Change {
    let stay = file.stay_of_offer(application, offer);
    let cause = FreedPlaceCause::OfferClosed {
        offer: offer.id.clone(),
    };
    Change::PlaceFreed {
        facility: application.facility.clone(),
        freed_place: FreedPlace {
            id: cause.key(1),
            care_type: stay
                .care_type_in(Month::of(offer.starts_on))
                .unwrap_or(application.care_type),
            free_from: offer.starts_on,
            cause,
        },
    }
}

/// The place a contract gives up when it is known otherwise: from the first day of another care type,
/// else from the day after its new last day, if that is earlier than before. A later start frees no
/// place anybody could keep and is not counted.
pub(super) fn by_version(
    file: &ChildFile,
    contract: &CareContract,
    new: &ContractVersion,
    today: Date,
) -> Option<Change> {
    let old = file.stay_of(contract.current());
    let (care_type, free_from) = given_up(&old, &file.stay_of(new), today)?;
    Some(freed(contract, new.version, care_type, free_from))
}

/// A place of a contract, free from a day on.
pub(super) fn freed(
    contract: &CareContract,
    version: u32,
    care_type: crate::CareType,
    free_from: Date,
) -> Change {
    let cause = FreedPlaceCause::ContractShortened {
        contract: contract.id.clone(),
    };
    Change::PlaceFreed {
        facility: contract.facility.clone(),
        freed_place: FreedPlace {
            id: cause.key(version),
            care_type,
            free_from,
            cause,
        },
    }
}

/// Care type and first day of what a stay gives up when another takes its place; `None` if nothing is
/// given up or all of it has passed.
pub(super) fn given_up(old: &Stay, new: &Stay, today: Date) -> Option<(crate::CareType, Date)> {
    if old.last_day < old.first_day || old.last_day < today {
        return None;
    }
    let on = |day: Date| old.care_type_in(Month::of(day));
    if new.last_day < new.first_day {
        return on(old.first_day).map(|care_type| (care_type, old.first_day));
    }
    let from = old.first_day.max(new.first_day);
    if from <= old.last_day && on(from) != new.care_type_in(Month::of(from)) {
        return on(from).map(|care_type| (care_type, from));
    }
    if new.last_day < old.last_day {
        let free_from = day_after(new.last_day).max(old.first_day);
        return on(free_from).map(|care_type| (care_type, free_from));
    }
    None
}

/// The next version of a contract: what is known from today on.
pub(super) fn next_version(current: &ContractVersion, today: Date) -> ContractVersion {
    ContractVersion {
        version: current.version.saturating_add(1),
        recorded_from: today.max(current.recorded_from),
        recorded_to: None,
        ..current.clone()
    }
}

/// A contract ends after a day, or never begins; its place is free from the day after.
pub(super) fn shorten(
    file: &ChildFile,
    contract: &CareContract,
    last_day: Date,
    end: ContractEnd,
    today: Date,
) -> Vec<Change> {
    let mut version = next_version(contract.current(), today);
    version.valid_to = last_day.max(super::look_up::day_before(version.valid_from));
    let place = by_version(file, contract, &version, today);
    let mut changes = vec![Change::ContractVersionRecorded {
        child: file.child.id.clone(),
        contract: contract.id.clone(),
        version,
        end: Some(end),
    }];
    changes.extend(place);
    changes
}
