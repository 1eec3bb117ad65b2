//! How long the gate takes against a ledger of fifty releases (goal G10). Run with
//! `cargo test --release -p placewright-disclosure --test ledger_speed -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too
#![allow(clippy::disallowed_methods)] // a bench reads the clock

use std::time::{Duration, Instant};

use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, LedgerDecision, Member, ReleaseLedger,
    ReleaseRequest, ReleaseScope,
};

const RELEASES: usize = 50;
const MOST_CELLS: usize = 4_500;
const CHILDREN: u64 = 60_000;

/// Levels a table may show of each classification, from none to the finest.
const LEVELS: [(&str, usize); 5] = [
    ("area", 3),
    ("care", 2),
    ("age", 3),
    ("hours", 2),
    ("language", 2),
];

fn label() -> Label {
    Label::new("Kinder", "Children")
}

/// A number from 0 to 1 that depends on its arguments only.
fn drawn(child: u64, purpose: u64) -> f64 {
    let mut x = (child * 8 + purpose).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The finest codes of a child, one per classification: 63 areas of different size in 10
/// districts, 3 care types that follow from 11 ages, 6 tiers of hours, 3 languages.
fn child(number: u64) -> [usize; 5] {
    let area = (drawn(number, 0).powf(1.4) * 63.0) as usize;
    let age = (drawn(number, 1) * 11.0) as usize;
    let care = usize::from(age >= 3) + usize::from(age >= 7);
    let hours = (drawn(number, 2).sqrt() * 6.0) as usize;
    let language = (drawn(number, 3).powi(2) * 3.0) as usize;
    [area, care, age, hours, language]
}

fn code(classification: usize, level: usize, leaf: usize) -> String {
    match (classification, level) {
        (0, 1) => format!("d{:02}", leaf % 10),
        (2, 1) => format!("g{}", leaf / 4),
        _ => format!("{}{leaf:02}", LEVELS[classification].0),
    }
}

fn dimension(classification: usize, level: usize) -> Dimension {
    let leaves = [63, 3, 11, 6, 3][classification];
    let finest = LEVELS[classification].1 - 1;
    let mut members: Vec<Member> = Vec::new();
    for leaf in 0..leaves {
        let member = Member::new(code(classification, level, leaf), label());
        let above = code(classification, 1, leaf);
        if finest == 2 && !members.iter().any(|member| member.code == above) {
            members.push(Member::new(above.clone(), label()));
        }
        match (finest, level) {
            (2, 1) => {}
            (2, _) => members.push(member.under(above)),
            _ => members.push(member),
        }
    }
    Dimension::new(LEVELS[classification].0, label(), members)
}

fn request(levels: &[usize; 5], children: &[[usize; 5]]) -> ReleaseRequest {
    let shown: Vec<usize> = (0..5).filter(|&one| levels[one] > 0).collect();
    let dimensions = shown
        .iter()
        .map(|&one| dimension(one, levels[one]))
        .collect();
    let codes: Vec<Vec<String>> = children
        .iter()
        .map(|child| {
            shown
                .iter()
                .map(|&one| code(one, levels[one], child[one]))
                .collect()
        })
        .collect();
    let records = codes
        .iter()
        .map(|codes| (codes.iter().map(String::as_str).collect(), 1));
    let name = format!("by_{}", levels.map(|level| level.to_string()).concat());
    let table = ConfidentialTable::from_records(name, label(), dimensions, records).unwrap();
    let scope = ReleaseScope::new("children", jiff::civil::date(2026, 3, 1));
    ReleaseRequest::new(table, DisclosurePolicy::default(), scope)
}

fn cells(levels: &[usize; 5]) -> usize {
    let sizes = [[1, 11, 74], [1, 4, 4], [1, 4, 15], [1, 7, 7], [1, 4, 4]];
    levels
        .iter()
        .enumerate()
        .map(|(one, &level)| sizes[one][level])
        .product()
}

#[test]
#[ignore = "takes minutes"]
fn the_gate_decides_beside_fifty_releases_within_two_seconds() {
    let children: Vec<[usize; 5]> = (0..CHILDREN).map(child).collect();
    let mut wanted = Vec::new();
    for area in 0..3 {
        for care in 0..2 {
            for age in 0..3 {
                for hours in 0..2 {
                    for language in 0..2 {
                        let levels = [area, care, age, hours, language];
                        let dimensions = levels.iter().filter(|&&level| level > 0).count();
                        if (1..=3).contains(&dimensions) && cells(&levels) <= MOST_CELLS {
                            wanted.push(levels);
                        }
                    }
                }
            }
        }
    }
    wanted.sort_by_key(|levels| (cells(levels), *levels));
    wanted.truncate(RELEASES + 5);
    println!(
        "{:>4} {:<10} {:>7} {:>9}  decision",
        "in", "levels", "cells", "ms"
    );
    let mut ledger = ReleaseLedger::default();
    let mut slowest = Duration::ZERO;
    for levels in &wanted {
        let asked = request(levels, &children);
        let start = Instant::now();
        let decision = ledger.decide(&asked).unwrap();
        let took = start.elapsed();
        let (passed, word) = match decision {
            LedgerDecision::Released(passed) => (Some(passed), "released".to_owned()),
            LedgerDecision::Repeated(_) => (None, "repeated".to_owned()),
            LedgerDecision::Refused(refusal) => {
                let hidden = refusal
                    .proposal()
                    .map_or(0, |proposal| proposal.hidden().len());
                let passed = refusal.proposal().and_then(|proposal| {
                    match ledger.decide(proposal.request()).unwrap() {
                        LedgerDecision::Released(passed) => Some(passed),
                        _ => None,
                    }
                });
                let findings = refusal.findings();
                (
                    passed,
                    format!("refused ({findings} findings), passes with {hidden} cells hidden"),
                )
            }
        };
        println!(
            "{:>4} {:<10} {:>7} {:>9.1}  {word}",
            ledger.len(),
            levels.map(|l| l.to_string()).concat(),
            cells(levels),
            took.as_secs_f64() * 1e3
        );
        if ledger.len() >= RELEASES {
            slowest = slowest.max(took);
        }
        if let Some(passed) = passed {
            ledger.record(*passed);
        }
    }
    println!(
        "slowest decision beside {RELEASES} releases: {:.2} s",
        slowest.as_secs_f64()
    );
    assert!(ledger.len() >= RELEASES);
}
