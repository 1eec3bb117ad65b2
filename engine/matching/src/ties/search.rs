//! A search for larger weakly stable matchings: other tie-breaks, and chains from each.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::chains::Seating;
use super::market::Market;
use super::orders::{Orders, key};
use crate::round::NONE;

/// Steps after which a search gives up; less than a second of one processor.
pub(super) const EFFORT: u64 = 50_000_000;
/// Steps that the chains of one search may take, by steps of the search.
const EFFORT_OF_CHAINS: u64 = 4;
/// Most restarts of one search.
const MOST_ROUNDS: u64 = 4_000;

/// Steps that are left for a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Effort(pub(super) u64);

impl Effort {
    /// Takes off the steps of one look at all claims of a market; `false`, and nothing, when too few are
    /// left.
    pub(super) fn spend_on(&mut self, market: &Market) -> bool {
        match self.0.checked_sub(look_cost(market)) {
            Some(left) => self.0 = left,
            None => return false,
        }
        true
    }
}

/// Looks for a matching of at least `enough` children, from given orders on.
///
/// Deterministic: the same market, orders and `stream` give the same matching.
pub(super) fn search(
    market: &Market,
    orders: &Orders,
    stream: u64,
    enough: usize,
    effort: u64,
) -> Vec<u32> {
    let mut chains = Effort(effort.saturating_mul(EFFORT_OF_CHAINS));
    let mut best = settled(market, orders, &mut chains);
    let rounds = (effort / round_cost(market)).min(MOST_ROUNDS);
    let mut generator = ChaCha8Rng::seed_from_u64(0x7469_6573);
    generator.set_stream(stream);
    let mut current = best.clone();
    let mut missed = vec![0_u32; market.child_count()];
    let mut idle = 0;
    for _ in 0..rounds {
        if Market::size(&best) >= enough {
            break;
        }
        let orders = other_orders(market, &current, &mut missed, &mut generator);
        let found = settled(market, &orders, &mut chains);
        let (size, known) = (Market::size(&found), Market::size(&best));
        idle += 1;
        if size > known {
            best.clone_from(&found);
            idle = 0;
        }
        // Equal sizes are taken to wander about; now and then one that is smaller by one.
        if size >= Market::size(&current)
            || (size + 1 >= known && generator.next_u32().is_multiple_of(8))
        {
            current = found;
        }
        if idle == 200 {
            idle = 0;
            current.clone_from(&best);
            missed.fill(0);
        }
    }
    best
}

/// Steps that one deferred acceptance counts for: every claim a few times.
pub(super) fn round_cost(market: &Market) -> u64 {
    1 + 4 * look_cost(market)
}

/// Steps that one look at all claims counts for: more where they no longer fit the fast memory of a
/// processor.
fn look_cost(market: &Market) -> u64 {
    let claims = market.claims.len() as u64;
    claims * (1 + claims / 100_000)
}

/// Deferred acceptance, then chains.
fn settled(market: &Market, orders: &Orders, effort: &mut Effort) -> Vec<u32> {
    let mut seating = Seating::new(market, orders.child_optimal(market));
    seating.place_more(effort);
    seating.granted
}

/// Orders that keep most of a matching but let some of the unplaced children go first in their ties.
fn other_orders(
    market: &Market,
    granted: &[u32],
    missed: &mut [u32],
    generator: &mut ChaCha8Rng,
) -> Orders {
    let mut orders = Orders::keeping(market, granted);
    for (position, claim) in market.claims.iter().enumerate() {
        let is_admitted = granted[claim.child as usize] == position as u32;
        // One admitted claim in 16 loses its advantage within the tie.
        let is_kept = is_admitted && !generator.next_u32().is_multiple_of(16);
        let luck = generator.next_u32() >> missed[claim.child as usize].min(24);
        orders.keys[position] = key(market, position, is_kept, luck);
    }
    for child in 0..market.child_count() {
        if granted[child] != NONE {
            continue;
        }
        missed[child] += 1;
        if generator.next_u32().is_multiple_of(4) {
            continue;
        }
        for claim in market.claims_of(child) {
            if generator.next_u32().is_multiple_of(2) {
                orders.keys[claim] = key(market, claim, true, 0);
            }
        }
    }
    shuffle_equal_wishes(market, granted, &mut orders, generator);
    orders
}

/// Lets some children like another of their equal wishes best.
fn shuffle_equal_wishes(
    market: &Market,
    granted: &[u32],
    orders: &mut Orders,
    generator: &mut ChaCha8Rng,
) {
    for (child, held) in granted.iter().enumerate() {
        let range = market.claims_of(child);
        let has_equals = |range: std::ops::Range<usize>| {
            market.claims[range]
                .windows(2)
                .any(|pair| pair[0].rank == pair[1].rank)
        };
        if !has_equals(range.clone()) || (*held != NONE && !generator.next_u32().is_multiple_of(4))
        {
            continue;
        }
        let chosen = range.start + generator.next_u32() as usize % range.len();
        orders.like_best(market, child, chosen as u32);
    }
}
