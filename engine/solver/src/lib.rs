//! Linear and mixed-integer models; the only crate that compiles C++.
//!
//! Questions, each with plain types and with a checker that does not use the solver:
//!
//! - [`cell_bounds`], [`confined_unknowns`] and [`narrow_forms`]: between which values can each suppressed cell of a table lie, for somebody
//!   who knows the published ones? (`disclosure` asks.)
//! - [`BoundSession`]: the same, asked one by one.
//! - [`BoundProver`]: which few published sums prove such a limit? (`disclosure` asks.)
//! - [`cheapest_shift`]: which cells must move, at the least cost, so that one cell takes another
//!   value and every sum of the table still holds? (`disclosure` asks.)
//! - [`allocate`]: which children of which area use which facility when the total distance is
//!   least, and what is one more place worth at each facility? (`scenario` asks.)
//! - [`TransportNetwork`]: the same without the solver, from the last answer on.
//! - [`plan_capacity`]: which sites open, close and grow over the periods of several futures, with a
//!   proven gap? Capacitated facility location is its smallest case. (`scenario` asks.)
//! - [`IntegerProgram`]: which whole-number point of a model stated term by term is best, proven or with
//!   a bound? (`matching` asks.)
//!
//! The shift is a whole-number model solved once: it is stated in good_lp. The others go on from
//! run to run with warm starts, read prices or bounds and let columns join, which good_lp cannot say:
//! they speak to the highs crate.
//!
//! **Architecture invariant:** no type of HiGHS or good_lp is named in a public signature, so a
//! change of solver stays inside this crate. Every run is single-threaded with the fixed options
//! of one private module and without a random choice: the same model gives the same bytes.

/// Name and version of the solver behind every answer, for records that must be repeatable.
pub const SOLVER: &str = "HiGHS 1.15.0";

mod bound_proof;
mod bound_session;
mod bounds;
mod error;
mod evident;
mod highs_session;
mod integer_program;
mod linear_system;
mod location;
mod narrow;
mod network_simplex;
mod row_space;
mod shift;
mod transport;
mod transport_check;

pub use bound_proof::{BoundProof, BoundProver, BoundSide};
pub use bound_session::BoundSession;
pub use bounds::{Interval, cell_bounds, confined_unknowns};
pub use error::SolverError;
pub use integer_program::{Answer, Goal, IntegerProgram, Search, SearchLimits, Unknown};
pub use linear_system::{Equality, LinearForm, LinearSystem};
pub use location::{
    AllocationProof, AllocationSession, CapacityPlan, CareGroup, CityAllocation, CityPeriod,
    Decisions, DemandPath, ForesightValue, FrontPoint, PlanForm, PlanLimits, PlanOutlook,
    PlanStatus, PlanViolation, PlannedFlow, PlanningModel, PreparedPeriod, RoomOrder, Site,
    SiteAreas, Standing, Unserved, Way, check_plan, foresight_value, plan_capacity, plan_front,
    plan_outlook,
};
pub use narrow::narrow_forms;
pub use network_simplex::TransportNetwork;
pub use row_space::{
    ResidueRow, RowSpace, inverse, minus, parallel, residue, times, value_at, without_multiple,
};
pub use shift::{ShiftProblem, ShiftViolation, cheapest_shift};
pub use transport::{Allocation, Arc, TransportProblem, allocate};
pub use transport_check::AllocationViolation;
