//! Counts with the keys of the children counted.

use std::fmt;
use std::num::Wrapping;

use super::RecordKey;
use crate::dimension::Dimension;
use crate::lattice::Lattice;
use crate::{Label, TableError};

/// Exact counts of children and, for every cell, the sum of their record keys. As silent as
/// [`crate::ConfidentialTable`]: no `Serialize`, no accessor for a count, and `Debug` names the
/// shape only. [`crate::perturb`] consumes it.
///
/// ```
/// use disclosure::{Dimension, KeyedCounts, Label, Member, RecordKey};
/// let label = |text: &str| Label::new(text, text);
/// let areas = ["a", "b"].map(|code| Member::new(code, label(code))).to_vec();
/// let mut counts = KeyedCounts::new("demo", label("Kinder"), vec![Dimension::new("area", label("area"), areas)])?;
/// let key = RecordKey::from_fraction(0.25).expect("a fraction");
/// counts.add_record(&["a"], key)?;
/// assert!(counts.add_record(&["_total"], key).is_err());
/// assert_eq!(format!("{counts:?}"), r#"KeyedCounts("demo", area: 2 members)"#);
/// # Ok::<(), disclosure::TableError>(())
/// ```
#[derive(Clone)]
pub struct KeyedCounts {
    pub(crate) name: String,
    pub(crate) label: Label,
    pub(crate) lattice: Lattice,
    /// Of finest cells only, until [`Self::finish`].
    pub(crate) counts: Vec<u64>,
    pub(crate) keys: Vec<Wrapping<u64>>,
}

/// A finest member of one dimension of [`KeyedCounts`], to count many records without looking up
/// their codes each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberNumber(u32);

impl KeyedCounts {
    /// A table without any child yet.
    ///
    /// # Errors
    /// [`TableError`] as [`crate::ConfidentialTable::new`].
    pub fn new(
        name: impl Into<String>,
        label: Label,
        dimensions: Vec<Dimension>,
    ) -> Result<Self, TableError> {
        let lattice = Lattice::new(dimensions)?;
        Ok(Self {
            name: name.into(),
            label,
            counts: vec![0; lattice.cells()],
            keys: vec![Wrapping(0); lattice.cells()],
            lattice,
        })
    }

    /// Name of the table.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of a member without parts; `None` for codes that are none. `dimension` counts
    /// from 0.
    #[must_use]
    pub fn member(&self, dimension: usize, code: &str) -> Option<MemberNumber> {
        let axis = self.lattice.axes.get(dimension)?;
        let found = axis.codes[1..].binary_search_by(|other| other.as_str().cmp(code));
        let node = found.ok()? + 1;
        // A table has at most MAXIMUM_CELLS cells, so the numbers fit.
        axis.is_leaf(node).then_some(MemberNumber(node as u32))
    }

    /// Counts one child, by the numbers of its members in the order of the dimensions.
    ///
    /// # Panics
    /// Where there are not as many numbers as dimensions, or one is of another dimension.
    pub fn add(&mut self, members: &[MemberNumber], key: RecordKey) {
        let axes = &self.lattice.axes;
        assert_eq!(members.len(), axes.len(), "one member per dimension");
        let mut cell = 0;
        for (axis, member) in members.iter().enumerate() {
            let node = member.0 as usize;
            let own = axes[axis].children.get(node).is_some_and(Vec::is_empty);
            assert!(own, "the member is of another dimension");
            cell += node * self.lattice.stride(axis);
        }
        self.counts[cell] += 1;
        self.keys[cell] += key.0;
    }

    /// Counts one child by its codes.
    ///
    /// # Errors
    /// [`TableError::UnknownCell`] where the codes name no finest cell.
    pub fn add_record(&mut self, codes: &[&str], key: RecordKey) -> Result<(), TableError> {
        let cell = self.lattice.find(codes);
        let cell = cell.filter(|&cell| self.lattice.is_leaf(cell));
        let cell = cell.ok_or_else(|| TableError::UnknownCell {
            coordinates: codes.join(" / "),
            more: 0,
        })?;
        self.counts[cell] += 1;
        self.keys[cell] += key.0;
        Ok(())
    }

    /// Adds up every total, of counts and of keys.
    pub(crate) fn finish(&mut self) {
        self.lattice.add_up(&mut self.counts);
        self.lattice.add_up(&mut self.keys);
    }
}

impl fmt::Debug for KeyedCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyedCounts({:?}", self.name)?;
        for axis in &self.lattice.axes {
            write!(f, ", {}: {} members", axis.code, axis.len() - 1)?;
        }
        write!(f, ")")
    }
}
