//! The two logs: whoever changes them afterwards is found out.

use store::{Access, Export, ProcedureStore as _};

use crate::city::*;
use crate::database::{Subject, on_every_database};
use crate::story::{does, found, noon};

on_every_database!(
    every_tampering_with_the_logs_is_found,
    an_access_is_recorded_once_and_in_order,
);

fn access(actor: &str, status: u16) -> Access {
    Access {
        at: noon(TODAY),
        correlation_id: "request-1".to_owned(),
        actor_id: actor.to_owned(),
        role: "city.planner".to_owned(),
        provider: None,
        action: if status == 200 { "read" } else { "refused" },
        resource: "GET /v1/children/{child}".to_owned(),
        subject: Some("c1".to_owned()),
        status,
        export: (status == 201).then(|| Export {
            purpose: "state_grant".to_owned(),
            content_sha256: "0".repeat(64),
            persons: 13,
            records: 10,
        }),
    }
}

/// What somebody does to the logs, and how it is told.
const TAMPERING: [(&str, &str); 17] = [
    (
        "update change_entry set facts = '{}' where sequence = 5",
        "entry 5 of log changes was altered",
    ),
    (
        "update change_entry set actor_id = 'somebody' where sequence = 7",
        "entry 7 of log changes was altered",
    ),
    (
        "update change_entry set mandate = 'm' where sequence = 7",
        "entry 7 of log changes was altered",
    ),
    (
        "update change_entry set recorded_at = '2020-01-01T00:00:00.000000000Z' where sequence = 1",
        "entry 1 of log changes was altered",
    ),
    (
        "update change_entry set hash = previous_hash where sequence = 6",
        "entry 6 of log changes was altered",
    ),
    (
        "delete from event where sequence = 4; delete from change_entry where sequence = 4",
        "entry 4 of log changes is missing",
    ),
    (
        "update change_entry set sequence = -3 where sequence = 3; \
         update change_entry set sequence = 3 where sequence = 4; \
         update change_entry set sequence = 4 where sequence = -3",
        "entry 3 of log changes does not follow the entry before it",
    ),
    (
        "delete from event where sequence = (select max(sequence) from change_entry); \
         delete from change_entry where sequence = (select max(sequence) from change_entry)",
        "the newest entry of log changes is",
    ),
    (
        "delete from event where sequence = 8",
        "change 8 has no event",
    ),
    (
        "update event set facts = '{}' where sequence = 9",
        "the event of change 9 was altered",
    ),
    (
        "update event set audience = 'provider' where sequence = 9",
        "the event of change 9 is in another feed",
    ),
    (
        "insert into event select 100000, event_type, audience, provider_id, subject, \
         occurred_at, facts from event where sequence = 1",
        "events",
    ),
    (
        "update access_entry set status = 200 where sequence = 2",
        "entry 2 of log access was altered",
    ),
    // Entry 2 is an export, entry 1 is none.
    (
        "update access_entry set purpose = 'curiosity' where sequence = 2",
        "entry 2 of log access was altered",
    ),
    (
        "update access_entry set persons = 1 where sequence = 2",
        "entry 2 of log access was altered",
    ),
    (
        "update access_entry set records = 10 where sequence = 1",
        "entry 1 of log access was altered",
    ),
    (
        "delete from access_entry where sequence = 3",
        "the newest entry of log access is 2",
    ),
];

async fn every_tampering_with_the_logs_is_found(subject: &Subject) {
    let store = &subject.store;
    found(store, &["c1"]).await;
    does(
        store,
        &submit("c1", &[wish("a1", "A", 1), wish("b1", "B", 2)]),
    )
    .await;
    for (actor, status) in [("p1", 200), ("p2", 201), ("p3", 200)] {
        store.record_access(&access(actor, status)).await.unwrap();
    }
    let report = store.verify_logs().await.unwrap();
    assert_eq!(report.fault, None);
    assert_eq!(report.accesses, 3);
    let newest = store.changes_after(0, 1_000).await.unwrap();
    assert_eq!(report.changes, newest.len() as u64);
    assert_eq!(report.changes_head, newest.last().unwrap().hash);
    if !subject.can_be_tampered_with() {
        return;
    }
    for table in ["change_entry", "event", "access_entry"] {
        let copy = format!("create table copy_of_{table} as select * from {table}");
        subject.tamper(&copy).await;
    }
    for (tampering, told) in TAMPERING {
        subject.tamper(tampering).await;
        let fault = store.verify_logs().await.unwrap().fault;
        let fault = fault.unwrap_or_else(|| panic!("not found: {tampering}"));
        assert!(fault.contains(told), "{tampering}: {fault}");
        for table in ["change_entry", "event", "access_entry"] {
            let restore =
                format!("delete from {table}; insert into {table} select * from copy_of_{table}");
            subject.tamper(&restore).await;
        }
        assert_eq!(store.verify_logs().await.unwrap().fault, None);
    }
}

async fn an_access_is_recorded_once_and_in_order(subject: &Subject) {
    let store = subject.store.clone();
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..8 {
        let store = store.clone();
        readers.spawn(async move {
            let access = access(&format!("reader-{reader}"), 200);
            store.record_access(&access).await.unwrap()
        });
    }
    let mut numbers = readers.join_all().await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=8).collect::<Vec<u64>>());
    let refused = access("planner", 403);
    assert_eq!(store.record_access(&refused).await.unwrap(), 9);
    let page = store.accesses_after(8, 10).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(page[0].actor_id, "planner");
    assert_eq!((page[0].action.as_str(), page[0].status), ("refused", 403));
    assert_eq!(page[0].recorded_at, noon(TODAY));
    assert_eq!(page[0].subject.as_deref(), Some("c1"));
    assert_eq!(store.accesses_after(0, 4).await.unwrap().len(), 4);
    let report = store.verify_logs().await.unwrap();
    assert_eq!((report.accesses, report.fault), (9, None));
}
