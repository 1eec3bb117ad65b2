//! How long does the gate take to judge a table of 60,000 children beside fifty releases of five
//! dates (goal: 2 s)? No other program keeps a ledger of releases, so there is no peer.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use benches::Purpose;
use criterion::{Criterion, SamplingMode};
use disclosure::{LedgerDecision, ReleaseLedger, ReleaseRequest};

#[path = "../../engine/disclosure/tests/disclosure/shared_cases/ledger_city.rs"]
mod ledger_city;

/// Releases in the ledger before the gate is timed.
const RELEASES: usize = 50;

/// The goal for one decision, in seconds.
const GOAL: f64 = 2.0;

fn main() {
    let purpose = Purpose::of_this_run();
    let (children, releases) = match purpose {
        Purpose::Measure => (60_000, RELEASES),
        Purpose::Try => (300, 2),
    };
    let children: Vec<[usize; 4]> = (0..children).map(ledger_city::child).collect();
    let (ledger, month) = filled(&children, releases);
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("gate");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let tables = match purpose {
        Purpose::Measure => &ledger_city::TABLES[..],
        Purpose::Try => &ledger_city::TABLES[..1],
    };
    let mut slowest = Duration::ZERO;
    for &levels in tables {
        let asked = ledger_city::request(levels, month, &children);
        let name = levels.map(|level| level.to_string()).concat();
        group.bench_function(&name, |bencher| {
            bencher.iter_custom(|rounds| {
                let taken: Vec<Duration> = (0..rounds).map(|_| judge(&ledger, &asked)).collect();
                slowest = slowest.max(taken.iter().copied().max().unwrap_or_default());
                taken.iter().sum()
            });
        });
    }
    group.finish();
    criterion.final_summary();
    if purpose == Purpose::Measure {
        let seconds = slowest.as_secs_f64();
        println!(
            "slowest decision beside {} releases: {seconds:.2} s (goal {GOAL})",
            ledger.len()
        );
    }
}

/// A ledger with so many releases of earlier months, refused tables as the gate proposes them, and the
/// month the next tables are of.
fn filled(children: &[[usize; 4]], releases: usize) -> (ReleaseLedger, i8) {
    let mut ledger = ReleaseLedger::default();
    for month in 1..=12 {
        for levels in ledger_city::TABLES {
            if ledger.len() >= releases {
                return (ledger, month);
            }
            let asked = ledger_city::request(levels, month, children);
            let decision = ledger.decide(&asked).expect("tables of one city agree");
            let passed = match decision {
                LedgerDecision::Released(passed) => Some(passed),
                LedgerDecision::Repeated(_) => None,
                LedgerDecision::Refused(refusal) => refusal.proposal().and_then(|proposal| {
                    match ledger.decide(proposal.request()) {
                        Ok(LedgerDecision::Released(passed)) => Some(passed),
                        _ => None,
                    }
                }),
            };
            if let Some(passed) = passed {
                ledger.record(*passed);
            }
        }
    }
    (ledger, 12)
}

fn judge(ledger: &ReleaseLedger, asked: &ReleaseRequest) -> Duration {
    let start = Instant::now();
    let decision = ledger.decide(black_box(asked));
    black_box(decision.expect("tables of one city agree"));
    start.elapsed()
}
