//! `placewright match` and `placewright check-matching`.

use std::io::Read;
use std::path::{Path, PathBuf};

use matching::{
    CheckReport, Explainer, OptimalFor, Round, RoundFiles, RoundOptions, RoundSummary, TieRule,
    check_matching, read_placements, read_round, solve, write_placements,
};

use super::Context;
use crate::failure::Failure;
use crate::files::{OutputFolder, contract_file, open_as_csv};
use crate::measure::{Stopwatch, peak_memory_mib};
use crate::summary::Summary;

/// Runs a city-wide placement round from files.
#[derive(Debug, clap::Args)]
pub(crate) struct MatchArguments {
    /// Round directory: programmes, applications, and the optional files of the contract.
    round: PathBuf,
    /// Folder for placements.csv and summary.json.
    #[arg(long)]
    out: PathBuf,
    /// Whose best stable matching.
    #[arg(long, value_enum, default_value_t = Side::Families)]
    optimal_for: Side,
    /// What to do with true ties.
    #[arg(long, value_enum, default_value_t = Ties::Lottery)]
    ties: Ties,
    /// Seed of the lottery; published with the result.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Most seconds to compute. Deferred acceptance needs no limit; it is checked after the run.
    #[arg(long)]
    time_limit: Option<f64>,
    /// Also writes reasons.csv: why each better wish was not granted.
    #[arg(long)]
    reasons: bool,
}

/// Whose best stable matching.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Side {
    /// Every child gets its best place in any stable matching.
    Families,
    /// Every programme gets its best children in any stable matching.
    Programmes,
}

/// What to do with true ties.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Ties {
    /// One seeded lot per family.
    Lottery,
    /// Place as many children as possible.
    MaxSize,
}

/// Checks placements against a round, knowing nothing of how they were made.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArguments {
    /// Round directory.
    round: PathBuf,
    /// Placements to check.
    placements: PathBuf,
}

/// Reads a round directory.
fn read(folder: &Path) -> Result<Round, Failure> {
    let required = |stem: &str| -> Result<Box<dyn Read>, Failure> {
        match contract_file(folder, stem)? {
            Some(path) => open_as_csv(&path),
            None => Err(Failure::argument(
                "E8004",
                &folder.join(format!("{stem}.csv")).display().to_string(),
                "the file of the round directory is missing",
                "add it; a round has at least programmes.csv and applications.csv",
            )),
        }
    };
    let optional = |stem: &str| -> Result<Option<Box<dyn Read>>, Failure> {
        contract_file(folder, stem)?
            .map(|path| open_as_csv(&path))
            .transpose()
    };
    let mut files = RoundFiles::new(required("programmes")?, required("applications")?);
    files.applicants = optional("applicants")?;
    files.family_options = optional("family_options")?;
    files.budgets = optional("budgets")?;
    files.seat_weights = optional("seat_weights")?;
    read_round(files).map_err(Failure::Input)
}

/// Runs `match`.
pub(crate) fn run_match(arguments: &MatchArguments, context: &Context) -> Result<Summary, Failure> {
    let stopwatch = Stopwatch::start();
    let bar = context.progress.working("running the placement round");
    let round = read(&arguments.round)?;
    let options = RoundOptions {
        optimal_for: match arguments.optimal_for {
            Side::Families => OptimalFor::Families,
            Side::Programmes => OptimalFor::Programmes,
        },
        ties: match arguments.ties {
            Ties::Lottery => TieRule::Lottery,
            Ties::MaxSize => TieRule::MaxSize,
        },
        seed: arguments.seed,
    };
    let outcome = solve(&round, &options).map_err(|error| {
        Failure::argument(
            error.code(),
            "--ties",
            error.to_string(),
            "use --ties lottery",
        )
    })?;
    let placements = outcome.placements();
    // Results are checked before they are stored, by a checker that does not know the solver.
    let report = check_matching(&round, &placements);
    let mut figures = RoundSummary::new(&outcome, &report)?;
    bar.done();
    if !report.is_stable() {
        return Err(Failure::Run(anyhow::anyhow!(
            "the checker found {} faults in the result, so nothing was written; please report this",
            report.findings.len()
        )));
    }
    if let Some(limit) = arguments.time_limit
        && stopwatch.seconds() > limit
    {
        return Err(Failure::Run(anyhow::anyhow!(
            "the round took {:.2} s, longer than the limit of {limit} s; nothing was written",
            stopwatch.seconds()
        )));
    }
    figures.seconds = Some(stopwatch.seconds());
    figures.peak_memory_bytes = peak_memory_mib().map(|mib| (mib * 1024.0 * 1024.0) as u64);
    let mut output = OutputFolder::new(&arguments.out)?;
    output.write("placements.csv", |to| write_placements(&placements, to))?;
    if arguments.reasons {
        output.write("reasons.csv", |to| Explainer::new(&outcome).write(to))?;
    }
    output.write("summary.json", |to| {
        serde_json::to_writer_pretty(to, &figures)
    })?;
    output.publish()?;
    let mut summary = Summary::default();
    summary.line(format!(
        "{} of {} children have a place; {} do not. {} seats.",
        figures.placed, figures.applicants, figures.unplaced, figures.seats
    ));
    for (rank, children) in figures.rank_histogram.iter().take(10) {
        summary.line(format!("  wish {rank:>2}: {children:>8} children"));
    }
    summary.line("The checker confirms: feasible, no justified envy, no free seat denied.");
    if figures.lottery.families_in_ties > 0 {
        summary.line(format!(
            "{} families stood in true ties; the lot of seed {} decided, to the disadvantage of {}.",
            figures.lottery.families_in_ties, arguments.seed, figures.lottery.families_denied_by_lottery
        ));
    }
    summary.line(format!("Results are in {}.", arguments.out.display()));
    summary.value("summary", &figures)?;
    Ok(summary)
}

/// Runs `check-matching`.
pub(crate) fn run_check(arguments: &CheckArguments) -> Result<Summary, Failure> {
    let round = read(&arguments.round)?;
    let placements =
        read_placements(open_as_csv(&arguments.placements)?).map_err(Failure::Input)?;
    let report = check_matching(&round, &placements);
    let mut summary = Summary::default();
    tell(&report, &mut summary)?;
    if !report.is_stable() {
        summary.not_passed();
    }
    Ok(summary)
}

/// The verdict in words and as JSON.
fn tell(report: &CheckReport, summary: &mut Summary) -> anyhow::Result<()> {
    const MOST_LISTED: usize = 50;
    if report.is_stable() {
        summary.line(format!(
            "Feasible and stable: {} of {} children placed, no justified envy, no free seat denied.",
            report.placed, report.applicants
        ));
    } else {
        summary.line(format!("{} faults:", report.findings.len()));
        for finding in report.findings.iter().take(MOST_LISTED) {
            summary.line(format!("  {finding}"));
        }
        if report.findings.len() > MOST_LISTED {
            summary.line(format!(
                "  ... and {} more",
                report.findings.len() - MOST_LISTED
            ));
        }
    }
    summary
        .value("stable", report.is_stable())?
        .value("report", report)?;
    Ok(())
}
