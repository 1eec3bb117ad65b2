//! The three databases the same tests run on.

use std::sync::{Arc, Mutex};

use domain::procedure::{AgreementRules, Change, Command, Refusal, Rules, Situation};
use sqlx::Connection as _;
use store::SqlStore;
use workspace_tests::postgres::TestDatabase;

/// A store with its database, which ends with it.
pub(crate) struct Subject {
    pub(crate) store: SqlStore,
    pub(crate) decided: Decided,
    place: Place,
}

enum Place {
    Memory,
    File(tempfile::TempDir),
    Postgres(TestDatabase),
}

/// What the rules decided last.
#[derive(Clone, Default)]
pub(crate) struct Decided(Arc<Mutex<Vec<Change>>>);

impl Decided {
    pub(crate) fn take(&self) -> Vec<Change> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Rules for Decided {
    fn decide(&self, situation: &Situation, command: &Command) -> Result<Vec<Change>, Refusal> {
        let changes = AgreementRules.decide(situation, command)?;
        (*self.0.lock().unwrap()).clone_from(&changes);
        Ok(changes)
    }
}

impl Subject {
    pub(crate) async fn memory() -> Option<Self> {
        let store = SqlStore::in_memory().await.unwrap();
        Some(Self::of(store, Place::Memory))
    }

    pub(crate) async fn file() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("placewright.sqlite");
        let store = SqlStore::open_sqlite(&path).await.unwrap();
        Some(Self::of(store, Place::File(folder)))
    }

    /// `None` where PostgreSQL cannot be started; the reason is printed.
    pub(crate) async fn postgres() -> Option<Self> {
        let database = workspace_tests::postgres::database()?;
        let store = SqlStore::open(database.url()).await.unwrap();
        Some(Self::of(store, Place::Postgres(database)))
    }

    fn of(store: SqlStore, place: Place) -> Self {
        let decided = Decided::default();
        Self {
            store: store.with_rules(Arc::new(decided.clone())),
            decided,
            place,
        }
    }

    /// Another process on the same database.
    pub(crate) async fn opened_again(&self) -> SqlStore {
        match &self.place {
            Place::Memory => self.store.clone(),
            Place::File(folder) => {
                let path = folder.path().join("placewright.sqlite");
                SqlStore::open_sqlite(&path).await.unwrap()
            }
            Place::Postgres(database) => SqlStore::open(database.url()).await.unwrap(),
        }
    }

    /// Whether somebody outside can change the database; memory is the store's own.
    pub(crate) fn can_be_tampered_with(&self) -> bool {
        !matches!(self.place, Place::Memory)
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres(_))
    }

    /// Changes the database behind the store's back.
    pub(crate) async fn tamper(&self, statements: &str) {
        let statements = sqlx::AssertSqlSafe(statements.to_owned());
        match &self.place {
            Place::Memory => panic!("nobody reaches the memory of the store"),
            Place::File(folder) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new()
                    .filename(folder.path().join("placewright.sqlite"))
                    .foreign_keys(false);
                let mut outside = sqlx::SqliteConnection::connect_with(&options)
                    .await
                    .unwrap();
                sqlx::raw_sql(statements)
                    .execute(&mut outside)
                    .await
                    .unwrap();
            }
            Place::Postgres(database) => {
                let mut outside = sqlx::PgConnection::connect(database.url()).await.unwrap();
                // Foreign keys do not hold up whoever owns the database.
                sqlx::raw_sql("set session_replication_role = replica")
                    .execute(&mut outside)
                    .await
                    .unwrap();
                sqlx::raw_sql(statements)
                    .execute(&mut outside)
                    .await
                    .unwrap();
            }
        }
    }
}

/// Runs the same tests on SQLite in memory, on a file, and on PostgreSQL.
macro_rules! on_every_database {
    ($($test:ident),+ $(,)?) => {
        mod in_memory { $($crate::database::on_every_database!(@one $test, memory);)+ }
        mod in_a_file { $($crate::database::on_every_database!(@one $test, file);)+ }
        mod on_postgres { $($crate::database::on_every_database!(@one $test, postgres);)+ }
    };
    (@one $test:ident, $place:ident) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            if let Some(subject) = $crate::database::Subject::$place().await {
                super::$test(&subject).await;
                subject.store.close().await;
            }
        }
    };
}
pub(crate) use on_every_database;
