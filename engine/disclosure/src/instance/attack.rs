//! The attacker: what can be calculated from the shown cells of an instance.

use solver::{Equality, Interval, LinearForm, LinearSystem, SolverError, cell_bounds};

use super::free::Free;
use super::sparse::position;
use super::{Instance, ProtectionError};

/// What an attacker knows of one hidden cell: it lies between two numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellInterval {
    /// Number of the cell in the instance.
    pub cell: usize,
    /// Least value.
    pub lower: f64,
    /// Greatest value; `∞` where nothing limits it.
    pub upper: f64,
}

impl CellInterval {
    /// Whether the reader can neither confirm "somebody" nor "fewer than `minimum`" (D3).
    #[must_use]
    pub fn is_ambiguous(&self, minimum: u32) -> bool {
        self.lower <= 0.0 && self.upper >= f64::from(minimum)
    }

    /// Whether the count can be calculated.
    #[must_use]
    pub fn is_recovered(&self) -> bool {
        self.upper - self.lower < 1e-6
    }
}

/// The attack on one pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceAudit {
    /// Every hidden cell, ascending.
    pub cells: Vec<CellInterval>,
}

impl Instance {
    /// Attacks a pattern of hidden cells, by whomever it was made: the least and the greatest
    /// value of every hidden cell that agrees with all shown cells and the fact that counts are
    /// not negative.
    ///
    /// Atoms of shown cells that are empty are known; atoms that no cell tells apart are one
    /// unknown; cells with the same unknowns are asked for once.
    ///
    /// # Errors
    /// [`ProtectionError::WrongPattern`] for a pattern of another length,
    /// [`ProtectionError::Solver`] when the solver gives no answer.
    pub fn audit(&self, suppressed: &[bool]) -> Result<InstanceAudit, ProtectionError> {
        if suppressed.len() != self.cells() {
            return Err(ProtectionError::WrongPattern {
                instance: self.name.clone(),
                found: suppressed.len(),
                expected: self.cells(),
            });
        }
        let free = Free::without(self, |cell| !suppressed[cell] && self.values[cell] == 0);
        let failed = |source| ProtectionError::Solver {
            instance: self.name.clone(),
            source,
        };
        let mut shown = vec![false; free.classes()];
        for (cell, class) in free.class_of_cell.iter().enumerate() {
            if let Some(class) = class {
                shown[*class as usize] |= !suppressed[cell];
            }
        }
        let asked: Vec<usize> = (0..free.classes())
            .filter(|&class| {
                // Classes shown elsewhere are asked for as well: their bounds are one number.
                !shown[class] || free.sizes[class] > 1
            })
            .collect();
        let bounds = bounds_of_classes(&free, &shown, &asked).map_err(failed)?;
        let cells = (0..self.cells())
            .filter(|&cell| suppressed[cell])
            .map(|cell| {
                let class = free.class_of_cell[cell].map(|class| class as usize);
                let place = class.and_then(|class| asked.binary_search(&class).ok());
                // No free atom: everybody knows it to be empty.
                let (lower, upper) = place.map_or((0.0, 0.0), |place| {
                    (bounds[place].lower, bounds[place].upper)
                });
                CellInterval { cell, lower, upper }
            });
        Ok(InstanceAudit {
            cells: cells.collect(),
        })
    }
}

/// The least and the greatest value of classes, for a reader of the shown ones.
pub(super) fn bounds_of_classes(
    free: &Free,
    shown: &[bool],
    asked: &[usize],
) -> Result<Vec<Interval>, SolverError> {
    let unknown_of = unknowns(free);
    let count = unknown_of.iter().map(|&unknown| unknown as usize + 1).max();
    let form = |class: usize| {
        let atoms = free.members.of(class).iter();
        let mut unknowns: Vec<u32> = atoms.map(|&atom| unknown_of[atom as usize]).collect();
        unknowns.sort_unstable();
        unknowns.dedup();
        let terms = unknowns.into_iter().map(|unknown| (unknown as usize, 1.0));
        LinearForm {
            terms: terms.collect(),
        }
    };
    let rows = (0..free.classes())
        .filter(|&class| shown[class])
        .map(|class| Equality {
            form: form(class),
            right_hand_side: free.values[class] as f64,
        })
        .collect();
    let system = LinearSystem::new(count.unwrap_or(0), rows)?;
    let targets: Vec<LinearForm> = asked.iter().map(|&class| form(class)).collect();
    cell_bounds(&system, &targets)
}

/// The unknown of each free atom: atoms of the same classes are one.
fn unknowns(free: &Free) -> Vec<u32> {
    let mut order: Vec<usize> = (0..free.counts.len()).collect();
    order.sort_by(|&a, &b| {
        free.containing
            .of(a)
            .cmp(free.containing.of(b))
            .then(a.cmp(&b))
    });
    let mut leader: Vec<usize> = (0..order.len()).collect();
    for pair in order.windows(2) {
        if free.containing.of(pair[0]) == free.containing.of(pair[1]) {
            leader[pair[1]] = leader[pair[0]];
        }
    }
    let mut unknown_of: Vec<u32> = vec![0; order.len()];
    let mut next = 0;
    for atom in 0..order.len() {
        if leader[atom] == atom {
            unknown_of[atom] = position(next);
            next += 1;
        } else {
            unknown_of[atom] = unknown_of[leader[atom]];
        }
    }
    unknown_of
}
