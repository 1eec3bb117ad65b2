//! Children under contract: who is displaced by a closing, and where the others live.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AreaId, CareType, Month, date_of, epoch_days, third_birthday};
use jiff::civil::Date;
use tables::schema::TableName;
use tables::{City, CityError, OPEN_END, RowError};

use crate::confidential::ConfidentialDisplacement;
use crate::spec::Closing;

/// A contract as known on a day, with what is known of its child.
pub(crate) struct Contract {
    pub(crate) child: String,
    pub(crate) household: String,
    pub(crate) born: Date,
    pub(crate) needs_inclusion: bool,
    pub(crate) facility: String,
    pub(crate) care_type: CareType,
    pub(crate) daily_hours: f64,
    pub(crate) first_day: i32,
    /// [`OPEN_END`] without an agreed end.
    pub(crate) last_day: i32,
    pub(crate) third_birthday: i32,
    pub(crate) home: AreaId,
}

/// What a contract needs to know of its child.
struct Child {
    household: String,
    born: Date,
    needs_inclusion: bool,
    home: AreaId,
    third_birthday: i32,
}

impl Contract {
    /// The care type on a day: nursery becomes kindergarten at the third birthday.
    pub(crate) fn care_on(&self, day: i32) -> CareType {
        if self.third_birthday <= day {
            self.care_type.from_third_birthday()
        } else {
            self.care_type
        }
    }
}

/// The contracts of a city as known on a day.
pub(crate) struct Contracts {
    contracts: Vec<Contract>,
}

impl Contracts {
    /// Reads them with the home area and third birthday of each child.
    pub(crate) fn known_on(city: &City, day: Date) -> Result<Self, CityError> {
        let mut homes: BTreeMap<String, AreaId> = BTreeMap::new();
        city.map_rows(TableName::Households, |row| {
            let area = AreaId::new(row.filled("area")?).map_err(said)?;
            homes.insert(row.filled("household_id")?.to_owned(), area);
            Ok(())
        })?;
        let mut children: BTreeMap<String, Child> = BTreeMap::new();
        city.map_rows(TableName::Children, |row| {
            let household = row.filled("household_id")?;
            let home = homes
                .get(household)
                .ok_or_else(|| said(format!("household {household} is unknown")))?;
            let born = date_of(row.some_days("birth_date")?)
                .ok_or_else(|| said("birth_date is out of range"))?;
            let child = Child {
                household: household.to_owned(),
                born,
                needs_inclusion: row.flag("inclusion_place")?,
                home: home.clone(),
                third_birthday: epoch_days(third_birthday(born)),
            };
            children.insert(row.filled("child_id")?.to_owned(), child);
            Ok(())
        })?;
        let day = epoch_days(day);
        let contracts = city.map_rows(TableName::Contracts, |row| {
            let recorded = row.some_days("recorded_from")?;
            if day < recorded || row.days("recorded_to")?.is_some_and(|to| to <= day) {
                return Ok(None);
            }
            let child = row.filled("child_id")?;
            let known = children
                .get(child)
                .ok_or_else(|| said("the child of the contract is unknown"))?;
            Ok(Some(Contract {
                child: child.to_owned(),
                household: known.household.clone(),
                born: known.born,
                needs_inclusion: known.needs_inclusion,
                daily_hours: row
                    .decimal("daily_hours")?
                    .ok_or_else(|| said("daily_hours is empty"))?,
                facility: row.filled("facility_id")?.to_owned(),
                care_type: row.care_type()?,
                first_day: row.some_days("valid_from")?,
                last_day: row.days("valid_to")?.unwrap_or(OPEN_END),
                third_birthday: known.third_birthday,
                home: known.home.clone(),
            }))
        })?;
        Ok(Self {
            contracts: contracts.into_iter().flatten().collect(),
        })
    }

    /// All of them, in file order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Contract> {
        self.contracts.iter()
    }

    /// Those that last on a day.
    pub(crate) fn valid_on(&self, day: i32) -> impl Iterator<Item = &Contract> {
        let lasts = move |it: &&Contract| it.first_day <= day && day <= it.last_day;
        self.contracts.iter().filter(lasts)
    }

    /// The children displaced by each closing, in the order of the closings.
    pub(crate) fn displaced(&self, closings: &[Closing]) -> Vec<ConfidentialDisplacement> {
        closings
            .iter()
            .map(|closing| {
                let last_open = epoch_days(closing.on);
                let mut seen: BTreeSet<&str> = BTreeSet::new();
                let mut children = [0; CareType::COUNT];
                let displaced = self.contracts.iter().filter(|contract| {
                    contract.facility == closing.facility.as_str() && contract.last_day > last_open
                });
                for contract in displaced {
                    if seen.insert(&contract.child) {
                        let day = contract.first_day.max(last_open + 1);
                        children[contract.care_on(day).index()] += 1;
                    }
                }
                ConfidentialDisplacement::new(closing.facility.clone(), closing.on, children)
            })
            .collect()
    }

    /// Children under contract on at least one day of a month, by home area and care type; counted
    /// as kindergarten from the month of the third birthday on, as occupancy counts them.
    pub(crate) fn by_home(&self, month: Month) -> BTreeMap<(AreaId, CareType), u32> {
        let (first, last) = (epoch_days(month.first_day()), epoch_days(month.last_day()));
        let mut seen: BTreeSet<(&str, CareType)> = BTreeSet::new();
        let mut counts = BTreeMap::new();
        for contract in &self.contracts {
            if contract.first_day > last || contract.last_day < first {
                continue;
            }
            let care = contract.care_on(last);
            if seen.insert((&contract.child, care)) {
                *counts.entry((contract.home.clone(), care)).or_insert(0) += 1;
            }
        }
        counts
    }
}

fn said(message: impl std::fmt::Display) -> RowError {
    RowError::Said(message.to_string())
}
