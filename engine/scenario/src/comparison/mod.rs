//! The city without measures beside any number of scenarios.

mod map;
mod sensitivity;

use std::collections::BTreeMap;
use std::io::{self, Write};

use domain::{CareType, InputProblem};
use jiff::civil::Date;

use crate::codes as code;
use crate::demand::{Quantiles, TOTAL_AREA};
use crate::error::ScenarioError;
use crate::report::{ReportRow, ScenarioReport, Side};

pub use map::write_cover_map;
pub use sensitivity::{Lever, Sensitivity, SensitivityBar, SensitivityOf, sensitivity};

/// Columns of the comparison table.
const HEADER: &str = "date,area,care_type,scenario,demand_p50,baseline_staffed,scenario_staffed,\
staffed_difference,baseline_cover_p50_per_cent,scenario_cover_p50_per_cent,\
cover_difference_points,baseline_light,scenario_light,baseline_shortfall_probability,\
scenario_shortfall_probability";

/// Day, district (the whole city last) and care type.
type Key = (Date, bool, String, CareType);

/// The baseline and what each scenario makes of it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ScenarioComparison {
    /// Names of the scenarios, in the order given.
    pub scenarios: Vec<String>,
    /// In the order date, district (the whole city last), care type.
    pub rows: Vec<ComparisonRow>,
}

/// One district (or the whole city), care type and day.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ComparisonRow {
    /// The day.
    pub date: Date,
    /// Key of the district, or [`crate::TOTAL_AREA`].
    pub area: String,
    /// Name of the district on pages.
    pub area_name: String,
    /// The care type.
    pub care_type: CareType,
    /// Places needed, if anybody said so.
    pub demand: Option<Quantiles>,
    /// Without any measure.
    pub baseline: Side,
    /// With the measures of each scenario, in their order.
    pub scenarios: Vec<Side>,
}

impl ComparisonRow {
    /// Staffed places that a scenario adds; negative where it takes some away. `None` for a scenario
    /// that there is not.
    #[must_use]
    pub fn staffed_difference(&self, scenario: usize) -> Option<i64> {
        let count = |places: u64| i64::try_from(places).unwrap_or(i64::MAX);
        let side = self.scenarios.get(scenario)?;
        Some(count(side.staffed) - count(self.baseline.staffed))
    }

    /// Percentage points by which the cover of the median demand changes; `None` without demand.
    #[must_use]
    pub fn cover_difference(&self, scenario: usize) -> Option<f64> {
        let after = self.scenarios.get(scenario)?.cover?.at_p50_per_cent?;
        Some(after - self.baseline.cover?.at_p50_per_cent?)
    }
}

impl ScenarioComparison {
    /// Compares reports that start from the same city.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Input`] (E4167) for no report, two of the same name, or reports whose days,
    /// demand, target or baseline differ: then a difference would not be the work of the measures.
    pub fn new(reports: &[ScenarioReport]) -> Result<Self, ScenarioError> {
        let mut problems = Vec::new();
        let mut note = |name: &str, message: &str, remedy: &str| {
            problems.push(
                InputProblem::new(code::NOT_COMPARABLE, "comparison", message)
                    .at(0, "scenario", name)
                    .remedy(remedy),
            );
        };
        let Some(first) = reports.first() else {
            note(
                "",
                "there is nothing to compare",
                "give at least one scenario",
            );
            return Err(ScenarioError::Input(problems));
        };
        for (number, report) in reports.iter().enumerate() {
            let name = report.name.as_str();
            if reports[..number].iter().any(|it| it.name == name) {
                let message = "another scenario has this name";
                note(name, message, "give each scenario a name of its own");
            }
            let is_same = report.known_on == first.known_on
                && report.target_cover.total_cmp(&first.target_cover).is_eq()
                && has_same_baseline(first, report);
            if !is_same {
                let remedy =
                    "plan them with the same city, known_on, report_dates, demand and target_cover";
                note(
                    name,
                    "its baseline is not that of the first scenario",
                    remedy,
                );
            }
        }
        if !problems.is_empty() {
            return Err(ScenarioError::Input(problems));
        }
        Ok(Self {
            scenarios: reports.iter().map(|report| report.name.clone()).collect(),
            rows: rows(reports),
        })
    }

    /// The rows where some scenario changes something.
    pub fn changed(&self) -> impl Iterator<Item = &ComparisonRow> {
        let rows = self.rows.iter();
        rows.filter(|row| row.scenarios.iter().any(|side| *side != row.baseline))
    }

    /// Writes one line per row and scenario as CSV: UTF-8, comma, header row, line feeds. Cover and
    /// places needed have two decimals, probabilities three; empty where no demand is known.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, mut target: impl Write) -> io::Result<()> {
        writeln!(target, "{HEADER}")?;
        for row in &self.rows {
            for (number, (name, side)) in self.scenarios.iter().zip(&row.scenarios).enumerate() {
                let per_cent = |side: &Side| two(side.cover.and_then(|it| it.at_p50_per_cent));
                let light = |side: &Side| side.cover.map_or("", |it| it.light.as_str());
                let risk = |side: &Side| {
                    let risk = side
                        .cover
                        .map(|it| format!("{:.3}", it.shortfall_probability));
                    risk.unwrap_or_default()
                };
                writeln!(
                    target,
                    "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
                    row.date,
                    row.area,
                    row.care_type,
                    quoted(name),
                    two(row.demand.map(Quantiles::p50)),
                    row.baseline.staffed,
                    side.staffed,
                    row.staffed_difference(number).unwrap_or(0),
                    per_cent(&row.baseline),
                    per_cent(side),
                    two(row.cover_difference(number)),
                    light(&row.baseline),
                    light(side),
                    risk(&row.baseline),
                    risk(side),
                )?;
            }
        }
        Ok(())
    }
}

fn key(row: &ReportRow) -> Key {
    (
        row.date,
        row.area == TOTAL_AREA,
        row.area.clone(),
        row.care_type,
    )
}

/// Whether both reports count the same places without measures, wherever both have a row.
fn has_same_baseline(one: &ScenarioReport, other: &ScenarioReport) -> bool {
    let rows: BTreeMap<Key, &ReportRow> = one.rows.iter().map(|row| (key(row), row)).collect();
    let days = |report: &ScenarioReport| {
        let days: std::collections::BTreeSet<Date> =
            report.rows.iter().map(|row| row.date).collect();
        days
    };
    let same = |row: &ReportRow| {
        rows.get(&key(row))
            .is_none_or(|first| first.baseline == row.baseline && first.demand == row.demand)
    };
    days(one) == days(other) && other.rows.iter().all(same)
}

fn rows(reports: &[ScenarioReport]) -> Vec<ComparisonRow> {
    let mut all: BTreeMap<Key, Vec<Option<&ReportRow>>> = BTreeMap::new();
    for (number, report) in reports.iter().enumerate() {
        for row in &report.rows {
            let found = all
                .entry(key(row))
                .or_insert_with(|| vec![None; reports.len()]);
            found[number] = Some(row);
        }
    }
    all.into_values()
        .filter_map(|found| {
            let any = found.iter().flatten().next()?;
            // A scenario without the row has no measure there: it is as the city without measures.
            let sides = found
                .iter()
                .map(|row| row.map_or(any.baseline, |row| row.scenario));
            Some(ComparisonRow {
                date: any.date,
                area: any.area.clone(),
                area_name: any.area_name.clone(),
                care_type: any.care_type,
                demand: any.demand,
                baseline: any.baseline,
                scenarios: sides.collect(),
            })
        })
        .collect()
}

fn two(value: Option<f64>) -> String {
    // Without a negative zero.
    value.map_or_else(String::new, |value| {
        format!("{:.2}", (value * 100.0).round() / 100.0 + 0.0)
    })
}

/// A field of RFC 4180.
pub(crate) fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
