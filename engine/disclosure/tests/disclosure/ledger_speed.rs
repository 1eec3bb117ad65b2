//! How long the gate takes against a ledger of fifty releases (goal G10). Run with
//! `cargo test --release -p placewright-disclosure --test disclosure ledger_speed -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too
#![allow(clippy::disallowed_methods)] // a bench reads the clock

use std::time::{Duration, Instant};

use crate::shared_cases::ledger_city::{TABLES, child, request};
use disclosure::{LedgerDecision, ReleaseLedger};

const RELEASES: usize = 50;
const CHILDREN: u64 = 60_000;

#[test]
#[ignore = "takes minutes"]
fn the_gate_decides_beside_fifty_releases_of_five_dates() {
    let children: Vec<[usize; 4]> = (0..CHILDREN).map(child).collect();
    println!("{:>4} {:<10} {:>9}  decision", "in", "levels", "ms");
    let mut ledger = ReleaseLedger::default();
    let mut beside_fifty = Vec::new();
    for month in 1..=6 {
        for levels in TABLES {
            let asked = request(levels, month, &children);
            let start = Instant::now();
            let decision = ledger.decide(&asked).unwrap();
            let took = start.elapsed();
            let (passed, word) = match decision {
                LedgerDecision::Released(passed) => (Some(passed), "released".to_owned()),
                LedgerDecision::Repeated(_) => (None, "repeated".to_owned()),
                LedgerDecision::Refused(refusal) => {
                    let hidden = refusal.proposal().map_or(0, |one| one.hidden().len());
                    let passed = refusal.proposal().and_then(|proposal| {
                        match ledger.decide(proposal.request()).unwrap() {
                            LedgerDecision::Released(passed) => Some(passed),
                            _ => None,
                        }
                    });
                    let findings = refusal.findings();
                    let word =
                        format!("refused ({findings} findings), passes with {hidden} hidden");
                    (passed, word)
                }
            };
            println!(
                "{:>4} {:<10} {:>9.1}  {word}",
                ledger.len(),
                levels.map(|level| level.to_string()).concat(),
                took.as_secs_f64() * 1e3
            );
            if ledger.len() >= RELEASES {
                beside_fifty.push(took);
            }
            if let Some(passed) = passed {
                ledger.record(*passed);
            }
        }
    }
    let slowest = beside_fifty.iter().max().copied().unwrap_or(Duration::ZERO);
    println!(
        "slowest of {} decisions beside {RELEASES} and more releases: {:.2} s",
        beside_fifty.len(),
        slowest.as_secs_f64()
    );
    assert!(!beside_fifty.is_empty());
}
