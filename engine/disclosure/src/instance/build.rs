//! The checked constructor.

use std::collections::{BTreeMap, BTreeSet};

use domain::InputProblem;

use super::codes::{self, problem};
use super::sparse::{SparseLists, position};
use super::{Instance, MAXIMUM_ATOMS, MAXIMUM_MEMBERSHIPS};

/// One count of the finest cross-classification, as input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    /// One code per column.
    pub codes: Vec<String>,
    /// Children; a negative number is refused.
    pub count: i64,
}

impl Atom {
    /// An atom with its codes.
    pub fn new<C: Into<String>>(codes: impl IntoIterator<Item = C>, count: i64) -> Self {
        Self {
            codes: codes.into_iter().map(Into::into).collect(),
            count,
        }
    }
}

/// One cell to be published, as input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedSum {
    /// Codes of the cell, for messages.
    pub codes: Vec<String>,
    /// Numbers of its atoms, from 0.
    pub atoms: Vec<usize>,
    /// What the sum is said to be; checked where it is given.
    pub total: Option<i64>,
}

impl PublishedSum {
    /// A cell, its total to be added up.
    pub fn new<C: Into<String>>(codes: impl IntoIterator<Item = C>, atoms: Vec<usize>) -> Self {
        Self {
            codes: codes.into_iter().map(Into::into).collect(),
            atoms,
            total: None,
        }
    }

    /// The same cell with the total it is said to have.
    #[must_use]
    pub fn with_total(mut self, total: i64) -> Self {
        self.total = Some(total);
        self
    }
}

impl Instance {
    /// An instance from its atoms and any sums of them. `columns` names the codes of the atoms;
    /// they do not say what is published, they only help to find which atoms are neighbours.
    ///
    /// # Errors
    /// Every problem at once: E5050 negative counts, E5051 unknown or doubled atoms of a sum,
    /// E5052 totals that are not the sum of their atoms, E5053 missing codes, E5056 columns named
    /// twice, E5057 more than a million atoms or 50 million memberships.
    #[allow(clippy::needless_pass_by_value)] // consuming the counts is the point
    pub fn from_sums(
        name: &str,
        columns: &[&str],
        atoms: Vec<Atom>,
        sums: Vec<PublishedSum>,
    ) -> Result<Self, Vec<InputProblem>> {
        let mut problems = Vec::new();
        let mut seen = BTreeSet::new();
        for column in columns {
            if !seen.insert(column) {
                let message = format!("the column {column:?} is named twice");
                problems.push(problem(codes::TWICE, name, message));
            }
        }
        let memberships: usize = sums.iter().map(|sum| sum.atoms.len()).sum();
        if atoms.len() > MAXIMUM_ATOMS || memberships > MAXIMUM_MEMBERSHIPS {
            let message = format!(
                "the instance has {} atoms and {memberships} memberships; {MAXIMUM_ATOMS} and {MAXIMUM_MEMBERSHIPS} are the most",
                atoms.len()
            );
            problems.push(problem(codes::TOO_LARGE, name, message));
            return Err(problems);
        }
        check_atoms(name, columns, &atoms, &mut problems);
        check_sums(name, &atoms, &sums, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let numbered = (0..columns.len())
            .map(|column| numbers(atoms.iter().map(|atom| atom.codes[column].as_str())))
            .collect();
        let names = sums.iter().map(|sum| sum.codes.join(" / ")).collect();
        let lists = sums
            .into_iter()
            .map(|sum| sum.atoms.into_iter().map(position).collect());
        let members = SparseLists::new(lists);
        let counts = atoms.iter().map(|atom| atom.count.unsigned_abs()).collect();
        Ok(Self::assembled(name, counts, members, names, numbered))
    }

    /// Adds up the cells and drops columns that another one settles.
    pub(crate) fn assembled(
        name: &str,
        counts: Vec<u64>,
        members: SparseLists,
        names: Vec<String>,
        columns: Vec<Vec<u32>>,
    ) -> Self {
        let values = members
            .iter()
            .map(|atoms| atoms.iter().map(|&atom| counts[atom as usize]).sum())
            .collect();
        Self {
            name: name.to_owned(),
            counts,
            members,
            values,
            names,
            columns: independent(columns),
        }
    }
}

fn check_atoms(name: &str, columns: &[&str], atoms: &[Atom], problems: &mut Vec<InputProblem>) {
    for (number, atom) in atoms.iter().enumerate() {
        let missing = atom.codes.len() != columns.len() || atom.codes.iter().any(String::is_empty);
        if missing {
            let message = format!(
                "atom {number} has the codes {:?} for {} columns",
                atom.codes,
                columns.len()
            );
            problems.push(problem(codes::MISSING_CODE, name, message));
        }
        if atom.count < 0 {
            let message = format!("atom {number} ({}) is negative", atom.codes.join(" / "));
            problems.push(problem(codes::NEGATIVE, name, message));
        }
    }
}

fn check_sums(name: &str, atoms: &[Atom], sums: &[PublishedSum], problems: &mut Vec<InputProblem>) {
    for sum in sums {
        let mut sorted = sum.atoms.clone();
        sorted.sort_unstable();
        let doubled = sorted.windows(2).any(|pair| pair[0] == pair[1]);
        if doubled || sorted.last().is_some_and(|&atom| atom >= atoms.len()) {
            let message = format!(
                "the sum {} names an atom twice or one beyond the {} there are",
                sum.codes.join(" / "),
                atoms.len()
            );
            problems.push(problem(codes::UNKNOWN_ATOM, name, message));
            continue;
        }
        let added = sorted
            .iter()
            .try_fold(0_i64, |sum, &atom| sum.checked_add(atoms[atom].count));
        match added {
            None => {
                let message = format!("the sum {} is too large", sum.codes.join(" / "));
                problems.push(problem(codes::TOO_LARGE, name, message));
            }
            Some(added) if sum.total.is_some_and(|total| total != added) => {
                let message = format!(
                    "the total {} is not the sum of its {} atoms",
                    sum.codes.join(" / "),
                    sorted.len()
                );
                problems.push(problem(codes::NOT_ADDITIVE, name, message));
            }
            Some(_) => {}
        }
    }
}

/// Words as numbers, ascending with the word.
fn numbers<'a>(words: impl Iterator<Item = &'a str> + Clone) -> Vec<u32> {
    let known: BTreeSet<&str> = words.clone().collect();
    let known: Vec<&str> = known.into_iter().collect();
    words
        .map(|word| position(known.binary_search(&word).unwrap_or_default()))
        .collect()
}

/// Columns no other column settles: a district is settled by its area, so atoms never differ in
/// the district alone.
fn independent(columns: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
    let mut dropped = vec![false; columns.len()];
    for (number, column) in columns.iter().enumerate() {
        dropped[number] = columns
            .iter()
            .enumerate()
            .any(|(other, finer)| other != number && !dropped[other] && settles(finer, column));
    }
    let kept = columns.into_iter().zip(dropped);
    kept.filter(|(_, dropped)| !dropped)
        .map(|(column, _)| column)
        .collect()
}

fn settles(finer: &[u32], coarser: &[u32]) -> bool {
    let mut image = BTreeMap::new();
    finer
        .iter()
        .zip(coarser)
        .all(|(&fine, &coarse)| *image.entry(fine).or_insert(coarse) == coarse)
}
