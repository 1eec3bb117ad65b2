//! Ranked suggestions with reasons: one line per facility and care type.

use std::collections::BTreeMap;

use domain::procedure::{SuggestionList, SuggestionRow};
use domain::{CareType, SuggestionListId};
use jiff::civil::Date;
use matching::{
    DecidedBy, Explainer, Outcome, Reason, ReasonKind, RoundOptions, check_matching, solve,
};
use store::Snapshot;

use super::round::{Part, Programme, Standing, Wish, programme_id};
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
    /// at one place at most. Places are those bookable in every month of the year from `starts_on` on;
    /// of a provider that did not attest its data for the month of `today` none (K24). More points come
    /// first, then the older child, then the key. A child with a confirmed offer is suggested nowhere,
    /// one with an open offer only where it wishes more to be, and nobody where no place is free for
    /// the whole stay. The same snapshot, days and seed give the same bytes.
    ///
    /// Reasons of suggested rows: `place_free` (enough places for all who want one here), `points`,
    /// `age`, `key` (what puts the child before the first that waits). Of the others: `better_wish`,
    /// `full_points`, `full_age`, `full_key`, `no_free_place`, `not_attested`,
    /// `provider_takes_no_part`, `offered`, `offer_confirmed`, `offer_confirmed_elsewhere`,
    /// `better_wish_offered`, `starts_later`, `stay_would_be_over`, `no_room_for_stay`.
    ///
    /// # Errors
    ///
    /// [`AnalysisError::OutOfRange`] for a first day more than ten years away,
    /// [`AnalysisError::Contradiction`], [`AnalysisError::Failed`], and [`AnalysisError::Faulty`] if
    /// the independent checker finds a fault.
    pub fn suggestions(
        &self,
        snapshot: &Snapshot,
        care_type: CareType,
        starts_on: Date,
        today: Date,
        seed: u64,
        new_id: &mut dyn FnMut() -> SuggestionListId,
    ) -> Result<Vec<SuggestionList>, AnalysisError> {
        let failed = AnalysisError::failed("suggestions");
        let mut standing = self.standing(snapshot, starts_on, today)?;
        standing.refuse_without_room(|_| 0);
        let round = standing.round(
            |wish| wish.part == Part::Seeks,
            |programme| standing.seats.get(programme).map_or(0, |seats| seats.free),
            &BTreeMap::new(),
        )?;
        let options = RoundOptions {
            seed,
            ..RoundOptions::default()
        };
        let outcome = solve(&round, &options).map_err(&failed)?;
        let report = check_matching(&round, &outcome.placements());
        if !report.is_stable() {
            return Err(AnalysisError::Faulty {
                faults: report.findings.len(),
            });
        }
        let granted = granted(&outcome);
        let explainer = Explainer::new(&outcome);
        let mut lines: BTreeMap<&Programme, Vec<&Wish>> = BTreeMap::new();
        for wish in &standing.wishes {
            lines.entry(&wish.programme).or_default().push(wish);
        }
        let mut lists = Vec::new();
        for (programme, seats) in &standing.seats {
            if !together(care_type).contains(&programme.1) {
                continue;
            }
            let mut line = lines.remove(programme).unwrap_or_default();
            line.sort_by(|a, b| a.order().cmp(&b.order()));
            lists.push(SuggestionList {
                id: new_id(),
                facility: programme.0.clone(),
                care_type: programme.1,
                starts_on,
                computed_from: snapshot.sequence(),
                free_places: seats.free,
                rows: rows(&line, &standing, &granted, &explainer)?,
                override_reason: None,
            });
        }
        Ok(lists)
    }
}

/// The programme each placed child is suggested at.
fn granted(outcome: &Outcome<'_>) -> BTreeMap<String, String> {
    let placed = outcome.placements().into_iter();
    placed
        .filter_map(|row| Some((row.applicant_id, row.place?.programme_id)))
        .collect()
}

/// The rows of a sorted line.
fn rows(
    line: &[&Wish],
    standing: &Standing,
    granted: &BTreeMap<String, String>,
    explainer: &Explainer<'_, '_>,
) -> Result<Vec<SuggestionRow>, AnalysisError> {
    let mut reasons = Vec::with_capacity(line.len());
    for wish in line {
        reasons.push(refusal(wish, explainer)?);
    }
    let is_suggested = |wish: &Wish| {
        wish.part == Part::Seeks
            && granted
                .get(wish.child.as_str())
                .is_some_and(|id| *id == programme_id(&wish.programme))
    };
    // The first that wants a place here and got none.
    let waiting = line
        .iter()
        .zip(&reasons)
        .find(|(_, reason)| {
            reason
                .as_ref()
                .is_some_and(|it| it.waiting_position == Some(1))
        })
        .map(|(wish, _)| *wish);
    let last_suggested = line.iter().rev().find(|wish| is_suggested(wish));
    let named = line.iter().zip(&reasons).zip(1..);
    Ok(named
        .map(|((wish, refused), position)| {
            let suggested = is_suggested(wish);
            let reason = match (wish.part, suggested, refused) {
                (Part::No(reason), ..) => reason.to_owned(),
                (Part::Offered(_), ..) => "offered".to_owned(),
                (Part::Confirmed, ..) => "offer_confirmed".to_owned(),
                (Part::Seeks, true, _) => waiting
                    .map_or("place_free", |waiting| wish.ahead_by(waiting))
                    .to_owned(),
                (Part::Seeks, false, None) => "better_wish".to_owned(),
                (Part::Seeks, false, Some(reason)) => {
                    let none = standing
                        .seats
                        .get(&wish.programme)
                        .map(|seats| seats.why_none);
                    why_refused(reason, wish, last_suggested.copied(), none)
                }
            };
            SuggestionRow {
                position,
                application: wish.application.clone(),
                child: wish.child.clone(),
                points: wish.points,
                rank: wish.rank,
                suggested,
                reason,
            }
        })
        .collect())
}

/// Why a wish that the child ranks better than what it got was not granted; `None` where it was, or
/// where the child got something better.
fn refusal(wish: &Wish, explainer: &Explainer<'_, '_>) -> Result<Option<Reason>, AnalysisError> {
    if wish.part != Part::Seeks {
        return Ok(None);
    }
    let programme = programme_id(&wish.programme);
    let reasons = explainer
        .reasons(wish.child.as_str())
        .map_err(AnalysisError::failed("suggestions"))?;
    Ok(reasons
        .into_iter()
        .find(|reason| reason.programme_id == programme))
}

/// The reason in the words of a list.
fn why_refused(
    reason: &Reason,
    wish: &Wish,
    last_suggested: Option<&Wish>,
    none: Option<&'static str>,
) -> String {
    match (reason.reason, reason.decided_by) {
        (ReasonKind::Full, Some(DecidedBy::Points)) => "full_points".to_owned(),
        // The last four come of staff budgets and joint options, which this round has none of.
        (
            ReasonKind::Full
            | ReasonKind::BudgetSpent
            | ReasonKind::SiblingOption
            | ReasonKind::FamilyRanking
            | ReasonKind::NoStableMatching,
            _,
        ) => {
            let by = last_suggested.map_or("key", |last| last.ahead_by(wish));
            format!("full_{by}")
        }
        (ReasonKind::CapacityZero | ReasonKind::GroupClosed, _) => {
            none.unwrap_or("no_free_place").to_owned()
        }
    }
}
