//! Official extracts and their plausibility rules.
//!
//! Two reports leave the city as single records and go to a statistics office only: the federal
//! child and youth welfare statistics at 1 March (§§ 98 to 103 SGB VIII, [`federal_extract`]) and
//! the measure of the state grant at 1 April (§ 18 SächsKitaG, [`state_extract`]). Both are drawn as
//! known on a day, so that a later correction leaves an earlier report unchanged to the byte;
//! [`differences`] and [`federal_differences`] name what a later run counts otherwise, and why.
//! [`staffing_requirement`] (§ 12) and [`check_costs`] (§ 14) concern no single person.
//! Numbered plausibility rules check them ([`check_federal`], [`check_state`], [`reconcile`] and
//! others); [`write_federal`] and its kin write CSV, [`datml`] writes and reads XML, both with a
//! [`Manifest`] of hashes.
//!
//! # What the files hold
//!
//! File columns have the German names of the survey ([`FILES`]); everything in Rust has an English
//! name. No file holds a name, an address, a day of birth or an identifier of the portal: facilities
//! and children carry running numbers. Children are numbered in the order of what their rows say, so a
//! number tells nothing about the pseudonym behind it.
//!
//! What the city's tables do not say comes from optional [`Registers`]: provider and group kinds, staff,
//! childminders, groups and integration aid of children. Without one its columns stay empty and its
//! files are left out. Codes, limits, rates, staff keys and the column map of a recipient are
//! [`Parameters`] with a first day each.
//!
//! # Decisions
//!
//! - A facility is reported if it is open on the reference date and has a licence or children. The
//!   needs plan does not matter: the federal survey covers every facility. A facility whose licence
//!   has run out while children are still there is reported with 0 approved places (rule E13).
//! - A facility with a substitute day is counted on that day.
//! - The survey of a child follows the kind of its facility: childminder sites go to `ktp_kind`, all
//!   others to `kita_kind`.
//! - Only contracts have recorded time. Facts of children and facilities are those of the tables
//!   given; keep the tables' snapshot with the manifest to rebuild a report.
//! - Admission is the first day of the unbroken run of contracts at the same facility.
//!
//! ```
//! use domain::ReferenceDate;
//! use reporting::{Registers, federal_extract};
//! use tables::City;
//!
//! let city = City::from_frames(Default::default())?;
//! let reference = ReferenceDate::federal(2027)?;
//! let extract = federal_extract(&city, &Registers::none(), reference, reference.date())?;
//! assert!(format!("{extract:?}").starts_with("FederalExtract { reference: 2027-03-01"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Architecture invariant:** records are types of their own; none of them prints its contents with
//! `Debug`, none can be serialised, and no other crate of the engine may name them.

/// Types whose contents must not reach a log.
macro_rules! opaque_debug {
    ($($name:ident),+) => {$(
        /// Never the contents: they concern single persons.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )+};
}

mod codes;
mod costs;
pub mod datml;
mod desk;
mod differences;
mod error;
mod federal;
mod grant;
mod layout;
mod manifest;
mod notice;
mod occupancy_tables;
mod open_data;
mod parameters;
mod rational;
mod records;
mod registers;
mod rules;
mod snapshot;
mod staffing;
mod state;
mod statistics;
#[cfg(test)]
mod tests;
mod write;

pub use codes::ERROR_CODES;
pub use costs::{Amount, CostKind, CostPublication, CostRow, check_costs, read_costs};
pub use desk::{DeskError, ReleaseDesk};
pub use differences::{
    Difference, DifferenceCause, RecordDifference, differences, federal_differences,
    write_differences, write_federal_differences,
};
pub use error::{ExtractError, GrantTableError, ParameterError, WriteError};
pub use federal::{AgeGroups, FederalExtract, federal_extract};
pub use grant::{Cents, GrantRate, GrantRules, GrantTable, NineHourEquivalents};
pub use layout::{
    Basis, CHILD_FIELDS, CHILDMINDER_FIELDS, CHILDMINDING_FIELDS, COST_FIELDS, FACILITY_FIELDS,
    FILES, FieldSpec, GRANT_FIELDS, GROUP_FIELDS, JOINT_CHILDMINDING_FIELDS, STAFF_FIELDS,
    STAFFING_FIELDS, Values,
};
pub use manifest::{Manifest, ManifestEntry};
pub use notice::{ProviderNotice, write_notices};
pub use occupancy_tables::{
    OccupancyRow, OccupancyTables, OccupancyTablesError, occupancy_scope, occupancy_series,
    occupancy_tables, occupancy_tables_beside,
};
pub use open_data::{LICENCE_DL_DE_BY_2_0, OpenDataError, OpenDataFacts, OpenDataFile, open_data};
pub use parameters::{
    CodeBasis, CodeList, ColumnMap, Delivery, Limits, MappedColumn, Parameters, StaffKey,
    StaffSupplements,
};
pub use rational::{Fraction, NotDecimal};
pub use records::{
    ChildFacts, ChildRecord, ChildminderRecord, ChildmindingRecord, FacilityRecord, GroupRecord,
    JointChildmindingRecord, StaffDetails, StaffRecord,
};
pub use registers::{RegisterColumn, RegisterName, RegisterSource, RegisterValue, Registers};
pub use rules::{
    Finding, RULE_SET_VERSION, Rule, Severity, Wording, check_federal, check_state,
    compare_federal_years, compare_state_years, reconcile, reconcile_state, write_findings,
};
pub use staffing::{StaffingRecord, StaffingRequirement, staffing_requirement};
pub use state::{GrantRecord, StateExtract, state_extract};
pub use statistics::{
    MOST_STATISTICS_MONTHS, STATISTICS_ERROR_CODES, Statistics, StatisticsColumn, StatisticsError,
    StatisticsKind, StatisticsLevel, StatisticsMonth, StatisticsRequest, StatisticsTable,
    StatisticsValue, StatisticsVersion, StatisticsWriteError, statistics, statistics_beside,
    statistics_note, statistics_note_text, statistics_of_month, statistics_of_month_beside,
    statistics_scopes,
};
pub use write::{write_costs, write_federal, write_staffing, write_state};
