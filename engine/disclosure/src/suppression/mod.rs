//! Which cells to hide, and the proof that hiding them is enough.
//!
//! **Safe** means (METHOD_DISCLOSURE D3): for every sensitive cell there is a table of whole
//! numbers that agrees with everything published and in which the cell is 0, and another in which
//! it is at least the minimum frequency `k`. The reader can then neither confirm "somebody" nor
//! "fewer than `k`". Both tables are built for each sensitive cell, as changes of the true table,
//! and kept as its [`Protection`]; hiding further cells never breaks a protection made earlier.
//! Where empty cells are published, a reader knows that every hidden cell holds somebody; the
//! table that reaches `k` therefore leaves at least one child in every hidden cell.
//!
//! For each sensitive cell, most aggregated first: the cheapest block ([`blocks`]), or one per leaf
//! below it; where no block fits or the best one would hide the grand total, the cheapest shift by
//! the solver; where that fails, every non-empty cell is hidden, which always protects. Hidden
//! cells that no protection needs are published again at the end, and all protections are checked
//! by [`witness::check`], which knows none of these ways.

mod blocks;
mod shift;
mod witness;

use std::collections::BTreeMap;

use solver::SolverError;

use crate::lattice::Lattice;
use crate::policy::ZeroRule;
use blocks::AxisShifts;
pub(crate) use witness::Witness;

/// Weight of the grand total alone. A block that would hide it is dear enough to ask the solver
/// for something cheaper; asking for every block costs up to a second each in large tables.
const GRAND_TOTAL_WEIGHT: u64 = 1_000_000;

/// The two tables that protect a sensitive cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Protection {
    /// Here the cell is at least `k`.
    pub(crate) reaches_minimum: Witness,
    /// Here the cell is 0.
    pub(crate) is_empty: Witness,
}

impl Protection {
    fn moved_cells(&self) -> impl Iterator<Item = usize> {
        let both = self
            .reaches_minimum
            .changes
            .iter()
            .chain(&self.is_empty.changes);
        both.map(|&(cell, _)| cell)
    }
}

/// Which of the two tables is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

/// Which cells of a table are hidden, and why that is safe.
#[derive(Debug)]
pub(crate) struct Suppression<'a> {
    lattice: &'a Lattice,
    values: &'a [u64],
    minimum: u64,
    zeros: ZeroRule,
    weights: Vec<u64>,
    pub(crate) primary: Vec<bool>,
    pub(crate) suppressed: Vec<bool>,
    pub(crate) protections: BTreeMap<usize, Protection>,
}

impl<'a> Suppression<'a> {
    /// Hides the sensitive cells and nothing else. Not safe yet.
    pub(crate) fn primary_only(
        lattice: &'a Lattice,
        values: &'a [u64],
        minimum: u32,
        zeros: ZeroRule,
    ) -> Self {
        let minimum = u64::from(minimum);
        let primary: Vec<bool> = values
            .iter()
            .map(|&value| value < minimum && (value > 0 || zeros == ZeroRule::Suppressed))
            .collect();
        Self {
            weights: (0..lattice.cells())
                .map(|cell| weight(lattice, values, cell))
                .collect(),
            suppressed: primary.clone(),
            primary,
            lattice,
            values,
            minimum,
            zeros,
            protections: BTreeMap::new(),
        }
    }

    /// Hides what else is needed until every sensitive cell is protected.
    pub(crate) fn complete(&mut self) -> Result<(), SolverError> {
        let mut sensitive: Vec<usize> = (0..self.lattice.cells())
            .filter(|&cell| self.primary[cell])
            .collect();
        sensitive.sort_by_key(|&cell| {
            (
                std::cmp::Reverse(self.lattice.height(cell)),
                self.values[cell],
                cell,
            )
        });
        let mut shifts = AxisShifts::new(self.lattice);
        for &cell in &sensitive {
            let reaches_minimum = self.hide_for(cell, Direction::Up, &mut shifts)?;
            let is_empty = self.hide_for(cell, Direction::Down, &mut shifts)?;
            self.protections.insert(
                cell,
                Protection {
                    reaches_minimum,
                    is_empty,
                },
            );
        }
        self.publish_what_is_not_needed(&mut shifts);
        Ok(())
    }

    /// Finds a witness for one direction and hides the cells it moves.
    fn hide_for(
        &mut self,
        cell: usize,
        direction: Direction,
        shifts: &mut AxisShifts<'a>,
    ) -> Result<Witness, SolverError> {
        let block = match self.cheapest_block(cell, direction, shifts, u64::MAX) {
            None if direction == Direction::Down => self.emptied_leaf_by_leaf(cell, shifts),
            block => block,
        };
        let witness = match block {
            Some(block) if self.weight_of_hiding(&block) < GRAND_TOTAL_WEIGHT => block,
            block => match (self.cheapest_shift(cell, direction)?, block) {
                (Some(shift), Some(block)) => {
                    let shift_is_cheaper =
                        self.weight_of_hiding(&shift) < self.weight_of_hiding(&block);
                    if shift_is_cheaper { shift } else { block }
                }
                (Some(only), None) | (None, Some(only)) => only,
                (None, None) => self.whole_table(cell, direction),
            },
        };
        for &(moved, _) in &witness.changes {
            self.suppressed[moved] = true;
        }
        Ok(witness)
    }

    /// Weight of the cells a witness would newly hide.
    fn weight_of_hiding(&self, witness: &Witness) -> u64 {
        let moved = witness.changes.iter().map(|&(cell, _)| cell);
        moved
            .filter(|&cell| !self.suppressed[cell])
            .map(|cell| self.weights[cell])
            .sum()
    }

    /// Hides every cell that may be hidden; then any table with the same empty cells fits.
    fn whole_table(&mut self, cell: usize, direction: Direction) -> Witness {
        for moved in 0..self.lattice.cells() {
            if self.may_move(moved) {
                self.suppressed[moved] = true;
            }
        }
        let mut other = self.values.to_vec();
        let below: Vec<usize> = (0..self.lattice.cells())
            .filter(|&leaf| self.lattice.is_leaf(leaf) && self.is_below(leaf, cell))
            .collect();
        match direction {
            Direction::Up => {
                let grown = below.iter().copied().find(|&leaf| self.may_move(leaf));
                if let Some(leaf) = grown {
                    other[leaf] += self.minimum - self.values[cell];
                }
            }
            Direction::Down => below.iter().for_each(|&leaf| other[leaf] = 0),
        }
        self.lattice.add_up(&mut other);
        Witness::between(self.values, &other)
    }

    /// The last resort by itself.
    #[cfg(test)]
    pub(crate) fn protect_by_hiding_everything(&mut self, cell: usize) {
        let protection = Protection {
            reaches_minimum: self.whole_table(cell, Direction::Up),
            is_empty: self.whole_table(cell, Direction::Down),
        };
        self.protections.insert(cell, protection);
    }

    /// Publishes hidden cells again, the most valuable first, where every protection that moves
    /// them can do without.
    fn publish_what_is_not_needed(&mut self, shifts: &mut AxisShifts<'a>) {
        let mut secondary: Vec<usize> = (0..self.lattice.cells())
            .filter(|&cell| self.suppressed[cell] && !self.primary[cell])
            .collect();
        secondary.sort_by_key(|&cell| (std::cmp::Reverse(self.weights[cell]), cell));
        // Which protections move a cell; entries that no longer do are skipped where they are used.
        let mut users: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (&cell, protection) in &self.protections {
            for moved in protection.moved_cells() {
                users.entry(moved).or_default().push(cell);
            }
        }
        for candidate in secondary {
            self.suppressed[candidate] = false;
            let affected = users.get(&candidate).cloned().unwrap_or_default();
            match self.protections_without(candidate, &affected, shifts) {
                Some(replaced) => {
                    for (cell, protection) in replaced {
                        for moved in protection.moved_cells() {
                            users.entry(moved).or_default().push(cell);
                        }
                        self.protections.insert(cell, protection);
                    }
                }
                None => self.suppressed[candidate] = true,
            }
        }
    }

    fn protections_without(
        &self,
        candidate: usize,
        affected: &[usize],
        shifts: &mut AxisShifts<'a>,
    ) -> Option<Vec<(usize, Protection)>> {
        let mut replaced = BTreeMap::new();
        for cell in affected {
            let protection = &self.protections[cell];
            let mut renewed = protection.clone();
            if renewed.reaches_minimum.moves(candidate) {
                renewed.reaches_minimum = self.cheapest_block(*cell, Direction::Up, shifts, 1)?;
            }
            if renewed.is_empty.moves(candidate) {
                renewed.is_empty = self.cheapest_block(*cell, Direction::Down, shifts, 1)?;
            }
            if renewed != *protection {
                replaced.insert(*cell, renewed);
            }
        }
        Some(replaced.into_iter().collect())
    }

    /// The first sensitive cell whose protection does not hold, checked from scratch.
    pub(crate) fn unproven_cell(&self) -> Option<usize> {
        (0..self.lattice.cells())
            .filter(|&cell| self.primary[cell])
            .find(|cell| {
                self.protections.get(cell).is_none_or(|protection| {
                    let holds = |witness: &Witness, least: u64, hidden_least: u64| {
                        witness::check(self, witness, hidden_least)
                            && match witness.value_of(*cell, self.values) {
                                Some(value) if least == 0 => value == 0,
                                Some(value) => value >= least,
                                None => false,
                            }
                    };
                    let hidden_least = self.least_hidden(Direction::Up);
                    !(holds(&protection.reaches_minimum, self.minimum, hidden_least)
                        && holds(&protection.is_empty, 0, 0))
                })
            })
    }

    /// What a hidden cell must keep in a witness of this direction.
    fn least_hidden(&self, direction: Direction) -> u64 {
        u64::from(direction == Direction::Up && self.zeros == ZeroRule::Published)
    }

    /// By how much the cell has to change.
    fn change_of(&self, cell: usize, direction: Direction) -> i64 {
        let value = self.values[cell] as i64;
        match direction {
            Direction::Up => self.minimum as i64 - value,
            Direction::Down => -value,
        }
    }

    /// Published zeros stay published, so they cannot move.
    fn may_move(&self, cell: usize) -> bool {
        self.values[cell] > 0 || self.zeros == ZeroRule::Suppressed
    }

    fn is_below(&self, leaf: usize, cell: usize) -> bool {
        (0..self.lattice.axes.len()).all(|axis| {
            let path = self.lattice.axes[axis].path(self.lattice.node(leaf, axis));
            path.contains(&self.lattice.node(cell, axis))
        })
    }
}

/// What hiding a cell costs: its place in the hierarchy first, then how much it tells.
fn weight(lattice: &Lattice, values: &[u64], cell: usize) -> u64 {
    let height = u64::from(lattice.height(cell));
    let grand_total = if cell == Lattice::GRAND_TOTAL {
        GRAND_TOTAL_WEIGHT
    } else {
        0
    };
    1_000 * (1 + height) + values[cell].isqrt().min(999) + grand_total
}
