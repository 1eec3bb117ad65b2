//! How long a chain of moves takes.

use serde::Serialize;

use crate::cascade::{Cascade, CascadeStep};
use crate::error_codes;

/// Days that families and programmes take from an offer to its answer, as a distribution of whole days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResponseTimes {
    /// Probability of each number of days, from 0 on; sums to 1.
    shares: Vec<f64>,
}

/// Response times that are no distribution.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ResponseTimesError {
    /// No observation.
    #[error("E2132  no response time was given; give the days of at least one answered offer")]
    Empty,
    /// Median and 95th percentile out of order.
    #[error(
        "E2132  a median of {median} and a 95th percentile of {p95} days are no response times; give 0 < median <= p95 <= {GREATEST_DAYS}"
    )]
    Quantiles {
        /// The median given.
        median: f64,
        /// The 95th percentile given.
        p95: f64,
    },
    /// An observation beyond the limit.
    #[error(
        "E2132  a response time of {0} days is beyond the limit of {GREATEST_DAYS}; leave it out or correct it"
    )]
    TooLong(u32),
}

impl ResponseTimesError {
    /// The numbered code, as listed in [`crate::ERROR_CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        error_codes::RESPONSE_TIMES
    }
}

/// Longest response time, in days.
const GREATEST_DAYS: u32 = 3_650;

/// The 95th percentile of the standard normal distribution.
const NORMAL_P95: f64 = 1.644_853_626_951_472_2;

impl ResponseTimes {
    /// The distribution of observed days, each as likely as it was frequent.
    ///
    /// # Errors
    ///
    /// [`ResponseTimesError`] without observations, or with one of more than ten years.
    pub fn observed(days: &[u32]) -> Result<Self, ResponseTimesError> {
        let greatest = *days.iter().max().ok_or(ResponseTimesError::Empty)?;
        if greatest > GREATEST_DAYS {
            return Err(ResponseTimesError::TooLong(greatest));
        }
        let mut shares = vec![0.0; greatest as usize + 1];
        for day in days {
            shares[*day as usize] += 1.0 / days.len() as f64;
        }
        Ok(Self { shares })
    }

    /// The log-normal distribution with this median and 95th percentile in days, rounded up to whole
    /// days and cut off where less than one in a billion is left.
    ///
    /// # Errors
    ///
    /// [`ResponseTimesError::Quantiles`] unless 0 < median ≤ p95 ≤ 3,650.
    ///
    /// ```
    /// let times = matching::ResponseTimes::from_median_and_p95(5.0, 14.0).unwrap();
    /// assert_eq!((times.quantile(0.5), times.quantile(0.95)), (5, 14));
    /// assert!(matching::ResponseTimes::from_median_and_p95(5.0, 4.0).is_err());
    /// ```
    pub fn from_median_and_p95(median: f64, p95: f64) -> Result<Self, ResponseTimesError> {
        let is_sound = median > 0.0 && median <= p95 && p95 <= f64::from(GREATEST_DAYS);
        if !is_sound {
            return Err(ResponseTimesError::Quantiles { median, p95 });
        }
        let spread = (p95 / median).ln() / NORMAL_P95;
        // A quantile given as a whole number of days belongs to that day: hence the small addition.
        let below = |days: f64| {
            let distance = (days + 1e-9).max(0.0).ln() - median.ln();
            if spread > 0.0 {
                normal_below(distance / spread)
            } else {
                f64::from(u8::from(distance >= 0.0))
            }
        };
        let mut shares = vec![0.0];
        let mut reached = 0.0;
        while reached < 1.0 - 1e-9 && shares.len() <= 4 * GREATEST_DAYS as usize {
            let up_to = below(shares.len() as f64);
            shares.push(up_to - reached);
            reached = up_to;
        }
        for share in &mut shares {
            *share /= reached;
        }
        Ok(Self { shares })
    }

    /// The number of days within which at least this share of the answers comes.
    #[must_use]
    pub fn quantile(&self, share: f64) -> u32 {
        quantile(&self.shares, share)
    }
}

/// Share of the standard normal distribution below a value: Abramowitz and Stegun 1964, 7.1.26, error
/// below 1.5e-7.
fn normal_below(value: f64) -> f64 {
    let x = value.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = [
        1.061_405_429,
        -1.453_152_027,
        1.421_413_741,
        -0.284_496_736,
        0.254_829_592,
    ];
    let polynomial = series.iter().fold(0.0, |sum, factor| (sum + factor) * t);
    let upper = 0.5 * polynomial * (-x * x).exp();
    if value < 0.0 { upper } else { 1.0 - upper }
}

fn quantile(shares: &[f64], share: f64) -> u32 {
    let mut sum = 0.0;
    for (days, part) in (0..).zip(shares) {
        sum += part;
        if sum >= share - 1e-6 {
            return days;
        }
    }
    shares.len().saturating_sub(1) as u32
}

/// Days from the free place to a point of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ChainDays {
    /// Half of the chains are that far within this many days.
    pub median: u32,
    /// 95 of 100 chains are.
    pub p95: u32,
}

/// A chain of moves with the time it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainPreview {
    /// The child that left, if one did.
    pub left: Option<String>,
    /// Seat group of every place in the chain.
    pub seat_group: String,
    /// Who moves where, with the days until this move is answered.
    pub steps: Vec<ChainPreviewStep>,
    /// Places that become free on the way, the first included and the one that stays free, if any.
    pub places_freed: u32,
    /// Children without a place that get one: 0 or 1.
    pub newly_placed: u32,
    /// The programme whose seat stays free in the end.
    pub free_in_the_end: Option<String>,
    /// Days until the chain is settled.
    pub days: ChainDays,
}

/// One move of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainPreviewStep {
    /// The move.
    #[serde(flatten)]
    pub step: CascadeStep,
    /// Days from the free place until this move is answered.
    pub days: ChainDays,
}

/// Adds the expected days to a chain of moves.
///
/// The moves happen one after the other, each with a response time drawn from the same distribution
/// independently of the others; every family is taken to accept. The days until a move are therefore
/// the sum of as many response times, and their distribution is the convolution, computed exactly. A
/// median of the sum is not the sum of medians, and its 95th percentile is below the sum of theirs.
///
/// ```
/// use matching::{ResponseTimes, RoundFiles, Vacancy, cascade, preview_chain, read_round, solve};
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,1\nP2,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA,P1,1,9,\nB,P1,1,5,\nB,P2,2,5,\nC,P2,1,1,\n".as_bytes(),
/// )).unwrap();
/// let outcome = solve(&round, &Default::default()).unwrap();
/// let chain = cascade(&outcome, Vacancy::ApplicantLeaves { applicant_id: "A" }).unwrap();
/// let preview = preview_chain(&chain, &ResponseTimes::observed(&[3, 3, 3, 10]).unwrap());
/// assert_eq!((preview.places_freed, preview.newly_placed), (2, 1));
/// assert_eq!((preview.days.median, preview.days.p95), (6, 20));
/// ```
#[must_use]
pub fn preview_chain(chain: &Cascade, times: &ResponseTimes) -> ChainPreview {
    let mut sum = vec![1.0];
    let mut steps = Vec::with_capacity(chain.steps.len());
    let mut days = ChainDays { median: 0, p95: 0 };
    for step in &chain.steps {
        sum = convolve(&sum, &times.shares);
        days = ChainDays {
            median: quantile(&sum, 0.5),
            p95: quantile(&sum, 0.95),
        };
        steps.push(ChainPreviewStep {
            step: step.clone(),
            days,
        });
    }
    let given_up = chain
        .steps
        .iter()
        .filter(|step| step.from.is_some())
        .count() as u32;
    ChainPreview {
        left: chain.left.clone(),
        seat_group: chain.seat_group.clone(),
        places_freed: 1 + given_up,
        newly_placed: chain.steps.len() as u32 - given_up,
        free_in_the_end: chain.free_in_the_end.clone(),
        steps,
        days,
    }
}

/// The distribution of a sum, cut off where less than one in a billion is left.
fn convolve(first: &[f64], second: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; first.len() + second.len() - 1];
    for (days, share) in first.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        for (more, other) in second.iter().enumerate() {
            sum[days + more] += share * other;
        }
    }
    let mut reached = 0.0;
    let end = sum.iter().position(|share| {
        reached += share;
        reached >= 1.0 - 1e-9
    });
    sum.truncate(end.map_or(sum.len(), |end| end + 1));
    sum
}
