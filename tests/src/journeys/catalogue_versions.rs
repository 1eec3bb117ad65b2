//! Catalogues of providers: kept by version, in force by day, named by the points they give.

use axum::body::Body;
use jiff::civil::date;
use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::{Answer, list_of, text_of};
use super::families::Story;

/// The catalogue of the story, of T1.
const CATALOGUE: &str = include_str!("../../../engine/matching/tests/catalogues/points.toml");

/// Another version of it, from another day.
fn version(version: u32, valid_from: &str) -> String {
    CATALOGUE
        .replace("version = 1\n", &format!("version = {version}\n"))
        .replace(
            "valid_from = 2026-08-01",
            &format!("valid_from = {valid_from}"),
        )
}

async fn stored(story: &Story, text: &str) -> Answer {
    let body = json!({"catalogue": text});
    story.provider("T1").put("/v1/catalogues/T1", body).await
}

async fn shown(story: &Story, query: &str) -> Value {
    let address = format!("/v1/catalogues/T1{query}");
    story.portal.get(&address).await.expect(200)
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_catalogue_is_in_force_until_the_next_and_points_name_it(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let none = shown(&story, "").await;
    assert_eq!(
        (&none["in_force"], &none["versions"]),
        (&Value::Null, &json!([]))
    );
    let before = story.provider("T1").get("/v1/catalogues/T1").await;
    let tag = before.header("etag").to_owned();

    // The first one may have begun before it was handed in.
    let receipt = stored(&story, CATALOGUE).await.expect(200);
    assert_eq!(receipt["changes"][0]["kind"], "provider.catalogue_stored");
    let first = shown(&story, "").await;
    let name = text_of(&first, "catalogue_version").to_owned();
    assert_eq!(receipt["changes"][0]["facts"]["catalogue_version"], name);
    assert_eq!(first["in_force"]["catalogue"], "story-b");
    assert_eq!(first["catalogue_text"], CATALOGUE);
    assert_eq!(
        first["versions"][0]["stored_by"],
        Value::Null,
        "families need not know"
    );
    let own = story.provider("T1").get("/v1/catalogues/T1").await;
    assert_ne!(own.header("etag"), tag);
    assert_eq!(own.expect(200)["versions"][0]["stored_by"], "head-of-T1");
    assert_eq!(
        shown(&story, "?on=2026-07-31").await["in_force"],
        Value::Null
    );

    points_name_the_version(&story, &name).await;
    versions_are_never_changed(&story, &tag).await;

    // The next one, from the summer on.
    stored(&story, &version(2, "2027-08-01")).await.expect(200);
    assert_eq!(shown(&story, "").await["catalogue_version"], name);
    let later = shown(&story, "?on=2027-08-01").await;
    assert_eq!(later["in_force"]["version"], 2);
    assert_eq!(list_of(&later, "versions").len(), 3);
    story.city.set_day(date(2027, 8, 1));
    assert_ne!(shown(&story, "").await["catalogue_version"], name);
}

/// Points of T1's applications name the version in force; those of other providers name what they like.
async fn points_name_the_version(story: &Story, name: &str) {
    let points = async |child: &str, facility: &str, version: &str| {
        let key = story.application(child, facility);
        let body = json!({
            "points": [{"criterion": "work", "points": 4}], "catalogue_version": version,
        });
        let address = format!("/v1/applications/{key}/points");
        story.head_of(facility).put(&address, body).await
    };
    let other = points("c5", "A", "2027-1").await;
    let problem = other.refused(422, "catalogue-not-in-force");
    assert_eq!(problem["code"], "E7021");
    assert!(text_of(&problem, "detail").contains(name));
    points("c5", "A", name).await.expect(200);
    assert_eq!(story.shown("c5", "A").await["catalogue_version"], name);
    points("c4", "B", "2027-2").await.expect(200);

    // Evaluated without a text it is the one in force, which names itself.
    let key = story.application("c5", "A");
    let answers = json!([{
        "application": key, "attribute": "work_status", "value": "all_custodians_work",
        "evidence_shown": true,
    }]);
    let evaluate = |provider: &str, body: Value| {
        story
            .provider(provider)
            .post("/v1/catalogues:evaluate", body)
    };
    let evaluation = evaluate("T1", json!({"answers": answers}))
        .await
        .expect(200);
    assert_eq!(evaluation["catalogue_version"], name);
    assert_eq!(evaluation["applications"][0]["total_points"], 4);
    let none = evaluate("T2", json!({"answers": answers}));
    let problem = story.city.refuses(none, 409, "no-catalogue-in-force").await;
    assert_eq!(problem["code"], "E8272");
    let foreign = evaluate("T2", json!({"catalogue": CATALOGUE, "answers": answers}));
    let problem = story
        .city
        .refuses(foreign, 422, "catalogue-of-another-provider");
    assert_eq!(problem.await["code"], "E8271");
}

/// What was in force on a day stays what it was; another provider's catalogue is no one's to store.
async fn versions_are_never_changed(story: &Story, old_tag: &str) {
    let store = |text: String| async move { stored(story, &text).await };
    let other_content = CATALOGUE.replace("points = 3", "points = 5");
    for (text, status, name, code) in [
        (CATALOGUE.to_owned(), 409, "nothing-to-change", "E9033"),
        (other_content, 409, "catalogue-version-taken", "E7022"),
        (version(2, "2026-12-01"), 422, "date-in-the-past", "E9016"),
        (
            CATALOGUE.replace("\"T1\"", "\"T2\""),
            422,
            "catalogue-of-another-provider",
            "E8271",
        ),
        (
            CATALOGUE.replace("work_status", "religion"),
            422,
            "catalogue-refused",
            "E8233",
        ),
    ] {
        let problem = story.city.refuses(store(text), status, name).await;
        assert_eq!(problem["code"], code, "{name}");
    }
    stored(story, &version(3, "2027-05-01")).await.expect(200);
    let earlier = store(version(4, "2027-04-01"));
    let problem = story
        .city
        .refuses(earlier, 409, "catalogue-not-after")
        .await;
    assert_eq!(problem["code"], "E7023");

    let head = story.provider("T1");
    let foreign = head.put("/v1/catalogues/T2", json!({"catalogue": CATALOGUE}));
    story.city.refuses(foreign, 403, "foreign-facility").await;
    let mediation = story
        .mediation
        .put("/v1/catalogues/T1", json!({"catalogue": CATALOGUE}));
    story.city.refuses(mediation, 403, "role-not-allowed").await;
    let request = head
        .write("PUT", "/v1/catalogues/T1")
        .header("if-match", old_tag)
        .header("content-type", "application/json")
        .body(Body::from(
            json!({"catalogue": version(5, "2027-12-01")}).to_string(),
        ));
    let stale = head.send(request.expect("the address is one"));
    story.city.refuses(stale, 412, "revision-changed").await;
}
