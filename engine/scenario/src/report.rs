//! What a scenario comes to.

use domain::{CareType, FacilityId};
use jiff::civil::Date;

use crate::allocation::AllocationReport;
use crate::confidential::ConfidentialDisplacement;
use crate::cover::Cover;
use crate::demand::Quantiles;
use crate::evaluation::Evaluation;
use crate::transfer::StaffMove;

/// Baseline and scenario side by side.
///
/// Serialises without the displaced children: counts of children leave only through disclosure
/// control, see [`ConfidentialDisplacement`].
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ScenarioReport {
    /// Name of the scenario.
    pub name: String,
    /// Contracts and offers known on this day count.
    pub known_on: Date,
    /// Staffed places aimed at per median demand: 1.05 is 105 %.
    pub target_cover: f64,
    /// The rule of the traffic light.
    pub light_rule: &'static str,
    /// In the order date, district (the whole city last), care type.
    pub rows: Vec<ReportRow>,
    /// Staff that moved, by month, closing facility and target.
    pub staff_moves: Vec<StaffMove>,
    /// Facilities that close, in the order of the file.
    pub closed: Vec<FacilityId>,
    /// Ways before and after, by date and care type.
    pub allocation: AllocationReport,
    /// Places against demand by month and path, and what they cost.
    pub evaluation: Evaluation,
    /// Children whose contract lasts beyond the closing, one entry for each closing.
    #[serde(skip)]
    pub displaced: Vec<ConfidentialDisplacement>,
}

/// One district (or the whole city), care type and day.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ReportRow {
    /// The day; places are those of its month.
    pub date: Date,
    /// Key of the district, or [`crate::TOTAL_AREA`].
    pub area: String,
    /// Name of the district on pages.
    pub area_name: String,
    /// The care type.
    pub care_type: CareType,
    /// Places needed, if anybody said so.
    pub demand: Option<Quantiles>,
    /// Without the measures.
    pub baseline: Side,
    /// With the measures.
    pub scenario: Side,
}

/// Places and how far they go.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Side {
    /// Places by operating licence.
    pub licensed: u64,
    /// Places by needs plan.
    pub planned: u64,
    /// Places the staff allows.
    pub staffed: u64,
    /// Cover of the demand; `None` without demand.
    pub cover: Option<Cover>,
}
