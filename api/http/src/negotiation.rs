//! Which format an answer of the API is in.

use axum::http::{HeaderMap, header};

use crate::problem::{Kind, Problem};
use crate::query;

/// A format of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
    Arrow,
    Parquet,
}

impl Format {
    /// In order of preference where the client has none.
    pub(crate) const ALL: [Self; 4] = [Self::Json, Self::Csv, Self::Arrow, Self::Parquet];

    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Arrow => "application/vnd.apache.arrow.stream",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// The word of `?format=` and the ending of files.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
        }
    }

    /// `?format=` first, for links; then `Accept`; then JSON.
    pub(crate) fn choose(query: Option<&str>, headers: &HeaderMap) -> Result<Self, Problem> {
        if let Some(word) = query::value(query.unwrap_or_default(), "format") {
            let named = Self::ALL.into_iter().find(|format| format.word() == word);
            return named.ok_or_else(|| {
                Problem::new(
                    Kind::BAD_VALUE,
                    format!("format {word:?}: json, csv, arrow, parquet"),
                )
            });
        }
        let Some(accept) = headers.get(header::ACCEPT) else {
            return Ok(Self::Json);
        };
        let accept = accept.to_str().unwrap_or_default();
        let weights = Self::ALL.map(|format| (format.weight(accept), format));
        let best = weights
            .into_iter()
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        match best {
            Some((weight, format)) if weight > 0.0 => Ok(format),
            _ => Err(Problem::new(
                Kind::NOT_ACCEPTABLE,
                format!("Accept: {accept}"),
            )),
        }
    }

    /// The weight the most exact fitting range of `Accept` gives this format.
    fn weight(self, accept: &str) -> f32 {
        let own = self.media_type();
        let group = own.split_once('/').map_or(own, |(group, _)| group);
        let exactness = |range: &str| match range.split_once('/') {
            Some(("*", "*")) => Some(0),
            Some((found, "*")) if found.eq_ignore_ascii_case(group) => Some(1),
            _ if range.eq_ignore_ascii_case(own) => Some(2),
            _ => None,
        };
        let fitting = accept.split(',').filter_map(|range| {
            let (range, weight) = query::weighted(range);
            exactness(range).map(|exactness| (exactness, weight))
        });
        fitting
            .max_by_key(|(exactness, _)| *exactness)
            .map_or(0.0, |(_, weight)| weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Option<Format> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        Format::choose(None, &headers).ok()
    }

    #[test]
    fn the_heaviest_offered_format_is_chosen() {
        assert_eq!(chosen("text/csv"), Some(Format::Csv));
        assert_eq!(
            chosen("application/json;q=0.2, application/vnd.apache.arrow.stream"),
            Some(Format::Arrow)
        );
        assert_eq!(chosen("text/html, */*;q=0.8"), Some(Format::Json));
        assert_eq!(chosen("application/json;q=0, */*"), Some(Format::Csv));
        assert_eq!(chosen("text/*"), Some(Format::Csv));
        assert_eq!(
            chosen("application/vnd.apache.parquet, application/json;q=0.9"),
            Some(Format::Parquet)
        );
        assert_eq!(chosen("image/png"), None);
        assert_eq!(
            Format::choose(None, &HeaderMap::new()).ok(),
            Some(Format::Json)
        );
    }

    #[test]
    fn the_address_wins_over_the_header_and_wrong_words_are_refused() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, "image/png".parse().unwrap());
        assert_eq!(
            Format::choose(Some("format=arrow"), &headers).ok(),
            Some(Format::Arrow)
        );
        let refused = Format::choose(Some("format=xml"), &headers).unwrap_err();
        assert_eq!(refused.kind, Kind::BAD_VALUE);
    }
}
