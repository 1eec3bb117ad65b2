//! `placewright demo`: the main job from first to last, then its pages.

mod catalogues;
mod pictures;
mod procedure;
mod real;

use std::net::SocketAddr;
use std::path::PathBuf;

use domain::ReferenceDate;
use domain::procedure::{HumanActor, Role};
use http_api::Clock;
use store::SqlStore;
use tables::Format;

use super::{Context, generate, report, serve};
use crate::analysis::Analysis;
use crate::failure::Failure;
use crate::files::{OutputFolder, read_city};
use crate::measure::{Stopwatch, peak_memory_mib};
use crate::pages;
use crate::summary::Summary;
use crate::{database, demo_tokens, stored_city};

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
    let files = read_city(&folder, &context.progress)?;
    summary.line("2. Every row was checked: nothing is wrong.");
    let input_hash = database::content_sha256(&files)?;
    let path = arguments.out.join("placewright.sqlite");
    let store = fresh_store(&path).await?;
    let actor = HumanActor {
        id: "demo.city.admin".parse()?,
        role: Role::CityAdmin,
    };
    stored_city::load(&store, &files, &actor, &Clock::fixed_on(spec.as_of())?).await?;
    drop(files);
    let Some(city) = stored_city::read(&store).await? else {
        return Err(anyhow::anyhow!("the city was loaded, but the database holds none").into());
    };
    summary.line(format!(
        "3. Loaded into {}, row by row, and read back from there.",
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
    let mut output = OutputFolder::new(&arguments.out)?;
    analysis.write(&mut output)?;
    extracts(&city, &analysis, &mut output, &mut summary)?;
    let analyses = stored_city::analyses(&store).await?;
    procedure::play(
        &store,
        &analyses,
        spec.as_of(),
        arguments.seed,
        &mut summary,
    )
    .await?;
    catalogues::hand_in(&store, spec.as_of(), &mut summary).await?;
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
        store.close().await;
        return Ok(summary);
    }
    let clock = Clock::system();
    let tokens = serve::demo_tokens(&store, &[], &clock).await?;
    let file = arguments.out.join("tokens.json");
    demo_tokens::write(&tokens, &file)?;
    print!("{}", summary.text());
    println!(
        "Ready-made tokens for every role are in {}.",
        file.display()
    );
    drop((city, analysis));
    let served = serve::Served {
        store,
        clock,
        analyses,
        view: Some(view),
        is_demo: true,
    };
    serve::listen(served, arguments.listen).await?;
    Ok(Summary::default())
}

/// A database without anything of an earlier demo.
async fn fresh_store(path: &std::path::Path) -> Result<SqlStore, Failure> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(SqlStore::open_sqlite(path).await?)
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
        report::federal(
            city,
            &report::Run::plain(federal, analysis.as_of),
            output,
            &mut inner,
        )
    })?;
    let state = ReferenceDate::state(year)?;
    output.within("extracts/state", |output| {
        report::state(
            city,
            &report::Run::plain(state, analysis.as_of),
            output,
            &mut inner,
        )
    })?;
    for line in inner.text().lines() {
        summary.line(format!("   {line}"));
    }
    Ok(())
}
