//! Crosswalks: history of old areas carried into new boundaries.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use domain::InputProblem;

use super::codes;
use crate::input::cells;
use crate::input::population::Population;
use crate::input::sheet::{Sheet, required};

/// How far the shares of an old area may be from 1; they are then made to add up exactly.
const TOLERANCE: f64 = 1e-6;

/// Which share of the persons of each old area lives in each new area.
///
/// ```
/// use forecast::{Crosswalk, Population};
/// let table = "area,year,age,count\nold-1,2020,0,40\nold-2,2020,0,10\n";
/// let population = Population::read(table.as_bytes(), "population.csv").expect("a right table");
/// let rows = "old_area,new_area,share\nold-1,a,0.75\nold-1,b,0.25\nold-2,b,1\n";
/// let crosswalk = Crosswalk::read(rows.as_bytes(), "crosswalk.csv").expect("shares add up");
/// let new = crosswalk.apply(&population).expect("every area is known");
/// assert_eq!(new.areas(), ["a", "b"]);
/// assert_eq!(new.count(1, 2020, 0), Some(20.0));
///
/// let rows = "old_area,new_area,share\nold-1,a,0.75\n";
/// let problems = Crosswalk::read(rows.as_bytes(), "crosswalk.csv").expect_err("refused");
/// assert_eq!(problems[0].code, "E4081");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Crosswalk {
    /// By old area: new areas and shares, adding up to 1.
    rows: BTreeMap<String, Vec<(String, f64)>>,
    file: String,
}

impl Crosswalk {
    /// Reads `old_area,new_area,share`; `file` names it in messages. The shares of an old area add
    /// up to 1; an area that did not change has one row with share 1.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(source: impl Read, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut sheet = Sheet::new(file);
        let mut pairs: BTreeMap<(String, String), (u64, f64)> = BTreeMap::new();
        let columns = ["old_area", "new_area", "share"].map(required);
        sheet.read(source, &columns, |sheet, row, [old, new, text]| {
            let usable = cells::area_is_usable(sheet, row, old, false)
                & cells::area_is_usable(sheet, row, new, false);
            let share = text
                .parse::<f64>()
                .ok()
                .filter(|share| (0.0..=1.0).contains(share));
            if share.is_none() {
                let message = "this is no share from 0 to 1";
                sheet.refuse(codes::BAD_SHARE, row, "share", text, message);
            }
            let (true, Some(share)) = (usable, share) else {
                return;
            };
            let pair = (old.to_owned(), new.to_owned());
            if let Some((first, _)) = pairs.get(&pair) {
                let message = format!("{old:?} to {new:?} stands in row {first} already");
                sheet.refuse(codes::PAIR_TWICE, row, "new_area", new, message);
                return;
            }
            pairs.insert(pair, (row, share));
        });
        let mut rows: BTreeMap<String, Vec<(String, f64)>> = BTreeMap::new();
        let broken = !sheet.problems.is_empty();
        for ((old, new), (_, share)) in pairs {
            rows.entry(old).or_default().push((new, share));
        }
        for (old, shares) in &mut rows {
            let sum: f64 = shares.iter().map(|(_, share)| share).sum();
            // Rows refused above would make every sum wrong.
            if !broken && (sum - 1.0).abs() > TOLERANCE {
                let message = format!("the shares of {old:?} add up to {sum:.6}, not to 1");
                sheet.refuse_file(codes::SHARES_DO_NOT_ADD_UP, message);
            }
            for (_, share) in shares {
                *share /= sum;
            }
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

    /// The new areas, sorted.
    #[must_use]
    pub fn new_areas(&self) -> Vec<String> {
        let areas: BTreeSet<&String> = self.rows.values().flatten().map(|(area, _)| area).collect();
        areas.into_iter().cloned().collect()
    }

    /// The population in the new boundaries. The city's persons of every year and age stay the
    /// same; counts of single areas become fractions.
    ///
    /// # Errors
    ///
    /// All areas of the population that the crosswalk lacks, and all of the crosswalk that the
    /// population lacks.
    pub fn apply(&self, population: &Population) -> Result<Population, Vec<InputProblem>> {
        let mut sheet = Sheet::new(&self.file);
        for area in population.areas() {
            if !self.rows.contains_key(area) {
                let message = format!(
                    "area {area:?} of {} has no row in the crosswalk",
                    population.file()
                );
                sheet.refuse_file(codes::AREA_WITHOUT_CROSSWALK, message);
            }
        }
        for old in self.rows.keys() {
            if population.areas().binary_search(old).is_err() {
                let message = format!("area {old:?} is not in {}", population.file());
                sheet.refuse_file(codes::CROSSWALK_WITHOUT_AREA, message);
            }
        }
        if !sheet.problems.is_empty() {
            return Err(sheet.problems);
        }
        let areas = self.new_areas();
        let cells = population.year_count() * population.classes().len();
        let mut counts = vec![0.0; areas.len() * cells];
        for (old, from) in population
            .areas()
            .iter()
            .zip(population.counts().chunks_exact(cells))
        {
            for (new, share) in self.rows.get(old).into_iter().flatten() {
                let Ok(place) = areas.binary_search(new) else {
                    continue;
                };
                let to = &mut counts[place * cells..(place + 1) * cells];
                for (to, from) in to.iter_mut().zip(from) {
                    *to += share * from;
                }
            }
        }
        let first_year = *population.years().start();
        let classes = population.classes().to_vec();
        Ok(Population::of_counts(
            areas,
            first_year,
            classes,
            counts,
            population.file(),
        ))
    }

    /// One history in the new boundaries: `old` carried over, then the years of `new`. The first
    /// step over the change is held at the parent's ratio, because it compares an estimate with a
    /// count.
    ///
    /// # Errors
    ///
    /// Those of [`Self::apply`], and E4086 if the years do not follow each other or the tables
    /// differ in ages or areas.
    pub fn continue_with(
        &self,
        old: &Population,
        new: &Population,
    ) -> Result<Population, Vec<InputProblem>> {
        let carried = self.apply(old)?;
        let mut sheet = Sheet::new(new.file());
        let (last, first) = (*carried.years().end(), *new.years().start());
        if first != last + 1 {
            let message = format!(
                "{} ends in {last} and {} begins in {first}",
                old.file(),
                new.file()
            );
            sheet.refuse_file(codes::CUTS_DO_NOT_JOIN, message);
        }
        if carried.classes() != new.classes() {
            let ages = |population: &Population| {
                let ages = population.classes().iter().map(ToString::to_string);
                ages.collect::<Vec<_>>().join(",")
            };
            let message = format!("the ages {} and {} differ", ages(&carried), ages(new));
            sheet.refuse_file(codes::CUTS_DO_NOT_JOIN, message);
        }
        for area in carried.areas() {
            if new.areas().binary_search(area).is_err() {
                let message = format!("area {area:?} of the crosswalk is not in {}", new.file());
                sheet.refuse_file(codes::CUTS_DO_NOT_JOIN, message);
            }
        }
        for area in new.areas() {
            if carried.areas().binary_search(area).is_err() {
                let message = format!("area {area:?} is not a new area of {}", self.file);
                sheet.refuse_file(codes::CUTS_DO_NOT_JOIN, message);
            }
        }
        if !sheet.problems.is_empty() {
            return Err(sheet.problems);
        }
        let classes = new.classes().len();
        let before = carried
            .counts()
            .chunks_exact(carried.year_count() * classes);
        let after = new.counts().chunks_exact(new.year_count() * classes);
        let counts: Vec<f64> = before
            .zip(after)
            .flat_map(|(b, a)| [b, a].concat())
            .collect();
        let joined = Population::of_counts(
            carried.areas().to_vec(),
            *carried.years().start(),
            new.classes().to_vec(),
            counts,
            new.file(),
        );
        let areas = 0..carried.areas().len();
        Ok(joined.with_held_steps(areas.map(|area| (area, first))))
    }
}
