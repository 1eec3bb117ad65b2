//! `placewright check-matching`.

use std::path::PathBuf;

use matching::{CheckReport, check_matching, read_placements};

use super::read;
use crate::failure::Failure;
use crate::files::open_as_csv;
use crate::summary::Summary;

/// Checks placements against a round, knowing nothing of how they were made.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArguments {
    /// Round directory.
    round: PathBuf,
    /// Placements to check.
    placements: PathBuf,
}

/// Runs `check-matching`.
pub(crate) fn run_check(arguments: &CheckArguments) -> Result<Summary, Failure> {
    let round = read(&arguments.round)?;
    let placements =
        read_placements(open_as_csv(&arguments.placements)?).map_err(Failure::Input)?;
    let report = check_matching(&round, &placements);
    let mut summary = Summary::default();
    let is_joint = round.joint_family_count() > 0;
    tell(
        &report,
        is_joint,
        round.has_flexible_programmes(),
        &mut summary,
    )?;
    if !report.is_stable() {
        summary.not_passed();
    }
    Ok(summary)
}

/// The verdict in words and as JSON.
fn tell(
    report: &CheckReport,
    is_joint: bool,
    is_flexible: bool,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    const MOST_LISTED: usize = 50;
    if report.is_stable() {
        let kept = if is_flexible {
            "within the budgets, fair, no justified envy"
        } else if is_joint {
            "no family blocks with a joint option, no justified envy, no free seat denied"
        } else {
            "no justified envy, no free seat denied"
        };
        summary.line(format!(
            "Feasible and {}: {} of {} children placed, {kept}.",
            if is_flexible { "fair" } else { "stable" },
            report.placed,
            report.applicants
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
    if is_flexible {
        summary.line(super::words::allowed_waste(report));
    }
    summary
        .value("stable", report.is_stable())?
        .value("report", report)?;
    Ok(())
}
