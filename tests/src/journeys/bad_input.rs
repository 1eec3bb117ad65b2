//! Bodies that must be refused: by form, by field, by day and by size. Nothing is changed, and nothing
//! that may be a child's is repeated.

use axum::body::{Body, Bytes};
use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::{Answer, Client, text_of};
use super::families::{REPLY_BY, STARTS, Story, family};

/// 100 MB.
const HUGE: usize = 100 * 1024 * 1024;

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn fields_that_are_not_foreseen_are_refused_by_their_name(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    // P18: what the engine must never hold.
    let value = "Erika Mustermann 65 170839 J 003";
    for field in [
        "name",
        "first_name",
        "family_name",
        "address",
        "social_security_number",
        "allergies",
        "photo",
        "migration_background",
    ] {
        let mut body = family("c1").entry();
        body["child"] = json!("c9");
        body[field] = json!(value);
        let entered = story.portal.post("/v1/children", body);
        let problem = story.city.refuses(entered, 422, "unknown-field").await;
        assert_eq!(problem["field"], field);
        assert!(!problem.to_string().contains("Mustermann"), "{problem}");
    }
    let gone = story.portal.get("/v1/children/c9").await;
    gone.refused(404, "not-found");
    // A name is no key either.
    let mut named = family("c1").entry();
    named["child"] = json!("Erika Mustermann");
    let entered = story.portal.post("/v1/children", named);
    let problem = story.city.refuses(entered, 422, "wrong-value").await;
    assert_eq!(problem["field"], "child");
    assert!(!problem.to_string().contains("Mustermann"), "{problem}");

    unknown_fields_of_every_form(&story).await;
}

/// A client's write with a field too many.
async fn with_a_field_too_many(
    client: &Client,
    method: &str,
    address: &str,
    mut body: Value,
) -> Answer {
    body["note"] = json!("Erika Mustermann");
    let request = client.write(method, address);
    client
        .send_text(request, "application/json", body.to_string())
        .await
}

/// Every form is closed.
async fn unknown_fields_of_every_form(story: &Story) {
    let application = story.application("c1", "A");
    let offer = story.offer("c1", "A").await;
    let (head, portal, admin) = (story.provider("T1"), &story.portal, &story.admin);
    for (client, method, address) in [
        (portal, "POST", "/v1/children".to_owned()),
        (portal, "POST", "/v1/children/c1/consents".to_owned()),
        (portal, "DELETE", "/v1/children/c1/consents".to_owned()),
        (portal, "POST", "/v1/children/c1/moves".to_owned()),
        (portal, "PUT", "/v1/children/c1/ranking".to_owned()),
        (portal, "POST", "/v1/applications".to_owned()),
        (
            portal,
            "POST",
            format!("/v1/applications/{application}/withdrawal"),
        ),
        (
            head,
            "PUT",
            format!("/v1/applications/{application}/points"),
        ),
        (head, "POST", "/v1/offers".to_owned()),
        (portal, "POST", format!("/v1/offers/{offer}/confirmation")),
        (portal, "POST", format!("/v1/offers/{offer}/declination")),
        (head, "POST", format!("/v1/offers/{offer}/revocation")),
        (head, "POST", "/v1/contracts".to_owned()),
        (head, "POST", "/v1/suggestions:compute".to_owned()),
        (head, "POST", "/v1/providers/T1/attestations".to_owned()),
        (head, "PUT", "/v1/facilities/A/capacities".to_owned()),
        (head, "POST", "/v1/facilities/A/blocked-places".to_owned()),
        (head, "POST", "/v1/facilities/A/closing".to_owned()),
        (admin, "POST", "/v1/providers".to_owned()),
        (admin, "POST", "/v1/providers/T1/end".to_owned()),
        (admin, "POST", "/v1/providers/T1/rollout-steps".to_owned()),
        (
            admin,
            "POST",
            "/v1/providers/T1/import-deadlines".to_owned(),
        ),
        (admin, "POST", "/v1/facilities".to_owned()),
        (admin, "POST", "/v1/facilities/A/licences".to_owned()),
        (
            admin,
            "POST",
            "/v1/facilities/A/licence-withdrawals".to_owned(),
        ),
        (admin, "PUT", "/v1/facilities/A/needs-plan".to_owned()),
        (admin, "POST", "/v1/tokens/revocations".to_owned()),
    ] {
        let asked = with_a_field_too_many(client, method, &address, json!({}));
        let problem = story.city.refuses(asked, 422, "unknown-field").await;
        assert_eq!(problem["field"], "note", "{address}");
        assert!(!problem.to_string().contains("Mustermann"), "{problem}");
    }
    // Also further inside.
    let mut wishes = family("c5").applications();
    wishes["wishes"][1]["remark"] = json!("x");
    let asked = portal.post("/v1/applications", wishes);
    let problem = story.city.refuses(asked, 422, "unknown-field").await;
    assert_eq!(problem["field"], "remark");
    let pushed = json!({
        "object": "contract", "contract": "x", "phone": "0351", "terms": {},
    });
    let asked = head.post("/v1/sync/contracts", pushed);
    story.city.refuses(asked, 422, "unknown-field").await;
    // And a column of the file of existing children.
    let file = "provider_key,family_name\nV-1,Mustermann\n";
    let asked = head.post_csv("/v1/providers/T1/existing-children", file);
    let problem = story.city.refuses(asked, 422, "import-refused").await;
    let errors = problem["errors"].as_array().expect("errors are a list");
    assert!(
        errors.iter().any(|error| error["column"] == "family_name"),
        "{problem}"
    );
    assert!(!problem.to_string().contains("Mustermann"), "{problem}");
}

/// An application of c7 at A with one thing about the wish changed.
async fn wishing(portal: &Client, change: impl FnOnce(&mut Value)) -> Answer {
    let mut body = json!({"child": "c7", "wishes": [super::families::wish("A", 1)]});
    change(&mut body["wishes"][0]);
    portal.post("/v1/applications", body).await
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn days_in_the_past_and_values_out_of_range_are_refused(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let (city, portal, admin) = (&story.city, &story.portal, &story.admin);
    let mut newcomer = family("c1").entry();
    newcomer["child"] = json!("c7");
    portal
        .post("/v1/children", newcomer.clone())
        .await
        .expect(201);
    let past = "date-in-the-past";
    let asked = wishing(portal, |wish| wish["wished_start"] = json!("2027-01-09"));
    let problem = city.refuses(asked, 422, past).await;
    assert_eq!(problem["code"], "E9016");
    for (starts_on, reply_by) in [("2027-01-09", REPLY_BY), (STARTS, "2027-01-09")] {
        let mut body = story.offer_body("c1", "A");
        body["starts_on"] = json!(starts_on);
        body["reply_by"] = json!(reply_by);
        city.refuses(story.head_of("A").post("/v1/offers", body), 422, past)
            .await;
    }
    let asked = admin.post("/v1/providers/T1/end", json!({"last_day": "2027-01-09"}));
    city.refuses(asked, 422, past).await;
    let deadline = json!({"care_type": "nursery", "deadline": "2027-01-09"});
    let asked = admin.post("/v1/providers/T1/import-deadlines", deadline);
    city.refuses(asked, 422, past).await;
    days_to_come(&story, newcomer).await;
    values_out_of_range(&story).await;
}

/// A notice and a consent of tomorrow, a birth to come, a month attested too early.
async fn days_to_come(story: &Story, mut newcomer: Value) {
    let (city, portal) = (&story.city, &story.portal);
    let mut body = json!({"child": "c7", "wishes": [super::families::wish("A", 1)]});
    body["entry"] = json!({"notice_given_on": "2027-01-11", "on_behalf_of": {"reference": "M-1"}});
    let asked = story.mediation.post("/v1/applications", body);
    city.refuses(asked, 422, "date-in-the-future").await;
    let consent = json!({"text_version": "2027-1", "given_on": "2027-01-11"});
    let asked = portal.post("/v1/children/c7/consents", consent);
    city.refuses(asked, 422, "date-in-the-future").await;
    newcomer["child"] = json!("c8");
    newcomer["birth_date"] = json!("2027-01-11");
    let asked = portal.post("/v1/children", newcomer.clone());
    let problem = city.refuses(asked, 422, "value-not-allowed").await;
    assert!(
        !problem.to_string().contains("2027-01-11"),
        "no date of birth is repeated"
    );
    let asked = story
        .provider("T1")
        .post("/v1/providers/T1/attestations", json!({"month": "2027-03"}));
    city.refuses(asked, 422, "date-in-the-future").await;
}

/// Values that can be read and are not allowed, and values that cannot be read.
async fn values_out_of_range(story: &Story) {
    let (city, portal) = (&story.city, &story.portal);
    let late = {
        let mut body = story.offer_body("c1", "A");
        body["reply_by"] = json!("2027-03-12");
        story.head_of("A").post("/v1/offers", body)
    };
    city.refuses(late, 422, "reply-too-long").await;
    let asked = wishing(portal, |wish| wish["rank"] = json!(0));
    city.refuses(asked, 422, "rank-taken").await;
    let asked = wishing(portal, |wish| wish["care_type"] = json!("after_school"));
    city.refuses(asked, 409, "facility-not-available").await;
    let asked = wishing(portal, |wish| wish["wished_start"] = json!("2030-01-01"));
    city.refuses(asked, 422, "age-does-not-fit").await;
    let asked = portal.post("/v1/applications", json!({"child": "c7", "wishes": []}));
    city.refuses(asked, 422, "no-wishes").await;
    for (field, value) in [
        ("wished_start", json!("01.09.2027")),
        ("wished_start", json!("2027-02-30")),
        ("daily_hours", json!(25)),
        ("daily_hours", json!("9")),
        ("care_type", json!("Krippe")),
        ("rank", json!(-1)),
        ("facility", json!("A B")),
        ("facility", json!("x".repeat(65))),
    ] {
        let asked = wishing(portal, |wish| wish[field] = value.clone());
        let problem = city.refuses(asked, 422, "wrong-value").await;
        assert_eq!(problem["field"], field, "{problem}");
    }
    let asked = wishing(portal, |wish| {
        drop(wish.as_object_mut().map(|wish| wish.remove("rank")));
    });
    let problem = city.refuses(asked, 422, "missing-field").await;
    assert_eq!(problem["field"], "rank");
    let asked = wishing(portal, |wish| wish["facility"] = json!("Z"));
    city.refuses(asked, 404, "not-found").await;
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn what_is_no_json_no_address_or_too_large_is_refused(#[case] database: Database) {
    let Some(story) = Story::open(database).await else {
        return;
    };
    let (city, portal) = (&story.city, &story.portal);
    let text = |text: &str| {
        let request = portal.write("POST", "/v1/children");
        portal.send_text(request, "application/json", text.to_owned())
    };
    let whole = family("c1").entry().to_string();
    let trailing = format!("{whole} and more");
    let cut = &whole[..whole.len() - 1];
    for wrong in ["{", "nonsense", "{'child': 1}", "\u{0}", &trailing, cut] {
        city.refuses(text(wrong), 400, "malformed-json").await;
    }
    let deep = format!(
        "{{\"child\": {}{}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let refused = city.leaves_as_is(text(&deep)).await;
    assert!([400, 422].contains(&refused.status), "{}", refused.text());
    let problem = refused.expect(refused.status);
    refused.refused(
        refused.status,
        text_of(&problem, "type")
            .rsplit(':')
            .next()
            .unwrap_or_default(),
    );
    city.refuses(text("[]"), 422, "wrong-value").await;
    city.refuses(text("7"), 422, "wrong-value").await;
    city.refuses(text(""), 422, "missing-field").await;
    let not_utf8 = portal
        .write("POST", "/v1/children")
        .body(Body::from(&b"{\"child\": \"\xFF\"}"[..]));
    let not_utf8 = portal.send(not_utf8.expect("the request is whole"));
    city.refuses(not_utf8, 400, "malformed-json").await;

    city.refuses(portal.get("/v1/nothing"), 404, "not-found")
        .await;
    city.refuses(portal.get("/v1/facilities?limit=0"), 400, "bad-value")
        .await;
    city.refuses(portal.get("/v1/facilities?limit=x"), 400, "bad-value")
        .await;
    city.refuses(
        portal.put("/v1/children", json!({})),
        405,
        "method-not-allowed",
    )
    .await;
    bodies_of_100_megabytes(&story).await;
}

/// The bytes are zeros that the system hands out untouched: nobody reads them, so they cost nothing.
async fn bodies_of_100_megabytes(story: &Story) {
    let zeros = Bytes::from(vec![0_u8; HUGE]);
    let head = story.provider("T1");
    for (client, address, media_type) in [
        (&story.portal, "/v1/children", "application/json"),
        (&story.portal, "/v1/applications", "application/json"),
        (head, "/v1/offers", "application/json"),
        (head, "/v1/providers/T1/existing-children", "text/csv"),
        (
            head,
            "/v1/providers/T1/existing-children?dry_run=true",
            "text/csv",
        ),
    ] {
        let request = || {
            client
                .write("POST", address)
                .header("content-type", media_type)
        };
        let sent = request()
            .body(Body::from(zeros.clone()))
            .expect("the request is whole");
        story
            .city
            .refuses(client.send(sent), 413, "body-too-large")
            .await;
        // Announced only: refused before the first byte.
        let announced = request().header("content-length", HUGE).body(Body::empty());
        let announced = client.send(announced.expect("the request is whole"));
        story.city.refuses(announced, 413, "body-too-large").await;
    }
    // What is not large is taken.
    story
        .portal
        .post("/v1/children", family("c1").entry())
        .await
        .expect(201);
}
