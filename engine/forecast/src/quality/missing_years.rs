//! Years that are missing in the middle of a population table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read;

use domain::InputProblem;

use super::codes;
use crate::age::AgeClass;
use crate::input::population::Population;
use crate::input::sheet::{Sheet, required};
use crate::{codes as input_codes, input::cells};

/// Most years in a row that are interpolated.
const WIDEST_HOLE: i32 = 2;

/// What to do about a missing year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HoleRule {
    /// Refuse the table (E3013).
    #[default]
    Refuse,
    /// Interpolate along the cohorts. A single age `x` of the missing year `t` between the years `a`
    /// and `b` is `(b − t)/(b − a)` of those aged `x − (t − a)` in `a` plus the rest of those aged
    /// `x + (b − t)` in `b`. Where a cohort is not in the table at both ends, and for classes of
    /// several ages, the same age is interpolated between `a` and `b`.
    Interpolate,
}

/// A year that was made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct FilledYear {
    /// The year.
    pub year: i32,
    /// Last year before the hole.
    pub before: i32,
    /// First year after the hole.
    pub after: i32,
}

impl FilledYear {
    /// The warning, in English.
    #[must_use]
    pub fn warning(&self) -> String {
        let Self {
            year,
            before,
            after,
        } = self;
        format!(
            "{year} is missing and was interpolated along the cohorts between {before} and {after}; ratios are not learned from it"
        )
    }

    /// The warning, in German.
    #[must_use]
    pub fn warning_german(&self) -> String {
        let Self {
            year,
            before,
            after,
        } = self;
        format!(
            "{year} fehlt und wurde entlang der Jahrgänge zwischen {before} und {after} interpoliert; Übergangsquoten werden daraus nicht gelernt"
        )
    }
}

type Key = (String, AgeClass);

/// Reads a population like [`Population::read`], and fills whole missing years if `rule` says so.
/// Steps into and out of a filled year are held: they teach no ratio.
///
/// ```
/// use forecast::{HoleRule, fill_missing_years};
/// let table = "area,year,age,count\na,2020,0,10\na,2020,1,20\na,2022,0,14\na,2022,1,12\n";
/// let refused = fill_missing_years(table.as_bytes(), "p.csv", HoleRule::Refuse);
/// assert_eq!(refused.expect_err("a hole")[0].code, "E3013");
/// let (population, filled) =
///     fill_missing_years(table.as_bytes(), "p.csv", HoleRule::Interpolate).expect("one year");
/// assert_eq!(filled[0].year, 2021);
/// assert_eq!(population.count(0, 2021, 0), Some(12.0));
/// ```
///
/// # Errors
///
/// Those of [`Population::read`]; E4085 for a hole of more than two years; E4087 if the year is
/// missing in some areas or ages only.
pub fn fill_missing_years(
    mut source: impl Read,
    file: &str,
    rule: HoleRule,
) -> Result<(Population, Vec<FilledYear>), Vec<InputProblem>> {
    let mut bytes = Vec::new();
    if let Err(error) = source.read_to_end(&mut bytes) {
        let mut sheet = Sheet::new(file);
        let message = format!("reading broke off: {error}");
        sheet.refuse_file(input_codes::UNREADABLE, message);
        return Err(sheet.problems);
    }
    let problems = match Population::read(bytes.as_slice(), file) {
        Ok(population) => return Ok((population, Vec::new())),
        Err(problems) => problems,
    };
    let only_holes = problems
        .iter()
        .all(|problem| problem.code == input_codes::YEAR_GAP);
    if rule == HoleRule::Refuse || !only_holes {
        return Err(problems);
    }
    let mut table = read_cells(&bytes, file);
    let holes = holes(&table, file)?;
    let mut filled = Vec::new();
    for (before, after) in holes {
        for year in before + 1..after {
            let made = interpolated(&table[&before], &table[&after], before, year, after);
            table.insert(year, made);
            filled.push(FilledYear {
                year,
                before,
                after,
            });
        }
    }
    let mut text = String::from("area,year,age,count\n");
    let mut writer = csv::Writer::from_writer(Vec::new());
    for (year, cells) in &table {
        for ((area, age), count) in cells {
            let record = [
                area,
                &year.to_string(),
                &age.to_string(),
                &count.to_string(),
            ];
            if writer.write_record(record).is_err() {
                return Err(problems);
            }
        }
    }
    let rows = writer.into_inner().unwrap_or_default();
    let _ = write!(text, "{}", String::from_utf8_lossy(&rows));
    let population = Population::read(text.as_bytes(), file)?;
    let areas = 0..population.areas().len();
    let held = areas.flat_map(|area| {
        filled
            .iter()
            .flat_map(move |filled| [(area, filled.year), (area, filled.year + 1)])
    });
    Ok((population.with_held_steps(held), filled))
}

/// The cells by year; every row has been found right before.
fn read_cells(bytes: &[u8], file: &str) -> BTreeMap<i32, BTreeMap<Key, f64>> {
    let mut sheet = Sheet::new(file);
    let mut table: BTreeMap<i32, BTreeMap<Key, f64>> = BTreeMap::new();
    let columns = ["area", "year", "age", "count"].map(required);
    sheet.read(bytes, &columns, |sheet, row, [area, year, age, count]| {
        let year = cells::year(sheet, row, year);
        let count = cells::count(sheet, row, "count", count);
        if let (Some(year), Ok(age), Some(count)) = (year, age.parse(), count) {
            table
                .entry(year)
                .or_default()
                .insert((area.to_owned(), age), count);
        }
    });
    table
}

/// The holes as (last year before, first year after), or why they cannot be filled.
fn holes(
    table: &BTreeMap<i32, BTreeMap<Key, f64>>,
    file: &str,
) -> Result<Vec<(i32, i32)>, Vec<InputProblem>> {
    let mut sheet = Sheet::new(file);
    let years: Vec<i32> = table.keys().copied().collect();
    let keys: BTreeSet<&Key> = table.values().flat_map(BTreeMap::keys).collect();
    for (year, cells) in table {
        let lacking = keys.len() - cells.len();
        if lacking > 0 {
            let message = format!(
                "{lacking} of {} cells (area and age) are missing in {year}",
                keys.len()
            );
            sheet.refuse_file(codes::HOLE_NOT_EVERYWHERE, message);
        }
    }
    let mut holes = Vec::new();
    for pair in years.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        let missing = after - before - 1;
        if missing > WIDEST_HOLE {
            let message = format!("{missing} years are missing between {before} and {after}");
            sheet.refuse_file(codes::HOLE_TOO_WIDE, message);
        } else if missing > 0 {
            holes.push((before, after));
        }
    }
    if sheet.problems.is_empty() {
        Ok(holes)
    } else {
        Err(sheet.problems)
    }
}

fn interpolated(
    before: &BTreeMap<Key, f64>,
    after: &BTreeMap<Key, f64>,
    first: i32,
    year: i32,
    last: i32,
) -> BTreeMap<Key, f64> {
    let late = f64::from(year - first) / f64::from(last - first);
    let aged = |area: &String, age: AgeClass, by: i32| -> Option<Key> {
        let age = u8::try_from(i32::from(age.first()) + by).ok()?;
        Some((area.clone(), AgeClass::new(age, age).ok()?))
    };
    let cell = |((area, age), earlier): (&Key, &f64)| {
        let cohort = (age.width() == 1)
            .then(|| {
                let younger = before.get(&aged(area, *age, first - year)?)?;
                let older = after.get(&aged(area, *age, last - year)?)?;
                Some((younger, older))
            })
            .flatten();
        let key = (area.clone(), *age);
        let (from, to) = cohort.unwrap_or_else(|| (earlier, after.get(&key).unwrap_or(earlier)));
        (key, (1.0 - late) * from + late * to)
    };
    before.iter().map(cell).collect()
}
