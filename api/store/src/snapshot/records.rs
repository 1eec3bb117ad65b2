//! Providers and facilities: few and small, kept as records.

use domain::procedure::{BlockedSpan, CapacitySpan, FacilityRegistration, ProviderRegistration};
use domain::{Attestation, CareType, FacilityId, Freshness, Month, ProviderId, RolloutStep};
use jiff::civil::Date;

/// A version of a criteria catalogue, as far as a computation needs it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DatedCatalogue {
    /// First day on which it applies; it applies until the next one does.
    pub valid_from: Date,
    /// The text as handed in; it has passed the legal check.
    pub text: String,
}

/// A provider with what it has said and how far the portal is introduced for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRecord {
    /// The provider.
    pub registration: ProviderRegistration,
    /// Steps of the introduction, by care type and day (K27).
    pub rollout: Vec<RolloutStep>,
    /// Attestations given, by month (K24).
    pub attestations: Vec<Attestation>,
    /// Versions of its criteria catalogue, by first day.
    pub catalogues: Vec<DatedCatalogue>,
}

impl ProviderRecord {
    /// The key.
    #[must_use]
    pub const fn id(&self) -> &ProviderId {
        &self.registration.id
    }

    /// Its catalogue in force on a day; `None` before the first one.
    #[must_use]
    pub fn catalogue_on(&self, day: Date) -> Option<&DatedCatalogue> {
        self.catalogues.iter().rfind(|it| it.valid_from <= day)
    }

    /// How fresh its data are for a month (K24).
    #[must_use]
    pub fn freshness(&self, month: Month) -> Freshness {
        Freshness::of(month, &self.attestations)
    }
}

/// A facility with its licences, places and blocked places.
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityRecord {
    /// The facility; its licences are ordered by day.
    pub registration: FacilityRegistration,
    /// Places over time, by care type and day.
    pub capacities: Vec<CapacitySpan>,
    /// Blocked places over time, by care type and day.
    pub blocked: Vec<BlockedSpan>,
}

impl FacilityRecord {
    /// The key.
    #[must_use]
    pub const fn id(&self) -> &FacilityId {
        &self.registration.facts.id
    }

    /// Who runs it.
    #[must_use]
    pub const fn provider(&self) -> &ProviderId {
        &self.registration.facts.provider
    }

    /// Care types it has or had places of, in the order of [`CareType::ALL`].
    #[must_use]
    pub fn care_types(&self) -> Vec<CareType> {
        CareType::ALL
            .into_iter()
            .filter(|care| self.capacities.iter().any(|span| span.care_type == *care))
            .collect()
    }

    /// Puts every list into its order.
    pub(crate) fn sorted(mut self) -> Self {
        let licences = &mut self.registration.facts.licences;
        licences.sort_by_key(|licence| licence.valid_from);
        self.capacities
            .sort_by_key(|span| (span.care_type, span.valid_from));
        self.blocked
            .sort_by_key(|span| (span.care_type, span.valid_from));
        self
    }
}
