//! The commands, one module each.

pub(crate) mod check;
mod closures;
pub(crate) mod demo;
pub(crate) mod facility_location;
pub(crate) mod forecast;
pub(crate) mod generate;
mod honesty;
pub(crate) mod import;
pub(crate) mod ledger;
mod levers;
pub(crate) mod matching;
pub(crate) mod occupancy;
pub(crate) mod plan;
mod plan_pack;
mod plan_tables;
pub(crate) mod protect;
pub(crate) mod report;
pub(crate) mod serve;
pub(crate) mod statistics;
pub(crate) mod verify_log;

use crate::progress::Progress;

/// What every command is given besides its arguments.
pub(crate) struct Context {
    /// Where progress is shown.
    pub(crate) progress: Progress,
}
