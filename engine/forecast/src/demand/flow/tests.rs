//! Tests of the flows.

use super::*;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, weighted::WeightedIndex};

fn flat(leaves: usize) -> Vec<Area> {
    let area = |code: String, parent, depth, is_leaf| Area {
        name: code.clone(),
        code,
        parent,
        depth,
        is_leaf,
    };
    let mut areas = vec![area("_total".to_owned(), None, 0, false)];
    areas.extend((0..leaves).map(|leaf| area(format!("a{leaf}"), Some(0), 1, true)));
    areas
}

fn grid(leaves: usize) -> Vec<AreaPoint> {
    (0..leaves)
        .map(|leaf| AreaPoint {
            area: format!("a{leaf}"),
            east: (leaf % 5) as f64,
            north: (leaf / 5) as f64,
        })
        .collect()
}

fn flow(from: usize, to: usize, contracts: f64) -> FlowCount {
    FlowCount {
        from: format!("a{from}"),
        to: format!("a{to}"),
        contracts,
    }
}

#[test]
fn the_decay_that_made_the_contracts_is_found_again() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let points = grid(20);
    let leaves: Vec<String> = points.iter().map(|p| p.area.clone()).collect();
    let leaves: Vec<&str> = leaves.iter().map(String::as_str).collect();
    let distances = distances(&leaves, &points).unwrap();
    for truth in [
        Decay::Exponential { rate: 1.2 },
        Decay::Power { power: 2.0 },
    ] {
        let mut counts = Vec::new();
        for (from, distances) in distances.iter().enumerate() {
            let pull: Vec<f64> = distances.iter().map(|&km| truth.at(km)).collect();
            let draw = WeightedIndex::new(&pull).unwrap();
            let mut row = [0.0; 20];
            for _ in 0..2000 {
                row[draw.sample(&mut rng)] += 1.0;
            }
            counts.extend((0..20).map(|to| flow(from, to, row[to])));
        }
        let (matrix, warnings) = FlowMatrix::learn(&flat(20), &counts, &points).unwrap();
        assert!(warnings.is_empty());
        match (truth, matrix.decay()) {
            (Decay::Exponential { rate: a }, Decay::Exponential { rate: b })
            | (Decay::Power { power: a }, Decay::Power { power: b }) => {
                assert!((a - b).abs() < 0.1, "{a} {b}");
            }
            (truth, found) => panic!("{truth:?} was taken for {found:?}"),
        }
        assert!(
            matrix.strength() > 500.0,
            "the model is right, so it is worth much: {}",
            matrix.strength()
        );
    }
}

#[test]
fn many_contracts_speak_for_themselves_and_an_area_without_follows_the_model() {
    // a0 sends nearly all far away, against distance; a4 has no contracts.
    let counts = [
        flow(0, 19, 90_000.0),
        flow(0, 0, 10_000.0),
        flow(1, 1, 900.0),
        flow(2, 2, 700.0),
        flow(3, 2, 300.0),
        flow(3, 3, 300.0),
    ];
    let (matrix, warnings) = FlowMatrix::learn(&flat(20), &counts, &grid(20)).unwrap();
    assert!(
        (matrix.share(0, 19) - 0.9).abs() < 0.01,
        "{}",
        matrix.share(0, 19)
    );
    assert_eq!(warnings[0].code, codes::NO_FLOWS);
    assert!((0..20).map(|to| matrix.share(4, to)).sum::<f64>() > 0.999);
}

#[test]
fn unknown_areas_bad_counts_missing_coordinates_and_twice_are_told_together() {
    let mut points = grid(3);
    points[2].east = f64::NAN;
    points.remove(0);
    let counts = [
        flow(0, 7, 1.0),
        flow(9, 0, 1.0),
        flow(1, 1, -1.0),
        flow(1, 2, 1.0),
        flow(1, 2, 2.0),
    ];
    let problems = FlowMatrix::learn(&flat(3), &counts, &points).unwrap_err();
    let found: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(
        found,
        ["E4059", "E4059", "E4057", "E4057", "E4058", "E4065"]
    );
}

#[test]
fn the_logarithm_of_gamma_is_that_of_factorials() {
    let mut factorial = 1.0_f64;
    for n in 1..30 {
        factorial *= f64::from(n);
        assert!((ln_gamma(f64::from(n) + 1.0) - factorial.ln()).abs() < 1e-9);
    }
    assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-12);
}

proptest! {
    #[test]
    fn rows_add_up_to_one_and_hold_no_negative_share(
        cells in prop::collection::vec((0..6usize, 0..6usize, 0.0..50.0f64), 0..20)
    ) {
        let mut seen = std::collections::BTreeSet::new();
        let counts: Vec<FlowCount> = cells
            .into_iter()
            .filter(|(from, to, _)| seen.insert((*from, *to)))
            .map(|(from, to, contracts)| flow(from, to, contracts))
            .collect();
        let (matrix, _) = FlowMatrix::learn(&flat(6), &counts, &grid(6)).unwrap();
        for row in matrix.rows.iter().chain([&matrix.outside]) {
            prop_assert!((row.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(row.iter().all(|(_, share)| *share >= 0.0));
        }
    }
}
