//! The access log: who read what about persons. It has a chain of its own, so that readers do not
//! wait for writers.

use super::chain::hash_of;
use super::changes::{Head, MOVE_HEAD};
use crate::session::{Insert, Row, Session, moment, statements, values};
use crate::{Access, Export, RecordedAccess, StoreError};

statements! {
    ACCESSES_AFTER = "select sequence, recorded_at, correlation_id, actor_id, actor_role, \
        provider_id, action, resource, subject, status, hash, \
        purpose, content_sha256, persons, records \
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
        "purpose",
        "content_sha256",
        "persons",
        "records",
    ],
};

/// Writes an entry behind the head; gives its number.
pub(crate) async fn append(session: &mut Session, access: &Access) -> Result<u64, StoreError> {
    let head = Head::of(session, "access").await?;
    let sequence = head.next();
    let recorded_at = moment(access.at);
    let provider = access.provider.as_ref();
    let subject = access.subject.as_deref();
    let export = access.export.as_ref();
    let (number, status) = (sequence.to_string(), access.status.to_string());
    let counts = export.map(|it| (it.persons.to_string(), it.records.to_string()));
    let mut fields: Vec<Option<&str>> = vec![
        Some(&number),
        Some(&recorded_at),
        Some(&access.correlation_id),
        Some(&access.actor_id),
        Some(&access.role),
        provider.map(|id| id.as_str()),
        Some(access.action),
        Some(&access.resource),
        subject,
        Some(&status),
    ];
    // Entries without an export keep the hash they always had.
    if let (Some(export), Some((persons, records))) = (export, &counts) {
        let facts: [&str; 4] = [&export.purpose, &export.content_sha256, persons, records];
        fields.extend(facts.map(Some));
    }
    fields.push(Some(&head.hash));
    let hash = hash_of("access", &fields);
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
        export.map(|it| it.purpose.as_str()),
        export.map(|it| it.content_sha256.as_str()),
        export.map(|it| i64::try_from(it.persons).unwrap_or(i64::MAX)),
        export.map(|it| i64::try_from(it.records).unwrap_or(i64::MAX)),
    ];
    session.insert_many(&ACCESSES, &[row.into()]).await?;
    session
        .execute(MOVE_HEAD, &values!["access", sequence, &hash])
        .await?;
    Ok(sequence)
}

/// An entry as recorded, from the columns of [`ACCESSES_AFTER`].
pub(crate) fn recorded(row: &Row) -> Result<RecordedAccess, StoreError> {
    let export = match (row.optional_text(11)?, row.optional_text(12)?) {
        (Some(purpose), Some(content_sha256)) => Some(Export {
            purpose,
            content_sha256,
            persons: row.number(13)?,
            records: row.number(14)?,
        }),
        _ => None,
    };
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
        export,
        hash: row.text(10)?,
    })
}
