//! `GET /v1/forecasts/{area}`: years ahead by group and age class.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forecast::FanPoint;
use serde_json::json;

use crate::charts_of_view::{area_label, chosen_forecast};
use crate::negotiation::Format;
use crate::problem::Problem;
use crate::query;
use crate::sheet::{Sheet, Values};
use crate::view::{ForecastView, PlannerView};

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    Path(area): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::choose(query.as_deref(), &headers)?;
    let unknown = || Problem::unknown("area", &area);
    let query = query.unwrap_or_default();
    let forecast = chosen_forecast(&view, &query)?.ok_or_else(unknown)?;
    let is_real = query::value(&query, "city").is_some_and(|name| !name.is_empty());
    let sheet = sheet(forecast, &area).ok_or_else(unknown)?;
    sheet.answer(format, "forecast", |sheet| {
        json!({
            "area": area,
            "label": area_label(forecast, &area),
            "origin_year": forecast.forecast.origin_year(),
            "source": forecast.source,
            "synthetic": view.is_synthetic && !is_real,
            "rows": sheet.json_rows(),
        })
    })
}

/// Groups first, then age classes; `None` for an area the forecast does not have.
fn sheet(view: &ForecastView, area: &str) -> Option<Sheet> {
    let forecast = &view.forecast;
    let labels = forecast.groups().iter().chain(forecast.ages());
    let mut rows: Vec<(&str, &FanPoint)> = Vec::new();
    for label in labels {
        let fan = forecast.fan(area, label)?;
        rows.extend(fan.iter().map(|point| (label.as_str(), point)));
    }
    let number = |of: fn(&FanPoint) -> f64| {
        let thousandths = |value: f64| (value * 1000.0).round() / 1000.0;
        Values::Number(
            rows.iter()
                .map(|(_, point)| Some(thousandths(of(point))))
                .collect(),
        )
    };
    let years = rows.iter().map(|(_, point)| Some(i64::from(point.year)));
    let groups = rows.iter().map(|(group, _)| (*group).to_owned());
    let sheet = Sheet::default()
        .column("area", Values::Text(vec![area.to_owned(); rows.len()]))
        .column("year", Values::Whole(years.collect()))
        .column("group", Values::Text(groups.collect()))
        .column("mean", number(|point| point.mean))
        .column("q025", number(|point| point.q025))
        .column("q10", number(|point| point.q10))
        .column("q50", number(|point| point.q50))
        .column("q90", number(|point| point.q90))
        .column("q975", number(|point| point.q975))
        .fact("origin_year", forecast.origin_year().to_string());
    Some(sheet)
}
