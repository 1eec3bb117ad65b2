//! A round in which the stays of all children placed fit together.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::round::{StayPlacements, SuggestionError, SuggestionRound};
use super::running::{InLine, RunningRound};
use crate::whole_stay::{StayLedger, StayObstacle};

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

/// An application that stays out although its stay would fit beside those placed, because the round
/// goes in a circle: let in, it moves children on until a stay no longer fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsettledApplication {
    /// The child.
    pub applicant_id: String,
    /// The programme.
    pub programme_id: String,
    /// The first facility, by name, where a stay does not fit in the round that lets it in.
    pub facility_id: String,
    /// The first month and figure in the way there.
    pub reason: StayObstacle,
}

/// How often an application that was taken out too early may return before it is looked at alone.
const MOST_RETURNS: u32 = 4;

/// Takes applications out of a round until the stays of all children placed fit.
///
/// Every turn takes applications out or lets some return that would fit in the end; each returns a few
/// times at most, and then alone and only for good, so it ends.
pub(super) fn fit_stays<'round>(
    round: &'round SuggestionRound,
    mut running: RunningRound<'round>,
) -> Result<StayPlacements, SuggestionError> {
    let mut ledger = round.ledger.clone();
    let mut out: BTreeSet<InLine> = BTreeSet::new();
    let mut returns: BTreeMap<InLine, u32> = BTreeMap::new();
    loop {
        running.run()?;
        let misfits = running.misfits(&mut ledger);
        if !misfits.is_empty() {
            for misfit in misfits {
                out.insert(misfit.at);
                running.take_out(misfit.at);
            }
            continue;
        }
        let mut returned = false;
        for at in unsettled(&running, &out, &mut ledger) {
            let count = returns.entry(at).or_default();
            if *count < MOST_RETURNS {
                *count += 1;
                returned = true;
                out.remove(&at);
                running.let_in(at);
            }
        }
        if !returned {
            break;
        }
    }
    let unsettled = settle_alone(round, &mut running, &mut out, &mut ledger)?;
    let mut exclusions = Vec::new();
    for at in out {
        if let Some(reason) = running.obstacle(at, &mut ledger) {
            let (applicant_id, programme_id) = round.names(at);
            exclusions.push(Exclusion {
                applicant_id: applicant_id.to_owned(),
                programme_id: programme_id.to_owned(),
                reason,
            });
        }
    }
    exclusions.sort_by(|a, b| {
        (&a.applicant_id, &a.programme_id).cmp(&(&b.applicant_id, &b.programme_id))
    });
    let (placements, blocking) = running.finish();
    Ok(StayPlacements {
        placements,
        exclusions,
        unsettled,
        blocking,
    })
}

/// Applications that are out and would fit in the end, by child and programme.
fn unsettled(
    running: &RunningRound<'_>,
    out: &BTreeSet<InLine>,
    ledger: &mut StayLedger,
) -> Vec<InLine> {
    let out = out.iter().copied();
    out.filter(|at| running.obstacle(*at, ledger).is_none())
        .collect()
}

/// Lets every application return that can return alone without a stay that does not fit; of the others,
/// what would not fit. One that returns for good may make room for another: then all are tried again.
fn settle_alone<'round>(
    round: &'round SuggestionRound,
    running: &mut RunningRound<'round>,
    out: &mut BTreeSet<InLine>,
    ledger: &mut StayLedger,
) -> Result<Vec<UnsettledApplication>, SuggestionError> {
    'again: loop {
        let mut left = Vec::new();
        for at in unsettled(running, out, ledger) {
            let mut tried = running.with(at)?;
            let Some(misfit) = tried.misfits(ledger).into_iter().next() else {
                out.remove(&at);
                *running = tried;
                continue 'again;
            };
            let (applicant_id, programme_id) = round.names(at);
            left.push(UnsettledApplication {
                applicant_id: applicant_id.to_owned(),
                programme_id: programme_id.to_owned(),
                facility_id: running.facility_name(misfit.facility).to_owned(),
                reason: misfit.reason,
            });
        }
        left.sort_by(|a, b| {
            (&a.applicant_id, &a.programme_id).cmp(&(&b.applicant_id, &b.programme_id))
        });
        return Ok(left);
    }
}
