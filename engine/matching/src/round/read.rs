//! The files of a round directory.

use std::io::Read;

use domain::InputProblem;

use super::draft::{APPLICANTS, APPLICATIONS, Draft, PROGRAMMES};
use super::family_rows::FAMILY_OPTIONS;
use super::rows::{RANK_MESSAGE, RANK_REMEDY, Siblings};
use super::{GREATEST_RANK, NONE, Round};
use crate::csv_table::CsvTable;
use crate::error_codes as code;
use crate::flexible::{NO_CAP, read_budgets};
use crate::problems::Problems;

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
    /// `budgets.csv`: `programme_id,budget`; only together with `seat_weights`.
    pub budgets: Option<R>,
    /// `seat_weights.csv`: `programme_id,seat_group,weight`; only together with `budgets`.
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
    draft.budgets = read_budgets(
        files.budgets,
        files.seat_weights,
        row_limit,
        &mut draft.problems,
    );
    read_programmes(files.programmes, flexible, row_limit, &mut draft);
    draft.programmes_are_complete();
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
    let Some(mut table) =
        CsvTable::open(PROGRAMMES, COLUMNS, input, row_limit, &mut draft.problems)
    else {
        draft.programmes_unreadable = true;
        return;
    };
    while table.advance(&mut draft.problems) {
        let programme = table.filled(0, &mut draft.problems);
        let group = table.text(1, &mut draft.problems);
        let capacity = read_capacity(&table, flexible, &mut draft.problems);
        match (programme, group) {
            // A faulty capacity is reported already and must not cause further problems.
            (Some(programme), Some(group)) => {
                let capacity = capacity.unwrap_or(Some(NO_CAP));
                draft.add_programme(table.row(), programme, group, capacity);
            }
            (Some(programme), None) => draft.mention_programme(programme),
            _ => {}
        }
    }
}

/// The capacity of the current row; `Some(None)` when it is empty in a round with budgets.
fn read_capacity<R: Read>(
    table: &CsvTable<R>,
    flexible: bool,
    problems: &mut Problems,
) -> Option<Option<u32>> {
    let text = table.text(2, problems)?;
    if text.is_empty() {
        if flexible {
            return Some(None);
        }
        let remedy = "write the number of seats; it may stay empty only with budgets.csv";
        table.refuse(
            problems,
            code::EMPTY_CAPACITY,
            2,
            "the capacity is empty",
            remedy,
        );
        return None;
    }
    if text.parse::<i64>().is_ok_and(|capacity| capacity < 0) {
        let (message, remedy) = (
            "a capacity is not below zero",
            "write 0 when nobody can be admitted",
        );
        table.refuse(problems, code::NEGATIVE_CAPACITY, 2, message, remedy);
        return None;
    }
    table.number(2, "from 0 to 4294967295", problems).map(Some)
}

fn read_applications<R: Read>(input: R, row_limit: u64, draft: &mut Draft) {
    const COLUMNS: &[&str] = &["applicant_id", "programme_id", "rank", "points", "lot"];
    let table = CsvTable::open(APPLICATIONS, COLUMNS, input, row_limit, &mut draft.problems);
    let Some(mut table) = table else { return };
    while table.advance(&mut draft.problems) {
        let rank = read_rank(&table, &mut draft.problems);
        let points = read_points(&table, &mut draft.problems);
        let lot = read_lot(&table, &mut draft.problems);
        let (applicant, programme) = (table.bytes(0), draft.find_programme(table.bytes(1)));
        if let (Some(rank), Some(points), Some(lot), Some(programme)) =
            (rank, points, lot, programme)
            && let Some(applicant) = draft.applicant(applicant)
        {
            draft.push_application(table.row(), (applicant, programme), (rank, points, lot));
            continue;
        }
        table.filled(0, &mut draft.problems);
        if let Some(text) = table.filled(1, &mut draft.problems)
            && programme.is_none()
        {
            draft.refuse_programme(code::UNKNOWN_PROGRAMME, APPLICATIONS, table.row(), text);
        }
    }
}

fn read_rank<R: Read>(table: &CsvTable<R>, problems: &mut Problems) -> Option<u32> {
    let rank: i64 = match table.short_number(2) {
        Some(rank) => rank.into(),
        None => table.number(2, "from 1 to 1000000000", problems)?,
    };
    if (1..=i64::from(GREATEST_RANK)).contains(&rank) {
        return u32::try_from(rank).ok();
    }
    table.refuse(
        problems,
        code::RANK_OUT_OF_RANGE,
        2,
        RANK_MESSAGE,
        RANK_REMEDY,
    );
    None
}

fn read_points<R: Read>(table: &CsvTable<R>, problems: &mut Problems) -> Option<i32> {
    match table.short_number(3) {
        Some(points) => i32::try_from(points).ok(),
        None => table.number(3, "from -2147483648 to 2147483647", problems),
    }
}

/// The lot; `Some(None)` when the field is empty.
fn read_lot<R: Read>(table: &CsvTable<R>, problems: &mut Problems) -> Option<Option<u32>> {
    if let Some(lot) = table.short_number(4) {
        return Some(Some(lot));
    }
    if table.bytes(4).is_empty() {
        return Some(None);
    }
    let lot: u32 = table.number(4, "from 0 to 4294967294", problems)?;
    if lot == NONE {
        let message = "the field is not a whole number from 0 to 4294967294";
        let remedy = "write digits only, within the range";
        table.refuse(problems, code::BAD_NUMBER, 4, message, remedy);
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
    let table = CsvTable::open(APPLICANTS, COLUMNS, input, row_limit, &mut draft.problems);
    if let Some(mut table) = table {
        while table.advance(&mut draft.problems) {
            let applicant = table.filled(0, &mut draft.problems);
            let group = table.text(1, &mut draft.problems);
            let family = table.text(2, &mut draft.problems);
            let siblings = read_siblings(&table, &mut draft.problems);
            let enrolled = table.text(4, &mut draft.problems);
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
}

fn read_family_options<R: Read>(input: R, row_limit: u64, draft: &mut Draft) {
    const COLUMNS: &[&str] = &["family_id", "option", "applicant_id", "programme_id"];
    draft.people_unreadable = draft.problems.concern(APPLICANTS);
    let problems = &mut draft.problems;
    let table = CsvTable::open(FAMILY_OPTIONS, COLUMNS, input, row_limit, problems);
    if let Some(mut table) = table {
        while table.advance(&mut draft.problems) {
            let family = table.filled(0, &mut draft.problems);
            let option = table.number(1, "from 1 to 4294967295", &mut draft.problems);
            let applicant = table.filled(2, &mut draft.problems);
            let programme = table.text(3, &mut draft.problems);
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
    draft.options_unreadable |= draft.problems.concern(FAMILY_OPTIONS);
}

fn read_siblings<R: Read>(table: &CsvTable<R>, problems: &mut Problems) -> Option<Siblings> {
    match table.text(3, problems)? {
        "" | "independent" => Some(Siblings::Independent),
        "together_preferred" => Some(Siblings::TogetherPreferred),
        "together_only" => Some(Siblings::TogetherOnly),
        _ => {
            let remedy = "write independent, together_preferred, together_only or nothing";
            let message = "the siblings rule is unknown";
            table.refuse(problems, code::UNKNOWN_SIBLINGS, 3, message, remedy);
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
