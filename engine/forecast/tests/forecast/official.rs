//! Official forecasts: reading, our intervals around them, and earlier editions.

use forecast::{
    AgeGroup, BacktestRequest, EditionBasis, EditionHistory, Forecast, OfficialForecast,
    OfficialMapping, backtest, forecast, recentre,
};
use proptest::prelude::*;

use crate::shared;
use crate::tables::{request, small_city};

const HEAD: &str = "version = 1\nedition = \"Prognose 2025\"\npublished = 2025\n";

fn mapping(rest: &str) -> OfficialMapping {
    OfficialMapping::read(&format!("{HEAD}{rest}"), "mapping.toml")
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn wide() -> OfficialMapping {
    mapping(
        "layout = \"ages_in_columns\"\nskip_rows = 2\nskip_areas = [\"Stadt insgesamt\"]\nskip_ages = [\"insgesamt\"]\n\
         columns = { area = \"Stadtteil\", year = \"Jahr\" }\nareas = { \"Altstadt\" = \"altstadt\" }\n",
    )
}

const WIDE: &str = "Statistikstelle\n\nStadtteil;Jahr;0 bis unter 3;3 bis unter 6;insgesamt\n\
    Altstadt;2026;1.210,5;300;x\nAltstadt;2027;200,5;310;x\n\
    neustadt;2026;250;260;x\nneustadt;2027;251;261;x\n\
    loebtau;2026;130;140;x\nloebtau;2027;131;141;x\n\
    plauen;2026;330;340;x\nplauen;2027;331;341;x\n\
    Stadt insgesamt;2026;1;1;x\nStadt insgesamt;2027;1;1;x\n";

fn read(text: &str, mapping: &OfficialMapping) -> OfficialForecast {
    OfficialForecast::read(text.as_bytes(), mapping, "prognose.csv")
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn ours() -> Forecast {
    let (rows, areas) = small_city();
    forecast(
        &rows.population(),
        None,
        &areas,
        &request(3, "U3=0-2,K=3-5"),
    )
    .unwrap()
}

#[test]
fn the_three_layouts_give_the_same_table() {
    let wide = read(WIDE, &wide());
    assert_eq!(wide.areas(), ["altstadt", "loebtau", "neustadt", "plauen"]);
    assert_eq!(wide.persons(0, 0, 0), Some(1210.5));
    let mut long = String::from("Gebiet;Stichtag;Alter;Personen\n");
    let mut years = String::from("Gebiet;Alter;31.12.2026;31.12.2027\n");
    for (area, code) in wide.areas().iter().enumerate() {
        for ages in 0..2 {
            let text = ["unter 3 Jahre", "3 – 5"][ages];
            let persons = [0, 1].map(|year| {
                let persons = wide.persons(area, year, ages).unwrap();
                persons.to_string().replace('.', ",")
            });
            long += &format!(
                "{code};2026;{text};{}\n{code};2027;{text};{}\n",
                persons[0], persons[1]
            );
            years += &format!("{code};{text};{};{}\n", persons[0], persons[1]);
        }
    }
    let columns = "layout = \"long\"\ncolumns = { area = \"Gebiet\", year = \"Stichtag\", age = \"Alter\", persons = \"Personen\" }\n";
    assert_eq!(read(&long, &mapping(columns)), wide);
    let columns =
        "layout = \"years_in_columns\"\ncolumns = { area = \"Gebiet\", age = \"Alter\" }\n";
    assert_eq!(read(&years, &mapping(columns)), wide);
    // The bytes of an older program: ä and – in Windows-1252.
    let old: Vec<u8> = years
        .replace("Gebiet;", "Gebäude;")
        .chars()
        .map(|c| match c {
            '–' => 0x96,
            other => other as u8,
        })
        .collect();
    let columns = "encoding = \"windows-1252\"\nlayout = \"years_in_columns\"\ncolumns = { area = \"Gebäude\", age = \"Alter\" }\n";
    let found = OfficialForecast::read(old.as_slice(), &mapping(columns), "prognose.csv");
    assert_eq!(found.unwrap(), wide);
}

#[test]
fn our_spreads_stand_around_the_official_values_at_every_level() {
    let (ours, official) = (ours(), read(WIDE, &wide()));
    let result = recentre(&ours, &official).unwrap();
    assert_eq!(result.our_years, [2028]);
    assert!(result.our_ages.is_empty());
    assert!(result.warnings()[0].contains("2028"));
    let theirs = &result.forecast;
    let fan = |forecast: &Forecast, area: &str, group: &str, ahead: usize| {
        forecast.fan(area, group).unwrap()[ahead]
    };
    assert!((fan(theirs, "altstadt", "U3", 0).mean - 1210.5).abs() < 1e-9);
    assert!((fan(theirs, "_total", "K", 1).mean - 1053.0).abs() < 1e-9);
    assert!((fan(theirs, "centre", "U3", 0).mean - 1460.5).abs() < 1e-9);
    // 2028 is ours.
    assert_eq!(
        fan(theirs, "plauen", "K", 2).mean,
        fan(&ours, "plauen", "K", 2).mean
    );
    for area in ["plauen", "west", "_total"] {
        for group in ["U3", "K", "0", "3-4"] {
            let (a, b) = (fan(theirs, area, group, 0), fan(&ours, area, group, 0));
            for (a_value, b_value) in [
                (a.q025, b.q025),
                (a.q10, b.q10),
                (a.q50, b.q50),
                (a.q90, b.q90),
                (a.q975, b.q975),
            ] {
                assert!(
                    (a_value / a.mean - b_value / b.mean).abs() < 1e-9,
                    "{area} {group}"
                );
            }
        }
    }
    // Ages add up to their group, areas to their parent.
    let sum: f64 = ["0", "1", "2"]
        .iter()
        .map(|age| fan(theirs, "west", age, 0).mean)
        .sum();
    assert!((sum - fan(theirs, "west", "U3", 0).mean).abs() < 1e-9);
    let parts = fan(theirs, "centre", "K", 0).mean + fan(theirs, "west", "K", 0).mean;
    assert!((parts - fan(theirs, "_total", "K", 0).mean).abs() < 1e-9);
}

#[test]
fn districts_of_the_office_are_divided_as_ours_are() {
    let ours = ours();
    let text = "area;Jahr;0-5\ncentre;2026;1000\nwest;2026;900\n";
    let columns = "layout = \"ages_in_columns\"\ncolumns = { area = \"area\", year = \"Jahr\" }\n";
    let result = recentre(&ours, &read(text, &mapping(columns))).unwrap();
    let mean =
        |forecast: &Forecast, area: &str, group: &str| forecast.fan(area, group).unwrap()[0].mean;
    let total = |forecast: &Forecast, area| mean(forecast, area, "U3") + mean(forecast, area, "K");
    assert!((total(&result.forecast, "centre") - 1000.0).abs() < 1e-9);
    let share = |forecast: &Forecast| mean(forecast, "neustadt", "U3") / total(forecast, "centre");
    assert!((share(&result.forecast) - share(&ours)).abs() < 1e-12);
}

fn refused(text: &str, mapping: &OfficialMapping) -> Vec<&'static str> {
    match OfficialForecast::read(text.as_bytes(), mapping, "prognose.csv") {
        Ok(official) => recentre(&ours(), &official)
            .unwrap_err()
            .iter()
            .map(|problem| problem.code)
            .collect(),
        Err(problems) => problems.iter().map(|problem| problem.code).collect(),
    }
}

#[test]
fn tables_that_do_not_fit_are_refused_with_their_numbers() {
    let wide = wide();
    let changed = |from: &str, to: &str| refused(&WIDE.replace(from, to), &wide);
    assert_eq!(changed("Stadtteil;", "Viertel;"), ["E4106"]);
    assert_eq!(changed("0 bis unter 3", "Kinder"), ["E4109"]);
    assert_eq!(changed("1.210,5", "rund 1000"), ["E4107"]);
    assert_eq!(changed("1.210,5", "-5"), ["E4107"]);
    assert_eq!(changed("neustadt;2027;251;261;x\n", ""), ["E4110", "E4110"]);
    assert_eq!(
        changed("neustadt;2027", "neustadt;2026"),
        ["E4111", "E4111", "E4110", "E4110"]
    );
    assert_eq!(changed("plauen", "pirna"), ["E4108", "E4108"]);
    assert_eq!(changed("3 bis unter 6", "3"), ["E4109"]);
    assert_eq!(
        changed("neustadt;2027;251;261;x", "neustadt;2027;251"),
        ["E3004"]
    );
    assert_eq!(changed("3 bis unter 6", "2 bis unter 6"), ["E4109"]);
    let past = WIDE.replace("2026", "2016").replace("2027", "2017");
    assert_eq!(refused(&past, &wide), ["E4112"]);
    assert_eq!(refused("", &wide), ["E3003"]);
    let nested = WIDE.replace("Stadt insgesamt", "west");
    assert_eq!(refused(&nested, &wide), ["E4108", "E4108"]);
    let bytes = [0xE4_u8, b';', b'\n'];
    let error = OfficialForecast::read(&bytes[..], &wide, "p.csv").unwrap_err();
    assert_eq!(error[0].code, "E3005");
}

#[test]
fn every_problem_of_a_mapping_is_told_at_once() {
    let text = "version = 1\nedition = 5\nlayout = \"sideways\"\ndelimiter = \"ab\"\ndecimal = \".\"\n\
                encoding = \"ebcdic\"\nskip_areas = [1]\nages = { x = \"y\" }\nspare = 1\n";
    let problems = OfficialMapping::read(text, "mapping.toml").unwrap_err();
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(
        codes,
        [
            "E4093", "E4092", "E4105", "E4105", "E4105", "E4105", "E4093", "E4105", "E4091"
        ]
    );
}

proptest! {
    #[test]
    fn any_table_is_read_or_refused(text in "[a-c0-9;,.\n -]{0,120}") {
        let _ = OfficialForecast::read(text.as_bytes(), &wide(), "p.csv");
        let _ = OfficialMapping::read(&text, "m.toml");
    }
}

/// The editions of Dresden beside what came.
#[test]
fn the_editions_of_dresden_expected_more_births_than_came() {
    let Some(text) = shared::read("../dresden/forecast_history.csv") else {
        return;
    };
    let history = EditionHistory::read(text.as_bytes(), "forecast_history.csv").unwrap();
    let outcomes = history.outcomes();
    println!(
        "{:<26} {:<8} year  horizon forecast actual  error  basis",
        "edition", "quantity"
    );
    for outcome in &outcomes {
        println!(
            "{:<26} {:<8} {:>4} {:>8} {:>8.1} {:>6.1} {:>+6.1} % {:?}",
            outcome.edition,
            outcome.quantity,
            outcome.year,
            outcome.horizon,
            outcome.forecast,
            outcome.actual,
            100.0 * outcome.relative_error().unwrap(),
            outcome.basis
        );
    }
    let births = |edition: &str, year: i32| {
        outcomes
            .iter()
            .find(|it| it.quantity == "births" && it.edition.ends_with(edition) && it.year == year)
            .unwrap()
    };
    let first = births("2016", 2025);
    assert_eq!(
        (first.forecast, first.basis, first.horizon),
        (6000.0, EditionBasis::StatedFrom, 9)
    );
    // Less than expected: 3,890 against 6,000 is -35 %.
    assert!((first.actual / first.forecast - 1.0 + 0.35).abs() < 0.005);
    let second = births("2020", 2025);
    assert_eq!(second.basis, EditionBasis::Interpolated);
    assert!(
        (second.actual / second.forecast - 1.0 + 0.26).abs() < 0.02,
        "{second:?}"
    );
    assert!(
        outcomes.iter().all(|it| it.error() > 0.0),
        "every edition expected more"
    );
    let mut csv = Vec::new();
    history.write_csv(&mut csv).unwrap();
    assert!(
        String::from_utf8(csv)
            .unwrap()
            .starts_with("quantity,year,edition,")
    );
    assert_eq!(history.paths("births").len(), 3);
}

#[test]
fn editions_are_compared_with_our_back_test_from_the_same_year() {
    let (rows, areas) = small_city();
    let request = BacktestRequest {
        origins: 2022..=2023,
        horizon: 2,
        groups: AgeGroup::parse_list("U3=0-2").unwrap(),
    };
    let tested = backtest(&rows.population(), None, &areas, &request).unwrap();
    let actual = tested
        .rows
        .iter()
        .find(|row| row.area == "TOTAL" && row.horizon == 2)
        .unwrap();
    let (ours, actual) = (actual.point.mean, actual.observed.unwrap());
    let text = format!(
        "forecast_edition,published,quantity,ref_year,value,kind\nA,2022-11,small,2024,2000,forecast\n,,small,2024,{actual},actual\n"
    );
    let history = EditionHistory::read(text.as_bytes(), "h.csv").unwrap();
    let both = history.beside(&tested, "small", "U3");
    assert_eq!(both.len(), 1);
    assert_eq!((both[0].ours, both[0].theirs.forecast), (ours, 2000.0));
    let wrong = "forecast_edition,published,quantity,ref_year,value,kind\nA,2022,b,2024,5,guess\nA,2022,b,2025,5,forecast\nA,2022,b,2025,6,forecast\n";
    let problems = EditionHistory::read(wrong.as_bytes(), "h.csv").unwrap_err();
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["E4113", "E4084"]);
}
