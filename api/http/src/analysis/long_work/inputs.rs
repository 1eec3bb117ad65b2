//! The tables that forecasts read.

use std::io::Cursor;

use domain::InputProblem;
use forecast::{AgeGroup, Areas, Births, Population};
use tables::schema::TableName;

use super::WorkStopped;
use crate::analysis::StaticTables;

/// Groups of ages where none are asked for.
const USUAL_GROUPS: &str = "U3=0-2,K=3-5,H=6-9";

pub(super) fn usual_groups() -> String {
    USUAL_GROUPS.to_owned()
}

/// What is wrong with years ahead or groups, whatever the tables.
pub(super) fn check(horizon: usize, groups: &str) -> Result<(), (&'static str, String)> {
    if !(1..=forecast::LONGEST_HORIZON).contains(&horizon) {
        let detail = format!("give 1 to {} years", forecast::LONGEST_HORIZON);
        return Err(("horizon", detail));
    }
    let parsed = AgeGroup::parse_list(groups);
    parsed.map_err(|error| ("groups", error.to_string()))?;
    Ok(())
}

pub(super) fn groups(text: &str) -> Result<Vec<AgeGroup>, WorkStopped> {
    AgeGroup::parse_list(text).map_err(|error| WorkStopped::refused("E8321", error))
}

/// What the engine says of a request that the tables do not allow.
pub(super) fn not_allowed(error: impl std::fmt::Display) -> WorkStopped {
    WorkStopped::refused("E8321", error)
}

/// The first problem, and how many more there are.
pub(super) fn first_of(problems: &[InputProblem]) -> String {
    let more = problems.len().saturating_sub(1);
    let first = problems
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    format!("{first} ({more} more problems)")
}

/// The tables a forecast reads.
pub(super) struct Inputs {
    pub(super) population: Population,
    pub(super) births: Option<Births>,
    pub(super) areas: Areas,
}

impl Inputs {
    /// Population, births and levels of areas.
    pub(super) fn sources(&self) -> (&Population, Option<&Births>, &Areas) {
        (&self.population, self.births.as_ref(), &self.areas)
    }

    pub(super) fn read(tables: &StaticTables) -> Result<Self, WorkStopped> {
        let csv = |table: TableName| {
            let csv = tables.csv(table);
            csv.map_err(|error| WorkStopped::refused(error.code(), error))
        };
        let population = csv(TableName::Population)?.ok_or_else(|| {
            let problem = "no table `population` was imported; import it with `placewright import`";
            WorkStopped::refused("E8320", problem)
        })?;
        let wrong = |problems: Vec<InputProblem>| not_allowed(first_of(&problems));
        let births = csv(TableName::Births)?;
        let births = births.map(|bytes| Births::read(Cursor::new(bytes), "births"));
        let areas = match csv(TableName::Areas)? {
            Some(bytes) => Areas::read(Cursor::new(bytes), "areas").map_err(wrong)?,
            None => Areas::flat(),
        };
        Ok(Self {
            population: Population::read(Cursor::new(population), "population").map_err(wrong)?,
            births: births.transpose().map_err(wrong)?,
            areas,
        })
    }
}
