//! Children led to places one augmenting way at a time, for the check of a closure plan.

use std::collections::{BTreeMap, VecDeque};

use super::checker::Then;

/// Children led to places along augmenting ways.
pub(super) struct Leading<'a> {
    within: Vec<&'a [usize]>,
    /// Children of each home without a place.
    pub(super) waiting: Vec<f64>,
    /// Children of each home at each facility.
    at: Vec<BTreeMap<usize, f64>>,
    /// Staffed places left.
    staffed: Vec<f64>,
    /// Rooms left, and places in rooms taken.
    room: Vec<f64>,
    in_rooms: Vec<f64>,
    district: Vec<&'a str>,
    freed: BTreeMap<&'a str, f64>,
}

/// Where an augmenting way stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stop {
    Home(usize),
    Facility(usize),
    /// A district whose staff set free is spoken for.
    District(usize),
}

/// Less than this is nothing.
const NOTHING: f64 = 1e-7;

impl<'a> Leading<'a> {
    pub(super) fn new(then: &Then<'a>, care: usize) -> Self {
        let facts = then.facts;
        let position = then.position(care);
        let open = |facility: usize, count: u32| {
            if then.is_open[facility] {
                f64::from(count)
            } else {
                0.0
            }
        };
        let facilities = facts.facilities.iter().enumerate();
        let places = facilities.map(|(number, fact)| {
            let places = fact.places[position];
            (open(number, places.staffed), open(number, places.room))
        });
        let (staffed, room): (Vec<f64>, Vec<f64>) = places.unzip();
        let homes = &facts.homes.homes;
        let freed = then.freed[care].iter();
        Self {
            within: homes.iter().map(|home| home.within.as_slice()).collect(),
            waiting: homes.iter().map(|home| home.children[position]).collect(),
            at: vec![BTreeMap::new(); homes.len()],
            in_rooms: vec![0.0; room.len()],
            staffed,
            room,
            district: facts
                .facilities
                .iter()
                .map(|it| it.district.as_str())
                .collect(),
            freed: freed
                .map(|(district, places)| (*district, *places as f64))
                .collect(),
        }
    }

    /// Leads some waiting children to places, others making room; whether anybody moved.
    pub(super) fn lead_one_on(&mut self) -> bool {
        let mut came_from: BTreeMap<Stop, Stop> = BTreeMap::new();
        let mut queue = VecDeque::new();
        for home in (0..self.waiting.len()).filter(|&home| self.waiting[home] > NOTHING) {
            came_from.insert(Stop::Home(home), Stop::Home(home));
            queue.push_back(Stop::Home(home));
        }
        while let Some(stop) = queue.pop_front() {
            if let Stop::Facility(facility) = stop {
                if self.staffed[facility] > NOTHING {
                    return self.take(&came_from, facility, false);
                }
                let freed = self
                    .freed
                    .get(self.district[facility])
                    .copied()
                    .unwrap_or(0.0);
                if self.room[facility] > NOTHING && freed > NOTHING {
                    return self.take(&came_from, facility, true);
                }
            }
            for next in self.next_stops(stop) {
                if let std::collections::btree_map::Entry::Vacant(entry) = came_from.entry(next) {
                    entry.insert(stop);
                    queue.push_back(next);
                }
            }
        }
        false
    }

    fn next_stops(&self, stop: Stop) -> Vec<Stop> {
        let same = |a: usize, b: usize| self.district[a] == self.district[b];
        match stop {
            Stop::Home(home) => self.within[home]
                .iter()
                .map(|it| Stop::Facility(*it))
                .collect(),
            Stop::Facility(facility) => {
                let homes = 0..self.at.len();
                let mut stops: Vec<Stop> = homes
                    .filter(|&home| self.at[home].get(&facility).is_some_and(|it| *it > NOTHING))
                    .map(Stop::Home)
                    .collect();
                if self.room[facility] > NOTHING {
                    let first = (0..self.district.len()).find(|&other| same(other, facility));
                    stops.extend(first.map(Stop::District));
                }
                stops
            }
            // A room of the district empties where its children find another place.
            Stop::District(first) => (0..self.district.len())
                .filter(|&other| same(first, other) && self.in_rooms[other] > NOTHING)
                .map(Stop::Facility)
                .collect(),
        }
    }

    fn take(&mut self, came_from: &BTreeMap<Stop, Stop>, last: usize, by_room: bool) -> bool {
        let mut way = vec![Stop::Facility(last)];
        let mut stop = Stop::Facility(last);
        while came_from[&stop] != stop {
            stop = came_from[&stop];
            way.push(stop);
        }
        way.reverse();
        let mut amount = if by_room {
            let freed = self.freed.get(self.district[last]).copied().unwrap_or(0.0);
            self.room[last].min(freed)
        } else {
            self.staffed[last]
        };
        if let Stop::Home(first) = way[0] {
            amount = amount.min(self.waiting[first]);
        }
        for pair in way.windows(2) {
            amount = amount.min(match (pair[0], pair[1]) {
                (Stop::Facility(from), Stop::Home(to)) => self.at[to][&from],
                (Stop::Facility(from), Stop::District(_)) => self.room[from],
                (Stop::District(_), Stop::Facility(to)) => self.in_rooms[to],
                _ => f64::INFINITY,
            });
        }
        if let Stop::Home(first) = way[0] {
            self.waiting[first] -= amount;
        }
        for pair in way.windows(2) {
            match (pair[0], pair[1]) {
                (Stop::Home(from), Stop::Facility(to)) => {
                    *self.at[from].entry(to).or_insert(0.0) += amount;
                }
                (Stop::Facility(from), Stop::Home(to)) => {
                    *self.at[to].entry(from).or_insert(0.0) -= amount;
                }
                (Stop::Facility(from), Stop::District(_)) => {
                    self.room[from] -= amount;
                    self.in_rooms[from] += amount;
                }
                (Stop::District(_), Stop::Facility(to)) => {
                    self.room[to] += amount;
                    self.in_rooms[to] -= amount;
                }
                _ => {}
            }
        }
        if by_room {
            self.room[last] -= amount;
            self.in_rooms[last] += amount;
            if let Some(freed) = self.freed.get_mut(self.district[last]) {
                *freed -= amount;
            }
        } else {
            self.staffed[last] -= amount;
        }
        true
    }
}
