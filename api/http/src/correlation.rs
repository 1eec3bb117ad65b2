//! The name of a request, in answers, logs and proofs.

use axum::http::{HeaderMap, HeaderName};
use uuid::Uuid;

pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// 1 to 64 of `A-Z a-z 0-9 . _ -`: taken over from the request, or made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CorrelationId(pub(crate) String);

impl CorrelationId {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(CORRELATION_ID);
        let given = given.and_then(|value| value.to_str().ok());
        let given = given.filter(|text| domain::ReferenceId::well_formed(text).is_ok());
        Self(given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_formed_name_is_taken_over_and_another_one_replaced() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CORRELATION_ID, text.parse().unwrap());
            CorrelationId::of(&headers).0
        };
        assert_eq!(of("portal-17"), "portal-17");
        assert_ne!(of("a b"), "a b");
        assert_ne!(of(&"a".repeat(65)), "a".repeat(65));
        assert_eq!(CorrelationId::of(&HeaderMap::new()).0.len(), 36);
    }
}
