//! Reading a table chunk by chunk from any format, in bounded memory.

pub(crate) use columnar::physical;
pub(crate) use separated::shortened;

mod cells;
mod columnar;
mod separated;

use std::collections::BTreeSet;

use polars::frame::DataFrame;

use crate::problems::Problems;
use crate::schema::Schema;
use crate::source::{Format, TableSource};

/// Rows of one chunk.
pub(crate) const CHUNK_ROWS: usize = 1 << 17;

/// Most rows of one table.
pub(crate) const MOST_ROWS: u64 = u32::MAX as u64 - 1;

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
/// next row wherever the format allows it.
pub(crate) fn for_each_chunk(
    schema: &Schema,
    source: &TableSource,
    problems: &mut Problems,
    visit: &mut dyn FnMut(Chunk, &mut Problems),
) {
    match source.format() {
        Format::Csv => separated::read(schema, source, problems, visit),
        Format::Parquet | Format::Arrow => columnar::read(schema, source, problems, visit),
    }
}

/// The problem of a file that cannot be read at all.
pub(crate) fn unreadable(file: &str, why: impl std::fmt::Display) -> domain::InputProblem {
    domain::InputProblem::new("E1001", file, format!("the file cannot be read: {why}"))
        .remedy("check that it is complete and of the format its ending names, then send it again")
}
