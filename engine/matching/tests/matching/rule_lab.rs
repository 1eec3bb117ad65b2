//! Rule lab: the published figures of today's processes, and one small round by hand.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop and print its table"
)]

use crate::common::{RoundTexts, case_path, child, seats, wish};
use matching::{
    ApplicationRow, LabOptions, Mechanism, PlacementRow, ProgrammeRow, Round, check_matching,
    compare_catalogues, replay, replay_placements,
};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Mechanism, placed, envious, denied a free seat, first wishes, rank sum, offers made, lapsed.
type Line = (Mechanism, u64, u64, u64, u64, u64);

fn published(folder: &str, lines: &[Line]) {
    let Some(folder) = case_path(folder) else {
        return;
    };
    let round = RoundTexts::from_case(&folder).read();
    for (mechanism, placed, envious, denied, first, rank_sum) in lines {
        let report = replay(&round, *mechanism, &LabOptions::default()).unwrap();
        println!(
            "{mechanism:?}: placed {}, envious {}, denied {}, first {}, rank sum {}, offers {} ({} lapsed), rounds {}",
            report.placed,
            report.envious_families,
            report.denied_free_seat,
            report.first_wish,
            report.rank_sum,
            report.offers_made,
            report.offers_lapsed,
            report.rounds
        );
        assert_eq!(
            (
                report.placed,
                report.envious_families,
                report.denied_free_seat,
                report.first_wish,
                report.rank_sum
            ),
            (*placed, *envious, *denied, *first, *rank_sum),
            "{mechanism:?}"
        );
        assert!(report.feasible);
    }
}

#[test]
fn todays_processes_have_the_published_figures_in_a_city_of_1000() {
    published(
        "hr/n1000",
        &[
            (Mechanism::FamilyOptimal, 706, 0, 0, 193, 2_193),
            (Mechanism::FirstPreferenceFirst, 700, 325, 0, 395, 1_501),
            (Mechanism::Uncoordinated, 747, 209, 19, 147, 2_741),
        ],
    );
}

#[test]
fn todays_processes_have_the_published_figures_in_a_city_of_10000() {
    published(
        "hr/n10000",
        &[
            (Mechanism::FamilyOptimal, 7_059, 0, 0, 2_029, 21_865),
            (
                Mechanism::FirstPreferenceFirst,
                6_805,
                3_871,
                0,
                4_155,
                14_245,
            ),
            (Mechanism::Uncoordinated, 7_467, 2_275, 356, 1_494, 27_369),
        ],
    );
}

#[test]
fn offers_rounds_and_the_most_children_placeable_are_as_published() {
    let Some(folder) = case_path("hr/n1000") else {
        return;
    };
    let round = RoundTexts::from_case(&folder).read();
    let report = |mechanism| replay(&round, mechanism, &LabOptions::default()).unwrap();
    let uncoordinated = report(Mechanism::Uncoordinated);
    assert_eq!(
        (uncoordinated.offers_made, uncoordinated.offers_lapsed),
        (1_198, 451)
    );
    let held = report(Mechanism::ProgrammeOptimal);
    println!("rounds of held offers {}", held.rounds);
    assert_eq!(held.envious_children, 0);
    let most = report(Mechanism::MostPlaced);
    let least = report(Mechanism::LeastRankSum);
    println!(
        "most placed {} rank sum {}; least rank sum: {} {}",
        most.placed, most.rank_sum, least.placed, least.rank_sum
    );
    assert_eq!(most.placed, 809);
    assert!(most.feasible && least.feasible && least.placed <= 809);
    for mechanism in Mechanism::ALL {
        assert!(report(mechanism).placed <= 809);
    }
}

#[test]
fn the_most_children_placeable_in_a_city_of_10000_are_as_published() {
    let Some(folder) = case_path("hr/n10000") else {
        return;
    };
    let round = RoundTexts::from_case(&folder).read();
    let most = replay(&round, Mechanism::MostPlaced, &LabOptions::default()).unwrap();
    println!("most placed {} rank sum {}", most.placed, most.rank_sum);
    assert_eq!(most.placed, 7_914);
}

/// Whether moving children round, through free seats or in place of others, lowers the sum: the sum of
/// ranks where an unplaced child counts one more than its last wish.
fn can_be_improved(
    applications: &[ApplicationRow],
    seats: &[ProgrammeRow],
    rows: &[PlacementRow],
) -> bool {
    let number = |id: &str| {
        seats
            .iter()
            .position(|seat| seat.programme_id == id)
            .unwrap()
    };
    let (free, nowhere) = (seats.len(), seats.len() + 1);
    let mut taken = vec![0; seats.len()];
    // From, to and what it costs; a full seat is left for another by one of its children.
    let mut steps: Vec<(usize, usize, i64)> = Vec::new();
    for row in rows {
        let own: Vec<&ApplicationRow> = applications
            .iter()
            .filter(|it| it.applicant_id == row.applicant_id)
            .collect();
        let last = own.iter().map(|it| i64::from(it.rank)).max().unwrap_or(0) + 1;
        let (from, cost) = match &row.place {
            Some(place) => {
                taken[number(&place.programme_id)] += 1;
                (number(&place.programme_id), i64::from(place.rank))
            }
            None => (nowhere, last),
        };
        steps.extend(
            own.iter()
                .map(|it| (from, number(&it.programme_id), i64::from(it.rank) - cost)),
        );
        steps.push((from, nowhere, last - cost));
    }
    for (seat, taken) in taken.iter().enumerate() {
        if *taken < seats[seat].capacity {
            steps.push((seat, free, 0));
        }
    }
    // A free seat and being nowhere take in anybody: a way may go on from wherever it began.
    steps.extend((0..seats.len()).map(|seat| (free, seat, 0)));
    steps.push((free, nowhere, 0));
    steps.push((nowhere, free, 0));
    let mut least = vec![0_i64; seats.len() + 2];
    for _ in 0..=least.len() {
        let mut is_changed = false;
        for (from, to, cost) in &steps {
            if least[*from] + cost < least[*to] {
                least[*to] = least[*from] + cost;
                is_changed = true;
            }
        }
        if !is_changed {
            return false;
        }
    }
    true // a circle of steps that lowers the sum
}

#[test]
fn no_way_of_moving_children_round_lowers_the_least_sum_of_ranks() {
    for seed in 0..12 {
        let mut draws = ChaCha8Rng::seed_from_u64(seed);
        let mut below = |bound: u32| draws.next_u32() % bound;
        let programmes: Vec<ProgrammeRow> = (0..25)
            .map(|number| seats(&format!("P{number}"), "", 1 + below(12)))
            .collect();
        let mut applications = Vec::new();
        for child in 0..250 {
            let mut wished: Vec<u32> = Vec::new();
            while wished.len() < 5 {
                let programme = below(25).min(below(25));
                if !wished.contains(&programme) {
                    wished.push(programme);
                }
            }
            for (rank, programme) in (1..).zip(wished) {
                applications.push(wish(
                    &format!("A{child:03}"),
                    &format!("P{programme}"),
                    rank,
                    0,
                    Some(child),
                ));
            }
        }
        let round = Round::from_rows(&programmes, &applications, &[]).unwrap();
        let options = LabOptions::default();
        let rows = replay_placements(&round, Mechanism::LeastRankSum, &options).unwrap();
        assert!(
            !can_be_improved(&applications, &programmes, &rows),
            "seed {seed}"
        );
        // The test sees what is no optimum.
        let stable = replay_placements(&round, Mechanism::FamilyOptimal, &options).unwrap();
        assert!(
            can_be_improved(&applications, &programmes, &stable),
            "seed {seed}"
        );
    }
}

/// The six children of the acceptance story.
fn story() -> Round {
    let programmes = [
        seats("A", "", 2),
        seats("B", "", 1),
        seats("C", "", 1),
        seats("D", "", 1),
    ];
    let rows = [
        ("c1", "A", 1, 14, 2),
        ("c1", "B", 2, 4, 2),
        ("c2", "A", 1, 6, 3),
        ("c2", "C", 2, 4, 3),
        ("c3", "A", 1, 7, 1),
        ("c3", "B", 2, 7, 1),
        ("c3", "C", 3, 7, 1),
        ("c4", "B", 1, 6, 5),
        ("c4", "A", 2, 6, 5),
        ("c5", "A", 1, 4, 6),
        ("c5", "D", 2, 4, 6),
        ("c6", "C", 1, 2, 4),
        ("c6", "B", 2, 0, 4),
    ];
    let applications = rows.map(|(a, p, rank, points, lot)| wish(a, p, rank, points, Some(lot)));
    Round::from_rows(&programmes, &applications, &[]).unwrap()
}

#[test]
fn first_wishes_first_leaves_exactly_one_child_envious_in_the_story() {
    let report = replay(
        &story(),
        Mechanism::FirstPreferenceFirst,
        &LabOptions::default(),
    )
    .unwrap();
    let pairs: Vec<_> = report
        .justified_envy
        .iter()
        .map(|e| {
            (
                e.applicant_id.as_str(),
                e.programme_id.as_str(),
                e.admitted_applicant_id.as_str(),
            )
        })
        .collect();
    assert_eq!(pairs, [("c2", "C", "c6")]);
    assert_eq!(report.waiting_days.longest, 28);
}

#[test]
fn rounds_that_differ_in_more_than_points_are_not_compared() {
    let story = story();
    let other = Round::from_rows(&[seats("A", "", 2)], &[], &[child("c1", "", None)]).unwrap();
    let refused = compare_catalogues(
        &story,
        &other,
        Mechanism::FamilyOptimal,
        &LabOptions::default(),
    );
    assert_eq!(refused.unwrap_err().code(), "E2133");
    let same = compare_catalogues(
        &story,
        &story,
        Mechanism::FamilyOptimal,
        &LabOptions::default(),
    )
    .unwrap();
    assert_eq!((same.better, same.worse, same.unchanged), (0, 0, 6));
    assert_eq!(same.declared, same.alternative);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_mechanism_is_feasible_and_no_enrolled_child_loses(ties: bool, strict in crate::common::tiny::tiny(false), tied in crate::common::tiny::tiny(true), seed: u64) {
        let tiny = if ties { tied } else { strict };
        let round = tiny.round();
        let options = LabOptions { seed, days_per_round: 7, ..LabOptions::default() };
        for mechanism in Mechanism::ALL {
            let report = replay(&round, mechanism, &options).unwrap();
            prop_assert!(report.feasible, "{mechanism:?} {report:?}");
            prop_assert_eq!(report.placed + report.unplaced, report.applicants);
            let stable = matches!(mechanism, Mechanism::FamilyOptimal | Mechanism::ProgrammeOptimal);
            if stable {
                prop_assert_eq!((report.envious_children, report.denied_free_seat), (0, 0));
            }
        }
    }

    #[test]
    fn the_optimisers_find_what_enumeration_finds(tiny in crate::common::tiny::tiny(true)) {
        let round = tiny.round();
        let last = |applicant: &str| {
            let ranks = tiny.applications.iter().filter(|row| row.applicant_id == applicant).map(|row| row.rank);
            u64::from(ranks.max().unwrap_or(0)) + 1
        };
        let figures = |rows: &[matching::PlacementRow]| {
            let ranks = |row: &&matching::PlacementRow| row.place.as_ref().map(|place| u64::from(place.rank));
            let unplaced = rows.iter().filter(|row| row.place.is_none()).count();
            let sum: u64 = rows.iter().filter_map(|row| ranks(&row)).sum();
            let with_penalty: u64 = rows.iter().map(|row| ranks(&row).unwrap_or_else(|| last(&row.applicant_id))).sum();
            (unplaced, sum, with_penalty)
        };
        let allowed: Vec<_> = tiny.feasible().into_iter().filter(|rows| {
            let report = check_matching(&round, rows);
            !report.findings.iter().any(|finding| matches!(finding, matching::Finding::BelowOwnPlace { .. }))
        }).collect();
        let most = allowed.iter().map(|rows| { let f = figures(rows); (f.0, f.1) }).min().unwrap();
        let least = allowed.iter().map(|rows| figures(rows).2).min().unwrap();
        let options = LabOptions::default();
        let found = figures(&replay_placements(&round, Mechanism::MostPlaced, &options).unwrap());
        prop_assert_eq!((found.0, found.1), most);
        let found = figures(&replay_placements(&round, Mechanism::LeastRankSum, &options).unwrap());
        prop_assert_eq!(found.2, least);
    }
}
