//! The store on SQLite or PostgreSQL.

use std::path::Path;
use std::str::FromStr as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::procedure::{AgreementRules, Policy, Rules};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, SqlitePool};
use tokio::sync::Semaphore;

use crate::StoreError;
use crate::session::{Database, retried};
use crate::snapshot::SnapshotCache;

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connections to one SQLite file: one writes, the others read.
const SQLITE_CONNECTIONS: u32 = 4;

/// Connections of one process to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;

/// Prepared statements kept per connection.
const STATEMENTS: usize = 512;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("./migrations/postgres");

/// A [`Store`](crate::Store) and [`ProcedureStore`](crate::ProcedureStore) in one SQLite file with
/// write-ahead log, in memory, or in PostgreSQL. Cheap to clone: clones share their connections.
#[derive(Clone)]
pub struct SqlStore {
    pub(crate) database: Database,
    pub(crate) rules: Arc<dyn Rules>,
    pub(crate) policy: Policy,
    pub(crate) snapshots: Arc<SnapshotCache>,
    pub(crate) is_in_memory: bool,
}

impl std::fmt::Debug for SqlStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqlStore")
            .field("is_postgres", &self.database.is_postgres())
            .finish_non_exhaustive()
    }
}

impl SqlStore {
    /// Opens a database by its address and brings it to the newest form: `sqlite:PATH` (made if it
    /// is not there), `sqlite::memory:` or `postgres://USER@HOST:PORT/NAME`.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for another address, [`StoreError::Open`] if the folder is missing, the
    /// file is no database or the server does not answer, [`StoreError::Migrate`] if the database is
    /// from a newer program.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_as(url, true).await
    }

    /// Opens a database that is there already; see [`Self::open`].
    ///
    /// # Errors
    /// As [`Self::open`], and [`StoreError::Open`] if the file does not exist.
    pub async fn open_existing(url: &str) -> Result<Self, StoreError> {
        Self::open_as(url, false).await
    }

    /// Opens a SQLite file, makes it if it is not there, and brings it to the newest form.
    ///
    /// # Errors
    /// [`StoreError::Open`] if the folder is missing or the file is no database,
    /// [`StoreError::Migrate`] if it is from a newer program.
    pub async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        Self::file(path, true).await
    }

    /// An empty store in memory; it ends with its last clone.
    ///
    /// # Errors
    /// [`StoreError::Open`], [`StoreError::Migrate`].
    pub async fn in_memory() -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().in_memory(true);
        let pool = sqlite_pool(options, 1, "in memory").await?;
        // A store that nobody opens again needs no history of its form: all at once is much faster.
        sqlx::raw_sql(AssertSqlSafe(newest_form()))
            .execute(&pool)
            .await
            .map_err(|source| StoreError::Migrate {
                source: Box::new(source),
            })?;
        Ok(Self {
            is_in_memory: true,
            ..Self::of_sqlite(pool)
        })
    }

    /// The same database under other rules: for tests that plant a bug and see it caught.
    #[must_use]
    pub fn with_rules(self, rules: Arc<dyn Rules>) -> Self {
        Self { rules, ..self }
    }

    /// The same database under other numbers of the city.
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Closes all connections; SQLite writes its log back into the file.
    pub async fn close(self) {
        self.database.close().await;
    }

    async fn open_as(url: &str, make: bool) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::postgres(url).await;
        }
        match url.strip_prefix("sqlite:") {
            Some(":memory:") => Self::in_memory().await,
            Some(path) if !path.is_empty() => {
                let path = path.strip_prefix("//").unwrap_or(path);
                Self::file(Path::new(path), make).await
            }
            _ => Err(StoreError::Refused {
                what: "address of a database",
                // Not the whole address: there may be a password in it.
                value: url.split(':').next().unwrap_or_default().to_owned(),
                remedy: "give sqlite:PATH, sqlite::memory: or postgres://USER@HOST:PORT/NAME",
            }),
        }
    }

    async fn file(path: &Path, make: bool) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(make)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let name = path.display().to_string();
        // Two that open a new file at once stand in each other's way when they set its form.
        let pool = retried!(Self::migrated(options.clone(), &name))?;
        tracing::debug!(path = name, "database opened");
        Ok(Self::of_sqlite(pool))
    }

    async fn migrated(options: SqliteConnectOptions, name: &str) -> Result<SqlitePool, StoreError> {
        let pool = sqlite_pool(options, SQLITE_CONNECTIONS, name).await?;
        SQLITE_MIGRATIONS.run(&pool).await.map_err(not_migrated)?;
        Ok(pool)
    }

    async fn postgres(url: &str) -> Result<Self, StoreError> {
        let refused = |path: String, source: sqlx::Error| StoreError::Open {
            path,
            source: Box::new(source),
        };
        let options = PgConnectOptions::from_str(url)
            .map_err(|source| refused("of PostgreSQL".to_owned(), source))?
            .application_name("placewright")
            .statement_cache_capacity(STATEMENTS)
            .options([("lock_timeout", "30s")])
            .disable_statement_logging();
        let name = format!(
            "{} of PostgreSQL at {}:{}",
            options.get_database().unwrap_or_default(),
            options.get_host(),
            options.get_port()
        );
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .map_err(|source| refused(name.clone(), source))?;
        POSTGRES_MIGRATIONS.run(&pool).await.map_err(not_migrated)?;
        tracing::debug!(name, "database opened");
        Ok(Self::of(Database::Postgres { pool }))
    }

    fn of_sqlite(pool: SqlitePool) -> Self {
        let gate = Arc::new(Semaphore::new(1));
        Self::of(Database::Sqlite { pool, gate })
    }

    fn of(database: Database) -> Self {
        Self {
            database,
            rules: Arc::new(AgreementRules),
            policy: Policy::default(),
            snapshots: Arc::default(),
            is_in_memory: false,
        }
    }
}

async fn sqlite_pool(
    options: SqliteConnectOptions,
    connections: u32,
    name: &str,
) -> Result<SqlitePool, StoreError> {
    let options = options
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging();
    SqlitePoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await
        .map_err(|source| StoreError::Open {
            path: name.to_owned(),
            source: Box::new(source),
        })
}

fn not_migrated(source: sqlx::migrate::MigrateError) -> StoreError {
    StoreError::Migrate {
        source: Box::new(source),
    }
}

/// Every migration of SQLite in one transaction.
fn newest_form() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let migrations = SQLITE_MIGRATIONS
            .iter()
            .map(|migration| migration.sql.as_str());
        let mut text = "begin;\n".to_owned();
        for migration in migrations {
            text.push_str(migration);
            text.push('\n');
        }
        text + "commit;"
    })
}
