//! Children under contract: who is displaced by a closing, and where the others live.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AreaId, CareType, Month, date_of, epoch_days, third_birthday};
use jiff::civil::Date;
use tables::schema::TableName;
use tables::{City, CityError, OPEN_END, RowError};

use crate::confidential::ConfidentialDisplacement;
use crate::spec::Closing;

/// A contract as known on a day.
struct Contract {
    child: String,
    facility: String,
    care_type: CareType,
    first_day: i32,
    last_day: i32,
    third_birthday: i32,
    home: AreaId,
}

impl Contract {
    /// The care type on a day: nursery becomes kindergarten at the third birthday.
    fn care_on(&self, day: i32) -> CareType {
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
        let mut children: BTreeMap<String, (AreaId, i32)> = BTreeMap::new();
        city.map_rows(TableName::Children, |row| {
            let household = row.filled("household_id")?;
            let home = homes
                .get(household)
                .ok_or_else(|| said(format!("household {household} is unknown")))?;
            let born = date_of(row.some_days("birth_date")?)
                .ok_or_else(|| said("birth_date is out of range"))?;
            let third = epoch_days(third_birthday(born));
            children.insert(row.filled("child_id")?.to_owned(), (home.clone(), third));
            Ok(())
        })?;
        let day = epoch_days(day);
        let contracts = city.map_rows(TableName::Contracts, |row| {
            let recorded = row.some_days("recorded_from")?;
            if day < recorded || row.days("recorded_to")?.is_some_and(|to| to <= day) {
                return Ok(None);
            }
            let child = row.filled("child_id")?;
            let (home, third_birthday) = children
                .get(child)
                .ok_or_else(|| said("the child of the contract is unknown"))?;
            Ok(Some(Contract {
                child: child.to_owned(),
                facility: row.filled("facility_id")?.to_owned(),
                care_type: row.care_type()?,
                first_day: row.some_days("valid_from")?,
                last_day: row.days("valid_to")?.unwrap_or(OPEN_END),
                third_birthday: *third_birthday,
                home: home.clone(),
            }))
        })?;
        Ok(Self {
            contracts: contracts.into_iter().flatten().collect(),
        })
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
