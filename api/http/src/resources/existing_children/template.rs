//! `GET /v1/templates/existing-children.csv` and `GET /v1/templates/existing-children`

use axum::Json;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::existing_children::{COLUMNS, TEMPLATE_VERSION, template};

/// The template for existing children.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Template {
    template_version: u32,
    columns: Vec<TemplateColumn>,
}

/// A column of the template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateColumn {
    name: &'static str,
    is_required: bool,
    description: &'static str,
    description_de: &'static str,
    example: &'static str,
}

/// Gives the template as a file: header and a row of examples.
#[utoipa::path(get, path = "/v1/templates/existing-children.csv", tag = "existing children",
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn file() -> impl IntoResponse {
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present",
        ),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"existing-children.csv\"",
        ),
    ];
    (headers, template())
}

/// Describes the columns of the template.
#[utoipa::path(get, path = "/v1/templates/existing-children", tag = "existing children",
    responses((status = 200, body = Template)))]
pub(crate) async fn description() -> Json<Template> {
    let columns = COLUMNS.iter().map(|column| TemplateColumn {
        name: column.name,
        is_required: column.is_required,
        description: column.description,
        description_de: column.description_de,
        example: column.example,
    });
    Json(Template {
        template_version: TEMPLATE_VERSION,
        columns: columns.collect(),
    })
}
