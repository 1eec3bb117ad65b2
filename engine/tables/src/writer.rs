//! Writing tables, chunk by chunk.

use std::io::Write;

use polars::frame::DataFrame;
use polars::prelude::{CompatLevel, Field, PolarsError, Schema as PolarsSchema};
use polars_arrow::io::ipc::IpcField;
use polars_io::SerWriter;
use polars_io::ipc::IpcWriter;
use polars_io::parquet::write::ParquetWriter;
use polars_io::prelude::CsvWriter;

use crate::read::physical;
use crate::schema::TableName;
use crate::source::Format;

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A chunk does not have the columns and types of the schema.
    #[error(
        "a chunk for table {table} has columns {found:?}; give exactly the columns of datasets/SCHEMA.md in order"
    )]
    Columns {
        /// The table.
        table: TableName,
        /// Columns given, with their types.
        found: Vec<String>,
    },
    /// The target or the library refused.
    #[error(
        "table {table} could not be written: {source}; check that the target is writable and has room"
    )]
    Failed {
        /// The table.
        table: TableName,
        /// What went wrong.
        #[source]
        source: PolarsError,
    },
}

/// Writes one table in one format; chunks may be any size.
pub struct TableWriter<W: Write> {
    table: TableName,
    target: Target<W>,
}

enum Target<W: Write> {
    Csv(polars_io::csv::write::BatchedWriter<W>),
    Parquet(Box<polars_io::parquet::write::BatchedWriter<W>>),
    Arrow(polars_io::ipc::BatchedWriter<W>),
}

impl<W: Write> TableWriter<W> {
    /// Starts a table; the header is written even if no row follows.
    ///
    /// # Errors
    ///
    /// [`WriteError::Failed`].
    pub fn new(table: TableName, format: Format, to: W) -> Result<Self, WriteError> {
        let schema: PolarsSchema = table
            .schema()
            .columns
            .iter()
            .map(|column| Field::new(column.name.into(), physical(column.kind)))
            .collect();
        let failed = |source| WriteError::Failed { table, source };
        let target = match format {
            Format::Csv => Target::Csv(
                CsvWriter::new(to)
                    .include_header(true)
                    .batched(&schema)
                    .map_err(failed)?,
            ),
            Format::Parquet => Target::Parquet(Box::new(
                ParquetWriter::new(to).batched(&schema).map_err(failed)?,
            )),
            Format::Arrow => {
                // One plain field per column: no dictionaries, no nesting.
                let fields = schema.iter_names().map(|_| IpcField::default()).collect();
                let writer = IpcWriter::new(to).with_compat_level(CompatLevel::oldest());
                Target::Arrow(writer.batched(&schema, fields).map_err(failed)?)
            }
        };
        Ok(Self { table, target })
    }

    /// Appends rows.
    ///
    /// # Errors
    ///
    /// [`WriteError`] for other columns than the schema's, or when the target refuses.
    pub fn write(&mut self, chunk: &DataFrame) -> Result<(), WriteError> {
        let columns = self.table.schema().columns;
        let fits = chunk.width() == columns.len()
            && chunk.columns().iter().zip(columns).all(|(found, column)| {
                found.name() == column.name && *found.dtype() == physical(column.kind)
            });
        if !fits {
            let found = chunk.columns().iter();
            return Err(WriteError::Columns {
                table: self.table,
                found: found
                    .map(|column| format!("{} ({})", column.name(), column.dtype()))
                    .collect(),
            });
        }
        let mut chunk = chunk.clone();
        chunk.rechunk_mut();
        match &mut self.target {
            Target::Csv(writer) => writer.write_batch(&chunk),
            Target::Parquet(writer) => writer.write_batch(&chunk),
            Target::Arrow(writer) => writer.write_batch(&chunk),
        }
        .map_err(|source| WriteError::Failed {
            table: self.table,
            source,
        })
    }

    /// Ends the table; without it the file is not complete.
    ///
    /// # Errors
    ///
    /// [`WriteError::Failed`].
    pub fn finish(self) -> Result<(), WriteError> {
        let table = self.table;
        match self.target {
            Target::Csv(mut writer) => writer.finish(),
            Target::Parquet(writer) => writer.finish().map(|_| ()),
            Target::Arrow(mut writer) => writer.finish(),
        }
        .map_err(|source| WriteError::Failed { table, source })
    }
}
