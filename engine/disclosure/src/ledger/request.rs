//! A table asked for, with what the ledger has to know beside its counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::LedgerError;
use super::stated::{
    Ambiguity, AxisNode, ReleaseAxis, ReleaseCell, ReleaseScope, Rules, Shown, StatedRelease,
};
use crate::dimension::Axis;
use crate::policy::ZeroRule;
use crate::released::ReleasedTable;
use crate::{ConfidentialTable, Dimension, DisclosurePolicy, Member, TableError};

/// A table asked for. Silent in `Debug`.
///
/// A dimension is a classification of its own unless [`Self::measured_as`] says otherwise; members of
/// one classification are the same in all tables of a population if their codes are. A dimension
/// lists everything there is: a member it leaves out has nobody.
#[derive(Clone, PartialEq)]
pub struct ReleaseRequest {
    pub(crate) table: ConfidentialTable,
    pub(crate) policy: DisclosurePolicy,
    scope: ReleaseScope,
    measured: BTreeMap<String, String>,
    parts: Vec<(String, String, Vec<String>)>,
    restrictions: BTreeMap<String, BTreeSet<String>>,
    sensitive: BTreeSet<String>,
    hidden: BTreeSet<Vec<String>>,
}

impl ReleaseRequest {
    /// Asks for a table of a population at a date, under a policy.
    #[must_use]
    pub fn new(table: ConfidentialTable, policy: DisclosurePolicy, scope: ReleaseScope) -> Self {
        Self {
            table,
            policy,
            scope,
            measured: BTreeMap::new(),
            parts: Vec::new(),
            restrictions: BTreeMap::new(),
            sensitive: BTreeSet::new(),
            hidden: BTreeSet::new(),
        }
    }

    /// Says that a dimension is a level of another classification: districts of areas.
    #[must_use]
    pub fn measured_as(
        mut self,
        dimension: impl Into<String>,
        classification: impl Into<String>,
    ) -> Self {
        self.measured
            .insert(dimension.into(), classification.into());
        self
    }

    /// Says what a code of a classification consists of, where no table says so.
    #[must_use]
    pub fn with_parts(
        mut self,
        classification: impl Into<String>,
        code: impl Into<String>,
        parts: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let parts = parts.into_iter().map(Into::into).collect();
        self.parts.push((classification.into(), code.into(), parts));
        self.parts.sort();
        self
    }

    /// Says that the table counts only children with these codes of a classification it does not show.
    #[must_use]
    pub fn restricted_to(
        mut self,
        classification: impl Into<String>,
        codes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let codes = codes.into_iter().map(Into::into).collect();
        self.restrictions.insert(classification.into(), codes);
        self
    }

    /// Says that a dimension is a sensitive attribute: no group may be known to share one category (D4).
    #[must_use]
    pub fn sensitive_attribute(mut self, dimension: impl Into<String>) -> Self {
        self.sensitive.insert(dimension.into());
        self
    }

    /// Asks to hide further cells, by their codes.
    #[must_use]
    pub fn hiding(mut self, cells: impl IntoIterator<Item = Vec<String>>) -> Self {
        self.hidden.extend(cells);
        self
    }

    /// Asks to hide every cell that may be hidden: the last that can be tried of a table.
    #[must_use]
    pub fn hiding_everything(mut self) -> Self {
        let lattice = &self.table.lattice;
        let may_hide = |cell: &usize| {
            self.table.values[*cell] > 0 || self.policy.zeros() == ZeroRule::Suppressed
        };
        let cells = (0..lattice.cells()).filter(may_hide);
        let codes = |cell| {
            lattice
                .coordinates(cell)
                .into_iter()
                .map(str::to_owned)
                .collect()
        };
        self.hidden = cells.map(codes).collect();
        self
    }

    /// Population, date and revision.
    #[must_use]
    pub fn scope(&self) -> &ReleaseScope {
        &self.scope
    }

    /// Name of the table asked for.
    #[must_use]
    pub fn table_name(&self) -> &str {
        &self.table.name
    }

    /// Cells of the table, totals included.
    #[must_use]
    pub fn cell_count(&self) -> usize {
        self.table.lattice.cells()
    }

    /// The same request for another table.
    pub(crate) fn with_table(&self, table: ConfidentialTable) -> Self {
        let kept: BTreeSet<String> = table
            .lattice
            .axes
            .iter()
            .map(|axis| axis.code.clone())
            .collect();
        let mut other = Self {
            table,
            hidden: BTreeSet::new(),
            ..self.clone()
        };
        other.sensitive.retain(|dimension| kept.contains(dimension));
        other
            .measured
            .retain(|dimension, _| kept.contains(dimension));
        other
    }

    fn wrong<T>(&self, value: &str, problem: &'static str) -> Result<T, LedgerError> {
        Err(LedgerError::Request {
            table: self.table.name.clone(),
            value: value.to_owned(),
            problem,
        })
    }

    /// The classification of a dimension.
    fn base_of(&self, dimension: &str) -> String {
        let measured = self.measured.get(dimension);
        measured.cloned().unwrap_or_else(|| dimension.to_owned())
    }

    fn check(&self) -> Result<(), LedgerError> {
        let axes = &self.table.lattice.axes;
        let dimensions: BTreeSet<&str> = axes.iter().map(|axis| axis.code.as_str()).collect();
        for named in self.measured.keys().chain(&self.sensitive) {
            if !dimensions.contains(named.as_str()) {
                return self.wrong(named, "which is not a dimension of the table");
            }
        }
        let mut bases = BTreeSet::new();
        for base in axes
            .iter()
            .map(|axis| self.base_of(&axis.code))
            .chain(self.restrictions.keys().cloned())
        {
            if base.is_empty() || !bases.insert(base.clone()) {
                return self.wrong(
                    &base,
                    "a classification without a name or with two dimensions",
                );
            }
        }
        for (base, codes) in &self.restrictions {
            if codes.is_empty() {
                return self.wrong(base, "a restriction to nothing");
            }
        }
        if let (Some(dimension), ZeroRule::Published) =
            (self.sensitive.first(), self.policy.zeros())
        {
            return Err(LedgerError::ZerosShown {
                table: self.table.name.clone(),
                dimension: dimension.clone(),
            });
        }
        Ok(())
    }

    /// The release with everything shown, and its identity.
    pub(crate) fn stated(&self) -> Result<StatedRelease, LedgerError> {
        self.check()?;
        let table = &self.table;
        let lattice = &table.lattice;
        let mut axes: Vec<ReleaseAxis> = lattice
            .axes
            .iter()
            .map(|axis| ReleaseAxis {
                base: self.base_of(&axis.code),
                exhaustive: true,
                declares: true,
                nodes: (0..axis.len()).map(|node| axis_node(axis, node)).collect(),
            })
            .collect();
        for (base, codes) in &self.restrictions {
            let codes: Vec<String> = codes.iter().cloned().collect();
            axes.push(ReleaseAxis {
                base: base.clone(),
                exhaustive: false,
                declares: false,
                nodes: vec![AxisNode {
                    code: codes.join("+"),
                    members: Some(codes),
                    parts: Vec::new(),
                }],
            });
        }
        let own = lattice.axes.len();
        let cells = (0..lattice.cells())
            .map(|cell| ReleaseCell {
                nodes: (0..axes.len())
                    .map(|axis| {
                        if axis < own {
                            lattice.node(cell, axis) as u32
                        } else {
                            0
                        }
                    })
                    .collect(),
                count: table.values[cell],
                shown: Shown::Exact,
            })
            .collect();
        let numbered = lattice.axes.iter().enumerate();
        let sensitive_axes = numbered
            .filter(|(_, axis)| self.sensitive.contains(&axis.code))
            .map(|(number, _)| number as u32)
            .collect();
        let mut release = StatedRelease {
            scope: self.scope.clone(),
            name: table.name.clone(),
            rules: Rules {
                minimum: self.policy.minimum_frequency(&table.name),
                zeros: self.policy.zeros(),
                ambiguity: Ambiguity::Full,
            },
            parts: self.parts.clone(),
            axes,
            sensitive_axes,
            cells,
            identity: [0; 32],
            content_sha256: String::new(),
        };
        let mut words = vec![self.policy.version(), &table.label.de, &table.label.en];
        for axis in &lattice.axes {
            words.extend([axis.code.as_str(), &axis.label.de, &axis.label.en]);
            for &node in &axis.printed {
                let label = &axis.labels[node];
                words.extend([axis.codes[node].as_str(), &label.de, &label.en]);
            }
        }
        release.identity = release.identity_of(&words);
        Ok(release)
    }

    /// The cells asked to be hidden, by number.
    pub(crate) fn hidden_cells(&self) -> Result<Vec<usize>, LedgerError> {
        let mut cells = Vec::new();
        for coordinates in &self.hidden {
            let codes: Vec<&str> = coordinates.iter().map(String::as_str).collect();
            match self.table.lattice.find(&codes) {
                Some(cell)
                    if self.table.values[cell] > 0
                        || self.policy.zeros() == ZeroRule::Suppressed =>
                {
                    cells.push(cell);
                }
                Some(_) => {
                    return self.wrong(&codes.join(" / "), "an empty cell, which is always shown");
                }
                None => return self.wrong(&codes.join(" / "), "which is not a cell of the table"),
            }
        }
        Ok(cells)
    }

    /// The table with the cells given hidden.
    pub(crate) fn sealed(&self, hidden: &[bool]) -> ReleasedTable {
        self.sealed_alone(hidden).judged_beside_others()
    }

    /// The table as it was released. Releases from before the note spoke of the ledger have the hash
    /// of the note they had.
    pub(crate) fn sealed_as(&self, hidden: &[bool], content_sha256: &str) -> ReleasedTable {
        let alone = self.sealed_alone(hidden);
        if alone.content_hash() == content_sha256 {
            alone
        } else {
            alone.judged_beside_others()
        }
    }

    fn sealed_alone(&self, hidden: &[bool]) -> ReleasedTable {
        let table = &self.table;
        ReleasedTable::seal(
            &table.name,
            &table.label,
            &table.lattice,
            &table.values,
            hidden,
            &self.policy,
        )
    }

    /// The same counts with one dimension a level coarser, or without it; `None` where that is no
    /// table any more.
    pub(crate) fn coarser(&self, axis: usize) -> Result<Option<Self>, TableError> {
        let lattice = &self.table.lattice;
        let tree = &lattice.axes[axis];
        let is_dropped = |node: usize| {
            tree.is_leaf(node) && node != Axis::ROOT && tree.parents[node] != Axis::ROOT
        };
        let has_levels = (0..tree.len()).any(is_dropped);
        if !has_levels && lattice.axes.len() == 1 {
            return Ok(None);
        }
        let mut dimensions = Vec::new();
        for (number, other) in lattice.axes.iter().enumerate() {
            if number == axis && !has_levels {
                continue;
            }
            let kept = other
                .printed
                .iter()
                .copied()
                .filter(|&node| node != Axis::ROOT && (number != axis || !is_dropped(node)));
            let members = kept.map(|node| Member {
                code: other.codes[node].clone(),
                label: other.labels[node].clone(),
                parent: (other.parents[node] != Axis::ROOT)
                    .then(|| other.codes[other.parents[node]].clone()),
            });
            dimensions.push(Dimension::new(
                &other.code,
                other.label.clone(),
                members.collect(),
            ));
        }
        let shape = crate::lattice::Lattice::new(dimensions.clone())?;
        let leaves = (0..shape.cells()).filter(|&cell| shape.is_leaf(cell));
        let records = leaves.map(|leaf| {
            let coordinates = shape.coordinates(leaf);
            let mut own: Vec<&str> = coordinates.clone();
            if !has_levels {
                own.insert(axis, crate::TOTAL_CODE);
            }
            let count = lattice.find(&own).map_or(0, |cell| self.table.values[cell]);
            (coordinates, count)
        });
        let name = format!("{}_coarser_{}", self.table.name, tree.code);
        let table =
            ConfidentialTable::from_leaf_sums(name, self.table.label.clone(), dimensions, records)?;
        Ok(Some(self.with_table(table)))
    }
}

fn axis_node(axis: &Axis, node: usize) -> AxisNode {
    let members = (node != Axis::ROOT).then(|| {
        let leaves = axis.leaves_below(node);
        leaves
            .into_iter()
            .map(|leaf| axis.codes[leaf].clone())
            .collect()
    });
    AxisNode {
        code: axis.codes[node].clone(),
        members,
        parts: axis.children[node]
            .iter()
            .map(|&part| part as u32)
            .collect(),
    }
}

impl fmt::Debug for ReleaseRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReleaseRequest({:?}, {})", self.table, self.scope)
    }
}
