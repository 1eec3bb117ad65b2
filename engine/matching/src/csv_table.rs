//! One CSV file with a fixed set of columns, read row by row.

use std::io::Read;
use std::str::FromStr;

use domain::InputProblem;

use crate::error_codes as code;
use crate::problems::Problems;
use crate::row_reader::{LONGEST_ROW, RowError, RowReader};

/// A CSV file whose header has been checked.
pub(crate) struct CsvTable<R> {
    rows: RowReader<R>,
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
        problems: &mut Problems,
    ) -> Option<Self> {
        let mut rows = RowReader::new(input);
        let header = rows.skip_byte_order_mark().and_then(|()| rows.advance());
        let names: Vec<String> = match header {
            // An empty file has a header without columns.
            Ok(found) => (0..if found { rows.len() } else { 0 })
                .map(|place| String::from_utf8_lossy(rows.field(place)).into_owned())
                .collect(),
            Err(error) => {
                problems.push(unreadable(file, 0, &error));
                return None;
            }
        };
        let places = check_header(file, columns, names, problems)?;
        Some(Self {
            rows,
            file,
            columns,
            places,
            row: 0,
            row_limit,
        })
    }

    /// Moves to the next row that has the right number of fields.
    pub(crate) fn advance(&mut self, problems: &mut Problems) -> bool {
        loop {
            match self.rows.advance() {
                Err(error) => {
                    problems.push(unreadable(self.file, self.row + 1, &error));
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
            if self.rows.len() == self.places.len() {
                return true;
            }
            problems.add(code::FIELD_COUNT, self.file, || {
                let mut problem = InputProblem::new(
                    code::FIELD_COUNT,
                    self.file,
                    format!(
                        "the row has {} fields, the header has {}",
                        self.rows.len(),
                        self.places.len()
                    ),
                )
                .remedy("quote fields that hold a comma, and fill up short rows");
                problem.row = Some(self.row);
                problem
            });
        }
    }

    /// Number of the current row, from 1.
    pub(crate) fn row(&self) -> u64 {
        self.row
    }

    /// A field of the current row.
    pub(crate) fn bytes(&self, column: usize) -> &[u8] {
        self.rows.field(self.places[column])
    }

    /// A problem of one field of the current row.
    pub(crate) fn problem(
        &self,
        code: &'static str,
        column: usize,
        message: impl Into<String>,
    ) -> InputProblem {
        const MOST_SHOWN: usize = 80;
        let mut value = String::from_utf8_lossy(self.bytes(column)).into_owned();
        if let Some((end, _)) = value.char_indices().nth(MOST_SHOWN) {
            value.truncate(end);
            value.push_str("...");
        }
        InputProblem::new(code, self.file, message).at(self.row, self.columns[column], value)
    }

    /// Adds a problem of one field of the current row.
    pub(crate) fn refuse(
        &self,
        problems: &mut Problems,
        code: &'static str,
        column: usize,
        message: &str,
        remedy: &str,
    ) {
        problems.add(code, self.file, || {
            self.problem(code, column, message).remedy(remedy)
        });
    }

    /// A field that may be empty; `None`, with a problem, when it is not UTF-8.
    pub(crate) fn text(&self, column: usize, problems: &mut Problems) -> Option<&str> {
        let text = std::str::from_utf8(self.bytes(column)).ok();
        if text.is_none() {
            self.refuse_encoding(column, problems);
        }
        text
    }

    /// Adds the problem that a field is not UTF-8.
    pub(crate) fn refuse_encoding(&self, column: usize, problems: &mut Problems) {
        let (message, remedy) = ("the field is not UTF-8", "save the file as UTF-8");
        self.refuse(problems, code::NOT_UTF8, column, message, remedy);
    }

    /// A field that must not be empty.
    pub(crate) fn filled(&self, column: usize, problems: &mut Problems) -> Option<&str> {
        let text = self.text(column, problems)?;
        if text.is_empty() {
            self.refuse_empty(column, problems);
            return None;
        }
        Some(text)
    }

    /// Adds the problem that a field is empty.
    pub(crate) fn refuse_empty(&self, column: usize, problems: &mut Problems) {
        let (message, remedy) = ("the field is empty", "fill in the field");
        self.refuse(problems, code::EMPTY_FIELD, column, message, remedy);
    }

    /// A field of one to nine digits, nothing else: what nearly every number is.
    pub(crate) fn short_number(&self, column: usize) -> Option<u32> {
        let digits = self.bytes(column);
        if digits.is_empty() || digits.len() > 9 {
            return None;
        }
        digits.iter().try_fold(0, |number, byte| {
            let digit = byte.wrapping_sub(b'0');
            (digit < 10).then(|| number * 10 + u32::from(digit))
        })
    }

    /// A whole number; `range` says in words what is allowed.
    pub(crate) fn number<T: FromStr>(
        &self,
        column: usize,
        range: &str,
        problems: &mut Problems,
    ) -> Option<T> {
        let text = self.text(column, problems)?;
        let number = text.parse().ok();
        if number.is_none() {
            problems.add(code::BAD_NUMBER, self.file, || {
                let message = format!("the field is not a whole number {range}");
                self.problem(code::BAD_NUMBER, column, message)
                    .remedy("write digits only, within the range")
            });
        }
        number
    }
}

/// Where each column stands; `None`, with problems, when the header has other columns.
fn check_header(
    file: &'static str,
    columns: &[&str],
    header: Vec<String>,
    problems: &mut Problems,
) -> Option<Vec<usize>> {
    let known = problems.count();
    let mut places = vec![usize::MAX; columns.len()];
    for (place, name) in header.into_iter().enumerate() {
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
            problem.column = Some(name);
            problems.push(problem);
            continue;
        };
        if places[column] != usize::MAX {
            let mut problem =
                InputProblem::new(code::COLUMN_TWICE, file, "the column appears twice")
                    .remedy("keep one of the columns");
            problem.column = Some(name);
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
    (problems.count() == known).then_some(places)
}

/// The file broke off, or a row does not end.
fn unreadable(file: &'static str, row: u64, error: &RowError) -> InputProblem {
    match error {
        RowError::Input(error) => InputProblem::new(
            code::UNREADABLE,
            file,
            format!("reading the file failed: {error}"),
        )
        .remedy("check the file and run again"),
        RowError::TooLong => {
            let mut problem = InputProblem::new(
                code::ROW_TOO_LONG,
                file,
                format!("the row has more than {LONGEST_ROW} bytes"),
            )
            .remedy("close the quote that opens in this row, and check that the file is CSV");
            problem.row = Some(row);
            problem
        }
    }
}
