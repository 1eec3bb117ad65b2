//! The ground that races are run on: two providers with facilities, and children with
//! applications, offers and confirmations, made by commands straight into the store.
//!
//! The tests of the running service use it too (`api/server/tests/command_line`).

mod look;

use domain::procedure::{
    Actor, CapacityChange, CapacitySpan, Channel, Child, ChildFacts, Command, Consent, ContractEnd,
    Entry, FacilityRegistration, HumanActor, NewOffer, Operation, Policy, ProviderRegistration,
    Role, Wish,
};
use domain::{
    ActorId, ApplicationId, CareType, ChildId, ContractId, DailyHours, FacilityFacts, FacilityId,
    FacilityKind, LegalRegime, Licence, Location, OfferId, ProviderId, ProviderKind, RolloutStage,
    RolloutStep,
};
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::{Envelope, PerformError, ProcedureStore as _, Receipt, SqlStore};

/// How many run at the same time.
pub(crate) const RUNNERS: usize = 8;

/// Months from today to the first day of care.
const MONTHS_AHEAD: i32 = 6;

/// Age of every child on its first day of care, in months: a nursery child.
const MONTHS_OLD: i32 = 16;

/// A key made of a text that is known to be one.
pub(crate) fn key<K: std::str::FromStr>(text: &str) -> K {
    text.parse()
        .unwrap_or_else(|_| panic!("{text:?} is no identifier"))
}

/// The provider that runs a facility: T1 the even ones, T2 the odd ones.
pub(crate) fn provider_of(facility: usize) -> ProviderId {
    key(["T1", "T2"][facility % 2])
}

/// The facility with a number.
pub(crate) fn facility(number: usize) -> FacilityId {
    key(&format!("F{number}"))
}

/// The application of a child at a facility.
pub(crate) fn application(child: &ChildId, number: usize) -> ApplicationId {
    key(&format!("{child}.a{number}"))
}

/// The first offer on that application.
pub(crate) fn offer(child: &ChildId, number: usize) -> OfferId {
    key(&format!("{child}.o{number}"))
}

/// A database with the city in it.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) store: SqlStore,
    today: Date,
    places: u32,
}

impl Ground {
    /// Opens a new database and founds the city: so many facilities of so many nursery places each.
    pub(crate) async fn found(url: &str, today: Date, facilities: usize, places: u32) -> Self {
        let ground = Self::of(open(url).await, today, places);
        for number in 0..2 {
            ground.found_provider(&provider_of(number)).await;
        }
        for number in 0..facilities {
            ground.found_facility(number).await;
            ground.set_places(number, places).await;
        }
        ground
    }

    /// A city that was founded before.
    pub(crate) const fn of(store: SqlStore, today: Date, places: u32) -> Self {
        Self {
            store,
            today,
            places,
        }
    }

    /// The first day of care of everybody.
    pub(crate) fn start(&self) -> Date {
        self.today
            .first_of_month()
            .saturating_add(MONTHS_AHEAD.months())
    }

    /// An envelope of today.
    pub(crate) fn envelope(&self, role: Role) -> Envelope {
        let noon = self.today.at(12, 0, 0, 0).to_zoned(TimeZone::UTC);
        Envelope {
            actor: Actor::Human(person(role)),
            on_behalf_of: None,
            correlation_id: "race".to_owned(),
            at: noon.expect("noon is no border case").timestamp(),
            today: self.today,
            idempotency: None,
            expected_revision: None,
        }
    }

    /// Carries out a command that is not refused.
    pub(crate) async fn done(&self, role: Role, command: Command) -> Receipt {
        let done: Result<Receipt, PerformError> =
            self.store.perform(&self.envelope(role), &command).await;
        done.unwrap_or_else(|error| panic!("{}: {error}", command.name()))
    }

    async fn found_provider(&self, id: &ProviderId) {
        let registration = ProviderRegistration {
            id: id.clone(),
            name: format!("Provider {id}"),
            kind: ProviderKind::Independent,
            regime: LegalRegime::Secular,
            participates_from: self.today,
            participates_to: None,
        };
        self.done(Role::CityAdmin, Command::RegisterProvider(registration))
            .await;
        let step = RolloutStep {
            care_type: CareType::Nursery,
            stage: RolloutStage::Full,
            valid_from: self.today,
        };
        let provider = id.clone();
        self.done(Role::CityAdmin, Command::SetRollout { provider, step })
            .await;
    }

    async fn found_facility(&self, number: usize) {
        let opens_on = self.today.saturating_sub(1.years());
        let registration = FacilityRegistration {
            facts: FacilityFacts {
                id: facility(number),
                provider: provider_of(number),
                kind: FacilityKind::DayCareCentre,
                area: key("sued"),
                location: Location::new(51.05, 13.74).expect("a place on the map"),
                opens_on,
                closes_on: None,
                in_needs_plan: true,
                licences: vec![Licence {
                    valid_from: opens_on,
                    valid_to: None,
                }],
            },
            name: format!("Facility {number}"),
            operation: Operation {
                groups: 4,
                opening_hour: 6.5,
                closing_hour: 17.0,
                closing_days: 10,
            },
        };
        self.done(Role::CityAdmin, Command::RegisterFacility(registration))
            .await;
    }

    /// Staffs some of a facility's places.
    pub(crate) async fn set_places(&self, number: usize, staffed: u32) {
        let change = CapacityChange {
            facility: facility(number),
            span: CapacitySpan {
                care_type: CareType::Nursery,
                valid_from: self.today,
                valid_to: None,
                licensed: self.places,
                planned: self.places,
                staffed,
            },
        };
        self.done(Role::ProviderAdmin, Command::SetCapacity(change))
            .await;
    }

    /// A child with an open application at each of some facilities.
    pub(crate) async fn child_applies(&self, id: &str, facilities: &[usize]) -> ChildId {
        let child: ChildId = key(id);
        let facts = ChildFacts {
            household: key(id),
            birth_date: self.start().saturating_sub(MONTHS_OLD.months()),
            sex: domain::procedure::Sex::None,
            area: key("sued"),
            municipality: 14_612_000,
            single_custodian: false,
            custodians_working: true,
            inclusion_place: false,
            school_class: None,
            siblings: domain::procedure::SiblingsRule::Independent,
        };
        let entered = Child {
            id: child.clone(),
            facts,
        };
        self.done(Role::Portal, Command::RegisterChild { child: entered })
            .await;
        if facilities.len() > 1 {
            self.consents(&child).await;
        }
        let wishes = (1..).zip(facilities).map(|(rank, number)| Wish {
            application: application(&child, *number),
            facility: facility(*number),
            care_type: CareType::Nursery,
            rank,
            wished_start: self.start(),
            daily_hours: DailyHours::new(9.0).expect("nine hours are allowed"),
        });
        let submission = Command::SubmitApplications {
            child: child.clone(),
            wishes: wishes.collect(),
            entry: Entry::Online,
        };
        self.done(Role::Portal, submission).await;
        child
    }

    /// Agrees to automatic withdrawal.
    async fn consents(&self, child: &ChildId) {
        let consent = Consent {
            text_version: "2026-1".to_owned(),
            channel: Channel::Online,
            given_on: self.today,
            given_by: person(Role::Portal).id,
        };
        let child = child.clone();
        self.done(Role::Portal, Command::GiveConsent { child, consent })
            .await;
    }

    /// What offers a child a place on its application at a facility.
    pub(crate) fn offering(&self, child: &ChildId, number: usize, id: OfferId) -> Command {
        Command::MakeOffer {
            child: child.clone(),
            offer: NewOffer {
                id,
                application: application(child, number),
                starts_on: self.start(),
                ends_on: None,
                daily_hours: None,
                reply_by: self.today.saturating_add(30.days()),
                by: person(Role::ProviderStaff),
                // The lists that the services compute meanwhile may suggest other children first.
                override_reason: Some("other".to_owned()),
            },
        }
    }

    /// Offers the child a place on its application at a facility.
    pub(crate) async fn offers(&self, child: &ChildId, number: usize) {
        let offering = self.offering(child, number, offer(child, number));
        self.done(Role::ProviderStaff, offering).await;
    }

    /// The family says yes to that offer.
    pub(crate) async fn confirms(&self, child: &ChildId, number: usize) {
        let confirmation = Command::ConfirmOffer {
            child: child.clone(),
            offer: offer(child, number),
        };
        self.done(Role::Portal, confirmation).await;
    }

    /// A contract that is still to begin is cancelled.
    pub(crate) async fn cancels(&self, child: &ChildId, contract: &ContractId) {
        let end = Command::EndContract {
            child: child.clone(),
            contract: contract.clone(),
            last_day: self.start().yesterday().expect("there is a day before"),
            cause: ContractEnd::ByFamily,
        };
        self.done(Role::ProviderStaff, end).await;
    }
}

/// Opens a database with as many applications to a child as there are facilities.
pub(crate) async fn open(url: &str) -> SqlStore {
    let policy = Policy {
        most_applications: RUNNERS,
        ..Policy::default()
    };
    SqlStore::open(url)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
        .with_policy(policy)
}

/// A person in a role.
pub(crate) fn person(role: Role) -> HumanActor {
    let account = role.as_str().replace('.', "-");
    HumanActor {
        id: key::<ActorId>(&account),
        role,
    }
}
