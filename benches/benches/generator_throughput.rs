//! How many rows a second does the generator of cities make, and in how much memory?
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::io;
use std::process::Command;

use benches::process::{self, Comparison};
use benches::{Purpose, cities};
use criterion::{Criterion, SamplingMode, Throughput};

/// Runs of the whole process; the one with the least processor time counts.
const RUNS: usize = 3;

fn main() -> io::Result<()> {
    let purpose = Purpose::of_this_run();
    if purpose == Purpose::Measure {
        let mut comparison = Comparison::default();
        for scale in ["1", "8"] {
            let usage = process::least_of(RUNS, || {
                let mut command = Command::new(env!("CARGO_BIN_EXE_generate_city"));
                command.arg(scale);
                command
            })?;
            comparison.push_rows(&format!("generate scale {scale}"), usage);
        }
        println!("{comparison}");
    }
    let scale = match purpose {
        Purpose::Measure => 0.2,
        Purpose::Try => 0.01,
    };
    let mut criterion = Criterion::default().configure_from_args();
    let rows = cities::count(scale)?.total();
    let mut group = criterion.benchmark_group("generator");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .throughput(Throughput::Elements(rows));
    group.bench_function(format!("scale_{scale}"), |bencher| {
        bencher.iter(|| cities::count(scale).expect("it was counted before"));
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}
