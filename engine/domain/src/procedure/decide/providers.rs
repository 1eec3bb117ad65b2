//! Providers: joining, leaving, the steps of the introduction, attestations.

use jiff::civil::Date;

use super::super::change::Change;
use super::super::command::{Command, ProviderRegistration};
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use super::Decision;
use super::look_up::{in_order, name, not_past, provider};
use crate::{Attestation, CareType, Month, ProviderId, RolloutStep};

pub(super) fn decide(situation: &Situation, command: &Command) -> Decision {
    match command {
        Command::RegisterProvider(registration) => register(situation, registration),
        Command::EndProvider { provider, last_day } => end(situation, provider, *last_day),
        Command::SetRollout { provider, step } => set_rollout(situation, provider, *step),
        Command::SetImportDeadline {
            provider,
            care_type,
            deadline,
        } => set_deadline(situation, provider, *care_type, *deadline),
        Command::Attest { provider, month } => attest(situation, provider, *month),
        _ => Err(Refusal::NothingToChange {
            what: "the provider",
        }),
    }
}

/// Without an agreement with a first day a provider cannot be expressed (K19).
fn register(situation: &Situation, new: &ProviderRegistration) -> Decision {
    if situation.providers.contains_key(&new.id) {
        return Err(Refusal::AlreadyKnown {
            what: "provider",
            key: new.id.to_string(),
        });
    }
    name("the name of the provider", &new.name)?;
    if let Some(last_day) = new.participates_to {
        in_order("the agreement", new.participates_from, last_day)?;
    }
    Ok(vec![Change::ProviderRegistered(new.clone())])
}

/// Applications and offers end with the day; every open application gets a hint (K48).
fn end(situation: &Situation, id: &ProviderId, last_day: Date) -> Decision {
    let leaving = &provider(situation, id)?.provider;
    not_past("the last day of the agreement", last_day, situation.today)?;
    in_order("the agreement", leaving.participates_from(), last_day)?;
    if leaving.participates_to() == Some(last_day) {
        return Err(Refusal::NothingToChange {
            what: "the last day of the agreement",
        });
    }
    let ends = Change::ParticipationEnds {
        provider: id.clone(),
        last_day,
    };
    let hints = situation
        .open_applications
        .iter()
        .map(|(child, application)| Change::ProviderLeaves {
            child: child.clone(),
            application: application.clone(),
            provider: id.clone(),
            last_day,
        });
    Ok(std::iter::once(ends).chain(hints).collect())
}

/// A step replaces the one of the same care type and first day.
fn set_rollout(situation: &Situation, id: &ProviderId, step: RolloutStep) -> Decision {
    if provider(situation, id)?.rollout.contains(&step) {
        return Err(Refusal::NothingToChange { what: "the step" });
    }
    Ok(vec![Change::RolloutSet {
        provider: id.clone(),
        step,
    }])
}

fn set_deadline(
    situation: &Situation,
    id: &ProviderId,
    care_type: CareType,
    deadline: Date,
) -> Decision {
    provider(situation, id)?;
    not_past("the date for the import", deadline, situation.today)?;
    if situation.import_deadlines.get(&(id.clone(), care_type)) == Some(&deadline) {
        return Err(Refusal::NothingToChange {
            what: "the date for the import",
        });
    }
    Ok(vec![Change::ImportDeadlineSet {
        provider: id.clone(),
        care_type,
        deadline,
    }])
}

/// A provider attests a month that has begun, or the next one (K24).
fn attest(situation: &Situation, id: &ProviderId, month: Month) -> Decision {
    let file = provider(situation, id)?;
    if Month::of(situation.today).plus(1) < month {
        return Err(Refusal::DateInTheFuture {
            what: "the month attested",
            date: month.first_day(),
            today: situation.today,
        });
    }
    if file.attestations.iter().any(|given| given.month == month) {
        return Err(Refusal::NothingToChange {
            what: "the attestation of the month",
        });
    }
    Ok(vec![Change::Attested {
        provider: id.clone(),
        attestation: Attestation {
            month,
            attested_on: situation.today,
        },
    }])
}
