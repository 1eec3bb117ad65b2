//! Whether a scenario fits a city; every reason at once.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Facility, FacilityId, InputProblem, Month};
use jiff::civil::Date;
use occupancy::OccupancyCube;
use tables::City;

use crate::codes as code;
use crate::districts::Districts;
use crate::error::ScenarioError;
use crate::spec::{Change, Direction, Places, ScenarioSpec, StaffTransfer};

/// What the measures are held against.
struct Check<'a> {
    spec: &'a ScenarioSpec,
    facilities: BTreeMap<&'a FacilityId, &'a Facility>,
    problems: Vec<InputProblem>,
}

/// Checks the measures and the demand against the city and its places today.
pub(crate) fn check(
    city: &City,
    spec: &ScenarioSpec,
    districts: &Districts,
    cube: &OccupancyCube,
) -> Result<(), ScenarioError> {
    let facilities = cube.facilities();
    let providers = city.providers()?;
    let providers: BTreeSet<&str> = providers.iter().map(|it| it.id().as_str()).collect();
    let mut check = Check {
        spec,
        facilities: facilities.iter().map(|it| (it.id(), it)).collect(),
        problems: Vec::new(),
    };
    check.openings(&providers, districts);
    check.closings();
    for change in &spec.changes {
        check.change(change, cube);
    }
    check.demand(districts);
    let mut problems = check.problems;
    if problems.is_empty() {
        return Ok(());
    }
    problems.sort_by(|a, b| (a.row, &a.column, a.code).cmp(&(b.row, &b.column, b.code)));
    Err(ScenarioError::Input(problems))
}

impl Check<'_> {
    fn note(&mut self, code: &'static str, (line, key): (u64, &str), value: &str, message: String) {
        let remedy = crate::ERROR_CODES
            .iter()
            .find(|entry| entry.code == code)
            .map_or("", |entry| entry.remedy);
        let problem = InputProblem::new(code, &self.spec.file, message)
            .at(line, key, value)
            .remedy(remedy);
        self.problems.push(problem);
    }

    /// First and last day of operation, with the scenario's own openings; `None` if unknown.
    fn operation(&self, facility: &FacilityId) -> Option<(Date, Option<Date>)> {
        let opening = self
            .spec
            .openings
            .iter()
            .find(|it| it.facility == *facility);
        let known = self.facilities.get(facility);
        known
            .map(|it| (it.opens_on(), it.closes_on()))
            .or_else(|| opening.map(|it| (it.from, None)))
    }

    /// The facility of a measure is known and open on its day.
    fn open_on(&mut self, facility: &FacilityId, day: Date, place: (u64, &str)) -> bool {
        let Some((opens, closes)) = self.operation(facility) else {
            let message = "the city has no facility of this key".to_owned();
            self.note(
                code::UNKNOWN_FACILITY,
                (place.0, "facility"),
                facility.as_str(),
                message,
            );
            return false;
        };
        let open = opens <= day && closes.is_none_or(|last| day <= last);
        if !open {
            let until = closes.map_or("for good".to_owned(), |last| format!("to {last}"));
            let message = format!("facility {facility} is open from {opens} {until}");
            self.note(code::NOT_OPEN_THEN, place, &day.to_string(), message);
        }
        open
    }

    fn openings(&mut self, providers: &BTreeSet<&str>, districts: &Districts) {
        for opening in &self.spec.openings {
            let line = opening.line;
            if self.facilities.contains_key(&opening.facility) {
                let message = "the city has a facility of this key".to_owned();
                let value = opening.facility.as_str();
                self.note(code::FACILITY_EXISTS, (line, "facility"), value, message);
            }
            if !providers.contains(opening.provider.as_str()) {
                let message = "the city has no provider of this key".to_owned();
                let value = opening.provider.as_str();
                self.note(code::UNKNOWN_PLACE, (line, "provider"), value, message);
            }
            if !districts.knows(&opening.area) {
                let message = "the city has no area of this key".to_owned();
                let value = opening.area.as_str();
                self.note(code::UNKNOWN_PLACE, (line, "area"), value, message);
            }
        }
    }

    fn closings(&mut self) {
        for closing in &self.spec.closings {
            self.open_on(&closing.facility, closing.on, (closing.line, "on"));
            let StaffTransfer::To(targets) = &closing.staff_transfer else {
                continue;
            };
            for target in targets {
                if self.operation(target).is_none() {
                    let message = "the city has no facility of this key".to_owned();
                    let place = (closing.line, "staff_transfer");
                    self.note(code::UNKNOWN_FACILITY, place, target.as_str(), message);
                }
            }
        }
    }

    /// An expansion lowers nothing and a reduction raises nothing.
    fn change(&mut self, change: &Change, cube: &OccupancyCube) {
        if !self.open_on(&change.facility, change.from, (change.line, "from")) {
            return;
        }
        let Some(before) = self.places_before(change, cube) else {
            return;
        };
        let counts = [
            ("licensed", before.licensed, change.places.licensed),
            ("planned", before.planned, change.places.planned),
            ("staffed", before.staffed, change.places.staffed),
        ];
        for (key, old, new) in counts {
            let wrong = match change.direction {
                Direction::Expand => new < old,
                Direction::Shrink => new > old,
            };
            if wrong {
                let message = format!(
                    "facility {} has {old} places {key} for {} before, and [[{}]] gives it {new}",
                    change.facility,
                    change.care_type,
                    change.direction.as_str(),
                );
                let place = (change.line, key);
                self.note(code::WRONG_DIRECTION, place, &new.to_string(), message);
            }
        }
    }

    /// The places a change replaces: those of the change before it, of the opening, or the city's.
    fn places_before(&self, change: &Change, cube: &OccupancyCube) -> Option<Places> {
        let same = |other: &&Change| {
            other.facility == change.facility
                && other.care_type == change.care_type
                && other.from < change.from
        };
        let earlier = self.spec.changes.iter().filter(same);
        if let Some(earlier) = earlier.max_by_key(|other| other.from) {
            return Some(earlier.places);
        }
        let mut opened = self.spec.openings.iter();
        if let Some(opening) = opened.find(|it| it.facility == change.facility) {
            let mut places = opening.places.iter();
            let given = places.find(|(care, _)| *care == change.care_type);
            return Some(given.map_or(
                Places {
                    licensed: 0,
                    planned: 0,
                    staffed: 0,
                },
                |(_, places)| *places,
            ));
        }
        let position = cube.index().position(change.facility.as_str())?;
        let cell = cube.cell(position, change.care_type, Month::of(change.from))?;
        Some(Places {
            licensed: cell.capacities.licensed,
            planned: cell.capacities.planned,
            staffed: cell.capacities.staffed,
        })
    }

    fn demand(&mut self, districts: &Districts) {
        for demand in &self.spec.demand {
            let Some(area) = &demand.area else { continue };
            let message = match districts.district(area) {
                None => "the city has no area of this key".to_owned(),
                Some(district) if district == area => continue,
                Some(district) => format!("area {area} lies in district {district}"),
            };
            let code = if districts.knows(area) {
                code::NOT_A_DISTRICT
            } else {
                code::UNKNOWN_PLACE
            };
            self.note(code, (demand.line, "area"), area.as_str(), message);
        }
    }
}
