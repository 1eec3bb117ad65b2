//! Why a command is refused.

use jiff::civil::Date;

use crate::{
    ApplicationId, CareType, ChildId, ContractId, FacilityId, FreedPlaceId, InputProblem, Month,
    OfferId, ProviderId, SuggestionListId,
};

/// The kind of a refusal, for the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalClass {
    /// Something named does not exist.
    NotFound,
    /// The command is malformed or against a rule, whatever the state.
    Invalid,
    /// The command does not fit the state; another time it might.
    Conflict,
}

/// Why a command is refused; nothing was changed.
///
/// Messages name keys, dates and places, never anything about a child but its pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the fields are what the message names
pub enum Refusal {
    /// A child is not known.
    #[error("E9001: child {child} is not known; register it first")]
    UnknownChild { child: ChildId },
    /// An application is not the child's.
    #[error("E9002: the child has no application {application}; check the key")]
    UnknownApplication { application: ApplicationId },
    /// An offer is not the child's.
    #[error("E9003: the child has no offer {offer}; check the key")]
    UnknownOffer { offer: OfferId },
    /// A contract is not the child's.
    #[error("E9004: the child has no contract {contract}; check the key")]
    UnknownContract { contract: ContractId },
    /// A facility is not known.
    #[error("E9005: facility {facility} is not known; check the key")]
    UnknownFacility { facility: FacilityId },
    /// A provider is not known.
    #[error("E9006: provider {provider} is not known; check the key")]
    UnknownProvider { provider: ProviderId },
    /// A suggestion list is not known.
    #[error("E9007: there is no suggestion list {list}; compute one first")]
    UnknownSuggestions { list: SuggestionListId },
    /// A freed place is not waiting.
    #[error("E9008: no freed place {freed_place} is waiting; it may have been offered")]
    UnknownFreedPlace { freed_place: FreedPlaceId },
    /// Something with this key exists.
    #[error("E9009: a {what} with the key {key} exists; use another key")]
    AlreadyKnown { what: &'static str, key: String },
    /// Parallel applications without consent to automatic withdrawal (K39).
    #[error(
        "E9010: {open} applications would be open, but the custodians have not agreed to automatic withdrawal; record their consent first"
    )]
    ConsentMissing { open: usize },
    /// Consent cannot be revoked while parallel applications are open.
    #[error(
        "E9011: {open} applications are open and rest on the consent; withdraw all but one first"
    )]
    ConsentNeeded { open: usize },
    /// More parallel applications than the city allows (K15).
    #[error(
        "E9012: {open} applications would be open, at most {most} are allowed; withdraw some first"
    )]
    TooManyApplications { open: usize, most: usize },
    /// A child applies twice at a facility.
    #[error("E9013: the child has an open application at facility {facility}; change that one")]
    AlreadyApplied { facility: FacilityId },
    /// A rank is given twice or out of range.
    #[error(
        "E9014: rank {rank} is given twice or is not 1 to 20; give every open application its own rank"
    )]
    RankTaken { rank: u32 },
    /// A submission without wishes.
    #[error("E9015: no wish was handed in; hand in at least one")]
    NoWishes,
    /// A date lies in the past.
    #[error("E9016: {what} is {date}, before today ({today}); give a day to come")]
    DateInThePast {
        what: &'static str,
        date: Date,
        today: Date,
    },
    /// A date lies in the future.
    #[error("E9017: {what} is {date}, after today ({today}); give a day that has come")]
    DateInTheFuture {
        what: &'static str,
        date: Date,
        today: Date,
    },
    /// Two dates are in the wrong order.
    #[error("E9018: {what}: {last} lies before {first}; correct one of the dates")]
    DateOrder {
        what: &'static str,
        first: Date,
        last: Date,
    },
    /// The time to answer an offer is longer than the city allows.
    #[error("E9019: {reply_by} is too late to answer an offer; the latest day is {latest}")]
    ReplyTooLong { reply_by: Date, latest: Date },
    /// The age at the start does not fit the care type.
    #[error(
        "E9020: the child's age does not fit {care_type} from {start}; choose another care type or start"
    )]
    AgeDoesNotFit { care_type: CareType, start: Date },
    /// A facility takes no applications: not in the needs plan, not open, without licence, or its provider does not take part (K11, K19, K27, K43, K47, K48).
    #[error(
        "E9021: facility {facility} takes no applications and makes no offers: {reason}; ask the provider or the city"
    )]
    FacilityNotAvailable {
        facility: FacilityId,
        reason: &'static str,
    },
    /// A place is not free in every month of the stay.
    #[error(
        "E9022: no {care_type} place of facility {facility} is free in {month}: {held} of {staffed} places are held; offer a shorter stay or raise the staffed places"
    )]
    NoPlaceFree {
        facility: FacilityId,
        month: Month,
        care_type: CareType,
        staffed: u32,
        held: u32,
    },
    /// An application is no longer in the procedure.
    #[error("E9023: application {application} is no longer in the procedure; nothing was changed")]
    ApplicationNotOpen { application: ApplicationId },
    /// An application already has an offer that holds a place.
    #[error(
        "E9024: offer {offer} already holds a place for this application; wait for the answer or revoke it"
    )]
    OfferOutstanding { offer: OfferId },
    /// An offer is no longer waiting for an answer.
    #[error("E9025: offer {offer} is {state}; nothing was changed")]
    OfferNotOpen { offer: OfferId, state: &'static str },
    /// The last day to answer an offer has passed.
    #[error(
        "E9026: offer {offer} was to be answered by {reply_by}, today is {today}; ask the provider for a new offer"
    )]
    OfferHasExpired {
        offer: OfferId,
        reply_by: Date,
        today: Date,
    },
    /// Two confirmed offers are a conflict (K38).
    #[error("E9027: the family has already confirmed offer {offer}; release it first")]
    OfferAlreadyConfirmed { offer: OfferId },
    /// A child would have two contracts on a day.
    #[error(
        "E9028: contract {contract} covers {from} to {to}; a child has one place a day: end it or choose another start"
    )]
    ContractExists {
        contract: ContractId,
        from: Date,
        to: Date,
    },
    /// A contract has ended.
    #[error("E9029: contract {contract} has ended or never ran; correct it instead")]
    ContractEnded { contract: ContractId },
    /// A value is not allowed.
    #[error("E9030: {what} {value:?} is not allowed; allowed is {allowed}")]
    NotOneOf {
        what: &'static str,
        value: String,
        allowed: &'static str,
    },
    /// An override without a reason code (K16).
    #[error("E9031: {what} needs a reason code; give one")]
    ReasonMissing { what: &'static str },
    /// An offer that leaves the order suggested last without saying why (K16).
    #[error(
        "E7020: application {application} is not the next that list {list} suggests; give override_reason, a reason code, or compute a new list"
    )]
    OverrideReasonMissing {
        application: ApplicationId,
        list: SuggestionListId,
    },
    /// Points name another version than the one in force.
    #[error(
        "E7021: the provider's catalogue in force today is version {in_force}; give the points of that one and name it as catalogue_version"
    )]
    CatalogueNotInForce { in_force: String },
    /// A version that exists with another content.
    #[error(
        "E7022: version {version} of catalogue {catalogue} exists with another content; give every change a new version"
    )]
    CatalogueVersionTaken { catalogue: String, version: u32 },
    /// A catalogue that would change what was in force.
    #[error(
        "E7023: a catalogue from {valid_from} would not follow the newest one, which begins on {newest}; give a later first day"
    )]
    CatalogueNotAfter { valid_from: Date, newest: Date },
    /// A reordered list names other applications.
    #[error(
        "E9032: the new order of list {list} does not hold the same applications; name every one once"
    )]
    NotTheSameApplications { list: SuggestionListId },
    /// What was asked for is already so.
    #[error("E9033: {what} is already so; nothing was changed")]
    NothingToChange { what: &'static str },
    /// An initial load has wrong rows; nothing was taken in.
    #[error("E9034: {} rows or values of the import are wrong, nothing was taken in; correct the file and hand it in again", .problems.len())]
    Import { problems: Vec<InputProblem> },
    /// A job tried to decide for a person (P10).
    #[error("E9035: {what} needs a person; no job may do it")]
    HumanNeeded { what: &'static str },
    /// The date for loading existing children has passed (K42).
    #[error(
        "E9036: existing children were to be loaded by {deadline}, today is {today}; ask the city for a new date"
    )]
    AfterDeadline { deadline: Date, today: Date },
}

impl Refusal {
    /// The stable number of the rule.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownChild { .. } => "E9001",
            Self::UnknownApplication { .. } => "E9002",
            Self::UnknownOffer { .. } => "E9003",
            Self::UnknownContract { .. } => "E9004",
            Self::UnknownFacility { .. } => "E9005",
            Self::UnknownProvider { .. } => "E9006",
            Self::UnknownSuggestions { .. } => "E9007",
            Self::UnknownFreedPlace { .. } => "E9008",
            Self::AlreadyKnown { .. } => "E9009",
            Self::ConsentMissing { .. } => "E9010",
            Self::ConsentNeeded { .. } => "E9011",
            Self::TooManyApplications { .. } => "E9012",
            Self::AlreadyApplied { .. } => "E9013",
            Self::RankTaken { .. } => "E9014",
            Self::NoWishes => "E9015",
            Self::DateInThePast { .. } => "E9016",
            Self::DateInTheFuture { .. } => "E9017",
            Self::DateOrder { .. } => "E9018",
            Self::ReplyTooLong { .. } => "E9019",
            Self::AgeDoesNotFit { .. } => "E9020",
            Self::FacilityNotAvailable { .. } => "E9021",
            Self::NoPlaceFree { .. } => "E9022",
            Self::ApplicationNotOpen { .. } => "E9023",
            Self::OfferOutstanding { .. } => "E9024",
            Self::OfferNotOpen { .. } => "E9025",
            Self::OfferHasExpired { .. } => "E9026",
            Self::OfferAlreadyConfirmed { .. } => "E9027",
            Self::ContractExists { .. } => "E9028",
            Self::ContractEnded { .. } => "E9029",
            Self::NotOneOf { .. } => "E9030",
            Self::ReasonMissing { .. } => "E9031",
            Self::OverrideReasonMissing { .. } => "E7020",
            Self::CatalogueNotInForce { .. } => "E7021",
            Self::CatalogueVersionTaken { .. } => "E7022",
            Self::CatalogueNotAfter { .. } => "E7023",
            Self::NotTheSameApplications { .. } => "E9032",
            Self::NothingToChange { .. } => "E9033",
            Self::Import { .. } => "E9034",
            Self::HumanNeeded { .. } => "E9035",
            Self::AfterDeadline { .. } => "E9036",
        }
    }

    /// The stable name of the problem, the end of its `type` (RFC 9457).
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UnknownChild { .. } => "not-found",
            Self::UnknownApplication { .. } => "not-found",
            Self::UnknownOffer { .. } => "not-found",
            Self::UnknownContract { .. } => "not-found",
            Self::UnknownFacility { .. } => "not-found",
            Self::UnknownProvider { .. } => "not-found",
            Self::UnknownSuggestions { .. } => "not-found",
            Self::UnknownFreedPlace { .. } => "not-found",
            Self::AlreadyKnown { .. } => "already-known",
            Self::ConsentMissing { .. } => "consent-missing",
            Self::ConsentNeeded { .. } => "consent-needed",
            Self::TooManyApplications { .. } => "too-many-applications",
            Self::AlreadyApplied { .. } => "already-applied",
            Self::RankTaken { .. } => "rank-taken",
            Self::NoWishes => "no-wishes",
            Self::DateInThePast { .. } => "date-in-the-past",
            Self::DateInTheFuture { .. } => "date-in-the-future",
            Self::DateOrder { .. } => "dates-in-the-wrong-order",
            Self::ReplyTooLong { .. } => "reply-too-long",
            Self::AgeDoesNotFit { .. } => "age-does-not-fit",
            Self::FacilityNotAvailable { .. } => "facility-not-available",
            Self::NoPlaceFree { .. } => "no-place-free",
            Self::ApplicationNotOpen { .. } => "application-not-open",
            Self::OfferOutstanding { .. } => "offer-outstanding",
            Self::OfferNotOpen { .. } => "offer-not-open",
            Self::OfferHasExpired { .. } => "offer-expired",
            Self::OfferAlreadyConfirmed { .. } => "offer-already-confirmed",
            Self::ContractExists { .. } => "contract-exists",
            Self::ContractEnded { .. } => "contract-ended",
            Self::NotOneOf { .. } => "value-not-allowed",
            Self::ReasonMissing { .. } => "reason-missing",
            Self::OverrideReasonMissing { .. } => "override-reason-missing",
            Self::CatalogueNotInForce { .. } => "catalogue-not-in-force",
            Self::CatalogueVersionTaken { .. } => "catalogue-version-taken",
            Self::CatalogueNotAfter { .. } => "catalogue-not-after",
            Self::NotTheSameApplications { .. } => "not-the-same-applications",
            Self::NothingToChange { .. } => "nothing-to-change",
            Self::Import { .. } => "import-refused",
            Self::HumanNeeded { .. } => "human-needed",
            Self::AfterDeadline { .. } => "import-deadline-passed",
        }
    }

    /// The kind of refusal.
    #[must_use]
    pub const fn class(&self) -> RefusalClass {
        match self {
            Self::UnknownChild { .. }
            | Self::UnknownApplication { .. }
            | Self::UnknownOffer { .. }
            | Self::UnknownContract { .. }
            | Self::UnknownFacility { .. }
            | Self::UnknownProvider { .. }
            | Self::UnknownSuggestions { .. }
            | Self::UnknownFreedPlace { .. } => RefusalClass::NotFound,
            Self::ConsentMissing { .. }
            | Self::TooManyApplications { .. }
            | Self::RankTaken { .. }
            | Self::NoWishes
            | Self::DateInThePast { .. }
            | Self::DateInTheFuture { .. }
            | Self::DateOrder { .. }
            | Self::ReplyTooLong { .. }
            | Self::AgeDoesNotFit { .. }
            | Self::NotOneOf { .. }
            | Self::ReasonMissing { .. }
            | Self::OverrideReasonMissing { .. }
            | Self::CatalogueNotInForce { .. }
            | Self::NotTheSameApplications { .. }
            | Self::Import { .. }
            | Self::HumanNeeded { .. } => RefusalClass::Invalid,
            Self::AlreadyKnown { .. }
            | Self::ConsentNeeded { .. }
            | Self::AlreadyApplied { .. }
            | Self::FacilityNotAvailable { .. }
            | Self::NoPlaceFree { .. }
            | Self::ApplicationNotOpen { .. }
            | Self::OfferOutstanding { .. }
            | Self::OfferNotOpen { .. }
            | Self::OfferHasExpired { .. }
            | Self::OfferAlreadyConfirmed { .. }
            | Self::ContractExists { .. }
            | Self::ContractEnded { .. }
            | Self::NothingToChange { .. }
            | Self::CatalogueVersionTaken { .. }
            | Self::CatalogueNotAfter { .. }
            | Self::AfterDeadline { .. } => RefusalClass::Conflict,
        }
    }
}
