//! Levers: typed changes of a forecast, applied path by path.
//!
//! [`LeverSheet`] reads them from TOML or JSON; [`LeverSheet::child_effects`] turns those that change
//! children into factors and additions by area, year and age class, which [`ChildEffects`] applies to
//! simulated paths; those that change demand are asked for with [`LeverSheet::take_up`],
//! [`LeverSheet::after_school_take_up`] and [`LeverSheet::deferral_rate`].
//! [`estimate_yield`] and [`estimate_lag_profile`] tell from data how many children a new dwelling
//! brings, and when.
//!
//! The order of levers in a file has no influence: factors are multiplied, then persons are added.

mod effects;
mod fields;
mod file;
mod housing_stock;
mod housing_yield;
mod kept_paths;
mod kinds;
mod least_squares;

pub use effects::ChildEffects;
pub(crate) use fields::{Fields, Problems, parse_toml};
pub use file::LeverFormat;
pub(crate) use file::check_version;
pub use housing_stock::{ChildStock, DwellingStock, HalfYear};
pub use housing_yield::{
    HousingYield, LagProfile, LagYear, YieldError, YieldRule, estimate_lag_profile, estimate_yield,
};
pub use kept_paths::{KeptPaths, ScenarioFans};
pub(crate) use kinds::moved;
pub use kinds::{
    AgeShare, AreaShare, BirthsMultiplier, ChildYield, Deferral, DwellingType, Dwellings,
    LEVER_VERSION, LegalClaim, Lever, LeverSheet, MigrationShock, TakeUpChange, TakeUpMove,
};
