//! The attacker: what can be calculated from the shown cells of an instance.

use std::collections::BTreeSet;

use domain::InputProblem;
use solver::{
    BoundSession, Equality, Interval, LinearForm, LinearSystem, SolverError, cell_bounds,
};

use super::codes::{UNKNOWN_ATOM, problem};
use super::free::Free;
use super::protect::Pattern;
use super::sparse::{SparseLists, position};
use super::{Instance, ProtectionError};
use crate::lattice::Lattice;

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
    /// Attacks a pattern of this instance: the least and the greatest value of every hidden cell
    /// that agrees with all shown cells and the fact that counts are not negative.
    ///
    /// # Errors
    /// [`ProtectionError::WrongPattern`] for a pattern of another length,
    /// [`ProtectionError::Solver`] when the solver gives no answer.
    pub fn audit(&self, pattern: &Pattern) -> Result<InstanceAudit, ProtectionError> {
        let suppressed = pattern.suppressed();
        if suppressed.len() != self.cells() {
            return Err(ProtectionError::WrongPattern {
                instance: self.name.clone(),
                found: suppressed.len(),
                expected: self.cells(),
            });
        }
        self.published(pattern).audit()
    }

    /// What readers of a pattern of this instance have, to be attacked cell by cell.
    ///
    /// # Errors
    /// As [`Self::audit`].
    pub fn open_attack(&self, pattern: &Pattern) -> Result<OpenAttack, ProtectionError> {
        if pattern.suppressed().len() != self.cells() {
            return Err(ProtectionError::WrongPattern {
                instance: self.name.clone(),
                found: pattern.suppressed().len(),
                expected: self.cells(),
            });
        }
        self.published(pattern).open()
    }

    fn published(&self, pattern: &Pattern) -> PublishedSums {
        let values = self.values.iter().zip(pattern.suppressed());
        PublishedSums {
            name: self.name.clone(),
            atoms: self.atoms(),
            members: self.members.clone(),
            values: values
                .map(|(&value, &hidden)| (!hidden).then_some(value))
                .collect(),
        }
    }
}

/// Published sums as their readers have them: numbers where shown, nothing where hidden, and which
/// atoms every sum is made of. By whomever they were protected.
///
/// ```
/// use disclosure::PublishedSums;
/// // Two parts and their total: the hidden part can be calculated.
/// let cells = vec![(vec![0], Some(40)), (vec![1], None), (vec![0, 1], Some(42))];
/// let audit = PublishedSums::new("two parts", 2, cells).expect("good sums").audit()?;
/// assert!(audit.cells[0].is_recovered() && audit.cells[0].lower == 2.0);
///
/// let refused = PublishedSums::new("one atom", 1, vec![(vec![1], None)]);
/// assert_eq!(refused.unwrap_err()[0].code, "E5051");
/// # Ok::<(), disclosure::ProtectionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedSums {
    name: String,
    atoms: usize,
    members: SparseLists,
    values: Vec<Option<u64>>,
}

impl PublishedSums {
    /// Sums over `atoms` atoms: the numbers of its atoms from 0, and the value where it is shown.
    ///
    /// # Errors
    /// E5051 for every sum that names an atom that does not exist.
    pub fn new(
        name: &str,
        atoms: usize,
        cells: Vec<(Vec<usize>, Option<u64>)>,
    ) -> Result<Self, Vec<InputProblem>> {
        let mut problems = Vec::new();
        for (number, (members, _)) in cells.iter().enumerate() {
            if members.iter().any(|&atom| atom >= atoms) {
                let message = format!("cell {number} names an atom beyond the {atoms} there are");
                problems.push(problem(UNKNOWN_ATOM, name, message));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let values = cells.iter().map(|(_, value)| *value).collect();
        let lists = cells
            .into_iter()
            .map(|(members, _)| members.into_iter().map(position).collect());
        Ok(Self {
            name: name.to_owned(),
            atoms,
            members: SparseLists::new(lists),
            values,
        })
    }

    /// The least and the greatest value of every hidden cell that agrees with all shown cells and
    /// the fact that counts are not negative.
    ///
    /// Atoms of shown cells that are empty are known; atoms that no cell tells apart are one
    /// unknown; cells with the same unknowns are asked for once. Shown cells that hang together with
    /// no hidden one are not examined.
    ///
    /// # Errors
    /// [`ProtectionError::Solver`] when the solver gives no answer, for example because the shown
    /// cells contradict each other.
    pub fn audit(&self) -> Result<InstanceAudit, ProtectionError> {
        let free = Free::over(self.atoms, &self.members, &|_| 0, &|cell| {
            self.values[cell] == Some(0)
        });
        let mut shown: BTreeSet<(usize, u64)> = BTreeSet::new();
        for (cell, class) in free.class_of_cell.iter().enumerate() {
            if let (Some(class), Some(value)) = (class, self.values[cell]) {
                shown.insert((*class as usize, value));
            }
        }
        let hidden = (0..self.values.len()).filter(|&cell| self.values[cell].is_none());
        let hidden: Vec<usize> = hidden.collect();
        let class_of = |cell: usize| free.class_of_cell[cell].map(|class| class as usize);
        let mut asked: Vec<usize> = hidden.iter().filter_map(|&cell| class_of(cell)).collect();
        asked.sort_unstable();
        asked.dedup();
        let bounds =
            bounds_of_classes(&free, shown, &asked).map_err(|source| ProtectionError::Solver {
                instance: self.name.clone(),
                source,
            })?;
        let cells = hidden.into_iter().map(|cell| {
            let place = class_of(cell).and_then(|class| asked.binary_search(&class).ok());
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

/// Published sums opened for questions about single cells; see [`PublishedSums::open`].
#[derive(Debug)]
pub struct OpenAttack {
    name: String,
    session: BoundSession,
    /// The form of each hidden cell; `None` for one everybody knows to be empty.
    forms: Vec<(usize, Option<LinearForm>)>,
}

impl OpenAttack {
    /// Number of hidden cells.
    #[must_use]
    pub fn hidden_cells(&self) -> usize {
        self.forms.len()
    }

    /// What can be calculated of a hidden cell, counted in ascending order of cells; as in
    /// [`PublishedSums::audit`]. `None` beyond the last one.
    ///
    /// # Errors
    /// As [`PublishedSums::audit`].
    pub fn bounds(&mut self, place: usize) -> Result<Option<CellInterval>, ProtectionError> {
        let Some((cell, form)) = self.forms.get(place) else {
            return Ok(None);
        };
        let (lower, upper) = match form {
            None => (0.0, 0.0),
            Some(form) => {
                let bounds =
                    self.session
                        .bounds(form)
                        .map_err(|source| ProtectionError::Solver {
                            instance: self.name.clone(),
                            source,
                        })?;
                (bounds.lower, bounds.upper)
            }
        };
        Ok(Some(CellInterval {
            cell: *cell,
            lower,
            upper,
        }))
    }
}

impl PublishedSums {
    /// A table with its leaf cells as atoms.
    pub(crate) fn of_table(lattice: &Lattice, values: &[Option<u64>]) -> Self {
        let known: Vec<u64> = values.iter().map(|value| value.unwrap_or(0)).collect();
        let instance = Instance::of_table("published", lattice, &known);
        Self {
            atoms: instance.atoms(),
            members: instance.members,
            name: instance.name,
            values: values.to_vec(),
        }
    }

    /// Opens the attack for single questions, which [`Self::audit`] asks all at once.
    ///
    /// # Errors
    /// As [`Self::audit`].
    pub fn open(&self) -> Result<OpenAttack, ProtectionError> {
        let free = Free::over(self.atoms, &self.members, &|_| 0, &|cell| {
            self.values[cell] == Some(0)
        });
        let shown: BTreeSet<(usize, u64)> = free
            .class_of_cell
            .iter()
            .zip(&self.values)
            .filter_map(|(class, value)| Some(((*class)? as usize, (*value)?)))
            .collect();
        let failed = |source| ProtectionError::Solver {
            instance: self.name.clone(),
            source,
        };
        let (system, form) = system_of_classes(&free, shown).map_err(failed)?;
        let hidden = (0..self.values.len()).filter(|&cell| self.values[cell].is_none());
        let forms = hidden.map(|cell| {
            let class = free.class_of_cell[cell];
            (cell, class.map(|class| form(class as usize)))
        });
        Ok(OpenAttack {
            name: self.name.clone(),
            forms: forms.collect(),
            session: BoundSession::open(&system).map_err(failed)?,
        })
    }
}

/// The least and the greatest value of classes, for a reader of the shown ones.
pub(super) fn bounds_of_classes(
    free: &Free,
    shown: impl IntoIterator<Item = (usize, u64)>,
    asked: &[usize],
) -> Result<Vec<Interval>, SolverError> {
    let (system, form) = system_of_classes(free, shown)?;
    let targets: Vec<LinearForm> = asked.iter().map(|&class| form(class)).collect();
    cell_bounds(&system, &targets)
}

/// The rows of the shown classes, and how a class is written in their unknowns.
fn system_of_classes(
    free: &Free,
    shown: impl IntoIterator<Item = (usize, u64)>,
) -> Result<(LinearSystem, impl Fn(usize) -> LinearForm), SolverError> {
    let unknown_of = unknowns(free);
    let count = unknown_of.iter().map(|&unknown| unknown as usize + 1).max();
    let form = move |class: usize| {
        let atoms = free.members.of(class).iter();
        let mut unknowns: Vec<u32> = atoms.map(|&atom| unknown_of[atom as usize]).collect();
        unknowns.sort_unstable();
        unknowns.dedup();
        let terms = unknowns.into_iter().map(|unknown| (unknown as usize, 1.0));
        LinearForm {
            terms: terms.collect(),
        }
    };
    let rows = shown
        .into_iter()
        .map(|(class, value)| Equality {
            form: form(class),
            right_hand_side: value as f64,
        })
        .collect();
    Ok((LinearSystem::new(count.unwrap_or(0), rows)?, form))
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
