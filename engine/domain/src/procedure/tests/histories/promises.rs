//! What always holds.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::Month;

/// Promises about every state.
pub(super) fn always(situation: &Situation) -> Result<(), TestCaseError> {
    for file in situation.children.values() {
        one_contract_a_day(file)?;
        nothing_open_beside_a_contract(file, situation.today)?;
        applications_are_in_order(file, situation)?;
        for contract in &file.contracts {
            let known = contract.versions.windows(2).all(|pair| {
                pair[0].recorded_to == Some(pair[1].recorded_from)
                    && pair[0].version + 1 == pair[1].version
            });
            prop_assert!(known && contract.current().recorded_to.is_none());
        }
    }
    for facility in situation.facilities.values() {
        held_places_are_those_of_the_files(facility, situation)?;
    }
    Ok(())
}

fn one_contract_a_day(file: &ChildFile) -> Result<(), TestCaseError> {
    for (n, one) in file.contracts.iter().enumerate() {
        for other in &file.contracts[n + 1..] {
            let version = other.current();
            prop_assert!(
                version.never_ran()
                    || !one.current().overlaps(version.valid_from, version.valid_to),
                "{} and {} of {} share a day",
                one.id,
                other.id,
                file.child.id
            );
        }
    }
    Ok(())
}

fn nothing_open_beside_a_contract(file: &ChildFile, today: Date) -> Result<(), TestCaseError> {
    if file.running_or_to_come(today).is_empty() {
        return Ok(());
    }
    for application in file.applications.iter().filter(|a| a.is_open()) {
        let flagged = application.holding_offer().is_some_and(|offer| {
            matches!(
                offer.state,
                OfferState::Confirmed {
                    conflict: Some(_),
                    ..
                }
            )
        });
        prop_assert!(
            application.transfer_from.is_some() || flagged,
            "{} is open beside a contract",
            application.id
        );
    }
    Ok(())
}

fn applications_are_in_order(file: &ChildFile, situation: &Situation) -> Result<(), TestCaseError> {
    let open: Vec<_> = file.applications.iter().filter(|a| a.is_open()).collect();
    prop_assert!(open.len() <= situation.policy.most_applications);
    prop_assert!(open.len() < 2 || file.consent.is_some());
    let ranks: BTreeSet<_> = open.iter().map(|a| a.rank).collect();
    prop_assert_eq!(ranks.len(), open.len(), "a rank is given twice");
    let mut confirmed = 0;
    for application in &file.applications {
        let holding = application.offers.iter().filter(|o| o.holds_a_place());
        let most = usize::from(application.is_open());
        prop_assert!(holding.clone().count() <= most, "a closed place is held");
        confirmed += holding
            .filter(|o| matches!(o.state, OfferState::Confirmed { conflict: None, .. }))
            .count();
    }
    prop_assert!(confirmed <= 1, "{confirmed} offers are confirmed");
    Ok(())
}

/// The held places of a facility file are those of the children's files, built anew.
fn held_places_are_those_of_the_files(
    facility: &FacilityFile,
    situation: &Situation,
) -> Result<(), TestCaseError> {
    let from = FacilityFile::held_from(situation.today);
    let lasts = |stay: &Stay| stay.first_day <= stay.last_day && from <= stay.last_day;
    let mut expected = BTreeMap::new();
    for file in situation.children.values() {
        for application in &file.applications {
            if let Some(offer) = application.holding_offer()
                && application.facility == *facility.facility.id()
            {
                expected.insert(
                    Holder::Offer(offer.id.clone()),
                    file.stay_of_offer(application, offer),
                );
            }
        }
        for contract in &file.contracts {
            if contract.facility == *facility.facility.id() {
                expected.insert(
                    Holder::Contract(contract.id.clone()),
                    file.stay_of(contract.current()),
                );
            }
        }
    }
    expected.retain(|_, stay| lasts(stay));
    let held: BTreeMap<_, _> = facility
        .held
        .iter()
        .filter(|place| lasts(&place.stay))
        .map(|place| (place.holder.clone(), place.stay))
        .collect();
    prop_assert_eq!(held, expected);
    Ok(())
}

/// Whether a command gives a place to somebody.
pub(super) fn takes_places(command: &Command) -> bool {
    matches!(
        command,
        Command::MakeOffer { .. }
            | Command::ConcludeContract { .. }
            | Command::ContinueContract { .. }
            | Command::CorrectContract { .. }
    )
}

/// In no month to come are more places contracted beyond those that can be given than before.
pub(super) fn sells_no_place_twice(
    before: &Situation,
    after: &Situation,
) -> Result<(), TestCaseError> {
    let first = Month::of(after.today);
    for (id, facility) in &after.facilities {
        for month in (0..100).map(|n| first.plus(n)) {
            for care_type in CareType::ALL {
                let places = i64::from(facility.staffed_in(month, care_type))
                    - i64::from(facility.blocked_in(month, care_type));
                let excess = |situation| {
                    (children_contracted(situation, id, month, care_type) - places.max(0)).max(0)
                };
                prop_assert!(
                    excess(after) <= excess(before),
                    "{care_type} at {id} in {month} is sold twice"
                );
            }
        }
    }
    Ok(())
}

fn children_contracted(
    situation: &Situation,
    facility: &FacilityId,
    month: Month,
    care_type: CareType,
) -> i64 {
    let children = situation.children.values().filter(|file| {
        file.contracts.iter().any(|contract| {
            contract.facility == *facility
                && file.stay_of(contract.current()).care_type_in(month) == Some(care_type)
        })
    });
    i64::try_from(children.count()).unwrap()
}

/// What a command names and locks, asked the second time.
fn locked(situation: &Situation, command: &Command) -> Touches {
    let first = command.touches(&BTreeMap::new());
    let mut children = first.children;
    if let Some((_, keys)) = command.import_keys() {
        children.extend(
            keys.into_iter()
                .filter_map(|key| situation.provider_keys.get(key))
                .map(|(child, _)| child.clone()),
        );
    }
    let files = situation
        .children
        .iter()
        .filter(|(id, _)| children.contains(*id))
        .map(|(id, file)| (id.clone(), file.clone()))
        .collect();
    let mut touches = command.touches(&files);
    touches.children = children;
    touches
}

/// The answer is the same with nothing loaded but what the command says it needs.
pub(super) fn needs_only_what_it_locks(
    situation: &Situation,
    command: &Command,
    decided: &Result<Vec<Change>, Refusal>,
) -> Result<(), TestCaseError> {
    let touches = locked(situation, command);
    let mut loaded = situation.clone();
    loaded
        .children
        .retain(|id, _| touches.children.contains(id));
    loaded
        .providers
        .retain(|id, _| touches.providers.contains(id));
    loaded.facilities.retain(|id, file| {
        touches.facilities.contains(id)
            || touches.looks_at.contains(id)
            || touches.providers.contains(file.facility.provider())
    });
    prop_assert_eq!(&decide(&loaded, command), decided);
    Ok(())
}

/// Every place that is taken or freed is at a facility the command locks.
pub(super) fn changes_only_what_it_locks(
    situation: &Situation,
    command: &Command,
    changes: &[Change],
) -> Result<(), TestCaseError> {
    let touches = locked(situation, command);
    let mut after = situation.clone();
    after.apply(changes);
    for (id, file) in &after.facilities {
        let before = &situation.facilities[id];
        prop_assert!(
            file == before || touches.facilities.contains(id),
            "{} changes {id} without a lock",
            command.name()
        );
    }
    for (id, file) in &after.children {
        prop_assert!(situation.children.get(id) == Some(file) || touches.children.contains(id));
    }
    Ok(())
}
