//! Acceptance story A, step 1: a planner asks for the kindergartens of a district.

use std::fmt::Write as _;
use std::path::Path;

use super::{placewright, text};

/// Facility, licensed, planned, staffed, contracts.
const HOUSES: [(&str, u32, u32, u32, u32); 4] = [
    ("K1", 120, 110, 100, 96),
    ("K2", 90, 90, 80, 61),
    ("K3", 150, 140, 125, 118),
    ("K4", 60, 60, 60, 57),
];

/// Writes the story's city: district Süd with four facilities, attested for April 2026.
fn write_city(city: &Path) {
    let mut facilities = String::from(
        "facility_id,provider_id,name,kind,area,latitude,longitude,opens_on,closes_on,in_needs_plan,groups,opening_hour,closing_hour,closing_days\n",
    );
    let mut licences = String::from("facility_id,valid_from,valid_to\n");
    let mut capacities =
        String::from("facility_id,care_type,valid_from,valid_to,licensed,planned,staffed\n");
    let mut children =
        String::from("child_id,household_id,birth_date,sex,inclusion_place,school_class\n");
    let mut contracts = String::from(
        "contract_id,version,child_id,facility_id,care_type,daily_hours,days_per_week,lunch,valid_from,valid_to,recorded_from,recorded_to\n",
    );
    for (house, licensed, planned, staffed, count) in HOUSES {
        let licence_end = if house == "K2" { "2028-07-31" } else { "" };
        writeln!(
            facilities,
            "{house},T1,Kita {house},day_care_centre,sued,51.02,13.74,2010-01-01,,true,5,6,17,8"
        )
        .unwrap();
        writeln!(licences, "{house},2010-01-01,{licence_end}").unwrap();
        writeln!(
            capacities,
            "{house},kindergarten,2010-01-01,,{licensed},{planned},{staffed}"
        )
        .unwrap();
        for number in 0..count {
            let child = format!("{house}-{number}");
            writeln!(children, "{child},H1,2022-05-17,female,false,").unwrap();
            writeln!(contracts, "c-{child},1,{child},{house},kindergarten,9,5,true,2025-08-01,2028-07-31,2025-03-01,").unwrap();
        }
    }
    let tables = [
        ("areas", "area,parent,name\nsued,,Süd\nnord,,Nord\n".to_owned()),
        (
            "providers",
            "provider_id,name,kind,legal_regime,participates_from,participates_to\nT1,Träger 1,independent,secular,2010-01-01,\n".to_owned(),
        ),
        ("attestations", "provider_id,month,attested_on\nT1,2026-04-01,2026-03-28\n".to_owned()),
        ("facilities", facilities),
        ("licences", licences),
        ("capacities", capacities),
        (
            "households",
            "household_id,area,single_custodian,custodians_working,municipality\nH1,sued,false,true,14612000\n".to_owned(),
        ),
        ("children", children),
        ("contracts", contracts),
    ];
    std::fs::create_dir(city).unwrap();
    for (name, rows) in tables {
        std::fs::write(city.join(format!("{name}.csv")), rows).unwrap();
    }
}

#[test]
fn the_occupancy_of_story_a1_comes_out_of_a_city_directory() {
    let folder = tempfile::tempdir().unwrap();
    let (city, out) = (folder.path().join("city"), folder.path().join("out"));
    write_city(&city);
    let done = placewright(&[
        "occupancy",
        "--city",
        city.to_str().unwrap(),
        "--as-of",
        "2026-04-01",
        "--area",
        "sued",
        "--out",
        out.to_str().unwrap(),
        "--json",
    ]);
    assert_eq!(
        done.status.code(),
        Some(0),
        "{}{}",
        text(&done.stderr),
        text(&done.stdout)
    );
    let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let row = &json["rows"][0];
    let count = |name: &str| row[name].as_i64().unwrap();
    assert_eq!(
        [
            "licensed",
            "planned",
            "staffed",
            "contracts",
            "naive_free",
            "bookable",
            "data_age_days"
        ]
        .map(count),
        [420, 400, 365, 332, 88, 33, 4]
    );
    let rate = |name: &str| format!("{:.2}", row[name].as_f64().unwrap());
    assert_eq!(rate("utilisation_of_licensed"), "79.05");
    assert_eq!(rate("utilisation_of_planned"), "83.00");
    assert_eq!(rate("utilisation_of_staffed"), "90.96");
    assert!(
        json["method"]["en"]
            .as_str()
            .unwrap()
            .contains("suppressed")
    );
}
