//! Tokens and roles: every route, every role, and nobody.

use axum::http::StatusCode;
use domain::procedure::Role;
use serde_json::json;

use crate::world::World;

/// Method, path and roles of every described operation.
fn operations() -> Vec<(String, String, Vec<String>)> {
    let document: serde_json::Value = serde_json::from_str(&http_api::openapi_json()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let roles = serde_json::from_value(operation["x-roles"].clone()).unwrap();
            found.push((method.to_uppercase(), path.clone(), roles));
        }
    }
    found
}

#[tokio::test]
async fn every_route_refuses_nobody_strangers_and_every_role_it_does_not_name() {
    let world = World::made().await;
    let mut refused = 0;
    for (method, path, roles) in operations() {
        let asked = path.replace(['{', '}'], "");
        let headers = [("idempotency-key", "k")];
        for (who, problem) in [("", "token-missing"), ("pw_made-up", "token-unknown")] {
            let answer = world.send(who, &method, &asked, &headers, "{}").await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert_eq!(answer.problem(), problem);
            assert_eq!(
                answer.header("www-authenticate"),
                "Bearer realm=\"placewright\""
            );
        }
        for role in Role::ALL {
            let answer = world
                .send(role.as_str(), &method, &asked, &headers, "{}")
                .await;
            let is_refused = ["role-not-allowed", "children-never-leave"];
            let is_refused = is_refused.contains(&answer.problem().as_str());
            let is_named = roles.iter().any(|named| named == role.as_str());
            assert_eq!(is_refused, !is_named, "{method} {path} {}", role.as_str());
            assert_ne!(
                answer.status,
                StatusCode::INTERNAL_SERVER_ERROR,
                "{method} {path}"
            );
            refused += usize::from(is_refused);
        }
    }
    assert!(refused > 200, "{refused}");
    assert_eq!(world.get("", "/health").await.status, 200);
    assert_eq!(world.get("", "/v1/openapi.json").await.status, 200);
    assert_eq!(world.get("", "/docs/").await.status, 200);
}

#[tokio::test]
async fn a_planner_who_asks_for_a_child_hears_no_and_the_log_has_it() {
    let world = World::made().await;
    world.child("c1").await;
    for path in ["/v1/children/c1", "/v1/children", "/v1/children/c1/secrets"] {
        for who in ["city.planner", "city.statistics"] {
            let answer = world.get(who, path).await;
            assert_eq!(answer.status, 403, "{path}");
            assert_eq!(answer.problem(), "children-never-leave");
            let entry = world.last_access().await;
            assert_eq!(
                (entry.action.as_str(), entry.actor_id.as_str()),
                ("refused", who)
            );
            assert_eq!(entry.correlation_id, answer.header("x-correlation-id"));
            assert_eq!(entry.status, 403);
        }
    }
}

#[tokio::test]
async fn expired_and_revoked_tokens_open_nothing_from_the_next_request_on() {
    let world = World::made().await;
    assert_eq!(world.get("portal", "/v1/status").await.status, 200);
    let locked = json!({"actor": "portal"});
    world
        .done("city.admin", "POST", "/v1/tokens/revocations", &locked)
        .await;
    let answer = world.get("portal", "/v1/status").await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (401, "token-revoked")
    );
    world
        .clock
        .advance(jiff::SignedDuration::from_hours(24 * 31));
    let answer = world.get("auditor", "/v1/status").await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (401, "token-expired")
    );
}

#[tokio::test]
async fn a_provider_whose_agreement_has_ended_is_let_in_no_more() {
    let world = World::made().await;
    let end = json!({"last_day": "2026-11-30"});
    world
        .done("city.admin", "POST", "/v1/providers/T2/end", &end)
        .await;
    assert_eq!(world.get("T2", "/v1/status").await.status, 200);
    world.clock.set_day(jiff::civil::date(2026, 12, 1)).unwrap();
    let answer = world.get("T2", "/v1/status").await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (403, "agreement-ended")
    );
    assert_eq!(world.get("provider.staff", "/v1/status").await.status, 200);
}
