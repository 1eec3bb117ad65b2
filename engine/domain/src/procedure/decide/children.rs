//! Children and the consent of their custodians.

use super::super::change::Change;
use super::super::child::Consent;
use super::super::command::Command;
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use super::Decision;
use super::look_up::{child, not_future, open_applications};
use crate::ChildId;

/// Largest municipality key: eight digits (AGS, K29).
const LARGEST_MUNICIPALITY: u32 = 99_999_999;

pub(super) fn decide(situation: &Situation, command: &Command) -> Decision {
    match command {
        Command::RegisterChild { child } => register(situation, child),
        Command::MoveHome {
            child: id,
            area,
            municipality,
        } => {
            let facts = &child(situation, id)?.child.facts;
            municipality_key(*municipality)?;
            if (&facts.area, facts.municipality) == (area, *municipality) {
                return Err(Refusal::NothingToChange { what: "the home" });
            }
            Ok(vec![Change::ChildMoved {
                child: id.clone(),
                area: area.clone(),
                municipality: *municipality,
            }])
        }
        Command::GiveConsent { child, consent } => give_consent(situation, child, consent),
        Command::RevokeConsent { child } => revoke_consent(situation, child),
        _ => Err(Refusal::NothingToChange { what: "the child" }),
    }
}

fn register(situation: &Situation, new: &super::super::child::Child) -> Decision {
    if situation.children.contains_key(&new.id) {
        return Err(Refusal::AlreadyKnown {
            what: "child",
            key: new.id.to_string(),
        });
    }
    // The day itself is a child's and is not repeated in the message.
    if new.facts.birth_date > situation.today {
        return Err(Refusal::NotOneOf {
            what: "the date of birth",
            value: "after today".to_owned(),
            allowed: "a day that has come",
        });
    }
    municipality_key(new.facts.municipality)?;
    if let Some(class) = new.facts.school_class
        && !(1..=13).contains(&class)
    {
        return Err(Refusal::NotOneOf {
            what: "the class",
            value: class.to_string(),
            allowed: "1 to 13",
        });
    }
    Ok(vec![Change::ChildRegistered { child: new.clone() }])
}

fn municipality_key(key: u32) -> Result<(), Refusal> {
    if (1..=LARGEST_MUNICIPALITY).contains(&key) {
        Ok(())
    } else {
        Err(Refusal::NotOneOf {
            what: "the municipality key",
            value: key.to_string(),
            allowed: "a key of at most eight digits",
        })
    }
}

fn give_consent(situation: &Situation, id: &ChildId, consent: &Consent) -> Decision {
    let file = child(situation, id)?;
    if consent.text_version.trim().is_empty() || consent.text_version.len() > 32 {
        return Err(Refusal::NotOneOf {
            what: "the version of the consent's text",
            value: format!("of {} bytes", consent.text_version.len()),
            allowed: "1 to 32 bytes",
        });
    }
    not_future("the day of the consent", consent.given_on, situation.today)?;
    if file.consent.as_ref() == Some(consent) {
        return Err(Refusal::NothingToChange {
            what: "the consent",
        });
    }
    Ok(vec![Change::ConsentGiven {
        child: id.clone(),
        consent: consent.clone(),
    }])
}

fn revoke_consent(situation: &Situation, id: &ChildId) -> Decision {
    let file = child(situation, id)?;
    if file.consent.is_none() {
        return Err(Refusal::NothingToChange {
            what: "the missing consent",
        });
    }
    let open = open_applications(file).count();
    if open >= 2 {
        return Err(Refusal::ConsentNeeded { open });
    }
    Ok(vec![Change::ConsentRevoked {
        child: id.clone(),
        on: situation.today,
    }])
}
