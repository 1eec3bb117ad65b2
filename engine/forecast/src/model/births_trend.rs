//! A city's yearly count of newborns, projected by the model that would have been best so far.
//!
//! Candidates, all on the logarithmic scale:
//!
//! - damped-trend exponential smoothing (Gardner & McKenzie 1985), following new years closely (level
//!   0.8) or less closely (level 0.5), both with trend 0.4 and damping 0.85;
//! - a local level (0.4), for counts too small to show a trend;
//! - growth that dies out: an autoregression of the yearly change, shrunk towards no memory.
//!
//! The first is used unless another had, from every earlier origin up to five years ahead, less than
//! half its mean squared error. A plain choice of the smallest error was measured too, on the births
//! of Norway 2005-2020 and Berlin 2001-2013: with ten origins it follows chance and was worse than any
//! fixed candidate. A constant birth rate is not among the candidates: it was the worst of all.

/// Counts below this are smoothed as this, because the logarithm of 0 does not exist.
const SMALLEST: f64 = 0.5;
/// Years a candidate learns from at least.
const FEWEST_YEARS: usize = 3;
/// Years ahead that candidates are judged by.
const JUDGED_AHEAD: usize = 5;
/// Earlier origins needed before another candidate is used.
const FEWEST_ORIGINS: usize = 5;
/// Another candidate needs less than this share of the first one's mean squared error.
const CLEARLY_BETTER: f64 = 0.5;

/// A way to project logarithms of counts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Candidate {
    /// Weight of the newest year in the level and of the newest change in the trend.
    Smoothing { level: f64, trend: f64 },
    /// Autoregression of the change.
    Growth,
}

/// Share of a trend that is left after each year.
const DAMPING: f64 = 0.85;
/// Most of a change that the next year keeps.
const STRONGEST_MEMORY: f64 = 0.9;

const CANDIDATES: [Candidate; 4] = [
    Candidate::Smoothing {
        level: 0.8,
        trend: 0.4,
    },
    Candidate::Smoothing {
        level: 0.5,
        trend: 0.4,
    },
    Candidate::Smoothing {
        level: 0.4,
        trend: 0.0,
    },
    Candidate::Growth,
];

/// Projects `counts` by `years` years.
///
/// Smoothing, with `x = ln(count)`: `l = a x + (1 − a) (l' + 0.85 b')` and
/// `b = c (l − l') + (1 − c) · 0.85 b'`, starting at `l = x₁, b = 0`; after `h` years
/// `exp(l + (0.85 + … + 0.85^h) b)`. The trend dies out, so no rate is held constant and none is
/// followed for ever. Only zeros stay zero.
pub(crate) fn project(counts: &[f64], years: usize) -> Vec<f64> {
    if counts.iter().all(|count| *count <= 0.0) {
        return vec![0.0; years];
    }
    let logarithms: Vec<f64> = counts
        .iter()
        .map(|count| count.max(SMALLEST).ln())
        .collect();
    let projected = chosen(&logarithms).project(&logarithms, years);
    projected.into_iter().map(f64::exp).collect()
}

/// The candidate to use after these years.
fn chosen(logarithms: &[f64]) -> Candidate {
    let first = CANDIDATES[0];
    if logarithms.len() < FEWEST_YEARS + FEWEST_ORIGINS {
        return first;
    }
    let mut best = (CLEARLY_BETTER * first.mean_square(logarithms), first);
    for candidate in &CANDIDATES[1..] {
        let error = candidate.mean_square(logarithms);
        if error < best.0 {
            best = (error, *candidate);
        }
    }
    best.1
}

impl Candidate {
    fn project(self, logarithms: &[f64], years: usize) -> Vec<f64> {
        let (mut level, mut change, kept) = match self {
            Self::Smoothing { level, trend } => {
                let (level, change) = smooth(logarithms, level, trend);
                (level, change, DAMPING)
            }
            Self::Growth => {
                let last = logarithms.last().copied().unwrap_or_default();
                let before = logarithms.iter().rev().nth(1).copied().unwrap_or(last);
                (last, last - before, memory(logarithms))
            }
        };
        let step = |_| {
            change *= kept;
            level += change;
            level
        };
        (0..years).map(step).collect()
    }

    /// Mean squared error from every earlier origin.
    fn mean_square(self, logarithms: &[f64]) -> f64 {
        let (mut sum, mut errors) = (0.0, 0.0);
        for known in FEWEST_YEARS..logarithms.len() {
            let (past, later) = logarithms.split_at(known);
            let ahead = later.len().min(JUDGED_AHEAD);
            for (projected, outcome) in self.project(past, ahead).iter().zip(later) {
                sum += (projected - outcome).powi(2);
                errors += 1.0;
            }
        }
        if errors > 0.0 { sum / errors } else { 0.0 }
    }
}

/// Level and trend after the last year.
fn smooth(logarithms: &[f64], weight: f64, trend_weight: f64) -> (f64, f64) {
    let mut logarithms = logarithms.iter();
    let (mut level, mut trend) = (logarithms.next().copied().unwrap_or_default(), 0.0);
    for logarithm in logarithms {
        let before = level;
        level = weight * logarithm + (1.0 - weight) * (level + DAMPING * trend);
        trend = trend_weight * (level - before) + (1.0 - trend_weight) * DAMPING * trend;
    }
    (level, trend)
}

/// How much of a change the next year keeps: the regression of a change on the one before, with two
/// more changes of mean size that were not followed at all.
fn memory(logarithms: &[f64]) -> f64 {
    let changes: Vec<f64> = logarithms
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .collect();
    let mean_square = changes.iter().map(|g| g * g).sum::<f64>() / changes.len().max(1) as f64;
    let (mut joint, mut own) = (0.0, 2.0 * mean_square);
    for pair in changes.windows(2) {
        joint += pair[0] * pair[1];
        own += pair[0] * pair[0];
    }
    if own > 0.0 {
        (joint / own).clamp(0.0, STRONGEST_MEMORY)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::{CANDIDATES, chosen, project};

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
        let level = 0.8 * x[1] + 0.2 * x[0];
        let trend = 0.4 * (level - x[0]);
        let next = 0.8 * x[2] + 0.2 * (level + 0.85 * trend);
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

    #[test]
    fn a_count_that_only_jumps_about_is_carried_on_as_a_level() {
        let jumps: Vec<f64> = [100.0_f64, 140.0]
            .repeat(8)
            .iter()
            .map(|n| n.ln())
            .collect();
        assert_eq!(chosen(&jumps), CANDIDATES[2]);
        let wave: Vec<f64> = (0..16)
            .map(|t| 8.0 + 0.3 * (f64::from(t) / 4.0).sin())
            .collect();
        assert_eq!(chosen(&wave), CANDIDATES[0]);
        assert_eq!(chosen(&jumps[..7]), CANDIDATES[0]);
    }
}
