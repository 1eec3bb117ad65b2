//! Works off requested runs: forecasts, back-tests, demand, levers and scenarios, one at a time in each process.

use std::sync::Arc;
use std::time::Duration;

use http_api::Clock;
use http_api::analysis::{Analyses, PlannedScenario, Watch, WorkStopped};
use jiff::SignedDuration;
use store::{
    NewScenarioResult, ProcedureStore as _, RequestedRun, RunQueue as _, ScenarioStore as _, Sign,
    SqlStore, StoreError,
};

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

/// What work gave.
enum Done {
    /// A result.
    Result(Vec<u8>),
    /// A scenario.
    Planned(PlannedScenario),
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
        let scenario = self.scenario_of(&request).await?;
        let mut working = tokio::task::spawn_blocking(move || match &scenario {
            Some(text) => {
                let state = (&*snapshot, today);
                let planned = analyses.plan_scenario(&request, text, state, &watched)?;
                Ok(Done::Planned(planned))
            }
            None => analyses
                .work(&request, (&snapshot, today), &watched)
                .map(Done::Result),
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
            Ok(Ok(done)) => {
                let result = self.kept(key, done, now).await?;
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

    /// The text of the scenario a run asks for; `None` if it asks for something else.
    async fn scenario_of(&self, request: &[u8]) -> Result<Option<String>, StoreError> {
        let Some((scenario, version)) = PlannedScenario::asked_for(request) else {
            return Ok(None);
        };
        let found = self.store.scenario_version(&scenario, version).await?;
        // Versions are never removed; without one the run is refused as having no name.
        Ok(Some(found.map(|(_, text)| text).unwrap_or_default()))
    }

    /// The result of a run; that of a scenario is kept with its version first.
    async fn kept(
        &self,
        run: &str,
        done: Done,
        now: jiff::Timestamp,
    ) -> Result<Vec<u8>, StoreError> {
        let planned = match done {
            Done::Result(result) => return Ok(result),
            Done::Planned(planned) => planned,
        };
        let new = NewScenarioResult {
            run,
            scenario: &planned.scenario,
            version: planned.version,
            sequence: planned.sequence,
            content: &planned.result,
            confidential: &planned.confidential,
        };
        self.store.keep_scenario_result(&new, now).await?;
        Ok(planned.result)
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
