//! Which closures and openings may be chosen, what they cost, and what has to hold afterwards: the
//! sections `[optimise]`, `[constraints]` and `[scoring]`.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CareType, FacilityId};
use jiff::civil::Date;

use super::Opening;
use super::parse::{identifier, opening, optional_number};
use super::section::{Section, Source};
use crate::codes as code;

/// Most EUR of a cost: a hundred billion.
const MOST_EUROS: f64 = 1e11;
/// Most points a criterion may give a facility.
const MOST_POINTS: f64 = 1e6;
/// Most facilities that may be named as candidates.
const MOST_CANDIDATES: usize = 2000;
/// Ranked sets listed unless the file says otherwise.
const USUAL_SETS: u32 = 10;
/// Sets ruled out that are listed with their reasons unless the file says otherwise.
const USUAL_RULED_OUT: u32 = 10;
/// Walking speed in km/h unless the file says otherwise (assumption).
const USUAL_SPEED: f64 = 4.8;
/// Length of a way in units of the straight line unless the file says otherwise (assumption).
const USUAL_DETOUR: f64 = 1.3;

/// What the best set of closures and openings is the best at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosureGoal {
    /// The least cost.
    Cost,
    /// The most points of the scoring matrix among the facilities that close.
    Score,
    /// The least cost less the points, each worth [`Scoring::euros_per_point`].
    Both,
}

/// What a facility costs, in EUR.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FacilityCost {
    /// Once: of closing a candidate, or of opening a new facility.
    pub once: f64,
    /// In each year it is open.
    pub yearly: f64,
}

/// Which quantile of the demand has to be covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandQuantile {
    /// Undercut in 10 of 100 cases.
    P10,
    /// The median.
    P50,
    /// Exceeded in 10 of 100 cases.
    P90,
}

/// Where the cover has to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoverOf {
    /// In the whole city, where its demand is known; else in every district with a demand.
    CityOrDistricts,
    /// In every district with a demand.
    Districts,
    /// In every district with a demand and in the whole city.
    All,
}

/// What has to hold after the closures; section `[constraints]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosureConstraints {
    /// Staffed places as a multiple of the demand; `None`: the cover aimed at by the scenario.
    pub cover: Option<f64>,
    /// Of which quantile.
    pub quantile: DemandQuantile,
    /// Where.
    pub cover_of: CoverOf,
    /// Share of the children, 0 to 1, who can have a place within the acceptable way.
    pub within_limit: Option<f64>,
    /// The acceptable way in kilometres as the crow flies; `None`: that of the scenario.
    pub limit_km: Option<f64>,
    /// Share of the planned places, 0 to 1, at independent providers.
    pub independent_share: Option<f64>,
    /// Share of the planned places, 0 to 1, at the facilities of `inclusion_facilities`.
    pub inclusion_share: Option<f64>,
    /// Facilities that take children who need an inclusion place.
    pub inclusion_facilities: Vec<FacilityId>,
    /// Facilities that stay open.
    pub protected: Vec<FacilityId>,
    /// Staff there will be, in full-time equivalents.
    pub staff_supply: Option<f64>,
    /// What closing and opening may cost at once, in EUR, by year.
    pub budget: BTreeMap<i16, f64>,
}

/// A criterion of the city's scoring matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// What it is about.
    pub name: String,
    /// How much a point counts.
    pub weight: f64,
    /// Points by facility; a facility not named has none. More points speak for closing.
    pub points: BTreeMap<FacilityId, f64>,
}

/// The city's scoring matrix; section `[scoring]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scoring {
    /// What a weighted point is worth where cost and points count together, in EUR.
    pub euros_per_point: f64,
    /// The criteria.
    pub criteria: Vec<Criterion>,
}

impl Criterion {
    /// Weighted points of a facility.
    #[must_use]
    pub fn weighted(&self, facility: &FacilityId) -> f64 {
        self.weight * self.points.get(facility).copied().unwrap_or(0.0)
    }
}

impl Scoring {
    /// Weighted points of a facility over all criteria.
    #[must_use]
    pub fn points(&self, facility: &FacilityId) -> f64 {
        let criteria = self.criteria.iter();
        criteria
            .map(|criterion| criterion.weighted(facility))
            .sum::<f64>()
            + 0.0
    }
}

/// What may be chosen and how; section `[optimise]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosureChoice {
    /// Facilities that may close.
    pub candidates: Vec<FacilityId>,
    /// Last days of operation a closing facility may have.
    pub close_on: Vec<Date>,
    /// Facilities that may open, each from its own day on.
    pub openings: Vec<Opening>,
    /// Most closures of a set.
    pub most_closures: u32,
    /// Fewest closures of a set.
    pub fewest_closures: u32,
    /// Most openings of a set.
    pub most_openings: u32,
    /// Whether the staff of a closing facility fills planned places of its district, or leaves.
    pub staff_stays: bool,
    /// Care types the constraints look at.
    pub care_types: Vec<CareType>,
    /// What the best set is the best at.
    pub goal: ClosureGoal,
    /// Costs by facility.
    pub costs: BTreeMap<FacilityId, FacilityCost>,
    /// Ranked sets to find.
    pub sets: u32,
    /// Sets that would be better and are ruled out to list, with the reasons.
    pub ruled_out: u32,
    /// Most nodes of a branch and bound run; the same on every machine.
    pub node_limit: Option<u32>,
    /// Most seconds of a branch and bound run; such a plan need not repeat on another machine.
    pub time_limit_seconds: Option<f64>,
    /// What has to hold.
    pub constraints: ClosureConstraints,
    /// The scoring matrix.
    pub scoring: Scoring,
    /// Line of the scenario file, from 1.
    pub line: u64,
}

const KEYS: &[&str] = &[
    "candidates",
    "close_on",
    "opening",
    "most_closures",
    "fewest_closures",
    "most_openings",
    "staff_transfer",
    "care_types",
    "objective",
    "cost",
    "sets",
    "ruled_out",
    "node_limit",
    "time_limit_seconds",
];

const CONSTRAINT_KEYS: &[&str] = &[
    "cover",
    "quantile",
    "cover_of",
    "within_limit",
    "limit_minutes",
    "km_per_hour",
    "detour",
    "independent_share",
    "inclusion_share",
    "inclusion_facilities",
    "protected",
    "staff_supply",
    "budget",
];

/// Reads the three sections; `None` without `[optimise]`.
pub(super) fn read(source: &mut Source<'_>, top: Section<'_>) -> Option<ClosureChoice> {
    let found = source.only_section(top, "optimise", "[optimise]");
    let constraints = source.only_section(top, "constraints", "[constraints]");
    let scoring = source.only_section(top, "scoring", "[scoring]");
    let Some(section) = found else {
        for other in [constraints, scoring].into_iter().flatten() {
            source.note(
                code::NOTHING_TO_CHOOSE,
                other.line,
                "optimise",
                "",
                "there are constraints or scores and nothing to choose from",
                "add the section [optimise] with candidates, or remove this section",
            );
        }
        return None;
    };
    source.refuse_other_keys(section, KEYS);
    let candidates = facilities(source, section, "candidates");
    let close_on = days(source, section, "close_on");
    let openings: Vec<Opening> = source
        .sections(section, "opening", "[[optimise.opening]]")
        .into_iter()
        .filter_map(|entry| opening(source, entry))
        .collect();
    if candidates.is_empty() && openings.is_empty() {
        let message = "neither closures nor openings can be chosen";
        let remedy = "name candidates, or add [[optimise.opening]]";
        source.note(
            code::NOTHING_TO_CHOOSE,
            section.line,
            "candidates",
            "",
            message,
            remedy,
        );
    }
    if !candidates.is_empty() && close_on.is_empty() {
        source.need(section, "close_on");
    }
    let most = limit(source, section, "most_closures", candidates.len() as u32);
    let fewest = limit(source, section, "fewest_closures", 0);
    let most_openings = limit(source, section, "most_openings", openings.len() as u32);
    if fewest > most || fewest as usize > candidates.len() {
        source.note(
            code::COUNTS_CONTRADICT,
            section.line,
            "fewest_closures",
            &fewest.to_string(),
            format!(
                "of {} candidates at least {fewest} and at most {most} cannot close",
                candidates.len()
            ),
            "lower fewest_closures, raise most_closures or name more candidates",
        );
    }
    let goal = one_of(
        source,
        section,
        "objective",
        &[
            ("cost", ClosureGoal::Cost),
            ("score", ClosureGoal::Score),
            ("both", ClosureGoal::Both),
        ],
    );
    let staff_stays = one_of(
        source,
        section,
        "staff_transfer",
        &[("within_plan", true), ("none", false)],
    );
    let care_types = care_types(source, section);
    let seconds = source
        .find(section, "time_limit_seconds")
        .and_then(|found| source.number(found, 0.001, 86_400.0));
    let nodes = source
        .find(section, "node_limit")
        .and_then(|found| source.whole(found, 1, u32::MAX));
    let choice = ClosureChoice {
        costs: costs(source, section),
        sets: limit(source, section, "sets", USUAL_SETS).max(1),
        ruled_out: limit(source, section, "ruled_out", USUAL_RULED_OUT),
        candidates,
        close_on,
        openings,
        most_closures: most,
        fewest_closures: fewest,
        most_openings,
        staff_stays,
        care_types,
        goal,
        node_limit: nodes,
        time_limit_seconds: seconds,
        constraints: read_constraints(source, constraints),
        scoring: read_scoring(source, scoring),
        line: section.line,
    };
    check_costs(source, &choice);
    Some(choice)
}

fn limit(source: &mut Source<'_>, section: Section<'_>, key: &'static str, usual: u32) -> u32 {
    let found = source.find(section, key);
    found
        .and_then(|found| source.whole(found, 0, 10_000))
        .unwrap_or(usual)
}

fn one_of<T: Copy>(
    source: &mut Source<'_>,
    section: Section<'_>,
    key: &'static str,
    words: &[(&str, T)],
) -> T {
    let found = source.find(section, key).and_then(|found| {
        source.parsed(found, |text| {
            let hit = words.iter().find(|(word, _)| *word == text);
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            hit.map(|(_, value)| *value)
                .ok_or_else(|| format!("write one of {}", known.join(", ")))
        })
    });
    found.unwrap_or(words[0].1)
}

/// Facilities of a list, sorted; one named twice is noted.
fn facilities(source: &mut Source<'_>, section: Section<'_>, key: &'static str) -> Vec<FacilityId> {
    let Some(found) = source.find(section, key) else {
        return Vec::new();
    };
    let mut named = BTreeSet::new();
    for item in source.list(found).into_iter().take(MOST_CANDIDATES) {
        let line = item.line();
        if let Some(facility) = source.parsed(item, FacilityId::new)
            && !named.insert(facility.clone())
        {
            source.note(
                code::GIVEN_TWICE,
                line,
                key,
                facility.as_str(),
                "the facility is named twice",
                "keep one of them",
            );
        }
    }
    named.into_iter().collect()
}

fn days(source: &mut Source<'_>, section: Section<'_>, key: &'static str) -> Vec<Date> {
    let Some(found) = source.find(section, key) else {
        return Vec::new();
    };
    if found.is_day() {
        return source.day(found).into_iter().collect();
    }
    let items = source.list(found);
    let days: BTreeSet<Date> = items
        .into_iter()
        .filter_map(|item| source.day(item))
        .collect();
    days.into_iter().collect()
}

fn care_types(source: &mut Source<'_>, section: Section<'_>) -> Vec<CareType> {
    let Some(found) = source.find(section, "care_types") else {
        return CareType::ALL.to_vec();
    };
    let items = source.list(found);
    let named: BTreeSet<CareType> = items
        .into_iter()
        .filter_map(|item| source.parsed(item, str::parse))
        .collect();
    named.into_iter().collect()
}

fn costs(source: &mut Source<'_>, section: Section<'_>) -> BTreeMap<FacilityId, FacilityCost> {
    let mut costs = BTreeMap::new();
    for entry in source.sections(section, "cost", "[[optimise.cost]]") {
        source.refuse_other_keys(entry, &["facility", "once", "yearly"]);
        let facility = identifier(source, entry, "facility", FacilityId::new);
        let once = optional_number(source, entry, "once", (0.0, MOST_EUROS), 0.0);
        let yearly = source
            .need(entry, "yearly")
            .and_then(|found| source.number(found, 0.0, MOST_EUROS));
        let (Some(facility), Some(once), Some(yearly)) = (facility, once, yearly) else {
            continue;
        };
        let cost = FacilityCost { once, yearly };
        if costs.insert(facility.clone(), cost).is_some() {
            source.note(
                code::GIVEN_TWICE,
                entry.line,
                "facility",
                facility.as_str(),
                "the cost of this facility is given twice",
                "keep one of them",
            );
        }
    }
    costs
}

/// Every candidate and every opening has a cost, unless only points count.
fn check_costs(source: &mut Source<'_>, choice: &ClosureChoice) {
    if choice.goal == ClosureGoal::Score && choice.constraints.budget.is_empty() {
        return;
    }
    let opened = choice.openings.iter().map(|opening| &opening.facility);
    for facility in choice.candidates.iter().chain(opened) {
        if !choice.costs.contains_key(facility) {
            source.note(
                code::COST_UNKNOWN,
                choice.line,
                "cost",
                facility.as_str(),
                "the cost of this facility is not given",
                "add [[optimise.cost]] with facility, once and yearly",
            );
        }
    }
}

fn share(source: &mut Source<'_>, section: Section<'_>, key: &'static str) -> Option<f64> {
    let found = source.find(section, key)?;
    source.number(found, 0.0, 1.0)
}

fn read_constraints(source: &mut Source<'_>, section: Option<Section<'_>>) -> ClosureConstraints {
    let mut constraints = ClosureConstraints {
        cover: None,
        quantile: DemandQuantile::P50,
        cover_of: CoverOf::CityOrDistricts,
        within_limit: None,
        limit_km: None,
        independent_share: None,
        inclusion_share: None,
        inclusion_facilities: Vec::new(),
        protected: Vec::new(),
        staff_supply: None,
        budget: BTreeMap::new(),
    };
    let Some(section) = section else {
        return constraints;
    };
    source.refuse_other_keys(section, CONSTRAINT_KEYS);
    constraints.cover = source
        .find(section, "cover")
        .and_then(|found| source.number(found, 0.0, 5.0));
    constraints.quantile = one_of(
        source,
        section,
        "quantile",
        &[
            ("p50", DemandQuantile::P50),
            ("p10", DemandQuantile::P10),
            ("p90", DemandQuantile::P90),
        ],
    );
    constraints.cover_of = one_of(
        source,
        section,
        "cover_of",
        &[
            ("city_or_districts", CoverOf::CityOrDistricts),
            ("districts", CoverOf::Districts),
            ("all", CoverOf::All),
        ],
    );
    constraints.within_limit = share(source, section, "within_limit");
    let speed = optional_number(source, section, "km_per_hour", (0.5, 130.0), USUAL_SPEED);
    let detour = optional_number(source, section, "detour", (1.0, 5.0), USUAL_DETOUR);
    let minutes = source
        .find(section, "limit_minutes")
        .and_then(|found| source.number(found, 1.0, 600.0));
    if let (Some(minutes), Some(speed), Some(detour)) = (minutes, speed, detour) {
        constraints.limit_km = Some(minutes / 60.0 * speed / detour);
    }
    constraints.independent_share = share(source, section, "independent_share");
    constraints.inclusion_share = share(source, section, "inclusion_share");
    constraints.inclusion_facilities = facilities(source, section, "inclusion_facilities");
    constraints.protected = facilities(source, section, "protected");
    constraints.staff_supply = source
        .find(section, "staff_supply")
        .and_then(|found| source.number(found, 0.0, 1e7));
    for entry in source.sections(section, "budget", "[[constraints.budget]]") {
        source.refuse_other_keys(entry, &["year", "euros"]);
        let year = source
            .need(entry, "year")
            .and_then(|found| source.whole(found, 1900, 2199));
        let euros = source
            .need(entry, "euros")
            .and_then(|found| source.number(found, 0.0, MOST_EUROS));
        let (Some(year), Some(euros)) = (year, euros) else {
            continue;
        };
        let year = i16::try_from(year).unwrap_or(i16::MAX);
        if constraints.budget.insert(year, euros).is_some() {
            source.note(
                code::GIVEN_TWICE,
                entry.line,
                "year",
                &year.to_string(),
                "the budget of this year is given twice",
                "keep one of them",
            );
        }
    }
    constraints
}

fn read_scoring(source: &mut Source<'_>, section: Option<Section<'_>>) -> Scoring {
    let Some(section) = section else {
        return Scoring::default();
    };
    source.refuse_other_keys(section, &["euros_per_point", "criterion"]);
    let worth = optional_number(source, section, "euros_per_point", (0.0, MOST_EUROS), 0.0);
    let mut criteria = Vec::new();
    for entry in source.sections(section, "criterion", "[[scoring.criterion]]") {
        source.refuse_other_keys(entry, &["name", "weight", "points"]);
        let name = source.need(entry, "name");
        let name = name.and_then(|found| source.text(found).map(str::to_owned));
        let weight = source
            .need(entry, "weight")
            .and_then(|found| source.number(found, -1e6, 1e6));
        let mut points = BTreeMap::new();
        if let Some(table) = source.only_section(entry, "points", "points") {
            for key in table.keys() {
                let Some(found) = source.find(table, key) else {
                    continue;
                };
                let number = source.number(found, -MOST_POINTS, MOST_POINTS);
                match FacilityId::new(key) {
                    Ok(facility) => {
                        points.insert(facility, number.unwrap_or(0.0));
                    }
                    Err(error) => source.bad_value(found, error.to_string()),
                }
            }
        }
        if let (Some(name), Some(weight)) = (name, weight) {
            criteria.push(Criterion {
                name,
                weight,
                points,
            });
        }
    }
    Scoring {
        euros_per_point: worth.unwrap_or(0.0),
        criteria,
    }
}

/// The days of closing of the candidates lie within the horizon.
pub(super) fn days_of(choice: &ClosureChoice) -> impl Iterator<Item = (&'static str, Date, u64)> {
    let closing = choice.close_on.iter();
    let closing = closing.map(|date| ("close_on", *date, choice.line));
    let opening = choice.openings.iter();
    closing.chain(opening.map(|opening| ("from", opening.from, opening.line)))
}
