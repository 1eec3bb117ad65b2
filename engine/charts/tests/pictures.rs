//! Every picture, from released values made through the real disclosure control.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use charts::{
    AreaMap, AreaOutline, AreaValue, AreaValues, BeforeAfter, ChartError, ERROR_CODES, FanNames,
    ForecastFan, Language, OccupancyHistory, PlaceMonth, Svg,
};
use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleasedSeries, ReleasedTable,
    release, release_series,
};
use domain::{CareType, Month, ReferenceDate};
use forecast::{AgeGroup, Areas, Forecast, ForecastRequest, Population, forecast};
use scenario::{
    ALLOCATION_LABEL, AllocationReport, Cover, Evaluation, LIGHT_RULE, Quantiles, ReportRow,
    ScenarioReport, Side,
};

fn same(text: &str) -> Label {
    Label::new(text, text)
}

fn source() -> Label {
    Label::new("synthetische Stadt", "synthetic city")
}

/// Children of two care types by month; the second month hides the nursery.
fn series(months: &[(&str, [u32; 2])]) -> ReleasedSeries {
    let care = Dimension::new(
        "care_type",
        Label::new("Betreuungsart", "Care type"),
        vec![
            Member::new("nursery", Label::new("Krippe", "Nursery")),
            Member::new("kindergarten", same("Kindergarten")),
        ],
    );
    let slices = months
        .iter()
        .map(|(month, counts)| {
            let table = ConfidentialTable::new(
                "occupancy",
                Label::new("Kinder mit Vertrag", "Children under contract"),
                vec![care.clone()],
                counts.to_vec(),
            );
            ((*month).to_owned(), table.unwrap())
        })
        .collect();
    release_series(slices, &DisclosurePolicy::default()).unwrap()
}

fn places(month: &str, unattested_facilities: u64) -> PlaceMonth {
    PlaceMonth {
        month: month.parse().unwrap(),
        licensed: 31_027,
        planned: 30_500,
        staffed: 28_950,
        bookable: 1_412,
        facilities: 384,
        unattested_facilities,
        oldest_attestation_days: Some(17),
    }
}

fn year_of_occupancy() -> OccupancyHistory {
    let first: Month = "2025-09".parse().unwrap();
    let label = |ahead: i32| first.plus(ahead).to_string();
    let months: Vec<(String, [u32; 2])> = (0..24)
        .map(|ahead| {
            let wave = 600.0 * (f64::from(ahead) * 0.52).sin();
            let nursery = 9_300.0 + wave - 14.0 * f64::from(ahead);
            (label(ahead), [nursery as u32, 15_900 + 11 * ahead as u32])
        })
        .collect();
    let borrowed: Vec<(&str, [u32; 2])> = months
        .iter()
        .map(|(month, counts)| (month.as_str(), *counts))
        .collect();
    let series = series(&borrowed);
    let places: Vec<PlaceMonth> = (0..24)
        .map(|ahead| PlaceMonth {
            licensed: 31_027 - 120 * (ahead as u64 / 6),
            planned: 30_500 - 140 * (ahead as u64 / 5),
            staffed: 28_950 - 35 * ahead as u64,
            bookable: 2_400 - 60 * i64::from(ahead),
            unattested_facilities: 3 + ahead as u64,
            ..places(&label(ahead), 0)
        })
        .collect();
    let scope = Label::new(
        "Stadt, Krippe und Kindergarten",
        "city, nursery and kindergarten",
    );
    OccupancyHistory::new(scope, source(), &series, &["_total"], &places).unwrap()
}

fn small_forecast() -> Forecast {
    let mut table = String::from("area,year,age,count\n");
    for (area, size) in [("01", 410), ("02", 655), ("03", 290)] {
        for year in 2014..=2025 {
            for age in 0..=5 {
                let falling = 9 * (year - 2014 - age).max(0) * size / 400;
                let count = size + 7 * (year % 4) - falling;
                table += &format!("{area},{year},{age},{count}\n");
            }
        }
    }
    let population = Population::read(table.as_bytes(), "population.csv").unwrap();
    let request = ForecastRequest {
        horizon: 10,
        groups: AgeGroup::parse_list("U3=0-2,K=3-5").unwrap(),
        ..ForecastRequest::default()
    };
    forecast(&population, None, &Areas::flat(), &request).unwrap()
}

fn fan() -> ForecastFan {
    let names = FanNames {
        area: Label::new("Gesamtstadt", "whole city"),
        group: Label::new("unter 3 Jahre", "under 3"),
        source: source(),
    };
    ForecastFan::new(&small_forecast(), "_total", "U3", names).unwrap()
}

fn hexagon(column: i32, row: i32) -> Vec<(f64, f64)> {
    let shift = if row % 2 == 0 { 0.0 } else { 0.5 };
    let (x, y) = (f64::from(column) + shift, f64::from(row) * 0.866);
    (0..=6)
        .map(|corner| {
            let angle =
                std::f64::consts::FRAC_PI_3 * f64::from(corner) + std::f64::consts::FRAC_PI_6;
            let radius = 0.5774;
            (
                13.6 + 0.02 * (x + radius * angle.cos()),
                51.0 + 0.0126 * (y + radius * angle.sin()),
            )
        })
        .collect()
}

fn areas() -> Vec<AreaOutline> {
    (0..40)
        .map(|area| AreaOutline {
            code: format!("{area:02}"),
            label: same(&format!("Viertel {area:02}")),
            outline: hexagon(area % 8, area / 8),
        })
        .collect()
}

fn children_by_area() -> ReleasedTable {
    let members = areas()
        .into_iter()
        .map(|area| Member::new(area.code, area.label))
        .collect();
    let dimension = Dimension::new("area", Label::new("Stadtteil", "Area"), members);
    let counts = (0..40)
        .map(|area| (area * 37 + 11) % 331 * u32::from(area != 3))
        .map(|count| count.max(2));
    let label = Label::new("Kinder mit Vertrag", "Children under contract");
    let table = ConfidentialTable::new("children", label, vec![dimension], counts.collect());
    release(table.unwrap(), &DisclosurePolicy::default()).unwrap()
}

fn map() -> AreaMap {
    let title = Label::new(
        "Betreute Kinder nach Stadtteil, August 2026",
        "Children in care by area, August 2026",
    );
    let values = AreaValues::released(&children_by_area(), "area", &[], title).unwrap();
    AreaMap::new(areas(), values, source()).unwrap()
}

fn first_of_march() -> ReferenceDate {
    ReferenceDate::federal(2028).unwrap()
}

/// A scenario with and without demand; districts are named by letters.
fn scenario_report(districts: u8, with_demand: bool) -> ScenarioReport {
    let row = |area: &str, name: &str, size: u64, lost: u64| {
        let demand = Quantiles::new(size as f64 * 0.9, size as f64, size as f64 * 1.1).unwrap();
        let side = |staffed: u64| Side {
            licensed: size + 60,
            planned: size + 40,
            staffed,
            cover: with_demand.then(|| Cover::of(staffed, demand, 1.05)),
        };
        ReportRow {
            date: first_of_march().date(),
            area: area.to_owned(),
            area_name: name.to_owned(),
            care_type: CareType::Nursery,
            demand: with_demand.then_some(demand),
            baseline: side(size * 11 / 10),
            scenario: side(size * 11 / 10 - lost),
        }
    };
    let mut rows: Vec<ReportRow> = (0..districts)
        .map(|district| {
            let letter = char::from(b'A' + district).to_string();
            let size = 200 + 37 * u64::from(district);
            row(
                &letter,
                &format!("Stadtbezirk {letter}"),
                size,
                9 * u64::from(district % 5),
            )
        })
        .collect();
    rows.push(row("_total", "Stadt", 4_200, 160));
    ScenarioReport {
        name: "Stufe 3".to_owned(),
        known_on: first_of_march().date(),
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
    }
}

fn bars(districts: u8, with_demand: bool) -> Result<BeforeAfter, ChartError> {
    let report = scenario_report(districts, with_demand);
    BeforeAfter::new(&report, first_of_march(), CareType::Nursery, &source())
}

#[test]
fn a_scenario_shows_the_city_first_and_the_greatest_changes_before_the_others() {
    let svg = bars(16, true).unwrap().svg(Language::German).unwrap();
    let description = svg.description();
    assert!(
        description.starts_with("Gesamtstadt: 110,0 → 106,2; Stadtbezirk E:"),
        "{description}"
    );
    assert!(description.ends_with("Ziel: 105,0."), "{description}");
    assert!(svg.as_str().contains("12 von 17 Gebieten"));
    let places = bars(3, false).unwrap().svg(Language::English).unwrap();
    assert!(
        places
            .description()
            .starts_with("Stadtbezirk C: 301 → 283;")
    );
    assert!(
        !places.description().contains("Target"),
        "places without demand have no target"
    );
}

/// Writes the pictures into a folder for looking at them, if one is named.
#[allow(clippy::disallowed_methods)] // a test is not the engine
fn keep(name: &str, svg: &Svg) {
    if let Ok(folder) = std::env::var("PLACEWRIGHT_PICTURES") {
        let folder = std::path::Path::new(&folder);
        std::fs::write(folder.join(format!("{name}.svg")), svg.as_str()).unwrap();
    }
}

/// Tags open and close in order; enough for the plain documents plotters writes.
fn is_well_formed(svg: &str) -> bool {
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let Some((tag, _)) = tag.split_once('>') else {
            return false;
        };
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name.to_owned()) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap().to_owned());
        }
    }
    open.is_empty()
}

fn check(name: &str, draw: impl Fn(Language) -> Svg) {
    for language in Language::ALL {
        let svg = draw(language);
        let name = format!("{name}-{}", language.tag());
        keep(&name, &svg);
        assert!(is_well_formed(svg.as_str()), "{name}");
        assert!(svg.as_str().contains("<title>") && svg.as_str().contains("<desc>"));
        assert!(
            svg.as_str()
                .contains(&format!("lang=\"{}\"", language.tag()))
        );
        assert!(!svg.description().is_empty());
        assert_eq!(svg, draw(language), "{name} is not the same twice");
    }
}

#[test]
fn every_picture_is_well_formed_described_and_the_same_twice() {
    let (occupancy, fan, map) = (year_of_occupancy(), fan(), map());
    check("occupancy", |language| occupancy.svg(language).unwrap());
    check("fan", |language| fan.svg(language).unwrap());
    check("map", |language| map.svg(language).unwrap());
    for (name, districts, with_demand) in [("scenario", 16, true), ("scenario-places", 3, false)] {
        let bars = bars(districts, with_demand).unwrap();
        check(name, |language| bars.svg(language).unwrap());
    }
}

#[test]
fn a_png_has_twice_the_size_of_the_page_and_the_same_bytes_every_time() {
    let map = map();
    let png = map.png(Language::German).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    assert_eq!(png[16..24], [0, 0, 7, 8, 0, 0, 3, 192]);
    assert!(
        (20_000..600_000).contains(&png.len()),
        "{} bytes",
        png.len()
    );
    assert_eq!(png, map.png(Language::German).unwrap());
    assert_ne!(png, map.png(Language::English).unwrap());
}

#[test]
fn the_words_of_the_pictures_read_like_this() {
    let words = |svg: Svg| format!("{}\n{}", svg.title(), svg.description());
    let all = [
        words(year_of_occupancy().svg(Language::German).unwrap()),
        words(year_of_occupancy().svg(Language::English).unwrap()),
        words(fan().svg(Language::German).unwrap()),
        words(map().svg(Language::German).unwrap()),
        words(map().svg(Language::English).unwrap()),
    ];
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn bookable_places_are_unknown_where_they_would_give_children_away_or_nobody_attested() {
    let series = series(&[
        ("2026-08", [41, 78]),
        ("2026-09", [2, 0]),
        ("2026-10", [40, 70]),
    ]);
    let rows = [
        places("2026-09", 0),
        places("2026-08", 384),
        places("2026-10", 383),
    ];
    let history = OccupancyHistory::new(same("x"), source(), &series, &["_total"], &rows).unwrap();
    let shown: Vec<_> = history
        .months()
        .iter()
        .map(|month| (month.contracts, month.bookable))
        .collect();
    assert_eq!(
        shown,
        [(Some(119), None), (None, None), (Some(110), Some(1_412))]
    );
    assert!(
        history
            .svg(Language::German)
            .unwrap()
            .description()
            .contains("1.412 vergebbare")
    );
}

#[test]
fn suppressed_areas_are_hatched_and_named_in_the_legend() {
    let map = map();
    let hidden = map
        .rows()
        .filter(|(_, value)| *value == AreaValue::NotPublished)
        .count();
    assert!(
        hidden >= 2,
        "a single hidden area could be calculated from the total"
    );
    let svg = map.svg(Language::English).unwrap();
    assert!(svg.as_str().contains(&format!("not published  ({hidden})")));
    let (outlines, swatches) = (40, 6);
    let lines = svg.as_str().matches("<polyline").count();
    assert!(
        lines > outlines + swatches + 10,
        "no hatch among {lines} lines"
    );
    assert!(
        !svg.as_str().contains("&lt;3"),
        "a map never says that an area is small"
    );
}

#[test]
fn a_map_of_forecasts_takes_the_medians_of_a_year() {
    let forecast = small_forecast();
    let values = AreaValues::forecast(&forecast, "K", 2030, same("t")).unwrap();
    let median = forecast.fan("02", "K").unwrap()[4];
    assert_eq!(median.year, 2030);
    assert_eq!(values.value("02"), AreaValue::Published(median.q50.round()));
    assert_eq!(values.value("99"), AreaValue::Missing);
    assert!(AreaValues::forecast(&forecast, "K", 1999, same("t")).is_err());
}

#[test]
fn every_refusal_has_its_listed_number() {
    let children = series(&[("2026-08", [41, 78])]);
    let history = |rows: &[PlaceMonth], cell: &[&str]| {
        OccupancyHistory::new(same("x"), source(), &children, cell, rows).unwrap_err()
    };
    let (august, september) = (places("2026-08", 0), places("2026-09", 0));
    let unlabelled = series(&[("August", [41, 78])]);
    let values = || AreaValues::released(&children_by_area(), "area", &[], same("t")).unwrap();
    let broken = AreaOutline {
        code: "01".to_owned(),
        label: same("x"),
        outline: vec![(13.0, 51.0), (13.1, 51.0)],
    };
    let names = FanNames {
        area: same("x"),
        group: same("x"),
        source: source(),
    };
    let report = scenario_report(1, true);
    let refusals: Vec<ChartError> = vec![
        history(&[], &["_total"]),
        history(&[august, august], &["_total"]),
        history(&[august, september], &["_total"]),
        history(&[august], &["cradle"]),
        OccupancyHistory::new(same("x"), source(), &unlabelled, &["_total"], &[august])
            .unwrap_err(),
        AreaMap::new(vec![broken], values(), source()).unwrap_err(),
        AreaMap::new(vec![], values(), source()).unwrap_err(),
        AreaValues::released(&children_by_area(), "district", &[], same("t")).unwrap_err(),
        AreaValues::released(&children_by_area(), "area", &[("age", "3")], same("t")).unwrap_err(),
        ForecastFan::new(&small_forecast(), "99", "U3", names).unwrap_err(),
        BeforeAfter::new(&report, first_of_march(), CareType::AfterSchool, &source()).unwrap_err(),
    ];
    let codes: Vec<&str> = refusals.iter().map(ChartError::code).collect();
    assert_eq!(
        codes,
        [
            "E8103", "E8103", "E8103", "E8102", "E8103", "E8104", "E8101", "E8102", "E8102",
            "E8102", "E8102"
        ]
    );
    for refusal in refusals {
        assert!(refusal.to_string().starts_with(refusal.code()));
        assert!(
            ERROR_CODES
                .iter()
                .any(|listed| listed.code == refusal.code())
        );
    }
}

/// Two areas without districts, half of the under-threes in care.
fn demand() -> forecast::MonthlyDemand {
    let area = |code: &str, parent, depth, is_leaf| forecast::Area {
        code: code.to_owned(),
        name: code.to_owned(),
        parent,
        depth,
        is_leaf,
    };
    let areas = [
        area("_total", None, 0, false),
        area("north", Some(0), 1, true),
        area("south", Some(0), 1, true),
    ];
    let counts = ["north", "south"].into_iter().flat_map(|area| {
        (2020..=2026).map(move |year| forecast::TakeUpCount {
            area: area.to_owned(),
            band: "under 3".to_owned(),
            month: Month::new(year, 1).unwrap(),
            children: 300.0,
            in_care: 150.0,
            with_childminder: 15.0,
        })
    });
    let input = forecast::DemandInput::of(forecast::CareBands::under_three(), counts.collect());
    let children = forecast::CertainChildren::new(&areas, 2025, 2, |_, _, _| 100.0);
    let request = forecast::MonthlyDemandRequest {
        months: domain::MonthRange::new(Month::new(2026, 1).unwrap(), 24),
        paths: 100,
        seed: 1,
        memory_mib: 16,
    };
    let model = forecast::DemandModel::learn(&areas, &input).unwrap();
    model.simulate(&children, &request).unwrap()
}

#[test]
fn places_needed_by_month_are_drawn_with_their_intervals_and_told_in_words() {
    let names = || charts::DemandNames {
        area: Label::new("Stadt gesamt", "Whole city"),
        source: source(),
    };
    let demand = demand();
    let chart = charts::DemandMonths::new(&demand, "_total", CareType::Nursery, names()).unwrap();
    assert_eq!(chart.months().len(), 24);
    let last = chart.months()[23];
    assert!(last.q10 < last.q50 && last.q50 < last.q90);
    let (german, english) = (
        chart.svg(Language::German).unwrap(),
        chart.svg(Language::English).unwrap(),
    );
    assert!(
        german
            .as_str()
            .contains("Bedarf an Plätzen: Stadt gesamt, Krippe")
    );
    assert!(
        english
            .as_str()
            .contains("Places needed: Whole city, Nursery")
    );
    assert!(
        english
            .as_str()
            .contains(&format!("Median {:.0}", last.q50))
    );
    assert_eq!(
        chart.svg(Language::German).unwrap(),
        german,
        "the same bytes"
    );
    assert!(matches!(
        charts::DemandMonths::new(&demand, "east", CareType::Nursery, names()),
        Err(ChartError::Unknown { .. })
    ));
}
