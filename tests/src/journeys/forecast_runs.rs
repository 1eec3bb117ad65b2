//! Levers, official forecasts and the demand by month, asked for over HTTP and done in the background.

use domain::procedure::Role;
use jiff::civil::date;
use rstest::rstest;
use serde_json::{Value, json};
use server::Ending;

use super::Database;
use super::city::City;
use super::client::{Client, list_of, text_of};
use super::runs::{asked, with_children};

/// A city with children and nothing else, and its planner.
async fn planned(database: Database) -> Option<(City, Client)> {
    let city = City::open_with(database, date(2026, 11, 22), with_children()).await?;
    let planner = city.client(Role::CityPlanner, "planner", None).await;
    Some((city, planner))
}

/// The row of an area, year and group.
fn row<'a>(rows: &'a [Value], area: &str, year: i32, group: &str) -> &'a Value {
    let found = rows
        .iter()
        .find(|row| row["area"] == area && row["year"] == year && row["group"] == group);
    found.expect("every area has every year and group")
}

fn number(row: &Value, column: &str) -> f64 {
    let value = row[column].as_f64();
    value.unwrap_or_else(|| panic!("{column} is no number in {row}"))
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_new_quarter_brings_children_to_its_area_and_nowhere_else(#[case] database: Database) {
    let Some((city, planner)) = planned(database).await else {
        return;
    };
    let levers = json!({
        "kind": "levers", "horizon": 5, "groups": "U6=0-5", "paths": 100,
        "levers": {"version": 1, "lever": [
            {"kind": "dwellings", "area": "sued1", "year": 2027, "dwellings": 1000},
        ]},
    });
    let address = asked(&planner, levers.clone()).await;
    assert_eq!(city.work_off_runs().await, [Ending::Finished]);
    let result = planner.get(&format!("{address}/result")).await.expect(200);
    assert_eq!(result["facts"]["levers"][0]["dwellings"], 1000.0);
    let rows = list_of(&result, "rows");
    assert_eq!(rows.len(), 4 * 5);
    let change = |area, year| number(row(rows, area, year, "U6"), "change");
    // 0.158 children a dwelling, 45 % of them in the year of completion.
    assert!((change("sued1", 2027) - 71.1).abs() < 5.0, "{rows:?}");
    assert_eq!(change("sued2", 2031), 0.0);
    assert!((change("_total", 2029) - change("sued1", 2029)).abs() < 0.01);
    let of = row(rows, "sued1", 2029, "U6");
    assert!(number(of, "q10") > number(of, "q90_without"));
    let parquet = planner
        .get(&format!("{address}/result?format=parquet"))
        .await;
    assert_eq!(
        parquet.header("content-type"),
        "application/vnd.apache.parquet"
    );

    // The same request gives the same bytes.
    let run = planner.get(&address).await.expect(200);
    let again = asked(&planner, levers).await;
    city.work_off_runs().await;
    let again = planner.get(&again).await.expect(200);
    assert_eq!(again["result_sha256"], run["result_sha256"]);
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn wrong_levers_are_refused_with_all_their_errors(#[case] database: Database) {
    let Some((city, planner)) = planned(database).await else {
        return;
    };
    let with = |lever: Value| json!({"kind": "levers", "horizon": 5, "groups": "U6=0-5", "levers": {"version": 1, "lever": [lever]}});
    let codes = |problem: &Value| -> Vec<String> {
        let errors = list_of(problem, "errors").iter();
        errors.map(|it| text_of(it, "code").to_owned()).collect()
    };
    let wrong = with(json!({"kind": "dwellings", "area": "sued1", "year": "soon", "homes": 7}));
    let problem = planner.post("/v1/runs", wrong).await;
    let problem = problem.refused(422, "levers-refused");
    assert_eq!(problem["code"], "E8340");
    assert_eq!(codes(&problem), ["E4093", "E4092", "E4091"]);
    // What changes how many come, not how many there are.
    for lever in [
        json!({"kind": "take_up", "from_year": 2027, "ages": "1-2", "points": 5}),
        json!({"kind": "legal_claim", "at_least": 0.9}),
        json!({"kind": "deferral", "from_year": 2027, "rate": 0.05}),
    ] {
        let problem = planner.post("/v1/runs", with(lever)).await;
        let problem = problem.refused(422, "levers-refused");
        assert_eq!(codes(&problem), ["E8344"]);
    }
    let mut few = with(json!({"kind": "exclude_years", "years": [2020]}));
    few["paths"] = json!(39);
    let problem = planner.post("/v1/runs", few).await;
    assert_eq!(problem.refused(422, "wrong-value")["field"], "paths");
    // Which areas and years there are, only the tables know.
    for (area, year) in [("nord", 2027), ("sued1", 2099)] {
        let lever = json!({"kind": "dwellings", "area": area, "year": year, "dwellings": 9});
        let address = asked(&planner, with(lever)).await;
        assert_eq!(city.work_off_runs().await, [Ending::Failed]);
        let run = planner.get(&address).await.expect(200);
        assert_eq!(text_of(&run["problem"], "code"), "E8340", "{run}");
    }
}

const MAPPING: &str = "version = 1\nedition = \"Prognose 2026\"\npublished = 2026\n\
    layout = \"ages_in_columns\"\ncolumns = { area = \"Gebiet\", year = \"Jahr\" }\n\
    areas = { \"Süd\" = \"sued\" }\n";

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn an_official_forecast_gets_our_intervals_and_stands_beside_ours(
    #[case] database: Database,
) {
    let Some((city, planner)) = planned(database).await else {
        return;
    };
    let official = |table: &str| {
        json!({
            "kind": "official", "horizon": 3, "groups": "U3=0-2",
            "mapping": MAPPING, "table": table,
        })
    };
    let table = "Gebiet;Jahr;0 bis unter 3;3 bis unter 6\nSüd;2027;300;360,5\nSüd;2028;280;350\n";
    let address = asked(&planner, official(table)).await;
    assert_eq!(city.work_off_runs().await, [Ending::Finished]);
    let result = planner.get(&format!("{address}/result")).await.expect(200);
    assert_eq!(result["facts"]["edition"], "Prognose 2026");
    assert_eq!(result["facts"]["our_years"], json!([2029]));
    let rows = list_of(&result, "rows");
    let theirs = row(rows, "sued", 2027, "U3");
    assert!((number(theirs, "mean") - 300.0).abs() < 0.01, "{theirs}");
    let gap = number(theirs, "mean") - number(theirs, "our_mean");
    assert!((gap - number(theirs, "difference")).abs() < 0.01);
    assert!(number(theirs, "q10") < 300.0 && 300.0 < number(theirs, "q90"));
    // The office gives the district only: neighbourhoods share it as ours do.
    let parts = ["sued1", "sued2"].map(|area| number(row(rows, area, 2028, "U3"), "mean"));
    assert!((parts[0] + parts[1] - 280.0).abs() < 0.01, "{parts:?}");

    let problem = planner
        .post(
            "/v1/runs",
            official("Gebiet;Jahr;0 bis unter 3\nSüd;bald;viele\n"),
        )
        .await
        .refused(422, "official-forecast-refused");
    assert_eq!(problem["code"], "E8341");
    assert_eq!(list_of(&problem, "errors").len(), 2, "{problem}");
    // That the area is none of ours, only the run finds out.
    let unknown = official("Gebiet;Jahr;0 bis unter 3\nNord;2027;300\n");
    let address = asked(&planner, unknown).await;
    assert_eq!(city.work_off_runs().await, [Ending::Failed]);
    let run = planner.get(&address).await.expect(200);
    assert_eq!(text_of(&run["problem"], "code"), "E8341");
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn demand_without_contracts_is_refused_with_what_to_do(#[case] database: Database) {
    let Some((city, planner)) = planned(database).await else {
        return;
    };
    for (field, request) in [
        ("years", json!({"kind": "demand", "years": 11})),
        ("paths", json!({"kind": "demand", "years": 2, "paths": 39})),
    ] {
        let problem = planner.post("/v1/runs", request).await;
        let problem = problem.refused(422, "wrong-value");
        assert_eq!(problem["field"], field, "{problem}");
    }
    let address = asked(&planner, json!({"kind": "demand", "years": 2})).await;
    assert_eq!(city.work_off_runs().await, [Ending::Failed]);
    let run = planner.get(&address).await.expect(200);
    assert_eq!(text_of(&run["problem"], "code"), "E8342", "{run}");
}
