//! Parquet and Arrow: read slice by slice, types checked against the schema.

use std::collections::BTreeSet;
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use domain::InputProblem;
use polars::frame::DataFrame;
use polars::prelude::{Column as PolarsColumn, DataType, PolarsError, PolarsResult};
use polars_io::SerReader;
use polars_io::ipc::IpcReader;
use polars_io::mmap::MmapBytesReader;
use polars_io::parquet::read::ParquetReader;

use super::pages::{self, ColumnPages};
use super::{Chunk, Limits, unreadable};
use crate::problems::Problems;
use crate::schema::{Column, ColumnKind, Schema};
use crate::source::{Format, Opened, TableSource};

/// Reads a Parquet or Arrow file slice by slice.
///
/// Parquet is decoded one slice at a time; an Arrow file is in memory once as a whole.
pub(super) fn read(
    schema: &Schema,
    source: &TableSource,
    limits: Limits,
    problems: &mut Problems,
    visit: &mut dyn FnMut(Chunk, &mut Problems),
) -> Result<(), Vec<InputProblem>> {
    let contents =
        guarded(source, |opened| open(source.format(), opened)).map_err(|problem| vec![problem])?;
    let found: Vec<&str> = contents.names.iter().map(String::as_str).collect();
    schema.resolve(source.file(), &found)?;
    if contents.rows as u64 > limits.most_rows {
        return Err(vec![limits.too_many_rows(source.file())]);
    }
    for offset in (0..contents.rows.max(1)).step_by(limits.chunk_rows) {
        let length = limits.chunk_rows.min(contents.rows - offset);
        let frame = match &contents.frame {
            Some(frame) => frame.slice(offset as i64, length),
            None => guarded(source, |opened| parquet_slice(opened, offset, length))
                .map_err(|problem| vec![problem])?,
        };
        if frame.height() != length {
            let why = format!(
                "rows {} to {} are announced, {} of them are there",
                offset + 1,
                offset + length,
                frame.height()
            );
            return Err(vec![unreadable(source.file(), why)]);
        }
        let chunk = typed(schema, source.file(), &frame, offset as u64 + 1, problems)?;
        visit(chunk, problems);
    }
    Ok(())
}

/// What a file holds: its column names and rows, and for Arrow the rows themselves.
struct Contents {
    names: Vec<String>,
    rows: usize,
    frame: Option<DataFrame>,
}

/// Opens the source and runs `read`; a damaged file may make a reader panic, which is a problem of
/// the file here.
fn guarded<T>(
    source: &TableSource,
    read: impl FnOnce(Opened) -> PolarsResult<T>,
) -> Result<T, InputProblem> {
    let opened = source
        .open()
        .map_err(|error| unreadable(source.file(), error))?;
    match catch_unwind(AssertUnwindSafe(|| read(opened))) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(unreadable(source.file(), first_line(&error.to_string()))),
        Err(_) => Err(unreadable(
            source.file(),
            "its contents contradict each other",
        )),
    }
}

/// The first line of a library's message.
fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// Column names and number of rows.
fn open(format: Format, opened: Opened) -> PolarsResult<Contents> {
    match (format, opened) {
        (Format::Parquet, Opened::File(file)) => {
            let again = file.try_clone()?;
            parquet_shape(ParquetReader::new(file), again)
        }
        (Format::Parquet, Opened::Bytes(bytes)) => {
            let again = bytes.clone();
            parquet_shape(ParquetReader::new(bytes), again)
        }
        (_, Opened::File(file)) => arrow_contents(IpcReader::new(file)),
        (_, Opened::Bytes(bytes)) => arrow_contents(IpcReader::new(bytes)),
    }
}

/// Shape of a Parquet file whose counts agree with each other.
fn parquet_shape<R: MmapBytesReader>(
    mut reader: ParquetReader<R>,
    pages: impl Read + Seek,
) -> PolarsResult<Contents> {
    let metadata = Arc::clone(reader.get_metadata()?);
    let groups = &metadata.row_groups;
    let rows = groups
        .iter()
        .try_fold(0_usize, |rows, group| rows.checked_add(group.num_rows()));
    let columns = || groups.iter().flat_map(|group| group.parquet_columns());
    let flat = groups.iter().all(|group| {
        let mut columns = group.parquet_columns().iter();
        columns.all(|column| {
            // Lists have other counts; their columns are refused for their type.
            column.descriptor().descriptor.max_rep_level > 0
                || usize::try_from(column.num_values()) == Ok(group.num_rows())
        })
    });
    if rows != Some(metadata.num_rows) || !flat {
        return Err(PolarsError::ComputeError(
            "its numbers of rows contradict each other".into(),
        ));
    }
    let column_pages = columns().map(|column| ColumnPages {
        bytes: column.byte_range(),
        values: column.num_values().unsigned_abs(),
    });
    pages::check(pages, column_pages)?;
    let names = reader
        .schema()?
        .iter_names()
        .map(ToString::to_string)
        .collect();
    Ok(Contents {
        names,
        rows: reader.num_rows()?,
        frame: None,
    })
}

fn arrow_contents<R: MmapBytesReader>(reader: IpcReader<R>) -> PolarsResult<Contents> {
    let frame = reader.finish()?;
    let names = frame
        .get_column_names()
        .into_iter()
        .map(ToString::to_string)
        .collect();
    Ok(Contents {
        names,
        rows: frame.height(),
        frame: Some(frame),
    })
}

/// Rows `offset .. offset + length` of a Parquet file.
fn parquet_slice(opened: Opened, offset: usize, length: usize) -> PolarsResult<DataFrame> {
    fn read<R: MmapBytesReader>(
        reader: ParquetReader<R>,
        offset: usize,
        length: usize,
    ) -> PolarsResult<DataFrame> {
        reader
            .with_slice(Some((offset, length)))
            .set_rechunk(true)
            .finish()
    }
    match opened {
        Opened::File(file) => read(ParquetReader::new(file), offset, length),
        Opened::Bytes(bytes) => read(ParquetReader::new(bytes), offset, length),
    }
}

/// The chunk with the schema's columns, order and types.
///
/// Numbers that do not fit are noted in `problems` and null in the chunk; a column of another type
/// ends the reading.
fn typed(
    schema: &Schema,
    file: &str,
    frame: &DataFrame,
    first_row: u64,
    problems: &mut Problems,
) -> Result<Chunk, Vec<InputProblem>> {
    let mut wrong_types = Vec::new();
    let mut reported = BTreeSet::new();
    let mut columns = Vec::with_capacity(schema.columns.len());
    for (position, column) in schema.columns.iter().enumerate() {
        let Ok(found) = frame.column(column.name) else {
            let why = format!("column {} vanished", column.name);
            wrong_types.push(unreadable(file, why));
            continue;
        };
        match cast(found, column.kind) {
            Some(Ok(cast)) => columns.push(cast),
            Some(Err(_)) => match found.cast(&physical(column.kind)) {
                Ok(loose) => {
                    for row in lost(found, &loose) {
                        problems.push(does_not_fit(file, column.name, found, row, first_row));
                        reported.insert((first_row + row as u64, position));
                    }
                    columns.push(loose);
                }
                Err(_) => wrong_types.push(wrong_type(file, column, found)),
            },
            None => wrong_types.push(wrong_type(file, column, found)),
        }
    }
    if !wrong_types.is_empty() {
        return Err(wrong_types);
    }
    let frame =
        DataFrame::new(frame.height(), columns).map_err(|error| vec![unreadable(file, error)])?;
    Ok(Chunk {
        first_row,
        frame,
        reported,
    })
}

/// The problem of a column whose type can never be meant.
fn wrong_type(file: &str, column: &Column, found: &PolarsColumn) -> InputProblem {
    let mut problem = InputProblem::new(
        "E1022",
        file,
        format!(
            "the column has type {}, expected {}",
            found.dtype(),
            expected(column.kind)
        ),
    )
    .remedy("write the column with the expected type");
    problem.column = Some(column.name.to_owned());
    problem
}

/// Positions of the values that a cast turned into nulls.
fn lost(column: &PolarsColumn, cast: &PolarsColumn) -> Vec<usize> {
    let (before, after) = (column.is_null(), cast.is_null());
    before
        .iter()
        .zip(after.iter())
        .enumerate()
        .filter(|(_, cells)| *cells == (Some(false), Some(true)))
        .map(|(row, _)| row)
        .collect()
}

/// The problem of a number that its column's type cannot hold.
fn does_not_fit(
    file: &str,
    name: &str,
    column: &PolarsColumn,
    row: usize,
    first_row: u64,
) -> InputProblem {
    let value = column
        .get(row)
        .map(|value| value.to_string())
        .unwrap_or_default();
    InputProblem::new("E1007", file, "the number does not fit")
        .at(first_row + row as u64, name, value)
        .remedy("correct the value; datasets/SCHEMA.md names the range")
}

/// Casts losslessly; `None` if the type can never be meant.
fn cast(column: &PolarsColumn, kind: ColumnKind) -> Option<PolarsResult<PolarsColumn>> {
    let found = column.dtype();
    let target = physical(kind);
    if *found == target {
        return Some(Ok(column.clone()));
    }
    let fits = match kind {
        ColumnKind::Integer(..) => found.is_integer(),
        ColumnKind::Decimal(..) => found.is_primitive_numeric(),
        ColumnKind::Identifier
        | ColumnKind::Text(_)
        | ColumnKind::Code(_)
        | ColumnKind::Date
        | ColumnKind::Flag => false,
    };
    // A column of nothing but nulls may have the null type.
    (fits || *found == DataType::Null).then(|| column.strict_cast(&target))
}

/// The type a kind has in memory.
pub(crate) const fn physical(kind: ColumnKind) -> DataType {
    match kind {
        ColumnKind::Identifier | ColumnKind::Text(_) | ColumnKind::Code(_) => DataType::String,
        ColumnKind::Date => DataType::Date,
        ColumnKind::Integer(..) => DataType::Int32,
        ColumnKind::Decimal(..) => DataType::Float64,
        ColumnKind::Flag => DataType::Boolean,
    }
}

/// The expected type in words.
const fn expected(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Identifier | ColumnKind::Text(_) | ColumnKind::Code(_) => "string",
        ColumnKind::Date => "date",
        ColumnKind::Integer(..) => "a whole number type",
        ColumnKind::Decimal(..) => "a number type",
        ColumnKind::Flag => "boolean",
    }
}
