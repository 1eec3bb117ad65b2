//! What was generated, counted: for the summary of the command line and the calibration test.

use std::collections::BTreeMap;

use domain::{CareType, FacilityKind};
use tables::schema::TableName;

use crate::calendar::{self, Day};
use crate::contracts::Grouped;
use crate::population::FIRST_YEAR;
use crate::unit::Unit;

/// Places and children of a care type on the day of counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct CareTotals {
    /// Places by operating licence.
    pub licensed: u64,
    /// Places by needs plan.
    pub planned: u64,
    /// Places the staff present allows.
    pub staffed: u64,
    /// Children with a contract.
    pub occupied: u64,
}

/// Totals of a generated city, all units together.
///
/// Places, children in care and uptake are counted on `counted_on`, the last 1 March by the day of
/// the data; staff, contracts and applications as of the day of the data.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Totals {
    /// City-sized units.
    pub units: u64,
    /// Rows written per table.
    pub rows: BTreeMap<&'static str, u64>,
    /// The 1 March the places are counted on, `YYYY-MM-DD`.
    pub counted_on: String,
    /// Children in the children table.
    pub children: u64,
    /// Births by calendar year, in the births table.
    pub births: BTreeMap<i32, u64>,
    /// Childminding, nursery, kindergarten, after-school care.
    pub care: [CareTotals; CareType::COUNT],
    /// Day-care centres, after-school centres and childminder sites open on the day of counting.
    pub facilities_open: [u64; 3],
    /// Persons employed as of the day of the data.
    pub staff: u64,
    /// Children under one, from one to under three, from three to under six, and of five years.
    pub children_by_age: [u64; 4],
    /// Those of them in care before school or at a childminder.
    pub in_care_by_age: [u64; 4],
    /// Children in school classes 1 to 4.
    pub primary_pupils: u64,
    /// First days of care before school by month of the year, in the last three full Kita years.
    pub starts_by_month: [u64; 12],
    /// Children in care before school with contracts of at least 36 hours a week.
    pub long_hours: u64,
    /// Contracts in force or agreed as of the day of the data.
    pub contracts: u64,
    /// Corrected contracts.
    pub corrected: u64,
    /// Children who seek a place as of the day of the data.
    pub seeking: u64,
    /// Applications that are open.
    pub open_applications: u64,
    /// Needs for which no place was found in the time of the history.
    pub unplaced: u64,
}

impl Totals {
    /// Places by needs plan for children up to school.
    #[must_use]
    pub fn planned_to_school(&self) -> u64 {
        self.to_school().map(|care| care.planned).sum()
    }

    /// Children up to school in care.
    #[must_use]
    pub fn occupied_to_school(&self) -> u64 {
        self.to_school().map(|care| care.occupied).sum()
    }

    /// Places by needs plan of all care types.
    #[must_use]
    pub fn planned(&self) -> u64 {
        self.care.iter().map(|care| care.planned).sum()
    }

    fn to_school(&self) -> impl Iterator<Item = &CareTotals> {
        CareType::ALL
            .into_iter()
            .filter(|&care| care != CareType::AfterSchool)
            .map(|care| &self.care[care.index()])
    }

    /// Adds the totals of further units.
    pub(crate) fn merge(&mut self, other: Self) {
        self.units += other.units;
        self.counted_on = other.counted_on;
        for (year, births) in other.births {
            *self.births.entry(year).or_default() += births;
        }
        for (care, more) in self.care.iter_mut().zip(other.care) {
            care.licensed += more.licensed;
            care.planned += more.planned;
            care.staffed += more.staffed;
            care.occupied += more.occupied;
        }
        add_each(&mut self.facilities_open, &other.facilities_open);
        add_each(&mut self.children_by_age, &other.children_by_age);
        add_each(&mut self.in_care_by_age, &other.in_care_by_age);
        add_each(&mut self.starts_by_month, &other.starts_by_month);
        self.children += other.children;
        self.staff += other.staff;
        self.primary_pupils += other.primary_pupils;
        self.long_hours += other.long_hours;
        self.contracts += other.contracts;
        self.corrected += other.corrected;
        self.seeking += other.seeking;
        self.open_applications += other.open_applications;
        self.unplaced += other.unplaced;
    }

    pub(crate) fn count_rows(&mut self, table: TableName, rows: usize) {
        *self.rows.entry(table.as_str()).or_default() += rows as u64;
    }

    /// Adds a unit.
    pub(crate) fn add(&mut self, unit: &Unit) {
        let day = unit.plan.count_day();
        let (year, month, day_of_month) = calendar::civil(day);
        self.counted_on = format!("{year:04}-{month:02}-{day_of_month:02}");
        self.units += 1;
        self.children += unit.children.len() as u64;
        self.seeking += unit.seekers;
        self.unplaced += unit.unplaced;
        self.add_births(unit);
        self.add_places(unit, day);
        self.add_contracts(unit, day);
        self.add_uptake(unit, day);
        let applications = &unit.procedure.applications;
        self.open_applications += applications.iter().filter(|a| a.state == "open").count() as u64;
        let employed = |from: Day, to: Option<Day>| {
            from <= unit.plan.as_of && to.is_none_or(|to| unit.plan.as_of <= to)
        };
        self.staff += unit.staff.iter().filter(|s| employed(s.from, s.to)).count() as u64;
    }

    fn add_births(&mut self, unit: &Unit) {
        let years = unit.population.years();
        for (cell, &births) in unit.population.births().iter().enumerate() {
            let year = FIRST_YEAR + (cell % years) as i32;
            *self.births.entry(year).or_default() += births as u64;
        }
    }

    fn add_places(&mut self, unit: &Unit, day: Day) {
        for facility in &unit.model.facilities {
            let kind = match facility.kind {
                FacilityKind::DayCareCentre => 0,
                FacilityKind::AfterSchoolCentre => 1,
                FacilityKind::ChildminderSite => 2,
            };
            self.facilities_open[kind] += u64::from(facility.is_open_on(day));
        }
        for slot in &unit.model.slots {
            if let Some(span) = slot.on(day) {
                let care = &mut self.care[slot.care.index()];
                care.licensed += span.licensed as u64;
                care.planned += span.planned as u64;
                care.staffed += span.staffed as u64;
            }
        }
    }

    fn add_contracts(&mut self, unit: &Unit, day: Day) {
        let as_of_year = calendar::kita_year(unit.plan.as_of);
        let full_years = calendar::day(as_of_year - 3, 8, 1)..calendar::day(as_of_year, 8, 1);
        for (contract, terms) in unit.contracts.iter().zip(&unit.terms) {
            self.contracts += u64::from(contract.to >= unit.plan.as_of);
            self.corrected += u64::from(terms.correction.is_some());
            let before_school = contract.care != CareType::AfterSchool;
            if before_school && full_years.contains(&contract.from) {
                let (_, month, _) = calendar::civil(contract.from);
                self.starts_by_month[month as usize - 1] += 1;
            }
            if contract.from <= day && day <= contract.to {
                let birth = unit.children.birth[contract.child as usize];
                let care = if calendar::birthday(birth, 3) <= day {
                    contract.care.from_third_birthday()
                } else {
                    contract.care
                };
                self.care[care.index()].occupied += 1;
                let weekly = terms.daily_hours * f64::from(terms.days_per_week);
                self.long_hours += u64::from(before_school && weekly >= 36.0);
            }
        }
    }

    fn add_uptake(&mut self, unit: &Unit, day: Day) {
        let children = &unit.children;
        let owners = unit
            .contracts
            .iter()
            .map(|contract| contract.child as usize);
        let by_child = Grouped::new(owners, children.len());
        let kita_year = calendar::kita_year(day);
        for child in 0..children.len() {
            let birth = children.birth[child];
            if birth > day {
                continue;
            }
            let class = children.school_class(child, kita_year);
            self.primary_pupils += u64::from(class.is_some_and(|class| class <= 4));
            let in_care = by_child.of(child).iter().any(|&contract| {
                let contract = &unit.contracts[contract as usize];
                contract.from <= day && day <= contract.to
            });
            let age = (0..9)
                .take_while(|&years| calendar::birthday(birth, years + 1) <= day)
                .count();
            let groups: &[usize] = match age {
                0 => &[0],
                1 | 2 => &[1],
                3 | 4 => &[2],
                5 => &[2, 3],
                _ => &[],
            };
            for &group in groups {
                self.children_by_age[group] += 1;
                self.in_care_by_age[group] += u64::from(in_care);
            }
        }
    }
}

fn add_each(sums: &mut [u64], more: &[u64]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}
