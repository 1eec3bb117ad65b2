//! What the log and the events say of a change.

use serde_json::{Value, json};

use super::change::Change;
use crate::{ChildId, FacilityId, ProviderId};

impl Change {
    /// What happened: the thing, a point and the verb. Stable.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ProviderRegistered(_) => "provider.registered",
            Self::ParticipationEnds { .. } => "provider.participation_ends",
            Self::ProviderLeaves { .. } => "application.provider_leaves",
            Self::RolloutSet { .. } => "provider.rollout_set",
            Self::ImportDeadlineSet { .. } => "provider.import_deadline_set",
            Self::Attested { .. } => "provider.attested",
            Self::CatalogueStored { .. } => "provider.catalogue_stored",
            Self::FacilityRegistered(_) => "facility.registered",
            Self::FacilityCloses { .. } => "facility.closing_set",
            Self::NeedsPlanSet { .. } => "facility.needs_plan_set",
            Self::LicenceGranted { .. } => "facility.licence_granted",
            Self::LicenceWithdrawn { .. } => "facility.licence_withdrawn",
            Self::CapacitySet(_) => "facility.capacity_set",
            Self::PlacesBlocked { .. } => "facility.places_blocked",
            Self::ChildRegistered { .. } => "child.registered",
            Self::ChildMoved { .. } => "child.moved",
            Self::ConsentGiven { .. } => "consent.given",
            Self::ConsentRevoked { .. } => "consent.revoked",
            Self::ApplicationSubmitted { .. } => "application.submitted",
            Self::ApplicationWithdrawn { .. } => "application.withdrawn",
            Self::ApplicationRanked { .. } => "application.ranked",
            Self::ApplicationScored { .. } => "application.scored",
            Self::ApplicationBecameTransfer { .. } => "application.became_transfer",
            Self::ApplicationContracted { .. } => "application.contracted",
            Self::OfferMade { .. } => "offer.made",
            Self::OfferConfirmed { .. } => "offer.confirmed",
            Self::OfferDeclined { .. } => "offer.declined",
            Self::OfferExpired { .. } => "offer.expired",
            Self::OfferRevoked { .. } => "offer.revoked",
            Self::OfferWithdrawn { .. } => "offer.withdrawn",
            Self::OfferDeclinedByContract { .. } => "offer.declined_by_contract",
            Self::OfferFlagged { .. } => "offer.flagged",
            Self::OfferContracted { .. } => "offer.contracted",
            Self::ContractConcluded { .. } => "contract.concluded",
            Self::ContractVersionRecorded { .. } => "contract.version_recorded",
            Self::PlaceFreed { .. } => "place.freed",
            Self::FreedPlaceClosed { .. } => "freed_place.closed",
            Self::ExistingChildrenImported { .. } => "existing_children.imported",
            Self::SuggestionsKept { .. } => "suggestions.kept",
            Self::SuggestionsReordered { .. } => "suggestions.reordered",
        }
    }

    /// Key of what changed.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::ProviderRegistered(registration) => registration.id.to_string(),
            Self::ParticipationEnds { provider, .. }
            | Self::RolloutSet { provider, .. }
            | Self::ImportDeadlineSet { provider, .. }
            | Self::Attested { provider, .. }
            | Self::CatalogueStored { provider, .. }
            | Self::ExistingChildrenImported { provider, .. } => provider.to_string(),
            Self::FacilityRegistered(registration) => registration.facts.id.to_string(),
            Self::CapacitySet(change) => change.facility.to_string(),
            Self::FacilityCloses { facility, .. }
            | Self::NeedsPlanSet { facility, .. }
            | Self::LicenceGranted { facility, .. }
            | Self::LicenceWithdrawn { facility, .. }
            | Self::PlacesBlocked { facility, .. } => facility.to_string(),
            Self::ChildRegistered { child } => child.id.to_string(),
            Self::ChildMoved { child, .. }
            | Self::ConsentGiven { child, .. }
            | Self::ConsentRevoked { child, .. } => child.to_string(),
            Self::ApplicationSubmitted { application, .. } => application.id.to_string(),
            Self::ProviderLeaves { application, .. }
            | Self::ApplicationWithdrawn { application, .. }
            | Self::ApplicationRanked { application, .. }
            | Self::ApplicationScored { application, .. }
            | Self::ApplicationBecameTransfer { application, .. }
            | Self::ApplicationContracted { application, .. } => application.to_string(),
            Self::OfferMade { offer, .. } => offer.id.to_string(),
            Self::OfferConfirmed { offer, .. }
            | Self::OfferDeclined { offer, .. }
            | Self::OfferExpired { offer, .. }
            | Self::OfferRevoked { offer, .. }
            | Self::OfferWithdrawn { offer, .. }
            | Self::OfferDeclinedByContract { offer, .. }
            | Self::OfferFlagged { offer, .. }
            | Self::OfferContracted { offer, .. } => offer.to_string(),
            Self::ContractConcluded { contract, .. } => contract.id.to_string(),
            Self::ContractVersionRecorded { contract, .. } => contract.to_string(),
            Self::PlaceFreed { freed_place, .. } => freed_place.id.to_string(),
            Self::FreedPlaceClosed { freed_place, .. } => freed_place.to_string(),
            Self::SuggestionsKept { list } => list.id.to_string(),
            Self::SuggestionsReordered { after, .. } => after.id.to_string(),
        }
    }

    /// The child it is about, if it is about one.
    #[must_use]
    pub const fn child(&self) -> Option<&ChildId> {
        match self {
            Self::ChildRegistered { child } => Some(&child.id),
            Self::ProviderLeaves { child, .. }
            | Self::ChildMoved { child, .. }
            | Self::ConsentGiven { child, .. }
            | Self::ConsentRevoked { child, .. }
            | Self::ApplicationSubmitted { child, .. }
            | Self::ApplicationWithdrawn { child, .. }
            | Self::ApplicationRanked { child, .. }
            | Self::ApplicationScored { child, .. }
            | Self::ApplicationBecameTransfer { child, .. }
            | Self::ApplicationContracted { child, .. }
            | Self::OfferMade { child, .. }
            | Self::OfferConfirmed { child, .. }
            | Self::OfferDeclined { child, .. }
            | Self::OfferExpired { child, .. }
            | Self::OfferRevoked { child, .. }
            | Self::OfferWithdrawn { child, .. }
            | Self::OfferDeclinedByContract { child, .. }
            | Self::OfferFlagged { child, .. }
            | Self::OfferContracted { child, .. }
            | Self::ContractConcluded { child, .. }
            | Self::ContractVersionRecorded { child, .. } => Some(child),
            _ => None,
        }
    }

    /// The facility the change itself names; see [`super::Situation::facility_of`] for offers and contracts.
    #[must_use]
    pub const fn facility(&self) -> Option<&FacilityId> {
        match self {
            Self::FacilityRegistered(registration) => Some(&registration.facts.id),
            Self::CapacitySet(change) => Some(&change.facility),
            Self::FacilityCloses { facility, .. }
            | Self::NeedsPlanSet { facility, .. }
            | Self::LicenceGranted { facility, .. }
            | Self::LicenceWithdrawn { facility, .. }
            | Self::PlacesBlocked { facility, .. }
            | Self::PlaceFreed { facility, .. }
            | Self::FreedPlaceClosed { facility, .. } => Some(facility),
            Self::ApplicationSubmitted { application, .. } => Some(&application.facility),
            Self::ContractConcluded { contract, .. } => Some(&contract.facility),
            Self::SuggestionsKept { list } => Some(&list.facility),
            Self::SuggestionsReordered { after, .. } => Some(&after.facility),
            _ => None,
        }
    }

    /// The provider the change itself names; see [`super::Situation::provider_of`].
    #[must_use]
    pub const fn provider(&self) -> Option<&ProviderId> {
        match self {
            Self::ProviderRegistered(registration) => Some(&registration.id),
            Self::FacilityRegistered(registration) => Some(&registration.facts.provider),
            Self::ParticipationEnds { provider, .. }
            | Self::ProviderLeaves { provider, .. }
            | Self::RolloutSet { provider, .. }
            | Self::ImportDeadlineSet { provider, .. }
            | Self::Attested { provider, .. }
            | Self::CatalogueStored { provider, .. }
            | Self::ExistingChildrenImported { provider, .. } => Some(provider),
            _ => None,
        }
    }

    /// Whether it is about a concluded contract: all that provider software hears of (K34).
    #[must_use]
    pub const fn is_about_a_contract(&self) -> bool {
        matches!(
            self,
            Self::ContractConcluded { .. } | Self::ContractVersionRecorded { .. }
        )
    }

    /// What log and events tell besides kind and subject: keys, states and dates of the procedure.
    /// About a child its pseudonym only.
    ///
    /// ```
    /// use domain::ChildId;
    /// use domain::procedure::Change;
    /// use jiff::civil::date;
    /// let change = Change::ConsentRevoked {
    ///     child: ChildId::new("c1").unwrap(),
    ///     on: date(2027, 1, 15),
    /// };
    /// assert_eq!(change.kind(), "consent.revoked");
    /// assert_eq!(change.facts().to_string(), r#"{"child":"c1","on":"2027-01-15"}"#);
    /// ```
    #[must_use]
    pub fn facts(&self) -> Value {
        match self {
            Self::ProviderRegistered(_)
            | Self::ParticipationEnds { .. }
            | Self::RolloutSet { .. }
            | Self::ImportDeadlineSet { .. }
            | Self::Attested { .. }
            | Self::CatalogueStored { .. }
            | Self::ExistingChildrenImported { .. } => self.provider_facts(),
            Self::FacilityRegistered(_)
            | Self::FacilityCloses { .. }
            | Self::NeedsPlanSet { .. }
            | Self::LicenceGranted { .. }
            | Self::LicenceWithdrawn { .. }
            | Self::CapacitySet(_)
            | Self::PlacesBlocked { .. }
            | Self::PlaceFreed { .. }
            | Self::FreedPlaceClosed { .. }
            | Self::SuggestionsKept { .. }
            | Self::SuggestionsReordered { .. } => self.facility_facts(),
            Self::ContractConcluded { .. } | Self::ContractVersionRecorded { .. } => {
                self.contract_facts()
            }
            Self::OfferMade { .. }
            | Self::OfferConfirmed { .. }
            | Self::OfferDeclined { .. }
            | Self::OfferExpired { .. }
            | Self::OfferRevoked { .. }
            | Self::OfferWithdrawn { .. }
            | Self::OfferDeclinedByContract { .. }
            | Self::OfferFlagged { .. }
            | Self::OfferContracted { .. } => self.offer_facts(),
            _ => self.application_facts(),
        }
    }

    fn provider_facts(&self) -> Value {
        match self {
            Self::ProviderRegistered(r) => json!({
                "provider": r.id, "kind": r.kind, "regime": r.regime,
                "participates_from": r.participates_from, "participates_to": r.participates_to,
            }),
            Self::ParticipationEnds { provider, last_day } => {
                json!({"provider": provider, "last_day": last_day})
            }
            Self::RolloutSet { provider, step } => json!({
                "provider": provider, "care_type": step.care_type, "stage": step.stage,
                "valid_from": step.valid_from,
            }),
            Self::ImportDeadlineSet {
                provider,
                care_type,
                deadline,
            } => json!({"provider": provider, "care_type": care_type, "deadline": deadline}),
            Self::Attested {
                provider,
                attestation,
            } => json!({
                "provider": provider, "month": attestation.month,
                "attested_on": attestation.attested_on,
            }),
            Self::CatalogueStored {
                provider,
                catalogue,
            } => json!({
                "provider": provider, "catalogue": catalogue.catalogue,
                "version": catalogue.version, "version_hash": catalogue.version_hash,
                "valid_from": catalogue.valid_from, "catalogue_version": catalogue.name(),
            }),
            Self::ExistingChildrenImported {
                provider,
                care_type,
                rows,
                changed,
                on,
            } => json!({
                "provider": provider, "care_type": care_type, "rows": rows, "changed": changed,
                "on": on,
            }),
            _ => Value::Null,
        }
    }

    fn facility_facts(&self) -> Value {
        match self {
            Self::FacilityRegistered(r) => json!({
                "facility": r.facts.id, "provider": r.facts.provider, "kind": r.facts.kind,
                "opens_on": r.facts.opens_on, "closes_on": r.facts.closes_on,
                "in_needs_plan": r.facts.in_needs_plan,
            }),
            Self::FacilityCloses { facility, last_day } => {
                json!({"facility": facility, "last_day": last_day})
            }
            Self::NeedsPlanSet {
                facility,
                in_needs_plan,
            } => json!({"facility": facility, "in_needs_plan": in_needs_plan}),
            Self::LicenceGranted {
                facility,
                valid_from,
                valid_to,
                proof,
            } => json!({
                "facility": facility, "valid_from": valid_from, "valid_to": valid_to,
                "proof": proof,
            }),
            Self::LicenceWithdrawn {
                facility,
                from,
                notice,
            } => json!({"facility": facility, "from": from, "notice": notice}),
            Self::CapacitySet(change) => json!({"facility": change.facility, "span": change.span}),
            Self::PlacesBlocked { facility, span } => json!({"facility": facility, "span": span}),
            Self::PlaceFreed {
                facility,
                freed_place,
            } => json!({"facility": facility, "freed_place": freed_place}),
            Self::FreedPlaceClosed {
                facility,
                freed_place,
                outcome,
            } => json!({"facility": facility, "freed_place": freed_place, "outcome": outcome}),
            Self::SuggestionsKept { list } => suggestion_facts(list),
            Self::SuggestionsReordered { before, after } => json!({
                "before": suggestion_facts(before), "after": suggestion_facts(after),
            }),
            _ => Value::Null,
        }
    }

    fn application_facts(&self) -> Value {
        match self {
            Self::ConsentGiven { child, consent } => json!({
                "child": child, "text_version": consent.text_version, "channel": consent.channel,
                "given_on": consent.given_on,
            }),
            Self::ConsentRevoked { child, on } => json!({"child": child, "on": on}),
            Self::ProviderLeaves {
                child,
                application,
                provider,
                last_day,
            } => json!({
                "child": child, "application": application, "provider": provider,
                "last_day": last_day,
            }),
            Self::ApplicationSubmitted { child, application } => json!({
                "child": child, "application": application.id, "facility": application.facility,
                "care_type": application.care_type, "rank": application.rank,
                "wished_start": application.wished_start, "applied_on": application.applied_on,
                "channel": application.entry.channel(), "transfer_from": application.transfer_from,
            }),
            Self::ApplicationWithdrawn {
                child,
                application,
                on,
                cause,
            } => json!({
                "child": child, "application": application, "on": on, "withdrawal": cause,
            }),
            Self::ApplicationRanked {
                child,
                application,
                rank,
            } => json!({"child": child, "application": application, "rank": rank}),
            Self::ApplicationScored {
                child,
                application,
                catalogue_version,
                ..
            } => json!({
                "child": child, "application": application,
                "catalogue_version": catalogue_version,
            }),
            Self::ApplicationBecameTransfer {
                child,
                application,
                from,
            } => json!({"child": child, "application": application, "transfer_from": from}),
            Self::ApplicationContracted {
                child,
                application,
                contract,
                on,
            } => json!({
                "child": child, "application": application, "contract": contract, "on": on,
            }),
            // Of a child that was entered or moved nothing is told.
            other => json!({"child": other.child()}),
        }
    }

    fn offer_facts(&self) -> Value {
        match self {
            Self::OfferMade {
                child,
                application,
                offer,
            } => json!({
                "child": child, "application": application, "offer": offer.id,
                "starts_on": offer.starts_on, "ends_on": offer.ends_on,
                "offered_on": offer.offered_on, "reply_by": offer.reply_by,
                "offered_by": offer.offered_by, "override_reason": offer.override_reason,
            }),
            Self::OfferConfirmed { child, offer, on }
            | Self::OfferDeclined { child, offer, on }
            | Self::OfferExpired { child, offer, on }
            | Self::OfferWithdrawn { child, offer, on } => {
                json!({"child": child, "offer": offer, "on": on})
            }
            Self::OfferRevoked {
                child,
                offer,
                on,
                reason,
            } => json!({"child": child, "offer": offer, "on": on, "reason": reason}),
            Self::OfferDeclinedByContract {
                child,
                offer,
                on,
                contract,
            }
            | Self::OfferContracted {
                child,
                offer,
                on,
                contract,
            } => json!({"child": child, "offer": offer, "on": on, "contract": contract}),
            Self::OfferFlagged {
                child,
                offer,
                conflict,
            } => json!({"child": child, "offer": offer, "conflict": conflict}),
            _ => Value::Null,
        }
    }

    fn contract_facts(&self) -> Value {
        let (child, contract, version) = match self {
            Self::ContractConcluded { child, contract } => {
                (child, &contract.id, contract.current())
            }
            Self::ContractVersionRecorded {
                child,
                contract,
                version,
                ..
            } => (child, contract, version),
            _ => return Value::Null,
        };
        let mut facts = json!({
            "child": child, "contract": contract, "version": version.version,
            "care_type": version.care_type, "valid_from": version.valid_from,
            "valid_to": version.valid_to, "recorded_from": version.recorded_from,
        });
        match self {
            Self::ContractConcluded { contract, .. } => {
                facts["facility"] = json!(contract.facility);
                facts["first_record"] = json!(contract.first_record);
            }
            Self::ContractVersionRecorded { end, .. } => facts["end"] = json!(end),
            _ => {}
        }
        facts
    }
}

/// The order and why it is so; no points, which would tell of the family.
fn suggestion_facts(list: &super::suggestion::SuggestionList) -> Value {
    json!({
        "list": list.id, "facility": list.facility, "care_type": list.care_type,
        "starts_on": list.starts_on, "computed_from": list.computed_from,
        "free_places": list.free_places, "override_reason": list.override_reason,
        "order": list.rows.iter().map(|row| &row.application).collect::<Vec<_>>(),
    })
}
