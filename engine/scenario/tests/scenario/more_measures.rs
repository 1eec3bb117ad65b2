//! Conversions, licences, staff, ramp-ups, leases and closings for a time.

use domain::{CareType, InputProblem};
use scenario::{ReportChecker, ScenarioError, ScenarioReport, ScenarioSpec};
use tables::schema::TableName;

use crate::city::{DEMAND, STORY, Texts, closing, csv, planned, spec};

/// Licensed, planned and staffed places of the district on a day, in the scenario.
fn places(report: &ScenarioReport, care: CareType, day: &str) -> (u64, u64, u64) {
    let rows = report.rows.iter();
    let mut rows = rows.filter(|row| row.area == "sued" && row.care_type == care);
    rows.find(|row| row.date.to_string() == day)
        .map_or((0, 0, 0), |row| {
            (
                row.scenario.licensed,
                row.scenario.planned,
                row.scenario.staffed,
            )
        })
}

fn report(measures: &str) -> ScenarioReport {
    let report = planned(&Texts::new(&STORY).read(), &spec(measures)).unwrap();
    assert_eq!(ReportChecker.check(&report), Ok(()));
    report
}

fn refused(measures: &str) -> Vec<InputProblem> {
    match planned(&Texts::new(&STORY).read(), &spec(measures)).unwrap_err() {
        ScenarioError::Input(problems) => problems,
        other => panic!("{other}"),
    }
}

fn codes(problems: &[InputProblem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.code).collect()
}

fn parsed(measures: &str) -> Vec<InputProblem> {
    let head = "name = \"Test\"\nfirst_month = \"2026-04\"\nmonths = 48\n";
    ScenarioSpec::parse(&format!("{head}{measures}"), "test.toml").unwrap_err()
}

const KINDERGARTEN: CareType = CareType::Kindergarten;

#[test]
fn converted_places_take_the_staff_that_the_key_allows() {
    let report = report(
        r#"report_dates = [2027-07-01, 2027-08-01]
[[convert]]
facility = "K1"
from_care_type = "kindergarten"
to_care_type = "nursery"
from = 2027-08-01
places = 12
new_places = 6
"#,
    );
    assert_eq!(places(&report, KINDERGARTEN, "2027-07-01"), (420, 400, 365));
    assert_eq!(places(&report, KINDERGARTEN, "2027-08-01"), (408, 388, 353));
    // 12 / 10.5244 full-time equivalents run 5.13 nursery places at 4.5014.
    assert_eq!(places(&report, CareType::Nursery, "2027-08-01"), (6, 6, 5));
}

#[test]
fn the_licence_of_k4_is_withdrawn_and_restored_and_its_contracts_remain() {
    let dates = "report_dates = [2026-05-01, 2026-06-01, 2026-08-01, 2026-09-01]\n";
    let withdrawn = "[[licence]]\nfacility = \"K4\"\nwithdrawn_on = 2026-06-01\n";
    let gone = report(&format!("{dates}{withdrawn}"));
    assert_eq!(places(&gone, KINDERGARTEN, "2026-05-01"), (420, 400, 365));
    for day in ["2026-06-01", "2026-08-01", "2026-09-01"] {
        assert_eq!(places(&gone, KINDERGARTEN, day), (360, 340, 305));
    }
    // Nobody is displaced: a contract does not hang on the licence.
    assert!(gone.displaced.is_empty() && gone.closed.is_empty());
    let restored = report(&format!("{dates}{withdrawn}restored_on = 2026-09-01\n"));
    assert_eq!(
        places(&restored, KINDERGARTEN, "2026-08-01"),
        (360, 340, 305)
    );
    assert_eq!(
        places(&restored, KINDERGARTEN, "2026-09-01"),
        (420, 400, 365)
    );
}

#[test]
fn the_cover_of_story_a_follows_the_licence_of_k4() {
    let withdrawn = "[[licence]]\nfacility = \"K4\"\nwithdrawn_on = 2026-06-01\n";
    let closed = closing("\"none\"");
    let report = report(&format!("{withdrawn}{closed}{DEMAND}"));
    let row = report.rows.iter().find(|row| row.area == "sued").unwrap();
    // 285 without K2, and 60 fewer without K4; the baseline of today stays.
    assert_eq!((row.baseline.staffed, row.scenario.staffed), (365, 225));
}

#[test]
fn a_licence_for_fewer_places_takes_the_staffed_ones_above_it() {
    let report = report(
        "report_dates = [2027-01-01]\n[[licence]]\nfacility = \"K3\"\ncare_type = \"kindergarten\"\nfrom = 2027-01-01\nlicensed = 100\n",
    );
    assert_eq!(places(&report, KINDERGARTEN, "2027-01-01"), (370, 400, 340));
}

#[test]
fn staff_comes_and_goes_in_places_or_full_time_equivalents() {
    let staff = |amount: &str| {
        let measure = format!(
            "report_dates = [2027-01-01]\n[[staff]]\nfacility = \"K1\"\ncare_type = \"kindergarten\"\nfrom = 2027-01-01\n{amount}\n"
        );
        places(&report(&measure), KINDERGARTEN, "2027-01-01").2
    };
    assert_eq!(staff("places = -10"), 355);
    assert_eq!(staff("places = 20"), 385);
    assert_eq!(staff("full_time = 1.5"), 365 + 15); // 15.79 places at 10.5244 per head
    assert_eq!(staff("full_time = -1.5"), 365 - 15);
    let much = |amount: &str| {
        let measure = format!(
            "[[staff]]\nfacility = \"K1\"\ncare_type = \"kindergarten\"\nfrom = 2027-01-01\n{amount}\n"
        );
        codes(&refused(&measure)).join(" ")
    };
    assert_eq!(much("places = 21"), "E4148");
    assert_eq!(much("places = -101"), "E4147");
}

fn shift(places: u32) -> String {
    format!(
        "report_dates = [2027-01-01]\n[[move_staff]]\nfrom_facility = \"K2\"\nto_facility = \"K1\"\ncare_type = \"kindergarten\"\nfrom = 2027-01-01\nplaces = {places}\n"
    )
}

#[test]
fn staff_moves_without_gain_or_loss_and_never_above_the_plan() {
    let moved = report(&shift(10));
    assert_eq!(places(&moved, KINDERGARTEN, "2027-01-01"), (420, 400, 365));
    assert_eq!(codes(&refused(&shift(11))), ["E4148"]);
    assert_eq!(codes(&refused(&shift(81))), ["E4147"]);
    // Room that another measure makes is room.
    let expanded = format!(
        "{}[[expand]]\nfacility = \"K1\"\ncare_type = \"kindergarten\"\nfrom = 2027-01-01\nlicensed = 120\nplanned = 120\nstaffed = 100\n",
        shift(20)
    );
    assert_eq!(
        places(&report(&expanded), KINDERGARTEN, "2027-01-01"),
        (420, 410, 365)
    );
}

fn opening(steps: &str) -> String {
    format!(
        r#"report_dates = [2027-07-01, 2027-08-01, 2028-01-01, 2028-02-01, 2028-08-01]
[[open]]
facility = "N1"
provider = "T1"
area = "S2"
latitude = 51.02
longitude = 13.71
from = 2027-08-15
[[open.places]]
care_type = "nursery"
licensed = 30
planned = 30
staffed = 30
{steps}"#
    )
}

#[test]
fn an_opening_fills_up_by_its_shares() {
    let steps = "[[open.ramp_up]]\nmonths = 0\nshare = 0.4\n[[open.ramp_up]]\nmonths = 6\nshare = 0.7\n[[open.ramp_up]]\nmonths = 12\nshare = 1.0\n";
    let report = report(&opening(steps));
    let staffed = |day| places(&report, CareType::Nursery, day);
    assert_eq!(staffed("2027-07-01"), (0, 0, 0));
    assert_eq!(staffed("2027-08-01"), (30, 30, 12));
    assert_eq!(staffed("2028-01-01"), (30, 30, 12));
    assert_eq!(staffed("2028-02-01"), (30, 30, 21));
    assert_eq!(staffed("2028-08-01"), (30, 30, 30));
    let falling = steps.replace("share = 1.0", "share = 0.5");
    assert_eq!(codes(&parsed(&opening(&falling))), ["E4145"]);
}

#[test]
fn the_end_of_a_lease_is_a_closing() {
    let closed = closing("\"within_plan\"");
    let lease = closed
        .replace("[[close]]", "[[end_of_lease]]")
        .replace("on =", "last_day =");
    let (one, other) = (
        spec(&format!("{closed}{DEMAND}")),
        spec(&format!("{lease}{DEMAND}")),
    );
    assert!(
        other
            .lease_ends()
            .iter()
            .any(|facility| facility.as_str() == "K2")
    );
    let city = Texts::new(&STORY).read();
    assert_eq!(
        planned(&city, &one).unwrap(),
        planned(&city, &other).unwrap()
    );
}

#[test]
fn a_facility_that_closes_for_a_time_has_no_places_in_between() {
    let report = report(
        "report_dates = [2027-06-01, 2027-07-01, 2027-08-01, 2027-09-01]\n[[close]]\nfacility = \"K2\"\non = 2027-06-30\nreopens_on = 2027-09-01\n",
    );
    assert_eq!(places(&report, KINDERGARTEN, "2027-06-01"), (420, 400, 365));
    assert_eq!(places(&report, KINDERGARTEN, "2027-07-01"), (330, 310, 285));
    assert_eq!(places(&report, KINDERGARTEN, "2027-08-01"), (330, 310, 285));
    assert_eq!(places(&report, KINDERGARTEN, "2027-09-01"), (420, 400, 365));
}

#[test]
fn measures_that_contradict_each_other_are_refused() {
    let pairs = [
        (
            "[[close]]\nfacility = \"K2\"\non = 2027-07-31\nstaff_transfer = \"none\"\n[[end_of_lease]]\nfacility = \"K2\"\nlast_day = 2028-07-31\nstaff_transfer = \"none\"\n",
            "E4008",
        ),
        (
            "[[close]]\nfacility = \"K2\"\non = 2027-07-31\nstaff_transfer = \"none\"\n[[shrink]]\nfacility = \"K2\"\ncare_type = \"kindergarten\"\nfrom = 2027-08-01\nlicensed = 1\nplanned = 1\nstaffed = 1\n",
            "E4142",
        ),
        (
            "[[close]]\nfacility = \"K2\"\non = 2027-07-31\nstaff_transfer = \"none\"\nreopens_on = 2027-09-01\n",
            "E4143",
        ),
        (
            "[[close]]\nfacility = \"K2\"\non = 2027-07-31\nreopens_on = 2027-07-31\n",
            "E4144",
        ),
        (
            "[[licence]]\nfacility = \"K2\"\nwithdrawn_on = 2027-07-31\nrestored_on = 2027-07-01\n",
            "E4144",
        ),
        (
            "[[licence]]\nfacility = \"K2\"\nwithdrawn_on = 2027-01-01\n[[licence]]\nfacility = \"K2\"\nwithdrawn_on = 2027-05-01\n",
            "E4143",
        ),
        ("[costs]\nbudget = [{year = 2027, euros = -1}]\n", "E4146"),
        (
            "[[convert]]\nfacility = \"K1\"\nfrom_care_type = \"nursery\"\nto_care_type = \"nursery\"\nfrom = 2027-01-01\nplaces = 1\n",
            "E4151",
        ),
        (
            "[[staff]]\nfacility = \"K1\"\ncare_type = \"nursery\"\nfrom = 2027-01-01\n",
            "E4152",
        ),
        (
            "[[staff]]\nfacility = \"K1\"\ncare_type = \"nursery\"\nfrom = 2027-01-01\nplaces = 0.5\n",
            "E4005",
        ),
        (
            "[[move_staff]]\nfrom_facility = \"K1\"\nto_facility = \"K1\"\ncare_type = \"nursery\"\nfrom = 2027-01-01\nplaces = 1\n",
            "E4015",
        ),
        (
            "[[lever]]\nkind = \"births\"\nfrom_year = 2027\nfactor = 9\n",
            "E4094",
        ),
        (
            "[[drop]]\nmeasure = \"close\"\nfacility = \"K2\"\n",
            "E4149",
        ),
    ];
    for (text, code) in pairs {
        let problems = parsed(text);
        assert_eq!(codes(&problems), [code], "{text}: {problems:?}");
        assert!(problems[0].row.is_some_and(|row| row > 3), "{problems:?}");
        assert!(!problems[0].remedy.is_empty());
    }
    let unknown = "[[convert]]\nfacility = \"K9\"\nfrom_care_type = \"kindergarten\"\nto_care_type = \"nursery\"\nfrom = 2027-01-01\nplaces = 1\n";
    assert_eq!(codes(&refused(unknown)), ["E4010"]);
    let many = unknown
        .replace("K9", "K4")
        .replace("places = 1", "places = 61");
    assert_eq!(codes(&refused(&many)), ["E4147"]);
    let before = "[[open]]\nfacility = \"N1\"\nprovider = \"T1\"\narea = \"S1\"\nlatitude = 51\nlongitude = 13.7\nfrom = 2028-01-01\n[[open.places]]\ncare_type = \"nursery\"\nlicensed = 1\nplanned = 1\nstaffed = 1\n[[close]]\nfacility = \"N1\"\non = 2027-12-31\nstaff_transfer = \"none\"\n";
    assert!(codes(&refused(before)).contains(&"E4013"));
}

#[test]
fn ten_thousand_measures_are_one_scenario() {
    let mut text = String::from("report_dates = [2029-03-01]\n");
    for number in 0..5_000 {
        let (day, month) = (number % 28 + 1, number / 28 % 12 + 1);
        let year = 2027 + number / 336 % 2;
        let facility = ["K1", "K2", "K3", "K4"][number / 672 % 4];
        let places = if number % 2 == 0 { -1 } else { 1 };
        if number < 2_688 {
            text += &format!(
                "[[staff]]\nfacility = \"{facility}\"\ncare_type = \"kindergarten\"\nfrom = {year}-{month:02}-{day:02}\nplaces = {places}\n"
            );
        } else {
            text += &format!(
                "[[staff]]\nfacility = \"N{number}\"\ncare_type = \"nursery\"\nfrom = 2028-01-01\nplaces = -1\n"
            );
        }
        text += &format!(
            "[[open]]\nfacility = \"N{number}\"\nprovider = \"T1\"\narea = \"S1\"\nlatitude = 51\nlongitude = 13.7\nfrom = 2027-01-01\n[[open.places]]\ncare_type = \"nursery\"\nlicensed = 10\nplanned = 10\nstaffed = 10\n"
        );
    }
    let report = report(&text);
    assert_eq!(places(&report, KINDERGARTEN, "2029-03-01"), (420, 400, 365));
    let staffed = 50_000 - (5_000 - 2_688);
    assert_eq!(
        places(&report, CareType::Nursery, "2029-03-01"),
        (50_000, 50_000, staffed)
    );
}

#[test]
fn a_scenario_without_measures_is_the_baseline_to_the_byte() {
    let texts = Texts::new(&STORY).with(
        TableName::Licences,
        "K2,2020-08-01,\n",
        "K2,2020-08-01,2028-07-31\n",
    );
    let report = planned(&texts.read(), &spec(DEMAND)).unwrap();
    for row in &report.rows {
        assert_eq!(row.baseline, row.scenario);
    }
    for line in csv(&report).lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields[7..14], fields[14..21]);
    }
    let mut bytes = Vec::new();
    report.evaluation.write_csv(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.lines().count() > 1);
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields[9..22], fields[22..35]);
    }
    assert!(report.evaluation.years.iter().all(|year| year.extra == 0.0));
}
