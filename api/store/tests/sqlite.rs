//! What the SQLite store promises, on a file and with several writers.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use std::path::Path;

use disclosure::{ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleasedTable};
use jiff::{Timestamp, civil::Date, civil::date};
use sqlx::Connection;
use store::{ERROR_CODES, RunIdentity, SqlStore, Store, TableImport, sha256_of};

fn noon() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn first_of_march() -> Date {
    date(2026, 3, 1)
}

fn released(north: u32) -> ReleasedTable {
    let same = |text: &str| Label::new(text, text);
    let members = vec![
        Member::new("north", same("North")),
        Member::new("south", same("South")),
    ];
    let areas = Dimension::new("area", same("Area"), members);
    let table = ConfidentialTable::new("children", same("Children"), vec![areas], vec![north, 40]);
    disclosure::release(table.unwrap(), &DisclosurePolicy::default()).unwrap()
}

async fn open(folder: &Path) -> SqlStore {
    SqlStore::open_sqlite(&folder.join("placewright.sqlite"))
        .await
        .unwrap()
}

async fn import(store: &SqlStore, name: &str, bytes: &[u8]) -> store::Imported {
    let import = TableImport {
        name,
        sha256: &sha256_of(bytes),
        row_count: 1,
        bytes,
    };
    store.import_table(&import, noon()).await.unwrap()
}

#[tokio::test]
async fn the_same_four_facts_are_one_run_also_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunIdentity::new(sha256_of(b"city"), "policy-1", u64::MAX, "0.1.0").unwrap();
    let other = RunIdentity::new(sha256_of(b"city"), "policy-1", 8, "0.1.0").unwrap();
    let store = open(folder.path()).await;
    let id = store.record_run(&run, noon()).await.unwrap();
    store.close().await;
    let store = open(folder.path()).await;
    let later = "2027-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(store.record_run(&run, later).await.unwrap(), id);
    assert_ne!(store.record_run(&other, later).await.unwrap(), id);
    let runs = store.runs().await.unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!(
        (&runs[0].identity, runs[0].recorded_at),
        (&run, noon()),
        "the first time stays"
    );
}

#[tokio::test]
async fn a_release_asked_for_again_has_the_bytes_of_the_first_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let first = store
        .keep_release(&released(17), first_of_march(), noon())
        .await
        .unwrap();
    assert!(!first.was_known);
    store.close().await;
    let store = open(folder.path()).await;
    let again = store
        .keep_release(&released(17), first_of_march(), noon())
        .await
        .unwrap();
    assert!(again.was_known);
    assert_eq!((&first.bytes, &first.entry), (&again.bytes, &again.entry));
    let next = store
        .keep_release(&released(18), first_of_march(), noon())
        .await
        .unwrap();
    assert_ne!(next.bytes, first.bytes);
    let another_day = date(2026, 4, 1);
    assert!(
        !store
            .keep_release(&released(17), another_day, noon())
            .await
            .unwrap()
            .was_known
    );
    assert_eq!(store.releases().await.unwrap().len(), 3);
    let hash = &first.entry.content_sha256;
    let read = store
        .release(hash, first_of_march())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.bytes, first.bytes);
    assert_eq!(store.release(hash, date(2020, 1, 1)).await.unwrap(), None);
}

#[tokio::test]
async fn an_import_is_idempotent_and_the_newest_content_is_current() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    assert_eq!(store.table_snapshot("contracts").await.unwrap(), None);
    let first = import(&store, "contracts", b"old").await;
    assert!(first.is_new);
    let again = import(&store, "contracts", b"old").await;
    assert_eq!(
        (again.import_number, again.is_new),
        (first.import_number, false)
    );
    assert!(import(&store, "contracts", b"new").await.is_new);
    let back = import(&store, "contracts", b"old").await;
    assert!(
        back.is_new,
        "going back to earlier content is an import of its own"
    );
    store.close().await;
    let snapshot = open(folder.path())
        .await
        .table_snapshot("contracts")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(snapshot.bytes, b"old");
    assert_eq!(
        (snapshot.import_number, snapshot.row_count),
        (back.import_number, 1)
    );
    assert_eq!(snapshot.imported_at, noon());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_at_once_lose_nothing_and_agree() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path()).await;
    let second = open(folder.path()).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..24_u32 {
        let store = if writer % 2 == 0 {
            first.clone()
        } else {
            second.clone()
        };
        writers.spawn(async move {
            let shared = import(&store, "shared", b"same for all").await;
            let own = format!("table_{writer}");
            let own = import(&store, &own, own.as_bytes()).await;
            (shared, own)
        });
    }
    let done = writers.join_all().await;
    let new = done.iter().filter(|(shared, _)| shared.is_new).count();
    assert_eq!(new, 1, "the same content is imported once");
    let mut numbers: Vec<u64> = done.iter().map(|(_, own)| own.import_number).collect();
    numbers.push(done[0].0.import_number);
    numbers.sort_unstable();
    assert_eq!(
        numbers,
        (1..=25).collect::<Vec<u64>>(),
        "every import has its own number"
    );
    assert_eq!(first.table_names().await.unwrap().len(), 25);
}

#[tokio::test]
async fn a_transaction_that_fails_in_the_middle_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let file = folder.path().join("placewright.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let mut outside = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    sqlx::query(
        "create trigger refuse before insert on table_import when new.table_name = 'staff' \
         begin select raise(abort, 'disk full'); end",
    )
    .execute(&mut outside)
    .await
    .unwrap();
    let hash = sha256_of(b"rows");
    let of = |name| TableImport {
        name,
        sha256: &hash,
        row_count: 1,
        bytes: b"rows",
    };
    let refused = store
        .import_tables(&[of("children"), of("staff")], noon())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "E7006");
    assert!(refused.to_string().contains("disk full"), "{refused}");
    assert_eq!(store.table_names().await.unwrap(), Vec::<String>::new());
    let (contents,): (i64,) = sqlx::query_as("select count(*) from table_content")
        .fetch_one(&mut outside)
        .await
        .unwrap();
    assert_eq!(contents, 0);
    assert!(
        import(&store, "children", b"rows").await.is_new,
        "the next import works"
    );
}

/// Writes half a transaction and dies; run by the test below as a process of its own.
#[tokio::test]
async fn a_process_that_dies_while_writing() {
    let Ok(file) = std::env::var("PLACEWRIGHT_DIE_WHILE_WRITING") else {
        return;
    };
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    for statement in [
        "pragma cache_size = 1",
        "begin immediate",
        "insert into table_content values ('half', zeroblob(5000000))",
        "insert into table_import values (2, 'half', 'half', 1, '2026-11-22T12:00:00Z')",
    ] {
        sqlx::query(statement)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    std::process::abort();
}

#[tokio::test]
async fn a_database_survives_a_process_that_dies_while_writing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    import(&store, "children", b"rows").await;
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_process_that_dies_while_writing"])
        .env(
            "PLACEWRIGHT_DIE_WHILE_WRITING",
            folder.path().join("placewright.sqlite"),
        )
        .output()
        .unwrap()
        .status;
    assert!(!status.success(), "the other process must have died");
    store.close().await;
    let store = open(folder.path()).await;
    assert_eq!(store.table_names().await.unwrap(), ["children"]);
    assert_eq!(store.table_snapshot("half").await.unwrap(), None);
    assert_eq!(import(&store, "staff", b"x").await.import_number, 2);
}

#[tokio::test]
async fn changed_bytes_on_the_disk_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    import(&store, "children", b"rows").await;
    let kept = store
        .keep_release(&released(17), first_of_march(), noon())
        .await
        .unwrap();
    let file = folder.path().join("placewright.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let mut outside = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    for statement in [
        "update table_content set bytes = x'00'",
        "update release set bytes = x'00'",
    ] {
        sqlx::query(statement).execute(&mut outside).await.unwrap();
    }
    assert_eq!(
        store.table_snapshot("children").await.unwrap_err().code(),
        "E7005"
    );
    let again = store
        .release(&kept.entry.content_sha256, first_of_march())
        .await;
    assert_eq!(again.unwrap_err().code(), "E7005");
}

#[tokio::test]
async fn wrong_input_is_refused_with_its_listed_number_and_nothing_is_written() {
    let store = SqlStore::in_memory().await.unwrap();
    let hash = sha256_of(b"rows");
    let right = TableImport {
        name: "children",
        sha256: &hash,
        row_count: 1,
        bytes: b"rows",
    };
    let wrong = [
        (
            TableImport {
                name: "Children; drop table run",
                ..right
            },
            "E7004",
        ),
        (TableImport { name: "", ..right }, "E7004"),
        (
            TableImport {
                sha256: "abc",
                ..right
            },
            "E7004",
        ),
        (
            TableImport {
                row_count: u64::MAX,
                ..right
            },
            "E7004",
        ),
        (
            TableImport {
                bytes: b"other",
                ..right
            },
            "E7003",
        ),
    ];
    for (import, code) in wrong {
        let refusal = store
            .import_tables(&[right_other(&hash), import], noon())
            .await
            .unwrap_err();
        assert_eq!(refusal.code(), code);
        assert!(refusal.to_string().starts_with(code));
        assert!(ERROR_CODES.iter().any(|listed| listed.code == code));
    }
    assert_eq!(
        store
            .import_tables(&[right, right], noon())
            .await
            .unwrap_err()
            .code(),
        "E7004"
    );
    assert!(store.table_names().await.unwrap().is_empty());
    assert_eq!(
        RunIdentity::new("x", "p", 1, "e").unwrap_err().code(),
        "E7004"
    );
    assert_eq!(
        RunIdentity::new(hash.as_str(), " ", 1, "e")
            .unwrap_err()
            .code(),
        "E7004"
    );
}

fn right_other(hash: &str) -> TableImport<'_> {
    TableImport {
        name: "areas",
        sha256: hash,
        row_count: 1,
        bytes: b"rows",
    }
}

#[tokio::test]
async fn files_that_are_no_database_of_ours_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let missing = SqlStore::open_sqlite(&folder.path().join("nowhere/p.sqlite"))
        .await
        .unwrap_err();
    assert_eq!(missing.code(), "E7001");
    let text = folder.path().join("text.sqlite");
    std::fs::write(
        &text,
        "this is no database, but a text of some length".repeat(40),
    )
    .unwrap();
    let refused = SqlStore::open_sqlite(&text).await.unwrap_err();
    assert!(["E7001", "E7002"].contains(&refused.code()), "{refused}");
    let store = open(folder.path()).await;
    store.close().await;
    let file = folder.path().join("placewright.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let mut outside = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         values (99990101000000, 'from the future', true, x'00', 1)",
    )
    .execute(&mut outside)
    .await
    .unwrap();
    assert_eq!(
        SqlStore::open_sqlite(&file).await.unwrap_err().code(),
        "E7002"
    );
}
