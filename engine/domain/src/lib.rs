//! Vocabulary and rules of childcare placement.
//!
//! Everything here is a plain value: typed identifiers, care types, months, facilities and their
//! four capacities; [`procedure`] holds the rules of placement. No crate of this workspace is needed to use it, and nothing in it reads a
//! clock, a file or a database.
//!
//! **Architecture invariant:** this crate names no other crate of the workspace and no polars.

mod age;
mod capacity;
mod care_type;
mod epoch;
mod facility;
mod hours;
mod identifier;
mod kita_year;
mod month;
mod problem;
pub mod procedure;
mod provider;
mod rollout;
mod stay;

pub use age::{AgeError, CompletedMonths, birthday, completed_months, third_birthday};
pub use capacity::{Attestation, CapacityError, FourCapacities, Freshness, StaffingRatio};
pub use care_type::{CareType, UnknownCareType};
pub use epoch::{date_of, days_from_civil, epoch_days, month_index_of};
pub use facility::{
    Facility, FacilityError, FacilityFacts, FacilityKind, Licence, Location, LocationError,
};
pub use hours::{DailyHours, HoursError, HoursTier};
pub use identifier::{
    ActorId, ApplicationId, AreaId, ChildId, ContractId, FacilityId, FreedPlaceId, HouseholdId,
    IdentifierError, OfferId, ProviderId, ReferenceId, StaffId, SuggestionListId,
};
pub use kita_year::KitaYear;
pub use month::{Month, MonthError, MonthRange, ReferenceDate};
pub use problem::{ErrorCode, InputProblem};
pub use provider::{LegalRegime, Provider, ProviderError, ProviderKind};
pub use rollout::{RolloutStage, RolloutStep, stage_on};
pub use stay::{expected_last_day, last_kindergarten_day};
