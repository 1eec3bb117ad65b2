//! A made-up city whose numbers pass the real disclosure control, forecast and scenario types.

#![allow(clippy::unwrap_used)] // made-up values are right by construction

use std::collections::BTreeMap;

use charts::{AreaMap, AreaOutline, AreaValues, OccupancyHistory, PlaceMonth};
use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleasedTable, release,
    release_series,
};
use domain::{CareType, Month};
use forecast::{AgeGroup, Areas, ForecastRequest, Population};
use http_api::{
    Capability, CapabilityState, Finding, ForecastView, NamedMap, NamedTable, OccupancySection,
    PlannerView, ScenarioView,
};
use jiff::civil::{Date, date};
use scenario::{
    ALLOCATION_LABEL, AllocationReport, Cover, Evaluation, LIGHT_RULE, Quantiles, ReportRow,
    ScenarioReport, Side, TOTAL_AREA,
};
use store::{RecordedRun, RunIdentity};

use crate::made_up_forecasts;

fn same(text: &str) -> Label {
    Label::new(text, text)
}

fn source() -> Label {
    Label::new("synthetische Stadt", "synthetic city")
}

fn care_types() -> Dimension {
    Dimension::new(
        "care_type",
        Label::new("Betreuungsart", "Care type"),
        vec![
            Member::new("nursery", Label::new("Krippe", "Nursery")),
            Member::new("kindergarten", same("Kindergarten")),
        ],
    )
}

fn areas() -> Vec<AreaOutline> {
    let hexagon = |area: usize| {
        let (column, row) = ((area % 8) as f64, (area / 8) as f64);
        let shift = if (area / 8).is_multiple_of(2) {
            0.0
        } else {
            0.5
        };
        let corner = |corner: i32| {
            let angle =
                std::f64::consts::FRAC_PI_3 * f64::from(corner) + std::f64::consts::FRAC_PI_6;
            let (x, y) = (
                column + shift + 0.5774 * angle.cos(),
                row * 0.866 + 0.5774 * angle.sin(),
            );
            (13.6 + 0.02 * x, 51.0 + 0.0126 * y)
        };
        (0..=6).map(corner).collect()
    };
    (0..40)
        .map(|area| AreaOutline {
            code: format!("{area:02}"),
            label: same(&format!("Viertel {area:02}")),
            outline: hexagon(area),
        })
        .collect()
}

fn children_by_area() -> ReleasedTable {
    let members = areas()
        .into_iter()
        .map(|area| Member::new(area.code, area.label));
    let dimension = Dimension::new("area", Label::new("Stadtteil", "Area"), members.collect());
    let count = |cell: u32| {
        if cell == 7 {
            2
        } else {
            (cell * 37 + 11) % 331 + 3
        }
    };
    let table = ConfidentialTable::new(
        "children_by_area",
        Label::new(
            "Kinder mit Vertrag nach Stadtteil und Betreuungsart",
            "Children under contract by area and care type",
        ),
        vec![dimension, care_types()],
        (0..80).map(count).collect(),
    );
    release(table.unwrap(), &DisclosurePolicy::default()).unwrap()
}

fn occupancy() -> OccupancySection {
    let first: Month = "2026-01".parse().unwrap();
    let (mut slices, mut places) = (Vec::new(), Vec::new());
    for ahead in 0..24_u32 {
        let month = first.plus(ahead as i32);
        let wave = (600.0 * (f64::from(ahead) * 0.52).sin()) as i64;
        let nursery = u32::try_from(9_300 + wave - 14 * i64::from(ahead)).unwrap();
        let label = Label::new("Kinder mit Vertrag", "Children under contract");
        let counts = vec![nursery, 15_900 + 11 * ahead];
        let table = ConfidentialTable::new("occupancy", label, vec![care_types()], counts);
        slices.push((month.to_string(), table.unwrap()));
        let ahead = u64::from(ahead);
        places.push(PlaceMonth {
            month,
            licensed: 31_027 - 120 * (ahead / 6),
            planned: 30_500 - 140 * (ahead / 5),
            staffed: 28_950 - 35 * ahead,
            bookable: 2_400 - 60 * ahead as i64,
            facilities: 384,
            unattested_facilities: if ahead > 20 { 384 } else { 3 + ahead },
            oldest_attestation_days: (ahead < 20).then_some(12 + ahead as i32),
        });
    }
    let series = release_series(slices, &DisclosurePolicy::default()).unwrap();
    let scope = Label::new(
        "Stadt, Krippe und Kindergarten",
        "city, nursery and kindergarten",
    );
    let history = OccupancyHistory::new(scope, source(), &series, &["_total"], &places);
    OccupancySection::new("city", history.unwrap()).unwrap()
}

fn forecast_view() -> ForecastView {
    let mut table = String::from("area,year,age,count\n");
    for (area, size) in [
        ("Altstadt", 410),
        ("Neustadt & Hafen", 655),
        ("Pieschen", 290),
    ] {
        for year in 2004..=2025 {
            for age in 0..=5 {
                let falling = (year - 2004 - age).max(0) * size / 60;
                let count = size + 7 * (year % 4) - falling;
                table += &format!("{area},{year},{age},{count}\n");
            }
        }
    }
    let population = Population::read(table.as_bytes(), "population.csv").unwrap();
    let request = ForecastRequest {
        horizon: 8,
        groups: AgeGroup::parse_list("U3=0-2,K=3-5").unwrap(),
        ..ForecastRequest::default()
    };
    let names = [
        ("U3", Label::new("unter 3 Jahre", "under 3")),
        ("K", Label::new("3 bis unter 6 Jahre", "3 to under 6")),
    ];
    ForecastView {
        forecast: forecast::forecast(&population, None, &Areas::flat(), &request).unwrap(),
        group_names: BTreeMap::from(names.map(|(group, name)| (group.to_owned(), name))),
        source: source(),
    }
}

fn row(area: &str, day: Date, care: CareType, size: u64, lost: u64) -> ReportRow {
    let demand = Quantiles::new(size as f64 * 0.93, size as f64, size as f64 * 1.08).unwrap();
    let side = |staffed: u64| Side {
        licensed: size + 60,
        planned: size + 40,
        staffed,
        cover: Some(Cover::of(staffed, demand, 1.05)),
    };
    let name = if area == TOTAL_AREA {
        "Stadt".to_owned()
    } else {
        format!("Stadtbezirk {area}")
    };
    ReportRow {
        date: day,
        area: area.to_owned(),
        area_name: name,
        care_type: care,
        demand: Some(demand),
        baseline: side(size * 109 / 100),
        scenario: side(size * 109 / 100 - lost),
    }
}

fn scenario_view() -> ScenarioView {
    let days = [date(2028, 3, 1), date(2030, 3, 1)];
    let cares = [CareType::Nursery, CareType::Kindergarten];
    let mut rows = Vec::new();
    for (later, day) in days.into_iter().enumerate() {
        for (district, letter) in ["Nord", "Ost", "Süd", "West"].into_iter().enumerate() {
            for care in cares {
                let size = 400 + 111 * district as u64;
                rows.push(row(
                    letter,
                    day,
                    care,
                    size,
                    [0, 9, 45, 0][district] * (later as u64 + 1),
                ));
            }
        }
        for care in cares {
            rows.push(row(TOTAL_AREA, day, care, 2_266, 54 * (later as u64 + 1)));
        }
    }
    let report = ScenarioReport {
        name: "Schließung in Stufen".to_owned(),
        known_on: date(2026, 11, 1),
        target_cover: 1.05,
        light_rule: LIGHT_RULE,
        rows,
        staff_moves: vec![],
        closed: vec![],
        allocation: AllocationReport {
            label: ALLOCATION_LABEL,
            limit_km: 3.0,
            left_out: None,
            comparisons: vec![],
        },
        evaluation: Evaluation::default(),
        displaced: vec![],
    };
    let label = Label::new(
        "Kinder schließender Einrichtungen",
        "Children of closing facilities",
    );
    let members = vec![
        Member::new("K017", same("Kita Elbwiese")),
        Member::new("K101", same("Kita Am Hang")),
        Member::new("K230", same("Kita Sonnenhof")),
    ];
    let facilities = Dimension::new("facility", Label::new("Einrichtung", "Facility"), members);
    let counts = vec![12, 31, 2, 8, 17, 40];
    let table = ConfidentialTable::new("displaced", label, vec![facilities, care_types()], counts);
    ScenarioView {
        report,
        displaced: Some(release(table.unwrap(), &DisclosurePolicy::default()).unwrap()),
        source: source(),
    }
}

fn findings() -> Vec<Finding> {
    let finding = |german: &str, english: &str| Finding {
        german: german.to_owned(),
        english: english.to_owned(),
    };
    vec![
        finding(
            "Die Betriebserlaubnis zählt mehr Plätze, als mit dem Personal belegt werden können.",
            "The licence counts more places than the staff present can fill.",
        ),
        finding(
            "In <Süd> & West fehlen nach der Schließung Plätze in der Krippe.",
            "In <South> & West places in nurseries are short after the closure.",
        ),
    ]
}

/// The whole view.
pub(crate) fn view() -> PlannerView {
    let as_of = date(2026, 11, 1);
    let table = children_by_area();
    let title = Label::new(
        "Krippenkinder nach Stadtteil, November 2026",
        "Nursery children by area, November 2026",
    );
    let values = AreaValues::released(&table, "area", &[("care_type", "nursery")], title).unwrap();
    let map = AreaMap::new(areas(), values, source()).unwrap();
    let capability = |german: &str, english: &str, state, note: &str| Capability {
        name: Label::new(german, english),
        state,
        note: same(note),
    };
    let identity = RunIdentity::new("ab".repeat(32), "default-1", 7, "0.1.0").unwrap();
    let mut view = PlannerView::empty(Label::new("Beispielstadt", "Example city"), as_of, "0.1.0");
    view.is_synthetic = true;
    view.findings = findings();
    view.occupancy = vec![occupancy()];
    view.forecast = Some(forecast_view());
    view.other_forecasts = vec![made_up_forecasts::other()];
    view.demand = Some(made_up_forecasts::demand());
    view.honesty = made_up_forecasts::honesty();
    view.levers = Some(made_up_forecasts::levers());
    view.maps = vec![NamedMap::new("nursery", map).unwrap()];
    view.scenario = Some(scenario_view());
    view.tables = vec![NamedTable::new("children-by-area", table, as_of).unwrap()];
    view.capabilities = vec![
        capability("Belegung", "Occupancy", CapabilityState::Complete, "K24"),
        capability("Prognose", "Forecast", CapabilityState::Thin, "WIS"),
        capability("Portal", "Portal", CapabilityState::Absent, "–"),
    ];
    view.runs = vec![RecordedRun {
        id: identity.id(),
        identity,
        recorded_at: "2026-11-22T08:00:00Z".parse().unwrap(),
    }];
    view
}
