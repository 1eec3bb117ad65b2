//! A table somebody published, read back and attacked.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Read;

use domain::InputProblem;
use solver::SolverError;

use super::codes::{self, Problems};
use super::sheet::{FurtherColumns, read_rows};
use super::{ProtectionSpec, SpecTable, message_of};
use crate::audit::attack;
use crate::instance::cells_that_follow;
use crate::lattice::Lattice;
use crate::method::ProtectionMethod;
use crate::released_amounts::{hundredths_of, written};
use crate::{AttackerAudit, Dimension, TOTAL_CODE};

/// A table as its readers have it: numbers where shown, nothing where suppressed. Made by
/// [`read_published`] from a file, of this program or of another one.
#[derive(Clone, PartialEq)]
pub struct PublishedTable {
    file: String,
    name: String,
    lattice: Lattice,
    values: Vec<Option<u64>>,
    method: ProtectionMethod,
}

impl PublishedTable {
    /// Its name in the spec.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All cells, totals included.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.values.len()
    }
}

impl fmt::Debug for PublishedTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublishedTable({:?}, {} cells)", self.name, self.cells())
    }
}

/// Why a published table could not be attacked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AuditError {
    /// No table of children agrees with the published numbers.
    #[error("{0}")]
    Contradiction(InputProblem),
    /// The solver failed.
    #[error("E5013: table {table:?} was not examined: {source}")]
    Solver {
        /// The table.
        table: String,
        /// What it said.
        source: SolverError,
    },
}

/// Reads a published table of the spec: a column per dimension, `value` and `status`, every cell
/// once, totals (`_total`) included, in any order. `status` is `published`, `zero`, for cells
/// without a value `suppressed`, `primary` or `secondary`, and by the method of the spec
/// `perturbed`, `rounded` or `merged`.
///
/// Areas put together (`a+b`) take the place of their parts where the spec merges them.
///
/// Members the spec does not list are those of the file, all directly below the total.
///
/// # Errors
/// Every problem of the file: E5030 to E5035 and E5037 to E5041. Totals that contradict the cells
/// they add up are among them (E5040).
///
/// ```
/// use disclosure::{audit_published, read_published, ProtectionSpec};
/// let spec = r#"{
///     "rule": "threshold", "k": 3,
///     "dimension": [{ "column": "area", "label_de": "Stadtteil", "label_en": "Area" }],
///     "table": [{ "name": "by_area", "dimensions": ["area"] }]
/// }"#;
/// let spec = ProtectionSpec::parse(spec, "spec.json", |text| serde_json::from_str(text)).expect("a good spec");
/// // One suppressed cell beside a total: anybody can calculate it.
/// let file = "area,value,status\na,,suppressed\nb,40,published\n_total,42,published\n";
/// let table = read_published(file.as_bytes(), "by_area.csv", &spec, "by_area").expect("a good table");
/// let audit = audit_published(&table)?;
/// assert_eq!((audit.cells[0].lower, audit.cells[0].upper), (2, Some(2)));
/// assert!(audit.cells[0].is_recovered() && audit.cells[0].is_disclosed(3));
///
/// let file = "area,value,status\na,5,published\nb,40,published\n_total,42,published\n";
/// let problems = read_published(file.as_bytes(), "by_area.csv", &spec, "by_area").unwrap_err();
/// assert_eq!(problems[0].code, "E5040");
/// # Ok::<(), disclosure::AuditError>(())
/// ```
pub fn read_published(
    input: impl Read,
    file: &str,
    spec: &ProtectionSpec,
    table_name: &str,
) -> Result<PublishedTable, Vec<InputProblem>> {
    let mut problems = Problems::of(file);
    let Some(table) = spec.table(table_name) else {
        let names: Vec<&str> = spec.table_names().collect();
        let message = format!(
            "the spec has no table {table_name:?}; it has {}",
            names.join(", ")
        );
        problems.file(codes::UNKNOWN_TABLE, message);
        return Err(problems.into_list());
    };
    let cells = read_cells(input, spec, table, &mut problems);
    // What is missing cannot be told while rows are unread.
    problems.or(())?;
    let mut problems = Problems::of(file);
    let lattice = match Lattice::new(dimensions(spec, table, &cells)) {
        Ok(lattice) => lattice,
        Err(error) => {
            problems.file(error.code(), message_of(&error));
            return Err(problems.into_list());
        }
    };
    let mut values: Vec<Option<Option<u64>>> = vec![None; lattice.cells()];
    for cell in &cells {
        let codes: Vec<&str> = cell.codes.iter().map(String::as_str).collect();
        match lattice.find(&codes) {
            Some(number) if values[number].is_none() => values[number] = Some(cell.value),
            Some(_) => {
                let message = format!("the cell {} stands twice", codes.join(" / "));
                problems.row(codes::CELL, cell.row, message);
            }
            None => {
                for (axis, code) in lattice.axes.iter().zip(&codes) {
                    if !axis.codes.iter().any(|known| known == code) {
                        let place = (cell.row, axis.code.as_str(), *code);
                        let message = "the code is not a member of the dimension";
                        problems.field(codes::UNKNOWN_CODE, place, message);
                    }
                }
            }
        }
    }
    for number in lattice.printed_cells() {
        if values[number].is_none() {
            let codes = lattice.coordinates(number).join(" / ");
            problems.file(codes::CELL, format!("the cell {codes} is missing"));
        }
    }
    problems.or(())?;
    let values: Vec<Option<u64>> = values.into_iter().map(Option::flatten).collect();
    let mut problems = Problems::of(file);
    let method = spec.published_method(table);
    if method.is_additive() {
        let shown = if spec.is_about_amounts() {
            written
        } else {
            |count: u64| count.to_string()
        };
        check_sums(&lattice, &values, shown, &mut problems);
    }
    problems.or(PublishedTable {
        method,
        file: file.to_owned(),
        name: table_name.to_owned(),
        lattice,
        values,
    })
}

/// One row of the file.
struct Cell {
    row: u64,
    codes: Vec<String>,
    value: Option<u64>,
}

fn read_cells(
    input: impl Read,
    spec: &ProtectionSpec,
    table: &SpecTable,
    problems: &mut Problems<'_>,
) -> Vec<Cell> {
    let mut columns: Vec<&str> = table
        .dimensions
        .iter()
        .map(|&number| spec.dimensions[number].column.as_str())
        .collect();
    columns.extend(["value", "status"]);
    let axes = table.dimensions.len();
    let mut cells = Vec::new();
    read_rows(
        input,
        &columns,
        FurtherColumns::Refused,
        problems,
        |problems, row, fields| {
            let codes = &fields[..axes];
            for (column, code) in columns.iter().zip(codes) {
                if code.is_empty() {
                    let place = (row, *column, *code);
                    problems.field(codes::EMPTY, place, "the field is empty");
                }
            }
            let (value, status) = (fields[axes], fields[axes + 1]);
            let number = if spec.is_about_amounts() {
                hundredths_of(value).ok_or(())
            } else {
                value.parse::<u64>().map_err(|_| ())
            };
            match (status, value, number) {
                ("published", _, Ok(number)) | ("zero", _, Ok(number @ 0)) if number <= MOST => {
                    cells.push(cell(row, codes, Some(number)));
                }
                ("perturbed" | "rounded" | "merged", _, Ok(number))
                    if number <= MOST && status == spec.status() =>
                {
                    cells.push(cell(row, codes, Some(number)));
                }
                ("suppressed" | "primary" | "secondary", "", _) => {
                    cells.push(cell(row, codes, None));
                }
                _ => {
                    let message = format!("the status {status:?} does not fit the value");
                    problems.field(codes::STATUS, (row, "value", value), message);
                }
            }
        },
    );
    cells
}

/// Counts the solver still tells apart from their neighbours.
const MOST: u64 = 1_000_000_000;

fn cell(row: u64, codes: &[&str], value: Option<u64>) -> Cell {
    Cell {
        row,
        codes: codes.iter().map(|&code| code.to_owned()).collect(),
        value,
    }
}

fn dimensions(spec: &ProtectionSpec, table: &SpecTable, cells: &[Cell]) -> Vec<Dimension> {
    let numbered = table.dimensions.iter().enumerate();
    numbered
        .map(|(place, &number)| {
            let found: BTreeSet<&str> = cells
                .iter()
                .map(|cell| cell.codes[place].as_str())
                .filter(|&code| code != TOTAL_CODE)
                .collect();
            let dimension = &spec.dimensions[number];
            if spec.merges(&dimension.column) {
                dimension.with_merged_members(found)
            } else {
                dimension.with_members(found)
            }
        })
        .collect()
}

/// Every sum by itself: equal where all its parts are shown, otherwise not exceeded.
fn check_sums(
    lattice: &Lattice,
    values: &[Option<u64>],
    written: fn(u64) -> String,
    problems: &mut Problems<'_>,
) {
    for sum in lattice.sums() {
        let Some(whole) = values[sum.whole] else {
            continue;
        };
        let shown: u64 = sum.parts.iter().filter_map(|&part| values[part]).sum();
        let complete = sum.parts.iter().all(|&part| values[part].is_some());
        if shown > whole || (complete && shown < whole) {
            let codes = lattice.coordinates(sum.whole).join(" / ");
            let (whole, shown) = (written(whole), written(shown));
            let message =
                format!("the total {codes} is {whole} and the parts shown add up to {shown}");
            problems.file(codes::CONTRADICTION, message);
        }
    }
}

/// What follows from a published table of amounts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AmountAudit {
    /// Suppressed cells.
    pub suppressed_cells: usize,
    /// Codes of those whose amount follows exactly from the cells shown.
    pub recovered_cells: Vec<Vec<String>>,
}

/// Attacks a published table of amounts: which suppressed cells follow by adding and subtracting
/// shown ones? Who contributes cannot be seen from a table, so a union of suppressed cells that
/// follows is no fault here.
///
/// ```
/// use disclosure::{audit_published_amounts, read_published, ProtectionSpec};
/// let spec = r#"{
///     "rule": "p_percent", "k": 3,
///     "p_percent": { "amount": "costs", "contributor": "provider", "percent": 10 },
///     "dimension": [{ "column": "area", "label_de": "Stadtteil", "label_en": "Area" }],
///     "table": [{ "name": "costs", "dimensions": ["area"] }]
/// }"#;
/// let spec = ProtectionSpec::parse(spec, "spec.json", |text| serde_json::from_str(text)).expect("a good spec");
/// let file = "area,value,status\na,,suppressed\nb,40.5,published\n_total,42,published\n";
/// let table = read_published(file.as_bytes(), "costs.csv", &spec, "costs").expect("a good table");
/// assert_eq!(audit_published_amounts(&table).recovered_cells, [["a"]]);
/// ```
#[must_use]
pub fn audit_published_amounts(table: &PublishedTable) -> AmountAudit {
    let lattice = &table.lattice;
    let suppressed = table.values.iter().filter(|value| value.is_none()).count();
    let following = cells_that_follow(lattice, &table.values);
    let printed = lattice.printed_cells().into_iter();
    AmountAudit {
        suppressed_cells: suppressed,
        recovered_cells: printed
            .filter(|cell| following.contains(cell))
            .map(|cell| {
                let codes = lattice.coordinates(cell).into_iter();
                codes.map(str::to_owned).collect()
            })
            .collect(),
    }
}

/// Attacks a published table: what follows from its numbers, its sums and the fact that counts are
/// not negative, and from nothing else. Bounds are in whole children.
///
/// # Errors
/// [`AuditError::Contradiction`] where several sums together allow no table at all,
/// [`AuditError::Solver`] when the solver gives no answer.
pub fn audit_published(table: &PublishedTable) -> Result<AttackerAudit, AuditError> {
    attack(&table.lattice, &table.values, &table.method).map_err(|source| match source {
        SolverError::Infeasible { .. } => {
            let message = "no table of children agrees with all published numbers";
            AuditError::Contradiction(
                InputProblem::new(codes::CONTRADICTION, &table.file, message)
                    .remedy(codes::remedy(codes::CONTRADICTION)),
            )
        }
        source => AuditError::Solver {
            table: table.name.clone(),
            source,
        },
    })
}
