//! Forecasts and back-tests of the children of a city.

use forecast::{
    BacktestRequest, BacktestRow, FanPoint, ForecastRequest, HonestyReport, ModelCard, Score,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inputs::{self, Inputs, not_allowed, usual_groups};
use super::{KeptResult, KeptTable, Watch, WorkStopped};
use crate::analysis::StaticTables;
use crate::forecast_tables::{
    area_errors, calibration, level_name, texts, thousandths, whole, with_fan,
};
use crate::sheet::{Sheet, Values};

/// A forecast to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ForecastRun)]
pub(crate) struct ForecastAsked {
    /// Years ahead, 1 to 50.
    #[schema(minimum = 1, maximum = 50)]
    horizon: usize,
    /// Last year that may be looked at; the last of the table if absent.
    #[serde(default)]
    origin_year: Option<i32>,
    /// Groups of ages, such as `U3=0-2,K=3-5`.
    #[serde(default = "usual_groups")]
    groups: String,
    /// Years that ratios are not learned from, such as those of an influx.
    #[serde(default)]
    excluded_years: Vec<i32>,
}

/// Forecasts from past years to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BacktestRun)]
pub(crate) struct BacktestAsked {
    /// First year of origin.
    first_origin: i32,
    /// Last year of origin, at most 60 after the first.
    last_origin: i32,
    /// Years ahead, 1 to 50.
    #[schema(minimum = 1, maximum = 50)]
    horizon: usize,
    /// Groups of ages, such as `U3=0-2,K=3-5`.
    #[serde(default = "usual_groups")]
    groups: String,
}

/// Most origins of a back-test after the first.
const MOST_ORIGINS_AFTER: i32 = 60;

impl ForecastAsked {
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        inputs::check(self.horizon, &self.groups)
    }

    pub(super) fn run(
        &self,
        tables: &StaticTables,
        watch: &Watch,
    ) -> Result<KeptResult, WorkStopped> {
        watch.begin("reading", 0);
        let inputs = Inputs::read(tables)?;
        watch.go_on()?;
        watch.begin("forecasting", 0);
        let request = ForecastRequest {
            horizon: self.horizon,
            origin_year: self.origin_year,
            groups: inputs::groups(&self.groups)?,
            excluded_years: self.excluded_years.clone(),
        };
        let births = inputs.births.as_ref();
        let made = forecast::forecast(&inputs.population, births, &inputs.areas, &request)
            .map_err(not_allowed)?;
        watch.go_on()?;
        let table = |name: &str, label: &str, labels: &[String]| {
            let mut rows: Vec<(&str, &str, &FanPoint)> = Vec::new();
            for area in made.areas() {
                for series in labels {
                    let fan = made.fan(&area.code, series).unwrap_or_default();
                    let fan = fan.iter();
                    rows.extend(fan.map(|point| (area.code.as_str(), series.as_str(), point)));
                }
            }
            let sheet = Sheet::default()
                .column("area", texts(rows.iter().map(|row| row.0)))
                .column("year", whole(rows.iter().map(|row| i64::from(row.2.year))))
                .column(label, texts(rows.iter().map(|row| row.1)));
            let points: Vec<&FanPoint> = rows.iter().map(|row| row.2).collect();
            KeptTable::of(name, with_fan(sheet, &points))
        };
        let by_group = table("groups", "group", made.groups());
        let by_age = table("ages", "age", made.ages());
        Ok(KeptResult {
            tables: vec![by_group, by_age],
            ..KeptResult::default()
        }
        .fact("kind", "forecast")
        .fact("origin_year", made.origin_year())
        .fact("horizon", made.horizon())
        .fact("areas", made.areas().len())
        .fact("with_births", births.is_some()))
    }
}

impl BacktestAsked {
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        inputs::check(self.horizon, &self.groups)?;
        let span = i64::from(self.last_origin) - i64::from(self.first_origin);
        if !(0..=i64::from(MOST_ORIGINS_AFTER)).contains(&span) {
            let detail =
                format!("give the first origin, or a year up to {MOST_ORIGINS_AFTER} later");
            return Err(("last_origin", detail));
        }
        Ok(())
    }

    /// One origin after the other, so that it can be stopped in between: what is learned at an origin does
    /// not depend on later ones.
    pub(super) fn run(
        &self,
        tables: &StaticTables,
        watch: &Watch,
    ) -> Result<KeptResult, WorkStopped> {
        watch.begin("reading", 0);
        let inputs = Inputs::read(tables)?;
        let groups = inputs::groups(&self.groups)?;
        let origins = self.first_origin..=self.last_origin;
        watch.begin(
            "forecasting from past years",
            origins.clone().count() as u64,
        );
        let mut made = forecast::Backtest { rows: Vec::new() };
        for origin in origins {
            let request = BacktestRequest {
                origins: origin..=origin,
                horizon: self.horizon,
                groups: groups.clone(),
            };
            let births = inputs.births.as_ref();
            let one = forecast::backtest(&inputs.population, births, &inputs.areas, &request);
            made.rows.extend(one.map_err(not_allowed)?.rows);
            watch.advance()?;
        }
        let mut result = KeptResult::default()
            .fact("kind", "backtest")
            .fact("first_origin", self.first_origin)
            .fact("last_origin", self.last_origin)
            .fact("horizon", self.horizon);
        result.tables = vec![scores(&made, self.horizon), forecasts(&made.rows)];
        let request = BacktestRequest {
            origins: self.first_origin..=self.last_origin,
            horizon: self.horizon,
            groups,
        };
        let card = ModelCard::checked(&inputs.population, &request);
        // Without a single outcome there is nothing to judge: forecasts only.
        if let Ok(report) = HonestyReport::new(&made, card.clone()) {
            result
                .tables
                .push(KeptTable::of("calibration", calibration(&report)));
            result
                .tables
                .push(KeptTable::of("areas", area_errors(&report)));
        }
        Ok(result.fact("model_card", serde_json::json!(card)))
    }
}

/// Scores by level and group: over all horizons (0), then by horizon.
fn scores(made: &forecast::Backtest, horizon: usize) -> KeptTable {
    let mut rows: Vec<(usize, Score)> = Vec::new();
    rows.extend(forecast::scores(made).into_iter().map(|score| (0, score)));
    for ahead in 1..=horizon {
        let of_horizon = forecast::scores_where(made, |row| row.horizon == ahead);
        rows.extend(of_horizon.into_iter().map(|score| (ahead, score)));
    }
    let numbers = |of: fn(&Score) -> Option<f64>| {
        let shown = |value: f64| (value * 1e6).round() / 1e6;
        Values::Number(rows.iter().map(|row| of(&row.1).map(shown)).collect())
    };
    let sheet = Sheet::default()
        .column("horizon", whole(rows.iter().map(|row| row.0 as i64)))
        .column(
            "level",
            texts(rows.iter().map(|row| level_name(row.1.level))),
        )
        .column("group", texts(rows.iter().map(|row| row.1.group.as_str())))
        .column(
            "forecasts",
            whole(rows.iter().map(|row| row.1.forecasts as i64)),
        )
        .column("wape", numbers(|score| score.wape))
        .column("bias", numbers(|score| score.bias))
        .column("coverage80", numbers(|score| Some(score.coverage80)))
        .column("coverage95", numbers(|score| Some(score.coverage95)))
        .column(
            "weighted_interval_score",
            numbers(|score| Some(score.weighted_interval_score)),
        );
    KeptTable::of("scores", sheet)
}

/// Every forecast with what came.
fn forecasts(rows: &[BacktestRow]) -> KeptTable {
    let sheet = Sheet::default()
        .column(
            "origin_year",
            whole(rows.iter().map(|row| i64::from(row.origin_year))),
        )
        .column("horizon", whole(rows.iter().map(|row| row.horizon as i64)))
        .column("area", texts(rows.iter().map(|row| row.area.as_str())))
        .column("group", texts(rows.iter().map(|row| row.group.as_str())));
    let observed = rows.iter().map(|row| row.observed.and_then(thousandths));
    let points: Vec<&FanPoint> = rows.iter().map(|row| &row.point).collect();
    let sheet = with_fan(sheet, &points).column("observed", Values::Number(observed.collect()));
    KeptTable::of("forecasts", sheet)
}
