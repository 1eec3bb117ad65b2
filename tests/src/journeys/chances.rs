//! What families may expect of their wishes, and how that was checked.

use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::{list_of, text_of};
use super::families::{FAMILIES, Story};

/// Facility and chance of a place there or better, in per cent.
fn stated(chances: &Value) -> Vec<(String, u64)> {
    let wishes = list_of(chances, "wishes").iter();
    wishes
        .map(|wish| {
            let percent = wish["here_or_better"]["percent"].as_u64();
            (text_of(wish, "facility").to_owned(), percent.unwrap_or(0))
        })
        .collect()
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn a_family_hears_its_chances_and_of_nobody_else(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let mut better = Vec::new();
    for family in &FAMILIES {
        let address = format!("/v1/children/{}/chances", family.child);
        let answer = story.city.leaves_as_is(story.portal.get(&address)).await;
        let chances = answer.expect(200);
        assert_eq!(chances["child"], family.child);
        assert_eq!(chances["starts_on"], "2027-09-01");
        let stated = stated(&chances);
        let wished: Vec<&str> = family
            .wishes
            .iter()
            .map(|(facility, _)| *facility)
            .collect();
        let facilities: Vec<&str> = stated
            .iter()
            .map(|(facility, _)| facility.as_str())
            .collect();
        assert_eq!(facilities, wished, "best wish first");
        assert!(stated.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        let any = chances["any_place"]["percent"].as_u64();
        assert_eq!(any, stated.last().map(|(_, percent)| *percent));
        for other in FAMILIES.iter().filter(|other| other.child != family.child) {
            let quoted = format!("\"{}\"", other.child);
            assert!(!answer.text().contains(&quoted), "{}", answer.text());
        }
        assert!(chances["assumptions"]["draws"].as_u64() >= Some(60));
        assert_eq!(chances["assumptions"]["later_from"], "rate_so_far");
        let check = &chances["check"];
        assert!(check["statements"].as_u64() > Some(0), "{check}");
        assert!(text_of(check, "summary_de").contains("Prozentpunkte"));
        assert!(check["calibration_error"].as_f64() <= Some(1.0));
        better.push((family.child, stated[0].1));
        // The same state gives the same bytes.
        let again = story.mediation.get(&address).await;
        assert_eq!(again.bytes, answer.bytes);
    }
    // c1 has twice the points of the next in line at A; c5 the fewest.
    let first = |child: &str| better.iter().find(|it| it.0 == child).expect("there").1;
    assert!(first("c1") > first("c5"), "{better:?}");

    // A wish with an offer takes no part: it says so, and has no chance.
    story.offer("c1", "A").await;
    let chances = story
        .portal
        .get("/v1/children/c1/chances")
        .await
        .expect(200);
    let wish = &list_of(&chances, "wishes")[0];
    assert_eq!(
        (&wish["here"], &wish["reason"]),
        (&Value::Null, &json!("offered"))
    );

    for refused in [story.provider("T1"), &story.auditor] {
        let refused = refused.get("/v1/children/c1/chances").await;
        refused.refused(403, "role-not-allowed");
    }
    let planner = story.planner.get("/v1/children/c1/chances").await;
    planner.refused(403, "children-never-leave");
    let unknown = story.portal.get("/v1/children/c99/chances").await;
    unknown.refused(404, "not-found");
    for facility in ["A", "B"] {
        let key = story.application("c1", facility);
        let address = format!("/v1/applications/{key}/withdrawal");
        story.portal.post(&address, json!({})).await.expect(200);
    }
    let nothing = story.portal.get("/v1/children/c1/chances").await;
    assert_eq!(nothing.refused(409, "no-open-application")["code"], "E8270");
}
