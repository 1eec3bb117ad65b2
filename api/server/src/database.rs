//! A city in the database: its tables as snapshots, all or none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use store::{RecordedRun, RunIdentity, SqliteStore, Store as _, TableImport};
use tables::schema::TableName;
use tables::{City, Format, TableSource, TableWriter};

use crate::failure::Failure;
use crate::files::hex;

/// The file of a database URL: `sqlite:PATH` or a path.
pub(crate) fn path(url: &str) -> Result<PathBuf, Failure> {
    if url.starts_with("postgres") {
        return Err(Failure::argument(
            "E8008",
            "--database",
            "PostgreSQL is not supported by this version",
            "give a file for SQLite: sqlite:PATH",
        ));
    }
    let path = url
        .strip_prefix("sqlite://")
        .or(url.strip_prefix("sqlite:"))
        .unwrap_or(url);
    Ok(PathBuf::from(path))
}

/// A table in the form the database keeps: Parquet.
struct Kept {
    name: &'static str,
    rows: u64,
    sha256: String,
    bytes: Vec<u8>,
}

/// Puts all tables of a city into the database, all or none; gives the hash of everything and how
/// many tables were new.
pub(crate) async fn import(store: &SqliteStore, city: &City) -> Result<(String, usize), Failure> {
    let mut kept = Vec::new();
    for table in TableName::ALL {
        let frame = city.frame(table);
        let mut bytes = Vec::new();
        let mut writer = TableWriter::new(table, Format::Parquet, &mut bytes)?;
        writer.write(frame)?;
        writer.finish()?;
        let sha256 = hex(&Sha256::digest(&bytes));
        kept.push(Kept {
            name: table.as_str(),
            rows: frame.height() as u64,
            sha256,
            bytes,
        });
    }
    let imports: Vec<TableImport<'_>> = kept
        .iter()
        .map(|table| TableImport {
            name: table.name,
            sha256: &table.sha256,
            row_count: table.rows,
            bytes: &table.bytes,
        })
        .collect();
    let imported = store.import_tables(&imports, Timestamp::now()).await?;
    let mut hash = Sha256::new();
    for table in &kept {
        hash.update(table.name.as_bytes());
        hash.update(table.sha256.as_bytes());
    }
    let new = imported.iter().filter(|import| import.is_new).count();
    Ok((hex(&hash.finalize()), new))
}

/// The tables in the database, as sources; empty if nothing was imported.
pub(crate) async fn sources(
    store: &SqliteStore,
) -> Result<BTreeMap<TableName, TableSource>, Failure> {
    let mut sources = BTreeMap::new();
    for table in TableName::ALL {
        if let Some(snapshot) = store.table_snapshot(table.as_str()).await? {
            let name = format!("{table} in the database");
            sources.insert(
                table,
                TableSource::bytes(name, Format::Parquet, snapshot.bytes),
            );
        }
    }
    Ok(sources)
}

/// Opens a database that must exist.
pub(crate) async fn open_existing(path: &Path) -> Result<SqliteStore, Failure> {
    if !path.is_file() {
        return Err(Failure::argument(
            "E8009",
            &path.display().to_string(),
            "the database does not exist",
            "run `placewright demo` or `placewright import city DIR` first",
        ));
    }
    Ok(SqliteStore::open(path).await?)
}

/// Records a run of the main job; gives all runs.
pub(crate) async fn record(
    store: &SqliteStore,
    input_sha256: &str,
    policy_version: &str,
    seed: u64,
) -> Result<Vec<RecordedRun>, Failure> {
    let identity = RunIdentity::new(
        input_sha256,
        policy_version,
        seed,
        env!("CARGO_PKG_VERSION"),
    )?;
    store.record_run(&identity, Timestamp::now()).await?;
    Ok(store.runs().await?)
}
