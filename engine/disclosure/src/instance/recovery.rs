//! Hiding against exact calculation only, by elimination.
//!
//! A reader who adds and subtracts shown cells learns exactly the sums in their span. Cells are
//! taken from the most to the least wanted: one that lies in the span of what is shown already is
//! shown, one that would bring a sensitive cell into the span is hidden, and any other one is
//! shown and joins the span. The arithmetic is exact, see [`RowSpace`].

use solver::{ResidueRow, RowSpace, SolverError, parallel, value_at, without_multiple};

use super::attack::bounds_of_classes;
use super::free::Free;
use super::protect::Protection;
use super::sparse::position;

/// Classes up to which elimination is repeated from its own results.
const MOST_CLASSES_REPEATED: usize = 5_000;

/// How often.
const ROUNDS: usize = 4;

/// A vector over atoms.
type Row = ResidueRow;

/// Which classes to hide so that no class of `sensitive` can be calculated from the shown ones.
/// `wanted` orders the others, most wanted first.
pub(crate) fn hidden_classes(free: &Free, sensitive: &[bool], wanted: &[usize]) -> Vec<bool> {
    let row = |class: usize| sum_of(free.members.of(class));
    let mut guarded = Guarded::new(
        free.counts.len(),
        (0..free.classes())
            .filter(|&class| sensitive[class])
            .map(row)
            .collect(),
    );
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
    /// lightest class, and by elimination again from both. Elimination knows nothing of counts
    /// that cannot be negative, so what bounds still tell gets another table of its own.
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
        let by_value = hidden_classes(free, &self.primary, &wanted);
        self.take(&by_value);
        self.hide_what_bounds_tell()?;
        let mut patterns = vec![by_blocks, self.search.hidden.clone()];
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
                self.take(&hidden_classes(free, &self.primary, &wanted));
                self.hide_what_bounds_tell()?;
                last.clone_from(&self.search.hidden);
                patterns.push(last.clone());
            }
        }
        let cells = |hidden: &Vec<bool>| -> u32 {
            let sizes = free.sizes.iter().zip(hidden);
            sizes
                .filter(|&(_, &hidden)| hidden)
                .map(|(&size, _)| size)
                .sum()
        };
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
