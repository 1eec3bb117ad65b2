//! The reference cases: facility location instances and generated cities.

use std::path::PathBuf;

use solver::{CareGroup, DemandPath, PlanningModel, Site, Standing, Way};

/// Folder of the planning cases, or none where they are not beside the checkout.
pub(crate) fn folder() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let root = option_env!("PLACEWRIGHT_SHARED").unwrap_or(beside);
    let folder = PathBuf::from(root).join("cases/planning");
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: the planning cases are not at {}",
        folder.display()
    );
    None
}

fn numbers(text: &str) -> impl Iterator<Item = f64> {
    text.split_ascii_whitespace()
        .map(|word| word.parse().unwrap())
}

/// An instance in the format of the OR-Library.
pub(crate) fn facility_location(name: &str, capacity: Option<f64>) -> Option<PlanningModel> {
    let text = std::fs::read_to_string(folder()?.join(name)).unwrap();
    let text = text.replace("capacity", &capacity.unwrap_or(-1.0).to_string());
    let mut words = numbers(&text);
    let facilities = words.next().unwrap() as usize;
    let customers = words.next().unwrap() as usize;
    let (mut capacities, mut fixed) = (Vec::new(), Vec::new());
    for _ in 0..facilities {
        capacities.push(words.next().unwrap());
        fixed.push(words.next().unwrap());
    }
    let (mut demands, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..customers {
        let demand = words.next().unwrap();
        demands.push(demand);
        costs.extend(words.by_ref().take(facilities).map(|cost| cost / demand));
    }
    Some(PlanningModel::facility_location(
        &capacities,
        &fixed,
        &demands,
        &costs,
    ))
}

/// A generated city with the parameters of its reference values.
pub(crate) struct City {
    pub(crate) cells: Vec<([f64; 2], usize, Vec<f64>)>,
    pub(crate) sites: Vec<([f64; 2], bool, Vec<f64>, [f64; 4])>,
    growth: Vec<f64>,
    districts: usize,
    periods: usize,
}

pub(crate) const PENALTIES: [f64; 5] = [25.0, 50.0, 60.0, 30.0, 20.0];
pub(crate) const AREA_PER_CHILD: [f64; 5] = [2.0, 2.0, 1.0, 0.9, 0.9];
const ROOM_PLACES: [f64; 5] = [5.0, 12.0, 18.0, 22.0, 20.0];
const STAFF_PER_CHILD: [f64; 5] = [0.2, 0.2, 0.083_333_333, 0.045, 0.045];

impl City {
    pub(crate) fn read(name: &str) -> Option<Self> {
        let text = std::fs::read_to_string(folder()?.join("city").join(name)).unwrap();
        let mut words = numbers(&text);
        let mut next = || words.next().unwrap();
        let [cells, sites, groups, periods, _, districts] =
            std::array::from_fn(|_| next() as usize);
        let mut city = Self {
            cells: Vec::new(),
            sites: Vec::new(),
            growth: Vec::new(),
            districts,
            periods,
        };
        for _ in 0..cells {
            let (place, district) = ([next(), next()], next() as usize);
            city.cells
                .push((place, district, (0..groups).map(|_| next()).collect()));
        }
        for _ in 0..sites {
            let (place, exists) = ([next(), next()], next() != 0.0);
            let places = (0..groups).map(|_| next()).collect();
            city.sites
                .push((place, exists, places, std::array::from_fn(|_| next())));
        }
        city.growth.extend(words);
        Some(city)
    }

    pub(crate) fn last_year(&self) -> usize {
        self.periods - 1
    }

    /// Children at `cell * groups + group` in a year of a path.
    pub(crate) fn children(&self, path: usize, year: usize) -> Vec<f64> {
        let mut children = Vec::new();
        for (_, district, base) in &self.cells {
            for (group, base) in base.iter().enumerate() {
                let block = (path * self.periods + year) * self.districts + district;
                children.push((base * self.growth[block * 5 + group] + 0.5).floor());
            }
        }
        children
    }

    /// All ways of a group up to a distance, or to the nearest sites only, in units of cost.
    pub(crate) fn ways(&self, nearest: Option<usize>, most: f64, weight: f64) -> Vec<Vec<Way>> {
        let of_group = |group: usize| {
            let mut ways = Vec::new();
            for (cell, (from, _, _)) in self.cells.iter().enumerate() {
                let mut near: Vec<Way> = self
                    .sites
                    .iter()
                    .enumerate()
                    .filter(|(_, (_, _, places, _))| places[group] > 0.0)
                    .map(|(site, (to, ..))| {
                        let cost = 1.3 * (from[0] - to[0]).hypot(from[1] - to[1]);
                        Way { cell, site, cost }
                    })
                    .filter(|way| way.cost <= most)
                    .collect();
                near.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.site.cmp(&b.site)));
                near.truncate(nearest.unwrap_or(usize::MAX));
                for way in &mut near {
                    way.cost *= weight;
                }
                ways.extend(near);
            }
            ways
        };
        (0..5).map(of_group).collect()
    }

    /// Groups whose unserved children cost this many times the yearly penalty.
    pub(crate) fn groups(weight: f64) -> Vec<CareGroup> {
        (0..5)
            .map(|group| CareGroup {
                unserved_penalty: Some(PENALTIES[group] * weight),
                room_places: ROOM_PLACES[group],
                staff_per_child: STAFF_PER_CHILD[group],
            })
            .collect()
    }

    /// Staff: 3 % more than the children of the base year take.
    pub(crate) fn staff(&self) -> f64 {
        let of_cell = |base: &Vec<f64>| -> f64 {
            base.iter()
                .zip(STAFF_PER_CHILD)
                .map(|(count, staff)| count * staff)
                .sum()
        };
        1.03 * self
            .cells
            .iter()
            .map(|(_, _, base)| of_cell(base))
            .sum::<f64>()
    }

    /// The planning model of the reference: periods of `years` years, the `nearest` sites.
    pub(crate) fn model(
        &self,
        nearest: usize,
        periods: usize,
        years: usize,
        paths: usize,
    ) -> PlanningModel {
        let weight = years as f64;
        let sites = self.sites.iter().enumerate();
        PlanningModel {
            cells: self.cells.len(),
            groups: Self::groups(weight),
            sites: sites
                .map(|(number, (_, exists, places, costs))| Site {
                    standing: match (exists, number % 10) {
                        (false, _) => Standing::Candidate,
                        (true, 0) => Standing::Closable,
                        (true, _) => Standing::Fixed,
                    },
                    places: places.clone(),
                    running_cost: costs[0] * weight,
                    opening_cost: costs[1],
                    room_cost: costs[2],
                    room_upkeep: 0.04 * costs[2],
                    most_rooms: costs[3] as u32,
                })
                .collect(),
            ways: self.ways(Some(nearest), f64::INFINITY, weight),
            paths: (0..paths)
                .map(|path| DemandPath {
                    probability: 1.0 / paths as f64,
                    children: (0..periods)
                        .map(|period| self.children(path, period * years))
                        .collect(),
                })
                .collect(),
            budgets: Some(vec![
                9000.0 * weight * self.cells.len() as f64 / 600.0;
                periods
            ]),
            staff: Some(vec![self.staff(); periods]),
            lead_periods: 1,
        }
    }
}
