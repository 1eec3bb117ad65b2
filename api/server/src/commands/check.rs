//! `placewright check`: is a city directory fit to be used?

use std::path::PathBuf;

use tables::City;

use super::Context;
use crate::failure::Failure;
use crate::files::city_sources;
use crate::measure::{Stopwatch, peak_memory_mib};
use crate::summary::Summary;

/// Checks a city directory: every bad row with file, row, column, value and what to do.
///
/// Reads in bounded memory, so the tables may be larger than the machine.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// City directory.
    city: PathBuf,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let stopwatch = Stopwatch::start();
    let sources = city_sources(&arguments.city)?;
    let bar = context.progress.steps("checking", sources.len());
    let rows =
        City::check(&sources, &mut |table, _| bar.step(table.as_str())).map_err(Failure::Input)?;
    bar.done();
    let mut summary = Summary::default();
    let all: u64 = rows.values().sum();
    let seconds = stopwatch.seconds();
    summary.line(format!(
        "Nothing is wrong with {all} rows of {} tables ({seconds:.1} s).",
        rows.len()
    ));
    summary.value(
        "rows",
        rows.iter()
            .map(|(t, n)| (t.as_str(), *n))
            .collect::<std::collections::BTreeMap<_, _>>(),
    )?;
    summary
        .value("seconds", seconds)?
        .value("peak_memory_mib", peak_memory_mib())?;
    Ok(summary)
}
