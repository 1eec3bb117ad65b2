//! `placewright chances`.

use std::io::Write;
use std::path::PathBuf;

use matching::{
    ChanceAssumptions, ChanceBand, ChildChances, LaterApplicants, chances, patterns_of,
};
use serde::Serialize;

use super::read;
use crate::commands::Context;
use crate::failure::Failure;
use crate::files::OutputFolder;
use crate::measure::Stopwatch;
use crate::summary::Summary;

/// Estimates each child's chance of each wish, with applications still to come.
#[derive(Debug, clap::Args)]
pub(crate) struct ChancesArguments {
    /// Round directory, as it is now.
    round: PathBuf,
    /// Folder for chances.csv.
    #[arg(long)]
    out: PathBuf,
    /// Applications expected until the round closes; drawn like those of the round.
    #[arg(long, allow_negative_numbers = true)]
    later: f64,
    /// How uncertain that number is, as a share of it, from 0 to 1.
    #[arg(long, default_value_t = 0.2, allow_negative_numbers = true)]
    uncertainty: f64,
    /// Chance that a child leaves the round before it closes, from 0 to 1.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    withdrawal: f64,
    /// Number of draws, from 1 to 1,000,000.
    #[arg(long, default_value_t = ChanceAssumptions::default().draws)]
    draws: u32,
    /// Seed of the draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// One wish of one child.
#[derive(Debug, Serialize)]
struct ChanceRow<'a> {
    applicant_id: &'a str,
    programme_id: &'a str,
    rank: u32,
    here_percent: u8,
    here_band: ChanceBand,
    here_or_better_percent: u8,
    here_or_better_band: ChanceBand,
    any_place_percent: u8,
    any_place_band: ChanceBand,
}

/// Runs `chances`.
pub(crate) fn run_chances(
    arguments: &ChancesArguments,
    context: &Context,
) -> Result<Summary, Failure> {
    let stopwatch = Stopwatch::start();
    let bar = context.progress.working("drawing what may still come");
    let round = read(&arguments.round)?;
    let assumptions = ChanceAssumptions {
        later: LaterApplicants {
            expected: arguments.later,
            uncertainty: arguments.uncertainty,
            patterns: patterns_of(&round),
        },
        freed: Vec::new(),
        withdrawal: arguments.withdrawal,
        draws: arguments.draws,
        seed: arguments.seed,
    };
    let found = chances(&round, &assumptions).map_err(Failure::Input)?;
    bar.done();
    let mut output = OutputFolder::new(&arguments.out)?;
    output.write("chances.csv", |to| write_chances(&found, to))?;
    output.publish()?;
    let mut summary = Summary::default();
    summary.line(format!(
        "Chances of {} children from {} draws with {} applications still to come, {:.2} s.",
        found.len(),
        arguments.draws,
        arguments.later,
        stopwatch.seconds()
    ));
    let mut bands = serde_json::Map::new();
    for (band, words) in BANDS {
        let children = found
            .iter()
            .filter(|child| child.placed.band == band)
            .count();
        summary.line(format!("  any place, {words:<24} {children:>8} children"));
        let key = serde_json::to_value(band)?;
        bands.insert(key.as_str().unwrap_or_default().to_owned(), children.into());
    }
    summary.line("They hold if later applications are like those of the round so far.");
    if round.joint_family_count() > 0 {
        summary.line(
            "Brothers and sisters of the round are placed by their joint options; later applications are drawn child by child.",
        );
    }
    summary.line(format!("Results are in {}.", arguments.out.display()));
    summary.value("children", found.len())?;
    summary.value("any_place", bands)?;
    summary.value("seconds", stopwatch.seconds())?;
    Ok(summary)
}

const BANDS: [(ChanceBand, &str); 6] = [
    (ChanceBand::HardlyAny, "under 5 in 100:"),
    (ChanceBand::Low, "5 to under 25 in 100:"),
    (ChanceBand::Fair, "25 to under 50 in 100:"),
    (ChanceBand::Good, "50 to under 75 in 100:"),
    (ChanceBand::High, "75 to under 95 in 100:"),
    (ChanceBand::AlmostSure, "95 in 100 and more:"),
];

/// One row per child and wish, by child, best wish first.
fn write_chances(found: &[ChildChances], to: impl Write) -> anyhow::Result<()> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(to);
    writer.write_record([
        "applicant_id",
        "programme_id",
        "rank",
        "here_percent",
        "here_band",
        "here_or_better_percent",
        "here_or_better_band",
        "any_place_percent",
        "any_place_band",
    ])?;
    for child in found {
        for wish in &child.wishes {
            writer.serialize(ChanceRow {
                applicant_id: &child.applicant_id,
                programme_id: &wish.programme_id,
                rank: wish.rank,
                here_percent: wish.here.percent,
                here_band: wish.here.band,
                here_or_better_percent: wish.here_or_better.percent,
                here_or_better_band: wish.here_or_better.band,
                any_place_percent: child.placed.percent,
                any_place_band: child.placed.band,
            })?;
        }
    }
    writer.flush()?;
    Ok(())
}
