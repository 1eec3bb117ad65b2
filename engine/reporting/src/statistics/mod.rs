//! The standing set of tables of a city, month by month.
//!
//! [`statistics`] counts the state of the 1st of each month - as known on that day, or on a later one -
//! puts the counts into confidential tables, lets them out through one function and the release ledger, and makes eight
//! tables of what was let out: occupancy, free places, applications, waiting and unserved children,
//! take-up, age and hours. Everything a table says of children is a released cell or is calculated
//! from released cells.

mod catalogue;
mod count;
mod error;
mod leave;
mod note;
mod places;
mod rows;
mod table;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, BTreeSet};

use disclosure::{
    ConfidentialTable, DisclosurePolicy, ReleaseRequest, ReleaseScope, ReleasedTable, TOTAL_CODE,
};
use domain::{CareType, Month, MonthRange};
use jiff::civil::Date;
use occupancy::{OccupancyCube, OccupancyRequest};
use tables::City;

use crate::desk::{ReleaseDesk, revision_of};
pub use catalogue::{StatisticsColumn, StatisticsKind};
pub use error::{STATISTICS_ERROR_CODES, StatisticsError, StatisticsWriteError};
pub use note::{statistics_note, statistics_note_text};
pub use places::StatisticsLevel;
pub use table::{StatisticsTable, StatisticsValue};

use count::{AGE_GROUPS, AGES, ByAge, CHILDREN_IN_CARE, Counts};
use leave::{Form, Left, Shared, leave};
use places::Places;
use rows::{Released, Rows};

/// Most months at once.
pub const MOST_STATISTICS_MONTHS: usize = 120;

/// Children who must have changed for a month to be published in a later version.
const LEAST_CHANGED: usize = 5;

/// Which months, and as known when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatisticsRequest {
    /// The last month.
    pub month: Month,
    /// Number of months that end with it, 1 to 120.
    pub months: usize,
    /// Contract versions known on this day count; `None`: those known on the 1st of each month.
    pub known_on: Option<Date>,
}

/// Whether a month is told as first published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatisticsVersion {
    /// As known on the 1st of the month, because that was asked for.
    First,
    /// As known later; at least 5 children differ from the first publication.
    Revised,
    /// As first published, because fewer than 5 children, or none, have changed since.
    NotRevised,
}

/// The tables of one month.
#[derive(Debug, Clone)]
pub struct StatisticsMonth {
    month: Month,
    known_on: Date,
    version: StatisticsVersion,
    tables: BTreeMap<StatisticsKind, StatisticsTable>,
    released: Vec<Option<Left>>,
}

/// The tables of several months.
#[derive(Debug, Clone)]
pub struct Statistics {
    months: Vec<StatisticsMonth>,
}

/// The standing set of tables, as if nothing had been released before.
///
/// The result depends on what the city's tables hold, not on the order of their rows.
///
/// # Errors
///
/// [`StatisticsError`]; nothing is released then.
pub fn statistics(
    city: &City,
    request: StatisticsRequest,
    policy: &DisclosurePolicy,
) -> Result<Statistics, StatisticsError> {
    statistics_beside(city, request, policy, &mut ReleaseDesk::default())
}

/// The standing set of tables beside everything released before; consecutive months are judged
/// against each other.
///
/// # Errors
///
/// As [`statistics`].
pub fn statistics_beside(
    city: &City,
    request: StatisticsRequest,
    policy: &DisclosurePolicy,
    desk: &mut ReleaseDesk,
) -> Result<Statistics, StatisticsError> {
    let most = MOST_STATISTICS_MONTHS;
    if !(1..=most).contains(&request.months) {
        let months = request.months;
        return Err(StatisticsError::Months { months, most });
    }
    let first = request.month.plus(1 - request.months as i32);
    let months = MonthRange::new(first, request.months)
        .iter()
        .map(|month| {
            let known_on = request.known_on.unwrap_or(month.first_day());
            statistics_of_month_beside(city, month, known_on, policy, desk)
        })
        .collect::<Result<_, _>>()?;
    Ok(Statistics { months })
}

/// The tables of one month as known on a day, as if nothing had been released before.
///
/// # Errors
///
/// [`StatisticsError`]; nothing is released then.
pub fn statistics_of_month(
    city: &City,
    month: Month,
    known_on: Date,
    policy: &DisclosurePolicy,
) -> Result<StatisticsMonth, StatisticsError> {
    let mut desk = ReleaseDesk::default();
    statistics_of_month_beside(city, month, known_on, policy, &mut desk)
}

/// The tables of one month as known on a day, beside everything released before.
///
/// A month that was released is told as it was released, whatever the tables of the city say by now.
/// A later version is judged beside the first publication, which is therefore released before it.
///
/// # Errors
///
/// [`StatisticsError`]; nothing is released then.
pub fn statistics_of_month_beside(
    city: &City,
    month: Month,
    known_on: Date,
    policy: &DisclosurePolicy,
    desk: &mut ReleaseDesk,
) -> Result<StatisticsMonth, StatisticsError> {
    let day = month.first_day();
    if known_on < day {
        return Err(StatisticsError::TooEarly { month, known_on });
    }
    // Places and offers have no recorded time: they are those of the 1st in every version.
    let request = OccupancyRequest::new(MonthRange::new(month, 1), day);
    let cube = OccupancyCube::build(city, &request)?;
    let places = Places::of(city, cube.facilities())?;
    let policy = with_own_minimum(policy);
    let mut told = None;
    let mut counts = None;
    for version in BTreeSet::from([day, known_on]) {
        if desk.is_decided(&populations(month, version)) {
            told = Some((version, known(desk, month, version)?));
            continue;
        }
        if counts.is_none() {
            counts = Some(Counts::of(city, &places, &cube, month, day)?);
        }
        if version > day {
            let revised = Counts::of(city, &places, &cube, month, version)?;
            let changed = counts.as_ref().map(|first| revised.children_changed(first));
            if changed.is_none_or(|changed| changed < LEAST_CHANGED) {
                continue;
            }
            counts = Some(revised);
        }
        if let Some(counts) = &counts {
            let forms = forms(counts, &places, &cube, (month, version), &policy)?;
            told = Some((version, leave(forms, desk)?));
        }
    }
    let (told_on, released) = told.unwrap_or((day, Vec::new()));
    let version = match (known_on == day, told_on == day) {
        (true, _) => StatisticsVersion::First,
        (false, true) => StatisticsVersion::NotRevised,
        (false, false) => StatisticsVersion::Revised,
    };
    let taken = |number: usize| released.get(number).cloned().flatten();
    let rows = Rows {
        month,
        known_on: told_on,
        places: &places,
        cube: &cube,
        released: &Released {
            children: taken(CHILDREN),
            structure: taken(STRUCTURE),
            by_home: taken(BY_HOME),
            applicants: taken(APPLICANTS),
            reservations: taken(RESERVATIONS),
        },
        population: rows::population(city, day)?,
    };
    let tables = StatisticsKind::ALL.map(|kind| (kind, rows.table(kind)));
    Ok(StatisticsMonth {
        month,
        known_on: told_on,
        version,
        tables: tables.into(),
        released,
    })
}

/// The scopes in which a month is released as known on a day, one per population.
///
/// ```
/// use domain::Month;
/// let month = Month::new(2026, 3)?;
/// let scopes = reporting::statistics_scopes(month, month.first_day());
/// assert_eq!(scopes[0].to_string(), "children_in_care at 2026-03-01");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn statistics_scopes(month: Month, known_on: Date) -> Vec<ReleaseScope> {
    populations(month, known_on).to_vec()
}

/// Children in care, applicants and places held by offers: no child is counted in two of them as the same.
fn populations(month: Month, known_on: Date) -> [ReleaseScope; 3] {
    let day = month.first_day();
    let revision = if known_on == day {
        0
    } else {
        revision_of(known_on)
    };
    ["children_in_care", "applicants", "reservations"]
        .map(|population| ReleaseScope::new(population, day).revised(revision))
}

/// Which population a table counts, by its number.
const fn population_of(table: usize) -> usize {
    match table {
        APPLICANTS => 1,
        RESERVATIONS => 2,
        _ => 0,
    }
}

/// What was released of a month.
fn known(
    desk: &ReleaseDesk,
    month: Month,
    known_on: Date,
) -> Result<Vec<Option<Left>>, StatisticsError> {
    let scopes = populations(month, known_on);
    let names = TABLE_NAMES.iter().enumerate();
    let tables = names.map(|(number, name)| {
        let table = desk.released(&scopes[population_of(number)], name)?;
        Ok(table.map(|table| Left {
            level: level_of(&table),
            table,
        }))
    });
    tables.collect()
}

/// The finest level of a table.
fn level_of(table: &ReleasedTable) -> StatisticsLevel {
    let dimensions = table.dimensions();
    let areas = dimensions.iter().find(|dimension| dimension.code == "area");
    let members = areas.into_iter().flat_map(|areas| &areas.members);
    members
        .map(|member| match member.code.split_once(':') {
            Some(("f" | "c", _)) => StatisticsLevel::Facility,
            Some(("r", _)) => StatisticsLevel::Neighbourhood,
            Some(_) if member.parent.is_some_and(|it| it.starts_with("a:")) => {
                StatisticsLevel::Neighbourhood
            }
            Some(_) => StatisticsLevel::District,
            None => StatisticsLevel::City,
        })
        .max()
        .unwrap_or(StatisticsLevel::City)
}

/// The stricter minimum for tables down to facilities.
fn with_own_minimum(policy: &DisclosurePolicy) -> DisclosurePolicy {
    policy.clone().sensitive(CHILDREN_IN_CARE)
}

/// Order in which the tables leave.
const CHILDREN: usize = 0;
const BY_HOME: usize = 1;
const STRUCTURE: usize = 2;
const APPLICANTS: usize = 3;
const RESERVATIONS: usize = 4;

/// Names of the tables in that order.
const TABLE_NAMES: [&str; 5] = [
    CHILDREN_IN_CARE,
    count::CARE_BY_HOME,
    count::CARE_STRUCTURE,
    count::APPLICANTS,
    count::RESERVATIONS,
];

/// The confidential tables of a month, each from its finest form to its coarsest.
fn forms(
    counts: &Counts,
    places: &Places,
    cube: &OccupancyCube,
    (month, known_on): (Month, Date),
    policy: &DisclosurePolicy,
) -> Result<Vec<Vec<Form>>, StatisticsError> {
    use StatisticsLevel::{City, District, Facility, Neighbourhood};
    let scopes = populations(month, known_on);
    let request = |number: usize, table: ConfidentialTable| {
        let scope = scopes[population_of(number)].clone();
        ReleaseRequest::new(table, policy.clone(), scope)
    };
    let alone = |level, request| {
        vec![Form {
            level,
            request,
            shared: Vec::new(),
        }]
    };
    let total = || [TOTAL_CODE, TOTAL_CODE].map(str::to_owned).to_vec();
    let mut by_home = Vec::new();
    for by_age in [ByAge::Classes, ByAge::Groups, ByAge::All] {
        let table = request(BY_HOME, counts.by_home(places, by_age)?);
        by_home.push(Form {
            level: Neighbourhood,
            // Where children live is not where they are cared for.
            request: with_ages(table.measured_as("area", "home"), by_age),
            shared: vec![Shared {
                with: CHILDREN,
                cells: vec![(total(), total())],
            }],
        });
    }
    let mut structure = Vec::new();
    // Care type and age nearly tell each other, so that both together leave little to hide in.
    for (level, by_care) in [
        (Neighbourhood, true),
        (District, true),
        (Neighbourhood, false),
        (District, false),
        (City, true),
        (City, false),
    ] {
        let mut table = request(STRUCTURE, counts.structure(places, level, by_care)?);
        for (code, parts) in places.parts_at(level) {
            table = table.with_parts("area", code, parts);
        }
        if !by_care {
            let all = CareType::ALL.map(CareType::as_str);
            table = table.with_parts("care_type", "all", all);
        }
        structure.push(Form {
            level,
            request: table,
            shared: vec![Shared {
                with: CHILDREN,
                cells: children_by_place(places, level, by_care),
            }],
        });
    }
    let children = request(CHILDREN, counts.children_in_care(places)?);
    let applicants = request(APPLICANTS, counts.applicants(places)?);
    let reservations = request(RESERVATIONS, counts.reservations(places, cube)?);
    Ok(vec![
        alone(Facility, children),
        by_home,
        structure,
        alone(Neighbourhood, applicants),
        alone(District, reservations),
    ])
}

/// What the codes of a coarser form of the ages consist of.
fn with_ages(request: ReleaseRequest, by_age: ByAge) -> ReleaseRequest {
    let classes = |group: Option<&'static str>| {
        let ages = AGES
            .iter()
            .filter(move |age| group.is_none_or(|group| age.1 == group));
        ages.map(|age| age.0)
    };
    match by_age {
        ByAge::Classes => request,
        ByAge::Groups => AGE_GROUPS.iter().fold(request, |request, (group, ..)| {
            request.with_parts("age", *group, classes(Some(group)))
        }),
        ByAge::All => request.with_parts("age", "all", classes(None)),
    }
}

/// Cells of children by place and care type, and the same in the structure table of a level.
fn children_by_place(
    places: &Places,
    level: StatisticsLevel,
    by_care: bool,
) -> Vec<(Vec<String>, Vec<String>)> {
    let cares = if by_care { &CareType::ALL[..] } else { &[] };
    let cares = || cares.iter().map(|care| care.as_str()).chain([TOTAL_CODE]);
    let mut cells = Vec::new();
    for place in places.list(level) {
        for care in cares() {
            let own = [&place.code, care].map(str::to_owned).to_vec();
            let finer = [place.code.as_str(), care, TOTAL_CODE, TOTAL_CODE];
            cells.push((own, finer.map(str::to_owned).to_vec()));
        }
    }
    cells
}

impl StatisticsMonth {
    /// The month.
    #[must_use]
    pub const fn month(&self) -> Month {
        self.month
    }

    /// The day it is told as known on.
    #[must_use]
    pub const fn known_on(&self) -> Date {
        self.known_on
    }

    /// Whether it is told as first published.
    #[must_use]
    pub const fn version(&self) -> StatisticsVersion {
        self.version
    }

    /// A table.
    ///
    /// # Panics
    ///
    /// Never: every month holds every table, some without rows.
    #[must_use]
    pub fn table(&self, kind: StatisticsKind) -> &StatisticsTable {
        self.tables
            .get(&kind)
            .expect("every month holds every table")
    }

    /// The released counts behind the tables, each with the finest level it goes down to.
    pub fn released(&self) -> impl Iterator<Item = (StatisticsLevel, &ReleasedTable)> {
        let left = self.released.iter().flatten();
        left.map(|left| (left.level, &left.table))
    }

    /// Every district with its code in [`Self::applicants`], its name, and its bookable places over
    /// all care types where they are shown.
    #[must_use]
    pub fn bookable_by_district(&self) -> Vec<(String, String, Option<i64>)> {
        let table = self.table(StatisticsKind::FreePlaces);
        let columns = table.kind().columns();
        let at = |row: &[StatisticsValue], name: &str| {
            let position = columns.iter().position(|column| column.name == name);
            position.map_or(StatisticsValue::Empty, |position| row[position].clone())
        };
        let district = StatisticsValue::text(StatisticsLevel::District.as_str());
        let all = StatisticsValue::text(TOTAL_CODE);
        table
            .rows()
            .iter()
            .filter(|row| at(row, "level") == district && at(row, "care_type") == all)
            .filter_map(|row| {
                let (StatisticsValue::Text(area), StatisticsValue::Text(name)) =
                    (at(row, "area"), at(row, "area_name"))
                else {
                    return None;
                };
                let bookable = match at(row, "bookable") {
                    StatisticsValue::Whole(places) => Some(places),
                    _ => None,
                };
                Some((format!("a:{area}"), name, bookable))
            })
            .collect()
    }

    /// The released counts of applicants by home area, care type and standing.
    #[must_use]
    pub fn applicants(&self) -> Option<&ReleasedTable> {
        let left = self.released.get(APPLICANTS)?.as_ref()?;
        Some(&left.table)
    }
}

impl Statistics {
    /// The months in order.
    #[must_use]
    pub fn months(&self) -> &[StatisticsMonth] {
        &self.months
    }

    /// A table over all months.
    #[must_use]
    pub fn table(&self, kind: StatisticsKind) -> StatisticsTable {
        StatisticsTable::joined(kind, self.months.iter().map(|month| month.table(kind)))
    }
}
