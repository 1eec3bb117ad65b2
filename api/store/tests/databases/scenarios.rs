//! Scenarios: lines of versions that nothing changes, and the results of their runs.

use domain::procedure::Role;
use jiff::{SignedDuration, Timestamp};
use store::{
    IdempotencyKey, MAXIMUM_SCENARIO_BYTES, NewScenarioResult, NewScenarioVersion, ScenarioKept,
    ScenarioStore as _, ScenarioVersion, SqlStore, sha256_of,
};

use crate::city::TODAY;
use crate::database::{Subject, on_every_database};
use crate::story::noon;

on_every_database!(
    a_scenario_is_a_line_of_versions,
    of_two_who_change_the_same_version_one_has_to_look_again,
    the_same_request_under_the_same_key_is_one_version,
    a_result_is_kept_once_and_stays_with_its_version,
    scenarios_that_do_not_fit_are_refused_and_damage_is_found,
);

fn new<'a>(scenario: &'a str, text: &'a str) -> NewScenarioVersion<'a> {
    NewScenarioVersion {
        scenario,
        name: "close K2",
        text,
        stored_by: "planner-1",
        stored_role: Role::CityPlanner,
        idempotency: None,
    }
}

fn minutes(count: i64) -> Timestamp {
    noon(TODAY) + SignedDuration::from_mins(count)
}

fn version(kept: ScenarioKept) -> ScenarioVersion {
    match kept {
        ScenarioKept::Kept { version, .. } => version,
        other => panic!("it is kept, not {other:?}"),
    }
}

async fn created(store: &SqlStore, scenario: &str, text: &str) -> ScenarioVersion {
    let new = new(scenario, text);
    let kept = store.create_scenario(&new, None, minutes(0)).await;
    version(kept.unwrap())
}

async fn a_scenario_is_a_line_of_versions(subject: &Subject) {
    let store = &subject.store;
    let first = created(store, "s1", "a = 1").await;
    assert_eq!((first.version, first.parent.as_deref()), (1, None));
    assert_eq!(first.text_sha256, sha256_of(b"a = 1"));
    assert_eq!(
        (first.stored_by.as_str(), first.stored_at),
        ("planner-1", minutes(0))
    );
    let second = store
        .change_scenario(&new("s1", "a = 2"), 1, minutes(1))
        .await;
    assert_eq!(version(second.unwrap()).version, 2);
    let of_parent = store
        .create_scenario(&new("s2", "b = 1"), Some("s1"), minutes(2))
        .await;
    assert_eq!(version(of_parent.unwrap()).parent.as_deref(), Some("s1"));
    let orphan = store
        .create_scenario(&new("s3", "b = 1"), Some("s9"), minutes(2))
        .await;
    assert_eq!(orphan.unwrap(), ScenarioKept::Unknown);

    let (newest, text) = store.scenario("s1").await.unwrap().unwrap();
    assert_eq!((newest.version, text.as_str()), (2, "a = 2"));
    let (old, text) = store.scenario_version("s1", 1).await.unwrap().unwrap();
    assert_eq!((&old, text.as_str()), (&first, "a = 1"));
    assert_eq!(store.scenario("s3").await.unwrap(), None);
    assert_eq!(store.scenario_version("s1", 3).await.unwrap(), None);
    let numbers: Vec<u64> = store
        .scenario_versions("s1", 0, 10)
        .await
        .unwrap()
        .iter()
        .map(|it| it.version)
        .collect();
    assert_eq!(numbers, [1, 2]);
    let page = store.scenarios("", 1).await.unwrap();
    assert_eq!(
        (page.len(), page[0].scenario.as_str(), page[0].version),
        (1, "s1", 2)
    );
    let page = store.scenarios("s1", 10).await.unwrap();
    assert_eq!((page.len(), page[0].scenario.as_str()), (1, "s2"));
}

async fn of_two_who_change_the_same_version_one_has_to_look_again(subject: &Subject) {
    let (store, other) = (&subject.store, subject.opened_again().await);
    created(store, "s1", "a = 1").await;
    let (one, two) = (new("s1", "a = 2"), new("s1", "a = 3"));
    let (one, two) = tokio::join!(
        store.change_scenario(&one, 1, minutes(1)),
        other.change_scenario(&two, 1, minutes(1)),
    );
    let kept: Vec<ScenarioKept> = vec![one.unwrap(), two.unwrap()];
    let late = kept
        .iter()
        .filter(|it| **it == ScenarioKept::Changed { newest: 2 });
    assert_eq!(late.count(), 1, "{kept:?}");
    assert_eq!(store.scenario_versions("s1", 0, 10).await.unwrap().len(), 2);
    let unknown = store
        .change_scenario(&new("s9", "a = 2"), 1, minutes(1))
        .await;
    assert_eq!(unknown.unwrap(), ScenarioKept::Unknown);
}

async fn the_same_request_under_the_same_key_is_one_version(subject: &Subject) {
    let store = &subject.store;
    let key = |request: &[u8]| IdempotencyKey {
        key: "k-1".to_owned(),
        request_sha256: sha256_of(request),
    };
    let (same, another) = (key(b"one"), key(b"another"));
    let first = NewScenarioVersion {
        idempotency: Some(&same),
        ..new("s1", "a = 1")
    };
    let kept = version(
        store
            .create_scenario(&first, None, minutes(0))
            .await
            .unwrap(),
    );
    let again = NewScenarioVersion {
        scenario: "s2",
        ..first
    };
    let again = store
        .create_scenario(&again, None, minutes(5))
        .await
        .unwrap();
    assert_eq!(
        again,
        ScenarioKept::Kept {
            version: kept,
            is_replay: true
        }
    );
    let wrong = NewScenarioVersion {
        scenario: "s3",
        idempotency: Some(&another),
        ..first
    };
    let refused = store
        .create_scenario(&wrong, None, minutes(5))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "E7007");
    // Another account may use the same words.
    let other = NewScenarioVersion {
        scenario: "s4",
        stored_by: "planner-2",
        ..first
    };
    let other = store
        .create_scenario(&other, None, minutes(5))
        .await
        .unwrap();
    assert_eq!(version(other).scenario, "s4");
}

async fn a_result_is_kept_once_and_stays_with_its_version(subject: &Subject) {
    let store = &subject.store;
    created(store, "s1", "a = 1").await;
    assert_eq!(store.scenario_result("s1", None).await.unwrap(), None);
    let result = NewScenarioResult {
        run: "r1",
        scenario: "s1",
        version: 1,
        sequence: 17,
        content: b"{\"rows\":[]}",
        confidential: b"[2]",
    };
    store
        .keep_scenario_result(&result, minutes(1))
        .await
        .unwrap();
    store
        .keep_scenario_result(&result, minutes(2))
        .await
        .unwrap();
    let found = store.scenario_result("s1", Some(1)).await.unwrap().unwrap();
    assert_eq!(
        (found.run.as_str(), found.sequence, found.finished_at),
        ("r1", 17, minutes(1))
    );
    assert_eq!(
        (found.content.as_slice(), found.confidential.as_slice()),
        (result.content, result.confidential)
    );
    assert_eq!(found.content_sha256, sha256_of(result.content));
    assert!(
        !format!("{found:?} {result:?}").contains("[2]"),
        "Debug keeps counts to itself"
    );

    store
        .change_scenario(&new("s1", "a = 2"), 1, minutes(3))
        .await
        .unwrap();
    assert_eq!(store.scenario_result("s1", Some(2)).await.unwrap(), None);
    assert_eq!(
        store
            .scenario_result("s1", None)
            .await
            .unwrap()
            .unwrap()
            .version,
        1
    );
    let later = NewScenarioResult {
        run: "r2",
        version: 2,
        ..result
    };
    store
        .keep_scenario_result(&later, minutes(4))
        .await
        .unwrap();
    assert_eq!(
        store
            .scenario_result("s1", None)
            .await
            .unwrap()
            .unwrap()
            .run,
        "r2"
    );
    let unknown = NewScenarioResult {
        run: "r3",
        version: 9,
        ..result
    };
    assert_eq!(
        store
            .keep_scenario_result(&unknown, minutes(4))
            .await
            .unwrap_err()
            .code(),
        "E7006"
    );
}

async fn scenarios_that_do_not_fit_are_refused_and_damage_is_found(subject: &Subject) {
    let store = &subject.store;
    let large = "#".repeat(MAXIMUM_SCENARIO_BYTES + 1);
    let long = "x".repeat(201);
    let wrong = [
        new("", "a = 1"),
        new("a b", "a = 1"),
        new("s1", &large),
        NewScenarioVersion {
            name: &long,
            ..new("s1", "a = 1")
        },
        NewScenarioVersion {
            name: "",
            ..new("s1", "a = 1")
        },
    ];
    for new in wrong {
        let refused = store
            .create_scenario(&new, None, minutes(0))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "E7004", "{refused}");
    }
    assert_eq!(store.scenarios("", 10).await.unwrap(), []);
    created(store, "s1", "a = 1").await;
    let taken = store
        .create_scenario(&new("s1", "a = 1"), None, minutes(0))
        .await;
    assert_eq!(taken.unwrap_err().code(), "E7004");
    if subject.can_be_tampered_with() {
        subject
            .tamper("update scenario_version set scenario_text = 'a = 2'")
            .await;
        assert_eq!(store.scenario("s1").await.unwrap_err().code(), "E7005");
    }
}
