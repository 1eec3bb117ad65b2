//! A document before anybody knows what its entries mean.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

/// A parsed document as a tree, whatever its syntax was: TOML on the command line, JSON over HTTP.
///
/// Reading into a tree first lets [`crate::ProtectionSpec::parse`] name every unknown key and every
/// wrong value at once instead of stopping at the first.
#[derive(Debug, Clone, PartialEq)]
pub struct SpecDocument(pub(crate) Entry);

/// One entry of the tree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Entry {
    Text(String),
    Whole(i64),
    List(Vec<Entry>),
    Table(BTreeMap<String, Entry>),
    /// Something no key of a spec takes; its value in words.
    Other(String),
}

impl Entry {
    /// The entry as a message quotes it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Other(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::List(list) => format!("a list of {}", list.len()),
            Self::Table(_) => "a table".to_owned(),
        }
    }
}

impl<'de> Deserialize<'de> for SpecDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Entry::deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an entry of a protection spec")
    }

    fn visit_str<E>(self, text: &str) -> Result<Entry, E> {
        Ok(Entry::Text(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Entry, E> {
        Ok(Entry::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Entry, E> {
        Ok(i64::try_from(number).map_or_else(|_| Entry::Other(number.to_string()), Entry::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Entry, E> {
        Ok(Entry::Other(number.to_string()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Entry, E> {
        Ok(Entry::Other(flag.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Entry, E> {
        Ok(Entry::Other("nothing".to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Entry, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element()? {
            list.push(entry);
        }
        Ok(Entry::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Entry, A::Error> {
        let mut table = BTreeMap::new();
        while let Some((key, entry)) = entries.next_entry::<String, Entry>()? {
            table.insert(key, entry);
        }
        Ok(Entry::Table(table))
    }
}
