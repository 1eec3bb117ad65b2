//! `placewright points`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use domain::InputProblem;
use matching::{AnswerRow, Answers, CriteriaCatalogue, CriterionScope, Evaluation, EvidenceState};
use serde::Serialize;

use super::rows::{empty, read_rows, repeated};
use crate::failure::Failure;
use crate::files::{OutputFolder, name, open};
use crate::summary::Summary;

/// Checks a criteria catalogue, and turns answers into points.
#[derive(Debug, clap::Args)]
pub(crate) struct PointsArguments {
    /// Criteria catalogue (TOML).
    catalogue: PathBuf,
    /// Answers: applicant_id,programme_id,attribute,value,evidence (yes, no or nothing). An empty
    /// programme means all programmes.
    answers: Option<PathBuf>,
    /// File for the points; printed if absent.
    #[arg(long, requires = "answers")]
    out: Option<PathBuf>,
}

/// The answers of one child for one programme; empty for a child without answers for one.
type Application = (String, String);

/// One criterion of one application.
#[derive(Debug, Serialize)]
struct PointsRow<'a> {
    applicant_id: &'a str,
    programme_id: &'a str,
    points: i32,
    criterion: &'a str,
    scope: CriterionScope,
    answer: &'a str,
    evidence: EvidenceState,
    contribution: i32,
}

/// Runs `points`.
pub(crate) fn run_points(arguments: &PointsArguments) -> Result<Summary, Failure> {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut open(&arguments.catalogue)?, &mut text)
        .map_err(|error| Failure::open(&arguments.catalogue, &error))?;
    let catalogue =
        CriteriaCatalogue::parse(&text, &name(&arguments.catalogue)).map_err(Failure::Input)?;
    let mut summary = Summary::default();
    summary.value("catalogue", catalogue.id())?;
    summary.value("version", catalogue.version())?;
    summary.value("version_hash", catalogue.version_hash())?;
    let Some(answers) = &arguments.answers else {
        summary.line(format!(
            "Catalogue {} version {} of provider {}, valid from {}: no problem found.",
            catalogue.id(),
            catalogue.version(),
            catalogue.provider(),
            catalogue.valid_from()
        ));
        summary.line(format!("Version hash {}", catalogue.version_hash()));
        return Ok(summary);
    };
    let points: Vec<(Application, Evaluation)> = read_answers(answers)?
        .into_iter()
        .map(|(application, answers)| (application, catalogue.evaluate(&answers)))
        .collect();
    match &arguments.out {
        Some(out) => {
            let folder = out
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            let mut output = OutputFolder::new(folder)?;
            output.write(&name(out), |to| write_points(&points, to))?;
            output.publish()?;
            summary.line(format!("Version hash {}", catalogue.version_hash()));
            summary.line(format!(
                "Points of {} applications are in {}.",
                points.len(),
                out.display()
            ));
        }
        None => {
            let mut printed = Vec::new();
            write_points(&points, &mut printed)?;
            for line in String::from_utf8(printed)?.lines() {
                summary.line(line);
            }
        }
    }
    let applications: Vec<serde_json::Value> = points
        .iter()
        .map(|((applicant, programme), evaluation)| {
            serde_json::json!({
                "applicant_id": applicant,
                "programme_id": programme,
                "points": evaluation.points,
                "contributions": evaluation.contributions,
            })
        })
        .collect();
    summary.value("applications", applications)?;
    Ok(summary)
}

/// Reads answers and puts them together by application: answers for all programmes, then those for
/// one.
fn read_answers(path: &Path) -> Result<BTreeMap<Application, Answers>, Failure> {
    const COLUMNS: [&str; 5] = [
        "applicant_id",
        "programme_id",
        "attribute",
        "value",
        "evidence",
    ];
    let file = name(path);
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    let mut given: BTreeMap<Application, Vec<AnswerRow>> = BTreeMap::new();
    for row in read_rows(path, COLUMNS)? {
        let number = row.number;
        let [applicant_id, programme_id, attribute, value, evidence] = row.fields;
        if applicant_id.is_empty() {
            problems.push(empty(&file, number, "applicant_id"));
        }
        if !matches!(evidence.as_str(), "yes" | "no" | "") {
            problems.push(
                InputProblem::new(
                    "E8017",
                    &file,
                    "this does not say whether evidence was shown",
                )
                .at(number, "evidence", evidence.as_str())
                .remedy("write yes, no or nothing"),
            );
        }
        let about = (
            applicant_id.clone(),
            programme_id.clone(),
            attribute.clone(),
        );
        if !seen.insert(about) {
            problems.push(repeated(&file, number, "attribute", &attribute));
        }
        let row = AnswerRow {
            applicant_id: applicant_id.clone(),
            programme_id: programme_id.clone(),
            attribute,
            value,
            evidence_shown: evidence == "yes",
        };
        if let Err(found) = Answers::check(std::slice::from_ref(&row)) {
            problems.extend(found.into_iter().map(|mut problem| {
                problem.file.clone_from(&file);
                problem.row = Some(number);
                problem
            }));
        }
        given
            .entry((applicant_id, programme_id))
            .or_default()
            .push(row);
    }
    if !problems.is_empty() {
        return Err(Failure::Input(problems));
    }
    let with_programme: BTreeSet<String> = given
        .keys()
        .filter(|(_, programme)| !programme.is_empty())
        .map(|(applicant, _)| applicant.clone())
        .collect();
    let mut answers = BTreeMap::new();
    for (application, own) in &given {
        let (applicant, programme) = application;
        if programme.is_empty() && with_programme.contains(applicant) {
            continue; // counted with each programme named
        }
        let general = given.get(&(applicant.clone(), String::new()));
        let mut rows: Vec<AnswerRow> = general
            .filter(|_| !programme.is_empty())
            .cloned()
            .unwrap_or_default();
        rows.extend(own.iter().cloned());
        let checked = Answers::check(&rows).map_err(Failure::Input)?;
        answers.insert(application.clone(), checked);
    }
    Ok(answers)
}

/// One row per application and criterion.
fn write_points(points: &[(Application, Evaluation)], to: impl Write) -> anyhow::Result<()> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(to);
    writer.write_record([
        "applicant_id",
        "programme_id",
        "points",
        "criterion",
        "scope",
        "answer",
        "evidence",
        "contribution",
    ])?;
    for ((applicant_id, programme_id), evaluation) in points {
        for contribution in &evaluation.contributions {
            writer.serialize(PointsRow {
                applicant_id,
                programme_id,
                points: evaluation.points,
                criterion: &contribution.criterion,
                scope: contribution.scope,
                answer: &contribution.answer,
                evidence: contribution.evidence,
                contribution: contribution.points,
            })?;
        }
    }
    writer.flush()?;
    Ok(())
}
