//! The forecast itself: children of every area, by age class and age group.

use std::io::Write;

use crate::engine;
use crate::fan::FanPoint;
use crate::input::areas::{Area, Areas};
use crate::input::births::Births;
use crate::input::population::Population;
use crate::interval::series::Members;
use crate::model::history::History;
use crate::request::{self, ForecastError, ForecastRequest};
use crate::warnings::{self, ForecastWarning};

/// Children by area, age and year, with intervals.
///
/// Holds every area of every level and their sum `_total`, for every age class of the population
/// and every group asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    origin_year: i32,
    horizon: usize,
    areas: Vec<Area>,
    /// Age classes first, then groups.
    labels: Vec<String>,
    classes: usize,
    /// The classes of each series.
    members: Vec<Members>,
    /// In the order series, area, year.
    fans: Vec<Vec<FanPoint>>,
    first_year: i32,
    /// In the order series, year, area.
    observed: Vec<Vec<Vec<f64>>>,
    warnings: Vec<ForecastWarning>,
}

/// One row of a forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForecastRow<'a> {
    /// Area code, or `_total`.
    pub area: &'a str,
    /// Age class as in the population, or name of the group.
    pub label: &'a str,
    /// The values, with the year.
    pub point: FanPoint,
}

/// Forecasts the population by area and age.
///
/// # Errors
///
/// [`ForecastError`]; nothing is computed then.
pub fn forecast(
    population: &Population,
    births: Option<&Births>,
    areas: &Areas,
    request: &ForecastRequest,
) -> Result<Forecast, ForecastError> {
    request::check_horizon(request.horizon)?;
    let origin_year = request.origin_year.unwrap_or(population.last_year());
    let years = request::years_until(population, origin_year)?;
    let groups = request::group_members(population.classes(), &request.groups)?;
    let tree = request::join(population, births, areas)?;
    let history = History::new(population, births, &tree, years).without(&request.excluded_years);
    request::check_births(population, &history, origin_year)?;
    request::check_excluded(&history, &request.excluded_years, origin_year)?;
    let classes = population.classes().len();
    let mut members: Vec<Members> = (0..classes).map(|class| class..class + 1).collect();
    members.extend(groups);
    let fans = engine::fans(population, &history, years, request.horizon, &members);
    let observed = members
        .iter()
        .map(|members| engine::observed(&history, members))
        .collect();
    let ages = population.classes().iter().map(ToString::to_string);
    let names = request.groups.iter().map(|group| group.name().to_owned());
    Ok(Forecast {
        origin_year,
        horizon: request.horizon,
        labels: ages.chain(names).collect(),
        classes,
        members,
        fans: fans.into_iter().flatten().collect(),
        first_year: population.first_year(),
        observed,
        warnings: warnings::find(population, &tree, years),
        areas: tree.areas,
    })
}

impl Forecast {
    /// Last year that was looked at.
    #[must_use]
    pub fn origin_year(&self) -> i32 {
        self.origin_year
    }

    /// Years ahead.
    #[must_use]
    pub fn horizon(&self) -> usize {
        self.horizon
    }

    /// What had to be assumed; empty when the data allowed everything.
    #[must_use]
    pub fn warnings(&self) -> &[ForecastWarning] {
        &self.warnings
    }

    /// Every area: `_total` first, then by depth and code.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// The age classes, from young to old, as labels.
    #[must_use]
    pub fn ages(&self) -> &[String] {
        &self.labels[..self.classes]
    }

    /// The names of the groups asked for.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.labels[self.classes..]
    }

    /// The years ahead of one area and one group or age class; `None` if either is unknown.
    #[must_use]
    pub fn fan(&self, area: &str, group_or_age: &str) -> Option<&[FanPoint]> {
        let (area, series) = self.place(area, group_or_age)?;
        Some(self.of(area, series))
    }

    /// The years up to the origin of one area and one group or age class, as `(year, persons)`;
    /// `None` if either is unknown.
    #[must_use]
    pub fn observed(&self, area: &str, group_or_age: &str) -> Option<Vec<(i32, f64)>> {
        let (area, series) = self.place(area, group_or_age)?;
        let persons = self.observed[series].iter().map(|year| year[area]);
        Some((self.first_year..).zip(persons).collect())
    }

    /// Rows by age class, in the order area, year, age.
    pub fn rows_by_age(&self) -> impl Iterator<Item = ForecastRow<'_>> {
        self.rows(0..self.classes)
    }

    /// Rows by group, in the order area, year, group.
    pub fn rows_by_group(&self) -> impl Iterator<Item = ForecastRow<'_>> {
        self.rows(self.classes..self.labels.len())
    }

    /// Writes `area,year,age,mean,q025,q10,q50,q90,q975`: means with six decimals, which add up
    /// exactly over areas and ages, quantiles with three.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, target: impl Write) -> std::io::Result<()> {
        write(target, "age", self.rows_by_age())
    }

    /// Writes `area,year,group,mean,q025,q10,q50,q90,q975`.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_group_csv(&self, target: impl Write) -> std::io::Result<()> {
        write(target, "group", self.rows_by_group())
    }

    /// Means of the lowest areas, in the order of the areas, by year ahead and class.
    pub(crate) fn leaf_means(&self) -> Vec<Vec<Vec<f64>>> {
        let leaves = (0..self.areas.len()).filter(|area| self.areas[*area].is_leaf);
        let mean = |area: usize, ahead: usize, class: usize| self.of(area, class)[ahead].mean;
        leaves
            .map(|area| {
                let year = |ahead| {
                    (0..self.classes)
                        .map(|class| mean(area, ahead, class))
                        .collect()
                };
                (0..self.horizon).map(year).collect()
            })
            .collect()
    }

    /// The same relative spreads around other means, given like [`Self::leaf_means`]. An area
    /// without spread of its own, because its mean was 0, takes that of its parent.
    pub(crate) fn around(&self, means: &[Vec<Vec<f64>>]) -> Self {
        let mut leaf = 0;
        let lines: Vec<Option<(usize, Vec<usize>)>> = (0..self.areas.len())
            .map(|area| {
                self.areas[area].is_leaf.then(|| {
                    let line = std::iter::successors(Some(area), |area| self.areas[*area].parent);
                    leaf += 1;
                    (leaf - 1, line.collect())
                })
            })
            .collect();
        let mut changed = self.clone();
        for (series, members) in self.members.iter().enumerate() {
            let mut sums = vec![0.0; self.areas.len() * self.horizon];
            for (leaf, line) in lines.iter().flatten() {
                for ahead in 0..self.horizon {
                    let persons: f64 = means[*leaf][ahead][members.clone()].iter().sum();
                    for area in line {
                        sums[area * self.horizon + ahead] += persons;
                    }
                }
            }
            for area in 0..self.areas.len() {
                for ahead in 0..self.horizon {
                    let wanted = sums[area * self.horizon + ahead];
                    let line = std::iter::successors(Some(area), |area| self.areas[*area].parent);
                    let own = line
                        .map(|area| self.of(area, series)[ahead])
                        .find(|point| point.mean > 0.0);
                    let place = area * self.horizon + ahead;
                    let year = changed.fans[series][place].year;
                    let mut point = own.map_or_else(
                        || FanPoint {
                            year,
                            ..changed.fans[series][place]
                        },
                        |point| point.times(wanted / point.mean),
                    );
                    point.mean = wanted;
                    changed.fans[series][place] = point;
                }
            }
        }
        changed
    }

    fn place(&self, area: &str, label: &str) -> Option<(usize, usize)> {
        let area = self.areas.iter().position(|other| other.code == area)?;
        let series = self.labels.iter().position(|other| other == label)?;
        Some((area, series))
    }

    fn of(&self, area: usize, series: usize) -> &[FanPoint] {
        &self.fans[series][area * self.horizon..(area + 1) * self.horizon]
    }

    fn rows(&self, series: Members) -> impl Iterator<Item = ForecastRow<'_>> {
        self.areas
            .iter()
            .enumerate()
            .flat_map(move |(place, area)| {
                let series = series.clone();
                (0..self.horizon).flat_map(move |ahead| {
                    series.clone().map(move |series| ForecastRow {
                        area: &area.code,
                        label: &self.labels[series],
                        point: self.of(place, series)[ahead],
                    })
                })
            })
    }
}

fn write<'a>(
    target: impl Write,
    label: &str,
    rows: impl Iterator<Item = ForecastRow<'a>>,
) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(target);
    writer.write_record([
        "area", "year", label, "mean", "q025", "q10", "q50", "q90", "q975",
    ])?;
    for row in rows {
        let year = row.point.year.to_string();
        let key = [row.area, year.as_str(), row.label];
        let values = row.point.fields();
        writer.write_record(key.into_iter().chain(values.iter().map(String::as_str)))?;
    }
    writer.flush()
}
