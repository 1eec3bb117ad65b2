//! The placement procedure, asked through the router without a socket.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

mod accounts;
mod bodies;
mod catalogues;
mod feed;
mod loads;
mod repetition;
mod rule_lab;
mod scopes;
mod world;

use serde_json::json;
use world::{World, offer_on};

#[tokio::test]
async fn a_contract_closes_everything_else_and_tells_the_provider_its_own_part_only() {
    let world = World::made().await;
    world.child("c1").await;
    let applications = world.apply("c1", &["A", "B"]).await;
    let at_a = world.offer("provider.admin", &applications[0]).await;
    let at_b = world.offer("T2", &applications[1]).await;
    let body = json!({"offer": at_a, "days_per_week": 5, "lunch": true});
    let concluded = world
        .done("provider.staff", "POST", "/v1/contracts", &body)
        .await;
    assert_eq!(concluded.status, 201);
    let contract = concluded.text("contract");
    let told = String::from_utf8(concluded.bytes).unwrap();
    assert!(
        !told.contains(&at_b) && !told.contains(&applications[1]),
        "{told}"
    );

    let child = world.get("portal", "/v1/children/c1").await.json();
    let withdrawn = &child["applications"][1];
    assert_eq!(withdrawn["application"], json!(applications[1]));
    assert_eq!(withdrawn["state"]["state"], "withdrawn");
    assert_eq!(
        withdrawn["state"]["cause"],
        json!({"cause": "by_contract", "contract": contract})
    );
    assert_eq!(
        withdrawn["offers"][0]["state"]["state"],
        "declined_by_contract"
    );
    assert_eq!(child["contracts"][0]["contract"], json!(contract));

    let seen = world
        .get("T2", &format!("/v1/applications/{}", applications[1]))
        .await;
    assert_eq!(
        seen.json()["state"]["cause"],
        json!({"cause": "by_contract"})
    );
}

#[tokio::test]
async fn two_confirmed_offers_are_a_conflict_until_the_first_is_released() {
    let world = World::made().await;
    world.child("c1").await;
    let applications = world.apply("c1", &["A", "B"]).await;
    let at_a = world.offer("provider.admin", &applications[0]).await;
    let at_b = world.offer("T2", &applications[1]).await;
    let confirm = |offer: &str| format!("/v1/offers/{offer}/confirmation");
    world
        .done("portal", "POST", &confirm(&at_b), &json!({}))
        .await;
    let refused = world
        .write("portal", "POST", &confirm(&at_a), &json!({}))
        .await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.problem(), "offer-already-confirmed");
    assert_eq!(refused.json()["code"], "E9027");
    let release = format!("/v1/offers/{at_b}/declination");
    world.done("portal", "POST", &release, &json!({})).await;
    world
        .done("portal", "POST", &confirm(&at_a), &json!({}))
        .await;
}

#[tokio::test]
async fn suggestions_are_the_same_bytes_twice_need_a_reason_to_be_reordered_and_offer_nothing() {
    let world = World::made().await;
    for child in ["c1", "c2"] {
        world.child(child).await;
        world.apply(child, &["A", "B"]).await;
    }
    let attested = json!({"month": "2026-11"});
    world.clock.set_day(jiff::civil::date(2026, 11, 1)).unwrap();
    world
        .done(
            "provider.admin",
            "POST",
            "/v1/providers/T1/attestations",
            &attested,
        )
        .await;
    let asked = json!({"care_type": "nursery", "starts_on": "2027-09-01", "facility": "A"});
    let first = world
        .done("provider.staff", "POST", "/v1/suggestions:compute", &asked)
        .await;
    let second = world
        .done("provider.staff", "POST", "/v1/suggestions:compute", &asked)
        .await;
    assert_eq!(first.bytes, second.bytes);
    let lists = first.json()["lists"].clone();
    assert_eq!(lists.as_array().unwrap().len(), 1);
    let list = lists[0]["id"].as_str().unwrap();
    let rows = lists[0]["rows"].as_array().unwrap();
    let mut order: Vec<&str> = rows
        .iter()
        .map(|row| row["application"].as_str().unwrap())
        .collect();
    order.reverse();

    let path = format!("/v1/suggestions/{list}/reorder");
    let unreasoned = world
        .write("provider.staff", "POST", &path, &json!({"order": order}))
        .await;
    assert_eq!(
        (unreasoned.status.as_u16(), unreasoned.problem().as_str()),
        (422, "reason-missing")
    );
    let reasoned = json!({"order": order, "reason": "sibling"});
    let reordered = world.done("provider.staff", "POST", &path, &reasoned).await;
    assert_ne!(reordered.text("list"), list);
    let shown = world
        .get("city.mediation", "/v1/facilities/A/suggestions")
        .await
        .json();
    assert_eq!(shown["lists"][0]["override_reason"], "sibling");
    let foreign = world.get("T2", "/v1/facilities/A/suggestions").await;
    assert_eq!(
        (foreign.status.as_u16(), foreign.problem().as_str()),
        (403, "foreign-facility")
    );
    assert_eq!(world.last_access().await.action, "refused");
    let offers = world.get("auditor", "/v1/audit/changes?limit=1000").await;
    assert!(
        !String::from_utf8(offers.bytes)
            .unwrap()
            .contains("offer.made")
    );
}

#[tokio::test]
async fn a_facility_without_a_licence_leaves_the_list_until_it_is_proven_again() {
    let world = World::made().await;
    let listed = |answer: &world::Answer| answer.json()["facilities"].as_array().unwrap().len();
    assert_eq!(listed(&world.get("portal", "/v1/facilities").await), 2);
    let lost = json!({"from": "2026-11-22", "notice": "N-1"});
    world
        .done(
            "city.admin",
            "POST",
            "/v1/facilities/A/licence-withdrawals",
            &lost,
        )
        .await;
    assert_eq!(listed(&world.get("portal", "/v1/facilities").await), 1);
    assert_eq!(
        listed(&world.get("portal", "/v1/facilities?include=all").await),
        1
    );
    assert_eq!(
        listed(
            &world
                .get("city.planner", "/v1/facilities?include=all")
                .await
        ),
        2
    );
    let proven = json!({"valid_from": "2026-11-22", "proof": "P-1"});
    world
        .done("city.admin", "POST", "/v1/facilities/A/licences", &proven)
        .await;
    assert_eq!(listed(&world.get("portal", "/v1/facilities").await), 2);
    let page = world.get("portal", "/v1/facilities?limit=1").await.json();
    assert_eq!(page["next"], "/v1/facilities?after=A&limit=1");
    let page = world
        .get("portal", "/v1/facilities?after=A&limit=1")
        .await
        .json();
    assert_eq!(
        (&page["next"], &page["facilities"][0]["facility"]),
        (&json!(null), &json!("B"))
    );
}

#[tokio::test]
async fn a_freed_place_shows_its_chain_and_the_city_sees_places_with_their_age() {
    let world = World::made().await;
    world.child("c1").await;
    let applications = world.apply("c1", &["A"]).await;
    let offer = world.offer("provider.admin", &applications[0]).await;
    let decline = format!("/v1/offers/{offer}/declination");
    world.done("portal", "POST", &decline, &json!({})).await;
    let again = world
        .write(
            "provider.admin",
            "POST",
            "/v1/offers",
            &offer_on(&applications[0]),
        )
        .await;
    let shown = world
        .get("provider.staff", "/v1/facilities/A/cascades")
        .await;
    assert_eq!(shown.status, 200);
    let freed = shown.json()["freed_places"][0].clone();
    assert_eq!(
        freed["cause"],
        json!({"cause": "offer_closed", "offer": offer})
    );
    assert_eq!(freed["outcome"]["offer"], again.json()["offer"]);
    assert_eq!(freed["offer_state"], "open");

    let occupancy = world
        .get("city.planner", "/v1/city/occupancy?as_of=2026-11-22")
        .await;
    assert_eq!(occupancy.status, 200);
    assert_eq!(occupancy.json()["total"]["bookable"]["state"], "unknown");
    let unknown = world
        .get("city.planner", "/v1/city/occupancy?district=nowhere")
        .await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.problem().as_str()),
        (404, "unknown-name")
    );
    let capacities = "/v1/facilities/A/capacities?from=2026-11&months=1";
    let months = world.get("provider.staff", capacities).await.json();
    assert_eq!(months["months"][0]["bookable"], json!(null));
    assert_eq!(months["months"][0]["freshness"], "unknown");
}
