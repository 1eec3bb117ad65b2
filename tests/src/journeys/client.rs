//! Requests as a program outside sends them, and what it sees.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header, request};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// Somebody with a token.
#[derive(Clone)]
pub(super) struct Client {
    router: Router,
    token: String,
}

impl Client {
    pub(super) fn new(router: Router, token: String) -> Self {
        Self { router, token }
    }

    /// The same token at another service.
    pub(super) fn at(&self, router: Router) -> Self {
        Self::new(router, self.token.clone())
    }

    /// The same service with another token.
    pub(super) fn with_token(&self, token: &str) -> Self {
        Self::new(self.router.clone(), token.to_owned())
    }

    /// A request with the token and nothing else.
    pub(super) fn request(&self, method: &str, address: &str) -> request::Builder {
        Request::builder()
            .method(method)
            .uri(address)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
    }

    /// A request with the token and an idempotency key of its own.
    pub(super) fn write(&self, method: &str, address: &str) -> request::Builder {
        let key = uuid::Uuid::now_v7().to_string();
        self.request(method, address).header("idempotency-key", key)
    }

    /// Sends a request.
    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let asked = format!("{} {}", request.method(), request.uri());
        let answered = self.router.clone().oneshot(request).await;
        let (parts, body) = answered.expect("the router always answers").into_parts();
        let bytes = body.collect().await.expect("answers are whole").to_bytes();
        Answer {
            asked,
            status: parts.status.as_u16(),
            headers: parts.headers,
            bytes: bytes.to_vec(),
        }
    }

    pub(super) async fn get(&self, address: &str) -> Answer {
        let request = self.request("GET", address).body(Body::empty());
        self.send(request.expect("the address is one")).await
    }

    pub(super) async fn post(&self, address: &str, body: Value) -> Answer {
        self.written("POST", address, &body).await
    }

    pub(super) async fn put(&self, address: &str, body: Value) -> Answer {
        self.written("PUT", address, &body).await
    }

    pub(super) async fn delete(&self, address: &str, body: Value) -> Answer {
        self.written("DELETE", address, &body).await
    }

    async fn written(&self, method: &str, address: &str, body: &Value) -> Answer {
        let request = self.write(method, address);
        self.send_text(request, "application/json", body.to_string())
            .await
    }

    /// Hands a file in.
    pub(super) async fn post_csv(&self, address: &str, file: &str) -> Answer {
        let request = self.write("POST", address);
        self.send_text(request, "text/csv", file.to_owned()).await
    }

    /// Sends a request with a text of a media type.
    pub(super) async fn send_text(
        &self,
        request: request::Builder,
        media_type: &str,
        text: String,
    ) -> Answer {
        let request = request
            .header(header::CONTENT_TYPE, media_type)
            .body(Body::from(text));
        self.send(request.expect("the address is one")).await
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    asked: String,
    pub(super) status: u16,
    headers: HeaderMap,
    pub(super) bytes: Vec<u8>,
}

impl Answer {
    /// A header; empty if it is not there.
    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("headers are ASCII"))
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("answers are UTF-8")
    }

    /// The body, of an answer with this status.
    pub(super) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        serde_json::from_slice(&self.bytes).expect("answers are JSON")
    }

    /// The problem, of a refusal under this status and name: typed, numbered, with title and with the
    /// correlation id of the header (RFC 9457).
    pub(super) fn refused(&self, status: u16, name: &str) -> Value {
        let problem = self.expect(status);
        let asked = &self.asked;
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{asked}"
        );
        assert_eq!(
            problem["type"],
            format!("urn:placewright:problem:{name}"),
            "{asked}: {problem}"
        );
        assert_eq!(problem["status"], status, "{asked}");
        let code = text_of(&problem, "code");
        assert!(
            code.len() == 5 && code.starts_with('E'),
            "{asked}: {problem}"
        );
        assert!(!text_of(&problem, "title").is_empty(), "{asked}: {problem}");
        let correlation_id = text_of(&problem, "correlation_id");
        assert!(!correlation_id.is_empty(), "{asked}: {problem}");
        assert_eq!(correlation_id, self.header("x-correlation-id"), "{asked}");
        problem
    }
}

/// A member that is a text.
pub(super) fn text_of<'a>(value: &'a Value, member: &str) -> &'a str {
    let text = value[member].as_str();
    text.unwrap_or_else(|| panic!("{member} is a text in {value}"))
}

/// A member that is a list.
pub(super) fn list_of<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    let list = value[member].as_array();
    list.unwrap_or_else(|| panic!("{member} is a list in {value}"))
}
