//! Story C, steps 1 to 3, 5 and 6: the official extracts for the statistics office, a correction after
//! the fact, who may not see them, and what the access log says afterwards.

use domain::procedure::Role;
use jiff::civil::date;
use reporting::datml::validate_raw;
use rstest::rstest;
use serde_json::{Value, json};
use tables::Format;
use tables::schema::TableName;

use super::Database;
use super::city::{City, areas};
use super::client::{Client, list_of, text_of};

/// Child, facility, date of birth, care type, hours, class, integration aid.
type StoryChild = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    bool,
);

const CHILDREN: [StoryChild; 14] = [
    ("a1", "A", "2025-01-15", "nursery", "9", "", false),
    ("a2", "A", "2024-11-02", "nursery", "10", "", false),
    ("a3", "A", "2023-05-20", "kindergarten", "9", "", false),
    ("a4", "A", "2022-08-30", "kindergarten", "6", "", false),
    ("a5", "A", "2021-02-11", "kindergarten", "9", "", true),
    ("a6", "A", "2020-09-05", "kindergarten", "9", "", false),
    ("b1", "B", "2023-03-01", "kindergarten", "9", "", false),
    ("b2", "B", "2024-03-01", "nursery", "4.5", "", false),
    ("b3", "B", "2024-03-02", "nursery", "9", "", false),
    ("b4", "B", "2019-04-10", "after_school", "6", "1", false),
    ("b5", "B", "2018-12-12", "after_school", "5", "2", false),
    ("b6", "B", "2022-01-01", "kindergarten", "9", "", false),
    ("t1", "T", "2025-06-06", "childminding", "9", "", false),
    ("t2", "T", "2025-10-10", "childminding", "8", "", false),
];

/// Facility, provider, kind, care types with places.
type House = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, u32)],
);

const FACILITIES: [House; 3] = [
    (
        "A",
        "P1",
        "day_care_centre",
        &[("nursery", 4), ("kindergarten", 6)],
    ),
    (
        "B",
        "P2",
        "day_care_centre",
        &[("nursery", 4), ("kindergarten", 4), ("after_school", 4)],
    ),
    ("T", "P3", "childminder_site", &[("childminding", 5)]),
];

const FEDERAL: &str = "/v1/statistics/extracts/federal";
const STATE: &str = "/v1/statistics/extracts/state";
const MARCH: &str = "?reference_date=2027-03-01&purpose=federal_statistics";
const APRIL: &str = "?reference_date=2027-04-01&purpose=state_grant";

/// The city of story C and who acts in it.
struct Office {
    city: City,
    admin: Client,
    portal: Client,
    statistician: Client,
    auditor: Client,
    heads: Vec<Client>,
}

impl Office {
    /// Three facilities with fourteen children; `None` where there is no PostgreSQL.
    async fn open(database: Database) -> Option<Self> {
        let mut attributes = "child_id,foreign_origin,german_at_home\n".to_owned();
        for (child, ..) in CHILDREN {
            // The family language of b1 is missing.
            let language = if child == "b1" { "" } else { "true" };
            attributes += &format!("story-{child},false,{language}\n");
        }
        let table = TableName::StatisticsAttributes;
        let tables = areas().with(table, Format::Csv, attributes.into_bytes());
        let tables = tables.expect("statistics attributes do not change");
        let city = City::open_with(database, date(2026, 12, 28), tables).await?;
        let mut heads = Vec::new();
        for (_, provider, ..) in FACILITIES {
            let actor = format!("head-of-{provider}");
            let head = city.client(Role::ProviderAdmin, &actor, Some(provider));
            heads.push(head.await);
        }
        let statistician = city.client(Role::CityStatistics, "statistician", None);
        let office = Self {
            admin: city.client(Role::CityAdmin, "admin", None).await,
            portal: city.client(Role::Portal, "portal", None).await,
            statistician: statistician.await,
            auditor: city.client(Role::Auditor, "auditor", None).await,
            heads,
            city,
        };
        for (house, head) in FACILITIES.iter().zip(&office.heads) {
            office.found(house, head).await;
        }
        Some(office)
    }

    /// A provider with its facility, its places and its children.
    async fn found(&self, (facility, provider, kind, places): &House, head: &Client) {
        let body = json!({
            "provider": provider, "name": format!("Träger {provider}"), "kind": "independent",
            "regime": "secular", "participates_from": "2020-01-01",
        });
        self.admin.post("/v1/providers", body).await.expect(201);
        let body = json!({
            "facility": facility, "provider": provider, "name": format!("Haus {facility}"),
            "kind": kind, "area": "sued1", "latitude": 51.03, "longitude": 13.74,
            "opens_on": "2015-01-01", "in_needs_plan": true,
            "licences": [{"valid_from": "2015-01-01"}],
        });
        self.admin.post("/v1/facilities", body).await.expect(201);
        for (care_type, places) in *places {
            let address = format!("/v1/providers/{provider}/rollout-steps");
            let body = json!({"care_type": care_type, "stage": "full", "valid_from": "2026-01-01"});
            self.admin.post(&address, body).await.expect(200);
            let address = format!("/v1/facilities/{facility}/capacities");
            let body = json!({
                "care_type": care_type, "valid_from": "2026-08-01",
                "licensed": places, "planned": places, "staffed": places,
            });
            head.put(&address, body).await.expect(200);
        }
        let template = self.admin.get("/v1/templates/existing-children.csv").await;
        let mut file = template
            .text()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        for (child, at, birth, care, hours, class, aid) in CHILDREN {
            if at != *facility {
                continue;
            }
            let class_number: Option<u8> = class.parse().ok();
            let body = json!({
                "child": format!("story-{child}"), "birth_date": birth, "sex": "female",
                "area": "sued1", "municipality": 14_612_000, "single_custodian": false,
                "custodians_working": true, "inclusion_place": aid, "school_class": class_number,
            });
            self.portal.post("/v1/children", body).await.expect(201);
            let days = if child == "b6" {
                "2027-03-10,2027-04-15"
            } else {
                "2026-08-01,2028-07-31"
            };
            let aid = if aid { "yes" } else { "no" };
            file += &format!(
                "\nV-{child},story-{child},,{birth},female,sued1,14612000,no,yes,{aid},{class},{facility},{care},{hours},5,yes,{days}"
            );
        }
        let address = format!("/v1/providers/{provider}/existing-children");
        head.post_csv(&address, &(file + "\n")).await.expect(200);
    }

    /// A file of an extract as the statistician gets it.
    async fn file(&self, extract: &str, file: &str, question: &str) -> super::client::Answer {
        let address = format!("{extract}/files/{file}{question}");
        let answer = self.statistician.get(&address).await;
        assert_eq!(answer.status, 200, "{address}: {}", answer.text());
        answer
    }
}

/// The line of a facility.
fn line<'a>(extract: &'a Value, facility: &str) -> &'a Value {
    let lines = list_of(extract, "facilities").iter();
    let mut of_it = lines.filter(|line| line["facility"] == facility);
    of_it.next().expect("the facility is reported")
}

/// Weights of the findings.
fn weights(extract: &Value) -> Vec<&str> {
    let findings = list_of(extract, "findings").iter();
    findings.map(|finding| text_of(finding, "weight")).collect()
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn the_statistics_office_draws_corrects_and_accounts_for_its_extracts(
    #[case] database: Database,
) {
    let Some(office) = Office::open(database).await else {
        return;
    };
    federal_extract_of_1_march(&office).await;
    let first = state_extract_of_1_april(&office).await;
    a_correction_is_named(&office, &first).await;
    nobody_else_sees_single_records(&office).await;
    the_log_tells_who_exported_what(&office).await;
}

/// C1.
async fn federal_extract_of_1_march(office: &Office) {
    office.city.set_day(date(2027, 3, 1));
    let address = format!("{FEDERAL}{MARCH}");
    let extract = office.statistician.get(&address).await.expect(200);
    let ages = |facility: &str| {
        let line = line(&extract, facility);
        ["under_three", "three_and_over", "school"].map(|name| line[name].as_u64())
    };
    assert_eq!(ages("A"), [Some(2), Some(4), Some(0)]);
    // b2 turns three that day, b3 the day after; b6 starts on 10 March.
    assert_eq!(ages("B"), [Some(1), Some(2), Some(2)]);
    assert_eq!(ages("T"), [Some(2), Some(0), Some(0)]);
    assert!(!weights(&extract).contains(&"E"), "{}", extract["findings"]);
    let files: Vec<&str> = list_of(&extract, "files")
        .iter()
        .map(|file| text_of(file, "file"))
        .collect();
    assert!(files.contains(&"kita_kind_0001.csv") && files.contains(&"kita_kind_0002.csv"));
    for file in list_of(&extract, "files") {
        let answer = office.file(FEDERAL, text_of(file, "file"), MARCH).await;
        assert!(!answer.text().contains("story-"), "no pseudonym leaves");
        assert_eq!(
            answer.header("etag"),
            format!("\"{}\"", text_of(file, "sha256"))
        );
    }
    let question = format!("{MARCH}&format=datml");
    for (file, rows) in [("kita_0001.xml", 7), ("kita_0002.xml", 6), ("ktp.xml", 2)] {
        let answer = office.file(FEDERAL, file, &question).await;
        assert_eq!(answer.header("content-type"), "application/xml");
        assert_eq!(validate_raw(answer.text()).expect("it is XML"), []);
        assert_eq!(answer.text().matches("<satz>").count(), rows, "{file}");
    }
    // What is missing is told to the provider, by pseudonym, and not to the city.
    let notices = |provider: &str| {
        format!("/v1/providers/{provider}/statistics-notices?reference_date=2027-03-01")
    };
    let told = office.heads[1].get(&notices("P2")).await.expect(200);
    let told = list_of(&told, "notices");
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0]["child"], &told[0]["column"]),
        (&json!("story-b1"), &json!("familiensprache"))
    );
    let none = office.heads[0].get(&notices("P1")).await.expect(200);
    assert_eq!(none["notices"], json!([]));
    let foreign = office.heads[0].get(&notices("P2")).await;
    foreign.refused(403, "foreign-facility");
    let city = office.statistician.get(&notices("P2")).await;
    city.refused(403, "role-not-allowed");
}

/// C2: the extract and its file, for the comparison of C3.
async fn state_extract_of_1_april(office: &Office) -> (Value, Vec<u8>) {
    office.city.set_day(date(2027, 4, 1));
    let address = format!("{STATE}{APRIL}");
    let extract = office.statistician.get(&address).await.expect(200);
    let equivalents = |facility: &str| line(&extract, facility)["nine_hour_equivalents"].clone();
    assert_eq!(equivalents("A"), "5,6667");
    assert_eq!(equivalents("B"), "3,7222");
    assert_eq!(equivalents("T"), "1,8889");
    assert_eq!(extract["nine_hour_equivalents"], "11,2778");
    assert_eq!(extract["amount_eur"], "38964,72");
    assert!(
        !text_of(&extract, "rule_set").is_empty() && !text_of(&extract, "parameters").is_empty()
    );
    // b6 does not count, and the reconciliation says why.
    let findings = list_of(&extract, "findings");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(
        (&findings[0]["rule"], &findings[0]["weight"]),
        (&json!("E21"), &json!("I"))
    );
    assert!(text_of(&findings[0], "text").contains("too short"));
    let file = office.file(STATE, "landeszuschuss_1april.csv", APRIL).await;
    (extract, file.bytes)
}

/// C3.
async fn a_correction_is_named(office: &Office, (first, bytes): &(Value, Vec<u8>)) {
    office.city.set_day(date(2027, 4, 10));
    let events = office.heads[0]
        .get("/v1/events?limit=1000")
        .await
        .expect(200);
    let events = events.as_array().expect("a batch is a list");
    let mut of_a4 = events
        .iter()
        .filter(|event| event["data"]["first_record"]["provider_key"] == "V-a4");
    let contract = text_of(of_a4.next().expect("a4 has a contract"), "subject").to_owned();
    let terms = json!({
        "care_type": "kindergarten", "daily_hours": 9, "days_per_week": 5, "lunch": true,
        "valid_from": "2026-08-01", "valid_to": "2028-07-31",
    });
    let address = format!("/v1/contracts/{contract}/correction");
    office.heads[0].post(&address, terms).await.expect(200);

    let known = format!("{APRIL}&known_on=2027-04-01");
    let again = office
        .statistician
        .get(&format!("{STATE}{known}"))
        .await
        .expect(200);
    assert_eq!(again["snapshot_sha256"], first["snapshot_sha256"]);
    let file = office
        .file(STATE, "landeszuschuss_1april.csv", &known)
        .await;
    assert_eq!(&file.bytes, bytes, "unchanged to the byte");

    let later = format!("{STATE}{APRIL}&known_on=2027-04-10");
    let later = office.statistician.get(&later).await.expect(200);
    assert_eq!(later["nine_hour_equivalents"], "11,6111");
    let address = format!("{STATE}/differences{APRIL}&earlier=2027-04-01&later=2027-04-10");
    let differing = office.statistician.get(&address).await.expect(200);
    assert_eq!(differing["nine_hour_equivalents"], "0,3333");
    let found = list_of(&differing, "differences");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["contract"], &found[0]["version"]),
        (&json!(contract), &json!(2))
    );
    assert_eq!(
        found[0]["cause"],
        "hours a day corrected from 6,00 to 9,00, version 2 recorded on 2027-04-10"
    );
}

/// C5 and § 103 SGB VIII.
async fn nobody_else_sees_single_records(office: &Office) {
    let others = [
        (Role::CityPlanner, "planner", None),
        (Role::CityMediation, "mediator", None),
        (Role::CityAdmin, "administrator", None),
        (Role::ProviderAdmin, "head", Some("P1")),
        (Role::ProviderStaff, "educator", Some("P1")),
        (Role::Portal, "families", None),
        (Role::Auditor, "inspector", None),
    ];
    for (role, actor, provider) in others {
        let client = office.city.client(role, actor, provider).await;
        for address in [
            format!("{FEDERAL}{MARCH}"),
            format!("{FEDERAL}/files/kita_kind.csv{MARCH}"),
            format!("{STATE}/differences{APRIL}"),
        ] {
            let refused = client.get(&address).await;
            refused.refused(403, "role-not-allowed");
        }
    }
    // Without a purpose, or with another, nothing goes out.
    for question in ["", "&purpose=curiosity"] {
        let address = format!("{FEDERAL}?reference_date=2027-03-01{question}");
        let refused = office.statistician.get(&address).await;
        refused.refused(400, "bad-value");
    }
    let unknown = office
        .statistician
        .get("/v1/statistics/extracts/secret?x=1")
        .await;
    unknown.refused(404, "not-found");
    // Migration background is nowhere on the way of matching: not to be entered, not to be read.
    let child = json!({
        "child": "story-x", "birth_date": "2024-01-01", "sex": "male", "area": "sued1",
        "municipality": 14_612_000, "single_custodian": false, "custodians_working": true,
        "foreign_origin": true,
    });
    let refused = office.portal.post("/v1/children", child).await;
    refused.refused(422, "unknown-field");
    let shown = office.heads[0].get("/v1/children/story-a1").await;
    let listed = office.heads[0].get("/v1/facilities/A/suggestions").await;
    for answer in [&shown, &listed] {
        for word in [
            "origin",
            "language",
            "herkunft",
            "migration",
            "german_at_home",
        ] {
            assert!(!answer.text().contains(word), "{word}: {}", answer.text());
        }
    }
    for (address, why) in [
        ("/v1/statistics/migration-background", "unknown-name"),
        ("/v1/children/story-a1/origin", "not-found"),
    ] {
        let missing = office.heads[0].get(address).await;
        missing.refused(404, why);
    }
    let file = office.file(FEDERAL, "kita_kind.csv", MARCH).await;
    assert!(
        file.text()
            .lines()
            .next()
            .is_some_and(|header| header.contains("herkunft_ausland"))
    );
}

/// C6.
async fn the_log_tells_who_exported_what(office: &Office) {
    let log = office
        .auditor
        .get("/v1/audit/accesses?limit=1000")
        .await
        .expect(200);
    let entries = list_of(&log, "accesses").iter();
    let exports: Vec<&Value> = entries
        .clone()
        .filter(|entry| entry["action"] == "exported")
        .collect();
    assert!(exports.len() > 12);
    for entry in &exports {
        assert_eq!(
            (&entry["actor_id"], &entry["actor_role"]),
            (&json!("statistician"), &json!("city.statistics"))
        );
        assert!(text_of(entry, "resource").starts_with("GET /v1/statistics/extracts/"));
        assert_eq!(text_of(&entry["export"], "content_sha256").len(), 64);
        assert!(!text_of(entry, "recorded_at").is_empty());
    }
    let state = exports.iter().find(|entry| entry["subject"] == "state");
    let state = &state.expect("the state extract was exported")["export"];
    assert_eq!(
        (&state["purpose"], &state["persons"], &state["records"]),
        (&json!("state_grant"), &json!(13), &json!(10))
    );
    let refused = entries.filter(|entry| {
        entry["action"] == "refused" && text_of(entry, "resource").contains("/v1/statistics/")
    });
    assert!(
        refused.count() >= 21,
        "every attempt of the others is logged"
    );

    // Breach drill: the account, the hour of 1 April.
    let address = "/v1/audit/breach-report?actor=statistician\
        &from=2027-04-01T00:00:00Z&until=2027-04-02T00:00:00Z";
    let report = office.auditor.get(address).await.expect(200);
    assert_eq!(report["persons_at_least"], 13);
    assert_eq!(list_of(&report, "exports").len(), 2);
    // Rows of the extract, and again as a file.
    assert_eq!(report["records"], 20);
    let categories = list_of(&report, "categories");
    assert_eq!(categories.len(), 1);
    assert!(text_of(&categories[0], "category").contains("statistics records"));
    let other = address.replace("statistician", "nobody");
    let nothing = office.auditor.get(&other).await.expect(200);
    assert_eq!(
        (&nothing["persons_at_most"], &nothing["records"]),
        (&json!(0), &json!(0))
    );
    let backwards = address.replace("until=2027-04-02", "until=2027-03-02");
    let refused = office.auditor.get(&backwards).await;
    refused.refused(400, "bad-value");
    let foreign = office.statistician.get(address).await;
    foreign.refused(403, "role-not-allowed");
    let proof = office
        .auditor
        .get("/v1/audit/verification")
        .await
        .expect(200);
    assert_eq!(proof["fault"], Value::Null);
}
