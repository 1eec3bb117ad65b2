//! `placewright plan`: measures on a city and what they do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use disclosure::{DisclosurePolicy, ReleasedCount};
use domain::CareType;
use forecast::{LeverFormat, LeverSheet};
use http_api::analysis::ScenarioDemand;
use jiff::civil::Date;
use scenario::{
    ClosurePlan, CountedScenario, Language, PlanRequest, ReportChecker, ScenarioComparison,
    ScenarioError, ScenarioFile, ScenarioReport, ScenarioSpec,
};
use tables::City;

use super::Context;
use super::{closures, facility_location, plan_pack};
use crate::city_forecast::{not_learned, scenario_demand};
use crate::failure::Failure;
use crate::files::{OutputFolder, name, open, read_city};
use crate::measure::processor_seconds;
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
    /// Further scenario files to compare with; may be given several times.
    #[arg(long)]
    compare: Vec<PathBuf>,
    /// Also write the council pack: a page in German and English with pictures, and its tables.
    #[arg(long)]
    council_pack: bool,
    #[command(flatten)]
    facilities: facility_location::FacilityArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    match (&arguments.scenario, &arguments.city, &arguments.out) {
        (Some(scenario), Some(city), Some(out)) => {
            run_scenario(scenario, (city, out), arguments, context)
        }
        _ => facility_location::run(&arguments.facilities, arguments.out.as_deref(), context),
    }
}

fn run_scenario(
    scenario: &Path,
    (folder, out): (&Path, &Path),
    arguments: &Arguments,
    context: &Context,
) -> Result<Summary, Failure> {
    let (spec, text) = read_with_parents(scenario)?;
    let levers = arguments.levers.as_deref().map(read_levers).transpose()?;
    let others = arguments.compare.iter().map(|path| read_spec(path));
    let others: Vec<ScenarioSpec> = others.collect::<Result<_, _>>()?;
    let city = read_city(folder, &context.progress)?;
    let bar = context.progress.steps("evaluating", 4);
    let first_day = spec.months().first().first_day();
    let request = PlanRequest::new(arguments.known_on.unwrap_or(first_day));
    let mut timing = Timing::start();
    let demand = scenario_demand(&city, &spec, request.known_on)?;
    timing.lap("demand paths");
    bar.step("demand paths");
    let counted = CountedScenario::count(&city, &spec, &request).map_err(refused)?;
    timing.lap("places");
    let report = checked(&counted, &spec, &request, &demand, spec.levers())?;
    timing.lap("evaluation");
    bar.step("places and shortfalls");
    let extras = plan_pack::extras(&city, &spec, &request, scenario)?;
    timing.lap("ways and re-placement");
    bar.step("ways and re-placement");
    let needed = demand
        .under(spec.levers(), &spec.dates())
        .map_err(not_learned)?;
    let input = closures::Input {
        text: &text,
        file: &name(scenario),
        city: folder,
    };
    let closure_plan = closures::planned(&city, &spec, request.known_on, &needed, &input)?;
    timing.lap("closures");
    bar.step("closures");
    let mut output = OutputFolder::new(out)?;
    write(&report, "", &mut output)?;
    extras.write(&mut output)?;
    plan_pack::write_maps(&city, &report, &mut output)?;
    if let Some(levers) = levers {
        let mut all = spec.levers().clone();
        all.levers.extend(levers.levers);
        timing.lap("files");
        let changed = checked(&counted, &spec, &request, &demand, &all)?;
        timing.lap("evaluation with levers");
        write(&changed, "with_levers/", &mut output)?;
    }
    let comparison = compared(&city, &report, &others, request.known_on)?;
    if let Some(comparison) = &comparison {
        output.write("comparison.csv", |to| comparison.write_csv(to))?;
    }
    if arguments.council_pack {
        let pack = plan_pack::Pack {
            city: &city,
            spec: &spec,
            request: &request,
            demand: &needed,
            report: &report,
            extras: &extras,
            comparison: comparison.as_ref(),
        };
        pack.write(&mut output)?;
    }
    if let Some(closure_plan) = &closure_plan {
        closures::write(closure_plan, &mut output)?;
    }
    bar.done();
    output.publish()?;
    let told = Told {
        report: &report,
        extras: &extras,
        comparison: comparison.as_ref(),
        closure_plan: closure_plan.as_ref(),
    };
    told.summary(out, &timing)
}

/// What a run came to.
struct Told<'a> {
    report: &'a ScenarioReport,
    extras: &'a plan_pack::Extras,
    comparison: Option<&'a ScenarioComparison>,
    closure_plan: Option<&'a ClosurePlan>,
}

impl Told<'_> {
    fn summary(&self, out: &Path, timing: &Timing) -> Result<Summary, Failure> {
        let mut summary = Summary::default();
        for sentence in self.report.findings(Language::English) {
            summary.line(sentence);
        }
        for line in displaced(self.report) {
            summary.line(line);
        }
        for sentence in self.extras.sentences(Language::English) {
            summary.line(sentence);
        }
        if let Some(closure_plan) = self.closure_plan {
            closures::tell(closure_plan, &mut summary)?;
        }
        summary.line(timing.told());
        summary.line(format!("The report is in {}.", out.display()));
        summary.value("report", self.report)?;
        summary.value("replacement", &self.extras.replacement)?;
        summary.value("long_ways", &self.extras.long_ways)?;
        summary.value("comparison", self.comparison)?;
        summary.value("processor_seconds", &timing.laps)?;
        Ok(summary)
    }
}

/// The report beside those of other scenarios of the same city.
fn compared(
    city: &City,
    report: &ScenarioReport,
    others: &[ScenarioSpec],
    known_on: Date,
) -> Result<Option<ScenarioComparison>, Failure> {
    if others.is_empty() {
        return Ok(None);
    }
    let mut reports = vec![report.clone()];
    for other in others {
        let demand = scenario_demand(city, other, known_on)?;
        reports.push(checked_plan(city, other, known_on, &demand)?);
    }
    let compared = ScenarioComparison::new(&reports).map_err(refused)?;
    Ok(Some(compared))
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

/// Reads a scenario with its parents, which are looked for beside the file that names them.
pub(crate) fn read_spec(path: &Path) -> Result<ScenarioSpec, Failure> {
    Ok(read_with_parents(path)?.0)
}

/// The same with the text of all files, the child's first.
fn read_with_parents(path: &Path) -> Result<(ScenarioSpec, String), Failure> {
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
    let mut texts = file.text.clone();
    // By name as the engine knows them: where each file lies.
    let mut places = BTreeMap::from([(file.name.clone(), path.to_owned())]);
    let spec = ScenarioSpec::parse_with(file, &mut |parent, child| {
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
        texts.push_str(&text);
        Ok(ScenarioFile { name, text })
    });
    Ok((spec.map_err(Failure::Input)?, texts))
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
    let demand = demand.under(levers, &spec.dates()).map_err(not_learned)?;
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
