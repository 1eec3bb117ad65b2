//! How many rows a second does the validation check, and does its memory stay bounded at ten
//! million contracts?
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::io;
use std::path::Path;
use std::process::Command;

use benches::process::{self, Comparison};
use benches::{Inputs, Purpose, cities};
use criterion::{Criterion, SamplingMode, Throughput};

/// Rows of contracts that a process checks, with all the rows they refer to.
const CONTRACTS: u64 = 10_000_000;
/// Rows of contracts that are checked in process.
const CONTRACTS_IN_PROCESS: u64 = 500_000;

fn main() -> io::Result<()> {
    let purpose = Purpose::of_this_run();
    let inputs = match purpose {
        Purpose::Measure => {
            compare(city("city-10m-contracts", CONTRACTS)?.path())?;
            city("city-500k-contracts", CONTRACTS_IN_PROCESS)?
        }
        Purpose::Try => Inputs::tiny(env!("CARGO_TARGET_TMPDIR"), "city-tiny", |to| {
            cities::write(to, 0.01)
        })?,
    };
    let folder = inputs.path();
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("validation");
    for format in cities::FORMATS {
        let rows = cities::check(folder, format)?;
        group
            .sample_size(10)
            .sampling_mode(SamplingMode::Flat)
            .throughput(Throughput::Elements(rows));
        group.bench_function(format.extension(), |bencher| {
            bencher.iter(|| cities::check(folder, format).expect("it was sound before"));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

/// A city with that many rows of contracts, generated unless it is there.
fn city(name: &str, contracts: u64) -> io::Result<Inputs> {
    Inputs::kept(env!("CARGO_TARGET_TMPDIR"), name, |folder| {
        cities::write(folder, cities::scale_with_contracts(contracts)?)
    })
}

/// Checks the city in a process of its own, format by format.
fn compare(folder: &Path) -> io::Result<()> {
    let mut comparison = Comparison::default();
    for format in cities::FORMATS {
        let usage = process::run(
            Command::new(env!("CARGO_BIN_EXE_check_city"))
                .arg(folder)
                .arg(format.extension()),
        )?;
        comparison.push_rows(&format!("check {}", format.extension()), usage);
    }
    println!("{comparison}");
    Ok(())
}
