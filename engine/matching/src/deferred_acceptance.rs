//! Deferred acceptance (Gale and Shapley 1962) with capacities, from either side.
//!
//! Both return, for each applicant, the position of the wish that is granted, or [`NONE`]. The result
//! does not depend on the order in which applicants or programmes are taken.

use std::collections::BinaryHeap;

use crate::order::{Preferences, Priorities};
use crate::round::{NONE, Round};

/// The stable matching that is best for every child at once.
///
/// Time O(wishes x log capacity).
pub(crate) fn family_optimal(
    round: &Round,
    priorities: &Priorities,
    preferences: &Preferences,
) -> Vec<u32> {
    let asks = asks(round, priorities, preferences);
    let mut granted = vec![NONE; round.applicant_count()];
    let mut next: Vec<u32> = round.wish_starts.clone();
    // Places in line of the children held by each seat, each with its child; the last in line on top.
    let mut held: Vec<BinaryHeap<(u32, u32)>> = vec![BinaryHeap::new(); round.seats.len()];
    for first in 0..round.applicant_count() {
        let mut asking = first;
        while next[asking] < round.wish_starts[asking + 1] {
            let ask = next[asking];
            next[asking] += 1;
            let (seat, place) = asks[ask as usize];
            let Some(held) = held.get_mut(seat as usize) else {
                continue; // closed for the group
            };
            if held.len() < round.seats[seat as usize].capacity as usize {
                held.push((place, asking as u32));
                granted[asking] = ask;
                break;
            }
            let Some(mut last) = held.peek_mut() else {
                continue; // capacity 0
            };
            if place < last.0 {
                let pushed_out = std::mem::replace(&mut *last, (place, asking as u32)).1;
                granted[asking] = ask;
                asking = pushed_out as usize;
                granted[asking] = NONE;
            }
        }
    }
    for ask in &mut granted {
        if *ask != NONE {
            *ask = preferences.wishes[*ask as usize];
        }
    }
    granted
}

/// Seat and place in its line of every wish, in the order in which the children ask: side by side, as
/// children are pushed out all over the round.
fn asks(round: &Round, priorities: &Priorities, preferences: &Preferences) -> Vec<(u32, u32)> {
    let wishes = preferences.wishes.iter().map(|wish| *wish as usize);
    wishes
        .map(|wish| (round.wishes[wish].seat, priorities.place[wish]))
        .collect()
}

/// The stable matching that is best for every programme at once, and worst for every child.
///
/// Time O(wishes).
pub(crate) fn programme_optimal(
    round: &Round,
    priorities: &Priorities,
    preferences: &Preferences,
) -> Vec<u32> {
    let mut liking = vec![0; round.wishes.len()];
    for (place, wish) in preferences.wishes.iter().enumerate() {
        liking[*wish as usize] = place as u32;
    }
    let mut granted = vec![NONE; round.applicant_count()];
    let mut free: Vec<u32> = round.seats.iter().map(|seat| seat.capacity).collect();
    let mut next = vec![0_usize; round.seats.len()];
    let mut offering: Vec<usize> = (0..round.seats.len()).collect();
    while let Some(seat) = offering.pop() {
        let line = priorities.line(seat);
        while free[seat] > 0 && next[seat] < line.len() {
            let wish = line[next[seat]];
            next[seat] += 1;
            let applicant = priorities.applicant[wish as usize] as usize;
            let current = granted[applicant];
            if current != NONE && liking[current as usize] < liking[wish as usize] {
                continue; // declined
            }
            granted[applicant] = wish;
            free[seat] -= 1;
            if current != NONE {
                let left = round.wishes[current as usize].seat as usize;
                free[left] += 1;
                offering.push(left);
            }
        }
    }
    granted
}
