//! What a change makes of providers, facilities, children, applications, offers and contracts.

use std::collections::BTreeMap;

use domain::procedure::{
    Application, CareContract, Change, Command, ContractVersion, Entry, FacilityRegistration,
    FirstRecord, Offer, OfferState, Situation, Withdrawal,
};
use domain::{ApplicationId, ChildId, FacilityId, Licence, OfferId, ProviderId};
use jiff::civil::Date;

use super::statements as sql;
use super::tables::{Table, Writer};
use crate::StoreError;
use crate::procedure::names;
use crate::session::{Value, values};

/// Writes what does not depend on the number of the change.
pub(super) async fn write<'c>(
    writer: &mut Writer<'_, 'c>,
    situation: &'c Situation,
    command: &Command,
    providers: &'c BTreeMap<FacilityId, ProviderId>,
    change: &'c Change,
) -> Result<(), StoreError> {
    match change {
        Change::ProviderRegistered(_)
        | Change::ParticipationEnds { .. }
        | Change::RolloutSet { .. }
        | Change::ImportDeadlineSet { .. }
        | Change::Attested { .. }
        | Change::CatalogueStored { .. }
        | Change::ExistingChildrenImported { .. } => {
            super::providers::write(writer, command, change).await
        }
        Change::FacilityRegistered(registration) => {
            register_facility(writer, registration);
            Ok(())
        }
        Change::FacilityCloses { .. }
        | Change::NeedsPlanSet { .. }
        | Change::LicenceGranted { .. }
        | Change::LicenceWithdrawn { .. }
        | Change::CapacitySet(_)
        | Change::PlacesBlocked { .. } => super::facilities::write(writer, change).await,
        Change::ContractConcluded { child, contract } => {
            conclude(writer, providers, child, contract)
        }
        Change::ContractVersionRecorded {
            contract,
            version,
            end,
            ..
        } => {
            let key = contract.as_str();
            let closed = values![key, version.recorded_from];
            writer
                .change(Table::ContractVersion, key, sql::CLOSE_VERSION, &closed)
                .await?;
            add_version(writer, key, version);
            let end = values![key, end.map(names::contract_end)];
            writer
                .change(Table::Contract, key, sql::SET_CONTRACT_END, &end)
                .await
        }
        Change::OfferMade {
            child,
            application,
            offer,
        } => make_offer(writer, situation, child, application, offer),
        _ => write_of_a_child(writer, change).await,
    }
}

/// Changes of a child, its applications and the offers made on them.
async fn write_of_a_child<'c>(
    writer: &mut Writer<'_, 'c>,
    change: &'c Change,
) -> Result<(), StoreError> {
    match change {
        Change::ChildRegistered { child } => {
            let facts = &child.facts;
            let row = values![
                &child.id,
                &facts.household,
                facts.birth_date,
                facts.sex.as_str(),
                &facts.area,
                facts.municipality,
                facts.single_custodian,
                facts.custodians_working,
                facts.inclusion_place,
                facts.school_class,
                facts.siblings.as_str(),
            ];
            writer.add(Table::Child, child.id.as_str(), row.into());
            Ok(())
        }
        Change::ChildMoved {
            child,
            area,
            municipality,
        } => {
            let moved = values![child, area, *municipality];
            writer
                .change(Table::Child, child.as_str(), sql::MOVE_CHILD, &moved)
                .await
        }
        Change::ConsentGiven { child, consent } => {
            let given = values![
                child,
                &consent.text_version,
                consent.channel.as_str(),
                consent.given_on,
                &consent.given_by,
            ];
            writer
                .change(Table::Child, child.as_str(), sql::SET_CONSENT, &given)
                .await
        }
        Change::ConsentRevoked { child, .. } => {
            let nothing = || Value::NoText;
            let revoked = [child.into(), nothing(), nothing(), nothing(), nothing()];
            writer
                .change(Table::Child, child.as_str(), sql::SET_CONSENT, &revoked)
                .await
        }
        Change::ApplicationSubmitted { child, application } => {
            submit(writer, child, application);
            Ok(())
        }
        Change::ApplicationWithdrawn { .. }
        | Change::ApplicationRanked { .. }
        | Change::ApplicationScored { .. }
        | Change::ApplicationBecameTransfer { .. }
        | Change::ApplicationContracted { .. } => write_of_an_application(writer, change).await,
        _ => write_of_an_offer(writer, change).await,
    }
}

async fn write_of_an_application<'c>(
    writer: &mut Writer<'_, 'c>,
    change: &'c Change,
) -> Result<(), StoreError> {
    let (application, statement, values): (&ApplicationId, _, Vec<Value<'_>>) = match change {
        Change::ApplicationWithdrawn {
            application,
            on,
            cause,
            ..
        } => {
            let contract = match cause {
                Withdrawal::ByContract { contract } => Some(contract),
                Withdrawal::ByFamily | Withdrawal::MovedAway => None,
            };
            let values = values![application, *on, cause.as_str(), contract];
            (application, sql::WITHDRAW_APPLICATION, values.into())
        }
        Change::ApplicationRanked {
            application, rank, ..
        } => {
            let values = values![application, *rank];
            (application, sql::RANK_APPLICATION, values.into())
        }
        Change::ApplicationScored {
            application,
            points,
            catalogue_version,
            ..
        } => {
            let key = application.as_str();
            writer
                .change_any(Table::CriterionPoints, key, sql::DROP_POINTS, &values![key])
                .await?;
            for points in points {
                let row = values![key, &points.criterion, points.points];
                writer.add(Table::CriterionPoints, key, row.into());
            }
            let values = values![application, catalogue_version];
            (application, sql::SCORE_APPLICATION, values.into())
        }
        Change::ApplicationBecameTransfer {
            application, from, ..
        } => {
            let values = values![application, from];
            (application, sql::MAKE_TRANSFER, values.into())
        }
        Change::ApplicationContracted {
            application,
            contract,
            on,
            ..
        } => {
            let values = values![application, *on, contract];
            (application, sql::CONTRACT_APPLICATION, values.into())
        }
        _ => return Ok(()),
    };
    writer
        .change(Table::Application, application.as_str(), statement, &values)
        .await
}

async fn write_of_an_offer<'c>(
    writer: &mut Writer<'_, 'c>,
    change: &'c Change,
) -> Result<(), StoreError> {
    let (offer, state): (&OfferId, OfferState) = match change {
        Change::OfferConfirmed { offer, on, .. } => {
            let confirmed = values![offer, *on];
            return writer
                .change(Table::Offer, offer.as_str(), sql::CONFIRM_OFFER, &confirmed)
                .await;
        }
        Change::OfferFlagged {
            offer, conflict, ..
        } => {
            let flagged = values![offer, conflict];
            return writer
                .change(Table::Offer, offer.as_str(), sql::FLAG_OFFER, &flagged)
                .await;
        }
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
            let state = OfferState::DeclinedByContract { on: *on, contract };
            (offer, state)
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
        _ => return Ok(()),
    };
    close_offer(writer, offer, &state).await
}

async fn close_offer<'c>(
    writer: &mut Writer<'_, 'c>,
    offer: &'c OfferId,
    state: &OfferState,
) -> Result<(), StoreError> {
    let (on, contract, reason): (Option<Date>, _, Option<&String>) = match state {
        OfferState::Open | OfferState::Confirmed { .. } => (None, None, None),
        OfferState::Declined { on } | OfferState::Expired { on } | OfferState::Withdrawn { on } => {
            (Some(*on), None, None)
        }
        OfferState::Revoked { on, reason } => (Some(*on), None, Some(reason)),
        OfferState::Contracted { on, contract }
        | OfferState::DeclinedByContract { on, contract } => (Some(*on), Some(contract), None),
    };
    let closed = values![offer, state.as_str(), on, contract, reason];
    writer
        .change(Table::Offer, offer.as_str(), sql::CLOSE_OFFER, &closed)
        .await
}

fn submit<'c>(writer: &mut Writer<'_, 'c>, child: &'c ChildId, application: &'c Application) {
    let entry = &application.entry;
    let (by, role, notice, mandate, paper) = match entry {
        Entry::Online => (None, None, None, None, None),
        Entry::Staff {
            entered_by,
            notice_given_on,
            on_behalf_of,
            applied_on,
            ..
        } => (
            Some(&entered_by.id),
            Some(entered_by.role.as_str()),
            Some(*notice_given_on),
            Some(&on_behalf_of.reference),
            *applied_on,
        ),
    };
    let row = values![
        &application.id,
        child,
        &application.facility,
        application.care_type,
        application.rank,
        application.wished_start,
        application.daily_hours.quarters(),
        application.applied_on,
        entry.channel().as_str(),
        by,
        role,
        notice,
        mandate,
        paper,
        application.transfer_from.as_ref(),
        application.catalogue_version.as_ref(),
        "open",
    ];
    writer.add(Table::Application, application.id.as_str(), row.into());
    for points in &application.points {
        let key = application.id.as_str();
        let row = values![key, &points.criterion, points.points];
        writer.add(Table::CriterionPoints, key, row.into());
    }
}

fn make_offer<'c>(
    writer: &mut Writer<'_, 'c>,
    situation: &'c Situation,
    child: &'c ChildId,
    application: &'c ApplicationId,
    offer: &'c Offer,
) -> Result<(), StoreError> {
    let answered = situation
        .children
        .get(child)
        .and_then(|file| file.application(application))
        .ok_or_else(|| StoreError::Damaged {
            what: "application",
            name: application.as_str().to_owned(),
        })?;
    let row = values![
        &offer.id,
        application,
        child,
        &answered.facility,
        answered.care_type,
        offer.starts_on,
        offer.ends_on,
        offer.daily_hours.quarters(),
        offer.offered_on,
        offer.reply_by,
        &offer.offered_by.id,
        offer.offered_by.role.as_str(),
        offer.override_reason.as_ref(),
        answered.offers.len() as u64 + 1,
        offer.state.as_str(),
    ];
    writer.add(Table::Offer, offer.id.as_str(), row.into());
    Ok(())
}

fn conclude<'c>(
    writer: &mut Writer<'_, 'c>,
    providers: &'c BTreeMap<FacilityId, ProviderId>,
    child: &'c ChildId,
    contract: &'c CareContract,
) -> Result<(), StoreError> {
    let provider = providers
        .get(&contract.facility)
        .ok_or_else(|| StoreError::Damaged {
            what: "facility",
            name: contract.facility.as_str().to_owned(),
        })?;
    let (first_record, offer, provider_key, continues) = match &contract.first_record {
        FirstRecord::Offer { offer } => ("offer", Some(offer), None, None),
        FirstRecord::Import { provider_key } => ("import", None, Some(provider_key), None),
        FirstRecord::Continuation { of } => ("continuation", None, None, Some(of)),
    };
    let row = values![
        &contract.id,
        child,
        &contract.facility,
        provider,
        first_record,
        offer,
        provider_key,
        continues,
        contract.end.map(names::contract_end),
    ];
    writer.add(Table::Contract, contract.id.as_str(), row.into());
    for version in &contract.versions {
        add_version(writer, contract.id.as_str(), version);
    }
    Ok(())
}

fn add_version<'c>(writer: &mut Writer<'_, 'c>, contract: &'c str, version: &'c ContractVersion) {
    let row = values![
        contract,
        version.version,
        version.care_type,
        version.daily_hours.quarters(),
        version.days_per_week,
        version.lunch,
        version.valid_from,
        version.valid_to,
        version.recorded_from,
        version.recorded_to,
    ];
    writer.add(Table::ContractVersion, contract, row.into());
}

fn register_facility<'c>(writer: &mut Writer<'_, 'c>, registration: &'c FacilityRegistration) {
    let FacilityRegistration {
        facts,
        name,
        operation,
    } = registration;
    let row = values![
        &facts.id,
        &facts.provider,
        name,
        facts.kind.as_str(),
        &facts.area,
        facts.location.latitude().to_string(),
        facts.location.longitude().to_string(),
        facts.opens_on,
        facts.closes_on,
        facts.in_needs_plan,
        operation.groups,
        operation.opening_hour.to_string(),
        operation.closing_hour.to_string(),
        operation.closing_days,
    ];
    writer.add(Table::Facility, facts.id.as_str(), row.into());
    for Licence {
        valid_from,
        valid_to,
    } in &facts.licences
    {
        let row = values![&facts.id, *valid_from, *valid_to, None::<&str>];
        writer.add(Table::Licence, facts.id.as_str(), row.into());
    }
}
