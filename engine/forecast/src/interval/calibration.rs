//! Intervals of one series, calibrated on the outcomes known at the origin.
//!
//! For the years `h` ahead, every earlier origin `p` with `p + h` not after the origin gives the
//! relative error of the city, `c = (y − f) / f`, and each area's own error `y − f (1 + c)`.
//!
//! - Common part: `s²(h) = (n m(h) + 2 m(1) h^1.6) / (n + 2)` with `m(h)` the mean of `c²` over the
//!   `n` origins that reach `h`; its quantiles are Student's t with `n + 1` degrees of freedom, because few
//!   origins say little about how far a whole city can stray.
//! - Own part: pooled over the areas of one level ([`OwnSpread`]).
//! - Both are added in quadrature around the median of the own part, cut off at 0. Where no origin
//!   reaches `h`, the own part of the furthest year `H` that has one is widened by `√(h/H)`.

use super::spread::{OwnError, OwnSpread};
use super::student;

/// Growth of the common variance with the years ahead, used where few origins reach far.
const COMMON_GROWTH: f64 = 1.6;
/// Weight of that growth, in origins.
const COMMON_WEIGHT: f64 = 2.0;
const SMALLEST: f64 = 0.5;

/// One earlier forecast and its outcome, for every area of every level.
pub(crate) struct Outcome<'a> {
    pub(crate) forecast: &'a [f64],
    pub(crate) outcome: &'a [f64],
}

impl Outcome<'_> {
    /// Relative error of the city, which is area 0.
    fn common(&self) -> f64 {
        let forecast = self.forecast[0].max(SMALLEST);
        (self.outcome[0] - forecast) / forecast
    }
}

/// The intervals of one series, one number of years ahead.
pub(crate) struct Calibration {
    common: [f64; 2],
    /// By pool; pool 0 is the city.
    own: Vec<OwnSpread>,
    widening: f64,
}

/// Learns the intervals for each year ahead; `outcomes` are those known, by year ahead, and `pools`
/// the pool of each area.
pub(crate) fn learn(outcomes: &[Vec<Outcome<'_>>], pools: &[usize]) -> Vec<Calibration> {
    let mean_square = |outcomes: &[Outcome<'_>]| {
        let sum: f64 = outcomes
            .iter()
            .map(|outcome| outcome.common().powi(2))
            .sum();
        if outcomes.is_empty() {
            0.0
        } else {
            sum / outcomes.len() as f64
        }
    };
    let first = outcomes
        .first()
        .map_or(0.0, |outcomes| mean_square(outcomes));
    let furthest = outcomes
        .iter()
        .rposition(|known| !known.is_empty())
        .unwrap_or(0);
    let own: Vec<Vec<OwnSpread>> = outcomes
        .iter()
        .take(furthest + 1)
        .map(|known| own_spreads(known, pools))
        .collect();
    let calibrate = |(ahead, known): (usize, &Vec<Outcome<'_>>)| {
        let years = (ahead + 1) as f64;
        let origins = known.len() as f64;
        let grown = first * years.powf(COMMON_GROWTH);
        let variance =
            (origins * mean_square(known) + COMMON_WEIGHT * grown) / (origins + COMMON_WEIGHT);
        let source = ahead.min(furthest);
        Calibration {
            common: student::upper_quantiles(known.len() + 1).map(|t| t * variance.sqrt()),
            own: own[source].clone(),
            widening: (years / (source + 1) as f64).sqrt(),
        }
    };
    outcomes.iter().enumerate().map(calibrate).collect()
}

fn own_spreads(known: &[Outcome<'_>], pools: &[usize]) -> Vec<OwnSpread> {
    let count = pools.iter().max().map_or(1, |highest| highest + 1);
    let mut spreads = vec![OwnSpread::none()];
    for pool in 1..count {
        let mut errors = Vec::new();
        for outcome in known {
            let grown = 1.0 + outcome.common();
            let members = pools
                .iter()
                .enumerate()
                .filter(|(_, other)| **other == pool);
            errors.extend(members.map(|(area, _)| {
                let forecast = outcome.forecast[area];
                let error = outcome.outcome[area] - forecast * grown;
                OwnError { forecast, error }
            }));
        }
        spreads.push(OwnSpread::learn(&errors));
    }
    spreads
}

impl Calibration {
    /// How far the whole city strays, as a share of the forecast: its quantiles 0.9 and 0.975.
    pub(crate) fn common(&self) -> [f64; 2] {
        self.common
    }

    /// Standard deviation of an area's own error, in persons.
    pub(crate) fn own_deviation(&self, pool: usize, forecast: f64) -> f64 {
        self.own[pool].deviation(forecast) * self.widening
    }

    /// The five quantiles of an area's own error, in persons.
    pub(crate) fn own_quantiles(&self, pool: usize, forecast: f64) -> [f64; 5] {
        self.own[pool]
            .quantiles(forecast)
            .map(|error| error * self.widening)
    }

    /// The quantiles 0.025, 0.1, 0.5, 0.9, 0.975 of a forecast of `forecast` persons.
    pub(crate) fn quantiles(&self, pool: usize, forecast: f64) -> [f64; 5] {
        let own = self.own_quantiles(pool, forecast);
        let [common90, common975] = self.common.map(|share| share * forecast);
        let middle = forecast + own[2];
        let reach = |own: f64, common: f64| own.hypot(common);
        [
            middle - reach(own[2] - own[0], common975),
            middle - reach(own[2] - own[1], common90),
            middle,
            middle + reach(own[3] - own[2], common90),
            middle + reach(own[4] - own[2], common975),
        ]
        .map(|quantile| quantile.max(0.0))
    }
}
