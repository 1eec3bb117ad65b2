//! Story B, steps 1 and 3 to 8: six families, four facilities, five contracts; step 4 is told in
//! [`rule_lab`](super::rule_lab), step 10 in [`provider_software`](super::provider_software).

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::{Value, json};

use super::Database;
use super::client::{list_of, text_of};
use super::families::{FACILITIES, FAMILIES, STARTS, Story, TODAY, family};
use super::{provider_software, rule_lab};

/// Offers and contracts by the names the story gives them: child and facility.
pub(super) type Keys = BTreeMap<(&'static str, &'static str), String>;

#[rstest]
#[case::on_sqlite(Database::Sqlite)]
#[case::on_postgres(Database::Postgres)]
#[tokio::test]
async fn six_families_apply_and_five_children_get_the_places_with_every_chain_closed(
    #[case] database: Database,
) {
    let Some(mut story) = Story::open(database).await else {
        return;
    };
    families_submit(&mut story).await;
    rule_lab::the_catalogue_gives_the_points_recorded(&story).await;
    suggestions_come_out_and_nothing_is_offered(&story).await;
    rule_lab::tells_who_is_passed_over_under_first_wishes_first(&story).await;
    a_person_reorders_and_the_audit_keeps_both_lists(&story).await;
    let mut offers = Keys::new();
    let mut contracts = Keys::new();
    conclusions_withdraw_what_else_is_open(&story, &mut offers, &mut contracts).await;
    a_place_given_up_goes_to_the_next_and_frees_another(&story, &mut offers, &mut contracts).await;
    the_last_place_goes_to_c6(&story, &mut offers, &mut contracts).await;
    everything_is_closed(&story, &contracts).await;
    provider_software::hears_of_contracts_only(&story, &contracts).await;
    provider_software::brings_nothing_before_a_contract(&story, &offers, &contracts).await;
    let proof = story
        .auditor
        .get("/v1/audit/verification")
        .await
        .expect(200);
    assert_eq!(proof["fault"], Value::Null);
}

/// B1: six families submit; c2 needs the consent, c6 the notice.
async fn families_submit(story: &mut Story) {
    for family in &FAMILIES {
        story.enter(family).await;
    }
    for child in ["c1", "c3", "c4", "c5"] {
        story.consent(child).await;
        let submitted = story.submit(family(child)).await.expect(201);
        story.remember(family(child), &submitted);
    }
    let without_consent = story.submit(family("c2"));
    let problem = story.city.refuses(without_consent, 422, "consent-missing");
    assert_eq!(problem.await["code"], "E9010");
    let shown = story.portal.get("/v1/children/c2").await.expect(200);
    assert_eq!(
        list_of(&shown, "applications").len(),
        0,
        "none of the two came in"
    );
    story.consent("c2").await;
    let submitted = story.submit(family("c2")).await.expect(201);
    story.remember(family("c2"), &submitted);
    let shown = story.portal.get("/v1/children/c2").await.expect(200);
    assert_eq!(shown["consent"]["text_version"], "2027-1");
    assert_eq!(shown["consent"]["channel"], "online");
    assert_eq!(list_of(&shown, "applications").len(), 2);

    staff_enter_c6(story).await;
    for family in &FAMILIES {
        story.score(family).await;
    }
    for family in &FAMILIES {
        for (facility, criteria) in family.wishes {
            let shown = story.shown(family.child, facility).await;
            let points: i32 = criteria.iter().map(|(_, points)| points).sum();
            assert_eq!(
                shown["total_points"], points,
                "{} at {facility}",
                family.child
            );
            assert_eq!(shown["state"], json!({"state": "open"}));
        }
    }
    assert_eq!(story.shown("c1", "A").await["total_points"], 14);
}

/// The mediation office enters c6: with notice and mandate only (K53, K65).
async fn staff_enter_c6(story: &mut Story) {
    let c6 = family("c6");
    let mandate = json!({"reference": "M-2027-6"});
    let address = "/v1/children/c6/consents";
    let consent = json!({"text_version": "2027-1", "on_behalf_of": mandate});
    story.mediation.post(address, consent).await.expect(200);

    let entered = |entry: Value| {
        let mut body = c6.applications();
        body["entry"] = entry;
        story.mediation.post("/v1/applications", body)
    };
    let without_notice = entered(json!({"on_behalf_of": mandate}));
    let problem = story.city.refuses(without_notice, 422, "notice-missing");
    assert_eq!(problem.await["field"], "notice_given_on");
    let without_mandate = entered(json!({"notice_given_on": "2027-01-08"}));
    story
        .city
        .refuses(without_mandate, 422, "mandate-missing")
        .await;
    let without_both = story.mediation.post("/v1/applications", c6.applications());
    story
        .city
        .refuses(without_both, 422, "notice-missing")
        .await;

    // The story's own word for the day of the notice is taken as well.
    let submitted = entered(json!({"notice_given_at": "2027-01-08", "on_behalf_of": mandate}));
    let submitted = submitted.await.expect(201);
    story.remember(c6, &submitted);
    let shown = story.shown("c6", "C").await;
    assert_eq!(shown["channel"], "mediation");
    assert_eq!(shown["applied_on"], TODAY.to_string());
}

/// `child(points)` with `*` for the suggested, and the reason, in the order of the line.
fn line(lists: &Value, facility: &str) -> String {
    let mut lists = list_of(lists, "lists").iter();
    let list = lists.find(|list| list["facility"] == facility);
    let list = list.unwrap_or_else(|| panic!("there is a list for {facility}"));
    let rows = list_of(list, "rows")
        .iter()
        .zip(1..)
        .map(|(row, position)| {
            assert_eq!(row["position"], position);
            let star = if row["suggested"] == true { "*" } else { "" };
            let (child, reason) = (text_of(row, "child"), text_of(row, "reason"));
            format!("{child}({}){star} {reason}", row["points"])
        });
    format!(
        "{} free: {}",
        list["free_places"],
        rows.collect::<Vec<_>>().join(", ")
    )
}

/// What is asked for in steps 3 to 5.
pub(super) fn computation() -> Value {
    json!({"care_type": "nursery", "starts_on": STARTS, "seed": 7})
}

/// B3: the lists; twice the same bytes.
async fn suggestions_come_out_and_nothing_is_offered(story: &Story) {
    let first = story
        .mediation
        .post("/v1/suggestions:compute", computation())
        .await;
    let lists = first.expect(200);
    assert_eq!(
        line(&lists, "A"),
        "2 free: c1(14)* points, c3(7)* points, c2(6) full_points, c4(6) better_wish, c5(4) full_points"
    );
    assert_eq!(
        line(&lists, "B"),
        "1 free: c3(7) better_wish, c4(6)* points, c1(4) better_wish, c6(0) full_points"
    );
    assert_eq!(
        line(&lists, "C"),
        "1 free: c3(7) better_wish, c2(4)* points, c6(2) full_points"
    );
    assert_eq!(line(&lists, "D"), "1 free: c5(4)* place_free");
    assert_eq!(list_of(&lists, "lists").len(), 4);
    let again = story
        .mediation
        .post("/v1/suggestions:compute", computation());
    let again = story.city.leaves_as_is(again).await;
    assert_eq!(
        again.bytes, first.bytes,
        "the same state and request give the same bytes"
    );
    nothing_is_offered(story).await;
}

/// P10: no offer exists before a person makes one.
pub(super) async fn nothing_is_offered(story: &Story) {
    let applications = story.all_applications().await;
    assert_eq!(applications.len(), 13);
    for application in applications {
        assert_eq!(application["offers"], json!([]), "{application}");
    }
    let audit = story.audit().await;
    assert!(!audit.iter().any(|change| change["kind"] == "offer.made"));
}

/// B5: c5 goes above c3, with a reason; the list is nobody else's.
async fn a_person_reorders_and_the_audit_keeps_both_lists(story: &Story) {
    let (head, other) = (story.provider("T1"), story.provider("T2"));
    let own = head.get("/v1/facilities/A/suggestions").await.expect(200);
    let list = text_of(&own["lists"][0], "id").to_owned();
    let keys = |children: [&str; 5]| children.map(|child| story.application(child, "A").to_owned());
    let before = keys(["c1", "c3", "c2", "c4", "c5"]);
    let after = keys(["c1", "c5", "c3", "c2", "c4"]);
    let address = format!("/v1/suggestions/{list}/reorder");

    let without_reason = head.post(&address, json!({"order": after}));
    let problem = story
        .city
        .refuses(without_reason, 422, "reason-missing")
        .await;
    assert_eq!(
        (&problem["code"], &problem["field"]),
        (&json!("E9031"), &json!("reason"))
    );
    let blank = head.post(&address, json!({"order": after, "reason": " "}));
    story.city.refuses(blank, 422, "reason-missing").await;
    let shorter = head.post(
        &address,
        json!({"order": after[1..], "reason": "sibling-group"}),
    );
    story
        .city
        .refuses(shorter, 422, "not-the-same-applications")
        .await;

    let body = json!({"order": after, "reason": "sibling-group"});
    for refused in [
        other.get("/v1/facilities/A/suggestions").await,
        other.get("/v1/facilities/A/cascades").await,
        other.post(&address, body.clone()).await,
        other
            .post(
                "/v1/suggestions:compute",
                json!({"facility": "A", "care_type": "nursery", "starts_on": STARTS}),
            )
            .await,
    ] {
        refused.refused(403, "foreign-facility");
    }
    let families = story.portal.get("/v1/facilities/A/suggestions").await;
    families.refused(403, "role-not-allowed");

    let reordered = head.post(&address, body).await.expect(201);
    let new_list = text_of(&reordered, "list");
    assert_ne!(new_list, list);
    let own = head.get("/v1/facilities/A/suggestions").await.expect(200);
    assert_eq!(own["lists"][0]["id"], new_list);
    assert_eq!(own["lists"][0]["override_reason"], "sibling-group");
    assert_eq!(
        line(&own, "A"),
        "2 free: c1(14)* points, c5(4) full_points, c3(7)* points, c2(6) full_points, c4(6) better_wish"
    );
    let audit = story.audit().await;
    let entry = audit.last().expect("there are changes");
    assert_eq!(entry["kind"], "suggestions.reordered");
    assert_eq!(entry["actor_id"], "head-of-T1");
    let facts = &entry["facts"];
    assert_eq!(facts["before"]["list"], list);
    assert_eq!(facts["before"]["order"], json!(before));
    assert_eq!(facts["before"]["override_reason"], Value::Null);
    assert_eq!(facts["after"]["list"], new_list);
    assert_eq!(facts["after"]["order"], json!(after));
    assert_eq!(facts["after"]["override_reason"], "sibling-group");
    nothing_is_offered(story).await;
}

/// That an application was withdrawn because of a contract.
async fn is_withdrawn_by(story: &Story, child: &str, facility: &str, contract: &str) {
    let expected = json!({
        "state": "withdrawn", "on": TODAY.to_string(),
        "cause": {"cause": "by_contract", "contract": contract},
    });
    let shown = story.shown(child, facility).await;
    assert_eq!(shown["state"], expected, "{child} at {facility}");
}

/// B6: five offers, three contracts; each withdraws what else its child has open.
async fn conclusions_withdraw_what_else_is_open(
    story: &Story,
    offers: &mut Keys,
    contracts: &mut Keys,
) {
    for (child, facility) in [
        ("c1", "A"),
        ("c3", "A"),
        ("c4", "B"),
        ("c2", "C"),
        ("c5", "D"),
    ] {
        offers.insert((child, facility), story.offer(child, facility).await);
    }
    // Every place is promised.
    let full = story
        .head_of("A")
        .post("/v1/offers", story.offer_body("c5", "A"));
    story.city.refuses(full, 409, "no-place-free").await;
    for (child, facility, withdrawn, last_day) in [
        ("c3", "A", &["B", "C"][..], "2032-07-31"),
        ("c4", "B", &["A"], "2032-07-31"),
        ("c5", "D", &["A"], "2029-06-30"),
    ] {
        let contract = story.contract(facility, &offers[&(child, facility)]).await;
        let state = json!({"state": "contracted", "on": TODAY.to_string(), "contract": contract});
        assert_eq!(story.shown(child, facility).await["state"], state);
        for other in withdrawn {
            is_withdrawn_by(story, child, other, &contract).await;
        }
        let address = format!("/v1/contracts/{contract}");
        let shown = story.portal.get(&address).await.expect(200);
        assert_eq!(shown["facility"], facility);
        let expected = json!({"by": "offer", "offer": offers[&(child, facility)]});
        assert_eq!(shown["first_record"], expected);
        assert_eq!(shown["current"]["valid_from"], STARTS);
        assert_eq!(shown["current"]["valid_to"], last_day);
        contracts.insert((child, facility), contract);
    }
    assert_eq!(
        story.offer_state(&offers[&("c1", "A")]).await["state"],
        "open"
    );
    assert_eq!(
        story.offer_state(&offers[&("c2", "C")]).await["state"],
        "open"
    );
}

/// The moves of a preview: child, from, to.
fn moves(cascades: &Value) -> Vec<String> {
    let moves = list_of(&cascades["preview"], "moves").iter();
    moves
        .map(|it| {
            let child = it["child"].as_str().unwrap_or("somebody");
            let from = it["from"]["facility"].as_str().unwrap_or("nowhere");
            format!("{child} from {from} to {}", text_of(&it["to"], "facility"))
        })
        .collect()
}

/// B7: c1 moves away; the place at A goes to c2, whose offer at C falls.
async fn a_place_given_up_goes_to_the_next_and_frees_another(
    story: &Story,
    offers: &mut Keys,
    contracts: &mut Keys,
) {
    for facility in ["A", "B"] {
        let key = story.application("c1", facility);
        let address = format!("/v1/applications/{key}/withdrawal");
        let body = json!({"moved_away": true});
        story.portal.post(&address, body).await.expect(200);
        let cause = json!({"cause": "moved_away"});
        assert_eq!(story.shown("c1", facility).await["state"]["cause"], cause);
    }
    let given_up = &offers[&("c1", "A")];
    assert_eq!(story.offer_state(given_up).await["state"], "withdrawn");
    let done = story.city.work_off().await;
    assert_eq!((done.suggested, done.nobody_waits, done.expired), (1, 0, 0));

    let cascades = story
        .mediation
        .get("/v1/facilities/A/cascades")
        .await
        .expect(200);
    let freed = list_of(&cascades, "freed_places");
    assert_eq!(freed.len(), 1);
    assert_eq!(
        freed[0]["cause"],
        json!({"cause": "offer_closed", "offer": given_up})
    );
    assert_eq!(
        (&freed[0]["free_from"], &freed[0]["outcome"]),
        (&json!(STARTS), &Value::Null)
    );
    assert_eq!(cascades["preview"]["is_free_now"], true);
    assert_eq!(moves(&cascades), ["c2 from C to A", "c6 from nowhere to C"]);
    assert_eq!(cascades["preview"]["free_in_the_end"], Value::Null);
    // T1 sees the whole chain of places, and at its own facility which child it is.
    let own = story
        .provider("T1")
        .get("/v1/facilities/A/cascades")
        .await
        .expect(200);
    assert_eq!(
        moves(&own),
        ["c2 from C to A", "somebody from nowhere to C"]
    );

    let lists = story
        .provider("T1")
        .get("/v1/facilities/A/suggestions")
        .await
        .expect(200);
    assert_eq!(line(&lists, "A"), "1 free: c2(6)* place_free");
    let audit = story.audit().await;
    let made = audit
        .iter()
        .filter(|change| change["kind"] == "offer.made")
        .count();
    assert_eq!(made, 5, "the cascade offers nothing");

    offers.insert(("c2", "A"), story.offer("c2", "A").await);
    let contract = story.contract("A", &offers[&("c2", "A")]).await;
    is_withdrawn_by(story, "c2", "C", &contract).await;
    let expected = json!({
        "state": "declined_by_contract", "on": TODAY.to_string(), "contract": contract,
    });
    assert_eq!(story.offer_state(&offers[&("c2", "C")]).await, expected);
    // T3 hears that, and not where.
    let address = format!("/v1/offers/{}", offers[&("c2", "C")]);
    let seen = story.provider("T3").get(&address).await.expect(200);
    assert_eq!(
        seen["state"],
        json!({"state": "declined_by_contract", "on": TODAY.to_string()})
    );
    contracts.insert(("c2", "A"), contract);
}

/// B8: the place at C goes to c6.
async fn the_last_place_goes_to_c6(story: &Story, offers: &mut Keys, contracts: &mut Keys) {
    let done = story.city.work_off().await;
    assert_eq!((done.suggested, done.nobody_waits, done.expired), (1, 0, 0));
    let lists = story
        .provider("T3")
        .get("/v1/facilities/C/suggestions")
        .await
        .expect(200);
    assert_eq!(line(&lists, "C"), "1 free: c6(2)* place_free");
    offers.insert(("c6", "C"), story.offer("c6", "C").await);
    let contract = story.contract("C", &offers[&("c6", "C")]).await;
    is_withdrawn_by(story, "c6", "B", &contract).await;
    contracts.insert(("c6", "C"), contract);
}

/// B8: who has which place, nothing open, every chain closed.
async fn everything_is_closed(story: &Story, contracts: &Keys) {
    let done = story.city.work_off().await;
    assert_eq!(done, server::WorkDone::default(), "no work is left");
    let expected = [
        ("c2", "A"),
        ("c3", "A"),
        ("c4", "B"),
        ("c5", "D"),
        ("c6", "C"),
    ];
    assert!(contracts.keys().eq(&expected));
    for family in &FAMILIES {
        let address = format!("/v1/children/{}", family.child);
        let shown = story.portal.get(&address).await.expect(200);
        let held: Vec<(&str, &str)> = list_of(&shown, "contracts")
            .iter()
            .map(|it| (text_of(it, "contract"), text_of(it, "facility")))
            .collect();
        let of_child = contracts
            .iter()
            .filter(|((child, _), _)| *child == family.child);
        let one: Vec<(&str, &str)> = of_child.map(|((_, at), key)| (key.as_str(), *at)).collect();
        assert_eq!(held, one, "{}: exactly one contract, c1 none", family.child);
    }
    for application in story.all_applications().await {
        let state = text_of(&application["state"], "state");
        assert_ne!(state, "open", "{application}");
        for offer in list_of(&application, "offers") {
            let state = text_of(&offer["state"], "state");
            assert!(!["open", "confirmed"].contains(&state), "{offer}");
        }
    }
    for (facility, ..) in FACILITIES {
        let address = format!("/v1/facilities/{facility}/cascades");
        let cascades = story.head_of(facility).get(&address).await.expect(200);
        let freed = list_of(&cascades, "freed_places");
        let next = contracts.get(match facility {
            "A" => &("c2", "A"),
            "C" => &("c6", "C"),
            _ => &("", ""),
        });
        assert_eq!(
            freed.len(),
            usize::from(next.is_some()),
            "{facility}: {cascades}"
        );
        for place in freed {
            assert_eq!(place["outcome"]["outcome"], "offered", "{place}");
            assert_eq!(place["offer_state"], "contracted", "{place}");
            assert_eq!(
                place["contract"].as_str(),
                next.map(String::as_str),
                "{place}"
            );
            assert!(place["closed_sequence"].as_u64() > place["freed_sequence"].as_u64());
        }
        assert_eq!(
            cascades["preview"],
            Value::Null,
            "nothing waits at {facility}"
        );
    }
}
