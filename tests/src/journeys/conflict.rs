//! Story B, step 9: a family has confirmed one offer and confirms another (K38).

use rstest::rstest;
use serde_json::json;

use super::Database;
use super::families::{Story, TODAY};

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_second_confirmation_is_a_conflict_until_the_first_is_released(
    #[case] database: Database,
) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let at_b = story.offer("c4", "B").await;
    let at_a = story.offer("c4", "A").await;
    story.answer(&at_b, "confirmation").await.expect(200);

    let confirmed = story.answer(&at_a, "confirmation");
    let problem = story
        .city
        .refuses(confirmed, 409, "offer-already-confirmed")
        .await;
    assert_eq!(problem["code"], "E9027");
    let detail = problem["detail"]
        .as_str()
        .expect("the refusal says what to do");
    assert!(
        detail.contains(&at_b),
        "the offer in the way is named: {detail}"
    );
    let concluded = story.conclude("A", &at_a);
    story
        .city
        .refuses(concluded, 409, "offer-already-confirmed")
        .await;
    let twice = story.answer(&at_b, "confirmation");
    story.city.refuses(twice, 409, "offer-not-open").await;
    assert_eq!(story.offer_state(&at_a).await["state"], "open");

    let released = story.answer(&at_b, "declination").await.expect(200);
    let kinds: Vec<_> = released["changes"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(kinds.len(), 2);
    assert_eq!(kinds[0]["kind"], "offer.declined");
    assert_eq!(kinds[1]["kind"], "place.freed");
    story.answer(&at_a, "confirmation").await.expect(200);
    let concluded = story.conclude("A", &at_a).await.expect(201);
    let contract = &concluded["contract"];
    let on = TODAY.to_string();
    let state = json!({"state": "contracted", "on": on, "contract": contract});
    assert_eq!(story.shown("c4", "A").await["state"], state);
    let cause = json!({"cause": "by_contract", "contract": contract});
    let state = json!({"state": "withdrawn", "on": on, "cause": cause});
    assert_eq!(story.shown("c4", "B").await["state"], state);
    let state = json!({"state": "declined", "on": on});
    assert_eq!(story.offer_state(&at_b).await, state);
}
