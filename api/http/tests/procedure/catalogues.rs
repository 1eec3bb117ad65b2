//! Criteria catalogues: checked by law, evaluated to points, never stored.

use serde_json::{Value, json};

use crate::world::World;

/// The catalogue of story B.
const CATALOGUE: &str = include_str!("../../../../engine/matching/tests/catalogues/points.toml");

const CHECK: &str = "/v1/catalogues:check";
const EVALUATE: &str = "/v1/catalogues:evaluate";

fn answer(application: &str, attribute: &str, value: &str) -> Value {
    json!({
        "application": application, "attribute": attribute, "value": value,
        "evidence_shown": true,
    })
}

fn codes(problem: &Value) -> Vec<(&str, u64)> {
    let errors = problem["errors"].as_array().unwrap().iter();
    let place = |error: &Value| error["row"].as_u64().unwrap_or_default();
    errors
        .map(|error| (error["code"].as_str().unwrap(), place(error)))
        .collect()
}

#[tokio::test]
async fn a_lawful_catalogue_is_shown_with_its_criteria_to_those_who_may_look() {
    let world = World::made().await;
    let before = world.sequence().await;
    let body = json!({"catalogue": CATALOGUE});
    let mut answers = Vec::new();
    for who in [
        "provider.admin",
        "provider.staff",
        "city.mediation",
        "city.admin",
    ] {
        answers.push(world.done(who, "POST", CHECK, &body).await.bytes);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "everybody sees the same bytes");
    assert_eq!(world.sequence().await, before, "nothing is kept");
    let shown: Value = serde_json::from_slice(&answers[0]).unwrap();
    assert_eq!(
        (&shown["catalogue"], &shown["version"]),
        (&json!("story-b"), &json!(1))
    );
    assert_eq!(shown["version_hash"].as_str().unwrap().len(), 64);
    assert_eq!(shown["tie"], json!(["older_child", "key"]));
    let criteria = shown["criteria"].as_array().unwrap();
    let keys: Vec<&str> = criteria
        .iter()
        .map(|it| it["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["near", "sibling", "single", "work"]);
    assert_eq!(criteria[0]["kind"], "threshold");
    assert_eq!(
        (&criteria[0]["at_most"], &criteria[0]["points"]),
        (&json!(10), &json!(2))
    );
    assert_eq!(criteria[3]["options"], json!({"all_custodians_work": 4}));
    assert_eq!(criteria[3]["scope"], "global");
    assert_eq!(
        criteria[1]["label_de"],
        "Geschwisterkind in der Einrichtung"
    );
}

#[tokio::test]
async fn a_forbidden_attribute_is_refused_with_its_number_line_and_reason() {
    let world = World::made().await;
    let forbidden = CATALOGUE.replace("\"single_parent\"", "\"religion\"");
    let forbidden = forbidden.replace("points = 3", "points = 3\ncolour = 1");
    for (path, body) in [
        (CHECK, json!({"catalogue": forbidden})),
        (EVALUATE, json!({"catalogue": forbidden, "answers": []})),
    ] {
        let refused = world.write("provider.staff", "POST", path, &body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.problem().as_str()),
            (422, "catalogue-refused")
        );
        let problem = refused.json();
        assert_eq!(problem["code"], "E8233");
        assert_eq!(codes(&problem)[0], ("E2155", 23), "{problem}");
        assert_eq!(
            problem["errors"].as_array().unwrap().len(),
            2,
            "all errors at once"
        );
        assert_eq!(problem["errors"][0]["column"], "attribute");
        let reason = problem["errors"][0]["message"].as_str().unwrap();
        assert!(reason.contains("Art. 3(3)"), "{reason}");
    }
    let too_long = format!("{CATALOGUE}{}", "#\n".repeat(70_000));
    for (text, name) in [("no toml", "catalogue-refused"), (&too_long, "wrong-value")] {
        let body = json!({"catalogue": text});
        let refused = world.write("city.admin", "POST", CHECK, &body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.problem().as_str()),
            (422, name)
        );
    }
    for who in ["portal", "city.planner", "city.statistics", "auditor"] {
        let body = json!({"catalogue": CATALOGUE});
        let refused = world.write(who, "POST", CHECK, &body).await;
        assert_eq!(refused.problem(), "role-not-allowed", "{who}");
    }
}

#[tokio::test]
async fn answers_become_points_that_the_staff_can_record() {
    let world = World::made().await;
    world.child("c1").await;
    let key = world.apply("c1", &["A"]).await.remove(0);
    let before = world.sequence().await;
    let mut answers = vec![
        answer(&key, "work_status", "all_custodians_work"),
        answer(&key, "sibling_at_facility", "yes"),
        answer(&key, "distance_minutes", "11"),
        answer("other", "single_parent", "yes"),
    ];
    let body = json!({"catalogue": CATALOGUE, "answers": answers});
    let first = world.done("provider.staff", "POST", EVALUATE, &body).await;
    assert_eq!(world.sequence().await, before, "nothing is kept");
    let entry = world.last_access().await;
    assert_eq!((entry.action.as_str(), entry.subject), ("read", None));
    answers.reverse();
    let body = json!({"catalogue": CATALOGUE, "answers": answers});
    let again = world.done("provider.admin", "POST", EVALUATE, &body).await;
    assert_eq!(
        first.bytes, again.bytes,
        "the order of the answers does not matter"
    );

    let evaluation = first.json();
    let applications = evaluation["applications"].as_array().unwrap();
    assert_eq!(applications.len(), 2);
    let own = applications
        .iter()
        .find(|it| it["application"] == key.as_str());
    let own = own.unwrap();
    assert_eq!(own["total_points"], 14);
    assert_eq!(
        own["contributions"][3],
        json!({"criterion": "work", "scope": "global", "answer": "all_custodians_work",
            "evidence": "shown", "points": 4})
    );
    let contributions = own["contributions"].as_array().unwrap().iter();
    let points: Vec<Value> = contributions
        .map(|it| json!({"criterion": it["criterion"], "points": it["points"]}))
        .collect();
    let version = evaluation["version"].to_string();
    let body = json!({"points": points, "catalogue_version": version});
    let path = format!("/v1/applications/{key}/points");
    world.done("provider.staff", "PUT", &path, &body).await;
    let shown = world
        .get("provider.staff", &format!("/v1/applications/{key}"))
        .await;
    let shown = shown.json();
    assert_eq!(
        (&shown["total_points"], &shown["catalogue_version"]),
        (&json!(14), &json!("1"))
    );
}

#[tokio::test]
async fn wrong_answers_are_all_named_by_their_place_and_never_by_their_value() {
    let world = World::made().await;
    let answers = [
        answer("a1", "work_status", "all_custodians_work"),
        answer("a1", "religion", "roman-catholic"),
        answer("a2", "distance_minutes", "just-next-door"),
        answer("a2", "favourite_colour", "turquoise"),
        answer("a1", "work_status", "no_work"),
    ];
    let body = json!({"catalogue": CATALOGUE, "answers": answers});
    let refused = world.write("provider.admin", "POST", EVALUATE, &body).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (422, "answers-refused")
    );
    let problem = refused.json();
    let expected = [("E2155", 2), ("E2162", 3), ("E2156", 4), ("E8235", 5)];
    assert_eq!(codes(&problem), expected);
    let text = String::from_utf8(refused.bytes).unwrap();
    for value in ["roman-catholic", "just-next-door", "turquoise"] {
        assert!(!text.contains(value), "{text}");
    }
    let mut extra = answer("a1", "single_parent", "yes");
    extra["name"] = json!("Erika");
    let body = json!({"catalogue": CATALOGUE, "answers": [extra]});
    let refused = world.write("provider.admin", "POST", EVALUATE, &body).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (422, "unknown-field")
    );
    let many: Vec<Value> = (0..1001)
        .map(|number| answer(&format!("a{number}"), "single_parent", "no"))
        .collect();
    let body = json!({"catalogue": CATALOGUE, "answers": many});
    let refused = world.write("provider.admin", "POST", EVALUATE, &body).await;
    assert_eq!(
        (refused.status.as_u16(), refused.json()["field"].clone()),
        (422, json!("answers"))
    );
    for who in ["portal", "city.mediation", "city.admin", "auditor"] {
        let body = json!({"catalogue": CATALOGUE, "answers": []});
        let refused = world.write(who, "POST", EVALUATE, &body).await;
        assert_eq!(refused.problem(), "role-not-allowed", "{who}");
    }
}
