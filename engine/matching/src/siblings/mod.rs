//! Placing families whose children belong together.
//!
//! The rule and what an option is: see [`FamilyFindings`].
//!
//! # How it is solved
//!
//! Elimination finds what all stable matchings have in common (`domains`); what is left falls into
//! groups without a common seat, which are searched exactly (`branch`), by a whole-number model
//! where a group is too tangled (`exact_model`). Where no stable matching exists, a constructive
//! search (`offers`) shows a small set of families to excuse, and the exact search gives the best
//! matching in which nobody else blocks (`settle`), and a few more seats that would end the blocking
//! are looked for (`capacity_repair`): a proposal to the city, never applied.
//!
//! Neither clock nor chance is involved: without a time limit hit, the same round gives the same
//! bytes.

mod branch;
mod capacity_repair;
mod domains;
mod exact_model;
mod family_reasons;
mod findings;
#[cfg(test)]
mod generated;
mod market;
mod offers;
mod settle;

pub use capacity_repair::{AddedSeats, CapacityProposal};
pub use family_reasons::{FamilyReason, OptionReason, family_reasons, write_family_reasons};
pub(crate) use family_reasons::{explain, granted_level};
pub use findings::{BlockingOption, FamilyFindings, FamilyProof};

use crate::order::{Preferences, Priorities};
use crate::round::Round;
use crate::solve::{OptimalFor, Outcome, RoundOptions, SolveError, TieRule};
pub(crate) use market::Market;
use solver::SearchLimits;

/// The wish of each applicant after the constructive search alone: quick, and stable unless families go
/// in circles.
pub(crate) fn place_by_offers(market: &Market<'_>) -> Vec<u32> {
    market.granted(&offers::find(market, 0).chosen)
}

/// Runs a round in which families rank joint options.
pub(crate) fn place_families<'round>(
    round: &'round Round,
    options: &RoundOptions,
) -> Result<Outcome<'round>, SolveError> {
    if options.optimal_for == OptimalFor::Programmes {
        return Err(SolveError::ProgrammeSideWithSiblings);
    }
    if options.ties == TieRule::MaxSize {
        return Err(SolveError::MaxSizeWithSiblings);
    }
    let priorities = Priorities::new(round, options.seed);
    let preferences = Preferences::new(round, options.seed);
    let market = Market::new(round, &priorities, &preferences, options.seed);
    let limits = SearchLimits {
        seconds: options.time_limit_seconds,
        nodes: options.search_nodes,
        ..SearchLimits::default()
    };
    let settled = settle::settle(&market, &limits)
        .map_err(|error| SolveError::ExactModel(error.to_string()))?;
    let proposal = if settled.blocking.is_empty() {
        None
    } else {
        capacity_repair::propose(&market, &settled)
    };
    let granted = market.granted(&settled.chosen);
    let families = Some(FamilyFindings::new(&market, &settled, proposal));
    Ok(Outcome {
        round,
        options: *options,
        priorities,
        tied_wish_lists: preferences.tied_applicants,
        granted,
        most_placed: None,
        families,
    })
}
