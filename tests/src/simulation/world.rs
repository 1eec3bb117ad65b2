//! The small world of the histories, and what should be known of it after every step.

use std::collections::BTreeMap;

use domain::procedure::{
    Actor, Application, CapacityChange, CapacitySpan, CareContract, Change, Channel, Child,
    ChildFile, Command, Consent, FacilityRegistration, FreedPlaceOutcome, HumanActor, Offer,
    Operation, ProviderRegistration, Role, Situation, SuggestionList,
};
use domain::{
    ActorId, AreaId, CareType, ChildId, ContractId, FacilityFacts, FacilityId, FacilityKind,
    LegalRegime, Licence, Location, OfferId, ProviderId, ProviderKind, RolloutStage, RolloutStep,
    SuggestionListId,
};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use store::FreedPlaceRecord;

use super::requests::facts;

/// The day every history begins.
pub(super) const FIRST_DAY: Date = date(2027, 1, 11);

/// Providers: an independent one, the city's own, an agency for childminders.
pub(super) const PROVIDERS: [&str; 3] = ["P1", "P2", "P3"];

/// Key, provider, and places of each care type.
pub(super) type Place = (&'static str, &'static str, &'static [(CareType, u32)]);

/// Facilities with their provider and the places they begin with.
pub(super) const FACILITIES: [Place; 4] = [
    (
        "A",
        "P1",
        &[(CareType::Nursery, 2), (CareType::Kindergarten, 2)],
    ),
    (
        "B",
        "P1",
        &[(CareType::Nursery, 1), (CareType::Kindergarten, 1)],
    ),
    (
        "C",
        "P2",
        &[(CareType::Nursery, 1), (CareType::Kindergarten, 3)],
    ),
    ("D", "P3", &[(CareType::Childminding, 1)]),
];

/// A command with who gives it.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) actor: Actor,
    pub(super) command: Command,
}

/// What should be known: the files with every accepted change folded in, and the freed places.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) files: Situation,
    pub(super) freed: Vec<FreedPlaceRecord>,
    pub(super) lists: BTreeMap<SuggestionListId, SuggestionList>,
    /// Days on which offers were confirmed: columns keep them when the offer is closed.
    pub(super) confirmed: BTreeMap<OfferId, Date>,
    /// Contracts beside which confirmed offers were flagged, kept likewise.
    pub(super) flagged: BTreeMap<OfferId, ContractId>,
    keys_made: u32,
}

impl World {
    /// Nothing yet.
    pub(super) fn empty() -> Self {
        Self {
            files: Situation::on(FIRST_DAY),
            freed: Vec::new(),
            lists: BTreeMap::new(),
            confirmed: BTreeMap::new(),
            flagged: BTreeMap::new(),
            keys_made: 0,
        }
    }

    pub(super) const fn today(&self) -> Date {
        self.files.today
    }

    /// A key that was not used before.
    pub(super) fn new_key(&mut self, kind: &str) -> String {
        self.keys_made += 1;
        format!("{kind}{:03}", self.keys_made)
    }

    /// Folds accepted changes in; `first` is the number of the first.
    pub(super) fn apply(&mut self, changes: &[Change], first: u64) {
        self.files.apply(changes);
        for (change, sequence) in changes.iter().zip(first..) {
            match change {
                Change::PlaceFreed {
                    facility,
                    freed_place,
                } => self.freed.push(FreedPlaceRecord {
                    facility: facility.clone(),
                    freed_place: freed_place.clone(),
                    freed_sequence: sequence,
                    outcome: None,
                    closed_sequence: None,
                }),
                Change::FreedPlaceClosed {
                    freed_place,
                    outcome,
                    ..
                } => self.close(freed_place, outcome, sequence),
                Change::OfferConfirmed { offer, on, .. } => {
                    self.confirmed.insert(offer.clone(), *on);
                }
                Change::OfferFlagged {
                    offer, conflict, ..
                } => {
                    self.flagged.insert(offer.clone(), conflict.clone());
                }
                Change::SuggestionsKept { list }
                | Change::SuggestionsReordered { after: list, .. } => {
                    self.lists.insert(list.id.clone(), list.clone());
                }
                _ => {}
            }
        }
    }

    fn close(
        &mut self,
        freed_place: &domain::FreedPlaceId,
        outcome: &FreedPlaceOutcome,
        sequence: u64,
    ) {
        let waiting = self
            .freed
            .iter_mut()
            .find(|freed| freed.freed_place.id == *freed_place && freed.outcome.is_none());
        if let Some(freed) = waiting {
            freed.outcome = Some(outcome.clone());
            freed.closed_sequence = Some(sequence);
        }
    }

    /// Lets days pass.
    pub(super) fn go_to(&mut self, day: Date) {
        self.files.today = day;
    }

    /// The child a number names, of those registered.
    pub(super) fn child(&self, number: u8) -> Option<&ChildFile> {
        let position = usize::from(number) % self.files.children.len().max(1);
        self.files.children.values().nth(position)
    }

    /// Applications a condition holds for.
    pub(super) fn applications(
        &self,
        holds: impl Fn(&Application) -> bool,
    ) -> Vec<(&ChildFile, &Application)> {
        let all = self.files.children.values();
        all.flat_map(|file| file.applications.iter().map(move |a| (file, a)))
            .filter(|(_, application)| holds(application))
            .collect()
    }

    /// Offers a condition holds for.
    pub(super) fn offers(
        &self,
        holds: impl Fn(&Offer) -> bool,
    ) -> Vec<(&ChildFile, &Application, &Offer)> {
        self.applications(|_| true)
            .into_iter()
            .flat_map(|(file, a)| a.offers.iter().map(move |offer| (file, a, offer)))
            .filter(|(_, _, offer)| holds(offer))
            .collect()
    }

    /// All contracts.
    pub(super) fn contracts(&self) -> Vec<(&ChildFile, &CareContract)> {
        let all = self.files.children.values();
        all.flat_map(|file| file.contracts.iter().map(move |c| (file, c)))
            .collect()
    }
}

/// What a number names in a list; nothing in an empty one.
pub(super) fn pick<T: Copy>(list: &[T], number: u8) -> Option<T> {
    list.get(usize::from(number) % list.len().max(1)).copied()
}

/// A day some months later, or earlier.
pub(super) fn months_after(day: Date, months: i32) -> Date {
    day.saturating_add(months.months())
}

/// The first day of the month some months later.
pub(super) fn first_after(day: Date, months: i32) -> Date {
    months_after(day.first_of_month(), months)
}

/// A person in a role.
pub(super) fn person(role: Role) -> HumanActor {
    let name = role.as_str().replace('.', "-");
    HumanActor {
        id: ActorId::new(&name).expect("the name of a role is an identifier"),
        role,
    }
}

fn by(role: Role, command: Command) -> Request {
    Request {
        actor: Actor::Human(person(role)),
        command,
    }
}

impl Request {
    pub(super) fn of_a_family(command: Command) -> Self {
        by(Role::Portal, command)
    }

    pub(super) fn of_a_provider(command: Command) -> Self {
        by(Role::ProviderStaff, command)
    }

    pub(super) fn of_the_city(command: Command) -> Self {
        by(Role::CityAdmin, command)
    }

    pub(super) fn of_a_job(command: Command) -> Self {
        let job = command.name().replace(' ', "-");
        Self {
            actor: Actor::System { job },
            command,
        }
    }
}

pub(super) fn provider(number: u8) -> ProviderId {
    let name = PROVIDERS[usize::from(number) % PROVIDERS.len()];
    ProviderId::new(name).expect("the name of a provider is an identifier")
}

pub(super) fn facility(number: u8) -> FacilityId {
    let (name, _, _) = FACILITIES[usize::from(number) % FACILITIES.len()];
    FacilityId::new(name).expect("the name of a facility is an identifier")
}

/// What makes the world every history begins with.
pub(super) fn founding() -> Vec<Request> {
    let mut requests = Vec::new();
    for (number, kind) in (0..).zip(ProviderKind::ALL) {
        requests.push(Request::of_the_city(Command::RegisterProvider(
            ProviderRegistration {
                id: provider(number),
                name: format!("Provider {number}"),
                kind,
                regime: LegalRegime::Secular,
                participates_from: date(2020, 1, 1),
                participates_to: None,
            },
        )));
        for care_type in CareType::ALL {
            requests.push(Request::of_the_city(Command::SetRollout {
                provider: provider(number),
                step: RolloutStep {
                    care_type,
                    stage: RolloutStage::Full,
                    valid_from: date(2021, 1, 1),
                },
            }));
        }
    }
    for (number, (_, provider, places)) in (0..).zip(FACILITIES) {
        requests.push(registration(number, provider));
        for (care_type, staffed) in places {
            requests.push(Request::of_a_provider(Command::SetCapacity(
                CapacityChange {
                    facility: facility(number),
                    span: CapacitySpan {
                        care_type: *care_type,
                        valid_from: date(2020, 8, 1),
                        valid_to: None,
                        licensed: 4,
                        planned: 4,
                        staffed: *staffed,
                    },
                },
            )));
        }
    }
    // Two nursery and two kindergarten children; only one has not agreed to automatic withdrawal.
    for (child, months) in [("c1", 8), ("c2", 20), ("c3", 30), ("c4", 44)] {
        requests.push(Request::of_a_family(Command::RegisterChild {
            child: Child {
                id: child_key(child),
                facts: facts(months, child),
            },
        }));
        if child != "c4" {
            requests.push(Request::of_a_family(consent(child_key(child), FIRST_DAY)));
        }
    }
    requests
}

/// Consent to automatic withdrawal.
pub(super) fn consent(child: ChildId, given_on: Date) -> Command {
    Command::GiveConsent {
        child,
        consent: Consent {
            text_version: "2026-1".to_owned(),
            channel: Channel::Online,
            given_on,
            given_by: ActorId::new("custodian").expect("letters are an identifier"),
        },
    }
}

fn registration(number: u8, provider: &str) -> Request {
    Request::of_the_city(Command::RegisterFacility(FacilityRegistration {
        facts: FacilityFacts {
            id: facility(number),
            provider: ProviderId::new(provider).expect("the name of a provider is an identifier"),
            kind: if number == 3 {
                FacilityKind::ChildminderSite
            } else {
                FacilityKind::DayCareCentre
            },
            area: area(number),
            location: Location::new(51.0 + f64::from(number) / 100.0, 13.7)
                .expect("a place on the map"),
            opens_on: date(2020, 8, 1),
            // C closes while children of the histories would still be there.
            closes_on: (number == 2).then_some(date(2032, 7, 31)),
            in_needs_plan: true,
            licences: vec![Licence {
                valid_from: date(2020, 8, 1),
                valid_to: None,
            }],
        },
        name: format!("Facility {number}"),
        operation: Operation {
            groups: 2,
            opening_hour: 6.5,
            closing_hour: 17.0,
            closing_days: 10,
        },
    }))
}

pub(super) fn area(number: u8) -> AreaId {
    AreaId::new(&format!("{:02}", number % 4)).expect("two digits are an identifier")
}

pub(super) fn child_key(text: &str) -> ChildId {
    ChildId::new(text).expect("letters and digits are an identifier")
}
