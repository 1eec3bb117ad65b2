//! What a set of closures and openings makes of every constraint.

use super::constraint::{ClosureConstraint, ConstraintValue};
use super::facts::{ClosureFacts, OptionKind};
use super::problem::ClosureProblem;
use super::reach::{Supply, UNITS, needed, units};
use crate::demand::TOTAL_AREA;

/// Shares of fewer children are near single children's ways and are not shown.
const FEWEST_CHILDREN: f64 = 20.0;

/// Which facilities are open on a day under a set.
pub(super) fn open_on(facts: &ClosureFacts, set: &[usize], day: usize) -> Vec<bool> {
    let mut open: Vec<bool> = facts.facilities.iter().map(|it| !it.is_new).collect();
    for &option in set {
        let option = &facts.options[option];
        if option.holds_on(facts.days[day]) {
            open[option.facility] = option.kind == OptionKind::Open;
        }
    }
    open
}

impl ClosureProblem {
    /// Position of the district of a facility.
    pub(super) fn pool(&self, facility: usize) -> usize {
        let district = &self.facts.facilities[facility].district;
        self.districts.partition_point(|other| other < district)
    }

    /// Places set free and rooms by district on a day, in a care type.
    fn freed_and_room(
        &self,
        set: &[usize],
        open: &[bool],
        day: usize,
        care: usize,
    ) -> Vec<(u64, u64)> {
        let mut pools = vec![(0, 0); self.districts.len()];
        if !self.facts.staff_stays {
            return pools;
        }
        for &option in set {
            let option = &self.facts.options[option];
            if option.kind == OptionKind::Close && option.holds_on(self.facts.days[day]) {
                pools[self.pool(option.facility)].0 += u64::from(option.freed[care]);
            }
        }
        let position = self.facts.at(day, care);
        for (facility, _) in open.iter().enumerate().filter(|(_, open)| **open) {
            let room = self.facts.facilities[facility].places[position].room;
            pools[self.pool(facility)].1 += u64::from(room);
        }
        pools
    }

    /// Staffed places by district after the moves of staff.
    fn staffed(&self, set: &[usize], open: &[bool], day: usize, care: usize) -> Vec<f64> {
        let position = self.facts.at(day, care);
        let mut staffed: Vec<f64> = self
            .freed_and_room(set, open, day, care)
            .into_iter()
            .map(|(freed, room)| freed.min(room) as f64)
            .collect();
        for (facility, _) in open.iter().enumerate().filter(|(_, open)| **open) {
            let places = self.facts.facilities[facility].places[position].staffed;
            staffed[self.pool(facility)] += f64::from(places);
        }
        staffed
    }

    /// What the network of ways has to serve with, under a set.
    pub(super) fn supply(&self, set: &[usize], day: usize, care: usize) -> Supply {
        let open = open_on(&self.facts, set, day);
        let position = self.facts.at(day, care);
        let of_open = |facility: usize, count: u32| if open[facility] { count } else { 0 };
        let facilities = self.facts.facilities.iter().enumerate();
        let (staffed, room) = facilities
            .map(|(number, facility)| {
                let places = facility.places[position];
                (
                    units(f64::from(of_open(number, places.staffed))),
                    units(f64::from(of_open(number, places.room))),
                )
            })
            .unzip();
        let freed = self.freed_and_room(set, &open, day, care);
        Supply {
            staffed,
            room,
            freed: freed
                .into_iter()
                .map(|(freed, _)| units(freed as f64))
                .collect(),
        }
    }

    /// Every constraint with its value; in a fixed order.
    pub(super) fn values(&self, set: &[usize]) -> Vec<ConstraintValue> {
        let mut values = self.counts(set);
        let facts = &self.facts;
        for &option in set {
            let option = &facts.options[option];
            let facility = &facts.facilities[option.facility];
            if facility.protected && option.kind == OptionKind::Close {
                let constraint = ClosureConstraint::Protected {
                    facility: facility.facility.clone(),
                };
                values.push(ConstraintValue::at_most(constraint, 1.0, 0.0));
            }
        }
        for (day, &date) in facts.days.iter().enumerate() {
            let open = open_on(facts, set, day);
            let staffed: Vec<Vec<f64>> = (0..facts.care_types.len())
                .map(|care| self.staffed(set, &open, day, care))
                .collect();
            for demand in facts.demand.iter().filter(|demand| demand.day == day) {
                let places: f64 = if demand.area == TOTAL_AREA {
                    staffed[demand.care].iter().sum()
                } else {
                    let at = self.districts.binary_search(&demand.area);
                    at.map_or(0.0, |at| staffed[demand.care][at])
                };
                let constraint = ClosureConstraint::Cover {
                    area: demand.area.clone(),
                    care_type: facts.care_types[demand.care],
                    date,
                };
                let needed = self.cover * demand.places;
                values.push(ConstraintValue::at_least(constraint, places, needed));
            }
            self.within_limit(set, day, &mut values);
            self.shares(&open, day, &mut values);
            if let Some(supply) = self.choice.constraints.staff_supply {
                let needed: f64 = staffed
                    .iter()
                    .enumerate()
                    .map(|(care, by_district)| {
                        let places: f64 = by_district.iter().sum();
                        places * facts.staff_per_place[facts.at(day, care)]
                    })
                    .sum();
                let constraint = ClosureConstraint::StaffSupply { date };
                values.push(ConstraintValue::at_most(constraint, needed, supply));
            }
        }
        values
    }

    fn counts(&self, set: &[usize]) -> Vec<ConstraintValue> {
        let choice = &self.choice;
        let count = |kind: OptionKind| {
            let options = set.iter().map(|&option| &self.facts.options[option]);
            options.filter(|option| option.kind == kind).count() as f64
        };
        let (closures, openings) = (count(OptionKind::Close), count(OptionKind::Open));
        use ClosureConstraint as It;
        let mut values = vec![
            ConstraintValue::at_most(It::MostClosures, closures, choice.most_closures.into()),
            ConstraintValue::at_least(It::FewestClosures, closures, choice.fewest_closures.into()),
            ConstraintValue::at_most(It::MostOpenings, openings, choice.most_openings.into()),
        ];
        for (&year, &euros) in &choice.constraints.budget {
            let options = set.iter().map(|&option| &self.facts.options[option]);
            let spent: f64 = options
                .filter(|option| option.day.year() == year)
                .map(|option| option.once)
                .sum();
            values.push(ConstraintValue::at_most(It::Budget { year }, spent, euros));
        }
        values
    }

    fn within_limit(&self, set: &[usize], day: usize, values: &mut Vec<ConstraintValue>) {
        let Some(least) = self.choice.constraints.within_limit else {
            return;
        };
        for (care, &care_type) in self.facts.care_types.iter().enumerate() {
            let network = &self.networks[self.facts.at(day, care)];
            let all: i64 = network.children.iter().sum();
            if all == 0 {
                continue;
            }
            let reached = network.most_within(&self.supply(set, day, care));
            let constraint = ClosureConstraint::WithinLimit {
                care_type,
                date: self.facts.days[day],
            };
            let share = reached.served as f64 / all as f64;
            let mut value = ConstraintValue::at_least(constraint, share, least);
            // The flow is whole millionths of a place, and so is what is asked of it.
            value.met = reached.served >= needed(all, least);
            let enough = all as f64 / UNITS >= FEWEST_CHILDREN;
            value.shown = enough.then(|| (share * 1000.0).round() / 1000.0);
            values.push(value);
        }
    }

    fn shares(&self, open: &[bool], day: usize, values: &mut Vec<ConstraintValue>) {
        let (mut all, mut independent, mut inclusion) = (0_u64, 0_u64, 0_u64);
        for (facility, _) in self
            .facts
            .facilities
            .iter()
            .zip(open)
            .filter(|(_, it)| **it)
        {
            for care in 0..self.facts.care_types.len() {
                let planned = u64::from(facility.places[self.facts.at(day, care)].planned);
                all += planned;
                independent += if facility.independent { planned } else { 0 };
                inclusion += if facility.inclusion { planned } else { 0 };
            }
        }
        let date = self.facts.days[day];
        let constraints = &self.choice.constraints;
        let asked = [
            (
                ClosureConstraint::IndependentShare { date },
                independent,
                constraints.independent_share,
            ),
            (
                ClosureConstraint::InclusionShare { date },
                inclusion,
                constraints.inclusion_share,
            ),
        ];
        for (constraint, part, least) in asked {
            if let Some(least) = least {
                // Without any place there is no share to fall short of.
                let share = if all == 0 {
                    1.0
                } else {
                    part as f64 / all as f64
                };
                values.push(ConstraintValue::at_least(constraint, share, least));
            }
        }
    }
}
