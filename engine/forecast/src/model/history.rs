//! What a forecaster may look at: the population up to the origin year and nothing after it.

use super::cohorts::WINDOW;
use crate::age::AgeClass;
use crate::input::areas::AreaTree;
use crate::input::births::Births;
use crate::input::population::Population;

/// Fewest steps that ratios are learned from when years are left out.
pub(crate) const FEWEST_STEPS: usize = 2;

/// The population up to an origin. Years are counted from 0, the first year of the table.
#[derive(Clone, Copy)]
pub(crate) struct History<'a> {
    population: &'a Population,
    pub(crate) tree: &'a AreaTree,
    births: Option<&'a Births>,
    /// Years whose steps are left out.
    excluded: &'a [i32],
    /// Number of years that may be looked at; the origin is the last of them.
    pub(crate) years: usize,
}

impl<'a> History<'a> {
    pub(crate) fn new(
        population: &'a Population,
        births: Option<&'a Births>,
        tree: &'a AreaTree,
        years: usize,
    ) -> Self {
        debug_assert!(
            years <= population.year_count(),
            "the origin lies in the table"
        );
        Self {
            population,
            tree,
            births,
            excluded: &[],
            years,
        }
    }

    /// The same city, leaving out the steps that end with these years.
    pub(crate) fn without(self, excluded: &'a [i32]) -> Self {
        Self { excluded, ..self }
    }

    /// Whether the step that ends with `year` is left out. Where too few steps would remain, as at
    /// an early origin, none is.
    pub(crate) fn leaves_out(&self, year: usize) -> bool {
        self.is_listed(year) && self.steps_left() >= FEWEST_STEPS
    }

    fn is_listed(&self, year: usize) -> bool {
        let calendar = self.population.first_year() + year as i32;
        self.excluded.contains(&calendar)
    }

    /// Steps that are not listed, of those that ratios are learned from.
    pub(crate) fn steps_left(&self) -> usize {
        let window = WINDOW.min(self.years - 1);
        (self.years - window..self.years)
            .filter(|year| !self.is_listed(*year))
            .count()
    }

    /// The same city seen from another origin.
    pub(crate) fn seen_from(self, years: usize) -> Self {
        Self { years, ..self }
    }

    pub(crate) fn classes(&self) -> &'a [AgeClass] {
        self.population.classes()
    }

    /// Codes of the areas of the population.
    pub(crate) fn leaf_codes(&self) -> &'a [String] {
        self.population.areas()
    }

    /// Number of areas of the population.
    pub(crate) fn leaves(&self) -> usize {
        self.population.areas().len()
    }

    /// Persons of a class in an area at the end of a year that may be looked at.
    pub(crate) fn at(&self, leaf: usize, year: usize, class: usize) -> f64 {
        debug_assert!(
            year < self.years,
            "a forecaster must not look past the origin"
        );
        let classes = self.population.classes().len();
        self.population.counts()[(leaf * self.population.year_count() + year) * classes + class]
    }

    /// Whether the step of `lag` years into `year` teaches no ratio of the area.
    pub(crate) fn is_held(&self, leaf: usize, year: usize, lag: usize) -> bool {
        let last = self.population.first_year() + year as i32;
        (0..lag as i32).any(|back| self.population.is_held(leaf, last - back))
    }

    /// Persons of a class in the whole city.
    pub(crate) fn city(&self, year: usize, class: usize) -> f64 {
        (0..self.leaves())
            .map(|leaf| self.at(leaf, year, class))
            .sum()
    }

    /// Births of the city up to the origin: the year (counted like the population's, so possibly
    /// negative) of the first, and the counts.
    pub(crate) fn births(&self) -> Option<(i64, Vec<f64>)> {
        let births = self.births?;
        let first = births.first_year();
        let origin = self.population.first_year() + self.years as i32 - 1;
        let mut counts: Vec<f64> = (first..=origin)
            .map_while(|year| births.total(year))
            .collect();
        counts.extend(births.nowcast(origin + 1));
        Some((
            i64::from(first) - i64::from(self.population.first_year()),
            counts,
        ))
    }
}
