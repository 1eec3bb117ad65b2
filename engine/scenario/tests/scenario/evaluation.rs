//! Places against the demand of every path.

use std::sync::Arc;

use domain::{CareType, Month, MonthRange, StaffingRatio};
use forecast::{Area, DemandPaths, DemandView};
use jiff::civil::Date;
use proptest::prelude::*;
use scenario::{
    DemandTable, EvaluationRow, PlanRequest, Priority, ReportChecker, ScenarioReport, ScenarioSpec,
    TOTAL_AREA, plan,
};

use crate::city::{DEMAND, KNOWN_ON, STORY, Texts, closing, planned, spec};

fn area(code: &str, parent: Option<usize>, depth: usize, is_leaf: bool) -> Area {
    Area {
        code: code.to_owned(),
        parent,
        name: code.to_owned(),
        depth,
        is_leaf,
    }
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// Demand of district and city by care type (`None`: children under one), month and path.
fn table(
    paths: usize,
    dates: &[Date],
    value: impl Fn(Option<CareType>, Month, usize) -> f64,
) -> DemandTable {
    let areas = [
        area(TOTAL_AREA, None, 0, false),
        area("sued", Some(0), 1, true),
    ];
    let months = MonthRange::new(month("2026-04"), 48);
    let paths = DemandPaths::new(
        &areas,
        months,
        paths,
        DemandView::Residence,
        |_, care, month, path| value(care, month, path),
    );
    DemandTable::from_paths(Arc::new(paths), dates)
}

fn judged(texts: &Texts, spec: &ScenarioSpec, demand: &DemandTable) -> ScenarioReport {
    let report = plan(&texts.read(), spec, &PlanRequest::new(KNOWN_ON), demand).unwrap();
    assert_eq!(ReportChecker.check(&report), Ok(()));
    let checked = ReportChecker.check_evaluation(&report, spec, demand, &StaffingRatio::KNOWN);
    assert_eq!(checked, Ok(()));
    report
}

fn row<'a>(report: &'a ScenarioReport, area: &str, care: CareType, at: &str) -> &'a EvaluationRow {
    let mut rows = report.evaluation.rows.iter();
    rows.find(|row| row.area == area && row.care_type == care && row.month == month(at))
        .unwrap()
}

/// Kindergarten demand 281 to 380 in 100 paths, rising by 1 a path.
fn hundred(care: Option<CareType>, _: Month, path: usize) -> f64 {
    match care {
        Some(CareType::Kindergarten) => 281.0 + path as f64,
        _ => 0.0,
    }
}

#[test]
fn shortfalls_are_counted_path_by_path() {
    let spec = spec(&format!(
        "report_dates = [2029-03-01]\n{}",
        closing("\"none\"")
    ));
    let report = judged(
        &Texts::new(&STORY),
        &spec,
        &table(100, &spec.dates(), hundred),
    );
    let row = row(&report, "sued", CareType::Kindergarten, "2029-03");
    // 281 to 380 against 365 and 285 staffed places, 310 planned and 330 licensed after the closing.
    assert_eq!(row.baseline.above_staffed, 0.15);
    assert_eq!(row.scenario.above_staffed, 0.95);
    assert_eq!(
        (row.scenario.above_planned, row.scenario.above_licensed),
        (0.70, 0.50)
    );
    assert!((row.baseline.expected_shortfall - 1.2).abs() < 1e-9); // (1 + ... + 15) / 100
    assert!((row.scenario.expected_shortfall - 45.6).abs() < 1e-9); // (1 + ... + 95) / 100
    assert!((row.demand.mean - 330.5).abs() < 1e-9);
    assert!((row.demand.p90 - 370.1).abs() < 1e-4);
    assert!((row.scenario.shortfall_p90 - 85.1).abs() < 1e-4);
    assert!((row.scenario.utilisation_per_cent.unwrap() - 284.9 / 285.0 * 100.0).abs() < 1e-9);
    // 10.5244 children of nine hours per head; 8.695 hours on average.
    assert!((row.scenario.staff_present - 285.0 / 10.5244).abs() < 1e-9);
    assert!((row.staff_needed.0 - 330.5 / 10.5244 * 8.695 / 9.0).abs() < 1e-6);
    // The report's own rows take P10, P50 and P90 from the same paths.
    let mut rows = report.rows.iter();
    let covered = rows.find(|row| row.area == "sued" && row.care_type == CareType::Kindergarten);
    let covered = covered.unwrap();
    assert!((covered.demand.unwrap().p50() - 330.5).abs() < 1e-4);
}

#[test]
fn story_a_is_judged_the_same_by_paths_as_by_quantiles() {
    let spec = spec(&format!("{}{DEMAND}", closing("\"within_plan\"")));
    let report = judged(&Texts::new(&STORY), &spec, &DemandTable::new());
    assert_eq!(report.evaluation.paths, 200);
    let row = row(&report, "sued", CareType::Kindergarten, "2029-03");
    assert_eq!(row.scenario.staffed, 310);
    // 22 of 200 paths, as 11.013 % say.
    assert_eq!(row.scenario.above_staffed, 0.11);
    assert!((row.demand.p50 - 288.0).abs() < 0.1 && (row.demand.p90 - 311.0).abs() < 0.3);
    // Only the month whose demand is given has rows.
    assert_eq!(report.evaluation.rows.len(), 1);
}

#[test]
fn children_with_a_claim_come_before_school_children_and_those_under_one() {
    let demand = |care: Option<CareType>, _: Month, _: usize| match care {
        Some(CareType::Kindergarten) => 370.0,
        Some(CareType::Nursery) => 30.0,
        Some(CareType::Childminding) => 10.0,
        Some(CareType::AfterSchool) => 7.0,
        None => 12.0,
    };
    let opening = "report_dates = [2029-03-01]\n[[open]]\nfacility = \"N1\"\nprovider = \"T1\"\narea = \"S1\"\nlatitude = 51\nlongitude = 13.7\nfrom = 2027-01-01\n[[open.places]]\ncare_type = \"nursery\"\nlicensed = 25\nplanned = 25\nstaffed = 25\n";
    let spec = spec(opening);
    let report = judged(
        &Texts::new(&STORY),
        &spec,
        &table(40, &spec.dates(), demand),
    );
    let unserved = |priority| {
        let mut rows = report.evaluation.unserved.iter();
        let row = rows.find(|row| {
            row.area == "sued" && row.month == month("2029-03") && row.priority == priority
        });
        let row = row.unwrap();
        (
            row.baseline.mean,
            row.scenario.mean,
            row.scenario.probability,
        )
    };
    // Under three: 40 children; without the opening 28 with a claim and 12 under one go without,
    // with it 15: the 12 under one and 3 with a claim. Kindergarten: 5 of 370.
    assert_eq!(unserved(Priority::LegalClaim), (33.0, 8.0, 1.0));
    assert_eq!(unserved(Priority::UnderOne), (12.0, 12.0, 1.0));
    assert_eq!(unserved(Priority::AfterSchool), (7.0, 7.0, 1.0));
}

#[test]
fn costs_and_grants_follow_dated_parameters_and_a_budget_is_judged() {
    let money = |budget: u32| {
        let text = format!(
            "report_dates = [2029-03-01]\n{}cost_euros = 50000\n[costs]\n[[costs.operating]]\nvalid_from = 2026-01-01\ncare_type = \"kindergarten\"\neuros_per_place_and_month = 700\n[[costs.operating]]\nvalid_from = 2029-01-01\ncare_type = \"kindergarten\"\neuros_per_place_and_month = 800\n[[costs.state_grant]]\nvalid_from = 2026-01-01\neuros_per_year = 3600\nchildminding_supplement = 420\n[[costs.budget]]\nyear = 2028\neuros = {budget}\n[costs.grant_equivalents]\nkindergarten = 1.0\n",
            closing("\"none\"")
        );
        let spec = spec(&text);
        judged(
            &Texts::new(&STORY),
            &spec,
            &table(40, &spec.dates(), |care, _, _| {
                if care == Some(CareType::Kindergarten) {
                    300.0
                } else {
                    0.0
                }
            }),
        )
    };
    let report = money(100_000);
    let year = |year: i32| {
        let mut years = report.evaluation.years.iter();
        years.find(|sum| sum.year == year).unwrap()
    };
    // 365 places before, 285 from August 2028 on; 300 or 285 children at 300 euros a month.
    let (y2028, y2029) = (year(2028), year(2029));
    assert_eq!(y2028.months, 12);
    assert!((y2028.baseline.operating_cost - 12.0 * 365.0 * 700.0).abs() < 1e-6);
    assert!((y2028.scenario.operating_cost - (7.0 * 365.0 + 5.0 * 285.0) * 700.0).abs() < 1e-6);
    assert!((y2028.scenario.state_grant - (7.0 * 300.0 + 5.0 * 285.0) * 300.0).abs() < 1e-6);
    let saved = -5.0 * 80.0 * 700.0 + 5.0 * 15.0 * 300.0;
    assert!((y2028.extra - (50_000.0 + saved)).abs() < 1e-6);
    assert_eq!(y2028.within_budget, Some(true));
    assert!((y2029.baseline.operating_cost - 12.0 * 365.0 * 800.0).abs() < 1e-6);
    assert_eq!(y2029.within_budget, None);
    let opening = money(0);
    assert_eq!(opening.evaluation.years[2].within_budget, Some(true)); // it saves
}

#[test]
fn a_city_without_demand_says_why_nothing_is_judged() {
    let spec = spec("report_dates = [2029-03-01]\n");
    let report = planned(&Texts::new(&STORY).read(), &spec).unwrap();
    assert!(report.evaluation.rows.is_empty());
    assert!(
        report
            .evaluation
            .left_out
            .unwrap()
            .contains("no demand is known")
    );
}

#[test]
fn the_evaluation_reads_well() {
    let closed = closing("\"none\"");
    let spec = spec(&format!(
        "report_dates = [2029-03-01]\n{closed}cost_euros = 1000\n"
    ));
    let mut report = judged(
        &Texts::new(&STORY),
        &spec,
        &table(100, &spec.dates(), hundred),
    );
    let march = month("2029-03");
    report.evaluation.rows.retain(|row| row.month == march);
    report.evaluation.unserved.retain(|row| row.month == march);
    let mut bytes = Vec::new();
    report.evaluation.write_csv(&mut bytes).unwrap();
    report.evaluation.write_unserved_csv(&mut bytes).unwrap();
    report.evaluation.write_years_csv(&mut bytes).unwrap();
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
}

#[test]
fn each_wrong_figure_of_an_evaluation_is_found() {
    let spec = spec(&format!(
        "report_dates = [2029-03-01]\n{}",
        closing("\"none\"")
    ));
    let demand = table(100, &spec.dates(), hundred);
    let right = judged(&Texts::new(&STORY), &spec, &demand);
    let place = right
        .evaluation
        .rows
        .iter()
        .position(|row| {
            row.month == month("2029-03")
                && row.area == "sued"
                && row.care_type == CareType::Kindergarten
        })
        .unwrap();
    let plants: [fn(&mut EvaluationRow); 16] = [
        |row| row.demand.mean += 1.0,
        |row| row.demand.p10 += 1.0,
        |row| row.demand.p50 += 1.0,
        |row| row.demand.p90 += 1.0,
        |row| row.staff_needed.0 += 0.1,
        |row| row.staff_needed.1 += 0.1,
        |row| row.scenario.licensed += 1,
        |row| row.scenario.planned += 1,
        |row| row.scenario.staffed += 1,
        |row| row.scenario.above_licensed += 0.01,
        |row| row.scenario.above_planned += 0.01,
        |row| row.scenario.above_staffed += 0.01,
        |row| row.scenario.expected_shortfall += 0.1,
        |row| row.scenario.shortfall_p90 += 0.1,
        |row| row.scenario.staff_present += 0.1,
        |row| row.scenario.state_grant += 10.0,
    ];
    for (number, plant) in plants.iter().enumerate() {
        let mut wrong = right.clone();
        plant(&mut wrong.evaluation.rows[place]);
        let checked = ReportChecker.check_evaluation(&wrong, &spec, &demand, &StaffingRatio::KNOWN);
        assert!(checked.is_err(), "plant {number} is not found");
    }
    let mut wrong = right.clone();
    wrong.evaluation.years[2].extra += 1.0;
    assert!(
        ReportChecker
            .check_evaluation(&wrong, &spec, &demand, &StaffingRatio::KNOWN)
            .is_err()
    );
    let mut wrong = right;
    wrong.evaluation.unserved[0].scenario.mean += 1.0;
    assert!(
        ReportChecker
            .check_evaluation(&wrong, &spec, &demand, &StaffingRatio::KNOWN)
            .is_err()
    );
}

/// Unserved children of all priorities, months and areas.
fn unserved(report: &ScenarioReport) -> Vec<f64> {
    report
        .evaluation
        .unserved
        .iter()
        .map(|row| row.scenario.mean)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn adding_capacity_never_leaves_more_children_unserved(
        demand in prop::collection::vec(0.0..200.0_f64, 40),
        more in 0..60u32,
        care in 0..4usize,
        year in 2027..2030,
    ) {
        let care = CareType::from_index(care).unwrap();
        let value = |of: Option<CareType>, _: Month, path: usize| {
            demand[path] * of.map_or(0.1, |of| 1.0 + of.index() as f64 / 2.0)
        };
        let base = "report_dates = [2029-03-01]\n";
        let opening = format!(
            "{base}[[open]]\nfacility = \"N1\"\nprovider = \"T1\"\narea = \"S1\"\nlatitude = 51\nlongitude = 13.7\nfrom = {year}-02-01\n[[open.places]]\ncare_type = \"{care}\"\nlicensed = {more}\nplanned = {more}\nstaffed = {more}\n"
        );
        let (without, with) = (spec(base), spec(&opening));
        let table = table(40, &without.dates(), value);
        let texts = Texts::new(&STORY);
        let (before, after) = (judged(&texts, &without, &table), judged(&texts, &with, &table));
        for (before, after) in unserved(&before).iter().zip(unserved(&after)) {
            prop_assert!(after <= before + 1e-6, "{after} after {before}");
        }
        for row in &after.evaluation.rows {
            prop_assert!(row.scenario.above_staffed <= row.baseline.above_staffed);
            prop_assert!(row.scenario.expected_shortfall <= row.baseline.expected_shortfall + 1e-6);
        }
    }

    #[test]
    fn closing_and_reopening_in_the_same_month_is_neutral(
        facility in 1..=4u32, month in 0..46i32, first in 1..=27i8, last in 1..=27i8,
    ) {
        let month = Month::new(2026, 4).unwrap().plus(month);
        let (on, again) = (first.min(last), first.max(last) + 1);
        let text = format!(
            "report_dates = [2026-04-01, 2028-03-01, 2030-03-01]\n[[close]]\nfacility = \"K{facility}\"\non = {month}-{on:02}\nreopens_on = {month}-{again:02}\n"
        );
        let neutral = spec(&text);
        let report = judged(&Texts::new(&STORY), &neutral, &table(40, &neutral.dates(), hundred));
        for row in &report.evaluation.rows {
            prop_assert_eq!(row.baseline, row.scenario);
        }
        for row in &report.rows {
            prop_assert_eq!(row.baseline, row.scenario);
        }
    }
}
