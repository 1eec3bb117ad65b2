//! Independent check of a capacity plan: feasibility and objective from the plan and the model
//! alone, without the solver and without the code that states programmes.

use super::model::{PlanningModel, Standing};
use super::plan::CapacityPlan;

/// Relative tolerance of all comparisons.
const TOLERANCE: f64 = 1e-6;

/// What a plan does wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanViolation {
    /// A list does not fit the model.
    #[error("the plan holds {found} {what}, the model {expected}")]
    WrongLength {
        /// Which list.
        what: &'static str,
        /// Entries found.
        found: usize,
        /// Entries needed.
        expected: usize,
    },
    /// Something that is not in the model, or a number that is none.
    #[error("the plan names {what}, which the model does not have")]
    Unknown {
        /// What is named.
        what: String,
    },
    /// A site that may not open or close does, or one opens and closes again.
    #[error("site {site} is open in a way it may not be: {reason}")]
    Standing {
        /// The site.
        site: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// More rooms than fit, or rooms where none may be.
    #[error("site {site} gets {found} rooms and may have {expected}")]
    Rooms {
        /// The site.
        site: usize,
        /// Rooms ordered.
        found: u32,
        /// Rooms that fit.
        expected: u32,
    },
    /// More is spent than there is.
    #[error("up to period {period}, {found} is spent of {expected}")]
    Budget {
        /// The period.
        period: usize,
        /// Money spent so far.
        found: f64,
        /// Money given so far.
        expected: f64,
    },
    /// The children of a cell do not add up.
    #[error(
        "cell {cell}, group {group}: {found} children are placed or unserved of {expected} (future {path}, period {period})"
    )]
    Demand {
        /// The future.
        path: usize,
        /// The period.
        period: usize,
        /// The care group.
        group: usize,
        /// The cell.
        cell: usize,
        /// Children accounted for.
        found: f64,
        /// Children there.
        expected: f64,
    },
    /// A site takes more than it has places.
    #[error(
        "site {site}, group {group} takes {found} children on {expected} places (future {path}, period {period})"
    )]
    Places {
        /// The future.
        path: usize,
        /// The period.
        period: usize,
        /// The care group.
        group: usize,
        /// The site.
        site: usize,
        /// Children sent there.
        found: f64,
        /// Its places.
        expected: f64,
    },
    /// More staff than there is.
    #[error("{found} staff are needed and {expected} are there (future {path}, period {period})")]
    Staff {
        /// The future.
        path: usize,
        /// The period.
        period: usize,
        /// Staff needed.
        found: f64,
        /// Staff there.
        expected: f64,
    },
    /// The stated cost is not the cost of the plan.
    #[error("the plan states the cost {found}, it costs {expected}")]
    Objective {
        /// Cost stated.
        found: f64,
        /// Cost computed.
        expected: f64,
    },
    /// The bound is above the cost.
    #[error("the plan costs {found}, which its bound {bound} excludes")]
    Bound {
        /// Cost stated.
        found: f64,
        /// Bound stated.
        bound: f64,
    },
}

/// Checks a plan against its model; an objective may differ by 1e-6 relative.
///
/// # Errors
/// The first rule broken.
pub fn check_plan(model: &PlanningModel, plan: &CapacityPlan) -> Result<(), PlanViolation> {
    check_standing(model, plan)?;
    check_rooms(model, plan)?;
    check_budget(model, plan)?;
    let ways = check_flows(model, plan)?;
    let expected = ways + decided_cost(model, plan);
    if !is_close(plan.objective, expected) {
        return Err(PlanViolation::Objective {
            found: plan.objective,
            expected,
        });
    }
    if plan.bound.is_nan() || plan.bound > plan.objective + slack(plan.objective) {
        return Err(PlanViolation::Bound {
            found: plan.objective,
            bound: plan.bound,
        });
    }
    Ok(())
}

fn slack(value: f64) -> f64 {
    TOLERANCE * value.abs().max(1.0)
}

fn is_close(a: f64, b: f64) -> bool {
    (a - b).abs() <= slack(a.abs().max(b.abs()))
}

fn check_standing(model: &PlanningModel, plan: &CapacityPlan) -> Result<(), PlanViolation> {
    let open = &plan.decisions.open;
    if open.len() != model.sites.len() {
        return Err(PlanViolation::WrongLength {
            what: "sites",
            found: open.len(),
            expected: model.sites.len(),
        });
    }
    for (site, (stands, open)) in model.sites.iter().zip(open).enumerate() {
        if open.len() != model.periods() {
            return Err(PlanViolation::WrongLength {
                what: "periods",
                found: open.len(),
                expected: model.periods(),
            });
        }
        let broken = match stands.standing {
            Standing::Fixed => open.contains(&false).then_some("it cannot close"),
            Standing::Candidate => open
                .windows(2)
                .any(|pair| pair[0] && !pair[1])
                .then_some("once opened it stays open"),
            Standing::Closable => open
                .windows(2)
                .any(|pair| !pair[0] && pair[1])
                .then_some("once closed it stays closed"),
        };
        if let Some(reason) = broken {
            return Err(PlanViolation::Standing { site, reason });
        }
    }
    Ok(())
}

fn check_rooms(model: &PlanningModel, plan: &CapacityPlan) -> Result<(), PlanViolation> {
    let mut ordered = vec![0_u32; model.sites.len()];
    for order in &plan.decisions.rooms {
        let (Some(site), true) = (
            model.sites.get(order.site),
            order.group < model.groups.len() && order.period < model.periods(),
        ) else {
            let what = format!("the rooms {order:?}");
            return Err(PlanViolation::Unknown { what });
        };
        ordered[order.site] = ordered[order.site].saturating_add(order.rooms);
        let may_have = if site.places[order.group] > 0.0 {
            site.most_rooms
        } else {
            0
        };
        if ordered[order.site] > may_have {
            return Err(PlanViolation::Rooms {
                site: order.site,
                found: ordered[order.site],
                expected: may_have,
            });
        }
        if plan.decisions.open[order.site][order.period..].contains(&false) {
            return Err(PlanViolation::Standing {
                site: order.site,
                reason: "a site with ordered rooms is open",
            });
        }
    }
    Ok(())
}

fn check_budget(model: &PlanningModel, plan: &CapacityPlan) -> Result<(), PlanViolation> {
    let Some(budgets) = &model.budgets else {
        return Ok(());
    };
    let (mut given, mut spent) = (0.0, 0.0);
    for (period, budget) in budgets.iter().enumerate() {
        given += budget;
        for (site, open) in model.sites.iter().zip(&plan.decisions.open) {
            let opens_now = open[period] && (period == 0 || !open[period - 1]);
            if site.standing == Standing::Candidate && opens_now {
                spent += site.opening_cost;
            }
        }
        for order in plan
            .decisions
            .rooms
            .iter()
            .filter(|order| order.period == period)
        {
            spent += f64::from(order.rooms) * model.sites[order.site].room_cost;
        }
        if spent > given + slack(given) {
            return Err(PlanViolation::Budget {
                period,
                found: spent,
                expected: given,
            });
        }
    }
    Ok(())
}

fn decided_cost(model: &PlanningModel, plan: &CapacityPlan) -> f64 {
    let mut cost = 0.0;
    for (site, open) in model.sites.iter().zip(&plan.decisions.open) {
        if site.standing != Standing::Fixed {
            cost += open
                .iter()
                .map(|&is_open| if is_open { site.running_cost } else { 0.0 })
                .sum::<f64>();
        }
    }
    for order in &plan.decisions.rooms {
        cost += model.sites[order.site].room_upkeep * f64::from(order.rooms);
    }
    cost
}

/// Expected cost of ways and unserved children.
fn check_flows(model: &PlanningModel, plan: &CapacityPlan) -> Result<f64, PlanViolation> {
    let (periods, groups) = (model.periods(), model.groups.len());
    let scenes = model.paths.len() * periods;
    let mut accounted = vec![0.0; scenes * model.cells * groups];
    let mut taken = vec![0.0; scenes * model.sites.len() * groups];
    let mut staff = vec![0.0; scenes];
    let mut cost = 0.0;
    for flow in &plan.flows {
        let way = model
            .ways
            .get(flow.group)
            .and_then(|ways| ways.get(flow.way));
        let is_known =
            flow.path < model.paths.len() && flow.period < periods && flow.children >= 0.0;
        let (Some(way), true) = (way, is_known) else {
            let what = format!("the flow {flow:?}");
            return Err(PlanViolation::Unknown { what });
        };
        let scene = flow.path * periods + flow.period;
        accounted[(scene * model.cells + way.cell) * groups + flow.group] += flow.children;
        taken[(scene * model.sites.len() + way.site) * groups + flow.group] += flow.children;
        staff[scene] += flow.children * model.groups[flow.group].staff_per_child;
        cost += model.paths[flow.path].probability * flow.children * way.cost;
    }
    for left in &plan.unserved {
        let penalty = model
            .groups
            .get(left.group)
            .and_then(|group| group.unserved_penalty);
        let is_known = left.path < model.paths.len()
            && left.period < periods
            && left.cell < model.cells
            && left.children >= 0.0;
        let (Some(penalty), true) = (penalty, is_known) else {
            let what = format!("the unserved children {left:?}");
            return Err(PlanViolation::Unknown { what });
        };
        let scene = left.path * periods + left.period;
        accounted[(scene * model.cells + left.cell) * groups + left.group] += left.children;
        cost += model.paths[left.path].probability * left.children * penalty;
    }
    for (scene, &needed) in staff.iter().enumerate() {
        let (path, period) = (scene / periods, scene % periods);
        check_scene(model, plan, (path, period), &accounted, &taken)?;
        if let Some(there) = model.staff.as_ref().map(|staff| staff[period])
            && needed > there + slack(there)
        {
            return Err(PlanViolation::Staff {
                path,
                period,
                found: needed,
                expected: there,
            });
        }
    }
    Ok(cost)
}

fn check_scene(
    model: &PlanningModel,
    plan: &CapacityPlan,
    (path, period): (usize, usize),
    accounted: &[f64],
    taken: &[f64],
) -> Result<(), PlanViolation> {
    let groups = model.groups.len();
    let scene = path * model.periods() + period;
    for cell in 0..model.cells {
        for group in 0..groups {
            let found = accounted[(scene * model.cells + cell) * groups + group];
            let expected = model.paths[path].children[period][cell * groups + group];
            if !is_close(found, expected) {
                return Err(PlanViolation::Demand {
                    path,
                    period,
                    group,
                    cell,
                    found,
                    expected,
                });
            }
        }
    }
    for (site, stands) in model.sites.iter().enumerate() {
        for group in 0..groups {
            let mut expected = if plan.decisions.open[site][period] {
                stands.places[group]
            } else {
                0.0
            };
            for order in &plan.decisions.rooms {
                if order.site == site
                    && order.group == group
                    && order.period + model.lead_periods <= period
                {
                    expected += f64::from(order.rooms) * model.groups[group].room_places;
                }
            }
            let found = taken[(scene * model.sites.len() + site) * groups + group];
            if found > expected + slack(expected) {
                return Err(PlanViolation::Places {
                    path,
                    period,
                    group,
                    site,
                    found,
                    expected,
                });
            }
        }
    }
    Ok(())
}
