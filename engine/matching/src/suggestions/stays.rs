//! A round in which the stays of all children placed fit together.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::round::Candidate;
use super::round::{StayPlacements, SuggestionError, SuggestionRound};
use crate::placements::PlacementRow;
use crate::whole_stay::{StayObstacle, StayRequest};

/// An application that left a line because its stay does not fit beside those that come first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// The child.
    pub applicant_id: String,
    /// The programme.
    pub programme_id: String,
    /// The first month and figure in the way.
    pub reason: StayObstacle,
}

/// What a round came to.
pub(super) struct Ran {
    pub(super) placements: Vec<PlacementRow>,
    /// Families that block because no stable matching exists.
    pub(super) blocking: Vec<String>,
}

/// How often an application that was taken out too early may return.
const MOST_RETURNS: u32 = 4;

/// Runs rounds until the stays fit; `run` gives the placements of a round without the exclusions.
///
/// Every turn takes applications out or lets some return that would fit in the end; each returns a few
/// times at most, so it ends.
pub(super) fn fit_stays(
    round: &SuggestionRound,
    run: impl Fn(&[Exclusion]) -> Result<Ran, SuggestionError>,
) -> Result<StayPlacements, SuggestionError> {
    let mut excluded: BTreeMap<(String, String), StayObstacle> = BTreeMap::new();
    let mut returns: BTreeMap<(String, String), u32> = BTreeMap::new();
    loop {
        let exclusions = listed(&excluded);
        let Ran {
            placements,
            blocking,
        } = run(&exclusions)?;
        let misfits = misfits(round, &placements);
        for misfit in &misfits {
            let name = (misfit.applicant_id.clone(), misfit.programme_id.clone());
            excluded.insert(name, misfit.reason.clone());
        }
        if !misfits.is_empty() {
            continue;
        }
        let (exclusions, unsettled) = settle(round, &placements, exclusions);
        let mut returned = false;
        for exclusion in &unsettled {
            let name = (
                exclusion.applicant_id.clone(),
                exclusion.programme_id.clone(),
            );
            let count = returns.entry(name.clone()).or_default();
            if *count < MOST_RETURNS {
                *count += 1;
                returned = true;
                excluded.remove(&name);
            }
        }
        if !returned {
            return Ok(StayPlacements {
                placements,
                exclusions,
                unsettled,
                blocking,
            });
        }
    }
}

fn listed(excluded: &BTreeMap<(String, String), StayObstacle>) -> Vec<Exclusion> {
    excluded
        .iter()
        .map(|((applicant_id, programme_id), reason)| Exclusion {
            applicant_id: applicant_id.clone(),
            programme_id: programme_id.clone(),
            reason: reason.clone(),
        })
        .collect()
}

/// The candidates placed, facility by facility, in the order in which their stays are reserved.
fn placed<'a>(
    round: &'a SuggestionRound,
    placements: &[PlacementRow],
) -> Vec<(usize, &'a Candidate)> {
    let places: BTreeSet<(&str, &str)> = placements
        .iter()
        .filter_map(|row| {
            let place = row.place.as_ref()?;
            Some((row.applicant_id.as_str(), place.programme_id.as_str()))
        })
        .collect();
    let mut placed = Vec::new();
    for (programme, line) in round.programmes.iter().zip(&round.lines) {
        for (position, candidate) in line.iter().enumerate() {
            let child = &round.children[candidate.child].applicant_id;
            if places.contains(&(child.as_str(), programme.programme_id.as_str())) {
                placed.push((position, candidate));
            }
        }
    }
    placed
        .sort_by_key(|(position, it)| (*position, SuggestionRound::first_day_of(it), it.programme));
    placed
}

/// Of each facility, the first child placed whose stay does not fit beside those before it.
///
/// One per facility and turn: what it gives up may make room for the next.
fn misfits(round: &SuggestionRound, placements: &[PlacementRow]) -> Vec<Exclusion> {
    let mut ledger = round.ledger.clone();
    let mut found: BTreeMap<&str, Exclusion> = BTreeMap::new();
    for (_, candidate) in placed(round, placements) {
        let Ok(suitable) = &candidate.suitability else {
            continue;
        };
        let facility = suitable.request().facility_id.as_str();
        if let Err(obstacles) = ledger.reserve(suitable.request())
            && let Some(reason) = obstacles.into_iter().next()
        {
            found
                .entry(facility)
                .or_insert_with(|| exclusion(round, candidate, reason));
        }
    }
    found.into_values().collect()
}

fn exclusion(round: &SuggestionRound, candidate: &Candidate, reason: StayObstacle) -> Exclusion {
    Exclusion {
        applicant_id: round.children[candidate.child].applicant_id.clone(),
        programme_id: round.programmes[candidate.programme].programme_id.clone(),
        reason,
    }
}

/// Separates exclusions that hold in the end from those that do not: one holds if the stay does not fit
/// beside all stays placed, leaving aside those of children behind it in the same line.
fn settle(
    round: &SuggestionRound,
    placements: &[PlacementRow],
    exclusions: Vec<Exclusion>,
) -> (Vec<Exclusion>, Vec<Exclusion>) {
    let placed = placed(round, placements);
    let (mut hold, mut unsettled) = (Vec::new(), Vec::new());
    for exclusion in exclusions {
        match first_obstacle(round, &placed, &exclusion) {
            Some(reason) => hold.push(Exclusion {
                reason,
                ..exclusion
            }),
            None => {
                unsettled.push(exclusion.clone());
                hold.push(exclusion);
            }
        }
    }
    (hold, unsettled)
}

/// What is in the way of an excluded application in the end; `None` if nothing is.
fn first_obstacle(
    round: &SuggestionRound,
    placed: &[(usize, &Candidate)],
    exclusion: &Exclusion,
) -> Option<StayObstacle> {
    let programme = round
        .programmes
        .binary_search_by(|it| it.programme_id.cmp(&exclusion.programme_id))
        .ok()?;
    let line = &round.lines[programme];
    let own = line
        .iter()
        .position(|it| round.children[it.child].applicant_id == exclusion.applicant_id)?;
    let request = requested(&line[own])?;
    let mut ledger = round.ledger.clone();
    for (position, candidate) in placed {
        if candidate.programme == programme && *position > own {
            continue;
        }
        if let Some(request) = requested(candidate) {
            // The stays placed fit together: the last turn found no misfit.
            let _ = ledger.guarantee(request);
        }
    }
    ledger.check(request).err()?.into_iter().next()
}

fn requested(candidate: &Candidate) -> Option<&StayRequest> {
    candidate.suitability.as_ref().ok().map(|it| it.request())
}
