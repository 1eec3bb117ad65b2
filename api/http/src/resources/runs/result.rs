//! `GET /v1/runs/{run}/result`: what a run found out.

use axum::extract::RawQuery;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;
use store::{RunQueue, RunState};

use crate::analysis::KeptResult;
use crate::asked::KeyOf;
use crate::negotiation::Format;
use crate::problem::{Kind, Problem};
use crate::query;
use crate::resources::Served;

/// The result of a finished run, as JSON with all its facts, or one table as CSV, Arrow stream or Parquet.
///
/// `?table=` names the table, else the first: `groups` and `ages` of a forecast and of an official one;
/// `scores`, `forecasts`, `calibration` and `areas` of a back-test, whose facts hold the model card;
/// `residence`, `latent`, `care` and `hours` of a demand; `groups` of levers; `report`, `staff_moves`
/// and `ways` of a scenario. 409 `run-without-result` until the run has finished.
#[utoipa::path(get, path = "/v1/runs/{run}/result", tag = "runs",
    params(("table" = Option<String>, Query, description = "Name of a table"),
        ("format" = Option<String>, Query, description = "json, csv, arrow or parquet")),
    responses((status = 200, body = Object)))]
pub(crate) async fn show(
    service: Served,
    run: KeyOf<String>,
    RawQuery(asked): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::choose(asked.as_deref(), &headers)?;
    let found = service.store.requested_run(&run.0).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    if !matches!(found.state, RunState::Finished { .. }) {
        let detail = format!("the run is {}", found.state.as_str());
        return Err(Problem::new(Kind::RUN_WITHOUT_RESULT, detail));
    }
    let bytes = service.store.result_of_run(&run.0).await?;
    let bytes = bytes.ok_or_else(Problem::not_found)?;
    let result: KeptResult =
        serde_json::from_slice(&bytes).map_err(|error| Problem::failed(&error))?;
    let names: Vec<String> = result
        .tables
        .iter()
        .map(|table| table.name.clone())
        .collect();
    let named = query::value(asked.as_deref().unwrap_or_default(), "table");
    let mut tables = result.tables.into_iter();
    let table = match &named {
        Some(name) => tables.find(|table| table.name == *name),
        None => tables.next(),
    };
    let table = table.ok_or_else(|| {
        let name = named.unwrap_or_default();
        Problem::new(
            Kind::UNKNOWN_NAME,
            format!("table {name:?}: the tables are {}", names.join(", ")),
        )
    })?;
    let name = table.name.clone();
    let facts = result.facts;
    table.sheet().answer(format, &name, |sheet| {
        json!({
            "run": run.0,
            "facts": facts,
            "tables": names,
            "table": name,
            "rows": sheet.json_rows(),
        })
    })
}
