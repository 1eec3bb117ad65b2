//! `GET /v1/demand/{area}`: places needed by month, by view and care type.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forecast::DemandView;
use serde_json::json;

use crate::charts_of_forecasts::name_of;
use crate::forecast_tables::places;
use crate::negotiation::Format;
use crate::problem::Problem;
use crate::view::PlannerView;

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    Path(area): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::choose(query.as_deref(), &headers)?;
    let unknown = || Problem::unknown("area", &area);
    let demand = view.demand.as_ref().ok_or_else(unknown)?;
    let areas = demand.monthly.areas();
    if !areas.iter().any(|it| it.code == area) {
        return Err(unknown());
    }
    let sheet = places(&demand.monthly, &DemandView::ALL, Some(&area));
    sheet.answer(format, "demand", |sheet| {
        json!({
            "area": area,
            "label": name_of(areas, &area),
            "paths": demand.monthly.paths(),
            "notes": demand.notes,
            "source": demand.source,
            "synthetic": view.is_synthetic,
            "rows": sheet.json_rows(),
        })
    })
}
