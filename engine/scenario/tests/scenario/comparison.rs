//! Scenarios side by side, what each measure contributes, and the pages made of it.

use domain::{AreaId, CareType};
use jiff::civil::date;
use scenario::{
    CouncilPack, DemandTable, Language, Lever, PackPicture, PackSection, PackTable, PlanRequest,
    ScenarioComparison, ScenarioError, ScenarioReport, ScenarioSpec, SensitivityOf, sensitivity,
    write_cover_map,
};
use tables::schema::TableName;

use crate::city::{DEMAND, KNOWN_ON, STORY, Texts, closing, planned, spec};

fn named(name: &str, measures: &str) -> ScenarioSpec {
    let head = format!("name = \"{name}\"\nfirst_month = \"2026-04\"\nmonths = 48\n");
    ScenarioSpec::parse(&format!("{head}{measures}"), "test.toml").unwrap()
}

fn report(name: &str, measures: &str) -> ScenarioReport {
    planned(
        &Texts::new(&STORY).read(),
        &named(name, &format!("{measures}{DEMAND}")),
    )
    .unwrap()
}

fn compared() -> ScenarioComparison {
    let reports = [
        report("none", ""),
        report("close, staff goes", &closing("\"none\"")),
        report("close, staff stays", &closing("\"within_plan\"")),
    ];
    ScenarioComparison::new(&reports).unwrap()
}

#[test]
fn the_baseline_stands_beside_any_number_of_scenarios() {
    let comparison = compared();
    let mut rows = comparison.rows.iter().filter(|row| row.area == "sued");
    let row = rows
        .find(|row| row.care_type == CareType::Kindergarten)
        .unwrap();
    let places: Vec<_> = (0..4)
        .map(|number| row.staffed_difference(number))
        .collect();
    assert_eq!(places, [Some(0), Some(-80), Some(-55), None]);
    let points = row.cover_difference(2).unwrap();
    assert!((points - (310.0 - 365.0) / 288.0 * 100.0).abs() < 1e-9);
    assert!(comparison.changed().count() > 0);
    let mut csv = Vec::new();
    comparison.write_csv(&mut csv).unwrap();
    insta::assert_snapshot!("comparison", String::from_utf8(csv).unwrap());
}

#[test]
fn what_does_not_start_from_the_same_city_is_not_compared() {
    let refused = |reports: &[ScenarioReport]| match ScenarioComparison::new(reports) {
        Err(ScenarioError::Input(problems)) => problems.iter().map(|it| it.code).collect(),
        other => panic!("{other:?}"),
    };
    let all: Vec<&str> = refused(&[]);
    assert_eq!(all, ["E4167"]);
    assert_eq!(refused(&[report("a", ""), report("a", "")]), ["E4167"]);
    let mut other = report("b", "");
    other.target_cover = 1.1;
    assert_eq!(refused(&[report("a", ""), other]), ["E4167"]);
    let mut other = report("b", "");
    other.rows[0].baseline.staffed += 1;
    assert_eq!(refused(&[report("a", ""), other]), ["E4167"]);
}

fn of(area: Option<&str>) -> SensitivityOf {
    SensitivityOf {
        area: area.map(|area| AreaId::new(area).unwrap()),
        care_type: CareType::Kindergarten,
        date: date(2029, 3, 1),
    }
}

const GROWTH: &str = "\n[[expand]]\nfacility = \"K4\"\ncare_type = \"kindergarten\"\nfrom = 2027-08-01\nlicensed = 80\nplanned = 80\nstaffed = 72\n";

#[test]
fn each_measure_is_left_out_in_turn_and_the_greatest_stands_first() {
    let city = Texts::new(&STORY).read();
    let measures = named("both", &format!("{}{GROWTH}{DEMAND}", closing("\"none\"")));
    let request = PlanRequest::new(KNOWN_ON);
    let found = sensitivity(
        &city,
        &measures,
        &request,
        &DemandTable::new(),
        of(Some("sued")),
    );
    let found = found.unwrap();
    assert_eq!((found.staffed_baseline, found.staffed), (365, 297));
    let bars: Vec<_> = found
        .bars
        .iter()
        .map(|bar| (bar.lever.english(), bar.staffed_difference.unwrap()))
        .collect();
    let expected = [
        ("K2 closes 2028-07-31".to_owned(), -80),
        ("K4 grows 2027-08-01 (Kindergarten)".to_owned(), 12),
    ];
    assert_eq!(bars, expected);
    let points = found.bars[0].cover_difference.unwrap();
    assert!((points + 80.0 / 288.0 * 100.0).abs() < 1e-9);
    let mut csv = Vec::new();
    found.write_csv(&mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(
        csv.lines().nth(2),
        Some("K4 grows 2027-08-01 (Kindergarten),2029-03-01,sued,kindergarten,297,285,12,4.17")
    );
}

#[test]
fn a_measure_that_another_one_needs_cannot_be_left_out() {
    let opening = "\n[[open]]\nfacility = \"N1\"\nprovider = \"T1\"\narea = \"S1\"\nlatitude = 51.0\nlongitude = 13.7\nfrom = 2027-08-01\nplaces = [{ care_type = \"kindergarten\", licensed = 50, planned = 50, staffed = 10 }]\n";
    let measures = format!("{}{opening}", closing("[\"N1\"]"));
    let city = Texts::new(&STORY).read();
    let request = PlanRequest::new(KNOWN_ON);
    let found = sensitivity(
        &city,
        &named("move", &measures),
        &request,
        &DemandTable::new(),
        of(None),
    );
    let found = found.unwrap();
    let opened = found
        .bars
        .iter()
        .find(|bar| matches!(bar.lever, Lever::Open { .. }))
        .unwrap();
    assert_eq!(
        (opened.staffed_without, opened.cover_difference),
        (None, None)
    );
}

#[test]
fn the_map_has_a_district_with_the_outlines_of_its_areas() {
    let square = "\"POLYGON ((13.6 51.0, 13.6 51.1, 13.7 51.1, 13.7 51.0, 13.6 51.0))\"";
    let texts = Texts::new(&STORY).with(
        TableName::AreaShapes,
        "S1,51.0,13.7,\n",
        &format!("S1,51.0,13.7,{square}\n"),
    );
    let city = texts.read();
    let report = planned(&city, &spec(&format!("{}{DEMAND}", closing("\"none\"")))).unwrap();
    let mut json = Vec::new();
    let day = date(2029, 3, 1);
    write_cover_map(&city, &report, day, CareType::Kindergarten, &mut json)
        .unwrap()
        .unwrap();
    insta::assert_snapshot!("cover_map", String::from_utf8(json).unwrap());
}

#[test]
fn a_council_pack_stands_alone_and_its_tables_are_read_out_well() {
    let table = |caption: &str| PackTable {
        caption: caption.to_owned(),
        columns: vec!["Bezirk".to_owned(), "Plätze".to_owned()],
        rows: vec![vec!["Süd, \"Mitte\" & <West>".to_owned(), "310".to_owned()]],
    };
    let pack = CouncilPack {
        language: Language::German,
        title: "Plan".to_owned(),
        subtitle: "für den Rat".to_owned(),
        sections: vec![
            PackSection {
                heading: "Deckung".to_owned(),
                findings: vec!["<script>alert(1)</script>".to_owned()],
                pictures: vec![PackPicture {
                    svg: "<?xml version=\"1.0\"?><svg role=\"img\"><title>Bild</title></svg>\n"
                        .to_owned(),
                    caption: "Bild".to_owned(),
                    table: table("Werte des Bildes"),
                }],
                tables: vec![table("Alle")],
                ..PackSection::default()
            },
            PackSection {
                heading: "Leer".to_owned(),
                ..PackSection::default()
            },
        ],
        notes: vec!["Quelle: erfunden".to_owned()],
    };
    let page = |pack: &CouncilPack| {
        let mut page = Vec::new();
        pack.write_html(&mut page).unwrap();
        String::from_utf8(page).unwrap()
    };
    let shown = page(&pack);
    assert_eq!(
        shown,
        page(&pack.clone()),
        "the same content gives the same bytes"
    );
    assert!(!shown.contains("<script") && !shown.contains("<?xml") && !shown.contains("http"));
    assert!(
        shown.contains("lang=\"de\"") && shown.contains("@page") && shown.contains("@media print")
    );
    assert_eq!(
        shown.matches("<table>").count(),
        shown.matches("<caption>").count()
    );
    assert_eq!(shown.matches("<tr><th scope=\"row\">").count(), 2);
    assert_eq!(shown.matches("<th scope=\"col\">").count(), 4);
    assert_eq!(pack.tables().count(), 2);
    let body = shown.split("</style>").nth(1).unwrap();
    insta::assert_snapshot!("council_pack_body", body);
    let mut csv = Vec::new();
    table("").write_csv(&mut csv).unwrap();
    let expected = "Bezirk,Plätze\n\"Süd, \"\"Mitte\"\" & <West>\",310\n";
    assert_eq!(String::from_utf8(csv).unwrap(), expected);
}
