//! Two slices of one population: who knows one mover must not read that child's attributes.
//!
//! The rule (METHOD_DISCLOSURE D6 over time, sheet weakness 3). Let `t` be the slice of the new release
//! and `s` the nearest earlier (and the nearest later) slice in which a set of children is shown
//! exactly, and `Δ` the change of the set from one to the other.
//!
//! 1. A cell shown exactly in both has `Δ = 0` or `|Δ| ≥ k`.
//! 2. So has the difference of two nested cells that are both shown exactly in both slices.
//! 3. So have, together, the parts of a total that are not shown in both, if the total and its other
//!    parts are.
//! 4. A cell with `1 ≤ |Δ| < k` that is not shown exactly in both is not known to within fewer than
//!    `k` in at least one of them (by linear programming over all releases of that slice).
//!
//! Rule 1 leaves out the whole population, which has no attribute to be read. Corrections of records
//! count as movers: revisions of a date are slices.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::finding::{Finding, Need, Question, Subject};
use super::polytope::Target;
use super::stated::StatedRelease;
use super::universe::Universe;

/// Questions about the slice of the new release, findings, and questions about other slices.
#[derive(Default)]
pub(crate) struct Movements {
    pub(crate) findings: Vec<Finding>,
    pub(crate) questions: Vec<Question>,
    /// Cells (facts of the new slice) not shown in another slice (number): can they be calculated there?
    pub(crate) asked_there: Vec<(usize, usize)>,
}

/// The change of a cell since the nearest slice that shows it.
#[derive(Clone, Copy)]
struct Change {
    fact: usize,
    slice: usize,
    by: i128,
}

/// `earlier` and `later` are slices by number, the nearest first.
pub(crate) fn movements(
    facts: &Facts,
    releases: &[&StatedRelease],
    slices: &[Facts],
    (earlier, later): (&[usize], &[usize]),
    universe: &Universe,
) -> Movements {
    let mut found = Movements::default();
    let release = releases.len() - 1;
    let k = releases[release].rules.minimum;
    let minimum = i128::from(k);
    let is_small = |by: i128| by != 0 && by.abs() < minimum;
    for direction in [earlier, later] {
        let mut changes: Vec<Change> = Vec::new();
        for (number, fact) in facts.list.iter().enumerate() {
            if fact.sources.is_empty() {
                continue;
            }
            let is_new = fact.has_source(release);
            let mut first_hidden = None;
            for &slice in direction {
                let Some(&there) = slices[slice].index.get(&fact.key) else {
                    continue;
                };
                let other = &slices[slice].list[there];
                let by = i128::from(fact.count) - i128::from(other.count);
                if other.is_exact() {
                    if fact.is_exact() {
                        changes.push(Change {
                            fact: number,
                            slice,
                            by,
                        });
                        if is_new && is_small(by) && !fact.key.is_empty() {
                            found.findings.push(Finding::ShownTwice {
                                cell: number,
                                slice,
                            });
                        }
                    } else if is_small(by) && !fact.key.is_empty() && fact.minimum == 0 {
                        found.questions.push(Question {
                            subject: Subject::Moved {
                                cell: number,
                                slice,
                            },
                            target: Target::of(fact.key.clone()),
                            need: Need::Width(k),
                        });
                    }
                    break;
                }
                if first_hidden.is_none() {
                    first_hidden = Some(slice);
                    let is_in_doubt = other.minimum > 0 || (fact.minimum > 0 && !fact.is_exact());
                    let may_tell = is_new || !fact.is_exact();
                    if may_tell && is_small(by) && !is_in_doubt && !fact.key.is_empty() {
                        found.asked_there.push((number, slice));
                    }
                }
            }
        }
        differences(facts, release, &changes, minimum, universe, &mut found);
        for (number, stated) in releases.iter().enumerate() {
            remainders(
                facts,
                (number, stated),
                release,
                &changes,
                minimum,
                &mut found,
            );
        }
    }
    found
}

/// Rule 2. Changes of 0 and small ones are settled by rule 1.
fn differences(
    facts: &Facts,
    release: usize,
    changes: &[Change],
    minimum: i128,
    universe: &Universe,
    found: &mut Movements,
) {
    let mut sorted: Vec<Change> = changes.iter().copied().filter(|one| one.by != 0).collect();
    sorted.sort_by_key(|one| (one.slice, one.by, one.fact));
    for (at, one) in sorted.iter().enumerate() {
        let near = sorted[at + 1..]
            .iter()
            .take_while(|other| other.slice == one.slice && other.by - one.by < minimum);
        for other in near.filter(|other| other.by != one.by) {
            for (whole, part) in [(one.fact, other.fact), (other.fact, one.fact)] {
                let (outer, inner) = (&facts.list[whole], &facts.list[part]);
                let is_new = outer.has_source(release) || inner.has_source(release);
                if is_new && !outer.key.is_empty() && universe.is_within(&inner.key, &outer.key) {
                    found.findings.push(Finding::DifferenceTwice {
                        whole,
                        part,
                        slice: one.slice,
                    });
                }
            }
        }
    }
}

/// Rule 3, for the sums of one table in which something is new.
fn remainders(
    facts: &Facts,
    (release, stated): (usize, &StatedRelease),
    new: usize,
    changes: &[Change],
    minimum: i128,
    found: &mut Movements,
) {
    let change_of: BTreeMap<usize, (usize, i128)> = changes
        .iter()
        .map(|one| (one.fact, (one.slice, one.by)))
        .collect();
    let places = stated.places();
    for (cell, content) in stated.cells.iter().enumerate() {
        let Some(whole) = facts.of_cell[release][cell] else {
            continue;
        };
        let Some(&(slice, by)) = change_of.get(&whole) else {
            continue;
        };
        let mut nodes = content.nodes.clone();
        for (position, axis) in stated.axes.iter().enumerate() {
            let own = nodes[position];
            let mut shown: Vec<(usize, i128)> = Vec::new();
            let mut hides_some = false;
            let mut rest = by;
            for &part in &axis.nodes[own as usize].parts {
                nodes[position] = part;
                let below = places.get(nodes.as_slice());
                let Some(fact) = below.and_then(|&below| facts.of_cell[release][below]) else {
                    continue;
                };
                match change_of.get(&fact) {
                    Some(&(there, by)) if there == slice => {
                        rest -= by;
                        shown.push((fact, by));
                    }
                    _ => hides_some = true,
                }
            }
            nodes[position] = own;
            let is_small = |rest: i128| rest != 0 && rest.abs() < minimum;
            let mut involved = shown.iter().map(|&(fact, _)| fact).chain([whole]);
            let is_news = involved.any(|fact| facts.list[fact].has_source(new));
            if !shown.is_empty() && hides_some && is_news && is_small(rest) {
                let mending = shown.iter().filter(|(_, by)| !is_small(rest + by));
                found.findings.push(Finding::RemainderTwice {
                    whole,
                    mending: mending.map(|&(fact, _)| fact).collect(),
                    shown: shown.iter().map(|&(fact, _)| fact).collect(),
                    slice,
                });
            }
        }
    }
}
