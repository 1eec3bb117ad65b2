//! A city's tables as plain rows, as of a day and as known on a day.

use std::collections::BTreeMap;

use domain::{CareType, DailyHours, FacilityKind, ProviderId, date_of};
use jiff::civil::Date;
use tables::schema::TableName;
use tables::{City, CityError};

use crate::error::ExtractError;

/// A typed column of a table.
macro_rules! column {
    ($frame:expr, $table:expr, $name:literal, $kind:ident) => {
        $frame
            .column($name)
            .and_then(|column| column.$kind())
            .map_err(|source| tables::CityError::Column {
                table: $table,
                source,
            })
    };
}
pub(crate) use column;

/// What a report says about a child.
pub(crate) struct ChildRow {
    pub(crate) birth: Date,
    pub(crate) sex: u32,
    pub(crate) inclusion: bool,
    pub(crate) school_class: Option<u32>,
    pub(crate) foreign_origin: Option<bool>,
    pub(crate) german_at_home: Option<bool>,
}

/// What a report says about a facility on the day.
pub(crate) struct SiteRow {
    /// Running number over all facilities in the order of their identifiers, from 1.
    pub(crate) number: u32,
    pub(crate) provider: ProviderId,
    pub(crate) kind: FacilityKind,
    pub(crate) open: bool,
    pub(crate) licensed: bool,
    pub(crate) in_needs_plan: bool,
    pub(crate) places: u32,
    pub(crate) groups: u32,
    pub(crate) closing_days: u32,
    pub(crate) opens_at: u32,
    pub(crate) closes_at: u32,
}

/// A contract version known on the day.
pub(crate) struct ContractRow {
    pub(crate) contract: String,
    pub(crate) version: u32,
    pub(crate) child: String,
    pub(crate) facility: String,
    pub(crate) care: CareType,
    pub(crate) quarters: u32,
    pub(crate) days_per_week: u32,
    pub(crate) lunch: bool,
    pub(crate) first_day: Date,
    pub(crate) last_day: Option<Date>,
    pub(crate) recorded_on: Date,
}

/// Everything an extract needs, read once.
pub(crate) struct Snapshot {
    pub(crate) day: Date,
    pub(crate) sites: BTreeMap<String, SiteRow>,
    pub(crate) children: BTreeMap<String, ChildRow>,
    pub(crate) contracts: Vec<ContractRow>,
}

/// A contract in force on the day with its child and facility.
pub(crate) struct Active<'a> {
    pub(crate) contract: &'a ContractRow,
    pub(crate) child: &'a ChildRow,
    pub(crate) site: &'a SiteRow,
}

impl ContractRow {
    /// Whether it is in force on a day.
    pub(crate) fn covers(&self, day: Date) -> bool {
        self.first_day <= day && self.last_day.is_none_or(|last| day <= last)
    }
}

impl Snapshot {
    /// Reads the tables.
    pub(crate) fn read(city: &City, day: Date, known_on: Date) -> Result<Self, ExtractError> {
        Ok(Self {
            day,
            sites: sites(city, day)?,
            children: children(city)?,
            contracts: contracts(city, known_on)?,
        })
    }

    /// The contracts in force on the day of their facility, at facilities open on the day.
    pub(crate) fn active(
        &self,
        day_of: impl Fn(&str) -> Date,
    ) -> Result<Vec<Active<'_>>, ExtractError> {
        let in_force = self
            .contracts
            .iter()
            .filter(|row| row.covers(day_of(&row.facility)));
        let mut active = Vec::new();
        for contract in in_force {
            let unknown = |column| ExtractError::UnknownKey {
                contract: contract.contract.clone(),
                column,
            };
            let site = self.sites.get(&contract.facility);
            let site = site.ok_or_else(|| unknown("facility_id"))?;
            let child = self.children.get(&contract.child);
            let child = child.ok_or_else(|| unknown("child_id"))?;
            if site.open {
                active.push(Active {
                    contract,
                    child,
                    site,
                });
            }
        }
        Ok(active)
    }

    /// First days of the unbroken runs of contracts, by child and facility, latest run last.
    pub(crate) fn runs(&self) -> BTreeMap<(&str, &str), Vec<Date>> {
        let mut spans: BTreeMap<(&str, &str), Vec<(Date, Date)>> = BTreeMap::new();
        for row in &self.contracts {
            let last = row.last_day.unwrap_or(Date::MAX);
            let key = (row.child.as_str(), row.facility.as_str());
            spans.entry(key).or_default().push((row.first_day, last));
        }
        let runs = spans.into_iter().map(|(key, mut spans)| {
            spans.sort_unstable();
            let mut starts: Vec<Date> = Vec::new();
            let mut reached: Option<Date> = None;
            for (first, last) in spans {
                let joined = reached
                    .is_some_and(|reached| reached.tomorrow().map_or(true, |next| first <= next));
                if !joined {
                    starts.push(first);
                }
                reached = Some(reached.map_or(last, |reached| reached.max(last)));
            }
            (key, starts)
        });
        runs.collect()
    }
}

/// A cell that must be filled.
fn filled<T>(
    cell: Option<T>,
    table: TableName,
    row: usize,
    column: &'static str,
) -> Result<T, ExtractError> {
    cell.ok_or_else(|| ExtractError::Value {
        table: table.as_str(),
        row: row + 1,
        column,
        problem: "is empty".to_owned(),
    })
}

/// A whole number that is not negative.
fn count(
    cell: Option<i32>,
    table: TableName,
    row: usize,
    column: &'static str,
) -> Result<u32, ExtractError> {
    let number = filled(cell, table, row, column)?;
    u32::try_from(number).map_err(|_| ExtractError::Value {
        table: table.as_str(),
        row: row + 1,
        column,
        problem: format!("is {number}, less than 0"),
    })
}

/// Hours of the day as minutes since midnight.
fn minutes(hours: f64) -> u32 {
    // Validated to lie between 0 and 24 hours; the clamp makes the cast exact for anything else.
    (hours * 60.0).round().clamp(0.0, 1440.0) as u32
}

/// All facilities as of a day.
fn sites(city: &City, day: Date) -> Result<BTreeMap<String, SiteRow>, ExtractError> {
    let places = licensed_places(city, day)?;
    let numbers = city.facility_index()?;
    let table = TableName::Facilities;
    let frame = city.frame(table);
    let groups = column!(frame, table, "groups", i32)?;
    let closing_days = column!(frame, table, "closing_days", i32)?;
    let opening = column!(frame, table, "opening_hour", f64)?;
    let closing = column!(frame, table, "closing_hour", f64)?;
    let in_needs_plan = column!(frame, table, "in_needs_plan", bool)?;
    let mut sites = BTreeMap::new();
    for (row, facility) in city.facilities()?.into_iter().enumerate() {
        let id = facility.id().as_str();
        let licensed = facility.is_licensed_on(day);
        let position = numbers.position(id).unwrap_or(row);
        let site = SiteRow {
            number: u32::try_from(position + 1).unwrap_or(u32::MAX),
            provider: facility.provider().clone(),
            kind: facility.kind(),
            open: facility.is_open_on(day),
            licensed,
            in_needs_plan: filled(in_needs_plan.get(row), table, row, "in_needs_plan")?,
            places: places.get(id).copied().filter(|_| licensed).unwrap_or(0),
            groups: count(groups.get(row), table, row, "groups")?,
            closing_days: count(closing_days.get(row), table, row, "closing_days")?,
            opens_at: minutes(filled(opening.get(row), table, row, "opening_hour")?),
            closes_at: minutes(filled(closing.get(row), table, row, "closing_hour")?),
        };
        sites.insert(id.to_owned(), site);
    }
    Ok(sites)
}

/// Licensed places of all care types of a facility on a day.
fn licensed_places(city: &City, day: Date) -> Result<BTreeMap<String, u32>, ExtractError> {
    let table = TableName::Capacities;
    let frame = city.valid_on(table, day)?;
    let facilities = column!(frame, table, "facility_id", str)?;
    let licensed = column!(frame, table, "licensed", i32)?;
    let mut places: BTreeMap<String, u32> = BTreeMap::new();
    for row in 0..frame.height() {
        let facility = filled(facilities.get(row), table, row, "facility_id")?;
        *places.entry(facility.to_owned()).or_default() +=
            count(licensed.get(row), table, row, "licensed")?;
    }
    Ok(places)
}

/// All children with their statistics-only attributes.
fn children(city: &City) -> Result<BTreeMap<String, ChildRow>, ExtractError> {
    let table = TableName::Children;
    let frame = city.frame(table);
    let ids = column!(frame, table, "child_id", str)?;
    let births = column!(frame, table, "birth_date", date)?.physical();
    let sexes = column!(frame, table, "sex", str)?;
    let inclusion = column!(frame, table, "inclusion_place", bool)?;
    let classes = column!(frame, table, "school_class", i32)?;
    let mut children = BTreeMap::new();
    for row in 0..frame.height() {
        let birth = births.get(row).and_then(date_of);
        let class = classes.get(row).map(Some);
        let child = ChildRow {
            birth: filled(birth, table, row, "birth_date")?,
            sex: match filled(sexes.get(row), table, row, "sex")? {
                "male" => 1,
                "female" => 2,
                "divers" => 3,
                _ => 7,
            },
            inclusion: filled(inclusion.get(row), table, row, "inclusion_place")?,
            school_class: class
                .map(|class| count(class, table, row, "school_class"))
                .transpose()?,
            foreign_origin: None,
            german_at_home: None,
        };
        let id = filled(ids.get(row), table, row, "child_id")?;
        children.insert(id.to_owned(), child);
    }
    let table = TableName::StatisticsAttributes;
    let frame = city.frame(table);
    let ids = column!(frame, table, "child_id", str)?;
    let origin = column!(frame, table, "foreign_origin", bool)?;
    let german = column!(frame, table, "german_at_home", bool)?;
    for row in 0..frame.height() {
        if let Some(child) = ids.get(row).and_then(|id| children.get_mut(id)) {
            child.foreign_origin = origin.get(row);
            child.german_at_home = german.get(row);
        }
    }
    Ok(children)
}

/// The contract versions known on a day, in order of contract and version.
fn contracts(city: &City, known_on: Date) -> Result<Vec<ContractRow>, ExtractError> {
    let table = TableName::Contracts;
    let frame = city.contracts_known_on(known_on)?;
    let contracts = column!(frame, table, "contract_id", str)?;
    let versions = column!(frame, table, "version", i32)?;
    let children = column!(frame, table, "child_id", str)?;
    let facilities = column!(frame, table, "facility_id", str)?;
    let care_types = column!(frame, table, "care_type", str)?;
    let hours = column!(frame, table, "daily_hours", f64)?;
    let days = column!(frame, table, "days_per_week", i32)?;
    let lunch = column!(frame, table, "lunch", bool)?;
    let first_days = column!(frame, table, "valid_from", date)?.physical();
    let last_days = column!(frame, table, "valid_to", date)?.physical();
    let recorded = column!(frame, table, "recorded_from", date)?.physical();
    let mut rows = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let wrong = |message: String| CityError::Value {
            table,
            row: row + 1,
            message,
        };
        let care = filled(care_types.get(row), table, row, "care_type")?;
        let daily = filled(hours.get(row), table, row, "daily_hours")?;
        let daily = DailyHours::new(daily).map_err(|error| ExtractError::Value {
            table: table.as_str(),
            row: row + 1,
            column: "daily_hours",
            problem: error.to_string(),
        })?;
        let first_day = first_days.get(row).and_then(date_of);
        rows.push(ContractRow {
            contract: filled(contracts.get(row), table, row, "contract_id")?.to_owned(),
            version: count(versions.get(row), table, row, "version")?,
            child: filled(children.get(row), table, row, "child_id")?.to_owned(),
            facility: filled(facilities.get(row), table, row, "facility_id")?.to_owned(),
            care: care
                .parse()
                .map_err(|error: domain::UnknownCareType| wrong(error.to_string()))?,
            quarters: u32::from(daily.quarters()),
            days_per_week: count(days.get(row), table, row, "days_per_week")?,
            lunch: filled(lunch.get(row), table, row, "lunch")?,
            first_day: filled(first_day, table, row, "valid_from")?,
            last_day: last_days.get(row).and_then(date_of),
            recorded_on: filled(
                recorded.get(row).and_then(date_of),
                table,
                row,
                "recorded_from",
            )?,
        });
    }
    rows.sort_by(|a, b| (&a.contract, a.version).cmp(&(&b.contract, b.version)));
    Ok(rows)
}
