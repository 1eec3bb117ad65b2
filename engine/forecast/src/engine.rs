//! From points to intervals, for one origin.

use rayon::prelude::*;

use crate::fan::FanPoint;
use crate::input::population::Population;
use crate::interval::calibration::{self, Calibration, Outcome};
use crate::interval::series::{self, Members};
use crate::model::history::History;
use crate::model::rolling::{FEWEST_YEARS, Rolling};

/// Forecasts and outcomes of one series at every origin.
struct Series {
    /// By origin and year ahead: all areas.
    forecasts: Vec<Vec<Vec<f64>>>,
    /// By year of the table: all areas.
    observed: Vec<Vec<f64>>,
}

impl Series {
    fn new(history: &History<'_>, rolling: &Rolling, members: &Members) -> Self {
        let classes = history.classes().len();
        let of_origin = |years: usize| {
            let points = rolling.after(years);
            let year = |ahead| {
                let persons = points.year(ahead);
                let at = |leaf, class| persons[leaf * classes + class];
                series::by_area(history.tree, members, at)
            };
            (0..points.horizon).map(year).collect()
        };
        Self {
            forecasts: (FEWEST_YEARS..=history.years).map(of_origin).collect(),
            observed: observed(history, members),
        }
    }

    /// The intervals of the origin that looked at `years` years, by year ahead.
    fn calibrations(&self, years: usize, horizon: usize, pools: &[usize]) -> Vec<Calibration> {
        let known = |ahead: usize| -> Vec<Outcome<'_>> {
            let origins = FEWEST_YEARS..years.saturating_sub(ahead);
            origins
                .map(|earlier| Outcome {
                    forecast: &self.forecasts[earlier - FEWEST_YEARS][ahead],
                    outcome: &self.observed[earlier + ahead],
                })
                .collect()
        };
        let known: Vec<Vec<Outcome<'_>>> = (0..horizon).map(known).collect();
        calibration::learn(&known, pools)
    }

    /// The fans of all areas from the origin that looked at `years` years, in the order area, year.
    fn fans(
        &self,
        years: usize,
        horizon: usize,
        origin_year: i32,
        pools: &[usize],
    ) -> Vec<FanPoint> {
        let calibrations = self.calibrations(years, horizon, pools);
        let forecasts = &self.forecasts[years - FEWEST_YEARS];
        let mut fans = Vec::with_capacity(pools.len() * horizon);
        for (area, &pool) in pools.iter().enumerate() {
            for (ahead, calibration) in calibrations.iter().enumerate() {
                let mean = forecasts[ahead][area];
                let [q025, q10, q50, q90, q975] = calibration.quantiles(pool, mean);
                fans.push(FanPoint {
                    year: origin_year + ahead as i32 + 1,
                    mean,
                    q025,
                    q10,
                    q50,
                    q90,
                    q975,
                });
            }
        }
        fans
    }
}

/// The intervals of each series at the origin of `history`, by year ahead.
pub(crate) fn calibrations(
    history: &History<'_>,
    rolling: &Rolling,
    horizon: usize,
    members: &[Members],
) -> Vec<Vec<Calibration>> {
    let pools = pools(history);
    members
        .par_iter()
        .map(|members| {
            let series = Series::new(history, rolling, members);
            series.calibrations(history.years, horizon, &pools)
        })
        .collect()
}

/// The persons of a series for every area, by year of the table up to the origin.
pub(crate) fn observed(history: &History<'_>, members: &Members) -> Vec<Vec<f64>> {
    let year = |year| {
        let at = |leaf, class| history.at(leaf, year, class);
        series::by_area(history.tree, members, at)
    };
    (0..history.years).map(year).collect()
}

/// The pool each area's errors belong to: the city, the areas of the population, each level between.
pub(crate) fn pools(history: &History<'_>) -> Vec<usize> {
    let pool = |area: &crate::Area| match area.depth {
        0 => 0,
        _ if area.is_leaf => 1,
        depth => depth + 1,
    };
    history.tree.areas.iter().map(pool).collect()
}

/// The fans of each series from each origin asked for, in the order series, origin; each in the
/// order area, year. `history` is that of the last origin, `first_years` the years of the first.
pub(crate) fn fans(
    population: &Population,
    history: &History<'_>,
    first_years: usize,
    horizon: usize,
    members: &[Members],
) -> Vec<Vec<Vec<FanPoint>>> {
    let rolling = Rolling::new(*history, horizon, first_years);
    let pools = pools(history);
    members
        .par_iter()
        .map(|members| {
            let series = Series::new(history, &rolling, members);
            (first_years..=history.years)
                .map(|years| {
                    let origin_year = population.first_year() + years as i32 - 1;
                    series.fans(years, horizon, origin_year, &pools)
                })
                .collect()
        })
        .collect()
}
