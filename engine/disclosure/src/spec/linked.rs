//! Tables of the same children that share cells.

use crate::ReleasedTable;

/// Two released tables of the same children, which are protected by themselves only.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LinkedTables {
    /// Their names.
    pub tables: [String; 2],
    /// Dimensions both have; with none they share the grand total.
    pub dimensions: Vec<String>,
    /// Cells both have.
    pub shared_cells: usize,
    /// Cells suppressed in one and shown in the other: who has both tables reads them. Publish
    /// only one of the two while this is not 0.
    pub exposed_cells: usize,
}

/// Every pair of the tables, which must be of the same records, with the cells they share.
///
/// A table that is safe by itself can be undone by another one. This finds the plainest way, a
/// cell hidden here and shown there; **sums over several tables are not examined**, so 0 exposed
/// cells are no proof.
#[must_use]
pub fn linked_tables(tables: &[ReleasedTable]) -> Vec<LinkedTables> {
    let mut pairs = Vec::new();
    for (number, first) in tables.iter().enumerate() {
        for second in &tables[number + 1..] {
            pairs.push(link(first, second));
        }
    }
    pairs
}

fn link(first: &ReleasedTable, second: &ReleasedTable) -> LinkedTables {
    let columns = |table: &ReleasedTable| -> Vec<String> {
        let axes = table.lattice().axes.iter();
        axes.map(|axis| axis.code.clone()).collect()
    };
    let (own, other) = (columns(first), columns(second));
    let (mut shared_cells, mut exposed_cells) = (0, 0);
    for cell in first.cells() {
        let outside = own
            .iter()
            .zip(&cell.coordinates)
            .any(|(column, code)| !other.contains(column) && *code != crate::TOTAL_CODE);
        if outside {
            continue;
        }
        let coordinates: Vec<&str> = other
            .iter()
            .map(|column| {
                let place = own.iter().position(|own| own == column);
                place.map_or(crate::TOTAL_CODE, |place| cell.coordinates[place])
            })
            .collect();
        if let Some(twin) = second.cell(&coordinates) {
            shared_cells += 1;
            exposed_cells += usize::from(cell.value.is_some() != twin.value.is_some());
        }
    }
    LinkedTables {
        tables: [first.name().to_owned(), second.name().to_owned()],
        dimensions: own
            .into_iter()
            .filter(|column| other.contains(column))
            .collect(),
        shared_cells,
        exposed_cells,
    }
}
