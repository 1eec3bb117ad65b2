//! The release ledger in the database: a table is written together with what the gate remembers of it.

use std::future::Future;

use disclosure::{PassedRelease, ReleaseLedger, StatedRelease};
use jiff::Timestamp;

use super::{insert_release, statements};
use crate::contract::KeptRelease;
use crate::hash::sha256_of;
use crate::session::{retried, values};
use crate::{SqlStore, StoreError};

/// The ledger that outlives the process.
///
/// ```
/// use disclosure::{
///     ConfidentialTable, Dimension, DisclosurePolicy, Label, LedgerDecision, Member, ReleaseRequest, ReleaseScope,
/// };
/// use store::{LedgerStore, SqlStore};
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let store = SqlStore::in_memory().await?;
/// let label = || Label::new("Kinder", "Children");
/// let areas = vec![Member::new("a", label()), Member::new("b", label())];
/// let table = ConfidentialTable::new("by_area", label(), vec![Dimension::new("area", label(), areas)], vec![11, 30])?;
/// let scope = ReleaseScope::new("children_in_care", jiff::civil::date(2026, 3, 1));
/// let request = ReleaseRequest::new(table, DisclosurePolicy::default(), scope);
///
/// let ledger = store.release_ledger().await?;
/// let LedgerDecision::Released(passed) = ledger.decide(&request)? else { panic!("nothing speaks against it") };
/// let now = "2026-03-05T08:00:00Z".parse()?;
/// let kept = store.keep_passed(&passed, ledger.len(), now).await?;
/// assert_eq!(store.release_ledger().await?.len(), 1);
///
/// // Who decided beside an older ledger has to decide again.
/// let late = store.keep_passed(&passed, 0, now).await.unwrap_err();
/// assert_eq!(late.code(), "E7030");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait LedgerStore: Send + Sync + 'static {
    /// Everything the gate remembers, in the order it was written. **Confidential.**
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn release_ledger(&self) -> impl Future<Output = Result<ReleaseLedger, StoreError>> + Send;

    /// The ledger with what was written since it was read: `known` is not read again. A ledger is only ever
    /// added to. **Confidential.**
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn release_ledger_after(
        &self,
        known: ReleaseLedger,
    ) -> impl Future<Output = Result<ReleaseLedger, StoreError>> + Send;

    /// Writes a release and its row of the ledger, both or neither. `judged_beside` is the number of
    /// releases of the ledger that decided.
    ///
    /// # Errors
    /// [`StoreError::LedgerChanged`] if the ledger holds other releases by now,
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn keep_passed(
        &self,
        passed: &PassedRelease,
        judged_beside: usize,
        recorded_at: Timestamp,
    ) -> impl Future<Output = Result<KeptRelease, StoreError>> + Send;

    /// As [`Self::keep_passed`], for releases that were judged one after the other: all or none.
    ///
    /// # Errors
    /// As [`Self::keep_passed`].
    fn keep_all_passed(
        &self,
        passed: &[PassedRelease],
        judged_beside: usize,
        recorded_at: Timestamp,
    ) -> impl Future<Output = Result<Vec<KeptRelease>, StoreError>> + Send;
}

impl LedgerStore for SqlStore {
    async fn release_ledger(&self) -> Result<ReleaseLedger, StoreError> {
        self.release_ledger_after(ReleaseLedger::default()).await
    }

    async fn release_ledger_after(
        &self,
        known: ReleaseLedger,
    ) -> Result<ReleaseLedger, StoreError> {
        let known = known.into_releases();
        let found = self
            .database
            .rows(
                "read ledger",
                statements::SELECT_LEDGER,
                &values![known.len() as u64],
            )
            .await?;
        let mut kept = known;
        kept.reserve(found.len());
        for row in found {
            let name = row.text(0)?;
            let damaged = || StoreError::Damaged {
                what: "ledger row",
                name: name.clone(),
            };
            let bytes = row.bytes(2)?;
            if sha256_of(&bytes) != row.text_ref(1)? {
                return Err(damaged());
            }
            kept.push(StatedRelease::from_confidential_bytes(&bytes).map_err(|_| damaged())?);
        }
        Ok(ReleaseLedger::of(kept))
    }

    async fn keep_passed(
        &self,
        passed: &PassedRelease,
        judged_beside: usize,
        recorded_at: Timestamp,
    ) -> Result<KeptRelease, StoreError> {
        let all = std::slice::from_ref(passed);
        let mut kept = retried!(self.keep_all_passed_once(all, judged_beside, recorded_at))?;
        Ok(kept.remove(0))
    }

    async fn keep_all_passed(
        &self,
        passed: &[PassedRelease],
        judged_beside: usize,
        recorded_at: Timestamp,
    ) -> Result<Vec<KeptRelease>, StoreError> {
        retried!(self.keep_all_passed_once(passed, judged_beside, recorded_at))
    }
}

impl SqlStore {
    async fn keep_all_passed_once(
        &self,
        passed: &[PassedRelease],
        judged_beside: usize,
        recorded_at: Timestamp,
    ) -> Result<Vec<KeptRelease>, StoreError> {
        let mut session = self.database.write("keep passed release").await?;
        if session.is_postgres() {
            session.execute(statements::LOCK_LEDGER, &[]).await?;
        }
        let last = session.row(statements::SELECT_LEDGER_END, &[]).await?;
        let found: u64 = last.map_or(Ok(0), |row| row.number(0))?;
        if found != judged_beside as u64 {
            return Err(StoreError::LedgerChanged {
                expected: judged_beside as u64,
                found,
            });
        }
        let mut all = Vec::with_capacity(passed.len());
        for (number, passed) in (found + 1..).zip(passed) {
            let scope = passed.stated().scope();
            let kept =
                insert_release(&mut session, passed.table(), scope.date(), recorded_at).await?;
            let bytes = passed.stated().to_confidential_bytes();
            let row = values![
                number,
                scope.population(),
                scope.date(),
                u64::from(scope.revision()),
                passed.stated().name(),
                passed.stated().content_sha256(),
                sha256_of(&bytes),
                bytes.as_slice(),
                recorded_at.to_string(),
            ];
            session
                .execute(statements::INSERT_LEDGER_RELEASE, &row)
                .await?;
            all.push(kept);
        }
        session.commit().await?;
        Ok(all)
    }
}
