//! How long hiding and attacking takes on the synthetic city of the method sheet, beside the
//! peer's processor seconds quoted there. Run with `--release -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use crate::shared_cases::{Cpu, city};
use disclosure::{SuppressionRule, ZeroRule};

/// Rows, columns, cells, the peer's processor seconds (GaussSuppression, weaker rule), our goal.
const TABLES: [(usize, &[&str], usize, &str, f64); 5] = [
    (10_000, &["place", "care", "hours"], 13_272, "4.2", 1.0),
    (100_000, &["place", "care", "hours"], 13_272, "14.9", 2.0),
    (10_000, &["place", "care", "age"], 22_752, "4.8", 2.0),
    (
        10_000,
        &["place", "care", "age", "hours"],
        159_264,
        "25.9",
        10.0,
    ),
    (
        100_000,
        &["place", "care", "age", "hours"],
        159_264,
        "226",
        60.0,
    ),
];

#[test]
#[ignore = "a measurement"]
fn hiding_takes_seconds() {
    println!(
        "{:>7} {:>8} {:>8} {:>8} {:>8} {:>9} {:>7}",
        "rows", "cells", "primary", "hidden", "cpu s", "peer cpu", "goal"
    );
    for (rows, columns, cells, peer, goal) in TABLES {
        let instance = city::instance(rows, columns);
        assert_eq!(instance.cells(), cells);
        let start = Cpu::now();
        let rule = SuppressionRule::Ambiguity;
        let pattern = instance.protect(3, ZeroRule::Published, rule).unwrap();
        let seconds = start.elapsed();
        println!(
            "{rows:>7} {cells:>8} {:>8} {:>8} {seconds:>8.2} {peer:>9} {goal:>7}",
            pattern.primary_cells(),
            pattern.suppressed_cells()
        );
        assert!(seconds <= goal, "{rows} rows, {cells} cells: {seconds} s");
    }
}

#[test]
#[ignore = "a measurement"]
fn attacking_the_whole_table_takes_seconds() {
    let instance = city::instance(10_000, &["place", "care", "hours"]);
    let rule = SuppressionRule::Ambiguity;
    let pattern = instance.protect(3, ZeroRule::Published, rule).unwrap();
    let start = Cpu::now();
    let audit = instance.audit(&pattern).unwrap();
    let seconds = start.elapsed();
    println!(
        "{} cells in {seconds:.2} s; the peer took 2.4 s for 400 cells",
        audit.cells.len()
    );
    for interval in audit
        .cells
        .iter()
        .filter(|interval| pattern.primary()[interval.cell])
    {
        assert!(interval.is_ambiguous(3), "{interval:?}");
    }
    assert!(seconds <= 10.0, "{seconds} s");
}
