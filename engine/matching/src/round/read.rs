//! The files of a round directory.

use std::io::Read;

use domain::InputProblem;

use super::draft::{APPLICANTS, APPLICATIONS, Draft, FAMILY_OPTIONS, PROGRAMMES};
use super::rows::{RANK_MESSAGE, RANK_REMEDY, Siblings};
use super::{GREATEST_RANK, NONE, Round};
use crate::csv_table::CsvTable;
use crate::error_codes as code;

/// Rows that one file may have; wish numbers, own places included, then fit 32 bits.
const ROW_LIMIT: u64 = 2_000_000_000;

/// The open files of a round directory, CSV as in the file contract.
///
/// ```
/// let files = matching::RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA1,P1,1,10,\n".as_bytes(),
/// );
/// let round = matching::read_round(files).unwrap();
/// assert_eq!((round.applicant_count(), round.seat_count()), (1, 1));
/// ```
#[derive(Debug)]
pub struct RoundFiles<R> {
    /// `programmes.csv`: `programme_id,seat_group,capacity`.
    pub programmes: R,
    /// `applications.csv`: `applicant_id,programme_id,rank,points,lot`.
    pub applications: R,
    /// `applicants.csv`: `applicant_id,seat_group,family_id,siblings,enrolled_programme_id`.
    pub applicants: Option<R>,
    /// `family_options.csv`: `family_id,option,applicant_id,programme_id`.
    pub family_options: Option<R>,
    /// `budgets.csv`. Refused by this version (E2031).
    pub budgets: Option<R>,
    /// `seat_weights.csv`. Refused by this version (E2031).
    pub seat_weights: Option<R>,
}

impl<R> RoundFiles<R> {
    /// The two files that every round has; fill in the optional ones as they exist.
    pub fn new(programmes: R, applications: R) -> Self {
        Self {
            programmes,
            applications,
            applicants: None,
            family_options: None,
            budgets: None,
            seat_weights: None,
        }
    }
}

/// Reads and checks a round.
///
/// Columns may stand in any order, but no other column may. The result does not depend on the order
/// of the rows. An application for a programme without seats of the applicant's group is accepted:
/// the group is closed there. So is an applicant without applications.
///
/// # Errors
///
/// Every problem of every file at once, by file and row; see [`crate::ERROR_CODES`]. Files for which
/// this version has no method are refused, never left out of account.
///
/// ```
/// let files = matching::RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,-1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA1,P1,0,10,\nA2,P9,1,10,\n".as_bytes(),
/// );
/// let problems = matching::read_round(files).unwrap_err();
/// let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
/// assert_eq!(codes, ["E2010", "E2013", "E2009"]);
/// ```
pub fn read_round<R: Read>(files: RoundFiles<R>) -> Result<Round, Vec<InputProblem>> {
    read_round_within(files, ROW_LIMIT)
}

fn read_round_within<R: Read>(
    files: RoundFiles<R>,
    row_limit: u64,
) -> Result<Round, Vec<InputProblem>> {
    let mut draft = Draft::default();
    let flexible = files.budgets.is_some() || files.seat_weights.is_some();
    let refused = [
        (
            files.budgets.is_some(),
            "budgets.csv",
            code::BUDGETS_NOT_COVERED,
            "flexible seat groups are not covered by this version",
            "remove the file and give every programme and seat group a capacity",
        ),
        (
            files.seat_weights.is_some(),
            "seat_weights.csv",
            code::BUDGETS_NOT_COVERED,
            "flexible seat groups are not covered by this version",
            "remove the file and give every programme and seat group a capacity",
        ),
    ];
    for (given, file, code, message, remedy) in refused {
        if given {
            let problem = InputProblem::new(code, file, message).remedy(remedy);
            draft.problems.push(problem);
        }
    }
    read_programmes(files.programmes, flexible, row_limit, &mut draft);
    read_applications(files.applications, row_limit, &mut draft);
    if let Some(applicants) = files.applicants {
        read_applicants(applicants, row_limit, &mut draft);
    }
    if let Some(options) = files.family_options {
        read_family_options(options, row_limit, &mut draft);
    }
    draft.finish()
}

fn read_programmes<R: Read>(input: R, flexible: bool, row_limit: u64, draft: &mut Draft) {
    const COLUMNS: &[&str] = &["programme_id", "seat_group", "capacity"];
    let mut problems = std::mem::take(&mut draft.problems);
    let Some(mut table) = CsvTable::open(PROGRAMMES, COLUMNS, input, row_limit, &mut problems)
    else {
        draft.programmes_unreadable = true;
        draft.problems.append(&mut problems);
        return;
    };
    while table.advance(&mut problems) {
        let programme = table.filled(0, &mut problems);
        let group = table.text(1, &mut problems);
        let capacity = read_capacity(&table, flexible, &mut problems);
        match (programme, group) {
            // A faulty capacity is reported already and must not cause further problems.
            (Some(programme), Some(group)) => {
                draft.add_programme(table.row(), programme, group, capacity.unwrap_or(u32::MAX));
            }
            (Some(programme), None) => draft.mention_programme(programme),
            _ => {}
        }
    }
    draft.problems.append(&mut problems);
}

/// The capacity of the current row; an empty one counts as no cap where groups are flexible.
fn read_capacity<R: Read>(
    table: &CsvTable<R>,
    flexible: bool,
    problems: &mut Vec<InputProblem>,
) -> Option<u32> {
    let text = table.text(2, problems)?;
    if text.is_empty() {
        if flexible {
            return Some(u32::MAX);
        }
        problems.push(
            table
                .problem(code::EMPTY_CAPACITY, 2, "the capacity is empty")
                .remedy("write the number of seats; it may stay empty only with budgets.csv"),
        );
        return None;
    }
    if text.parse::<i64>().is_ok_and(|capacity| capacity < 0) {
        problems.push(
            table
                .problem(code::NEGATIVE_CAPACITY, 2, "a capacity is not below zero")
                .remedy("write 0 when nobody can be admitted"),
        );
        return None;
    }
    table.number(2, "from 0 to 4294967295", problems)
}

fn read_applications<R: Read>(input: R, row_limit: u64, draft: &mut Draft) {
    const COLUMNS: &[&str] = &["applicant_id", "programme_id", "rank", "points", "lot"];
    let mut problems = std::mem::take(&mut draft.problems);
    let table = CsvTable::open(APPLICATIONS, COLUMNS, input, row_limit, &mut problems);
    if let Some(mut table) = table {
        while table.advance(&mut problems) {
            let applicant = table.filled(0, &mut problems);
            let programme = table.filled(1, &mut problems);
            let rank = read_rank(&table, &mut problems);
            let points = table.number(3, "from -2147483648 to 2147483647", &mut problems);
            let lot = read_lot(&table, &mut problems);
            if let (Some(applicant), Some(programme), Some(rank), Some(points), Some(lot)) =
                (applicant, programme, rank, points, lot)
            {
                draft.add_application(table.row(), applicant, programme, rank, points, lot);
            }
        }
    }
    draft.problems.append(&mut problems);
}

fn read_rank<R: Read>(table: &CsvTable<R>, problems: &mut Vec<InputProblem>) -> Option<u32> {
    let rank: i64 = table.number(2, "from 1 to 1000000000", problems)?;
    if (1..=i64::from(GREATEST_RANK)).contains(&rank) {
        return u32::try_from(rank).ok();
    }
    problems.push(
        table
            .problem(code::RANK_OUT_OF_RANGE, 2, RANK_MESSAGE)
            .remedy(RANK_REMEDY),
    );
    None
}

/// The lot; `Some(None)` when the field is empty.
fn read_lot<R: Read>(table: &CsvTable<R>, problems: &mut Vec<InputProblem>) -> Option<Option<u32>> {
    if table.text(4, problems)?.is_empty() {
        return Some(None);
    }
    let lot: u32 = table.number(4, "from 0 to 4294967294", problems)?;
    if lot == NONE {
        problems.push(
            table
                .problem(
                    code::BAD_NUMBER,
                    4,
                    "the field is not a whole number from 0 to 4294967294",
                )
                .remedy("write digits only, within the range"),
        );
        return None;
    }
    Some(Some(lot))
}

fn read_applicants<R: Read>(input: R, row_limit: u64, draft: &mut Draft) {
    const COLUMNS: &[&str] = &[
        "applicant_id",
        "seat_group",
        "family_id",
        "siblings",
        "enrolled_programme_id",
    ];
    let mut problems = std::mem::take(&mut draft.problems);
    let table = CsvTable::open(APPLICANTS, COLUMNS, input, row_limit, &mut problems);
    if let Some(mut table) = table {
        while table.advance(&mut problems) {
            let applicant = table.filled(0, &mut problems);
            let group = table.text(1, &mut problems);
            let family = table.text(2, &mut problems);
            let siblings = read_siblings(&table, &mut problems);
            let enrolled = table.text(4, &mut problems);
            if let (Some(applicant), Some(group), Some(family), Some(siblings), Some(enrolled)) =
                (applicant, group, family, siblings, enrolled)
            {
                let filled = |text| Some(text).filter(|text: &&str| !text.is_empty());
                draft.add_applicant(
                    table.row(),
                    applicant,
                    group,
                    filled(family),
                    siblings,
                    filled(enrolled),
                );
            }
        }
    }
    draft.problems.append(&mut problems);
}

fn read_family_options<R: Read>(input: R, row_limit: u64, draft: &mut Draft) {
    const COLUMNS: &[&str] = &["family_id", "option", "applicant_id", "programme_id"];
    let mut problems = std::mem::take(&mut draft.problems);
    draft.people_unreadable = problems.iter().any(|problem| problem.file == APPLICANTS);
    let table = CsvTable::open(FAMILY_OPTIONS, COLUMNS, input, row_limit, &mut problems);
    if let Some(mut table) = table {
        while table.advance(&mut problems) {
            let family = table.filled(0, &mut problems);
            let option = table.number(1, "from 1 to 4294967295", &mut problems);
            let applicant = table.filled(2, &mut problems);
            let programme = table.text(3, &mut problems);
            if let (Some(family), Some(option), Some(applicant), Some(programme)) =
                (family, option, applicant, programme)
            {
                let programme = Some(programme).filter(|programme| !programme.is_empty());
                draft.add_family_option(table.row(), family, option, applicant, programme);
            } else {
                draft.options_unreadable = true;
            }
        }
    }
    draft.options_unreadable |= problems
        .iter()
        .any(|problem| problem.file == FAMILY_OPTIONS);
    draft.problems.append(&mut problems);
}

fn read_siblings<R: Read>(
    table: &CsvTable<R>,
    problems: &mut Vec<InputProblem>,
) -> Option<Siblings> {
    match table.text(3, problems)? {
        "" | "independent" => Some(Siblings::Independent),
        "together_preferred" => Some(Siblings::TogetherPreferred),
        "together_only" => Some(Siblings::TogetherOnly),
        _ => {
            problems.push(
                table
                    .problem(code::UNKNOWN_SIBLINGS, 3, "the siblings rule is unknown")
                    .remedy("write independent, together_preferred, together_only or nothing"),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_more_rows_than_a_round_can_hold_is_refused() {
        let files = || {
            RoundFiles::new(
                "programme_id,seat_group,capacity\nP1,,1\nP2,,1\n".as_bytes(),
                "applicant_id,programme_id,rank,points,lot\n".as_bytes(),
            )
        };
        assert!(read_round_within(files(), 2).is_ok());
        let problems = read_round_within(files(), 1).unwrap_err();
        assert_eq!((problems.len(), problems[0].code), (1, "E2020"));
    }
}
