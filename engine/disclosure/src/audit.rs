//! The attacker: what can be calculated from a released table alone.

use solver::{Equality, LinearForm, LinearSystem, SolverError, cell_bounds, confined_unknowns};

use crate::lattice::Lattice;
use crate::method::{KnownInterval, ProtectionMethod};
use crate::{ProtectionError, PublishedSums, ReleasedTable};

/// Bounds of one suppressed cell, from published numbers only.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AuditedCell {
    /// Codes, one per dimension.
    pub coordinates: Vec<String>,
    /// The cell holds at least this many.
    pub lower: u64,
    /// The cell holds at most this many; `None` where there is no limit.
    pub upper: Option<u64>,
}

impl AuditedCell {
    /// Whether the reader can neither confirm "somebody" nor "fewer than `minimum`".
    #[must_use]
    pub fn is_ambiguous(&self, minimum: u32) -> bool {
        self.lower == 0 && self.upper.is_none_or(|upper| upper >= u64::from(minimum))
    }

    /// Whether the reader knows the cell to within fewer than `minimum` children while it may be
    /// small: `upper - lower < minimum` and `lower < minimum`. A cell that holds `minimum` or more
    /// for certain discloses nothing.
    #[must_use]
    pub fn is_disclosed(&self, minimum: u32) -> bool {
        let minimum = u64::from(minimum);
        self.lower < minimum && self.upper.is_some_and(|upper| upper < self.lower + minimum)
    }

    /// Whether the count can be calculated.
    #[must_use]
    pub fn is_recovered(&self) -> bool {
        self.upper == Some(self.lower)
    }
}

/// What an attacker with a linear-programming solver gets out of a released table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AttackerAudit {
    /// Every cell whose count is not shown as it is, in printing order: the suppressed ones, and all
    /// cells of perturbed and rounded tables that do not follow from the method alone.
    pub cells: Vec<AuditedCell>,
}

impl AttackerAudit {
    /// The bounds of one cell; `None` where it is published or does not exist.
    #[must_use]
    pub fn cell(&self, coordinates: &[&str]) -> Option<&AuditedCell> {
        self.cells
            .iter()
            .find(|cell| cell.coordinates == coordinates)
    }
}

/// Attacks a released table: the least and the greatest count of every suppressed cell that
/// agrees with all published cells, all sums and the fact that counts are not negative.
///
/// Knows nothing but the table. Bounds are those of the linear relaxation, rounded inwards to
/// whole children: an attacker cannot get outside them, and only in tables of three and more
/// dimensions could a search over whole numbers narrow them further.
///
/// # Errors
/// [`SolverError`] when the solver gives no answer.
///
/// ```
/// use disclosure::{audit, release, ConfidentialTable, Dimension, DisclosurePolicy, Label, Member};
/// let members = |codes: [&str; 3]| codes.map(|c| Member::new(c, Label::new(c, c))).to_vec();
/// let table = ConfidentialTable::new("demo", Label::new("Kinder", "Children"), vec![
///     Dimension::new("area", Label::new("Stadtteil", "Area"), members(["a", "b", "c"])),
///     Dimension::new("care", Label::new("Betreuungsform", "Care type"), members(["u3", "ue3", "hort"])),
/// ], vec![2, 30, 21, 14, 40, 19, 17, 33, 25])?;
/// let released = release(table, &DisclosurePolicy::default())?;
/// let attack = audit(&released)?;
/// let small = attack.cell(&["a", "u3"]).expect("a count of 2 is suppressed");
/// assert!(small.is_ambiguous(3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn audit(table: &ReleasedTable) -> Result<AttackerAudit, SolverError> {
    attack(table.lattice(), table.values(), table.method())
}

/// Bounds of every cell that is not exact, by everything the method tells.
///
/// Totals of a rounded table are the sums of its cells and tell nothing; those of a perturbed one
/// have noise of their own, and all intervals together are searched.
pub(crate) fn attack(
    lattice: &Lattice,
    values: &[Option<u64>],
    method: &ProtectionMethod,
) -> Result<AttackerAudit, SolverError> {
    let intervals = match method {
        ProtectionMethod::Suppression | ProtectionMethod::Merging { .. } => {
            return attack_all(lattice, values);
        }
        ProtectionMethod::Rounding(_) => method.intervals(lattice, values),
        ProtectionMethod::CellKeys(_) => narrowed(lattice, method.intervals(lattice, values))?,
    };
    let open = lattice.printed_cells().into_iter();
    let open = open.filter(|&cell| !intervals[cell].is_exact());
    let cells = open.map(|cell| AuditedCell {
        coordinates: lattice
            .coordinates(cell)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        lower: intervals[cell].lower,
        upper: intervals[cell].upper,
    });
    Ok(AttackerAudit {
        cells: cells.collect(),
    })
}

/// Intervals of all cells, narrowed by the sums of the table: the least and the greatest count of
/// each over all tables that lie within every interval.
fn narrowed(
    lattice: &Lattice,
    intervals: Vec<KnownInterval>,
) -> Result<Vec<KnownInterval>, SolverError> {
    let open: Vec<usize> = (0..intervals.len())
        .filter(|&cell| !intervals[cell].is_exact())
        .collect();
    // Unknown 2 n is what open cell n has above its lower end, 2 n + 1 what it lacks of its upper.
    let mut rows = Vec::new();
    for sum in lattice.sums() {
        let mut form = LinearForm::default();
        let mut known = 0.0;
        let parts = sum.parts.iter().map(|&part| (part, 1.0));
        for (cell, sign) in parts.chain([(sum.whole, -1.0)]) {
            known += sign * intervals[cell].lower as f64;
            if let Ok(number) = open.binary_search(&cell) {
                form.terms.push((2 * number, sign));
            }
        }
        if !form.terms.is_empty() {
            let right_hand_side = -known;
            rows.push(Equality {
                form,
                right_hand_side,
            });
        }
    }
    for (number, &cell) in open.iter().enumerate() {
        if let Some(upper) = intervals[cell].upper {
            let terms = vec![(2 * number, 1.0), (2 * number + 1, 1.0)];
            rows.push(Equality {
                form: LinearForm { terms },
                right_hand_side: (upper - intervals[cell].lower) as f64,
            });
        }
    }
    let system = LinearSystem::new(2 * open.len(), rows)?;
    let targets: Vec<LinearForm> = (0..open.len())
        .map(|n| LinearForm::unknown(2 * n))
        .collect();
    let bounds = cell_bounds(&system, &targets)?;
    let mut narrowed = intervals;
    for (&cell, bound) in open.iter().zip(bounds) {
        // The solver keeps to its rows by 1e-7; a whole number that close counts as reached.
        let lower = narrowed[cell].lower;
        let upper = (bound.upper + 1e-6).floor().max(0.0);
        narrowed[cell] = KnownInterval {
            lower: lower + (bound.lower - 1e-6).ceil().max(0.0) as u64,
            upper: bound.upper.is_finite().then(|| lower + upper as u64),
        };
    }
    Ok(narrowed)
}

/// Bounds of every suppressed cell in printing order.
pub(crate) fn attack_all(
    lattice: &Lattice,
    values: &[Option<u64>],
) -> Result<AttackerAudit, SolverError> {
    let cells: Vec<usize> = lattice
        .printed_cells()
        .into_iter()
        .filter(|&cell| values[cell].is_none())
        .collect();
    // Asked in the finest cells, where equal questions are one, this takes a seventh of the time it
    // takes with one unknown per suppressed cell.
    let audit = PublishedSums::of_table(lattice, values).audit();
    let audit = audit.map_err(|error| match error {
        ProtectionError::Solver { source, .. } => source,
        other => SolverError::Stopped {
            model: "attacker bounds",
            status: other.to_string(),
        },
    })?;
    let whole = |cell: usize| {
        let place = audit
            .cells
            .binary_search_by_key(&cell, |bounds| bounds.cell);
        let (lower, upper) = place.map_or((0.0, f64::INFINITY), |place| {
            (audit.cells[place].lower, audit.cells[place].upper)
        });
        let upper = upper.is_finite().then(|| upper.floor().max(0.0) as u64);
        (lower.ceil().max(0.0) as u64, upper)
    };
    let audited = cells
        .iter()
        .map(|&cell| (cell, whole(cell)))
        .map(|(cell, (lower, upper))| AuditedCell {
            coordinates: lattice
                .coordinates(cell)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            lower,
            upper,
        });
    Ok(AttackerAudit {
        cells: audited.collect(),
    })
}

/// The first of the given suppressed cells that an attacker can tell from 0 or from `minimum`.
pub(crate) fn first_confined_cell(
    table: &ReleasedTable,
    cells: &[usize],
    minimum: u32,
) -> Result<Option<usize>, SolverError> {
    let known = Known::new(table.lattice(), table.values())?;
    let columns: Vec<usize> = cells
        .iter()
        .filter_map(|&cell| known.column(cell))
        .collect();
    let confined = confined_unknowns(&known.system, &columns, 0.0, f64::from(minimum))?;
    let published = cells
        .iter()
        .copied()
        .find(|&cell| known.column(cell).is_none());
    Ok(published.or(confined.first().map(|&column| known.hidden[column])))
}

/// What a reader knows: one unknown per suppressed cell, one row per sum that has any.
struct Known {
    hidden: Vec<usize>,
    system: LinearSystem,
}

impl Known {
    fn new(lattice: &Lattice, values: &[Option<u64>]) -> Result<Self, SolverError> {
        let hidden: Vec<usize> = (0..values.len())
            .filter(|&cell| values[cell].is_none())
            .collect();
        let mut rows = Vec::new();
        for sum in lattice.sums() {
            let signed = sum
                .parts
                .iter()
                .map(|&part| (part, 1.0))
                .chain([(sum.whole, -1.0)]);
            let mut form = LinearForm::default();
            let mut known = 0.0;
            for (cell, sign) in signed {
                match (values[cell], hidden.binary_search(&cell)) {
                    (None, Ok(unknown)) => form.terms.push((unknown, sign)),
                    (value, _) => known += sign * value.unwrap_or(0) as f64,
                }
            }
            if !form.terms.is_empty() {
                rows.push(Equality {
                    form,
                    right_hand_side: -known,
                });
            }
        }
        let system = LinearSystem::new(hidden.len(), rows)?;
        Ok(Self { hidden, system })
    }

    fn column(&self, cell: usize) -> Option<usize> {
        self.hidden.binary_search(&cell).ok()
    }
}
