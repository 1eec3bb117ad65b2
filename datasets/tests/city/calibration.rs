//! Totals of a city of scale 1 against the public figures.

use std::path::PathBuf;

use datasets::{CitySpec, TableSink, Totals, calibration, generate};
use domain::CareType;
use polars::frame::DataFrame;
use tables::schema::TableName;

struct Nowhere;

impl TableSink for Nowhere {
    type Error = std::convert::Infallible;
    fn write(&mut self, _: TableName, _: DataFrame) -> Result<(), Self::Error> {
        Ok(())
    }
}

fn totals(seed: u64) -> Totals {
    let spec = CitySpec::new(seed, 1.0).unwrap();
    generate(&spec, &mut Nowhere, &mut |_| ()).unwrap()
}

/// A figure, what the city shows, what is expected and the tolerated difference as a share.
type Line = (&'static str, f64, f64, f64);

fn assert_lines(lines: &[Line]) {
    let mut misses = Vec::new();
    for &(figure, found, expected, tolerance) in lines {
        let difference = (found - expected).abs() / expected.abs();
        println!("{figure:<42} {found:>10.4} expected {expected:>10.4} +-{tolerance}");
        if difference > tolerance {
            misses.push(format!(
                "{figure}: {found} instead of {expected} (+-{tolerance})"
            ));
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[test]
fn a_city_of_scale_1_has_the_totals_of_dresden() {
    let city = totals(1);
    println!("{city:#?}");
    let care = |care: CareType| city.care[care.index()];
    let uptake = |group: usize| share(city.in_care_by_age[group], city.children_by_age[group]);
    let starts: u64 = city.starts_by_month.iter().sum();
    let after_school = care(CareType::AfterSchool).occupied;
    let occupied = city.occupied_to_school();
    assert_eq!(city.counted_on, "2026-03-01");
    assert_lines(&[
        (
            "places to school, needs plan",
            city.planned_to_school() as f64,
            31_027.0,
            0.005,
        ),
        (
            "places to school, occupied",
            occupied as f64,
            25_269.0,
            0.02,
        ),
        ("places of all kinds", city.planned() as f64, 56_000.0, 0.01),
        (
            "childminding places",
            care(CareType::Childminding).planned as f64,
            1400.0,
            0.05,
        ),
        ("uptake under one", uptake(0), 0.023, 0.25),
        ("uptake one to under three", uptake(1), 0.771, 0.03),
        ("uptake three to under six", uptake(2), 0.968, 0.015),
        ("uptake at five", uptake(3), 0.977, 0.015),
        (
            "after-school coverage",
            share(after_school, city.primary_pupils),
            0.90,
            0.03,
        ),
        ("Kitas open", city.facilities_open[0] as f64, 290.0, 0.03),
        (
            "after-school centres open",
            city.facilities_open[1] as f64,
            75.0,
            0.03,
        ),
        (
            "childminder sites open",
            city.facilities_open[2] as f64,
            305.0,
            0.05,
        ),
        ("staff", city.staff as f64, calibration::STAFF, 0.05),
        (
            "36 hours and more a week",
            share(city.long_hours, occupied),
            0.86,
            0.04,
        ),
        (
            "starts in August and September",
            share(city.starts_by_month[7] + city.starts_by_month[8], starts),
            0.35,
            0.06,
        ),
        (
            "contracts corrected",
            share(city.corrected, city.rows["contracts"]),
            0.01,
            0.3,
        ),
        ("births 2012", city.births[&2012] as f64, 6007.0, 0.001),
        ("births 2022", city.births[&2022] as f64, 4740.0, 0.001),
        ("births 2023", city.births[&2023] as f64, 4268.0, 0.001),
        ("births 2025", city.births[&2025] as f64, 3890.0, 0.001),
    ]);
    let flat = starts as f64 / 12.0;
    for month in [7, 12] {
        let count = city.starts_by_month[month - 1] as f64;
        assert!(
            count < 0.75 * flat,
            "no dip in month {month}: {count} of {flat}"
        );
    }
    assert!(
        share(city.unplaced, city.contracts) < 0.002,
        "{} unplaced",
        city.unplaced
    );
    for care in CareType::ALL {
        let totals = city.care[care.index()];
        assert!(totals.occupied <= totals.licensed, "{care}: {totals:?}");
        assert!(totals.planned <= totals.licensed, "{care}: {totals:?}");
        assert!(totals.staffed <= totals.licensed, "{care}: {totals:?}");
    }
}

/// The folder with reference data, if there is one.
fn shared() -> PathBuf {
    std::env::var_os("PLACEWRIGHT_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")),
        PathBuf::from,
    )
}

#[test]
fn the_totals_follow_the_published_calibration_figures() {
    let file = shared().join("data/dresden/calibration.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!(
            "skipped: no reference data; set PLACEWRIGHT_SHARED to the folder that holds data/dresden"
        );
        return;
    };
    let published: serde_json::Value = serde_json::from_str(&text).unwrap();
    let number = |path: &str| {
        published
            .pointer(path)
            .and_then(serde_json::Value::as_f64)
            .unwrap_or_else(|| panic!("{path}"))
    };
    let city = totals(2);
    let places = "/kita_places_0_to_school";
    let uptake = |group: usize| share(city.in_care_by_age[group], city.children_by_age[group]);
    assert_lines(&[
        (
            "births 2012",
            city.births[&2012] as f64,
            number("/births/2012/0"),
            0.001,
        ),
        (
            "births 2022",
            city.births[&2022] as f64,
            number("/births/2022/0"),
            0.001,
        ),
        (
            "births 2023",
            city.births[&2023] as f64,
            number("/births/2023/0"),
            0.001,
        ),
        (
            "supply 2026-03",
            city.planned_to_school() as f64,
            number(&format!("{places}/supply/2026-03")),
            0.005,
        ),
        (
            "occupied 2026-03",
            city.occupied_to_school() as f64,
            number(&format!("{places}/occupied/2026-03")),
            0.02,
        ),
        (
            "places of all kinds",
            city.planned() as f64,
            number("/facilities/2018/places"),
            0.01,
        ),
        (
            "staff",
            city.staff as f64,
            number("/facilities/2018/staff"),
            0.05,
        ),
        (
            "uptake under one",
            uptake(0),
            number("/uptake_saxony/u1_2017"),
            0.25,
        ),
        (
            "uptake 1-3",
            uptake(1),
            number("/uptake_saxony/1_to_u3_2025_incl_ktp"),
            0.03,
        ),
        (
            "uptake 3-6",
            uptake(2),
            number("/uptake_saxony/3_to_u6_2025"),
            0.015,
        ),
        (
            "uptake 5",
            uptake(3),
            number("/uptake_saxony/5_to_u6_2025"),
            0.015,
        ),
        (
            "after-school coverage",
            share(
                city.care[CareType::AfterSchool.index()].occupied,
                city.primary_pupils,
            ),
            number("/hort/coverage_2007_city"),
            0.03,
        ),
        (
            "36 hours and more a week",
            share(city.long_hours, city.occupied_to_school()),
            number("/hours_saxony_2018/ge36h_per_week_nonschool"),
            0.04,
        ),
    ]);
}
