//! Why a scenario cannot be planned.

use disclosure::{ReleaseError, TableError};
use domain::InputProblem;
use occupancy::OccupancyError;
use solver::SolverError;
use tables::{CityError, EditError};

/// Why a scenario cannot be planned.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The scenario does not fit the city; all reasons at once.
    #[error("the scenario does not fit the city: {}", listed(.0))]
    Input(Vec<InputProblem>),
    /// The city's tables were not validated.
    #[error(transparent)]
    City(#[from] CityError),
    /// A measure could not be written into the tables.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The places could not be counted.
    #[error(transparent)]
    Occupancy(#[from] OccupancyError),
    /// The allocation could not be solved.
    #[error(transparent)]
    Solver(#[from] SolverError),
    /// A table of counts could not be built.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A table of counts could not be protected, so nothing was released.
    #[error(transparent)]
    Release(#[from] ReleaseError),
}

fn listed(problems: &[InputProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join(" | ")
}
