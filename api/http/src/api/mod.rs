//! Endpoints: one file per resource.

pub(crate) mod forecasts;
pub(crate) mod health;
pub(crate) mod occupancy;
pub(crate) mod tables;
