//! `/v1/audit`: the two logs and the proof that they hold (K74, P06).

mod breach;

use axum::Json;
use domain::{ChildId, FacilityId, ProviderId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Export, ProcedureStore, RecordedAccess, RecordedChange};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::asked::{Asked, limit, next_page};
use crate::problem::Problem;
use crate::resources::Served;
use crate::service::Service;
use crate::vocabulary::Key;

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(changes))
        .routes(routes!(accesses))
        .routes(routes!(verification))
        .routes(routes!(breach::report))
}

/// From where, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogPage {
    /// Number of the last entry known; 0 for the beginning.
    #[serde(default)]
    after: u64,
    /// Entries of a page, 1 to 1000.
    limit: Option<u32>,
}

/// Entries of the change log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Changes {
    changes: Vec<ChangeEntry>,
    /// Address of the next page.
    next: Option<String>,
}

/// An entry of the change log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeEntry {
    sequence: u64,
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// Name of the transaction it belongs to.
    transaction: String,
    correlation_id: String,
    actor_id: String,
    actor_role: String,
    /// What happened.
    kind: String,
    subject: String,
    #[schema(value_type = Option<Key>)]
    child: Option<ChildId>,
    #[schema(value_type = Option<Key>)]
    facility: Option<FacilityId>,
    #[schema(value_type = Option<Key>)]
    provider: Option<ProviderId>,
    /// Keys, states and dates.
    #[schema(value_type = Object)]
    facts: Value,
    /// SHA-256 that covers the entry and the one before it.
    hash: String,
}

impl From<RecordedChange> for ChangeEntry {
    fn from(it: RecordedChange) -> Self {
        Self {
            sequence: it.sequence,
            recorded_at: it.recorded_at,
            transaction: it.transaction,
            correlation_id: it.correlation_id,
            actor_id: it.actor_id,
            actor_role: it.actor_role,
            kind: it.kind,
            subject: it.subject,
            child: it.child,
            facility: it.facility,
            provider: it.provider,
            facts: it.facts,
            hash: it.hash,
        }
    }
}

/// Gives entries of the change log.
#[utoipa::path(get, path = "/v1/audit/changes", tag = "audit", params(LogPage),
    responses((status = 200, body = Changes)))]
pub(crate) async fn changes(
    service: Served,
    Asked(page): Asked<LogPage>,
) -> Result<Json<Changes>, Problem> {
    let limit = limit(page.limit)?;
    let entries = service.store.changes_after(page.after, limit).await?;
    let is_full = entries.len() == limit as usize;
    let last = entries.last().filter(|_| is_full);
    let next =
        last.map(|last| next_page("/v1/audit/changes", &last.sequence.to_string(), limit, ""));
    let changes = entries.into_iter().map(Into::into).collect();
    Ok(Json(Changes { changes, next }))
}

/// Entries of the access log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Accesses {
    accesses: Vec<AccessEntry>,
    /// Address of the next page.
    next: Option<String>,
}

/// An entry of the access log: who read what about persons, and what was refused to whom.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccessEntry {
    sequence: u64,
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    correlation_id: String,
    actor_id: String,
    actor_role: String,
    /// Scope of the actor.
    #[schema(value_type = Option<Key>)]
    provider: Option<ProviderId>,
    /// `read`, `refused` or `exported`.
    action: String,
    /// The route, without keys.
    resource: String,
    /// The key read, if one.
    subject: Option<String>,
    status: u16,
    /// What went out and why, of an export of single records.
    export: Option<ExportView>,
    /// SHA-256 that covers the entry and the one before it.
    hash: String,
}

/// An export of single records.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Export)]
pub(crate) struct ExportView {
    purpose: String,
    /// SHA-256 of what went out, or of the list of its files.
    content_sha256: String,
    /// Different persons in it.
    persons: u64,
    /// Rows in it.
    records: u64,
}

impl From<Export> for ExportView {
    fn from(it: Export) -> Self {
        Self {
            purpose: it.purpose,
            content_sha256: it.content_sha256,
            persons: it.persons,
            records: it.records,
        }
    }
}

impl From<RecordedAccess> for AccessEntry {
    fn from(it: RecordedAccess) -> Self {
        Self {
            sequence: it.sequence,
            recorded_at: it.recorded_at,
            correlation_id: it.correlation_id,
            actor_id: it.actor_id,
            actor_role: it.actor_role,
            provider: it.provider,
            action: it.action,
            resource: it.resource,
            subject: it.subject,
            status: it.status,
            export: it.export.map(Into::into),
            hash: it.hash,
        }
    }
}

/// Gives entries of the access log.
#[utoipa::path(get, path = "/v1/audit/accesses", tag = "audit", params(LogPage),
    responses((status = 200, body = Accesses)))]
pub(crate) async fn accesses(
    service: Served,
    Asked(page): Asked<LogPage>,
) -> Result<Json<Accesses>, Problem> {
    let limit = limit(page.limit)?;
    let entries = service.store.accesses_after(page.after, limit).await?;
    let is_full = entries.len() == limit as usize;
    let last = entries.last().filter(|_| is_full);
    let next =
        last.map(|last| next_page("/v1/audit/accesses", &last.sequence.to_string(), limit, ""));
    let accesses = entries.into_iter().map(Into::into).collect();
    Ok(Json(Accesses { accesses, next }))
}

/// What the check of the two logs found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Verification {
    /// Entries of the change log.
    changes: u64,
    changes_head: String,
    /// Entries of the access log.
    accesses: u64,
    accesses_head: String,
    /// The first thing wrong; null if both chains hold and every change has its event.
    fault: Option<String>,
}

/// Checks both hash chains.
#[utoipa::path(get, path = "/v1/audit/verification", tag = "audit",
    responses((status = 200, body = Verification)))]
pub(crate) async fn verification(service: Served) -> Result<Json<Verification>, Problem> {
    let report = service.store.verify_logs().await?;
    Ok(Json(Verification {
        changes: report.changes,
        changes_head: report.changes_head,
        accesses: report.accesses,
        accesses_head: report.accesses_head,
        fault: report.fault,
    }))
}
