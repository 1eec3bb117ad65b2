//! How good the forecasts of a back-test were.

use std::collections::BTreeMap;

use crate::backtest::{Backtest, BacktestRow, Level};
use crate::fan::FanPoint;

/// The scores of one level and group over all origins, horizons and areas with an outcome.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Score {
    /// Level of the areas.
    pub level: Level,
    /// Name of the group.
    pub group: String,
    /// Number of forecasts with an outcome.
    pub forecasts: usize,
    /// Sum of absolute errors over sum of outcomes, as a share (0.05 is 5 %); `None` without children.
    pub wape: Option<f64>,
    /// Sum of errors over sum of outcomes; positive when too many were forecast.
    pub bias: Option<f64>,
    /// Share of outcomes from q10 to q90; 0.8 if the intervals are right.
    pub coverage80: f64,
    /// Share of outcomes from q025 to q975; 0.95 if the intervals are right.
    pub coverage95: f64,
    /// Mean weighted interval score in persons, lower is better.
    pub weighted_interval_score: f64,
}

/// The weighted interval score of one forecast (Bracher, Ray, Gneiting & Reich 2021), from the
/// median and the 80 % and 95 % intervals, in persons.
#[must_use]
pub fn weighted_interval_score(point: &FanPoint, outcome: f64) -> f64 {
    let interval = |low: f64, high: f64, alpha: f64| {
        let missed = (low - outcome).max(0.0) + (outcome - high).max(0.0);
        alpha / 2.0 * ((high - low) + 2.0 / alpha * missed)
    };
    let median = 0.5 * (outcome - point.q50).abs();
    (median + interval(point.q10, point.q90, 0.2) + interval(point.q025, point.q975, 0.05)) / 2.5
}

/// Scores by level and group, in this order. Rows without an outcome are left out.
#[must_use]
pub fn scores(backtest: &Backtest) -> Vec<Score> {
    scores_where(backtest, |_| true)
}

/// Like [`scores`], of the rows that `wanted` accepts, such as those of one horizon.
#[must_use]
pub fn scores_where(backtest: &Backtest, wanted: impl Fn(&BacktestRow) -> bool) -> Vec<Score> {
    let mut sums: BTreeMap<(Level, &str), Sums> = BTreeMap::new();
    for row in backtest.rows.iter().filter(|row| wanted(row)) {
        if let Some(outcome) = row.observed {
            sums.entry((row.level, &row.group))
                .or_default()
                .add(&row.point, outcome);
        }
    }
    sums.into_iter()
        .map(|((level, group), sums)| sums.score(level, group))
        .collect()
}

#[derive(Default)]
struct Sums {
    forecasts: usize,
    absolute: f64,
    signed: f64,
    outcomes: f64,
    within80: usize,
    within95: usize,
    interval_score: f64,
}

impl Sums {
    fn add(&mut self, point: &FanPoint, outcome: f64) {
        self.forecasts += 1;
        self.absolute += (point.mean - outcome).abs();
        self.signed += point.mean - outcome;
        self.outcomes += outcome;
        self.within80 += usize::from((point.q10..=point.q90).contains(&outcome));
        self.within95 += usize::from((point.q025..=point.q975).contains(&outcome));
        self.interval_score += weighted_interval_score(point, outcome);
    }

    fn score(&self, level: Level, group: &str) -> Score {
        let count = self.forecasts as f64;
        let relative = |sum: f64| (self.outcomes > 0.0).then(|| sum / self.outcomes);
        Score {
            level,
            group: group.to_owned(),
            forecasts: self.forecasts,
            wape: relative(self.absolute),
            bias: relative(self.signed),
            coverage80: self.within80 as f64 / count,
            coverage95: self.within95 as f64 / count,
            weighted_interval_score: self.interval_score / count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(mean: f64, outcome: Option<f64>) -> BacktestRow {
        let point = FanPoint {
            year: 2021,
            mean,
            q025: 60.0,
            q10: 80.0,
            q50: 100.0,
            q90: 120.0,
            q975: 140.0,
        };
        BacktestRow {
            origin_year: 2020,
            horizon: 1,
            area: "a".to_owned(),
            level: Level::Leaf,
            group: "K".to_owned(),
            point,
            observed: outcome,
        }
    }

    #[test]
    fn scores_are_those_reckoned_by_hand() {
        let rows = vec![
            row(100.0, Some(90.0)),
            row(110.0, Some(130.0)),
            row(1.0, None),
        ];
        let scores = scores(&Backtest { rows });
        let [score] = scores.as_slice() else {
            panic!("one level and group")
        };
        assert_eq!(score.forecasts, 2);
        assert_eq!(score.wape, Some(30.0 / 220.0));
        assert_eq!(score.bias, Some(-10.0 / 220.0));
        assert_eq!((score.coverage80, score.coverage95), (0.5, 1.0));
        // 90: (5 + 0.1·40 + 0.025·80)/2.5 = 4.4; 130: (15 + 0.1·(40 + 10·10) + 0.025·80)/2.5 = 12.4
        assert!((score.weighted_interval_score - f64::midpoint(4.4, 12.4)).abs() < 1e-12);
    }

    #[test]
    fn a_group_without_children_has_no_relative_error() {
        let scores = scores(&Backtest {
            rows: vec![row(1.0, Some(0.0))],
        });
        assert_eq!((scores[0].wape, scores[0].coverage95), (None, 0.0));
    }
}
