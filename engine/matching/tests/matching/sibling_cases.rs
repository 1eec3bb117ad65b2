//! Certified rounds whose families rank joint options.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![allow(clippy::print_stdout, reason = "the table is part of the result")]

use crate::common::case_path;
use crate::common::families::{FamilyCase, city, city_with};
use matching::{FamilyProof, RoundOptions, check_matching, solve};
use serde_json::Value;

#[test]
fn every_certified_sibling_case_gets_the_certified_answer() {
    let Some(folder) = case_path("siblings") else {
        return;
    };
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .collect();
    names.sort();
    println!(
        "{:32} {:>24} {:>24} {:?}",
        "case", "expected", "got", "proof"
    );
    let mut wrong = Vec::new();
    for path in names {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let case: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let expected = &case["expected"];
        let case = FamilyCase::from_json(&case);
        let round = case.round();
        let outcome = solve(&round, &RoundOptions::default()).unwrap();
        let findings = outcome.family_findings().unwrap();
        let rows = outcome.placements();
        let rank_sum = case.rank_sum(&case.chosen(&rows));
        let placed = outcome.placed();
        let (want, got, right) = if expected["stable_exists"] == true {
            let most = expected["max_stable_size"].as_u64().unwrap();
            let least = expected["min_family_rank_sum_at_max_size"]
                .as_u64()
                .unwrap();
            let right = placed == most
                && rank_sum <= least
                && rank_sum == findings.family_rank_sum
                && findings.proof == FamilyProof::Best
                && check_matching(&round, &rows).findings.is_empty();
            (
                format!("{most} placed, ranks {least}"),
                format!("{placed} placed, ranks {rank_sum}"),
                right,
            )
        } else {
            let fewest = expected["min_blocking_families"].as_u64().unwrap();
            let blocking = findings.blocking.len() as u64;
            let most = expected["max_size_at_min_blocking"].as_u64().unwrap_or(0);
            let right = blocking <= fewest
                && placed >= most
                && matches!(findings.proof, FamilyProof::NoneExistsFewestBlocking);
            (
                format!("none: {fewest} block, {most}"),
                format!("none: {blocking} block, {placed}"),
                right,
            )
        };
        println!("{name:32} {want:>24} {got:>24} {:?}", findings.proof);
        if !right {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
#[ignore = "measures; takes seconds"]
fn measure_generated_cities() {
    for (children, programmes, seed) in [
        (1_000, 50, 1),
        (1_000, 50, 2),
        (5_000, 250, 1),
        (5_000, 250, 2),
        (20_000, 1_000, 1),
        (20_000, 1_000, 2),
        (20_000, 1_000, 3),
    ] {
        let case = city(children, programmes, seed);
        let round = case.round();
        #[expect(clippy::disallowed_methods, reason = "a measurement")]
        let start = std::time::Instant::now();
        let outcome = solve(&round, &RoundOptions::default()).unwrap();
        let seconds = start.elapsed().as_secs_f64();
        let findings = outcome.family_findings().unwrap();
        println!(
            "{children:6} seed {seed}: {seconds:.3} s, {} placed, ranks {}, {:?}, {} block (at least {})",
            outcome.placed(),
            findings.family_rank_sum,
            findings.proof,
            findings.blocking.len(),
            findings.least_blocking_families
        );
    }
}

#[test]
#[ignore = "measures; takes seconds"]
fn measure_cities_full_of_siblings() {
    for (children, programmes, alone) in [
        (60, 5, 0.2),
        (150, 8, 0.2),
        (300, 15, 0.2),
        (300, 15, 0.5),
        (1_000, 50, 0.2),
        (1_000, 50, 0.5),
    ] {
        for seed in 1..4 {
            let case = city_with(children, programmes, seed, alone);
            let round = case.round();
            #[expect(clippy::disallowed_methods, reason = "a measurement")]
            let start = std::time::Instant::now();
            let options = RoundOptions {
                time_limit_seconds: Some(2.0),
                ..RoundOptions::default()
            };
            let outcome = solve(&round, &options).unwrap();
            let seconds = start.elapsed().as_secs_f64();
            let findings = outcome.family_findings().unwrap();
            println!(
                "{children:5} alone {alone} seed {seed}: {seconds:.3} s, {} of at most {} placed, ranks {} of at least {}, {:?}, {} block (at least {})",
                outcome.placed(),
                findings.most_placed,
                findings.family_rank_sum,
                findings.least_family_rank_sum,
                findings.proof,
                findings.blocking.len(),
                findings.least_blocking_families
            );
        }
    }
}
