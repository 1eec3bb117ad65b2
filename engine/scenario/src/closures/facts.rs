//! What a closure plan stands on: places, demand, costs, and where the children live.

use std::fmt;

use domain::{CareType, FacilityId, Month};
use jiff::civil::Date;

/// Places of a facility, care type and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct PlacesThen {
    /// By needs plan.
    pub planned: u32,
    /// By the staff.
    pub staffed: u32,
    /// Planned and licensed places that further staff could run.
    pub room: u32,
}

/// A facility of the city, or one that may open.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FacilityFact {
    /// Its key.
    pub facility: FacilityId,
    /// The district it lies in.
    pub district: String,
    /// Whether an independent provider runs it.
    pub independent: bool,
    /// Whether it takes children who need an inclusion place.
    pub inclusion: bool,
    /// Whether it has to stay open.
    pub protected: bool,
    /// Whether it has places only if it is chosen to open.
    pub is_new: bool,
    /// Places at `day * care types + care type` while it is open.
    pub places: Vec<PlacesThen>,
}

/// What an option does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    /// The facility closes after the day.
    Close,
    /// The facility opens on the day.
    Open,
}

/// One thing that may be chosen: a facility closes, or opens, on a day.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct OptionFact {
    /// What it does.
    pub kind: OptionKind,
    /// Position of the facility among [`ClosureFacts::facilities`].
    pub facility: usize,
    /// Last day of operation, or the first.
    pub day: Date,
    /// EUR over the horizon against doing nothing; negative saves.
    pub cost: f64,
    /// EUR at once, which the budget of the year of `day` pays.
    pub once: f64,
    /// Weighted points of the scoring matrix; those of an opening do not count and are 0.
    pub points: f64,
    /// The same by criterion.
    pub by_criterion: Vec<f64>,
    /// Staffed places it sets free, by care type.
    pub freed: Vec<u32>,
}

impl OptionFact {
    /// Whether it has taken effect on a day: places of a month count while the facility is open on
    /// one of its days.
    pub(crate) fn holds_on(&self, day: Date) -> bool {
        match self.kind {
            OptionKind::Close => Month::of(self.day) < Month::of(day),
            OptionKind::Open => Month::of(self.day) <= Month::of(day),
        }
    }
}

/// Places needed in an area.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DemandFact {
    /// The district, or [`crate::TOTAL_AREA`].
    pub area: String,
    /// Position of the care type.
    pub care: usize,
    /// Position of the day.
    pub day: usize,
    /// The quantile of the demand that has to be covered, places.
    pub places: f64,
}

/// Everything a plan is computed from; what may be published of it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ClosureFacts {
    /// The days on which the constraints have to hold.
    pub days: Vec<Date>,
    /// The care types they look at.
    pub care_types: Vec<CareType>,
    /// Full-time equivalents a staffed place takes, at `day * care types + care type`.
    pub staff_per_place: Vec<f64>,
    /// Names of the criteria of the scoring matrix.
    pub criteria: Vec<String>,
    /// The facilities, by key; those that may open come last.
    pub facilities: Vec<FacilityFact>,
    /// What may be chosen, by facility and day.
    pub options: Vec<OptionFact>,
    /// Demand that has to be covered.
    pub demand: Vec<DemandFact>,
    /// Whether the staff set free fills rooms of its district.
    pub staff_stays: bool,
    /// Where children live; not published.
    #[serde(skip)]
    pub homes: ConfidentialHomes,
}

impl ClosureFacts {
    /// Position of a day and care type in the lists of places.
    pub(crate) fn at(&self, day: usize, care: usize) -> usize {
        day * self.care_types.len() + care
    }
}

/// Children of a home area, and the facilities within the acceptable way.
#[derive(Clone, PartialEq)]
pub(crate) struct Home {
    /// Children at `day * care types + care type`.
    pub(crate) children: Vec<f64>,
    /// Positions of facilities.
    pub(crate) within: Vec<usize>,
}

/// Where the children live who need a place: modelled, but near the counts of single areas, so
/// neither shown nor serialised.
#[derive(Clone, PartialEq, Default)]
pub struct ConfidentialHomes {
    pub(crate) homes: Vec<Home>,
}

impl fmt::Debug for ConfidentialHomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfidentialHomes").finish_non_exhaustive()
    }
}
