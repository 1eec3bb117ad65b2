//! Cohort ratios of every area and class (Hamilton & Perry 1962), shrunk level by level.

use super::history::History;
use super::shrinkage::Replicates;
use super::steps::{Step, steps};

/// Years that ratios are learned from.
pub(crate) const WINDOW: usize = 8;
/// Weight of a year against the year after it, where areas are compared with their parent.
const FADING: f64 = 0.9;
/// The same for the ratio of the whole city, which has children enough to follow the newest years.
/// Chosen among four variants on the back-tests of Norway (origins 2014 to 2019) and Berlin (2009 to
/// 2012): against 0.9 the city's error fell or stayed in every group; five equal years were better
/// for Berlin's under-threes only.
const CITY_FADING: f64 = 0.7;
/// First ages of the bands in which areas share a factor before they differ by class.
const BANDS: [u8; 7] = [2, 5, 9, 18, 22, 27, 33];

/// How each class follows from earlier classes, in each area.
pub(crate) struct CohortRatios {
    /// The step of each class; `None` for the first.
    pub(crate) steps: Vec<Option<Step>>,
    /// Ratio of each area and class; 1 for the first class.
    pub(crate) ratios: Vec<f64>,
}

/// Weights of `years` years, the last being 1.
pub(crate) fn fading_weights(years: usize) -> Vec<f64> {
    (0..years)
        .rev()
        .map(|age| FADING.powi(age as i32))
        .collect()
}

impl CohortRatios {
    /// Learns the ratios from the years up to the origin.
    ///
    /// The city's ratio of a class is the mean of its ratios of the last eight years, each year weighing
    /// 0.7 of the next. An
    /// area's ratio is the city's times the shrunk factors of its ancestors and its own, first of
    /// the band of ages, then of the class.
    pub(crate) fn learn(history: &History<'_>) -> Self {
        let steps = steps(history.classes(), history.years);
        let window = WINDOW.min(history.years - 1);
        let mut replicates = Replicates::new(history.leaves(), steps.len(), fading_weights(window));
        let mut city = vec![1.0; steps.len()];
        for (class, step) in steps.iter().enumerate() {
            if let Some(step) = step {
                city[class] = fill(history, class, step, &mut replicates);
            }
        }
        let spans: Vec<f64> = steps
            .iter()
            .map(|step| step.map_or(1.0, |s| s.span()))
            .collect();
        for band in bands(history, &steps) {
            replicates.shrink_down(history.tree, &band, &spans);
            for &class in band.iter().filter(|_| band.len() > 1) {
                replicates.shrink_down(history.tree, &[class], &spans);
            }
        }
        let mut ratios = replicates.factors;
        for of_area in ratios.chunks_mut(steps.len()) {
            of_area
                .iter_mut()
                .zip(&city)
                .for_each(|(ratio, city)| *ratio *= city);
        }
        Self { steps, ratios }
    }
}

/// Fills in the expected and observed counts of one class and returns the city's ratio.
fn fill(history: &History<'_>, class: usize, step: &Step, replicates: &mut Replicates) -> f64 {
    let window = replicates.weights.len();
    let (mut weighted, mut weights) = (0.0, 0.0);
    for place in 0..window {
        let year = history.years - window + place;
        if year < step.last_lag || history.leaves_out(year) {
            continue;
        }
        let source = |leaf: usize| step.source(year, |year| history.at(leaf, year, step.from));
        let sources: Vec<f64> = (0..history.leaves()).map(source).collect();
        let held = |leaf: usize| history.is_held(leaf, year, step.last_lag);
        let (total, entered) = (0..history.leaves()).filter(|leaf| !held(*leaf)).fold(
            (0.0, 0.0),
            |(total, entered), leaf| {
                (
                    total + sources[leaf],
                    entered + history.at(leaf, year, class),
                )
            },
        );
        if total <= 0.0 {
            continue;
        }
        let ratio = entered / total;
        let weight = CITY_FADING.powi((window - 1 - place) as i32);
        weighted += weight * ratio;
        weights += weight;
        for (leaf, source) in sources.iter().enumerate() {
            if held(leaf) {
                continue;
            }
            let cell = (leaf * replicates.columns + class) * window + place;
            replicates.expected[cell] = source * ratio;
            replicates.observed[cell] = history.at(leaf, year, class);
        }
    }
    if weights > 0.0 {
        weighted / weights
    } else {
        1.0
    }
}

/// The classes of each band, by the age their step starts from.
fn bands(history: &History<'_>, steps: &[Option<Step>]) -> Vec<Vec<usize>> {
    let mut bands = vec![Vec::new(); BANDS.len() + 1];
    for (class, step) in steps.iter().enumerate() {
        if let Some(step) = step {
            let age = history.classes()[step.from].first();
            bands[BANDS.partition_point(|first| *first <= age)].push(class);
        }
    }
    bands.retain(|band| !band.is_empty());
    bands
}
