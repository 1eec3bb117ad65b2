//! Works off requested runs, such as forecasts and back-tests, one at a time in each process.

use std::sync::Arc;
use std::time::Duration;

use http_api::Clock;
use http_api::analysis::{Analyses, Watch, WorkStopped};
use jiff::SignedDuration;
use store::{ProcedureStore as _, RequestedRun, RunQueue as _, Sign, SqlStore, StoreError};

/// Pause between two looks at the queue.
const PAUSE: Duration = Duration::from_secs(1);

/// Time between two signs of life.
const BEAT: Duration = Duration::from_secs(1);

/// A run whose process gave no sign of life for so long is taken by another.
const STALE_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Ended runs are kept so long.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Its result was kept.
    Finished,
    /// Its problem was kept.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
    /// Another process has it; nothing was written.
    Lost,
}

/// The part of a service that works off runs.
#[derive(Debug, Clone)]
pub struct RunWorker {
    store: SqlStore,
    analyses: Arc<Analyses>,
    clock: Clock,
    process: String,
}

impl RunWorker {
    /// A worker on a database, with a name of its own.
    #[must_use]
    pub fn new(store: SqlStore, analyses: Arc<Analyses>, clock: Clock) -> Self {
        Self {
            store,
            analyses,
            clock,
            process: uuid::Uuid::now_v7().to_string(),
        }
    }

    /// Does every run that waits; gives how each ended.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; a run under way is then taken again later.
    pub async fn work_off(&self) -> Result<Vec<Ending>, StoreError> {
        let mut endings = Vec::new();
        loop {
            let now = self.clock.now();
            let taken = self.store.take_run(&self.process, now, now - STALE_AFTER);
            let Some(run) = taken.await? else {
                return Ok(endings);
            };
            endings.push(self.carry_out(&run).await?);
        }
    }

    /// Works until the task is dropped; a failure of the database is logged and tried again.
    pub async fn run(self) {
        loop {
            let now = self.clock.now();
            let done = match self.work_off().await {
                Ok(endings) => {
                    for ending in endings {
                        tracing::info!(?ending, "run");
                    }
                    self.store.forget_runs(now - KEPT_FOR).await.map(|_| ())
                }
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                tracing::error!(%error, "requested runs cannot be worked off");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn carry_out(&self, run: &RequestedRun) -> Result<Ending, StoreError> {
        let request = self.store.request_of_run(&run.key).await?;
        let request = request.unwrap_or_default();
        let (snapshot, today) = (self.store.snapshot().await?, self.clock.today());
        let watch = Arc::new(Watch::default());
        let (analyses, watched) = (Arc::clone(&self.analyses), Arc::clone(&watch));
        let mut working = tokio::task::spawn_blocking(move || {
            analyses.work(&request, (&snapshot, today), &watched)
        });
        let done = loop {
            tokio::select! {
                done = &mut working => break done,
                () = tokio::time::sleep(BEAT) => self.give_sign(run, &watch).await?,
            }
        };
        // How far it came, however quickly.
        self.give_sign(run, &watch).await?;
        let now = self.clock.now();
        let (key, process) = (run.key.as_str(), self.process.as_str());
        let (is_kept, ending) = match done {
            Ok(Ok(result)) => {
                let kept = self.store.finish_run(key, process, &result, now).await?;
                (kept, Ending::Finished)
            }
            Ok(Err(WorkStopped::Cancelled)) => {
                let kept = self.store.stop_run(key, process, now).await?;
                (kept, Ending::Cancelled)
            }
            Ok(Err(WorkStopped::Refused { code, problem })) => {
                let kept = self.store.fail_run(key, process, code, &problem, now);
                (kept.await?, Ending::Failed)
            }
            Err(panic) => {
                tracing::error!(%panic, "a run broke off");
                let problem = "the run broke off; report its key";
                let kept = self.store.fail_run(key, process, "E8322", problem, now);
                (kept.await?, Ending::Failed)
            }
        };
        Ok(if is_kept { ending } else { Ending::Lost })
    }

    /// Says that the run is worked on, and passes on that it is to stop.
    async fn give_sign(&self, run: &RequestedRun, watch: &Watch) -> Result<(), StoreError> {
        let (progress, now) = (watch.progress(), self.clock.now());
        let sign = self
            .store
            .sign_of_life(&run.key, &self.process, &progress, now);
        match sign.await {
            Ok(Sign::GoOn) => Ok(()),
            Ok(Sign::Cancel | Sign::Lost) => {
                watch.cancel();
                Ok(())
            }
            Err(error) => {
                // Nobody waits for the work any more.
                watch.cancel();
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests;
