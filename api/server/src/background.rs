//! What the service does by itself: expired offers and cascades. It never offers and never concludes.

use std::sync::Arc;
use std::time::Duration;

use domain::SuggestionListId;
use domain::procedure::{Actor, Command, Refusal};
use http_api::Clock;
use http_api::analysis::Analyses;
use jiff::SignedDuration;
use store::{Envelope, Job, PerformError, ProcedureStore as _, SqlStore};

/// Children looked at in one go.
const CHILDREN_AT_ONCE: u32 = 500;

/// After this time a job that was taken and not finished is taken again.
const STALE_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// Pause between two looks.
const PAUSE: Duration = Duration::from_secs(2);

/// Seed of the lottery of suggestions made by cascades.
const SEED: u64 = 1;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkDone {
    /// Children whose offers expired.
    pub expired: u32,
    /// Freed places for which a suggestion list was kept.
    pub suggested: u32,
    /// Freed places for which nobody waits.
    pub nobody_waits: u32,
}

/// Why background work stopped.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The database did not answer, or refused.
    #[error(transparent)]
    Perform(#[from] PerformError),
    /// The suggestions could not be computed.
    #[error(transparent)]
    Analysis(#[from] http_api::analysis::AnalysisError),
}

impl From<store::StoreError> for WorkError {
    fn from(error: store::StoreError) -> Self {
        Self::Perform(error.into())
    }
}

/// The jobs of one service.
#[derive(Debug, Clone)]
pub struct Background {
    store: SqlStore,
    analyses: Arc<Analyses>,
    clock: Clock,
}

impl Background {
    /// Jobs on a database.
    #[must_use]
    pub fn new(store: SqlStore, analyses: Arc<Analyses>, clock: Clock) -> Self {
        Self {
            store,
            analyses,
            clock,
        }
    }

    /// Does everything that waits: lets offers expire, then works off the cascades.
    ///
    /// # Errors
    /// [`WorkError`]; what was done before stays done, the rest waits.
    pub async fn work_off(&self) -> Result<WorkDone, WorkError> {
        let mut done = WorkDone {
            expired: self.expire_offers().await?,
            ..WorkDone::default()
        };
        loop {
            let now = self.clock.now();
            let Some(job) = self.store.take_job(now, now - STALE_AFTER).await? else {
                return Ok(done);
            };
            match self.cascade(&job).await? {
                Some(true) => done.suggested += 1,
                Some(false) => done.nobody_waits += 1,
                None => {}
            }
            self.store.finish_job(&job.id, self.clock.now()).await?;
        }
    }

    /// Works until the task is dropped; a failure is logged and tried again.
    pub async fn run(self) {
        loop {
            match self.work_off().await {
                Ok(done) if done == WorkDone::default() => {}
                Ok(done) => tracing::info!(?done, "background work"),
                Err(error) => tracing::error!(%error, "background work failed"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Lets every offer expire whose last day to answer has passed.
    async fn expire_offers(&self) -> Result<u32, WorkError> {
        let mut expired = 0;
        loop {
            let today = self.clock.today();
            let children = self
                .store
                .children_with_lapsed_offers(today, CHILDREN_AT_ONCE)
                .await?;
            if children.is_empty() {
                return Ok(expired);
            }
            for child in children {
                let command = Command::ExpireOffers { child };
                match self.store.perform(&self.envelope("expire"), &command).await {
                    Ok(_) => expired += 1,
                    // Another process was faster.
                    Err(PerformError::Refused(Refusal::NothingToChange { .. })) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }

    /// Suggests children for a freed place: `Some(true)` if a list was kept, `Some(false)` if nobody
    /// waits, `None` if the place is no longer waiting.
    async fn cascade(&self, job: &Job) -> Result<Option<bool>, WorkError> {
        let Some(facility) = &job.facility else {
            return Ok(None);
        };
        let waiting = self.store.freed_places(Some(facility)).await?;
        let Some(place) = waiting
            .into_iter()
            .find(|place| place.freed_sequence == job.created_sequence && place.outcome.is_none())
        else {
            return Ok(None);
        };
        let snapshot = self.store.snapshot().await?;
        let today = self.clock.today();
        let starts_on = place.freed_place.free_from.max(today);
        let care_type = place.freed_place.care_type;
        let analyses = Arc::clone(&self.analyses);
        let lists = tokio::task::spawn_blocking(move || {
            let mut new_id = list_id;
            analyses.suggestions(&snapshot, care_type, starts_on, today, SEED, &mut new_id)
        })
        .await
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
        let list = lists
            .into_iter()
            .find(|list| list.facility == *facility && !list.rows.is_empty());
        let waits = list.is_some();
        let command = match list {
            Some(list) => Command::KeepSuggestions { list },
            None => Command::CloseFreedPlace {
                facility: facility.clone(),
                freed_place: place.freed_place.id,
            },
        };
        match self
            .store
            .perform(&self.envelope("cascade"), &command)
            .await
        {
            Ok(_) => Ok(Some(waits)),
            // Offered again while we computed.
            Err(PerformError::Refused(Refusal::UnknownFreedPlace { .. })) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn envelope(&self, job: &str) -> Envelope {
        Envelope {
            actor: Actor::System {
                job: job.to_owned(),
            },
            on_behalf_of: None,
            correlation_id: uuid::Uuid::now_v7().to_string(),
            at: self.clock.now(),
            today: self.clock.today(),
            idempotency: None,
            expected_revision: None,
        }
    }
}

/// A new key for a list.
fn list_id() -> SuggestionListId {
    SuggestionListId::new(&uuid::Uuid::now_v7().to_string())
        .expect("a UUID has 36 hexadecimal digits and hyphens")
}
