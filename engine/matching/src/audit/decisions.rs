//! `decisions.csv`: what providers decided, in time order.

use std::io::Read;

use domain::InputProblem;
use jiff::civil::Date;
use serde::Serialize;

use crate::csv_table::CsvTable;
use crate::error_codes as code;
use crate::problems::Problems;
use crate::rolling::DeviationReason;

/// What was decided about an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// The child was passed over although a place was given.
    PassOver,
    /// The child got a place.
    Admit,
    /// The child gave the place up again, or its offer came to nothing.
    GiveUp,
}

/// One decision of a provider.
///
/// Decisions are ordered by day; of one day, those to pass a child over come first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Decision {
    /// Day of the decision.
    pub decided_on: Date,
    /// What was decided.
    pub decision: DecisionKind,
    /// The programme.
    pub programme_id: String,
    /// The child.
    pub applicant_id: String,
    /// Reason code; `None` where none was given.
    pub reason: Option<DeviationReason>,
}

const DECISIONS: &str = "decisions.csv";
const COLUMNS: &[&str] = &[
    "programme_id",
    "applicant_id",
    "decision",
    "reason",
    "decided_on",
];
const ROW_LIMIT: u64 = 100_000_000;

/// Reads `decisions.csv`: `programme_id,applicant_id,decision,reason,decided_on`, in any order of rows
/// and columns.
///
/// `decision` is `admit`, `pass_over` or `give_up`, `reason` a code of [`DeviationReason`] or empty, `decided_on`
/// a date such as `2027-03-15`.
///
/// # Errors
///
/// Every malformed row at once; see [`crate::ERROR_CODES`].
///
/// ```
/// let csv = "programme_id,applicant_id,decision,reason,decided_on\n\
///     P,A,admit,,2027-03-15\nP,B,refuse,because,15.3.2027\n";
/// let problems = matching::read_decisions(csv.as_bytes()).unwrap_err();
/// let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
/// assert_eq!(codes, ["E2136", "E2137", "E2131"]);
/// ```
pub fn read_decisions(input: impl Read) -> Result<Vec<Decision>, Vec<InputProblem>> {
    let mut problems = Problems::default();
    let mut rows = Vec::new();
    let table = CsvTable::open(DECISIONS, COLUMNS, input, ROW_LIMIT, &mut problems);
    if let Some(mut table) = table {
        while table.advance(&mut problems) {
            let programme = table.filled(0, &mut problems).map(str::to_owned);
            let applicant = table.filled(1, &mut problems).map(str::to_owned);
            let kind = kind(&table, &mut problems);
            let reason = reason(&table, &mut problems);
            let day = day(&table, &mut problems);
            if let (
                Some(programme_id),
                Some(applicant_id),
                Some(decision),
                Some(reason),
                Some(day),
            ) = (programme, applicant, kind, reason, day)
            {
                rows.push(Decision {
                    decided_on: day,
                    decision,
                    programme_id,
                    applicant_id,
                    reason,
                });
            }
        }
    }
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(problems.into_list())
    }
}

fn kind<R: Read>(table: &CsvTable<R>, problems: &mut Problems) -> Option<DecisionKind> {
    match table.text(2, problems)? {
        "admit" => Some(DecisionKind::Admit),
        "pass_over" => Some(DecisionKind::PassOver),
        "give_up" => Some(DecisionKind::GiveUp),
        _ => {
            let problem = table.problem(code::UNKNOWN_DECISION, 2, "the decision is unknown");
            problems.push(problem.remedy("write admit, pass_over or give_up"));
            None
        }
    }
}

fn reason<R: Read>(
    table: &CsvTable<R>,
    problems: &mut Problems,
) -> Option<Option<DeviationReason>> {
    let text = table.text(3, problems)?;
    if text.is_empty() {
        return Some(None);
    }
    let reason = text.parse().ok();
    if reason.is_none() {
        let known: Vec<&str> = DeviationReason::all().map(DeviationReason::code).collect();
        let unknown = code::UNKNOWN_DEVIATION_REASON;
        problems.push(
            table
                .problem(unknown, 3, "the reason code is unknown")
                .remedy(format!(
                    "leave it empty or write one of {}",
                    known.join(", ")
                )),
        );
    }
    reason.map(Some)
}

fn day<R: Read>(table: &CsvTable<R>, problems: &mut Problems) -> Option<Date> {
    let day = table.text(4, problems)?.parse().ok();
    if day.is_none() {
        let problem = table.problem(code::BAD_DECISION_DATE, 4, "the field is not a date");
        problems.push(problem.remedy("write the day as in 2027-03-15"));
    }
    day
}
