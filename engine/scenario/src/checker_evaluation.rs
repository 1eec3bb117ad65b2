//! Independent check of an evaluation.
//!
//! Reckons from the sorted demand of each cell, from its tail, and shares no code with the
//! evaluation; demand that was given as quantiles is judged by its distribution, not by paths.

use std::collections::BTreeMap;

use domain::{CareType, Month, StaffingRatio};

use crate::checker::{ReportChecker, ReportViolation};
use crate::demand::{DemandTable, TOTAL_AREA};
use crate::evaluation::{EvaluationRow, EvaluationSide, Priority};
use crate::report::{ScenarioReport, Side};
use crate::spec::ScenarioSpec;

/// Slack of places, people and euros, relative.
const SLACK: f64 = 1e-5;

impl ReportChecker {
    /// Recomputes the evaluation of a report from the demand it was made with.
    ///
    /// # Errors
    ///
    /// Everything that is wrong.
    pub fn check_evaluation(
        self,
        report: &ScenarioReport,
        spec: &ScenarioSpec,
        demand: &DemandTable,
        staffing: &[StaffingRatio],
    ) -> Result<(), Vec<ReportViolation>> {
        let mut check = Check {
            spec,
            demand,
            staffing,
            found: Vec::new(),
        };
        for row in &report.evaluation.rows {
            for (name, side) in [("baseline", &row.baseline), ("scenario", &row.scenario)] {
                check.side(row, name, side);
            }
        }
        check.supply(report);
        check.unserved(report);
        check.years(report);
        if check.found.is_empty() {
            Ok(())
        } else {
            Err(check.found)
        }
    }
}

struct Check<'a> {
    spec: &'a ScenarioSpec,
    demand: &'a DemandTable,
    staffing: &'a [StaffingRatio],
    found: Vec<ReportViolation>,
}

fn named(row: &EvaluationRow) -> String {
    format!("{} {} {}", row.month, row.area, row.care_type)
}

impl Check<'_> {
    fn differ(
        &mut self,
        (row, side): (&str, &'static str),
        what: &'static str,
        (stated, expected): (f64, f64),
        slack: f64,
    ) {
        let agree = (stated - expected).abs() <= slack * (1.0 + expected.abs());
        if !agree {
            self.found.push(ReportViolation::Number {
                row: row.to_owned(),
                side,
                what,
                found: stated.to_string(),
                expected: expected.to_string(),
            });
        }
    }

    /// Quantiles the scenario gives for a cell.
    fn given(&self, row: &EvaluationRow) -> Option<crate::Quantiles> {
        let same = self.spec.demand().iter().rev().find(|given| {
            let area = given.area.as_ref().map_or(TOTAL_AREA, |area| area.as_str());
            area == row.area
                && given.care_type == row.care_type
                && Month::of(given.date) == row.month
        });
        same.map(|given| given.places)
    }

    fn side(&mut self, row: &EvaluationRow, name: &'static str, side: &EvaluationSide) {
        let key = named(row);
        let at = (key.as_str(), name);
        let mean = row.demand.mean;
        let total = (side.expected_served + side.expected_shortfall, mean);
        self.differ(at, "served and missing children", total, SLACK);
        let staffed = side.staffed as f64;
        let in_use = side.utilisation_per_cent.unwrap_or(0.0) / 100.0 * staffed;
        let served = if side.staffed > 0 {
            side.expected_served
        } else {
            0.0
        };
        self.differ(at, "utilisation", (in_use, served), SLACK);
        self.money(row, at, side);
        if let Some(given) = self.given(row) {
            // Paths take the middles of equal shares: at most half a share away.
            let paths = self
                .demand
                .paths()
                .map_or(self.spec.paths(), |it| it.path_count());
            let slack = 0.51 / paths as f64;
            let expected = given.probability_above(staffed);
            self.differ(
                at,
                "the share of paths above staffed",
                (side.above_staffed, expected),
                slack,
            );
            return;
        }
        let paths = self.demand.paths();
        let values = paths.and_then(|it| it.places(&row.area, row.care_type, row.month));
        let Some(values) = values else {
            let row = key.clone();
            self.found
                .push(ReportViolation::CoverWithoutDemand { row, side: name });
            return;
        };
        let mut sorted: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len() as f64;
        self.differ(
            at,
            "the mean demand",
            (mean, sorted.iter().sum::<f64>() / count),
            SLACK,
        );
        for (what, stated, share) in [
            ("demand at P10", row.demand.p10, 0.1),
            ("demand at P50", row.demand.p50, 0.5),
            ("demand at P90", row.demand.p90, 0.9),
        ] {
            self.differ(at, what, (stated, interpolated(&sorted, share)), SLACK);
        }
        let tail = |places: u64| sorted.partition_point(|need| *need <= places as f64);
        for (what, stated, places) in [
            (
                "the share of paths above licensed",
                side.above_licensed,
                side.licensed,
            ),
            (
                "the share of paths above planned",
                side.above_planned,
                side.planned,
            ),
            (
                "the share of paths above staffed",
                side.above_staffed,
                side.staffed,
            ),
        ] {
            let expected = 1.0 - tail(places) as f64 / count;
            self.differ(at, what, (stated, expected), 1e-9);
        }
        let above = &sorted[tail(side.staffed)..];
        let missing = (above.iter().sum::<f64>() - staffed * above.len() as f64) / count;
        self.differ(
            at,
            "the expected shortfall",
            (side.expected_shortfall, missing),
            SLACK,
        );
        // Missing places rise with the demand, so their quantile is that of the demand, cut at 0.
        let below = sorted
            .iter()
            .map(|need| (need - staffed).max(0.0))
            .collect::<Vec<_>>();
        let high = interpolated(&below, 0.9);
        self.differ(
            at,
            "the shortfall at P90",
            (side.shortfall_p90, high),
            SLACK,
        );
    }

    /// Staff, costs and grant of a cell.
    fn money(&mut self, row: &EvaluationRow, at: (&str, &'static str), side: &EvaluationSide) {
        let (care, day) = (row.care_type, row.month.first_day());
        let ratio = StaffingRatio::on(day, self.staffing);
        let per_child = match care {
            CareType::Childminding => 0.0,
            CareType::Nursery => ratio.nursery,
            CareType::Kindergarten => ratio.kindergarten,
            CareType::AfterSchool => ratio.after_school,
        };
        let staff = per_child * side.staffed as f64;
        self.differ(at, "staff present", (side.staff_present, staff), SLACK);
        let base = if care == CareType::AfterSchool {
            6.0
        } else {
            9.0
        };
        let costs = self.spec.costs();
        let share = costs.daily_hours(care) / base;
        for (what, stated, children) in [
            ("staff needed at P50", row.staff_needed.0, row.demand.p50),
            ("staff needed at P90", row.staff_needed.1, row.demand.p90),
        ] {
            self.differ(at, what, (stated, per_child * share * children), SLACK);
        }
        let cost = costs.place_and_month(care, day).unwrap_or(0.0) * side.staffed as f64;
        self.differ(
            at,
            "operating cost",
            (side.operating_cost.unwrap_or(0.0), cost),
            SLACK,
        );
        let grant =
            costs.grant_of_child_and_month(care, day) * (row.demand.mean - side.expected_shortfall);
        self.differ(at, "state grant", (side.state_grant, grant), SLACK);
    }

    /// Places agree with those of the report's days, and districts without demand hide none.
    fn supply(&mut self, report: &ScenarioReport) {
        let rows: BTreeMap<(&str, CareType, Month), &EvaluationRow> = report
            .evaluation
            .rows
            .iter()
            .map(|row| ((row.area.as_str(), row.care_type, row.month), row))
            .collect();
        for row in &report.rows {
            let key = (row.area.as_str(), row.care_type, Month::of(row.date));
            let Some(found) = rows.get(&key) else {
                continue;
            };
            let sides: [(&'static str, &Side, &EvaluationSide); 2] = [
                ("baseline", &row.baseline, &found.baseline),
                ("scenario", &row.scenario, &found.scenario),
            ];
            for (name, report, found) in sides {
                let key = format!("{} {} {}", row.date, row.area, row.care_type);
                for (what, stated, expected) in [
                    ("licensed places", found.licensed, report.licensed),
                    ("planned places", found.planned, report.planned),
                    ("staffed places", found.staffed, report.staffed),
                ] {
                    let both = (stated as f64, expected as f64);
                    self.differ((&key, name), what, both, 0.0);
                }
            }
        }
    }

    /// Who goes without adds up: under three in nursery and childminding together.
    fn unserved(&mut self, report: &ScenarioReport) {
        let Some(paths) = self.demand.paths() else {
            return;
        };
        if !self.spec.demand().is_empty() {
            return; // cells of both kinds are mixed there
        }
        let mut staffed: BTreeMap<(&str, Month), [[f64; CareType::COUNT]; 2]> = BTreeMap::new();
        for row in &report.evaluation.rows {
            let sides = staffed.entry((&row.area, row.month)).or_default();
            sides[0][row.care_type.index()] = row.baseline.staffed as f64;
            sides[1][row.care_type.index()] = row.scenario.staffed as f64;
        }
        for rows in report.evaluation.unserved.chunks(Priority::ALL.len()) {
            let [claim, school, babies] = rows else {
                continue;
            };
            let Some(places) = staffed.get(&(claim.area.as_str(), claim.month)) else {
                continue;
            };
            let sides = [
                (
                    "baseline",
                    [claim.baseline, school.baseline, babies.baseline],
                ),
                (
                    "scenario",
                    [claim.scenario, school.scenario, babies.scenario],
                ),
            ];
            for ((name, stated), places) in sides.into_iter().zip(places) {
                let key = format!("{} {}", claim.month, claim.area);
                let mean = |cares: &[CareType]| {
                    let needs: Vec<&[f32]> = cares
                        .iter()
                        .filter_map(|care| paths.places(&claim.area, *care, claim.month))
                        .collect();
                    let there: f64 = cares.iter().map(|care| places[care.index()]).sum();
                    let missing = |path: usize| {
                        let wanted: f64 = needs.iter().map(|of| f64::from(of[path])).sum();
                        (wanted - there).max(0.0)
                    };
                    let count = paths.path_count();
                    (0..count).map(missing).sum::<f64>() / count as f64
                };
                let young = mean(&[CareType::Nursery, CareType::Childminding]);
                let expected = young + mean(&[CareType::Kindergarten]);
                let sum = stated[0].mean + stated[2].mean;
                self.differ(
                    (&key, name),
                    "unserved before school",
                    (sum, expected),
                    SLACK,
                );
                let school = mean(&[CareType::AfterSchool]);
                self.differ(
                    (&key, name),
                    "unserved at school",
                    (stated[1].mean, school),
                    SLACK,
                );
                let of_babies = paths.under_one(&claim.area, claim.month).unwrap_or(&[]);
                let babies: f64 = of_babies.iter().map(|need| f64::from(*need)).sum();
                let most = young.min(babies / of_babies.len().max(1) as f64);
                let within = (stated[2].mean, stated[2].mean.min(most));
                self.differ((&key, name), "unserved under one", within, SLACK);
            }
        }
    }

    /// The years add up.
    fn years(&mut self, report: &ScenarioReport) {
        for sum in &report.evaluation.years {
            let key = sum.year.to_string();
            let rows = report.evaluation.rows.iter();
            let rows = rows.filter(|row| row.area == TOTAL_AREA && row.month.year() == sum.year);
            let (mut before, mut after) = (0.0, 0.0);
            for row in rows {
                let net =
                    |side: &EvaluationSide| side.operating_cost.unwrap_or(0.0) - side.state_grant;
                before += net(&row.baseline);
                after += net(&row.scenario);
            }
            let costs = self.spec.one_off_costs().iter();
            let costs = costs.filter(|cost| i32::from(cost.on.year()) == sum.year);
            let once: f64 = costs.map(|cost| cost.euros).sum();
            // Differences of millions: a cent is enough.
            let agree = (sum.extra - (after - before + once)).abs() <= 0.01;
            let kept = sum
                .budget
                .map(|budget| after - before + once <= budget + 0.01);
            if !agree || kept != sum.within_budget {
                self.found.push(ReportViolation::Number {
                    row: key,
                    side: "scenario",
                    what: "the extra cost and whether it keeps the budget",
                    found: format!("{} {:?}", sum.extra, sum.within_budget),
                    expected: format!("{} {kept:?}", after - before + once),
                });
            }
        }
    }
}

fn interpolated(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let place = share * last as f64;
    let lower = (place as usize).min(last);
    let (low, high) = (sorted[lower], sorted[(lower + 1).min(last)]);
    low + (high - low) * (place - lower as f64)
}
