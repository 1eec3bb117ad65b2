//! The network simplex against HiGHS, against its own check, and on the reference city.

use proptest::prelude::*;
use solver::{Arc, TransportNetwork, TransportProblem, allocate};

use crate::cases::{City, PENALTIES};

fn problems() -> impl Strategy<Value = TransportProblem> {
    (1_usize..7, 1_usize..6).prop_flat_map(|(areas, sites)| {
        let whole = |most: u32, count: usize| {
            proptest::collection::vec((0..most).prop_map(f64::from), count)
        };
        let arc = (0..areas, 0..sites, 0_u32..30).prop_map(|(area, site, cost)| Arc {
            area,
            site,
            cost: f64::from(cost) / 4.0,
        });
        (
            whole(12, sites),
            whole(9, areas),
            whole(40, areas),
            proptest::collection::vec(arc, 0..30),
        )
            .prop_map(
                |(capacities, demands, unserved_penalties, arcs)| TransportProblem {
                    capacities,
                    demands,
                    unserved_penalties,
                    arcs,
                    time_limit_seconds: f64::INFINITY,
                },
            )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_network_costs_what_the_linear_programme_costs_also_after_capacities_change(
        problem in problems(),
        changes in proptest::collection::vec((0_usize..6, 0_u32..14), 0..12),
    ) {
        let mut now = problem.clone();
        let mut network = TransportNetwork::open(problem).unwrap();
        let sites = now.capacities.len();
        let steps = std::iter::once(None).chain(changes.into_iter().map(Some));
        for change in steps {
            if let Some((site, places)) = change {
                let places = f64::from(places);
                now.capacities[site % sites] = places;
                network.set_capacity(site % sites, places).unwrap();
            }
            let found = network.solve().unwrap();
            let expected = allocate(&now).unwrap();
            prop_assert!(
                (found.objective - expected.objective).abs() <= 1e-6 * (1.0 + expected.objective),
                "{} instead of {}", found.objective, expected.objective
            );
            // Whole numbers in, whole numbers out.
            prop_assert!(found.flows.iter().all(|flow| flow.fract() == 0.0));
            now.check(&found).unwrap();
        }
    }
}

/// The fifth year of a path without areas and staff, one problem for each group.
pub(crate) fn of_groups(city: &City, nearest: Option<usize>) -> Vec<TransportProblem> {
    let children = city.children(0, city.last_year().min(5));
    let ways = city.ways(nearest, f64::INFINITY, 1.0);
    let groups = ways.iter().enumerate();
    groups
        .map(|(group, ways)| TransportProblem {
            capacities: city
                .sites
                .iter()
                .map(|(_, exists, places, _)| if *exists { places[group] } else { 0.0 })
                .collect(),
            demands: children.iter().skip(group).step_by(5).copied().collect(),
            unserved_penalties: vec![PENALTIES[group]; city.cells.len()],
            arcs: ways
                .iter()
                .map(|way| Arc {
                    area: way.cell,
                    site: way.site,
                    cost: way.cost,
                })
                .collect(),
            time_limit_seconds: f64::INFINITY,
        })
        .collect()
}

#[test]
fn the_twenty_nearest_sites_of_the_city_cost_what_is_known() {
    let Some(city) = City::read("city_600x400.txt") else {
        return;
    };
    let mut cost = 0.0;
    for problem in of_groups(&city, Some(20)) {
        cost += TransportNetwork::open(problem)
            .unwrap()
            .solve()
            .unwrap()
            .objective;
    }
    // The reference was found with costs rounded to whole thousandths.
    assert!((cost - 171_536.786).abs() <= 0.5, "{cost}");
}

#[test]
fn closing_a_site_and_reopening_it_goes_on_from_the_last_tree() {
    let Some(city) = City::read("city_600x400.txt") else {
        return;
    };
    let (mut cold, mut warm) = (0, 0);
    for problem in of_groups(&city, Some(20)) {
        let mut network = TransportNetwork::open(problem.clone()).unwrap();
        let before = network.solve().unwrap().objective;
        cold += network.pivots();
        for site in [3, 40, 111, 200] {
            let pivots = network.pivots();
            network.set_capacity(site, 0.0).unwrap();
            let closed = network.solve().unwrap().objective;
            let mut anew = problem.clone();
            anew.capacities[site] = 0.0;
            let anew = TransportNetwork::open(anew)
                .unwrap()
                .solve()
                .unwrap()
                .objective;
            assert!((closed - anew).abs() <= 1e-9 * anew, "{closed} {anew}");
            assert!(closed >= before - 1e-6);
            network
                .set_capacity(site, problem.capacities[site])
                .unwrap();
            let again = network.solve().unwrap().objective;
            assert!((again - before).abs() <= 1e-9 * before);
            warm += network.pivots() - pivots;
        }
    }
    let each = warm / 8; // four sites closed and reopened
    assert!(
        each * 5 <= cold,
        "{each} pivots for a change, {cold} from nothing"
    );
}

#[test]
fn numbers_that_are_none_and_sites_there_are_not_are_refused() {
    let problem = TransportProblem {
        capacities: vec![1.0],
        demands: vec![1.0],
        unserved_penalties: vec![2.0],
        arcs: Vec::new(),
        time_limit_seconds: f64::INFINITY,
    };
    let mut network = TransportNetwork::open(problem.clone()).unwrap();
    assert!(network.set_capacity(1, 1.0).is_err());
    assert!(network.set_capacity(0, f64::NAN).is_err());
    let negative = TransportProblem {
        demands: vec![-1.0],
        ..problem
    };
    assert!(TransportNetwork::open(negative).is_err());
}
