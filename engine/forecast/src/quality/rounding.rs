//! Counts rounded by the publisher.

use crate::input::population::Population;

/// Bases that offices round to, the coarsest first.
const BASES: [u32; 4] = [100, 10, 5, 3];
/// A table is rounded as a whole if this share of its counts is a multiple of the base.
const ALL_MULTIPLES: f64 = 0.999;
/// Counts needed before anything is said.
const FEWEST_COUNTS: usize = 200;
/// Counts at the small multiples needed before small cells are called rounded.
const FEWEST_SMALL: f64 = 20.0;

/// Which counts are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Every count is a multiple of the base.
    AllCells,
    /// Counts below the base became 0 or the base; larger counts are exact.
    SmallCells,
}

/// How a table was rounded, and what variance that adds.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct RoundedCells {
    /// Which counts are rounded.
    pub rounding: Rounding,
    /// The base, at least 2.
    pub base: u32,
    /// Number of counts that may have been changed.
    pub cells: usize,
}

impl RoundedCells {
    /// Extra variance of one published count, in persons squared: the mean of `r (b − r)` over the
    /// remainders `r` that are rounded at random without bias, `(b² − 1)/6`, where the count may
    /// have been changed and 0 where not. With base 3 this is 4/3: a lone published 0 or 3 has an
    /// error of 1.15 persons.
    ///
    /// ```
    /// use forecast::{RoundedCells, Rounding};
    /// let rounded = RoundedCells { rounding: Rounding::SmallCells, base: 3, cells: 900 };
    /// assert!((rounded.variance(3.0) - 4.0 / 3.0).abs() < 1e-12);
    /// assert_eq!(rounded.variance(17.0), 0.0);
    /// ```
    #[must_use]
    pub fn variance(&self, count: f64) -> f64 {
        let base = f64::from(self.base);
        let changed = match self.rounding {
            Rounding::AllCells => true,
            Rounding::SmallCells => count <= base,
        };
        if changed {
            (base * base - 1.0) / 6.0
        } else {
            0.0
        }
    }

    /// Extra variance of a sum of published counts: errors of single cells are independent.
    #[must_use]
    pub fn variance_of_sum(&self, counts: &[f64]) -> f64 {
        counts.iter().map(|count| self.variance(*count)).sum()
    }

    /// The warning, in English.
    #[must_use]
    pub fn warning(&self) -> String {
        let base = self.base;
        match self.rounding {
            Rounding::AllCells => format!(
                "all counts are rounded to multiples of {base}; each carries an extra variance of {:.2}",
                self.variance(0.0)
            ),
            Rounding::SmallCells => format!(
                "counts below {base} were rounded to 0 or {base} ({} cells); each of them carries an extra variance of {:.2}",
                self.cells,
                self.variance(0.0)
            ),
        }
    }

    /// The warning, in German.
    #[must_use]
    pub fn warning_german(&self) -> String {
        let base = self.base;
        let variance = format!("{:.2}", self.variance(0.0)).replace('.', ",");
        match self.rounding {
            Rounding::AllCells => format!(
                "alle Zahlen sind auf Vielfache von {base} gerundet; jede trägt eine zusätzliche Varianz von {variance}"
            ),
            Rounding::SmallCells => format!(
                "Zahlen unter {base} wurden auf 0 oder {base} gerundet ({} Zellen); jede davon trägt eine zusätzliche Varianz von {variance}",
                self.cells
            ),
        }
    }
}

/// Finds out whether the publisher rounded: all counts to a multiple of 3, 5, 10 or 100, or counts
/// below such a base to 0 or the base. `None` if neither shows, or the table is too small to tell.
///
/// Small cells count as rounded if no count lies strictly between 0 and the base although both ends
/// occur, and the counts just above are not multiples only.
#[must_use]
pub fn find_rounding(population: &Population) -> Option<RoundedCells> {
    let counts = population.counts();
    if counts.len() < FEWEST_COUNTS {
        return None;
    }
    let multiple = |count: f64, base: u32| (count % f64::from(base)).abs() < 1e-9;
    for base in BASES {
        let multiples = counts
            .iter()
            .filter(|count| multiple(**count, base))
            .count();
        let largest = counts.iter().copied().fold(0.0_f64, f64::max);
        // A table of few, small numbers may hold multiples by chance.
        if multiples as f64 >= ALL_MULTIPLES * counts.len() as f64
            && largest >= 4.0 * f64::from(base)
        {
            return Some(RoundedCells {
                rounding: Rounding::AllCells,
                base,
                cells: counts.len(),
            });
        }
    }
    BASES
        .into_iter()
        .find_map(|base| rounded_small_cells(counts, base))
}

fn rounded_small_cells(counts: &[f64], base: u32) -> Option<RoundedCells> {
    let limit = f64::from(base);
    let number =
        |wanted: &dyn Fn(f64) -> bool| counts.iter().filter(|count| wanted(**count)).count() as f64;
    let between = number(&|count| count > 0.0 && count < limit);
    let at_base = number(&|count| (count - limit).abs() < 1e-9);
    let at_zero = number(&|count| count == 0.0);
    let above = number(&|count| count > limit && count < 2.0 * limit);
    // Without rounding, the counts next above the base are about as frequent as those below it.
    let enough = at_base + at_zero >= FEWEST_SMALL && above >= FEWEST_SMALL / 2.0;
    (between == 0.0 && at_base > 0.0 && enough).then_some(RoundedCells {
        rounding: Rounding::SmallCells,
        base,
        cells: (at_base + at_zero) as usize,
    })
}
