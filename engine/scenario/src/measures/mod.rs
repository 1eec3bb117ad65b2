//! Measures on the places of facilities, month by month.

mod lines;
mod timeline;

pub(crate) use lines::Lines;
pub(crate) use timeline::reckon;
