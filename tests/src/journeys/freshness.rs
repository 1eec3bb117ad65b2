//! Story B, step 12: a provider does not attest its data by the 1st (K24).

use jiff::civil::date;
use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::{list_of, text_of};
use super::families::{STARTS, Story};

/// Places of a facility in the month from which they are free.
async fn places(story: &Story, facility: &str) -> Value {
    let address = format!("/v1/facilities/{facility}/capacities?from=2027-09&months=1");
    let shown = story.mediation.get(&address).await.expect(200);
    let own = story.head_of(facility).get(&address).await.expect(200);
    assert_eq!(shown, own, "the city and the provider see the same");
    let mut months = list_of(&shown, "months").iter();
    let nursery = months.find(|month| month["care_type"] == "nursery");
    nursery.expect("there are nursery places").clone()
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn free_places_of_a_provider_that_does_not_attest_are_unknown(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let at_c = places(&story, "C").await;
    assert_eq!(
        (&at_c["bookable"], &at_c["freshness"]),
        (&json!(1), &json!("attested"))
    );

    story.city.set_day(date(2027, 1, 29));
    for provider in ["T1", "T2", "T4"] {
        story.attest(provider, "2027-02").await;
    }
    story.city.set_day(date(2027, 2, 1));
    let at_a = places(&story, "A").await;
    assert_eq!(
        (&at_a["bookable"], &at_a["freshness"]),
        (&json!(2), &json!("attested"))
    );
    assert_eq!(at_a["attested_on"], "2027-01-29");
    let at_c = places(&story, "C").await;
    assert_eq!(
        (&at_c["bookable"], &at_c["freshness"]),
        (&Value::Null, &json!("unknown"))
    );
    assert_eq!(at_c["last_attested_on"], "2026-12-28");
    assert_eq!(
        (&at_c["licensed"], &at_c["staffed"]),
        (&json!(1), &json!(1)),
        "places are known"
    );
    the_city_and_the_suggestions_know_it(&story).await;

    // A word given after the 1st does not make the month one of reliable data.
    story.city.set_day(date(2027, 2, 3));
    story.attest("T3", "2027-02").await;
    assert_eq!(places(&story, "C").await["bookable"], Value::Null);
    // By the next 1st it does.
    story.attest("T3", "2027-03").await;
    story.city.set_day(date(2027, 3, 1));
    let at_c = places(&story, "C").await;
    assert_eq!(
        (&at_c["bookable"], &at_c["freshness"]),
        (&json!(1), &json!("attested"))
    );
}

/// Free places of the district are known in part; nobody is suggested at C.
async fn the_city_and_the_suggestions_know_it(story: &Story) {
    let address = format!("/v1/city/occupancy?district=sued&as_of={STARTS}");
    let occupancy = story.planner.get(&address).await.expect(200);
    let total = &occupancy["total"];
    assert_eq!(total["unattested_facilities"], 1);
    assert_eq!(total["bookable"]["state"], "known_in_part");

    let body = json!({"facility": "C", "care_type": "nursery", "starts_on": STARTS});
    let lists = story
        .provider("T3")
        .post("/v1/suggestions:compute", body)
        .await
        .expect(200);
    let list = &lists["lists"][0];
    assert_eq!(list["free_places"], 0);
    for row in list_of(list, "rows") {
        assert_eq!(row["suggested"], false);
        let reason = text_of(row, "reason");
        assert!(["not_attested", "better_wish"].contains(&reason), "{row}");
    }
}
