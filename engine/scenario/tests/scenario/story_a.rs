//! Acceptance story A, steps 3 to 5.

use domain::CareType;
use scenario::{Language, Light, ReportChecker, ReportRow, ScenarioReport};
use tables::schema::TableName;

use crate::city::{DEMAND, STORY, Texts, closing, csv, planned, spec};

fn report(transfer: &str) -> ScenarioReport {
    let spec = spec(&format!("{}{DEMAND}", closing(transfer)));
    planned(&Texts::new(&STORY).read(), &spec).unwrap()
}

fn district(report: &ScenarioReport) -> &ReportRow {
    report.rows.iter().find(|row| row.area == "sued").unwrap()
}

fn two(value: Option<f64>) -> String {
    format!("{:.2}", value.unwrap())
}

#[test]
fn closing_k2_without_its_staff_leaves_285_places_and_a_red_light() {
    let report = report("\"none\"");
    let row = district(&report);
    let cover = row.scenario.cover.unwrap();
    assert_eq!(row.baseline.staffed, 365);
    assert_eq!((row.scenario.licensed, row.scenario.planned), (330, 310));
    assert_eq!(row.scenario.staffed, 285);
    assert_eq!(two(cover.at_p50_per_cent), "98.96");
    assert!((cover.needed_places - 302.4).abs() < 1e-9);
    assert_eq!((cover.light_at_p50, cover.light), (Light::Red, Light::Red));
    assert!(cover.shortfall_probability > 0.5);
    assert_eq!(ReportChecker.check(&report), Ok(()));
}

#[test]
fn staff_moving_up_to_plan_gives_310_places_green_at_p50_and_amber_at_p90() {
    for transfer in ["\"within_plan\"", "[\"K1\", \"K3\"]"] {
        let report = report(transfer);
        let row = district(&report);
        let cover = row.scenario.cover.unwrap();
        assert_eq!(row.scenario.staffed, 310);
        assert_eq!(two(cover.at_p50_per_cent), "107.64");
        assert_eq!(two(cover.at_p90_per_cent), "99.68");
        assert_eq!(cover.light_at_p50, Light::Green);
        assert_eq!(
            (cover.light_at_p90, cover.light),
            (Light::Amber, Light::Amber)
        );
        // 1 - Φ((310 - 288) / ((311 - 288) / 1.28155)) = 1 - Φ(1.22583)
        assert!((cover.shortfall_probability - 0.110_13).abs() < 5e-5);
        let moved: Vec<_> = report
            .staff_moves
            .iter()
            .map(|it| (it.to_facility.as_str(), it.places, it.month.to_string()))
            .collect();
        let month = || "2028-08".to_owned();
        let mut expected = [("K1", 10, month()), ("K3", 15, month())];
        if transfer == "\"within_plan\"" {
            expected.reverse(); // K3 is nearer to K2
        }
        assert_eq!(moved, expected);
        assert_eq!(ReportChecker.check(&report), Ok(()));
    }
}

#[test]
fn a_container_whose_licence_ends_is_missing_from_the_baseline_too() {
    let texts = Texts::new(&STORY).with(
        TableName::Licences,
        "K2,2020-08-01,\n",
        "K2,2020-08-01,2028-07-31\n",
    );
    let spec = spec(&format!("{}{DEMAND}", closing("\"within_plan\"")));
    let report = planned(&texts.read(), &spec).unwrap();
    let row = district(&report);
    assert_eq!((row.baseline.staffed, row.scenario.staffed), (285, 310));
}

#[test]
fn displaced_children_are_those_whose_contract_lasts_beyond_the_closing() {
    let texts = Texts::new(&STORY)
        .with(
            TableName::Contracts,
            "V-K2-0,1,C-K2-0,K2,kindergarten,9,5,true,2025-08-01,2028-07-31",
            "V-K2-0,1,C-K2-0,K2,kindergarten,9,5,true,2025-08-01,2028-08-01",
        )
        .with(
            TableName::Contracts,
            "V-K2-1,1,C-K2-1,K2,kindergarten,9,5,true,2025-08-01,2028-07-31",
            "V-K2-1,1,C-K2-1,K2,kindergarten,9,5,true,2025-08-01,",
        );
    let spec = spec(&format!("{}{DEMAND}", closing("\"none\"")));
    let report = planned(&texts.read(), &spec).unwrap();
    let displaced = &report.displaced[0];
    assert_eq!(displaced.facility().as_str(), "K2");
    assert_eq!(displaced.children_for_disclosure(CareType::Kindergarten), 2);
    assert_eq!(displaced.children_for_disclosure(CareType::Nursery), 0);
    // Neither JSON nor Debug gives the number away.
    let debug = format!("{displaced:?}");
    assert!(
        !debug.contains("[0, 0, 2, 0]") && !debug.contains("children"),
        "{debug}"
    );
}

#[test]
fn the_reports_of_the_story_read_well() {
    let (closed, moved) = (report("\"none\""), report("\"within_plan\""));
    insta::assert_snapshot!("a3_table", csv(&closed));
    insta::assert_snapshot!("a4_table", csv(&moved));
    insta::assert_json_snapshot!("a4_summary", moved);
    let sentences = [
        closed.findings(Language::German),
        closed.findings(Language::English),
        moved.findings(Language::German),
        moved.findings(Language::English),
    ];
    let sentences: Vec<String> = sentences.iter().map(|list| list.join("\n")).collect();
    insta::assert_snapshot!("findings", sentences.join("\n\n"));
}

#[test]
fn the_order_of_rows_in_the_city_does_not_matter() {
    let spec = spec(&format!("{}{DEMAND}", closing("\"within_plan\"")));
    let texts = Texts::new(&STORY);
    let one = planned(&texts.read(), &spec).unwrap();
    let other = planned(&texts.reversed().read(), &spec).unwrap();
    assert_eq!(one, other);
    assert_eq!(csv(&one), csv(&other));
}
