//! Rows of runs, releases and tables, checked on their way out.

use crate::contract::{KeptRelease, ReleaseEntry, TableSnapshot};
use crate::hash::sha256_of;
use crate::session::Row;
use crate::{RecordedRun, RunId, RunIdentity, StoreError};

/// A value that cannot be what was written.
fn damaged(what: &'static str, name: &str) -> StoreError {
    StoreError::Damaged {
        what,
        name: name.to_owned(),
    }
}

pub(super) fn run(row: &Row) -> Result<RecordedRun, StoreError> {
    let id = row.text(0)?;
    let damage = || damaged("run", &id);
    let seed = row.parsed(3).map_err(|_| damage())?;
    let identity = RunIdentity::new(row.text(1)?, row.text(2)?, seed, row.text(4)?);
    let identity = identity.map_err(|_| damage())?;
    let recorded_at = row.parsed(5).map_err(|_| damage())?;
    if identity.id().as_str() != id {
        return Err(damage());
    }
    Ok(RecordedRun {
        id: RunId(id),
        identity,
        recorded_at,
    })
}

pub(super) fn release_entry(row: &Row) -> Result<ReleaseEntry, StoreError> {
    let table_name = row.text(2)?;
    let damage = |_| damaged("release", &table_name);
    Ok(ReleaseEntry {
        content_sha256: row.text(0)?,
        reference_date: row.parsed(1).map_err(damage)?,
        policy_version: row.text(3)?,
        recorded_at: row.parsed(4).map_err(damage)?,
        table_name,
    })
}

pub(super) fn release(row: &Row, was_known: bool) -> Result<KeptRelease, StoreError> {
    let entry = release_entry(row)?;
    let bytes = row.bytes(6)?;
    if sha256_of(&bytes) != row.text_ref(5)? {
        return Err(damaged("release", &entry.table_name));
    }
    Ok(KeptRelease {
        entry,
        bytes,
        was_known,
    })
}

pub(super) fn table(row: &Row) -> Result<TableSnapshot, StoreError> {
    let name = row.text(0)?;
    let sha256 = row.text(1)?;
    let bytes = row.bytes(5)?;
    if sha256_of(&bytes) != sha256 {
        return Err(damaged("table", &name));
    }
    let damage = |_| damaged("table", &name);
    Ok(TableSnapshot {
        sha256,
        row_count: row.number(2).map_err(damage)?,
        import_number: row.number(3).map_err(damage)?,
        imported_at: row.parsed(4).map_err(damage)?,
        bytes,
        name,
    })
}
