//! `placewright import`: tables into the database, all or nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use store::SqliteStore;
use tables::schema::TableName;
use tables::{City, Format, Opened, TableSource};

use super::Context;
use crate::database;
use crate::failure::Failure;
use crate::files::{city_sources, name, open};
use crate::summary::Summary;

/// Loads a city directory or a single table into the database; idempotent by content.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// `city` for a whole directory, or the name of a table, for example `contracts`.
    kind: String,
    /// City directory, or the table's file.
    file: PathBuf,
    /// Checks everything and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Database: sqlite:PATH.
    #[arg(
        long,
        env = "PLACEWRIGHT_DATABASE",
        default_value = "sqlite:placewright.sqlite"
    )]
    database: String,
}

/// Runs the command.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let path = database::path(&arguments.database)?;
    let mut sources = if arguments.kind == "city" {
        city_sources(&arguments.file)?
    } else {
        one_table(arguments, &path).await?
    };
    let bar = context.progress.steps("checking", sources.len());
    let city =
        City::read(&sources, &mut |table, _| bar.step(table.as_str())).map_err(Failure::Input)?;
    bar.done();
    sources.clear();
    let rows: u64 = TableName::ALL
        .into_iter()
        .map(|table| city.frame(table).height() as u64)
        .sum();
    let mut summary = Summary::default();
    if arguments.dry_run {
        summary.line(format!(
            "Dry run: nothing is wrong with {rows} rows; nothing was written."
        ));
        summary.value("rows", rows)?.value("new_tables", 0)?;
        return Ok(summary);
    }
    let store = SqliteStore::open(&path).await?;
    let (hash, new) = database::import(&store, &city).await?;
    store.close().await;
    summary.line(format!(
        "{rows} rows are in {}; {new} tables are new, the others were there already.",
        path.display()
    ));
    summary
        .value("rows", rows)?
        .value("new_tables", new)?
        .value("content_sha256", hash)?;
    Ok(summary)
}

/// The tables of the database with one of them replaced by the file.
async fn one_table(
    arguments: &Arguments,
    database: &std::path::Path,
) -> Result<BTreeMap<TableName, TableSource>, Failure> {
    let Some(table) = TableName::named(&arguments.kind) else {
        let names: Vec<&str> = TableName::ALL.into_iter().map(TableName::as_str).collect();
        return Err(Failure::argument(
            "E8010",
            &arguments.kind,
            "this is no table",
            &format!("write city or one of {}", names.join(", ")),
        ));
    };
    let file = name(&arguments.file);
    let Some(format) = Format::of_file_name(&file) else {
        return Err(Failure::argument(
            "E8011",
            &file,
            "the ending names no format",
            "use .csv, .parquet or .arrow",
        ));
    };
    // Opened once now, so that a wrong path is told before the database is touched.
    open(&arguments.file)?;
    let store = database::open_existing(database).await?;
    let mut sources = database::sources(&store).await?;
    store.close().await;
    let path = arguments.file.clone();
    let source = TableSource::new(file, format, move || File::open(&path).map(Opened::File));
    sources.insert(table, source);
    Ok(sources)
}
