//! What a decision makes of the files: the same as the store writes.
//!
//! Tests compare a file folded here with the file the store loads again. Lists are kept in the order
//! stated, so both are equal value by value.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::application::{Application, ApplicationState};
use super::change::Change;
use super::child::ChildFile;
use super::command::{FacilityRegistration, ProviderRegistration};
use super::contract::{CareContract, ContractEnd, ContractVersion};
use super::facility_file::{
    BlockedSpan, CapacitySpan, FacilityFile, HeldPlace, Holder, ProviderFile,
};
use super::offer::{Offer, OfferState};
use super::situation::Situation;
use super::stay_months::Stay;
use crate::{
    ApplicationId, ChildId, ContractId, Facility, Licence, OfferId, Provider, ProviderError,
};

impl Situation {
    /// Folds decided changes into the files, in order. A file that is not loaded is left alone.
    pub fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            self.apply_one(change);
        }
    }

    fn apply_one(&mut self, change: &Change) {
        if let Change::ChildRegistered { child } = change {
            self.children
                .insert(child.id.clone(), ChildFile::new(child.clone()));
        } else if let Some(file) = change
            .child()
            .and_then(|child| self.children.get_mut(child))
        {
            file.apply(change);
        }
        match change {
            Change::ProviderRegistered(registration) => {
                if let Ok(file) = ProviderFile::of(registration) {
                    self.providers.insert(registration.id.clone(), file);
                }
            }
            Change::FacilityRegistered(registration) => self.open_file(registration),
            Change::ImportDeadlineSet {
                provider,
                care_type,
                deadline,
            } => {
                self.import_deadlines
                    .insert((provider.clone(), *care_type), *deadline);
            }
            Change::ContractConcluded { child, contract } => {
                if let super::contract::FirstRecord::Import { provider_key } =
                    &contract.first_record
                {
                    self.provider_keys
                        .insert(provider_key.clone(), (child.clone(), contract.id.clone()));
                }
            }
            Change::SuggestionsKept { list } | Change::SuggestionsReordered { after: list, .. } => {
                self.suggestions = Some(list.clone());
            }
            _ => {}
        }
        if let Some(file) = change
            .provider()
            .and_then(|provider| self.providers.get_mut(provider))
        {
            file.apply(change);
        }
        for file in self.facilities.values_mut() {
            file.apply(change, self.today, &self.children);
        }
    }

    /// A facility just registered, under its provider's file.
    fn open_file(&mut self, registration: &FacilityRegistration) {
        let provider = self.providers.get(&registration.facts.provider);
        let facility = Facility::new(registration.facts.clone());
        if let (Some(provider), Ok(facility)) = (provider, facility) {
            self.facilities.insert(
                registration.facts.id.clone(),
                FacilityFile {
                    facility,
                    name: registration.name.clone(),
                    operation: registration.operation,
                    provider: provider.clone(),
                    capacities: Vec::new(),
                    blocked: Vec::new(),
                    held: Vec::new(),
                    freed: Vec::new(),
                },
            );
        }
    }
}

impl ProviderFile {
    /// The file of a provider that has just joined.
    ///
    /// # Errors
    ///
    /// [`ProviderError`] where the participation ends before it starts; a decided registration never
    /// does.
    pub fn of(registration: &ProviderRegistration) -> Result<Self, ProviderError> {
        Ok(Self {
            provider: Provider::new(
                registration.id.clone(),
                registration.kind,
                registration.regime,
                registration.participates_from,
                registration.participates_to,
            )?,
            name: registration.name.clone(),
            rollout: Vec::new(),
            attestations: Vec::new(),
        })
    }

    /// Folds a change of this provider in; of others nothing. Steps are kept by care type and first
    /// day, attestations by month.
    pub fn apply(&mut self, change: &Change) {
        if change.provider() != Some(self.provider.id()) {
            return;
        }
        match change {
            Change::ParticipationEnds { last_day, .. } => self.provider.end_after(*last_day),
            Change::RolloutSet { step, .. } => {
                self.rollout
                    .retain(|s| (s.care_type, s.valid_from) != (step.care_type, step.valid_from));
                self.rollout.push(*step);
                self.rollout.sort_by_key(|s| (s.care_type, s.valid_from));
            }
            Change::Attested { attestation, .. } => {
                self.attestations.retain(|a| a.month != attestation.month);
                self.attestations.push(*attestation);
                self.attestations.sort_by_key(|a| a.month);
            }
            _ => {}
        }
    }
}

impl FacilityFile {
    /// Folds a change in: of this facility, of its provider, or of a child that holds or held a place
    /// here. `children` are the files with the change already folded in; they say where an offer or
    /// contract is and which months its stay takes.
    ///
    /// Capacities and blocked places are kept by care type and first day, licences by first day.
    pub fn apply(&mut self, change: &Change, today: Date, children: &BTreeMap<ChildId, ChildFile>) {
        self.provider.apply(change);
        if let Some(child) = change.child() {
            self.hold(change, child, today, children);
            return;
        }
        if change.facility() != Some(self.facility.id()) {
            return;
        }
        match change {
            Change::FacilityCloses { last_day, .. } => self.facility.close_after(*last_day),
            Change::NeedsPlanSet { in_needs_plan, .. } => {
                self.facility.set_needs_plan(*in_needs_plan);
            }
            Change::LicenceGranted {
                valid_from,
                valid_to,
                ..
            } => self.facility.add_licence(Licence {
                valid_from: *valid_from,
                valid_to: *valid_to,
            }),
            Change::LicenceWithdrawn { from, .. } => self.facility.lose_licence(*from),
            Change::CapacitySet(capacity) => self.set_capacity(capacity.span),
            Change::PlacesBlocked { span, .. } => self.block(*span),
            Change::PlaceFreed { freed_place, .. } => self.freed.push(freed_place.clone()),
            Change::FreedPlaceClosed { freed_place, .. } => {
                self.freed.retain(|freed| freed.id != *freed_place);
            }
            _ => {}
        }
    }

    /// Later spans of the care type go, one that is still valid ends the day before.
    fn set_capacity(&mut self, span: CapacitySpan) {
        self.capacities
            .retain(|c| c.care_type != span.care_type || c.valid_from < span.valid_from);
        let last_day = span.valid_from.yesterday().unwrap_or(span.valid_from);
        for earlier in &mut self.capacities {
            if earlier.care_type == span.care_type {
                earlier.valid_to = Some(earlier.valid_to.map_or(last_day, |to| to.min(last_day)));
            }
        }
        self.capacities.push(span);
        self.capacities.sort_by_key(|c| (c.care_type, c.valid_from));
    }

    fn block(&mut self, span: BlockedSpan) {
        self.blocked
            .retain(|b| (b.care_type, b.valid_from) != (span.care_type, span.valid_from));
        self.blocked.push(span);
        self.blocked.sort_by_key(|b| (b.care_type, b.valid_from));
    }

    /// Keeps the held places in step with a child's offers and contracts.
    fn hold(
        &mut self,
        change: &Change,
        child: &ChildId,
        today: Date,
        children: &BTreeMap<ChildId, ChildFile>,
    ) {
        let holder = match change {
            Change::OfferMade { offer, .. } => Holder::Offer(offer.id.clone()),
            Change::OfferDeclined { offer, .. }
            | Change::OfferExpired { offer, .. }
            | Change::OfferRevoked { offer, .. }
            | Change::OfferWithdrawn { offer, .. }
            | Change::OfferDeclinedByContract { offer, .. }
            | Change::OfferContracted { offer, .. } => Holder::Offer(offer.clone()),
            Change::ContractConcluded { contract, .. } => Holder::Contract(contract.id.clone()),
            Change::ContractVersionRecorded { contract, .. } => Holder::Contract(contract.clone()),
            _ => return,
        };
        self.held.retain(|place| place.holder != holder);
        let stay = children.get(child).and_then(|file| match &holder {
            Holder::Offer(offer) => file
                .offer(offer)
                .filter(|(application, offer)| {
                    application.facility == *self.facility.id() && offer.holds_a_place()
                })
                .map(|(application, offer)| file.stay_of_offer(application, offer)),
            Holder::Contract(contract) => file
                .contract(contract)
                .filter(|contract| contract.facility == *self.facility.id())
                .map(|contract| file.stay_of(contract.current())),
        });
        if let Some(stay) = stay
            && stay.first_day <= stay.last_day
            && Self::held_from(today) <= stay.last_day
        {
            self.held.push(HeldPlace {
                child: child.clone(),
                holder,
                stay,
            });
        }
    }
}

impl ChildFile {
    /// The stay an offer holds a place for.
    #[must_use]
    pub fn stay_of_offer(&self, application: &Application, offer: &Offer) -> Stay {
        Stay {
            care_type: application.care_type,
            born: self.child.facts.birth_date,
            first_day: offer.starts_on,
            last_day: offer.ends_on,
        }
    }

    /// The stay a version of a contract is about.
    #[must_use]
    pub const fn stay_of(&self, version: &ContractVersion) -> Stay {
        Stay {
            care_type: version.care_type,
            born: self.child.facts.birth_date,
            first_day: version.valid_from,
            last_day: version.valid_to,
        }
    }

    /// The contract with a key.
    #[must_use]
    pub fn contract(&self, id: &ContractId) -> Option<&CareContract> {
        self.contracts.iter().find(|contract| contract.id == *id)
    }

    /// The application with a key.
    #[must_use]
    pub fn application(&self, id: &ApplicationId) -> Option<&Application> {
        self.applications
            .iter()
            .find(|application| application.id == *id)
    }

    /// Folds a change of this child in; of others nothing. Applications and contracts are kept by key,
    /// offers in the order they were made, points by criterion.
    pub fn apply(&mut self, change: &Change) {
        if change.child() != Some(&self.child.id) {
            return;
        }
        match change {
            Change::ChildMoved {
                area, municipality, ..
            } => {
                self.child.facts.area = area.clone();
                self.child.facts.municipality = *municipality;
            }
            Change::ConsentGiven { consent, .. } => self.consent = Some(consent.clone()),
            Change::ConsentRevoked { .. } => self.consent = None,
            Change::ContractConcluded { contract, .. } => {
                self.contracts.push(contract.clone());
                self.contracts.sort_by(|a, b| a.id.cmp(&b.id));
            }
            Change::ContractVersionRecorded {
                contract,
                version,
                end,
                ..
            } => self.record_version(contract, version, *end),
            _ => {
                self.apply_to_applications(change);
                self.apply_to_offers(change);
            }
        }
    }

    fn record_version(
        &mut self,
        id: &ContractId,
        version: &ContractVersion,
        end: Option<ContractEnd>,
    ) {
        if let Some(contract) = self.contracts.iter_mut().find(|c| c.id == *id) {
            if let Some(before) = contract.versions.last_mut() {
                before.recorded_to = Some(version.recorded_from);
            }
            contract.versions.push(version.clone());
            contract.end = end;
        }
    }

    fn apply_to_applications(&mut self, change: &Change) {
        let mut with = |id: &ApplicationId, update: &dyn Fn(&mut Application)| {
            if let Some(found) = self.applications.iter_mut().find(|a| a.id == *id) {
                update(found);
            }
        };
        match change {
            Change::ApplicationSubmitted { application, .. } => {
                self.applications.push(application.clone());
                self.applications.sort_by(|a, b| a.id.cmp(&b.id));
            }
            Change::ApplicationWithdrawn {
                application,
                on,
                cause,
                ..
            } => with(application, &|a| {
                a.state = ApplicationState::Withdrawn {
                    on: *on,
                    cause: cause.clone(),
                };
            }),
            Change::ApplicationRanked {
                application, rank, ..
            } => with(application, &|a| a.rank = *rank),
            Change::ApplicationScored {
                application,
                points,
                catalogue_version,
                ..
            } => with(application, &|a| {
                a.points = points.clone();
                a.points.sort();
                a.catalogue_version = Some(catalogue_version.clone());
            }),
            Change::ApplicationBecameTransfer {
                application, from, ..
            } => with(application, &|a| a.transfer_from = Some(from.clone())),
            Change::ApplicationContracted {
                application,
                contract,
                on,
                ..
            } => with(application, &|a| {
                a.state = ApplicationState::Contracted {
                    contract: contract.clone(),
                    on: *on,
                };
            }),
            Change::OfferMade {
                application, offer, ..
            } => with(application, &|a| a.offers.push(offer.clone())),
            _ => {}
        }
    }

    fn apply_to_offers(&mut self, change: &Change) {
        let Some((id, state)) = offer_state(change) else {
            return;
        };
        if let Some(offer) = self
            .applications
            .iter_mut()
            .flat_map(|a| a.offers.iter_mut())
            .find(|offer| offer.id == *id)
        {
            offer.state = match (&offer.state, state) {
                // A flag keeps the day of the yes.
                (OfferState::Confirmed { on, .. }, OfferState::Confirmed { conflict, .. })
                    if conflict.is_some() =>
                {
                    OfferState::Confirmed { on: *on, conflict }
                }
                (_, state) => state,
            };
        }
    }
}

/// Where a change leaves an offer.
fn offer_state(change: &Change) -> Option<(&OfferId, OfferState)> {
    Some(match change {
        Change::OfferConfirmed { offer, on, .. } => (
            offer,
            OfferState::Confirmed {
                on: *on,
                conflict: None,
            },
        ),
        Change::OfferFlagged {
            offer, conflict, ..
        } => (
            offer,
            OfferState::Confirmed {
                on: Date::MIN,
                conflict: Some(conflict.clone()),
            },
        ),
        Change::OfferDeclined { offer, on, .. } => (offer, OfferState::Declined { on: *on }),
        Change::OfferExpired { offer, on, .. } => (offer, OfferState::Expired { on: *on }),
        Change::OfferWithdrawn { offer, on, .. } => (offer, OfferState::Withdrawn { on: *on }),
        Change::OfferRevoked {
            offer, on, reason, ..
        } => {
            let reason = reason.clone();
            (offer, OfferState::Revoked { on: *on, reason })
        }
        Change::OfferDeclinedByContract {
            offer,
            on,
            contract,
            ..
        } => {
            let contract = contract.clone();
            (offer, OfferState::DeclinedByContract { on: *on, contract })
        }
        Change::OfferContracted {
            offer,
            on,
            contract,
            ..
        } => {
            let contract = contract.clone();
            (offer, OfferState::Contracted { on: *on, contract })
        }
        _ => return None,
    })
}
