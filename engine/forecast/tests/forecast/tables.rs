//! Small tables for tests.

use std::fmt::Write as _;

use forecast::{AgeGroup, Areas, Forecast, ForecastRequest, Population, forecast};

/// Rows `area,year,age,count` of a population, before they are read.
#[derive(Debug, Clone)]
pub(crate) struct Rows(pub(crate) Vec<(String, i32, String, f64)>);

impl Rows {
    /// `count(area, year, age)` for every cell, areas and ages by place, years from `first_year`.
    pub(crate) fn new(
        areas: &[&str],
        first_year: i32,
        years: usize,
        ages: &[&str],
        count: impl Fn(usize, usize, usize) -> f64,
    ) -> Self {
        let mut rows = Vec::new();
        for (area, code) in areas.iter().enumerate() {
            for (year, calendar) in (0..years).zip(first_year..) {
                for (age, label) in ages.iter().enumerate() {
                    let count = count(area, year, age);
                    rows.push(((*code).to_owned(), calendar, (*label).to_owned(), count));
                }
            }
        }
        Self(rows)
    }

    pub(crate) fn population(&self) -> Population {
        let mut text = String::from("area,year,age,count\n");
        for (area, year, age, count) in &self.0 {
            writeln!(text, "{area},{year},{age},{count}").unwrap();
        }
        Population::read(text.as_bytes(), "population.csv").unwrap()
    }
}

pub(crate) fn areas(text: &str) -> Areas {
    Areas::read(text.as_bytes(), "areas.csv").unwrap()
}

pub(crate) fn request(horizon: usize, groups: &str) -> ForecastRequest {
    let groups = if groups.is_empty() {
        Vec::new()
    } else {
        AgeGroup::parse_list(groups).unwrap()
    };
    ForecastRequest {
        horizon,
        groups,
        ..ForecastRequest::default()
    }
}

/// A forecast of areas without levels above them.
pub(crate) fn flat(rows: &Rows, horizon: usize, groups: &str) -> Forecast {
    forecast(
        &rows.population(),
        None,
        &Areas::flat(),
        &request(horizon, groups),
    )
    .unwrap()
}

/// Two districts with two neighbourhoods each, ages 0 to 5 in Berlin's classes, eight years.
pub(crate) fn small_city() -> (Rows, Areas) {
    let rows = Rows::new(
        &["altstadt", "neustadt", "loebtau", "plauen"],
        2018,
        8,
        &["0", "1", "2", "3-4", "5"],
        |area, year, age| {
            let size = [60, 90, 45, 120][area];
            let wave = [0, 4, 7, 3, -5, -9, -6, 2][(year + 8 - age) % 8];
            let wide = if age == 3 { 2 } else { 1 };
            f64::from(wide * (size + wave + ((area * 7 + year * 5 + age * 3) % 6) as i32))
        },
    );
    let table = "area,parent,name\ncentre,,Centre\nwest,,West\naltstadt,centre,Altstadt\n\
                 neustadt,centre,Neustadt\nloebtau,west,Löbtau\nplauen,west,Plauen\n";
    (rows, areas(table))
}
