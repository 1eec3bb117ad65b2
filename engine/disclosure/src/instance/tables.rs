//! Instances from records: code lists with hierarchies, and the tables to be published.

use std::collections::{BTreeMap, BTreeSet};

use domain::InputProblem;

use super::codes::{self, problem};
use super::sparse::{SparseLists, position};
use super::{Instance, MAXIMUM_ATOMS, MAXIMUM_MEMBERSHIPS};
use crate::TOTAL_CODE;

/// One code of a list and what it is part of. A code may be part of several others: a region of a
/// county and of a size class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Unique in its list; not empty and not [`TOTAL_CODE`].
    pub code: String,
    /// Codes it is part of; none directly below the total.
    pub parents: Vec<String>,
}

impl Code {
    /// A code and what it is part of.
    pub fn new<'p>(code: &str, parents: impl IntoIterator<Item = &'p str>) -> Self {
        Self {
            code: code.to_owned(),
            parents: parents.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// All codes of one column, with their hierarchies. The total is part of every list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeList {
    /// Name of the column.
    pub column: String,
    /// Its codes, the total left out.
    pub codes: Vec<Code>,
}

/// A table to be published: every combination of all codes of its columns, totals included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLayout {
    /// Its name.
    pub name: String,
    /// Its columns, each with a code list.
    pub columns: Vec<String>,
}

impl TableLayout {
    /// A table by the names of its columns.
    pub fn new<'c>(name: &str, columns: impl IntoIterator<Item = &'c str>) -> Self {
        Self {
            name: name.to_owned(),
            columns: columns.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl Instance {
    /// An instance from records, given by their finest codes in the order of the lists, and the
    /// tables to be published together. Atoms are all combinations of the finest codes, also
    /// those without a record: a reader cannot know them to be empty unless a table shows it.
    ///
    /// # Errors
    /// Every problem at once: E5050 negative counts, E5053 missing codes, E5054 codes that are
    /// unknown or not among the finest, E5055 hierarchies in a circle, E5056 names given twice,
    /// E5057 more than a million atoms or 50 million memberships, E5058
    /// columns without a list.
    ///
    /// ```
    /// use disclosure::{Code, CodeList, Instance, TableLayout};
    /// let areas = CodeList {
    ///     column: "area".to_owned(),
    ///     codes: vec![Code::new("north", []), Code::new("0101", ["north"]), Code::new("0102", ["north"])],
    /// };
    /// let care = CodeList { column: "care".to_owned(), codes: vec![Code::new("u3", []), Code::new("hort", [])] };
    /// let tables = [TableLayout::new("by_area", ["area"]), TableLayout::new("by_care", ["care"])];
    /// let records = [(vec!["0101", "u3"], 4), (vec!["0102", "hort"], 9)];
    /// let lists = [areas, care];
    /// let instance = Instance::from_records("two tables", &lists, &tables, records).expect("a good instance");
    /// assert_eq!((instance.atoms(), instance.cells()), (4, 7));
    ///
    /// let unknown = Instance::from_records("two tables", &lists, &tables, [(vec!["north", "u3"], 4)]);
    /// assert_eq!(unknown.unwrap_err()[0].code, "E5054");
    /// ```
    pub fn from_records<'a>(
        name: &str,
        lists: &[CodeList],
        tables: &[TableLayout],
        records: impl IntoIterator<Item = (Vec<&'a str>, i64)>,
    ) -> Result<Self, Vec<InputProblem>> {
        let mut problems = Vec::new();
        let trees: Vec<Tree> = lists
            .iter()
            .map(|list| Tree::of(name, list, &mut problems))
            .collect();
        let places = column_places(name, lists, tables, &mut problems);
        let atoms = product(trees.iter().map(|tree| tree.finest.len()));
        let Some(atoms) = atoms.filter(|&atoms| atoms <= MAXIMUM_ATOMS) else {
            let message = format!("the columns have more than {MAXIMUM_ATOMS} combinations");
            problems.push(problem(codes::TOO_LARGE, name, message));
            return Err(problems);
        };
        let mut counts = vec![0_u64; atoms];
        for (codes, count) in records {
            add_record(name, &trees, &codes, count, &mut counts, &mut problems);
        }
        let memberships: Option<usize> = places.iter().try_fold(0_usize, |sum, columns| {
            let paths = |column: &usize| trees[*column].paths.iter().map(Vec::len).max();
            let most = product(columns.iter().map(|column| paths(column).unwrap_or(0)))?;
            sum.checked_add(most.checked_mul(atoms)?)
        });
        if memberships.is_none_or(|most| most > MAXIMUM_MEMBERSHIPS) {
            let message = format!("the tables have more than {MAXIMUM_MEMBERSHIPS} memberships");
            problems.push(problem(codes::TOO_LARGE, name, message));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let finest = Finest::of(&trees);
        let mut names = Vec::new();
        let mut cells_of: Vec<Vec<u32>> = vec![Vec::new(); atoms];
        for columns in &places {
            let sizes: Vec<usize> = columns
                .iter()
                .map(|&column| trees[column].codes.len())
                .collect();
            let first = names.len();
            names.extend(cell_names(&trees, columns));
            for (atom, cells) in cells_of.iter_mut().enumerate() {
                let mut reached = vec![0_usize];
                for (&column, &size) in columns.iter().zip(&sizes) {
                    let path = &trees[column].paths[finest.place(atom, column)];
                    reached = reached
                        .iter()
                        .flat_map(|base| path.iter().map(move |node| base * size + node))
                        .collect();
                }
                cells.extend(reached.into_iter().map(|cell| position(first + cell)));
            }
        }
        let members = SparseLists::new(cells_of).transposed(names.len());
        let columns = (0..trees.len())
            .map(|column| {
                (0..atoms)
                    .map(|atom| position(finest.place(atom, column)))
                    .collect()
            })
            .collect();
        Ok(Self::assembled(name, counts, members, names, columns))
    }
}

/// A checked code list: the total first, then the codes ascending.
struct Tree {
    column: String,
    codes: Vec<String>,
    /// Codes without parts.
    finest: Vec<usize>,
    /// Per finest code, itself and everything it is part of, the total included.
    paths: Vec<Vec<usize>>,
}

impl Tree {
    fn of(name: &str, list: &CodeList, problems: &mut Vec<InputProblem>) -> Self {
        let column = &list.column;
        let mut parents: BTreeMap<&str, &[String]> = BTreeMap::new();
        for code in &list.codes {
            if code.code.is_empty() || code.code == TOTAL_CODE {
                let message = format!("the list {column:?} has an empty code or {TOTAL_CODE:?}");
                problems.push(problem(codes::MISSING_CODE, name, message));
            } else if parents.insert(&code.code, &code.parents).is_some() {
                let message = format!("the code {:?} of {column:?} appears twice", code.code);
                problems.push(problem(codes::TWICE, name, message));
            }
        }
        let sorted: Vec<&str> = parents.keys().copied().collect();
        let number = |code: &str| sorted.binary_search(&code).ok().map(|place| place + 1);
        let mut above: Vec<Vec<usize>> = vec![Vec::new(); sorted.len() + 1];
        let mut has_parts = vec![false; sorted.len() + 1];
        for (&code, &parents) in &parents {
            for parent in parents {
                match (number(code), number(parent)) {
                    (Some(part), Some(whole)) => {
                        above[part].push(whole);
                        has_parts[whole] = true;
                    }
                    _ => {
                        let message = format!(
                            "{code:?} of {column:?} is part of {parent:?}, which is no code"
                        );
                        problems.push(problem(codes::UNKNOWN_CODE, name, message));
                    }
                }
            }
        }
        let paths: Vec<Option<Vec<usize>>> =
            (0..above.len()).map(|node| path(&above, node)).collect();
        for (node, path) in paths.iter().enumerate().skip(1) {
            if path.is_none() {
                let message = format!(
                    "the code {:?} of {column:?} is part of itself",
                    sorted[node - 1]
                );
                problems.push(problem(codes::CYCLE, name, message));
            }
        }
        let finest: Vec<usize> = (1..above.len()).filter(|&node| !has_parts[node]).collect();
        Self {
            column: column.clone(),
            codes: std::iter::once(TOTAL_CODE)
                .chain(sorted.iter().copied())
                .map(str::to_owned)
                .collect(),
            paths: finest
                .iter()
                .map(|&node| paths[node].clone().unwrap_or_default())
                .collect(),
            finest,
        }
    }

    fn finest_place(&self, code: &str) -> Option<usize> {
        let number = self.codes[1..]
            .binary_search_by(|known| known.as_str().cmp(code))
            .ok()?
            + 1;
        self.finest.binary_search(&number).ok()
    }
}

/// Everything a node is part of, itself and the total included; `None` where it is part of itself.
fn path(above: &[Vec<usize>], node: usize) -> Option<Vec<usize>> {
    let mut reached = BTreeSet::from([0, node]);
    let mut next = above[node].clone();
    while let Some(at) = next.pop() {
        if at == node {
            return None;
        }
        if reached.insert(at) {
            next.extend(&above[at]);
        }
    }
    Some(reached.into_iter().collect())
}

fn column_places(
    name: &str,
    lists: &[CodeList],
    tables: &[TableLayout],
    problems: &mut Vec<InputProblem>,
) -> Vec<Vec<usize>> {
    let mut seen = BTreeSet::new();
    for list in lists {
        if !seen.insert(&list.column) {
            let message = format!("the column {:?} has two lists", list.column);
            problems.push(problem(codes::TWICE, name, message));
        }
    }
    let mut named = BTreeSet::new();
    let mut places = Vec::new();
    for table in tables {
        let distinct: BTreeSet<&String> = table.columns.iter().collect();
        if !named.insert(&table.name) || distinct.len() < table.columns.len() {
            let message = format!(
                "the table {:?} or a column of it is named twice",
                table.name
            );
            problems.push(problem(codes::TWICE, name, message));
        }
        if table.columns.is_empty() {
            let message = format!("the table {:?} has no column", table.name);
            problems.push(problem(codes::UNKNOWN_COLUMN, name, message));
        }
        let mut columns = Vec::new();
        for column in &table.columns {
            match lists.iter().position(|list| list.column == *column) {
                Some(place) => columns.push(place),
                None => {
                    let message = format!(
                        "the table {:?} names {column:?}, which has no code list",
                        table.name
                    );
                    problems.push(problem(codes::UNKNOWN_COLUMN, name, message));
                }
            }
        }
        places.push(columns);
    }
    places
}

fn add_record(
    name: &str,
    trees: &[Tree],
    record: &[&str],
    count: i64,
    counts: &mut [u64],
    problems: &mut Vec<InputProblem>,
) {
    if record.len() != trees.len() || record.contains(&"") {
        let message = format!(
            "a record has the codes {record:?} for {} columns",
            trees.len()
        );
        problems.push(problem(codes::MISSING_CODE, name, message));
        return;
    }
    let mut atom = 0;
    for (tree, code) in trees.iter().zip(record) {
        let Some(place) = tree.finest_place(code) else {
            let message = format!("{code:?} is none of the finest codes of {:?}", tree.column);
            problems.push(problem(codes::UNKNOWN_CODE, name, message));
            return;
        };
        atom = atom * tree.finest.len() + place;
    }
    match u64::try_from(count) {
        Ok(count) => match counts[atom]
            .checked_add(count)
            .filter(|&sum| sum <= MOST_CHILDREN)
        {
            Some(sum) => counts[atom] = sum,
            None => {
                let message = format!("the records {record:?} add up to more than {MOST_CHILDREN}");
                problems.push(problem(codes::TOO_LARGE, name, message));
            }
        },
        Err(_) => {
            let message = format!("the count of the record {record:?} is negative");
            problems.push(problem(codes::NEGATIVE, name, message));
        }
    }
}

/// Counts the solver still tells apart from their neighbours.
const MOST_CHILDREN: u64 = 1_000_000_000;

/// The finest codes of an atom, by number; the last column runs fastest.
struct Finest {
    sizes: Vec<usize>,
    strides: Vec<usize>,
}

impl Finest {
    fn of(trees: &[Tree]) -> Self {
        let sizes: Vec<usize> = trees.iter().map(|tree| tree.finest.len()).collect();
        let mut strides = vec![1; sizes.len()];
        for column in (0..sizes.len().saturating_sub(1)).rev() {
            strides[column] = strides[column + 1] * sizes[column + 1];
        }
        Self { sizes, strides }
    }

    fn place(&self, atom: usize, column: usize) -> usize {
        atom / self.strides[column] % self.sizes[column]
    }
}

fn cell_names(trees: &[Tree], columns: &[usize]) -> Vec<String> {
    let mut names = vec![String::new()];
    for &column in columns {
        let codes = &trees[column].codes;
        names = names
            .iter()
            .flat_map(|begun| {
                codes.iter().map(move |code| {
                    if begun.is_empty() {
                        code.clone()
                    } else {
                        format!("{begun} / {code}")
                    }
                })
            })
            .collect();
    }
    names
}

fn product(mut factors: impl Iterator<Item = usize>) -> Option<usize> {
    factors.try_fold(1_usize, usize::checked_mul)
}
