//! Words that pages, files and findings share, in both languages.

use std::collections::BTreeMap;

use disclosure::Label;
use http_api::Finding;

/// Where the numbers of a city are from.
pub(crate) fn source(synthetic: bool) -> Label {
    if synthetic {
        Label::new(
            "Synthetische Stadt, keine echten Personen",
            "Synthetic city, no real persons",
        )
    } else {
        Label::new("Tabellen der Stadt", "Tables of the city")
    }
}

/// Names of the forecast's groups.
pub(crate) fn group_names() -> BTreeMap<String, Label> {
    [
        ("U3", "Kinder unter 3", "Children under 3"),
        ("K", "Kinder von 3 bis 5", "Children aged 3 to 5"),
        ("H", "Kinder von 6 bis 9", "Children aged 6 to 9"),
        ("under 1", "Kinder unter 1", "Children under 1"),
        (
            "1 to under 3",
            "Kinder von 1 bis unter 3",
            "Children aged 1 to under 3",
        ),
        (
            "3 to under 6",
            "Kinder von 3 bis unter 6",
            "Children aged 3 to under 6",
        ),
    ]
    .into_iter()
    .map(|(group, german, english)| (group.to_owned(), Label::new(german, english)))
    .collect()
}

/// A sentence in both languages.
pub(crate) fn finding(german: impl Into<String>, english: impl Into<String>) -> Finding {
    Finding {
        german: german.into(),
        english: english.into(),
    }
}
