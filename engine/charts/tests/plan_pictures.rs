//! Pictures of plans: demand against places, the timeline, and what each measure does.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use charts::{CapacityFan, ChartError, Language, PlanTimeline, SensitivityTornado, Svg};
use disclosure::Label;
use domain::CareType;
use jiff::civil::{Date, date};
use scenario::{
    ALLOCATION_LABEL, AllocationReport, Cover, LIGHT_RULE, Lever, PackTable, Quantiles, ReportRow,
    ScenarioReport, ScenarioSpec, Sensitivity, SensitivityBar, SensitivityOf, Side, TOTAL_AREA,
};

fn source() -> Label {
    Label::new("synthetische Stadt", "synthetic city")
}

fn side(licensed: u64, planned: u64, staffed: u64, demand: Quantiles) -> Side {
    Side {
        licensed,
        planned,
        staffed,
        cover: Some(Cover::of(staffed, demand, 1.05)),
    }
}

fn report(years: i16) -> ScenarioReport {
    let rows = (0..years).map(|ahead| {
        let k = f64::from(ahead);
        let demand = Quantiles::new(300.0 - 14.0 * k, 312.0 - 6.0 * k, 324.0 + 6.0 * k).unwrap();
        ReportRow {
            date: date(2027 + ahead, 3, 1),
            area: TOTAL_AREA.to_owned(),
            area_name: "Stadt".to_owned(),
            care_type: CareType::Kindergarten,
            demand: Some(demand),
            baseline: side(420, 400, 365, demand),
            scenario: if ahead < 2 {
                side(420, 400, 365, demand)
            } else {
                side(330, 310, 310, demand)
            },
        }
    });
    ScenarioReport {
        name: "K2 schließen".to_owned(),
        known_on: date(2026, 4, 1),
        target_cover: 1.05,
        light_rule: LIGHT_RULE,
        rows: rows.collect(),
        staff_moves: Vec::new(),
        closed: Vec::new(),
        allocation: AllocationReport {
            label: ALLOCATION_LABEL,
            limit_km: 2.0,
            left_out: None,
            comparisons: Vec::new(),
        },
        evaluation: scenario::Evaluation::default(),
        displaced: Vec::new(),
    }
}

fn spec() -> ScenarioSpec {
    let text = r#"
        name = "Schulen und Kitas 2030"
        first_month = "2026-04"
        months = 60
        [[close]]
        facility = "K2"
        on = 2028-07-31
        staff_transfer = "within_plan"
        [[close]]
        facility = "Kita-Elbufer"
        on = 2027-07-31
        staff_transfer = "none"
        [[open]]
        facility = "N1"
        provider = "T1"
        area = "S1"
        latitude = 51.0
        longitude = 13.7
        from = 2027-08-01
        places = [{ care_type = "nursery", licensed = 20, planned = 20, staffed = 15 }, { care_type = "kindergarten", licensed = 50, planned = 50, staffed = 40 }]
        [[expand]]
        facility = "K4"
        care_type = "kindergarten"
        from = 2028-08-01
        licensed = 80
        planned = 80
        staffed = 72
        [[shrink]]
        facility = "K4"
        care_type = "kindergarten"
        from = 2030-08-01
        licensed = 60
        planned = 60
        staffed = 50
    "#;
    ScenarioSpec::parse(text, "plan.toml").unwrap()
}

fn sensitivity() -> Sensitivity {
    let bar = |lever, staffed_without, effect: Option<i64>| SensitivityBar {
        lever,
        staffed_without,
        staffed_difference: effect,
        cover_difference: effect.map(|it| it as f64 / 2.88),
    };
    let on: Date = date(2028, 7, 31);
    let facility = |name: &str| name.to_owned();
    Sensitivity {
        of: SensitivityOf {
            area: None,
            care_type: CareType::Kindergarten,
            date: date(2029, 3, 1),
        },
        scenario: "Schulen und Kitas 2030".to_owned(),
        staffed: 310,
        staffed_baseline: 365,
        demand_p50: Some(288.0),
        cover_per_cent: Some(107.64),
        bars: vec![
            bar(
                Lever::Close {
                    facility: facility("K2"),
                    on,
                },
                Some(385),
                Some(-75),
            ),
            bar(
                Lever::Open {
                    facility: facility("N1"),
                    from: on,
                },
                Some(270),
                Some(40),
            ),
            bar(
                Lever::Expand {
                    facility: facility("K4"),
                    care_type: CareType::Kindergarten,
                    from: on,
                },
                Some(298),
                Some(12),
            ),
            bar(
                Lever::Open {
                    facility: facility("N2"),
                    from: on,
                },
                None,
                None,
            ),
        ],
    }
}

/// What every picture must be: told in words, with its own title, the same bytes each time.
fn check(draw: impl Fn(Language) -> Svg, table: impl Fn(Language) -> PackTable) {
    for language in Language::ALL {
        let (svg, table) = (draw(language), table(language));
        assert_eq!(svg, draw(language));
        assert!(svg.as_str().contains("<desc>") && svg.description().len() > 20);
        assert!(
            svg.as_str()
                .contains(&format!("lang=\"{}\"", language.tag()))
        );
        assert_eq!(table.caption, svg.title());
        assert!(!table.rows.is_empty());
        assert!(
            table
                .rows
                .iter()
                .all(|row| row.len() == table.columns.len())
        );
    }
}

#[test]
fn demand_stands_against_the_places_there_are() {
    let fan = CapacityFan::new(&report(4), TOTAL_AREA, CareType::Kindergarten, &source()).unwrap();
    check(|it| fan.svg(it).unwrap(), |it| fan.table(it));
    let english = fan.svg(Language::English).unwrap();
    for word in [
        "licensed",
        "planned",
        "staffed",
        "without measures",
        "demand",
    ] {
        assert!(english.as_str().contains(word), "{word}");
    }
    insta::assert_debug_snapshot!("capacity_fan_table", fan.table(Language::German));
    // One day is drawn as well; an area without rows is refused.
    let one = CapacityFan::new(&report(1), TOTAL_AREA, CareType::Kindergarten, &source()).unwrap();
    check(|it| one.svg(it).unwrap(), |it| one.table(it));
    let none = CapacityFan::new(&report(1), "nord", CareType::Kindergarten, &source());
    assert_eq!(none.unwrap_err().code(), "E8102");
}

#[test]
fn the_timeline_has_a_mark_of_its_own_for_each_kind_of_measure() {
    let timeline = PlanTimeline::new(&spec(), &source()).unwrap();
    check(|it| timeline.svg(it).unwrap(), |it| timeline.table(it));
    let german = timeline.svg(Language::German).unwrap();
    for word in ["öffnet", "schließt", "wächst", "schrumpft"] {
        assert!(german.as_str().contains(word), "{word}");
    }
    insta::assert_debug_snapshot!("timeline_table", timeline.table(Language::English));
    let empty = "name = \"leer\"\nfirst_month = \"2026-04\"\nmonths = 12\n";
    let empty = ScenarioSpec::parse(empty, "empty.toml").unwrap();
    assert!(matches!(
        PlanTimeline::new(&empty, &source()),
        Err(ChartError::Empty { .. })
    ));
}

#[test]
fn the_tornado_writes_the_sign_of_every_effect() {
    let place = Label::new("Gesamtstadt", "Whole city");
    let tornado = SensitivityTornado::new(&sensitivity(), place.clone(), source()).unwrap();
    check(|it| tornado.svg(it).unwrap(), |it| tornado.table(it));
    let english = tornado.svg(Language::English).unwrap();
    assert!(english.as_str().contains("−75") && english.as_str().contains("+40"));
    assert!(english.as_str().contains("is needed"));
    insta::assert_debug_snapshot!("tornado_table", tornado.table(Language::German));
    let none = Sensitivity {
        bars: Vec::new(),
        ..sensitivity()
    };
    assert!(SensitivityTornado::new(&none, place, source()).is_err());
}
