//! The generated cities of the planning cases, for the benches on allocations and plans.
//!
//! Whitespace-separated: cells, sites, groups, years, paths, districts; each cell with its place, district and
//! children by group; each site with its place, whether it exists, its places by group and four costs; growth by
//! path, year, district and group. Children of a year are the base times the growth, rounded.

use std::io;

use solver::{Arc, CareGroup, CityPeriod, SiteAreas, TransportProblem, Way};

/// Cost of a child without a place, by group, kilometres.
const PENALTIES: [f64; 5] = [25.0, 50.0, 60.0, 30.0, 20.0];
/// Area one child takes, by group.
const AREA_PER_CHILD: [f64; 5] = [2.0, 2.0, 1.0, 0.9, 0.9];
/// Staff one child takes, by group.
const STAFF_PER_CHILD: [f64; 5] = [0.2, 0.2, 0.083_333_333, 0.045, 0.045];
/// Length of a way in units of the straight line.
const DETOUR: f64 = 1.3;

/// A small city in the same form, for trying whether a bench runs.
pub const TINY: &str = "2 2 5 1 1 1\n0 0 0 3 3 3 3 3\n1 0 0 2 2 2 2 2\n\
    0 0 1 4 4 4 4 4 1 1 1 0\n1 0 1 2 2 2 2 2 1 1 1 0\n1 1 1 1 1\n";

/// The children of one year, the places that exist, and all ways up to a length.
#[derive(Debug, Clone)]
pub struct CityCells {
    children: Vec<f64>,
    places: Vec<f64>,
    staff: f64,
    ways: Vec<Vec<Way>>,
    cells: usize,
}

impl CityCells {
    /// Reads a year of the first path, with the `nearest` sites of each cell or all up to `most` km.
    ///
    /// # Errors
    ///
    /// If the text is no such city.
    pub fn read(text: &str, year: usize, nearest: usize, most: f64) -> io::Result<Self> {
        let mut numbers = Vec::new();
        for word in text.split_ascii_whitespace() {
            numbers.push(word.parse::<f64>().map_err(io::Error::other)?);
        }
        let mut at = 0;
        let mut next = || {
            at += 1;
            let number = numbers.get(at - 1).copied();
            number.ok_or_else(|| io::Error::other("the city ends too early"))
        };
        let mut head = [0; 6];
        for number in &mut head {
            *number = next()? as usize;
        }
        let [cells, sites, groups, years, _, districts] = head;
        if groups != PENALTIES.len() {
            return Err(io::Error::other("the city has other groups"));
        }
        let mut homes = Vec::new();
        let mut base = Vec::new();
        for _ in 0..cells {
            homes.push(([next()?, next()?], next()? as usize));
            for _ in 0..groups {
                base.push(next()?);
            }
        }
        let (mut located, mut places) = (Vec::new(), Vec::new());
        let mut has_places = Vec::new();
        for _ in 0..sites {
            located.push([next()?, next()?]);
            let exists = next()? != 0.0;
            for _ in 0..groups {
                let count = next()?;
                has_places.push(count > 0.0);
                places.push(if exists { count } else { 0.0 });
            }
            for _ in 0..4 {
                next()?;
            }
        }
        let mut growth = Vec::new();
        for _ in 0..years * districts * groups {
            growth.push(next()?);
        }
        let year = year.min(years - 1);
        let children = base.iter().enumerate().map(|(position, count)| {
            let (cell, group) = (position / groups, position % groups);
            let row = year * districts + homes[cell].1;
            (count * growth[row * groups + group] + 0.5).floor()
        });
        let staff = base.iter().enumerate();
        let staff: f64 = staff
            .map(|(position, count)| count * STAFF_PER_CHILD[position % groups])
            .sum();
        let ways = (0..groups).map(|group| {
            let mut ways = Vec::new();
            for (cell, (from, _)) in homes.iter().enumerate() {
                let mut near: Vec<Way> = located
                    .iter()
                    .enumerate()
                    .filter(|(site, _)| has_places[site * groups + group])
                    .map(|(site, to)| Way {
                        cell,
                        site,
                        cost: DETOUR * (from[0] - to[0]).hypot(from[1] - to[1]),
                    })
                    .filter(|way| way.cost <= most)
                    .collect();
                near.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.site.cmp(&b.site)));
                near.truncate(nearest);
                ways.extend(near);
            }
            ways
        });
        Ok(Self {
            ways: ways.collect(),
            children: children.collect(),
            places,
            staff: 1.03 * staff,
            cells,
        })
    }

    /// With staff and areas, which couple everything.
    #[must_use]
    pub fn coupled(self) -> CityPeriod {
        let area = |places: &[f64]| -> f64 {
            let areas = places.iter().zip(AREA_PER_CHILD);
            areas.map(|(count, area)| 0.97 * count * area).sum()
        };
        CityPeriod {
            cells: self.cells,
            groups: (0..PENALTIES.len())
                .map(|group| CareGroup {
                    unserved_penalty: Some(PENALTIES[group]),
                    room_places: 0.0,
                    staff_per_child: STAFF_PER_CHILD[group],
                })
                .collect(),
            areas: Some(SiteAreas {
                of_site: self.places.chunks(PENALTIES.len()).map(area).collect(),
                per_child: AREA_PER_CHILD.to_vec(),
            }),
            places: self.places,
            children: self.children,
            ways: self.ways,
            staff: Some(self.staff),
        }
    }

    /// One problem for each group, coupled by nothing.
    #[must_use]
    pub fn by_group(&self) -> Vec<TransportProblem> {
        let groups = PENALTIES.len();
        let of = |list: &[f64], group: usize| {
            let list = list.iter().skip(group).step_by(groups);
            list.copied().collect::<Vec<f64>>()
        };
        (0..groups)
            .map(|group| TransportProblem {
                capacities: of(&self.places, group),
                demands: of(&self.children, group),
                unserved_penalties: vec![PENALTIES[group]; self.cells],
                arcs: self.ways[group]
                    .iter()
                    .map(|way| Arc {
                        area: way.cell,
                        site: way.site,
                        cost: way.cost,
                    })
                    .collect(),
                time_limit_seconds: f64::INFINITY,
            })
            .collect()
    }
}
