//! Children with everything that belongs to them.

use std::collections::BTreeMap;

use domain::procedure::{
    Application, ApplicationState, CareContract, Channel, Child, ChildFacts, ChildFile, Consent,
    ContractVersion, CriterionPoints, Entry, FirstRecord, HumanActor, Offer, OfferState, Role, Sex,
    SiblingsRule, Withdrawal,
};
use domain::{ActorId, CareType, DailyHours, expected_last_day};
use jiff::civil::Date;
use tables::schema::TableName;
use tables::{City, CityError, Row, RowError};

use super::{BEFORE, coded, grouped, number, parsed, said, some_date};

fn daily_hours(row: Row<'_>) -> Result<DailyHours, RowError> {
    // Tables take any number; the procedure counts quarters of an hour.
    let hours = row.decimal("daily_hours")?.unwrap_or(0.0);
    DailyHours::new((hours * 4.0).round().max(1.0) / 4.0).map_err(said)
}

/// An application as its table has it.
struct Applied {
    application: Application,
    state: String,
    closed_on: Option<Date>,
}

/// A household as its table has it.
#[derive(Clone)]
struct Household {
    area: domain::AreaId,
    municipality: u32,
    single_custodian: bool,
    custodians_working: bool,
}

/// The files of all children.
pub(super) fn files(city: &City, today: Date) -> Result<Vec<ChildFile>, CityError> {
    let households = grouped(city, TableName::Households, "household_id", |row| {
        Ok(Household {
            area: parsed(row, "area")?,
            municipality: number(row, "municipality")?,
            single_custodian: row.flag("single_custodian")?,
            custodians_working: row.flag("custodians_working")?,
        })
    })?;
    let mut applications = applications(city)?;
    let mut offers = grouped(city, TableName::Offers, "application_id", offered)?;
    let mut versions = grouped(city, TableName::Contracts, "child_id", version)?;
    city.map_rows(TableName::Children, |row| {
        let id = row.filled("child_id")?;
        let household = row.filled("household_id")?;
        let home = households
            .get(household)
            .and_then(|found| found.first())
            .cloned();
        let home = home.ok_or_else(|| said("the household is unknown"))?;
        let sexes = [Sex::Male, Sex::Female, Sex::Divers, Sex::None];
        let mut file = ChildFile::new(Child {
            id: parsed(row, "child_id")?,
            facts: ChildFacts {
                household: parsed(row, "household_id")?,
                birth_date: some_date(row, "birth_date")?,
                sex: coded(row, "sex", &sexes, Sex::as_str)?,
                area: home.area,
                municipality: home.municipality,
                single_custodian: home.single_custodian,
                custodians_working: home.custodians_working,
                inclusion_place: row.flag("inclusion_place")?,
                school_class: match row.integer("school_class")? {
                    Some(_) => Some(number(row, "school_class")?),
                    None => None,
                },
                // The tables of a city know no rule.
                siblings: SiblingsRule::Independent,
            },
        });
        file.contracts = contracts(versions.remove(id).unwrap_or_default(), &file);
        for applied in applications.remove(id).unwrap_or_default() {
            let key = applied.application.id.as_str();
            let made = offers.remove(key).unwrap_or_default();
            let application = told(applied, made, &file, today)?;
            file.applications.push(application);
        }
        file.applications.sort_by(|a, b| a.id.cmp(&b.id));
        file.consent = consent(&file)?;
        Ok(file)
    })
}

fn before() -> Result<ActorId, RowError> {
    ActorId::new(BEFORE).map_err(said)
}

fn consent(file: &ChildFile) -> Result<Option<Consent>, RowError> {
    let first = file.applications.iter().map(|it| it.applied_on).min();
    first
        .map(|given_on| {
            Ok(Consent {
                text_version: BEFORE.to_owned(),
                channel: Channel::Online,
                given_on,
                given_by: before()?,
            })
        })
        .transpose()
}

fn applications(city: &City) -> Result<BTreeMap<String, Vec<Applied>>, CityError> {
    let mut points = grouped(city, TableName::CriteriaPoints, "application_id", |row| {
        let points = CriterionPoints {
            criterion: row.filled("criterion")?.to_owned(),
            points: row.integer("points")?.unwrap_or(0),
        };
        Ok((points, row.filled("catalogue_version")?.to_owned()))
    })?;
    let mut found = grouped(city, TableName::Applications, "child_id", |row| {
        Ok(Applied {
            application: Application {
                id: parsed(row, "application_id")?,
                facility: parsed(row, "facility_id")?,
                care_type: row.care_type()?,
                rank: number(row, "rank")?,
                wished_start: some_date(row, "wished_start")?,
                daily_hours: daily_hours(row)?,
                applied_on: some_date(row, "applied_on")?,
                entry: Entry::Online,
                transfer_from: None,
                points: Vec::new(),
                catalogue_version: None,
                state: ApplicationState::Open,
                offers: Vec::new(),
            },
            state: row.filled("state")?.to_owned(),
            closed_on: row.date("closed_on")?,
        })
    })?;
    for applied in found.values_mut().flatten() {
        let own = points
            .remove(applied.application.id.as_str())
            .unwrap_or_default();
        applied.application.catalogue_version = own.first().map(|(_, version)| version.clone());
        applied.application.points = own.into_iter().map(|(points, _)| points).collect();
        applied.application.points.sort();
    }
    Ok(found)
}

/// An offer as its table has it.
struct Offered {
    id: domain::OfferId,
    starts_on: Date,
    offered_on: Date,
    reply_by: Date,
    state: String,
    closed_on: Option<Date>,
}

fn offered(row: Row<'_>) -> Result<Offered, RowError> {
    Ok(Offered {
        id: parsed(row, "offer_id")?,
        starts_on: some_date(row, "starts_on")?,
        offered_on: some_date(row, "offered_on")?,
        reply_by: some_date(row, "reply_by")?,
        state: row.filled("state")?.to_owned(),
        closed_on: row.date("closed_on")?,
    })
}

/// An application with its offers and what became of them, told by the child's contracts.
fn told(
    applied: Applied,
    mut made: Vec<Offered>,
    file: &ChildFile,
    today: Date,
) -> Result<Application, RowError> {
    let mut it = applied.application;
    let on = applied.closed_on.unwrap_or(it.applied_on);
    let days = |a: Date, b: Date| (a - b).get_days().abs();
    let became = file
        .contracts
        .iter()
        .filter(|contract| contract.facility == it.facility)
        .min_by_key(|contract| days(contract.current().valid_from, it.wished_start));
    let gave_way = file
        .contracts
        .iter()
        .filter_map(|contract| Some((days(contract.versions.first()?.recorded_from, on), contract)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, contract)| &contract.id);
    let became = became.map(|contract| &contract.id).cloned();
    it.state = match (applied.state.as_str(), &became, gave_way) {
        ("open", ..) => ApplicationState::Open,
        ("contracted", Some(contract), _) => ApplicationState::Contracted {
            contract: contract.clone(),
            on,
        },
        ("withdrawn_by_contract", _, Some(contract)) => ApplicationState::Withdrawn {
            on,
            cause: Withdrawal::ByContract {
                contract: contract.clone(),
            },
        },
        _ => ApplicationState::Withdrawn {
            on,
            cause: Withdrawal::ByFamily,
        },
    };
    if it.is_open() {
        let held = file.running_or_to_come(today);
        let runs = held
            .iter()
            .find(|held| held.current().runs_on(it.wished_start));
        it.transfer_from = runs.or(held.last()).map(|held| held.id.clone());
    }
    made.sort_by(|a, b| (a.offered_on, &a.id).cmp(&(b.offered_on, &b.id)));
    for offer in made {
        let on = offer.closed_on.unwrap_or(offer.offered_on);
        let state = match (offer.state.as_str(), &became, gave_way) {
            ("open", ..) => OfferState::Open,
            ("confirmed", ..) => OfferState::Confirmed { on, conflict: None },
            ("contracted", Some(contract), _) => OfferState::Contracted {
                on,
                contract: contract.clone(),
            },
            ("declined_by_contract", _, Some(contract)) => OfferState::DeclinedByContract {
                on,
                contract: contract.clone(),
            },
            ("expired", ..) => OfferState::Expired { on },
            ("revoked", ..) => OfferState::Revoked {
                on,
                reason: BEFORE.to_owned(),
            },
            _ => OfferState::Declined { on },
        };
        it.offers.push(Offer {
            id: offer.id,
            starts_on: offer.starts_on,
            ends_on: last_day(None, offer.starts_on, it.care_type, file),
            daily_hours: it.daily_hours,
            offered_on: offer.offered_on,
            reply_by: offer.reply_by,
            offered_by: HumanActor {
                id: before()?,
                role: Role::ProviderStaff,
            },
            override_reason: None,
            state,
        });
    }
    Ok(it)
}

/// The last day of a stay: as agreed, else as expected, and not before the first.
fn last_day(agreed: Option<Date>, first_day: Date, care: CareType, file: &ChildFile) -> Date {
    let expected = expected_last_day(care, file.child.facts.birth_date);
    agreed.unwrap_or_else(|| expected.max(first_day))
}

/// A version of a contract as its table has it.
struct Version {
    contract: domain::ContractId,
    facility: domain::FacilityId,
    version: ContractVersion,
    valid_to: Option<Date>,
}

fn version(row: Row<'_>) -> Result<Version, RowError> {
    let valid_from = some_date(row, "valid_from")?;
    Ok(Version {
        contract: parsed(row, "contract_id")?,
        facility: parsed(row, "facility_id")?,
        version: ContractVersion {
            version: number(row, "version")?,
            care_type: row.care_type()?,
            daily_hours: daily_hours(row)?,
            days_per_week: number(row, "days_per_week")?,
            lunch: row.flag("lunch")?,
            valid_from,
            valid_to: valid_from,
            recorded_from: some_date(row, "recorded_from")?,
            recorded_to: row.date("recorded_to")?,
        },
        valid_to: row.date("valid_to")?,
    })
}

/// The contracts of a child with all versions, in the order of their keys.
fn contracts(versions: Vec<Version>, file: &ChildFile) -> Vec<CareContract> {
    let mut found: BTreeMap<domain::ContractId, CareContract> = BTreeMap::new();
    for mut it in versions {
        let known = &mut it.version;
        known.valid_to = last_day(it.valid_to, known.valid_from, known.care_type, file);
        // Both are 1 to 64 of the same characters, so a key is a reference as well.
        let Ok(provider_key) = it.contract.as_str().parse() else {
            continue;
        };
        let contract = found
            .entry(it.contract.clone())
            .or_insert_with(|| CareContract {
                id: it.contract,
                facility: it.facility,
                first_record: FirstRecord::Import { provider_key },
                versions: Vec::new(),
                end: None,
            });
        contract.versions.push(it.version);
    }
    let mut contracts: Vec<CareContract> = found.into_values().collect();
    for contract in &mut contracts {
        contract.versions.sort_by_key(|version| version.version);
    }
    contracts
}
