//! `placewright backtest --report` and `placewright forecast --levers` as a user calls them.

use std::fmt::Write as _;

use crate::{placewright, refused, text};

/// Two areas over twelve years, ages 0 to 11.
fn population() -> String {
    let mut table = String::from("area,year,age,count\n");
    for (area, size) in [("north", 40), ("south", 60)] {
        for year in 2014..=2025 {
            for age in 0..=11 {
                let count = size + (year * 7 + age * 5) % 9;
                writeln!(table, "{area},{year},{age},{count}").unwrap();
            }
        }
    }
    table
}

#[test]
fn a_back_test_writes_its_report_as_a_page_tables_and_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("population.csv"), population()).unwrap();
    let output = placewright(&[
        "backtest",
        "--population",
        &file("population.csv"),
        "--groups",
        "U3=0-2,K=3-5",
        "--origins",
        "2020..2023",
        "--horizon",
        "2",
        "--out",
        &file("backtest.csv"),
        "--report",
        &file("report"),
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let read = |name: &str| std::fs::read_to_string(folder.path().join("report").join(name));
    let page = read("honesty.en.md").unwrap();
    assert!(page.contains("U3") && page.contains("2020"), "{page}");
    assert!(read("honesty.csv").unwrap().lines().count() > 4);
    for picture in [
        "calibration-u3.de.svg",
        "past-editions-k.en.svg",
        "area-errors-k.de.svg",
    ] {
        assert!(read(picture).unwrap().contains("<title>"), "{picture}");
    }
}

#[test]
fn dwellings_add_children_in_their_area_only_and_a_wrong_lever_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("population.csv"), population()).unwrap();
    let levers = "version = 1\n[[lever]]\nkind = \"dwellings\"\narea = \"north\"\nyear = 2027\ndwellings = 1000\n";
    let run = |levers: &str, out: &str| {
        std::fs::write(file("levers.toml"), levers).unwrap();
        placewright(&[
            "forecast",
            "--population",
            &file("population.csv"),
            "--groups",
            "U6=0-5",
            "--horizon",
            "5",
            "--paths",
            "50",
            "--levers",
            &file("levers.toml"),
            "--out",
            &file(out),
        ])
    };
    let output = run(levers, "out.csv");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("With the levers, all areas: U6"));
    let table = std::fs::read_to_string(file("out.levers.csv")).unwrap();
    let change = |area: &str, year: i32| {
        let start = format!("{area},{year},U6,");
        let row = table.lines().find(|line| line.starts_with(&start)).unwrap();
        row.rsplit(',').next().unwrap().parse::<f64>().unwrap()
    };
    assert_eq!(change("north", 2026), 0.0);
    assert!(change("north", 2029) > 100.0, "{table}");
    assert_eq!(change("south", 2029), 0.0);
    assert!((change("_total", 2029) - change("north", 2029)).abs() < 0.01);

    let wrong = run(
        &levers.replace("dwellings = 1000", "homes = 1000"),
        "wrong.csv",
    );
    refused(&wrong, &["E4092"], &folder.path().join("wrong.csv"));
}
