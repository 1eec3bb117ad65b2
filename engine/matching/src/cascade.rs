//! What follows when a place becomes free: the chain of moves.

use serde::Serialize;

use crate::placements::{Place, PlacementRow};
use crate::round::{NONE, Round};
use crate::solve::{Outcome, rank_of};

/// Why a place becomes free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vacancy<'a> {
    /// A placed child leaves the round, and its place becomes free.
    ApplicantLeaves {
        /// The child.
        applicant_id: &'a str,
    },
    /// A programme gets one more seat.
    SeatOpens {
        /// The programme.
        programme_id: &'a str,
        /// The group that the seat is for; empty for the common group.
        seat_group: &'a str,
    },
}

/// One move of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CascadeStep {
    /// The child that moves: first in line among those who want the free place more than their own.
    pub applicant_id: String,
    /// The place it gives up; `None` for an unplaced child, which closes the chain.
    pub from: Option<Place>,
    /// The place it takes.
    pub to: Place,
}

/// A chain of moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cascade {
    /// The child that left, if one did.
    pub left: Option<String>,
    /// Seat group of every place in the chain.
    pub seat_group: String,
    /// The moves, in order: each takes the place that the one before gave up.
    pub steps: Vec<CascadeStep>,
    /// The programme whose seat stays free in the end because nobody wants it more than the place
    /// held; `None` when the chain ends with an unplaced child.
    pub free_in_the_end: Option<String>,
}

impl Cascade {
    /// The placements after the chain; the child that left has no row.
    #[must_use]
    pub fn placements_after(&self, before: &[PlacementRow]) -> Vec<PlacementRow> {
        let mut moves: Vec<&CascadeStep> = self.steps.iter().collect();
        // Stable: a child that moves twice keeps its moves in order, the last one counts.
        moves.sort_by(|a, b| a.applicant_id.cmp(&b.applicant_id));
        before
            .iter()
            .filter(|row| self.left.as_ref() != Some(&row.applicant_id))
            .map(|row| {
                let after = moves.partition_point(|step| step.applicant_id <= row.applicant_id);
                match after.checked_sub(1).map(|last| moves[last]) {
                    Some(step) if step.applicant_id == row.applicant_id => PlacementRow {
                        applicant_id: row.applicant_id.clone(),
                        place: Some(step.to.clone()),
                    },
                    _ => row.clone(),
                }
            })
            .collect()
    }
}

/// A chain cannot be worked out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CascadeError {
    /// The child is not in the round.
    #[error("child {0:?} was to leave, but the round does not have it; correct the applicant_id")]
    UnknownApplicant(String),
    /// The child has no place.
    #[error("child {0:?} was to leave its place, but has none; choose a placed child")]
    NotPlaced(String),
    /// Some programmes of the round are flexible: what one free place makes possible depends on who
    /// is next in line, and a chain may gain or lose places on its way.
    #[error(
        "a chain of moves was to be previewed, but the round has flexible programmes; run the round again without the child, or with the larger budget"
    )]
    Flexible,
    /// There is no such row in `programmes.csv`.
    #[error(
        "a seat of programme {programme_id:?} for group {seat_group:?} was to open, but programmes.csv has no such row; add it or correct the ids"
    )]
    UnknownSeats {
        /// The programme asked for.
        programme_id: String,
        /// The group asked for.
        seat_group: String,
    },
    /// Families rank joint options: children do not move one by one.
    #[error(
        "a chain of single moves was to be worked out, but families of this round rank joint options; run the round again instead"
    )]
    JointOptions,
}

/// Works out who moves when a place becomes free, without changing the outcome.
///
/// The free place goes to the child first in line among those who want it more than the place they
/// hold (equal ranks do not make a child move); the place this child gives up goes on in the same
/// way, until an unplaced child takes one or nobody wants it. Nobody is moved to a worse wish.
///
/// # What is guaranteed
///
/// Compare with a new round without the child that left (or with the additional seat), run with the
/// same seed:
///
/// - the placements after the chain are stable in the new round, ties or not;
/// - without equal ranks in wish lists (and if the greatest lot of the round did not leave it, or no
///   lot is empty), the same children have a place as in the new round, and every child has the
///   better of its place before and its place in the *programme*-optimal matching of the new round.
///   After a programme-optimal outcome the chain therefore equals the new programme-optimal round.
/// - After a *family*-optimal outcome it need not: the new family-optimal matching is at least as good
///   for every child, and strictly better where children could now exchange places along a ring
///   that the free place does not touch. The two are equal exactly if the result of the chain is
///   the best stable one, for instance whenever the new round has a single stable matching.
///
/// (Blum, Roth and Rothblum 1997, *Vacancy chains and equilibration in senior-level labor markets*.)
///
/// # Errors
///
/// [`CascadeError`] when the child or the seats are unknown or the child has no place, and in rounds
/// with joint options.
///
/// ```
/// use matching::{RoundFiles, RoundOptions, Vacancy, cascade, read_round, solve};
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,1\nP2,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA,P1,1,9,\nB,P1,1,5,\nB,P2,2,5,\nC,P2,1,1,\n".as_bytes(),
/// )).unwrap();
/// let outcome = solve(&round, &RoundOptions::default()).unwrap();
/// let chain = cascade(&outcome, Vacancy::ApplicantLeaves { applicant_id: "A" }).unwrap();
/// let moves: Vec<(&str, &str)> = chain.steps.iter()
///     .map(|step| (step.applicant_id.as_str(), step.to.programme_id.as_str())).collect();
/// assert_eq!(moves, [("B", "P1"), ("C", "P2")]);
/// assert!(cascade(&outcome, Vacancy::ApplicantLeaves { applicant_id: "C" }).is_err());
/// ```
pub fn cascade(outcome: &Outcome<'_>, vacancy: Vacancy<'_>) -> Result<Cascade, CascadeError> {
    let round = outcome.round;
    if round.has_flexible_programmes() {
        return Err(CascadeError::Flexible);
    }
    if outcome.families.is_some() {
        return Err(CascadeError::JointOptions);
    }
    let (left, mut seat) = first_free(outcome, vacancy)?;
    let mut granted = outcome.granted.clone();
    let mut steps = Vec::new();
    let seat_group = round.seat_name(seat).1.to_owned();
    let free_in_the_end = loop {
        let taker = outcome.priorities.line(seat).iter().find(|wish| {
            let applicant = outcome.priorities.applicant[**wish as usize] as usize;
            let rank = round.wishes[**wish as usize].rank;
            Some(applicant) != left && rank < rank_of(round, granted[applicant])
        });
        let Some(wish) = taker else {
            break Some(round.seat_name(seat).0.to_owned());
        };
        let applicant = outcome.priorities.applicant[*wish as usize] as usize;
        let given_up = std::mem::replace(&mut granted[applicant], *wish);
        steps.push(CascadeStep {
            applicant_id: round.applicants.get(applicant).to_owned(),
            from: (given_up != NONE).then(|| place(round, given_up)),
            to: place(round, *wish),
        });
        if given_up == NONE {
            break None;
        }
        seat = round.wishes[given_up as usize].seat as usize;
    };
    Ok(Cascade {
        left: left.map(|applicant| round.applicants.get(applicant).to_owned()),
        seat_group,
        steps,
        free_in_the_end,
    })
}

/// The child that leaves, if any, and the seat that becomes free.
fn first_free(
    outcome: &Outcome<'_>,
    vacancy: Vacancy<'_>,
) -> Result<(Option<usize>, usize), CascadeError> {
    let round = outcome.round;
    match vacancy {
        Vacancy::ApplicantLeaves { applicant_id } => {
            let applicant = round
                .applicants
                .find_sorted(applicant_id)
                .ok_or_else(|| CascadeError::UnknownApplicant(applicant_id.to_owned()))?;
            let granted = round
                .wishes
                .get(outcome.granted[applicant] as usize)
                .ok_or_else(|| CascadeError::NotPlaced(applicant_id.to_owned()))?;
            Ok((Some(applicant), granted.seat as usize))
        }
        Vacancy::SeatOpens {
            programme_id,
            seat_group,
        } => {
            let programme = round.programmes.find_sorted(programme_id);
            let group = round.groups.find_sorted(seat_group);
            programme
                .zip(group)
                .and_then(|(programme, group)| round.find_seat(programme as u32, group as u32))
                .map(|seat| (None, seat))
                .ok_or_else(|| CascadeError::UnknownSeats {
                    programme_id: programme_id.to_owned(),
                    seat_group: seat_group.to_owned(),
                })
        }
    }
}

fn place(round: &Round, wish: u32) -> Place {
    let wish = &round.wishes[wish as usize];
    Place {
        programme_id: round.programmes.get(wish.programme as usize).to_owned(),
        rank: wish.rank,
    }
}
