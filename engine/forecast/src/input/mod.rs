//! Reading the three input files: population, births and areas.

pub(crate) mod areas;
pub(crate) mod births;
pub(crate) mod births_to_date;
pub(crate) mod cells;
pub(crate) mod population;
pub(crate) mod sheet;
