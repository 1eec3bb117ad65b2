//! One SQLite file, or memory.

use std::path::Path;
use std::time::Duration;

use disclosure::ReleasedTable;
use jiff::{Timestamp, civil::Date};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::contract::{
    Imported, KeptRelease, ReleaseEntry, Store, TableImport, TableSnapshot, check_imports,
};
use crate::hash::sha256_of;
use crate::rows::{self, ImportRow, ReleaseRow, RunRow};
use crate::{RecordedRun, RunId, RunIdentity, StoreError};

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(30);

/// A [`Store`] in one SQLite file with write-ahead log, or in memory. Cheap to clone: clones share
/// their connections.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
}

impl SqliteStore {
    /// Opens a file, makes it if it is not there, and brings it to the newest form.
    ///
    /// # Errors
    /// [`StoreError::Open`] if the folder is missing or the file is no database,
    /// [`StoreError::Migrate`] if it is from a newer program.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        Self::connect(options, 4, &path.display().to_string()).await
    }

    /// An empty store in memory; it ends with its last clone.
    ///
    /// # Errors
    /// [`StoreError::Open`], [`StoreError::Migrate`].
    pub async fn in_memory() -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().in_memory(true);
        Self::connect(options, 1, "in memory").await
    }

    async fn connect(
        options: SqliteConnectOptions,
        connections: u32,
        path: &str,
    ) -> Result<Self, StoreError> {
        let options = options.foreign_keys(true).busy_timeout(PATIENCE);
        let pool = SqlitePoolOptions::new()
            .max_connections(connections)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .map_err(|source| StoreError::Open {
                path: path.to_owned(),
                source: Box::new(source),
            })?;
        sqlx::migrate!("./migrations")
            .run(&pool)
            .await
            .map_err(|source| StoreError::Migrate {
                source: Box::new(source),
            })?;
        tracing::debug!(path, "database opened");
        Ok(Self { pool })
    }

    /// Closes all connections and writes the log back into the file.
    pub async fn close(self) {
        self.pool.close().await;
    }

    /// Starts a write: one writer at a time, the others wait.
    async fn begin(&self, name: &'static str) -> Result<Transaction<'static, Sqlite>, StoreError> {
        let begun = self.pool.begin_with("begin immediate").await;
        begun.map_err(failed(name))
    }
}

/// Names the transaction a driver error happened in.
fn failed(transaction: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |source| StoreError::Transaction {
        transaction,
        source: Box::new(source),
    }
}

impl Store for SqliteStore {
    async fn record_run(
        &self,
        identity: &RunIdentity,
        recorded_at: Timestamp,
    ) -> Result<RunId, StoreError> {
        const NAME: &str = "record run";
        let id = identity.id();
        let mut transaction = self.begin(NAME).await?;
        sqlx::query(rows::INSERT_RUN)
            .bind(id.as_str())
            .bind(identity.input_sha256())
            .bind(identity.policy_version())
            .bind(identity.seed().to_string())
            .bind(identity.engine_version())
            .bind(recorded_at.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(failed(NAME))?;
        transaction.commit().await.map_err(failed(NAME))?;
        Ok(id)
    }

    async fn runs(&self) -> Result<Vec<RecordedRun>, StoreError> {
        let found: Vec<RunRow> = sqlx::query_as(rows::SELECT_RUNS)
            .fetch_all(&self.pool)
            .await
            .map_err(failed("list runs"))?;
        found.into_iter().map(RunRow::checked).collect()
    }

    async fn keep_release(
        &self,
        table: &ReleasedTable,
        reference_date: Date,
        recorded_at: Timestamp,
    ) -> Result<KeptRelease, StoreError> {
        const NAME: &str = "keep release";
        let bytes = serde_json::to_vec(table).map_err(|source| StoreError::Transaction {
            transaction: NAME,
            source: Box::new(source),
        })?;
        let mut transaction = self.begin(NAME).await?;
        let inserted = sqlx::query(rows::INSERT_RELEASE)
            .bind(table.content_hash())
            .bind(reference_date.to_string())
            .bind(table.name())
            .bind(table.policy().version())
            .bind(sha256_of(&bytes))
            .bind(bytes)
            .bind(recorded_at.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(failed(NAME))?
            .rows_affected();
        let kept: ReleaseRow = sqlx::query_as(rows::SELECT_RELEASE)
            .bind(table.content_hash())
            .bind(reference_date.to_string())
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed(NAME))?;
        let kept = kept.checked(inserted == 0)?;
        transaction.commit().await.map_err(failed(NAME))?;
        Ok(kept)
    }

    async fn release(
        &self,
        content_sha256: &str,
        reference_date: Date,
    ) -> Result<Option<KeptRelease>, StoreError> {
        let found: Option<ReleaseRow> = sqlx::query_as(rows::SELECT_RELEASE)
            .bind(content_sha256)
            .bind(reference_date.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("read release"))?;
        found.map(|row| row.checked(true)).transpose()
    }

    async fn releases(&self) -> Result<Vec<ReleaseEntry>, StoreError> {
        let found: Vec<rows::EntryRow> = sqlx::query_as(rows::SELECT_RELEASES)
            .fetch_all(&self.pool)
            .await
            .map_err(failed("list releases"))?;
        found.into_iter().map(rows::EntryRow::checked).collect()
    }

    async fn import_tables(
        &self,
        imports: &[TableImport<'_>],
        imported_at: Timestamp,
    ) -> Result<Vec<Imported>, StoreError> {
        const NAME: &str = "import tables";
        check_imports(imports)?;
        let mut transaction = self.begin(NAME).await?;
        let mut done = Vec::with_capacity(imports.len());
        for import in imports {
            let imported = import_one(&mut transaction, import, imported_at).await;
            // An early return drops the transaction, and dropping rolls it back.
            done.push(imported.map_err(failed(NAME))?);
        }
        transaction.commit().await.map_err(failed(NAME))?;
        tracing::info!(tables = imports.len(), "tables imported");
        Ok(done)
    }

    async fn import_table(
        &self,
        import: &TableImport<'_>,
        imported_at: Timestamp,
    ) -> Result<Imported, StoreError> {
        let mut done = self
            .import_tables(std::slice::from_ref(import), imported_at)
            .await?;
        Ok(done.remove(0))
    }

    async fn table_snapshot(&self, name: &str) -> Result<Option<TableSnapshot>, StoreError> {
        let found: Option<ImportRow> = sqlx::query_as(rows::SELECT_SNAPSHOT)
            .bind(name)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("read table"))?;
        found.map(ImportRow::checked).transpose()
    }

    async fn table_names(&self) -> Result<Vec<String>, StoreError> {
        let found: Vec<(String,)> = sqlx::query_as(rows::SELECT_TABLE_NAMES)
            .fetch_all(&self.pool)
            .await
            .map_err(failed("list tables"))?;
        Ok(found.into_iter().map(|(name,)| name).collect())
    }
}

async fn import_one(
    transaction: &mut Transaction<'static, Sqlite>,
    import: &TableImport<'_>,
    imported_at: Timestamp,
) -> Result<Imported, sqlx::Error> {
    let current: Option<(i64, String)> = sqlx::query_as(rows::SELECT_CURRENT)
        .bind(import.name)
        .fetch_optional(&mut **transaction)
        .await?;
    if let Some((number, sha256)) = current
        && sha256 == import.sha256
    {
        return Ok(Imported {
            import_number: number.unsigned_abs(),
            is_new: false,
        });
    }
    sqlx::query(rows::INSERT_CONTENT)
        .bind(import.sha256)
        .bind(import.bytes)
        .execute(&mut **transaction)
        .await?;
    let (number,): (i64,) = sqlx::query_as(rows::SELECT_NEXT_NUMBER)
        .fetch_one(&mut **transaction)
        .await?;
    sqlx::query(rows::INSERT_IMPORT)
        .bind(number)
        .bind(import.name)
        .bind(import.sha256)
        .bind(i64::try_from(import.row_count).unwrap_or(i64::MAX))
        .bind(imported_at.to_string())
        .execute(&mut **transaction)
        .await?;
    Ok(Imported {
        import_number: number.unsigned_abs(),
        is_new: true,
    })
}
