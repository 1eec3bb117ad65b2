//! Forecasts and back-tests of the children of a city.

use std::io::Cursor;

use domain::InputProblem;
use forecast::{
    AgeGroup, Areas, BacktestRequest, BacktestRow, Births, FanPoint, ForecastRequest, Level,
    Population, Score,
};
use serde::{Deserialize, Serialize};
use tables::schema::TableName;
use utoipa::ToSchema;

use super::kept::thousandths;
use super::{KeptResult, KeptTable, Watch, WorkStopped};
use crate::analysis::StaticTables;
use crate::sheet::Values;

/// Groups of ages where none are asked for.
const USUAL_GROUPS: &str = "U3=0-2,K=3-5,H=6-9";

fn usual_groups() -> String {
    USUAL_GROUPS.to_owned()
}

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

fn check(horizon: usize, groups: &str) -> Result<(), (&'static str, String)> {
    if !(1..=forecast::LONGEST_HORIZON).contains(&horizon) {
        let detail = format!("give 1 to {} years", forecast::LONGEST_HORIZON);
        return Err(("horizon", detail));
    }
    let parsed = AgeGroup::parse_list(groups);
    parsed.map_err(|error| ("groups", error.to_string()))?;
    Ok(())
}

impl ForecastAsked {
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        check(self.horizon, &self.groups)
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
            groups: groups(&self.groups)?,
            excluded_years: self.excluded_years.clone(),
        };
        let births = inputs.births.as_ref();
        let made = forecast::forecast(&inputs.population, births, &inputs.areas, &request)
            .map_err(|error| WorkStopped::refused("E8321", error))?;
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
            let table = KeptTable::new(name)
                .column("area", texts(rows.iter().map(|row| row.0)))
                .column("year", whole(rows.iter().map(|row| i64::from(row.2.year))))
                .column(label, texts(rows.iter().map(|row| row.1)));
            fan_columns(table, &rows.iter().map(|row| row.2).collect::<Vec<_>>())
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
        check(self.horizon, &self.groups)?;
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
        let groups = groups(&self.groups)?;
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
            made.rows.extend(
                one.map_err(|error| WorkStopped::refused("E8321", error))?
                    .rows,
            );
            watch.advance()?;
        }
        let mut result = KeptResult::default()
            .fact("kind", "backtest")
            .fact("first_origin", self.first_origin)
            .fact("last_origin", self.last_origin)
            .fact("horizon", self.horizon);
        result.tables = vec![scores(&made, self.horizon), forecasts(&made.rows)];
        Ok(result)
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
    KeptTable::new("scores")
        .column("horizon", whole(rows.iter().map(|row| row.0 as i64)))
        .column("level", texts(rows.iter().map(|row| level(row.1.level))))
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
        )
}

/// Every forecast with what came.
fn forecasts(rows: &[BacktestRow]) -> KeptTable {
    let table = KeptTable::new("forecasts")
        .column(
            "origin_year",
            whole(rows.iter().map(|row| i64::from(row.origin_year))),
        )
        .column("horizon", whole(rows.iter().map(|row| row.horizon as i64)))
        .column("area", texts(rows.iter().map(|row| row.area.as_str())))
        .column("group", texts(rows.iter().map(|row| row.group.as_str())));
    let observed = rows.iter().map(|row| row.observed.and_then(thousandths));
    fan_columns(
        table,
        &rows.iter().map(|row| &row.point).collect::<Vec<_>>(),
    )
    .column("observed", Values::Number(observed.collect()))
}

fn level(level: Level) -> String {
    match level {
        Level::Total => "total".to_owned(),
        Level::Middle(depth) => format!("level_{depth}"),
        Level::Leaf => "leaf".to_owned(),
    }
}

fn texts<T: Into<String>>(values: impl Iterator<Item = T>) -> Values {
    Values::Text(values.map(Into::into).collect())
}

fn whole(values: impl Iterator<Item = i64>) -> Values {
    Values::Whole(values.map(Some).collect())
}

/// The columns of mean and quantiles.
fn fan_columns(table: KeptTable, points: &[&FanPoint]) -> KeptTable {
    let values = |of: fn(&FanPoint) -> f64| {
        Values::Number(points.iter().map(|point| thousandths(of(point))).collect())
    };
    table
        .column("mean", values(|point| point.mean))
        .column("q025", values(|point| point.q025))
        .column("q10", values(|point| point.q10))
        .column("q50", values(|point| point.q50))
        .column("q90", values(|point| point.q90))
        .column("q975", values(|point| point.q975))
}

fn groups(text: &str) -> Result<Vec<AgeGroup>, WorkStopped> {
    AgeGroup::parse_list(text).map_err(|error| WorkStopped::refused("E8321", error))
}

/// The tables a forecast reads.
struct Inputs {
    population: Population,
    births: Option<Births>,
    areas: Areas,
}

impl Inputs {
    fn read(tables: &StaticTables) -> Result<Self, WorkStopped> {
        let csv = |table: TableName| {
            let csv = tables.csv(table);
            csv.map_err(|error| WorkStopped::refused(error.code(), error))
        };
        let population = csv(TableName::Population)?.ok_or_else(|| {
            let problem = "no table `population` was imported; import it with `placewright import`";
            WorkStopped::refused("E8320", problem)
        })?;
        let wrong = |problems: Vec<InputProblem>| {
            let more = problems.len().saturating_sub(1);
            let first = problems
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            WorkStopped::refused("E8321", format!("{first} ({more} more problems)"))
        };
        let births = csv(TableName::Births)?;
        let births = births.map(|bytes| Births::read(Cursor::new(bytes), "births"));
        let areas = match csv(TableName::Areas)? {
            Some(bytes) => Areas::read(Cursor::new(bytes), "areas").map_err(wrong)?,
            None => Areas::flat(),
        };
        Ok(Self {
            population: Population::read(Cursor::new(population), "population").map_err(wrong)?,
            births: births.transpose().map_err(wrong)?,
            areas,
        })
    }
}
