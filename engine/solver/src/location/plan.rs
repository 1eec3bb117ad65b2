//! A capacity plan: what is decided, what it costs, and how near to the best it is proven to be.

use super::decisions::Decisions;
use super::extensive::{Extensive, ways_by_cell};
use super::model::PlanningModel;
use super::programme::Stop;
use super::recourse::{Recourse, RecourseAnswer, Scene};
use super::{checker, decomposition};
use crate::SolverError;

/// Columns up to which the whole plan is put into one programme.
const MOST_COLUMNS_IN_ONE: usize = 25_000;

/// When planning stops. Only `seconds` depends on the machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanLimits {
    /// Proven relative gap that is good enough (0 = optimum, up to 1e-6 relative).
    pub gap: f64,
    /// Most nodes of one branch and bound run; `None`: no limit.
    pub nodes: Option<u32>,
    /// Most rounds of the decomposition.
    pub rounds: usize,
    /// Most seconds of one branch and bound run; a plan that stops on them is not reproducible.
    pub seconds: Option<f64>,
    /// Which form is solved; `None`: by size.
    pub form: Option<PlanForm>,
}

impl Default for PlanLimits {
    fn default() -> Self {
        Self {
            gap: 1e-6,
            nodes: None,
            rounds: 60,
            seconds: None,
            form: None,
        }
    }
}

/// How a plan was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanForm {
    /// Everything in one programme.
    Extensive,
    /// Decisions in one programme, each period of each future in one of its own.
    Decomposition,
}

/// Why planning stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanStatus {
    /// The gap asked for is proven.
    Proven,
    /// The limit of nodes or rounds was reached; the same on every machine.
    WorkLimit,
    /// The limit of seconds was reached; another machine may come further.
    TimeLimit,
}

/// Children of one cell and group who go one way in one period of one future.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlannedFlow {
    /// The future.
    pub path: usize,
    /// The period.
    pub period: usize,
    /// The care group.
    pub group: usize,
    /// Index into the ways of the group.
    pub way: usize,
    /// Children, not always whole.
    pub children: f64,
}

/// Children of one cell and group without a place in one period of one future.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unserved {
    /// The future.
    pub path: usize,
    /// The period.
    pub period: usize,
    /// The care group.
    pub group: usize,
    /// The cell.
    pub cell: usize,
    /// Children.
    pub children: f64,
}

/// Decisions, their cost and the proof.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityPlan {
    /// What opens, closes and grows.
    pub decisions: Decisions,
    /// Cost of the decisions plus the expected cost of ways and unserved children.
    pub objective: f64,
    /// No plan costs less than this.
    pub bound: f64,
    /// Why planning stopped.
    pub status: PlanStatus,
    /// How it was computed.
    pub form: PlanForm,
    /// Cost of ways and unserved children, at `path * periods + period`, not weighted.
    pub recourse_costs: Vec<f64>,
    /// Who goes where.
    pub flows: Vec<PlannedFlow>,
    /// Who goes nowhere.
    pub unserved: Vec<Unserved>,
}

impl CapacityPlan {
    /// How far the plan may be from the best one, relative to its cost (≥ 0).
    #[must_use]
    pub fn gap(&self) -> f64 {
        ((self.objective - self.bound) / self.objective.abs().max(1e-9)).max(0.0)
    }
}

/// The plan that costs least, or one proven to be within the gap asked for.
///
/// Deterministic unless `limits.seconds` ends it. The plan is checked without the solver before it is
/// given back.
///
/// # Errors
/// [`SolverError::BadModel`] for numbers that are none, [`SolverError::Infeasible`] where children
/// must be served and cannot be, [`SolverError::LimitReached`] where a limit left no plan.
///
/// ```
/// use solver::{plan_capacity, PlanLimits, PlanningModel};
/// // Two facilities of 10 places, two customers of 5; running both costs more than one way of 3.
/// let model = PlanningModel::facility_location(&[10.0, 10.0], &[20.0, 20.0], &[5.0, 5.0], &[0.0, 3.0, 3.0, 0.0]);
/// let plan = plan_capacity(&model, &PlanLimits::default())?;
/// assert_eq!(plan.objective, 35.0);
/// assert_eq!(plan.decisions.open.iter().flatten().filter(|open| **open).count(), 1);
///
/// let too_small = PlanningModel::facility_location(&[1.0], &[20.0], &[5.0], &[1.0]);
/// assert!(plan_capacity(&too_small, &PlanLimits::default()).is_err());
/// # Ok::<(), solver::SolverError>(())
/// ```
pub fn plan_capacity(
    model: &PlanningModel,
    limits: &PlanLimits,
) -> Result<CapacityPlan, SolverError> {
    model.validate()?;
    let must_serve = model
        .groups
        .iter()
        .any(|group| group.unserved_penalty.is_none());
    let by_size = if must_serve || Extensive::size(model) <= MOST_COLUMNS_IN_ONE {
        PlanForm::Extensive
    } else {
        PlanForm::Decomposition
    };
    let plan = match limits.form.filter(|_| !must_serve).unwrap_or(by_size) {
        PlanForm::Extensive => in_one(model, limits)?,
        PlanForm::Decomposition => decomposition::plan(model, limits)?,
    };
    if let Err(violation) = checker::check_plan(model, &plan) {
        return Err(SolverError::Stopped {
            model: "capacity plan",
            status: format!("a plan that breaks a rule: {violation}"),
        });
    }
    Ok(plan)
}

fn in_one(model: &PlanningModel, limits: &PlanLimits) -> Result<CapacityPlan, SolverError> {
    let stop = Stop {
        relative_gap: limits.gap.max(1e-7),
        nodes: limits.nodes,
        seconds: limits.seconds,
    };
    let mut extensive = Extensive::state(model);
    let result = extensive.solve(&stop)?;
    let Some(values) = result.values else {
        if result.limit_reached {
            return Err(SolverError::LimitReached {
                model: "capacity plan",
                limit: format!("{:?} nodes, {:?} seconds", limits.nodes, limits.seconds),
            });
        }
        return Err(SolverError::Infeasible {
            model: "capacity plan",
        });
    };
    let decisions = extensive.decisions.read(model, &values);
    let status = if !result.limit_reached {
        PlanStatus::Proven
    } else if result.time_reached {
        PlanStatus::TimeLimit
    } else {
        PlanStatus::WorkLimit
    };
    finished(model, decisions, result.bound, status, PlanForm::Extensive)
}

/// The plan of some decisions: their best allocation in every period of every future.
pub(crate) fn finished(
    model: &PlanningModel,
    decisions: Decisions,
    bound: f64,
    status: PlanStatus,
    form: PlanForm,
) -> Result<CapacityPlan, SolverError> {
    let ways_of = ways_by_cell(model);
    let groups = model.groups.len();
    let mut plan = CapacityPlan {
        objective: decisions.cost(model),
        decisions,
        bound,
        status,
        form,
        recourse_costs: Vec::new(),
        flows: Vec::new(),
        unserved: Vec::new(),
    };
    for (path, future) in model.paths.iter().enumerate() {
        for period in 0..model.periods() {
            let places = plan.decisions.places(model, period);
            let scene = scene(model, &ways_of, path, period);
            let answer = Recourse::open(scene, &places)?.solve()?;
            plan.objective += future.probability * answer.cost;
            plan.recourse_costs.push(answer.cost);
            let RecourseAnswer {
                flows, unserved, ..
            } = answer;
            plan.flows
                .extend(flows.iter().map(|&(group, way, children)| PlannedFlow {
                    path,
                    period,
                    group,
                    way,
                    children,
                }));
            let left = unserved.iter().enumerate().filter(|(position, children)| {
                **children > 0.0 && model.groups[position % groups].unserved_penalty.is_some()
            });
            plan.unserved
                .extend(left.map(|(position, &children)| Unserved {
                    path,
                    period,
                    group: position % groups,
                    cell: position / groups,
                    children,
                }));
        }
    }
    plan.bound = plan.bound.min(plan.objective);
    Ok(plan)
}

/// The period of a future.
pub(crate) fn scene<'a>(
    model: &'a PlanningModel,
    ways_of: &'a [Vec<usize>],
    path: usize,
    period: usize,
) -> Scene<'a> {
    Scene {
        cells: model.cells,
        sites: model.sites.len(),
        groups: &model.groups,
        ways: &model.ways,
        ways_of,
        children: &model.paths[path].children[period],
        staff: model.staff.as_ref().map(|staff| staff[period]),
        areas: None,
    }
}
