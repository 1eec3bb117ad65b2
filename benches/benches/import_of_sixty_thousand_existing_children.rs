//! How long does it take to hand in 60,000 existing children at once (K41), and to hand the same file
//! in again, in a SQLite file and in PostgreSQL?
//!
//! One provider runs 1,000 facilities; all rows are one command: one transaction with 60,000 children,
//! contracts, log entries and events. The second time nothing changes.

use std::io;
use std::time::{Duration, Instant};

use benches::Purpose;
use benches::placement::city::{self, CitySize};
use benches::placement::database::{FreshDatabase, Kind};
use benches::placement::{existing, perform};
use criterion::{Criterion, SamplingMode, Throughput};
use domain::procedure::Command;
use store::CityLoad;
use tokio::runtime::Runtime;

fn main() -> io::Result<()> {
    let purpose = Purpose::of_this_run();
    let size = match purpose {
        Purpose::Measure => CitySize::FULL,
        Purpose::Try => CitySize::TINY,
    };
    let children = size.children;
    let size = CitySize {
        providers: 1,
        ..size.without_children()
    };
    let (city, import) = (city::load(size), existing::import(size, children));
    let runtime = Runtime::new()?;
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("existing_children");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(1))
        .throughput(Throughput::Elements(children));
    for kind in Kind::available(purpose) {
        group.bench_function(format!("{}_first", kind.name()), |bencher| {
            bencher.iter_custom(|rounds| {
                let measured = runtime.block_on(async {
                    let mut sum = Duration::ZERO;
                    for _ in 0..rounds {
                        let (database, elapsed) = first(kind, purpose, &city, &import).await?;
                        sum += elapsed;
                        database.end().await;
                    }
                    Ok::<_, io::Error>(sum)
                });
                measured.expect("nothing is wrong with these rows")
            });
        });
        let mut imported = None;
        group.bench_function(format!("{}_again", kind.name()), |bencher| {
            bencher.iter_custom(|rounds| {
                let measured = runtime.block_on(async {
                    if imported.is_none() {
                        imported = Some(first(kind, purpose, &city, &import).await?.0);
                    }
                    let database = imported.as_ref().expect("it was made");
                    let begin = Instant::now();
                    for _ in 0..rounds {
                        let receipt = perform(&database.store, &import).await?;
                        assert_eq!(receipt.changes, [], "the same file changes nothing");
                    }
                    Ok::<_, io::Error>(begin.elapsed())
                });
                measured.expect("nothing is wrong with these rows")
            });
        });
        if let Some(database) = imported {
            runtime.block_on(database.end());
        }
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

/// Hands the file in, in a city without children; gives how long it took.
async fn first(
    kind: Kind,
    purpose: Purpose,
    city: &CityLoad,
    import: &Command,
) -> io::Result<(FreshDatabase, Duration)> {
    let temporary = env!("CARGO_TARGET_TMPDIR");
    let database = kind.with(temporary, purpose, city).await?;
    let begin = Instant::now();
    let receipt = perform(&database.store, import).await?;
    let elapsed = begin.elapsed();
    let Command::ImportExistingChildren { rows, .. } = import else {
        return Err(io::Error::other("this is not the import"));
    };
    // A child and its contract for every row, and the import itself.
    assert_eq!(receipt.changes.len(), 2 * rows.len() + 1);
    Ok((database, elapsed))
}
