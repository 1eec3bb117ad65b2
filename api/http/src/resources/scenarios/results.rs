//! `GET /v1/scenarios/{scenario}/results`: what a scenario came to.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawPathParams, RawQuery};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use store::{ScenarioResult, ScenarioStore as _};
use utoipa::ToSchema;

use super::displaced::{DISPLACED, displaced_sheet, shown_displacements};
use super::show::VersionAsked;
use crate::analysis::KeptResult;
use crate::asked::{Asked, KeyOf};
use crate::negotiation::Format;
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::service::Service;
use crate::sheet::Sheet;
use crate::vocabulary::Key;

/// The newest result of a scenario.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScenarioResults {
    #[schema(value_type = Key)]
    scenario: String,
    /// The version that was run.
    version: u64,
    #[schema(value_type = Key)]
    run: String,
    #[schema(value_type = String, format = DateTime)]
    finished_at: Timestamp,
    /// The change up to which the state was looked at.
    computed_from: u64,
    /// Hash of the result: the same version and state have the same.
    result_sha256: String,
    /// Name, measures and findings in words.
    #[schema(value_type = Object)]
    facts: serde_json::Value,
    /// Tables to ask for.
    tables: Vec<String>,
}

/// The newest result of a version, or of the newest version that has one.
pub(crate) async fn result_of(
    service: &Service,
    scenario: &str,
    version: Option<u64>,
) -> Result<ScenarioResult, Problem> {
    if let Some(result) = service.store.scenario_result(scenario, version).await? {
        return Ok(result);
    }
    let is_known = match version {
        Some(version) => service.store.scenario_version(scenario, version).await?,
        None => service.store.scenario(scenario).await?,
    };
    Err(match is_known {
        Some(_) => Problem::new(Kind::SCENARIO_WITHOUT_RESULT, ""),
        None => Problem::not_found(),
    })
}

/// The facts and tables of a result.
pub(crate) fn kept(result: &ScenarioResult) -> Result<KeptResult, Problem> {
    serde_json::from_slice(&result.content).map_err(|error| Problem::failed(&error))
}

fn names(result: &KeptResult) -> Vec<String> {
    let names = result.tables.iter().map(|table| table.name.clone());
    names.chain([DISPLACED.to_owned()]).collect()
}

/// What a scenario came to: findings in words, and the tables to ask for. 409 `scenario-without-result`
/// until a run has finished.
#[utoipa::path(get, path = "/v1/scenarios/{scenario}/results", tag = "scenarios",
    params(VersionAsked), responses((status = 200, body = ScenarioResults)))]
pub(crate) async fn list(
    service: Served,
    KeyOf(scenario): KeyOf<String>,
    Asked(asked): Asked<VersionAsked>,
) -> Result<Json<ScenarioResults>, Problem> {
    let result = result_of(&service, &scenario, asked.version).await?;
    let kept = kept(&result)?;
    Ok(Json(ScenarioResults {
        tables: names(&kept),
        facts: kept.facts.into(),
        scenario: result.scenario,
        version: result.version,
        run: result.run,
        finished_at: result.finished_at,
        computed_from: result.sequence,
        result_sha256: result.content_sha256,
    }))
}

/// A table of the newest result as JSON, CSV, Arrow stream or Parquet: `report` (places, demand, cover and
/// lights without and with the measures), `staff_moves`, `ways`, and `displaced`: children whose
/// contract lasts beyond a closing, as disclosure control lets them through.
#[utoipa::path(get, path = "/v1/scenarios/{scenario}/results/{table}", tag = "scenarios",
    params(VersionAsked,
        ("format" = Option<String>, Query, description = "json, csv, arrow or parquet")),
    responses((status = 200, body = Object)))]
pub(crate) async fn table(
    service: Served,
    KeyOf(scenario): KeyOf<String>,
    keys: RawPathParams,
    Asked(asked): Asked<VersionAsked>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::choose(query.as_deref(), &headers)?;
    let name = keys.iter().find(|(key, _)| *key == "table");
    let name = name.ok_or_else(Problem::not_found)?.1.to_owned();
    let result = result_of(&service, &scenario, asked.version).await?;
    let kept = kept(&result)?;
    let sheet = table_of(&service, &result, kept, &name).await?;
    let tag = format!("\"{}-{name}-{}\"", result.content_sha256, format.word());
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|it| it.as_bytes() == tag.as_bytes())
        && name != DISPLACED
    {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let mut response = sheet.answer(format, &name, |sheet| {
        json!({
            "scenario": result.scenario,
            "version": result.version,
            "run": result.run,
            "result_sha256": result.content_sha256,
            "table": name,
            "rows": sheet.json_rows(),
        })
    })?;
    if name != DISPLACED
        && let Ok(tag) = HeaderValue::from_str(&tag)
    {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// A table of a result by its name.
pub(crate) async fn table_of(
    service: &Arc<Service>,
    result: &ScenarioResult,
    kept: KeptResult,
    name: &str,
) -> Result<Sheet, Problem> {
    if name == DISPLACED {
        return Ok(displaced_sheet(
            &shown_displacements(service, result).await?,
        ));
    }
    let names = names(&kept);
    let found = kept.tables.into_iter().find(|table| table.name == name);
    let found = found.ok_or_else(|| {
        let detail = format!("table {name:?}: the tables are {}", names.join(", "));
        Problem::new(Kind::UNKNOWN_NAME, detail)
    })?;
    Ok(found.sheet())
}
