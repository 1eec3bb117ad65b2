//! The optional table of births `area,year,births`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use domain::InputProblem;

use super::births_to_date::BirthsNowcast;
use super::cells::{self, TOTAL_AREA};
use super::population::Population;
use super::sheet::{Sheet, required};
use crate::codes;

/// Births by calendar year, of the areas or of the city.
///
/// The rows give either every area of the population or only `_total`. The city's births steer
/// the number of the youngest children; which area they live in follows from the areas' children.
#[derive(Debug, Clone, PartialEq)]
pub struct Births {
    areas: Vec<String>,
    first_year: i32,
    totals: Vec<f64>,
    /// Births expected in the year after the last, if known in part.
    nowcast: Option<f64>,
    file: String,
}

impl Births {
    /// Reads the table; `file` names it in messages. Years without gaps, every area in every year.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(source: impl Read, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut sheet = Sheet::new(file);
        let mut rows: BTreeMap<(String, i32), (u64, f64)> = BTreeMap::new();
        let columns = ["area", "year", "births"].map(required);
        sheet.read(source, &columns, |sheet, row, [area, year_text, births]| {
            let usable = cells::area_is_usable(sheet, row, area, true);
            let year = cells::year(sheet, row, year_text);
            let births = cells::count(sheet, row, "births", births);
            let (true, Some(year), Some(births)) = (usable, year, births) else {
                return;
            };
            if let Some((first, _)) = rows.get(&(area.to_owned(), year)) {
                let message = format!("area {area:?}, year {year} stands in row {first} already");
                sheet.refuse(codes::DUPLICATE_CELL, row, "year", year_text, message);
                return;
            }
            rows.insert((area.to_owned(), year), (row, births));
        });
        let areas: BTreeSet<&String> = rows.keys().map(|(area, _)| area).collect();
        let years: BTreeSet<i32> = rows.keys().map(|&(_, year)| year).collect();
        refuse_holes(&mut sheet, &rows, &areas, &years);
        if !sheet.problems.is_empty() {
            return Err(sheet.problems);
        }
        let totals = years.iter().map(|&year| {
            rows.iter()
                .filter(|((_, other), _)| *other == year)
                .map(|(_, (_, births))| births)
                .sum()
        });
        Ok(Self {
            totals: totals.collect(),
            first_year: years.first().copied().unwrap_or_default(),
            areas: areas.into_iter().cloned().collect(),
            nowcast: None,
            file: file.to_owned(),
        })
    }

    /// Births of the whole city in `year`, if the table has the year.
    #[must_use]
    pub fn total(&self, year: i32) -> Option<f64> {
        let place = usize::try_from(year - self.first_year).ok()?;
        self.totals.get(place).copied()
    }

    /// Adds what is known of the year begun. It takes the place of the first projected year of births
    /// in a forecast whose origin is the last year of this table; its uncertainty does not change the
    /// forecast's intervals, which are learned without nowcasts and are rather too wide then.
    ///
    /// # Errors
    ///
    /// [`NowcastError`] when the nowcast is not of the year after the last.
    pub fn with_nowcast(mut self, nowcast: &BirthsNowcast) -> Result<Self, NowcastError> {
        let last = self.first_year + self.totals.len() as i32 - 1;
        if nowcast.year != last + 1 {
            return Err(NowcastError {
                year: nowcast.year,
                last,
            });
        }
        self.nowcast = Some(nowcast.births);
        Ok(self)
    }

    /// Births expected in `year`, if that is the year begun.
    pub(crate) fn nowcast(&self, year: i32) -> Option<f64> {
        self.nowcast
            .filter(|_| year == self.first_year + self.totals.len() as i32)
    }

    /// First year of the table.
    pub(crate) fn first_year(&self) -> i32 {
        self.first_year
    }

    /// Areas that the births and the population do not share.
    pub(crate) fn check_areas(&self, population: &Population) -> Vec<InputProblem> {
        let mut sheet = Sheet::new(&self.file);
        if self.areas == [TOTAL_AREA] {
            return sheet.problems;
        }
        for area in &self.areas {
            if population.areas().binary_search(area).is_err() {
                let message = format!("area {area:?} has births but no population");
                sheet.refuse_file(codes::UNKNOWN_AREA, message);
            }
        }
        for area in population.areas() {
            if self.areas.binary_search(area).is_err() {
                let message = format!("area {area:?} has a population but no births");
                sheet.refuse_file(codes::MISSING_CELL, message);
            }
        }
        sheet.problems
    }
}

/// A nowcast of another year than the one after the last known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the months given are of {year}, but births are known up to {last}; give the months of the year after it"
)]
pub struct NowcastError {
    /// Year of the nowcast.
    pub year: i32,
    /// Last year of births.
    pub last: i32,
}

fn refuse_holes(
    sheet: &mut Sheet<'_>,
    rows: &BTreeMap<(String, i32), (u64, f64)>,
    areas: &BTreeSet<&String>,
    years: &BTreeSet<i32>,
) {
    let listed: Vec<i32> = years.iter().copied().collect();
    for pair in listed.windows(2) {
        if pair[1] - pair[0] > 1 {
            let message = format!("no rows between the years {} and {}", pair[0], pair[1]);
            sheet.refuse_file(codes::YEAR_GAP, message);
        }
    }
    for &area in areas {
        for &year in years {
            if !rows.contains_key(&(area.clone(), year)) {
                let message = format!("area {area:?} has no births for the year {year}");
                sheet.refuse_file(codes::MISSING_CELL, message);
            }
        }
    }
}
