//! How much processor time and memory does a city-wide placement round take, from files to
//! placements, against `matching`, `algmatch` and ChilmAI on the same round?
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints its table"
)]

use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufReader};
use std::path::Path;
use std::process::Command;

use benches::process::{self, Comparison};
use benches::{Inputs, Purpose, rounds};
use criterion::{Criterion, SamplingMode, Throughput};
use matching::{Round, RoundFiles, RoundOptions, read_round, solve};

/// Runs of our side; the one with the least processor time counts. Every peer runs once.
const RUNS: usize = 3;

/// Children of a round, the goal in seconds of processor time and mebibytes, and the peers that end in
/// a few minutes.
const SIZES: [(usize, f64, f64, &[&str]); 4] = [
    (1_000, 0.02, 100.0, &["matching", "algmatch", "chilmai"]),
    (10_000, 0.02, 100.0, &["matching", "algmatch"]),
    (100_000, 0.2, 100.0, &[]),
    (1_000_000, 2.0, 600.0, &[]),
];

fn main() -> io::Result<()> {
    let purpose = Purpose::of_this_run();
    let temporary = env!("CARGO_TARGET_TMPDIR");
    let (inputs, children) = match purpose {
        Purpose::Measure => {
            for size in SIZES {
                compare(temporary, size)?;
            }
            (kept(temporary, 10_000)?, 10_000)
        }
        Purpose::Try => {
            let tiny = Inputs::tiny(temporary, "round-200", |to| rounds::write(to, 200))?;
            (tiny, 200)
        }
    };
    let mut criterion = Criterion::default().configure_from_args();
    in_process(&mut criterion, inputs.path(), children)?;
    criterion.final_summary();
    Ok(())
}

fn kept(temporary: &str, children: usize) -> io::Result<Inputs> {
    let name = format!("round-{children}");
    Inputs::kept(temporary, &name, |to| rounds::write(to, children))
}

fn read(folder: &Path) -> io::Result<Round> {
    let open = |name: &str| File::open(folder.join(name)).map(BufReader::new);
    read_round(RoundFiles::new(
        open("programmes.csv")?,
        open("applications.csv")?,
    ))
    .map_err(|problems| io::Error::other(format!("{problems:?}")))
}

/// Reading alone and placing alone.
fn in_process(criterion: &mut Criterion, folder: &Path, children: usize) -> io::Result<()> {
    let round = read(folder)?;
    let mut group = criterion.benchmark_group("placement_round");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .throughput(Throughput::Elements(children as u64));
    group.bench_function("read", |bencher| {
        bencher.iter(|| read(folder).expect("it was read before"));
    });
    group.bench_function("solve", |bencher| {
        let options = RoundOptions::default();
        bencher.iter(|| {
            let outcome = solve(black_box(&round), &options).expect("a lottery is always run");
            outcome.placed()
        });
    });
    group.finish();
    Ok(())
}

/// Runs us and the peers as processes on one round and prints what they cost.
fn compare(
    temporary: &str,
    (children, most_seconds, most_mebibytes, peers): (usize, f64, f64, &[&str]),
) -> io::Result<()> {
    let inputs = kept(temporary, children)?;
    let ours = process::least_of(RUNS, || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_placement_round"));
        command.arg(inputs.path());
        command
    })?;
    let placed = ours.answer.clone();
    let seconds = ours.processor.map_or(0.0, |time| time.as_secs_f64());
    let mebibytes = ours.peak_memory.unwrap_or(0) as f64 / 1_048_576.0;
    let mut comparison = Comparison::default();
    comparison.push(format!("Placewright, {children} children"), ours);
    let python = if peers.is_empty() {
        None
    } else {
        process::python()
            .map_err(|reason| eprintln!("{reason}"))
            .ok()
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/placement_peers.py");
    for (peer, python) in peers.iter().zip(std::iter::repeat(&python)) {
        let Some(python) = python else { break };
        let mut command = Command::new(python);
        command.arg(&script).arg(peer).arg(inputs.path());
        match process::run(&mut command) {
            Err(reason) => eprintln!("{peer}: {reason}"),
            Ok(usage) => {
                assert_eq!(usage.answer, placed, "{peer} places another number");
                comparison.push(*peer, usage);
            }
        }
    }
    println!("{placed} of {children} children placed\n\n{comparison}");
    if seconds > most_seconds || mebibytes > most_mebibytes {
        println!(
            "{seconds:.2} s and {mebibytes:.0} MiB: the goal of {most_seconds} s and {most_mebibytes} MiB is missed"
        );
    }
    Ok(())
}
