//! What a decision may look at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::catalogue::CatalogueVersion;
use super::change::Change;
use super::child::ChildFile;
use super::facility_file::{FacilityFile, ProviderFile};
use super::suggestion::SuggestionList;
use crate::{CareType, ChildId, ContractId, FacilityId, ProviderId, ReferenceId};

/// Numbers of the procedure that a city sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Most open applications of a child (K15; Dresden: 5).
    pub most_applications: usize,
    /// Longest time to answer an offer, in days.
    pub longest_reply_days: i32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            most_applications: 5,
            longest_reply_days: 60,
        }
    }
}

/// What a command needs loaded and locked. Children are locked first, then facilities, each in the
/// order of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touches {
    /// Children whose files are decided on.
    pub children: BTreeSet<ChildId>,
    /// Facilities whose places are decided on.
    pub facilities: BTreeSet<FacilityId>,
    /// Facilities that are only looked at.
    pub looks_at: BTreeSet<FacilityId>,
    /// Providers decided on, with all their facilities.
    pub providers: BTreeSet<ProviderId>,
}

/// Everything a decision may look at, as it stands under the locks.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    /// The day of the decision.
    pub today: Date,
    /// The city's numbers.
    pub policy: Policy,
    /// Files of the children touched; a child that does not exist has none.
    pub children: BTreeMap<ChildId, ChildFile>,
    /// Files of the facilities touched or looked at.
    pub facilities: BTreeMap<FacilityId, FacilityFile>,
    /// Files of the providers touched.
    pub providers: BTreeMap<ProviderId, ProviderFile>,
    /// For an import: who holds the contract under a key of the importing provider. The children
    /// named here are locked and loaded too (see [`super::Command::import_keys`]).
    pub provider_keys: BTreeMap<ReferenceId, (ChildId, ContractId)>,
    /// For an import and for the setting of a deadline: the dates agreed (K42).
    pub import_deadlines: BTreeMap<(ProviderId, CareType), Date>,
    /// For a reordering: the list as kept. For an offer: the newest list of the facility and care type
    /// of its application.
    pub suggestions: Option<SuggestionList>,
    /// For an offer: applications of that list that are open and were not offered the place, or let the
    /// offer pass; those that hold an offer and those whose family declined do not wait for one.
    pub waiting: BTreeSet<crate::ApplicationId>,
    /// For a catalogue handed in: those of the provider so far. For points: those of the provider of the
    /// application's facility. By first day.
    pub catalogues: Vec<CatalogueVersion>,
    /// For the end of a provider: open applications at its facilities.
    pub open_applications: Vec<(ChildId, crate::ApplicationId)>,
}

impl Situation {
    /// Nothing loaded yet, on a day, with the city's default numbers.
    #[must_use]
    pub fn on(today: Date) -> Self {
        Self {
            today,
            policy: Policy::default(),
            children: BTreeMap::new(),
            facilities: BTreeMap::new(),
            providers: BTreeMap::new(),
            provider_keys: BTreeMap::new(),
            import_deadlines: BTreeMap::new(),
            suggestions: None,
            waiting: BTreeSet::new(),
            catalogues: Vec::new(),
            open_applications: Vec::new(),
        }
    }

    /// The facility a change concerns: the one it names, else that of its application, offer or
    /// contract. Asked before or after the change is folded in; an offer or contract made by the
    /// change itself names its own.
    #[must_use]
    pub fn facility_of<'a>(&'a self, change: &'a Change) -> Option<&'a FacilityId> {
        if let Some(facility) = change.facility() {
            return Some(facility);
        }
        let file = self.children.get(change.child()?)?;
        match change {
            Change::ProviderLeaves { application, .. }
            | Change::ApplicationWithdrawn { application, .. }
            | Change::ApplicationRanked { application, .. }
            | Change::ApplicationScored { application, .. }
            | Change::ApplicationBecameTransfer { application, .. }
            | Change::ApplicationContracted { application, .. }
            | Change::OfferMade { application, .. } => {
                file.application(application).map(|a| &a.facility)
            }
            Change::OfferConfirmed { offer, .. }
            | Change::OfferDeclined { offer, .. }
            | Change::OfferExpired { offer, .. }
            | Change::OfferRevoked { offer, .. }
            | Change::OfferWithdrawn { offer, .. }
            | Change::OfferDeclinedByContract { offer, .. }
            | Change::OfferFlagged { offer, .. }
            | Change::OfferContracted { offer, .. } => file.offer(offer).map(|(a, _)| &a.facility),
            Change::ContractVersionRecorded { contract, .. } => {
                file.contract(contract).map(|c| &c.facility)
            }
            _ => None,
        }
    }

    /// The provider a change concerns: the one it names, else that of the facility it concerns, where
    /// that facility is loaded.
    #[must_use]
    pub fn provider_of<'a>(&'a self, change: &'a Change) -> Option<&'a ProviderId> {
        change.provider().or_else(|| {
            let facility = self.facility_of(change)?;
            self.facilities
                .get(facility)
                .map(|file| file.facility.provider())
        })
    }
}
