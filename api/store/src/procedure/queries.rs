//! Small questions: whose it is, feeds, jobs, freed places, progress and tokens.

use domain::procedure::{FreedPlaceOutcome, Role};

use super::read::facilities::freed_place;
use crate::session::{Row, statements};
use crate::{FreedPlaceRecord, Grant, ImportProgress, Job, StoreError};
use jiff::civil::Date;

statements! {
    CHILD_OF_APPLICATION = "select child_id from application where application_id = $1";
    CHILD_OF_OFFER = "select child_id from offer where offer_id = $1";
    CHILD_OF_CONTRACT = "select child_id from contract where contract_id = $1";
    TAKE_JOB = "update job set state = 'running', taken_at = $1 where job_id = (\
        select job_id from job where state = 'waiting' or (state = 'running' and taken_at < $2) \
        order by created_sequence, job_id limit 1) \
        returning job_id, kind, facility_id, payload, created_sequence";
    FINISH_JOB = "update job set state = 'done', finished_at = $2 where job_id = $1";
    FREED_PLACES = "select facility_id, freed_place_id, care_type, free_from, cause, cause_key, \
        freed_sequence, outcome, outcome_offer, closed_sequence \
        from freed_place order by freed_sequence";
    FREED_PLACES_OF_FACILITY = "select facility_id, freed_place_id, care_type, free_from, cause, \
        cause_key, freed_sequence, outcome, outcome_offer, closed_sequence \
        from freed_place where facility_id = $1 order by freed_sequence";
    LAPSED_OFFERS = "select distinct child_id from offer \
        where state = 'open' and reply_by < $1 limit $2";
    PROGRESS = "select provider_id, care_type, deadline, imported_rows, last_import_on \
        from import_deadline";
    PROGRESS_OF_PROVIDER = "select provider_id, care_type, deadline, imported_rows, \
        last_import_on from import_deadline where provider_id = $1";
    KEEP_TOKEN = "insert into access_token \
        (token_sha256, actor_id, role, provider_id, issued_at, expires_at, revoked_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    GRANT = "select actor_id, role, provider_id, expires_at, revoked_at \
        from access_token where token_sha256 = $1";
    REVOKE_TOKENS = "update access_token set revoked_at = $2 \
        where actor_id = $1 and revoked_at is null";
}

/// PostgreSQL passes over jobs that another process is taking this moment.
pub(crate) const TAKE_JOB_OF_POSTGRES: &str = "update job set state = 'running', taken_at = $1 \
    where job_id = (\
    select job_id from job where state = 'waiting' or (state = 'running' and taken_at < $2) \
    order by created_sequence, job_id limit 1 for update skip locked) \
    returning job_id, kind, facility_id, payload, created_sequence";

pub(super) fn job(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.text(0)?,
        kind: row.text(1)?,
        facility: row.optional_parsed(2)?,
        payload: row.json(3)?,
        created_sequence: row.number(4)?,
    })
}

pub(super) fn freed(row: &Row) -> Result<FreedPlaceRecord, StoreError> {
    let outcome = match row.optional_text_ref(7)? {
        None => None,
        Some("offered") => Some(FreedPlaceOutcome::Offered {
            offer: row.parsed(8)?,
        }),
        Some("nobody_waits") => Some(FreedPlaceOutcome::NobodyWaits),
        Some(_) => return Err(row.damaged(7)),
    };
    Ok(FreedPlaceRecord {
        facility: row.parsed(0)?,
        freed_place: freed_place(row, 1)?,
        freed_sequence: row.number(6)?,
        outcome,
        closed_sequence: row.optional_number(9)?,
    })
}

pub(super) fn progress(row: &Row, today: Date) -> Result<ImportProgress, StoreError> {
    let deadline: Option<Date> = row.optional_parsed(2)?;
    let last_import_on = row.optional_parsed(4)?;
    Ok(ImportProgress {
        provider: row.parsed(0)?,
        care_type: row.parsed(1)?,
        deadline,
        imported_rows: row.number(3)?,
        last_import_on,
        is_overdue: last_import_on.is_none() && deadline.is_some_and(|date| date < today),
    })
}

pub(super) fn grant(row: &Row) -> Result<Grant, StoreError> {
    Ok(Grant {
        actor: row.parsed(0)?,
        role: row.named(1, Role::named)?,
        provider: row.optional_parsed(2)?,
        expires_at: row.parsed(3)?,
        revoked_at: row.optional_parsed(4)?,
    })
}
