//! A command carried out: one transaction, done again where two stood in each other's way.

use domain::procedure::{Change, Command};

use super::log::changes::{CHANGES_BETWEEN, recorded};
use super::situation::Loaded;
use super::write;
use crate::session::{Session, statements, values};
use crate::{Envelope, IdempotencyKey, PerformError, Receipt, SqlStore, StoreError};

statements! {
    CLAIM_KEY = "insert into idempotency (actor_id, idempotency_key, request_sha256, \
        first_sequence, last_sequence, recorded_at) values ($1, $2, $3, 0, 0, $4) \
        on conflict do nothing";
    ANSWER_OF_KEY = "select request_sha256, first_sequence, last_sequence from idempotency \
        where actor_id = $1 and idempotency_key = $2";
    KEEP_ANSWER = "update idempotency set first_sequence = $3, last_sequence = $4 \
        where actor_id = $1 and idempotency_key = $2";
}

impl SqlStore {
    pub(super) async fn perform_once(
        &self,
        envelope: &Envelope,
        command: &Command,
    ) -> Result<Receipt, PerformError> {
        let mut session = self.database.write(command.name()).await?;
        match self.decide_and_write(&mut session, envelope, command).await {
            Ok(receipt) if !receipt.is_replay && !receipt.changes.is_empty() => {
                session.commit().await?;
                Ok(receipt)
            }
            nothing_to_keep => {
                // What is told does not depend on whether the rolling back is confirmed: without a
                // commit nothing stays.
                if let Err(error) = session.roll_back().await {
                    tracing::warn!(%error, "a transaction was not rolled back in order");
                }
                nothing_to_keep
            }
        }
    }

    async fn decide_and_write(
        &self,
        session: &mut Session,
        envelope: &Envelope,
        command: &Command,
    ) -> Result<Receipt, PerformError> {
        if let Some(key) = &envelope.idempotency
            && let Some(receipt) = answered_before(session, envelope, key).await?
        {
            return Ok(receipt);
        }
        let (loaded, changes) = self.decide(session, envelope, command, true).await?;
        let mut receipt = Receipt {
            changes: Vec::new(),
            is_replay: false,
        };
        if changes.is_empty() {
            return Ok(receipt);
        }
        receipt.changes = write::everything(session, envelope, command, &loaded, &changes).await?;
        if let (Some(key), Some(first), Some(last)) = (
            &envelope.idempotency,
            receipt.changes.first(),
            receipt.changes.last(),
        ) {
            let answer = values![envelope.actor.id(), &key.key, first.sequence, last.sequence];
            session.execute(KEEP_ANSWER, &answer).await?;
        }
        Ok(receipt)
    }

    /// Loads, compares the revision and lets the rules decide.
    pub(super) async fn decide(
        &self,
        session: &mut Session,
        envelope: &Envelope,
        command: &Command,
        holds: bool,
    ) -> Result<(Loaded, Vec<Change>), PerformError> {
        let loaded = Loaded::of(session, self.policy, envelope.today, command, holds).await?;
        if let (Some(expected), Some(found)) =
            (envelope.expected_revision, loaded.revision(command))
            && expected != found
        {
            return Err(PerformError::RevisionChanged { expected, found });
        }
        let changes = self.rules.decide(&loaded.situation, command)?;
        Ok((loaded, changes))
    }
}

/// Claims an idempotency key; gives the first answer if it was claimed before. A claim waits for another
/// transaction that claims the same key, so that the second of two equal requests is a repetition.
async fn answered_before(
    session: &mut Session,
    envelope: &Envelope,
    key: &IdempotencyKey,
) -> Result<Option<Receipt>, PerformError> {
    let actor = envelope.actor.id();
    let claim = values![actor, &key.key, &key.request_sha256, envelope.at];
    if session.execute(CLAIM_KEY, &claim).await? == 1 {
        return Ok(None);
    }
    let row = session
        .row(ANSWER_OF_KEY, &values![actor, &key.key])
        .await?;
    let Some(row) = row else {
        let name = key.key.clone();
        let what = "idempotency key";
        return Err(StoreError::Damaged { what, name }.into());
    };
    if row.text_ref(0)? != key.request_sha256 {
        return Err(PerformError::KeyReused {
            key: key.key.clone(),
        });
    }
    let (first, last): (u64, u64) = (row.number(1)?, row.number(2)?);
    let rows = session.rows(CHANGES_BETWEEN, &values![first, last]).await?;
    Ok(Some(Receipt {
        changes: rows.iter().map(recorded).collect::<Result<_, _>>()?,
        is_replay: true,
    }))
}
