//! Offers: made by a person, answered by the family, taken back or expired.

use jiff::{Span, civil::Date};

use super::super::application::Application;
use super::super::change::Change;
use super::super::child::ChildFile;
use super::super::command::NewOffer;
use super::super::facility_file::{FacilityFile, FreedPlaceOutcome};
use super::super::offer::{Offer, OfferState};
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use super::super::stay_months::Stay;
use super::super::suggestion::SuggestionList;
use super::look_up::{
    child, facility, in_order, not_past, open_application, open_applications, reason,
};
use super::{Decision, availability, beside, freeing};
use crate::{CareType, ChildId, Month, OfferId};

/// A place is offered for a whole stay, beside everything held by others (K33).
pub(super) fn make(situation: &Situation, id: &ChildId, new: &NewOffer) -> Decision {
    let file = child(situation, id)?;
    let application = open_application(file, &new.application)?;
    if let Some(offer) = application.holding_offer() {
        return Err(Refusal::OfferOutstanding {
            offer: offer.id.clone(),
        });
    }
    if file.offer(&new.id).is_some() {
        return Err(Refusal::AlreadyKnown {
            what: "offer",
            key: new.id.to_string(),
        });
    }
    check_terms(situation, new)?;
    let place = facility(situation, &application.facility)?;
    let (care_type, born) = (application.care_type, file.child.facts.birth_date);
    availability::available(place, care_type, new.starts_on, situation.today)?;
    availability::age_fits(care_type, born, new.starts_on)?;
    let stay = Stay {
        care_type,
        born,
        first_day: new.starts_on,
        last_day: new.ends_on.unwrap_or_else(|| {
            availability::last_day_offered(place, care_type, born, new.starts_on)
        }),
    };
    in_order("the end of the stay", stay.first_day, stay.last_day)?;
    // What the child holds here itself it gives up when it moves: it never takes two places.
    availability::room(place, stay.months(), |held| held.child != *id)?;
    check_order(situation, application, new)?;
    let mut changes = vec![Change::OfferMade {
        child: id.clone(),
        application: application.id.clone(),
        offer: Offer {
            id: new.id.clone(),
            starts_on: stay.first_day,
            ends_on: stay.last_day,
            daily_hours: new.daily_hours.unwrap_or(application.daily_hours),
            offered_on: situation.today,
            reply_by: new.reply_by,
            offered_by: new.by.clone(),
            override_reason: new.override_reason.clone(),
            state: OfferState::Open,
        },
    }];
    changes.extend(fill_freed_place(place, &stay, &new.id));
    Ok(changes)
}

/// Dates to come, an answer within the time the city allows, a reason code where one is given.
fn check_terms(situation: &Situation, new: &NewOffer) -> Result<(), Refusal> {
    let today = situation.today;
    not_past("the first day of care", new.starts_on, today)?;
    not_past("the last day to answer", new.reply_by, today)?;
    let longest = i64::from(situation.policy.longest_reply_days.clamp(0, 3650));
    let latest = today.saturating_add(Span::new().days(longest));
    if new.reply_by > latest {
        return Err(Refusal::ReplyTooLong {
            reply_by: new.reply_by,
            latest,
        });
    }
    match &new.override_reason {
        Some(code) => reason("an offer that leaves the suggested order", code),
        None => Ok(()),
    }
}

/// An offer to a child that the list of the facility does not suggest, or that stands behind another
/// suggested child which still waits, says why (K16). Without a list there is no order to leave.
fn check_order(
    situation: &Situation,
    application: &Application,
    new: &NewOffer,
) -> Result<(), Refusal> {
    let of_the_place = |list: &&SuggestionList| {
        list.facility == application.facility && list.care_type == application.care_type
    };
    let Some(list) = situation.suggestions.as_ref().filter(of_the_place) else {
        return Ok(());
    };
    let mut next = list.rows.iter().filter(|row| {
        let is_this = row.application == application.id;
        row.suggested && (is_this || situation.waiting.contains(&row.application))
    });
    let is_next = next
        .next()
        .is_some_and(|row| row.application == application.id);
    if is_next || new.override_reason.is_some() {
        return Ok(());
    }
    Err(Refusal::OverrideReasonMissing {
        application: application.id.clone(),
        list: list.id.clone(),
    })
}

/// The oldest freed place the offer fills is no longer waiting.
fn fill_freed_place(place: &FacilityFile, stay: &Stay, offer: &OfferId) -> Option<Change> {
    let care_type: Option<CareType> = stay.care_type_in(Month::of(stay.first_day));
    place
        .freed
        .iter()
        .find(|freed| Some(freed.care_type) == care_type && freed.free_from <= stay.first_day)
        .map(|freed| Change::FreedPlaceClosed {
            facility: place.facility.id().clone(),
            freed_place: freed.id.clone(),
            outcome: FreedPlaceOutcome::Offered {
                offer: offer.clone(),
            },
        })
}

/// An offer of the child that still holds a place.
fn holding<'a>(file: &'a ChildFile, id: &OfferId) -> Result<(&'a Application, &'a Offer), Refusal> {
    let (application, offer) = file
        .offer(id)
        .ok_or_else(|| Refusal::UnknownOffer { offer: id.clone() })?;
    if offer.holds_a_place() {
        Ok((application, offer))
    } else {
        Err(not_open(offer))
    }
}

pub(super) fn not_open(offer: &Offer) -> Refusal {
    Refusal::OfferNotOpen {
        offer: offer.id.clone(),
        state: offer.state.as_str(),
    }
}

/// The last day to answer an open offer has not passed.
pub(super) fn in_time(offer: &Offer, today: Date) -> Result<(), Refusal> {
    if offer.reply_by < today {
        return Err(Refusal::OfferHasExpired {
            offer: offer.id.clone(),
            reply_by: offer.reply_by,
            today,
        });
    }
    Ok(())
}

/// No other offer of the child is confirmed, flagged or not: two would be a conflict (K38).
pub(super) fn no_other_confirmed(file: &ChildFile, offer: &OfferId) -> Result<(), Refusal> {
    let other = file
        .applications
        .iter()
        .flat_map(|application| &application.offers)
        .find(|other| other.id != *offer && matches!(other.state, OfferState::Confirmed { .. }));
    match other {
        Some(other) => Err(Refusal::OfferAlreadyConfirmed {
            offer: other.id.clone(),
        }),
        None => Ok(()),
    }
}

/// The family says yes.
pub(super) fn confirm(situation: &Situation, id: &ChildId, offer: &OfferId) -> Decision {
    let file = child(situation, id)?;
    let (_, offer) = holding(file, offer)?;
    if offer.state != OfferState::Open {
        return Err(not_open(offer));
    }
    in_time(offer, situation.today)?;
    no_other_confirmed(file, &offer.id)?;
    Ok(vec![Change::OfferConfirmed {
        child: id.clone(),
        offer: offer.id.clone(),
        on: situation.today,
    }])
}

/// The family says no, or releases what it had confirmed. The application stays, unless a contract
/// beside a flagged offer withdraws it.
pub(super) fn decline(situation: &Situation, id: &ChildId, offer: &OfferId) -> Decision {
    let file = child(situation, id)?;
    let (application, offer) = holding(file, offer)?;
    let declined = Change::OfferDeclined {
        child: id.clone(),
        offer: offer.id.clone(),
        on: situation.today,
    };
    Ok(released(situation, file, application, offer, declined))
}

/// The provider takes it back.
pub(super) fn revoke(situation: &Situation, id: &ChildId, offer: &OfferId, code: &str) -> Decision {
    let file = child(situation, id)?;
    let (application, offer) = holding(file, offer)?;
    reason("taking an offer back", code)?;
    let revoked = Change::OfferRevoked {
        child: id.clone(),
        offer: offer.id.clone(),
        on: situation.today,
        reason: code.to_owned(),
    };
    Ok(released(situation, file, application, offer, revoked))
}

fn released(
    situation: &Situation,
    file: &ChildFile,
    application: &Application,
    offer: &Offer,
    how: Change,
) -> Vec<Change> {
    let mut changes = vec![how, freeing::by_offer(file, application, offer)];
    changes.extend(beside::after_release(file, application, situation.today));
    changes
}

/// Every open offer whose last day to answer has passed expires; the applications stay.
pub(super) fn expire(situation: &Situation, id: &ChildId) -> Decision {
    let file = child(situation, id)?;
    let mut changes = Vec::new();
    for application in open_applications(file) {
        for offer in &application.offers {
            if offer.state == OfferState::Open && offer.reply_by < situation.today {
                changes.push(Change::OfferExpired {
                    child: id.clone(),
                    offer: offer.id.clone(),
                    on: situation.today,
                });
                changes.push(freeing::by_offer(file, application, offer));
            }
        }
    }
    if changes.is_empty() {
        return Err(Refusal::NothingToChange {
            what: "every offer that could expire",
        });
    }
    Ok(changes)
}
