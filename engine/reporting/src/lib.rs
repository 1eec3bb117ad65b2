//! Official extracts and their plausibility rules.
//!
//! Two reports leave the city as single records and go to a statistics office only: the federal
//! child and youth welfare statistics at 1 March (§§ 98 to 103 SGB VIII, [`federal_extract`]) and
//! the measure of the state grant at 1 April (§ 18 SächsKitaG, [`state_extract`]). Both are drawn as
//! known on a day, so that a later correction leaves an earlier report unchanged to the byte.
//! [`check_federal`], [`check_state`] and [`reconcile`] apply numbered plausibility rules;
//! [`write_federal`] and [`write_state`] write the files and a [`Manifest`] with their hashes.
//!
//! # What the files hold
//!
//! File columns have the German names of the survey ([`FACILITY_FIELDS`], [`CHILD_FIELDS`],
//! [`CHILDMINDING_FIELDS`], [`GRANT_FIELDS`]); everything in Rust has an English name. No file holds
//! a name, an address, a day of birth or an identifier of the portal: facilities and children
//! carry running numbers. Children are numbered in the order of what their rows say, so a number
//! tells nothing about the pseudonym behind it.
//!
//! These columns of the survey have no source in the city's tables and are left out:
//!
//! - facility: `land`, `kreis`, `gemeinde`, the statistics office's own Kenn-Nummer (the column
//!   `einrichtung` is our running number; [`FederalExtract::facility_numbers`] says which facility it
//!   is), `traeger_art`, `traeger_rechtsform`, `verband`, `besonderheit`, `gruppen_art`,
//!   `stichtag_ersatz`;
//! - child: `gruppe`; the kind of integration aid (only whether there is any);
//! - childminding child: `verwandtschaft`, `finanzierung_art`, `finanzierung_umfang`; the records
//!   `ktp_person` and `grosstagespflege` as a whole;
//! - `kita_person` as a whole: the table `staff` knows hours and role only, not sex, birth,
//!   qualification or position, so no staff record could be filled.
//!
//! # Decisions
//!
//! - A facility is reported if it is open on the reference date and has a licence or children. The
//!   needs plan does not matter: the federal survey covers every facility. A facility whose licence
//!   has run out while children are still there is reported with 0 approved places (rule E13).
//! - The survey of a child follows the kind of its facility: childminder sites go to `ktp_kind`, all
//!   others to `kita_kind`.
//! - Only contracts have recorded time. Facts of children and facilities are those of the tables
//!   given; keep the tables' snapshot with the manifest to rebuild a report.
//! - Admission is the first day of the unbroken run of contracts at the same facility.
//!
//! ```
//! use domain::ReferenceDate;
//! use reporting::federal_extract;
//! use tables::City;
//!
//! let city = City::from_frames(Default::default())?;
//! let reference = ReferenceDate::federal(2027)?;
//! let extract = federal_extract(&city, reference, reference.date())?;
//! assert_eq!(format!("{extract:?}"), "FederalExtract { reference: 2027-03-01, known_on: 2027-03-01, facilities: 0, children: 0, childminding: 0 }");
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
mod error;
mod federal;
mod grant;
mod layout;
mod manifest;
mod notice;
mod occupancy_tables;
mod open_data;
mod records;
mod rules;
mod snapshot;
mod state;
mod statistics;
#[cfg(test)]
mod tests;
mod write;

pub use codes::ERROR_CODES;
pub use error::{ExtractError, GrantTableError, WriteError};
pub use federal::{AgeGroups, FederalExtract, federal_extract};
pub use grant::{Cents, GrantRate, GrantRules, GrantTable, NineHourEquivalents};
pub use layout::{
    Basis, CHILD_FIELDS, CHILDMINDING_FIELDS, FACILITY_FIELDS, FieldSpec, GRANT_FIELDS, Values,
};
pub use manifest::{Manifest, ManifestEntry};
pub use notice::{ProviderNotice, write_notices};
pub use occupancy_tables::{
    OccupancyRow, OccupancyTables, OccupancyTablesError, occupancy_series, occupancy_tables,
};
pub use open_data::{LICENCE_DL_DE_BY_2_0, OpenDataError, OpenDataFacts, OpenDataFile, open_data};
pub use records::{ChildFacts, ChildRecord, ChildmindingRecord, FacilityRecord};
pub use rules::{
    Finding, Limits, RULE_SET_VERSION, Rule, Severity, check_federal, check_state, reconcile,
    write_findings,
};
pub use state::{
    Difference, DifferenceCause, GrantRecord, StateExtract, differences, state_extract,
};
pub use statistics::{
    MOST_STATISTICS_MONTHS, STATISTICS_ERROR_CODES, Statistics, StatisticsColumn, StatisticsError,
    StatisticsKind, StatisticsLevel, StatisticsMonth, StatisticsRequest, StatisticsTable,
    StatisticsValue, StatisticsVersion, StatisticsWriteError, statistics, statistics_note,
    statistics_note_text, statistics_of_month,
};
pub use write::{write_federal, write_state};
