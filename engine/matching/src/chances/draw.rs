//! One possible course of events, and the round at its end.

use std::collections::BinaryHeap;

use domain::InputProblem;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::inputs::{ChanceAssumptions, refuse_whole_rounds, unknown_seats};
use super::whole_rounds::WholeRounds;
use crate::lottery::{DrawnFor, draw};
use crate::round::{NONE, Round};

/// Place in line: own place first, then points, then lot, then luck; greater is further back.
pub(super) type Standing = (bool, std::cmp::Reverse<i32>, u64, u64);

/// A wish as the simulation runs it.
#[derive(Clone, Copy)]
pub(super) struct DrawnWish {
    pub(super) seat: u32,
    pub(super) standing: Standing,
    /// Position among the wishes of the round, or [`NONE`] for a child still to come.
    pub(super) wish: u32,
}

/// What one draw came to.
pub(super) struct Course<'draw> {
    pub(super) capacities: &'draw [u32],
    /// Those of the children of the round, then those of the children still to come.
    pub(super) wishes: &'draw [DrawnWish],
    /// Where the wishes of each child start; one entry more than children.
    pub(super) starts: &'draw [usize],
    /// Whether each child of the round stays.
    pub(super) stays: &'draw [bool],
}

/// Seat and points of the wishes of a pattern, best first.
type Pattern = Vec<(u32, i32)>;

/// Everything that stays the same between draws.
pub(super) struct Simulation<'a> {
    round: &'a Round,
    assumptions: &'a ChanceAssumptions,
    patterns: Vec<Pattern>,
    /// Seat, how many may become free, and the chance of each.
    freed: Vec<(usize, u32, f64)>,
    /// Numbers of family and child that each draw mixes with its own.
    luck: Vec<(u64, u64)>,
    /// One more than the greatest lot.
    lots: u64,
    wishes: Vec<DrawnWish>,
    starts: Vec<usize>,
    /// For rounds in which children are not placed one by one at numbers of seats.
    whole_rounds: Option<WholeRounds>,
    /// Draws in which each child of such a round stayed.
    stayed: Vec<u32>,
}

impl<'a> Simulation<'a> {
    pub(super) fn new(
        round: &'a Round,
        assumptions: &'a ChanceAssumptions,
    ) -> Result<Self, Vec<InputProblem>> {
        let mut problems = assumptions.problems();
        let mut seat_of = |programme_id: &str, seat_group: &str| {
            let programme = round.programmes.find_sorted(programme_id);
            let group = round.groups.find_sorted(seat_group);
            let seat = programme
                .zip(group)
                .and_then(|(programme, group)| round.find_seat(programme as u32, group as u32));
            if seat.is_none() {
                problems.push(unknown_seats(programme_id, seat_group));
            }
            seat
        };
        let mut patterns: Vec<Pattern> = Vec::new();
        let mut sorted: Vec<_> = assumptions.later.patterns.iter().collect();
        sorted.sort();
        for pattern in sorted {
            let mut wishes: Vec<_> = pattern.wishes.iter().zip(&pattern.points).collect();
            wishes.sort();
            let seats = wishes.into_iter().filter_map(|(place, points)| {
                let seat = seat_of(&place.programme_id, &pattern.seat_group)?;
                Some((seat as u32, *points))
            });
            patterns.push(seats.collect());
        }
        let mut freed: Vec<(usize, u32, f64)> = assumptions
            .freed
            .iter()
            .filter_map(|it| {
                let seat = seat_of(&it.programme_id, &it.seat_group)?;
                Some((seat, it.seats, it.probability))
            })
            .collect();
        refuse_whole_rounds(round, assumptions, &mut problems);
        freed.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
        if !problems.is_empty() {
            problems.sort();
            problems.dedup();
            return Err(problems);
        }
        let luck = (0..round.applicant_count())
            .map(|applicant| {
                let family = draw(
                    assumptions.seed,
                    DrawnFor::Family,
                    round.family_of(applicant),
                );
                let id = round.applicants.get(applicant);
                (family, draw(assumptions.seed, DrawnFor::Applicant, id))
            })
            .collect();
        let lots = round.wishes.iter().filter_map(|wish| wish.given_lot());
        Ok(Self {
            round,
            assumptions,
            patterns,
            freed,
            luck,
            lots: lots.max().map_or(1, |lot| u64::from(lot) + 1),
            wishes: Vec::new(),
            starts: Vec::new(),
            whole_rounds: (!round.joint.is_empty() || round.has_flexible_programmes())
                .then(|| WholeRounds::new(round, assumptions.seed)),
            stayed: vec![0; round.applicant_count()],
        })
    }

    /// Runs the draw with this number; tells every wish of the round that is granted.
    pub(super) fn run(&mut self, number: u32, mut granted: impl FnMut(usize)) {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.assumptions.seed.to_le_bytes());
        key[8..12].copy_from_slice(&number.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        let course = generator.next_u64();
        let mut capacities: Vec<u32> = self.round.seats.iter().map(|it| it.capacity).collect();
        for &(seat, seats, probability) in &self.freed {
            let more = (0..seats).filter(|_| unit(&mut generator) < probability);
            capacities[seat] = capacities[seat].saturating_add(more.count() as u32);
        }
        let later = self.later_count(&mut generator);
        self.gather(course);
        for _ in 0..later {
            self.add_later(&mut generator);
        }
        self.starts.push(self.wishes.len());
        // Who leaves follows from the child's own number, so the order of rows changes nothing.
        let stays: Vec<bool> = (0..self.round.applicant_count())
            .map(|applicant| {
                let drawn = mixed(course ^ LEAVING, self.number_of_leaver(applicant));
                as_unit(drawn) >= self.assumptions.withdrawal || self.must_stay(number, applicant)
            })
            .collect();
        let Some(whole_rounds) = &mut self.whole_rounds else {
            self.place(&capacities, &stays, &mut granted);
            return;
        };
        for (stayed, stays) in self.stayed.iter_mut().zip(&stays) {
            *stayed += u32::from(*stays);
        }
        let course = Course {
            capacities: &capacities,
            wishes: &self.wishes,
            starts: &self.starts,
            stays: &stays,
        };
        whole_rounds.place(&course, &mut granted);
    }

    /// Draws that the statements on a child rest on.
    pub(super) fn draws_of(&self, applicant: usize) -> u32 {
        match self.whole_rounds {
            Some(_) => self.stayed[applicant],
            None => self.assumptions.draws,
        }
    }

    /// Siblings that are placed together leave together.
    fn number_of_leaver(&self, applicant: usize) -> u64 {
        let (family, child) = self.luck[applicant];
        match self.round.joint.of_applicant(applicant) {
            Some(_) => family,
            None => child,
        }
    }

    /// In whole rounds the statements on a child rest on the draws in which it stays: one at least.
    fn must_stay(&self, number: u32, applicant: usize) -> bool {
        let draws = u64::from(self.assumptions.draws.max(1));
        self.whole_rounds.is_some() && self.number_of_leaver(applicant) % draws == u64::from(number)
    }

    fn later_count(&self, generator: &mut ChaCha8Rng) -> u32 {
        let later = &self.assumptions.later;
        let spread = later.uncertainty * (2.0 * unit(generator) - 1.0);
        poisson(later.expected * (1.0 + spread), generator)
    }

    /// The wishes of the round, with the luck of this draw.
    fn gather(&mut self, course: u64) {
        self.wishes.clear();
        self.starts.clear();
        for applicant in 0..self.round.applicant_count() {
            self.starts.push(self.wishes.len());
            let (family, child) = self.luck[applicant];
            let (family, child) = (mixed(course, family), mixed(course, child));
            for position in self.round.wish_range(applicant) {
                let wish = &self.round.wishes[position];
                if wish.seat == NONE {
                    continue;
                }
                let own = self.round.is_own_place(applicant, wish);
                let points = std::cmp::Reverse(if own { 0 } else { wish.points });
                let lot = match wish.given_lot() {
                    Some(lot) => u64::from(lot),
                    None => scaled(family, self.lots),
                };
                self.wishes.push(DrawnWish {
                    seat: wish.seat,
                    standing: (!own, points, lot, family ^ child.rotate_left(1)),
                    wish: position as u32,
                });
            }
        }
    }

    /// One more application, drawn from the patterns.
    fn add_later(&mut self, generator: &mut ChaCha8Rng) {
        self.starts.push(self.wishes.len());
        let which = scaled(generator.next_u64(), self.patterns.len() as u64) as usize;
        let lot = scaled(generator.next_u64(), self.lots);
        let luck = generator.next_u64();
        let wishes = self.patterns[which]
            .iter()
            .map(|&(seat, points)| DrawnWish {
                seat,
                standing: (true, std::cmp::Reverse(points), lot, luck),
                wish: NONE,
            });
        self.wishes.extend(wishes);
    }

    /// Deferred acceptance from the children's side, among those who stay.
    fn place(&self, capacities: &[u32], stays: &[bool], granted: &mut impl FnMut(usize)) {
        let children = self.starts.len() - 1;
        let mut held: Vec<BinaryHeap<(Standing, u32, u32)>> =
            vec![BinaryHeap::new(); capacities.len()];
        let mut next: Vec<usize> = self.starts[..children].to_vec();
        for first in 0..children {
            if !stays.get(first).copied().unwrap_or(true) {
                continue;
            }
            let mut asking = first;
            while next[asking] < self.starts[asking + 1] {
                let wish = &self.wishes[next[asking]];
                let entry = (wish.standing, asking as u32, next[asking] as u32);
                next[asking] += 1;
                let seat = &mut held[wish.seat as usize];
                if seat.len() < capacities[wish.seat as usize] as usize {
                    seat.push(entry);
                    break;
                }
                if let Some(mut last) = seat.peek_mut()
                    && entry < *last
                {
                    asking = last.1 as usize;
                    *last = entry;
                }
            }
        }
        let positions = held.iter().flatten().map(|entry| entry.2 as usize);
        for wish in positions
            .map(|at| self.wishes[at].wish)
            .filter(|it| *it != NONE)
        {
            granted(wish as usize);
        }
        for (child, _) in stays.iter().enumerate().filter(|(_, stays)| !**stays) {
            // The statement of a leaver is for the case that it had stayed: its best wish that would have
            // taken it as the round stands without it.
            let own = self.starts[child]..self.starts[child + 1];
            let taken = own.into_iter().map(|at| &self.wishes[at]).find(|wish| {
                let seat = &held[wish.seat as usize];
                seat.len() < capacities[wish.seat as usize] as usize
                    || seat.peek().is_some_and(|last| wish.standing < last.0)
            });
            if let Some(wish) = taken {
                granted(wish.wish as usize);
            }
        }
    }
}

/// Keeps the numbers for leaving apart from those for lots.
const LEAVING: u64 = 0x6c65_6176_696e_6721;

/// A number from 0 to below 1.
fn unit(generator: &mut ChaCha8Rng) -> f64 {
    as_unit(generator.next_u64())
}

fn as_unit(number: u64) -> f64 {
    (number >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number from 0 to below `bound`.
fn scaled(number: u64, bound: u64) -> u64 {
    ((u128::from(number) * u128::from(bound)) >> 64) as u64
}

/// Mixes two numbers into one that looks unrelated to both (SplitMix64).
fn mixed(one: u64, other: u64) -> u64 {
    let mut value = one ^ other.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A Poisson count, in pieces of at most 20 expected (Knuth's product of units).
fn poisson(expected: f64, generator: &mut ChaCha8Rng) -> u32 {
    let mut rest = expected.max(0.0);
    let mut count = 0;
    while rest > 0.0 {
        let piece = rest.min(20.0);
        rest -= piece;
        let limit = (-piece).exp();
        let mut product = unit(generator);
        while product > limit {
            count += 1;
            product *= unit(generator);
        }
    }
    count
}
