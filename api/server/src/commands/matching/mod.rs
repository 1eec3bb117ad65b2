//! Placement matching from files: `match`, `check-matching`, `rule-lab`, `audit-decisions`, `points`
//! and `chances`.

mod audit;
mod chances;
mod check;
mod place;
mod points;
mod rows;
mod rule_lab;
mod words;

use std::io::Read;
use std::path::Path;

use matching::{Round, RoundFiles, SolveError, read_round};

pub(crate) use audit::{AuditDecisionsArguments, run_audit_decisions};
pub(crate) use chances::{ChancesArguments, run_chances};
pub(crate) use check::{CheckArguments, run_check};
pub(crate) use place::{MatchArguments, run_match};
pub(crate) use points::{PointsArguments, run_points};
pub(crate) use rule_lab::{RuleLabArguments, run_rule_lab};

use crate::failure::Failure;
use crate::files::{contract_file, open_as_csv};

/// A file that the round directory must have.
fn required(folder: &Path, stem: &str, remedy: &str) -> Result<Box<dyn Read>, Failure> {
    match contract_file(folder, stem)? {
        Some(path) => open_as_csv(&path),
        None => Err(Failure::argument(
            "E8004",
            &folder.join(format!("{stem}.csv")).display().to_string(),
            "the file of the round directory is missing",
            remedy,
        )),
    }
}

/// Reads a round directory.
fn read(folder: &Path) -> Result<Round, Failure> {
    const REMEDY: &str = "add it; a round has at least programmes.csv and applications.csv";
    let optional = |stem: &str| -> Result<Option<Box<dyn Read>>, Failure> {
        contract_file(folder, stem)?
            .map(|path| open_as_csv(&path))
            .transpose()
    };
    let mut files = RoundFiles::new(
        required(folder, "programmes", REMEDY)?,
        required(folder, "applications", REMEDY)?,
    );
    files.applicants = optional("applicants")?;
    files.family_options = optional("family_options")?;
    files.budgets = optional("budgets")?;
    files.seat_weights = optional("seat_weights")?;
    read_round(files).map_err(Failure::Input)
}

/// A round that cannot be run as asked is bad input; a fault of the exact model is none.
fn refused(error: &SolveError) -> Failure {
    let what = match error {
        SolveError::BadTimeLimit(_) => "--time-limit",
        SolveError::FlexibleForProgrammes | SolveError::ProgrammeSideWithSiblings => {
            "--optimal-for"
        }
        SolveError::MaxSizeWithBudgets | SolveError::MaxSizeWithSiblings => "--ties",
        SolveError::JointOptionsWithBudgets => "budgets.csv",
        SolveError::BlindSum { .. } => "rule-lab",
        SolveError::ExactModel(_) => return Failure::Run(anyhow::anyhow!("{error}")),
    };
    let known = matching::ERROR_CODES
        .iter()
        .find(|known| known.code == error.code());
    // The message carries its number and its remedy; both are told apart here.
    let message = error.to_string();
    let message = message.trim_start_matches(error.code()).trim_start();
    let message = message
        .rsplit_once("; ")
        .map_or(message, |(cause, _)| cause);
    let remedy = known.map_or("", |known| known.remedy);
    Failure::argument(error.code(), what, message, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_a_round_has_its_own_number_argument_and_remedy() {
        let refusals = [
            SolveError::BadTimeLimit(-1.0),
            SolveError::FlexibleForProgrammes,
            SolveError::MaxSizeWithBudgets,
            SolveError::JointOptionsWithBudgets,
            SolveError::ProgrammeSideWithSiblings,
            SolveError::MaxSizeWithSiblings,
            SolveError::BlindSum { joint: true },
        ];
        let told: Vec<String> = refusals
            .iter()
            .map(|error| match refused(error) {
                Failure::Input(problems) => {
                    assert!(!problems[0].remedy.is_empty());
                    assert!(!problems[0].message.contains("E2"), "{}", problems[0]);
                    format!("{} {}", problems[0].code, problems[0].file)
                }
                Failure::Run(error) => panic!("{error}"),
            })
            .collect();
        assert_eq!(
            told,
            [
                "E2080 --time-limit",
                "E2110 --optimal-for",
                "E2112 --ties",
                "E2113 budgets.csv",
                "E2070 --optimal-for",
                "E2071 --ties",
                "E2187 rule-lab",
            ]
        );
        let fault = refused(&SolveError::ExactModel("no memory".to_owned()));
        assert!(matches!(fault, Failure::Run(error) if error.to_string().contains("E2073")));
    }
}
