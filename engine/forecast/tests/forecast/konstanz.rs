//! Konstanz: children under three in care, forecast from each year since 2014 (G15).

use std::fmt::Write as _;

use domain::{Month, MonthRange};
use forecast::{
    Areas, CareBands, DemandInput, DemandModel, DemandView, ForecastRequest, MonthlyDemandRequest,
    PathChildren, PathModel, PathOptions, Population, TOTAL_AREA, TakeUpCount,
};

use crate::shared;

/// First year of children in care by type.
const FIRST: i32 = 2012;
const LAST: i32 = 2026;
/// Years ahead that are scored.
const AHEAD: usize = 3;

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// The city's single ages as `area,year,age,count`, up to 49 years.
fn population() -> Option<String> {
    let text = shared::read_from("konstanz", "konstanz_pyramid_1983_2025.csv")?;
    let mut out = String::from("area,year,age,count\n");
    for row in rows(&text) {
        let age: Option<u32> = row[1].split('_').next().and_then(|age| age.parse().ok());
        if let Some(age) = age.filter(|age| *age < 50) {
            let count: f64 = row[2..]
                .iter()
                .map(|cell| cell.parse::<f64>().unwrap_or(0.0))
                .sum();
            writeln!(out, "konstanz,{},{age},{count}", row[0]).unwrap();
        }
    }
    Some(out)
}

/// Children under three in care, facilities and childminders, by year.
fn in_care() -> Option<Vec<(i32, f64, f64)>> {
    let text = shared::read_from("konstanz", "konstanz_kinderbetreuung.csv")?;
    let number = |cell: &String| cell.parse::<f64>().unwrap();
    Some(
        rows(&text)
            .iter()
            .map(|row| (row[0].parse().unwrap(), number(&row[1]), number(&row[6])))
            .collect(),
    )
}

/// Children under three on 31 December of a year.
fn under_three(population: &Population, year: i32) -> f64 {
    (0..3)
        .map(|class| population.count(0, year, class).unwrap())
        .sum()
}

struct Case {
    ahead: usize,
    inside: [bool; 2],
    error: f64,
    without: bool,
}

/// The forecasts made from the count of `origin` and the population before it.
fn cases(population: &Population, care: &[(i32, f64, f64)], origin: i32) -> Vec<Case> {
    let horizon = AHEAD.min((LAST - origin).unsigned_abs() as usize);
    let request = ForecastRequest {
        horizon: AHEAD + 1,
        origin_year: Some(origin - 1),
        ..ForecastRequest::default()
    };
    let options = PathOptions {
        oldest_age: 12,
        ..PathOptions::default()
    };
    let paths = PathModel::new(population, None, &Areas::flat(), &request, options).unwrap();
    let counts = care.iter().filter(|(year, _, _)| *year <= origin).map(
        |&(year, facility, childminding)| TakeUpCount {
            area: "konstanz".to_owned(),
            band: "under 3".to_owned(),
            // Children of the December before: the 1st of January is the same register.
            month: Month::new(year, 1).unwrap(),
            children: under_three(population, year - 1),
            in_care: facility + childminding,
            with_childminder: childminding,
        },
    );
    let input = DemandInput::of(CareBands::under_three(), counts.collect());
    let model = DemandModel::learn(paths.areas(), &input).unwrap();
    let request = MonthlyDemandRequest {
        months: MonthRange::new(Month::new(origin + 1, 1).unwrap(), 12 * (horizon - 1) + 1),
        paths: 600,
        seed: 15,
        memory_mib: 64,
    };
    let children = PathChildren::new(&paths);
    let with = model.simulate(&children, &request).unwrap();
    let without = model.without_noise().simulate(&children, &request).unwrap();
    (1..=horizon)
        .map(|ahead| {
            let month = Month::new(origin + ahead as i32, 1).unwrap();
            let point = with
                .point(DemandView::Residence, TOTAL_AREA, None, month)
                .unwrap();
            let bare = without
                .point(DemandView::Residence, TOTAL_AREA, None, month)
                .unwrap();
            let (_, facility, childminding) =
                *care.iter().find(|row| row.0 == month.year()).unwrap();
            let seen = facility + childminding;
            Case {
                ahead,
                inside: [
                    (point.q10..=point.q90).contains(&seen),
                    (point.q025..=point.q975).contains(&seen),
                ],
                error: (point.q50 - seen).abs() / seen,
                without: (bare.q10..=bare.q90).contains(&seen),
            }
        })
        .collect()
}

#[test]
fn intervals_of_children_in_care_in_konstanz_hold_as_often_as_they_say() {
    let (Some(text), Some(care)) = (population(), in_care()) else {
        return;
    };
    let population = Population::read(text.as_bytes(), "konstanz.csv").unwrap();
    let all: Vec<Case> = (FIRST + 2..LAST)
        .flat_map(|origin| cases(&population, &care, origin))
        .collect();
    println!(
        "Konstanz, children under three in care, origins {} to {}",
        FIRST + 2,
        LAST - 1
    );
    println!("ahead  cases  MAPE %  80 % held  95 % held  80 % of children alone");
    let share = |ahead: Option<usize>, holds: &dyn Fn(&Case) -> f64| {
        let chosen: Vec<f64> = all
            .iter()
            .filter(|case| ahead.is_none_or(|ahead| case.ahead == ahead))
            .map(holds)
            .collect();
        (
            chosen.len(),
            chosen.iter().sum::<f64>() / chosen.len() as f64,
        )
    };
    for ahead in (1..=AHEAD).map(Some).chain([None]) {
        let (cases, eighty) = share(ahead, &|case| f64::from(u8::from(case.inside[0])));
        println!(
            "{:>5}  {cases:>5}  {:>6.1}  {eighty:>9.2}  {:>9.2}  {:>22.2}",
            ahead.map_or("all".to_owned(), |ahead| ahead.to_string()),
            100.0 * share(ahead, &|case| case.error).1,
            share(ahead, &|case| f64::from(u8::from(case.inside[1]))).1,
            share(ahead, &|case| f64::from(u8::from(case.without))).1,
        );
    }
    let held = share(None, &|case| f64::from(u8::from(case.inside[0]))).1;
    let bare = share(None, &|case| f64::from(u8::from(case.without))).1;
    assert!((0.70..=0.90).contains(&held), "80 % intervals held {held}");
    assert!(
        bare < held,
        "without take-up noise the interval is too narrow"
    );
}
