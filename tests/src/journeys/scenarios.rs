//! Story A, steps 3 to 5, 8 and 9, over HTTP: a planner writes a scenario, has it run in the background,
//! changes it, reads what it comes to, and compares.

use axum::body::Body;
use domain::procedure::Role;
use jiff::civil::date;
use rstest::rstest;
use serde_json::{Value, json};
use server::Ending;

use super::Database;
use super::client::{Answer, Client, list_of, text_of};
use super::planner::District;

/// "Close K2 on 2028-07-31", target cover 105 % of the median demand of the story.
fn closing_k2(staff_transfer: &str) -> String {
    format!(
        "name = \"K2 schließen\"\nfirst_month = \"2026-04\"\nmonths = 48\ntarget_cover = 1.05\n\n\
         [[close]]\nfacility = \"K2\"\non = 2028-07-31\nstaff_transfer = {staff_transfer}\n\n\
         [[demand]]\ndate = 2029-03-01\ncare_type = \"kindergarten\"\narea = \"sued\"\n\
         p10 = 266\np50 = 288\np90 = 311\n"
    )
}

async fn created(planner: &Client, text: &str) -> Value {
    let answer = planner.post("/v1/scenarios", json!({"text": text})).await;
    let address = answer.header("location").to_owned();
    assert_eq!(answer.header("etag"), "\"1\"");
    let scenario = answer.expect(201);
    assert_eq!(
        address,
        format!("/v1/scenarios/{}", text_of(&scenario, "scenario"))
    );
    scenario
}

/// Hands the next version in as TOML, after the one that was looked at.
async fn changed(planner: &Client, scenario: &str, looked_at: &str, text: &str) -> Answer {
    let request = planner
        .write("PUT", &format!("/v1/scenarios/{scenario}"))
        .header("if-match", looked_at);
    planner
        .send_text(request, "application/toml", text.to_owned())
        .await
}

/// Asks for a run of a version; gives its address.
async fn asked(planner: &Client, scenario: &str, version: u64) -> String {
    let request = json!({"kind": "scenario", "scenario": scenario, "version": version});
    let answer = planner.post("/v1/runs", request).await;
    let address = answer.header("location").to_owned();
    answer.expect(202);
    address
}

async fn run(district: &District, scenario: &str, version: u64) -> Value {
    let address = asked(&district.planner, scenario, version).await;
    assert_eq!(district.city.work_off_runs().await, [Ending::Finished]);
    district.planner.get(&address).await.expect(200)
}

/// The row of the district in the newest report of a version.
async fn row(client: &Client, scenario: &str, version: u64) -> Value {
    let address = format!("/v1/scenarios/{scenario}/results/report?version={version}");
    let report = client.get(&address).await.expect(200);
    let rows = list_of(&report, "rows").iter();
    let mut rows = rows.filter(|row| row["area"] == "sued");
    rows.next().expect("the district has a row").clone()
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_planner_closes_a_facility_in_a_scenario_and_moves_its_staff(#[case] database: Database) {
    let Some(district) = District::open(database).await else {
        return;
    };
    let scenario = closing_without_staff(&district).await;
    staff_moves_up_to_plan(&district, &scenario).await;
    displaced_children_are_told_to_the_mediation_office_only(&district, &scenario).await;
    scenarios_are_compared(&district, &scenario).await;
    closures_are_ranked_and_what_rules_others_out_is_named(&district).await;
    the_same_again_gives_the_same_bytes(&district, &scenario).await;
    a_withdrawn_licence_changes_the_base(&district, &scenario).await;
}

/// A3.
async fn closing_without_staff(district: &District) -> String {
    let planner = &district.planner;
    let scenario = created(planner, &closing_k2("\"none\"")).await;
    assert_eq!(
        (
            text_of(&scenario, "name"),
            &scenario["version"],
            text_of(&scenario, "stored_by")
        ),
        ("K2 schließen", &json!(1), "planner-1")
    );
    let key = text_of(&scenario, "scenario").to_owned();
    let address = format!("/v1/scenarios/{key}/results");
    let early = planner.get(&address).await;
    assert_eq!(
        early.refused(409, "scenario-without-result")["code"],
        "E8327"
    );
    let done = run(district, &key, 1).await;
    assert_eq!(
        (text_of(&done, "kind"), text_of(&done, "state")),
        ("scenario", "finished")
    );
    assert_eq!(done["progress"]["step"], "choosing closures");
    let row = row(planner, &key, 1).await;
    assert_eq!(row["scenario_staffed"], 285);
    assert_eq!(row["scenario_cover_p50_per_cent"], 98.96);
    assert_eq!(row["needed_places"], 302.4);
    assert_eq!(row["scenario_light"], "red");
    assert!(row["scenario_shortfall_probability"].as_f64() > Some(0.5));
    let results = planner.get(&address).await.expect(200);
    assert_eq!(
        results["tables"],
        json!(["report", "staff_moves", "ways", "evaluation", "displaced"])
    );
    assert_eq!(results["result_sha256"], done["result_sha256"]);
    assert_eq!(results["facts"]["closed"], json!(["K2"]));
    assert!(!list_of(&results["facts"], "findings_de").is_empty());
    key
}

/// A4.
async fn staff_moves_up_to_plan(district: &District, scenario: &str) {
    let planner = &district.planner;
    let moved = changed(planner, scenario, "\"1\"", &closing_k2("[\"K1\", \"K3\"]")).await;
    assert_eq!(moved.header("etag"), "\"2\"");
    assert_eq!(moved.expect(200)["version"], 2);
    run(district, scenario, 2).await;
    let row = row(planner, scenario, 2).await;
    assert_eq!(row["scenario_staffed"], 310);
    assert_eq!(row["scenario_cover_p50_per_cent"], 107.64);
    assert_eq!(row["scenario_light_p50"], "green");
    assert_eq!(row["scenario_cover_p90_per_cent"], 99.68);
    assert_eq!(
        (&row["scenario_light_p90"], &row["scenario_light"]),
        (&json!("amber"), &json!("amber"))
    );
    // 1 - Φ((310 - 288) / ((311 - 288) / 1.28155))
    assert_eq!(row["scenario_shortfall_probability"], 0.11);
    let address = format!("/v1/scenarios/{scenario}/results/staff_moves");
    let moves = planner.get(&address).await.expect(200);
    let places: Vec<_> = list_of(&moves, "rows")
        .iter()
        .map(|it| (text_of(it, "to_facility").to_owned(), it["places"].as_u64()))
        .collect();
    assert_eq!(
        places,
        [("K1".to_owned(), Some(10)), ("K3".to_owned(), Some(15))]
    );
    // The version before is still there, with its result.
    assert_eq!(
        self::row(planner, scenario, 1).await["scenario_staffed"],
        285
    );
    let versions = planner
        .get(&format!("/v1/scenarios/{scenario}/versions"))
        .await
        .expect(200);
    assert_eq!(list_of(&versions, "versions").len(), 2);
}

/// A5: contracts beyond the closing, and how many of these children are left without a place.
async fn displaced_children_are_told_to_the_mediation_office_only(
    district: &District,
    scenario: &str,
) {
    let planner = &district.planner;
    let address = format!("/v1/scenarios/{scenario}/results/displaced");
    let shown = planner.get(&address).await.expect(200);
    let rows: Vec<(&str, &Value, &str)> = list_of(&shown, "rows")
        .iter()
        .map(|row| {
            (
                text_of(row, "facility"),
                &row["children"],
                text_of(row, "shown"),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [("K2", &Value::Null, "<3")],
        "two contracts last longer"
    );
    let exact = format!("/v1/scenarios/{scenario}/displacements");
    planner.get(&exact).await.refused(403, "role-not-allowed");
    district
        .admin
        .get(&exact)
        .await
        .refused(403, "role-not-allowed");
    let mediation = district
        .city
        .client(Role::CityMediation, "mediation", None)
        .await;
    let told = mediation.get(&exact).await.expect(200);
    let closings = list_of(&told, "closings");
    assert_eq!(closings.len(), 1);
    assert_eq!(
        (
            &closings[0]["facility"],
            &closings[0]["care_type"],
            &closings[0]["children"]
        ),
        (&json!("K2"), &json!("kindergarten"), &json!(2))
    );
    let left_over = told["without_place"][0]["children"].as_u64();
    let results = format!("/v1/scenarios/{scenario}/results");
    let results = planner.get(&results).await.expect(200);
    let shown = text_of(&results["facts"]["replacement"], "left_over").to_owned();
    match left_over {
        Some(1 | 2) => assert_eq!(shown, "<3"),
        Some(children) => assert_eq!(shown, children.to_string()),
        None => panic!("the mediation office hears how many are left over: {told}"),
    }
    let log = district
        .auditor
        .get("/v1/audit/accesses?limit=1000")
        .await
        .expect(200);
    let mut reads = list_of(&log, "accesses").iter();
    assert!(
        reads.any(|it| it["actor_id"] == "mediation" && it["action"] == "read"),
        "who reads exact counts is logged"
    );
    // No table that planners read counts children.
    for table in ["report", "staff_moves", "ways"] {
        let address = format!("/v1/scenarios/{scenario}/results/{table}?format=csv");
        let csv = planner.get(&address).await;
        assert_eq!(csv.status, 200);
        let header = csv.text().lines().next().unwrap_or_default();
        assert!(
            !header.contains("child") && !header.contains("displaced"),
            "{header}"
        );
    }
    planner
        .get(&format!("/v1/scenarios/{scenario}/results/children"))
        .await
        .refused(404, "unknown-name");
}

/// A7: which of four facilities may close, and what speaks against the others.
async fn closures_are_ranked_and_what_rules_others_out_is_named(district: &District) {
    let planner = &district.planner;
    let whole = closing_k2("\"none\"");
    let (head, demand) = (
        whole.split("[[close]]").next().unwrap_or_default(),
        whole.split("[[demand]]").nth(1).unwrap_or_default(),
    );
    let mut text = format!(
        "{head}[[demand]]{demand}\n[optimise]\ncandidates = [\"K1\", \"K2\", \"K3\", \"K4\"]\n\
         close_on = 2028-07-31\nmost_closures = 2\n"
    );
    for (facility, yearly) in [("K1", 1.2e6), ("K2", 8e5), ("K3", 1.5e6), ("K4", 7e5)] {
        text += &format!(
            "[[optimise.cost]]\nfacility = \"{facility}\"\nyearly = {yearly:.1}\nonce = 25000.0\n"
        );
    }
    text += "[constraints]\ncover = 1.05\n";
    let scenario = created(planner, &text).await;
    let key = text_of(&scenario, "scenario").to_owned();
    run(district, &key, 1).await;
    let results = planner.get(&format!("/v1/scenarios/{key}/results")).await;
    let results = results.expect(200);
    let plan = &results["facts"]["closure_plan"];
    let sets = list_of(plan, "sets");
    assert_eq!(sets.len(), 1, "{plan}");
    assert_eq!(sets[0]["chosen"][0]["facility"], "K2");
    assert_eq!(
        (&sets[0]["rank"], &plan["complete"]),
        (&json!(1), &json!(true))
    );
    let ruled_out = list_of(plan, "ruled_out");
    assert!(!ruled_out.is_empty());
    for set in ruled_out {
        let broken = list_of(set, "broken_en").iter();
        let mut broken = broken.filter_map(Value::as_str);
        assert!(
            broken.any(|it| it.to_lowercase().contains("cover")),
            "{set}"
        );
    }
    // Nothing can hold a cover of 200 %: the clash is named, and nothing is kept.
    let text = text.replace("cover = 1.05\n", "cover = 2.0\n");
    let changed = changed(planner, &key, "\"1\"", &text).await;
    changed.expect(200);
    let address = asked(planner, &key, 2).await;
    assert_eq!(district.city.work_off_runs().await, [Ending::Failed]);
    let done = planner.get(&address).await.expect(200);
    assert_eq!(done["problem"]["code"], "E4175");
}

async fn scenarios_are_compared(district: &District, scenario: &str) {
    let planner = &district.planner;
    let address = format!("/v1/scenarios:compare?ids={scenario}@1,{scenario}@2");
    let compared = planner.get(&address).await.expect(200);
    let scenarios = list_of(&compared, "scenarios");
    assert_eq!(
        (&scenarios[0]["version"], &scenarios[1]["version"]),
        (&json!(1), &json!(2))
    );
    let rows = list_of(&compared, "rows").iter();
    let of_district: Vec<&Value> = rows.filter(|row| row["area"] == "sued").collect();
    assert_eq!(of_district.len(), 2);
    // K2's licence ends with July 2028: it is missing from the base as well.
    for (row, (staffed, difference, cover)) in of_district
        .iter()
        .zip([(285.0, 0.0, 0.0), (310.0, 25.0, 8.68)])
    {
        assert_eq!(row["baseline_staffed"], 285.0);
        assert_eq!(
            (
                row["scenario_staffed"].as_f64(),
                row["difference_staffed"].as_f64()
            ),
            (Some(staffed), Some(difference))
        );
        assert_eq!(row["difference_cover_p50_per_cent"].as_f64(), Some(cover));
    }
    let csv = planner.get(&format!("{address}&format=csv")).await;
    assert!(
        csv.text()
            .starts_with("scenario,version,date,area,area_name,care_type,demand_p50,")
    );
    for wrong in ["", "a,a", "a@b"] {
        let refused = planner
            .get(&format!("/v1/scenarios:compare?ids={wrong}"))
            .await;
        refused.refused(400, "nothing-to-compare");
    }
    planner
        .get("/v1/scenarios:compare?ids=none")
        .await
        .refused(404, "not-found");
}

/// A9, the tables.
async fn the_same_again_gives_the_same_bytes(district: &District, scenario: &str) {
    let planner = &district.planner;
    let tables = ["report", "staff_moves", "ways", "displaced"];
    let mut before = Vec::new();
    for table in tables {
        let address = format!("/v1/scenarios/{scenario}/results/{table}?version=2&format=csv");
        before.push(planner.get(&address).await.bytes);
    }
    let results = format!("/v1/scenarios/{scenario}/results?version=2");
    let first = planner.get(&results).await.expect(200);
    let again = run(district, scenario, 2).await;
    assert_eq!(again["result_sha256"], first["result_sha256"]);
    let second = planner.get(&results).await.expect(200);
    assert_ne!(second["run"], first["run"]);
    for (table, before) in tables.iter().zip(before) {
        let address = format!("/v1/scenarios/{scenario}/results/{table}?version=2&format=csv");
        assert_eq!(planner.get(&address).await.bytes, before, "{table}");
    }
}

/// A8, as far as scenarios go.
async fn a_withdrawn_licence_changes_the_base(district: &District, scenario: &str) {
    let address = "/v1/facilities/K4/licence-withdrawals";
    let body = json!({"from": "2026-04-01", "notice": "LJA-2026-17"});
    district.admin.post(address, body).await.expect(200);
    let before = row(&district.planner, scenario, 2).await;
    run(district, scenario, 2).await;
    let row = row(&district.planner, scenario, 2).await;
    assert_eq!(
        (&before["baseline_staffed"], &row["baseline_staffed"]),
        (&json!(285), &json!(225))
    );
    assert_eq!(row["scenario_staffed"], 250);
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn scenarios_have_versions_pages_and_roles(#[case] database: Database) {
    let Some(city) = super::city::City::open(database, date(2026, 4, 1)).await else {
        return;
    };
    let planner = city.client(Role::CityPlanner, "planner-1", None).await;
    let other = city.client(Role::CityPlanner, "planner-2", None).await;
    let text = closing_k2("\"none\"");
    let first = created(&planner, &text).await;
    let key = text_of(&first, "scenario").to_owned();
    let address = format!("/v1/scenarios/{key}");
    let shown = other.get(&address).await;
    assert_eq!(shown.header("etag"), "\"1\"");
    assert_eq!(shown.expect(200)["text"], text);
    let known = planner
        .request("GET", &address)
        .header("if-none-match", "\"1\"");
    let known = planner
        .send(known.body(Body::empty()).expect("the address is one"))
        .await;
    assert_eq!(known.status, 304);

    // The same file as an object is the same scenario, made from the first.
    let object = json!({"parent": key, "file": {
        "name": "K2 schließen", "first_month": "2026-04", "months": 48, "target_cover": 1.05,
        "close": [{"facility": "K2", "on": "2028-07-31", "staff_transfer": "none"}],
        "report_dates": ["2029-03-01"],
    }});
    let child = planner.post("/v1/scenarios", object).await.expect(201);
    assert_eq!(child["parent"], key.as_str());
    let orphan = json!({"parent": "none", "text": text});
    let orphan = planner
        .post("/v1/scenarios", orphan)
        .await
        .refused(422, "wrong-value");
    assert_eq!(orphan["field"], "parent");

    // Who looked at an older version has to look again.
    let moved = closing_k2("\"within_plan\"");
    changed(&other, &key, "\"1\"", &moved).await.expect(200);
    let stale = changed(&planner, &key, "\"1\"", &moved)
        .await
        .refused(412, "revision-changed");
    assert_eq!(stale["revision"], 2);
    let blind = planner.put(&address, json!({"text": moved})).await;
    assert_eq!(blind.refused(428, "if-match-missing")["code"], "E8326");
    changed(&planner, "none", "\"1\"", &moved)
        .await
        .refused(404, "not-found");
    let old = planner
        .get(&format!("{address}?version=1"))
        .await
        .expect(200);
    assert_eq!(old["text"], text);
    let versions = planner
        .get(&format!("{address}/versions?limit=1"))
        .await
        .expect(200);
    assert_eq!(list_of(&versions, "versions")[0]["stored_by"], "planner-1");
    let versions = planner.get(text_of(&versions, "next")).await.expect(200);
    assert_eq!(list_of(&versions, "versions")[0]["stored_by"], "planner-2");
    assert_eq!(versions["next"], Value::Null);

    let page = planner.get("/v1/scenarios?limit=1").await.expect(200);
    assert_eq!(list_of(&page, "scenarios")[0]["version"], 2);
    let page = planner.get(text_of(&page, "next")).await.expect(200);
    assert_eq!(
        list_of(&page, "scenarios")[0]["scenario"],
        child["scenario"]
    );
    who_may(&city, &key, &text).await;
    the_same_request_twice(&planner, &text).await;
}

async fn who_may(city: &super::city::City, key: &str, text: &str) {
    let auditor = city.client(Role::Auditor, "auditor", None).await;
    for address in ["/v1/scenarios".to_owned(), format!("/v1/scenarios/{key}")] {
        auditor.get(&address).await.expect(200);
    }
    auditor
        .post("/v1/scenarios", json!({"text": text}))
        .await
        .refused(403, "role-not-allowed");
    for (role, actor) in [(Role::Portal, "portal"), (Role::CityStatistics, "officer")] {
        let client = city.client(role, actor, None).await;
        for address in [
            "/v1/scenarios".to_owned(),
            format!("/v1/scenarios/{key}/results"),
        ] {
            client.get(&address).await.refused(403, "role-not-allowed");
        }
    }
    let admin = city.client(Role::CityAdmin, "admin", None).await;
    admin
        .post("/v1/scenarios", json!({"text": text}))
        .await
        .expect(201);
    admin
        .get("/v1/scenarios/none")
        .await
        .refused(404, "not-found");
}

async fn the_same_request_twice(planner: &Client, text: &str) {
    let send = |text: String| async move {
        let request = planner
            .request("POST", "/v1/scenarios")
            .header("idempotency-key", "scenario-1");
        planner.send_text(request, "application/toml", text).await
    };
    let first = send(text.to_owned()).await;
    let again = send(text.to_owned()).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(first.expect(201), again.expect(201));
    send(format!("{text}\n# other"))
        .await
        .refused(422, "idempotency-key-reused");
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn scenarios_that_make_no_sense_are_refused_with_every_line(#[case] database: Database) {
    let Some(city) = super::city::City::open(database, date(2026, 4, 1)).await else {
        return;
    };
    let planner = city.client(Role::CityPlanner, "planner-1", None).await;
    let wrong = closing_k2("\"none\"")
        .replace("2028-07-31", "2038-07-31")
        .replace("months", "month");
    let problem = planner.post("/v1/scenarios", json!({"text": wrong})).await;
    let problem = problem.refused(422, "scenario-refused");
    let codes: Vec<(&Value, &str)> = list_of(&problem, "errors")
        .iter()
        .map(|error| (&error["row"], text_of(error, "code")))
        .collect();
    assert_eq!(
        codes,
        [(&json!(1), "E4003"), (&json!(3), "E4002")],
        "{problem}"
    );
    assert!(!text_of(&list_of(&problem, "errors")[0], "remedy").is_empty());
    let garbage = planner
        .post("/v1/scenarios", json!({"text": "]] = [["}))
        .await;
    assert_eq!(
        garbage.refused(422, "scenario-refused")["errors"][0]["code"],
        "E4001"
    );
    planner
        .post("/v1/scenarios", json!({}))
        .await
        .refused(422, "missing-field");
    let measure = "\n[[close]]\nfacility = \"K2\"\non = 2028-07-31\nstaff_transfer = \"none\"\n";
    let many = closing_k2("\"none\"") + &measure.repeat(2_000);
    let many = planner.post("/v1/scenarios", json!({"text": many})).await;
    assert_eq!(many.refused(422, "scenario-too-large")["code"], "E8325");
    let ten_thousand = closing_k2("\"none\"") + &measure.repeat(10_000);
    let refused = planner
        .post("/v1/scenarios", json!({"text": ten_thousand}))
        .await;
    refused.refused(422, "scenario-too-large");
    let huge = "#".repeat(2 * 1024 * 1024);
    planner
        .post("/v1/scenarios", json!({"text": huge}))
        .await
        .refused(413, "body-too-large");
    let listed = planner.get("/v1/scenarios").await.expect(200);
    assert_eq!(list_of(&listed, "scenarios").len(), 0, "nothing was kept");

    // What does not fit the city is found out by the run.
    let scenario = created(&planner, &closing_k2("\"none\"")).await;
    let key = text_of(&scenario, "scenario");
    let address = asked(&planner, key, 1).await;
    assert_eq!(city.work_off_runs().await, [Ending::Failed]);
    let run = planner.get(&address).await.expect(200);
    assert_eq!(text_of(&run["problem"], "code"), "E4010", "{run}");
    assert!(text_of(&run["problem"], "detail").contains("K2"));
    for (field, request) in [
        (
            "scenario",
            json!({"kind": "scenario", "scenario": key, "version": 9}),
        ),
        (
            "scenario",
            json!({"kind": "scenario", "scenario": "none", "version": 1}),
        ),
        (
            "known_on",
            json!({"kind": "scenario", "scenario": key, "version": 1, "known_on": "2026-04-02"}),
        ),
    ] {
        let problem = planner
            .post("/v1/runs", request)
            .await
            .refused(422, "wrong-value");
        assert_eq!(problem["field"], field, "{problem}");
    }
    let address = asked(&planner, key, 1).await;
    let stopped = planner
        .post(&format!("{address}/cancellation"), json!({}))
        .await;
    assert_eq!(text_of(&stopped.expect(200), "state"), "cancelled");
    assert_eq!(city.work_off_runs().await, []);
}
