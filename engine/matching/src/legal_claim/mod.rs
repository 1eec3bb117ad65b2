//! The legal-claim phase: free seats for children the round left without a place.
//!
//! A child with a legal claim to a place may be left out although seats are free where it did not
//! apply. After the round, and apart from it, these seats are proposed to such children:
//!
//! - A seat is proposed only where it suits the child and lies within the travel time; both are said by
//!   the rows of `reachable_seats.csv`, which list the suitable programmes with the minutes of the way.
//! - As many children as possible get a proposal; then the sum of the minutes is as small as possible;
//!   then the children whose lots come first get one (least sum of their places in the order of the
//!   lots). What is still equal is settled by the order of lots and identifiers.
//! - Nobody is moved: the placements of the round stay as they are, and each child gets at most one
//!   proposal.
//! - No envy arises between the applicants of a programme: where an unplaced child has applied to the
//!   programme for its group and a seat is free nevertheless, no seat of that group is proposed to
//!   anybody, so nobody who applied is passed over. Such seats are counted as withheld. After a stable
//!   round there are none, because a free seat that an applicant wants more would block.
//!
//! Proposals are not placements: a person decides on each.

mod assignment;
mod check;
mod read;

use std::io::Write;

use domain::InputProblem;
use serde::Serialize;

use crate::check::{Finding, check_matching};
use crate::error_codes as code;
use crate::lottery::{DrawnFor, draw};
use crate::placements::{PlacementRow, WriteError};
use crate::round::{NONE, Round};

pub use check::{LegalClaimFinding, check_legal_claim};
pub use read::read_reachable_seats;

/// One row of `reachable_seats.csv`: a programme with a seat that suits a child, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ReachableSeat {
    /// Child of the round; rows of placed children are left aside.
    pub applicant_id: String,
    /// Programme that has a suitable seat of the child's group.
    pub programme_id: String,
    /// Minutes of one way.
    pub minutes: u32,
}

/// What the phase goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LegalClaimOptions {
    /// Most minutes of one way, that many included; courts accept about 30.
    pub limit_minutes: u32,
    /// Seed of the lottery, that of the round.
    pub seed: u64,
}

/// A free seat proposed to an unplaced child.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LegalClaimProposal {
    /// The child.
    pub applicant_id: String,
    /// The programme, one it did not apply to.
    pub programme_id: String,
    /// The seat group of child and seat; empty for the common group.
    pub seat_group: String,
    /// Minutes of one way.
    pub minutes: u32,
}

/// The phase in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LegalClaimFigures {
    /// Most minutes of one way.
    pub limit_minutes: u32,
    /// Children without a place after the round.
    pub unplaced_before: u64,
    /// Children without a place or a proposal.
    pub unplaced_after: u64,
    /// Seats free after the round, withheld ones included.
    pub free_seats_before: u64,
    /// Seats neither filled nor proposed.
    pub free_seats_after: u64,
    /// Free seats that an unplaced applicant of the programme wants, and which are therefore left alone.
    pub withheld_seats: u64,
    /// Sum of the minutes of all proposals.
    pub total_minutes: u64,
    /// Longest way proposed; `None` without a proposal.
    pub greatest_minutes: Option<u32>,
}

/// Result of the phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LegalClaim {
    /// Proposals, bytewise by applicant.
    pub proposals: Vec<LegalClaimProposal>,
    /// The same in figures.
    pub figures: LegalClaimFigures,
}

/// Proposes free seats to the children whom a round left without a place.
///
/// `placements` is the result of the round, one row per child. Neither the order of the rows nor that
/// of `reachable` matters; the same input and seed give the same proposals. Takes about a second for
/// 5,000 unplaced children with 20 programmes within reach of each.
///
/// # Errors
///
/// All problems at once: rows of unknown children or programmes, rows that appear twice, programmes
/// without seats of the child's group (E2081 to E2084), and placements that the round cannot have
/// given (E2085).
///
/// ```
/// use matching::{LegalClaimOptions, ReachableSeat, propose_legal_claims, read_placements, read_round, RoundFiles};
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,1\nP2,,3\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA1,P1,1,5,\nA2,P1,1,7,\n".as_bytes(),
/// )).unwrap();
/// let placements = read_placements("applicant_id,programme_id,rank\nA1,,\nA2,P1,1\n".as_bytes()).unwrap();
/// let mut seats = vec![ReachableSeat { applicant_id: "A1".into(), programme_id: "P2".into(), minutes: 20 }];
/// let options = LegalClaimOptions { limit_minutes: 30, seed: 0 };
/// let result = propose_legal_claims(&round, &placements, &seats, &options).unwrap();
/// assert_eq!(result.proposals[0].programme_id, "P2");
/// assert_eq!((result.figures.free_seats_before, result.figures.free_seats_after), (3, 2));
///
/// seats[0].programme_id = "P3".into();
/// let problems = propose_legal_claims(&round, &placements, &seats, &options).unwrap_err();
/// assert_eq!(problems[0].code, "E2082");
/// ```
pub fn propose_legal_claims(
    round: &Round,
    placements: &[PlacementRow],
    reachable: &[ReachableSeat],
    options: &LegalClaimOptions,
) -> Result<LegalClaim, Vec<InputProblem>> {
    let mut problems = Vec::new();
    if round.has_flexible_programmes() {
        // What is free there depends on the group of every child, not on a number of seats.
        problems.push(
            InputProblem::new(
                code::LEGAL_CLAIM_WITH_BUDGETS,
                "budgets.csv",
                "free seats of flexible programmes cannot be counted group by group",
            )
            .remedy("give every programme and seat group a capacity"),
        );
    }
    let granted = granted(round, placements, &mut problems);
    let rows = read::resolve(round, reachable, &mut problems);
    if !problems.is_empty() {
        problems.sort();
        return Err(problems);
    }
    let mut free: Vec<u32> = round.seats.iter().map(|seat| seat.capacity).collect();
    for seat in granted.iter().flatten() {
        free[*seat] = free[*seat].saturating_sub(1);
    }
    let sum = |seats: &[u32]| seats.iter().map(|seats| u64::from(*seats)).sum::<u64>();
    let free_seats_before = sum(&free);
    for (applicant, _) in granted
        .iter()
        .enumerate()
        .filter(|(_, seat)| seat.is_none())
    {
        for wish in round
            .wishes_of(applicant)
            .iter()
            .filter(|wish| wish.seat != NONE)
        {
            free[wish.seat as usize] = 0;
        }
    }
    let open_seats = sum(&free);
    let proposals = proposals(round, &granted, &rows, &free, options);
    let unplaced_before = granted.iter().filter(|seat| seat.is_none()).count() as u64;
    let proposed = proposals.len() as u64;
    Ok(LegalClaim {
        figures: LegalClaimFigures {
            limit_minutes: options.limit_minutes,
            unplaced_before,
            unplaced_after: unplaced_before - proposed,
            free_seats_before,
            free_seats_after: free_seats_before - proposed,
            withheld_seats: free_seats_before - open_seats,
            total_minutes: proposals.iter().map(|it| u64::from(it.minutes)).sum(),
            greatest_minutes: proposals.iter().map(|it| it.minutes).max(),
        },
        proposals,
    })
}

/// The seat of each applicant; a problem where the placements cannot be those of the round.
fn granted(
    round: &Round,
    placements: &[PlacementRow],
    problems: &mut Vec<InputProblem>,
) -> Vec<Option<usize>> {
    for finding in check_matching(round, placements).findings {
        let does_not_fit = matches!(
            finding,
            Finding::UnknownApplicant { .. }
                | Finding::DuplicateRow { .. }
                | Finding::Missing { .. }
                | Finding::NotApplied { .. }
                | Finding::GroupClosed { .. }
                | Finding::OverCapacity { .. }
        );
        if does_not_fit {
            problems.push(
                InputProblem::new(
                    code::PLACEMENTS_NOT_OF_ROUND,
                    "placements.csv",
                    finding.to_string(),
                )
                .remedy("give the placements that were made for this round"),
            );
        }
    }
    let mut granted = vec![None; round.applicant_count()];
    for row in placements {
        let Some(applicant) = round.applicants.find_sorted(&row.applicant_id) else {
            continue;
        };
        let place = row.place.as_ref();
        let programme = place.and_then(|it| round.programmes.find_sorted(&it.programme_id));
        granted[applicant] = programme.and_then(|programme| {
            round.find_seat(programme as u32, round.applicant_group[applicant])
        });
    }
    granted
}

/// A row of the round's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Reach {
    applicant: usize,
    seat: usize,
    minutes: u32,
}

fn proposals(
    round: &Round,
    granted: &[Option<usize>],
    rows: &[Reach],
    free: &[u32],
    options: &LegalClaimOptions,
) -> Vec<LegalClaimProposal> {
    let is_open = |row: &&Reach| {
        granted[row.applicant].is_none()
            && free[row.seat] > 0
            && row.minutes <= options.limit_minutes
    };
    let open: Vec<Reach> = rows.iter().filter(is_open).copied().collect();
    let mut children: Vec<&[Reach]> = open.chunk_by(|a, b| a.applicant == b.applicant).collect();
    // In the order of the lots: who comes first is asked first.
    children.sort_by_cached_key(|rows| {
        let applicant = rows[0].applicant;
        let family = draw(options.seed, DrawnFor::Family, round.family_of(applicant));
        let id = round.applicants.get(applicant);
        (
            family,
            draw(options.seed, DrawnFor::Applicant, id),
            applicant,
        )
    });
    let mut proposals: Vec<LegalClaimProposal> = assignment::assign(&children, free)
        .into_iter()
        .map(|row| {
            let (programme, group) = round.seat_name(row.seat);
            LegalClaimProposal {
                applicant_id: round.applicants.get(row.applicant).to_owned(),
                programme_id: programme.to_owned(),
                seat_group: group.to_owned(),
                minutes: row.minutes,
            }
        })
        .collect();
    proposals.sort_unstable();
    proposals
}

/// Writes `legal_claim.csv`: `applicant_id,programme_id,seat_group,minutes`, bytewise by applicant.
///
/// # Errors
///
/// [`WriteError`] when the output does not take the bytes.
pub fn write_legal_claim(result: &LegalClaim, output: impl Write) -> Result<(), WriteError> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(output);
    let mut write = || {
        writer.write_record(["applicant_id", "programme_id", "seat_group", "minutes"])?;
        for proposal in &result.proposals {
            writer.serialize(proposal)?;
        }
        writer.flush()?;
        Ok::<(), csv::Error>(())
    };
    write().map_err(|error| WriteError {
        file: "legal_claim.csv",
        source: error.into(),
    })
}
