//! What holds for every city.

use forecast::{Areas, BacktestRequest, Forecast, backtest, forecast};
use proptest::prelude::*;

use crate::tables::{Rows, areas, request, small_city};

const CODES: [&str; 5] = ["a", "b", "c", "d", "e"];
const AGES: [&[&str]; 4] = [
    &["0", "1", "2", "3-4", "5"],
    &["0", "1", "2", "3", "4", "5"],
    &["0-2", "3-5"],
    &["0", "1-2", "3-5"],
];

/// Cities of 1 to 5 areas, 4 to 9 years and different age classes, of at least `smallest` children.
fn city(smallest: u32) -> impl Strategy<Value = (Rows, Areas)> {
    let cell = smallest..300_u32;
    (
        1..=5_usize,
        4..=9_usize,
        0..4_usize,
        prop::collection::vec(cell, 5 * 9 * 6),
    )
        .prop_map(|(count, years, ages, cells)| {
            let codes = &CODES[..count];
            let rows = Rows::new(codes, 2015, years, AGES[ages], |area, year, age| {
                f64::from(cells[(area * 9 + year) * 6 + age])
            });
            (rows, levels(count))
        })
}

/// Areas at different depths: a and b below `x` below `y`, the others below `z` or the city.
fn levels(count: usize) -> Areas {
    let table = ["a,x\n", "b,x\n", "c,z\n", "d,z\n", "e,\n"][..count].concat();
    let above = if count > 2 {
        "x,y\ny,\nz,\n"
    } else {
        "x,y\ny,\n"
    };
    areas(&format!("area,parent\n{table}{above}"))
}

fn run(rows: &Rows, areas: &Areas) -> Forecast {
    forecast(&rows.population(), None, areas, &request(7, "U3=0-2,K=3-5")).unwrap()
}

fn bytes(forecast: &Forecast) -> Vec<u8> {
    let mut bytes = Vec::new();
    forecast.write_csv(&mut bytes).unwrap();
    forecast.write_group_csv(&mut bytes).unwrap();
    bytes
}

fn labels(forecast: &Forecast) -> Vec<String> {
    [forecast.ages(), forecast.groups()].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn means_add_up_over_areas_and_ages((rows, areas) in city(0)) {
        let found = run(&rows, &areas);
        for label in labels(&found) {
            for (place, area) in found.areas().iter().enumerate().filter(|(_, area)| !area.is_leaf) {
                let below = found.areas().iter().filter(|other| other.parent == Some(place));
                let fans: Vec<_> = below.map(|other| found.fan(&other.code, &label).unwrap()).collect();
                for (ahead, point) in found.fan(&area.code, &label).unwrap().iter().enumerate() {
                    let sum: f64 = fans.iter().map(|fan| fan[ahead].mean).sum();
                    prop_assert!((point.mean - sum).abs() <= 1e-9 * sum.max(1e-3), "{} {sum}", point.mean);
                }
            }
        }
        for area in found.areas() {
            for ahead in 0..7 {
                let mean = |label: &String| found.fan(&area.code, label).unwrap()[ahead].mean;
                let ages: f64 = found.ages().iter().map(mean).sum();
                let groups: f64 = found.groups().iter().map(mean).sum();
                prop_assert!((ages - groups).abs() <= 1e-9 * ages.max(1e-3));
            }
        }
    }

    #[test]
    fn values_are_finite_not_negative_and_quantiles_do_not_cross((rows, areas) in city(0)) {
        let found = run(&rows, &areas);
        for row in found.rows_by_age().chain(found.rows_by_group()) {
            let p = row.point;
            let all = [p.q025, p.q10, p.q50, p.q90, p.q975];
            prop_assert!(p.mean.is_finite() && p.mean >= 0.0, "{row:?}");
            prop_assert!(all.iter().all(|value| value.is_finite() && *value >= 0.0), "{row:?}");
            prop_assert!(all.windows(2).all(|pair| pair[0] <= pair[1]), "{row:?}");
        }
    }

    #[test]
    fn twice_the_population_gives_twice_the_means((rows, areas) in city(1)) {
        let double = Rows(rows.0.iter().cloned().map(|(a, y, x, count)| (a, y, x, 2.0 * count)).collect());
        let (once, twice) = (run(&rows, &areas), run(&double, &areas));
        for (one, two) in once.rows_by_age().zip(twice.rows_by_age()) {
            let expected = 2.0 * one.point.mean;
            prop_assert!((two.point.mean - expected).abs() <= 1e-5 * (1.0 + expected), "{one:?} {two:?}");
        }
    }

    #[test]
    fn the_order_of_the_rows_changes_no_byte(
        ((rows, areas), order) in city(0).prop_flat_map(|(rows, areas)| {
            let order = Just((0..rows.0.len()).collect::<Vec<_>>()).prop_shuffle();
            (Just((rows, areas)), order)
        }),
    ) {
        let shuffled = Rows(order.iter().map(|place| rows.0[*place].clone()).collect());
        prop_assert_eq!(bytes(&run(&rows, &areas)), bytes(&run(&shuffled, &areas)));
    }

    #[test]
    fn years_after_the_origin_have_no_influence((rows, areas) in city(0), factor in 0.0..9.0_f64) {
        let origin = rows.0.last().unwrap().1 - 1;
        if origin < 2018 {
            return Ok(());
        }
        let changed = Rows(rows.0.iter().cloned().map(|(area, year, age, count)| {
            (area, year, age, if year > origin { count * factor } else { count })
        }).collect());
        let until = Rows(rows.0.iter().filter(|row| row.1 <= origin).cloned().collect());
        let mut request = request(3, "U3=0-2");
        let last = forecast(&until.population(), None, &areas, &request).unwrap();
        request.origin_year = Some(origin);
        let past = forecast(&changed.population(), None, &areas, &request).unwrap();
        prop_assert_eq!(bytes(&last), bytes(&past));
        let test = BacktestRequest { origins: 2018..=origin + 1, horizon: 3, groups: request.groups };
        let test = backtest(&changed.population(), None, &areas, &test).unwrap();
        let total = last.fan("_total", "U3").unwrap();
        let rows = test.rows.iter().filter(|row| row.area == "TOTAL" && row.origin_year == origin);
        for (row, point) in rows.zip(total) {
            prop_assert_eq!(&row.point, point);
        }
    }
}

#[test]
fn one_thread_and_four_threads_write_the_same_bytes() {
    let (rows, areas) = small_city();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| bytes(&run(&rows, &areas)))
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn a_city_without_children_is_forecast_without() {
    let rows = Rows::new(
        &["a", "b"],
        2015,
        6,
        &["0", "1", "2", "3-4", "5"],
        |_, _, _| 0.0,
    );
    let found = run(&rows, &Areas::flat());
    assert!(
        found
            .rows_by_age()
            .all(|row| row.point.mean == 0.0 && row.point.q975 == 0.0)
    );
}

#[test]
fn intervals_widen_with_the_years_also_past_the_longest_known_outcome() {
    let (rows, areas) = small_city();
    let request = request(20, "U3=0-2");
    let found = forecast(&rows.population(), None, &areas, &request).unwrap();
    for area in ["_total", "centre", "altstadt"] {
        let fan = found.fan(area, "U3").unwrap();
        let width = |ahead: usize| (fan[ahead].q975 - fan[ahead].q025) / fan[ahead].mean;
        assert!(width(0) < width(9) && width(9) < width(19), "{area}");
    }
}

#[test]
fn observed_years_lead_up_to_the_fan() {
    let (rows, areas) = small_city();
    let found = run(&rows, &areas);
    let observed = found.observed("centre", "K").unwrap();
    assert_eq!(observed.len(), 8);
    assert_eq!(observed[7].0 + 1, found.fan("centre", "K").unwrap()[0].year);
    let wanted = |row: &&(String, i32, String, f64)| {
        row.1 == 2025
            && ["altstadt", "neustadt"].contains(&row.0.as_str())
            && ["3-4", "5"].contains(&row.2.as_str())
    };
    let sum: f64 = rows.0.iter().filter(wanted).map(|row| row.3).sum();
    assert_eq!(observed[7].1, sum);
    assert!(found.fan("nowhere", "K").is_none() && found.observed("centre", "H").is_none());
}
