//! What is told from released tables: judged beside the release ledger, kept before it is told.

use std::sync::Arc;

use disclosure::{ReleaseLedger, ReleaseScope};
use reporting::ReleaseDesk;
use store::{LedgerStore as _, Snapshot, Store as _, StoreError};
use tokio::sync::Mutex;

use crate::analysis::{Analyses, AnalysisError};
use crate::problem::{Kind, Problem};
use crate::service::Service;

/// Attempts before somebody is told to come again: each loses to a release made elsewhere.
const MOST_ATTEMPTS: usize = 4;

/// The ledger as read so far. Held while something is released, so that one process does not judge
/// the same tables twice.
#[derive(Debug, Default)]
pub(crate) struct LedgerAsRead(Mutex<Arc<ReleaseLedger>>);

/// Something that is told from released tables.
pub(crate) trait Wanted: Clone + Send + Sync + 'static {
    /// What is told.
    type Told: Send + Sync + 'static;

    /// The scopes whose tables it is told from.
    fn scopes(&self) -> Vec<ReleaseScope>;

    /// What was told of this state before.
    fn known(&self, analyses: &Analyses, snapshot: &Snapshot) -> Option<Arc<Self::Told>>;

    /// Makes it, releasing at the desk what was not released.
    fn make(
        &self,
        analyses: &Analyses,
        snapshot: &Snapshot,
        desk: &mut ReleaseDesk,
    ) -> Result<Self::Told, AnalysisError>;

    /// Remembers it, once everything it was made of is kept.
    fn remember(&self, analyses: &Analyses, snapshot: &Snapshot, told: &Arc<Self::Told>);
}

impl Service {
    /// The ledger with everything released up to now.
    pub(crate) async fn ledger(&self) -> Result<Arc<ReleaseLedger>, Problem> {
        let mut read = self.ledger.0.lock().await;
        self.read_on(&mut read).await
    }

    async fn read_on(&self, read: &mut Arc<ReleaseLedger>) -> Result<Arc<ReleaseLedger>, Problem> {
        // Without a copy unless somebody still looks at it.
        let known = Arc::unwrap_or_clone(std::mem::take(read));
        *read = Arc::new(self.store.release_ledger_after(known).await?);
        Ok(Arc::clone(read))
    }

    /// A desk beside the ledger with the tables of some scopes at hand.
    async fn desk(
        &self,
        ledger: &ReleaseLedger,
        scopes: &[ReleaseScope],
    ) -> Result<ReleaseDesk, Problem> {
        let mut desk = ReleaseDesk::beside(ledger.clone());
        let releases = ledger.releases().iter();
        for release in releases.filter(|release| scopes.contains(release.scope())) {
            let date = release.scope().date();
            if let Some(kept) = self.store.release(release.content_sha256(), date).await? {
                let handed = desk.hand_over(release, &kept.bytes);
                handed.map_err(AnalysisError::failed("the release ledger"))?;
            }
        }
        Ok(desk)
    }

    /// Tells something from released tables, of one state. What has to be released for it is kept
    /// first; once begun, that goes on even if nobody waits any more.
    pub(crate) async fn released<W: Wanted>(
        self: &Arc<Self>,
        wanted: W,
    ) -> Result<(Arc<Snapshot>, Arc<W::Told>), Problem> {
        let snapshot = self.snapshot().await?;
        if let Some(known) = wanted.known(&self.analyses, &snapshot) {
            return Ok((snapshot, known));
        }
        let service = Arc::clone(self);
        let work = tokio::spawn(async move { service.release(wanted, snapshot).await });
        work.await.map_err(|error| Problem::failed(&error))?
    }

    async fn release<W: Wanted>(
        &self,
        wanted: W,
        snapshot: Arc<Snapshot>,
    ) -> Result<(Arc<Snapshot>, Arc<W::Told>), Problem> {
        let mut read = self.ledger.0.lock().await;
        // Whoever held the desk may have made it.
        if let Some(known) = wanted.known(&self.analyses, &snapshot) {
            return Ok((snapshot, known));
        }
        for _ in 0..MOST_ATTEMPTS {
            let ledger = self.read_on(&mut read).await?;
            let mut desk = self.desk(&ledger, &wanted.scopes()).await?;
            let (analyses, state, asked) = (self.analyses(), Arc::clone(&snapshot), wanted.clone());
            let made = tokio::task::spawn_blocking(move || {
                let told = asked.make(&analyses, &state, &mut desk)?;
                Ok::<_, AnalysisError>((told, desk))
            });
            let (told, desk) = made.await.map_err(|error| Problem::failed(&error))??;
            if !desk.passed().is_empty() {
                let kept =
                    self.store
                        .keep_all_passed(desk.passed(), ledger.len(), self.clock.now());
                match kept.await {
                    Ok(_) => {}
                    // Somebody else released something meanwhile: judged anew beside it.
                    Err(StoreError::LedgerChanged { .. }) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            let told = Arc::new(told);
            wanted.remember(&self.analyses, &snapshot, &told);
            return Ok((snapshot, told));
        }
        Err(Problem::new(Kind::RELEASES_BUSY, ""))
    }
}
