//! A second table that agrees with everything published.

use super::Suppression;

/// A table, as its differences from the true one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Witness {
    /// Cell and change, ascending by cell, no change of 0.
    pub(crate) changes: Vec<(usize, i64)>,
}

impl Witness {
    pub(crate) fn new(mut changes: Vec<(usize, i64)>) -> Self {
        changes.retain(|&(_, change)| change != 0);
        changes.sort_unstable();
        Self { changes }
    }

    /// The differences between two full lists of cells.
    pub(crate) fn between(truth: &[u64], other: &[u64]) -> Self {
        let pairs = truth.iter().zip(other).enumerate();
        Self::new(
            pairs
                .map(|(cell, (&a, &b))| (cell, b as i64 - a as i64))
                .collect(),
        )
    }

    pub(crate) fn moves(&self, cell: usize) -> bool {
        self.changes
            .binary_search_by_key(&cell, |&(moved, _)| moved)
            .is_ok()
    }

    fn change_of(&self, cell: usize) -> i64 {
        match self
            .changes
            .binary_search_by_key(&cell, |&(moved, _)| moved)
        {
            Ok(position) => self.changes[position].1,
            Err(_) => 0,
        }
    }

    /// The cell's value in the other table; `None` below 0.
    pub(crate) fn value_of(&self, cell: usize, truth: &[u64]) -> Option<u64> {
        truth[cell].checked_add_signed(self.change_of(cell))
    }
}

/// Whether the other table exists: only hidden cells change, none falls below `hidden_least`
/// (the sensitive cell's own target is the caller's), and every sum with a changed cell holds.
pub(crate) fn check(suppression: &Suppression<'_>, witness: &Witness, hidden_least: u64) -> bool {
    let lattice = suppression.lattice;
    witness.changes.iter().all(|&(cell, _)| {
        let least_met = witness
            .value_of(cell, suppression.values)
            .is_some_and(|value| value >= hidden_least);
        suppression.suppressed[cell]
            && least_met
            && (0..lattice.axes.len()).all(|axis| {
                let above = {
                    let node = lattice.node(cell, axis);
                    let parent = lattice.axes[axis].parents[node];
                    cell - node * lattice.stride(axis) + parent * lattice.stride(axis)
                };
                [cell, above]
                    .into_iter()
                    .all(|whole| match lattice.sum_at(whole, axis) {
                        None => true,
                        Some(sum) => {
                            let parts: i64 =
                                sum.parts.iter().map(|&part| witness.change_of(part)).sum();
                            parts == witness.change_of(sum.whole)
                        }
                    })
            })
    })
}
