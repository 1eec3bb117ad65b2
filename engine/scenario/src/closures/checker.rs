//! Independent check of a closure plan, from the plan and its facts alone.
//!
//! Shares no code with the search: places are summed facility by facility, moves of staff are counted
//! district by district, and children are led to places one augmenting way at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::constraint::{ClosureConstraint, ConstraintValue};
use super::facts::{ClosureFacts, OptionFact, OptionKind};
use super::leading::Leading;
use super::problem::{ChosenFacility, ClosurePlan, ClosureStatus};
use crate::demand::TOTAL_AREA;
use crate::spec::ClosureGoal;

/// Slack of numbers, relative.
const NUMBER_SLACK: f64 = 1e-9;
/// Slack of constraints and of the order of sets.
const SLACK: f64 = 1e-6;

/// What a closure plan does wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClosureFault {
    /// Something is chosen that cannot be, or twice.
    #[error("{set} chooses {what}, which cannot be chosen")]
    UnknownChoice {
        /// Which set.
        set: String,
        /// What it chooses.
        what: String,
    },
    /// A number is not what the facts give.
    #[error("{set} states {what} as {stated}, it is {expected}")]
    Number {
        /// Which set.
        set: String,
        /// Which number.
        what: String,
        /// As stated.
        stated: f64,
        /// As reckoned here.
        expected: f64,
    },
    /// A set among the good ones breaks a constraint.
    #[error("{set} breaks a constraint: {what}")]
    Broken {
        /// Which set.
        set: String,
        /// The constraint with its value.
        what: String,
    },
    /// A set that is ruled out breaks nothing, or not what is stated.
    #[error("{set} is ruled out by {what}, which it meets")]
    NotBroken {
        /// Which set.
        set: String,
        /// The constraint.
        what: String,
    },
    /// A constraint is left out of a set, or stated twice.
    #[error("{set} states {found} constraints, there are {expected}")]
    Constraints {
        /// Which set.
        set: String,
        /// Constraints stated.
        found: usize,
        /// Constraints there are.
        expected: usize,
    },
    /// Sets are not in their order, or one appears twice.
    #[error("{set} does not come after the set before it")]
    Order {
        /// Which set.
        set: String,
    },
    /// Sets are claimed to be missing for a reason that is not stated.
    #[error("the plan has no set and does not say why")]
    NoReason,
}

/// Checks closure plans.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClosureChecker;

impl ClosureChecker {
    /// Recomputes every set.
    ///
    /// # Errors
    ///
    /// Everything that is wrong.
    pub fn check(self, plan: &ClosurePlan) -> Result<(), Vec<ClosureFault>> {
        let mut check = Check {
            plan,
            faults: Vec::new(),
        };
        let mut seen: BTreeSet<Vec<ChosenFacility>> = BTreeSet::new();
        let mut before = f64::NEG_INFINITY;
        for (position, set) in plan.sets.iter().enumerate() {
            let name = format!("set {}", set.rank);
            let is_after = set.status != ClosureStatus::Proven
                || set.objective >= before - SLACK * (1.0 + before.abs());
            if set.rank != position + 1 || !is_after || !seen.insert(set.chosen.clone()) {
                check.faults.push(ClosureFault::Order { set: name.clone() });
            }
            before = set.objective;
            check.sums(&name, &set.chosen, (set.objective, set.cost, set.points));
            let gap = (set.objective - set.bound) / set.objective.abs().max(1e-9);
            check.number(&name, "the gap", set.gap, gap);
            if set.bound > set.objective + SLACK * (1.0 + set.objective.abs())
                || (set.status == ClosureStatus::Proven && set.gap.abs() > NUMBER_SLACK)
            {
                check.number(&name, "the bound", set.bound, set.objective);
            }
            let by_criterion: f64 = set.criteria.iter().map(|it| it.points).sum();
            check.number(&name, "the points by criterion", by_criterion, set.points);
            check.good(&name, &set.chosen, &set.constraints);
        }
        for (position, set) in plan.ruled_out.iter().enumerate() {
            let name = format!("ruled-out set {}", position + 1);
            check.sums(&name, &set.chosen, (set.objective, set.cost, set.points));
            check.bad(&name, &set.chosen, &set.broken);
        }
        if plan.sets.is_empty() && plan.status == ClosureStatus::Proven && plan.clash.is_none() {
            check.faults.push(ClosureFault::NoReason);
        }
        if let Some(clash) = &plan.clash {
            let values: Vec<ConstraintValue> = clash
                .relaxations
                .iter()
                .map(|it| it.constraint.clone())
                .collect();
            check.bad("the nearest set", &clash.nearest, &values);
        }
        let Check { faults, .. } = check;
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}

struct Check<'a> {
    plan: &'a ClosurePlan,
    faults: Vec<ClosureFault>,
}

/// A constraint as reckoned here: the value, and how far it is from its limit (negative: broken).
struct Reckoned {
    value: f64,
    margin: f64,
}

impl Check<'_> {
    fn number(&mut self, set: &str, what: &str, stated: f64, expected: f64) {
        self.number_within(set, what, (stated, expected), NUMBER_SLACK);
    }

    fn number_within(&mut self, set: &str, what: &str, (stated, expected): (f64, f64), slack: f64) {
        let close = (stated - expected).abs() <= slack * (1.0 + expected.abs());
        if !close {
            self.faults.push(ClosureFault::Number {
                set: set.to_owned(),
                what: what.to_owned(),
                stated,
                expected,
            });
        }
    }

    /// The options behind what is chosen.
    fn options(&mut self, set: &str, chosen: &[ChosenFacility]) -> Vec<OptionFact> {
        let facts = &self.plan.facts;
        let mut facilities = BTreeSet::new();
        let mut options = Vec::new();
        for choice in chosen {
            let option = facts.options.iter().find(|option| {
                facts.facilities[option.facility].facility == choice.facility
                    && option.kind == choice.kind
                    && option.day == choice.day
            });
            match option.filter(|_| facilities.insert(&choice.facility)) {
                Some(option) => options.push(option.clone()),
                None => self.faults.push(ClosureFault::UnknownChoice {
                    set: set.to_owned(),
                    what: format!("{} on {}", choice.facility, choice.day),
                }),
            }
        }
        options
    }

    fn sums(&mut self, set: &str, chosen: &[ChosenFacility], stated: (f64, f64, f64)) {
        let options = self.options(set, chosen);
        let cost: f64 = options.iter().map(|option| option.cost).sum();
        let points: f64 = options.iter().map(|option| option.points).sum();
        let settings = &self.plan.options;
        let objective = match settings.objective {
            ClosureGoal::Cost => cost,
            ClosureGoal::Score => -points,
            ClosureGoal::Both => cost - points * settings.euros_per_point,
        };
        self.number(set, "the objective", stated.0, objective);
        self.number(set, "the cost", stated.1, cost);
        self.number(set, "the points", stated.2, points);
    }

    /// Every constraint is stated, right and met.
    fn good(&mut self, set: &str, chosen: &[ChosenFacility], stated: &[ConstraintValue]) {
        let reckoned = self.reckon(set, chosen);
        let named: BTreeSet<&ClosureConstraint> = stated.iter().map(|it| &it.constraint).collect();
        if named.len() != stated.len() || named.len() != reckoned.len() {
            self.faults.push(ClosureFault::Constraints {
                set: set.to_owned(),
                found: stated.len(),
                expected: reckoned.len(),
            });
        }
        for (constraint, found) in &reckoned {
            if found.margin < -SLACK {
                self.faults.push(ClosureFault::Broken {
                    set: set.to_owned(),
                    what: format!("{constraint:?} is {}", found.value),
                });
            }
        }
        for value in stated {
            self.value(set, value, reckoned.get(&value.constraint));
        }
    }

    /// Something is stated to be broken, and is.
    fn bad(&mut self, set: &str, chosen: &[ChosenFacility], stated: &[ConstraintValue]) {
        let reckoned = self.reckon(set, chosen);
        let broken = reckoned.values().filter(|it| it.margin < -1e-9).count();
        if stated.is_empty() || broken != stated.len() {
            self.faults.push(ClosureFault::Constraints {
                set: set.to_owned(),
                found: stated.len(),
                expected: broken,
            });
        }
        for value in stated {
            let found = reckoned.get(&value.constraint);
            self.value(set, value, found);
            if value.met || found.is_none_or(|found| found.margin >= 0.0) {
                self.faults.push(ClosureFault::NotBroken {
                    set: set.to_owned(),
                    what: format!("{:?}", value.constraint),
                });
            }
        }
    }

    fn value(&mut self, set: &str, stated: &ConstraintValue, found: Option<&Reckoned>) {
        let what = format!("{:?}", stated.constraint);
        let expected = found.map_or(f64::NAN, |found| found.value);
        // Children are counted in millionths of a place.
        let of_children = matches!(stated.constraint, ClosureConstraint::WithinLimit { .. });
        let slack = if of_children { SLACK } else { NUMBER_SLACK };
        self.number_within(set, &what, (stated.value, expected), slack);
        if found.is_some_and(|found| stated.met != (found.margin >= -SLACK)) {
            let margin = found.map_or(0.0, |found| found.margin);
            self.number(set, &format!("{what} as met"), f64::NAN, margin);
        }
    }

    fn reckon(
        &mut self,
        set: &str,
        chosen: &[ChosenFacility],
    ) -> BTreeMap<ClosureConstraint, Reckoned> {
        let options = self.options(set, chosen);
        let plan = self.plan;
        let (facts, settings) = (&plan.facts, &plan.options);
        let mut found = BTreeMap::new();
        let mut least = |constraint, value: f64, limit: f64| {
            let margin = value - limit;
            found.insert(constraint, Reckoned { value, margin });
        };
        use ClosureConstraint as It;
        let count = |kind| options.iter().filter(|it| it.kind == kind).count() as f64;
        let (closures, openings) = (count(OptionKind::Close), count(OptionKind::Open));
        let (most, fewest) = (settings.most_closures, settings.fewest_closures);
        // What may be at most a limit is turned round, and back below.
        least(It::MostClosures, -closures, -f64::from(most));
        least(It::FewestClosures, closures, fewest.into());
        least(
            It::MostOpenings,
            -openings,
            -f64::from(settings.most_openings),
        );
        for option in &options {
            let fact = &facts.facilities[option.facility];
            if fact.protected && option.kind == OptionKind::Close {
                let facility = fact.facility.clone();
                least(It::Protected { facility }, -1.0, 0.0);
            }
        }
        for (&year, &euros) in &settings.budget {
            let paid = options.iter().filter(|it| it.day.year() == year);
            let spent: f64 = paid.map(|it| it.once).sum();
            least(It::Budget { year }, -spent, -euros);
        }
        for (day, &date) in facts.days.iter().enumerate() {
            let then = Then::new(facts, &options, day);
            for demand in facts.demand.iter().filter(|it| it.day == day) {
                let places = then.places_of(demand.care, |district| {
                    demand.area == TOTAL_AREA || demand.area == district
                });
                let constraint = It::Cover {
                    area: demand.area.clone(),
                    care_type: facts.care_types[demand.care],
                    date,
                };
                least(constraint, places, settings.cover * demand.places);
            }
            let shares = [
                (
                    It::IndependentShare { date },
                    settings.independent_share,
                    true,
                ),
                (It::InclusionShare { date }, settings.inclusion_share, false),
            ];
            for (constraint, limit, of_providers) in shares {
                if let Some(limit) = limit {
                    least(constraint, then.share(of_providers), limit);
                }
            }
            if let Some(supply) = settings.staff_supply {
                let cares = 0..facts.care_types.len();
                let staff: f64 = cares
                    .map(|care| then.places_of(care, |_| true) * then.staff_per_place(care))
                    .sum();
                least(It::StaffSupply { date }, -staff, -supply);
            }
            if let Some(limit) = settings.within_limit {
                for (care, &care_type) in facts.care_types.iter().enumerate() {
                    if let Some(share) = then.share_within(care) {
                        least(It::WithinLimit { care_type, date }, share, limit);
                    }
                }
            }
        }
        for (constraint, reckoned) in &mut found {
            let is_most = matches!(
                constraint,
                It::MostClosures
                    | It::MostOpenings
                    | It::Protected { .. }
                    | It::Budget { .. }
                    | It::StaffSupply { .. }
            );
            if is_most {
                reckoned.value = -reckoned.value;
            }
        }
        found
    }
}

/// A day under a set.
pub(super) struct Then<'a> {
    pub(super) facts: &'a ClosureFacts,
    day: usize,
    pub(super) is_open: Vec<bool>,
    /// Places set free, by care type and district.
    pub(super) freed: Vec<BTreeMap<&'a str, u64>>,
}

impl<'a> Then<'a> {
    fn new(facts: &'a ClosureFacts, options: &[OptionFact], day: usize) -> Self {
        let date = facts.days[day];
        let month = |day: jiff::civil::Date| (day.year(), day.month());
        let mut then = Self {
            facts,
            day,
            is_open: facts.facilities.iter().map(|it| !it.is_new).collect(),
            freed: vec![BTreeMap::new(); facts.care_types.len()],
        };
        for option in options {
            let closes = option.kind == OptionKind::Close;
            if closes && month(option.day) < month(date) {
                then.is_open[option.facility] = false;
                let district = facts.facilities[option.facility].district.as_str();
                for (freed, &places) in then.freed.iter_mut().zip(&option.freed) {
                    let places = if facts.staff_stays { places } else { 0 };
                    *freed.entry(district).or_default() += u64::from(places);
                }
            }
            if !closes && month(option.day) <= month(date) {
                then.is_open[option.facility] = true;
            }
        }
        then
    }

    pub(super) fn position(&self, care: usize) -> usize {
        self.day * self.facts.care_types.len() + care
    }

    fn staff_per_place(&self, care: usize) -> f64 {
        self.facts.staff_per_place[self.position(care)]
    }

    /// Staffed places of some districts once the staff set free has filled what rooms there are.
    fn places_of(&self, care: usize, is_wanted: impl Fn(&str) -> bool) -> f64 {
        let mut districts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for (fact, _) in self
            .facts
            .facilities
            .iter()
            .zip(&self.is_open)
            .filter(|(_, it)| **it)
        {
            let places = fact.places[self.position(care)];
            let sums = districts.entry(&fact.district).or_default();
            sums.0 += u64::from(places.staffed);
            sums.1 += u64::from(places.room);
        }
        let wanted = districts.iter().filter(|(district, _)| is_wanted(district));
        let places: u64 = wanted
            .map(|(district, (staffed, room))| {
                let freed = self.freed[care].get(district).copied().unwrap_or(0);
                staffed + freed.min(*room)
            })
            .sum();
        places as f64
    }

    fn share(&self, of_providers: bool) -> f64 {
        let (mut part, mut all) = (0_u64, 0_u64);
        for (fact, _) in self
            .facts
            .facilities
            .iter()
            .zip(&self.is_open)
            .filter(|(_, it)| **it)
        {
            let first = self.position(0);
            let planned: u64 = fact.places[first..first + self.facts.care_types.len()]
                .iter()
                .map(|places| u64::from(places.planned))
                .sum();
            all += planned;
            if (of_providers && fact.independent) || (!of_providers && fact.inclusion) {
                part += planned;
            }
        }
        if all == 0 {
            1.0
        } else {
            part as f64 / all as f64
        }
    }

    /// Share of the children who can have a place within the way; `None` without children.
    fn share_within(&self, care: usize) -> Option<f64> {
        let mut leading = Leading::new(self, care);
        let all: f64 = leading.waiting.iter().sum();
        while leading.lead_one_on() {}
        let left: f64 = leading.waiting.iter().sum();
        (all > 0.0).then(|| (all - left) / all)
    }
}
