//! A small city: provider T1 runs A and C, T2 runs B.

use domain::procedure::{
    CapacityChange, CapacitySpan, Channel, Child, ChildFacts, Command, Conclusion, Consent,
    ContractEnd, ContractTerms, Entry, ExistingChild, FacilityRegistration, HumanActor, NewOffer,
    Operation, ProviderRegistration, Role, Sex, Wish,
};
use domain::{
    ActorId, ApplicationId, AreaId, CareType, ChildId, ContractId, DailyHours, FacilityFacts,
    FacilityId, FacilityKind, HouseholdId, LegalRegime, Licence, Location, OfferId, ProviderId,
    ProviderKind, ReferenceId, RolloutStage, RolloutStep,
};
use jiff::civil::{Date, date};

pub(crate) const TODAY: Date = date(2027, 1, 15);
pub(crate) const START: Date = date(2027, 9, 1);
/// Nursery age in September 2027; three in March 2029.
pub(crate) const BORN: Date = date(2026, 3, 10);

pub(crate) fn child_id(id: &str) -> ChildId {
    ChildId::new(id).unwrap()
}
pub(crate) fn application_id(id: &str) -> ApplicationId {
    ApplicationId::new(id).unwrap()
}
pub(crate) fn offer_id(id: &str) -> OfferId {
    OfferId::new(id).unwrap()
}
pub(crate) fn contract_id(id: &str) -> ContractId {
    ContractId::new(id).unwrap()
}
pub(crate) fn facility_id(id: &str) -> FacilityId {
    FacilityId::new(id).unwrap()
}
pub(crate) fn provider_id(id: &str) -> ProviderId {
    ProviderId::new(id).unwrap()
}
pub(crate) fn reference(id: &str) -> ReferenceId {
    ReferenceId::new(id).unwrap()
}
pub(crate) fn hours(hours: f64) -> DailyHours {
    DailyHours::new(hours).unwrap()
}
pub(crate) fn person() -> HumanActor {
    HumanActor {
        id: ActorId::new("head-of-kita").unwrap(),
        role: Role::ProviderStaff,
    }
}
pub(crate) fn facts_of_a_child(born: Date) -> ChildFacts {
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
        siblings: domain::procedure::SiblingsRule::Independent,
    }
}
pub(crate) fn wish(application: &str, facility: &str, rank: u32) -> Wish {
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
pub(crate) fn new_offer(offer: &str, application: &str) -> NewOffer {
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
pub(crate) fn terms(care_type: CareType, from: Date, to: Date) -> ContractTerms {
    ContractTerms {
        care_type,
        daily_hours: hours(9.0),
        days_per_week: 5,
        lunch: true,
        valid_from: from,
        valid_to: Some(to),
    }
}
pub(crate) fn submit(child: &str, wishes: &[Wish]) -> Command {
    Command::SubmitApplications {
        child: child_id(child),
        wishes: wishes.to_vec(),
        entry: Entry::Online,
    }
}
pub(crate) fn make_offer(child: &str, offer: &str, application: &str) -> Command {
    Command::MakeOffer {
        child: child_id(child),
        offer: new_offer(offer, application),
    }
}
pub(crate) fn confirm(child: &str, offer: &str) -> Command {
    Command::ConfirmOffer {
        child: child_id(child),
        offer: offer_id(offer),
    }
}
pub(crate) fn decline(child: &str, offer: &str) -> Command {
    Command::DeclineOffer {
        child: child_id(child),
        offer: offer_id(offer),
    }
}
pub(crate) fn conclude(child: &str, contract: &str, offer: &str) -> Command {
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
pub(crate) fn correct(child: &str, contract: &str, terms: ContractTerms) -> Command {
    Command::CorrectContract {
        child: child_id(child),
        contract: contract_id(contract),
        terms,
    }
}
pub(crate) fn end(child: &str, contract: &str, last_day: Date) -> Command {
    Command::EndContract {
        child: child_id(child),
        contract: contract_id(contract),
        last_day,
        cause: ContractEnd::ByFamily,
    }
}
pub(crate) fn import_row(row: u64, key: &str, facility: &str) -> ExistingChild {
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
pub(crate) fn import(provider: &str, rows: &[ExistingChild]) -> Command {
    Command::ImportExistingChildren {
        provider: provider_id(provider),
        care_type: None,
        rows: rows.to_vec(),
    }
}
pub(crate) fn registration(provider: &str) -> ProviderRegistration {
    ProviderRegistration {
        id: provider_id(provider),
        name: format!("Provider {provider}"),
        kind: ProviderKind::Independent,
        regime: LegalRegime::Secular,
        participates_from: date(2022, 11, 8),
        participates_to: None,
    }
}

pub(crate) fn facility_registration(facility: &str, provider: &str) -> FacilityRegistration {
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

pub(crate) fn capacity(facility: &str, care_type: CareType, places: u32) -> CapacityChange {
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

pub(crate) fn consent(child: &str) -> Command {
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

/// Everything that makes the city.
pub(crate) fn founding() -> Vec<Command> {
    let mut commands = Vec::new();
    for provider in ["T1", "T2"] {
        commands.push(Command::RegisterProvider(registration(provider)));
        for care_type in CareType::ALL {
            commands.push(Command::SetRollout {
                provider: provider_id(provider),
                step: RolloutStep {
                    care_type,
                    stage: RolloutStage::Full,
                    valid_from: date(2026, 1, 1),
                },
            });
        }
    }
    for (facility, provider, places) in [("A", "T1", 2), ("B", "T2", 1), ("C", "T1", 1)] {
        commands.push(Command::RegisterFacility(facility_registration(
            facility, provider,
        )));
        for care_type in [CareType::Nursery, CareType::Kindergarten] {
            commands.push(Command::SetCapacity(capacity(facility, care_type, places)));
        }
    }
    commands
}

/// A child of nursery age whose custodians agreed to automatic withdrawal.
pub(crate) fn entering(child: &str) -> [Command; 2] {
    [
        Command::RegisterChild {
            child: Child {
                id: child_id(child),
                facts: facts_of_a_child(BORN),
            },
        },
        consent(child),
    ]
}
