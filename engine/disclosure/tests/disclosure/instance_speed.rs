//! How long hiding and attacking takes on the synthetic city of the method sheet, beside the
//! peer's processor seconds quoted there. Run with `--release -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use crate::shared_cases::{Cpu, city};
use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, SuppressionRule, ZeroRule,
    audit, release,
};

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

#[test]
#[ignore = "a measurement"]
fn single_questions_take_milliseconds_and_agree_with_the_whole_attack() {
    let instance = city::instance(10_000, &["place", "care", "hours"]);
    let rule = SuppressionRule::Ambiguity;
    let pattern = instance.protect(3, ZeroRule::Published, rule).unwrap();
    let whole = instance.audit(&pattern).unwrap();
    let mut attack = instance.open_attack(&pattern).unwrap();
    assert_eq!(attack.hidden_cells(), whole.cells.len());
    let mut times = Vec::new();
    for (place, expected) in whole.cells.iter().enumerate().step_by(7) {
        let start = Cpu::now();
        let found = attack.bounds(place).unwrap().unwrap();
        times.push(start.elapsed() * 1e3);
        assert_eq!(found.cell, expected.cell);
        let same = |a: f64, b: f64| a == b || (a - b).abs() < 1e-6;
        assert!(same(found.lower, expected.lower) && same(found.upper, expected.upper));
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{} cells: p50 {:.2} ms, p99 {:.2} ms; the peer's tuned attack took 5.4 and 14.2",
        times.len(),
        times[times.len() / 2],
        times[times.len() * 99 / 100]
    );
}

#[test]
#[ignore = "a measurement"]
fn releasing_and_attacking_a_facility_table_takes_seconds() {
    let label = |text: &str| Label::new(text, text);
    let lists = city::lists();
    for (rows, columns) in [
        (10_000, &["place", "care", "hours"][..]),
        (100_000, &["place", "care", "hours"][..]),
        (10_000, &["place", "care", "age", "hours"][..]),
    ] {
        let places: Vec<usize> = columns
            .iter()
            .map(|column| {
                lists
                    .iter()
                    .position(|list| list.column == *column)
                    .unwrap()
            })
            .collect();
        let dimensions = places.iter().map(|&place| {
            let members = lists[place].codes.iter().map(|code| {
                let member = Member::new(code.code.as_str(), label(&code.code));
                match code.parents.first() {
                    Some(parent) => member.under(parent.as_str()),
                    None => member,
                }
            });
            Dimension::new(&lists[place].column, label("x"), members.collect())
        });
        let codes: Vec<[String; 4]> = city::children(rows).iter().map(city::codes).collect();
        let records = codes.iter().map(|codes| {
            (
                places.iter().map(|&place| codes[place].as_str()).collect(),
                1,
            )
        });
        let table = ConfidentialTable::from_records("t", label("x"), dimensions.collect(), records)
            .unwrap();
        let start = Cpu::now();
        let released = release(table, &DisclosurePolicy::default()).unwrap();
        let releasing = start.elapsed();
        let start = Cpu::now();
        let hidden = if columns.len() < 4 {
            audit(&released).unwrap().cells.len()
        } else {
            0
        };
        println!(
            "{rows} rows, {} cells: released in {releasing:.2} s, {hidden} hidden cells attacked in {:.2} s",
            released.loss().cells,
            start.elapsed()
        );
    }
}
