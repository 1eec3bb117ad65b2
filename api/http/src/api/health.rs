//! `GET /health`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::view::PlannerView;

pub(crate) async fn show(State(view): State<Arc<PlannerView>>) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "engine_version": view.engine_version,
        "as_of": view.as_of.to_string(),
        "synthetic": view.is_synthetic,
        "tables": view.tables.len(),
    }))
}
