//! Why a child did not get a wish it ranks better than its place.

use std::io::Write;

use serde::Serialize;

use crate::flexible::{NO_CAP, out_of_turn};
use crate::placements::WriteError;
use crate::round::{NONE, Wish};
use crate::siblings::{OptionReason, explain, granted_level};
use crate::solve::Outcome;

/// Why a wish was not granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// All seats are held by children further ahead in line.
    Full,
    /// The programme has no seats for the child's group in this round.
    GroupClosed,
    /// The programme admits nobody of the child's group in this round.
    CapacityZero,
    /// What the flexible programme has left of its budget, or of its seats for a group, is not enough
    /// for the child whose turn it is: this child, or one further ahead in line.
    BudgetSpent,
    /// The child alone could have the place, but every better option of its family that sends it here
    /// fails for a sibling; see [`crate::family_reasons`].
    SiblingOption,
    /// The child alone could have the place, but its family ranks what it has before every option that
    /// sends the child here, or has no such option.
    FamilyRanking,
    /// Nothing stands in the way: the family is one of those for which no stable matching exists.
    NoStableMatching,
}

/// What put the last admitted child before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// Every seat is held by a child that was enrolled here before.
    Enrolled,
    /// More points.
    Points,
    /// Equal points and a smaller lot.
    Lot,
    /// A true tie, settled by the seeded lottery.
    Lottery,
    /// A true tie, settled against the lottery so that more children have a place.
    MaxSize,
}

/// One row of `reasons.csv`: a child, a wish better than its place, and why it was not granted.
///
/// Names points, lots and places in line, never another child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The child.
    pub applicant_id: String,
    /// The programme wished for.
    pub programme_id: String,
    /// Rank of the wish, from 1.
    pub rank: u32,
    /// The child's seat group.
    pub seat_group: String,
    /// Why the wish was not granted.
    pub reason: ReasonKind,
    /// What the last admitted child was ahead by; only where the seats are full or the budget is spent.
    pub decided_by: Option<DecidedBy>,
    /// Seats of the programme for the group; `None` where the group is closed or has no cap.
    pub capacity: Option<u32>,
    /// Points of the child here.
    pub own_points: i32,
    /// Lot of the child here, if it has one.
    pub own_lot: Option<u32>,
    /// Points of the last admitted child; `None` if that child was enrolled here before.
    pub cut_off_points: Option<i32>,
    /// Lot of the last admitted child, if it has one and was not enrolled here.
    pub cut_off_lot: Option<u32>,
    /// Place in line among all applicants of the group here, from 1; among those of all groups where
    /// the programme is flexible.
    pub position: Option<u32>,
    /// Place in line among those who want this seat more than what they got, from 1: who is 1 gets
    /// the next seat that becomes free.
    pub waiting_position: Option<u32>,
}

/// A wish was refused without a reason: the outcome is not what the rules say.
#[derive(Debug, thiserror::Error)]
pub enum ReasonError {
    /// There is a wish that should have been granted.
    #[error(
        "no rule explains why applicant {applicant_id:?} did not get {programme_id:?}; do not use this result, report the fault"
    )]
    Unexplained {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// The last admitted child of a seat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastAdmitted {
    /// Its place in line, from 0.
    pub(crate) place: u32,
    /// Its wish; `None` if it was enrolled here before.
    pub(crate) wish: Option<Wish>,
    /// Children admitted.
    pub(crate) placed: u32,
}

/// The last admitted child of each seat; `None` where nobody was admitted.
pub(crate) fn last_admitted(outcome: &Outcome<'_>) -> Vec<Option<LastAdmitted>> {
    let round = outcome.round;
    let mut last: Vec<Option<LastAdmitted>> = vec![None; round.seats.len()];
    for (applicant, granted) in outcome.granted.iter().enumerate() {
        let Some(wish) = round.wishes.get(*granted as usize) else {
            continue;
        };
        let place = outcome.priorities.place[*granted as usize];
        let seat = &mut last[wish.seat as usize];
        let placed = seat.map_or(0, |last| last.placed) + 1;
        match seat {
            Some(last) if last.place > place => last.placed = placed,
            _ => {
                let wish = (!round.is_own_place(applicant, wish)).then_some(*wish);
                *seat = Some(LastAdmitted {
                    place,
                    wish,
                    placed,
                });
            }
        }
    }
    // One line for all groups of a flexible programme, one last child.
    for seat in 0..last.len() {
        let line = outcome.priorities.line_of(seat);
        if line != seat
            && last[seat].is_some_and(|own| last[line].is_none_or(|l| l.place < own.place))
        {
            let placed = last[line].map_or(0, |line| line.placed);
            last[line] = last[seat].map(|own| LastAdmitted { placed, ..own });
        }
    }
    for seat in 0..last.len() {
        let line = outcome.priorities.line_of(seat);
        if line != seat {
            let placed = last[seat].map_or(0, |own| own.placed);
            last[seat] = last[line].map(|line| LastAdmitted { placed, ..line });
        }
    }
    last
}

/// Explains the wishes of an outcome.
///
/// ```
/// use matching::{Explainer, RoundFiles, RoundOptions, read_round, solve};
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA1,P1,1,5,1\nA2,P1,1,7,2\n".as_bytes(),
/// )).unwrap();
/// let outcome = solve(&round, &RoundOptions::default()).unwrap();
/// let reasons = Explainer::new(&outcome).reasons("A1").unwrap();
/// assert_eq!((reasons[0].own_points, reasons[0].cut_off_points), (5, Some(7)));
/// ```
#[derive(Debug)]
pub struct Explainer<'outcome, 'round> {
    outcome: &'outcome Outcome<'round>,
    last: Vec<Option<LastAdmitted>>,
    /// For each wish not granted and better than what was: its place among those waiting, from 1.
    waiting: Vec<u32>,
    /// Seats of flexible programmes where no rule explains who was turned away.
    out_of_turn: Vec<bool>,
}

impl<'outcome, 'round> Explainer<'outcome, 'round> {
    /// Works out cut-offs and waiting lines once for all children.
    #[must_use]
    pub fn new(outcome: &'outcome Outcome<'round>) -> Self {
        let round = outcome.round;
        let mut waiting = vec![0; round.wishes.len()];
        for seat in 0..round.seats.len() {
            let mut ahead = 0;
            for wish in outcome.priorities.line(seat) {
                let applicant = outcome.priorities.applicant[*wish as usize] as usize;
                if round.wishes[*wish as usize].rank < outcome.granted_rank(applicant) {
                    ahead += 1;
                    waiting[*wish as usize] = ahead;
                }
            }
        }
        Self {
            outcome,
            last: last_admitted(outcome),
            waiting,
            out_of_turn: out_of_turn(outcome),
        }
    }

    /// One reason per wish of the child that it ranks better than its place, by rank; empty for an
    /// unknown child.
    ///
    /// # Errors
    ///
    /// [`ReasonError::Unexplained`] when a wish should have been granted.
    pub fn reasons(&self, applicant_id: &str) -> Result<Vec<Reason>, ReasonError> {
        match self.outcome.round.applicants.find_sorted(applicant_id) {
            Some(applicant) => self.reasons_of(applicant).collect(),
            None => Ok(Vec::new()),
        }
    }

    fn reasons_of(&self, applicant: usize) -> impl Iterator<Item = Result<Reason, ReasonError>> {
        let rank = self.outcome.granted_rank(applicant);
        self.outcome
            .round
            .wish_range(applicant)
            .take_while(move |wish| self.outcome.round.wishes[*wish].rank < rank)
            .map(move |wish| self.explain(applicant, wish))
    }

    fn explain(&self, applicant: usize, position: usize) -> Result<Reason, ReasonError> {
        let round = self.outcome.round;
        let wish = &round.wishes[position];
        let group = round.applicant_group[applicant] as usize;
        let mut reason = Reason {
            applicant_id: round.applicants.get(applicant).to_owned(),
            programme_id: round.programmes.get(wish.programme as usize).to_owned(),
            rank: wish.rank,
            seat_group: round.groups.get(group).to_owned(),
            reason: ReasonKind::GroupClosed,
            decided_by: None,
            capacity: None,
            own_points: wish.points,
            own_lot: wish.given_lot(),
            cut_off_points: None,
            cut_off_lot: None,
            position: None,
            waiting_position: None,
        };
        if wish.seat == NONE {
            return Ok(reason);
        }
        let capacity = round.seats[wish.seat as usize].capacity;
        let place = self.outcome.priorities.place[position];
        reason.capacity = Some(capacity).filter(|capacity| *capacity != NO_CAP);
        reason.position = Some(place + 1);
        reason.waiting_position = Some(self.waiting[position]);
        if capacity == 0 {
            reason.reason = ReasonKind::CapacityZero;
            return Ok(reason);
        }
        let flexible =
            round.budgets.of(wish.programme).is_some() && !self.out_of_turn[wish.seat as usize];
        match self.last[wish.seat as usize] {
            Some(last)
                if last.place < place
                    && (flexible || last.placed == capacity)
                    && !self.a_sibling_is_at(applicant, wish.seat) =>
            {
                reason.reason = if flexible {
                    ReasonKind::BudgetSpent
                } else {
                    ReasonKind::Full
                };
                reason.cut_off_points = last.wish.map(|last| last.points);
                reason.cut_off_lot = last.wish.and_then(|last| last.given_lot());
                let mut by = decided_by(last.wish.as_ref(), wish);
                if by == DecidedBy::Lottery
                    && self.is_against_the_lottery(wish.seat, last, position)
                {
                    by = DecidedBy::MaxSize;
                }
                reason.decided_by = Some(by);
                Ok(reason)
            }
            _ if round.joint.of_applicant(applicant).is_some() => {
                reason.reason = self.joint_reason(applicant, position);
                Ok(reason)
            }
            _ if self.is_excused(applicant) => {
                reason.reason = ReasonKind::NoStableMatching;
                Ok(reason)
            }
            _ => Err(ReasonError::Unexplained {
                applicant_id: reason.applicant_id,
                programme_id: reason.programme_id,
            }),
        }
    }

    /// Why a child of a family with joint options did not get a place that it could have alone.
    fn joint_reason(&self, applicant: usize, position: usize) -> ReasonKind {
        let joint = &self.outcome.round.joint;
        let Some(family) = joint.of_applicant(applicant) else {
            return ReasonKind::FamilyRanking;
        };
        let family = &joint.families()[family];
        let has = granted_level(self.outcome, family);
        let better = (0..family.options.len()).filter(|option| {
            family.options[*option].level < has
                && joint.wishes(family, *option).contains(&(position as u32))
        });
        let mut kind = ReasonKind::FamilyRanking;
        for option in better {
            kind = ReasonKind::SiblingOption;
            if explain(self.outcome, family, option).reason == OptionReason::NoStableMatching {
                return ReasonKind::NoStableMatching;
            }
        }
        kind
    }

    /// Whether a child of the same joint family is placed at the seat: to the family it counts as
    /// free.
    fn a_sibling_is_at(&self, applicant: usize, seat: u32) -> bool {
        let round = self.outcome.round;
        let Some(family) = round.joint.of_applicant(applicant) else {
            return false;
        };
        let granted = |child: &u32| {
            round
                .wishes
                .get(self.outcome.granted[*child as usize] as usize)
        };
        let children = round.joint.families()[family].children.iter();
        children
            .filter_map(granted)
            .any(|granted| granted.seat == seat)
    }

    /// Whether the child, alone, is a family for which no stable matching exists.
    fn is_excused(&self, applicant: usize) -> bool {
        let round = self.outcome.round;
        let family = round.family_of(applicant);
        (self.outcome.families.iter())
            .flat_map(|families| &families.blocking)
            .any(|blocking| blocking.family_id == family)
    }

    /// Writes `reasons.csv`: one row per applicant and better wish, by applicant, then rank.
    ///
    /// # Errors
    ///
    /// [`ReasonError`] when a wish should have been granted or the output does not take the bytes.
    pub fn write(&self, output: impl Write) -> Result<(), ReasonError> {
        let mut writer = csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(output);
        let failed = |error: csv::Error| WriteError {
            file: "reasons.csv",
            source: error.into(),
        };
        writer.write_record(REASON_COLUMNS).map_err(failed)?;
        for applicant in 0..self.outcome.round.applicant_count() {
            for reason in self.reasons_of(applicant) {
                writer.serialize(reason?).map_err(failed)?;
            }
        }
        writer.flush().map_err(|error| failed(error.into()))?;
        Ok(())
    }

    /// Whether the lottery alone would have put a wish before the last admitted child.
    fn is_against_the_lottery(&self, seat: u32, last: LastAdmitted, position: usize) -> bool {
        let priorities = &self.outcome.priorities;
        let admitted = priorities.line(seat as usize)[last.place as usize];
        let drawn = |wish: usize| priorities.drawn.get(wish).copied();
        drawn(position) < drawn(admitted as usize)
    }

    /// Families with at least one better wish that only this denied them.
    pub(crate) fn families_denied_by(&self, by: DecidedBy) -> Result<u64, ReasonError> {
        let round = self.outcome.round;
        let mut families = Vec::new();
        if !self.outcome.priorities.any_tie {
            return Ok(0);
        }
        for applicant in 0..round.applicant_count() {
            for reason in self.reasons_of(applicant) {
                if reason?.decided_by == Some(by) {
                    families.push(round.family_of(applicant));
                }
            }
        }
        families.sort_unstable();
        families.dedup();
        Ok(families.len() as u64)
    }
}

/// Columns of `reasons.csv`, in the order of the fields of [`Reason`].
const REASON_COLUMNS: &[&str] = &[
    "applicant_id",
    "programme_id",
    "rank",
    "seat_group",
    "reason",
    "decided_by",
    "capacity",
    "own_points",
    "own_lot",
    "cut_off_points",
    "cut_off_lot",
    "position",
    "waiting_position",
];

/// What put the last admitted child first.
fn decided_by(last: Option<&Wish>, own: &Wish) -> DecidedBy {
    let Some(last) = last else {
        return DecidedBy::Enrolled;
    };
    let lots = last.given_lot().zip(own.given_lot());
    if last.points > own.points {
        DecidedBy::Points
    } else if lots.is_some_and(|(last, own)| last < own) {
        DecidedBy::Lot
    } else {
        DecidedBy::Lottery
    }
}
