//! What a planner writes into a scenario file.

mod parse;
mod section;

use std::collections::BTreeSet;

use domain::{AreaId, CareType, FacilityId, FacilityKind, Location, Month, MonthRange, ProviderId};
use jiff::civil::Date;

use crate::demand::Quantiles;

/// A scenario: measures on a city over a span of months, and the cover aimed at.
///
/// Read it with [`ScenarioSpec::parse`]; measures are applied to a city by [`crate::plan()`].
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioSpec {
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) months: MonthRange,
    pub(crate) target_cover: f64,
    pub(crate) limit_km: f64,
    pub(crate) report_dates: BTreeSet<Date>,
    pub(crate) closings: Vec<Closing>,
    pub(crate) openings: Vec<Opening>,
    pub(crate) changes: Vec<Change>,
    pub(crate) demand: Vec<GivenDemand>,
}

/// Where the staff of a closing facility goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffTransfer {
    /// It leaves the city.
    None,
    /// To the facilities of the same district that may operate and have the care type, nearest
    /// first, up to their planned places and never above their licence.
    WithinPlan,
    /// To these facilities in this order, up to their planned places and never above their licence.
    To(Vec<FacilityId>),
}

/// A facility closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The facility.
    pub facility: FacilityId,
    /// Last day of operation.
    pub on: Date,
    /// Where its staff goes.
    pub staff_transfer: StaffTransfer,
    /// Line of the scenario file, from 1.
    pub line: u64,
}

/// Places of one care type; whole places, 0 to 2000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// By operating licence.
    pub licensed: u32,
    /// By needs plan.
    pub planned: u32,
    /// By the staff, at most as many as licensed.
    pub staffed: u32,
}

/// A facility opens.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// Its key, new in the city.
    pub facility: FacilityId,
    /// Who runs it.
    pub provider: ProviderId,
    /// What it is; a day-care centre unless said otherwise.
    pub kind: FacilityKind,
    /// The area it lies in.
    pub area: AreaId,
    /// Where it stands.
    pub location: Location,
    /// First day.
    pub from: Date,
    /// Places by care type, each care type once.
    pub places: Vec<(CareType, Places)>,
    /// Line of the scenario file, from 1.
    pub line: u64,
}

/// Whether places grow or shrink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// No count may fall.
    Expand,
    /// No count may rise.
    Shrink,
}

impl Direction {
    /// The section of the scenario file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Shrink => "shrink",
        }
    }
}

/// The places of a facility and care type change for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whether they grow or shrink.
    pub direction: Direction,
    /// The facility.
    pub facility: FacilityId,
    /// The care type.
    pub care_type: CareType,
    /// First day of the new places.
    pub from: Date,
    /// The new places.
    pub places: Places,
    /// Line of the scenario file, from 1.
    pub line: u64,
}

/// Places needed as the scenario file gives them.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenDemand {
    /// The district; `None` for the whole city.
    pub area: Option<AreaId>,
    /// The care type.
    pub care_type: CareType,
    /// The day.
    pub date: Date,
    /// Places needed.
    pub places: Quantiles,
    /// Line of the scenario file, from 1.
    pub line: u64,
}

impl ScenarioSpec {
    /// The scenario's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The months it spans.
    #[must_use]
    pub const fn months(&self) -> MonthRange {
        self.months
    }

    /// Staffed places aimed at, as a multiple of the median demand: 1.05 is 105 %.
    #[must_use]
    pub const fn target_cover(&self) -> f64 {
        self.target_cover
    }

    /// The way that counts as acceptable, kilometres as the crow flies.
    #[must_use]
    pub const fn limit_km(&self) -> f64 {
        self.limit_km
    }

    /// The days it reports on: those of `report_dates` and of the demand given; without any, every
    /// 1 March of the horizon (the reference date of the federal statistics).
    #[must_use]
    pub fn dates(&self) -> Vec<Date> {
        let mut dates = self.report_dates.clone();
        dates.extend(self.demand.iter().map(|demand| demand.date));
        if dates.is_empty() {
            let march = self.months.iter().filter(|month| month.month() == 3);
            dates.extend(march.map(Month::first_day));
        }
        dates.into_iter().collect()
    }

    /// Facilities that close.
    #[must_use]
    pub fn closings(&self) -> &[Closing] {
        &self.closings
    }

    /// Facilities that open.
    #[must_use]
    pub fn openings(&self) -> &[Opening] {
        &self.openings
    }

    /// Facilities that grow or shrink.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Demand given in the file.
    #[must_use]
    pub fn demand(&self) -> &[GivenDemand] {
        &self.demand
    }

    /// First and last day of the horizon.
    pub(crate) fn span(&self) -> (Date, Date) {
        let last = self.months.count().saturating_sub(1);
        let last = self.months.first().plus(i32::try_from(last).unwrap_or(0));
        (self.months.first().first_day(), last.last_day())
    }
}
