//! All tables of a spec rounded together: what one shows, no other undoes.
//!
//! Rounded are the counts of the finest combinations of all dimensions any table uses, every small
//! one of them; all cells of all tables are sums of these. Whatever follows from the tables
//! together is then a sum or a difference of rounded counts, never of exact small ones.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use super::codes::{self, Problems};
use super::protect::ProtectError;
use super::{ProtectionSpec, SpecTable, read_microdata};
use crate::lattice::Lattice;
use crate::method::ProtectionMethod;
use crate::{ConfidentialTable, MAXIMUM_CELLS, ReleasedTable, RoundingRule, round_sums};

/// Combinations that can be rounded together.
const MOST_COMBINATIONS: usize = MAXIMUM_CELLS;

/// Rounded counts that may stand behind a cell where the spec does not list the members of all
/// dimensions, so that readers know no better.
const UNKNOWN_NUMBER: u32 = 100_000;

impl ProtectionSpec {
    /// Rounded counts behind a finest cell of the table, as far as the spec tells.
    pub(super) fn listed_cells_behind(&self, table: &SpecTable) -> u32 {
        if self.tables.len() == 1 {
            return 1;
        }
        let others = self.used().into_iter();
        let others = others.filter(|number| !table.dimensions.contains(number));
        others.fold(1_u32, |product, number| {
            let dimension = &self.dimensions[number];
            let leaves = if dimension.is_listed() {
                u32::try_from(dimension.listed_leaves().len()).unwrap_or(UNKNOWN_NUMBER)
            } else {
                UNKNOWN_NUMBER
            };
            product.saturating_mul(leaves).min(UNKNOWN_NUMBER)
        })
    }

    /// Numbers of the dimensions used by tables.
    fn used(&self) -> BTreeSet<usize> {
        let tables = self.tables.iter();
        tables
            .flat_map(|table| table.dimensions.iter().copied())
            .collect()
    }
}

/// Counts the records by all dimensions together, rounds, and adds every table up.
pub(super) fn rounded_together(
    input: impl Read,
    file: &str,
    spec: &ProtectionSpec,
    rule: RoundingRule,
) -> Result<Vec<ReleasedTable>, ProtectError> {
    let finest = finest_counts(input, file, spec)?;
    let used: Vec<usize> = spec.used().into_iter().collect();
    let mut lattices = Vec::new();
    let mut sums: Vec<Vec<usize>> = (0..finest.len()).map(|count| vec![count]).collect();
    for table in &spec.tables {
        let places: Vec<usize> = table
            .dimensions
            .iter()
            .filter_map(|number| used.iter().position(|other| other == number))
            .collect();
        let dimensions = table
            .dimensions
            .iter()
            .zip(&places)
            .map(|(&number, &place)| {
                spec.dimensions[number]
                    .with_members(finest.keys().map(|codes| codes[place].as_str()))
            });
        // Members and hierarchy were checked with the spec and the records.
        let lattice = match Lattice::new(dimensions.collect()) {
            Ok(lattice) => lattice,
            Err(error) => {
                let mut problems = Problems::of(&spec.file);
                problems.key(
                    error.code(),
                    "table",
                    &table.name,
                    &super::message_of(&error),
                );
                return Err(problems.into_list().into());
            }
        };
        let mut cells = vec![Vec::new(); lattice.cells()];
        for (number, codes) in finest.keys().enumerate() {
            let own: Vec<&str> = places.iter().map(|&place| codes[place].as_str()).collect();
            let Some(leaf) = lattice.find(&own) else {
                continue;
            };
            for cell in cells_above(&lattice, leaf) {
                cells[cell].push(number);
            }
        }
        sums.extend(cells);
        lattices.push(lattice);
    }
    let counts: Vec<u64> = finest.values().copied().collect();
    let rounded = round_sums(&counts, &sums, rule)?;
    let mut first = counts.len();
    let policy = spec.policy();
    Ok(spec
        .tables
        .iter()
        .zip(&lattices)
        .map(|(table, lattice)| {
            let shown = &rounded.sums[first..first + lattice.cells()];
            first += lattice.cells();
            let shown = shown.iter().map(|&count| Some(count)).collect();
            let rule = rule.spread_over(spec.listed_cells_behind(table));
            let method = ProtectionMethod::Rounding(rule);
            ReleasedTable::seal_values(&table.name, &table.label, lattice, shown, policy, method)
        })
        .collect())
}

/// The counts of all combinations of the finest codes of all dimensions used: of those with a
/// record, or of all where zeros may rise.
fn finest_counts(
    input: impl Read,
    file: &str,
    spec: &ProtectionSpec,
) -> Result<BTreeMap<Vec<String>, u64>, ProtectError> {
    let mut wide = spec.clone();
    let used: Vec<usize> = spec.used().into_iter().collect();
    let Some(first) = spec.tables.first() else {
        return Ok(BTreeMap::new());
    };
    if used.len() > crate::MAXIMUM_DIMENSIONS {
        return Err(too_large(spec, used.len()).into());
    }
    wide.tables = vec![SpecTable {
        dimensions: used,
        ..first.clone()
    }];
    let table = read_microdata(input, file, &wide)?.pop();
    let Some(ConfidentialTable {
        lattice, values, ..
    }) = table
    else {
        return Ok(BTreeMap::new());
    };
    let rises =
        matches!(&spec.method, super::method::SpecMethod::Rounding(rule) if rule.zeros_may_rise());
    let leaves = lattice.printed_leaf_cells().into_iter();
    let counts: BTreeMap<Vec<String>, u64> = leaves
        .filter(|&leaf| rises || values[leaf] > 0)
        .map(|leaf| {
            let codes = lattice.coordinates(leaf).into_iter();
            (codes.map(str::to_owned).collect(), values[leaf])
        })
        .collect();
    if counts.len() > MOST_COMBINATIONS {
        return Err(too_large(spec, counts.len()).into());
    }
    Ok(counts)
}

fn too_large(spec: &ProtectionSpec, found: usize) -> Vec<domain::InputProblem> {
    let mut problems = Problems::of(&spec.file);
    let message = "the tables use more than four dimensions, or too many combinations of them";
    problems.key(codes::JOINT_TOO_LARGE, "table", &found.to_string(), message);
    problems.into_list()
}

/// A finest cell and all totals it is part of.
pub(super) fn cells_above(lattice: &Lattice, leaf: usize) -> Vec<usize> {
    let mut reached = vec![0_usize];
    for (axis, tree) in lattice.axes.iter().enumerate() {
        let (path, stride) = (tree.path(lattice.node(leaf, axis)), lattice.stride(axis));
        reached = reached
            .iter()
            .flat_map(|base| path.iter().map(move |node| base + node * stride))
            .collect();
    }
    reached
}
