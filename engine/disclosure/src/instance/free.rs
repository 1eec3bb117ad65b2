//! An instance without what readers know anyway, equal cells taken together.

use super::Instance;
use super::sparse::{SparseLists, position};
use crate::ZeroRule;

/// The atoms that can be anything for a reader, and the different cells made of them.
///
/// Where empty cells are shown, their atoms are 0 for everybody and left out. Cells with the same
/// remaining atoms are the same number and form one **class**: hiding one of them means hiding all.
pub(crate) struct Free {
    /// Atom of the instance.
    pub(crate) atoms: Vec<u32>,
    pub(crate) counts: Vec<i64>,
    /// Free atoms of each class.
    pub(crate) members: SparseLists,
    /// Classes of each free atom.
    pub(crate) containing: SparseLists,
    pub(crate) values: Vec<i64>,
    /// Cells of each class.
    pub(crate) sizes: Vec<u32>,
    /// Class of each cell; `None` for a cell everybody knows to be empty.
    pub(crate) class_of_cell: Vec<Option<u32>>,
}

impl Free {
    /// With what the instance itself shows as empty under the rule.
    pub(crate) fn of(instance: &Instance, zeros: ZeroRule) -> Self {
        let known_empty = |cell: usize| zeros == ZeroRule::Published && instance.values[cell] == 0;
        Self::without(instance, known_empty)
    }

    /// With the atoms of the cells named left out.
    pub(crate) fn without(instance: &Instance, known_empty: impl Fn(usize) -> bool) -> Self {
        let count = |atom: usize| instance.counts[atom];
        Self::over(instance.atoms(), &instance.members, &count, &known_empty)
    }

    /// Over any sums of atoms.
    pub(crate) fn over(
        atom_count: usize,
        cells: &SparseLists,
        count: &dyn Fn(usize) -> u64,
        known_empty: &dyn Fn(usize) -> bool,
    ) -> Self {
        let mut is_free = vec![true; atom_count];
        for cell in (0..cells.len()).filter(|&cell| known_empty(cell)) {
            for &atom in cells.of(cell) {
                is_free[atom as usize] = false;
            }
        }
        let mut number = vec![u32::MAX; atom_count];
        let mut atoms = Vec::new();
        for atom in (0..atom_count).filter(|&atom| is_free[atom]) {
            number[atom] = position(atoms.len());
            atoms.push(position(atom));
        }
        let supports: Vec<Vec<u32>> = cells
            .iter()
            .map(|of_cell| {
                let free = of_cell.iter().map(|&atom| number[atom as usize]);
                free.filter(|&atom| atom != u32::MAX).collect()
            })
            .collect();
        let mut order: Vec<usize> = (0..supports.len()).collect();
        // Equal supports side by side; the first cell of a class gives it its place.
        order.sort_by(|&a, &b| {
            let key = |cell: usize| {
                (
                    supports[cell].len(),
                    supports[cell].first(),
                    &supports[cell],
                )
            };
            key(a).cmp(&key(b)).then(a.cmp(&b))
        });
        let mut leader: Vec<usize> = (0..supports.len()).collect();
        for pair in order.windows(2) {
            if supports[pair[0]] == supports[pair[1]] {
                leader[pair[1]] = leader[pair[0]];
            }
        }
        let mut class_of_cell = vec![None; supports.len()];
        let mut first_cells = Vec::new();
        let mut sizes: Vec<u32> = Vec::new();
        for cell in 0..supports.len() {
            if supports[cell].is_empty() {
                continue;
            }
            let lead = leader[cell];
            if lead == cell {
                class_of_cell[cell] = Some(position(first_cells.len()));
                first_cells.push(cell);
                sizes.push(1);
            } else if let Some(class) = class_of_cell[lead] {
                class_of_cell[cell] = Some(class);
                sizes[class as usize] += 1;
            }
        }
        let members = SparseLists::new(first_cells.iter().map(|&cell| supports[cell].clone()));
        let counts: Vec<i64> = atoms
            .iter()
            .map(|&atom| count(atom as usize) as i64)
            .collect();
        let value = |atoms: &[u32]| atoms.iter().map(|&atom| counts[atom as usize]).sum();
        Self {
            containing: members.transposed(atoms.len()),
            values: members.iter().map(value).collect(),
            counts,
            atoms,
            members,
            sizes,
            class_of_cell,
        }
    }

    pub(crate) fn classes(&self) -> usize {
        self.values.len()
    }
}
