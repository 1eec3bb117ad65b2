//! Every numbered problem of the readers, and what is accepted on purpose.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::io::Read;

use matching::{
    ERROR_CODES, OptimalFor, RoundFiles, RoundOptions, SolveError, TieRule, check_matching,
    read_placements, read_round, solve,
};

const PROGRAMMES: &str = "programme_id,seat_group,capacity\n";
const APPLICATIONS: &str = "applicant_id,programme_id,rank,points,lot\n";
const APPLICANTS: &str = "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\n";

/// Code, file, row and column of every problem of a round.
fn problems(
    programmes: &[u8],
    applications: &[u8],
    applicants: Option<&[u8]>,
) -> Vec<(String, String, Option<u64>, Option<String>)> {
    let mut files = RoundFiles::new(programmes, applications);
    files.applicants = applicants;
    let problems = match read_round(files) {
        Ok(_) => Vec::new(),
        Err(problems) => problems,
    };
    for problem in &problems {
        assert!(ERROR_CODES.iter().any(|code| code.code == problem.code));
        assert!(!problem.remedy.is_empty(), "{problem}");
    }
    problems
        .into_iter()
        .map(|problem| {
            (
                problem.code.to_owned(),
                problem.file,
                problem.row,
                problem.column,
            )
        })
        .collect()
}

#[track_caller]
fn refused_with(
    programmes: &str,
    applications: &str,
    applicants: &str,
    expected: &[(&str, &str, u64, &str)],
) {
    let programmes = if programmes.starts_with("programme_id") {
        programmes.to_owned()
    } else {
        format!("{PROGRAMMES}{programmes}")
    };
    let found = problems(
        programmes.as_bytes(),
        format!("{APPLICATIONS}{applications}").as_bytes(),
        Some(format!("{APPLICANTS}{applicants}").as_bytes()),
    );
    let expected: Vec<_> = expected
        .iter()
        .map(|(code, file, row, column)| {
            (
                (*code).to_owned(),
                format!("{file}.csv"),
                (*row > 0).then_some(*row),
                (!column.is_empty()).then(|| (*column).to_owned()),
            )
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_file_that_breaks_off_is_e2001() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let files: RoundFiles<Box<dyn Read>> =
        RoundFiles::new(Box::new(Broken), Box::new(APPLICATIONS.as_bytes()));
    let problems = read_round(files).unwrap_err();
    assert_eq!(problems[0].code, "E2001");
    assert!(problems[0].message.contains("the disk is gone"));
}

#[test]
fn bytes_that_are_not_utf8_are_e2002() {
    let applications = [APPLICATIONS.as_bytes(), b"A\xff,P1,1,0,\nA2,P1,1,0,\xff\n"].concat();
    let programmes = [PROGRAMMES.as_bytes(), b"P1,\xff,1\n"].concat();
    let found = problems(&programmes, &applications, None);
    let codes: Vec<_> = found
        .iter()
        .map(|(code, _, row, _)| (code.as_str(), row.unwrap()))
        .collect();
    assert_eq!(codes, [("E2002", 1), ("E2002", 2), ("E2002", 1)]);
}

#[test]
fn unknown_missing_and_doubled_columns_are_e2003_to_e2005() {
    let header = |text: &str| -> Vec<String> {
        problems(text.as_bytes(), APPLICATIONS.as_bytes(), None)
            .into_iter()
            .map(|(code, _, _, column)| format!("{code} {}", column.unwrap()))
            .collect()
    };
    assert_eq!(
        header("programme_id,seat_group,capacity,name\n"),
        ["E2003 name"]
    );
    assert_eq!(header("programme_id,capacity\n"), ["E2004 seat_group"]);
    assert_eq!(
        header("programme_id,seat_group,capacity,capacity\n"),
        ["E2005 capacity"]
    );
    assert_eq!(
        header(""),
        ["E2004 capacity", "E2004 programme_id", "E2004 seat_group"]
    );
}

#[test]
fn applications_of_an_unreadable_programme_file_are_not_called_unknown() {
    let found = problems(
        b"nonsense\n",
        format!("{APPLICATIONS}A,P1,1,0,\n").as_bytes(),
        None,
    );
    assert!(found.iter().all(|(code, ..)| code != "E2013"));
}

#[test]
fn rows_with_too_few_or_too_many_fields_are_e2006() {
    refused_with(
        "P1,,1\n",
        "A1,P1,1,0\nA2,P1,1,0,,\nA3,P1,1,0,\n",
        "",
        &[
            ("E2006", "applications", 1, ""),
            ("E2006", "applications", 2, ""),
        ],
    );
}

#[test]
fn empty_identifiers_are_e2007() {
    refused_with(
        ",,1\nP1,,1\n",
        ",P1,1,0,\nA1,,1,0,\n",
        ",,,,\n",
        &[
            ("E2007", "applicants", 1, "applicant_id"),
            ("E2007", "applications", 1, "applicant_id"),
            ("E2007", "applications", 2, "programme_id"),
            ("E2007", "programmes", 1, "programme_id"),
        ],
    );
}

#[test]
fn fields_that_are_not_whole_numbers_in_range_are_e2008() {
    refused_with(
        "P1,,many\nP2,,4294967296\n",
        "A1,P1,first,0,\nA2,P1,1,1.5,\nA3,P1,1,0,x\nA4,P1,1,2147483648,\nA5,P1,1,0,4294967295\nA6,P1,1,,\nA7,P1,1,0,-1\n",
        "",
        &[
            ("E2008", "applications", 1, "rank"),
            ("E2008", "applications", 2, "points"),
            ("E2008", "applications", 3, "lot"),
            ("E2008", "applications", 4, "points"),
            ("E2008", "applications", 5, "lot"),
            ("E2008", "applications", 6, "points"),
            ("E2008", "applications", 7, "lot"),
            ("E2008", "programmes", 1, "capacity"),
            ("E2008", "programmes", 2, "capacity"),
        ],
    );
}

#[test]
fn a_negative_capacity_is_e2009_and_an_empty_one_e2019() {
    refused_with(
        "P1,,-3\nP2,,\n",
        "A1,P1,1,0,\n",
        "",
        &[
            ("E2009", "programmes", 1, "capacity"),
            ("E2019", "programmes", 2, "capacity"),
        ],
    );
}

#[test]
fn ranks_outside_the_range_are_e2010() {
    refused_with(
        "P1,,1\n",
        "A1,P1,0,0,\nA2,P1,1000000001,0,\nA3,P1,1000000000,0,\nA4,P1,-1,0,\n",
        "",
        &[
            ("E2010", "applications", 1, "rank"),
            ("E2010", "applications", 2, "rank"),
            ("E2010", "applications", 4, "rank"),
        ],
    );
}

#[test]
fn duplicate_seats_applications_and_applicants_are_e2011_e2012_and_e2014() {
    refused_with(
        "P1,a,1\nP1,b,1\nP1,a,2\nP2,,1\n",
        "A1,P1,1,0,\nA1,P2,2,0,\nA1,P1,3,0,\n",
        "A1,a,,,\nA1,a,,,\n",
        &[
            ("E2014", "applicants", 2, "applicant_id"),
            ("E2012", "applications", 3, "programme_id"),
            ("E2011", "programmes", 3, "seat_group"),
        ],
    );
}

#[test]
fn unknown_programmes_are_e2013_and_e2016() {
    refused_with(
        "P1,,1\n",
        "A1,P2,1,0,\n",
        "A2,,,,P3\n",
        &[
            ("E2016", "applicants", 1, "enrolled_programme_id"),
            ("E2013", "applications", 1, "programme_id"),
        ],
    );
}

#[test]
fn unknown_contradicting_and_lonely_siblings_rules_are_e2015_e2067_and_e2069() {
    refused_with(
        "P1,,1\n",
        "",
        "A1,,F,apart,\nA2,,G,together_only,\nA3,,G,together_preferred,\nA4,,G,,\nA5,,,together_only,\n",
        &[
            ("E2015", "applicants", 1, "siblings"),
            ("E2067", "applicants", 3, "siblings"),
            ("E2067", "applicants", 4, "siblings"),
            ("E2069", "applicants", 5, "siblings"),
        ],
    );
}

#[test]
fn a_rule_that_stands_for_too_many_options_is_e2068() {
    let mut programmes = String::new();
    let mut applications = String::new();
    let mut applicants = String::new();
    for child in 0..4 {
        applicants += &format!("A{child},,F,together_preferred,\n");
        for programme in 0..8 {
            applications += &format!("A{child},P{programme},{},0,0\n", programme + 1);
        }
    }
    for programme in 0..8 {
        programmes += &format!("P{programme},,1\n");
    }
    refused_with(
        &programmes,
        &applications,
        &applicants,
        &[("E2068", "applicants", 1, "siblings")],
    );
    let only = applicants.replace("preferred", "only");
    refused_with(&programmes, &applications, &only, &[]);
}

#[test]
fn every_fault_of_family_options_has_its_number() {
    let programmes = format!("{PROGRAMMES}P1,,1\nP2,,1\n");
    let applications = format!("{APPLICATIONS}A1,P1,1,0,0\nA2,P1,1,0,0\nB1,P1,1,0,0\n");
    let applicants = format!("{APPLICANTS}A1,,F,,\nA2,,F,,\nB1,,G,,\nC1,,,,\n");
    let options = "family_id,option,applicant_id,programme_id\n\
        F,1,A1,P1\nF,1,A2,\n\
        H,1,A1,P1\nF,1,Z9,P1\nF,1,B1,P1\nF,1,C1,P1\nF,2,A1,P9\nF,2,A2,P2\nF,2,A2,P1\n\
        F,4,A1,P1\nF,x,A1,P1\nG,0,B1,P1\n";
    let found = |options: &str| -> Vec<(String, u64, String)> {
        let mut files = RoundFiles::new(programmes.as_bytes(), applications.as_bytes());
        files.applicants = Some(applicants.as_bytes());
        files.family_options = Some(options.as_bytes());
        let problems = read_round(files).err().unwrap_or_default();
        for problem in &problems {
            assert!(ERROR_CODES.iter().any(|code| code.code == problem.code));
            assert!(!problem.remedy.is_empty(), "{problem}");
        }
        let place = |problem: domain::InputProblem| {
            let column = problem.column.unwrap_or_default();
            (problem.code.to_owned(), problem.row.unwrap_or(0), column)
        };
        problems.into_iter().map(place).collect()
    };
    let expected = |rows: &[(&str, u64, &str)]| -> Vec<(String, u64, String)> {
        let own = |row: &(&str, u64, &str)| (row.0.to_owned(), row.1, row.2.to_owned());
        rows.iter().map(own).collect()
    };
    assert_eq!(
        found(options),
        expected(&[
            ("E2060", 3, "family_id"),
            ("E2061", 4, "applicant_id"),
            ("E2062", 5, "applicant_id"),
            ("E2062", 6, "applicant_id"),
            ("E2063", 7, "programme_id"),
            ("E2064", 9, "applicant_id"),
            ("E2008", 11, "option"),
        ])
    );
    // Gaps and missing children are told once every row can be read.
    let readable = "family_id,option,applicant_id,programme_id\n\
        F,1,A1,P1\nF,1,A2,\nF,3,A1,P1\nG,0,B1,P1\n";
    assert_eq!(
        found(readable),
        expected(&[
            ("E2065", 3, "option"),
            ("E2066", 3, "option"),
            ("E2065", 4, "option"),
        ])
    );
    let sound =
        "programme_id,applicant_id,option,family_id\nP1,A1,1,F\nP2,A2,1,F\n,A2,2,F\nP1,A1,2,F\n";
    assert_eq!(found(sound), expected(&[]));
    assert_eq!(
        found("family_id,option,applicant_id\n"),
        expected(&[("E2004", 0, "programme_id")])
    );
}

#[test]
fn what_does_not_go_with_joint_options_is_e2070_e2071_or_e2080() {
    let programmes = format!("{PROGRAMMES}P1,,2\n");
    let applications = format!("{APPLICATIONS}A1,P1,1,0,0\nA2,P1,1,0,0\n");
    let applicants = format!("{APPLICANTS}A1,,F,together_only,\nA2,,F,together_only,\n");
    let mut files = RoundFiles::new(programmes.as_bytes(), applications.as_bytes());
    files.applicants = Some(applicants.as_bytes());
    let round = read_round(files).unwrap();
    let refused = |options: RoundOptions| solve(&round, &options).unwrap_err();
    for (options, code) in [
        (
            RoundOptions {
                optimal_for: OptimalFor::Programmes,
                ..RoundOptions::default()
            },
            "E2070",
        ),
        (
            RoundOptions {
                ties: TieRule::MaxSize,
                ..RoundOptions::default()
            },
            "E2071",
        ),
        (
            RoundOptions {
                time_limit_seconds: Some(f64::NAN),
                ..RoundOptions::default()
            },
            "E2080",
        ),
    ] {
        let error = refused(options);
        assert_eq!(error.code(), code);
        assert!(error.to_string().starts_with(code));
        assert!(ERROR_CODES.iter().any(|known| known.code == code));
    }
}

#[test]
fn enrolled_children_without_seats_are_e2017_and_too_many_of_them_e2018() {
    refused_with(
        "P1,a,1\n",
        "",
        "A1,a,,,P1\nA2,a,,,P1\nA3,b,,,P1\n",
        &[
            ("E2017", "applicants", 3, "enrolled_programme_id"),
            ("E2018", "programmes", 0, ""),
        ],
    );
}

#[test]
fn joint_options_and_budgets_together_are_refused_as_e2113() {
    let programmes = format!("{PROGRAMMES}P1,,1\n");
    let applications = format!("{APPLICATIONS}A1,P1,1,5,\n");
    let mut files = RoundFiles::new(programmes.as_bytes(), applications.as_bytes());
    let applicants = "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\nA1,,F,,\n";
    files.applicants = Some(applicants.as_bytes());
    files.family_options = Some(b"family_id,option,applicant_id,programme_id\nF,1,A1,P1\n");
    files.budgets = Some(b"programme_id,budget\nP1,1\n");
    files.seat_weights = Some(b"programme_id,seat_group,weight\nP1,,1\n");
    let round = read_round(files).unwrap();
    let error = solve(&round, &RoundOptions::default()).unwrap_err();
    assert_eq!(error.code(), "E2113");
    assert!(error.to_string().starts_with(error.code()));
}

#[test]
fn a_time_limit_that_is_no_number_of_seconds_is_refused_as_e2080() {
    let round = read_round(RoundFiles::new(
        PROGRAMMES.as_bytes(),
        APPLICATIONS.as_bytes(),
    ))
    .unwrap();
    for limit in [-1.0, f64::NAN, f64::INFINITY] {
        let options = RoundOptions {
            ties: TieRule::MaxSize,
            time_limit_seconds: Some(limit),
            ..RoundOptions::default()
        };
        let error = solve(&round, &options).unwrap_err();
        assert!(matches!(error, SolveError::BadTimeLimit(_)));
        assert_eq!(error.code(), "E2080");
        assert!(error.to_string().starts_with(error.code()));
    }
}

#[test]
fn malformed_placements_are_reported_row_by_row() {
    let csv = "rank,applicant_id,programme_id\n1,A1,P1\n,A2,P1\n1,A3,\nx,A4,P1\n1,,P1\n";
    let problems = read_placements(csv.as_bytes()).unwrap_err();
    let found: Vec<_> = problems
        .iter()
        .map(|p| (p.code, p.row.unwrap(), p.column.as_deref().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("E2040", 2, "rank"),
            ("E2040", 3, "programme_id"),
            ("E2008", 4, "rank"),
            ("E2007", 5, "applicant_id"),
        ]
    );
}

#[test]
fn quotes_other_column_orders_windows_line_ends_and_a_byte_order_mark_are_accepted() {
    let programmes = "\u{feff}capacity,programme_id,seat_group\r\n1,\"Linde, Haus 2\",\r\n";
    let applications = format!("{APPLICATIONS}\"Ä\"\"1\"\"\",\"Linde, Haus 2\",1,-5,\n");
    let files = RoundFiles::new(programmes.as_bytes(), applications.as_bytes());
    let round = read_round(files).unwrap();
    let rows = crate::common::placements(&round, OptimalFor::Families, 0);
    let mut csv = Vec::new();
    matching::write_placements(&rows, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(
        csv.lines().nth(1),
        Some("\"Ä\"\"1\"\"\",\"Linde, Haus 2\",1")
    );
    assert_eq!(read_placements(csv.as_bytes()).unwrap(), rows);
}

#[test]
fn children_without_wishes_closed_groups_and_capacity_zero_are_no_errors() {
    let programmes = format!("{PROGRAMMES}P1,a,0\nP2,b,1\n");
    let applications = format!("{APPLICATIONS}A1,P1,1,0,\nA1,P2,2,0,\n");
    let applicants = format!("{APPLICANTS}A1,a,,,\nA2,a,,independent,\n");
    let mut files = RoundFiles::new(programmes.as_bytes(), applications.as_bytes());
    files.applicants = Some(applicants.as_bytes());
    let round = read_round(files).unwrap();
    let outcome = solve(&round, &RoundOptions::default()).unwrap();
    let report = check_matching(&round, &outcome.placements());
    assert!(report.is_stable());
    assert_eq!((report.applicants, report.unplaced), (2, 2));
    let mut reasons = Vec::new();
    matching::Explainer::new(&outcome)
        .write(&mut reasons)
        .unwrap();
    let reasons = String::from_utf8(reasons).unwrap();
    let rows: Vec<&str> = reasons.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "A1,P1,1,a,capacity_zero,,0,0,,,,1,1",
            "A1,P2,2,a,group_closed,,,0,,,,,",
        ]
    );
}
