//! Mixing the cohort forecast of an area with the share of children it usually has.
//!
//! Cohorts are noisy where children are few. For each band of ages, from the highest level down,
//! the forecast of an area becomes
//!
//! ```text
//! (1 − w) · cohort + w · S · forecast of the area above
//! ```
//!
//! where `S` is the area's smoothed share of the band's children in the area above: each year weighs
//! 0.75 of the next. `w` is the weight that would have been best at that level, in absolute error over
//! its areas, at the earlier origins whose outcome is known. What changes at a level scales everything
//! below it, all classes of the band alike; the totals of the level above stay as they were.

use super::history::History;
use super::projection::Points;

/// First ages of the bands that are mixed, and the first age above them.
const BANDS: [(u8, u8); 4] = [(0, 3), (3, 6), (6, 10), (10, 18)];
/// Weights tried.
pub(crate) const WEIGHTS: [f64; 10] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/// Weight of a year in the smoothed share, against the year after it. Chosen among 0 (the present
/// share), 0.4, 0.6, 0.75 and 0.9 on the back-tests of Norway and Berlin, where it was best or within
/// a hundredth of the best in nearly every band and number of years ahead.
const SHARE_FADING: f64 = 0.75;
/// Difference, in persons, below which two losses are equal: the resolution of a forecast.
const EQUAL_LOSSES: f64 = 1e-6;

/// Absolute errors over all areas of a level, by weight tried.
pub(crate) type Losses = [f64; WEIGHTS.len()];

/// The classes of each band that has any.
pub(crate) fn bands(history: &History<'_>) -> Vec<Vec<usize>> {
    let of_band = |(first, above): &(u8, u8)| -> Vec<usize> {
        let classes = history.classes().iter().enumerate();
        classes
            .filter(|(_, ages)| (*first..*above).contains(&ages.first()))
            .map(|(class, _)| class)
            .collect()
    };
    BANDS
        .iter()
        .map(of_band)
        .filter(|band| !band.is_empty())
        .collect()
}

/// Smoothed number of children of a band by lowest area, at the origin that looked at `years` years.
pub(crate) fn smoothed(history: &History<'_>, years: usize, band: &[usize]) -> Vec<f64> {
    let mut sums = vec![0.0; history.leaves()];
    for year in 0..years {
        for (leaf, sum) in sums.iter_mut().enumerate() {
            *sum = SHARE_FADING * *sum + observed(history, leaf, year, band);
        }
    }
    sums
}

fn observed(history: &History<'_>, leaf: usize, year: usize, band: &[usize]) -> f64 {
    band.iter()
        .map(|class| history.at(leaf, year, *class))
        .sum()
}

/// One level of areas: the area each lowest area belongs to, and the area above that.
pub(crate) struct Tier {
    units: Vec<Option<(usize, usize)>>,
    areas: usize,
}

/// The levels, from the highest down.
pub(crate) fn tiers(history: &History<'_>) -> Vec<Tier> {
    let tree = history.tree;
    let tier = |depth: usize| {
        let with_parent = |unit: usize| Some((unit, tree.areas[unit].parent?));
        let units = tree.ancestors_at(depth).into_iter();
        Tier {
            units: units.map(|unit| unit.and_then(with_parent)).collect(),
            areas: tree.areas.len(),
        }
    };
    (1..=tree.deepest).map(tier).collect()
}

impl Tier {
    fn sums(&self, of_leaf: impl Fn(usize) -> f64) -> (Vec<f64>, Vec<f64>) {
        let (mut own, mut above) = (vec![0.0; self.areas], vec![0.0; self.areas]);
        for (leaf, unit) in self.units.iter().enumerate() {
            let Some((unit, parent)) = *unit else {
                continue;
            };
            let persons = of_leaf(leaf);
            own[unit] += persons;
            above[parent] += persons;
        }
        (own, above)
    }

    /// For each area of the level the forecast as it is, and that by the smoothed share; 0 for other
    /// areas.
    fn candidates(
        &self,
        points: &Points,
        band: &[usize],
        smoothed: &[f64],
        ahead: usize,
    ) -> (Vec<f64>, Vec<f64>) {
        let persons = points.year(ahead);
        let of_band = |leaf: usize| -> f64 {
            band.iter()
                .map(|class| persons[leaf * points.classes + class])
                .sum()
        };
        let (cohort, total) = self.sums(of_band);
        let (own, present) = self.sums(|leaf| smoothed[leaf]);
        let mut share = cohort.clone();
        for (unit, parent) in self.units.iter().flatten() {
            if present[*parent] > 0.0 {
                share[*unit] = own[*unit] * (total[*parent] / present[*parent]);
            }
        }
        (cohort, share)
    }

    /// Absolute error over the areas of the level for each weight, of a forecast whose outcome is
    /// known.
    pub(crate) fn losses(
        &self,
        history: &History<'_>,
        points: &Points,
        band: &[usize],
        smoothed: &[f64],
        ahead: usize,
    ) -> Losses {
        let (cohort, share) = self.candidates(points, band, smoothed, ahead);
        let (outcome, _) = self.sums(|leaf| observed(history, leaf, points.years + ahead, band));
        let mut losses = [0.0; WEIGHTS.len()];
        for ((cohort, share), outcome) in cohort.iter().zip(&share).zip(&outcome) {
            for (loss, weight) in losses.iter_mut().zip(WEIGHTS) {
                *loss += ((1.0 - weight) * cohort + weight * share - outcome).abs();
            }
        }
        losses
    }

    /// Mixes a band of the year `ahead` with the weight given.
    pub(crate) fn mix(
        &self,
        points: &mut Points,
        band: &[usize],
        smoothed: &[f64],
        ahead: usize,
        weight: f64,
    ) {
        let (cohort, share) = self.candidates(points, band, smoothed, ahead);
        let total: f64 = cohort.iter().sum();
        if weight <= 0.0 || total <= 0.0 {
            return;
        }
        let (own, _) = self.sums(|leaf| smoothed[leaf]);
        let classes = points.classes;
        let persons = points.year_mut(ahead);
        let in_city: Vec<f64> = band
            .iter()
            .map(|class| persons.iter().skip(*class).step_by(classes).sum::<f64>() / total)
            .collect();
        for (leaf, unit) in self.units.iter().enumerate() {
            let Some((unit, _)) = *unit else { continue };
            let mixed = (1.0 - weight) * cohort[unit] + weight * share[unit];
            for (class, in_city) in band.iter().zip(&in_city) {
                let person = &mut persons[leaf * classes + class];
                *person = if cohort[unit] > 0.0 {
                    *person * mixed / cohort[unit]
                } else if own[unit] > 0.0 {
                    mixed * in_city * smoothed[leaf] / own[unit]
                } else {
                    0.0
                };
            }
        }
    }
}

/// The weight with the smallest sum of losses. Of losses equal to a millionth of a person the
/// smallest weight wins: errors of two areas often cancel exactly.
pub(crate) fn best_weight<'a>(earlier: impl Iterator<Item = &'a Losses>) -> f64 {
    let mut sums = [0.0; WEIGHTS.len()];
    for losses in earlier {
        sums.iter_mut()
            .zip(losses)
            .for_each(|(sum, loss)| *sum += loss);
    }
    let mut best = 0;
    for other in 1..WEIGHTS.len() {
        if sums[other] < sums[best] - EQUAL_LOSSES {
            best = other;
        }
    }
    WEIGHTS[best]
}
