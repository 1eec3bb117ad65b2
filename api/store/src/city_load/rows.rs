//! The rows of a load.

use std::collections::BTreeMap;

use domain::procedure::{
    Application, ApplicationState, CareContract, ChildFile, Entry, FirstRecord, Offer, OfferState,
    Withdrawal,
};
use domain::{FacilityId, ProviderId};
use jiff::civil::Date;

use super::Filled;
use super::content::Sorted;
use crate::procedure::names;
use crate::session::{Insert, Value, values};
use crate::{FacilityRecord, ProviderRecord, StoreError};

/// Tables in the order in which they are written: a row comes after what it refers to.
#[derive(Debug, Clone, Copy)]
enum Table {
    Provider,
    Rollout,
    Attestation,
    Facility,
    Licence,
    Capacity,
    Blocked,
    Child,
    Application,
    Points,
    Offer,
    Contract,
    Version,
}

/// One per [`Table`], in its order.
#[rustfmt::skip] // read as a table
pub(crate) static INSERTS: [Insert; 13] = [
    Insert { table: "provider", columns: &["provider_id", "name", "kind", "legal_regime",
        "participates_from", "participates_to"] },
    Insert { table: "rollout_step", columns: &["provider_id", "care_type", "valid_from", "stage"] },
    Insert { table: "attestation", columns: &["provider_id", "month", "attested_on"] },
    Insert { table: "facility", columns: &["facility_id", "provider_id", "name", "kind", "area",
        "latitude", "longitude", "opens_on", "closes_on", "in_needs_plan", "room_groups",
        "opening_hour", "closing_hour", "closing_days"] },
    Insert { table: "licence", columns: &["facility_id", "valid_from", "valid_to"] },
    Insert { table: "capacity", columns: &["facility_id", "care_type", "valid_from", "valid_to",
        "licensed", "planned", "staffed"] },
    Insert { table: "blocked_place", columns: &["facility_id", "care_type", "valid_from",
        "valid_to", "places"] },
    Insert { table: "child", columns: &["child_id", "household_id", "birth_date", "sex", "area",
        "municipality", "single_custodian", "custodians_working", "inclusion_place", "school_class",
        "siblings", "consent_version", "consent_channel", "consent_given_on", "consent_given_by"] },
    Insert { table: "application", columns: &["application_id", "child_id", "facility_id",
        "care_type", "wish_rank", "wished_start", "daily_quarters", "applied_on", "channel",
        "entered_by", "entered_role", "notice_given_on", "mandate", "paper_applied_on",
        "transfer_from", "catalogue_version", "state", "closed_on", "withdrawal_cause",
        "contract_id"] },
    Insert { table: "criterion_points", columns: &["application_id", "criterion", "points"] },
    Insert { table: "offer", columns: &["offer_id", "application_id", "child_id", "facility_id",
        "care_type", "starts_on", "ends_on", "daily_quarters", "offered_on", "reply_by",
        "offered_by", "offered_role", "override_reason", "offer_order", "state", "confirmed_on",
        "conflict_contract", "closed_on", "contract_id", "revoke_reason"] },
    Insert { table: "contract", columns: &["contract_id", "child_id", "facility_id", "provider_id",
        "first_record", "offer_id", "provider_key", "continues", "end_cause"] },
    Insert { table: "contract_version", columns: &["contract_id", "version", "care_type",
        "daily_quarters", "days_per_week", "lunch", "valid_from", "valid_to", "recorded_from",
        "recorded_to"] },
];

/// Rows on their way to their tables.
struct Rows<'l>([Vec<Vec<Value<'l>>>; INSERTS.len()]);

impl<'l> Rows<'l> {
    fn add<const N: usize>(&mut self, table: Table, row: [Value<'l>; N]) {
        debug_assert_eq!(N, INSERTS[table as usize].columns.len());
        self.0[table as usize].push(row.into());
    }
}

/// All rows of a load, by table.
pub(super) fn tables<'l>(load: &Sorted<'l>) -> Result<Vec<Filled<'l>>, StoreError> {
    let mut rows = Rows(Default::default());
    for record in &load.providers {
        provider(&mut rows, record);
    }
    let mut operators = BTreeMap::new();
    for record in &load.facilities {
        operators.insert(record.id(), record.provider());
        facility(&mut rows, record);
    }
    for file in &load.children {
        child(&mut rows, file, &operators)?;
    }
    Ok(INSERTS.iter().zip(rows.0).collect())
}

fn provider<'l>(rows: &mut Rows<'l>, record: &'l ProviderRecord) {
    let it = &record.registration;
    rows.add(
        Table::Provider,
        values![
            &it.id,
            &it.name,
            it.kind.as_str(),
            it.regime.as_str(),
            it.participates_from,
            it.participates_to,
        ],
    );
    for step in &record.rollout {
        let row = values![&it.id, step.care_type, step.valid_from, step.stage.as_str()];
        rows.add(Table::Rollout, row);
    }
    for attestation in &record.attestations {
        let row = values![&it.id, attestation.month, attestation.attested_on];
        rows.add(Table::Attestation, row);
    }
}

fn facility<'l>(rows: &mut Rows<'l>, record: &'l FacilityRecord) {
    let (it, operation) = (&record.registration.facts, &record.registration.operation);
    rows.add(
        Table::Facility,
        values![
            &it.id,
            &it.provider,
            &record.registration.name,
            it.kind.as_str(),
            &it.area,
            it.location.latitude().to_string(),
            it.location.longitude().to_string(),
            it.opens_on,
            it.closes_on,
            it.in_needs_plan,
            operation.groups,
            operation.opening_hour.to_string(),
            operation.closing_hour.to_string(),
            operation.closing_days,
        ],
    );
    for licence in &it.licences {
        let row = values![&it.id, licence.valid_from, licence.valid_to];
        rows.add(Table::Licence, row);
    }
    for span in &record.capacities {
        let row = values![
            &it.id,
            span.care_type,
            span.valid_from,
            span.valid_to,
            span.licensed,
            span.planned,
            span.staffed,
        ];
        rows.add(Table::Capacity, row);
    }
    for span in &record.blocked {
        let row = values![
            &it.id,
            span.care_type,
            span.valid_from,
            span.valid_to,
            span.places,
        ];
        rows.add(Table::Blocked, row);
    }
}

fn child<'l>(
    rows: &mut Rows<'l>,
    file: &'l ChildFile,
    operators: &BTreeMap<&'l FacilityId, &'l ProviderId>,
) -> Result<(), StoreError> {
    let (id, facts, consent) = (&file.child.id, &file.child.facts, file.consent.as_ref());
    rows.add(
        Table::Child,
        values![
            id,
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
            consent.map(|it| &it.text_version),
            consent.map(|it| it.channel.as_str()),
            consent.map(|it| it.given_on),
            consent.map(|it| &it.given_by),
        ],
    );
    for application in &file.applications {
        rows.add(Table::Application, application_row(file, application));
        for points in &application.points {
            let row = values![&application.id, &points.criterion, points.points];
            rows.add(Table::Points, row);
        }
        for (offer, order) in application.offers.iter().zip(1_u32..) {
            rows.add(Table::Offer, offer_row(file, application, offer, order));
        }
    }
    for it in &file.contracts {
        // Its facility was checked to be there.
        let provider = operators
            .get(&it.facility)
            .ok_or_else(|| StoreError::Damaged {
                what: "facility of a contract",
                name: it.id.to_string(),
            })?;
        contract(rows, file, it, provider);
    }
    Ok(())
}

fn application_row<'l>(file: &'l ChildFile, it: &'l Application) -> [Value<'l>; 20] {
    let (by, role, notice, mandate, paper) = match &it.entry {
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
    let (state, closed_on, cause, contract) = match &it.state {
        ApplicationState::Open => ("open", None, None, None),
        ApplicationState::Contracted { contract, on } => {
            ("contracted", Some(*on), None, Some(contract))
        }
        ApplicationState::Withdrawn { on, cause } => {
            let contract = match cause {
                Withdrawal::ByContract { contract } => Some(contract),
                Withdrawal::ByFamily | Withdrawal::MovedAway => None,
            };
            ("withdrawn", Some(*on), Some(cause.as_str()), contract)
        }
    };
    values![
        &it.id,
        &file.child.id,
        &it.facility,
        it.care_type,
        it.rank,
        it.wished_start,
        it.daily_hours.quarters(),
        it.applied_on,
        it.entry.channel().as_str(),
        by,
        role,
        notice,
        mandate,
        paper,
        it.transfer_from.as_ref(),
        it.catalogue_version.as_ref(),
        state,
        closed_on,
        cause,
        contract,
    ]
}

fn offer_row<'l>(
    file: &'l ChildFile,
    application: &'l Application,
    it: &'l Offer,
    order: u32,
) -> [Value<'l>; 20] {
    let mut confirmed_on: Option<Date> = None;
    let mut conflict = None;
    let (closed_on, contract, reason) = match &it.state {
        OfferState::Open => (None, None, None),
        OfferState::Confirmed {
            on,
            conflict: found,
        } => {
            confirmed_on = Some(*on);
            conflict = found.as_ref();
            (None, None, None)
        }
        OfferState::Contracted { on, contract }
        | OfferState::DeclinedByContract { on, contract } => (Some(*on), Some(contract), None),
        OfferState::Declined { on } | OfferState::Expired { on } | OfferState::Withdrawn { on } => {
            (Some(*on), None, None)
        }
        OfferState::Revoked { on, reason } => (Some(*on), None, Some(reason)),
    };
    values![
        &it.id,
        &application.id,
        &file.child.id,
        &application.facility,
        application.care_type,
        it.starts_on,
        it.ends_on,
        it.daily_hours.quarters(),
        it.offered_on,
        it.reply_by,
        &it.offered_by.id,
        it.offered_by.role.as_str(),
        it.override_reason.as_ref(),
        order,
        it.state.as_str(),
        confirmed_on,
        conflict,
        closed_on,
        contract,
        reason,
    ]
}

fn contract<'l>(
    rows: &mut Rows<'l>,
    file: &'l ChildFile,
    it: &'l CareContract,
    provider: &'l ProviderId,
) {
    let (first_record, offer, key, continues) = match &it.first_record {
        FirstRecord::Offer { offer } => ("offer", Some(offer), None, None),
        FirstRecord::Import { provider_key } => ("import", None, Some(provider_key), None),
        FirstRecord::Continuation { of } => ("continuation", None, None, Some(of)),
    };
    rows.add(
        Table::Contract,
        values![
            &it.id,
            &file.child.id,
            &it.facility,
            provider,
            first_record,
            offer,
            key,
            continues,
            it.end.map(names::contract_end),
        ],
    );
    for version in &it.versions {
        rows.add(
            Table::Version,
            values![
                &it.id,
                version.version,
                version.care_type,
                version.daily_hours.quarters(),
                version.days_per_week,
                version.lunch,
                version.valid_from,
                version.valid_to,
                version.recorded_from,
                version.recorded_to,
            ],
        );
    }
}
