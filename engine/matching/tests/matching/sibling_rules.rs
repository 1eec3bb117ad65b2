//! What the siblings rules mean.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;

use crate::common::tiny::tiny;
use crate::common::{placed, seats, wish};
use matching::{
    ApplicantRow, ApplicationRow, FamilyOptionRow, FamilyProof, Finding, ProgrammeRow, Round,
    RoundOptions, Siblings, check_matching, family_reasons, solve,
};
use proptest::prelude::*;

fn sibling(child: &str, rule: Siblings) -> ApplicantRow {
    ApplicantRow {
        applicant_id: child.to_owned(),
        family_id: Some("F".to_owned()),
        siblings: rule,
        ..ApplicantRow::default()
    }
}

/// Programme of A and B, who share one wish list each, next to others.
fn places(
    rule: Siblings,
    programmes: &[ProgrammeRow],
    applications: &[ApplicationRow],
) -> (Option<String>, Option<String>) {
    let children = [sibling("A", rule), sibling("B", rule)];
    let round = Round::from_rows(programmes, applications, &children).unwrap();
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let rows = outcome.placements();
    assert_eq!(check_matching(&round, &rows).findings, []);
    let placed = placed(&rows);
    (placed["A"].clone(), placed["B"].clone())
}

fn at(programme: &str) -> Option<String> {
    Some(programme.to_owned())
}

#[test]
fn each_rule_weighs_a_common_place_differently() {
    let programmes = [seats("P", "", 1), seats("Q", "", 1), seats("R", "", 2)];
    let mut applications = Vec::new();
    for child in ["A", "B"] {
        for (rank, programme) in (1..).zip(["P", "Q", "R"]) {
            let points = if child == "A" { 5 } else { 4 };
            applications.push(wish(child, programme, rank, points, Some(0)));
        }
    }
    let got = |rule| places(rule, &programmes, &applications);
    assert_eq!(got(Siblings::Independent), (at("P"), at("Q")));
    assert_eq!(got(Siblings::TogetherPreferred), (at("R"), at("R")));
    assert_eq!(got(Siblings::TogetherOnly), (at("R"), at("R")));
    // Without room for both at R, one rule splits them and the other leaves them out.
    let programmes = [seats("P", "", 1), seats("Q", "", 1), seats("R", "", 1)];
    let got = |rule| places(rule, &programmes, &applications);
    let (first, second) = got(Siblings::TogetherPreferred);
    // Which child goes where is a tie in this family's ranking; a lottery settles it.
    assert_eq!(first.max(second), at("Q"));
    assert_eq!(got(Siblings::TogetherOnly), (None, None));
    // With one seat left for the two, together_preferred takes it for the child first in line.
    let programmes = [seats("P", "", 1), seats("Q", "", 0), seats("R", "", 0)];
    let got = |rule| places(rule, &programmes, &applications);
    assert_eq!(got(Siblings::TogetherPreferred).0, at("P"));
    assert_eq!(got(Siblings::TogetherOnly), (None, None));
}

#[test]
fn common_places_go_by_the_sum_of_ranks_then_by_the_greatest_rank() {
    let programmes = [seats("P", "", 2), seats("Q", "", 2), seats("R", "", 2)];
    let applications = |ranks: [(u32, u32); 3]| -> Vec<ApplicationRow> {
        let rows = ["P", "Q", "R"].into_iter().zip(ranks);
        rows.flat_map(|(programme, (first, second))| {
            [
                wish("A", programme, first, 0, Some(0)),
                wish("B", programme, second, 0, Some(0)),
            ]
        })
        .collect()
    };
    for rule in [Siblings::TogetherPreferred, Siblings::TogetherOnly] {
        let got = |ranks| places(rule, &programmes, &applications(ranks));
        assert_eq!(got([(1, 3), (2, 1), (3, 2)]), (at("Q"), at("Q")));
        assert_eq!(got([(1, 3), (2, 2), (3, 1)]), (at("Q"), at("Q")));
        // The sum counts first, although one child is worse off for it.
        assert_eq!(got([(1, 4), (3, 3), (2, 5)]), (at("P"), at("P")));
    }
}

#[test]
fn a_sibling_without_a_wish_holds_nobody_back_and_one_with_other_wishes_does() {
    let programmes = [seats("P", "", 1), seats("Q", "", 1)];
    let only_first = [wish("A", "P", 1, 0, Some(0))];
    assert_eq!(
        places(Siblings::TogetherOnly, &programmes, &only_first),
        (at("P"), None)
    );
    let apart = [wish("A", "P", 1, 0, Some(0)), wish("B", "Q", 1, 0, Some(0))];
    assert_eq!(
        places(Siblings::TogetherOnly, &programmes, &apart),
        (None, None)
    );
    assert_eq!(
        places(Siblings::TogetherPreferred, &programmes, &apart),
        (at("P"), at("Q"))
    );
}

#[test]
fn a_child_that_holds_a_place_keeps_it_even_if_its_sibling_finds_none() {
    let programmes = [seats("P", "", 1), seats("Q", "", 1)];
    let children = [
        ApplicantRow {
            enrolled_programme_id: at("P"),
            ..sibling("A", Siblings::TogetherOnly)
        },
        sibling("B", Siblings::TogetherOnly),
        ApplicantRow {
            applicant_id: "C".to_owned(),
            ..ApplicantRow::default()
        },
    ];
    let applications = [
        wish("A", "Q", 1, 0, Some(0)),
        wish("B", "Q", 1, 0, Some(0)),
        wish("B", "P", 2, 0, Some(0)),
        wish("C", "P", 1, 99, Some(0)),
    ];
    let round = Round::from_rows(&programmes, &applications, &children).unwrap();
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let rows = outcome.placements();
    assert_eq!(check_matching(&round, &rows).findings, []);
    let got = placed(&rows);
    assert_eq!(
        (got["A"].clone(), got["B"].clone(), got["C"].clone()),
        (at("P"), None, None)
    );
    // Separated against the rule: the checker names the family.
    let mut separated = rows;
    separated[0].place = Some(matching::Place {
        programme_id: "Q".to_owned(),
        rank: 1,
    });
    let report = check_matching(&round, &separated);
    assert!(report.findings.contains(&Finding::NotAnOption {
        family_id: "F".to_owned()
    }));
}

#[test]
fn seats_of_siblings_count_as_free() {
    // A sits at P, its sibling B nowhere: together they could exchange the one seat of P for B.
    let programmes = [seats("P", "", 1)];
    let children = [
        sibling("A", Siblings::Independent),
        sibling("B", Siblings::Independent),
    ];
    let applications = [wish("A", "P", 1, 9, Some(0)), wish("B", "P", 1, 1, Some(0))];
    let row = |option, applicant: &str, programme: &str| FamilyOptionRow {
        family_id: "F".to_owned(),
        option,
        applicant_id: applicant.to_owned(),
        programme_id: Some(programme.to_owned()).filter(|it| !it.is_empty()),
    };
    let options = [
        row(1, "A", ""),
        row(1, "B", "P"),
        row(2, "A", "P"),
        row(2, "B", ""),
    ];
    let round =
        Round::from_rows_with_options(&programmes, &applications, &children, &options).unwrap();
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let rows = outcome.placements();
    assert_eq!(placed(&rows)["B"], at("P"));
    let mut other = rows;
    other.swap(0, 1);
    other[0].applicant_id = "A".to_owned();
    other[1].applicant_id = "B".to_owned();
    let report = check_matching(&round, &other);
    assert_eq!(report.blocking_joint_families, 1, "{:?}", report.findings);
}

#[test]
fn a_true_tie_stands_in_the_way_and_a_smaller_lot_does_not() {
    let programmes = [seats("P", "", 2)];
    let children = [
        sibling("A", Siblings::TogetherOnly),
        sibling("B", Siblings::TogetherOnly),
    ];
    let blocks = |lot: Option<u32>, other: Option<u32>| {
        let applications = [
            wish("A", "P", 1, 5, lot),
            wish("B", "P", 1, 7, Some(1)),
            wish("C", "P", 1, 5, other),
        ];
        let round = Round::from_rows(&programmes, &applications, &children).unwrap();
        let place = Some(matching::Place {
            programme_id: "P".to_owned(),
            rank: 1,
        });
        let row = |child: &str, place: &Option<matching::Place>| matching::PlacementRow {
            applicant_id: child.to_owned(),
            place: place.clone(),
        };
        let rows = [row("A", &None), row("B", &None), row("C", &place)];
        let report = check_matching(&round, &rows);
        report.findings.len() == 1 && report.blocking_joint_families == 1
    };
    assert!(blocks(Some(1), Some(2)));
    assert!(!blocks(Some(2), Some(1)));
    assert!(!blocks(Some(2), Some(2)), "equal lots are a true tie");
    assert!(!blocks(None, Some(2)), "an empty lot ties with every lot");
    assert!(!blocks(Some(1), None), "an empty lot ties with every lot");
}

#[test]
fn a_family_is_told_for_which_of_its_children_an_option_fails() {
    let programmes = [seats("P", "", 2), seats("Q", "", 2)];
    let children = [
        sibling("A", Siblings::TogetherPreferred),
        sibling("B", Siblings::TogetherPreferred),
    ];
    let mut applications = vec![wish("C", "P", 1, 5, Some(0))];
    for (child, points) in [("A", 9), ("B", 1)] {
        applications.push(wish(child, "P", 1, points, Some(0)));
        applications.push(wish(child, "Q", 2, points, Some(0)));
    }
    let round = Round::from_rows(&programmes, &applications, &children).unwrap();
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    assert_eq!(outcome.family_findings().unwrap().proof, FamilyProof::Best);
    let reasons = family_reasons(&outcome);
    assert_eq!(reasons.len(), 1);
    assert_eq!(reasons[0].applicant_id.as_deref(), Some("B"));
    assert_eq!(
        (reasons[0].ahead, reasons[0].needed, reasons[0].capacity),
        (Some(1), Some(2), Some(2))
    );
    let chain = matching::cascade(
        &outcome,
        matching::Vacancy::ApplicantLeaves { applicant_id: "C" },
    );
    assert_eq!(chain.unwrap_err(), matching::CascadeError::JointOptions);
    let explainer = matching::Explainer::new(&outcome);
    let kind = |child: &str| explainer.reasons(child).unwrap()[0].reason;
    assert_eq!(kind("A"), matching::ReasonKind::SiblingOption);
    let mut csv = Vec::new();
    matching::write_family_reasons(&outcome, &mut csv).unwrap();
    insta::assert_snapshot!(String::from_utf8(csv).unwrap(), @r"
    family_id,option,reason,applicant_id,programme_id,seat_group,capacity,ahead,needed
    F,1,taken,B,P,,2,1,2
    ");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_separated_against_the_rule_or_loses_a_place(mut tiny in tiny(true), only: bool, seed: u64) {
        let rule = if only { Siblings::TogetherOnly } else { Siblings::TogetherPreferred };
        for (number, child) in tiny.applicants.iter_mut().enumerate() {
            child.family_id = ["F", "F", "G", "G"].get(number).map(|it| (*it).to_owned());
            child.siblings = if number < 4 { rule } else { Siblings::Independent };
        }
        let round = tiny.round();
        let outcome = solve(&round, &RoundOptions { seed, ..RoundOptions::default() }).unwrap();
        let rows = outcome.placements();
        let report = check_matching(&round, &rows);
        let findings = outcome.family_findings();
        // Blocking families are named by the solver too; nothing else is ever found.
        prop_assert!(report.findings.iter().all(|it| matches!(it, Finding::BlockingFamily { .. } | Finding::Waste { .. } | Finding::JustifiedEnvy { .. })), "{:?}", report.findings);
        if findings.is_none_or(|it| it.blocking.is_empty()) {
            prop_assert_eq!(&report.findings, &[]);
        }
        matching::RoundSummary::new(&outcome, &report).unwrap();
        let got = placed(&rows);
        let mut families: BTreeMap<&str, Vec<&ApplicantRow>> = BTreeMap::new();
        for child in &tiny.applicants {
            let has_wish = tiny.applications.iter().any(|it| it.applicant_id == child.applicant_id);
            if let (Some(family), true) = (&child.family_id, has_wish || child.enrolled_programme_id.is_some()) {
                families.entry(family).or_default().push(child);
            }
            if child.enrolled_programme_id.is_some() {
                prop_assert!(got[&child.applicant_id].is_some());
            }
        }
        for children in families.values() {
            let places: Vec<_> = children.iter().map(|it| got[&it.applicant_id].clone()).collect();
            let same = places.windows(2).all(|pair| pair[0] == pair[1]);
            let holds = children.iter().any(|it| it.enrolled_programme_id.is_some());
            prop_assert!(same || holds || !only || children.len() < 2, "{:?}", places);
        }
    }
}
