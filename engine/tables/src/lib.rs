//! The columnar tables of a city: schemas, validation, views and file formats.
//!
//! [`schema`] describes every table once. Reading, checking, writing and the page
//! `datasets/SCHEMA.md` follow from it. [`City::read`] takes a city directory's files, reports
//! *every* bad row with file, row, column, value, rule number and remedy, and gives the tables only
//! if nothing is wrong; [`City::check`] does the same in bounded memory without keeping rows.
//!
//! ```
//! use std::collections::BTreeMap;
//! use tables::schema::TableName;
//! use tables::{City, Format, TableSource};
//!
//! let areas = "area,parent,name\nS,,Süd\nS1,S,Südvorstadt\nS1,S,Südvorstadt\n";
//! let source = TableSource::bytes("areas.csv", Format::Csv, areas.as_bytes());
//! let problems = City::read(&BTreeMap::from([(TableName::Areas, source)]), &mut |_, _| {})
//!     .unwrap_err();
//! assert!(problems.iter().any(|p| p.code == "E1010" && p.row == Some(3))); // S1 appears twice
//! assert!(problems.iter().any(|p| p.code == "E1020")); // facilities and others are missing
//! ```
//!
//! **Architecture invariant:** nothing here opens a file; a [`TableSource`] says how to.

mod check;
mod city;
mod codes;
mod columns_writer;
mod convert;
mod edit;
mod edit_many;
mod keys;
mod outline;
mod placements;
mod problems;
mod read;
mod row;
mod rules;
pub mod schema;
mod slot_table;
mod source;
#[cfg(test)]
mod tests;
mod validation;
mod views;
mod writer;

/// The frame tables are kept in, so that other crates need not name polars.
pub use polars::frame::DataFrame;

pub use city::{Area, AreaShape, City, CityError, RowError};
pub use codes::ERROR_CODES;
pub use columns_writer::{ColumnValues, ColumnsError, write_columns};
pub use convert::csv_of;
pub use edit::{EditError, FacilityOpening, PlacesSet};
pub use edit_many::{LicenceGap, PlacesLine};
pub use placements::{FacilityIndex, OPEN_END, Placements};
pub use problems::{MOST_PROBLEMS_KEPT, Problems};
pub use row::Row;
pub use source::{Format, Opened, TableSource};
pub use writer::{TableWriter, WriteError};
