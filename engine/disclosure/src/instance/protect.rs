//! Which cells of an instance to hide, and the proof that hiding them is enough.
//!
//! For each sensitive class, most aggregated first, the cheapest change of the atoms ([`search`])
//! that shows it otherwise is found, and what it touches is hidden; hiding more never breaks a
//! change found earlier. Hidden classes that no change needs are shown again at the end, heaviest
//! first. All changes are then checked by addition on the instance itself, which knows no classes,
//! no weights and no search.
//!
//! [`search`]: super::search

use std::collections::BTreeSet;
use std::fmt;

use solver::SolverError;

use super::Instance;
use super::free::Free;
use super::lines::Lines;
use super::proof::{Promise, unproven_cell};
use super::search::{Change, Search};
use crate::ZeroRule;

/// Weight of one cell before its value counts.
const CELL_WEIGHT: u64 = 1_000;

/// Extra weight of a sum of everything.
const GRAND_TOTAL_WEIGHT: u64 = 1_000_000;

/// Renewed searches per sensitive class the last step may make on average.
const RENEWALS: usize = 12;

/// What hiding has to achieve for every sensitive cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuppressionRule {
    /// The reader can neither confirm "somebody" nor "fewer than `k`" (METHOD_DISCLOSURE D3).
    Ambiguity,
    /// As ambiguity, also for a reader who is one of the children counted (D3i): for each child
    /// the reader may be, the tables that protect a cell still hold that child.
    AmbiguityForInsiders,
    /// The count cannot be calculated exactly, neither by adding and subtracting shown cells nor
    /// from the fact that no count is negative. The weaker promise of most programs; a reader may
    /// still know the count to within one child.
    Recovery,
}

/// Why an instance got no pattern. No message shows a count.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProtectionError {
    /// The proof did not hold, which is a defect of this crate.
    #[error(
        "E5059: the protection of cell {cell:?} of {instance:?} could not be proven; nothing was released"
    )]
    NotProven {
        /// The instance.
        instance: String,
        /// Codes of the cell.
        cell: String,
    },
    /// The solver failed.
    #[error("E5060: {instance:?} was not examined: {source}")]
    Solver {
        /// The instance.
        instance: String,
        /// What it said.
        source: SolverError,
    },
    /// A pattern of another instance.
    #[error("E5061: {found} marks for {expected} cells of {instance:?}; give one per cell")]
    WrongPattern {
        /// The instance.
        instance: String,
        /// Marks given.
        found: usize,
        /// Its cells.
        expected: usize,
    },
}

/// Which cells to hide, with the proof. `Debug` names sizes only: which of the hidden cells are
/// small themselves is for internal use.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    suppressed: Vec<bool>,
    primary: Vec<bool>,
    /// Tables that protect sensitive cells, as changes of atoms of the instance.
    pub(crate) witnesses: Vec<Witness>,
}

/// Other tables that agree with everything shown, for one sensitive cell.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Witness {
    /// Sensitive cells it proves safe: all the same number.
    pub(crate) cells: Vec<usize>,
    /// Atom of the child the reader is, where these tables are for that reader only.
    pub(crate) insider: Option<u32>,
    pub(crate) raised: Change,
    pub(crate) emptied: Change,
}

impl Pattern {
    /// Whether each cell is hidden.
    #[must_use]
    pub fn suppressed(&self) -> &[bool] {
        &self.suppressed
    }

    /// Number of hidden cells.
    #[must_use]
    pub fn suppressed_cells(&self) -> usize {
        self.suppressed.iter().filter(|&&hidden| hidden).count()
    }

    /// Number of cells hidden because of themselves.
    #[must_use]
    pub fn primary_cells(&self) -> usize {
        self.primary.iter().filter(|&&primary| primary).count()
    }

    /// Whether each cell is hidden because of itself. **Internal**, see [`crate::InternalAudit`].
    #[must_use]
    pub fn primary(&self) -> &[bool] {
        &self.primary
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.suppressed.len();
        write!(
            f,
            "Pattern({} of {cells} cells hidden)",
            self.suppressed_cells()
        )
    }
}

impl Instance {
    /// Which cells to hide so that the rule holds for every count from 1 to `minimum - 1`, and for
    /// empty cells as well where they are not to be shown. Deterministic.
    ///
    /// # Errors
    /// [`ProtectionError::NotProven`] when a proof does not hold.
    pub fn protect(
        &self,
        minimum: u32,
        zeros: ZeroRule,
        rule: SuppressionRule,
    ) -> Result<Pattern, ProtectionError> {
        let free = Free::of(self, zeros);
        let lines = Lines::of(self, &free);
        let mut protection = Protection::new(&free, &lines, minimum, zeros, rule);
        protection.complete();
        protection.show_what_is_not_needed();
        // Tables replaced on the way may empty the atoms of other readers.
        protection.guard_against_insiders();
        if rule == SuppressionRule::Recovery {
            protection
                .hide_by_elimination()
                .map_err(|source| ProtectionError::Solver {
                    instance: self.name.clone(),
                    source,
                })?;
        }
        let pattern = self.pattern(&free, &protection);
        let promise = Promise {
            minimum,
            zeros,
            rule,
        };
        match unproven_cell(self, &pattern, promise) {
            None => Ok(pattern),
            Some(cell) => Err(ProtectionError::NotProven {
                instance: self.name.clone(),
                cell: self.names[cell].clone(),
            }),
        }
    }

    fn pattern(&self, free: &Free, protection: &Protection<'_>) -> Pattern {
        let of_class = |marks: &[bool]| -> Vec<bool> {
            let classes = free.class_of_cell.iter();
            classes
                .map(|class| class.is_some_and(|class| marks[class as usize]))
                .collect()
        };
        let own = |change: &Change| -> Change {
            change
                .iter()
                .map(|&(atom, by)| (free.atoms[atom as usize], by))
                .collect()
        };
        let mut cells = vec![Vec::new(); free.classes()];
        for (cell, class) in free.class_of_cell.iter().enumerate() {
            if let Some(class) = class {
                cells[*class as usize].push(cell);
            }
        }
        Pattern {
            suppressed: of_class(&protection.search.hidden),
            primary: of_class(&protection.primary),
            witnesses: protection
                .guards
                .iter()
                .map(|guard| Witness {
                    cells: cells[guard.class].clone(),
                    insider: guard.insider.map(|atom| free.atoms[atom as usize]),
                    raised: own(&guard.changes.raised),
                    emptied: own(&guard.changes.emptied),
                })
                .collect(),
        }
    }
}

/// The two changes that protect a sensitive class; under [`SuppressionRule::Recovery`] the first
/// one alone, in either direction.
#[derive(Default, Clone)]
struct Changes {
    raised: Change,
    emptied: Change,
}

/// A sensitive class, for every reader or for one who is a child of an atom.
#[derive(Clone)]
struct Guard {
    class: usize,
    insider: Option<u32>,
    changes: Changes,
}

/// What is hidden so far, and why.
pub(super) struct Protection<'f> {
    pub(super) search: Search<'f>,
    rule: SuppressionRule,
    minimum: i64,
    zeros: ZeroRule,
    pub(super) primary: Vec<bool>,
    /// One per sensitive class, most aggregated first, then those for single readers.
    guards: Vec<Guard>,
}

impl<'f> Protection<'f> {
    fn new(
        free: &'f Free,
        lines: &'f Lines,
        minimum: u32,
        zeros: ZeroRule,
        rule: SuppressionRule,
    ) -> Self {
        let minimum = i64::from(minimum);
        let everything = free.counts.len();
        let weights = (0..free.classes())
            .map(|class| {
                let value = free.values[class].unsigned_abs();
                let one = CELL_WEIGHT + value.isqrt().min(CELL_WEIGHT - 1);
                let grand_total = free.members.of(class).len() == everything && everything > 1;
                u64::from(free.sizes[class]) * one
                    + if grand_total { GRAND_TOTAL_WEIGHT } else { 0 }
            })
            .collect();
        let mut search = Search::new(free, lines, weights);
        let primary: Vec<bool> = free
            .values
            .iter()
            .map(|&value| value < minimum && (value > 0 || zeros == ZeroRule::Suppressed))
            .collect();
        let mut sensitive: Vec<usize> = (0..free.classes())
            .filter(|&class| primary[class])
            .collect();
        for &class in &sensitive {
            search.hide(class);
        }
        sensitive.sort_by_key(|&class| {
            let atoms = free.members.of(class).len();
            (std::cmp::Reverse(atoms), free.values[class], class)
        });
        let guard = |class| Guard {
            class,
            insider: None,
            changes: Changes::default(),
        };
        Self {
            guards: sensitive.into_iter().map(guard).collect(),
            search,
            rule,
            minimum,
            zeros,
            primary,
        }
    }

    fn complete(&mut self) {
        for place in 0..self.guards.len() {
            self.protect_guard(place);
        }
        self.guard_against_insiders();
    }

    fn protect_guard(&mut self, place: usize) {
        let Guard { class, insider, .. } = self.guards[place];
        let changes = if self.rule == SuppressionRule::Recovery {
            let other = self.other_value(class, u64::MAX);
            Changes {
                raised: self.hidden_for(other),
                emptied: Change::new(),
            }
        } else {
            let raised = self.raised(class, insider, u64::MAX);
            let raised = self.hidden_for(raised);
            let emptied = self.emptied(class, insider, u64::MAX);
            Changes {
                raised,
                emptied: self.hidden_for(emptied),
            }
        };
        self.guards[place].changes = changes;
    }

    /// Adds a guard for every reader whom the tables for everybody do not deceive: a child of an
    /// atom they empty, and every child of the sensitive class itself.
    fn guard_against_insiders(&mut self) {
        if self.rule != SuppressionRule::AmbiguityForInsiders {
            return;
        }
        let mut guarded: BTreeSet<(usize, u32)> = self
            .guards
            .iter()
            .filter_map(|guard| Some((guard.class, guard.insider?)))
            .collect();
        for place in 0..self.guards.len() {
            let guard = self.guards[place].clone();
            if guard.insider.is_some() {
                continue;
            }
            let counts = &self.search.free.counts;
            let both = guard.changes.raised.iter().chain(&guard.changes.emptied);
            let emptied = both
                .filter(|&&(atom, by)| counts[atom as usize] > 0 && counts[atom as usize] + by == 0)
                .map(|&(atom, _)| atom);
            let own = self.search.free.members.of(guard.class).iter().copied();
            let own = own.filter(|&atom| counts[atom as usize] > 0);
            let readers: BTreeSet<u32> = emptied.chain(own).collect();
            for atom in readers {
                if guarded.insert((guard.class, atom)) {
                    self.guards.push(Guard {
                        class: guard.class,
                        insider: Some(atom),
                        changes: Changes::default(),
                    });
                    self.protect_guard(self.guards.len() - 1);
                }
            }
        }
    }

    pub(super) fn hidden_for(&mut self, found: Option<(u64, Change)>) -> Change {
        let change = found.map(|(_, change)| change).unwrap_or_default();
        for class in self.search.shown_classes_of(&change) {
            self.search.hide(class as usize);
        }
        change
    }

    /// The cheapest change to `minimum`; with a reader who is a child, one that leaves that child.
    fn raised(&mut self, class: usize, insider: Option<u32>, budget: u64) -> Option<(u64, Change)> {
        let amount = self.minimum - self.search.free.values[class];
        let least = i64::from(self.zeros == ZeroRule::Published);
        self.search.without(insider);
        let found = self.search.cheapest(class, amount, least, budget);
        self.search.with(insider);
        found
    }

    /// The cheapest change to nobody; with a reader who is a child, to nobody else.
    fn emptied(
        &mut self,
        class: usize,
        insider: Option<u32>,
        budget: u64,
    ) -> Option<(u64, Change)> {
        self.search.without(insider);
        let amount = -self.search.value(class);
        let found = self.search.cheapest(class, amount, 0, budget);
        self.search.with(insider);
        found
    }

    /// One child more or one fewer, whichever is cheaper.
    pub(super) fn other_value(&mut self, class: usize, budget: u64) -> Option<(u64, Change)> {
        let least = i64::from(self.zeros == ZeroRule::Published);
        let more = self.search.cheapest(class, 1, least, budget);
        let limit = more.as_ref().map_or(budget, |(cost, _)| *cost);
        if limit == 0 || self.search.free.values[class] == 0 {
            return more;
        }
        self.search.one_fewer(class, least, limit).or(more)
    }

    /// Shows hidden classes again that are not sensitive and that no change needs, or whose
    /// changes can be replaced without hiding anything else; heaviest first.
    fn show_what_is_not_needed(&mut self) {
        let mut users: Vec<Vec<u32>> = vec![Vec::new(); self.search.free.classes()];
        for place in 0..self.guards.len() {
            self.note_users(place, &mut users);
        }
        let mut secondary: Vec<usize> = (0..users.len())
            .filter(|&class| self.search.hidden[class] && !self.primary[class])
            .collect();
        secondary.sort_by_key(|&class| (std::cmp::Reverse(self.search.weights[class]), class));
        let mut renewals = RENEWALS * self.guards.len();
        for class in secondary {
            let mut using = users[class].clone();
            using.sort_unstable();
            using.dedup();
            self.search.show(class);
            let mut renewed = Vec::new();
            let mut replaced = true;
            for place in using {
                let place = place as usize;
                match self.without_shown(place, &mut renewals) {
                    Some(Some(changes)) => renewed.push((place, changes)),
                    Some(None) => {}
                    None => {
                        replaced = false;
                        break;
                    }
                }
            }
            if !replaced {
                self.search.hide(class);
                continue;
            }
            for (place, changes) in renewed {
                self.guards[place].changes = changes;
                self.note_users(place, &mut users);
            }
        }
    }

    fn note_users(&mut self, place: usize, users: &mut [Vec<u32>]) {
        let changes = self.guards[place].changes.clone();
        for change in [&changes.raised, &changes.emptied] {
            for class in self.search.hidden_classes_of(change) {
                if !self.primary[class as usize] {
                    users[class as usize].push(place as u32);
                }
            }
        }
    }

    /// Changes that touch no shown class: `Some(None)` where those there are do already, `None`
    /// where there are none or the number of searches is used up.
    #[allow(clippy::option_option)] // "nothing to do" is not "impossible"
    fn without_shown(&mut self, place: usize, renewals: &mut usize) -> Option<Option<Changes>> {
        let Guard {
            class,
            insider,
            mut changes,
        } = self.guards[place].clone();
        let mut renewed = false;
        for raising in [true, false] {
            let change = if raising {
                &changes.raised
            } else {
                &changes.emptied
            };
            if self.search.cost_of(change, 1).is_some() {
                continue;
            }
            *renewals = renewals.checked_sub(1)?;
            renewed = true;
            let found = match (raising, self.rule) {
                (true, SuppressionRule::Recovery) => self.other_value(class, 1),
                (true, _) => self.raised(class, insider, 1),
                (false, _) => self.emptied(class, insider, 1),
            };
            let (_, found) = found?;
            if raising {
                changes.raised = found;
            } else {
                changes.emptied = found;
            }
        }
        Some(renewed.then_some(changes))
    }
}
