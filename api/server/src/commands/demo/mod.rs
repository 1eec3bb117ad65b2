//! `placewright demo`: the main job from first to last, then its pages.

mod pictures;
mod real;

use std::net::SocketAddr;
use std::path::PathBuf;

use domain::ReferenceDate;
use store::SqliteStore;
use tables::Format;

use super::{Context, generate, report, serve};
use crate::analysis::Analysis;
use crate::database;
use crate::failure::Failure;
use crate::files::{OutputFolder, read_city};
use crate::measure::{Stopwatch, peak_memory_mib};
use crate::pages;
use crate::summary::Summary;

/// Runs the main job on a synthetic city, writes tables and charts, and serves the pages.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Size of the city: 1 is Dresden (about 56,000 places).
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// Seed; the same seed and scale give the same tables to the byte.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for everything the demo writes.
    #[arg(long, default_value = "demo")]
    out: PathBuf,
    /// Ends after writing.
    #[arg(long)]
    no_serve: bool,
    /// Address to listen on.
    #[arg(long, env = "PLACEWRIGHT_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Runs the command.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let stopwatch = Stopwatch::start();
    let mut summary = Summary::default();
    summary.line("Placewright demo: a synthetic city, no row describes a person.");
    let spec = generate::spec(arguments.seed, arguments.scale)?;
    if spec.units() > 1 {
        return Err(Failure::argument(
            "E8013",
            "--scale",
            "the demo shows one city",
            "give a scale of at most 1; `placewright generate` makes larger ones",
        ));
    }
    let folder = arguments.out.join("city");
    generate::into_folder(&spec, Format::Csv, &folder, context)?;
    summary.line(format!("1. The city's tables are in {}.", folder.display()));
    let city = read_city(&folder, &context.progress)?;
    summary.line("2. Every row was checked: nothing is wrong.");
    let path = arguments.out.join("placewright.sqlite");
    let store = SqliteStore::open(&path).await?;
    let (input_hash, new) = database::import(&store, &city).await?;
    summary.line(format!(
        "3. Loaded into {} ({new} tables new).",
        path.display()
    ));
    let analysis = Analysis::run(&city, spec.as_of(), arguments.seed, &context.progress)?;
    let runs = database::record(
        &store,
        &input_hash,
        analysis.policy.version(),
        arguments.seed,
    )
    .await?;
    for table in [&analysis.tables.contracts, &analysis.tables.bound_places] {
        store::Store::keep_release(&store, table, analysis.as_of, jiff::Timestamp::now()).await?;
    }
    store.close().await;
    let mut output = OutputFolder::new(&arguments.out)?;
    analysis.write(&mut output)?;
    extracts(&city, &analysis, &mut output, &mut summary)?;
    let mut view = pages::view(&analysis, &city, true, runs)?;
    let bar = context.progress.working("forecasting real populations");
    let real = real::forecasts(&mut output, &mut view, &mut summary)?;
    bar.done();
    summary.line("What was found:");
    for found in &view.findings {
        summary.line(format!("  - {}", found.english));
    }
    let pictures = pictures::write(&analysis, &view, &real, &mut output)?;
    pictures::index(&view, &pictures, &mut output)?;
    let hashes = output.hashes().clone();
    output.write("hashes.json", |to| {
        serde_json::to_writer_pretty(to, &hashes)
    })?;
    output.publish()?;
    let seconds = stopwatch.seconds();
    summary.line(format!(
        "Tables, {} charts and an index.html are in {}. {seconds:.1} s, peak memory {:.0} MiB.",
        pictures.len(),
        arguments.out.display(),
        peak_memory_mib().unwrap_or_default()
    ));
    summary
        .value("seconds", seconds)?
        .value("peak_memory_mib", peak_memory_mib())?;
    summary.value(
        "findings",
        view.findings.iter().map(|f| &f.english).collect::<Vec<_>>(),
    )?;
    summary.value("input_sha256", input_hash)?;
    if arguments.no_serve {
        return Ok(summary);
    }
    print!("{}", summary.text());
    drop((city, analysis));
    serve::listen(view, arguments.listen).await?;
    Ok(Summary::default())
}

/// Both official extracts, each in a folder of its own: single records for the statistics office.
fn extracts(
    city: &tables::City,
    analysis: &Analysis,
    output: &mut OutputFolder,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    let year = i32::from(analysis.as_of.year());
    summary.line("4. Official extracts (single records, for the statistics office only):");
    let federal = ReferenceDate::federal(year)?;
    let mut inner = Summary::default();
    output.within("extracts/federal", |output| {
        report::federal(city, federal, analysis.as_of, output, &mut inner)
    })?;
    let state = ReferenceDate::state(year)?;
    output.within("extracts/state", |output| {
        report::state(city, state, analysis.as_of, output, &mut inner)
    })?;
    for line in inner.text().lines() {
        summary.line(format!("   {line}"));
    }
    Ok(())
}
