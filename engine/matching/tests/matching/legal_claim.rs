//! The legal-claim phase against every assignment of tiny rounds, and on a large one.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise and prints its figures"
)]

use crate::common::tiny::{Tiny, tiny};
use crate::common::{child, placements, seats, wish};
use matching::{
    LegalClaimFinding, LegalClaimOptions, LegalClaimProposal, OptimalFor, PlacementRow,
    ReachableSeat, Round, check_legal_claim, lottery_number, propose_legal_claims,
    read_reachable_seats, write_legal_claim,
};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const LIMIT: u32 = 3;

fn reach(applicant: &str, programme: &str, minutes: u32) -> ReachableSeat {
    ReachableSeat {
        applicant_id: applicant.to_owned(),
        programme_id: programme.to_owned(),
        minutes,
    }
}

/// A tiny round and rows of what its children can reach.
fn tiny_with_reach() -> impl Strategy<Value = (Tiny, Vec<ReachableSeat>)> {
    let minutes = proptest::collection::vec(proptest::option::of(0..5_u32), 20);
    (tiny(true), minutes).prop_map(|(tiny, minutes)| {
        let mut rows = Vec::new();
        for (number, child) in tiny.applicants.iter().enumerate() {
            for (place, programme) in tiny.programmes.iter().enumerate() {
                let minutes = minutes[(4 * number + place) % minutes.len()];
                if let Some(minutes) = minutes.filter(|_| programme.seat_group == child.seat_group)
                {
                    rows.push(reach(&child.applicant_id, &programme.programme_id, minutes));
                }
            }
        }
        (tiny, rows)
    })
}

fn options(seed: u64) -> LegalClaimOptions {
    LegalClaimOptions {
        limit_minutes: LIMIT,
        seed,
    }
}

/// Children left out, minutes, and places in the order of the lots, of the best choice there is.
fn best_by_hand(
    tiny: &Tiny,
    rows: &[PlacementRow],
    reachable: &[ReachableSeat],
    seed: u64,
) -> (u32, u32, u32) {
    let is_placed = |id: &str| {
        rows.iter()
            .any(|row| row.applicant_id == id && row.place.is_some())
    };
    let group = |id: &str| {
        &tiny
            .applicants
            .iter()
            .find(|row| row.applicant_id == id)
            .unwrap()
            .seat_group
    };
    let mut free: Vec<(String, String, u32)> = tiny
        .programmes
        .iter()
        .map(|row| {
            let taken = rows.iter().filter(|placed| {
                placed
                    .place
                    .as_ref()
                    .is_some_and(|place| place.programme_id == row.programme_id)
                    && *group(&placed.applicant_id) == row.seat_group
            });
            let free = row.capacity - taken.count() as u32;
            (row.programme_id.clone(), row.seat_group.clone(), free)
        })
        .collect();
    let open: Vec<&ReachableSeat> = reachable
        .iter()
        .filter(|row| row.minutes <= LIMIT && !is_placed(&row.applicant_id))
        .filter(|row| {
            free.iter()
                .any(|it| it.0 == row.programme_id && it.1 == *group(&row.applicant_id) && it.2 > 0)
        })
        .collect();
    let mut children: Vec<&str> = open.iter().map(|row| row.applicant_id.as_str()).collect();
    children.sort_unstable();
    children.dedup();
    let family = |id: &str| {
        let child = tiny
            .applicants
            .iter()
            .find(|row| row.applicant_id == id)
            .unwrap();
        child.family_id.clone().unwrap_or_else(|| id.to_owned())
    };
    // Siblings share a number; their order does not show in the sums compared below.
    children.sort_by_key(|id| lottery_number(seed, &family(id)));
    fn go(
        turn: usize,
        children: &[&str],
        open: &[&ReachableSeat],
        free: &mut Vec<(String, String, u32)>,
        group: &dyn Fn(&str) -> String,
    ) -> (u32, u32, u32) {
        let Some(child) = children.get(turn) else {
            return (0, 0, 0);
        };
        let (out, minutes, turns) = go(turn + 1, children, open, free, group);
        let mut best = (out + 1, minutes, turns);
        for row in open.iter().filter(|row| row.applicant_id == *child) {
            let place = free
                .iter()
                .position(|it| it.0 == row.programme_id && it.1 == group(child))
                .unwrap();
            if free[place].2 > 0 {
                free[place].2 -= 1;
                let (out, minutes, turns) = go(turn + 1, children, open, free, group);
                best = best.min((out, minutes + row.minutes, turns + turn as u32));
                free[place].2 += 1;
            }
        }
        best
    }
    let group = |id: &str| group(id).clone();
    go(0, &children, &open, &mut free, &group)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn most_children_are_served_then_least_minutes_and_nobody_moves(
        (tiny, reachable) in tiny_with_reach(), seed: u64,
    ) {
        let round = tiny.round();
        let rows = placements(&round, OptimalFor::Families, seed);
        let result = propose_legal_claims(&round, &rows, &reachable, &options(seed)).unwrap();
        let findings = check_legal_claim(&round, &rows, &reachable, LIMIT, &result.proposals);
        prop_assert_eq!(findings, []);
        let figures = &result.figures;
        prop_assert_eq!(figures.withheld_seats, 0, "a stable round leaves no seat free that an applicant wants");
        let (left_out, minutes, _) = best_by_hand(&tiny, &rows, &reachable, seed);
        prop_assert_eq!(figures.total_minutes, u64::from(minutes));
        let unplaced = rows.iter().filter(|row| row.place.is_none()).count() as u64;
        prop_assert_eq!(figures.unplaced_before, unplaced);
        prop_assert_eq!(figures.unplaced_after, unplaced - result.proposals.len() as u64);
        prop_assert_eq!(figures.free_seats_before - figures.free_seats_after, result.proposals.len() as u64);
        let asking = asking(&tiny, &rows, &reachable).len();
        prop_assert_eq!(result.proposals.len() + left_out as usize, asking);
    }

    #[test]
    fn among_equal_choices_the_smaller_lots_are_served(
        (tiny, reachable) in tiny_with_reach(), seed: u64,
    ) {
        // Without families every child has its own number.
        let mut tiny = tiny;
        for child in &mut tiny.applicants {
            child.family_id = None;
        }
        let round = tiny.round();
        let rows = placements(&round, OptimalFor::Families, seed);
        let result = propose_legal_claims(&round, &rows, &reachable, &options(seed)).unwrap();
        let (.., turns) = best_by_hand(&tiny, &rows, &reachable, seed);
        let mut children: Vec<_> = asking(&tiny, &rows, &reachable).into_iter().collect();
        children.sort_by_key(|id| lottery_number(seed, id));
        let place = |id: &str| children.iter().position(|child| child == id).unwrap() as u32;
        let found: u32 = result.proposals.iter().map(|it| place(&it.applicant_id)).sum();
        prop_assert_eq!(found, turns);
    }

    #[test]
    fn the_order_of_the_rows_changes_nothing(
        (tiny, reachable, shuffled) in tiny_with_reach()
            .prop_flat_map(|(tiny, rows)| (Just(tiny), Just(rows.clone()), Just(rows).prop_shuffle())),
        seed: u64,
    ) {
        let round = tiny.round();
        let mut rows = placements(&round, OptimalFor::Families, seed);
        let first = propose_legal_claims(&round, &rows, &reachable, &options(seed)).unwrap();
        rows.reverse();
        prop_assert_eq!(first, propose_legal_claims(&round, &rows, &shuffled, &options(seed)).unwrap());
    }
}

/// Unplaced children with a row within the limit to a seat that is free.
fn asking(
    tiny: &Tiny,
    rows: &[PlacementRow],
    reachable: &[ReachableSeat],
) -> std::collections::BTreeSet<String> {
    let group = |id: &str| {
        tiny.applicants
            .iter()
            .find(|row| row.applicant_id == id)
            .unwrap()
            .seat_group
            .clone()
    };
    let load = |programme: &str, of: &str| {
        let here = rows.iter().filter(|row| {
            row.place
                .as_ref()
                .is_some_and(|place| place.programme_id == programme)
                && group(&row.applicant_id) == of
        });
        here.count() as u32
    };
    reachable
        .iter()
        .filter(|row| row.minutes <= LIMIT)
        .filter(|row| {
            rows.iter()
                .any(|it| it.applicant_id == row.applicant_id && it.place.is_none())
        })
        .filter(|row| {
            let of = group(&row.applicant_id);
            tiny.programmes.iter().any(|it| {
                it.programme_id == row.programme_id
                    && it.seat_group == of
                    && it.capacity > load(&it.programme_id, &of)
            })
        })
        .map(|row| row.applicant_id.clone())
        .collect()
}

/// P is full with A; B, C and D are left out; two seats are free at Q and one at R.
fn small() -> (Round, Vec<PlacementRow>, Vec<ReachableSeat>) {
    let round = Round::from_rows(
        &[
            seats("P", "", 1),
            seats("Q", "", 2),
            seats("R", "", 1),
            seats("R", "special", 1),
        ],
        &[
            wish("A", "P", 1, 9, None),
            wish("B", "P", 1, 5, None),
            wish("C", "P", 1, 4, None),
        ],
        &[child("D", "", None)],
    )
    .unwrap();
    let rows = placements(&round, OptimalFor::Families, 0);
    let reachable = vec![
        reach("A", "Q", 1),
        reach("B", "Q", 10),
        reach("B", "R", 12),
        reach("C", "Q", 25),
        reach("C", "R", 30),
        reach("D", "R", 5),
        reach("D", "P", 2),
    ];
    (round, rows, reachable)
}

const HALF_AN_HOUR: LegalClaimOptions = LegalClaimOptions {
    limit_minutes: 30,
    seed: 7,
};

#[test]
fn the_file_and_the_figures_read_as_agreed() {
    let (round, rows, reachable) = small();
    let result = propose_legal_claims(&round, &rows, &reachable, &HALF_AN_HOUR).unwrap();
    let mut csv = Vec::new();
    write_legal_claim(&result, &mut csv).unwrap();
    assert_eq!(
        String::from_utf8(csv).unwrap(),
        "applicant_id,programme_id,seat_group,minutes\nB,Q,,10\nC,Q,,25\nD,R,,5\n"
    );
    assert_eq!(
        serde_json::to_value(&result.figures).unwrap(),
        serde_json::json!({
            "limit_minutes": 30, "unplaced_before": 3, "unplaced_after": 0, "free_seats_before": 4,
            "free_seats_after": 1, "withheld_seats": 0, "total_minutes": 40, "greatest_minutes": 25
        })
    );
    let near = LegalClaimOptions {
        limit_minutes: 24,
        ..HALF_AN_HOUR
    };
    let result = propose_legal_claims(&round, &rows, &reachable, &near).unwrap();
    assert_eq!(result.proposals.len(), 2, "C is too far from everything");
}

#[track_caller]
fn finds(change: impl FnOnce(&mut Vec<LegalClaimProposal>), expected: &[&str]) {
    let (round, rows, reachable) = small();
    let result = propose_legal_claims(&round, &rows, &reachable, &HALF_AN_HOUR).unwrap();
    let mut proposals = result.proposals;
    change(&mut proposals);
    let findings = check_legal_claim(&round, &rows, &reachable, 30, &proposals);
    let found: Vec<String> = findings.iter().map(LegalClaimFinding::to_string).collect();
    assert_eq!(found, expected);
}

fn proposal(applicant: &str, programme: &str, group: &str, minutes: u32) -> LegalClaimProposal {
    LegalClaimProposal {
        applicant_id: applicant.to_owned(),
        programme_id: programme.to_owned(),
        seat_group: group.to_owned(),
        minutes,
    }
}

#[test]
fn each_planted_fault_is_named() {
    finds(|_| (), &[]);
    finds(
        |proposals| proposals.push(proposal("A", "Q", "", 1)),
        &["applicant A is not an unplaced child of the round"],
    );
    finds(
        |proposals| proposals.push(proposal("B", "R", "", 12)),
        &["applicant B has more than one proposal"],
    );
    finds(
        |proposals| proposals[0].minutes = 9,
        &["no row says that Q suits applicant B within the travel time"],
    );
    finds(
        |proposals| proposals[2] = proposal("D", "R", "special", 5),
        &["no row says that R suits applicant D within the travel time"],
    );
    finds(
        |proposals| proposals[0] = proposal("B", "R", "", 12),
        &[r#"R, group "", has 1 free seats and 2 proposals"#],
    );
    finds(
        |proposals| {
            proposals.remove(2);
        },
        &[
            "a seat of R within reach of applicant D stays free",
            "one more child could have a proposal",
        ],
    );
    // B to R and D to nothing: D only reaches R, which B could leave.
    finds(
        |proposals| {
            proposals.truncate(2);
            proposals[0] = proposal("B", "R", "", 12);
        },
        &["one more child could have a proposal"],
    );
}

#[test]
fn longer_ways_for_the_same_children_are_found() {
    let round = Round::from_rows(
        &[seats("P", "", 1), seats("Q", "", 1)],
        &[],
        &[child("A", "", None), child("B", "", None)],
    )
    .unwrap();
    let rows = placements(&round, OptimalFor::Families, 0);
    let reachable = [
        reach("A", "P", 1),
        reach("A", "Q", 9),
        reach("B", "P", 8),
        reach("B", "Q", 2),
    ];
    let crossed = [proposal("A", "Q", "", 9), proposal("B", "P", "", 8)];
    let findings = check_legal_claim(&round, &rows, &reachable, 30, &crossed);
    assert_eq!(findings, [LegalClaimFinding::NotNearest]);
}

#[test]
fn a_free_seat_that_an_applicant_of_the_programme_wants_is_withheld() {
    let (round, mut rows, mut reachable) = small();
    // A gives up P: B and C applied there, so its seat is not for D, who is nearer.
    rows[0].place = None;
    reachable.push(reach("B", "P", 20));
    let result = propose_legal_claims(&round, &rows, &reachable, &HALF_AN_HOUR).unwrap();
    assert_eq!(
        (
            result.figures.withheld_seats,
            result.figures.free_seats_before
        ),
        (1, 5)
    );
    assert!(result.proposals.iter().all(|it| it.programme_id != "P"));
    assert_eq!(
        check_legal_claim(&round, &rows, &reachable, 30, &result.proposals),
        []
    );
    let past = [proposal("D", "P", "", 2)];
    let findings = check_legal_claim(&round, &rows, &reachable, 30, &past);
    assert!(
        matches!(&findings[..], [LegalClaimFinding::PassedOver { programme_id, .. }] if programme_id == "P"),
        "{findings:?}"
    );
}

#[test]
fn rows_and_placements_that_do_not_suit_the_round_are_refused_with_numbered_codes() {
    let (round, mut rows, _) = small();
    let csv = "minutes,programme_id,applicant_id\n1,Q,Z\n1,X,B\n2,Q,B\n3,Q,B\n4,R,B\n";
    let mut reachable = read_reachable_seats(csv.as_bytes()).unwrap();
    reachable.push(reach("C", "P", 1));
    let taken = rows[0].place.clone();
    rows[1].place = taken;
    let problems = propose_legal_claims(&round, &rows, &reachable, &HALF_AN_HOUR).unwrap_err();
    let found: Vec<_> = problems.iter().map(|it| (it.code, it.row)).collect();
    assert_eq!(
        found,
        [
            ("E2085", None),
            ("E2081", Some(1)),
            ("E2082", Some(2)),
            ("E2083", Some(4))
        ]
    );
    let other_group =
        Round::from_rows(&[seats("P", "special", 1)], &[], &[child("A", "", None)]).unwrap();
    let rows = placements(&other_group, OptimalFor::Families, 0);
    let problems = propose_legal_claims(&other_group, &rows, &[reach("A", "P", 1)], &HALF_AN_HOUR)
        .unwrap_err();
    assert_eq!(problems[0].code, "E2084");
}

#[test]
fn five_thousand_children_with_twenty_programmes_each_are_served_in_seconds() {
    for seats_per_programme in [2, 7, 12] {
        let mut generator = ChaCha8Rng::seed_from_u64(4);
        let programmes: Vec<_> = (0..500)
            .map(|number| seats(&format!("P{number:03}"), "", seats_per_programme))
            .collect();
        let children: Vec<_> = (0..5_000)
            .map(|number| child(&format!("A{number:04}"), "", None))
            .collect();
        let round = Round::from_rows(&programmes, &[], &children).unwrap();
        let rows = placements(&round, OptimalFor::Families, 0);
        let mut reachable = Vec::new();
        for (number, child) in children.iter().enumerate() {
            for step in 0..20 {
                let programme = &programmes[(number * 7 + step * step) % 500];
                let minutes = 1 + generator.next_u32() % 40;
                if !reachable.last().is_some_and(|last: &ReachableSeat| {
                    last.applicant_id == child.applicant_id
                        && last.programme_id == programme.programme_id
                }) {
                    reachable.push(reach(&child.applicant_id, &programme.programme_id, minutes));
                }
            }
        }
        reachable.sort();
        reachable
            .dedup_by(|a, b| a.applicant_id == b.applicant_id && a.programme_id == b.programme_id);
        #[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
        let started = std::time::Instant::now();
        let result = propose_legal_claims(&round, &rows, &reachable, &HALF_AN_HOUR).unwrap();
        println!(
            "{} free seats: {} proposals, {} minutes, {:.2} s",
            result.figures.free_seats_before,
            result.proposals.len(),
            result.figures.total_minutes,
            started.elapsed().as_secs_f64()
        );
        let findings = check_legal_claim(&round, &rows, &reachable, 30, &result.proposals);
        assert_eq!(findings, []);
        assert!(result.proposals.len() as u32 >= 500 * seats_per_programme.min(9));
    }
}
