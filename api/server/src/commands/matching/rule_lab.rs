//! `placewright rule-lab`.

use std::path::PathBuf;

use matching::{
    CatalogueComparison, CatalogueError, LabOptions, Mechanism, MechanismReport, SolveError,
    compare_catalogues, replay,
};
use serde::Serialize;

use super::{read, refused};
use crate::commands::Context;
use crate::failure::Failure;
use crate::files::OutputFolder;
use crate::summary::Summary;

/// Replays a round under other mechanisms, and under the points of another catalogue.
#[derive(Debug, clap::Args)]
pub(crate) struct RuleLabArguments {
    /// Round directory.
    round: PathBuf,
    /// Folder for rule_lab.json.
    #[arg(long)]
    out: PathBuf,
    /// Round directory with the same children, wishes and seats but other points and lots.
    #[arg(long)]
    other: Option<PathBuf>,
    /// Seed of the lottery, for true ties and the order of the serial dictatorship.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Days that one round of offers takes.
    #[arg(long, default_value_t = LabOptions::default().days_per_round)]
    days_per_round: u32,
}

/// `rule_lab.json`.
#[derive(Debug, Serialize)]
struct RuleLab {
    options: LabOptions,
    mechanisms: Vec<MechanismReport>,
    /// Mechanisms that have no answer for joint options or budgets.
    left_out: Vec<LeftOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_catalogue: Option<CatalogueComparison>,
}

/// A mechanism that was not replayed, and why.
#[derive(Debug, Serialize)]
struct LeftOut {
    mechanism: Mechanism,
    code: &'static str,
    reason: String,
}

/// Whether a mechanism, not the round, is what cannot be run.
fn has_no_answer(error: &SolveError) -> bool {
    matches!(
        error,
        SolveError::ProgrammeSideWithSiblings
            | SolveError::FlexibleForProgrammes
            | SolveError::BlindSum { .. }
    )
}

/// Runs `rule-lab`.
pub(crate) fn run_rule_lab(
    arguments: &RuleLabArguments,
    context: &Context,
) -> Result<Summary, Failure> {
    let round = read(&arguments.round)?;
    let options = LabOptions {
        seed: arguments.seed,
        days_per_round: arguments.days_per_round,
        ..LabOptions::default()
    };
    let other = match &arguments.other {
        Some(folder) => {
            let other = read(folder)?;
            let compared = compare_catalogues(&round, &other, Mechanism::FamilyOptimal, &options);
            Some(compared.map_err(|error| not_comparable(&error))?)
        }
        None => None,
    };
    let bar = context.progress.steps("replaying", Mechanism::ALL.len());
    let mut mechanisms = Vec::with_capacity(Mechanism::ALL.len());
    let mut left_out = Vec::new();
    for mechanism in Mechanism::ALL {
        bar.step(words(mechanism));
        match replay(&round, mechanism, &options) {
            Ok(report) => mechanisms.push(report),
            Err(error) if has_no_answer(&error) => left_out.push(LeftOut {
                mechanism,
                code: error.code(),
                reason: error.to_string(),
            }),
            Err(error) => return Err(refused(&error)),
        }
    }
    bar.done();
    let lab = RuleLab {
        options,
        mechanisms,
        left_out,
        other_catalogue: other,
    };
    let mut output = OutputFolder::new(&arguments.out)?;
    output.write("rule_lab.json", |to| serde_json::to_writer_pretty(to, &lab))?;
    output.publish()?;
    let mut summary = Summary::default();
    tell(&lab, &mut summary);
    summary.line(format!("Results are in {}.", arguments.out.display()));
    summary.value("rule_lab", &lab)?;
    Ok(summary)
}

/// Rounds that cannot be compared are bad input.
fn not_comparable(error: &CatalogueError) -> Failure {
    match error {
        CatalogueError::Solve(error) => refused(error),
        CatalogueError::RoundsDiffer(what) => Failure::argument(
            error.code(),
            "--other",
            format!("the rounds differ in their {what}, but may differ in points and lots only"),
            "build both from the same children, wishes and seats",
        ),
    }
}

fn words(mechanism: Mechanism) -> &'static str {
    match mechanism {
        Mechanism::FamilyOptimal => "stable, best for families",
        Mechanism::ProgrammeOptimal => "stable, best for programmes",
        Mechanism::FirstPreferenceFirst => "first wishes first",
        Mechanism::Uncoordinated => "uncoordinated offers",
        Mechanism::SerialDictatorship => "lottery order",
        Mechanism::MostPlaced => "most placed",
        Mechanism::LeastRankSum => "least sum of ranks",
    }
}

/// One row per mechanism.
fn tell(lab: &RuleLab, summary: &mut Summary) {
    summary.line(format!(
        "{:<28} {:>8} {:>8} {:>10} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7}",
        "mechanism",
        "placed",
        "1st wish",
        "rank sum",
        "envious",
        "denied",
        "offers",
        "lapsed",
        "days50",
        "days"
    ));
    for report in &lab.mechanisms {
        summary.line(format!(
            "{:<28} {:>8} {:>8} {:>10} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7}{}",
            words(report.mechanism),
            report.placed,
            report.first_wish,
            report.rank_sum,
            report.envious_children,
            report.denied_free_seat,
            report.offers_made,
            report.offers_lapsed,
            report.waiting_days.median,
            report.waiting_days.longest,
            if report.feasible {
                ""
            } else {
                "  NOT FEASIBLE"
            }
        ));
    }
    for left_out in &lab.left_out {
        summary.line(format!(
            "{:<28} left out: {}",
            words(left_out.mechanism),
            left_out.reason
        ));
    }
    let blocking = lab.mechanisms.iter().map(|it| it.blocking_families);
    if blocking.clone().any(|families| families > 0) {
        let counts: Vec<String> = lab
            .mechanisms
            .iter()
            .map(|it| format!("{} {}", words(it.mechanism), it.blocking_families))
            .collect();
        summary.line(format!(
            "Families with joint options that block: {}.",
            counts.join("; ")
        ));
    }
    summary.line(
        "envious: children with justified envy; denied: children denied a free seat; days50: until half of the placed children know their place; days: until the end.",
    );
    if let Some(other) = &lab.other_catalogue {
        summary.line(format!(
            "Other points, best stable matching for families: {} children better off, {} worse off, {} as before; {} placed instead of {} ({} newly, {} no longer).",
            other.better,
            other.worse,
            other.unchanged,
            other.alternative.placed,
            other.declared.placed,
            other.newly_placed,
            other.no_longer_placed
        ));
        summary.line(format!(
            "Judged by the declared points, {} children of {} families would have justified envy in it.",
            other.envy_by_declared_points.children, other.envy_by_declared_points.families
        ));
    }
}
