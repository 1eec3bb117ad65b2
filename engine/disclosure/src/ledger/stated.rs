//! A release as the ledger sees it: sets of atoms, their exact counts, and what was said of each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::LedgerError;
use crate::policy::ZeroRule;

/// Which children a release counts, and when: releases of the same scope are judged together.
///
/// ```
/// use disclosure::ReleaseScope;
/// let scope = ReleaseScope::new("children_in_care", jiff::civil::date(2026, 3, 1));
/// assert_eq!(scope.to_string(), "children_in_care at 2026-03-01");
/// assert_eq!(scope.revised(1).to_string(), "children_in_care at 2026-03-01, revision 1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReleaseScope {
    pub(crate) population: String,
    pub(crate) date: Date,
    pub(crate) revision: u32,
}

impl ReleaseScope {
    /// The children of a population, for example `children_in_care`, at a reference date.
    #[must_use]
    pub fn new(population: impl Into<String>, date: Date) -> Self {
        Self {
            population: population.into(),
            date,
            revision: 0,
        }
    }

    /// The same date with corrected records. Corrections are to a reader what movers are: a
    /// revision is judged against the earlier ones as a month is against its neighbours.
    #[must_use]
    pub fn revised(mut self, revision: u32) -> Self {
        self.revision = revision;
        self
    }

    /// Name of the population.
    #[must_use]
    pub fn population(&self) -> &str {
        &self.population
    }

    /// The reference date.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// Number of the revision; 0 is the first account.
    #[must_use]
    pub fn revision(&self) -> u32 {
        self.revision
    }
}

impl fmt::Display for ReleaseScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.population, self.date)?;
        if self.revision > 0 {
            write!(f, ", revision {}", self.revision)?;
        }
        Ok(())
    }
}

/// What a release says of a cell (METHOD_DISCLOSURE D1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The count itself.
    Exact,
    /// Nothing.
    Suppressed,
    /// That the count lies within these limits, both included.
    Within {
        /// Least count.
        least: u64,
        /// Greatest count.
        most: u64,
    },
}

impl Shown {
    /// A value rounded to a multiple of `base`: the count is less than `base` away.
    #[must_use]
    pub fn rounded(value: u64, base: u64) -> Self {
        let away = base.saturating_sub(1);
        Self::Within {
            least: value.saturating_sub(away),
            most: value.saturating_add(away),
        }
    }

    /// A value perturbed by cell keys: the count is at most `largest_deviation` away.
    #[must_use]
    pub fn perturbed(value: u64, largest_deviation: u64) -> Self {
        Self::Within {
            least: value.saturating_sub(largest_deviation),
            most: value.saturating_add(largest_deviation),
        }
    }

    fn admits(self, count: u64) -> bool {
        match self {
            Self::Exact | Self::Suppressed => true,
            Self::Within { least, most } => least <= count && count <= most,
        }
    }
}

/// What a reader must be left in doubt about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ambiguity {
    /// D3: of a small cell neither "somebody" nor "fewer than `k`" can be confirmed.
    #[default]
    Full,
    /// D3', the minimum for tables of older methods: a small cell is not known to within fewer
    /// than `k`.
    Width,
}

/// One cell of a stated release. Silent in `Debug`: it holds an exact count.
#[derive(Clone, PartialEq, Eq)]
pub struct StatedCell {
    code: String,
    atoms: Vec<String>,
    count: u64,
    shown: Shown,
}

impl StatedCell {
    /// A set of atoms, how many children it holds, and what is said of it.
    #[must_use]
    pub fn new(
        code: impl Into<String>,
        atoms: impl IntoIterator<Item = impl Into<String>>,
        count: u64,
        shown: Shown,
    ) -> Self {
        Self {
            code: code.into(),
            atoms: atoms.into_iter().map(Into::into).collect(),
            count,
            shown,
        }
    }
}

impl fmt::Debug for StatedCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatedCell({:?}, {} atoms)", self.code, self.atoms.len())
    }
}

/// The rules of a release as far as the ledger keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) minimum: u32,
    pub(crate) zeros: ZeroRule,
    pub(crate) ambiguity: Ambiguity,
}

impl Rules {
    pub(crate) fn is_sensitive(&self, count: u64) -> bool {
        count < u64::from(self.minimum) && (count > 0 || self.zeros == ZeroRule::Suppressed)
    }
}

/// A node of an axis: a set of leaves of one classification.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AxisNode {
    pub(crate) code: String,
    /// `None`: everything.
    pub(crate) members: Option<Vec<String>>,
    /// Nodes that add up to this one.
    pub(crate) parts: Vec<u32>,
}

/// One classification of a release.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ReleaseAxis {
    /// Name of the classification in the ledger.
    pub(crate) base: String,
    /// Whether the members are all there are, so that what is not listed is empty.
    pub(crate) exhaustive: bool,
    /// Whether nodes with parts say what their code means in other releases.
    pub(crate) declares: bool,
    pub(crate) nodes: Vec<AxisNode>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ReleaseCell {
    /// One node per axis.
    pub(crate) nodes: Vec<u32>,
    pub(crate) count: u64,
    pub(crate) shown: Shown,
}

/// A release with its exact counts: what the ledger keeps of it. No `Serialize`, silent `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct StatedRelease {
    pub(crate) scope: ReleaseScope,
    pub(crate) name: String,
    pub(crate) rules: Rules,
    /// Codes whose parts are said apart from any axis: classification, code, parts.
    pub(crate) parts: Vec<(String, String, Vec<String>)>,
    pub(crate) axes: Vec<ReleaseAxis>,
    /// Axes by which an attribute is disclosed when all of a group share it (D4).
    pub(crate) sensitive_axes: Vec<u32>,
    pub(crate) cells: Vec<ReleaseCell>,
    /// SHA-256 of what was asked for, counts included.
    pub(crate) identity: [u8; 32],
    /// SHA-256 of what readers see, in hexadecimal digits; empty for a release made elsewhere.
    pub(crate) content_sha256: String,
}

impl StatedRelease {
    /// A release of any method as sets of atoms of one classification, for example a table of
    /// another program. `minimum` is `k`; with suppressed zeros an empty cell is small as well.
    ///
    /// # Errors
    /// [`LedgerError::Stated`] for no cell, a code used twice, a cell without atoms, an interval
    /// that does not hold the count, and a minimum below 1.
    ///
    /// ```
    /// use disclosure::{Ambiguity, ReleaseScope, Shown, StatedCell, StatedRelease, ZeroRule};
    /// let scope = ReleaseScope::new("records", jiff::civil::date(2026, 3, 1));
    /// let cell = |shown| StatedCell::new("all", ["kept", "left_out"], 11, shown);
    /// let stated = |cell| StatedRelease::of_sets(
    ///     "all_records", scope.clone(), 10, ZeroRule::Published, Ambiguity::Full, vec![cell]);
    /// assert!(stated(cell(Shown::Exact)).is_ok());
    /// assert_eq!(stated(cell(Shown::rounded(20, 5))).unwrap_err().code(), "E5099");
    /// ```
    pub fn of_sets(
        name: impl Into<String>,
        scope: ReleaseScope,
        minimum: u32,
        zeros: ZeroRule,
        ambiguity: Ambiguity,
        cells: Vec<StatedCell>,
    ) -> Result<Self, LedgerError> {
        let name = name.into();
        let wrong = |cell: &str, problem| {
            Err(LedgerError::Stated {
                table: name.clone(),
                cell: cell.to_owned(),
                problem,
            })
        };
        if cells.is_empty() || minimum == 0 {
            return wrong("", "has no cell or a minimum of 0");
        }
        let mut seen = BTreeSet::new();
        for cell in &cells {
            if !seen.insert(cell.code.as_str()) {
                return wrong(&cell.code, "stands twice");
            }
            if cell.atoms.is_empty() || cell.atoms.iter().any(String::is_empty) {
                return wrong(&cell.code, "has no atoms or one without a name");
            }
            if !cell.shown.admits(cell.count) {
                return wrong(&cell.code, "is shown as limits that do not hold its count");
            }
        }
        let nodes = cells.iter().map(|cell| {
            let atoms: BTreeSet<String> = cell.atoms.iter().cloned().collect();
            AxisNode {
                code: cell.code.clone(),
                members: Some(atoms.into_iter().collect()),
                parts: Vec::new(),
            }
        });
        let axis = ReleaseAxis {
            base: "atom".to_owned(),
            exhaustive: false,
            declares: false,
            nodes: nodes.collect(),
        };
        let numbered = cells.into_iter().enumerate();
        let cells = numbered
            .map(|(number, cell)| ReleaseCell {
                nodes: vec![number as u32],
                count: cell.count,
                shown: cell.shown,
            })
            .collect();
        let mut release = Self {
            scope,
            name,
            rules: Rules {
                minimum,
                zeros,
                ambiguity,
            },
            parts: Vec::new(),
            axes: vec![axis],
            sensitive_axes: Vec::new(),
            cells,
            identity: [0; 32],
            content_sha256: String::new(),
        };
        release.identity = release.identity_of(&[]);
        Ok(release)
    }

    /// Name of the table.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Population, date and revision.
    #[must_use]
    pub fn scope(&self) -> &ReleaseScope {
        &self.scope
    }

    /// SHA-256 of what readers see; empty for a release stated as sets.
    #[must_use]
    pub fn content_sha256(&self) -> &str {
        &self.content_sha256
    }

    /// Codes of a cell, one per axis.
    pub(crate) fn coordinates(&self, cell: usize) -> Vec<&str> {
        let nodes = self.cells[cell].nodes.iter().zip(&self.axes);
        nodes
            .map(|(&node, axis)| axis.nodes[node as usize].code.as_str())
            .collect()
    }

    /// How far above the leaves a cell is: the parts of its nodes, counted along the longest way.
    pub(crate) fn heights(&self) -> Vec<u32> {
        let of_axis: Vec<Vec<u32>> = self.axes.iter().map(ReleaseAxis::heights).collect();
        let cells = self.cells.iter().map(|cell| {
            let nodes = cell.nodes.iter().zip(&of_axis);
            nodes.map(|(&node, heights)| heights[node as usize]).sum()
        });
        cells.collect()
    }

    /// The cells by their nodes.
    pub(crate) fn places(&self) -> BTreeMap<&[u32], usize> {
        let numbered = self.cells.iter().enumerate();
        numbered
            .map(|(number, cell)| (cell.nodes.as_slice(), number))
            .collect()
    }

    /// Hash of what was asked for: everything but what is shown, and the words that go with it.
    pub(crate) fn identity_of(&self, words: &[&str]) -> [u8; 32] {
        let mut digest = Sha256::new();
        let mut text = |word: &str| {
            digest.update((word.len() as u64).to_le_bytes());
            digest.update(word.as_bytes());
        };
        text("placewright ledger request 1");
        text(&self.scope.to_string());
        text(&self.name);
        text(&format!("{:?}", self.rules));
        for word in words {
            text(word);
        }
        for (base, code, parts) in &self.parts {
            text(base);
            text(code);
            text(&format!("{parts:?}"));
        }
        for axis in &self.axes {
            text(&axis.base);
            text(if axis.exhaustive { "all" } else { "some" });
            for node in &axis.nodes {
                text(&node.code);
                text(&format!("{:?}", node.members));
            }
        }
        text(&format!("{:?}", self.sensitive_axes));
        let is_made_here = self.axes.iter().any(|axis| axis.declares);
        for cell in &self.cells {
            text(&format!("{:?} {}", cell.nodes, cell.count));
            if !is_made_here {
                text(&format!("{:?}", cell.shown));
            }
        }
        digest.finalize().into()
    }
}

impl ReleaseAxis {
    fn heights(&self) -> Vec<u32> {
        let mut heights = vec![0_u32; self.nodes.len()];
        // Parts may be numbered before or after their whole; the tree is at most as deep as wide.
        for _ in 0..self.nodes.len() {
            let mut changed = false;
            for (number, node) in self.nodes.iter().enumerate() {
                let below = node.parts.iter().map(|&part| heights[part as usize] + 1);
                let height = below.max().unwrap_or(0);
                changed |= height != heights[number];
                heights[number] = height;
            }
            if !changed {
                break;
            }
        }
        heights
    }
}

impl fmt::Debug for StatedRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.cells.len();
        write!(
            f,
            "StatedRelease({:?}, {}, {cells} cells)",
            self.name, self.scope
        )
    }
}
