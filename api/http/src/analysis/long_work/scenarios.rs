//! Scenarios planned on the state of the city.

use std::fmt;

use disclosure::DisclosurePolicy;
use domain::{CareType, ErrorCode, FacilityId, InputProblem};
use jiff::civil::Date;
use scenario::{
    ClosureChecker, ClosurePlan, ClosureProblem, ConfidentialReplacement, CountedScenario,
    DemandTable, Language, PlanRequest, ReplacementError, ReportChecker, ScenarioError,
    ScenarioReport, ScenarioSpec, TravelTimes, check_replacement, replace_displaced,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::Snapshot;
use tables::City;
use tables::schema::TableName;
use utoipa::ToSchema;

use super::inputs::Inputs;
use super::{KeptResult, RunAsked, Watch, WorkStopped, scenario_tables};
use crate::access::hexadecimal;
use crate::analysis::{Analyses, CityDemandError, ScenarioDemand};
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
    /// How many of them find no place again.
    #[serde(default)]
    pub(crate) left_over: usize,
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
        watch.begin("building the city", 0);
        let city = self.whole_city(snapshot);
        let city = city.map_err(|error| WorkStopped::refused(error.code(), error))?;
        watch.go_on()?;
        let usual = spec.months().first().first_day().min(today);
        let request = PlanRequest::new(asked.known_on.unwrap_or(usual));
        watch.begin("forecasting demand", 0);
        let inputs = self.scenario_inputs()?;
        let sources = inputs.as_ref().map(Inputs::sources);
        let demand = ScenarioDemand::of(&city, sources, &spec, request.known_on);
        let demand = demand.and_then(|demand| demand.under(spec.levers(), &spec.dates()));
        let demand = demand.map_err(not_reckoned)?;
        watch.go_on()?;
        watch.begin("planning", 0);
        let counted = CountedScenario::count(&city, &spec, &request).map_err(not_planned)?;
        let report = counted.report(&demand).map_err(not_planned)?;
        let evaluated = ReportChecker.check_evaluation(&report, &spec, &demand, &request.staffing);
        for checked in [ReportChecker.check(&report), evaluated] {
            if let Err(violations) = checked {
                let first = violations.first().map(ToString::to_string);
                return Err(WorkStopped::refused("E8328", first.unwrap_or_default()));
            }
        }
        watch.go_on()?;
        watch.begin("placing displaced children again", 0);
        let replaced = replaced(&city, &spec, &request)?;
        watch.go_on()?;
        watch.begin("choosing closures", 0);
        let input = format!("{text}\n{}\n{}", snapshot.sequence(), request.known_on);
        let closures = closures(&city, &spec, &request, &demand, &input)?;
        watch.go_on()?;
        let mut result = kept(&asked, &report, spec.limit_km());
        told_of_replacement(&mut result, &replaced)?;
        told_of_closures(&mut result, closures.as_ref());
        let exact = displaced(&report, &replaced);
        let json = |error| WorkStopped::refused("E8322", error);
        Ok(PlannedScenario {
            sequence: snapshot.sequence(),
            result: serde_json::to_vec(&result).map_err(json)?,
            confidential: serde_json::to_vec(&exact).map_err(json)?,
            scenario: asked.scenario,
            version: asked.version,
        })
    }
}

impl Analyses {
    /// What a forecast reads; `None` without a population.
    fn scenario_inputs(&self) -> Result<Option<Inputs>, WorkStopped> {
        let population = self.tables.csv(TableName::Population);
        let population = population.map_err(|error| WorkStopped::refused(error.code(), error))?;
        population.map(|_| Inputs::read(&self.tables)).transpose()
    }
}

fn not_reckoned(error: CityDemandError) -> WorkStopped {
    match error {
        CityDemandError::Input { problems } => refused(&problems),
        other => WorkStopped::refused("E8329", other),
    }
}

fn not_planned(error: ScenarioError) -> WorkStopped {
    match error {
        ScenarioError::Input(problems) => refused(&problems),
        other => WorkStopped::refused("E8329", other),
    }
}

/// The displaced children placed again, checked by a checker that does not know the matching engine.
fn replaced(
    city: &City,
    spec: &ScenarioSpec,
    request: &PlanRequest,
) -> Result<ConfidentialReplacement, WorkStopped> {
    let travel = spec.travel();
    if travel.matrix.is_some() {
        let problem = "a matrix of ways lies beside a scenario file; over the API ways are estimated, so remove `matrix`";
        return Err(WorkStopped::refused("E8329", problem));
    }
    let times = TravelTimes::estimated(city, travel.mode, travel.assumption);
    let times = times.map_err(not_planned)?;
    let result = replace_displaced(city, spec, request, &times).map_err(|error| match error {
        ReplacementError::Scenario(error) => not_planned(error),
        other => WorkStopped::refused("E8329", other),
    })?;
    let faults = check_replacement(city, spec, request, &times, &result).map_err(not_planned)?;
    match faults.first() {
        None => Ok(result),
        Some(fault) => Err(WorkStopped::refused("E8328", format!("{fault:?}"))),
    }
}

/// Closures and openings, if the scenario asks for a choice; checked.
fn closures(
    city: &City,
    spec: &ScenarioSpec,
    request: &PlanRequest,
    demand: &DemandTable,
    input: &str,
) -> Result<Option<ClosurePlan>, WorkStopped> {
    let problem = ClosureProblem::of(city, spec, request, demand).map_err(not_planned)?;
    let Some(problem) = problem else {
        return Ok(None);
    };
    let hash = hexadecimal(&Sha256::digest(input.as_bytes()));
    let plan = problem.solve(&hash).map_err(not_planned)?;
    if let Err(faults) = ClosureChecker.check(&plan) {
        let first = faults.first().map(ToString::to_string);
        return Err(WorkStopped::refused("E8328", first.unwrap_or_default()));
    }
    match plan.refusal("scenario.toml") {
        Some(refusal) => Err(refused(&[refusal])),
        None => Ok(Some(plan)),
    }
}

/// The re-placement as the planner may see it: whole per cents and a count that is protected.
fn told_of_replacement(
    result: &mut KeptResult,
    replaced: &ConfidentialReplacement,
) -> Result<(), WorkStopped> {
    let released = replaced.release(&DisclosurePolicy::default());
    let released = released.map_err(not_planned)?;
    if released.table.is_none() {
        return Ok(());
    }
    let share = released.within_limit_per_cent.map(f64::round);
    let told = json!({
        "left_over": released.left_over,
        "within_limit_per_cent": share,
        "limit_minutes": released.limit_minutes,
        "longest_minutes": released.longest_minutes,
        "ways_de": released.note.de,
        "ways_en": released.note.en,
    });
    result.facts.insert("replacement".to_owned(), told);
    Ok(())
}

/// The ranked sets of closures, and those that break a constraint with its name.
fn told_of_closures(result: &mut KeptResult, plan: Option<&ClosurePlan>) {
    let Some(plan) = plan else {
        return;
    };
    let ruled_out: Vec<_> = plan
        .ruled_out
        .iter()
        .map(|set| {
            let worded = |language| -> Vec<String> {
                set.broken.iter().map(|it| it.worded(language)).collect()
            };
            json!({
                "chosen": set.chosen,
                "cost": set.cost,
                "broken": set.broken,
                "broken_de": worded(Language::German),
                "broken_en": worded(Language::English),
            })
        })
        .collect();
    let told = json!({
        "sets": plan.sets,
        "complete": plan.complete,
        "ruled_out": ruled_out,
        "status": plan.status,
        "solver": plan.solver,
        "options": plan.options,
        "input_sha256": plan.input_sha256,
    });
    result.facts.insert("closure_plan".to_owned(), told);
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

fn displaced(
    report: &ScenarioReport,
    replaced: &ConfidentialReplacement,
) -> Vec<ExactDisplacement> {
    let closings = report.displaced.iter();
    closings
        .map(|closing| ExactDisplacement {
            facility: closing.facility().clone(),
            closes_on: closing.closes_on(),
            known_on: report.known_on,
            children: CareType::ALL.map(|care| closing.children_for_disclosure(care)),
            left_over: replaced.for_mediation().left_over_of(closing.facility()),
        })
        .collect()
}
