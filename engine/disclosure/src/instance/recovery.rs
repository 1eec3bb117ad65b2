//! Hiding against exact calculation only, by elimination.
//!
//! A reader who adds and subtracts shown cells learns exactly the sums in their span. Cells are
//! taken from the most to the least wanted: one that lies in the span of what is shown already is
//! shown, one that would bring a sensitive cell into the span is hidden, and any other one is
//! shown and joins the span. The arithmetic is exact, see [`RowSpace`].

use std::collections::BTreeSet;

use solver::{ResidueRow, RowSpace, SolverError, parallel, value_at, without_multiple};

use super::Instance;
use super::attack::bounds_of_classes;
use super::exchange::with_fewer_cells;
use super::free::Free;
use super::protect::Protection;
use super::smallest::fewest_hidden;
use super::sparse::position;
use crate::lattice::Lattice;

/// Classes up to which elimination is repeated from its own results.
const MOST_CLASSES_REPEATED: usize = 5_000;

/// How often.
const ROUNDS: usize = 4;

/// Patterns from which cells are exchanged.
const STARTS: usize = 2;

/// A vector over atoms.
type Row = ResidueRow;

/// Which classes to hide so that no class of `sensitive` and no union of atoms of `unions` can be
/// calculated from the shown ones. `wanted` orders the others, most wanted first.
pub(crate) fn hidden_classes(
    free: &Free,
    sensitive: &[bool],
    unions: &[Vec<u32>],
    wanted: &[usize],
) -> Vec<bool> {
    let row = |class: usize| sum_of(free.members.of(class));
    let classes = (0..free.classes()).filter(|&class| sensitive[class]);
    let rows = classes.map(row).chain(unions.iter().map(|u| sum_of(u)));
    let mut guarded = Guarded::new(free.counts.len(), rows.collect());
    let mut span = RowSpace::new(free.counts.len());
    let mut hidden = sensitive.to_vec();
    for &class in wanted {
        let reduced = span.reduced(row(class));
        if reduced.is_empty() {
            continue;
        }
        if guarded.would_reveal(&reduced) {
            hidden[class] = true;
            continue;
        }
        let pivot = guarded.pivot(&reduced);
        guarded.reduce(pivot, &span.insert_reduced(pivot, &reduced));
    }
    hidden
}

impl Protection<'_> {
    /// The smallest of several patterns: the one there is, by elimination from the heaviest to the
    /// lightest class, by elimination again from both, by exchanges from the best of them, and for
    /// small instances by the solver. Elimination and exchange know nothing of counts that cannot
    /// be negative, so what bounds still tell gets another table of its own.
    pub(super) fn hide_by_elimination(&mut self) -> Result<(), SolverError> {
        let free = self.search.free;
        let by_blocks = self.search.hidden.clone();
        let mut wanted: Vec<usize> = (0..free.classes())
            .filter(|&class| !self.primary[class])
            .collect();
        wanted.sort_by_key(|&class| {
            let atoms = free.members.of(class).len();
            (std::cmp::Reverse((free.values[class], atoms)), class)
        });
        let mut patterns = vec![by_blocks];
        // The heaviest first; of equally heavy ones those of many atoms, or the last ones.
        for last_ones in [false, true] {
            if last_ones {
                wanted.sort_by_key(|&class| std::cmp::Reverse((free.values[class], class)));
            }
            self.take(&hidden_classes(free, &self.primary, &[], &wanted));
            self.hide_what_bounds_tell()?;
            patterns.push(self.search.hidden.clone());
        }
        // Elimination again with what a pattern shows in front: it shows at least as much.
        let rounds = if free.classes() > MOST_CLASSES_REPEATED {
            1
        } else {
            ROUNDS
        };
        for first in 0..2 {
            let mut last = patterns[first].clone();
            for _ in 0..rounds {
                wanted.sort_by_key(|&class| last[class]);
                self.take(&hidden_classes(free, &self.primary, &[], &wanted));
                self.hide_what_bounds_tell()?;
                last.clone_from(&self.search.hidden);
                patterns.push(last.clone());
            }
        }
        patterns.sort_by_key(|pattern| hidden_cells(free, pattern));
        patterns.dedup();
        for start in 0..patterns.len().min(STARTS) {
            if let Some(exchanged) = with_fewer_cells(free, &self.primary, &patterns[start]) {
                self.take(&exchanged);
                self.hide_what_bounds_tell()?;
                patterns.push(self.search.hidden.clone());
            }
        }
        if let Some(fewest) = fewest_hidden(free, &self.primary)? {
            self.take(&fewest);
            self.hide_what_bounds_tell()?;
            patterns.push(self.search.hidden.clone());
        }
        let cells = |pattern: &Vec<bool>| hidden_cells(free, pattern);
        if let Some(fewest) = patterns.into_iter().min_by_key(cells) {
            self.take(&fewest);
        }
        Ok(())
    }

    fn take(&mut self, hidden: &[bool]) {
        for (class, &hidden) in hidden.iter().enumerate() {
            if hidden {
                self.search.hide(class);
            } else {
                self.search.show(class);
            }
        }
    }

    /// Gives every sensitive class that bounds confine to one value another table.
    fn hide_what_bounds_tell(&mut self) -> Result<(), SolverError> {
        let sensitive: Vec<usize> = (0..self.primary.len())
            .filter(|&class| self.primary[class])
            .collect();
        let mut doubtful = Vec::new();
        for class in sensitive {
            if self.other_value(class, 1).is_none() {
                doubtful.push(class);
            }
        }
        let free = self.search.free;
        let hidden = &self.search.hidden;
        let shown = (0..free.classes()).filter(|&class| !hidden[class]);
        let shown = shown.map(|class| (class, free.values[class].unsigned_abs()));
        let bounds = bounds_of_classes(free, shown, &doubtful)?;
        for (class, interval) in doubtful.into_iter().zip(bounds) {
            if interval.width() < 1e-6 {
                let other = self.other_value(class, u64::MAX);
                self.hidden_for(other);
            }
        }
        Ok(())
    }
}

/// What a reader learns who adds and subtracts shown cells.
pub(crate) struct Learned(RowSpace);

impl Learned {
    pub(crate) fn from_shown(free: &Free, shown: &[bool]) -> Self {
        let mut span = RowSpace::new(free.counts.len());
        let mut order: Vec<usize> = (0..shown.len()).filter(|&class| shown[class]).collect();
        // Small sums first: another order than the one that chose them.
        order.sort_by_key(|&class| (free.members.of(class).len(), class));
        for class in order {
            span.insert(sum_of(free.members.of(class)));
        }
        Self(span)
    }

    /// Whether the sum of these free atoms is learned.
    pub(crate) fn tells(&self, atoms: &[u32]) -> bool {
        self.0.holds(sum_of(atoms))
    }
}

/// Cells of a table that are not shown and follow from those that are by adding and subtracting.
pub(crate) fn cells_that_follow(lattice: &Lattice, values: &[Option<u64>]) -> BTreeSet<usize> {
    let known: Vec<u64> = values.iter().map(|value| value.unwrap_or(0)).collect();
    let instance = Instance::of_table("published", lattice, &known);
    let free = Free::without(&instance, |cell| values[cell] == Some(0));
    let mut shown = vec![false; free.classes()];
    for (cell, class) in free.class_of_cell.iter().enumerate() {
        if let Some(class) = class {
            shown[*class as usize] |= values[cell].is_some();
        }
    }
    let learned = Learned::from_shown(&free, &shown);
    let told: Vec<bool> = (0..free.classes())
        .map(|class| learned.tells(free.members.of(class)))
        .collect();
    let hidden = (0..values.len()).filter(|&cell| values[cell].is_none());
    hidden
        .filter(|&cell| free.class_of_cell[cell].is_none_or(|class| told[class as usize]))
        .collect()
}

fn hidden_cells(free: &Free, hidden: &[bool]) -> u32 {
    let sizes = free.sizes.iter().zip(hidden);
    let hidden = sizes.filter(|&(_, &hidden)| hidden);
    hidden.map(|(&size, _)| size).sum()
}

fn sum_of(atoms: &[u32]) -> Row {
    atoms.iter().map(|&atom| (atom, 1)).collect()
}

/// The sensitive rows, reduced by the span.
struct Guarded {
    rows: Vec<Row>,
    /// Rows that may have the atom.
    of_atom: Vec<Vec<u32>>,
}

impl Guarded {
    fn new(atoms: usize, rows: Vec<Row>) -> Self {
        let mut of_atom = vec![Vec::new(); atoms];
        for (number, row) in rows.iter().enumerate() {
            for &(atom, _) in row {
                of_atom[atom as usize].push(position(number));
            }
        }
        Self { rows, of_atom }
    }

    /// Whether a sensitive row is a multiple of this one.
    fn would_reveal(&self, row: &Row) -> bool {
        let rarest = row
            .iter()
            .min_by_key(|&&(atom, _)| self.of_atom[atom as usize].len());
        rarest.is_some_and(|&(atom, _)| {
            self.of_atom[atom as usize]
                .iter()
                .any(|&number| parallel(&self.rows[number as usize], row))
        })
    }

    /// The atom of the fewest sensitive rows.
    fn pivot(&self, row: &Row) -> u32 {
        row.iter()
            .map(|&(atom, _)| atom)
            .min_by_key(|&atom| (self.of_atom[atom as usize].len(), atom))
            .unwrap_or(0)
    }

    fn reduce(&mut self, pivot: u32, row: &Row) {
        let mut numbers = std::mem::take(&mut self.of_atom[pivot as usize]);
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            let old = &self.rows[number as usize];
            let factor = value_at(old, pivot);
            if factor == 0 {
                continue;
            }
            let new = without_multiple(old, row, factor);
            for &(atom, _) in row {
                if value_at(old, atom) == 0 && value_at(&new, atom) != 0 {
                    self.of_atom[atom as usize].push(number);
                }
            }
            self.rows[number as usize] = new;
        }
    }
}
