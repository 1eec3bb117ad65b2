//! The procedure on SQLite and PostgreSQL.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::procedure::{Change, ChildFile, Command, FacilityFile, ProviderFile, SuggestionList};
use domain::{
    ActorId, ApplicationId, ChildId, ContractId, FacilityId, OfferId, ProviderId, SuggestionListId,
};
use jiff::{Timestamp, civil::Date};

use super::read::{Modes, children, facilities, providers};
use super::{log, queries, suggestions};
use crate::hash::is_sha256;
use crate::session::{Lock, Value, retried, values};
use crate::{
    Access, Audience, Envelope, Event, FreedPlaceRecord, Grant, ImportProgress, Job, LogReport,
    PerformError, ProcedureStore, Receipt, RecordedAccess, RecordedChange, Revised, Snapshot,
    SqlStore, StoreError,
};

impl ProcedureStore for SqlStore {
    async fn perform(
        &self,
        envelope: &Envelope,
        command: &Command,
    ) -> Result<Receipt, PerformError> {
        check_envelope(envelope)?;
        let receipt = retried!(self.perform_once(envelope, command))?;
        tracing::debug!(
            transaction = command.name(),
            changes = receipt.changes.len(),
            is_replay = receipt.is_replay,
            correlation_id = envelope.correlation_id,
            "performed"
        );
        Ok(receipt)
    }

    async fn rehearse(
        &self,
        envelope: &Envelope,
        command: &Command,
    ) -> Result<Vec<Change>, PerformError> {
        let mut session = self.database.read(command.name()).await?;
        let (_, changes) = self.decide(&mut session, envelope, command, false).await?;
        Ok(changes)
    }

    async fn child_file(&self, child: &ChildId) -> Result<Option<Revised<ChildFile>>, StoreError> {
        let mut session = self.database.read("read child").await?;
        let one = BTreeSet::from([child.clone()]);
        let mut files = children::files(&mut session, &one, Lock::No).await?;
        session.commit().await?;
        Ok(files.remove(child))
    }

    async fn child_of_application(
        &self,
        application: &ApplicationId,
    ) -> Result<Option<ChildId>, StoreError> {
        self.child_of(queries::CHILD_OF_APPLICATION, application.into())
            .await
    }

    async fn child_of_offer(&self, offer: &OfferId) -> Result<Option<ChildId>, StoreError> {
        self.child_of(queries::CHILD_OF_OFFER, offer.into()).await
    }

    async fn child_of_contract(
        &self,
        contract: &ContractId,
    ) -> Result<Option<ChildId>, StoreError> {
        self.child_of(queries::CHILD_OF_CONTRACT, contract.into())
            .await
    }

    async fn facility_file(
        &self,
        facility: &FacilityId,
        today: Date,
    ) -> Result<Option<Revised<FacilityFile>>, StoreError> {
        let mut session = self.database.read("read facility").await?;
        let one = Modes::read(facility.clone());
        let bare = facilities::bare(&mut session, &one, today).await?;
        let Some(provider) = bare.first().map(|bare| bare.provider().clone()) else {
            return Ok(None);
        };
        let run_by = providers::files(&mut session, &Modes::read(provider)).await?;
        let mut files = facilities::files(bare, &run_by)?;
        session.commit().await?;
        Ok(files.remove(facility))
    }

    async fn provider_file(
        &self,
        provider: &ProviderId,
    ) -> Result<Option<Revised<ProviderFile>>, StoreError> {
        let mut session = self.database.read("read provider").await?;
        let mut files = providers::files(&mut session, &Modes::read(provider.clone())).await?;
        session.commit().await?;
        Ok(files.remove(provider))
    }

    async fn snapshot(&self) -> Result<Arc<Snapshot>, StoreError> {
        self.snapshots.current(&self.database).await
    }

    async fn changes_after(
        &self,
        sequence: u64,
        limit: u32,
    ) -> Result<Vec<RecordedChange>, StoreError> {
        let statement = log::changes::CHANGES_AFTER;
        let page = values![sequence, limit];
        let rows = self.database.rows("read changes", statement, &page).await?;
        rows.iter().map(log::changes::recorded).collect()
    }

    async fn events_after(
        &self,
        audience: Audience,
        provider: Option<&ProviderId>,
        sequence: u64,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        let mut page = Vec::from(values![sequence, limit]);
        let statement = match (audience, provider) {
            (Audience::Provider, Some(provider)) => {
                page.push(provider.into());
                log::changes::EVENTS_OF_PROVIDER_AFTER
            }
            (Audience::Provider, None) => log::changes::EVENTS_OF_CONTRACTS_AFTER,
            (Audience::Portal, _) => log::changes::EVENTS_OF_PORTAL_AFTER,
            (Audience::City, _) => log::changes::EVENTS_OF_CITY_AFTER,
        };
        let rows = self.database.rows("read events", statement, &page).await?;
        rows.iter().map(log::changes::event).collect()
    }

    async fn record_access(&self, access: &Access) -> Result<u64, StoreError> {
        retried!(self.record_access_once(access))
    }

    async fn accesses_after(
        &self,
        sequence: u64,
        limit: u32,
    ) -> Result<Vec<RecordedAccess>, StoreError> {
        let statement = log::access::ACCESSES_AFTER;
        let page = values![sequence, limit];
        let rows = self
            .database
            .rows("read accesses", statement, &page)
            .await?;
        rows.iter().map(log::access::recorded).collect()
    }

    async fn verify_logs(&self) -> Result<LogReport, StoreError> {
        let mut session = self.database.read("verify logs").await?;
        let report = log::verify::verify(&mut session).await?;
        session.commit().await?;
        Ok(report)
    }

    async fn take_job(&self, now: Timestamp, stale: Timestamp) -> Result<Option<Job>, StoreError> {
        retried!(self.take_job_once(now, stale))
    }

    async fn finish_job(&self, job: &str, now: Timestamp) -> Result<(), StoreError> {
        retried!(self.write_one("finish job", queries::FINISH_JOB, &values![job, now]))?;
        Ok(())
    }

    async fn freed_places(
        &self,
        facility: Option<&FacilityId>,
    ) -> Result<Vec<FreedPlaceRecord>, StoreError> {
        let name = "read freed places";
        let rows = match facility {
            None => self.database.rows(name, queries::FREED_PLACES, &[]).await?,
            Some(facility) => {
                let statement = queries::FREED_PLACES_OF_FACILITY;
                self.database
                    .rows(name, statement, &values![facility])
                    .await?
            }
        };
        rows.iter().map(queries::freed).collect()
    }

    async fn children_with_lapsed_offers(
        &self,
        today: Date,
        limit: u32,
    ) -> Result<Vec<ChildId>, StoreError> {
        let statement = queries::LAPSED_OFFERS;
        let page = values![today, limit];
        let rows = self
            .database
            .rows("find lapsed offers", statement, &page)
            .await?;
        rows.iter().map(|row| row.parsed(0)).collect()
    }

    async fn suggestion_list(
        &self,
        list: &SuggestionListId,
    ) -> Result<Option<SuggestionList>, StoreError> {
        let mut session = self.database.read("read suggestions").await?;
        let found = suggestions::list(&mut session, list).await?;
        session.commit().await?;
        Ok(found)
    }

    async fn newest_suggestions(
        &self,
        facility: &FacilityId,
    ) -> Result<Vec<SuggestionList>, StoreError> {
        let mut session = self.database.read("read suggestions").await?;
        let found = suggestions::newest(&mut session, facility).await?;
        session.commit().await?;
        Ok(found)
    }

    async fn import_progress(
        &self,
        provider: Option<&ProviderId>,
        today: Date,
    ) -> Result<Vec<ImportProgress>, StoreError> {
        let name = "read progress";
        let rows = match provider {
            None => self.database.rows(name, queries::PROGRESS, &[]).await?,
            Some(provider) => {
                let statement = queries::PROGRESS_OF_PROVIDER;
                self.database
                    .rows(name, statement, &values![provider])
                    .await?
            }
        };
        let mut found: Vec<ImportProgress> = rows
            .iter()
            .map(|row| queries::progress(row, today))
            .collect::<Result<_, _>>()?;
        found.sort_by(|a, b| (&a.provider, a.care_type).cmp(&(&b.provider, b.care_type)));
        Ok(found)
    }

    async fn keep_token(
        &self,
        token_sha256: &str,
        grant: &Grant,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !is_sha256(token_sha256) {
            return Err(StoreError::Refused {
                what: "hash of a token",
                // Perhaps the token itself: it is not repeated.
                value: format!("{} characters", token_sha256.chars().count()),
                remedy: "give 64 lower-case hexadecimal digits",
            });
        }
        let token = values![
            token_sha256,
            &grant.actor,
            grant.role.as_str(),
            grant.provider.as_ref(),
            now,
            grant.expires_at,
            grant.revoked_at,
        ];
        retried!(self.write_one("keep token", queries::KEEP_TOKEN, &token))?;
        Ok(())
    }

    async fn grant_of(&self, token_sha256: &str) -> Result<Option<Grant>, StoreError> {
        let key = values![token_sha256];
        let rows = self
            .database
            .rows("read token", queries::GRANT, &key)
            .await?;
        rows.first().map(queries::grant).transpose()
    }

    async fn revoke_tokens(&self, actor: &ActorId, now: Timestamp) -> Result<u64, StoreError> {
        let of = values![actor, now];
        retried!(self.write_one("revoke tokens", queries::REVOKE_TOKENS, &of))
    }
}

impl SqlStore {
    async fn child_of(
        &self,
        statement: &'static str,
        key: Value<'_>,
    ) -> Result<Option<ChildId>, StoreError> {
        let rows = self.database.rows("find child", statement, &[key]).await?;
        rows.first().map(|row| row.parsed(0)).transpose()
    }

    async fn write_one(
        &self,
        name: &'static str,
        statement: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let mut session = self.database.write(name).await?;
        let changed = session.execute(statement, values).await?;
        session.commit().await?;
        Ok(changed)
    }

    async fn record_access_once(&self, access: &Access) -> Result<u64, StoreError> {
        let mut session = self.database.write("record access").await?;
        let sequence = log::access::append(&mut session, access).await?;
        session.commit().await?;
        Ok(sequence)
    }

    async fn take_job_once(
        &self,
        now: Timestamp,
        stale: Timestamp,
    ) -> Result<Option<Job>, StoreError> {
        let mut session = self.database.write("take job").await?;
        let statement = if session.is_postgres() {
            queries::TAKE_JOB_OF_POSTGRES
        } else {
            queries::TAKE_JOB
        };
        let row = session.row(statement, &values![now, stale]).await?;
        let job = row.as_ref().map(queries::job).transpose()?;
        session.commit().await?;
        Ok(job)
    }
}

/// Refuses an envelope that would not fit the log, before anything is asked.
fn check_envelope(envelope: &Envelope) -> Result<(), StoreError> {
    let refused = |what, value: &str, remedy| {
        Err(StoreError::Refused {
            what,
            value: value.chars().take(200).collect(),
            remedy,
        })
    };
    let correlation = &envelope.correlation_id;
    if correlation.is_empty() || correlation.len() > 64 {
        return refused("correlation id", correlation, "give 1 to 64 bytes");
    }
    if let Some(idempotency) = &envelope.idempotency {
        let key = &idempotency.key;
        if key.is_empty() || key.len() > 128 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let remedy = "give 1 to 128 visible ASCII characters";
            return refused("idempotency key", key, remedy);
        }
        if !is_sha256(&idempotency.request_sha256) {
            let remedy = "give 64 lower-case hexadecimal digits";
            return refused("hash of a request", &idempotency.request_sha256, remedy);
        }
    }
    Ok(())
}
