//! How long does it take to read the whole procedure of a city into columns (goal: 500 ms), and to carry
//! these columns on after one change (goal: 5 ms), from a SQLite file and from PostgreSQL?
//!
//! The city: 60,000 children, 100,000 versions of contracts, 1,000 facilities, 20,000 applications.
//! Refreshed after a contract that withdraws two other applications, and after other places of a
//! facility.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::io;

use benches::Purpose;
use benches::placement::applicants::Applicants;
use benches::placement::city::{self, CitySize};
use benches::placement::database::{FreshDatabase, Kind};
use benches::placement::latencies::{Latencies, LatencyTable, Taken, Watch};
use benches::placement::{existing, perform};
use criterion::{BenchmarkGroup, Criterion, SamplingMode, measurement::WallTime};
use domain::procedure::Command;
use store::{ProcedureStore as _, Snapshot};
use tokio::runtime::Runtime;

/// What happens before a refresh.
#[derive(Clone, Copy)]
enum Happened {
    Contract,
    Places,
    Nothing,
}

impl Happened {
    const ALL: [Self; 3] = [Self::Contract, Self::Places, Self::Nothing];

    const fn name(self) -> &'static str {
        match self {
            Self::Contract => "refresh_after_a_contract",
            Self::Places => "refresh_after_other_places",
            Self::Nothing => "refresh_after_nothing",
        }
    }
}

/// A database with a city, and the children who come in.
struct Subject {
    size: CitySize,
    database: FreshDatabase,
    applicants: Applicants,
    rounds: u32,
}

fn main() -> io::Result<()> {
    let purpose = Purpose::of_this_run();
    let size = match purpose {
        Purpose::Measure => CitySize::FULL,
        Purpose::Try => CitySize::TINY,
    };
    let runtime = Runtime::new()?;
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("snapshot");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let mut table = LatencyTable::default();
    for kind in Kind::available(purpose) {
        let mut subject = None;
        let make = || Subject::with(kind, purpose, size);
        let name = format!("{}_build", kind.name());
        measure(&mut group, &mut table, name, |rounds| {
            runtime.block_on(async {
                let subject = made(&mut subject, make).await?;
                subject.build(rounds).await
            })
        });
        for happened in Happened::ALL {
            let name = format!("{}_{}", kind.name(), happened.name());
            measure(&mut group, &mut table, name, |rounds| {
                runtime.block_on(async {
                    let subject = made(&mut subject, make).await?;
                    subject.refresh(happened, rounds).await
                })
            });
        }
        if let Some(subject) = subject {
            runtime.block_on(subject.database.end());
        }
    }
    group.finish();
    criterion.final_summary();
    if purpose == Purpose::Measure {
        println!("{table}");
    }
    Ok(())
}

/// Times rounds by criterion and keeps each for the table.
fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    table: &mut LatencyTable,
    name: String,
    mut rounds: impl FnMut(u64) -> io::Result<Vec<Taken>>,
) {
    let mut latencies = Latencies::of(&name);
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|count| {
            let times = rounds(count).expect("the database answers");
            for taken in &times {
                latencies.add(&[taken.elapsed], *taken);
            }
            times.iter().map(|taken| taken.elapsed).sum()
        });
    });
    table.push(latencies);
}

/// The subject, made when it is asked for first.
async fn made<F: Future<Output = io::Result<Subject>>>(
    subject: &mut Option<Subject>,
    make: impl FnOnce() -> F,
) -> io::Result<&mut Subject> {
    if subject.is_none() {
        *subject = Some(make().await?);
    }
    Ok(subject.as_mut().expect("it was made"))
}

impl Subject {
    async fn with(kind: Kind, purpose: Purpose, size: CitySize) -> io::Result<Self> {
        let city = city::load(size);
        let temporary = env!("CARGO_TARGET_TMPDIR");
        let database = kind.with(temporary, purpose, &city).await?;
        let snapshot = database.store.snapshot().await.map_err(io::Error::other)?;
        assert_eq!(rows(&snapshot), rows_of(size), "rows are missing");
        Ok(Self {
            size,
            database,
            applicants: Applicants::of(size),
            rounds: 0,
        })
    }

    /// Reads everything, as a process does that has just been started.
    async fn build(&self, rounds: u64) -> io::Result<Vec<Taken>> {
        let mut times = Vec::new();
        for _ in 0..rounds {
            let store = self.database.opened_again().await?;
            let watch = Watch::start();
            let snapshot = store.snapshot().await.map_err(io::Error::other)?;
            times.push(watch.stop());
            drop(snapshot);
            store.close().await;
        }
        Ok(times)
    }

    /// Lets something happen and reads what was changed by it.
    async fn refresh(&mut self, happened: Happened, rounds: u64) -> io::Result<Vec<Taken>> {
        let store = &self.database.store;
        let commands: Vec<Option<Command>> = match happened {
            Happened::Contract => {
                let ready = self.applicants.ready(store, rounds).await?;
                ready.iter().map(|it| Some(it.conclusion())).collect()
            }
            Happened::Places => (0..rounds)
                .map(|_| {
                    self.rounds += 1;
                    Some(existing::other_places(self.size, self.rounds))
                })
                .collect(),
            Happened::Nothing => (0..rounds).map(|_| None).collect(),
        };
        store.snapshot().await.map_err(io::Error::other)?;
        let mut times = Vec::with_capacity(commands.len());
        for command in commands {
            if let Some(command) = command {
                perform(store, &command).await?;
            }
            let watch = Watch::start();
            let snapshot = store.snapshot().await.map_err(io::Error::other)?;
            times.push(watch.stop());
            drop(snapshot);
        }
        Ok(times)
    }
}

/// Facilities, children, versions of contracts and applications in a snapshot.
fn rows(snapshot: &Snapshot) -> [u64; 4] {
    let versions: usize = snapshot.chunks().map(|chunk| chunk.contracts.len()).sum();
    let applications: usize = snapshot
        .chunks()
        .map(|chunk| chunk.applications.len())
        .sum();
    [
        snapshot.facilities().len() as u64,
        snapshot.child_count() as u64,
        versions as u64,
        applications as u64,
    ]
}

/// The same of a city as ordered, with three applications for every child who waits.
fn rows_of(size: CitySize) -> [u64; 4] {
    let applications = size.applications / city::APPLICATIONS_EACH * city::APPLICATIONS_EACH;
    [
        size.facilities,
        size.children,
        size.contract_versions,
        applications,
    ]
}
