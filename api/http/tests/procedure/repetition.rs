//! Repeated requests, entity tags, correlation ids.

use serde_json::json;

use crate::world::{World, child_named, wish};

#[tokio::test]
async fn a_repeated_request_is_answered_as_the_first_time_and_changes_nothing() {
    let world = World::made().await;
    let body = child_named("c1").to_string();
    let headers = [("idempotency-key", "portal-1")];
    let first = world
        .send("portal", "POST", "/v1/children", &headers, body.clone())
        .await;
    assert_eq!(
        (first.status.as_u16(), first.header("idempotency-replayed")),
        (201, "")
    );
    let before = world.sequence().await;
    let second = world
        .send("portal", "POST", "/v1/children", &headers, body.clone())
        .await;
    assert_eq!(
        (
            second.status.as_u16(),
            second.header("idempotency-replayed")
        ),
        (201, "true")
    );
    assert_eq!(first.bytes, second.bytes);
    assert_eq!(world.sequence().await, before);
    let other = world.send(
        "portal",
        "POST",
        "/v1/children",
        &headers,
        child_named("c2").to_string(),
    );
    let other = other.await;
    assert_eq!(
        (other.status.as_u16(), other.problem().as_str()),
        (422, "idempotency-key-reused")
    );
    let elsewhere = world
        .send("city.mediation", "POST", "/v1/children", &headers, body)
        .await;
    assert_eq!(
        elsewhere.problem(),
        "already-known",
        "a key belongs to its account"
    );
}

#[tokio::test]
async fn keys_made_by_the_service_are_the_same_when_the_request_is_repeated() {
    let world = World::made().await;
    world.child("c1").await;
    let body = json!({"child": "c1", "wishes": [wish("B", 1), wish("A", 2)]}).to_string();
    let headers = [("idempotency-key", "wishes")];
    let first = world
        .send("portal", "POST", "/v1/applications", &headers, body.clone())
        .await;
    let second = world
        .send("portal", "POST", "/v1/applications", &headers, body)
        .await;
    assert_eq!(first.bytes, second.bytes);
    let keys = first.json()["applications"].clone();
    let path = format!("/v1/applications/{}", keys[0].as_str().unwrap());
    let best = world.get("portal", &path).await;
    assert_eq!(
        best.json()["facility"],
        "B",
        "keys come in the order of the wishes"
    );
}

#[tokio::test]
async fn a_post_without_a_key_is_refused_before_anything_else() {
    let world = World::made().await;
    let body = child_named("c1").to_string();
    let answer = world
        .send("portal", "POST", "/v1/children", &[], body)
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (400, "idempotency-key-missing")
    );
    assert_eq!(world.get("portal", "/v1/children/c1").await.status, 404);
}

#[tokio::test]
async fn who_has_seen_an_older_state_is_told_so() {
    let world = World::made().await;
    world.child("c1").await;
    let seen = world.get("portal", "/v1/children/c1").await;
    let tag = seen.header("etag").to_owned();
    let known = [("if-none-match", tag.as_str())];
    let unchanged = world
        .send("portal", "GET", "/v1/children/c1", &known, "")
        .await;
    assert_eq!((unchanged.status.as_u16(), unchanged.bytes.len()), (304, 0));
    let moved = json!({"area": "nord", "municipality": 14_612_000}).to_string();
    let headers = |key: &'static str| {
        [
            ("if-match", tag.clone()),
            ("idempotency-key", key.to_owned()),
        ]
    };
    let send = async |key: &'static str, area: &str| {
        let headers = headers(key);
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, it)| (*name, it.as_str()))
            .collect();
        let body = moved.replace("nord", area);
        world
            .send("portal", "POST", "/v1/children/c1/moves", &headers, body)
            .await
    };
    assert_eq!(send("m1", "nord").await.status, 200);
    let late = send("m2", "west").await;
    assert_eq!(
        (late.status.as_u16(), late.problem().as_str()),
        (412, "revision-changed")
    );
    assert_ne!(
        world.get("portal", "/v1/children/c1").await.header("etag"),
        tag
    );
    for path in ["/v1/facilities/A", "/v1/providers/T1"] {
        let answer = world.get("city.admin", path).await;
        assert!(answer.header("etag").starts_with('"'), "{path}");
    }
}

#[tokio::test]
async fn every_answer_and_problem_names_its_request() {
    let world = World::made().await;
    let named = [("x-correlation-id", "portal-17"), ("accept-language", "en")];
    let answer = world
        .send("portal", "GET", "/v1/children/nobody", &named, "")
        .await;
    assert_eq!(answer.header("x-correlation-id"), "portal-17");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let problem = answer.json();
    assert_eq!(problem["correlation_id"], "portal-17");
    assert_eq!(problem["title"], "There is no such page or resource");
    assert_eq!(problem["instance"], "/v1/children/nobody");
    assert_eq!(world.last_access().await.correlation_id, "portal-17");
    let answer = world.get("portal", "/v1/children/nobody").await;
    assert_eq!(answer.header("x-correlation-id").len(), 36);
    assert_eq!(answer.json()["title"], "Das gibt es hier nicht");
    world.child("c1").await;
    let changes = world
        .get("auditor", "/v1/audit/changes?limit=1000")
        .await
        .json();
    let last = changes["changes"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(last["kind"], "consent.given");
    assert_eq!(last["actor_id"], "portal");
    assert_eq!(last["correlation_id"].as_str().unwrap().len(), 36);
}
