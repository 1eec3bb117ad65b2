//! The optional table of areas `area,parent,name`, and the tree made from it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use domain::InputProblem;

use super::cells::{self, TOTAL_AREA};
use super::population::Population;
use super::sheet::{Column, Sheet, required};
use crate::codes;

/// The levels of areas above those of the population.
///
/// ```
/// use forecast::Areas;
/// let table = "area,parent,name\ncity-north,,North\nblock-1,city-north,Block 1\n";
/// assert!(Areas::read(table.as_bytes(), "areas.csv").is_ok());
///
/// let cycle = "area,parent,name\na,b,\nb,a,\n";
/// assert_eq!(Areas::read(cycle.as_bytes(), "areas.csv").expect_err("refused")[0].code, "E3018");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Areas {
    rows: BTreeMap<String, AreaRow>,
    file: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct AreaRow {
    row: u64,
    parent: Option<String>,
    name: String,
}

/// An area of any level in a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Code, or [`TOTAL_AREA`] for the sum of all.
    pub code: String,
    /// Name as given; the code where there is none.
    pub name: String,
    /// Place of the parent in the list of areas; `None` for the sum of all.
    pub parent: Option<usize>,
    /// Steps below the sum of all.
    pub depth: usize,
    /// Whether the population gives this area itself.
    pub is_leaf: bool,
}

impl Areas {
    /// No levels but the areas of the population and their sum.
    #[must_use]
    pub fn flat() -> Self {
        Self::default()
    }

    /// Reads the table; `file` names it in messages. An empty parent, or `_total`, is the
    /// highest level; `name` may be absent.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(source: impl Read, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut sheet = Sheet::new(file);
        let mut rows: BTreeMap<String, AreaRow> = BTreeMap::new();
        let columns = [
            required("area"),
            required("parent"),
            Column {
                name: "name",
                required: false,
            },
        ];
        sheet.read(source, &columns, |sheet, row, [area, parent, name]| {
            if !cells::area_is_usable(sheet, row, area, false) {
                return;
            }
            if let Some(first) = rows.get(area) {
                let message = format!("the area stands in row {} already", first.row);
                sheet.refuse(codes::DUPLICATE_AREA, row, "area", area, message);
                return;
            }
            let parent = (!parent.is_empty() && parent != TOTAL_AREA).then(|| parent.to_owned());
            let name = if name.is_empty() { area } else { name }.to_owned();
            rows.insert(area.to_owned(), AreaRow { row, parent, name });
        });
        refuse_unknown_parents(&mut sheet, &rows);
        if sheet.problems.is_empty() {
            refuse_cycles(&mut sheet, &rows);
        }
        sheet.problems.sort_by_key(|problem| problem.row);
        if sheet.problems.is_empty() {
            Ok(Self {
                rows,
                file: file.to_owned(),
            })
        } else {
            Err(sheet.problems)
        }
    }
}

fn refuse_unknown_parents(sheet: &mut Sheet<'_>, rows: &BTreeMap<String, AreaRow>) {
    for row in rows.values() {
        if let Some(parent) = row
            .parent
            .as_ref()
            .filter(|parent| !rows.contains_key(*parent))
        {
            sheet.refuse(
                codes::UNKNOWN_PARENT,
                row.row,
                "parent",
                parent,
                "the parent is not an area of this file",
            );
        }
    }
}

/// Notes each cycle once, at its smallest code.
fn refuse_cycles(sheet: &mut Sheet<'_>, rows: &BTreeMap<String, AreaRow>) {
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    for start in rows.keys() {
        let mut path: Vec<&str> = Vec::new();
        let mut here = Some(start.as_str());
        while let Some(area) = here.filter(|area| !settled.contains(area)) {
            if let Some(begin) = path.iter().position(|seen| *seen == area) {
                let mut cycle = path[begin..].to_vec();
                cycle.push(area);
                sheet.refuse(
                    codes::AREA_CYCLE,
                    rows[area].row,
                    "parent",
                    rows[area].parent.as_deref().unwrap_or_default(),
                    format!("the parents go round in a circle: {}", cycle.join(" -> ")),
                );
                break;
            }
            path.push(area);
            here = rows[area].parent.as_deref();
        }
        settled.extend(path);
    }
}

/// The areas of every level, the sum of all first, then by depth and code.
#[derive(Debug, Clone)]
pub(crate) struct AreaTree {
    pub(crate) areas: Vec<Area>,
    /// For each area of the population the places of itself and its ancestors, lowest first.
    pub(crate) lines: Vec<Vec<usize>>,
    pub(crate) deepest: usize,
}

impl AreaTree {
    /// Joins the areas of the population with the levels above.
    pub(crate) fn new(population: &Population, areas: &Areas) -> Result<Self, Vec<InputProblem>> {
        let rows = if areas.rows.is_empty() {
            flat_rows(population)
        } else {
            refuse_mismatch(population, areas)?;
            areas.rows.clone()
        };
        let mut order: Vec<(usize, &String)> =
            rows.keys().map(|code| (depth(&rows, code), code)).collect();
        order.sort_unstable();
        let places: BTreeMap<&str, usize> = (1..)
            .zip(&order)
            .map(|(place, (_, code))| (code.as_str(), place))
            .collect();
        let mut nodes = vec![Area {
            code: TOTAL_AREA.to_owned(),
            name: TOTAL_AREA.to_owned(),
            parent: None,
            depth: 0,
            is_leaf: false,
        }];
        for &(depth, code) in &order {
            let row = &rows[code];
            nodes.push(Area {
                code: code.clone(),
                name: row.name.clone(),
                parent: Some(row.parent.as_deref().map_or(0, |parent| places[parent])),
                depth,
                is_leaf: population.areas().binary_search(code).is_ok(),
            });
        }
        let line = |code: &String| {
            std::iter::successors(Some(places[code.as_str()]), |&place| nodes[place].parent)
                .collect()
        };
        let lines = population.areas().iter().map(line).collect();
        let deepest = order.last().map_or(0, |(depth, _)| *depth);
        Ok(Self {
            areas: nodes,
            lines,
            deepest,
        })
    }

    /// For each area of the population its ancestor (or itself) at `depth`, if it is that deep.
    pub(crate) fn ancestors_at(&self, depth: usize) -> Vec<Option<usize>> {
        let at = |line: &Vec<usize>| {
            line.iter()
                .copied()
                .find(|&place| self.areas[place].depth == depth)
        };
        self.lines.iter().map(at).collect()
    }
}

fn flat_rows(population: &Population) -> BTreeMap<String, AreaRow> {
    let row = |code: &String| {
        let row = AreaRow {
            row: 0,
            parent: None,
            name: code.clone(),
        };
        (code.clone(), row)
    };
    population.areas().iter().map(row).collect()
}

fn depth(rows: &BTreeMap<String, AreaRow>, code: &str) -> usize {
    std::iter::successors(Some(code), |code| rows[*code].parent.as_deref()).count()
}

fn refuse_mismatch(population: &Population, areas: &Areas) -> Result<(), Vec<InputProblem>> {
    let mut sheet = Sheet::new(&areas.file);
    let parents: BTreeSet<&String> = areas
        .rows
        .values()
        .filter_map(|row| row.parent.as_ref())
        .collect();
    for code in population.areas() {
        if !areas.rows.contains_key(code) {
            let message = format!(
                "area {code:?} of {} is not in {}",
                population.file(),
                areas.file
            );
            sheet.refuse_file(codes::UNKNOWN_AREA, message);
        }
    }
    for (code, row) in &areas.rows {
        let populated = population.areas().binary_search(code).is_ok();
        if populated && parents.contains(code) {
            sheet.refuse(
                codes::PARENT_WITH_POPULATION,
                row.row,
                "area",
                code,
                format!(
                    "the area has areas below it, and rows in {}",
                    population.file()
                ),
            );
        } else if !populated && !parents.contains(code) {
            sheet.refuse(
                codes::AREA_WITHOUT_POPULATION,
                row.row,
                "area",
                code,
                format!(
                    "the area has no rows in {} and no areas below it",
                    population.file()
                ),
            );
        }
    }
    if sheet.problems.is_empty() {
        Ok(())
    } else {
        Err(sheet.problems)
    }
}
