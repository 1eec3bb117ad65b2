//! Requested runs: asked for, taken by one process, kept, cancelled, and taken over from a dead one.

use jiff::{SignedDuration, Timestamp};
use store::{
    MAXIMUM_REQUEST_BYTES, MOST_ATTEMPTS, NewRun, RunProgress, RunQueue as _, RunState, Sign,
    SqlStore,
};

use crate::city::TODAY;
use crate::database::{Subject, on_every_database};
use crate::story::noon;

on_every_database!(
    a_run_goes_from_waiting_to_its_result,
    the_same_request_under_the_same_key_is_one_run,
    runs_are_done_once_however_many_processes_ask,
    a_silent_process_loses_its_run_and_writes_nothing_any_more,
    a_run_that_stops_every_process_fails_with_a_number,
    a_waiting_run_is_cancelled_at_once_and_a_running_one_by_its_process,
    runs_that_ended_long_ago_are_forgotten,
    what_does_not_fit_is_refused_and_not_kept,
);

fn new<'a>(key: &'a str, request: &'a [u8]) -> NewRun<'a> {
    NewRun {
        key,
        kind: "forecast",
        request,
        requested_by: "office-3",
        idempotency_key: None,
    }
}

fn minutes(count: i64) -> Timestamp {
    noon(TODAY) + SignedDuration::from_mins(count)
}

async fn taken(store: &SqlStore, process: &str, now: Timestamp) -> Option<String> {
    let stale = now - SignedDuration::from_mins(5);
    let run = store.take_run(process, now, stale).await.unwrap();
    run.map(|run| run.key)
}

async fn state(store: &SqlStore, key: &str) -> RunState {
    store.requested_run(key).await.unwrap().unwrap().state
}

async fn a_run_goes_from_waiting_to_its_result(subject: &Subject) {
    let store = &subject.store;
    let asked = store
        .request_run(&new("r1", b"{\"a\":1}"), minutes(0))
        .await;
    assert_eq!(asked.unwrap().state, RunState::Waiting);
    assert_eq!(store.result_of_run("r1").await.unwrap(), None);
    assert_eq!(taken(store, "p1", minutes(1)).await.as_deref(), Some("r1"));
    let request = store.request_of_run("r1").await.unwrap();
    assert_eq!(request.as_deref(), Some(b"{\"a\":1}".as_slice()));
    let progress = RunProgress {
        step: "paths".to_owned(),
        done: 3,
        of: 8,
    };
    let sign = store.sign_of_life("r1", "p1", &progress, minutes(2)).await;
    assert_eq!(sign.unwrap(), Sign::GoOn);
    let run = store.requested_run("r1").await.unwrap().unwrap();
    assert_eq!((run.progress, run.attempts), (progress, 1));
    let is_running =
        matches!(run.state, RunState::Running { process, cancel_asked: false } if process == "p1");
    assert!(is_running);
    assert!(
        store
            .finish_run("r1", "p1", b"[1]", minutes(3))
            .await
            .unwrap()
    );
    assert!(matches!(state(store, "r1").await, RunState::Finished { at, .. } if at == minutes(3)));
    assert_eq!(store.result_of_run("r1").await.unwrap().unwrap(), b"[1]");
    // It has ended: nothing takes, cancels or ends it again.
    assert_eq!(taken(store, "p2", minutes(90)).await, None);
    store.cancel_run("r1", minutes(91)).await.unwrap();
    assert!(
        !store
            .fail_run("r1", "p1", "E1", "no", minutes(92))
            .await
            .unwrap()
    );
    assert_eq!(state(store, "r1").await.as_str(), "finished");
    assert!(store.requested_run("r9").await.unwrap().is_none());
    assert!(store.cancel_run("r9", minutes(1)).await.unwrap().is_none());
}

async fn the_same_request_under_the_same_key_is_one_run(subject: &Subject) {
    let store = &subject.store;
    let keyed = |key, request| NewRun {
        idempotency_key: Some("k-1"),
        ..new(key, request)
    };
    let first = store
        .request_run(&keyed("r1", b"{}"), minutes(0))
        .await
        .unwrap();
    let again = store
        .request_run(&keyed("r2", b"{}"), minutes(9))
        .await
        .unwrap();
    assert_eq!(first, again);
    let other = store
        .request_run(&keyed("r3", b"[]"), minutes(9))
        .await
        .unwrap_err();
    assert_eq!(other.code(), "E7007");
    // The key is the requester's own; without one, a run is a new one.
    let of_another = NewRun {
        requested_by: "office-4",
        ..keyed("r4", b"[]")
    };
    assert_eq!(
        store
            .request_run(&of_another, minutes(9))
            .await
            .unwrap()
            .key,
        "r4"
    );
    store
        .request_run(&new("r5", b"{}"), minutes(10))
        .await
        .unwrap();
    store
        .request_run(&new("r6", b"{}"), minutes(11))
        .await
        .unwrap();
    let newest = store.requested_runs(3).await.unwrap();
    let newest: Vec<&str> = newest.iter().map(|run| run.key.as_str()).collect();
    assert_eq!(newest, ["r6", "r5", "r4"]);
}

async fn runs_are_done_once_however_many_processes_ask(subject: &Subject) {
    let store = &subject.store;
    for number in 0..12 {
        let key = format!("r{number:02}");
        store
            .request_run(&new(&key, b"{}"), minutes(number))
            .await
            .unwrap();
    }
    let mut processes = tokio::task::JoinSet::new();
    for process in 0..4 {
        let store = subject.opened_again().await;
        processes.spawn(async move {
            let process = format!("p{process}");
            let mut done = Vec::new();
            while let Some(key) = taken(&store, &process, minutes(20)).await {
                assert!(
                    store
                        .finish_run(&key, &process, b"{}", minutes(20))
                        .await
                        .unwrap()
                );
                done.push(key);
            }
            done
        });
    }
    let mut done = processes.join_all().await.concat();
    done.sort_unstable();
    let expected: Vec<String> = (0..12).map(|number| format!("r{number:02}")).collect();
    assert_eq!(done, expected);
}

async fn a_silent_process_loses_its_run_and_writes_nothing_any_more(subject: &Subject) {
    let store = &subject.store;
    store
        .request_run(&new("r1", b"{}"), minutes(0))
        .await
        .unwrap();
    assert!(taken(store, "p1", minutes(1)).await.is_some());
    let nothing_yet = RunProgress::default();
    let sign = store
        .sign_of_life("r1", "p1", &nothing_yet, minutes(4))
        .await;
    assert_eq!(sign.unwrap(), Sign::GoOn);
    assert_eq!(
        taken(store, "p2", minutes(8)).await,
        None,
        "alive four minutes ago"
    );
    assert!(taken(store, "p2", minutes(10)).await.is_some());
    let sign = store
        .sign_of_life("r1", "p1", &nothing_yet, minutes(10))
        .await;
    assert_eq!(sign.unwrap(), Sign::Lost);
    assert!(
        !store
            .finish_run("r1", "p1", b"[1]", minutes(11))
            .await
            .unwrap()
    );
    assert!(!store.stop_run("r1", "p1", minutes(11)).await.unwrap());
    assert!(
        store
            .finish_run("r1", "p2", b"[2]", minutes(11))
            .await
            .unwrap()
    );
    assert_eq!(store.result_of_run("r1").await.unwrap().unwrap(), b"[2]");
}

async fn a_run_that_stops_every_process_fails_with_a_number(subject: &Subject) {
    let store = &subject.store;
    store
        .request_run(&new("bad", b"{}"), minutes(0))
        .await
        .unwrap();
    store
        .request_run(&new("good", b"{}"), minutes(1))
        .await
        .unwrap();
    let mut now = 2;
    for _ in 0..MOST_ATTEMPTS {
        assert_eq!(
            taken(store, "p1", minutes(now)).await.as_deref(),
            Some("bad")
        );
        now += 10;
    }
    assert_eq!(
        taken(store, "p1", minutes(now)).await.as_deref(),
        Some("good")
    );
    let given_up = state(store, "bad").await;
    assert!(matches!(given_up, RunState::Failed { code, .. } if code == "E7051"));
}

async fn a_waiting_run_is_cancelled_at_once_and_a_running_one_by_its_process(subject: &Subject) {
    let store = &subject.store;
    store
        .request_run(&new("r1", b"{}"), minutes(0))
        .await
        .unwrap();
    store
        .request_run(&new("r2", b"{}"), minutes(1))
        .await
        .unwrap();
    let cancelled = store.cancel_run("r1", minutes(2)).await.unwrap().unwrap();
    assert_eq!(cancelled.state, RunState::Cancelled { at: minutes(2) });
    assert_eq!(taken(store, "p1", minutes(3)).await.as_deref(), Some("r2"));
    let asked = store.cancel_run("r2", minutes(4)).await.unwrap().unwrap();
    assert!(matches!(
        asked.state,
        RunState::Running {
            cancel_asked: true,
            ..
        }
    ));
    let progress = RunProgress::default();
    let sign = store.sign_of_life("r2", "p1", &progress, minutes(5)).await;
    assert_eq!(sign.unwrap(), Sign::Cancel);
    assert!(store.stop_run("r2", "p1", minutes(6)).await.unwrap());
    assert_eq!(
        state(store, "r2").await,
        RunState::Cancelled { at: minutes(6) }
    );
}

async fn runs_that_ended_long_ago_are_forgotten(subject: &Subject) {
    let store = &subject.store;
    for key in ["old", "new", "waiting"] {
        store
            .request_run(&new(key, b"{}"), minutes(0))
            .await
            .unwrap();
    }
    store.cancel_run("old", minutes(1)).await.unwrap();
    store.cancel_run("new", minutes(60)).await.unwrap();
    assert_eq!(store.forget_runs(minutes(30)).await.unwrap(), 1);
    let left: Vec<String> = store
        .requested_runs(9)
        .await
        .unwrap()
        .into_iter()
        .map(|run| run.key)
        .collect();
    assert_eq!(left, ["waiting", "new"]);
}

async fn what_does_not_fit_is_refused_and_not_kept(subject: &Subject) {
    let store = &subject.store;
    let large = vec![b' '; MAXIMUM_REQUEST_BYTES + 1];
    let long = "k".repeat(129);
    let fits = new("r1", b"{}");
    for wrong in [
        NewRun { key: "", ..fits },
        NewRun {
            key: "two words",
            ..fits
        },
        NewRun {
            kind: "Forecast",
            ..fits
        },
        NewRun {
            request: &large,
            ..fits
        },
        NewRun {
            idempotency_key: Some(&long),
            ..fits
        },
    ] {
        let refused = store.request_run(&wrong, minutes(0)).await.unwrap_err();
        assert_eq!(refused.code(), "E7004", "{wrong:?}");
    }
    store.request_run(&fits, minutes(0)).await.unwrap();
    let twice = store.request_run(&fits, minutes(0)).await.unwrap_err();
    assert_eq!(twice.code(), "E7004");
    assert_eq!(store.requested_runs(9).await.unwrap().len(), 1);
}
