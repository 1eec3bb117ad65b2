//! Exact counts of children, and nothing that could show them.

use std::fmt;

use crate::dimension::Dimension;
use crate::lattice::Lattice;
use crate::{Label, TableError};

/// Exact counts of children by one to four dimensions.
///
/// Only the leaf cells are given; all totals are added up here, so a table whose totals
/// contradict its cells cannot exist. The type has no `Serialize`, no accessor for a count, and
/// its `Debug` output names the shape only. [`crate::release`] consumes it.
///
/// ```
/// use disclosure::{ConfidentialTable, Dimension, Label, Member};
/// let area = Dimension::new("area", Label::new("Stadtteil", "Area"), vec![
///     Member::new("north", Label::new("Bezirk Nord", "District North")),
///     Member::new("0101", Label::new("Altstadt", "Old Town")).under("north"),
///     Member::new("0102", Label::new("Neustadt", "New Town")).under("north"),
/// ]);
/// let table = ConfidentialTable::new("demo", Label::new("Kinder", "Children"), vec![area.clone()], vec![12, 30])?;
/// assert_eq!(format!("{table:?}"), r#"ConfidentialTable("demo", area: 3 members)"#);
///
/// // One count is missing: refused.
/// let refused = ConfidentialTable::new("demo", Label::new("Kinder", "Children"), vec![area], vec![12]);
/// assert_eq!(refused.unwrap_err().code(), "E5007");
/// # Ok::<(), disclosure::TableError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfidentialTable {
    pub(crate) name: String,
    pub(crate) label: Label,
    pub(crate) lattice: Lattice,
    /// One value per cell of the lattice.
    pub(crate) values: Vec<u64>,
}

impl ConfidentialTable {
    /// A table from its leaf cells: members in the order given, the last dimension running
    /// fastest, members with parts and totals left out.
    ///
    /// `name` identifies the table to the policy, see [`crate::DisclosurePolicy::sensitive`].
    ///
    /// # Errors
    /// [`TableError`] for a wrong number of counts or dimensions, a member without or with a
    /// doubled code, an unknown parent, a hierarchy in a circle, or too many cells.
    pub fn new(
        name: impl Into<String>,
        label: Label,
        dimensions: Vec<Dimension>,
        counts: Vec<u32>,
    ) -> Result<Self, TableError> {
        let lattice = Lattice::new(dimensions)?;
        let leaves = lattice.printed_leaf_cells();
        if leaves.len() != counts.len() {
            return Err(TableError::WrongCountNumber {
                found: counts.len(),
                expected: leaves.len(),
            });
        }
        let mut values = vec![0; lattice.cells()];
        for (cell, count) in leaves.into_iter().zip(counts) {
            values[cell] = u64::from(count);
        }
        Ok(Self::finish(name.into(), label, lattice, values))
    }

    /// A table from records: the codes of a leaf cell and how many children it adds. Records of
    /// the same cell are added up; cells without a record are 0.
    ///
    /// # Errors
    /// As [`Self::new`], and [`TableError::UnknownCell`] for a record that names no leaf cell.
    pub fn from_records<'a>(
        name: impl Into<String>,
        label: Label,
        dimensions: Vec<Dimension>,
        records: impl IntoIterator<Item = (Vec<&'a str>, u32)>,
    ) -> Result<Self, TableError> {
        let records = records
            .into_iter()
            .map(|(coordinates, count)| (coordinates, u64::from(count)));
        Self::from_leaf_sums(name.into(), label, dimensions, records)
    }

    /// As [`Self::from_records`], for records added up before.
    pub(crate) fn from_leaf_sums<'a>(
        name: String,
        label: Label,
        dimensions: Vec<Dimension>,
        records: impl IntoIterator<Item = (Vec<&'a str>, u64)>,
    ) -> Result<Self, TableError> {
        let lattice = Lattice::new(dimensions)?;
        let mut values = vec![0_u64; lattice.cells()];
        let mut unknown: Option<(String, usize)> = None;
        for (coordinates, count) in records {
            match lattice
                .find(&coordinates)
                .filter(|&cell| lattice.is_leaf(cell))
            {
                Some(cell) => values[cell] += count,
                None => match &mut unknown {
                    Some((_, more)) => *more += 1,
                    None => unknown = Some((coordinates.join(" / "), 0)),
                },
            }
        }
        if let Some((coordinates, more)) = unknown {
            return Err(TableError::UnknownCell { coordinates, more });
        }
        Ok(Self::finish(name, label, lattice, values))
    }

    fn finish(name: String, label: Label, lattice: Lattice, mut values: Vec<u64>) -> Self {
        lattice.add_up(&mut values);
        Self {
            name,
            label,
            lattice,
            values,
        }
    }

    /// Name of the table.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is broken down by this dimension.
    #[must_use]
    pub fn has_dimension(&self, code: &str) -> bool {
        self.lattice.axes.iter().any(|axis| axis.code == code)
    }
}

impl fmt::Debug for ConfidentialTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConfidentialTable({:?}", self.name)?;
        for axis in &self.lattice.axes {
            write!(f, ", {}: {} members", axis.code, axis.len() - 1)?;
        }
        write!(f, ")")
    }
}
