//! Parquet and Arrow: read slice by slice, types checked against the schema.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::InputProblem;
use polars::frame::DataFrame;
use polars::prelude::{Column as PolarsColumn, DataType, PolarsResult};
use polars_io::SerReader;
use polars_io::ipc::IpcReader;
use polars_io::mmap::MmapBytesReader;
use polars_io::parquet::read::ParquetReader;

use super::{CHUNK_ROWS, Chunk, MOST_ROWS, unreadable};
use crate::problems::Problems;
use crate::schema::{ColumnKind, Schema};
use crate::source::{Format, Opened, TableSource};

/// Reads a Parquet or Arrow file slice by slice.
///
/// Parquet is decoded one slice at a time; an Arrow file is in memory once as a whole.
pub(super) fn read(
    schema: &Schema,
    source: &TableSource,
    problems: &mut Problems,
    visit: &mut dyn FnMut(Chunk, &mut Problems),
) {
    let contents = match guarded(source, |opened| open(source.format(), opened)) {
        Ok(contents) => contents,
        Err(problem) => return problems.push(problem),
    };
    let found: Vec<&str> = contents.names.iter().map(String::as_str).collect();
    if let Err(wrong) = schema.resolve(source.file(), &found) {
        return problems.extend(wrong);
    }
    if contents.rows as u64 > MOST_ROWS {
        return problems.push(
            InputProblem::new(
                "E1025",
                source.file(),
                format!("the table has more than {MOST_ROWS} rows"),
            )
            .remedy("split the city into parts"),
        );
    }
    for offset in (0..contents.rows.max(1)).step_by(CHUNK_ROWS) {
        let length = CHUNK_ROWS.min(contents.rows - offset);
        let frame = match &contents.frame {
            Some(frame) => frame.slice(offset as i64, length),
            None => match guarded(source, |opened| parquet_slice(opened, offset, length)) {
                Ok(frame) => frame,
                Err(problem) => return problems.push(problem),
            },
        };
        match typed(schema, source.file(), &frame, offset as u64) {
            Ok(frame) => visit(
                Chunk {
                    first_row: offset as u64 + 1,
                    frame,
                    reported: BTreeSet::new(),
                },
                problems,
            ),
            Err(wrong) => return problems.extend(wrong),
        }
    }
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
        (Format::Parquet, Opened::File(file)) => parquet_shape(ParquetReader::new(file)),
        (Format::Parquet, Opened::Bytes(bytes)) => parquet_shape(ParquetReader::new(bytes)),
        (_, Opened::File(file)) => arrow_contents(IpcReader::new(file)),
        (_, Opened::Bytes(bytes)) => arrow_contents(IpcReader::new(bytes)),
    }
}

fn parquet_shape<R: MmapBytesReader>(mut reader: ParquetReader<R>) -> PolarsResult<Contents> {
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

/// The frame with the schema's columns, order and types.
fn typed(
    schema: &Schema,
    file: &str,
    frame: &DataFrame,
    offset: u64,
) -> Result<DataFrame, Vec<InputProblem>> {
    let mut problems = Vec::new();
    let mut columns = Vec::with_capacity(schema.columns.len());
    for column in schema.columns {
        let Ok(found) = frame.column(column.name) else {
            problems.push(unreadable(file, format!("column {} vanished", column.name)));
            continue;
        };
        match cast(found, column.kind) {
            Some(Ok(cast)) => columns.push(cast),
            Some(Err(_)) => problems.extend(not_representable(
                file,
                column.name,
                found,
                column.kind,
                offset,
            )),
            None => problems.push(
                InputProblem::new(
                    "E1022",
                    file,
                    format!(
                        "column {} has type {}, expected {}",
                        column.name,
                        found.dtype(),
                        expected(column.kind)
                    ),
                )
                .remedy("write the column with the expected type"),
            ),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    DataFrame::new(frame.height(), columns).map_err(|error| vec![unreadable(file, error)])
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

/// The rows whose value does not fit the schema's type.
fn not_representable(
    file: &str,
    name: &str,
    column: &PolarsColumn,
    kind: ColumnKind,
    offset: u64,
) -> Vec<InputProblem> {
    let Ok(loose) = column.cast(&physical(kind)) else {
        return vec![unreadable(
            file,
            format!("column {name} cannot be converted"),
        )];
    };
    (0..column.len())
        .filter(|row| {
            let lost = loose.get(*row).is_ok_and(|value| value.is_null());
            lost && column.get(*row).is_ok_and(|value| !value.is_null())
        })
        .map(|row| {
            let value = column
                .get(row)
                .map(|value| value.to_string())
                .unwrap_or_default();
            InputProblem::new("E1007", file, "the number does not fit")
                .at(offset + row as u64 + 1, name, value)
                .remedy("correct the value; datasets/SCHEMA.md names the range")
        })
        .collect()
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
