//! What somebody can want to do.

use jiff::civil::Date;

use super::actor::HumanActor;
use super::application::{CriterionPoints, Entry, Wish};
use super::catalogue::CatalogueVersion;
use super::child::{Child, ChildFacts, Consent};
use super::contract::ContractEnd;
use super::facility_file::{BlockedSpan, CapacitySpan};
use super::suggestion::SuggestionList;
use crate::{
    ApplicationId, AreaId, CareType, ChildId, ContractId, DailyHours, FacilityFacts, FacilityId,
    FreedPlaceId, LegalRegime, Month, OfferId, ProviderId, ProviderKind, ReferenceId, RolloutStep,
    SuggestionListId,
};

/// A provider that joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRegistration {
    /// The key.
    pub id: ProviderId,
    /// Name on pages, 1 to 200 bytes.
    pub name: String,
    /// Municipal, independent or an agency for childminders.
    pub kind: ProviderKind,
    /// Data-protection law it is under.
    pub regime: LegalRegime,
    /// First day of the operating agreement (K19).
    pub participates_from: Date,
    /// Last day, if agreed.
    pub participates_to: Option<Date>,
}

/// Groups and times of a facility, for listing and statistics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Operation {
    /// Number of groups, 0 to 100; 0 = no group structure.
    pub groups: u32,
    /// Opens at, hours of the day.
    pub opening_hour: f64,
    /// Closes at, hours of the day.
    pub closing_hour: f64,
    /// Closing days a year, 0 to 365.
    pub closing_days: u32,
}

/// A facility that is entered, possibly long before it opens (K43).
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityRegistration {
    /// The facility; its licences may be empty at first.
    pub facts: FacilityFacts,
    /// Name on pages, 1 to 200 bytes; of a childminder site no person's name.
    pub name: String,
    /// Groups and times.
    pub operation: Operation,
}

/// Places of a care type from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapacityChange {
    /// The facility.
    pub facility: FacilityId,
    /// The span; spans of the same care type that begin on or after its first day are replaced, an
    /// earlier one that is still valid ends the day before.
    pub span: CapacitySpan,
}

/// An offer to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOffer {
    /// Key of the offer to be.
    pub id: OfferId,
    /// The application it answers.
    pub application: ApplicationId,
    /// First day of care.
    pub starts_on: Date,
    /// Last day of the stay; `None` for the expected end.
    pub ends_on: Option<Date>,
    /// Hours a day; `None` for those wished.
    pub daily_hours: Option<DailyHours>,
    /// Last day to answer.
    pub reply_by: Date,
    /// Who offers: a person (P10).
    pub by: HumanActor,
    /// Reason code where the offer leaves the suggested order (K16).
    pub override_reason: Option<String>,
}

/// A contract to be concluded on an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// Key of the contract to be.
    pub contract: ContractId,
    /// The offer it is concluded on, open or confirmed.
    pub offer: OfferId,
    /// Days a week, 1 to 7.
    pub days_per_week: u8,
    /// Takes lunch.
    pub lunch: bool,
    /// Who concludes it for the provider: a person (P10).
    pub by: HumanActor,
}

/// Terms of a contract, complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractTerms {
    /// Care type at the start.
    pub care_type: CareType,
    /// Hours a day.
    pub daily_hours: DailyHours,
    /// Days a week, 1 to 7.
    pub days_per_week: u8,
    /// Takes lunch.
    pub lunch: bool,
    /// First day of care.
    pub valid_from: Date,
    /// Last day of care; `None` for the expected end.
    pub valid_to: Option<Date>,
}

/// One row of the initial load of existing children (Bestandskinder, K41).
#[derive(Clone, PartialEq, Eq)]
pub struct ExistingChild {
    /// Row of the file, from 1.
    pub row: u64,
    /// The provider's key of the contract; a row with a known key corrects, or changes nothing.
    pub provider_key: ReferenceId,
    /// The pseudonym where the child is known to the portal; else the one to be used.
    pub child: ChildId,
    /// Whether `child` was given in the file and so must exist.
    pub child_is_known: bool,
    /// The child, as the provider knows it.
    pub facts: ChildFacts,
    /// Key of the contract to be, if the provider key is new.
    pub contract: ContractId,
    /// The facility.
    pub facility: FacilityId,
    /// What was agreed.
    pub terms: ContractTerms,
}

/// The row and key only.
impl std::fmt::Debug for ExistingChild {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExistingChild")
            .field("row", &self.row)
            .finish_non_exhaustive()
    }
}

/// What somebody wants to do. Every write of the service is one of these.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // the keys say what they are; every variant is described
pub enum Command {
    /// A provider joins (K19).
    RegisterProvider(ProviderRegistration),
    /// A provider's agreement ends (K48): no new applications and offers after its last day; open
    /// applications get a hint.
    EndProvider {
        provider: ProviderId,
        last_day: Date,
    },
    /// A step of the portal's introduction for a provider and care type (K27).
    SetRollout {
        provider: ProviderId,
        step: RolloutStep,
    },
    /// The date until which a provider's existing children of a care type are to be loaded (K42).
    SetImportDeadline {
        provider: ProviderId,
        care_type: CareType,
        deadline: Date,
    },
    /// A provider attests its data for a month (K24).
    Attest { provider: ProviderId, month: Month },
    /// A provider hands in a version of its criteria catalogue, which was read and passed the legal
    /// check.
    StoreCatalogue {
        provider: ProviderId,
        catalogue: CatalogueVersion,
    },
    /// A facility is entered (K43).
    RegisterFacility(FacilityRegistration),
    /// A facility is to close after a day; contracts stay, nothing beyond that day is offered.
    CloseFacility {
        facility: FacilityId,
        last_day: Date,
    },
    /// A facility enters or leaves the needs plan (K11).
    SetNeedsPlan {
        facility: FacilityId,
        in_needs_plan: bool,
    },
    /// An operating licence is granted or proven again (K47). Licences never overlap: it begins after
    /// the one in force ends and ends before a later one begins.
    GrantLicence {
        facility: FacilityId,
        valid_from: Date,
        valid_to: Option<Date>,
        proof: ReferenceId,
    },
    /// The operating licence is lost from a day on (K47); the written notice is named. Contracts stay.
    WithdrawLicence {
        facility: FacilityId,
        from: Date,
        notice: ReferenceId,
    },
    /// Places of a care type from a day on.
    SetCapacity(CapacityChange),
    /// Places are blocked for a time; a span with the same care type and first day is replaced.
    BlockPlaces {
        facility: FacilityId,
        span: BlockedSpan,
    },
    /// A child is entered.
    RegisterChild { child: Child },
    /// The family moves within the city or out of it and keeps its applications.
    MoveHome {
        child: ChildId,
        area: AreaId,
        municipality: u32,
    },
    /// The custodians agree to automatic withdrawal (K39).
    GiveConsent { child: ChildId, consent: Consent },
    /// The custodians take their consent back; refused while two applications are open.
    RevokeConsent { child: ChildId },
    /// Applications are handed in, all or none (K15).
    SubmitApplications {
        child: ChildId,
        wishes: Vec<Wish>,
        entry: Entry,
    },
    /// An open application is withdrawn by the family, with whatever is on offer.
    WithdrawApplication {
        child: ChildId,
        application: ApplicationId,
        moved_away: bool,
    },
    /// The family puts its open applications into a new order: first = rank 1.
    RankApplications {
        child: ChildId,
        order: Vec<ApplicationId>,
    },
    /// The provider records the points of its catalogue (K35).
    ScoreApplication {
        child: ChildId,
        application: ApplicationId,
        points: Vec<CriterionPoints>,
        catalogue_version: String,
    },
    /// A place is offered (K33).
    MakeOffer { child: ChildId, offer: NewOffer },
    /// The family says yes; two confirmed offers are a conflict (K38).
    ConfirmOffer { child: ChildId, offer: OfferId },
    /// The family says no, or releases a confirmed offer.
    DeclineOffer { child: ChildId, offer: OfferId },
    /// The provider takes an offer back.
    RevokeOffer {
        child: ChildId,
        offer: OfferId,
        reason: String,
    },
    /// Offers whose last day to answer has passed expire.
    ExpireOffers { child: ChildId },
    /// A care contract is concluded (K37, K38): everything else the child has open is closed.
    ConcludeContract {
        child: ChildId,
        conclusion: Conclusion,
    },
    /// Other terms from a day on, under a continuing contract.
    ContinueContract {
        child: ChildId,
        contract: ContractId,
        continuation: ContractId,
        terms: ContractTerms,
    },
    /// What was recorded was wrong: a new version replaces the current one from today's knowledge on.
    CorrectContract {
        child: ChildId,
        contract: ContractId,
        terms: ContractTerms,
    },
    /// A contract ends on a day, before its expected end; a day before its first cancels it.
    EndContract {
        child: ChildId,
        contract: ContractId,
        last_day: Date,
        cause: ContractEnd,
    },
    /// A provider hands in its existing children (K41): all rows or none.
    ImportExistingChildren {
        provider: ProviderId,
        care_type: Option<CareType>,
        rows: Vec<ExistingChild>,
    },
    /// A freed place for which nobody waits is closed by the cascade.
    CloseFreedPlace {
        facility: FacilityId,
        freed_place: FreedPlaceId,
    },
    /// A computed suggestion list is kept.
    KeepSuggestions { list: SuggestionList },
    /// A provider puts a list into another order (K16): a reason code is needed, both lists are kept.
    ReorderSuggestions {
        facility: FacilityId,
        list: SuggestionListId,
        reordered: SuggestionListId,
        order: Vec<ApplicationId>,
        reason: String,
        by: HumanActor,
    },
}
