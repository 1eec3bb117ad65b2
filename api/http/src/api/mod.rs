//! Endpoints: one file per resource.

pub(crate) mod demand;
pub(crate) mod forecasts;
pub(crate) mod health;
pub(crate) mod honesty;
pub(crate) mod occupancy;
pub(crate) mod tables;
