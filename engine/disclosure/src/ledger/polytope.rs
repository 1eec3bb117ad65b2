//! The attack polytope P(L) of METHOD_DISCLOSURE D2, as small as it can be stated.
//!
//! Unknowns are the atoms of each clique ([`super::cliques`]) that no published zero empties; atoms that
//! the same rows and targets hold are one unknown. Exact cells that follow from finer exact cells
//! of the same table are not stated again.

use std::collections::{BTreeMap, BTreeSet};

use solver::{Equality, LinearForm, LinearSystem, SolverError};

use super::LedgerError;
use super::cliques::Cliques;
use super::facts::{Fact, Facts, NO_LIMIT};
use super::universe::{AtomBox, Universe};

/// Most atoms of all cliques together.
const MOST_ATOMS: usize = 600_000;

/// What the attacker wants to know: the children of a box, or of a box without another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    pub(crate) whole: AtomBox,
    pub(crate) without: Option<AtomBox>,
}

impl Target {
    pub(crate) fn of(whole: AtomBox) -> Self {
        Self {
            whole,
            without: None,
        }
    }
}

/// Where a row of the polytope comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowSource {
    /// A fact by number.
    Fact(usize),
    /// Two cliques agree on what they share.
    Tie,
    /// Somebody is in a suppressed cell, because empty ones are shown.
    Filled(usize),
}

/// The polytope with the targets as sums of its unknowns.
pub(crate) struct Polytope {
    unknowns: usize,
    rows: Vec<Equality>,
    sources: Vec<RowSource>,
    /// Per target.
    pub(crate) targets: Vec<LinearForm>,
    /// Facts whose readers know that somebody is there, as sums.
    filled: Vec<(LinearForm, usize)>,
}

/// Atoms of the cliques while rows are gathered.
struct Atoms<'a> {
    universe: &'a Universe,
    cliques: Cliques,
    /// First atom of each clique.
    starts: Vec<usize>,
    is_empty: Vec<bool>,
}

impl<'a> Atoms<'a> {
    fn new(universe: &'a Universe, groups: &[BTreeSet<u16>]) -> Result<Self, LedgerError> {
        let cliques = Cliques::of(universe.bases.len(), groups);
        let mut starts = Vec::with_capacity(cliques.members.len());
        let mut atoms = 0_usize;
        for clique in &cliques.members {
            starts.push(atoms);
            let size = clique.iter().try_fold(1_usize, |size, &base| {
                size.checked_mul(universe.bases[usize::from(base)].leaves)
            });
            atoms = size
                .and_then(|size| size.checked_add(atoms))
                .filter(|&all| all <= MOST_ATOMS)
                .ok_or(LedgerError::TooManyAtoms { limit: MOST_ATOMS })?;
        }
        Ok(Self {
            universe,
            cliques,
            starts,
            is_empty: vec![false; atoms],
        })
    }

    /// The atoms of a box in a clique, given that the clique crosses its classifications.
    fn of_box(&self, clique: usize, place: &AtomBox) -> Vec<usize> {
        let mut atoms = vec![0];
        for &base in &self.cliques.members[clique] {
            let facts = &self.universe.bases[usize::from(base)];
            let set = place.iter().find(|&&(other, _)| other == base);
            let members = facts.members(set.map(|&(_, set)| set));
            let step = facts.leaves;
            atoms = atoms
                .iter()
                .flat_map(|atom| members.iter().map(move |leaf| atom * step + leaf))
                .collect();
        }
        let start = self.starts[clique];
        atoms.iter_mut().for_each(|atom| *atom += start);
        atoms
    }

    /// The living atoms of a box in the smallest clique that holds it together with another one.
    fn living(&self, place: &AtomBox, beside: Option<&AtomBox>) -> Option<(usize, Vec<usize>)> {
        let bases: BTreeSet<u16> = place
            .iter()
            .chain(beside.into_iter().flatten())
            .map(|&(base, _)| base)
            .collect();
        let bases: Vec<u16> = bases.into_iter().collect();
        let clique = self.cliques.holding(&bases)?;
        let mut atoms = self.of_box(clique, place);
        atoms.retain(|&atom| !self.is_empty[atom]);
        Some((clique, atoms))
    }

    fn empty_out(&mut self, place: &AtomBox) {
        let bases: Vec<u16> = place.iter().map(|&(base, _)| base).collect();
        for clique in 0..self.cliques.members.len() {
            let members = &self.cliques.members[clique];
            if bases.iter().all(|base| members.contains(base)) {
                for atom in self.of_box(clique, place) {
                    self.is_empty[atom] = true;
                }
            }
        }
    }

    /// Both sides of every tie, per combination of what two cliques share.
    fn ties(&self) -> Vec<(Vec<usize>, Vec<usize>)> {
        let mut found = Vec::new();
        for (first, second, shared) in &self.cliques.ties {
            let side = |clique: usize| -> BTreeMap<usize, Vec<usize>> {
                let mut sums: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
                let members = &self.cliques.members[clique];
                for atom in self.of_box(clique, &Vec::new()) {
                    let mut rest = atom - self.starts[clique];
                    let mut key = 0;
                    let mut scale = 1;
                    for base in members.iter().rev() {
                        let leaves = self.universe.bases[usize::from(*base)].leaves;
                        if shared.contains(base) {
                            key += rest % leaves * scale;
                            scale *= leaves;
                        }
                        rest /= leaves;
                    }
                    let sum = sums.entry(key).or_default();
                    if !self.is_empty[atom] {
                        sum.push(atom);
                    }
                }
                sums
            };
            let (left, mut right) = (side(*first), side(*second));
            for (key, atoms) in left {
                found.push((atoms, right.remove(&key).unwrap_or_default()));
            }
        }
        found
    }
}

/// One row over atoms before they are merged.
struct RawRow {
    plus: Vec<usize>,
    minus: Vec<usize>,
    least: u64,
    most: u64,
    source: RowSource,
}

impl Polytope {
    /// States what is known and what is asked.
    pub(crate) fn new(
        universe: &Universe,
        facts: &Facts,
        targets: &[Target],
    ) -> Result<Self, LedgerError> {
        let mut groups = crossed(universe, facts);
        for target in targets {
            let places = target.whole.iter().chain(target.without.iter().flatten());
            groups.insert(places.map(|&(base, _)| base).collect());
        }
        let groups: Vec<BTreeSet<u16>> = groups.into_iter().collect();
        let mut atoms = Atoms::new(universe, &groups)?;
        for fact in facts.list.iter().filter(|fact| fact.most == 0) {
            atoms.empty_out(&fact.key);
        }
        let missing = || LedgerError::Solver {
            source: SolverError::BadModel {
                place: "a cell".to_owned(),
                value: "outside every clique".to_owned(),
                remedy: "keep the input and report it",
            },
        };
        let mut raw = Vec::new();
        let mut filled = Vec::new();
        for (number, fact) in facts.list.iter().enumerate() {
            if fact.most == 0 {
                continue;
            }
            let stated = fact.is_limited() && !fact.implied;
            let known_filled = fact.filled && fact.least == 0;
            if !stated && !known_filled {
                continue;
            }
            let (_, plus) = atoms.living(&fact.key, None).ok_or_else(missing)?;
            if known_filled {
                filled.push((plus.clone(), number));
            }
            if stated {
                raw.push(RawRow {
                    plus,
                    minus: Vec::new(),
                    least: fact.least,
                    most: fact.most,
                    source: RowSource::Fact(number),
                });
            }
        }
        for (plus, minus) in atoms.ties() {
            raw.push(RawRow {
                plus,
                minus,
                least: 0,
                most: 0,
                source: RowSource::Tie,
            });
        }
        let mut asked = Vec::with_capacity(targets.len());
        for target in targets {
            let (clique, mut plus) = atoms
                .living(&target.whole, target.without.as_ref())
                .ok_or_else(missing)?;
            if let Some(without) = &target.without {
                let minus: BTreeSet<usize> = atoms.of_box(clique, without).into_iter().collect();
                plus.retain(|atom| !minus.contains(atom));
            }
            asked.push(plus);
        }
        Ok(Self::merged(atoms.is_empty.len(), &raw, &asked, &filled))
    }

    /// Makes one unknown of all atoms that the same rows and targets hold.
    fn merged(
        atoms: usize,
        raw: &[RawRow],
        asked: &[Vec<usize>],
        filled: &[(Vec<usize>, usize)],
    ) -> Self {
        let mut signatures: Vec<Vec<u32>> = vec![Vec::new(); atoms];
        let mut number = 0;
        for row in raw {
            for (sign, side) in [&row.plus, &row.minus].into_iter().enumerate() {
                side.iter()
                    .for_each(|&atom| signatures[atom].push(number + sign as u32));
            }
            number += 2;
        }
        for list in asked.iter().chain(filled.iter().map(|(atoms, _)| atoms)) {
            list.iter().for_each(|&atom| signatures[atom].push(number));
            number += 1;
        }
        let mut classes: BTreeMap<&[u32], usize> = BTreeMap::new();
        let mut unknown_of = vec![None; atoms];
        for (atom, signature) in signatures.iter().enumerate() {
            if !signature.is_empty() {
                let next = classes.len();
                unknown_of[atom] = Some(*classes.entry(signature).or_insert(next));
            }
        }
        let mut unknowns = classes.len();
        let distinct = |atoms: &[usize]| -> Vec<usize> {
            let mut found: Vec<usize> = atoms.iter().filter_map(|&atom| unknown_of[atom]).collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        let form = |atoms: &[usize]| LinearForm {
            terms: distinct(atoms).into_iter().map(|x| (x, 1.0)).collect(),
        };
        let (mut rows, mut sources) = (Vec::new(), Vec::new());
        for row in raw {
            let mut sum = form(&row.plus);
            sum.terms
                .extend(distinct(&row.minus).into_iter().map(|x| (x, -1.0)));
            if sum.terms.is_empty() && row.least == 0 {
                continue;
            }
            let mut state = |slack: f64, limit: u64| {
                let mut form = sum.clone();
                if slack != 0.0 {
                    form.terms.push((unknowns, slack));
                    unknowns += 1;
                }
                rows.push(Equality {
                    form,
                    right_hand_side: limit as f64,
                });
                sources.push(row.source);
            };
            if row.least == row.most {
                state(0.0, row.most);
            } else {
                if row.least > 0 {
                    state(-1.0, row.least);
                }
                if row.most < NO_LIMIT {
                    state(1.0, row.most);
                }
            }
        }
        let mut smallest: Vec<(LinearForm, usize)> = filled
            .iter()
            .map(|(atoms, fact)| (form(atoms), *fact))
            .collect();
        smallest.sort_by_key(|(form, fact)| (form.terms.len(), unknowns_of(form), *fact));
        smallest.dedup_by(|a, b| a.0 == b.0);
        Self {
            unknowns,
            rows,
            sources,
            targets: asked.iter().map(|atoms| form(atoms)).collect(),
            filled: without_supersets(smallest),
        }
    }

    /// Where a row of [`Self::asking`] without targets comes from.
    pub(crate) fn source(&self, row: usize) -> RowSource {
        match self.sources.get(row) {
            Some(&source) => source,
            None => RowSource::Filled(self.filled[row - self.sources.len()].1),
        }
    }

    /// The rows alone: what follows from published numbers and from counts not being negative.
    pub(crate) fn system(&self) -> Result<LinearSystem, SolverError> {
        LinearSystem::new(self.unknowns, self.rows.clone())
    }

    /// The rows, an unknown of its own for each target asked for, and, for the reader who knows that zeros
    /// are shown, one child at least in every suppressed cell.
    pub(crate) fn asking(
        &self,
        targets: &[usize],
        knows_zeros: bool,
    ) -> Result<(LinearSystem, Vec<usize>), SolverError> {
        let mut unknowns = self.unknowns;
        let mut rows = self.rows.clone();
        if knows_zeros {
            for (form, _) in &self.filled {
                let mut form = form.clone();
                form.terms.push((unknowns, -1.0));
                unknowns += 1;
                rows.push(Equality {
                    form,
                    right_hand_side: 1.0,
                });
            }
        }
        let mut columns = Vec::with_capacity(targets.len());
        for &target in targets {
            let form = &self.targets[target];
            if let [(only, _)] = form.terms[..] {
                columns.push(only);
                continue;
            }
            let mut form = form.clone();
            form.terms.push((unknowns, -1.0));
            columns.push(unknowns);
            unknowns += 1;
            rows.push(Equality {
                form,
                right_hand_side: 0.0,
            });
        }
        Ok((LinearSystem::new(unknowns, rows)?, columns))
    }
}

fn unknowns_of(form: &LinearForm) -> Vec<usize> {
    form.terms.iter().map(|&(unknown, _)| unknown).collect()
}

/// Somebody in a part is somebody in the whole: only the smallest sums need a row. Looked for among sums
/// of one unknown only, which is what most suppressed cells are.
fn without_supersets(mut forms: Vec<(LinearForm, usize)>) -> Vec<(LinearForm, usize)> {
    let single: BTreeSet<usize> = forms
        .iter()
        .filter(|(form, _)| form.terms.len() == 1)
        .map(|(form, _)| form.terms[0].0)
        .collect();
    forms.retain(|(form, _)| {
        let mut unknowns = form.terms.iter().map(|(unknown, _)| unknown);
        form.terms.len() == 1 || !unknowns.any(|unknown| single.contains(unknown))
    });
    forms.retain(|(form, _)| !form.terms.is_empty());
    forms
}

/// The groups of classifications that some fact crosses.
fn crossed(universe: &Universe, facts: &Facts) -> BTreeSet<BTreeSet<u16>> {
    let group = |fact: &Fact| fact.key.iter().map(|&(base, _)| base).collect();
    let mut groups: BTreeSet<BTreeSet<u16>> = facts.list.iter().map(group).collect();
    // A classification nobody crosses still has its own sums.
    groups.extend((0..universe.bases.len() as u16).map(|base| BTreeSet::from([base])));
    groups
}
