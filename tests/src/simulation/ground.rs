//! Databases to play on, each with the founded world in it.

use std::path::Path;
use std::sync::{Arc, Mutex};

use domain::procedure::{Rules, decide};
use store::{CityLoad, Envelope, SqlStore};
use workspace_tests::postgres::{self, TestDatabase};

use super::columns;
use super::player::noon_of;
use super::world::{FIRST_DAY, Request, World, founding};

/// Where histories are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// SQLite in memory: the fastest; it cannot be closed and opened again.
    Memory,
    /// A SQLite file for each history.
    File,
    /// PostgreSQL.
    Postgres,
}

/// A founded world, and what is needed to have it in a database.
pub(super) struct Founded {
    pub(super) world: World,
    kind: Kind,
    load: CityLoad,
    envelope: Envelope,
    /// A store whose history is over; the next one empties it.
    idle: Mutex<Option<SqlStore>>,
    database: Option<TestDatabase>,
}

/// A database of one history.
pub(super) struct Ground {
    /// Where it can be opened again.
    url: Option<String>,
    _folder: Option<tempfile::TempDir>,
}

/// Where files live for moments: in memory where the system offers that.
fn folder() -> tempfile::TempDir {
    let shared_memory = Path::new("/dev/shm");
    if shared_memory.is_dir()
        && let Ok(folder) = tempfile::tempdir_in(shared_memory)
    {
        return folder;
    }
    tempfile::tempdir().expect("the folder for temporary files can be written")
}

impl Founded {
    /// The number of the change in which the world was founded.
    pub(super) const SEQUENCE: u64 = 1;

    /// Founds the world; `None` where its database is not installed.
    pub(super) fn on(kind: Kind) -> Option<Self> {
        let database = match kind {
            Kind::Memory | Kind::File => None,
            Kind::Postgres => Some(postgres::database()?),
        };
        let mut world = World::empty();
        for Request { command, .. } in founding() {
            let changes = decide(&world.files, &command)
                .unwrap_or_else(|refusal| panic!("the world cannot be founded: {refusal}"));
            world.apply(&changes, 0);
        }
        let load = columns::load(&world);
        let Request { actor, .. } = founding().swap_remove(0);
        let envelope = Envelope {
            actor,
            on_behalf_of: None,
            correlation_id: "founding".to_owned(),
            at: noon_of(FIRST_DAY),
            today: FIRST_DAY,
            idempotency: None,
            expected_revision: None,
        };
        Some(Self {
            world,
            kind,
            load,
            envelope,
            idle: Mutex::new(None),
            database,
        })
    }

    /// A database with nothing but the world in it, under some rules.
    pub(super) async fn ground(&self, rules: Arc<dyn Rules>) -> (Ground, SqlStore) {
        let idle = self.idle.lock().expect("nothing panics under it").take();
        let mut ground = Ground {
            url: self
                .database
                .as_ref()
                .map(|database| database.url().to_owned()),
            _folder: None,
        };
        let store = match (self.kind, idle) {
            (Kind::File, _) => {
                let folder = folder();
                let url = format!("sqlite:{}", folder.path().join("city.db").display());
                let store = SqlStore::open(&url)
                    .await
                    .expect("the folder was just made");
                ground.url = Some(url);
                ground._folder = Some(folder);
                store
            }
            (_, Some(store)) => store.emptied().await.expect("a database of tests"),
            (Kind::Memory, None) => SqlStore::in_memory().await.expect("there is memory"),
            (Kind::Postgres, None) => {
                let url = ground.url.as_deref().expect("it was started");
                SqlStore::open(url).await.expect("a new database")
            }
        };
        let loaded = store.load_city(&self.load, &self.envelope).await;
        let loaded = loaded.expect("the database is empty");
        assert_eq!(loaded.sequence, Self::SEQUENCE);
        (ground, store.with_rules(rules))
    }

    /// Takes the store of a history that is over back.
    pub(super) async fn give_back(&self, store: SqlStore) {
        match self.kind {
            Kind::File => store.close().await,
            Kind::Memory | Kind::Postgres => {
                *self.idle.lock().expect("nothing panics under it") = Some(store);
            }
        }
    }
}

impl Ground {
    /// Opens its database as a new process would; `None` where it would be gone.
    pub(super) async fn open_again(&self, rules: Arc<dyn Rules>) -> Option<SqlStore> {
        let url = self.url.as_deref()?;
        let store = SqlStore::open_existing(url).await;
        Some(
            store
                .expect("the database was just there")
                .with_rules(rules),
        )
    }
}
