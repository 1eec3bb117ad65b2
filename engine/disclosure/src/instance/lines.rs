//! Which atoms are neighbours: those that differ in one column of their codes.

use super::Instance;
use super::free::Free;
use super::sparse::position;

/// Per column, the atoms that agree in all others, as lists ascending by code.
pub(crate) struct Lines {
    columns: Vec<Line>,
}

struct Line {
    /// Code of each atom.
    codes: Vec<u32>,
    /// Line of each atom.
    line_of: Vec<u32>,
    /// Start of each line in `atoms`.
    starts: Vec<u32>,
    atoms: Vec<u32>,
}

impl Lines {
    /// Columns in which no two atoms are neighbours are left out.
    pub(crate) fn of(instance: &Instance, free: &Free) -> Self {
        let all = &instance.columns;
        let code = |column: usize, atom: u32| all[column][free.atoms[atom as usize] as usize];
        let columns = (0..all.len())
            .map(|column| {
                let key = |atom: u32| {
                    let others = (0..all.len()).filter(move |&other| other != column);
                    others.map(move |other| code(other, atom))
                };
                let mut atoms: Vec<u32> = (0..position(free.atoms.len())).collect();
                atoms.sort_by(|&a, &b| {
                    key(a)
                        .cmp(key(b))
                        .then(code(column, a).cmp(&code(column, b)))
                        .then(a.cmp(&b))
                });
                let mut starts = Vec::new();
                let mut line_of = vec![0; atoms.len()];
                for (place, &atom) in atoms.iter().enumerate() {
                    if place == 0 || key(atoms[place - 1]).ne(key(atom)) {
                        starts.push(position(place));
                    }
                    line_of[atom as usize] = position(starts.len() - 1);
                }
                starts.push(position(atoms.len()));
                Line {
                    codes: (0..position(atoms.len()))
                        .map(|atom| code(column, atom))
                        .collect(),
                    line_of,
                    starts,
                    atoms,
                }
            })
            .filter(|line| line.starts.len() <= line.atoms.len())
            .collect();
        Self { columns }
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Atoms that differ from this one in the column at most, itself included.
    pub(crate) fn of_atom(&self, column: usize, atom: u32) -> &[u32] {
        let line = &self.columns[column];
        let number = line.line_of[atom as usize] as usize;
        &line.atoms[line.starts[number] as usize..line.starts[number + 1] as usize]
    }

    /// The neighbour of `atom` in the column that has the code of `like`.
    pub(crate) fn neighbour(&self, column: usize, atom: u32, like: u32) -> Option<u32> {
        let codes = &self.columns[column].codes;
        let wanted = codes[like as usize];
        let line = self.of_atom(column, atom);
        let place = line.binary_search_by_key(&wanted, |&other| codes[other as usize]);
        place.ok().map(|place| line[place])
    }
}
