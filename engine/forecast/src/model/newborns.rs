//! The first age class: how many children enter it in the city, and in which area.

use super::births_trend;
use super::cohorts::{WINDOW, fading_weights};
use super::history::History;
use super::shrinkage::Replicates;

/// Years of the ratio of children aged 0 to births.
const BIRTH_RATIO_YEARS: usize = 5;
/// Fewest years in which births and children aged 0 are both known.
const FEWEST_BIRTH_YEARS: usize = 3;
/// First and last age of the adults whose number says where children are born, with the relative
/// frequency of births at that age. Only the shape matters: the level comes from the city.
const PARENT_AGES: [(u8, u8, f64); 5] = [
    (20, 24, 0.35),
    (25, 29, 1.10),
    (30, 34, 1.25),
    (35, 39, 0.65),
    (40, 44, 0.12),
];
/// Oldest age of the young children whose number says where children are born.
const YOUNG: u8 = 2;

/// The newborn model of one origin.
pub(crate) struct Newborns {
    /// Children of the first class in the whole city, by year after the origin.
    pub(crate) city: Vec<f64>,
    exposures: Vec<Exposure>,
}

/// Persons whose number says where the next children are born.
struct Exposure {
    /// Weight of each class.
    weights: Vec<f64>,
    /// Factor of each area: children per exposed person, against the city.
    factors: Vec<f64>,
}

impl Newborns {
    /// Learns the model from the years up to the origin.
    ///
    /// City: with births, births projected by a damped trend, times the mean ratio of children of
    /// age 0 to births of the last five years; without, the first class projected by a damped trend.
    /// Areas: share `i` is the mean of up to two shares, one by the young children (0 to 2) and one
    /// by the adults of 20 to 44 of the year before, each times an area factor shrunk like a ratio.
    pub(crate) fn learn(history: &History<'_>, horizon: usize) -> Self {
        let city = match from_births(history, horizon) {
            Some(city) => city,
            None => {
                let entered: Vec<f64> = (0..history.years)
                    .map(|year| history.city(year, 0))
                    .collect();
                births_trend::project(&entered, horizon)
            }
        };
        let exposures = [young_weights(history), parent_weights(history)]
            .into_iter()
            .flatten()
            .map(|weights| Exposure::learn(history, weights))
            .collect();
        Self { city, exposures }
    }

    /// Children of the first class by area in the year `ahead` (0 = first year after the origin),
    /// given the population `before` of the year before, in the order area, class.
    pub(crate) fn by_area(&self, ahead: usize, before: &[f64], leaves: usize) -> Vec<f64> {
        let classes = before.len() / leaves;
        let mut shares = vec![0.0; leaves];
        let mut used = 0.0;
        for exposure in &self.exposures {
            let exposed: Vec<f64> = before
                .chunks(classes)
                .zip(&exposure.factors)
                .map(|(persons, factor)| factor * weighted(persons, &exposure.weights))
                .collect();
            let total: f64 = exposed.iter().sum();
            if total > 0.0 {
                used += 1.0;
                shares
                    .iter_mut()
                    .zip(&exposed)
                    .for_each(|(share, e)| *share += e / total);
            }
        }
        let per_share = if used > 0.0 {
            self.city[ahead] / used
        } else {
            0.0
        };
        shares.iter().map(|share| share * per_share).collect()
    }
}

impl Exposure {
    fn learn(history: &History<'_>, weights: Vec<f64>) -> Self {
        let window = WINDOW.min(history.years - 1);
        let mut replicates = Replicates::new(history.leaves(), 1, fading_weights(window));
        for place in 0..window {
            let year = history.years - window + place;
            if history.leaves_out(year) {
                continue;
            }
            let exposed = |leaf: usize| {
                let persons = weights
                    .iter()
                    .enumerate()
                    .filter(|(_, weight)| **weight > 0.0);
                persons
                    .map(|(class, weight)| weight * history.at(leaf, year - 1, class))
                    .sum()
            };
            let exposed: Vec<f64> = (0..history.leaves()).map(exposed).collect();
            let held = |leaf: usize| history.is_held(leaf, year, 1);
            let (total, entered) = (0..history.leaves()).filter(|leaf| !held(*leaf)).fold(
                (0.0, 0.0),
                |(total, entered), leaf| {
                    (total + exposed[leaf], entered + history.at(leaf, year, 0))
                },
            );
            if total <= 0.0 || entered <= 0.0 {
                continue;
            }
            for (leaf, exposed) in exposed.iter().enumerate() {
                if held(leaf) {
                    continue;
                }
                replicates.expected[leaf * window + place] = exposed * entered / total;
                replicates.observed[leaf * window + place] = history.at(leaf, year, 0);
            }
        }
        replicates.shrink_down(history.tree, &[0], &[1.0]);
        Self {
            weights,
            factors: replicates.factors,
        }
    }
}

fn weighted(persons: &[f64], weights: &[f64]) -> f64 {
    persons
        .iter()
        .zip(weights)
        .map(|(persons, weight)| persons * weight)
        .sum()
}

/// Weight 1 for the classes up to age 2, or for the first class alone if it is wider.
fn young_weights(history: &History<'_>) -> Option<Vec<f64>> {
    let weight =
        |(class, ages): (usize, &crate::AgeClass)| f64::from(class == 0 || ages.last() <= YOUNG);
    Some(history.classes().iter().enumerate().map(weight).collect())
}

/// Relative birth frequencies, if every class that touches the ages 20 to 44 lies within one
/// five-year group and all these ages are in the table.
fn parent_weights(history: &History<'_>) -> Option<Vec<f64>> {
    let classes = history.classes();
    let mut weights = vec![0.0; classes.len()];
    let mut ages_covered = 0;
    for (weight, ages) in weights.iter_mut().zip(classes) {
        let Some(&(first, last, frequency)) = PARENT_AGES
            .iter()
            .find(|(first, last, _)| ages.first() <= *last && ages.last() >= *first)
        else {
            continue;
        };
        if ages.first() < first || ages.last() > last {
            return None;
        }
        *weight = frequency;
        ages_covered += usize::from(ages.width());
    }
    (ages_covered == 25).then_some(weights)
}

/// Children aged 0 by way of births, if births are given and known for three years or more; `None`
/// also at the early origins that intervals are learned from when births begin later.
fn from_births(history: &History<'_>, horizon: usize) -> Option<Vec<f64>> {
    let (first, births) = history.births()?;
    // Births of the same year when the reference date is at the end of a year, of the year before
    // when it is at the beginning: the lag under which the ratio varied least.
    let (lag, ratio, _) = [0_i64, 1]
        .into_iter()
        .filter_map(|lag| birth_ratio(history, first, &births, lag))
        .reduce(|best, other| if other.2 < best.2 { other } else { best })?;
    let last_known = first + births.len() as i64 - 1;
    let furthest = history.years as i64 - 1 + horizon as i64 - lag;
    let ahead = usize::try_from(furthest - last_known).unwrap_or(0);
    let mut all = births.clone();
    all.extend(births_trend::project(&births, ahead));
    let child = |year: usize| {
        let place = (history.years + year) as i64 - lag - first;
        ratio * all[usize::try_from(place).unwrap_or(0)]
    };
    Some((0..horizon).map(child).collect())
}

/// Lag, mean ratio of the newest years, and relative variance of the ratio over all years.
fn birth_ratio(
    history: &History<'_>,
    first: i64,
    births: &[f64],
    lag: i64,
) -> Option<(i64, f64, f64)> {
    let ratio = |year: usize| {
        let place = usize::try_from(year as i64 - lag - first).ok()?;
        let born = births.get(place).copied().filter(|born| *born > 0.0)?;
        Some(history.city(year, 0) / born)
    };
    let ratios: Vec<f64> = (0..history.years).filter_map(ratio).collect();
    if ratios.len() < FEWEST_BIRTH_YEARS {
        return None;
    }
    let newest = &ratios[ratios.len().saturating_sub(BIRTH_RATIO_YEARS)..];
    let mean_ratio = newest.iter().sum::<f64>() / newest.len() as f64;
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    let variance = ratios
        .iter()
        .map(|ratio| (ratio - mean).powi(2))
        .sum::<f64>()
        / ratios.len() as f64;
    Some((
        lag,
        mean_ratio,
        if mean > 0.0 {
            variance / (mean * mean)
        } else {
            0.0
        },
    ))
}

/// Whether the births reach far enough to be used at the origin.
pub(crate) fn births_suffice(history: &History<'_>) -> bool {
    from_births(history, 1).is_some()
}
