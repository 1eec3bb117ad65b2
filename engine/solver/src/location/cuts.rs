//! What a period costs at least, as a linear function of the decisions.
//!
//! The prices of an allocation give a bound for every other plan too: with the price `p` of one more
//! child of each cell, `s` of the staff and the places `K` of a site, the period costs at least
//! `sum p * children + s * staff - sum V(K)`, where `V(K)` is the most a site can earn: it takes the
//! children with the greatest gain `p + s * staff per child - cost` until its places are full. That is a
//! knapsack sorted once, also right for sites that are closed now, where the duals of the programme say nothing. `V` is concave, so
//! a tangent bounds it for any number of rooms.

use super::decisions::DecisionColumns;
use super::model::PlanningModel;
use super::programme::JoinedRow;
use super::recourse::RecourseAnswer;

/// `cost of the period >= constant + sum factor * open + sum factor * rooms usable`.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    pub(crate) period: usize,
    pub(crate) constant: f64,
    /// (site, factor).
    pub(crate) open: Vec<(usize, f64)>,
    /// (site, group, factor of each room usable in the period).
    pub(crate) rooms: Vec<(usize, usize, f64)>,
}

/// Ways that lead to a site, at `site * groups + group`.
pub(crate) fn ways_by_site(model: &PlanningModel, ways_of: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let groups = model.groups.len();
    let mut ways_to = vec![Vec::new(); model.sites.len() * groups];
    for (position, ways) in ways_of.iter().enumerate() {
        let group = position / model.cells;
        for &way in ways {
            ways_to[model.ways[group][way].site * groups + group].push(way);
        }
    }
    ways_to
}

/// Adds the bound that the prices of one future give, times its probability.
pub(crate) fn add_bound(
    cut: &mut Cut,
    model: &PlanningModel,
    ways_to: &[Vec<usize>],
    answer: &RecourseAnswer,
    path: usize,
    rooms_usable: &[f64],
) {
    let groups = model.groups.len();
    let future = &model.paths[path];
    let children = &future.children[cut.period];
    let probability = future.probability;
    let paid = children.iter().zip(&answer.child_prices);
    cut.constant += probability * paid.map(|(count, price)| count * price).sum::<f64>();
    if let Some(staff) = &model.staff {
        cut.constant += probability * answer.staff_price * staff[cut.period];
    }
    let mut gains = Vec::new();
    let (mut next_open, mut next_room) = (0, 0);
    for (number, site) in model.sites.iter().enumerate() {
        let mut earned_open = 0.0;
        for group in 0..groups {
            if site.places[group] <= 0.0 {
                continue;
            }
            let position = number * groups + group;
            let staff = answer.staff_price * model.groups[group].staff_per_child;
            gains.clear();
            gains.extend(ways_to[position].iter().filter_map(|&way| {
                let way = model.ways[group][way];
                let cell = way.cell * groups + group;
                let gain = answer.child_prices[cell] + staff - way.cost;
                (gain > 0.0 && children[cell] > 0.0).then_some((gain, children[cell]))
            }));
            let added = rooms_usable[position] * model.groups[group].room_places;
            let (most, margin) = most_earned(&mut gains, site.places[group] + added);
            let without_rooms = most - margin * added;
            earned_open += without_rooms;
            if model.may_get_rooms(number, group) {
                let factor = -probability * margin * model.groups[group].room_places;
                add(&mut cut.rooms, &mut next_room, (number, group), factor);
            }
        }
        if site.standing.is_decided() {
            add_open(
                &mut cut.open,
                &mut next_open,
                number,
                -probability * earned_open,
            );
        } else {
            cut.constant -= probability * earned_open;
        }
    }
}

fn add(list: &mut Vec<(usize, usize, f64)>, next: &mut usize, key: (usize, usize), factor: f64) {
    match list.get_mut(*next) {
        Some(entry) => entry.2 += factor,
        None => list.push((key.0, key.1, factor)),
    }
    *next += 1;
}

fn add_open(list: &mut Vec<(usize, f64)>, next: &mut usize, site: usize, factor: f64) {
    match list.get_mut(*next) {
        Some(entry) => entry.1 += factor,
        None => list.push((site, factor)),
    }
    *next += 1;
}

/// The most that places earn, and what one more place would earn.
fn most_earned(gains: &mut [(f64, f64)], places: f64) -> (f64, f64) {
    gains.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
    let (mut left, mut most) = (places, 0.0);
    for &(gain, count) in gains.iter() {
        if count >= left {
            return (most + gain * left, gain);
        }
        most += gain * count;
        left -= count;
    }
    (most, 0.0)
}

impl Cut {
    /// The row `sum of factors - cost of the period <= -constant`.
    pub(crate) fn row(
        &self,
        columns: &DecisionColumns,
        cost_column: usize,
        lead_periods: usize,
    ) -> JoinedRow {
        let mut terms = vec![(cost_column, -1.0)];
        for &(site, factor) in &self.open {
            if let Some(column) = columns.open(site, self.period).filter(|_| factor != 0.0) {
                terms.push((column, factor));
            }
        }
        for &(site, group, factor) in self.rooms.iter().filter(|(_, _, factor)| *factor != 0.0) {
            for ordered in 0..=self.period {
                if ordered + lead_periods <= self.period
                    && let Some(column) = columns.room(site, group, ordered)
                {
                    terms.push((column, factor));
                }
            }
        }
        JoinedRow::at_most(-self.constant, terms)
    }
}

#[cfg(test)]
mod tests {
    use super::most_earned;

    #[test]
    fn places_go_to_the_greatest_gains_and_the_next_one_to_the_margin() {
        let mut gains = [(1.0, 4.0), (5.0, 2.0), (3.0, 3.0)];
        assert_eq!(most_earned(&mut gains, 4.0), (16.0, 3.0));
        assert_eq!(most_earned(&mut gains, 100.0), (23.0, 0.0));
        assert_eq!(most_earned(&mut gains, 0.0), (0.0, 5.0));
    }
}
