//! Runs, releases and tables.

use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, LedgerDecision, Member, PassedRelease,
    ReleaseLedger, ReleaseRequest, ReleaseScope, ReleasedTable,
};
use jiff::civil::date;
use store::{LedgerStore as _, RunIdentity, Store as _, TableImport, sha256_of};

use crate::city::TODAY;
use crate::database::{Subject, on_every_database};
use crate::story::noon;

on_every_database!(
    runs_and_releases_are_kept_once,
    many_imports_at_once_lose_nothing_and_agree,
    a_release_and_its_row_of_the_ledger_are_written_together_or_not_at_all,
);

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

async fn runs_and_releases_are_kept_once(subject: &Subject) {
    let store = &subject.store;
    let now = noon(TODAY);
    let run = RunIdentity::new(sha256_of(b"city"), "policy-1", u64::MAX, "0.1.0").unwrap();
    let id = store.record_run(&run, now).await.unwrap();
    assert_eq!(
        store
            .record_run(&run, noon(date(2028, 1, 1)))
            .await
            .unwrap(),
        id
    );
    let runs = store.runs().await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!((&runs[0].identity, runs[0].recorded_at), (&run, now));
    let day = date(2026, 3, 1);
    let first = store.keep_release(&released(17), day, now).await.unwrap();
    let again = store.keep_release(&released(17), day, now).await.unwrap();
    assert!(!first.was_known && again.was_known);
    assert_eq!(first.bytes, again.bytes);
    let listed = store.releases().await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&first.entry));
    let read = store
        .release(&first.entry.content_sha256, day)
        .await
        .unwrap();
    assert_eq!(read.unwrap().bytes, first.bytes);
}

async fn many_imports_at_once_lose_nothing_and_agree(subject: &Subject) {
    let other = subject.opened_again().await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..12_u32 {
        let store = if writer % 2 == 0 {
            subject.store.clone()
        } else {
            other.clone()
        };
        writers.spawn(async move {
            let name = format!("table_{}", writer % 6);
            let bytes = format!("rows of {name}");
            let import = TableImport {
                name: &name,
                sha256: &sha256_of(bytes.as_bytes()),
                row_count: 1,
                bytes: bytes.as_bytes(),
            };
            store.import_table(&import, noon(TODAY)).await.unwrap()
        });
    }
    let done = writers.join_all().await;
    assert_eq!(done.iter().filter(|import| import.is_new).count(), 6);
    let mut numbers: Vec<u64> = done.iter().map(|import| import.import_number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    assert_eq!(subject.store.table_names().await.unwrap().len(), 6);
    let table = subject
        .store
        .table_snapshot("table_3")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(table.bytes, b"rows of table_3");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_file_is_opened_by_eight_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut openers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let path = folder.path().join("placewright.sqlite");
        openers.spawn(async move { store::SqlStore::open_sqlite(&path).await.unwrap() });
    }
    for store in openers.join_all().await {
        assert!(store.runs().await.unwrap().is_empty());
    }
}

/// A table by area that passes the gate beside what the ledger holds.
fn passed(ledger: &ReleaseLedger, name: &str, month: i8) -> PassedRelease {
    let same = |text: &str| Label::new(text, text);
    let members = vec![
        Member::new("north", same("North")),
        Member::new("south", same("South")),
    ];
    let areas = Dimension::new("area", same("Area"), members);
    let table = ConfidentialTable::new(name, same("Children"), vec![areas], vec![17, 40]);
    let scope = ReleaseScope::new("children", date(2026, month, 1));
    let request = ReleaseRequest::new(table.unwrap(), DisclosurePolicy::default(), scope);
    match ledger.decide(&request).unwrap() {
        LedgerDecision::Released(passed) => *passed,
        other => panic!("nothing speaks against it: {other:?}"),
    }
}

async fn a_release_and_its_row_of_the_ledger_are_written_together_or_not_at_all(subject: &Subject) {
    let store = &subject.store;
    let now = noon(TODAY);
    let empty = store.release_ledger().await.unwrap();
    assert!(empty.is_empty());
    let first = passed(&empty, "first", 3);
    let kept = store.keep_passed(&first, 0, now).await.unwrap();
    assert!(!kept.was_known);
    assert_eq!(kept.entry.content_sha256, first.stated().content_sha256());
    let ledger = store.release_ledger().await.unwrap();
    assert_eq!(ledger.releases(), std::slice::from_ref(first.stated()));

    // Decided beside the empty ledger: neither the table nor the row is written.
    let late = passed(&empty, "late", 4);
    let error = store.keep_passed(&late, 0, now).await.unwrap_err();
    assert_eq!(error.code(), "E7030");
    assert_eq!(store.releases().await.unwrap().len(), 1);
    assert_eq!(store.release_ledger().await.unwrap().len(), 1);

    // Several are written together or not at all, and only what is new is read again.
    let pair = |ledger: &ReleaseLedger| {
        let second = passed(ledger, "second", 3);
        let mut beside = ledger.clone();
        beside.record(second.clone());
        [second, passed(&beside, "third", 3)]
    };
    let both = pair(&ledger);
    let error = store.keep_all_passed(&both, 0, now).await.unwrap_err();
    assert_eq!(error.code(), "E7030");
    assert_eq!(store.releases().await.unwrap().len(), 1);
    let kept = store.keep_all_passed(&both, 1, now).await.unwrap();
    assert_eq!(kept.len(), 2);
    let ledger = store.release_ledger_after(ledger).await.unwrap();
    assert_eq!(ledger, store.release_ledger().await.unwrap());
    assert_eq!(ledger.len(), 3);

    // Of many at once exactly one is written.
    let other = subject.opened_again().await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..6_i8 {
        let store = if writer % 2 == 0 {
            store.clone()
        } else {
            other.clone()
        };
        let passed = passed(&ledger, &format!("table_{writer}"), 5 + writer);
        writers.spawn(async move { store.keep_passed(&passed, 3, now).await.is_ok() });
    }
    let written = writers.join_all().await;
    assert_eq!(written.iter().filter(|done| **done).count(), 1);
    assert_eq!(store.release_ledger().await.unwrap().len(), 4);
    assert_eq!(store.releases().await.unwrap().len(), 4);
}
