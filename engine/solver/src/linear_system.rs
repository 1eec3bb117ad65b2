//! Non-negative unknowns tied by linear equalities.

use std::collections::BTreeMap;

use crate::SolverError;

/// A weighted sum of unknowns: `Σ coefficient · unknown`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LinearForm {
    /// Unknown (counted from 0) and its coefficient; an unknown may appear more than once.
    pub terms: Vec<(usize, f64)>,
}

impl LinearForm {
    /// One unknown by itself.
    #[must_use]
    pub fn unknown(index: usize) -> Self {
        Self {
            terms: vec![(index, 1.0)],
        }
    }

    /// Its value at a point.
    #[must_use]
    pub fn value_at(&self, point: &[f64]) -> f64 {
        self.terms
            .iter()
            .map(|&(unknown, coefficient)| coefficient * point[unknown])
            .sum()
    }
}

/// One row: a linear form equals a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Equality {
    /// Left-hand side.
    pub form: LinearForm,
    /// Right-hand side.
    pub right_hand_side: f64,
}

/// Non-negative unknowns tied by linear equalities.
///
/// For a table under attack the unknowns are the suppressed cells and every sum of the table is
/// one row, with the published cells moved to the right-hand side.
///
/// ```
/// use solver::{Equality, LinearForm, LinearSystem};
/// // x0 + x1 = 5
/// let row = Equality { form: LinearForm { terms: vec![(0, 1.0), (1, 1.0)] }, right_hand_side: 5.0 };
/// let system = LinearSystem::new(2, vec![row.clone()])?;
/// assert!(system.is_met_by(&[2.0, 3.0], 1e-9));
/// assert!(!system.is_met_by(&[6.0, -1.0], 1e-9));
/// assert!(LinearSystem::new(1, vec![row]).is_err(), "unknown 1 does not exist");
/// # Ok::<(), solver::SolverError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LinearSystem {
    unknowns: usize,
    rows: Vec<Equality>,
}

impl LinearSystem {
    /// Checks and keeps the rows; repeated unknowns of a row are added up, zero terms dropped.
    ///
    /// # Errors
    /// [`SolverError::BadModel`] for an unknown that does not exist and for a number that is not
    /// finite.
    pub fn new(unknowns: usize, rows: Vec<Equality>) -> Result<Self, SolverError> {
        let rows = rows
            .into_iter()
            .enumerate()
            .map(|(number, row)| {
                finite(
                    || format!("right-hand side of row {number}"),
                    row.right_hand_side,
                )?;
                let form = tidy(&row.form, unknowns, &|| format!("row {number}"))?;
                Ok(Equality {
                    form,
                    right_hand_side: row.right_hand_side,
                })
            })
            .collect::<Result<_, SolverError>>()?;
        Ok(Self { unknowns, rows })
    }

    /// Number of unknowns.
    #[must_use]
    pub fn unknowns(&self) -> usize {
        self.unknowns
    }

    /// The rows, each unknown at most once and in ascending order.
    #[must_use]
    pub fn rows(&self) -> &[Equality] {
        &self.rows
    }

    /// Whether a point has no negative entry and meets every row, both within `tolerance`.
    #[must_use]
    pub fn is_met_by(&self, point: &[f64], tolerance: f64) -> bool {
        point.len() == self.unknowns
            && point.iter().all(|&value| value >= -tolerance)
            && self
                .rows
                .iter()
                .all(|row| (row.form.value_at(point) - row.right_hand_side).abs() <= tolerance)
    }
}

/// Adds up repeated unknowns and refuses what cannot be stated.
pub(crate) fn tidy(
    form: &LinearForm,
    unknowns: usize,
    place: &dyn Fn() -> String,
) -> Result<LinearForm, SolverError> {
    let mut merged = BTreeMap::new();
    for &(unknown, coefficient) in &form.terms {
        if unknown >= unknowns {
            return Err(SolverError::bad_model(
                format!("an unknown of {}", place()),
                unknown,
                "unknowns are counted from 0",
            ));
        }
        finite(|| format!("a coefficient of {}", place()), coefficient)?;
        *merged.entry(unknown).or_insert(0.0) += coefficient;
    }
    Ok(LinearForm {
        terms: merged
            .into_iter()
            .filter(|&(_, coefficient)| coefficient != 0.0)
            .collect(),
    })
}

pub(crate) fn finite(place: impl Fn() -> String, value: f64) -> Result<(), SolverError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(SolverError::bad_model(
            place(),
            value,
            "it has to be a finite number",
        ))
    }
}
