//! Attacker bounds against the enumeration of all vertices.

use proptest::prelude::*;
use solver::{
    Equality, LinearForm, LinearSystem, SolverError, cell_bounds, confined_unknowns, narrow_forms,
};

fn row(terms: &[(usize, f64)], right_hand_side: f64) -> Equality {
    Equality {
        form: LinearForm {
            terms: terms.to_vec(),
        },
        right_hand_side,
    }
}

/// Solves the rows for the chosen columns by Gauss elimination; `None` unless exactly one
/// solution exists with all other columns 0.
fn basic_solution(rows: &[(Vec<f64>, f64)], chosen: &[usize], unknowns: usize) -> Option<Vec<f64>> {
    let mut matrix: Vec<Vec<f64>> = rows
        .iter()
        .map(|(row, sum)| chosen.iter().map(|&c| row[c]).chain([*sum]).collect())
        .collect();
    let width = chosen.len();
    let mut pivot_row = 0;
    for column in 0..width {
        let best = (pivot_row..matrix.len())
            .max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[best][column].abs() < 1e-9 {
            return None;
        }
        matrix.swap(pivot_row, best);
        for other in 0..matrix.len() {
            if other != pivot_row {
                let factor = matrix[other][column] / matrix[pivot_row][column];
                let pivot = matrix[pivot_row].clone();
                for (entry, above) in matrix[other].iter_mut().zip(&pivot).skip(column) {
                    *entry -= factor * above;
                }
            }
        }
        pivot_row += 1;
    }
    if matrix[pivot_row..]
        .iter()
        .any(|row| row[width].abs() > 1e-7)
    {
        return None;
    }
    let mut point = vec![0.0; unknowns];
    for (number, &column) in chosen.iter().enumerate() {
        point[column] = matrix[number][width] / matrix[number][number];
    }
    point.iter().all(|&value| value >= -1e-7).then_some(point)
}

/// All vertices of the system: every set of independent columns that solves it.
fn vertices(system: &LinearSystem) -> Vec<Vec<f64>> {
    let unknowns = system.unknowns();
    let rows: Vec<(Vec<f64>, f64)> = system
        .rows()
        .iter()
        .map(|row| {
            let mut dense = vec![0.0; unknowns];
            for &(unknown, coefficient) in &row.form.terms {
                dense[unknown] = coefficient;
            }
            (dense, row.right_hand_side)
        })
        .collect();
    (0_u32..1 << unknowns)
        .filter_map(|mask| {
            let chosen: Vec<usize> = (0..unknowns).filter(|c| mask & (1 << c) != 0).collect();
            basic_solution(&rows, &chosen, unknowns)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn bounds_are_those_of_the_best_and_the_worst_vertex(
        unknowns in 2_usize..7,
        pattern in prop::collection::vec(prop::collection::vec(-1_i32..=2, 7), 1..5),
        truth in prop::collection::vec(0_i32..6, 7),
        target in prop::collection::vec(-1_i32..=2, 7),
    ) {
        // Rows that the truth meets, and one that keeps every unknown finite.
        let mut rows: Vec<Equality> = pattern
            .iter()
            .map(|coefficients| {
                let terms: Vec<(usize, f64)> =
                    (0..unknowns).map(|c| (c, f64::from(coefficients[c]))).collect();
                let sum: i32 = (0..unknowns).map(|c| coefficients[c] * truth[c]).sum();
                row(&terms, f64::from(sum))
            })
            .collect();
        let all: Vec<(usize, f64)> = (0..unknowns).map(|c| (c, 1.0)).collect();
        rows.push(row(&all, f64::from(truth[..unknowns].iter().sum::<i32>())));
        let system = LinearSystem::new(unknowns, rows).unwrap();

        let mut targets: Vec<LinearForm> = (0..unknowns).map(LinearForm::unknown).collect();
        targets.push(LinearForm {
            terms: (0..unknowns).map(|c| (c, f64::from(target[c]))).collect(),
        });
        let bounds = cell_bounds(&system, &targets).unwrap();
        let corners = vertices(&system);
        prop_assert!(!corners.is_empty());
        for (form, interval) in targets.iter().zip(&bounds) {
            let values: Vec<f64> = corners.iter().map(|point| form.value_at(point)).collect();
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!((interval.lower - least).abs() < 1e-5, "{interval:?} {least} {most}");
            prop_assert!((interval.upper - most).abs() < 1e-5, "{interval:?} {least} {most}");
        }
        prop_assert_eq!(&bounds, &cell_bounds(&system, &targets).unwrap());

        let all: Vec<usize> = (0..unknowns).collect();
        for (low, high) in [(0.0, 3.0), (1.0, 2.0)] {
            let confined: Vec<usize> = all
                .iter()
                .copied()
                .filter(|&c| bounds[c].lower > low || bounds[c].upper < high)
                .collect();
            prop_assert_eq!(confined, confined_unknowns(&system, &all, low, high).unwrap());
        }

        for least in [1.0, 2.0, 5.0] {
            let is_narrow = |&number: &usize| {
                bounds[number].upper.floor() - bounds[number].lower.ceil() < least
            };
            let narrow: Vec<usize> = (0..targets.len()).filter(is_narrow).collect();
            let widths = vec![least; targets.len()];
            prop_assert_eq!(narrow, narrow_forms(&system, &targets, &widths).unwrap());
        }
    }
}

#[test]
fn independent_parts_do_not_disturb_each_other_and_sums_over_parts_add_up() {
    let system = LinearSystem::new(
        5,
        vec![
            row(&[(0, 1.0), (1, 1.0)], 5.0),
            row(&[(2, 1.0), (3, 1.0)], 7.0),
        ],
    )
    .unwrap();
    let across = LinearForm {
        terms: vec![(0, 1.0), (2, 2.0)],
    };
    let both = [across.clone(), LinearForm::unknown(4)];
    assert_eq!(narrow_forms(&system, &both, &[19.0, 1e6]).unwrap(), []);
    assert_eq!(narrow_forms(&system, &both, &[20.0, 1e6]).unwrap(), [0]);
    let bounds = cell_bounds(&system, &[across, LinearForm::unknown(4)]).unwrap();
    assert_eq!((bounds[0].lower, bounds[0].upper), (0.0, 19.0));
    assert_eq!((bounds[1].lower, bounds[1].upper), (0.0, f64::INFINITY));
}

#[test]
fn a_chain_of_rows_that_leaves_no_choice_fixes_every_unknown() {
    let system = LinearSystem::new(
        3,
        vec![
            row(&[(0, 1.0)], 2.0),
            row(&[(0, 1.0), (1, 1.0)], 5.0),
            row(&[(1, 1.0), (2, -1.0)], 3.0),
        ],
    )
    .unwrap();
    let targets: Vec<LinearForm> = (0..3).map(LinearForm::unknown).collect();
    let bounds = cell_bounds(&system, &targets).unwrap();
    assert_eq!(
        bounds.iter().map(|b| b.lower).collect::<Vec<_>>(),
        [2.0, 3.0, 0.0]
    );
    assert_eq!(
        bounds.iter().map(|b| b.upper).collect::<Vec<_>>(),
        [2.0, 3.0, 0.0]
    );
}

#[test]
fn contradicting_rows_and_unknown_unknowns_are_errors() {
    let contradiction = LinearSystem::new(
        2,
        vec![
            row(&[(0, 1.0), (1, 1.0)], 5.0),
            row(&[(0, 1.0), (1, 1.0)], 6.0),
        ],
    )
    .unwrap();
    let error = cell_bounds(&contradiction, &[LinearForm::unknown(0)]).unwrap_err();
    assert!(matches!(error, SolverError::Infeasible { .. }), "{error}");
    let negative = LinearSystem::new(2, vec![row(&[(0, 1.0), (1, 1.0)], -1.0)]).unwrap();
    assert!(cell_bounds(&negative, &[]).is_err());
    let fine = LinearSystem::new(1, vec![row(&[(0, 1.0)], 1.0)]).unwrap();
    let error = cell_bounds(&fine, &[LinearForm::unknown(1)]).unwrap_err();
    assert!(error.to_string().contains("target 0"), "{error}");
    let error = LinearSystem::new(1, vec![row(&[(0, f64::NAN)], 1.0)]).unwrap_err();
    assert!(error.to_string().contains("row 0"), "{error}");
}
