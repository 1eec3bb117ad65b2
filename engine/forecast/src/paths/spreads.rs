//! How far the city, the areas between and the lowest areas stray, learned from earlier origins.
//!
//! For a band of ages and a number of years ahead, the calibrated intervals give the variance of the
//! city, of each area between and of each lowest area. They are taken apart into what areas share:
//!
//! ```text
//! A_d² = Σ_n (V(n) − Σ_c V(c)) / Σ_n (f(n)² − Σ_c f(c)²)   over areas n of depth d, c below n
//! ```
//!
//! is the relative variance that the areas below an area of depth `d` have in common (what is
//! independent below cancels); `A_d² − A_{d−1}²` is that of the area itself. What is left of `V` of a
//! lowest area is its own.
//!
//! Within a band, ages share part of their deviation. Its correlation follows from the variances of
//! the ages `V_x` and of their sum `V`: `(V − Σ V_x) / ((Σ √V_x)² − Σ V_x)`.

use super::shape::Shape;
use crate::input::areas::AreaTree;
use crate::interval::calibration::Calibration;

/// Least share of a lowest area's variance that is its own.
const LEAST_OWN_SHARE: f64 = 0.2;
/// Highest correlation of the ages of a band, and highest share of the births.
const HIGHEST_SHARED: f64 = 0.95;

/// What the spreads of one band are learned from.
pub(crate) struct Learned<'a> {
    pub(crate) tree: &'a AreaTree,
    pub(crate) pools: &'a [usize],
    /// Intervals of the band, by year ahead.
    pub(crate) band: &'a [Calibration],
    /// Intervals of each class of the band, by year ahead.
    pub(crate) classes: &'a [Vec<Calibration>],
    /// Persons of each class of the band, by area of every level, at the year ahead.
    pub(crate) persons: &'a dyn Fn(usize) -> Vec<Vec<f64>>,
    /// Factor of every deviation; 0 for none.
    pub(crate) scale: f64,
}

/// The spreads of one band, one number of years ahead.
pub(crate) struct BandSpread {
    /// Relative deviation of the city.
    pub(crate) city: Shape,
    /// Relative standard deviation of an area between, by depth.
    pub(crate) between: Vec<f32>,
    /// Relative deviation of each lowest area.
    pub(crate) own: Vec<Shape>,
    /// Correlation of the ages in the city, and in a lowest area.
    pub(crate) city_correlation: f64,
    pub(crate) own_correlation: f64,
    /// Relative variance of each class, in the city and in the mean of the lowest areas.
    pub(crate) city_variances: Vec<f64>,
    pub(crate) own_variances: Vec<f64>,
}

impl BandSpread {
    pub(crate) fn learn(learned: &Learned<'_>, ahead: usize) -> Self {
        let of_classes = (learned.persons)(ahead);
        let areas = learned.tree.areas.len();
        let sums: Vec<f64> = (0..areas)
            .map(|area| of_classes.iter().map(|persons| persons[area]).sum())
            .collect();
        let band = &learned.band[ahead];
        let variance = |area: usize| band.own_deviation(learned.pools[area], sums[area]).powi(2);
        let shared = shared_variances(learned.tree, &sums, &variance);
        let [q90, q975] = band.common();
        let (city_correlation, city_variances) = city_of_classes(learned, &of_classes, ahead);
        let (own_correlation, own_variances) = own_of_classes(learned, &of_classes, &sums, ahead);
        let own = |line: &Vec<usize>| {
            let (leaf, parent) = (line[0], line.get(1).copied().unwrap_or(0));
            let all = variance(leaf);
            let of_parents = shared[learned.tree.areas[parent].depth] * sums[leaf].powi(2);
            let share = if all > 0.0 {
                (1.0 - of_parents / all).max(LEAST_OWN_SHARE)
            } else {
                0.0
            };
            let relative = if sums[leaf] > 0.0 {
                share.sqrt() / sums[leaf]
            } else {
                0.0
            };
            let quantiles = band.own_quantiles(learned.pools[leaf], sums[leaf]);
            Shape::through(quantiles, relative * learned.scale)
        };
        let own = learned.tree.lines.iter().map(own).collect();
        let below_root = shared.windows(2).map(|pair| (pair[1] - pair[0]).max(0.0));
        Self {
            city: Shape::through([-q975, -q90, 0.0, q90, q975], learned.scale),
            between: std::iter::once(0.0)
                .chain(below_root)
                .map(|variance| (variance.sqrt() * learned.scale) as f32)
                .collect(),
            own,
            city_correlation,
            own_correlation,
            city_variances,
            own_variances,
        }
    }
}

/// Relative variance shared by the areas below an area, by depth of that area; not falling.
fn shared_variances(tree: &AreaTree, sums: &[f64], variance: &dyn Fn(usize) -> f64) -> Vec<f64> {
    let mut excess = vec![0.0; tree.deepest + 1];
    let mut room = vec![0.0; tree.deepest + 1];
    for (place, area) in tree.areas.iter().enumerate() {
        if !area.is_leaf {
            excess[area.depth] += variance(place);
            room[area.depth] += sums[place].powi(2);
        }
        if let Some(parent) = area.parent {
            let depth = tree.areas[parent].depth;
            excess[depth] -= variance(place);
            room[depth] -= sums[place].powi(2);
        }
    }
    let mut shared = vec![0.0; tree.deepest + 1];
    for depth in 1..=tree.deepest {
        let found = if room[depth] > 0.0 {
            excess[depth] / room[depth]
        } else {
            0.0
        };
        shared[depth] = found.max(shared[depth - 1]);
    }
    shared
}

/// Correlation that makes variances of parts add up to that of their sum.
fn correlation(of_sum: f64, of_parts: f64, of_joint_parts: f64) -> f64 {
    let room = of_joint_parts - of_parts;
    if room > 0.0 {
        ((of_sum - of_parts) / room).clamp(0.0, HIGHEST_SHARED)
    } else {
        0.0
    }
}

fn city_of_classes(
    learned: &Learned<'_>,
    of_classes: &[Vec<f64>],
    ahead: usize,
) -> (f64, Vec<f64>) {
    let relative = |calibration: &Calibration| calibration.common()[0].powi(2);
    let variances: Vec<f64> = learned
        .classes
        .iter()
        .map(|years| relative(&years[ahead]))
        .collect();
    let persons: Vec<f64> = of_classes.iter().map(|persons| persons[0]).collect();
    let total: f64 = persons.iter().sum();
    let of_sum = relative(&learned.band[ahead]) * total * total;
    let parts = variances.iter().zip(&persons).map(|(v, n)| v * n * n).sum();
    let joint: f64 = variances
        .iter()
        .zip(&persons)
        .map(|(v, n)| v.sqrt() * n)
        .sum();
    (correlation(of_sum, parts, joint * joint), variances)
}

fn own_of_classes(
    learned: &Learned<'_>,
    of_classes: &[Vec<f64>],
    sums: &[f64],
    ahead: usize,
) -> (f64, Vec<f64>) {
    let (mut of_sum, mut parts, mut joint_parts) = (0.0, 0.0, 0.0);
    let mut variances = vec![0.0; of_classes.len()];
    let mut squares = vec![0.0; of_classes.len()];
    for line in &learned.tree.lines {
        let (leaf, pool) = (line[0], learned.pools[line[0]]);
        of_sum += learned.band[ahead].own_deviation(pool, sums[leaf]).powi(2);
        let mut joint = 0.0;
        for (class, persons) in of_classes.iter().enumerate() {
            let deviation = learned.classes[class][ahead].own_deviation(pool, persons[leaf]);
            parts += deviation * deviation;
            joint += deviation;
            variances[class] += deviation * deviation;
            squares[class] += persons[leaf] * persons[leaf];
        }
        joint_parts += joint * joint;
    }
    let relative = |(variance, square): (&f64, &f64)| {
        if *square > 0.0 {
            variance / square
        } else {
            0.0
        }
    };
    let variances = variances.iter().zip(&squares).map(relative).collect();
    (correlation(of_sum, parts, joint_parts), variances)
}

/// Share of a cohort's variance that stems from the number born: that of the youngest class in the
/// year it was born, against its own.
pub(crate) fn birth_share(at_birth: f64, now: f64) -> f64 {
    if now > 0.0 {
        (at_birth / now).clamp(0.0, HIGHEST_SHARED)
    } else {
        0.0
    }
}
