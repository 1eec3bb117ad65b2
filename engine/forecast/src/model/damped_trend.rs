//! Damped-trend exponential smoothing of a city's yearly count (Gardner & McKenzie 1985).

/// Weight of the newest year in the level.
const LEVEL: f64 = 0.5;
/// Weight of the newest change in the trend.
const TREND: f64 = 0.4;
/// Share of the trend that is left after each year.
const DAMPING: f64 = 0.85;
/// Counts below this are smoothed as this, because the logarithm of 0 does not exist.
const SMALLEST: f64 = 0.5;

/// Projects `counts` by `years` years on the logarithmic scale.
///
/// With `x = ln(count)`: `l = 0.5 x + 0.5 (l' + 0.85 b')` and `b = 0.4 (l − l') + 0.6 · 0.85 b'`,
/// starting at `l = x₁, b = 0`; after `h` years `exp(l + (0.85 + … + 0.85^h) b)`. The trend dies
/// out, so no rate is held constant and none is followed for ever. Only zeros stay zero.
pub(crate) fn project(counts: &[f64], years: usize) -> Vec<f64> {
    if counts.iter().all(|count| *count <= 0.0) {
        return vec![0.0; years];
    }
    let mut logarithms = counts.iter().map(|count| count.max(SMALLEST).ln());
    let (mut level, mut trend) = (logarithms.next().unwrap_or_default(), 0.0);
    for logarithm in logarithms {
        let before = level;
        level = LEVEL * logarithm + (1.0 - LEVEL) * (level + DAMPING * trend);
        trend = TREND * (level - before) + (1.0 - TREND) * DAMPING * trend;
    }
    let mut left = 1.0;
    let step = |_| {
        left *= DAMPING;
        level += left * trend;
        level.exp()
    };
    (0..years).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::project;

    #[test]
    fn a_constant_count_stays_and_a_trend_fades() {
        assert!(
            project(&[80.0; 6], 3)
                .iter()
                .all(|count| (count - 80.0).abs() < 1e-9)
        );
        let rising = project(&[100.0, 110.0, 121.0, 133.1, 146.41], 40);
        assert!(rising[0] > 140.0 && rising[1] / rising[0] > rising[2] / rising[1]);
        assert!(rising[39] / rising[38] < 1.001);
    }

    #[test]
    fn three_years_give_the_value_reckoned_by_hand() {
        let x = [100.0_f64.ln(), 90.0_f64.ln(), 80.0_f64.ln()];
        let level = 0.5 * x[1] + 0.5 * x[0];
        let trend = 0.4 * (level - x[0]);
        let next = 0.5 * x[2] + 0.5 * (level + 0.85 * trend);
        let slope = 0.4 * (next - level) + 0.6 * 0.85 * trend;
        let expected = [
            (next + 0.85 * slope).exp(),
            (next + (0.85 + 0.7225) * slope).exp(),
        ];
        for (found, expected) in project(&[100.0, 90.0, 80.0], 2).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn a_city_without_children_stays_without() {
        assert_eq!(project(&[0.0, 0.0], 2), [0.0, 0.0]);
    }
}
