//! Long work on the tables of a city: forecasts, back-tests, levers, the demand by month, and scenarios. It
//! says how far it is, and stops when it is told to.
//!
//! Forecasts read tables that are about no single child: population, births and areas; the demand also
//! learns from contracts and applications, and gives out expected numbers of children. A scenario is
//! planned on the whole state; exact counts of children come apart from its result.

mod demand;
mod forecasts;
mod inputs;
mod kept;
mod levers;
mod official;
mod scenario_tables;
mod scenarios;
mod watch;

use std::sync::Arc;

use domain::{ErrorCode, InputProblem};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use store::Snapshot;
use tables::City;

use super::Analyses;
use crate::problem::Kind;
use demand::DemandAsked;
use forecasts::{BacktestAsked, ForecastAsked};
pub(crate) use kept::KeptResult;
use kept::KeptTable;
use levers::LeversAsked;
use official::OfficialAsked;
pub(crate) use scenario_tables::REPORT as SCENARIO_REPORT;
pub use scenarios::{ERROR_CODES as SCENARIO_ERROR_CODES, PlannedScenario};
pub(crate) use scenarios::{ExactDisplacement, ScenarioAsked};
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
    ErrorCode {
        code: "E8340",
        cause: "levers cannot be read, or name an area or a year that the forecast does not have",
        remedy: "correct every lever named in the errors; docs/FORECAST_INPUTS.md lists the keys",
    },
    ErrorCode {
        code: "E8341",
        cause: "an official forecast or its mapping cannot be read, or does not fit the areas, ages and years of ours",
        remedy: "correct the table or the mapping as the errors say; docs/FORECAST_INPUTS.md lists the keys",
    },
    ErrorCode {
        code: "E8342",
        cause: "the demand by month was asked for of a city without contracts, without single ages from 0 to 12, or with a band of ages without children",
        remedy: "import contracts and a population by single years of age, or ask for a forecast of children",
    },
    ErrorCode {
        code: "E8343",
        cause: "the tables that the demand by month is learned from contradict each other",
        remedy: "correct what the message names",
    },
    ErrorCode {
        code: "E8344",
        cause: "a lever that changes how many children come was pulled on a forecast of how many there are",
        remedy: "leave it out; dwellings, migration_shock, births and exclude_years change children",
    },
    ErrorCode {
        code: "E8345",
        cause: "more paths, areas and years were asked for than are kept in memory",
        remedy: "ask for fewer paths or years, as the message says",
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
    /// Places needed by care type, area and month, with intervals.
    Demand(DemandAsked),
    /// Children with and without levers: new dwellings, migration, births.
    Levers(LeversAsked),
    /// An official forecast with our intervals around it, beside ours.
    Official(OfficialAsked),
    /// A version of a scenario beside the plan without it.
    Scenario(ScenarioAsked),
}

impl RunAsked {
    /// Its name in the queue.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Forecast(_) => "forecast",
            Self::Backtest(_) => "backtest",
            Self::Demand(_) => "demand",
            Self::Levers(_) => "levers",
            Self::Official(_) => "official",
            Self::Scenario(_) => "scenario",
        }
    }

    /// What is wrong with it whatever the tables: the field and why.
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        match self {
            Self::Forecast(asked) => asked.check(),
            Self::Backtest(asked) => asked.check(),
            Self::Demand(asked) => asked.check(),
            Self::Levers(asked) => asked.check(),
            Self::Official(asked) => asked.check(),
            Self::Scenario(_) => Ok(()),
        }
    }

    /// What is wrong with the files it brings along: all problems at once.
    pub(crate) fn check_files(&self) -> Result<(), (Kind, Vec<InputProblem>)> {
        match self {
            Self::Levers(asked) => asked
                .sheet()
                .map(|_| ())
                .map_err(|problems| (Kind::LEVERS_REFUSED, problems)),
            Self::Official(asked) => asked
                .table()
                .map(|_| ())
                .map_err(|problems| (Kind::OFFICIAL_REFUSED, problems)),
            _ => Ok(()),
        }
    }
}

/// The state of the city that long work may look at.
struct CityState<'a> {
    analyses: &'a Analyses,
    snapshot: &'a Snapshot,
    today: Date,
}

impl CityState<'_> {
    /// All tables of the city, made when they are needed.
    fn city(&self) -> Result<Arc<City>, WorkStopped> {
        let city = self.analyses.whole_city(self.snapshot);
        city.map_err(|error| WorkStopped::refused(error.code(), error))
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
    /// Does what a run asks for; gives its result as JSON. The same request, tables, state and day give
    /// the same bytes. State and day are looked at by what is learned from contracts and applications.
    ///
    /// # Errors
    ///
    /// [`WorkStopped::Cancelled`] once the watch says so, else [`WorkStopped::Refused`] with a number.
    pub fn work(
        &self,
        request: &[u8],
        (snapshot, today): (&Snapshot, Date),
        watch: &Watch,
    ) -> Result<Vec<u8>, WorkStopped> {
        let asked: RunAsked = serde_json::from_slice(request).map_err(|error| {
            WorkStopped::refused("E8322", format!("the request is damaged ({error})"))
        })?;
        let state = CityState {
            analyses: self,
            snapshot,
            today,
        };
        let result = match &asked {
            RunAsked::Forecast(asked) => asked.run(&self.tables, watch)?,
            RunAsked::Backtest(asked) => asked.run(&self.tables, watch)?,
            RunAsked::Demand(asked) => asked.run(&self.tables, &state, watch)?,
            RunAsked::Levers(asked) => asked.run(&self.tables, watch)?,
            RunAsked::Official(asked) => asked.run(&self.tables, watch)?,
            RunAsked::Scenario(_) => {
                let problem = "a scenario is planned with `plan_scenario`";
                return Err(WorkStopped::refused("E8322", problem));
            }
        };
        serde_json::to_vec(&result).map_err(|error| WorkStopped::refused("E8322", error))
    }
}
