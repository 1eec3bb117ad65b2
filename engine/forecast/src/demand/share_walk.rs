//! A share that moves as a random walk on the logit scale.

use domain::{InputProblem, Month};
use rand::Rng;
use rand_distr::{ChiSquared, Distribution, StandardNormal};

use super::codes;

/// One count of a share: `with` of `of`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareCount {
    /// Month on whose first day was counted.
    pub month: Month,
    /// Children the share is of.
    pub of: f64,
    /// Children among them.
    pub with: f64,
}

/// What a short series is helped with: standard deviations on the logit scale, and how many years
/// of observation they are worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WalkPrior {
    /// Of the step of a year.
    pub step: f64,
    /// Of what passes within the year and does not last.
    pub passing: f64,
    /// Years of observation it is worth.
    pub years: f64,
}

impl WalkPrior {
    /// Children under three in care: the share moved by 5.9 % in a year in Konstanz, 9.8 % in two and
    /// 13.2 % in three (root mean square, 2012-2026), at a share of one third. Beside the noise of
    /// counting children this leaves steps and nothing that passes.
    pub const UNDER_THREE: Self = Self {
        step: 0.09,
        passing: 0.0,
        years: 3.0,
    };
    /// From three to school entry: it moved by 3.1 % in one year and 3.7 % in three there, at 93 %;
    /// nearly all of it passes.
    pub const PRESCHOOL: Self = Self {
        step: 0.10,
        passing: 0.20,
        years: 3.0,
    };
    /// After-school care, deferral, early entry, care types, tiers: no measured series; an
    /// assumption, a tenth of the odds a year.
    pub const OTHER: Self = Self {
        step: 0.10,
        passing: 0.03,
        years: 3.0,
    };
}

/// Years below which the prior alone gives the variance.
const FEWEST_YEARS: usize = 4;
/// Longest step between two counts that is compared, in years.
const LONGEST_STEP: i32 = 4;
/// What is left of a trend each year.
const TREND_KEPT: f64 = 0.85;

/// Local level on the logit scale with what passes, an optional damped trend and its uncertainty.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareWalk {
    /// Logit of the share at [`Self::origin`].
    pub level: f64,
    /// Variance of the level.
    pub level_variance: f64,
    /// Variance of the step of a year.
    pub step_variance: f64,
    /// Variance of what passes within a year.
    pub passing_variance: f64,
    /// Yearly trend of the logit at the origin, damped from year to year.
    pub trend: f64,
    /// Degrees of freedom of the variances.
    pub degrees_of_freedom: f64,
    /// Month of the last count.
    pub origin: Month,
    /// Deviation of each calendar month from that of the origin, January first.
    pub season: [f64; 12],
}

/// The logit, for shares strictly between 0 and 1.
pub(crate) fn logit(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

/// The share of a logit.
pub(crate) fn share_of(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// Logit and its counting variance, with half a child on either side so that 0 and 1 have one.
pub(crate) fn counted_logit(of: f64, with: f64) -> (f64, f64) {
    let (yes, no) = (with + 0.5, of - with + 0.5);
    ((yes / no).ln(), 1.0 / yes + 1.0 / no)
}

impl ShareWalk {
    /// A share that never moves.
    #[must_use]
    pub fn fixed(share: f64, origin: Month) -> Self {
        Self {
            level: logit(share.clamp(1e-9, 1.0 - 1e-9)),
            level_variance: 0.0,
            step_variance: 0.0,
            passing_variance: 0.0,
            trend: 0.0,
            degrees_of_freedom: f64::INFINITY,
            origin,
            season: [0.0; 12],
        }
    }

    /// Learns the walk from counts in any order; `name` names the series in the warning (E4053).
    ///
    /// Steps between counts of the same calendar month, up to four years apart, have the variance
    /// `step · years + 2 · passing` beside that of counting; both are fitted by weighted least
    /// squares and mixed with the prior by years of observation. The level is that of a Kalman filter.
    /// A seasonal pattern is learned from two years of monthly counts or more.
    ///
    /// # Errors
    ///
    /// E4050 for counts that are no share, E4054 for none.
    pub fn learn(
        counts: &[ShareCount],
        prior: WalkPrior,
        with_trend: bool,
        name: &str,
    ) -> Result<(Self, Vec<InputProblem>), Vec<InputProblem>> {
        let mut counts: Vec<ShareCount> = counts.to_vec();
        counts.sort_by_key(|count| count.month);
        let mut problems: Vec<InputProblem> = counts
            .iter()
            .filter(|count| !(count.with >= 0.0 && count.with <= count.of && count.of.is_finite()))
            .map(|count| {
                let message = format!(
                    "{name}, {}: {} of {} children",
                    count.month, count.with, count.of
                );
                codes::problem(codes::BAD_COUNT, name, message)
            })
            .collect();
        counts.retain(|count| count.of > 0.0);
        let Some(last) = counts.last().copied() else {
            let message = format!("{name} has no children counted");
            problems.push(codes::problem(codes::NO_OBSERVATION, name, message));
            return Err(problems);
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        let yearly: Vec<ShareCount> = counts
            .iter()
            .filter(|count| count.month.month() == last.month.month())
            .copied()
            .collect();
        let series: Vec<Point> = yearly.iter().map(Point::new).collect();
        let mut warnings = Vec::new();
        if series.len() < FEWEST_YEARS {
            let message = format!(
                "{name} has {} yearly counts, fewer than {FEWEST_YEARS}: how much it moves is taken from the prior (step {} on the logit scale)",
                series.len(),
                prior.step
            );
            warnings.push(codes::problem(codes::SHORT_SERIES, name, message));
        }
        let trend = if with_trend { trend(&series) } else { 0.0 };
        let (step_variance, passing_variance, degrees_of_freedom) =
            variances(&series, trend, prior);
        let (level, level_variance) = filtered(&series, step_variance, passing_variance, trend);
        let walk = Self {
            level,
            level_variance,
            step_variance,
            passing_variance,
            trend,
            degrees_of_freedom,
            origin: last.month,
            season: season(&counts, last.month),
        };
        Ok((walk, warnings))
    }

    /// The share at a month without noise: level, trend and season.
    #[must_use]
    pub fn expected(&self, month: Month) -> f64 {
        share_of(self.level + self.drift(month) + self.season[month_place(month)])
    }

    fn drift(&self, month: Month) -> f64 {
        let years = f64::from(month.since(self.origin).max(0)) / 12.0;
        self.trend * (1.0 - TREND_KEPT.powf(years)) / (1.0 - TREND_KEPT)
    }

    /// Logits of the months `first`, `first + 1`, ... of one path.
    ///
    /// The variance of each path is drawn first, as it is itself uncertain; what passes is drawn once
    /// a year, from the origin's calendar month on. Months up to the origin have no steps.
    pub fn path(&self, first: Month, months: usize, rng: &mut impl Rng) -> Vec<f64> {
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        let start = normal();
        let strength = self.degrees_of_freedom;
        let scale = if strength.is_finite() && strength > 0.0 {
            let drawn = ChiSquared::new(strength).map_or(strength, |chi| chi.sample(rng));
            (strength / drawn.max(strength / 16.0)).sqrt()
        } else {
            1.0
        };
        let mut at = self.level + start * self.level_variance.sqrt();
        let step = scale * (self.step_variance / 12.0).sqrt();
        let passing = scale * self.passing_variance.sqrt();
        let mut passes = 0.0;
        let mut path = Vec::with_capacity(months);
        let begin = self.origin.index().min(first.index());
        for index in begin..first.index() + months as i32 {
            let month = Month::from_index(index);
            let since = month.since(self.origin);
            if since > 0 {
                let drawn: f64 = StandardNormal.sample(rng);
                at += step * drawn;
                if since % 12 == 1 {
                    let drawn: f64 = StandardNormal.sample(rng);
                    passes = passing * drawn;
                }
            }
            if month >= first {
                path.push(at + passes + self.drift(month) + self.season[month_place(month)]);
            }
        }
        path
    }
}

/// Place of a month in [`ShareWalk::season`].
pub(crate) fn month_place(month: Month) -> usize {
    (month.month() - 1).unsigned_abs() as usize
}

struct Point {
    years: i32,
    logit: f64,
    counting: f64,
}

impl Point {
    fn new(count: &ShareCount) -> Self {
        let (logit, counting) = counted_logit(count.of, count.with);
        Self {
            years: count.month.year(),
            logit,
            counting,
        }
    }
}

/// Yearly trend between first and last count, shrunk towards none by the number of counts.
fn trend(series: &[Point]) -> f64 {
    match (series.first(), series.last()) {
        (Some(first), Some(last)) if last.years > first.years => {
            let counts = series.len() as f64;
            (last.logit - first.logit) / f64::from(last.years - first.years) * counts
                / (counts + 1.0)
        }
        _ => 0.0,
    }
}

/// Variances of a step and of what passes, and their degrees of freedom.
fn variances(series: &[Point], trend: f64, prior: WalkPrior) -> (f64, f64, f64) {
    // Squares of steps by their length in years: sum and number.
    let mut by_length = [(0.0, 0.0); LONGEST_STEP as usize];
    for (place, later) in series.iter().enumerate() {
        for earlier in &series[..place] {
            let years = later.years - earlier.years;
            if (1..=LONGEST_STEP).contains(&years) {
                let step = later.logit - earlier.logit - trend * f64::from(years);
                let slot = &mut by_length[(years - 1) as usize];
                slot.0 += step * step - later.counting - earlier.counting;
                slot.1 += 1.0;
            }
        }
    }
    let observed = if series.len() < FEWEST_YEARS {
        0.0
    } else {
        (series.len() - 1) as f64
    };
    let (mut sw, mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (place, (sum, number)) in by_length
        .into_iter()
        .enumerate()
        .filter(|(_, (_, n))| *n > 0.0)
    {
        let years = (place + 1) as f64;
        let (weight, mean) = (number / (years * years), sum / number);
        sw += weight;
        sx += weight * years;
        sy += weight * mean;
        sxx += weight * years * years;
        sxy += weight * years * mean;
    }
    let spread = sw * sxx - sx * sx;
    let slope = if spread > 1e-12 {
        (sw * sxy - sx * sy) / spread
    } else {
        0.0
    };
    let (step, twice_passing) = if slope <= 0.0 || spread <= 1e-12 {
        (0.0, if sw > 0.0 { sy / sw } else { 0.0 })
    } else if sy - slope * sx < 0.0 {
        (sxy / sxx, 0.0)
    } else {
        (slope, (sy - slope * sx) / sw)
    };
    let mixed = |prior_sd: f64, own: f64| {
        let total = prior.years + observed;
        if total > 0.0 {
            (prior.years * prior_sd * prior_sd + observed * own.max(0.0)) / total
        } else {
            0.0
        }
    };
    (
        mixed(prior.step, step),
        mixed(prior.passing, twice_passing / 2.0),
        prior.years + observed,
    )
}

/// Level and its variance after all counts: the Kalman filter of a local level.
fn filtered(series: &[Point], step: f64, passing: f64, trend: f64) -> (f64, f64) {
    let mut level = (0.0, f64::INFINITY);
    let mut before = None;
    for point in series {
        let years = before.map_or(0, |before| point.years - before);
        let noise = point.counting + passing;
        level = if level.1.is_finite() {
            let (mean, variance) = (
                level.0 + trend * f64::from(years),
                level.1 + step * f64::from(years),
            );
            let gain = if variance + noise > 0.0 {
                variance / (variance + noise)
            } else {
                1.0
            };
            (mean + gain * (point.logit - mean), variance * (1.0 - gain))
        } else {
            (point.logit, noise)
        };
        before = Some(point.years);
    }
    level
}

/// Deviations of the calendar months from the one of `origin`, from centred yearly means.
fn season(counts: &[ShareCount], origin: Month) -> [f64; 12] {
    let by_month: std::collections::BTreeMap<i32, f64> = counts
        .iter()
        .map(|count| (count.month.index(), counted_logit(count.of, count.with).0))
        .collect();
    let mut sums = [(0.0, 0.0); 12];
    for (&index, &value) in &by_month {
        let around: Option<Vec<f64>> = (index - 6..=index + 6)
            .map(|at| by_month.get(&at).copied())
            .collect();
        if let Some(around) = around {
            let inner: f64 = around[1..12].iter().sum();
            let mean = (inner + (around[0] + around[12]) / 2.0) / 12.0;
            let slot = &mut sums[month_place(Month::from_index(index))];
            slot.0 += value - mean;
            slot.1 += 1.0;
        }
    }
    if sums.iter().any(|(_, number)| *number == 0.0) {
        return [0.0; 12];
    }
    // Shrunk as if one more year had shown no season.
    let season = sums.map(|(sum, number)| sum / (number + 1.0));
    season.map(|value| value - season[month_place(origin)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn march(year: i32, of: f64, share: f64) -> ShareCount {
        ShareCount {
            month: Month::new(year, 3).unwrap(),
            of,
            with: of * share,
        }
    }

    #[test]
    fn the_variance_of_a_long_walk_is_found_within_a_tenth() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let (mut found, mut passing) = (0.0, 0.0);
        for _ in 0..200 {
            let mut at = -0.5;
            let counts: Vec<ShareCount> = (0..60)
                .map(|year| {
                    let step: f64 = StandardNormal.sample(&mut rng);
                    at += 0.1 * step;
                    march(1950 + year, 1e9, share_of(at))
                })
                .collect();
            let (walk, _) = ShareWalk::learn(&counts, WalkPrior::OTHER, false, "test").unwrap();
            found += walk.step_variance / 200.0;
            passing += walk.passing_variance / 200.0;
        }
        assert!((found / 0.01 - 1.0).abs() < 0.1, "{found}");
        assert!(passing < 0.002, "{passing}");
    }

    #[test]
    fn what_passes_is_told_from_what_lasts() {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let (mut passing, mut step, mut error) = (0.0, 0.0, 0.0);
        for _ in 0..200 {
            let counts: Vec<ShareCount> = (0..60)
                .map(|year| {
                    let noise: f64 = StandardNormal.sample(&mut rng);
                    march(1950 + year, 1e9, share_of(2.0 + 0.2 * noise))
                })
                .collect();
            let (walk, _) = ShareWalk::learn(&counts, WalkPrior::PRESCHOOL, false, "test").unwrap();
            passing += walk.passing_variance / 200.0;
            step += walk.step_variance / 200.0;
            error += (walk.level - 2.0).powi(2) / 200.0;
        }
        assert!((passing / 0.04 - 1.0).abs() < 0.15, "{passing}");
        assert!(step < 0.004, "{step}");
        assert!(
            error < 0.02,
            "the level looks past the last count alone: {error}"
        );
    }

    #[test]
    fn a_short_series_takes_the_prior_and_says_so() {
        let counts = [march(2024, 2000.0, 0.3), march(2025, 2000.0, 0.5)];
        let (walk, warnings) =
            ShareWalk::learn(&counts, WalkPrior::UNDER_THREE, false, "U3").unwrap();
        assert!((walk.step_variance / 0.0081 - 1.0).abs() < 1e-12);
        assert_eq!(warnings[0].code, codes::SHORT_SERIES);
        assert!(warnings[0].message.contains("U3 has 2 yearly counts"));
    }

    #[test]
    fn counts_that_are_no_share_are_refused_with_their_month() {
        for (of, with) in [
            (10.0, 11.0),
            (10.0, -1.0),
            (f64::NAN, 1.0),
            (10.0, f64::NAN),
            (f64::INFINITY, 1.0),
        ] {
            let bad = ShareCount {
                month: Month::new(2025, 3).unwrap(),
                of,
                with,
            };
            let good = march(2024, 10.0, 0.5);
            let problems =
                ShareWalk::learn(&[good, bad], WalkPrior::OTHER, false, "K").unwrap_err();
            assert_eq!(problems[0].code, codes::BAD_COUNT, "{of} {with}");
            assert!(problems[0].message.contains("2025-03"));
        }
        let none = ShareWalk::learn(&[], WalkPrior::OTHER, false, "K").unwrap_err();
        assert_eq!(none[0].code, codes::NO_OBSERVATION);
    }

    #[test]
    fn a_season_is_learned_from_monthly_counts_and_none_from_yearly_ones() {
        let first = Month::new(2020, 1).unwrap();
        let counts: Vec<ShareCount> = (0..60)
            .map(|place| {
                let month = first.plus(place);
                let up = if month.month() == 9 { 0.3 } else { 0.0 };
                ShareCount {
                    month,
                    of: 1e6,
                    with: 1e6 * share_of(up),
                }
            })
            .collect();
        let (walk, _) = ShareWalk::learn(&counts, WalkPrior::OTHER, false, "test").unwrap();
        let september = walk.season[8] - walk.season[7];
        assert!(september > 0.2 && september <= 0.3, "{september}");
        assert_eq!(walk.season[11], 0.0, "the last count was in December");
    }

    #[test]
    fn without_variance_every_path_is_the_expected_share() {
        let walk = ShareWalk::fixed(0.4, Month::new(2025, 3).unwrap());
        let first = Month::new(2025, 1).unwrap();
        let path = walk.path(first, 30, &mut ChaCha8Rng::seed_from_u64(1));
        assert!(path.iter().all(|&at| (share_of(at) - 0.4).abs() < 1e-12));
        assert_eq!(path.len(), 30);
    }

    #[test]
    fn paths_spread_as_the_walk_says_and_not_before_its_origin() {
        let mut walk = ShareWalk::fixed(0.4, Month::new(2025, 1).unwrap());
        walk.step_variance = 0.01;
        let paths: Vec<Vec<f64>> = (0..4000)
            .map(|seed| {
                walk.path(
                    Month::new(2025, 1).unwrap(),
                    37,
                    &mut ChaCha8Rng::seed_from_u64(seed),
                )
            })
            .collect();
        let variance = |place: usize| {
            paths
                .iter()
                .map(|path| (path[place] - walk.level).powi(2))
                .sum::<f64>()
                / 4000.0
        };
        assert_eq!(variance(0), 0.0);
        assert!((variance(12) / 0.01 - 1.0).abs() < 0.1);
        assert!((variance(36) / 0.03 - 1.0).abs() < 0.1);
    }
}
