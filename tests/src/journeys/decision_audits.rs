//! Real decisions against the order of the lines: who was passed over, why, and who still waits.

use jiff::civil::date;
use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::list_of;
use super::families::{FAMILIES, Story, family};
use super::placement::computation;

const RUN: &str = "/v1/decision-audits:run";

/// `child over passed, passed: reason` of every override.
fn overrides(report: &Value) -> Vec<String> {
    let overrides = list_of(report, "overrides").iter();
    let told = overrides.map(|one| {
        let passed: Vec<&str> = list_of(one, "passed_over")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let reason = one["override_reason"].as_str().unwrap_or("no reason");
        format!(
            "{} at {} over {}: {reason}",
            one["child"].as_str().unwrap_or_default(),
            one["facility"].as_str().unwrap_or_default(),
            passed.join(", ")
        )
    });
    told.collect()
}

/// `child at facility behind holder` of every child that still waits.
fn envy(report: &Value) -> Vec<String> {
    let pairs = list_of(report, "envy").iter();
    let told = pairs.map(|pair| {
        format!(
            "{} at {} behind {} {}",
            pair["child"].as_str().unwrap_or_default(),
            pair["facility"].as_str().unwrap_or_default(),
            pair["holders"][0]["child"].as_str().unwrap_or_default(),
            pair["explained"]
        )
    });
    told.collect()
}

/// All families but c4, who applies a day later.
async fn five_families(story: &mut Story) {
    for one in FAMILIES.iter().filter(|one| one.child != "c4") {
        story.enter(one).await;
        story.consent(one.child).await;
        let submitted = story.submit(one).await.expect(201);
        story.remember(one, &submitted);
        story.score(one).await;
    }
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn an_audit_tells_who_was_passed_over_with_and_without_a_reason(#[case] database: Database) {
    let Some(mut story) = Story::open(database).await else {
        return;
    };
    five_families(&mut story).await;
    let run = async |story: &Story, body: Value| story.mediation.post(RUN, body).await.expect(200);
    let nothing = run(&story, json!({})).await;
    assert_eq!((overrides(&nothing), envy(&nothing)), (vec![], vec![]));
    assert_eq!(nothing["admissions"], 0);

    // Before any list: T3 offers C to the last in line, and nobody has to say why.
    story.offer("c6", "C").await;
    let compute = story
        .mediation
        .post("/v1/suggestions:compute", computation());
    compute.await.expect(200);
    let mut body = story.offer_body("c5", "A");
    body["override_reason"] = json!("hardship");
    story
        .head_of("A")
        .post("/v1/offers", body)
        .await
        .expect(201);

    story.city.set_day(date(2027, 1, 11));
    let late = family("c4");
    story.enter(late).await;
    story.consent("c4").await;
    let submitted = story.submit(late).await.expect(201);
    story.remember(late, &submitted);
    story.score(late).await;

    let report = run(&story, json!({})).await;
    assert_eq!(report["admissions"], 2);
    assert_eq!(
        overrides(&report),
        [
            "c5 at A over c1, c2, c3: hardship",
            "c6 at C over c2, c3: no reason",
        ],
        "c4 was not there yet"
    );
    assert_eq!(
        report["by_reason"],
        json!([
            {"override_reason": null, "overrides": 1, "passed_over_count": 2},
            {"override_reason": "hardship", "overrides": 1, "passed_over_count": 3},
        ])
    );
    assert_eq!(
        envy(&report),
        [
            "c1 at A behind c5 true",
            "c2 at A behind c5 true",
            "c2 at C behind c6 false",
            "c3 at A behind c5 true",
            "c3 at C behind c6 false",
        ]
    );
    assert_eq!(
        list_of(&report, "patterns").len(),
        0,
        "few children, no pattern"
    );
    assert!(list_of(&report, "limits").len() > 3);

    // c1 gets the other place at A: it waits no longer, and was passed over all the same.
    story.offer("c1", "A").await;
    let later = run(&story, json!({"facility": "A"})).await;
    assert_eq!(overrides(&later).len(), 1, "{later}");
    assert_eq!(
        envy(&later),
        ["c2 at A behind c5 true", "c3 at A behind c5 true"]
    );
    let span = json!({"decided_from": "2027-01-11", "care_type": "nursery"});
    assert_eq!(overrides(&run(&story, span).await), [""; 0]);
    nobody_else_reads_it(&story).await;
}

/// The auditor reads the same; providers, planners and families hear no, and reading is logged.
async fn nobody_else_reads_it(story: &Story) {
    let report = story.mediation.post(RUN, json!({})).await;
    let audited = story.auditor.post(RUN, json!({})).await;
    audited.expect(200);
    assert_eq!(audited.bytes, report.bytes);
    for client in [story.provider("T1"), &story.planner, &story.portal] {
        let refused = story
            .city
            .refuses(client.post(RUN, json!({})), 403, "role-not-allowed");
        refused.await;
    }
    let turned = json!({"decided_from": "2027-02-01", "decided_to": "2027-01-01"});
    let refused = story.auditor.post(RUN, turned).await;
    assert_eq!(refused.refused(422, "wrong-value")["field"], "decided_to");
    let unknown = story
        .auditor
        .post(RUN, json!({"facility": "nowhere"}))
        .await;
    unknown.refused(404, "not-found");
    let accesses = story.auditor.get("/v1/audit/accesses?limit=1000").await;
    let accesses = accesses.expect(200);
    let read = list_of(&accesses, "accesses")
        .iter()
        .filter(|entry| entry["action"] == "read" && entry["resource"] == format!("POST {RUN}"));
    assert!(read.count() >= 5, "{accesses}");
}
