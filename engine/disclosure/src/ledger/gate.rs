//! The gate: everything a reader of all releases could find out, before one more is written.

use std::collections::{BTreeMap, BTreeSet};

use solver::{
    BoundSide, Interval, LinearForm, SolverError, cell_bounds, confined_unknowns, narrow_forms,
};

use super::LedgerError;
use super::differences::small_differences;
use super::facts::Facts;
use super::finding::{Finding, Need, Question, Subject};
use super::movers::movements;
use super::polytope::{Polytope, Target};
use super::stated::{ReleaseScope, StatedRelease};
use super::universe::{AtomBox, Universe};

/// A new release among the others of its population.
pub(crate) struct Situation<'a> {
    universe: Universe,
    /// The earlier releases of the same scope.
    old: Vec<&'a StatedRelease>,
    /// Scopes of the same population, in order.
    pub(crate) scopes: Vec<ReleaseScope>,
    slices: Vec<Facts>,
    /// Slices before and after that of the new release, the nearest first.
    earlier: Vec<usize>,
    later: Vec<usize>,
    /// Whether a cell is known in a slice to within fewer than a minimum: asked once, however often the
    /// new release is examined.
    known_there: BTreeMap<(usize, u32, AtomBox), bool>,
}

/// What was found, and what the witness and the repair need.
pub(crate) struct Examination {
    pub(crate) facts: Facts,
    pub(crate) findings: Vec<Finding>,
    /// The polytope and the question of each of its targets; absent where no sums were examined.
    pub(crate) polytope: Option<Polytope>,
}

impl<'a> Situation<'a> {
    pub(crate) fn new(kept: &'a [StatedRelease], new: &StatedRelease) -> Result<Self, LedgerError> {
        let related: Vec<&StatedRelease> = kept
            .iter()
            .filter(|release| release.scope.population == new.scope.population)
            .collect();
        let everything: Vec<&StatedRelease> = related.iter().copied().chain([new]).collect();
        let mut universe = Universe::of(&everything);
        let old = related
            .iter()
            .copied()
            .filter(|release| release.scope == new.scope);
        let old: Vec<&StatedRelease> = old.collect();
        let scopes: BTreeSet<&ReleaseScope> = related
            .iter()
            .map(|release| &release.scope)
            .filter(|scope| **scope != new.scope)
            .collect();
        let scopes: Vec<ReleaseScope> = scopes.into_iter().cloned().collect();
        let mut slices = Vec::with_capacity(scopes.len());
        for scope in &scopes {
            let own = related
                .iter()
                .copied()
                .filter(|release| release.scope == *scope);
            slices.push(Facts::of(&own.collect::<Vec<_>>(), &mut universe)?);
        }
        let earlier = (0..scopes.len()).rev().filter(|&at| scopes[at] < new.scope);
        let later = (0..scopes.len()).filter(|&at| scopes[at] > new.scope);
        Ok(Self {
            earlier: earlier.collect(),
            later: later.collect(),
            universe,
            old,
            scopes,
            slices,
            known_there: BTreeMap::new(),
        })
    }

    /// The releases of the scope, the new one last.
    pub(crate) fn releases<'b>(&'b self, new: &'b StatedRelease) -> Vec<&'b StatedRelease> {
        self.old.iter().copied().chain([new]).collect()
    }

    /// Looks for violations: those that show without a solver first, and only where there are
    /// none those that sums reveal.
    pub(crate) fn examine(&mut self, new: &StatedRelease) -> Result<Examination, LedgerError> {
        let releases: Vec<&StatedRelease> = self.old.iter().copied().chain([new]).collect();
        let own = releases.len() - 1;
        let facts = Facts::of(&releases, &mut self.universe)?;
        let minimum_of: Vec<u32> = facts
            .list
            .iter()
            .map(|fact| {
                let sources = fact.sources.iter();
                let minimums = sources.map(|&(release, _)| releases[release].rules.minimum);
                minimums.max().unwrap_or(0)
            })
            .collect();
        let is_new: Vec<bool> = facts.list.iter().map(|fact| fact.has_source(own)).collect();
        let shown = facts.list.iter().enumerate();
        let shown = shown.filter(|(_, fact)| fact.minimum > 0 && fact.is_exact());
        let mut findings: Vec<Finding> = shown.map(|(cell, _)| Finding::Shown { cell }).collect();
        let differences = small_differences(&facts, &minimum_of, &is_new, &self.universe);
        findings.extend(differences.findings);
        let moved = movements(
            &facts,
            &releases,
            &self.slices,
            (&self.earlier, &self.later),
            &self.universe,
        );
        findings.extend(moved.findings);
        if !findings.is_empty() {
            return Ok(Examination {
                facts,
                findings,
                polytope: None,
            });
        }
        let mut questions = cell_questions(&facts);
        for (cell, slice) in self.calculated_there(&facts, new, &moved.asked_there)? {
            if facts.list[cell].is_exact() {
                findings.push(Finding::CalculatedThere { cell, slice });
            } else {
                questions.push(Question {
                    subject: Subject::Moved { cell, slice },
                    target: Target::of(facts.list[cell].key.clone()),
                    need: Need::Width(new.rules.minimum),
                });
            }
        }
        questions.extend(differences.questions);
        questions.extend(moved.questions);
        for (number, release) in releases.iter().enumerate() {
            questions.extend(self.attribute_questions(&facts, number, release));
        }
        let targets: Vec<Target> = questions.iter().map(|one| one.target.clone()).collect();
        let polytope = Polytope::new(&self.universe, &facts, &targets)?;
        let failed = failures(&polytope, &questions);
        findings.extend(failed.map_err(|source| match source {
            SolverError::Infeasible { .. } => LedgerError::NoTable {
                table: new.name.clone(),
                scope: new.scope.to_string(),
            },
            source => LedgerError::Solver { source },
        })?);
        Ok(Examination {
            facts,
            findings,
            polytope: Some(polytope),
        })
    }

    /// Of cells not shown in another slice those that are known there to within fewer than `k`.
    fn calculated_there(
        &mut self,
        facts: &Facts,
        new: &StatedRelease,
        asked: &[(usize, usize)],
    ) -> Result<Vec<(usize, usize)>, LedgerError> {
        let minimum = new.rules.minimum;
        let slices: BTreeSet<usize> = asked.iter().map(|&(_, slice)| slice).collect();
        for slice in slices {
            let key = |cell: usize| (slice, minimum, facts.list[cell].key.clone());
            let cells: Vec<usize> = asked
                .iter()
                .filter(|&&(cell, other)| {
                    other == slice && !self.known_there.contains_key(&key(cell))
                })
                .map(|&(cell, _)| cell)
                .collect();
            if cells.is_empty() {
                continue;
            }
            let targets: Vec<Target> = cells
                .iter()
                .map(|&cell| Target::of(facts.list[cell].key.clone()))
                .collect();
            let polytope = Polytope::new(&self.universe, &self.slices[slice], &targets)?;
            let failed = |source| LedgerError::Solver { source };
            let widths = vec![f64::from(minimum); cells.len()];
            let system = polytope.system().map_err(failed)?;
            let narrow = narrow_forms(&system, &polytope.targets, &widths).map_err(failed)?;
            for (number, &cell) in cells.iter().enumerate() {
                let is_narrow = narrow.binary_search(&number).is_ok();
                self.known_there.insert(key(cell), is_narrow);
            }
        }
        let known = |&(cell, slice): &(usize, usize)| {
            let key = (slice, minimum, facts.list[cell].key.clone());
            self.known_there.get(&key) == Some(&true)
        };
        Ok(asked.iter().copied().filter(known).collect())
    }

    /// D4: of every group with somebody in it and every category of a sensitive attribute, whether
    /// fewer than `k` of the group are outside of the category must stay in doubt.
    fn attribute_questions(
        &mut self,
        facts: &Facts,
        number: usize,
        release: &StatedRelease,
    ) -> Vec<Question> {
        let mut questions = Vec::new();
        if release.sensitive_axes.is_empty() {
            return questions;
        }
        let places = release.places();
        let bases: Vec<u16> = self
            .universe
            .axes_of(release)
            .iter()
            .map(|axis| axis.base)
            .collect();
        for &axis in &release.sensitive_axes {
            let axis = axis as usize;
            let root = release.axes[axis]
                .nodes
                .iter()
                .position(|node| node.members.is_none());
            let Some(root) = root else { continue };
            for (cell, content) in release.cells.iter().enumerate() {
                if content.nodes[axis] as usize == root {
                    continue;
                }
                let mut nodes = content.nodes.clone();
                nodes[axis] = root as u32;
                let pair = places.get(nodes.as_slice()).and_then(|&group| {
                    Some((facts.of_cell[number][group]?, facts.of_cell[number][cell]?))
                });
                let Some((group, category)) = pair else {
                    continue;
                };
                let (whole, part) = (&facts.list[group], &facts.list[category]);
                if whole.count == 0 || whole.count - part.count >= u64::from(release.rules.minimum)
                {
                    continue;
                }
                let own = part.key.iter().find(|&&(base, _)| base == bases[axis]);
                let Some(&(base, set)) = own else { continue };
                let Some(outside) = self.universe.complement(base, set) else {
                    continue;
                };
                let mut key = whole.key.clone();
                key.push((base, outside));
                key.sort_unstable();
                questions.push(Question {
                    subject: Subject::OutsideCategory { group, category },
                    target: Target::of(key),
                    need: Need::Upper(release.rules.minimum),
                });
            }
        }
        questions
    }

    /// Bounds of every suppressed cell of the releases of a scope: release, cell, interval.
    pub(crate) fn attack(
        kept: &[StatedRelease],
        scope: &ReleaseScope,
    ) -> Result<Vec<(usize, usize, Interval)>, LedgerError> {
        let own: Vec<(usize, &StatedRelease)> = kept
            .iter()
            .enumerate()
            .filter(|(_, release)| release.scope == *scope)
            .collect();
        let releases: Vec<&StatedRelease> = own.iter().map(|&(_, release)| release).collect();
        let mut universe = Universe::of(&releases);
        let facts = Facts::of(&releases, &mut universe)?;
        let mut asked: Vec<(usize, usize, usize)> = Vec::new();
        for (number, release) in releases.iter().enumerate() {
            for (cell, content) in release.cells.iter().enumerate() {
                if content.shown == super::stated::Shown::Suppressed
                    && let Some(fact) = facts.of_cell[number][cell]
                {
                    asked.push((own[number].0, cell, fact));
                }
            }
        }
        let targets: Vec<Target> = asked
            .iter()
            .map(|&(_, _, fact)| Target::of(facts.list[fact].key.clone()))
            .collect();
        let polytope = Polytope::new(&universe, &facts, &targets)?;
        let failed = |source| LedgerError::Solver { source };
        let system = polytope.system().map_err(failed)?;
        let bounds = cell_bounds(&system, &polytope.targets).map_err(failed)?;
        let pairs = asked.into_iter().zip(bounds);
        Ok(pairs
            .map(|((release, cell, _), bounds)| (release, cell, bounds))
            .collect())
    }
}

/// Every small cell that is not shown.
fn cell_questions(facts: &Facts) -> Vec<Question> {
    let numbered = facts.list.iter().enumerate();
    let small = numbered.filter(|(_, fact)| fact.minimum > 0 && !fact.is_exact());
    small
        .map(|(cell, fact)| Question {
            subject: Subject::Cell(cell),
            target: Target::of(fact.key.clone()),
            need: if fact.width_only {
                Need::Width(fact.minimum)
            } else {
                Need::Full(fact.minimum)
            },
        })
        .collect()
}

/// The questions to which an attacker knows too much of an answer.
fn failures(polytope: &Polytope, questions: &[Question]) -> Result<Vec<Finding>, SolverError> {
    // Equal questions are asked once: most differences are cells of their own.
    let mut asked: BTreeSet<(Vec<usize>, u32, u8)> = BTreeSet::new();
    let mut open = Vec::new();
    for (number, question) in questions.iter().enumerate() {
        let form: &LinearForm = &polytope.targets[number];
        let kind = match question.need {
            Need::Full(_) => 0,
            Need::Upper(_) => 1,
            Need::Width(_) => 2,
        };
        let unknowns = form.terms.iter().map(|&(unknown, _)| unknown).collect();
        if asked.insert((unknowns, question.need.minimum(), kind)) {
            open.push(number);
        }
    }
    let mut findings = Vec::new();
    let mut confined = |numbers: Vec<usize>, side: BoundSide, limit: u32| {
        if numbers.is_empty() {
            return Ok(());
        }
        // What a reader knows from shown zeros would confirm "somebody" of every suppressed cell; it is
        // used only where it could confirm "fewer than k".
        let (system, columns) = polytope.asking(&numbers, side == BoundSide::Greatest)?;
        let (low, high) = match side {
            BoundSide::Least => (0.0, f64::NEG_INFINITY),
            BoundSide::Greatest => (f64::INFINITY, f64::from(limit)),
        };
        let failed: BTreeSet<usize> = confined_unknowns(&system, &columns, low, high)?
            .into_iter()
            .collect();
        for (&number, column) in numbers.iter().zip(&columns) {
            if failed.contains(column) {
                findings.push(Finding::Confined {
                    question: questions[number].clone(),
                    side,
                    form: polytope.targets[number].clone(),
                });
            }
        }
        Ok(())
    };
    let full = |number: &usize| matches!(questions[*number].need, Need::Full(_));
    confined(
        open.iter().copied().filter(full).collect(),
        BoundSide::Least,
        0,
    )?;
    let limits: BTreeSet<u32> = open
        .iter()
        .map(|&one| questions[one].need.minimum())
        .collect();
    for limit in limits {
        let upper = |number: &usize| match questions[*number].need {
            Need::Full(k) | Need::Upper(k) => k == limit,
            Need::Width(_) => false,
        };
        let numbers = open.iter().copied().filter(upper).collect();
        confined(numbers, BoundSide::Greatest, limit)?;
    }
    let wide = |number: &usize| matches!(questions[*number].need, Need::Width(_));
    let widths: Vec<usize> = open.iter().copied().filter(wide).collect();
    if !widths.is_empty() {
        let forms: Vec<LinearForm> = widths
            .iter()
            .map(|&number| polytope.targets[number].clone())
            .collect();
        let least: Vec<f64> = widths
            .iter()
            .map(|&number| f64::from(questions[number].need.minimum()))
            .collect();
        for place in narrow_forms(&polytope.system()?, &forms, &least)? {
            let number = widths[place];
            findings.push(Finding::Confined {
                question: questions[number].clone(),
                side: BoundSide::Greatest,
                form: polytope.targets[number].clone(),
            });
        }
    }
    Ok(findings)
}
