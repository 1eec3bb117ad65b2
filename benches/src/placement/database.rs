//! The two databases, durable as in production: every commit waits for the disk.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use store::{CityLoad, SqlStore};
use workspace_tests::postgres::{self, TestDatabase};

use super::envelope;
use crate::{Inputs, Purpose};

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One file with write-ahead log.
    Sqlite,
    /// A private cluster on loopback.
    Postgres,
}

/// A fresh database; removed with this value.
#[derive(Debug)]
pub struct FreshDatabase {
    /// The store on it.
    pub store: SqlStore,
    place: Place,
}

#[derive(Debug)]
enum Place {
    File(Inputs),
    Postgres(TestDatabase),
}

impl Kind {
    /// The name in figures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgresql",
        }
    }

    /// The databases there are; where PostgreSQL cannot be started, the reason is printed.
    #[must_use]
    pub fn available(purpose: Purpose) -> Vec<Self> {
        // Who only asks for names does not start a cluster.
        let is_list = std::env::args().any(|argument| argument == "--list");
        let mut kinds = vec![Self::Sqlite];
        if is_list || cluster(purpose).is_some() {
            kinds.push(Self::Postgres);
        }
        kinds
    }

    /// A fresh database with a city in it.
    ///
    /// # Errors
    ///
    /// When it cannot be made or the city is not taken in.
    pub async fn with(
        self,
        temporary: &str,
        purpose: Purpose,
        city: &CityLoad,
    ) -> io::Result<FreshDatabase> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let place = match self {
            Self::Sqlite => {
                let name = format!("placement-{}", COUNT.fetch_add(1, Ordering::Relaxed));
                Place::File(Inputs::tiny(temporary, &name, |_| Ok(()))?)
            }
            Self::Postgres => Place::Postgres(cluster(purpose).ok_or_else(|| {
                io::Error::other("PostgreSQL cannot be started; the reason is printed above")
            })?),
        };
        let store = open(&place).await?;
        store
            .load_city(city, &envelope(None))
            .await
            .map_err(io::Error::other)?;
        Ok(FreshDatabase { store, place })
    }
}

impl FreshDatabase {
    /// Another store on the same database, as of another process.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub async fn opened_again(&self) -> io::Result<SqlStore> {
        open(&self.place).await
    }

    /// Closes the store before the database goes.
    pub async fn end(self) {
        self.store.close().await;
    }
}

async fn open(place: &Place) -> io::Result<SqlStore> {
    match place {
        Place::File(folder) => {
            SqlStore::open_sqlite(&folder.path().join("placewright.sqlite")).await
        }
        Place::Postgres(database) => SqlStore::open(database.url()).await,
    }
    .map_err(io::Error::other)
}

/// A database that waits for the disk where figures are wanted; else one of the tests' cluster.
fn cluster(purpose: Purpose) -> Option<TestDatabase> {
    match purpose {
        Purpose::Measure => postgres::durable_database(),
        Purpose::Try => postgres::database(),
    }
}
