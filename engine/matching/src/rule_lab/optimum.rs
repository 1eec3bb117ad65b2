//! Placements that are best by a sum and blind to priorities.
//!
//! Children join one by one, each along the cheapest way through the places held so far: the
//! successive shortest path method for flows of least cost, with prices on the seats that keep every
//! step of a way at a cost of 0 or more (Edmonds and Karp 1972), so that the cheapest way is found by
//! Dijkstra's method, which looks at no more seats than it needs. The result is a best placement of the
//! children so far after every step. Of several best placements the one found depends on the bytewise
//! order of the children alone.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Run;
use crate::round::{NONE, Round, Wish};

/// What an unplaced child costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unplaced {
    /// More than any sum of ranks.
    Never,
    /// One more than its last wish.
    AfterTheLastWish,
}

/// A wish that a child may be given.
#[derive(Debug, Clone, Copy)]
struct Choice {
    wish: u32,
    seat: u32,
    rank: u32,
}

/// The cheapest way from a seat to another: this holder moves on by this wish.
#[derive(Debug, Clone, Copy)]
struct Step {
    seat: u32,
    holder: u32,
    wish: u32,
    cost: i128,
}

/// The cheapest steps from a seat, as long as nobody comes or goes there.
#[derive(Debug, Clone, Default)]
struct Steps {
    is_stale: bool,
    onward: Vec<Step>,
    /// What it costs that a holder gives up its place, and who does.
    given_up: Option<(i128, u32)>,
}

/// Where a way ends.
#[derive(Debug, Clone, Copy)]
enum End {
    /// At a seat with a free place.
    Seat(u32),
    /// A child at a seat gives up its place.
    GivesUp(u32, u32),
    /// The child that joins stays without a place.
    Nothing,
}

struct Flow<'round> {
    round: &'round Round,
    unplaced: Unplaced,
    granted: Vec<u32>,
    choice_starts: Vec<usize>,
    choices: Vec<Choice>,
    /// Applicants at each seat.
    held: Vec<Vec<u32>>,
    steps: Vec<Steps>,
    /// Prices of the seats; that of the end of all ways is 0.
    prices: Vec<i128>,
    /// Cost of the cheapest way to each seat so far, prices counted, in the search with this number.
    cost: Vec<(u32, i128)>,
    /// The child and wish by which the cheapest way enters each seat.
    entered_by: Vec<(u32, u32)>,
    search: u32,
    /// Position among the onward steps under work, by seat; [`NONE`] between works.
    position: Vec<u32>,
}

pub(super) fn run(round: &Round, unplaced: Unplaced) -> Run {
    let seats = round.seats.len();
    let (choice_starts, choices) = choices(round);
    let mut flow = Flow {
        round,
        unplaced,
        granted: vec![NONE; round.applicant_count()],
        choice_starts,
        choices,
        held: vec![Vec::new(); seats],
        steps: vec![Steps::default(); seats],
        prices: vec![0; seats],
        cost: vec![(0, 0); seats],
        entered_by: vec![(NONE, NONE); seats],
        search: 0,
        position: vec![NONE; seats],
    };
    let (enrolled, others): (Vec<usize>, Vec<usize>) =
        (0..round.applicant_count()).partition(|applicant| flow.is_enrolled(*applicant));
    for applicant in enrolled.into_iter().chain(others) {
        flow.join(applicant);
    }
    Run::at_once(flow.granted)
}

/// Wishes that each child may be given: an enrolled one nothing behind its own place.
fn choices(round: &Round) -> (Vec<usize>, Vec<Choice>) {
    let (mut starts, mut choices) = (vec![0], Vec::with_capacity(round.wish_count()));
    for applicant in 0..round.applicant_count() {
        let wishes = round.wishes_of(applicant);
        let is_own = |wish: &Wish| round.is_own_place(applicant, wish);
        let worst = wishes.iter().find(|wish| is_own(wish)).map(|own| own.rank);
        for (position, wish) in round.wish_range(applicant).zip(wishes) {
            let is_behind = worst.is_some_and(|worst| wish.rank >= worst) && !is_own(wish);
            let is_open = wish.seat != NONE && round.seats[wish.seat as usize].capacity > 0;
            if is_open && !is_behind {
                choices.push(Choice {
                    wish: position as u32,
                    seat: wish.seat,
                    rank: wish.rank,
                });
            }
        }
        starts.push(choices.len());
    }
    (starts, choices)
}

impl Flow<'_> {
    fn is_enrolled(&self, applicant: usize) -> bool {
        self.round.applicant_enrolled[applicant] != NONE
    }

    fn choices_of(&self, applicant: usize) -> std::ops::Range<usize> {
        self.choice_starts[applicant]..self.choice_starts[applicant + 1]
    }

    /// What it costs that a child has no place; an enrolled one always keeps its own.
    fn cost_unplaced(&self, applicant: usize) -> Option<i128> {
        if self.is_enrolled(applicant) {
            return None;
        }
        Some(match self.unplaced {
            Unplaced::Never => i128::from(u64::MAX),
            Unplaced::AfterTheLastWish => {
                let ranks = self.round.wishes_of(applicant).iter().map(|wish| wish.rank);
                i128::from(ranks.max().unwrap_or(0)) + 1
            }
        })
    }

    fn has_room(&self, seat: usize) -> bool {
        self.held[seat].len() < self.round.seats[seat].capacity as usize
    }

    fn join(&mut self, applicant: usize) {
        self.search += 1;
        // By how much the prices on the way of this child are to be lifted for costs of 0 or more.
        let first = self.choices_of(applicant);
        let lowest = first
            .clone()
            .map(|at| {
                let choice = &self.choices[at];
                i128::from(choice.rank) - self.prices[choice.seat as usize]
            })
            .chain(self.cost_unplaced(applicant))
            .min();
        let Some(lowest) = lowest else { return };
        let mut nearest = BinaryHeap::new();
        for at in first {
            let choice = self.choices[at];
            let cost = i128::from(choice.rank) - self.prices[choice.seat as usize] - lowest;
            let by = (applicant as u32, choice.wish);
            self.reach(choice.seat, cost, by, &mut nearest);
        }
        let own = self.cost_unplaced(applicant).map(|cost| cost - lowest);
        let mut end: Option<(i128, End)> = own.map(|cost| (cost, End::Nothing));
        let mut settled: Vec<(u32, i128)> = Vec::new();
        while let Some(Reverse((cost, seat))) = nearest.pop() {
            if end.is_some_and(|(least, _)| least <= cost) {
                break;
            }
            if self.cost[seat as usize] != (self.search, cost) {
                continue; // reached by a cheaper way since
            }
            settled.push((seat, cost));
            if let Some((further, there)) = self.end_at(seat)
                && end.is_none_or(|(least, _)| cost + further < least)
            {
                end = Some((cost + further, there));
            }
            for number in 0..self.steps[seat as usize].onward.len() {
                let step = self.steps[seat as usize].onward[number];
                let priced =
                    step.cost + self.prices[seat as usize] - self.prices[step.seat as usize];
                self.reach(
                    step.seat,
                    cost + priced,
                    (step.holder, step.wish),
                    &mut nearest,
                );
            }
        }
        let Some((least, end)) = end else { return };
        for (seat, cost) in settled {
            self.prices[seat as usize] += (cost - least).min(0);
        }
        self.follow(applicant, end);
    }

    fn reach(
        &mut self,
        seat: u32,
        cost: i128,
        by: (u32, u32),
        nearest: &mut BinaryHeap<Reverse<(i128, u32)>>,
    ) {
        let known = &mut self.cost[seat as usize];
        if known.0 != self.search || cost < known.1 {
            *known = (self.search, cost);
            self.entered_by[seat as usize] = by;
            nearest.push(Reverse((cost, seat)));
        }
    }

    /// The cheapest end of a way that has come to a seat, and what it costs from there, prices counted.
    fn end_at(&mut self, seat: u32) -> Option<(i128, End)> {
        let at = seat as usize;
        if self.steps[at].is_stale {
            self.work_out(at);
        }
        if self.has_room(at) {
            return Some((self.prices[at], End::Seat(seat)));
        }
        let (cost, holder) = self.steps[at].given_up?;
        Some((cost + self.prices[at], End::GivesUp(seat, holder)))
    }

    /// The cheapest steps from a seat on, by one look at everybody there.
    fn work_out(&mut self, seat: usize) {
        let mut steps = std::mem::take(&mut self.steps[seat]);
        steps.is_stale = false;
        steps.onward.clear();
        steps.given_up = None;
        for number in 0..self.held[seat].len() {
            let holder = self.held[seat][number];
            let has = self.granted[holder as usize];
            let rank = i128::from(self.round.wishes[has as usize].rank);
            let given_up = self
                .cost_unplaced(holder as usize)
                .map(|cost| (cost - rank, holder));
            if let Some(given_up) = given_up
                && steps.given_up.is_none_or(|least| given_up < least)
            {
                steps.given_up = Some(given_up);
            }
            for at in self.choices_of(holder as usize) {
                let choice = self.choices[at];
                let step = Step {
                    seat: choice.seat,
                    holder,
                    wish: choice.wish,
                    cost: i128::from(choice.rank) - rank,
                };
                let position = &mut self.position[choice.seat as usize];
                if choice.seat as usize == seat {
                    continue;
                } else if *position == NONE {
                    *position = steps.onward.len() as u32;
                    steps.onward.push(step);
                } else if (step.cost, holder) < {
                    let known = &steps.onward[*position as usize];
                    (known.cost, known.holder)
                } {
                    steps.onward[*position as usize] = step;
                }
            }
        }
        for step in &steps.onward {
            self.position[step.seat as usize] = NONE;
        }
        self.steps[seat] = steps;
    }

    /// Moves every child of the way, from its end to the child that joins.
    fn follow(&mut self, joins: usize, end: End) {
        let mut seat = match end {
            End::Nothing => return,
            End::Seat(seat) => seat,
            End::GivesUp(seat, holder) => {
                self.take_out(holder, seat);
                seat
            }
        };
        loop {
            let (mover, wish) = self.entered_by[seat as usize];
            let from = self.granted[mover as usize];
            if mover as usize == joins {
                self.place(mover, wish, seat);
                return;
            }
            let left = self.round.wishes[from as usize].seat;
            self.take_out(mover, left);
            self.place(mover, wish, seat);
            seat = left;
        }
    }

    fn place(&mut self, applicant: u32, wish: u32, seat: u32) {
        self.granted[applicant as usize] = wish;
        self.held[seat as usize].push(applicant);
        self.steps[seat as usize].is_stale = true;
    }

    fn take_out(&mut self, applicant: u32, seat: u32) {
        self.held[seat as usize].retain(|other| *other != applicant);
        self.granted[applicant as usize] = NONE;
        self.steps[seat as usize].is_stale = true;
    }
}
