//! The probability that places do not suffice, from three quantiles of the demand.

use std::f64::consts::TAU;

use crate::demand::Quantiles;

/// 90 % quantile of the standard normal distribution.
const Z90: f64 = 1.281_551_565_544_600_4;

/// Probability that a demand with these quantiles exceeds `places`.
///
/// Split normal: on each side of the median half of a normal distribution whose spread makes it
/// pass through the outer quantile. A side without spread puts its half on the median itself.
pub(crate) fn probability_above(p10: f64, p50: f64, p90: f64, places: f64) -> f64 {
    let spread = if places < p50 { p50 - p10 } else { p90 - p50 } / Z90;
    if spread > 0.0 {
        return 1.0 - standard_normal((places - p50) / spread);
    }
    if places < p50 { 1.0 } else { 0.0 }
}

/// The demand that a share of all cases, 0 to 1, does not exceed.
pub(crate) fn quantile(demand: Quantiles, share: f64) -> f64 {
    let (p10, p50, p90) = (demand.p10(), demand.p50(), demand.p90());
    let spread = if share < 0.5 { p50 - p10 } else { p90 - p50 } / Z90;
    if spread <= 0.0 {
        return p50;
    }
    // Halving an interval of 16 standard deviations 60 times leaves less than any place.
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if standard_normal(middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    p50 + spread * (low + high) / 2.0
}

/// Distribution function of the standard normal (Marsaglia, "Evaluating the Normal Distribution",
/// Journal of Statistical Software 11(4), 2004: the Taylor series about 0, all terms of one sign).
fn standard_normal(z: f64) -> f64 {
    if z.abs() > 8.0 {
        return if z > 0.0 { 1.0 } else { 0.0 };
    }
    let (mut sum, mut term, mut odd) = (z, z, 1.0);
    loop {
        odd += 2.0;
        term *= z * z / odd;
        let next = sum + term;
        if next == sum {
            break;
        }
        sum = next;
    }
    (0.5 + sum * (-z * z / 2.0).exp() / TAU.sqrt()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_agrees_with_its_table() {
        for (z, expected) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_543),
            (-1.96, 0.024_997_895_148_220_4),
            (3.0, 0.998_650_101_968_37),
            (Z90, 0.9),
            (9.0, 1.0),
        ] {
            assert!((standard_normal(z) - expected).abs() < 1e-13, "{z}");
        }
    }

    #[test]
    fn quantiles_undo_probabilities() {
        let demand = Quantiles::new(266.0, 288.0, 311.0).unwrap();
        for (share, expected) in [(0.1, 266.0), (0.5, 288.0), (0.9, 311.0)] {
            assert!((quantile(demand, share) - expected).abs() < 1e-9);
        }
        let certain = Quantiles::new(5.0, 5.0, 5.0).unwrap();
        assert_eq!(
            (quantile(certain, 0.01), quantile(certain, 0.99)),
            (5.0, 5.0)
        );
        for places in [250.0, 280.0, 300.0] {
            let share = 1.0 - demand.probability_above(places);
            assert!((quantile(demand, share) - places).abs() < 1e-6);
        }
    }

    #[test]
    fn a_side_without_spread_is_a_step_at_the_median() {
        assert_eq!(probability_above(90.0, 100.0, 100.0, 100.0), 0.0);
        assert!(probability_above(90.0, 100.0, 100.0, 99.9) > 0.5);
        assert_eq!(probability_above(100.0, 100.0, 120.0, 99.0), 1.0);
        assert!((probability_above(100.0, 100.0, 120.0, 100.0) - 0.5).abs() < 1e-12);
    }
}
