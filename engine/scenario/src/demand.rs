//! Places needed: what the planner gives or what a forecast says.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{CareType, Month};
use forecast::DemandPaths;
use jiff::civil::Date;

use crate::evaluation::PathSummary;
use crate::shortfall;

/// Name of the whole city in reports and forecasts.
pub const TOTAL_AREA: &str = "_total";

/// Places needed with their uncertainty: three quantiles in ascending order, 0 or more.
///
/// Between and beyond them the demand is taken to follow two half normal distributions that meet
/// at the median: the lower one reaches `p10`, the upper one `p90` (split normal with equal weight
/// on both sides). It needs no further assumption on the tails and is exact at all three points.
///
/// ```
/// use scenario::Quantiles;
/// let demand = Quantiles::new(266.0, 288.0, 311.0)?;
/// assert!((demand.probability_above(288.0) - 0.5).abs() < 1e-12);
/// assert!((demand.probability_above(311.0) - 0.1).abs() < 1e-12);
/// assert!(Quantiles::new(266.0, 260.0, 311.0).is_err());
/// # Ok::<(), scenario::QuantileError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Quantiles {
    p10: f64,
    p50: f64,
    p90: f64,
}

/// Three numbers that are no quantiles.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "{p10}, {p50} and {p90} are no quantiles of a demand; give finite numbers of 0 or more in ascending order"
)]
pub struct QuantileError {
    /// Undercut in 10 of 100 cases.
    pub p10: f64,
    /// Median.
    pub p50: f64,
    /// Exceeded in 10 of 100 cases.
    pub p90: f64,
}

impl Quantiles {
    /// Checks the quantiles.
    ///
    /// # Errors
    ///
    /// [`QuantileError`] for numbers that are negative, not finite or not in order.
    pub fn new(p10: f64, p50: f64, p90: f64) -> Result<Self, QuantileError> {
        if 0.0 <= p10 && p10 <= p50 && p50 <= p90 && p90.is_finite() {
            Ok(Self { p10, p50, p90 })
        } else {
            Err(QuantileError { p10, p50, p90 })
        }
    }

    /// Undercut in 10 of 100 cases, places.
    #[must_use]
    pub const fn p10(self) -> f64 {
        self.p10
    }

    /// Median, places.
    #[must_use]
    pub const fn p50(self) -> f64 {
        self.p50
    }

    /// Exceeded in 10 of 100 cases, places.
    #[must_use]
    pub const fn p90(self) -> f64 {
        self.p90
    }

    /// Probability, 0 to 1, that more than `places` are needed.
    #[must_use]
    pub fn probability_above(self, places: f64) -> f64 {
        shortfall::probability_above(self.p10, self.p50, self.p90, places)
    }
}

/// Places needed by area (a district or [`TOTAL_AREA`]), care type and day, and the simulated paths
/// behind them, if there are any.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DemandTable {
    entries: BTreeMap<(String, CareType, Date), Quantiles>,
    paths: Option<Arc<DemandPaths>>,
}

/// A share of a forecast band of ages that needs a care type.
///
/// Bands of [`forecast::Demand`] are ages; care types are not. Children under three are split
/// between childminding and nursery by the planner's shares; children above three go to
/// kindergarten whole.
#[derive(Debug, Clone, PartialEq)]
pub struct BandShare {
    /// Name of the band, as in [`forecast::DemandRow::group`].
    pub group: String,
    /// The care type.
    pub care_type: CareType,
    /// Share of the band's places, 0 to 1.
    pub share: f64,
}

/// Why a forecast does not give demand.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DemandError {
    /// The shares of a band are negative or add up to more than 1.
    #[error(
        "the shares of the band {group:?} add up to {sum}; give shares of 0 or more that add up to at most 1"
    )]
    Shares {
        /// Name of the band.
        group: String,
        /// Sum of its shares.
        sum: f64,
    },
    /// The forecast has no such band.
    #[error("the forecast has no band {group:?}; its bands are {known}")]
    UnknownBand {
        /// Name asked for.
        group: String,
        /// Names it has.
        known: String,
    },
    /// The forecast's quantiles are none.
    #[error(transparent)]
    Quantiles(#[from] QuantileError),
}

impl DemandTable {
    /// A table without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the demand of an area, care type and day.
    pub fn insert(&mut self, area: &str, care: CareType, date: Date, places: Quantiles) {
        self.entries.insert((area.to_owned(), care, date), places);
    }

    /// The demand of an area, care type and day.
    #[must_use]
    pub fn get(&self, area: &str, care: CareType, date: Date) -> Option<Quantiles> {
        self.entries.get(&(area.to_owned(), care, date)).copied()
    }

    /// Every entry in the order area, care type, day.
    pub fn iter(&self) -> impl Iterator<Item = (&str, CareType, Date, Quantiles)> {
        self.entries
            .iter()
            .map(|((area, care, date), places)| (area.as_str(), *care, *date, *places))
    }

    /// Demand on some days from simulated paths; a day has the demand of its month. The paths stay
    /// with the table, so that a scenario is judged path by path ([`crate::Evaluation`]).
    #[must_use]
    pub fn from_paths(paths: Arc<DemandPaths>, dates: &[Date]) -> Self {
        let mut table = Self::new();
        for area in paths.areas() {
            for care in CareType::ALL {
                for &date in dates {
                    let Some(values) = paths.places(&area.code, care, Month::of(date)) else {
                        continue;
                    };
                    let PathSummary { p10, p50, p90, .. } = PathSummary::of(values);
                    // Paths are never negative, and their quantiles ascend.
                    if let Ok(places) = Quantiles::new(p10, p50, p90) {
                        table.insert(&area.code, care, date, places);
                    }
                }
            }
        }
        table.paths = Some(paths);
        table
    }

    /// The simulated paths.
    #[must_use]
    pub fn paths(&self) -> Option<&DemandPaths> {
        self.paths.as_deref()
    }

    /// Demand on some days from a forecast's demand.
    ///
    /// A forecast year is the population on 31 December. A day takes the nearest of them: up to
    /// 30 June that of the year before, from 1 July on that of its own year; a day without a
    /// forecast year gets no demand. Bands that feed the same care type add up quantile by
    /// quantile, as if all strayed in the same direction: rather too wide than too narrow.
    ///
    /// # Errors
    ///
    /// [`DemandError`] for wrong shares or a band the forecast lacks.
    pub fn from_forecast(
        demand: &forecast::Demand,
        shares: &[BandShare],
        dates: &[Date],
    ) -> Result<Self, DemandError> {
        check_shares(demand, shares)?;
        let mut table = Self::new();
        for row in &demand.rows {
            for share in shares.iter().filter(|share| share.group == row.group) {
                for &date in dates {
                    let year = i32::from(date.year()) - i32::from(date.month() <= 6);
                    if year != row.point.year {
                        continue;
                    }
                    let before = table.get(&row.area, share.care_type, date);
                    let sum = |quantile: f64, before: Option<f64>| {
                        quantile
                            .max(0.0)
                            .mul_add(share.share, before.unwrap_or(0.0))
                    };
                    let places = Quantiles::new(
                        sum(row.point.q10, before.map(Quantiles::p10)),
                        sum(row.point.q50, before.map(Quantiles::p50)),
                        sum(row.point.q90, before.map(Quantiles::p90)),
                    )?;
                    table.insert(&row.area, share.care_type, date, places);
                }
            }
        }
        Ok(table)
    }
}

fn check_shares(demand: &forecast::Demand, shares: &[BandShare]) -> Result<(), DemandError> {
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for share in shares {
        let sum = sums.entry(&share.group).or_insert(0.0);
        // A share that is negative or no number spoils the sum for good.
        *sum += if share.share >= 0.0 {
            share.share
        } else {
            f64::NAN
        };
    }
    for (group, sum) in sums {
        let within = sum <= 1.0 + 1e-9;
        if !within {
            let group = group.to_owned();
            return Err(DemandError::Shares { group, sum });
        }
        if !demand.rows.iter().any(|row| row.group == group) {
            let known: std::collections::BTreeSet<&str> =
                demand.rows.iter().map(|row| row.group.as_str()).collect();
            return Err(DemandError::UnknownBand {
                group: group.to_owned(),
                known: known.into_iter().collect::<Vec<_>>().join(", "),
            });
        }
    }
    Ok(())
}
