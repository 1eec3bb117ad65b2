//! CSV: read record by record, so that every bad cell has its row.

use std::collections::BTreeSet;
use std::io::{BufReader, Read};

use domain::InputProblem;
use polars::frame::DataFrame;
use polars::prelude::PolarsResult;

use super::cells::Cells;
use super::{Chunk, Limits, unreadable};
use crate::problems::Problems;
use crate::schema::Schema;
use crate::source::{Opened, TableSource};

/// Reads a CSV file chunk by chunk.
pub(super) fn read(
    schema: &Schema,
    source: &TableSource,
    limits: Limits,
    problems: &mut Problems,
    visit: &mut dyn FnMut(Chunk, &mut Problems),
) -> Result<(), Vec<InputProblem>> {
    let failed = |error: &dyn std::fmt::Display| vec![unreadable(source.file(), error)];
    let opened: Box<dyn Read> = match source.open().map_err(|error| failed(&error))? {
        Opened::File(file) => Box::new(BufReader::with_capacity(1 << 18, file)),
        Opened::Bytes(bytes) => Box::new(bytes),
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .buffer_capacity(1 << 18)
        .from_reader(opened);
    let mut record = csv::ByteRecord::new();
    let positions = header(schema, source, &mut reader, &mut record)?;
    let mut rows = RowReader {
        schema,
        file: source.file(),
        positions,
        fields: record.len(),
    };
    let mut first_row = 1;
    loop {
        let mut chunk = rows.start(first_row, limits.chunk_rows);
        let end = rows.fill(&mut chunk, &mut reader, &mut record, problems);
        let chunk = chunk.finish().map_err(|error| failed(&error))?;
        first_row += chunk.frame.height() as u64;
        if first_row - 1 > limits.most_rows {
            return Err(vec![limits.too_many_rows(source.file())]);
        }
        if chunk.frame.height() > 0 {
            visit(chunk, problems);
        }
        match end {
            End::Chunk => {}
            End::File => return Ok(()),
            End::Broken(error) => return Err(failed(&error)),
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

/// Why the filling of a chunk ended.
enum End {
    /// It is full.
    Chunk,
    /// No row is left.
    File,
    /// The source failed.
    Broken(csv::Error),
}

/// A chunk under construction.
struct Building {
    first_row: u64,
    capacity: usize,
    rows: usize,
    cells: Vec<Cells>,
    reported: BTreeSet<(u64, usize)>,
}

impl Building {
    /// The typed chunk.
    fn finish(self) -> PolarsResult<Chunk> {
        let columns = self
            .cells
            .into_iter()
            .map(Cells::finish)
            .collect::<PolarsResult<Vec<_>>>()?;
        Ok(Chunk {
            first_row: self.first_row,
            frame: DataFrame::new(self.rows, columns)?,
            reported: self.reported,
        })
    }
}

/// Turns records into typed chunks.
struct RowReader<'a> {
    schema: &'a Schema,
    file: &'a str,
    positions: Vec<usize>,
    fields: usize,
}

impl RowReader<'_> {
    /// An empty chunk.
    fn start(&self, first_row: u64, capacity: usize) -> Building {
        let columns = self.schema.columns.iter();
        Building {
            first_row,
            capacity,
            rows: 0,
            cells: columns.map(|column| Cells::new(column, capacity)).collect(),
            reported: BTreeSet::new(),
        }
    }

    /// Reads records until the chunk is full.
    fn fill(
        &mut self,
        chunk: &mut Building,
        reader: &mut csv::Reader<Box<dyn Read>>,
        record: &mut csv::ByteRecord,
        problems: &mut Problems,
    ) -> End {
        while chunk.rows < chunk.capacity {
            match reader.read_byte_record(record) {
                Ok(true) => self.row(record, chunk, problems),
                Ok(false) => return End::File,
                Err(error) => return End::Broken(error),
            }
            chunk.rows += 1;
        }
        End::Chunk
    }

    /// Appends one record.
    fn row(&self, record: &csv::ByteRecord, chunk: &mut Building, problems: &mut Problems) {
        let row = chunk.first_row + chunk.rows as u64;
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
            for (position, cell) in chunk.cells.iter_mut().enumerate() {
                cell.push_null();
                chunk.reported.insert((row, position));
            }
            return;
        }
        let cells = chunk.cells.iter_mut().zip(self.schema.columns);
        for (position, (cell, column)) in cells.enumerate() {
            let field = record.get(self.positions[position]).unwrap_or_default();
            let Ok(text) = std::str::from_utf8(field) else {
                problems.push(not_utf8(self.file, Some(row), column.name, field));
                cell.push_null();
                chunk.reported.insert((row, position));
                continue;
            };
            if let Err(refusal) = cell.push(text) {
                problems.push(
                    InputProblem::new(refusal.code(), self.file, refusal.message())
                        .at(row, column.name, shortened(text))
                        .remedy("correct the value; datasets/SCHEMA.md says what is allowed"),
                );
                chunk.reported.insert((row, position));
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
