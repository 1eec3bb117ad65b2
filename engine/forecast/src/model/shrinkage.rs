//! Empirical-Bayes shrinkage of area factors, nested from the highest level down.
//!
//! For the units of one level with expected counts `E` and observed counts `Y` by year and the
//! weights `W` of the years:
//!
//! ```text
//! f    = Σ W Y / Σ W E                                    the unit's own factor
//! φ    = mean over units of Σ (Y − f E)² / E / (T − 1)    dispersion, from the yearly replicates
//! v    = φ Σ W² E / (Σ W E)²                              sampling variance of f
//! τ²   = max(0, Σ w ((f − 1)² − v) / Σ w),  w = Σ W E     variance between the units
//! f*   = 1 + τ² / (τ² + v) · (f − 1)                      shrunk factor
//! ```
//!
//! A unit without expected persons has the factor 1: it follows its parent. With one year only, φ
//! cannot be seen, difference cannot be told from chance, and every unit follows its parent.

use crate::input::areas::AreaTree;

/// The factors of the units of one level, and what they were shrunk by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shrinkage {
    pub(crate) factors: Vec<f64>,
    pub(crate) dispersion: f64,
    pub(crate) between: f64,
}

/// Shrinks the factors of units; `expected` and `observed` hold the years of each unit in a row.
pub(crate) fn shrink(expected: &[f64], observed: &[f64], weights: &[f64]) -> Shrinkage {
    let years = weights.len();
    let mut own = Vec::with_capacity(expected.len() / years);
    let (mut dispersion_sum, mut dispersed) = (0.0, 0.0);
    for (expected, observed) in expected.chunks(years).zip(observed.chunks(years)) {
        let (mut weighted, mut squared, mut seen) = (0.0, 0.0, 0.0);
        for (&weight, (&e, &y)) in weights.iter().zip(expected.iter().zip(observed)) {
            weighted += weight * e;
            squared += weight * weight * e;
            seen += weight * y * f64::from(e > 0.0);
        }
        let factor = if weighted > 0.0 { seen / weighted } else { 1.0 };
        let replicates = expected.iter().filter(|e| **e > 0.0).count();
        if replicates > 1 {
            let spread: f64 = expected
                .iter()
                .zip(observed)
                .filter(|(e, _)| **e > 0.0)
                .map(|(e, y)| (y - factor * e).powi(2) / e)
                .sum();
            dispersion_sum += spread / (replicates - 1) as f64;
            dispersed += 1.0;
        }
        own.push((factor, weighted, squared));
    }
    if dispersed <= 0.0 {
        return Shrinkage {
            factors: vec![1.0; own.len()],
            dispersion: 0.0,
            between: 0.0,
        };
    }
    let dispersion = dispersion_sum / dispersed;
    let sampling = |weighted: f64, squared: f64| dispersion * squared / (weighted * weighted);
    let (mut excess, mut total) = (0.0, 0.0);
    for &(factor, weighted, squared) in own.iter().filter(|unit| unit.1 > 0.0) {
        excess += weighted * ((factor - 1.0).powi(2) - sampling(weighted, squared));
        total += weighted;
    }
    let between = if total > 0.0 {
        (excess / total).max(0.0)
    } else {
        0.0
    };
    let factor = |&(factor, weighted, squared): &(f64, f64, f64)| {
        if weighted <= 0.0 || between <= 0.0 {
            return 1.0;
        }
        1.0 + between / (between + sampling(weighted, squared)) * (factor - 1.0)
    };
    Shrinkage {
        factors: own.iter().map(factor).collect(),
        dispersion,
        between,
    }
}

/// Expected and observed counts of the areas, by column (age class) and year.
pub(crate) struct Replicates {
    pub(crate) columns: usize,
    /// Weight of each year, the last being 1.
    pub(crate) weights: Vec<f64>,
    /// In the order area, column, year; zero where the year cannot be used.
    pub(crate) expected: Vec<f64>,
    pub(crate) observed: Vec<f64>,
    /// Factor of each area and column found so far; already multiplied into `expected`.
    pub(crate) factors: Vec<f64>,
}

impl Replicates {
    /// Empty replicates of `leaves` areas, with all factors 1.
    pub(crate) fn new(leaves: usize, columns: usize, weights: Vec<f64>) -> Self {
        let cells = leaves * columns * weights.len();
        Self {
            columns,
            expected: vec![0.0; cells],
            observed: vec![0.0; cells],
            factors: vec![1.0; leaves * columns],
            weights,
        }
    }

    /// Finds the factors common to the given columns, level by level downwards. `spans` are the
    /// years each column spans; the factor of one year is raised to that power.
    pub(crate) fn shrink_down(&mut self, tree: &AreaTree, columns: &[usize], spans: &[f64]) {
        for depth in 1..=tree.deepest {
            let units = tree.ancestors_at(depth);
            self.shrink_level(tree.areas.len(), &units, columns, spans);
        }
    }

    fn shrink_level(
        &mut self,
        nodes: usize,
        units: &[Option<usize>],
        columns: &[usize],
        spans: &[f64],
    ) {
        let years = self.weights.len();
        let mut expected = vec![0.0; nodes * years];
        let mut observed = vec![0.0; nodes * years];
        let mut spanned = vec![0.0; nodes];
        let mut present = vec![false; nodes];
        for (leaf, unit) in units.iter().enumerate() {
            let Some(unit) = *unit else { continue };
            present[unit] = true;
            for &column in columns {
                let from = (leaf * self.columns + column) * years;
                for year in 0..years {
                    let e = self.expected[from + year];
                    expected[unit * years + year] += e;
                    observed[unit * years + year] += self.observed[from + year];
                    spanned[unit] += e * spans[column];
                }
            }
        }
        let shrunk = shrink(&expected, &observed, &self.weights);
        for (leaf, unit) in units.iter().enumerate() {
            let Some(unit) = *unit else { continue };
            let persons: f64 = expected[unit * years..(unit + 1) * years].iter().sum();
            if persons <= 0.0 {
                continue;
            }
            let yearly = shrunk.factors[unit].powf(persons / spanned[unit]);
            for &column in columns {
                let factor = yearly.powf(spans[column]);
                let cell = leaf * self.columns + column;
                self.factors[cell] *= factor;
                for e in &mut self.expected[cell * years..(cell + 1) * years] {
                    *e *= factor;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_distr::{Distribution, Gamma, Poisson};

    use super::*;

    #[test]
    fn the_factors_of_two_units_follow_the_written_formulas() {
        let weights = [0.9, 1.0];
        let shrunk = shrink(
            &[100.0, 100.0, 400.0, 400.0],
            &[120.0, 130.0, 380.0, 404.0],
            &weights,
        );
        let own = [(108.0 + 130.0) / 190.0, (342.0 + 404.0) / 760.0];
        let spread =
            |f: f64, e: f64, y: [f64; 2]| (y[0] - f * e).powi(2) / e + (y[1] - f * e).powi(2) / e;
        let phi = f64::midpoint(
            spread(own[0], 100.0, [120.0, 130.0]),
            spread(own[1], 400.0, [380.0, 404.0]),
        );
        let v = [
            phi * 181.0 / 190.0_f64.powi(2),
            phi * 724.0 / 760.0_f64.powi(2),
        ];
        let tau2 = (190.0 * ((own[0] - 1.0).powi(2) - v[0])
            + 760.0 * ((own[1] - 1.0).powi(2) - v[1]))
            / 950.0;
        assert!(tau2 > 0.0);
        assert!((shrunk.dispersion - phi).abs() < 1e-12 && (shrunk.between - tau2).abs() < 1e-12);
        for unit in 0..2 {
            let expected = 1.0 + tau2 / (tau2 + v[unit]) * (own[unit] - 1.0);
            assert!((shrunk.factors[unit] - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn simulated_gamma_poisson_counts_give_back_the_variance_between_the_units() {
        let truth = 0.04;
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let gamma = Gamma::new(1.0 / truth, truth).unwrap();
        let (units, weights) = (4_000, [1.0; 6]);
        let mut observed = Vec::new();
        for _ in 0..units {
            let factor = gamma.sample(&mut random);
            let poisson = Poisson::new(60.0 * factor).unwrap();
            observed.extend((0..6).map(|_| poisson.sample(&mut random)));
        }
        let shrunk = shrink(&vec![60.0; units * 6], &observed, &weights);
        assert!(
            (shrunk.between / truth - 1.0).abs() < 0.1,
            "{}",
            shrunk.between
        );
        assert!(
            (shrunk.dispersion - 1.0).abs() < 0.1,
            "{}",
            shrunk.dispersion
        );
    }

    #[test]
    fn units_that_differ_by_chance_only_take_the_ratio_of_their_parent_exactly() {
        let shrunk = shrink(&[100.0; 4], &[90.0, 112.0, 108.0, 89.0], &[1.0, 1.0]);
        assert_eq!(shrunk.factors, [1.0, 1.0]);
    }

    #[test]
    fn one_year_alone_shows_no_difference() {
        assert_eq!(
            shrink(&[100.0, 100.0], &[150.0, 50.0], &[1.0]).factors,
            [1.0, 1.0]
        );
    }

    #[test]
    fn huge_counts_keep_their_own_ratio_and_empty_units_follow_their_parent() {
        let expected = [1e8, 1e8, 1e8, 1e8, 0.0, 0.0];
        let shrunk = shrink(
            &expected,
            &[1.2e8, 1.2e8, 0.8e8, 0.8e8, 3.0, 0.0],
            &[1.0, 1.0],
        );
        assert!((shrunk.factors[0] - 1.2).abs() < 1e-6 && (shrunk.factors[1] - 0.8).abs() < 1e-6);
        assert_eq!(shrunk.factors[2], 1.0);
    }
}
