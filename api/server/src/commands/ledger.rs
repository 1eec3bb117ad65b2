//! `protect --ledger` and `audit-table --ledger`: tables judged beside everything released before.

use disclosure::{
    AttackerAudit, ConfidentialTable, DisclosurePolicy, LedgerDecision, LedgerError, PassedRelease,
    Refusal, ReleaseLedger, ReleaseRequest, ReleaseScope, ReleasedTable,
};
use jiff::Timestamp;
use jiff::civil::Date;
use store::LedgerStore as _;

use crate::database;
use crate::failure::Failure;
use crate::summary::Summary;

/// Which ledger, and what its tables count.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct LedgerArguments {
    /// Database with the release ledger: a SQLite file or postgres://…; no table is judged alone then.
    #[arg(long, value_name = "FILE_OR_DATABASE", requires = "date")]
    pub(crate) ledger: Option<String>,
    /// The day the records are of; needs --ledger.
    #[arg(long, value_name = "YYYY-MM-DD", requires = "ledger")]
    pub(crate) date: Option<Date>,
    /// Which children the records are; tables of one name and date are judged together.
    #[arg(long, default_value = "children", requires = "ledger")]
    pub(crate) population: String,
    /// Number of the correction; 0 is the first account of the date.
    #[arg(long, default_value_t = 0, requires = "ledger")]
    pub(crate) revision: u32,
}

impl LedgerArguments {
    /// Address and scope; `None` without a ledger.
    pub(crate) fn place(&self) -> Option<(&str, ReleaseScope)> {
        let scope = ReleaseScope::new(self.population.clone(), self.date?);
        Some((self.ledger.as_deref()?, scope.revised(self.revision)))
    }
}

/// What became of the tables of a spec.
pub(crate) enum Judged {
    /// All of them with their attack beside all releases of the date, and how many were known.
    Released(Vec<(ReleasedTable, AttackerAudit)>, usize),
    /// At least one was refused; nothing was written.
    Refused(Vec<Refusal>),
}

/// A table that passed, or that was known.
enum Outcome {
    Passed(Box<PassedRelease>),
    Known(Box<ReleasedTable>),
}

/// Judges all tables, each beside those before it, and writes all or none.
pub(crate) async fn judge(
    address: &str,
    scope: &ReleaseScope,
    tables: Vec<ConfidentialTable>,
    policy: &DisclosurePolicy,
    accepts_proposals: bool,
) -> Result<Judged, Failure> {
    let store = database::open(address).await?;
    let mut ledger = store.release_ledger().await?;
    let before = ledger.len();
    let mut outcomes = Vec::new();
    let mut refusals = Vec::new();
    for table in tables {
        let request = ReleaseRequest::new(table, policy.clone(), scope.clone());
        let decision = decide(&ledger, &request, accepts_proposals);
        match decision.map_err(|error| bad_request(&error))? {
            LedgerDecision::Released(passed) => {
                ledger.record((*passed).clone());
                outcomes.push(Outcome::Passed(passed));
            }
            LedgerDecision::Repeated(table) => outcomes.push(Outcome::Known(table)),
            LedgerDecision::Refused(refusal) => refusals.push(*refusal),
        }
    }
    if !refusals.is_empty() {
        return Ok(Judged::Refused(refusals));
    }
    let mut written = before;
    let mut known = 0;
    let mut released = Vec::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Passed(passed) => {
                store
                    .keep_passed(&passed, written, Timestamp::now())
                    .await?;
                written += 1;
                released.push(passed.table().clone());
            }
            Outcome::Known(table) => {
                known += 1;
                released.push(*table);
            }
        }
    }
    let audits = ledger.audit(scope)?;
    let attack = |name: &str| {
        let found = audits.iter().find(|(table, _)| table == name);
        found.map_or_else(
            || AttackerAudit { cells: Vec::new() },
            |(_, audit)| audit.clone(),
        )
    };
    let pairs = released.into_iter().map(|table| {
        let audit = attack(table.name());
        (table, audit)
    });
    Ok(Judged::Released(pairs.collect(), known))
}

/// The decision, or that on the proposal where proposals are accepted.
fn decide(
    ledger: &ReleaseLedger,
    request: &ReleaseRequest,
    accepts_proposals: bool,
) -> Result<LedgerDecision, LedgerError> {
    let decision = ledger.decide(request)?;
    match &decision {
        LedgerDecision::Refused(refusal) if accepts_proposals => match refusal.proposal() {
            Some(proposal) => ledger.decide(proposal.request()),
            None => Ok(decision),
        },
        _ => Ok(decision),
    }
}

/// A request that contradicts the ledger is bad input.
fn bad_request(error: &LedgerError) -> Failure {
    let text = error.to_string();
    let message = text
        .split_once(": ")
        .map_or(text.as_str(), |(_, rest)| rest);
    let listed = disclosure::ERROR_CODES
        .iter()
        .find(|code| code.code == error.code());
    let remedy = listed.map_or("", |code| code.remedy);
    Failure::argument(error.code(), "ledger", message, remedy)
}

/// A refusal in both languages, for those who may see single records.
pub(crate) fn tell_refusals(refusals: &[Refusal], summary: &mut Summary) {
    for refusal in refusals {
        summary.line(refusal.to_string()).not_passed();
        if let Some(witness) = refusal.witness() {
            summary.line(format!("  {}", witness.german()));
            summary.line(format!("  {}", witness.english()));
        }
        match refusal.proposal() {
            Some(proposal) => {
                summary.line(format!("  {}", proposal.german()));
                summary.line(format!("  {}", proposal.english()));
                summary.line("  --accept-proposal releases it that way.");
            }
            None => {
                summary.line("  No proposal was found: do not publish this table.");
            }
        }
    }
    summary.line(
        "Nothing was written. Witness and proposal are internal: they tell which cells are small.",
    );
}

/// Runs `audit-table --ledger`: every suppressed cell of every release of the date.
pub(crate) async fn audit(address: &str, scope: &ReleaseScope) -> Result<Summary, Failure> {
    const MOST_LISTED: usize = 100;
    let store = database::open_existing(address).await?;
    let ledger = store.release_ledger().await?;
    let audits = ledger.audit(scope)?;
    let mut summary = Summary::default();
    summary.line(format!(
        "{} releases of {scope}, attacked together.",
        audits.len()
    ));
    for (table, audit) in &audits {
        let recovered = audit
            .cells
            .iter()
            .filter(|cell| cell.is_recovered())
            .count();
        summary.line(format!(
            "{table}: {} cells are suppressed; {recovered} can be calculated.",
            audit.cells.len()
        ));
        for cell in audit.cells.iter().take(MOST_LISTED) {
            let upper = cell
                .upper
                .map_or_else(|| "no limit".to_owned(), |upper| upper.to_string());
            summary.line(format!(
                "  {}: {} to {upper}",
                cell.coordinates.join(" / "),
                cell.lower
            ));
        }
    }
    let listed: Vec<serde_json::Value> = audits
        .iter()
        .map(
            |(table, audit)| serde_json::json!({ "table": table, "suppressed_cells": audit.cells }),
        )
        .collect();
    summary.value("releases", &listed)?;
    Ok(summary)
}
