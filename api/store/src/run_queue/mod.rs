//! Long work that somebody asked for: a queue that any number of processes work off.

mod requested;
pub(crate) mod statements;

use std::future::Future;

use jiff::Timestamp;

use crate::hash::{is_sha256, sha256_of};
use crate::session::{Session, retried, values};
use crate::{SqlStore, StoreError};
pub use requested::{NewRun, RequestedRun, RunProgress, RunState, Sign};

/// How many processes may die over a run before it counts as failed.
pub const MOST_ATTEMPTS: u32 = 3;

/// Largest request of a run, in bytes.
pub const MAXIMUM_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// The queue of requested runs. Every method is one transaction.
///
/// A run waits, is taken by one process, and ends: finished with a result, failed with a numbered
/// problem, or cancelled. The process gives signs of life; one that stops giving them loses the run to
/// another, and what it writes afterwards is not kept.
///
/// ```
/// use store::{NewRun, RunProgress, RunQueue, RunState, Sign, SqlStore};
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let store = SqlStore::in_memory().await?;
/// let now: jiff::Timestamp = "2026-11-22T08:00:00Z".parse()?;
/// let stale = now - jiff::SignedDuration::from_mins(1);
/// let new = NewRun { key: "r1", kind: "forecast", request: b"{}", requested_by: "office-3", idempotency_key: None };
/// assert_eq!(store.request_run(&new, now).await?.state, RunState::Waiting);
///
/// let taken = store.take_run("process-1", now, stale).await?.expect("one waits");
/// assert!(store.take_run("process-2", now, stale).await?.is_none(), "nothing is done twice");
/// let progress = RunProgress { step: "paths".to_owned(), done: 1, of: 4 };
/// assert_eq!(store.sign_of_life("r1", "process-1", &progress, now).await?, Sign::GoOn);
/// store.cancel_run("r1", now).await?;
/// assert_eq!(store.sign_of_life("r1", "process-1", &progress, now).await?, Sign::Cancel);
/// assert!(store.stop_run("r1", "process-1", now).await?);
/// assert_eq!(store.requested_run("r1").await?.expect("it is known").state, RunState::Cancelled { at: now });
/// assert!(!store.finish_run(&taken.key, "process-1", b"{}", now).await?, "too late");
///
/// let large = vec![b' '; store::MAXIMUM_REQUEST_BYTES + 1];
/// let refused = store.request_run(&NewRun { key: "r2", request: &large, ..new }, now).await.unwrap_err();
/// assert_eq!(refused.code(), "E7004");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait RunQueue: Send + Sync + 'static {
    /// Puts a run at the end of the queue. The same requester with the same idempotency key gets the
    /// run it asked for before.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a key, kind or request outside its limits, [`StoreError::KeyReused`]
    /// for an idempotency key that stood for another request, [`StoreError::Transaction`].
    fn request_run(
        &self,
        new: &NewRun<'_>,
        now: Timestamp,
    ) -> impl Future<Output = Result<RequestedRun, StoreError>> + Send;

    /// Takes the run that waits longest, or one whose process gave no sign of life since `stale`;
    /// `None` if there is none. A run that was taken [`MOST_ATTEMPTS`] times fails instead.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn take_run(
        &self,
        process: &str,
        now: Timestamp,
        stale: Timestamp,
    ) -> impl Future<Output = Result<Option<RequestedRun>, StoreError>> + Send;

    /// The request of a run as it was handed in; `None` if there is no such run.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn request_of_run(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> + Send;

    /// Says that the process still works on a run and how far it is.
    ///
    /// # Errors
    /// [`StoreError::Transaction`].
    fn sign_of_life(
        &self,
        key: &str,
        process: &str,
        progress: &RunProgress,
        now: Timestamp,
    ) -> impl Future<Output = Result<Sign, StoreError>> + Send;

    /// Keeps the result of a run; `false` if the run is no longer this process's.
    ///
    /// # Errors
    /// [`StoreError::Transaction`].
    fn finish_run(
        &self,
        key: &str,
        process: &str,
        result: &[u8],
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Ends a run with a problem; `false` if the run is no longer this process's.
    ///
    /// # Errors
    /// [`StoreError::Transaction`].
    fn fail_run(
        &self,
        key: &str,
        process: &str,
        code: &str,
        problem: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Ends a run that was to be cancelled; `false` if the run is no longer this process's.
    ///
    /// # Errors
    /// [`StoreError::Transaction`].
    fn stop_run(
        &self,
        key: &str,
        process: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Cancels a run: at once if it waits, with the next sign of life if it runs; a run that has ended
    /// stays as it is. `None` if there is no such run.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn cancel_run(
        &self,
        key: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<RequestedRun>, StoreError>> + Send;

    /// A run; `None` if there is no such run.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn requested_run(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<RequestedRun>, StoreError>> + Send;

    /// The newest runs, newest first.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn requested_runs(
        &self,
        most: u32,
    ) -> impl Future<Output = Result<Vec<RequestedRun>, StoreError>> + Send;

    /// The result of a finished run, its hash checked; `None` before that.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn result_of_run(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> + Send;

    /// Forgets runs that ended before a moment; gives how many.
    ///
    /// # Errors
    /// [`StoreError::Transaction`].
    fn forget_runs(
        &self,
        ended_before: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

impl RunQueue for SqlStore {
    async fn request_run(
        &self,
        new: &NewRun<'_>,
        now: Timestamp,
    ) -> Result<RequestedRun, StoreError> {
        new.check()?;
        retried!(self.request_run_once(new, now))
    }

    async fn take_run(
        &self,
        process: &str,
        now: Timestamp,
        stale: Timestamp,
    ) -> Result<Option<RequestedRun>, StoreError> {
        loop {
            let taken = retried!(self.take_run_once(process, now, stale))?;
            match taken {
                Some(run) if run.attempts > MOST_ATTEMPTS => {
                    let problem =
                        format!("{MOST_ATTEMPTS} processes stopped while they worked on it");
                    self.fail_run(&run.key, process, "E7051", &problem, now)
                        .await?;
                }
                taken => return Ok(taken),
            }
        }
    }

    async fn request_of_run(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.content("read request of run", statements::SELECT_REQUEST, key)
            .await
    }

    async fn sign_of_life(
        &self,
        key: &str,
        process: &str,
        progress: &RunProgress,
        now: Timestamp,
    ) -> Result<Sign, StoreError> {
        retried!(self.sign_of_life_once(key, process, progress, now))
    }

    async fn finish_run(
        &self,
        key: &str,
        process: &str,
        result: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sha256 = sha256_of(result);
        let ended = values![key, process, now, sha256.as_str(), result];
        retried!(self.end_once("finish run", statements::FINISH, &ended))
    }

    async fn fail_run(
        &self,
        key: &str,
        process: &str,
        code: &str,
        problem: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended = values![key, process, now, code, problem];
        retried!(self.end_once("fail run", statements::FAIL, &ended))
    }

    async fn stop_run(&self, key: &str, process: &str, now: Timestamp) -> Result<bool, StoreError> {
        let ended = values![key, process, now];
        retried!(self.end_once("stop run", statements::STOP, &ended))
    }

    async fn cancel_run(
        &self,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<RequestedRun>, StoreError> {
        retried!(self.cancel_run_once(key, now))
    }

    async fn requested_run(&self, key: &str) -> Result<Option<RequestedRun>, StoreError> {
        let found = self
            .database
            .rows("read run", statements::SELECT, &values![key])
            .await?;
        found.first().map(requested::read).transpose()
    }

    async fn requested_runs(&self, most: u32) -> Result<Vec<RequestedRun>, StoreError> {
        let found = self
            .database
            .rows("list runs", statements::SELECT_NEWEST, &values![most])
            .await?;
        found.iter().map(requested::read).collect()
    }

    async fn result_of_run(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.content("read result of run", statements::SELECT_RESULT, key)
            .await
    }

    async fn forget_runs(&self, ended_before: Timestamp) -> Result<u64, StoreError> {
        retried!(async {
            let mut session = self.database.write("forget runs").await?;
            let forgotten = session
                .execute(statements::FORGET, &values![ended_before])
                .await?;
            session.commit().await?;
            Ok(forgotten)
        })
    }
}

impl SqlStore {
    async fn request_run_once(
        &self,
        new: &NewRun<'_>,
        now: Timestamp,
    ) -> Result<RequestedRun, StoreError> {
        let sha256 = sha256_of(new.request);
        let mut session = self.database.write("request run").await?;
        let row = values![
            new.key,
            new.kind,
            new.request,
            sha256.as_str(),
            new.requested_by,
            new.idempotency_key,
            now,
        ];
        let inserted = session.execute(statements::INSERT, &row).await?;
        let found = match new.idempotency_key {
            Some(key) if inserted == 0 => {
                let known = values![new.requested_by, key];
                session.row(statements::SELECT_BY_KEY, &known).await?
            }
            _ => session.row(statements::SELECT, &values![new.key]).await?,
        };
        let run = found.as_ref().map(requested::read).transpose()?;
        let refused = |what, value: &str, remedy| StoreError::Refused {
            what,
            value: value.to_owned(),
            remedy,
        };
        let run = run.ok_or_else(|| refused("key of a run", new.key, "use a new key"))?;
        let is_same = run.kind == new.kind
            && run.request_sha256 == sha256
            && run.requested_by == new.requested_by;
        if !is_same {
            return Err(StoreError::KeyReused);
        }
        if inserted == 0 && new.idempotency_key.is_none() {
            return Err(refused("key of a run", new.key, "use a new key"));
        }
        session.commit().await?;
        Ok(run)
    }

    async fn take_run_once(
        &self,
        process: &str,
        now: Timestamp,
        stale: Timestamp,
    ) -> Result<Option<RequestedRun>, StoreError> {
        let mut session = self.database.write("take run").await?;
        let statement = if session.is_postgres() {
            statements::TAKE_OF_POSTGRES
        } else {
            statements::TAKE
        };
        let Some(taken) = session
            .row(statement, &values![process, now, stale])
            .await?
        else {
            return Ok(None);
        };
        let run = read_one(&mut session, taken.text_ref(0)?).await?;
        session.commit().await?;
        Ok(run)
    }

    async fn sign_of_life_once(
        &self,
        key: &str,
        process: &str,
        progress: &RunProgress,
        now: Timestamp,
    ) -> Result<Sign, StoreError> {
        let mut session = self.database.write("sign of life").await?;
        let beat = values![
            key,
            process,
            now,
            progress.step.as_str(),
            progress.done,
            progress.of,
        ];
        let row = session.row(statements::BEAT, &beat).await?;
        let sign = match row.map(|row| row.truth(0)).transpose()? {
            Some(true) => Sign::Cancel,
            Some(false) => Sign::GoOn,
            None => Sign::Lost,
        };
        session.commit().await?;
        Ok(sign)
    }

    async fn end_once(
        &self,
        name: &'static str,
        statement: &'static str,
        ended: &[crate::session::Value<'_>],
    ) -> Result<bool, StoreError> {
        let mut session = self.database.write(name).await?;
        let changed = session.execute(statement, ended).await?;
        session.commit().await?;
        Ok(changed == 1)
    }

    async fn cancel_run_once(
        &self,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<RequestedRun>, StoreError> {
        let mut session = self.database.write("cancel run").await?;
        let waiting = session
            .execute(statements::CANCEL_WAITING, &values![key, now])
            .await?;
        if waiting == 0 {
            session
                .execute(statements::ASK_TO_CANCEL, &values![key])
                .await?;
        }
        let run = read_one(&mut session, key).await?;
        session.commit().await?;
        Ok(run)
    }

    /// Bytes that were kept with their hash.
    async fn content(
        &self,
        name: &'static str,
        statement: &'static str,
        key: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.database.rows(name, statement, &values![key]).await?;
        let Some(row) = found.first() else {
            return Ok(None);
        };
        let bytes = row.bytes(1)?;
        if !is_sha256(row.text_ref(0)?) || sha256_of(&bytes) != row.text_ref(0)? {
            return Err(StoreError::Damaged {
                what: "run",
                name: key.to_owned(),
            });
        }
        Ok(Some(bytes))
    }
}

async fn read_one(session: &mut Session, key: &str) -> Result<Option<RequestedRun>, StoreError> {
    let row = session.row(statements::SELECT, &values![key]).await?;
    row.as_ref().map(requested::read).transpose()
}
