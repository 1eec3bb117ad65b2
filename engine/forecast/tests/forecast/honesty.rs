//! The honesty report and its model card.

use forecast::{
    AgeGroup, Areas, Backtest, BacktestRequest, BacktestRow, BreakRule, FanPoint, HonestyReport,
    Level, ModelCard, PageLanguage, PastEditions, Population, Verdict, backtest, find_breaks,
    find_preferred_ages, find_rounding, scores,
};
use proptest::prelude::*;

use crate::shared;
use crate::tables::small_city;

fn request(origins: std::ops::RangeInclusive<i32>, groups: &str) -> BacktestRequest {
    BacktestRequest {
        origins,
        horizon: 3,
        groups: AgeGroup::parse_list(groups).unwrap(),
    }
}

fn small() -> (Population, Areas, BacktestRequest) {
    let (rows, areas) = small_city();
    (rows.population(), areas, request(2021..=2024, "U3=0-2"))
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_report_reads_like_this() {
    let (population, _, request) = small();
    // Forecasts made up, so that the page changes only when its words or figures do.
    let mut rows = Vec::new();
    for origin in 2016..2022 {
        for horizon in 1..=2 {
            let stray = f64::from((origin * 7 + horizon * 5) % 23 - 11);
            let mut leaf = row(origin, horizon as usize, 100.0, Some(100.0 + stray));
            rows.push(leaf.clone());
            leaf.level = Level::Total;
            leaf.area = "TOTAL".to_owned();
            rows.push(leaf);
        }
    }
    let tested = Backtest { rows };
    let mut card = ModelCard::new(&population, &request);
    let breaks = find_breaks(&population, BreakRule::default());
    card.warn_of_register(&breaks, None, &[], &[]);
    card.limit("Nur ein Beispiel", "An example only");
    let report = HonestyReport::new(&tested, card).unwrap();
    insta::assert_snapshot!(
        "honesty_page_german",
        text(|target| report.write_markdown(target, PageLanguage::German))
    );
    insta::assert_snapshot!(
        "honesty_page_english",
        text(|target| report.write_markdown(target, PageLanguage::English))
    );
    insta::assert_snapshot!("honesty_table", text(|target| report.write_csv(target)));
    let json: serde_json::Value = serde_json::from_str(&text(|t| report.write_json(t))).unwrap();
    assert_eq!(json["card"]["first_origin"], 2021);
    assert_eq!(json["rows"].as_array().unwrap().len(), report.rows.len());
    assert!(text(|target| report.write_area_csv(target)).starts_with("group,area,forecasts,"));
}

#[test]
fn the_rows_of_all_horizons_are_the_scores_and_the_medians_share_is_counted() {
    let (population, areas, request) = small();
    let tested = backtest(&population, None, &areas, &request).unwrap();
    let report = HonestyReport::new(&tested, ModelCard::new(&population, &request)).unwrap();
    for score in scores(&tested) {
        let row = report.row(score.level, &score.group, None).unwrap();
        assert_eq!(row.score, score);
        assert_eq!((row.origins, row.verdict), (4, Verdict::TooFewOrigins));
        let single: usize = (1..=3)
            .map(|horizon| {
                report
                    .row(score.level, "U3", Some(horizon))
                    .unwrap()
                    .score
                    .forecasts
            })
            .sum();
        assert_eq!(single, score.forecasts);
    }
    assert_eq!(report.areas.len(), 4);
    assert_eq!(report.groups(), ["U3"]);
}

fn row(origin_year: i32, horizon: usize, mean: f64, outcome: Option<f64>) -> BacktestRow {
    let point = FanPoint {
        year: origin_year + horizon as i32,
        mean,
        q025: mean - 20.0,
        q10: mean - 10.0,
        q50: mean,
        q90: mean + 10.0,
        q975: mean + 20.0,
    };
    BacktestRow {
        origin_year,
        horizon,
        area: "a".to_owned(),
        level: Level::Leaf,
        group: "K".to_owned(),
        point,
        observed: outcome,
    }
}

fn card() -> ModelCard {
    let (population, _, request) = small();
    ModelCard::new(&population, &request)
}

#[test]
fn verdicts_and_calibration_are_those_reckoned_by_hand() {
    let strays = [-25.0, -15.0, -5.0, 0.0, 5.0, 5.0, 5.0, 5.0, 15.0, 25.0];
    let rows = (0..10).map(|n| row(2000 + n, 1, 100.0, Some(100.0 + strays[n as usize])));
    let report = HonestyReport::new(
        &Backtest {
            rows: rows.collect(),
        },
        card(),
    )
    .unwrap();
    let all = &report.rows[0];
    assert_eq!((all.score.coverage80, all.score.coverage95), (0.6, 0.8));
    assert_eq!((all.origins, all.verdict), (10, Verdict::TooNarrow));
    let achieved: Vec<f64> = report
        .calibration
        .iter()
        .map(|point| point.achieved)
        .collect();
    assert_eq!(achieved, [0.1, 0.2, 0.35, 0.8, 0.9]);
    assert_eq!(report.areas[0].mean_outcome, 101.5);
    assert_eq!(report.areas[0].wape, Some(105.0 / 1015.0));
    assert_eq!(report.areas[0].bias, Some(-15.0 / 1015.0));
    let wide = (0..10).map(|n| row(2000 + n, 1, 100.0, Some(100.0)));
    let report = HonestyReport::new(
        &Backtest {
            rows: wide.collect(),
        },
        card(),
    )
    .unwrap();
    assert_eq!(report.rows[0].verdict, Verdict::TooWide);
}

#[test]
fn a_back_test_without_outcomes_has_no_report() {
    let rows = vec![row(2020, 1, 5.0, None)];
    let error = HonestyReport::new(&Backtest { rows }, card()).unwrap_err();
    assert_eq!(error.code(), "E4115");
    assert!(error.to_string().contains("none of the 1 forecasts"));
}

#[test]
fn past_editions_hold_every_origin_and_the_outcomes() {
    let (population, areas, request) = small();
    let tested = backtest(&population, None, &areas, &request).unwrap();
    let past = PastEditions::of(&tested, "TOTAL", "U3").unwrap();
    let origins: Vec<i32> = past
        .editions
        .iter()
        .map(|edition| edition.origin_year)
        .collect();
    assert_eq!(origins, [2021, 2022, 2023, 2024]);
    assert!(
        past.editions
            .iter()
            .all(|edition| edition.points.len() == 3)
    );
    assert_eq!(
        past.outcomes
            .iter()
            .map(|(year, _)| *year)
            .collect::<Vec<_>>(),
        [2022, 2023, 2024, 2025]
    );
    assert_eq!(PastEditions::of(&tested, "nowhere", "U3"), None);
}

proptest! {
    #[test]
    fn shares_of_a_report_are_shares(outcomes in prop::collection::vec(0.0..300.0_f64, 1..40)) {
        let rows = outcomes.iter().zip(0..).map(|(outcome, n)| row(2000 + n % 7, 1 + (n % 3) as usize, 100.0, Some(*outcome)));
        let report = HonestyReport::new(&Backtest { rows: rows.collect() }, card()).unwrap();
        for point in &report.calibration {
            prop_assert!((0.0..=1.0).contains(&point.achieved));
        }
        prop_assert!(report.calibration.windows(2).all(|pair| pair[0].achieved <= pair[1].achieved));
        let counted: usize = report.rows.iter().filter(|row| row.horizon.is_some()).map(|row| row.score.forecasts).sum();
        prop_assert_eq!(counted, outcomes.len());
    }
}

#[test]
fn the_report_of_berlin_is_printed() {
    let Some((population, areas)) = shared::berlin() else {
        return;
    };
    let request = request(2009..=2012, "U3=0-2,K=3-5");
    let tested = backtest(&population, None, &areas, &request).unwrap();
    let mut card = ModelCard::new(&population, &request);
    card.warn_of_register(
        &find_breaks(&population, BreakRule::default()),
        find_rounding(&population).as_ref(),
        &find_preferred_ages(&population),
        &[],
    );
    let report = HonestyReport::new(&tested, card).unwrap();
    println!(
        "{}",
        text(|target| report.write_markdown(target, PageLanguage::English))
    );
    assert!(
        report
            .card
            .warnings
            .iter()
            .any(|warning| warning.en.contains("rounded to 0 or 3"))
    );
    assert_eq!(report.areas.len(), 2 * 375);
}
