//! How many care contracts a second can be concluded, and how long does the slowest one in a hundred
//! take, in a SQLite file and in PostgreSQL, one after the other and by eight writers at once?
//!
//! Each child has three applications and a confirmed offer; its contract withdraws the two others.
//! The database holds a city of 60,000 children, and every commit waits for the disk.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::io;
use std::time::{Duration, Instant};

use benches::Purpose;
use benches::placement::applicants::{Applicant, Applicants};
use benches::placement::city::{self, CitySize};
use benches::placement::database::{FreshDatabase, Kind};
use benches::placement::envelope;
use benches::placement::latencies::{Latencies, LatencyTable, Watch};
use criterion::{Criterion, SamplingMode, Throughput};
use store::{ProcedureStore as _, SqlStore};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// How many write at once.
const WRITERS: [usize; 2] = [1, 8];

/// A database with a city, and the children who come in.
struct Subject {
    database: FreshDatabase,
    applicants: Applicants,
}

fn main() -> io::Result<()> {
    let purpose = Purpose::of_this_run();
    let (size, batch) = match purpose {
        Purpose::Measure => (CitySize::FULL, 128),
        Purpose::Try => (CitySize::TINY, 8),
    };
    let runtime = Runtime::new()?;
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("conclusions");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .measurement_time(Duration::from_secs(30))
        .throughput(Throughput::Elements(batch));
    let mut table = LatencyTable::default();
    for kind in Kind::available(purpose) {
        let mut subject = None;
        for writers in WRITERS {
            let name = format!("{}_{writers}_at_once", kind.name());
            let mut latencies = Latencies::of(&name);
            group.bench_function(&name, |bencher| {
                bencher.iter_custom(|batches| {
                    let measured = runtime.block_on(async {
                        if subject.is_none() {
                            subject = Some(Subject::with(kind, purpose, size).await?);
                        }
                        let subject = subject.as_ref().expect("it was made");
                        let mut sum = Duration::ZERO;
                        for _ in 0..batches {
                            let ready = subject.ready(batch).await?;
                            let watch = Watch::start();
                            let single = subject.conclude(&ready, writers).await?;
                            let taken = watch.stop();
                            latencies.add(&single, taken);
                            sum += taken.elapsed;
                        }
                        Ok::<_, io::Error>(sum)
                    });
                    measured.expect("nothing stands in the way of these contracts")
                });
            });
            table.push(latencies);
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

impl Subject {
    /// Connections opened and statements prepared.
    async fn with(kind: Kind, purpose: Purpose, size: CitySize) -> io::Result<Self> {
        let city = city::load(size);
        let temporary = env!("CARGO_TARGET_TMPDIR");
        let subject = Self {
            database: kind.with(temporary, purpose, &city).await?,
            applicants: Applicants::of(size),
        };
        let most = WRITERS.into_iter().max().unwrap_or(1);
        let ready = subject.ready(most as u64 * 4).await?;
        subject.conclude(&ready, most).await?;
        Ok(subject)
    }

    /// Children whose contracts can be concluded.
    async fn ready(&self, count: u64) -> io::Result<Vec<Applicant>> {
        let store = &self.database.store;
        self.applicants.ready(store, count).await
    }

    /// Concludes contracts; gives how long each took.
    async fn conclude(&self, ready: &[Applicant], writers: usize) -> io::Result<Vec<Duration>> {
        let store = &self.database.store;
        let mut tasks = JoinSet::new();
        for share in ready.chunks(ready.len().div_ceil(writers)) {
            tasks.spawn(one_after_the_other(store.clone(), share.to_vec()));
        }
        let mut single = Vec::with_capacity(ready.len());
        while let Some(done) = tasks.join_next().await {
            single.append(&mut done.map_err(io::Error::other)??);
        }
        Ok(single)
    }
}

async fn one_after_the_other(
    store: SqlStore,
    applicants: Vec<Applicant>,
) -> io::Result<Vec<Duration>> {
    let mut single = Vec::with_capacity(applicants.len());
    for applicant in applicants {
        let (envelope, command) = (envelope(Some(applicant.name())), applicant.conclusion());
        let begin = Instant::now();
        let receipt = store.perform(&envelope, &command).await;
        single.push(begin.elapsed());
        // The contract, what became of the three applications, and of the offer.
        let changes = receipt.map_err(io::Error::other)?.changes.len();
        if changes != 5 {
            return Err(io::Error::other(format!("{changes} changes instead of 5")));
        }
    }
    Ok(single)
}
