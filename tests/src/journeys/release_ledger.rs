//! Story C, step 4: everything the API releases passes one ledger, which the statistics office and the
//! auditor can look into.

use domain::procedure::Role;
use jiff::civil::date;
use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::{Client, list_of, text_of};
use super::statistics_attacker::Published;
use super::statistics_tables::Town;

const MONTHS: [&str; 3] = ["2026-04", "2026-05", "2026-06"];

/// Children of an area and care type, or of all, as `/v1/city/occupancy` tells them.
async fn told(planner: &Client, month: &str) -> Vec<(String, Option<i64>)> {
    let mut told = Vec::new();
    for area in ["", "&district=sued", "&district=sued1", "&district=sued2"] {
        let address = format!("/v1/city/occupancy?as_of={month}-01{area}");
        let answer = planner.get(&address).await.expect(200);
        let lines = list_of(&answer, "care_types").iter();
        for line in lines.chain([&answer["total"]]) {
            let care = line["care_type"].as_str().unwrap_or("all");
            told.push((format!("{area} {care}"), line["contracts"].as_i64()));
        }
    }
    told
}

#[rstest]
#[case::on_sqlite(Database::Sqlite, [1, 0, 2])]
#[case::on_postgres(Database::Postgres, [2, 0, 1])]
#[tokio::test]
async fn an_attacker_with_everything_the_api_released_reads_nobody(
    #[case] database: Database,
    #[case] order: [usize; 3],
) {
    let Some(town) = Town::open(database).await else {
        return;
    };
    town.city.set_day(date(2026, 4, 2));
    let before = told(&town.planner, "2026-04").await;
    town.children_come().await;
    assert_eq!(
        told(&town.planner, "2026-04").await,
        before,
        "children are told once a month"
    );
    town.city.set_day(date(2026, 6, 2));
    let mut published = Published::default();
    let mut bodies = Vec::new();
    for place in order {
        bodies.push(town.published(MONTHS[place], &mut published).await);
        told(&town.planner, MONTHS[place]).await;
    }
    assert!(published.holds(None) > 0);
    assert_eq!(published.movers_read(&MONTHS), []);
    // Another service, which has nothing in memory, tells the same bytes.
    let planner = town.city.at_another_service(&town.planner);
    for (place, bodies) in order.into_iter().zip(&bodies) {
        let catalogue = planner.get("/v1/statistics").await.expect(200);
        let tables = list_of(&catalogue, "tables").iter();
        for (table, body) in tables.zip(bodies) {
            let address = format!("{}?month={}", text_of(table, "address"), MONTHS[place]);
            assert_eq!(planner.get(&address).await.text(), body);
        }
    }
    // Occupancy told in April and in June: what changed by one or two children is not in both.
    let later = told(&town.planner, "2026-04").await;
    let mut compared = 0;
    for ((what, then), (_, now)) in before.iter().zip(&later) {
        // The whole city has no attribute to be read.
        let is_everybody = [" all", "&district=sued all"].contains(&what.as_str());
        if let (Some(then), Some(now)) = (then, now)
            && !is_everybody
        {
            let change = (now - then).abs();
            assert!(change == 0 || change >= 3, "{what}: {then}, then {now}");
            compared += 1;
        }
    }
    assert!(compared > 0, "something is told in both");
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn two_services_that_release_at_once_judge_beside_each_other(#[case] database: Database) {
    let Some(town) = Town::open(database).await else {
        return;
    };
    town.city.set_day(date(2026, 5, 2));
    let other = town.city.at_another_service(&town.planner);
    let ask = |client: &Client, month: &str| {
        let client = client.clone();
        let address = format!("/v1/statistics/occupancy?month={month}");
        async move { client.get(&address).await.expect(200) }
    };
    let (one, same, next) = tokio::join!(
        ask(&town.planner, "2026-04"),
        ask(&other, "2026-04"),
        ask(&other, "2026-05"),
    );
    assert_eq!(one, same);
    assert_eq!(next["month"], "2026-05");
    let office = town.city.client(Role::CityStatistics, "office", None).await;
    let listed = office.get("/v1/releases").await.expect(200);
    let mut names: Vec<String> = list_of(&listed, "releases")
        .iter()
        .map(|it| format!("{} {}", it["reference_date"], it["table"]))
        .collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "nothing is released twice");
    assert!(all >= 8);
}

/// A table that leaves two children of the whole city out.
fn all_but_two(name: &str) -> Value {
    json!({
        "table": name, "population": "children_in_care", "reference_date": "2026-04-01",
        "dimensions": [{"code": "area", "members": [{"code": "a:sued"}]}],
        "cells": [{"codes": ["a:sued"], "count": 114}],
        "restricted_to": [{"classification": "twins", "codes": ["no"]}],
    })
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn the_office_and_the_auditor_look_into_the_ledger(#[case] database: Database) {
    let Some(town) = Town::open(database).await else {
        return;
    };
    town.city.set_day(date(2026, 4, 2));
    let office = town.city.client(Role::CityStatistics, "office", None).await;
    let auditor = town.city.client(Role::Auditor, "auditor", None).await;
    let empty = office.get("/v1/releases").await.expect(200);
    assert_eq!(empty, json!({"in_ledger": 0, "releases": []}));
    town.published("2026-04", &mut Published::default()).await;
    let address = "/v1/releases?reference_date=2026-04-01";
    let listed = auditor.get(address).await.expect(200);
    let releases = list_of(&listed, "releases");
    assert_eq!(listed["in_ledger"], releases.len());
    assert_eq!(
        (&releases[0]["table"], &releases[0]["population"]),
        (&json!("children_in_care"), &json!("children_in_care"))
    );
    let none = "/v1/releases?reference_date=2026-03-01";
    let none = auditor.get(none).await.expect(200);
    assert_eq!(list_of(&none, "releases").len(), 0);

    let shown = office.get("/v1/releases/1").await.expect(200);
    let table = &shown["released"];
    assert_eq!(shown["content_sha256"], table["content_sha256"]);
    assert_eq!(table["method"]["name"], "suppression");
    assert_eq!(table["minimum_frequency"], 5);
    assert!(table["loss"]["suppressed_cells"].as_u64() > Some(0));
    let note = text_of(&table["method_note"], "en");
    assert!(note.contains("other reference dates"), "{note}");
    for unknown in ["/v1/releases/99", "/v1/releases/0", "/v1/releases/one"] {
        office.get(unknown).await.refused(404, "not-found");
    }
    the_gate_answers_and_keeps_nothing(&office, &auditor).await;
    the_attacker_answers(&auditor).await;

    for address in [
        "/v1/releases",
        "/v1/releases/1",
        "/v1/releases:audit?population=children_in_care&reference_date=2026-04-01",
    ] {
        let refused = town.planner.get(address).await;
        refused.refused(403, "role-not-allowed");
    }
    let refused = town.planner.post("/v1/releases:check", all_but_two("t"));
    refused.await.refused(403, "role-not-allowed");
}

async fn the_gate_answers_and_keeps_nothing(office: &Client, auditor: &Client) {
    let check = "/v1/releases:check";
    let before = office.get("/v1/releases").await.expect(200);
    let said = office
        .post(check, all_but_two("all_but_two"))
        .await
        .expect(200);
    assert_eq!(said["decision"], "refused");
    assert!(said["findings"].as_u64() > Some(0));
    let witness = text_of(&said["witness"], "en");
    assert!(
        witness.contains("all_but_two") && witness.contains("−"),
        "{witness}"
    );
    assert!(text_of(&said["witness"], "de").contains("Tabelle"));
    assert!(!list_of(&said["proposal"], "hidden").is_empty());
    assert!(text_of(&said["proposal"], "de").contains("sperren"));
    // What the gate proposes passes.
    let mut proposed = all_but_two("all_but_two");
    proposed["hidden"] = said["proposal"]["hidden"].clone();
    let said = auditor.post(check, proposed).await.expect(200);
    assert_eq!(
        (&said["decision"], &said["findings"]),
        (&json!("passes"), &json!(0))
    );
    assert!(!list_of(&said, "suppressed").is_empty());

    let mut wrong = all_but_two("wrong");
    wrong["hidden"] = json!([["a:west"]]);
    let refused = office
        .post(check, wrong)
        .await
        .refused(422, "release-request-refused");
    assert_eq!(refused["ledger_code"], "E5090");
    let mut contradicting = all_but_two("contradicting");
    contradicting["restricted_to"] = json!([]);
    let refused = office.post(check, contradicting).await;
    let refused = refused.refused(422, "release-request-refused");
    assert_eq!(refused["ledger_code"], "E5091");
    let mut without = all_but_two("without");
    without["dimensions"] = json!([]);
    office
        .post(check, without)
        .await
        .refused(422, "release-request-refused");
    assert_eq!(office.get("/v1/releases").await.expect(200), before);
}

async fn the_attacker_answers(auditor: &Client) {
    let audit = "/v1/releases:audit?population=children_in_care&reference_date=2026-04-01";
    let audited = auditor.get(audit).await.expect(200);
    let recovered = audited["recovered_cells"].as_u64().expect("it is a number");
    let tables = list_of(&audited, "tables");
    assert!(
        tables
            .iter()
            .any(|table| table["table"] == "children_in_care")
    );
    let cells = tables
        .iter()
        .flat_map(|table| list_of(table, "suppressed_cells"));
    let (mut attacked, mut found) = (0, 0);
    for cell in cells {
        assert!(
            cell["greatest"]
                .as_u64()
                .is_none_or(|greatest| greatest >= 3),
            "{cell}"
        );
        attacked += 1;
        found += u64::from(cell["least"] == cell["greatest"]);
    }
    assert!(attacked > 0);
    assert_eq!(found, recovered);
    for nothing in [
        "/v1/releases:audit?population=nobody&reference_date=2026-04-01",
        "/v1/releases:audit?population=children_in_care&reference_date=2026-04-01&revision=1",
    ] {
        auditor.get(nothing).await.refused(404, "not-found");
    }
}
