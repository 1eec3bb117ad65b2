//! Every statement is prepared by both databases.

#![allow(clippy::unwrap_used)] // tests

use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _};

use crate::SqlStore;
use crate::procedure::{
    catalogues, log, overrides, perform, queries, read, situation, suggestions, write,
};
use crate::session::{Among, Database, Insert, Lock};

/// Names and texts; `is_postgres` with the locks that only PostgreSQL knows.
fn statements(is_postgres: bool) -> Vec<(String, String)> {
    let fixed = [
        crate::kept::statements::FIXED,
        crate::run_queue::statements::FIXED,
        crate::scenarios::statements::FIXED,
        catalogues::FIXED,
        overrides::FIXED,
        perform::FIXED,
        queries::FIXED,
        situation::FIXED,
        suggestions::FIXED,
        log::access::FIXED,
        log::changes::FIXED,
        log::verify::FIXED,
        write::statements::FIXED,
        crate::city_load::FIXED,
        crate::scratch::FIXED,
        crate::snapshot::statements::FIXED,
    ];
    let of_postgres_only = ["HEAD_LOCKED", "DATABASE_NAME"];
    let mut all: Vec<(String, String)> = fixed
        .into_iter()
        .flatten()
        .filter(|(name, _)| is_postgres || !of_postgres_only.contains(name))
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    if is_postgres {
        let text = queries::TAKE_JOB_OF_POSTGRES.to_owned();
        all.push(("TAKE_JOB_OF_POSTGRES".to_owned(), text));
        let text = crate::run_queue::statements::TAKE_OF_POSTGRES.to_owned();
        all.push(("TAKE_OF_POSTGRES".to_owned(), text));
    }
    let among: [(usize, &[(&Among, Lock)]); 7] = [
        (0, read::children::AMONG),
        (0, read::facilities::AMONG),
        (0, read::providers::AMONG),
        (0, write::AMONG),
        (0, suggestions::AMONG),
        (1, read::facilities::AMONG_FROM_A_DAY),
        (1, situation::AMONG_OF_A_PROVIDER),
    ];
    for (leading, list) in among {
        for (among, lock) in list {
            let lock = if is_postgres { *lock } else { Lock::No };
            let name = format!("{} {lock:?}", among.name);
            all.push((name, among.text(leading, 3, lock)));
        }
    }
    for packed in crate::snapshot::statements::PACKED {
        all.push((packed.name.to_owned(), packed.select.to_owned()));
        all.push((packed.name.to_owned(), packed.text(2, 3, Lock::No)));
    }
    let logs: [&Insert; 3] = [
        &log::changes::ENTRIES,
        &log::changes::EVENTS,
        &log::access::ACCESSES,
    ];
    for insert in write::tables::INSERTS.iter().chain(logs) {
        all.push((
            format!("insert into {}", insert.table),
            insert.text(2, is_postgres),
        ));
    }
    all
}

async fn prepare_all(store: &SqlStore) {
    let statements = statements(store.database.is_postgres());
    assert!(statements.len() > 70, "{}", statements.len());
    for (name, text) in statements {
        let sql = AssertSqlSafe(text).into_sql_str();
        let prepared = match &store.database {
            Database::Sqlite { pool, .. } => pool.prepare(sql).await.map(drop),
            Database::Postgres { pool } => pool.prepare(sql).await.map(drop),
        };
        assert!(prepared.is_ok(), "{name}: {prepared:?}");
    }
}

#[tokio::test]
async fn every_statement_is_understood_by_sqlite() {
    prepare_all(&SqlStore::in_memory().await.unwrap()).await;
}

#[tokio::test]
async fn every_statement_is_understood_by_postgres() {
    let Some(database) = workspace_tests::postgres::database() else {
        return; // the reason is printed
    };
    let store = SqlStore::open(database.url()).await.unwrap();
    prepare_all(&store).await;
    store.close().await;
}

#[test]
fn the_migrations_of_the_two_databases_differ_in_the_type_of_bytes_only() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |database: &str| {
        let mut names: Vec<_> = std::fs::read_dir(folder.join(database))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    for name in names("sqlite") {
        let text =
            |database: &str| std::fs::read_to_string(folder.join(database).join(&name)).unwrap();
        let sqlite = text("sqlite").replace(" blob ", " bytea ");
        assert_eq!(sqlite, text("postgres"), "{}", name.display());
    }
}
