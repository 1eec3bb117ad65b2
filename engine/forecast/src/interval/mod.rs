//! Intervals from the errors that the same method made at earlier origins.

pub(crate) mod calibration;
pub(crate) mod series;
pub(crate) mod spread;
pub(crate) mod student;
