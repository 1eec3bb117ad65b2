//! Offers out of the suggested order need a reason code (K16), and where it is kept.

use jiff::civil::date;
use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::{list_of, text_of};
use super::families::{FAMILIES, Story};
use super::placement::computation;

/// The body of an offer with a reason.
fn with_reason(story: &Story, child: &str, facility: &str, reason: &str) -> Value {
    let mut body = story.offer_body(child, facility);
    body["override_reason"] = json!(reason);
    body
}

/// That an offer without a reason is refused, and says what to send.
async fn needs_a_reason(story: &Story, child: &str, facility: &str) {
    let offered = story
        .head_of(facility)
        .post("/v1/offers", story.offer_body(child, facility));
    let problem = story
        .city
        .refuses(offered, 422, "override-reason-missing")
        .await;
    assert_eq!(problem["code"], "E7020");
    assert_eq!(problem["field"], "override_reason");
    let allowed = list_of(&problem, "allowed");
    assert!(allowed.contains(&json!("hardship")) && allowed.contains(&json!("family_not_reached")));
    // Who stands before is nobody's business in a problem.
    let detail = text_of(&problem, "detail");
    let mut words = detail.split(|sign: char| !sign.is_ascii_alphanumeric());
    assert!(
        !words.any(|word| FAMILIES.iter().any(|family| family.child == word)),
        "{problem}"
    );
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn an_offer_out_of_the_suggested_order_says_why(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    // Without a list there is no order to leave: T3 offers C to the last in line.
    story.offer("c6", "C").await;

    story
        .mediation
        .post("/v1/suggestions:compute", computation())
        .await
        .expect(200);
    // A: c1 and c3 are suggested; c2, c4 and c5 are not.
    needs_a_reason(&story, "c5", "A").await;
    needs_a_reason(&story, "c3", "A").await;
    let head = story.head_of("A");
    let unknown = head.post("/v1/offers", with_reason(&story, "c5", "A", "because"));
    let problem = story.city.refuses(unknown, 422, "wrong-value").await;
    assert_eq!(problem["code"], "E2131");
    assert!(list_of(&problem, "allowed").contains(&json!("other")));

    // The first in line needs none, and then neither does the second.
    story.offer("c1", "A").await;
    let second = story.offer("c3", "A").await;
    // The place at D goes to the child suggested there.
    story.offer("c5", "D").await;

    // c3 says no; a place is free again, and c2 is not suggested by the list of before.
    story.answer(&second, "declination").await.expect(200);
    needs_a_reason(&story, "c2", "A").await;
    let made = head
        .post("/v1/offers", with_reason(&story, "c2", "A", "hardship"))
        .await
        .expect(201);
    let offer = text_of(&made, "offer");
    let shown = story.portal.get(&format!("/v1/offers/{offer}")).await;
    assert_eq!(shown.expect(200)["override_reason"], "hardship");
    let audit = story.audit().await;
    let entry = audit.iter().find(|change| change["subject"] == offer);
    let entry = entry.expect("the log has the offer");
    assert_eq!(entry["kind"], "offer.made");
    assert_eq!(entry["facts"]["override_reason"], "hardship");

    // The list of the facility shows it with the row.
    let lists = head.get("/v1/facilities/A/suggestions").await.expect(200);
    let rows = list_of(&lists["lists"][0], "rows").iter();
    let reasons: Vec<(&str, &Value)> = rows
        .map(|row| (text_of(row, "child"), &row["override_reason"]))
        .filter(|(_, reason)| !reason.is_null())
        .collect();
    assert_eq!(reasons, [("c2", &json!("hardship"))]);
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_family_that_let_an_offer_pass_waits_again(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let compute = || {
        story
            .mediation
            .post("/v1/suggestions:compute", computation())
    };
    compute().await.expect(200);
    story.offer("c1", "A").await;
    story.city.set_day(date(2027, 2, 1));
    for provider in ["T1", "T2", "T3", "T4"] {
        story.attest(provider, "2027-02").await;
    }
    let done = story.city.work_off().await;
    assert_eq!(done.expired, 1);
    let offer = |reason: Option<&str>| {
        let mut body = story.offer_body("c3", "A");
        body["reply_by"] = json!("2027-02-20");
        if let Some(reason) = reason {
            body["override_reason"] = json!(reason);
        }
        story.head_of("A").post("/v1/offers", body)
    };
    let without = story
        .city
        .refuses(offer(None), 422, "override-reason-missing");
    without.await;
    offer(Some("family_not_reached")).await.expect(201);
}
