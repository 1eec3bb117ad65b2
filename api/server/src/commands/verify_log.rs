//! `placewright verify-log`: whether the two logs of a database are what was written.

use store::ProcedureStore as _;

use super::Context;
use crate::database;
use crate::failure::Failure;
use crate::summary::Summary;

/// Checks both hash chains of a database, that no number is missing and that every change has its event.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Database: sqlite:PATH or postgres://USER@HOST/NAME.
    #[arg(
        long,
        env = "PLACEWRIGHT_DATABASE",
        default_value = "sqlite:demo/placewright.sqlite"
    )]
    database: String,
}

/// Runs the command; exit code 1 if a log does not hold.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let store = database::open_existing(&arguments.database).await?;
    let bar = context.progress.working("walking the logs");
    let report = store.verify_logs().await?;
    bar.done();
    store.close().await;
    let mut summary = Summary::default();
    summary
        .line(format!(
            "Change log: {} entries, head {}.",
            report.changes, report.changes_head
        ))
        .line(format!(
            "Access log: {} entries, head {}.",
            report.accesses, report.accesses_head
        ));
    match &report.fault {
        None => summary.line("Both chains hold; every change has its event."),
        Some(fault) => summary
            .line(format!(
                "E8015: {fault}. Stop writing, keep the database as it is and compare it with the last backup."
            ))
            .not_passed(),
    };
    summary.value("report", &report)?;
    Ok(summary)
}
