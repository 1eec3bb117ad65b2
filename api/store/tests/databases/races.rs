//! Races: whoever comes second is refused, nobody is lost.

use domain::CareType;
use domain::procedure::{Command, Policy, Refusal};
use store::{PerformError, ProcedureStore as _, Receipt, SqlStore};

use crate::city::*;
use crate::database::{Subject, on_every_database};
use crate::story::{does, envelope, found};

on_every_database!(
    of_eight_conclusions_for_one_child_one_wins,
    of_eight_conclusions_for_the_last_place_one_wins,
    writers_at_once_leave_no_gap_in_log_and_events,
);

const ROUNDS: usize = 20;

/// Carries commands out at once, on two stores in turn.
async fn at_once(
    stores: [&SqlStore; 2],
    commands: Vec<Command>,
) -> Vec<Result<Receipt, PerformError>> {
    let start = std::sync::Arc::new(tokio::sync::Barrier::new(commands.len()));
    let mut racers = tokio::task::JoinSet::new();
    for (number, command) in commands.into_iter().enumerate() {
        let store = stores[number % 2].clone();
        let start = std::sync::Arc::clone(&start);
        racers.spawn(async move {
            start.wait().await;
            store.perform(&envelope(), &command).await
        });
    }
    racers.join_all().await
}

fn refusals(outcomes: Vec<Result<Receipt, PerformError>>) -> Vec<Refusal> {
    let winners = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(winners, 1, "{outcomes:?}");
    outcomes
        .into_iter()
        .filter_map(Result::err)
        .map(|error| match error {
            PerformError::Refused(refusal) => refusal,
            lost => panic!("lost: {lost}"),
        })
        .collect()
}

async fn another(subject: &Subject) -> SqlStore {
    subject.opened_again().await.with_policy(Policy {
        most_applications: 8,
        ..Policy::default()
    })
}

async fn open(store: &SqlStore, facility: &str, places: u32) {
    let registration = facility_registration(facility, "T1");
    does(store, &Command::RegisterFacility(registration)).await;
    for care_type in [CareType::Nursery, CareType::Kindergarten] {
        does(
            store,
            &Command::SetCapacity(capacity(facility, care_type, places)),
        )
        .await;
    }
}

async fn of_eight_conclusions_for_one_child_one_wins(subject: &Subject) {
    let (first, second) = (another(subject).await, another(subject).await);
    found(&first, &[]).await;
    let places: Vec<String> = (0..8).map(|place| format!("P{place}")).collect();
    for place in &places {
        open(&first, place, ROUNDS as u32).await;
    }
    for round in 0..ROUNDS {
        let child = format!("child-{round}");
        for command in entering(&child) {
            does(&first, &command).await;
        }
        let key = |what: &str, place: usize| format!("{what}-{round}-{place}");
        let wishes: Vec<_> = (0..8)
            .map(|place| wish(&key("a", place), &places[place], place as u32 + 1))
            .collect();
        does(&first, &submit(&child, &wishes)).await;
        for place in 0..8 {
            does(
                &first,
                &make_offer(&child, &key("o", place), &key("a", place)),
            )
            .await;
        }
        let conclusions = (0..8)
            .map(|place| conclude(&child, &key("k", place), &key("o", place)))
            .collect();
        let lost = refusals(at_once([&first, &second], conclusions).await);
        assert!(
            lost.iter().all(|refusal| refusal.code() == "E9025"),
            "{lost:?}"
        );
        let file = first
            .child_file(&child_id(&child))
            .await
            .unwrap()
            .unwrap()
            .value;
        assert_eq!(file.contracts.len(), 1);
        assert!(
            file.applications
                .iter()
                .all(|application| !application.is_open())
        );
    }
    assert_eq!(first.verify_logs().await.unwrap().fault, None);
    assert_eq!(first.freed_places(None).await.unwrap().len(), 7 * ROUNDS);
}

async fn of_eight_conclusions_for_the_last_place_one_wins(subject: &Subject) {
    let (first, second) = (another(subject).await, another(subject).await);
    found(&first, &[]).await;
    for round in 0..ROUNDS {
        let facility = format!("L{round}");
        open(&first, &facility, 8).await;
        let key = |what: &str, child: usize| format!("{what}-{round}-{child}");
        for child in 0..8 {
            let name = key("child", child);
            for command in entering(&name) {
                does(&first, &command).await;
            }
            does(
                &first,
                &submit(&name, &[wish(&key("a", child), &facility, 1)]),
            )
            .await;
            does(
                &first,
                &make_offer(&name, &key("o", child), &key("a", child)),
            )
            .await;
        }
        // Staff leaves: one place is left for eight offers.
        for care_type in [CareType::Nursery, CareType::Kindergarten] {
            does(
                &first,
                &Command::SetCapacity(capacity(&facility, care_type, 1)),
            )
            .await;
        }
        let conclusions = (0..8)
            .map(|child| conclude(&key("child", child), &key("k", child), &key("o", child)))
            .collect();
        let lost = refusals(at_once([&first, &second], conclusions).await);
        assert!(
            lost.iter()
                .all(|refusal| matches!(refusal, Refusal::NoPlaceFree { .. })),
            "{lost:?}"
        );
    }
    assert_eq!(first.verify_logs().await.unwrap().fault, None);
}

async fn writers_at_once_leave_no_gap_in_log_and_events(subject: &Subject) {
    let (first, second) = (another(subject).await, another(subject).await);
    found(&first, &[]).await;
    let before = first.verify_logs().await.unwrap().changes;
    let commands = (0..40)
        .map(|number| {
            let [register, _] = entering(&format!("child-{number}"));
            register
        })
        .collect();
    // Whoever reads while others write sees a beginning of the log, never a hole.
    let reader = {
        let store = second.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                let seen = store.changes_after(0, 10_000).await.unwrap();
                for (change, number) in seen.iter().zip(1..) {
                    assert_eq!(change.sequence, number);
                }
            }
        })
    };
    let outcomes = at_once([&first, &second], commands).await;
    reader.await.unwrap();
    let mut numbers: Vec<u64> = outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap().changes[0].sequence)
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (before + 1..=before + 40).collect::<Vec<_>>());
    assert_eq!(first.verify_logs().await.unwrap().fault, None);
}
