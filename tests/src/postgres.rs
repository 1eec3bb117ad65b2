//! A private PostgreSQL for the tests: one cluster on loopback for all test processes, a database
//! for each test.
//!
//! The first process that asks finds no cluster and starts one in the folder for temporary files; a
//! watchdog stops it and removes its files half a minute after the last test process has gone, however that
//! one ended. Nothing of a PostgreSQL installed on the machine is used but its programs.

mod cluster;

use std::sync::atomic::{AtomicU32, Ordering};

pub use cluster::{Durability, Unavailable};

/// If this environment variable is set, a test that needs PostgreSQL fails where it cannot be started;
/// otherwise it says so and passes.
pub const REQUIRED: &str = "PLACEWRIGHT_REQUIRE_POSTGRES";

/// A fresh, empty database; dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    name: String,
    cluster: &'static cluster::Cluster,
}

impl TestDatabase {
    /// Where it is: `postgres://USER@127.0.0.1:PORT/NAME`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A database left behind goes with its cluster.
        drop(self.cluster.run(&format!(
            "drop database if exists {} with (force)",
            self.name
        )));
    }
}

/// A fresh database that forgets its last moments if the machine itself stops: for tests.
///
/// `None` where PostgreSQL cannot be started; the reason is printed.
///
/// ```no_run
/// let Some(database) = workspace_tests::postgres::database() else {
///     return; // the reason is printed
/// };
/// assert!(database.url().starts_with("postgres://"));
/// ```
///
/// # Panics
///
/// If PostgreSQL cannot be started and [`REQUIRED`] is set.
#[must_use]
pub fn database() -> Option<TestDatabase> {
    available(Durability::Relaxed)
}

/// A fresh database that waits for the disk at every commit, as in production: for benches.
///
/// # Panics
///
/// As [`database`].
#[must_use]
pub fn durable_database() -> Option<TestDatabase> {
    available(Durability::Full)
}

#[allow(clippy::print_stderr)] // says why a test did nothing
fn available(durability: Durability) -> Option<TestDatabase> {
    match create(durability) {
        Ok(database) => Some(database),
        Err(reason) => {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "PostgreSQL is required ({REQUIRED} is set), but {reason}"
            );
            eprintln!("skipped: {reason}");
            None
        }
    }
}

/// A fresh database.
///
/// # Errors
///
/// [`Unavailable`] says what was tried and what is missing.
pub fn create(durability: Durability) -> Result<TestDatabase, Unavailable> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let cluster = cluster::shared(durability)?;
    let name = format!(
        "t_{}_{}_{}",
        std::process::id(),
        std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .map_or(0, |elapsed| elapsed.as_micros()),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    cluster.run(&format!("create database {name}"))?;
    Ok(TestDatabase {
        url: cluster.url_of(&name),
        name,
        cluster,
    })
}
