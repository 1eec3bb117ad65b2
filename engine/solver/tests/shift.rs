//! The cheapest shift against all shifts of small tables.

use proptest::prelude::*;
use solver::{LinearForm, ShiftProblem, cheapest_shift};

/// A table with row and column sums kept; cells row by row.
fn table(rows: usize, columns: usize) -> Vec<LinearForm> {
    let cells = |list: Vec<usize>| LinearForm {
        terms: list.into_iter().map(|cell| (cell, 1.0)).collect(),
    };
    let across = (0..rows).map(|r| cells((0..columns).map(|c| r * columns + c).collect()));
    let down = (0..columns).map(|c| cells((0..rows).map(|r| r * columns + c).collect()));
    across.chain(down).collect()
}

/// The cost of the cheapest shift by trying all of them.
fn by_trial(problem: &ShiftProblem) -> Option<f64> {
    let cells = problem.costs.len();
    let mut best: Option<f64> = None;
    let mut shift: Vec<i64> = problem.may_fall.iter().map(|&f| -i64::from(f)).collect();
    loop {
        if problem.check(&shift).is_ok() {
            let cost = problem.cost_of(&shift);
            best = Some(best.map_or(cost, |b| b.min(cost)));
        }
        let Some(next) = (0..cells).find(|&c| shift[c] < i64::from(problem.may_rise[c])) else {
            return best;
        };
        for (value, &fall) in shift.iter_mut().zip(&problem.may_fall).take(next) {
            *value = -i64::from(fall);
        }
        shift[next] += 1;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_shift_is_cheaper_than_the_one_found(
        may_fall in prop::collection::vec(0_u32..=2, 6),
        may_rise in prop::collection::vec(0_u32..=2, 6),
        costs in prop::collection::vec(0_u8..5, 6),
        cell in 0_usize..6,
        change in -2_i64..=2,
    ) {
        let problem = ShiftProblem {
            may_fall,
            may_rise,
            costs: costs.into_iter().map(f64::from).collect(),
            sums: table(2, 3),
            cell,
            change,
        };
        let found = cheapest_shift(&problem).unwrap();
        if let Some(shift) = &found {
            prop_assert_eq!(problem.check(shift), Ok(()));
        }
        prop_assert_eq!(found.map(|shift| problem.cost_of(&shift)), by_trial(&problem));
    }
}

#[test]
fn a_shift_that_breaks_a_sum_or_a_limit_is_named() {
    let problem = ShiftProblem {
        may_fall: vec![1; 4],
        may_rise: vec![1; 4],
        costs: vec![1.0; 4],
        sums: table(2, 2),
        cell: 0,
        change: 1,
    };
    assert_eq!(problem.check(&[1, -1, -1, 1]), Ok(()));
    assert!(
        problem
            .check(&[1, -1, 0, 0])
            .unwrap_err()
            .to_string()
            .contains("sum 2")
    );
    assert!(
        problem
            .check(&[1, -2, -1, 2])
            .unwrap_err()
            .to_string()
            .contains("cell 1")
    );
    assert!(
        problem
            .check(&[0; 4])
            .unwrap_err()
            .to_string()
            .contains("instead of 1")
    );
    assert!(problem.check(&[0; 3]).is_err());
    let mut wrong = problem.clone();
    wrong.costs[2] = -1.0;
    assert!(
        cheapest_shift(&wrong)
            .unwrap_err()
            .to_string()
            .contains("cost of cell 2")
    );
}
