//! The newest snapshot, kept and carried on.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::{Snapshot, statements};
use crate::session::{Database, retried};
use crate::{SqlStore, StoreError};

/// Holds the newest snapshot that anybody asked for. One refresh at a time; whoever comes in between
/// waits for it and finds it done.
#[derive(Default)]
pub(crate) struct SnapshotCache {
    newest: Mutex<Option<Arc<Snapshot>>>,
}

impl SnapshotCache {
    /// The newest state, read anew only as far as it was changed since somebody asked last.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub(crate) async fn current(&self, database: &Database) -> Result<Arc<Snapshot>, StoreError> {
        let mut newest = self.newest.lock().await;
        if let Some(known) = newest.as_ref() {
            let head = database
                .rows("read head of changes", statements::HEAD, &[])
                .await?;
            let unchanged = match head.first() {
                Some(row) => row.number::<u64>(0)? == known.sequence(),
                None => known.sequence() == 0,
            };
            if unchanged {
                return Ok(Arc::clone(known));
            }
        }
        let next = match newest.as_deref() {
            None if database.connections() > 1 => retried!(read_first(database)),
            known => retried!(read(database, known)),
        };
        let next = Arc::new(next?);
        *newest = Some(Arc::clone(&next));
        Ok(next)
    }
}

impl SqlStore {
    /// Reads the whole state anew, whatever is kept: to compare with
    /// [`snapshot`](crate::ProcedureStore::snapshot), which must say the same.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn snapshot_read_anew(&self) -> Result<Snapshot, StoreError> {
        retried!(read(&self.database, None))
    }
}

/// Carries a snapshot on, or reads the first one.
async fn read(database: &Database, known: Option<&Snapshot>) -> Result<Snapshot, StoreError> {
    let mut session = database.read("read snapshot").await?;
    let next = match known {
        Some(known) => known.refresh(&mut session).await?,
        None => Snapshot::build(&mut session, None).await?,
    };
    session.commit().await?;
    Ok(next)
}

/// Reads the first snapshot over two connections at once. Only for one reader at a time: each holds one
/// connection while it waits for the other.
async fn read_first(database: &Database) -> Result<Snapshot, StoreError> {
    let mut session = database.read("read snapshot").await?;
    let mut beside = database.read("read snapshot").await?;
    let first = Snapshot::build(&mut session, Some(&mut beside)).await?;
    session.commit().await?;
    beside.commit().await?;
    Ok(first)
}
