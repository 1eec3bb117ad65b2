//! Scenarios that inherit from others.

use std::collections::BTreeSet;

use domain::InputProblem;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::json;
use super::origins::Origins;
use crate::codes as code;

/// Most files in a line of parents.
const MOST_FILES: usize = 16;

/// A scenario file as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioFile {
    /// Its name; a name that ends in `.json` says that it is JSON. Two names for the same file may
    /// hide a circle until sixteen files are read.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Finds the parent of a scenario: the name as written, and the name of the file it is written in.
/// The error says why it cannot be read.
pub type FindParent<'a> = dyn FnMut(&str, &str) -> Result<ScenarioFile, String> + 'a;

/// The texts of a scenario and its parents as TOML, each behind the lines of those before it.
pub(super) struct Chain {
    pub(super) origins: Origins,
    pub(super) texts: Vec<String>,
}

/// Reads the parents of a file, and theirs.
pub(super) fn chain(
    file: ScenarioFile,
    parents: &mut FindParent<'_>,
) -> Result<Chain, Vec<InputProblem>> {
    let mut found = Chain {
        origins: Origins::default(),
        texts: Vec::new(),
    };
    let mut names = BTreeSet::new();
    let mut next = Some(file);
    while let Some(ScenarioFile { name, mut text }) = next.take() {
        let mut paths = None;
        if is_json(&name) {
            (text, paths) = match json::told_as_toml(&text) {
                Ok((text, paths)) => (text, Some(paths)),
                Err((line, message)) => {
                    let problem = InputProblem::new(code::NOT_JSON, &name, message);
                    return Err(vec![
                        problem.at(line, "", "").remedy(remedy(code::NOT_JSON)),
                    ]);
                }
            };
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let offset = found.origins.add(&name, &text, paths);
        names.insert(name.clone());
        let parent = parent_of(&text);
        let mut padded = " ".repeat(offset);
        padded.push_str(&text);
        found.texts.push(padded);
        let Some((parent, position)) = parent else {
            break;
        };
        let line = found.origins.line_at(offset + position);
        let refuse = |code, message: String| {
            let problem = found
                .origins
                .problem(code, (line, "parent"), &parent, message);
            Err(vec![problem.remedy(remedy(code))])
        };
        match parents(&parent, &name) {
            Err(reason) => {
                return refuse(
                    code::NO_PARENT,
                    format!("the parent cannot be read: {reason}"),
                );
            }
            Ok(file) if names.contains(&file.name) => {
                let message = format!("{} inherits from itself", file.name);
                return refuse(code::PARENT_CIRCLE, message);
            }
            Ok(_) if names.len() == MOST_FILES => {
                let message = format!("more than {MOST_FILES} files inherit from each other");
                return refuse(code::PARENT_CIRCLE, message);
            }
            Ok(file) => next = Some(file),
        }
    }
    Ok(found)
}

pub(super) fn is_json(name: &str) -> bool {
    name.len() > 5 && name[name.len().saturating_sub(5)..].eq_ignore_ascii_case(".json")
}

fn remedy(code: &str) -> &'static str {
    crate::ERROR_CODES
        .iter()
        .find(|entry| entry.code == code)
        .map_or("", |entry| entry.remedy)
}

/// The parent a text names, with its position.
fn parent_of(text: &str) -> Option<(String, usize)> {
    let (document, _) = DeTable::parse_recoverable(text);
    let value = document.get_ref().get("parent")?;
    match value.get_ref() {
        DeValue::String(name) => Some((name.to_string(), value.span().start)),
        _ => None,
    }
}

/// Keys that tell one measure from another of its kind; a child's measure replaces its parent's.
const IDENTITIES: &[(&str, &[&str])] = &[
    ("close", &["facility"]),
    ("end_of_lease", &["facility"]),
    ("open", &["facility"]),
    (
        "licence",
        &["facility", "care_type", "from", "withdrawn_on"],
    ),
    ("expand", &["facility", "care_type", "from"]),
    ("shrink", &["facility", "care_type", "from"]),
    (
        "convert",
        &["facility", "from_care_type", "to_care_type", "from"],
    ),
    ("staff", &["facility", "care_type", "from"]),
    (
        "move_staff",
        &["from_facility", "to_facility", "care_type", "from"],
    ),
    ("demand", &["area", "care_type", "date"]),
    ("lever", &[]),
];

/// Keys that are a file's own.
const OWN: &[&str] = &["parent", "name", "drop"];

/// Whether a kind of measure can be inherited entry by entry.
pub(super) fn identity(kind: &str) -> Option<&'static [&'static str]> {
    IDENTITIES
        .iter()
        .find(|(known, _)| *known == kind)
        .map(|(_, keys)| *keys)
}

/// The child with what it inherits. Returns the entries of `[[drop]]` that fit nothing.
pub(super) fn inherited<'a>(child: &mut DeTable<'a>, parent: DeTable<'a>) -> Vec<Unused> {
    let drops = drops(child);
    let mut used = vec![false; drops.len()];
    for (key, value) in parent {
        let name = key.get_ref().to_string();
        if OWN.contains(&name.as_str()) {
            continue;
        }
        let (span, mut value) = (value.span(), value.into_inner());
        if let (DeValue::Array(entries), Some(keys)) = (&mut value, identity(&name)) {
            let dropped = |entry: &Spanned<DeValue<'a>>, used: &mut Vec<bool>| {
                let mut any = false;
                for (drop, used) in drops.iter().zip(used) {
                    if drop.fits(&name, entry.get_ref()) {
                        (*used, any) = (true, true);
                    }
                }
                any
            };
            let kept = entries.iter().filter(|entry| !dropped(entry, &mut used));
            let mut all: Vec<Spanned<DeValue<'a>>> = kept.cloned().collect();
            if let Some(own) = child.get_mut(name.as_str()) {
                let DeValue::Array(own) = own.get_mut() else {
                    continue; // told when the child is read
                };
                let replaced: BTreeSet<String> = own
                    .iter()
                    .filter_map(|entry| named(entry.get_ref(), keys))
                    .collect();
                all.retain(|entry| {
                    named(entry.get_ref(), keys).is_none_or(|name| !replaced.contains(&name))
                });
                all.extend(own.iter().cloned());
                *own = all.into_iter().collect();
                continue;
            }
            *entries = all.into_iter().collect();
            child.insert(key, Spanned::new(span, value));
            continue;
        }
        match (child.get_mut(name.as_str()), value) {
            (None, value) => {
                child.insert(key, Spanned::new(span, value));
            }
            (Some(own), DeValue::Table(theirs)) => {
                if let DeValue::Table(own) = own.get_mut() {
                    for (key, value) in theirs {
                        if own.get(key.get_ref().as_ref()).is_none() {
                            own.insert(key, value);
                        }
                    }
                }
            }
            (Some(_), _) => {}
        }
    }
    let unused = drops.into_iter().zip(used);
    unused
        .filter(|(_, used)| !used)
        .map(|(drop, _)| Unused {
            position: drop.position,
            what: drop.what(),
        })
        .collect()
}

/// An entry of `[[drop]]` that fits no inherited measure.
pub(super) struct Unused {
    pub(super) position: usize,
    pub(super) what: String,
}

/// An inherited measure that is left out.
struct Drop {
    position: usize,
    measure: String,
    keys: Vec<(String, String)>,
}

impl Drop {
    fn fits(&self, kind: &str, entry: &DeValue<'_>) -> bool {
        let DeValue::Table(table) = entry else {
            return false;
        };
        let same = |(key, value): &(String, String)| {
            table
                .get(key.as_str())
                .is_some_and(|found| shown(found.get_ref()) == *value)
        };
        self.measure == kind && self.keys.iter().all(same)
    }

    fn what(&self) -> String {
        let keys: Vec<String> = self
            .keys
            .iter()
            .map(|(key, value)| format!("{key} {value}"))
            .collect();
        format!("{} {}", self.measure, keys.join(", "))
    }
}

fn drops(child: &DeTable<'_>) -> Vec<Drop> {
    let Some(DeValue::Array(entries)) = child.get("drop").map(Spanned::get_ref) else {
        return Vec::new();
    };
    let drop = |entry: &Spanned<DeValue<'_>>| {
        let DeValue::Table(table) = entry.get_ref() else {
            return None;
        };
        let pairs = table
            .iter()
            .map(|(key, value)| (key.get_ref().to_string(), shown(value.get_ref())));
        let (measure, keys): (Vec<_>, Vec<_>) = pairs.partition(|(key, _)| key == "measure");
        Some(Drop {
            position: entry.span().start,
            measure: measure.into_iter().next().map(|(_, name)| name)?,
            keys,
        })
    };
    entries.iter().filter_map(drop).collect()
}

/// What tells an entry from others; `None` without keys, so that it replaces nothing.
fn named(entry: &DeValue<'_>, keys: &[&str]) -> Option<String> {
    let DeValue::Table(table) = entry else {
        return None;
    };
    if keys.is_empty() {
        return None;
    }
    let values = keys.iter().map(|key| {
        let value = table.get(*key);
        value.map_or(String::new(), |value| shown(value.get_ref()))
    });
    Some(values.collect::<Vec<_>>().join("\n"))
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Integer(whole) => whole.to_string(),
        other => format!("{other:?}"),
    }
}
