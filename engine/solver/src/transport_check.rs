//! Independent check of an allocation.
//!
//! Feasibility is checked row by row. Optimality is checked by weak duality: the child costs `p`
//! and place values `v` of an allocation are prices; whenever `p ≤ penalty` for every area and
//! `p - v ≤ cost` for every arc, no allocation can cost less than `Σ p·demand - Σ v·capacity`. An
//! allocation at that cost is therefore optimal, whoever computed it.

use crate::{Allocation, TransportProblem};

/// Relative tolerance of all comparisons.
const TOLERANCE: f64 = 1e-6;

/// What an allocation does wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AllocationViolation {
    /// One number per arc, area or facility is needed.
    #[error("{found} {what} for {expected}")]
    WrongLength {
        /// Which list.
        what: &'static str,
        /// Entries found.
        found: usize,
        /// Entries needed.
        expected: usize,
    },
    /// A negative or non-finite number of children.
    #[error("{what} {number} is {found}")]
    NotANumberOfChildren {
        /// Flow or unserved.
        what: &'static str,
        /// Arc or area.
        number: usize,
        /// The number found.
        found: f64,
    },
    /// The children of an area do not add up.
    #[error("area {area} has {found} children placed or unserved, and {expected} live there")]
    DemandNotMet {
        /// The area.
        area: usize,
        /// Children accounted for.
        found: f64,
        /// Children of the area.
        expected: f64,
    },
    /// A facility takes more than it has places.
    #[error("site {site} takes {found} children on {expected} places")]
    CapacityExceeded {
        /// The facility.
        site: usize,
        /// Children sent there.
        found: f64,
        /// Its places.
        expected: f64,
    },
    /// The stated cost is not the cost of the flows.
    #[error("the allocation states the cost {found}, its flows cost {expected}")]
    WrongObjective {
        /// Cost stated.
        found: f64,
        /// Cost computed.
        expected: f64,
    },
    /// The allocation claims to be optimal and its prices do not prove it.
    #[error("the allocation claims to be optimal, but {reason}")]
    NotProvenOptimal {
        /// Which condition fails.
        reason: String,
    },
}

pub(crate) fn check(
    problem: &TransportProblem,
    allocation: &Allocation,
) -> Result<(), AllocationViolation> {
    check_lengths(problem, allocation)?;
    check_flows(problem, allocation)?;
    let expected = problem.cost_of(&allocation.flows, &allocation.unserved);
    if !close(allocation.objective, expected) {
        return Err(AllocationViolation::WrongObjective {
            found: allocation.objective,
            expected,
        });
    }
    if allocation.optimal {
        check_prices(problem, allocation)?;
    }
    Ok(())
}

fn check_lengths(
    problem: &TransportProblem,
    allocation: &Allocation,
) -> Result<(), AllocationViolation> {
    let lengths = [
        ("flows", allocation.flows.len(), problem.arcs.len()),
        (
            "unserved counts",
            allocation.unserved.len(),
            problem.demands.len(),
        ),
        (
            "place values",
            allocation.place_values.len(),
            problem.capacities.len(),
        ),
        (
            "child costs",
            allocation.child_costs.len(),
            problem.demands.len(),
        ),
    ];
    match lengths
        .into_iter()
        .find(|(_, found, expected)| found != expected)
    {
        Some((what, found, expected)) => Err(AllocationViolation::WrongLength {
            what,
            found,
            expected,
        }),
        None => Ok(()),
    }
}

fn check_flows(
    problem: &TransportProblem,
    allocation: &Allocation,
) -> Result<(), AllocationViolation> {
    for (what, list) in [
        ("flow", &allocation.flows),
        ("unserved", &allocation.unserved),
    ] {
        for (number, &found) in list.iter().enumerate() {
            if !found.is_finite() || found < 0.0 {
                return Err(AllocationViolation::NotANumberOfChildren {
                    what,
                    number,
                    found,
                });
            }
        }
    }
    let mut placed = allocation.unserved.clone();
    let mut taken = vec![0.0; problem.capacities.len()];
    for (arc, flow) in problem.arcs.iter().zip(&allocation.flows) {
        placed[arc.area] += flow;
        taken[arc.site] += flow;
    }
    for (area, (&found, &expected)) in placed.iter().zip(&problem.demands).enumerate() {
        if !close(found, expected) {
            return Err(AllocationViolation::DemandNotMet {
                area,
                found,
                expected,
            });
        }
    }
    for (site, (&found, &expected)) in taken.iter().zip(&problem.capacities).enumerate() {
        if found > expected && !close(found, expected) {
            return Err(AllocationViolation::CapacityExceeded {
                site,
                found,
                expected,
            });
        }
    }
    Ok(())
}

fn check_prices(
    problem: &TransportProblem,
    allocation: &Allocation,
) -> Result<(), AllocationViolation> {
    let (costs, values) = (&allocation.child_costs, &allocation.place_values);
    let fails = |reason: String| Err(AllocationViolation::NotProvenOptimal { reason });
    if let Some(site) = values
        .iter()
        .position(|&value| value.is_nan() || value < 0.0)
    {
        return fails(format!(
            "the place value of site {site} is {}",
            values[site]
        ));
    }
    for (area, (&cost, &penalty)) in costs.iter().zip(&problem.unserved_penalties).enumerate() {
        if !(cost <= penalty || close(cost, penalty)) {
            return fails(format!(
                "the child cost {cost} of area {area} exceeds its penalty"
            ));
        }
    }
    for (number, arc) in problem.arcs.iter().enumerate() {
        let worth = costs[arc.area] - values[arc.site];
        if worth > arc.cost && !close(worth, arc.cost) {
            return fails(format!(
                "arc {number} costs {} and would save {worth}",
                arc.cost
            ));
        }
    }
    let children: f64 = costs.iter().zip(&problem.demands).map(|(a, b)| a * b).sum();
    let places: f64 = values
        .iter()
        .zip(&problem.capacities)
        .map(|(a, b)| a * b)
        .sum();
    let bound = children - places;
    if !close(bound, allocation.objective) {
        return fails(format!(
            "its prices prove {bound} and it costs {}",
            allocation.objective
        ));
    }
    Ok(())
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOLERANCE * (1.0 + a.abs().max(b.abs()))
}
