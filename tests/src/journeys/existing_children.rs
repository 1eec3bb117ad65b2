//! Story B, step 2: a provider loads its existing children from a file (K41, K42).

use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::{list_of, text_of};
use super::families::Story;

const ADDRESS: &str = "/v1/providers/T1/existing-children";

/// The header of the template, as a provider fetches it.
async fn header(story: &Story) -> String {
    let template = story
        .provider("T1")
        .get("/v1/templates/existing-children.csv");
    let template = template.await;
    assert_eq!(template.status, 200);
    let header = template
        .text()
        .lines()
        .next()
        .expect("a template has a header");
    header.to_owned()
}

/// A row of the file.
fn row(key: &str, birth_date: &str, facility: &str, hours: &str) -> String {
    format!(
        "{key},,,{birth_date},male,sued2,14612000,no,yes,no,,{facility},kindergarten,{hours},5,yes,2026-08-01,"
    )
}

/// Header and rows.
fn file(header: &str, rows: &[String; 3]) -> String {
    format!("{header}\n{}\n", rows.join("\n"))
}

/// Row, column and number of every error of a problem.
fn errors(problem: &Value) -> Vec<(u64, &str, &str)> {
    let errors = list_of(problem, "errors").iter();
    errors
        .map(|error| {
            assert!(!text_of(error, "message").is_empty() && !text_of(error, "remedy").is_empty());
            let row = error["row"].as_u64().expect("rows are numbered");
            (row, text_of(error, "column"), text_of(error, "code"))
        })
        .collect()
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_dry_run_tells_every_wrong_row_and_the_corrected_file_is_taken_in_once(
    #[case] database: Database,
) {
    let Some(story) = Story::open(database).await else {
        return;
    };
    let head = story.provider("T1");
    let deadline = json!({"care_type": "kindergarten", "deadline": "2027-03-31"});
    let deadlines = "/v1/providers/T1/import-deadlines";
    story.admin.post(deadlines, deadline).await.expect(200);
    let header = header(&story).await;
    let first = || row("V-2026-001", "2023-05-20", "A", "9");
    let wrong = file(
        &header,
        &[
            first(),
            row("V-2026-002", "20.05.2023", "A", "9"),
            row("V-2026-003", "2022-11-02", "B", "6"),
        ],
    );
    let right = file(
        &header,
        &[
            first(),
            row("V-2026-002", "2023-05-20", "A", "9"),
            row("V-2026-003", "2022-11-02", "A", "6"),
        ],
    );
    let dry = format!("{ADDRESS}?dry_run=true");
    // A date that cannot be read, and a facility that is not the provider's: told together.
    for address in [&dry, ADDRESS] {
        let refused = head.post_csv(address, &wrong);
        let problem = story.city.refuses(refused, 422, "import-refused").await;
        assert_eq!(errors(&problem)[0], (2, "birth_date", "E8231"));
        let (row, column, code) = errors(&problem)[1];
        assert_eq!((row, code), (3, "E9038"));
        assert!(
            header.split(',').any(|name| name == column),
            "{column} stands in the header"
        );
        assert_eq!(errors(&problem).len(), 2);
        assert!(
            !problem.to_string().contains("20.05.2023"),
            "no date of birth is repeated"
        );
    }
    let rehearsed = story.city.leaves_as_is(head.post_csv(&dry, &right)).await;
    let expected = json!({"dry_run": true, "rows": 3, "changed": 3, "sequence": null, "kinds": {}});
    assert_eq!(rehearsed.expect(200), expected);

    let taken_in = head.post_csv(ADDRESS, &right).await.expect(200);
    assert_eq!(
        (&taken_in["rows"], &taken_in["changed"]),
        (&json!(3), &json!(3))
    );
    let kinds = json!({
        "child.registered": 3, "contract.concluded": 3, "existing_children.imported": 1,
    });
    assert_eq!(taken_in["kinds"], kinds);
    assert_eq!(taken_in["sequence"], story.city.state().await.0);

    // The same file again, under a key of its own.
    let again = story
        .city
        .leaves_as_is(head.post_csv(ADDRESS, &right))
        .await;
    let unchanged =
        json!({"dry_run": false, "rows": 3, "changed": 0, "sequence": null, "kinds": {}});
    assert_eq!(again.expect(200), unchanged);
    the_children_are_there(&story).await;
}

/// Contracts by import, for T1 only, and the progress of the load.
async fn the_children_are_there(story: &Story) {
    let head = story.provider("T1");
    let events = head.get("/v1/events").await.expect(200);
    let events = events.as_array().expect("a batch is a list");
    let keys: Vec<&str> = events
        .iter()
        .map(|event| text_of(&event["data"]["first_record"], "provider_key"))
        .collect();
    assert_eq!(keys, ["V-2026-001", "V-2026-002", "V-2026-003"]);
    let address = format!("/v1/contracts/{}", text_of(&events[2], "subject"));
    let contract = head.get(&address).await.expect(200);
    assert_eq!(contract["facility"], "A");
    assert_eq!(contract["current"]["daily_hours"], 6.0);
    let days = (
        &contract["current"]["valid_from"],
        &contract["current"]["valid_to"],
    );
    assert_eq!(
        days,
        (&json!("2026-08-01"), &json!("2029-07-31")),
        "to the expected end"
    );
    let foreign = story.provider("T2").get(&address).await;
    foreign.refused(404, "not-found");

    let progress = story.admin.get("/v1/import-progress").await.expect(200);
    let expected = json!([{
        "provider": "T1", "care_type": "kindergarten", "deadline": "2027-03-31",
        "imported_rows": 3, "last_import_on": "2027-01-10", "is_overdue": false,
    }]);
    assert_eq!(progress["progress"], expected);
}
