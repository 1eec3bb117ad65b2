//! Openings, changes of places and moves of staff.

use domain::CareType;
use proptest::prelude::*;
use scenario::{ReportChecker, ScenarioReport, TOTAL_AREA};
use tables::schema::TableName;

use crate::city::{STORY, Texts, closing, planned, spec};

/// Licensed, planned and staffed places of a care type on a day, in the scenario.
fn places(report: &ScenarioReport, area: &str, care: CareType, day: &str) -> (u64, u64, u64) {
    report
        .rows
        .iter()
        .find(|row| row.area == area && row.care_type == care && row.date.to_string() == day)
        .map_or((0, 0, 0), |row| {
            let side = row.scenario;
            (side.licensed, side.planned, side.staffed)
        })
}

#[test]
fn a_facility_counts_from_the_month_it_opens() {
    let spec = spec(
        r#"report_dates = [2027-07-01, 2027-08-01]
[[open]]
facility = "N1"
provider = "T1"
area = "S2"
latitude = 51.02
longitude = 13.71
from = 2027-08-01
[[open.places]]
care_type = "nursery"
licensed = 30
planned = 28
staffed = 25
"#,
    );
    let report = planned(&Texts::new(&STORY).read(), &spec).unwrap();
    let nursery = |day| places(&report, "sued", CareType::Nursery, day);
    assert_eq!(nursery("2027-07-01"), (0, 0, 0));
    assert_eq!(nursery("2027-08-01"), (30, 28, 25));
    let row = report
        .rows
        .iter()
        .find(|row| row.care_type == CareType::Nursery);
    assert_eq!(row.unwrap().baseline.licensed, 0);
    assert_eq!(ReportChecker.check(&report), Ok(()));
}

#[test]
fn places_grow_and_shrink_from_their_day_on_for_good() {
    let spec = spec(
        r#"report_dates = [2026-12-01, 2027-01-01, 2028-01-01, 2029-01-01]
[[expand]]
facility = "K4"
care_type = "kindergarten"
from = 2027-01-01
licensed = 80
planned = 75
staffed = 70
[[shrink]]
facility = "K4"
care_type = "kindergarten"
from = 2028-01-01
licensed = 80
planned = 50
staffed = 40
"#,
    );
    let report = planned(&Texts::new(&STORY).read(), &spec).unwrap();
    let all = |day| places(&report, TOTAL_AREA, CareType::Kindergarten, day);
    assert_eq!(all("2026-12-01"), (420, 400, 365));
    assert_eq!(all("2027-01-01"), (440, 415, 375));
    assert_eq!(all("2028-01-01"), (440, 390, 345));
    assert_eq!(all("2029-01-01"), (440, 390, 345));
}

#[test]
fn staff_moves_only_after_the_closing_and_follows_later_changes_of_the_plan() {
    // K1 may run 110 places to July 2029 and 105 from August 2029 on.
    let texts = Texts::new(&STORY).with(
        TableName::Capacities,
        "K1,kindergarten,2020-08-01,,120,110,100\n",
        "K1,kindergarten,2020-08-01,2029-07-31,120,110,100\nK1,kindergarten,2029-08-01,,120,105,100\n",
    );
    let dates = "report_dates = [2028-07-01, 2028-08-01, 2029-08-01]\n";
    let spec = spec(&format!("{dates}{}", closing("[\"K1\"]")));
    let report = planned(&texts.read(), &spec).unwrap();
    let staffed = |day| places(&report, "sued", CareType::Kindergarten, day).2;
    assert_eq!(staffed("2028-07-01"), 365);
    assert_eq!(staffed("2028-08-01"), 295);
    assert_eq!(staffed("2029-08-01"), 290);
}

#[test]
fn staffed_places_that_follow_from_the_staff_table_can_be_raised_too() {
    // K1 reports no staffed places; 8 full-time staff run 84 of them from August 2025 on.
    let mut texts = Texts::new(&STORY).with(
        TableName::Capacities,
        "K1,kindergarten,2020-08-01,,120,110,100\n",
        "K1,kindergarten,2020-08-01,,120,110,\n",
    );
    texts.0.insert(
        TableName::Staff,
        "staff_id,facility_id,care_type,role,weekly_hours,valid_from,valid_to\n".to_owned()
            + &(0..8)
                .map(|number| format!("P{number},K1,kindergarten,qualified,40,2020-08-01,\n"))
                .collect::<String>(),
    );
    let dates = "report_dates = [2028-07-01, 2028-08-01]\n";
    let spec = spec(&format!("{dates}{}", closing("[\"K1\"]")));
    let report = planned(&texts.read(), &spec).unwrap();
    let staffed = |day| places(&report, "sued", CareType::Kindergarten, day).2;
    assert_eq!(staffed("2028-07-01"), 84 + 80 + 125 + 60);
    assert_eq!(staffed("2028-08-01"), 110 + 125 + 60);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn moves_create_no_staff_and_stay_within_plan_and_licence(
        lines in prop::collection::vec((0..60u32, 0..60u32, 0..60u32), 4),
    ) {
        let keys = ["K1", "K2", "K3", "K4"];
        let facilities: Vec<_> = keys
            .into_iter()
            .zip(&lines)
            .map(|(key, (licensed, planned, staffed))| {
                (key, if key < "K3" { "S1" } else { "S2" }, *licensed, *planned, *staffed.min(licensed), 0)
            })
            .collect();
        let dates = "report_dates = [2028-07-01, 2028-08-01, 2030-03-01]\n";
        let spec = spec(&format!("{dates}{}", closing("\"within_plan\"")));
        let report = planned(&Texts::new(&facilities).read(), &spec).unwrap();
        let freed = facilities[1].4;
        let room: u32 = facilities
            .iter()
            .filter(|line| line.0 != "K2")
            .map(|line| line.3.min(line.2).saturating_sub(line.4))
            .sum();
        let others: u32 = facilities.iter().filter(|line| line.0 != "K2").map(|line| line.4).sum();
        for day in ["2028-08-01", "2030-03-01"] {
            let (licensed, _, staffed) = places(&report, TOTAL_AREA, CareType::Kindergarten, day);
            prop_assert_eq!(staffed, u64::from(others + freed.min(room)));
            prop_assert!(staffed <= licensed);
        }
        let moved: u32 = report.staff_moves.iter().map(|it| it.places).sum();
        prop_assert_eq!(moved, freed.min(room));
        prop_assert_eq!(ReportChecker.check(&report), Ok(()));
    }
}
