//! Placements that are best by a sum and blind to priorities.
//!
//! Children join one by one, each along the cheapest way through the places held so far (the
//! successive shortest path method for flows of least cost). The result is a best placement of the
//! children so far after every step. Of several best placements the one found depends on the bytewise
//! order of the children alone.

use std::collections::VecDeque;

use super::Run;
use crate::round::{NONE, Round};

/// What an unplaced child costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unplaced {
    /// More than any sum of ranks.
    Never,
    /// One more than its last wish.
    AfterTheLastWish,
}

/// No way leads here.
const FAR: i128 = i128::MAX / 4;

struct Flow<'round> {
    round: &'round Round,
    unplaced: Unplaced,
    granted: Vec<u32>,
    /// Applicants at each seat.
    held: Vec<Vec<u32>>,
    /// Cost of the cheapest way to each seat.
    cost: Vec<i128>,
    /// The wish by which the cheapest way enters each seat.
    entered_by: Vec<(u32, u32)>,
    queued: Vec<bool>,
}

/// Where a way ends.
enum End {
    /// At a seat with a free place.
    Seat(usize),
    /// A child at a seat gives up its place.
    GivesUp(usize, u32),
    /// The child that joins stays without a place.
    Nothing,
}

pub(super) fn run(round: &Round, unplaced: Unplaced) -> Run {
    let mut flow = Flow {
        round,
        unplaced,
        granted: vec![NONE; round.applicant_count()],
        held: vec![Vec::new(); round.seats.len()],
        cost: vec![FAR; round.seats.len()],
        entered_by: vec![(NONE, NONE); round.seats.len()],
        queued: vec![false; round.seats.len()],
    };
    let (enrolled, others): (Vec<usize>, Vec<usize>) =
        (0..round.applicant_count()).partition(|applicant| flow.is_enrolled(*applicant));
    for applicant in enrolled.into_iter().chain(others) {
        flow.join(applicant);
    }
    Run::at_once(flow.granted)
}

impl Flow<'_> {
    fn is_enrolled(&self, applicant: usize) -> bool {
        self.round.applicant_enrolled[applicant] != NONE
    }

    /// Wishes that a child may be given: an enrolled one nothing behind its own place.
    fn options(&self, applicant: usize) -> impl Iterator<Item = (u32, usize, i128)> {
        let round = self.round;
        let wishes = round.wishes_of(applicant);
        let own = wishes
            .iter()
            .find(|wish| round.is_own_place(applicant, wish));
        let worst = own.map_or(u32::MAX, |own| own.rank);
        let behind = move |wish: &crate::round::Wish| {
            wish.rank > worst || (wish.rank == worst && !round.is_own_place(applicant, wish))
        };
        let range = round.wish_range(applicant);
        range
            .zip(wishes)
            .filter(move |(_, wish)| wish.seat != NONE && !behind(wish))
            .map(|(position, wish)| (position as u32, wish.seat as usize, i128::from(wish.rank)))
    }

    fn cost_unplaced(&self, applicant: usize) -> i128 {
        if self.is_enrolled(applicant) {
            return FAR; // its own place is always there
        }
        match self.unplaced {
            Unplaced::Never => i128::from(u64::MAX),
            Unplaced::AfterTheLastWish => {
                let ranks = self.round.wishes_of(applicant).iter().map(|wish| wish.rank);
                i128::from(ranks.max().unwrap_or(0)) + 1
            }
        }
    }

    fn has_room(&self, seat: usize) -> bool {
        self.held[seat].len() < self.round.seats[seat].capacity as usize
    }

    fn join(&mut self, applicant: usize) {
        let best = self
            .options(applicant)
            .min_by_key(|(position, _, rank)| (*rank, *position));
        // Nobody can gain from one more child: its best wish is the least it can cost.
        if let Some((wish, seat, _)) = best.filter(|(_, seat, _)| self.has_room(*seat)) {
            self.place(applicant, wish, seat);
            return;
        }
        self.cost.fill(FAR);
        let mut queue = VecDeque::new();
        for (wish, seat, rank) in self.options(applicant).collect::<Vec<_>>() {
            self.reach(seat, rank, (applicant as u32, wish), &mut queue);
        }
        while let Some(seat) = queue.pop_front() {
            self.queued[seat] = false;
            if self.has_room(seat) {
                continue; // going on from a free place never pays
            }
            let so_far = self.cost[seat];
            for number in 0..self.held[seat].len() {
                let holder = self.held[seat][number];
                let rank = self.rank(self.granted[holder as usize]);
                for (wish, next, next_rank) in self.options(holder as usize).collect::<Vec<_>>() {
                    if next != seat {
                        let cost = so_far - rank + next_rank;
                        self.reach(next, cost, (holder, wish), &mut queue);
                    }
                }
            }
        }
        let end = self.cheapest_end(applicant);
        self.follow(applicant, &end);
    }

    fn reach(&mut self, seat: usize, cost: i128, by: (u32, u32), queue: &mut VecDeque<usize>) {
        if cost < self.cost[seat] && self.round.seats[seat].capacity > 0 {
            self.cost[seat] = cost;
            self.entered_by[seat] = by;
            if !std::mem::replace(&mut self.queued[seat], true) {
                queue.push_back(seat);
            }
        }
    }

    fn cheapest_end(&self, applicant: usize) -> End {
        let mut least = (self.cost_unplaced(applicant), End::Nothing);
        for seat in (0..self.cost.len()).filter(|seat| self.cost[*seat] < FAR) {
            if self.has_room(seat) {
                if self.cost[seat] < least.0 {
                    least = (self.cost[seat], End::Seat(seat));
                }
                continue;
            }
            for holder in &self.held[seat] {
                let rank = self.rank(self.granted[*holder as usize]);
                let cost = self.cost[seat] - rank + self.cost_unplaced(*holder as usize);
                if cost < least.0 {
                    least = (cost, End::GivesUp(seat, *holder));
                }
            }
        }
        least.1
    }

    /// Moves every child of the way, from its end to the child that joins.
    fn follow(&mut self, joins: usize, end: &End) {
        let mut seat = match *end {
            End::Nothing => return,
            End::Seat(seat) => seat,
            End::GivesUp(seat, holder) => {
                self.take_out(holder, seat);
                seat
            }
        };
        loop {
            let (mover, wish) = self.entered_by[seat];
            let from = self.granted[mover as usize];
            if mover as usize == joins {
                self.place(joins, wish, seat);
                return;
            }
            let left = self.round.wishes[from as usize].seat as usize;
            self.take_out(mover, left);
            self.place(mover as usize, wish, seat);
            seat = left;
        }
    }

    fn place(&mut self, applicant: usize, wish: u32, seat: usize) {
        self.granted[applicant] = wish;
        self.held[seat].push(applicant as u32);
    }

    fn take_out(&mut self, applicant: u32, seat: usize) {
        self.held[seat].retain(|other| *other != applicant);
        self.granted[applicant as usize] = NONE;
    }

    fn rank(&self, wish: u32) -> i128 {
        i128::from(self.round.wishes[wish as usize].rank)
    }
}
