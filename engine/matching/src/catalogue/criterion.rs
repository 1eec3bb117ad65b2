//! The criteria of a catalogue, and its canonical form.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::attribute::AdmissibleAttribute;

/// How the criteria of a catalogue are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogueMode {
    /// Every criterion gives points; the sum counts.
    Points,
    /// The criterion of the lowest order decides, the next one only among equals, and so on.
    Lexicographic,
}

/// What an answer without evidence is worth, where a criterion asks for evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingEvidence {
    /// As much as one with evidence.
    Count,
    /// Nothing.
    Ignore,
}

/// Who set a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionScope {
    /// The city, for all providers.
    Global,
    /// The provider.
    Local,
}

/// One rule of the order among children with equal points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TieRuleStep {
    /// The older child first.
    OlderChild,
    /// The earlier application first.
    EarlierApplication,
    /// The smaller key first; a last rule.
    Key,
    /// The smaller lottery number of the family first, then that of the child; a last rule.
    Lot,
}

impl TieRuleStep {
    pub(crate) const ALL: [Self; 4] = [
        Self::OlderChild,
        Self::EarlierApplication,
        Self::Key,
        Self::Lot,
    ];

    /// The name in catalogues.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OlderChild => "older_child",
            Self::EarlierApplication => "earlier_application",
            Self::Key => "key",
            Self::Lot => "lot",
        }
    }

    /// Whether nothing can be equal after it.
    pub(crate) const fn is_last(self) -> bool {
        matches!(self, Self::Key | Self::Lot)
    }
}

/// How an answer becomes a value: points in a catalogue of points, a level in a lexicographic one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Valuation {
    /// A yes is worth this much.
    YesNo {
        /// Value of a yes.
        value: i32,
    },
    /// Each word of the list is worth what stands by it, any other nothing.
    Choice {
        /// Value of each word.
        options: BTreeMap<String, i32>,
    },
    /// Each one is worth this much, up to a greatest number.
    Count {
        /// Value of each.
        each: i32,
        /// Most that count.
        cap: u32,
    },
    /// A number within the bounds is worth this much.
    Threshold {
        /// Smallest number that counts.
        at_least: Option<u32>,
        /// Greatest number that counts.
        at_most: Option<u32>,
        /// Value of a number within.
        value: i32,
    },
}

impl Valuation {
    /// The values that an answer can have, 0 included.
    pub(crate) fn range(&self) -> (i64, i64) {
        let (low, high) = match self {
            Self::YesNo { value } | Self::Threshold { value, .. } => {
                (i64::from(*value), i64::from(*value))
            }
            Self::Choice { options } => {
                let values = || options.values().copied().map(i64::from);
                (values().min().unwrap_or(0), values().max().unwrap_or(0))
            }
            Self::Count { each, cap } => {
                let most = i64::from(*each) * i64::from(*cap);
                (most, most)
            }
        };
        (low.min(0), high.max(0))
    }
}

/// One criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// Short name, unique in the catalogue.
    pub key: String,
    /// Who set it.
    pub scope: CriterionScope,
    /// What families read in German.
    pub german: String,
    /// What families read in English.
    pub english: String,
    /// What it is built from.
    pub attribute: AdmissibleAttribute,
    /// How the answer becomes a value.
    pub value: Valuation,
    /// Place among the criteria of a lexicographic catalogue, 1 decides first; `None` with points.
    pub order: Option<u32>,
    /// The evidence that is needed; `None` where the word of the family is enough.
    pub evidence: Option<String>,
}

/// A versioned catalogue of criteria of one provider.
///
/// Can only be built by [`CriteriaCatalogue::parse`], so every catalogue has passed the legal check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CriteriaCatalogue {
    pub(crate) id: String,
    pub(crate) version: u32,
    pub(crate) valid_from: Date,
    pub(crate) provider: String,
    pub(crate) legal_basis: String,
    pub(crate) mode: CatalogueMode,
    pub(crate) evidence_missing: MissingEvidence,
    pub(crate) tie: Vec<TieRuleStep>,
    /// By key.
    pub(crate) criteria: Vec<Criterion>,
    /// What one unit of the value of each criterion is worth: 1 with points.
    pub(crate) weights: BTreeMap<String, i32>,
}

impl CriteriaCatalogue {
    /// Name of the catalogue.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Version, from 1.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// First day on which it applies.
    #[must_use]
    pub const fn valid_from(&self) -> Date {
        self.valid_from
    }

    /// The provider.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The legal basis as the provider states it.
    #[must_use]
    pub fn legal_basis(&self) -> &str {
        &self.legal_basis
    }

    /// Points or lexicographic.
    #[must_use]
    pub const fn mode(&self) -> CatalogueMode {
        self.mode
    }

    /// What answers without evidence are worth.
    #[must_use]
    pub const fn evidence_missing(&self) -> MissingEvidence {
        self.evidence_missing
    }

    /// The order among equal points, first rule first; the last is `key` or `lot`.
    #[must_use]
    pub fn tie(&self) -> &[TieRuleStep] {
        &self.tie
    }

    /// The criteria, by key.
    #[must_use]
    pub fn criteria(&self) -> &[Criterion] {
        &self.criteria
    }

    /// The catalogue as compact JSON with sorted keys: the same for every file with the same meaning,
    /// whatever its comments, blank lines and order.
    ///
    /// # Panics
    ///
    /// Never: a catalogue has text keys and plain values.
    #[must_use]
    pub fn canonical(&self) -> String {
        let value = serde_json::to_value(self).expect("a catalogue has text keys and plain values");
        canonical_json(&value)
    }

    /// SHA-256 of the [canonical form](Self::canonical), in hexadecimal digits.
    #[must_use]
    pub fn version_hash(&self) -> String {
        sha256_hex(self.canonical().as_bytes())
    }
}

/// Compact JSON with the keys of every object in bytewise order.
pub(crate) fn canonical_json(value: &serde_json::Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &serde_json::Value, text: &mut String) {
    use serde_json::Value;
    match value {
        Value::Array(items) => {
            text.push('[');
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    text.push(',');
                }
                write_canonical(item, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| *key);
            text.push('{');
            for (number, (key, item)) in fields.into_iter().enumerate() {
                if number > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_canonical(item, text);
            }
            text.push('}');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a String never fails.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
