//! The last touch of every answer: correlation id, security headers, problems as bodies.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use charts::Language;
use serde_json::json;

use crate::correlation::{CORRELATION_ID, CorrelationId};
use crate::language::RequestLanguage;
use crate::pages;
use crate::pages::{provider, scenarios};
use crate::problem::{Kind, Problem};
use crate::view::PlannerView;

/// Nothing from elsewhere, no script, no frame around the page.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// The page of providers runs scripts of this server that ask this server. No form of it is ever
/// sent, so that what is typed into one cannot end up in an address.
const PROVIDER_POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; \
    script-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'none'";

/// The pages that show the description of the API bring scripts and styles of their own.
const DOCS_POLICY: &str = "default-src 'none'; img-src 'self' data:; style-src 'self' \
    'unsafe-inline'; script-src 'self'; font-src 'self'; connect-src 'self'; form-action 'none'; \
    base-uri 'none'; frame-ancestors 'none'";

/// What the last touch needs.
#[derive(Debug, Clone)]
pub(crate) struct Finishing {
    /// For problems as pages.
    pub(crate) view: Option<Arc<PlannerView>>,
    /// Longest time for an answer.
    pub(crate) request_time: Duration,
}

/// What an answer has to know of its request.
struct Asked {
    language: Language,
    path: String,
    wants_page: bool,
    is_authorised: bool,
    correlation_id: String,
}

pub(crate) async fn finish(
    State(finishing): State<Finishing>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let is_api = path.starts_with("/v1") || path == "/health";
    let correlation_id = CorrelationId::of(request.headers());
    let asked = Asked {
        language: RequestLanguage::of(request.uri().query(), request.headers()).0,
        wants_page: !is_api && accepts_page(request.headers()),
        is_authorised: request.headers().contains_key(header::AUTHORIZATION)
            || path.starts_with(scenarios::ADDRESS),
        path,
        correlation_id: correlation_id.0.clone(),
    };
    request.extensions_mut().insert(correlation_id);
    let answered = tokio::time::timeout(finishing.request_time, next.run(request)).await;
    let mut response =
        answered.unwrap_or_else(|_| Problem::new(Kind::TIME_LIMIT, "").into_response());
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = problem.or_else(|| refused_elsewhere(&response)) {
        let allowed = response.headers().get(header::ALLOW).cloned();
        response = answer(finishing.view.as_deref(), &problem, &asked);
        if let Some(allowed) = allowed {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
    }
    tracing::info!(
        path = asked.path,
        status = response.status().as_u16(),
        correlation_id = asked.correlation_id,
        "answered"
    );
    add_headers(response.headers_mut(), &asked);
    response
}

fn accepts_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept.is_some_and(|accept| accept.to_str().is_ok_and(|text| text.contains("text/html")))
}

/// Problems of layers that do not know ours, such as a wrong method.
fn refused_elsewhere(response: &Response) -> Option<Problem> {
    // A form shown again with what is wrong says so itself.
    let media_type = response.headers().get(header::CONTENT_TYPE);
    if media_type.is_some_and(|it| it.as_bytes().starts_with(b"text/html")) {
        return None;
    }
    Kind::of_status(response.status()).map(|kind| Problem::new(kind, ""))
}

fn answer(view: Option<&PlannerView>, problem: &Problem, asked: &Asked) -> Response {
    let kind = problem.kind;
    if let Some(view) = view.filter(|_| asked.wants_page) {
        let body = pages::problem::page(view, problem, asked.language, &asked.correlation_id);
        if let Ok(body) = body {
            return (kind.status(), axum::response::Html(body)).into_response();
        }
    }
    let mut document = json!({
        "type": kind.type_uri(),
        "title": kind.title(asked.language),
        "status": kind.status().as_u16(),
        "code": kind.code(),
        "instance": asked.path,
        "correlation_id": asked.correlation_id,
    });
    if !problem.detail.is_empty() {
        document["detail"] = problem.detail.as_str().into();
    }
    for (name, value) in &problem.members {
        document[name] = value.clone();
    }
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = kind.status();
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_static("application/problem+json");
    headers.insert(header::CONTENT_TYPE, media_type);
    if kind.status() == StatusCode::UNAUTHORIZED {
        let how = HeaderValue::from_static("Bearer realm=\"placewright\"");
        headers.insert(header::WWW_AUTHENTICATE, how);
    }
    response
}

/// What the page at an address may load and run.
fn policy(path: &str) -> &'static str {
    if path.starts_with("/docs") {
        DOCS_POLICY
    } else if path == provider::ADDRESS {
        PROVIDER_POLICY
    } else {
        POLICY
    }
}

fn add_headers(headers: &mut HeaderMap, asked: &Asked) {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, policy(&asked.path)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::VARY, "accept, accept-language, authorization"),
        (header::CONTENT_LANGUAGE, asked.language.tag()),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What needed a token is kept nowhere; everything else is asked for again.
    let cache = if asked.is_authorised {
        "no-store"
    } else {
        "no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(value) = HeaderValue::from_str(&asked.correlation_id) {
        headers.insert(CORRELATION_ID, value);
    }
}

/// What a panic answers; its text goes to the log only.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::new(Kind::SERVER_FAILED, "").into_response()
}
