//! `placewright import`: initial loads into the database, all or nothing.

use std::path::PathBuf;

use domain::ProviderId;
use domain::procedure::{Actor, Command, HumanActor, Role};
use http_api::Clock;
use http_api::analysis::STATIC;
use store::{Envelope, PerformError, ProcedureStore as _};
use tables::schema::TableName;
use tables::{City, Format, TableSource};

use super::Context;
use crate::database;
use crate::failure::Failure;
use crate::files::{city_sources, name};
use crate::stored_city;
use crate::summary::Summary;

/// Loads a city directory, a provider's existing children or a single table; idempotent.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// `city` for a whole directory, `existing-children` for a provider's initial load, or the name of
    /// a table the procedure does not write, for example `population`.
    kind: String,
    /// City directory, or the file.
    file: PathBuf,
    /// The provider whose existing children are loaded.
    #[arg(long)]
    provider: Option<String>,
    /// Account of the person who loads, for the log.
    #[arg(long, default_value = "command-line")]
    actor: String,
    /// Checks everything and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Database: sqlite:PATH or postgres://USER@HOST/NAME.
    #[arg(
        long,
        env = "PLACEWRIGHT_DATABASE",
        default_value = "sqlite:placewright.sqlite"
    )]
    database: String,
}

/// Runs the command.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    match arguments.kind.as_str() {
        "city" => whole_city(arguments, context).await,
        "existing-children" => existing_children(arguments).await,
        _ => one_table(arguments).await,
    }
}

/// A city directory: the procedure's tables row by row, the others as they are.
async fn whole_city(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let sources = city_sources(&arguments.file)?;
    let bar = context.progress.steps("checking", sources.len());
    let city =
        City::read(&sources, &mut |table, _| bar.step(table.as_str())).map_err(Failure::Input)?;
    bar.done();
    let rows: u64 = TableName::ALL
        .into_iter()
        .map(|table| city.frame(table).height() as u64)
        .sum();
    let mut summary = Summary::default();
    if arguments.dry_run {
        summary.line(format!(
            "Dry run: nothing is wrong with {rows} rows; nothing was written."
        ));
        summary.value("rows", rows)?.value("is_new", false)?;
        return Ok(summary);
    }
    let hash = database::content_sha256(&city)?;
    let store = database::open(&arguments.database).await?;
    let bar = context.progress.working("loading");
    let is_new = stored_city::load(&store, &city, &actor(arguments)?, &Clock::system()).await?;
    bar.done();
    store.close().await;
    summary.line(format!(
        "{rows} rows are in {}; {}.",
        database::shown(&arguments.database),
        if is_new {
            "all of them are new"
        } else {
            "they were there already, nothing changed"
        }
    ));
    summary
        .value("rows", rows)?
        .value("is_new", is_new)?
        .value("content_sha256", hash)?;
    Ok(summary)
}

/// The account named for the log.
fn actor(arguments: &Arguments) -> Result<HumanActor, Failure> {
    Ok(HumanActor {
        id: arguments.actor.parse()?,
        role: Role::CityAdmin,
    })
}

/// A provider's existing children (Bestandskinder, K41).
async fn existing_children(arguments: &Arguments) -> Result<Summary, Failure> {
    let Some(provider) = &arguments.provider else {
        return Err(Failure::argument(
            "E8014",
            "--provider",
            "existing children belong to a provider",
            "give the provider's key with --provider",
        ));
    };
    let provider: ProviderId = provider.parse()?;
    let file = name(&arguments.file);
    let bytes =
        std::fs::read(&arguments.file).map_err(|error| Failure::open(&arguments.file, &error))?;
    let mut new_key = || uuid::Uuid::now_v7().to_string();
    let rows = http_api::existing_children::read_existing_children(&bytes, &mut new_key)
        .map_err(|problems| Failure::Input(in_file(problems, &file)))?;
    let count = rows.len();
    let store = database::open_existing(&arguments.database).await?;
    let clock = Clock::system();
    let envelope = Envelope {
        actor: Actor::Human(actor(arguments)?),
        on_behalf_of: None,
        correlation_id: uuid::Uuid::now_v7().to_string(),
        at: clock.now(),
        today: clock.today(),
        idempotency: None,
        expected_revision: None,
    };
    let command = Command::ImportExistingChildren {
        provider,
        care_type: None,
        rows,
    };
    let changes = if arguments.dry_run {
        let rehearsed = store.rehearse(&envelope, &command).await;
        rehearsed.map(|changes| changes.len())
    } else {
        let done = store.perform(&envelope, &command).await;
        done.map(|receipt| receipt.changes.len())
    };
    store.close().await;
    let changes = changes.map_err(|error| match error {
        PerformError::Refused(domain::procedure::Refusal::Import { problems }) => {
            Failure::Input(in_file(problems, &file))
        }
        PerformError::Refused(refusal) => Failure::argument(
            refusal.code(),
            &file,
            refusal.to_string(),
            "nothing was written",
        ),
        other => other.into(),
    })?;
    let mut summary = Summary::default();
    summary.line(match (arguments.dry_run, changes) {
        (true, _) => {
            format!("Dry run: {count} rows, {changes} changes to come; nothing was written.")
        }
        (false, 0) => format!("{count} rows, all known already; nothing changed."),
        (false, _) => format!("{count} rows taken in, {changes} changes recorded."),
    });
    summary
        .value("rows", count)?
        .value("changes", changes)?
        .value("dry_run", arguments.dry_run)?;
    Ok(summary)
}

/// Problems under the name of the file given.
fn in_file(mut problems: Vec<domain::InputProblem>, file: &str) -> Vec<domain::InputProblem> {
    for problem in &mut problems {
        file.clone_into(&mut problem.file);
    }
    problems
}

/// One of the kept tables, checked together with everything else in the database.
async fn one_table(arguments: &Arguments) -> Result<Summary, Failure> {
    let kept = TableName::named(&arguments.kind).filter(|table| STATIC.contains(table));
    let Some(table) = kept else {
        let names: Vec<&str> = STATIC.into_iter().map(TableName::as_str).collect();
        return Err(Failure::argument(
            "E8010",
            &arguments.kind,
            "this is nothing that can be imported by itself",
            &format!(
                "write city, existing-children or one of {}",
                names.join(", ")
            ),
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
    let bytes =
        std::fs::read(&arguments.file).map_err(|error| Failure::open(&arguments.file, &error))?;
    // Read by itself first: all its bad rows are told, with their rows in the file given.
    let source = TableSource::bytes(file, format, bytes);
    let store = database::open_existing(&arguments.database).await?;
    let city = stored_city::with_table(&store, table, source).await?;
    let rows = city.frame(table).height();
    let mut summary = Summary::default();
    if arguments.dry_run {
        summary.line(format!(
            "Dry run: nothing is wrong with {rows} rows; nothing was written."
        ));
        summary.value("rows", rows)?.value("is_new", false)?;
        store.close().await;
        return Ok(summary);
    }
    let new = database::keep_tables(&store, &city, &[table]).await?;
    store.close().await;
    summary.line(format!(
        "{rows} rows of {table} are in {}{}.",
        database::shown(&arguments.database),
        if new == 0 { ", as they were" } else { "" }
    ));
    summary.value("rows", rows)?.value("is_new", new > 0)?;
    Ok(summary)
}
