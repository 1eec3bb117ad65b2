//! Children's files as they stand in the database.

use std::collections::{BTreeMap, BTreeSet};

use domain::procedure::{
    Application, ApplicationState, CareContract, Child, ChildFacts, ChildFile, Consent,
    ContractVersion, CriterionPoints, Entry, FirstRecord, HumanActor, Mandate, Offer, OfferState,
    Role, Sex, SiblingsRule, Withdrawal,
};
use domain::{ApplicationId, ChildId, ContractId, DailyHours};

use crate::procedure::names;
use crate::session::{Among, Lock, Row, Session, Value};
use crate::{Revised, StoreError};

const CHILDREN: Among = Among {
    name: "CHILDREN",
    select: "select child_id, household_id, birth_date, sex, area, municipality, \
        single_custodian, custodians_working, inclusion_place, school_class, siblings, \
        consent_version, consent_channel, consent_given_on, consent_given_by, revision from child",
    key: "child_id",
    and: "",
};
const APPLICATIONS: Among = Among {
    name: "APPLICATIONS",
    select: "select child_id, application_id, facility_id, care_type, wish_rank, wished_start, \
        daily_quarters, applied_on, channel, entered_by, entered_role, notice_given_on, mandate, \
        paper_applied_on, transfer_from, catalogue_version, state, closed_on, withdrawal_cause, \
        contract_id from application",
    key: "child_id",
    and: "",
};
const POINTS: Among = Among {
    name: "POINTS",
    select: "select a.child_id, p.application_id, p.criterion, p.points \
        from application a join criterion_points p on p.application_id = a.application_id",
    key: "a.child_id",
    and: "",
};
const OFFERS: Among = Among {
    name: "OFFERS",
    select: "select child_id, application_id, offer_id, starts_on, ends_on, daily_quarters, \
        offered_on, reply_by, offered_by, offered_role, override_reason, offer_order, state, \
        confirmed_on, conflict_contract, closed_on, contract_id, revoke_reason from offer",
    key: "child_id",
    and: "",
};
const CONTRACTS: Among = Among {
    name: "CONTRACTS",
    select: "select c.child_id, c.contract_id, c.facility_id, c.first_record, c.offer_id, \
        c.provider_key, c.continues, c.end_cause, v.version, v.care_type, v.daily_quarters, \
        v.days_per_week, v.lunch, v.valid_from, v.valid_to, v.recorded_from, v.recorded_to \
        from contract c join contract_version v on v.contract_id = c.contract_id",
    key: "c.child_id",
    and: "",
};

/// Statements of this module.
#[cfg(test)]
pub(crate) const AMONG: &[(&Among, Lock)] = &[
    (&CHILDREN, Lock::No),
    (&CHILDREN, Lock::Write),
    (&APPLICATIONS, Lock::No),
    (&POINTS, Lock::No),
    (&OFFERS, Lock::No),
    (&CONTRACTS, Lock::No),
];

/// Files of the children that exist, held as `lock` says.
pub(crate) async fn files(
    session: &mut Session,
    children: &BTreeSet<ChildId>,
    lock: Lock,
) -> Result<BTreeMap<ChildId, Revised<ChildFile>>, StoreError> {
    let keys: Vec<Value<'_>> = children.iter().map(Value::from).collect();
    let mut files = BTreeMap::new();
    for row in session.rows_among(&CHILDREN, &[], &keys, lock).await? {
        let file = Revised {
            value: child(&row)?,
            revision: row.number(15)?,
        };
        files.insert(file.value.child.id.clone(), file);
    }
    if files.is_empty() {
        return Ok(files);
    }
    let keys: Vec<ChildId> = files.keys().cloned().collect();
    let keys: Vec<Value<'_>> = keys.iter().map(Value::from).collect();
    read_applications(session, &keys, &mut files).await?;
    let mut contracts: BTreeMap<(ChildId, ContractId), CareContract> = BTreeMap::new();
    for row in session.rows_among(&CONTRACTS, &[], &keys, Lock::No).await? {
        let key = (row.parsed(0)?, row.parsed(1)?);
        let version = contract_version(&row)?;
        if let Some(contract) = contracts.get_mut(&key) {
            contract.versions.push(version);
        } else {
            contracts.insert(key, contract(&row, version)?);
        }
    }
    for ((child, _), mut contract) in contracts {
        contract.versions.sort_by_key(|version| version.version);
        if let Some(file) = files.get_mut(&child) {
            file.value.contracts.push(contract);
        }
    }
    Ok(files)
}

async fn read_applications(
    session: &mut Session,
    keys: &[Value<'_>],
    files: &mut BTreeMap<ChildId, Revised<ChildFile>>,
) -> Result<(), StoreError> {
    let mut applications: BTreeMap<(ChildId, ApplicationId), Application> = BTreeMap::new();
    let mut scored = false;
    for row in session
        .rows_among(&APPLICATIONS, &[], keys, Lock::No)
        .await?
    {
        let application = application(&row)?;
        scored |= application.catalogue_version.is_some();
        applications.insert((row.parsed(0)?, application.id.clone()), application);
    }
    if applications.is_empty() {
        return Ok(());
    }
    if scored {
        for row in session.rows_among(&POINTS, &[], keys, Lock::No).await? {
            let points = CriterionPoints {
                criterion: row.text(2)?,
                points: row.number(3)?,
            };
            if let Some(application) = applications.get_mut(&(row.parsed(0)?, row.parsed(1)?)) {
                application.points.push(points);
            }
        }
    }
    let mut offers: Vec<(ChildId, ApplicationId, i64, Offer)> = Vec::new();
    for row in session.rows_among(&OFFERS, &[], keys, Lock::No).await? {
        offers.push((
            row.parsed(0)?,
            row.parsed(1)?,
            row.integer(11)?,
            offer(&row)?,
        ));
    }
    offers.sort_by_key(|(_, _, order, _)| *order);
    for (child, application, _, offer) in offers {
        if let Some(application) = applications.get_mut(&(child, application)) {
            application.offers.push(offer);
        }
    }
    for ((child, _), mut application) in applications {
        application.points.sort();
        if let Some(file) = files.get_mut(&child) {
            file.value.applications.push(application);
        }
    }
    Ok(())
}

fn child(row: &Row) -> Result<ChildFile, StoreError> {
    let facts = ChildFacts {
        household: row.parsed(1)?,
        birth_date: row.day(2)?,
        sex: row.named(3, Sex::named)?,
        area: row.parsed(4)?,
        municipality: row.number(5)?,
        single_custodian: row.truth(6)?,
        custodians_working: row.truth(7)?,
        inclusion_place: row.truth(8)?,
        school_class: row.optional_number(9)?,
        siblings: row.named(10, SiblingsRule::named)?,
    };
    let mut file = ChildFile::new(Child {
        id: row.parsed(0)?,
        facts,
    });
    if let Some(text_version) = row.optional_text(11)? {
        file.consent = Some(Consent {
            text_version,
            channel: row.named(12, names::channel_named)?,
            given_on: row.day(13)?,
            given_by: row.parsed(14)?,
        });
    }
    Ok(file)
}

/// Hours kept in quarter hours.
fn daily_hours(row: &Row, position: usize) -> Result<DailyHours, StoreError> {
    let quarters: u8 = row.number(position)?;
    DailyHours::new(f64::from(quarters) / 4.0).map_err(|_| row.damaged(position))
}

fn person(row: &Row, id: usize, role: usize) -> Result<HumanActor, StoreError> {
    Ok(HumanActor {
        id: row.parsed(id)?,
        role: row.named(role, Role::named)?,
    })
}

fn application(row: &Row) -> Result<Application, StoreError> {
    let entry = match row.text_ref(8)? {
        "online" => Entry::Online,
        _ => Entry::Staff {
            place: row.named(8, names::channel_named)?,
            entered_by: person(row, 9, 10)?,
            notice_given_on: row.day(11)?,
            on_behalf_of: Mandate {
                reference: row.parsed(12)?,
            },
            applied_on: row.optional_day(13)?,
        },
    };
    let state = match row.text_ref(16)? {
        "open" => ApplicationState::Open,
        "contracted" => ApplicationState::Contracted {
            contract: row.parsed(19)?,
            on: row.day(17)?,
        },
        "withdrawn" => ApplicationState::Withdrawn {
            on: row.day(17)?,
            cause: match row.text_ref(18)? {
                "by_family" => Withdrawal::ByFamily,
                "moved_away" => Withdrawal::MovedAway,
                "by_contract" => Withdrawal::ByContract {
                    contract: row.parsed(19)?,
                },
                _ => return Err(row.damaged(18)),
            },
        },
        _ => return Err(row.damaged(16)),
    };
    Ok(Application {
        id: row.parsed(1)?,
        facility: row.parsed(2)?,
        care_type: row.parsed(3)?,
        rank: row.number(4)?,
        wished_start: row.day(5)?,
        daily_hours: daily_hours(row, 6)?,
        applied_on: row.day(7)?,
        entry,
        transfer_from: row.optional_parsed(14)?,
        points: Vec::new(),
        catalogue_version: row.optional_text(15)?,
        state,
        offers: Vec::new(),
    })
}

fn offer(row: &Row) -> Result<Offer, StoreError> {
    let state = match row.text_ref(12)? {
        "open" => OfferState::Open,
        "confirmed" => OfferState::Confirmed {
            on: row.day(13)?,
            conflict: row.optional_parsed(14)?,
        },
        "contracted" => OfferState::Contracted {
            on: row.day(15)?,
            contract: row.parsed(16)?,
        },
        "declined" => OfferState::Declined { on: row.day(15)? },
        "expired" => OfferState::Expired { on: row.day(15)? },
        "declined_by_contract" => OfferState::DeclinedByContract {
            on: row.day(15)?,
            contract: row.parsed(16)?,
        },
        "revoked" => OfferState::Revoked {
            on: row.day(15)?,
            reason: row.text(17)?,
        },
        "withdrawn" => OfferState::Withdrawn { on: row.day(15)? },
        _ => return Err(row.damaged(12)),
    };
    Ok(Offer {
        id: row.parsed(2)?,
        starts_on: row.day(3)?,
        ends_on: row.day(4)?,
        daily_hours: daily_hours(row, 5)?,
        offered_on: row.day(6)?,
        reply_by: row.day(7)?,
        offered_by: person(row, 8, 9)?,
        override_reason: row.optional_text(10)?,
        state,
    })
}

fn contract(row: &Row, version: ContractVersion) -> Result<CareContract, StoreError> {
    let first_record = match row.text_ref(3)? {
        "offer" => FirstRecord::Offer {
            offer: row.parsed(4)?,
        },
        "import" => FirstRecord::Import {
            provider_key: row.parsed(5)?,
        },
        "continuation" => FirstRecord::Continuation { of: row.parsed(6)? },
        _ => return Err(row.damaged(3)),
    };
    let end = match row.optional_text_ref(7)? {
        None => None,
        Some(_) => Some(row.named(7, names::contract_end_named)?),
    };
    Ok(CareContract {
        id: row.parsed(1)?,
        facility: row.parsed(2)?,
        first_record,
        versions: vec![version],
        end,
    })
}

fn contract_version(row: &Row) -> Result<ContractVersion, StoreError> {
    Ok(ContractVersion {
        version: row.number(8)?,
        care_type: row.parsed(9)?,
        daily_hours: daily_hours(row, 10)?,
        days_per_week: row.number(11)?,
        lunch: row.truth(12)?,
        valid_from: row.day(13)?,
        valid_to: row.day(14)?,
        recorded_from: row.day(15)?,
        recorded_to: row.optional_day(16)?,
    })
}
