//! The proof of a pattern, by addition alone.

use std::collections::BTreeSet;

use super::Instance;
use super::free::Free;
use super::protect::Pattern;
use super::recovery::Learned;
use super::search::Change;
use super::sparse::SparseLists;
use crate::{SuppressionRule, ZeroRule};

/// What a pattern promises.
#[derive(Clone, Copy)]
pub(crate) struct Promise {
    pub(crate) minimum: u32,
    pub(crate) zeros: ZeroRule,
    pub(crate) rule: SuppressionRule,
}

/// The first sensitive cell without other tables that agree with everything shown.
///
/// Knows no classes, no weights and no search: every change of the atoms is added up over the
/// cells of the instance. No atom may fall below 0, no shown cell may change, and where empty
/// cells are shown no hidden cell may be empty in a table that raises the sensitive one.
pub(crate) fn unproven_cell(
    instance: &Instance,
    pattern: &Pattern,
    promise: Promise,
) -> Option<usize> {
    if promise.rule == SuppressionRule::Recovery {
        return revealed_cell(instance, pattern, promise.zeros);
    }
    let mut addition = Addition::of(instance);
    let minimum = i64::from(promise.minimum);
    let least = i64::from(promise.zeros == ZeroRule::Published);
    let mut proven: BTreeSet<(usize, Option<u32>)> = BTreeSet::new();
    for witness in &pattern.witnesses {
        let mut values = |change, least| {
            let left = witness.insider.is_none_or(|atom| {
                instance.counts[atom as usize] as i64 + change_of(change, atom) > 0
            });
            let values = addition.values(change, &witness.cells, pattern.suppressed(), least);
            values.filter(|_| left)
        };
        let (Some(raised), Some(emptied)) =
            (values(&witness.raised, least), values(&witness.emptied, 0))
        else {
            continue;
        };
        for (place, &cell) in witness.cells.iter().enumerate() {
            // A reader who is in the cell can only be made to believe that nobody else is.
            let own = witness
                .insider
                .is_some_and(|atom| instance.atoms_of(cell).binary_search(&atom).is_ok());
            if raised[place] >= minimum && emptied[place] == i64::from(own) {
                proven.insert((cell, witness.insider));
            }
        }
    }
    let unproven = (0..instance.cells()).find(|&cell| {
        let value = instance.values[cell] as i64;
        let possible = !instance.atoms_of(cell).is_empty();
        let sensitive =
            value < minimum && (value > 0 || (possible && promise.zeros == ZeroRule::Suppressed));
        sensitive && !(proven.contains(&(cell, None)) && pattern.suppressed()[cell])
    });
    if promise.rule == SuppressionRule::AmbiguityForInsiders && unproven.is_none() {
        return unproven_for_insiders(instance, pattern, &proven);
    }
    unproven
}

/// The first cell whose tables a child of an atom knows to be wrong, without tables of its own.
fn unproven_for_insiders(
    instance: &Instance,
    pattern: &Pattern,
    proven: &BTreeSet<(usize, Option<u32>)>,
) -> Option<usize> {
    let for_everybody = pattern
        .witnesses
        .iter()
        .filter(|witness| witness.insider.is_none());
    for witness in for_everybody {
        for &cell in &witness.cells {
            let own = instance.atoms_of(cell).iter().copied();
            let moved = witness.raised.iter().chain(&witness.emptied);
            let emptied = moved.filter_map(|&(atom, by)| {
                let left = instance.counts[atom as usize] as i64 + by;
                (left == 0).then_some(atom)
            });
            let mut readers = own
                .chain(emptied)
                .filter(|&atom| instance.counts[atom as usize] > 0);
            if readers.any(|atom| !proven.contains(&(cell, Some(atom)))) {
                return Some(cell);
            }
        }
    }
    None
}

fn change_of(change: &Change, atom: u32) -> i64 {
    let of_atom = change.iter().filter(|&&(other, _)| other == atom);
    of_atom.map(|&(_, by)| by).sum()
}

/// The first small cell in the span of the shown ones.
fn revealed_cell(instance: &Instance, pattern: &Pattern, zeros: ZeroRule) -> Option<usize> {
    let free = Free::of(instance, zeros);
    let mut shown = vec![false; free.classes()];
    let mut cell_of = vec![None; free.classes()];
    for (cell, class) in free.class_of_cell.iter().enumerate() {
        if let Some(class) = class {
            shown[*class as usize] |= !pattern.suppressed()[cell];
            if pattern.primary()[cell] {
                cell_of[*class as usize] = Some(cell);
            }
        }
    }
    let learned = Learned::from_shown(&free, &shown);
    (0..free.classes())
        .find(|&class| cell_of[class].is_some() && learned.tells(free.members.of(class)))
        .and_then(|class| cell_of[class])
}

/// Adds changes of atoms up over cells.
struct Addition<'i> {
    instance: &'i Instance,
    cells_of: SparseLists,
    sums: Vec<i64>,
    touched: Vec<u32>,
}

impl<'i> Addition<'i> {
    fn of(instance: &'i Instance) -> Self {
        Self {
            cells_of: instance.members.transposed(instance.atoms()),
            sums: vec![0; instance.cells()],
            touched: Vec::new(),
            instance,
        }
    }

    /// Values of the cells named in the changed table; `None` where it contradicts what is shown.
    fn values(
        &mut self,
        change: &Change,
        cells: &[usize],
        suppressed: &[bool],
        least: i64,
    ) -> Option<Vec<i64>> {
        let mut possible = true;
        for (place, &(atom, by)) in change.iter().enumerate() {
            let once = change[place + 1..].iter().all(|&(other, _)| other != atom);
            possible &= once && self.instance.counts[atom as usize] as i64 + by >= 0;
            for &cell in self.cells_of.of(atom as usize) {
                self.sums[cell as usize] += by;
                self.touched.push(cell);
            }
        }
        for &cell in &self.touched {
            let sum = self.sums[cell as usize];
            let value = self.instance.values[cell as usize] as i64 + sum;
            possible &= sum == 0 || (suppressed[cell as usize] && value >= least);
        }
        let changed = cells
            .iter()
            .map(|&cell| self.instance.values[cell] as i64 + self.sums[cell])
            .collect();
        for &cell in &self.touched {
            self.sums[cell as usize] = 0;
        }
        self.touched.clear();
        possible.then_some(changed)
    }
}
