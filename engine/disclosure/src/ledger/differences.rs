//! Differences of nested cells (METHOD_DISCLOSURE D6), found by an index of counts.

use std::collections::BTreeMap;

use super::facts::{Fact, Facts};
use super::finding::{Finding, Need, Question, Subject};
use super::polytope::Target;
use super::universe::Universe;

/// What the pairs of a release with all others amount to.
#[derive(Default)]
pub(crate) struct Differences {
    pub(crate) findings: Vec<Finding>,
    pub(crate) questions: Vec<Question>,
}

/// Every pair of nested cells of which at least one is new, at least one is shown exactly, and
/// whose difference is small under the stricter of their rules.
///
/// A difference of two cells shown is a finding. One of a cell shown and a cell that is not is a
/// question to the solver. Of two cells not shown there is no difference to be calculated from
/// either; what sums say of their parts is asked of the parts.
pub(crate) fn small_differences(
    facts: &Facts,
    minimum_of: &[u32],
    is_new: &[bool],
    universe: &Universe,
) -> Differences {
    let mut by_count: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (number, fact) in facts.list.iter().enumerate() {
        by_count.entry(fact.count).or_default().push(number);
    }
    let most = u64::from(minimum_of.iter().copied().max().unwrap_or(0));
    let mut found = Differences::default();
    for (number, fact) in facts
        .list
        .iter()
        .enumerate()
        .filter(|&(number, _)| is_new[number])
    {
        let below = fact.count.saturating_sub(most.saturating_sub(1))..fact.count;
        for &part in by_count.range(below).flat_map(|(_, numbers)| numbers) {
            pair(facts, minimum_of, universe, (number, part), &mut found);
        }
        let above = fact.count.saturating_add(1)..fact.count.saturating_add(most);
        for &whole in by_count.range(above).flat_map(|(_, numbers)| numbers) {
            // Of two new cells the whole has met the part above.
            if !is_new[whole] {
                pair(facts, minimum_of, universe, (whole, number), &mut found);
            }
        }
    }
    found
}

fn pair(
    facts: &Facts,
    minimum_of: &[u32],
    universe: &Universe,
    (whole, part): (usize, usize),
    found: &mut Differences,
) {
    let (outer, inner): (&Fact, &Fact) = (&facts.list[whole], &facts.list[part]);
    let difference = outer.count - inner.count;
    let minimum = minimum_of[whole].max(minimum_of[part]);
    let asked = outer.is_exact() || inner.is_exact();
    if !asked
        || inner.count == 0
        || difference >= u64::from(minimum)
        || !universe.is_within(&inner.key, &outer.key)
    {
        return;
    }
    if outer.is_exact() && inner.is_exact() {
        found
            .findings
            .push(Finding::ShownDifference { whole, part });
    } else {
        found.questions.push(Question {
            subject: Subject::Difference { whole, part },
            target: Target {
                whole: outer.key.clone(),
                without: Some(inner.key.clone()),
            },
            need: Need::Full(minimum),
        });
    }
}
