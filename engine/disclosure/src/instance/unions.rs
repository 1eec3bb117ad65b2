//! Sums a reader can calculate although no cell shows them: unions of hidden atoms.
//!
//! Two kinds are looked for. *Remainders* are what is left of a shown class without shown parts of
//! it. *Small unions* are up to four atoms whose sum follows from any sums and differences of
//! shown classes: every table the reader cannot tell from the true one differs from it by a
//! vector that vanishes on all shown classes, so a set of atoms is known exactly if the entries
//! of a random such vector add up to 0 over it.
//!
//! A union that falls apart into two known ones is not asked for: the rules for amounts are met
//! by what is put together from parts that meet them.

use std::collections::BTreeMap;

use solver::{RowSpace, minus};

use super::free::Free;
use super::sparse::position;

/// Atoms beyond which unions of three and four are not looked for: there are too many pairs.
const MOST_ATOMS_IN_PAIRS: usize = 500;

/// Broken unions given back at once.
const MOST_UNIONS: usize = 500;

/// A set of free atoms whose sum can be calculated.
pub(super) struct KnownUnion {
    /// Ascending.
    pub(super) atoms: Vec<u32>,
    /// The shown class it is the remainder of, if it is one.
    pub(super) whole: Option<usize>,
}

/// Known unions that break a rule, at most [`MOST_UNIONS`].
pub(super) fn broken_unions(
    free: &Free,
    hidden: &[bool],
    breaks: &dyn Fn(&[u32]) -> bool,
) -> Vec<KnownUnion> {
    let mut broken = Vec::new();
    each_remainder(free, hidden, &mut |whole, rest| {
        if breaks(rest) {
            broken.push(KnownUnion {
                atoms: rest.to_vec(),
                whole: Some(whole),
            });
        }
        broken.len() < MOST_UNIONS
    });
    each_small_union(free, hidden, &mut |atoms| {
        if broken.len() < MOST_UNIONS && breaks(atoms) {
            broken.push(KnownUnion {
                atoms: atoms.to_vec(),
                whole: None,
            });
        }
    });
    broken
}

/// Calls `visit` with every shown class and what is left of it without one shown part, and without
/// all shown parts that fit side by side, largest and smallest first; until it gives `false`.
pub(super) fn each_remainder(
    free: &Free,
    hidden: &[bool],
    visit: &mut dyn FnMut(usize, &[u32]) -> bool,
) {
    let mut inside = vec![false; free.counts.len()];
    for whole in (0..free.classes()).filter(|&class| !hidden[class]) {
        let all = free.members.of(whole);
        all.iter().for_each(|&atom| inside[atom as usize] = true);
        let mut parts: Vec<usize> = Vec::new();
        for &atom in all {
            for &class in free.containing.of(atom as usize) {
                let members = free.members.of(class as usize);
                // Each class is met at its first atom.
                if members[0] == atom
                    && members.len() < all.len()
                    && !hidden[class as usize]
                    && members.iter().all(|&member| inside[member as usize])
                {
                    parts.push(class as usize);
                }
            }
        }
        parts.sort_by_key(|&part| (free.members.of(part).len(), part));
        let mut orders: Vec<Vec<usize>> = parts.iter().map(|&part| vec![part]).collect();
        orders.push(parts.clone());
        orders.push(parts.into_iter().rev().collect());
        let mut wanted = true;
        for order in &orders {
            for part in order {
                let members = free.members.of(*part);
                if members.iter().all(|&atom| inside[atom as usize]) {
                    members
                        .iter()
                        .for_each(|&atom| inside[atom as usize] = false);
                }
            }
            let rest: Vec<u32> = all
                .iter()
                .copied()
                .filter(|&atom| inside[atom as usize])
                .collect();
            all.iter().for_each(|&atom| inside[atom as usize] = true);
            wanted = wanted && (rest.is_empty() || visit(whole, &rest));
        }
        all.iter().for_each(|&atom| inside[atom as usize] = false);
        if !wanted {
            return;
        }
    }
}

/// Calls `visit` with every known union of one to four atoms, of one and two in large instances.
fn each_small_union(free: &Free, hidden: &[bool], visit: &mut dyn FnMut(&[u32])) {
    let mut span = RowSpace::new(free.counts.len());
    let mut shown: Vec<usize> = (0..free.classes()).filter(|&c| !hidden[c]).collect();
    shown.sort_by_key(|&class| (free.members.of(class).len(), class));
    for class in shown {
        let members = free.members.of(class).iter();
        span.insert(members.map(|&atom| (atom, 1)).collect());
    }
    let values = span.vanishing();
    let negative = |value: u64| minus(0, value);
    let mut by_value: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    let mut atoms = Vec::new();
    for (atom, &value) in values.iter().enumerate() {
        if value == 0 {
            visit(&[position(atom)]);
        } else {
            atoms.push(position(atom));
            by_value.entry(value).or_default().push(position(atom));
        }
    }
    let value_of = |atom: u32| values[atom as usize];
    let with_value = |value: u64| by_value.get(&value).map_or(&[][..], Vec::as_slice);
    for &first in &atoms {
        for &second in with_value(negative(value_of(first))) {
            if first < second {
                visit(&[first, second]);
            }
        }
    }
    if atoms.len() > MOST_ATOMS_IN_PAIRS {
        return;
    }
    let mut pairs: Vec<(u64, u32, u32)> = Vec::new();
    for (place, &first) in atoms.iter().enumerate() {
        for &second in &atoms[place + 1..] {
            let sum = minus(value_of(first), negative(value_of(second)));
            if sum != 0 {
                pairs.push((sum, first, second));
            }
        }
    }
    pairs.sort_unstable();
    for &(sum, first, second) in &pairs {
        for &third in with_value(negative(sum)) {
            if second < third {
                visit(&[first, second, third]);
            }
        }
        let other = negative(sum);
        let start = pairs.partition_point(|&(value, ..)| value < other);
        for &(value, third, fourth) in &pairs[start..] {
            if value != other {
                break;
            }
            // Every union of four once: its least atom leads.
            if first < third && second != third && second != fourth {
                let mut union = [first, second, third, fourth];
                union.sort_unstable();
                visit(&union);
            }
        }
    }
}
