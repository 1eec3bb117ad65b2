//! Ties used to place as many children as possible.
//!
//! Children level at a programme (equal points, and equal lots or an empty one) and programmes level
//! in a child's list stay level: a matching is weakly stable if nobody is refused a seat that is free
//! or held by a strictly lesser claim. Such matchings differ in size, and the largest is sought; the
//! problem is NP-hard (Manlove et al. 2002, *Hard variants of stable marriage*).
//!
//! # Steps
//!
//! 1. `reduction` leaves aside what no weakly stable matching grants, and splits the rest into parts.
//! 2. `search` looks for a large matching of each part: deferred acceptance under changing tie-breaks,
//!    each followed by `chains` that place one child more through ties. Its effort is counted in steps,
//!    not seconds, and it does not depend on the seed of the lottery.
//!    The chains are counted, too: what a time limit is given for ends in about that time.
//! 3. `flow` bounds each part from above, counted like the search; where the two differ, `model` goes on with branch and bound
//!    until the proof, or its share of the time limit.
//! 4. With the size known, the seed comes in: the search begins again with the tie-breaks of the
//!    lottery, stops at that size, and `lots` settles what remains by exchanges that favour the
//!    smaller lottery number.
//!
//! As long as the time limit is not reached, the same input, options and seed give the same bytes;
//! once it is, the size found may differ between machines, and the result says so by its bound.
//! Whatever happens, the matching is weakly stable and enrolled children keep their place or move to
//! a better one.

mod chains;
mod flow;
mod lots;
mod market;
mod model;
mod orders;
mod reduction;
mod search;

use market::Market;
use orders::{Orders, key};
use search::Effort;

use crate::lottery::{DrawnFor, draw};
use crate::order::{Preferences, Priorities};
use crate::round::{NONE, Round};

/// Share of the time limit that branch and bound may use; the rest is for the steps that are counted.
const SHARE_OF_PROOFS: f64 = 0.85;

/// Steps that the bound of a part may take, by steps of its search.
const EFFORT_OF_FLOW: u64 = 8;

/// A large weakly stable matching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Largest {
    /// Strict order under which it is stable.
    pub(crate) priorities: Priorities,
    /// Strict lists under which it is stable.
    pub(crate) preferences: Preferences,
    /// No weakly stable matching places more children.
    pub(crate) upper: u64,
}

/// A part of the round on the way to its result.
struct Part {
    market: Market,
    granted: Vec<u32>,
    upper: usize,
}

/// Seeks the largest weakly stable matching; `priorities` and `preferences` are those of the lottery.
pub(crate) fn largest(
    round: &Round,
    priorities: Priorities,
    preferences: Preferences,
    seed: u64,
    seconds: Option<f64>,
) -> Largest {
    let market = Market::of_round(round, &priorities, &preferences);
    let mut parts = first_answers(reduction::parts(&market), effort(seconds));
    prove(&mut parts, seconds);
    let mut wishes = vec![NONE; round.applicant_count()];
    let turns = turns(round, &parts, seed);
    let effort = effort(seconds)
        / (1 + parts
            .iter()
            .map(|part| part.market.claims.len() as u64)
            .sum::<u64>());
    let mut upper = 0;
    for (part, turns) in parts.iter_mut().zip(&turns) {
        let share = effort * part.market.claims.len() as u64;
        by_lot(part, turns, seed, share);
        upper += part.upper.max(Market::size(&part.granted)) as u64;
        for claim in part.granted.iter().filter(|claim| **claim != NONE) {
            let claim = &part.market.claims[*claim as usize];
            wishes[part.market.applicants[claim.child as usize] as usize] = claim.wish;
        }
    }
    let whole = granted_claims(&market, &wishes);
    debug_assert!(
        market.is_weakly_stable(&whole),
        "the parts make up a stable whole"
    );
    let (priorities, preferences) = keeping(round, &market, &whole, priorities, preferences);
    Largest {
        priorities,
        preferences,
        upper,
    }
}

/// Steps of the searches: fewer where little time is allowed.
fn effort(seconds: Option<f64>) -> u64 {
    let share = seconds.map_or(1.0, |seconds| (seconds / 10.0).clamp(0.1, 1.0));
    (share * search::EFFORT as f64) as u64
}

/// The answer of the search to every part, and how many children its seats could take at all.
fn first_answers(markets: Vec<Market>, effort: u64) -> Vec<Part> {
    let claims: u64 = markets
        .iter()
        .map(|market| market.claims.len() as u64)
        .sum();
    markets
        .into_iter()
        .map(|market| {
            let share = effort / (1 + claims) * market.claims.len() as u64;
            let upper = flow::most_placeable(&market, Effort(share.saturating_mul(EFFORT_OF_FLOW)));
            let granted = search::search(&market, &Orders::drawn(&market), 0, upper, share);
            Part {
                market,
                granted,
                upper,
            }
        })
        .collect()
}

/// Branch and bound where search and flow leave a difference; the time is shared out by size.
fn prove(parts: &mut [Part], seconds: Option<f64>) {
    let is_open = |part: &Part| Market::size(&part.granted) < part.upper;
    let open = parts.iter().filter(|part| is_open(part));
    let claims: usize = open.map(|part| part.market.claims.len()).sum();
    for part in parts.iter_mut().filter(|part| is_open(part)) {
        let share = part.market.claims.len() as f64 / claims as f64;
        let known = std::mem::take(&mut part.granted);
        let answer = model::improve(
            &part.market,
            known,
            part.upper,
            seconds.map(|it| it * SHARE_OF_PROOFS * share),
        );
        part.granted = answer.granted;
        part.upper = answer.upper;
    }
}

/// Settles by lot what the size leaves open.
fn by_lot(part: &mut Part, turns: &[u32], seed: u64, effort: u64) {
    let size = Market::size(&part.granted);
    let drawn = Orders::drawn(&part.market);
    let found = search::search(&part.market, &drawn, seed, size, effort);
    let granted = if Market::size(&found) >= size {
        found
    } else {
        std::mem::take(&mut part.granted)
    };
    part.granted = lots::settle(&part.market, granted, turns, effort);
}

/// The children of each part in the order of their lottery numbers.
fn turns(round: &Round, parts: &[Part], seed: u64) -> Vec<Vec<u32>> {
    let in_turn = |part: &Part| {
        let mut turns: Vec<u32> = (0..part.market.child_count() as u32).collect();
        turns.sort_by_cached_key(|child| {
            let applicant = part.market.applicants[*child as usize] as usize;
            let family = draw(seed, DrawnFor::Family, round.family_of(applicant));
            let id = round.applicants.get(applicant);
            (family, draw(seed, DrawnFor::Applicant, id), applicant)
        });
        turns
    };
    parts.iter().map(in_turn).collect()
}

/// The claims of the whole market that grant these wishes.
fn granted_claims(market: &Market, wishes: &[u32]) -> Vec<u32> {
    let mut granted = vec![NONE; market.child_count()];
    for (position, claim) in market.claims.iter().enumerate() {
        if wishes[claim.child as usize] == claim.wish {
            granted[claim.child as usize] = position as u32;
        }
    }
    granted
}

/// Strict orders that put those admitted first in every tie and follow the lottery otherwise.
fn keeping(
    round: &Round,
    market: &Market,
    granted: &[u32],
    priorities: Priorities,
    mut preferences: Preferences,
) -> (Priorities, Preferences) {
    // Closed groups and seats without capacity have no claims and stay as drawn.
    let mut keys: Vec<u64> = priorities
        .place
        .iter()
        .map(|place| u64::from(*place))
        .collect();
    for (position, claim) in market.claims.iter().enumerate() {
        let is_admitted = granted[claim.child as usize] == position as u32;
        keys[claim.wish as usize] = key(market, position, is_admitted, claim.drawn << 1);
    }
    for (child, held) in granted
        .iter()
        .enumerate()
        .filter(|(_, held)| **held != NONE)
    {
        let held = market.claims[*held as usize].wish;
        let rank = round.wishes[held as usize].rank;
        let list = &mut preferences.wishes[round.wish_range(child)];
        let first = list.partition_point(|wish| round.wishes[*wish as usize].rank < rank);
        if let Some(place) = list.iter().position(|wish| *wish == held) {
            list[first..=place].rotate_right(1);
        }
    }
    (priorities.rearranged(&keys), preferences)
}
