//! Problems as answers (RFC 9457).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use charts::Language;
use domain::ErrorCode;

/// The error index of this crate.
pub const ERROR_CODES: &[ErrorCode] = &[
    ErrorCode {
        code: "E8201",
        cause: "there is no page or resource at this address",
        remedy: "check the address; the start page links to everything there is",
    },
    ErrorCode {
        code: "E8202",
        cause: "a table, area, group, chart or day is not in the view",
        remedy: "use one of the names the lists show",
    },
    ErrorCode {
        code: "E8203",
        cause: "none of the formats asked for is offered",
        remedy: "ask for application/json, text/csv or application/vnd.apache.arrow.stream",
    },
    ErrorCode {
        code: "E8204",
        cause: "rows of children were asked for",
        remedy: "use the released tables; single children leave through no endpoint",
    },
    ErrorCode {
        code: "E8205",
        cause: "the method is not allowed at this address",
        remedy: "use GET; the planner pages change nothing",
    },
    ErrorCode {
        code: "E8206",
        cause: "a value in the address is malformed",
        remedy: "correct the value named in the message",
    },
    ErrorCode {
        code: "E8207",
        cause: "the server failed",
        remedy: "report the correlation id",
    },
    ErrorCode {
        code: "E8208",
        cause: "a table, map or section has a name that cannot stand in an address",
        remedy: "use 1 to 64 lower-case letters, digits, - and _",
    },
];

/// What went wrong, before the answer knows path and correlation id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    /// What exactly; names the value, never anything about children.
    pub(crate) detail: String,
}

/// Kinds of problems; their addresses and numbers are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    NotFound,
    UnknownName,
    NotAcceptable,
    ChildrenNeverLeave,
    MethodNotAllowed,
    BadValue,
    ServerFailed,
}

impl Kind {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::UnknownName => StatusCode::NOT_FOUND,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::ChildrenNeverLeave => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadValue => StatusCode::BAD_REQUEST,
            Self::ServerFailed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "E8201",
            Self::UnknownName => "E8202",
            Self::NotAcceptable => "E8203",
            Self::ChildrenNeverLeave => "E8204",
            Self::MethodNotAllowed => "E8205",
            Self::BadValue => "E8206",
            Self::ServerFailed => "E8207",
        }
    }

    /// The `type` of RFC 9457: an identifier, not an address to open.
    pub(crate) const fn type_uri(self) -> &'static str {
        match self {
            Self::NotFound => "urn:placewright:problem:not-found",
            Self::UnknownName => "urn:placewright:problem:unknown-name",
            Self::NotAcceptable => "urn:placewright:problem:not-acceptable",
            Self::ChildrenNeverLeave => "urn:placewright:problem:children-never-leave",
            Self::MethodNotAllowed => "urn:placewright:problem:method-not-allowed",
            Self::BadValue => "urn:placewright:problem:bad-value",
            Self::ServerFailed => "urn:placewright:problem:server-failed",
        }
    }

    pub(crate) const fn title(self, language: Language) -> &'static str {
        let (german, english) = match self {
            Self::NotFound => ("Diese Seite gibt es nicht", "There is no such page"),
            Self::UnknownName => (
                "Diesen Namen gibt es hier nicht",
                "There is no such name here",
            ),
            Self::NotAcceptable => (
                "Keines der gewünschten Formate wird angeboten",
                "None of the formats asked for is offered",
            ),
            Self::ChildrenNeverLeave => (
                "Angaben zu einzelnen Kindern werden nicht herausgegeben",
                "Rows of children are never given out",
            ),
            Self::MethodNotAllowed => (
                "Diese Methode ist hier nicht erlaubt",
                "This method is not allowed here",
            ),
            Self::BadValue => (
                "Ein Wert in der Adresse ist falsch",
                "A value in the address is wrong",
            ),
            Self::ServerFailed => ("Der Server ist gescheitert", "The server failed"),
        };
        language.pick(german, english)
    }

    /// The kind of an answer that another layer refused.
    pub(crate) fn of_status(status: StatusCode) -> Option<Self> {
        match status {
            StatusCode::NOT_FOUND => Some(Self::NotFound),
            StatusCode::METHOD_NOT_ALLOWED => Some(Self::MethodNotAllowed),
            StatusCode::INTERNAL_SERVER_ERROR => Some(Self::ServerFailed),
            _ if status.is_client_error() => Some(Self::BadValue),
            _ => None,
        }
    }
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    pub(crate) fn unknown(what: &str, name: &str) -> Self {
        Self::new(Kind::UnknownName, format!("{what} {name:?}"))
    }

    /// A failure of ours: the cause goes to the log, the answer says where to ask.
    pub(crate) fn failed(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "an answer failed");
        Self::new(Kind::ServerFailed, String::new())
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
