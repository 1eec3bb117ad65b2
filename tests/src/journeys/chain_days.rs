//! What a chain of moves would take, and what an account hears of itself.

use jiff::civil::date;
use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::list_of;
use super::families::Story;

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_preview_says_how_many_days_its_moves_take(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let preview = async || {
        let cascades = "/v1/facilities/A/cascades?care_type=nursery&starts_on=2027-09-01";
        let cascades = story.head_of("A").get(cascades).await.expect(200);
        cascades["preview"].clone()
    };
    // Nobody was offered anything: two weeks for each answer.
    let assumed = preview().await;
    assert_eq!(assumed["days_from"], json!({"from": "assumed"}));
    assert_eq!(list_of(&assumed, "moves").len(), 2, "c3 from B, c4 there");
    assert_eq!(assumed["days"], json!({"median": 28, "p95": 28}));

    // Two offers, each with 21 days to answer.
    story.offer("c2", "C").await;
    let given_up = story.offer("c1", "A").await;
    story.offer("c3", "A").await;
    story.city.set_day(date(2027, 1, 12));
    story.answer(&given_up, "declination").await.expect(200);
    let key = story.application("c1", "A");
    let address = format!("/v1/applications/{key}/withdrawal");
    story.portal.post(&address, json!({})).await.expect(200);
    let chain = preview().await;
    assert_eq!(
        chain["days_from"],
        json!({"from": "deadlines", "offers": 3})
    );
    let days: Vec<(Value, Value)> = list_of(&chain, "moves")
        .iter()
        .map(|step| (step["to"]["facility"].clone(), step["days"].clone()))
        .collect();
    let each = |median: u32| json!({"median": median, "p95": median});
    assert_eq!(
        days,
        [(json!("A"), each(21)), (json!("C"), each(42))],
        "{chain}"
    );
    assert_eq!(chain["days"], each(42), "one answer after the other");
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn an_account_hears_its_role_and_provider(#[case] database: Database) {
    let Some(story) = Story::open(database).await else {
        return;
    };
    for (client, role, provider) in [
        (story.provider("T2"), "provider.admin", json!("T2")),
        (&story.mediation, "city.mediation", Value::Null),
        (&story.portal, "portal", Value::Null),
    ] {
        let status = client.get("/v1/status").await.expect(200);
        assert_eq!(
            status["caller"],
            json!({"role": role, "provider": provider})
        );
    }
}
