//! Independent check of a report.
//!
//! Reckons in whole hundredths of a place and by numerical integration, and shares no code with
//! the planner: it sees only the places and the demand of each row.

use std::collections::BTreeMap;

use domain::CareType;
use jiff::civil::Date;

use crate::cover::{Cover, Light};
use crate::demand::TOTAL_AREA;
use crate::report::{ReportRow, ScenarioReport, Side};

/// Slack of per cents and places.
const SLACK: f64 = 1e-6;
/// Slack of probabilities.
const PROBABILITY_SLACK: f64 = 1e-7;

/// What a report does wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReportViolation {
    /// Rows are not in their order, or one appears twice.
    #[error("the row {row} does not come after the row before it")]
    Order {
        /// Date, area and care type.
        row: String,
    },
    /// More places staffed than licensed.
    #[error("the {side} of {row} has {staffed} places staffed of {licensed} licensed")]
    StaffedAboveLicensed {
        /// Date, area and care type.
        row: String,
        /// `baseline` or `scenario`.
        side: &'static str,
        /// Places staffed.
        staffed: u64,
        /// Places licensed.
        licensed: u64,
    },
    /// The districts do not add up to the city.
    #[error(
        "the districts of {row} add up to {expected} places {what} in the {side}, the city has {found}"
    )]
    Sum {
        /// Date, area and care type.
        row: String,
        /// `baseline` or `scenario`.
        side: &'static str,
        /// Which places.
        what: &'static str,
        /// Places of the city.
        found: u64,
        /// Sum of the districts.
        expected: u64,
    },
    /// Cover without demand, or the other way round.
    #[error("the {side} of {row} has a cover without a demand or a demand without a cover")]
    CoverWithoutDemand {
        /// Date, area and care type.
        row: String,
        /// `baseline` or `scenario`.
        side: &'static str,
    },
    /// A number does not follow from places and demand.
    #[error("the {side} of {row} states {what} as {found}, it is {expected}")]
    Number {
        /// Date, area and care type.
        row: String,
        /// `baseline` or `scenario`.
        side: &'static str,
        /// Which number.
        what: &'static str,
        /// As stated.
        found: String,
        /// As reckoned here.
        expected: String,
    },
}

/// Checks reports.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportChecker;

impl ReportChecker {
    /// Recomputes every row.
    ///
    /// # Errors
    ///
    /// Everything that is wrong.
    pub fn check(self, report: &ScenarioReport) -> Result<(), Vec<ReportViolation>> {
        let mut found = Vec::new();
        for pair in report.rows.windows(2) {
            if order_of(&pair[0]) >= order_of(&pair[1]) {
                found.push(ReportViolation::Order {
                    row: named(&pair[1]),
                });
            }
        }
        for row in &report.rows {
            for (side, places) in [("baseline", &row.baseline), ("scenario", &row.scenario)] {
                check_side(row, side, places, report.target_cover, &mut found);
            }
        }
        check_sums(&report.rows, &mut found);
        if found.is_empty() { Ok(()) } else { Err(found) }
    }
}

fn named(row: &ReportRow) -> String {
    format!("{} {} {}", row.date, row.area, row.care_type)
}

fn order_of(row: &ReportRow) -> (Date, bool, &str, CareType) {
    (row.date, row.area == TOTAL_AREA, &row.area, row.care_type)
}

fn check_side(
    row: &ReportRow,
    side: &'static str,
    places: &Side,
    target: f64,
    found: &mut Vec<ReportViolation>,
) {
    if places.staffed > places.licensed {
        found.push(ReportViolation::StaffedAboveLicensed {
            row: named(row),
            side,
            staffed: places.staffed,
            licensed: places.licensed,
        });
    }
    let (demand, cover) = match (row.demand, &places.cover) {
        (Some(demand), Some(cover)) => (demand, cover),
        (None, None) => return,
        _ => {
            let row = named(row);
            found.push(ReportViolation::CoverWithoutDemand { row, side });
            return;
        }
    };
    let staffed = places.staffed as f64;
    let mut differ = |what: &'static str, stated: f64, expected: f64, slack: f64| {
        let agree = (stated - expected).abs() <= slack * (1.0 + expected.abs());
        if !agree {
            found.push(ReportViolation::Number {
                row: named(row),
                side,
                what,
                found: stated.to_string(),
                expected: expected.to_string(),
            });
        }
    };
    differ(
        "needed places",
        cover.needed_places,
        demand.p50() * target,
        SLACK,
    );
    for (what, stated, quantile) in [
        ("cover at P50", cover.at_p50_per_cent, demand.p50()),
        ("cover at P90", cover.at_p90_per_cent, demand.p90()),
    ] {
        // Multiplied out, so that a demand of 0 needs no division.
        let stated = stated.unwrap_or(if quantile == 0.0 { 0.0 } else { f64::NAN });
        let expected = if quantile == 0.0 {
            0.0
        } else {
            staffed * 100.0
        };
        differ(what, stated * quantile, expected, SLACK);
    }
    let missing = integrated_shortfall(demand.p10(), demand.p50(), demand.p90(), staffed);
    let stated = cover.shortfall_probability;
    differ(
        "the probability of a shortfall",
        stated,
        missing,
        PROBABILITY_SLACK,
    );
    check_lights(
        row,
        side,
        cover,
        (staffed, demand.p50() * target, demand.p90()),
        found,
    );
}

/// Lights by counting whole hundredths of a place short.
fn check_lights(
    row: &ReportRow,
    side: &'static str,
    cover: &Cover,
    (staffed, target, high): (f64, f64, f64),
    found: &mut Vec<ReportViolation>,
) {
    let short = |needed: f64| ((needed - staffed) * 10_000.0).round() > 0.0;
    let at_p50 = if short(target) {
        Light::Red
    } else {
        Light::Green
    };
    let at_p90 = if short(high) {
        Light::Amber
    } else {
        Light::Green
    };
    let both = match (short(target), short(high)) {
        (true, _) => Light::Red,
        (false, true) => Light::Amber,
        (false, false) => Light::Green,
    };
    for (what, stated, expected) in [
        ("the light at P50", cover.light_at_p50, at_p50),
        ("the light at P90", cover.light_at_p90, at_p90),
        ("the light", cover.light, both),
    ] {
        if stated != expected {
            found.push(ReportViolation::Number {
                row: named(row),
                side,
                what,
                found: stated.as_str().to_owned(),
                expected: expected.as_str().to_owned(),
            });
        }
    }
}

/// Half plus or minus the area under the normal density between the median and the places, by
/// Simpson's rule.
fn integrated_shortfall(p10: f64, p50: f64, p90: f64, places: f64) -> f64 {
    let reach = if places < p50 { p50 - p10 } else { p90 - p50 };
    let away = places - p50;
    if reach <= 0.0 {
        return if away < 0.0 { 1.0 } else { 0.0 };
    }
    // Units of the distance from the median to the outer quantile; beyond seven nothing is left.
    let end = (away.abs() / reach).min(7.0);
    let z = 1.281_551_565_544_6_f64;
    let density = |x: f64| z * (-(z * x).powi(2) / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let steps = 2_000;
    let width = end / f64::from(steps);
    let inner: f64 = (1..steps)
        .map(|step| {
            let weight = if step % 2 == 1 { 4.0 } else { 2.0 };
            weight * density(f64::from(step) * width)
        })
        .sum();
    let area = (density(0.0) + inner + density(end)) * width / 3.0;
    if away < 0.0 { 0.5 + area } else { 0.5 - area }
}

/// The districts of every day and care type add up to the city.
fn check_sums(rows: &[ReportRow], found: &mut Vec<ReportViolation>) {
    let mut sums: BTreeMap<(Date, CareType), [[u64; 3]; 2]> = BTreeMap::new();
    let counts = |row: &ReportRow| {
        [row.baseline, row.scenario].map(|side| [side.licensed, side.planned, side.staffed])
    };
    for row in rows.iter().filter(|row| row.area != TOTAL_AREA) {
        let sum = sums.entry((row.date, row.care_type)).or_default();
        for (sum, counts) in sum.iter_mut().zip(counts(row)) {
            for (sum, count) in sum.iter_mut().zip(counts) {
                *sum += count;
            }
        }
    }
    for row in rows.iter().filter(|row| row.area == TOTAL_AREA) {
        let sum = sums
            .get(&(row.date, row.care_type))
            .copied()
            .unwrap_or_default();
        for (side, (sum, city)) in ["baseline", "scenario"]
            .into_iter()
            .zip(sum.into_iter().zip(counts(row)))
        {
            for (what, (expected, found_places)) in ["licensed", "planned", "staffed"]
                .into_iter()
                .zip(sum.into_iter().zip(city))
            {
                if expected != found_places {
                    found.push(ReportViolation::Sum {
                        row: named(row),
                        side,
                        what,
                        found: found_places,
                        expected,
                    });
                }
            }
        }
    }
}
