//! The method of a spec and its parameters.

use jiff::civil::Date;

use super::codes::{self, Problems};
use super::document::Entry;
use super::section::Section;
use crate::cell_keys::PerturbationTable;
use crate::{
    CellKeyError, LossMetric, MergingRule, PerturbationParameters, RoundingError, RoundingRule,
};

/// How the tables of a spec are protected.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum SpecMethod {
    Suppression,
    CellKeys(SpecCellKeys),
    Rounding(RoundingRule),
    Merging(SpecMerging),
}

/// Which records the keys belong to, and the changes they pick.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SpecCellKeys {
    pub(super) pseudonym: String,
    pub(super) reference_date: Date,
    pub(super) key_version: String,
    pub(super) table: PerturbationTable,
}

/// Which areas may be put together, and what decides between that and suppression.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SpecMerging {
    pub(super) rule: MergingRule,
    pub(super) or_suppress_by: Option<LossMetric>,
}

/// Tables of parameters, one per method that has any.
const SECTIONS: [(&str, &str); 3] = [
    ("cell-keys", "cell_keys"),
    ("rounding", "rounding"),
    ("merging", "merging"),
];

/// The method; suppression stands in where it is wrong, and the problem is noted.
pub(super) fn method(top: &mut Section, problems: &mut Problems<'_>) -> SpecMethod {
    let named = top.text("method", problems);
    let named = match named.as_deref() {
        None | Some("suppress" | "suppression") => "suppression",
        Some("cell-keys" | "cell_key") => "cell-keys",
        Some("rounding" | "round") => "rounding",
        Some("merging" | "merge") => "merging",
        Some(other) => {
            problems.key(
                codes::WRONG_VALUE,
                "method",
                other,
                "the method is not suppression, cell-keys, rounding or merging",
            );
            "suppression"
        }
    };
    let mut own = None;
    for (method, section) in SECTIONS {
        let found = top.table(section, problems);
        match (found, method == named) {
            (Some(found), true) => own = Some(found),
            (None, true) => problems.key(
                codes::PARAMETERS,
                section,
                "",
                "the table of parameters of the method is missing",
            ),
            (Some(_), false) => problems.key(
                codes::PARAMETERS,
                section,
                named,
                "the table of parameters belongs to another method",
            ),
            (None, false) => {}
        }
    }
    let Some(mut section) = own else {
        return SpecMethod::Suppression;
    };
    let found = match named {
        "cell-keys" => cell_keys(&mut section, problems).map(SpecMethod::CellKeys),
        "rounding" => rounding(&mut section, problems).map(SpecMethod::Rounding),
        _ => merging(&mut section, problems).map(SpecMethod::Merging),
    };
    section.close(problems);
    found.unwrap_or(SpecMethod::Suppression)
}

fn cell_keys(section: &mut Section, problems: &mut Problems<'_>) -> Option<SpecCellKeys> {
    let pseudonym = section.required_text("pseudonym", problems);
    let version = section.required_text("key_version", problems);
    let date = section.required_text("reference_date", problems);
    let date = date.and_then(|text| match text.parse::<Date>() {
        Ok(date) => Some(date),
        Err(_) => {
            let key = section.name("reference_date");
            let message = "the value is not a date like 2026-03-01";
            problems.key(codes::WRONG_VALUE, &key, &text, message);
            None
        }
    });
    let deviation = section.required_number("maximum_deviation", problems);
    let variance = section.required_number("variance", problems);
    let hidden = section.number("not_published_up_to", problems);
    let stay = section.number("stay", problems);
    let place = section.place.clone();
    let mut told = |error: CellKeyError| {
        let message = error.to_string();
        let message = message.trim_start_matches(error.code());
        let message = message.trim_start_matches(": ");
        problems.key(error.code(), &place, "", message);
    };
    let (deviation, variance) = (deviation?, variance?);
    let parameters = PerturbationParameters::new(whole(deviation), variance)
        .and_then(|parameters| match hidden {
            Some(hidden) => parameters.publishing_nothing_up_to(whole(hidden)),
            None => Ok(parameters),
        })
        .and_then(|parameters| match stay {
            Some(stay) => parameters.staying(stay),
            None => Ok(parameters),
        })
        .and_then(|parameters| PerturbationTable::of_greatest_entropy(&parameters));
    let table = parameters.map_err(&mut told).ok()?;
    Some(SpecCellKeys {
        pseudonym: pseudonym?,
        reference_date: date?,
        key_version: version?,
        table,
    })
}

/// A whole number of a spec; what is none is out of every range.
fn whole(number: f64) -> u32 {
    if number.fract() == 0.0 && (0.0..1e6).contains(&number) {
        number as u32
    } else {
        u32::MAX
    }
}

fn rounding(section: &mut Section, problems: &mut Problems<'_>) -> Option<RoundingRule> {
    let base = section.required_number("base", problems);
    let zeros = section.flag("zeros_may_rise", problems);
    let told = |error: RoundingError, problems: &mut Problems<'_>| {
        let message = error.to_string();
        let message = message.trim_start_matches("E5074: ");
        problems.key(error.code(), &section.name("base"), "", message);
    };
    let rule = RoundingRule::new(whole(base?));
    let rule = rule.map_err(|error| told(error, problems)).ok()?;
    Some(if zeros == Some(true) {
        rule.letting_zeros_rise()
    } else {
        rule
    })
}

fn merging(section: &mut Section, problems: &mut Problems<'_>) -> Option<SpecMerging> {
    let dimension = section.required_text("dimension", problems);
    let metric = section.text("or_suppress_by", problems);
    let or_suppress_by = metric.and_then(|text| {
        let named = LossMetric::NAMED.iter().find(|(name, _)| *name == text);
        if named.is_none() {
            let names: Vec<&str> = LossMetric::NAMED.iter().map(|(name, _)| *name).collect();
            let message = format!("the figure is not one of {}", names.join(", "));
            let key = section.name("or_suppress_by");
            problems.key(codes::WRONG_VALUE, &key, &text, &message);
        }
        named.map(|(_, metric)| *metric)
    });
    let mut pairs: Vec<(String, String)> = Vec::new();
    match section.entries.remove("neighbours") {
        None => {}
        Some(Entry::List(list)) => {
            for entry in list {
                match &entry {
                    Entry::List(pair) => match pair.as_slice() {
                        [Entry::Text(one), Entry::Text(other)] => {
                            pairs.push((one.clone(), other.clone()));
                        }
                        _ => wrong_pair(section, &entry, problems),
                    },
                    _ => wrong_pair(section, &entry, problems),
                }
            }
        }
        Some(other) => wrong_pair(section, &other, problems),
    }
    let pairs = pairs
        .iter()
        .map(|(one, other)| (one.as_str(), other.as_str()));
    Some(SpecMerging {
        rule: MergingRule::new(dimension?).with_neighbours(pairs),
        or_suppress_by,
    })
}

fn wrong_pair(section: &Section, entry: &Entry, problems: &mut Problems<'_>) {
    let key = section.name("neighbours");
    let message = "the neighbours are not a list of pairs of codes";
    problems.key(codes::WRONG_VALUE, &key, &entry.shown(), message);
}

impl Section {
    /// A number; `None` where the key is absent or wrong.
    pub(super) fn number(&mut self, key: &str, problems: &mut Problems<'_>) -> Option<f64> {
        let entry = self.entries.remove(key)?;
        let found = match &entry {
            Entry::Whole(number) => Some(*number as f64),
            Entry::Other(text) => text.parse().ok(),
            _ => None,
        };
        if found.is_none() {
            let message = "the value is not a number";
            problems.key(codes::WRONG_VALUE, &self.name(key), &entry.shown(), message);
        }
        found
    }

    pub(super) fn required_number(
        &mut self,
        key: &str,
        problems: &mut Problems<'_>,
    ) -> Option<f64> {
        if !self.entries.contains_key(key) {
            let message = "the key is missing";
            problems.key(codes::MISSING_KEY, &self.name(key), "", message);
        }
        self.number(key, problems)
    }

    fn flag(&mut self, key: &str, problems: &mut Problems<'_>) -> Option<bool> {
        let entry = self.entries.remove(key)?;
        let found = match &entry {
            Entry::Other(text) => text.parse().ok(),
            _ => None,
        };
        if found.is_none() {
            let message = "the value is neither true nor false";
            problems.key(codes::WRONG_VALUE, &self.name(key), &entry.shown(), message);
        }
        found
    }
}
