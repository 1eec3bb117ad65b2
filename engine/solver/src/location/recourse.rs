//! One period of one future: which children go where when the places are given.
//!
//! The programme starts with the cheapest ways of every cell; all others are priced with its duals
//! and join while any would lower the cost, so the answer is the optimum over all ways. It stays
//! with the solver: other places, or a closed site, go on from the last vertex.

use super::model::{CareGroup, Way};
use super::programme::{Column, Method, Tableau, Vertex, WarmProgramme};
use crate::SolverError;

const MODEL: &str = "allocation of a period";

/// Cheapest ways per cell and group at the start.
const FIRST_WAYS: usize = 10;

/// Ways that join per cell and group in a pricing round.
const WAYS_PER_ROUND: usize = 5;

/// Price of a child who must be served and is not, in units of the dearest way.
const FORCED: f64 = 1e3;

/// Reduced costs above this are taken as 0.
const PRICING_TOLERANCE: f64 = 1e-7;

/// What a period holds.
#[derive(Debug, Clone)]
pub(crate) struct Scene<'a> {
    pub(crate) cells: usize,
    pub(crate) sites: usize,
    pub(crate) groups: &'a [CareGroup],
    pub(crate) ways: &'a [Vec<Way>],
    /// Ways of a cell, cheapest first, at `group * cells + cell`.
    pub(crate) ways_of: &'a [Vec<usize>],
    /// Children at `cell * groups + group`.
    pub(crate) children: &'a [f64],
    pub(crate) staff: Option<f64>,
    /// Area of each site, and what one child of each group takes of it.
    pub(crate) areas: Option<(&'a [f64], &'a [f64])>,
}

/// The programme of a period.
#[derive(Debug)]
pub(crate) struct Recourse<'a> {
    scene: Scene<'a>,
    programme: WarmProgramme,
    /// Places now, at `site * groups + group`.
    places: Vec<f64>,
    /// How far a decided site is open, which limits each of its flows; 1 for all others.
    open: Vec<f64>,
    first_place_column: usize,
    first_flow: usize,
    /// (group, way) of every flow column.
    flows: Vec<(usize, usize)>,
    is_joined: Vec<Vec<bool>>,
    method: Method,
    /// Whether further ways are priced; without, the ways joined are all there are.
    all_joined: bool,
    pub(crate) rounds: usize,
}

/// What the period costs and which prices prove it.
#[derive(Debug, Clone)]
pub(crate) struct RecourseAnswer {
    pub(crate) cost: f64,
    /// Cost of one more child, at `cell * groups + group`.
    pub(crate) child_prices: Vec<f64>,
    /// Dual of the places, at `site * groups + group` (<= 0).
    pub(crate) place_prices: Vec<f64>,
    /// Dual of the staff (<= 0).
    pub(crate) staff_price: f64,
    /// Dual of the area of each site (<= 0).
    pub(crate) area_prices: Vec<f64>,
    /// Children without a place, at `cell * groups + group`.
    pub(crate) unserved: Vec<f64>,
    /// (group, way, children).
    pub(crate) flows: Vec<(usize, usize, f64)>,
}

impl<'a> Recourse<'a> {
    pub(crate) fn open(scene: Scene<'a>, places: &[f64]) -> Result<Self, SolverError> {
        let (cells, sites, groups) = (scene.cells, scene.sites, scene.groups.len());
        let mut tableau = Tableau::default();
        for group in 0..groups {
            for cell in 0..cells {
                let children = scene.children[cell * groups + group];
                tableau.row(children, children);
            }
        }
        for _ in 0..groups * sites {
            tableau.row(f64::NEG_INFINITY, 0.0);
        }
        if let Some(staff) = scene.staff {
            tableau.row(f64::NEG_INFINITY, staff);
        }
        if let Some((areas, _)) = scene.areas {
            for &area in areas {
                tableau.row(f64::NEG_INFINITY, area);
            }
        }
        let dearest = scene
            .ways
            .iter()
            .flatten()
            .map(|way| way.cost)
            .fold(1.0, f64::max);
        for (group, care) in scene.groups.iter().enumerate() {
            // Where every child must be served, the first ways alone may not do: a child left over
            // then costs more than any detour and further ways join.
            let penalty = care.unserved_penalty.unwrap_or(FORCED * dearest);
            for cell in 0..cells {
                tableau.real(penalty, 0.0, f64::INFINITY, &[(group * cells + cell, 1.0)]);
            }
        }
        let first_place_column = tableau.columns.len();
        for site in 0..sites {
            for group in 0..groups {
                let count = places[site * groups + group];
                let row = groups * cells + group * sites + site;
                tableau.real(0.0, count, count, &[(row, -1.0)]);
            }
        }
        let first_flow = tableau.columns.len();
        let mut flows = Vec::new();
        let mut is_joined: Vec<Vec<bool>> = scene
            .ways
            .iter()
            .map(|ways| vec![false; ways.len()])
            .collect();
        let mut all_joined = true;
        for (group, is_joined) in is_joined.iter_mut().enumerate() {
            for cell in 0..cells {
                let ways = &scene.ways_of[group * cells + cell];
                if scene.children[cell * groups + group] <= 0.0 {
                    continue;
                }
                all_joined &= ways.len() <= FIRST_WAYS;
                for &way in ways.iter().take(FIRST_WAYS) {
                    let (column, entries) = stated(&scene, group, way);
                    tableau.column(column, &entries);
                    flows.push((group, way));
                    is_joined[way] = true;
                }
            }
        }
        Ok(Self {
            programme: WarmProgramme::open(&tableau, MODEL)?,
            places: places.to_vec(),
            open: vec![1.0; sites],
            first_place_column,
            first_flow,
            flows,
            is_joined,
            method: Method::Dual,
            all_joined,
            scene,
            rounds: 0,
        })
    }

    /// Gives a site and group another number of places.
    pub(crate) fn set_places(&mut self, position: usize, places: f64) -> Result<(), SolverError> {
        if self.places[position] != places {
            self.places[position] = places;
            self.programme
                .set_limits(self.first_place_column + position, places, places)?;
            self.method = Method::Dual;
        }
        Ok(())
    }

    /// Lets a site take at most this share of the children of any cell (1 = no such limit).
    pub(crate) fn set_open(&mut self, open: &[f64]) -> Result<(), SolverError> {
        if self.open == open {
            return Ok(());
        }
        for number in 0..self.flows.len() {
            let (group, way) = self.flows[number];
            let way = self.scene.ways[group][way];
            if self.open[way.site] != open[way.site] {
                let children = self.scene.children[way.cell * self.scene.groups.len() + group];
                let most = if open[way.site] >= 1.0 {
                    f64::INFINITY
                } else {
                    children * open[way.site]
                };
                self.programme
                    .set_limits(self.first_flow + number, 0.0, most)?;
            }
        }
        self.open = open.to_vec();
        self.method = Method::Dual;
        Ok(())
    }

    /// The cheapest allocation over all ways.
    pub(crate) fn solve(&mut self) -> Result<RecourseAnswer, SolverError> {
        loop {
            let vertex = self.programme.solve(self.method)?;
            self.rounds += 1;
            if self.join_cheaper_ways(&vertex)? == 0 {
                self.method = Method::Dual;
                let answer = self.collect(&vertex);
                let groups = self.scene.groups;
                let must_be_served = |(position, count): (usize, &f64)| {
                    *count > 1e-6 && groups[position % groups.len()].unserved_penalty.is_none()
                };
                if answer.unserved.iter().enumerate().any(must_be_served) {
                    return Err(SolverError::Infeasible { model: MODEL });
                }
                return Ok(answer);
            }
            self.method = Method::Primal;
        }
    }

    fn join_cheaper_ways(&mut self, vertex: &Vertex) -> Result<usize, SolverError> {
        if self.all_joined {
            return Ok(0);
        }
        let groups = self.scene.groups.len();
        let mut joining = Vec::new();
        let mut cheap: Vec<(f64, usize)> = Vec::new();
        for group in 0..groups {
            let site_prices = self.price_of_sites(vertex, group);
            for cell in 0..self.scene.cells {
                if self.scene.children[cell * groups + group] <= 0.0 {
                    continue;
                }
                let child_price = vertex.prices[group * self.scene.cells + cell];
                cheap.clear();
                for &way in &self.scene.ways_of[group * self.scene.cells + cell] {
                    let Way { site, cost, .. } = self.scene.ways[group][way];
                    if cost >= child_price {
                        break; // the ways are in the order of their costs, and no site pays
                    }
                    let reduced = cost - child_price - site_prices[site];
                    if reduced < -PRICING_TOLERANCE && !self.is_joined[group][way] {
                        cheap.push((reduced, way));
                    }
                }
                cheap.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                joining.extend(
                    cheap
                        .iter()
                        .take(WAYS_PER_ROUND)
                        .map(|&(_, way)| (group, way)),
                );
            }
        }
        for &(group, way) in &joining {
            let (mut column, entries) = stated(&self.scene, group, way);
            let place = self.scene.ways[group][way];
            if self.open[place.site] < 1.0 {
                column.to =
                    self.open[place.site] * self.scene.children[place.cell * groups + group];
            }
            self.programme.add_column(column, &entries)?;
            self.flows.push((group, way));
            self.is_joined[group][way] = true;
        }
        Ok(joining.len())
    }

    /// What a child of a group pays at each site besides its way, negated (<= 0).
    fn price_of_sites(&self, vertex: &Vertex, group: usize) -> Vec<f64> {
        let (cells, sites, groups) = (self.scene.cells, self.scene.sites, self.scene.groups.len());
        let first = groups * cells + group * sites;
        let staff = self.scene.staff.map_or(0.0, |_| {
            vertex.prices[groups * (cells + sites)] * self.scene.groups[group].staff_per_child
        });
        let first_area = groups * (cells + sites) + usize::from(self.scene.staff.is_some());
        (0..sites)
            .map(|site| {
                if self.places[site * groups + group] <= 0.0 {
                    return f64::NEG_INFINITY; // no place, no child, whatever the dual says
                }
                let area = self.scene.areas.map_or(0.0, |(_, per_child)| {
                    vertex.prices[first_area + site] * per_child[group]
                });
                vertex.prices[first + site] + staff + area
            })
            .collect()
    }

    fn collect(&self, vertex: &Vertex) -> RecourseAnswer {
        let (cells, sites, groups) = (self.scene.cells, self.scene.sites, self.scene.groups.len());
        let mut child_prices = vec![0.0; cells * groups];
        let mut place_prices = vec![0.0; sites * groups];
        let mut unserved = vec![0.0; cells * groups];
        let mut unserved_columns = 0..self.first_place_column;
        for group in 0..groups {
            for cell in 0..cells {
                child_prices[cell * groups + group] = vertex.prices[group * cells + cell];
                if let Some(column) = unserved_columns.next() {
                    unserved[cell * groups + group] = clean(vertex.values[column]);
                }
            }
            for site in 0..sites {
                place_prices[site * groups + group] =
                    vertex.prices[groups * cells + group * sites + site].min(0.0);
            }
        }
        let after = groups * (cells + sites);
        let staff_price = self
            .scene
            .staff
            .map_or(0.0, |_| vertex.prices[after].min(0.0));
        let first_area = after + usize::from(self.scene.staff.is_some());
        let flows = self.flows.iter().zip(&vertex.values[self.first_flow..]);
        RecourseAnswer {
            cost: vertex.objective,
            child_prices,
            place_prices,
            staff_price,
            area_prices: vertex.prices[first_area..]
                .iter()
                .map(|price| price.min(0.0))
                .collect(),
            unserved,
            flows: flows
                .map(|(&(group, way), &value)| (group, way, clean(value)))
                .filter(|(_, _, value)| *value > 0.0)
                .collect(),
        }
    }
}

fn stated(scene: &Scene<'_>, group: usize, way: usize) -> (Column, Vec<(usize, f64)>) {
    let (cells, sites, groups) = (scene.cells, scene.sites, scene.groups.len());
    let place = scene.ways[group][way];
    let column = Column {
        cost: place.cost,
        from: 0.0,
        to: f64::INFINITY,
        is_whole: false,
    };
    let mut entries = vec![
        (group * cells + place.cell, 1.0),
        (groups * cells + group * sites + place.site, 1.0),
    ];
    let after = groups * (cells + sites);
    if scene.staff.is_some() && scene.groups[group].staff_per_child > 0.0 {
        entries.push((after, scene.groups[group].staff_per_child));
    }
    if let Some((_, per_child)) = scene.areas
        && per_child[group] > 0.0
    {
        let first = after + usize::from(scene.staff.is_some());
        entries.push((first + place.site, per_child[group]));
    }
    (column, entries)
}

/// Takes rounding noise off: nothing below 0, whole numbers where one is meant.
pub(crate) fn clean(value: f64) -> f64 {
    let whole = value.round();
    if (value - whole).abs() <= 1e-9 {
        whole.max(0.0)
    } else {
        value.max(0.0)
    }
}
