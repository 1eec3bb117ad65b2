//! Ways before and after, on cities small enough to reckon by hand.

use domain::CareType;
use scenario::{AllocationComparison, AllocationSummary, ScenarioReport};
use tables::schema::TableName;

use crate::city::{STORY, Texts, planned, spec};

/// One facility in each neighbourhood: from the centre of S1 it is 0.11 km to A and 1.89 km to B,
/// from S2 the other way round.
fn two_kitas(places: u32) -> Texts {
    Texts::new(&[
        ("A", "S1", 100, 100, places, 30),
        ("B", "S2", 100, 100, 100, 40),
    ])
}

const CLOSE_A: &str = "report_dates = [2026-05-01, 2027-03-01]\nlimit_km = 1.0\n[[close]]\nfacility = \"A\"\non = 2026-12-31\nstaff_transfer = \"none\"\n";

fn kindergarten<'a>(report: &'a ScenarioReport, day: &str) -> &'a AllocationComparison {
    let mut all = report.allocation.comparisons.iter();
    all.find(|it| it.care_type == CareType::Kindergarten && it.date.to_string() == day)
        .unwrap()
}

fn unserved(summary: &AllocationSummary) -> f64 {
    summary.unserved.children_for_disclosure()
}

#[test]
fn children_of_a_closed_facility_go_to_the_next_one() {
    let report = planned(&two_kitas(50).read(), &spec(CLOSE_A)).unwrap();
    let before = kindergarten(&report, "2026-05-01");
    assert_eq!(before.baseline, before.scenario);
    assert_eq!(before.baseline.within_limit_per_cent, Some(100.0));
    assert_eq!(before.baseline.mean_km, Some(0.11));
    let after = kindergarten(&report, "2027-03-01");
    assert_eq!(after.baseline, before.baseline);
    // 30 children 1.89 km, 40 children 0.11 km.
    assert_eq!(after.scenario.mean_km, Some(0.87));
    assert_eq!(after.scenario.within_limit_per_cent, Some(57.1));
    assert_eq!(unserved(&after.scenario), 0.0);
    assert!(after.scenario.place_values.is_empty());
    assert!(!after.scaled_to_demand);
}

#[test]
fn a_scarce_place_nearby_is_worth_the_way_it_saves() {
    let report = planned(&two_kitas(20).read(), &spec(CLOSE_A)).unwrap();
    let today = &kindergarten(&report, "2026-05-01").baseline;
    // 20 of 30 children of S1 stay near, 10 go to B; one more place at A saves 1.89 - 0.11 km.
    assert_eq!(today.place_values.len(), 1);
    let value = &today.place_values[0];
    assert_eq!(
        (value.facility.as_str(), value.serves_another_child),
        ("A", false)
    );
    assert_eq!(value.kilometres_saved, 1.78);
}

#[test]
fn where_places_are_missing_one_more_serves_a_child() {
    let texts = two_kitas(20).with(
        TableName::Capacities,
        "B,kindergarten,2020-08-01,,100,100,100",
        "B,kindergarten,2020-08-01,,100,100,45",
    );
    let report = planned(&texts.read(), &spec(CLOSE_A)).unwrap();
    let today = &kindergarten(&report, "2026-05-01").baseline;
    assert_eq!(unserved(today), 5.0);
    assert!(
        today
            .place_values
            .iter()
            .all(|value| value.serves_another_child)
    );
    assert_eq!(today.place_values.len(), 2);
    let json = format!("{today:?}");
    assert!(json.contains("ConfidentialCount(hidden)"));
}

#[test]
fn a_demand_scales_the_children_of_its_district() {
    let demand = "[[demand]]\ndate = 2027-03-01\ncare_type = \"kindergarten\"\narea = \"sued\"\np10 = 130\np50 = 140\np90 = 150\n";
    let report = planned(&two_kitas(50).read(), &spec(&format!("{CLOSE_A}{demand}"))).unwrap();
    let after = kindergarten(&report, "2027-03-01");
    assert!(after.scaled_to_demand);
    // 140 children, 100 places left.
    assert_eq!(unserved(&after.scenario), 40.0);
    assert_eq!(unserved(&after.baseline), 0.0);
}

#[test]
fn few_children_give_no_means() {
    let texts = Texts::new(&[("A", "S1", 20, 20, 20, 12), ("B", "S2", 20, 20, 20, 7)]);
    let report = planned(&texts.read(), &spec(CLOSE_A)).unwrap();
    let today = &kindergarten(&report, "2026-05-01").baseline;
    assert_eq!((today.mean_km, today.within_limit_per_cent), (None, None));
}

#[test]
fn a_home_area_without_a_centre_leaves_the_ways_out_and_says_so() {
    let texts = two_kitas(50).with(TableName::AreaShapes, "S2,51.018,13.7,\n", "");
    let report = planned(&texts.read(), &spec(CLOSE_A)).unwrap();
    assert!(report.allocation.comparisons.is_empty());
    assert!(report.allocation.left_out.unwrap().contains("S2"));
}

#[test]
fn contracts_corrected_later_do_not_count_before_they_are_known() {
    let texts = Texts::new(&STORY).with(
        TableName::Contracts,
        "V-K1-0,1,C-K1-0,K1,kindergarten,9,5,true,2025-08-01,2028-07-31,2025-05-01,\n",
        "V-K1-0,1,C-K1-0,K1,kindergarten,9,5,true,2025-08-01,2028-07-31,2025-05-01,2026-06-01\n\
         V-K1-0,2,C-K1-0,K1,kindergarten,9,5,true,2025-08-01,2026-04-15,2026-06-01,\n",
    );
    let spec = spec("report_dates = [2026-05-01]\n");
    let plain = planned(&Texts::new(&STORY).read(), &spec).unwrap();
    let corrected = planned(&texts.read(), &spec).unwrap();
    assert_eq!(plain, corrected);
}
