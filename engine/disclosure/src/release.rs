//! The only way out.

use crate::audit::first_confined_cell;
use crate::lattice::Lattice;
use crate::released::{ReleasedTable, write_rows};
use crate::suppression::Suppression;
use crate::{
    ConfidentialTable, DisclosurePolicy, Instance, ReleaseError, SuppressionRule, WriteError,
};

/// Sensitive cells beyond which the linear-programming attack is not run before a release; their
/// two witness tables alone are the proof then.
const MOST_ATTACKED_CELLS: usize = 2_000;

/// Cells up to which a table is searched block by block with the solver's help; larger ones go the
/// way of [`Instance::protect`], which takes a fraction of the time.
const MOST_CELLS_BY_BLOCKS: usize = 3_000;

/// Applies `policy` and consumes the exact counts.
///
/// Hides every count from 1 to `k - 1` (from 0 where zeros are suppressed), totals included, and
/// as many further cells as are needed so that for each of them a reader can neither confirm
/// "somebody" nor "fewer than `k`". That is proven twice before anything is returned: for every
/// sensitive cell by two tables of whole numbers that agree with everything published, checked by
/// addition alone; and, up to 2,000 sensitive cells, by the attack of [`crate::audit`].
///
/// The result depends on the counts, the codes, the order of the dimensions and the policy only;
/// another order of the members changes nothing but the order of the output.
///
/// Not covered: other releases of the same children, differences between dates, and insiders who
/// know a child of the cell.
///
/// # Errors
/// [`ReleaseError`] when the proof does not hold or the solver fails; nothing is released then.
///
/// ```
/// use disclosure::{release, ConfidentialTable, CellStatus, Dimension, DisclosurePolicy, Label, Member};
/// let members = |codes: [&str; 3]| codes.map(|c| Member::new(c, Label::new(c, c))).to_vec();
/// let table = ConfidentialTable::new("demo", Label::new("Kinder", "Children"), vec![
///     Dimension::new("area", Label::new("Stadtteil", "Area"), members(["a", "b", "c"])),
///     Dimension::new("care", Label::new("Betreuungsform", "Care type"), members(["u3", "ue3", "hort"])),
/// ], vec![2, 30, 21, 14, 40, 19, 17, 33, 25])?;
/// let released = release(table, &DisclosurePolicy::default())?;
/// assert_eq!(released.display(&["a", "u3"]).as_deref(), Some("."));
/// assert_eq!(released.display(&["_total", "_total"]).as_deref(), Some("201"));
/// assert!(released.loss().suppressed_cells >= 4, "one hidden cell alone could be calculated");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[allow(clippy::needless_pass_by_value)] // consuming the counts is the point
pub fn release(
    table: ConfidentialTable,
    policy: &DisclosurePolicy,
) -> Result<ReleasedTable, ReleaseError> {
    release_with_audit(table, policy).map(|(released, _)| released)
}

/// As [`release`], with the reasons of the suppression for internal use.
///
/// # Errors
/// As [`release`].
#[allow(clippy::needless_pass_by_value)] // consuming the counts is the point
pub fn release_with_audit(
    table: ConfidentialTable,
    policy: &DisclosurePolicy,
) -> Result<(ReleasedTable, InternalAudit), ReleaseError> {
    let ConfidentialTable {
        name,
        label,
        lattice,
        values,
    } = table;
    let minimum = policy.minimum_frequency(&name);
    let solver_failed = |source| ReleaseError::Solver {
        table: name.clone(),
        source,
    };
    let not_proven = |cell: usize, reason| ReleaseError::NotProven {
        table: name.clone(),
        coordinates: lattice.coordinates(cell).join(" / "),
        reason,
    };
    let Hidden {
        primary,
        suppressed,
    } = if lattice.cells() > MOST_CELLS_BY_BLOCKS {
        hidden_as_instance(&name, &lattice, &values, minimum, policy)?
    } else {
        let mut suppression = Suppression::primary_only(&lattice, &values, minimum, policy.zeros());
        suppression.complete().map_err(solver_failed)?;
        if let Some(cell) = suppression.unproven_cell() {
            return Err(not_proven(cell, "its two alternative tables do not hold"));
        }
        Hidden {
            primary: suppression.primary,
            suppressed: suppression.suppressed,
        }
    };
    let released = ReleasedTable::seal(&name, &label, &lattice, &values, &suppressed, policy);
    let sensitive: Vec<usize> = (0..lattice.cells()).filter(|&cell| primary[cell]).collect();
    let attacked = sensitive.len() <= MOST_ATTACKED_CELLS;
    if attacked {
        let confined =
            first_confined_cell(&released, &sensitive, minimum).map_err(solver_failed)?;
        if let Some(cell) = confined {
            return Err(not_proven(cell, "an attacker can narrow it down"));
        }
    }
    let audit = InternalAudit { primary, attacked };
    Ok((released, audit))
}

/// Which cells are small and which are hidden.
struct Hidden {
    primary: Vec<bool>,
    suppressed: Vec<bool>,
}

/// A large table as an [`Instance`]: the same two proofs, by the search that scales.
fn hidden_as_instance(
    name: &str,
    lattice: &Lattice,
    values: &[u64],
    minimum: u32,
    policy: &DisclosurePolicy,
) -> Result<Hidden, ReleaseError> {
    let instance = Instance::of_table(name, lattice, values);
    let pattern = instance
        .protect(minimum, policy.zeros(), SuppressionRule::Ambiguity)
        .map_err(ReleaseError::from)?;
    Ok(Hidden {
        primary: pattern.primary().to_vec(),
        suppressed: pattern.suppressed().to_vec(),
    })
}

/// Which suppressed cells are small themselves. **Internal**: shown beside the released table it
/// tells which cells hold 1 to `k - 1` children. Holds no count and has no `Serialize`; the CSV
/// below is the one way to keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InternalAudit {
    primary: Vec<bool>,
    attacked: bool,
}

impl InternalAudit {
    /// Small cells (primary suppression).
    #[must_use]
    pub fn primary_cells(&self) -> usize {
        self.primary.iter().filter(|&&primary| primary).count()
    }

    /// Cells suppressed to protect small ones (secondary suppression).
    #[must_use]
    pub fn secondary_cells(&self, table: &ReleasedTable) -> usize {
        table.loss().suppressed_cells - self.primary_cells()
    }

    /// Whether the linear-programming attack was run besides the proof by alternative tables.
    #[must_use]
    pub fn was_attacked(&self) -> bool {
        self.attacked
    }

    /// `published`, `zero`, `primary` or `secondary`; `None` for codes the table does not have.
    #[must_use]
    pub fn status(&self, table: &ReleasedTable, coordinates: &[&str]) -> Option<&'static str> {
        table
            .lattice()
            .find(coordinates)
            .map(|cell| self.status_of(table, cell))
    }

    /// Writes the table with the four statuses. For internal use only: do not publish.
    ///
    /// # Errors
    /// [`WriteError`] when the target cannot be written.
    pub fn write_csv<W: std::io::Write>(
        &self,
        table: &ReleasedTable,
        target: W,
    ) -> Result<(), WriteError> {
        let rows = table.lattice().printed_cells().into_iter().map(|cell| {
            let released = table.released_cell(cell);
            (
                released.coordinates,
                released.value,
                self.status_of(table, cell),
            )
        });
        write_rows(target, table.lattice(), rows)
    }

    fn status_of(&self, table: &ReleasedTable, cell: usize) -> &'static str {
        match table.values()[cell] {
            Some(0) => "zero",
            Some(_) => "published",
            None if self.primary.get(cell) == Some(&true) => "primary",
            None => "secondary",
        }
    }
}
