//! Forecasts, demand and their past errors as columns, for runs and pages alike.

use domain::{CareType, HoursTier};
use forecast::{
    DemandPoint, DemandView, FanPoint, HonestyReport, Level, MonthlyDemand, PastEditions, Verdict,
};

use crate::sheet::{Sheet, Values};

/// Thousandths: more digits would promise what no forecast holds.
pub(crate) fn thousandths(value: f64) -> Option<f64> {
    Some((value * 1000.0).round() / 1000.0)
}

/// Millionths, for shares.
fn millionths(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

pub(crate) fn texts<T: Into<String>>(values: impl Iterator<Item = T>) -> Values {
    Values::Text(values.map(Into::into).collect())
}

pub(crate) fn whole(values: impl Iterator<Item = i64>) -> Values {
    Values::Whole(values.map(Some).collect())
}

fn shares(values: impl Iterator<Item = Option<f64>>) -> Values {
    Values::Number(values.map(|share| share.map(millionths)).collect())
}

/// How a level is called in columns.
pub(crate) fn level_name(level: Level) -> String {
    match level {
        Level::Total => "total".to_owned(),
        Level::Middle(depth) => format!("level_{depth}"),
        Level::Leaf => "leaf".to_owned(),
    }
}

/// The columns of mean and quantiles.
pub(crate) fn with_fan(sheet: Sheet, points: &[&FanPoint]) -> Sheet {
    let values = |of: fn(&FanPoint) -> f64| {
        Values::Number(points.iter().map(|point| thousandths(of(point))).collect())
    };
    sheet
        .column("mean", values(|point| point.mean))
        .column("q025", values(|point| point.q025))
        .column("q10", values(|point| point.q10))
        .column("q50", values(|point| point.q50))
        .column("q90", values(|point| point.q90))
        .column("q975", values(|point| point.q975))
}

fn with_points(sheet: Sheet, points: &[DemandPoint]) -> Sheet {
    let values = |of: fn(&DemandPoint) -> f64| {
        Values::Number(points.iter().map(|point| thousandths(of(point))).collect())
    };
    sheet
        .column("mean", values(|point| point.mean))
        .column("q025", values(|point| point.q025))
        .column("q10", values(|point| point.q10))
        .column("q50", values(|point| point.q50))
        .column("q90", values(|point| point.q90))
        .column("q975", values(|point| point.q975))
}

/// Places needed by view, area, care type (`all` is their sum) and month; of one area only if it is
/// given. Empty for an area the demand does not have.
pub(crate) fn places(demand: &MonthlyDemand, views: &[DemandView], area: Option<&str>) -> Sheet {
    let (mut keys, mut points) = (Vec::new(), Vec::new());
    let areas = demand.areas().iter();
    let areas: Vec<&str> = areas
        .map(|it| it.code.as_str())
        .filter(|code| area.is_none_or(|area| area == *code))
        .collect();
    for view in views {
        for code in &areas {
            for care in CareType::ALL.map(Some).into_iter().chain([None]) {
                let name = care.map_or("all", CareType::as_str);
                for point in demand.fan(*view, code, care).into_iter().flatten() {
                    keys.push((view.as_str(), *code, name));
                    points.push(point);
                }
            }
        }
    }
    let sheet = Sheet::default()
        .column("view", texts(keys.iter().map(|key| key.0)))
        .column("area", texts(keys.iter().map(|key| key.1)))
        .column("care_type", texts(keys.iter().map(|key| key.2)))
        .column(
            "month",
            texts(points.iter().map(|point| point.month.to_string())),
        );
    with_points(sheet, &points)
}

/// Places of the whole city by care type, contracted hours and month, by area of care; no rows where
/// hours are not known.
pub(crate) fn hours(demand: &MonthlyDemand) -> Sheet {
    let (mut keys, mut points) = (Vec::new(), Vec::new());
    for care in CareType::ALL {
        for tier in HoursTier::ALL {
            for month in demand.months().iter() {
                if let Some(point) = demand.hours(care, tier, month) {
                    keys.push((care.as_str(), tier.label()));
                    points.push(point);
                }
            }
        }
    }
    let sheet = Sheet::default()
        .column("care_type", texts(keys.iter().map(|key| key.0)))
        .column("hours", texts(keys.iter().map(|key| key.1)))
        .column(
            "month",
            texts(points.iter().map(|point| point.month.to_string())),
        );
    with_points(sheet, &points)
}

/// Error, bias and coverage by level, group and years ahead; 0 years ahead stands for all together.
pub(crate) fn scores(report: &HonestyReport) -> Sheet {
    let rows = || report.rows.iter();
    let ahead = |horizon: Option<usize>| horizon.map_or(0, |years| years as i64);
    Sheet::default()
        .column(
            "level",
            texts(rows().map(|row| level_name(row.score.level))),
        )
        .column("group", texts(rows().map(|row| row.score.group.as_str())))
        .column("horizon", whole(rows().map(|row| ahead(row.horizon))))
        .column("origins", whole(rows().map(|row| row.origins as i64)))
        .column(
            "forecasts",
            whole(rows().map(|row| row.score.forecasts as i64)),
        )
        .column("wape", shares(rows().map(|row| row.score.wape)))
        .column("bias", shares(rows().map(|row| row.score.bias)))
        .column(
            "coverage80",
            shares(rows().map(|row| Some(row.score.coverage80))),
        )
        .column(
            "coverage95",
            shares(rows().map(|row| Some(row.score.coverage95))),
        )
        .column(
            "weighted_interval_score",
            shares(rows().map(|row| Some(row.score.weighted_interval_score))),
        )
        .column("verdict", texts(rows().map(|row| verdict(row.verdict))))
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Right => "right",
        Verdict::TooNarrow => "too_narrow",
        Verdict::TooWide => "too_wide",
        Verdict::TooFewOrigins => "too_few_origins",
    }
}

/// Share of outcomes at or below each quantile.
pub(crate) fn calibration(report: &HonestyReport) -> Sheet {
    let points = || report.calibration.iter();
    Sheet::default()
        .column(
            "level",
            texts(points().map(|point| level_name(point.level))),
        )
        .column("group", texts(points().map(|point| point.group.as_str())))
        .column(
            "quantile",
            shares(points().map(|point| Some(point.nominal))),
        )
        .column(
            "outcomes_below",
            shares(points().map(|point| Some(point.achieved))),
        )
        .column("cases", whole(points().map(|point| point.cases as i64)))
}

/// How far the forecasts of each smallest area strayed.
pub(crate) fn area_errors(report: &HonestyReport) -> Sheet {
    let areas = || report.areas.iter();
    Sheet::default()
        .column("group", texts(areas().map(|area| area.group.as_str())))
        .column("area", texts(areas().map(|area| area.area.as_str())))
        .column(
            "forecasts",
            whole(areas().map(|area| area.forecasts as i64)),
        )
        .column(
            "mean_outcome",
            Values::Number(areas().map(|area| thousandths(area.mean_outcome)).collect()),
        )
        .column("wape", shares(areas().map(|area| area.wape)))
        .column("bias", shares(areas().map(|area| area.bias)))
}

/// Earlier forecasts of the same method, with what came where it is known.
pub(crate) fn editions(past: &[PastEditions]) -> Sheet {
    let mut keys: Vec<(&str, &str, i32)> = Vec::new();
    let (mut points, mut came) = (Vec::new(), Vec::new());
    for one in past {
        for edition in &one.editions {
            for point in &edition.points {
                let outcome = one.outcomes.iter().find(|(year, _)| *year == point.year);
                keys.push((&one.area, &one.group, edition.origin_year));
                came.push(outcome.and_then(|(_, value)| thousandths(*value)));
                points.push(point);
            }
        }
    }
    let sheet = Sheet::default()
        .column("area", texts(keys.iter().map(|key| key.0)))
        .column("group", texts(keys.iter().map(|key| key.1)))
        .column(
            "origin_year",
            whole(keys.iter().map(|key| i64::from(key.2))),
        )
        .column(
            "year",
            whole(points.iter().map(|point| i64::from(point.year))),
        );
    with_fan(sheet, &points).column("observed", Values::Number(came))
}
