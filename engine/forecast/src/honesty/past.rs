//! Earlier forecasts of one area beside what came.

use std::collections::BTreeMap;

use crate::backtest::Backtest;
use crate::fan::FanPoint;

/// One forecast of an area and group from one origin.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct PastEdition {
    /// Last year that was looked at.
    pub origin_year: i32,
    /// The years ahead, in order.
    pub points: Vec<FanPoint>,
}

/// Every forecast of an area and group made in a back-test, with the outcomes known.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct PastEditions {
    /// Area code, or `TOTAL`.
    pub area: String,
    /// Group.
    pub group: String,
    /// Outcomes by year.
    pub outcomes: Vec<(i32, f64)>,
    /// The forecasts, by origin.
    pub editions: Vec<PastEdition>,
}

impl PastEditions {
    /// The editions of an area (`TOTAL` for the city) and group; `None` if the back-test has none.
    #[must_use]
    pub fn of(backtest: &Backtest, area: &str, group: &str) -> Option<Self> {
        let mut editions: BTreeMap<i32, Vec<FanPoint>> = BTreeMap::new();
        let mut outcomes = BTreeMap::new();
        let rows = backtest.rows.iter();
        for row in rows.filter(|row| row.area == area && row.group == group) {
            editions.entry(row.origin_year).or_default().push(row.point);
            if let Some(outcome) = row.observed {
                outcomes.insert(row.point.year, outcome);
            }
        }
        if editions.is_empty() {
            return None;
        }
        let edition = |(origin_year, mut points): (i32, Vec<FanPoint>)| {
            points.sort_by_key(|point| point.year);
            PastEdition {
                origin_year,
                points,
            }
        };
        Some(Self {
            area: area.to_owned(),
            group: group.to_owned(),
            outcomes: outcomes.into_iter().collect(),
            editions: editions.into_iter().map(edition).collect(),
        })
    }
}
