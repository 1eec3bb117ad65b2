//! What never happens in a round of suggestions (brothers and sisters apart, hours that do not fit, a
//! promised place lost), and the proof by which every line is worked out once more.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use matching::verify_proof;
use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::{list_of, text_of};
use super::families::{FAMILIES, REPLY_BY, STARTS, Story};

/// A wish: facility, care type, hours a day, points.
type Wish = (&'static str, &'static str, f64, i32);

/// A child of a household with a rule, its wishes in the order of their ranks.
struct Applicant {
    child: &'static str,
    household: &'static str,
    siblings: &'static str,
    birth_date: &'static str,
    wishes: &'static [Wish],
}

const APPLICANTS: [Applicant; 7] = [
    // One of each age: the house that both wish is A, for the older one the second wish.
    Applicant {
        child: "s1",
        household: "S",
        siblings: "together_only",
        birth_date: "2026-03-10",
        wishes: &[("A", "nursery", 9.0, 14), ("B", "nursery", 9.0, 14)],
    },
    Applicant {
        child: "s2",
        household: "S",
        siblings: "together_only",
        birth_date: "2023-05-01",
        wishes: &[("B", "kindergarten", 9.0, 3), ("A", "kindergarten", 9.0, 3)],
    },
    // Twins: one place is left at A and none at B, so neither gets one.
    Applicant {
        child: "t1",
        household: "T",
        siblings: "together_only",
        birth_date: "2026-04-02",
        wishes: &[("A", "nursery", 9.0, 6), ("B", "nursery", 9.0, 6)],
    },
    Applicant {
        child: "t2",
        household: "T",
        siblings: "together_only",
        birth_date: "2026-04-02",
        wishes: &[("A", "nursery", 9.0, 6), ("B", "nursery", 9.0, 6)],
    },
    // Twelve hours, where the houses open for eleven.
    Applicant {
        child: "l1",
        household: "L",
        siblings: "independent",
        birth_date: "2026-02-20",
        wishes: &[("C", "nursery", 12.0, 9)],
    },
    // Holds an open offer at D and wants B more.
    Applicant {
        child: "p1",
        household: "P",
        siblings: "independent",
        birth_date: "2026-05-15",
        wishes: &[("B", "nursery", 9.0, 1), ("D", "childminding", 9.0, 1)],
    },
    // Holds a confirmed offer at B.
    Applicant {
        child: "q1",
        household: "Q",
        siblings: "independent",
        birth_date: "2026-06-01",
        wishes: &[("B", "nursery", 9.0, 0), ("A", "nursery", 9.0, 20)],
    },
];

/// Enters the children with consent, applications and points; gives the keys of the applications.
async fn enter(story: &Story) -> BTreeMap<(&'static str, &'static str), String> {
    let mut keys = BTreeMap::new();
    for applicant in &APPLICANTS {
        let body = json!({
            "child": applicant.child, "household": applicant.household,
            "siblings": applicant.siblings, "birth_date": applicant.birth_date, "sex": "female",
            "area": "sued1", "municipality": 14_612_000,
            "single_custodian": false, "custodians_working": true,
        });
        story.portal.post("/v1/children", body).await.expect(201);
        story.consent(applicant.child).await;
        let wishes: Vec<Value> = (1..)
            .zip(applicant.wishes)
            .map(|(rank, (facility, care_type, hours, _))| {
                json!({
                    "facility": facility, "care_type": care_type, "rank": rank,
                    "wished_start": STARTS, "daily_hours": hours,
                })
            })
            .collect();
        let body = json!({"child": applicant.child, "wishes": wishes});
        let submitted = story
            .portal
            .post("/v1/applications", body)
            .await
            .expect(201);
        let submitted = list_of(&submitted, "applications").iter();
        for ((facility, _, _, points), key) in applicant.wishes.iter().zip(submitted) {
            let key = key.as_str().expect("keys are texts").to_owned();
            let address = format!("/v1/applications/{key}/points");
            let body = json!({
                "points": [{"criterion": "sum", "points": points}], "catalogue_version": "2027-1",
            });
            story
                .head_of(facility)
                .put(&address, body)
                .await
                .expect(200);
            keys.insert((applicant.child, *facility), key);
        }
    }
    keys
}

/// Offers a place; gives the key of the offer.
async fn offer(story: &Story, facility: &str, application: &str) -> String {
    let body = json!({"application": application, "starts_on": STARTS, "reply_by": REPLY_BY});
    let offered = story.head_of(facility).post("/v1/offers", body).await;
    text_of(&offered.expect(201), "offer").to_owned()
}

/// The lists of a care type.
async fn lists(story: &Story, care_type: &str) -> Vec<Value> {
    let body = json!({"care_type": care_type, "starts_on": STARTS, "seed": 7});
    let lists = story.mediation.post("/v1/suggestions:compute", body).await;
    list_of(&lists.expect(200), "lists").to_vec()
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn no_brother_or_sister_is_parted_no_hours_mismatch_and_no_promised_place_is_lost(
    #[case] database: Database,
) {
    let Some(story) = Story::open(database).await else {
        return;
    };
    let keys = enter(&story).await;
    let shown = story.portal.get("/v1/children/s1").await.expect(200);
    assert_eq!(shown["facts"]["siblings"], "together_only");
    let held = offer(&story, "D", &keys[&("p1", "D")]).await;
    let confirmed = offer(&story, "B", &keys[&("q1", "B")]).await;
    story.answer(&confirmed, "confirmation").await.expect(200);

    let mut all = lists(&story, "nursery").await;
    all.extend(lists(&story, "kindergarten").await);
    let mut suggested: BTreeMap<String, String> = BTreeMap::new();
    let mut reasons: BTreeMap<(String, String), String> = BTreeMap::new();
    for list in &all {
        let facility = text_of(list, "facility");
        let mut given = 0;
        for row in list_of(list, "rows") {
            let child = text_of(row, "child").to_owned();
            if row["suggested"] == true {
                given += 1;
                let before = suggested.insert(child.clone(), facility.to_owned());
                assert_eq!(before, None, "{child} is suggested twice");
            }
            let reason = text_of(row, "reason").to_owned();
            reasons.insert((child, facility.to_owned()), reason);
        }
        assert!(
            given <= list["free_places"].as_u64().expect("a number"),
            "{list}"
        );
    }
    let reason = |child: &str, at: &str| reasons[&(child.to_owned(), at.to_owned())].as_str();

    // Brothers and sisters: one house, or none.
    let at_a = "A".to_owned();
    assert_eq!(suggested.get("s1"), Some(&at_a), "{suggested:?}");
    assert_eq!(suggested.get("s2"), Some(&at_a), "{suggested:?}");
    assert_eq!(reason("s2", "B"), "siblings_rule");
    assert!(!suggested.contains_key("t1") && !suggested.contains_key("t2"));
    assert_eq!(reason("t1", "A"), "siblings_rule");
    // Hours.
    assert!(!suggested.contains_key("l1"));
    assert_eq!(reason("l1", "C"), "opens_too_short");
    // Promised places.
    assert_eq!(reason("p1", "D"), "offered");
    assert_eq!(reason("p1", "B"), "no_free_place");
    assert_eq!(reason("q1", "B"), "offer_confirmed");
    assert_eq!(reason("q1", "A"), "offer_confirmed_elsewhere");
    for child in ["p1", "q1"] {
        assert!(!suggested.contains_key(child), "{child} keeps its place");
    }
    assert_eq!(story.offer_state(&held).await["state"], "open");
    assert_eq!(story.offer_state(&confirmed).await["state"], "confirmed");
    assert_eq!(suggested.len(), 2, "{suggested:?}");

    // The proof of the same round holds, brothers and sisters and all.
    let address = format!("/v1/suggestion-proof?starts_on={STARTS}&seed=7");
    let proof = story.auditor.get(&address).await.expect(200);
    let inputs = story.city.round_inputs(STARTS, 7).await;
    assert_eq!(verify_proof(&proof["proof"], &inputs), []);
}

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn every_line_is_proven_and_nobody_reads_what_is_not_theirs(#[case] database: Database) {
    let Some(story) = Story::with_families(database).await else {
        return;
    };
    let address = format!("/v1/suggestion-proof?starts_on={STARTS}&seed=7");
    let whole = story.mediation.get(&address).await;
    let proven = whole.expect(200);
    let inputs = story.city.round_inputs(STARTS, 7).await;
    assert_eq!(proven["proof"]["inputs_hash"], inputs.hash());
    for (name, text) in inputs.canonical_files() {
        assert_eq!(proven["inputs"][name], text, "{name}");
    }
    assert_eq!(verify_proof(&proven["proof"], &inputs), []);
    // The lists say what the proof says.
    for list in lists(&story, "nursery").await {
        let name = format!(
            "{}:{}",
            text_of(&list, "facility"),
            text_of(&list, "care_type")
        );
        let mut programmes = list_of(&proven["proof"], "programmes").iter();
        let lines = programmes.find(|it| it["programme_id"] == name);
        let lines = list_of(lines.expect("every list is proven"), "lines");
        for (row, line) in list_of(&list, "rows").iter().zip(lines) {
            assert_eq!(row["child"], line["applicant_id"], "{name}");
            assert_eq!(row["points"], line["points"], "{name}");
            assert_eq!(
                row["suggested"],
                line["decision"]["kind"] == "suggested",
                "{name}"
            );
        }
    }
    // One changed line, and it no longer holds.
    for (pointer, value) in [
        ("/programmes/0/lines/0/points", json!(15)),
        ("/programmes/0/lines/2/decision/kind", json!("suggested")),
        ("/placements/1/programme_id", json!("A:nursery")),
    ] {
        let mut wrong = proven["proof"].clone();
        *wrong.pointer_mut(pointer).expect("the line is there") = value;
        assert!(!verify_proof(&wrong, &inputs).is_empty(), "{pointer}");
    }
    the_script_accepts(&proven);

    // The whole is for the city's mediation and the auditor; a provider has its own lines.
    story.auditor.get(&address).await.expect(200);
    for client in [story.provider("T1"), &story.portal, &story.planner] {
        client.get(&address).await.refused(403, "role-not-allowed");
    }
    let own = format!("/v1/facilities/A/suggestion-proof?starts_on={STARTS}&seed=7");
    story
        .provider("T2")
        .get(&own)
        .await
        .refused(403, "foreign-facility");
    let answer = story.provider("T1").get(&own).await;
    let part = answer.expect(200);
    for elsewhere in ["B:nursery", "C:nursery", "D:childminding", "\"c6\""] {
        assert!(!answer.text().contains(elsewhere), "{elsewhere}");
    }
    assert_eq!(part["seal"], proven["proof"]["seal"]);
    assert_eq!(part["inputs_hash"], proven["proof"]["inputs_hash"]);
    let lines = list_of(&part["programmes"][0], "lines");
    let children: Vec<&str> = lines.iter().map(|it| text_of(it, "applicant_id")).collect();
    assert_eq!(children, ["c1", "c3", "c2", "c4", "c5"]);
    assert_eq!(
        lines[3]["decision"],
        json!({"kind": "placed_at_better_wish"})
    );
    families_read_their_own(&story).await;
}

/// The statements of the families.
async fn families_read_their_own(story: &Story) {
    for family in &FAMILIES {
        let address = format!("/v1/children/{}/suggestion-statement?seed=7", family.child);
        let answer = story.portal.get(&address).await;
        let statement = answer.expect(200);
        assert_eq!(statement["starts_on"], STARTS);
        assert_eq!(list_of(&statement, "wishes").len(), family.wishes.len());
        for other in FAMILIES.iter().filter(|it| it.child != family.child) {
            assert!(
                !answer.text().contains(&format!("\"{}\"", other.child)),
                "{} names {}",
                family.child,
                other.child
            );
        }
        let provider = story.provider("T1").get(&address).await;
        provider.refused(403, "role-not-allowed");
        let planner = story.planner.get(&address).await;
        planner.refused(403, "children-never-leave");
    }
    let address = format!("/v1/children/c2/suggestion-statement?starts_on={STARTS}");
    let statement = story.mediation.get(&address).await.expect(200);
    let [at_a, at_c] = list_of(&statement, "wishes") else {
        panic!("c2 has two wishes: {statement}");
    };
    assert_eq!(
        at_a["decision"],
        json!({
            "kind": "full", "free_places": 2, "cut_off_points": 7, "decided_by": "points",
            "waiting_position": 1,
        })
    );
    assert_eq!(
        (&at_a["position"], &at_a["applicants"]),
        (&json!(3), &json!(5))
    );
    assert_eq!(at_c["decision"], json!({"kind": "suggested"}));
    let unknown = story.portal.get("/v1/children/nobody/suggestion-statement");
    unknown.await.refused(404, "not-found");
}

/// Runs the script that shares nothing with the engine; skipped where there is no python3.
#[expect(clippy::print_stdout, reason = "a test says that it skips a part")]
fn the_script_accepts(proven: &Value) {
    let folder = tempfile::tempdir().expect("temporary files can be written");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("temporary files can be written");
    };
    for (name, text) in proven["inputs"].as_object().expect("files by name") {
        write(name, text.as_str().expect("files are texts"));
    }
    write("proof.json", &proven["proof"].to_string());
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../engine/matching/tests/tools/verify_proof.py");
    let run = Command::new("python3")
        .arg(script)
        .arg(folder.path())
        .output();
    let Ok(output) = run else {
        println!("skipped: there is no python3");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}
