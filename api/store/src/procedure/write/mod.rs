//! Everything a decision changes: state, log, events and jobs, in one transaction.

mod facilities;
mod providers;
mod state;
pub(crate) mod statements;
pub(crate) mod tables;

use std::collections::{BTreeMap, BTreeSet};

use domain::procedure::{Change, Command, FreedPlaceCause, FreedPlaceOutcome, SuggestionList};
use domain::{ChildId, ContractId, FacilityId, ProviderId};

use self::tables::{Table, Writer};
use super::log::{self, Entry, Head, Origin};
use super::situation::Loaded;
use crate::session::{Among, Lock, Session, Value, values};
use crate::{Audience, Envelope, RecordedChange, StoreError};

/// Changes of a transaction from which on the plans of the database may no longer fit.
const MANY_CHANGES: usize = 2_000;

const PROVIDERS_OF_FACILITIES: Among = Among {
    name: "PROVIDERS_OF_FACILITIES",
    select: "select facility_id, provider_id from facility",
    key: "facility_id",
    and: "",
};
const REVISE_CHILDREN: Among = Among {
    name: "REVISE_CHILDREN",
    select: "update child set revision = revision + 1",
    key: "child_id",
    and: "",
};
const REVISE_FACILITIES: Among = Among {
    name: "REVISE_FACILITIES",
    select: "update facility set revision = revision + 1",
    key: "facility_id",
    and: "",
};
const REVISE_PROVIDERS: Among = Among {
    name: "REVISE_PROVIDERS",
    select: "update provider set revision = revision + 1",
    key: "provider_id",
    and: "",
};

/// Statements of this module.
#[cfg(test)]
pub(crate) const AMONG: &[(&Among, Lock)] = &[
    (&PROVIDERS_OF_FACILITIES, Lock::No),
    (&REVISE_CHILDREN, Lock::No),
    (&REVISE_FACILITIES, Lock::No),
    (&REVISE_PROVIDERS, Lock::No),
];

/// Writes every change with its log entry, its event and its job.
pub(super) async fn everything(
    session: &mut Session,
    envelope: &Envelope,
    command: &Command,
    loaded: &Loaded,
    changes: &[Change],
) -> Result<Vec<RecordedChange>, StoreError> {
    let concerned = Concerned::by(session, loaded, changes).await?;
    let mut writer = Writer::new(session);
    for change in changes {
        let situation = &loaded.situation;
        state::write(
            &mut writer,
            situation,
            command,
            &concerned.providers,
            change,
        )
        .await?;
    }
    writer.flush().await?;
    revise(session, loaded, changes, &concerned).await?;
    let head = Head::of(session, "changes").await?;
    let mut writer = Writer::new(session);
    for (change, sequence) in changes.iter().zip(head.next()..) {
        write_numbered(&mut writer, change, sequence).await?;
    }
    writer.flush().await?;
    let origin = Origin {
        recorded_at: envelope.at,
        decided_on: envelope.today,
        transaction: command.name(),
        correlation_id: &envelope.correlation_id,
        actor_id: envelope.actor.id(),
        actor_role: envelope.actor.role(),
        mandate: envelope
            .on_behalf_of
            .as_ref()
            .map(|mandate| mandate.reference.as_str()),
    };
    let recorded = log::append(session, head, &origin, concerned.entries(changes)).await?;
    if changes.len() >= MANY_CHANGES {
        session.count_rows_anew().await?;
    }
    Ok(recorded)
}

/// Which facility and provider every change concerns.
struct Concerned {
    facilities: Vec<Option<FacilityId>>,
    providers: BTreeMap<FacilityId, ProviderId>,
}

impl Concerned {
    async fn by(
        session: &mut Session,
        loaded: &Loaded,
        changes: &[Change],
    ) -> Result<Self, StoreError> {
        let situation = &loaded.situation;
        let mut providers: BTreeMap<FacilityId, ProviderId> = situation
            .facilities
            .iter()
            .map(|(id, file)| (id.clone(), file.facility.provider().clone()))
            .collect();
        let mut concluded: BTreeMap<&ContractId, &FacilityId> = BTreeMap::new();
        let mut facilities = Vec::with_capacity(changes.len());
        let mut unknown: BTreeSet<FacilityId> = BTreeSet::new();
        for change in changes {
            match change {
                Change::FacilityRegistered(registration) => {
                    let facts = &registration.facts;
                    providers.insert(facts.id.clone(), facts.provider.clone());
                }
                Change::ContractConcluded { contract, .. } => {
                    concluded.insert(&contract.id, &contract.facility);
                }
                _ => {}
            }
            let facility = situation.facility_of(change).or_else(|| match change {
                Change::ContractVersionRecorded { contract, .. } => {
                    concluded.get(contract).copied()
                }
                _ => None,
            });
            if let Some(facility) = facility
                && !providers.contains_key(facility)
            {
                unknown.insert(facility.clone());
            }
            facilities.push(facility.cloned());
        }
        let keys: Vec<Value<'_>> = unknown.iter().map(Value::from).collect();
        for row in session
            .rows_among(&PROVIDERS_OF_FACILITIES, &[], &keys, Lock::No)
            .await?
        {
            providers.insert(row.parsed(0)?, row.parsed(1)?);
        }
        Ok(Self {
            facilities,
            providers,
        })
    }

    /// What the log and the events say.
    fn entries(self, changes: &[Change]) -> Vec<Entry> {
        let Self {
            facilities,
            providers,
        } = self;
        let told = changes.iter().zip(facilities).map(|(change, facility)| {
            let provider = change.provider().cloned().or_else(|| {
                let facility = facility.as_ref()?;
                providers.get(facility).cloned()
            });
            Entry {
                kind: change.kind(),
                subject: change.subject(),
                child: change.child().cloned(),
                facility,
                provider,
                facts: change.facts(),
                audience: audience(change),
            }
        });
        told.collect()
    }
}

/// Provider software hears of contracts only (K34), the portal of everything about children, the city
/// of providers, facilities and places.
fn audience(change: &Change) -> Audience {
    if change.is_about_a_contract() {
        Audience::Provider
    } else if change.child().is_some() {
        Audience::Portal
    } else {
        Audience::City
    }
}

/// Counts up the revisions of what was changed and was there before.
async fn revise(
    session: &mut Session,
    loaded: &Loaded,
    changes: &[Change],
    concerned: &Concerned,
) -> Result<(), StoreError> {
    let situation = &loaded.situation;
    let mut children: BTreeSet<&ChildId> = BTreeSet::new();
    let mut facilities: BTreeSet<&FacilityId> = BTreeSet::new();
    let mut providers: BTreeSet<&ProviderId> = BTreeSet::new();
    for (change, facility) in changes.iter().zip(&concerned.facilities) {
        if let Change::ProviderLeaves { .. } = change {
            // A hint to the family: nothing of the child's is changed, and it is not held.
            continue;
        }
        children.extend(
            change
                .child()
                .filter(|id| situation.children.contains_key(*id)),
        );
        facilities.extend(facility.as_ref().filter(|id| {
            situation.facilities.contains_key(*id) && loaded.held_facilities.contains(*id)
        }));
        providers.extend(
            change
                .provider()
                .filter(|id| situation.providers.contains_key(*id)),
        );
    }
    let children: Vec<Value<'_>> = children.into_iter().map(Value::from).collect();
    let facilities: Vec<Value<'_>> = facilities.into_iter().map(Value::from).collect();
    let providers: Vec<Value<'_>> = providers.into_iter().map(Value::from).collect();
    session.execute_among(&REVISE_CHILDREN, &children).await?;
    session
        .execute_among(&REVISE_FACILITIES, &facilities)
        .await?;
    session.execute_among(&REVISE_PROVIDERS, &providers).await
}

/// Writes what keeps the number of its change.
async fn write_numbered<'c>(
    writer: &mut Writer<'_, 'c>,
    change: &'c Change,
    sequence: u64,
) -> Result<(), StoreError> {
    match change {
        Change::PlaceFreed {
            facility,
            freed_place,
        } => {
            let (cause, key) = match &freed_place.cause {
                FreedPlaceCause::OfferClosed { offer } => ("offer_closed", offer.as_str()),
                FreedPlaceCause::ContractShortened { contract } => {
                    ("contract_shortened", contract.as_str())
                }
            };
            let id = freed_place.id.as_str();
            let row = values![
                id,
                facility,
                freed_place.care_type,
                freed_place.free_from,
                cause,
                key,
                sequence,
            ];
            writer.add(Table::FreedPlace, id, row.into());
            let payload = serde_json::json!({"facility": facility, "freed_place": id});
            let row = values![
                format!("cascade.{id}"),
                "cascade",
                facility,
                payload.to_string(),
                sequence,
                "waiting",
            ];
            writer.add(Table::Job, id, row.into());
        }
        Change::FreedPlaceClosed {
            freed_place,
            outcome,
            ..
        } => {
            let (name, offer) = match outcome {
                FreedPlaceOutcome::Offered { offer } => ("offered", Some(offer)),
                FreedPlaceOutcome::NobodyWaits => ("nobody_waits", None),
            };
            let closed = values![freed_place, name, offer, sequence];
            let key = freed_place.as_str();
            writer
                .change(
                    Table::FreedPlace,
                    key,
                    statements::CLOSE_FREED_PLACE,
                    &closed,
                )
                .await?;
        }
        Change::SuggestionsKept { list } => keep_list(writer, list, None, sequence),
        Change::SuggestionsReordered { before, after } => {
            keep_list(writer, after, Some(before), sequence);
        }
        _ => {}
    }
    Ok(())
}

fn keep_list<'c>(
    writer: &mut Writer<'_, 'c>,
    list: &'c SuggestionList,
    before: Option<&'c SuggestionList>,
    sequence: u64,
) {
    let rows = serde_json::to_string(&list.rows);
    let row = values![
        &list.id,
        &list.facility,
        list.care_type,
        list.starts_on,
        list.computed_from,
        list.free_places,
        rows.expect("rows of a list are texts and numbers"),
        list.override_reason.as_ref(),
        before.map(|list| &list.id),
        sequence,
    ];
    writer.add(Table::SuggestionList, list.id.as_str(), row.into());
}
