//! Story B: four facilities of four providers, and the six families that apply.

use std::collections::BTreeMap;

use domain::procedure::Role;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::Database;
use super::city::City;
use super::client::{Answer, Client, list_of, text_of};

/// The day of the story; the providers have attested its month before it began.
pub(super) const TODAY: Date = date(2027, 1, 10);
/// The day from which places are free and all families want one.
pub(super) const STARTS: &str = "2027-09-01";
/// Last day to answer the offers of the story.
pub(super) const REPLY_BY: &str = "2027-01-31";

/// Facility, provider, care type, places.
pub(super) const FACILITIES: [(&str, &str, &str, u32); 4] = [
    ("A", "T1", "nursery", 2),
    ("B", "T2", "nursery", 1),
    ("C", "T3", "nursery", 1),
    ("D", "T4", "childminding", 1),
];

/// A wish: the facility, and what its catalogue gives: criteria with their points.
type Wish = (&'static str, &'static [(&'static str, i32)]);

/// A child of the story.
pub(super) struct Family {
    pub(super) child: &'static str,
    birth_date: &'static str,
    single: bool,
    working: bool,
    /// In the order of the ranks.
    pub(super) wishes: &'static [Wish],
}

const WORKING: (&str, i32) = ("custodians_working", 4);
const SINGLE: (&str, i32) = ("single_custodian", 3);
const SIBLING: (&str, i32) = ("sibling", 10);
const NEAR: (&str, i32) = ("within_ten_minutes", 2);

pub(super) const FAMILIES: [Family; 6] = [
    Family {
        child: "c1",
        birth_date: "2026-03-10",
        single: false,
        working: true,
        wishes: &[("A", &[WORKING, SIBLING]), ("B", &[WORKING])],
    },
    Family {
        child: "c2",
        birth_date: "2026-04-02",
        single: false,
        working: true,
        wishes: &[("A", &[WORKING, NEAR]), ("C", &[WORKING])],
    },
    Family {
        child: "c3",
        birth_date: "2026-02-20",
        single: true,
        working: true,
        wishes: &[
            ("A", &[WORKING, SINGLE]),
            ("B", &[WORKING, SINGLE]),
            ("C", &[WORKING, SINGLE]),
        ],
    },
    Family {
        child: "c4",
        birth_date: "2026-05-15",
        single: false,
        working: true,
        wishes: &[("B", &[WORKING, NEAR]), ("A", &[WORKING, NEAR])],
    },
    Family {
        child: "c5",
        birth_date: "2026-06-01",
        single: false,
        working: true,
        wishes: &[("A", &[WORKING]), ("D", &[WORKING])],
    },
    Family {
        child: "c6",
        birth_date: "2026-04-30",
        single: false,
        working: false,
        wishes: &[("C", &[NEAR]), ("B", &[])],
    },
];

pub(super) fn family(child: &str) -> &'static Family {
    let found = FAMILIES.iter().find(|family| family.child == child);
    found.expect("the child is of the story")
}

impl Family {
    /// The body that enters the child.
    pub(super) fn entry(&self) -> Value {
        json!({
            "child": self.child, "birth_date": self.birth_date, "sex": "female",
            "area": "sued1", "municipality": 14_612_000,
            "single_custodian": self.single, "custodians_working": self.working,
        })
    }

    /// The body that hands its applications in.
    pub(super) fn applications(&self) -> Value {
        let wishes: Vec<Value> = (1..)
            .zip(self.wishes)
            .map(|(rank, (facility, _))| wish(facility, rank))
            .collect();
        json!({"child": self.child, "wishes": wishes})
    }
}

/// A wish for a place from the first free day on.
pub(super) fn wish(facility: &str, rank: u32) -> Value {
    let found = FACILITIES.iter().find(|it| it.0 == facility);
    let (_, _, care_type, _) = found.expect("the facility is of the story");
    json!({
        "facility": facility, "care_type": care_type, "rank": rank,
        "wished_start": STARTS, "daily_hours": 9,
    })
}

/// The city of story B and everybody who acts in it.
pub(super) struct Story {
    pub(super) city: City,
    pub(super) admin: Client,
    pub(super) mediation: Client,
    pub(super) planner: Client,
    pub(super) auditor: Client,
    /// All families.
    pub(super) portal: Client,
    providers: BTreeMap<&'static str, Client>,
    /// Keys of applications, by child and facility.
    applications: BTreeMap<(String, String), String>,
}

impl Story {
    /// The city on its day, without families; `None` where there is no PostgreSQL.
    pub(super) async fn open(database: Database) -> Option<Self> {
        let city = City::open(database, date(2026, 12, 28)).await?;
        let mut providers = BTreeMap::new();
        for (_, provider, ..) in FACILITIES {
            let actor = format!("head-of-{provider}");
            let client = city.client(Role::ProviderAdmin, &actor, Some(provider));
            providers.insert(provider, client.await);
        }
        let story = Self {
            admin: city.client(Role::CityAdmin, "admin", None).await,
            mediation: city.client(Role::CityMediation, "mediator", None).await,
            planner: city.client(Role::CityPlanner, "planner", None).await,
            auditor: city.client(Role::Auditor, "auditor", None).await,
            portal: city.client(Role::Portal, "portal", None).await,
            providers,
            applications: BTreeMap::new(),
            city,
        };
        story.found().await;
        story.city.set_day(TODAY);
        Some(story)
    }

    /// The city with all six families, their applications scored.
    pub(super) async fn with_families(database: Database) -> Option<Self> {
        let mut story = Self::open(database).await?;
        for family in &FAMILIES {
            story.enter(family).await;
            story.consent(family.child).await;
            let submitted = story.submit(family).await.expect(201);
            story.remember(family, &submitted);
            story.score(family).await;
        }
        Some(story)
    }

    /// Providers and facilities, introduced, licensed and attested.
    async fn found(&self) {
        for (facility, provider, care_type, places) in FACILITIES {
            let body = json!({
                "provider": provider, "name": format!("Träger {provider}"),
                "kind": "independent", "regime": "secular", "participates_from": "2026-01-01",
            });
            self.admin.post("/v1/providers", body).await.expect(201);
            let is_childminder = care_type == "childminding";
            let body = json!({
                "facility": facility, "provider": provider, "name": format!("Haus {facility}"),
                "kind": if is_childminder { "childminder_site" } else { "day_care_centre" },
                "area": "sued1", "latitude": 51.05, "longitude": 13.74,
                "opens_on": "2020-01-01", "in_needs_plan": true,
                "licences": [{"valid_from": "2020-01-01"}],
            });
            self.admin.post("/v1/facilities", body).await.expect(201);
            // Nursery children stay on as kindergarten children.
            let kindergarten = (!is_childminder).then_some(("kindergarten", 9));
            for (care_type, places) in [(care_type, places)].into_iter().chain(kindergarten) {
                self.introduce(provider, care_type).await;
                let address = format!("/v1/facilities/{facility}/capacities");
                let body = json!({
                    "care_type": care_type, "valid_from": STARTS,
                    "licensed": places, "planned": places, "staffed": places,
                });
                self.provider(provider)
                    .put(&address, body)
                    .await
                    .expect(200);
            }
            self.attest(provider, "2027-01").await;
        }
    }

    async fn introduce(&self, provider: &str, care_type: &str) {
        let address = format!("/v1/providers/{provider}/rollout-steps");
        let body = json!({"care_type": care_type, "stage": "full", "valid_from": "2026-01-01"});
        self.admin.post(&address, body).await.expect(200);
    }

    pub(super) async fn attest(&self, provider: &str, month: &str) {
        let address = format!("/v1/providers/{provider}/attestations");
        let attested = self
            .provider(provider)
            .post(&address, json!({"month": month}));
        attested.await.expect(200);
    }

    /// The head of a provider.
    pub(super) fn provider(&self, provider: &str) -> &Client {
        &self.providers[provider]
    }

    /// The head of the provider of a facility.
    pub(super) fn head_of(&self, facility: &str) -> &Client {
        let found = FACILITIES.iter().find(|it| it.0 == facility);
        self.provider(found.expect("the facility is of the story").1)
    }

    pub(super) async fn enter(&self, family: &Family) {
        let entered = self.portal.post("/v1/children", family.entry()).await;
        assert_eq!(entered.expect(201)["child"], family.child);
    }

    pub(super) async fn consent(&self, child: &str) {
        let address = format!("/v1/children/{child}/consents");
        let body = json!({"text_version": "2027-1"});
        self.portal.post(&address, body).await.expect(200);
    }

    pub(super) async fn submit(&self, family: &Family) -> Answer {
        let body = family.applications();
        self.portal.post("/v1/applications", body).await
    }

    /// Notes the keys of applications handed in: one for each wish, in their order.
    pub(super) fn remember(&mut self, family: &Family, submitted: &Value) {
        let keys = list_of(submitted, "applications");
        assert_eq!(keys.len(), family.wishes.len());
        for ((facility, _), key) in family.wishes.iter().zip(keys) {
            let key = key.as_str().expect("keys are texts").to_owned();
            let place = (family.child.to_owned(), (*facility).to_owned());
            self.applications.insert(place, key);
        }
    }

    /// Every provider records what its catalogue gives the child.
    pub(super) async fn score(&self, family: &Family) {
        for (facility, criteria) in family.wishes {
            let points: Vec<Value> = criteria
                .iter()
                .map(|(criterion, points)| json!({"criterion": criterion, "points": points}))
                .collect();
            let key = self.application(family.child, facility);
            let address = format!("/v1/applications/{key}/points");
            let body = json!({"points": points, "catalogue_version": "2027-1"});
            self.head_of(facility).put(&address, body).await.expect(200);
        }
    }

    /// Key of the application of a child at a facility.
    pub(super) fn application(&self, child: &str, facility: &str) -> &str {
        let found = self
            .applications
            .get(&(child.to_owned(), facility.to_owned()));
        found.expect("the child has applied there")
    }

    /// The application of a child at a facility, as the family sees it.
    pub(super) async fn shown(&self, child: &str, facility: &str) -> Value {
        let key = self.application(child, facility);
        let address = format!("/v1/applications/{key}");
        self.portal.get(&address).await.expect(200)
    }

    /// Every application of the story, as the families see them.
    pub(super) async fn all_applications(&self) -> Vec<Value> {
        let mut shown = Vec::new();
        for (child, facility) in self.applications.keys() {
            shown.push(self.shown(child, facility).await);
        }
        shown
    }

    /// The body of an offer for an application.
    pub(super) fn offer_body(&self, child: &str, facility: &str) -> Value {
        json!({
            "application": self.application(child, facility),
            "starts_on": STARTS, "reply_by": REPLY_BY,
        })
    }

    /// The head of the provider offers a place; gives the key of the offer.
    pub(super) async fn offer(&self, child: &str, facility: &str) -> String {
        let body = self.offer_body(child, facility);
        let offered = self.head_of(facility).post("/v1/offers", body);
        text_of(&offered.await.expect(201), "offer").to_owned()
    }

    /// The family's answer to an offer: `confirmation` or `declination`.
    pub(super) async fn answer(&self, offer: &str, answer: &str) -> Answer {
        let address = format!("/v1/offers/{offer}/{answer}");
        self.portal.post(&address, json!({})).await
    }

    /// The head of the provider concludes a contract on an offer.
    pub(super) async fn conclude(&self, facility: &str, offer: &str) -> Answer {
        let body = json!({"offer": offer, "days_per_week": 5, "lunch": true});
        self.head_of(facility).post("/v1/contracts", body).await
    }

    /// The family confirms, the provider concludes; gives the key of the contract.
    pub(super) async fn contract(&self, facility: &str, offer: &str) -> String {
        self.answer(offer, "confirmation").await.expect(200);
        let concluded = self.conclude(facility, offer).await.expect(201);
        text_of(&concluded, "contract").to_owned()
    }

    /// Where an offer stands, as the family sees it.
    pub(super) async fn offer_state(&self, offer: &str) -> Value {
        let address = format!("/v1/offers/{offer}");
        self.portal.get(&address).await.expect(200)["state"].clone()
    }

    /// Every change so far, as the auditor reads them, page by page.
    pub(super) async fn audit(&self) -> Vec<Value> {
        let mut changes = Vec::new();
        let mut next = Some("/v1/audit/changes?limit=50".to_owned());
        while let Some(address) = next {
            let page = self.auditor.get(&address).await.expect(200);
            changes.extend_from_slice(list_of(&page, "changes"));
            next = page["next"].as_str().map(str::to_owned);
        }
        changes
    }
}
