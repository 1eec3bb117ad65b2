//! Generated cities as folders of files, and as nothing but numbers of rows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use datasets::{CitySpec, TableSink, generate};
use tables::schema::TableName;
use tables::{DataFrame, Format, Opened, TableSource, TableWriter};

/// Seed of every generated city.
const SEED: u64 = 20_261_122;

/// Counts rows and drops them.
#[derive(Debug, Default)]
pub struct CountingSink {
    /// Rows by table.
    pub rows: BTreeMap<TableName, u64>,
}

impl CountingSink {
    /// Rows of all tables.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.rows.values().sum()
    }
}

impl TableSink for CountingSink {
    type Error = io::Error;

    fn write(&mut self, table: TableName, chunk: DataFrame) -> io::Result<()> {
        *self.rows.entry(table).or_default() += chunk.height() as u64;
        Ok(())
    }
}

/// Generates a city and counts its rows.
///
/// # Errors
///
/// For a scale out of range or when the memory gives out.
pub fn count(scale: f64) -> io::Result<CountingSink> {
    let mut sink = CountingSink::default();
    generate_into(scale, &mut sink)?;
    Ok(sink)
}

/// The scale at which a city has about `rows` rows of contracts.
///
/// # Errors
///
/// When counting the rows of a city of scale 1 fails.
pub fn scale_with_contracts(rows: u64) -> io::Result<f64> {
    let one = count(1.0)?;
    let contracts = one.rows.get(&TableName::Contracts).copied().unwrap_or(0);
    Ok((rows as f64 / contracts.max(1) as f64 * 100.0).ceil() / 100.0)
}

fn generate_into(scale: f64, sink: &mut impl TableSink<Error = io::Error>) -> io::Result<()> {
    let spec = CitySpec::new(SEED, scale).map_err(io::Error::other)?;
    generate(&spec, sink, &mut |_| ()).map_err(io::Error::other)?;
    Ok(())
}

/// Formats that the validation is measured on.
pub const FORMATS: [Format; 2] = [Format::Csv, Format::Parquet];

/// Writes the tables every city must have, once in each of [`FORMATS`], into folders named after
/// the formats.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write(folder: &Path, scale: f64) -> io::Result<()> {
    let mut sink = FileSink::default();
    for table in required_tables() {
        for format in FORMATS {
            let folder = folder.join(format.extension());
            std::fs::create_dir_all(&folder)?;
            let file = BufWriter::new(File::create(folder.join(file_name(table, format)))?);
            let writer = TableWriter::new(table, format, file).map_err(io::Error::other)?;
            sink.writers.entry(table).or_default().push(writer);
        }
    }
    generate_into(scale, &mut sink)?;
    for writer in sink.writers.into_values().flatten() {
        writer.finish().map_err(io::Error::other)?;
    }
    Ok(())
}

fn required_tables() -> impl Iterator<Item = TableName> {
    TableName::ALL
        .into_iter()
        .filter(|table| table.schema().required)
}

fn file_name(table: TableName, format: Format) -> String {
    format!("{table}.{}", format.extension())
}

/// Writes the tables it has writers for, and drops the others.
#[derive(Default)]
struct FileSink {
    writers: BTreeMap<TableName, Vec<TableWriter<BufWriter<File>>>>,
}

impl TableSink for FileSink {
    type Error = io::Error;

    fn write(&mut self, table: TableName, chunk: DataFrame) -> io::Result<()> {
        for writer in self.writers.get_mut(&table).into_iter().flatten() {
            writer.write(&chunk).map_err(io::Error::other)?;
        }
        Ok(())
    }
}

/// The tables in a folder that [`write()`] has filled, in one of its formats.
#[must_use]
pub fn sources(folder: &Path, format: Format) -> BTreeMap<TableName, TableSource> {
    required_tables()
        .map(|table| {
            let name = file_name(table, format);
            let path = folder.join(format.extension()).join(&name);
            let open = move || File::open(&path).map(Opened::File);
            (table, TableSource::new(name, format, open))
        })
        .collect()
}

/// Checks a folder that [`write()`] has filled; gives the number of rows.
///
/// # Errors
///
/// When the check finds a problem: a generated city has none.
pub fn check(folder: &Path, format: Format) -> io::Result<u64> {
    let rows =
        tables::City::check(&sources(folder, format), &mut |_, _| ()).map_err(|problems| {
            io::Error::other(format!(
                "{} problems, the first: {:?}; remove the folder if the tables have changed since",
                problems.len(),
                problems.first()
            ))
        })?;
    Ok(rows.values().sum())
}
