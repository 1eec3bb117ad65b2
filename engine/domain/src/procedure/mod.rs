//! The placement procedure (Platzvergabe): from the first application to the end of a care contract.
//!
//! [`decide`] is the whole procedure as one pure function: a [`Command`] (what somebody wants to do), a
//! [`Situation`] (everything the decision may look at, loaded under lock) and the answer, either
//! every [`Change`] that follows or a [`Refusal`] that names the value and the way out. The store
//! writes the changes, their audit entries and events in one transaction and decides nothing.
//!
//! What always holds, whatever the order of commands (tests/simulation):
//! at most one contract per child and day; nothing open beside a contract except a transfer
//! application or a confirmed offer flagged as a conflict; no place admitted twice in any month of a
//! stay; no offer without a human actor.

mod actor;
mod application;
mod catalogue;
mod change;
mod change_facts;
mod child;
mod codes;
mod command;
mod contract;
mod decide;
mod facility_file;
mod fold;
mod offer;
mod refusal;
mod situation;
mod stay_months;
mod suggestion;
mod touches;

#[cfg(test)]
mod tests;

pub use actor::{Actor, HumanActor, Mandate, Role};
pub use application::{
    Application, ApplicationState, Channel, CriterionPoints, Entry, Wish, Withdrawal,
};
pub use catalogue::CatalogueVersion;
pub use change::Change;
pub use child::{Child, ChildFacts, ChildFile, Consent, Sex, SiblingsRule};
pub use codes::ERROR_CODES;
pub use command::{
    CapacityChange, Command, Conclusion, ContractTerms, ExistingChild, FacilityRegistration,
    NewOffer, Operation, ProviderRegistration,
};
pub use contract::{CareContract, ContractEnd, ContractVersion, FirstRecord};
pub use decide::{AgreementRules, Rules, decide};
pub use facility_file::{
    BlockedSpan, CapacitySpan, FacilityFile, FreedPlace, FreedPlaceCause, FreedPlaceOutcome,
    HeldPlace, Holder, NoRoom, ProviderFile,
};
pub use offer::{Offer, OfferState};
pub use refusal::{Refusal, RefusalClass};
pub use situation::{Policy, Situation, Touches};
pub use stay_months::Stay;
pub use suggestion::{SuggestionList, SuggestionRow};
