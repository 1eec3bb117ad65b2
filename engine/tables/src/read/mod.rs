//! Reading a table chunk by chunk from any format, in bounded memory.

pub(crate) use columnar::physical;
pub(crate) use separated::shortened;

mod cells;
mod columnar;
mod pages;
mod separated;

use std::collections::BTreeSet;

use polars::frame::DataFrame;

use crate::problems::Problems;
use crate::schema::Schema;
use crate::source::{Format, TableSource};

/// How much is read at once, and at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Rows of one chunk.
    pub(crate) chunk_rows: usize,
    /// Most rows of one table; row numbers are kept in 32 bits.
    pub(crate) most_rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            chunk_rows: 1 << 17,
            most_rows: u64::from(u32::MAX) - 1,
        }
    }
}

impl Limits {
    /// The problem of a table with more rows than the limit.
    fn too_many_rows(self, file: &str) -> domain::InputProblem {
        domain::InputProblem::new(
            "E1025",
            file,
            format!("the table has more than {} rows", self.most_rows),
        )
        .remedy("split the city into parts")
    }
}

/// A run of rows with typed columns in schema order.
pub(crate) struct Chunk {
    /// Row number of the first row, from 1.
    pub(crate) first_row: u64,
    /// The typed columns.
    pub(crate) frame: DataFrame,
    /// Cells (row number, column position) already reported as unreadable; null in the frame.
    pub(crate) reported: BTreeSet<(u64, usize)>,
}

/// Reads all chunks of a table and hands each to `visit`.
///
/// What cannot be read is noted in `problems` with row, column and value; reading goes on with the
/// next row wherever the format allows it. Says whether the table was read to its end.
pub(crate) fn for_each_chunk(
    schema: &Schema,
    source: &TableSource,
    limits: Limits,
    problems: &mut Problems,
    visit: &mut dyn FnMut(Chunk, &mut Problems),
) -> bool {
    let outcome = match source.format() {
        Format::Csv => separated::read(schema, source, limits, problems, visit),
        Format::Parquet | Format::Arrow => columnar::read(schema, source, limits, problems, visit),
    };
    match outcome {
        Ok(()) => true,
        Err(wrong) => {
            problems.extend(wrong);
            false
        }
    }
}

/// The problem of a file that cannot be read at all.
pub(crate) fn unreadable(file: &str, why: impl std::fmt::Display) -> domain::InputProblem {
    domain::InputProblem::new("E1001", file, format!("the file cannot be read: {why}"))
        .remedy("check that it is complete and of the format its ending names, then send it again")
}
