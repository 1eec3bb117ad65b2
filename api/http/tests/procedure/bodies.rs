//! Bad input: a typed problem, and nothing changed.

use axum::body::Body;
use http_api::Limits;
use serde_json::{Value, json};

use crate::world::{World, child_named, wish};

#[tokio::test]
async fn fields_that_are_not_foreseen_are_refused_by_name_and_their_values_not_repeated() {
    let world = World::made().await;
    let before = world.sequence().await;
    for field in [
        "name",
        "social_security_number",
        "allergies",
        "photo",
        "address",
    ] {
        let mut body = child_named("c1");
        body[field] = json!("Erika Mustermann");
        let answer = world.write("portal", "POST", "/v1/children", &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (422, "unknown-field")
        );
        assert_eq!(answer.json()["field"], field);
        assert!(
            !String::from_utf8(answer.bytes)
                .unwrap()
                .contains("Mustermann")
        );
    }
    for (field, value) in [
        ("birth_date", "10.03.2026"),
        ("sex", "Mädchen"),
        ("area", "Süd 1"),
    ] {
        let mut body = child_named("c1");
        body[field] = json!(value);
        let answer = world.write("portal", "POST", "/v1/children", &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (422, "wrong-value")
        );
        assert_eq!(answer.json()["field"], field);
        assert!(!String::from_utf8(answer.bytes).unwrap().contains(value));
    }
    let mut body = child_named("c1");
    body.as_object_mut().unwrap().remove("sex");
    let answer = world.write("portal", "POST", "/v1/children", &body).await;
    assert_eq!(
        (answer.problem().as_str(), &answer.json()["field"]),
        ("missing-field", &json!("sex"))
    );
    let nested = json!({"child": "c1", "wishes": [{"facility": "A", "teacher": "x"}]});
    let answer = world
        .write("portal", "POST", "/v1/applications", &nested)
        .await;
    assert_eq!(answer.json()["field"], "teacher");
    assert_eq!(world.sequence().await, before);
}

#[tokio::test]
async fn what_is_no_json_is_refused() {
    let world = World::made().await;
    for text in ["{", "nonsense", "{\"child\": }"] {
        let headers = [("idempotency-key", "k")];
        let answer = world
            .send("portal", "POST", "/v1/children", &headers, text)
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (400, "malformed-json")
        );
    }
}

#[tokio::test]
async fn a_body_of_100_megabytes_is_refused_and_nothing_is_changed() {
    let world = World::made().await;
    let before = world.sequence().await;
    let headers = [("idempotency-key", "large")];
    for path in ["/v1/children", "/v1/offers/x/confirmation"] {
        let body = Body::from(vec![b' '; 100 * 1024 * 1024]);
        let answer = world.send("portal", "POST", path, &headers, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (413, "body-too-large")
        );
        assert!(!answer.header("x-correlation-id").is_empty());
    }
    let path = "/v1/providers/T1/existing-children";
    let announced = [
        ("idempotency-key", "large"),
        ("content-length", "104857600"),
    ];
    let answer = world
        .send("provider.admin", "POST", path, &announced, "")
        .await;
    assert_eq!(answer.problem(), "body-too-large");
    assert_eq!(world.sequence().await, before);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let limits = Limits {
        request_time: std::time::Duration::ZERO,
        ..Limits::default()
    };
    let world = World::empty(limits).await;
    let answer = world.get("portal", "/v1/status").await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (503, "time-limit")
    );
    assert_eq!(
        world.get("", "/health").await.status,
        200,
        "what is there at once is given"
    );
}

#[tokio::test]
async fn days_in_the_past_and_wrong_queries_are_typed_problems() {
    let world = World::made().await;
    world.child("c1").await;
    let before = world.sequence().await;
    let mut past = wish("A", 1);
    past["wished_start"] = json!("2026-01-01");
    let body = json!({"child": "c1", "wishes": [past]});
    let answer = world
        .write("portal", "POST", "/v1/applications", &body)
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (422, "date-in-the-past")
    );
    let queries = [
        ("portal", "/v1/facilities?limit=0"),
        ("portal", "/v1/facilities?limit=many"),
        ("portal", "/v1/facilities?include=some"),
        ("auditor", "/v1/audit/changes?after=-1"),
        ("city.planner", "/v1/city/occupancy?as_of=yesterday"),
        ("provider.staff", "/v1/facilities/A/capacities?from=2026-13"),
    ];
    for (who, path) in queries {
        let answer = world.get(who, path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (400, "bad-value"),
            "{path}"
        );
    }
    let many = world
        .get("provider.staff", "/v1/facilities/A/capacities?months=121")
        .await;
    assert_eq!(
        (many.status.as_u16(), many.json()["code"].clone()),
        (422, json!("E8242"))
    );
    let wrong = world
        .send("portal", "PATCH", "/v1/facilities", &[], "")
        .await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.problem().as_str()),
        (405, "method-not-allowed")
    );
    assert_eq!(wrong.header("allow"), "POST, GET");
    assert_eq!(
        world.get("portal", "/v1/nothing").await.problem(),
        "not-found"
    );
    assert_eq!(world.sequence().await, before);
    let headers: [(&str, &str); 2] = [("idempotency-key", "k"), ("if-match", "17")];
    let answer = world
        .send("portal", "POST", "/v1/children/c1/moves", &headers, "{}")
        .await;
    assert_eq!(answer.problem(), "bad-header");
    assert_eq!(answer.json().get("errors"), None::<&Value>);
}
