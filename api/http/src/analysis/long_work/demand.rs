//! Places needed by month, learned from the contracts and applications of the city.

use domain::InputProblem;
use forecast::{DemandView, MonthlyDemand};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::inputs::{Inputs, first_of};
use super::{CityState, KeptResult, KeptTable, Watch, WorkStopped};
use crate::analysis::{CityDemand, CityDemandError, CityDemandRequest, StaticTables};
use crate::forecast_tables;
use crate::vocabulary::Day;

/// Fewest paths for quantiles.
const FEWEST_PATHS: usize = 40;
/// Most paths of a run.
const MOST_PATHS: usize = 5_000;
/// Furthest years of a demand by month.
const MOST_YEARS: usize = 10;

const fn usual_paths() -> usize {
    500
}

const fn usual_seed() -> u64 {
    1
}

/// A demand by month to forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DemandRun)]
pub(crate) struct DemandAsked {
    /// Years after the last of the population, 1 to 10.
    #[schema(minimum = 1, maximum = 10)]
    years: usize,
    /// Simulated paths, 40 to 5000.
    #[serde(default = "usual_paths")]
    #[schema(minimum = 40, maximum = 5000)]
    paths: usize,
    /// Seed of the paths.
    #[serde(default = "usual_seed")]
    seed: u64,
    /// Day whose open applications and school classes count; the day of the work if absent.
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    as_of: Option<Date>,
}

impl DemandAsked {
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if !(1..=MOST_YEARS).contains(&self.years) {
            return Err(("years", format!("give 1 to {MOST_YEARS} years")));
        }
        if !(FEWEST_PATHS..=MOST_PATHS).contains(&self.paths) {
            let detail = format!("give {FEWEST_PATHS} to {MOST_PATHS} paths");
            return Err(("paths", detail));
        }
        Ok(())
    }

    pub(super) fn run(
        &self,
        tables: &StaticTables,
        state: &CityState<'_>,
        watch: &Watch,
    ) -> Result<KeptResult, WorkStopped> {
        watch.begin("reading", 0);
        let inputs = Inputs::read(tables)?;
        let city = state.city()?;
        watch.go_on()?;
        watch.begin("learning and simulating demand", 0);
        let request = CityDemandRequest {
            as_of: self.as_of.unwrap_or(state.today),
            years: self.years,
            paths: self.paths,
            seed: self.seed,
        };
        let given = (&inputs.population, inputs.births.as_ref(), &inputs.areas);
        let made = CityDemand::of(&city, given, &request).map_err(|error| refused(&error))?;
        let made = made.ok_or_else(|| {
            let problem = "demand needs contracts, the single ages 0 to 12, and children in every band of ages; import them, or forecast children only";
            WorkStopped::refused("E8342", problem)
        })?;
        watch.go_on()?;
        Ok(KeptResult {
            tables: tables_of(&made.monthly),
            ..KeptResult::default()
        }
        .fact("kind", "demand")
        .fact("as_of", request.as_of.to_string())
        .fact("computed_from", state.snapshot.sequence())
        .fact("first_month", made.monthly.months().first().to_string())
        .fact("months", made.monthly.months().count())
        .fact("paths", self.paths)
        .fact("seed", self.seed)
        .fact("areas", made.monthly.areas().len())
        .fact("warnings", warnings(&made.warnings)))
    }
}

fn tables_of(monthly: &MonthlyDemand) -> Vec<KeptTable> {
    let mut tables: Vec<KeptTable> = DemandView::ALL
        .into_iter()
        .map(|view| {
            let sheet = forecast_tables::places(monthly, &[view], None);
            KeptTable::of(view.as_str(), sheet)
        })
        .collect();
    tables.push(KeptTable::of("hours", forecast_tables::hours(monthly)));
    tables
}

/// Warnings without the values found: those may be of few children.
fn warnings(found: &[InputProblem]) -> serde_json::Value {
    let told = |it: &InputProblem| json!({"code": it.code, "message": it.message});
    found.iter().map(told).collect()
}

fn refused(error: &CityDemandError) -> WorkStopped {
    match error {
        CityDemandError::Input { problems } => WorkStopped::refused("E8343", first_of(problems)),
        CityDemandError::Table(error) => WorkStopped::refused("E8343", error),
        CityDemandError::Children(error) => WorkStopped::refused("E8321", error),
        CityDemandError::Assumed(error) => WorkStopped::refused("E8321", error),
    }
}
