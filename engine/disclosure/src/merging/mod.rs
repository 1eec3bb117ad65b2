//! Small areas put together with neighbours, as cities do with their smallest neighbourhoods.

mod groups;

use std::collections::BTreeSet;

use crate::lattice::Lattice;
use crate::loss::{DisclosureLoss, LossMetric, Reading};
use crate::method::ProtectionMethod;
use crate::policy::ZeroRule;
use crate::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleaseError, ReleasedTable,
    TableError, release,
};
use groups::Groups;

/// An area made of several.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MergedArea {
    /// Its code: those of its parts with `+` between them.
    pub code: String,
    /// The codes of its parts, in order.
    pub parts: Vec<String>,
}

/// Which areas may be put together.
///
/// ```
/// use disclosure::MergingRule;
/// let rule = MergingRule::new("area").with_neighbours([("31", "33"), ("33", "34")]);
/// assert_eq!(rule.dimension(), "area");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergingRule {
    dimension: String,
    neighbours: BTreeSet<(String, String)>,
}

impl MergingRule {
    /// Areas of this dimension may be put together with any other of the same parent.
    #[must_use]
    pub fn new(dimension: impl Into<String>) -> Self {
        let (dimension, neighbours) = (dimension.into(), BTreeSet::new());
        Self {
            dimension,
            neighbours,
        }
    }

    /// The same rule where areas that share a border come first; only an area without any such
    /// neighbour left below its parent is put together with another one. Areas with parts are
    /// neighbours where a part of one and a part of the other are.
    #[must_use]
    pub fn with_neighbours<'a>(
        mut self,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        for (one, other) in pairs {
            self.neighbours.insert((one.to_owned(), other.to_owned()));
            self.neighbours.insert((other.to_owned(), one.to_owned()));
        }
        self
    }

    /// Column of the areas.
    #[must_use]
    pub fn dimension(&self) -> &str {
        &self.dimension
    }
}

/// Why nothing was released. No message shows a count.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MergingError {
    /// No such dimension.
    #[error(
        "E5076: table {table:?} has no dimension {dimension:?} whose areas could be put together"
    )]
    UnknownDimension {
        /// The table.
        table: String,
        /// The dimension named.
        dimension: String,
    },
    /// A pair of neighbours with a code that is no area.
    #[error(
        "E5076: the neighbour {code:?} is not a member of dimension {dimension:?}; correct the pair"
    )]
    UnknownNeighbour {
        /// The dimension.
        dimension: String,
        /// The code.
        code: String,
    },
    /// Even all areas together show a small count.
    #[error(
        "E5077: putting areas of table {table:?} together cannot protect it: a total over all areas is small itself ({coordinates}); use suppression, or coarsen another dimension"
    )]
    Infeasible {
        /// The table.
        table: String,
        /// Codes of the total.
        coordinates: String,
    },
    /// The areas put together make no table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Suppression, asked for as the other choice, failed.
    #[error(transparent)]
    Suppression(#[from] ReleaseError),
}

impl MergingError {
    /// The stable number of the rule broken.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownDimension { .. } | Self::UnknownNeighbour { .. } => "E5076",
            Self::Infeasible { .. } => "E5077",
            Self::Table(error) => error.code(),
            Self::Suppression(ReleaseError::Solver { .. }) => "E5013",
            Self::Suppression(ReleaseError::Series { .. }) => "E5011",
            Self::Suppression(_) => "E5012",
        }
    }
}

/// Puts small areas together until no cell of the table is small, and consumes the exact counts.
///
/// Wider areas are settled before those within them. The smallest area with a small cell comes
/// first and takes the neighbour that leaves the fewest small cells, then the fewest children, then
/// the first code. An area with parts goes to one without only where there is no other; its parts
/// are not told apart then. The result depends on counts, codes and neighbours only. Everything
/// shown is exact, and no shown count lies from 1 to `k - 1` (nor is 0 where zeros are suppressed).
///
/// Not covered: other releases of the same children. **One table with the areas and another with
/// the merged ones would give the difference away.**
///
/// # Errors
/// [`MergingError`].
///
/// ```
/// use disclosure::{merge, ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, MergingRule};
/// let label = |text: &str| Label::new(text, text);
/// let areas = ["31", "33", "34", "40"].map(|code| Member::new(code, label(code))).to_vec();
/// let areas = Dimension::new("area", label("area"), areas);
/// let table = ConfidentialTable::new("demo", label("Kinder"), vec![areas], vec![40, 1, 2, 25])?;
/// let rule = MergingRule::new("area").with_neighbours([("31", "33"), ("33", "34")]);
/// let released = merge(table, &rule, &DisclosurePolicy::default())?;
/// assert_eq!(released.display(&["33+34"]).as_deref(), Some("3"));
/// assert_eq!(released.display(&["31"]).as_deref(), Some("40"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[allow(clippy::needless_pass_by_value)] // consuming the counts is the point
pub fn merge(
    table: ConfidentialTable,
    rule: &MergingRule,
    policy: &DisclosurePolicy,
) -> Result<ReleasedTable, MergingError> {
    merge_with_loss(table, rule, policy).map(|(released, _)| released)
}

/// As [`merge`], with what it cost over the cells of the table given, **for internal use**.
///
/// # Errors
/// As [`merge`].
#[allow(clippy::needless_pass_by_value)] // consuming the counts is the point
pub fn merge_with_loss(
    table: ConfidentialTable,
    rule: &MergingRule,
    policy: &DisclosurePolicy,
) -> Result<(ReleasedTable, DisclosureLoss), MergingError> {
    let axes = table.lattice.axes.iter();
    let axis = axes.clone().position(|axis| axis.code == rule.dimension);
    let axis = axis.ok_or_else(|| MergingError::UnknownDimension {
        table: table.name.clone(),
        dimension: rule.dimension.clone(),
    })?;
    let codes = &table.lattice.axes[axis].codes;
    for (code, _) in &rule.neighbours {
        if !codes.contains(code) {
            return Err(MergingError::UnknownNeighbour {
                dimension: rule.dimension.clone(),
                code: code.clone(),
            });
        }
    }
    let least = u64::from(policy.minimum_frequency(&table.name));
    let zeros = policy.zeros();
    let is_small = |count: u64| count < least && (count > 0 || zeros == ZeroRule::Suppressed);
    let mut groups = Groups::new(&table.lattice, &table.values, axis, &rule.neighbours);
    groups
        .join(is_small)
        .map_err(|cell| MergingError::Infeasible {
            table: table.name.clone(),
            coordinates: table.lattice.coordinates(cell).join(" / "),
        })?;
    let coarse = coarsened(&table, axis, &groups)?;
    let loss = loss(&table, &coarse, axis, &groups);
    let method = ProtectionMethod::Merging {
        dimension: rule.dimension.clone(),
        merged: groups.merged(),
    };
    let shown = coarse.values.iter().copied().map(Some).collect();
    let (name, label) = (&coarse.name, &coarse.label);
    let released = ReleasedTable::seal_values(name, label, &coarse.lattice, shown, policy, method);
    Ok((released, loss))
}

/// Which of two methods was taken, and what each would have cost. **Internal.**
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MethodChoice {
    /// The figure they were compared by.
    pub metric: LossMetric,
    /// Loss by merging; `None` where merging cannot protect the table.
    pub merging: Option<DisclosureLoss>,
    /// Loss by suppression.
    pub suppression: DisclosureLoss,
}

impl MethodChoice {
    /// Whether merging loses less, or as much.
    #[must_use]
    pub fn takes_merging(&self) -> bool {
        self.merging
            .is_some_and(|merging| self.metric.of(&merging) <= self.metric.of(&self.suppression))
    }
}

/// Protects a table by [`merge`] or by [`release`], whichever loses less by `metric`; by merging
/// where both lose the same.
///
/// # Errors
/// [`MergingError`] where suppression fails or the rule does not fit the table.
#[allow(clippy::needless_pass_by_value)] // consuming the counts is the point
pub fn merge_or_suppress(
    table: ConfidentialTable,
    rule: &MergingRule,
    metric: LossMetric,
    policy: &DisclosurePolicy,
) -> Result<(ReleasedTable, MethodChoice), MergingError> {
    let merged = match merge_with_loss(table.clone(), rule, policy) {
        Ok(merged) => Some(merged),
        Err(MergingError::Infeasible { .. }) => None,
        Err(error) => return Err(error),
    };
    let suppressed = release(table.clone(), policy)?;
    let choice = MethodChoice {
        metric,
        merging: merged.as_ref().map(|(_, loss)| *loss),
        suppression: DisclosureLoss::of_shown(&table.values, suppressed.values()),
    };
    match merged {
        Some((merged, _)) if choice.takes_merging() => Ok((merged, choice)),
        _ => Ok((suppressed, choice)),
    }
}

/// The same counts by the areas put together.
fn coarsened(
    table: &ConfidentialTable,
    axis: usize,
    groups: &Groups<'_>,
) -> Result<ConfidentialTable, TableError> {
    let lattice = &table.lattice;
    let dimensions = lattice.axes.iter().enumerate().map(|(number, tree)| {
        let printed = tree.printed.iter().copied();
        let below_total = printed.filter(|&node| node != crate::dimension::Axis::ROOT);
        let members = if number == axis {
            let mut done = BTreeSet::new();
            let firsts = below_total.filter(|&node| done.insert(groups.of(node)));
            firsts.map(|node| groups.member(node)).collect()
        } else {
            let member = |node: usize| Member {
                code: tree.codes[node].clone(),
                label: tree.labels[node].clone(),
                parent: (tree.parents[node] != crate::dimension::Axis::ROOT)
                    .then(|| tree.codes[tree.parents[node]].clone()),
            };
            below_total.map(member).collect()
        };
        Dimension::new(tree.code.clone(), tree.label.clone(), members)
    });
    let dimensions: Vec<Dimension> = dimensions.collect();
    let codes: Vec<String> = (0..lattice.axes[axis].len())
        .map(|node| groups.code(node))
        .collect();
    let records = (0..lattice.cells())
        .filter(|&cell| lattice.is_leaf(cell) && table.values[cell] > 0)
        .map(|cell| {
            let mut coordinates = lattice.coordinates(cell);
            coordinates[axis] = &codes[lattice.node(cell, axis)];
            (coordinates, table.values[cell])
        });
    let (name, label): (String, Label) = (table.name.clone(), table.label.clone());
    ConfidentialTable::from_leaf_sums(name, label, dimensions, records)
}

/// Every cell of the table given against its share of the merged count a reader sees, as if all
/// finest areas were alike.
fn loss(
    table: &ConfidentialTable,
    coarse: &ConfidentialTable,
    axis: usize,
    groups: &Groups<'_>,
) -> DisclosureLoss {
    let lattice: &Lattice = &table.lattice;
    let codes: Vec<(String, f64)> = (0..lattice.axes[axis].len())
        .map(|node| (groups.code(node), groups.share(node)))
        .collect();
    DisclosureLoss::measure((0..lattice.cells()).map(|cell| {
        let (code, share) = &codes[lattice.node(cell, axis)];
        let mut coordinates = lattice.coordinates(cell);
        coordinates[axis] = code;
        let shown = coarse.lattice.find(&coordinates);
        let shown = shown.map_or(0.0, |shown| coarse.values[shown] as f64 * share);
        (table.values[cell], Reading::Shown(shown))
    }))
}
