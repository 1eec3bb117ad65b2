//! Acceptance story C, steps 1 to 3, from a city directory: extracts, both formats, a correction, and
//! the checks of costs and DatML files.

use std::fmt::Write as _;
use std::path::Path;

use super::{placewright, text};

/// Child, facility, date of birth, hours, care type, class, integration aid.
const CHILDREN: [(&str, &str, &str, &str, &str, &str, bool); 14] = [
    ("a1", "FA", "2025-01-15", "9", "nursery", "", false),
    ("a2", "FA", "2024-11-02", "10", "nursery", "", false),
    ("a3", "FA", "2023-05-20", "9", "kindergarten", "", false),
    ("a4", "FA", "2022-08-30", "6", "kindergarten", "", false),
    ("a5", "FA", "2021-02-11", "9", "kindergarten", "", true),
    ("a6", "FA", "2020-09-05", "9", "kindergarten", "", false),
    ("b1", "FB", "2023-03-01", "9", "kindergarten", "", false),
    ("b2", "FB", "2024-03-01", "4.5", "nursery", "", false),
    ("b3", "FB", "2024-03-02", "9", "nursery", "", false),
    ("b4", "FB", "2019-04-10", "6", "after_school", "1", false),
    ("b5", "FB", "2018-12-12", "5", "after_school", "2", false),
    ("b6", "FB", "2022-01-01", "9", "kindergarten", "", false),
    ("t1", "FT", "2025-06-06", "9", "childminding", "", false),
    ("t2", "FT", "2025-10-10", "8", "childminding", "", false),
];

/// Writes the story's city; on 10 April 2027 the hours of a4 may have been corrected.
fn write_city(city: &Path, corrected: bool) {
    let mut children =
        String::from("child_id,household_id,birth_date,sex,inclusion_place,school_class\n");
    let mut attributes = String::from("child_id,foreign_origin,german_at_home\n");
    let mut contracts = String::from(
        "contract_id,version,child_id,facility_id,care_type,daily_hours,days_per_week,lunch,valid_from,valid_to,recorded_from,recorded_to\n",
    );
    for (child, facility, born, hours, care, class, aid) in CHILDREN {
        writeln!(children, "{child},H1,{born},female,{aid},{class}").unwrap();
        writeln!(attributes, "{child},false,true").unwrap();
        let span = if child == "b6" {
            "2027-03-10,2027-04-15"
        } else {
            "2026-08-01,"
        };
        let terms = format!("{child},{facility},{care}");
        let until = if corrected && child == "a4" {
            writeln!(contracts, "c-{child},2,{terms},9,5,true,{span},2027-04-10,").unwrap();
            "2027-04-10"
        } else {
            ""
        };
        writeln!(
            contracts,
            "c-{child},1,{terms},{hours},5,true,{span},2026-06-01,{until}"
        )
        .unwrap();
    }
    let tables = [
        ("areas", "area,parent,name\nS,,Süd\n".to_owned()),
        (
            "providers",
            "provider_id,name,kind,legal_regime,participates_from,participates_to\nP1,Erster,municipal,secular,2020-01-01,\n".to_owned(),
        ),
        (
            "facilities",
            "facility_id,provider_id,name,kind,area,latitude,longitude,opens_on,closes_on,in_needs_plan,groups,opening_hour,closing_hour,closing_days\n\
            FA,P1,A,day_care_centre,S,51.0,13.7,2020-01-01,,true,2,6,17.5,8\n\
            FB,P1,B,day_care_centre,S,51.0,13.7,2020-01-01,,true,3,6.25,17,5\n\
            FT,P1,T,childminder_site,S,51.0,13.7,2020-01-01,,true,0,7,16,20\n".to_owned(),
        ),
        (
            "licences",
            "facility_id,valid_from,valid_to\nFA,2020-01-01,2049-12-31\nFB,2020-01-01,2049-12-31\nFT,2020-01-01,2049-12-31\n".to_owned(),
        ),
        (
            "capacities",
            "facility_id,care_type,valid_from,valid_to,licensed,planned,staffed\n\
            FA,kindergarten,2020-01-01,,10,10,\nFB,nursery,2020-01-01,,10,10,\nFT,childminding,2020-01-01,,5,5,\n".to_owned(),
        ),
        (
            "households",
            "household_id,area,single_custodian,custodians_working,municipality\nH1,S,false,true,14612000\n".to_owned(),
        ),
        ("children", children),
        ("statistics_attributes", attributes),
        ("contracts", contracts),
    ];
    std::fs::create_dir(city).unwrap();
    for (name, rows) in tables {
        std::fs::write(city.join(format!("{name}.csv")), rows).unwrap();
    }
}

/// Runs a report; what it printed.
fn report(arguments: &[&str], city: &Path, out: &Path) -> String {
    let mut all = vec!["report"];
    all.extend(arguments);
    let rest = [
        "--city",
        city.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    all.extend(rest);
    let done = placewright(&all);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    text(&done.stdout)
}

#[test]
fn story_c_comes_out_of_a_city_directory_and_a_correction_changes_only_later_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_city(&path("before"), false);
    write_city(&path("after"), true);
    let federal = [
        "federal",
        "--reference-date",
        "2027-03-01",
        "--format",
        "csv,datml",
    ];
    let said = report(&federal, &path("before"), &path("federal"));
    assert!(
        said.contains("2 facilities, 11 children, 2 children with childminders"),
        "{said}"
    );
    assert!(
        said.contains("Plausibility: 0 blocking, 0 to confirm"),
        "{said}"
    );
    let read = |file: &str| std::fs::read_to_string(path(file)).unwrap();
    assert_eq!(read("federal/kita_kind_0001.csv").lines().count(), 7);
    let document = path("federal/datml/kita_0001.xml");
    let valid = placewright(&["report", "validate-datml", document.to_str().unwrap()]);
    assert_eq!(valid.status.code(), Some(0), "{}", text(&valid.stderr));
    let spoilt = path("spoilt.xml");
    let xml = read("federal/datml/kita_0001.xml").replacen("<anzahl>7<", "<anzahl>8<", 1);
    std::fs::write(&spoilt, xml).unwrap();
    let refused = placewright(&["report", "validate-datml", spoilt.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        text(&refused.stderr).contains("E6142"),
        "{}",
        text(&refused.stderr)
    );
    let receipt = path("federal/plausibility.xml");
    let response = placewright(&["report", "read-response", receipt.to_str().unwrap()]);
    assert_eq!(
        response.status.code(),
        Some(0),
        "{}",
        text(&response.stderr)
    );
    assert!(text(&response.stdout).contains("fehlerfrei"));

    let state = ["state", "--reference-date", "2027-04-01"];
    let said = report(&state, &path("before"), &path("state"));
    assert!(
        said.contains("11,2778 nine-hour equivalents, 38964,72 EUR"),
        "{said}"
    );
    report(&state, &path("after"), &path("again"));
    for file in [
        "landeszuschuss_1april.csv",
        "manifest.csv",
        "plausibility.csv",
    ] {
        assert_eq!(
            read(&format!("state/{file}")),
            read(&format!("again/{file}")),
            "{file}"
        );
    }
    let mut later = state.to_vec();
    later.extend(["--known-on", "2027-04-10", "--compare", "2027-04-01"]);
    let said = report(&later, &path("after"), &path("later"));
    assert!(said.contains("11,6111 nine-hour equivalents"), "{said}");
    assert!(said.contains("Difference: 0,3333"), "{said}");
    let differences = read("later/differences.csv");
    assert!(
        differences.contains("FA;c-a4;2;2027-04-10;0,3333;Stunden am Tag 6,00 auf 9,00 berichtigt"),
        "{differences}"
    );
    let staffing = ["staffing", "--reference-date", "2027-03-01"];
    let said = report(&staffing, &path("before"), &path("staffing"));
    assert!(said.contains("full-time staff"), "{said}");
}

#[test]
fn wrong_sums_of_costs_end_with_1_and_wrong_registers_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let costs = "art;personal;sach;summe;land;eltern;gemeinde\nkiga_9h;492,51;86,43;578,84;271,07;150,17;157,70\n";
    std::fs::write(path("costs.csv"), costs).unwrap();
    let (file, out) = (path("costs.csv"), path("costs"));
    let arguments = ["report", "costs", "--year", "2023", "--costs"];
    let mut all = arguments.to_vec();
    all.extend([file.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    let done = placewright(&all);
    assert_eq!(done.status.code(), Some(1), "{}", text(&done.stderr));
    assert!(
        text(&done.stdout).contains("add up to 578,94"),
        "{}",
        text(&done.stdout)
    );

    write_city(&path("city"), false);
    std::fs::create_dir(path("registers")).unwrap();
    let groups = "facility_id,group,group_type\nFA,1,x\nFX,1,1\n";
    std::fs::write(path("registers/group_register.csv"), groups).unwrap();
    let (city, registers, out) = (path("city"), path("registers"), path("out"));
    let run = || {
        placewright(&[
            "report",
            "federal",
            "--reference-date",
            "2027-03-01",
            "--city",
            city.to_str().unwrap(),
            "--registers",
            registers.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ])
    };
    super::refused(&run(), &["E6133", "group_register.csv", "group_type"], &out);
    std::fs::write(
        path("registers/group_register.csv"),
        groups.replace('x', "1"),
    )
    .unwrap();
    super::refused(&run(), &["E6135", "FX"], &out);
}
