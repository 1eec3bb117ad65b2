//! How long does it take to hide the small cells of a city's facility tables so that no attacker
//! can tell them from 0 or from 3 (goals: 13,272 cells in 1 s, 159,264 cells in 10 s from 10,000
//! children and in 60 s from 100,000), to attack such a table (goal: 10 s), and to ask for one cell
//! of it after the other (goal: 15 ms for the slowest in a hundred)?
//!
//! The city: 400 facilities in 63 areas of 10 districts, 3 care types, 11 ages, 6 tiers of hours.
//! Peer: GaussSuppression 1.2.3 with its weaker rule, and for single cells the tuned attack with
//! HiGHS in Python; their figures are those of the method sheet, measured on a city of the same
//! shape. One thread, so the clock says what the processor did unless the machine is busy.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use benches::Purpose;
use criterion::{Criterion, SamplingMode};
use disclosure::{Instance, SuppressionRule, ZeroRule};

#[path = "../../engine/disclosure/tests/disclosure/shared_cases/city.rs"]
mod city;

/// Children, columns of the table, and processor seconds of the peer.
const TABLES: [(usize, &[&str], f64); 4] = [
    (10_000, &["place", "care", "hours"], 4.2),
    (100_000, &["place", "care", "hours"], 14.9),
    (10_000, &["place", "care", "age", "hours"], 25.9),
    (100_000, &["place", "care", "age", "hours"], 226.0),
];

fn main() {
    let purpose = Purpose::of_this_run();
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("suppression");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let tables = match purpose {
        Purpose::Measure => &TABLES[..],
        Purpose::Try => &[(500, &["care", "age", "hours"][..], 0.0)],
    };
    let mut printed = Vec::new();
    for &(children, columns, peer) in tables {
        let instance = city::instance(children, columns);
        let name = format!("{children}_children_{}_cells", instance.cells());
        let mut times = Vec::new();
        group.bench_function(&name, |bencher| {
            bencher.iter_custom(|rounds| {
                let taken: Vec<Duration> = (0..rounds).map(|_| hide(&instance)).collect();
                times.extend_from_slice(&taken);
                taken.iter().sum()
            });
        });
        times.sort_unstable();
        printed.push((name, times, peer));
    }
    let (children, columns, _) = tables[0];
    let instance = city::instance(children, columns);
    let pattern = protect(&instance);
    let mut cells = Vec::new();
    if purpose == Purpose::Measure {
        cells = single_cells(&instance, &pattern, 1);
    } else {
        single_cells(&instance, &pattern, 50);
    }
    group.bench_function("attack_on_the_first_table", |bencher| {
        bencher.iter(|| {
            let audit = instance.audit(black_box(&pattern));
            audit.expect("the attack comes to an end")
        });
    });
    group.finish();
    criterion.final_summary();
    if purpose == Purpose::Measure {
        println!(
            "{:<36} {:>10} {:>14} {:>8}",
            "hiding", "median s", "peer's cpu s", "ratio"
        );
        for (name, times, peer) in printed {
            let Some(median) = times.get(times.len() / 2) else {
                continue;
            };
            let median = median.as_secs_f64();
            println!(
                "{name:<36} {median:>10.2} {peer:>14.1} {:>8.3}",
                median / peer
            );
        }
        let at = |share: usize| cells[(cells.len() - 1) * share / 100].as_secs_f64() * 1e3;
        println!(
            "{} hidden cells one after the other: p50 {:.2} ms, p99 {:.2} ms (peer 5.4 and 14.2, goal 15)",
            cells.len(),
            at(50),
            at(99)
        );
    }
}

/// How long each hidden cell takes from one opened attack, ascending; every `step`th of them.
fn single_cells(instance: &Instance, pattern: &disclosure::Pattern, step: usize) -> Vec<Duration> {
    let attack = instance.open_attack(pattern);
    let mut attack = attack.expect("a pattern of the instance");
    let mut times: Vec<Duration> = (0..attack.hidden_cells())
        .step_by(step)
        .map(|place| {
            let start = Instant::now();
            let bounds = attack.bounds(black_box(place));
            black_box(bounds.expect("the attack comes to an end"));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times
}

fn protect(instance: &Instance) -> disclosure::Pattern {
    let pattern = instance.protect(3, ZeroRule::Published, SuppressionRule::Ambiguity);
    pattern.expect("every table can be protected")
}

fn hide(instance: &Instance) -> Duration {
    let start = Instant::now();
    black_box(protect(instance));
    start.elapsed()
}
