//! What a plan costs in each future, and what planning for all of them is worth.

use super::decisions::Decisions;
use super::model::{DemandPath, PlanningModel};
use super::plan::{CapacityPlan, PlanForm, PlanLimits, PlanStatus, finished, plan_capacity};
use crate::SolverError;

/// Costs of a plan over the futures.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanOutlook {
    /// Cost in each future, decisions included.
    pub costs: Vec<f64>,
    /// The expected cost.
    pub mean: f64,
    /// Least cost that is not exceeded with a probability of 0.9.
    pub p90: f64,
    /// Expected cost of the dearest tenth of the futures (CVaR at 0.9).
    pub mean_of_dearest_tenth: f64,
    /// Cost of the dearest future.
    pub most: f64,
}

/// What planning for all futures is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct ForesightValue {
    /// The plan for all futures.
    pub stochastic: CapacityPlan,
    /// Its costs.
    pub outlook: PlanOutlook,
    /// Costs of the plan for the mean of the futures, in all of them.
    pub outlook_of_mean_plan: PlanOutlook,
    /// What planning for all futures saves against planning for their mean (VSS).
    pub value_of_stochastic_plan: f64,
    /// What knowing the future would save at most (EVPI), by the bounds of the plans for each.
    pub value_of_perfect_information: f64,
}

/// Costs of given decisions in the futures of a model, which need not be those they were planned for.
///
/// # Errors
/// [`SolverError::BadModel`] for decisions of another model; [`SolverError::Infeasible`] where children
/// must be served and cannot be.
pub fn plan_outlook(
    model: &PlanningModel,
    decisions: &Decisions,
) -> Result<PlanOutlook, SolverError> {
    model.validate()?;
    let fits = decisions.open.len() == model.sites.len()
        && decisions
            .open
            .iter()
            .all(|open| open.len() == model.periods())
        && decisions.rooms.iter().all(|order| {
            order.site < model.sites.len()
                && order.group < model.groups.len()
                && order.period < model.periods()
        });
    if !fits {
        return Err(SolverError::bad_model(
            "the decisions",
            format!("{} sites", decisions.open.len()),
            "give decisions for the sites, groups and periods of the model",
        ));
    }
    let plan = finished(
        model,
        decisions.clone(),
        f64::NEG_INFINITY,
        PlanStatus::WorkLimit,
        PlanForm::Decomposition,
    )?;
    Ok(outlook(model, &plan))
}

fn outlook(model: &PlanningModel, plan: &CapacityPlan) -> PlanOutlook {
    let decided = plan.decisions.cost(model);
    let costs: Vec<f64> = plan
        .recourse_costs
        .chunks(model.periods().max(1))
        .map(|periods| decided + periods.iter().sum::<f64>())
        .collect();
    let mut order: Vec<(f64, f64)> = costs
        .iter()
        .zip(&model.paths)
        .map(|(cost, path)| (*cost, path.probability))
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut above, mut dearest, mut p90) = (0.0_f64, 0.0, 0.0);
    for &(cost, probability) in &order {
        if above <= 0.1 + 1e-12 {
            p90 = cost; // dearer futures have a probability of at most a tenth together
        }
        dearest += probability.min((0.1 - above).max(0.0)) * cost;
        above += probability;
    }
    PlanOutlook {
        mean: costs
            .iter()
            .zip(&model.paths)
            .map(|(cost, path)| cost * path.probability)
            .sum(),
        p90,
        mean_of_dearest_tenth: dearest / 0.1,
        most: costs.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        costs,
    }
}

/// The model with one future: the mean of all.
fn of_mean(model: &PlanningModel) -> PlanningModel {
    let mut children = vec![vec![0.0; model.cells * model.groups.len()]; model.periods()];
    for path in &model.paths {
        for (sums, period) in children.iter_mut().zip(&path.children) {
            for (sum, count) in sums.iter_mut().zip(period) {
                *sum += path.probability * count;
            }
        }
    }
    with_path(model, children)
}

fn with_path(model: &PlanningModel, children: Vec<Vec<f64>>) -> PlanningModel {
    PlanningModel {
        paths: vec![DemandPath {
            probability: 1.0,
            children,
        }],
        ..model.clone()
    }
}

/// Plans for all futures, for their mean and for each alone, and compares.
///
/// # Errors
/// As [`plan_capacity`].
pub fn foresight_value(
    model: &PlanningModel,
    limits: &PlanLimits,
) -> Result<ForesightValue, SolverError> {
    let stochastic = plan_capacity(model, limits)?;
    let of_mean = plan_capacity(&of_mean(model), limits)?;
    let mut known = 0.0;
    for path in &model.paths {
        let alone = plan_capacity(&with_path(model, path.children.clone()), limits)?;
        known += path.probability * alone.bound;
    }
    let outlook_of_mean_plan = plan_outlook(model, &of_mean.decisions)?;
    let outlook = outlook(model, &stochastic);
    Ok(ForesightValue {
        value_of_stochastic_plan: outlook_of_mean_plan.mean - outlook.mean,
        value_of_perfect_information: outlook.mean - known,
        stochastic,
        outlook,
        outlook_of_mean_plan,
    })
}
