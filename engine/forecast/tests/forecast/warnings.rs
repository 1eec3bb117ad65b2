//! What the data did not allow is told beside the forecast, and never silently guessed.

use std::fmt::Write as _;

use forecast::{Areas, Births, BirthsToDate, ERROR_CODES, Forecast, NowcastError, forecast};

use crate::tables::{Rows, areas, request, small_city};

fn codes(found: &Forecast) -> Vec<&'static str> {
    found
        .warnings()
        .iter()
        .map(|warning| warning.code)
        .collect()
}

fn of(rows: &Rows, areas: &Areas) -> Forecast {
    forecast(&rows.population(), None, areas, &request(3, "")).unwrap()
}

#[test]
fn a_complete_city_has_no_warnings() {
    let (rows, areas) = small_city();
    assert!(of(&rows, &areas).warnings().is_empty());
}

#[test]
fn each_fallback_is_named_with_its_number() {
    let ages: &[&str] = &["0", "1", "2"];
    let count = |_: usize, year: usize, age: usize| 40.0 + (year % 3 + age) as f64;
    let short = Rows::new(&["a", "b"], 2021, 4, ages, count);
    assert_eq!(codes(&of(&short, &Areas::flat())), ["E4022"]);
    let single = Rows::new(&["a"], 2016, 9, ages, count);
    assert_eq!(codes(&of(&single, &Areas::flat())), ["E4023"]);
    let shares = Rows::new(&["a", "b"], 2016, 9, ages, |_, year, _| 10.5 + year as f64);
    assert_eq!(codes(&of(&shares, &Areas::flat())), ["E4024"]);
    let holes = Rows::new(&["a", "b"], 2016, 9, &["0", "2"], count);
    assert_eq!(codes(&of(&holes, &Areas::flat())), ["E4025"]);
    let loose = Rows::new(&["a", "b", "c"], 2016, 9, ages, count);
    let found = of(&loose, &areas("area,parent\nwest,\na,west\nb,west\nc,\n"));
    assert_eq!(codes(&found), ["E4026"]);
    assert!(
        found.warnings()[0]
            .message
            .contains("1 areas have no area above them (c)")
    );
    let warned = ERROR_CODES
        .iter()
        .filter(|entry| entry.cause.starts_with("warning"));
    assert_eq!(warned.count(), 5);
}

#[test]
fn a_city_of_one_area_is_forecast_like_its_total() {
    let rows = Rows::new(&["a"], 2016, 9, &["0", "1", "2"], |_, year, age| {
        f64::from(80 + ((year * 7 + age * 3) % 11) as i32)
    });
    let found = of(&rows, &Areas::flat());
    for age in found.ages() {
        let (own, total) = (
            found.fan("a", age).unwrap(),
            found.fan("_total", age).unwrap(),
        );
        assert_eq!(own, total);
    }
}

fn monthly(last: &[f64]) -> BirthsToDate {
    let mut table = String::from("year,month,births\n");
    for year in 2020..=2024 {
        for month in 1..=12 {
            // The first quarter holds a fifth of the year's births, in 2022 a little more.
            let births = match (year, month) {
                (2022, 1..=3) => 70.0,
                (_, 1..=3) => 60.0,
                _ => 80.0,
            };
            writeln!(table, "{year},{month},{births}").unwrap();
        }
    }
    for (month, births) in (1..).zip(last) {
        writeln!(table, "2025,{month},{births}").unwrap();
    }
    BirthsToDate::read(table.as_bytes(), "months.csv").unwrap()
}

#[test]
fn births_to_date_are_scaled_by_the_smoothed_ratio_of_earlier_years() {
    let nowcast = monthly(&[50.0, 50.0, 50.0]).nowcast();
    let usual = (900.0_f64 / 180.0).ln();
    let (odd, mut level, mut squares) = ((930.0_f64 / 210.0).ln(), usual, 0.0);
    for ratio in [usual, odd, usual, usual] {
        squares += (ratio - level).powi(2);
        level = f64::midpoint(level, ratio);
    }
    let expected = 150.0 * level.exp();
    assert!((nowcast.births - expected).abs() < 1e-9, "{nowcast:?}");
    // Four errors: t(0.9, 4) = 1.533.
    let reach = 1.533 * (squares / 4.0_f64).sqrt();
    assert!((nowcast.q90 - expected * reach.exp()).abs() < 1e-9);
    assert!(nowcast.q10 < nowcast.births && nowcast.months == 3);
}

#[test]
fn a_nowcast_takes_the_place_of_the_first_projected_year() {
    let rows = Rows::new(&["a", "b"], 2018, 8, &["0", "1"], |_, _, _| 450.0);
    let births = || {
        let mut table = String::from("area,year,births\n");
        for year in 2016..=2025 {
            writeln!(table, "_total,{year},{}", 900 + 10 * (year % 2)).unwrap();
        }
        Births::read(table.as_bytes(), "births.csv").unwrap()
    };
    let run = |births: &Births| {
        let found = forecast(
            &rows.population(),
            Some(births),
            &Areas::flat(),
            &request(3, ""),
        );
        found.unwrap().fan("_total", "0").unwrap().to_vec()
    };
    let mut nowcast = monthly(&[50.0]).nowcast();
    assert_eq!(
        births().with_nowcast(&nowcast).unwrap_err(),
        NowcastError {
            year: 2025,
            last: 2025
        }
    );
    nowcast.year = 2026;
    nowcast.births = 700.0;
    let (without, with) = (
        run(&births()),
        run(&births().with_nowcast(&nowcast).unwrap()),
    );
    assert!(
        without[0].mean > 850.0 && with[0].mean < 750.0,
        "{without:?} {with:?}"
    );
    assert!(with[2].mean < without[2].mean);
}
