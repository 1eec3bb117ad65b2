//! The population table `area,year,age,count`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use domain::InputProblem;

use super::cells;
use super::sheet::{Sheet, required};
use crate::age::AgeClass;
use crate::codes;

/// Persons by area, year and age class at one reference date a year.
///
/// Held as one flat array in the order area, year, class; areas are sorted by code, so the order
/// of the rows in the file has no influence on anything computed from it.
///
/// ```
/// use forecast::Population;
/// let table = "area,year,age,count\nnorth,2024,0,30\nnorth,2025,0,31\n";
/// let population = Population::read(table.as_bytes(), "population.csv").expect("the table is right");
/// assert_eq!(population.years(), 2024..=2025);
///
/// let negative = "area,year,age,count\nnorth,2024,0,-30\n";
/// let problems = Population::read(negative.as_bytes(), "population.csv").expect_err("refused");
/// assert_eq!(problems[0].code, "E3010");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    areas: Vec<String>,
    first_year: i32,
    years: usize,
    classes: Vec<AgeClass>,
    counts: Vec<f64>,
    file: String,
    /// Area and year (from 0) of steps that teach no ratio.
    held: BTreeSet<(usize, usize)>,
}

/// One row that could be read.
struct Cell {
    area: usize,
    year: i32,
    class: usize,
    row: u64,
    count: f64,
}

impl Population {
    /// Reads the table; `file` names it in messages.
    ///
    /// Columns `area,year,age,count` in any order; `age` in completed years at the reference date
    /// or an inclusive range `3-4`; `count` 0 or more. Every area needs every year and every age.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once, in the order of the rows, with codes from
    /// [`ERROR_CODES`](crate::ERROR_CODES).
    pub fn read(source: impl Read, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut sheet = Sheet::new(file);
        let mut areas: BTreeMap<String, usize> = BTreeMap::new();
        let mut classes: BTreeMap<AgeClass, (usize, u64)> = BTreeMap::new();
        let mut cells: Vec<Cell> = Vec::new();
        let columns = ["area", "year", "age", "count"].map(required);
        sheet.read(source, &columns, |sheet, row, [area, year, age, count]| {
            let known = areas.get(area).copied();
            let usable = known.is_some() || cells::area_is_usable(sheet, row, area, false);
            let year = cells::year(sheet, row, year);
            let class = parse_age(sheet, row, age);
            let count = cells::count(sheet, row, "count", count);
            let (true, Some(year), Some(class), Some(count)) = (usable, year, class, count) else {
                return;
            };
            let next = areas.len();
            let area = known.unwrap_or_else(|| *areas.entry(area.to_owned()).or_insert(next));
            let next = classes.len();
            let class = classes.entry(class).or_insert((next, row)).0;
            cells.push(Cell {
                area,
                year,
                class,
                row,
                count,
            });
        });
        refuse_overlaps(&mut sheet, &classes);
        let (areas, area_ranks) = ranked(areas);
        let (classes, class_ranks) = ranked(
            classes
                .into_iter()
                .map(|(class, (n, _))| (class, n))
                .collect(),
        );
        for cell in &mut cells {
            cell.area = area_ranks[cell.area];
            cell.class = class_ranks[cell.class];
        }
        cells.sort_unstable_by_key(|cell| (cell.area, cell.year, cell.class, cell.row));
        refuse_twins(&mut sheet, &cells, &areas, &classes);
        let years = continuous_years(&mut sheet, &cells);
        if sheet.problems.is_empty() {
            refuse_missing(&mut sheet, &cells, &areas, &classes, &years);
        }
        if !sheet.problems.is_empty() {
            sheet.problems.sort_by_key(|problem| problem.row);
            return Err(sheet.problems);
        }
        Ok(Self {
            areas,
            first_year: years[0],
            years: years.len(),
            classes,
            counts: cells.iter().map(|cell| cell.count).collect(),
            file: file.to_owned(),
            held: BTreeSet::new(),
        })
    }

    /// A table made here from others: `areas` sorted, counts in the order area, year, class.
    pub(crate) fn of_counts(
        areas: Vec<String>,
        first_year: i32,
        classes: Vec<AgeClass>,
        counts: Vec<f64>,
        file: &str,
    ) -> Self {
        let years = counts.len() / (areas.len() * classes.len()).max(1);
        Self {
            areas,
            first_year,
            years,
            classes,
            counts,
            file: file.to_owned(),
            held: BTreeSet::new(),
        }
    }

    /// The same counts, in which the steps into the given area-years teach no ratio: the area is
    /// held at its parent's there, and the parent's is that of the other areas.
    #[must_use]
    pub(crate) fn with_held_steps(&self, steps: impl Iterator<Item = (usize, i32)>) -> Self {
        let mut held = self.clone();
        for (area, year) in steps {
            if area < self.areas.len() && self.years().contains(&year) {
                held.held
                    .insert((area, (year - self.first_year).unsigned_abs() as usize));
            }
        }
        held
    }

    /// Whether the step into `year` teaches no ratio of the area at position `area`.
    #[must_use]
    pub fn is_held(&self, area: usize, year: i32) -> bool {
        usize::try_from(year - self.first_year).is_ok_and(|year| self.held.contains(&(area, year)))
    }

    /// Area codes, sorted.
    #[must_use]
    pub fn areas(&self) -> &[String] {
        &self.areas
    }

    /// First to last year, without gaps.
    #[must_use]
    pub fn years(&self) -> std::ops::RangeInclusive<i32> {
        self.first_year..=self.last_year()
    }

    /// Age classes from young to old, not overlapping.
    #[must_use]
    pub fn classes(&self) -> &[AgeClass] {
        &self.classes
    }

    /// Name of the file it was read from.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Persons in the order area, year, class; `areas × years × classes` values.
    #[must_use]
    pub fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// Persons of the area at position `area`, in `year`, of the class at position `class`;
    /// `None` outside the table.
    #[must_use]
    pub fn count(&self, area: usize, year: i32, class: usize) -> Option<f64> {
        if area >= self.areas.len() || class >= self.classes.len() || !self.years().contains(&year)
        {
            return None;
        }
        let year = usize::try_from(year - self.first_year).ok()?;
        let place = (area * self.years + year) * self.classes.len() + class;
        self.counts.get(place).copied()
    }

    pub(crate) fn first_year(&self) -> i32 {
        self.first_year
    }

    pub(crate) fn year_count(&self) -> usize {
        self.years
    }

    pub(crate) fn last_year(&self) -> i32 {
        self.first_year + self.years as i32 - 1
    }
}

/// The keys in order, and for each number given on first sight its place in that order.
fn ranked<K: Ord>(numbered: BTreeMap<K, usize>) -> (Vec<K>, Vec<usize>) {
    let mut ranks = vec![0; numbered.len()];
    let mut keys = Vec::with_capacity(numbered.len());
    for (rank, (key, number)) in numbered.into_iter().enumerate() {
        ranks[number] = rank;
        keys.push(key);
    }
    (keys, ranks)
}

fn parse_age(sheet: &mut Sheet<'_>, row: u64, text: &str) -> Option<AgeClass> {
    let class = text.parse().ok();
    if class.is_none() {
        let message = "this is neither an age nor a range of ages";
        sheet.refuse(codes::BAD_AGE, row, "age", text, message);
    }
    class
}

fn refuse_overlaps(sheet: &mut Sheet<'_>, classes: &BTreeMap<AgeClass, (usize, u64)>) {
    let mut oldest: Option<AgeClass> = None;
    for (&class, &(_, row)) in classes {
        if let Some(before) = oldest.filter(|before| class.first() <= before.last()) {
            sheet.refuse(
                codes::OVERLAPPING_AGES,
                row,
                "age",
                &class.to_string(),
                format!("the ages {before} and {class} overlap"),
            );
        }
        oldest = oldest
            .filter(|before| before.last() > class.last())
            .or(Some(class));
    }
}

fn refuse_twins(sheet: &mut Sheet<'_>, cells: &[Cell], areas: &[String], classes: &[AgeClass]) {
    for pair in cells.windows(2) {
        let [first, second] = pair else { continue };
        if (first.area, first.year, first.class) == (second.area, second.year, second.class) {
            let age = classes[second.class];
            sheet.refuse(
                codes::DUPLICATE_CELL,
                second.row,
                "age",
                &age.to_string(),
                format!(
                    "area {:?}, year {}, age {age} stands in row {} already",
                    areas[second.area], second.year, first.row
                ),
            );
        }
    }
}

/// The years found, sorted; a gap is noted.
fn continuous_years(sheet: &mut Sheet<'_>, cells: &[Cell]) -> Vec<i32> {
    let mut years: Vec<i32> = cells.iter().map(|cell| cell.year).collect();
    years.sort_unstable();
    years.dedup();
    for pair in years.windows(2) {
        if pair[1] - pair[0] > 1 {
            sheet.refuse_file(
                codes::YEAR_GAP,
                format!("no rows between the years {} and {}", pair[0], pair[1]),
            );
        }
    }
    years
}

/// Notes, per area and year, the ages that are missing; `cells` are sorted and without twins.
fn refuse_missing(
    sheet: &mut Sheet<'_>,
    cells: &[Cell],
    areas: &[String],
    classes: &[AgeClass],
    years: &[i32],
) {
    let mut rest = cells;
    for (area, code) in areas.iter().enumerate() {
        for &year in years {
            let length = rest.partition_point(|cell| (cell.area, cell.year) <= (area, year));
            let (here, after) = rest.split_at(length);
            rest = after;
            if here.len() == classes.len() {
                continue;
            }
            let message = if here.is_empty() {
                format!("area {code:?} has no rows for the year {year}")
            } else {
                let missing: Vec<String> = classes
                    .iter()
                    .enumerate()
                    .filter(|(class, _)| here.iter().all(|cell| cell.class != *class))
                    .map(|(_, age)| age.to_string())
                    .collect();
                format!(
                    "area {code:?}, year {year} lacks the ages {}",
                    missing.join(", ")
                )
            };
            sheet.refuse_file(codes::MISSING_CELL, message);
        }
    }
}
