//! The conclusion of a contract: one decision that closes everything else (K37, K38).

use super::super::application::Application;
use super::super::change::Change;
use super::super::child::ChildFile;
use super::super::command::Conclusion;
use super::super::contract::{CareContract, ContractEnd, ContractVersion, FirstRecord};
use super::super::facility_file::Holder;
use super::super::offer::{Offer, OfferState};
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use super::look_up::{child, day_before, days_per_week, facility, not_past, open_applications};
use super::{Decision, availability, beside, freeing, offers};
use crate::{ChildId, ContractId};

/// Concludes a contract on an offer.
pub(super) fn conclude(situation: &Situation, id: &ChildId, conclusion: &Conclusion) -> Decision {
    let today = situation.today;
    let file = child(situation, id)?;
    let (application, offer) =
        file.offer(&conclusion.offer)
            .ok_or_else(|| Refusal::UnknownOffer {
                offer: conclusion.offer.clone(),
            })?;
    days_per_week(conclusion.days_per_week)?;
    check_offer(situation, file, application, offer)?;
    if file.contract(&conclusion.contract).is_some() {
        return Err(Refusal::AlreadyKnown {
            what: "contract",
            key: conclusion.contract.to_string(),
        });
    }
    let place = facility(situation, &application.facility)?;
    availability::concludes(place, application.care_type, offer.starts_on, today)?;
    let left = contracts_left(file, application, offer)?;
    let stay = file.stay_of_offer(application, offer);
    // Contracts only: an offer of another child never stands in the way of one that is taken up, and
    // no place is promised twice by contract however many offers are out.
    availability::room(place, stay.months(), |held| {
        held.child != *id && matches!(held.holder, Holder::Contract(_))
    })?;

    let contract = CareContract {
        id: conclusion.contract.clone(),
        facility: application.facility.clone(),
        first_record: FirstRecord::Offer {
            offer: offer.id.clone(),
        },
        versions: vec![ContractVersion {
            version: 1,
            care_type: application.care_type,
            daily_hours: offer.daily_hours,
            days_per_week: conclusion.days_per_week,
            lunch: conclusion.lunch,
            valid_from: offer.starts_on,
            valid_to: offer.ends_on,
            recorded_from: today,
            recorded_to: None,
        }],
        end: None,
    };
    let mut changes = vec![
        Change::OfferContracted {
            child: id.clone(),
            offer: offer.id.clone(),
            on: today,
            contract: contract.id.clone(),
        },
        Change::ApplicationContracted {
            child: id.clone(),
            application: application.id.clone(),
            contract: contract.id.clone(),
            on: today,
        },
    ];
    for old in left {
        changes.extend(leave(file, old, application, offer, situation));
    }
    let closed = beside::close_others(file, Some(&application.id), &contract.id, today);
    changes.push(Change::ContractConcluded {
        child: id.clone(),
        contract,
    });
    changes.extend(closed);
    Ok(changes)
}

/// The offer waits for its contract, in time, alone, with consent, for a day to come.
fn check_offer(
    situation: &Situation,
    file: &ChildFile,
    application: &Application,
    offer: &Offer,
) -> Result<(), Refusal> {
    match offer.state {
        OfferState::Open => offers::in_time(offer, situation.today)?,
        OfferState::Confirmed { .. } => {}
        _ => return Err(offers::not_open(offer)),
    }
    if !application.is_open() {
        return Err(Refusal::ApplicationNotOpen {
            application: application.id.clone(),
        });
    }
    offers::no_other_confirmed(file, &offer.id)?;
    let open = open_applications(file).count();
    if open > 1 && file.consent.is_none() {
        return Err(Refusal::ConsentMissing { open });
    }
    not_past("the first day of care", offer.starts_on, situation.today)
}

/// Contracts that give way to the new one: those it overlaps, if all of them are the one the child
/// moves from or continue it.
fn contracts_left<'a>(
    file: &'a ChildFile,
    application: &Application,
    offer: &Offer,
) -> Result<Vec<&'a CareContract>, Refusal> {
    let line = application
        .transfer_from
        .as_ref()
        .map(|from| line_of(file, from));
    let mut left = Vec::new();
    for contract in &file.contracts {
        let current = contract.current();
        if !current.overlaps(offer.starts_on, offer.ends_on) {
            continue;
        }
        if line.as_ref() != Some(&line_of(file, &contract.id)) {
            return Err(Refusal::ContractExists {
                contract: contract.id.clone(),
                from: current.valid_from,
                to: current.valid_to,
            });
        }
        left.push(contract);
    }
    Ok(left)
}

/// The first of the contracts that continue each other up to this one.
fn line_of(file: &ChildFile, contract: &ContractId) -> ContractId {
    let mut first = contract.clone();
    // At most as many steps as there are contracts, whatever was loaded.
    for _ in &file.contracts {
        match file.contract(&first).map(|c| &c.first_record) {
            Some(FirstRecord::Continuation { of }) => first = of.clone(),
            _ => break,
        }
    }
    first
}

/// The old contract ends the day before. At another facility its place is free from then on; where the
/// child stays, only what the new stay no longer holds.
fn leave(
    file: &ChildFile,
    old: &CareContract,
    application: &Application,
    offer: &Offer,
    situation: &Situation,
) -> Vec<Change> {
    let today = situation.today;
    let last_day = day_before(offer.starts_on);
    let mut changes = freeing::shorten(file, old, last_day, ContractEnd::Transfer, today);
    if old.facility == application.facility {
        changes.retain(|change| !matches!(change, Change::PlaceFreed { .. }));
        let version = freeing::next_version(old.current(), today).version;
        let old_stay = file.stay_of(old.current());
        let new_stay = file.stay_of_offer(application, offer);
        changes.extend(
            freeing::given_up(&old_stay, &new_stay, today)
                .map(|(care_type, free_from)| freeing::freed(old, version, care_type, free_from)),
        );
    }
    changes
}
