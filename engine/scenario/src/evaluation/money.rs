//! Costs and grants by calendar year.

use std::collections::BTreeMap;

use domain::MonthRange;

use super::rows::{EvaluationRow, EvaluationSide};
use crate::demand::TOTAL_AREA;
use crate::spec::ScenarioSpec;

/// Money of a calendar year, whole city, in euros.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct YearSum {
    /// The calendar year.
    pub year: i32,
    /// Months of it that the scenario spans and demand is known for.
    pub months: usize,
    /// Without the measures.
    pub baseline: YearSide,
    /// With the measures.
    pub scenario: YearSide,
    /// What measures of this year cost once.
    #[serde(serialize_with = "crate::write::hundredths")]
    pub one_off: f64,
    /// What the measures cost more than the baseline in this year: their own cost, and the change
    /// of operating cost less grant. Negative where they save.
    #[serde(serialize_with = "crate::write::hundredths")]
    pub extra: f64,
    /// The budget of the year, if one is given.
    pub budget: Option<f64>,
    /// Whether `extra` keeps it; `None` without a budget.
    pub within_budget: Option<bool>,
}

/// Money of a year, euros.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct YearSide {
    /// For staffed places, as far as costs are known.
    #[serde(serialize_with = "crate::write::hundredths")]
    pub operating_cost: f64,
    /// State grant for the children served, as it accrues month by month; what is paid follows the
    /// count of 1 April of the year before.
    #[serde(serialize_with = "crate::write::hundredths")]
    pub state_grant: f64,
}

impl YearSide {
    fn add(&mut self, side: &EvaluationSide) {
        self.operating_cost += side.operating_cost.unwrap_or(0.0);
        self.state_grant += side.state_grant;
    }

    /// Operating cost less grant.
    #[must_use]
    pub const fn net(self) -> f64 {
        self.operating_cost - self.state_grant
    }
}

/// Sums the rows of the whole city by calendar year.
pub(super) fn by_year(
    rows: &[EvaluationRow],
    months: MonthRange,
    spec: &ScenarioSpec,
) -> Vec<YearSum> {
    let mut years: BTreeMap<i32, YearSum> = BTreeMap::new();
    for month in months.iter() {
        let budget = spec.costs().budgets().get(&month.year()).copied();
        years.entry(month.year()).or_insert_with(|| YearSum {
            year: month.year(),
            months: 0,
            baseline: YearSide::default(),
            scenario: YearSide::default(),
            one_off: 0.0,
            extra: 0.0,
            budget,
            within_budget: None,
        });
    }
    let mut last = None;
    for row in rows.iter().filter(|row| row.area == TOTAL_AREA) {
        let Some(sum) = years.get_mut(&row.month.year()) else {
            continue;
        };
        sum.baseline.add(&row.baseline);
        sum.scenario.add(&row.scenario);
        sum.months += usize::from(last.replace(row.month) != Some(row.month));
    }
    for cost in spec.one_off_costs() {
        if let Some(sum) = years.get_mut(&i32::from(cost.on.year())) {
            sum.one_off += cost.euros;
        }
    }
    for sum in years.values_mut() {
        sum.extra = sum.one_off + sum.scenario.net() - sum.baseline.net();
        // A cent of slack, so that a budget of just the cost is kept.
        sum.within_budget = sum.budget.map(|budget| sum.extra <= budget + 0.01);
    }
    let says_something =
        |sum: &YearSum| sum.months > 0 || sum.one_off > 0.0 || sum.budget.is_some();
    years.into_values().filter(says_something).collect()
}
