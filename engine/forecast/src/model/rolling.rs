//! Forecasts from every origin, each made with what was known then.

use rayon::prelude::*;

use super::history::History;
use super::projection::{Points, project};
use super::stacking::{self, Losses};

/// Fewest years a forecast is made from.
pub(crate) const FEWEST_YEARS: usize = 3;
/// Persons are given in steps of a millionth, so that sums come out the same in every order.
const STEPS_PER_PERSON: f64 = 1e6;

/// Point forecasts of consecutive origins, the first being the earliest possible.
pub(crate) struct Rolling {
    /// By origin; element 0 looked at [`FEWEST_YEARS`] years.
    points: Vec<Points>,
}

impl Rolling {
    /// Forecasts from every origin up to that of `history`. Origins that looked at `full_from` or
    /// more years reach `horizon` years ahead; earlier ones only as far as their outcome is known.
    pub(crate) fn new(history: History<'_>, horizon: usize, full_from: usize) -> Self {
        let reach = |years: usize| {
            if years >= full_from {
                horizon
            } else {
                horizon.min(history.years - years)
            }
        };
        let origins: Vec<usize> = (FEWEST_YEARS..=history.years).collect();
        let mut points: Vec<Points> = origins
            .par_iter()
            .map(|&years| project(&history.seen_from(years), reach(years)))
            .collect();
        mix(history, horizon, &mut points);
        for value in points.iter_mut().flat_map(|points| &mut points.values) {
            *value = (*value * STEPS_PER_PERSON).round() / STEPS_PER_PERSON;
        }
        Self { points }
    }

    /// The forecast that looked at `years` years.
    pub(crate) fn after(&self, years: usize) -> &Points {
        &self.points[years - FEWEST_YEARS]
    }
}

/// Mixes each forecast, level by level, with weights from the outcomes known at its origin.
fn mix(history: History<'_>, horizon: usize, points: &mut [Points]) {
    for band in stacking::bands(&history) {
        let smoothed: Vec<Vec<f64>> = points
            .par_iter()
            .map(|points| stacking::smoothed(&history, points.years, &band))
            .collect();
        for tier in stacking::tiers(&history) {
            let losses: Vec<Vec<Losses>> = points
                .par_iter()
                .zip(&smoothed)
                .map(|(points, smoothed)| {
                    let known = points.horizon.min(history.years - points.years);
                    let loss = |ahead| tier.losses(&history, points, &band, smoothed, ahead);
                    (0..known).map(loss).collect()
                })
                .collect();
            let all = points.par_iter_mut().zip(&smoothed).enumerate();
            all.for_each(|(origin, (points, smoothed))| {
                for ahead in 0..horizon.min(points.horizon) {
                    let known = origin.saturating_sub(ahead);
                    let earlier = losses[..known]
                        .iter()
                        .filter_map(|losses| losses.get(ahead));
                    let weight = stacking::best_weight(earlier);
                    tier.mix(points, &band, smoothed, ahead, weight);
                }
            });
        }
    }
}
