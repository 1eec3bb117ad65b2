//! Requests: repeated, overtaken, refused, failed half-way.

use domain::procedure::{Actor, Command, HumanActor};
use store::{
    ERROR_CODES, Envelope, IdempotencyKey, PerformError, ProcedureStore as _, Receipt, sha256_of,
};

use crate::city::*;
use crate::database::{Subject, on_every_database};
use crate::story::{
    account, child_revision, does, envelope, facility_revision, found, provider_revision,
};

on_every_database!(
    a_repeated_request_gives_the_first_answer_and_changes_nothing,
    equal_requests_at_once_are_one,
    a_decision_on_an_old_revision_is_refused,
    revisions_count_the_changes_of_a_file_and_no_others,
    a_refused_or_rehearsed_command_leaves_nothing,
    an_envelope_that_does_not_fit_the_log_is_refused,
    a_key_of_another_child_is_not_taken_twice,
    nothing_stays_of_a_transaction_that_fails_in_the_middle,
);

fn keyed(key: &str, request: &str) -> Envelope {
    Envelope {
        idempotency: Some(IdempotencyKey {
            key: key.to_owned(),
            request_sha256: sha256_of(request.as_bytes()),
        }),
        ..envelope()
    }
}

fn by(actor: &str, envelope: Envelope) -> Envelope {
    Envelope {
        actor: Actor::Human(HumanActor {
            id: account(actor),
            ..person()
        }),
        ..envelope
    }
}

async fn newest_change(subject: &Subject) -> u64 {
    let report = subject.store.verify_logs().await.unwrap();
    assert_eq!(report.fault, None);
    report.changes
}

async fn a_repeated_request_gives_the_first_answer_and_changes_nothing(subject: &Subject) {
    let store = &subject.store;
    found(store, &["c1", "c2"]).await;
    let apply = submit("c1", &[wish("a1", "A", 1), wish("b1", "B", 2)]);
    let first = store.perform(&keyed("k", "r"), &apply).await.unwrap();
    assert!(!first.is_replay);
    let newest = newest_change(subject).await;
    let again = store.perform(&keyed("k", "r"), &apply).await.unwrap();
    assert!(again.is_replay);
    assert_eq!(again.changes, first.changes, "the answer of the first time");
    assert_eq!(newest_change(subject).await, newest);
    let other = submit("c2", &[wish("a2", "A", 1)]);
    let refused = store.perform(&keyed("k", "other"), &other).await;
    let error = refused.unwrap_err();
    assert!(matches!(error, PerformError::KeyReused { .. }), "{error}");
    assert_eq!(newest_change(subject).await, newest);
    let of_another = by("someone-else", keyed("k", "other"));
    let receipt = store.perform(&of_another, &other).await.unwrap();
    assert!(!receipt.is_replay, "a key belongs to its actor");
    // A refused request does not use its key up.
    let refused = store.perform(&keyed("k2", "r2"), &other).await;
    assert!(matches!(refused, Err(PerformError::Refused(_))));
    let right = submit("c2", &[wish("b2", "B", 2)]);
    let receipt = store.perform(&keyed("k2", "r3"), &right).await.unwrap();
    assert_eq!(receipt.changes.len(), 1);
}

async fn equal_requests_at_once_are_one(subject: &Subject) {
    found(&subject.store, &["c1"]).await;
    let other = subject.opened_again().await;
    let mut requests = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = if number % 2 == 0 {
            subject.store.clone()
        } else {
            other.clone()
        };
        requests.spawn(async move {
            let apply = submit("c1", &[wish("a1", "A", 1)]);
            store.perform(&keyed("k", "r"), &apply).await.unwrap()
        });
    }
    let receipts: Vec<Receipt> = requests.join_all().await;
    let done = receipts.iter().filter(|receipt| !receipt.is_replay);
    assert_eq!(done.count(), 1);
    for receipt in &receipts {
        assert_eq!(receipt.changes, receipts[0].changes);
    }
}

async fn a_decision_on_an_old_revision_is_refused(subject: &Subject) {
    let store = &subject.store;
    found(store, &["c1"]).await;
    let seen = |revision| Envelope {
        expected_revision: Some(revision),
        ..envelope()
    };
    let child = child_id("c1");
    let revision = child_revision(store, &child).await;
    let apply = submit("c1", &[wish("a1", "A", 1)]);
    store.perform(&seen(revision), &apply).await.unwrap();
    let late = submit("c1", &[wish("b1", "B", 2)]);
    let error = store.perform(&seen(revision), &late).await.unwrap_err();
    assert!(
        matches!(error, PerformError::RevisionChanged { expected, found }
            if expected == revision && found == revision + 1),
        "{error}"
    );
    let now = child_revision(store, &child).await;
    store.perform(&seen(now), &late).await.unwrap();
    // Of a facility and of a provider.
    let facility = facility_revision(store, &facility_id("A")).await;
    let larger = Command::SetCapacity(capacity("A", domain::CareType::Nursery, 9));
    store.perform(&seen(facility), &larger).await.unwrap();
    let error = store.perform(&seen(facility), &larger).await.unwrap_err();
    assert_eq!(error.code(), "E7008");
    let provider = provider_revision(store, &provider_id("T1")).await;
    let attest = Command::Attest {
        provider: provider_id("T1"),
        month: "2027-01".parse().unwrap(),
    };
    store.perform(&seen(provider), &attest).await.unwrap();
    let error = store.perform(&seen(provider), &attest).await.unwrap_err();
    assert_eq!(error.code(), "E7008");
    // Of a child that is not there the rules speak.
    let unknown = submit("nobody", &[wish("n1", "A", 1)]);
    let error = store.perform(&seen(1), &unknown).await.unwrap_err();
    assert_eq!(error.code(), "E9001");
}

async fn revisions_count_the_changes_of_a_file_and_no_others(subject: &Subject) {
    let store = &subject.store;
    found(store, &["c1", "c2"]).await;
    let (a, b) = (facility_id("A"), facility_id("B"));
    let other = child_revision(store, &child_id("c2")).await;
    let (at_a, at_b) = (
        facility_revision(store, &a).await,
        facility_revision(store, &b).await,
    );
    does(
        store,
        &submit("c1", &[wish("a1", "A", 1), wish("b1", "B", 2)]),
    )
    .await;
    assert_eq!(
        facility_revision(store, &a).await,
        at_a,
        "no place is taken"
    );
    does(store, &make_offer("c1", "o1", "a1")).await;
    assert_eq!(facility_revision(store, &a).await, at_a + 1);
    assert_eq!(facility_revision(store, &b).await, at_b);
    assert_eq!(child_revision(store, &child_id("c2")).await, other);
    let attest = Command::Attest {
        provider: provider_id("T2"),
        month: "2027-01".parse().unwrap(),
    };
    does(store, &attest).await;
    assert_eq!(
        facility_revision(store, &b).await,
        at_b + 1,
        "a facility shows what its provider attested"
    );
}

async fn a_refused_or_rehearsed_command_leaves_nothing(subject: &Subject) {
    let store = &subject.store;
    found(store, &["c1"]).await;
    let newest = newest_change(subject).await;
    let refused = store
        .perform(&envelope(), &make_offer("c1", "o1", "a1"))
        .await;
    assert_eq!(refused.unwrap_err().code(), "E9002");
    let apply = submit("c1", &[wish("a1", "A", 1)]);
    let rehearsed = store.rehearse(&envelope(), &apply).await.unwrap();
    assert_eq!(rehearsed.len(), 1);
    assert_eq!(newest_change(subject).await, newest);
    let file = store.child_file(&child_id("c1")).await.unwrap().unwrap();
    assert!(file.value.applications.is_empty());
    assert_eq!(store.child_file(&child_id("nobody")).await.unwrap(), None);
    let missing = store.facility_file(&facility_id("Z"), TODAY).await.unwrap();
    assert_eq!(missing, None);
    assert_eq!(store.provider_file(&provider_id("Z")).await.unwrap(), None);
}

async fn an_envelope_that_does_not_fit_the_log_is_refused(subject: &Subject) {
    let store = &subject.store;
    found(store, &["c1"]).await;
    let apply = submit("c1", &[wish("a1", "A", 1)]);
    let newest = newest_change(subject).await;
    let correlated = |id: &str| Envelope {
        correlation_id: id.to_owned(),
        ..envelope()
    };
    let mut unhashed = keyed("k", "r");
    if let Some(key) = &mut unhashed.idempotency {
        key.request_sha256 = "r".to_owned();
    }
    for wrong in [
        correlated(""),
        correlated(&"x".repeat(65)),
        keyed("", "r"),
        keyed("with space", "r"),
        keyed(&"k".repeat(129), "r"),
        unhashed,
    ] {
        let error = store.perform(&wrong, &apply).await.unwrap_err();
        assert_eq!(error.code(), "E7004", "{error}");
    }
    assert_eq!(newest_change(subject).await, newest);
    for code in ["E7004", "E7007", "E7008"] {
        assert!(ERROR_CODES.iter().any(|listed| listed.code == code));
    }
}

async fn a_key_of_another_child_is_not_taken_twice(subject: &Subject) {
    let store = &subject.store;
    found(store, &["c1", "c2"]).await;
    does(store, &submit("c1", &[wish("a1", "A", 1)])).await;
    let newest = newest_change(subject).await;
    let same_key = submit("c2", &[wish("a1", "A", 1)]);
    let error = store.perform(&envelope(), &same_key).await.unwrap_err();
    assert_eq!(error.code(), "E7006");
    assert!(error.to_string().contains("submit applications"), "{error}");
    assert_eq!(newest_change(subject).await, newest);
    let whose = store.child_of_application(&application_id("a1")).await;
    assert_eq!(whose.unwrap(), Some(child_id("c1")));
}

/// Tables a conclusion writes to.
const WRITTEN: [(&str, &str); 11] = [
    ("offer", "update"),
    ("application", "update"),
    ("contract", "insert"),
    ("contract_version", "insert"),
    ("child", "update"),
    ("facility", "update"),
    ("freed_place", "insert"),
    ("job", "insert"),
    ("change_entry", "insert"),
    ("event", "insert"),
    ("log_head", "update"),
];

async fn nothing_stays_of_a_transaction_that_fails_in_the_middle(subject: &Subject) {
    if !subject.can_be_tampered_with() {
        return;
    }
    let store = &subject.store;
    found(store, &["c1"]).await;
    does(
        store,
        &submit("c1", &[wish("a1", "A", 1), wish("b1", "B", 2)]),
    )
    .await;
    does(store, &make_offer("c1", "o1", "a1")).await;
    does(store, &make_offer("c1", "o2", "b1")).await;
    let before = store.child_file(&child_id("c1")).await.unwrap();
    let newest = newest_change(subject).await;
    let conclusion = conclude("c1", "k1", "o1");
    let request = keyed("k", "conclude");
    for (table, verb) in WRITTEN {
        fail_on(subject, table, verb).await;
        let error = store.perform(&request, &conclusion).await.unwrap_err();
        assert_eq!(error.code(), "E7006", "{table}: {error}");
        assert!(error.to_string().contains("conclude contract"), "{error}");
        assert_eq!(store.child_file(&child_id("c1")).await.unwrap(), before);
        assert_eq!(newest_change(subject).await, newest, "{table}");
        assert!(store.freed_places(None).await.unwrap().is_empty());
        let drop_it = if subject.is_postgres() {
            format!("drop trigger refuse on {table}")
        } else {
            "drop trigger refuse".to_owned()
        };
        subject.tamper(&drop_it).await;
    }
    let receipt = store.perform(&request, &conclusion).await.unwrap();
    assert!(!receipt.is_replay, "a request that failed may be repeated");
    assert_eq!(receipt.changes.len(), 6);
}

async fn fail_on(subject: &Subject, table: &str, verb: &str) {
    let trigger = if subject.is_postgres() {
        format!(
            "create or replace function refuse() returns trigger language plpgsql as \
             $$ begin raise exception 'disk full'; end $$; \
             create trigger refuse before {verb} on {table} \
             for each row execute function refuse()"
        )
    } else {
        format!(
            "create trigger refuse before {verb} on {table} \
             begin select raise(abort, 'disk full'); end"
        )
    };
    subject.tamper(&trigger).await;
}
