//! How far an area's share strays from the city's: nested empirical Bayes on the logit scale.

use domain::Month;

use super::share_walk::{ShareCount, counted_logit, logit, share_of};
use crate::input::areas::Area;

/// Weight kept by a count for each year it is older.
const KEPT_A_YEAR: f64 = 0.9;
/// Years of counts that are looked at.
const WINDOW: i32 = 8;
/// Largest deviation on the logit scale that is believed.
const LARGEST: f64 = 6.0;
/// Yearly steps of areas the prior variance is worth.
const PRIOR_STEPS: f64 = 20.0;

/// Deviation of an area from the city, logit scale.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct AreaDeviation {
    /// Expected deviation.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

/// Deviations of all areas.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AreaDeviations {
    /// By place in the list of areas.
    pub(crate) of_area: Vec<AreaDeviation>,
    /// Variance of an area's own step of a year.
    pub(crate) step_variance: f64,
}

/// Counts of one area summed with their weights, against an expectation.
struct Evidence {
    /// Children, weighted, by month: number, share expected of the city there.
    cells: Vec<Cell>,
}

#[derive(Clone, Copy)]
struct Cell {
    of: f64,
    with: f64,
    weight: f64,
    city: f64,
}

impl Evidence {
    fn weighted(&self, offset: f64) -> (f64, f64, f64, f64) {
        let (mut expected, mut with, mut information, mut squared) = (0.0, 0.0, 0.0, 0.0);
        for cell in &self.cells {
            let share = share_of(cell.city + offset);
            let spread = cell.of * share * (1.0 - share);
            expected += cell.weight * cell.of * share;
            with += cell.weight * cell.with;
            information += cell.weight * spread;
            squared += cell.weight * cell.weight * spread;
        }
        (expected, with, information, squared)
    }

    /// The deviation that makes expectation and count equal, beside `offset`, with half a child at
    /// the expected share added; and its variance.
    fn estimate(&self, offset: f64) -> Option<(f64, f64)> {
        let (expected, with, information, _) = self.weighted(offset);
        let total: f64 = self.cells.iter().map(|cell| cell.weight * cell.of).sum();
        if information <= 0.0 {
            return None;
        }
        let mean_share = expected / total;
        let target = with + 0.5 * mean_share;
        let mut deviation = 0.0;
        for _ in 0..40 {
            let (expected, _, information, _) = self.weighted(offset + deviation);
            let pseudo = share_of(logit(mean_share) + deviation);
            let gap = target - expected - 0.5 * pseudo;
            let slope = information + 0.5 * pseudo * (1.0 - pseudo);
            let step = (gap / slope.max(1e-9)).clamp(-1.0, 1.0);
            deviation = f64::clamp(deviation + step, -LARGEST, LARGEST);
            if step.abs() < 1e-12 {
                break;
            }
        }
        let (_, _, information, squared) = self.weighted(offset + deviation);
        let information = information.max(1e-9);
        Some((deviation, squared / (information * information)))
    }
}

/// Learns the deviations from counts by leaf; `counts[leaf]` in the order of the leaves of `areas`.
///
/// From the city downwards, each area's deviation from its parent is estimated from its counts of the
/// last eight years, newer years weighing more, and shrunk towards 0 as far as it can be chance: by
/// `τ²/(τ² + v)`, `v` the counting variance and `τ²` what areas of the level differ beyond it. With no
/// difference beyond chance all areas follow the city; with many children each follows its own.
pub(crate) fn learn(areas: &[Area], counts: &[Vec<ShareCount>], prior_step: f64) -> AreaDeviations {
    let evidence = evidence(areas, counts);
    let mut of_area = vec![AreaDeviation::default(); areas.len()];
    let deepest = areas.iter().map(|area| area.depth).max().unwrap_or(0);
    for depth in 1..=deepest {
        let level: Vec<usize> = (0..areas.len())
            .filter(|&place| areas[place].depth == depth)
            .collect();
        let estimates: Vec<(usize, f64, f64, f64)> = level
            .iter()
            .filter_map(|&place| {
                let parent = areas[place].parent?;
                let only_child = level
                    .iter()
                    .filter(|&&other| areas[other].parent == Some(parent))
                    .count()
                    == 1;
                let offset = of_area[parent].mean;
                let (deviation, variance) = evidence[place].estimate(offset)?;
                (!only_child).then_some((place, deviation, variance, 1.0 / variance.max(1e-12)))
            })
            .collect();
        let (mut sum, mut weights) = (0.0, 0.0);
        for (_, deviation, variance, weight) in &estimates {
            // Weights are capped, so that no area decides alone how much areas differ.
            let weight = weight.min(100.0);
            sum += weight * (deviation * deviation - variance);
            weights += weight;
        }
        let between = if weights > 0.0 {
            (sum / weights).max(0.0)
        } else {
            0.0
        };
        for &place in &level {
            if let Some(parent) = areas[place].parent {
                of_area[place] = of_area[parent];
                of_area[place].variance += between;
            }
        }
        for (place, deviation, variance, _) in estimates {
            let Some(parent) = areas[place].parent else {
                continue;
            };
            let kept = if between > 0.0 {
                between / (between + variance)
            } else {
                0.0
            };
            of_area[place] = AreaDeviation {
                mean: of_area[parent].mean + kept * deviation,
                variance: of_area[parent].variance + kept * variance,
            };
        }
    }
    AreaDeviations {
        of_area,
        step_variance: step_variance(counts, prior_step),
    }
}

/// The counts of every area of the last years, each leaf's added to all areas above it.
fn evidence(areas: &[Area], counts: &[Vec<ShareCount>]) -> Vec<Evidence> {
    let last = counts.iter().flatten().map(|count| count.month).max();
    let Some(last) = last else {
        return areas
            .iter()
            .map(|_| Evidence { cells: Vec::new() })
            .collect();
    };
    let same_month = |count: &&ShareCount| {
        count.month.month() == last.month()
            && last.year() - count.month.year() < WINDOW
            && count.of > 0.0
    };
    let mut by_area: Vec<std::collections::BTreeMap<Month, (f64, f64)>> =
        vec![Default::default(); areas.len()];
    let leaves = (0..areas.len()).filter(|&place| areas[place].is_leaf);
    for (leaf, counts) in leaves.zip(counts) {
        for count in counts.iter().filter(same_month) {
            let mut here = Some(leaf);
            while let Some(place) = here {
                let cell = by_area[place].entry(count.month).or_insert((0.0, 0.0));
                cell.0 += count.of;
                cell.1 += count.with;
                here = areas[place].parent;
            }
        }
    }
    let root = areas
        .iter()
        .position(|area| area.parent.is_none())
        .unwrap_or(0);
    let city = by_area[root].clone();
    by_area
        .into_iter()
        .map(|cells| Evidence {
            cells: cells
                .into_iter()
                .map(|(month, (of, with))| {
                    let (of_city, with_city) = city[&month];
                    Cell {
                        of,
                        with,
                        weight: KEPT_A_YEAR.powi(last.year() - month.year()),
                        city: counted_logit(of_city, with_city).0,
                    }
                })
                .collect(),
        })
        .collect()
}

/// Variance of the yearly step of an area beside the city's, pooled over areas and mixed with the prior.
fn step_variance(counts: &[Vec<ShareCount>], prior_step: f64) -> f64 {
    let mut city: std::collections::BTreeMap<Month, (f64, f64)> = Default::default();
    for count in counts.iter().flatten() {
        let cell = city.entry(count.month).or_insert((0.0, 0.0));
        cell.0 += count.of;
        cell.1 += count.with;
    }
    let (mut sum, mut weights, mut steps) = (0.0, 0.0, 0.0);
    if counts.len() > 1 {
        for counts in counts {
            let here: std::collections::BTreeMap<Month, ShareCount> =
                counts.iter().map(|count| (count.month, *count)).collect();
            for (month, later) in &here {
                let Some(earlier) = here.get(&month.plus(-12)) else {
                    continue;
                };
                let strays = |count: &ShareCount| {
                    let (own, variance) = counted_logit(count.of, count.with);
                    let (of, with) = city[&count.month];
                    (own - counted_logit(of, with).0, variance)
                };
                let ((now, noise), (before, noise_before)) = (strays(later), strays(earlier));
                let noise = noise + noise_before;
                let weight = 1.0 / (noise + prior_step * prior_step + 1e-12);
                sum += weight * ((now - before).powi(2) - noise);
                weights += weight;
                // Twelve counts of a year are one year's evidence.
                steps += 1.0
                    / if here.len() > WINDOW as usize {
                        12.0
                    } else {
                        1.0
                    };
            }
        }
    }
    let own = if weights > 0.0 {
        (sum / weights).max(0.0)
    } else {
        0.0
    };
    let total = PRIOR_STEPS + steps;
    (PRIOR_STEPS * prior_step * prior_step + steps * own) / total
}

/// The shift, common to all leaves, that makes their shares add up to the city's:
/// `Σ n·share(level + deviation + shift) = share(level)·Σ n`.
pub(crate) fn unchanged_total(level: f64, children: &[f64], deviations: &[f64]) -> f64 {
    let total: f64 = children.iter().sum();
    if total <= 0.0 {
        return 0.0;
    }
    let target = share_of(level) * total;
    let (mut low, mut high) = (-LARGEST, LARGEST);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        let sum: f64 = children
            .iter()
            .zip(deviations)
            .map(|(of, deviation)| of * share_of(level + deviation + middle))
            .sum();
        if sum < target {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Binomial, Distribution, StandardNormal};

    fn flat(leaves: usize) -> Vec<Area> {
        let area = |code: String, parent, depth, is_leaf| Area {
            name: code.clone(),
            code,
            parent,
            depth,
            is_leaf,
        };
        let mut areas = vec![area("_total".to_owned(), None, 0, false)];
        areas.extend((0..leaves).map(|leaf| area(format!("a{leaf:04}"), Some(0), 1, true)));
        areas
    }

    fn counts(truth: &[f64], of: u64, seed: u64) -> Vec<Vec<ShareCount>> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        truth
            .iter()
            .map(|deviation| {
                let share = share_of(-0.5 + deviation);
                let with = Binomial::new(of, share).unwrap().sample(&mut rng) as f64;
                vec![ShareCount {
                    month: Month::new(2025, 3).unwrap(),
                    of: of as f64,
                    with,
                }]
            })
            .collect()
    }

    #[test]
    fn areas_that_differ_only_by_chance_follow_the_city() {
        let truth = vec![0.0; 400];
        let learned = learn(&flat(400), &counts(&truth, 60, 3), 0.1);
        let spread = learned.of_area.iter().map(|d| d.mean * d.mean).sum::<f64>() / 400.0;
        assert!(spread < 0.002, "{spread}");
    }

    #[test]
    fn the_difference_between_areas_is_found_within_a_tenth() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let truth: Vec<f64> = (0..3000)
            .map(|_| {
                let z: f64 = StandardNormal.sample(&mut rng);
                0.4 * z
            })
            .collect();
        let learned = learn(&flat(3000), &counts(&truth, 200, 4), 0.1);
        // Variance of what was learned and what is left unknown add up to that of the truth.
        let known = learned.of_area[1..]
            .iter()
            .map(|d| d.mean * d.mean)
            .sum::<f64>()
            / 3000.0;
        let unknown = learned.of_area[1..].iter().map(|d| d.variance).sum::<f64>() / 3000.0;
        assert!(
            ((known + unknown) / 0.16 - 1.0).abs() < 0.1,
            "{known} {unknown}"
        );
    }

    #[test]
    fn an_area_with_many_children_has_its_own_share_and_one_without_the_parents() {
        let mut cells = counts(&[0.8, -0.8, 0.3, -0.3], 1_000_000, 1);
        cells.push(Vec::new());
        let learned = learn(&flat(5), &cells, 0.1);
        let shares: Vec<f64> = cells[..4].iter().map(|c| c[0].with / c[0].of).collect();
        let (of, with) = cells[..4]
            .iter()
            .fold((0.0, 0.0), |s, c| (s.0 + c[0].of, s.1 + c[0].with));
        let city = counted_logit(of, with).0;
        for (place, share) in shares.iter().enumerate() {
            assert!((share_of(city + learned.of_area[place + 1].mean) - share).abs() < 1e-4);
        }
        assert_eq!(learned.of_area[5].mean, 0.0);
        assert!(
            learned.of_area[5].variance > 0.2,
            "what is not known widens its interval"
        );
    }

    #[test]
    fn shares_of_areas_keep_the_share_of_the_city() {
        let (children, deviations) = ([10.0, 300.0, 70.0], [1.0, -0.4, 0.2]);
        let shift = unchanged_total(0.7, &children, &deviations);
        let sum: f64 = children
            .iter()
            .zip(deviations)
            .map(|(n, d)| n * share_of(0.7 + d + shift))
            .sum();
        assert!((sum - 380.0 * share_of(0.7)).abs() < 1e-9);
    }
}
