//! What a planner writes into a scenario file.

mod checks;
mod costs;
mod inherit;
mod json;
mod levers;
mod measures;
mod optimise;
mod origins;
mod parse;
mod section;
mod travel;

pub use optimise::{
    ClosureChoice, ClosureConstraints, ClosureGoal, CoverOf, Criterion, DemandQuantile,
    FacilityCost, Scoring,
};
pub use travel::TravelSpec;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AreaId, CareType, FacilityId, FacilityKind, InputProblem, Location, Month, MonthRange,
    ProviderId,
};
use forecast::{DemandView, LeverSheet};
use jiff::civil::Date;

use crate::demand::Quantiles;

pub use costs::{Costs, OperatingCost, StateGrant};
pub use inherit::{FindParent, ScenarioFile};
pub(crate) use origins::Origins;

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
    pub(crate) closure_choice: Option<ClosureChoice>,
    pub(crate) travel: TravelSpec,
    pub(crate) origins: Origins,
    pub(crate) seed: u64,
    pub(crate) paths: usize,
    pub(crate) demand_view: DemandView,
    /// Facilities of `closings` whose lease ends.
    pub(crate) lease_ends: BTreeSet<FacilityId>,
    pub(crate) pauses: Vec<Pause>,
    pub(crate) withdrawals: Vec<LicenceWithdrawal>,
    pub(crate) licensed: Vec<LicensedPlaces>,
    pub(crate) conversions: Vec<Conversion>,
    pub(crate) staff_changes: Vec<StaffChange>,
    pub(crate) staff_shifts: Vec<StaffShift>,
    pub(crate) ramp_ups: BTreeMap<FacilityId, Vec<RampStep>>,
    pub(crate) one_offs: Vec<OneOffCost>,
    pub(crate) levers: LeverSheet,
    pub(crate) costs: Costs,
}

/// A facility closes for a time: no places, and its contracts and staff stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// The facility.
    pub facility: FacilityId,
    /// Last day of operation.
    pub on: Date,
    /// First day of operation again.
    pub reopens_on: Date,
    /// Line of the scenario file, from 1.
    pub line: u64,
}

/// An operating licence is withdrawn, or ends, and may come back on proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceWithdrawal {
    /// The facility.
    pub facility: FacilityId,
    /// First day without it.
    pub withdrawn_on: Date,
    /// First day with it again.
    pub restored_on: Option<Date>,
    /// Line of the scenario file, from 1.
    pub line: u64,
}

/// The operating licence allows another number of places from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicensedPlaces {
    /// The facility.
    pub facility: FacilityId,
    /// The care type.
    pub care_type: CareType,
    /// First day.
    pub from: Date,
    /// Places by licence; staffed places above it are lost.
    pub licensed: u32,
    /// Line of the scenario file, from 1.
    pub line: u64,
}

/// Places of one care type become places of another, with their staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// The facility.
    pub facility: FacilityId,
    /// The care type that gives places up.
    pub from_care_type: CareType,
    /// The care type that gets them.
    pub to_care_type: CareType,
    /// First day.
    pub from: Date,
    /// Licensed places given up; as many planned and staffed ones as there are go with them.
    pub places: u32,
    /// Licensed and planned places made of them.
    pub new_places: u32,
    /// Line of the scenario file, from 1.
    pub line: u64,
}

/// How much staff, in places it can run or in full-time equivalents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StaffAmount {
    /// Staffed places.
    Places(i32),
    /// Full-time equivalents, turned into whole places by the staffing key of the day, rounded
    /// towards 0.
    FullTime(f64),
}

/// A facility has more or less staff from a day on.
#[derive(Debug, Clone, PartialEq)]
pub struct StaffChange {
    /// The facility.
    pub facility: FacilityId,
    /// The care type.
    pub care_type: CareType,
    /// First day.
    pub from: Date,
    /// More, or less where negative.
    pub amount: StaffAmount,
    /// Line of the scenario file, from 1.
    pub line: u64,
}

/// Staff moves from one facility to another for good.
#[derive(Debug, Clone, PartialEq)]
pub struct StaffShift {
    /// Where it leaves.
    pub from_facility: FacilityId,
    /// Where it goes.
    pub to_facility: FacilityId,
    /// The care type.
    pub care_type: CareType,
    /// First day at the new place.
    pub from: Date,
    /// How much, more than 0.
    pub amount: StaffAmount,
    /// Line of the scenario file, from 1.
    pub line: u64,
}

/// From some months after an opening on, a share of its staffed places is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RampStep {
    /// Months after the opening.
    pub months: u32,
    /// Share of the staffed places, 0 to 1, rounded down to whole places.
    pub share: f64,
}

/// What a measure costs once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneOffCost {
    /// The day of the measure.
    pub on: Date,
    /// Euros.
    pub euros: f64,
    /// Line of the scenario file, from 1.
    pub line: u64,
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

    /// Seed of everything drawn: 1 unless the file says otherwise.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Number of demand paths.
    #[must_use]
    pub const fn paths(&self) -> usize {
        self.paths
    }

    /// Which children need a place: those in care by home area, or with those who wait.
    #[must_use]
    pub const fn demand_view(&self) -> DemandView {
        self.demand_view
    }

    /// Levers on the forecast.
    #[must_use]
    pub const fn levers(&self) -> &LeverSheet {
        &self.levers
    }

    /// Costs, state grant and budgets.
    #[must_use]
    pub const fn costs(&self) -> &Costs {
        &self.costs
    }

    /// Facilities whose closing is the end of a lease.
    #[must_use]
    pub const fn lease_ends(&self) -> &BTreeSet<FacilityId> {
        &self.lease_ends
    }

    /// Facilities that close for a time.
    #[must_use]
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }

    /// Licences that are withdrawn.
    #[must_use]
    pub fn withdrawals(&self) -> &[LicenceWithdrawal] {
        &self.withdrawals
    }

    /// Licences for another number of places.
    #[must_use]
    pub fn licensed_places(&self) -> &[LicensedPlaces] {
        &self.licensed
    }

    /// Places that change their care type.
    #[must_use]
    pub fn conversions(&self) -> &[Conversion] {
        &self.conversions
    }

    /// Facilities with more or less staff.
    #[must_use]
    pub fn staff_changes(&self) -> &[StaffChange] {
        &self.staff_changes
    }

    /// Staff that moves for good.
    #[must_use]
    pub fn staff_shifts(&self) -> &[StaffShift] {
        &self.staff_shifts
    }

    /// How openings fill up; a facility without steps has all its places from its first day on.
    #[must_use]
    pub const fn ramp_ups(&self) -> &BTreeMap<FacilityId, Vec<RampStep>> {
        &self.ramp_ups
    }

    /// What measures cost once.
    #[must_use]
    pub fn one_off_costs(&self) -> &[OneOffCost] {
        &self.one_offs
    }

    /// A problem of a measure, told with its file and line.
    pub(crate) fn problem(
        &self,
        code: &'static str,
        place: (u64, &str),
        value: &str,
        message: impl Into<String>,
    ) -> InputProblem {
        let remedy = crate::ERROR_CODES
            .iter()
            .find(|entry| entry.code == code)
            .map_or("", |entry| entry.remedy);
        self.origins
            .problem(code, place, value, message)
            .remedy(remedy)
    }

    /// How ways are reckoned, and how displaced children are placed again.
    #[must_use]
    pub const fn travel(&self) -> &TravelSpec {
        &self.travel
    }

    /// What closures and openings may be chosen from, if the file has a section `[optimise]`.
    #[must_use]
    pub const fn closure_choice(&self) -> Option<&ClosureChoice> {
        self.closure_choice.as_ref()
    }

    /// First and last day of the horizon.
    pub(crate) fn span(&self) -> (Date, Date) {
        let last = self.months.count().saturating_sub(1);
        let last = self.months.first().plus(i32::try_from(last).unwrap_or(0));
        (self.months.first().first_day(), last.last_day())
    }
}
