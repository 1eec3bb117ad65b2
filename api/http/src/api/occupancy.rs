//! `GET /v1/occupancy`: places and released numbers of children by month.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use charts::OccupancyMonth;
use serde_json::json;

use crate::negotiation::Format;
use crate::problem::Problem;
use crate::sheet::{Sheet, Values};
use crate::view::PlannerView;

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::choose(query.as_deref(), &headers)?;
    sheet(&view).answer(format, "occupancy", |sheet| {
        let notes = view.occupancy.iter().map(|section| {
            json!({
                "section": section.name(),
                "label": section.history().scope(),
                "source": section.history().source(),
                "method_note": section.history().method_note(),
            })
        });
        json!({
            "as_of": view.as_of.to_string(),
            "synthetic": view.is_synthetic,
            "sections": notes.collect::<Vec<_>>(),
            "rows": sheet.json_rows(),
        })
    })
}

fn sheet(view: &PlannerView) -> Sheet {
    let sections = view.occupancy.iter();
    let rows: Vec<(&str, &OccupancyMonth)> = sections
        .flat_map(|section| {
            section
                .history()
                .months()
                .iter()
                .map(|month| (section.name(), month))
        })
        .collect();
    let text = |of: &dyn Fn(&(&str, &OccupancyMonth)) -> String| {
        Values::Text(rows.iter().map(of).collect())
    };
    let whole = |of: &dyn Fn(&OccupancyMonth) -> Option<i64>| {
        Values::Whole(rows.iter().map(|(_, month)| of(month)).collect())
    };
    let places = |places: u64| i64::try_from(places).ok();
    Sheet::default()
        .column("section", text(&|(section, _)| (*section).to_owned()))
        .column("month", text(&|(_, month)| month.month.to_string()))
        .column("licensed", whole(&|month| places(month.licensed)))
        .column("planned", whole(&|month| places(month.planned)))
        .column("staffed", whole(&|month| places(month.staffed)))
        .column(
            "contracts",
            whole(&|month| month.contracts.and_then(places)),
        )
        .column("bookable", whole(&|month| month.bookable))
        .column("facilities", whole(&|month| places(month.facilities)))
        .column(
            "unattested_facilities",
            whole(&|month| places(month.unattested_facilities)),
        )
        .column(
            "oldest_attestation_days",
            whole(&|month| month.oldest_attestation_days.map(i64::from)),
        )
        .fact("as_of", view.as_of.to_string())
}
