//! Rolling-origin forecasts of two real regions stay as good as they were measured.

use forecast::{
    AgeGroup, Areas, Backtest, BacktestRequest, ForecastRequest, Level, Population, Score,
    backtest, forecast, scores, scores_where,
};

use crate::shared;

fn run(population: &Population, areas: &Areas, groups: &str, first: i32, last: i32) -> Backtest {
    let request = BacktestRequest {
        origins: first..=last,
        horizon: 5,
        groups: AgeGroup::parse_list(groups).unwrap(),
    };
    let result = backtest(population, None, areas, &request).unwrap();
    for score in scores(&result) {
        println!("{}", line(&score));
    }
    for horizon in [1, 3, 5] {
        for score in scores_where(&result, |row| {
            row.horizon == horizon && row.level == Level::Leaf
        }) {
            println!("horizon {horizon} {}", line(&score));
        }
    }
    result
}

fn line(score: &Score) -> String {
    format!(
        "{:?} {:3} n {:6} WAPE {:.4} bias {:+.4} cover {:.3} {:.3} WIS {:.3}",
        score.level,
        score.group,
        score.forecasts,
        score.wape.unwrap_or(f64::NAN),
        score.bias.unwrap_or(f64::NAN),
        score.coverage80,
        score.coverage95,
        score.weighted_interval_score
    )
}

fn of(scores: &[Score], level: Level, group: &str) -> Score {
    scores
        .iter()
        .find(|score| score.level == level && score.group == group)
        .unwrap()
        .clone()
}

/// Largest leaf WAPE, and bounds of the coverage of the 80 % interval, by group.
fn check(scores: &[Score], bounds: &[(&str, f64)]) {
    for (group, most) in bounds {
        let score = of(scores, Level::Leaf, group);
        let wape = score.wape.unwrap();
        assert!(wape <= *most, "{group}: leaf WAPE {wape} above {most}");
        assert!(
            (0.74..=0.86).contains(&score.coverage80),
            "{group}: {}",
            score.coverage80
        );
        assert!(
            (0.91..=0.975).contains(&score.coverage95),
            "{group}: {}",
            score.coverage95
        );
    }
}

#[test]
fn norway_is_forecast_better_than_by_plain_cohort_ratios() {
    let Some((population, areas)) = shared::norway() else {
        return;
    };
    let result = run(&population, &areas, "U3=0-2,K=3-5,H=6-9", 2014, 2019);
    // Plain Hamilton-Perry on the same origins: 5.45, 2.97 and 1.96 %.
    check(
        &scores(&result),
        &[("U3", 0.0475), ("K", 0.0260), ("H", 0.0177)],
    );
}

#[test]
fn berlin_is_forecast_better_than_by_plain_cohort_ratios() {
    let Some((population, areas)) = shared::berlin() else {
        return;
    };
    let result = run(&population, &areas, "U3=0-2,K=3-5", 2009, 2012);
    // Plain Hamilton-Perry on the same origins: 9.59 and 9.47 %.
    check(&scores(&result), &[("U3", 0.0845), ("K", 0.0778)]);
}

#[test]
fn every_age_of_norway_is_forecast_thirty_years_ahead() {
    let Some((population, areas)) = shared::norway() else {
        return;
    };
    let request = ForecastRequest {
        horizon: 30,
        groups: AgeGroup::parse_list("U3=0-2,K=3-5").unwrap(),
        ..ForecastRequest::default()
    };
    let result = forecast(&population, None, &areas, &request).unwrap();
    assert_eq!(result.rows_by_age().count(), (328 + 13 + 1) * 30 * 50);
    assert!(
        result
            .rows_by_age()
            .all(|row| row.point.mean.is_finite() && row.point.mean >= 0.0)
    );
    let city = result.fan("_total", "U3").unwrap();
    assert!(
        city.iter()
            .all(|point| (80_000.0..350_000.0).contains(&point.mean))
    );
}
