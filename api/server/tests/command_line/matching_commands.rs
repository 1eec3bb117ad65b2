//! Placement matching as a user calls it: every command, every combination refused, and bad input.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use super::{placewright, refused, text};

/// A round directory with these files.
pub(super) fn round_with(folder: &Path, files: &[(&str, &str)]) -> PathBuf {
    let round = folder.join("round");
    std::fs::create_dir_all(&round).unwrap();
    for (file, content) in files {
        std::fs::write(round.join(file), content).unwrap();
    }
    round
}

const TWO_CHILDREN: [(&str, &str); 2] = [
    (
        "programmes.csv",
        "programme_id,seat_group,capacity\nP1,,1\nP2,,2\n",
    ),
    (
        "applications.csv",
        "applicant_id,programme_id,rank,points,lot\nA1,P1,1,5,1\nA2,P1,1,7,2\n",
    ),
];

/// Runs `match` on a round with more arguments.
pub(super) fn run_match(round: &Path, out: &Path, more: &[&str]) -> Output {
    let mut arguments = vec![
        "match",
        round.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    arguments.extend_from_slice(more);
    placewright(&arguments)
}

/// The figures of a round that was written.
pub(super) fn figures(output: &Output, out: &Path) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap()
}

/// Exit code of `check-matching` on a result.
pub(super) fn checked(round: &Path, out: &Path) -> Option<i32> {
    let placements = out.join("placements.csv");
    let arguments = [
        "check-matching",
        round.to_str().unwrap(),
        placements.to_str().unwrap(),
    ];
    placewright(&arguments).status.code()
}

#[test]
fn a_result_that_separates_siblings_against_their_rule_is_found_by_the_checker() {
    let folder = tempfile::tempdir().unwrap();
    let round = round_with(
        folder.path(),
        &[
            (
                "programmes.csv",
                "programme_id,seat_group,capacity\nP1,,1\nP2,,2\n",
            ),
            (
                "applications.csv",
                "applicant_id,programme_id,rank,points,lot\nA1,P1,1,5,1\nA1,P2,2,5,1\nA2,P1,1,5,1\nA2,P2,2,5,1\n",
            ),
            (
                "applicants.csv",
                "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\nA1,,F,together_only,\nA2,,F,together_only,\n",
            ),
        ],
    );
    let out = folder.path().join("out");
    let figures = figures(&run_match(&round, &out, &[]), &out);
    assert_eq!(figures["families"]["proof"], "best");
    let placements = out.join("placements.csv");
    let together = "applicant_id,programme_id,rank\nA1,P2,2\nA2,P2,2\n";
    assert_eq!(std::fs::read_to_string(&placements).unwrap(), together);
    let apart = "applicant_id,programme_id,rank\nA1,P1,1\nA2,P2,2\n";
    std::fs::write(&placements, apart).unwrap();
    assert_eq!(checked(&round, &out), Some(1));
}

#[test]
fn the_legal_claim_is_written_apart_from_the_placements() {
    let folder = tempfile::tempdir().unwrap();
    let round = round_with(folder.path(), &TWO_CHILDREN);
    let out = folder.path().join("out");
    let asked = ["--legal-claim", "30"];
    refused(
        &run_match(&round, &out, &asked),
        &["E8004", "reachable_seats.csv"],
        &out,
    );
    let reachable = round.join("reachable_seats.csv");
    std::fs::write(&reachable, "applicant_id,programme_id,minutes\nA1,P9,20\n").unwrap();
    refused(
        &run_match(&round, &out, &asked),
        &["E2082", "row 1", "P9"],
        &out,
    );
    std::fs::write(&reachable, "applicant_id,programme_id,minutes\nA1,P2,20\n").unwrap();
    let figures = figures(&run_match(&round, &out, &asked), &out);
    assert_eq!(figures["legal_claim"]["unplaced_after"], 0);
    assert_eq!(figures["placed"], 1);
    assert_eq!(
        std::fs::read_to_string(out.join("legal_claim.csv")).unwrap(),
        "applicant_id,programme_id,seat_group,minutes\nA1,P2,,20\n"
    );
    assert_eq!(
        std::fs::read_to_string(out.join("placements.csv")).unwrap(),
        "applicant_id,programme_id,rank\nA1,,\nA2,P1,1\n"
    );
}

#[test]
fn what_does_not_go_together_is_refused_with_its_own_number_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let siblings = (
        "applicants.csv",
        "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\nA1,,F,together_only,\nA2,,F,together_only,\n",
    );
    let budgets = ("budgets.csv", "programme_id,budget\nP1,1\n");
    let weights = (
        "seat_weights.csv",
        "programme_id,seat_group,weight\nP1,,1\n",
    );
    let out = folder.path().join("out");
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], &'a [&'a str]);
    let cases: [Case<'_>; 7] = [
        (
            &[siblings],
            &["--optimal-for", "programmes"],
            &["E2070", "--optimal-for", "run the round for families"],
        ),
        (
            &[siblings],
            &["--ties", "max-size"],
            &["E2071", "--ties", "break ties by lottery"],
        ),
        (
            &[budgets, weights],
            &["--optimal-for", "programmes"],
            &["E2110", "run it for the families"],
        ),
        (
            &[budgets, weights],
            &["--ties", "max-size"],
            &["E2112", "without budgets"],
        ),
        (
            &[siblings, budgets, weights],
            &[],
            &["E2113", "budgets.csv", "without one of them"],
        ),
        (
            &[
                budgets,
                weights,
                (
                    "reachable_seats.csv",
                    "applicant_id,programme_id,minutes\nA1,P2,20\n",
                ),
            ],
            &["--legal-claim", "30"],
            &["E2086", "capacity"],
        ),
        (&[], &["--time-limit", "-1"], &["E2080", "--time-limit"]),
    ];
    for (number, (files, more, expected)) in cases.into_iter().enumerate() {
        let place = folder.path().join(number.to_string());
        let round = round_with(&place, &TWO_CHILDREN);
        round_with(&place, files);
        refused(&run_match(&round, &out, more), expected, &out);
    }
}

/// Runs the rule lab or the chances on a round of two siblings, or of a programme with a budget.
fn whole_round(folder: &Path, command: &str, files: &[(&str, &str)]) -> (Output, PathBuf) {
    let round = round_with(folder, &TWO_CHILDREN);
    round_with(folder, files);
    let out = folder.join("out");
    let mut arguments = vec![
        command,
        round.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    if command == "chances" {
        arguments.extend(["--later", "1", "--draws", "50"]);
    }
    (placewright(&arguments), out)
}

#[test]
fn the_rule_lab_and_the_chances_take_siblings_and_budgets_as_they_are() {
    let siblings = [(
        "applicants.csv",
        "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\nA1,,F,together_only,\nA2,,F,together_only,\n",
    )];
    let budgets = [
        ("programmes.csv", "programme_id,seat_group,capacity\nP1,,\n"),
        ("budgets.csv", "programme_id,budget\nP1,1\n"),
        (
            "seat_weights.csv",
            "programme_id,seat_group,weight\nP1,,1\n",
        ),
    ];
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case<'_>; 2] = [
        ("siblings", &siblings, "E2070"),
        ("budgets", &budgets, "E2110"),
    ];
    for (name, files, left_out) in cases {
        let folder = tempfile::tempdir().unwrap();
        let (done, out) = whole_round(&folder.path().join("lab"), "rule-lab", files);
        assert_eq!(done.status.code(), Some(0), "{name} {}", text(&done.stderr));
        let told = text(&done.stdout);
        assert!(told.contains(left_out) && told.contains("E2187"), "{told}");
        let json: Value =
            serde_json::from_slice(&std::fs::read(out.join("rule_lab.json")).unwrap()).unwrap();
        assert_eq!(json["mechanisms"].as_array().unwrap().len(), 4);
        assert_eq!(json["left_out"].as_array().unwrap().len(), 3);
        let (done, out) = whole_round(&folder.path().join("chances"), "chances", files);
        assert_eq!(done.status.code(), Some(0), "{name} {}", text(&done.stderr));
        assert!(out.join("chances.csv").exists());
    }
    // Both together have no rule that places them.
    let both = [siblings[0], budgets[0], budgets[1], budgets[2]];
    for (command, code) in [("rule-lab", "E2113"), ("chances", "E2186")] {
        let folder = tempfile::tempdir().unwrap();
        let (done, out) = whole_round(folder.path(), command, &both);
        refused(&done, &[code], &out);
    }
}

#[test]
fn every_kind_of_bad_round_is_refused_with_its_number_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let programmes = "programme_id,seat_group,capacity\nP1,,1\n";
    let applications = "applicant_id,programme_id,rank,points,lot\nA1,P1,1,5,1\n";
    let header = "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\n";
    let garbage = "\u{1}\u{2},,,\"\n".repeat(1000);
    let enrolled_nowhere = format!("{header}A1,,,,P9\n");
    let mixed = format!("{header}A1,,F,together_only,\nA2,,F,independent,\n");
    type Case<'a> = (Vec<(&'a str, &'a str)>, &'a [&'a str]);
    let cases: Vec<Case<'_>> = vec![
        (
            vec![(
                "applications.csv",
                "applicant_id,programme_id,rank,points,lot\nA1,P9,1,5,1\n",
            )],
            &["E2013", "row 1", "P9"],
        ),
        (
            vec![(
                "applications.csv",
                "applicant_id,programme_id,rank,points,lot\nA1,P1,1,5,1\nA1,P1,2,5,1\n",
            )],
            &["E2012"],
        ),
        (
            vec![(
                "programmes.csv",
                "programme_id,seat_group,capacity\nP1,,-3\n",
            )],
            &["E2009", "row 1", "-3"],
        ),
        (vec![("applicants.csv", &mixed)], &["E2067"]),
        (
            vec![("applicants.csv", &enrolled_nowhere)],
            &["E2016", "P9"],
        ),
        (
            vec![("programmes.csv", "programme_id,seat_group,capacity\n")],
            &["E2013"],
        ),
        (vec![("applications.csv", &garbage)], &["E20"]),
    ];
    for (number, (files, expected)) in cases.into_iter().enumerate() {
        let place = folder.path().join(number.to_string());
        let round = round_with(
            &place,
            &[
                ("programmes.csv", programmes),
                ("applications.csv", applications),
            ],
        );
        round_with(&place, &files);
        let out = place.join("out");
        refused(&run_match(&round, &out, &[]), expected, &out);
        assert_eq!(
            std::fs::read_dir(&place).unwrap().count(),
            1,
            "{expected:?}"
        );
    }
}

#[test]
fn the_rule_lab_prints_a_table_of_all_mechanisms_and_compares_points() {
    let folder = tempfile::tempdir().unwrap();
    let seats = (
        "programmes.csv",
        "programme_id,seat_group,capacity\nP1,,1\nP2,,1\n",
    );
    let wishes = |points: &str| {
        format!(
            "applicant_id,programme_id,rank,points,lot\nA,P1,1,{points},1\nB,P1,1,5,2\nB,P2,2,9,2\nC,P2,1,5,3\n"
        )
    };
    let declared = wishes("9");
    let round = round_with(
        &folder.path().join("declared"),
        &[seats, ("applications.csv", &declared)],
    );
    let changed = wishes("1");
    let other = round_with(
        &folder.path().join("other"),
        &[seats, ("applications.csv", &changed)],
    );
    let out = folder.path().join("out");
    let lab = |other: &Path| {
        placewright(&[
            "rule-lab",
            round.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
            "--other",
            other.to_str().unwrap(),
        ])
    };
    let poorer = "programme_id,seat_group,capacity\nP1,,1\nP2,,0\n";
    let different = round_with(
        &folder.path().join("different"),
        &[("programmes.csv", poorer), ("applications.csv", &declared)],
    );
    refused(&lab(&different), &["E2133", "--other", "seats"], &out);
    let done = lab(&other);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let told = text(&done.stdout);
    println!("{told}");
    let row = |name: &str| -> Vec<String> {
        let line = told.lines().find(|line| line.starts_with(name)).unwrap();
        let figures = line[name.len()..].split_whitespace();
        figures.map(str::to_owned).collect()
    };
    // Placed, first wishes, rank sum, envious children, denied a free seat.
    assert_eq!(
        row("stable, best for families")[..5],
        ["2", "1", "3", "0", "0"]
    );
    assert_eq!(row("first wishes first")[..5], ["2", "2", "2", "1", "0"]);
    assert!(
        told.contains("Judged by the declared points, 1 children"),
        "{told}"
    );
    let json: Value =
        serde_json::from_slice(&std::fs::read(out.join("rule_lab.json")).unwrap()).unwrap();
    assert_eq!(json["mechanisms"].as_array().unwrap().len(), 7);
    assert_eq!(json["other_catalogue"]["no_longer_placed"], 1);
}

#[test]
fn an_admission_out_of_order_without_a_reason_ends_the_audit_with_one() {
    let folder = tempfile::tempdir().unwrap();
    let round = round_with(folder.path(), &TWO_CHILDREN);
    let decisions = folder.path().join("decisions.csv");
    let out = folder.path().join("out");
    let criteria = folder.path().join("criteria.csv");
    let audit = |row: &str, more: &[&str]| {
        let header = "programme_id,applicant_id,decision,reason,decided_on\n";
        std::fs::write(&decisions, format!("{header}{row}\n")).unwrap();
        let mut arguments = vec![
            "audit-decisions",
            round.to_str().unwrap(),
            decisions.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ];
        arguments.extend_from_slice(more);
        placewright(&arguments)
    };
    refused(
        &audit("P1,A9,refuse,because,15.3.2027", &[]),
        &["E2136", "E2137", "E2131"],
        &out,
    );
    refused(&audit("P2,A1,admit,,2027-03-15", &[]), &["E2134"], &out);
    let with_criteria = ["--criteria", criteria.to_str().unwrap()];
    let header = "applicant_id,programme_id,criterion,value\n";
    std::fs::write(&criteria, format!("{header}A1,,religion,none\n")).unwrap();
    let in_order = "P1,A2,admit,,2027-03-15";
    refused(&audit(in_order, &with_criteria), &["E2139", "row 1"], &out);
    std::fs::write(&criteria, format!("{header}A1,,sibling,yes\n")).unwrap();
    let sound = audit(in_order, &with_criteria);
    assert_eq!(sound.status.code(), Some(0), "{}", text(&sound.stderr));
    assert!(text(&sound.stdout).contains("0 patterns in "));
    let wrong = audit("P1,A1,admit,,2027-03-15", &[]);
    assert_eq!(wrong.status.code(), Some(1), "{}", text(&wrong.stderr));
    assert!(text(&wrong.stdout).contains("P1 admitted A1 before A2"));
    let json: Value =
        serde_json::from_slice(&std::fs::read(out.join("audit.json")).unwrap()).unwrap();
    assert_eq!(json["overrides"][0]["explained"], false);
    let explained = audit("P1,A1,admit,hardship,2027-03-15", &[]);
    assert_eq!(
        explained.status.code(),
        Some(0),
        "{}",
        text(&explained.stdout)
    );
}

const CATALOGUE: &str = r#"
id = "t1"
version = 1
valid_from = 2026-08-01
provider = "T1"
legal_basis = "statutes of T1, section 3"
mode = "points"
evidence_missing = "ignore"
tie = ["older_child", "key"]

[[global]]
key = "single"
german = "Alleinerziehend"
english = "Single parent"
attribute = "single_parent"
evidence = "certificate"
points = 4

[[local]]
key = "sibling"
german = "Geschwisterkind in der Einrichtung"
english = "Sibling at the facility"
attribute = "sibling_at_facility"
points = 10
"#;

#[test]
fn a_catalogue_is_checked_and_answers_become_points_with_their_contributions() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = folder.path().join("t1.toml");
    std::fs::write(&catalogue, CATALOGUE).unwrap();
    let answers = folder.path().join("answers.csv");
    let points = |more: &[&str]| {
        let mut arguments = vec!["points", catalogue.to_str().unwrap()];
        arguments.extend_from_slice(more);
        placewright(&arguments)
    };
    let sound = points(&[]);
    assert_eq!(sound.status.code(), Some(0), "{}", text(&sound.stderr));
    assert!(text(&sound.stdout).contains("Version hash "));
    let header = "applicant_id,programme_id,attribute,value,evidence\n";
    let rows = "c1,,single_parent,yes,yes\nc1,A,sibling_at_facility,yes,\nc1,B,sibling_at_facility,no,\nc2,,single_parent,yes,no\n";
    std::fs::write(&answers, format!("{header}{rows}")).unwrap();
    let told = points(&[answers.to_str().unwrap()]);
    assert_eq!(
        text(&told.stdout),
        "applicant_id,programme_id,points,criterion,scope,answer,evidence,contribution\n\
         c1,A,14,sibling,local,yes,not_needed,10\n\
         c1,A,14,single,global,yes,shown,4\n\
         c1,B,4,sibling,local,no,not_needed,0\n\
         c1,B,4,single,global,yes,shown,4\n\
         c2,,0,sibling,local,,no_answer,0\n\
         c2,,0,single,global,yes,missing,0\n"
    );
    let out = folder.path().join("points.csv");
    for (table, expected) in [
        (
            "applicant_id,phone,attribute,value,evidence\n",
            &["E2003", "phone", "E2004", "programme_id"][..],
        ),
        (&format!("{header}c1,A\n"), &["E2006", "row 1"]),
    ] {
        std::fs::write(&answers, table).unwrap();
        refused(&points(&[answers.to_str().unwrap()]), expected, &out);
    }
    let to_file = ["--out", out.to_str().unwrap()];
    let bad = "c1,,religion,yes,yes\n,A,sibling_at_facility,yes,\nc1,,single_parent,yes,perhaps\nc1,,single_parent,no,yes\n";
    std::fs::write(&answers, format!("{header}{bad}")).unwrap();
    refused(
        &points(&[&[answers.to_str().unwrap()], &to_file[..]].concat()),
        &["E2155", "E2007", "E8017", "row 3", "perhaps", "row 4"],
        &out,
    );
    std::fs::write(&answers, format!("{header}{rows}")).unwrap();
    let done = points(&[&[answers.to_str().unwrap()], &to_file[..]].concat());
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert_eq!(std::fs::read(&out).unwrap(), told.stdout);
    let wrong = CATALOGUE
        .replace("sibling_at_facility", "migration_background")
        .replace("version = 1", "version = 0");
    std::fs::write(&catalogue, wrong).unwrap();
    let refused_catalogue = points(&[]);
    assert_eq!(refused_catalogue.status.code(), Some(2));
    let message = text(&refused_catalogue.stderr);
    assert!(
        message.contains("E2155") && message.contains("E2153"),
        "{message}"
    );
}

#[test]
fn chances_fall_when_more_applications_are_still_to_come() {
    let folder = tempfile::tempdir().unwrap();
    let round = round_with(folder.path(), &TWO_CHILDREN);
    let chances = |later: &str, name: &str| {
        let out = folder.path().join(name);
        let done = placewright(&[
            "chances",
            round.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
            "--later",
            later,
            "--draws",
            "200",
            "--seed",
            "7",
        ]);
        (done, out)
    };
    let percent = |out: &Path, child: &str| -> u32 {
        let csv = std::fs::read_to_string(out.join("chances.csv")).unwrap();
        let row = csv.lines().find(|row| row.starts_with(child)).unwrap();
        row.split(',').nth(3).unwrap().parse().unwrap()
    };
    let (alone, quiet) = chances("0", "quiet");
    assert_eq!(alone.status.code(), Some(0), "{}", text(&alone.stderr));
    assert_eq!((percent(&quiet, "A1"), percent(&quiet, "A2")), (1, 99));
    let (more, busy) = chances("3", "busy");
    assert_eq!(more.status.code(), Some(0), "{}", text(&more.stderr));
    assert!(percent(&busy, "A2") < 90, "{}", percent(&busy, "A2"));
    let (again, same) = chances("3", "same");
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(
        std::fs::read(busy.join("chances.csv")).unwrap(),
        std::fs::read(same.join("chances.csv")).unwrap()
    );
    let (bad, nothing) = chances("-1", "bad");
    refused(&bad, &["E2185", "expected", "-1"], &nothing);
}
