//! Where no single block fits: the cheapest change found by the solver.

use solver::{LinearForm, ShiftProblem, SolverError};

use super::{Direction, Suppression, Witness};

/// Cells beyond which the solver is not asked; hiding the whole table is the way left.
const MOST_CELLS: usize = 30_000;

/// What moving a cell costs that is hidden already: a little, so that no needless move is made.
const HIDDEN_COST: f64 = 0.01;

impl Suppression<'_> {
    /// The cheapest change in whole numbers that protects the cell in one direction.
    pub(super) fn cheapest_shift(
        &self,
        cell: usize,
        direction: Direction,
    ) -> Result<Option<Witness>, SolverError> {
        let movable: Vec<usize> = (0..self.lattice.cells())
            .filter(|&other| self.may_move(other))
            .collect();
        if movable.len() > MOST_CELLS {
            return Ok(None);
        }
        let column = |cell: usize| movable.binary_search(&cell).ok();
        let change = self.change_of(cell, direction);
        let Some(target) = column(cell) else {
            return Ok(None);
        };
        let least = self.least_hidden(direction);
        let most = u32::try_from(change.unsigned_abs()).unwrap_or(u32::MAX);
        let sums = self
            .lattice
            .sums()
            .map(|sum| LinearForm {
                terms: column(sum.whole)
                    .map(|whole| (whole, -1.0))
                    .into_iter()
                    .chain(
                        sum.parts
                            .iter()
                            .filter_map(|&part| column(part))
                            .map(|p| (p, 1.0)),
                    )
                    .collect(),
            })
            .filter(|form| !form.terms.is_empty())
            .collect();
        let may_fall = movable
            .iter()
            .map(|&other| {
                let room = self.values[other].saturating_sub(least);
                u32::try_from(room).unwrap_or(u32::MAX).min(most)
            })
            .collect();
        let costs = movable
            .iter()
            .map(|&other| {
                if self.suppressed[other] {
                    HIDDEN_COST
                } else {
                    self.weights[other] as f64 / 1_000.0
                }
            })
            .collect();
        let shift = solver::cheapest_shift(&ShiftProblem {
            may_fall,
            may_rise: vec![most; movable.len()],
            costs,
            sums,
            cell: target,
            change,
        });
        match shift {
            Ok(found) => {
                Ok(found.map(|shift| Witness::new(movable.iter().copied().zip(shift).collect())))
            }
            // Hiding the whole table still protects.
            Err(SolverError::LimitReached { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
