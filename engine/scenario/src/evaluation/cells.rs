//! Judging the places of each cell against the demand of each path.

use std::collections::BTreeSet;

use domain::{AreaId, CareType, Month, MonthRange, StaffingRatio};

use super::money::{self, YearSum};
use super::paths::CellPaths;
use super::rows::{Evaluation, EvaluationRow, EvaluationSide, PathSummary, Priority, UnservedRow};
use super::supply::{Supply, SupplyTable};
use super::unserved;
use crate::demand::TOTAL_AREA;
use crate::districts::Districts;
use crate::spec::{Costs, ScenarioSpec};

/// What is judged.
pub(crate) struct Judged<'a> {
    pub(crate) spec: &'a ScenarioSpec,
    pub(crate) districts: &'a Districts,
    pub(crate) staffing: &'a [StaffingRatio],
    pub(crate) baseline: &'a occupancy::OccupancyCube,
    pub(crate) scenario: &'a occupancy::OccupancyCube,
    pub(crate) demand: &'a CellPaths<'a>,
}

/// Base hours a day of a place.
pub(crate) const fn base_hours(care: CareType) -> f64 {
    match care {
        CareType::AfterSchool => 6.0,
        _ => 9.0,
    }
}

/// Judges every month, district and care type, and the whole city.
pub(crate) fn evaluate(judged: &Judged<'_>) -> Evaluation {
    let demand = judged.demand;
    if demand.is_empty() {
        return Evaluation {
            left_out: Some(
                "no demand is known: the city has no population by single ages with contracts, and the scenario gives no [[demand]]"
                    .to_owned(),
            ),
            ..Evaluation::default()
        };
    }
    let months = judged.spec.months();
    let tables = [judged.baseline, judged.scenario]
        .map(|cube| SupplyTable::of(cube, judged.districts, months));
    let mut areas: BTreeSet<AreaId> = tables.iter().flat_map(SupplyTable::districts).collect();
    areas.extend(
        demand
            .given_areas()
            .filter_map(|area| AreaId::new(area).ok()),
    );
    areas.retain(|area| judged.districts.district(area) == Some(area));
    let names: Vec<&str> = areas
        .iter()
        .map(AreaId::as_str)
        .chain([TOTAL_AREA])
        .collect();
    let work = Work {
        judged,
        tables: &tables,
        months,
    };
    let mut evaluation = Evaluation {
        paths: demand.count(),
        ..Evaluation::default()
    };
    for (place, month) in months.iter().enumerate() {
        for area in &names {
            let rows = CareType::ALL.map(|care| work.row(area, care, (place, month)));
            evaluation.rows.extend(rows.into_iter().flatten());
            evaluation
                .unserved
                .extend(work.unserved(area, (place, month)));
        }
    }
    evaluation.years = work.years(&evaluation.rows);
    evaluation
}

struct Work<'a> {
    judged: &'a Judged<'a>,
    tables: &'a [SupplyTable; 2],
    months: MonthRange,
}

impl Work<'_> {
    fn row(
        &self,
        area: &str,
        care: CareType,
        (place, month): (usize, Month),
    ) -> Option<EvaluationRow> {
        let values = self.judged.demand.places(area, care, month)?;
        let demand = PathSummary::of(&values);
        let ratio = StaffingRatio::on(month.first_day(), self.judged.staffing);
        let costs = self.judged.spec.costs();
        let needed = ratio.required(care, costs.daily_hours(care));
        let side = |table: &SupplyTable| {
            side(
                table.at(area, care, place),
                &values,
                care,
                month,
                ratio,
                costs,
            )
        };
        Some(EvaluationRow {
            month,
            area: area.to_owned(),
            care_type: care,
            demand,
            staff_needed: (needed * demand.p50, needed * demand.p90),
            baseline: side(&self.tables[0]),
            scenario: side(&self.tables[1]),
        })
    }

    /// Unserved children by priority; none where the demand of no care type is known.
    fn unserved(&self, area: &str, (place, month): (usize, Month)) -> Vec<UnservedRow> {
        let demand = self.judged.demand;
        let by_care = CareType::ALL.map(|care| demand.places(area, care, month));
        if by_care.iter().all(Option::is_none) {
            return Vec::new();
        }
        let under_one = demand.under_one(area, month);
        let of = |table: &SupplyTable| {
            let staffed = CareType::ALL.map(|care| table.at(area, care, place).staffed);
            unserved::by_priority(&by_care, &under_one, staffed)
        };
        let [baseline, scenario] = [of(&self.tables[0]), of(&self.tables[1])];
        let both = baseline.into_iter().zip(scenario);
        Priority::ALL
            .into_iter()
            .zip(both)
            .map(|(priority, (baseline, scenario))| UnservedRow {
                month,
                area: area.to_owned(),
                priority,
                baseline,
                scenario,
            })
            .collect()
    }

    fn years(&self, rows: &[EvaluationRow]) -> Vec<YearSum> {
        money::by_year(rows, self.months, self.judged.spec)
    }
}

fn side(
    supply: Supply,
    values: &[f32],
    care: CareType,
    month: Month,
    ratio: StaffingRatio,
    costs: &Costs,
) -> EvaluationSide {
    let count = values.len().max(1) as f64;
    let above = |places: u64| {
        let places = places as f64;
        values
            .iter()
            .filter(|need| f64::from(**need) > places)
            .count() as f64
            / count
    };
    let staffed = supply.staffed as f64;
    let (mut short, mut served) = (0.0, 0.0);
    let mut shortfalls = Vec::with_capacity(values.len());
    for need in values {
        let missing = (f64::from(*need) - staffed).max(0.0);
        short += missing;
        served += f64::from(*need) - missing;
        shortfalls.push(missing as f32);
    }
    let expected_served = served / count;
    let day = month.first_day();
    EvaluationSide {
        licensed: supply.licensed,
        planned: supply.planned,
        staffed: supply.staffed,
        above_licensed: above(supply.licensed),
        above_planned: above(supply.planned),
        above_staffed: above(supply.staffed),
        expected_shortfall: short / count,
        shortfall_p90: PathSummary::of(&shortfalls).p90,
        expected_served,
        utilisation_per_cent: (supply.staffed > 0).then(|| expected_served / staffed * 100.0),
        staff_present: ratio.required(care, base_hours(care)) * staffed,
        operating_cost: costs
            .place_and_month(care, day)
            .map(|euros| euros * staffed),
        state_grant: costs.grant_of_child_and_month(care, day) * expected_served,
    }
}
