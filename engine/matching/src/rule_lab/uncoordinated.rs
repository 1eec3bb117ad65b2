//! Programmes that offer without knowing of each other.

use super::held_seats::HeldSeats;
use super::{Orders, Run};
use crate::round::NONE;

/// Rounds of offers to the first in line without a place; families accept the best at once, for good.
pub(super) fn run(orders: &Orders<'_>) -> Run {
    let round = orders.round;
    let mut held = HeldSeats::new(orders);
    let mut settled_in: Vec<u32> = held
        .granted
        .iter()
        .map(|wish| u32::from(*wish != NONE))
        .collect();
    let mut place_in_list = vec![0; round.wish_count()];
    for applicant in 0..round.applicant_count() {
        for (place, wish) in orders.list(applicant).iter().enumerate() {
            place_in_list[*wish as usize] = place;
        }
    }
    // Who accepted is out of the market; enrolled children look for something better once.
    let mut in_market = vec![true; round.applicant_count()];
    let (mut rounds, mut offers_made, mut offers_lapsed) = (0, 0, 0);
    loop {
        let mut offers: Vec<(usize, usize)> = Vec::new();
        for (seat, free) in held.free.iter().enumerate() {
            let takers = orders.priorities.line(seat).iter().filter_map(|wish| {
                let applicant = orders.priorities.applicant[*wish as usize] as usize;
                let place = place_in_list[*wish as usize];
                (in_market[applicant] && place < held.current[applicant])
                    .then_some((applicant, place))
            });
            offers.extend(takers.take(*free as usize));
        }
        if offers.is_empty() {
            break;
        }
        rounds += 1;
        offers_made += offers.len() as u64;
        offers.sort_unstable();
        for of_one in offers.chunk_by(|a, b| a.0 == b.0) {
            let (applicant, best) = of_one[0];
            offers_lapsed += of_one.len() as u64 - 1;
            in_market[applicant] = false;
            settled_in[applicant] = rounds as u32;
            held.give(orders, applicant, best);
        }
    }
    Run {
        granted: held.granted,
        settled_in,
        rounds,
        offers_made,
        offers_lapsed,
    }
}
