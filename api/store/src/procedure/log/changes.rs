//! The change log and the events: written together, read by number.

use domain::{ChildId, FacilityId, ProviderId};
use jiff::{Timestamp, civil::Date};
use serde_json::Value as Json;

use super::chain::hash_of;
use crate::session::{Insert, Row, Session, moment, statements, values};
use crate::{Audience, Event, RecordedChange, StoreError};

statements! {
    HEAD = "select sequence, hash from log_head where log = $1";
    HEAD_LOCKED = "select sequence, hash from log_head where log = $1 for no key update";
    MOVE_HEAD = "update log_head set sequence = $2, hash = $3 where log = $1";
    CHANGES_AFTER = "select sequence, recorded_at, transaction_name, correlation_id, actor_id, \
        actor_role, kind, subject, child_id, facility_id, provider_id, facts, hash \
        from change_entry where sequence > $1 order by sequence limit $2";
    CHANGES_BETWEEN = "select sequence, recorded_at, transaction_name, correlation_id, actor_id, \
        actor_role, kind, subject, child_id, facility_id, provider_id, facts, hash \
        from change_entry where sequence between $1 and $2 order by sequence";
    EVENTS_OF_PROVIDER_AFTER = "select sequence, event_type, subject, provider_id, occurred_at, \
        facts from event where audience = 'provider' and provider_id = $3 and sequence > $1 \
        order by sequence limit $2";
    EVENTS_OF_CONTRACTS_AFTER = "select sequence, event_type, subject, provider_id, occurred_at, \
        facts from event where audience = 'provider' and sequence > $1 order by sequence limit $2";
    EVENTS_OF_PORTAL_AFTER = "select sequence, event_type, subject, provider_id, occurred_at, \
        facts from event where audience in ('portal', 'provider') and sequence > $1 \
        order by sequence limit $2";
    EVENTS_OF_CITY_AFTER = "select sequence, event_type, subject, provider_id, occurred_at, \
        facts from event where audience = 'city' and sequence > $1 order by sequence limit $2";
}

/// Rows of the change log.
pub(crate) const ENTRIES: Insert = Insert {
    table: "change_entry",
    columns: &[
        "sequence",
        "recorded_at",
        "decided_on",
        "transaction_name",
        "correlation_id",
        "actor_id",
        "actor_role",
        "mandate",
        "kind",
        "subject",
        "child_id",
        "facility_id",
        "provider_id",
        "facts",
        "previous_hash",
        "hash",
    ],
};

/// Rows of the events.
pub(crate) const EVENTS: Insert = Insert {
    table: "event",
    columns: &[
        "sequence",
        "event_type",
        "audience",
        "provider_id",
        "subject",
        "occurred_at",
        "facts",
    ],
};

/// The end of a log, held until the end of the transaction.
#[derive(Debug)]
pub(crate) struct Head {
    pub(super) sequence: u64,
    pub(super) hash: String,
}

impl Head {
    /// Takes hold of the end of a log: the last thing a transaction waits for, so that numbers have
    /// no gaps and nobody else waits for long.
    pub(crate) async fn of(session: &mut Session, log: &'static str) -> Result<Self, StoreError> {
        let statement = if session.is_postgres() {
            HEAD_LOCKED
        } else {
            HEAD
        };
        let row = session.row(statement, &values![log]).await?;
        let row = row.ok_or_else(|| StoreError::Damaged {
            what: "log",
            name: log.to_owned(),
        })?;
        Ok(Self {
            sequence: row.number(0)?,
            hash: row.text(1)?,
        })
    }

    /// Number of the entry that comes next.
    pub(crate) const fn next(&self) -> u64 {
        self.sequence + 1
    }
}

/// What all entries of a transaction share.
#[derive(Debug)]
pub(crate) struct Origin<'a> {
    pub(crate) recorded_at: Timestamp,
    pub(crate) decided_on: Date,
    pub(crate) transaction: &'a str,
    pub(crate) correlation_id: &'a str,
    pub(crate) actor_id: &'a str,
    pub(crate) actor_role: &'a str,
    pub(crate) mandate: Option<&'a str>,
}

/// A change to be recorded.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kind: &'static str,
    pub(crate) subject: String,
    pub(crate) child: Option<ChildId>,
    pub(crate) facility: Option<FacilityId>,
    pub(crate) provider: Option<ProviderId>,
    pub(crate) facts: Json,
    pub(crate) audience: Audience,
}

/// Writes entries and their events behind the head.
pub(crate) async fn append(
    session: &mut Session,
    head: Head,
    origin: &Origin<'_>,
    entries: Vec<Entry>,
) -> Result<Vec<RecordedChange>, StoreError> {
    let Head {
        mut sequence,
        hash: mut previous,
    } = head;
    let recorded_at = moment(origin.recorded_at);
    let decided_on = origin.decided_on.to_string();
    let mut rows = Vec::with_capacity(entries.len());
    let mut events = Vec::with_capacity(entries.len());
    let mut recorded = Vec::with_capacity(entries.len());
    for entry in entries {
        sequence += 1;
        let facts = entry.facts.to_string();
        let hash = hash_of(
            "changes",
            &[
                Some(&sequence.to_string()),
                Some(&recorded_at),
                Some(&decided_on),
                Some(origin.transaction),
                Some(origin.correlation_id),
                Some(origin.actor_id),
                Some(origin.actor_role),
                origin.mandate,
                Some(entry.kind),
                Some(&entry.subject),
                entry.child.as_ref().map(ChildId::as_str),
                entry.facility.as_ref().map(FacilityId::as_str),
                entry.provider.as_ref().map(ProviderId::as_str),
                Some(&facts),
                Some(&previous),
            ],
        );
        let provider = entry.provider.as_ref().map(|id| id.as_str().to_owned());
        rows.push(Vec::from(values![
            sequence,
            recorded_at.clone(),
            decided_on.clone(),
            origin.transaction,
            origin.correlation_id,
            origin.actor_id,
            origin.actor_role,
            origin.mandate,
            entry.kind,
            entry.subject.clone(),
            entry.child.as_ref().map(|id| id.as_str().to_owned()),
            entry.facility.as_ref().map(|id| id.as_str().to_owned()),
            provider.clone(),
            facts.clone(),
            std::mem::replace(&mut previous, hash.clone()),
            hash.clone(),
        ]));
        events.push(Vec::from(values![
            sequence,
            entry.kind,
            entry.audience.as_str(),
            provider,
            entry.subject.clone(),
            recorded_at.clone(),
            facts,
        ]));
        recorded.push(RecordedChange {
            sequence,
            recorded_at: origin.recorded_at,
            transaction: origin.transaction.to_owned(),
            correlation_id: origin.correlation_id.to_owned(),
            actor_id: origin.actor_id.to_owned(),
            actor_role: origin.actor_role.to_owned(),
            kind: entry.kind.to_owned(),
            subject: entry.subject,
            child: entry.child,
            facility: entry.facility,
            provider: entry.provider,
            facts: entry.facts,
            hash,
        });
    }
    session.insert_many(&ENTRIES, &rows).await?;
    session.insert_many(&EVENTS, &events).await?;
    let moved = values!["changes", sequence, previous];
    session.execute(MOVE_HEAD, &moved).await?;
    Ok(recorded)
}

/// An entry as recorded, from the columns of [`CHANGES_AFTER`].
pub(crate) fn recorded(row: &Row) -> Result<RecordedChange, StoreError> {
    Ok(RecordedChange {
        sequence: row.number(0)?,
        recorded_at: row.parsed(1)?,
        transaction: row.text(2)?,
        correlation_id: row.text(3)?,
        actor_id: row.text(4)?,
        actor_role: row.text(5)?,
        kind: row.text(6)?,
        subject: row.text(7)?,
        child: row.optional_parsed(8)?,
        facility: row.optional_parsed(9)?,
        provider: row.optional_parsed(10)?,
        facts: row.json(11)?,
        hash: row.text(12)?,
    })
}

/// An event, from the columns of [`EVENTS_OF_CITY_AFTER`].
pub(crate) fn event(row: &Row) -> Result<Event, StoreError> {
    Ok(Event {
        sequence: row.number(0)?,
        event_type: row.text(1)?,
        subject: row.text(2)?,
        provider: row.optional_parsed(3)?,
        occurred_at: row.parsed(4)?,
        facts: row.json(5)?,
    })
}
