//! Which language an answer is in.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, header, request::Parts};
use charts::Language;

use crate::query;

/// `?lang=` first, then `Accept-Language`, then German.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestLanguage(pub(crate) Language);

impl RequestLanguage {
    pub(crate) fn of(query: Option<&str>, headers: &HeaderMap) -> Self {
        let asked = query::value(query.unwrap_or_default(), "lang");
        let asked = asked.and_then(|tag| Language::from_tag(&tag));
        let header = || {
            let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
            preferred(text)
        };
        Self(asked.or_else(header).unwrap_or_default())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestLanguage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.query(), &parts.headers))
    }
}

/// The language with the highest weight that is offered; the first one of equals.
fn preferred(header: &str) -> Option<Language> {
    let mut best: Option<(f32, Language)> = None;
    for range in header.split(',') {
        let (tag, weight) = query::weighted(range);
        let Some(language) = Language::from_tag(tag) else {
            continue;
        };
        if weight > 0.0 && best.is_none_or(|(highest, _)| weight > highest) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_wins_over_the_header_and_german_over_nothing() {
        let mut headers = HeaderMap::new();
        assert_eq!(RequestLanguage::of(None, &headers).0, Language::German);
        headers.insert(
            header::ACCEPT_LANGUAGE,
            "fr, en-GB;q=0.9, de;q=0.4".parse().unwrap(),
        );
        assert_eq!(RequestLanguage::of(None, &headers).0, Language::English);
        assert_eq!(
            RequestLanguage::of(Some("a=1&lang=de"), &headers).0,
            Language::German
        );
        assert_eq!(
            RequestLanguage::of(Some("lang=xx"), &headers).0,
            Language::English
        );
        headers.insert(header::ACCEPT_LANGUAGE, "en;q=0, de".parse().unwrap());
        assert_eq!(RequestLanguage::of(None, &headers).0, Language::German);
    }
}
