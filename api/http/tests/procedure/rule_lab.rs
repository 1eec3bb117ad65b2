//! The rule lab: who sees what of it, and that nothing is kept.

use serde_json::{Value, json};

use crate::world::World;

/// Three children want the two places of A and the one of B.
async fn world_with_wishes() -> World {
    let world = World::made().await;
    for (child, facilities) in [
        ("c1", ["A", "B"]),
        ("c2", ["A", "B"]),
        ("c3", ["A", "B"]),
        ("c4", ["B", "A"]),
    ] {
        world.child(child).await;
        world.apply(child, &facilities).await;
    }
    // Data are attested by the first day of their month (K24).
    world.clock.set_day(jiff::civil::date(2026, 11, 1)).unwrap();
    let attested = json!({"month": "2026-11"});
    for (who, provider) in [("provider.admin", "T1"), ("T2", "T2")] {
        let path = format!("/v1/providers/{provider}/attestations");
        world.done(who, "POST", &path, &attested).await;
    }
    world
}

fn asked() -> Value {
    json!({"care_type": "nursery", "starts_on": "2027-09-01", "seed": 7})
}

fn of<'a>(report: &'a Value, mechanism: &str) -> &'a Value {
    let mut mechanisms = report["mechanisms"].as_array().unwrap().iter();
    let found = mechanisms.find(|it| it["mechanism"] == mechanism);
    found.unwrap_or_else(|| panic!("no {mechanism} in {report}"))
}

#[tokio::test]
async fn first_wishes_first_passes_c3_over_and_deferred_acceptance_nobody() {
    let world = world_with_wishes().await;
    let before = world.sequence().await;
    let run = "/v1/rule-lab:run";
    let answer = world.done("city.mediation", "POST", run, &asked()).await;
    assert_eq!(world.sequence().await, before, "nothing is kept");
    let entry = world.last_access().await;
    assert_eq!(
        (entry.action.as_str(), entry.resource.as_str()),
        ("read", "POST /v1/rule-lab:run")
    );
    let report = answer.json();
    assert_eq!(report["computed_from"], before);
    // Who is in a nursery moves on to a kindergarten.
    assert_eq!(
        report["care_types"],
        json!(["childminding", "nursery", "kindergarten"])
    );
    assert_eq!(report["mechanisms"].as_array().unwrap().len(), 7);

    // All points and ages are equal: the key decides, c3 before c4.
    let fair = of(&report, "family_optimal");
    assert_eq!((&fair["placed"], &fair["unplaced"]), (&json!(3), &json!(1)));
    assert_eq!(
        fair["rank_histogram"],
        json!([{"rank": 1, "children": 2}, {"rank": 2, "children": 1}])
    );
    assert_eq!((&fair["rank_sum"], &fair["envy"]), (&json!(4), &json!([])));
    assert_eq!(fair["offers_made"], Value::Null);
    let greedy = of(&report, "first_preference_first");
    assert_eq!(greedy["rank_sum"], 3);
    assert_eq!(greedy["envious_children"], 1);
    assert_eq!(
        greedy["envy"],
        json!([{"child": "c3", "facility": "B", "care_type": "nursery", "holder": "c4"}])
    );

    // The children that deferred acceptance places are those suggested.
    let computation = json!({"care_type": "nursery", "starts_on": "2027-09-01", "seed": 7});
    let lists = world
        .done(
            "city.mediation",
            "POST",
            "/v1/suggestions:compute",
            &computation,
        )
        .await;
    let lists = lists.json()["lists"].clone();
    let rows = lists.as_array().unwrap().iter().flat_map(|list| {
        let rows = list["rows"].as_array().unwrap();
        rows.iter().filter(|row| row["suggested"] == true)
    });
    let ranks: Vec<u64> = rows.map(|row| row["rank"].as_u64().unwrap()).collect();
    assert_eq!(fair["placed"], ranks.len());
    assert_eq!(fair["rank_sum"], ranks.iter().sum::<u64>());
}

#[tokio::test]
async fn planners_get_figures_without_children_and_it_counts_as_nothing_read() {
    let world = world_with_wishes().await;
    let marker = world.get("city.mediation", "/v1/children/c1").await;
    assert_eq!(marker.status, 200);
    let last = world.last_access().await;
    let run = "/v1/rule-lab:run";
    let answer = world.done("city.planner", "POST", run, &asked()).await;
    assert_eq!(
        world.last_access().await,
        last,
        "a planner reads nothing about persons"
    );
    let text = String::from_utf8(answer.bytes.clone()).unwrap();
    for child in ["c1", "c2", "c3", "c4"] {
        assert!(!text.contains(child), "{text}");
    }
    let report = answer.json();
    for mechanism in report["mechanisms"].as_array().unwrap() {
        assert_eq!(mechanism["envy"], Value::Null);
        for name in ["placed", "unplaced", "envious_children", "denied_free_seat"] {
            let count = mechanism[name].as_u64();
            assert!(!matches!(count, Some(1 | 2)), "{name} in {mechanism}");
        }
    }
    assert_eq!(of(&report, "family_optimal")["placed"], 3);
    assert_eq!(of(&report, "family_optimal")["unplaced"], Value::Null);
    let refused = world.write("city.statistics", "POST", run, &asked()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (403, "role-not-allowed")
    );
    assert_eq!(world.last_access().await.action, "refused");
}

#[tokio::test]
async fn the_same_question_gives_the_same_bytes_in_the_order_of_the_engine() {
    let world = world_with_wishes().await;
    let run = "/v1/rule-lab:run";
    let first = world.done("city.mediation", "POST", run, &asked()).await;
    let again = world.done("city.mediation", "POST", run, &asked()).await;
    assert_eq!(first.bytes, again.bytes);
    let mut two = asked();
    two["mechanisms"] = json!(["uncoordinated", "family_optimal", "uncoordinated"]);
    let two = world.done("city.mediation", "POST", run, &two).await.json();
    let all = first.json();
    assert_eq!(
        two["mechanisms"],
        json!([of(&all, "family_optimal"), of(&all, "uncoordinated")])
    );
}

#[tokio::test]
async fn questions_of_the_wrong_form_are_refused() {
    let world = world_with_wishes().await;
    for (member, value, problem) in [
        ("mechanisms", json!([]), "wrong-value"),
        ("mechanisms", json!(["immediate"]), "wrong-value"),
        ("starts_on", json!("2099-09-01"), "wrong-value"),
        ("care_type", json!("school"), "wrong-value"),
        ("children", json!(["c1"]), "unknown-field"),
    ] {
        let mut body = asked();
        body[member] = value;
        let run = "/v1/rule-lab:run";
        let answer = world.write("city.mediation", "POST", run, &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (422, problem),
            "{body}"
        );
    }
}
