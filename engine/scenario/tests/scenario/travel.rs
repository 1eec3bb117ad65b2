//! Ways: estimates, matrices and the question who has far to go.

use disclosure::DisclosurePolicy;
use domain::AreaId;
use proptest::prelude::*;
use scenario::{
    MeasuredWay, ScenarioError, ScenarioSpec, TravelMode, TravelTimes, calibrate, long_ways,
};
use tables::schema::TableName;

use crate::city::{KNOWN_ON, STORY, Texts, spec};

/// Both neighbourhoods to all four facilities; S2 to K1 and K4 takes 41 minutes.
const MATRIX: &str = "area,facility,minutes\nS1,K1,4\nS1,K2,22.5\nS1,K3,22\nS1,K4,5\nS2,K1,41\nS2,K2,3\nS2,K3,4\nS2,K4,41\n";

fn read(texts: &Texts, spec: &ScenarioSpec, matrix: &str) -> Result<TravelTimes, ScenarioError> {
    TravelTimes::read_matrix(&texts.read(), spec, "ways.csv", matrix.as_bytes())
}

fn codes(result: Result<TravelTimes, ScenarioError>) -> Vec<(&'static str, u64)> {
    match result {
        Err(ScenarioError::Input(problems)) => problems
            .iter()
            .map(|it| (it.code, it.row.unwrap_or(0)))
            .collect(),
        other => panic!("{other:?} is no list of problems"),
    }
}

fn minutes(times: &TravelTimes, texts: &Texts, area: &str, facility: &str) -> Option<f64> {
    let facilities = texts.read().facilities().unwrap();
    let facility = facilities.iter().find(|it| it.id().as_str() == facility);
    times.minutes(&AreaId::new(area).unwrap(), facility.unwrap())
}

#[test]
fn an_estimate_is_the_straight_line_times_detour_at_a_speed() {
    let texts = Texts::new(&STORY);
    let mode = TravelMode::PublicTransport;
    let times = TravelTimes::estimated(&texts.read(), mode, mode.assumption()).unwrap();
    // 0.017 degrees of latitude are 1.8903 km; times 1.3 at 15 km/h.
    let way = minutes(&times, &texts, "S1", "K2").unwrap();
    assert!((way - 1.8903 * 1.3 * 4.0).abs() < 0.01, "{way}");
    let walk = TravelMode::Walk;
    let times = TravelTimes::estimated(&texts.read(), walk, walk.assumption()).unwrap();
    let way = minutes(&times, &texts, "S1", "K2").unwrap();
    assert!((way - 1.8903 * 1.23 * 15.0).abs() < 0.01, "{way}");
}

#[test]
fn an_area_without_a_centre_has_the_middle_of_its_facilities() {
    let texts = Texts::new(&STORY).with(TableName::AreaShapes, "S1,51.0,13.7,\n", "");
    let mode = TravelMode::Car;
    let times = TravelTimes::estimated(&texts.read(), mode, mode.assumption()).unwrap();
    assert_eq!(minutes(&times, &texts, "S1", "K1"), Some(0.0));
    assert_eq!(minutes(&times, &texts, "sued", "K1"), None);
}

#[test]
fn a_matrix_replaces_the_estimate_and_is_never_mixed_with_it() {
    let texts = Texts::new(&STORY);
    let times = read(&texts, &spec(""), MATRIX).unwrap();
    assert_eq!(minutes(&times, &texts, "S1", "K2"), Some(22.5));
    assert_eq!(minutes(&times, &texts, "sued", "K2"), None);
    assert!(times.note_english().contains("matrix"));
    // One file for several modes: only the rows of the mode asked for count.
    let mut both = MATRIX.replace('\n', ",public_transport\n");
    both = both.replacen("minutes,public_transport", "minutes,mode", 1);
    both.push_str("S1,K1,55,walk\n");
    let times = read(&texts, &spec(""), &both).unwrap();
    assert_eq!(minutes(&times, &texts, "S1", "K1"), Some(4.0));
}

#[test]
fn every_problem_of_a_matrix_is_told_at_once_with_its_row() {
    let texts = Texts::new(&STORY);
    let matrix = MATRIX
        .replace("S1,K1,4\n", "S9,K1,4\n")
        .replace("S1,K3,22\n", "S1,K9,22\n")
        .replace("S2,K1,41\n", "S2,K1,-1\n")
        .replace("S2,K4,41\n", "S2,K4,41\nS2,K4,40\n");
    let found = codes(read(&texts, &spec(""), &matrix));
    // S1 to K1 and K3 is missing now; S2 to K1 is wrong, not missing.
    let expected = [
        ("E4165", 0),
        ("E4161", 2),
        ("E4162", 4),
        ("E4163", 6),
        ("E4164", 10),
    ];
    assert_eq!(found, expected);
    for header in [
        "area,facility",
        "area,facility,minutes,minutes",
        "area,facility,minutes,km",
    ] {
        let matrix = MATRIX.replacen("area,facility,minutes", header, 1);
        assert_eq!(codes(read(&texts, &spec(""), &matrix))[0].0, "E4160");
    }
    let walk = spec("\n[travel]\nmode = \"walk\"\n");
    let other_mode = MATRIX
        .replace('\n', ",car\n")
        .replacen("minutes,car", "minutes,mode", 1);
    let found = codes(read(&texts, &walk, &other_mode));
    assert_eq!(found, [("E4165", 0), ("E4165", 0)]);
}

#[test]
fn a_facility_that_the_scenario_opens_needs_its_ways_too() {
    let opening = "\n[[open]]\nfacility = \"N1\"\nprovider = \"T1\"\narea = \"S1\"\nlatitude = 51.0\nlongitude = 13.7\nfrom = 2027-08-01\nplaces = [{ care_type = \"kindergarten\", licensed = 50, planned = 50, staffed = 50 }]\n";
    let texts = Texts::new(&STORY);
    let found = codes(read(&texts, &spec(opening), MATRIX));
    assert_eq!(found, [("E4165", 0), ("E4165", 0)]);
    let more = format!("{MATRIX}S1,N1,1\nS2,N1,30\n");
    assert!(read(&texts, &spec(opening), &more).is_ok());
}

#[test]
fn wrong_travel_sections_are_numbered_problems() {
    let head = "name = \"Test\"\nfirst_month = \"2026-04\"\nmonths = 48\n";
    let problems = |section: &str| -> Vec<&'static str> {
        let parsed = ScenarioSpec::parse(&format!("{head}{section}"), "test.toml");
        let problems = parsed.unwrap_err();
        problems.iter().map(|it| it.code).collect()
    };
    assert_eq!(problems("[travel]\nmode = \"horse\"\n"), ["E4005"]);
    assert_eq!(problems("[travel]\nlimit_minutes = 0\n"), ["E4005"]);
    assert_eq!(problems("[travel]\nmatrix = \"a/b.csv\"\n"), ["E4005"]);
    assert_eq!(
        problems("[travel]\nmatrix = \"b.csv\"\ndetour = 1.2\n"),
        ["E4166"]
    );
    assert_eq!(problems("[travel]\nspeed = 3\n"), ["E4002"]);
    assert_eq!(problems("[replacement]\nlongest_minutes = 20\n"), ["E4005"]);
    assert_eq!(problems("[replacement]\nsiblings = \"never\"\n"), ["E4005"]);
    assert_eq!(problems("travel = 3\n"), ["E4004"]);
    let spec = spec("\n[travel]\nlimit_minutes = 90\n");
    assert_eq!(spec.travel().longest_minutes, 90.0);
}

#[test]
fn who_of_three_and_over_has_far_to_go_is_told_by_district_and_protected() {
    // 57 children of K4 live in S1; those of K1 are made to live in S2, 41 minutes away.
    let far = Texts::new(&STORY).with(TableName::Households, "H-K1-1,S1", "H-K1-1,S2");
    let times = read(&far, &spec(""), MATRIX).unwrap();
    let table = |texts: &Texts, limit| {
        let counted = long_ways(&texts.read(), &times, KNOWN_ON, limit).unwrap();
        assert!(!format!("{counted:?}").contains("332"));
        counted
            .release(&DisclosurePolicy::default())
            .unwrap()
            .unwrap()
    };
    // One child must not show, nor what would tell it.
    let released = table(&far, 30.0);
    assert_eq!(released.display(&["sued", "longer"]).as_deref(), Some("."));
    assert_eq!(
        released.display(&["_total", "longer"]).as_deref(),
        Some(".")
    );
    assert_ne!(
        released.display(&["sued", "within_limit"]).as_deref(),
        Some("331")
    );
    // At 50 minutes nobody is above the limit.
    let released = table(&far, 50.0);
    assert_eq!(
        released.display(&["sued", "within_limit"]).as_deref(),
        Some("332")
    );
    // Many may show: from 3.5 minutes on all that live in S1, and in S2 those of K3.
    let released = table(&Texts::new(&STORY), 3.5);
    assert_eq!(
        released.display(&["sued", "within_limit"]).as_deref(),
        Some("61")
    );
    assert_eq!(
        released.display(&["sued", "longer"]).as_deref(),
        Some("271")
    );
}

#[test]
fn children_under_three_and_those_without_a_contract_that_day_are_not_asked_after() {
    let texts = Texts::new(&STORY).with(
        TableName::Children,
        "C-K2-0,H-K2-0,2022-05-01",
        "C-K2-0,H-K2-0,2023-04-02",
    );
    let times = read(&texts, &spec(""), MATRIX).unwrap();
    let counted = long_ways(&texts.read(), &times, KNOWN_ON, 50.0).unwrap();
    let released = counted
        .release(&DisclosurePolicy::default())
        .unwrap()
        .unwrap();
    assert_eq!(
        released.display(&["sued", "within_limit"]).as_deref(),
        Some("331")
    );
    let before = jiff::civil::date(2020, 1, 1);
    let nobody = long_ways(&texts.read(), &times, before, 50.0).unwrap();
    assert!(
        nobody
            .release(&DisclosurePolicy::default())
            .unwrap()
            .is_none()
    );
}

proptest! {
    #[test]
    fn neither_a_shorter_limit_nor_the_order_of_rows_brings_anybody_nearer(limit in 1.0..60.0_f64) {
        let texts = Texts::new(&STORY);
        let times = read(&texts, &spec(""), MATRIX).unwrap();
        let mut lines: Vec<&str> = MATRIX.lines().collect();
        lines[1..].reverse();
        let same = read(&texts, &spec(""), &(lines.join("\n") + "\n")).unwrap();
        prop_assert_eq!(&times, &same);
        let within = |limit| {
            let counted = long_ways(&texts.read(), &times, KNOWN_ON, limit).unwrap();
            let table = counted.release(&DisclosurePolicy::default()).unwrap().unwrap();
            table.cell(&["_total", "within_limit"]).and_then(|cell| cell.value)
        };
        if let (Some(short), Some(long)) = (within(limit), within(limit + 5.0)) {
            prop_assert!(short <= long);
        }
    }

    #[test]
    fn calibration_finds_the_figures_that_made_the_ways(
        detour in 1.05..2.0_f64,
        speed in 3.0..40.0_f64,
        lengths in proptest::collection::vec(0.2..9.0_f64, 20..60),
    ) {
        let way = |km: &f64| MeasuredWay {
            straight_km: *km,
            way_km: km * detour,
            minutes: km * detour / speed * 60.0,
        };
        let mut ways: Vec<MeasuredWay> = lengths.iter().map(way).collect();
        let found = calibrate(&ways).unwrap();
        prop_assert!((found.assumption.detour - detour).abs() < 1e-9);
        prop_assert!((found.assumption.kilometres_per_hour - speed).abs() < 1e-6);
        prop_assert!(found.mean_error_minutes < 1e-6);
        ways.reverse();
        prop_assert_eq!(calibrate(&ways), Ok(found));
        ways[3].minutes = 0.0;
        prop_assert!(calibrate(&ways).is_err());
    }
}
