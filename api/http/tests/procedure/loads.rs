//! The load of existing children.

use serde_json::json;

use crate::world::World;

/// Rows under the header of the template.
fn file(rows: &[&str]) -> String {
    let template = http_api::existing_children::template();
    let header = template.lines().next().unwrap();
    format!("{header}\n{}\n", rows.join("\n"))
}

const FIRST: &str =
    "V-1,,H-1,2023-05-20,female,sued,14612000,no,yes,no,,A,kindergarten,9,5,yes,2026-08-01,";
const SECOND: &str =
    "V-2,,H-2,2024-01-02,male,sued,14612000,yes,yes,no,,A,nursery,4.5,5,yes,2025-02-01,";

async fn load(world: &World, key: &str, query: &str, file: String) -> crate::world::Answer {
    let path = format!("/v1/providers/T1/existing-children{query}");
    let headers = [("idempotency-key", key), ("content-type", "text/csv")];
    world
        .send("provider.admin", "POST", &path, &headers, file)
        .await
}

#[tokio::test]
async fn a_dry_run_tells_all_errors_a_corrected_file_is_taken_and_a_repeated_one_changes_nothing() {
    let world = World::made().await;
    let before = world.sequence().await;
    let wrong = file(&[
        &FIRST.replace("2023-05-20", "20.5.2023"),
        &SECOND.replace(",A,", ",Z,"),
    ]);
    let dry = load(&world, "l1", "?dry_run=true", wrong.clone()).await;
    assert_eq!(
        (dry.status.as_u16(), dry.problem().as_str()),
        (422, "import-refused")
    );
    let errors = dry.json()["errors"].clone();
    let rows: Vec<&serde_json::Value> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["row"])
        .collect();
    assert_eq!(rows, [&json!(1), &json!(2)], "{errors}");
    assert!(!String::from_utf8(dry.bytes).unwrap().contains("20.5.2023"));
    let refused = load(&world, "l2", "", wrong).await;
    assert_eq!(refused.problem(), "import-refused");
    let right = file(&[FIRST, SECOND]);
    let dry = load(&world, "l3", "?dry_run=true", right.clone())
        .await
        .json();
    assert_eq!(
        (&dry["rows"], &dry["changed"], &dry["sequence"]),
        (&json!(2), &json!(2), &json!(null))
    );
    assert_eq!(world.sequence().await, before);

    let taken = load(&world, "l4", "", right.clone()).await;
    assert_eq!(taken.status, 200, "{:?}", taken.json());
    assert_eq!(taken.json()["changed"], 2);
    assert_eq!(taken.json()["kinds"]["contract.concluded"], 2);
    let replayed = load(&world, "l4", "", right.clone()).await;
    assert_eq!(replayed.bytes, taken.bytes);
    assert_eq!(replayed.header("idempotency-replayed"), "true");
    let after = world.sequence().await;
    let again = load(&world, "l5", "", right).await.json();
    assert_eq!(
        (&again["changed"], &again["sequence"]),
        (&json!(0), &json!(null))
    );
    assert_eq!(world.sequence().await, after);
    let progress = world
        .get("provider.staff", "/v1/import-progress")
        .await
        .json();
    let rows = progress["progress"].as_array().unwrap();
    assert!(
        rows.iter().any(|row| row["last_import_on"] == "2026-11-22"),
        "{progress}"
    );
}

#[tokio::test]
async fn the_template_is_given_and_another_version_or_provider_refused() {
    let world = World::made().await;
    let template = world
        .get("provider.staff", "/v1/templates/existing-children.csv")
        .await;
    assert!(template.header("content-type").starts_with("text/csv"));
    let described = world
        .get("provider.staff", "/v1/templates/existing-children")
        .await
        .json();
    let text = String::from_utf8(template.bytes).unwrap();
    let columns = described["columns"].as_array().unwrap();
    assert_eq!(
        text.lines().next().unwrap().split(',').count(),
        columns.len()
    );
    let other = load(&world, "v", "?template_version=2", text.clone()).await;
    assert_eq!(
        (other.status.as_u16(), other.problem().as_str()),
        (422, "wrong-value")
    );
    let headers = [("idempotency-key", "v")];
    let foreign = world
        .send(
            "T2",
            "POST",
            "/v1/providers/T1/existing-children",
            &headers,
            text,
        )
        .await;
    assert_eq!(foreign.status, 403);
    assert_eq!(world.last_access().await.action, "refused");
}
