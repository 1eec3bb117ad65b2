//! `GET` and `POST /scenarios/new` and `/scenarios/{scenario}/edit`: the file of a scenario in a text area.

use askama::Template;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use store::{IdempotencyKey, ScenarioStore as _, sha256_of};

use super::{Visitor, field, form, on_to, page, require, view};
use crate::asked::KeyOf;
use crate::language::RequestLanguage;
use crate::pages::{Page, html};
use crate::problem::{Kind, Problem};
use crate::query;
use crate::resources::Served;
use crate::resources::new_key;
use crate::resources::scenarios::Author;
use crate::service::Service;

/// Where a planner begins: every key of the file explained by an example.
const BEGINNING: &str = include_str!("../../../templates/scenarios/beginning.toml");

#[derive(Template)]
#[template(path = "scenarios/edit.html")]
struct Edit<'a> {
    page: Page<'a>,
    /// `None` for a new one.
    scenario: Option<&'a str>,
    /// The version that is looked at; the scenario a new one is made from.
    version: u64,
    parent: &'a str,
    text: &'a str,
    lines: usize,
    /// Makes sending the form twice harmless.
    form_key: String,
    refused: Option<Refused>,
}

/// Why a text was not kept.
struct Refused {
    title: &'static str,
    detail: String,
    problems: Vec<Wrong>,
    /// The newest version, if somebody else changed it.
    newest: Option<u64>,
}

/// A line that is wrong.
struct Wrong {
    line: String,
    key: String,
    code: String,
    message: String,
    remedy: String,
}

/// What the form is about.
struct Subject<'a> {
    scenario: Option<&'a str>,
    version: u64,
    parent: &'a str,
}

pub(super) async fn new(
    service: Served,
    RequestLanguage(language): RequestLanguage,
    Visitor(caller): Visitor,
    RawQuery(asked): RawQuery,
) -> Result<Response, Problem> {
    require(&caller, "POST", "/v1/scenarios")?;
    let parent = query::value(asked.as_deref().unwrap_or_default(), "from").unwrap_or_default();
    let text = if parent.is_empty() {
        BEGINNING.to_owned()
    } else {
        let found = service.store.scenario(&parent).await?;
        found.ok_or_else(Problem::not_found)?.1
    };
    let subject = Subject {
        scenario: None,
        version: 0,
        parent: &parent,
    };
    shown(&service, language, &subject, &text, None)
}

pub(super) async fn edit(
    service: Served,
    RequestLanguage(language): RequestLanguage,
    Visitor(caller): Visitor,
    KeyOf(scenario): KeyOf<String>,
) -> Result<Response, Problem> {
    require(&caller, "PUT", "/v1/scenarios/{scenario}")?;
    let found = service.store.scenario(&scenario).await?;
    let (version, text) = found.ok_or_else(Problem::not_found)?;
    let subject = Subject {
        scenario: Some(&scenario),
        version: version.version,
        parent: "",
    };
    shown(&service, language, &subject, &text, None)
}

pub(super) async fn create(
    State(service): Served,
    RequestLanguage(language): RequestLanguage,
    Visitor(caller): Visitor,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    require(&caller, "POST", "/v1/scenarios")?;
    let form = form(&service, &headers, body).await?;
    let (text, parent) = (field(&form, "text")?, field(&form, "parent")?);
    let idempotency = once(&form, &text)?;
    let author = Author {
        caller: &caller,
        idempotency: Some(&idempotency),
        at: service.clock.now(),
    };
    let parent_key = (!parent.is_empty()).then_some(parent.as_str());
    let subject = Subject {
        scenario: None,
        version: 0,
        parent: &parent,
    };
    match author.create(&service, &text, parent_key).await {
        Ok((version, _)) => Ok(on_to(format!(
            "/scenarios/{}?lang={}",
            version.scenario,
            language.tag()
        ))),
        Err(problem) => shown(&service, language, &subject, &text, Some(problem)),
    }
}

pub(super) async fn change(
    State(service): Served,
    RequestLanguage(language): RequestLanguage,
    Visitor(caller): Visitor,
    KeyOf(scenario): KeyOf<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    require(&caller, "PUT", "/v1/scenarios/{scenario}")?;
    let form = form(&service, &headers, body).await?;
    let text = field(&form, "text")?;
    let version = field(&form, "version")?.parse();
    let version = version.map_err(|_| Problem::new(Kind::FORM_REFUSED, "version is no number"))?;
    let idempotency = once(&form, &text)?;
    let author = Author {
        caller: &caller,
        idempotency: Some(&idempotency),
        at: service.clock.now(),
    };
    let subject = Subject {
        scenario: Some(&scenario),
        version,
        parent: "",
    };
    match author.change(&service, &scenario, version, &text).await {
        Ok((version, _)) => Ok(on_to(format!(
            "/scenarios/{}?lang={}",
            version.scenario,
            language.tag()
        ))),
        Err(problem) if problem.kind == Kind::NOT_FOUND => Err(problem),
        Err(problem) => shown(&service, language, &subject, &text, Some(problem)),
    }
}

/// The same form with the same text is one request.
fn once(form: &str, text: &str) -> Result<IdempotencyKey, Problem> {
    let sha256 = sha256_of(text.as_bytes());
    let key = field(form, "form_key")?;
    let key: String = key
        .chars()
        .filter(char::is_ascii_graphic)
        .take(64)
        .collect();
    Ok(IdempotencyKey {
        key: format!("form-{key}-{}", &sha256[..16]),
        request_sha256: sha256,
    })
}

fn shown(
    service: &Service,
    language: charts::Language,
    subject: &Subject<'_>,
    text: &str,
    problem: Option<Problem>,
) -> Result<Response, Problem> {
    let view = view(service);
    let path = match subject.scenario {
        Some(scenario) => format!("/scenarios/{scenario}/edit"),
        None => "/scenarios/new".to_owned(),
    };
    let status = problem
        .as_ref()
        .map_or(StatusCode::OK, |it| it.kind.status());
    let page = Edit {
        page: page(service, &view, language, path),
        scenario: subject.scenario,
        version: subject.version,
        parent: subject.parent,
        lines: text.lines().count().clamp(16, 40),
        text,
        form_key: new_key(),
        refused: problem.map(|problem| refused(&problem, language)),
    };
    Ok((status, html(&page)?).into_response())
}

fn refused(problem: &Problem, language: charts::Language) -> Refused {
    let member = |name: &str| {
        let mut members = problem.members.iter();
        members
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    };
    let errors = member("errors").and_then(Value::as_array);
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let problems: Vec<Wrong> = errors
        .map_or(&[] as &[Value], Vec::as_slice)
        .iter()
        .map(|error| Wrong {
            line: error["row"]
                .as_u64()
                .map(|it| it.to_string())
                .unwrap_or_default(),
            key: text(error, "column"),
            code: text(error, "code"),
            message: text(error, "message"),
            remedy: text(error, "remedy"),
        })
        .collect();
    Refused {
        title: problem.kind.title(language),
        detail: if problems.is_empty() {
            problem.detail.clone()
        } else {
            String::new()
        },
        newest: member("revision").and_then(Value::as_u64),
        problems,
    }
}
