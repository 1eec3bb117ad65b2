//! The checker finds what is planted, and nothing else.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;

use crate::common::{child, placements, seats, wish};
use matching::{
    CheckReport, Finding, OptimalFor, Place, PlacementRow, Round, RoundOptions, RoundSummary,
    check_matching, solve,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A generated city: three children per ten seats too many, five wishes each, a tenth enrolled.
fn city(children: usize) -> Round {
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let mut draw = move |below: usize| (generator.next_u32() as usize) % below;
    let programme_count = (children / 40).max(6);
    let programme_id = |number: usize| format!("P{number:05}");
    let programmes: Vec<_> = (0..programme_count)
        .map(|number| seats(&programme_id(number), "", (4 + number as u32 % 53).min(56)))
        .collect();
    let mut applications = Vec::new();
    let mut applicants = Vec::new();
    let mut held = vec![0; programme_count];
    for number in 0..children {
        let applicant = format!("A{number:07}");
        let mut wished: Vec<usize> = (0..5).map(|_| draw(programme_count)).collect();
        wished.sort_unstable();
        wished.dedup();
        let own = draw(programme_count);
        let enrolled = draw(10) == 0 && held[own] < programmes[own].capacity;
        if enrolled {
            held[own] += 1;
        }
        let first = draw(wished.len());
        wished.rotate_left(first);
        for (rank, programme) in (1..).zip(wished) {
            let lot = u32::try_from(number * 7_919 % 1_000_003).unwrap();
            let points = draw(8) as i32;
            applications.push(wish(
                &applicant,
                &programme_id(programme),
                rank,
                points,
                Some(lot),
            ));
        }
        applicants.push(child(
            &applicant,
            "",
            enrolled.then(|| programme_id(own)).as_deref(),
        ));
    }
    Round::from_rows(&programmes, &applications, &applicants).unwrap()
}

/// Number of findings by kind.
fn kinds(report: &CheckReport) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for finding in &report.findings {
        let value = serde_json::to_value(finding).unwrap();
        *kinds
            .entry(crate::common::text(&value["kind"]))
            .or_default() += 1;
    }
    kinds
}

#[test]
fn a_city_of_100000_children_is_placed_without_a_finding() {
    let round = city(100_000);
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let report = check_matching(&round, &outcome.placements());
    assert_eq!(report.findings, []);
    assert!(
        report.placed > 50_000 && report.unplaced > 5_000,
        "{}",
        report.placed
    );
    let summary = RoundSummary::new(&outcome, &report).unwrap();
    assert!(summary.enrolled.kept > 0 && summary.enrolled.moved > 0);
    assert_eq!(
        summary.enrolled.kept + summary.enrolled.moved,
        round.enrolled_count() as u64,
        "nobody enrolled ends without a place"
    );
}

#[test]
fn two_children_that_change_places_leave_envy_or_lose_their_rank() {
    let round = city(1_000);
    let rows = placements(&round, OptimalFor::Families, 0);
    let first = rows.iter().position(|row| rank(row) == Some(1)).unwrap();
    let other = (0..rows.len())
        .find(|other| {
            rank(&rows[*other]) == Some(1)
                && rows[*other].place.as_ref().map(|p| &p.programme_id)
                    != rows[first].place.as_ref().map(|p| &p.programme_id)
        })
        .unwrap();
    let mut swapped = rows.clone();
    swapped[first].place = rows[other].place.clone();
    swapped[other].place = rows[first].place.clone();
    let report = check_matching(&round, &swapped);
    assert!(!report.is_stable());
    assert!(
        kinds(&report).contains_key("not_applied"),
        "{:?}",
        report.findings
    );
}

fn rank(row: &PlacementRow) -> Option<u32> {
    row.place.as_ref().map(|place| place.rank)
}

/// Two seats at P, one at Q; A and B belong to P, C to Q, D stays out.
fn small() -> (Round, Vec<PlacementRow>) {
    let round = Round::from_rows(
        &[seats("P", "", 2), seats("Q", "", 1), seats("R", "other", 1)],
        &[
            wish("A", "P", 1, 9, Some(1)),
            wish("B", "P", 1, 5, Some(1)),
            wish("B", "Q", 2, 9, Some(1)),
            wish("C", "P", 1, 5, Some(2)),
            wish("C", "Q", 2, 5, Some(2)),
            wish("D", "Q", 1, 5, None),
            wish("D", "R", 2, 5, None),
        ],
        &[child("C", "", Some("Q")), child("E", "", None)],
    )
    .unwrap();
    let rows = placements(&round, OptimalFor::Families, 0);
    assert_eq!(check_matching(&round, &rows).findings, []);
    (round, rows)
}

fn place(programme: &str, rank: u32) -> Option<Place> {
    Some(Place {
        programme_id: programme.to_owned(),
        rank,
    })
}

#[track_caller]
fn finds(change: impl FnOnce(&mut Vec<PlacementRow>), expected: &[&str]) {
    let (round, mut rows) = small();
    change(&mut rows);
    let report = check_matching(&round, &rows);
    let found: Vec<String> = report.findings.iter().map(Finding::to_string).collect();
    assert_eq!(found, expected);
}

#[test]
fn each_planted_fault_is_named() {
    finds(
        |rows| {
            let place = rows[1].place.take();
            rows[1].place = rows[2].place.take();
            rows[2].place = place;
        },
        &[r#"applicant B comes before C at P, group "", and wants that seat more"#],
    );
    finds(
        |rows| rows[2].place = place("P", 1),
        &[
            r#"P, group "", has 2 seats and 3 children"#,
            r#"applicant D was denied a free seat of Q, group """#,
        ],
    );
    finds(
        |rows| {
            rows.remove(4);
        },
        &["applicant E has no row"],
    );
    finds(
        |rows| rows.push(rows[0].clone()),
        &["applicant A has more than one row"],
    );
    finds(
        |rows| {
            rows.push(PlacementRow {
                applicant_id: "Z".to_owned(),
                place: None,
            });
        },
        &["applicant Z is not in the round"],
    );
    finds(
        |rows| rows[0].place = place("P", 2),
        &["applicant A ranks P 1, not 2"],
    );
    finds(
        |rows| rows[4].place = place("P", 1),
        &["applicant E did not apply for P"],
    );
    finds(
        |rows| rows[3].place = place("R", 2),
        &["R has no seats for the group of applicant D"],
    );
    finds(
        |rows| {
            rows[2].place = None;
            rows[3].place = place("Q", 1);
        },
        &[
            "applicant C lost the place at Q without getting a better wish",
            r#"applicant C comes before D at Q, group "", and wants that seat more"#,
        ],
    );
}

#[test]
fn blocking_families_are_listed_with_their_programmes() {
    let (round, mut rows) = small();
    rows[1].place = None;
    let report = check_matching(&round, &rows);
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let summary = RoundSummary::new(&outcome, &report).unwrap();
    assert!(!summary.proven_stable);
    let families: Vec<_> = summary
        .blocking_families
        .iter()
        .map(|family| (family.family_id.as_str(), family.programme_ids.join(" ")))
        .collect();
    // Q is C's own place: nobody has a claim to it.
    assert_eq!(families, [("B", "P".to_owned()), ("C", "P".to_owned())]);
    assert_eq!((summary.waste, summary.blocking_pairs), (2, 2));
}

#[test]
fn the_summary_reads_as_one_json_object() {
    let (round, rows) = small();
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let summary = RoundSummary::new(&outcome, &check_matching(&round, &rows)).unwrap();
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["placed"], 3);
    assert_eq!(json["unplaced"], 2);
    assert_eq!(json["rank_histogram"], serde_json::json!({"1": 2, "2": 1}));
    assert_eq!(json["rank_sum"], 4);
    assert_eq!(json["enrolled"], serde_json::json!({"kept": 1, "moved": 0}));
    assert_eq!(
        json["cut_offs"][0],
        serde_json::json!({
            "programme_id": "P", "seat_group": "", "capacity": 2, "placed": 2,
            "full": true, "points": 5, "lot": 1
        })
    );
    assert_eq!(json["cut_offs"][1]["points"], serde_json::Value::Null);
    assert!(json.get("seconds").is_none());
}

#[test]
fn the_checker_knows_nothing_of_the_solver() {
    let source = include_str!("../../src/check.rs");
    for solver in [
        "order",
        "deferred_acceptance",
        "lottery",
        "solve",
        "reasons",
        "cascade",
    ] {
        assert!(!source.contains(&format!("crate::{solver}")), "{solver}");
    }
}
