//! Whole-number models against every point of a small box.

use proptest::prelude::*;
use solver::{Goal, IntegerProgram, Search, SearchLimits, SolverError, Unknown};

/// Factors of rows and costs, and the right-hand sides.
type Small = (Vec<i8>, Vec<(Vec<i8>, i8)>);

fn small() -> impl Strategy<Value = Small> {
    (1_usize..6).prop_flat_map(|unknowns| {
        let factors = prop::collection::vec(-4_i8..5, unknowns);
        let rows = prop::collection::vec((factors.clone(), -3_i8..7), 0..5);
        (factors, rows)
    })
}

fn stated((costs, rows): &Small) -> IntegerProgram {
    let mut program = IntegerProgram::new("small");
    let unknowns: Vec<Unknown> = costs
        .iter()
        .map(|cost| program.whole(f64::from(*cost), 0.0, 2.0))
        .collect();
    for (factors, most) in rows {
        let terms: Vec<_> = unknowns
            .iter()
            .zip(factors)
            .map(|(unknown, factor)| (*unknown, f64::from(*factor)))
            .collect();
        program.at_most(&terms, f64::from(*most));
    }
    program
}

/// The best objective over all points with values 0, 1 and 2.
fn by_hand(program: &IntegerProgram, goal: Goal) -> Option<f64> {
    let unknowns = program.unknown_count() as u32;
    let points = (0..3_u32.pow(unknowns)).map(|number| -> Vec<f64> {
        (0..unknowns)
            .map(|position| f64::from(number / 3_u32.pow(position) % 3))
            .collect()
    });
    let met = points.filter(|point| program.is_met_by(point));
    let objectives = met.map(|point| program.objective_at(&point));
    objectives.reduce(match goal {
        Goal::Greatest => f64::max,
        Goal::Smallest => f64::min,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_best_point_is_the_best_of_all_points(case in small(), greatest in any::<bool>()) {
        let program = stated(&case);
        let goal = if greatest { Goal::Greatest } else { Goal::Smallest };
        let found = program.solve(goal, None, &SearchLimits::default()).unwrap();
        match (found, by_hand(&program, goal)) {
            (Search::Proven(answer), Some(best)) => {
                prop_assert!(program.is_met_by(&answer.values));
                prop_assert!((answer.objective - best).abs() < 1e-6);
            }
            (Search::Infeasible, None) => {}
            (found, best) => prop_assert!(false, "{found:?} where the best is {best:?}"),
        }
    }

    #[test]
    fn a_start_never_makes_the_answer_worse_and_a_wrong_one_is_left_aside(
        case in small(),
        start in prop::collection::vec(0_i8..4, 1..6),
    ) {
        let program = stated(&case);
        let start: Vec<f64> = start.into_iter().map(f64::from).collect();
        let plain = program.solve(Goal::Greatest, None, &SearchLimits::default()).unwrap();
        let started = program.solve(Goal::Greatest, Some(&start), &SearchLimits::default()).unwrap();
        match (plain, started) {
            (Search::Proven(plain), Search::Proven(started)) => {
                prop_assert!((plain.objective - started.objective).abs() < 1e-6);
            }
            (plain, started) => prop_assert_eq!(plain, started),
        }
    }
}

/// A knapsack that needs some search: weights and values close together.
fn knapsack(items: u32) -> (IntegerProgram, Vec<f64>) {
    let mut program = IntegerProgram::new("knapsack");
    let weight = |item: u32| f64::from(1_000 + (item * 7_919) % 613);
    let unknowns: Vec<Unknown> = (0..items)
        .map(|item| program.choice(weight(item) + f64::from(item % 3)))
        .collect();
    let terms: Vec<_> = unknowns
        .iter()
        .zip(0..)
        .map(|(unknown, item)| (*unknown, weight(item)))
        .collect();
    program.at_most(&terms, (0..items).map(weight).sum::<f64>() / 2.0 + 0.5);
    let mut start = vec![0.0; items as usize];
    start[0] = 1.0;
    (program, start)
}

#[test]
fn a_search_that_stops_early_keeps_the_start_and_says_what_may_still_exist() {
    let (program, start) = knapsack(60);
    let limits = SearchLimits {
        nodes: Some(0),
        ..SearchLimits::default()
    };
    let found = program
        .solve(Goal::Greatest, Some(&start), &limits)
        .unwrap();
    let (answer, bound) = match found {
        Search::BestFound { answer, bound } => (answer, bound),
        Search::Proven(answer) => (answer.clone(), answer.objective),
        other => panic!("{other:?}"),
    };
    assert!(program.is_met_by(&answer.values));
    assert!(answer.objective >= program.objective_at(&start));
    assert!(bound >= answer.objective - 1e-6);
    let again = program
        .solve(Goal::Greatest, Some(&start), &limits)
        .unwrap();
    let Search::BestFound { answer: again, .. } = again else {
        return;
    };
    assert_eq!(again, answer);
}

#[test]
fn a_model_without_unknowns_is_met_or_not() {
    let mut program = IntegerProgram::new("empty");
    let limits = SearchLimits::default();
    assert!(matches!(
        program.solve(Goal::Greatest, None, &limits),
        Ok(Search::Proven(_))
    ));
    program.at_least(&[], 1.0);
    assert_eq!(
        program.solve(Goal::Greatest, None, &limits),
        Ok(Search::Infeasible)
    );
}

#[test]
fn numbers_that_are_none_and_objectives_without_limit_are_refused() {
    let limits = SearchLimits::default();
    let mut program = IntegerProgram::new("no number");
    program.choice(f64::NAN);
    let refused = program.solve(Goal::Greatest, None, &limits).unwrap_err();
    says(&refused.to_string(), "the cost of unknown 0");
    let mut program = IntegerProgram::new("no limit");
    program.real(1.0, 0.0, f64::INFINITY);
    assert!(matches!(
        program.solve(Goal::Greatest, None, &limits),
        Err(SolverError::Unbounded { model: "no limit" })
    ));
    let mut program = IntegerProgram::new("crossed");
    program.whole(1.0, 2.0, 1.0);
    assert!(matches!(
        program.solve(Goal::Greatest, None, &limits),
        Err(SolverError::BadModel { .. })
    ));
}

fn says(message: &str, part: &str) {
    assert!(message.contains(part), "{message}");
}

#[test]
fn an_unknown_that_stands_twice_in_a_row_counts_twice() {
    let mut program = IntegerProgram::new("twice");
    let unknown = program.whole(1.0, 0.0, 10.0);
    program.at_most(&[(unknown, 1.0), (unknown, 1.0)], 6.0);
    let Search::Proven(answer) = program
        .solve(Goal::Greatest, None, &SearchLimits::default())
        .unwrap()
    else {
        panic!("one unknown needs no limit");
    };
    assert_eq!(answer.values, [3.0]);
}
