//! Official forecasts: read, given our intervals, and judged.
//!
//! [`OfficialMapping`] says how a table of an office (such as one exported from SIKURS) is written,
//! [`OfficialForecast`] holds it, [`recentre`] puts our relative spreads around it, and
//! [`EditionHistory`] compares what earlier editions said with what came.

mod ages;
mod editions;
mod mapping;
mod recentre;
mod table;

pub use editions::{EditionBasis, EditionHistory, EditionOutcome, EditionPath, OursAndTheirs};
pub use mapping::{OfficialLayout, OfficialMapping};
pub use recentre::{Recentred, recentre};
pub use table::OfficialForecast;
