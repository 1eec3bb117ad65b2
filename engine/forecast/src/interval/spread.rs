//! The spread of errors around a forecast, learned from a pool of areas of one level.

use super::student;

/// Forecasts below this many persons are treated as this many when errors are scaled.
const SMALLEST: f64 = 0.5;
/// A size class of areas holds at least this many errors.
const ERRORS_PER_SIZE_CLASS: usize = 150;
/// Most size classes.
const SIZE_CLASSES: usize = 3;
/// Pools with fewer errors use Student's t instead of their own quantiles.
const FEWEST_FOR_QUANTILES: usize = 40;
/// The quantiles, in the order of every output.
const LEVELS: [f64; 5] = [0.025, 0.1, 0.5, 0.9, 0.975];

/// An area's own error at an earlier origin, without the error it shared with the city.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnError {
    pub(crate) forecast: f64,
    pub(crate) error: f64,
}

/// How far areas of one level strayed: variance `a f + b f²` for a forecast of `f` persons, and the
/// quantiles of the scaled errors by size of area.
#[derive(Debug, Clone)]
pub(crate) struct OwnSpread {
    by_count: f64,
    by_square: f64,
    /// Largest forecast of each size class, and its quantiles.
    size_classes: Vec<(f64, [f64; 5])>,
}

impl OwnSpread {
    /// No own errors: the city itself, or a city of one area.
    pub(crate) fn none() -> Self {
        Self {
            by_count: 0.0,
            by_square: 0.0,
            size_classes: vec![(f64::INFINITY, [0.0; 5])],
        }
    }

    pub(crate) fn learn(errors: &[OwnError]) -> Self {
        let (by_count, by_square) = variance(errors);
        let mut spread = Self {
            by_count,
            by_square,
            size_classes: Vec::new(),
        };
        let mut scaled: Vec<(f64, f64)> = errors
            .iter()
            .map(|own| (own.forecast, own.error, spread.deviation(own.forecast)))
            .filter(|(_, _, deviation)| *deviation > 0.0)
            .map(|(forecast, error, deviation)| (forecast, error / deviation))
            .collect();
        if scaled.is_empty() {
            return Self::none();
        }
        scaled.sort_unstable_by(|one, other| {
            one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
        });
        let classes = (scaled.len() / ERRORS_PER_SIZE_CLASS).clamp(1, SIZE_CLASSES);
        for class in 0..classes {
            let part =
                &scaled[scaled.len() * class / classes..scaled.len() * (class + 1) / classes];
            let largest = if class + 1 == classes {
                f64::INFINITY
            } else {
                part[part.len() - 1].0
            };
            let errors: Vec<f64> = part.iter().map(|(_, error)| *error).collect();
            spread.size_classes.push((largest, quantiles(errors)));
        }
        spread
    }

    /// Standard deviation of the own error of a forecast of `forecast` persons.
    pub(crate) fn deviation(&self, forecast: f64) -> f64 {
        let forecast = forecast.max(SMALLEST);
        (self.by_count * forecast + self.by_square * forecast * forecast).sqrt()
    }

    /// The quantiles of the own error of a forecast, in persons.
    pub(crate) fn quantiles(&self, forecast: f64) -> [f64; 5] {
        let deviation = self.deviation(forecast);
        let class = self
            .size_classes
            .partition_point(|(largest, _)| *largest < forecast);
        self.size_classes[class].1.map(|scaled| scaled * deviation)
    }
}

/// Fits `error² = a f + b f²` by least squares with weight `1/f²`, both at least 0.
fn variance(errors: &[OwnError]) -> (f64, f64) {
    let (mut s0, mut s1, mut s2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for own in errors {
        let f = own.forecast.max(SMALLEST);
        let square = own.error * own.error;
        s0 += 1.0;
        s1 += f;
        s2 += f * f;
        y1 += square / f;
        y2 += square;
    }
    if s0 <= 0.0 {
        return (0.0, 0.0);
    }
    let determinant = s0 * s2 - s1 * s1;
    if determinant > 1e-9 * s0 * s2 {
        let a = (y1 * s2 - y2 * s1) / determinant;
        let b = (s0 * y2 - s1 * y1) / determinant;
        if a >= 0.0 && b >= 0.0 {
            return (a, b);
        }
        if a < 0.0 {
            let relative = errors
                .iter()
                .map(|own| (own.error / own.forecast.max(SMALLEST)).powi(2));
            return (0.0, relative.sum::<f64>() / s0);
        }
    }
    (y2 / s1, 0.0)
}

/// The five quantiles of scaled errors.
fn quantiles(mut scaled: Vec<f64>) -> [f64; 5] {
    let count = scaled.len();
    if count < FEWEST_FOR_QUANTILES {
        let mean_square = scaled.iter().map(|error| error * error).sum::<f64>() / count as f64;
        let [t90, t975] = student::upper_quantiles(count).map(|t| t * mean_square.sqrt());
        return [-t975, -t90, 0.0, t90, t975];
    }
    scaled.sort_unstable_by(f64::total_cmp);
    LEVELS.map(|level| {
        let place = level * (count - 1) as f64;
        let below = place.floor() as usize;
        let above = (below + 1).min(count - 1);
        scaled[below] + (place - below as f64) * (scaled[above] - scaled[below])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variance_is_recovered_from_errors_that_follow_it_exactly() {
        let error = |f: f64, sign: f64| OwnError {
            forecast: f,
            error: sign * (0.3 * f + 0.01 * f * f).sqrt(),
        };
        let errors: Vec<OwnError> = (1..200).map(|f| error(f64::from(f), 1.0)).collect();
        let (a, b) = variance(&errors);
        assert!((a - 0.3).abs() < 1e-9 && (b - 0.01).abs() < 1e-9, "{a} {b}");
    }

    #[test]
    fn quantiles_are_ordered_and_interpolate_between_errors() {
        let found = quantiles((0..=100).map(f64::from).collect());
        assert_eq!(found, [2.5, 10.0, 50.0, 90.0, 97.5]);
        let few = quantiles(vec![1.0, -1.0]);
        assert!((few[3] - 1.886).abs() < 1e-12 && few[2] == 0.0 && few[0] < few[1]);
    }

    #[test]
    fn large_and_small_areas_have_quantiles_of_their_own() {
        let own = |n: i32| {
            let (forecast, scale) = if n % 2 == 0 {
                (10.0, 1.0)
            } else {
                (1000.0, 100.0)
            };
            OwnError {
                forecast: forecast + f64::from(n) * 1e-6,
                error: scale * f64::from(n % 21 - 10),
            }
        };
        let spread = OwnSpread::learn(&(0..1000).map(own).collect::<Vec<_>>());
        assert_eq!(spread.size_classes.len(), 3);
        assert!(spread.quantiles(1000.0)[4] > 20.0 * spread.quantiles(10.0)[4]);
    }
}
