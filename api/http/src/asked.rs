//! Keys and queries of addresses, and pages of lists.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::problem::{Kind, Problem};
use crate::query::encoded;
use crate::service::Service;

/// The first key of an address. One that is no key names nothing: 404.
#[derive(Debug, Clone)]
pub(crate) struct KeyOf<T>(pub(crate) T);

impl<T: std::str::FromStr> FromRequestParts<Arc<Service>> for KeyOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Service>) -> Result<Self, Problem> {
        let keys = RawPathParams::from_request_parts(parts, state).await;
        let keys = keys.map_err(|_| Problem::not_found())?;
        let key = keys.iter().next().and_then(|(_, key)| key.parse().ok());
        key.map(Self).ok_or_else(Problem::not_found)
    }
}

/// What an address asks for after the question mark.
#[derive(Debug, Clone)]
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Service>> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Service>) -> Result<Self, Problem> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(_) => {
                let detail = "a value after the question mark is missing or malformed; the \
                    description of the API says what is allowed";
                Err(Problem::new(Kind::BAD_VALUE, detail))
            }
        }
    }
}

/// Largest page of a list.
pub(crate) const MOST_ENTRIES: u32 = 1000;

/// Size of a page where none is asked for.
const USUAL_ENTRIES: u32 = 100;

/// The number of entries a page may have.
pub(crate) fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    match asked.unwrap_or(USUAL_ENTRIES) {
        limit @ 1..=MOST_ENTRIES => Ok(limit),
        other => {
            let detail = format!("limit {other}: give 1 to {MOST_ENTRIES}");
            Err(Problem::new(Kind::BAD_VALUE, detail))
        }
    }
}

/// The address of the page after a cursor.
pub(crate) fn next_page(path: &str, after: &str, limit: u32, rest: &str) -> String {
    format!("{path}?after={}&limit={limit}{rest}", encoded(after))
}

/// An answer with the revision as its entity tag; 304 if the asker has it already.
pub(crate) fn tagged(headers: &HeaderMap, revision: u64, body: impl IntoResponse) -> Response {
    let tag = format!("\"{revision}\"");
    let known = headers.get(header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body.into_response()
    };
    if let Ok(value) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_to_a_thousand_entries() {
        assert_eq!(limit(None), Ok(100));
        assert_eq!(limit(Some(1000)), Ok(1000));
        for wrong in [0, 1001] {
            assert_eq!(limit(Some(wrong)).unwrap_err().kind, Kind::BAD_VALUE);
        }
        let next = next_page("/v1/facilities", "K 1", 5, "&include=all");
        assert_eq!(next, "/v1/facilities?after=K%201&limit=5&include=all");
    }
}
