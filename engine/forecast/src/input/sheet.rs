//! Reading one CSV file row by row, collecting every problem instead of stopping at the first.

use std::io::Read;

use domain::InputProblem;

use crate::codes;

/// A column of a format.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
}

/// A required column.
pub(crate) const fn required(name: &'static str) -> Column {
    Column {
        name,
        required: true,
    }
}

/// The file being read: its name for messages and the problems found so far.
pub(crate) struct Sheet<'a> {
    file: &'a str,
    pub(crate) problems: Vec<InputProblem>,
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(file: &'a str) -> Self {
        Self {
            file,
            problems: Vec::new(),
        }
    }

    /// The name of the file for messages.
    pub(crate) fn file(&self) -> &'a str {
        self.file
    }

    /// Notes a problem of the whole file.
    pub(crate) fn refuse_file(&mut self, code: &'static str, message: impl Into<String>) {
        self.problems
            .push(InputProblem::new(code, self.file, message).remedy(codes::remedy(code)));
    }

    /// Notes a problem of one field.
    pub(crate) fn refuse(
        &mut self,
        code: &'static str,
        row: u64,
        column: &str,
        value: &str,
        message: impl Into<String>,
    ) {
        self.problems.push(
            InputProblem::new(code, self.file, message)
                .at(row, column, value)
                .remedy(codes::remedy(code)),
        );
    }

    /// Calls `each` with the row number (from 1) and the fields in the order of `columns`; an
    /// absent optional column gives an empty field.
    pub(crate) fn read<const N: usize>(
        &mut self,
        source: impl Read,
        columns: &[Column; N],
        mut each: impl FnMut(&mut Self, u64, [&str; N]),
    ) {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(source);
        let mut record = csv::ByteRecord::new();
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return self.refuse_file(codes::NO_ROWS, "the file is empty"),
            Err(error) => return self.refuse_unreadable(&error),
        }
        let Some(places) = self.header(&record, columns) else {
            return;
        };
        let width = record.len();
        let mut row = 0_u64;
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(true) => row += 1,
                Ok(false) => break,
                Err(error) => return self.refuse_unreadable(&error),
            }
            if record.len() != width {
                let message = format!("the row has {} fields, the header {width}", record.len());
                self.refuse_row(codes::FIELD_COUNT, row, message);
                continue;
            }
            match fields(&record, places) {
                Some(values) => each(self, row, values),
                None => self.refuse_row(codes::NOT_UTF8, row, "the row is not UTF-8"),
            }
        }
        if row == 0 {
            self.refuse_file(codes::NO_ROWS, "the file has a header but no rows");
        }
    }

    fn refuse_row(&mut self, code: &'static str, row: u64, message: impl Into<String>) {
        let mut problem = InputProblem::new(code, self.file, message).remedy(codes::remedy(code));
        problem.row = Some(row);
        self.problems.push(problem);
    }

    fn refuse_unreadable(&mut self, error: &csv::Error) {
        self.refuse_file(codes::UNREADABLE, format!("reading broke off: {error}"));
    }

    /// Where each column stands, or `None` with the problems noted.
    fn header<const N: usize>(
        &mut self,
        record: &csv::ByteRecord,
        columns: &[Column; N],
    ) -> Option<[Option<usize>; N]> {
        let before = self.problems.len();
        let listed: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let listed = listed.join(",");
        let mut places = [None; N];
        for (place, bytes) in record.iter().enumerate() {
            let Ok(name) = std::str::from_utf8(bytes) else {
                self.refuse_file(codes::NOT_UTF8, "the header is not UTF-8");
                return None;
            };
            let name = if place == 0 {
                name.trim_start_matches('\u{feff}')
            } else {
                name
            };
            match columns.iter().position(|column| column.name == name) {
                Some(found) if places[found].is_none() => places[found] = Some(place),
                Some(_) => self.refuse_file(
                    codes::UNKNOWN_COLUMN,
                    format!("the column {name:?} stands twice in the header"),
                ),
                None => self.refuse_file(
                    codes::UNKNOWN_COLUMN,
                    format!("the column {name:?} is not part of the format {listed}"),
                ),
            }
        }
        for (column, place) in columns.iter().zip(&places) {
            if column.required && place.is_none() {
                self.refuse_file(
                    codes::MISSING_COLUMN,
                    format!(
                        "the column {:?} of the format {listed} is missing",
                        column.name
                    ),
                );
            }
        }
        (self.problems.len() == before).then_some(places)
    }
}

/// The fields in the order of the format, or `None` if one is not UTF-8.
fn fields<const N: usize>(
    record: &csv::ByteRecord,
    places: [Option<usize>; N],
) -> Option<[&str; N]> {
    let mut values = [""; N];
    for (value, place) in values.iter_mut().zip(places) {
        if let Some(place) = place {
            *value = std::str::from_utf8(&record[place]).ok()?;
        }
    }
    Some(values)
}
