//! `GET /v1/runs/{run}`: where a run stands.

use axum::Json;
use store::RunQueue;

use super::RunView;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;

/// Where a run stands and how far it is.
#[utoipa::path(get, path = "/v1/runs/{run}", tag = "runs",
    responses((status = 200, body = RunView)))]
pub(crate) async fn show(service: Served, run: KeyOf<String>) -> Result<Json<RunView>, Problem> {
    let found = service.store.requested_run(&run.0).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    Ok(Json(found.into()))
}
