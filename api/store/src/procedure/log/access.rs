//! The access log: who read what about persons. It has a chain of its own, so that readers do not
//! wait for writers.

use super::chain::hash_of;
use super::changes::{Head, MOVE_HEAD};
use crate::session::{Insert, Row, Session, moment, statements, values};
use crate::{Access, RecordedAccess, StoreError};

statements! {
    ACCESSES_AFTER = "select sequence, recorded_at, correlation_id, actor_id, actor_role, \
        provider_id, action, resource, subject, status, hash \
        from access_entry where sequence > $1 order by sequence limit $2";
}

/// Rows of the access log.
pub(crate) const ACCESSES: Insert = Insert {
    table: "access_entry",
    columns: &[
        "sequence",
        "recorded_at",
        "correlation_id",
        "actor_id",
        "actor_role",
        "provider_id",
        "action",
        "resource",
        "subject",
        "status",
        "previous_hash",
        "hash",
    ],
};

/// Writes an entry behind the head; gives its number.
pub(crate) async fn append(session: &mut Session, access: &Access) -> Result<u64, StoreError> {
    let head = Head::of(session, "access").await?;
    let sequence = head.next();
    let recorded_at = moment(access.at);
    let provider = access.provider.as_ref();
    let subject = access.subject.as_deref();
    let hash = hash_of(
        "access",
        &[
            Some(&sequence.to_string()),
            Some(&recorded_at),
            Some(&access.correlation_id),
            Some(&access.actor_id),
            Some(&access.role),
            provider.map(|id| id.as_str()),
            Some(access.action),
            Some(&access.resource),
            subject,
            Some(&access.status.to_string()),
            Some(&head.hash),
        ],
    );
    let row = values![
        sequence,
        &recorded_at,
        &access.correlation_id,
        &access.actor_id,
        &access.role,
        provider,
        access.action,
        &access.resource,
        subject,
        access.status,
        &head.hash,
        &hash,
    ];
    session.insert_many(&ACCESSES, &[row.into()]).await?;
    session
        .execute(MOVE_HEAD, &values!["access", sequence, &hash])
        .await?;
    Ok(sequence)
}

/// An entry as recorded, from the columns of [`ACCESSES_AFTER`].
pub(crate) fn recorded(row: &Row) -> Result<RecordedAccess, StoreError> {
    Ok(RecordedAccess {
        sequence: row.number(0)?,
        recorded_at: row.parsed(1)?,
        correlation_id: row.text(2)?,
        actor_id: row.text(3)?,
        actor_role: row.text(4)?,
        provider: row.optional_parsed(5)?,
        action: row.text(6)?,
        resource: row.text(7)?,
        subject: row.optional_text(8)?,
        status: row.number(9)?,
        hash: row.text(10)?,
    })
}
