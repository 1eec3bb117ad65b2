//! What is asked and told: envelopes, receipts, events, logs, jobs, tokens.

use domain::procedure::{Actor, FreedPlace, FreedPlaceOutcome, Mandate, Refusal, Role};
use domain::{ActorId, CareType, ChildId, FacilityId, ProviderId};
use jiff::{Timestamp, civil::Date};

use crate::StoreError;

/// Who asks, when, and under which key: what every write carries besides its command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Who acts.
    pub actor: Actor,
    /// The mandate when staff act for custodians (K53).
    pub on_behalf_of: Option<Mandate>,
    /// Names the request in answers, logs and proofs; 1 to 64 bytes.
    pub correlation_id: String,
    /// The moment.
    pub at: Timestamp,
    /// The day of the decision, in the city's time zone.
    pub today: Date,
    /// Makes a repeated request harmless.
    pub idempotency: Option<IdempotencyKey>,
    /// The revision the caller saw of the child decided on, else of the facility, else of the
    /// provider (If-Match).
    pub expected_revision: Option<u64>,
}

/// Names a request so that a repetition is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Chosen by the caller, 1 to 128 visible ASCII characters; belongs to its actor.
    pub key: String,
    /// SHA-256 of the request: another request under the same key is refused.
    pub request_sha256: String,
}

/// A change as recorded.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RecordedChange {
    /// Its number; grows by one with every change of the city.
    pub sequence: u64,
    /// When.
    pub recorded_at: Timestamp,
    /// Name of the transaction it belongs to.
    pub transaction: String,
    /// Names the request it came from.
    pub correlation_id: String,
    /// Who caused it.
    pub actor_id: String,
    /// In which role.
    pub actor_role: String,
    /// What happened, for example `application.withdrawn`.
    pub kind: String,
    /// Key of what changed.
    pub subject: String,
    /// The child concerned, pseudonymous.
    pub child: Option<ChildId>,
    /// The facility concerned.
    pub facility: Option<FacilityId>,
    /// The provider concerned.
    pub provider: Option<ProviderId>,
    /// Keys, states and dates of the procedure; nothing else about a child.
    pub facts: serde_json::Value,
    /// SHA-256 that covers the entry and the one before it.
    pub hash: String,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The changes, in order; of the first time if the request is a repetition.
    pub changes: Vec<RecordedChange>,
    /// Whether the request is a repetition and nothing was done.
    pub is_replay: bool,
}

/// Why a command was not carried out; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum PerformError {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The key of another request was used again.
    #[error(
        "E7007: the idempotency key {key:?} was used for another request; use a new key for a new request"
    )]
    KeyReused {
        /// The key.
        key: String,
    },
    /// Somebody else changed it in between.
    #[error(
        "E7008: revision {expected} was expected, but it is at {found}; read it again and decide anew"
    )]
    RevisionChanged {
        /// What the caller saw.
        expected: u64,
        /// What is.
        found: u64,
    },
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PerformError {
    /// The stable number.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::KeyReused { .. } => "E7007",
            Self::RevisionChanged { .. } => "E7008",
            Self::Store(error) => error.code(),
        }
    }
}

/// Something with the revision it was read at.
#[derive(Debug, Clone, PartialEq)]
pub struct Revised<T> {
    /// What was read.
    pub value: T,
    /// Its revision: the entity tag of the API.
    pub revision: u64,
}

/// Whose feed an event belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Provider software: contracts only (K34).
    Provider,
    /// The portal: everything about applications, offers and contracts.
    Portal,
    /// The city: providers, facilities and places.
    City,
}

impl Audience {
    /// The name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Portal => "portal",
            Self::City => "city",
        }
    }
}

/// An outgoing event.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Event {
    /// Number of its change; the cursor of a feed.
    pub sequence: u64,
    /// What happened, for example `contract.concluded`.
    pub event_type: String,
    /// Key of what it is about.
    pub subject: String,
    /// The provider it concerns, if one.
    pub provider: Option<ProviderId>,
    /// When.
    pub occurred_at: Timestamp,
    /// Keys, states and dates.
    pub facts: serde_json::Value,
}

/// A read, or a refusal to read, of something about persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// When.
    pub at: Timestamp,
    /// Names the request.
    pub correlation_id: String,
    /// Who.
    pub actor_id: String,
    /// In which role.
    pub role: String,
    /// Scope of the actor.
    pub provider: Option<ProviderId>,
    /// `read`, `refused` or `exported`.
    pub action: &'static str,
    /// The route without keys, for example `GET /v1/children/{child}`.
    pub resource: String,
    /// The key read, if one.
    pub subject: Option<String>,
    /// The status answered.
    pub status: u16,
    /// What went out, of an export of single records.
    pub export: Option<Export>,
}

/// An export of single records: why, and what.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Export {
    /// What it is for.
    pub purpose: String,
    /// SHA-256 of what went out, or of the list of its files.
    pub content_sha256: String,
    /// Different persons in it.
    pub persons: u64,
    /// Rows in it.
    pub records: u64,
}

/// An entry of the access log.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[allow(missing_docs)] // as in Access
pub struct RecordedAccess {
    pub sequence: u64,
    pub recorded_at: Timestamp,
    pub correlation_id: String,
    pub actor_id: String,
    pub actor_role: String,
    pub provider: Option<ProviderId>,
    pub action: String,
    pub resource: String,
    pub subject: Option<String>,
    pub status: u16,
    pub export: Option<Export>,
    pub hash: String,
}

/// What the check of the two logs found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LogReport {
    /// Entries of the change log.
    pub changes: u64,
    /// Hash of the newest.
    pub changes_head: String,
    /// Entries of the access log.
    pub accesses: u64,
    /// Hash of the newest.
    pub accesses_head: String,
    /// The first thing wrong, in words with log and number; `None` if both chains hold and every
    /// change has its event.
    pub fault: Option<String>,
}

/// Work left by a transaction.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Job {
    /// The key.
    pub id: String,
    /// What is to be done: `cascade`.
    pub kind: String,
    /// The facility concerned.
    pub facility: Option<FacilityId>,
    /// Keys.
    pub payload: serde_json::Value,
    /// The change it follows.
    pub created_sequence: u64,
}

/// A freed place with its history.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FreedPlaceRecord {
    /// The facility.
    pub facility: FacilityId,
    /// The place.
    pub freed_place: FreedPlace,
    /// Number of the change that freed it.
    pub freed_sequence: u64,
    /// What became of it; `None` while it waits.
    pub outcome: Option<FreedPlaceOutcome>,
    /// Number of the change that closed it.
    pub closed_sequence: Option<u64>,
}

/// How far the load of existing children of a provider and care type is (K42).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ImportProgress {
    /// The provider.
    pub provider: ProviderId,
    /// The care type.
    pub care_type: CareType,
    /// The date agreed.
    pub deadline: Option<Date>,
    /// Rows taken in so far.
    pub imported_rows: u64,
    /// Day of the last import.
    pub last_import_on: Option<Date>,
    /// Whether the date has passed without an import.
    pub is_overdue: bool,
}

/// What a token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The account.
    pub actor: ActorId,
    /// Its role.
    pub role: Role,
    /// The provider it is bound to; always for provider roles, never for others.
    pub provider: Option<ProviderId>,
    /// Until when.
    pub expires_at: Timestamp,
    /// Since when no more.
    pub revoked_at: Option<Timestamp>,
}
