//! Levers on the children of a city: what the paths say with and without them.

use std::mem::size_of;

use domain::InputProblem;
use forecast::{
    AgeGroup, FanPoint, ForecastRequest, KeptPaths, Lever, LeverFormat, LeverSheet, PathModel,
    PathOptions, ScenarioFans,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::inputs::{self, Inputs, first_of, not_allowed, usual_groups};
use super::{KeptResult, KeptTable, Watch, WorkStopped};
use crate::analysis::StaticTables;
use crate::forecast_tables::{texts, thousandths, whole, with_fan};
use crate::sheet::{Sheet, Values};

/// Fewest paths for quantiles.
const FEWEST_PATHS: usize = 40;
/// Most paths of a run.
const MOST_PATHS: usize = 10_000;
/// Largest number of simulated counts that is kept: 256 MiB.
const MOST_COUNTS: usize = (256 << 20) / size_of::<f32>();

const fn usual_paths() -> usize {
    1_000
}

const fn usual_seed() -> u64 {
    1
}

/// Levers to pull on a forecast of children.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeversRun)]
pub(crate) struct LeversAsked {
    /// Years ahead, 1 to 50.
    #[schema(minimum = 1, maximum = 50)]
    horizon: usize,
    /// The levers as in docs/FORECAST_INPUTS.md: `{"version": 1, "lever": [{"kind": "dwellings", …}]}`.
    /// Those that change children: `dwellings`, `migration_shock`, `births`, `exclude_years`.
    #[schema(value_type = Object)]
    levers: Value,
    /// Last year that may be looked at; the last of the table if absent.
    #[serde(default)]
    origin_year: Option<i32>,
    /// Groups of ages, such as `U3=0-2,K=3-5`.
    #[serde(default = "usual_groups")]
    groups: String,
    /// Simulated paths, 40 to 10000.
    #[serde(default = "usual_paths")]
    #[schema(minimum = 40, maximum = 10_000)]
    paths: usize,
    /// Seed of the paths.
    #[serde(default = "usual_seed")]
    seed: u64,
}

/// The name of the levers in problems.
const FILE: &str = "levers";

impl LeversAsked {
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        inputs::check(self.horizon, &self.groups)?;
        if !(FEWEST_PATHS..=MOST_PATHS).contains(&self.paths) {
            let detail = format!("give {FEWEST_PATHS} to {MOST_PATHS} paths");
            return Err(("paths", detail));
        }
        Ok(())
    }

    /// The levers, or everything that is wrong with them.
    pub(super) fn sheet(&self) -> Result<LeverSheet, Vec<InputProblem>> {
        let sheet = LeverSheet::read(&self.levers.to_string(), LeverFormat::Json, FILE)?;
        let numbered = (1..).zip(&sheet.levers);
        let without_effect = numbered.filter(|(_, lever)| {
            matches!(
                lever,
                Lever::TakeUp(_) | Lever::LegalClaim(_) | Lever::Deferral(_)
            )
        });
        let problems: Vec<InputProblem> = without_effect
            .map(|(number, _)| {
                let message = format!(
                    "lever[{number}] changes how many children come, not how many there are: it would do nothing here"
                );
                InputProblem::new("E8344", FILE, message)
                    .remedy("leave it out; dwellings, migration_shock, births and exclude_years change children")
            })
            .collect();
        if problems.is_empty() {
            Ok(sheet)
        } else {
            Err(problems)
        }
    }

    pub(super) fn run(
        &self,
        tables: &StaticTables,
        watch: &Watch,
    ) -> Result<KeptResult, WorkStopped> {
        watch.begin("reading", 0);
        let inputs = Inputs::read(tables)?;
        let wrong =
            |problems: Vec<InputProblem>| WorkStopped::refused("E8340", first_of(&problems));
        let sheet = self.sheet().map_err(wrong)?;
        let groups = inputs::groups(&self.groups)?;
        watch.go_on()?;
        watch.begin("learning", 0);
        let request = ForecastRequest {
            horizon: self.horizon,
            origin_year: self.origin_year,
            groups: groups.clone(),
            excluded_years: sheet.excluded_years(),
        };
        let oldest = groups.iter().map(|group| group.ages().last());
        let options = PathOptions {
            oldest_age: oldest.fold(11, u8::max),
            ..PathOptions::default()
        };
        let births = inputs.births.as_ref();
        let model = PathModel::new(&inputs.population, births, &inputs.areas, &request, options)
            .map_err(not_allowed)?;
        require_room(&model, self.paths, groups.len())?;
        watch.go_on()?;
        watch.begin("simulating", 0);
        let codes: Vec<String> = model.areas().iter().map(|area| area.code.clone()).collect();
        let origin_year = model.origin_year();
        let kept =
            KeptPaths::simulate(model, self.seed, self.paths, &groups).map_err(not_allowed)?;
        watch.go_on()?;
        watch.begin("pulling the levers", 2);
        let without = kept.run(&LeverSheet::default()).map_err(wrong)?;
        watch.advance()?;
        let with = kept.run(&sheet).map_err(wrong)?;
        watch.advance()?;
        let table = compared(&codes, &groups, &without, &with);
        Ok(KeptResult {
            tables: vec![KeptTable::of("groups", table)],
            ..KeptResult::default()
        }
        .fact("kind", "levers")
        .fact("origin_year", origin_year)
        .fact("horizon", self.horizon)
        .fact("paths", self.paths)
        .fact("seed", self.seed)
        .fact("areas", codes.len())
        .fact("levers", serde_json::json!(sheet.levers)))
    }
}

/// Most paths whose counts, by smallest area and class, and sums, by area and group, are kept.
fn most_paths(by_class: usize, by_group: usize, horizon: usize) -> usize {
    MOST_COUNTS / ((by_class + by_group) * horizon).max(1)
}

/// Refuses more counts than are kept in memory.
fn require_room(model: &PathModel, paths: usize, groups: usize) -> Result<(), WorkStopped> {
    let by_class = model.leaf_areas().len() * model.classes().len();
    let most = most_paths(by_class, model.areas().len() * groups, model.horizon());
    if paths <= most {
        return Ok(());
    }
    let problem = format!(
        "{paths} paths of {} areas over {} years do not fit into memory; ask for at most {most} paths, or fewer years",
        model.leaf_areas().len(),
        model.horizon()
    );
    Err(WorkStopped::refused("E8345", problem))
}

/// By area, year and group: the fan with the levers, and the one without beside it.
fn compared(
    areas: &[String],
    groups: &[AgeGroup],
    without: &ScenarioFans,
    with: &ScenarioFans,
) -> Sheet {
    let mut rows: Vec<(&str, &str, FanPoint, FanPoint)> = Vec::new();
    for area in areas {
        for group in groups {
            let fan = |fans: &ScenarioFans| fans.fan(area, group.name()).unwrap_or_default();
            let pairs = fan(with).into_iter().zip(fan(without));
            rows.extend(pairs.map(|(with, without)| (area.as_str(), group.name(), with, without)));
        }
    }
    let before = |of: fn(&FanPoint) -> f64| {
        Values::Number(rows.iter().map(|row| thousandths(of(&row.3))).collect())
    };
    let sheet = Sheet::default()
        .column("area", texts(rows.iter().map(|row| row.0)))
        .column("year", whole(rows.iter().map(|row| i64::from(row.2.year))))
        .column("group", texts(rows.iter().map(|row| row.1)));
    let change = rows.iter().map(|row| thousandths(row.2.mean - row.3.mean));
    with_fan(sheet, &rows.iter().map(|row| &row.2).collect::<Vec<_>>())
        .column("mean_without", before(|point| point.mean))
        .column("q10_without", before(|point| point.q10))
        .column("q50_without", before(|point| point.q50))
        .column("q90_without", before(|point| point.q90))
        .column("change", Values::Number(change.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_fits_into_memory_and_more_than_that_is_refused() {
        // 64 neighbourhoods of 75 areas, twelve ages, three groups, fifteen years.
        assert!(most_paths(64 * 12, 75 * 3, 15) >= 4_000);
        let table = "area,year,age,count\n";
        let rows = (2017..=2026).map(|year| format!("a,{year},0,30\n"));
        let table: String = std::iter::once(table.to_owned()).chain(rows).collect();
        let population = forecast::Population::read(table.as_bytes(), "population.csv").unwrap();
        let request = ForecastRequest {
            horizon: 50,
            ..ForecastRequest::default()
        };
        let areas = forecast::Areas::flat();
        let options = PathOptions::default();
        let model = PathModel::new(&population, None, &areas, &request, options).unwrap();
        // One area and the city, one class and one group, fifty years: 150 counts a path.
        let most = MOST_COUNTS / 150;
        assert!(require_room(&model, most, 1).is_ok());
        let refused = require_room(&model, most + 1, 1).unwrap_err().to_string();
        assert!(
            refused.starts_with("E8345") && refused.contains(&most.to_string()),
            "{refused}"
        );
    }
}
