//! Births of the year that has begun, month by month, and what they say about the whole year.
//!
//! The register knows the births of the months gone by. With `r = births of the year / births of its
//! first m months` in earlier years, the year's births are `births to date · r̂`, where `r̂` is the
//! smoothed ratio (each new year weighs one half), as in the nowcast of the Greater London Authority.
//! How far the smoothed ratio missed the next year's ratio, on the logarithmic scale, gives the
//! interval, with Student's t for the few years.

use std::collections::BTreeMap;
use std::io::Read;

use domain::InputProblem;

use super::cells;
use super::sheet::{Sheet, required};
use crate::codes;
use crate::interval::student;

/// Weight of the newest year in the smoothed ratio.
const NEWEST: f64 = 0.5;
/// Whole years before the one begun that are needed.
const FEWEST_YEARS: usize = 3;

/// Births of the city by month: whole years, and the year begun up to the last full month.
///
/// ```
/// use forecast::BirthsToDate;
/// let mut table = String::from("year,month,births\n");
/// for year in 2022..=2024 {
///     for month in 1..=12 {
///         table += &format!("{year},{month},100\n");
///     }
/// }
/// for month in 1..=3 {
///     table += &format!("2025,{month},90\n");
/// }
/// let births = BirthsToDate::read(table.as_bytes(), "months.csv").expect("a right table");
/// let nowcast = births.nowcast();
/// assert_eq!((nowcast.year, nowcast.months), (2025, 3));
/// assert!((nowcast.births - 1080.0).abs() < 1e-9);
///
/// let gap = "year,month,births\n2025,1,90\n2025,3,90\n";
/// let problems = BirthsToDate::read(gap.as_bytes(), "months.csv").expect_err("February is missing");
/// assert_eq!(problems[0].code, "E4021");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BirthsToDate {
    /// Whole years, oldest first.
    whole: Vec<[f64; 12]>,
    begun: Vec<f64>,
    year: i32,
}

/// Births expected in the year begun.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct BirthsNowcast {
    /// The year begun.
    pub year: i32,
    /// Months known.
    pub months: usize,
    /// Births of these months.
    pub to_date: f64,
    /// Births expected in the whole year.
    pub births: f64,
    /// Undercut in 10 of 100 cases.
    pub q10: f64,
    /// Exceeded in 10 of 100 cases.
    pub q90: f64,
}

impl BirthsToDate {
    /// Reads `year,month,births` in any order; `file` names it in messages. Every year but the last
    /// needs its twelve months, three such years are needed, and the last year its first months.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(source: impl Read, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut sheet = Sheet::new(file);
        let mut rows: BTreeMap<(i32, usize), (u64, f64)> = BTreeMap::new();
        let columns = ["year", "month", "births"].map(required);
        sheet.read(
            source,
            &columns,
            |sheet, row, [year, month_text, births]| {
                let year = cells::year(sheet, row, year);
                let month = month(sheet, row, month_text);
                let births = cells::count(sheet, row, "births", births);
                let (Some(year), Some(month), Some(births)) = (year, month, births) else {
                    return;
                };
                if let Some((first, _)) = rows.get(&(year, month)) {
                    let message = format!("{year}-{month:02} stands in row {first} already");
                    sheet.refuse(codes::DUPLICATE_CELL, row, "month", month_text, message);
                    return;
                }
                rows.insert((year, month), (row, births));
            },
        );
        if !sheet.problems.is_empty() {
            return Err(sheet.problems);
        }
        let found = split(&mut sheet, &rows);
        match found {
            Some(found) if sheet.problems.is_empty() => Ok(found),
            _ => Err(sheet.problems),
        }
    }

    /// What the months known say about the whole year.
    #[must_use]
    pub fn nowcast(&self) -> BirthsNowcast {
        let months = self.begun.len();
        let to_date: f64 = self.begun.iter().sum();
        let ratios = self.whole.iter().filter_map(|year| {
            let first: f64 = year[..months].iter().sum();
            (first > 0.0).then(|| (year.iter().sum::<f64>() / first).ln())
        });
        let (mut level, mut squares, mut errors) = (None, 0.0, 0_usize);
        for ratio in ratios {
            level = Some(level.map_or(ratio, |level: f64| {
                squares += (ratio - level).powi(2);
                errors += 1;
                level + NEWEST * (ratio - level)
            }));
        }
        let spread = if errors > 0 {
            (squares / errors as f64).sqrt()
        } else {
            0.0
        };
        let reach = student::upper_quantiles(errors.max(1))[0] * spread;
        let births = to_date * level.unwrap_or_else(|| (12.0 / months as f64).ln()).exp();
        BirthsNowcast {
            year: self.year,
            months,
            to_date,
            births,
            q10: births * (-reach).exp(),
            q90: births * reach.exp(),
        }
    }
}

fn month(sheet: &mut Sheet<'_>, row: u64, text: &str) -> Option<usize> {
    match text.parse::<usize>() {
        Ok(month) if (1..=12).contains(&month) => Some(month),
        _ => {
            let message = "this is no month from 1 to 12";
            sheet.refuse(codes::BAD_MONTH, row, "month", text, message);
            None
        }
    }
}

/// Whole years and the year begun, or the gaps noted.
fn split(sheet: &mut Sheet<'_>, rows: &BTreeMap<(i32, usize), (u64, f64)>) -> Option<BirthsToDate> {
    let ((first, _), (last, months)) = (*rows.keys().next()?, *rows.keys().next_back()?);
    let mut whole = Vec::new();
    for year in first..last {
        let births: Vec<f64> = (1..=12)
            .filter_map(|month| Some(rows.get(&(year, month))?.1))
            .collect();
        match <[f64; 12]>::try_from(births) {
            Ok(births) => whole.push(births),
            Err(found) => {
                let message = format!("the year {year} has {} of its 12 months", found.len());
                sheet.refuse_file(codes::MONTH_GAP, message);
            }
        }
    }
    let begun: Vec<f64> = (1..=months)
        .filter_map(|month| Some(rows.get(&(last, month))?.1))
        .collect();
    if begun.len() < months {
        let message = format!(
            "the year {last} has {} of its first {months} months",
            begun.len()
        );
        sheet.refuse_file(codes::MONTH_GAP, message);
    } else if whole.len() < FEWEST_YEARS && sheet.problems.is_empty() {
        let message = format!(
            "{} whole years stand before {last}, three are needed",
            whole.len()
        );
        sheet.refuse_file(codes::MONTH_GAP, message);
    }
    Some(BirthsToDate {
        whole,
        begun,
        year: last,
    })
}
