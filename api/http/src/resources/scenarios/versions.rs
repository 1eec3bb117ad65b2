//! `GET /v1/scenarios/{scenario}/versions`: who changed it when.

use axum::Json;
use serde::{Deserialize, Serialize};
use store::ScenarioStore as _;
use utoipa::{IntoParams, ToSchema};

use super::ScenarioView;
use crate::asked::{Asked, KeyOf, limit, next_page};
use crate::problem::Problem;
use crate::resources::Served;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VersionPage {
    /// Number of the last version of the page before.
    after: Option<u64>,
    /// Entries of a page, 1 to 1000.
    limit: Option<u32>,
}

/// The versions of a scenario, the first one first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScenarioVersions {
    versions: Vec<ScenarioView>,
    /// Address of the next page.
    next: Option<String>,
}

/// Lists the versions of a scenario without their texts: none is ever changed or removed.
#[utoipa::path(get, path = "/v1/scenarios/{scenario}/versions", tag = "scenarios",
    params(VersionPage), responses((status = 200, body = ScenarioVersions)))]
pub(crate) async fn versions(
    service: Served,
    KeyOf(scenario): KeyOf<String>,
    Asked(page): Asked<VersionPage>,
) -> Result<Json<ScenarioVersions>, Problem> {
    let limit = limit(page.limit)?;
    let after = page.after.unwrap_or_default();
    let found = service.store.scenario_versions(&scenario, after, limit + 1);
    let mut found = found.await?;
    if found.is_empty() && service.store.scenario(&scenario).await?.is_none() {
        return Err(Problem::not_found());
    }
    let is_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let last = found.last().filter(|_| is_more);
    let path = format!("/v1/scenarios/{scenario}/versions");
    let next = last.map(|last| next_page(&path, &last.version.to_string(), limit, ""));
    let versions = found.into_iter().map(Into::into).collect();
    Ok(Json(ScenarioVersions { versions, next }))
}
