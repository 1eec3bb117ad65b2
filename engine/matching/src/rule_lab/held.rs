//! What every family holds and what is left, in mechanisms that settle places for good.

use super::Orders;
use crate::round::{NONE, Round};
use crate::siblings::Market;

/// What every family has, and how far seats and budgets are taken.
pub(super) struct Held<'orders> {
    market: &'orders Market<'orders>,
    /// Option of each family; at first the last of its list: nothing, or the places its children hold.
    pub(super) chosen: Vec<u32>,
    room: Room<'orders>,
}

impl<'orders> Held<'orders> {
    /// Enrolled children hold their places, everything else is free.
    pub(super) fn new(orders: &'orders Orders<'_>, market: &'orders Market<'orders>) -> Self {
        let last = |family| market.options(family).end as u32 - 1;
        let mut held = Self {
            market,
            chosen: (0..market.family_count()).map(last).collect(),
            room: Room::new(orders.round),
        };
        for family in 0..market.family_count() {
            held.take(family, held.chosen[family] as usize);
        }
        held
    }

    /// What is free now, to be taken in thought.
    pub(super) fn room(&self) -> Room<'orders> {
        self.room.clone()
    }

    /// Whether a family could have an option in place of what it holds.
    pub(super) fn could_have(&mut self, family: usize, option: usize) -> bool {
        let has = self.chosen[family] as usize;
        self.give_back(has);
        let seats: Vec<usize> = seats(self.market, option).collect();
        let fits = self.room.would_take(&seats);
        self.take(family, has);
        fits
    }

    /// Gives a family an option; what it held becomes free.
    pub(super) fn give(&mut self, family: usize, option: usize) {
        self.give_back(self.chosen[family] as usize);
        self.take(family, option);
    }

    fn give_back(&mut self, option: usize) {
        seats(self.market, option).for_each(|seat| self.room.give_back(seat));
    }

    fn take(&mut self, family: usize, option: usize) {
        seats(self.market, option).for_each(|seat| self.room.take(seat));
        self.chosen[family] = option as u32;
    }
}

/// Seat of every child that an option places, one by one.
pub(super) fn seats(market: &Market<'_>, option: usize) -> impl Iterator<Item = usize> {
    let needs = market.needs(option).iter();
    needs.flat_map(|need| std::iter::repeat_n(need.seat as usize, need.children as usize))
}

/// Whether an option sends a child to a group that its programme does not have.
pub(super) fn names_no_seat(market: &Market<'_>, option: usize) -> bool {
    let mut wishes = market.wishes(option).iter();
    wishes.any(|wish| market.round.wishes[*wish as usize].seat == NONE)
}

/// Seats and budgets, and how much of them is taken.
#[derive(Clone)]
pub(super) struct Room<'round> {
    round: &'round Round,
    children: Vec<u32>,
    /// Units of the budget taken, at the first seat of each programme with one.
    units: Vec<u128>,
}

impl<'round> Room<'round> {
    fn new(round: &'round Round) -> Self {
        Self {
            round,
            children: vec![0; round.seats.len()],
            units: vec![0; round.seats.len()],
        }
    }

    /// Whether one more child fits.
    pub(super) fn fits(&self, seat: usize) -> bool {
        let seats = &self.round.seats[seat];
        let within_budget = self.round.budgets.of(seats.programme).is_none_or(|budget| {
            let weight = u128::from(self.round.budgets.weight(seat));
            self.units[self.round.line_of(seat)] + weight <= budget.units.into()
        });
        within_budget && self.children[seat] < seats.capacity
    }

    /// Takes all of these seats, or none if they do not fit together.
    pub(super) fn take_all(&mut self, seats: &[usize]) -> bool {
        for (number, seat) in seats.iter().enumerate() {
            if !self.fits(*seat) {
                seats[..number]
                    .iter()
                    .for_each(|seat| self.give_back(*seat));
                return false;
            }
            self.take(*seat);
        }
        true
    }

    /// Whether all of these seats could be taken.
    pub(super) fn would_take(&mut self, seats: &[usize]) -> bool {
        let fits = self.take_all(seats);
        if fits {
            seats.iter().for_each(|seat| self.give_back(*seat));
        }
        fits
    }

    pub(super) fn take(&mut self, seat: usize) {
        self.children[seat] += 1;
        if self.is_flexible(seat) {
            let weight = self.round.budgets.weight(seat);
            self.units[self.round.line_of(seat)] += u128::from(weight);
        }
    }

    pub(super) fn give_back(&mut self, seat: usize) {
        self.children[seat] -= 1;
        if self.is_flexible(seat) {
            let weight = self.round.budgets.weight(seat);
            self.units[self.round.line_of(seat)] -= u128::from(weight);
        }
    }

    /// Whether the programme of a seat spreads a budget over its groups.
    pub(super) fn is_flexible(&self, seat: usize) -> bool {
        let programme = self.round.seats[seat].programme;
        self.round.budgets.of(programme).is_some()
    }
}
