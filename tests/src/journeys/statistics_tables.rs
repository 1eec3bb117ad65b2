//! Story C, step 4: the published statistics, and an attacker who has all of them.

use disclosure::{DisclosurePolicy, ReleaseLedger};
use domain::Month;
use domain::procedure::Role;
use jiff::civil::{Date, date};
use reporting::{
    ReleaseDesk, StatisticsKind, StatisticsMonth, statistics_of_month, statistics_of_month_beside,
};
use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::city::City;
use super::client::{Client, list_of, text_of};
use super::statistics_attacker::Published;

/// Facility, neighbourhood, provider.
const HOUSES: [(&str, &str, &str); 4] = [
    ("K1", "sued1", "T1"),
    ("K2", "sued1", "T2"),
    ("K3", "sued2", "T3"),
    ("K4", "sued2", "T4"),
];

/// Children of a house when it joins: birth date, care type, hours a day.
fn children(house: usize) -> Vec<(Date, &'static str, f64)> {
    let mut children = Vec::new();
    // Small numbers on purpose: 2 nursery children in K2, 3 after-school children in K4 alone.
    let nursery = [9, 2, 12, 0][house];
    let kindergarten = [24, 19, 31, 16][house];
    let after_school = [0, 0, 0, 3][house];
    for number in 0..nursery {
        let month = (number % 12 + 1) as i8;
        let hours = [9.0, 6.0, 4.5][number % 3];
        children.push((date(2024, month, 10), "nursery", hours));
    }
    for number in 0..kindergarten {
        let (year, month) = (2020 + (number % 3) as i16, (number % 12 + 1) as i8);
        let hours = [9.0, 9.0, 9.0, 6.0, 10.0][number % 5];
        children.push((date(year, month, 11), "kindergarten", hours));
    }
    for number in 0..after_school {
        children.push((date(2017, number as i8 + 1, 12), "after_school", 6.0));
    }
    children
}

/// Four houses with their children.
pub(super) struct Town {
    pub(super) city: City,
    pub(super) planner: Client,
    heads: Vec<Client>,
    header: String,
}

impl Town {
    pub(super) async fn open(database: Database) -> Option<Self> {
        let city = City::open(database, date(2026, 3, 20)).await?;
        let admin = city.client(Role::CityAdmin, "admin", None).await;
        let template = admin.get("/v1/templates/existing-children.csv").await;
        let header = template
            .text()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let mut heads = Vec::new();
        for (number, (facility, area, provider)) in HOUSES.into_iter().enumerate() {
            let head = city
                .client(
                    Role::ProviderAdmin,
                    &format!("head-{provider}"),
                    Some(provider),
                )
                .await;
            let body = json!({
                "provider": provider, "name": format!("Träger {provider}"), "kind": "independent",
                "regime": "secular", "participates_from": "2020-01-01",
            });
            admin.post("/v1/providers", body).await.expect(201);
            let body = json!({
                "facility": facility, "provider": provider, "name": format!("Haus {facility}"),
                "kind": "day_care_centre", "area": area, "latitude": 51.03, "longitude": 13.74,
                "opens_on": "2015-01-01", "in_needs_plan": true,
                "licences": [{"valid_from": "2015-01-01"}],
                "groups": 4, "opening_hour": 6, "closing_hour": 17, "closing_days": 10,
            });
            admin.post("/v1/facilities", body).await.expect(201);
            for care in ["nursery", "kindergarten", "after_school"] {
                let body = json!({"care_type": care, "stage": "full", "valid_from": "2026-01-01"});
                let address = format!("/v1/providers/{provider}/rollout-steps");
                admin.post(&address, body).await.expect(200);
                let body = json!({
                    "care_type": care, "valid_from": "2025-08-01",
                    "licensed": 40, "planned": 38, "staffed": 36,
                });
                let address = format!("/v1/facilities/{facility}/capacities");
                head.put(&address, body).await.expect(200);
            }
            let file = Self::file(&header, number, facility, "first", &children(number));
            let address = format!("/v1/providers/{provider}/existing-children");
            head.post_csv(&address, &file).await.expect(200);
            let body = json!({"month": "2026-04"});
            let address = format!("/v1/providers/{provider}/attestations");
            head.post(&address, body).await.expect(200);
            heads.push(head);
        }
        Some(Self {
            planner: city.client(Role::CityPlanner, "planner", None).await,
            city,
            heads,
            header,
        })
    }

    fn file(
        header: &str,
        house: usize,
        facility: &str,
        batch: &str,
        children: &[(Date, &str, f64)],
    ) -> String {
        let mut file = header.to_owned();
        for (number, (born, care, hours)) in children.iter().enumerate() {
            // Homes lie in the other neighbourhood for every third child.
            let home = ["sued1", "sued2"][usize::from((number % 3 == 0) != (house > 1))];
            file += &format!(
                "\n{facility}-{batch}-{number:03},,,{born},female,{home},14612000,no,yes,no,,{facility},{care},{hours},5,yes,2025-08-01,"
            );
        }
        file + "\n"
    }

    /// Two children more in K2 and one in K3, known before May.
    pub(super) async fn children_come(&self) {
        self.city.set_day(date(2026, 4, 20));
        for (house, born) in [
            (1, vec![date(2024, 5, 3), date(2021, 6, 3)]),
            (2, vec![date(2021, 7, 3)]),
        ] {
            let (facility, _, provider) = HOUSES[house];
            let rows: Vec<_> = born
                .into_iter()
                .map(|born| {
                    let care = if born > date(2024, 1, 1) {
                        "nursery"
                    } else {
                        "kindergarten"
                    };
                    (born, care, 9.0)
                })
                .collect();
            let file = Self::file(&self.header, house, facility, "later", &rows);
            let address = format!("/v1/providers/{provider}/existing-children");
            self.heads[house]
                .post_csv(&address, &file)
                .await
                .expect(200);
        }
    }

    /// Everything published for a month.
    pub(super) async fn published(&self, month: &str, published: &mut Published) -> Vec<String> {
        let catalogue = self.planner.get("/v1/statistics").await.expect(200);
        let mut bodies = Vec::new();
        for table in list_of(&catalogue, "tables") {
            let (name, address) = (text_of(table, "table"), text_of(table, "address"));
            let answer = self.planner.get(&format!("{address}?month={month}")).await;
            let document = answer.expect(200);
            assert_eq!(document["known_on"], format!("{month}-01"));
            published.read(month, name, list_of(&document, "rows"));
            bodies.push(answer.text().to_owned());
        }
        bodies
    }
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn an_attacker_with_all_published_tables_and_last_month_pins_no_child(
    #[case] database: Database,
) {
    let Some(town) = Town::open(database).await else {
        return;
    };
    town.city.set_day(date(2026, 4, 2));
    let mut published = Published::default();
    let first = town.published("2026-04", &mut published).await;
    assert!(
        published.holds(None) > 0,
        "two nursery children in K2 are suppressed"
    );
    town.children_come().await;
    town.city.set_day(date(2026, 5, 2));
    // What April said does not change by what happened after it, nor by asking again.
    let mut again = Published::default();
    assert_eq!(town.published("2026-04", &mut again).await, first);
    town.published("2026-05", &mut published).await;
    published.holds(None);
    published.holds(Some(("2026-04", "2026-05", 3)));
    assert_eq!(published.movers_read(&["2026-04", "2026-05"]), []);
    formats_and_refusals(&town).await;
}

/// Other formats, unknown tables, months to come, and who may ask.
async fn formats_and_refusals(town: &Town) {
    for (format, media_type, start) in [
        ("csv", "text/csv", &b"month,known_on,level"[..]),
        ("parquet", "application/vnd.apache.parquet", &b"PAR1"[..]),
        (
            "arrow",
            "application/vnd.apache.arrow.stream",
            &b"\xff\xff\xff\xff"[..],
        ),
    ] {
        let address = format!("/v1/statistics/occupancy?month=2026-04&format={format}");
        let answer = town.planner.get(&address).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, media_type)
        );
        assert!(answer.bytes.starts_with(start), "{format}");
        let tag = answer.header("etag").to_owned();
        assert_eq!(town.planner.get(&address).await.header("etag"), tag);
    }
    let unknown = town.planner.get("/v1/statistics/children").await;
    unknown.refused(404, "unknown-name");
    for wrong in [
        "month=2026-06",
        "month=2026-04&version=2026-03",
        "month=2026-04&version=2026-06",
    ] {
        let address = format!("/v1/statistics/occupancy?{wrong}");
        town.planner.get(&address).await.refused(422, "wrong-value");
    }
    let malformed = town
        .planner
        .get("/v1/statistics/occupancy?month=April")
        .await;
    malformed.refused(400, "bad-value");
    let nobody = town
        .planner
        .with_token("nobody")
        .get("/v1/statistics")
        .await;
    assert_eq!(nobody.status, 401);
}

/// The rows of a month as the API gives them.
fn read(made: &StatisticsMonth, published: &mut Published) {
    let month = made.month().to_string();
    for kind in StatisticsKind::ALL {
        let rows = serde_json::to_value(made.table(kind)).expect("tables are JSON");
        let rows: &Vec<Value> = rows.as_array().expect("a table is a list of rows");
        published.read(&month, kind.name(), rows);
    }
}

#[test]
fn in_a_synthetic_city_no_published_table_undoes_another() {
    let spec = datasets::CitySpec::new(11, 0.03).expect("the scale is allowed");
    let frames = datasets::generate_in_memory(&spec).expect("there is memory");
    let city = tables::City::from_frames(frames).expect("generated tables go together");
    let policy = DisclosurePolicy::default();
    let mut desk = ReleaseDesk::default();
    let (mut published, mut forgetful) = (Published::default(), Published::default());
    let months = [10, 11].map(|month| Month::new(2026, month).expect("a month"));
    for month in months {
        let day = month.first_day();
        let made = statistics_of_month_beside(&city, month, day, &policy, &mut desk);
        let made = made.expect("the month is released");
        read(&made, &mut published);
        // A planted bug: a desk that forgot the months before.
        let made = statistics_of_month(&city, month, day, &policy);
        read(&made.expect("the month is released"), &mut forgetful);
    }
    assert!(published.holds(None) > 20, "a small city has much to hide");
    let names = months.map(|month| month.to_string());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(published.movers_read(&names), []);
    let read = forgetful.movers_read(&names);
    assert!(
        read.len() > 20,
        "the attacker reads movers where months are forgotten"
    );
}

#[test]
fn a_ledger_that_forgets_one_table_of_the_month_is_found_out() {
    let spec = datasets::CitySpec::new(11, 0.03).expect("the scale is allowed");
    let frames = datasets::generate_in_memory(&spec).expect("there is memory");
    let city = tables::City::from_frames(frames).expect("generated tables go together");
    let policy = DisclosurePolicy::default();
    let months = [10, 11].map(|month| Month::new(2026, month).expect("a month"));
    let mut desk = ReleaseDesk::default();
    let mut published = Published::default();
    for month in months {
        let made = statistics_of_month_beside(&city, month, month.first_day(), &policy, &mut desk);
        read(&made.expect("the month is released"), &mut published);
        // A planted bug: the facilities are forgotten, everything else is remembered.
        let releases = desk.ledger().releases().iter().cloned();
        let kept = releases.filter(|release| release.name() != "children_in_care");
        desk = ReleaseDesk::beside(ReleaseLedger::of(kept.collect()));
    }
    let names = months.map(|month| month.to_string());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(!published.movers_read(&names).is_empty());
}

#[test]
fn the_attacker_finds_what_is_not_protected() {
    // Three facilities of an area: 12, 2 and 7; only the 2 is hidden, as a naive table would.
    let row = |area: &str, parent: Option<&str>, children: Option<i64>| {
        let status = if children.is_some() {
            "published"
        } else {
            "suppressed"
        };
        json!({
            "area": area, "parent": parent, "care_type": "nursery",
            "children": children, "status": status,
        })
    };
    let rows = [
        row("_total", None, Some(21)),
        row("K1", Some("_total"), Some(12)),
        row("K2", Some("_total"), None),
        row("K3", Some("_total"), Some(7)),
    ];
    let mut naive = Published::default();
    naive.read("2026-04", "occupancy", &rows);
    let bounds: Vec<_> = naive.attack(None).into_values().collect();
    assert_eq!(bounds, [(2, Some(2))]);
    // The same with the free places of a house that hides its children.
    let free = json!({
        "area": "K2", "parent": "_total", "care_type": "nursery", "licensed": 20, "planned": 20,
        "staffed": 20, "free_of_licensed": 18, "free_of_planned": null, "free_of_staffed": null,
    });
    naive.read("2026-04", "free_places", &[free]);
    assert!(
        naive.suppressed().is_empty(),
        "18 of 20 free places are 2 children"
    );
}
