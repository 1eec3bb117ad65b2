//! Random draws: one ChaCha stream per city unit and topic, so that a change in one topic leaves
//! the others as they were.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What is drawn; each topic has its own stream.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Topic {
    Areas,
    Population,
    Providers,
    Facilities,
    Capacities,
    Children,
    LifeCourses,
    Placement,
    Contracts,
    Applications,
    Staff,
}

/// Streams kept free per unit, more than there are topics.
const STREAMS_PER_UNIT: u64 = 64;

/// A source of random draws.
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    pub(crate) fn new(seed: u64, unit: u32, topic: Topic) -> Self {
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        source.set_stream(u64::from(unit) * STREAMS_PER_UNIT + topic as u64);
        Self(source)
    }

    /// Uniform in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in [low, high).
    pub(crate) fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Uniform in 0..bound; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.0.next_u32()) * bound as u64) >> 32) as usize
    }

    /// Uniform in low..=high; `low` if the range is empty.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = usize::try_from(high - low + 1).unwrap_or(0);
        low + self.below(width) as i32
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Standard normal (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Log-normal with median 1.
    pub(crate) fn log_normal(&mut self, sigma: f64) -> f64 {
        (sigma * self.normal()).exp()
    }

    /// Position drawn by weight.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform() * weights.iter().sum::<f64>();
        for (position, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return position;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// Puts items into random order (Fisher and Yates 1938).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

/// Splits `total` into whole numbers in proportion to weights, largest remainders first.
pub(crate) fn apportion(total: i32, weights: &[f64]) -> Vec<i32> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 || total <= 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: &f64| f64::from(total) * weight / sum;
    let mut parts: Vec<i32> = weights.iter().map(|w| exact(w).floor() as i32).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let remainder = |position: usize| exact(&weights[position]).fract();
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)).then(a.cmp(&b)));
    let missing = total - parts.iter().sum::<i32>();
    for &position in order.iter().cycle().take(missing.max(0) as usize) {
        parts[position] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn topics_and_units_draw_from_different_streams() {
        let first = |unit, topic| Draw::new(1, unit, topic).uniform().to_bits();
        assert_eq!(first(0, Topic::Areas), first(0, Topic::Areas));
        assert_ne!(first(0, Topic::Areas), first(0, Topic::Population));
        assert_ne!(first(0, Topic::Areas), first(1, Topic::Areas));
    }

    #[test]
    fn a_normal_draw_has_mean_zero_and_variance_one() {
        let mut draw = Draw::new(5, 0, Topic::Areas);
        let values: Vec<f64> = (0..20_000).map(|_| draw.normal()).collect();
        let mean = values.iter().sum::<f64>() / 20_000.0;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_total_and_stay_within_one_of_their_share(
            total in 0..5000i32, weights in prop::collection::vec(0.01..9.0f64, 1..40),
        ) {
            let parts = apportion(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i32>(), total);
            let sum: f64 = weights.iter().sum();
            for (part, weight) in parts.iter().zip(&weights) {
                let share = f64::from(total) * weight / sum;
                prop_assert!((f64::from(*part) - share).abs() < 1.0 + 1e-9);
            }
        }
    }
}
