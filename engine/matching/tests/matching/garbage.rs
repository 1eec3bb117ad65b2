//! Files of garbage: every reader stops with numbered problems, in bounded memory, and never panics.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::io::Read;

use domain::InputProblem;
use matching::{
    ERROR_CODES, OptimalFor, RoundFiles, RoundOptions, check_matching, read_placements, read_round,
    solve,
};
use proptest::prelude::*;

const PROGRAMMES: &str = "programme_id,seat_group,capacity\n";
const APPLICATIONS: &str = "applicant_id,programme_id,rank,points,lot\n";
const APPLICANTS: &str = "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\n";

/// The same row over and over, without holding them all.
struct Repeated {
    row: Vec<u8>,
    at: usize,
    rows_left: u64,
}

impl Repeated {
    fn new(row: &str, rows: u64) -> Self {
        Self {
            row: row.as_bytes().to_vec(),
            at: 0,
            rows_left: rows,
        }
    }
}

impl Read for Repeated {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let mut written = 0;
        while written < into.len() && self.rows_left > 0 {
            let rest = &self.row[self.at..];
            let count = rest.len().min(into.len() - written);
            into[written..written + count].copy_from_slice(&rest[..count]);
            written += count;
            self.at += count;
            if self.at == self.row.len() {
                self.at = 0;
                self.rows_left -= 1;
            }
        }
        Ok(written)
    }
}

/// The problems of a round of one programme with these applications.
fn problems_of(row: &str, rows: u64) -> Vec<InputProblem> {
    let programmes = format!("{PROGRAMMES}P1,,1\n");
    let applications = APPLICATIONS.as_bytes().chain(Repeated::new(row, rows));
    let files: RoundFiles<Box<dyn Read + '_>> =
        RoundFiles::new(Box::new(programmes.as_bytes()), Box::new(applications));
    read_round(files).unwrap_err()
}

#[track_caller]
fn listed_and_counted(problems: &[InputProblem], code: &str, rows: u64) {
    assert_eq!(problems.len(), 101);
    assert!(problems.iter().all(|problem| problem.code == code));
    let rest = &problems[100];
    assert_eq!(rest.row, None);
    assert!(
        rest.message
            .starts_with(&format!("and {} more", rows - 100)),
        "{rest}"
    );
}

#[test]
fn rows_of_garbage_are_listed_up_to_a_hundred_and_counted_beyond() {
    const ROWS: u64 = 300_000;
    for (row, code, count) in [
        ("garbage\n", "E2006", ROWS),
        ("A1,P9,1,0,\n", "E2013", ROWS),
        ("A1,P1,0,0,\n", "E2010", ROWS),
        ("A1,P1,x,0,\n", "E2008", ROWS),
        (",P1,1,0,\n", "E2007", ROWS),
        // The first row is good.
        ("A1,P1,1,0,\n", "E2012", ROWS - 1),
    ] {
        listed_and_counted(&problems_of(row, ROWS), code, count);
    }
}

/// Ten million rows: seconds in a release build.
#[test]
#[ignore = "takes long without optimisation; run with --release -- --ignored"]
fn ten_million_rows_of_garbage_end_with_a_hundred_and_one_problems_of_each_kind() {
    const ROWS: u64 = 10_000_000;
    listed_and_counted(&problems_of("garbage\n", ROWS), "E2006", ROWS);
    listed_and_counted(&problems_of("\"A,1\",P9,1,0,\n", ROWS), "E2013", ROWS);
    listed_and_counted(&problems_of("A1,P1,1,0,\n", ROWS), "E2012", ROWS - 1);
}

#[test]
fn a_quote_that_is_never_closed_or_a_line_without_end_is_e2111_after_a_mebibyte() {
    for start in ["A1,P1,1,0,1\n\"A2", "A1,P1,1,0,1\n"] {
        let endless = start.as_bytes().chain(std::io::repeat(b'x'));
        let files: RoundFiles<Box<dyn Read + '_>> = RoundFiles::new(
            Box::new("programme_id,seat_group,capacity\nP1,,1\n".as_bytes()),
            Box::new(APPLICATIONS.as_bytes().chain(endless)),
        );
        let problems = read_round(files).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].code, problems[0].row), ("E2111", Some(2)));
    }
}

#[test]
fn a_value_of_any_length_is_shown_shortened() {
    let problems = problems_of(&format!("A1,P1,{},0,\n", "9ä".repeat(1_000)), 1);
    let value = problems[0].value.as_deref().unwrap();
    assert!(
        value.ends_with("...") && value.chars().count() == 83,
        "{value}"
    );
}

#[test]
fn a_round_without_programmes_children_or_wishes_is_run() {
    for (applications, applicants) in [("", ""), ("", "A1,,,,\n")] {
        let applications = format!("{APPLICATIONS}{applications}");
        let applicants = format!("{APPLICANTS}{applicants}");
        let mut files = RoundFiles::new(PROGRAMMES.as_bytes(), applications.as_bytes());
        files.applicants = Some(applicants.as_bytes());
        let round = read_round(files).unwrap();
        let outcome = solve(&round, &RoundOptions::default()).unwrap();
        assert_eq!(outcome.placed(), 0);
        assert!(check_matching(&round, &outcome.placements()).is_stable());
    }
}

/// The problems of a round with these applicants, or its placements.
fn enrolled(applicants: &str, applications: &str) -> Result<Vec<(String, String)>, Vec<String>> {
    let programmes = format!("{PROGRAMMES}P1,,1\nP2,,1\n");
    let applications = format!("{APPLICATIONS}{applications}");
    let applicants = format!("{APPLICANTS}{applicants}");
    let mut files = RoundFiles::new(programmes.as_bytes(), applications.as_bytes());
    files.applicants = Some(applicants.as_bytes());
    let round = read_round(files).map_err(|problems| {
        problems
            .iter()
            .map(|problem| format!("{} {:?}", problem.code, problem.row))
            .collect::<Vec<_>>()
    })?;
    let rows = crate::common::placements(&round, OptimalFor::Families, 0);
    Ok(rows
        .into_iter()
        .map(|row| {
            let programme = row.place.map_or(String::new(), |place| place.programme_id);
            (row.applicant_id, programme)
        })
        .collect())
}

#[test]
fn two_children_enrolled_at_each_others_wish_change_places() {
    let placed = enrolled("A1,,,,P1\nA2,,,,P2\n", "A1,P2,1,0,1\nA2,P1,1,0,2\n");
    let expected = [("A1", "P2"), ("A2", "P1")].map(|(a, p)| (a.to_owned(), p.to_owned()));
    assert_eq!(placed, Ok(expected.to_vec()));
}

#[test]
fn a_child_enrolled_in_two_places_and_two_children_in_one_seat_are_refused() {
    assert_eq!(
        enrolled("A1,,,,P1\nA1,,,,P2\n", ""),
        Err(vec!["E2014 Some(2)".to_owned()])
    );
    assert_eq!(
        enrolled("A1,,,,P1\nA2,,,,P1\n", ""),
        Err(vec!["E2018 None".to_owned()])
    );
}

/// Bytes that often look like rows.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\n".to_vec()),
        Just(b",".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"P1".to_vec()),
        Just(b"A1".to_vec()),
        "[0-9.-]{1,12}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn after(header: &'static str) -> impl Strategy<Value = Vec<u8>> {
    bytes().prop_map(move |rest| [header.as_bytes(), &rest].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic_and_what_is_read_can_be_run(
        programmes in prop_oneof![after(PROGRAMMES), bytes()],
        applications in prop_oneof![after(APPLICATIONS), bytes()],
        applicants in proptest::option::of(after(APPLICANTS)),
        budgets in proptest::option::of(after("programme_id,budget\n")),
        weights in proptest::option::of(after("programme_id,seat_group,weight\n")),
        placements in after("applicant_id,programme_id,rank\n"),
    ) {
        let mut files = RoundFiles::new(&programmes[..], &applications[..]);
        files.applicants = applicants.as_deref();
        files.budgets = budgets.as_deref();
        files.seat_weights = weights.as_deref();
        match read_round(files) {
            Ok(round) => {
                let outcome = solve(&round, &RoundOptions::default()).unwrap();
                let report = check_matching(&round, &outcome.placements());
                prop_assert!(report.is_stable(), "{:?}", report.findings);
                if let Ok(rows) = read_placements(&placements[..]) {
                    let report = check_matching(&round, &rows);
                    prop_assert_eq!(report.applicants, round.applicant_count() as u64);
                }
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(ERROR_CODES.iter().any(|code| code.code == problem.code));
                }
            }
        }
    }
}
