//! What becomes of applications and offers beside a contract (K37, K38).

use jiff::civil::Date;

use super::super::application::{Application, Withdrawal};
use super::super::change::Change;
use super::super::child::ChildFile;
use super::super::offer::OfferState;
use super::freeing;
use super::look_up::open_applications;
use crate::{ApplicationId, ContractId};

/// The contract a new application would move the child from: the one that runs on the wished day, else
/// the latest of those running or to come. A child that holds a place keeps it until the new contract,
/// also where its contract ends before the wished day.
pub(super) fn held_contract(
    file: &ChildFile,
    wished_start: Date,
    today: Date,
) -> Option<ContractId> {
    let held = file.running_or_to_come(today);
    held.iter()
        .find(|contract| contract.current().runs_on(wished_start))
        .or(held.last())
        .map(|contract| contract.id.clone())
}

/// A concluded contract closes every other open application with whatever is on offer; confirmed
/// offers are kept and flagged. At a conclusion in the portal there are none: it was refused.
pub(super) fn close_others(
    file: &ChildFile,
    concluded: Option<&ApplicationId>,
    contract: &ContractId,
    today: Date,
) -> Vec<Change> {
    open_applications(file)
        .filter(|application| Some(&application.id) != concluded)
        .flat_map(|application| close_by_contract(file, application, contract, today))
        .collect()
}

/// Closes one application because of a contract, or flags its confirmed offer.
fn close_by_contract(
    file: &ChildFile,
    application: &Application,
    contract: &ContractId,
    today: Date,
) -> Vec<Change> {
    let child = &file.child.id;
    let mut changes = Vec::new();
    if let Some(offer) = application.holding_offer() {
        match &offer.state {
            OfferState::Confirmed { conflict: None, .. } => {
                return vec![Change::OfferFlagged {
                    child: child.clone(),
                    offer: offer.id.clone(),
                    conflict: contract.clone(),
                }];
            }
            OfferState::Confirmed { .. } => return changes,
            _ => {
                changes.push(Change::OfferDeclinedByContract {
                    child: child.clone(),
                    offer: offer.id.clone(),
                    on: today,
                    contract: contract.clone(),
                });
                changes.push(freeing::by_offer(file, application, offer));
            }
        }
    }
    changes.push(withdrawn_by(file, application, contract, today));
    changes
}

fn withdrawn_by(
    file: &ChildFile,
    application: &Application,
    contract: &ContractId,
    today: Date,
) -> Change {
    Change::ApplicationWithdrawn {
        child: file.child.id.clone(),
        application: application.id.clone(),
        on: today,
        cause: Withdrawal::ByContract {
            contract: contract.clone(),
        },
    }
}

/// A contract that came in otherwise has begun: applications for care after its start become
/// transfers and keep what is on offer; older wishes are answered by it and are closed.
pub(super) fn beside_begun(
    file: &ChildFile,
    contract: &ContractId,
    begun_on: Date,
    today: Date,
) -> Vec<Change> {
    open_applications(file)
        .flat_map(|application| {
            if application.transfer_from.is_some() {
                Vec::new()
            } else if begun_on < application.wished_start {
                vec![transfer(file, application, contract)]
            } else {
                close_by_contract(file, application, contract, today)
            }
        })
        .collect()
}

/// A contract runs again or longer than was known: what is open beside it becomes a transfer. A
/// flagged offer stays flagged.
pub(super) fn become_transfers(file: &ChildFile, contract: &ContractId) -> Vec<Change> {
    open_applications(file)
        .filter(|application| application.transfer_from.is_none() && !is_flagged(application))
        .map(|application| transfer(file, application, contract))
        .collect()
}

fn transfer(file: &ChildFile, application: &Application, contract: &ContractId) -> Change {
    Change::ApplicationBecameTransfer {
        child: file.child.id.clone(),
        application: application.id.clone(),
        from: contract.clone(),
    }
}

/// Whether its confirmed offer stands beside a contract that came in otherwise.
fn is_flagged(application: &Application) -> bool {
    application.holding_offer().is_some_and(|offer| {
        matches!(
            offer.state,
            OfferState::Confirmed {
                conflict: Some(_),
                ..
            }
        )
    })
}

/// When a flagged offer is released, the contract beside it does what it had to leave: it withdraws
/// the application, if it still runs or is to come.
pub(super) fn after_release(
    file: &ChildFile,
    application: &Application,
    today: Date,
) -> Option<Change> {
    if application.transfer_from.is_some() || !is_flagged(application) {
        return None;
    }
    file.running_or_to_come(today)
        .first()
        .map(|contract| withdrawn_by(file, application, &contract.id, today))
}
