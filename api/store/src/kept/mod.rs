//! Runs, releases and tables in the database.

mod ledger;
mod rows;
pub(crate) mod statements;

use disclosure::ReleasedTable;
use jiff::{Timestamp, civil::Date};

use crate::contract::{
    Imported, KeptRelease, ReleaseEntry, Store, TableImport, TableSnapshot, check_imports,
};
use crate::hash::sha256_of;
use crate::session::{Session, retried, values};
use crate::{RecordedRun, RunId, RunIdentity, SqlStore, StoreError};
pub use ledger::LedgerStore;

impl Store for SqlStore {
    async fn record_run(
        &self,
        identity: &RunIdentity,
        recorded_at: Timestamp,
    ) -> Result<RunId, StoreError> {
        retried!(self.record_run_once(identity, recorded_at))
    }

    async fn runs(&self) -> Result<Vec<RecordedRun>, StoreError> {
        let found = self
            .database
            .rows("list runs", statements::SELECT_RUNS, &[])
            .await?;
        found.iter().map(rows::run).collect()
    }

    async fn keep_release(
        &self,
        table: &ReleasedTable,
        reference_date: Date,
        recorded_at: Timestamp,
    ) -> Result<KeptRelease, StoreError> {
        retried!(self.keep_release_once(table, reference_date, recorded_at))
    }

    async fn release(
        &self,
        content_sha256: &str,
        reference_date: Date,
    ) -> Result<Option<KeptRelease>, StoreError> {
        let found = self
            .database
            .rows(
                "read release",
                statements::SELECT_RELEASE,
                &values![content_sha256, reference_date],
            )
            .await?;
        found
            .first()
            .map(|row| rows::release(row, true))
            .transpose()
    }

    async fn releases(&self) -> Result<Vec<ReleaseEntry>, StoreError> {
        let found = self
            .database
            .rows("list releases", statements::SELECT_RELEASES, &[])
            .await?;
        found.iter().map(rows::release_entry).collect()
    }

    async fn import_tables(
        &self,
        imports: &[TableImport<'_>],
        imported_at: Timestamp,
    ) -> Result<Vec<Imported>, StoreError> {
        check_imports(imports)?;
        let done = retried!(self.import_tables_once(imports, imported_at))?;
        tracing::info!(tables = imports.len(), "tables imported");
        Ok(done)
    }

    async fn import_table(
        &self,
        import: &TableImport<'_>,
        imported_at: Timestamp,
    ) -> Result<Imported, StoreError> {
        let mut done = self
            .import_tables(std::slice::from_ref(import), imported_at)
            .await?;
        Ok(done.remove(0))
    }

    async fn table_snapshot(&self, name: &str) -> Result<Option<TableSnapshot>, StoreError> {
        let found = self
            .database
            .rows("read table", statements::SELECT_TABLE, &values![name])
            .await?;
        found.first().map(rows::table).transpose()
    }

    async fn table_names(&self) -> Result<Vec<String>, StoreError> {
        let found = self
            .database
            .rows("list tables", statements::SELECT_TABLE_NAMES, &[])
            .await?;
        let mut names: Vec<String> = found
            .iter()
            .map(|row| row.text(0))
            .collect::<Result<_, _>>()?;
        names.sort_unstable();
        Ok(names)
    }
}

impl SqlStore {
    async fn record_run_once(
        &self,
        identity: &RunIdentity,
        recorded_at: Timestamp,
    ) -> Result<RunId, StoreError> {
        let id = identity.id();
        let mut session = self.database.write("record run").await?;
        let run = values![
            id.as_str(),
            identity.input_sha256(),
            identity.policy_version(),
            identity.seed().to_string(),
            identity.engine_version(),
            recorded_at.to_string(),
        ];
        session.execute(statements::INSERT_RUN, &run).await?;
        session.commit().await?;
        Ok(id)
    }

    async fn keep_release_once(
        &self,
        table: &ReleasedTable,
        reference_date: Date,
        recorded_at: Timestamp,
    ) -> Result<KeptRelease, StoreError> {
        let mut session = self.database.write(KEEP_RELEASE).await?;
        let kept = insert_release(&mut session, table, reference_date, recorded_at).await?;
        session.commit().await?;
        Ok(kept)
    }

    async fn import_tables_once(
        &self,
        imports: &[TableImport<'_>],
        imported_at: Timestamp,
    ) -> Result<Vec<Imported>, StoreError> {
        let mut session = self.database.write("import tables").await?;
        if session.is_postgres() {
            session.execute(statements::LOCK_IMPORTS, &[]).await?;
        }
        let mut done = Vec::with_capacity(imports.len());
        for import in imports {
            // An early return drops the session, and dropping rolls it back.
            done.push(import_one(&mut session, import, imported_at).await?);
        }
        session.commit().await?;
        Ok(done)
    }
}

const KEEP_RELEASE: &str = "keep release";

/// Puts a release into the ledger of tables, or finds it there.
async fn insert_release(
    session: &mut Session,
    table: &ReleasedTable,
    reference_date: Date,
    recorded_at: Timestamp,
) -> Result<KeptRelease, StoreError> {
    let bytes = serde_json::to_vec(table).map_err(|source| StoreError::Transaction {
        transaction: KEEP_RELEASE,
        source: Box::new(source),
    })?;
    let release = values![
        table.content_hash(),
        reference_date,
        table.name(),
        table.policy().version(),
        sha256_of(&bytes),
        bytes.as_slice(),
        recorded_at.to_string(),
    ];
    let inserted = session
        .execute(statements::INSERT_RELEASE, &release)
        .await?;
    let key = values![table.content_hash(), reference_date];
    let kept = session.row(statements::SELECT_RELEASE, &key).await?;
    let kept = kept.ok_or_else(|| StoreError::Damaged {
        what: "release",
        name: table.name().to_owned(),
    })?;
    rows::release(&kept, inserted == 0)
}

async fn import_one(
    session: &mut Session,
    import: &TableImport<'_>,
    imported_at: Timestamp,
) -> Result<Imported, StoreError> {
    let current = session
        .row(statements::SELECT_CURRENT_IMPORT, &values![import.name])
        .await?;
    if let Some(current) = current
        && current.text_ref(1)? == import.sha256
    {
        return Ok(Imported {
            import_number: current.number(0)?,
            is_new: false,
        });
    }
    let content = values![import.sha256, import.bytes];
    session
        .execute(statements::INSERT_CONTENT, &content)
        .await?;
    let next = session.row(statements::SELECT_NEXT_IMPORT, &[]).await?;
    let import_number = next.map_or(Ok(1), |row| row.number(0))?;
    let entry = values![
        import_number,
        import.name,
        import.sha256,
        import.row_count,
        imported_at.to_string(),
    ];
    session.execute(statements::INSERT_IMPORT, &entry).await?;
    Ok(Imported {
        import_number,
        is_new: true,
    })
}
