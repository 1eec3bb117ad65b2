//! Laws of stable matchings, on tiny rounds where every matching can be enumerated.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use crate::common::tiny::{Tiny, rank, tiny};
use crate::common::{placed, placements};
use matching::{
    DecidedBy, Explainer, OptimalFor, ReasonKind, Round, RoundOptions, RoundSummary, Vacancy,
    cascade, check_matching, lottery_number, solve, write_placements,
};
use proptest::prelude::*;

const SIDES: [OptimalFor; 2] = [OptimalFor::Families, OptimalFor::Programmes];

/// All bytes a round leaves behind.
fn all_output(round: &Round, optimal_for: OptimalFor, seed: u64) -> Vec<u8> {
    let options = RoundOptions {
        optimal_for,
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
    fn the_two_optima_bound_every_stable_matching_and_all_place_the_same_children(tiny in tiny(false)) {
        let round = tiny.round();
        let best = placements(&round, OptimalFor::Families, 0);
        let worst = placements(&round, OptimalFor::Programmes, 0);
        let stable: Vec<_> = tiny.feasible().into_iter().filter(|rows| tiny.is_stable(rows)).collect();
        prop_assert!(stable.contains(&best), "{best:?}");
        prop_assert!(stable.contains(&worst), "{worst:?}");
        for rows in &stable {
            for ((best, row), worst) in best.iter().zip(rows).zip(&worst) {
                prop_assert!(rank(best) <= rank(row) && rank(row) <= rank(worst));
                prop_assert_eq!(best.place.is_some(), row.place.is_some());
            }
        }
    }

    #[test]
    fn with_ties_the_result_of_every_seed_is_weakly_stable(tiny in tiny(true), seed: u64) {
        let round = tiny.round();
        for side in SIDES {
            let rows = placements(&round, side, seed);
            prop_assert!(tiny.is_stable(&rows), "{rows:?}");
        }
    }

    #[test]
    fn the_checker_agrees_with_the_definition_on_every_matching(ties: bool, strict in tiny(false), tied in tiny(true)) {
        let tiny = if ties { tied } else { strict };
        let round = tiny.round();
        for rows in tiny.feasible() {
            let report = check_matching(&round, &rows);
            prop_assert_eq!(report.is_stable(), tiny.is_stable(&rows), "{:?} {:?}", rows, report.findings);
            prop_assert_eq!(report.placed, rows.iter().filter(|row| row.place.is_some()).count() as u64);
        }
    }

    #[test]
    fn the_order_of_the_input_changes_no_byte(
        (tiny, programmes, applications, applicants) in tiny(true).prop_flat_map(|tiny| (
            Just(tiny.clone()),
            Just(tiny.programmes).prop_shuffle(),
            Just(tiny.applications).prop_shuffle(),
            Just(tiny.applicants).prop_shuffle(),
        )),
        seed: u64,
    ) {
        let shuffled = Tiny { programmes, applications, applicants };
        for side in SIDES {
            let first = all_output(&tiny.round(), side, seed);
            prop_assert_eq!(&first, &all_output(&shuffled.round(), side, seed));
        }
    }

    #[test]
    fn every_better_wish_has_one_reason_that_follows_from_points_and_lots(tiny in tiny(false)) {
        let round = tiny.round();
        for optimal_for in SIDES {
            let outcome = solve(&round, &RoundOptions { optimal_for, ..RoundOptions::default() }).unwrap();
            let rows = outcome.placements();
            let explainer = Explainer::new(&outcome);
            for row in &rows {
                let reasons = explainer.reasons(&row.applicant_id).unwrap();
                let mut better: Vec<_> = tiny.applications.iter()
                    .filter(|wish| wish.applicant_id == row.applicant_id && wish.rank < rank(row))
                    .collect();
                better.sort_by_key(|wish| wish.rank);
                prop_assert_eq!(reasons.len(), better.len());
                for (reason, wish) in reasons.iter().zip(better) {
                    prop_assert_eq!(&reason.programme_id, &wish.programme_id);
                    check_reason(&tiny, &rows, reason, wish)?;
                }
            }
        }
    }

    #[test]
    fn a_chain_gives_every_child_the_better_of_before_and_the_new_programme_optimum(
        tiny in tiny(false), leaver: prop::sample::Index,
    ) {
        for optimal_for in SIDES {
            let round = tiny.round();
            let outcome = solve(&round, &RoundOptions { optimal_for, ..RoundOptions::default() }).unwrap();
            let before = outcome.placements();
            let candidates: Vec<_> = before.iter().filter(|row| row.place.is_some()).collect();
            prop_assume!(!candidates.is_empty());
            let applicant_id = leaver.get(&candidates).applicant_id.as_str();
            let chain = cascade(&outcome, Vacancy::ApplicantLeaves { applicant_id }).unwrap();
            let after = chain.placements_after(&before);

            let rest = tiny.without(applicant_id);
            let new_round = rest.round();
            prop_assert_eq!(check_matching(&new_round, &after).findings, []);
            let best = placements(&new_round, OptimalFor::Families, 0);
            let worst = placements(&new_round, OptimalFor::Programmes, 0);
            let stayed = before.iter().filter(|row| row.applicant_id != applicant_id);
            for (((after, before), best), worst) in after.iter().zip(stayed).zip(&best).zip(&worst) {
                prop_assert_eq!(rank(after), rank(before).min(rank(worst)));
                prop_assert!(rank(best) <= rank(after));
                prop_assert_eq!(best.place.is_some(), after.place.is_some());
            }
            if optimal_for == OptimalFor::Programmes {
                prop_assert_eq!(&after, &worst);
            }
            if best == worst {
                prop_assert_eq!(&after, &best);
            }
        }
    }

    #[test]
    fn a_chain_after_a_new_seat_or_with_ties_ends_stable(
        tiny in tiny(true), seed: u64, opened: prop::sample::Index,
    ) {
        let round = tiny.round();
        let outcome = solve(&round, &RoundOptions { seed, ..RoundOptions::default() }).unwrap();
        let mut larger = tiny.clone();
        let seat = opened.index(larger.programmes.len());
        larger.programmes[seat].capacity += 1;
        let opened = &larger.programmes[seat];
        let chain = cascade(&outcome, Vacancy::SeatOpens {
            programme_id: &opened.programme_id,
            seat_group: &opened.seat_group,
        }).unwrap();
        let before = outcome.placements();
        let after = chain.placements_after(&before);
        prop_assert_eq!(check_matching(&larger.round(), &after).findings, []);
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(rank(after) <= rank(before));
        }
    }

    #[test]
    fn one_lottery_number_of_a_family_counts_at_every_programme(seed: u64) {
        let round = Round::from_rows(
            &[crate::common::seats("P1", "", 1), crate::common::seats("P2", "", 1)],
            &["A", "B", "C", "D"].map(|applicant| {
                let programme = if applicant < "C" { "P1" } else { "P2" };
                crate::common::wish(applicant, programme, 1, 0, None)
            }),
            &["A", "B", "C", "D"].map(|applicant| matching::ApplicantRow {
                family_id: Some(if "AC".contains(applicant) { "F1" } else { "F2" }.to_owned()),
                ..crate::common::child(applicant, "", None)
            }),
        ).unwrap();
        let winners = placed(&placements(&round, OptimalFor::Families, seed));
        let first = lottery_number(seed, "F1") < lottery_number(seed, "F2");
        prop_assert_eq!(winners["A"].is_some(), first);
        prop_assert_eq!(winners["C"].is_some(), first);
        prop_assert_eq!(winners["D"].is_some(), !first);
    }
}

/// Derives a reason once more from the rows and the placements.
fn check_reason(
    tiny: &Tiny,
    rows: &[matching::PlacementRow],
    reason: &matching::Reason,
    wish: &matching::ApplicationRow,
) -> Result<(), TestCaseError> {
    let child = |id: &str| {
        tiny.applicants
            .iter()
            .find(|row| row.applicant_id == id)
            .unwrap()
    };
    let group = &child(&wish.applicant_id).seat_group;
    let capacity = tiny
        .programmes
        .iter()
        .find(|row| row.programme_id == wish.programme_id && row.seat_group == *group)
        .map(|row| row.capacity);
    prop_assert_eq!(reason.capacity, capacity);
    prop_assert_eq!((reason.own_points, reason.own_lot), (wish.points, wish.lot));
    let Some(capacity) = capacity else {
        prop_assert_eq!(reason.reason, ReasonKind::GroupClosed);
        return Ok(());
    };
    // Everybody of the group with a claim here: first those enrolled, then points, then lot.
    let enrolled = |id: &str| child(id).enrolled_programme_id.as_ref() == Some(&wish.programme_id);
    let ahead = |other: &&matching::ApplicationRow| {
        let key = |row: &matching::ApplicationRow| (-row.points, row.lot);
        !enrolled(&other.applicant_id) && key(other) < key(wish)
    };
    let line: Vec<_> = tiny
        .applications
        .iter()
        .filter(|row| row.programme_id == wish.programme_id)
        .filter(|row| child(&row.applicant_id).seat_group == *group)
        .collect();
    let own_places = tiny
        .applicants
        .iter()
        .filter(|c| c.seat_group == *group && enrolled(&c.applicant_id));
    let ahead_count = line.iter().copied().filter(|row| ahead(row)).count() + own_places.count();
    prop_assert_eq!(reason.position, Some(ahead_count as u32 + 1));
    let place_rank = |id: &str| {
        rows.iter()
            .find(|row| row.applicant_id == id)
            .map_or(0, rank)
    };
    let waiting = line
        .iter()
        .copied()
        .filter(|row| ahead(row) && row.rank < place_rank(&row.applicant_id))
        .count();
    prop_assert_eq!(reason.waiting_position, Some(waiting as u32 + 1));
    if capacity == 0 {
        prop_assert_eq!(reason.reason, ReasonKind::CapacityZero);
        return Ok(());
    }
    prop_assert_eq!(reason.reason, ReasonKind::Full);
    let last = line
        .iter()
        .filter(|row| !enrolled(&row.applicant_id) && row.rank == place_rank(&row.applicant_id))
        .map(|row| (row.points, row.lot))
        .min_by_key(|(points, lot)| (*points, std::cmp::Reverse(*lot)));
    prop_assert_eq!(reason.cut_off_points, last.map(|last| last.0));
    prop_assert_eq!(reason.cut_off_lot, last.and_then(|last| last.1));
    let decided_by = match last {
        None => DecidedBy::Enrolled,
        Some((points, _)) if points > wish.points => DecidedBy::Points,
        Some(_) => DecidedBy::Lot,
    };
    prop_assert_eq!(reason.decided_by, Some(decided_by));
    Ok(())
}

#[test]
fn a_chain_after_a_family_optimal_round_can_miss_an_exchange_that_a_new_round_finds() {
    // While X is there, it pushes B from S to T, B pushes A from T to S, and A pushes X to U. Once X
    // has left U, nobody wants U, but A and B could exchange.
    let programmes = ["S", "T", "U"].map(|programme| crate::common::seats(programme, "", 1));
    let mut applications = vec![
        crate::common::wish("A", "T", 1, 1, Some(0)),
        crate::common::wish("A", "S", 2, 3, Some(0)),
        crate::common::wish("B", "S", 1, 1, Some(0)),
        crate::common::wish("B", "T", 2, 2, Some(0)),
        crate::common::wish("X", "S", 1, 2, Some(0)),
        crate::common::wish("X", "U", 2, 1, Some(0)),
    ];
    let round = Round::from_rows(&programmes, &applications, &[]).unwrap();
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let leaves = Vacancy::ApplicantLeaves { applicant_id: "X" };
    let chain = cascade(&outcome, leaves).unwrap();
    assert!(chain.steps.is_empty());
    assert_eq!(chain.free_in_the_end.as_deref(), Some("U"));

    applications.retain(|row| row.applicant_id != "X");
    let new_round = Round::from_rows(&programmes, &applications, &[]).unwrap();
    let after = chain.placements_after(&outcome.placements());
    assert!(check_matching(&new_round, &after).is_stable());
    let ranks = |rows: &[matching::PlacementRow]| rows.iter().map(rank).collect::<Vec<_>>();
    assert_eq!(ranks(&after), [2, 2]);
    assert_eq!(
        ranks(&placements(&new_round, OptimalFor::Families, 0)),
        [1, 1]
    );
}

#[test]
fn another_seed_settles_a_true_tie_the_other_way() {
    let round = Round::from_rows(
        &[crate::common::seats("P", "", 1)],
        &[
            crate::common::wish("A", "P", 1, 4, Some(2)),
            crate::common::wish("B", "P", 1, 4, Some(2)),
        ],
        &[],
    )
    .unwrap();
    let wins = (0..200)
        .filter(|seed| placed(&placements(&round, OptimalFor::Families, *seed))["A"].is_some())
        .count();
    assert!((60..=140).contains(&wins), "{wins}");
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let report = check_matching(&round, &outcome.placements());
    assert!(report.is_stable(), "a true tie is no envy");
    let summary = RoundSummary::new(&outcome, &report).unwrap();
    assert_eq!(summary.lottery.families_in_ties, 2);
    assert_eq!(summary.lottery.families_denied_by_lottery, 1);
}

#[test]
fn an_empty_lot_is_drawn_among_the_lots_of_the_round() {
    let round = Round::from_rows(
        &[crate::common::seats("P", "", 1)],
        &[
            crate::common::wish("A", "P", 1, 4, Some(5)),
            crate::common::wish("B", "P", 1, 4, Some(9)),
            crate::common::wish("C", "P", 1, 4, None),
        ],
        &[],
    )
    .unwrap();
    let winner = |seed: u64| placed(&placements(&round, OptimalFor::Families, seed));
    let winners: Vec<_> = (0..400).map(winner).collect();
    let wins = |applicant: &str| winners.iter().filter(|w| w[applicant].is_some()).count();
    assert_eq!(
        wins("B"),
        0,
        "a smaller lot always goes before a greater one"
    );
    assert_eq!(wins("A") + wins("C"), 400);
    // C draws from 0 to 9 and wins with 0 to 4, and half of the times with 5.
    assert!((170..=270).contains(&wins("C")), "{}", wins("C"));
}
