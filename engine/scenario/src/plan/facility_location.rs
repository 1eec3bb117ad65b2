//! The plan of a facility location instance, as it is published, and its check.

use domain::InputProblem;
use serde::Serialize;
use solver::{PlanLimits, PlanStatus, PlanningModel, SolverError, plan_capacity};

use super::or_library::FacilityInstance;
use crate::codes;

/// How the search may end before the optimum is proven.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PlanOptions {
    /// Proven relative gap that is good enough; 0 asks for the optimum.
    pub gap: f64,
    /// Most nodes of a branch and bound run.
    pub node_limit: Option<u32>,
    /// Most seconds of a branch and bound run; a plan that ends on it is not reproducible.
    pub time_limit_seconds: Option<f64>,
    /// What replaces every capacity of the file.
    pub capacity: Option<f64>,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            gap: 0.0,
            node_limit: None,
            time_limit_seconds: None,
            capacity: None,
        }
    }
}

/// Demand of a customer that a facility serves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FacilityFlow {
    /// The customer, counted from 1.
    pub customer: usize,
    /// The facility, counted from 1.
    pub facility: usize,
    /// Demand served.
    pub demand: f64,
    /// What that costs.
    pub cost: f64,
}

/// A plan with everything needed to judge and repeat it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FacilityPlan {
    /// SHA-256 of the file.
    pub input_sha256: String,
    /// Number of facilities.
    pub facilities: usize,
    /// Number of customers.
    pub customers: usize,
    /// Name and version of the solver.
    pub solver: &'static str,
    /// Version of this program.
    pub engine: &'static str,
    /// Options of the run.
    pub options: PlanOptions,
    /// `proven`, `work_limit` or `time_limit`.
    pub status: &'static str,
    /// Fixed costs and costs of serving.
    pub objective: f64,
    /// No plan costs less.
    pub bound: f64,
    /// How far the plan may be from the best one, relative.
    pub gap: f64,
    /// Facilities that open, counted from 1.
    pub open_facilities: Vec<usize>,
    /// Who serves whom.
    pub flows: Vec<FacilityFlow>,
}

/// Plans an instance; `input_sha256` identifies the file it was read from.
///
/// Without a time limit two runs give the same bytes.
///
/// # Errors
/// A numbered problem where a limit leaves no plan or the numbers cannot be planned with.
///
/// ```
/// use scenario::{check_facility_plan, plan_facilities, read_facility_instance, PlanOptions};
/// let instance = read_facility_instance("2 2 9 10 9 4 5 1 9 3 8 2", "two.txt", None).unwrap();
/// let plan = plan_facilities(&instance, "two.txt", "unhashed", &PlanOptions::default()).unwrap();
/// // The second facility alone costs 4 + 9 + 2; both cost 10 + 4 + 1 + 2.
/// assert_eq!((plan.objective, plan.status), (15.0, "proven"));
/// assert_eq!(plan.open_facilities, [2]);
/// check_facility_plan(&instance, &plan).unwrap();
/// ```
pub fn plan_facilities(
    instance: &FacilityInstance,
    file: &str,
    input_sha256: &str,
    options: &PlanOptions,
) -> Result<FacilityPlan, Vec<InputProblem>> {
    let facilities = instance.capacities.len();
    let unit_costs: Vec<f64> = instance
        .total_costs
        .iter()
        .enumerate()
        .map(|(position, cost)| cost / instance.demands[position / facilities])
        .collect();
    let model = PlanningModel::facility_location(
        &instance.capacities,
        &instance.fixed_costs,
        &instance.demands,
        &unit_costs,
    );
    let limits = PlanLimits {
        gap: options.gap.max(0.0),
        nodes: options.node_limit,
        seconds: options.time_limit_seconds,
        ..PlanLimits::default()
    };
    let planned = plan_capacity(&model, &limits).map_err(|error| vec![refused(&error, file)])?;
    let mut flows: Vec<FacilityFlow> = planned
        .flows
        .iter()
        .map(|flow| {
            let (customer, facility) = (flow.way / facilities, flow.way % facilities);
            FacilityFlow {
                customer: customer + 1,
                facility: facility + 1,
                demand: flow.children,
                cost: instance.total_costs[flow.way] * (flow.children / instance.demands[customer]),
            }
        })
        .collect();
    flows.sort_by_key(|flow| (flow.customer, flow.facility));
    let open: Vec<usize> = (0..facilities)
        .filter(|&site| planned.decisions.open[site][0])
        .collect();
    let fixed: f64 = open.iter().map(|&site| instance.fixed_costs[site]).sum();
    Ok(FacilityPlan {
        input_sha256: input_sha256.to_owned(),
        facilities,
        customers: instance.demands.len(),
        solver: solver::SOLVER,
        engine: env!("CARGO_PKG_VERSION"),
        options: *options,
        status: match planned.status {
            PlanStatus::Proven => "proven",
            PlanStatus::WorkLimit => "work_limit",
            PlanStatus::TimeLimit => "time_limit",
        },
        objective: fixed + flows.iter().map(|flow| flow.cost).sum::<f64>(),
        bound: planned.bound,
        gap: planned.gap(),
        open_facilities: open.into_iter().map(|site| site + 1).collect(),
        flows,
    })
}

fn refused(error: &SolverError, file: &str) -> InputProblem {
    let problem = InputProblem::new(codes::NO_PLAN, file, format!("no plan was found: {error}"));
    problem.remedy("raise the limit, or check that the facilities can serve all customers")
}

/// What a published plan does wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FacilityPlanFault {
    /// A facility or customer that is not in the instance, or a number that is none.
    #[error("the flow {0:?} cannot be")]
    UnknownFlow(FacilityFlow),
    /// A closed facility serves.
    #[error("facility {0} serves and is not open")]
    Closed(usize),
    /// More is served than fits.
    #[error("facility {facility} serves {served} and holds {capacity}")]
    Overfull {
        /// The facility, counted from 1.
        facility: usize,
        /// Demand served.
        served: f64,
        /// Its capacity.
        capacity: f64,
    },
    /// A customer is not served exactly once.
    #[error("customer {customer} is served {served} of {demand}")]
    NotServed {
        /// The customer, counted from 1.
        customer: usize,
        /// Demand served.
        served: f64,
        /// Its demand.
        demand: f64,
    },
    /// The stated cost is not the cost of the plan.
    #[error("the plan states {stated} and costs {found}")]
    WrongObjective {
        /// Cost stated.
        stated: f64,
        /// Cost computed.
        found: f64,
    },
    /// The stated bound or gap does not belong to the cost.
    #[error("the bound {bound} and the gap {gap} do not belong to a cost of {objective}")]
    WrongBound {
        /// Bound stated.
        bound: f64,
        /// Gap stated.
        gap: f64,
        /// Cost stated.
        objective: f64,
    },
}

/// Recomputes feasibility and cost from the instance and the published plan alone.
///
/// # Errors
/// The first fault.
pub fn check_facility_plan(
    instance: &FacilityInstance,
    plan: &FacilityPlan,
) -> Result<(), FacilityPlanFault> {
    let facilities = instance.capacities.len();
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0);
    let mut served_by = vec![0.0; facilities];
    let mut served_to = vec![0.0; instance.demands.len()];
    let mut cost = 0.0;
    for &facility in &plan.open_facilities {
        cost += instance
            .fixed_costs
            .get(facility.wrapping_sub(1))
            .copied()
            .unwrap_or(f64::NAN);
    }
    for flow in &plan.flows {
        let (customer, facility) = (flow.customer.wrapping_sub(1), flow.facility.wrapping_sub(1));
        if customer >= served_to.len()
            || facility >= facilities
            || flow.demand.is_nan()
            || flow.demand < 0.0
        {
            return Err(FacilityPlanFault::UnknownFlow(*flow));
        }
        if !plan.open_facilities.contains(&flow.facility) {
            return Err(FacilityPlanFault::Closed(flow.facility));
        }
        served_by[facility] += flow.demand;
        served_to[customer] += flow.demand;
        let share = flow.demand / instance.demands[customer];
        cost += share * instance.total_costs[customer * facilities + facility];
    }
    for (number, (&served, &capacity)) in served_by.iter().zip(&instance.capacities).enumerate() {
        if served > capacity && !close(served, capacity) {
            let facility = number + 1;
            return Err(FacilityPlanFault::Overfull {
                facility,
                served,
                capacity,
            });
        }
    }
    for (number, (&served, &demand)) in served_to.iter().zip(&instance.demands).enumerate() {
        if !close(served, demand) {
            let customer = number + 1;
            return Err(FacilityPlanFault::NotServed {
                customer,
                served,
                demand,
            });
        }
    }
    if cost.is_nan() || !close(plan.objective, cost) {
        let stated = plan.objective;
        return Err(FacilityPlanFault::WrongObjective {
            stated,
            found: cost,
        });
    }
    let gap = ((plan.objective - plan.bound) / plan.objective.abs().max(1e-9)).max(0.0);
    if (plan.bound > plan.objective && !close(plan.bound, plan.objective)) || !close(gap, plan.gap)
    {
        return Err(FacilityPlanFault::WrongBound {
            bound: plan.bound,
            gap: plan.gap,
            objective: plan.objective,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned() -> (FacilityInstance, FacilityPlan) {
        let instance = FacilityInstance {
            capacities: vec![9.0, 6.0],
            fixed_costs: vec![10.0, 4.0],
            demands: vec![5.0, 3.0],
            total_costs: vec![1.0, 9.0, 8.0, 2.0],
        };
        let plan = plan_facilities(&instance, "two.txt", "0", &PlanOptions::default()).unwrap();
        (instance, plan)
    }

    #[test]
    fn the_check_finds_every_planted_fault() {
        let (instance, plan) = planned();
        check_facility_plan(&instance, &plan).unwrap();
        let spoilt = |change: fn(&mut FacilityPlan)| {
            let mut plan = plan.clone();
            change(&mut plan);
            check_facility_plan(&instance, &plan).unwrap_err()
        };
        use FacilityPlanFault as Fault;
        assert!(matches!(
            spoilt(|plan| plan.objective += 0.1),
            Fault::WrongObjective { .. }
        ));
        assert!(matches!(
            spoilt(|plan| plan.bound += 1.0),
            Fault::WrongBound { .. }
        ));
        assert!(matches!(
            spoilt(|plan| plan.gap += 0.1),
            Fault::WrongBound { .. }
        ));
        assert!(matches!(
            spoilt(|plan| plan.open_facilities.clear()),
            Fault::Closed(_)
        ));
        assert!(matches!(
            spoilt(|plan| plan.flows[0].demand -= 1.0),
            Fault::NotServed { .. }
        ));
        assert!(matches!(
            spoilt(|plan| plan.flows[0].customer = 9),
            Fault::UnknownFlow(_)
        ));
        assert!(matches!(
            spoilt(|plan| plan.flows[0].facility = 0),
            Fault::UnknownFlow(_)
        ));
        let overfull = spoilt(|plan| {
            plan.open_facilities = vec![1, 2];
            plan.flows.iter_mut().for_each(|flow| flow.facility = 2);
        });
        assert!(matches!(overfull, Fault::Overfull { facility: 2, .. }));
    }

    #[test]
    fn dearer_facilities_and_dearer_ways_scale_the_cost_and_change_no_decision() {
        let (mut instance, plan) = planned();
        for cost in instance
            .fixed_costs
            .iter_mut()
            .chain(&mut instance.total_costs)
        {
            *cost *= 7.0;
        }
        let scaled = plan_facilities(&instance, "two.txt", "0", &PlanOptions::default()).unwrap();
        assert!((scaled.objective - 7.0 * plan.objective).abs() < 1e-9);
        assert_eq!(scaled.open_facilities, plan.open_facilities);
    }

    #[test]
    fn two_runs_give_the_same_plan() {
        assert_eq!(planned().1, planned().1);
    }
}
