//! Certified cases of placement matching through the binary, with a table of each family of cases.

#![allow(
    clippy::print_stdout,
    reason = "the tables are part of the result, and a skipped test says so"
)]

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::matching_commands::{checked, figures, run_match};
use super::{converted, shared, text};

/// The JSON cases of a folder, by name, with their round directories.
fn cases(kind: &str, folder: &Path) -> Option<Vec<(String, Value, PathBuf)>> {
    let Some(shared) = shared() else {
        println!("skipped: the folder with certified cases is not at hand");
        return None;
    };
    let mut found: Vec<PathBuf> = std::fs::read_dir(shared.join("cases/matching").join(kind))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    found.sort();
    let cases = found.into_iter().map(|path| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let case = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let round = folder.join(format!("round-{name}"));
        converted(&shared, &path, &round);
        (name, case, round)
    });
    Some(cases.collect())
}

#[test]
fn sibling_cases_give_the_certified_size_and_rank_sum_and_say_what_is_proven() {
    let folder = tempfile::tempdir().unwrap();
    let Some(cases) = cases("siblings", folder.path()) else {
        return;
    };
    println!(
        "{:28} {:>7} {:>9} {}",
        "case", "placed", "rank sum", "proof"
    );
    for (name, case, round) in &cases {
        let out = folder.path().join(format!("out-{name}"));
        let done = run_match(round, &out, &["--reasons"]);
        let figures = figures(&done, &out);
        let families = &figures["families"];
        println!(
            "{name:28} {:>7} {:>9} {}",
            figures["placed"].to_string(),
            families["family_rank_sum"].to_string(),
            families["proof"]
        );
        let expected = &case["expected"];
        assert!(out.join("family_reasons.csv").is_file(), "{name}");
        if expected["stable_exists"] == true {
            assert_eq!(figures["placed"], expected["max_stable_size"], "{name}");
            let sum = families["family_rank_sum"].as_u64();
            // Options that repeat an earlier one do not count here, so a sum may be smaller.
            let certified = expected["min_family_rank_sum_at_max_size"].as_u64();
            assert!(
                sum <= certified && sum > Some(0),
                "{name}: {sum:?} for {certified:?}"
            );
            assert_eq!(families["proof"], "best", "{name}");
            assert!(text(&done.stdout).contains("Proven: stable; no stable matching places more"));
            assert_eq!(checked(round, &out), Some(0), "{name}");
        } else {
            let fewest = expected["min_blocking_families"].as_u64().unwrap();
            let blocking = families["blocking"].as_array().unwrap();
            assert_eq!(blocking.len() as u64, fewest, "{name}");
            assert_eq!(families["proof"], "none_exists_fewest_blocking", "{name}");
            let told = text(&done.stdout);
            assert!(told.contains("Proven: no stable matching exists"), "{told}");
            let family = blocking[0]["family_id"].as_str().unwrap();
            assert!(
                told.contains(&format!("family {family} blocks with its option")),
                "{told}"
            );
            assert!(told.contains("Proposal to the city, not applied"), "{told}");
            assert_eq!(checked(round, &out), Some(1), "{name}");
        }
    }
    assert!(cases.len() >= 15, "only {} cases were found", cases.len());
}

#[test]
fn tied_cases_give_the_certified_size_and_say_that_it_is_proven() {
    let folder = tempfile::tempdir().unwrap();
    let Some(cases) = cases("hrt", folder.path()) else {
        return;
    };
    println!(
        "{:28} {:>9} {:>7} {:>7}",
        "case", "certified", "placed", "at most"
    );
    for (name, case, round) in &cases {
        let out = folder.path().join(format!("out-{name}"));
        let limit = ["--ties", "max-size", "--time-limit", "120"];
        let done = run_match(round, &out, &limit);
        let figures = figures(&done, &out);
        let certified = &case["expected"]["max_weakly_stable_size"];
        let bounds = &figures["placed_bounds"];
        println!(
            "{name:28} {:>9} {:>7} {:>7}",
            certified.to_string(),
            figures["placed"].to_string(),
            bounds["upper"].to_string()
        );
        assert_eq!(&figures["placed"], certified, "{name}");
        assert!(bounds["upper"].as_u64() >= certified.as_u64(), "{name}");
        let proven = figures["proven_max_size"] == true;
        let words = if proven {
            "Proven: no weakly stable"
        } else {
            "Not proven largest"
        };
        assert!(text(&done.stdout).contains(words), "{}", text(&done.stdout));
        assert_eq!(checked(round, &out), Some(0), "{name}");
    }
    assert!(cases.len() >= 6, "only {} cases were found", cases.len());
}

#[test]
fn cases_with_budgets_give_the_certified_fair_matching_and_no_word_of_denied_free_seats() {
    let folder = tempfile::tempdir().unwrap();
    let Some(cases) = cases("fair", folder.path()) else {
        return;
    };
    for (name, case, round) in &cases {
        let out = folder.path().join(format!("out-{name}"));
        let done = run_match(round, &out, &[]);
        let figures = figures(&done, &out);
        let expected = case["expected"]["child_optimal_fair"].as_object().unwrap();
        let placements = std::fs::read_to_string(out.join("placements.csv")).unwrap();
        for row in placements.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let certified = expected[cells[0]].as_str().unwrap_or("");
            assert_eq!(cells[1], certified, "{name}: {row}");
        }
        assert_eq!(figures["placed"], case["expected"]["placed"], "{name}");
        let told = text(&done.stdout);
        assert!(told.contains("Allowed at flexible programmes: "), "{told}");
        assert!(!told.contains("no free seat denied"), "{told}");
        assert_eq!(checked(round, &out), Some(0), "{name}");
        println!("{name}: {} placed as certified", figures["placed"]);
    }
    assert!(cases.len() >= 12, "only {} cases were found", cases.len());
}

#[test]
fn transfer_cases_give_the_certified_file() {
    let Some(shared) = shared() else {
        println!("skipped: the folder with certified cases is not at hand");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for name in ["n300", "n2000"] {
        let case = shared.join("cases/matching/transfers").join(name);
        let round = folder.path().join(name);
        converted(&shared, &case, &round);
        let out = folder.path().join(format!("out-{name}"));
        figures(&run_match(&round, &out, &[]), &out);
        let places = |text: &str| -> Vec<(String, String)> {
            let rows = text.lines().skip(1).map(|row| {
                let mut cells = row.trim_end().split(',').map(str::to_owned);
                (cells.next().unwrap(), cells.next().unwrap())
            });
            let mut places: Vec<_> = rows.collect();
            places.sort();
            places
        };
        let expected = std::fs::read_to_string(case.join("expected_applicant_optimal.csv"));
        let placed = std::fs::read_to_string(out.join("placements.csv")).unwrap();
        assert!(places(&placed) == places(&expected.unwrap()), "{name}");
        assert_eq!(checked(&round, &out), Some(0), "{name}");
    }
}
