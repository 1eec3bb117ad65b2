//! Plans against known optima and brackets.

// A test may stop where it finds what it did not expect, helper functions included.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::type_complexity)]

mod cases;
mod futures;
mod network;

use cases::City;
use solver::{
    CityAllocation, CityPeriod, PlanForm, PlanLimits, PlanStatus, SiteAreas, check_plan,
    plan_capacity,
};

fn reaches(name: &str, capacity: Option<f64>, optimum: f64) {
    let Some(model) = cases::facility_location(name, capacity) else {
        return;
    };
    let plan = plan_capacity(&model, &PlanLimits::default()).unwrap();
    assert_eq!(plan.status, PlanStatus::Proven, "{name}");
    assert!(
        (plan.objective - optimum).abs() <= 1e-3,
        "{name}: {} instead of {optimum}",
        plan.objective
    );
    assert!(plan.gap() <= 2e-6, "{name}: gap {}", plan.gap());
    check_plan(&model, &plan).unwrap();
}

#[test]
fn small_facility_location_instances_reach_their_optima() {
    for (name, optimum) in [
        ("cap41.txt", 1_040_444.375),
        ("cap61.txt", 932_615.75),
        ("cap71.txt", 932_615.75),
        ("cap72.txt", 977_799.4),
        ("cap73.txt", 1_010_641.45),
        ("cap101.txt", 796_648.437),
        ("cap102.txt", 854_704.2),
        ("cap131.txt", 793_439.562),
    ] {
        reaches(name, None, optimum);
    }
}

#[test]
fn a_hundred_facilities_and_a_thousand_customers_reach_their_optimum() {
    reaches("capb.txt", Some(5000.0), 13_656_379.578);
}

#[test]
#[ignore = "about 10 s of processor time"]
fn a_city_of_150_cells_is_planned_by_decomposition_within_half_a_percent() {
    let Some(city) = City::read("city_150x120.txt") else {
        return;
    };
    let model = city.model(8, 4, 2, 1);
    let limits = PlanLimits {
        gap: 5e-3,
        form: Some(PlanForm::Decomposition),
        ..PlanLimits::default()
    };
    let plan = plan_capacity(&model, &limits).unwrap();
    println!("{} {} {:?}", plan.objective, plan.bound, plan.status);
    assert_eq!(plan.status, PlanStatus::Proven);
    assert!(plan.gap() <= 5e-3);
    assert!(plan.objective >= 336_649.45 - 0.01);
    assert!(plan.bound <= 336_671.70 + 0.01);
}

/// The fifth year of the first path, candidates closed.
fn period(city: &City, nearest: Option<usize>, most: f64, with_areas: bool) -> CityPeriod {
    let places: Vec<f64> = city
        .sites
        .iter()
        .flat_map(|(_, exists, places, _)| {
            places
                .iter()
                .map(move |&count| if *exists { count } else { 0.0 })
        })
        .collect();
    let area = |places: &[f64]| -> f64 {
        places
            .iter()
            .zip(cases::AREA_PER_CHILD)
            .map(|(count, area)| 0.97 * count * area)
            .sum()
    };
    CityPeriod {
        cells: city.cells.len(),
        groups: City::groups(1.0),
        areas: with_areas.then(|| SiteAreas {
            of_site: places.chunks(5).map(area).collect(),
            per_child: cases::AREA_PER_CHILD.to_vec(),
        }),
        places,
        children: city.children(0, city.last_year().min(5)),
        ways: city.ways(nearest, most, 1.0),
        staff: Some(city.staff()),
    }
}

#[test]
fn six_hundred_cells_are_allocated_over_all_ways_to_the_known_costs() {
    let Some(city) = City::read("city_600x400.txt") else {
        return;
    };
    for (nearest, most, with_areas, cost) in [
        (None, 30.0, true, 154_464.685),
        (None, 6.0, true, 154_620.296),
        (Some(20), f64::INFINITY, true, 187_535.949),
        (Some(20), f64::INFINITY, false, 171_536.786),
    ] {
        let prepared = period(&city, nearest, most, with_areas).prepare().unwrap();
        let mut session = prepared.session().unwrap();
        let found = session.solve().unwrap();
        let tolerance = if with_areas { 1e-2 } else { 0.5 }; // the last was found with whole costs
        assert!(
            (found.cost - cost).abs() <= tolerance,
            "{} instead of {cost}",
            found.cost
        );
        let proof = session.prove(&found);
        assert!((proof.cost - found.cost).abs() <= 1e-6 * cost, "{proof:?}");
        assert!((proof.bound - found.cost).abs() <= 1e-6 * cost, "{proof:?}");
        assert!(proof.breach <= 1e-6, "{proof:?}");
    }
}

#[test]
fn a_closed_site_costs_what_solving_anew_says_and_reopening_it_is_neutral() {
    let Some(city) = City::read("city_150x120.txt") else {
        return;
    };
    let open = period(&city, None, 30.0, true);
    let prepared = open.clone().prepare().unwrap();
    let mut session = prepared.session().unwrap();
    let before = session.solve().unwrap();
    for site in [3, 17, 42] {
        for group in 0..5 {
            session.set_places(site, group, 0.0).unwrap();
        }
        let closed = session.solve().unwrap();
        let mut anew = open.clone();
        anew.places[site * 5..site * 5 + 5].fill(0.0);
        let anew = anew.prepare().unwrap();
        let anew = anew.session().unwrap().solve().unwrap();
        assert!((closed.cost - anew.cost).abs() <= 1e-6 * anew.cost);
        assert!(closed.cost >= before.cost - 1e-6);
        let missing = |allocation: &CityAllocation| allocation.unserved.iter().sum::<f64>();
        assert!(missing(&closed) >= missing(&before) - 1e-6);
        for group in 0..5 {
            session
                .set_places(site, group, open.places[site * 5 + group])
                .unwrap();
        }
        let again = session.solve().unwrap();
        assert!((again.cost - before.cost).abs() <= 1e-6 * before.cost);
    }
}

#[test]
fn the_value_of_a_place_lies_between_one_place_more_and_one_place_less() {
    let Some(city) = City::read("city_60x50.txt") else {
        return;
    };
    let prepared = CityPeriod {
        children: city.children(0, 3),
        ..period(&city, None, 30.0, true)
    }
    .prepare()
    .unwrap();
    let mut session = prepared.session().unwrap();
    let found = session.solve().unwrap();
    let mut equal = 0;
    let with_places = (0..250)
        .filter(|position| found.place_values[*position] > 0.0)
        .take(50);
    for position in with_places {
        let (more, less) = session
            .one_sided_values(position / 5, position % 5)
            .unwrap();
        let value = found.place_values[position];
        assert!(
            more <= value + 1e-6 && value <= less + 1e-6,
            "{more} {value} {less}"
        );
        equal += usize::from((more - value).abs() <= 1e-6);
    }
    println!(
        "{equal} of 50 places are worth their dual exactly, the others lie between the two sides"
    );
    assert!(equal > 0);
}
