//! From yearly registers to the children of a month.
//!
//! The children counted at one register are a cohort a year older at the next. Between the two, `m`
//! months after the first:
//!
//! - a cohort that was `a` years old has `(1 − m/12) · N[a, first] + m/12 · N[a + 1, next]` children;
//!   those of the oldest class keep their number;
//! - its children are evenly spread over the ages from `12 a + m` up to below `12 a + 12 + m` months;
//! - the children born since, of whom `N[0, next]` are expected at the next register, are evenly
//!   spread over the twelve months: `m/12` of them are born, aged 0 up to below `m` months;
//! - a class of several ages is split evenly into its ages.
//!
//! The children of any range of ages in months are therefore a weighted sum of register counts, with
//! the same weights for every area and path.

use std::ops::Range;

use super::block::PathBlock;
use super::model::PathModel;

/// The day of the year at which the population is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterDate {
    /// The counts of a year are of its first day.
    FirstOfJanuary,
    /// The counts of a year are of its last day.
    #[default]
    LastOfDecember,
}

/// A register count and its weight in a sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellWeight {
    /// Register: 0 is the origin, 1 the first year after it.
    pub register: usize,
    /// Place of the age class.
    pub class: usize,
    /// Share of the count.
    pub weight: f64,
}

impl PathModel {
    /// How the children aged `ages` (in completed months, such as `36..78` for three years up to six
    /// and a half) on the first day of `month` (1 to 12) of `year` add up from register counts.
    ///
    /// `None` when the day lies before the register of the origin or after the last simulated one, or
    /// the month is no month. Ages that are not simulated count nothing.
    #[must_use]
    pub fn month_weights(&self, year: i32, month: u8, ages: Range<u32>) -> Option<Vec<CellWeight>> {
        let first = match self.options.register {
            RegisterDate::FirstOfJanuary => self.origin_year,
            RegisterDate::LastOfDecember => self.origin_year + 1,
        };
        let month = i64::from(month.checked_sub(1).filter(|month| *month < 12)?);
        let since = (i64::from(year) - i64::from(first)) * 12 + month;
        let since = usize::try_from(since).ok()?;
        if since > 12 * self.horizon {
            return None;
        }
        let (register, gone) = (since / 12, (since % 12) as u32);
        let later = f64::from(gone) / 12.0;
        let mut weights = Vec::new();
        let mut add = |register: usize, class: usize, weight: f64| {
            if weight > 0.0 {
                weights.push(CellWeight {
                    register,
                    class,
                    weight,
                });
            }
        };
        let born = overlap(&(0..gone), &ages);
        if let Some((class, width)) = self.class_of(0).filter(|_| gone > 0) {
            add(register + 1, class, born / 12.0 / width);
        }
        let oldest = self
            .classes
            .last()
            .map_or(0, |class| u32::from(class.last()));
        for age in 0..=oldest {
            let months = 12 * age + gone..12 * age + 12 + gone;
            let share = overlap(&months, &ages) / 12.0;
            let Some((class, width)) = self.class_of(age).filter(|_| share > 0.0) else {
                continue;
            };
            match self.class_of(age + 1).filter(|_| gone > 0) {
                Some((next, next_width)) => {
                    add(register, class, (1.0 - later) * share / width);
                    add(register + 1, next, later * share / next_width);
                }
                None => add(register, class, share / width),
            }
        }
        Some(weights)
    }

    /// The weighted sum of one path of a block and one lowest area.
    ///
    /// # Panics
    ///
    /// When a place is outside the block.
    #[must_use]
    pub fn weighted(
        &self,
        block: &PathBlock,
        path: usize,
        area: usize,
        weights: &[CellWeight],
    ) -> f64 {
        let count = |weight: &CellWeight| match weight.register.checked_sub(1) {
            None => weight.weight * self.at_origin(area, weight.class),
            Some(year) => weight.weight * block.count(path, area, year, weight.class),
        };
        weights.iter().map(count).sum()
    }

    /// The weighted sum of the point forecast of one lowest area.
    ///
    /// # Panics
    ///
    /// When a place is outside the model.
    #[must_use]
    pub fn weighted_mean(&self, area: usize, weights: &[CellWeight]) -> f64 {
        let count = |weight: &CellWeight| match weight.register.checked_sub(1) {
            None => weight.weight * self.at_origin(area, weight.class),
            Some(year) => weight.weight * self.mean(area, year, weight.class),
        };
        weights.iter().map(count).sum()
    }

    /// Place and width of the class that holds an age.
    fn class_of(&self, age: u32) -> Option<(usize, f64)> {
        let holds = |class: &crate::AgeClass| {
            (u32::from(class.first())..=u32::from(class.last())).contains(&age)
        };
        let place = self.classes.iter().position(holds)?;
        Some((place, f64::from(self.classes[place].width())))
    }
}

/// Number of months two ranges share.
fn overlap(one: &Range<u32>, other: &Range<u32>) -> f64 {
    let (first, end) = (one.start.max(other.start), one.end.min(other.end));
    f64::from(end.saturating_sub(first))
}
