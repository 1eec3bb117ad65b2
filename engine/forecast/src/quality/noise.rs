//! How far the steps of areas usually stray from what is expected of them.

/// The variance `by_count · e + by_square · e²` of a step with `e` expected persons, found from
/// medians, so that a few broken steps do not hide themselves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct StepNoise {
    pub(crate) by_count: f64,
    pub(crate) by_square: f64,
}

/// Median of the chi-squared distribution with one degree of freedom: the median of a squared
/// normal deviation over its variance.
const MEDIAN_OF_SQUARE: f64 = 0.455;
/// Size classes that the variance is fitted over.
const SIZE_CLASSES: usize = 12;
/// Least variance per person: registers with less noise than this are not known.
const LEAST_BY_COUNT: f64 = 0.05;
const LEAST_BY_SQUARE: f64 = 1e-6;

impl StepNoise {
    /// Fits the variance to steps given as `(expected, deviation)`.
    pub(crate) fn learn(steps: &[(f64, f64)]) -> Self {
        let mut usable: Vec<(f64, f64)> = steps
            .iter()
            .filter(|(expected, _)| *expected >= 1.0)
            .map(|&(expected, deviation)| (expected, deviation * deviation / expected))
            .collect();
        usable.sort_unstable_by(|one, other| {
            one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
        });
        let classes = SIZE_CLASSES.min(usable.len() / 8).max(1);
        // The median of (deviation² / expected) per size class is 0.455 (by_count + by_square e).
        let points: Vec<(f64, f64)> = (0..classes)
            .map(|class| {
                let part =
                    &usable[usable.len() * class / classes..usable.len() * (class + 1) / classes];
                let mut ratios: Vec<f64> = part.iter().map(|(_, ratio)| *ratio).collect();
                let expected = part
                    .get(part.len() / 2)
                    .map_or(1.0, |(expected, _)| *expected);
                (
                    expected,
                    median(&mut ratios).unwrap_or(0.0) / MEDIAN_OF_SQUARE,
                )
            })
            .collect();
        let (by_count, by_square) = line(&points);
        Self {
            by_count: by_count.max(LEAST_BY_COUNT),
            by_square: by_square.max(LEAST_BY_SQUARE),
        }
    }

    /// Deviation in standard deviations. One person more or less never says anything, so 1 is added
    /// to the variance; where more came than were expected, the larger count sets the noise.
    pub(crate) fn z(self, expected: f64, observed: f64) -> f64 {
        let size = expected.max(0.5);
        let variance = self.by_count * size.max(observed) + self.by_square * size * size + 1.0;
        (observed - expected) / variance.sqrt()
    }
}

/// Weighted least squares line through `(size, ratio)`, weights `1/ratio²`; a falling line becomes
/// flat at the median ratio.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let mut ratios: Vec<f64> = points.iter().map(|(_, ratio)| *ratio).collect();
    let flat = median(&mut ratios).unwrap_or(0.0);
    let (mut s0, mut s1, mut s2, mut y0, mut y1) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for &(size, ratio) in points {
        let weight = 1.0 / ratio.max(1e-3).powi(2);
        s0 += weight;
        s1 += weight * size;
        s2 += weight * size * size;
        y0 += weight * ratio;
        y1 += weight * size * ratio;
    }
    let determinant = s0 * s2 - s1 * s1;
    if determinant <= 1e-9 * s0 * s2 {
        return (flat, 0.0);
    }
    let start = (y0 * s2 - y1 * s1) / determinant;
    let slope = (s0 * y1 - s1 * y0) / determinant;
    if slope < 0.0 {
        (flat, 0.0)
    } else {
        (start, slope)
    }
}

/// The middle value, or the mean of the two middle ones.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let (count, half) = (values.len(), values.len() / 2);
    match count {
        0 => None,
        _ if count % 2 == 1 => Some(values[half]),
        _ => Some(f64::midpoint(values[half - 1], values[half])),
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    #[test]
    fn the_variance_of_simulated_steps_is_found_although_some_are_broken() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let mut steps: Vec<(f64, f64)> = (0..20_000)
            .map(|step| {
                let expected = f64::from(20 + step % 4_000);
                let normal: f64 = StandardNormal.sample(&mut random);
                let variance = 0.3 * expected + 0.0004 * expected * expected;
                (expected, normal * variance.sqrt())
            })
            .collect();
        for broken in steps.iter_mut().step_by(50) {
            broken.1 = broken.0;
        }
        let noise = StepNoise::learn(&steps);
        assert!((noise.by_count / 0.3 - 1.0).abs() < 0.25, "{noise:?}");
        assert!((noise.by_square / 0.0004 - 1.0).abs() < 0.25, "{noise:?}");
    }

    #[test]
    fn medians_are_those_of_the_school() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
