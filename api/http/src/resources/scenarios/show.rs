//! `GET /v1/scenarios/{scenario}`: a scenario with its text.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use store::ScenarioStore as _;
use utoipa::IntoParams;

use super::ScenarioView;
use crate::asked::{Asked, KeyOf, tagged};
use crate::problem::Problem;
use crate::resources::Served;

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VersionAsked {
    /// A version; the newest if absent.
    pub(super) version: Option<u64>,
}

/// Shows a scenario with its text; the entity tag is the version.
#[utoipa::path(get, path = "/v1/scenarios/{scenario}", tag = "scenarios", params(VersionAsked),
    responses((status = 200, body = ScenarioView)))]
pub(crate) async fn show(
    service: Served,
    KeyOf(scenario): KeyOf<String>,
    Asked(asked): Asked<VersionAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = match asked.version {
        Some(version) => service.store.scenario_version(&scenario, version).await?,
        None => service.store.scenario(&scenario).await?,
    };
    let (version, text) = found.ok_or_else(Problem::not_found)?;
    let number = version.version;
    let view = ScenarioView {
        text: Some(text),
        ..version.into()
    };
    Ok(tagged(&headers, number, Json(view)))
}
