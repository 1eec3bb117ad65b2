//! Any published sums of the same children: hierarchies, linked tables, formulas.
//!
//! An [`Instance`] has **atoms**, the counts of the finest cross-classification, and **cells**, the
//! sums of atoms that are to be published. Everything else follows: two cells of different tables
//! with the same atoms are the same number, and what the cells tell together is what their sums
//! allow for the atoms (METHOD_DISCLOSURE D1 and D2). Protection and attack know no tables.

mod attack;
mod attribute;
mod build;
mod codes;
mod exchange;
mod free;
mod lines;
mod linked;
mod magnitude;
mod proof;
mod protect;
mod recovery;
mod search;
mod smallest;
mod sparse;
mod tables;
mod unions;

use std::fmt;

pub use attack::{CellInterval, InstanceAudit, OpenAttack, PublishedSums};
pub use build::{Atom, PublishedSum};
pub(crate) use codes::INSTANCE_CODES;
pub use linked::{LinkedChildren, release_linked};
pub use magnitude::{Contribution, MagnitudeInstance, MagnitudePattern, MagnitudeRule};
pub use protect::{Pattern, ProtectionError, SuppressionRule};
pub(crate) use recovery::cells_that_follow;
pub use tables::{Code, CodeList, TableLayout};

use sparse::SparseLists;

/// Most atoms of an instance.
pub(crate) const MAXIMUM_ATOMS: usize = 1_000_000;

/// Most memberships (atom of a cell) of an instance.
pub(crate) const MAXIMUM_MEMBERSHIPS: usize = 50_000_000;

/// Exact counts and the sums of them that are to be published. Confidential: no accessor shows a
/// count, there is no `Serialize`, and `Debug` names the shape only.
///
/// What comes out of it are a [`Pattern`] (which cells to hide), an [`InstanceAudit`] of a
/// pattern (what somebody could calculate from the cells shown) and, by [`release_linked`],
/// released tables.
///
/// ```
/// use disclosure::{Atom, Instance, PublishedSum, SuppressionRule, ZeroRule};
/// let codes = [["a", "u3"], ["a", "hort"], ["b", "u3"], ["b", "hort"]];
/// let atoms = codes.iter().zip([2, 30, 14, 40]).map(|(codes, count)| Atom::new(*codes, count)).collect();
/// let rows = [vec![0, 1], vec![2, 3], vec![0, 2], vec![1, 3], vec![0], vec![1], vec![2], vec![3]];
/// let sums = rows.map(|atoms| PublishedSum::new(["cell"], atoms)).to_vec();
/// let instance = Instance::from_sums("demo", &["area", "care"], atoms, sums).expect("a good instance");
/// let pattern = instance.protect(3, ZeroRule::Published, SuppressionRule::Ambiguity)?;
/// // No grand total is published, so hiding the two sums of the small cell with it is enough.
/// assert_eq!(pattern.suppressed(), [true, false, true, false, true, false, false, false]);
///
/// let negative = Instance::from_sums("demo", &["area"], vec![Atom::new(["a"], -1)], Vec::new());
/// assert_eq!(negative.unwrap_err()[0].code, "E5050");
/// # Ok::<(), disclosure::ProtectionError>(())
/// ```
/// Serialising it does not compile, nor does reading a count:
/// ```compile_fail,E0277
/// # use disclosure::{Atom, Instance};
/// let instance = Instance::from_sums("demo", &["area"], vec![Atom::new(["a"], 2)], Vec::new()).unwrap();
/// let text = serde_json::to_string(&instance).unwrap();
/// ```
/// ```compile_fail,E0616
/// # use disclosure::{Atom, Instance};
/// let instance = Instance::from_sums("demo", &["area"], vec![Atom::new(["a"], 2)], Vec::new()).unwrap();
/// let count = instance.counts[0];
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Instance {
    name: String,
    /// Children of each atom.
    counts: Vec<u64>,
    /// Atoms of each cell.
    members: SparseLists,
    /// Children of each cell.
    values: Vec<u64>,
    /// Codes of each cell, for messages.
    names: Vec<String>,
    /// Per column of codes that is not settled by another one, the code of each atom as a number.
    columns: Vec<Vec<u32>>,
}

impl Instance {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of atoms.
    #[must_use]
    pub fn atoms(&self) -> usize {
        self.counts.len()
    }

    /// Number of cells to be published.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.values.len()
    }

    /// Codes of a cell as messages show them; `None` for a cell that does not exist.
    #[must_use]
    pub fn cell_name(&self, cell: usize) -> Option<&str> {
        self.names.get(cell).map(String::as_str)
    }

    /// Atoms of a cell.
    pub(crate) fn atoms_of(&self, cell: usize) -> &[u32] {
        self.members.of(cell)
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (atoms, cells) = (self.atoms(), self.cells());
        write!(f, "Instance({:?}, {atoms} atoms, {cells} cells)", self.name)
    }
}
