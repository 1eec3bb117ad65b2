//! Which failures pass when the transaction is done again.

use std::time::Duration;

use sqlx::migrate::MigrateError;

use crate::StoreError;

/// How often a transaction is done again before its failure is told.
const MOST_RETRIES: u32 = 12;

/// How often a transaction is done again for a key that was taken.
const MOST_RETRIES_FOR_A_KEY: u32 = 3;

/// Does a transaction, and does it again while its failure is one that passes.
macro_rules! retried {
    ($attempt:expr) => {{
        let mut retries = 0;
        loop {
            match $attempt.await {
                Err(error) if $crate::session::Passing::passes(&error, retries) => {
                    retries += 1;
                    tracing::debug!(retries, "a transaction is done again");
                    $crate::session::pause(retries).await;
                }
                done => break done,
            }
        }
    }};
}
pub(crate) use retried;

/// A failure that may pass.
pub(crate) trait Passing {
    /// Whether the same transaction may succeed when done again after so many times.
    fn passes(&self, retries: u32) -> bool;
}

impl Passing for StoreError {
    fn passes(&self, retries: u32) -> bool {
        let (Self::Transaction { source, .. }
        | Self::Open { source, .. }
        | Self::Migrate { source }) = self
        else {
            return false;
        };
        let error = match source.downcast_ref::<MigrateError>() {
            // SQLite: somebody else opens the same new file and was faster; done again, it is seen.
            Some(MigrateError::ExecuteMigration(..)) => return retries < MOST_RETRIES,
            Some(MigrateError::Execute(error)) => Some(error),
            _ => source.downcast_ref::<sqlx::Error>(),
        };
        let Some(sqlx::Error::Database(error)) = error else {
            return false;
        };
        error.code().is_some_and(|code| match code.as_ref() {
            KEY_TAKEN => retries < MOST_RETRIES_FOR_A_KEY,
            code => retries < MOST_RETRIES && PASSING_CODES.contains(&code),
        })
    }
}

impl Passing for crate::procedure::PerformError {
    fn passes(&self, retries: u32) -> bool {
        matches!(self, Self::Store(error) if error.passes(retries))
    }
}

/// PostgreSQL: a key that somebody else took in between; done again, the rules see it.
const KEY_TAKEN: &str = "23505";

/// PostgreSQL: serialisation failure, deadlock, lock not available in time. SQLite: busy, busy in
/// recovery, busy snapshot, locked.
const PASSING_CODES: [&str; 7] = ["40001", "40P01", "55P03", "5", "261", "517", "6"];

/// Waits a little longer each time.
pub(crate) async fn pause(retries: u32) {
    let milliseconds = u64::from(retries * retries);
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}
