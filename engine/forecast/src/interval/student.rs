//! Quantiles of Student's t distribution.

/// 0.9 quantile for 1 to 30 degrees of freedom.
const T90: [f64; 30] = [
    3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350,
    1.345, 1.341, 1.337, 1.333, 1.330, 1.328, 1.325, 1.323, 1.321, 1.319, 1.318, 1.316, 1.315,
    1.314, 1.313, 1.311, 1.310,
];
/// 0.975 quantile for 1 to 30 degrees of freedom.
const T975: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
];

/// The quantiles 0.9 and 0.975; those of the normal distribution above 30 degrees of freedom.
pub(crate) fn upper_quantiles(degrees_of_freedom: usize) -> [f64; 2] {
    match degrees_of_freedom.max(1).checked_sub(1) {
        Some(place) if place < T90.len() => [T90[place], T975[place]],
        _ => [1.282, 1.960],
    }
}

#[cfg(test)]
mod tests {
    use super::{T90, T975, upper_quantiles};

    #[test]
    fn quantiles_fall_towards_those_of_the_normal_distribution() {
        for table in [T90, T975] {
            assert!(table.windows(2).all(|pair| pair[0] > pair[1]));
        }
        // One degree of freedom is the Cauchy distribution: tan(π (p − 1/2)).
        let cauchy = |p: f64| (std::f64::consts::PI * (p - 0.5)).tan();
        let [t90, t975] = upper_quantiles(1);
        assert!((t90 - cauchy(0.9)).abs() < 1e-3 && (t975 - cauchy(0.975)).abs() < 1e-3);
        // Two degrees of freedom: (2p − 1) / sqrt(2 p (1 − p)).
        let two = |p: f64| (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt();
        let [t90, t975] = upper_quantiles(2);
        assert!((t90 - two(0.9)).abs() < 1e-3 && (t975 - two(0.975)).abs() < 1e-3);
        assert_eq!(upper_quantiles(31), [1.282, 1.960]);
    }
}
