//! `placements.csv`: who goes where.

use std::io::{Read, Write};

use domain::InputProblem;
use serde::Serialize;

use crate::csv_table::CsvTable;
use crate::error_codes as code;
use crate::problems::Problems;

/// One row of `placements.csv`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PlacementRow {
    /// Applicant.
    pub applicant_id: String,
    /// Programme and the rank it has in the applicant's wish list, from 1; `None` when unplaced.
    pub place: Option<Place>,
}

/// The programme that an applicant gets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Programme.
    pub programme_id: String,
    /// Rank of the wish, from 1.
    pub rank: u32,
}

/// An output file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("writing {file} failed: {source}; make room or choose another folder and run again")]
pub struct WriteError {
    /// File name of the contract.
    pub file: &'static str,
    /// What went wrong.
    pub source: std::io::Error,
}

const PLACEMENTS: &str = "placements.csv";
const COLUMNS: &[&str] = &["applicant_id", "programme_id", "rank"];

/// Writes `placements.csv`, sorted bytewise by applicant; unplaced children have empty fields.
///
/// # Errors
///
/// [`WriteError`] when the output does not take the bytes.
pub fn write_placements(placements: &[PlacementRow], output: impl Write) -> Result<(), WriteError> {
    let mut order: Vec<&PlacementRow> = placements.iter().collect();
    if !order.is_sorted() {
        order.sort();
    }
    let mut writer = csv::Writer::from_writer(output);
    let write = || {
        writer.write_record(COLUMNS)?;
        for row in order {
            match &row.place {
                Some(place) => writer.write_record([
                    row.applicant_id.as_str(),
                    place.programme_id.as_str(),
                    place.rank.to_string().as_str(),
                ])?,
                None => writer.write_record([row.applicant_id.as_str(), "", ""])?,
            }
        }
        writer.flush()
    };
    write().map_err(|source| WriteError {
        file: PLACEMENTS,
        source,
    })
}

/// Reads `placements.csv`, in any order of rows and columns.
///
/// Only the form is checked here; whether the placements suit a round is for
/// [`crate::check_matching`] to say, duplicate rows included.
///
/// # Errors
///
/// Every malformed row at once; see [`crate::ERROR_CODES`].
///
/// ```
/// let csv = "applicant_id,programme_id,rank\nA1,P1,2\nA2,,\nA3,P1,\n";
/// let problems = matching::read_placements(csv.as_bytes()).unwrap_err();
/// assert_eq!((problems[0].row, problems[0].code), (Some(3), "E2040"));
/// ```
pub fn read_placements(input: impl Read) -> Result<Vec<PlacementRow>, Vec<InputProblem>> {
    let mut problems = Problems::default();
    let mut rows = Vec::new();
    if let Some(mut table) = CsvTable::open(PLACEMENTS, COLUMNS, input, u64::MAX, &mut problems) {
        while table.advance(&mut problems) {
            let applicant = table.filled(0, &mut problems);
            if let (Some(applicant), Some(place)) = (applicant, read_place(&table, &mut problems)) {
                rows.push(PlacementRow {
                    applicant_id: applicant.to_owned(),
                    place,
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

/// The place of the current row; `Some(None)` when the child is unplaced.
fn read_place<R: Read>(table: &CsvTable<R>, problems: &mut Problems) -> Option<Option<Place>> {
    let programme = table.text(1, problems)?;
    let rank = table.text(2, problems)?;
    if programme.is_empty() && rank.is_empty() {
        return Some(None);
    }
    if programme.is_empty() || rank.is_empty() {
        let (empty, message) = if programme.is_empty() {
            (1, "the placement has a rank but no programme")
        } else {
            (2, "the placement has a programme but no rank")
        };
        let remedy = "fill in both, or leave both empty for an unplaced child";
        table.refuse(problems, code::RANK_AND_PROGRAMME, empty, message, remedy);
        return None;
    }
    Some(Some(Place {
        programme_id: programme.to_owned(),
        rank: table.number(2, "from 1 to 4294967295", problems)?,
    }))
}
