//! What the store can be asked.

use std::future::Future;

use disclosure::ReleasedTable;
use jiff::{Timestamp, civil::Date};

use crate::hash::{is_sha256, sha256_of};
use crate::{RecordedRun, RunId, RunIdentity, StoreError};

/// Largest content of one table, in bytes.
pub const MAXIMUM_TABLE_BYTES: usize = 512 * 1024 * 1024;

/// A table to import.
#[derive(Debug, Clone, Copy)]
pub struct TableImport<'a> {
    /// Name of the table, for example `contracts`: lower-case letters, digits and `_`, at most 64.
    pub name: &'a str,
    /// SHA-256 of `bytes` in lower-case hexadecimal digits, as computed when the file was checked.
    pub sha256: &'a str,
    /// Rows in the table.
    pub row_count: u64,
    /// The content, in whatever format the caller reads back; at most [`MAXIMUM_TABLE_BYTES`].
    pub bytes: &'a [u8],
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// Number of the import that made this content current; grows from 1.
    pub import_number: u64,
    /// `false` if the table already had this content, so that nothing changed.
    pub is_new: bool,
}

/// The current content of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSnapshot {
    /// Name of the table.
    pub name: String,
    /// SHA-256 of `bytes`, checked on reading.
    pub sha256: String,
    /// Rows in the table.
    pub row_count: u64,
    /// Number of the import.
    pub import_number: u64,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// The content.
    pub bytes: Vec<u8>,
}

/// A release in the ledger, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ReleaseEntry {
    /// SHA-256 of what a reader sees.
    pub content_sha256: String,
    /// The day the numbers are of.
    pub reference_date: Date,
    /// Name of the table.
    pub table_name: String,
    /// Version of the disclosure policy.
    pub policy_version: String,
    /// When it was kept first.
    pub recorded_at: Timestamp,
}

/// A release as kept in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRelease {
    /// What it is.
    pub entry: ReleaseEntry,
    /// The release as JSON: the bytes of the first time, whoever asks again.
    pub bytes: Vec<u8>,
    /// Whether it was in the ledger before.
    pub was_known: bool,
}

/// Everything that is kept. Every method is one transaction: all of it or nothing.
pub trait Store: Send + Sync + 'static {
    /// Records a run, once: the same four facts give the same id, and the first time stays.
    ///
    /// # Errors
    /// [`StoreError::Transaction`].
    fn record_run(
        &self,
        identity: &RunIdentity,
        recorded_at: Timestamp,
    ) -> impl Future<Output = Result<RunId, StoreError>> + Send;

    /// All runs, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn runs(&self) -> impl Future<Output = Result<Vec<RecordedRun>, StoreError>> + Send;

    /// Puts a release into the ledger, or finds it there: the same content hash and reference date
    /// give the bytes of the first time.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn keep_release(
        &self,
        table: &ReleasedTable,
        reference_date: Date,
        recorded_at: Timestamp,
    ) -> impl Future<Output = Result<KeptRelease, StoreError>> + Send;

    /// A release of the ledger; `None` if there is no such release.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn release(
        &self,
        content_sha256: &str,
        reference_date: Date,
    ) -> impl Future<Output = Result<Option<KeptRelease>, StoreError>> + Send;

    /// The ledger, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn releases(&self) -> impl Future<Output = Result<Vec<ReleaseEntry>, StoreError>> + Send;

    /// Imports several tables: all of them or none. A table that already has the content given is
    /// left as it is.
    ///
    /// # Errors
    /// [`StoreError::HashMismatch`], [`StoreError::Refused`] for a name, hash or size, a table named
    /// twice included, [`StoreError::Transaction`].
    fn import_tables(
        &self,
        imports: &[TableImport<'_>],
        imported_at: Timestamp,
    ) -> impl Future<Output = Result<Vec<Imported>, StoreError>> + Send;

    /// Imports one table, see [`Self::import_tables`].
    ///
    /// # Errors
    /// As [`Self::import_tables`].
    fn import_table(
        &self,
        import: &TableImport<'_>,
        imported_at: Timestamp,
    ) -> impl Future<Output = Result<Imported, StoreError>> + Send;

    /// The current content of a table; `None` if it was never imported.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn table_snapshot(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Option<TableSnapshot>, StoreError>> + Send;

    /// Names of all imported tables, in alphabetical order.
    ///
    /// # Errors
    /// [`StoreError::Transaction`].
    fn table_names(&self) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;
}

/// Refuses imports that would store something wrong, before anything is written.
pub(crate) fn check_imports(imports: &[TableImport<'_>]) -> Result<(), StoreError> {
    let refused = |what, value: String, remedy| {
        Err(StoreError::Refused {
            what,
            value,
            remedy,
        })
    };
    for (place, import) in imports.iter().enumerate() {
        let name = import.name;
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(allowed) {
            let remedy = "use 1 to 64 lower-case letters, digits and _";
            return refused("table name", name.to_owned(), remedy);
        }
        if imports[..place].iter().any(|other| other.name == name) {
            return refused("table name", name.to_owned(), "give every table once");
        }
        if import.bytes.len() > MAXIMUM_TABLE_BYTES {
            let size = import.bytes.len().to_string();
            return refused("size of a table", size, "give at most 512 MiB");
        }
        if i64::try_from(import.row_count).is_err() {
            let rows = import.row_count.to_string();
            return refused("number of rows", rows, "give the number of rows read");
        }
        if !is_sha256(import.sha256) {
            let remedy = "give 64 lower-case hexadecimal digits";
            return refused("hash", import.sha256.to_owned(), remedy);
        }
        let found = sha256_of(import.bytes);
        if found != import.sha256 {
            return Err(StoreError::HashMismatch {
                name: name.to_owned(),
                given: import.sha256.to_owned(),
                found,
            });
        }
    }
    Ok(())
}
