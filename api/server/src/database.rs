//! A city in the database: the tables of the procedure row by row, the others as they are.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use store::{RecordedRun, RunIdentity, SqlStore, Store as _, TableImport};
use tables::schema::TableName;
use tables::{City, Format, TableSource, TableWriter};

use crate::failure::Failure;
use crate::files::hex;

/// The address of a database; a bare path is a SQLite file.
pub(crate) fn address(database: &str) -> String {
    if database.starts_with("sqlite:") || database.starts_with("postgres") {
        database.to_owned()
    } else {
        format!("sqlite:{database}")
    }
}

/// What may be said of an address: nothing before the last `@`, where a password stands.
pub(crate) fn shown(database: &str) -> String {
    match database.rsplit_once('@') {
        Some((_, place)) if database.starts_with("postgres") => format!("postgres://…@{place}"),
        _ => database.to_owned(),
    }
}

/// Opens a database, and makes it if it is a file that is not there.
pub(crate) async fn open(database: &str) -> Result<SqlStore, Failure> {
    Ok(SqlStore::open(&address(database)).await?)
}

/// Opens a database that must exist.
pub(crate) async fn open_existing(database: &str) -> Result<SqlStore, Failure> {
    let address = address(database);
    let path = address
        .strip_prefix("sqlite:")
        .map(|path| path.trim_start_matches("//"));
    if let Some(path) = path
        && !std::path::Path::new(path).is_file()
    {
        return Err(Failure::argument(
            "E8009",
            &shown(database),
            "the database does not exist",
            "run `placewright demo` or `placewright import city DIR` first",
        ));
    }
    Ok(SqlStore::open_existing(&address).await?)
}

/// A table in the form the database keeps: Parquet.
struct Kept {
    name: &'static str,
    rows: u64,
    sha256: String,
    bytes: Vec<u8>,
}

impl Kept {
    fn of(city: &City, table: TableName) -> Result<Self, Failure> {
        let frame = city.frame(table);
        let mut bytes = Vec::new();
        let mut writer = TableWriter::new(table, Format::Parquet, &mut bytes)?;
        writer.write(frame)?;
        writer.finish()?;
        Ok(Self {
            name: table.as_str(),
            rows: frame.height() as u64,
            sha256: hex(&Sha256::digest(&bytes)),
            bytes,
        })
    }
}

/// SHA-256 over all tables of a city, as Parquet in reading order.
pub(crate) fn content_sha256(city: &City) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    for table in TableName::ALL {
        let kept = Kept::of(city, table)?;
        hash.update(kept.name.as_bytes());
        hash.update(kept.sha256.as_bytes());
    }
    Ok(hex(&hash.finalize()))
}

/// Keeps the tables that the procedure does not write, all or none; gives how many were new.
pub(crate) async fn keep_tables(
    store: &SqlStore,
    city: &City,
    tables: &[TableName],
) -> Result<usize, Failure> {
    let kept: Vec<Kept> = tables
        .iter()
        .map(|table| Kept::of(city, *table))
        .collect::<Result<_, _>>()?;
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
    Ok(imported.iter().filter(|import| import.is_new).count())
}

/// All tables of a city as sources, to be checked again together.
pub(crate) fn sources_of(city: &City) -> Result<BTreeMap<TableName, TableSource>, Failure> {
    TableName::ALL
        .into_iter()
        .map(|table| {
            let name = format!("{table} in the database");
            let bytes = Kept::of(city, table)?.bytes;
            Ok((table, TableSource::bytes(name, Format::Parquet, bytes)))
        })
        .collect()
}

/// Records a run of the main job; gives all runs.
pub(crate) async fn record(
    store: &SqlStore,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_path_is_a_file_and_no_password_is_shown() {
        assert_eq!(address("city.sqlite"), "sqlite:city.sqlite");
        assert_eq!(address("postgres://a:b@c/d"), "postgres://a:b@c/d");
        assert_eq!(shown("postgres://a:secret@c/d"), "postgres://…@c/d");
        assert_eq!(shown("sqlite:x@y"), "sqlite:x@y");
    }
}
