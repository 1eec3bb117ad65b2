//! What more or less money buys: plans for several budgets from one pool of bounds.
//!
//! The bounds of the decomposition depend on no budget, so each budget starts with all that was learned
//! before it. A plan for less money is also one for more, and a bound for more money is also one for
//! less: so neither costs nor bounds ever rise with the budget.

use super::decisions::Decisions;
use super::decomposition::Session;
use super::extensive::ways_by_cell;
use super::model::PlanningModel;
use super::plan::{CapacityPlan, PlanForm, PlanLimits, PlanStatus, finished};
use crate::SolverError;

/// A budget and the best plan for it.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontPoint {
    /// The budget of every period in units of that of the model (≥ 0).
    pub budget_share: f64,
    /// The plan with its bound: the band in which the best one lies.
    pub plan: CapacityPlan,
    /// Money spent in all periods.
    pub spent: f64,
    /// Mean cost of the way of a child with a place.
    pub mean_way: f64,
    /// Share of the children with a place, 0 to 1.
    pub served_share: f64,
}

/// Plans for several shares of the budget, in the order of the shares.
///
/// # Errors
/// [`SolverError::BadModel`] for a model without budgets or with children who must be served, or for a
/// share that is no number; else as [`super::plan_capacity`].
pub fn plan_front(
    model: &PlanningModel,
    budget_shares: &[f64],
    limits: &PlanLimits,
) -> Result<Vec<FrontPoint>, SolverError> {
    model.validate()?;
    let bad = |what: &str, value: String, remedy| Err(SolverError::bad_model(what, value, remedy));
    let Some(budgets) = &model.budgets else {
        return bad("the budget", "none".to_owned(), "give one for each period");
    };
    if let Some(share) = budget_shares
        .iter()
        .find(|it| !it.is_finite() || **it < 0.0)
    {
        return bad("a share of the budget", share.to_string(), "give 0 or more");
    }
    if model
        .groups
        .iter()
        .any(|group| group.unserved_penalty.is_none())
    {
        let remedy = "give every group a penalty for children without a place";
        return bad("a group", "must be served".to_owned(), remedy);
    }
    let mut shares = budget_shares.to_vec();
    shares.sort_by(f64::total_cmp);
    let ways_of = ways_by_cell(model);
    let mut found: Vec<(f64, Decisions, f64, PlanStatus)> = Vec::new();
    {
        let mut session = Session::open(model, &ways_of)?;
        for &share in &shares {
            let scaled: Vec<f64> = budgets.iter().map(|budget| budget * share).collect();
            let before = found.last().map(|(_, decisions, ..)| decisions.clone());
            let result = session.plan_from(Some(&scaled), limits, before)?;
            found.push((share, result.decisions, result.bound, result.status));
        }
    }
    let mut points: Vec<FrontPoint> = Vec::new();
    for (share, decisions, bound, status) in found {
        let plan = finished(model, decisions, bound, status, PlanForm::Decomposition)?;
        points.push(point(model, share, plan));
    }
    for number in (1..points.len()).rev() {
        let bound = points[number].plan.bound;
        let less = &mut points[number - 1].plan;
        less.bound = less.bound.max(bound).min(less.objective);
    }
    Ok(points)
}

fn point(model: &PlanningModel, budget_share: f64, plan: CapacityPlan) -> FrontPoint {
    let (mut ways, mut served) = (0.0, 0.0);
    for flow in &plan.flows {
        let children = model.paths[flow.path].probability * flow.children;
        ways += children * model.ways[flow.group][flow.way].cost;
        served += children;
    }
    let left = plan.unserved.iter();
    let left: f64 = left
        .map(|it| model.paths[it.path].probability * it.children)
        .sum();
    FrontPoint {
        budget_share,
        spent: plan.decisions.spending(model).iter().sum(),
        mean_way: if served > 0.0 { ways / served } else { 0.0 },
        served_share: if served + left > 0.0 {
            served / (served + left)
        } else {
            1.0
        },
        plan,
    }
}
