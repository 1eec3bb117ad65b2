//! Why an unknown cannot leave its bounds: multipliers of rows that prove a bound.
//!
//! By the duality of linear programming the greatest value of `c · x` over `A x = b, x ≥ 0` is proven
//! by multipliers `λ` with `λ A ≥ c`: then `c · x ≤ λ A x = λ b`. A proof is something a person can
//! follow, "row 4 minus row 2", if it has few rows. So the multipliers of the last vertex are taken as a
//! first proof, the proof of least total weight among its rows is found by a second small program, and
//! rows are left out one by one as long as a proof remains.

use std::collections::{BTreeMap, BTreeSet};

use highs::{Col, HighsModelStatus, Model, RowProblem, Sense};

use crate::highs_session;
use crate::linear_system::tidy;
use crate::{LinearForm, LinearSystem, SolverError};

const MODEL: &str = "proof of a bound";

/// Multipliers closer to 0 than this are 0.
const NEGLIGIBLE: f64 = 1e-7;

/// How far a proof may miss a coefficient or the bound.
const TOLERANCE: f64 = 1e-6;

/// Which end of the range is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundSide {
    /// The least value.
    Least,
    /// The greatest value.
    Greatest,
}

/// A bound and the rows that prove it.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundProof {
    /// The bound.
    pub bound: f64,
    /// Row (counted from 0) and its multiplier, ascending, none of them 0.
    pub multipliers: Vec<(usize, f64)>,
}

impl BoundProof {
    /// Checks the proof by addition alone: the rows, weighted and added up, cover the target in every
    /// unknown, and their right-hand sides add up to the bound.
    #[must_use]
    pub fn holds(&self, system: &LinearSystem, target: &LinearForm, side: BoundSide) -> bool {
        let mut left: BTreeMap<usize, f64> = BTreeMap::new();
        let mut right = 0.0;
        for &(row, weight) in &self.multipliers {
            let Some(row) = system.rows().get(row) else {
                return false;
            };
            right += weight * row.right_hand_side;
            for &(unknown, coefficient) in &row.form.terms {
                *left.entry(unknown).or_insert(0.0) += weight * coefficient;
            }
        }
        for &(unknown, coefficient) in &target.terms {
            *left.entry(unknown).or_insert(0.0) -= coefficient;
        }
        let scale = 1.0 + self.bound.abs();
        let covers = |surplus: f64| match side {
            BoundSide::Greatest => surplus >= -TOLERANCE,
            BoundSide::Least => surplus <= TOLERANCE,
        };
        left.values().all(|&surplus| covers(surplus))
            && (right - self.bound).abs() <= TOLERANCE * scale
    }
}

/// Proves bounds of one system, going from target to target.
///
/// ```
/// use solver::{BoundProver, BoundSide, Equality, LinearForm, LinearSystem};
/// // Row 0: x0 + x1 + x2 = 9. Row 1: x1 + x2 = 6. So x0 = row 0 minus row 1 = 3.
/// let row = |unknowns: &[usize], sum| Equality {
///     form: LinearForm { terms: unknowns.iter().map(|&x| (x, 1.0)).collect() },
///     right_hand_side: sum,
/// };
/// let system = LinearSystem::new(3, vec![row(&[0, 1, 2], 9.0), row(&[1, 2], 6.0)])?;
/// let mut prover = BoundProver::new(&system, &[LinearForm::unknown(0)])?;
/// let proof = prover.minimal(&LinearForm::unknown(0), BoundSide::Least)?.expect("never below 0");
/// assert_eq!((proof.bound, proof.multipliers), (3.0, vec![(0, 1.0), (1, -1.0)]));
/// # Ok::<(), solver::SolverError>(())
/// ```
pub struct BoundProver<'a> {
    system: &'a LinearSystem,
    model: Option<Model>,
    /// Column of each unknown that hangs together with a target.
    columns: BTreeMap<usize, Col>,
    /// The rows handed over, in order.
    rows: Vec<usize>,
    charged: Vec<usize>,
}

impl<'a> BoundProver<'a> {
    /// Hands over the rows that hang together with the targets; other targets cannot be asked for.
    ///
    /// # Errors
    /// [`SolverError::Infeasible`] when no non-negative solution exists, [`SolverError::BadModel`] for
    /// a target that names an unknown the system does not have.
    pub fn new(system: &'a LinearSystem, targets: &[LinearForm]) -> Result<Self, SolverError> {
        let mut reached = BTreeSet::new();
        for (number, target) in targets.iter().enumerate() {
            let target = tidy(target, system.unknowns(), &|| format!("target {number}"))?;
            reached.extend(target.terms.iter().map(|&(unknown, _)| unknown));
        }
        let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); system.unknowns()];
        for (number, row) in system.rows().iter().enumerate() {
            for &(unknown, _) in &row.form.terms {
                rows_of[unknown].push(number);
            }
        }
        let mut rows = BTreeSet::new();
        let mut open: Vec<usize> = reached.iter().copied().collect();
        while let Some(unknown) = open.pop() {
            for &row in &rows_of[unknown] {
                if rows.insert(row) {
                    for &(next, _) in &system.rows()[row].form.terms {
                        if reached.insert(next) {
                            open.push(next);
                        }
                    }
                }
            }
        }
        let mut problem = RowProblem::new();
        let columns: BTreeMap<usize, Col> = reached
            .into_iter()
            .map(|unknown| (unknown, problem.add_column(0.0, 0.0..)))
            .collect();
        let rows: Vec<usize> = rows.into_iter().collect();
        for &row in &rows {
            let row = &system.rows()[row];
            let terms = row.form.terms.iter();
            let terms: Vec<(Col, f64)> = terms.map(|&(x, factor)| (columns[&x], factor)).collect();
            problem.add_row(row.right_hand_side..=row.right_hand_side, terms);
        }
        Ok(Self {
            system,
            model: Some(highs_session::open(problem, Sense::Minimise, MODEL)?),
            columns,
            rows,
            charged: Vec::new(),
        })
    }

    /// A proof of the bound, not necessarily a short one; `None` where there is no bound.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn prove(
        &mut self,
        target: &LinearForm,
        side: BoundSide,
    ) -> Result<Option<BoundProof>, SolverError> {
        let Some(mut model) = self.model.take() else {
            return Err(SolverError::Stopped {
                model: MODEL,
                status: "an earlier run failed".to_owned(),
            });
        };
        for unknown in self.charged.drain(..) {
            model.change_column_cost(self.columns[&unknown], 0.0);
        }
        let target = tidy(target, self.system.unknowns(), &|| "the target".to_owned())?;
        for &(unknown, coefficient) in &target.terms {
            let Some(&column) = self.columns.get(&unknown) else {
                return Err(SolverError::bad_model(
                    "an unknown of the target",
                    unknown,
                    "name every target when the prover is made",
                ));
            };
            model.change_column_cost(column, coefficient);
            self.charged.push(unknown);
        }
        model.set_sense(match side {
            BoundSide::Least => Sense::Minimise,
            BoundSide::Greatest => Sense::Maximise,
        });
        let solved = highs_session::run(model, MODEL)?;
        let proof = match solved.status() {
            HighsModelStatus::Optimal => {
                let solution = solved.get_solution();
                let multipliers: Vec<(usize, f64)> = self
                    .rows
                    .iter()
                    .zip(solution.dual_rows())
                    .filter(|(_, weight)| weight.abs() > NEGLIGIBLE)
                    .map(|(&row, &weight)| (row, plain(weight)))
                    .collect();
                let rows = multipliers.iter();
                let bound = rows.map(|&(row, w)| w * self.system.rows()[row].right_hand_side);
                Some(BoundProof {
                    bound: plain(bound.sum()),
                    multipliers,
                })
            }
            HighsModelStatus::ModelEmpty => (side == BoundSide::Least).then(|| BoundProof {
                bound: 0.0,
                multipliers: Vec::new(),
            }),
            HighsModelStatus::Unbounded | HighsModelStatus::UnboundedOrInfeasible => None,
            status => return Err(highs_session::unexpected(status, MODEL)),
        };
        self.model = Some(Model::from(solved));
        match proof {
            Some(proof) if !proof.holds(self.system, &target, side) => Err(SolverError::Stopped {
                model: MODEL,
                status: "multipliers that prove nothing".to_owned(),
            }),
            proof => Ok(proof),
        }
    }

    /// A proof of the bound from which no row can be left out; `None` where there is no bound.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn minimal(
        &mut self,
        target: &LinearForm,
        side: BoundSide,
    ) -> Result<Option<BoundProof>, SolverError> {
        let Some(first) = self.prove(target, side)? else {
            return Ok(None);
        };
        let target = tidy(target, self.system.unknowns(), &|| "the target".to_owned())?;
        let rows: Vec<usize> = first.multipliers.iter().map(|&(row, _)| row).collect();
        let mut best = self
            .lightest(&target, side, first.bound, &rows)?
            .unwrap_or(first);
        let candidates: Vec<usize> = best.multipliers.iter().map(|&(row, _)| row).collect();
        for dropped in candidates {
            let kept: Vec<usize> = best
                .multipliers
                .iter()
                .map(|&(row, _)| row)
                .filter(|&row| row != dropped)
                .collect();
            if kept.len() == best.multipliers.len() {
                continue;
            }
            if let Some(shorter) = self.lightest(&target, side, best.bound, &kept)? {
                best = shorter;
            }
        }
        Ok(Some(best))
    }

    /// The multipliers of least total weight among the rows given that prove the bound.
    fn lightest(
        &self,
        target: &LinearForm,
        side: BoundSide,
        bound: f64,
        rows: &[usize],
    ) -> Result<Option<BoundProof>, SolverError> {
        let sign = match side {
            BoundSide::Greatest => 1.0,
            BoundSide::Least => -1.0,
        };
        let mut problem = RowProblem::new();
        let weights: Vec<(Col, Col)> = rows
            .iter()
            .map(|_| {
                (
                    problem.add_column(1.0, 0.0..),
                    problem.add_column(1.0, 0.0..),
                )
            })
            .collect();
        let mut terms: BTreeMap<usize, Vec<(Col, f64)>> = BTreeMap::new();
        let mut right = Vec::new();
        for (&(up, down), &row) in weights.iter().zip(rows) {
            let row = &self.system.rows()[row];
            for &(unknown, coefficient) in &row.form.terms {
                let entry = terms.entry(unknown).or_default();
                entry.extend([(up, sign * coefficient), (down, -sign * coefficient)]);
            }
            if row.right_hand_side != 0.0 {
                let b = sign * row.right_hand_side;
                right.extend([(up, b), (down, -b)]);
            }
        }
        let mut wanted: BTreeMap<usize, f64> = terms.keys().map(|&x| (x, 0.0)).collect();
        for &(unknown, coefficient) in &target.terms {
            wanted.insert(unknown, coefficient);
        }
        for (unknown, coefficient) in wanted {
            let row = terms.remove(&unknown).unwrap_or_default();
            if row.is_empty() && sign * coefficient > TOLERANCE {
                return Ok(None);
            }
            if !row.is_empty() {
                problem.add_row(sign * coefficient.., row);
            }
        }
        let most = sign * bound + NEGLIGIBLE * (1.0 + bound.abs());
        if right.is_empty() && most < 0.0 {
            return Ok(None);
        }
        if !right.is_empty() {
            problem.add_row(..=most, right);
        }
        let model = highs_session::open(problem, Sense::Minimise, MODEL)?;
        let solved = match highs_session::run(model, MODEL) {
            Ok(solved) => solved,
            Err(SolverError::Infeasible { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        if solved.status() != HighsModelStatus::Optimal {
            return Ok(None);
        }
        let solution = solved.get_solution();
        let multipliers = rows
            .iter()
            .zip(solution.columns().chunks_exact(2))
            .map(|(&row, pair)| (row, plain(pair[0] - pair[1])))
            .filter(|(_, weight)| weight.abs() > NEGLIGIBLE)
            .collect();
        let proof = BoundProof { bound, multipliers };
        Ok(proof.holds(self.system, target, side).then_some(proof))
    }
}

/// The nearest multiple of 1/60 where it is as good as equal: multipliers of tables are small fractions.
fn plain(value: f64) -> f64 {
    let sixtieth = (value * 60.0).round() / 60.0;
    if (value - sixtieth).abs() <= TOLERANCE {
        sixtieth + 0.0
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Equality;

    fn row(unknowns: &[usize], sum: f64) -> Equality {
        Equality {
            form: LinearForm {
                terms: unknowns.iter().map(|&unknown| (unknown, 1.0)).collect(),
            },
            right_hand_side: sum,
        }
    }

    #[test]
    fn a_proof_names_only_the_rows_it_needs() {
        // x0 is row 0 minus row 1; rows 2 and 3 say nothing about it.
        let rows = vec![
            row(&[0, 1, 2], 9.0),
            row(&[1, 2], 6.0),
            row(&[1, 3], 5.0),
            row(&[3, 4], 7.0),
        ];
        let system = LinearSystem::new(5, rows).unwrap();
        let target = LinearForm::unknown(0);
        let mut prover = BoundProver::new(&system, std::slice::from_ref(&target)).unwrap();
        for side in [BoundSide::Least, BoundSide::Greatest] {
            let proof = prover.minimal(&target, side).unwrap().unwrap();
            assert_eq!(proof.bound, 3.0);
            assert_eq!(proof.multipliers, vec![(0, 1.0), (1, -1.0)]);
            assert!(proof.holds(&system, &target, side));
        }
    }

    #[test]
    fn no_row_means_no_greatest_value_and_a_forged_proof_is_noticed() {
        let system = LinearSystem::new(3, vec![row(&[0, 1], 4.0)]).unwrap();
        let free = LinearForm::unknown(2);
        let tied = LinearForm::unknown(0);
        let mut prover = BoundProver::new(&system, &[free.clone(), tied.clone()]).unwrap();
        assert_eq!(prover.minimal(&free, BoundSide::Greatest).unwrap(), None);
        let least = prover.minimal(&free, BoundSide::Least).unwrap().unwrap();
        assert_eq!((least.bound, least.multipliers.len()), (0.0, 0));
        let honest = prover.minimal(&tied, BoundSide::Greatest).unwrap().unwrap();
        assert_eq!(
            (honest.bound, honest.multipliers.clone()),
            (4.0, vec![(0, 1.0)])
        );
        let mut forged = honest.clone();
        forged.bound = 3.0;
        assert!(!forged.holds(&system, &tied, BoundSide::Greatest));
        forged = honest;
        forged.multipliers = vec![(0, 0.5)];
        forged.bound = 2.0;
        assert!(!forged.holds(&system, &tied, BoundSide::Greatest));
    }
}
