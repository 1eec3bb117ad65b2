//! Requests that come again, too late or in the wrong order.

use axum::http::HeaderValue;
use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::{Answer, Client, text_of};
use super::families::{Story, family};

/// A POST under an idempotency key of the test's choice.
async fn post_as(client: &Client, key: &str, address: &str, body: &Value) -> Answer {
    let request = client
        .request("POST", address)
        .header("idempotency-key", key);
    client
        .send_text(request, "application/json", body.to_string())
        .await
}

/// The first answer, and the same bytes for the same request again, without a change.
async fn twice(story: &Story, client: &Client, key: &str, address: &str, body: &Value) -> Value {
    let first = post_as(client, key, address, body).await;
    assert!(first.status < 300, "{}", first.text());
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = story
        .city
        .leaves_as_is(post_as(client, key, address, body))
        .await;
    assert_eq!(again.status, first.status);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(
        again.bytes, first.bytes,
        "{address}: the same key gives the same bytes"
    );
    first.expect(first.status)
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_request_sent_again_answers_the_same_and_does_nothing(#[case] database: Database) {
    let Some(mut story) = Story::open(database).await else {
        return;
    };
    let c3 = family("c3");
    let (portal, head) = (story.portal.clone(), story.provider("T1").clone());
    twice(&story, &portal, "k-1", "/v1/children", &c3.entry()).await;
    let consent = json!({"text_version": "2027-1"});
    twice(&story, &portal, "k-2", "/v1/children/c3/consents", &consent).await;
    let body = c3.applications();
    let submitted = twice(&story, &portal, "k-3", "/v1/applications", &body).await;
    story.remember(c3, &submitted);
    let offer = story.offer_body("c3", "A");
    let offered = twice(&story, &head, "k-4", "/v1/offers", &offer).await;
    let offer_key = text_of(&offered, "offer").to_owned();
    let confirmation = format!("/v1/offers/{offer_key}/confirmation");
    twice(&story, &portal, "k-5", &confirmation, &json!({})).await;
    let conclusion = json!({"offer": offer_key, "days_per_week": 5, "lunch": true});
    twice(&story, &head, "k-6", "/v1/contracts", &conclusion).await;

    // Sent again after everything: still the first answers, and nothing happens.
    for (client, key, address, body) in [
        (&head, "k-4", "/v1/offers", &offer),
        (&portal, "k-3", "/v1/applications", &body),
        (&portal, "k-5", confirmation.as_str(), &json!({})),
        (&head, "k-6", "/v1/contracts", &conclusion),
    ] {
        let again = story
            .city
            .leaves_as_is(post_as(client, key, address, body))
            .await;
        assert_eq!(again.header("idempotency-replayed"), "true", "{address}");
    }
    // The key belongs to its request, and to its account.
    let another = json!({"offer": offer_key, "days_per_week": 4, "lunch": true});
    let reused = post_as(&head, "k-6", "/v1/contracts", &another);
    let problem = story
        .city
        .refuses(reused, 422, "idempotency-key-reused")
        .await;
    assert_eq!(problem["code"], "E7007");
    let reused = post_as(&portal, "k-5", "/v1/children/c3/consents", &consent);
    story
        .city
        .refuses(reused, 422, "idempotency-key-reused")
        .await;
    let entry = c3.entry();
    let other = post_as(&story.mediation, "k-1", "/v1/children", &entry);
    story.city.refuses(other, 409, "already-known").await;
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn requests_in_the_wrong_order_are_refused_one_by_one(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let city = &story.city;
    // Confirmed and concluded before there is an offer.
    let nothing = "018f0000-0000-7000-8000-000000000000";
    city.refuses(story.answer(nothing, "confirmation"), 404, "not-found")
        .await;
    city.refuses(story.conclude("A", nothing), 404, "not-found")
        .await;
    // Applied twice, with another rank.
    let mut again = family("c5").applications();
    again["wishes"][0]["rank"] = json!(9);
    again["wishes"]
        .as_array_mut()
        .expect("wishes are a list")
        .truncate(1);
    city.refuses(
        story.portal.post("/v1/applications", again),
        409,
        "already-applied",
    )
    .await;
    // The consent is taken back while two applications rest on it.
    let revoked = story.portal.delete("/v1/children/c5/consents", json!({}));
    city.refuses(revoked, 409, "consent-needed").await;
    // Offered twice.
    let offer = story.offer("c5", "D").await;
    let second = story
        .head_of("D")
        .post("/v1/offers", story.offer_body("c5", "D"));
    city.refuses(second, 409, "offer-outstanding").await;
    // Concluded twice, under keys of their own; answered and taken back after it.
    let contract = story.contract("D", &offer).await;
    city.refuses(story.conclude("D", &offer), 409, "offer-not-open")
        .await;
    city.refuses(story.answer(&offer, "confirmation"), 409, "offer-not-open")
        .await;
    city.refuses(story.answer(&offer, "declination"), 409, "offer-not-open")
        .await;
    let address = format!("/v1/offers/{offer}/revocation");
    let revoked = story
        .head_of("D")
        .post(&address, json!({"reason": "staff-ill"}));
    city.refuses(revoked, 409, "offer-not-open").await;
    for facility in ["A", "D"] {
        let key = story.application("c5", facility);
        let address = format!("/v1/applications/{key}/withdrawal");
        let withdrawn = story.portal.post(&address, json!({}));
        city.refuses(withdrawn, 409, "application-not-open").await;
    }
    let late = story
        .head_of("A")
        .post("/v1/offers", story.offer_body("c5", "A"));
    city.refuses(late, 409, "application-not-open").await;
    // Declined, then confirmed.
    let declined = story.offer("c4", "B").await;
    story.answer(&declined, "declination").await.expect(200);
    city.refuses(
        story.answer(&declined, "confirmation"),
        409,
        "offer-not-open",
    )
    .await;
    // Answered after the last day.
    let lapsed = story.offer("c1", "A").await;
    city.set_day(jiff::civil::date(2027, 2, 1));
    city.refuses(story.answer(&lapsed, "confirmation"), 409, "offer-expired")
        .await;
    city.refuses(story.conclude("A", &lapsed), 409, "offer-expired")
        .await;
    let shown = story
        .portal
        .get(&format!("/v1/contracts/{contract}"))
        .await
        .expect(200);
    assert_eq!(shown["versions"].as_array().map(Vec::len), Some(1));
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn keys_and_entity_tags_are_asked_for_and_held_to(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let (city, portal) = (&story.city, &story.portal);
    let move_home = json!({"area": "sued2", "municipality": 14_612_000}).to_string();
    let address = "/v1/children/c1/moves";
    let send = |request: axum::http::request::Builder| {
        portal.send_text(request, "application/json", move_home.clone())
    };
    let without = send(portal.request("POST", address));
    city.refuses(without, 400, "idempotency-key-missing").await;
    let long = "x".repeat(129);
    for key in ["", "a b", &long] {
        let request = portal
            .request("POST", address)
            .header("idempotency-key", key);
        city.refuses(send(request), 400, "bad-header").await;
    }
    let not_ascii = HeaderValue::from_bytes(b"k\xC3\xA4").expect("bytes above 127 are allowed");
    let request = portal
        .request("POST", address)
        .header("idempotency-key", not_ascii);
    city.refuses(send(request), 400, "bad-header").await;

    let tag = |answer: &Answer| answer.header("etag").to_owned();
    let seen = tag(&portal.get("/v1/children/c1").await);
    assert!(seen.starts_with('"') && seen.ends_with('"'), "{seen}");
    let request = portal
        .request("GET", "/v1/children/c1")
        .header("if-none-match", &seen);
    let request = request
        .body(axum::body::Body::empty())
        .expect("the request is whole");
    assert_eq!(portal.send(request).await.status, 304);
    // Somebody else is faster.
    let consent = json!({"text_version": "2027-2"});
    portal
        .post("/v1/children/c1/consents", consent)
        .await
        .expect(200);
    let stale = send(portal.write("POST", address).header("if-match", &seen));
    let problem = city.refuses(stale, 412, "revision-changed").await;
    assert_eq!(problem["code"], "E7008");
    for wrong in ["7", "W/\"7\"", "\"x\"", "\"1\", \"2\""] {
        let request = portal.write("POST", address).header("if-match", wrong);
        city.refuses(send(request), 400, "bad-header").await;
    }
    let now = tag(&portal.get("/v1/children/c1").await);
    assert_ne!(now, seen);
    assert_eq!(problem["revision"].to_string(), now.trim_matches('"'));
    let fresh = send(portal.write("POST", address).header("if-match", &now));
    fresh.await.expect(200);

    // A facility has its tag as well.
    let head = story.provider("T1");
    let seen = tag(&head.get("/v1/facilities/A").await);
    let blocked = |places: u32, tag: &str| {
        let body = json!({"care_type": "nursery", "valid_from": "2027-12-01", "places": places});
        let request = head.write("POST", "/v1/facilities/A/blocked-places");
        let request = request.header("if-match", tag);
        head.send_text(request, "application/json", body.to_string())
    };
    blocked(1, &seen).await.expect(200);
    city.refuses(blocked(2, &seen), 412, "revision-changed")
        .await;
}
