//! Ties used to place as many children as possible.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise and prints its table"
)]

mod common;

use common::tiny::{Tiny, rank, tiny};
use common::{case_path, case_text, round_from_json};
use matching::{
    CheckReport, DecidedBy, Explainer, OptimalFor, PlacementRow, Round, RoundOptions, RoundSummary,
    TieRule, check_matching, lottery_number, solve, write_placements,
};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn max_size(seed: u64, seconds: Option<f64>) -> RoundOptions {
    RoundOptions {
        ties: TieRule::MaxSize,
        seed,
        time_limit_seconds: seconds,
        ..RoundOptions::default()
    }
}

/// Solves, checks and sums up.
fn run(round: &Round, options: &RoundOptions) -> (Vec<PlacementRow>, CheckReport, RoundSummary) {
    let outcome = solve(round, options).unwrap();
    let rows = outcome.placements();
    let report = check_matching(round, &rows);
    assert_eq!(report.findings, []);
    let summary = RoundSummary::new(&outcome, &report).unwrap();
    assert!(summary.placed_bounds.upper >= report.placed);
    (rows, report, summary)
}

/// All bytes that a round leaves behind.
fn all_output(round: &Round, options: &RoundOptions) -> Vec<u8> {
    let outcome = solve(round, options).unwrap();
    let mut output = Vec::new();
    write_placements(&outcome.placements(), &mut output).unwrap();
    Explainer::new(&outcome).write(&mut output).unwrap();
    let report = check_matching(round, &outcome.placements());
    let summary = RoundSummary::new(&outcome, &report).unwrap();
    output.extend(serde_json::to_vec(&summary).unwrap());
    output
}

/// A round like those of the Scottish foundation programme: every applicant lists a few programmes,
/// popular ones more often; programmes share one score, in `scores` steps, some with their own.
fn scottish(applicants: usize, programmes: usize, wishes: usize, scores: u32, seed: u64) -> Tiny {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = move |below: usize| generator.next_u32() as usize % below;
    // Five in a hundred seats more than applicants.
    let mut capacities = vec![2_u32; programmes];
    for _ in 2 * programmes..applicants * 211 / 200 {
        capacities[draw(programmes)] += 1;
    }
    let name = |number: usize| format!("P{number:03}");
    let rows = capacities.iter().enumerate();
    let programme_rows = rows
        .map(|(number, seats)| common::seats(&name(number), "", *seats))
        .collect();
    let mut applications = Vec::new();
    let mut people = Vec::new();
    for number in 0..applicants {
        let applicant = format!("A{number:04}");
        let score = draw(scores as usize) as i32;
        let mut listed: Vec<usize> = Vec::new();
        while listed.len() < wishes {
            // The smaller of two draws: the first programmes are in demand.
            let chosen = draw(programmes).min(draw(programmes));
            if !listed.contains(&chosen) {
                listed.push(chosen);
            }
        }
        for (place, programme) in (1..).zip(listed) {
            let points = if programme % 3 == 0 {
                draw(scores as usize) as i32
            } else {
                score
            };
            applications.push(common::wish(
                &applicant,
                &name(programme),
                place,
                points,
                None,
            ));
        }
        people.push(common::child(&applicant, "", None));
    }
    Tiny {
        programmes: programme_rows,
        applications,
        applicants: people,
    }
}

#[test]
fn every_certified_case_reaches_the_certified_size() {
    let Some(folder) = case_path("hrt") else {
        return;
    };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    println!(
        "{:<36}{:>10}{:>8}{:>8}{:>8}",
        "case", "certified", "lottery", "placed", "bound"
    );
    let mut wrong = Vec::new();
    for name in names {
        let case: serde_json::Value = serde_json::from_str(&case_text(&folder, &name)).unwrap();
        let round = round_from_json(&case);
        let certified = case["expected"]["max_weakly_stable_size"].as_u64().unwrap();
        let (_, lottery, _) = run(&round, &RoundOptions::default());
        let (_, report, summary) = run(&round, &max_size(0, Some(60.0)));
        println!(
            "{name:<36}{certified:>10}{:>8}{:>8}{:>8}",
            lottery.placed, report.placed, summary.placed_bounds.upper
        );
        if (report.placed, summary.proven_max_size) != (certified, true) {
            wrong.push(name);
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn rounds_like_the_scottish_one_leave_hardly_anybody_out() {
    println!(
        "{:<28}{:>8}{:>8}{:>8}",
        "round", "lottery", "placed", "bound"
    );
    for (scores, seed) in [(4, 1), (6, 2), (8, 3), (20, 4)] {
        let round = scottish(759, 53, 6, scores, seed).round();
        let (_, lottery, _) = run(&round, &RoundOptions::default());
        let (_, report, summary) = run(&round, &max_size(0, Some(2.0)));
        println!(
            "759 x 53, {scores:>2} scores, seed {seed}{:>8}{:>8}{:>8}",
            lottery.placed, report.placed, summary.placed_bounds.upper
        );
        assert!(report.placed > lottery.placed);
        assert!(summary.placed_bounds.upper <= report.placed + 1);
    }
}
