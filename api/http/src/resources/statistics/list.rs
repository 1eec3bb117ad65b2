//! `GET /v1/statistics`: which tables there are, what they say and where.

use axum::Json;
use reporting::StatisticsKind;
use serde_json::{Value, json};

use crate::negotiation::Format;
use crate::resources::Served;
use crate::vocabulary::CatalogueOfStatistics;

/// Lists the tables of the standing set with their definitions and columns.
#[utoipa::path(get, path = "/v1/statistics", tag = "statistics",
    responses((status = 200, body = CatalogueOfStatistics)))]
pub(crate) async fn list(service: Served) -> Json<Value> {
    let tables = StatisticsKind::ALL.map(|kind| {
        let columns: Vec<Value> = kind
            .columns()
            .into_iter()
            .map(|column| {
                json!({
                    "name": column.name,
                    "description": {"de": column.german, "en": column.english},
                })
            })
            .collect();
        json!({
            "table": kind.name(),
            "title": kind.title(),
            "definition": kind.definition(),
            "columns": columns,
            "formats": Format::ALL.map(Format::media_type),
            "address": format!("/v1/statistics/{}", kind.name()),
        })
    });
    Json(json!({
        "method_note": service.analyses.statistics_note(),
        "tables": tables,
    }))
}
