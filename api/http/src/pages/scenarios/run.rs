//! Runs of a scenario: asked for, looked after, cancelled.

use askama::Template;
use axum::body::Body;
use axum::extract::{RawPathParams, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use store::{NewRun, RequestedRun, RunQueue as _, RunState};

use super::{Visitor, field, form, on_to, page, require, view};
use crate::analysis::{RunAsked, ScenarioAsked};
use crate::asked::KeyOf;
use crate::language::RequestLanguage;
use crate::pages::{Page, html};
use crate::problem::{Kind, Problem};
use crate::resources::scenarios::require_planable;
use crate::resources::{Served, new_key};

#[derive(Template)]
#[template(path = "scenarios/run.html")]
struct RunPage<'a> {
    page: Page<'a>,
    scenario: &'a str,
    run: &'a RequestedRun,
    state: &'static str,
    step: &'static str,
    is_open: bool,
    may_cancel: bool,
    /// Address of the form that cancels it.
    cancellation: String,
    problem: Option<Trouble<'a>>,
}

/// What went wrong.
struct Trouble<'a> {
    code: &'a str,
    lines: Vec<&'a str>,
}

pub(super) async fn request(
    State(service): Served,
    RequestLanguage(language): RequestLanguage,
    Visitor(caller): Visitor,
    KeyOf(scenario): KeyOf<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    require(&caller, "POST", "/v1/runs")?;
    let form = form(&service, &headers, body).await?;
    let version = field(&form, "version")?.parse();
    let version = version.map_err(|_| Problem::new(Kind::FORM_REFUSED, "version is no number"))?;
    let form_key = field(&form, "form_key")?;
    let form_key: String = form_key
        .chars()
        .filter(char::is_ascii_graphic)
        .take(64)
        .collect();
    let asked = ScenarioAsked {
        scenario: scenario.clone(),
        version,
        known_on: None,
    };
    require_planable(&service, &asked, service.clock.today()).await?;
    let asked = RunAsked::Scenario(asked);
    let request = serde_json::to_vec(&asked).map_err(|error| Problem::failed(&error))?;
    let (key, idempotency) = (new_key(), format!("form-{form_key}"));
    let new = NewRun {
        key: &key,
        kind: asked.kind(),
        request: &request,
        requested_by: caller.grant.actor.as_str(),
        idempotency_key: Some(&idempotency),
    };
    let run = service.store.request_run(&new, service.clock.now()).await?;
    let address = format!(
        "/scenarios/{scenario}/runs/{}?lang={}",
        run.key,
        language.tag()
    );
    Ok(on_to(address))
}

/// The run of the address; it looks after itself every two seconds while it is open.
pub(super) async fn show(
    State(service): Served,
    RequestLanguage(language): RequestLanguage,
    Visitor(caller): Visitor,
    KeyOf(scenario): KeyOf<String>,
    keys: RawPathParams,
) -> Result<Response, Problem> {
    let run = service.store.requested_run(key_of_run(&keys)?).await?;
    let run = run.ok_or_else(Problem::not_found)?;
    if matches!(run.state, RunState::Finished { .. }) {
        return Ok(on_to(format!(
            "/scenarios/{scenario}?lang={}",
            language.tag()
        )));
    }
    let view = view(&service);
    let path = format!("/scenarios/{scenario}/runs/{}", run.key);
    let page = page(&service, &view, language, path);
    let (german, english) = match &run.state {
        RunState::Waiting => ("wartet", "waiting"),
        RunState::Running { .. } => ("läuft", "running"),
        RunState::Finished { .. } => ("fertig", "finished"),
        RunState::Failed { .. } => ("gescheitert", "failed"),
        RunState::Cancelled { .. } => ("abgebrochen", "cancelled"),
    };
    let (step_german, step) = match run.progress.step.as_str() {
        "reading" => ("liest das Szenario", "reading the scenario"),
        "forecasting demand" => ("berechnet den Bedarf", "forecasting demand"),
        "building the city" => ("stellt den Bestand zusammen", "building the city"),
        "planning" => ("rechnet die Maßnahmen", "reckoning the measures"),
        _ => ("noch nicht begonnen", "not begun yet"),
    };
    let body = html(&RunPage {
        scenario: &scenario,
        state: page.language.pick(german, english),
        step: page.language.pick(step_german, step),
        is_open: matches!(run.state, RunState::Waiting | RunState::Running { .. }),
        may_cancel: super::may(caller.role(), "POST", "/v1/runs/{run}/cancellation"),
        problem: match &run.state {
            RunState::Failed { code, problem, .. } => Some(Trouble {
                code,
                lines: problem.lines().collect(),
            }),
            _ => None,
        },
        cancellation: page.of_scenario(&scenario, &format!("/runs/{}/cancellation", run.key)),
        run: &run,
        page,
    })?;
    Ok(body.into_response())
}

pub(super) async fn cancel(
    State(service): Served,
    RequestLanguage(language): RequestLanguage,
    Visitor(caller): Visitor,
    KeyOf(scenario): KeyOf<String>,
    keys: RawPathParams,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    require(&caller, "POST", "/v1/runs/{run}/cancellation")?;
    form(&service, &headers, body).await?;
    let run = key_of_run(&keys)?;
    let found = service.store.cancel_run(run, service.clock.now()).await?;
    found.ok_or_else(Problem::not_found)?;
    let address = format!("/scenarios/{scenario}/runs/{run}?lang={}", language.tag());
    Ok(on_to(address))
}

fn key_of_run(keys: &RawPathParams) -> Result<&str, Problem> {
    let found = keys.iter().find(|(name, _)| *name == "run");
    found.map(|(_, key)| key).ok_or_else(Problem::not_found)
}
