//! Which method protects a table, and what its readers must still think possible.

use crate::RoundingRule;
use crate::cell_keys::CellKeyMethod;
use crate::lattice::Lattice;
use crate::merging::MergedArea;

/// How a released table was protected, with everything a reader is told about it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum ProtectionMethod {
    /// Small counts hidden, and what would give them away; see [`crate::release`].
    Suppression,
    /// Every count changed by a little noise that depends on the children counted; see
    /// [`crate::perturb`].
    CellKeys(CellKeyMethod),
    /// Small counts of the finest cells made 0 or the base, totals added up; see [`crate::round`].
    Rounding(RoundingRule),
    /// Small areas put together with neighbours; see [`crate::merge`].
    Merging {
        /// Column of the areas.
        dimension: String,
        /// The areas made of several, in order of code.
        merged: Vec<MergedArea>,
    },
}

/// What a reader knows of one cell by the method alone, without comparing cells (definition D1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct KnownInterval {
    /// The count is at least this.
    pub lower: u64,
    /// The count is at most this; `None` where the method sets no limit.
    pub upper: Option<u64>,
}

impl KnownInterval {
    pub(crate) fn between((lower, upper): (u64, u64)) -> Self {
        let upper = Some(upper);
        Self { lower, upper }
    }

    /// Whether only one count is possible.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self.upper == Some(self.lower)
    }
}

impl ProtectionMethod {
    /// The word used in files and specs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Suppression => "suppression",
            Self::CellKeys(_) => "cell-keys",
            Self::Rounding(_) => "rounding",
            Self::Merging { .. } => "merging",
        }
    }

    /// Whether totals are the sums of their parts.
    #[must_use]
    pub fn is_additive(&self) -> bool {
        !matches!(self, Self::CellKeys(_))
    }

    /// What is told about the method, for the hash of a release; nothing for suppression, whose
    /// rules are those of the policy.
    pub(crate) fn words(&self) -> Vec<String> {
        match self {
            Self::Suppression => Vec::new(),
            Self::CellKeys(method) => method.words(),
            Self::Rounding(rule) => {
                let mut words = vec![
                    self.as_str().to_owned(),
                    rule.base().to_string(),
                    rule.rounded_up_to().to_string(),
                    rule.zeros_may_rise().to_string(),
                ];
                if rule.counts_behind() > 1 {
                    words.push(rule.counts_behind().to_string());
                }
                words
            }
            Self::Merging { dimension, merged } => [self.as_str(), dimension]
                .into_iter()
                .map(str::to_owned)
                .chain(merged.iter().flat_map(|area| {
                    let parts = area.parts.iter().cloned();
                    [area.code.clone(), area.parts.len().to_string()]
                        .into_iter()
                        .chain(parts)
                }))
                .collect(),
        }
    }

    /// What is known of every cell by itself.
    ///
    /// Totals of a rounded table are the sums of their cells and tell nothing more than these.
    pub(crate) fn intervals(
        &self,
        lattice: &Lattice,
        values: &[Option<u64>],
    ) -> Vec<KnownInterval> {
        match self {
            Self::Suppression | Self::Merging { .. } => values
                .iter()
                .map(|value| KnownInterval {
                    lower: value.unwrap_or(0),
                    upper: *value,
                })
                .collect(),
            Self::CellKeys(method) => values
                .iter()
                .map(|&value| KnownInterval::between(method.possible(value)))
                .collect(),
            Self::Rounding(rule) => {
                let mut lower = vec![0; values.len()];
                let mut upper = vec![0; values.len()];
                for (cell, value) in values.iter().enumerate() {
                    if lattice.is_leaf(cell) {
                        (lower[cell], upper[cell]) = rule.possible(value.unwrap_or(0));
                    }
                }
                lattice.add_up(&mut lower);
                lattice.add_up(&mut upper);
                lower
                    .into_iter()
                    .zip(upper)
                    .map(KnownInterval::between)
                    .collect()
            }
        }
    }
}
