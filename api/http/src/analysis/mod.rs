//! What is computed from the state of the procedure: occupancy, capacities, suggestions, chains.
//!
//! Everything starts from a [`Snapshot`]; [`city_of`] makes the tables of the engine of
//! it. Counts of children for the city are released by `reporting`; the numbers of
//! [`Analyses::facility_capacities`] are exact and for the provider itself only. Suggestions are
//! proposals: nothing here offers anything (P10).

mod answer_times;
mod capacities;
mod chain;
mod chances;
mod city;
mod city_criteria;
mod city_demand;
mod city_round;
mod decision_audit;
mod error;
mod extracts;
mod households;
mod learned_demand;
mod legal_claim;
mod long_work;
mod occupancy;
mod proof;
mod round;
mod rule_lab;
mod scenario_demand;
mod static_tables;
mod statistics;
mod suggestions;
#[cfg(test)]
mod tests;
mod ways;

use std::sync::{Arc, Mutex, PoisonError};

use ::occupancy::{OccupancyCube, OccupancyRequest};
use disclosure::DisclosurePolicy;
use domain::{Month, MonthRange};
use jiff::civil::Date;
use reporting::{OccupancyTables, Registers};
use store::Snapshot;
use tables::City;

use chances::CityChances;

pub use answer_times::DaysFrom;
pub use capacities::{CapacityMonth, FacilityCapacities};
pub use chain::{CascadePreview, ChainMove, ChainPlace};
pub use chances::{ChanceBasis, ChancesOfChild, LaterFrom, WishChances};
pub use city::city_of;
pub(crate) use city_criteria::against_the_city;
pub use city_demand::{CityDemand, CityDemandError, CityDemandRequest};
use city_round::{CityRound, RoundOf};
pub use decision_audit::DecisionAudit;
pub(crate) use error::faults;
pub use error::{AnalysisError, ERROR_CODES, InputProblemText};
pub(crate) use extracts::{Differing, Drawn, ExtractForm, ExtractKind};
pub use learned_demand::LearnedDemand;
pub use legal_claim::{LegalClaimPhase, ProposedSeat};
pub use long_work::{
    ERROR_CODES as LONG_WORK_ERROR_CODES, PlannedScenario, SCENARIO_ERROR_CODES, Watch, WorkStopped,
};
pub(crate) use long_work::{
    ExactDisplacement, KeptResult, RunAsked, SCENARIO_REPORT, ScenarioAsked,
};
pub(crate) use occupancy::OccupancyWanted;
pub use occupancy::{Bookable, BookableState, OccupancyAnswer, OccupancyLine};
pub use proof::{CityProof, FacilityProof, StatedWish, SuggestionStatement};
pub use rule_lab::{EnviedPlace, LeftOutMechanism, ReplayedMechanism, RuleComparison};
pub use scenario_demand::{ScenarioDemand, band_shares};
pub use static_tables::{STATIC, StaticTables};
pub(crate) use statistics::StatisticsWanted;

/// What released tables are of: the change, their month, and the month whose 1st they are as known on.
type TablesOf = (u64, Month, Month);

/// Analyses of one city. Keeps what it made of the newest snapshot it was given, by its number: give it
/// snapshots of one database only.
#[derive(Debug)]
pub struct Analyses {
    tables: StaticTables,
    policy: DisclosurePolicy,
    city: Mutex<Option<(u64, Arc<City>)>>,
    whole: Mutex<Option<(u64, Arc<City>)>>,
    registers: Registers,
    occupancy: Mutex<Option<(TablesOf, Arc<OccupancyTables>)>>,
    statistics: Mutex<statistics::KeptStatistics>,
    chances: Mutex<Option<Arc<CityChances>>>,
    round: Mutex<Option<(RoundOf, Arc<CityRound>)>>,
}

impl Analyses {
    /// Analyses with the usual rules of disclosure.
    #[must_use]
    pub fn new(tables: StaticTables) -> Self {
        Self::with_policy(tables, DisclosurePolicy::default())
    }

    /// Analyses with other rules of disclosure.
    #[must_use]
    pub fn with_policy(tables: StaticTables, policy: DisclosurePolicy) -> Self {
        Self {
            tables,
            policy,
            city: Mutex::default(),
            whole: Mutex::default(),
            registers: Registers::none(),
            occupancy: Mutex::default(),
            statistics: Mutex::default(),
            chances: Mutex::default(),
            round: Mutex::default(),
        }
    }

    /// With the registers of the official survey.
    #[must_use]
    pub fn with_registers(mut self, registers: Registers) -> Self {
        self.registers = registers;
        self
    }

    /// The rules of disclosure.
    #[must_use]
    pub const fn policy(&self) -> &DisclosurePolicy {
        &self.policy
    }

    /// All tables, for statistics and extracts, made once per snapshot.
    fn whole_city(&self, snapshot: &Snapshot) -> Result<Arc<City>, AnalysisError> {
        // Held while the tables are made, so that they are made once.
        let mut kept = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((sequence, city)) = kept.as_ref()
            && *sequence == snapshot.sequence()
        {
            return Ok(Arc::clone(city));
        }
        let city = Arc::new(city_of(snapshot, &self.tables)?);
        *kept = Some((snapshot.sequence(), Arc::clone(&city)));
        Ok(city)
    }

    /// The tables that occupancy and suggestions need, made once per snapshot.
    fn planning_city(&self, snapshot: &Snapshot) -> Result<Arc<City>, AnalysisError> {
        // Held while the tables are made, so that they are made once.
        let mut kept = self.city.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((sequence, city)) = kept.as_ref()
            && *sequence == snapshot.sequence()
        {
            return Ok(Arc::clone(city));
        }
        let city = Arc::new(city::planning_city(snapshot, &self.tables, None)?);
        *kept = Some((snapshot.sequence(), Arc::clone(&city)));
        Ok(city)
    }
}

/// The cube of some months with what is known now; months after today are as fresh as today's.
fn cube(
    city: &City,
    first: Month,
    months: usize,
    today: Date,
) -> Result<OccupancyCube, AnalysisError> {
    // Current versions of contracts, and offers as they stand.
    cube_known_on(city, first, months, today, Date::MAX)
}

/// As [`cube`], with the contracts and offers known on a day.
fn cube_known_on(
    city: &City,
    first: Month,
    months: usize,
    today: Date,
    known_on: Date,
) -> Result<OccupancyCube, AnalysisError> {
    let range = MonthRange::new(first, months);
    let request = OccupancyRequest::new(range, known_on);
    let cube = OccupancyCube::build(city, &request).map_err(AnalysisError::failed("occupancy"))?;
    Ok(cube.as_fresh_as(Month::of(today)))
}
