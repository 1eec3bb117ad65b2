//! Requests that change something: who, under which key, with what.

mod body;
mod json;
mod receipt;
mod scenario_file;

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use domain::procedure::Mandate;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use store::{Envelope, IdempotencyKey, PerformError, ProcedureStore, Receipt};

use crate::access::{Caller, hexadecimal};
use crate::problem::{Kind, Problem};
use crate::service::Service;

pub(crate) use body::read_body;
pub(crate) use json::from_json;
pub(crate) use receipt::{Written, answer, replayed};
pub(crate) use scenario_file::{ScenarioFile, ScenarioForm};

/// The longest idempotency key.
const LONGEST_KEY: usize = 128;

/// A request that changes something, read and checked but for its meaning.
#[derive(Debug)]
pub(crate) struct Write<T> {
    pub(crate) caller: Caller,
    pub(crate) envelope: Envelope,
    pub(crate) body: T,
}

/// The bytes of a body that is no JSON, such as a file of existing children.
#[derive(Debug)]
pub(crate) struct File(pub(crate) Vec<u8>);

impl<T> Write<T> {
    /// Staff who act for custodians name the mandate (K53).
    pub(crate) fn on_behalf_of(&mut self, mandate: Option<Mandate>) -> Result<(), Problem> {
        if mandate.is_none() && self.caller.needs_a_mandate() {
            let detail = "staff who act for custodians name the mandate (K53)";
            return Err(Problem::field(
                Kind::MANDATE_MISSING,
                "on_behalf_of",
                detail,
            ));
        }
        self.envelope.on_behalf_of = mandate;
        Ok(())
    }

    /// Carries a command out.
    pub(crate) async fn perform(
        &self,
        service: &Service,
        command: &domain::procedure::Command,
    ) -> Result<Receipt, PerformError> {
        service.store.perform(&self.envelope, command).await
    }
}

/// Reads the body of a request, at most `limit` bytes, and what its headers say.
async fn read(
    request: Request,
    service: &Arc<Service>,
    limit: usize,
) -> Result<(Caller, Envelope, Vec<u8>), Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, service).await?;
    let bytes = read_body(&parts.headers, body, limit).await?;
    let at = service.clock.now();
    let envelope = Envelope {
        actor: caller.actor(),
        on_behalf_of: None,
        correlation_id: caller.correlation_id.clone(),
        at,
        today: service.clock.day_of(at),
        idempotency: idempotency(&parts, &bytes)?,
        expected_revision: expected_revision(&parts.headers)?,
    };
    Ok((caller, envelope, bytes))
}

impl<T: DeserializeOwned> FromRequest<Arc<Service>> for Write<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Self, Problem> {
        let limit = service.limits.body_bytes;
        let (caller, envelope, bytes) = read(request, service, limit).await?;
        let body = from_json(&bytes)?;
        Ok(Self {
            caller,
            envelope,
            body,
        })
    }
}

impl FromRequest<Arc<Service>> for Write<File> {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Self, Problem> {
        let limit = service.limits.import_bytes;
        let (caller, envelope, bytes) = read(request, service, limit).await?;
        Ok(Self {
            caller,
            envelope,
            body: File(bytes),
        })
    }
}

/// The key of a repeatable request; a POST needs one.
fn idempotency(parts: &Parts, body: &[u8]) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(key) = parts.headers.get("idempotency-key") else {
        if parts.method == Method::POST {
            return Err(Problem::new(Kind::KEY_MISSING, ""));
        }
        return Ok(None);
    };
    let key = key.as_bytes();
    let is_visible = key.iter().all(u8::is_ascii_graphic);
    if key.is_empty() || key.len() > LONGEST_KEY || !is_visible {
        let detail = "Idempotency-Key has 1 to 128 visible ASCII characters";
        return Err(Problem::new(Kind::BAD_HEADER, detail));
    }
    let mut hash = Sha256::new();
    let address = parts.uri.path_and_query().map_or("", |it| it.as_str());
    for part in [parts.method.as_str(), address] {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    hash.update(body);
    Ok(Some(IdempotencyKey {
        key: String::from_utf8_lossy(key).into_owned(),
        request_sha256: hexadecimal(&hash.finalize()),
    }))
}

/// The revision of `If-Match`; `*` asks for nothing.
fn expected_revision(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(tag) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let tag = tag.to_str().unwrap_or_default().trim();
    if tag == "*" {
        return Ok(None);
    }
    let revision = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let revision = revision.and_then(|text| text.parse().ok());
    revision.map(Some).ok_or_else(|| {
        let detail = "If-Match has one entity tag as the answer to GET gives it, for example \"7\"";
        Problem::new(Kind::BAD_HEADER, detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request as Parted;

    fn parts(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Parted::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_hash_of_a_request_covers_method_address_and_body() {
        let hash = |method: &str, uri: &str, body: &[u8]| {
            let parts = parts(method, uri, &[("idempotency-key", "k")]);
            idempotency(&parts, body).unwrap().unwrap().request_sha256
        };
        let first = hash("POST", "/v1/offers", b"{}");
        assert_eq!(first, hash("POST", "/v1/offers", b"{}"));
        assert_ne!(first, hash("PUT", "/v1/offers", b"{}"));
        assert_ne!(first, hash("POST", "/v1/offers?a=1", b"{}"));
        assert_ne!(first, hash("POST", "/v1/offers", b"{ }"));
    }

    #[test]
    fn a_post_needs_a_key_of_visible_characters_and_a_put_does_not() {
        let key = |method: &str, headers: &[(&str, &str)]| {
            idempotency(&parts(method, "/", headers), b"").map_err(|problem| problem.kind)
        };
        assert_eq!(key("POST", &[]), Err(Kind::KEY_MISSING));
        assert_eq!(key("PUT", &[]), Ok(None));
        let too_long = "x".repeat(129);
        for wrong in ["", "a b", &too_long] {
            assert_eq!(
                key("POST", &[("idempotency-key", wrong)]),
                Err(Kind::BAD_HEADER)
            );
        }
        assert!(
            key("POST", &[("idempotency-key", "b1-0001")])
                .unwrap()
                .is_some()
        );
    }

    #[test]
    fn if_match_has_one_strong_tag_or_a_star() {
        let revision = |tag: &str| {
            expected_revision(&parts("PUT", "/", &[("if-match", tag)]).headers)
                .map_err(|problem| problem.kind)
        };
        assert_eq!(revision("\"17\""), Ok(Some(17)));
        assert_eq!(revision("*"), Ok(None));
        for wrong in ["17", "W/\"17\"", "\"x\"", "\"1\", \"2\""] {
            assert_eq!(revision(wrong), Err(Kind::BAD_HEADER), "{wrong}");
        }
    }
}
