//! Statements of runs, releases and tables.

use crate::session::statements;

statements! {
    INSERT_RUN = "insert into run \
        (run_id, input_sha256, policy_version, seed, engine_version, recorded_at) \
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    SELECT_RUNS = "select run_id, input_sha256, policy_version, seed, engine_version, recorded_at \
        from run order by recorded_at, run_id";
    INSERT_RELEASE = "insert into release \
        (content_sha256, reference_date, table_name, policy_version, bytes_sha256, bytes, \
        recorded_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
    SELECT_RELEASE = "select content_sha256, reference_date, table_name, policy_version, \
        recorded_at, bytes_sha256, bytes from release \
        where content_sha256 = $1 and reference_date = $2";
    SELECT_RELEASES = "select content_sha256, reference_date, table_name, policy_version, \
        recorded_at from release order by recorded_at, table_name, content_sha256";
    SELECT_CURRENT_IMPORT = "select import_number, sha256 from table_import \
        where table_name = $1 order by import_number desc limit 1";
    INSERT_CONTENT =
        "insert into table_content (sha256, bytes) values ($1, $2) on conflict do nothing";
    SELECT_NEXT_IMPORT = "select coalesce(max(import_number), 0) + 1 from table_import";
    INSERT_IMPORT = "insert into table_import \
        (import_number, table_name, sha256, row_count, imported_at) values ($1, $2, $3, $4, $5)";
    SELECT_TABLE = "select i.table_name, i.sha256, i.row_count, i.import_number, i.imported_at, \
        c.bytes from table_import i join table_content c on c.sha256 = i.sha256 \
        where i.table_name = $1 order by i.import_number desc limit 1";
    SELECT_LEDGER = "select table_name, stated_sha256, stated from ledger_release \
        where release_number > $1 order by release_number";
    SELECT_LEDGER_END = "select coalesce(max(release_number), 0) from ledger_release";
    INSERT_LEDGER_RELEASE = "insert into ledger_release \
        (release_number, population, reference_date, revision, table_name, content_sha256, \
        stated_sha256, stated, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    SELECT_TABLE_NAMES = "select distinct table_name from table_import";
}

/// PostgreSQL: one import at a time, readers go on; a writer of SQLite is alone.
pub(crate) const LOCK_IMPORTS: &str = "lock table table_import in share row exclusive mode";

/// PostgreSQL: one release at a time, readers go on; a writer of SQLite is alone.
pub(crate) const LOCK_LEDGER: &str = "lock table ledger_release in share row exclusive mode";
