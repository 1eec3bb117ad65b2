//! Parquet and Arrow for readers that read CSV.

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::InputProblem;
use polars::prelude::PolarsResult;
use polars_io::ipc::IpcReader;
use polars_io::parquet::read::ParquetReader;
use polars_io::prelude::CsvWriter;
use polars_io::{SerReader, SerWriter};

use crate::read::unreadable;
use crate::source::{Format, Opened, TableSource};

/// A Parquet or Arrow table as CSV text, row for row; for file contracts whose reader lives in
/// another crate. CSV must not be converted: read it as it is.
///
/// # Errors
///
/// E1001 if the file cannot be read.
pub fn csv_of(source: &TableSource) -> Result<Vec<u8>, InputProblem> {
    let opened = source
        .open()
        .map_err(|error| unreadable(source.file(), error))?;
    // A damaged file may make a reader panic, which is a problem of the file here.
    let written = catch_unwind(AssertUnwindSafe(|| -> PolarsResult<Vec<u8>> {
        let mut frame = match (source.format(), opened) {
            (Format::Parquet, Opened::File(file)) => ParquetReader::new(file).finish()?,
            (Format::Parquet, Opened::Bytes(bytes)) => ParquetReader::new(bytes).finish()?,
            (_, Opened::File(file)) => IpcReader::new(file).finish()?,
            (_, Opened::Bytes(bytes)) => IpcReader::new(bytes).finish()?,
        };
        let mut text = Vec::new();
        CsvWriter::new(&mut text)
            .include_header(true)
            .finish(&mut frame)?;
        Ok(text)
    }));
    match written {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(unreadable(source.file(), error)),
        Err(_) => Err(unreadable(
            source.file(),
            "its contents contradict each other",
        )),
    }
}
