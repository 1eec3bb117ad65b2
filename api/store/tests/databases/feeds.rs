//! Feeds, jobs, freed places, tokens.

use std::collections::BTreeSet;

use domain::procedure::{FreedPlaceOutcome, Role};
use jiff::ToSpan as _;
use store::{Audience, Event, Grant, ProcedureStore as _, SqlStore, sha256_of};

use crate::city::*;
use crate::database::{Subject, on_every_database};
use crate::story::{account, does, found, noon};

on_every_database!(
    a_provider_hears_of_its_contracts_and_of_nothing_else,
    every_freed_place_leaves_one_job_and_every_job_is_taken_once,
    a_token_holds_until_it_is_revoked,
);

/// Two children with contracts at A (T1) and B (T2), one of them after an offer elsewhere.
async fn two_contracts(store: &SqlStore) {
    found(store, &["c1", "c2"]).await;
    does(
        store,
        &submit("c1", &[wish("a1", "A", 1), wish("b1", "B", 2)]),
    )
    .await;
    does(store, &submit("c2", &[wish("b2", "B", 1)])).await;
    does(store, &make_offer("c1", "o1", "a1")).await;
    does(store, &make_offer("c1", "o2", "b1")).await;
    does(store, &conclude("c1", "k1", "o1")).await;
    does(store, &make_offer("c2", "o3", "b2")).await;
    does(store, &conclude("c2", "k2", "o3")).await;
    does(store, &end("c1", "k1", jiff::civil::date(2028, 1, 31))).await;
}

fn types(events: &[Event]) -> BTreeSet<&str> {
    events
        .iter()
        .map(|event| event.event_type.as_str())
        .collect()
}

async fn a_provider_hears_of_its_contracts_and_of_nothing_else(subject: &Subject) {
    let store = &subject.store;
    two_contracts(store).await;
    let of = |audience, provider: Option<&'static str>| async move {
        let provider = provider.map(provider_id);
        store
            .events_after(audience, provider.as_ref(), 0, 1_000)
            .await
            .unwrap()
    };
    let of_t1 = of(Audience::Provider, Some("T1")).await;
    let told: Vec<_> = of_t1
        .iter()
        .map(|event| (event.event_type.as_str(), event.subject.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("contract.concluded", "k1"),
            ("contract.version_recorded", "k1")
        ]
    );
    assert!(
        of_t1
            .iter()
            .all(|event| event.provider == Some(provider_id("T1")))
    );
    let of_t2 = of(Audience::Provider, Some("T2")).await;
    assert_eq!(of_t2.len(), 1);
    assert_eq!(of_t2[0].subject, "k2");
    assert_eq!(of(Audience::Provider, None).await.len(), 3);
    assert!(of(Audience::Provider, Some("T3")).await.is_empty());
    let portal = of(Audience::Portal, None).await;
    let city = of(Audience::City, None).await;
    assert!(types(&portal).contains("contract.concluded"));
    assert!(types(&portal).contains("offer.declined_by_contract"));
    assert!(
        !types(&portal)
            .iter()
            .any(|kind| kind.starts_with("provider."))
    );
    assert!(types(&city).contains("place.freed"));
    assert!(
        !types(&city)
            .iter()
            .any(|kind| kind.starts_with("contract."))
    );
    let mut all: Vec<u64> = portal
        .iter()
        .chain(&city)
        .map(|event| event.sequence)
        .collect();
    all.sort_unstable();
    let changes = store.changes_after(0, 1_000).await.unwrap();
    assert_eq!(all, (1..=changes.len() as u64).collect::<Vec<_>>());
    // Pages, replayed from any cursor, are the same events.
    let mut paged = Vec::new();
    let mut cursor = 0;
    loop {
        let page = store
            .events_after(Audience::Portal, None, cursor, 3)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        cursor = last.sequence;
        paged.extend(page);
    }
    assert_eq!(paged, portal);
}

async fn every_freed_place_leaves_one_job_and_every_job_is_taken_once(subject: &Subject) {
    let store = &subject.store;
    two_contracts(store).await;
    does(store, &submit("c2", &[wish("a2", "A", 2)])).await;
    let freed = store.freed_places(None).await.unwrap();
    assert_eq!(freed.len(), 2);
    assert_eq!(freed[0].facility, facility_id("B"));
    let outcome = FreedPlaceOutcome::Offered {
        offer: offer_id("o3"),
    };
    assert_eq!(freed[0].outcome, Some(outcome), "offered again to c2");
    assert!(freed[0].closed_sequence > Some(freed[0].freed_sequence));
    assert_eq!((&freed[1].outcome, freed[1].closed_sequence), (&None, None));
    let at_a = store.freed_places(Some(&facility_id("A"))).await.unwrap();
    assert_eq!(at_a, freed[1..]);
    let now = noon(TODAY);
    let stale = now - 1.hour();
    let other = subject.opened_again().await;
    let mut takers = tokio::task::JoinSet::new();
    for taker in 0..8 {
        let store = if taker % 2 == 0 {
            store.clone()
        } else {
            other.clone()
        };
        takers.spawn(async move { store.take_job(now, stale).await.unwrap() });
    }
    let mut taken: Vec<_> = takers.join_all().await.into_iter().flatten().collect();
    taken.sort_by_key(|job| job.created_sequence);
    let places: Vec<_> = taken
        .iter()
        .map(|job| {
            (
                job.kind.as_str(),
                job.facility.clone(),
                job.created_sequence,
            )
        })
        .collect();
    let freed_at = |place: usize| {
        let record = &freed[place];
        (
            "cascade",
            Some(record.facility.clone()),
            record.freed_sequence,
        )
    };
    assert_eq!(places, [freed_at(0), freed_at(1)]);
    assert_eq!(
        taken[0].payload["freed_place"],
        freed[0].freed_place.id.as_str()
    );
    // A job taken and not finished is taken again when it is stale; a finished one never.
    store.finish_job(&taken[0].id, now).await.unwrap();
    assert_eq!(store.take_job(now, stale).await.unwrap(), None);
    let later = now + 2.hours();
    let again = store.take_job(later, later - 1.hour()).await.unwrap();
    assert_eq!(again.as_ref(), Some(&taken[1]));
    store.finish_job(&taken[1].id, later).await.unwrap();
    let much_later = later + 100.hours();
    assert_eq!(store.take_job(much_later, much_later).await.unwrap(), None);
}

async fn a_token_holds_until_it_is_revoked(subject: &Subject) {
    let store = &subject.store;
    let now = noon(TODAY);
    let grant = Grant {
        actor: account("head"),
        role: Role::ProviderAdmin,
        provider: Some(provider_id("T1")),
        expires_at: now + 8.hours(),
        revoked_at: None,
    };
    let hash = |token: &str| sha256_of(token.as_bytes());
    for token in ["one", "two"] {
        store.keep_token(&hash(token), &grant, now).await.unwrap();
    }
    let other = Grant {
        actor: account("planner"),
        role: Role::CityPlanner,
        provider: None,
        ..grant.clone()
    };
    store.keep_token(&hash("three"), &other, now).await.unwrap();
    let plain = store.keep_token("a token as it is", &grant, now).await;
    let refused = plain.unwrap_err();
    assert_eq!(refused.code(), "E7004");
    assert!(!refused.to_string().contains("as it is"), "{refused}");
    assert_eq!(
        store.grant_of(&hash("one")).await.unwrap(),
        Some(grant.clone())
    );
    assert_eq!(store.grant_of(&hash("never")).await.unwrap(), None);
    let later = now + 1.hour();
    assert_eq!(
        store.revoke_tokens(&account("head"), later).await.unwrap(),
        2
    );
    assert_eq!(
        store.revoke_tokens(&account("head"), later).await.unwrap(),
        0
    );
    let revoked = store.grant_of(&hash("two")).await.unwrap().unwrap();
    assert_eq!(revoked.revoked_at, Some(later));
    assert_eq!(store.grant_of(&hash("three")).await.unwrap(), Some(other));
}
