//! The commands as a user calls them: exit codes, messages, and that bad input writes nothing.

// A test may stop where it finds what it did not expect, helper functions included.
#![allow(clippy::unwrap_used)]

mod closures;
mod facility_location;
mod forecasts;
mod matching_cases;
mod matching_commands;
mod matching_garbage;
mod scenario_files;
mod service_client;
mod service_crash;
#[path = "../../../../tests/src/races/ground/mod.rs"]
mod service_ground;
mod service_processes;
mod story_a1;
mod story_c;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs `placewright` with arguments.
fn placewright(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_placewright"))
        .args(arguments)
        .env_remove("PLACEWRIGHT_DATABASE")
        .output()
        .expect("the binary was built for this test")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A generated city to spoil, made once per test.
fn city(folder: &Path) -> PathBuf {
    let city = folder.join("city");
    let made = placewright(&[
        "generate",
        "--scale",
        "0.02",
        "--out",
        city.to_str().unwrap(),
    ]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    city
}

/// Asserts exit code 2, the code with row, column and value in the message, and nothing written.
fn refused(output: &Output, expected: &[&str], out: &Path) {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    for part in expected {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
    assert!(!out.exists(), "bad input wrote {}", out.display());
}

/// Asks for the occupancy of a spoilt city.
fn occupancy(city: &Path, out: &Path) -> Output {
    placewright(&[
        "occupancy",
        "--city",
        city.to_str().unwrap(),
        "--as-of",
        "2026-11-01",
        "--out",
        out.to_str().unwrap(),
    ])
}

/// Changes one file of a city.
fn edit(file: &Path, change: impl FnOnce(String) -> String) {
    let before = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, change(before)).unwrap();
}

#[test]
fn a_sound_city_passes_and_its_occupancy_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let city = city(folder.path());
    let checked = placewright(&["check", city.to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    let out = folder.path().join("out");
    let done = occupancy(&city, &out);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(text(&done.stdout).contains("bookable"));
    for file in ["occupancy.csv", "contracts_by_area.csv", "bound_places.csv"] {
        assert!(out.join(file).is_file(), "{file} is missing");
    }
}

#[test]
fn every_kind_of_bad_table_is_told_with_its_number_and_writes_nothing() {
    type Change = Box<dyn FnOnce(&Path)>;
    let spoil = |file: &'static str, change: fn(String) -> String| -> Change {
        Box::new(move |city: &Path| edit(&city.join(file), change))
    };
    let cases: Vec<(Change, Vec<&str>)> = vec![
        (
            spoil("facilities.csv", |text| {
                text.replacen("facility_id,", "facility_id,phone,", 1)
            }),
            vec!["E1003", "facilities.csv", "phone"],
        ),
        (
            spoil("children.csv", |text| {
                let second = text.lines().nth(1).unwrap().to_owned();
                format!("{text}{second}\n")
            }),
            vec!["E1010", "children.csv", "child_id"],
        ),
        (
            spoil("providers.csv", |text| {
                let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                let mut cells: Vec<&str> = lines[1].split(',').collect();
                let count = cells.len();
                cells[count - 1] = "1999-01-01";
                lines[1] = cells.join(",");
                lines.join("\n")
            }),
            vec![
                "E1012",
                "providers.csv",
                "row 1",
                "participates_to",
                "1999-01-01",
            ],
        ),
        (
            Box::new(|city: &Path| {
                let mut bytes = std::fs::read(city.join("areas.csv")).unwrap();
                bytes.extend_from_slice(b"x1,,M\xFCnchen\n");
                std::fs::write(city.join("areas.csv"), bytes).unwrap();
            }),
            vec!["E1002", "areas.csv", "UTF-8"],
        ),
        (
            Box::new(|city: &Path| {
                std::fs::remove_file(city.join("areas.csv")).unwrap();
                std::fs::write(city.join("areas.parquet"), b"PAR1 cut off").unwrap();
            }),
            vec!["E1001", "areas.parquet"],
        ),
        (
            Box::new(|city: &Path| {
                let text = std::fs::read(city.join("areas.csv")).unwrap();
                std::fs::write(city.join("areas.arrow"), text).unwrap();
            }),
            vec!["E1021", "areas"],
        ),
        (
            spoil("licences.csv", |text| {
                let mut lines = text.lines();
                let header = lines.next().unwrap().to_owned();
                let rest: Vec<&str> = lines.skip(1).collect();
                format!("{header}\n{}\n", rest.join("\n"))
            }),
            vec!["E1013", "capacities.csv", "licence"],
        ),
        (
            spoil("contracts.csv", |text| {
                // The same child, a second contract over the whole time.
                let row = text.lines().nth(1).unwrap();
                let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
                cells[0] = "X-again".to_owned();
                cells[1] = "1".to_owned();
                format!("{text}{}\n", cells.join(","))
            }),
            vec!["E1014", "contracts.csv"],
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    let sound = city(folder.path());
    for (number, (change, expected)) in cases.into_iter().enumerate() {
        let city = folder.path().join(format!("city-{number}"));
        std::fs::create_dir(&city).unwrap();
        for entry in std::fs::read_dir(&sound).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, city.join(path.file_name().unwrap())).unwrap();
        }
        change(&city);
        let out = folder.path().join(format!("out-{number}"));
        refused(&occupancy(&city, &out), &expected, &out);
    }
}

#[test]
fn a_city_directory_that_does_not_exist_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    refused(
        &occupancy(&folder.path().join("nowhere"), &out),
        &["E8002"],
        &out,
    );
}

/// A small round with two children and one place.
fn round(folder: &Path) -> PathBuf {
    let round = folder.join("round");
    std::fs::create_dir_all(&round).unwrap();
    std::fs::write(
        round.join("programmes.csv"),
        "programme_id,seat_group,capacity\nP1,,1\n",
    )
    .unwrap();
    std::fs::write(
        round.join("applications.csv"),
        "applicant_id,programme_id,rank,points,lot\nA1,P1,1,5,1\nA2,P1,1,7,2\n",
    )
    .unwrap();
    round
}

#[test]
fn a_round_is_matched_and_the_checker_confirms_it() {
    let folder = tempfile::tempdir().unwrap();
    let round = round(folder.path());
    let out = folder.path().join("out");
    let (round, out_text) = (round.to_str().unwrap(), out.to_str().unwrap());
    let done = placewright(&["match", round, "--out", out_text, "--reasons"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let placements = out.join("placements.csv");
    assert_eq!(
        std::fs::read_to_string(&placements).unwrap(),
        "applicant_id,programme_id,rank\nA1,,\nA2,P1,1\n"
    );
    let confirmed = placewright(&["check-matching", round, placements.to_str().unwrap()]);
    assert_eq!(confirmed.status.code(), Some(0));
    // The wrong child in the place: the checker ends with 1 and says why.
    std::fs::write(
        &placements,
        "applicant_id,programme_id,rank\nA1,P1,1\nA2,,\n",
    )
    .unwrap();
    let refuted = placewright(&["check-matching", round, placements.to_str().unwrap()]);
    assert_eq!(refuted.status.code(), Some(1));
    assert!(text(&refuted.stdout).contains("A2"));
}

#[test]
fn a_round_may_stand_in_parquet_files() {
    let folder = tempfile::tempdir().unwrap();
    let round = round(folder.path());
    std::fs::write(round.join("programmes.parquet"), b"PAR1 cut off").unwrap();
    let out = folder.path().join("out");
    let twice = placewright(&[
        "match",
        round.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    refused(&twice, &["E1021"], &out);
    std::fs::remove_file(round.join("programmes.csv")).unwrap();
    let damaged = placewright(&[
        "match",
        round.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    refused(&damaged, &["E1001", "programmes.parquet"], &out);
}

#[test]
fn a_bad_round_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let round = round(folder.path());
    edit(&round.join("applications.csv"), |text| {
        format!("{text}A3,P9,0,x,\n")
    });
    let out = folder.path().join("out");
    let done = placewright(&[
        "match",
        round.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    refused(&done, &["E20", "row 3", "applications.csv"], &out);
}

#[test]
fn a_bad_population_writes_no_forecast() {
    let folder = tempfile::tempdir().unwrap();
    let population = folder.path().join("population.csv");
    std::fs::write(&population, "area,year,age,count\nA,2020,0,-5\n").unwrap();
    let out = folder.path().join("forecast.csv");
    let done = placewright(&[
        "forecast",
        "--population",
        population.to_str().unwrap(),
        "--horizon",
        "3",
        "--out",
        out.to_str().unwrap(),
    ]);
    refused(&done, &["E30", "population.csv", "row 1"], &out);
}

#[test]
fn an_import_is_all_or_nothing_and_idempotent() {
    let folder = tempfile::tempdir().unwrap();
    let city = city(folder.path());
    let database = folder.path().join("kept.sqlite");
    let url = format!("sqlite:{}", database.display());
    let import = |more: &[&str]| {
        let mut arguments = vec![
            "import",
            "city",
            city.to_str().unwrap(),
            "--database",
            &url,
            "--json",
        ];
        arguments.extend_from_slice(more);
        placewright(&arguments)
    };
    let dry = import(&["--dry-run"]);
    assert_eq!(dry.status.code(), Some(0), "{}", text(&dry.stderr));
    assert!(!database.exists(), "a dry run wrote the database");
    let is_new = |output: &Output| -> bool {
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        json["is_new"].as_bool().unwrap()
    };
    assert!(
        is_new(&import(&[])),
        "the first import found everything there"
    );
    assert!(!is_new(&import(&[])), "a repeated import changed something");
    let logs = placewright(&["verify-log", "--database", &url]);
    assert_eq!(logs.status.code(), Some(0), "{}", text(&logs.stdout));
    assert!(text(&logs.stdout).contains("Change log: 1 entries"));
    edit(&city.join("children.csv"), |text| {
        text.replacen("male", "unknown", 1)
    });
    let bad = import(&[]);
    assert_eq!(bad.status.code(), Some(2));
    assert!(text(&bad.stdout).contains("E1008"), "{}", text(&bad.stdout));
}

#[test]
fn the_same_seed_gives_the_same_city_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a"), folder.path().join("b"));
    for out in [&first, &second] {
        let made = placewright(&[
            "generate",
            "--scale",
            "0.02",
            "--seed",
            "7",
            "--out",
            out.to_str().unwrap(),
        ]);
        assert!(made.status.success());
    }
    for entry in std::fs::read_dir(&first).unwrap() {
        let path = entry.unwrap().path();
        let other = second.join(path.file_name().unwrap());
        assert!(
            std::fs::read(&path).unwrap() == std::fs::read(&other).unwrap(),
            "{} differs",
            path.display()
        );
    }
}

#[test]
fn the_demo_runs_to_its_end_and_its_files_are_the_same_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut hashes = Vec::new();
    for name in ["a", "b"] {
        let out = folder.path().join(name);
        let done = placewright(&[
            "demo",
            "--scale",
            "0.05",
            "--no-serve",
            "--out",
            out.to_str().unwrap(),
        ]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        assert!(text(&done.stdout).contains("What was found"));
        assert!(out.join("index.html").is_file());
        hashes.push(std::fs::read_to_string(out.join("hashes.json")).unwrap());
    }
    assert!(
        hashes[0].len() > 1000,
        "few files were written: {}",
        hashes[0]
    );
    assert_eq!(hashes[0], hashes[1]);
}

/// The folder with certified cases, if it is at hand.
fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("PLACEWRIGHT_SHARED").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    named
        .into_iter()
        .chain([beside])
        .find(|folder| folder.join("cases").is_dir())
}

/// Converts a certified case into a round directory with the case's own tool.
fn converted(shared: &Path, case: &Path, round: &Path) {
    let done = Command::new("python3")
        .arg(shared.join("tools/round_from_case.py"))
        .args([case, round])
        .output()
        .expect("python3 runs");
    assert!(done.status.success(), "{}", text(&done.stderr));
}

/// Matches a round for one side, has the checker confirm it, and gives the placements.
fn matched(round: &Path, out: &Path, side: &str) -> String {
    let (round, out_text) = (round.to_str().unwrap(), out.to_str().unwrap());
    let done = placewright(&["match", round, "--out", out_text, "--optimal-for", side]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let placements = out.join("placements.csv");
    let confirmed = placewright(&["check-matching", round, placements.to_str().unwrap()]);
    assert_eq!(
        confirmed.status.code(),
        Some(0),
        "{}",
        text(&confirmed.stdout)
    );
    std::fs::read_to_string(placements).unwrap()
}

#[test]
fn match_gives_the_certified_answer_on_every_small_case() {
    let Some(shared) = shared() else {
        println!("skipped: the folder with certified cases is not at hand");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut cases = 0;
    for entry in std::fs::read_dir(shared.join("cases/matching/small")).unwrap() {
        let case = entry.unwrap().path();
        let json: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&case).unwrap()).unwrap();
        let round = folder.path().join(format!("round-{cases}"));
        converted(&shared, &case, &round);
        for (side, answer) in [
            ("families", "applicant_optimal"),
            ("programmes", "programme_optimal"),
        ] {
            let expected = json["expected"][answer].as_object().unwrap();
            let placed = matched(&round, &folder.path().join(format!("{side}-{cases}")), side);
            for row in placed.lines().skip(1) {
                let cells: Vec<&str> = row.split(',').collect();
                let programme = expected.get(cells[0]).and_then(serde_json::Value::as_str);
                assert_eq!(
                    cells[1],
                    programme.unwrap_or(""),
                    "{} {side} {row}",
                    case.display()
                );
            }
            // An applicant without any wish does not appear in a round directory.
            let placed_expected = expected.values().filter(|place| place.is_string()).count();
            let placed_here = placed
                .lines()
                .skip(1)
                .filter(|row| !row.ends_with(",,"))
                .count();
            assert_eq!(placed_here, placed_expected, "{} {side}", case.display());
        }
        cases += 1;
    }
    assert!(cases >= 9, "only {cases} cases were found");
}

#[test]
fn match_gives_the_certified_file_for_a_thousand_children() {
    let Some(shared) = shared() else {
        println!("skipped: the folder with certified cases is not at hand");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let case = shared.join("cases/matching/hr/n1000");
    let round = folder.path().join("round");
    converted(&shared, &case, &round);
    let placed = matched(&round, &folder.path().join("out"), "families");
    let expected = Command::new("gzip")
        .arg("-dc")
        .arg(case.join("expected_applicant_optimal.csv.gz"))
        .output()
        .unwrap();
    assert!(
        placed == text(&expected.stdout).replace("\r\n", "\n"),
        "the placements differ"
    );
}
