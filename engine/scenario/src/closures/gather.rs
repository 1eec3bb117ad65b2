//! From a city and a scenario to the facts of a closure plan.

use std::collections::BTreeSet;

use domain::{AreaId, CareType, FacilityId, InputProblem, Month, ProviderKind, StaffingRatio};
use jiff::civil::Date;
use occupancy::OccupancyCube;
use tables::City;

use super::facts::{
    ClosureFacts, ConfidentialHomes, DemandFact, FacilityFact, Home, OptionFact, OptionKind,
    PlacesThen,
};
use super::fits;
use super::problem::ClosureProblem;
use super::reach::{Network, units};
use crate::allocation::{self, Question};
use crate::apply::{self, Counting};
use crate::codes as code;
use crate::contracts::Contracts;
use crate::demand::{DemandTable, TOTAL_AREA};
use crate::districts::Districts;
use crate::error::ScenarioError;
use crate::planning::{PlanRequest, merged};
use crate::spec::{ClosureChoice, CoverOf, DemandQuantile, FacilityCost, ScenarioSpec};

/// Hours a day a place is reckoned with: nine, after school six.
fn base_hours(care: CareType) -> f64 {
    if care == CareType::AfterSchool {
        6.0
    } else {
        9.0
    }
}

/// The city with the fixed measures of the scenario.
struct Gathering<'a> {
    spec: &'a ScenarioSpec,
    choice: &'a ClosureChoice,
    districts: &'a Districts,
    cube: &'a OccupancyCube,
    demand: &'a DemandTable,
    independent: BTreeSet<String>,
    days: Vec<Date>,
}

impl ClosureProblem {
    /// Gathers what may close and open; `None` if the scenario has no section `[optimise]`.
    ///
    /// The measures of the scenario hold whatever is chosen. The constraints are judged on the days
    /// of the report on which at least one choice has taken effect.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Input`] with everything that does not fit the city.
    pub fn of(
        city: &City,
        spec: &ScenarioSpec,
        request: &PlanRequest,
        demand: &DemandTable,
    ) -> Result<Option<Self>, ScenarioError> {
        let Some(choice) = spec.closure_choice() else {
            return Ok(None);
        };
        let districts = Districts::of(city)?;
        let counting = Counting {
            months: spec.months(),
            known_on: request.known_on,
            staffing: &request.staffing,
        };
        let baseline = counting.cube(city)?;
        let lines = crate::fits::check(city, spec, &districts, &baseline, &request.staffing)?;
        let cube = match apply::apply(city, spec, &districts, &counting, &lines)?.city {
            Some(city) => counting.cube(&city)?,
            None => baseline.clone(),
        };
        fits::check(city, spec, choice, &districts, &cube)?;
        let demand = merged(spec, demand);
        let providers = city.providers()?;
        let gathering = Gathering {
            spec,
            choice,
            districts: &districts,
            cube: &cube,
            demand: &demand,
            independent: providers
                .iter()
                .filter(|provider| provider.kind() != ProviderKind::Municipal)
                .map(|provider| provider.id().to_string())
                .collect(),
            days: judged_days(spec, choice),
        };
        let mut facts = gathering.facts(&request.staffing)?;
        if choice.constraints.within_limit.is_some() {
            let contracts = Contracts::known_on(city, request.known_on)?;
            let by_home = contracts.by_home(spec.months().first());
            let homes = allocation::homes(city, &by_home)?;
            facts.homes = gathering.homes(homes, &facts)?;
        }
        Ok(Some(gathering.problem(request.known_on, facts)))
    }
}

/// Days of the report on which a choice has taken effect.
fn judged_days(spec: &ScenarioSpec, choice: &ClosureChoice) -> Vec<Date> {
    let closed = choice.close_on.iter().min().map(|day| Month::of(*day));
    let opened = choice.openings.iter().map(|opening| opening.from).min();
    let mut days = spec.dates();
    days.retain(|day| {
        let month = Month::of(*day);
        closed.is_some_and(|closed| closed < month)
            || opened.is_some_and(|opened| Month::of(opened) <= month)
    });
    days
}

impl Gathering<'_> {
    fn refusal(&self, code: &'static str, message: String) -> ScenarioError {
        let entry = crate::ERROR_CODES.iter().find(|entry| entry.code == code);
        let problem = InputProblem::new(code, &self.spec.file, message)
            .at(self.choice.line, "optimise", "")
            .remedy(entry.map_or("", |entry| entry.remedy));
        ScenarioError::Input(vec![problem])
    }

    fn facts(&self, staffing: &[StaffingRatio]) -> Result<ClosureFacts, ScenarioError> {
        let cares = &self.choice.care_types;
        let per_place = self.days.iter().flat_map(|day| {
            let ratio = StaffingRatio::on(*day, staffing);
            cares
                .iter()
                .map(move |&care| ratio.required(care, base_hours(care)))
        });
        let mut facts = ClosureFacts {
            staff_per_place: per_place.collect(),
            days: self.days.clone(),
            care_types: cares.clone(),
            criteria: {
                let criteria = self.choice.scoring.criteria.iter();
                criteria.map(|criterion| criterion.name.clone()).collect()
            },
            facilities: self.facilities(),
            options: Vec::new(),
            demand: self.demand_rows(),
            staff_stays: self.choice.staff_stays,
            homes: ConfidentialHomes::default(),
        };
        if facts.demand.is_empty() {
            let days: Vec<String> = self.days.iter().map(ToString::to_string).collect();
            let message = format!(
                "no demand is known for the care types and days to be judged ({})",
                days.join(", ")
            );
            return Err(self.refusal(code::NOTHING_TO_JUDGE, message));
        }
        facts.options = self.options(&facts);
        Ok(facts)
    }

    fn district(&self, area: &AreaId) -> String {
        let district = self.districts.district(area);
        district.map_or_else(|| area.to_string(), ToString::to_string)
    }

    /// The city's facilities by key, then those that may open by key.
    fn facilities(&self) -> Vec<FacilityFact> {
        let constraints = &self.choice.constraints;
        let known = self.cube.facilities().iter().enumerate();
        let mut facts: Vec<FacilityFact> = known
            .map(|(position, facility)| FacilityFact {
                facility: facility.id().clone(),
                district: self.district(facility.area()),
                independent: self.independent.contains(facility.provider().as_str()),
                inclusion: constraints.inclusion_facilities.contains(facility.id()),
                protected: constraints.protected.contains(facility.id()),
                is_new: false,
                places: self.places(position),
            })
            .collect();
        let mut openings: Vec<_> = self.choice.openings.iter().collect();
        openings.sort_by(|a, b| a.facility.cmp(&b.facility));
        facts.extend(openings.into_iter().map(|opening| {
            FacilityFact {
                facility: opening.facility.clone(),
                district: self.district(&opening.area),
                independent: self.independent.contains(opening.provider.as_str()),
                inclusion: constraints.inclusion_facilities.contains(&opening.facility),
                protected: false,
                is_new: true,
                places: self
                    .days
                    .iter()
                    .flat_map(|_| {
                        self.choice.care_types.iter().map(|care| {
                            let places = opening.places.iter().find(|(other, _)| other == care);
                            places.map_or(PlacesThen::default(), |(_, places)| PlacesThen {
                                planned: places.planned,
                                staffed: places.staffed,
                                room: places
                                    .planned
                                    .min(places.licensed)
                                    .saturating_sub(places.staffed),
                            })
                        })
                    })
                    .collect(),
            }
        }));
        facts
    }

    /// Places of a facility of the city; none outside the needs plan, as in every report.
    fn places(&self, position: usize) -> Vec<PlacesThen> {
        let counts = self.cube.facilities()[position].in_needs_plan();
        let days = self.days.iter();
        days.flat_map(|day| self.choice.care_types.iter().map(|care| (*day, *care)))
            .map(|(day, care)| {
                let cell = self.cube.cell(position, care, Month::of(day));
                let Some(cell) = cell.filter(|_| counts) else {
                    return PlacesThen::default();
                };
                let places = cell.capacities;
                PlacesThen {
                    planned: places.planned,
                    staffed: places.staffed,
                    room: places
                        .planned
                        .min(places.licensed)
                        .saturating_sub(places.staffed),
                }
            })
            .collect()
    }

    fn demand_rows(&self) -> Vec<DemandFact> {
        let mut rows = Vec::new();
        for (day, &date) in self.days.iter().enumerate() {
            for (care, &care_type) in self.choice.care_types.iter().enumerate() {
                let of_day = self.demand.iter().filter(|(area, other, on, _)| {
                    let is_district = || {
                        AreaId::new(area)
                            .is_ok_and(|area| self.districts.district(&area) == Some(&area))
                    };
                    *other == care_type && *on == date && (*area == TOTAL_AREA || is_district())
                });
                let of_day: Vec<_> = of_day.collect();
                let city_known = of_day.iter().any(|(area, ..)| *area == TOTAL_AREA);
                for (area, _, _, quantiles) in of_day {
                    let is_city = area == TOTAL_AREA;
                    let wanted = match self.choice.constraints.cover_of {
                        CoverOf::All => true,
                        CoverOf::Districts => !is_city,
                        CoverOf::CityOrDistricts => is_city == city_known,
                    };
                    if wanted {
                        rows.push(DemandFact {
                            area: area.to_owned(),
                            care,
                            day,
                            places: match self.choice.constraints.quantile {
                                DemandQuantile::P10 => quantiles.p10(),
                                DemandQuantile::P50 => quantiles.p50(),
                                DemandQuantile::P90 => quantiles.p90(),
                            },
                        });
                    }
                }
            }
        }
        rows
    }

    fn options(&self, facts: &ClosureFacts) -> Vec<OptionFact> {
        let mut options = Vec::new();
        let positions = facts.facilities.iter().enumerate();
        for (position, fact) in positions {
            let facility = &fact.facility;
            if fact.is_new {
                let opening = self.choice.openings.iter();
                let Some(opening) = opening.clone().find(|it| it.facility == *facility) else {
                    continue;
                };
                options.push(self.opening(position, facility, opening.from));
            } else if self.choice.candidates.binary_search(facility).is_ok() {
                for &day in &self.choice.close_on {
                    options.push(self.closing(position, facility, day));
                }
            }
        }
        options
    }

    fn cost(&self, facility: &FacilityId) -> FacilityCost {
        let none = FacilityCost {
            once: 0.0,
            yearly: 0.0,
        };
        self.choice.costs.get(facility).copied().unwrap_or(none)
    }

    /// Years of the horizon from a month on.
    fn years_from(&self, month: Month) -> f64 {
        let months = self.spec.months();
        let left = months.iter().filter(|other| *other >= month).count();
        left as f64 / 12.0
    }

    fn opening(&self, position: usize, facility: &FacilityId, day: Date) -> OptionFact {
        let cost = self.cost(facility);
        OptionFact {
            kind: OptionKind::Open,
            facility: position,
            day,
            cost: cost.once + cost.yearly * self.years_from(Month::of(day)),
            once: cost.once,
            points: 0.0,
            by_criterion: vec![0.0; self.choice.scoring.criteria.len()],
            freed: vec![0; self.choice.care_types.len()],
        }
    }

    fn closing(&self, position: usize, facility: &FacilityId, day: Date) -> OptionFact {
        let cost = self.cost(facility);
        let counts = self.cube.facilities()[position].in_needs_plan();
        let freed = self.choice.care_types.iter().map(|&care| {
            let cell = self.cube.cell(position, care, Month::of(day));
            cell.filter(|_| counts)
                .map_or(0, |cell| cell.capacities.staffed)
        });
        OptionFact {
            kind: OptionKind::Close,
            facility: position,
            day,
            cost: cost.once - cost.yearly * self.years_from(Month::of(day).plus(1)),
            once: cost.once,
            points: self.choice.scoring.points(facility),
            by_criterion: {
                let criteria = self.choice.scoring.criteria.iter();
                criteria
                    .map(|criterion| criterion.weighted(facility))
                    .collect()
            },
            freed: freed.collect(),
        }
    }

    /// The acceptable way, kilometres as the crow flies.
    fn limit_km(&self) -> f64 {
        let own = self.choice.constraints.limit_km;
        own.unwrap_or(self.spec.limit_km())
    }

    fn homes(
        &self,
        homes: Result<Vec<allocation::Home>, Vec<String>>,
        facts: &ClosureFacts,
    ) -> Result<ConfidentialHomes, ScenarioError> {
        let homes = homes.map_err(|missing| {
            let message = format!(
                "table area_shapes has no centre of the home areas {}",
                missing.join(", ")
            );
            self.refusal(code::WAYS_UNKNOWN, message)
        })?;
        let question = Question {
            dates: &self.days,
            limit_km: self.limit_km(),
            demand: self.demand,
            districts: self.districts,
            baseline: self.cube,
            scenario: self.cube,
        };
        let mut children = vec![Vec::new(); homes.len()];
        for &day in &self.days {
            for &care in &self.choice.care_types {
                let (counts, _) = question.demands(&homes, day, care);
                for (list, count) in children.iter_mut().zip(counts) {
                    list.push(count);
                }
            }
        }
        let mut locations: Vec<_> = self
            .cube
            .facilities()
            .iter()
            .map(|it| it.location())
            .collect();
        let mut openings: Vec<_> = self.choice.openings.iter().collect();
        openings.sort_by(|a, b| a.facility.cmp(&b.facility));
        locations.extend(openings.into_iter().map(|opening| opening.location));
        debug_assert_eq!(locations.len(), facts.facilities.len());
        let limit = self.limit_km();
        let homes = homes.iter().zip(children);
        Ok(ConfidentialHomes {
            homes: homes
                .map(|(home, children)| Home {
                    children,
                    within: (0..locations.len())
                        .filter(|&site| home.centre.distance_km(locations[site]) <= limit)
                        .collect(),
                })
                .collect(),
        })
    }

    fn problem(&self, known_on: Date, facts: ClosureFacts) -> ClosureProblem {
        let districts: BTreeSet<&String> = facts.facilities.iter().map(|it| &it.district).collect();
        let districts: Vec<String> = districts.into_iter().cloned().collect();
        let pool = |facility: &FacilityFact| {
            districts.partition_point(|district| *district < facility.district)
        };
        let pools: Vec<usize> = facts.facilities.iter().map(pool).collect();
        let cells = if self.choice.constraints.within_limit.is_some() {
            facts.days.len() * facts.care_types.len()
        } else {
            0
        };
        let homes = &facts.homes.homes;
        let networks = (0..cells).map(|position| Network {
            children: homes
                .iter()
                .map(|home| units(home.children[position]))
                .collect(),
            within: homes.iter().map(|home| home.within.clone()).collect(),
            pool: pools.clone(),
            pools: districts.len(),
        });
        let networks = networks.collect();
        let cover = self.choice.constraints.cover;
        ClosureProblem {
            name: self.spec.name().to_owned(),
            known_on,
            choice: self.choice.clone(),
            cover: cover.unwrap_or(self.spec.target_cover()),
            limit_km: self.limit_km(),
            facts,
            districts,
            networks,
        }
    }
}
