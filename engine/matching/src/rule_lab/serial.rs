//! Children choose one after the other.

use super::held_seats::HeldSeats;
use super::{Orders, Run};
use crate::lottery::{DrawnFor, draw};

/// By lottery number of the family, then of the child, each takes the best wish with a free seat.
pub(super) fn run(orders: &Orders<'_>, seed: u64) -> Run {
    let round = orders.round;
    let mut order: Vec<(u64, u64, usize)> = (0..round.applicant_count())
        .map(|applicant| {
            let family = draw(seed, DrawnFor::Family, round.family_of(applicant));
            let id = round.applicants.get(applicant);
            (family, draw(seed, DrawnFor::Applicant, id), applicant)
        })
        .collect();
    order.sort_unstable();
    let mut held = HeldSeats::new(orders);
    for (.., applicant) in order {
        let list = orders.list(applicant);
        let better = &list[..held.current[applicant].min(list.len())];
        let free = |wish: &u32| orders.seat(*wish).is_some_and(|seat| held.free[seat] > 0);
        if let Some(place) = better.iter().position(free) {
            held.give(orders, applicant, place);
        }
    }
    Run::at_once(held.granted)
}
