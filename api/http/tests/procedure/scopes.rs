//! What is another provider's, and what only staff with a mandate may do.

use serde_json::json;

use crate::world::{World, child_named, offer_on, wish};

#[tokio::test]
async fn what_is_at_a_foreign_facility_does_not_exist_for_a_provider() {
    let world = World::made().await;
    world.child("c1").await;
    let applications = world.apply("c1", &["A"]).await;
    let offer = world.offer("provider.admin", &applications[0]).await;
    let body = json!({"offer": offer, "days_per_week": 5, "lunch": true});
    let contract = world
        .done("provider.admin", "POST", "/v1/contracts", &body)
        .await
        .text("contract");
    let paths = [
        "/v1/children/c1".to_owned(),
        format!("/v1/applications/{}", applications[0]),
        format!("/v1/offers/{offer}"),
        format!("/v1/contracts/{contract}"),
    ];
    let invented = [
        "/v1/children/x",
        "/v1/applications/x",
        "/v1/offers/x",
        "/v1/contracts/x",
    ];
    for (path, invented) in paths.iter().zip(invented) {
        assert_eq!(
            world.get("provider.staff", path).await.status,
            200,
            "{path}"
        );
        let entry = world.last_access().await;
        assert_eq!((entry.action.as_str(), entry.status), ("read", 200));
        let foreign = world.get("T2", path).await;
        assert_eq!(foreign.status, 404, "{path}");
        assert_eq!(world.last_access().await.action, "refused");
        let unknown = world.get("T2", invented).await;
        let shape = |answer: &crate::world::Answer| {
            let problem = answer.json();
            (
                problem["type"].clone(),
                problem["code"].clone(),
                problem["detail"].clone(),
            )
        };
        assert_eq!(shape(&foreign), shape(&unknown), "{path}");
    }
    let before = world.sequence().await;
    let writes = [
        (
            format!("/v1/offers/{offer}/revocation"),
            json!({"reason": "x"}),
        ),
        ("/v1/contracts".to_owned(), body),
        ("/v1/offers".to_owned(), offer_on(&applications[0])),
        (
            format!("/v1/contracts/{contract}/end"),
            json!({"last_day": "2027-12-31", "cause": "by_provider"}),
        ),
    ];
    for (path, body) in writes {
        assert_eq!(
            world.write("T2", "POST", &path, &body).await.status,
            404,
            "{path}"
        );
    }
    let attested = json!({"month": "2026-12"});
    let foreign = world
        .write("T2", "POST", "/v1/providers/T1/attestations", &attested)
        .await;
    assert_eq!(foreign.status, 403);
    assert_eq!(world.sequence().await, before);
}

#[tokio::test]
async fn a_provider_sees_of_a_child_what_is_at_its_own_facilities() {
    let world = World::made().await;
    world.child("c1").await;
    world.apply("c1", &["A", "B"]).await;
    let whole = world.get("portal", "/v1/children/c1").await.json();
    assert_eq!(whole["facts"]["birth_date"], "2026-03-10");
    assert_eq!(whole["applications"].as_array().unwrap().len(), 2);
    let part = world.get("T2", "/v1/children/c1").await.json();
    assert_eq!(part.get("facts"), None);
    assert_eq!(part["applications"].as_array().unwrap().len(), 1);
    assert_eq!(part["applications"][0]["facility"], "B");
}

#[tokio::test]
async fn staff_name_the_notice_and_the_mandate_and_families_need_neither() {
    let world = World::made().await;
    world
        .done("provider.staff", "POST", "/v1/children", &child_named("c6"))
        .await;
    let with =
        |entry: serde_json::Value| json!({"child": "c6", "wishes": [wish("A", 1)], "entry": entry});
    let post = async |who: &str, body: serde_json::Value| {
        let answer = world.write(who, "POST", "/v1/applications", &body).await;
        (answer.status.as_u16(), answer.problem())
    };
    let mandate = json!({"reference": "M-1"});
    let refused = post("provider.staff", with(json!({"on_behalf_of": mandate}))).await;
    assert_eq!(refused, (422, "notice-missing".to_owned()));
    let bare = json!({"child": "c6", "wishes": [wish("A", 1)]});
    assert_eq!(
        post("city.mediation", bare.clone()).await,
        (422, "notice-missing".to_owned())
    );
    let refused = post(
        "provider.staff",
        with(json!({"notice_given_on": "2026-11-20"})),
    )
    .await;
    assert_eq!(refused, (422, "mandate-missing".to_owned()));
    let wrong =
        json!({"channel": "online", "notice_given_on": "2026-11-20", "on_behalf_of": mandate});
    assert_eq!(
        post("provider.staff", with(wrong)).await,
        (422, "wrong-value".to_owned())
    );
    let whole = json!({"notice_given_on": "2026-11-20", "on_behalf_of": mandate});
    assert_eq!(
        post("portal", with(whole.clone())).await,
        (422, "wrong-value".to_owned())
    );
    let taken = world
        .done("provider.staff", "POST", "/v1/applications", &with(whole))
        .await;
    let application = taken.json()["applications"][0].as_str().unwrap().to_owned();
    let path = format!("/v1/applications/{application}");
    assert_eq!(world.get("portal", &path).await.json()["channel"], "onsite");
    let path = format!("/v1/applications/{application}/withdrawal");
    let refused = world
        .write("provider.staff", "POST", &path, &json!({}))
        .await;
    assert_eq!(refused.problem(), "mandate-missing");
    let consent = json!({"text_version": "1"});
    let refused = world
        .write(
            "city.mediation",
            "POST",
            "/v1/children/c6/consents",
            &consent,
        )
        .await;
    assert_eq!(refused.problem(), "mandate-missing");
}

#[tokio::test]
async fn parallel_applications_need_the_custodians_consent() {
    let world = World::made().await;
    world
        .done("portal", "POST", "/v1/children", &child_named("c2"))
        .await;
    let body = json!({"child": "c2", "wishes": [wish("A", 1), wish("B", 2)]});
    let refused = world
        .write("portal", "POST", "/v1/applications", &body)
        .await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (422, "consent-missing")
    );
    let consent = json!({"text_version": "2026-01"});
    world
        .done("portal", "POST", "/v1/children/c2/consents", &consent)
        .await;
    let taken = world
        .done("portal", "POST", "/v1/applications", &body)
        .await;
    assert_eq!(taken.status, 201);
    assert_eq!(taken.json()["applications"].as_array().unwrap().len(), 2);
    let revoked = world
        .write("portal", "DELETE", "/v1/children/c2/consents", &json!({}))
        .await;
    assert_eq!(
        (revoked.status.as_u16(), revoked.problem().as_str()),
        (409, "consent-needed")
    );
}
