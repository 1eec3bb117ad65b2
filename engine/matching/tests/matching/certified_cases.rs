//! Certified answers: published examples, generated cities, transfers.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use crate::common::{RoundTexts, case_path, case_text, placed, placements, round_from_json};
use matching::{
    Explainer, OptimalFor, RoundOptions, RoundSummary, check_matching, read_placements, solve,
    write_placements,
};
use serde_json::Value;

fn json_cases(folder: &str) -> Vec<(String, Value)> {
    let Some(folder) = case_path(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json"))
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names
        .into_iter()
        .map(|name| {
            let case = serde_json::from_str(&case_text(&folder, &name)).unwrap();
            (name, case)
        })
        .collect()
}

#[test]
fn published_examples_come_out_as_certified_from_both_sides() {
    for (name, case) in json_cases("small") {
        let round = round_from_json(&case);
        let expected = &case["expected"];
        for (side, key) in [
            (OptimalFor::Families, "applicant_optimal"),
            (OptimalFor::Programmes, "programme_optimal"),
        ] {
            let rows = placements(&round, side, 0);
            let answer: crate::common::Placed =
                serde_json::from_value(expected[key].clone()).unwrap();
            assert_eq!(placed(&rows), answer, "{name} {key}");
            let report = check_matching(&round, &rows);
            assert_eq!(report.findings, [], "{name} {key}");
            assert_eq!(report.placed, expected["size"].as_u64().unwrap(), "{name}");
        }
    }
}

#[test]
fn tied_cases_are_weakly_stable_under_every_seed_and_never_above_the_certified_size() {
    for (name, case) in json_cases("hrt") {
        let round = round_from_json(&case);
        let most = case["expected"]["max_weakly_stable_size"].as_u64();
        for seed in 0..8 {
            let options = RoundOptions {
                seed,
                ..RoundOptions::default()
            };
            let outcome = solve(&round, &options).unwrap();
            let report = check_matching(&round, &outcome.placements());
            assert_eq!(report.findings, [], "{name} seed {seed}");
            let summary = RoundSummary::new(&outcome, &report).unwrap();
            if let Some(most) = most {
                assert!(report.placed <= most, "{name} seed {seed}");
                assert!(summary.placed_bounds.upper >= most, "{name} seed {seed}");
            }
        }
    }
}

/// Runs a case folder and compares the file written byte for byte.
fn matches_expected_file(case: &str, expected_in: &str) {
    let (Some(folder), Some(expected)) = (case_path(case), case_path(expected_in)) else {
        return;
    };
    let expected = case_text(&expected, "expected_applicant_optimal.csv");
    let round = RoundTexts::from_case(&folder).read();
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let mut written = Vec::new();
    write_placements(&outcome.placements(), &mut written).unwrap();
    assert!(
        String::from_utf8(written).unwrap() == expected,
        "{case}: the placements differ from the certified ones"
    );
    let rows = read_placements(expected.as_bytes()).unwrap();
    let report = check_matching(&round, &rows);
    assert_eq!(report.findings, [], "{case}");
    let summary = RoundSummary::new(&outcome, &report).unwrap();
    assert!(summary.proven_stable);
    assert_eq!(summary.placed_bounds.lower, summary.placed_bounds.upper);
    assert_eq!(summary.lottery.families_in_ties, 0);
    let mut reasons = Vec::new();
    Explainer::new(&outcome).write(&mut reasons).unwrap();
}

#[test]
fn a_city_of_1000_children_is_placed_byte_for_byte_as_certified() {
    matches_expected_file("hr/n1000", "hr/n1000");
}

#[test]
fn a_city_of_10000_children_is_placed_byte_for_byte_as_certified() {
    matches_expected_file("hr/n10000", "hr/n10000");
}

#[test]
fn transfers_are_settled_byte_for_byte_as_certified() {
    matches_expected_file("transfers/n300", "transfers/n300");
    matches_expected_file("transfers/n2000", "transfers/n2000");
}

#[test]
fn transfers_written_as_a_plain_round_give_the_same_placements() {
    matches_expected_file("transfers/n300/reduced", "transfers/n300");
    matches_expected_file("transfers/n2000/reduced", "transfers/n2000");
}

#[test]
fn generated_cities_have_the_published_figures() {
    let Some(folder) = case_path("hr/n10000") else {
        return;
    };
    let round = RoundTexts::from_case(&folder).read();
    let report = check_matching(&round, &placements(&round, OptimalFor::Families, 0));
    assert_eq!(report.placed, 7_059);
    assert_eq!(report.rank_histogram[&1], 2_029);
    assert_eq!(report.rank_sum, 21_865);
}

#[test]
fn the_programme_optimal_round_of_a_city_places_the_same_children_no_better() {
    let Some(folder) = case_path("hr/n1000") else {
        return;
    };
    let round = RoundTexts::from_case(&folder).read();
    let best = placements(&round, OptimalFor::Families, 0);
    let worst = placements(&round, OptimalFor::Programmes, 0);
    assert_eq!(check_matching(&round, &worst).findings, []);
    let rank = |row: &matching::PlacementRow| row.place.as_ref().map(|place| place.rank);
    let mut worse = 0;
    for (best, worst) in best.iter().zip(&worst) {
        assert_eq!(best.place.is_some(), worst.place.is_some());
        assert!(rank(best) <= rank(worst));
        worse += usize::from(best != worst);
    }
    // Another engine's programme-optimal matching of this city leaves three children worse off.
    assert_eq!(worse, 3);
}
