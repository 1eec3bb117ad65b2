//! Story A, steps 1, 2 and 8: what the city sees of occupancy, what it never sees, and a licence that
//! is lost and proven again.

use domain::procedure::Role;
use jiff::civil::{Date, date};
use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::city::City;
use super::client::{Client, list_of, text_of};

/// Facility, provider, licensed, planned, staffed, contracts.
const HOUSES: [(&str, &str, u32, u32, u32, u32); 4] = [
    ("K1", "T1", 120, 110, 100, 96),
    ("K2", "T2", 90, 90, 80, 61),
    ("K3", "T3", 150, 140, 125, 118),
    ("K4", "T4", 60, 60, 60, 57),
];

/// The reference date.
const TODAY: Date = date(2026, 4, 1);

const OCCUPANCY: &str = "/v1/city/occupancy?district=sued&as_of=2026-04-01";

/// The district of story A.
pub(super) struct District {
    pub(super) city: City,
    pub(super) admin: Client,
    pub(super) planner: Client,
    pub(super) auditor: Client,
    portal: Client,
    heads: Vec<Client>,
}

impl District {
    /// Four houses with 332 contracts; `None` where there is no PostgreSQL.
    pub(super) async fn open(database: Database) -> Option<Self> {
        let city = City::open(database, date(2026, 3, 28)).await?;
        let mut heads = Vec::new();
        for (_, provider, ..) in HOUSES {
            let actor = format!("head-of-{provider}");
            let head = city.client(Role::ProviderAdmin, &actor, Some(provider));
            heads.push(head.await);
        }
        let district = Self {
            admin: city.client(Role::CityAdmin, "admin", None).await,
            planner: city.client(Role::CityPlanner, "planner-1", None).await,
            auditor: city.client(Role::Auditor, "auditor", None).await,
            portal: city.client(Role::Portal, "portal", None).await,
            heads,
            city,
        };
        for (house, head) in HOUSES.iter().zip(&district.heads) {
            district.found(house, head).await;
        }
        district.city.set_day(TODAY);
        Some(district)
    }

    /// A provider with its house, the places, the children and the attestation.
    async fn found(
        &self,
        (facility, provider, licensed, planned, staffed, contracts): &(
            &str,
            &str,
            u32,
            u32,
            u32,
            u32,
        ),
        head: &Client,
    ) {
        let body = json!({
            "provider": provider, "name": format!("Träger {provider}"), "kind": "independent",
            "regime": "secular", "participates_from": "2020-01-01",
        });
        self.admin.post("/v1/providers", body).await.expect(201);
        let body =
            json!({"care_type": "kindergarten", "stage": "full", "valid_from": "2026-01-01"});
        let address = format!("/v1/providers/{provider}/rollout-steps");
        self.admin.post(&address, body).await.expect(200);
        // K2 is a container: its licence ends.
        let licence = if *facility == "K2" {
            json!({"valid_from": "2015-01-01", "valid_to": "2028-07-31"})
        } else {
            json!({"valid_from": "2015-01-01"})
        };
        let body = json!({
            "facility": facility, "provider": provider, "name": format!("Haus {facility}"),
            "kind": "day_care_centre", "area": "sued1", "latitude": 51.03, "longitude": 13.74,
            "opens_on": "2015-01-01", "in_needs_plan": true, "licences": [licence],
        });
        self.admin.post("/v1/facilities", body).await.expect(201);
        let body = json!({
            "care_type": "kindergarten", "valid_from": "2025-08-01",
            "licensed": licensed, "planned": planned, "staffed": staffed,
        });
        let address = format!("/v1/facilities/{facility}/capacities");
        head.put(&address, body).await.expect(200);
        let address = format!("/v1/providers/{provider}/existing-children");
        let file = self.file_of(facility, *contracts).await;
        let taken_in = head.post_csv(&address, &file).await.expect(200);
        assert_eq!(taken_in["changed"], *contracts);
        let address = format!("/v1/providers/{provider}/attestations");
        head.post(&address, json!({"month": "2026-04"}))
            .await
            .expect(200);
    }

    /// The existing children of a house, from the template's header on.
    async fn file_of(&self, facility: &str, contracts: u32) -> String {
        let template = self.admin.get("/v1/templates/existing-children.csv").await;
        let mut file = template
            .text()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        for number in 1..=contracts {
            let (key, day) = (format!("{facility}-{number:03}"), number % 28 + 1);
            // Two children of K2 stay beyond the end of its licence.
            let end = if facility == "K2" && number <= 2 {
                "2029-07-31"
            } else {
                "2028-07-31"
            };
            file += &format!(
                "\n{key},,,2022-05-{day:02},female,sued2,14612000,no,yes,no,,{facility},kindergarten,9,5,yes,2025-08-01,{end}"
            );
        }
        file + "\n"
    }

    /// Keys of the facilities that families see listed.
    async fn listed(&self) -> Vec<String> {
        let listed = self.portal.get("/v1/facilities").await.expect(200);
        let facilities = list_of(&listed, "facilities").iter();
        facilities
            .map(|it| text_of(it, "facility").to_owned())
            .collect()
    }
}

/// What story A1 says of the district.
fn is_as_in_the_story(line: &Value) {
    let number = |member: &str| line[member].as_f64();
    assert_eq!(line["licensed"], 420);
    assert_eq!(line["planned"], 400);
    assert_eq!(line["staffed"], 365);
    assert_eq!(line["contracts"], 332);
    assert_eq!(number("utilisation_of_licensed_percent"), Some(79.05));
    assert_eq!(number("utilisation_of_planned_percent"), Some(83.00));
    assert_eq!(number("utilisation_of_staffed_percent"), Some(90.96));
    assert_eq!(line["naive_free"], 88);
    assert_eq!(line["bookable"], json!({"state": "known", "places": 33}));
    assert_eq!(
        (&line["facilities"], &line["unattested_facilities"]),
        (&json!(4), &json!(0))
    );
    assert_eq!(line["data_age_days"], 4, "attested on 28 March");
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_planner_sees_occupancy_but_no_child_and_a_lost_licence_takes_its_places_out(
    #[case] database: Database,
) {
    let Some(district) = District::open(database).await else {
        return;
    };
    occupancy_is_as_in_the_story(&district).await;
    a_child_never_leaves_and_the_attempt_is_logged(&district).await;
    a_licence_is_lost_and_proven_again(&district).await;
}

/// A1.
async fn occupancy_is_as_in_the_story(district: &District) {
    let occupancy = district.planner.get(OCCUPANCY).await.expect(200);
    assert_eq!(
        (&occupancy["area"], &occupancy["name"]),
        (&json!("sued"), &json!("Süd"))
    );
    assert_eq!(
        (&occupancy["month"], &occupancy["as_of"]),
        (&json!("2026-04"), &json!("2026-04-01"))
    );
    let lines = list_of(&occupancy, "care_types");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["care_type"], "kindergarten");
    is_as_in_the_story(&lines[0]);
    is_as_in_the_story(&occupancy["total"]);
    let method = &occupancy["method"];
    assert!(text_of(method, "en").contains("suppressed"), "{method}");
    assert!(!text_of(method, "de").is_empty());
    assert!(!text_of(&occupancy, "policy_version").is_empty());
    let again = district.planner.get(OCCUPANCY).await.expect(200);
    assert_eq!(again, occupancy);
}

/// A2.
async fn a_child_never_leaves_and_the_attempt_is_logged(district: &District) {
    let events = district.heads[0]
        .get("/v1/events?limit=1")
        .await
        .expect(200);
    let child = text_of(&events[0]["data"], "child").to_owned();
    let address = format!("/v1/children/{child}");
    for address in [&address, "/v1/children/nobody", "/v1/children/a/b/c"] {
        let asked = district.planner.get(address);
        let problem = district
            .city
            .refuses(asked, 403, "children-never-leave")
            .await;
        assert!(!problem.to_string().contains("birth_date"), "{problem}");
    }
    let log = district
        .auditor
        .get("/v1/audit/accesses?limit=1000")
        .await
        .expect(200);
    let entries = list_of(&log, "accesses").iter();
    let new: Vec<&Value> = entries.filter(|it| it["actor_id"] == "planner-1").collect();
    assert_eq!(
        new.len(),
        3,
        "every attempt is logged, and nothing else is to be"
    );
    for entry in &new {
        assert_eq!(entry["action"], "refused");
        assert_eq!(
            (&entry["actor_id"], &entry["actor_role"]),
            (&json!("planner-1"), &json!("city.planner"))
        );
        assert_eq!(entry["status"], 403);
    }
    assert_eq!(new[0]["resource"], "GET /v1/children/{child}");
    assert_eq!(new[0]["subject"], child);
    // Nor is there another way to a child for the same token.
    for address in [
        "/v1/events",
        "/v1/audit/changes",
        "/v1/facilities/K1/suggestions",
    ] {
        let refused = district.planner.get(address).await;
        refused.refused(403, "role-not-allowed");
    }
    let proof = district
        .auditor
        .get("/v1/audit/verification")
        .await
        .expect(200);
    assert_eq!(proof["fault"], Value::Null);
}

/// The contracts of K4 as its provider's software hears of them.
async fn contracts_of_k4(district: &District) -> Vec<Value> {
    let events = district.heads[3]
        .get("/v1/events?limit=1000")
        .await
        .expect(200);
    events.as_array().expect("a batch is a list").clone()
}

/// A8.
async fn a_licence_is_lost_and_proven_again(district: &District) {
    let child = json!({
        "child": "k1", "birth_date": "2022-09-14", "sex": "male", "area": "sued2",
        "municipality": 14_612_000, "single_custodian": false, "custodians_working": true,
    });
    district
        .portal
        .post("/v1/children", child)
        .await
        .expect(201);
    let wish = |rank: u32, facility: &str| {
        json!({"child": "k1", "wishes": [{
            "facility": facility, "care_type": "kindergarten", "rank": rank,
            "wished_start": "2026-08-01", "daily_hours": 9,
        }]})
    };
    let applied = district
        .portal
        .post("/v1/applications", wish(1, "K4"))
        .await
        .expect(201);
    let application = applied["applications"][0].clone();
    let contracts = contracts_of_k4(district).await;
    assert_eq!(contracts.len(), 57);
    assert_eq!(district.listed().await, ["K1", "K2", "K3", "K4"]);

    let address = "/v1/facilities/K4/licence-withdrawals";
    let body = json!({"from": "2026-04-01", "notice": "LJA-2026-17"});
    district.admin.post(address, body).await.expect(200);
    assert_eq!(district.listed().await, ["K1", "K2", "K3"]);
    let shown = district.portal.get("/v1/facilities/K4").await.expect(200);
    assert_eq!(shown["takes_applications"], false);
    let name = "facility-not-available";
    let other = json!({
        "child": "k2", "birth_date": "2022-10-01", "sex": "none", "area": "sued2",
        "municipality": 14_612_000, "single_custodian": false, "custodians_working": true,
    });
    district
        .portal
        .post("/v1/children", other)
        .await
        .expect(201);
    let mut second = wish(1, "K4");
    second["child"] = json!("k2");
    let applied = district.portal.post("/v1/applications", second.clone());
    let problem = district.city.refuses(applied, 409, name).await;
    assert_eq!(problem["code"], "E9021");
    let offer = json!({
        "application": application, "starts_on": "2026-08-01", "reply_by": "2026-04-30",
    });
    let offered = district.heads[3].post("/v1/offers", offer.clone());
    district.city.refuses(offered, 409, name).await;

    // Contracts remain; the places are out of the base.
    assert_eq!(contracts_of_k4(district).await, contracts);
    let address = format!("/v1/contracts/{}", text_of(&contracts[0], "subject"));
    let contract = district.heads[3].get(&address).await.expect(200);
    assert_eq!(
        (&contract["end"], &contract["current"]["valid_to"]),
        (&Value::Null, &json!("2028-07-31"))
    );
    let occupancy = district.planner.get(OCCUPANCY).await.expect(200);
    let total = &occupancy["total"];
    assert_eq!(
        (&total["licensed"], &total["planned"]),
        (&json!(360), &json!(340))
    );
    assert_eq!(
        (&total["staffed"], &total["contracts"]),
        (&json!(305), &json!(332))
    );
    // More children than the places that are left: no place to give, and nothing hidden.
    let bookable = json!({"state": "known", "places": 305 - 332});
    assert_eq!(total["bookable"], bookable);
    a_proof_brings_it_back(district, second, offer).await;
}

/// A8: with the proof everything is as before.
async fn a_proof_brings_it_back(district: &District, application: Value, offer: Value) {
    let proof = json!({"valid_from": "2026-04-01", "proof": "LJA-2026-18"});
    district
        .admin
        .post("/v1/facilities/K4/licences", proof)
        .await
        .expect(200);
    assert_eq!(district.listed().await, ["K1", "K2", "K3", "K4"]);
    let occupancy = district.planner.get(OCCUPANCY).await.expect(200);
    is_as_in_the_story(&occupancy["total"]);
    district
        .portal
        .post("/v1/applications", application)
        .await
        .expect(201);
    district.heads[3]
        .post("/v1/offers", offer)
        .await
        .expect(201);
}
