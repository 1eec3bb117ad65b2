//! Plans against known optima and brackets.

// A test may stop where it finds what it did not expect, helper functions included.
#![allow(clippy::unwrap_used)]

mod cases;

use cases::City;
use solver::{PlanForm, PlanLimits, PlanStatus, check_plan, plan_capacity};

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
#[ignore = "about 20 s of processor time"]
fn a_hundred_facilities_and_a_thousand_customers_reach_their_optimum() {
    reaches("capb.txt", Some(5000.0), 13_656_379.578);
}

#[test]
#[ignore = "about 20 s of processor time"]
fn a_city_of_one_future_is_planned_in_both_forms_within_the_known_bracket() {
    let Some(city) = City::read("city_60x50.txt") else {
        return;
    };
    let model = city.model(8, 5, 1, 1);
    for form in [PlanForm::Decomposition, PlanForm::Extensive] {
        let limits = PlanLimits {
            gap: 5e-3,
            form: Some(form),
            rounds: 8,
            ..PlanLimits::default()
        };
        let plan = plan_capacity(&model, &limits).unwrap();
        println!("{form:?} {} {} {:?}", plan.objective, plan.bound, plan.status);
        assert!(plan.objective >= 88_656.20 - 0.01);
        assert!(plan.bound <= 88_725.13 + 0.01);
    }
}

#[test]
#[ignore = "figures"]
fn figures_of_150_cells() {
    let paths = if option_env!("PATHS20").is_some() { 20 } else { 1 };
    let city = City::read("city_150x120.txt").unwrap();
    let model = city.model(8, 4, 2, paths);
    let limits = PlanLimits { gap: 5e-3, ..PlanLimits::default() };
    let limits = PlanLimits { form: Some(PlanForm::Decomposition), ..limits };
    let plan = plan_capacity(&model, &limits).unwrap();
    println!("{} {} {:?} {}", plan.objective, plan.bound, plan.status, plan.gap());
}
