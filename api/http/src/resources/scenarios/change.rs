//! `PUT /v1/scenarios/{scenario}`: the next version.

use axum::http::StatusCode;
use axum::response::Response;

use super::create::answer;
use super::{Author, ScenarioView};
use crate::asked::KeyOf;
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::written::{ScenarioFile, ScenarioForm, Write};

/// Keeps the next version; earlier ones stay. `If-Match` names the version that was looked at: without it
/// 428 `if-match-missing`, and 412 `revision-changed` if there is a newer one.
#[utoipa::path(put, path = "/v1/scenarios/{scenario}", tag = "scenarios",
    request_body(content((ScenarioForm = "application/json"), (String = "application/toml"))),
    responses((status = 200, body = ScenarioView)))]
pub(crate) async fn change(
    service: Served,
    KeyOf(scenario): KeyOf<String>,
    write: Write<ScenarioFile>,
) -> Result<Response, Problem> {
    let Some(expected) = write.envelope.expected_revision else {
        return Err(Problem::new(Kind::IF_MATCH_MISSING, ""));
    };
    if write.body.parent.is_some() {
        let detail = "the scenario it was made from does not change; leave the field out";
        return Err(Problem::field(Kind::WRONG_VALUE, "parent", detail));
    }
    let author = Author {
        caller: &write.caller,
        idempotency: write.envelope.idempotency.as_ref(),
        at: write.envelope.at,
    };
    let changed = author.change(&service, &scenario, expected, &write.body.text);
    let (version, is_replay) = changed.await?;
    Ok(answer(StatusCode::OK, version, is_replay))
}
