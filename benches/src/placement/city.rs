//! A city with children in care, children who wait for a place, and room for all of them.

use domain::procedure::{
    Application, ApplicationState, CapacitySpan, CareContract, Channel, Child, ChildFacts,
    ChildFile, Consent, ContractVersion, CriterionPoints, Entry, FacilityRegistration, FirstRecord,
    Offer, OfferState, Operation, ProviderRegistration, Sex,
};
use domain::{
    CareType, DailyHours, FacilityFacts, FacilityKind, LegalRegime, Licence, Location,
    ProviderKind, RolloutStage, RolloutStep,
};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use store::{CityLoad, FacilityRecord, ProviderRecord};

use super::{TODAY, keys, staff};

/// How large a city is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CitySize {
    /// Providers.
    pub providers: u64,
    /// Facilities, spread over the providers.
    pub facilities: u64,
    /// Children, in care or waiting.
    pub children: u64,
    /// Versions of the contracts of the children in care, one contract each.
    pub contract_versions: u64,
    /// Applications of the children who wait, three each.
    pub applications: u64,
}

/// Applications of every child who waits.
pub const APPLICATIONS_EACH: u64 = 3;

/// Places of every facility and care type: enough for whatever a bench adds.
const PLACES: u32 = 5_000;

/// Since when everything is there.
const FOUNDED: Date = date(2020, 8, 1);

impl CitySize {
    /// A city like Dresden.
    pub const FULL: Self = Self {
        providers: 100,
        facilities: 1_000,
        children: 60_000,
        contract_versions: 100_000,
        applications: 20_000,
    };

    /// Enough to see that everything runs.
    pub const TINY: Self = Self {
        providers: 3,
        facilities: 12,
        children: 120,
        contract_versions: 180,
        applications: 60,
    };

    /// The same providers and facilities without children.
    #[must_use]
    pub const fn without_children(self) -> Self {
        Self {
            children: 0,
            contract_versions: 0,
            applications: 0,
            ..self
        }
    }

    const fn waiting(self) -> u64 {
        self.applications / APPLICATIONS_EACH
    }

    const fn in_care(self) -> u64 {
        self.children - self.waiting()
    }
}

/// The whole city, the same for the same size: first the children in care, then those who wait.
#[must_use]
pub fn load(size: CitySize) -> CityLoad {
    let in_care = (0..size.in_care()).map(|number| in_care(size, number));
    let waiting = (size.in_care()..size.children).map(|number| waiting(size, number));
    CityLoad {
        providers: (0..size.providers).map(provider).collect(),
        facilities: (0..size.facilities)
            .map(|number| facility(number, size.providers))
            .collect(),
        children: in_care.chain(waiting).collect(),
    }
}

fn provider(number: u64) -> ProviderRecord {
    let step = |care_type| RolloutStep {
        care_type,
        stage: RolloutStage::Full,
        valid_from: date(2026, 1, 1),
    };
    ProviderRecord {
        registration: ProviderRegistration {
            id: keys::provider(number),
            name: format!("Provider {number}"),
            kind: ProviderKind::Independent,
            regime: LegalRegime::Secular,
            participates_from: FOUNDED,
            participates_to: None,
        },
        rollout: CareType::ALL.into_iter().map(step).collect(),
        attestations: Vec::new(),
        catalogues: Vec::new(),
    }
}

fn facility(number: u64, providers: u64) -> FacilityRecord {
    let capacity = |care_type| capacity(care_type, PLACES);
    FacilityRecord {
        registration: FacilityRegistration {
            facts: FacilityFacts {
                id: keys::facility(number),
                provider: keys::provider(number % providers),
                kind: FacilityKind::DayCareCentre,
                area: keys::area(number % 60),
                location: Location::new(51.05, 13.74).expect("Dresden is a place on earth"),
                opens_on: FOUNDED,
                closes_on: None,
                in_needs_plan: true,
                licences: vec![Licence {
                    valid_from: FOUNDED,
                    valid_to: None,
                }],
            },
            name: format!("Facility {number}"),
            operation: Operation {
                groups: 4,
                opening_hour: 6.0,
                closing_hour: 17.5,
                closing_days: 8,
            },
        },
        capacities: vec![
            capacity(CareType::Nursery),
            capacity(CareType::Kindergarten),
        ],
        blocked: Vec::new(),
    }
}

/// Places of a care type since the beginning.
#[must_use]
pub const fn capacity(care_type: CareType, places: u32) -> CapacitySpan {
    CapacitySpan {
        care_type,
        valid_from: FOUNDED,
        valid_to: None,
        licensed: places,
        planned: places,
        staffed: places,
    }
}

/// Hours a day, in whole hours.
pub(super) fn hours(hours: u8) -> DailyHours {
    DailyHours::new(f64::from(hours)).expect("a child can be cared for that long")
}

/// What is known of a child.
pub(super) fn facts(number: u64, birth_date: Date) -> ChildFacts {
    ChildFacts {
        household: keys::household(number),
        birth_date,
        sex: if number.is_multiple_of(2) {
            Sex::Female
        } else {
            Sex::Male
        },
        area: keys::area(number % 60),
        municipality: 14_612_000,
        single_custodian: number.is_multiple_of(5),
        custodians_working: !number.is_multiple_of(4),
        inclusion_place: number.is_multiple_of(30),
        school_class: None,
        siblings: domain::procedure::SiblingsRule::Independent,
    }
}

/// Birth, first and last day of care of a child who is in care on [`TODAY`].
pub(super) fn days_in_care(number: u64) -> (Date, Date, Date) {
    // From nearly six years down to one year and four months old.
    let days = i64::try_from(number % 1_600).unwrap_or(0);
    let birth = date(2021, 3, 1).saturating_add(days.days());
    let from = birth.saturating_add(13.months());
    let to = birth.saturating_add(77.months());
    (birth, from, to)
}

/// A child in care: one contract, the first of them corrected once.
fn in_care(size: CitySize, number: u64) -> ChildFile {
    let (birth_date, valid_from, valid_to) = days_in_care(number);
    let child = Child {
        id: keys::child(number),
        facts: facts(number, birth_date),
    };
    let recorded = valid_from.saturating_sub(60.days());
    let corrected = valid_from.saturating_add(30.days());
    let has_two = number < size.contract_versions.saturating_sub(size.in_care());
    let version = |version: u32, recorded_from, recorded_to| ContractVersion {
        version,
        care_type: CareType::Nursery,
        daily_hours: hours(if version == 1 { 9 } else { 8 }),
        days_per_week: 5,
        lunch: true,
        valid_from,
        valid_to,
        recorded_from,
        recorded_to,
    };
    let versions = if has_two {
        vec![
            version(1, recorded, Some(corrected)),
            version(2, corrected, None),
        ]
    } else {
        vec![version(1, recorded, None)]
    };
    ChildFile {
        contracts: vec![CareContract {
            id: keys::contract(number),
            facility: keys::facility(number % size.facilities),
            first_record: FirstRecord::Import {
                provider_key: keys::reference(number),
            },
            versions,
            end: None,
        }],
        ..ChildFile::new(child)
    }
}

/// Date of birth of a child who waits for a nursery place from [`START`].
pub(super) const BORN: Date = date(2026, 3, 10);
/// First day of care wished.
pub(super) const START: Date = date(2027, 9, 1);

/// Consent to automatic withdrawal (K39).
pub(super) fn consent() -> Consent {
    Consent {
        text_version: "2026-1".to_owned(),
        channel: Channel::Online,
        given_on: TODAY,
        given_by: staff().id,
    }
}

/// A child who waits: three scored applications, one of them with a confirmed offer.
fn waiting(size: CitySize, number: u64) -> ChildFile {
    let child = Child {
        id: keys::child(number),
        facts: facts(number, BORN),
    };
    let points = ["siblings", "working", "single"].map(|criterion| CriterionPoints {
        criterion: criterion.to_owned(),
        points: 10,
    });
    let offer = Offer {
        id: keys::offer(number),
        starts_on: START,
        ends_on: date(2032, 7, 31),
        daily_hours: hours(9),
        offered_on: TODAY,
        reply_by: date(2027, 2, 15),
        offered_by: staff(),
        override_reason: None,
        state: OfferState::Confirmed {
            on: TODAY,
            conflict: None,
        },
    };
    let application = |rank: u32| {
        let order = u64::from(rank - 1);
        Application {
            id: keys::application(number * APPLICATIONS_EACH + order),
            facility: keys::facility((number * 7 + order) % size.facilities),
            care_type: CareType::Nursery,
            rank,
            wished_start: START,
            daily_hours: hours(9),
            applied_on: TODAY,
            entry: Entry::Online,
            transfer_from: None,
            points: points.to_vec(),
            catalogue_version: Some("2026".to_owned()),
            state: ApplicationState::Open,
            offers: Vec::from_iter((rank == 1).then(|| offer.clone())),
        }
    };
    ChildFile {
        consent: Some(consent()),
        applications: (1..=3).map(application).collect(),
        ..ChildFile::new(child)
    }
}
