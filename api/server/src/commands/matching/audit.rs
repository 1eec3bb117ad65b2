//! `placewright audit-decisions`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use matching::{
    AuditReport, CriterionKey, CriterionKeyError, CriterionValue, PatternOptions, audit_decisions,
    read_decisions,
};

use super::read;
use super::rows::{empty, read_rows, repeated};
use crate::commands::Context;
use crate::failure::Failure;
use crate::files::{OutputFolder, name, open_as_csv};
use crate::summary::Summary;

/// Compares decisions of providers with the order declared.
#[derive(Debug, clap::Args)]
pub(crate) struct AuditDecisionsArguments {
    /// Round directory with the declared points and lots of all applications.
    round: PathBuf,
    /// What was decided: programme_id,applicant_id,decision,reason,decided_on.
    decisions: PathBuf,
    /// Folder for audit.json.
    #[arg(long)]
    out: PathBuf,
    /// Values of declared criteria among which patterns are sought:
    /// applicant_id,programme_id,criterion,value.
    #[arg(long)]
    criteria: Option<PathBuf>,
    /// Greatest share of false findings to be expected among the patterns reported.
    #[arg(long, default_value_t = PatternOptions::default().false_share, allow_negative_numbers = true)]
    false_share: f64,
}

/// Runs `audit-decisions`.
pub(crate) fn run_audit_decisions(
    arguments: &AuditDecisionsArguments,
    context: &Context,
) -> Result<Summary, Failure> {
    let bar = context.progress.working("replaying the decisions");
    let round = read(&arguments.round)?;
    let decisions = read_decisions(open_as_csv(&arguments.decisions)?).map_err(Failure::Input)?;
    let criteria = match &arguments.criteria {
        Some(path) => read_criteria(path)?,
        None => Vec::new(),
    };
    let options = PatternOptions {
        false_share: arguments.false_share,
    };
    let report =
        audit_decisions(&round, &decisions, &criteria, &options).map_err(Failure::Input)?;
    bar.done();
    let mut output = OutputFolder::new(&arguments.out)?;
    output.write("audit.json", |to| serde_json::to_writer_pretty(to, &report))?;
    output.publish()?;
    let mut summary = Summary::default();
    tell(&report, arguments.criteria.is_some(), &mut summary);
    summary.line(format!("Results are in {}.", arguments.out.display()));
    summary.value("audit", &report)?;
    if unexplained(&report) > 0 || !report.above_capacity.is_empty() {
        summary.not_passed();
    }
    Ok(summary)
}

/// Reads values of criteria; keys of forbidden attributes are refused.
fn read_criteria(path: &Path) -> Result<Vec<CriterionValue>, Failure> {
    const COLUMNS: [&str; 4] = ["applicant_id", "programme_id", "criterion", "value"];
    let file = name(path);
    let mut problems = Vec::new();
    let mut values = Vec::new();
    let mut seen = BTreeSet::new();
    for row in read_rows(path, COLUMNS)? {
        let [applicant_id, programme_id, key, value] = row.fields;
        if applicant_id.is_empty() {
            problems.push(empty(&file, row.number, "applicant_id"));
            continue;
        }
        let criterion = match CriterionKey::new(&key) {
            Ok(criterion) => criterion,
            Err(error) => {
                let (message, remedy) = match &error {
                    CriterionKeyError::Malformed(_) => (
                        "this is no key of a criterion".to_owned(),
                        "write small letters, digits and underscores",
                    ),
                    CriterionKeyError::Forbidden { word, ground, .. } => (
                        format!(
                            "the criterion names an attribute that must not be used ({word}): {}",
                            ground.reason()
                        ),
                        "leave the rows of this criterion out",
                    ),
                };
                problems.push(
                    domain::InputProblem::new(error.code(), &file, message)
                        .at(row.number, "criterion", key)
                        .remedy(remedy),
                );
                continue;
            }
        };
        if !seen.insert((applicant_id.clone(), programme_id.clone(), key.clone())) {
            problems.push(repeated(&file, row.number, "criterion", &key));
            continue;
        }
        values.push(CriterionValue {
            applicant_id,
            programme_id: Some(programme_id).filter(|id| !id.is_empty()),
            criterion,
            value,
        });
    }
    if problems.is_empty() {
        Ok(values)
    } else {
        Err(Failure::Input(problems))
    }
}

fn unexplained(report: &AuditReport) -> usize {
    report.overrides.iter().filter(|it| !it.explained).count()
}

/// The audit in words.
fn tell(report: &AuditReport, with_criteria: bool, summary: &mut Summary) {
    const MOST_LISTED: usize = 20;
    summary.line(format!(
        "{} decisions, {} of them admissions; {} admissions out of order, {} of them without a reason.",
        report.decisions,
        report.admissions,
        report.overrides.len(),
        unexplained(report)
    ));
    for (reason, count) in &report.by_reason {
        let reason = if reason.is_empty() {
            "no reason"
        } else {
            reason
        };
        summary.line(format!(
            "  {reason}: {} admissions, {} children passed over",
            count.overrides, count.passed_over
        ));
    }
    let without_reason = report.overrides.iter().filter(|it| !it.explained);
    for one in without_reason.take(MOST_LISTED) {
        let passed: Vec<&str> = one
            .passed_over
            .iter()
            .map(|child| child.applicant_id.as_str())
            .collect();
        summary.line(format!(
            "  {}: {} admitted {} before {}",
            one.decided_on,
            one.programme_id,
            one.applicant_id,
            passed.join(", ")
        ));
    }
    if unexplained(report) > MOST_LISTED {
        summary.line(format!(
            "  ... and {} more in audit.json",
            unexplained(report) - MOST_LISTED
        ));
    }
    for (programme, group, day) in report.above_capacity.iter().take(MOST_LISTED) {
        summary.line(format!(
            "  {day}: {programme}, group {group:?}, admitted beyond its seats"
        ));
    }
    let envy = &report.envy;
    summary.line(format!(
        "In the end {} children have justified envy ({} pairs), {} pairs without a recorded reason.",
        envy.all.children, envy.all.pairs, envy.unexplained.pairs
    ));
    if with_criteria {
        summary.line(format!(
            "{} patterns in {} tests that chance at equal points hardly explains:",
            report.patterns.len(),
            report.pattern_tests
        ));
        for pattern in report.patterns.iter().take(MOST_LISTED) {
            summary.line(format!(
                "  {}, {} = {}: {} of {} admitted, by chance {:.1} (adjusted p {:.4})",
                pattern.programme_id,
                pattern.criterion.as_str(),
                pattern.value,
                pattern.admitted_with_value,
                pattern.with_value,
                pattern.expected_with_value,
                pattern.adjusted_p_value
            ));
        }
    } else {
        summary.line("Patterns were not sought: --criteria gives the values of declared criteria.");
    }
}
