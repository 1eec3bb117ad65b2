//! How many children the seats of a market could take at all, whoever comes first.

use super::market::Market;
use super::search::Effort;
use crate::round::NONE;

/// The greatest number of children that claims and capacities allow: no matching places more.
///
/// Chains of children that make room for each other, found from all unplaced children at once, level
/// by level (Hopcroft and Karp 1973). When the effort does not suffice: the children with a claim, or the
/// seats with one, whichever are fewer.
pub(super) fn most_placeable(market: &Market, mut effort: Effort) -> usize {
    let mut flow = Flow::new(market);
    while effort.spend_on(market) {
        if !flow.place_more() {
            return Market::size(&flow.granted);
        }
    }
    at_most(market)
}

fn at_most(market: &Market) -> usize {
    let has_claim = |child: &usize| !market.claims_of(*child).is_empty();
    let children = (0..market.child_count()).filter(has_claim).count();
    let wanted = |(seat, capacity): (usize, &u32)| market.line(seat).len().min(*capacity as usize);
    let seats = market.capacities.iter().enumerate().map(wanted).sum();
    children.min(seats)
}

struct Flow<'market> {
    market: &'market Market,
    granted: Vec<u32>,
    members: Vec<Vec<u32>>,
    /// Distance of each seat from the unplaced children, in this round.
    level: Vec<u32>,
    /// Next claim that each child tries in this round.
    next: Vec<u32>,
}

impl<'market> Flow<'market> {
    fn new(market: &'market Market) -> Self {
        Self {
            market,
            granted: vec![NONE; market.child_count()],
            members: vec![Vec::new(); market.capacities.len()],
            level: Vec::new(),
            next: Vec::new(),
        }
    }

    /// One round of shortest chains; `false` when there is none.
    fn place_more(&mut self) -> bool {
        if !self.measure() {
            return false;
        }
        self.next = self.market.starts[..self.market.child_count()].to_vec();
        let unplaced: Vec<usize> = (0..self.granted.len())
            .filter(|child| self.granted[*child] == NONE)
            .collect();
        for child in unplaced {
            self.place(child);
        }
        true
    }

    /// Levels of all seats up to the first that are free; whether there is one.
    fn measure(&mut self) -> bool {
        let market = self.market;
        self.level = vec![NONE; market.capacities.len()];
        let mut children: Vec<usize> = (0..self.granted.len())
            .filter(|child| self.granted[*child] == NONE)
            .collect();
        let mut level = 0;
        let mut is_free_found = false;
        while !children.is_empty() && !is_free_found {
            let mut next = Vec::new();
            for child in children {
                for claim in market.claims_of(child) {
                    let seat = market.claims[claim].seat as usize;
                    if self.level[seat] != NONE {
                        continue;
                    }
                    self.level[seat] = level;
                    is_free_found |= self.members[seat].len() < market.capacities[seat] as usize;
                    next.extend(self.members[seat].iter().map(|child| *child as usize));
                }
            }
            children = next;
            level += 1;
        }
        is_free_found
    }

    /// Follows the levels from an unplaced child to a free seat, with a stack of its own.
    fn place(&mut self, child: usize) {
        let market = self.market;
        // Children on the chain, each with the place of the member it would replace.
        let mut chain: Vec<(usize, usize)> = vec![(child, 0)];
        while let Some((asking, tried)) = chain.last().copied() {
            let depth = chain.len() as u32 - 1;
            let claim = self.next[asking];
            if claim >= market.starts[asking + 1] {
                chain.pop();
                continue;
            }
            let seat = market.claims[claim as usize].seat as usize;
            let fits = self.level[seat] == depth;
            if fits && self.members[seat].len() < market.capacities[seat] as usize {
                self.shift(&chain);
                return;
            }
            if fits && tried < self.members[seat].len() {
                let member = self.members[seat][tried] as usize;
                if let Some(top) = chain.last_mut() {
                    top.1 += 1;
                }
                if self.next[member] < market.starts[member + 1] {
                    chain.push((member, 0));
                }
                continue;
            }
            self.next[asking] += 1;
            if let Some(top) = chain.last_mut() {
                top.1 = 0;
            }
        }
    }

    /// Every child of the chain takes the seat it asks at, the last a free one.
    fn shift(&mut self, chain: &[(usize, usize)]) {
        for (child, _) in chain.iter().rev() {
            let before = std::mem::replace(&mut self.granted[*child], self.next[*child]);
            if let Some(before) = self.market.claims.get(before as usize) {
                self.members[before.seat as usize].retain(|member| *member as usize != *child);
            }
            let seat = self.market.claims[self.next[*child] as usize].seat as usize;
            self.members[seat].push(*child as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{Preferences, Priorities};
    use crate::round::{ApplicationRow, ProgrammeRow, Round};

    #[test]
    fn without_effort_the_bound_is_coarser_and_holds() {
        let programme = |id: &str, capacity| ProgrammeRow {
            programme_id: id.to_owned(),
            seat_group: String::new(),
            capacity,
        };
        let wish = |child: &str, programme: &str, rank| ApplicationRow {
            applicant_id: child.to_owned(),
            programme_id: programme.to_owned(),
            rank,
            points: 0,
            lot: None,
        };
        // Three children want the one seat of P, one of them Q as well, with its nine seats.
        let round = Round::from_rows(
            &[programme("P", 1), programme("Q", 9)],
            &[
                wish("A", "P", 1),
                wish("B", "P", 1),
                wish("C", "P", 1),
                wish("C", "Q", 2),
            ],
            &[],
        )
        .unwrap();
        let priorities = Priorities::new(&round, 0);
        let preferences = Preferences::new(&round, 0);
        let market = Market::of_round(&round, &priorities, &preferences);
        assert_eq!(most_placeable(&market, Effort(u64::MAX)), 2);
        assert_eq!(
            most_placeable(&market, Effort(0)),
            2,
            "a seat of P and one of Q are wanted"
        );
        let crowded = Market::assemble(
            market.claims.clone(),
            market.starts.clone(),
            vec![3, 9],
            market.applicants.clone(),
            market.sure.clone(),
        );
        assert_eq!(most_placeable(&crowded, Effort(0)), 3);
    }
}
