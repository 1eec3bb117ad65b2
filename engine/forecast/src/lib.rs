//! Children by area, age and year with calibrated intervals.
//!
//! [`forecast()`] ages the cohorts of every area, [`backtest()`] does the same from past years to show
//! how good it was, [`demand()`] turns children into places at a given take-up, and [`DemandModel`]
//! learns take-up, school entry and flows and simulates places by care type, area and month.
//!
//! # Method
//!
//! 1. **Cohorts.** An age class follows from the children who were younger before: this year's
//!    three-year-olds from last year's two-year-olds, times a ratio that holds moves and deaths
//!    (Hamilton & Perry 1962). The city's ratio is the mean of its last eight years, newer years
//!    weighing more. An area's ratio is the city's times factors of its districts and its own,
//!    shrunk towards 1 as far as they can be chance (nested empirical Bayes). An area without
//!    children has its parent's ratio. A range of ages such as 3-4 follows from the last single age
//!    below it, and factors are raised to the years spanned.
//! 2. **Newborns.** The city's number, of births if they are given and of the youngest class if not,
//!    follows a damped trend unless another model was clearly better from earlier origins; never a
//!    constant birth rate. The months of a year begun can take the place of its projection. Areas
//!    share it by their young children and young adults.
//! 3. **Mixing.** In each band of ages and level by level, an area's forecast is mixed with its
//!    smoothed share of the children of the area above; the weight is learned from earlier origins.
//! 4. **Intervals** are learned from the errors the same method made, out of sample, at earlier
//!    origins: what the whole city strayed together, plus what areas of the same level and size
//!    strayed on their own.
//! 5. **Paths** ([`PathModel`]) stray by the same amounts, coherently at every level.
//!
//! Point forecasts of leaves add up exactly to every level above. All results are the same for any
//! order of the rows and any number of threads.
//!
//! **Architecture invariant:** nothing made for an origin looks at a later year.
//!
//! # Example
//!
//! ```
//! use forecast::{AgeGroup, Areas, ForecastRequest, Population, forecast};
//!
//! let mut table = String::from("area,year,age,count\n");
//! for (area, size) in [("north", 40), ("south", 60)] {
//!     for year in 2018..=2025 {
//!         for age in 0..=2 {
//!             table += &format!("{area},{year},{age},{}\n", size + year % 3);
//!         }
//!     }
//! }
//! let population = Population::read(table.as_bytes(), "population.csv").expect("a right table");
//! let mut request = ForecastRequest {
//!     horizon: 3,
//!     groups: AgeGroup::parse_list("U3=0-2")?,
//!     ..ForecastRequest::default()
//! };
//! let result = forecast(&population, None, &Areas::flat(), &request)?;
//! let fan = result.fan("_total", "U3").expect("the city and the group are there");
//! assert_eq!(fan[0].year, 2026);
//! assert!(fan[0].q10 <= fan[0].q50 && fan[0].q50 <= fan[0].q90);
//!
//! request.groups = AgeGroup::parse_list("K=3-5")?;
//! let refusal = forecast(&population, None, &Areas::flat(), &request).expect_err("no such ages");
//! assert!(refusal.to_string().contains("needs the age 3"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod age;
mod backtest;
mod children;
mod codes;
mod demand;
mod engine;
mod fan;
mod honesty;
mod input;
mod interval;
mod levers;
mod model;
mod official;
mod paths;
mod quality;
mod request;
mod scores;
mod warnings;

pub use age::{AgeClass, AgeError, AgeGroup};
pub use backtest::{Backtest, BacktestRow, Level, backtest};
pub use children::{Forecast, ForecastRow, forecast};
pub use codes::ERROR_CODES;
pub use demand::*;
pub use fan::FanPoint;
pub use honesty::{
    AreaError, BothLanguages, CalibrationPoint, HonestyError, HonestyReport, HonestyRow, ModelCard,
    PageLanguage, PastEdition, PastEditions, Verdict,
};
pub use input::areas::{Area, Areas};
pub use input::births::{Births, NowcastError};
pub use input::births_to_date::{BirthsNowcast, BirthsToDate};
pub use input::cells::TOTAL_AREA;
pub use input::population::Population;
pub use levers::{
    AgeShare, AreaShare, BirthsMultiplier, ChildEffects, ChildStock, ChildYield, Deferral,
    DwellingStock, DwellingType, Dwellings, HalfYear, HousingYield, KeptPaths, LEVER_VERSION,
    LagProfile, LagYear, LegalClaim, Lever, LeverFormat, LeverSheet, MigrationShock, ScenarioFans,
    TakeUpChange, TakeUpMove, YieldError, YieldRule, estimate_lag_profile, estimate_yield,
};
pub use official::{
    EditionBasis, EditionHistory, EditionOutcome, EditionPath, OfficialForecast, OfficialLayout,
    OfficialMapping, OursAndTheirs, Recentred, recentre,
};
pub use paths::{CellWeight, PathBlock, PathFans, PathModel, PathOptions, RegisterDate};
pub use quality::{
    Break, BreakRule, Breaks, Crosswalk, FilledYear, HoleRule, PreferredAge, REGISTER_ERROR_CODES,
    RoundedCells, Rounding, StepEvidence, fill_missing_years, find_breaks, find_preferred_ages,
    find_rounding,
};
pub use request::{BacktestRequest, ForecastError, ForecastRequest, LONGEST_HORIZON};
pub use scores::{Score, scores, scores_where, weighted_interval_score};
pub use warnings::ForecastWarning;
