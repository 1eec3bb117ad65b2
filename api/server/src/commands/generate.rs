//! `placewright generate`: a synthetic city as tables.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use datasets::{CitySpec, TableSink};
use tables::DataFrame;
use tables::schema::TableName;
use tables::{Format, TableWriter, WriteError};

use super::Context;
use crate::failure::Failure;
use crate::files::OutputFolder;
use crate::measure::{Stopwatch, peak_memory_mib};
use crate::summary::Summary;

/// Writes a synthetic city as tables.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder for the tables.
    #[arg(long)]
    out: PathBuf,
    /// Size: 1 is Dresden (about 56,000 places), 100 is Germany.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// Seed; the same seed and scale give the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// File format.
    #[arg(long, value_enum, default_value_t = FormatArgument::Csv)]
    format: FormatArgument,
}

/// A file format on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum FormatArgument {
    /// RFC 4180.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC file.
    Arrow,
}

impl From<FormatArgument> for Format {
    fn from(format: FormatArgument) -> Self {
        match format {
            FormatArgument::Csv => Self::Csv,
            FormatArgument::Parquet => Self::Parquet,
            FormatArgument::Arrow => Self::Arrow,
        }
    }
}

/// Writes every table into its own file of an output folder.
pub(crate) struct FolderSink {
    writers: BTreeMap<TableName, TableWriter<BufWriter<File>>>,
    rows: BTreeMap<TableName, u64>,
}

/// Why a generated table could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SinkError {
    /// The file could not be created.
    #[error("the file of table {table} could not be created: {source:#}")]
    Create {
        /// The table.
        table: TableName,
        /// What went wrong.
        source: anyhow::Error,
    },
    /// The table refused the rows.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl FolderSink {
    /// A sink with one file per table, header included.
    pub(crate) fn new(output: &OutputFolder, format: Format) -> Result<Self, SinkError> {
        let mut writers = BTreeMap::new();
        for table in TableName::ALL {
            let create = || -> anyhow::Result<File> {
                let path = output.path(&format!("{table}.{}", format.extension()))?;
                Ok(File::create(path)?)
            };
            let file = create().map_err(|source| SinkError::Create { table, source })?;
            writers.insert(
                table,
                TableWriter::new(table, format, BufWriter::new(file))?,
            );
        }
        Ok(Self {
            writers,
            rows: BTreeMap::new(),
        })
    }

    /// Completes the files; gives the rows of each table.
    pub(crate) fn finish(self) -> Result<BTreeMap<TableName, u64>, SinkError> {
        for writer in self.writers.into_values() {
            writer.finish()?;
        }
        Ok(self.rows)
    }
}

impl TableSink for FolderSink {
    type Error = SinkError;

    fn write(&mut self, table: TableName, chunk: DataFrame) -> Result<(), SinkError> {
        *self.rows.entry(table).or_default() += chunk.height() as u64;
        if let Some(writer) = self.writers.get_mut(&table) {
            writer.write(&chunk)?;
        }
        Ok(())
    }
}

/// Generates a city into a folder; gives the totals the generator counted.
pub(crate) fn into_folder(
    spec: &CitySpec,
    format: Format,
    folder: &Path,
    context: &Context,
) -> Result<(datasets::Totals, BTreeMap<TableName, u64>), Failure> {
    let output = OutputFolder::new(folder)?;
    let bar = context.progress.working("generating the synthetic city");
    let mut sink = FolderSink::new(&output, format)?;
    let totals = datasets::generate(spec, &mut sink, &mut |_| {})?;
    let rows = sink.finish()?;
    output.publish()?;
    bar.done();
    Ok((totals, rows))
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let stopwatch = Stopwatch::start();
    let spec = spec(arguments.seed, arguments.scale)?;
    let (totals, rows) = into_folder(&spec, arguments.format.into(), &arguments.out, context)?;
    let mut summary = Summary::default();
    summary.line(format!(
        "A synthetic city of scale {} stands in {}.",
        arguments.scale,
        arguments.out.display()
    ));
    summary.line("All values are made up; no row describes a person.");
    for (table, rows) in &rows {
        summary.line(format!("  {table:<22} {rows:>12} rows"));
    }
    let all: u64 = rows.values().sum();
    let seconds = stopwatch.seconds();
    summary.line(format!("{all} rows in {seconds:.1} s."));
    summary.value(
        "rows",
        rows.iter()
            .map(|(t, n)| (t.as_str(), *n))
            .collect::<BTreeMap<_, _>>(),
    )?;
    summary.value("totals", &totals)?;
    summary
        .value("seed", arguments.seed)?
        .value("scale", arguments.scale)?;
    summary
        .value("seconds", seconds)?
        .value("peak_memory_mib", peak_memory_mib())?;
    Ok(summary)
}

/// A checked specification of a city.
pub(crate) fn spec(seed: u64, scale: f64) -> Result<CitySpec, Failure> {
    CitySpec::new(seed, scale).map_err(|error| {
        Failure::argument(
            "E8003",
            "--scale",
            error.to_string(),
            "give a scale the generator knows",
        )
    })
}
