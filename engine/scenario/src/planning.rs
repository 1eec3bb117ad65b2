//! From a city and a scenario to a report.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AreaId, CareType, Month, StaffingRatio};
use jiff::civil::Date;
use occupancy::{OccupancyCube, Totals};
use tables::City;

use crate::allocation::{self, Question};
use crate::apply::{self, Counting};
use crate::confidential::ConfidentialDisplacement;
use crate::contracts::Contracts;
use crate::cover::{Cover, LIGHT_RULE};
use crate::demand::{DemandTable, Quantiles, TOTAL_AREA};
use crate::districts::Districts;
use crate::error::ScenarioError;
use crate::evaluation::{self, CellPaths, Judged};
use crate::fits;
use crate::report::{ReportRow, ScenarioReport, Side};
use crate::spec::ScenarioSpec;
use crate::transfer::StaffMove;

/// As known when, and by which staffing keys.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// Contract versions and offers known on this day count.
    pub known_on: Date,
    /// Staffing keys by date; [`StaffingRatio::KNOWN`] unless the law changes.
    pub staffing: Vec<StaffingRatio>,
}

impl PlanRequest {
    /// The known staffing keys.
    #[must_use]
    pub fn new(known_on: Date) -> Self {
        Self {
            known_on,
            staffing: StaffingRatio::KNOWN.to_vec(),
        }
    }
}

/// Counts a city without and with the measures of a scenario.
///
/// The measures are written into the tables and the occupancy of the new city is counted as that of
/// any other. Demand given in the scenario goes before that of `demand`, which may come from a
/// forecast ([`DemandTable::from_forecast`], [`DemandTable::from_paths`]). Places on a day are those
/// of its month. The same inputs give the same report, whatever the order of rows and the number of
/// threads.
///
/// # Errors
///
/// [`ScenarioError::Input`] with everything that does not fit the city; the others if the tables
/// were not validated or the solver fails.
pub fn plan(
    city: &City,
    spec: &ScenarioSpec,
    request: &PlanRequest,
    demand: &DemandTable,
) -> Result<ScenarioReport, ScenarioError> {
    CountedScenario::count(city, spec, request)?.report(demand)
}

/// A scenario whose places and contracts are counted, to be held against one demand after another:
/// a lever on the forecast changes no place.
pub struct CountedScenario<'a> {
    city: &'a City,
    spec: &'a ScenarioSpec,
    request: &'a PlanRequest,
    districts: Districts,
    baseline: OccupancyCube,
    scenario: OccupancyCube,
    staff_moves: Vec<StaffMove>,
    by_home: BTreeMap<(AreaId, CareType), u32>,
    displaced: Vec<ConfidentialDisplacement>,
}

impl<'a> CountedScenario<'a> {
    /// Applies the measures and counts.
    ///
    /// # Errors
    ///
    /// Those of [`plan`] but for the solver's.
    pub fn count(
        city: &'a City,
        spec: &'a ScenarioSpec,
        request: &'a PlanRequest,
    ) -> Result<Self, ScenarioError> {
        let districts = Districts::of(city)?;
        let counting = Counting {
            months: spec.months(),
            known_on: request.known_on,
            staffing: &request.staffing,
        };
        let baseline = counting.cube(city)?;
        let lines = fits::check(city, spec, &districts, &baseline, &request.staffing)?;
        let applied = apply::apply(city, spec, &districts, &counting, &lines)?;
        let scenario = match &applied.city {
            Some(city) => counting.cube(city)?,
            None => baseline.clone(),
        };
        let contracts = Contracts::known_on(city, request.known_on)?;
        Ok(Self {
            by_home: contracts.by_home(spec.months().first()),
            displaced: contracts.displaced(spec.closings()),
            staff_moves: applied.staff_moves,
            city,
            spec,
            request,
            districts,
            baseline,
            scenario,
        })
    }

    /// Holds the places against a demand.
    ///
    /// # Errors
    ///
    /// Those of the solver.
    pub fn report(&self, demand: &DemandTable) -> Result<ScenarioReport, ScenarioError> {
        let spec = self.spec;
        let demand = merged(spec, demand);
        let dates = spec.dates();
        let question = Question {
            dates: &dates,
            limit_km: spec.limit_km(),
            demand: &demand,
            districts: &self.districts,
            baseline: &self.baseline,
            scenario: &self.scenario,
        };
        let cells = CellPaths::new(spec, demand.paths());
        let judged = Judged {
            spec,
            districts: &self.districts,
            staffing: &self.request.staffing,
            baseline: &self.baseline,
            scenario: &self.scenario,
            demand: &cells,
        };
        let comparison = Comparison {
            target: spec.target_cover(),
            districts: &self.districts,
            demand: &demand,
            baseline: &self.baseline,
            scenario: &self.scenario,
        };
        let closings = spec.closings().iter();
        Ok(ScenarioReport {
            name: spec.name().to_owned(),
            known_on: self.request.known_on,
            target_cover: spec.target_cover(),
            light_rule: LIGHT_RULE,
            rows: dates
                .iter()
                .flat_map(|date| comparison.rows(*date))
                .collect(),
            staff_moves: self.staff_moves.clone(),
            closed: closings.map(|closing| closing.facility.clone()).collect(),
            allocation: allocation::compare(self.city, &self.by_home, &question)?,
            evaluation: evaluation::evaluate(&judged),
            displaced: self.displaced.clone(),
        })
    }
}

/// The demand of the scenario over that of the caller.
pub(crate) fn merged(spec: &ScenarioSpec, demand: &DemandTable) -> DemandTable {
    let mut merged = demand.clone();
    for given in spec.demand() {
        let area = given.area.as_ref().map_or(TOTAL_AREA, AreaId::as_str);
        merged.insert(area, given.care_type, given.date, given.places);
    }
    merged
}

/// Two cubes side by side.
struct Comparison<'a> {
    target: f64,
    districts: &'a Districts,
    demand: &'a DemandTable,
    baseline: &'a OccupancyCube,
    scenario: &'a OccupancyCube,
}

impl Comparison<'_> {
    /// The rows of a day: districts in order of their keys, then the whole city.
    fn rows(&self, date: Date) -> Vec<ReportRow> {
        let mut areas: BTreeSet<AreaId> = BTreeSet::new();
        let facilities = self.scenario.facilities().iter();
        areas.extend(facilities.filter_map(|it| self.districts.district(it.area()).cloned()));
        areas.extend(self.demand.iter().filter_map(|(area, ..)| {
            let area = AreaId::new(area).ok()?;
            (self.districts.district(&area) == Some(&area)).then_some(area)
        }));
        let areas = areas.iter().map(Some).chain([None]);
        let cells = areas.flat_map(|area| CareType::ALL.map(|care| (area, care)));
        cells
            .filter_map(|(area, care)| self.row(date, area, care))
            .collect()
    }

    /// One row; `None` where there are neither places nor demand.
    fn row(&self, date: Date, area: Option<&AreaId>, care: CareType) -> Option<ReportRow> {
        let key = area.map_or(TOTAL_AREA, AreaId::as_str);
        let demand = self.demand.get(key, care, date);
        let baseline = self.side(self.baseline, date, area, care, demand)?;
        let scenario = self.side(self.scenario, date, area, care, demand)?;
        let places = baseline.licensed + scenario.licensed;
        (places > 0 || demand.is_some()).then(|| ReportRow {
            date,
            area: key.to_owned(),
            area_name: area
                .map_or("Stadt", |area| self.districts.name(area))
                .to_owned(),
            care_type: care,
            demand,
            baseline,
            scenario,
        })
    }

    /// The places of a district or the city; `None` for a day outside the horizon.
    fn side(
        &self,
        cube: &OccupancyCube,
        date: Date,
        area: Option<&AreaId>,
        care: CareType,
        demand: Option<Quantiles>,
    ) -> Option<Side> {
        let facilities = cube.facilities();
        let totals: Totals = cube.totals(care, Month::of(date), |facility| {
            area.is_none_or(|area| {
                self.districts.district(facilities[facility].area()) == Some(area)
            })
        })?;
        let count = |places: i64| u64::try_from(places).unwrap_or(0);
        let staffed = count(totals.staffed);
        Some(Side {
            licensed: count(totals.licensed),
            planned: count(totals.planned),
            staffed,
            cover: demand.map(|demand| Cover::of(staffed, demand, self.target)),
        })
    }
}
