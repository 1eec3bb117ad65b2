//! Children displaced by closings are placed again by the matching engine.
//!
//! A child is displaced if its contract lasts beyond the last day of a facility that the scenario
//! closes. Closings are looked at month by month in the order of time. The children of a month take
//! part in one city-wide round of `matching`: their wishes are the facilities of their care type from
//! the nearest to the farthest within the longest way, those where a brother or sister is cared for
//! first. A child gets a place only if its whole stay fits, in hours and in every month, beside all
//! contracts, offers and blocked places that the city knows and all children placed before: nobody
//! else's place is taken. Ahead in line is who has a brother or sister there, then the older child,
//! then the smaller key; providers may still decide otherwise.
//!
//! Wishes beyond the nearest eight are looked at only for children whom those do not give a place, and
//! for families who are not together yet: this never changes who gets what, it saves time.

mod checker;
mod confidential;
mod displaced;
mod market;
mod wave;

use std::collections::{BTreeMap, BTreeSet};

use domain::{Facility, InputProblem, Month, MonthRange};
use matching::SuggestionError;
use tables::City;

use crate::apply::{self, Counting};
use crate::contracts::Contracts;
use crate::districts::Districts;
use crate::error::ScenarioError;
use crate::fits;
use crate::planning::PlanRequest;
use crate::spec::ScenarioSpec;
use crate::travel::TravelTimes;

pub use checker::{ReplacementFault, check_replacement};
pub use confidential::{
    ConfidentialReplacement, MediationReplacement, REPLACEMENT_TABLE, ReleasedReplacement,
};

use displaced::Displaced;
use market::Market;

/// Why a displaced child found no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOver {
    /// Nothing is known of the way from its home area.
    WayUnknown,
    /// No open facility within the longest way offers its care type.
    NothingInReach,
    /// Age or hours fit none of those that do.
    AgeOrHours,
    /// None of them has a free place on the first day.
    NoFreePlace,
    /// A place is free on the first day, but nowhere for the whole stay.
    NotForWholeStay,
    /// Places were free for the whole stay; children ahead in line took them.
    OthersAhead,
    /// It may only be where its brothers and sisters are.
    SiblingsRule,
    /// It has a contract elsewhere that begins later: only the time until then is open, and a person
    /// has to bridge it.
    UntilNextContract,
}

impl LeftOver {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::WayUnknown,
        Self::NothingInReach,
        Self::AgeOrHours,
        Self::NoFreePlace,
        Self::NotForWholeStay,
        Self::OthersAhead,
        Self::SiblingsRule,
        Self::UntilNextContract,
    ];

    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WayUnknown => "way_unknown",
            Self::NothingInReach => "nothing_in_reach",
            Self::AgeOrHours => "age_or_hours",
            Self::NoFreePlace => "no_free_place",
            Self::NotForWholeStay => "not_for_whole_stay",
            Self::OthersAhead => "others_ahead",
            Self::SiblingsRule => "siblings_rule",
            Self::UntilNextContract => "until_next_contract",
        }
    }

    /// The German words for pages.
    #[must_use]
    pub const fn german(self) -> &'static str {
        match self {
            Self::WayUnknown => "Weg unbekannt",
            Self::NothingInReach => "keine passende Einrichtung erreichbar",
            Self::AgeOrHours => "Alter oder Stunden passen nicht",
            Self::NoFreePlace => "kein Platz frei",
            Self::NotForWholeStay => "kein Platz für die ganze Dauer",
            Self::OthersAhead => "Plätze gingen an Kinder davor",
            Self::SiblingsRule => "nur zusammen mit Geschwistern",
            Self::UntilNextContract => "nur bis zum nächsten Vertrag",
        }
    }

    /// The English words for pages.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::WayUnknown => "way unknown",
            Self::NothingInReach => "no suitable facility in reach",
            Self::AgeOrHours => "age or hours do not fit",
            Self::NoFreePlace => "no free place",
            Self::NotForWholeStay => "no place for the whole stay",
            Self::OthersAhead => "places went to children ahead",
            Self::SiblingsRule => "only with brothers and sisters",
            Self::UntilNextContract => "only until the next contract",
        }
    }
}

/// What becomes of a displaced child.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplacementOutcome {
    /// It is placed.
    Placed {
        /// Where.
        facility: domain::FacilityId,
        /// Minutes of one way.
        minutes: f64,
    },
    /// It finds no place.
    LeftOver(LeftOver),
    /// Its care ends by age on the closing at the latest, though the contract names no end.
    CareEnds,
}

/// Why displaced children could not be placed again.
#[derive(Debug, thiserror::Error)]
pub enum ReplacementError {
    /// The scenario cannot be planned.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The matching engine refused its inputs, which is a defect.
    #[error("the rows for the matching engine contradict each other ({}); report this", first(.0))]
    Rows(Vec<InputProblem>),
    /// The round could not be run.
    #[error(transparent)]
    Round(#[from] SuggestionError),
    /// The gate of the matching engine refused the round; nothing is told of it.
    #[error(
        "the placements of {month} did not pass the gate of the matching engine ({code} and {more} more); nothing was kept, report this"
    )]
    NotPublishable {
        /// Month of the round.
        month: Month,
        /// Code of the first reason.
        code: &'static str,
        /// How many more.
        more: usize,
    },
}

fn first(problems: &[InputProblem]) -> String {
    problems
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// Places every child again whom the closings of a scenario displace.
///
/// The same inputs give the same result, whatever the order of rows and the number of threads.
///
/// # Errors
///
/// [`ReplacementError`]; [`ScenarioError::Input`] inside it with everything that does not fit the city.
pub fn replace_displaced(
    city: &City,
    spec: &ScenarioSpec,
    request: &PlanRequest,
    times: &TravelTimes,
) -> Result<ConfidentialReplacement, ReplacementError> {
    let after = city_after(city, spec, request)?;
    let contracts = Contracts::known_on(city, request.known_on).map_err(ScenarioError::from)?;
    let closed = displaced::closed_by(city, &after).map_err(ScenarioError::from)?;
    let all = displaced::displaced(&contracts, &closed);
    let facilities = after.facilities().map_err(ScenarioError::from)?.into_iter();
    let facilities: BTreeMap<String, Facility> =
        facilities.map(|it| (it.id().to_string(), it)).collect();
    let mut result = ConfidentialReplacement::new(spec.travel(), times);
    let seeking: Vec<&Displaced> = all.iter().filter(|it| it.seeks()).collect();
    for child in &all {
        if let Some(outcome) = &child.settled {
            result.push(child, times, &facilities, outcome.clone());
        }
    }
    let Some(months) = months_of(&seeking) else {
        return Ok(result);
    };
    let mut market = Market::new(&after, request, months, times, spec.travel())?;
    let mut waves: BTreeMap<Month, Vec<&Displaced>> = BTreeMap::new();
    for child in seeking {
        waves
            .entry(Month::of(child.first_day))
            .or_default()
            .push(child);
    }
    let mut settled = Settled::of(&contracts, &closed, &all);
    for (month, children) in waves {
        let outcomes = market.place(month, &children, &settled)?;
        for (child, outcome) in children.iter().zip(outcomes) {
            if let ReplacementOutcome::Placed { facility, .. } = &outcome {
                settled.add(child, facility.as_str());
            }
            result.push(child, times, &facilities, outcome);
        }
    }
    result.sort();
    Ok(result)
}

/// The city after the measures of a scenario.
fn city_after(
    city: &City,
    spec: &ScenarioSpec,
    request: &PlanRequest,
) -> Result<City, ScenarioError> {
    let districts = Districts::of(city)?;
    let counting = Counting {
        months: spec.months(),
        known_on: request.known_on,
        staffing: &request.staffing,
    };
    let baseline = counting.cube(city)?;
    let lines = fits::check(city, spec, &districts, &baseline, &request.staffing)?;
    let applied = apply::apply(city, spec, &districts, &counting, &lines)?;
    Ok(applied.city.unwrap_or_else(|| city.clone()))
}

/// The months that the stays of these children may take; `None` without children.
fn months_of(children: &[&Displaced]) -> Option<MonthRange> {
    let first = children.iter().map(|it| Month::of(it.first_day)).min()?;
    let last = children
        .iter()
        .map(|it| Month::of(it.expected_end()))
        .max()?;
    let count = usize::try_from(last.since(first) + 1).unwrap_or(1).max(1);
    Some(MonthRange::new(first, count))
}

/// Where children of a household are cared for who are not displaced, or were placed again before.
struct Settled {
    /// By household: facility, first and last day.
    stays: BTreeMap<String, BTreeSet<(String, i32, i32)>>,
}

impl Settled {
    fn of(
        contracts: &Contracts,
        closed: &BTreeMap<String, jiff::civil::Date>,
        displaced: &[Displaced],
    ) -> Self {
        let households: BTreeSet<&str> = displaced.iter().map(|it| it.household.as_str()).collect();
        let mut stays: BTreeMap<String, BTreeSet<(String, i32, i32)>> = BTreeMap::new();
        for contract in contracts.iter() {
            if households.contains(contract.household.as_str()) {
                let closes = closed.get(&contract.facility);
                let closes = closes.map_or(i32::MAX, |day| domain::epoch_days(*day));
                let stay = (
                    contract.facility.clone(),
                    contract.first_day,
                    contract.expected_last_day().min(closes),
                );
                stays
                    .entry(contract.household.clone())
                    .or_default()
                    .insert(stay);
            }
        }
        Self { stays }
    }

    fn add(&mut self, child: &Displaced, facility: &str) {
        let stay = (
            facility.to_owned(),
            domain::epoch_days(child.first_day),
            domain::epoch_days(child.expected_end()),
        );
        self.stays
            .entry(child.household.clone())
            .or_default()
            .insert(stay);
    }

    /// Facilities where a child of a household is cared for on a day.
    fn houses(&self, household: &str, day: i32) -> BTreeSet<&str> {
        let stays = self.stays.get(household).into_iter().flatten();
        let there = stays.filter(|(_, first, last)| (*first..=*last).contains(&day));
        there.map(|(facility, ..)| facility.as_str()).collect()
    }
}
