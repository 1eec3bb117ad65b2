//! What an evaluation says.

use domain::{CareType, Month};

use super::money::YearSum;

/// Places against the demand of every path, by month, area and care type.
///
/// Demand, places, shortfalls and money are planning values: none of them counts children in care.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Evaluation {
    /// Number of demand paths.
    pub paths: usize,
    /// Why there are no rows, if there are none.
    pub left_out: Option<String>,
    /// In the order month, district (the whole city last), care type; only where demand is known.
    /// Not in `report.json`: the table is long and has a file of its own.
    #[serde(skip)]
    pub rows: Vec<EvaluationRow>,
    /// In the order month, district (the whole city last), priority.
    #[serde(skip)]
    pub unserved: Vec<UnservedRow>,
    /// Costs and grants of the city by calendar year.
    pub years: Vec<YearSum>,
}

/// One month, area and care type.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationRow {
    /// The month.
    pub month: Month,
    /// Key of the district, or [`crate::TOTAL_AREA`].
    pub area: String,
    /// The care type.
    pub care_type: CareType,
    /// Places needed, over all paths.
    pub demand: PathSummary,
    /// Full-time equivalents for the children of the median and of P90, at their mean hours.
    pub staff_needed: (f64, f64),
    /// Without the measures.
    pub baseline: EvaluationSide,
    /// With the measures.
    pub scenario: EvaluationSide,
}

/// A number over all paths.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PathSummary {
    /// Mean.
    pub mean: f64,
    /// Undercut in 10 of 100 paths.
    pub p10: f64,
    /// Median.
    pub p50: f64,
    /// Exceeded in 10 of 100 paths.
    pub p90: f64,
}

impl PathSummary {
    /// Of the values of all paths; quantiles lie on the line between the two nearest values.
    pub(crate) fn of(values: &[f32]) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f32::total_cmp);
        let quantile = |p: f64| {
            let place = p * (sorted.len() - 1) as f64;
            let (below, part) = (place.floor() as usize, place.fract());
            let above = (below + 1).min(sorted.len() - 1);
            f64::from(sorted[below]) * (1.0 - part) + f64::from(sorted[above]) * part
        };
        let sum: f64 = values.iter().map(|value| f64::from(*value)).sum();
        Self {
            mean: sum / values.len() as f64,
            p10: quantile(0.1),
            p50: quantile(0.5),
            p90: quantile(0.9),
        }
    }
}

/// Places and how they stand against the demand.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EvaluationSide {
    /// Places by operating licence.
    pub licensed: u64,
    /// Places by needs plan.
    pub planned: u64,
    /// Places the staff allows.
    pub staffed: u64,
    /// Share of paths, 0 to 1, that need more places than licensed.
    pub above_licensed: f64,
    /// Share of paths, 0 to 1, that need more places than planned.
    pub above_planned: f64,
    /// Share of paths, 0 to 1, that need more places than staffed: the probability of a shortfall.
    pub above_staffed: f64,
    /// Children without a place on average over all paths, those without a shortfall included.
    pub expected_shortfall: f64,
    /// Children without a place, exceeded in 10 of 100 paths.
    pub shortfall_p90: f64,
    /// Children with a place on average over all paths.
    pub expected_served: f64,
    /// Staffed places in use on average, per cent; `None` without places.
    pub utilisation_per_cent: Option<f64>,
    /// Full-time equivalents that the staffed places stand for, by the staffing key of the month.
    pub staff_present: f64,
    /// Euros for the staffed places; `None` if no cost is known.
    pub operating_cost: Option<f64>,
    /// Euros of state grant for the children served.
    pub state_grant: f64,
}

/// Who comes first when places are short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Children from one to school entry: legal claim (§ 24 (2) and (3) SGB VIII). Those under three
    /// may be in a nursery or with a childminder.
    LegalClaim,
    /// Children at school.
    AfterSchool,
    /// Children under one: served last (§ 24 (1) SGB VIII asks for a reason).
    UnderOne,
}

impl Priority {
    /// All, the first one first.
    pub const ALL: [Self; 3] = [Self::LegalClaim, Self::AfterSchool, Self::UnderOne];

    /// Name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LegalClaim => "legal_claim_1_to_school",
            Self::AfterSchool => "after_school",
            Self::UnderOne => "under_1",
        }
    }
}

/// Children without a place of one month, area and priority.
#[derive(Debug, Clone, PartialEq)]
pub struct UnservedRow {
    /// The month.
    pub month: Month,
    /// Key of the district, or [`crate::TOTAL_AREA`].
    pub area: String,
    /// Which children.
    pub priority: Priority,
    /// Without the measures.
    pub baseline: UnservedSide,
    /// With the measures.
    pub scenario: UnservedSide,
}

/// Children without a place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct UnservedSide {
    /// On average over all paths.
    pub mean: f64,
    /// Exceeded in 10 of 100 paths.
    pub p90: f64,
    /// Share of paths, 0 to 1, with any.
    pub probability: f64,
}
