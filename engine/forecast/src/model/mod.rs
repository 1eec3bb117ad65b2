//! The point forecast: cohorts, newborns, and the rolling origins both are judged by.

pub(crate) mod births_trend;
pub(crate) mod cohorts;
pub(crate) mod history;
pub(crate) mod newborns;
pub(crate) mod projection;
pub(crate) mod rolling;
pub(crate) mod shrinkage;
pub(crate) mod stacking;
pub(crate) mod steps;
