//! `POST /v1/scenarios`: a new scenario.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use store::ScenarioVersion;

use super::{Author, ScenarioView};
use crate::problem::Problem;
use crate::resources::Served;
use crate::written::{ScenarioFile, ScenarioForm, Write};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Keeps version 1 of a scenario, read and checked at once: 422 `scenario-refused` names every line that
/// is wrong, 422 `scenario-too-large` more than 1000 measures or 256 KiB. Whether its measures fit the
/// city is found out by a run.
///
/// The same account with the same `Idempotency-Key` gets the version it handed in before.
#[utoipa::path(post, path = "/v1/scenarios", tag = "scenarios",
    request_body(content((ScenarioForm = "application/json"), (String = "application/toml"))),
    responses((status = 201, body = ScenarioView)))]
pub(crate) async fn create(
    service: Served,
    write: Write<ScenarioFile>,
) -> Result<Response, Problem> {
    let author = Author {
        caller: &write.caller,
        idempotency: write.envelope.idempotency.as_ref(),
        at: write.envelope.at,
    };
    let parent = write.body.parent.as_deref();
    let (version, is_replay) = author.create(&service, &write.body.text, parent).await?;
    Ok(answer(StatusCode::CREATED, version, is_replay))
}

/// A version that was just kept, with its address and entity tag.
pub(super) fn answer(status: StatusCode, version: ScenarioVersion, is_replay: bool) -> Response {
    let address = format!("/v1/scenarios/{}", version.scenario);
    let tag = format!("\"{}\"", version.version);
    let view = Json(ScenarioView::from(version));
    let facts = [(header::LOCATION, address), (header::ETAG, tag)];
    let mut response = (status, facts, view).into_response();
    if is_replay {
        let yes = HeaderValue::from_static("true");
        response.headers_mut().insert(REPLAYED, yes);
    }
    response
}
