//! `reachable_seats.csv`: which programmes suit a child and how far they are.

use std::io::Read;

use domain::InputProblem;

use super::{Reach, ReachableSeat};
use crate::csv_table::CsvTable;
use crate::error_codes as code;
use crate::problems::Problems;
use crate::round::Round;

const FILE: &str = "reachable_seats.csv";
const COLUMNS: &[&str] = &["applicant_id", "programme_id", "minutes"];

/// Reads `reachable_seats.csv`, in any order of rows and columns.
///
/// Only the form is checked here; whether the rows suit a round is for
/// [`crate::propose_legal_claims`] to say.
///
/// # Errors
///
/// Every malformed row at once; see [`crate::ERROR_CODES`].
///
/// ```
/// let csv = "applicant_id,programme_id,minutes\nA1,P1,12\nA2,,5\nA3,P1,-4\n";
/// let problems = matching::read_reachable_seats(csv.as_bytes()).unwrap_err();
/// assert_eq!((problems[0].row, problems[0].code), (Some(2), "E2007"));
/// assert_eq!((problems[1].row, problems[1].code), (Some(3), "E2008"));
/// ```
pub fn read_reachable_seats(input: impl Read) -> Result<Vec<ReachableSeat>, Vec<InputProblem>> {
    let mut problems = Problems::default();
    let mut rows = Vec::new();
    if let Some(mut table) = CsvTable::open(FILE, COLUMNS, input, u64::MAX, &mut problems) {
        while table.advance(&mut problems) {
            let applicant = table.filled(0, &mut problems).map(str::to_owned);
            let programme = table.filled(1, &mut problems).map(str::to_owned);
            let minutes = table.number(2, "from 0 to 4294967295", &mut problems);
            if let (Some(applicant_id), Some(programme_id), Some(minutes)) =
                (applicant, programme, minutes)
            {
                rows.push(ReachableSeat {
                    applicant_id,
                    programme_id,
                    minutes,
                });
            }
        }
    }
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(problems.into_list())
    }
}

/// The rows in the round's numbers, by applicant and seat; problems where they do not suit the round.
///
/// Row numbers count from 1 within the slice.
pub(super) fn resolve(
    round: &Round,
    rows: &[ReachableSeat],
    problems: &mut Vec<InputProblem>,
) -> Vec<Reach> {
    let mut found: Vec<(Reach, u64)> = Vec::with_capacity(rows.len());
    for (number, row) in (1..).zip(rows) {
        let applicant = round.applicants.find_sorted(&row.applicant_id);
        let programme = round.programmes.find_sorted(&row.programme_id);
        if applicant.is_none() {
            problems.push(
                InputProblem::new(
                    code::REACH_OF_UNKNOWN_APPLICANT,
                    FILE,
                    "the round does not have this applicant",
                )
                .at(number, "applicant_id", &row.applicant_id)
                .remedy("remove the row or correct the applicant"),
            );
        }
        if programme.is_none() {
            problems.push(
                InputProblem::new(
                    code::REACH_OF_UNKNOWN_PROGRAMME,
                    FILE,
                    "the round does not have this programme",
                )
                .at(number, "programme_id", &row.programme_id)
                .remedy("remove the row or correct the programme"),
            );
        }
        let (Some(applicant), Some(programme)) = (applicant, programme) else {
            continue;
        };
        let group = round.applicant_group[applicant];
        let Some(seat) = round.find_seat(programme as u32, group) else {
            let group = round.groups.get(group as usize);
            problems.push(
                InputProblem::new(
                    code::REACH_WITHOUT_SEATS,
                    FILE,
                    format!("the programme has no seats of the applicant's group {group:?}"),
                )
                .at(number, "programme_id", &row.programme_id)
                .remedy("list only programmes with seats that suit the child"),
            );
            continue;
        };
        let minutes = row.minutes;
        found.push((
            Reach {
                applicant,
                seat,
                minutes,
            },
            number,
        ));
    }
    found.sort_unstable_by_key(|(reach, number)| (reach.applicant, reach.seat, *number));
    for pair in found.windows(2) {
        let [(first, first_row), (second, row)] = pair else {
            continue;
        };
        if (first.applicant, first.seat) == (second.applicant, second.seat) {
            problems.push(
                InputProblem::new(
                    code::REACH_TWICE,
                    FILE,
                    format!("row {first_row} has this applicant and programme already"),
                )
                .at(*row, "applicant_id", round.applicants.get(second.applicant))
                .remedy("keep one of the rows"),
            );
        }
    }
    found.into_iter().map(|(reach, _)| reach).collect()
}
