//! The database: runs, releases and table snapshots.
//!
//! [`Store`] names what can be asked, in whole use cases; [`SqliteStore`] answers from one SQLite file
//! (write-ahead log) or from memory. Everything is written in named transactions: all of it or
//! nothing, also when the process dies in between. Times are parameters, the store reads no clock.
//!
//! SQLite is the only database so far. The statements keep to what other databases understand as
//! well (`$1` placeholders, `on conflict do nothing`, text for dates and hashes, no automatic
//! numbers), so that another implementation of [`Store`] can share them; the column type `blob` and
//! the pragmas are SQLite's own.
//!
//! **Architecture invariant:** sqlx appears in no public signature; no other crate names it.
//!
//! ```
//! use store::{RunIdentity, SqliteStore, Store, TableImport, sha256_of};
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let store = SqliteStore::in_memory().await?;
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

mod contract;
mod error;
mod hash;
mod rows;
mod run;
mod sqlite;

pub use contract::{
    Imported, KeptRelease, MAXIMUM_TABLE_BYTES, ReleaseEntry, Store, TableImport, TableSnapshot,
};
pub use error::{ERROR_CODES, StoreError};
pub use hash::sha256_of;
pub use run::{RecordedRun, RunId, RunIdentity};
pub use sqlite::SqliteStore;
