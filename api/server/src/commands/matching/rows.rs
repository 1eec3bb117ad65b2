//! Small tables of a command: every malformed row at once.

use std::path::Path;

use domain::InputProblem;

use crate::failure::Failure;
use crate::files::{name, open_as_csv};

/// One row: its number from 1, and its fields in the order of the columns asked for.
pub(super) struct Row<const N: usize> {
    pub(super) number: u64,
    pub(super) fields: [String; N],
}

/// Reads a table with these columns in any order.
pub(super) fn read_rows<const N: usize>(
    path: &Path,
    columns: [&'static str; N],
) -> Result<Vec<Row<N>>, Failure> {
    let file = name(path);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(open_as_csv(path)?);
    let header = match reader.byte_headers() {
        Ok(header) => header.clone(),
        Err(error) => return Err(Failure::Input(vec![unreadable(&file, &error)])),
    };
    let places = places(&file, &header, columns).map_err(Failure::Input)?;
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    for (number, record) in (1..).zip(reader.byte_records()) {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(unreadable(&file, &error));
                break;
            }
        };
        if record.len() != header.len() {
            let message = format!(
                "the row has {} fields, the header {}",
                record.len(),
                header.len()
            );
            let mut problem = InputProblem::new("E2006", &file, message)
                .remedy("quote fields that hold a comma, and fill up short rows");
            problem.row = Some(number);
            problems.push(problem);
            continue;
        }
        let fields = places.map(|place| String::from_utf8(record[place].to_vec()));
        let malformed = fields.iter().position(Result::is_err);
        if let Some(column) = malformed {
            let shown = String::from_utf8_lossy(&record[places[column]]).into_owned();
            problems.push(
                InputProblem::new("E2002", &file, "the field is not UTF-8")
                    .at(number, columns[column], shown)
                    .remedy("save the file as UTF-8"),
            );
            continue;
        }
        rows.push(Row {
            number,
            fields: fields.map(Result::unwrap_or_default),
        });
    }
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(Failure::Input(problems))
    }
}

/// Where each column stands.
fn places<const N: usize>(
    file: &str,
    header: &csv::ByteRecord,
    columns: [&'static str; N],
) -> Result<[usize; N], Vec<InputProblem>> {
    let mut problems = Vec::new();
    let of_header = |code, column: &str, message: &str, remedy: &str| {
        let mut problem = InputProblem::new(code, file, message).remedy(remedy);
        problem.column = Some(column.to_owned());
        problem
    };
    for given in header {
        if !columns.iter().any(|column| column.as_bytes() == given) {
            let given = String::from_utf8_lossy(given);
            problems.push(of_header(
                "E2003",
                &given,
                "the column is unknown",
                "remove the column or correct its name",
            ));
        }
    }
    let places = columns.map(|column| {
        let mut found = header
            .iter()
            .enumerate()
            .filter(|(_, given)| *given == column.as_bytes())
            .map(|(place, _)| place);
        let first = found.next();
        if first.is_none() {
            problems.push(of_header(
                "E2004",
                column,
                "the column is missing",
                "add the column; its fields may be empty where the format says so",
            ));
        }
        if found.next().is_some() {
            problems.push(of_header(
                "E2005",
                column,
                "the column appears twice",
                "keep one of the columns",
            ));
        }
        first.unwrap_or_default()
    });
    if problems.is_empty() {
        Ok(places)
    } else {
        Err(problems)
    }
}

fn unreadable(file: &str, error: &csv::Error) -> InputProblem {
    InputProblem::new(
        "E2001",
        file,
        format!("the file cannot be read to its end: {error}"),
    )
    .remedy("check the file and run again")
}

/// An identifier that must be filled in.
pub(super) fn empty(file: &str, number: u64, column: &str) -> InputProblem {
    InputProblem::new("E2007", file, "the field is empty")
        .at(number, column, "")
        .remedy("fill in the field")
}

/// A row that says the same as one before it, or something else about the same.
pub(super) fn repeated(file: &str, number: u64, column: &str, value: &str) -> InputProblem {
    InputProblem::new("E8017", file, "an earlier row speaks of the same")
        .at(number, column, value)
        .remedy("keep one of the rows")
}
