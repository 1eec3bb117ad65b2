//! Fast constructive search: families ask for their options until nobody blocks.
//!
//! In the manner of Roth and Peranson (1999): a family that blocks takes its best blocking option;
//! families pushed out ask again, and so does everybody who wants a seat that became free. With
//! siblings this can go in circles. A family that moves too often is set aside, so the search always
//! ends; families set aside may block in the end.

use std::collections::VecDeque;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::market::Market;
use crate::round::NONE;

/// A matching found by the constructive search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Option of each family.
    pub(crate) chosen: Vec<u32>,
    /// Families that block, ascending.
    pub(crate) blocking: Vec<u32>,
}

/// The search itself.
struct Offers<'market, 'round> {
    market: &'market Market<'round>,
    chosen: Vec<u32>,
    /// Places in line of the children at each seat, ascending.
    at: Vec<Vec<u32>>,
    queue: VecDeque<u32>,
    queued: Vec<bool>,
    moves: Vec<u32>,
}

/// Runs the search; `attempt` 0 takes families in order, others in an order of their own.
pub(crate) fn find(market: &Market<'_>, attempt: u64) -> Found {
    let families = market.family_count();
    let mut order: Vec<u32> = (0..families as u32).collect();
    if attempt > 0 {
        let mut generator = ChaCha8Rng::seed_from_u64(attempt);
        let mut keyed: Vec<(u64, u32)> = order
            .iter()
            .map(|family| (generator.next_u64(), *family))
            .collect();
        keyed.sort_unstable();
        order = keyed.into_iter().map(|(_, family)| family).collect();
    }
    let mut offers = Offers {
        market,
        chosen: vec![NONE; families],
        at: vec![Vec::new(); market.capacity.len()],
        queue: VecDeque::from(order),
        queued: vec![true; families],
        moves: vec![0; families],
    };
    for family in 0..families {
        let last = market.options(family).end - 1;
        offers.seat_children(family, last);
    }
    offers.run();
    offers.found()
}

/// Goes on from a matching: these families ask first.
pub(crate) fn resume(market: &Market<'_>, chosen: &[u32], asking: &[u32]) -> Found {
    let mut offers = seated(market, chosen);
    for family in asking {
        offers.queued[*family as usize] = true;
        offers.queue.push_back(*family);
    }
    offers.run();
    offers.found()
}

fn seated<'market, 'round>(
    market: &'market Market<'round>,
    chosen: &[u32],
) -> Offers<'market, 'round> {
    let mut offers = Offers {
        market,
        chosen: vec![NONE; chosen.len()],
        at: vec![Vec::new(); market.capacity.len()],
        queue: VecDeque::new(),
        queued: vec![false; chosen.len()],
        moves: vec![0; chosen.len()],
    };
    for (family, option) in chosen.iter().enumerate() {
        offers.seat_children(family, *option as usize);
    }
    offers
}

/// Families that block a matching, with their best blocking option.
pub(crate) fn blocking(market: &Market<'_>, chosen: &[u32]) -> Vec<(u32, u32)> {
    let offers = seated(market, chosen);
    (0..chosen.len())
        .filter_map(|family| {
            let option = offers.blocking_option(family)?;
            Some((family as u32, option as u32))
        })
        .collect()
}

impl Offers<'_, '_> {
    fn found(self) -> Found {
        let blocking = (0..self.chosen.len())
            .filter(|family| self.blocking_option(*family).is_some())
            .map(|family| family as u32)
            .collect();
        Found {
            chosen: self.chosen,
            blocking,
        }
    }

    fn run(&mut self) {
        while let Some(family) = self.queue.pop_front() {
            let family = family as usize;
            self.queued[family] = false;
            if self.moves[family] >= self.most_moves(family) {
                continue; // set aside
            }
            if let Some(option) = self.blocking_option(family) {
                self.moves[family] += 1;
                self.take(family, option);
            }
        }
    }

    /// How often a family may move before it is set aside; families of several children are what
    /// makes circles.
    fn most_moves(&self, family: usize) -> u32 {
        let options = self.market.options(family).len() as u32;
        if self.market.children(family) > 1 {
            20 + 2 * options
        } else {
            200 + 20 * options
        }
    }

    /// The best option that the family blocks with.
    fn blocking_option(&self, family: usize) -> Option<usize> {
        let options = self.market.options(family);
        (options.start..self.chosen[family] as usize)
            .find(|option| !self.market.is_closed(*option) && self.is_open(family, *option))
    }

    fn is_open(&self, family: usize, option: usize) -> bool {
        self.market.needs(option).iter().all(|need| {
            let line = self.market.priorities.line(need.seat as usize);
            let others = self.at[need.seat as usize]
                .iter()
                .take_while(|place| **place < need.last)
                .filter(|place| self.market.family_of_wish(line[**place as usize]) != family)
                .count();
            others + need.children as usize <= self.market.capacity[need.seat as usize] as usize
        })
    }

    /// Gives a family an option, pushing out whoever is last in line where seats run short.
    fn take(&mut self, family: usize, option: usize) {
        let mut left = self.unseat(family);
        self.seat_children(family, option);
        for need in self.market.needs(option) {
            let seat = need.seat as usize;
            while self.at[seat].len() > self.market.capacity[seat] as usize {
                let last = *self.at[seat].last().expect("more children than seats");
                let out = self
                    .market
                    .family_of_wish(self.market.priorities.line(seat)[last as usize]);
                left.extend(self.unseat(out));
                let refuge = self.market.options(out).end - 1;
                let refuge_seats: Vec<u32> =
                    self.market.needs(refuge).iter().map(|it| it.seat).collect();
                self.seat_children(out, refuge);
                for seat in refuge_seats {
                    self.push_out_at(seat as usize, &mut left);
                }
                self.ask_next(out);
            }
        }
        left.sort_unstable();
        left.dedup();
        for seat in left {
            self.call_for(seat as usize);
        }
    }

    /// A place held was taken back: whoever is last in line there goes.
    fn push_out_at(&mut self, seat: usize, left: &mut Vec<u32>) {
        while self.at[seat].len() > self.market.capacity[seat] as usize {
            let last = *self.at[seat].last().expect("more children than seats");
            let out = self
                .market
                .family_of_wish(self.market.priorities.line(seat)[last as usize]);
            left.extend(self.unseat(out));
            let refuge = self.market.options(out).end - 1;
            self.seat_children(out, refuge);
            for need in self.market.needs(refuge) {
                self.push_out_at(need.seat as usize, left);
            }
            self.ask_next(out);
        }
    }

    fn seat_children(&mut self, family: usize, option: usize) {
        self.chosen[family] = option as u32;
        for wish in self.market.wishes(option) {
            let seat = self.market.round.wishes[*wish as usize].seat;
            if let Some(at) = self.at.get_mut(seat as usize) {
                let place = self.market.priorities.place[*wish as usize];
                let position = at.partition_point(|other| *other < place);
                at.insert(position, place);
            }
        }
    }

    /// Takes the children of a family off their seats; gives back the seats.
    fn unseat(&mut self, family: usize) -> Vec<u32> {
        let option = self.chosen[family] as usize;
        let mut left = Vec::new();
        for wish in self.market.wishes(option) {
            let seat = self.market.round.wishes[*wish as usize].seat;
            if let Some(at) = self.at.get_mut(seat as usize) {
                let place = self.market.priorities.place[*wish as usize];
                at.retain(|other| *other != place);
                left.push(seat);
            }
        }
        left
    }

    fn ask_next(&mut self, family: usize) {
        if !std::mem::replace(&mut self.queued[family], true) {
            self.queue.push_front(family as u32);
        }
    }

    /// A seat has become free: everybody who would rather be here asks again.
    fn call_for(&mut self, seat: usize) {
        let at = &self.at[seat];
        let full = at.len() >= self.market.capacity[seat] as usize;
        let line = self.market.priorities.line(seat);
        let behind = if full {
            at.last().map_or(0, |last| *last as usize)
        } else {
            line.len()
        };
        for wish in &line[..behind] {
            let family = self.market.family_of_wish(*wish);
            if self.queued[family] {
                continue;
            }
            let start = self.market.options(family).start;
            let wants = (start..self.chosen[family] as usize)
                .any(|option| self.market.wishes(option).contains(wish));
            if wants {
                self.queued[family] = true;
                self.queue.push_back(family as u32);
            }
        }
    }
}
