//! Applications: handed in, put in order, scored, withdrawn.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::super::application::{
    Application, ApplicationState, Channel, CriterionPoints, Entry, Wish, Withdrawal,
};
use super::super::change::Change;
use super::super::child::ChildFile;
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use super::look_up::{child, facility, not_future, not_past, open_application, open_applications};
use super::{Decision, availability, beside, freeing};
use crate::{ApplicationId, CareType, ChildId, FacilityId};

/// Worst rank there is.
const LAST_RANK: u32 = 20;
/// Points of one criterion lie between this and its negative.
const MOST_POINTS: i32 = 1000;
/// Most criteria of a catalogue.
const MOST_CRITERIA: usize = 64;

/// Applications are handed in: all or none, the first refusal in the order of the wishes.
pub(super) fn submit(
    situation: &Situation,
    id: &ChildId,
    wishes: &[Wish],
    entry: &Entry,
) -> Decision {
    let file = child(situation, id)?;
    if wishes.is_empty() {
        return Err(Refusal::NoWishes);
    }
    let applied_on = check_entry(entry, situation.today)?;
    let open = open_applications(file).count() + wishes.len();
    let most = situation.policy.most_applications;
    if open > most {
        return Err(Refusal::TooManyApplications { open, most });
    }
    if open > 1 && file.consent.is_none() {
        return Err(Refusal::ConsentMissing { open });
    }
    check_keys_and_ranks(file, wishes)?;
    wishes
        .iter()
        .map(|wish| {
            check_wish(situation, file, wish)?;
            Ok(Change::ApplicationSubmitted {
                child: id.clone(),
                application: Application {
                    id: wish.application.clone(),
                    facility: wish.facility.clone(),
                    care_type: wish.care_type,
                    rank: wish.rank,
                    wished_start: wish.wished_start,
                    daily_hours: wish.daily_hours,
                    applied_on,
                    entry: entry.clone(),
                    transfer_from: beside::held_contract(file, wish.wished_start, situation.today),
                    points: Vec::new(),
                    catalogue_version: None,
                    state: ApplicationState::Open,
                    offers: Vec::new(),
                },
            })
        })
        .collect()
}

/// The day the applications count from.
fn check_entry(entry: &Entry, today: Date) -> Result<Date, Refusal> {
    match entry {
        Entry::Online => Ok(today),
        Entry::Staff {
            place: Channel::Online,
            ..
        } => Err(Refusal::NotOneOf {
            what: "the channel of an application entered by staff",
            value: Channel::Online.as_str().to_owned(),
            allowed: "onsite, mediation",
        }),
        Entry::Staff {
            notice_given_on,
            applied_on,
            ..
        } => {
            not_future(
                "the day the privacy notice was handed out",
                *notice_given_on,
                today,
            )?;
            let applied_on = applied_on.unwrap_or(today);
            not_future("the day of the application", applied_on, today)?;
            Ok(applied_on)
        }
    }
}

/// Keys are new; ranks run from 1 to 20 and belong to one open application each; a facility is wished
/// once for a care type.
fn check_keys_and_ranks(file: &ChildFile, wishes: &[Wish]) -> Result<(), Refusal> {
    let mut keys: BTreeSet<&ApplicationId> = file.applications.iter().map(|a| &a.id).collect();
    let mut ranks: BTreeSet<u32> = open_applications(file).map(|a| a.rank).collect();
    let mut wished: BTreeSet<(&FacilityId, CareType)> = open_applications(file)
        .map(|a| (&a.facility, a.care_type))
        .collect();
    for wish in wishes {
        if !keys.insert(&wish.application) {
            return Err(Refusal::AlreadyKnown {
                what: "application",
                key: wish.application.to_string(),
            });
        }
        if !(1..=LAST_RANK).contains(&wish.rank) || !ranks.insert(wish.rank) {
            return Err(Refusal::RankTaken { rank: wish.rank });
        }
        if !wished.insert((&wish.facility, wish.care_type)) {
            return Err(Refusal::AlreadyApplied {
                facility: wish.facility.clone(),
            });
        }
    }
    Ok(())
}

fn check_wish(situation: &Situation, file: &ChildFile, wish: &Wish) -> Result<(), Refusal> {
    not_past("the wished start", wish.wished_start, situation.today)?;
    let wished = facility(situation, &wish.facility)?;
    availability::available(wished, wish.care_type, wish.wished_start, situation.today)?;
    availability::age_fits(
        wish.care_type,
        file.child.facts.birth_date,
        wish.wished_start,
    )
}

/// The family takes an application back, with whatever is on offer.
pub(super) fn withdraw(
    situation: &Situation,
    id: &ChildId,
    application: &ApplicationId,
    moved_away: bool,
) -> Decision {
    let file = child(situation, id)?;
    let application = open_application(file, application)?;
    let mut changes = Vec::new();
    if let Some(offer) = application.holding_offer() {
        changes.push(Change::OfferWithdrawn {
            child: id.clone(),
            offer: offer.id.clone(),
            on: situation.today,
        });
        changes.push(freeing::by_offer(file, application, offer));
    }
    changes.push(Change::ApplicationWithdrawn {
        child: id.clone(),
        application: application.id.clone(),
        on: situation.today,
        cause: if moved_away {
            Withdrawal::MovedAway
        } else {
            Withdrawal::ByFamily
        },
    });
    Ok(changes)
}

/// Every open application gets the rank of its position, 1 for the first.
pub(super) fn rank(situation: &Situation, id: &ChildId, order: &[ApplicationId]) -> Decision {
    let file = child(situation, id)?;
    let mut seen = BTreeSet::new();
    let mut changes = Vec::new();
    for (application, rank) in order.iter().zip(1..) {
        let open = open_application(file, application)?;
        if !seen.insert(application) || rank > LAST_RANK {
            return Err(Refusal::RankTaken { rank });
        }
        if open.rank != rank {
            changes.push(Change::ApplicationRanked {
                child: id.clone(),
                application: application.clone(),
                rank,
            });
        }
    }
    if seen.len() < open_applications(file).count() {
        // The rank that an application left out would have to get.
        return Err(Refusal::RankTaken {
            rank: u32::try_from(seen.len())
                .unwrap_or(u32::MAX)
                .saturating_add(1),
        });
    }
    if changes.is_empty() {
        return Err(Refusal::NothingToChange { what: "the order" });
    }
    Ok(changes)
}

/// The provider records what its catalogue gives.
pub(super) fn score(
    situation: &Situation,
    id: &ChildId,
    application: &ApplicationId,
    points: &[CriterionPoints],
    catalogue_version: &str,
) -> Decision {
    let application = open_application(child(situation, id)?, application)?;
    check_points(points)?;
    if catalogue_version.trim().is_empty() || catalogue_version.len() > 64 {
        return Err(Refusal::NotOneOf {
            what: "the version of the catalogue",
            value: format!("of {} bytes", catalogue_version.len()),
            allowed: "1 to 64 bytes",
        });
    }
    super::catalogues::check_version(situation, catalogue_version)?;
    let mut points = points.to_vec();
    points.sort();
    if application.points == points
        && application.catalogue_version.as_deref() == Some(catalogue_version)
    {
        return Err(Refusal::NothingToChange { what: "the score" });
    }
    Ok(vec![Change::ApplicationScored {
        child: id.clone(),
        application: application.id.clone(),
        points,
        catalogue_version: catalogue_version.to_owned(),
    }])
}

fn check_points(points: &[CriterionPoints]) -> Result<(), Refusal> {
    let refuse = |what, value, allowed| {
        Err(Refusal::NotOneOf {
            what,
            value,
            allowed,
        })
    };
    if points.len() > MOST_CRITERIA {
        return refuse(
            "the number of criteria",
            points.len().to_string(),
            "at most 64",
        );
    }
    let mut names = BTreeSet::new();
    for criterion in points {
        let length = criterion.criterion.len();
        if !(1..=64).contains(&length) {
            return refuse(
                "the name of a criterion",
                format!("of {length} bytes"),
                "1 to 64 bytes",
            );
        }
        if !names.insert(&criterion.criterion) {
            return refuse(
                "the criterion",
                criterion.criterion.clone(),
                "every criterion once",
            );
        }
        if !(-MOST_POINTS..=MOST_POINTS).contains(&criterion.points) {
            return refuse(
                "the number of points",
                criterion.points.to_string(),
                "-1000 to 1000",
            );
        }
    }
    Ok(())
}
