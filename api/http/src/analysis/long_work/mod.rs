//! Long work on the tables of a city: forecasts and back-tests. It says how far it is, and stops when it
//! is told to.
//!
//! Only tables that are about no single child are read: population, births and areas.

mod forecasts;
mod kept;
mod watch;

use domain::ErrorCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Analyses;
use forecasts::{BacktestAsked, ForecastAsked};
pub(crate) use kept::KeptResult;
use kept::KeptTable;
pub use watch::Watch;

/// The error index of long work.
pub const ERROR_CODES: &[ErrorCode] = &[
    ErrorCode {
        code: "E8320",
        cause: "a run needs a table that was never imported",
        remedy: "import the table named in the message with `placewright import`",
    },
    ErrorCode {
        code: "E8321",
        cause: "a run asks for what the tables do not allow, such as an origin before their first year",
        remedy: "change the request as the message says",
    },
    ErrorCode {
        code: "E8322",
        cause: "a run broke off inside the program",
        remedy: "report the key of the run",
    },
    ErrorCode {
        code: "E8323",
        cause: "the result of a run was asked for that has none (yet)",
        remedy: "look at its state; a cancelled or failed run never has one",
    },
];

/// What a run is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = RunRequest)]
pub(crate) enum RunAsked {
    /// Children by area, age and year, with intervals.
    Forecast(ForecastAsked),
    /// Forecasts from past years beside what came: how good they were.
    Backtest(BacktestAsked),
}

impl RunAsked {
    /// Its name in the queue.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Forecast(_) => "forecast",
            Self::Backtest(_) => "backtest",
        }
    }

    /// What is wrong with it whatever the tables: the field and why.
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        match self {
            Self::Forecast(asked) => asked.check(),
            Self::Backtest(asked) => asked.check(),
        }
    }
}

/// Why long work gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkStopped {
    /// It was told to stop.
    #[error("the run was cancelled")]
    Cancelled,
    /// It cannot be done.
    #[error("{code}: {problem}")]
    Refused {
        /// Stable number.
        code: &'static str,
        /// What was attempted and what to do.
        problem: String,
    },
}

impl WorkStopped {
    fn refused(code: &'static str, problem: impl std::fmt::Display) -> Self {
        Self::Refused {
            code,
            problem: problem.to_string(),
        }
    }
}

impl Analyses {
    /// Does what a run asks for; gives its result as JSON. The same request and tables give the same bytes.
    ///
    /// # Errors
    ///
    /// [`WorkStopped::Cancelled`] once the watch says so, else [`WorkStopped::Refused`] with a number.
    pub fn work(&self, request: &[u8], watch: &Watch) -> Result<Vec<u8>, WorkStopped> {
        let asked: RunAsked = serde_json::from_slice(request).map_err(|error| {
            WorkStopped::refused("E8322", format!("the request is damaged ({error})"))
        })?;
        let result = match &asked {
            RunAsked::Forecast(asked) => asked.run(&self.tables, watch)?,
            RunAsked::Backtest(asked) => asked.run(&self.tables, watch)?,
        };
        serde_json::to_vec(&result).map_err(|error| WorkStopped::refused("E8322", error))
    }
}
