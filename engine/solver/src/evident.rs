//! What rows tell without a linear program: evident ends, and which rows are superfluous.

use crate::bounds::MODEL;
use crate::row_space::{ResidueRow, RowSpace, residue};
use crate::{Equality, Interval, LinearForm, SolverError};

/// Rows that do not follow from earlier ones, the shortest kept. All rows where a coefficient or a
/// right-hand side is no whole number.
pub(crate) fn independent_rows(
    rows: &[Equality],
    columns: usize,
) -> Result<Vec<&Equality>, SolverError> {
    let mut order: Vec<&Equality> = rows.iter().collect();
    order.sort_by_key(|row| row.form.terms.len());
    // The right-hand side is one more column, never a pivot.
    let side = u32::try_from(columns).unwrap_or(u32::MAX);
    let mut space = RowSpace::new(columns + 1);
    let mut kept = Vec::new();
    for row in order {
        let terms = row.form.terms.iter().copied();
        let all = terms.chain([(columns, row.right_hand_side)]);
        let residues: Option<ResidueRow> = all
            .map(|(column, value)| Some((u32::try_from(column).ok()?, residue(value)?)))
            .collect();
        let Some(mut residues) = residues else {
            return Ok(rows.iter().collect());
        };
        residues.retain(|&(_, value)| value != 0);
        let reduced = space.reduced(residues);
        match reduced.first() {
            None => {}
            Some(&(pivot, _)) if pivot == side => {
                return Err(SolverError::Infeasible { model: MODEL });
            }
            Some(&(pivot, _)) => {
                space.insert_reduced(pivot, &reduced);
                kept.push(row);
            }
        }
    }
    Ok(kept)
}

/// Ends that follow from the signs of a form and from single rows: 0 below, and above the least
/// right-hand side of a row of the same signs that holds all unknowns of the form.
pub(crate) fn evident_limits(
    rows: &[Equality],
    columns: usize,
    forms: &[LinearForm],
) -> Vec<Interval> {
    let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (number, row) in rows.iter().enumerate() {
        if row
            .form
            .terms
            .iter()
            .all(|&(_, coefficient)| coefficient > 0.0)
        {
            for &(column, _) in &row.form.terms {
                rows_of[column].push(number);
            }
        }
    }
    let limit = |form: &LinearForm| {
        let terms = &form.terms;
        let not_negative = terms.iter().all(|&(_, coefficient)| coefficient > 0.0);
        let rarest = terms
            .iter()
            .min_by_key(|&&(column, _)| rows_of[column].len());
        let (Some(&(rarest, _)), true) = (rarest, not_negative) else {
            return Interval {
                lower: f64::NEG_INFINITY,
                upper: f64::INFINITY,
            };
        };
        let holding = rows_of[rarest].iter().map(|&number| &rows[number]);
        let least = holding
            .filter(|row| covers(&row.form, form))
            .map(|row| row.right_hand_side)
            .fold(f64::INFINITY, f64::min);
        Interval {
            lower: 0.0,
            upper: least,
        }
    };
    forms.iter().map(limit).collect()
}

/// Whether every term of `form` is at most that of `row`; both ascend.
fn covers(row: &LinearForm, form: &LinearForm) -> bool {
    let mut of_row = row.terms.iter();
    form.terms.iter().all(|&(column, coefficient)| {
        of_row
            .find(|&&(other, _)| other >= column)
            .is_some_and(|&(other, most)| other == column && coefficient <= most)
    })
}
