//! Problems as answers (RFC 9457).

mod codes;
mod kinds;
mod refusals;

use axum::response::{IntoResponse, Response};
use serde_json::Value;

pub use codes::ERROR_CODES;
pub(crate) use kinds::Kind;

/// What went wrong, before the answer knows path and correlation id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    /// What exactly; names the value, never anything about children.
    pub(crate) detail: String,
    /// Further members of the answer.
    pub(crate) members: Vec<(&'static str, Value)>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            members: Vec::new(),
        }
    }

    /// With a further member.
    pub(crate) fn with(mut self, name: &'static str, value: Value) -> Self {
        self.members.push((name, value));
        self
    }

    /// A field of the body that is refused.
    pub(crate) fn field(kind: Kind, field: &str, detail: impl Into<String>) -> Self {
        Self::new(kind, detail).with("field", field.into())
    }

    pub(crate) fn unknown(what: &str, name: &str) -> Self {
        Self::new(Kind::UNKNOWN_NAME, format!("{what} {name:?}"))
    }

    /// Not there, or its existence is secret: the same answer for both.
    pub(crate) fn not_found() -> Self {
        Self::new(Kind::NOT_FOUND, "")
    }

    /// A failure of ours: the cause goes to the log, the answer says where to ask.
    pub(crate) fn failed(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "an answer failed");
        Self::new(Kind::SERVER_FAILED, String::new())
    }
}

/// Carries the problem to [`crate::finish`], which writes the body.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
