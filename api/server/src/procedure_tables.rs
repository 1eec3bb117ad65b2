//! From the tables of a city to the rows of the procedure.
//!
//! The tables say less than the procedure knows. What is filled in:
//!
//! - **Consent** (K39): the tables hold applications a portal accepted, and it accepts none without consent.
//!   A child with applications has given it on the day of the first, by [`BEFORE`].
//! - **Offers** were made by a person of the provider, whose account is not known: [`BEFORE`]. The place is
//!   held to the expected end of the stay.
//! - **Contracts** were imported under their own key. One without a last day lasts to the expected
//!   end.
//! - A **contracted** application became the child's contract at the facility that starts nearest to the
//!   wished day; one **withdrawn by contract** gave way to the contract that became known nearest to the
//!   day. Without any contract it counts as withdrawn by the family.
//! - An **open** application of a child that holds a contract is for a move from it.
//! - **Staffed places** that the provider does not report are those that the occupancy cube finds in
//!   staff in the later one of two months, that of today and that in which the span begins; of a span
//!   that is over, in its last.

mod children;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use domain::procedure::{
    Actor, BlockedSpan, CapacitySpan, FacilityRegistration, HumanActor, Operation,
    ProviderRegistration,
};
use domain::{
    Attestation, FacilityFacts, LegalRegime, Licence, Location, Month, MonthRange, ProviderKind,
    RolloutStage, RolloutStep,
};
use http_api::Clock;
use jiff::civil::Date;
use occupancy::{OccupancyCube, OccupancyRequest};
use store::{CityLoad, Envelope, FacilityRecord, ProviderRecord, SqlStore};
use tables::schema::TableName;
use tables::{City, CityError, Row, RowError};

use crate::failure::Failure;

/// Stands for people whose accounts the tables do not hold, and for the text of consent agreed to.
const BEFORE: &str = "before-load";

/// Rows of the procedure from a city's tables.
pub(crate) fn city_load(city: &City, today: Date) -> Result<CityLoad, Failure> {
    Ok(CityLoad {
        providers: providers(city)?,
        facilities: facilities(city, today)?,
        children: children::files(city, today)?,
    })
}

/// Loads; `false` if the same was there already.
pub(crate) async fn load(
    store: &SqlStore,
    rows: &CityLoad,
    actor: &HumanActor,
    clock: &Clock,
) -> Result<bool, Failure> {
    let envelope = Envelope {
        actor: Actor::Human(actor.clone()),
        on_behalf_of: None,
        correlation_id: format!("load-{}", uuid::Uuid::now_v7()),
        at: clock.now(),
        today: clock.today(),
        idempotency: None,
        expected_revision: None,
    };
    Ok(store.load_city(rows, &envelope).await?.is_new)
}

fn said(error: impl std::fmt::Display) -> RowError {
    RowError::Said(error.to_string())
}

/// A key, or another value read from its text.
fn parsed<T>(row: Row<'_>, column: &str) -> Result<T, RowError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    row.filled(column)?.parse().map_err(said)
}

fn some_date(row: Row<'_>, column: &str) -> Result<Date, RowError> {
    row.date(column)?
        .ok_or_else(|| RowError::Said(format!("{column} is empty")))
}

fn number<T: TryFrom<i32>>(row: Row<'_>, column: &str) -> Result<T, RowError> {
    let found = row.integer(column)?.unwrap_or(0);
    T::try_from(found).map_err(|_| RowError::Said(format!("{column} is out of range")))
}

/// A value of a code list.
fn coded<T: Copy>(
    row: Row<'_>,
    column: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<T, RowError> {
    let text = row.filled(column)?;
    let found = all.iter().copied().find(|value| name(*value) == text);
    found.ok_or_else(|| RowError::Said(format!("{text:?} is not in the code list")))
}

/// Rows of a table by the text of a column, in file order.
fn grouped<T>(
    city: &City,
    table: TableName,
    key: &str,
    value: impl Fn(Row<'_>) -> Result<T, RowError>,
) -> Result<BTreeMap<String, Vec<T>>, CityError> {
    let mut found: BTreeMap<String, Vec<T>> = BTreeMap::new();
    let rows = city.map_rows(table, |row| Ok((row.filled(key)?.to_owned(), value(row)?)))?;
    for (key, value) in rows {
        found.entry(key).or_default().push(value);
    }
    Ok(found)
}

fn providers(city: &City) -> Result<Vec<ProviderRecord>, CityError> {
    let mut rollout = grouped(city, TableName::RolloutStages, "provider_id", |row| {
        Ok(RolloutStep {
            care_type: row.care_type()?,
            stage: coded(row, "stage", &RolloutStage::ALL, RolloutStage::as_str)?,
            valid_from: some_date(row, "valid_from")?,
        })
    })?;
    let mut attestations = grouped(city, TableName::Attestations, "provider_id", |row| {
        Ok(Attestation {
            month: Month::of(some_date(row, "month")?),
            attested_on: some_date(row, "attested_on")?,
        })
    })?;
    city.map_rows(TableName::Providers, |row| {
        let id = row.filled("provider_id")?;
        Ok(ProviderRecord {
            registration: ProviderRegistration {
                id: parsed(row, "provider_id")?,
                name: row.filled("name")?.to_owned(),
                kind: coded(row, "kind", &ProviderKind::ALL, ProviderKind::as_str)?,
                regime: coded(row, "legal_regime", &LegalRegime::ALL, LegalRegime::as_str)?,
                participates_from: some_date(row, "participates_from")?,
                participates_to: row.date("participates_to")?,
            },
            rollout: rollout.remove(id).unwrap_or_default(),
            attestations: attestations.remove(id).unwrap_or_default(),
            catalogues: Vec::new(),
        })
    })
}

fn facilities(city: &City, today: Date) -> Result<Vec<FacilityRecord>, Failure> {
    let mut licences = grouped(city, TableName::Licences, "facility_id", |row| {
        Ok(Licence {
            valid_from: some_date(row, "valid_from")?,
            valid_to: row.date("valid_to")?,
        })
    })?;
    let staffing = Staffing::of(city, Month::of(today))?;
    let mut capacities = grouped(city, TableName::Capacities, "facility_id", |row| {
        let mut span = CapacitySpan {
            care_type: row.care_type()?,
            valid_from: some_date(row, "valid_from")?,
            valid_to: row.date("valid_to")?,
            licensed: number(row, "licensed")?,
            planned: number(row, "planned")?,
            staffed: 0,
        };
        span.staffed = match row.integer("staffed")? {
            Some(_) => number(row, "staffed")?,
            None => staffing.of_span(row.filled("facility_id")?, &span),
        };
        Ok(span)
    })?;
    let mut blocked = grouped(city, TableName::BlockedPlaces, "facility_id", |row| {
        Ok(BlockedSpan {
            care_type: row.care_type()?,
            valid_from: some_date(row, "valid_from")?,
            valid_to: row.date("valid_to")?,
            places: number(row, "places")?,
        })
    })?;
    Ok(city.map_rows(TableName::Facilities, |row| {
        let id = row.filled("facility_id")?;
        let degrees = |column| Ok::<_, RowError>(row.decimal(column)?.unwrap_or(f64::NAN));
        let hour = |column| Ok::<_, RowError>(row.decimal(column)?.unwrap_or(0.0));
        let kinds = domain::FacilityKind::ALL;
        Ok(FacilityRecord {
            registration: FacilityRegistration {
                facts: FacilityFacts {
                    id: parsed(row, "facility_id")?,
                    provider: parsed(row, "provider_id")?,
                    kind: coded(row, "kind", &kinds, domain::FacilityKind::as_str)?,
                    area: parsed(row, "area")?,
                    location: Location::new(degrees("latitude")?, degrees("longitude")?)
                        .map_err(said)?,
                    opens_on: some_date(row, "opens_on")?,
                    closes_on: row.date("closes_on")?,
                    in_needs_plan: row.flag("in_needs_plan")?,
                    licences: licences.remove(id).unwrap_or_default(),
                },
                name: row.filled("name")?.to_owned(),
                operation: Operation {
                    groups: number(row, "groups")?,
                    opening_hour: hour("opening_hour")?,
                    closing_hour: hour("closing_hour")?,
                    closing_days: number(row, "closing_days")?,
                },
            },
            capacities: capacities.remove(id).unwrap_or_default(),
            blocked: blocked.remove(id).unwrap_or_default(),
        })
    })?)
}

/// Staffed places as the occupancy cube finds them.
struct Staffing {
    cube: OccupancyCube,
    now: Month,
}

impl Staffing {
    /// Over every month in which a span without reported places is looked at.
    fn of(city: &City, now: Month) -> Result<Self, Failure> {
        let months = city.map_rows(TableName::Capacities, |row| {
            let (from, to) = (some_date(row, "valid_from")?, row.date("valid_to")?);
            Ok(row
                .integer("staffed")?
                .is_none()
                .then(|| looked_at(from, to, now)))
        })?;
        let months = || months.iter().flatten().copied();
        let first = months().min().unwrap_or(now);
        let last = months().max().unwrap_or(now);
        let count = usize::try_from(last.since(first) + 1).unwrap_or(1);
        let request = OccupancyRequest::new(MonthRange::new(first, count), Date::MAX);
        let cube = OccupancyCube::build(city, &request)?;
        Ok(Self { cube, now })
    }

    fn of_span(&self, facility: &str, span: &CapacitySpan) -> u32 {
        let month = looked_at(span.valid_from, span.valid_to, self.now);
        let position = self.cube.index().position(facility);
        position
            .and_then(|position| self.cube.cell(position, span.care_type, month))
            .map_or(0, |cell| cell.capacities.staffed.min(span.licensed))
    }
}

/// The month in which the staff of a span is looked at.
fn looked_at(from: Date, to: Option<Date>, now: Month) -> Month {
    let month = Month::of(from).max(now);
    to.map_or(month, |to| month.min(Month::of(to)))
}
