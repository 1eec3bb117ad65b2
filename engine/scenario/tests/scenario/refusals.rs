//! Scenario files and measures that are refused, with everything that is wrong at once.

use domain::InputProblem;
use proptest::prelude::*;
use scenario::{BandShare, DemandError, DemandTable, ScenarioError, ScenarioSpec};

use crate::city::{STORY, Texts, planned, spec};

fn parse(text: &str) -> Result<ScenarioSpec, Vec<InputProblem>> {
    ScenarioSpec::parse(text, "test.toml")
}

fn codes(problems: &[InputProblem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.code).collect()
}

const HEAD: &str = "name = \"Test\"\nfirst_month = \"2026-04\"\nmonths = 48\n";

#[test]
fn every_problem_of_a_file_is_told_with_its_line() {
    let problems = parse(
        r#"name = ""
first_month = 2026-04-01
target_cover = 5
colour = "red"
report_dates = [2019-01-01, "2027-03-01"]

[[close]]
facility = "K 2"
on = "2028-07-31"
staff_transfer = "some"

[[open]]
facility = "N1"
provider = "T1"
latitude = 151.0
longitude = 13.7
from = 2027-08-01T10:00:00
[[open.places]]
care_type = "Krippe"
licensed = 10
planned = -1
staffed = 12

[[demand]]
date = 2029-03-01
care_type = "nursery"
p10 = 30
p50 = 20
p90 = 40
"#,
    )
    .unwrap_err();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_its_line() {
    let problems = parse("name = \"Test\"\nmonths 48\n").unwrap_err();
    assert_eq!((problems[0].code, problems[0].row), ("E4001", Some(2)));
}

#[test]
fn dates_outside_the_horizon_and_measures_given_twice_are_refused() {
    let closing = "[[close]]\nfacility = \"K2\"\non = 2030-04-01\nstaff_transfer = [\"K2\", \"K1\", \"K1\"]\n";
    let problems = parse(&format!("{HEAD}{closing}{closing}")).unwrap_err();
    let mut found = codes(&problems);
    found.sort_unstable();
    let expected = [
        "E4006", "E4006", "E4008", "E4008", "E4008", "E4015", "E4015",
    ];
    assert_eq!(found, expected);
}

#[test]
fn more_staffed_than_licensed_is_refused_and_so_is_a_childminder_with_six_places() {
    let opening = |kind: &str, licensed: u32, staffed: u32| {
        format!(
            "{HEAD}[[open]]\nfacility = \"N1\"\nprovider = \"T1\"\nkind = \"{kind}\"\narea = \"S1\"\nlatitude = 51\nlongitude = 13.7\nfrom = 2027-08-01\n[[open.places]]\ncare_type = \"childminding\"\nlicensed = {licensed}\nplanned = 5\nstaffed = {staffed}\n"
        )
    };
    assert!(parse(&opening("childminder_site", 5, 5)).is_ok());
    let childminder = parse(&opening("childminder_site", 6, 5)).unwrap_err();
    assert_eq!(codes(&childminder), ["E4005"]);
    let staffed = parse(&opening("day_care_centre", 6, 7)).unwrap_err();
    assert_eq!(codes(&staffed), ["E4007"]);
}

#[test]
fn a_horizon_without_any_date_to_report_on_is_refused() {
    let text = "name = \"Test\"\nfirst_month = \"2026-04\"\nmonths = 3\n";
    assert_eq!(codes(&parse(text).unwrap_err()), ["E4017"]);
    let march = parse(&text.replace("months = 3", "months = 12")).unwrap();
    assert_eq!(march.dates().len(), 1);
}

#[test]
fn measures_that_do_not_fit_the_city_are_refused_all_at_once() {
    let spec = spec(
        r#"
[[close]]
facility = "K9"
on = 2028-07-31
staff_transfer = ["K8"]
[[open]]
facility = "K1"
provider = "T9"
area = "S9"
latitude = 51.0
longitude = 13.7
from = 2027-08-01
[[open.places]]
care_type = "nursery"
licensed = 10
planned = 10
staffed = 10
[[expand]]
facility = "K4"
care_type = "kindergarten"
from = 2027-01-01
licensed = 80
planned = 40
staffed = 50
[[shrink]]
facility = "K3"
care_type = "kindergarten"
from = 2027-01-01
licensed = 150
planned = 141
staffed = 100
[[demand]]
date = 2029-03-01
care_type = "kindergarten"
area = "S1"
p10 = 1
p50 = 2
p90 = 3
"#,
    );
    let error = planned(&Texts::new(&STORY).read(), &spec).unwrap_err();
    let ScenarioError::Input(problems) = error else {
        panic!("{error}");
    };
    let mut found = codes(&problems);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "E4010", "E4010", // K9 and K8
            "E4011", "E4012", "E4012", // K1 exists; T9 and S9 do not
            "E4014", "E4014", "E4014", // planned and staffed fall, planned rises
            "E4016", // S1 is no district
        ]
    );
}

#[test]
fn a_facility_cannot_close_before_it_opens_or_after_it_is_closed() {
    let closed = Texts::new(&STORY).with(
        tables::schema::TableName::Facilities,
        "51.017,13.7,2020-08-01,,true",
        "51.017,13.7,2020-08-01,2027-07-31,true",
    );
    let spec = spec("[[close]]\nfacility = \"K2\"\non = 2028-07-31\nstaff_transfer = \"none\"\n");
    match planned(&closed.read(), &spec).unwrap_err() {
        ScenarioError::Input(problems) => assert_eq!(codes(&problems), ["E4013"]),
        other => panic!("{other}"),
    }
}

fn forecast_of(years: std::ops::RangeInclusive<i32>) -> forecast::Demand {
    let rows = years.flat_map(|year| {
        let row = |group: &str, q50: f64| forecast::DemandRow {
            area: "sued".to_owned(),
            group: group.to_owned(),
            point: forecast::FanPoint {
                year,
                mean: q50,
                q025: q50 - 40.0,
                q10: q50 - 20.0,
                q50,
                q90: q50 + 20.0,
                q975: q50 + 40.0,
            },
        };
        [
            row("U1", 50.0),
            row("U3", f64::from(year - 1900)),
            row("K", 300.0),
        ]
    });
    forecast::Demand {
        rows: rows.collect(),
    }
}

fn share(group: &str, care_type: domain::CareType, share: f64) -> BandShare {
    BandShare {
        group: group.to_owned(),
        care_type,
        share,
    }
}

#[test]
fn a_forecast_becomes_demand_by_the_nearest_end_of_year_and_by_shares_of_bands() {
    use domain::CareType::{Childminding, Kindergarten, Nursery};
    use jiff::civil::date;
    let shares = [
        share("U1", Nursery, 1.0),
        share("U3", Nursery, 0.75),
        share("U3", Childminding, 0.25),
        share("K", Kindergarten, 1.0),
    ];
    let dates = [date(2029, 3, 1), date(2029, 8, 1), date(2035, 3, 1)];
    let table = DemandTable::from_forecast(&forecast_of(2027..=2030), &shares, &dates).unwrap();
    let nursery = |date| table.get("sued", Nursery, date);
    // 31 December 2028: 128 children under three, 31 December 2029: 129.
    assert_eq!(nursery(dates[0]).unwrap().p50(), 50.0 + 0.75 * 128.0);
    assert_eq!(nursery(dates[1]).unwrap().p50(), 50.0 + 0.75 * 129.0);
    assert_eq!(nursery(dates[1]).unwrap().p90(), 70.0 + 0.75 * 149.0);
    assert_eq!(nursery(dates[2]), None);
    let minded = table.get("sued", Childminding, dates[0]).unwrap();
    assert_eq!(minded.p10(), 0.25 * 108.0);
    assert_eq!(
        table.get("sued", Kindergarten, dates[0]).unwrap().p50(),
        300.0
    );
}

#[test]
fn shares_above_one_and_unknown_bands_are_refused() {
    use domain::CareType::{Childminding, Nursery};
    let demand = forecast_of(2027..=2028);
    let of = |shares: &[BandShare]| DemandTable::from_forecast(&demand, shares, &[]).unwrap_err();
    let too_much = [share("U3", Nursery, 0.8), share("U3", Childminding, 0.3)];
    assert!(matches!(of(&too_much), DemandError::Shares { .. }));
    let negative = [share("U3", Nursery, -0.1)];
    assert!(matches!(of(&negative), DemandError::Shares { .. }));
    let unknown = [share("U4", Nursery, 0.5)];
    assert!(matches!(of(&unknown), DemandError::UnknownBand { .. }));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_value_makes_the_parser_panic(
        key in "(name|first_month|months|target_cover|limit_km|report_dates|close|open|demand)",
        value in "(-?[0-9]{1,20}|0x[0-9a-f]{1,20}|nan|inf|-?[0-9.]{1,9}e[0-9]{1,4}|\\[\\]|\\[\\{\\}\\]|\"\\PC{0,9}\"|2026-02-2[0-9]|07:00:00|true)",
    ) {
        if let Err(problems) = parse(&format!("{key} = {value}\n")) {
            prop_assert!(problems.iter().all(|problem| problem.row.is_some()));
        }
    }
}
