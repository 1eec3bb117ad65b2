//! The cheapest change of a table that keeps all its sums.
//!
//! A sensitive cell is protected when another table with the same published cells exists in which
//! it has another value. This model finds such a table that touches few and cheap cells: whole
//! numbers `y` with `A y = 0`, one entry given, each entry within limits, and the least
//! `Σ cost · |y|`. Stated in good_lp; HiGHS solves it.

use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable, variable,
};

use crate::highs_session;
use crate::linear_system::finite;
use crate::{LinearForm, SolverError};

const MODEL: &str = "cheapest shift";

/// Nodes of the branch-and-bound tree after which the best solution so far is taken. A count, not
/// a time, so that the result is the same on every machine.
const NODE_LIMIT: i32 = 500;

/// What good_lp answers when HiGHS stopped without a feasible point.
const NO_SOLUTION: &str = "NoSolutionFound";

/// A table of whole numbers that is to change at one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct ShiftProblem {
    /// Per cell: how far it may fall (≥ 0).
    pub may_fall: Vec<u32>,
    /// Per cell: how far it may rise (≥ 0).
    pub may_rise: Vec<u32>,
    /// Per cell: what changing it by one costs (≥ 0).
    pub costs: Vec<f64>,
    /// Sums that must keep their value: each form of the changes is 0.
    pub sums: Vec<LinearForm>,
    /// The cell that must change.
    pub cell: usize,
    /// By how much.
    pub change: i64,
}

/// What a proposed shift does wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ShiftViolation {
    /// One entry per cell is needed.
    #[error("the shift has {found} entries for {expected} cells")]
    WrongLength {
        /// Entries found.
        found: usize,
        /// Cells of the problem.
        expected: usize,
    },
    /// The cell did not change as asked.
    #[error("cell {cell} changes by {found} instead of {expected}")]
    WrongChange {
        /// The cell.
        cell: usize,
        /// Change found.
        found: i64,
        /// Change asked for.
        expected: i64,
    },
    /// A cell moved too far.
    #[error("cell {cell} changes by {found}, outside its limits")]
    OutsideLimits {
        /// The cell.
        cell: usize,
        /// Change found.
        found: i64,
    },
    /// A sum changed.
    #[error("sum {sum} changes by {found}")]
    SumChanged {
        /// Number of the sum.
        sum: usize,
        /// Its change.
        found: f64,
    },
}

impl ShiftProblem {
    /// Checks a shift without any solver.
    ///
    /// # Errors
    /// The first [`ShiftViolation`] found.
    pub fn check(&self, shift: &[i64]) -> Result<(), ShiftViolation> {
        if shift.len() != self.costs.len() {
            return Err(ShiftViolation::WrongLength {
                found: shift.len(),
                expected: self.costs.len(),
            });
        }
        if shift[self.cell] != self.change {
            return Err(ShiftViolation::WrongChange {
                cell: self.cell,
                found: shift[self.cell],
                expected: self.change,
            });
        }
        for (cell, &found) in shift.iter().enumerate() {
            if found < -i64::from(self.may_fall[cell]) || found > i64::from(self.may_rise[cell]) {
                return Err(ShiftViolation::OutsideLimits { cell, found });
            }
        }
        let point: Vec<f64> = shift.iter().map(|&value| value as f64).collect();
        for (sum, form) in self.sums.iter().enumerate() {
            let found = form.value_at(&point);
            if found.abs() > 1e-9 {
                return Err(ShiftViolation::SumChanged { sum, found });
            }
        }
        Ok(())
    }

    /// `Σ cost · |change|` of a shift.
    #[must_use]
    pub fn cost_of(&self, shift: &[i64]) -> f64 {
        let costs = self.costs.iter().zip(shift);
        costs.map(|(cost, value)| cost * value.abs() as f64).sum()
    }

    fn validate(&self) -> Result<(), SolverError> {
        let cells = self.costs.len();
        let lengths = [self.may_fall.len(), self.may_rise.len()];
        if let Some(length) = lengths.into_iter().find(|&length| length != cells) {
            return Err(SolverError::bad_model(
                "the number of limits",
                length,
                "it has to equal the number of costs",
            ));
        }
        if self.cell >= cells {
            return Err(SolverError::bad_model(
                "the cell to change",
                self.cell,
                "cells are counted from 0",
            ));
        }
        for (cell, &cost) in self.costs.iter().enumerate() {
            finite(|| format!("the cost of cell {cell}"), cost)?;
            if cost < 0.0 {
                return Err(SolverError::bad_model(
                    format!("the cost of cell {cell}"),
                    cost,
                    "it has to be 0 or more",
                ));
            }
        }
        for (number, form) in self.sums.iter().enumerate() {
            crate::linear_system::tidy(form, cells, &|| format!("sum {number}"))?;
        }
        Ok(())
    }
}

/// The cheapest shift in whole numbers, or `None` where no shift meets the limits.
///
/// The search stops after 500 nodes with the best shift found; every shift returned passes
/// [`ShiftProblem::check`]. Deterministic.
///
/// # Errors
/// [`SolverError::BadModel`] for lists of different length, a negative cost or an unknown cell;
/// [`SolverError::LimitReached`] when 500 nodes brought neither a shift nor a proof.
///
/// ```
/// use solver::{cheapest_shift, LinearForm, ShiftProblem};
/// // A row of three cells with a fixed total: cell 0 rises by 2, cell 2 is the cheaper partner.
/// let problem = ShiftProblem {
///     may_fall: vec![1, 5, 5],
///     may_rise: vec![9, 9, 9],
///     costs: vec![0.0, 3.0, 1.0],
///     sums: vec![LinearForm { terms: vec![(0, 1.0), (1, 1.0), (2, 1.0)] }],
///     cell: 0,
///     change: 2,
/// };
/// assert_eq!(cheapest_shift(&problem)?, Some(vec![2, 0, -2]));
/// # Ok::<(), solver::SolverError>(())
/// ```
pub fn cheapest_shift(problem: &ShiftProblem) -> Result<Option<Vec<i64>>, SolverError> {
    problem.validate()?;
    let (fall, rise) = (
        i64::from(problem.may_fall[problem.cell]),
        i64::from(problem.may_rise[problem.cell]),
    );
    if problem.change > rise || problem.change < -fall {
        return Ok(None);
    }
    let mut unknowns = ProblemVariables::new();
    let moves = Move::of_every_cell(problem, &mut unknowns);
    let cost: Expression = moves
        .iter()
        .zip(&problem.costs)
        .map(|(change, &cost)| cost * change.up + cost * change.down)
        .sum();
    let mut model =
        highs_session::hand_over(unknowns.minimise(cost)).set_option("mip_max_nodes", NODE_LIMIT);
    for form in &problem.sums {
        let change: Expression = form
            .terms
            .iter()
            .map(|&(cell, coefficient)| {
                coefficient * moves[cell].up - coefficient * moves[cell].down
            })
            .sum();
        model.add_constraint(change.eq(0));
    }
    let solution = match model.solve() {
        Ok(solution) => solution,
        // All costs and limits are finite and not negative: unbounded it cannot be, and good_lp
        // calls what HiGHS leaves open between the two infeasible.
        Err(ResolutionError::Infeasible) => return Ok(None),
        Err(ResolutionError::Other(NO_SOLUTION)) => {
            return Err(SolverError::LimitReached {
                model: MODEL,
                limit: format!("{NODE_LIMIT} nodes"),
            });
        }
        Err(error) => {
            return Err(SolverError::Stopped {
                model: MODEL,
                status: error.to_string(),
            });
        }
    };
    let whole = |unknown: Variable| solution.value(unknown).round();
    let shift: Vec<i64> = moves
        .iter()
        .map(|change| (whole(change.up) - whole(change.down)) as i64)
        .collect();
    match problem.check(&shift) {
        Ok(()) => Ok(Some(shift)),
        Err(violation) => Err(SolverError::Stopped {
            model: MODEL,
            status: format!("a solution that breaks a rule: {violation}"),
        }),
    }
}

/// How far one cell rises and falls: two unknowns, so that the cost of both is linear.
struct Move {
    up: Variable,
    down: Variable,
}

impl Move {
    fn of_every_cell(problem: &ShiftProblem, unknowns: &mut ProblemVariables) -> Vec<Self> {
        let limits = problem.may_rise.iter().zip(&problem.may_fall);
        limits
            .enumerate()
            .map(|(cell, (&rise, &fall))| {
                let mut between =
                    |least: f64, most: f64| unknowns.add(variable().integer().min(least).max(most));
                if cell == problem.cell {
                    let (up, down) = (
                        problem.change.max(0) as f64,
                        (-problem.change).max(0) as f64,
                    );
                    Self {
                        up: between(up, up),
                        down: between(down, down),
                    }
                } else {
                    Self {
                        up: between(0.0, f64::from(rise)),
                        down: between(0.0, f64::from(fall)),
                    }
                }
            })
            .collect()
    }
}
