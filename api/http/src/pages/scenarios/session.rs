//! Signing in and out: the token of an account in a cookie of these pages.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{ADDRESS, field, form, on_to, page, require, view};
use crate::access::{Caller, grant_of};
use crate::correlation::CorrelationId;
use crate::language::RequestLanguage;
use crate::pages::{Page, html};
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::service::Service;

const COOKIE: &str = "placewright_scenarios";

/// A session is over after a working day.
const SECONDS: u32 = 10 * 60 * 60;

/// Somebody who signed in and may read scenarios.
pub(super) struct Visitor(pub(super) Caller);

impl FromRequestParts<Arc<Service>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Response> {
        let RequestLanguage(language) = RequestLanguage::of(parts.uri.query(), &parts.headers);
        let sign_in = format!("/scenarios/sign-in?lang={}", language.tag());
        let Some(token) = token(&parts.headers) else {
            return Err(on_to(sign_in));
        };
        // A token that is over leads back to the form; its reason is told there when it is sent again.
        let Ok(grant) = grant_of(service, &token).await else {
            return Err(on_to(sign_in));
        };
        let correlation = parts.extensions.get::<CorrelationId>().cloned();
        let correlation = correlation.unwrap_or_else(|| CorrelationId::of(&parts.headers));
        let caller = Caller {
            grant,
            correlation_id: correlation.0,
        };
        require(&caller, "GET", "/v1/scenarios").map_err(IntoResponse::into_response)?;
        Ok(Self(caller))
    }
}

/// The token of the cookie.
fn token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';'));
    let found = pairs.find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE).then(|| value.to_owned())
    });
    found.filter(|token| !token.is_empty())
}

/// The cookie with a token; an empty one ends the session.
fn cookie(service: &Service, token: &str) -> Option<HeaderValue> {
    let seconds = if token.is_empty() { 0 } else { SECONDS };
    // A demo is looked at without encryption, on this machine.
    let secure = if service.is_demo { "" } else { "; Secure" };
    let text = format!(
        "{COOKIE}={token}; Path={ADDRESS}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    HeaderValue::from_str(&text).ok()
}

#[derive(Template)]
#[template(path = "scenarios/sign_in.html")]
struct SignIn<'a> {
    page: Page<'a>,
    refused: Option<&'static str>,
}

pub(super) async fn show(
    service: Served,
    RequestLanguage(language): RequestLanguage,
) -> Result<Response, Problem> {
    let view = view(&service);
    let page = page(&service, &view, language, "/scenarios/sign-in");
    Ok(html(&SignIn {
        page,
        refused: None,
    })?
    .into_response())
}

pub(super) async fn sign_in(
    State(service): Served,
    RequestLanguage(language): RequestLanguage,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let form = form(&service, &headers, body).await?;
    let token = field(&form, "token")?.trim().to_owned();
    // Only what a token can be may come into a header.
    let is_visible = token
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    let granted = if is_visible {
        grant_of(&service, &token).await.map(|_| ())
    } else {
        Err(Problem::new(Kind::TOKEN_UNKNOWN, ""))
    };
    if let Err(problem) = granted {
        let view = view(&service);
        let page = page(&service, &view, language, "/scenarios/sign-in");
        let refused = Some(problem.kind.title(language));
        let body = html(&SignIn { page, refused })?;
        return Ok((StatusCode::FORBIDDEN, body).into_response());
    }
    let mut response = on_to(format!("{ADDRESS}?lang={}", language.tag()));
    if let Some(cookie) = cookie(&service, &token) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

pub(super) async fn sign_out(
    State(service): Served,
    RequestLanguage(language): RequestLanguage,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    form(&service, &headers, body).await?;
    let mut response = on_to(format!("/scenarios/sign-in?lang={}", language.tag()));
    if let Some(cookie) = cookie(&service, "") {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
