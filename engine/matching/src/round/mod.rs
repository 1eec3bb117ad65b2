//! A placement round: children, programmes, seats and wishes in flat arrays.

mod draft;
mod family_rows;
mod joint;
mod read;
mod rows;
mod settle;

pub(crate) use draft::PROGRAMMES;
pub(crate) use joint::{JointFamily, JointOptions};
pub use read::{RoundFiles, read_round};
pub use rows::{ApplicantRow, ApplicationRow, FamilyOptionRow, ProgrammeRow, Siblings};

use crate::flexible::Budgets;
use crate::texts::TextList;

/// No seat, family, programme or lot.
pub(crate) const NONE: u32 = u32::MAX;
/// Greatest rank of a wish.
pub(crate) const GREATEST_RANK: u32 = 1_000_000_000;

/// One wish of one child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    /// Programme number.
    pub(crate) programme: u32,
    /// Seat number, [`NONE`] when the programme has no row for the child's group.
    pub(crate) seat: u32,
    /// 1 = best; equal ranks are ties.
    pub(crate) rank: u32,
    /// More come first.
    pub(crate) points: i32,
    /// Smaller comes first among equal points; [`NONE`] when the field is empty.
    pub(crate) lot: u32,
}

impl Wish {
    /// The lot, if one was given.
    pub(crate) fn given_lot(&self) -> Option<u32> {
        (self.lot != NONE).then_some(self.lot)
    }
}

/// The seats of one programme for one seat group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seat {
    /// Programme number.
    pub(crate) programme: u32,
    /// Group number.
    pub(crate) group: u32,
    /// Seats, those held by the enrolled children of the round included;
    /// [`NO_CAP`](crate::NO_CAP) where a flexible programme has no cap for the group.
    pub(crate) capacity: u32,
}

/// A checked placement round.
///
/// Identifiers are interned: applicants, programmes and seat groups are numbered in bytewise order
/// of their identifiers, so a round does not depend on the order of the rows it was read from. The
/// wishes of all applicants stand in one array, by applicant, then rank, then programme.
///
/// A seat group is matched by its exact text; the empty text is the common group of programmes and
/// children that name none. A child that is enrolled has its own programme in its wish list: if the
/// applications do not name it, it is appended one rank below the last wish. There the child comes
/// before all others, whatever the points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    pub(crate) applicants: TextList,
    pub(crate) programmes: TextList,
    pub(crate) groups: TextList,
    pub(crate) families: TextList,
    /// Group number of each applicant.
    pub(crate) applicant_group: Vec<u32>,
    /// Family number of each applicant, or [`NONE`].
    pub(crate) applicant_family: Vec<u32>,
    /// Programme number where each applicant is enrolled, or [`NONE`].
    pub(crate) applicant_enrolled: Vec<u32>,
    /// By programme, then group.
    pub(crate) seats: Vec<Seat>,
    /// Budgets and weights of the flexible programmes.
    pub(crate) budgets: Budgets,
    /// Where the wishes of each applicant start; one entry more than applicants.
    pub(crate) wish_starts: Vec<u32>,
    pub(crate) wishes: Vec<Wish>,
    /// Families that rank what their children get together.
    pub(crate) joint: JointOptions,
}

impl Round {
    /// Number of applicants, those without a wish included.
    #[must_use]
    pub fn applicant_count(&self) -> usize {
        self.applicants.len()
    }

    /// Number of programmes.
    #[must_use]
    pub fn programme_count(&self) -> usize {
        self.programmes.len()
    }

    /// Number of wishes, the appended own places of enrolled children included.
    #[must_use]
    pub fn wish_count(&self) -> usize {
        self.wishes.len()
    }

    /// Seats of all programmes and groups, those of enrolled children included.
    ///
    /// A flexible programme counts with the most children that fit at once.
    #[must_use]
    pub fn seat_count(&self) -> u64 {
        let mut count = 0;
        let mut seen = NONE;
        for (position, seat) in self.seats.iter().enumerate() {
            count += match self.budgets.of(seat.programme) {
                None => u64::from(seat.capacity),
                Some(_) if seen == seat.programme => 0,
                Some(budget) => self.budgets.most_children(budget, &self.seats, position),
            };
            seen = seat.programme;
        }
        count
    }

    /// Whether a programme spreads a budget over its seat groups.
    #[must_use]
    pub fn has_flexible_programmes(&self) -> bool {
        !self.budgets.is_empty()
    }

    /// The seat that stands for the line of a seat: the first one of a flexible programme, which has
    /// one line for all its groups; else the seat itself.
    pub(crate) fn line_of(&self, seat: usize) -> usize {
        let programme = self.seats[seat].programme;
        match self.budgets.of(programme) {
            None => seat,
            Some(_) => self.seats.partition_point(|it| it.programme < programme),
        }
    }

    /// Number of children that hold a place already.
    #[must_use]
    pub fn enrolled_count(&self) -> usize {
        self.applicant_enrolled
            .iter()
            .filter(|programme| **programme != NONE)
            .count()
    }

    /// Number of families with joint options: ranked in `family_options.csv` or by a siblings rule.
    #[must_use]
    pub fn joint_family_count(&self) -> usize {
        self.joint.families().len()
    }

    /// Options of `family_options.csv` left out of account, because a child has no application for
    /// the programme or would lose the place it holds.
    #[must_use]
    pub fn void_option_count(&self) -> u64 {
        self.joint.void_options
    }

    /// Applicant identifiers, bytewise ascending.
    pub fn applicant_ids(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.applicants.len()).map(|number| self.applicants.get(number))
    }

    /// Programme identifiers, bytewise ascending.
    pub fn programme_ids(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.programmes.len()).map(|number| self.programmes.get(number))
    }

    /// Positions of the wishes of an applicant.
    pub(crate) fn wish_range(&self, applicant: usize) -> std::ops::Range<usize> {
        self.wish_starts[applicant] as usize..self.wish_starts[applicant + 1] as usize
    }

    /// Wishes of an applicant, by rank.
    pub(crate) fn wishes_of(&self, applicant: usize) -> &[Wish] {
        &self.wishes[self.wish_range(applicant)]
    }

    /// Whether the wish is the place that the applicant holds already.
    pub(crate) fn is_own_place(&self, applicant: usize, wish: &Wish) -> bool {
        self.applicant_enrolled[applicant] == wish.programme
    }

    /// The family of an applicant; a child without one is its own family.
    pub(crate) fn family_of(&self, applicant: usize) -> &str {
        match self.applicant_family[applicant] {
            NONE => self.applicants.get(applicant),
            family => self.families.get(family as usize),
        }
    }

    /// Seat number of a programme and group.
    pub(crate) fn find_seat(&self, programme: u32, group: u32) -> Option<usize> {
        self.seats
            .binary_search_by_key(&(programme, group), |seat| (seat.programme, seat.group))
            .ok()
    }

    /// Programme and group of a seat, as written.
    pub(crate) fn seat_name(&self, seat: usize) -> (&str, &str) {
        let seat = &self.seats[seat];
        (
            self.programmes.get(seat.programme as usize),
            self.groups.get(seat.group as usize),
        )
    }
}
