//! What follows from rows by adding and subtracting them, exactly.
//!
//! The arithmetic is that of the residues of the prime 2^61 - 1, so that nothing is rounded. For
//! rows of small whole numbers a result differs from that of fractions only where a determinant
//! is a multiple of the prime, which no table of this project comes near by chance.

use std::collections::BTreeMap;

const PRIME: u64 = (1 << 61) - 1;

/// A row of residues: column and residue, ascending by column, none 0.
pub type ResidueRow = Vec<(u32, u64)>;

/// Rows in echelon form, to which further ones are added.
///
/// ```
/// use solver::RowSpace;
/// let mut space = RowSpace::new(3);
/// assert!(space.insert(vec![(0, 1), (1, 1)]), "the first row is new");
/// assert!(space.insert(vec![(1, 1), (2, 1)]));
/// assert!(space.insert(vec![(0, 1), (2, 1)]));
/// assert!(!space.insert(vec![(0, 1), (1, 1), (2, 1)]), "half of all three together");
/// assert!(space.holds(vec![(2, 1)]));
/// assert_eq!(space.vanishing(), [0, 0, 0], "everything is known");
/// ```
#[derive(Debug, Clone)]
pub struct RowSpace {
    /// Place of the row whose pivot is the column.
    row_of: Vec<u32>,
    /// Each is 1 at its pivot and has no pivot of an earlier one.
    rows: Vec<ResidueRow>,
}

impl RowSpace {
    /// The empty space over this many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self {
            row_of: vec![u32::MAX; columns],
            rows: Vec::new(),
        }
    }

    /// What is left of a row without what the space holds; empty for a row it holds.
    #[must_use]
    pub fn reduced(&self, row: ResidueRow) -> ResidueRow {
        let mut values: BTreeMap<u32, u64> = row.into_iter().collect();
        // Rows to take away, the earliest first, with their pivots.
        let mut pending: BTreeMap<u32, u32> = BTreeMap::new();
        for &column in values.keys() {
            let number = self.row_of[column as usize];
            if number != u32::MAX {
                pending.insert(number, column);
            }
        }
        while let Some((number, pivot)) = pending.pop_first() {
            let Some(&factor) = values.get(&pivot) else {
                continue;
            };
            for &(column, value) in &self.rows[number as usize] {
                let entry = values.entry(column).or_insert(0);
                *entry = minus(*entry, times(factor, value));
                if *entry == 0 {
                    values.remove(&column);
                } else {
                    let next = self.row_of[column as usize];
                    if next != u32::MAX && next > number {
                        pending.insert(next, column);
                    }
                }
            }
        }
        values.into_iter().collect()
    }

    /// Whether the row follows from those of the space.
    #[must_use]
    pub fn holds(&self, row: ResidueRow) -> bool {
        self.reduced(row).is_empty()
    }

    /// Adds a row unless it follows from the others; whether it was added.
    pub fn insert(&mut self, row: ResidueRow) -> bool {
        let reduced = self.reduced(row);
        match reduced.first() {
            Some(&(pivot, _)) => {
                self.insert_reduced(pivot, &reduced);
                true
            }
            None => false,
        }
    }

    /// A vector whose product with every row of the space is 0: scattered values in the columns
    /// without a pivot, and in the others what follows. What adds up to 0 here follows from the
    /// rows, but for a chance of one in 2^60. The same for the same rows.
    #[must_use]
    pub fn vanishing(&self) -> Vec<u64> {
        let mut values: Vec<u64> = (0..self.row_of.len() as u64).map(scattered).collect();
        let mut pivots = vec![0_usize; self.rows.len()];
        for (column, &number) in self.row_of.iter().enumerate() {
            if number != u32::MAX {
                pivots[number as usize] = column;
            }
        }
        // A row has pivots of later rows only.
        for (row, &pivot) in self.rows.iter().zip(&pivots).rev() {
            let others = row.iter().filter(|&&(column, _)| column as usize != pivot);
            values[pivot] = others.fold(0, |sum, &(column, value)| {
                minus(sum, times(value, values[column as usize]))
            });
        }
        values
    }

    /// Adds a row that [`Self::reduced`] gave, with the column to be its pivot; gives the row as
    /// it is kept, 1 at the pivot. A column the row does not have adds nothing.
    pub fn insert_reduced(&mut self, pivot: u32, reduced: &ResidueRow) -> ResidueRow {
        let value = value_at(reduced, pivot);
        if value == 0 {
            return ResidueRow::new();
        }
        let factor = inverse(value);
        let row: ResidueRow = reduced
            .iter()
            .map(|&(column, value)| (column, times(value, factor)))
            .collect();
        self.row_of[pivot as usize] = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.rows.push(row.clone());
        row
    }
}

/// The residue of a whole number; `None` for other numbers and beyond 2^53.
#[must_use]
pub fn residue(value: f64) -> Option<u64> {
    let whole = value.fract() == 0.0 && value.abs() < 9e15;
    let size = value.abs() as u64;
    whole.then(|| if value < 0.0 { minus(0, size) } else { size })
}

/// The residue of a row at a column, 0 where it has none.
#[must_use]
pub fn value_at(row: &ResidueRow, column: u32) -> u64 {
    row.binary_search_by_key(&column, |&(other, _)| other)
        .map_or(0, |place| row[place].1)
}

/// Whether one row is a multiple of the other.
#[must_use]
pub fn parallel(a: &ResidueRow, b: &ResidueRow) -> bool {
    if a.len() != b.len() || a.iter().zip(b).any(|(x, y)| x.0 != y.0) {
        return false;
    }
    let (Some(&(_, first_a)), Some(&(_, first_b))) = (a.first(), b.first()) else {
        return true;
    };
    a.iter()
        .zip(b)
        .all(|(x, y)| times(x.1, first_b) == times(y.1, first_a))
}

/// `a - factor * b`.
#[must_use]
pub fn without_multiple(a: &ResidueRow, b: &ResidueRow, factor: u64) -> ResidueRow {
    let mut result = ResidueRow::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let next_a = a.get(i).map_or(u32::MAX, |&(column, _)| column);
        let next_b = b.get(j).map_or(u32::MAX, |&(column, _)| column);
        let column = next_a.min(next_b);
        let mut value = 0;
        if next_a == column {
            value = a[i].1;
            i += 1;
        }
        if next_b == column {
            value = minus(value, times(factor, b[j].1));
            j += 1;
        }
        if value != 0 {
            result.push((column, value));
        }
    }
    result
}

/// A number far from those of its neighbours (splitmix64), from 1 to 2^60.
fn scattered(number: u64) -> u64 {
    let mut mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 4) + 1
}

/// The product of two residues.
#[must_use]
pub fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    // 2^61 is 1: the upper bits count once more.
    let folded = (product as u64 & PRIME) + (product >> 61) as u64;
    if folded >= PRIME {
        folded - PRIME
    } else {
        folded
    }
}

/// The difference of two residues.
#[must_use]
pub fn minus(a: u64, b: u64) -> u64 {
    if a >= b { a - b } else { a + PRIME - b }
}

/// The residue whose product with this one is 1, by Fermat's little theorem; 0 for 0.
#[must_use]
pub fn inverse(value: u64) -> u64 {
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
