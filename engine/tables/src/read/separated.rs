//! CSV: read record by record, so that every bad cell has its row.

use std::collections::BTreeSet;
use std::io::{BufReader, Read};

use domain::InputProblem;
use polars::frame::DataFrame;
use polars::prelude::PolarsResult;

use super::cells::Cells;
use super::{CHUNK_ROWS, Chunk, MOST_ROWS, unreadable};
use crate::problems::Problems;
use crate::schema::Schema;
use crate::source::{Opened, TableSource};

/// Reads a CSV file chunk by chunk.
pub(super) fn read(
    schema: &Schema,
    source: &TableSource,
    problems: &mut Problems,
    visit: &mut dyn FnMut(Chunk, &mut Problems),
) {
    let opened: Box<dyn Read> = match source.open() {
        Ok(Opened::File(file)) => Box::new(BufReader::with_capacity(1 << 18, file)),
        Ok(Opened::Bytes(bytes)) => Box::new(bytes),
        Err(error) => return problems.push(unreadable(source.file(), error)),
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .buffer_capacity(1 << 18)
        .from_reader(opened);
    let mut record = csv::ByteRecord::new();
    let positions = match header(schema, source, &mut reader, &mut record) {
        Ok(positions) => positions,
        Err(wrong) => return problems.extend(wrong),
    };
    let mut rows = RowReader {
        schema,
        file: source.file(),
        positions,
        fields: record.len(),
    };
    let mut next_row = 1;
    loop {
        let (chunk, more) = match rows.chunk(&mut reader, &mut record, next_row, problems) {
            Ok(read) => read,
            Err(error) => return problems.push(unreadable(source.file(), error)),
        };
        next_row += chunk.frame.height() as u64;
        if chunk.frame.height() > 0 {
            visit(chunk, problems);
        }
        if !more {
            return;
        }
        if next_row > MOST_ROWS {
            return problems.push(
                InputProblem::new(
                    "E1025",
                    source.file(),
                    format!("the table has more than {MOST_ROWS} rows"),
                )
                .remedy("split the city into parts"),
            );
        }
    }
}

/// Reads the header row and finds every schema column in it.
fn header(
    schema: &Schema,
    source: &TableSource,
    reader: &mut csv::Reader<Box<dyn Read>>,
    record: &mut csv::ByteRecord,
) -> Result<Vec<usize>, Vec<InputProblem>> {
    let file = source.file();
    match reader.read_byte_record(record) {
        Ok(true) => {}
        Ok(false) => {
            return Err(vec![
                InputProblem::new(
                    "E1004",
                    file,
                    "the file is empty, not even a header row is there",
                )
                .remedy("write the column names into the first row"),
            ]);
        }
        Err(error) => return Err(vec![unreadable(file, error)]),
    }
    let mut names = Vec::with_capacity(record.len());
    for (position, field) in record.iter().enumerate() {
        // A byte order mark is not part of the first name.
        let field = if position == 0 {
            field.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(field)
        } else {
            field
        };
        match std::str::from_utf8(field) {
            Ok(name) => names.push(name),
            Err(_) => {
                return Err(vec![not_utf8(
                    file,
                    None,
                    &format!("header field {}", position + 1),
                    field,
                )]);
            }
        }
    }
    schema.resolve(file, &names)
}

/// Turns records into typed chunks.
struct RowReader<'a> {
    schema: &'a Schema,
    file: &'a str,
    positions: Vec<usize>,
    fields: usize,
}

impl RowReader<'_> {
    /// Reads up to one chunk; says whether there may be more.
    fn chunk(
        &mut self,
        reader: &mut csv::Reader<Box<dyn Read>>,
        record: &mut csv::ByteRecord,
        first_row: u64,
        problems: &mut Problems,
    ) -> PolarsResult<(Chunk, bool)> {
        let mut cells: Vec<Cells> = self
            .schema
            .columns
            .iter()
            .map(|column| Cells::new(column, CHUNK_ROWS))
            .collect();
        let mut reported = BTreeSet::new();
        let mut count = 0;
        let mut more = true;
        while count < CHUNK_ROWS {
            match reader.read_byte_record(record) {
                Ok(true) => {}
                Ok(false) => {
                    more = false;
                    break;
                }
                Err(error) => {
                    problems.push(unreadable(self.file, error));
                    more = false;
                    break;
                }
            }
            self.row(
                record,
                first_row + count as u64,
                &mut cells,
                &mut reported,
                problems,
            );
            count += 1;
        }
        let columns = cells
            .into_iter()
            .map(Cells::finish)
            .collect::<PolarsResult<Vec<_>>>()?;
        let frame = DataFrame::new(count, columns)?;
        Ok((
            Chunk {
                first_row,
                frame,
                reported,
            },
            more,
        ))
    }

    /// Appends one record.
    fn row(
        &self,
        record: &csv::ByteRecord,
        row: u64,
        cells: &mut [Cells],
        reported: &mut BTreeSet<(u64, usize)>,
        problems: &mut Problems,
    ) {
        if record.len() != self.fields {
            let message = format!(
                "the row has {} fields, the header has {}",
                record.len(),
                self.fields
            );
            let mut problem = InputProblem::new("E1018", self.file, message)
                .remedy("put text that holds a comma into quotation marks, and fill every column");
            problem.row = Some(row);
            problems.push(problem);
            for (position, cell) in cells.iter_mut().enumerate() {
                cell.push_null();
                reported.insert((row, position));
            }
            return;
        }
        for (position, (cell, column)) in cells.iter_mut().zip(self.schema.columns).enumerate() {
            let field = record.get(self.positions[position]).unwrap_or_default();
            let Ok(text) = std::str::from_utf8(field) else {
                problems.push(not_utf8(self.file, Some(row), column.name, field));
                cell.push_null();
                reported.insert((row, position));
                continue;
            };
            if let Err(expected) = cell.push(text) {
                problems.push(
                    InputProblem::new("E1005", self.file, format!("this is not {expected}"))
                        .at(row, column.name, shortened(text))
                        .remedy("correct the value"),
                );
                reported.insert((row, position));
            }
        }
    }
}

/// The problem of a field that is not UTF-8.
fn not_utf8(file: &str, row: Option<u64>, column: &str, field: &[u8]) -> InputProblem {
    let mut problem = InputProblem::new("E1002", file, "the text is not UTF-8")
        .at(0, column, shortened(&String::from_utf8_lossy(field)))
        .remedy("save the file as UTF-8 (it may be Windows-1252 or Latin-1)");
    problem.row = row;
    problem
}

/// A value short enough for a message.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().count() <= LONGEST {
        text.to_owned()
    } else {
        let mut short: String = text.chars().take(LONGEST).collect();
        short.push('…');
        short
    }
}
