//! First wishes first.

use super::held::{Held, Room, names_no_seat, seats};
use super::{Orders, Run};
use crate::lottery::{DrawnFor, draw};
use crate::siblings::Market;

/// Step k: every family without a place asks for its k-th option; programmes fill up for good.
///
/// An option is granted whole: a family gets it if at each of its seats the children that ask there
/// ahead of it, and its own, fit. Whoever is refused at one programme stands in nobody's way at
/// another. Where families are in each other's way in a circle, the first by lottery number gets
/// its option. At a programme with a budget nobody behind the first that does not fit is admitted in
/// this step.
pub(super) fn run(orders: &Orders<'_>, seed: u64) -> Run {
    let (round, market) = (orders.round, orders.market());
    let families = market.family_count();
    let mut held = Held::new(orders, &market);
    let holds = |option: &u32| u32::from(!market.wishes(*option as usize).is_empty());
    let mut settled: Vec<u32> = held.chosen.iter().map(holds).collect();
    let lists = (0..families).map(|family| market.options(family).len());
    let longest = lists.max().unwrap_or(0);
    let mut open = vec![true; families];
    let mut rounds = 0;
    for step in 0..longest {
        let asking: Vec<(usize, usize)> = (0..families)
            .filter(|family| open[*family])
            .map(|family| (family, market.options(family).start + step))
            // Nobody asks for what it holds, or for less.
            .filter(|(family, option)| *option < held.chosen[*family] as usize)
            .filter(|(_, option)| !names_no_seat(&market, *option))
            .collect();
        if asking.is_empty() {
            continue;
        }
        rounds = step as u64 + 1;
        // Places that enrolled children give up are free from the next step on.
        let admitted = Step::new(&market, &asking, held.room()).settle(seed);
        for ((family, option), _) in asking.iter().zip(admitted).filter(|(_, it)| *it) {
            open[*family] = false;
            settled[*family] = step as u32 + 1;
            held.give(*family, *option);
        }
    }
    let granted = market.granted(&held.chosen);
    let placed = granted.iter().filter(|wish| **wish != crate::round::NONE);
    Run {
        offers_made: placed.count() as u64,
        settled_in: super::settled_children(round, &market, &granted, &settled),
        granted,
        rounds,
        offers_lapsed: 0,
    }
}

/// Whether a family that asks is admitted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Open,
    Yes,
    No,
}

/// One step: who asks where, in the order of the lines.
struct Step<'step, 'round> {
    market: &'step Market<'round>,
    asking: &'step [(usize, usize)],
    room: Room<'step>,
    answers: Vec<Answer>,
    /// Line, place of the last child in it, and who asks.
    lines: Vec<(usize, u32, usize)>,
}

impl<'step, 'round> Step<'step, 'round> {
    fn new(
        market: &'step Market<'round>,
        asking: &'step [(usize, usize)],
        room: Room<'step>,
    ) -> Self {
        let mut lines = Vec::with_capacity(asking.len());
        for (number, (_, option)) in asking.iter().enumerate() {
            for need in market.needs(*option) {
                let line = market.priorities.line_of(need.seat as usize);
                lines.push((line, need.last, number));
            }
        }
        lines.sort_unstable();
        Self {
            market,
            asking,
            room,
            answers: vec![Answer::Open; asking.len()],
            lines,
        }
    }

    fn settle(mut self, seed: u64) -> Vec<bool> {
        while self.answers.contains(&Answer::Open) {
            let yes = self.unhindered();
            let mut is_changed = !yes.is_empty();
            for number in yes {
                self.admit(number);
            }
            is_changed |= self.refuse();
            if !is_changed && let Some(first) = self.first_by_lot(seed) {
                self.admit(first);
            }
        }
        let admitted = self.answers.iter().map(|answer| *answer == Answer::Yes);
        admitted.collect()
    }

    /// Open families that fit beside all open ones ahead of them, at every seat of their option.
    fn unhindered(&mut self) -> Vec<usize> {
        let mut fits: Vec<bool> = self.answers.iter().map(|it| *it == Answer::Open).collect();
        let mut taken = Vec::new();
        for line in self.lines.chunk_by(|a, b| a.0 == b.0) {
            let mut is_closed = false;
            for (at, _, number) in line {
                if self.answers[*number] != Answer::Open {
                    continue;
                }
                let own: Vec<usize> = seats(self.market, self.asking[*number].1)
                    .filter(|seat| self.market.priorities.line_of(*seat) == *at)
                    .collect();
                is_closed = is_closed || !self.room.take_all(&own);
                if is_closed {
                    fits[*number] = false;
                } else {
                    taken.extend(own);
                }
            }
            for seat in taken.drain(..) {
                self.room.give_back(seat);
            }
        }
        (0..fits.len()).filter(|number| fits[*number]).collect()
    }

    fn admit(&mut self, number: usize) {
        seats(self.market, self.asking[number].1).for_each(|seat| self.room.take(seat));
        self.answers[number] = Answer::Yes;
    }

    /// Refuses whoever does not fit beside those admitted; whether there was anybody.
    fn refuse(&mut self) -> bool {
        let mut any = false;
        for (number, (_, option)) in self.asking.iter().enumerate() {
            if self.answers[number] != Answer::Open {
                continue;
            }
            let seats: Vec<usize> = seats(self.market, *option).collect();
            // A line of a budget is settled in one pass, up to the first that does not fit.
            let is_over = seats.iter().any(|seat| self.room.is_flexible(*seat));
            if is_over || !self.room.would_take(&seats) {
                self.answers[number] = Answer::No;
                any = true;
            }
        }
        any
    }

    fn first_by_lot(&self, seed: u64) -> Option<usize> {
        let open = (0..self.asking.len()).filter(|number| self.answers[*number] == Answer::Open);
        open.min_by_key(|number| {
            let id = self.market.family_id(self.asking[*number].0);
            (draw(seed, DrawnFor::Family, id), *number)
        })
    }
}
