//! What a decision changes.

use jiff::civil::Date;

use super::application::{Application, CriterionPoints, Withdrawal};
use super::catalogue::CatalogueVersion;
use super::child::{Child, Consent};
use super::command::{CapacityChange, FacilityRegistration, ProviderRegistration};
use super::contract::{CareContract, ContractEnd, ContractVersion};
use super::facility_file::{BlockedSpan, FreedPlace, FreedPlaceOutcome};
use super::offer::Offer;
use super::suggestion::SuggestionList;
use crate::{
    ApplicationId, AreaId, Attestation, CareType, ChildId, ContractId, FacilityId, FreedPlaceId,
    OfferId, ProviderId, ReferenceId, RolloutStep,
};

/// A change decided by the domain. The store writes it, its audit entry and its event; it decides
/// nothing.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // the keys say what they are; every variant is described
pub enum Change {
    /// A provider joined.
    ProviderRegistered(ProviderRegistration),
    /// The last day of a provider's participation was set.
    ParticipationEnds {
        provider: ProviderId,
        last_day: Date,
    },
    /// An open application is at a provider that leaves (K48): the provider informs the family.
    ProviderLeaves {
        child: ChildId,
        application: ApplicationId,
        provider: ProviderId,
        last_day: Date,
    },
    /// A step of the introduction.
    RolloutSet {
        provider: ProviderId,
        step: RolloutStep,
    },
    /// The date for loading existing children.
    ImportDeadlineSet {
        provider: ProviderId,
        care_type: CareType,
        deadline: Date,
    },
    /// A month was attested.
    Attested {
        provider: ProviderId,
        attestation: Attestation,
    },
    /// A version of the criteria catalogue was handed in.
    CatalogueStored {
        provider: ProviderId,
        catalogue: CatalogueVersion,
    },
    /// A facility was entered; its provider is told (K43).
    FacilityRegistered(FacilityRegistration),
    /// A facility is to close.
    FacilityCloses {
        facility: FacilityId,
        last_day: Date,
    },
    /// A facility entered or left the needs plan.
    NeedsPlanSet {
        facility: FacilityId,
        in_needs_plan: bool,
    },
    /// A licence is valid over a span.
    LicenceGranted {
        facility: FacilityId,
        valid_from: Date,
        valid_to: Option<Date>,
        proof: ReferenceId,
    },
    /// No licence is valid from a day on: those that begin on it or later are gone, one in force ends
    /// the day before.
    LicenceWithdrawn {
        facility: FacilityId,
        from: Date,
        notice: ReferenceId,
    },
    /// Places from a day on.
    CapacitySet(CapacityChange),
    /// Places are blocked.
    PlacesBlocked {
        facility: FacilityId,
        span: BlockedSpan,
    },
    /// A child was entered.
    ChildRegistered { child: Child },
    /// A child lives elsewhere.
    ChildMoved {
        child: ChildId,
        area: AreaId,
        municipality: u32,
    },
    /// Consent to automatic withdrawal.
    ConsentGiven { child: ChildId, consent: Consent },
    /// Consent was taken back.
    ConsentRevoked { child: ChildId, on: Date },
    /// An application came in.
    ApplicationSubmitted {
        child: ChildId,
        application: Application,
    },
    /// An application left the procedure.
    ApplicationWithdrawn {
        child: ChildId,
        application: ApplicationId,
        on: Date,
        cause: Withdrawal,
    },
    /// An application has another rank.
    ApplicationRanked {
        child: ChildId,
        application: ApplicationId,
        rank: u32,
    },
    /// An application has points.
    ApplicationScored {
        child: ChildId,
        application: ApplicationId,
        points: Vec<CriterionPoints>,
        catalogue_version: String,
    },
    /// An application is now for a move from a contract the child holds.
    ApplicationBecameTransfer {
        child: ChildId,
        application: ApplicationId,
        from: ContractId,
    },
    /// An application became a contract.
    ApplicationContracted {
        child: ChildId,
        application: ApplicationId,
        contract: ContractId,
        on: Date,
    },
    /// A place is on offer.
    OfferMade {
        child: ChildId,
        application: ApplicationId,
        offer: Offer,
    },
    /// The family said yes.
    OfferConfirmed {
        child: ChildId,
        offer: OfferId,
        on: Date,
    },
    /// The family said no.
    OfferDeclined {
        child: ChildId,
        offer: OfferId,
        on: Date,
    },
    /// Nobody answered in time.
    OfferExpired {
        child: ChildId,
        offer: OfferId,
        on: Date,
    },
    /// The provider took it back.
    OfferRevoked {
        child: ChildId,
        offer: OfferId,
        on: Date,
        reason: String,
    },
    /// Its application was withdrawn by the family.
    OfferWithdrawn {
        child: ChildId,
        offer: OfferId,
        on: Date,
    },
    /// A contract elsewhere declined it (K38).
    OfferDeclinedByContract {
        child: ChildId,
        offer: OfferId,
        on: Date,
        contract: ContractId,
    },
    /// A confirmed offer stands beside a contract that came in otherwise (K38).
    OfferFlagged {
        child: ChildId,
        offer: OfferId,
        conflict: ContractId,
    },
    /// The offer became a contract.
    OfferContracted {
        child: ChildId,
        offer: OfferId,
        on: Date,
        contract: ContractId,
    },
    /// A care contract came into being.
    ContractConcluded {
        child: ChildId,
        contract: CareContract,
    },
    /// A contract is known otherwise: the version before is closed on the same day.
    ContractVersionRecorded {
        child: ChildId,
        contract: ContractId,
        version: ContractVersion,
        end: Option<ContractEnd>,
    },
    /// A place became free: the cascade looks for the next child (K40).
    PlaceFreed {
        facility: FacilityId,
        freed_place: FreedPlace,
    },
    /// A freed place is no longer waiting.
    FreedPlaceClosed {
        facility: FacilityId,
        freed_place: FreedPlaceId,
        outcome: FreedPlaceOutcome,
    },
    /// An initial load was taken in.
    ExistingChildrenImported {
        provider: ProviderId,
        care_type: Option<CareType>,
        rows: u32,
        changed: u32,
        on: Date,
    },
    /// A computed list was kept.
    SuggestionsKept { list: SuggestionList },
    /// A list was put into another order; both are kept.
    SuggestionsReordered {
        before: SuggestionList,
        after: SuggestionList,
    },
}
