//! One CSV file with a fixed set of columns, read row by row.

use std::io::Read;
use std::str::FromStr;

use csv::ByteRecord;
use domain::InputProblem;

use crate::error_codes as code;

/// A CSV file whose header has been checked.
pub(crate) struct CsvTable<R> {
    reader: csv::Reader<R>,
    record: ByteRecord,
    file: &'static str,
    columns: &'static [&'static str],
    /// Where each column of the format stands in the file.
    places: Vec<usize>,
    row: u64,
    row_limit: u64,
}

impl<R: Read> CsvTable<R> {
    /// Reads the header; `None`, with problems, unless it has exactly the columns of the format, in
    /// any order.
    pub(crate) fn open(
        file: &'static str,
        columns: &'static [&'static str],
        input: R,
        row_limit: u64,
        problems: &mut Vec<InputProblem>,
    ) -> Option<Self> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(input);
        let mut header = ByteRecord::new();
        if let Err(error) = reader.read_byte_record(&mut header) {
            problems.push(unreadable(file, &error));
            return None;
        }
        let places = check_header(file, columns, &header, problems)?;
        Some(Self {
            reader,
            record: header,
            file,
            columns,
            places,
            row: 0,
            row_limit,
        })
    }

    /// Moves to the next row that has the right number of fields.
    pub(crate) fn advance(&mut self, problems: &mut Vec<InputProblem>) -> bool {
        loop {
            match self.reader.read_byte_record(&mut self.record) {
                Err(error) => {
                    problems.push(unreadable(self.file, &error));
                    return false;
                }
                Ok(false) => return false,
                Ok(true) => self.row += 1,
            }
            if self.row > self.row_limit {
                problems.push(
                    InputProblem::new(
                        code::TOO_MANY_ROWS,
                        self.file,
                        format!("the file has more than {} rows", self.row_limit),
                    )
                    .remedy("split the round by seat group"),
                );
                return false;
            }
            if self.record.len() == self.places.len() {
                return true;
            }
            let mut problem = InputProblem::new(
                code::FIELD_COUNT,
                self.file,
                format!(
                    "the row has {} fields, the header has {}",
                    self.record.len(),
                    self.places.len()
                ),
            )
            .remedy("quote fields that hold a comma, and fill up short rows");
            problem.row = Some(self.row);
            problems.push(problem);
        }
    }

    /// Number of the current row, from 1.
    pub(crate) fn row(&self) -> u64 {
        self.row
    }

    /// A problem of one field of the current row.
    pub(crate) fn problem(
        &self,
        code: &'static str,
        column: usize,
        message: impl Into<String>,
    ) -> InputProblem {
        let value = String::from_utf8_lossy(&self.record[self.places[column]]).into_owned();
        InputProblem::new(code, self.file, message).at(self.row, self.columns[column], value)
    }

    /// A field that may be empty; `None`, with a problem, when it is not UTF-8.
    pub(crate) fn text(&self, column: usize, problems: &mut Vec<InputProblem>) -> Option<&str> {
        match std::str::from_utf8(&self.record[self.places[column]]) {
            Ok(text) => Some(text),
            Err(_) => {
                problems.push(
                    self.problem(code::NOT_UTF8, column, "the field is not UTF-8")
                        .remedy("save the file as UTF-8"),
                );
                None
            }
        }
    }

    /// A field that must not be empty.
    pub(crate) fn filled(&self, column: usize, problems: &mut Vec<InputProblem>) -> Option<&str> {
        let text = self.text(column, problems)?;
        if text.is_empty() {
            problems.push(
                self.problem(code::EMPTY_FIELD, column, "the field is empty")
                    .remedy("fill in the field"),
            );
            return None;
        }
        Some(text)
    }

    /// A whole number; `range` says in words what is allowed.
    pub(crate) fn number<T: FromStr>(
        &self,
        column: usize,
        range: &str,
        problems: &mut Vec<InputProblem>,
    ) -> Option<T> {
        let text = self.text(column, problems)?;
        let number = text.parse().ok();
        if number.is_none() {
            problems.push(
                self.problem(
                    code::BAD_NUMBER,
                    column,
                    format!("the field is not a whole number {range}"),
                )
                .remedy("write digits only, within the range"),
            );
        }
        number
    }
}

/// Where each column stands; `None`, with problems, when the header has other columns.
fn check_header(
    file: &'static str,
    columns: &[&str],
    header: &ByteRecord,
    problems: &mut Vec<InputProblem>,
) -> Option<Vec<usize>> {
    let known = problems.len();
    let mut places = vec![usize::MAX; columns.len()];
    for (place, name) in header.iter().enumerate() {
        let name = String::from_utf8_lossy(name);
        let Some(column) = columns.iter().position(|column| *column == name) else {
            let mut problem = InputProblem::new(
                code::UNKNOWN_COLUMN,
                file,
                format!("the file has the unknown column {name:?}"),
            )
            .remedy(format!(
                "remove it or correct its name; the columns are {}",
                columns.join(",")
            ));
            problem.column = Some(name.into_owned());
            problems.push(problem);
            continue;
        };
        if places[column] != usize::MAX {
            let mut problem =
                InputProblem::new(code::COLUMN_TWICE, file, "the column appears twice")
                    .remedy("keep one of the columns");
            problem.column = Some(name.into_owned());
            problems.push(problem);
        }
        places[column] = place;
    }
    for (column, place) in columns.iter().zip(&places) {
        if *place == usize::MAX {
            let mut problem =
                InputProblem::new(code::MISSING_COLUMN, file, "the column is missing")
                    .remedy(format!("add it; the columns are {}", columns.join(",")));
            problem.column = Some((*column).to_owned());
            problems.push(problem);
        }
    }
    (problems.len() == known).then_some(places)
}

/// The file broke off.
fn unreadable(file: &'static str, error: &csv::Error) -> InputProblem {
    InputProblem::new(
        code::UNREADABLE,
        file,
        format!("reading the file failed: {error}"),
    )
    .remedy("check the file and run again")
}
