//! Forecasts and back-tests asked for over HTTP, done in the background, looked after and cancelled.

use domain::procedure::Role;
use http_api::analysis::StaticTables;
use jiff::civil::date;
use rstest::rstest;
use serde_json::{Value, json};
use server::Ending;
use tables::Format;
use tables::schema::TableName;

use super::Database;
use super::city::{City, areas};
use super::client::{Client, list_of, text_of};

/// Children of two neighbourhoods over ten years, growing by one a year and age.
pub(super) fn with_children() -> StaticTables {
    let mut table = String::from("area,year,age,count\n");
    for (area, size) in [("sued1", 40), ("sued2", 60)] {
        for year in 2017..=2026 {
            for age in 0..=5 {
                table += &format!("{area},{year},{age},{}\n", size + year - 2017 + age);
            }
        }
    }
    let tables = areas().with(TableName::Population, Format::Csv, table.as_bytes());
    tables.expect("the population does not change")
}

pub(super) async fn asked(planner: &Client, request: Value) -> String {
    let answer = planner.post("/v1/runs", request).await;
    let address = answer.header("location").to_owned();
    let run = answer.expect(202);
    assert_eq!(
        (text_of(&run, "state"), &run["result"]),
        ("waiting", &Value::Null)
    );
    assert_eq!(address, format!("/v1/runs/{}", text_of(&run, "run")));
    address
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_forecast_is_asked_for_done_in_the_background_and_read(#[case] database: Database) {
    let today = date(2026, 11, 22);
    let Some(city) = City::open_with(database, today, with_children()).await else {
        return;
    };
    let planner = city.client(Role::CityPlanner, "planner", None).await;
    let forecast = json!({"kind": "forecast", "horizon": 4, "groups": "U3=0-2,K=3-5"});
    let address = asked(&planner, forecast.clone()).await;
    let early = planner.get(&format!("{address}/result")).await;
    assert_eq!(early.refused(409, "run-without-result")["code"], "E8323");

    assert_eq!(city.work_off_runs().await, [Ending::Finished]);
    let run = planner.get(&address).await.expect(200);
    assert_eq!(
        (text_of(&run, "state"), &run["attempts"]),
        ("finished", &json!(1))
    );
    let result = planner.get(text_of(&run, "result")).await.expect(200);
    assert_eq!(result["facts"]["origin_year"], 2026);
    assert_eq!(result["tables"], json!(["groups", "ages"]));
    let rows = list_of(&result, "rows");
    // Two neighbourhoods, their district and the city; four years, two groups.
    assert_eq!(rows.len(), 4 * 4 * 2);
    let of = |area: &str, year: i32, group: &str| {
        let found = rows
            .iter()
            .find(|row| row["area"] == area && row["year"] == year && row["group"] == group);
        found.expect("every area has every year and group").clone()
    };
    let mean = |area| of(area, 2028, "K")["mean"].as_f64().expect("a number");
    assert!((mean("sued1") + mean("sued2") - mean("_total")).abs() < 0.002);
    let fan = of("_total", 2028, "K");
    assert!(
        fan["q10"].as_f64() <= fan["q50"].as_f64() && fan["q50"].as_f64() <= fan["q90"].as_f64()
    );

    let csv = planner
        .get(&format!("{address}/result?table=ages&format=csv"))
        .await;
    let csv = csv.text().to_owned();
    assert!(
        csv.starts_with("area,year,age,mean,q025,q10,q50,q90,q975\n"),
        "{csv:.80}"
    );
    assert_eq!(csv.lines().count(), 1 + 4 * 4 * 6);
    let unknown = planner
        .get(&format!("{address}/result?table=children"))
        .await;
    unknown.refused(404, "unknown-name");

    // The same request gives the same bytes.
    let again = asked(&planner, forecast).await;
    assert_ne!(again, address);
    city.work_off_runs().await;
    let again = planner.get(&again).await.expect(200);
    assert_eq!(again["result_sha256"], run["result_sha256"]);
    let listed = planner.get("/v1/runs?limit=1").await.expect(200);
    assert_eq!(list_of(&listed, "runs")[0]["run"], again["run"]);
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_back_test_tells_how_good_the_forecasts_were(#[case] database: Database) {
    let today = date(2026, 11, 22);
    let Some(city) = City::open_with(database, today, with_children()).await else {
        return;
    };
    let planner = city.client(Role::CityPlanner, "planner", None).await;
    let request = json!({
        "kind": "backtest", "first_origin": 2021, "last_origin": 2024, "horizon": 3, "groups": "K=3-5",
    });
    let address = asked(&planner, request).await;
    assert_eq!(city.work_off_runs().await, [Ending::Finished]);
    let run = planner.get(&address).await.expect(200);
    assert_eq!(run["progress"]["of"], 4);
    let scores = planner.get(&format!("{address}/result")).await.expect(200);
    let rows = list_of(&scores, "rows");
    let whole = rows
        .iter()
        .find(|row| row["horizon"] == 0 && row["level"] == "total");
    let whole = whole.expect("over all horizons");
    // Origins 2021 to 2024, up to 2026: 3 + 3 + 3 + 2 outcomes.
    assert_eq!(whole["forecasts"], 11);
    assert!(whole["wape"].as_f64().expect("a share") < 0.05, "{whole}");
    let all = planner
        .get(&format!("{address}/result?table=forecasts"))
        .await
        .expect(200);
    assert_eq!(list_of(&all, "rows").len(), 4 * 3 * 4);
    let areas = planner
        .get(&format!("{address}/result?table=areas"))
        .await
        .expect(200);
    let areas = list_of(&areas, "rows");
    assert_eq!(
        (areas.len(), &areas[0]["forecasts"]),
        (2, &json!(11)),
        "each smallest area"
    );
    let calibration = planner
        .get(&format!("{address}/result?table=calibration"))
        .await
        .expect(200);
    // Three levels, five quantiles.
    assert_eq!(list_of(&calibration, "rows").len(), 3 * 5);
    let card = &scores["facts"]["model_card"];
    assert_eq!(
        (&card["first_origin"], &card["areas"]),
        (&json!(2021), &json!(2))
    );
    assert!(list_of(card, "limits")[0]["en"].is_string());
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn wrong_runs_are_refused_fail_with_a_number_or_are_cancelled(#[case] database: Database) {
    let today = date(2026, 11, 22);
    let Some(city) = City::open_with(database, today, with_children()).await else {
        return;
    };
    let planner = city.client(Role::CityPlanner, "planner", None).await;
    for (field, request) in [
        ("horizon", json!({"kind": "forecast", "horizon": 51})),
        (
            "groups",
            json!({"kind": "forecast", "horizon": 5, "groups": "U3=2-0"}),
        ),
        (
            "last_origin",
            json!({"kind": "backtest", "horizon": 5, "first_origin": 2024, "last_origin": 2023}),
        ),
    ] {
        let problem = planner.post("/v1/runs", request).await;
        let problem = problem.refused(422, "wrong-value");
        assert_eq!(problem["field"], field, "{problem}");
    }
    let unknown = json!({"kind": "forecast", "horizon": 5, "name": "x"});
    planner
        .post("/v1/runs", unknown)
        .await
        .refused(422, "unknown-field");
    let officer = city.client(Role::CityStatistics, "officer", None).await;
    let forecast = json!({"kind": "forecast", "horizon": 5});
    officer
        .post("/v1/runs", forecast.clone())
        .await
        .refused(403, "role-not-allowed");
    planner.get("/v1/runs/none").await.refused(404, "not-found");

    // What the tables do not allow is found out by the run.
    let early = json!({"kind": "forecast", "horizon": 5, "origin_year": 1999});
    let address = asked(&planner, early).await;
    assert_eq!(city.work_off_runs().await, [Ending::Failed]);
    let run = planner.get(&address).await.expect(200);
    assert_eq!(
        (text_of(&run, "state"), text_of(&run["problem"], "code")),
        ("failed", "E8321")
    );
    assert!(text_of(&run["problem"], "detail").contains("1999"));

    let address = asked(&planner, forecast).await;
    let cancelled = planner
        .post(&format!("{address}/cancellation"), json!({}))
        .await;
    assert_eq!(text_of(&cancelled.expect(200), "state"), "cancelled");
    assert_eq!(city.work_off_runs().await, []);
    planner
        .post("/v1/runs/none/cancellation", json!({}))
        .await
        .refused(404, "not-found");

    let nothing = City::open(database, today)
        .await
        .expect("a database like before");
    let planner = nothing.client(Role::CityPlanner, "planner", None).await;
    let address = asked(&planner, json!({"kind": "forecast", "horizon": 5})).await;
    assert_eq!(nothing.work_off_runs().await, [Ending::Failed]);
    let run = planner.get(&address).await.expect(200);
    assert_eq!(text_of(&run["problem"], "code"), "E8320");
}
