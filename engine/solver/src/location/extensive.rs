//! The whole plan in one programme: every future, every period, every way that can matter.
//!
//! Formulation: the flow of a way is at most the children of its cell while the site is open
//! (`flow <= children * open`). These links decide how good the bound is; there are too many of them to state, so those
//! that the relaxation breaks join it round by round, and so do the ways that would lower its cost.
//! What a way or an opening would cost beyond the bound (its reduced cost) then tells which of them
//! can be in no better plan, and branch and bound sees only the rest, with every link of theirs.

use super::decisions::DecisionColumns;
use super::model::PlanningModel;
use super::programme::{Branched, Column, JoinedRow, Method, Stop, Tableau, Vertex, WarmProgramme, branch};
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
const GUESSES: [f64; 2] = [0.002, 0.01];

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
    pub(crate) objective: f64,
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
            scenes * groups * model.cells + ((path * periods + period) * groups + group) * sites + site
        };
        let decisions = DecisionColumns::state(model, &mut tableau, |site, room, period| {
            let mut entries = Vec::new();
            for path in 0..model.paths.len() {
                match room {
                    None => entries.extend((0..groups).filter_map(|group| {
                        let places = model.sites[site].places[group];
                        (places > 0.0).then(|| (capacity_row(path, period, group, site), -places))
                    })),
                    Some(group) => entries.extend((period + model.lead_periods..periods).map(
                        |later| {
                            let places = model.groups[group].room_places;
                            (capacity_row(path, later, group, site), -places)
                        },
                    )),
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
        self.scene(flow.path, flow.period) * self.total_ways + self.way_offsets[flow.group] + flow.way
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
            (self.cell_row(flow.path, flow.period, flow.group, way.cell), 1.0),
            (self.place_row(flow.path, flow.period, flow.group, way.site), 1.0),
        ];
        if self.model.staff.is_some() && group.staff_per_child > 0.0 {
            entries.push((self.staff_row(flow.path, flow.period), group.staff_per_child));
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
            let children = self.model.children(flow.path, flow.period, way.cell, flow.group);
            let terms = vec![(self.first_flow + number, 1.0), (open, -children)];
            return Some((children, JoinedRow::at_most(0.0, terms)));
        }
        let places = self.model.sites[way.site].places[flow.group];
        let children = self.model.children(flow.path, flow.period, way.cell, flow.group);
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
                                let flow = Flow { path, period, group, way };
                                let reduced = (!self.is_joined[self.mark(flow)])
                                    .then(|| self.reduced_cost(flow, vertex))?;
                                (reduced < most).then_some((reduced, way))
                            })
                            .collect();
                        cheap.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                        let flows = cheap.iter().take(per_cell);
                        found.extend(flows.map(|&(_, way)| Flow { path, period, group, way }));
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
        let root = self.relax()?;
        let mut best: Option<(f64, Vec<f64>)> = None;
        let mut bound = root.objective;
        let (mut limit_reached, mut time_reached) = (false, false);
        let mut guesses = GUESSES.iter();
        loop {
            let above = match (&best, guesses.next()) {
                (Some((objective, _)), _) => objective - root.objective,
                (None, Some(share)) => share * root.objective.abs().max(1.0),
                (None, None) => f64::INFINITY,
            };
            let above = above * (1.0 + 1e-9) + 1e-7;
            let branched = self.branch_within(&root, above, best.as_ref(), stop)?;
            limit_reached = branched.limit_reached;
            time_reached = branched.time_reached;
            let outside = root.objective + above;
            bound = bound.max(branched.bound.min(outside));
            if let Some(values) = branched.values {
                let objective = self.objective_at(&values);
                if best.as_ref().is_none_or(|(known, _)| objective < *known) {
                    best = Some((objective, values));
                }
            }
            let is_enclosed = best.as_ref().is_some_and(|(objective, _)| *objective <= outside);
            if is_enclosed || above.is_infinite() || limit_reached {
                break;
            }
        }
        if let Some((objective, values)) = &mut best {
            bound = bound.min(*objective);
            values.resize(self.tableau.columns.len(), 0.0);
        }
        Ok(ExtensiveResult {
            objective: best.as_ref().map_or(f64::INFINITY, |(objective, _)| *objective),
            values: best.map(|(_, values)| values),
            bound,
            limit_reached,
            time_reached,
        })
    }

    fn objective_at(&self, values: &[f64]) -> f64 {
        let columns = self.tableau.columns.iter().zip(values);
        columns.map(|(column, value)| column.cost * value).sum()
    }

    /// Branch and bound over what can be part of a plan less than `above` over the bound.
    fn branch_within(
        &mut self,
        root: &Vertex,
        above: f64,
        known: Option<&(f64, Vec<f64>)>,
        stop: &Stop,
    ) -> Result<Branched, SolverError> {
        for flow in self.absent_ways_below(root, above, usize::MAX) {
            let (column, entries) = self.stated(flow);
            self.tableau.column(column, &entries);
            self.note(flow);
        }
        let columns = self.tableau.columns.len();
        let mut is_kept = vec![true; columns];
        let known_value = |column: usize| {
            known.map_or(0.0, |(_, values)| values.get(column).copied().unwrap_or(0.0))
        };
        let seen = root.reduced_costs.len();
        for column in self.first_flow..columns.min(seen) {
            is_kept[column] = root.reduced_costs[column] <= above || known_value(column) > 0.0;
        }
        let mut narrowed = self.tableau.clone();
        for column in 0..self.first_flow.min(seen) {
            let limits = &mut narrowed.columns[column];
            if limits.is_whole && limits.to <= 1.0 {
                if root.reduced_costs[column] > above && known_value(column) < 0.5 {
                    limits.to = 0.0;
                } else if root.reduced_costs[column] < -above && known_value(column) > 0.5 {
                    limits.from = 1.0;
                }
            }
        }
        for number in 0..self.flows.len() {
            let mark = self.mark(self.flows[number]);
            if is_kept[self.first_flow + number]
                && !self.is_linked[mark]
                && let Some((_, row)) = self.link(number)
            {
                narrowed.joined_rows.push(row);
            }
        }
        let (smaller, kept) = narrowed.restricted(&is_kept);
        let start: Option<Vec<f64>> = known.map(|_| kept.iter().map(|&it| known_value(it)).collect());
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

    /// Children that go each way: (path, period, group, way, children).
    pub(crate) fn flows_at(&self, values: &[f64]) -> Vec<(usize, usize, usize, usize, f64)> {
        let flows = self.flows.iter().zip(&values[self.first_flow..]);
        flows
            .filter(|(_, value)| **value > 1e-9)
            .map(|(flow, value)| (flow.path, flow.period, flow.group, flow.way, *value))
            .collect()
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
