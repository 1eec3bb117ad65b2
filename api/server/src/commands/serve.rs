//! `placewright serve`: the API, its background work and the planner pages over a database.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use disclosure::Label;
use domain::{Month, ProviderId};
use http_api::analysis::Analyses;
use http_api::{Clock, PlannerView, Service, service_router};
use jiff::civil::Date;
use store::{ProcedureStore as _, SqlStore, Store as _};
use tables::City;

use super::Context;
use super::report::read_registers;
use crate::analysis::Analysis;
use crate::background::Background;
use crate::demo_tokens::{self, DemoToken};
use crate::failure::Failure;
use crate::run_worker::RunWorker;
use crate::summary::Summary;
use crate::{database, pages, stored_city};

/// Providers that get demo tokens when none are named.
const PROVIDERS_WITH_TOKENS: usize = 3;

/// Serves the API and the pages.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Database: sqlite:PATH or postgres://USER@HOST/NAME; made if it is a file that is not there.
    /// The demo leaves one.
    #[arg(
        long,
        env = "PLACEWRIGHT_DATABASE",
        default_value = "sqlite:demo/placewright.sqlite"
    )]
    database: String,
    /// The day of the numbers on the pages; the newest attested month if absent.
    #[arg(long)]
    as_of: Option<Date>,
    /// The data are real: no demo banner, and no demo tokens.
    #[arg(long, conflicts_with = "demo_tokens")]
    real: bool,
    /// Seed of the lottery.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Address to listen on.
    #[arg(long, env = "PLACEWRIGHT_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Writes ready-made tokens for every role to this file (JSON, readable by its owner only).
    #[arg(long)]
    demo_tokens: Option<PathBuf>,
    /// A provider that gets demo tokens, known already or not; may be repeated. The first three of
    /// the database if absent.
    #[arg(long)]
    demo_provider: Vec<String>,
    /// Leaves the planner pages out: the API only.
    #[arg(long)]
    no_pages: bool,
    /// Folder with the registers of the official survey, as for `report`; the extracts of the API
    /// are drawn with them.
    #[arg(long)]
    registers: Option<PathBuf>,
}

/// Runs the command until it is interrupted.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let store = database::open(&arguments.database).await?;
    let clock = Clock::system();
    let tokens = match &arguments.demo_tokens {
        Some(file) => {
            let tokens = demo_tokens(&store, &arguments.demo_provider, &clock).await?;
            demo_tokens::write(&tokens, file)?;
            println!("Tokens for every role are in {}.", file.display());
            tokens
        }
        None => Vec::new(),
    };
    drop(tokens);
    let view = if arguments.no_pages {
        None
    } else {
        Some(planner_view(&store, arguments, context).await?)
    };
    let mut analyses = stored_city::analyses(&store).await?;
    if let Some(folder) = &arguments.registers {
        analyses = analyses.with_registers(read_registers(folder)?);
    }
    listen(
        Served {
            store,
            clock,
            analyses,
            view,
            is_demo: !arguments.real,
        },
        arguments.listen,
    )
    .await?;
    Ok(Summary::default())
}

/// Tokens for every role; provider roles for the providers named, else for the first of the database.
pub(crate) async fn demo_tokens(
    store: &SqlStore,
    named: &[String],
    clock: &Clock,
) -> Result<Vec<DemoToken>, Failure> {
    let providers: Vec<ProviderId> = if named.is_empty() {
        let snapshot = store.snapshot().await?;
        snapshot
            .providers()
            .take(PROVIDERS_WITH_TOKENS)
            .map(|provider| provider.id().clone())
            .collect()
    } else {
        named
            .iter()
            .map(|name| name.parse())
            .collect::<Result<_, _>>()?
    };
    demo_tokens::make(store, &providers, clock.now()).await
}

/// The pages over what is in the database now; pages that say so if it holds no city yet.
async fn planner_view(
    store: &SqlStore,
    arguments: &Arguments,
    context: &Context,
) -> Result<PlannerView, Failure> {
    let Some(city) = stored_city::read(store).await? else {
        let city = Label::new("Noch keine Stadt", "No city yet");
        let today = Clock::system().today();
        return Ok(PlannerView::empty(
            city,
            today.first_of_month(),
            env!("CARGO_PKG_VERSION"),
        ));
    };
    let as_of = match arguments.as_of {
        Some(day) => day,
        None => newest_attested(&city)?,
    };
    let runs = store.runs().await?;
    let analysis = Analysis::run(&city, as_of, arguments.seed, &context.progress)?;
    pages::view(&analysis, &city, !arguments.real, runs)
}

/// The 1st of the newest month that a provider attested.
fn newest_attested(city: &City) -> Result<Date, Failure> {
    let months = city
        .attestations()?
        .into_values()
        .flatten()
        .map(|given| given.month);
    months.max().map(Month::first_day).ok_or_else(|| {
        Failure::argument(
            "E8012",
            "--as-of",
            "no provider has attested a month",
            "give the day with --as-of",
        )
    })
}

/// What is served.
pub(crate) struct Served {
    /// The database.
    pub(crate) store: SqlStore,
    /// The clock.
    pub(crate) clock: Clock,
    /// What is computed from the database.
    pub(crate) analyses: Analyses,
    /// The pages, if wanted.
    pub(crate) view: Option<PlannerView>,
    /// Whether everything is made up.
    pub(crate) is_demo: bool,
}

/// Serves until interrupted; requests under way are answered first.
pub(crate) async fn listen(served: Served, address: SocketAddr) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("listening on {address}; choose another address with --listen"))?;
    println!(
        "Serving http://{}/ (API under /v1, described at /docs; end with Ctrl-C)",
        listener.local_addr()?
    );
    let Served {
        store,
        clock,
        analyses,
        view,
        is_demo,
    } = served;
    let mut service = Service::new(store.clone(), clock.clone(), analyses);
    if let Some(view) = view {
        service = service.with_view(Arc::new(view));
    }
    if is_demo {
        service = service.as_demo();
    }
    let background = Background::new(store.clone(), service.analyses(), clock.clone());
    let work = tokio::spawn(background.run());
    let worker = RunWorker::new(store.clone(), service.analyses(), clock);
    let runs = tokio::spawn(worker.run());
    axum::serve(listener, service_router(service))
        .with_graceful_shutdown(interrupted())
        .await?;
    work.abort();
    runs.abort();
    store.close().await;
    Ok(())
}

/// Ends on Ctrl-C or when the operating system asks the process to end.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};

    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            // Without a handler the process still ends at once.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
}
