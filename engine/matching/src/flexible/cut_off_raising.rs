//! The child-optimal fair matching, by raising cut-offs.

use std::collections::BinaryHeap;

use crate::order::{Preferences, Priorities};
use crate::round::{NONE, Round};

/// What one line, of a rigid seat group or of a flexible programme, holds.
#[derive(Clone, Default)]
struct Held {
    /// Places in line, the last in line on top.
    places: BinaryHeap<u32>,
    /// Units of the budget taken; only at flexible programmes.
    units: u128,
}

/// The position of the wish granted to each applicant, or [`NONE`].
///
/// Every child asks for its best wish; where the children of a line do not fit together, the last in
/// line is turned away until they do, and the cut-off of the line stands before it for good:
/// whoever comes to it later from behind the cut-off is turned away too. A child turned away asks for
/// its next wish. Cut-offs only rise, and no step depends on which child asks first: where they
/// stop is the least point at which all of them hold, which is the fair matching that is best
/// for every child (Kamada and Kojima 2024, theorem 1 and its algorithm).
///
/// Time O(wishes x log children of a line).
pub(crate) fn cut_off_raising(
    round: &Round,
    priorities: &Priorities,
    preferences: &Preferences,
) -> Vec<u32> {
    let mut granted = vec![NONE; round.applicant_count()];
    let mut next: Vec<u32> = round.wish_starts.clone();
    let mut held: Vec<Held> = vec![Held::default(); round.seats.len()];
    let mut children: Vec<u32> = vec![0; round.seats.len()];
    // Places from here on are turned away.
    let mut cut_offs: Vec<u32> = vec![NONE; round.seats.len()];
    let mut asking: Vec<u32> = (0..round.applicant_count() as u32).rev().collect();
    while let Some(applicant) = asking.pop() {
        let child = applicant as usize;
        let Some(place) = next_place(round, priorities, preferences, &mut next[child], child)
        else {
            continue;
        };
        let Place { wish, seat, line } = place;
        let position = priorities.place[wish];
        if position >= cut_offs[line] {
            asking.push(applicant);
            continue;
        }
        let budget = round.budgets.of(round.seats[seat].programme);
        held[line].places.push(position);
        granted[child] = wish as u32;
        children[seat] += 1;
        if budget.is_some() {
            held[line].units += u128::from(round.budgets.weight(seat));
        }
        loop {
            let over_budget = budget.is_some_and(|budget| held[line].units > budget.units.into());
            // No other group of the line can be above its cap.
            if !over_budget && children[seat] <= round.seats[seat].capacity {
                break;
            }
            let Some(last) = held[line].places.pop() else {
                break; // nobody left: everything fits
            };
            cut_offs[line] = last;
            let wish = priorities.line(seat)[last as usize] as usize;
            let left = round.wishes[wish].seat as usize;
            children[left] -= 1;
            if budget.is_some() {
                held[line].units -= u128::from(round.budgets.weight(left));
            }
            let pushed_out = priorities.applicant[wish];
            granted[pushed_out as usize] = NONE;
            asking.push(pushed_out);
        }
    }
    granted
}

/// Where a child asks next.
struct Place {
    wish: usize,
    seat: usize,
    line: usize,
}

/// The next wish of a child for an open seat group; `None` when its list is at its end.
fn next_place(
    round: &Round,
    priorities: &Priorities,
    preferences: &Preferences,
    next: &mut u32,
    child: usize,
) -> Option<Place> {
    while *next < round.wish_starts[child + 1] {
        let wish = preferences.wishes[*next as usize] as usize;
        *next += 1;
        let seat = round.wishes[wish].seat;
        if seat != NONE {
            let (seat, line) = (seat as usize, priorities.line_of(seat as usize));
            return Some(Place { wish, seat, line });
        }
    }
    None
}
