//! Seats that are free while enrolled children still hold theirs.

use super::Orders;
use crate::round::NONE;

/// What is free and who has what, in mechanisms that settle places for good one after the other.
pub(super) struct HeldSeats {
    /// Free places by seat.
    pub(super) free: Vec<u32>,
    /// Wish of each applicant that is settled, or of the place it holds; [`NONE`] without.
    pub(super) granted: Vec<u32>,
    /// Place in its list of the wish that an applicant has.
    pub(super) current: Vec<usize>,
}

impl HeldSeats {
    /// Enrolled children hold their places, everything else is free.
    pub(super) fn new(orders: &Orders<'_>) -> Self {
        let round = orders.round;
        let mut held = Self {
            free: round.seats.iter().map(|seat| seat.capacity).collect(),
            granted: vec![NONE; round.applicant_count()],
            current: vec![usize::MAX; round.applicant_count()],
        };
        for applicant in 0..round.applicant_count() {
            let list = orders.list(applicant);
            let is_own = |wish: &u32| round.is_own_place(applicant, &round.wishes[*wish as usize]);
            if let Some(own) = list.iter().position(is_own) {
                held.give(orders, applicant, own);
            }
        }
        held
    }

    /// Gives an applicant the wish at this place of its list; the place it held becomes free.
    pub(super) fn give(&mut self, orders: &Orders<'_>, applicant: usize, place: usize) {
        let wish = orders.list(applicant)[place];
        let before = std::mem::replace(&mut self.granted[applicant], wish);
        if let Some(seat) = (before != NONE).then(|| orders.seat(before)).flatten() {
            self.free[seat] += 1;
        }
        if let Some(seat) = orders.seat(wish) {
            self.free[seat] -= 1;
        }
        self.current[applicant] = place;
    }
}
