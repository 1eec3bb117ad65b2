//! What the demand is learned from.

use domain::{CareType, InputProblem, Month};

use super::bands::CareBands;
use super::codes;
use super::flow::FlowMatrix;
use super::hours::TierCount;
use super::months::BirthMonths;
use super::school_entry::SchoolCalendar;
use super::share_walk::ShareCount;
use super::unmet::OpenApplication;

/// Children and children in care of an area and band on the first of a month.
#[derive(Debug, Clone, PartialEq)]
pub struct TakeUpCount {
    /// Smallest area of residence.
    pub area: String,
    /// Band, by name.
    pub band: String,
    /// Month.
    pub month: Month,
    /// Children who live there.
    pub children: f64,
    /// Children among them who are in care, each once.
    pub in_care: f64,
    /// Children among those in care who are with a childminder.
    pub with_childminder: f64,
}

/// Children in care who live outside the city.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NonResidentCount {
    /// Care type.
    pub care_type: CareType,
    /// Month.
    pub month: Month,
    /// Children in care, wherever they live.
    pub in_care: f64,
    /// Those who live outside.
    pub non_resident: f64,
}

/// A lever: take-up of a band higher or lower from a month on.
#[derive(Debug, Clone, PartialEq)]
pub struct TakeUpShift {
    /// Band, by name.
    pub band: String,
    /// Smallest area; all areas without one.
    pub area: Option<String>,
    /// First month.
    pub from: Month,
    /// Added to the share, −1 to 1; the share stays within 0 and 1.
    pub points: f64,
}

/// School entry: its law and its rates so far.
#[derive(Debug, Clone, PartialEq)]
pub struct SchoolEntryInput {
    /// The law by school year.
    pub calendar: SchoolCalendar,
    /// Children deferred among those who would have had to enter, at the August of each school year.
    pub deferral: Vec<ShareCount>,
    /// Children who entered early among those born after the cut-off who might have.
    pub early: Vec<ShareCount>,
}

impl SchoolEntryInput {
    /// Saxony: 4.7 % deferred in 2008/09 and 9.27 % of 38,126 in 2022/23; voluntary early entrants
    /// were 1.2 % of the regular ones in Mittelsachsen in 2023, about 4.8 % of a quarter's births.
    /// The numbers of children behind 4.7 % and 4.8 % are not published; 30,000 and 1,000 are assumed.
    #[must_use]
    pub fn saxony() -> Self {
        let august = |year, of: f64, share: f64| ShareCount {
            month: Month::from_index(year * 12 + 7),
            of,
            with: of * share,
        };
        Self {
            calendar: SchoolCalendar::saxony(),
            deferral: vec![
                august(2008, 30_000.0, 0.047),
                august(2022, 38_126.0, 0.0927),
            ],
            early: vec![august(2023, 1_000.0, 0.048)],
        }
    }
}

/// Everything demand is learned from.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandInput {
    /// The bands.
    pub bands: CareBands,
    /// Take-up so far.
    pub take_up: Vec<TakeUpCount>,
    /// School entry.
    pub school_entry: SchoolEntryInput,
    /// Births by month.
    pub birth_months: BirthMonths,
    /// Flows by care type; a care type without is cared for where it lives.
    pub flows: Vec<(CareType, FlowMatrix)>,
    /// Contracted hours so far; may be empty.
    pub hours: Vec<TierCount>,
    /// Children from outside so far; may be empty.
    pub non_residents: Vec<NonResidentCount>,
    /// Open applications; may be empty.
    pub open_applications: Vec<OpenApplication>,
    /// Month as of which children wait.
    pub waiting_month: Month,
    /// Levers.
    pub shifts: Vec<TakeUpShift>,
}

impl DemandInput {
    /// Take-up alone, with Saxon school entry and births spread over the year.
    #[must_use]
    pub fn of(bands: CareBands, take_up: Vec<TakeUpCount>) -> Self {
        let waiting_month = take_up
            .iter()
            .map(|count| count.month)
            .max()
            .unwrap_or(Month::from_index(2026 * 12));
        Self {
            bands,
            take_up,
            school_entry: SchoolEntryInput::saxony(),
            birth_months: BirthMonths::uniform(),
            flows: Vec::new(),
            hours: Vec::new(),
            non_residents: Vec::new(),
            open_applications: Vec::new(),
            waiting_month,
            shifts: Vec::new(),
        }
    }

    /// What is wrong with the levers.
    pub(crate) fn check_shifts(&self, leaves: &[&str]) -> Vec<InputProblem> {
        let mut problems = Vec::new();
        for shift in &self.shifts {
            if self.bands.position(&shift.band).is_none() {
                problems.push(unknown_band(&self.bands, &shift.band, "take-up shift"));
            }
            if let Some(area) = shift.area.as_deref().filter(|area| !leaves.contains(area)) {
                let message =
                    format!("the take-up of area {area:?} is shifted, which is not known");
                problems.push(codes::problem(
                    codes::UNKNOWN_AREA,
                    "take-up shift",
                    message,
                ));
            }
            if !(-1.0..=1.0).contains(&shift.points) {
                let message = format!(
                    "the take-up of {:?} is shifted by {}",
                    shift.band, shift.points
                );
                problems.push(codes::problem(codes::RATE, "take-up shift", message));
            }
        }
        problems
    }
}

pub(crate) fn unknown_band(bands: &CareBands, band: &str, input: &str) -> InputProblem {
    let known: Vec<&str> = bands.all().iter().map(|band| band.name.as_str()).collect();
    let message = format!(
        "there is no band {band:?}; the bands are {}",
        known.join(", ")
    );
    codes::problem(codes::UNKNOWN_BAND, input, message)
}
