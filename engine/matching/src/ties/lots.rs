//! What the size leaves open goes by lot.

use super::market::Market;
use super::orders::{Orders, key};
use super::search::round_cost;
use crate::round::NONE;

/// Exchanges level children as long as the better lot gains by it and nobody less is placed.
///
/// `turns` are the children in the order of their lots. A child takes the place in line of one that is
/// admitted at a seat it wants more, level with it and later in turn; deferred acceptance works out
/// what follows. Of the two matchings the one stays that places more, or in which, of the children
/// that fare differently, the first in turn fares better. Stops when no such exchange is left, or
/// after `effort` steps.
pub(super) fn settle(market: &Market, granted: Vec<u32>, turns: &[u32], effort: u64) -> Vec<u32> {
    let mut turn_of = vec![0_u32; turns.len()];
    for (turn, child) in (0..).zip(turns) {
        turn_of[*child as usize] = turn;
    }
    let orders = Orders::keeping(market, &granted);
    let mut settling = Settling {
        market,
        turns,
        turn_of,
        granted,
        orders,
        left: effort,
    };
    if settling.take_if_better() {
        settling.orders = Orders::keeping(market, &settling.granted);
    }
    while settling.pass() {}
    settling.granted
}

struct Settling<'market> {
    market: &'market Market,
    turns: &'market [u32],
    turn_of: Vec<u32>,
    granted: Vec<u32>,
    /// Keeps what is granted.
    orders: Orders,
    left: u64,
}

impl Settling<'_> {
    /// Every child in turn; whether anything changed and there is effort left.
    fn pass(&mut self) -> bool {
        let mut is_changed = false;
        for child in self.turns {
            for position in self.market.claims_of(*child as usize) {
                let rank = self.market.claims[position].rank;
                if rank >= self.market.rank_of(self.granted[*child as usize]) {
                    break;
                }
                for member in self.later_in_turn(position) {
                    let Some(left) = self.left.checked_sub(round_cost(self.market)) else {
                        return false;
                    };
                    self.left = left;
                    if self.exchange(position, member as usize) {
                        is_changed = true;
                        break;
                    }
                }
            }
        }
        is_changed
    }

    /// Children admitted level with a claim, those last in turn first.
    fn later_in_turn(&self, position: usize) -> Vec<u32> {
        let market = self.market;
        let claim = &market.claims[position];
        let turn = |claim: u32| self.turn_of[market.claims[claim as usize].child as usize];
        let mut members: Vec<u32> = market
            .line(claim.seat as usize)
            .iter()
            .copied()
            .filter(|member| {
                let other = &market.claims[*member as usize];
                self.granted[other.child as usize] == *member
                    && !other.is_before(claim)
                    && turn(*member) > turn(position as u32)
            })
            .collect();
        members.sort_unstable_by_key(|member| std::cmp::Reverse(turn(*member)));
        members
    }

    /// Puts a claim into the place in line of a member; keeps what follows if it is better.
    fn exchange(&mut self, position: usize, member: usize) -> bool {
        let market = self.market;
        let before = (self.orders.keys[position], self.orders.keys[member]);
        self.orders.keys[position] = key(market, position, true, 0);
        self.orders.keys[member] = key(market, member, false, 0);
        let is_better = self.take_if_better();
        if is_better {
            self.orders = Orders::keeping(market, &self.granted);
        } else {
            (self.orders.keys[position], self.orders.keys[member]) = before;
        }
        is_better
    }

    /// Takes the matching of the current order if it is better.
    fn take_if_better(&mut self) -> bool {
        let found = self.orders.child_optimal(self.market);
        let sizes = (Market::size(&found), Market::size(&self.granted));
        let rank = |granted: &[u32], child: u32| self.market.rank_of(granted[child as usize]);
        let gains = || {
            let both = self
                .turns
                .iter()
                .map(|child| (rank(&found, *child), rank(&self.granted, *child)));
            both.into_iter()
                .find(|(found, known)| found != known)
                .is_some_and(|(found, known)| found < known)
        };
        let is_better = sizes.0 > sizes.1 || (sizes.0 == sizes.1 && gains());
        if is_better {
            debug_assert!(
                found.iter().any(|claim| *claim != NONE),
                "a better matching places somebody"
            );
            self.granted = found;
        }
        is_better
    }
}
