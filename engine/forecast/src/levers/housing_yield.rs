//! How many children a new dwelling brings, and when, estimated from areas.

use std::collections::BTreeSet;

use super::housing_stock::{ChildStock, DwellingStock, HalfYear};
use super::kinds::{AgeShare, ChildYield};
use super::least_squares::fit;
use crate::quality::codes;

/// Fewest areas that say anything.
const FEWEST_AREAS: usize = 20;

/// Which areas, dates and lags are used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct YieldRule {
    /// Areas with this many residents or fewer at the first date are left out.
    pub fewest_residents: f64,
    /// First and last date; `None` for all windows of the largest whole number of years that the
    /// files have in common, taken together.
    pub window: Option<(HalfYear, HalfYear)>,
    /// Years of the lag profile, the year of completion included.
    pub lags: usize,
}

impl Default for YieldRule {
    fn default() -> Self {
        Self {
            fewest_residents: 500.0,
            window: None,
            lags: 3,
        }
    }
}

/// What a net additional dwelling brings over a window of years.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HousingYield {
    /// First date.
    pub from: HalfYear,
    /// Last date.
    pub to: HalfYear,
    /// Windows taken together; half-yearly counts give overlapping ones.
    pub windows: usize,
    /// Areas used.
    pub areas: usize,
    /// Children per net additional dwelling.
    pub per_dwelling: f64,
    /// Its standard error under equal variances, with overlapping windows counted as one.
    pub standard_error: f64,
    /// Its standard error under any variances and any dependence between the windows of an area;
    /// the larger of both is the honest one.
    pub robust_error: f64,
    /// Change of children for each child there at the first date.
    pub per_child_before: f64,
    /// Change of children of an area without children and dwellings.
    pub constant: f64,
    /// Share of the variance explained.
    pub r_squared: f64,
}

/// Children per dwelling in one year after completion.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct LagYear {
    /// Years after the year of completion.
    pub years: usize,
    /// Children per dwelling that arrive in this year.
    pub per_dwelling: f64,
    /// Its standard error under equal variances.
    pub standard_error: f64,
    /// Its standard error under any variances and any dependence between the years of an area.
    pub robust_error: f64,
}

/// When children come into new dwellings.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LagProfile {
    /// Area-years used.
    pub cases: usize,
    /// Areas used.
    pub areas: usize,
    /// The years of the changes.
    pub years: Vec<i32>,
    /// By years after completion.
    pub lags: Vec<LagYear>,
    /// Share of the variance explained.
    pub r_squared: f64,
}

/// Why a yield cannot be estimated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum YieldError {
    /// Too few areas.
    #[error(
        "E4100: {areas} areas have dwellings and children on {from} and {to} and enough residents; a yield needs {FEWEST_AREAS}"
    )]
    TooFewAreas {
        /// Areas found.
        areas: usize,
        /// First date.
        from: HalfYear,
        /// Last date.
        to: HalfYear,
    },
    /// Nothing varies.
    #[error("E4101: the dwellings changed in no area, or alike in all; a yield cannot be seen")]
    NothingBuilt,
    /// No two common dates.
    #[error(
        "E4102: dwellings and children have no {needed} in common; add dates or years of dwellings"
    )]
    TooFewDates {
        /// What is needed.
        needed: &'static str,
    },
}

impl YieldError {
    /// The stable number of the rule broken.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooFewAreas { .. } => codes::TOO_FEW_AREAS,
            Self::NothingBuilt => codes::NOTHING_BUILT,
            Self::TooFewDates { .. } => codes::TOO_FEW_DATES,
        }
    }
}

/// Regresses the change of children of areas on their net new dwellings and the children there
/// before, by least squares: `Δchildren = c + y · Δdwellings + b · children before`, with a constant
/// `c` of each window.
///
/// # Errors
///
/// [`YieldError`].
pub fn estimate_yield(
    dwellings: &DwellingStock,
    children: &ChildStock,
    rule: YieldRule,
) -> Result<HousingYield, YieldError> {
    let windows = match rule.window {
        Some(window) => vec![window],
        None => longest_windows(dwellings, children),
    };
    let (Some(&(from, _)), Some(&(_, to))) = (windows.first(), windows.last()) else {
        return Err(YieldError::TooFewDates {
            needed: "two dates a whole number of years apart",
        });
    };
    let (mut rows, mut changes, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    for (number, area) in children.counts.keys().enumerate() {
        for (place, &(from, to)) in windows.iter().enumerate() {
            let both = children.at(area, from).zip(children.at(area, to));
            let stocks = dwellings.at(area, from).zip(dwellings.at(area, to));
            let (Some((before, after)), Some((old, new))) = (both, stocks) else {
                continue;
            };
            if before.residents > rule.fewest_residents {
                let constants = (0..windows.len()).map(|other| f64::from(u8::from(other == place)));
                rows.push(
                    [new - old, before.children]
                        .into_iter()
                        .chain(constants)
                        .collect(),
                );
                changes.push(after.children - before.children);
                groups.push(number);
            }
        }
    }
    let areas = groups.iter().collect::<BTreeSet<_>>().len();
    if areas < FEWEST_AREAS {
        return Err(YieldError::TooFewAreas { areas, from, to });
    }
    let fit = fit(&rows, &changes, &groups).ok_or(YieldError::NothingBuilt)?;
    let copies = (rows.len() as f64 / areas as f64).sqrt();
    Ok(HousingYield {
        from,
        to,
        windows: windows.len(),
        areas,
        per_dwelling: fit.coefficients[0],
        standard_error: fit.standard_errors[0] * copies,
        robust_error: fit.robust_errors[0],
        per_child_before: fit.coefficients[1],
        constant: fit.coefficients[2..].iter().sum::<f64>() / windows.len() as f64,
        r_squared: fit.r_squared,
    })
}

/// All pairs of dates the largest whole number of years apart at which at least twenty areas have
/// both children and dwellings.
fn longest_windows(dwellings: &DwellingStock, children: &ChildStock) -> Vec<(HalfYear, HalfYear)> {
    let dates: BTreeSet<HalfYear> = children
        .counts
        .values()
        .flat_map(|dates| dates.keys())
        .copied()
        .collect();
    let usable = |date: &HalfYear| {
        let both = children.counts.keys().filter(|area| {
            children.at(area, *date).is_some() && dwellings.at(area, *date).is_some()
        });
        both.count() >= FEWEST_AREAS
    };
    let usable: Vec<HalfYear> = dates.into_iter().filter(usable).collect();
    let pairs = usable.iter().flat_map(|from| {
        let later = usable
            .iter()
            .filter(|to| to.half == from.half && to.year > from.year);
        later.map(|to| (*from, *to))
    });
    let pairs: Vec<(HalfYear, HalfYear)> = pairs.collect();
    let longest = pairs.iter().map(|(from, to)| to.year - from.year).max();
    pairs
        .into_iter()
        .filter(|(from, to)| Some(to.year - from.year) == longest)
        .collect()
}

/// Regresses the yearly change of children of areas on the dwellings completed in the same year
/// and the years before, the children there before, and a constant of each year.
///
/// # Errors
///
/// [`YieldError`].
pub fn estimate_lag_profile(
    dwellings: &DwellingStock,
    children: &ChildStock,
    rule: YieldRule,
) -> Result<LagProfile, YieldError> {
    let lags = rule.lags.max(1);
    let mut cases: Vec<(i32, Vec<f64>, f64, f64)> = Vec::new();
    let (mut areas, mut groups) = (BTreeSet::new(), Vec::new());
    for (number, (area, dates)) in children.counts.iter().enumerate() {
        let first = dates.values().next().map_or(0.0, |first| first.residents);
        if first <= rule.fewest_residents {
            continue;
        }
        for (&date, after) in dates.iter().filter(|(date, _)| date.half == 2) {
            let stock = |back: usize| dwellings.at(area, HalfYear::end_of(date.year - back as i32));
            let built: Option<Vec<f64>> = (0..lags)
                .map(|lag| Some(stock(lag)? - stock(lag + 1)?))
                .collect();
            let before = children.at(area, HalfYear::end_of(date.year - 1));
            if let (Some(built), Some(before)) = (built, before) {
                let change = after.children - before.children;
                cases.push((date.year, built, before.children, change));
                areas.insert(area);
                groups.push(number);
            }
        }
    }
    let years: Vec<i32> = {
        let years: BTreeSet<i32> = cases.iter().map(|case| case.0).collect();
        years.into_iter().collect()
    };
    let (Some(first), Some(last)) = (years.first(), years.last()) else {
        return Err(YieldError::TooFewDates {
            needed: "two year ends in a row with the years of dwellings before them",
        });
    };
    if areas.len() < FEWEST_AREAS {
        return Err(YieldError::TooFewAreas {
            areas: areas.len(),
            from: HalfYear::end_of(*first - 1),
            to: HalfYear::end_of(*last),
        });
    }
    let row = |(year, built, before, _): &(i32, Vec<f64>, f64, f64)| {
        let constants = years.iter().map(|other| f64::from(u8::from(other == year)));
        let row = built.iter().copied().chain([*before]).chain(constants);
        row.collect::<Vec<f64>>()
    };
    let rows: Vec<Vec<f64>> = cases.iter().map(row).collect();
    let changes: Vec<f64> = cases.iter().map(|case| case.3).collect();
    let fit = fit(&rows, &changes, &groups).ok_or(YieldError::NothingBuilt)?;
    let lag = |years: usize| LagYear {
        years,
        per_dwelling: fit.coefficients[years],
        standard_error: fit.standard_errors[years],
        robust_error: fit.robust_errors[years],
    };
    Ok(LagProfile {
        cases: cases.len(),
        areas: areas.len(),
        lags: (0..lags).map(lag).collect(),
        r_squared: fit.r_squared,
        years,
    })
}

impl HousingYield {
    /// The yield as a lever uses it: the total from the window, the years from a lag profile
    /// (negative years count as 0), the larger standard error, and ages spread evenly from
    /// `first_age` to `last_age`.
    #[must_use]
    pub fn child_yield(&self, profile: &LagProfile, first_age: u8, last_age: u8) -> ChildYield {
        let shares = profile.lags.iter().map(|lag| lag.per_dwelling.max(0.0));
        let shares: Vec<f64> = shares.collect();
        let sum: f64 = shares.iter().sum();
        let lags = if sum > 0.0 {
            shares.iter().map(|share| share / sum).collect()
        } else {
            vec![1.0]
        };
        ChildYield {
            per_dwelling: self.per_dwelling.max(0.0),
            standard_error: self.standard_error.max(self.robust_error),
            lags,
            ages: vec![AgeShare {
                first_age,
                last_age,
                share: 1.0,
            }],
        }
    }
}
