//! The same courses of events where families rank joint options or programmes have budgets.
//!
//! Every draw is made into a round of its own, with the luck of the draw as its strict order. Siblings
//! are placed by the constructive search of the siblings round (deferred acceptance that goes on until
//! nobody blocks, or somebody goes in circles), budgets by the cut-offs of the fair matching.

use super::draw::{Course, Standing};
use crate::flexible::cut_off_raising;
use crate::order::{Preferences, Priorities};
use crate::round::{NONE, Round, Wish};
use crate::siblings::{Market, place_by_offers};

/// The round of the draws, with room for children still to come.
pub(super) struct WholeRounds {
    /// Children still to come follow those of the round.
    drawn: Round,
    /// Order of the wishes of the children of the round.
    preferences: Vec<u32>,
    /// Seat of each wish of the round.
    seats: Vec<u32>,
    children: usize,
    wishes: usize,
    seed: u64,
}

impl WholeRounds {
    pub(super) fn new(round: &Round, seed: u64) -> Self {
        Self {
            drawn: round.clone(),
            preferences: Preferences::new(round, seed).wishes,
            seats: round.wishes.iter().map(|wish| wish.seat).collect(),
            children: round.applicant_count(),
            wishes: round.wish_count(),
            seed,
        }
    }

    /// Places everybody of a course who stays; tells every wish of the round that is granted.
    pub(super) fn place(&mut self, course: &Course<'_>, granted: &mut impl FnMut(usize)) {
        let standings = self.draw(course);
        let priorities = Priorities::by_standing(&self.drawn, &standings);
        let mut wishes = self.preferences.clone();
        wishes.extend(self.wishes as u32..self.drawn.wish_count() as u32);
        let preferences = Preferences {
            wishes,
            tied_applicants: 0,
        };
        let found = if self.drawn.joint.is_empty() {
            cut_off_raising(&self.drawn, &priorities, &preferences)
        } else {
            let market = Market::new(&self.drawn, &priorities, &preferences, self.seed);
            place_by_offers(&market)
        };
        let stays = found.iter().zip(course.stays).filter(|(_, stays)| **stays);
        for (wish, _) in stays.filter(|(wish, _)| **wish != NONE) {
            granted(*wish as usize);
        }
    }

    /// The round of a course, and the standing of each of its wishes.
    fn draw(&mut self, course: &Course<'_>) -> Vec<Standing> {
        let round = &mut self.drawn;
        for (seat, capacity) in round.seats.iter_mut().zip(course.capacities) {
            seat.capacity = *capacity;
        }
        round.wishes.truncate(self.wishes);
        round.wish_starts.truncate(self.children + 1);
        let mut standings = vec![Standing::default(); self.wishes];
        for wish in course.wishes.iter().filter(|wish| wish.wish != NONE) {
            standings[wish.wish as usize] = wish.standing;
        }
        for (child, stays) in course.stays.iter().enumerate() {
            for position in round.wish_range(child) {
                // Who leaves finds every group closed.
                let seat = self.seats[position];
                round.wishes[position].seat = if *stays { seat } else { NONE };
            }
        }
        let later = course.starts[self.children..].windows(2);
        for (number, range) in later.enumerate() {
            if self.children + number == round.applicants.len() {
                round.applicants.push("");
                round.applicant_group.push(0);
                round.applicant_family.push(NONE);
                round.applicant_enrolled.push(NONE);
            }
            for (rank, wish) in (1..).zip(&course.wishes[range[0]..range[1]]) {
                let programme = round.seats[wish.seat as usize].programme;
                round.wishes.push(Wish {
                    programme,
                    seat: wish.seat,
                    rank,
                    points: 0, // the standing orders the lines
                    lot: NONE,
                });
                standings.push(wish.standing);
            }
            round.wish_starts.push(round.wishes.len() as u32);
        }
        // Children that other draws had and this one has not: without a wish.
        let end = round.wishes.len() as u32;
        round.wish_starts.resize(round.applicants.len() + 1, end);
        standings
    }
}
