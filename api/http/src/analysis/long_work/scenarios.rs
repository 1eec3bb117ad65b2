//! Scenarios planned on the state of the city.

use std::fmt;

use domain::{CareType, ErrorCode, FacilityId, InputProblem};
use forecast::{Areas, Births, Demand, ForecastRequest, Population, TakeUp};
use jiff::civil::Date;
use scenario::{
    BandShare, DemandTable, Language, PlanRequest, ReportChecker, ScenarioError, ScenarioReport,
    ScenarioSpec, plan,
};
use serde::{Deserialize, Serialize};
use store::Snapshot;
use tables::schema::TableName;
use utoipa::ToSchema;

use super::{KeptResult, RunAsked, Watch, WorkStopped, scenario_tables};
use crate::analysis::Analyses;
use crate::vocabulary::{Day, Key};

/// The error index of scenarios.
pub const ERROR_CODES: &[ErrorCode] = &[
    ErrorCode {
        code: "E8324",
        cause: "a scenario that cannot be read",
        remedy: "correct every line named in the errors; docs/PLANNING.md lists the keys",
    },
    ErrorCode {
        code: "E8325",
        cause: "a scenario with more text or measures than are planned at a time",
        remedy: "give at most 256 KiB and 1000 measures; split the scenario",
    },
    ErrorCode {
        code: "E8326",
        cause: "a scenario was to be changed without saying which version was looked at",
        remedy: "send the entity tag of the answer to GET as If-Match",
    },
    ErrorCode {
        code: "E8327",
        cause: "the result of a scenario was asked for that was not run yet, or not in this version",
        remedy: "ask for a run with POST /v1/runs and wait until it has finished",
    },
    ErrorCode {
        code: "E8328",
        cause: "the independent checker found a fault in the report of a scenario; it is not kept",
        remedy: "report the key of the run",
    },
    ErrorCode {
        code: "E8329",
        cause: "the state of the city cannot be planned with",
        remedy: "correct what the message names",
    },
    ErrorCode {
        code: "E8330",
        cause: "more scenarios than one table compares, none, or one twice",
        remedy: "name 1 to 8 scenarios, each once",
    },
    ErrorCode {
        code: "E8331",
        cause: "a form of the console came from another page, or without one of its fields",
        remedy: "open the page anew and send the form from there",
    },
];

/// A version of a scenario to plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScenarioRun)]
pub(crate) struct ScenarioAsked {
    /// Key of the scenario.
    #[schema(value_type = Key)]
    pub(crate) scenario: String,
    /// Its version.
    #[schema(minimum = 1)]
    pub(crate) version: u64,
    /// Contracts known on this day count; the first day of the scenario if absent, at the latest the day
    /// of the work.
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    pub(crate) known_on: Option<Date>,
}

/// What a scenario came to.
#[derive(Clone, PartialEq, Eq)]
pub struct PlannedScenario {
    /// Key of the scenario.
    pub scenario: String,
    /// Its version.
    pub version: u64,
    /// The change up to which the state was looked at.
    pub sequence: u64,
    /// The result as JSON, without any count of children.
    pub result: Vec<u8>,
    /// Exact counts of displaced children as JSON. **Confidential.**
    pub confidential: Vec<u8>,
}

/// Keys only: the counts are confidential.
impl fmt::Debug for PlannedScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlannedScenario")
            .field("scenario", &self.scenario)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Children whose contract lasts beyond a closing, exactly. **Confidential**: silent in `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExactDisplacement {
    pub(crate) facility: FacilityId,
    pub(crate) closes_on: Date,
    pub(crate) known_on: Date,
    /// By care type, in the order of the law.
    pub(crate) children: [u32; CareType::COUNT],
}

impl fmt::Debug for ExactDisplacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExactDisplacement")
            .field("facility", &self.facility)
            .field("closes_on", &self.closes_on)
            .finish_non_exhaustive()
    }
}

impl PlannedScenario {
    /// Which version of which scenario a run asks for; `None` if it asks for something else.
    #[must_use]
    pub fn asked_for(request: &[u8]) -> Option<(String, u64)> {
        match serde_json::from_slice(request) {
            Ok(RunAsked::Scenario(asked)) => Some((asked.scenario, asked.version)),
            _ => None,
        }
    }
}

impl Analyses {
    /// Plans the version of a scenario that a run asks for, on the state of a snapshot. The same request,
    /// text, tables and state give the same bytes.
    ///
    /// # Errors
    ///
    /// [`WorkStopped::Cancelled`] once the watch says so, else [`WorkStopped::Refused`] with a number.
    pub fn plan_scenario(
        &self,
        request: &[u8],
        text: &str,
        (snapshot, today): (&Snapshot, Date),
        watch: &Watch,
    ) -> Result<PlannedScenario, WorkStopped> {
        let Ok(RunAsked::Scenario(asked)) = serde_json::from_slice(request) else {
            return Err(WorkStopped::refused("E8322", "the request is damaged"));
        };
        watch.begin("reading", 0);
        let spec = ScenarioSpec::parse(text, "scenario.toml").map_err(|it| refused(&it))?;
        watch.go_on()?;
        watch.begin("forecasting demand", 0);
        let demand = self.scenario_demand(&spec)?;
        watch.go_on()?;
        watch.begin("building the city", 0);
        let city = self.whole_city(snapshot);
        let city = city.map_err(|error| WorkStopped::refused(error.code(), error))?;
        watch.go_on()?;
        watch.begin("planning", 0);
        let usual = spec.months().first().first_day().min(today);
        let known_on = asked.known_on.unwrap_or(usual);
        let planned = plan(&city, &spec, &PlanRequest::new(known_on), &demand);
        let report = planned.map_err(|error| match error {
            ScenarioError::Input(problems) => refused(&problems),
            other => WorkStopped::refused("E8329", other),
        })?;
        if let Err(violations) = ReportChecker.check(&report) {
            let first = violations.first().map(ToString::to_string);
            return Err(WorkStopped::refused("E8328", first.unwrap_or_default()));
        }
        watch.go_on()?;
        let result = kept(&asked, &report, spec.limit_km());
        let exact = displaced(&report);
        let json = |error| WorkStopped::refused("E8322", error);
        Ok(PlannedScenario {
            sequence: snapshot.sequence(),
            result: serde_json::to_vec(&result).map_err(json)?,
            confidential: serde_json::to_vec(&exact).map_err(json)?,
            scenario: asked.scenario,
            version: asked.version,
        })
    }

    /// Places needed on the days of a scenario, from the forecast of the city; none without a population.
    fn scenario_demand(&self, spec: &ScenarioSpec) -> Result<DemandTable, WorkStopped> {
        let horizon = (spec.months().count() / 12 + 3).min(forecast::LONGEST_HORIZON);
        let Some(demand) = self.demand_years(horizon)? else {
            return Ok(DemandTable::new());
        };
        let table = DemandTable::from_forecast(&demand, &band_shares(), &spec.dates());
        table.map_err(|error| WorkStopped::refused("E8329", error))
    }

    /// The forecast of places needed, made once for a number of years: its tables never change.
    fn demand_years(&self, horizon: usize) -> Result<Option<std::sync::Arc<Demand>>, WorkStopped> {
        let mut made = self
            .demand
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = made.get(&horizon) {
            return Ok(Some(std::sync::Arc::clone(known)));
        }
        let csv = |table: TableName| {
            let csv = self.tables.csv(table);
            csv.map_err(|error| WorkStopped::refused(error.code(), error))
        };
        let Some(population) = csv(TableName::Population)? else {
            return Ok(None);
        };
        let wrong = |problems: Vec<InputProblem>| refused(&problems);
        let population = Population::read(population.as_slice(), "population").map_err(wrong)?;
        let births = csv(TableName::Births)?;
        let births = births.map(|bytes| Births::read(bytes.as_slice(), "births"));
        let births = births.transpose().map_err(wrong)?;
        let areas = match csv(TableName::Areas)? {
            Some(bytes) => Areas::read(bytes.as_slice(), "areas").map_err(wrong)?,
            None => Areas::flat(),
        };
        let failed = |error: &dyn fmt::Display| WorkStopped::refused("E8321", error);
        let take_up = TakeUp::saxony().map_err(|error| failed(&error))?;
        let request = ForecastRequest {
            horizon,
            groups: take_up.groups(),
            ..ForecastRequest::default()
        };
        let forecast = forecast::forecast(&population, births.as_ref(), &areas, &request);
        let forecast = forecast.map_err(|error| failed(&error))?;
        let demand = forecast::demand(&forecast, &take_up).map_err(|error| failed(&error))?;
        let demand = std::sync::Arc::new(demand);
        made.insert(horizon, std::sync::Arc::clone(&demand));
        Ok(Some(demand))
    }
}

/// How the bands of a forecast are shared out among the care types.
///
/// Under three: 14 % childminding (wish of 13 to 16 % of Dresden families in 2018), the rest nursery.
/// From three on: kindergarten.
#[must_use]
pub fn band_shares() -> [BandShare; 5] {
    const CHILDMINDING: f64 = 0.14;
    let share = |group: &str, care_type, share| BandShare {
        group: group.to_owned(),
        care_type,
        share,
    };
    use CareType::{Childminding, Kindergarten, Nursery};
    [
        share("under 1", Childminding, CHILDMINDING),
        share("under 1", Nursery, 1.0 - CHILDMINDING),
        share("1 to under 3", Childminding, CHILDMINDING),
        share("1 to under 3", Nursery, 1.0 - CHILDMINDING),
        share("3 to under 6", Kindergarten, 1.0),
    ]
}

/// All problems, under the number of the first.
fn refused(problems: &[InputProblem]) -> WorkStopped {
    const SHOWN: usize = 20;
    let code = problems.first().map_or("E8329", |problem| problem.code);
    let mut lines: Vec<String> = problems
        .iter()
        .take(SHOWN)
        .map(ToString::to_string)
        .collect();
    if problems.len() > SHOWN {
        lines.push(format!("and {} more problems", problems.len() - SHOWN));
    }
    WorkStopped::refused(code, lines.join("\n"))
}

/// The result without any count of children.
fn kept(asked: &ScenarioAsked, report: &ScenarioReport, limit_km: f64) -> KeptResult {
    let closed: Vec<&str> = report.closed.iter().map(FacilityId::as_str).collect();
    let mut result = KeptResult::default()
        .fact("kind", "scenario")
        .fact("scenario", asked.scenario.as_str())
        .fact("version", asked.version)
        .fact("name", report.name.as_str())
        .fact("known_on", report.known_on.to_string())
        .fact("target_cover", report.target_cover)
        .fact("limit_km", limit_km)
        .fact("light_rule", report.light_rule)
        .fact("closed", closed)
        .fact("ways_label", report.allocation.label)
        .fact("ways_left_out", report.allocation.left_out.clone())
        .fact("findings_de", report.findings(Language::German))
        .fact("findings_en", report.findings(Language::English));
    result.tables = scenario_tables::of(report);
    result
}

fn displaced(report: &ScenarioReport) -> Vec<ExactDisplacement> {
    let closings = report.displaced.iter();
    closings
        .map(|closing| ExactDisplacement {
            facility: closing.facility().clone(),
            closes_on: closing.closes_on(),
            known_on: report.known_on,
            children: CareType::ALL.map(|care| closing.children_for_disclosure(care)),
        })
        .collect()
}
