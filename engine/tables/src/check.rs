//! Checks of single rows: filled, in range, well-formed, in order.

use domain::{FacilityId, InputProblem, date_of};
use polars::frame::DataFrame;
use polars::prelude::PolarsResult;

use crate::problems::Problems;
use crate::read::Chunk;
use crate::schema::{Column, ColumnKind, Schema, TableName};

/// Days since 1970 of the first and last day a date may have: 1900-01-01 and 2199-12-31.
const FIRST_DAY: i32 = domain::days_from_civil(1900, 1, 1);
const LAST_DAY: i32 = domain::days_from_civil(2199, 12, 31);

/// Checks every row of a chunk by itself.
pub(crate) fn rows(schema: &Schema, file: &str, chunk: &Chunk, problems: &mut Problems) {
    for (position, column) in schema.columns.iter().enumerate() {
        let mut check = ColumnCheck {
            file,
            column,
            position,
            chunk,
            problems,
        };
        // The frame was built with the schema's types; a mismatch is reported as unreadable.
        if let Err(error) = check.run() {
            problems.push(crate::read::unreadable(file, error));
        }
    }
    if schema.table == TableName::AreaShapes
        && let Err(error) = outlines(file, chunk, problems)
    {
        problems.push(crate::read::unreadable(file, error));
    }
    for (from, to) in schema.periods {
        if let Err(error) = period(file, chunk, from, to, problems) {
            problems.push(crate::read::unreadable(file, error));
        }
    }
}

/// The check of one column of one chunk.
struct ColumnCheck<'a> {
    file: &'a str,
    column: &'a Column,
    position: usize,
    chunk: &'a Chunk,
    problems: &'a mut Problems,
}

impl ColumnCheck<'_> {
    fn run(&mut self) -> PolarsResult<()> {
        let chunk = self.chunk;
        let cells = chunk.frame.column(self.column.name)?;
        match self.column.kind {
            ColumnKind::Identifier => {
                for (row, cell) in cells.str()?.iter().enumerate() {
                    self.cell(row, cell, |text| match FacilityId::well_formed(text) {
                        Ok(()) => None,
                        Err(error) => Some(("E1009", error.to_string(), text.to_owned())),
                    });
                }
            }
            ColumnKind::Text(longest) => {
                for (row, cell) in cells.str()?.iter().enumerate() {
                    self.cell(row, cell, |text| match text.len() {
                        // CSV has nulls in place of empty texts; columnar files can have both.
                        0 => Some(("E1006", "the text is empty".to_owned(), String::new())),
                        length => (length > longest).then(|| {
                            (
                                "E1007",
                                format!("the text is longer than {longest} bytes"),
                                text.to_owned(),
                            )
                        }),
                    });
                }
            }
            ColumnKind::Code(codes) => {
                for (row, cell) in cells.str()?.iter().enumerate() {
                    self.cell(row, cell, |text| {
                        (!codes.contains(&text)).then(|| {
                            (
                                "E1008",
                                format!("this is none of {}", codes.join(", ")),
                                text.to_owned(),
                            )
                        })
                    });
                }
            }
            ColumnKind::Date => {
                for (row, cell) in cells.date()?.physical().iter().enumerate() {
                    self.cell(row, cell, |days| {
                        (!(FIRST_DAY..=LAST_DAY).contains(&days)).then(|| {
                            (
                                "E1007",
                                "the day lies outside 1900-01-01 to 2199-12-31".to_owned(),
                                day(days),
                            )
                        })
                    });
                }
            }
            ColumnKind::Integer(low, high) => {
                for (row, cell) in cells.i32()?.iter().enumerate() {
                    self.cell(row, cell, |number| {
                        (!(low..=high).contains(&number)).then(|| {
                            (
                                "E1007",
                                format!("the number lies outside {low} to {high}"),
                                number.to_string(),
                            )
                        })
                    });
                }
            }
            ColumnKind::Decimal(low, high) => {
                for (row, cell) in cells.f64()?.iter().enumerate() {
                    self.cell(row, cell, |number| {
                        (!(low..=high).contains(&number)).then(|| {
                            (
                                "E1007",
                                format!("the number lies outside {low} to {high}"),
                                number.to_string(),
                            )
                        })
                    });
                }
            }
            ColumnKind::Flag => {
                for (row, cell) in cells.bool()?.iter().enumerate() {
                    self.cell(row, cell, |_| None);
                }
            }
        }
        Ok(())
    }

    /// One cell: filled where it must be, and free of what `wrong` finds.
    fn cell<T>(
        &mut self,
        row: usize,
        cell: Option<T>,
        wrong: impl FnOnce(T) -> Option<(&'static str, String, String)>,
    ) {
        let row_number = self.chunk.first_row + row as u64;
        match cell {
            Some(value) => {
                if let Some((code, message, found)) = wrong(value) {
                    self.problems.push(
                        InputProblem::new(code, self.file, message)
                            .at(row_number, self.column.name, crate::read::shortened(&found))
                            .remedy("correct the value; datasets/SCHEMA.md says what is allowed"),
                    );
                }
            }
            None if self.column.required
                && !self.chunk.reported.contains(&(row_number, self.position)) =>
            {
                self.problems.push(
                    InputProblem::new("E1006", self.file, "the cell is empty")
                        .at(row_number, self.column.name, "")
                        .remedy("fill it in; the schema requires a value"),
                );
            }
            None => {}
        }
    }
}

/// Outlines can be read.
fn outlines(file: &str, chunk: &Chunk, problems: &mut Problems) -> PolarsResult<()> {
    for (row, cell) in text(&chunk.frame, "polygon")?.iter().enumerate() {
        if let Some(polygon) = cell.filter(|polygon| !polygon.is_empty())
            && let Err(message) = crate::outline::parse(polygon)
        {
            problems.push(
                InputProblem::new("E1005", file, message)
                    .at(
                        chunk.first_row + row as u64,
                        "polygon",
                        crate::read::shortened(polygon),
                    )
                    .remedy("correct the outline or leave it empty"),
            );
        }
    }
    Ok(())
}

/// First day not after last day.
fn period(
    file: &str,
    chunk: &Chunk,
    from: &str,
    to: &str,
    problems: &mut Problems,
) -> PolarsResult<()> {
    let (starts, ends) = (
        chunk.frame.column(from)?.date()?,
        chunk.frame.column(to)?.date()?,
    );
    for (row, (start, end)) in starts
        .physical()
        .iter()
        .zip(ends.physical().iter())
        .enumerate()
    {
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            problems.push(
                InputProblem::new(
                    "E1012",
                    file,
                    format!("the end lies before the start ({from} is {})", day(start)),
                )
                .at(chunk.first_row + row as u64, to, day(end))
                .remedy("correct one of the two days"),
            );
        }
    }
    Ok(())
}

/// A day in words, even outside the calendar.
pub(crate) fn day(days: i32) -> String {
    date_of(days).map_or_else(
        || format!("day {days} since 1970-01-01"),
        |date| date.to_string(),
    )
}

/// A text column of a frame.
pub(crate) fn text<'a>(
    frame: &'a DataFrame,
    name: &str,
) -> PolarsResult<&'a polars::prelude::StringChunked> {
    frame.column(name)?.str()
}
