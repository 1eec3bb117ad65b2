//! The last touch of every answer: correlation id, security headers, problems as bodies.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use charts::Language;
use serde_json::json;
use tower_http::request_id::{MakeRequestId, MakeRequestUuid};

use crate::language::RequestLanguage;
use crate::pages;
use crate::problem::{Kind, Problem};
use crate::view::PlannerView;

const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// Nothing from elsewhere, no script, no frame around the page.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// What an answer has to know of its request.
struct Asked {
    language: Language,
    path: String,
    wants_page: bool,
    correlation_id: String,
}

pub(crate) async fn finish(
    State(view): State<Arc<PlannerView>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let is_api = path.starts_with("/v1") || path == "/health";
    let id = MakeRequestUuid.make_request_id(&request);
    let id = id.and_then(|id| id.header_value().to_str().map(str::to_owned).ok());
    let asked = Asked {
        language: RequestLanguage::of(request.uri().query(), request.headers()).0,
        wants_page: !is_api && accepts_page(request.headers()),
        path,
        correlation_id: id.unwrap_or_default(),
    };
    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = problem.or_else(|| refused_elsewhere(&response)) {
        let allowed = response.headers().get(header::ALLOW).cloned();
        response = answer(&view, &problem, &asked);
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
    Kind::of_status(response.status()).map(|kind| Problem::new(kind, ""))
}

fn answer(view: &PlannerView, problem: &Problem, asked: &Asked) -> Response {
    let kind = problem.kind;
    if asked.wants_page {
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
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = kind.status();
    let media_type = HeaderValue::from_static("application/problem+json");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

fn add_headers(headers: &mut HeaderMap, asked: &Asked) {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept, accept-language"),
        (header::CONTENT_LANGUAGE, asked.language.tag()),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&asked.correlation_id) {
        headers.insert(CORRELATION_ID, value);
    }
}

/// What a panic answers; its text goes to the log only.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response
        .extensions_mut()
        .insert(Problem::new(Kind::ServerFailed, ""));
    response
}
