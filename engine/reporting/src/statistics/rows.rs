//! Rows of the tables: from released counts and places.

use std::collections::BTreeMap;

use disclosure::{ReleasedTable, TOTAL_CODE};
use domain::{CareType, Month};
use jiff::civil::Date;
use occupancy::{OccupancyCube, Totals};
use tables::City;
use tables::schema::TableName;

use super::count::{AGES, HOURS, UNSERVED, WAITING, age_codes};
use super::leave::Left;
use super::places::{OUTSIDE, Place, Places, RESIDENTS};
use super::table::StatisticsValue as Value;
use super::{StatisticsError, StatisticsKind, StatisticsLevel, StatisticsTable};

/// What left for a month.
pub(super) struct Released {
    pub(super) children: Option<Left>,
    pub(super) structure: Option<Left>,
    pub(super) by_home: Option<Left>,
    pub(super) applicants: Option<Left>,
    pub(super) reservations: Option<Left>,
}

/// Everything the rows of a month are made of.
pub(super) struct Rows<'a> {
    pub(super) month: Month,
    pub(super) known_on: Date,
    pub(super) places: &'a Places,
    pub(super) cube: &'a OccupancyCube,
    pub(super) released: &'a Released,
    /// Inhabitants by smallest area and age class.
    pub(super) population: BTreeMap<(String, usize), i64>,
}

/// Care types and their total, as rows have them.
fn cares() -> impl Iterator<Item = (Option<CareType>, &'static str)> {
    CareType::ALL
        .into_iter()
        .map(|care| (Some(care), care.as_str()))
        .chain([(None, TOTAL_CODE)])
}

/// A cell of a table: the count and what may be known of it.
fn count(table: &ReleasedTable, codes: &[&str]) -> Option<(Option<i64>, &'static str)> {
    let cell = table.cell(codes)?;
    let value = cell.value.and_then(|it| i64::try_from(it).ok());
    Some((value, cell.status.as_str()))
}

impl Rows<'_> {
    /// The table of a kind.
    pub(super) fn table(&self, kind: StatisticsKind) -> StatisticsTable {
        let rows = match kind {
            StatisticsKind::Occupancy => self.with_places(false),
            StatisticsKind::FreePlaces => self.with_places(true),
            StatisticsKind::Applications => self.applicants(TOTAL_CODE),
            StatisticsKind::Waiting => self.applicants(WAITING),
            StatisticsKind::Unserved => self.applicants(UNSERVED),
            StatisticsKind::TakeUp => self.take_up(),
            StatisticsKind::AgeStructure => self.structure(&AGES.map(|(code, ..)| code), 2),
            StatisticsKind::HoursStructure => self.structure(&HOURS.map(|(code, _, _)| code), 3),
        };
        StatisticsTable::new(kind, rows)
    }

    fn at(&self, place: &Place) -> Vec<Value> {
        vec![
            Value::text(self.month.to_string()),
            Value::text(self.known_on.to_string()),
            Value::text(place.level.as_str()),
            Value::text(place.area.clone()),
            Value::text(place.name.de.clone()),
            place.parent.clone().map_or(Value::Empty, Value::Text),
        ]
    }

    /// Occupancy, or free places.
    fn with_places(&self, is_free: bool) -> Vec<Vec<Value>> {
        let Some(children) = &self.released.children else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        for place in self.places.list(StatisticsLevel::Facility) {
            let inside = self.places.inside(&place);
            for (care, code) in cares() {
                let totals = self.totals(care, &inside);
                if totals.facilities == 0 {
                    continue;
                }
                let Some((found, status)) = count(&children.table, &[&place.code, code]) else {
                    continue;
                };
                let mut row = self.at(&place);
                row.push(Value::text(code));
                if is_free {
                    self.free(&place, code, &totals, found, &mut row);
                } else {
                    row.push(Value::whole(found));
                    row.push(Value::text(status));
                    occupancy(&totals, found, &mut row);
                }
                rows.push(row);
            }
        }
        rows
    }

    fn free(
        &self,
        place: &Place,
        care: &str,
        totals: &Totals,
        children: Option<i64>,
        row: &mut Vec<Value>,
    ) {
        let minus = |places: i64| Value::whole(children.map(|children| places - children));
        // Places held by offers are released down to districts.
        let held = self
            .released
            .reservations
            .as_ref()
            .filter(|_| place.level <= StatisticsLevel::District)
            .and_then(|left| count(&left.table, &[&place.code, care])?.0);
        let free = children
            .zip(held)
            .map(|(children, held)| totals.staffed - totals.blocked - children - held);
        let is_attested = totals.unattested_facilities == 0;
        let state = match free {
            _ if place.level > StatisticsLevel::District => "not_shown",
            _ if !is_attested => "not_attested",
            Some(_) => "known",
            None => "not_shown",
        };
        row.extend([
            Value::Whole(totals.licensed),
            Value::Whole(totals.planned),
            Value::Whole(totals.staffed),
            Value::Whole(totals.blocked),
            minus(totals.licensed),
            minus(totals.planned),
            minus(totals.staffed),
            Value::whole(free.filter(|_| is_attested)),
            Value::text(state),
        ]);
    }

    /// Sums of places over facilities, of one or all care types.
    fn totals(&self, care: Option<CareType>, inside: &[bool]) -> Totals {
        let of = |care| {
            let totals = self
                .cube
                .totals(care, self.month, |facility| inside[facility]);
            totals.unwrap_or_default()
        };
        if let Some(care) = care {
            return of(care);
        }
        let mut all = Totals {
            oldest_attestation_days: Some(0),
            ..Totals::default()
        };
        for totals in CareType::ALL.map(of).iter().filter(|it| it.facilities > 0) {
            all.licensed += totals.licensed;
            all.planned += totals.planned;
            all.staffed += totals.staffed;
            all.blocked += totals.blocked;
            all.oldest_attestation_days = all
                .oldest_attestation_days
                .zip(totals.oldest_attestation_days)
                .map(|(a, b)| a.max(b));
        }
        for (facility, _) in inside.iter().enumerate().filter(|(_, inside)| **inside) {
            let is_used = CareType::ALL.into_iter().any(|care| {
                let cell = self.cube.cell(facility, care, self.month);
                cell.is_some_and(|it| it.capacities.licensed + it.contracts + it.reservations > 0)
            });
            if is_used {
                let fresh = self.cube.freshness(facility, self.month);
                all.facilities += 1;
                all.unattested_facilities += i64::from(!fresh.is_some_and(|it| it.is_attested()));
            }
        }
        all
    }

    /// Children with an application in some state.
    fn applicants(&self, standing: &str) -> Vec<Vec<Value>> {
        let Some(left) = &self.released.applicants else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        for place in self.places.list(left.level) {
            for (_, care) in cares() {
                if let Some((found, status)) = count(&left.table, &[&place.code, care, standing]) {
                    let mut row = self.at(&place);
                    row.extend([Value::text(care), Value::whole(found), Value::text(status)]);
                    rows.push(row);
                }
            }
        }
        rows
    }

    /// Children in care by class of a dimension of the structure table.
    fn structure(&self, classes: &[&str], dimension: usize) -> Vec<Vec<Value>> {
        let Some(left) = &self.released.structure else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        for place in self.places.list(left.level) {
            // The coarsest form has one area, which is the city.
            for (_, care) in cares() {
                let mut codes = [place.code.as_str(), care, TOTAL_CODE, TOTAL_CODE];
                let Some((all, _)) = count(&left.table, &codes) else {
                    continue;
                };
                for class in classes.iter().copied().chain([TOTAL_CODE]) {
                    codes[dimension] = class;
                    let Some((found, status)) = count(&left.table, &codes) else {
                        continue;
                    };
                    let mut row = self.at(&place);
                    row.extend([
                        Value::text(care),
                        Value::text(class),
                        Value::whole(found),
                        Value::text(status),
                        Value::percent(found, all.unwrap_or(0)),
                    ]);
                    rows.push(row);
                }
            }
        }
        rows
    }

    /// Children in care by home area and age, and those who live elsewhere.
    fn take_up(&self) -> Vec<Vec<Value>> {
        let Some(left) = &self.released.by_home else {
            return Vec::new();
        };
        let mut places = self.places.list(StatisticsLevel::Neighbourhood);
        if let Some(city) = places.first_mut() {
            // The city's rate is that of the children who live in it.
            city.code = RESIDENTS.to_owned();
        }
        places.push(Place {
            level: StatisticsLevel::City,
            area: OUTSIDE.to_owned(),
            name: disclosure::Label::new("Wohnsitz in einer anderen Gemeinde", "Living elsewhere"),
            parent: None,
            code: OUTSIDE.to_owned(),
        });
        let mut rows = Vec::new();
        for place in places {
            for age in age_codes().into_iter().chain([TOTAL_CODE]) {
                let Some((found, status)) = count(&left.table, &[&place.code, age]) else {
                    continue;
                };
                let inhabitants = (place.code != OUTSIDE).then(|| self.inhabitants(&place, age));
                let inhabitants = inhabitants.filter(|it| *it > 0);
                let mut row = self.at(&place);
                row.extend([
                    Value::text(age),
                    Value::whole(found),
                    Value::text(status),
                    Value::whole(inhabitants),
                    Value::percent(found, inhabitants.unwrap_or(0)),
                ]);
                rows.push(row);
            }
        }
        rows
    }

    /// Inhabitants of a class, group or all of them.
    fn inhabitants(&self, place: &Place, age: &str) -> i64 {
        self.population
            .iter()
            .filter(|((area, of), _)| {
                let (class, group, _, _) = AGES[*of];
                [class, group, TOTAL_CODE].contains(&age) && self.places.lies_in(area, place)
            })
            .map(|(_, count)| count)
            .sum()
    }
}

fn occupancy(totals: &Totals, children: Option<i64>, row: &mut Vec<Value>) {
    row.extend([
        Value::Whole(totals.licensed),
        Value::Whole(totals.planned),
        Value::Whole(totals.staffed),
        Value::percent(children, totals.licensed),
        Value::percent(children, totals.planned),
        Value::percent(children, totals.staffed),
        Value::Whole(totals.facilities),
        Value::Whole(totals.unattested_facilities),
        Value::whole(totals.oldest_attestation_days.map(i64::from)),
    ]);
}

/// Inhabitants of 0 to 10 years on the newest 31 December before a day, by smallest area and class.
pub(super) fn population(
    city: &City,
    day: Date,
) -> Result<BTreeMap<(String, usize), i64>, StatisticsError> {
    let mut by_year: BTreeMap<i32, BTreeMap<(String, usize), i64>> = BTreeMap::new();
    city.map_rows(TableName::Population, |row| {
        let year = row.integer("year")?.unwrap_or_default();
        let age = row.integer("age")?.unwrap_or_default();
        let class = usize::try_from(age).unwrap_or(usize::MAX);
        if year < i32::from(day.year()) && class <= 10 {
            let key = (row.filled("area")?.to_owned(), class.min(AGES.len() - 1));
            let count = i64::from(row.integer("count")?.unwrap_or_default());
            *by_year.entry(year).or_default().entry(key).or_default() += count;
        }
        Ok(())
    })?;
    Ok(by_year
        .pop_last()
        .map(|(_, newest)| newest)
        .unwrap_or_default())
}
