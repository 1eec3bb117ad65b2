//! The statements, and rows checked on their way out.

use jiff::{Timestamp, civil::Date};

use crate::contract::{KeptRelease, ReleaseEntry, TableSnapshot};
use crate::hash::sha256_of;
use crate::{RecordedRun, RunId, RunIdentity, StoreError};

pub(crate) const INSERT_RUN: &str = "insert into run \
    (run_id, input_sha256, policy_version, seed, engine_version, recorded_at) \
    values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
pub(crate) const SELECT_RUNS: &str = "select run_id, input_sha256, policy_version, seed, \
    engine_version, recorded_at from run order by recorded_at, run_id";
pub(crate) const INSERT_RELEASE: &str = "insert into release \
    (content_sha256, reference_date, table_name, policy_version, bytes_sha256, bytes, recorded_at) \
    values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
pub(crate) const SELECT_RELEASE: &str = "select content_sha256, reference_date, table_name, \
    policy_version, recorded_at, bytes_sha256, bytes from release \
    where content_sha256 = $1 and reference_date = $2";
pub(crate) const SELECT_RELEASES: &str = "select content_sha256, reference_date, table_name, \
    policy_version, recorded_at from release order by recorded_at, table_name, content_sha256";
pub(crate) const SELECT_CURRENT: &str = "select import_number, sha256 from table_import \
    where table_name = $1 order by import_number desc limit 1";
pub(crate) const INSERT_CONTENT: &str =
    "insert into table_content (sha256, bytes) values ($1, $2) on conflict do nothing";
pub(crate) const SELECT_NEXT_NUMBER: &str =
    "select coalesce(max(import_number), 0) + 1 from table_import";
pub(crate) const INSERT_IMPORT: &str = "insert into table_import \
    (import_number, table_name, sha256, row_count, imported_at) values ($1, $2, $3, $4, $5)";
pub(crate) const SELECT_SNAPSHOT: &str = "select i.table_name, i.sha256, i.row_count, \
    i.import_number, i.imported_at, c.bytes \
    from table_import i join table_content c on c.sha256 = i.sha256 \
    where i.table_name = $1 order by i.import_number desc limit 1";
pub(crate) const SELECT_TABLE_NAMES: &str =
    "select distinct table_name from table_import order by table_name";

/// A value that cannot be what was written.
fn damaged(what: &'static str, name: &str) -> StoreError {
    StoreError::Damaged {
        what,
        name: name.to_owned(),
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct RunRow {
    run_id: String,
    input_sha256: String,
    policy_version: String,
    seed: String,
    engine_version: String,
    recorded_at: String,
}

impl RunRow {
    pub(crate) fn checked(self) -> Result<RecordedRun, StoreError> {
        let damage = || damaged("run", &self.run_id);
        let recorded_at: Timestamp = self.recorded_at.parse().map_err(|_| damage())?;
        let seed = self.seed.parse().map_err(|_| damage())?;
        let identity = RunIdentity::new(
            self.input_sha256.clone(),
            self.policy_version.clone(),
            seed,
            self.engine_version.clone(),
        )
        .map_err(|_| damage())?;
        if identity.id().as_str() != self.run_id {
            return Err(damage());
        }
        Ok(RecordedRun {
            id: RunId(self.run_id),
            identity,
            recorded_at,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct EntryRow {
    content_sha256: String,
    reference_date: String,
    table_name: String,
    policy_version: String,
    recorded_at: String,
}

impl EntryRow {
    pub(crate) fn checked(self) -> Result<ReleaseEntry, StoreError> {
        let damage = || damaged("release", &self.table_name);
        let reference_date: Date = self.reference_date.parse().map_err(|_| damage())?;
        let recorded_at: Timestamp = self.recorded_at.parse().map_err(|_| damage())?;
        Ok(ReleaseEntry {
            content_sha256: self.content_sha256,
            reference_date,
            table_name: self.table_name,
            policy_version: self.policy_version,
            recorded_at,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct ReleaseRow {
    #[sqlx(flatten)]
    entry: EntryRow,
    bytes_sha256: String,
    bytes: Vec<u8>,
}

impl ReleaseRow {
    pub(crate) fn checked(self, was_known: bool) -> Result<KeptRelease, StoreError> {
        let entry = self.entry.checked()?;
        if sha256_of(&self.bytes) != self.bytes_sha256 {
            return Err(damaged("release", &entry.table_name));
        }
        Ok(KeptRelease {
            entry,
            bytes: self.bytes,
            was_known,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct ImportRow {
    table_name: String,
    sha256: String,
    row_count: i64,
    import_number: i64,
    imported_at: String,
    bytes: Vec<u8>,
}

impl ImportRow {
    pub(crate) fn checked(self) -> Result<TableSnapshot, StoreError> {
        let damage = || damaged("table", &self.table_name);
        if sha256_of(&self.bytes) != self.sha256 {
            return Err(damage());
        }
        let imported_at: Timestamp = self.imported_at.parse().map_err(|_| damage())?;
        let row_count = u64::try_from(self.row_count).map_err(|_| damage())?;
        let import_number = u64::try_from(self.import_number).map_err(|_| damage())?;
        Ok(TableSnapshot {
            name: self.table_name,
            sha256: self.sha256,
            row_count,
            import_number,
            imported_at,
            bytes: self.bytes,
        })
    }
}
