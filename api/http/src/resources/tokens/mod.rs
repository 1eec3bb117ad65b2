//! `POST /v1/tokens/revocations`: an account is locked at once (K51).

use axum::Json;
use domain::ActorId;
use serde::{Deserialize, Serialize};
use store::ProcedureStore;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::resources::Served;
use crate::service::Service;
use crate::vocabulary::Key;
use crate::written::Write;

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new().routes(routes!(revoke))
}

/// The account to be locked, or that was.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LockedAccount {
    #[schema(value_type = Key)]
    actor: ActorId,
}

/// Revokes every token of an account; holds from the next request on.
#[utoipa::path(post, path = "/v1/tokens/revocations", tag = "accounts",
    request_body = LockedAccount, responses((status = 200, body = LockedAccount)))]
pub(crate) async fn revoke(
    service: Served,
    write: Write<LockedAccount>,
) -> Result<Json<LockedAccount>, Problem> {
    let locked = write.body;
    let at = write.envelope.at;
    let revoked = service.store.revoke_tokens(&locked.actor, at).await?;
    tracing::info!(
        revoked,
        correlation_id = write.caller.correlation_id,
        "account locked"
    );
    Ok(Json(locked))
}
