//! Story B, step 4: what another mechanism would have done, and how the points of step 1 come about.

use serde_json::{Value, json};

use super::client::{list_of, text_of};
use super::families::{FACILITIES, FAMILIES, Story};
use super::placement::{computation, nothing_is_offered};

/// The catalogue of T1; all four providers use the same criteria.
const CATALOGUE: &str = include_str!("../../../engine/matching/tests/catalogues/points.toml");

/// The answers of a wish whose criteria the story names.
fn answers(application: &str, criteria: &[(&str, i32)]) -> Vec<Value> {
    let gives = |criterion: &str| criteria.iter().any(|(name, _)| *name == criterion);
    let pick = |criterion: &str, yes: &'static str, no: &'static str| {
        if gives(criterion) { yes } else { no }
    };
    let work = pick("custodians_working", "all_custodians_work", "no_work");
    [
        ("work_status", work),
        ("single_parent", pick("single_custodian", "yes", "no")),
        ("sibling_at_facility", pick("sibling", "yes", "no")),
        ("distance_minutes", pick("within_ten_minutes", "10", "11")),
    ]
    .into_iter()
    .map(|(attribute, value)| {
        json!({
            "application": application, "attribute": attribute, "value": value,
            "evidence_shown": true,
        })
    })
    .collect()
}

/// B1 again: the catalogue gives every application the points its provider recorded.
pub(super) async fn the_catalogue_gives_the_points_recorded(story: &Story) {
    let checked = story.provider("T1");
    let checked = checked.post("/v1/catalogues:check", json!({"catalogue": CATALOGUE}));
    let checked = story.city.leaves_as_is(checked).await.expect(200);
    assert_eq!(list_of(&checked, "criteria").len(), 4);
    let mut evaluated = 0;
    for (facility, provider, ..) in FACILITIES {
        let wishes = FAMILIES.iter().flat_map(|family| {
            let here = family.wishes.iter().filter(|(at, _)| *at == facility);
            here.map(|(_, criteria)| (family.child, *criteria))
        });
        let mut given = Vec::new();
        let mut expected = Vec::new();
        for (child, criteria) in wishes {
            let application = story.application(child, facility);
            given.extend(answers(application, criteria));
            let recorded = story.shown(child, facility).await;
            expected.push((application.to_owned(), recorded["total_points"].clone()));
        }
        let own = CATALOGUE.replace("\"T1\"", &format!("\"{provider}\""));
        let body = json!({"catalogue": own, "answers": given});
        let asked = story
            .head_of(facility)
            .post("/v1/catalogues:evaluate", body);
        let evaluation = story.city.leaves_as_is(asked).await.expect(200);
        let is_the_same = evaluation["version_hash"] == checked["version_hash"];
        assert_eq!(is_the_same, provider == "T1", "the provider is part of it");
        let found = list_of(&evaluation, "applications").iter();
        let found: Vec<(String, Value)> = found
            .map(|it| {
                (
                    text_of(it, "application").to_owned(),
                    it["total_points"].clone(),
                )
            })
            .collect();
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(found, expected, "{facility}");
        evaluated += found.len();
    }
    assert_eq!(evaluated, 13);
}

/// B4: first wishes first gives C to c6 and leaves c2 out; deferred acceptance passes nobody over.
pub(super) async fn tells_who_is_passed_over_under_first_wishes_first(story: &Story) {
    let first = story
        .mediation
        .post("/v1/rule-lab:run", computation())
        .await;
    let report = first.expect(200);
    let mechanism = |name: &str| {
        let mut found = list_of(&report, "mechanisms").iter();
        let found = found.find(|it| it["mechanism"] == name);
        found
            .unwrap_or_else(|| panic!("{name} is in the report"))
            .clone()
    };
    assert_eq!(list_of(&report, "mechanisms").len(), 7);

    let sequential = mechanism("first_preference_first");
    assert_eq!(
        sequential["envy"],
        json!([{"child": "c2", "facility": "C", "care_type": "nursery", "holder": "c6"}]),
        "exactly one pair"
    );
    assert_eq!(sequential["envious_children"], 1);
    assert_eq!(
        sequential["rank_histogram"],
        json!([{"rank": 1, "children": 4}, {"rank": 2, "children": 1}]),
        "c5 alone has its second wish, c2 nothing"
    );
    assert_eq!(
        (&sequential["placed"], &sequential["unplaced"]),
        (&json!(5), &json!(1))
    );

    // As suggested in step 3: c1, c3 and c4 at their first wish, c2 and c5 at their second.
    let suggested = mechanism("family_optimal");
    assert_eq!(suggested["envy"], json!([]));
    assert_eq!(
        suggested["rank_histogram"],
        json!([{"rank": 1, "children": 3}, {"rank": 2, "children": 2}])
    );
    assert_eq!(
        (&suggested["placed"], &suggested["rank_sum"]),
        (&json!(5), &json!(7))
    );

    let again = story.mediation.post("/v1/rule-lab:run", computation());
    let again = story.city.leaves_as_is(again).await;
    assert_eq!(
        again.bytes, first.bytes,
        "the same state and request give the same bytes"
    );

    let figures = story.planner.post("/v1/rule-lab:run", computation()).await;
    let planner = figures.expect(200);
    for mechanism in list_of(&planner, "mechanisms") {
        assert_eq!(mechanism["envy"], Value::Null, "planners see no child");
    }
    for family in &FAMILIES {
        let quoted = format!("\"{}\"", family.child);
        assert!(!figures.text().contains(&quoted), "{}", figures.text());
    }
    let provider = story.provider("T1").post("/v1/rule-lab:run", computation());
    story.city.refuses(provider, 403, "role-not-allowed").await;
    nothing_is_offered(story).await;
}
