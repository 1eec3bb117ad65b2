//! Ties used to place as many children as possible.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise and prints its table"
)]

use crate::common::tiny::{Tiny, rank, tiny};
use crate::common::{case_path, case_text, round_from_json};
use matching::{
    CheckReport, DecidedBy, Explainer, OptimalFor, Place, PlacementRow, Round, RoundOptions,
    RoundSummary, TieRule, check_matching, lottery_number, solve, write_placements,
};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn max_size(seed: u64, seconds: Option<f64>) -> RoundOptions {
    RoundOptions {
        ties: TieRule::MaxSize,
        seed,
        time_limit_seconds: seconds,
        ..RoundOptions::default()
    }
}

/// Solves, checks and sums up.
fn run(round: &Round, options: &RoundOptions) -> (Vec<PlacementRow>, CheckReport, RoundSummary) {
    let outcome = solve(round, options).unwrap();
    let rows = outcome.placements();
    let report = check_matching(round, &rows);
    assert_eq!(report.findings, []);
    let summary = RoundSummary::new(&outcome, &report).unwrap();
    assert!(summary.placed_bounds.upper >= report.placed);
    (rows, report, summary)
}

/// All bytes that a round leaves behind.
fn all_output(round: &Round, options: &RoundOptions) -> Vec<u8> {
    let outcome = solve(round, options).unwrap();
    let mut output = Vec::new();
    write_placements(&outcome.placements(), &mut output).unwrap();
    Explainer::new(&outcome).write(&mut output).unwrap();
    let report = check_matching(round, &outcome.placements());
    let summary = RoundSummary::new(&outcome, &report).unwrap();
    output.extend(serde_json::to_vec(&summary).unwrap());
    output
}

/// Size and shape of a generated round.
#[derive(Debug, Clone, Copy)]
struct Shape {
    applicants: usize,
    programmes: usize,
    /// Seats per 100 applicants.
    seats: usize,
    /// Programmes on each list.
    wishes: usize,
    /// Share of the wishes, in percent, that go to programmes in demand.
    demand: usize,
    /// Steps of the score.
    scores: usize,
    /// Every so many programmes have a score of their own.
    own_score: usize,
    seed: u64,
}

/// Like the Scottish foundation programme: 759 applicants, 53 programmes, six wishes, coarse scores.
const SCOTTISH: Shape = Shape {
    applicants: 759,
    programmes: 53,
    seats: 105,
    wishes: 6,
    demand: 50,
    scores: 4,
    own_score: usize::MAX,
    seed: 1,
};

fn generated(shape: Shape) -> Tiny {
    let Shape {
        applicants,
        programmes,
        wishes,
        scores,
        seed,
        ..
    } = shape;
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = move |below: usize| generator.next_u32() as usize % below;
    let mut capacities = vec![1_u32; programmes];
    for _ in programmes..applicants * shape.seats / 100 {
        capacities[draw(programmes)] += 1;
    }
    let name = |number: usize| format!("P{number:03}");
    let rows = capacities.iter().enumerate();
    let programme_rows = rows
        .map(|(number, seats)| crate::common::seats(&name(number), "", *seats))
        .collect();
    let mut applications = Vec::new();
    let mut people = Vec::new();
    for number in 0..applicants {
        let applicant = format!("A{number:04}");
        let score = draw(scores) as i32;
        let mut listed: Vec<usize> = Vec::new();
        while listed.len() < wishes {
            let mut chosen = draw(programmes);
            if draw(100) < shape.demand {
                chosen = chosen.min(draw(programmes));
            }
            if !listed.contains(&chosen) {
                listed.push(chosen);
            }
        }
        for (place, programme) in (1..).zip(listed) {
            let is_shared = programme % shape.own_score != shape.own_score - 1;
            let points = if is_shared {
                score
            } else {
                draw(scores) as i32
            };
            applications.push(crate::common::wish(
                &applicant,
                &name(programme),
                place,
                points,
                None,
            ));
        }
        people.push(crate::common::child(&applicant, "", None));
    }
    Tiny {
        programmes: programme_rows,
        applications,
        applicants: people,
    }
}

#[test]
fn every_certified_case_reaches_the_certified_size() {
    let Some(folder) = case_path("hrt") else {
        return;
    };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    println!(
        "{:<36}{:>10}{:>8}{:>8}{:>8}",
        "case", "certified", "lottery", "placed", "bound"
    );
    let mut wrong = Vec::new();
    for name in names {
        let case: serde_json::Value = serde_json::from_str(&case_text(&folder, &name)).unwrap();
        let round = round_from_json(&case);
        let certified = case["expected"]["max_weakly_stable_size"].as_u64().unwrap();
        let (_, lottery, _) = run(&round, &RoundOptions::default());
        let (_, report, summary) = run(&round, &max_size(0, Some(60.0)));
        println!(
            "{name:<36}{certified:>10}{:>8}{:>8}{:>8}",
            lottery.placed, report.placed, summary.placed_bounds.upper
        );
        if (report.placed, summary.proven_max_size) != (certified, true) {
            wrong.push(name);
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn rounds_like_the_scottish_one_leave_hardly_anybody_out() {
    println!(
        "{:<28}{:>8}{:>8}{:>8}",
        "round", "lottery", "placed", "bound"
    );
    for (demand, scores, seed) in [(30, 4, 1), (50, 4, 2), (50, 20, 3), (60, 2, 9)] {
        let round = generated(Shape {
            demand,
            scores,
            seed,
            ..SCOTTISH
        })
        .round();
        let (_, lottery, _) = run(&round, &RoundOptions::default());
        let (_, report, summary) = run(&round, &max_size(0, Some(2.0)));
        println!(
            "759 x 53, {demand:>3} % {scores:>2} scores{:>8}{:>8}{:>8}",
            lottery.placed, report.placed, summary.placed_bounds.upper
        );
        assert!(report.placed > lottery.placed);
        assert!(summary.proven_max_size);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn tiny_rounds_reach_exactly_the_greatest_size_and_nobody_loses_a_place(tiny in tiny(true), seed: u64) {
        let stable: Vec<_> = tiny.feasible().into_iter().filter(|rows| tiny.is_stable(rows)).collect();
        let most = stable.iter().map(|rows| placed(rows)).max().unwrap();
        for optimal_for in [OptimalFor::Families, OptimalFor::Programmes] {
            let options = RoundOptions { optimal_for, ..max_size(seed, None) };
            let (rows, report, summary) = run(&tiny.round(), &options);
            // Weak stability by its definition: enrolled children keep their place or move up.
            prop_assert!(tiny.is_stable(&rows), "{:?}", rows);
            prop_assert_eq!(report.placed, most);
            prop_assert_eq!(summary.placed_bounds.upper, most);
            prop_assert!(summary.proven_max_size && summary.proven_stable);
        }
    }

    #[test]
    fn among_level_children_the_smaller_lottery_number_goes_first_where_the_size_allows(
        tiny in tiny(true), seed: u64,
    ) {
        let (rows, ..) = run(&tiny.round(), &max_size(seed, None));
        let number = |row: &PlacementRow| {
            let child = tiny.applicants.iter().find(|child| child.applicant_id == row.applicant_id);
            let family = child.and_then(|child| child.family_id.clone());
            lottery_number(seed, &family.unwrap_or_else(|| row.applicant_id.clone()))
        };
        for (out, inside) in pairs(rows.len()) {
            if rows[out].place.is_some() || rows[inside].place.is_none() || number(&rows[out]) >= number(&rows[inside]) {
                continue;
            }
            let mut other = rows.clone();
            let place = other[inside].place.take().unwrap();
            let wish = tiny.applications.iter().find(|wish| {
                wish.applicant_id == rows[out].applicant_id && wish.programme_id == place.programme_id
            });
            let Some(wish) = wish else { continue };
            let group = |row: &PlacementRow| {
                tiny.applicants.iter().find(|child| child.applicant_id == row.applicant_id).unwrap().seat_group.clone()
            };
            if group(&rows[out]) != group(&rows[inside]) {
                continue;
            }
            other[out].place = Some(Place { rank: wish.rank, ..place });
            prop_assert!(!tiny.is_stable(&other), "{:?} could give way: {:?}", rows[inside], rows);
        }
    }

    #[test]
    fn the_order_of_the_rows_changes_no_byte(
        (tiny, programmes, applications, applicants) in tiny(true).prop_flat_map(|tiny| (
            Just(tiny.clone()),
            Just(tiny.programmes).prop_shuffle(),
            Just(tiny.applications).prop_shuffle(),
            Just(tiny.applicants).prop_shuffle(),
        )),
        seed: u64,
    ) {
        let shuffled = Tiny { programmes, applications, applicants };
        let options = max_size(seed, None);
        prop_assert_eq!(all_output(&tiny.round(), &options), all_output(&shuffled.round(), &options));
    }

    #[test]
    fn without_ties_the_rule_changes_nothing(tiny in tiny(false), seed: u64) {
        let round = tiny.round();
        let lottery = RoundOptions { seed, ..RoundOptions::default() };
        prop_assert_eq!(run(&round, &lottery).0, run(&round, &max_size(seed, None)).0);
    }
}

/// Number of children with a place.
fn placed(rows: &[PlacementRow]) -> u64 {
    rows.iter().filter(|row| row.place.is_some()).count() as u64
}

/// Ordered pairs of different numbers.
fn pairs(below: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..below)
        .flat_map(move |a| (0..below).map(move |b| (a, b)))
        .filter(|(a, b)| a != b)
}

#[test]
fn a_hundred_orders_of_the_rows_give_the_same_bytes() {
    let mut tiny = generated(Shape {
        applicants: 150,
        programmes: 12,
        scores: 3,
        ..SCOTTISH
    });
    let options = max_size(3, None);
    let first = all_output(&tiny.round(), &options);
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..100 {
        let by_chance = |generator: &mut ChaCha8Rng| generator.next_u64();
        tiny.programmes
            .sort_by_cached_key(|_| by_chance(&mut generator));
        tiny.applications
            .sort_by_cached_key(|_| by_chance(&mut generator));
        tiny.applicants
            .sort_by_cached_key(|_| by_chance(&mut generator));
        assert!(
            all_output(&tiny.round(), &options) == first,
            "the order of the rows shows"
        );
    }
}

#[test]
fn another_seed_places_other_children_but_as_many() {
    let round = generated(Shape {
        applicants: 200,
        programmes: 15,
        scores: 3,
        ..SCOTTISH
    })
    .round();
    let (first, report, summary) = run(&round, &max_size(0, None));
    assert!(summary.proven_max_size);
    let mut differing = 0;
    for seed in 1..9 {
        let (rows, other, _) = run(&round, &max_size(seed, None));
        assert_eq!(other.placed, report.placed, "seed {seed}");
        assert_eq!(
            rows,
            run(&round, &max_size(seed, None)).0,
            "seed {seed} again"
        );
        differing += usize::from(rows != first);
    }
    assert!(differing >= 6, "{differing}");
}

#[test]
fn a_tie_that_size_does_not_settle_goes_by_the_published_number() {
    let round = Round::from_rows(
        &[crate::common::seats("P", "", 1)],
        &[
            crate::common::wish("A", "P", 1, 4, None),
            crate::common::wish("B", "P", 1, 4, None),
        ],
        &[],
    )
    .unwrap();
    for seed in 0..50 {
        let (rows, ..) = run(&round, &max_size(seed, None));
        let is_first = lottery_number(seed, "A") < lottery_number(seed, "B");
        assert_eq!(rows[0].place.is_some(), is_first, "seed {seed}");
    }
}

#[test]
fn a_tie_is_settled_against_the_lottery_only_for_one_more_place_and_says_so() {
    let round = Round::from_rows(
        &[
            crate::common::seats("P", "", 1),
            crate::common::seats("Q", "", 1),
        ],
        &[
            crate::common::wish("A", "P", 1, 4, None),
            crate::common::wish("B", "P", 1, 4, None),
            crate::common::wish("B", "Q", 2, 4, None),
        ],
        &[],
    )
    .unwrap();
    let mut against = 0;
    for seed in 0..50 {
        let outcome = solve(&round, &max_size(seed, None)).unwrap();
        let rows = outcome.placements();
        assert_eq!(
            rows.iter().map(rank).collect::<Vec<_>>(),
            [1, 2],
            "seed {seed}"
        );
        let reasons = Explainer::new(&outcome).reasons("B").unwrap();
        let is_against = lottery_number(seed, "B") < lottery_number(seed, "A");
        let by = if is_against {
            DecidedBy::MaxSize
        } else {
            DecidedBy::Lottery
        };
        assert_eq!(reasons[0].decided_by, Some(by), "seed {seed}");
        let summary = RoundSummary::new(&outcome, &check_matching(&round, &rows)).unwrap();
        let lottery = summary.lottery;
        assert_eq!(
            (
                lottery.families_denied_by_lottery,
                lottery.families_denied_for_size
            ),
            (u64::from(!is_against), u64::from(is_against))
        );
        against += usize::from(is_against);
    }
    assert!((10..=40).contains(&against), "{against}");
}

/// Runs under a limit and prints a line; with a clock, which only tests may read.
fn measure(name: &str, round: &Round, limit: f64) {
    #[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
    let started = std::time::Instant::now();
    let (_, report, summary) = run(round, &max_size(0, Some(limit)));
    println!(
        "{name}, limit {limit:>5} s: placed {}, bound {}, {:.2} s",
        report.placed,
        summary.placed_bounds.upper,
        started.elapsed().as_secs_f64()
    );
}

#[test]
#[ignore = "measures for a minute; run by name with --nocapture"]
fn measure_hard_rounds() {
    for (demand, own_score, scores, seed) in [
        (30, usize::MAX, 4, 1),
        (30, 1, 4, 6),
        (50, usize::MAX, 4, 2),
        (50, usize::MAX, 20, 3),
        (60, 3, 2, 9),
        (100, usize::MAX, 4, 5),
        (100, usize::MAX, 12, 5),
    ] {
        let shape = Shape {
            demand,
            own_score,
            scores,
            seed,
            ..SCOTTISH
        };
        let round = generated(shape).round();
        for limit in [0.0, 10.0, 30.0] {
            measure(
                &format!("759 x 53, {demand} %, own {own_score}, {scores} scores"),
                &round,
                limit,
            );
        }
    }
    let shape = Shape {
        applicants: 1_000,
        programmes: 40,
        seats: 95,
        wishes: 5,
        scores: 12,
        ..SCOTTISH
    };
    for own_score in [1, 2, usize::MAX] {
        let round = generated(Shape { own_score, ..shape }).round();
        for limit in [0.0, 10.0, 30.0] {
            measure(&format!("1000 x 40, own {own_score}"), &round, limit);
        }
    }
}

#[test]
#[ignore = "measures for a minute; run by name with --release and --nocapture"]
fn measure_a_city_of_a_million_wishes() {
    for (applicants, scores, own_score, demand) in [
        (2_000, 8, usize::MAX, 100),
        (5_000, 8, usize::MAX, 100),
        (10_000, 8, usize::MAX, 100),
        (10_000, 40, 1, 50),
        (170_000, 40, 1, 50),
        (170_000, 4, usize::MAX, 100),
    ] {
        let shape = Shape {
            applicants,
            programmes: applicants / 40,
            seats: 90,
            scores,
            own_score,
            demand,
            ..SCOTTISH
        };
        let round = generated(shape).round();
        measure(
            &format!(
                "{applicants} x {}, {demand} %, {scores} scores",
                shape.programmes
            ),
            &round,
            10.0,
        );
    }
}
