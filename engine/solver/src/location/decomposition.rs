//! Large plans: decisions in one programme, every period of every future in one of its own.
//!
//! Each allocation gives a bound that is linear in the decisions ([`super::cuts`]). First the
//! relaxation is solved with these bounds at points half-way between the best point known and the
//! one the bounds suggest, which needs far fewer rounds than the suggested points alone; then
//! branch and bound decides with all bounds and each decision it finds is evaluated in turn. Bounds depend on
//! no budget, so a session keeps them for the next budget.

use super::cuts::{Cut, add_bound, ways_by_site};
use super::decisions::{DecisionColumns, Decisions};
use super::extensive::ways_by_cell;
use super::model::PlanningModel;
use super::plan::{CapacityPlan, PlanForm, PlanLimits, PlanStatus, finished, scene};
use super::programme::{Method, Stop, Tableau, WarmProgramme, branch};
use super::recourse::Recourse;
use crate::SolverError;

const MODEL: &str = "capacity plan";

/// Relative gap at which the relaxation is good enough to branch.
const RELAXATION_GAP: f64 = 1e-3;

/// Share of the gap asked for that the first branch and bound run proves. What it finds is evaluated
/// exactly, which leaves room for the rest: a run that proves half the gap takes three times as long.
const FIRST_GAP_SHARE: f64 = 0.9;

/// By how much the gap of each further run is smaller.
const NEXT_GAP_SHARE: f64 = 0.8;

/// Most rounds of the relaxation.
const RELAXATION_ROUNDS: usize = 200;

/// A model with everything that was learned about it.
pub(crate) struct Session<'a> {
    model: &'a PlanningModel,
    ways_to: Vec<Vec<usize>>,
    recourses: Vec<Recourse<'a>>,
    pub(crate) cuts: Vec<Cut>,
    pub(crate) relaxation_rounds: usize,
    pub(crate) evaluations: usize,
}

/// What the decision programme of a budget looks like.
struct Master {
    /// Sites, groups and the budget, without ways and children.
    budgeted: PlanningModel,
    tableau: Tableau,
    decisions: DecisionColumns,
    first_cost: usize,
    cuts_stated: usize,
}

/// A point evaluated in every period of every future.
struct Evaluated {
    /// Expected cost of each period.
    costs: Vec<f64>,
    cuts: Vec<Cut>,
}

/// The outcome for one budget.
pub(crate) struct SessionResult {
    pub(crate) decisions: Decisions,
    pub(crate) bound: f64,
    pub(crate) status: PlanStatus,
}

pub(crate) fn plan(
    model: &PlanningModel,
    limits: &PlanLimits,
) -> Result<CapacityPlan, SolverError> {
    let ways_of = ways_by_cell(model);
    let result = {
        let mut session = Session::open(model, &ways_of)?;
        session.plan(model.budgets.as_deref(), limits)?
    };
    finished(
        model,
        result.decisions,
        result.bound,
        result.status,
        PlanForm::Decomposition,
    )
}

impl<'a> Session<'a> {
    pub(crate) fn open(
        model: &'a PlanningModel,
        ways_of: &'a [Vec<usize>],
    ) -> Result<Self, SolverError> {
        let nothing = Decisions::none(model);
        let mut recourses = Vec::new();
        for path in 0..model.paths.len() {
            for period in 0..model.periods() {
                let places = nothing.places(model, period);
                recourses.push(Recourse::open(
                    scene(model, ways_of, path, period),
                    &places,
                )?);
            }
        }
        Ok(Self {
            model,
            ways_to: ways_by_site(model, ways_of),
            recourses,
            cuts: Vec::new(),
            relaxation_rounds: 0,
            evaluations: 0,
        })
    }

    fn master(&self, budgets: Option<&[f64]>) -> Master {
        let model = PlanningModel {
            budgets: budgets.map(<[f64]>::to_vec),
            ways: Vec::new(),
            paths: vec![super::model::DemandPath {
                probability: 1.0,
                children: vec![Vec::new(); self.model.periods()],
            }],
            groups: self.model.groups.clone(),
            sites: self.model.sites.clone(),
            staff: None,
            ..*self.model
        };
        let mut tableau = Tableau::default();
        let decisions = DecisionColumns::state(&model, &mut tableau, |_, _, _| Vec::new());
        let first_cost = tableau.columns.len();
        for _ in 0..self.model.periods() {
            tableau.real(1.0, 0.0, f64::INFINITY, &[]);
        }
        let mut master = Master {
            budgeted: model,
            tableau,
            decisions,
            first_cost,
            cuts_stated: 0,
        };
        master.state_cuts(&self.cuts, self.model.lead_periods);
        master
    }

    /// Evaluates a point, whole or not.
    fn evaluate(&mut self, master: &Master, values: &[f64]) -> Result<Evaluated, SolverError> {
        self.evaluations += 1;
        let (sites, groups) = (self.model.sites.len(), self.model.groups.len());
        let mut costs = Vec::new();
        let mut cuts = Vec::new();
        for period in 0..self.model.periods() {
            let mut rooms = vec![0.0; sites * groups];
            let mut open = vec![1.0; sites];
            let mut places = vec![0.0; sites * groups];
            for (site, open) in open.iter_mut().enumerate() {
                if let Some(column) = master.decisions.open(site, period) {
                    *open = tidy(values[column]).clamp(0.0, 1.0);
                }
                for group in 0..groups {
                    let position = site * groups + group;
                    for ordered in 0..=period {
                        if ordered + self.model.lead_periods <= period
                            && let Some(column) = master.decisions.room(site, group, ordered)
                        {
                            rooms[position] += tidy(values[column]).max(0.0);
                        }
                    }
                    places[position] = *open * self.model.sites[site].places[group]
                        + rooms[position] * self.model.groups[group].room_places;
                }
            }
            let mut cut = Cut {
                period,
                constant: 0.0,
                open: Vec::new(),
                rooms: Vec::new(),
            };
            let mut cost = 0.0;
            for path in 0..self.model.paths.len() {
                let recourse = &mut self.recourses[path * self.model.periods() + period];
                for (position, &count) in places.iter().enumerate() {
                    recourse.set_places(position, count)?;
                }
                recourse.set_open(&open)?;
                let answer = recourse.solve()?;
                cost += self.model.paths[path].probability * answer.cost;
                add_bound(&mut cut, self.model, &self.ways_to, &answer, path, &rooms);
            }
            costs.push(cost);
            cuts.push(cut);
        }
        Ok(Evaluated { costs, cuts })
    }

    /// The best plan for a budget.
    pub(crate) fn plan(
        &mut self,
        budgets: Option<&[f64]>,
        limits: &PlanLimits,
    ) -> Result<SessionResult, SolverError> {
        self.plan_from(budgets, limits, None)
    }

    /// The best plan for a budget, with decisions that are known to keep it.
    pub(crate) fn plan_from(
        &mut self,
        budgets: Option<&[f64]>,
        limits: &PlanLimits,
        known: Option<Decisions>,
    ) -> Result<SessionResult, SolverError> {
        let mut master = self.master(budgets);
        let relaxation = self.relax(&mut master)?;
        self.decide(&mut master, relaxation, (limits, known))
    }

    /// The relaxation to a small gap; its bound.
    fn relax(&mut self, master: &mut Master) -> Result<f64, SolverError> {
        let mut programme = WarmProgramme::open(&master.tableau, MODEL)?;
        let nothing = Decisions::none(self.model);
        let mut core = vec![0.0; master.tableau.columns.len()];
        master
            .decisions
            .write(&master.budgeted, &nothing, &mut core);
        let first = self.evaluate(master, &core)?;
        let mut core_cost = master.decided_cost(&core) + first.costs.iter().sum::<f64>();
        self.join(master, Some(&mut programme), first.cuts)?;
        let mut bound = 0.0_f64;
        let mut share = 0.5;
        for _ in 0..RELAXATION_ROUNDS {
            self.relaxation_rounds += 1;
            let vertex = programme.solve(Method::Dual)?;
            bound = bound.max(vertex.objective);
            if core_cost - bound <= RELAXATION_GAP * core_cost.abs() {
                break;
            }
            let point: Vec<f64> = core
                .iter()
                .zip(&vertex.values)
                .map(|(inner, outer)| inner + share * (outer - inner))
                .collect();
            let evaluated = self.evaluate(master, &point)?;
            let cost = master.decided_cost(&point) + evaluated.costs.iter().sum::<f64>();
            if cost < core_cost {
                (core, core_cost) = (point, cost);
            }
            let cuts_off = evaluated.cuts.iter().any(|cut| {
                let row = cut.row(
                    &master.decisions,
                    master.first_cost + cut.period,
                    self.model.lead_periods,
                );
                let terms = row.terms.iter();
                let sum: f64 = terms
                    .map(|(column, factor)| vertex.values[*column] * factor)
                    .sum();
                sum > row.to + 1e-6 * row.to.abs().max(1.0)
            });
            share = if cuts_off { 0.5 } else { 1.0 };
            self.join(master, Some(&mut programme), evaluated.cuts)?;
        }
        Ok(bound)
    }

    fn join(
        &mut self,
        master: &mut Master,
        programme: Option<&mut WarmProgramme>,
        cuts: Vec<Cut>,
    ) -> Result<(), SolverError> {
        self.cuts.extend(cuts);
        let before = master.tableau.joined_rows.len();
        master.state_cuts(&self.cuts, self.model.lead_periods);
        if let Some(programme) = programme {
            for row in &master.tableau.joined_rows[before..] {
                programme.add_row(row)?;
            }
        }
        Ok(())
    }

    /// Whole decisions.
    fn decide(
        &mut self,
        master: &mut Master,
        relaxation: f64,
        (limits, first): (&PlanLimits, Option<Decisions>),
    ) -> Result<SessionResult, SolverError> {
        let nothing = Decisions::none(self.model);
        let mut start = vec![0.0; master.tableau.columns.len()];
        master
            .decisions
            .write(&master.budgeted, &nothing, &mut start);
        let mut objective = f64::INFINITY;
        let mut best: Option<Vec<f64>> = None;
        let mut bound = relaxation;
        let mut known: Vec<Decisions> = Vec::new();
        let mut wanted = limits.gap * FIRST_GAP_SHARE;
        let mut status = PlanStatus::WorkLimit;
        self.adopt(master, start, &mut objective, &mut best)?;
        if let Some(decisions) = first {
            let mut point = vec![0.0; master.tableau.columns.len()];
            master
                .decisions
                .write(&master.budgeted, &decisions, &mut point);
            self.adopt(master, point, &mut objective, &mut best)?;
        }
        for _ in 0..limits.rounds {
            let stop = Stop {
                relative_gap: wanted,
                nodes: limits.nodes,
                seconds: limits.seconds,
            };
            let branched = branch(&master.tableau, best.as_deref(), &stop, MODEL)?;
            wanted *= NEXT_GAP_SHARE;
            bound = bound.max(branched.bound.min(objective));
            if branched.time_reached {
                status = PlanStatus::TimeLimit;
            }
            if let Some(values) = branched.values {
                let decisions = master.decisions.read(self.model, &values);
                if known.contains(&decisions) {
                    if branched.limit_reached {
                        break; // more of the same work finds the same
                    }
                    wanted /= 4.0;
                } else {
                    let mut point = vec![0.0; values.len()];
                    master
                        .decisions
                        .write(&master.budgeted, &decisions, &mut point);
                    known.push(decisions);
                    self.adopt(master, point, &mut objective, &mut best)?;
                }
            }
            if objective - bound <= limits.gap * objective.abs() {
                status = PlanStatus::Proven;
                break;
            }
        }
        let Some(best) = best else {
            return Err(SolverError::Infeasible { model: MODEL });
        };
        Ok(SessionResult {
            decisions: master.decisions.read(self.model, &best),
            bound: bound.min(objective),
            status,
        })
    }

    /// Evaluates whole decisions and keeps them if they are the best so far.
    fn adopt(
        &mut self,
        master: &mut Master,
        mut point: Vec<f64>,
        objective: &mut f64,
        best: &mut Option<Vec<f64>>,
    ) -> Result<(), SolverError> {
        let evaluated = self.evaluate(master, &point)?;
        point[master.first_cost..].copy_from_slice(&evaluated.costs);
        let cost = master.decided_cost(&point) + evaluated.costs.iter().sum::<f64>();
        if cost < *objective {
            *objective = cost;
            *best = Some(point);
        }
        self.join(master, None, evaluated.cuts)
    }
}

impl Master {
    fn state_cuts(&mut self, cuts: &[Cut], lead_periods: usize) {
        for cut in &cuts[self.cuts_stated..] {
            let row = cut.row(&self.decisions, self.first_cost + cut.period, lead_periods);
            self.tableau.joined_rows.push(row);
        }
        self.cuts_stated = cuts.len();
    }

    /// Cost of the decisions at a point.
    fn decided_cost(&self, values: &[f64]) -> f64 {
        let columns = self.tableau.columns[..self.first_cost].iter();
        columns
            .zip(values)
            .map(|(column, value)| column.cost * value)
            .sum()
    }
}

/// Takes rounding noise of the decision programme off.
fn tidy(value: f64) -> f64 {
    let whole = value.round();
    if (value - whole).abs() <= 1e-7 {
        whole
    } else {
        value
    }
}
