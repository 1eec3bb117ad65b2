//! Which further cells of a refused release to hide.

use std::collections::BTreeSet;

use solver::{BoundProver, BoundSide, LinearForm};

use super::LedgerError;
use super::finding::{Finding, Need, Question};
use super::gate::{Examination, Situation};
use super::polytope::RowSource;
use super::stated::{Shown, StatedRelease};
use crate::policy::ZeroRule;

/// How long to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Rounds of hiding and examining after which hiding is given up.
    rounds: usize,
    /// Cells hidden on the way that are tried to be shown again.
    tried_again: usize,
}

impl Effort {
    /// For a proposal that somebody looks at.
    pub(crate) const FULL: Self = Self {
        rounds: 80,
        tried_again: 12,
    };

    /// For a table of a standing set, of which there is a coarser form: less for large tables.
    pub(crate) fn of(release: &StatedRelease) -> Self {
        const SMALL: usize = 600;
        Self {
            rounds: if release.cells.len() <= SMALL { 80 } else { 24 },
            tried_again: 0,
        }
    }
}

/// Hides cells of the new release until the gate lets it pass; the cells hidden, ascending.
/// `None` where hiding cells of this release does not help.
pub(crate) fn hide_until_safe(
    situation: &mut Situation<'_>,
    release: &StatedRelease,
    first: &Examination,
    effort: Effort,
) -> Result<Option<Vec<usize>>, LedgerError> {
    let heights = release.heights();
    let mut trial = release.clone();
    let mut hidden: BTreeSet<usize> = BTreeSet::new();
    let mut examination = None;
    for _ in 0..effort.rounds {
        let current = examination.as_ref().unwrap_or(first);
        if current.findings.is_empty() {
            break;
        }
        let chosen = choose(situation, &trial, current, &heights)?;
        if chosen.is_empty() {
            return Ok(None);
        }
        for cell in chosen {
            trial.cells[cell].shown = Shown::Suppressed;
            hidden.insert(cell);
        }
        examination = Some(situation.examine(&trial)?);
    }
    if examination
        .as_ref()
        .is_none_or(|last| !last.findings.is_empty())
    {
        return Ok(None);
    }
    let mut dearest: Vec<usize> = hidden.iter().copied().collect();
    dearest.sort_by_key(|&cell| (std::cmp::Reverse(weight(release, &heights, cell)), cell));
    if dearest.len() > 1 {
        for cell in dearest.into_iter().take(effort.tried_again) {
            trial.cells[cell].shown = release.cells[cell].shown;
            if situation.examine(&trial)?.findings.is_empty() {
                hidden.remove(&cell);
            } else {
                trial.cells[cell].shown = Shown::Suppressed;
            }
        }
    }
    Ok(Some(hidden.into_iter().collect()))
}

/// What hiding a cell costs: its place in the hierarchy first, then how much it tells.
fn weight(release: &StatedRelease, heights: &[u32], cell: usize) -> u64 {
    1_000 * (1 + u64::from(heights[cell])) + release.cells[cell].count.isqrt().min(999)
}

/// One cell per finding, the cheapest of those that take part in it.
fn choose(
    situation: &Situation<'_>,
    release: &StatedRelease,
    examination: &Examination,
    heights: &[u32],
) -> Result<BTreeSet<usize>, LedgerError> {
    let facts = &examination.facts;
    let releases = situation.releases(release);
    let own = releases.len() - 1;
    // Only what this release alone shows can be hidden by hiding it here.
    let hideable = |fact: usize| -> Option<usize> {
        let fact = &facts.list[fact];
        let shows = |&&(number, cell): &&(usize, usize)| {
            number == own || releases[number].cells[cell].shown != Shown::Suppressed
        };
        let mut sources = fact.sources.iter().filter(shows);
        let may_hide = fact.count > 0 || release.rules.zeros == ZeroRule::Suppressed;
        if !may_hide || sources.any(|&(number, _)| number != own) {
            return None;
        }
        let cells = fact.sources.iter().filter(|&&(number, _)| number == own);
        let mut cells = cells.map(|&(_, cell)| cell);
        cells.find(|&cell| release.cells[cell].shown != Shown::Suppressed)
    };
    let cheapest = |candidates: &[usize]| {
        let cells = candidates.iter().filter_map(|&fact| hideable(fact));
        cells.min_by_key(|&cell| (weight(release, heights, cell), cell))
    };
    let mut chosen: BTreeSet<usize> = BTreeSet::new();
    let rows = rows_of_proofs(examination)?;
    for (finding, rows) in examination.findings.iter().zip(rows) {
        // Lists of facts, the one to be preferred first.
        let candidates: Vec<Vec<usize>> = match finding {
            Finding::Shown { cell }
            | Finding::ShownTwice { cell, .. }
            | Finding::CalculatedThere { cell, .. } => vec![vec![*cell]],
            Finding::ShownDifference { whole, part }
            | Finding::DifferenceTwice { whole, part, .. } => vec![vec![*whole, *part]],
            Finding::RemainderTwice {
                whole,
                shown,
                mending,
                ..
            } => vec![mending.clone(), vec![*whole], shown.clone()],
            Finding::Confined { .. } => vec![rows],
        };
        let is_settled = candidates
            .iter()
            .flatten()
            .any(|&fact| hideable(fact).is_some_and(|cell| chosen.contains(&cell)));
        let cell = candidates.iter().find_map(|list| cheapest(list));
        if !is_settled && let Some(cell) = cell {
            // Where a dimension has one member, several cells count the same children.
            let fact = facts.of_cell[own][cell];
            let sources = fact.into_iter().flat_map(|fact| &facts.list[fact].sources);
            let same = sources.filter(|&&(number, _)| number == own);
            chosen.extend(same.map(|&(_, cell)| cell));
            chosen.insert(cell);
        }
    }
    Ok(chosen)
}

/// Per finding the facts that take part in the proof of a bound; none for other findings.
fn rows_of_proofs(examination: &Examination) -> Result<Vec<Vec<usize>>, LedgerError> {
    let mut rows = vec![Vec::new(); examination.findings.len()];
    let Some(polytope) = &examination.polytope else {
        return Ok(rows);
    };
    let failed = |source| LedgerError::Solver { source };
    for knows_zeros in [false, true] {
        let mut asked = Vec::new();
        for (number, finding) in examination.findings.iter().enumerate() {
            if let Finding::Confined {
                question,
                side,
                form,
            } = finding
                && uses_zeros(question, *side) == knows_zeros
            {
                asked.push((number, *side, form));
            }
        }
        if asked.is_empty() {
            continue;
        }
        let (system, _) = polytope.asking(&[], knows_zeros).map_err(failed)?;
        let forms: Vec<LinearForm> = asked.iter().map(|&(_, _, form)| form.clone()).collect();
        let mut prover = BoundProver::new(&system, &forms).map_err(failed)?;
        for (number, side, form) in asked {
            let Some(proof) = prover.prove(form, side).map_err(failed)? else {
                continue;
            };
            let mut facts: Vec<usize> = proof
                .multipliers
                .iter()
                .filter_map(|&(row, _)| match polytope.source(row) {
                    RowSource::Fact(fact) => Some(fact),
                    RowSource::Tie | RowSource::Filled(_) => None,
                })
                .collect();
            facts.sort_unstable();
            facts.dedup();
            rows[number] = facts;
        }
    }
    Ok(rows)
}

/// Whether the attacker of a question may use that empty cells are shown.
pub(crate) fn uses_zeros(question: &Question, side: BoundSide) -> bool {
    side == BoundSide::Greatest && !matches!(question.need, Need::Width(_))
}
