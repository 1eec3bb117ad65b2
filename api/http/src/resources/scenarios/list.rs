//! `GET /v1/scenarios`: all scenarios, a page at a time.

use axum::Json;
use serde::{Deserialize, Serialize};
use store::ScenarioStore as _;
use utoipa::{IntoParams, ToSchema};

use super::ScenarioView;
use crate::asked::{Asked, limit, next_page};
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::Key;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ScenarioPage {
    /// Key of the last scenario of the page before.
    #[param(value_type = Option<Key>)]
    after: Option<String>,
    /// Entries of a page, 1 to 1000.
    limit: Option<u32>,
}

/// The newest versions of scenarios, the oldest scenario first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Scenarios {
    scenarios: Vec<ScenarioView>,
    /// Address of the next page.
    next: Option<String>,
}

/// Lists scenarios with their newest versions, without their texts.
#[utoipa::path(get, path = "/v1/scenarios", tag = "scenarios", params(ScenarioPage),
    responses((status = 200, body = Scenarios)))]
pub(crate) async fn list(
    service: Served,
    Asked(page): Asked<ScenarioPage>,
) -> Result<Json<Scenarios>, Problem> {
    let limit = limit(page.limit)?;
    let after = page.after.unwrap_or_default();
    let mut found = service.store.scenarios(&after, limit + 1).await?;
    let is_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let last = found.last().filter(|_| is_more);
    let next = last.map(|last| next_page("/v1/scenarios", &last.scenario, limit, ""));
    let scenarios = found.into_iter().map(Into::into).collect();
    Ok(Json(Scenarios { scenarios, next }))
}
