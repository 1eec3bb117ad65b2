//! Chains through ties that end in a free seat: each places one more child.
//!
//! A child without a place asks at a seat where it is level with somebody admitted; that child gives
//! way and asks further down its own list, and so on. Where a claim comes strictly before somebody
//! admitted, it must be taken; where all are ahead of it, it must pass on. Seats only gain by a chain,
//! so what was refused on the way stays refused, and the matching stays weakly stable.

use super::market::Market;
use super::search::Effort;
use crate::round::NONE;

/// Who sits where.
#[derive(Debug, Clone)]
pub(super) struct Seating<'market> {
    market: &'market Market,
    /// Claim granted to each child, or [`NONE`].
    pub(super) granted: Vec<u32>,
    members: Vec<Vec<u32>>,
}

/// What a search from all unplaced children at once has reached.
struct Reached {
    /// The claim from which each claim was reached, itself for the first of a chain.
    from: Vec<u32>,
    /// The claim that had to give way for it, or [`NONE`] when the same child passed on.
    gave_way: Vec<u32>,
    is_reached: Vec<bool>,
    queue: Vec<u32>,
}

impl Reached {
    fn add(&mut self, claim: usize, from: u32, gave_way: u32) {
        if !std::mem::replace(&mut self.is_reached[claim], true) {
            self.from[claim] = from;
            self.gave_way[claim] = gave_way;
            self.queue.push(claim as u32);
        }
    }
}

impl<'market> Seating<'market> {
    pub(super) fn new(market: &'market Market, granted: Vec<u32>) -> Self {
        let mut members = vec![Vec::new(); market.capacities.len()];
        for claim in granted.iter().filter(|claim| **claim != NONE) {
            members[market.claims[*claim as usize].seat as usize].push(*claim);
        }
        Self {
            market,
            granted,
            members,
        }
    }

    fn is_full(&self, seat: usize) -> bool {
        self.members[seat].len() >= self.market.capacities[seat] as usize
    }

    /// Class of the member that entered last.
    fn last_class(&self, seat: usize) -> u32 {
        let members = self.members[seat].iter();
        let classes = members.map(|member| self.market.claims[*member as usize].enters);
        classes.max().unwrap_or(0)
    }

    /// Whether a member may give way to a claim on its full seat, whose last member entered with `last`.
    fn may_give_way(&self, claim: u32, member: u32, last: u32) -> bool {
        let market = self.market;
        let (claim, other) = (
            &market.claims[claim as usize],
            &market.claims[member as usize],
        );
        if claim.yields < last {
            other.enters == last
        } else {
            !other.is_before(claim)
        }
    }

    /// Places more children by chains until there is no chain, or no effort left; returns how many.
    pub(super) fn place_more(&mut self, effort: &mut Effort) -> usize {
        let mut gained = 0;
        loop {
            if !effort.spend_on(self.market) {
                return gained;
            }
            let before = gained;
            let (reached, ends) = self.search();
            for end in ends {
                gained += usize::from(self.follow(&reached, end));
            }
            if gained == before {
                return gained;
            }
        }
    }

    /// Looks from every unplaced child at once for claims on free seats.
    fn search(&self) -> (Reached, Vec<u32>) {
        let market = self.market;
        let mut reached = Reached {
            from: vec![NONE; market.claims.len()],
            gave_way: vec![NONE; market.claims.len()],
            is_reached: vec![false; market.claims.len()],
            queue: Vec::new(),
        };
        let mut ends = Vec::new();
        let last_classes: Vec<u32> = (0..self.members.len())
            .map(|seat| self.last_class(seat))
            .collect();
        let mut is_opened = vec![false; market.capacities.len()];
        for (child, granted) in self.granted.iter().enumerate() {
            if *granted != NONE {
                reached.is_reached[*granted as usize] = true;
            } else if let Some(first) = market.claims_of(child).next() {
                reached.add(first, first as u32, NONE);
            }
        }
        let mut done = 0;
        while done < reached.queue.len() {
            let position = reached.queue[done];
            done += 1;
            let claim = &market.claims[position as usize];
            let seat = claim.seat as usize;
            if !self.is_full(seat) {
                ends.push(position);
                continue;
            }
            let last = last_classes[seat];
            if claim.yields >= last {
                self.pass_on(&mut reached, position);
            }
            let has_equals = claim.enters <= last || market.is_mixed;
            if !has_equals || (is_opened[seat] && !market.is_mixed) {
                continue;
            }
            is_opened[seat] = true;
            for member in &self.members[seat] {
                if self.may_give_way(position, *member, last) {
                    self.go_down(&mut reached, position, *member);
                }
            }
        }
        (reached, ends)
    }

    /// The same child asks at the next claim of its list.
    fn pass_on(&self, reached: &mut Reached, position: u32) {
        let child = self.market.claims[position as usize].child as usize;
        let mut rest = position as usize + 1..self.market.claims_of(child).end;
        if let Some(next) = rest.find(|next| self.granted[child] != *next as u32) {
            reached.add(next, position, NONE);
        }
    }

    /// A member gives way and asks at the first claim that it likes no better than its place.
    fn go_down(&self, reached: &mut Reached, position: u32, member: u32) {
        let market = self.market;
        let own = &market.claims[member as usize];
        let mut list = market.claims_of(own.child as usize);
        let next =
            list.find(|next| market.claims[*next].rank >= own.rank && *next != member as usize);
        if let Some(next) = next {
            reached.add(next, position, member);
        }
    }

    /// Carries out the chain that ends with a claim on a free seat, unless an earlier one is in its way.
    fn follow(&mut self, reached: &Reached, end: u32) -> bool {
        let mut steps = vec![(end, NONE)];
        let mut at = end;
        loop {
            let from = reached.from[at as usize];
            if from == at {
                break;
            }
            if reached.gave_way[at as usize] != NONE {
                steps.push((from, reached.gave_way[at as usize]));
            }
            at = from;
        }
        let first_child = self.market.claims[at as usize].child as usize;
        if self.granted[first_child] != NONE {
            return false;
        }
        let mut undo = Vec::new();
        let mut is_possible = true;
        for (claim, member) in steps.into_iter().rev() {
            is_possible = self.step(claim, member, &mut undo);
            if !is_possible {
                break;
            }
        }
        if is_possible && (!self.market.is_mixed || self.market.is_weakly_stable(&self.granted)) {
            return true;
        }
        while let Some((child, granted)) = undo.pop() {
            self.grant(child, granted);
        }
        false
    }

    /// Admits a claim in place of a member, or to a free seat when there is none.
    fn step(&mut self, claim: u32, member: u32, undo: &mut Vec<(usize, u32)>) -> bool {
        let seat = self.market.claims[claim as usize].seat as usize;
        let child = self.market.claims[claim as usize].child as usize;
        if member == NONE {
            if self.is_full(seat) {
                return false;
            }
        } else {
            let other = self.market.claims[member as usize].child as usize;
            let sits = self.granted[other] == member;
            let last = self.last_class(seat);
            if !sits || !self.is_full(seat) || !self.may_give_way(claim, member, last) {
                return false;
            }
            undo.push((other, member));
            self.grant(other, NONE);
        }
        undo.push((child, self.granted[child]));
        self.grant(child, claim);
        true
    }

    fn grant(&mut self, child: usize, claim: u32) {
        let before = std::mem::replace(&mut self.granted[child], claim);
        if before != NONE {
            let seat = self.market.claims[before as usize].seat as usize;
            self.members[seat].retain(|member| *member != before);
        }
        if claim != NONE {
            let seat = self.market.claims[claim as usize].seat as usize;
            self.members[seat].push(claim);
        }
    }
}
