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
