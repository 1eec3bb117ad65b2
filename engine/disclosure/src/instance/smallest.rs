//! The fewest hidden cells against exact calculation, for instances small enough to be solved.
//!
//! One table is enough as a proof: if for every sensitive class some table that agrees with all
//! shown cells differs there, then nearly every mean of these tables differs in all of them at
//! once. So the question is which deviation from the truth touches the fewest cells, leaves no
//! atom below 0 and is not 0 at any sensitive class; its size does not matter.

use solver::{Goal, IntegerProgram, Search, SearchLimits, SolverError, Unknown};

use super::free::Free;

/// Classes beyond which nothing is solved.
const MOST_CLASSES: usize = 40;

/// Nodes of the search tree.
const NODES: u32 = 300;

/// The least deviation of a sensitive class that counts, where an atom deviates by 1 at most.
const LEAST: f64 = 1.0 / 32.0;

/// Hidden classes with the fewest cells found that keep every sensitive class from being
/// calculated; `None` for larger instances and where the search ends without any.
pub(super) fn fewest_hidden(
    free: &Free,
    sensitive: &[bool],
) -> Result<Option<Vec<bool>>, SolverError> {
    if free.classes() > MOST_CLASSES || !sensitive.contains(&true) {
        return Ok(None);
    }
    let mut program = IntegerProgram::new("fewest hidden cells");
    let deviations: Vec<Unknown> = free
        .counts
        .iter()
        .map(|&count| program.real(0.0, if count > 0 { -1.0 } else { 0.0 }, 1.0))
        .collect();
    let mut hidden = vec![None; free.classes()];
    for class in 0..free.classes() {
        let members = free.members.of(class);
        let mut terms: Vec<(Unknown, f64)> = members
            .iter()
            .map(|&atom| (deviations[atom as usize], 1.0))
            .collect();
        let greatest = members.len() as f64;
        if !sensitive[class] {
            let choice = program.choice(f64::from(free.sizes[class]));
            terms.push((choice, -greatest));
            program.at_most(&terms, 0.0);
            if let Some(last) = terms.last_mut() {
                last.1 = greatest;
            }
            program.at_least(&terms, 0.0);
            hidden[class] = Some(choice);
        } else if free.values[class] == 0 {
            program.at_least(&terms, LEAST);
        } else {
            // Above the truth where the choice is 0, below it where it is 1.
            let below = program.choice(0.0);
            terms.push((below, greatest + LEAST));
            program.at_least(&terms, LEAST);
            program.at_most(&terms, greatest);
        }
    }
    let limits = SearchLimits {
        nodes: Some(NODES),
        ..SearchLimits::default()
    };
    Ok(match program.solve(Goal::Smallest, None, &limits)? {
        Search::Proven(answer) | Search::BestFound { answer, .. } => Some(
            hidden
                .iter()
                .map(|choice| choice.is_none_or(|choice| answer.values[choice.position()] > 0.5))
                .collect(),
        ),
        Search::Infeasible | Search::Undecided => None,
    })
}
