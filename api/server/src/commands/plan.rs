//! `placewright plan`: measures on a city and what they do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use disclosure::{DisclosurePolicy, ReleasedCount};
use domain::CareType;
use forecast::{LeverFormat, LeverSheet};
use jiff::civil::Date;
use scenario::{
    CountedScenario, Language, PlanRequest, ReportChecker, ScenarioError, ScenarioFile,
    ScenarioReport, ScenarioSpec,
};
use tables::City;

use super::Context;
use super::facility_location;
use crate::failure::Failure;
use crate::files::{OutputFolder, name, open, read_city};
use crate::measure::processor_seconds;
use crate::scenario_demand::ScenarioDemand;
use crate::summary::Summary;

/// Counts a city without and with the measures of a scenario, or plans which facilities open.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Scenario file (TOML, or JSON by its ending); datasets/scenarios has examples.
    #[arg(required_unless_present = "facility_location")]
    scenario: Option<PathBuf>,
    /// City directory.
    #[arg(long, required_unless_present = "facility_location")]
    city: Option<PathBuf>,
    /// Contract versions known on this day count; the first day of the scenario if absent.
    #[arg(long)]
    known_on: Option<Date>,
    /// Folder for the report, or for the plan.
    #[arg(long, required_unless_present = "facility_location")]
    out: Option<PathBuf>,
    /// Evaluate once more with the levers of this file on top (TOML), without simulating anew; the
    /// result goes to the folder `with_levers` of the report.
    #[arg(long, requires = "scenario")]
    levers: Option<PathBuf>,
    #[command(flatten)]
    facilities: facility_location::FacilityArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    match (&arguments.scenario, &arguments.city, &arguments.out) {
        (Some(scenario), Some(city), Some(out)) => {
            run_scenario(scenario, city, arguments, out, context)
        }
        _ => facility_location::run(&arguments.facilities, arguments.out.as_deref(), context),
    }
}

fn run_scenario(
    scenario: &Path,
    city: &Path,
    arguments: &Arguments,
    out: &Path,
    arguments: &Arguments,
    context: &Context,
) -> Result<Summary, Failure> {
    let spec = read_spec(scenario)?;
    let levers = match &arguments.levers {
        None => None,
        Some(path) => Some(read_levers(path)?),
    };
    let city = read_city(city, &context.progress)?;
    let bar = context.progress.steps("evaluating", 2);
    let first_day = spec.months().first().first_day();
    let request = PlanRequest::new(arguments.known_on.unwrap_or(first_day));
    let mut timing = Timing::start();
    let demand = ScenarioDemand::of(&city, &spec, request.known_on)?;
    timing.lap("demand paths");
    bar.step("demand paths");
    let counted = CountedScenario::count(&city, &spec, &request).map_err(refused)?;
    timing.lap("places");
    let report = checked(&counted, &spec, &request, &demand, spec.levers())?;
    timing.lap("evaluation");
    bar.step("places and shortfalls");
    let mut output = OutputFolder::new(out)?;
    write(&report, "", &mut output)?;
    if let Some(levers) = levers {
        let mut all = spec.levers().clone();
        all.levers.extend(levers.levers);
        timing.lap("files");
        let changed = checked(&counted, &spec, &request, &demand, &all)?;
        timing.lap("evaluation with levers");
        write(&changed, "with_levers/", &mut output)?;
    }
    bar.done();
    output.publish()?;
    let mut summary = Summary::default();
    for sentence in report.findings(Language::English) {
        summary.line(sentence);
    }
    for line in displaced(&report) {
        summary.line(line);
    }
    summary.line(timing.told());
    summary.line(format!("The report is in {}.", out.display()));
    summary.value("report", &report)?;
    summary.value("processor_seconds", &timing.laps)?;
    Ok(summary)
}

/// Processor seconds of the steps of a run.
struct Timing {
    last: Option<f64>,
    laps: BTreeMap<&'static str, f64>,
    order: Vec<&'static str>,
}

impl Timing {
    fn start() -> Self {
        Self {
            last: processor_seconds(),
            laps: BTreeMap::new(),
            order: Vec::new(),
        }
    }

    fn lap(&mut self, step: &'static str) {
        let now = processor_seconds();
        if let (Some(last), Some(now)) = (self.last, now) {
            self.laps.insert(step, now - last);
            self.order.push(step);
        }
        self.last = now;
    }

    fn told(&self) -> String {
        let laps = self.order.iter();
        let laps: Vec<String> = laps
            .map(|step| format!("{step} {:.2}", self.laps[step]))
            .collect();
        format!("Processor seconds: {}.", laps.join(", "))
    }
}

fn read_levers(path: &Path) -> Result<LeverSheet, Failure> {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut open(path)?, &mut text)
        .map_err(|error| Failure::open(path, &error))?;
    LeverSheet::read(&text, LeverFormat::Toml, &name(path)).map_err(Failure::Input)
}

fn refused(error: ScenarioError) -> Failure {
    match error {
        ScenarioError::Input(problems) => Failure::Input(problems),
        other => Failure::Run(other.into()),
    }
}

/// Years of forecast a scenario needs.
pub(crate) fn horizon(spec: &ScenarioSpec) -> usize {
    (spec.months().count() / 12 + 3).min(forecast::LONGEST_HORIZON)
}

/// Reads a scenario with its parents, which are looked for beside the file that names them.
pub(crate) fn read_spec(path: &Path) -> Result<ScenarioSpec, Failure> {
    let read = |path: &Path| {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut open(path)?, &mut text)
            .map_err(|error| Failure::open(path, &error))?;
        Ok::<_, Failure>(text)
    };
    let file = ScenarioFile {
        name: name(path),
        text: read(path)?,
    };
    // By name as the engine knows them: where each file lies.
    let mut places = BTreeMap::from([(file.name.clone(), path.to_owned())]);
    ScenarioSpec::parse_with(file, &mut |parent, child| {
        let beside = places.get(child).and_then(|path| path.parent());
        let path = beside.unwrap_or(Path::new("")).join(parent);
        // The same file under two names is one file, so that a circle is seen.
        let real = std::fs::canonicalize(&path);
        let known = places.iter().find(|(_, known)| {
            let known = std::fs::canonicalize(known);
            matches!((&real, &known), (Ok(real), Ok(known)) if real == known)
        });
        let name = known.map_or_else(|| path.display().to_string(), |(name, _)| name.clone());
        let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
        places.insert(name.clone(), path);
        Ok(ScenarioFile { name, text })
    })
    .map_err(Failure::Input)
}

/// Plans, and has the report checked by a checker that does not know the planner.
pub(crate) fn checked_plan(
    city: &City,
    spec: &ScenarioSpec,
    known_on: Date,
    demand: &ScenarioDemand,
) -> Result<ScenarioReport, Failure> {
    let request = PlanRequest::new(known_on);
    let counted = CountedScenario::count(city, spec, &request).map_err(refused)?;
    checked(&counted, spec, &request, demand, spec.levers())
}

/// The report under levers, checked.
fn checked(
    counted: &CountedScenario<'_>,
    spec: &ScenarioSpec,
    request: &PlanRequest,
    demand: &ScenarioDemand,
    levers: &LeverSheet,
) -> Result<ScenarioReport, Failure> {
    let demand = demand.under(levers, &spec.dates())?;
    let report = counted.report(&demand).map_err(refused)?;
    let evaluated = ReportChecker.check_evaluation(&report, spec, &demand, &request.staffing);
    let checks = [ReportChecker.check(&report), evaluated];
    let violations: Vec<_> = checks
        .into_iter()
        .filter_map(Result::err)
        .flatten()
        .collect();
    if let Some(first) = violations.first() {
        return Err(Failure::Run(anyhow::anyhow!(
            "the checker found {} faults in the report, so nothing was written; please report this: {first}",
            violations.len(),
        )));
    }
    Ok(report)
}

/// Writes the report into a folder, given as the beginning of every name.
pub(crate) fn write(
    report: &ScenarioReport,
    folder: &str,
    output: &mut OutputFolder,
) -> anyhow::Result<()> {
    let evaluation = &report.evaluation;
    let named = |file: &str| format!("{folder}{file}");
    output.write(&named("report.csv"), |to| report.write_csv(to))?;
    output.write(&named("evaluation.csv"), |to| evaluation.write_csv(to))?;
    output.write(&named("unserved.csv"), |to| {
        evaluation.write_unserved_csv(to)
    })?;
    output.write(&named("years.csv"), |to| evaluation.write_years_csv(to))?;
    output.write(&named("report.json"), |to| {
        serde_json::to_writer_pretty(to, report)
    })
}

/// Children whose contract lasts beyond a closing, as they may be shown.
pub(crate) fn displaced(report: &ScenarioReport) -> Vec<String> {
    let policy = DisclosurePolicy::default();
    let mut lines = Vec::new();
    for closing in &report.displaced {
        for care in CareType::ALL {
            let exact = u64::from(closing.children_for_disclosure(care));
            let shown = ReleasedCount::new(exact, "displaced_contracts", &policy);
            if shown.value() != Some(0) {
                lines.push(format!(
                    "{} closes on {}: contracts of {shown} children ({}) last longer.",
                    closing.facility(),
                    closing.closes_on(),
                    care.as_str()
                ));
            }
        }
    }
    lines
}
