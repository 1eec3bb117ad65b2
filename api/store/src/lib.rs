//! The database: the placement procedure, runs, releases and table snapshots.
//!
//! [`ProcedureStore`] and [`Store`] name what can be asked, in whole use cases; [`SqlStore`] answers
//! from one SQLite file (write-ahead log), from memory, or from PostgreSQL. Everything is written in
//! named transactions: all of it or nothing, also when the process dies in between; two that stand in
//! each other's way are done again. Times are parameters, the store reads no clock.
//!
//! **It decides nothing.** A command is carried out in one transaction: the rows it touches are held
//! (children, then facilities, then providers, each in the order of their keys), the files are read, the
//! rules of [`domain::procedure`] decide, and every change is written with its entry in the
//! hash-chained log, its event and, for a freed place, the job of the cascade. The end of the log is held
//! last and shortly, so numbers have no gaps and no cursor misses an entry.
//!
//! Every statement is written once for both databases (`$1` placeholders, text and bigint columns,
//! `string_agg`); what differs is how rows are held, and the migrations differ in the type of bytes.
//!
//! **Architecture invariant:** sqlx appears in no public signature; no other crate names it.
//!
//! ```
//! use store::{RunIdentity, SqlStore, Store, TableImport, sha256_of};
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let store = SqlStore::in_memory().await?;
//! let now = "2026-11-22T08:00:00Z".parse()?;
//! let bytes = b"area_id,name\n01,North\n";
//! let import = TableImport { name: "areas", sha256: &sha256_of(bytes), row_count: 1, bytes };
//! assert!(store.import_table(&import, now).await?.is_new);
//! assert!(!store.import_table(&import, now).await?.is_new, "the second time nothing changes");
//!
//! let wrong = TableImport { sha256: &sha256_of(b"something else"), ..import };
//! assert_eq!(store.import_table(&wrong, now).await.unwrap_err().code(), "E7003");
//!
//! let run = RunIdentity::new(sha256_of(bytes), "policy-1", 7, "0.1.0")?;
//! assert_eq!(store.record_run(&run, now).await?, store.record_run(&run, now).await?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A provider joins; the second time the rules refuse it, and a repeated request is only answered:
//!
//! ```
//! use domain::procedure::{Actor, Command, HumanActor, ProviderRegistration, Role};
//! use domain::{ActorId, LegalRegime, ProviderId, ProviderKind};
//! use jiff::civil::date;
//! use store::{Audience, Envelope, IdempotencyKey, ProcedureStore, SqlStore, sha256_of};
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let store = SqlStore::in_memory().await?;
//! let envelope = Envelope {
//!     actor: Actor::Human(HumanActor { id: ActorId::new("office-3")?, role: Role::CityAdmin }),
//!     on_behalf_of: None,
//!     correlation_id: "request-1".to_owned(),
//!     at: "2027-01-15T08:00:00Z".parse()?,
//!     today: date(2027, 1, 15),
//!     idempotency: Some(IdempotencyKey { key: "k-1".to_owned(), request_sha256: sha256_of(b"T1") }),
//!     expected_revision: None,
//! };
//! let join = Command::RegisterProvider(ProviderRegistration {
//!     id: ProviderId::new("T1")?,
//!     name: "Provider T1".to_owned(),
//!     kind: ProviderKind::Independent,
//!     regime: LegalRegime::Secular,
//!     participates_from: date(2022, 11, 8),
//!     participates_to: None,
//! });
//! let receipt = store.perform(&envelope, &join).await?;
//! assert_eq!(receipt.changes[0].kind, "provider.registered");
//! let again = store.perform(&envelope, &join).await?;
//! assert!(again.is_replay && again.changes == receipt.changes, "nothing was done");
//!
//! let anew = Envelope { idempotency: None, ..envelope };
//! let refused = store.perform(&anew, &join).await.unwrap_err();
//! assert_eq!(refused.to_string(), "E9009: a provider with the key T1 exists; use another key");
//!
//! assert_eq!(store.events_after(Audience::City, None, 0, 100).await?.len(), 1);
//! assert_eq!(store.verify_logs().await?.fault, None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod city_load;
mod contract;
mod error;
mod hash;
mod kept;
#[cfg(test)]
mod prepared;
mod procedure;
mod run;
mod run_queue;
mod scenarios;
mod scratch;
mod session;
mod snapshot;
mod sql_store;

pub use city_load::{CityLoad, LoadCounts, LoadReceipt};
pub use contract::{
    Imported, KeptRelease, MAXIMUM_TABLE_BYTES, ReleaseEntry, Store, TableImport, TableSnapshot,
};
pub use error::{ERROR_CODES, StoreError};
pub use hash::sha256_of;
pub use kept::LedgerStore;
pub use procedure::{
    Access, Audience, Envelope, Event, Export, FreedPlaceRecord, Grant, IdempotencyKey,
    ImportProgress, Job, LogReport, OverriddenOffer, PerformError, ProcedureStore, Receipt,
    RecordedAccess, RecordedChange, Revised,
};
pub use run::{RecordedRun, RunId, RunIdentity};
pub use run_queue::{
    MAXIMUM_REQUEST_BYTES, MOST_ATTEMPTS, NewRun, RequestedRun, RunProgress, RunQueue, RunState,
    Sign,
};
pub use scenarios::{
    MAXIMUM_SCENARIO_BYTES, NewScenarioResult, NewScenarioVersion, ScenarioKept, ScenarioResult,
    ScenarioStore, ScenarioVersion,
};
pub use snapshot::{
    ApplicationRow, ApplicationStanding, Applications, ChildRow, Children, Chunk,
    ContractVersionRow, ContractVersions, DatedCatalogue, FacilityRecord, OfferRow, OfferStanding,
    Offers, Points, PointsRow, ProviderRecord, Snapshot, SnapshotRows,
};
pub use sql_store::SqlStore;
