//! Hiding against exact calculation only, by elimination.
//!
//! A reader who adds and subtracts shown cells learns exactly the sums in their span. Cells are
//! taken from the most to the least wanted: one that lies in the span of what is shown already is
//! shown, one that would bring a sensitive cell into the span is hidden, and any other one is
//! shown and joins the span. The arithmetic is exact: residues of the prime 2^61 - 1.

use std::collections::BTreeMap;

use super::free::Free;
use super::sparse::position;

const PRIME: u64 = (1 << 61) - 1;

/// A vector over atoms: atom and residue, ascending, none 0.
type Row = Vec<(u32, u64)>;

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
    let mut span = Span::new(free.counts.len());
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
        let normal = scaled(&reduced, inverse(value_at(&reduced, pivot)));
        guarded.reduce(pivot, &normal);
        span.add(pivot, normal);
    }
    hidden
}

/// What a reader learns who adds and subtracts shown cells.
pub(crate) struct Learned(Span);

impl Learned {
    pub(crate) fn from_shown(free: &Free, shown: &[bool]) -> Self {
        let mut span = Span::new(free.counts.len());
        let mut order: Vec<usize> = (0..shown.len()).filter(|&class| shown[class]).collect();
        // Small sums first: another order than the one that chose them.
        order.sort_by_key(|&class| (free.members.of(class).len(), class));
        for class in order {
            let reduced = span.reduced(sum_of(free.members.of(class)));
            if let Some(&(pivot, value)) = reduced.first() {
                span.add(pivot, scaled(&reduced, inverse(value)));
            }
        }
        Self(span)
    }

    /// Whether the sum of these free atoms is learned.
    pub(crate) fn tells(&self, atoms: &[u32]) -> bool {
        self.0.reduced(sum_of(atoms)).is_empty()
    }
}

fn sum_of(atoms: &[u32]) -> Row {
    atoms.iter().map(|&atom| (atom, 1)).collect()
}

/// Rows in echelon form, each 1 at its pivot; a row has no pivot of an earlier one.
struct Span {
    /// Place of the row whose pivot is the atom.
    row_of: Vec<u32>,
    rows: Vec<Row>,
}

impl Span {
    fn new(atoms: usize) -> Self {
        Self {
            row_of: vec![u32::MAX; atoms],
            rows: Vec::new(),
        }
    }

    fn add(&mut self, pivot: u32, row: Row) {
        self.row_of[pivot as usize] = position(self.rows.len());
        self.rows.push(row);
    }

    /// What is left of a row after all rows of the span, the earliest first.
    fn reduced(&self, row: Row) -> Row {
        let mut values: BTreeMap<u32, u64> = row.into_iter().collect();
        let mut pending: BTreeMap<u32, u32> = BTreeMap::new();
        for &atom in values.keys() {
            let number = self.row_of[atom as usize];
            if number != u32::MAX {
                pending.insert(number, atom);
            }
        }
        while let Some((number, pivot)) = pending.pop_first() {
            let Some(&factor) = values.get(&pivot) else {
                continue;
            };
            for &(atom, value) in &self.rows[number as usize] {
                let entry = values.entry(atom).or_insert(0);
                *entry = minus(*entry, times(factor, value));
                if *entry == 0 {
                    values.remove(&atom);
                } else {
                    let next = self.row_of[atom as usize];
                    if next != u32::MAX && next > number {
                        pending.insert(next, atom);
                    }
                }
            }
        }
        values.into_iter().collect()
    }
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
            let new = without(old, row, factor);
            for &(atom, _) in row {
                if value_at(old, atom) == 0 && value_at(&new, atom) != 0 {
                    self.of_atom[atom as usize].push(number);
                }
            }
            self.rows[number as usize] = new;
        }
    }
}

fn value_at(row: &Row, atom: u32) -> u64 {
    row.binary_search_by_key(&atom, |&(other, _)| other)
        .map_or(0, |place| row[place].1)
}

fn parallel(a: &Row, b: &Row) -> bool {
    if a.len() != b.len() || a.iter().zip(b).any(|(x, y)| x.0 != y.0) {
        return false;
    }
    // a = f * b, told without a division.
    let (first_a, first_b) = (a[0].1, b[0].1);
    a.iter()
        .zip(b)
        .all(|(x, y)| times(x.1, first_b) == times(y.1, first_a))
}

/// `a - factor * b`.
fn without(a: &Row, b: &Row, factor: u64) -> Row {
    let mut result = Row::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let next_a = a.get(i).map_or(u32::MAX, |&(atom, _)| atom);
        let next_b = b.get(j).map_or(u32::MAX, |&(atom, _)| atom);
        let atom = next_a.min(next_b);
        let mut value = 0;
        if next_a == atom {
            value = a[i].1;
            i += 1;
        }
        if next_b == atom {
            value = minus(value, times(factor, b[j].1));
            j += 1;
        }
        if value != 0 {
            result.push((atom, value));
        }
    }
    result
}

fn scaled(row: &Row, factor: u64) -> Row {
    row.iter()
        .map(|&(atom, value)| (atom, times(value, factor)))
        .collect()
}

fn times(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

fn minus(a: u64, b: u64) -> u64 {
    if a >= b { a - b } else { a + PRIME - b }
}

/// By Fermat's little theorem.
fn inverse(value: u64) -> u64 {
    let (mut result, mut base, mut exponent) = (1, value, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}
