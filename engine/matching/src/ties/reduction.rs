//! Leaves aside the wishes that no weakly stable matching grants, and splits what is left.
//!
//! Both rules are those of Irving and Manlove (2009, *Finding large stable matchings*), carried over
//! to lots that tie with every other:
//!
//! - **Children apply.** If a seat group with q seats is the only best wish left of q children, it
//!   takes nobody over whom all of these have strict priority: each of them sits there, or is refused
//!   by a full line in which nobody has a lesser claim than it.
//! - **Seats offer.** If no more than q children, itself included, could come at least level with a
//!   child, the seat is safe for it: it never ends below, and its worse wishes are never granted.
//!
//! A wish left aside can neither be granted nor block, so the weakly stable matchings of what is
//! left are exactly those of the round.

use std::collections::BinaryHeap;

use super::market::{Claim, Market};
use crate::round::NONE;

struct Reduction<'market> {
    market: &'market Market,
    alive: Vec<bool>,
    /// Claims on each seat by the class they yield to.
    by_yields: Vec<u32>,
    /// Best q `yields` of the children whose only best wish the seat is, the worst on top.
    heads: Vec<BinaryHeap<u32>>,
    /// Only best claim of each child that has been counted.
    counted: Vec<u32>,
    /// How far from the end the line of each seat has been cut.
    ends: Vec<u32>,
    /// Where the classes of each seat start in `in_class`.
    class_starts: Vec<usize>,
    in_class: Vec<u32>,
    /// Classes of each seat that fit its capacity altogether, and the claims in them.
    fitting: Vec<(u32, u32)>,
    /// How many claims by `yields` have been found safe.
    safe_claims: Vec<u32>,
    sure: Vec<bool>,
    children: Vec<u32>,
    seats: Vec<u32>,
}

/// The independent parts of a market after both rules, by their first child.
pub(super) fn parts(market: &Market) -> Vec<Market> {
    let mut reduction = Reduction::new(market);
    reduction.run();
    split(market, &reduction.alive, &reduction.sure)
}

impl<'market> Reduction<'market> {
    fn new(market: &'market Market) -> Self {
        let seats = market.capacities.len();
        let mut by_yields = market.lines.clone();
        by_yields.sort_by_key(|claim| {
            let claim = &market.claims[*claim as usize];
            (claim.seat, claim.yields)
        });
        let mut class_starts = vec![0];
        for seat in 0..seats {
            let line = market.line(seat);
            let last = line
                .iter()
                .map(|claim| market.claims[*claim as usize].yields);
            class_starts.push(class_starts[seat] + last.max().map_or(0, |last| last as usize + 1));
        }
        let mut in_class = vec![0; class_starts[seats]];
        for claim in &market.claims {
            in_class[class_starts[claim.seat as usize] + claim.enters as usize] += 1;
        }
        Self {
            market,
            alive: vec![true; market.claims.len()],
            by_yields,
            heads: vec![BinaryHeap::new(); seats],
            counted: vec![NONE; market.child_count()],
            ends: market.seat_starts[1..].to_vec(),
            class_starts,
            in_class,
            fitting: vec![(0, 0); seats],
            safe_claims: market.seat_starts[..seats].to_vec(),
            sure: vec![false; market.child_count()],
            children: (0..market.child_count() as u32).rev().collect(),
            seats: (0..seats as u32).rev().collect(),
        }
    }

    fn run(&mut self) {
        loop {
            if let Some(child) = self.children.pop() {
                self.apply(child as usize);
            } else if let Some(seat) = self.seats.pop() {
                self.offer(seat as usize);
            } else {
                return;
            }
        }
    }

    fn remove(&mut self, position: usize) {
        if !std::mem::replace(&mut self.alive[position], false) {
            return;
        }
        let claim = &self.market.claims[position];
        let seat = claim.seat as usize;
        self.in_class[self.class_starts[seat] + claim.enters as usize] -= 1;
        let (classes, claims) = &mut self.fitting[seat];
        if claim.enters < *classes {
            *claims -= 1;
        }
        self.children.push(claim.child);
        self.seats.push(claim.seat);
    }

    /// Counts the only best wish of a child, and cuts the line behind q such children.
    fn apply(&mut self, child: usize) {
        let market = self.market;
        let mut left = market.claims_of(child).filter(|claim| self.alive[*claim]);
        let Some(head) = left.next() else { return };
        let claim = &market.claims[head];
        let is_only_best = left
            .next()
            .is_none_or(|next| market.claims[next].rank > claim.rank);
        if !is_only_best || self.counted[child] == head as u32 {
            return;
        }
        self.counted[child] = head as u32;
        let seat = claim.seat as usize;
        let heads = &mut self.heads[seat];
        heads.push(claim.yields);
        if heads.len() > market.capacities[seat] as usize {
            heads.pop();
        }
        if heads.len() < market.capacities[seat] as usize {
            return;
        }
        let Some(cut) = heads.peek().copied() else {
            return;
        };
        while self.ends[seat] > market.seat_starts[seat] {
            let last = market.lines[self.ends[seat] as usize - 1] as usize;
            if market.claims[last].enters <= cut {
                break;
            }
            self.ends[seat] -= 1;
            self.remove(last);
        }
    }

    /// Finds the children for whom the seat is safe, and drops their worse wishes.
    fn offer(&mut self, seat: usize) {
        let market = self.market;
        let classes = self.class_starts[seat + 1] - self.class_starts[seat];
        let (mut class, mut claims) = self.fitting[seat];
        while (class as usize) < classes {
            let next = self.in_class[self.class_starts[seat] + class as usize];
            if claims + next > market.capacities[seat] {
                break;
            }
            claims += next;
            class += 1;
        }
        self.fitting[seat] = (class, claims);
        while self.safe_claims[seat] < market.seat_starts[seat + 1] {
            let position = self.by_yields[self.safe_claims[seat] as usize] as usize;
            let claim = &market.claims[position];
            if claim.yields >= class {
                break;
            }
            self.safe_claims[seat] += 1;
            if !self.alive[position] {
                continue;
            }
            self.sure[claim.child as usize] = true;
            for worse in market.claims_of(claim.child as usize).rev() {
                if market.claims[worse].rank <= claim.rank {
                    break;
                }
                self.remove(worse);
            }
        }
    }
}

/// The representative of a set, with paths halved on the way.
fn root(parents: &mut [u32], mut member: u32) -> u32 {
    while parents[member as usize] != member {
        let above = parents[parents[member as usize] as usize];
        parents[member as usize] = above;
        member = above;
    }
    member
}

/// One market per set of children and seats that claims connect.
fn split(market: &Market, alive: &[bool], sure: &[bool]) -> Vec<Market> {
    let children = market.child_count() as u32;
    let mut parents: Vec<u32> = (0..children + market.capacities.len() as u32).collect();
    for (claim, _) in market.claims.iter().zip(alive).filter(|(_, alive)| **alive) {
        let child = root(&mut parents, claim.child);
        let seat = root(&mut parents, children + claim.seat);
        // The smaller number represents the set, so that parts are found by their first child.
        parents[child.max(seat) as usize] = child.min(seat);
    }
    let mut by_part: Vec<(u32, u32)> = (0..children)
        .map(|child| (root(&mut parents, child), child))
        .collect();
    by_part.sort_unstable();
    let mut seat_number = vec![NONE; market.capacities.len()];
    by_part
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|members| part(market, alive, sure, members, &mut seat_number))
        .collect()
}

fn part(
    market: &Market,
    alive: &[bool],
    sure: &[bool],
    members: &[(u32, u32)],
    seat_number: &mut [u32],
) -> Option<Market> {
    let mut claims = Vec::new();
    let mut starts = vec![0];
    let mut capacities = Vec::new();
    for (number, (_, child)) in members.iter().enumerate() {
        for position in market
            .claims_of(*child as usize)
            .filter(|claim| alive[*claim])
        {
            let claim = market.claims[position];
            let seat = &mut seat_number[claim.seat as usize];
            if *seat == NONE {
                *seat = capacities.len() as u32;
                capacities.push(market.capacities[claim.seat as usize]);
            }
            claims.push(Claim {
                child: number as u32,
                seat: *seat,
                ..claim
            });
        }
        starts.push(claims.len() as u32);
    }
    if claims.is_empty() {
        return None;
    }
    let applicants = members
        .iter()
        .map(|(_, child)| market.applicants[*child as usize]);
    let sure = members.iter().map(|(_, child)| sure[*child as usize]);
    Some(Market::assemble(
        claims,
        starts,
        capacities,
        applicants.collect(),
        sure.collect(),
    ))
}
