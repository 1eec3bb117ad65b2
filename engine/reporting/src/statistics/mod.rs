//! The standing set of tables of a city, month by month.
//!
//! [`statistics`] counts the state of the 1st of each month - as known on that day, or on a later one -
//! puts the counts into confidential tables, lets them out through one function, and makes eight
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

use std::collections::BTreeMap;

use disclosure::{DisclosurePolicy, ReleasedTable, TOTAL_CODE};
use domain::{CareType, Month, MonthRange};
use jiff::civil::Date;
use occupancy::{OccupancyCube, OccupancyRequest};
use tables::City;

pub use catalogue::{StatisticsColumn, StatisticsKind};
pub use error::{STATISTICS_ERROR_CODES, StatisticsError, StatisticsWriteError};
pub use note::{statistics_note, statistics_note_text};
pub use places::StatisticsLevel;
pub use table::{StatisticsTable, StatisticsValue};

use count::{AGES, ByAge, CHILDREN_IN_CARE, Counts};
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

/// The standing set of tables.
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
    if !(1..=MOST_STATISTICS_MONTHS).contains(&request.months) {
        return Err(StatisticsError::Months {
            months: request.months,
            most: MOST_STATISTICS_MONTHS,
        });
    }
    let first = request.month.plus(1 - request.months as i32);
    let months = MonthRange::new(first, request.months)
        .iter()
        .map(|month| {
            let known_on = request.known_on.unwrap_or(month.first_day());
            statistics_of_month(city, month, known_on, policy)
        })
        .collect::<Result<_, _>>()?;
    Ok(Statistics { months })
}

/// The tables of one month as known on a day.
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
    let day = month.first_day();
    if known_on < day {
        return Err(StatisticsError::TooEarly { month, known_on });
    }
    // Places and offers have no recorded time: they are those of the 1st in every version.
    let request = OccupancyRequest::new(MonthRange::new(month, 1), day);
    let cube = OccupancyCube::build(city, &request)?;
    let places = Places::of(city, cube.facilities())?;
    let first = Counts::of(city, &places, &cube, month, day)?;
    let (counts, known_on, version) = if known_on == day {
        (first, day, StatisticsVersion::First)
    } else {
        let revised = Counts::of(city, &places, &cube, month, known_on)?;
        if revised.children_changed(&first) < LEAST_CHANGED {
            (first, day, StatisticsVersion::NotRevised)
        } else {
            (revised, known_on, StatisticsVersion::Revised)
        }
    };
    let policy = with_own_minimum(policy);
    let released = leave(forms(&counts, &places, &cube)?, &policy)?;
    let taken = |number: usize| released.get(number).cloned().flatten();
    let rows = Rows {
        month,
        known_on,
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
        known_on,
        version,
        tables: tables.into(),
        released,
    })
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

/// The confidential tables of a month, each from its finest form to its coarsest.
fn forms(
    counts: &Counts,
    places: &Places,
    cube: &OccupancyCube,
) -> Result<Vec<Vec<Form>>, StatisticsError> {
    use StatisticsLevel::{City, District, Facility, Neighbourhood};
    let alone = |level, table| {
        vec![Form {
            level,
            table,
            shared: Vec::new(),
        }]
    };
    let total = || [TOTAL_CODE, TOTAL_CODE].map(str::to_owned).to_vec();
    let mut by_home = Vec::new();
    for by_age in [ByAge::Classes, ByAge::Groups, ByAge::All] {
        by_home.push(Form {
            level: Neighbourhood,
            table: counts.by_home(places, by_age)?,
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
        let ages = AGES.iter().map(|(age, ..)| *age).chain([TOTAL_CODE]);
        let ages = ages.map(|age| {
            let in_structure = [TOTAL_CODE, TOTAL_CODE, age, TOTAL_CODE];
            (
                [TOTAL_CODE, age].map(str::to_owned).to_vec(),
                in_structure.map(str::to_owned).to_vec(),
            )
        });
        structure.push(Form {
            level,
            table: counts.structure(places, level, by_care)?,
            shared: vec![
                Shared {
                    with: CHILDREN,
                    cells: children_by_place(places, level, by_care),
                },
                Shared {
                    with: BY_HOME,
                    cells: ages.collect(),
                },
            ],
        });
    }
    Ok(vec![
        alone(Facility, counts.children_in_care(places)?),
        by_home,
        structure,
        alone(Neighbourhood, counts.applicants(places)?),
        alone(District, counts.reservations(places, cube)?),
    ])
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
