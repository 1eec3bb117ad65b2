//! Flexible seat groups: certified cases, the definition on tiny rounds, a generated city.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![allow(
    clippy::print_stdout,
    reason = "the certified cases are printed as a table"
)]

use crate::common::flexible::{Flexible, flexible};
use crate::common::tiny::rank;
use crate::common::{Placed, case_path, case_text, child, placed, placements, seats, text, wish};
use matching::{
    Amount, BudgetRow, CheckReport, DecidedBy, Explainer, Finding, NO_CAP, OptimalFor, Place,
    PlacementRow, ReasonKind, Round, RoundFiles, RoundOptions, RoundSummary, SeatWeightRow,
    StaffingRatio, Vacancy, budget_for_seats, cascade, check_matching, read_round, solve,
    write_placements,
};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// A case as the files of a round directory: programmes, applications, applicants, budgets, weights.
fn round_directory(case: &Value) -> [String; 5] {
    let mut files = [
        "programme_id,seat_group,capacity\n",
        "applicant_id,programme_id,rank,points,lot\n",
        "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\n",
        "programme_id,budget\n",
        "programme_id,seat_group,weight\n",
    ]
    .map(str::to_owned);
    let mut place = std::collections::BTreeMap::new();
    for programme in case["programmes"].as_array().unwrap() {
        let id = text(&programme["id"]);
        files[3] += &format!("{id},{}\n", programme["budget"]);
        for (group, weight) in programme["weight"].as_object().unwrap() {
            let cap = programme["cap"].get(group).map(Value::to_string);
            files[4] += &format!("{id},{group},{weight}\n");
            files[0] += &format!("{id},{group},{}\n", cap.unwrap_or_default());
        }
        for (position, applicant) in programme["priority"].as_array().unwrap().iter().enumerate() {
            place.insert((id.clone(), text(applicant)), position);
        }
    }
    for applicant in case["children"].as_array().unwrap() {
        let id = text(&applicant["id"]);
        files[2] += &format!("{id},{},,,\n", text(&applicant["group"]));
        for (rank, programme) in (1..).zip(applicant["prefs"].as_array().unwrap()) {
            let programme = text(programme);
            if let Some(position) = place.get(&(programme.clone(), id.clone())) {
                files[1] += &format!("{id},{programme},{rank},-{position},0\n");
            }
        }
    }
    files
}

fn read(files: &[String; 5]) -> Round {
    let [programmes, applications, rest @ ..] = files.each_ref().map(String::as_bytes);
    let mut round = RoundFiles::new(programmes, applications);
    [round.applicants, round.budgets, round.seat_weights] = rest.map(Some);
    read_round(round).unwrap()
}

#[test]
fn every_certified_case_comes_out_as_the_child_optimal_fair_matching() {
    let Some(folder) = case_path("fair") else {
        return;
    };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    println!("| case | placed | certified | envy | room denied in turn | same |");
    println!("|---|---|---|---|---|---|");
    for name in names {
        let case: Value = serde_json::from_str(&case_text(&folder, &name)).unwrap();
        let round = read(&round_directory(&case));
        let rows = placements(&round, OptimalFor::Families, 0);
        let expected = &case["expected"];
        let answer: Placed =
            serde_json::from_value(expected["child_optimal_fair"].clone()).unwrap();
        let report = check_matching(&round, &rows);
        let same = placed(&rows) == answer;
        println!(
            "| {name} | {} | {} | {} | {} | {same} |",
            report.placed, expected["placed"], report.justified_envy, report.allowed_waste
        );
        assert!(same, "{name}: {rows:?}");
        assert_eq!(report.findings, [], "{name}");
        assert_eq!(Some(report.placed), expected["placed"].as_u64(), "{name}");
    }
}

/// All bytes a round leaves behind.
fn all_output(round: &Round, seed: u64) -> Vec<u8> {
    let options = RoundOptions {
        seed,
        ..RoundOptions::default()
    };
    let outcome = solve(round, &options).unwrap();
    let mut output = Vec::new();
    write_placements(&outcome.placements(), &mut output).unwrap();
    Explainer::new(&outcome).write(&mut output).unwrap();
    let report = check_matching(round, &outcome.placements());
    let summary = RoundSummary::new(&outcome, &report).unwrap();
    output.extend(serde_json::to_vec(&summary).unwrap());
    output
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_round_is_the_fair_matching_that_is_best_for_every_child(given in flexible(false)) {
        let best = placements(&given.round(), OptimalFor::Families, 0);
        let fair: Vec<_> = given.feasible().into_iter().filter(|rows| given.is_fair(rows)).collect();
        prop_assert!(fair.contains(&best), "{best:?}");
        for rows in &fair {
            for (best, row) in best.iter().zip(rows) {
                prop_assert!(rank(best) <= rank(row), "{:?} against {:?}", best, row);
            }
        }
        prop_assert!(given.turns_are_kept(&best));
    }

    #[test]
    fn with_ties_the_result_of_every_seed_is_fair(given in flexible(true), seed: u64) {
        let rows = placements(&given.round(), OptimalFor::Families, seed);
        prop_assert!(given.is_feasible(&rows) && given.is_fair(&rows), "{rows:?}");
    }

    #[test]
    fn enrolled_children_never_end_below_their_place(given in flexible(true), seed: u64) {
        let rows = placements(&given.round(), OptimalFor::Families, seed);
        for (row, child) in rows.iter().zip(&given.applicants) {
            let Some(own) = &child.enrolled_programme_id else { continue };
            let wished = given.applications.iter()
                .find(|wish| wish.applicant_id == child.applicant_id && wish.programme_id == *own)
                .map_or(u32::MAX - 1, |wish| wish.rank);
            prop_assert!(rank(row) <= wished, "{row:?}");
        }
    }

    #[test]
    fn the_checker_agrees_with_the_definition_on_every_feasible_matching(given in flexible(true)) {
        let round = given.round();
        for rows in given.feasible() {
            let report = check_matching(&round, &rows);
            prop_assert_eq!(report.is_stable(), given.is_fair(&rows), "{:?} {:?}", rows, report.findings);
            prop_assert_eq!(report.allowed_waste, given.allowed_waste(&rows));
        }
    }

    #[test]
    fn the_checker_finds_every_budget_and_cap_that_is_exceeded(given in flexible(true), at in 0..3_usize) {
        // Everybody who may at one programme.
        let programme = format!("P{at}");
        let rows: Vec<PlacementRow> = given.applicants.iter().map(|child| PlacementRow {
            applicant_id: child.applicant_id.clone(),
            place: given.applications.iter()
                .find(|wish| wish.applicant_id == child.applicant_id && wish.programme_id == programme)
                .map(|wish| Place { programme_id: programme.clone(), rank: wish.rank }),
        }).collect();
        let report = check_matching(&given.round(), &rows);
        let feasible = !report.findings.iter().any(|finding| matches!(
            finding,
            Finding::OverBudget { .. } | Finding::OverCapacity { .. } | Finding::GroupClosed { .. }
        ));
        prop_assert_eq!(feasible, given.is_feasible(&rows), "{:?}", report.findings);
    }

    #[test]
    fn the_order_of_the_input_changes_no_byte(
        (given, shuffled) in flexible(true).prop_flat_map(|given| {
            let base = given.clone();
            let shuffled = (
                Just(given.programmes).prop_shuffle(),
                Just(given.applications).prop_shuffle(),
                Just(given.applicants).prop_shuffle(),
                Just(given.budgets).prop_shuffle(),
                Just(given.weights).prop_shuffle(),
            ).prop_map(|(programmes, applications, applicants, budgets, weights)| Flexible {
                programmes, applications, applicants, budgets, weights,
            });
            (Just(base), shuffled)
        }),
        seed: u64,
    ) {
        prop_assert_eq!(all_output(&given.round(), seed), all_output(&shuffled.round(), seed));
    }

    #[test]
    fn every_better_wish_has_a_reason_that_follows_from_the_line(given in flexible(true), seed: u64) {
        let round = given.round();
        let outcome = solve(&round, &RoundOptions { seed, ..RoundOptions::default() }).unwrap();
        let rows = outcome.placements();
        let explainer = Explainer::new(&outcome);
        for row in &rows {
            for reason in explainer.reasons(&row.applicant_id).unwrap() {
                if given.budget(&reason.programme_id).is_none() {
                    prop_assert_ne!(reason.reason, ReasonKind::BudgetSpent);
                    continue;
                }
                let open = given.feasible().iter().flatten().any(|other| {
                    other.applicant_id == row.applicant_id
                        && other.place.as_ref().is_some_and(|place| place.programme_id == reason.programme_id)
                });
                let expected = if open { ReasonKind::BudgetSpent } else { ReasonKind::GroupClosed };
                prop_assert_eq!(reason.reason, expected, "{:?}", reason);
                prop_assert_eq!(reason.decided_by.is_some(), open);
                if reason.decided_by == Some(DecidedBy::Points) {
                    prop_assert!(reason.cut_off_points > Some(reason.own_points));
                }
            }
        }
    }
}

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

fn budget(programme: &str, budget: &str) -> BudgetRow {
    BudgetRow {
        programme_id: programme.to_owned(),
        budget: amount(budget),
    }
}

fn weight(programme: &str, group: &str, weight: &str) -> SeatWeightRow {
    SeatWeightRow {
        programme_id: programme.to_owned(),
        seat_group: group.to_owned(),
        weight: amount(weight),
    }
}

/// Two staff at P: ten nursery or twenty-four kindergarten children; first in line a mixed dozen.
fn one_programme() -> Round {
    let children: Vec<_> = (0..20)
        .map(|number| {
            let group = if number % 2 == 0 {
                "nursery"
            } else {
                "kindergarten"
            };
            child(&format!("A{number:02}"), group, None)
        })
        .collect();
    let wishes: Vec<_> = (0..20)
        .map(|number| wish(&format!("A{number:02}"), "P", 1, 100 - number, Some(0)))
        .collect();
    Round::from_flexible_rows(
        &[
            seats("P", "nursery", NO_CAP),
            seats("P", "kindergarten", NO_CAP),
        ],
        &wishes,
        &children,
        &[budget("P", "2")],
        &[
            weight("P", "nursery", "1/5"),
            weight("P", "kindergarten", "1/12"),
        ],
    )
    .unwrap()
}

#[test]
fn a_budget_in_fractions_is_filled_to_the_last_unit_and_nobody_overtakes() {
    let round = one_programme();
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let rows = outcome.placements();
    // Seven and seven need 7/5 + 7/12 = 119/60 of 120/60; the eighth of nursery does not fit, and
    // no child of kindergarten behind it may take the room, were there any.
    let placed = rows.iter().take_while(|row| row.place.is_some()).count();
    assert_eq!(placed, 14);
    assert!(rows[14..].iter().all(|row| row.place.is_none()));
    let report = check_matching(&round, &rows);
    assert_eq!((report.findings.len(), report.allowed_waste), (0, 0));
    let summary = RoundSummary::new(&outcome, &report).unwrap();
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(
        json["flexible_programmes"],
        serde_json::json!([{
            "programme_id": "P", "budget": "2", "used": "119/60", "placed": 14, "turned_away": 6,
            "denied_room": 0, "points": 87, "lot": 0
        }])
    );
    assert_eq!(json["cut_offs"][0]["capacity"], Value::Null);
    assert_eq!(json["proven_stable"], true);
    // Ten at most of nursery, twenty-four of kindergarten.
    assert_eq!(round.seat_count(), 24);
}

#[test]
fn envy_across_groups_and_a_budget_exceeded_are_named_and_allowed_waste_is_counted() {
    let round = one_programme();
    let rows = placements(&round, OptimalFor::Families, 0);
    let place = rows[0].place.clone();
    let report = |change: &dyn Fn(&mut Vec<PlacementRow>)| -> CheckReport {
        let mut rows = rows.clone();
        change(&mut rows);
        check_matching(&round, &rows)
    };
    let found = |report: &CheckReport| -> Vec<String> {
        report.findings.iter().map(Finding::to_string).collect()
    };
    let over = report(&|rows| rows[14].place.clone_from(&place));
    assert_eq!(
        found(&over),
        ["P has a budget of 2 and children who need 131/60"]
    );
    let envy = report(&|rows| {
        rows[12].place = None;
        rows[15].place.clone_from(&place);
    });
    assert_eq!(
        found(&envy),
        [
            r#"applicant A12 comes before A15 at P, group "nursery", and wants that seat more"#,
            r#"applicant A14 comes before A15 at P, group "nursery", and wants that seat more"#,
        ]
    );
    let wasteful = report(&|rows| rows[13].place = None);
    assert_eq!(found(&wasteful), Vec::<String>::new());
    // Room for one of kindergarten: A13, A15, A17 and A19 would fit.
    assert_eq!(wasteful.allowed_waste, 4);
}

#[test]
fn a_round_with_budgets_is_not_run_for_the_programmes_and_has_no_chains() {
    let round = one_programme();
    let options = RoundOptions {
        optimal_for: OptimalFor::Programmes,
        ..RoundOptions::default()
    };
    assert_eq!(solve(&round, &options).unwrap_err().code(), "E2110");
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let vacancy = Vacancy::ApplicantLeaves {
        applicant_id: "A00",
    };
    assert_eq!(
        cascade(&outcome, vacancy),
        Err(matching::CascadeError::Flexible)
    );
}

/// A city after some years of few births: seats planned for the nursery, children for the kindergarten.
///
/// Returns the same children with seats per group, and with the staff of those seats as a budget.
fn city(seed: u64) -> (Round, Round) {
    let ratio = |staff, children, hours| StaffingRatio {
        staff: amount(staff),
        children: amount(children),
        hours: amount(hours),
    };
    let groups = [
        ("after_school", ratio("0.9", "20", "6"), "6"),
        ("kindergarten", ratio("1", "12", "9"), "9"),
        ("nursery", ratio("1", "5", "9"), "9"),
    ];
    let weights = groups.map(|(_, ratio, hours)| ratio.weight(amount(hours)).unwrap());
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = move |below: u32| generator.next_u32() % below;
    let (mut rigid, mut open, mut budgets, mut weight_rows) = (vec![], vec![], vec![], vec![]);
    for number in 0..40 {
        let id = format!("P{number:02}");
        let capacities = [10 + draw(20), 12 + draw(16), 8 + draw(12)];
        let staffed: Vec<_> = capacities.into_iter().zip(weights).collect();
        budgets.push(BudgetRow {
            programme_id: id.clone(),
            budget: budget_for_seats(&staffed).unwrap(),
        });
        for (position, (group, ..)) in groups.iter().enumerate() {
            rigid.push(seats(&id, group, capacities[position]));
            open.push(seats(&id, group, NO_CAP));
            weight_rows.push(weight(&id, group, &weights[position].to_string()));
        }
    }
    let (mut applicants, mut applications) = (vec![], vec![]);
    for number in 0..2_800_u32 {
        let id = format!("A{number:04}");
        let group = match draw(10) {
            0 => "nursery",
            1..4 => "after_school",
            _ => "kindergarten",
        };
        applicants.push(child(&id, group, None));
        let first = draw(40);
        for rank in 1..6 {
            let programme = format!("P{:02}", (first + rank * rank) % 40);
            let points = draw(40) as i32;
            applications.push(wish(
                &id,
                &programme,
                rank,
                points,
                Some(number * 7919 % 2_803),
            ));
        }
    }
    (
        Round::from_rows(&rigid, &applications, &applicants).unwrap(),
        Round::from_flexible_rows(&open, &applications, &applicants, &budgets, &weight_rows)
            .unwrap(),
    )
}

#[test]
fn where_the_groups_that_apply_have_changed_flexible_groups_place_more_children_without_envy() {
    for seed in 0..4 {
        let (rigid, open) = city(seed);
        let report =
            |round: &Round| check_matching(round, &placements(round, OptimalFor::Families, 0));
        let (rigid, open) = (report(&rigid), report(&open));
        println!(
            "seed {seed}: rigid {} of {} seats, flexible {}, envy {}, room denied in turn {}",
            rigid.placed, rigid.seats, open.placed, open.justified_envy, open.allowed_waste
        );
        assert_eq!((rigid.findings, open.findings), (Vec::new(), Vec::new()));
        assert!(open.placed >= rigid.placed);
    }
}

/// Code, file and row of every problem of a round with budgets.
#[track_caller]
fn refused_with(
    programmes: &str,
    applicants: &str,
    budgets: Option<&str>,
    weights: Option<&str>,
    expected: &[(&str, &str, u64)],
) {
    let file = |header: &str, rows: &str| format!("{header}\n{rows}");
    let programmes = file("programme_id,seat_group,capacity", programmes);
    let applicants = file(
        "applicant_id,seat_group,family_id,siblings,enrolled_programme_id",
        applicants,
    );
    let budgets = budgets.map(|rows| file("programme_id,budget", rows));
    let weights = weights.map(|rows| file("programme_id,seat_group,weight", rows));
    let mut files = RoundFiles::new(
        programmes.as_bytes(),
        "applicant_id,programme_id,rank,points,lot\n".as_bytes(),
    );
    files.applicants = Some(applicants.as_bytes());
    files.budgets = budgets.as_deref().map(str::as_bytes);
    files.seat_weights = weights.as_deref().map(str::as_bytes);
    let problems = read_round(files).unwrap_err();
    let found: Vec<_> = problems
        .iter()
        .map(|problem| {
            (
                problem.code,
                problem.file.as_str(),
                problem.row.unwrap_or(0),
            )
        })
        .collect();
    assert_eq!(found, expected, "{problems:#?}");
    for problem in &problems {
        assert!(
            matching::ERROR_CODES
                .iter()
                .any(|it| it.code == problem.code)
        );
        assert!(!problem.remedy.is_empty());
    }
}

#[test]
fn budgets_and_weights_that_are_no_amounts_are_e2100() {
    refused_with(
        "P,a,\nQ,,\n",
        "",
        Some("P,-1\nQ,\"1,5\"\n"),
        Some("P,a,0\nQ,,1e3\n"),
        &[
            ("E2100", "budgets.csv", 1),
            ("E2100", "budgets.csv", 2),
            ("E2100", "seat_weights.csv", 1),
            ("E2100", "seat_weights.csv", 2),
        ],
    );
}

#[test]
fn one_of_the_two_files_alone_is_e2101() {
    refused_with(
        "P,,\n",
        "",
        Some("P,1\n"),
        None,
        &[("E2101", "seat_weights.csv", 0)],
    );
    refused_with(
        "P,,\n",
        "",
        None,
        Some("P,,1\n"),
        &[("E2101", "budgets.csv", 0)],
    );
}

#[test]
fn budgets_and_weights_that_do_not_belong_to_the_programmes_are_e2102_to_e2107() {
    refused_with(
        "P,a,\nP,b,3\nQ,a,2\n",
        "",
        Some("R,1\nP,2\nP,3\n"),
        Some("P,a,1\nP,c,1\nP,a,2\nQ,a,1\nS,,1\n"),
        &[
            ("E2102", "budgets.csv", 1),
            ("E2103", "budgets.csv", 3),
            ("E2107", "seat_weights.csv", 0),
            ("E2104", "seat_weights.csv", 2),
            ("E2105", "seat_weights.csv", 3),
            ("E2106", "seat_weights.csv", 4),
            ("E2104", "seat_weights.csv", 5),
        ],
    );
}

#[test]
fn an_empty_capacity_of_a_programme_without_a_budget_is_e2019() {
    refused_with(
        "P,a,\nQ,a,\n",
        "",
        Some("P,1\n"),
        Some("P,a,1\n"),
        &[("E2019", "programmes.csv", 2)],
    );
}

#[test]
fn enrolled_children_above_the_budget_are_e2108_and_above_the_cap_e2018() {
    refused_with(
        "P,a,\nP,b,1\n",
        "A,a,,,P\nB,b,,,P\n",
        Some("P,2.9\n"),
        Some("P,a,1.5\nP,b,1.5\n"),
        &[("E2108", "budgets.csv", 0)],
    );
    refused_with(
        "P,a,1\n",
        "A,a,,,P\nB,a,,,P\n",
        Some("P,3\n"),
        Some("P,a,1.5\n"),
        &[("E2018", "programmes.csv", 0)],
    );
}

#[test]
fn amounts_without_a_common_unit_are_e2109() {
    refused_with(
        "P,a,\nP,b,\n",
        "",
        Some("P,100\n"),
        Some("P,a,1/999999999999999989\nP,b,1/99999999999973\n"),
        &[("E2109", "seat_weights.csv", 0)],
    );
}
