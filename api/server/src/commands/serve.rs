//! `placewright serve`: the pages and the API over a city.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use domain::Month;
use http_api::{PlannerView, router};
use jiff::civil::Date;
use tables::City;

use super::Context;
use crate::analysis::Analysis;
use crate::database;
use crate::failure::Failure;
use crate::files::read_city;
use crate::pages;
use crate::summary::Summary;

/// Serves the pages and the API.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Database with the tables of a city: sqlite:PATH. The demo leaves one.
    #[arg(
        long,
        env = "PLACEWRIGHT_DATABASE",
        default_value = "sqlite:demo/placewright.sqlite"
    )]
    database: String,
    /// City directory, instead of a database.
    #[arg(long)]
    city: Option<PathBuf>,
    /// The day of the numbers; the newest attested month if absent.
    #[arg(long)]
    as_of: Option<Date>,
    /// The tables are real: no demo banner.
    #[arg(long)]
    real: bool,
    /// Seed of the lottery.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Address to listen on.
    #[arg(long, env = "PLACEWRIGHT_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Runs the command until it is interrupted.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let (city, runs) = match &arguments.city {
        Some(folder) => (read_city(folder, &context.progress)?, Vec::new()),
        None => {
            let store = database::open_existing(&database::path(&arguments.database)?).await?;
            let sources = database::sources(&store).await?;
            let runs = store::Store::runs(&store).await?;
            store.close().await;
            let city = City::read(&sources, &mut |_, _| {}).map_err(Failure::Input)?;
            (city, runs)
        }
    };
    let as_of = match arguments.as_of {
        Some(day) => day,
        None => newest_attested(&city)?,
    };
    let analysis = Analysis::run(&city, as_of, arguments.seed, &context.progress)?;
    let view = pages::view(&analysis, &city, !arguments.real, runs)?;
    drop((city, analysis));
    listen(view, arguments.listen).await?;
    Ok(Summary::default())
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

/// Serves a view until interrupted.
pub(crate) async fn listen(view: PlannerView, address: SocketAddr) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("listening on {address}; choose another address with --listen"))?;
    println!(
        "Serving http://{}/ (end with Ctrl-C)",
        listener.local_addr()?
    );
    let interrupted = async {
        // Without a signal handler the process still ends on Ctrl-C.
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, router(Arc::new(view)))
        .with_graceful_shutdown(interrupted)
        .await?;
    Ok(())
}
