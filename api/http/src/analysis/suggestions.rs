//! Ranked suggestions with reasons: one line per facility and care type.

use std::collections::BTreeMap;

use domain::procedure::{SuggestionList, SuggestionRow};
use domain::{CareType, SuggestionListId};
use jiff::civil::Date;
use matching::{AheadBy, ProgrammeSuggestions, StayObstacle, SuggestionDecision, SuggestionLine};
use store::Snapshot;

use super::round::{Part, Programme, Seats, Wish, programme_id};
use super::{Analyses, AnalysisError};

/// The care types whose lists are computed together: a child under three may wish for either.
pub(super) const fn together(care_type: CareType) -> &'static [CareType] {
    match care_type {
        CareType::Childminding | CareType::Nursery => &[CareType::Childminding, CareType::Nursery],
        CareType::Kindergarten => &[CareType::Kindergarten],
        CareType::AfterSchool => &[CareType::AfterSchool],
    }
}

impl Analyses {
    /// The lines for the places of a care type, and of the one wished for beside it (nursery and
    /// childminding), in the order of facility and care type.
    ///
    /// One round over all open applications of the city, best for the families: a child is suggested
    /// at one place at most, and only where age, hours and every month of its stay fit, beside the stays
    /// of all who come first. Places are those bookable in every month of the year from `starts_on` on;
    /// of a provider that did not attest its data for the month of `today` none (K24). More points come
    /// first, then the older child, then the key. A child with a confirmed offer is suggested nowhere,
    /// one with an open offer only where it wishes more to be. Brothers and sisters of a household are
    /// placed by their rule. The same snapshot, days and seed give the same bytes.
    ///
    /// Reasons of suggested rows: `place_free` (enough places for all who want one here), `points`,
    /// `age`, `key` (what puts the child before the first that waits). Of the others: `better_wish`,
    /// `full_points`, `full_age`, `full_key`, `full_lot`, `full_earlier_application`, `no_free_place`,
    /// `not_attested`, `provider_takes_no_part`, `offered`, `offer_confirmed`,
    /// `offer_confirmed_elsewhere`, `offer_declined`, `better_wish_offered`, `starts_later`, `stay_would_be_over`,
    /// `too_young`, `too_old`, `hours_not_offered`, `opens_too_short`, `no_room_for_stay`,
    /// `no_inclusion_place`, `no_settling_in_slot`, `no_room_beside_others`, `siblings_rule`,
    /// `sibling_elsewhere`, `no_stable_stays`, `no_stable_matching`.
    ///
    /// # Errors
    ///
    /// [`AnalysisError::OutOfRange`] for a first day more than ten years away,
    /// [`AnalysisError::Contradiction`], [`AnalysisError::Failed`], and
    /// [`AnalysisError::NotPublishable`] if the round would do what must never happen.
    pub fn suggestions(
        &self,
        snapshot: &Snapshot,
        care_type: CareType,
        starts_on: Date,
        today: Date,
        seed: u64,
        new_id: &mut dyn FnMut() -> SuggestionListId,
    ) -> Result<Vec<SuggestionList>, AnalysisError> {
        let round = self.city_round(snapshot, starts_on, today, seed)?;
        let mut lines: BTreeMap<&Programme, Vec<&Wish>> = BTreeMap::new();
        for wish in &round.wishes {
            lines.entry(&wish.programme).or_default().push(wish);
        }
        let mut lists = Vec::new();
        for (programme, seats) in &round.seats {
            if !together(care_type).contains(&programme.1) {
                continue;
            }
            let wishes = lines.remove(programme).unwrap_or_default();
            let list = round.lists.get(&programme_id(programme));
            lists.push(SuggestionList {
                id: new_id(),
                facility: programme.0.clone(),
                care_type: programme.1,
                starts_on,
                computed_from: round.computed_from,
                free_places: seats.free,
                rows: rows(wishes, list, seats),
                override_reason: None,
            });
        }
        Ok(lists)
    }
}

/// The wishes of a line in order: who takes part as the round orders them, the others between them.
fn in_line<'a>(
    wishes: Vec<&'a Wish>,
    list: Option<&'a ProgrammeSuggestions>,
) -> Vec<(&'a Wish, Option<&'a SuggestionLine>)> {
    let lines: BTreeMap<&str, &SuggestionLine> = list
        .into_iter()
        .flat_map(|list| &list.lines)
        .map(|line| (line.applicant_id.as_str(), line))
        .collect();
    let (mut seeking, mut others): (Vec<_>, Vec<_>) = wishes
        .into_iter()
        .map(|wish| {
            let line = lines.get(wish.child.as_str()).copied();
            (wish, line.filter(|_| wish.part == Part::Seeks))
        })
        .partition(|(_, line)| line.is_some());
    seeking.sort_by_key(|(_, line)| line.map(|line| line.position));
    others.sort_by(|a, b| a.0.order().cmp(&b.0.order()));
    let mut others = others.into_iter().peekable();
    let mut line = Vec::with_capacity(seeking.len() + others.len());
    for next in seeking {
        while let Some(other) = others.next_if(|other| other.0.order() < next.0.order()) {
            line.push(other);
        }
        line.push(next);
    }
    line.extend(others);
    line
}

/// The rows of a line.
fn rows(
    wishes: Vec<&Wish>,
    list: Option<&ProgrammeSuggestions>,
    seats: &Seats,
) -> Vec<SuggestionRow> {
    let line = in_line(wishes, list);
    let is_first_waiting = |line: Option<&SuggestionLine>| {
        line.is_some_and(|line| {
            matches!(
                line.decision,
                SuggestionDecision::Full {
                    waiting_position: 1,
                    ..
                }
            )
        })
    };
    let waiting = line.iter().find(|(_, own)| is_first_waiting(*own));
    let waiting = waiting.map(|(wish, _)| *wish);
    let named = line.iter().zip(1..);
    named
        .map(|((wish, own), position)| SuggestionRow {
            position,
            application: wish.application.clone(),
            child: wish.child.clone(),
            points: wish.points,
            rank: wish.rank,
            suggested: own.is_some_and(|it| it.decision == SuggestionDecision::Suggested),
            reason: match (wish.part, own) {
                (Part::No(reason), _) => reason.to_owned(),
                (Part::Offered(_), _) => "offered".to_owned(),
                (Part::Confirmed, _) => "offer_confirmed".to_owned(),
                (Part::Seeks, Some(own)) => reason(wish, own, seats, waiting),
                (Part::Seeks, None) => seats.why_none.to_owned(),
            },
        })
        .collect()
}

/// The decision of the round in the words of a list.
fn reason(wish: &Wish, own: &SuggestionLine, seats: &Seats, waiting: Option<&Wish>) -> String {
    let word = match &own.decision {
        SuggestionDecision::Suggested => {
            waiting.map_or("place_free", |waiting| wish.ahead_by(waiting))
        }
        SuggestionDecision::Unsuitable { reason } => {
            let is_mismatch =
                reason.is_mismatch() && !matches!(reason, StayObstacle::CareTypeNotOffered { .. });
            // Nobody gets a place here: that is the reason, not the later months.
            match (seats.free, is_mismatch) {
                (0, false) if own.better_place.is_some() => "better_wish",
                (0, false) => seats.why_none,
                _ => in_the_way(reason),
            }
        }
        SuggestionDecision::NoRoomBesideOthers { reason } => match reason {
            StayObstacle::NoInclusionPlace { .. } | StayObstacle::NoSettlingInSlot { .. } => {
                in_the_way(reason)
            }
            _ => "no_room_beside_others",
        },
        SuggestionDecision::PlacedAtBetterWish { .. } => "better_wish",
        SuggestionDecision::NoFreePlace => seats.why_none,
        SuggestionDecision::Full { decided_by, .. } => match decided_by {
            AheadBy::Points => "full_points",
            AheadBy::OlderChild => "full_age",
            AheadBy::EarlierApplication => "full_earlier_application",
            AheadBy::Key => "full_key",
            AheadBy::Lot => "full_lot",
        },
        SuggestionDecision::NoStableStays { .. } => "no_stable_stays",
        SuggestionDecision::SiblingsRule => "siblings_rule",
        SuggestionDecision::NoStableMatching => "no_stable_matching",
    };
    word.to_owned()
}

/// What is in the way of a stay.
pub(super) const fn in_the_way(obstacle: &StayObstacle) -> &'static str {
    match obstacle {
        StayObstacle::TooYoung { .. } => "too_young",
        StayObstacle::TooOld { .. } => "too_old",
        StayObstacle::TierNotOffered { .. } => "hours_not_offered",
        StayObstacle::OpensTooShort { .. } => "opens_too_short",
        StayObstacle::NoInclusionPlace { .. } => "no_inclusion_place",
        StayObstacle::NoSettlingInSlot { .. } => "no_settling_in_slot",
        StayObstacle::CareTypeNotOffered { .. }
        | StayObstacle::GroupClosed { .. }
        | StayObstacle::NoPlace { .. } => "no_room_for_stay",
    }
}
