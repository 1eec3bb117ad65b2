//! The table of an office, read with its mapping.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use domain::InputProblem;

use super::ages::german_ages;
use super::mapping::{OfficialLayout, OfficialMapping};
use crate::age::{AgeClass, AgeGroup};
use crate::codes as input_codes;
use crate::input::sheet::Sheet;
use crate::quality::codes;

const YEARS: std::ops::RangeInclusive<i32> = 1800..=2200;
const MOST_PERSONS: f64 = 1e9;

/// An official forecast by area, year and age group.
#[derive(Debug, Clone, PartialEq)]
pub struct OfficialForecast {
    edition: String,
    published: i32,
    areas: Vec<String>,
    years: Vec<i32>,
    ages: Vec<AgeClass>,
    /// In the order area, year, age group.
    persons: Vec<f64>,
    file: String,
}

/// A cell before it has its place.
struct Cell {
    row: u64,
    area: String,
    year: i32,
    ages: AgeClass,
    persons: f64,
}

impl OfficialForecast {
    /// Reads a table as its mapping says; `file` names it in messages. Every area needs every year
    /// and every age group; sums are left out by `skip_areas` and `skip_ages`, not added up twice.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(
        mut source: impl Read,
        mapping: &OfficialMapping,
        file: &str,
    ) -> Result<Self, Vec<InputProblem>> {
        let mut sheet = Sheet::new(file);
        let mut bytes = Vec::new();
        if let Err(error) = source.read_to_end(&mut bytes) {
            sheet.refuse_file(
                input_codes::UNREADABLE,
                format!("reading broke off: {error}"),
            );
            return Err(sheet.problems);
        }
        let text = if mapping.windows_1252 {
            bytes.iter().map(|byte| windows_1252(*byte)).collect()
        } else {
            match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(_) => {
                    let message = "the table is not UTF-8; set encoding = \"windows-1252\" in the mapping if it comes from an older program";
                    sheet.refuse_file(input_codes::NOT_UTF8, message);
                    return Err(sheet.problems);
                }
            }
        };
        let lines: Vec<&str> = text.lines().skip(mapping.skip_rows).collect();
        let body = lines.join("\n");
        let cells = read_cells(&body, mapping, &mut sheet);
        let forecast = if sheet.problems.is_empty() {
            arrange(&cells, mapping, &mut sheet)
        } else {
            None
        };
        forecast
            .filter(|_| sheet.problems.is_empty())
            .ok_or(sheet.problems)
    }

    /// Name of the edition.
    #[must_use]
    pub fn edition(&self) -> &str {
        &self.edition
    }

    /// Year of publication.
    #[must_use]
    pub fn published(&self) -> i32 {
        self.published
    }

    /// Area codes, sorted.
    #[must_use]
    pub fn areas(&self) -> &[String] {
        &self.areas
    }

    /// The years, sorted; there may be gaps.
    #[must_use]
    pub fn years(&self) -> &[i32] {
        &self.years
    }

    /// The age groups, from young to old.
    #[must_use]
    pub fn ages(&self) -> &[AgeClass] {
        &self.ages
    }

    /// The name of the file it was read from.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Persons of an area, year and age group by place; `None` outside the table.
    #[must_use]
    pub fn persons(&self, area: usize, year: usize, ages: usize) -> Option<f64> {
        if year >= self.years.len() || ages >= self.ages.len() {
            return None;
        }
        let place = (area * self.years.len() + year) * self.ages.len() + ages;
        self.persons.get(place).copied()
    }

    /// The age groups as groups to ask a forecast for, named `A0-2` and so on.
    ///
    /// # Errors
    ///
    /// Never for groups that were read.
    pub fn groups(&self) -> Result<Vec<AgeGroup>, crate::AgeError> {
        let group = |ages: &AgeClass| AgeGroup::new(&format!("A{ages}"), *ages);
        self.ages.iter().map(group).collect()
    }
}

fn read_cells(text: &str, mapping: &OfficialMapping, sheet: &mut Sheet<'_>) -> Vec<Cell> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(mapping.delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = match records.next() {
        Some(Ok(header)) => header,
        Some(Err(error)) => {
            sheet.refuse_file(
                input_codes::UNREADABLE,
                format!("reading broke off: {error}"),
            );
            return Vec::new();
        }
        None => {
            sheet.refuse_file(input_codes::NO_ROWS, "the table is empty");
            return Vec::new();
        }
    };
    let header: Vec<String> = header
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').to_owned())
        .collect();
    let Some(columns) = Columns::find(&header, mapping, sheet) else {
        return Vec::new();
    };
    let mut cells = Vec::new();
    let mut rows = 0;
    for (record, row) in records.zip(1_u64..) {
        let Ok(record) = record else {
            sheet.refuse_file(input_codes::UNREADABLE, "reading broke off");
            break;
        };
        let fields: Vec<&str> = record.iter().collect();
        if fields.iter().all(|field| field.is_empty()) {
            continue;
        }
        rows += 1;
        if fields.len() != header.len() {
            let message = format!(
                "the row has {} fields, the header {}",
                fields.len(),
                header.len()
            );
            sheet.refuse(
                input_codes::FIELD_COUNT,
                row,
                &header[0],
                fields[0],
                message,
            );
            continue;
        }
        columns.read(row, &header, &fields, mapping, sheet, &mut cells);
    }
    if rows == 0 {
        sheet.refuse_file(input_codes::NO_ROWS, "the table has a header but no rows");
    }
    cells
}

/// Where the keys and the persons stand.
struct Columns {
    area: usize,
    year: Option<usize>,
    age: Option<usize>,
    /// Columns of persons, with the year or ages they stand for.
    persons: Vec<(usize, Option<i32>, Option<AgeClass>)>,
}

impl Columns {
    fn find(header: &[String], mapping: &OfficialMapping, sheet: &mut Sheet<'_>) -> Option<Self> {
        let before = sheet.problems.len();
        let mut place = |name: &String| {
            let found = header.iter().position(|column| column == name);
            if found.is_none() {
                let message = format!(
                    "there is no column {name:?}; found are {}",
                    header.join(", ")
                );
                sheet.refuse_file(codes::MAPPED_COLUMN_MISSING, message);
            }
            found.unwrap_or(0)
        };
        let columns = match &mapping.layout {
            OfficialLayout::Long {
                area,
                year,
                age,
                persons,
            } => Self {
                area: place(area),
                year: Some(place(year)),
                age: Some(place(age)),
                persons: vec![(place(persons), None, None)],
            },
            OfficialLayout::AgesInColumns { area, year } => {
                let (area, year) = (place(area), place(year));
                let mut persons = Vec::new();
                for (column, name) in header.iter().enumerate() {
                    if column == area || column == year || mapping.skip_ages.contains(name) {
                        continue;
                    }
                    let ages = ages_of(name, mapping);
                    if ages.is_none() {
                        let message = format!("the column {name:?} is no age group");
                        sheet.refuse_file(codes::UNKNOWN_OFFICIAL_AGE, message);
                    }
                    persons.push((column, None, ages));
                }
                Self {
                    area,
                    year: Some(year),
                    age: None,
                    persons,
                }
            }
            OfficialLayout::YearsInColumns { area, age } => {
                let (area, age) = (place(area), place(age));
                let mut persons = Vec::new();
                for (column, name) in header.iter().enumerate() {
                    if column == area || column == age {
                        continue;
                    }
                    let year = year_of(name);
                    if year.is_none() {
                        let message = format!("the column {name:?} is no year");
                        sheet.refuse_file(codes::UNREADABLE_NUMBER, message);
                    }
                    persons.push((column, year, None));
                }
                Self {
                    area,
                    year: None,
                    age: Some(age),
                    persons,
                }
            }
        };
        if columns.persons.is_empty() {
            let message = "there is no column of persons";
            sheet.refuse_file(codes::MAPPED_COLUMN_MISSING, message);
        }
        (sheet.problems.len() == before).then_some(columns)
    }

    fn read(
        &self,
        row: u64,
        header: &[String],
        fields: &[&str],
        mapping: &OfficialMapping,
        sheet: &mut Sheet<'_>,
        cells: &mut Vec<Cell>,
    ) {
        let area = fields[self.area];
        let age_text = self.age.map(|column| fields[column]);
        let skipped = mapping.skip_areas.contains(area)
            || age_text.is_some_and(|text| mapping.skip_ages.contains(text));
        if skipped {
            return;
        }
        let mut usable = true;
        if area.is_empty() {
            let message = "the area is empty";
            sheet.refuse(
                codes::UNKNOWN_OFFICIAL_AREA,
                row,
                &header[self.area],
                area,
                message,
            );
            usable = false;
        }
        let year = self.year.map(|column| {
            let year = year_of(fields[column]);
            if year.is_none() {
                let message = "this is no year";
                let text = fields[column];
                sheet.refuse(
                    codes::UNREADABLE_NUMBER,
                    row,
                    &header[column],
                    text,
                    message,
                );
            }
            year
        });
        let ages = self.age.map(|column| {
            let ages = ages_of(fields[column], mapping);
            if ages.is_none() {
                let message = "this is no age group";
                let text = fields[column];
                sheet.refuse(
                    codes::UNKNOWN_OFFICIAL_AGE,
                    row,
                    &header[column],
                    text,
                    message,
                );
            }
            ages
        });
        for &(column, column_year, column_ages) in &self.persons {
            let text = fields[column];
            let Some(persons) = number(text, mapping) else {
                let message = "this is no number of persons, 0 or more";
                sheet.refuse(
                    codes::UNREADABLE_NUMBER,
                    row,
                    &header[column],
                    text,
                    message,
                );
                continue;
            };
            let (year, ages) = (year.unwrap_or(column_year), ages.unwrap_or(column_ages));
            if let (true, Some(year), Some(ages)) = (usable, year, ages) {
                let code = mapping.areas.get(area).map_or(area, String::as_str);
                cells.push(Cell {
                    row,
                    area: code.to_owned(),
                    year,
                    ages,
                    persons,
                });
            }
        }
    }
}

fn ages_of(text: &str, mapping: &OfficialMapping) -> Option<AgeClass> {
    mapping
        .ages
        .get(text)
        .copied()
        .or_else(|| german_ages(text))
}

/// `2030`, also `31.12.2030`.
fn year_of(text: &str) -> Option<i32> {
    let last = text.rsplit('.').next()?.trim();
    let digits = last.len() == 4 && last.bytes().all(|byte| byte.is_ascii_digit());
    last.parse()
        .ok()
        .filter(|year| digits && YEARS.contains(year))
}

fn number(text: &str, mapping: &OfficialMapping) -> Option<f64> {
    let mut plain: String = match mapping.thousands {
        Some(sign) => text.chars().filter(|c| *c != sign).collect(),
        None => text.to_owned(),
    };
    plain.retain(|c| !c.is_whitespace());
    let known = |c: char| c.is_ascii_digit() || c == mapping.decimal;
    if plain.is_empty() || !plain.chars().all(known) {
        return None;
    }
    let value: f64 = plain.replace(mapping.decimal, ".").parse().ok()?;
    (value <= MOST_PERSONS).then_some(value)
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80 => '€',
        0x96 => '–',
        0x97 => '—',
        _ => char::from(byte),
    }
}

/// Puts the cells in order; twins, gaps and overlapping ages are noted.
fn arrange(
    cells: &[Cell],
    mapping: &OfficialMapping,
    sheet: &mut Sheet<'_>,
) -> Option<OfficialForecast> {
    let mut places: BTreeMap<(&str, i32, AgeClass), (u64, f64)> = BTreeMap::new();
    for cell in cells {
        let key = (cell.area.as_str(), cell.year, cell.ages);
        if let Some((first, _)) = places.get(&key) {
            let message = format!(
                "area {:?}, year {}, ages {} stand in row {first} already",
                cell.area, cell.year, cell.ages
            );
            let ages = cell.ages.to_string();
            sheet.refuse(codes::OFFICIAL_CELL_TWICE, cell.row, "age", &ages, message);
            continue;
        }
        places.insert(key, (cell.row, cell.persons));
    }
    let areas: BTreeSet<&str> = places.keys().map(|key| key.0).collect();
    let years: BTreeSet<i32> = places.keys().map(|key| key.1).collect();
    let ages: Vec<AgeClass> = {
        let ages: BTreeSet<AgeClass> = places.keys().map(|key| key.2).collect();
        ages.into_iter().collect()
    };
    for pair in ages.windows(2) {
        if pair[1].first() <= pair[0].last() {
            let message = format!(
                "the age groups {} and {} overlap; list the sum in skip_ages",
                pair[0], pair[1]
            );
            sheet.refuse_file(codes::UNKNOWN_OFFICIAL_AGE, message);
        }
    }
    let mut persons = Vec::with_capacity(places.len());
    for &area in &areas {
        for &year in &years {
            for &age in &ages {
                match places.get(&(area, year, age)) {
                    Some((_, found)) => persons.push(*found),
                    None => {
                        let message = format!("area {area:?}, year {year} lacks the ages {age}");
                        sheet.refuse_file(codes::OFFICIAL_CELL_MISSING, message);
                    }
                }
            }
        }
    }
    Some(OfficialForecast {
        edition: mapping.edition.clone(),
        published: mapping.published,
        areas: areas.into_iter().map(str::to_owned).collect(),
        years: years.into_iter().collect(),
        ages,
        persons,
        file: sheet.file().to_owned(),
    })
}
