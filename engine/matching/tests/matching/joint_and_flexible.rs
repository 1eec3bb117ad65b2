//! Rule lab, chances and pools where families rank joint options or programmes have budgets.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use crate::common::families::FamilyCase;
use crate::common::flexible::flexible;
use crate::common::{placed, seats, wish};
use matching::{
    ApplicantRow, CatalogueError, ChanceAssumptions, ChildChances, Finding, LabOptions,
    LaterApplicants, Mechanism, Pool, Round, RoundFiles, SeatsThatMayFree, Siblings, SolveError,
    attribute_envy, chances, check_matching, compare_catalogues, hold_offers,
    hold_offers_in_rounds, patterns_of, read_round, replay, replay_placements,
};
use proptest::prelude::*;

/// Mechanisms that ask families.
const ASKING: [Mechanism; 4] = [
    Mechanism::FamilyOptimal,
    Mechanism::FirstPreferenceFirst,
    Mechanism::Uncoordinated,
    Mechanism::SerialDictatorship,
];

/// A and B belong together; A is first and B third in the line of P, behind C.
fn pair(rule: Siblings, capacity: u32) -> Round {
    let sibling = |child: &str| ApplicantRow {
        applicant_id: child.to_owned(),
        family_id: Some("F".to_owned()),
        siblings: rule,
        ..ApplicantRow::default()
    };
    Round::from_rows(
        &[seats("P", "", capacity)],
        &[
            wish("A", "P", 1, 9, Some(1)),
            wish("C", "P", 1, 8, Some(2)),
            wish("B", "P", 1, 7, Some(3)),
        ],
        &[sibling("A"), sibling("B")],
    )
    .unwrap()
}

fn with_budget(budget: &str, applications: &str) -> Round {
    let mut files = RoundFiles::new(
        "programme_id,seat_group,capacity\nP,big,\nP,small,\n".as_bytes(),
        applications.as_bytes(),
    );
    files.applicants = Some(
        "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\nA,big,,,\nB,big,,,\nC,small,,,\n"
            .as_bytes(),
    );
    let budgets = format!("programme_id,budget\nP,{budget}\n");
    files.budgets = Some(budgets.as_bytes());
    files.seat_weights = Some("programme_id,seat_group,weight\nP,big,2\nP,small,1\n".as_bytes());
    read_round(files).unwrap()
}

const IN_LINE: &str =
    "applicant_id,programme_id,rank,points,lot\nA,P,1,9,1\nB,P,1,8,2\nC,P,1,7,3\n";

fn who(round: &Round, mechanism: Mechanism) -> Vec<String> {
    let rows = replay_placements(round, mechanism, &LabOptions::default()).unwrap();
    let placed = placed(&rows).into_iter();
    placed.filter_map(|(child, at)| at.map(|_| child)).collect()
}

#[test]
fn every_mechanism_that_asks_families_takes_a_joint_option_whole_or_not_at_all() {
    for mechanism in ASKING {
        let apart = who(&pair(Siblings::Independent, 2), mechanism);
        if mechanism != Mechanism::SerialDictatorship {
            assert_eq!(apart, ["A", "C"], "{mechanism:?}");
            // Child by child, A would have been placed without B.
            assert_eq!(who(&pair(Siblings::TogetherOnly, 2), mechanism), ["C"]);
        }
        let together = who(&pair(Siblings::TogetherOnly, 3), mechanism);
        assert_eq!(together, ["A", "B", "C"], "{mechanism:?}");
        assert_eq!(who(&pair(Siblings::TogetherOnly, 1), mechanism), ["C"]);
    }
    // By lot, the pair or C comes first; never one of the pair alone.
    let by_seed = |seed| {
        let options = LabOptions {
            seed,
            ..LabOptions::default()
        };
        let round = pair(Siblings::TogetherOnly, 2);
        let rows = replay_placements(&round, Mechanism::SerialDictatorship, &options).unwrap();
        rows.iter().filter(|row| row.place.is_some()).count()
    };
    let counts: Vec<usize> = (0..20).map(by_seed).collect();
    assert!(counts.contains(&1) && counts.contains(&2) && counts.iter().all(|it| *it < 3));
}

#[test]
fn offers_that_make_up_no_option_lapse_and_are_not_repeated() {
    let options = LabOptions::default();
    let report = replay(
        &pair(Siblings::TogetherOnly, 2),
        Mechanism::Uncoordinated,
        &options,
    )
    .unwrap();
    // A and C get an offer, then B; A's and B's come to nothing.
    assert_eq!(
        (report.offers_made, report.offers_lapsed, report.rounds),
        (3, 2, 2)
    );
    let report = replay(
        &pair(Siblings::TogetherOnly, 3),
        Mechanism::Uncoordinated,
        &options,
    )
    .unwrap();
    assert_eq!(
        (report.offers_made, report.offers_lapsed, report.rounds),
        (3, 0, 1)
    );
    assert_eq!((report.siblings.families, report.siblings.together), (1, 1));
}

#[test]
fn who_is_refused_elsewhere_is_in_nobodys_way_when_first_wishes_go_first() {
    // The pair wants P and Q; its child is first at P and has no chance at Q. D is next at P.
    let mut files = RoundFiles::new(
        "programme_id,seat_group,capacity\nP,,1\nQ,,1\n".as_bytes(),
        "applicant_id,programme_id,rank,points,lot\nA,P,1,9,1\nB,Q,1,1,2\nC,Q,1,9,3\nD,P,1,1,4\n"
            .as_bytes(),
    );
    files.applicants = Some(
        "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\nA,,F,,\nB,,F,,\n"
            .as_bytes(),
    );
    files.family_options =
        Some("family_id,option,applicant_id,programme_id\nF,1,A,P\nF,1,B,Q\n".as_bytes());
    let round = read_round(files).unwrap();
    assert_eq!(who(&round, Mechanism::FirstPreferenceFirst), ["C", "D"]);
}

#[test]
fn families_in_each_others_way_in_a_circle_are_settled_by_lot() {
    // At P the first family is ahead, at Q the second; each needs both.
    let round = || {
        let mut files = RoundFiles::new(
            "programme_id,seat_group,capacity\nP,,1\nQ,,1\n".as_bytes(),
            "applicant_id,programme_id,rank,points,lot\nA,P,1,9,1\nB,Q,1,1,1\nC,P,1,1,2\nD,Q,1,9,2\n".as_bytes(),
        );
        files.applicants = Some(
            "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\nA,,F,,\nB,,F,,\nC,,G,,\nD,,G,,\n".as_bytes(),
        );
        files.family_options = Some(
            "family_id,option,applicant_id,programme_id\nF,1,A,P\nF,1,B,Q\nG,1,C,P\nG,1,D,Q\n"
                .as_bytes(),
        );
        read_round(files).unwrap()
    };
    let mut seen = [false; 2];
    for seed in 0..20 {
        let options = LabOptions {
            seed,
            ..LabOptions::default()
        };
        let rows = replay_placements(&round(), Mechanism::FirstPreferenceFirst, &options).unwrap();
        let placed: Vec<bool> = rows.iter().map(|row| row.place.is_some()).collect();
        assert!(placed == [true, true, false, false] || placed == [false, false, true, true]);
        seen[usize::from(placed[0])] = true;
    }
    assert_eq!(seen, [true; 2]);
}

#[test]
fn a_programme_with_a_budget_admits_down_its_line_as_far_as_children_fit() {
    // A takes 2 of 3; B, next in line, does not fit, and C behind it must not take what is left.
    let round = with_budget("3", IN_LINE);
    for mechanism in ASKING {
        let expected: &[&str] = match mechanism {
            Mechanism::SerialDictatorship => continue,
            _ => &["A"],
        };
        assert_eq!(who(&round, mechanism), expected, "{mechanism:?}");
        let report = replay(&round, mechanism, &LabOptions::default()).unwrap();
        assert!(
            report.feasible && report.justified_envy.is_empty(),
            "{mechanism:?}"
        );
        assert_eq!((report.room_out_of_turn, report.free_seats), (1, 0));
    }
    assert_eq!(
        who(&with_budget("5", IN_LINE), Mechanism::Uncoordinated),
        ["A", "B", "C"]
    );
}

#[test]
fn what_has_no_answer_is_refused_with_its_number() {
    let options = LabOptions::default();
    let codes = |round: &Round| -> Vec<&str> {
        let code = |mechanism| {
            replay(round, mechanism, &options)
                .err()
                .map_or("", |it| it.code())
        };
        Mechanism::ALL.map(code).into()
    };
    let joint = pair(Siblings::TogetherOnly, 2);
    assert_eq!(codes(&joint), ["", "E2070", "", "", "", "E2187", "E2187"]);
    let flexible = with_budget("3", IN_LINE);
    assert_eq!(
        codes(&flexible),
        ["", "E2110", "", "", "", "E2187", "E2187"]
    );
    for (round, offers, pool) in [(&joint, "E2070", "E2188"), (&flexible, "E2110", "E2189")] {
        assert_eq!(hold_offers(round, 0, 0).unwrap_err().code(), offers);
        assert_eq!(hold_offers_in_rounds(round, 0).unwrap_err().code(), offers);
        assert_eq!(Pool::new(round, 0).unwrap_err().code(), pool);
    }
    let mut files = RoundFiles::new(
        "programme_id,seat_group,capacity\nP,,\n".as_bytes(),
        "applicant_id,programme_id,rank,points,lot\nA,P,1,9,1\nB,P,1,1,2\n".as_bytes(),
    );
    files.applicants = Some(
        "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\nA,,F,together_only,\nB,,F,together_only,\n".as_bytes(),
    );
    files.budgets = Some("programme_id,budget\nP,1\n".as_bytes());
    files.seat_weights = Some("programme_id,seat_group,weight\nP,,1\n".as_bytes());
    let both = read_round(files).unwrap();
    for mechanism in Mechanism::ALL {
        let error = replay(&both, mechanism, &options).unwrap_err();
        assert_eq!(error, SolveError::JointOptionsWithBudgets, "{mechanism:?}");
    }
    let problems = chances(&both, &ChanceAssumptions::default()).unwrap_err();
    assert_eq!(problems[0].code, "E2186");
    let freed = ChanceAssumptions {
        freed: vec![SeatsThatMayFree {
            programme_id: "P".to_owned(),
            seat_group: "big".to_owned(),
            seats: 1,
            probability: 0.5,
        }],
        ..ChanceAssumptions::default()
    };
    let problems = chances(&flexible, &freed).unwrap_err();
    assert_eq!((problems.len(), problems[0].code), (1, "E2186"));
}

#[test]
fn rounds_that_differ_in_joint_options_or_budgets_are_not_compared() {
    let options = LabOptions::default();
    let differs = |declared: &Round, other: &Round| {
        let error = compare_catalogues(declared, other, Mechanism::FamilyOptimal, &options);
        match error.unwrap_err() {
            CatalogueError::RoundsDiffer(what) => what,
            CatalogueError::Solve(error) => panic!("{error}"),
        }
    };
    let (alone, joint) = (
        pair(Siblings::Independent, 2),
        pair(Siblings::TogetherOnly, 2),
    );
    assert_eq!(differs(&alone, &joint), "joint options of families");
    assert_eq!(
        differs(&with_budget("3", IN_LINE), &with_budget("4", IN_LINE)),
        "budgets"
    );
    let same = compare_catalogues(&joint, &joint, Mechanism::FamilyOptimal, &options).unwrap();
    assert_eq!((same.unchanged, same.envy_by_declared_points.pairs), (3, 0));
}

fn assumptions(draws: u32) -> ChanceAssumptions {
    ChanceAssumptions {
        draws,
        seed: 5,
        ..ChanceAssumptions::default()
    }
}

fn percent(found: &[ChildChances]) -> Vec<u8> {
    found.iter().map(|child| child.placed.percent).collect()
}

#[test]
fn chances_are_those_of_whole_families() {
    let of = |rule, capacity| percent(&chances(&pair(rule, capacity), &assumptions(100)).unwrap());
    assert_eq!(of(Siblings::Independent, 2), [99, 1, 99]);
    assert_eq!(of(Siblings::TogetherOnly, 2), [1, 1, 99]);
    assert_eq!(of(Siblings::TogetherOnly, 3), [99, 99, 99]);
    assert_eq!(of(Siblings::TogetherPreferred, 2), [99, 1, 99]);
    // Where C may leave, the pair has its chance, one for both; who leaves is counted where it stays.
    let leaving = ChanceAssumptions {
        withdrawal: 0.3,
        ..assumptions(1_000)
    };
    let found = chances(&pair(Siblings::TogetherOnly, 2), &leaving).unwrap();
    assert_eq!(found[0].placed, found[1].placed);
    assert!((25..36).contains(&found[0].placed.percent), "{found:?}");
    assert!(found[2].placed.percent >= 99, "{found:?}");
    // All leave in nearly every draw: the statements rest on the draws in which a child stays.
    let all = ChanceAssumptions {
        withdrawal: 1.0,
        ..assumptions(10)
    };
    let found = chances(&pair(Siblings::TogetherOnly, 2), &all).unwrap();
    assert!(
        found.iter().all(|child| child.placed.percent != 50),
        "{found:?}"
    );
}

#[test]
fn chances_keep_to_budgets_and_count_later_children() {
    let of = |budget: &str, assumed: &ChanceAssumptions| {
        percent(&chances(&with_budget(budget, IN_LINE), assumed).unwrap())
    };
    assert_eq!(of("3", &assumptions(100)), [99, 1, 1]);
    assert_eq!(of("4", &assumptions(100)), [99, 99, 1]);
    assert_eq!(of("5", &assumptions(100)), [99, 99, 99]);
    let leaving = ChanceAssumptions {
        withdrawal: 0.3,
        ..assumptions(1_000)
    };
    let found = of("3", &leaving);
    assert!(found[0] >= 99 && (25..36).contains(&found[1]), "{found:?}");
    let later = LaterApplicants {
        expected: 3.0,
        uncertainty: 0.5,
        patterns: patterns_of(&with_budget("5", IN_LINE)),
    };
    let crowded = of(
        "5",
        &ChanceAssumptions {
            later,
            ..assumptions(400)
        },
    );
    assert!(crowded[0] > crowded[2] && crowded[2] < 60, "{crowded:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn families_get_one_of_their_options_under_every_mechanism(number in 0_u64..4_000, seed: u64) {
        let case = FamilyCase::tiny(number);
        let round = case.round();
        let options = LabOptions { seed, ..LabOptions::default() };
        for mechanism in ASKING {
            let report = replay(&round, mechanism, &options).unwrap();
            // Feasible: within the seats, and every family has an option, or nothing.
            prop_assert!(report.feasible, "{mechanism:?}");
            let rows = replay_placements(&round, mechanism, &options).unwrap();
            let checked = check_matching(&round, &rows);
            prop_assert_eq!(report.blocking_families, checked.blocking_joint_families);
            let envy = attribute_envy(&round, &rows, &[]).all.pairs;
            prop_assert_eq!(envy, checked.justified_envy);
        }
    }

    #[test]
    fn budgets_hold_under_every_mechanism_and_in_every_draw(city in flexible(true), seed: u64) {
        let round = city.round();
        let options = LabOptions { seed, ..LabOptions::default() };
        for mechanism in ASKING {
            let report = replay(&round, mechanism, &options);
            if !round.has_flexible_programmes() {
                continue;
            }
            prop_assert!(report.unwrap().feasible, "{mechanism:?}");
            let rows = replay_placements(&round, mechanism, &options).unwrap();
            let checked = check_matching(&round, &rows);
            prop_assert_eq!(attribute_envy(&round, &rows, &[]).all.pairs, checked.justified_envy);
            let over = |finding: &Finding| matches!(finding, Finding::OverBudget { .. });
            prop_assert!(!checked.findings.iter().any(over));
        }
    }

    #[test]
    fn a_round_of_single_children_has_the_same_chances_with_and_without_joint_options(
        tiny in crate::common::tiny::tiny(false), seed: u64,
    ) {
        let plain = tiny.round();
        // One child more, alone in its family, whose options are its wishes.
        let mut applicants = tiny.applicants.clone();
        let mut programmes = tiny.programmes.clone();
        programmes.push(seats("alone", "", 1));
        applicants.push(ApplicantRow {
            applicant_id: "zz".to_owned(),
            family_id: Some("of zz".to_owned()),
            ..ApplicantRow::default()
        });
        let mut applications = tiny.applications.clone();
        applications.push(wish("zz", "alone", 1, 0, Some(0)));
        let option = matching::FamilyOptionRow {
            family_id: "of zz".to_owned(),
            option: 1,
            applicant_id: "zz".to_owned(),
            programme_id: Some("alone".to_owned()),
        };
        let joint = Round::from_rows_with_options(&programmes, &applications, &applicants, &[option]).unwrap();
        prop_assert_eq!(joint.joint_family_count(), 1);
        let assumed = ChanceAssumptions { draws: 20, seed, ..ChanceAssumptions::default() };
        let mut found = chances(&joint, &assumed).unwrap();
        let alone = found.pop().unwrap();
        prop_assert_eq!((alone.applicant_id.as_str(), alone.placed.percent), ("zz", 98));
        let expected = chances(&plain, &assumed).unwrap();
        // The search for siblings need not come to the best of the stable matchings where places are held
        // at first; all of them place the same children.
        let any_place = |found: &[ChildChances]| -> Vec<_> { found.iter().map(|it| it.placed).collect() };
        prop_assert_eq!(any_place(&found), any_place(&expected));
        if tiny.applicants.iter().all(|child| child.enrolled_programme_id.is_none()) {
            prop_assert_eq!(found, expected);
        }
    }
}
