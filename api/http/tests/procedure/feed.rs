//! The change feed and the sync with provider software.

use serde_json::{Value, json};

use crate::world::World;

/// A contract at A; gives its key.
async fn contract_at_a(world: &World, child: &str) -> String {
    world.child(child).await;
    let applications = world.apply(child, &["A"]).await;
    let offer = world.offer("provider.admin", &applications[0]).await;
    let body = json!({"offer": offer, "days_per_week": 5, "lunch": true});
    let concluded = world
        .done("provider.admin", "POST", "/v1/contracts", &body)
        .await;
    concluded.text("contract")
}

#[tokio::test]
async fn provider_software_gets_contracts_of_its_own_facilities_and_nothing_else() {
    let world = World::made().await;
    let contracts = [
        contract_at_a(&world, "c1").await,
        contract_at_a(&world, "c2").await,
    ];
    let feed = world.get("provider.staff", "/v1/events").await;
    assert_eq!(
        feed.header("content-type"),
        "application/cloudevents-batch+json"
    );
    let events = feed.json();
    let told: Vec<(&str, &str)> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            (
                event["type"].as_str().unwrap(),
                event["subject"].as_str().unwrap(),
            )
        })
        .collect();
    let concluded = "de.placewright.contract.concluded";
    assert_eq!(
        told,
        [
            (concluded, contracts[0].as_str()),
            (concluded, contracts[1].as_str())
        ]
    );
    assert_eq!(events[0]["specversion"], "1.0");
    assert_eq!(world.last_access().await.action, "read");
    assert_eq!(world.get("T2", "/v1/events").await.json(), json!([]));
    let everything = world.get("portal", "/v1/events?limit=1000").await.json();
    let everything = everything.to_string();
    assert!(everything.contains("application.submitted") && everything.contains(concluded));
    assert!(!everything.contains("facility.registered"));
    let city = world
        .get("city.admin", "/v1/events?limit=1000")
        .await
        .json()
        .to_string();
    assert!(city.contains("facility.registered") && !city.contains("contract.concluded"));
}

#[tokio::test]
async fn a_cursor_gives_the_same_bytes_again_and_leads_to_the_end() {
    let world = World::made().await;
    contract_at_a(&world, "c1").await;
    contract_at_a(&world, "c2").await;
    let (mut cursor, mut pages) = ("0".to_owned(), Vec::new());
    loop {
        let path = format!("/v1/events?after={cursor}&limit=2");
        let page = world.get("portal", &path).await;
        assert_eq!(page.bytes, world.get("portal", &path).await.bytes);
        let next = page.header("x-next-cursor").to_owned();
        assert!(
            page.header("link")
                .contains(&format!("after={next}&limit=2"))
        );
        let events: Vec<Value> = serde_json::from_slice(&page.bytes).unwrap();
        if events.is_empty() {
            assert_eq!(next, cursor);
            break;
        }
        assert_eq!(events.last().unwrap()["id"], json!(next));
        pages.extend(events);
        cursor = next;
    }
    let whole = world.get("portal", "/v1/events?limit=1000").await.json();
    assert_eq!(json!(pages), whole);
}

#[tokio::test]
async fn a_push_corrects_known_contracts_and_nothing_from_before_a_contract_comes_in() {
    let world = World::made().await;
    let contract = contract_at_a(&world, "c1").await;
    let terms = json!({
        "care_type": "nursery", "daily_hours": 8.0, "days_per_week": 5, "lunch": true,
        "valid_from": "2027-09-01",
    });
    let pushed = json!({"object": "contract", "contract": contract, "terms": terms});
    let path = "/v1/sync/contracts";
    let corrected = world.done("provider.staff", "POST", path, &pushed).await;
    assert_eq!(
        corrected.json()["changes"][0]["kind"],
        "contract.version_recorded"
    );
    let unchanged = world.done("provider.staff", "POST", path, &pushed).await;
    assert_eq!(unchanged.json()["sequence"], json!(null));
    let shown = world
        .get("provider.staff", &format!("/v1/contracts/{contract}"))
        .await
        .json();
    assert_eq!(shown["current"]["daily_hours"], 8.0);
    assert_eq!(shown["versions"].as_array().unwrap().len(), 2);

    let before = world.sequence().await;
    let refused = async |who: &str, body: Value| {
        let answer = world.write(who, "POST", path, &body).await;
        (answer.status.as_u16(), answer.problem())
    };
    for object in ["application", "offer", "reservation"] {
        let body = json!({"object": object, "child": "c1", "anything": 1});
        let expected = (409, "pre-contract-object".to_owned());
        assert_eq!(refused("provider.staff", body).await, expected);
    }
    let expected = (409, "contract-not-concluded-in-portal".to_owned());
    assert_eq!(refused("T2", pushed.clone()).await, expected);
    let mut unknown = pushed.clone();
    unknown["contract"] = json!("elsewhere");
    assert_eq!(refused("provider.staff", unknown).await, expected);
    let mut more = pushed;
    more["allergies"] = json!("nuts");
    assert_eq!(
        refused("provider.staff", more).await,
        (422, "unknown-field".to_owned())
    );
    assert_eq!(world.sequence().await, before);
}

#[tokio::test]
async fn auditors_page_through_the_logs_and_see_that_they_hold() {
    let world = World::made().await;
    contract_at_a(&world, "c1").await;
    let page = world
        .get("auditor", "/v1/audit/changes?limit=3")
        .await
        .json();
    assert_eq!(page["changes"].as_array().unwrap().len(), 3);
    assert_eq!(page["next"], "/v1/audit/changes?after=3&limit=3");
    let report = world.get("auditor", "/v1/audit/verification").await.json();
    assert_eq!(report["fault"], json!(null));
    assert_eq!(report["changes"], json!(world.sequence().await));
    let accesses = world.get("auditor", "/v1/audit/accesses").await.json();
    let first = &accesses["accesses"][0];
    assert_eq!(first["resource"], "GET /v1/audit/changes");
    let status = world.get("city.planner", "/v1/status").await.json();
    assert_eq!(
        (&status["status"], &status["sequence"]),
        (&json!("ok"), &report["changes"])
    );
    assert_eq!(status["changes_head"], report["changes_head"]);
}
