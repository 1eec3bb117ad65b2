//! The check of both logs: entry by entry, in pages.

use super::chain::{BEGINNING, hash_of};
use super::changes::HEAD;
use crate::session::{Row, Session, statements, values};
use crate::{LogReport, StoreError};

statements! {
    CHANGE_PAGE = "select c.sequence, c.recorded_at, c.decided_on, c.transaction_name, \
        c.correlation_id, c.actor_id, c.actor_role, c.mandate, c.kind, c.subject, c.child_id, \
        c.facility_id, c.provider_id, c.facts, c.previous_hash, c.hash, \
        e.event_type, e.subject, e.provider_id, e.occurred_at, e.facts, e.audience \
        from change_entry c left join event e on e.sequence = c.sequence \
        where c.sequence > $1 order by c.sequence limit 2000";
    ACCESS_PAGE = "select sequence, recorded_at, correlation_id, actor_id, actor_role, \
        provider_id, action, resource, subject, status, previous_hash, hash, \
        purpose, content_sha256, persons, records \
        from access_entry where sequence > $1 order by sequence limit 2000";
    COUNT_EVENTS = "select count(*) from event";
}

/// How far a chain holds.
struct Link {
    sequence: u64,
    hash: String,
}

impl Link {
    fn beginning() -> Self {
        Self {
            sequence: 0,
            hash: BEGINNING.to_owned(),
        }
    }

    /// Takes the next entry in, or says what is wrong with it.
    fn follow(
        &mut self,
        log: &str,
        sequence: u64,
        previous: &str,
        hash: &str,
        expected: &str,
    ) -> Option<String> {
        let next = self.sequence + 1;
        let fault = if sequence != next {
            Some(format!("entry {next} of log {log} is missing"))
        } else if previous != self.hash {
            Some(format!(
                "entry {sequence} of log {log} does not follow the entry before it"
            ))
        } else if hash != expected {
            Some(format!("entry {sequence} of log {log} was altered"))
        } else {
            None
        };
        self.sequence = sequence;
        hash.clone_into(&mut self.hash);
        fault
    }
}

/// Checks both logs as of one state of the data.
pub(crate) async fn verify(session: &mut Session) -> Result<LogReport, StoreError> {
    let (changes, mut fault) = verify_changes(session).await?;
    let (accesses, access_fault) = verify_accesses(session).await?;
    if fault.is_none() {
        fault = head_fault(session, "changes", &changes).await?;
    }
    if fault.is_none() {
        let counted = session.row(COUNT_EVENTS, &[]).await?;
        let events: u64 = counted.map_or(Ok(0), |row| row.number(0))?;
        if events != changes.sequence {
            let entries = changes.sequence;
            fault = Some(format!("{entries} changes have {events} events"));
        }
    }
    if fault.is_none() {
        fault = access_fault;
    }
    if fault.is_none() {
        fault = head_fault(session, "access", &accesses).await?;
    }
    Ok(LogReport {
        changes: changes.sequence,
        changes_head: changes.hash,
        accesses: accesses.sequence,
        accesses_head: accesses.hash,
        fault,
    })
}

async fn verify_changes(session: &mut Session) -> Result<(Link, Option<String>), StoreError> {
    let mut link = Link::beginning();
    let mut fault = None;
    loop {
        let page = session.rows(CHANGE_PAGE, &values![link.sequence]).await?;
        if page.is_empty() {
            return Ok((link, fault));
        }
        for row in &page {
            let sequence: u64 = row.number(0)?;
            let number = sequence.to_string();
            let mut fields = vec![Some(number.as_str())];
            for column in 1..=14 {
                fields.push(row.optional_text_ref(column)?);
            }
            let expected = hash_of("changes", &fields);
            let (previous, hash) = (row.text_ref(14)?, row.text_ref(15)?);
            let found = link.follow("changes", sequence, previous, hash, &expected);
            if fault.is_none() {
                fault = found;
            }
            if fault.is_none() {
                fault = event_fault(row, sequence)?;
            }
        }
    }
}

/// Whether a change has its event, with the same content.
fn event_fault(row: &Row, sequence: u64) -> Result<Option<String>, StoreError> {
    if row.optional_text_ref(16)?.is_none() {
        return Ok(Some(format!("change {sequence} has no event")));
    }
    // Kind, subject, provider, moment and facts of the change and of its event.
    for (of_change, of_event) in [(8, 16), (9, 17), (12, 18), (1, 19), (13, 20)] {
        if row.optional_text_ref(of_change)? != row.optional_text_ref(of_event)? {
            return Ok(Some(format!("the event of change {sequence} was altered")));
        }
    }
    let is_contract = row.text_ref(8)?.starts_with("contract.");
    if is_contract != (row.text_ref(21)? == "provider") {
        return Ok(Some(format!(
            "the event of change {sequence} is in another feed"
        )));
    }
    Ok(None)
}

async fn verify_accesses(session: &mut Session) -> Result<(Link, Option<String>), StoreError> {
    let mut link = Link::beginning();
    let mut fault = None;
    loop {
        let page = session.rows(ACCESS_PAGE, &values![link.sequence]).await?;
        if page.is_empty() {
            return Ok((link, fault));
        }
        for row in &page {
            let sequence: u64 = row.number(0)?;
            let (number, status) = (sequence.to_string(), row.integer(9)?.to_string());
            let mut fields = vec![Some(number.as_str())];
            for column in 1..=8 {
                fields.push(row.optional_text_ref(column)?);
            }
            let (previous, hash) = (row.text_ref(10)?, row.text_ref(11)?);
            fields.push(Some(status.as_str()));
            // An entry of an export covers four facts more.
            let (purpose, content) = (row.optional_text_ref(12)?, row.optional_text_ref(13)?);
            let counts = [row.optional_integer(14)?, row.optional_integer(15)?];
            let counts = counts.map(|count| count.map(|count| count.to_string()));
            if purpose.is_some() || content.is_some() || counts.iter().any(Option::is_some) {
                fields.extend([purpose, content, counts[0].as_deref(), counts[1].as_deref()]);
            }
            fields.push(Some(previous));
            let expected = hash_of("access", &fields);
            let found = link.follow("access", sequence, previous, hash, &expected);
            if fault.is_none() {
                fault = found;
            }
        }
    }
}

/// Whether the head names the newest entry.
async fn head_fault(
    session: &mut Session,
    log: &'static str,
    link: &Link,
) -> Result<Option<String>, StoreError> {
    let Some(row) = session.row(HEAD, &values![log]).await? else {
        return Ok(Some(format!("log {log} has no head")));
    };
    let (sequence, hash): (u64, _) = (row.number(0)?, row.text_ref(1)?);
    Ok((sequence != link.sequence || hash != link.hash).then(|| {
        let newest = link.sequence;
        format!("the newest entry of log {log} is {newest}, its head says {sequence}")
    }))
}
