//! `GET /v1/runs`: the newest runs.

use axum::Json;
use serde::{Deserialize, Serialize};
use store::RunQueue;
use utoipa::{IntoParams, ToSchema};

use super::RunView;
use crate::asked::{Asked, limit};
use crate::problem::Problem;
use crate::resources::Served;

/// How many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RunsAsked {
    /// Runs, 1 to 1000.
    limit: Option<u32>,
}

/// Runs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Runs {
    runs: Vec<RunView>,
}

/// The newest runs of all accounts. Ended runs are forgotten after 30 days.
#[utoipa::path(get, path = "/v1/runs", tag = "runs",
    params(RunsAsked), responses((status = 200, body = Runs)))]
pub(crate) async fn list(service: Served, asked: Asked<RunsAsked>) -> Result<Json<Runs>, Problem> {
    let most = limit(asked.0.limit)?;
    let runs = service.store.requested_runs(most).await?;
    let runs = runs.into_iter().map(Into::into).collect();
    Ok(Json(Runs { runs }))
}
