//! Laws of rounds whose families rank joint options, on tiny rounds where every matching can be
//! enumerated, and against the reference in the folder of the certified cases.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::common::case_path;
use crate::common::families::{FamilyCase, Violation, city, named};
use crate::common::tiny::tiny;
use matching::{
    Explainer, FamilyOptionRow, FamilyProof, OptimalFor, Round, RoundOptions, RoundSummary,
    check_matching, family_reasons, solve, write_family_reasons, write_placements,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// All bytes a round leaves behind.
fn all_output(round: &Round) -> Vec<u8> {
    let outcome = solve(round, &RoundOptions::default()).unwrap();
    let mut output = Vec::new();
    write_placements(&outcome.placements(), &mut output).unwrap();
    Explainer::new(&outcome).write(&mut output).unwrap();
    write_family_reasons(&outcome, &mut output).unwrap();
    let report = check_matching(round, &outcome.placements());
    let summary = RoundSummary::new(&outcome, &report).unwrap();
    output.extend(serde_json::to_vec(&summary).unwrap());
    output
}

/// Families that block.
fn blocking(violations: &[Violation]) -> Option<usize> {
    let mut families = BTreeSet::new();
    for violation in violations {
        match violation {
            Violation::OverCapacity(..) => return None,
            Violation::Blocking(family, _) => families.insert(family),
        };
    }
    Some(families.len())
}

#[test]
fn the_solver_finds_the_largest_stable_matching_or_the_fewest_blocking_families() {
    let mut none_exists = 0;
    for seed in 0..3_000 {
        let case = FamilyCase::tiny(seed);
        let round = case.round();
        let outcome = solve(&round, &RoundOptions::default()).unwrap();
        let findings = outcome.family_findings().unwrap();
        let got = case.chosen(&outcome.placements());
        let value = |chosen: &_| {
            let blocking = blocking(&case.violations(chosen))?;
            let placed = case.size(chosen);
            Some((blocking, std::cmp::Reverse(placed), case.rank_sum(chosen)))
        };
        let best = case.choices().iter().filter_map(value).min().unwrap();
        assert_eq!(value(&got), Some(best), "seed {seed}");
        let proof = if best.0 == 0 {
            FamilyProof::Best
        } else {
            none_exists += 1;
            FamilyProof::NoneExistsFewestBlocking
        };
        assert_eq!(findings.proof, proof, "seed {seed}");
        assert_eq!(findings.blocking.len(), best.0, "seed {seed}");
        assert_eq!(findings.family_rank_sum, best.2, "seed {seed}");
    }
    println!("{none_exists} of 3000 tiny rounds have no stable matching");
    assert!(none_exists > 10);
}

#[test]
fn the_checker_agrees_with_the_definition_on_every_matching() {
    let mut checked = 0;
    for seed in 0..400 {
        let case = FamilyCase::tiny(seed);
        let round = case.round();
        for chosen in case.choices() {
            let report = check_matching(&round, &case.placements(&chosen));
            assert_eq!(
                named(&report),
                case.violations(&chosen),
                "seed {seed} {chosen:?}"
            );
            checked += 1;
        }
    }
    assert!(checked > 10_000, "{checked}");
}

#[test]
fn the_checker_agrees_with_the_reference_on_1000_random_results() {
    let Some(tools) = case_path("tools/sib.py") else {
        return;
    };
    let mut batch = Vec::new();
    let mut ours = Vec::new();
    for seed in 0..50 {
        let case = if seed < 40 {
            FamilyCase::tiny(10_000 + seed)
        } else {
            city(60 + 6 * seed as usize, 10, seed)
        };
        let round = case.round();
        let solved = case.chosen(
            &solve(&round, &RoundOptions::default())
                .unwrap()
                .placements(),
        );
        let mut results = Vec::new();
        for variant in 0..20 {
            let random = case.random_choice(1_000 * seed + variant);
            // The result of the solver, ever more families of it corrupted, then all at random.
            let chosen: std::collections::BTreeMap<_, _> = solved
                .iter()
                .zip(&random)
                .enumerate()
                .map(|(number, (solved, random))| {
                    let corrupt = (number as u64 * 7 + seed) % 20 < variant;
                    let (family, option) = if corrupt { random } else { solved };
                    (family.clone(), *option)
                })
                .collect();
            let report = check_matching(&round, &case.placements(&chosen));
            let mut found: Vec<Value> = Vec::new();
            for violation in named(&report) {
                found.push(match violation {
                    Violation::OverCapacity(programme, group) => {
                        json!(["over capacity", programme, group])
                    }
                    Violation::Blocking(family, option) => {
                        json!(["blocking family", family, option])
                    }
                });
            }
            ours.push(found);
            results.push(json!(chosen));
        }
        batch.push(json!({"case": case.to_json(), "results": results}));
    }
    let script = format!(
        "import sys,json\nsys.path.insert(0,{:?})\nimport sib\nout=[]\nfor b in json.load(sys.stdin):\n  for mu in b['results']:\n    out.append([[v[0],v[1][0],v[1][1]] if v[0]=='over capacity' else list(v) for v in sib.violations(b['case'],mu)])\njson.dump(out,sys.stdout)\n",
        tools.parent().unwrap()
    );
    let child = Command::new("python3")
        .args(["-B", "-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("skipped: python3 cannot be started");
        return;
    };
    let mut input = child.stdin.take().unwrap();
    input
        .write_all(&serde_json::to_vec(&batch).unwrap())
        .unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let mut theirs: Vec<Vec<Value>> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((ours.len(), theirs.len()), (1_000, 1_000));
    let mut faulty = 0;
    for (number, (ours, theirs)) in ours.iter_mut().zip(&mut theirs).enumerate() {
        ours.sort_by_key(Value::to_string);
        theirs.sort_by_key(Value::to_string);
        assert_eq!(ours, theirs, "result {number}");
        faulty += usize::from(!ours.is_empty());
    }
    println!("1000 results judged alike, {faulty} of them faulty");
    assert!((200..1_000).contains(&faulty));
}

#[test]
fn the_order_of_the_rows_changes_no_byte() {
    for seed in 0..60 {
        let case = if seed < 50 {
            FamilyCase::tiny(seed)
        } else {
            city(200, 12, seed)
        };
        let first = all_output(&case.round());
        let turned = case.round_in_order(|rows| {
            fn turn<T>(rows: &mut [T], by: usize) {
                let by = by % rows.len().max(1);
                rows.reverse();
                rows.rotate_left(by);
            }
            turn(&mut rows.programmes, seed as usize);
            turn(&mut rows.applications, seed as usize);
            turn(&mut rows.applicants, seed as usize);
            turn(&mut rows.options, seed as usize);
        });
        assert_eq!(first, all_output(&turned), "seed {seed}");
        assert_eq!(first, all_output(&case.round()), "seed {seed}");
    }
}

#[test]
fn seats_proposed_to_the_city_make_the_round_stable() {
    let mut proposals = 0;
    let mut impossible = 0;
    for seed in 0..3_000 {
        let mut case = FamilyCase::tiny(seed);
        let round = case.round();
        let outcome = solve(&round, &RoundOptions::default()).unwrap();
        let findings = outcome.family_findings().unwrap();
        assert!(findings.capacity_proposal.is_none() || !findings.blocking.is_empty());
        impossible += u32::from(!findings.blocking.is_empty());
        let Some(proposal) = &findings.capacity_proposal else {
            continue;
        };
        proposals += 1;
        assert!(proposal.seats.iter().map(|it| it.added).sum::<u32>() <= 4);
        for added in &proposal.seats {
            let programme = case
                .programmes
                .iter_mut()
                .find(|it| it.id == added.programme_id);
            *programme
                .unwrap()
                .capacity
                .entry(added.seat_group.clone())
                .or_default() += added.added;
            let here = proposal
                .seats
                .iter()
                .filter(|it| it.programme_id == added.programme_id);
            assert!(here.map(|it| it.added).sum::<u32>() <= 2);
        }
        let larger = case.round();
        let outcome = solve(&larger, &RoundOptions::default()).unwrap();
        assert_eq!(outcome.family_findings().unwrap().proof, FamilyProof::Best);
        assert_eq!(outcome.placed(), proposal.placed);
    }
    println!("{proposals} proposals for {impossible} rounds without a stable matching");
    assert!(proposals > 0 && 10 * proposals >= 9 * impossible);
}

#[test]
fn every_better_option_has_a_reason_that_follows_from_the_lines() {
    for seed in 0..500 {
        let case = FamilyCase::tiny(seed);
        let round = case.round();
        let outcome = solve(&round, &RoundOptions::default()).unwrap();
        let rows = outcome.placements();
        let placed = crate::common::placed(&rows);
        let chosen = case.chosen(&rows);
        let reasons = family_reasons(&outcome);
        for family in &case.families {
            let options = case.admissible(family);
            let better = chosen[&family.id].unwrap_or(options.len());
            let own: Vec<_> = reasons
                .iter()
                .filter(|it| it.family_id == family.id)
                .collect();
            assert_eq!(own.len(), better, "seed {seed}");
            for (reason, option) in own.iter().zip(&options) {
                let Some(child) = &reason.applicant_id else {
                    assert!(
                        outcome
                            .family_findings()
                            .unwrap()
                            .blocking
                            .iter()
                            .any(|it| it.family_id == family.id)
                    );
                    continue;
                };
                let position = family.children.iter().position(|it| it == child).unwrap();
                let programme_id = option[position].clone();
                assert_eq!(reason.programme_id, programme_id);
                let programme = case
                    .programmes
                    .iter()
                    .find(|it| Some(&it.id) == programme_id.as_ref())
                    .unwrap();
                let Some(capacity) = programme.capacity.get(&case.groups[child]) else {
                    continue;
                };
                let line = &programme.priority;
                let place = line.iter().position(|it| it == child).unwrap();
                let ahead = line[..place]
                    .iter()
                    .filter(|it| {
                        placed[*it] == programme_id
                            && case.groups[*it] == case.groups[child]
                            && !family.children.contains(it)
                    })
                    .count() as u32;
                assert_eq!(
                    (reason.ahead, reason.capacity),
                    (Some(ahead), Some(*capacity))
                );
                assert!(ahead + reason.needed.unwrap() > *capacity);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn families_of_one_get_what_deferred_acceptance_gives_them(tiny in tiny(false)) {
        // Every child lists its wishes once more as joint options of a family of its own.
        let plain = tiny.round();
        let mut applicants = tiny.applicants.clone();
        let mut options = Vec::new();
        for child in &mut applicants {
            child.family_id = Some(format!("F{}", child.applicant_id));
            let mut wishes: Vec<_> = tiny.applications.iter().filter(|it| it.applicant_id == child.applicant_id).collect();
            wishes.sort_by_key(|it| it.rank);
            for (option, wish) in (1..).zip(wishes) {
                options.push(FamilyOptionRow {
                    family_id: format!("F{}", child.applicant_id),
                    option,
                    applicant_id: child.applicant_id.clone(),
                    programme_id: Some(wish.programme_id.clone()),
                });
            }
        }
        let joint = Round::from_rows_with_options(&tiny.programmes, &tiny.applications, &applicants, &options).unwrap();
        let expected = crate::common::placements(&plain, OptimalFor::Families, 0);
        let outcome = solve(&joint, &RoundOptions::default()).unwrap();
        prop_assert_eq!(&outcome.placements(), &expected);
        for rows in tiny.feasible() {
            let joint = check_matching(&joint, &rows);
            prop_assert_eq!(joint.is_stable(), check_matching(&plain, &rows).is_stable(), "{:?} {:?}", rows, joint.findings);
        }
    }
}
