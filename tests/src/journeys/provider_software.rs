//! Story B, step 10: what provider software hears, and what it may bring (K34).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::{Client, text_of};
use super::families::{FACILITIES, STARTS, Story};
use super::placement::Keys;

/// The events of a feed with the cursor behind them.
async fn feed(client: &Client, after: &str) -> (Vec<Value>, String) {
    let answer = client.get(&format!("/v1/events?after={after}")).await;
    let events = answer.expect(200);
    assert_eq!(
        answer.header("content-type"),
        "application/cloudevents-batch+json"
    );
    let again = client.get(&format!("/v1/events?after={after}")).await;
    assert_eq!(
        again.bytes, answer.bytes,
        "the same cursor gives the same bytes"
    );
    let events = events.as_array().expect("a batch is a list").clone();
    (events, answer.header("x-next-cursor").to_owned())
}

/// B10: only the five contracts, each for its own provider; a cursor can be used again.
pub(super) async fn hears_of_contracts_only(story: &Story, contracts: &Keys) {
    let mut heard = BTreeMap::new();
    for (facility, provider, ..) in FACILITIES {
        let (events, cursor) = feed(story.provider(provider), "0").await;
        for event in &events {
            assert_eq!(event["specversion"], "1.0");
            assert_eq!(event["type"], "de.placewright.contract.concluded");
            assert_eq!(event["data"]["contract"], event["subject"]);
            assert_eq!(
                event["data"]["facility"], facility,
                "T sees its own only: {event}"
            );
            let child = text_of(&event["data"], "child").to_owned();
            let contract = text_of(event, "subject").to_owned();
            assert!(heard.insert((child, facility), contract).is_none());
        }
        let (after, same) = feed(story.provider(provider), &cursor).await;
        assert_eq!(
            (after.len(), same),
            (0, cursor),
            "nothing comes after the last event"
        );
    }
    let expected = contracts
        .iter()
        .map(|((child, at), key)| (((*child).to_owned(), *at), key.clone()));
    assert_eq!(heard, expected.collect());

    // In pages of one the feed of T1 is the same.
    let (whole, _) = feed(story.provider("T1"), "0").await;
    let (mut paged, mut cursor) = (Vec::new(), "0".to_owned());
    for _ in 0..whole.len() {
        let address = format!("/v1/events?after={cursor}&limit=1");
        let answer = story.provider("T1").get(&address).await;
        paged.extend_from_slice(answer.expect(200).as_array().expect("a batch is a list"));
        cursor = answer.header("x-next-cursor").to_owned();
    }
    assert_eq!(paged, whole);
}

/// B10: what the portal does not know as a contract is refused; the same contract again changes nothing.
pub(super) async fn brings_nothing_before_a_contract(
    story: &Story,
    offers: &Keys,
    contracts: &Keys,
) {
    let terms = json!({
        "care_type": "nursery", "daily_hours": 9, "days_per_week": 5, "lunch": true,
        "valid_from": STARTS, "valid_to": "2032-07-31",
    });
    let address = "/v1/sync/contracts";
    for object in ["application", "offer", "child"] {
        let body = json!({"object": object, "offer": offers[&("c2", "C")], "terms": terms});
        let pushed = story.provider("T3").post(address, body);
        story.city.refuses(pushed, 409, "pre-contract-object").await;
    }
    let pushed = |provider: &str, contract: &str| {
        let body = json!({"object": "contract", "contract": contract, "terms": terms});
        story.provider(provider).post(address, body)
    };
    let name = "contract-not-concluded-in-portal";
    story
        .city
        .refuses(pushed("T1", "V-2027-1"), 409, name)
        .await;
    let foreign = pushed("T2", &contracts[&("c2", "A")]);
    story.city.refuses(foreign, 409, name).await;
    let known = story
        .city
        .leaves_as_is(pushed("T1", &contracts[&("c2", "A")]))
        .await;
    assert_eq!(known.expect(200)["changes"], json!([]));
}
