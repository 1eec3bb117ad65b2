//! Whether what may be chosen fits the city; every reason at once.

use std::collections::BTreeMap;

use domain::{Facility, FacilityId, InputProblem};
use occupancy::OccupancyCube;
use tables::City;

use crate::codes as code;
use crate::districts::Districts;
use crate::error::ScenarioError;
use crate::spec::{ClosureChoice, ScenarioSpec};

struct Check<'a> {
    spec: &'a ScenarioSpec,
    choice: &'a ClosureChoice,
    facilities: BTreeMap<&'a FacilityId, &'a Facility>,
    problems: Vec<InputProblem>,
}

/// Checks candidates, openings and the facilities the constraints name.
pub(super) fn check(
    city: &City,
    spec: &ScenarioSpec,
    choice: &ClosureChoice,
    districts: &Districts,
    cube: &OccupancyCube,
) -> Result<(), ScenarioError> {
    let mut check = Check {
        spec,
        choice,
        facilities: cube.facilities().iter().map(|it| (it.id(), it)).collect(),
        problems: Vec::new(),
    };
    check.candidates();
    let providers = city.providers()?;
    for opening in &choice.openings {
        let line = opening.line;
        let is_planned = spec
            .openings()
            .iter()
            .any(|it| it.facility == opening.facility);
        let facility = opening.facility.as_str();
        if is_planned {
            let message = "the scenario opens this facility anyway";
            check.note(code::CHOSEN_TWICE, (line, "facility"), facility, message);
        } else if check.facilities.contains_key(&opening.facility) {
            let message = "the city has a facility of this key";
            check.note(code::FACILITY_EXISTS, (line, "facility"), facility, message);
        }
        if !providers.iter().any(|it| *it.id() == opening.provider) {
            let message = "the city has no provider of this key";
            let value = opening.provider.as_str();
            check.note(code::UNKNOWN_PLACE, (line, "provider"), value, message);
        }
        if !districts.knows(&opening.area) {
            let message = "the city has no area of this key";
            let value = opening.area.as_str();
            check.note(code::UNKNOWN_PLACE, (line, "area"), value, message);
        }
    }
    check.opened_twice();
    check.named_facilities();
    let mut problems = check.problems;
    if problems.is_empty() {
        return Ok(());
    }
    problems.sort_by(|a, b| (a.row, &a.column, a.code).cmp(&(b.row, &b.column, b.code)));
    Err(ScenarioError::Input(problems))
}

impl Check<'_> {
    fn note(&mut self, code: &'static str, (line, key): (u64, &str), value: &str, message: &str) {
        let entry = crate::ERROR_CODES.iter().find(|entry| entry.code == code);
        let problem = InputProblem::new(code, &self.spec.file, message)
            .at(line, key, value)
            .remedy(entry.map_or("", |entry| entry.remedy));
        self.problems.push(problem);
    }

    fn candidates(&mut self) {
        let place = (self.choice.line, "candidates");
        for facility in &self.choice.candidates {
            let value = facility.as_str();
            if self
                .spec
                .closings()
                .iter()
                .any(|it| it.facility == *facility)
            {
                let message = "the scenario closes this facility anyway";
                self.note(code::CHOSEN_TWICE, place, value, message);
                continue;
            }
            let Some(known) = self.facilities.get(facility) else {
                let message = "the city has no facility of this key";
                self.note(code::UNKNOWN_FACILITY, place, value, message);
                continue;
            };
            let (opens, closes) = (known.opens_on(), known.closes_on());
            for day in &self.choice.close_on {
                if *day < opens || closes.is_some_and(|last| last <= *day) {
                    let until = closes.map_or("for good".to_owned(), |last| format!("to {last}"));
                    let message = format!(
                        "facility {facility} is open from {opens} {until} and cannot close on {day}"
                    );
                    self.note(code::NOT_OPEN_THEN, place, value, &message);
                }
            }
        }
    }

    fn opened_twice(&mut self) {
        let openings = &self.choice.openings;
        for (number, opening) in openings.iter().enumerate() {
            if openings[..number]
                .iter()
                .any(|it| it.facility == opening.facility)
            {
                let place = (opening.line, "facility");
                let message = "this opening is given twice";
                self.note(code::GIVEN_TWICE, place, opening.facility.as_str(), message);
            }
        }
    }

    fn named_facilities(&mut self) {
        let choice = self.choice;
        let constraints = &choice.constraints;
        let of_list = |key: &'static str, list: &[FacilityId]| -> Vec<(&'static str, FacilityId)> {
            list.iter()
                .map(|facility| (key, facility.clone()))
                .collect()
        };
        let mut named = of_list("protected", &constraints.protected);
        named.extend(of_list(
            "inclusion_facilities",
            &constraints.inclusion_facilities,
        ));
        named.extend(
            choice
                .costs
                .keys()
                .map(|facility| ("cost", facility.clone())),
        );
        for criterion in &choice.scoring.criteria {
            let points = criterion.points.keys();
            named.extend(points.map(|facility| ("points", facility.clone())));
        }
        for (key, facility) in named {
            let opens = choice.openings.iter().any(|it| it.facility == facility);
            if !opens && !self.facilities.contains_key(&facility) {
                let message = "the city has no facility of this key";
                let place = (choice.line, key);
                self.note(code::UNKNOWN_FACILITY, place, facility.as_str(), message);
            }
        }
    }
}
