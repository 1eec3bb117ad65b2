//! Showing one cell less so that others can be shown: the last step against exact calculation.
//!
//! A pattern by elimination shows as much as fits, in the order it was asked; another choice may
//! show more. Take the shown classes that span all others (the *basis*) and write every class as a
//! combination of them and of directions that touch nothing shown. Without one basis class the
//! reader knows one dimension less; hidden classes that then lie side by side can be shown in its
//! place together, as long as no sensitive one lies beside them. One such exchange changes the
//! combinations like a step of the simplex method, in exact arithmetic. The best exchange is made
//! even where it costs something, classes given up stay so for a while, and the best pattern seen
//! is kept. Work is limited by a number of entries looked at, so the result depends on the
//! instance alone.

use std::collections::BTreeMap;

use solver::{inverse, minus, times};

use super::free::Free;

/// Entries of the table of combinations beyond which nothing is exchanged.
const MOST_ENTRIES: usize = 6_000_000;

/// Entries looked at by one search.
const WORK: usize = 700_000_000;

/// Exchanges without a better pattern after which the search ends.
const PATIENCE: usize = 200;

/// Hidden classes with fewer cells than `hidden` has, from which no sensitive class can be
/// calculated by adding and subtracting shown ones; `None` where none is found. `hidden` must keep
/// that promise and hide no class that can be calculated.
pub(super) fn with_fewer_cells(
    free: &Free,
    sensitive: &[bool],
    hidden: &[bool],
) -> Option<Vec<bool>> {
    let mut exchange = Exchange::of(free, sensitive, hidden)?;
    let start = exchange.hidden_cells();
    let (mut best_cells, mut best) = (start, None);
    let mut work = WORK;
    let mut idle = 0;
    while idle < PATIENCE {
        let looked_at = exchange.rows.len() * exchange.sizes.len();
        if work < looked_at {
            break;
        }
        work -= looked_at;
        let Some((row, class)) = exchange.best_move() else {
            break;
        };
        exchange.make(row, class);
        let cells = exchange.hidden_cells();
        idle += 1;
        if cells < best_cells {
            (best_cells, idle) = (cells, 0);
            best = Some(exchange.pattern());
        }
    }
    best
}

struct Exchange<'f> {
    sizes: &'f [u32],
    sensitive: &'f [bool],
    /// Per basis class, its share in every class.
    rows: Vec<Vec<u64>>,
    /// Two combinations of the directions that touch nothing shown, per class. A class is hidden
    /// where the first is not 0.
    open: [Vec<u64>; 2],
    /// Per class, the exchange before which it may not be shown again.
    barred: Vec<usize>,
    made: usize,
}

impl<'f> Exchange<'f> {
    fn of(free: &'f Free, sensitive: &'f [bool], hidden: &[bool]) -> Option<Self> {
        let classes = free.classes();
        let atoms = different_atoms(free);
        if atoms.len() * classes > MOST_ENTRIES {
            return None;
        }
        let mut rows: Vec<Vec<u64>> = atoms
            .iter()
            .map(|&atom| {
                let mut row = vec![0; classes];
                for &class in free.containing.of(atom) {
                    row[class as usize] = 1;
                }
                row
            })
            .collect();
        let mut basis = Vec::new();
        let mut shown: Vec<usize> = (0..classes).filter(|&class| !hidden[class]).collect();
        // Small sums first: their rows stay short.
        shown.sort_by_key(|&class| (free.members.of(class).len(), class));
        for class in shown {
            let Some(place) = rows.iter().position(|row| row[class] != 0) else {
                continue;
            };
            let mut pivot = rows.swap_remove(place);
            normalise(&mut pivot, class);
            for row in rows.iter_mut().chain(&mut basis) {
                reduce(row, &pivot, class);
            }
            basis.push(pivot);
        }
        // What is left touches hidden classes only.
        let mut drawn = 0_u64;
        let open = [(); 2].map(|()| {
            let mut sum = vec![0; classes];
            for row in &rows {
                drawn += 1;
                let factor = scattered(drawn);
                for (total, &entry) in sum.iter_mut().zip(row) {
                    if entry != 0 {
                        *total = minus(*total, times(factor, entry));
                    }
                }
            }
            sum
        });
        let agrees = (0..classes).all(|class| (open[0][class] != 0) == hidden[class]);
        agrees.then_some(Self {
            sizes: &free.sizes,
            sensitive,
            rows: basis,
            open,
            barred: vec![0; classes],
            made: 0,
        })
    }

    fn is_hidden(&self, class: usize) -> bool {
        self.open[0][class] != 0
    }

    fn pattern(&self) -> Vec<bool> {
        self.open[0].iter().map(|&entry| entry != 0).collect()
    }

    fn hidden_cells(&self) -> u32 {
        let hidden = (0..self.sizes.len()).filter(|&class| self.is_hidden(class));
        hidden.map(|class| self.sizes[class]).sum()
    }

    /// The basis class to give up and a class to be shown for it: the most cells won, the first
    /// of equals; `None` where nothing can be exchanged.
    fn best_move(&self) -> Option<(usize, usize)> {
        let classes = self.sizes.len();
        let hidden: Vec<usize> = (0..classes).filter(|&c| self.is_hidden(c)).collect();
        let shown: Vec<usize> = (0..classes).filter(|&c| !self.is_hidden(c)).collect();
        let reciprocals: Vec<u64> = hidden.iter().map(|&c| inverse(self.open[0][c])).collect();
        let ratios: Vec<u64> = hidden
            .iter()
            .zip(&reciprocals)
            .map(|(&class, &reciprocal)| times(self.open[1][class], reciprocal))
            .collect();
        let mut best: Option<(i64, usize, usize)> = None;
        let mut sides = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            let lost: i64 = shown
                .iter()
                .filter(|&&class| row[class] != 0)
                .map(|&class| i64::from(self.sizes[class]))
                .sum();
            sides.clear();
            let mut most = 0;
            for (place, &class) in hidden.iter().enumerate() {
                if row[class] != 0 {
                    let share = times(row[class], reciprocals[place]);
                    sides.push((ratios[place], share, class));
                    most += i64::from(self.sizes[class]);
                }
            }
            if best.is_some_and(|(won, ..)| most - lost <= won) {
                continue;
            }
            sides.sort_unstable();
            for side in sides.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
                let won: i64 = side.iter().map(|s| i64::from(self.sizes[s.2])).sum();
                let allowed = side
                    .iter()
                    .all(|s| !self.sensitive[s.2] && self.barred[s.2] <= self.made);
                if allowed && best.is_none_or(|(most, ..)| won - lost > most) {
                    best = Some((won - lost, number, side[0].2));
                }
            }
        }
        best.map(|(_, row, class)| (row, class))
    }

    /// Shows `class` in the place of the basis class of `row`.
    fn make(&mut self, row: usize, class: usize) {
        self.made += 1;
        for (other, &entry) in self.rows[row].iter().enumerate() {
            if entry != 0 && self.open[0][other] == 0 {
                self.barred[other] = self.made + 4 + (scattered(self.made as u64) % 12) as usize;
            }
        }
        let mut pivot = self.rows.swap_remove(row);
        normalise(&mut pivot, class);
        let [first, second] = &mut self.open;
        for other in self.rows.iter_mut().chain([first, second]) {
            reduce(other, &pivot, class);
        }
        self.rows.push(pivot);
    }
}

/// Divides by the entry of the class.
fn normalise(row: &mut [u64], class: usize) {
    let factor = inverse(row[class]);
    for entry in row.iter_mut().filter(|entry| **entry != 0) {
        *entry = times(*entry, factor);
    }
}

/// Takes the multiple of `pivot` away that leaves 0 at the class, where `pivot` has 1.
fn reduce(row: &mut [u64], pivot: &[u64], class: usize) {
    let factor = row[class];
    if factor == 0 {
        return;
    }
    for (entry, &taken) in row.iter_mut().zip(pivot) {
        if taken != 0 {
            *entry = minus(*entry, times(factor, taken));
        }
    }
}

/// One atom of those that no class tells apart.
fn different_atoms(free: &Free) -> Vec<usize> {
    let mut first: BTreeMap<&[u32], usize> = BTreeMap::new();
    for atom in 0..free.counts.len() {
        first.entry(free.containing.of(atom)).or_insert(atom);
    }
    let mut atoms: Vec<usize> = first.into_values().collect();
    atoms.sort_unstable();
    atoms
}

/// A number far from those of its neighbours (splitmix64), below 2^60 and not 0.
fn scattered(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 4) | 1
}
