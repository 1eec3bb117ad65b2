//! Simulated paths: coherent, calibrated like the fans, the same with any number of threads.

use forecast::{
    AgeGroup, Areas, ForecastError, ForecastRequest, PathModel, PathOptions, RegisterDate, forecast,
};

use crate::shared;
use crate::tables::{Rows, request, small_city};

fn model(horizon: usize, options: PathOptions) -> PathModel {
    let (rows, areas) = small_city();
    PathModel::new(
        &rows.population(),
        None,
        &areas,
        &request(horizon, ""),
        options,
    )
    .unwrap()
}

fn bytes(model: &PathModel, seed: u64, threads: usize) -> Vec<u8> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let counts = |block: &mut forecast::PathBlock| -> Vec<u8> {
        block
            .counts()
            .iter()
            .flat_map(|count| count.to_le_bytes())
            .collect()
    };
    pool.install(|| model.simulate(seed, 150, counts).concat())
}

#[test]
fn one_thread_and_two_threads_simulate_the_same_bytes_and_another_seed_others() {
    let model = model(6, PathOptions::default());
    let one = bytes(&model, 11, 1);
    assert!(one == bytes(&model, 11, 2));
    assert!(one != bytes(&model, 12, 2));
    let groups = AgeGroup::parse_list("U3=0-2,K=3-5").unwrap();
    let fans = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| model.fans(5, 700, &groups).unwrap())
    };
    assert_eq!(fans(1), fans(2));
}

#[test]
fn without_spread_every_path_is_the_point_forecast() {
    let (rows, areas) = small_city();
    let found = forecast(&rows.population(), None, &areas, &request(12, "")).unwrap();
    let options = PathOptions {
        spread: 0.0,
        ..PathOptions::default()
    };
    let model = model(12, options);
    let cells = model.simulate(3, 5, |block| {
        let mut most = 0.0_f64;
        for path in 0..block.path_count() {
            for (area, code) in model.leaf_areas().iter().enumerate() {
                for (class, age) in model.classes().iter().enumerate() {
                    let fan = found.fan(code, &age.to_string()).unwrap();
                    for (year, point) in fan.iter().enumerate() {
                        assert_eq!(model.mean(area, year, class), point.mean);
                        let error = block.count(path, area, year, class) - point.mean;
                        most = most.max(error.abs() / point.mean.max(1.0));
                    }
                }
            }
        }
        most
    });
    assert!(cells.iter().all(|most| *most < 1e-6), "{cells:?}");
}

#[test]
fn lowest_areas_add_up_to_every_parent_in_each_path_and_in_the_means() {
    let (rows, areas) = small_city();
    let model = model(4, PathOptions::default());
    let groups = AgeGroup::parse_list("U3=0-2,K=3-5,ALL=0-5").unwrap();
    let fans = model.fans(1, 2_000, &groups).unwrap();
    let mean = |area: &str, group: &str, year: usize| fans.fan(area, group).unwrap()[year].mean;
    for year in 0..4 {
        for group in ["U3", "K", "ALL"] {
            let below = |codes: [&str; 2]| {
                codes
                    .map(|code| mean(code, group, year))
                    .iter()
                    .sum::<f64>()
            };
            let centre = below(["altstadt", "neustadt"]);
            assert!((mean("centre", group, year) - centre).abs() <= 1e-9 * centre);
            let city = below(["centre", "west"]);
            assert!((mean("_total", group, year) - city).abs() <= 1e-9 * city);
        }
    }
    // One path at a time: the fans of a single path hold that path at every level.
    for seed in 0..20 {
        let single = model.fans(seed, 1, &groups).unwrap();
        let path: Vec<Vec<f64>> = model
            .simulate(seed, 1, |block| {
                let of = |area| {
                    block
                        .classes_of(0, area, 3)
                        .iter()
                        .map(|n| f64::from(*n))
                        .collect()
                };
                (0..block.area_count()).map(of).collect::<Vec<Vec<f64>>>()
            })
            .remove(0);
        let all: f64 = path.iter().flatten().sum();
        let total = single.fan("_total", "ALL").unwrap()[3].mean;
        assert!((all - total).abs() < 1e-4 * all, "{all} {total}");
    }
    let found = forecast(&rows.population(), None, &areas, &request(4, "U3=0-2")).unwrap();
    let point = found.fan("_total", "U3").unwrap()[3].mean;
    assert!((mean("_total", "U3", 3) / point - 1.0).abs() < 0.02);
}

#[test]
fn a_lever_acts_on_every_path_and_all_levels_follow() {
    let model = model(3, PathOptions::default());
    let groups = AgeGroup::parse_list("U3=0-2").unwrap();
    let place = model
        .leaf_areas()
        .iter()
        .position(|code| code == "plauen")
        .unwrap();
    let before = model.fans(9, 500, &groups).unwrap();
    let after = model
        .fans_with(9, 500, &groups, |block| {
            for path in 0..block.path_count() {
                block.classes_of_mut(path, place, 2)[1] += 40.0;
            }
        })
        .unwrap();
    let change = |area: &str, year: usize| {
        after.fan(area, "U3").unwrap()[year].mean - before.fan(area, "U3").unwrap()[year].mean
    };
    for area in ["plauen", "west", "_total"] {
        assert!((change(area, 2) - 40.0).abs() < 1e-3, "{area}");
        assert!(change(area, 1) == 0.0);
    }
    assert!(change("centre", 2) == 0.0 && change("loebtau", 2) == 0.0);
}

#[test]
fn months_follow_the_cohorts_between_two_registers() {
    let options = PathOptions {
        spread: 0.0,
        ..PathOptions::default()
    };
    let model = model(3, options);
    let sum = |year, month, ages| {
        let weights = model.month_weights(year, month, ages).unwrap();
        model.weighted_mean(0, &weights)
    };
    // 1 January after the register of 31 December 2025 is the register itself.
    assert!((sum(2026, 1, 12..24) - model.at_origin(0, 1)).abs() < 1e-9);
    assert!((sum(2026, 1, 36..60) - model.at_origin(0, 3)).abs() < 1e-9);
    assert!((sum(2027, 1, 0..12) - model.mean(0, 0, 0)).abs() < 1e-9);
    // 1 July: half of each cohort's year has gone. Age 1 holds the younger half of those who were 1
    // and the older half of those who were 0.
    let (zero, one) = (model.at_origin(0, 0), model.at_origin(0, 1));
    let (next_one, next_two) = (model.mean(0, 0, 1), model.mean(0, 0, 2));
    let expected = 0.25 * (zero + next_one) + 0.25 * (one + next_two);
    assert!((sum(2026, 7, 12..24) - expected).abs() < 1e-9);
    // Children born in the first half of 2026.
    assert!((sum(2026, 7, 0..6) - 0.5 * model.mean(0, 0, 0)).abs() < 1e-9);
    // The parts of a cohort add up to it.
    let parts: f64 = (24..36).map(|age| sum(2027, 4, age..age + 1)).sum();
    assert!((parts - sum(2027, 4, 24..36)).abs() < 1e-9);
    assert!(model.month_weights(2025, 12, 0..12).is_none());
    assert!(model.month_weights(2029, 2, 0..12).is_none());
    assert!(model.month_weights(2026, 13, 0..12).is_none());
    let january = PathOptions {
        register: RegisterDate::FirstOfJanuary,
        ..options
    };
    let (rows, areas) = small_city();
    let model = PathModel::new(&rows.population(), None, &areas, &request(3, ""), january).unwrap();
    let weights = model.month_weights(2025, 1, 0..12).unwrap();
    assert!((model.weighted_mean(0, &weights) - model.at_origin(0, 0)).abs() < 1e-9);
}

#[test]
fn impossible_options_are_refused() {
    let (rows, areas) = small_city();
    let run = |options| {
        PathModel::new(&rows.population(), None, &areas, &request(3, ""), options).map(|_| ())
    };
    for spread in [-1.0, f64::NAN, 11.0] {
        let refusal = run(PathOptions {
            spread,
            ..PathOptions::default()
        })
        .unwrap_err();
        assert!(matches!(refusal, ForecastError::Paths { .. }), "{spread}");
    }
    let wide = Rows::new(&["a"], 2018, 6, &["0-2", "3-5"], |_, _, _| 9.0).population();
    let options = PathOptions {
        oldest_age: 1,
        ..PathOptions::default()
    };
    let refusal =
        PathModel::new(&wide, None, &Areas::flat(), &request(2, ""), options).unwrap_err();
    assert!(refusal.to_string().contains("ages up to 1"), "{refusal}");
    let model = model(2, PathOptions::default());
    assert_eq!(
        model.fans(1, 0, &AgeGroup::parse_list("U3=0-2").unwrap()),
        Err(ForecastError::NoPaths)
    );
    assert_eq!(model.fans(1, 10, &[]), Err(ForecastError::NoPaths));
}

#[test]
fn the_fans_of_paths_are_those_of_the_forecast() {
    let Some((population, areas)) = shared::berlin() else {
        return;
    };
    let groups = AgeGroup::parse_list("U3=0-2,K=3-5").unwrap();
    let request = ForecastRequest {
        horizon: 5,
        groups: groups.clone(),
        ..ForecastRequest::default()
    };
    let found = forecast(&population, None, &areas, &request).unwrap();
    let model =
        PathModel::new(&population, None, &areas, &request, PathOptions::default()).unwrap();
    let fans = model.fans(2, 2_000, &groups).unwrap();
    for group in ["U3", "K"] {
        for (depth, least, most) in [
            (0, 0.92, 1.1),
            (1, 0.9, 1.12),
            (2, 0.9, 1.12),
            (3, 0.95, 1.06),
        ] {
            let (mut ours, mut theirs) = (0.0, 0.0);
            for area in found.areas().iter().filter(|area| area.depth == depth) {
                let fan = fans.fan(&area.code, group).unwrap();
                for (one, two) in fan.iter().zip(found.fan(&area.code, group).unwrap()) {
                    ours += one.q90 - one.q10;
                    theirs += two.q90 - two.q10;
                }
            }
            let ratio = ours / theirs;
            println!("{group} depth {depth}: width of paths / width of fans {ratio:.3}");
            assert!(
                (least..most).contains(&ratio),
                "{group} depth {depth}: {ratio}"
            );
        }
    }
}
