//! Tests of the procedure in a small city.
//!
//! Provider T1 runs A (nursery 2, kindergarten 3), T2 runs B (nursery 1, kindergarten 1), N (nursery 1
//! and nothing else) and D, a childminder with one place. Everything is open, licensed and fully
//! introduced; it is 15 January 2027.

mod agreement;
mod applications;
mod catalogues;
mod conclusion;
mod contracts;
mod facilities;
mod facts;
mod histories;
mod import;
mod offers;
mod providers;
mod transfers;

use jiff::civil::{Date, date};

use super::*;
use crate::{
    ActorId, ApplicationId, AreaId, CareType, ChildId, ContractId, DailyHours, FacilityFacts,
    FacilityId, FacilityKind, HouseholdId, LegalRegime, Licence, Location, OfferId, ProviderId,
    ProviderKind, ReferenceId, RolloutStage, RolloutStep,
};

pub(super) const TODAY: Date = date(2027, 1, 15);
pub(super) const START: Date = date(2027, 9, 1);
/// Nursery age in September 2027; three in March 2029.
pub(super) const BORN: Date = date(2026, 3, 10);

pub(super) struct City {
    pub(super) situation: Situation,
}

pub(super) fn child_id(id: &str) -> ChildId {
    ChildId::new(id).unwrap()
}
pub(super) fn application_id(id: &str) -> ApplicationId {
    ApplicationId::new(id).unwrap()
}
pub(super) fn offer_id(id: &str) -> OfferId {
    OfferId::new(id).unwrap()
}
pub(super) fn contract_id(id: &str) -> ContractId {
    ContractId::new(id).unwrap()
}
pub(super) fn facility_id(id: &str) -> FacilityId {
    FacilityId::new(id).unwrap()
}
pub(super) fn provider_id(id: &str) -> ProviderId {
    ProviderId::new(id).unwrap()
}
pub(super) fn reference(id: &str) -> ReferenceId {
    ReferenceId::new(id).unwrap()
}
pub(super) fn hours(hours: f64) -> DailyHours {
    DailyHours::new(hours).unwrap()
}
pub(super) fn person() -> HumanActor {
    HumanActor {
        id: ActorId::new("head-of-kita").unwrap(),
        role: Role::ProviderStaff,
    }
}
pub(super) fn facts_of_a_child(born: Date) -> ChildFacts {
    ChildFacts {
        household: HouseholdId::new("h1").unwrap(),
        birth_date: born,
        sex: Sex::Female,
        area: AreaId::new("sued").unwrap(),
        municipality: 14_612_000,
        single_custodian: true,
        custodians_working: true,
        inclusion_place: false,
        school_class: None,
        siblings: crate::procedure::SiblingsRule::Independent,
    }
}
pub(super) fn wish(application: &str, facility: &str, rank: u32) -> Wish {
    Wish {
        application: application_id(application),
        facility: facility_id(facility),
        care_type: if facility == "D" {
            CareType::Childminding
        } else {
            CareType::Nursery
        },
        rank,
        wished_start: START,
        daily_hours: hours(9.0),
    }
}
pub(super) fn new_offer(offer: &str, application: &str) -> NewOffer {
    NewOffer {
        id: offer_id(offer),
        application: application_id(application),
        starts_on: START,
        ends_on: None,
        daily_hours: None,
        reply_by: date(2027, 2, 15),
        by: person(),
        override_reason: None,
    }
}
pub(super) fn terms(care_type: CareType, from: Date, to: Date) -> ContractTerms {
    ContractTerms {
        care_type,
        daily_hours: hours(9.0),
        days_per_week: 5,
        lunch: true,
        valid_from: from,
        valid_to: Some(to),
    }
}
pub(super) fn submit(child: &str, wishes: &[Wish]) -> Command {
    Command::SubmitApplications {
        child: child_id(child),
        wishes: wishes.to_vec(),
        entry: Entry::Online,
    }
}
pub(super) fn make_offer(child: &str, offer: &str, application: &str) -> Command {
    Command::MakeOffer {
        child: child_id(child),
        offer: new_offer(offer, application),
    }
}
pub(super) fn confirm(child: &str, offer: &str) -> Command {
    Command::ConfirmOffer {
        child: child_id(child),
        offer: offer_id(offer),
    }
}
pub(super) fn decline(child: &str, offer: &str) -> Command {
    Command::DeclineOffer {
        child: child_id(child),
        offer: offer_id(offer),
    }
}
pub(super) fn conclude(child: &str, contract: &str, offer: &str) -> Command {
    Command::ConcludeContract {
        child: child_id(child),
        conclusion: Conclusion {
            contract: contract_id(contract),
            offer: offer_id(offer),
            days_per_week: 5,
            lunch: true,
            by: person(),
        },
    }
}
pub(super) fn correct(child: &str, contract: &str, terms: ContractTerms) -> Command {
    Command::CorrectContract {
        child: child_id(child),
        contract: contract_id(contract),
        terms,
    }
}
pub(super) fn end(child: &str, contract: &str, last_day: Date) -> Command {
    Command::EndContract {
        child: child_id(child),
        contract: contract_id(contract),
        last_day,
        cause: ContractEnd::ByFamily,
    }
}
pub(super) fn import_row(row: u64, key: &str, facility: &str) -> ExistingChild {
    ExistingChild {
        row,
        provider_key: reference(key),
        child: child_id(&format!("child-of-{key}")),
        child_is_known: false,
        facts: facts_of_a_child(date(2025, 5, 5)),
        contract: contract_id(&format!("contract-of-{key}")),
        facility: facility_id(facility),
        terms: terms(CareType::Nursery, date(2026, 8, 1), date(2028, 4, 30)),
    }
}
pub(super) fn import(provider: &str, rows: &[ExistingChild]) -> Command {
    Command::ImportExistingChildren {
        provider: provider_id(provider),
        care_type: None,
        rows: rows.to_vec(),
    }
}
pub(super) fn kinds(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .map(|change| format!("{} {}", change.kind(), change.subject()))
        .collect()
}

impl City {
    pub(super) fn new() -> Self {
        let mut city = Self {
            situation: Situation::on(TODAY),
        };
        for provider in ["T1", "T2"] {
            city.does(&Command::RegisterProvider(registration(provider)));
            for care_type in CareType::ALL {
                city.does(&Command::SetRollout {
                    provider: provider_id(provider),
                    step: RolloutStep {
                        care_type,
                        stage: RolloutStage::Full,
                        valid_from: date(2026, 1, 1),
                    },
                });
            }
        }
        city.open(
            "A",
            "T1",
            &[(CareType::Nursery, 2), (CareType::Kindergarten, 3)],
        );
        city.open(
            "B",
            "T2",
            &[(CareType::Nursery, 1), (CareType::Kindergarten, 1)],
        );
        city.open("N", "T2", &[(CareType::Nursery, 1)]);
        city.open("D", "T2", &[(CareType::Childminding, 1)]);
        city
    }

    /// A city with a child of nursery age that may apply in parallel.
    pub(super) fn with_child(child: &str) -> Self {
        let mut city = Self::new();
        city.child(child, BORN);
        city
    }

    pub(super) fn open(&mut self, facility: &str, provider: &str, places: &[(CareType, u32)]) {
        self.does(&Command::RegisterFacility(facility_registration(
            facility, provider,
        )));
        for (care_type, places) in places {
            self.does(&Command::SetCapacity(capacity(
                facility, *care_type, *places,
            )));
        }
    }

    pub(super) fn child(&mut self, child: &str, born: Date) {
        self.does(&Command::RegisterChild {
            child: Child {
                id: child_id(child),
                facts: facts_of_a_child(born),
            },
        });
        self.does(&consent(child));
    }

    /// Carries a command out; it must not be refused, and decides the same twice.
    pub(super) fn does(&mut self, command: &Command) -> Vec<Change> {
        let changes = match decide(&self.situation, command) {
            Ok(changes) => changes,
            Err(refusal) => panic!("{} was refused: {refusal}", command.name()),
        };
        assert_eq!(decide(&self.situation, command), Ok(changes.clone()));
        self.situation.apply(&changes);
        changes
    }

    pub(super) fn refuses(&self, command: &Command) -> Refusal {
        decide(&self.situation, command).expect_err(command.name())
    }

    pub(super) fn file(&self, child: &str) -> &ChildFile {
        &self.situation.children[&child_id(child)]
    }

    pub(super) fn application(&self, child: &str, application: &str) -> &Application {
        self.file(child)
            .application(&application_id(application))
            .unwrap()
    }

    pub(super) fn facility(&mut self, facility: &str) -> &mut FacilityFile {
        self.situation
            .facilities
            .get_mut(&facility_id(facility))
            .unwrap()
    }

    /// A child with a contract from September 2027 on.
    pub(super) fn contract(&mut self, child: &str, facility: &str) -> ContractId {
        let application = format!("application-{child}-{facility}");
        let offer = format!("offer-{child}-{facility}");
        let contract = format!("contract-{child}-{facility}");
        self.does(&submit(child, &[wish(&application, facility, 1)]));
        self.does(&make_offer(child, &offer, &application));
        self.does(&conclude(child, &contract, &offer));
        contract_id(&contract)
    }
}

pub(super) fn registration(provider: &str) -> ProviderRegistration {
    ProviderRegistration {
        id: provider_id(provider),
        name: format!("Provider {provider}"),
        kind: ProviderKind::Independent,
        regime: LegalRegime::Secular,
        participates_from: date(2022, 11, 8),
        participates_to: None,
    }
}

pub(super) fn facility_registration(facility: &str, provider: &str) -> FacilityRegistration {
    FacilityRegistration {
        facts: FacilityFacts {
            id: facility_id(facility),
            provider: provider_id(provider),
            kind: if facility == "D" {
                FacilityKind::ChildminderSite
            } else {
                FacilityKind::DayCareCentre
            },
            area: AreaId::new("sued").unwrap(),
            location: Location::new(51.05, 13.74).unwrap(),
            opens_on: date(2020, 8, 1),
            closes_on: None,
            in_needs_plan: true,
            licences: vec![Licence {
                valid_from: date(2020, 8, 1),
                valid_to: None,
            }],
        },
        name: format!("Facility {facility}"),
        operation: Operation {
            groups: 4,
            opening_hour: 6.0,
            closing_hour: 17.5,
            closing_days: 8,
        },
    }
}

pub(super) fn capacity(facility: &str, care_type: CareType, places: u32) -> CapacityChange {
    CapacityChange {
        facility: facility_id(facility),
        span: CapacitySpan {
            care_type,
            valid_from: date(2020, 8, 1),
            valid_to: None,
            licensed: places,
            planned: places,
            staffed: places,
        },
    }
}

pub(super) fn consent(child: &str) -> Command {
    Command::GiveConsent {
        child: child_id(child),
        consent: Consent {
            text_version: "2026-1".to_owned(),
            channel: Channel::Online,
            given_on: TODAY,
            given_by: ActorId::new("parent").unwrap(),
        },
    }
}
