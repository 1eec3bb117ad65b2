//! How problems look in the description; the answers are written by [`crate::finish`].

use utoipa::ToSchema;

/// A problem (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[allow(dead_code)] // the description is its use
pub(super) struct ProblemDocument {
    /// `urn:placewright:problem:NAME`; stable.
    #[schema(rename = "type")]
    problem_type: String,
    /// In the language of `Accept-Language`.
    title: String,
    status: u16,
    /// What exactly; never anything about a child but its pseudonym.
    detail: Option<String>,
    /// Number of the error index.
    code: String,
    /// The address asked.
    instance: String,
    correlation_id: String,
    /// The field refused.
    field: Option<String>,
    /// The values to choose from, for `override-reason-missing`.
    allowed: Option<Vec<String>>,
    /// The revision now, for `revision-changed`.
    revision: Option<u64>,
    /// Wrong rows of an import, lines of a catalogue, or answers.
    errors: Option<Vec<WrongRow>>,
    /// Why a round of suggestions is not given out: how many of each kind.
    faults: Option<Vec<Fault>>,
    /// The same one by one, for the mediation office and the auditor.
    cases: Option<Vec<serde_json::Value>>,
}

/// A kind of fault of a round, and how often it would happen.
#[derive(ToSchema)]
#[allow(dead_code)] // the description is its use
pub(super) struct Fault {
    /// Number of the error index.
    code: String,
    /// `siblings_separated`, `does_not_fit`, `promise_broken`, `not_feasible` or `not_stable`.
    fault: String,
    count: u64,
}

/// Something wrong with a row of an import.
#[derive(ToSchema)]
#[allow(dead_code)] // the description is its use
pub(super) struct WrongRow {
    /// From 1, the first after the header; the line of a catalogue; the place of an answer.
    row: Option<u64>,
    column: Option<String>,
    /// Number of the error index.
    code: String,
    message: String,
    remedy: String,
}
