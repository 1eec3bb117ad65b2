//! How much processor time does the occupancy cube of 4 million contracts × 60,000 facilities ×
//! 120 months take, against DuckDB and Python polars on the same Parquet file?
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints its table"
)]

use std::hint::black_box;
use std::io;
use std::path::Path;
use std::process::Command;

use benches::contracts::{self, Size};
use benches::cube::CubeTotals;
use benches::process::{self, Comparison, Usage};
use benches::{Inputs, Purpose};
use criterion::{Criterion, SamplingMode, Throughput};
use occupancy::{Grid, sweep};

/// Threads every process may use.
const THREADS: &str = "2";
/// Runs of our side; the one with the least processor time counts, as for the peers.
const RUNS: usize = 3;
/// Runs of each way of each peer.
const PEER_RUNS: usize = 2;
/// Our side shall take at most one part in this many of either peer's processor time.
const GOAL: f64 = 10.0;

/// The peers and their scripts.
const PEERS: [(&str, &str); 2] = [
    ("DuckDB", "occupancy_duckdb.py"),
    ("polars", "occupancy_polars.py"),
];

/// The ways in which each peer can build the cube: the first two as one writes them, the last with
/// the cube's axes packed into one integer by hand.
const WAYS: [&str; 3] = ["months", "differences", "packed"];

fn main() -> io::Result<()> {
    let purpose = Purpose::of_this_run();
    let temporary = env!("CARGO_TARGET_TMPDIR");
    let (inputs, size) = match purpose {
        Purpose::Measure => {
            let size = Size::FULL;
            let inputs = Inputs::kept(temporary, "contracts-4m", |to| contracts::write(to, size))?;
            (inputs, size)
        }
        Purpose::Try => {
            let size = Size::TINY;
            let inputs = Inputs::tiny(temporary, "contracts-4k", |to| contracts::write(to, size))?;
            (inputs, size)
        }
    };
    if purpose == Purpose::Measure {
        compare(inputs.path())?;
    }
    let mut criterion = Criterion::default().configure_from_args();
    in_process(&mut criterion, inputs.path(), size)?;
    criterion.final_summary();
    Ok(())
}

/// The kernel alone, and the way from the file to the cube.
fn in_process(criterion: &mut Criterion, folder: &Path, size: Size) -> io::Result<()> {
    let facilities = contracts::facility_index(folder)?;
    let frame = contracts::read(folder)?;
    let placements = contracts::placements(&frame, &facilities)?;
    drop(frame);
    let grid = Grid::new(facilities.len(), contracts::months()).map_err(io::Error::other)?;
    let expected = CubeTotals::of(&sweep(&placements, grid).map_err(io::Error::other)?, grid);
    assert_eq!(
        expected.children.iter().sum::<i64>(),
        contracts::contract_months(&placements),
        "the cube does not hold every month of every contract"
    );
    let mut group = criterion.benchmark_group("occupancy_cube");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .throughput(Throughput::Elements(size.contracts as u64));
    group.bench_function("sweep", |bencher| {
        bencher.iter(|| sweep(black_box(&placements), grid));
    });
    group.bench_function("read_intern_sweep", |bencher| {
        bencher.iter(|| assert_eq!(cube(folder).expect("it was read before"), expected));
    });
    group.finish();
    Ok(())
}

/// From the files to the totals of the cube.
fn cube(folder: &Path) -> io::Result<CubeTotals> {
    let facilities = contracts::facility_index(folder)?;
    let placements = contracts::placements(&contracts::read(folder)?, &facilities)?;
    let grid = Grid::new(facilities.len(), contracts::months()).map_err(io::Error::other)?;
    let loads = sweep(&placements, grid).map_err(io::Error::other)?;
    Ok(CubeTotals::of(&loads, grid))
}

/// Runs us and the peers as processes and prints what they cost.
fn compare(folder: &Path) -> io::Result<()> {
    let ours = process::least_of(RUNS, || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_occupancy_cube"));
        command
            .arg(folder)
            .env("POLARS_MAX_THREADS", THREADS)
            .env("RAYON_NUM_THREADS", THREADS);
        command
    })?;
    let answer = ours.answer.clone();
    let mut comparison = Comparison::default();
    comparison.push("Placewright, sweep", ours);
    let mut verdicts = Vec::new();
    match process::python() {
        Err(reason) => eprintln!("{reason}"),
        Ok(python) => {
            for (peer, script) in PEERS {
                for way in WAYS {
                    let usage = measure_peer(&python, script, way, folder)?;
                    assert_eq!(usage.answer, answer, "{peer} ({way}) counts differently");
                    verdicts.push((peer, way, comparison.ratio_of(&usage)));
                    comparison.push(format!("{peer}, {way}"), usage);
                }
            }
        }
    }
    println!("{answer}\n\n{comparison}");
    for (peer, way, ratio) in verdicts {
        if let Some(ratio) = ratio.filter(|ratio| *ratio < GOAL) {
            println!("{peer} ({way}) takes {ratio:.1} times our CPU: the goal of {GOAL} is missed");
        }
    }
    Ok(())
}

fn measure_peer(python: &Path, script: &str, way: &str, folder: &Path) -> io::Result<Usage> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("peers")
        .join(script);
    process::least_of(PEER_RUNS, || {
        let mut command = Command::new(python);
        command
            .arg(&script)
            .args([way, THREADS])
            .arg(folder)
            .env("POLARS_MAX_THREADS", THREADS);
        command
    })
}
