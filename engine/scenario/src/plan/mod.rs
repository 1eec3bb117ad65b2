//! Plans that are optimised: which facilities open, close and grow.

mod facility_location;
mod or_library;

pub use facility_location::{
    FacilityFlow, FacilityPlan, FacilityPlanFault, PlanOptions, check_facility_plan,
    plan_facilities,
};
pub use or_library::{FacilityInstance, read_facility_instance};
