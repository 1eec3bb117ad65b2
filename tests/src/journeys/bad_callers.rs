//! Requests of those who may not: without, with expired and with revoked tokens, and beyond their scope.

use domain::procedure::Role;
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::json;

use super::Database;
use super::client::Client;
use super::families::{STARTS, Story};

/// Both ways of a client: a read and a write are refused and change nothing.
async fn is_refused(story: &Story, client: &Client, status: u16, name: &str) {
    story
        .city
        .refuses(client.get("/v1/facilities"), status, name)
        .await;
    let entry = super::families::family("c1").entry();
    story
        .city
        .refuses(client.post("/v1/children", entry), status, name)
        .await;
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_token_that_is_missing_unknown_expired_or_revoked_opens_nothing(
    #[case] database: Database,
) {
    let Some(story) = Story::open(database).await else {
        return;
    };
    for token in ["pw_0000", "", "x y"] {
        let name = if token.is_empty() {
            "token-missing"
        } else {
            "token-unknown"
        };
        is_refused(&story, &story.portal.with_token(token), 401, name).await;
    }
    let until = story.city.now() + SignedDuration::from_hours(1);
    let short = story
        .city
        .client_until(Role::Portal, "portal-2", None, until)
        .await;
    short.get("/v1/facilities").await.expect(200);
    story.city.advance(SignedDuration::from_hours(1));
    is_refused(&story, &short, 401, "token-expired").await;

    let staff = story
        .city
        .client(Role::ProviderStaff, "staff-1", Some("T1"))
        .await;
    let second = story
        .city
        .client(Role::ProviderStaff, "staff-1", Some("T1"))
        .await;
    staff.get("/v1/facilities").await.expect(200);
    let revoked = story
        .admin
        .post("/v1/tokens/revocations", json!({"actor": "staff-1"}));
    assert_eq!(revoked.await.expect(200)["actor"], "staff-1");
    is_refused(&story, &staff, 401, "token-revoked").await;
    is_refused(&story, &second, 401, "token-revoked").await;
    story.provider("T1").get("/v1/facilities").await.expect(200);

    // The head of T1 may not lock anybody, and T1 has no access after its agreement.
    let locked = story
        .provider("T1")
        .post("/v1/tokens/revocations", json!({"actor": "admin"}));
    story.city.refuses(locked, 403, "role-not-allowed").await;
    let ends = json!({"last_day": "2027-01-10"});
    story
        .admin
        .post("/v1/providers/T1/end", ends)
        .await
        .expect(200);
    story.provider("T1").get("/v1/facilities").await.expect(200);
    story.city.advance(SignedDuration::from_hours(24));
    is_refused(&story, story.provider("T1"), 403, "agreement-ended").await;
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn what_belongs_to_children_at_another_provider_is_not_there(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let offer = story.offer("c2", "A").await;
    let contract = story.contract("A", &offer).await;
    let waiting = story.offer("c5", "A").await;
    let application = story.application("c3", "A");
    // T4 has c5 at D and nothing else: not even that c5 wishes for A, nor that c1 exists.
    let other = story.provider("T4");
    let shown = other.get("/v1/children/c5").await.expect(200);
    assert_eq!(shown["applications"].as_array().map(Vec::len), Some(1));
    assert!(shown.get("facts").is_none());
    for address in [
        "/v1/children/c1",
        "/v1/children/nobody",
        &format!("/v1/applications/{application}"),
        "/v1/applications/nothing",
        &format!("/v1/offers/{waiting}"),
        &format!("/v1/contracts/{contract}"),
    ] {
        story
            .city
            .refuses(other.get(address), 404, "not-found")
            .await;
    }
    let mandate = json!({"on_behalf_of": {"reference": "M-1"}});
    let terms = json!({
        "care_type": "nursery", "daily_hours": 6, "days_per_week": 5, "lunch": true,
        "valid_from": STARTS,
    });
    let end = json!({"last_day": "2028-01-31", "cause": "by_provider"});
    let offer_at_a = story.offer_body("c3", "A");
    let conclusion = json!({"offer": waiting, "days_per_week": 5, "lunch": true});
    let points = json!({"points": [], "catalogue_version": "x"});
    for (address, body) in [
        ("/v1/offers".to_owned(), &offer_at_a),
        ("/v1/contracts".to_owned(), &conclusion),
        (format!("/v1/offers/{waiting}/confirmation"), &mandate),
        (format!("/v1/offers/{waiting}/declination"), &mandate),
        (
            format!("/v1/offers/{waiting}/revocation"),
            &json!({"reason": "x"}),
        ),
        (
            format!("/v1/applications/{application}/withdrawal"),
            &mandate,
        ),
        (format!("/v1/contracts/{contract}/continuation"), &terms),
        (format!("/v1/contracts/{contract}/correction"), &terms),
        (format!("/v1/contracts/{contract}/end"), &end),
    ] {
        let asked = other.post(&address, body.clone());
        story.city.refuses(asked, 404, "not-found").await;
    }
    let address = format!("/v1/applications/{application}/points");
    let scored = other.put(&address, points);
    story.city.refuses(scored, 404, "not-found").await;

    // Facilities are public: there the scope itself is named.
    let places = json!({
        "care_type": "nursery", "valid_from": STARTS, "licensed": 5, "planned": 5, "staffed": 5,
    });
    let set = other.put("/v1/facilities/A/capacities", places);
    story.city.refuses(set, 403, "foreign-facility").await;
    let attested = other.post("/v1/providers/T1/attestations", json!({"month": "2027-02"}));
    story.city.refuses(attested, 403, "foreign-facility").await;
    let loaded = other.post_csv("/v1/providers/T1/existing-children", "x");
    story.city.refuses(loaded, 403, "foreign-facility").await;
}
