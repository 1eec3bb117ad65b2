//! Decision audit: planted overrides and patterns are found, and nothing else.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use crate::common::{case_path, case_text, seats, wish};
use jiff::civil::{Date, date};
use matching::{
    AuditReport, CriterionKey, CriterionValue, Decision, DecisionKind, DeviationReason, LabOptions,
    Mechanism, PatternOptions, Round, WaitingSpan, attribute_envy, audit_decisions,
    audit_decisions_over_time, check_matching, replay_placements, write_placements,
};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const DAY: Date = date(2027, 3, 15);

fn decision(
    on: Date,
    decision: DecisionKind,
    programme: &str,
    applicant: &str,
    reason: Option<DeviationReason>,
) -> Decision {
    Decision {
        decided_on: on,
        decision,
        programme_id: programme.to_owned(),
        applicant_id: applicant.to_owned(),
        reason,
    }
}

fn admit(on: Date, programme: &str, applicant: &str) -> Decision {
    decision(on, DecisionKind::Admit, programme, applicant, None)
}

fn audited(round: &Round, decisions: &[Decision]) -> AuditReport {
    audit_decisions(round, decisions, &[], &PatternOptions::default()).unwrap()
}

/// Four children in a line at P, and one seat at Q that A wants first.
fn line() -> Round {
    let programmes = [seats("P", "", 2), seats("Q", "", 1)];
    let rows = [
        ("A", "Q", 1, 9),
        ("A", "P", 2, 9),
        ("B", "P", 1, 8),
        ("C", "P", 1, 7),
        ("D", "P", 1, 6),
    ];
    let applications = rows.map(|(a, p, rank, points)| wish(a, p, rank, points, Some(1)));
    Round::from_rows(&programmes, &applications, &[]).unwrap()
}

#[test]
fn a_place_given_up_is_wanted_again_and_goes_on() {
    let next = DAY.tomorrow().unwrap();
    let after = next.tomorrow().unwrap();
    let give_up = |on, applicant| decision(on, DecisionKind::GiveUp, "P", applicant, None);
    // B gives its place up, so that D passes it over; C may have it without passing anybody over.
    let report = audited(
        &line(),
        &[
            admit(DAY, "Q", "A"),
            admit(DAY, "P", "B"),
            give_up(next, "B"),
            admit(after, "P", "D"),
        ],
    );
    let passed: Vec<&str> = report.overrides[0]
        .passed_over
        .iter()
        .map(|one| one.applicant_id.as_str())
        .collect();
    assert_eq!(passed, ["B", "C"]);
    // Admitted, given up and admitted again is no mistake; given up on the day of the admission neither.
    let again = audited(
        &line(),
        &[
            admit(DAY, "Q", "A"),
            admit(DAY, "P", "B"),
            give_up(DAY, "B"),
            admit(next, "P", "B"),
            admit(next, "P", "C"),
        ],
    );
    assert_eq!((again.admissions, again.overrides.len()), (4, 0));
    assert_eq!(again.envy.all.pairs, 0);
}

#[test]
fn only_who_waits_on_the_day_is_passed_over() {
    let next = DAY.tomorrow().unwrap();
    let span = |from, until| WaitingSpan {
        applicant_id: "B".to_owned(),
        programme_id: "P".to_owned(),
        from,
        until,
    };
    let decisions = [
        admit(DAY, "Q", "A"),
        admit(next, "P", "C"),
        admit(next, "P", "D"),
    ];
    let report = |spans: &[WaitingSpan]| {
        let options = PatternOptions::default();
        let report = audit_decisions_over_time(&line(), &decisions, spans, &[], &options);
        let report = report.unwrap();
        (report.overrides.len(), report.envy.all.pairs)
    };
    let after = next.tomorrow().unwrap();
    assert_eq!(report(&[]), (2, 1));
    assert_eq!(report(&[span(next, None)]), (2, 1));
    assert_eq!(report(&[span(after, None)]), (0, 0), "it came later");
    assert_eq!(report(&[span(DAY, Some(next))]), (0, 0), "it had left");
    assert_eq!(report(&[span(DAY, Some(after))]), (2, 0), "it left since");
    assert_eq!(report(&[span(DAY, Some(next)), span(after, None)]), (0, 0));
    let mut unknown = span(DAY, None);
    unknown.programme_id = "Q".to_owned();
    let options = PatternOptions::default();
    let problems = audit_decisions_over_time(&line(), &decisions, &[unknown], &[], &options);
    assert_eq!(problems.unwrap_err()[0].code, "E2134");
}

#[test]
fn admissions_down_the_line_override_nobody() {
    let next = DAY.tomorrow().unwrap();
    let report = audited(
        &line(),
        &[
            admit(next, "P", "C"),
            admit(DAY, "Q", "A"),
            admit(DAY, "P", "B"),
        ],
    );
    assert_eq!(
        (
            report.overrides.len(),
            report.envy.all.pairs,
            report.admissions
        ),
        (0, 0, 3)
    );
    assert!(report.above_capacity.is_empty());
}

#[test]
fn an_admission_before_a_better_child_is_an_override_even_if_that_child_is_admitted_later() {
    let next = DAY.tomorrow().unwrap();
    let report = audited(
        &line(),
        &[
            admit(DAY, "P", "C"),
            admit(next, "P", "B"),
            admit(next, "Q", "A"),
        ],
    );
    let passed: Vec<_> = report.overrides[0]
        .passed_over
        .iter()
        .map(|p| p.applicant_id.as_str())
        .collect();
    assert_eq!((report.overrides.len(), passed), (1, vec!["A", "B"]));
    assert_eq!(report.by_reason[""].unexplained, 1);
    assert_eq!(report.by_programme["P"].passed_over, 2);
    assert_eq!(
        report.envy.all.pairs, 0,
        "in the end everybody has what the line gives"
    );
}

#[test]
fn reasons_of_admissions_and_of_pass_overs_explain_envy() {
    let hardship = Some(DeviationReason::Hardship);
    let hours = Some(DeviationReason::HoursDoNotFit);
    let report = audited(
        &line(),
        &[
            admit(DAY, "Q", "A"),
            decision(DAY, DecisionKind::Admit, "P", "D", hardship),
            decision(DAY, DecisionKind::PassOver, "P", "B", hours),
            admit(DAY, "P", "C"),
        ],
    );
    assert_eq!(report.overrides.len(), 2);
    assert!(
        report.overrides.iter().all(|one| one.explained),
        "{:?}",
        report.overrides
    );
    assert_eq!(report.by_reason["hardship"].overrides, 1);
    assert_eq!(report.by_reason["hours_do_not_fit"].overrides, 1);
    assert_eq!(
        (report.envy.all.pairs, report.envy.unexplained.pairs),
        (1, 0)
    );
    // Without the reason for B, the admission of C is not explained.
    let report = audited(
        &line(),
        &[
            admit(DAY, "Q", "A"),
            decision(DAY, DecisionKind::Admit, "P", "D", hardship),
            admit(DAY, "P", "C"),
        ],
    );
    assert_eq!(report.envy.unexplained.pairs, 1);
    assert_eq!(report.by_reason[""].overrides, 1);
}

#[test]
fn decisions_that_the_round_does_not_know_are_all_refused_at_once() {
    let decisions = [
        admit(DAY, "P", "Z"),
        admit(DAY, "Q", "B"),
        admit(DAY, "P", "B"),
        admit(DAY, "P", "B"),
    ];
    let options = PatternOptions { false_share: 0.0 };
    let problems = audit_decisions(&line(), &decisions, &[], &options).unwrap_err();
    let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["E2135", "E2134", "E2134", "E2140"]);
    assert!(CriterionKey::new("").is_err() && CriterionKey::new("family_language").is_err());
}

#[test]
fn more_admissions_than_seats_are_named() {
    let report = audited(
        &line(),
        &[
            admit(DAY, "P", "B"),
            admit(DAY, "P", "C"),
            admit(DAY, "P", "D"),
        ],
    );
    assert_eq!(report.above_capacity.len(), 3);
}

/// Children with equal points at two programmes; P admits those who live near, Q at random.
fn biased(seed: u64) -> (Round, Vec<Decision>, Vec<CriterionValue>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let programmes = [seats("P", "", 40), seats("Q", "", 40)];
    let (mut applications, mut decisions, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for programme in ["P", "Q"] {
        let mut admitted = 0;
        for number in 0..120 {
            let applicant = format!("{programme}{number:03}");
            let points = i32::from(number % 2 == 0);
            let near = random.next_u32() % 2 == 0;
            let lot = random.next_u32() % 1_000;
            applications.push(wish(&applicant, programme, 1, points, Some(lot)));
            values.push(CriterionValue {
                applicant_id: applicant.clone(),
                programme_id: Some(programme.to_owned()),
                criterion: CriterionKey::new("distance_band").unwrap(),
                value: if near { "up to 1 km" } else { "farther" }.to_owned(),
            });
            let chosen = if programme == "P" {
                near
            } else {
                random.next_u32() % 2 == 0
            };
            if chosen && admitted < 40 {
                admitted += 1;
                decisions.push(admit(DAY, programme, &applicant));
            }
        }
    }
    (
        Round::from_rows(&programmes, &applications, &[]).unwrap(),
        decisions,
        values,
    )
}

#[test]
fn a_programme_that_prefers_neighbours_at_equal_points_is_found_and_the_other_is_not() {
    let mut others = 0;
    for seed in 0..40 {
        let (round, decisions, values) = biased(seed);
        let report =
            audit_decisions(&round, &decisions, &values, &PatternOptions::default()).unwrap();
        assert_eq!(report.pattern_tests, 4);
        assert!(
            report
                .patterns
                .iter()
                .any(|p| p.programme_id == "P" && p.value == "up to 1 km")
        );
        others += report
            .patterns
            .iter()
            .filter(|p| p.programme_id == "Q")
            .count();
        let near = report
            .patterns
            .iter()
            .find(|p| p.value == "up to 1 km")
            .unwrap();
        assert!(near.admitted_with_value as f64 > near.expected_with_value);
    }
    assert!(others <= 12, "{others} of 80 fair tests were reported");
}

#[test]
fn nothing_depends_on_the_order_of_decisions_and_values() {
    let (round, mut decisions, mut values) = biased(3);
    let before = audit_decisions(&round, &decisions, &values, &PatternOptions::default()).unwrap();
    decisions.reverse();
    values.rotate_left(17);
    let after = audit_decisions(&round, &decisions, &values, &PatternOptions::default()).unwrap();
    assert_eq!(
        serde_json::to_string(&before).unwrap(),
        serde_json::to_string(&after).unwrap()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn decisions_as_the_round_made_them_leave_no_override(tiny in crate::common::tiny::tiny(false)) {
        let round = tiny.round();
        let rows = crate::common::placements(&round, matching::OptimalFor::Families, 0);
        let decisions: Vec<Decision> = rows.iter()
            .filter_map(|row| Some(admit(DAY, &row.place.as_ref()?.programme_id, &row.applicant_id)))
            .collect();
        let report = audited(&round, &decisions);
        prop_assert_eq!((report.overrides.len(), report.envy.all.pairs), (0, 0));
        prop_assert_eq!(report.above_capacity, []);
    }

    #[test]
    fn envy_in_the_end_is_what_the_checker_finds(tiny in crate::common::tiny::tiny(false), which: prop::sample::Index) {
        let round = tiny.round();
        let all = tiny.feasible();
        let rows = &all[which.index(all.len())];
        let decisions: Vec<Decision> = rows.iter()
            .filter_map(|row| Some(admit(DAY, &row.place.as_ref()?.programme_id, &row.applicant_id)))
            .collect();
        // A child enrolled somewhere that no decision moves stays there.
        let moved = |id: &str| rows.iter().any(|row| row.applicant_id == id && row.place.is_some());
        prop_assume!(tiny.applicants.iter().all(|c| c.enrolled_programme_id.is_none() || moved(&c.applicant_id)));
        let report = audited(&round, &decisions);
        prop_assert_eq!(report.envy.all.pairs, check_matching(&round, rows).justified_envy);
        for pair in &report.envy.pairs {
            let listed = report.overrides.iter().any(|one| one.programme_id == pair.programme_id
                && one.passed_over.iter().any(|passed| passed.applicant_id == pair.applicant_id));
            prop_assert!(listed, "{pair:?}");
        }
    }
}

#[test]
fn envious_families_are_those_of_the_independent_script() {
    let (Some(folder), Some(script)) = (case_path("hr/n1000"), case_path("tools/check.py")) else {
        return;
    };
    let round = crate::common::RoundTexts::from_case(&folder).read();
    let written = std::env::temp_dir().join(format!("placewright-audit-{}", std::process::id()));
    std::fs::create_dir_all(&written).unwrap();
    assert!(case_text(&folder, "programmes.csv").starts_with("programme_id"));
    for mechanism in Mechanism::ALL {
        let rows = replay_placements(&round, mechanism, &LabOptions::default()).unwrap();
        let file = written.join("placements.csv");
        let mut csv = Vec::new();
        write_placements(&rows, &mut csv).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the script reads a file")]
        std::fs::write(&file, csv).unwrap();
        let output = std::process::Command::new("python3")
            .arg(&script)
            .arg(&folder)
            .arg(&file)
            .output();
        let Ok(output) = output else {
            return; // no Python here
        };
        let theirs: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let envy = attribute_envy(&round, &rows, &[]);
        assert_eq!(theirs["justified_envy"], envy.all.pairs, "{mechanism:?}");
        assert_eq!(
            theirs["envious_applicants"], envy.unexplained.families,
            "{mechanism:?}"
        );
        let report = matching::replay(&round, mechanism, &LabOptions::default()).unwrap();
        assert_eq!(
            theirs["waste"], report.denied_free_seat_pairs,
            "{mechanism:?}"
        );
        assert_eq!(theirs["rank_sum"], report.rank_sum, "{mechanism:?}");
    }
    std::fs::remove_dir_all(&written).unwrap();
}
