//! `GET /health` and `GET /v1/status`: whether the process lives, whether the database answers, and how
//! far it is.

use axum::Json;
use domain::ProviderId;
use domain::procedure::Role;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};
use store::ProcedureStore;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::problem::Problem;
use crate::resources::Served;
use crate::service::Service;
use crate::vocabulary::{Day, Key, RoleName};

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Whether the process lives; asks nothing of the database.
pub(crate) async fn health(service: Served) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "engine_version": service.engine_version,
        "demo": service.is_demo,
    }))
}

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Status {
    /// `ok`.
    status: &'static str,
    /// `ok`.
    database: &'static str,
    /// Number of the newest change.
    sequence: u64,
    /// Hash of the newest change; null before the first.
    changes_head: Option<String>,
    engine_version: String,
    /// All children are made up (K78).
    demo: bool,
    /// The city's day.
    #[schema(value_type = Day)]
    today: Date,
    /// Who asks.
    caller: CallerView,
}

/// Who asks, as the token says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Caller)]
pub(crate) struct CallerView {
    #[schema(value_type = RoleName)]
    role: Role,
    /// The provider of a provider's role; null for all others.
    #[schema(value_type = Option<Key>)]
    provider: Option<ProviderId>,
}

/// Shows the state of the service.
#[utoipa::path(get, path = "/v1/status", tag = "operations",
    responses((status = 200, body = Status)))]
pub(crate) async fn show(service: Served, caller: Caller) -> Result<Json<Status>, Problem> {
    let snapshot = service.snapshot().await?;
    let before = snapshot.sequence().saturating_sub(1);
    let changes = service.store.changes_after(before, 1).await?;
    let newest = changes.into_iter().next();
    Ok(Json(Status {
        status: "ok",
        database: "ok",
        sequence: snapshot.sequence(),
        changes_head: newest.map(|change| change.hash),
        engine_version: service.engine_version.clone(),
        demo: service.is_demo,
        today: service.clock.today(),
        caller: CallerView {
            role: caller.role(),
            provider: caller.own_provider().cloned(),
        },
    }))
}
