//! `placewright forecast` and `placewright backtest`.

use std::path::{Path, PathBuf};

use domain::{CareType, Month, MonthRange};
use forecast::{
    AgeGroup, Areas, BacktestRequest, Births, BirthsToDate, CareBands, DemandInput, DemandModel,
    DemandView, ForecastRequest, MonthlyDemand, MonthlyDemandRequest, PathChildren, PathModel,
    PathOptions, Population, TOTAL_AREA, TakeUpCount,
};

use super::Context;
use crate::failure::Failure;
use crate::files::{OutputFolder, name, open_as_csv};
use crate::measure::{Stopwatch, peak_memory_mib};
use crate::summary::Summary;

/// Forecasts children by area, age and year.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    inputs: Inputs,
    /// Years ahead.
    #[arg(long)]
    horizon: usize,
    /// CSV file for the forecast; groups go beside it as NAME.groups.csv.
    #[arg(long)]
    out: PathBuf,
    /// Last year that may be looked at.
    #[arg(long)]
    origin: Option<i32>,
    /// Age groups, for example "U3=0-2,K=3-5".
    #[arg(long)]
    groups: Option<String>,
    /// Years whose register says nothing about the years to come, for example "2015,2016".
    #[arg(long, value_delimiter = ',')]
    exclude_years: Vec<i32>,
    /// Take-up so far: area,band,month,children,in_care,with_childminder; places needed by month go
    /// beside the forecast as NAME.demand.csv.
    #[arg(long)]
    take_up: Option<PathBuf>,
    /// Levers (TOML, or JSON by its ending): what is built, who comes, how many are born; children of
    /// the groups with and without them go beside the forecast as NAME.levers.csv.
    #[arg(long, requires = "groups")]
    levers: Option<PathBuf>,
    /// Simulated paths behind places needed and levers.
    #[arg(long, default_value_t = 1000)]
    paths: usize,
    /// Seed of the paths.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Forecasts from past origins, with their scores.
#[derive(Debug, clap::Args)]
pub(crate) struct BacktestArguments {
    #[command(flatten)]
    inputs: Inputs,
    /// Age groups, for example "U3=0-2,K=3-5".
    #[arg(long)]
    groups: String,
    /// First and last year of origin, for example 2014..2019.
    #[arg(long)]
    origins: String,
    /// Years ahead.
    #[arg(long)]
    horizon: usize,
    /// CSV file for the forecasts.
    #[arg(long)]
    out: PathBuf,
    /// Folder for the report of how good they were: a page, tables and pictures.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// The files of a forecast.
#[derive(Debug, clap::Args)]
pub(crate) struct Inputs {
    /// Population: area,year,age,count.
    #[arg(long)]
    population: PathBuf,
    /// Births: area,year,births.
    #[arg(long)]
    births: Option<PathBuf>,
    /// Births of whole years and of the months of the year begun: year,month,births. Needs --births.
    #[arg(long, requires = "births")]
    births_by_month: Option<PathBuf>,
    /// Areas: area,parent,name.
    #[arg(long)]
    areas: Option<PathBuf>,
}

impl Inputs {
    /// Reads all files; problems of every file at once.
    fn read(&self) -> Result<(Population, Option<Births>, Areas), Failure> {
        let mut problems = Vec::new();
        let mut keep = |found: Vec<domain::InputProblem>| problems.extend(found);
        let population = Population::read(open_as_csv(&self.population)?, &name(&self.population))
            .map_err(&mut keep)
            .ok();
        let births = match &self.births {
            Some(path) => Births::read(open_as_csv(path)?, &name(path))
                .map_err(&mut keep)
                .ok(),
            None => None,
        };
        let months = match &self.births_by_month {
            Some(path) => BirthsToDate::read(open_as_csv(path)?, &name(path))
                .map_err(&mut keep)
                .ok(),
            None => None,
        };
        let areas = match &self.areas {
            Some(path) => Areas::read(open_as_csv(path)?, &name(path))
                .map_err(&mut keep)
                .ok(),
            None => Some(Areas::flat()),
        };
        match (population, areas) {
            (Some(population), Some(areas)) if problems.is_empty() => {
                Ok((population, with_months(births, months)?, areas))
            }
            _ => Err(Failure::Input(problems)),
        }
    }
}

/// Births with what the months of the year begun say.
fn with_months(
    births: Option<Births>,
    months: Option<BirthsToDate>,
) -> Result<Option<Births>, Failure> {
    let (Some(births), Some(months)) = (births.clone(), months) else {
        return Ok(births);
    };
    births
        .with_nowcast(&months.nowcast())
        .map(Some)
        .map_err(|error| Failure::argument("E8005", "--births-by-month", error.to_string(), ""))
}

/// What is wrong with the request, as a bad input.
pub(super) fn refused(error: &forecast::ForecastError) -> Failure {
    match error {
        forecast::ForecastError::Mismatch { problems } => Failure::Input(problems.clone()),
        other => Failure::argument("E8005", "the forecast asked for", other.to_string(), ""),
    }
}

/// Age groups of an argument.
fn groups(text: &str) -> Result<Vec<AgeGroup>, Failure> {
    AgeGroup::parse_list(text)
        .map_err(|error| Failure::argument("E8005", "--groups", error.to_string(), ""))
}

/// A file name and what writes the file.
type NamedFile<'a> = (
    String,
    Box<dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()> + 'a>,
);

/// Writes files beside each other, all or none.
fn write_files(out: &Path, files: Vec<NamedFile<'_>>) -> anyhow::Result<()> {
    let folder = out
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut output = OutputFolder::new(folder)?;
    for (file, write) in files {
        output.write(&file, |to| write(to))?;
    }
    output.publish()?;
    Ok(())
}

/// Runs `forecast`.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let stopwatch = Stopwatch::start();
    let (population, births, areas) = arguments.inputs.read()?;
    let request = ForecastRequest {
        horizon: arguments.horizon,
        origin_year: arguments.origin,
        groups: arguments
            .groups
            .as_deref()
            .map(groups)
            .transpose()?
            .unwrap_or_default(),
        excluded_years: arguments.exclude_years.clone(),
    };
    let bar = context.progress.working("forecasting children");
    let forecast = forecast::forecast(&population, births.as_ref(), &areas, &request)
        .map_err(|error| refused(&error))?;
    bar.done();
    let mut summary = Summary::default();
    let demand = match &arguments.take_up {
        Some(path) => {
            let bar = context.progress.working("simulating demand by month");
            let inputs = (&population, births.as_ref(), &areas);
            let demand = demand_by_month(path, inputs, &request, arguments, &mut summary)?;
            bar.done();
            Some(demand)
        }
        None => None,
    };
    let pulled = match &arguments.levers {
        Some(path) => {
            let bar = context.progress.working("simulating children with levers");
            let inputs = (&population, births.as_ref(), &areas);
            let chances = (arguments.seed, arguments.paths);
            let pulled = super::levers::pull(path, inputs, &request, chances)?;
            bar.done();
            summary.line(pulled.told());
            Some(pulled)
        }
        None => None,
    };
    let mut files: Vec<NamedFile<'_>> =
        vec![(name(&arguments.out), Box::new(|to| forecast.write_csv(to)))];
    if let Some(pulled) = &pulled {
        let file = format!("{}.levers.csv", stem(&arguments.out));
        files.push((file, Box::new(|to| pulled.write_csv(to))));
    }
    let group_file = format!("{}.groups.csv", stem(&arguments.out));
    if !request.groups.is_empty() {
        files.push((
            group_file.clone(),
            Box::new(|to| forecast.write_group_csv(to)),
        ));
    }
    if let Some(demand) = &demand {
        let file = format!("{}.demand.csv", stem(&arguments.out));
        files.push((file, Box::new(|to| demand.write_csv(to))));
    }
    write_files(&arguments.out, files)?;
    summary.line(format!(
        "Children of {} areas, {} years from {} on.",
        forecast.areas().len(),
        forecast.horizon(),
        forecast.origin_year() + 1
    ));
    for group in forecast.groups() {
        if let Some(last) = forecast.fan(TOTAL_AREA, group).and_then(<[_]>::last) {
            summary.line(format!(
                "  {group}, all areas, {}: {:.0} (80 % interval {:.0} to {:.0})",
                last.year, last.q50, last.q10, last.q90
            ));
        }
    }
    for warning in forecast.warnings() {
        summary.line(format!("  {}: {}.", warning.code, warning.message));
    }
    summary.line(format!("Written to {}.", arguments.out.display()));
    summary.value("warnings", forecast.warnings())?;
    summary.value("areas", forecast.areas().len())?;
    summary.value("origin_year", forecast.origin_year())?;
    summary.value("seconds", stopwatch.seconds())?;
    summary.value("peak_memory_mib", peak_memory_mib())?;
    Ok(summary)
}

/// Places needed by month, learned from a table of take-up.
fn demand_by_month(
    path: &Path,
    (population, births, areas): (&Population, Option<&Births>, &Areas),
    request: &ForecastRequest,
    arguments: &Arguments,
    summary: &mut Summary,
) -> Result<MonthlyDemand, Failure> {
    let take_up = TakeUpCount::read(open_as_csv(path)?, &name(path)).map_err(Failure::Input)?;
    let options = PathOptions {
        oldest_age: 12,
        ..PathOptions::default()
    };
    let paths = PathModel::new(population, births, areas, request, options)
        .map_err(|error| refused(&error))?;
    let input = DemandInput::of(CareBands::saxony(), take_up);
    let model = DemandModel::learn(paths.areas(), &input).map_err(Failure::Input)?;
    for warning in model.warnings() {
        summary.line(warning.to_string());
    }
    let first = Month::from_index((paths.origin_year() + 1) * 12);
    let monthly = MonthlyDemandRequest {
        months: MonthRange::new(first, 12 * request.horizon),
        paths: arguments.paths,
        seed: arguments.seed,
        memory_mib: 256,
    };
    let demand = model
        .simulate(&PathChildren::new(&paths), &monthly)
        .map_err(Failure::Input)?;
    for care in CareType::ALL {
        let fan = demand.fan(DemandView::Residence, TOTAL_AREA, Some(care));
        if let Some(last) = fan.as_ref().and_then(|fan| fan.last()) {
            summary.line(format!(
                "  places needed, {care}, {}: {:.0} (80 % interval {:.0} to {:.0})",
                last.month, last.q50, last.q10, last.q90
            ));
        }
    }
    Ok(demand)
}

/// File name without its ending.
fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(
        || "forecast".to_owned(),
        |s| s.to_string_lossy().into_owned(),
    )
}

/// Runs `backtest`.
pub(crate) fn run_backtest(
    arguments: &BacktestArguments,
    context: &Context,
) -> Result<Summary, Failure> {
    let stopwatch = Stopwatch::start();
    let (population, births, areas) = arguments.inputs.read()?;
    let request = BacktestRequest {
        origins: origins(&arguments.origins)?,
        horizon: arguments.horizon,
        groups: groups(&arguments.groups)?,
    };
    let bar = context.progress.working("forecasting from past origins");
    let backtest = forecast::backtest(&population, births.as_ref(), &areas, &request)
        .map_err(|error| refused(&error))?;
    bar.done();
    write_files(
        &arguments.out,
        vec![(name(&arguments.out), Box::new(|to| backtest.write_csv(to)))],
    )?;
    let scores = forecast::scores(&backtest);
    let mut summary = Summary::default();
    if let Some(folder) = &arguments.report {
        let files = super::honesty::write_report(folder, (&population, &request), &backtest)?;
        summary.line(format!(
            "The report of {} files is in {}; begin with honesty.en.md.",
            files.len(),
            folder.display()
        ));
        summary.value("report", files)?;
    }
    summary.line("How good the forecasts were (WAPE = sum of errors / sum of children):");
    for score in &scores {
        summary.line(format!(
            "  {:?} {}: WAPE {} %, 80 % interval held {:.0} %, 95 % held {:.0} % of {} outcomes",
            score.level,
            score.group,
            score
                .wape
                .map_or("-".to_owned(), |wape| format!("{:.2}", wape * 100.0)),
            score.coverage80 * 100.0,
            score.coverage95 * 100.0,
            score.forecasts
        ));
    }
    summary.line(format!("Written to {}.", arguments.out.display()));
    summary.value("scores", &scores)?;
    summary.value("seconds", stopwatch.seconds())?;
    summary.value("peak_memory_mib", peak_memory_mib())?;
    Ok(summary)
}

/// `A..B`, both included.
fn origins(text: &str) -> Result<std::ops::RangeInclusive<i32>, Failure> {
    let years = text
        .split_once("..")
        .and_then(|(first, last)| Some(first.trim().parse().ok()?..=last.trim().parse().ok()?));
    years.ok_or_else(|| {
        Failure::argument(
            "E8005",
            "--origins",
            format!("{text:?} is no range of years"),
            "write for example 2014..2019",
        )
    })
}
