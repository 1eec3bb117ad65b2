//! `placewright plan SCENARIO` as a user calls it: parents, levers, JSON, and the same bytes always.

use std::path::Path;
use std::process::Command;

use crate::{city, placewright, refused, text};

const PARENT: &str = "name = \"Grundlage\"\nfirst_month = \"2026-11\"\nmonths = 24\npaths = 40\nreport_dates = [2027-03-01, 2028-03-01]\n";
const CHILD: &str = "name = \"Mehr Geburten\"\nparent = \"base.toml\"\n[[lever]]\nkind = \"births\"\nfrom_year = 2027\nfactor = 1.2\n[[lever]]\nkind = \"take_up\"\nfrom_year = 2027\nages = \"1-2\"\npoints = 4\n";

const FILES: [&str; 5] = [
    "report.csv",
    "evaluation.csv",
    "unserved.csv",
    "years.csv",
    "report.json",
];

fn run(scenario: &Path, city: &Path, out: &Path, threads: &str) -> Vec<Vec<u8>> {
    let output = Command::new(env!("CARGO_BIN_EXE_placewright"))
        .args(["plan", scenario.to_str().unwrap()])
        .args(["--city", city.to_str().unwrap()])
        .args(["--out", out.to_str().unwrap()])
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    FILES
        .map(|name| std::fs::read(out.join(name)).unwrap())
        .to_vec()
}

#[test]
fn a_child_with_levers_gives_the_same_bytes_twice_and_with_one_and_two_threads() {
    let folder = tempfile::tempdir().unwrap();
    let city = city(folder.path());
    let (parent, child) = (
        folder.path().join("base.toml"),
        folder.path().join("child.toml"),
    );
    std::fs::write(&parent, PARENT).unwrap();
    std::fs::write(&child, CHILD).unwrap();
    let one = run(&child, &city, &folder.path().join("one"), "1");
    assert_eq!(run(&child, &city, &folder.path().join("two"), "2"), one);
    assert_eq!(run(&child, &city, &folder.path().join("again"), "2"), one);
    let base = run(&parent, &city, &folder.path().join("base"), "2");
    let nursery = |files: &[Vec<u8>]| {
        let table = text(&files[1]);
        let line = table
            .lines()
            .find(|line| line.starts_with("2028-03,_total,nursery,"));
        let mean = line
            .and_then(|line| line.split(',').nth(3))
            .unwrap()
            .to_owned();
        mean.parse::<f64>().unwrap()
    };
    // More births and more take-up: more places needed in the nurseries.
    assert!(
        nursery(&one) > nursery(&base) * 1.05,
        "{} {}",
        nursery(&one),
        nursery(&base)
    );
    let rows = text(&base[1]).lines().count() - 1;
    assert!(rows > 24 * 4, "{rows}");
    let json: serde_json::Value = serde_json::from_slice(&base[4]).unwrap();
    assert_eq!(json["evaluation"]["paths"], 40);
    assert!(json["evaluation"]["left_out"].is_null());
}

#[test]
fn what_is_wrong_is_told_with_file_line_or_path_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let city = city(folder.path());
    let out = folder.path().join("out");
    let plan = |name: &str, content: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        let out = out.to_str().unwrap();
        placewright(&[
            "plan",
            file.to_str().unwrap(),
            "--city",
            city.to_str().unwrap(),
            "--out",
            out,
        ])
    };
    refused(
        &plan("child.toml", CHILD),
        &["E4140", "child.toml", "row 2"],
        &out,
    );
    std::fs::write(
        folder.path().join("base.toml"),
        "name = \"x\"\nparent = \"./child.toml\"\n",
    )
    .unwrap();
    refused(
        &plan("child.toml", CHILD),
        &["E4141", "base.toml", "row 2"],
        &out,
    );
    std::fs::write(folder.path().join("base.toml"), PARENT).unwrap();
    let unknown = format!(
        "{CHILD}[[staff]]\nfacility = \"X1\"\ncare_type = \"nursery\"\nfrom = 2027-03-01\nplaces = 1\n"
    );
    refused(
        &plan("child.toml", &unknown),
        &["E4010", "row 12", "X1"],
        &out,
    );
    let json = "{\"name\": \"x\", \"parent\": \"base.toml\", \"close\": [{\"facility\": \"X1\", \"on\": \"2040-01-01\", \"staff_transfer\": \"none\"}]}";
    refused(&plan("child.json", json), &["E4006", "close[1].on"], &out);
}
