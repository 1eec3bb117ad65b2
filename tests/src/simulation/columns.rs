//! The columnar snapshot as it should be, made of the files known.

use domain::procedure::{
    Application, ApplicationState, CareContract, ChildFile, FacilityFile, FacilityRegistration,
    Offer, OfferState, ProviderFile, ProviderRegistration, Withdrawal,
};
use domain::{ChildId, ContractId, FacilityFacts};
use jiff::civil::Date;
use store::{
    ApplicationRow, ApplicationStanding, ChildRow, CityLoad, ContractVersionRow, FacilityRecord,
    OfferRow, OfferStanding, PointsRow, ProviderRecord, Snapshot, SnapshotRows,
};

use super::world::World;

/// The snapshot after a change.
pub(super) fn expected(world: &World, sequence: u64) -> Snapshot {
    let mut rows = SnapshotRows {
        providers: world.files.providers.values().map(provider).collect(),
        facilities: world.files.facilities.values().map(facility).collect(),
        ..SnapshotRows::default()
    };
    for file in world.files.children.values() {
        rows.children.push(child(file));
        for application in &file.applications {
            rows.applications.push(applied(&file.child.id, application));
            rows.points
                .extend(application.points.iter().map(|criterion| PointsRow {
                    child: file.child.id.clone(),
                    application: application.id.clone(),
                    criterion: criterion.criterion.as_str().into(),
                    points: criterion.points,
                }));
            for (offer, number) in application.offers.iter().zip(1..) {
                rows.offers
                    .push(offered(world, &file.child.id, application, (number, offer)));
            }
        }
        for contract in &file.contracts {
            rows.contracts.extend(versions(&file.child.id, contract));
        }
    }
    Snapshot::from_rows(sequence, rows)
}

/// What puts the world into an empty database.
pub(super) fn load(world: &World) -> CityLoad {
    CityLoad {
        providers: world.files.providers.values().map(provider).collect(),
        facilities: world.files.facilities.values().map(facility).collect(),
        children: world.files.children.values().cloned().collect(),
    }
}

/// Keys of the rows that only one of two snapshots has, by table; no values, they are personal.
pub(super) fn differences(found: &Snapshot, expected: &Snapshot) -> String {
    let mut told = Vec::new();
    macro_rules! compare {
        ($table:ident, $row:ident => $key:expr) => {
            let rows = |snapshot: &Snapshot| -> Vec<_> {
                let chunks = snapshot.chunks();
                chunks
                    .flat_map(|chunk| chunk.$table.rows().collect::<Vec<_>>())
                    .collect()
            };
            let (found, expected) = (rows(found), rows(expected));
            for $row in found.iter().filter(|row| !expected.contains(row)) {
                told.push(format!("{} {} is found", stringify!($table), $key));
            }
            for $row in expected.iter().filter(|row| !found.contains(row)) {
                told.push(format!("{} {} is expected", stringify!($table), $key));
            }
        };
    }
    compare!(children, row => row.child);
    compare!(applications, row => row.application);
    compare!(points, row => row.application);
    compare!(offers, row => format!("{} {:?}", row.offer, row.standing));
    compare!(contracts, row => format!("{} {} {:?}", row.contract, row.version, row.end));
    if !found.facilities().eq(expected.facilities()) {
        told.push("facilities".to_owned());
    }
    if !found.providers().eq(expected.providers()) {
        told.push("providers".to_owned());
    }
    told.join(", ")
}

fn provider(file: &ProviderFile) -> ProviderRecord {
    ProviderRecord {
        registration: ProviderRegistration {
            id: file.provider.id().clone(),
            name: file.name.clone(),
            kind: file.provider.kind(),
            regime: file.provider.regime(),
            participates_from: file.provider.participates_from(),
            participates_to: file.provider.participates_to(),
        },
        rollout: file.rollout.clone(),
        attestations: file.attestations.clone(),
        catalogues: Vec::new(),
    }
}

fn facility(file: &FacilityFile) -> FacilityRecord {
    let facility = &file.facility;
    FacilityRecord {
        registration: FacilityRegistration {
            facts: FacilityFacts {
                id: facility.id().clone(),
                provider: facility.provider().clone(),
                kind: facility.kind(),
                area: facility.area().clone(),
                location: facility.location(),
                opens_on: facility.opens_on(),
                closes_on: facility.closes_on(),
                in_needs_plan: facility.in_needs_plan(),
                licences: facility.licences().to_vec(),
            },
            name: file.name.clone(),
            operation: file.operation,
        },
        capacities: file.capacities.clone(),
        blocked: file.blocked.clone(),
    }
}

fn child(file: &ChildFile) -> ChildRow {
    let facts = file.child.facts.clone();
    ChildRow {
        child: file.child.id.clone(),
        household: facts.household,
        birth_date: facts.birth_date,
        sex: facts.sex,
        area: facts.area,
        municipality: facts.municipality,
        single_custodian: facts.single_custodian,
        custodians_working: facts.custodians_working,
        inclusion_place: facts.inclusion_place,
        school_class: facts.school_class,
        siblings: facts.siblings,
        has_consent: file.consent.is_some(),
    }
}

fn applied(child: &ChildId, application: &Application) -> ApplicationRow {
    let (standing, closed_on, contract) = match &application.state {
        ApplicationState::Open => (ApplicationStanding::Open, None, None),
        ApplicationState::Contracted { contract, on } => (
            ApplicationStanding::Contracted,
            Some(*on),
            Some(contract.clone()),
        ),
        ApplicationState::Withdrawn {
            on,
            cause: Withdrawal::ByContract { contract },
        } => (
            ApplicationStanding::WithdrawnByContract,
            Some(*on),
            Some(contract.clone()),
        ),
        ApplicationState::Withdrawn { on, .. } => (ApplicationStanding::Withdrawn, Some(*on), None),
    };
    ApplicationRow {
        child: child.clone(),
        application: application.id.clone(),
        facility: application.facility.clone(),
        care_type: application.care_type,
        rank: application.rank,
        wished_start: application.wished_start,
        daily_hours: application.daily_hours,
        applied_on: application.applied_on,
        channel: application.entry.channel(),
        transfer_from: application.transfer_from.clone(),
        catalogue_version: application.catalogue_version.as_deref().map(Into::into),
        standing,
        closed_on,
        contract,
    }
}

/// Standing, day closed, contract.
type Standing = (OfferStanding, Option<Date>, Option<ContractId>);

fn standing(state: &OfferState) -> Standing {
    let closed = |standing, on: &Date| (standing, Some(*on), None);
    let by =
        |standing, on: &Date, contract: &ContractId| (standing, Some(*on), Some(contract.clone()));
    match state {
        OfferState::Open => (OfferStanding::Open, None, None),
        OfferState::Confirmed { .. } => (OfferStanding::Confirmed, None, None),
        OfferState::Contracted { on, contract } => by(OfferStanding::Contracted, on, contract),
        OfferState::DeclinedByContract { on, contract } => {
            by(OfferStanding::DeclinedByContract, on, contract)
        }
        OfferState::Declined { on } => closed(OfferStanding::Declined, on),
        OfferState::Expired { on } => closed(OfferStanding::Expired, on),
        OfferState::Revoked { on, .. } => closed(OfferStanding::Revoked, on),
        OfferState::Withdrawn { on } => closed(OfferStanding::Withdrawn, on),
    }
}

fn offered(
    world: &World,
    child: &ChildId,
    application: &Application,
    (number, offer): (u32, &Offer),
) -> OfferRow {
    let (standing, closed_on, contract) = standing(&offer.state);
    OfferRow {
        child: child.clone(),
        application: application.id.clone(),
        number,
        offer: offer.id.clone(),
        facility: application.facility.clone(),
        care_type: application.care_type,
        starts_on: offer.starts_on,
        ends_on: offer.ends_on,
        daily_hours: offer.daily_hours,
        offered_on: offer.offered_on,
        reply_by: offer.reply_by,
        standing,
        confirmed_on: world.confirmed.get(&offer.id).copied(),
        conflict: world.flagged.get(&offer.id).cloned(),
        closed_on,
        contract,
    }
}

fn versions<'a>(
    child: &'a ChildId,
    contract: &'a CareContract,
) -> impl Iterator<Item = ContractVersionRow> + 'a {
    contract
        .versions
        .iter()
        .map(move |version| ContractVersionRow {
            child: child.clone(),
            contract: contract.id.clone(),
            version: version.version,
            facility: contract.facility.clone(),
            care_type: version.care_type,
            daily_hours: version.daily_hours,
            days_per_week: version.days_per_week,
            lunch: version.lunch,
            valid_from: version.valid_from,
            valid_to: version.valid_to,
            recorded_from: version.recorded_from,
            recorded_to: version.recorded_to,
            end: contract.end,
        })
}
