//! `GET /v1/tables/{name}`: a released table as JSON, CSV, Arrow stream or Parquet.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::negotiation::Format;
use crate::problem::Problem;
use crate::sheet::{Sheet, answer};
use crate::view::PlannerView;

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let named = view.tables.iter().find(|it| it.name() == name);
    let named = named.ok_or_else(|| Problem::unknown("table", &name))?;
    let table = named.table();
    let format = Format::choose(query.as_deref(), &headers)?;
    // The formats differ in bytes, so each has a tag of its own.
    let tag = format!("\"{}-{}\"", table.content_hash(), format.word());
    let known = headers.get(header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = match format {
            Format::Json => serde_json::to_vec(table).map_err(|error| Problem::failed(&error))?,
            Format::Csv => {
                let mut body = Vec::new();
                let written = table.write_csv(&mut body);
                written.map_err(|error| Problem::failed(&error))?;
                body
            }
            Format::Arrow => Sheet::of_released(table)
                .fact("reference_date", named.reference_date().to_string())
                .arrow_stream()
                .map_err(|error| Problem::failed(&error))?,
            Format::Parquet => Sheet::of_released(table)
                .parquet()
                .map_err(|error| Problem::failed(&error))?,
        };
        answer(format, &name, body)
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}
