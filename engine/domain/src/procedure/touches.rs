//! What a command is called and what it needs locked.

use std::collections::{BTreeMap, BTreeSet};

use super::child::ChildFile;
use super::command::Command;
use super::situation::Touches;
use crate::{ChildId, ContractId, OfferId, ProviderId, ReferenceId, SuggestionListId};

impl Command {
    /// Name of the transaction, in logs and proofs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RegisterProvider(_) => "register provider",
            Self::EndProvider { .. } => "end provider",
            Self::SetRollout { .. } => "set rollout",
            Self::SetImportDeadline { .. } => "set import deadline",
            Self::Attest { .. } => "attest",
            Self::StoreCatalogue { .. } => "store catalogue",
            Self::RegisterFacility(_) => "register facility",
            Self::CloseFacility { .. } => "close facility",
            Self::SetNeedsPlan { .. } => "set needs plan",
            Self::GrantLicence { .. } => "grant licence",
            Self::WithdrawLicence { .. } => "withdraw licence",
            Self::SetCapacity(_) => "set capacity",
            Self::BlockPlaces { .. } => "block places",
            Self::RegisterChild { .. } => "register child",
            Self::MoveHome { .. } => "move home",
            Self::GiveConsent { .. } => "give consent",
            Self::RevokeConsent { .. } => "revoke consent",
            Self::SubmitApplications { .. } => "submit applications",
            Self::WithdrawApplication { .. } => "withdraw application",
            Self::RankApplications { .. } => "rank applications",
            Self::ScoreApplication { .. } => "score application",
            Self::MakeOffer { .. } => "make offer",
            Self::ConfirmOffer { .. } => "confirm offer",
            Self::DeclineOffer { .. } => "decline offer",
            Self::RevokeOffer { .. } => "revoke offer",
            Self::ExpireOffers { .. } => "expire offers",
            Self::ConcludeContract { .. } => "conclude contract",
            Self::ContinueContract { .. } => "continue contract",
            Self::CorrectContract { .. } => "correct contract",
            Self::EndContract { .. } => "end contract",
            Self::ImportExistingChildren { .. } => "import existing children",
            Self::CloseFreedPlace { .. } => "close freed place",
            Self::KeepSuggestions { .. } => "keep suggestions",
            Self::ReorderSuggestions { .. } => "reorder suggestions",
        }
    }

    /// What it needs locked or looked at.
    ///
    /// Asked twice: without files for the children, the providers and the facilities named in the
    /// command; then with the children's files, locked, for every facility whose places it may
    /// change. An import also decides on the children behind its [keys](Self::import_keys), and the
    /// files of both are to be given the second time. A key that is to be new is named too; it has no
    /// file, or is refused.
    #[must_use]
    pub fn touches(&self, children: &BTreeMap<ChildId, ChildFile>) -> Touches {
        let mut touches = Touches::default();
        self.touch_administration(&mut touches);
        if let Some(child) = self.only_child() {
            touches.children.insert(child.clone());
        }
        if let Self::SubmitApplications { wishes, .. } = self {
            touches
                .looks_at
                .extend(wishes.iter().map(|wish| wish.facility.clone()));
        }
        if let Self::ImportExistingChildren { provider, rows, .. } = self {
            touches.providers.insert(provider.clone());
            for row in rows {
                touches.children.insert(row.child.clone());
                touches.facilities.insert(row.facility.clone());
            }
            for file in children.values() {
                touch_everything_open(file, &mut touches);
            }
            return touches;
        }
        if let Some(file) = self.only_child().and_then(|child| children.get(child)) {
            self.touch_places(file, &mut touches);
        }
        touches
    }

    /// The provider and keys of an import: the store looks them up, locks and loads the children they
    /// name beside those of [`Self::touches`], and fills `provider_keys` of the situation.
    #[must_use]
    pub fn import_keys(&self) -> Option<(&ProviderId, BTreeSet<&ReferenceId>)> {
        match self {
            Self::ImportExistingChildren { provider, rows, .. } => {
                Some((provider, rows.iter().map(|row| &row.provider_key).collect()))
            }
            _ => None,
        }
    }

    /// The suggestion list it needs loaded.
    #[must_use]
    pub const fn suggestion_list(&self) -> Option<&SuggestionListId> {
        match self {
            Self::ReorderSuggestions { list, .. } => Some(list),
            _ => None,
        }
    }

    /// The child it is about, where it is about exactly one.
    #[must_use]
    pub const fn only_child(&self) -> Option<&ChildId> {
        match self {
            Self::RegisterChild { child } => Some(&child.id),
            Self::MoveHome { child, .. }
            | Self::GiveConsent { child, .. }
            | Self::RevokeConsent { child }
            | Self::SubmitApplications { child, .. }
            | Self::WithdrawApplication { child, .. }
            | Self::RankApplications { child, .. }
            | Self::ScoreApplication { child, .. }
            | Self::MakeOffer { child, .. }
            | Self::ConfirmOffer { child, .. }
            | Self::DeclineOffer { child, .. }
            | Self::RevokeOffer { child, .. }
            | Self::ExpireOffers { child }
            | Self::ConcludeContract { child, .. }
            | Self::ContinueContract { child, .. }
            | Self::CorrectContract { child, .. }
            | Self::EndContract { child, .. } => Some(child),
            _ => None,
        }
    }

    /// Providers and facilities of commands that are about no child.
    fn touch_administration(&self, touches: &mut Touches) {
        match self {
            Self::RegisterProvider(registration) => {
                touches.providers.insert(registration.id.clone());
            }
            Self::EndProvider { provider, .. }
            | Self::SetRollout { provider, .. }
            | Self::SetImportDeadline { provider, .. }
            | Self::Attest { provider, .. }
            | Self::StoreCatalogue { provider, .. } => {
                touches.providers.insert(provider.clone());
            }
            Self::RegisterFacility(registration) => {
                touches
                    .providers
                    .insert(registration.facts.provider.clone());
                touches.facilities.insert(registration.facts.id.clone());
            }
            Self::SetCapacity(change) => {
                touches.facilities.insert(change.facility.clone());
            }
            Self::CloseFacility { facility, .. }
            | Self::SetNeedsPlan { facility, .. }
            | Self::GrantLicence { facility, .. }
            | Self::WithdrawLicence { facility, .. }
            | Self::BlockPlaces { facility, .. }
            | Self::CloseFreedPlace { facility, .. } => {
                touches.facilities.insert(facility.clone());
            }
            Self::KeepSuggestions { list } => {
                touches.looks_at.insert(list.facility.clone());
            }
            Self::ReorderSuggestions { facility, .. } => {
                touches.looks_at.insert(facility.clone());
            }
            _ => {}
        }
    }

    /// Facilities whose places a child's command takes or frees.
    fn touch_places(&self, file: &ChildFile, touches: &mut Touches) {
        match self {
            Self::MakeOffer { offer, .. } => {
                if let Some(application) = file.application(&offer.application) {
                    touches.facilities.insert(application.facility.clone());
                }
            }
            Self::WithdrawApplication { application, .. } => {
                if let Some(application) = file.application(application) {
                    touches.facilities.insert(application.facility.clone());
                }
            }
            Self::DeclineOffer { offer, .. } | Self::RevokeOffer { offer, .. } => {
                touch_offer(file, offer, touches);
            }
            Self::ExpireOffers { .. } => touch_everything_open(file, touches),
            Self::ConcludeContract { conclusion, .. } => {
                touch_offer(file, &conclusion.offer, touches);
                touch_everything_open(file, touches);
                // A transfer ends the contracts it leaves.
                touches
                    .facilities
                    .extend(file.contracts.iter().map(|c| c.facility.clone()));
            }
            Self::ContinueContract { contract, .. }
            | Self::CorrectContract { contract, .. }
            | Self::EndContract { contract, .. } => touch_contract(file, contract, touches),
            _ => {}
        }
    }
}

fn touch_offer(file: &ChildFile, offer: &OfferId, touches: &mut Touches) {
    if let Some((application, _)) = file.offer(offer) {
        touches.facilities.insert(application.facility.clone());
    }
}

fn touch_contract(file: &ChildFile, contract: &ContractId, touches: &mut Touches) {
    if let Some(contract) = file.contract(contract) {
        touches.facilities.insert(contract.facility.clone());
    }
}

/// Facilities where a place is held for an open application of the child.
fn touch_everything_open(file: &ChildFile, touches: &mut Touches) {
    for application in &file.applications {
        if application.is_open() && application.holding_offer().is_some() {
            touches.facilities.insert(application.facility.clone());
        }
    }
}
