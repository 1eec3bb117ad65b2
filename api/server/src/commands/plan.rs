//! `placewright plan`: measures on a city and what they do.

use std::path::{Path, PathBuf};

use disclosure::{DisclosurePolicy, ReleasedCount};
use domain::CareType;
use jiff::civil::Date;
use scenario::{Language, PlanRequest, ReportChecker, ScenarioReport, ScenarioSpec, plan};
use tables::City;

use super::Context;
use super::facility_location;
use crate::city_forecast::CityForecast;
use crate::failure::Failure;
use crate::files::{OutputFolder, name, open, read_city};
use crate::summary::Summary;

/// Counts a city without and with the measures of a scenario, or plans which facilities open.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Scenario file (TOML); datasets/scenarios has examples.
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
    #[command(flatten)]
    facilities: facility_location::FacilityArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    match (&arguments.scenario, &arguments.city, &arguments.out) {
        (Some(scenario), Some(city), Some(out)) => {
            run_scenario(scenario, city, arguments.known_on, out, context)
        }
        _ => facility_location::run(&arguments.facilities, arguments.out.as_deref(), context),
    }
}

fn run_scenario(
    scenario: &Path,
    city: &Path,
    known_on: Option<Date>,
    out: &Path,
    context: &Context,
) -> Result<Summary, Failure> {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut open(scenario)?, &mut text)
        .map_err(|error| Failure::open(scenario, &error))?;
    let spec = ScenarioSpec::parse(&text, &name(scenario)).map_err(Failure::Input)?;
    let city = read_city(city, &context.progress)?;
    let bar = context.progress.working("counting the scenario");
    let forecast = CityForecast::of(&city, horizon(&spec))?;
    let known_on = known_on.unwrap_or_else(|| spec.months().first().first_day());
    let report = checked_plan(&city, &spec, known_on, forecast.as_ref())?;
    bar.done();
    let mut output = OutputFolder::new(out)?;
    write(&report, &mut output)?;
    output.publish()?;
    let mut summary = Summary::default();
    for sentence in report.findings(Language::English) {
        summary.line(sentence);
    }
    for line in displaced(&report) {
        summary.line(line);
    }
    summary.line(format!("The report is in {}.", out.display()));
    summary.value("report", &report)?;
    Ok(summary)
}

/// Years of forecast a scenario needs.
pub(crate) fn horizon(spec: &ScenarioSpec) -> usize {
    (spec.months().count() / 12 + 3).min(forecast::LONGEST_HORIZON)
}

/// Plans, and has the report checked by a checker that does not know the planner.
pub(crate) fn checked_plan(
    city: &City,
    spec: &ScenarioSpec,
    known_on: Date,
    forecast: Option<&CityForecast>,
) -> Result<ScenarioReport, Failure> {
    let demand = match forecast {
        Some(forecast) => forecast.demand_on(&spec.dates())?,
        None => scenario::DemandTable::new(),
    };
    let report =
        plan(city, spec, &PlanRequest::new(known_on), &demand).map_err(|error| match error {
            scenario::ScenarioError::Input(problems) => Failure::Input(problems),
            other => Failure::Run(other.into()),
        })?;
    if let Err(violations) = ReportChecker.check(&report) {
        return Err(Failure::Run(anyhow::anyhow!(
            "the checker found {} faults in the report, so nothing was written; please report this: {}",
            violations.len(),
            violations
                .first()
                .map(ToString::to_string)
                .unwrap_or_default()
        )));
    }
    Ok(report)
}

/// Writes the report.
pub(crate) fn write(report: &ScenarioReport, output: &mut OutputFolder) -> anyhow::Result<()> {
    output.write("report.csv", |to| report.write_csv(to))?;
    output.write("report.json", |to| serde_json::to_writer_pretty(to, report))
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
