//! One table of a spec document, read key by key.

use std::collections::BTreeMap;

use super::codes::{self, Problems};
use super::document::Entry;

/// A table whose entries are taken out one by one; what is left over is unknown.
pub(super) struct Section {
    /// Where it stands, for example `dimension 2`; empty for the document itself.
    pub(super) place: String,
    pub(super) entries: BTreeMap<String, Entry>,
}

impl Section {
    pub(super) fn new(place: String, entries: BTreeMap<String, Entry>) -> Self {
        Self { place, entries }
    }

    /// A key with its place.
    pub(super) fn name(&self, key: &str) -> String {
        if self.place.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.place)
        }
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// A text that is not empty; `None` where the key is absent or wrong.
    pub(super) fn text(&mut self, key: &str, problems: &mut Problems<'_>) -> Option<String> {
        match self.entries.remove(key)? {
            Entry::Text(text) if !text.trim().is_empty() => Some(text),
            other => self.wrong(
                key,
                &other,
                "the value is not a text with content",
                problems,
            ),
        }
    }

    /// As [`Self::text`]; the key has to be there.
    pub(super) fn required_text(
        &mut self,
        key: &str,
        problems: &mut Problems<'_>,
    ) -> Option<String> {
        self.require(key, problems)?;
        self.text(key, problems)
    }

    /// The smallest count shown, `k`.
    pub(super) fn minimum(&mut self, problems: &mut Problems<'_>) -> Option<u32> {
        self.require("k", problems)?;
        match self.entries.remove("k")? {
            Entry::Whole(number) if u32::try_from(number).is_ok() => u32::try_from(number).ok(),
            other => self.wrong("k", &other, "the value is not a whole number", problems),
        }
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, key: &str, problems: &mut Problems<'_>) -> Option<Vec<String>> {
        let entry = self.entries.remove(key)?;
        let Entry::List(list) = &entry else {
            return self.wrong(key, &entry, "the value is not a list of texts", problems);
        };
        let texts = list.iter().map(|entry| match entry {
            Entry::Text(text) => Ok(text.clone()),
            other => Err(other),
        });
        match texts.collect::<Result<Vec<_>, _>>() {
            Ok(texts) => Some(texts),
            Err(other) => self.wrong(
                key,
                other,
                "the list holds something else than texts",
                problems,
            ),
        }
    }

    /// As [`Self::texts`]; the key has to be there.
    pub(super) fn required_texts(
        &mut self,
        key: &str,
        problems: &mut Problems<'_>,
    ) -> Option<Vec<String>> {
        self.require(key, problems)?;
        self.texts(key, problems)
    }

    /// A table below this one.
    pub(super) fn table(&mut self, key: &str, problems: &mut Problems<'_>) -> Option<Self> {
        match self.entries.remove(key)? {
            Entry::Table(entries) => Some(Self::new(self.name(key), entries)),
            other => self.wrong(key, &other, "the value is not a table", problems),
        }
    }

    /// A list of tables, at least one.
    pub(super) fn sections(&mut self, key: &str, problems: &mut Problems<'_>) -> Vec<Self> {
        if self.require(key, problems).is_none() {
            return Vec::new();
        }
        let list = match self.entries.remove(key) {
            Some(Entry::List(list)) if !list.is_empty() => list,
            other => {
                let shown = other.unwrap_or(Entry::List(Vec::new()));
                let _: Option<()> =
                    self.wrong(key, &shown, "the value is not a list of tables", problems);
                return Vec::new();
            }
        };
        let mut sections = Vec::new();
        for (number, entry) in list.into_iter().enumerate() {
            match entry {
                Entry::Table(entries) => {
                    let place = format!("{} {}", self.name(key), number + 1);
                    sections.push(Self::new(place, entries));
                }
                other => {
                    let _: Option<()> =
                        self.wrong(key, &other, "an entry is not a table", problems);
                }
            }
        }
        sections
    }

    /// Refuses the keys nobody took.
    pub(super) fn close(self, problems: &mut Problems<'_>) {
        for (key, entry) in &self.entries {
            problems.key(
                codes::UNKNOWN_KEY,
                &self.name(key),
                &entry.shown(),
                "the key does not exist",
            );
        }
    }

    fn require(&self, key: &str, problems: &mut Problems<'_>) -> Option<()> {
        if self.entries.contains_key(key) {
            return Some(());
        }
        problems.key(
            codes::MISSING_KEY,
            &self.name(key),
            "",
            "the key is missing",
        );
        None
    }

    fn wrong<T>(
        &self,
        key: &str,
        found: &Entry,
        message: &str,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        problems.key(codes::WRONG_VALUE, &self.name(key), &found.shown(), message);
        None
    }
}
