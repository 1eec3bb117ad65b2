//! `POST /v1/runs/{run}/cancellation`: stops a run.

use axum::Json;
use serde::Deserialize;
use store::RunQueue;
use utoipa::ToSchema;

use super::RunView;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::written::Write;

/// No field is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cancellation {}

/// Cancels a run: at once if it waits, within seconds if it runs. A run that has ended stays as it is.
#[utoipa::path(post, path = "/v1/runs/{run}/cancellation", tag = "runs",
    request_body = Cancellation, responses((status = 200, body = RunView)))]
pub(crate) async fn cancel(
    service: Served,
    run: KeyOf<String>,
    write: Write<Cancellation>,
) -> Result<Json<RunView>, Problem> {
    let found = service.store.cancel_run(&run.0, write.envelope.at).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    Ok(Json(found.into()))
}
