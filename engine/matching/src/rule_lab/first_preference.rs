//! First wishes first.

use super::held_seats::HeldSeats;
use super::{Orders, Run};
use crate::round::NONE;

/// Step k: everybody without a place asks for its k-th wish; programmes fill up for good.
pub(super) fn run(orders: &Orders<'_>) -> Run {
    let round = orders.round;
    let mut held = HeldSeats::new(orders);
    let mut settled_in: Vec<u32> = held
        .granted
        .iter()
        .map(|wish| u32::from(*wish != NONE))
        .collect();
    let longest = (0..round.applicant_count())
        .map(|a| orders.list(a).len())
        .max()
        .unwrap_or(0);
    let mut open = vec![true; round.applicant_count()];
    let mut rounds = 0;
    for step in 0..longest {
        let mut asking: Vec<(usize, u32, usize)> = Vec::new();
        for applicant in (0..round.applicant_count()).filter(|applicant| open[*applicant]) {
            let Some(wish) = orders.list(applicant).get(step) else {
                continue;
            };
            if held.current[applicant] <= step {
                continue; // holds this place or a better one
            }
            if let Some(seat) = orders.seat(*wish) {
                asking.push((seat, orders.priorities.place[*wish as usize], applicant));
            }
        }
        if asking.is_empty() {
            continue;
        }
        rounds = step as u64 + 1;
        asking.sort_unstable();
        // Places that enrolled children give up are free from the next step on.
        for line in asking.chunk_by(|a, b| a.0 == b.0) {
            let free = held.free[line[0].0] as usize;
            for (.., applicant) in &line[..line.len().min(free)] {
                open[*applicant] = false;
                settled_in[*applicant] = step as u32 + 1;
            }
        }
        for (_, _, applicant) in asking {
            if settled_in[applicant] == step as u32 + 1 && !open[applicant] {
                held.give(orders, applicant, step);
            }
        }
    }
    let placed = held.granted.iter().filter(|wish| **wish != NONE).count() as u64;
    Run {
        granted: held.granted,
        settled_in,
        rounds,
        offers_made: placed,
        offers_lapsed: 0,
    }
}
