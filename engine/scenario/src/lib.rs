//! Measures on a city and what they do to supply, demand and distance.
//!
//! A [`ScenarioSpec`] is what a planner writes: facilities close, open, grow or shrink, and their
//! staff moves. [`plan()`] writes the measures into the city's tables, counts the places again and
//! puts baseline and scenario side by side for each district, care type and day. [`ReportChecker`]
//! recomputes a report without this crate's own way of reckoning.
//!
//! # What leaves and what does not
//!
//! Places, demand and cover are planning values and may be published. Counts of children are not:
//! [`ConfidentialDisplacement`] and [`ConfidentialCount`] cannot be serialised or displayed, and the
//! caller hands their numbers to `disclosure`.
//!
//! **Architecture invariant:** a scenario is nothing but edits of a city's tables; there is no
//! second way of counting places.

mod allocation;
mod apply;
mod checker;
mod checker_evaluation;
mod closures;
mod codes;
mod comparison;
mod confidential;
mod contracts;
mod council_pack;
mod cover;
mod demand;
mod districts;
mod error;
mod evaluation;
mod findings;
mod fits;
mod measures;
mod plan;
mod planning;
mod replacement;
mod report;
mod shortfall;
mod spec;
mod transfer;
mod travel;
mod write;

pub use allocation::{
    ALLOCATION_LABEL, ALLOCATION_LABEL_GERMAN, AllocationComparison, AllocationReport,
    AllocationSummary, PlaceValue,
};
pub use checker::{ReportChecker, ReportViolation};
pub use closures::{
    ChosenFacility, Clash, ClosureChecker, ClosureConstraint, ClosureFacts, ClosureFault,
    ClosureOptions, ClosurePlan, ClosureProblem, ClosureSet, ClosureStatus, ConfidentialHomes,
    ConstraintValue, CriterionPoints, DemandFact, FacilityFact, OptionFact, OptionKind, PlacesThen,
    Relaxation, RuledOutSet,
};
pub use codes::ERROR_CODES;
pub use comparison::{
    ComparisonRow, Lever, ScenarioComparison, Sensitivity, SensitivityBar, SensitivityOf,
    sensitivity, write_cover_map,
};
pub use confidential::{ConfidentialCount, ConfidentialDisplacement};
pub use council_pack::{CouncilPack, PackPicture, PackSection, PackTable};
pub use cover::{Cover, LIGHT_RULE, LIGHT_RULE_GERMAN, Light};
pub use demand::{BandShare, DemandError, DemandTable, QuantileError, Quantiles, TOTAL_AREA};
pub use error::ScenarioError;
pub use evaluation::{
    Evaluation, EvaluationRow, EvaluationSide, PathSummary, Priority, UnservedRow, UnservedSide,
    YearSide, YearSum,
};
pub use findings::Language;
pub use plan::{
    FacilityFlow, FacilityInstance, FacilityPlan, FacilityPlanFault, PlanOptions,
    check_facility_plan, plan_facilities, read_facility_instance,
};
pub use planning::{CountedScenario, PlanRequest, plan};
pub use replacement::{
    ConfidentialReplacement, LeftOver, MediationReplacement, REPLACEMENT_TABLE,
    ReleasedReplacement, ReplacementError, ReplacementFault, ReplacementOutcome, check_replacement,
    replace_displaced,
};
pub use report::{ReportRow, ScenarioReport, Side};
pub use spec::{
    Change, Closing, ClosureChoice, ClosureConstraints, ClosureGoal, Conversion, Costs, CoverOf,
    Criterion, DemandQuantile, Direction, FacilityCost, FindParent, GivenDemand, LicenceWithdrawal,
    LicensedPlaces, OneOffCost, Opening, OperatingCost, Pause, Places, RampStep, ScenarioFile,
    ScenarioSpec, Scoring, StaffAmount, StaffChange, StaffShift, StaffTransfer, StateGrant,
    TravelSpec,
};
pub use transfer::StaffMove;
pub use travel::{
    Calibration, CalibrationError, ConfidentialLongWays, LONG_WAYS_TABLE, MeasuredWay, TravelMode,
    TravelTimes, UnknownMode, WayAssumption, calibrate, long_ways,
};
