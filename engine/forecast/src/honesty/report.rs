//! The figures of the honesty report.

use std::collections::BTreeMap;
use std::io::Write;

use super::card::ModelCard;
use crate::backtest::{Backtest, BacktestRow, Level};
use crate::fan::FanPoint;
use crate::quality::codes;
use crate::scores::{Score, scores_where};

/// The quantiles of every forecast.
const QUANTILES: [f64; 5] = [0.025, 0.1, 0.5, 0.9, 0.975];
/// Coverage of the 80 % interval that counts as right.
const RIGHT: std::ops::RangeInclusive<f64> = 0.74..=0.86;
/// Fewer origins than this say little about coverage.
const FEWEST_ORIGINS: usize = 5;

/// What the coverage of the 80 % interval says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 74 to 86 of 100 outcomes lie within.
    Right,
    /// Fewer lie within: the intervals promise too much.
    TooNarrow,
    /// More lie within: the intervals promise too little.
    TooWide,
    /// Fewer than five origins: nothing can be said.
    TooFewOrigins,
}

/// Errors, bias and coverage of one level, group and horizon.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HonestyRow {
    /// Years ahead; `None` for all together.
    pub horizon: Option<usize>,
    /// Number of origins with an outcome.
    pub origins: usize,
    /// The scores.
    #[serde(flatten)]
    pub score: Score,
    /// What the coverage says.
    pub verdict: Verdict,
}

/// Share of outcomes below a quantile.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CalibrationPoint {
    /// Level of the areas.
    pub level: Level,
    /// Group.
    pub group: String,
    /// The quantile, such as 0.1.
    pub nominal: f64,
    /// Share of outcomes at or below it; equal to `nominal` if the quantiles are right.
    pub achieved: f64,
    /// Outcomes compared.
    pub cases: usize,
}

/// How far the forecasts of one lowest area strayed.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AreaError {
    /// Area code.
    pub area: String,
    /// Group.
    pub group: String,
    /// Forecasts compared.
    pub forecasts: usize,
    /// Mean outcome, in persons.
    pub mean_outcome: f64,
    /// Sum of absolute errors over sum of outcomes; `None` without children.
    pub wape: Option<f64>,
    /// Sum of errors over sum of outcomes; positive when too many were forecast.
    pub bias: Option<f64>,
}

/// Errors, bias and coverage of past forecasts of the same method, with the model card.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HonestyReport {
    /// What was done, from what, and what it cannot do.
    pub card: ModelCard,
    /// By level, group and horizon; all horizons together first.
    pub rows: Vec<HonestyRow>,
    /// By level, group and quantile.
    pub calibration: Vec<CalibrationPoint>,
    /// By group and area.
    pub areas: Vec<AreaError>,
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HonestyError {
    /// No outcome is known.
    #[error(
        "E4115: none of the {forecasts} forecasts of the back-test has an outcome yet; start it from earlier origins"
    )]
    NothingToJudge {
        /// Forecasts without an outcome.
        forecasts: usize,
    },
}

impl HonestyError {
    /// The stable number of the rule broken.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NothingToJudge { .. } => codes::NOTHING_TO_JUDGE,
        }
    }
}

impl HonestyReport {
    /// The report of a back-test.
    ///
    /// # Errors
    ///
    /// [`HonestyError::NothingToJudge`] if no forecast has an outcome.
    pub fn new(backtest: &Backtest, card: ModelCard) -> Result<Self, HonestyError> {
        let judged = backtest.rows.iter().filter(|row| row.observed.is_some());
        let longest = judged.clone().map(|row| row.horizon).max();
        let Some(longest) = longest else {
            return Err(HonestyError::NothingToJudge {
                forecasts: backtest.rows.len(),
            });
        };
        let mut rows = Vec::new();
        for horizon in std::iter::once(None).chain((1..=longest).map(Some)) {
            let wanted = |row: &BacktestRow| horizon.is_none_or(|horizon| row.horizon == horizon);
            let mut origins: Vec<i32> = judged
                .clone()
                .filter(|row| wanted(row))
                .map(|row| row.origin_year)
                .collect();
            origins.sort_unstable();
            origins.dedup();
            for score in scores_where(backtest, wanted) {
                rows.push(HonestyRow {
                    horizon,
                    origins: origins.len(),
                    verdict: verdict(origins.len(), score.coverage80),
                    score,
                });
            }
        }
        rows.sort_by(|one, other| {
            let key = |row: &HonestyRow| (row.score.level, row.score.group.clone(), row.horizon);
            key(one).cmp(&key(other))
        });
        Ok(Self {
            card,
            rows,
            calibration: calibration(backtest),
            areas: area_errors(backtest),
        })
    }

    /// The row of a level and group; `horizon` is `None` for all horizons together.
    #[must_use]
    pub fn row(&self, level: Level, group: &str, horizon: Option<usize>) -> Option<&HonestyRow> {
        self.rows.iter().find(|row| {
            row.score.level == level && row.score.group == group && row.horizon == horizon
        })
    }

    /// The groups, in the order of the rows.
    #[must_use]
    pub fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = self
            .rows
            .iter()
            .map(|row| row.score.group.as_str())
            .collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// Writes `level,group,horizon,origins,forecasts,wape,bias,coverage80,coverage95,wis,verdict`.
    /// The horizon is empty for all together.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, target: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record([
            "level",
            "group",
            "horizon",
            "origins",
            "forecasts",
            "wape",
            "bias",
            "coverage80",
            "coverage95",
            "wis",
            "verdict",
        ])?;
        let share = |share: Option<f64>| share.map_or(String::new(), |share| format!("{share:.4}"));
        for row in &self.rows {
            let score = &row.score;
            writer.write_record([
                level_name(score.level),
                score.group.clone(),
                row.horizon
                    .map_or(String::new(), |horizon| horizon.to_string()),
                row.origins.to_string(),
                score.forecasts.to_string(),
                share(score.wape),
                share(score.bias),
                share(Some(score.coverage80)),
                share(Some(score.coverage95)),
                format!("{:.3}", score.weighted_interval_score),
                verdict_name(row.verdict).to_owned(),
            ])?;
        }
        writer.flush()
    }

    /// Writes `group,area,forecasts,mean_outcome,wape,bias`.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_area_csv(&self, target: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record(["group", "area", "forecasts", "mean_outcome", "wape", "bias"])?;
        let share = |share: Option<f64>| share.map_or(String::new(), |share| format!("{share:.4}"));
        for area in &self.areas {
            writer.write_record([
                area.group.clone(),
                area.area.clone(),
                area.forecasts.to_string(),
                format!("{:.2}", area.mean_outcome),
                share(area.wape),
                share(area.bias),
            ])?;
        }
        writer.flush()
    }

    /// Writes the whole report as JSON.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_json(&self, target: impl Write) -> std::io::Result<()> {
        serde_json::to_writer_pretty(target, self).map_err(std::io::Error::from)
    }
}

/// `total`, `middle_1`, `leaf`.
pub(crate) fn level_name(level: Level) -> String {
    match level {
        Level::Total => "total".to_owned(),
        Level::Middle(depth) => format!("middle_{depth}"),
        Level::Leaf => "leaf".to_owned(),
    }
}

const fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Right => "right",
        Verdict::TooNarrow => "too_narrow",
        Verdict::TooWide => "too_wide",
        Verdict::TooFewOrigins => "too_few_origins",
    }
}

fn verdict(origins: usize, coverage80: f64) -> Verdict {
    if origins < FEWEST_ORIGINS {
        Verdict::TooFewOrigins
    } else if RIGHT.contains(&coverage80) {
        Verdict::Right
    } else if coverage80 < *RIGHT.start() {
        Verdict::TooNarrow
    } else {
        Verdict::TooWide
    }
}

fn quantiles(point: &FanPoint) -> [f64; 5] {
    [point.q025, point.q10, point.q50, point.q90, point.q975]
}

fn calibration(backtest: &Backtest) -> Vec<CalibrationPoint> {
    let mut below: BTreeMap<(Level, &str), ([f64; 5], usize)> = BTreeMap::new();
    for row in &backtest.rows {
        let Some(outcome) = row.observed else {
            continue;
        };
        let (counts, cases) = below.entry((row.level, &row.group)).or_default();
        *cases += 1;
        for (count, quantile) in counts.iter_mut().zip(quantiles(&row.point)) {
            // An outcome on the quantile, as often with counts near 0, lies half below it.
            *count += match outcome.total_cmp(&quantile) {
                std::cmp::Ordering::Less => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Greater => 0.0,
            };
        }
    }
    below
        .into_iter()
        .flat_map(|((level, group), (counts, cases))| {
            QUANTILES
                .into_iter()
                .zip(counts)
                .map(move |(nominal, count)| CalibrationPoint {
                    level,
                    group: group.to_owned(),
                    nominal,
                    achieved: count / cases as f64,
                    cases,
                })
        })
        .collect()
}

fn area_errors(backtest: &Backtest) -> Vec<AreaError> {
    #[derive(Default)]
    struct Sums {
        forecasts: usize,
        outcomes: f64,
        absolute: f64,
        signed: f64,
    }
    let mut sums: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    for row in backtest.rows.iter().filter(|row| row.level == Level::Leaf) {
        if let Some(outcome) = row.observed {
            let sum = sums.entry((&row.group, &row.area)).or_default();
            sum.forecasts += 1;
            sum.outcomes += outcome;
            sum.absolute += (row.point.mean - outcome).abs();
            sum.signed += row.point.mean - outcome;
        }
    }
    sums.into_iter()
        .map(|((group, area), sum)| {
            let relative = |error: f64| (sum.outcomes > 0.0).then(|| error / sum.outcomes);
            AreaError {
                area: area.to_owned(),
                group: group.to_owned(),
                forecasts: sum.forecasts,
                mean_outcome: sum.outcomes / sum.forecasts as f64,
                wape: relative(sum.absolute),
                bias: relative(sum.signed),
            }
        })
        .collect()
}
