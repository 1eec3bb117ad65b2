//! Whether a scenario fits a city; every reason at once.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Facility, FacilityId, InputProblem, StaffingRatio};
use jiff::civil::Date;
use occupancy::OccupancyCube;
use tables::City;

use crate::codes as code;
use crate::districts::Districts;
use crate::error::ScenarioError;
use crate::measures::{self, Lines};
use crate::spec::{Opening, ScenarioSpec, StaffTransfer};

/// What the measures are held against.
struct Check<'a> {
    spec: &'a ScenarioSpec,
    facilities: BTreeMap<&'a FacilityId, &'a Facility>,
    openings: BTreeMap<&'a FacilityId, &'a Opening>,
    problems: Vec<InputProblem>,
}

/// Checks the measures and the demand against the city and its places today, and works out the
/// places that the measures come to.
pub(crate) fn check<'a>(
    city: &City,
    spec: &'a ScenarioSpec,
    districts: &Districts,
    cube: &'a OccupancyCube,
    staffing: &'a [StaffingRatio],
) -> Result<Lines<'a>, ScenarioError> {
    let facilities = cube.facilities();
    let providers = city.providers()?;
    let providers: BTreeSet<&str> = providers.iter().map(|it| it.id().as_str()).collect();
    let mut check = Check {
        spec,
        facilities: facilities.iter().map(|it| (it.id(), it)).collect(),
        openings: spec.openings.iter().map(|it| (&it.facility, it)).collect(),
        problems: Vec::new(),
    };
    check.openings(&providers, districts);
    check.closings();
    check.measures();
    check.demand(districts);
    let known = |facility: &FacilityId, day: Date| {
        let operation = check.operation(facility);
        operation
            .is_some_and(|(opens, closes)| opens <= day && closes.is_none_or(|last| day <= last))
    };
    let (lines, told) = measures::reckon(spec, cube, staffing, known);
    let mut problems = check.problems;
    problems.extend(told);
    if problems.is_empty() {
        return Ok(lines);
    }
    spec.origins.sort(&mut problems);
    Err(ScenarioError::Input(problems))
}

impl Check<'_> {
    fn note(&mut self, code: &'static str, place: (u64, &str), value: &str, message: String) {
        self.problems
            .push(self.spec.problem(code, place, value, message));
    }

    /// First and last day of operation, with the scenario's own openings; `None` if unknown.
    fn operation(&self, facility: &FacilityId) -> Option<(Date, Option<Date>)> {
        let opening = self.openings.get(facility);
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

    /// Every other measure acts on a facility that is known and open on its day.
    fn measures(&mut self) {
        let spec = self.spec;
        for pause in &spec.pauses {
            self.open_on(&pause.facility, pause.on, (pause.line, "on"));
            self.open_on(
                &pause.facility,
                pause.reopens_on,
                (pause.line, "reopens_on"),
            );
        }
        for it in &spec.withdrawals {
            self.open_on(&it.facility, it.withdrawn_on, (it.line, "withdrawn_on"));
        }
        for it in &spec.licensed {
            self.open_on(&it.facility, it.from, (it.line, "from"));
        }
        for it in &spec.changes {
            self.open_on(&it.facility, it.from, (it.line, "from"));
        }
        for it in &spec.conversions {
            self.open_on(&it.facility, it.from, (it.line, "from"));
        }
        for it in &spec.staff_changes {
            self.open_on(&it.facility, it.from, (it.line, "from"));
        }
        for it in &spec.staff_shifts {
            for facility in [&it.from_facility, &it.to_facility] {
                self.open_on(facility, it.from, (it.line, "from"));
            }
        }
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
