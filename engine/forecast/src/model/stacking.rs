//! Mixing the cohort forecast of an area with its present share of the city's children.
//!
//! Cohorts are noisy in a small area. For each band of ages, the area's forecast becomes
//! `(1 − w) · cohort + w · share now · city's cohort forecast`; `w` is the weight that would have
//! been best, in absolute error over all areas, at the earlier origins whose outcome is known. The
//! classes of the band are scaled alike. The band's total of the city stays as it was.

use super::history::History;
use super::projection::Points;

/// First ages of the bands that are mixed, and the first age above them.
const BANDS: [(u8, u8); 4] = [(0, 3), (3, 6), (6, 10), (10, 18)];
/// Weights tried.
const WEIGHTS: [f64; 6] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5];

/// Difference, in persons, below which two losses are equal: the resolution of a forecast.
const EQUAL_LOSSES: f64 = 1e-6;

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

/// The cohort forecast of a band by area, and the share forecast with the same total.
fn candidates(
    history: &History<'_>,
    points: &Points,
    band: &[usize],
    ahead: usize,
) -> (Vec<f64>, Vec<f64>) {
    let cohort: Vec<f64> = points
        .year(ahead)
        .chunks(points.classes)
        .map(|persons| band.iter().map(|class| persons[*class]).sum())
        .collect();
    let now = |leaf: usize| {
        band.iter()
            .map(|class| history.at(leaf, points.years - 1, *class))
            .sum()
    };
    let mut share: Vec<f64> = (0..history.leaves()).map(now).collect();
    let (total, present): (f64, f64) = (cohort.iter().sum(), share.iter().sum());
    if present > 0.0 {
        share.iter_mut().for_each(|share| *share *= total / present);
        (cohort, share)
    } else {
        (cohort.clone(), cohort)
    }
}

/// Absolute error over all areas of each weight tried, for a forecast whose outcome is known.
pub(crate) fn losses(
    history: &History<'_>,
    points: &Points,
    band: &[usize],
    ahead: usize,
) -> [f64; 6] {
    let (cohort, share) = candidates(history, points, band, ahead);
    let mut losses = [0.0; 6];
    for (leaf, (cohort, share)) in cohort.iter().zip(&share).enumerate() {
        let outcome: f64 = band
            .iter()
            .map(|class| history.at(leaf, points.years + ahead, *class))
            .sum();
        for (loss, weight) in losses.iter_mut().zip(WEIGHTS) {
            *loss += ((1.0 - weight) * cohort + weight * share - outcome).abs();
        }
    }
    losses
}

/// The weight with the smallest sum of losses. Of losses equal to a millionth of a
/// person the smallest weight wins: errors of two areas often cancel exactly.
pub(crate) fn best_weight<'a>(earlier: impl Iterator<Item = &'a [f64; 6]>) -> f64 {
    let mut sums = [0.0; 6];
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

/// Mixes a band of the year `ahead` with the weight given.
pub(crate) fn mix(
    history: &History<'_>,
    points: &mut Points,
    band: &[usize],
    ahead: usize,
    weight: f64,
) {
    if weight <= 0.0 {
        return;
    }
    let (cohort, share) = candidates(history, points, band, ahead);
    let total: f64 = cohort.iter().sum();
    if total <= 0.0 {
        return;
    }
    let classes = points.classes;
    let persons = points.year_mut(ahead);
    let city: Vec<f64> = band
        .iter()
        .map(|class| persons.iter().skip(*class).step_by(classes).sum::<f64>() / total)
        .collect();
    for (leaf, (cohort, share)) in cohort.iter().zip(&share).enumerate() {
        let mixed = (1.0 - weight) * cohort + weight * share;
        for (class, city) in band.iter().zip(&city) {
            let person = &mut persons[leaf * classes + class];
            *person = if *cohort > 0.0 {
                *person * mixed / cohort
            } else {
                mixed * city
            };
        }
    }
}
