//! The pictures of the honesty page: calibration, past editions and errors by area.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use std::collections::BTreeMap;
use std::path::PathBuf;

use charts::{
    AreaErrors, AreaMap, AreaOutline, AreaValue, AreaValues, CalibrationPlot, ChartError, Language,
    PastEditionsChart, PastEditionsNames, Svg,
};
use disclosure::Label;
use forecast::{
    AgeGroup, Backtest, BacktestRequest, BacktestRow, EditionHistory, FanPoint, HonestyReport,
    Level, ModelCard, PastEditions, Population,
};

fn same(text: &str) -> Label {
    Label::new(text, text)
}

fn source() -> Label {
    Label::new("synthetische Stadt", "synthetic city")
}

/// Forecasts of thirty neighbourhoods in three districts, made up so that the pictures do not change
/// with the model.
fn made_up() -> Backtest {
    let mut rows = Vec::new();
    for origin_year in 2016..=2024_i32 {
        for horizon in 1..=5_i32 {
            let year = origin_year + horizon;
            let mut push = |area: String, level: Level, came: f64, stray: f64| {
                let mean = came * (1.0 + 0.02 * f64::from(horizon) + stray);
                let reach = mean * 0.04 * f64::from(horizon).sqrt();
                rows.push(BacktestRow {
                    origin_year,
                    horizon: horizon.unsigned_abs() as usize,
                    area,
                    level,
                    group: "U3".to_owned(),
                    point: FanPoint {
                        year,
                        mean,
                        q025: mean - 1.6 * reach,
                        q10: mean - reach,
                        q50: mean,
                        q90: mean + reach,
                        q975: mean + 1.6 * reach,
                    },
                    observed: (year <= 2025).then_some(came),
                });
            };
            let fall = f64::from(2030 - year) / 14.0;
            push("TOTAL".to_owned(), Level::Total, 16_000.0 * fall, 0.0);
            for area in 0..30_i32 {
                let stray = f64::from((area * 7 + year * 5 + horizon * 11) % 13 - 6) / 90.0;
                let came = f64::from(150 + 25 * area) * fall;
                push(format!("n{area:02}"), Level::Leaf, came, stray);
                if area < 3 {
                    push(
                        format!("d{area}"),
                        Level::Middle(1),
                        10.0 * came,
                        stray / 4.0,
                    );
                }
            }
        }
    }
    Backtest { rows }
}

fn tested() -> (Backtest, HonestyReport) {
    let table = "area,year,age,count\nn00,2024,0,30\nn00,2025,0,31\n";
    let population = Population::read(table.as_bytes(), "population.csv").unwrap();
    let request = BacktestRequest {
        origins: 2016..=2024,
        horizon: 5,
        groups: AgeGroup::parse_list("U3=0-2").unwrap(),
    };
    let tested = made_up();
    let report = HonestyReport::new(&tested, ModelCard::new(&population, &request)).unwrap();
    (tested, report)
}

fn errors_title() -> Label {
    Label::new(
        "Wo die Prognosen daneben lagen: unter 3 Jahre",
        "Where the forecasts were wrong: under 3",
    )
}

fn under_three() -> Label {
    Label::new("unter 3 Jahre", "under 3")
}

fn past_names() -> PastEditionsNames {
    PastEditionsNames {
        quantity: Label::new(
            "Kinder unter 3 Jahren, Gesamtstadt",
            "children under 3, whole city",
        ),
        unit: Label::new(
            "Kinder am Stichtag des Jahres",
            "Children on the reference date of the year",
        ),
        source: source(),
    }
}

const EDITIONS: &str = "forecast_edition,published,quantity,ref_year,value,kind,source\n\
    Prognose 2016,2016-11,births,2018,6400,forecast,\n\
    Prognose 2016,2016-11,births_per_year_from,2023,6000,forecast,\n\
    Prognose 2020,2020-11,births,2028,5210,forecast,\n\
    Prognose 2020,2020-11,births,2035,5480,forecast,\n\
    ,,births,2012,6007,actual,\n,,births,2022,4740,actual,\n,,births,2025,3890,actual,\n";

fn births() -> PastEditionsChart {
    let history = EditionHistory::read(EDITIONS.as_bytes(), "history.csv").unwrap();
    let names = PastEditionsNames {
        quantity: Label::new("Geburten", "births"),
        unit: Label::new("Lebendgeborene im Jahr", "Live births in the year"),
        source: source(),
    };
    PastEditionsChart::official(&history, "births", names).unwrap()
}

fn names() -> BTreeMap<String, String> {
    (0..30)
        .map(|area| (format!("n{area:02}"), format!("Viertel {area:02}")))
        .collect()
}

/// Writes the pictures into a folder for looking at them, if one is named.
#[allow(clippy::disallowed_methods)] // a test is not the engine
fn keep(name: &str, svg: &Svg) {
    if let Ok(folder) = std::env::var("PLACEWRIGHT_PICTURES") {
        let path = PathBuf::from(folder).join(format!("{name}.svg"));
        std::fs::write(path, svg.as_str()).unwrap();
    }
}

fn check(name: &str, draw: impl Fn(Language) -> Svg, table: impl Fn(Language) -> Vec<Vec<String>>) {
    for language in Language::ALL {
        let svg = draw(language);
        keep(&format!("{name}-{}", language.tag()), &svg);
        assert_eq!(svg, draw(language), "{name} is not the same twice");
        assert!(svg.as_str().contains("<title>") && svg.as_str().contains("<desc>"));
        assert!(svg.description().len() > 30, "{}", svg.description());
        let table = table(language);
        assert!(table.len() > 3, "{name} has a table");
        assert!(table.iter().all(|row| row.len() == table[0].len()));
    }
}

#[test]
fn every_picture_is_the_same_twice_and_has_a_table() {
    let (tested, report) = tested();
    let plot = CalibrationPlot::new(&report, "U3", under_three(), source()).unwrap();
    check(
        "calibration",
        |it| plot.svg(it).unwrap(),
        |it| plot.table(it),
    );
    let past = PastEditions::of(&tested, "TOTAL", "U3").unwrap();
    let past = PastEditionsChart::ours(&past, past_names()).unwrap();
    check(
        "past-editions",
        |it| past.svg(it).unwrap(),
        |it| past.table(it),
    );
    let births = births();
    check(
        "official-editions",
        |it| births.svg(it).unwrap(),
        |it| births.table(it),
    );
    let errors = AreaErrors::new(&report, "U3", &names(), under_three(), source()).unwrap();
    check(
        "area-errors",
        |it| errors.svg(it).unwrap(),
        |it| errors.table(it),
    );
    assert!(
        errors
            .png(Language::German)
            .unwrap()
            .starts_with(b"\x89PNG")
    );
}

#[test]
fn the_words_of_the_pictures_read_like_this() {
    let (tested, report) = tested();
    let plot = CalibrationPlot::new(&report, "U3", under_three(), source()).unwrap();
    let past = PastEditions::of(&tested, "TOTAL", "U3").unwrap();
    let past = PastEditionsChart::ours(&past, past_names()).unwrap();
    let errors = AreaErrors::new(&report, "U3", &names(), under_three(), source()).unwrap();
    let words = |svg: Svg| format!("{}\n{}", svg.title(), svg.description());
    let all = [
        words(plot.svg(Language::German).unwrap()),
        words(plot.svg(Language::English).unwrap()),
        words(past.svg(Language::German).unwrap()),
        words(births().svg(Language::German).unwrap()),
        words(births().svg(Language::English).unwrap()),
        words(errors.svg(Language::German).unwrap()),
    ];
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn the_table_of_past_editions_tells_each_error() {
    let table = births().table(Language::English);
    assert_eq!(
        table[0],
        [
            "edition",
            "year",
            "expected",
            "80 % band",
            "came",
            "error %"
        ]
    );
    let of_2025: Vec<&Vec<String>> = table.iter().filter(|row| row[1] == "2025").collect();
    assert_eq!(
        of_2025[0],
        &["2016", "2025", "6,000", "", "3,890", "54.2"].map(str::to_owned)
    );
    assert_eq!(of_2025.len(), 2);
}

#[test]
fn a_map_of_errors_takes_the_tenths_of_a_percent_of_the_report() {
    let (_, report) = tested();
    let values = AreaValues::errors(&report, "U3", errors_title()).unwrap();
    let wape = report
        .areas
        .iter()
        .find(|area| area.area == "n07" && area.group == "U3")
        .and_then(|area| area.wape)
        .unwrap();
    let expected = (1_000.0 * wape).round() / 10.0;
    assert_eq!(values.value("n07"), AreaValue::Published(expected));
    assert_eq!(values.value("elsewhere"), AreaValue::Missing);
    let outlines = (0..30).map(|area| {
        let (x, y) = (
            13.6 + 0.02 * f64::from(area % 6),
            51.0 + 0.0126 * f64::from(area / 6),
        );
        AreaOutline {
            code: format!("n{area:02}"),
            label: same(&format!("Viertel {area:02}")),
            outline: vec![
                (x, y),
                (x + 0.02, y),
                (x + 0.02, y + 0.0126),
                (x, y + 0.0126),
            ],
        }
    });
    let map = AreaMap::new(outlines.collect(), values, source()).unwrap();
    for language in Language::ALL {
        let svg = map.svg(language).unwrap();
        keep(&format!("error-map-{}", language.tag()), &svg);
    }
}

#[test]
fn groups_and_editions_that_are_not_there_are_refused() {
    let (_, report) = tested();
    let unknown = |error: ChartError| assert_eq!(error.code(), "E8102");
    unknown(CalibrationPlot::new(&report, "H", same("H"), source()).unwrap_err());
    unknown(AreaErrors::new(&report, "H", &names(), same("H"), source()).unwrap_err());
    unknown(AreaValues::errors(&report, "H", same("t")).unwrap_err());
    let nothing = EditionHistory::default();
    let error = PastEditionsChart::official(&nothing, "births", past_names()).unwrap_err();
    assert_eq!(error.code(), "E8101");
}
