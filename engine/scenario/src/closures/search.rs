//! The best sets in order, what is ruled out and why, and which constraints clash.

use solver::{Answer, Goal, Search, SearchLimits};

use super::constraint::{ClosureConstraint, ConstraintValue};
use super::problem::{
    Clash, ClosurePlan, ClosureProblem, ClosureSet, ClosureStatus, Relaxation, RuledOutSet,
};
use super::programme::{Question, WayCut, value_of};
use crate::error::ScenarioError;

/// Most rounds in which constraints on ways join; each removes at least one set.
const MOST_ROUNDS: usize = 10_000;

/// Children a set may miss a limit by before a row joins; far above what the solver lets pass. A set
/// that misses it by less is left out by name.
const CUT_TOLERANCE: f64 = 1e-5;

/// A set as the programme found it.
struct Found {
    set: Vec<usize>,
    bound: f64,
    status: ClosureStatus,
}

/// What came of a question.
enum Outcome {
    Found(Found),
    Nothing,
    Undecided,
}

/// A search with what it learns about ways.
struct Searching<'a> {
    problem: &'a ClosureProblem,
    cuts: Vec<WayCut>,
    limits: SearchLimits,
    status_of_limit: ClosureStatus,
}

fn every(_: &ClosureConstraint) -> bool {
    true
}

fn counts_only(constraint: &ClosureConstraint) -> bool {
    matches!(
        constraint,
        ClosureConstraint::MostClosures
            | ClosureConstraint::FewestClosures
            | ClosureConstraint::MostOpenings
    )
}

impl ClosureProblem {
    /// Finds the best sets, what is ruled out, and the clash where there is no set.
    ///
    /// `input_sha256` is the caller's hash of the input and is kept with the plan. Without a time limit
    /// two runs give the same bytes.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Solver`] if the solver fails; a limit is no error but a status of the plan.
    pub fn solve(&self, input_sha256: &str) -> Result<ClosurePlan, ScenarioError> {
        let choice = &self.choice;
        let mut searching = Searching {
            problem: self,
            cuts: Vec::new(),
            limits: SearchLimits {
                nodes: choice.node_limit,
                seconds: choice.time_limit_seconds,
                gap: 0.0,
            },
            status_of_limit: if choice.time_limit_seconds.is_some() {
                ClosureStatus::TimeLimit
            } else {
                ClosureStatus::NodeLimit
            },
        };
        let mut plan = ClosurePlan {
            name: self.name.clone(),
            known_on: self.known_on,
            input_sha256: input_sha256.to_owned(),
            solver: solver::SOLVER,
            engine: env!("CARGO_PKG_VERSION"),
            options: self.options(),
            status: ClosureStatus::Proven,
            sets: Vec::new(),
            complete: false,
            ruled_out: Vec::new(),
            clash: None,
            facts: self.facts.clone(),
        };
        searching.rank(&mut plan)?;
        searching.rule_out(&mut plan)?;
        if plan.sets.is_empty() && plan.complete {
            plan.clash = searching.clash()?;
        }
        Ok(plan)
    }
}

impl Searching<'_> {
    /// The next set to a question; rows on ways join until it keeps them.
    fn next(&mut self, question: &Question<'_>) -> Result<Outcome, ScenarioError> {
        let mut excluded = question.excluded.to_vec();
        for _ in 0..MOST_ROUNDS {
            let programme = self.problem.programme(&Question {
                excluded: &excluded,
                cuts: &self.cuts,
                ..*question
            });
            let searched = programme.whole.solve(Goal::Smallest, None, &self.limits)?;
            let (answer, bound, status) = match searched {
                Search::Proven(answer) => {
                    let bound = answer.objective;
                    (answer, bound, ClosureStatus::Proven)
                }
                Search::BestFound { answer, bound } => (answer, bound, self.status_of_limit),
                Search::Infeasible => return Ok(Outcome::Nothing),
                Search::Undecided => return Ok(Outcome::Undecided),
            };
            let set: Vec<usize> = (0..programme.choices.len())
                .filter(|&option| answer.values[programme.choices[option].position()] > 0.5)
                .collect();
            if self.learn_ways(&set, question, &answer, &programme.slacks) {
                continue;
            }
            // Rounding of the solver may let a set pass that misses a limit by a hair.
            let misses = !question.is_elastic
                && self
                    .problem
                    .values(&set)
                    .iter()
                    .any(|value| !value.met && (question.is_active)(&value.constraint));
            if misses {
                excluded.push(set);
                continue;
            }
            return Ok(Outcome::Found(Found { set, bound, status }));
        }
        Ok(Outcome::Undecided)
    }

    /// Adds the rows that a set breaks; whether there were any.
    fn learn_ways(
        &mut self,
        set: &[usize],
        question: &Question<'_>,
        answer: &Answer,
        slacks: &[(ClosureConstraint, solver::Unknown)],
    ) -> bool {
        let problem = self.problem;
        let Some(least) = problem.choice.constraints.within_limit else {
            return false;
        };
        let before = self.cuts.len();
        for day in 0..problem.facts.days.len() {
            for care in 0..problem.facts.care_types.len() {
                let constraint = ClosureConstraint::WithinLimit {
                    care_type: problem.facts.care_types[care],
                    date: problem.facts.days[day],
                };
                if !(question.is_active)(&constraint) {
                    continue;
                }
                let network = &problem.networks[problem.facts.at(day, care)];
                let all: i64 = network.children.iter().sum();
                let reached = network.most_within(&problem.supply(set, day, care));
                let slack = slacks.iter().find(|(other, _)| *other == constraint);
                let let_off = slack.map_or(0.0, |(_, unknown)| answer.values[unknown.position()]);
                let short = super::reach::needed(all, least) - reached.served;
                let short = short as f64 / super::reach::UNITS;
                if short > let_off + CUT_TOLERANCE {
                    self.cuts.push(problem.way_cut(day, care, &reached, least));
                }
            }
        }
        self.cuts.len() > before
    }

    /// The best sets that meet everything, the best first.
    fn rank(&mut self, plan: &mut ClosurePlan) -> Result<(), ScenarioError> {
        let mut found: Vec<Vec<usize>> = Vec::new();
        let wanted = self.problem.choice.sets as usize;
        while found.len() <= wanted {
            let outcome = self.next(&Question {
                is_active: &every,
                is_elastic: false,
                excluded: &found,
                cuts: &[],
            })?;
            let next = match outcome {
                Outcome::Found(next) => next,
                Outcome::Nothing => {
                    plan.complete = true;
                    break;
                }
                Outcome::Undecided => {
                    plan.status = self.status_of_limit;
                    break;
                }
            };
            if found.len() == wanted {
                break; // there are more than were asked for
            }
            if next.status != ClosureStatus::Proven {
                plan.status = next.status;
            }
            plan.sets.push(self.set(found.len() + 1, &next));
            found.push(next.set);
        }
        Ok(())
    }

    fn sums(&self, set: &[usize]) -> (f64, f64, f64) {
        let facts = &self.problem.facts;
        let sum = |part: &dyn Fn(usize) -> f64| set.iter().map(|&it| part(it)).sum::<f64>() + 0.0;
        (
            sum(&|option| self.problem.objective(option)),
            sum(&|option| facts.options[option].cost),
            sum(&|option| facts.options[option].points),
        )
    }

    fn set(&self, rank: usize, found: &Found) -> ClosureSet {
        let (objective, cost, points) = self.sums(&found.set);
        let bound = found.bound.min(objective);
        let bound = match found.status {
            ClosureStatus::Proven => objective,
            _ => bound,
        };
        ClosureSet {
            rank,
            chosen: self.problem.chosen(&found.set),
            objective,
            bound,
            gap: (objective - bound) / objective.abs().max(1e-9),
            status: found.status,
            cost,
            points,
            criteria: self.problem.criteria(&found.set),
            constraints: self.problem.values(&found.set),
        }
    }

    /// Sets better than the best one that break something; where sets are few, all that do.
    fn rule_out(&mut self, plan: &mut ClosurePlan) -> Result<(), ScenarioError> {
        let wanted = self.problem.choice.ruled_out as usize;
        let best = plan.sets.first().map(|set| set.objective);
        let mut seen: Vec<Vec<usize>> = Vec::new();
        let most_seen = wanted + plan.sets.len() + 1;
        while plan.ruled_out.len() < wanted && seen.len() < most_seen {
            let outcome = self.next(&Question {
                is_active: &counts_only,
                is_elastic: false,
                excluded: &seen,
                cuts: &[],
            })?;
            let Outcome::Found(next) = outcome else {
                break;
            };
            let (objective, cost, points) = self.sums(&next.set);
            let mut broken = self.problem.values(&next.set);
            broken.retain(|value| !value.met);
            if !broken.is_empty() {
                plan.ruled_out.push(RuledOutSet {
                    chosen: self.problem.chosen(&next.set),
                    objective,
                    cost,
                    points,
                    broken,
                });
            } else if best.is_none() {
                break; // a limit hid a set that meets everything; no reason can be given
            }
            seen.push(next.set);
        }
        Ok(())
    }

    /// Which constraints cannot hold together, and what would have to give way.
    fn clash(&mut self) -> Result<Option<Clash>, ScenarioError> {
        let elastic = self.next(&Question {
            is_active: &every,
            is_elastic: true,
            excluded: &[],
            cuts: &[],
        })?;
        let Outcome::Found(nearest) = elastic else {
            return Ok(None);
        };
        let values = self.problem.values(&nearest.set);
        let mut all: Vec<ClosureConstraint> = values
            .iter()
            .map(|value| value.constraint.clone())
            .collect();
        all.extend(self.protections());
        all.sort();
        all.dedup();
        // What is broken in the nearest set is tried last, so that it is named where it can be.
        all.sort_by_key(|it| value_of(&values, it).is_some_and(|value| !value.met));
        let mut kept = all;
        let mut position = 0;
        while position < kept.len() {
            let dropped = kept.remove(position);
            let rest = kept.clone();
            let outcome = self.next(&Question {
                is_active: &|constraint| rest.contains(constraint),
                is_elastic: false,
                excluded: &[],
                cuts: &[],
            })?;
            if !matches!(outcome, Outcome::Nothing) {
                kept.insert(position, dropped);
                position += 1;
            }
        }
        kept.sort();
        Ok(Some(Clash {
            constraints: kept,
            nearest: self.problem.chosen(&nearest.set),
            relaxations: relaxations(values),
        }))
    }

    fn protections(&self) -> Vec<ClosureConstraint> {
        let facilities = self.problem.facts.facilities.iter();
        facilities
            .filter(|fact| fact.protected)
            .map(|fact| ClosureConstraint::Protected {
                facility: fact.facility.clone(),
            })
            .collect()
    }
}

/// What is broken, and by how much.
fn relaxations(values: Vec<ConstraintValue>) -> Vec<Relaxation> {
    let broken = values.into_iter().filter(|value| !value.met);
    broken
        .map(|constraint| {
            let below = constraint.at_least.map(|least| least - constraint.value);
            let above = constraint.at_most.map(|most| constraint.value - most);
            let by = below.or(above).unwrap_or(0.0);
            let by = if constraint.shown.is_some() { by } else { 0.0 };
            Relaxation {
                by: (by * 1000.0).round() / 1000.0,
                constraint,
            }
        })
        .collect()
}
