//! How far children would travel if all of them used the nearest places there are.
//!
//! The city's totals, not a placement of children: families choose, providers decide. Children
//! stand at the centre of their home area, ways are straight lines, and no child keeps its place.

use std::collections::BTreeMap;

use domain::{AreaId, CareType, FacilityId, Location, Month};
use jiff::civil::Date;
use occupancy::OccupancyCube;
use solver::{Allocation, Arc, TransportProblem, allocate};
use tables::City;

use crate::confidential::ConfidentialCount;
use crate::demand::{DemandTable, TOTAL_AREA};
use crate::districts::Districts;
use crate::error::ScenarioError;

/// What the figures are, said with them.
pub const ALLOCATION_LABEL: &str = "the city's totals, not a placement of children";

/// The same in German.
pub const ALLOCATION_LABEL_GERMAN: &str = "Summen der Stadt, keine Platzvergabe an Kinder";

/// Longest way anybody is sent, kilometres as the crow flies.
const LONGEST_WAY_KM: f64 = 30.0;

/// Cost of a child without a place, in kilometres: so far above any chain of ways that children
/// are served before ways are shortened.
const UNSERVED_KM: f64 = 10_000.0;

/// Means over fewer children would be near single children's ways and are left out.
const FEWEST_CHILDREN: f64 = 20.0;

/// Ways before and after the measures.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AllocationReport {
    /// What the figures are: [`ALLOCATION_LABEL`].
    pub label: &'static str,
    /// The way that counts as acceptable, kilometres as the crow flies.
    pub limit_km: f64,
    /// Why there are no figures, if there are none.
    pub left_out: Option<String>,
    /// By date and care type, where children are under contract.
    pub comparisons: Vec<AllocationComparison>,
}

/// Ways of one care type on one day.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AllocationComparison {
    /// The day; places are those of its month.
    pub date: Date,
    /// The care type.
    pub care_type: CareType,
    /// Whether children under contract were scaled to the median demand of the day.
    pub scaled_to_demand: bool,
    /// Without the measures.
    pub baseline: AllocationSummary,
    /// With the measures.
    pub scenario: AllocationSummary,
}

/// Totals of one allocation.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AllocationSummary {
    /// Mean way of the children served, km to two decimals; `None` for fewer than 20 children.
    pub mean_km: Option<f64>,
    /// Share of all children with a place within the limit, per cent to one decimal; `None` for
    /// fewer than 20 children.
    pub within_limit_per_cent: Option<f64>,
    /// Facilities at which one more place would change something, the most valuable first.
    pub place_values: Vec<PlaceValue>,
    /// Children without a place.
    #[serde(skip)]
    pub unserved: ConfidentialCount,
}

/// What one more staffed place at a facility is worth.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct PlaceValue {
    /// The facility.
    pub facility: FacilityId,
    /// Whether a child without a place would get one.
    pub serves_another_child: bool,
    /// Kilometres saved in total, to two decimals; negative where the child served adds its way.
    pub kilometres_saved: f64,
}

/// Children of a home area.
pub(crate) struct Home {
    area: AreaId,
    pub(crate) centre: Location,
    /// By care type.
    children: [u32; CareType::COUNT],
}

/// Everything an allocation needs.
pub(crate) struct Question<'a> {
    pub(crate) dates: &'a [Date],
    pub(crate) limit_km: f64,
    pub(crate) demand: &'a DemandTable,
    pub(crate) districts: &'a Districts,
    pub(crate) baseline: &'a OccupancyCube,
    pub(crate) scenario: &'a OccupancyCube,
}

/// Compares the ways before and after.
pub(crate) fn compare(
    city: &City,
    by_home: &BTreeMap<(AreaId, CareType), u32>,
    question: &Question<'_>,
) -> Result<AllocationReport, ScenarioError> {
    let mut report = AllocationReport {
        label: ALLOCATION_LABEL,
        limit_km: question.limit_km,
        left_out: None,
        comparisons: Vec::new(),
    };
    let homes = match homes(city, by_home)? {
        Ok(homes) => homes,
        Err(missing) => {
            let missing = missing.join(", ");
            report.left_out = Some(format!(
                "table area_shapes has no centre of the home areas {missing}"
            ));
            return Ok(report);
        }
    };
    for &date in question.dates {
        for care in CareType::ALL {
            if homes.iter().any(|home| home.children[care.index()] > 0) {
                report
                    .comparisons
                    .push(question.comparison(&homes, date, care)?);
            }
        }
    }
    Ok(report)
}

/// The home areas with their centres; `Err` with the areas that have none.
pub(crate) fn homes(
    city: &City,
    by_home: &BTreeMap<(AreaId, CareType), u32>,
) -> Result<Result<Vec<Home>, Vec<String>>, ScenarioError> {
    let shapes = city.area_shapes()?;
    let centres: BTreeMap<&AreaId, Location> =
        shapes.iter().map(|it| (&it.area, it.centre)).collect();
    let mut homes: BTreeMap<&AreaId, [u32; CareType::COUNT]> = BTreeMap::new();
    for ((area, care), children) in by_home {
        homes.entry(area).or_default()[care.index()] += children;
    }
    let mut missing = Vec::new();
    let mut located = Vec::new();
    for (area, children) in homes {
        match centres.get(area) {
            None => missing.push(area.to_string()),
            Some(&centre) => located.push(Home {
                area: area.clone(),
                centre,
                children,
            }),
        }
    }
    Ok(if missing.is_empty() {
        Ok(located)
    } else {
        Err(missing)
    })
}

impl Question<'_> {
    fn comparison(
        &self,
        homes: &[Home],
        date: Date,
        care: CareType,
    ) -> Result<AllocationComparison, ScenarioError> {
        let (demands, scaled_to_demand) = self.demands(homes, date, care);
        let children: u32 = homes.iter().map(|home| home.children[care.index()]).sum();
        let month = Month::of(date);
        let after = self.places(self.scenario, care, month);
        let before = self.places(self.baseline, care, month);
        let solve = |capacities: &[f64]| -> Result<AllocationSummary, ScenarioError> {
            let problem = self.problem(homes, demands.clone(), capacities.to_vec());
            let allocation = allocate(&problem)?;
            Ok(self.summary(&problem, &allocation, f64::from(children)))
        };
        let scenario = solve(&after)?;
        let baseline = if before == after {
            scenario.clone()
        } else {
            solve(&before)?
        };
        Ok(AllocationComparison {
            date,
            care_type: care,
            scaled_to_demand,
            baseline,
            scenario,
        })
    }

    /// Children by home area: those under contract, scaled to the district's median demand where
    /// it is known, else to the city's.
    pub(crate) fn demands(&self, homes: &[Home], date: Date, care: CareType) -> (Vec<f64>, bool) {
        let count = |home: &Home| f64::from(home.children[care.index()]);
        let district = |home: &Home| {
            let district = self.districts.district(&home.area);
            district.map_or(TOTAL_AREA, AreaId::as_str).to_owned()
        };
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        for home in homes {
            *sums.entry(district(home)).or_insert(0.0) += count(home);
        }
        let whole: f64 = sums.values().sum();
        let factor = |area: &str, children: f64| {
            let median = self.demand.get(area, care, date)?.p50();
            (children > 0.0).then(|| median / children)
        };
        let mut scaled = false;
        let demands = homes
            .iter()
            .map(|home| {
                let district = district(home);
                let children = sums.get(&district).copied().unwrap_or(0.0);
                let factor = factor(&district, children).or_else(|| factor(TOTAL_AREA, whole));
                scaled |= factor.is_some();
                count(home) * factor.unwrap_or(1.0)
            })
            .collect();
        (demands, scaled)
    }

    /// Staffed places in the order of the scenario's facilities.
    fn places(&self, cube: &OccupancyCube, care: CareType, month: Month) -> Vec<f64> {
        let facilities = self.scenario.facilities().iter();
        facilities
            .map(|facility| {
                let position = cube.index().position(facility.id().as_str());
                let cell = position.and_then(|position| cube.cell(position, care, month));
                cell.map_or(0.0, |cell| f64::from(cell.capacities.staffed))
            })
            .collect()
    }

    fn problem(&self, homes: &[Home], demands: Vec<f64>, capacities: Vec<f64>) -> TransportProblem {
        let facilities = self.scenario.facilities();
        let mut arcs = Vec::new();
        for (area, home) in homes.iter().enumerate() {
            for (site, facility) in facilities.iter().enumerate() {
                let cost = home.centre.distance_km(facility.location());
                if capacities[site] > 0.0 && cost <= LONGEST_WAY_KM {
                    arcs.push(Arc { area, site, cost });
                }
            }
        }
        TransportProblem {
            unserved_penalties: vec![UNSERVED_KM; demands.len()],
            capacities,
            demands,
            arcs,
            time_limit_seconds: f64::INFINITY,
        }
    }

    fn summary(
        &self,
        problem: &TransportProblem,
        allocation: &Allocation,
        children: f64,
    ) -> AllocationSummary {
        let (mut served, mut kilometres, mut within) = (0.0, 0.0, 0.0);
        for (arc, flow) in problem.arcs.iter().zip(&allocation.flows) {
            served += flow;
            kilometres += flow * arc.cost;
            if arc.cost <= self.limit_km {
                within += flow;
            }
        }
        let all: f64 = problem.demands.iter().sum();
        let enough = children.min(served) >= FEWEST_CHILDREN;
        let facilities = self.scenario.facilities().iter();
        let mut place_values: Vec<PlaceValue> = facilities
            .zip(&allocation.place_values)
            .zip(&problem.capacities)
            .filter(|((_, value), places)| allocation.optimal && **places > 0.0 && **value > 0.005)
            .map(|((facility, value), _)| {
                let serves_another_child = *value > UNSERVED_KM / 2.0;
                let ways = if serves_another_child {
                    value - UNSERVED_KM
                } else {
                    *value
                };
                PlaceValue {
                    facility: facility.id().clone(),
                    serves_another_child,
                    kilometres_saved: rounded(ways, 100.0),
                }
            })
            .collect();
        place_values.sort_by(|a, b| {
            let order = b.serves_another_child.cmp(&a.serves_another_child);
            order
                .then(b.kilometres_saved.total_cmp(&a.kilometres_saved))
                .then(a.facility.cmp(&b.facility))
        });
        AllocationSummary {
            mean_km: enough.then(|| rounded(kilometres / served, 100.0)),
            within_limit_per_cent: enough.then(|| rounded(within / all * 100.0, 10.0)),
            place_values,
            unserved: ConfidentialCount::new(allocation.unserved.iter().sum()),
        }
    }
}

/// Rounded to one part in `parts`, without a negative zero.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts + 0.0
}
