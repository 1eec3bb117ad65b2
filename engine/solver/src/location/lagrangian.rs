//! A bound of facility location from prices alone, and which facilities it opens and closes for good.
//!
//! With a price for every customer, each facility decides for itself: it earns the greatest gains
//! until it is full and opens if that covers its fixed cost. The best prices give the bound of the
//! relaxation with every link between flow and opening, without stating one of them. At least as many
//! facilities open as the demand fills, which sharpens the bound.

use super::cuts::ways_by_site;
use super::model::{PlanningModel, Standing};

/// Rounds of price changes.
const ROUNDS: usize = 900;

/// Rounds without a better bound before the steps are halved.
const PATIENCE: usize = 12;

/// What the best prices say.
#[derive(Debug, Clone)]
pub(crate) struct PriceBound {
    /// No plan costs less.
    pub(crate) bound: f64,
    /// The bound if the site is closed, and if it is open.
    pub(crate) with_site: Vec<[f64; 2]>,
}

/// Whether a model is one of facility location: one period, group and future, no budget and no staff.
pub(crate) fn is_facility_location(model: &PlanningModel) -> bool {
    let has_rooms = (0..model.sites.len()).any(|site| model.may_get_rooms(site, 0));
    model.groups.len() == 1
        && model.paths.len() == 1
        && model.periods() == 1
        && model.budgets.is_none()
        && model.staff.is_none()
        && !has_rooms
}

struct Facility {
    fixed: f64,
    places: f64,
    is_decided: bool,
    /// (cell, cost).
    ways: Vec<(usize, f64)>,
}

struct Round {
    bound: f64,
    /// Fixed cost less what the facility earns.
    net: Vec<f64>,
    /// Children served less children there, per cell.
    excess: Vec<f64>,
}

/// The best bound that prices give.
pub(crate) fn price_bound(model: &PlanningModel, ways_of: &[Vec<usize>]) -> PriceBound {
    let children = &model.paths[0].children[0];
    let facilities = facilities(model, ways_of);
    let most = model.groups[0].unserved_penalty.unwrap_or(f64::INFINITY);
    let mut prices: Vec<f64> = vec![most; model.cells];
    for facility in &facilities {
        let share = if facility.is_decided {
            facility.fixed / facility.places.max(1e-9)
        } else {
            0.0
        };
        for &(cell, cost) in &facility.ways {
            prices[cell] = prices[cell].min(cost + share);
        }
    }
    for price in &mut prices {
        if price.is_infinite() {
            *price = 0.0; // no way leads there; the programme says whether that matters
        }
    }
    let mut best_prices = prices.clone();
    let demand = needed(model, children);
    let mut best = evaluate(&facilities, children, &prices, demand);
    let mut round = Round {
        net: best.net.clone(),
        excess: best.excess.clone(),
        ..best
    };
    let (mut length, mut idle) = (1.0, 0);
    for _ in 0..ROUNDS {
        let norm: f64 = round.excess.iter().map(|excess| excess * excess).sum();
        if norm <= 1e-12 || length < 1e-5 {
            break;
        }
        // Aims a little above the best bound known; the aim falls with the steps.
        let aim = best.bound.abs().max(1.0) * (0.002 + 0.05 * length);
        let step = length * (best.bound + aim - round.bound) / norm;
        for ((price, excess), &count) in prices.iter_mut().zip(&round.excess).zip(children) {
            if count > 0.0 {
                *price = (*price - step * excess).clamp(0.0, most);
            }
        }
        round = evaluate(&facilities, children, &prices, demand);
        if round.bound > best.bound {
            best_prices.clone_from(&prices);
            best = Round {
                net: round.net.clone(),
                excess: round.excess.clone(),
                bound: round.bound,
            };
            idle = 0;
        } else {
            idle += 1;
            if idle >= PATIENCE {
                idle = 0;
                length /= 2.0;
                prices.clone_from(&best_prices);
                round = Round {
                    net: best.net.clone(),
                    excess: best.excess.clone(),
                    bound: best.bound,
                };
            }
        }
    }
    let base = best.bound - opened(&facilities, &best.net, demand, None).0;
    PriceBound {
        bound: best.bound,
        with_site: (0..facilities.len())
            .map(|site| {
                [false, true].map(|is_open| {
                    base + opened(&facilities, &best.net, demand, Some((site, is_open))).0
                })
            })
            .collect(),
    }
}

fn facilities(model: &PlanningModel, ways_of: &[Vec<usize>]) -> Vec<Facility> {
    let ways_to = ways_by_site(model, ways_of);
    let sites = model.sites.iter().zip(ways_to);
    sites
        .map(|(site, ways)| Facility {
            fixed: site.running_cost,
            places: site.places[0],
            is_decided: site.standing != Standing::Fixed,
            ways: ways
                .into_iter()
                .map(|way| (model.ways[0][way].cell, model.ways[0][way].cost))
                .collect(),
        })
        .collect()
}

/// Children whom the open facilities have to hold together.
fn needed(model: &PlanningModel, children: &[f64]) -> f64 {
    match model.groups[0].unserved_penalty {
        None => children.iter().sum(),
        Some(_) => 0.0,
    }
}

fn evaluate(facilities: &[Facility], children: &[f64], prices: &[f64], demand: f64) -> Round {
    let paid = children.iter().zip(prices);
    let mut bound: f64 = paid.map(|(count, price)| count * price).sum();
    let mut excess: Vec<f64> = children.iter().map(|count| -count).collect();
    let mut net = Vec::with_capacity(facilities.len());
    let mut served: Vec<Vec<(usize, f64)>> = Vec::with_capacity(facilities.len());
    let mut gains: Vec<(f64, usize)> = Vec::new();
    for facility in facilities {
        gains.clear();
        gains.extend(facility.ways.iter().filter_map(|&(cell, cost)| {
            let gain = prices[cell] - cost;
            (gain > 0.0).then_some((gain, cell))
        }));
        gains.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let (mut left, mut earned) = (facility.places, 0.0);
        let mut takes = Vec::new();
        for &(gain, cell) in &gains {
            let count = children[cell].min(left);
            earned += gain * count;
            left -= count;
            takes.push((cell, count));
            if left <= 0.0 {
                break;
            }
        }
        net.push(if facility.is_decided {
            facility.fixed - earned
        } else {
            -earned
        });
        served.push(takes);
    }
    let (value, is_open) = opened(facilities, &net, demand, None);
    bound += value;
    for (takes, _) in served.iter().zip(is_open).filter(|(_, is_open)| *is_open) {
        for &(cell, count) in takes {
            excess[cell] += count;
        }
    }
    Round { bound, net, excess }
}

/// The cheapest set of facilities that holds the demand, relaxed: its value and the set.
fn opened(
    facilities: &[Facility],
    net: &[f64],
    demand: f64,
    forced: Option<(usize, bool)>,
) -> (f64, Vec<bool>) {
    let mut is_open = vec![false; facilities.len()];
    let (mut value, mut held) = (0.0, 0.0);
    let mut others = Vec::new();
    let first = facilities
        .iter()
        .map(|facility| facility.places)
        .find(|places| *places > 0.0);
    let is_equal = facilities
        .iter()
        .all(|facility| Some(facility.places) == first);
    for (site, facility) in facilities.iter().enumerate() {
        let choice = forced
            .filter(|(number, _)| *number == site)
            .map(|(_, choice)| choice);
        if choice.unwrap_or(!facility.is_decided || net[site] < 0.0) {
            is_open[site] = true;
            value += net[site];
            held += facility.places;
        } else if choice.is_none() && facility.places > 0.0 {
            others.push(site);
        }
    }
    others.sort_unstable_by(|&a, &b| {
        (net[a] / facilities[a].places)
            .total_cmp(&(net[b] / facilities[b].places))
            .then(a.cmp(&b))
    });
    for site in others {
        let missing = demand - held;
        if missing <= demand * 1e-9 {
            break;
        }
        is_open[site] = true;
        held += facilities[site].places;
        // Facilities of one size open as wholes; of several sizes the last counts in part.
        let share = if is_equal {
            1.0
        } else {
            (missing / facilities[site].places).min(1.0)
        };
        value += share * net[site];
    }
    (value, is_open)
}
