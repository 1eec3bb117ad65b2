//! Several tables of the same children, released together.

use std::fmt;

use domain::InputProblem;

use super::codes::problem;
use super::sparse::{SparseLists, position};
use super::tables::{Code, CodeList, TableLayout};
use super::{Instance, ProtectionError, SuppressionRule};
use crate::lattice::Lattice;
use crate::released::ReleasedTable;
use crate::{Dimension, DisclosurePolicy, Label, ReleaseError};

/// Sensitive cells beyond which the linear-programming attack is not run besides the proof.
const MOST_ATTACKED_CELLS: usize = 500;

/// Exact counts of children and the tables of them that are to be released together. Like
/// [`crate::ConfidentialTable`] it shows no count and has no `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkedChildren {
    instance: Instance,
    tables: Vec<(String, Label, Lattice)>,
}

impl LinkedChildren {
    /// Children by the finest members of all `dimensions`, and the tables to be released: name,
    /// title and the codes of its dimensions.
    ///
    /// # Errors
    /// Every problem of the records and names, see [`Instance::from_records`], and of each table,
    /// E5001 to E5009.
    pub fn new<'a>(
        name: &str,
        dimensions: &[Dimension],
        tables: Vec<(String, Label, Vec<String>)>,
        records: impl IntoIterator<Item = (Vec<&'a str>, i64)>,
    ) -> Result<Self, Vec<InputProblem>> {
        let lists: Vec<CodeList> = dimensions
            .iter()
            .map(|dimension| CodeList {
                column: dimension.code.clone(),
                codes: dimension
                    .members
                    .iter()
                    .map(|member| Code::new(&member.code, member.parent.as_deref()))
                    .collect(),
            })
            .collect();
        let layouts: Vec<TableLayout> = tables
            .iter()
            .map(|(name, _, columns)| TableLayout::new(name, columns.iter().map(String::as_str)))
            .collect();
        let instance = Instance::from_records(name, &lists, &layouts, records)?;
        let mut problems = Vec::new();
        let mut kept = Vec::new();
        for (table, label, columns) in tables {
            let own = columns.iter().filter_map(|column| {
                let mut known = dimensions.iter();
                known.find(|dimension| dimension.code == *column).cloned()
            });
            match Lattice::new(own.collect()) {
                Ok(lattice) => kept.push((table, label, lattice)),
                Err(error) => {
                    let text = error.to_string();
                    let message = text
                        .split_once(": ")
                        .map_or(text.as_str(), |(_, rest)| rest);
                    problems.push(problem(error.code(), &table, message));
                }
            }
        }
        if problems.is_empty() {
            Ok(Self {
                instance,
                tables: kept,
            })
        } else {
            Err(problems)
        }
    }
}

impl Instance {
    /// One table: its leaf cells are the atoms, its cells the cells.
    pub(crate) fn of_table(name: &str, lattice: &Lattice, values: &[u64]) -> Self {
        let leaves: Vec<usize> = (0..lattice.cells())
            .filter(|&cell| lattice.is_leaf(cell))
            .collect();
        let paths: Vec<Vec<Vec<usize>>> = lattice
            .axes
            .iter()
            .map(|axis| (0..axis.len()).map(|node| axis.path(node)).collect())
            .collect();
        let cells_of = leaves.iter().map(|&leaf| {
            let mut reached = vec![0_usize];
            for (axis, paths) in paths.iter().enumerate() {
                let (path, stride) = (&paths[lattice.node(leaf, axis)], lattice.stride(axis));
                reached = reached
                    .iter()
                    .flat_map(|base| path.iter().map(move |node| base + node * stride))
                    .collect();
            }
            reached.into_iter().map(position).collect()
        });
        let members = SparseLists::new(cells_of).transposed(lattice.cells());
        let column = |axis: usize| {
            let nodes = leaves
                .iter()
                .map(move |&leaf| position(lattice.node(leaf, axis)));
            nodes.collect()
        };
        let names = (0..lattice.cells()).map(|cell| lattice.coordinates(cell).join(" / "));
        Self::assembled(
            name,
            leaves.iter().map(|&leaf| values[leaf]).collect(),
            members,
            names.collect(),
            (0..lattice.axes.len()).map(column).collect(),
        )
    }
}

impl fmt::Debug for LinkedChildren {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.tables.iter().map(|(name, ..)| name.as_str()).collect();
        write!(f, "LinkedChildren({})", names.join(", "))
    }
}

/// Releases several tables of the same children, so that not even all of them together tell a
/// small count. The strictest minimum of the tables counts for all of them.
///
/// A cell that two tables share is hidden in both or shown in both. Proven for every sensitive
/// cell by two tables of whole numbers that agree with everything shown, checked by addition
/// alone, and up to 500 sensitive cells by the attack of [`Instance::audit`] as well.
///
/// # Errors
/// [`ReleaseError`] when a proof does not hold or the solver fails; nothing is released then.
///
/// ```
/// use disclosure::{release_linked, Dimension, DisclosurePolicy, Label, LinkedChildren, Member};
/// let label = |word: &str| Label::new(word, word);
/// let members = |codes: &[&str]| codes.iter().map(|code| Member::new(*code, label(code))).collect();
/// let dimensions = [
///     Dimension::new("area", label("area"), members(&["a", "b", "c"])),
///     Dimension::new("care", label("care"), members(&["u3", "ue3", "hort"])),
/// ];
/// let tables = vec![
///     ("by_both".to_owned(), label("both"), vec!["area".to_owned(), "care".to_owned()]),
///     ("by_care".to_owned(), label("care"), vec!["care".to_owned()]),
/// ];
/// let counts = [2, 30, 21, 14, 40, 19, 17, 33, 25];
/// let codes = ["a", "b", "c"].into_iter().flat_map(|area| ["u3", "ue3", "hort"].map(|care| vec![area, care]));
/// let children = LinkedChildren::new("demo", &dimensions, tables, codes.zip(counts)).expect("good input");
/// let released = release_linked(children, &DisclosurePolicy::default())?;
/// assert_eq!(released[0].display(&["a", "u3"]).as_deref(), Some("."));
/// assert_eq!(released[0].display(&["_total", "u3"]), released[1].display(&["u3"]));
/// # Ok::<(), disclosure::ReleaseError>(())
/// ```
#[allow(clippy::needless_pass_by_value)] // consuming the counts is the point
pub fn release_linked(
    children: LinkedChildren,
    policy: &DisclosurePolicy,
) -> Result<Vec<ReleasedTable>, ReleaseError> {
    let LinkedChildren { instance, tables } = children;
    let minima = tables
        .iter()
        .map(|(name, ..)| policy.minimum_frequency(name));
    let minimum = minima.max().unwrap_or(policy.minimum_frequency(""));
    let suppressed = proven_pattern(&instance, minimum, policy.zeros())?;
    let mut first = 0;
    Ok(tables
        .iter()
        .map(|(name, label, lattice)| {
            let cells = first..first + lattice.cells();
            first = cells.end;
            let (values, hidden) = (&instance.values[cells.clone()], &suppressed[cells]);
            ReleasedTable::seal(name, label, lattice, values, hidden, policy)
        })
        .collect())
}

/// Which cells to hide, proven by witnesses and, for few sensitive cells, by the attack.
fn proven_pattern(
    instance: &Instance,
    minimum: u32,
    zeros: crate::ZeroRule,
) -> Result<Vec<bool>, ReleaseError> {
    let pattern = instance
        .protect(minimum, zeros, SuppressionRule::Ambiguity)
        .map_err(ReleaseError::from)?;
    if pattern.primary_cells() <= MOST_ATTACKED_CELLS {
        let audit = instance.audit(&pattern).map_err(ReleaseError::from)?;
        let confined = audit
            .cells
            .iter()
            .find(|interval| pattern.primary()[interval.cell] && !interval.is_ambiguous(minimum));
        if let Some(interval) = confined {
            let cell = instance.cell_name(interval.cell).unwrap_or_default();
            return Err(not_proven(instance.name(), cell));
        }
    }
    Ok(pattern.suppressed().to_vec())
}

impl From<ProtectionError> for ReleaseError {
    fn from(error: ProtectionError) -> Self {
        match error {
            ProtectionError::Solver { instance, source } => Self::Solver {
                table: instance,
                source,
            },
            ProtectionError::NotProven { instance, cell } => not_proven(&instance, &cell),
            ProtectionError::WrongPattern { instance, .. } => not_proven(&instance, ""),
        }
    }
}

fn not_proven(instance: &str, cell: &str) -> ReleaseError {
    ReleaseError::NotProven {
        table: instance.to_owned(),
        coordinates: cell.to_owned(),
        reason: "its alternative tables or the attack",
    }
}
