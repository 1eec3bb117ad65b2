//! Where to open, close and add rooms, and who goes where: `scenario` asks.

mod checker;
mod city_allocation;
mod cuts;
mod decisions;
mod decomposition;
mod extensive;
mod foresight;
mod front;
mod lagrangian;
mod model;
mod plan;
mod programme;
mod recourse;

pub use checker::{PlanViolation, check_plan};
pub use city_allocation::{
    AllocationProof, AllocationSession, CityAllocation, CityPeriod, PreparedPeriod, SiteAreas,
};
pub use decisions::{Decisions, RoomOrder};
pub use foresight::{ForesightValue, PlanOutlook, foresight_value, plan_outlook};
pub use front::{FrontPoint, plan_front};
pub use model::{CareGroup, DemandPath, PlanningModel, Site, Standing, Way};
pub use plan::{
    CapacityPlan, PlanForm, PlanLimits, PlanStatus, PlannedFlow, Unserved, plan_capacity,
};
