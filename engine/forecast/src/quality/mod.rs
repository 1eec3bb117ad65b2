//! Whether a register can be trusted: breaks, changed boundaries, missing years, rounded cells and
//! preferred ages.
//!
//! Nothing here repairs silently. [`find_breaks`] says where an area's step is too large to be
//! chance, and [`Breaks::hold`] gives a population in which such steps teach nothing;
//! [`Crosswalk`] carries a history into new boundaries without changing its totals;
//! [`fill_missing_years`] interpolates a hole only when asked and lists what it made up;
//! [`find_rounding`] tells how much variance the publisher's rounding adds.

pub(crate) mod breaks;
pub(crate) mod codes;
pub(crate) mod crosswalk;
pub(crate) mod heaping;
pub(crate) mod missing_years;
mod noise;
pub(crate) mod rounding;

pub use breaks::{Break, BreakRule, Breaks, StepEvidence, find_breaks};
pub use codes::REGISTER_ERROR_CODES;
pub use crosswalk::Crosswalk;
pub use heaping::{PreferredAge, find_preferred_ages};
pub use missing_years::{FilledYear, HoleRule, fill_missing_years};
pub use rounding::{RoundedCells, Rounding, find_rounding};
