//! The whole plan in one programme: every future, every period, every way that can matter.
//!
//! Formulation: the flow of a way is at most the children of its cell while the site is open
//! (`flow <= children * open`). These links decide how good the bound is; there are too many of them to state, so those
//! that the relaxation breaks join it round by round, and so do the ways that would lower its cost.
//!
//! Facility location takes its bound from prices instead ([`super::lagrangian`]): they tell which
//! facilities no better plan opens or closes, and branch and bound decides about the rest.

use super::decisions::DecisionColumns;
use super::lagrangian::{PriceBound, is_facility_location, price_bound};
use super::model::PlanningModel;
use super::programme::{
    Branched, Column, JoinedRow, Method, Stop, Tableau, Vertex, WarmProgramme, branch,
};
use crate::SolverError;

const MODEL: &str = "capacity plan";

/// Cheapest ways per cell and group in the first relaxation.
const FIRST_WAYS: usize = 10;

/// Ways that join per cell and group in a round.
const WAYS_PER_ROUND: usize = 4;

/// Reduced costs above this are taken as 0, in units of the greatest cost of a way.
const PRICING_TOLERANCE: f64 = 1e-9;

/// A link counts as broken above this share of the children.
const LINK_TOLERANCE: f64 = 1e-5;

/// First guesses of how far the best plan lies above the bound.
const GUESSES: [f64; 4] = [1e-4, 1e-3, 4e-3, 0.015];

/// A way in one future and period.
#[derive(Debug, Clone, Copy)]
struct Flow {
    path: usize,
    period: usize,
    group: usize,
    way: usize,
}

/// The programme while it grows.
pub(crate) struct Extensive<'a> {
    model: &'a PlanningModel,
    tableau: Tableau,
    pub(crate) decisions: DecisionColumns,
    first_flow: usize,
    flows: Vec<Flow>,
    /// Ways of a cell, cheapest first, at `group * cells + cell`; ways that lead nowhere left out.
    ways_of: Vec<Vec<usize>>,
    is_joined: Vec<bool>,
    is_linked: Vec<bool>,
    way_offsets: Vec<usize>,
    total_ways: usize,
}

/// The best plan the extensive form found.
pub(crate) struct ExtensiveResult {
    pub(crate) values: Option<Vec<f64>>,
    pub(crate) bound: f64,
    pub(crate) limit_reached: bool,
    pub(crate) time_reached: bool,
}

impl<'a> Extensive<'a> {
    pub(crate) fn state(model: &'a PlanningModel) -> Self {
        let (periods, groups, sites) = (model.periods(), model.groups.len(), model.sites.len());
        let mut tableau = Tableau::default();
        let mut way_offsets = Vec::new();
        let mut total_ways = 0;
        for ways in &model.ways {
            way_offsets.push(total_ways);
            total_ways += ways.len();
        }
        let scenes = model.paths.len() * periods;
        for path in 0..model.paths.len() {
            for period in 0..periods {
                for group in 0..groups {
                    for cell in 0..model.cells {
                        let children = model.children(path, period, cell, group);
                        tableau.row(children, children);
                    }
                }
            }
        }
        for _ in 0..scenes {
            for group in 0..groups {
                for site in &model.sites {
                    let stands = !site.standing.is_decided();
                    let places = if stands { site.places[group] } else { 0.0 };
                    tableau.row(f64::NEG_INFINITY, places);
                }
            }
        }
        if let Some(staff) = &model.staff {
            for scene in 0..scenes {
                tableau.row(f64::NEG_INFINITY, staff[scene % periods]);
            }
        }
        let capacity_row = |path: usize, period: usize, group: usize, site: usize| {
            scenes * groups * model.cells
                + ((path * periods + period) * groups + group) * sites
                + site
        };
        let decisions = DecisionColumns::state(model, &mut tableau, |site, room, period| {
            let mut entries = Vec::new();
            for path in 0..model.paths.len() {
                match room {
                    None => entries.extend((0..groups).filter_map(|group| {
                        let places = model.sites[site].places[group];
                        (places > 0.0).then(|| (capacity_row(path, period, group, site), -places))
                    })),
                    Some(group) => {
                        entries.extend((period + model.lead_periods..periods).map(|later| {
                            let places = model.groups[group].room_places;
                            (capacity_row(path, later, group, site), -places)
                        }));
                    }
                }
            }
            entries
        });
        let mut extensive = Self {
            model,
            tableau,
            decisions,
            first_flow: 0,
            flows: Vec::new(),
            ways_of: ways_by_cell(model),
            is_joined: vec![false; scenes * total_ways],
            is_linked: vec![false; scenes * total_ways],
            way_offsets,
            total_ways,
        };
        extensive.state_unserved();
        extensive.first_flow = extensive.tableau.columns.len();
        extensive.state_first_ways();
        extensive
    }

    fn state_unserved(&mut self) {
        for (path, future) in self.model.paths.iter().enumerate() {
            for period in 0..self.model.periods() {
                for group in 0..self.model.groups.len() {
                    let Some(penalty) = self.model.groups[group].unserved_penalty else {
                        continue;
                    };
                    for cell in 0..self.model.cells {
                        let row = self.cell_row(path, period, group, cell);
                        let cost = penalty * future.probability;
                        self.tableau.real(cost, 0.0, f64::INFINITY, &[(row, 1.0)]);
                    }
                }
            }
        }
    }

    fn state_first_ways(&mut self) {
        for path in 0..self.model.paths.len() {
            for period in 0..self.model.periods() {
                for group in 0..self.model.groups.len() {
                    for cell in 0..self.model.cells {
                        if self.model.children(path, period, cell, group) <= 0.0 {
                            continue;
                        }
                        let ways = self.ways_of[group * self.model.cells + cell].clone();
                        for &way in ways.iter().take(FIRST_WAYS) {
                            let flow = Flow {
                                path,
                                period,
                                group,
                                way,
                            };
                            let (column, entries) = self.stated(flow);
                            self.tableau.column(column, &entries);
                            self.note(flow);
                        }
                    }
                }
            }
        }
    }

    /// Number of columns if every way joined.
    pub(crate) fn size(model: &PlanningModel) -> usize {
        let ways: usize = ways_by_cell(model).iter().map(Vec::len).sum();
        ways * model.periods() * model.paths.len()
    }

    fn scene(&self, path: usize, period: usize) -> usize {
        path * self.model.periods() + period
    }

    fn cell_row(&self, path: usize, period: usize, group: usize, cell: usize) -> usize {
        (self.scene(path, period) * self.model.groups.len() + group) * self.model.cells + cell
    }

    fn place_row(&self, path: usize, period: usize, group: usize, site: usize) -> usize {
        let scenes = self.model.paths.len() * self.model.periods();
        let groups = self.model.groups.len();
        scenes * groups * self.model.cells
            + (self.scene(path, period) * groups + group) * self.model.sites.len()
            + site
    }

    fn staff_row(&self, path: usize, period: usize) -> usize {
        let scenes = self.model.paths.len() * self.model.periods();
        scenes * self.model.groups.len() * (self.model.cells + self.model.sites.len())
            + self.scene(path, period)
    }

    fn mark(&self, flow: Flow) -> usize {
        self.scene(flow.path, flow.period) * self.total_ways
            + self.way_offsets[flow.group]
            + flow.way
    }

    fn stated(&self, flow: Flow) -> (Column, Vec<(usize, f64)>) {
        let way = self.model.ways[flow.group][flow.way];
        let group = self.model.groups[flow.group];
        let column = Column {
            cost: way.cost * self.model.paths[flow.path].probability,
            from: 0.0,
            to: f64::INFINITY,
            is_whole: false,
        };
        let mut entries = vec![
            (
                self.cell_row(flow.path, flow.period, flow.group, way.cell),
                1.0,
            ),
            (
                self.place_row(flow.path, flow.period, flow.group, way.site),
                1.0,
            ),
        ];
        if self.model.staff.is_some() && group.staff_per_child > 0.0 {
            entries.push((
                self.staff_row(flow.path, flow.period),
                group.staff_per_child,
            ));
        }
        (column, entries)
    }

    fn note(&mut self, flow: Flow) {
        let mark = self.mark(flow);
        self.is_joined[mark] = true;
        self.flows.push(flow);
    }

    /// The row `flow <= children * open`, where opening is a decision.
    fn link(&self, number: usize) -> Option<(f64, JoinedRow)> {
        let flow = self.flows[number];
        let way = self.model.ways[flow.group][flow.way];
        let open = self.decisions.open(way.site, flow.period)?;
        if self.model.may_get_rooms(way.site, flow.group) {
            let children = self
                .model
                .children(flow.path, flow.period, way.cell, flow.group);
            let terms = vec![(self.first_flow + number, 1.0), (open, -children)];
            return Some((children, JoinedRow::at_most(0.0, terms)));
        }
        let places = self.model.sites[way.site].places[flow.group];
        let children = self
            .model
            .children(flow.path, flow.period, way.cell, flow.group);
        let most = children.min(places);
        let terms = vec![(self.first_flow + number, 1.0), (open, -most)];
        Some((most, JoinedRow::at_most(0.0, terms)))
    }

    /// The relaxation with every link that matters, over all ways.
    pub(crate) fn relax(&mut self) -> Result<Vertex, SolverError> {
        let mut programme = WarmProgramme::open(&self.tableau, MODEL)?;
        let mut method = Method::Dual;
        loop {
            let vertex = programme.solve(method)?;
            if self.join_broken_links(&vertex, &mut programme)? > 0 {
                method = Method::Dual;
            } else if self.join_cheaper_ways(&vertex, &mut programme)? > 0 {
                method = Method::Primal;
            } else {
                return Ok(vertex);
            }
        }
    }

    fn join_broken_links(
        &mut self,
        vertex: &Vertex,
        programme: &mut WarmProgramme,
    ) -> Result<usize, SolverError> {
        let mut added = 0;
        for number in 0..self.flows.len() {
            let value = vertex.values[self.first_flow + number];
            let mark = self.mark(self.flows[number]);
            if value <= 0.0 || self.is_linked[mark] {
                continue;
            }
            let Some((most, row)) = self.link(number) else {
                continue;
            };
            let open = vertex.values[row.terms[1].0];
            if value > most * open + LINK_TOLERANCE * most {
                programme.add_row(&row)?;
                self.tableau.joined_rows.push(row);
                self.is_linked[mark] = true;
                added += 1;
            }
        }
        Ok(added)
    }

    /// Reduced cost of a way that is not in the programme.
    fn reduced_cost(&self, flow: Flow, vertex: &Vertex) -> f64 {
        let (column, entries) = self.stated(flow);
        let paid: f64 = entries
            .iter()
            .map(|&(row, factor)| factor * vertex.prices[row])
            .sum();
        column.cost - paid
    }

    fn absent_ways_below(&self, vertex: &Vertex, most: f64, per_cell: usize) -> Vec<Flow> {
        let mut found = Vec::new();
        for path in 0..self.model.paths.len() {
            for period in 0..self.model.periods() {
                for group in 0..self.model.groups.len() {
                    for cell in 0..self.model.cells {
                        if self.model.children(path, period, cell, group) <= 0.0 {
                            continue;
                        }
                        let ways = self.ways_of[group * self.model.cells + cell].iter();
                        let mut cheap: Vec<(f64, usize)> = ways
                            .filter_map(|&way| {
                                let flow = Flow {
                                    path,
                                    period,
                                    group,
                                    way,
                                };
                                let reduced = (!self.is_joined[self.mark(flow)])
                                    .then(|| self.reduced_cost(flow, vertex))?;
                                (reduced < most).then_some((reduced, way))
                            })
                            .collect();
                        cheap.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                        let flows = cheap.iter().take(per_cell);
                        found.extend(flows.map(|&(_, way)| Flow {
                            path,
                            period,
                            group,
                            way,
                        }));
                    }
                }
            }
        }
        found
    }

    fn join_cheaper_ways(
        &mut self,
        vertex: &Vertex,
        programme: &mut WarmProgramme,
    ) -> Result<usize, SolverError> {
        let costs = self.model.ways.iter().flatten().map(|way| way.cost);
        let tolerance = PRICING_TOLERANCE * costs.fold(1.0, f64::max);
        let joining = self.absent_ways_below(vertex, -tolerance, WAYS_PER_ROUND);
        for &flow in &joining {
            let (column, entries) = self.stated(flow);
            programme.add_column(column, &entries)?;
            self.tableau.column(column, &entries);
            self.note(flow);
        }
        Ok(joining.len())
    }

    /// The best plan within the gap asked for.
    pub(crate) fn solve(&mut self, stop: &Stop) -> Result<ExtensiveResult, SolverError> {
        let root = if is_facility_location(self.model) {
            Root::of_prices(
                &price_bound(self.model, &self.ways_of),
                &self.decisions,
                self.first_flow,
            )
        } else {
            Root::of_vertex(&self.relax()?)
        };
        self.join_all_ways();
        let mut best: Option<(f64, Vec<f64>)> = None;
        let mut bound = root.bound;
        let mut guesses = GUESSES.iter();
        loop {
            let above = match (&best, guesses.next()) {
                _ if root.with_choice.is_empty() => f64::INFINITY,
                (Some((objective, _)), Some(share)) => {
                    (objective - root.bound).min(share * root.bound.abs().max(1.0))
                }
                (Some((objective, _)), None) => objective - root.bound,
                (None, Some(share)) => share * root.bound.abs().max(1.0),
                (None, None) => f64::INFINITY,
            };
            let above = above * (1.0 + 1e-9) + 1e-7;
            let branched = self.branch_within(&root, above, best.as_ref(), stop)?;
            let outside = root.bound + above;
            let is_excluded = branched.values.is_none() && !branched.limit_reached;
            let inside = if is_excluded {
                f64::INFINITY
            } else {
                branched.bound
            };
            bound = bound.max(inside.min(outside));
            if let Some(values) = branched.values {
                let objective = self.objective_at(&values);
                if best.as_ref().is_none_or(|(known, _)| objective < *known) {
                    best = Some((objective, values));
                }
            }
            let is_enclosed = best
                .as_ref()
                .is_some_and(|(objective, _)| *objective <= outside);
            if is_enclosed || above.is_infinite() || branched.limit_reached {
                return Ok(ExtensiveResult {
                    bound: best
                        .as_ref()
                        .map_or(bound, |(objective, _)| bound.min(*objective)),
                    values: best.map(|(_, values)| values),
                    limit_reached: branched.limit_reached,
                    time_reached: branched.time_reached,
                });
            }
        }
    }

    fn join_all_ways(&mut self) {
        for path in 0..self.model.paths.len() {
            for period in 0..self.model.periods() {
                for group in 0..self.model.groups.len() {
                    for cell in 0..self.model.cells {
                        if self.model.children(path, period, cell, group) <= 0.0 {
                            continue;
                        }
                        for way in self.ways_of[group * self.model.cells + cell].clone() {
                            let flow = Flow {
                                path,
                                period,
                                group,
                                way,
                            };
                            if !self.is_joined[self.mark(flow)] {
                                let (column, entries) = self.stated(flow);
                                self.tableau.column(column, &entries);
                                self.note(flow);
                            }
                        }
                    }
                }
            }
        }
    }

    fn objective_at(&self, values: &[f64]) -> f64 {
        let columns = self.tableau.columns.iter().zip(values);
        columns.map(|(column, value)| column.cost * value).sum()
    }

    /// Branch and bound over the decisions that can be part of a plan less than `above` over the bound.
    fn branch_within(
        &mut self,
        root: &Root,
        above: f64,
        known: Option<&(f64, Vec<f64>)>,
        stop: &Stop,
    ) -> Result<Branched, SolverError> {
        let columns = self.tableau.columns.len();
        let mut is_kept = vec![true; columns];
        let mut narrowed = self.tableau.clone();
        for (column, [closed, open]) in root.with_choice.iter().enumerate() {
            let limits = &mut narrowed.columns[column];
            if open - root.bound > above {
                limits.to = 0.0;
            } else if closed - root.bound > above {
                limits.from = 1.0;
            }
        }
        let links_all = is_facility_location(self.model);
        for number in 0..self.flows.len() {
            let flow = self.flows[number];
            let site = self.model.ways[flow.group][flow.way].site;
            let Some(open) = self.decisions.open(site, flow.period) else {
                continue;
            };
            let limits = narrowed.columns[open];
            let has_rooms = self.model.may_get_rooms(site, flow.group);
            is_kept[self.first_flow + number] = limits.to > 0.0 || has_rooms;
            let is_free = limits.to > limits.from;
            if links_all
                && is_free
                && !self.is_linked[self.mark(flow)]
                && let Some((_, row)) = self.link(number)
            {
                narrowed.joined_rows.push(row);
            }
        }
        let (smaller, kept) = narrowed.restricted(&is_kept);
        let start: Option<Vec<f64>> =
            known.map(|(_, values)| kept.iter().map(|&column| values[column]).collect());
        let mut branched = branch(&smaller, start.as_deref(), stop, MODEL)?;
        branched.values = branched
            .values
            .filter(|values| smaller.is_met_by(values, 1e-5))
            .map(|values| {
                let mut all = vec![0.0; columns];
                for (value, &column) in values.iter().zip(&kept) {
                    let is_whole = self.tableau.columns[column].is_whole;
                    all[column] = if is_whole { value.round() } else { *value };
                }
                all
            });
        Ok(branched)
    }
}

/// What the relaxation says of the decisions.
struct Root {
    bound: f64,
    /// The bound with the choice at 0 and at 1, by column; the bound itself where nothing is known.
    with_choice: Vec<[f64; 2]>,
}

impl Root {
    fn of_prices(prices: &PriceBound, decisions: &DecisionColumns, columns: usize) -> Self {
        let mut with_choice = vec![[prices.bound; 2]; columns];
        for (site, bounds) in prices.with_site.iter().enumerate() {
            if let Some(column) = decisions.open(site, 0) {
                with_choice[column] = *bounds;
            }
        }
        Self {
            bound: prices.bound,
            with_choice,
        }
    }

    /// Nothing is fixed; the relaxation only tells the bound.
    fn of_vertex(vertex: &Vertex) -> Self {
        Self {
            bound: vertex.objective,
            with_choice: Vec::new(),
        }
    }
}

/// Ways of each cell, cheapest first, without those to sites that never have places.
pub(crate) fn ways_by_cell(model: &PlanningModel) -> Vec<Vec<usize>> {
    let mut ways_of = vec![Vec::new(); model.groups.len() * model.cells];
    for (group, ways) in model.ways.iter().enumerate() {
        for (number, way) in ways.iter().enumerate() {
            if model.sites[way.site].places[group] > 0.0 {
                ways_of[group * model.cells + way.cell].push(number);
            }
        }
        for list in &mut ways_of[group * model.cells..(group + 1) * model.cells] {
            list.sort_by(|&a, &b| ways[a].cost.total_cmp(&ways[b].cost).then(a.cmp(&b)));
            let mut seen = std::collections::BTreeSet::new();
            list.retain(|&number| seen.insert(ways[number].site));
        }
    }
    ways_of
}
