//! Strict orders of a market that respect its ties, and deferred acceptance under them.

use std::collections::BinaryHeap;

use super::market::Market;
use crate::round::NONE;

/// A strict order of every line and of every child's list.
#[derive(Debug, Clone)]
pub(super) struct Orders {
    /// What orders each claim within its line; smaller goes first.
    pub(super) keys: Vec<u64>,
    /// Claims in the ranges of [`Market::claims_of`], best first.
    pub(super) lists: Vec<u32>,
}

/// A key that respects the classes: a favoured claim goes to the front of its tie, another to the end.
pub(super) fn key(market: &Market, claim: usize, is_favoured: bool, within: u32) -> u64 {
    let claim = &market.claims[claim];
    let class = if is_favoured {
        claim.enters
    } else {
        claim.yields
    };
    // 31 bits are enough for what orders the claims of one tie.
    (u64::from(class) << 32) | (u64::from(!is_favoured) << 31) | u64::from(within >> 1)
}

impl Orders {
    /// What the lottery made of the ties.
    pub(super) fn drawn(market: &Market) -> Self {
        let mut lists: Vec<u32> = (0..market.claims.len() as u32).collect();
        for child in 0..market.child_count() {
            lists[market.claims_of(child)].sort_by_key(|claim| {
                let claim = &market.claims[*claim as usize];
                (claim.rank, claim.liking)
            });
        }
        Self {
            keys: market
                .claims
                .iter()
                .map(|claim| u64::from(claim.drawn))
                .collect(),
            lists,
        }
    }

    /// An order under which a weakly stable matching is stable: in every tie those admitted go
    /// first, then the lottery decides; a child likes what it has best among its equals.
    pub(super) fn keeping(market: &Market, granted: &[u32]) -> Self {
        let mut orders = Self::drawn(market);
        for (position, claim) in market.claims.iter().enumerate() {
            let is_admitted = granted[claim.child as usize] == position as u32;
            // The place in line fits 31 bits twice over: a line is shorter than the round.
            orders.keys[position] = key(market, position, is_admitted, claim.drawn << 1);
        }
        for (child, held) in granted.iter().enumerate() {
            if *held != NONE {
                orders.like_best(market, child, *held);
            }
        }
        orders
    }

    /// Moves a claim before its equals in the child's list.
    pub(super) fn like_best(&mut self, market: &Market, child: usize, claim: u32) {
        let list = &mut self.lists[market.claims_of(child)];
        let rank = market.claims[claim as usize].rank;
        let first = list.partition_point(|other| market.claims[*other as usize].rank < rank);
        if let Some(place) = list.iter().position(|other| *other == claim) {
            list[first..=place].rotate_right(1);
        }
    }

    /// The matching that is best for every child under this order.
    pub(super) fn child_optimal(&self, market: &Market) -> Vec<u32> {
        let mut granted = vec![NONE; market.child_count()];
        let mut next: Vec<u32> = market.starts.clone();
        let mut held: Vec<BinaryHeap<(u64, u32)>> =
            vec![BinaryHeap::new(); market.capacities.len()];
        for first in 0..market.child_count() {
            let mut asking = first;
            while next[asking] < market.starts[asking + 1] {
                let position = self.lists[next[asking] as usize];
                next[asking] += 1;
                let claim = &market.claims[position as usize];
                let seat = claim.seat as usize;
                let key = self.keys[position as usize];
                if held[seat].len() < market.capacities[seat] as usize {
                    held[seat].push((key, position));
                    granted[asking] = position;
                    break;
                }
                let Some(mut last) = held[seat].peek_mut() else {
                    continue;
                };
                if (key, position) < *last {
                    let out = last.1;
                    *last = (key, position);
                    granted[asking] = position;
                    asking = market.claims[out as usize].child as usize;
                    granted[asking] = NONE;
                }
            }
        }
        granted
    }
}
