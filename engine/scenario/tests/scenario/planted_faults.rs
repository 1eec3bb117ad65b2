//! The checker finds every fault planted into a right report.

use scenario::{Light, ReportChecker, ReportViolation, ScenarioReport};

use crate::city::{DEMAND, STORY, Texts, closing, planned, spec};

fn right() -> ScenarioReport {
    let spec = spec(&format!("{}{DEMAND}", closing("\"within_plan\"")));
    planned(&Texts::new(&STORY).read(), &spec).unwrap()
}

/// What the checker says after a fault is planted.
fn found(plant: impl FnOnce(&mut ScenarioReport)) -> Vec<ReportViolation> {
    let mut report = right();
    assert_eq!(ReportChecker.check(&report), Ok(()));
    plant(&mut report);
    ReportChecker.check(&report).unwrap_err()
}

/// The numbers found wrong.
fn numbers(violations: &[ReportViolation]) -> Vec<&'static str> {
    violations
        .iter()
        .filter_map(|violation| match violation {
            ReportViolation::Number { what, .. } => Some(*what),
            _ => None,
        })
        .collect()
}

#[test]
fn a_wrong_count_of_places_is_found_by_the_sum_and_by_the_cover() {
    let violations = found(|report| report.rows[0].scenario.staffed += 1);
    assert!(violations.iter().any(|it| matches!(
        it,
        ReportViolation::Sum {
            what: "staffed",
            ..
        }
    )));
    assert!(numbers(&violations).contains(&"cover at P50"));
    let violations = found(|report| report.rows[0].baseline.planned -= 1);
    assert!(matches!(
        violations[..],
        [ReportViolation::Sum {
            what: "planned",
            ..
        }]
    ));
}

#[test]
fn more_staffed_than_licensed_is_found() {
    let violations = found(|report| {
        for row in &mut report.rows {
            row.scenario.licensed = 309;
        }
    });
    assert_eq!(violations.len(), 2); // the district and the city
    assert!(matches!(
        violations[0],
        ReportViolation::StaffedAboveLicensed { .. }
    ));
}

#[test]
fn each_wrong_number_of_a_cover_is_found() {
    let plant = |plant: fn(&mut scenario::Cover)| {
        let violations = found(|report| plant(report.rows[0].scenario.cover.as_mut().unwrap()));
        numbers(&violations)
    };
    assert_eq!(
        plant(|cover| cover.needed_places = 302.0),
        ["needed places"]
    );
    assert_eq!(
        plant(|cover| cover.at_p50_per_cent = Some(107.7)),
        ["cover at P50"]
    );
    assert_eq!(
        plant(|cover| cover.at_p90_per_cent = None),
        ["cover at P90"]
    );
    assert_eq!(
        plant(|cover| cover.shortfall_probability += 0.001),
        ["the probability of a shortfall"]
    );
    assert_eq!(plant(|cover| cover.light = Light::Green), ["the light"]);
    assert_eq!(
        plant(|cover| cover.light_at_p50 = Light::Red),
        ["the light at P50"]
    );
    assert_eq!(
        plant(|cover| cover.light_at_p90 = Light::Green),
        ["the light at P90"]
    );
}

#[test]
fn a_missing_cover_and_a_row_out_of_order_are_found() {
    let violations = found(|report| report.rows[0].baseline.cover = None);
    assert!(matches!(
        violations[..],
        [ReportViolation::CoverWithoutDemand {
            side: "baseline",
            ..
        }]
    ));
    let violations = found(|report| report.rows.reverse());
    assert!(matches!(violations[..], [ReportViolation::Order { .. }]));
}
