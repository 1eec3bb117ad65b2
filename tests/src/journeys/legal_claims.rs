//! Free seats for children that the round leaves without a place: proposals that move nobody.

use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::list_of;
use super::families::{STARTS, Story};
use super::placement::{computation, nothing_is_offered};

const PROPOSE: &str = "/v1/legal-claims:propose";

fn asked(limit_minutes: u32) -> Value {
    json!({
        "care_type": "nursery", "starts_on": STARTS, "limit_minutes": limit_minutes, "seed": 7,
    })
}

/// A fifth nursery with a free place nobody has applied for, about 5 km away.
async fn a_house_nobody_applied_for(story: &Story) {
    let body = json!({
        "facility": "E", "provider": "T1", "name": "Haus E", "kind": "day_care_centre",
        "area": "sued2", "latitude": 51.095, "longitude": 13.74, "opens_on": "2020-01-01",
        "in_needs_plan": true, "licences": [{"valid_from": "2020-01-01"}],
    });
    story.admin.post("/v1/facilities", body).await.expect(201);
    for care_type in ["nursery", "kindergarten"] {
        let body = json!({
            "care_type": care_type, "valid_from": STARTS, "licensed": 1, "planned": 1, "staffed": 1,
        });
        let set = story
            .provider("T1")
            .put("/v1/facilities/E/capacities", body);
        set.await.expect(200);
    }
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_child_left_out_is_proposed_a_free_seat_within_the_way(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let propose = async |limit| {
        let asked = story.mediation.post(PROPOSE, asked(limit));
        story.city.leaves_as_is(asked).await
    };
    // c6 is the child without a place, and no seat is free.
    let nothing = propose(30).await.expect(200);
    assert_eq!(list_of(&nothing, "proposals").len(), 0);
    assert_eq!(
        (&nothing["unplaced_before"], &nothing["free_seats_before"]),
        (&json!(1), &json!(0))
    );

    a_house_nobody_applied_for(&story).await;
    let before = story
        .mediation
        .post("/v1/suggestions:compute", computation());
    let before = before.await.expect(200);
    let found = propose(30).await;
    let phase = found.expect(200);
    assert_eq!(phase["phase"], "legal_claim");
    assert_eq!(phase["care_types"], json!(["childminding", "nursery"]));
    let proposals = list_of(&phase, "proposals");
    assert_eq!(proposals.len(), 1, "{phase}");
    assert_eq!(
        (&proposals[0]["child"], &proposals[0]["facility"]),
        (&json!("c6"), &json!("E"))
    );
    let minutes = proposals[0]["minutes"]
        .as_u64()
        .expect("minutes are a number");
    assert!(
        (24..=30).contains(&minutes),
        "5 km as the crow flies: {minutes}"
    );
    assert_eq!(phase["unplaced_after"], 0);
    assert_eq!(propose(30).await.bytes, found.bytes);
    // Too far is not proposed.
    let near = propose(20).await.expect(200);
    assert_eq!(list_of(&near, "proposals").len(), 0);
    assert_eq!(near["free_seats_after"], near["free_seats_before"]);

    // Nobody was moved, and nothing is offered.
    let after = story
        .mediation
        .post("/v1/suggestions:compute", computation());
    assert_eq!(after.await.expect(200), before);
    nothing_is_offered(&story).await;

    let far = story.mediation.post(PROPOSE, asked(121));
    let problem = story.city.refuses(far, 422, "wrong-value").await;
    assert_eq!(problem["field"], "limit_minutes");
    for client in [
        story.provider("T1"),
        &story.planner,
        &story.portal,
        &story.auditor,
    ] {
        let refused = client.post(PROPOSE, asked(30));
        story.city.refuses(refused, 403, "role-not-allowed").await;
    }
}
