//! `GET /v1/forecasts/honesty`: error, bias and coverage of earlier forecasts, with the model card.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use crate::forecast_tables::{area_errors, calibration, editions, scores};
use crate::negotiation::Format;
use crate::problem::Problem;
use crate::query;
use crate::sheet::Sheet;
use crate::view::{HonestyView, PlannerView};

/// The tables of a report, the first unless named.
const TABLES: [&str; 4] = ["scores", "calibration", "areas", "editions"];

/// `?city=` names the population, the first unless named; `?table=` one of `scores`, `calibration`,
/// `areas` and `editions`.
pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::choose(query.as_deref(), &headers)?;
    let query = query.unwrap_or_default();
    let city = query::value(&query, "city");
    let found = match &city {
        Some(name) => view.honesty.iter().find(|one| one.name() == name),
        None => view.honesty.first(),
    };
    let one = found.ok_or_else(|| Problem::unknown("city", &city.unwrap_or_default()))?;
    let table = query::value(&query, "table").unwrap_or_else(|| TABLES[0].to_owned());
    let sheet = sheet(one, &table).ok_or_else(|| Problem::unknown("table", &table))?;
    let cities: Vec<&str> = view.honesty.iter().map(HonestyView::name).collect();
    sheet.answer(format, &table, |sheet| {
        json!({
            "city": one.name(),
            "cities": cities,
            "label": one.label,
            "source": one.source,
            "synthetic": view.is_synthetic && !one.is_real,
            "model_card": one.report.card,
            "tables": TABLES,
            "table": table,
            "rows": sheet.json_rows(),
        })
    })
}

fn sheet(one: &HonestyView, table: &str) -> Option<Sheet> {
    match table {
        "scores" => Some(scores(&one.report)),
        "calibration" => Some(calibration(&one.report)),
        "areas" => Some(area_errors(&one.report)),
        "editions" => Some(editions(&one.past)),
        _ => None,
    }
}
