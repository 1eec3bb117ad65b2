//! A whole city loaded at once.

use domain::ChildId;
use domain::procedure::ChildFile;
use jiff::civil::date;
use store::{Audience, CityLoad, PerformError, ProcedureStore as _, SqlStore, StoreError};

use crate::city::*;
use crate::database::{Subject, on_every_database};
use crate::story::{Story, does, envelope, found};

on_every_database!(
    a_loaded_city_is_the_city_it_was_taken_from,
    the_same_load_again_changes_nothing_and_another_one_is_refused,
    a_load_that_names_what_is_not_there_is_refused_and_writes_nothing,
);

/// A city with offers and contracts in several states, in another database.
async fn grown() -> (CityLoad, SqlStore) {
    let subject = Subject::memory().await.unwrap();
    let mut story = Story::begin(&subject, &["c1", "c2", "c3"]).await;
    let steps = [
        submit("c1", &[wish("a1", "A", 1), wish("b1", "B", 2)]),
        submit("c2", &[wish("a2", "A", 1), wish("c2c", "C", 2)]),
        make_offer("c1", "o1", "a1"),
        make_offer("c1", "o1b", "b1"),
        make_offer("c2", "o2", "c2c"),
        conclude("c1", "k1", "o1"),
        confirm("c2", "o2"),
        end("c1", "k1", date(2029, 1, 31)),
        import("T1", &[import_row(1, "key-1", "A")]),
    ];
    for step in steps {
        story.step(&step).await;
    }
    let store = subject.store.clone();
    (taken_from(&store).await, store)
}

/// Everything in a database as a load.
async fn taken_from(store: &SqlStore) -> CityLoad {
    let snapshot = store.snapshot().await.unwrap();
    let children: Vec<ChildId> = snapshot
        .chunks()
        .flat_map(|chunk| chunk.children.child.clone())
        .collect();
    let mut files: Vec<ChildFile> = Vec::new();
    for child in children {
        files.push(store.child_file(&child).await.unwrap().unwrap().value);
    }
    CityLoad {
        providers: snapshot.providers().cloned().collect(),
        facilities: snapshot.facilities().cloned().collect(),
        children: files,
    }
}

async fn a_loaded_city_is_the_city_it_was_taken_from(subject: &Subject) {
    let (load, _kept) = grown().await;
    let store = &subject.store;
    // Somebody asked before: the snapshot kept is of the empty database.
    assert_eq!(store.snapshot().await.unwrap().child_count(), 0);
    let mut turned = load.clone();
    turned.children.reverse();
    turned.facilities.reverse();
    let receipt = store.load_city(&turned, &envelope()).await.unwrap();
    assert!(receipt.is_new);
    assert_eq!(
        (receipt.sequence, receipt.counts.children),
        (1, load.children.len())
    );
    assert_eq!((receipt.counts.offers, receipt.counts.contracts), (3, 2));
    assert!(
        taken_from(store).await == load,
        "what was loaded is read again"
    );
    let snapshot = store.snapshot().await.unwrap();
    assert!(*snapshot == store.snapshot_read_anew().await.unwrap());
    // One change with its event; the chain goes on.
    assert_eq!(store.verify_logs().await.unwrap().fault, None);
    let events = store
        .events_after(Audience::City, None, 0, 10)
        .await
        .unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].event_type, "city.loaded");
    assert_eq!(events[0].facts["counts"]["contract_versions"], 3);
    does(store, &end("c1", "k1", date(2028, 12, 31))).await;
    assert!(*store.snapshot().await.unwrap() == store.snapshot_read_anew().await.unwrap());
    assert_eq!(store.verify_logs().await.unwrap().fault, None);
}

async fn the_same_load_again_changes_nothing_and_another_one_is_refused(subject: &Subject) {
    let (load, _kept) = grown().await;
    let store = &subject.store;
    let first = store.load_city(&load, &envelope()).await.unwrap();
    let mut turned = load.clone();
    turned.children.reverse();
    turned.providers.reverse();
    let again = store.load_city(&turned, &envelope()).await.unwrap();
    assert!(!again.is_new);
    assert_eq!(
        (again.sequence, &again.content_sha256),
        (1, &first.content_sha256)
    );
    does(store, &end("c1", "k1", date(2028, 12, 31))).await;
    let after_a_change = store.load_city(&load, &envelope()).await.unwrap();
    assert!(!after_a_change.is_new);
    let mut other = load.clone();
    other.children[0].contracts.clear();
    let refused = store.load_city(&other, &envelope()).await.unwrap_err();
    assert!(
        matches!(refused, PerformError::Store(StoreError::Refused { .. })),
        "{refused}"
    );
    assert_eq!(refused.code(), "E7004");
    assert_eq!(store.verify_logs().await.unwrap().fault, None);
}

async fn a_load_that_names_what_is_not_there_is_refused_and_writes_nothing(subject: &Subject) {
    let (load, _kept) = grown().await;
    let store = &subject.store;
    let mut twice = load.clone();
    twice.children.push(load.children[0].clone());
    let mut nowhere = load.clone();
    nowhere.facilities.clear();
    let mut of_nobody = load.clone();
    of_nobody.providers.clear();
    let mut empty = load.clone();
    let with_contract = empty
        .children
        .iter_mut()
        .find(|file| !file.contracts.is_empty());
    with_contract.unwrap().contracts[0].versions.clear();
    for wrong in [twice, nowhere, of_nobody, empty] {
        let refused = store.load_city(&wrong, &envelope()).await.unwrap_err();
        assert_eq!(refused.code(), "E7004", "{refused}");
    }
    assert_eq!(store.verify_logs().await.unwrap().changes, 0);
    // A database in which the procedure has begun takes no load.
    found(store, &[]).await;
    let refused = store.load_city(&load, &envelope()).await.unwrap_err();
    assert!(
        refused.to_string().contains("already has rows"),
        "{refused}"
    );
}
