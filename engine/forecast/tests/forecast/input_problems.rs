//! Every numbered problem is found, with its row, and no input makes a panic.

use std::io::{self, Read};

use domain::InputProblem;
use forecast::{Areas, Births, BirthsToDate, ERROR_CODES, ForecastError, Population, forecast};
use proptest::prelude::*;

use crate::tables::{Rows, request};

fn population(text: &[u8]) -> Vec<InputProblem> {
    Population::read(text, "population.csv")
        .err()
        .unwrap_or_default()
}

fn areas(text: &str) -> Vec<InputProblem> {
    Areas::read(text.as_bytes(), "areas.csv")
        .err()
        .unwrap_or_default()
}

fn births(text: &str) -> Vec<InputProblem> {
    Births::read(text.as_bytes(), "births.csv")
        .err()
        .unwrap_or_default()
}

/// A table of monthly births with these rows.
fn months(rows: &str) -> Vec<InputProblem> {
    BirthsToDate::read(
        format!("year,month,births\n{rows}").as_bytes(),
        "months.csv",
    )
    .err()
    .unwrap_or_default()
}

/// The problems of two areas `a` and `b` joined with a table of areas and one of births.
fn joined(areas: &str, births: Option<&str>) -> Vec<InputProblem> {
    let rows = Rows::new(&["a", "b"], 2020, 5, &["0", "1"], |_, _, _| 10.0);
    let areas = Areas::read(areas.as_bytes(), "areas.csv").unwrap();
    let births = births.map(|text| Births::read(text.as_bytes(), "births.csv").unwrap());
    match forecast(&rows.population(), births.as_ref(), &areas, &request(1, "")) {
        Err(ForecastError::Mismatch { problems }) => problems,
        other => panic!("the files were joined: {other:?}"),
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is gone"))
    }
}

/// A population table with these rows.
fn rows(rows: &str) -> Vec<InputProblem> {
    population(format!("area,year,age,count\n{rows}").as_bytes())
}

/// For each code an input that has this problem only.
fn cases() -> Vec<(&'static str, Vec<InputProblem>)> {
    vec![
        ("E3001", population(b"area,year,age\na,2020,0\n")),
        (
            "E3002",
            population(b"area,year,age,count,name\na,2020,0,1,x\n"),
        ),
        (
            "E3002",
            population(b"area,year,age,count,age\na,2020,0,1,0\n"),
        ),
        ("E3003", population(b"")),
        ("E3003", population(b"area,year,age,count\n")),
        ("E3004", rows("a,2020,0\n")),
        (
            "E3005",
            population(b"area,year,age,count\na\xff,2020,0,1\n"),
        ),
        ("E3005", population(b"area,year,age,count\xff\n")),
        (
            "E3006",
            Population::read(Broken, "population.csv").unwrap_err(),
        ),
        ("E3007", rows("a,20,0,1\n")),
        ("E3008", rows("a,2020,4-3,1\n")),
        ("E3009", rows("a,2020,0,many\n")),
        ("E3009", rows("a,2020,0,NaN\n")),
        ("E3009", rows("a,2020,0,inf\n")),
        ("E3009", rows("a,2020,0,\n")),
        ("E3010", rows("a,2020,0,-1\n")),
        ("E3011", rows("a,2020,0,1\na,2020,0,1\n")),
        ("E3011", births("area,year,births\na,2020,1\na,2020,2\n")),
        ("E3012", rows("a,2020,0-2,1\na,2020,2,1\n")),
        ("E3013", rows("a,2020,0,1\na,2022,0,1\n")),
        ("E3013", births("area,year,births\na,2020,1\na,2022,2\n")),
        ("E3014", rows("a,2020,0,1\na,2020,1,1\nb,2020,0,1\n")),
        ("E3014", rows("a,2020,0,1\na,2021,0,1\nb,2020,0,1\n")),
        (
            "E3014",
            births("area,year,births\na,2020,1\na,2021,1\nb,2020,2\n"),
        ),
        ("E3015", rows(",2020,0,1\n")),
        ("E3015", rows("_total,2020,0,1\n")),
        ("E3015", rows("TOTAL,2020,0,1\n")),
        ("E3016", joined("area,parent\na,\n", None)),
        (
            "E3016",
            joined(
                "area,parent\na,\nb,\n",
                Some("area,year,births\na,2020,1\nb,2020,1\nc,2020,1\n"),
            ),
        ),
        (
            "E3014",
            joined(
                "area,parent\na,\nb,\n",
                Some("area,year,births\na,2020,1\n"),
            ),
        ),
        ("E3017", areas("area,parent\na,x\n")),
        ("E3018", areas("area,parent\na,b\nb,c\nc,b\n")),
        ("E3018", areas("area,parent\na,a\n")),
        ("E3019", joined("area,parent\na,\nb,a\n", None)),
        ("E3020", joined("area,parent\na,\nb,\nc,\n", None)),
        ("E3021", areas("area,parent\na,\na,\n")),
        ("E4020", months("2025,13,5\n")),
        ("E4020", months("2025,x,5\n")),
        ("E3011", months("2025,1,5\n2025,1,6\n")),
        ("E4021", months("2025,1,5\n2025,3,5\n")),
        ("E4021", months("2025,1,5\n")),
    ]
}

#[test]
fn each_code_of_the_list_is_found_where_its_problem_is_and_nothing_else() {
    let cases = cases();
    for (code, problems) in &cases {
        let [problem] = problems.as_slice() else {
            panic!("{code}: {problems:?}")
        };
        assert_eq!(&problem.code, code, "{problem}");
        assert!(
            !problem.remedy.is_empty() && !problem.message.is_empty(),
            "{problem}"
        );
    }
    let problems = ERROR_CODES
        .iter()
        .filter(|entry| !entry.cause.starts_with("warning"));
    for entry in problems {
        assert!(
            cases.iter().any(|(code, _)| *code == entry.code),
            "{} is untested",
            entry.code
        );
    }
}

#[test]
fn all_bad_rows_are_reported_at_once_with_row_column_and_value() {
    let problems = rows("a,2020,0,1\na,year,0,1\na,2020,x,-2\n,2021,0,1\na,2021\n");
    let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(found.join("\n"), @r#"
    E3007  population.csv, row 2, column year, value "year": this is no year from 1800 to 2200; write the year of the reference date with four digits
    E3008  population.csv, row 3, column age, value "x": this is neither an age nor a range of ages; write the age in completed years, or `first-last` with first below last
    E3010  population.csv, row 3, column count, value "-2": the count is negative; counts of children are 0 or more; correct the source
    E3015  population.csv, row 4, column area, value "": the area code is empty; use a code of 1 to 128 bytes other than `_total` and `TOTAL`
    E3004  population.csv, row 5: the row has 2 fields, the header 4; quote fields that hold a comma, and fill in or remove fields
    "#);
}

#[test]
fn columns_may_stand_in_any_order_after_a_byte_order_mark() {
    let text = "\u{feff}count,age,year,area\n7,0,2020,\"north, old\"\n";
    let population = Population::read(text.as_bytes(), "p.csv").unwrap();
    assert_eq!(population.areas(), ["north, old"]);
    assert_eq!(population.count(0, 2020, 0), Some(7.0));
    assert_eq!(population.count(0, 2021, 0), None);
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Population::read(bytes.as_slice(), "p.csv");
    }

    #[test]
    fn arbitrary_fields_are_read_or_refused(
        fields in prop::collection::vec(("[a-c_,\"]{0,3}", "[0-9-]{0,5}", "[0-9-]{0,4}", "[-0-9.eE]{0,5}"), 1..6),
    ) {
        let mut text = String::from("area,year,age,count\n");
        for (area, year, age, count) in fields {
            text += &format!("{area},{year},{age},{count}\n");
        }
        let _ = Population::read(text.as_bytes(), "p.csv");
    }
}
