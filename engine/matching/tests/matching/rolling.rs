//! Rolling admission: event by event equals all at once, and offers under the holding rule.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop and say what it measured"
)]

use crate::common::live::{City, Life};
use crate::common::tiny::{rank, tiny};
use crate::common::{child, placements, seats, wish};
use matching::{
    DeviationReason, OfferEnd, OptimalFor, Pool, PoolEvent, ResponseTimes, Round, RoundOptions,
    Vacancy, attribute_envy, cascade, check_matching, hold_offers, hold_offers_in_rounds,
    preview_chain, solve,
};
use proptest::prelude::*;

/// The matching of the pool is that of a new round, and what it promises fits.
fn assert_current(pool: &Pool, seed: u64, after: &str) {
    let round = pool.round();
    assert_eq!(
        pool.placements(),
        placements(&round, OptimalFor::Families, seed),
        "{after}"
    );
    let report = check_matching(&round, &pool.placements());
    assert_eq!(report.findings, [], "{after}");
}

fn small(tied: bool, enrolled: usize, empty_lots: usize) -> City {
    City {
        children: 24,
        programmes: 6,
        load: 80,
        most_wishes: 5,
        points: if tied { 3 } else { 20 },
        empty_lots,
        enrolled,
        tied,
    }
}

/// Lives of small pools, checked after every event.
fn live(city: City, lives: u64, events: usize) {
    let mut applied = 0;
    for seed in 0..lives {
        let mut life = Life::new(city, seed);
        let mut pool = Pool::new(&life.round(), seed).unwrap();
        assert_current(&pool, seed, "in the beginning");
        for _ in 0..events {
            let event = life.event(&pool);
            let before = pool.placements();
            let previewed = pool.preview(&event);
            let change = pool.apply(&event);
            assert_eq!(previewed, change, "{event:?}");
            assert_current(&pool, seed, &format!("seed {seed} {event:?}"));
            let Ok(change) = change else {
                assert_eq!(before, pool.placements(), "{event:?}");
                continue;
            };
            applied += 1;
            check_change(&pool, &before, &change, &event);
        }
    }
    assert!(
        applied > lives * events as u64 / 3,
        "{applied} events were accepted"
    );
}

/// Moves are what changed; every freed place with a taker is re-offered; nobody keeps two offers.
fn check_change(
    pool: &Pool,
    before: &[matching::PlacementRow],
    change: &matching::PoolChange,
    event: &PoolEvent,
) {
    let before = crate::common::placed(before);
    let after = crate::common::placed(&pool.placements());
    for (applicant, programme) in &after {
        let was = before.get(applicant).cloned().flatten();
        let moved = change
            .moves
            .iter()
            .find(|step| step.applicant_id == *applicant);
        if was != *programme {
            let to = moved.and_then(|step| step.to.as_ref());
            assert_eq!(
                to.map(|to| &to.programme_id),
                programme.as_ref(),
                "{event:?}"
            );
        }
    }
    let suggested = pool.suggested_offers();
    for next in &change.next_in_line {
        assert!(suggested.contains(next), "{event:?}");
    }
    let offers: Vec<_> = pool.open_offers().collect();
    let contracted = match event {
        PoolEvent::ContractConcluded { applicant_id, .. } => Some(applicant_id),
        _ => None,
    };
    if let Some(contracted) = contracted {
        assert!(pool.applications_of(contracted).is_none());
        assert!(offers.iter().all(|(applicant, _)| applicant != contracted));
        assert!(
            pool.confirmed_offers()
                .all(|(applicant, _)| applicant != contracted)
        );
    }
    let envy = pool.envy();
    assert_eq!(envy.unexplained.pairs, 0, "{event:?} {envy:?}");
}

#[test]
fn after_every_event_the_pool_equals_a_new_round_where_all_orders_are_strict() {
    live(small(false, 0, 0), 40, 60);
}

#[test]
fn after_every_event_the_pool_equals_a_new_round_with_ties_groups_and_held_places() {
    live(small(true, 25, 100), 40, 60);
}

#[test]
fn after_every_event_the_pool_equals_a_new_round_where_empty_lots_are_drawn_among_given_ones() {
    live(small(true, 20, 40), 40, 60);
    live(small(false, 20, 40), 20, 60);
}

/// 20,000 live applicants; slow in the dev profile.
#[test]
#[ignore = "minutes: run with --release -- --ignored --nocapture"]
#[expect(
    clippy::disallowed_methods,
    reason = "a test may measure and be told how often to compare"
)]
fn ten_thousand_events_at_20000_live_applicants_equal_full_rounds_within_10_milliseconds() {
    let stride: usize = std::env::var("PLACEWRIGHT_STRIDE").map_or(25, |s| s.parse().unwrap());
    let city = City {
        children: 20_000,
        programmes: 400,
        load: 95,
        most_wishes: 14,
        points: 40,
        empty_lots: 0,
        enrolled: 5,
        tied: false,
    };
    let mut life = Life::new(city, 1);
    let mut pool = Pool::new(&life.round(), 1).unwrap();
    let mut micros: Vec<u128> = Vec::new();
    let (mut moves, mut compared) = (0, 0);
    while micros.len() < 10_000 {
        let event = life.event(&pool);
        let start = std::time::Instant::now();
        let Ok(change) = pool.apply(&event) else {
            continue;
        };
        micros.push(start.elapsed().as_micros());
        moves += change.moves.len();
        if micros.len().is_multiple_of(stride) {
            assert!(
                pool.placements() == placements(&pool.round(), OptimalFor::Families, 1),
                "{event:?}"
            );
            compared += 1;
        }
    }
    micros.sort_unstable();
    println!(
        "{} live children, 10,000 events, {compared} compared with a new round, {moves} moves; \
         microseconds: median {}, p99 {}, greatest {}",
        pool.live_children(),
        micros[5_000],
        micros[9_900],
        micros[9_999]
    );
    assert!(micros[9_900] <= 10_000 || cfg!(debug_assertions));
}

#[test]
fn independent_events_give_the_same_state_in_any_order() {
    for seed in 0..10 {
        let mut life = Life::new(small(true, 0, 60), seed);
        let start = Pool::new(&life.round(), seed).unwrap();
        let events: Vec<PoolEvent> = (0..200)
            .map(|_| life.event(&start))
            .filter(|event| {
                matches!(event, PoolEvent::ChildJoined { child, .. } if child.enrolled_programme_id.is_none())
                    || matches!(event, PoolEvent::SeatOpened { .. })
            })
            .collect();
        let ends = [events.clone(), events.into_iter().rev().collect()].map(|events| {
            let mut pool = start.clone();
            for event in &events {
                pool.apply(event).unwrap();
            }
            pool.placements()
        });
        assert_eq!(ends[0], ends[1]);
    }
}

#[test]
fn a_ring_that_a_leaving_child_had_closed_opens_again() {
    // X pushes B from S to T, B pushes A from T to S, A pushes X to U: without X, A and B exchange.
    let programmes = ["S", "T", "U"].map(|programme| seats(programme, "", 1));
    let applications = [
        wish("A", "T", 1, 1, Some(0)),
        wish("A", "S", 2, 3, Some(0)),
        wish("B", "S", 1, 1, Some(0)),
        wish("B", "T", 2, 2, Some(0)),
        wish("X", "S", 1, 2, Some(0)),
        wish("X", "U", 2, 1, Some(0)),
    ];
    let round = Round::from_rows(&programmes, &applications, &[]).unwrap();
    let mut pool = Pool::new(&round, 0).unwrap();
    let change = pool
        .apply(&PoolEvent::ChildLeft {
            applicant_id: "X".into(),
        })
        .unwrap();
    let to = |at: usize| {
        change.moves[at]
            .to
            .as_ref()
            .map(|to| to.programme_id.as_str())
    };
    assert_eq!((to(0), to(1), to(2)), (Some("T"), Some("S"), None));
    assert_current(&pool, 0, "X left");
}

fn made(applicant: &str, programme: &str, deviation: Option<DeviationReason>) -> PoolEvent {
    PoolEvent::OfferMade {
        applicant_id: applicant.into(),
        programme_id: programme.into(),
        deviation,
    }
}

/// Story B: facilities A (2 places), B, C and D (1 each), six children.
fn story() -> Round {
    let programmes = [
        seats("A", "", 2),
        seats("B", "", 1),
        seats("C", "", 1),
        seats("D", "", 1),
    ];
    let lots = [
        ("c1", 2),
        ("c2", 3),
        ("c3", 1),
        ("c4", 5),
        ("c5", 6),
        ("c6", 4),
    ];
    let applications: Vec<_> = [
        ("c1", "A", 14),
        ("c1", "B", 4),
        ("c2", "A", 6),
        ("c2", "C", 4),
        ("c3", "A", 7),
        ("c3", "B", 7),
        ("c3", "C", 7),
        ("c4", "B", 6),
        ("c4", "A", 6),
        ("c5", "A", 4),
        ("c5", "D", 4),
        ("c6", "C", 2),
        ("c6", "B", 0),
    ]
    .chunk_by(|a, b| a.0 == b.0)
    .flat_map(|rows| (1..).zip(rows))
    .map(|(rank, (applicant, programme, points))| {
        let lot = lots
            .iter()
            .find(|(id, _)| id == applicant)
            .map(|(_, lot)| *lot);
        wish(applicant, programme, rank, *points, lot)
    })
    .collect();
    Round::from_rows(&programmes, &applications, &[]).unwrap()
}

#[test]
fn the_story_of_six_children_ends_with_a_closed_chain() {
    let mut pool = Pool::new(&story(), 0).unwrap();
    let offers: Vec<_> = pool
        .suggested_offers()
        .into_iter()
        .map(|next| (next.programme_id, next.applicant_id))
        .collect();
    let expected = [
        ("A", "c1"),
        ("A", "c3"),
        ("B", "c4"),
        ("C", "c2"),
        ("D", "c5"),
    ];
    assert_eq!(offers, expected.map(|(p, c)| (p.to_owned(), c.to_owned())));
    for (programme, applicant) in expected {
        pool.apply(&made(applicant, programme, None)).unwrap();
    }
    let contract = |applicant: &str, programme: &str| PoolEvent::ContractConcluded {
        applicant_id: applicant.into(),
        programme_id: programme.into(),
    };
    let concluded = pool.apply(&contract("c3", "A")).unwrap();
    let withdrawn: Vec<_> = concluded
        .withdrawn
        .iter()
        .map(|a| a.programme_id.as_str())
        .collect();
    assert_eq!(withdrawn, ["B", "C"]);
    pool.apply(&contract("c4", "B")).unwrap();
    pool.apply(&contract("c5", "D")).unwrap();
    // c1 moves away: c2 is next at A, and then C is free for c6.
    let left = PoolEvent::ChildLeft {
        applicant_id: "c1".into(),
    };
    let change = pool.apply(&left).unwrap();
    assert_eq!(change.offers_ended[0].end, OfferEnd::Withdrawn);
    let next: Vec<_> = change
        .next_in_line
        .iter()
        .map(|n| n.applicant_id.as_str())
        .collect();
    assert_eq!(next, ["c2"]);
    let moved: Vec<_> = change
        .moves
        .iter()
        .map(|m| m.applicant_id.as_str())
        .collect();
    assert_eq!(moved, ["c1", "c2", "c6"]);
    let change = pool.apply(&made("c2", "A", None)).unwrap();
    assert_eq!(change.offers_ended[0].end, OfferEnd::DeclinedForBetter);
    let next: Vec<_> = change
        .next_in_line
        .iter()
        .map(|n| n.applicant_id.as_str())
        .collect();
    assert_eq!(next, ["c6"]);
    pool.apply(&contract("c2", "A")).unwrap();
    pool.apply(&contract("c6", "C")).unwrap();
    assert_eq!(pool.live_children(), 0);
}

#[test]
fn a_confirmed_offer_blocks_another_contract_until_it_is_given_back() {
    let mut pool = Pool::new(&story(), 0).unwrap();
    pool.apply(&made("c3", "A", None)).unwrap();
    let confirmed = PoolEvent::OfferConfirmed {
        applicant_id: "c3".into(),
        programme_id: "A".into(),
    };
    pool.apply(&confirmed).unwrap();
    assert_eq!(
        pool.apply(&made("c3", "B", None)).unwrap_err().code(),
        "E2127"
    );
    assert_eq!(pool.seats_of("A", ""), Some(1));
    let given_back = PoolEvent::OfferDeclined {
        applicant_id: "c3".into(),
        programme_id: "A".into(),
    };
    pool.apply(&given_back).unwrap();
    assert_eq!(pool.seats_of("A", ""), Some(2));
    assert_current(&pool, 0, "given back");
    assert_eq!(
        crate::common::placed(&pool.placements())["c3"].as_deref(),
        Some("B")
    );
}

#[test]
fn an_offer_out_of_order_needs_a_reason_and_its_envy_is_attributed_to_it() {
    let mut pool = Pool::new(&story(), 0).unwrap();
    assert_eq!(
        pool.apply(&made("c5", "A", None)).unwrap_err().code(),
        "E2125"
    );
    pool.apply(&made("c5", "A", Some(DeviationReason::ChildOfStaff)))
        .unwrap();
    assert_current(&pool, 0, "deviation");
    let envy = pool.envy();
    assert_eq!(envy.unexplained.pairs, 0);
    let envious: Vec<_> = envy.pairs.iter().map(|p| p.applicant_id.as_str()).collect();
    // c3 wants A more than B; c2 and c4 come before c5 at A as well.
    assert_eq!(envious, ["c2", "c3", "c4"]);
    assert_eq!(envy.by_reason[&DeviationReason::ChildOfStaff].children, 3);
    assert_eq!(envy.by_deviation[0].1, 3);
}

#[test]
fn events_that_do_not_fit_are_refused_with_a_number_and_change_nothing() {
    let mut pool = Pool::new(&story(), 0).unwrap();
    let id = |id: &str| id.to_owned();
    let opened = |programme: &str| PoolEvent::SeatOpened {
        programme_id: id(programme),
        seat_group: id("x"),
    };
    let lapsed = PoolEvent::OfferLapsed {
        applicant_id: id("c1"),
        programme_id: id("A"),
    };
    let withdrawn = PoolEvent::ApplicationWithdrawn {
        applicant_id: id("c1"),
        programme_id: id("D"),
    };
    let joined = |applicant: &str, siblings| PoolEvent::ChildJoined {
        child: matching::ApplicantRow {
            siblings,
            ..child(applicant, "", None)
        },
        applications: vec![wish(applicant, "Z", 0, 1, None)],
    };
    let alone = matching::Siblings::Independent;
    for (event, code) in [
        (opened("A"), "E2120"),
        (
            PoolEvent::ChildLeft {
                applicant_id: id("c9"),
            },
            "E2121",
        ),
        (joined("c1", alone), "E2122"),
        (withdrawn, "E2123"),
        (lapsed, "E2126"),
        (joined("c7", matching::Siblings::TogetherOnly), "E2129"),
        (joined("c7", alone), "E2130"),
    ] {
        let before = pool.placements();
        let refused = pool.apply(&event).unwrap_err();
        assert_eq!(refused.code(), code);
        assert!(refused.to_string().starts_with(code), "{refused}");
        assert_eq!(pool.placements(), before);
    }
    for programme in ["A", "A"] {
        let closed = PoolEvent::SeatClosed {
            programme_id: id(programme),
            seat_group: id(""),
        };
        pool.apply(&closed).unwrap();
    }
    let closed = PoolEvent::SeatClosed {
        programme_id: id("A"),
        seat_group: id(""),
    };
    assert_eq!(pool.apply(&closed).unwrap_err().code(), "E2124");
    pool.apply(&made("c4", "B", None)).unwrap_err();
    pool.apply(&made("c5", "D", None)).unwrap();
    assert_eq!(
        pool.apply(&made("c5", "D", None)).unwrap_err().code(),
        "E2128"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn envy_is_counted_as_the_checker_counts_it(tiny in tiny(false)) {
        let round = tiny.round();
        for rows in tiny.feasible() {
            let report = check_matching(&round, &rows);
            let envy = attribute_envy(&round, &rows, &[]);
            prop_assert_eq!(envy.all.pairs, report.justified_envy);
            prop_assert_eq!(envy.all.children, report.envious_applicants);
            prop_assert_eq!(envy.unexplained, envy.all);
        }
    }

    #[test]
    fn a_chain_takes_the_days_of_its_steps(tiny in tiny(false), opened: prop::sample::Index, days in proptest::collection::vec(0_u32..20, 1..6)) {
        let round = tiny.round();
        let outcome = solve(&round, &RoundOptions::default()).unwrap();
        let seat = &tiny.programmes[opened.index(tiny.programmes.len())];
        let vacancy = Vacancy::SeatOpens { programme_id: &seat.programme_id, seat_group: &seat.seat_group };
        let chain = cascade(&outcome, vacancy).unwrap();
        let preview = preview_chain(&chain, &ResponseTimes::observed(&days).unwrap());
        prop_assert_eq!(preview.steps.len(), chain.steps.len());
        let moved_away = chain.steps.iter().filter(|step| step.from.is_some()).count();
        prop_assert_eq!(preview.places_freed as usize, 1 + moved_away);
        prop_assert_eq!(preview.newly_placed == 1, preview.free_in_the_end.is_none());
        // Sums of all combinations of observed days, one per step.
        let mut sums = vec![0];
        for step in &preview.steps {
            sums = sums.iter().flat_map(|sum| days.iter().map(move |day| sum + day)).collect();
            sums.sort_unstable();
            let quantile = |percent: usize| sums[(sums.len() * percent).div_ceil(100) - 1];
            prop_assert_eq!((step.days.median, step.days.p95), (quantile(50), quantile(95)));
        }
    }
}

#[test]
fn a_thousand_random_orders_of_offers_end_in_the_programme_optimal_matching() {
    for seed in 0..20 {
        for tied in [false, true] {
            let mut life = Life::new(
                City {
                    children: 60,
                    ..small(tied, 15, 30)
                },
                seed,
            );
            let round = life.round();
            let best_for_programmes = placements(&round, OptimalFor::Programmes, seed);
            assert_eq!(
                hold_offers_in_rounds(&round, seed).unwrap().placements,
                best_for_programmes
            );
            for order in 0..25 {
                let held = hold_offers(&round, seed, order).unwrap();
                assert_eq!(
                    held.placements, best_for_programmes,
                    "seed {seed} order {order}"
                );
                let placed = held
                    .placements
                    .iter()
                    .filter(|row| rank(row) < u32::MAX)
                    .count();
                assert_eq!(held.offers_made - held.offers_declined, placed as u64);
            }
        }
    }
}

#[test]
fn a_thousand_random_orders_of_offers_do_so_in_a_city_of_1000_children() {
    let Some(folder) = crate::common::case_path("hr/n1000") else {
        return;
    };
    let round = crate::common::RoundTexts::from_case(&folder).read();
    let best_for_programmes = placements(&round, OptimalFor::Programmes, 0);
    for order in 0..1_000 {
        let held = hold_offers(&round, 0, order).unwrap();
        assert!(held.placements == best_for_programmes, "order {order}");
    }
}
