//! Fronts of budgets, the worth of planning for all futures, and the large reference plans.

use solver::{
    CareGroup, DemandPath, PlanForm, PlanLimits, PlanStatus, PlanningModel, Site, Standing, Way,
    check_plan, foresight_value, plan_capacity, plan_front, plan_outlook,
};

use crate::cases::City;

fn site(standing: Standing, places: f64) -> Site {
    Site {
        standing,
        places: vec![places],
        running_cost: 10.0,
        opening_cost: 100.0,
        room_cost: 40.0,
        room_upkeep: 2.0,
        most_rooms: if standing == Standing::Fixed { 2 } else { 0 },
    }
}

/// Three cells in a row, a site at each: one stands, one may close, one may open.
fn row(paths: &[(f64, [f64; 3])]) -> PlanningModel {
    let way = |cell: usize, site: usize| Way {
        cell,
        site,
        cost: 1.0 + 3.0 * cell.abs_diff(site) as f64,
    };
    PlanningModel {
        cells: 3,
        groups: vec![CareGroup {
            unserved_penalty: Some(30.0),
            room_places: 4.0,
            staff_per_child: 0.1,
        }],
        sites: vec![
            site(Standing::Fixed, 6.0),
            site(Standing::Closable, 5.0),
            site(Standing::Candidate, 8.0),
        ],
        ways: vec![(0..9).map(|it| way(it / 3, it % 3)).collect()],
        paths: paths
            .iter()
            .map(|(probability, children)| DemandPath {
                probability: *probability,
                children: vec![
                    children.to_vec(),
                    children.iter().map(|it| it * 1.2).collect(),
                ],
            })
            .collect(),
        budgets: Some(vec![100.0, 100.0]),
        staff: Some(vec![2.5, 2.5]),
        lead_periods: 1,
    }
}

const FUTURES: [(f64, [f64; 3]); 3] = [
    (0.5, [5.0, 4.0, 3.0]),
    (0.3, [6.0, 5.0, 9.0]),
    (0.2, [2.0, 1.0, 0.0]),
];

#[test]
fn more_money_never_costs_more_and_the_bands_hold_the_plan_of_each_budget_alone() {
    let model = row(&FUTURES);
    let shares = [2.0, 0.0, 0.5, 0.4, 1.0];
    let limits = PlanLimits::default();
    let front = plan_front(&model, &shares, &limits).unwrap();
    let found: Vec<f64> = front.iter().map(|point| point.budget_share).collect();
    assert_eq!(found, [0.0, 0.4, 0.5, 1.0, 2.0]);
    for pair in front.windows(2) {
        assert!(pair[1].plan.objective <= pair[0].plan.objective + 1e-9);
        assert!(pair[1].plan.bound <= pair[0].plan.bound + 1e-9);
    }
    for point in &front {
        let scaled = PlanningModel {
            budgets: Some(vec![100.0 * point.budget_share; 2]),
            ..model.clone()
        };
        check_plan(&scaled, &point.plan).unwrap();
        let alone = plan_capacity(
            &scaled,
            &PlanLimits {
                form: Some(PlanForm::Extensive),
                ..limits
            },
        )
        .unwrap();
        assert!((alone.objective - point.plan.objective).abs() <= 1e-4 * alone.objective);
        assert!(point.plan.bound <= alone.objective + 1e-6);
        assert!(point.spent <= 200.0 * point.budget_share + 1e-6);
        assert!((0.0..=1.0).contains(&point.served_share) && point.mean_way >= 1.0);
    }
    assert_eq!(front[0].spent, 0.0);
    assert!(front[4].plan.objective < front[0].plan.objective);
}

#[test]
fn a_front_without_a_budget_or_with_a_negative_share_is_refused() {
    let model = row(&FUTURES);
    let limits = PlanLimits::default();
    assert!(plan_front(&model, &[-0.1], &limits).is_err());
    assert!(plan_front(&model, &[f64::NAN], &limits).is_err());
    let without = PlanningModel {
        budgets: None,
        ..model
    };
    assert!(plan_front(&without, &[1.0], &limits).is_err());
}

#[test]
fn planning_for_all_futures_beats_their_mean_and_knowing_the_future_beats_both() {
    let model = row(&FUTURES);
    let value = foresight_value(&model, &PlanLimits::default()).unwrap();
    let tolerance = 1e-5 * value.outlook.mean;
    assert!(value.value_of_stochastic_plan >= -tolerance);
    assert!(value.value_of_perfect_information >= -tolerance);
    let sum: f64 = value
        .outlook
        .costs
        .iter()
        .zip(FUTURES)
        .map(|(cost, (p, _))| cost * p)
        .sum();
    assert!((sum - value.stochastic.objective).abs() <= tolerance);
    let outlook = plan_outlook(&model, &value.stochastic.decisions).unwrap();
    assert!((outlook.mean - value.outlook.mean).abs() <= tolerance);
    // The dearest future has a probability of 0.3, so it is the dearest tenth and the 90 % quantile.
    assert_eq!(outlook.mean_of_dearest_tenth, outlook.most);
    assert_eq!(outlook.p90, outlook.most);
    let mut other = value.stochastic.decisions.clone();
    other.open.pop();
    assert!(plan_outlook(&model, &other).is_err());
}

#[test]
fn the_ninth_of_ten_equal_futures_is_the_quantile() {
    let paths: Vec<(f64, [f64; 3])> = (0..10)
        .map(|number| (0.1, [f64::from(number), 3.0, 2.0]))
        .collect();
    let model = row(&paths);
    let nothing = plan_capacity(&model, &PlanLimits::default())
        .unwrap()
        .decisions;
    let outlook = plan_outlook(&model, &nothing).unwrap();
    let mut costs = outlook.costs.clone();
    costs.sort_by(f64::total_cmp);
    assert_eq!((outlook.p90, outlook.most), (costs[8], costs[9]));
    assert!((outlook.mean_of_dearest_tenth - costs[9]).abs() < 1e-9);
}

#[test]
fn two_threads_at_once_find_the_plan_that_one_finds() {
    let plan = || {
        let limits = PlanLimits {
            form: Some(PlanForm::Decomposition),
            ..PlanLimits::default()
        };
        plan_capacity(&row(&FUTURES), &limits).unwrap()
    };
    let alone = plan();
    let both = std::thread::scope(|scope| {
        [scope.spawn(plan), scope.spawn(plan)].map(|thread| thread.join().unwrap())
    });
    assert_eq!(both, [alone.clone(), alone]);
}

/// Plans a reference city; prints what was found, for measuring with `time`.
fn reference(name: &str, shape: [usize; 4], upper: f64, lower: f64) {
    let Some(city) = City::read(name) else {
        return;
    };
    let [nearest, periods, years, paths] = shape;
    let model = city.model(nearest, periods, years, paths);
    let limits = PlanLimits {
        gap: 5e-3,
        form: Some(PlanForm::Decomposition),
        ..PlanLimits::default()
    };
    let plan = plan_capacity(&model, &limits).unwrap();
    println!(
        "{name} paths {paths}: {} bound {} gap {:.4} % {:?}",
        plan.objective,
        plan.bound,
        100.0 * plan.gap(),
        plan.status
    );
    assert_eq!(plan.status, PlanStatus::Proven);
    assert!(plan.objective >= lower - 0.01 && plan.bound <= upper + 0.01);
}

#[test]
#[ignore = "about 20 s of processor time"]
fn six_hundred_cells_and_one_future_are_planned() {
    reference(
        "city_600x400.txt",
        [10, 5, 2, 1],
        1_165_336.94,
        1_160_810.83,
    );
}

#[test]
#[ignore = "about 30 s of processor time"]
fn a_hundred_and_fifty_cells_and_twenty_futures_are_planned() {
    reference("city_150x120.txt", [8, 4, 2, 20], 363_420.80, 362_594.31);
}

#[test]
#[ignore = "about 100 s of processor time"]
fn six_hundred_cells_and_twenty_futures_are_planned() {
    reference(
        "city_600x400.txt",
        [10, 5, 2, 20],
        1_232_847.77,
        1_228_394.90,
    );
}
