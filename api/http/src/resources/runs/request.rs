//! `POST /v1/runs`: asks for long work.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use store::{NewRun, RunQueue};

use super::RunView;
use crate::analysis::RunAsked;
use crate::problem::{Kind, Problem};
use crate::resources::{Served, new_key, scenarios};
use crate::written::Write;

/// Asks for long work: a forecast, a back-test, places needed by month, levers, an official forecast with
/// our intervals, or the plan of a scenario. The answer comes at once; the work is done by the next process that
/// is free, and `Location` says where to look after it.
///
/// Levers that cannot be read are 422 `levers-refused`, an official table or its mapping 422
/// `official-forecast-refused`, each with all `errors`.
///
/// The same account with the same `Idempotency-Key` gets the run it asked for before.
#[utoipa::path(post, path = "/v1/runs", tag = "runs",
    request_body = RunAsked, responses((status = 202, body = RunView)))]
pub(crate) async fn create(service: Served, write: Write<RunAsked>) -> Result<Response, Problem> {
    if let Err((field, detail)) = write.body.check() {
        return Err(Problem::field(Kind::WRONG_VALUE, field, detail));
    }
    if let Err((kind, problems)) = write.body.check_files() {
        return Err(Problem::rows_refused(kind, &problems));
    }
    if let RunAsked::Scenario(asked) = &write.body {
        scenarios::require_planable(&service, asked, write.envelope.today).await?;
    }
    let request = serde_json::to_vec(&write.body).map_err(|error| Problem::failed(&error))?;
    let requested_by = write.caller.grant.actor.to_string();
    let key = new_key();
    let idempotency = write.envelope.idempotency.as_ref();
    let new = NewRun {
        key: &key,
        kind: write.body.kind(),
        request: &request,
        requested_by: &requested_by,
        idempotency_key: idempotency.map(|idempotency| idempotency.key.as_str()),
    };
    let run = service.store.request_run(&new, write.envelope.at).await?;
    let address = format!("/v1/runs/{}", run.key);
    let answer = Json(RunView::from(run));
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, address)], answer).into_response())
}
