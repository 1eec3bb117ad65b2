//! How good the forecasts were: errors, bias and coverage by level and horizon, with a model card.
//!
//! Every forecast that is shown should carry a [`HonestyReport`] made from the same table by
//! [`backtest`](crate::backtest()): what was chosen, which years were used, what is known to be
//! wrong, and how earlier forecasts of the same method did.

mod card;
mod page;
mod past;
mod report;

pub use card::{BothLanguages, ModelCard};
pub use page::PageLanguage;
pub use past::{PastEdition, PastEditions};
pub use report::{AreaError, CalibrationPoint, HonestyError, HonestyReport, HonestyRow, Verdict};
