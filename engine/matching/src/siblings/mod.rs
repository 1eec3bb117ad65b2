//! Placing families whose children belong together.
//!
//! # The rule
//!
//! A family ranks *joint options*: for each option, one programme (or none) per child. Staying
//! entirely unplaced always comes last. A matching is stable if it is feasible and no family blocks.
//! A family **blocks** with an option that it likes better than what it has if, at every programme
//! and seat group of the option, the children *of other families* that come before the option's last
//! child there, and the option's own children there, are together no more than the seats (Sun,
//! Yamada, Takenami, Moriwaki and Yokoo, AAAI 2024). Seats held by siblings count as free. A child
//! alone is a family of one: for it the rule is the ordinary one, and a round without siblings is
//! stable in one sense exactly if it is in the other.
//!
//! With siblings a stable matching may not exist, and stable matchings may differ in size.
//!
//! # From rules to options
//!
//! - `family_options.csv` lists the options of a family and replaces its siblings rule.
//! - `together_only`: all children of the family that have wishes at one programme, by sum of ranks,
//!   then by greatest rank; or none of them anywhere. There is no partial option: a family that would
//!   take a place for one child alone writes `together_preferred`. A child without a wish does not
//!   hold back the others.
//! - `together_preferred`: every combination of the children's wishes. First fewer children unplaced
//!   (the legal claim is each child's own), then fewer programmes (so all together first), then the
//!   smaller sum of ranks, then the smaller greatest rank (no child pays for the other). At most
//!   5,000 options; a family with more is refused.
//! - `independent`: each child on its own, siblings' seats counted like all others.
//!
//! Options that are equal in all of this are ties: the checker lets no family block for a tie, the
//! solver takes them in the order of the programmes' lottery numbers.
//!
//! An option is *void*, and left out, if a child has no application for its programme (it has no
//! points there), or if a child that holds a place would lose it for less. Ranks count the options
//! left. An option for a programme without seats of the child's group counts, but can never be had.
//! Where a child holds a place, keeping it (its siblings unplaced) ends the list instead of staying
//! unplaced, so nobody ends below the place held, whatever the rule.
//!
//! # True ties
//!
//! The solver works on the strict order after the lottery; what is stable there is weakly stable.
//! The checker takes points and lots alone: an outside child stands in the way unless every child
//! that the option sends there has a strictly better claim. What is said to be proven impossible is
//! so for the order drawn; with other lots a stable matching may exist.
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
use market::Market;

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
    if options
        .time_limit_seconds
        .is_some_and(|seconds| !(seconds >= 0.0))
    {
        return Err(SolveError::BadTimeLimit);
    }
    let priorities = Priorities::new(round, options.seed);
    let preferences = Preferences::new(round, options.seed);
    let market = Market::new(round, &priorities, &preferences, options.seed);
    let failed = |error: solver::SolverError| SolveError::ExactModel(error.to_string());
    let seconds = options.time_limit_seconds;
    let settled = settle::settle(&market, seconds).map_err(failed)?;
    let proposal = if settled.blocking.is_empty() {
        None
    } else {
        capacity_repair::propose(&market, &settled, seconds).map_err(failed)?
    };
    let granted = market.granted(&settled.chosen);
    let families = Some(FamilyFindings::new(&market, &settled, proposal));
    Ok(Outcome {
        round,
        options: *options,
        priorities,
        tied_wish_lists: preferences.tied_applicants,
        granted,
        families,
    })
}
