//! Records of children to confidential tables.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use domain::InputProblem;

use super::codes::{self, Problems};
use super::sheet::{FurtherColumns, read_rows};
use super::{ProtectionSpec, SpecDimension, SpecTable, message_of};
use crate::{ConfidentialTable, MAXIMUM_CELLS, MAXIMUM_DIMENSIONS, TableError};

/// Most children one record may stand for.
const MOST_PER_RECORD: u64 = 1_000_000;

/// Counts the records of a CSV file into every table of the spec, in its order.
///
/// The file needs the columns of the dimensions used by tables and, if the spec names one, the
/// count column; **other columns are ignored**, whatever they hold, so that an extract can be used
/// as it is. Every field needed must be filled; codes are those of members without parts.
/// Memory grows with the cells, not with the records.
///
/// # Errors
/// Every problem of the file with row, column and value, E5030 to E5037 (the first thousand are
/// listed, the rest counted); E5009 where the codes found make too many cells.
///
/// ```
/// use disclosure::{read_microdata, release, ProtectionSpec};
/// let spec = r#"{
///     "rule": "threshold", "k": 3,
///     "dimension": [{ "column": "area", "label_de": "Stadtteil", "label_en": "Area" }],
///     "table": [{ "name": "by_area", "dimensions": ["area"] }]
/// }"#;
/// let spec = ProtectionSpec::parse(spec, "spec.json", |text| serde_json::from_str(text)).expect("a good spec");
/// let file = "child,area\n1,a\n2,a\n3,a\n4,b\n5,b\n6,b\n";
/// let tables = read_microdata(file.as_bytes(), "children.csv", &spec).expect("good records");
/// let released = release(tables[0].clone(), spec.policy())?;
/// assert_eq!(released.display(&["a"]).as_deref(), Some("3"));
///
/// let refused = read_microdata("child,area\n1,\n".as_bytes(), "children.csv", &spec).unwrap_err();
/// assert_eq!(
///     refused[0].to_string(),
///     "E5034  children.csv, row 1, column area, value \"\": the field is empty; fill it in, or give the unknown a code of its own"
/// );
/// # Ok::<(), disclosure::ReleaseError>(())
/// ```
pub fn read_microdata(
    input: impl Read,
    file: &str,
    spec: &ProtectionSpec,
) -> Result<Vec<ConfidentialTable>, Vec<InputProblem>> {
    let used: BTreeSet<usize> = spec
        .tables
        .iter()
        .flat_map(|table| table.dimensions.iter().copied())
        .collect();
    let mut columns: Vec<&str> = used
        .iter()
        .map(|&number| spec.dimensions[number].column.as_str())
        .collect();
    columns.extend(spec.count.as_deref());
    let mut codes_seen: Vec<Codes<'_>> = used
        .iter()
        .map(|&number| Codes::of(&spec.dimensions[number]))
        .collect();
    let mut tallies: Vec<Tally<'_>> = spec
        .tables
        .iter()
        .map(|table| Tally::new(table, &used))
        .collect();
    let mut problems = Problems::of(file);
    read_rows(
        input,
        &columns,
        FurtherColumns::Ignored,
        &mut problems,
        |problems, row, fields| {
            let mut numbers = Vec::with_capacity(codes_seen.len());
            for ((codes, column), field) in codes_seen.iter_mut().zip(&columns).zip(fields) {
                match codes.number(field) {
                    Ok(number) => numbers.push(number),
                    Err((code, message)) => problems.field(code, (row, column, field), message),
                }
            }
            let children = match &spec.count {
                None => Some(1),
                Some(column) => count(fields[codes_seen.len()], (row, column), problems),
            };
            if let Some(children) = children
                && numbers.len() == codes_seen.len()
            {
                tallies
                    .iter_mut()
                    .for_each(|tally| tally.add(&numbers, children));
            }
        },
    );
    problems.or(())?;
    let mut problems = Problems::of(&spec.file);
    let mut tables = Vec::new();
    for tally in tallies {
        let name = &tally.table.name;
        match tally.table_of(spec, &codes_seen) {
            Ok(table) => tables.push(table),
            Err(error) => {
                let message = message_of(&error);
                problems.key(error.code(), "table", name, &message);
            }
        }
    }
    problems.or(tables)
}

/// How many children a record stands for.
fn count(field: &str, (row, column): (u64, &str), problems: &mut Problems<'_>) -> Option<u64> {
    let found = field.parse().ok().filter(|&count| count <= MOST_PER_RECORD);
    if found.is_none() {
        let (code, message) = if field.is_empty() {
            (codes::EMPTY, "the field is empty")
        } else {
            (
                codes::BAD_COUNT,
                "the count is not a whole number from 0 to 1,000,000",
            )
        };
        problems.field(code, (row, column, field), message);
    }
    found
}

/// The codes of one dimension, numbered as they appear.
struct Codes<'a> {
    dimension: &'a SpecDimension,
    /// Of a dimension with listed members: those a record may have.
    allowed: Option<BTreeSet<&'a str>>,
    numbers: BTreeMap<String, u32>,
}

impl<'a> Codes<'a> {
    fn of(dimension: &'a SpecDimension) -> Self {
        Self {
            dimension,
            allowed: dimension.is_listed().then(|| dimension.listed_leaves()),
            numbers: BTreeMap::new(),
        }
    }

    fn number(&mut self, code: &str) -> Result<u32, (&'static str, &'static str)> {
        if let Some(&number) = self.numbers.get(code) {
            return Ok(number);
        }
        if code.is_empty() {
            return Err((codes::EMPTY, "the field is empty"));
        }
        match &self.allowed {
            Some(allowed) if !allowed.contains(code) => {
                let listed = self.dimension.members.iter().any(|m| m.code == code);
                let message = if listed {
                    "the member has parts; a record belongs to one of them"
                } else {
                    "the code is not a member of the dimension"
                };
                return Err((codes::UNKNOWN_CODE, message));
            }
            None if code == crate::TOTAL_CODE => {
                return Err((codes::UNKNOWN_CODE, "the code stands for the total"));
            }
            None if self.numbers.len() >= MAXIMUM_CELLS => {
                return Err((codes::UNKNOWN_CODE, "the dimension has too many codes"));
            }
            _ => {}
        }
        // At most MAXIMUM_CELLS numbers are given.
        let number = self.numbers.len() as u32;
        self.numbers.insert(code.to_owned(), number);
        Ok(number)
    }

    /// The codes by number.
    fn by_number(&self) -> Vec<&str> {
        let mut codes = vec![""; self.numbers.len()];
        for (code, &number) in &self.numbers {
            codes[number as usize] = code;
        }
        codes
    }
}

/// The leaf cells of one table while records are counted.
struct Tally<'a> {
    table: &'a SpecTable,
    /// For each of its dimensions the position among those used.
    positions: Vec<usize>,
    /// Numbers of the codes, one per dimension and 0 beyond, to children.
    cells: BTreeMap<[u32; MAXIMUM_DIMENSIONS], u64>,
}

impl<'a> Tally<'a> {
    fn new(table: &'a SpecTable, used: &BTreeSet<usize>) -> Self {
        let position = |number: &usize| used.iter().position(|other| other == number);
        Self {
            table,
            positions: table.dimensions.iter().filter_map(position).collect(),
            cells: BTreeMap::new(),
        }
    }

    fn add(&mut self, numbers: &[u32], children: u64) {
        let mut cell = [0; MAXIMUM_DIMENSIONS];
        for (place, &position) in cell.iter_mut().zip(&self.positions) {
            *place = numbers[position];
        }
        *self.cells.entry(cell).or_insert(0) += children;
    }

    fn table_of(
        &self,
        spec: &ProtectionSpec,
        codes: &[Codes<'_>],
    ) -> Result<ConfidentialTable, TableError> {
        let own: Vec<Vec<&str>> = self
            .positions
            .iter()
            .map(|&position| codes[position].by_number())
            .collect();
        let dimensions = self
            .table
            .dimensions
            .iter()
            .zip(&own)
            .map(|(&number, found)| spec.dimensions[number].with_members(found.iter().copied()))
            .collect();
        let records = self.cells.iter().map(|(cell, &children)| {
            let coordinates = own.iter().zip(cell);
            let coordinates = coordinates.map(|(codes, &number)| codes[number as usize]);
            (coordinates.collect(), children)
        });
        let (name, label) = (self.table.name.clone(), self.table.label.clone());
        ConfidentialTable::from_leaf_sums(name, label, dimensions, records)
    }
}
