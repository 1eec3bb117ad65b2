//! Forecasts from past origins, and how good they were.

use std::io::Write;

use crate::engine;
use crate::fan::FanPoint;
use crate::input::areas::Areas;
use crate::input::births::Births;
use crate::input::cells::BACKTEST_TOTAL;
use crate::input::population::Population;
use crate::model::history::History;
use crate::request::{self, BacktestRequest, ForecastError};

/// A level of areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The sum of all areas.
    Total,
    /// Areas between, by steps below the sum of all.
    Middle(usize),
    /// Areas of the population.
    Leaf,
}

/// One forecast of a back-test.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct BacktestRow {
    /// Last year that was looked at.
    pub origin_year: i32,
    /// Years ahead; the forecast is for `origin_year + horizon`.
    pub horizon: usize,
    /// Area code, or `TOTAL`.
    pub area: String,
    /// Level of the area.
    pub level: Level,
    /// Name of the group.
    pub group: String,
    /// The values.
    pub point: FanPoint,
    /// The outcome, if the table has it.
    pub observed: Option<f64>,
}

/// Forecasts from past origins beside their outcomes.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// In the order origin, horizon, area, group.
    pub rows: Vec<BacktestRow>,
}

/// Forecasts from each origin with what was known then: ratios, mixing weights and intervals are
/// learned anew from the years up to the origin.
///
/// # Errors
///
/// [`ForecastError`]; nothing is computed then.
pub fn backtest(
    population: &Population,
    births: Option<&Births>,
    areas: &Areas,
    request: &BacktestRequest,
) -> Result<Backtest, ForecastError> {
    let (first, last) = (*request.origins.start(), *request.origins.end());
    if first > last {
        return Err(ForecastError::Origins { first, last });
    }
    if request.groups.is_empty() {
        return Err(ForecastError::NoGroup);
    }
    request::check_horizon(request.horizon)?;
    let first_years = request::years_until(population, first)?;
    let last_years = request::years_until(population, last)?;
    let members = request::group_members(population.classes(), &request.groups)?;
    let tree = request::join(population, births, areas)?;
    let seen = |years| History::new(population, births, &tree, years);
    request::check_births(population, &seen(first_years), first)?;
    let fans = engine::fans(
        population,
        &seen(last_years),
        first_years,
        request.horizon,
        &members,
    );
    let all = seen(population.year_count());
    let observed: Vec<Vec<Vec<f64>>> = members
        .iter()
        .map(|members| engine::observed(&all, members))
        .collect();
    let mut rows = Vec::new();
    for years in first_years..=last_years {
        for ahead in 0..request.horizon {
            for (place, area) in tree.areas.iter().enumerate() {
                for (series, group) in request.groups.iter().enumerate() {
                    let fan = &fans[series][years - first_years];
                    rows.push(BacktestRow {
                        origin_year: population.first_year() + years as i32 - 1,
                        horizon: ahead + 1,
                        area: if place == 0 {
                            BACKTEST_TOTAL
                        } else {
                            &area.code
                        }
                        .to_owned(),
                        level: level(area),
                        group: group.name().to_owned(),
                        point: fan[place * request.horizon + ahead],
                        observed: observed[series].get(years + ahead).map(|year| year[place]),
                    });
                }
            }
        }
    }
    Ok(Backtest { rows })
}

fn level(area: &crate::Area) -> Level {
    match area.depth {
        0 => Level::Total,
        _ if area.is_leaf => Level::Leaf,
        depth => Level::Middle(depth),
    }
}

impl Backtest {
    /// Writes `origin_year,horizon,area,group,mean,q025,q10,q50,q90,q975`.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, target: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record([
            "origin_year",
            "horizon",
            "area",
            "group",
            "mean",
            "q025",
            "q10",
            "q50",
            "q90",
            "q975",
        ])?;
        for row in &self.rows {
            let origin_year = row.origin_year.to_string();
            let horizon = row.horizon.to_string();
            let key = [
                origin_year.as_str(),
                horizon.as_str(),
                &row.area,
                &row.group,
            ];
            let values = row.point.fields();
            writer.write_record(key.into_iter().chain(values.iter().map(String::as_str)))?;
        }
        writer.flush()
    }
}
