//! Exact counts of a month: read once, put into confidential tables, never shown.

use std::collections::{BTreeMap, BTreeSet};

use disclosure::{ConfidentialTable, Dimension, Label, Member};
use domain::{AreaId, CareType, DailyHours, HoursTier, Month, completed_months, third_birthday};
use jiff::civil::Date;
use occupancy::OccupancyCube;
use tables::schema::TableName;
use tables::{City, RowError};

use super::places::{OUTSIDE, Places};
use super::{StatisticsError, StatisticsLevel};

/// Age classes by completed years: code, group, names.
pub(super) const AGES: [(&str, &str, &str, &str); 8] = [
    ("under_1", "under_3", "unter 1 Jahr", "under 1 year"),
    ("1", "under_3", "1 Jahr", "1 year"),
    ("2", "under_3", "2 Jahre", "2 years"),
    ("3", "3_to_5", "3 Jahre", "3 years"),
    ("4", "3_to_5", "4 Jahre", "4 years"),
    ("5", "3_to_5", "5 Jahre", "5 years"),
    ("6", "6_and_older", "6 Jahre", "6 years"),
    (
        "7_and_older",
        "6_and_older",
        "7 Jahre und älter",
        "7 years and older",
    ),
];

/// Groups of age classes.
pub(super) const AGE_GROUPS: [(&str, &str, &str); 3] = [
    ("under_3", "unter 3 Jahre", "under 3 years"),
    ("3_to_5", "3 bis 5 Jahre", "3 to 5 years"),
    ("6_and_older", "6 Jahre und älter", "6 years and older"),
];

/// How finely ages are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByAge {
    /// By class and group.
    Classes,
    /// By group.
    Groups,
    /// Not at all.
    All,
}

/// Codes of groups and classes as rows have them: a group after its classes.
pub(super) fn age_codes() -> Vec<&'static str> {
    let mut codes = Vec::new();
    for (group, _, _) in AGE_GROUPS {
        let classes = AGES.iter().filter(|age| age.1 == group);
        codes.extend(classes.map(|age| age.0).chain([group]));
    }
    codes
}

/// Classes of contracted hours a day.
pub(super) const HOURS: [(&str, &str, &str); 4] = [
    ("up_to_4.5", "bis 4,5 Stunden", "up to 4.5 hours"),
    (
        "over_4.5_to_6",
        "über 4,5 bis 6 Stunden",
        "over 4.5 to 6 hours",
    ),
    ("over_6_to_9", "über 6 bis 9 Stunden", "over 6 to 9 hours"),
    ("over_9", "über 9 Stunden", "over 9 hours"),
];

fn hours_class(hours: DailyHours) -> &'static str {
    let class = match HoursTier::of(hours) {
        HoursTier::UpTo4_5 => 0,
        HoursTier::UpTo6 => 1,
        HoursTier::UpTo7 | HoursTier::UpTo8 | HoursTier::UpTo9 => 2,
        HoursTier::UpTo10 | HoursTier::Over10 => 3,
    };
    HOURS[class].0
}

/// Where an applicant stands.
const IN_CARE: &str = "in_care";
const WITHOUT_CARE: &str = "without_care";
const WITH_OFFER: &str = "with_offer";
pub(super) const WAITING: &str = "waiting";
pub(super) const UNSERVED: &str = "unserved";
const LATER: &str = "later";

/// One child in care under one contract.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Care {
    facility: usize,
    care: CareType,
    age: &'static str,
    hours: &'static str,
    home: AreaId,
    outside: bool,
}

/// One applicant.
struct Applicant {
    home: AreaId,
    care: CareType,
    standing: &'static str,
}

/// Everything counted about a month.
pub(super) struct Counts {
    month: Month,
    care: Vec<Care>,
    by_child: BTreeMap<String, Vec<Care>>,
    applicants: Vec<Applicant>,
}

struct ChildFacts {
    born: Date,
    home: AreaId,
    outside: bool,
}

impl Counts {
    /// Counts the state of the 1st of a month as known on a day.
    pub(super) fn of(
        city: &City,
        places: &Places,
        cube: &OccupancyCube,
        month: Month,
        known_on: Date,
    ) -> Result<Self, StatisticsError> {
        let day = month.first_day();
        let facts = facts(city, places)?;
        let mut by_child: BTreeMap<String, Vec<Care>> = BTreeMap::new();
        let versions = city.contracts_valid_known(day, known_on)?;
        let in_force = city.clone().with_table(TableName::Contracts, versions)?;
        let mut unknown = None;
        in_force.map_rows(TableName::Contracts, |row| {
            let child = row.filled("child_id")?;
            let facility = cube.index().position(row.filled("facility_id")?);
            let (Some(known), Some(facility)) = (facts.get(child), facility) else {
                unknown = Some("child or facility");
                return Ok(());
            };
            let care = row.care_type()?;
            let care = if third_birthday(known.born) <= day {
                care.from_third_birthday()
            } else {
                care
            };
            let hours = row.decimal("daily_hours")?.unwrap_or(f64::NAN);
            let hours = DailyHours::new(hours).map_err(|it| RowError::Said(it.to_string()))?;
            // A contract may begin before the birth is recorded: such a child is under one.
            let years = completed_months(known.born, day).map_or(0, |months| months / 12);
            by_child.entry(child.to_owned()).or_default().push(Care {
                facility,
                care,
                age: AGES[(years as usize).min(AGES.len() - 1)].0,
                hours: hours_class(hours),
                home: known.home.clone(),
                outside: known.outside,
            });
            Ok(())
        })?;
        if let Some(what) = unknown {
            let table = "contracts";
            return Err(StatisticsError::UnknownKey { table, what });
        }
        for records in by_child.values_mut() {
            records.sort();
        }
        let applicants = applicants(city, &facts, &by_child, day)?;
        Ok(Self {
            month,
            care: by_child.values().flatten().cloned().collect(),
            by_child,
            applicants,
        })
    }

    /// Children of whom the two say something different.
    pub(super) fn children_changed(&self, other: &Self) -> usize {
        let all: BTreeSet<&String> = self.by_child.keys().chain(other.by_child.keys()).collect();
        all.into_iter()
            .filter(|child| self.by_child.get(*child) != other.by_child.get(*child))
            .count()
    }

    /// Children in care by facility and care type.
    pub(super) fn children_in_care(
        &self,
        places: &Places,
    ) -> Result<ConfidentialTable, StatisticsError> {
        let records = self
            .care
            .iter()
            .map(|it| (vec![places.facility_code(it.facility), it.care.as_str()], 1));
        Ok(ConfidentialTable::from_records(
            CHILDREN_IN_CARE,
            Label::new(
                "Betreute Kinder nach Einrichtung und Betreuungsart",
                "Children in care by facility and care type",
            ),
            vec![places.with_facilities(), care_types()],
            records,
        )?)
    }

    /// Children in care by area at a level, age and hours, and care type or not.
    pub(super) fn structure(
        &self,
        places: &Places,
        level: StatisticsLevel,
        by_care: bool,
    ) -> Result<ConfidentialTable, StatisticsError> {
        let area = match level {
            StatisticsLevel::City => Places::city(),
            StatisticsLevel::District => places.districts(),
            _ => places.homes(false),
        };
        let cells: BTreeMap<(usize, CareType, &str, &str), u32> =
            self.care.iter().fold(BTreeMap::new(), |mut cells, it| {
                *cells
                    .entry((it.facility, it.care, it.age, it.hours))
                    .or_default() += 1;
                cells
            });
        let codes: Vec<(String, &str, &str, &str, u32)> = cells
            .into_iter()
            .map(|((facility, care, age, hours), n)| {
                let care = if by_care { care.as_str() } else { "all" };
                (places.code_at(facility, level), care, age, hours, n)
            })
            .collect();
        let care = if by_care {
            care_types()
        } else {
            members(
                "care_type",
                ("Betreuungsart", "Care type"),
                &[("all", "alle", "all")],
            )
        };
        let records = codes
            .iter()
            .map(|(area, care, age, hours, n)| (vec![area.as_str(), *care, *age, *hours], *n));
        Ok(ConfidentialTable::from_records(
            CARE_STRUCTURE,
            Label::new(
                "Betreute Kinder nach Gebiet, Betreuungsart, Alter und Umfang",
                "Children in care by area, care type, age and hours",
            ),
            vec![area, care, single_ages(), hours()],
            records,
        )?)
    }

    /// Children in care by home area and age.
    pub(super) fn by_home(
        &self,
        places: &Places,
        by_age: ByAge,
    ) -> Result<ConfidentialTable, StatisticsError> {
        let codes: Vec<(String, &str)> = self
            .care
            .iter()
            .map(|it| {
                let home = if it.outside {
                    OUTSIDE.to_owned()
                } else {
                    places.home_code(&it.home)
                };
                let age = match by_age {
                    ByAge::Classes => it.age,
                    ByAge::Groups => AGES
                        .iter()
                        .find(|age| age.0 == it.age)
                        .map_or("", |age| age.1),
                    ByAge::All => "all",
                };
                (home, age)
            })
            .collect();
        let age = match by_age {
            ByAge::Classes => ages(),
            ByAge::Groups => members("age", ("Alter", "Age"), &AGE_GROUPS),
            ByAge::All => members("age", ("Alter", "Age"), &[("all", "alle", "all")]),
        };
        let records = codes
            .iter()
            .map(|(home, age)| (vec![home.as_str(), *age], 1));
        Ok(ConfidentialTable::from_records(
            CARE_BY_HOME,
            Label::new(
                "Betreute Kinder nach Wohngebiet und Alter",
                "Children in care by home area and age",
            ),
            vec![places.homes(true), age],
            records,
        )?)
    }

    /// Children with an open application by home area, care type and standing.
    pub(super) fn applicants(&self, places: &Places) -> Result<ConfidentialTable, StatisticsError> {
        let codes: Vec<(String, &Applicant)> = self
            .applicants
            .iter()
            .map(|it| (places.home_code(&it.home), it))
            .collect();
        let records = codes
            .iter()
            .map(|(home, it)| (vec![home.as_str(), it.care.as_str(), it.standing], 1));
        Ok(ConfidentialTable::from_records(
            APPLICANTS,
            Label::new(
                "Angemeldete Kinder nach Wohngebiet, Betreuungsart und Stand",
                "Children with an application by home area, care type and standing",
            ),
            vec![places.homes(false), care_types(), standings()],
            records,
        )?)
    }

    /// Places held by offers, by district and care type.
    pub(super) fn reservations(
        &self,
        places: &Places,
        cube: &OccupancyCube,
    ) -> Result<ConfidentialTable, StatisticsError> {
        let mut codes = Vec::new();
        for facility in 0..cube.facilities().len() {
            for care in CareType::ALL {
                let held = cube.cell(facility, care, self.month);
                let held = held.map_or(0, |cell| cell.reservations);
                codes.push((places.district_code(facility), care, held));
            }
        }
        let records = codes
            .iter()
            .map(|(district, care, held)| (vec![district.as_str(), care.as_str()], *held));
        Ok(ConfidentialTable::from_records(
            RESERVATIONS,
            Label::new(
                "Durch Platzangebote gebundene Plätze",
                "Places held by offers",
            ),
            vec![places.districts(), care_types()],
            records,
        )?)
    }
}

/// Names of the confidential tables, by which a policy knows them.
pub(super) const CHILDREN_IN_CARE: &str = "children_in_care";
pub(super) const CARE_STRUCTURE: &str = "care_structure";
pub(super) const CARE_BY_HOME: &str = "care_by_home";
pub(super) const APPLICANTS: &str = "applicants";
pub(super) const RESERVATIONS: &str = "reservations";

fn members(code: &str, (german, english): (&str, &str), list: &[(&str, &str, &str)]) -> Dimension {
    let members = list
        .iter()
        .map(|(code, german, english)| Member::new(*code, Label::new(*german, *english)));
    Dimension::new(code, Label::new(german, english), members.collect())
}

fn care_types() -> Dimension {
    let list = CareType::ALL.map(|care| (care.as_str(), care.german(), care.english()));
    members("care_type", ("Betreuungsart", "Care type"), &list)
}

fn single_ages() -> Dimension {
    let list = AGES.map(|(code, _, german, english)| (code, german, english));
    members("age", ("Alter", "Age"), &list)
}

fn ages() -> Dimension {
    let groups = AGE_GROUPS
        .iter()
        .map(|(code, german, english)| Member::new(*code, Label::new(*german, *english)));
    let classes = AGES.iter().map(|(code, group, german, english)| {
        Member::new(*code, Label::new(*german, *english)).under(*group)
    });
    Dimension::new(
        "age",
        Label::new("Alter", "Age"),
        groups.chain(classes).collect(),
    )
}

fn hours() -> Dimension {
    members("hours", ("Stunden am Tag", "Hours a day"), &HOURS)
}

fn standings() -> Dimension {
    let member = |code, german, english| Member::new(code, Label::new(german, english));
    Dimension::new(
        "standing",
        Label::new("Stand", "Standing"),
        vec![
            member(IN_CARE, "wird betreut", "in care"),
            member(WITHOUT_CARE, "ohne Betreuung", "without care"),
            member(WITH_OFFER, "mit Platzangebot", "with an offer").under(WITHOUT_CARE),
            member(WAITING, "wartend", "waiting").under(WITHOUT_CARE),
            member(UNSERVED, "unversorgt", "unserved").under(WAITING),
            member(LATER, "Beginn später", "starts later").under(WAITING),
        ],
    )
}

/// Birth and home of every child. The city is the municipality most households live in.
fn facts(city: &City, places: &Places) -> Result<BTreeMap<String, ChildFacts>, StatisticsError> {
    let mut municipalities: BTreeMap<i32, usize> = BTreeMap::new();
    let mut homes: BTreeMap<String, (String, i32)> = BTreeMap::new();
    city.map_rows(TableName::Households, |row| {
        let municipality = row.integer("municipality")?.unwrap_or_default();
        *municipalities.entry(municipality).or_default() += 1;
        let home = (row.filled("area")?.to_owned(), municipality);
        homes.insert(row.filled("household_id")?.to_owned(), home);
        Ok(())
    })?;
    let own = municipalities
        .iter()
        .max_by_key(|(municipality, households)| (**households, std::cmp::Reverse(**municipality)))
        .map(|(municipality, _)| *municipality);
    let mut known: BTreeMap<String, AreaId> = BTreeMap::new();
    for (area, _) in homes.values() {
        if !known.contains_key(area) {
            let id = places.known(area, "a household")?.clone();
            known.insert(area.clone(), id);
        }
    }
    let mut facts = BTreeMap::new();
    let mut homeless = false;
    city.map_rows(TableName::Children, |row| {
        let born = row.date("birth_date")?;
        let born = born.ok_or_else(|| RowError::Said("birth_date is empty".to_owned()))?;
        let home = homes.get(row.filled("household_id")?);
        let Some((area, municipality)) = home else {
            homeless = true;
            return Ok(());
        };
        let fact = ChildFacts {
            born,
            home: known[area].clone(),
            outside: Some(*municipality) != own,
        };
        facts.insert(row.filled("child_id")?.to_owned(), fact);
        Ok(())
    })?;
    if homeless {
        let (table, what) = ("children", "household");
        return Err(StatisticsError::UnknownKey { table, what });
    }
    Ok(facts)
}

/// Best application of a child so far.
struct Best {
    rank: i32,
    application: String,
    care: CareType,
    wished: i32,
    has_offer: bool,
}

/// Children with an open application, each once.
fn applicants(
    city: &City,
    facts: &BTreeMap<String, ChildFacts>,
    in_care: &BTreeMap<String, Vec<Care>>,
    day: Date,
) -> Result<Vec<Applicant>, StatisticsError> {
    let on = domain::epoch_days(day);
    let mut offered: BTreeSet<String> = BTreeSet::new();
    city.map_rows(TableName::Offers, |row| {
        let holds = match row.days("closed_on")? {
            Some(closed) => on < closed,
            None => matches!(row.filled("state")?, "open" | "confirmed"),
        };
        if holds && row.some_days("offered_on")? <= on {
            offered.insert(row.filled("application_id")?.to_owned());
        }
        Ok(())
    })?;
    let mut best: BTreeMap<String, Best> = BTreeMap::new();
    city.map_rows(TableName::Applications, |row| {
        let is_open = match row.days("closed_on")? {
            Some(closed) => on < closed,
            None => row.filled("state")? == "open",
        };
        if !is_open || on < row.some_days("applied_on")? {
            return Ok(());
        }
        let application = row.filled("application_id")?.to_owned();
        let candidate = Best {
            rank: row.integer("rank")?.unwrap_or(i32::MAX),
            has_offer: offered.contains(&application),
            application,
            care: row.care_type()?,
            wished: row.some_days("wished_start")?,
        };
        match best.get_mut(row.filled("child_id")?) {
            None => {
                best.insert(row.filled("child_id")?.to_owned(), candidate);
            }
            Some(known) => {
                let has_offer = known.has_offer || candidate.has_offer;
                if (candidate.rank, &candidate.application) < (known.rank, &known.application) {
                    *known = candidate;
                }
                known.has_offer = has_offer;
            }
        }
        Ok(())
    })?;
    best.into_iter()
        .map(|(child, best)| {
            let known = facts.get(&child).ok_or(StatisticsError::UnknownKey {
                table: "applications",
                what: "child",
            })?;
            let standing = if in_care.contains_key(&child) {
                IN_CARE
            } else if best.has_offer {
                WITH_OFFER
            } else if best.wished <= on {
                UNSERVED
            } else {
                LATER
            };
            Ok(Applicant {
                home: known.home.clone(),
                care: best.care,
                standing,
            })
        })
        .collect()
}
