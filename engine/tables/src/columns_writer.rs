//! Writing columns that are no table of a city: results, for example statistics.

use std::io::Write;

use polars::frame::DataFrame;
use polars::prelude::{
    Column, CompatLevel, Float64Chunked, Int64Chunked, IntoColumn, IntoSeries, NewChunkedArray,
    PolarsError, StringChunked,
};
use polars_io::SerWriter;
use polars_io::ipc::IpcWriter;
use polars_io::parquet::write::ParquetWriter;
use polars_io::prelude::CsvWriter;

use crate::source::Format;

/// Values of one column; `None` is an empty cell.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnValues {
    /// Texts and codes.
    Text(Vec<Option<String>>),
    /// Whole numbers.
    Whole(Vec<Option<i64>>),
    /// Numbers.
    Number(Vec<Option<f64>>),
}

/// Why columns could not be written.
#[derive(Debug, thiserror::Error)]
#[error(
    "the columns could not be written as {format}: {source}; give columns of equal length under different names, and a target that is writable and has room"
)]
pub struct ColumnsError {
    format: &'static str,
    #[source]
    source: PolarsError,
}

/// Writes named columns of equal length as one file; the same columns give the same bytes.
///
/// # Errors
///
/// [`ColumnsError`] for columns of different lengths or with the same name, or when the target
/// refuses.
///
/// ```
/// use tables::{ColumnValues, Format, write_columns};
/// let area = ColumnValues::Text(vec![Some("Süd".to_owned()), None]);
/// let places = ColumnValues::Whole(vec![Some(420), None]);
/// let mut file = Vec::new();
/// write_columns(vec![("area", area), ("places", places.clone())], Format::Csv, &mut file)?;
/// assert_eq!(String::from_utf8(file)?, "area,places\nSüd,420\n,\n");
/// assert!(write_columns(vec![("a", places.clone()), ("a", places)], Format::Csv, Vec::new()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_columns(
    columns: Vec<(&str, ColumnValues)>,
    format: Format,
    to: impl Write,
) -> Result<(), ColumnsError> {
    let failed = |source| ColumnsError {
        format: format.extension(),
        source,
    };
    let height = columns.first().map_or(0, |(_, values)| values.len());
    let columns: Vec<Column> = columns
        .into_iter()
        .map(|(name, values)| values.into_column(name))
        .collect();
    let mut frame = DataFrame::new(height, columns).map_err(failed)?;
    match format {
        Format::Csv => CsvWriter::new(to).include_header(true).finish(&mut frame),
        Format::Parquet => ParquetWriter::new(to).finish(&mut frame).map(|_| ()),
        Format::Arrow => IpcWriter::new(to)
            .with_compat_level(CompatLevel::oldest())
            .finish(&mut frame),
    }
    .map_err(failed)
}

impl ColumnValues {
    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Whole(values) => values.len(),
            Self::Number(values) => values.len(),
        }
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn into_column(self, name: &str) -> Column {
        let name = name.into();
        match self {
            Self::Text(values) => {
                StringChunked::from_iter_options(name, values.into_iter()).into_series()
            }
            Self::Whole(values) => {
                Int64Chunked::from_iter_options(name, values.into_iter()).into_series()
            }
            Self::Number(values) => {
                Float64Chunked::from_iter_options(name, values.into_iter()).into_series()
            }
        }
        .into_column()
    }
}
