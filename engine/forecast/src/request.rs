//! What is asked for, and why it can be refused.

use domain::InputProblem;

use crate::age::{AgeClass, AgeError, AgeGroup, refuse_twins};
use crate::input::areas::{AreaTree, Areas};
use crate::input::births::Births;
use crate::input::population::Population;
use crate::interval::series::Members;
use crate::model::history::{FEWEST_STEPS, History};
use crate::model::newborns;
use crate::model::rolling::FEWEST_YEARS;

/// Most years ahead that can be asked for.
pub const LONGEST_HORIZON: usize = 50;

/// A forecast to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastRequest {
    /// Years ahead, 1 to [`LONGEST_HORIZON`].
    pub horizon: usize,
    /// Last year that may be looked at; `None` for the last year of the table.
    pub origin_year: Option<i32>,
    /// Age groups wanted beside the age classes of the table.
    pub groups: Vec<AgeGroup>,
    /// Years that say nothing about the years to come, such as those of a refugee shock: the step
    /// of the cohorts that ends with the register of such a year does not enter the ratios, neither
    /// of ages nor of the areas' newborns. At least two of the last eight steps must remain.
    pub excluded_years: Vec<i32>,
}

impl Default for ForecastRequest {
    /// Ten years from the last year of the table, no groups, no year excluded.
    fn default() -> Self {
        Self {
            horizon: 10,
            origin_year: None,
            groups: Vec::new(),
            excluded_years: Vec::new(),
        }
    }
}

/// Forecasts to make from several origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BacktestRequest {
    /// First and last year of origin.
    pub origins: std::ops::RangeInclusive<i32>,
    /// Years ahead, 1 to [`LONGEST_HORIZON`].
    pub horizon: usize,
    /// Age groups that are forecast; at least one.
    pub groups: Vec<AgeGroup>,
}

/// Why a forecast or a back-test cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForecastError {
    /// The horizon is outside its limits.
    #[error("a forecast of {horizon} years was asked for; ask for 1 to {LONGEST_HORIZON}")]
    Horizon {
        /// Years asked for.
        horizon: usize,
    },
    /// The origin is not in the table, or too early in it.
    #[error(
        "a forecast from {origin_year} needs that year and three years before it, but the population has {first_year} to {last_year}; choose an origin from {earliest} on that the table has, or add years"
    )]
    Origin {
        /// Origin asked for.
        origin_year: i32,
        /// First year of the population.
        first_year: i32,
        /// Last year of the population.
        last_year: i32,
        /// Earliest possible origin; after `last_year` if the table is too short for any.
        earliest: i32,
    },
    /// The first origin of a back-test is after the last.
    #[error("a back-test from {first} to {last} was asked for; put the earlier year first")]
    Origins {
        /// First origin asked for.
        first: i32,
        /// Last origin asked for.
        last: i32,
    },
    /// A back-test without age groups.
    #[error("a back-test needs at least one age group, such as U3=0-2")]
    NoGroup,
    /// A group begins or ends within an age class.
    #[error(
        "the group {group}={ages} cuts through the age class {class} of the population; move its border, or give the population by finer ages"
    )]
    GroupCutsClass {
        /// Name of the group.
        group: String,
        /// Ages of the group.
        ages: AgeClass,
        /// The class that is cut.
        class: AgeClass,
    },
    /// The population lacks ages of a group.
    #[error(
        "the group {group}={ages} needs the age {missing}, which the population does not have; change the group or add the age"
    )]
    GroupLacksAge {
        /// Name of the group.
        group: String,
        /// Ages of the group.
        ages: AgeClass,
        /// First age that is missing.
        missing: u8,
    },
    /// Two groups have the same name.
    #[error(transparent)]
    Group(#[from] AgeError),
    /// Births are given, but age 0 is not a class of its own.
    #[error(
        "births were given, but the youngest age class is {class}; give age 0 as a class of its own, or leave the births out"
    )]
    BirthsNeedAgeZero {
        /// The youngest class.
        class: AgeClass,
    },
    /// Births and population share too few years.
    #[error(
        "births and population share fewer than three years up to {origin_year}; add years of births, or leave the births out"
    )]
    TooFewBirths {
        /// The origin.
        origin_year: i32,
    },
    /// Too few steps are left to learn ratios from.
    #[error(
        "leaving out {excluded:?} leaves {left} of the last eight steps before {origin_year}; leave out fewer years, two steps must remain"
    )]
    TooManyExcluded {
        /// Years left out.
        excluded: Vec<i32>,
        /// Steps left.
        left: usize,
        /// The origin.
        origin_year: i32,
    },
    /// Paths cannot be simulated like this.
    #[error(
        "paths of ages up to {oldest_age} with the spread {spread} were asked for; ask for an age at or above the oldest of the first class, and a spread from 0 to 10"
    )]
    Paths {
        /// Oldest age asked for.
        oldest_age: u8,
        /// Spread asked for.
        spread: String,
    },
    /// Fans of no path or no group.
    #[error("fans need at least one path and one age group, such as U3=0-2")]
    NoPaths,
    /// The files do not fit together.
    #[error("population, births and areas do not fit together ({} problems); the first: {}", .problems.len(), .problems.first().map(ToString::to_string).unwrap_or_default())]
    Mismatch {
        /// All problems.
        problems: Vec<InputProblem>,
    },
}

/// Joins the files, or says where they do not fit.
pub(crate) fn join(
    population: &Population,
    births: Option<&Births>,
    areas: &Areas,
) -> Result<AreaTree, ForecastError> {
    let mut problems = births.map_or_else(Vec::new, |births| births.check_areas(population));
    match AreaTree::new(population, areas) {
        Ok(tree) if problems.is_empty() => Ok(tree),
        Ok(_) => Err(ForecastError::Mismatch { problems }),
        Err(more) => {
            problems.extend(more);
            Err(ForecastError::Mismatch { problems })
        }
    }
}

/// Number of years that may be looked at from `origin_year`.
pub(crate) fn years_until(
    population: &Population,
    origin_year: i32,
) -> Result<usize, ForecastError> {
    let earliest = population.first_year() + FEWEST_YEARS as i32;
    if (earliest..=population.last_year()).contains(&origin_year) {
        return Ok((origin_year - population.first_year() + 1).unsigned_abs() as usize);
    }
    Err(ForecastError::Origin {
        origin_year,
        first_year: population.first_year(),
        last_year: population.last_year(),
        earliest,
    })
}

pub(crate) fn check_horizon(horizon: usize) -> Result<(), ForecastError> {
    if (1..=LONGEST_HORIZON).contains(&horizon) {
        Ok(())
    } else {
        Err(ForecastError::Horizon { horizon })
    }
}

/// Refuses births that cannot be used from the origin of `history`.
pub(crate) fn check_births(
    population: &Population,
    history: &History<'_>,
    origin_year: i32,
) -> Result<(), ForecastError> {
    if history.births().is_none() {
        return Ok(());
    }
    match population.classes().first() {
        Some(class) if class.last() > 0 => Err(ForecastError::BirthsNeedAgeZero { class: *class }),
        _ if newborns::births_suffice(history) => Ok(()),
        _ => Err(ForecastError::TooFewBirths { origin_year }),
    }
}

/// Refuses exclusions that leave nothing to learn from.
pub(crate) fn check_excluded(
    history: &History<'_>,
    excluded: &[i32],
    origin_year: i32,
) -> Result<(), ForecastError> {
    let left = history.steps_left();
    if excluded.is_empty() || left >= FEWEST_STEPS {
        return Ok(());
    }
    Err(ForecastError::TooManyExcluded {
        excluded: excluded.to_vec(),
        left,
        origin_year,
    })
}

/// The classes of each group.
pub(crate) fn group_members(
    classes: &[AgeClass],
    groups: &[AgeGroup],
) -> Result<Vec<Members>, ForecastError> {
    refuse_twins(groups)?;
    groups.iter().map(|group| members(classes, group)).collect()
}

fn members(classes: &[AgeClass], group: &AgeGroup) -> Result<Members, ForecastError> {
    let ages = group.ages();
    let touches = |class: &AgeClass| class.first() <= ages.last() && class.last() >= ages.first();
    let from = classes.iter().position(touches).unwrap_or(classes.len());
    let to = classes
        .iter()
        .rposition(touches)
        .map_or(from, |last| last + 1);
    let mut missing = ages.first();
    for &class in &classes[from..to] {
        if class.first() < ages.first() || class.last() > ages.last() {
            return Err(ForecastError::GroupCutsClass {
                group: group.name().to_owned(),
                ages,
                class,
            });
        }
        if class.first() > missing {
            break;
        }
        missing = class.last() + 1;
    }
    if missing <= ages.last() {
        return Err(ForecastError::GroupLacksAge {
            group: group.name().to_owned(),
            ages,
            missing,
        });
    }
    Ok(from..to)
}
