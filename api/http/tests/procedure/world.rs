//! A small city behind the router: two providers, two facilities, an account for every role.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use domain::procedure::Role;
use http_api::analysis::{Analyses, StaticTables};
use http_api::{Clock, Limits, Service, issue_token, service_router};
use jiff::civil::date;
use serde_json::{Value, json};
use store::{Grant, SqlStore};
use tower::ServiceExt;

/// The city, and who may ask it.
pub(crate) struct World {
    pub(crate) store: SqlStore,
    pub(crate) clock: Clock,
    router: Router,
    tokens: BTreeMap<String, String>,
    requests: AtomicU64,
}

/// An answer as tests look at it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// The body; null if it is no JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The end of the problem's type.
    pub(crate) fn problem(&self) -> String {
        let problem = self.json();
        let name = problem["type"].as_str().unwrap_or_default();
        name.trim_start_matches("urn:placewright:problem:")
            .to_owned()
    }

    /// A member that has to be a text.
    pub(crate) fn text(&self, member: &str) -> String {
        let body = self.json();
        let text = body[member].as_str();
        text.unwrap_or_else(|| panic!("no {member} in {body}"))
            .to_owned()
    }
}

/// A token of a role; those of providers are of T1 unless named otherwise.
async fn token(
    store: &SqlStore,
    clock: &Clock,
    name: &str,
    role: Role,
    provider: Option<&str>,
) -> String {
    let grant = Grant {
        actor: name.parse().unwrap(),
        role,
        provider: provider.map(|provider| provider.parse().unwrap()),
        expires_at: clock
            .now()
            .saturating_add(jiff::SignedDuration::from_hours(24 * 30))
            .unwrap(),
        revoked_at: None,
    };
    issue_token(store, &grant, clock.now()).await.unwrap()
}

impl World {
    /// Without providers and facilities.
    pub(crate) async fn empty(limits: Limits) -> Self {
        let store = SqlStore::in_memory().await.unwrap();
        let clock = Clock::fixed_on(date(2026, 11, 22)).unwrap();
        let analyses = Analyses::new(StaticTables::new());
        let service = Service::new(store.clone(), clock.clone(), analyses).with_limits(limits);
        let mut tokens = BTreeMap::new();
        for role in Role::ALL {
            let provider = role.is_of_a_provider().then_some("T1");
            let token = token(&store, &clock, role.as_str(), role, provider).await;
            tokens.insert(role.as_str().to_owned(), token);
        }
        let second = token(&store, &clock, "T2.admin", Role::ProviderAdmin, Some("T2")).await;
        tokens.insert("T2".to_owned(), second);
        Self {
            store,
            clock,
            router: service_router(service),
            tokens,
            requests: AtomicU64::new(0),
        }
    }

    /// With T1 and its nursery A (2 places), T2 and its nursery B (1 place).
    pub(crate) async fn made() -> Self {
        let world = Self::empty(Limits::default()).await;
        for (provider, facility, places) in [("T1", "A", 2), ("T2", "B", 1)] {
            world.found(provider, facility, places).await;
        }
        world
    }

    async fn found(&self, provider: &str, facility: &str, places: u32) {
        let registration = json!({
            "provider": provider, "name": format!("Träger {provider}"), "kind": "independent",
            "regime": "secular", "participates_from": "2020-01-01",
        });
        self.done("city.admin", "POST", "/v1/providers", &registration)
            .await;
        for care_type in ["nursery", "kindergarten"] {
            let step = json!({"care_type": care_type, "stage": "full", "valid_from": "2020-01-01"});
            let path = format!("/v1/providers/{provider}/rollout-steps");
            self.done("city.admin", "POST", &path, &step).await;
        }
        let registration = json!({
            "facility": facility, "provider": provider, "name": format!("Kita {facility}"),
            "kind": "day_care_centre", "area": "sued", "latitude": 51.05, "longitude": 13.74,
            "opens_on": "2020-01-01", "in_needs_plan": true,
            "licences": [{"valid_from": "2020-01-01"}],
        });
        self.done("city.admin", "POST", "/v1/facilities", &registration)
            .await;
        for (care_type, places) in [("nursery", places), ("kindergarten", 50)] {
            let span = json!({
                "care_type": care_type, "valid_from": "2020-01-01", "licensed": places,
                "planned": places, "staffed": places,
            });
            let path = format!("/v1/facilities/{facility}/capacities");
            self.done("city.admin", "PUT", &path, &span).await;
        }
    }

    /// A child of the portal with consent.
    pub(crate) async fn child(&self, child: &str) {
        self.done("portal", "POST", "/v1/children", &child_named(child))
            .await;
        let consent = json!({"text_version": "2026-01"});
        let path = format!("/v1/children/{child}/consents");
        self.done("portal", "POST", &path, &consent).await;
    }

    /// Applies for nurseries in this order; gives the keys of the applications.
    pub(crate) async fn apply(&self, child: &str, facilities: &[&str]) -> Vec<String> {
        let wishes: Vec<Value> = facilities
            .iter()
            .zip(1..)
            .map(|(it, rank)| wish(it, rank))
            .collect();
        let body = json!({"child": child, "wishes": wishes});
        let answer = self.done("portal", "POST", "/v1/applications", &body).await;
        let keys = answer.json()["applications"].clone();
        serde_json::from_value(keys).unwrap()
    }

    /// Offers a place on an application; gives the key of the offer.
    pub(crate) async fn offer(&self, who: &str, application: &str) -> String {
        let body = offer_on(application);
        self.done(who, "POST", "/v1/offers", &body)
            .await
            .text("offer")
    }

    /// Sends a write that has to succeed, under a key of its own.
    pub(crate) async fn done(&self, who: &str, method: &str, path: &str, body: &Value) -> Answer {
        let answer = self.write(who, method, path, body).await;
        assert!(
            answer.status.is_success(),
            "{who} {method} {path}: {:?}",
            answer.json()
        );
        answer
    }

    /// Sends a write under a key of its own.
    pub(crate) async fn write(&self, who: &str, method: &str, path: &str, body: &Value) -> Answer {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let key = format!("key-{number}");
        let headers = [("idempotency-key", key.as_str())];
        self.send(who, method, path, &headers, body.to_string())
            .await
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.send(who, "GET", path, &[], String::new()).await
    }

    /// Sends a request as an account; nobody as `""`, and a token of one's own as it is.
    pub(crate) async fn send(
        &self,
        who: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !who.is_empty() {
            let token = self.tokens.get(who).map_or(who, String::as_str);
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }

    /// The newest entry of the access log.
    pub(crate) async fn last_access(&self) -> store::RecordedAccess {
        use store::ProcedureStore;
        let entries = self.store.accesses_after(0, 10_000).await.unwrap();
        entries
            .into_iter()
            .next_back()
            .expect("something was logged")
    }

    /// Number of the newest change.
    pub(crate) async fn sequence(&self) -> u64 {
        use store::ProcedureStore;
        let changes = self.store.changes_after(0, 10_000).await.unwrap();
        changes.last().map_or(0, |change| change.sequence)
    }
}

/// A child born in March 2026.
pub(crate) fn child_named(child: &str) -> Value {
    json!({
        "child": child, "birth_date": "2026-03-10", "sex": "female", "area": "sued",
        "municipality": 14_612_000, "single_custodian": false, "custodians_working": true,
    })
}

pub(crate) fn wish(facility: &str, rank: u32) -> Value {
    json!({
        "facility": facility, "care_type": "nursery", "rank": rank,
        "wished_start": "2027-09-01", "daily_hours": 9.0,
    })
}

pub(crate) fn offer_on(application: &str) -> Value {
    json!({"application": application, "starts_on": "2027-09-01", "reply_by": "2026-12-06"})
}
