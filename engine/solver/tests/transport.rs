//! Allocation against all allocations of tiny cities, and against published instances.

use proptest::prelude::*;
use solver::{Allocation, Arc, TransportProblem, allocate};

fn dense(
    costs: &[Vec<f64>],
    capacities: Vec<f64>,
    demands: Vec<f64>,
    penalty: f64,
) -> TransportProblem {
    let arcs = costs
        .iter()
        .enumerate()
        .flat_map(|(area, list)| {
            list.iter()
                .enumerate()
                .map(move |(site, &cost)| Arc { area, site, cost })
        })
        .collect();
    TransportProblem {
        unserved_penalties: vec![penalty; demands.len()],
        capacities,
        demands,
        arcs,
        time_limit_seconds: f64::INFINITY,
    }
}

/// The least cost by sending the children one after the other to every place.
fn by_trial(problem: &TransportProblem, area: usize, left: u32, capacities: &mut [f64]) -> f64 {
    if area == problem.demands.len() {
        return 0.0;
    }
    if left == 0 {
        let next = problem
            .demands
            .get(area + 1)
            .map_or(0, |&demand| demand as u32);
        return by_trial(problem, area + 1, next, capacities);
    }
    let mut best = problem.unserved_penalties[area] + by_trial(problem, area, left - 1, capacities);
    for arc in problem.arcs.iter().filter(|arc| arc.area == area) {
        if capacities[arc.site] >= 1.0 {
            capacities[arc.site] -= 1.0;
            best = best.min(arc.cost + by_trial(problem, area, left - 1, capacities));
            capacities[arc.site] += 1.0;
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_allocation_is_cheaper_than_the_one_found(
        costs in prop::collection::vec(prop::collection::vec(0_u8..9, 3), 3),
        capacities in prop::collection::vec(0_u8..4, 3),
        demands in prop::collection::vec(0_u8..3, 3),
        penalty in 1_u8..12,
    ) {
        let costs: Vec<Vec<f64>> =
            costs.iter().map(|list| list.iter().copied().map(f64::from).collect()).collect();
        let problem = dense(
            &costs,
            capacities.into_iter().map(f64::from).collect(),
            demands.into_iter().map(f64::from).collect(),
            f64::from(penalty),
        );
        let found = allocate(&problem).unwrap();
        prop_assert!(found.optimal);
        prop_assert_eq!(problem.check(&found), Ok(()));
        let first = problem.demands[0] as u32;
        let least = by_trial(&problem, 0, first, &mut problem.capacities.clone());
        prop_assert!((found.objective - least).abs() < 1e-6, "{} {}", found.objective, least);
        prop_assert!(found.flows.iter().all(|flow| flow.fract() == 0.0));
        prop_assert_eq!(&found, &allocate(&problem).unwrap());
    }

    /// More facilities than the first program holds arcs: pricing has to find the rest.
    #[test]
    fn pricing_proves_the_optimum_over_all_arcs(
        costs in prop::collection::vec(prop::collection::vec(0_u16..1000, 40), 12),
        demands in prop::collection::vec(0_u8..30, 12),
    ) {
        let costs: Vec<Vec<f64>> =
            costs.iter().map(|list| list.iter().copied().map(f64::from).collect()).collect();
        let demands: Vec<f64> = demands.into_iter().map(f64::from).collect();
        let problem = dense(&costs, vec![5.0; 40], demands, 600.0);
        let found = allocate(&problem).unwrap();
        prop_assert!(found.optimal);
        // The check includes the proof by prices over all arcs, joined or not.
        prop_assert_eq!(problem.check(&found), Ok(()));
    }
}

#[test]
fn a_place_is_worth_what_one_more_of_it_saves() {
    let costs = [vec![1.0, 4.0], vec![2.0, 9.0]];
    let problem = dense(&costs, vec![3.0, 1.0], vec![3.0, 3.0], 20.0);
    let before = allocate(&problem).unwrap();
    let mut more = problem.clone();
    more.capacities[0] += 1.0;
    let after = allocate(&more).unwrap();
    assert!((before.objective - after.objective - before.place_values[0]).abs() < 1e-9);
    assert_eq!(before.unserved.iter().sum::<f64>(), 2.0);
}

#[test]
fn wrong_allocations_are_named() {
    let costs = [vec![1.0, 4.0], vec![2.0, 9.0]];
    let problem = dense(&costs, vec![3.0, 1.0], vec![3.0, 3.0], 20.0);
    let good = allocate(&problem).unwrap();
    let broken = |change: &dyn Fn(&mut Allocation)| {
        let mut allocation = good.clone();
        change(&mut allocation);
        problem.check(&allocation).unwrap_err().to_string()
    };
    assert!(broken(&|a| a.flows[0] += 1.0).contains("area 0"));
    assert!(broken(&|a| a.flows[0] = -1.0).contains("flow 0"));
    assert!(broken(&|a| a.objective -= 1.0).contains("cost"));
    assert!(broken(&|a| a.place_values[0] = 0.0).contains("optimal"));
    assert!(
        broken(&|a| {
            a.unserved.pop();
        })
        .contains("unserved")
    );
    // Everybody unserved is feasible, but its cost is not the proven one.
    let idle = Allocation {
        flows: vec![0.0; 4],
        unserved: vec![3.0, 3.0],
        objective: 120.0,
        ..good.clone()
    };
    assert!(
        problem
            .check(&idle)
            .unwrap_err()
            .to_string()
            .contains("prove")
    );
}

#[test]
fn a_city_without_children_or_without_facilities_is_solved() {
    let empty = dense(&[], vec![4.0], vec![], 1.0);
    assert_eq!(allocate(&empty).unwrap().objective, 0.0);
    let no_facility = dense(&[vec![], vec![]], vec![], vec![2.0, 3.0], 10.0);
    let allocation = allocate(&no_facility).unwrap();
    assert_eq!(allocation.unserved, [2.0, 3.0]);
    assert_eq!(allocation.objective, 50.0);
}

#[test]
fn bad_numbers_are_refused_with_their_place() {
    let good = dense(&[vec![1.0]], vec![1.0], vec![1.0], 1.0);
    let refused = |change: &dyn Fn(&mut TransportProblem)| {
        let mut problem = good.clone();
        change(&mut problem);
        allocate(&problem).unwrap_err().to_string()
    };
    assert!(refused(&|p| p.capacities[0] = -1.0).contains("capacity 0"));
    assert!(refused(&|p| p.demands[0] = f64::NAN).contains("demand 0"));
    assert!(refused(&|p| p.arcs[0].site = 7).contains("arc 0"));
    assert!(refused(&|p| p.unserved_penalties.clear()).contains("penalties"));
    assert!(refused(&|p| p.time_limit_seconds = -1.0).contains("time limit"));
}

/// With all warehouses of an OR-Library instance open, the transport cost alone cannot exceed the
/// known optimum, and with all fixed costs added it cannot fall below it.
#[test]
#[allow(clippy::disallowed_methods)] // test input from outside the project
fn published_warehouse_instances_are_bracketed() {
    let root = std::env::var("PLACEWRIGHT_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let optima = [
        ("cap41", 1_040_444.375),
        ("cap71", 932_615.75),
        ("cap101", 796_648.437),
    ];
    for (name, optimum) in optima {
        let path = format!("{root}/cases/planning/{name}.txt");
        let Ok(bytes) = std::fs::read(&path) else {
            println!("skipped: no shared case {name}");
            return;
        };
        let text = String::from_utf8(bytes).unwrap();
        let mut numbers = text
            .split_whitespace()
            .map(|word| word.parse::<f64>().unwrap());
        let mut next = || numbers.next().unwrap();
        let (sites, areas) = (next() as usize, next() as usize);
        let (capacities, fixed): (Vec<f64>, Vec<f64>) =
            (0..sites).map(|_| (next(), next())).unzip();
        let (mut demands, mut costs) = (Vec::new(), Vec::new());
        for _ in 0..areas {
            let demand = next();
            demands.push(demand);
            costs.push((0..sites).map(|_| next() / demand).collect::<Vec<f64>>());
        }
        let problem = dense(&costs, capacities, demands, 1e6);
        let found = allocate(&problem).unwrap();
        assert!(found.optimal && found.unserved.iter().all(|&count| count == 0.0));
        assert!(
            found.objective <= optimum + 1e-3,
            "{name}: {}",
            found.objective
        );
        let all_open = found.objective + fixed.iter().sum::<f64>();
        assert!(all_open >= optimum - 1e-3, "{name}: {all_open}");
    }
}
