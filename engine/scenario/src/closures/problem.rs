//! The question and the answer of a closure plan.

use domain::FacilityId;
use jiff::civil::Date;

use super::constraint::{ClosureConstraint, ConstraintValue};
use super::facts::{ClosureFacts, OptionKind};
use super::reach::Network;
use crate::spec::{ClosureChoice, ClosureGoal, DemandQuantile};

/// Which facilities may close and open, and what has to hold; see [`ClosureProblem::of`].
#[derive(Debug, Clone)]
pub struct ClosureProblem {
    pub(super) name: String,
    pub(super) known_on: Date,
    pub(super) choice: ClosureChoice,
    pub(super) cover: f64,
    pub(super) limit_km: f64,
    pub(super) facts: ClosureFacts,
    /// Districts in order; the pools of staff.
    pub(super) districts: Vec<String>,
    /// By day and care type; empty without a constraint on ways.
    pub(super) networks: Vec<Network>,
}

/// The settings of a plan, for its repetition.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ClosureOptions {
    /// What the best set is the best at.
    pub objective: ClosureGoal,
    /// What a point is worth where cost and points count together, EUR.
    pub euros_per_point: f64,
    /// Most closures.
    pub most_closures: u32,
    /// Fewest closures.
    pub fewest_closures: u32,
    /// Most openings.
    pub most_openings: u32,
    /// Staffed places as a multiple of the demand.
    pub cover: f64,
    /// Of which quantile.
    pub quantile: DemandQuantile,
    /// Share of children within the acceptable way.
    pub within_limit: Option<f64>,
    /// The acceptable way, kilometres as the crow flies.
    pub limit_km: f64,
    /// Share of the planned places at independent providers.
    pub independent_share: Option<f64>,
    /// Share of the planned places with inclusion.
    pub inclusion_share: Option<f64>,
    /// Staff there will be, full-time equivalents.
    pub staff_supply: Option<f64>,
    /// EUR by year.
    pub budget: std::collections::BTreeMap<i16, f64>,
    /// Ranked sets asked for.
    pub sets: u32,
    /// Sets ruled out asked for.
    pub ruled_out: u32,
    /// Most nodes of a branch and bound run.
    pub node_limit: Option<u32>,
    /// Most seconds of a branch and bound run.
    pub time_limit_seconds: Option<f64>,
    /// Seed of the solver, the same in every run.
    pub solver_seed: u32,
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosureStatus {
    /// No better set exists.
    Proven,
    /// The limit of nodes was reached; the same on every machine.
    NodeLimit,
    /// The limit of seconds was reached; another machine may come further.
    TimeLimit,
}

impl ClosureStatus {
    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::NodeLimit => "node_limit",
            Self::TimeLimit => "time_limit",
        }
    }
}

/// A facility that closes or opens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct ChosenFacility {
    /// The facility.
    pub facility: FacilityId,
    /// Whether it closes or opens.
    pub kind: OptionKind,
    /// Last day of operation, or the first.
    pub day: Date,
}

/// What a criterion of the scoring matrix makes of a set.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CriterionPoints {
    /// Its name.
    pub criterion: String,
    /// Weighted points of what closes.
    pub points: f64,
}

/// A set that meets every constraint.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ClosureSet {
    /// Place among the sets found, from 1.
    pub rank: usize,
    /// What closes and opens, by facility; empty: nothing.
    pub chosen: Vec<ChosenFacility>,
    /// What the search makes small: EUR, or points with the sign turned round.
    pub objective: f64,
    /// No set besides those ranked before has a smaller objective.
    pub bound: f64,
    /// How far the set may be from the best one left, relative to its objective.
    pub gap: f64,
    /// Whether that is proven.
    pub status: ClosureStatus,
    /// EUR over the horizon against doing nothing; negative saves.
    pub cost: f64,
    /// Weighted points of what closes.
    pub points: f64,
    /// The points by criterion.
    pub criteria: Vec<CriterionPoints>,
    /// All constraints with their values.
    pub constraints: Vec<ConstraintValue>,
}

/// A set that would be better and breaks constraints.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RuledOutSet {
    /// What would close and open.
    pub chosen: Vec<ChosenFacility>,
    /// Its objective.
    pub objective: f64,
    /// EUR over the horizon against doing nothing.
    pub cost: f64,
    /// Weighted points of what would close.
    pub points: f64,
    /// The constraints it breaks.
    pub broken: Vec<ConstraintValue>,
}

/// How far a constraint would have to give way.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Relaxation {
    /// The constraint with the value it would have.
    pub constraint: ConstraintValue,
    /// By how much it would be broken, in its own unit.
    pub by: f64,
}

/// Why no set meets all constraints.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Clash {
    /// Constraints that cannot hold together; without any one of them the others can.
    pub constraints: Vec<ClosureConstraint>,
    /// The set that comes nearest, and the constraints that would have to give way for it.
    pub nearest: Vec<ChosenFacility>,
    /// These constraints.
    pub relaxations: Vec<Relaxation>,
}

/// Ranked sets, what is ruled out and why, and what a repetition needs.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ClosurePlan {
    /// Name of the scenario.
    pub name: String,
    /// Contract versions known on this day counted.
    pub known_on: Date,
    /// Hash of the input as the caller states it.
    pub input_sha256: String,
    /// Name and version of the solver.
    pub solver: &'static str,
    /// Version of this program.
    pub engine: &'static str,
    /// The settings.
    pub options: ClosureOptions,
    /// Whether every set is proven to be the best one left.
    pub status: ClosureStatus,
    /// The sets, the best first.
    pub sets: Vec<ClosureSet>,
    /// Whether there are no further sets that meet all constraints.
    pub complete: bool,
    /// Sets that would be better than the best one, or all others where they are few.
    pub ruled_out: Vec<RuledOutSet>,
    /// Why there is no set, if there is none.
    pub clash: Option<Clash>,
    /// What everything was computed from.
    pub facts: ClosureFacts,
}

impl ClosureProblem {
    /// The facts it stands on.
    #[must_use]
    pub const fn facts(&self) -> &ClosureFacts {
        &self.facts
    }

    pub(super) fn options(&self) -> ClosureOptions {
        let choice = &self.choice;
        let constraints = &choice.constraints;
        ClosureOptions {
            objective: choice.goal,
            euros_per_point: choice.scoring.euros_per_point,
            most_closures: choice.most_closures,
            fewest_closures: choice.fewest_closures,
            most_openings: choice.most_openings,
            cover: self.cover,
            quantile: constraints.quantile,
            within_limit: constraints.within_limit,
            limit_km: self.limit_km,
            independent_share: constraints.independent_share,
            inclusion_share: constraints.inclusion_share,
            staff_supply: constraints.staff_supply,
            budget: constraints.budget.clone(),
            sets: choice.sets,
            ruled_out: choice.ruled_out,
            node_limit: choice.node_limit,
            time_limit_seconds: choice.time_limit_seconds,
            solver_seed: 0,
        }
    }

    /// What a set of options makes of the objective.
    pub(super) fn objective(&self, option: usize) -> f64 {
        let option = &self.facts.options[option];
        match self.choice.goal {
            ClosureGoal::Cost => option.cost,
            ClosureGoal::Score => -option.points,
            ClosureGoal::Both => option.cost - self.choice.scoring.euros_per_point * option.points,
        }
    }

    pub(super) fn criteria(&self, set: &[usize]) -> Vec<CriterionPoints> {
        let criteria = self.facts.criteria.iter().enumerate();
        criteria
            .map(|(number, name)| CriterionPoints {
                criterion: name.clone(),
                points: set
                    .iter()
                    .map(|&option| self.facts.options[option].by_criterion[number])
                    .sum::<f64>()
                    + 0.0,
            })
            .collect()
    }

    pub(super) fn chosen(&self, set: &[usize]) -> Vec<ChosenFacility> {
        let options = set.iter().map(|&option| &self.facts.options[option]);
        options
            .map(|option| ChosenFacility {
                facility: self.facts.facilities[option.facility].facility.clone(),
                kind: option.kind,
                day: option.day,
            })
            .collect()
    }
}
