//! A seeded generator of a synthetic city with Dresden's public totals.
//!
//! [`generate`] writes all tables of a city directory, chunk by chunk, into a [`TableSink`]. Scale 1
//! is a city of Dresden's size, 0.05 a quick demo, 100 a country of a hundred such cities: every
//! city-sized unit is generated and handed over in turn, so that memory stays bounded. The same
//! seed, scale and day give the same values, whatever the number of threads.
//!
//! No row describes a person. Which totals come from which public source, and which are
//! assumptions, stands in `SOURCES.md` beside this crate and in [`calibration`].
//!
//! ```
//! use datasets::{CitySpec, generate_in_memory};
//! use tables::schema::TableName;
//! let city = generate_in_memory(&CitySpec::new(7, 0.02).unwrap()).unwrap();
//! assert_eq!(city.len(), TableName::ALL.len());
//! assert!(city[&TableName::Contracts].height() > 500);
//! assert!(CitySpec::new(7, 0.0).is_err()); // no city is that small
//! ```
//!
//! **Architecture invariant:** no file, clock or environment is read; the same input gives the same
//! output.

mod applications;
mod areas;
mod calendar;
pub mod calibration;
mod capacities;
mod children;
mod columns;
mod contracts;
mod facilities;
mod frames;
mod generate;
mod grid;
mod model;
mod names;
mod placement;
mod plan;
mod population;
mod providers;
mod random;
mod rollout;
mod spec;
mod staff;
mod totals;
mod unit;

pub use generate::{GenerateError, Progress, TableSink, generate, generate_in_memory};
pub use spec::{CitySpec, SpecError};
pub use totals::{CareTotals, Totals};
