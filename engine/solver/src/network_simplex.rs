//! Network simplex for allocations that nothing couples across facilities: no staff, no areas.
//!
//! A spanning tree of areas, facilities and a root holds the vertex; an arc that would lower the cost
//! enters, the first arc of its cycle to fill or to empty leaves. No matrix is ever built, so a
//! period of a city takes milliseconds and a closed facility far less: its places are taken away
//! from the last tree and a few pivots repair it.

use crate::{Allocation, SolverError, TransportProblem};

const MODEL: &str = "allocation by network simplex";

/// Reduced costs above this are taken as 0, in units of the dearest arc.
const PRICING_TOLERANCE: f64 = 1e-11;

/// Pivots for each node and arc after which something must be wrong.
const MOST_PIVOTS_EACH: usize = 200;

/// Fewest arcs looked at before the best of them enters.
const SMALLEST_BLOCK: usize = 64;

const NONE: usize = usize::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In the tree.
    Tree,
    /// Outside, without flow.
    Empty,
    /// Outside, full.
    Full,
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    from: usize,
    to: usize,
    cost: f64,
    most: f64,
    flow: f64,
    state: State,
}

/// The place of a node in the tree.
#[derive(Debug, Clone, Copy)]
struct Node {
    parent: usize,
    /// The edge to the parent.
    edge: usize,
    depth: usize,
    price: f64,
    first_child: usize,
    next: usize,
    previous: usize,
}

/// An allocation that is solved again and again with other capacities.
///
/// Asks the same question as [`crate::allocate`] and gives an answer that
/// [`TransportProblem::check`] accepts; of several cheapest allocations it may give another one.
/// Deterministic; the time limit of the problem is not looked at.
///
/// ```
/// use solver::{Arc, TransportNetwork, TransportProblem};
/// let problem = TransportProblem {
///     capacities: vec![1.0, 5.0],
///     demands: vec![2.0],
///     unserved_penalties: vec![50.0],
///     arcs: vec![Arc { area: 0, site: 0, cost: 1.0 }, Arc { area: 0, site: 1, cost: 3.0 }],
///     time_limit_seconds: f64::INFINITY,
/// };
/// let mut network = TransportNetwork::open(problem)?;
/// assert_eq!(network.solve()?.objective, 4.0);
/// network.set_capacity(1, 0.0)?; // what if the second facility closes?
/// assert_eq!(network.solve()?.objective, 51.0);
/// network.set_capacity(1, 5.0)?;
/// assert_eq!(network.solve()?.objective, 4.0);
/// assert!(network.set_capacity(1, -1.0).is_err());
/// # Ok::<(), solver::SolverError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TransportNetwork {
    problem: TransportProblem,
    /// Arcs of the problem; then areas left unserved; then places of the sites; then children
    /// beyond them, at a price no answer pays.
    edges: Vec<Edge>,
    nodes: Vec<Node>,
    tolerance: f64,
    /// Where the search for an edge goes on.
    next_edge: usize,
    pivots: usize,
}

/// A cycle that an edge closes.
struct Cycle {
    edge: usize,
    /// End of the edge the flow comes from, and the one it goes to.
    ends: [usize; 2],
    /// How much can flow.
    amount: f64,
    /// The node whose edge to its parent leaves, and on which side it lies; none if the edge itself
    /// fills or empties first.
    leaving: Option<(usize, usize)>,
    top: usize,
}

impl TransportNetwork {
    /// Takes a problem; everybody is unserved at first.
    ///
    /// # Errors
    /// [`SolverError::BadModel`] as for [`crate::allocate`].
    pub fn open(problem: TransportProblem) -> Result<Self, SolverError> {
        problem.validate()?;
        let (areas, sites) = (problem.demands.len(), problem.capacities.len());
        let root = areas + sites;
        let costs = problem.arcs.iter().map(|arc| arc.cost);
        let dearest = costs
            .chain(problem.unserved_penalties.iter().copied())
            .fold(1.0, f64::max);
        let edge = |from, to, cost, most| Edge {
            from,
            to,
            cost,
            most,
            flow: 0.0,
            state: State::Empty,
        };
        let mut edges: Vec<Edge> = problem
            .arcs
            .iter()
            .map(|arc| edge(arc.area, areas + arc.site, arc.cost, f64::INFINITY))
            .collect();
        let penalties = problem.unserved_penalties.iter().enumerate();
        edges.extend(penalties.map(|(area, &cost)| edge(area, root, cost, f64::INFINITY)));
        let places = problem.capacities.iter().enumerate();
        edges.extend(places.map(|(site, &most)| edge(areas + site, root, 0.0, most)));
        // Above any chain of ways, yet near enough to them for exact sums.
        let forbidden = 4.0 * dearest;
        edges.extend((0..sites).map(|site| edge(areas + site, root, forbidden, f64::INFINITY)));
        let alone = Node {
            parent: NONE,
            edge: NONE,
            depth: 0,
            price: 0.0,
            first_child: NONE,
            next: NONE,
            previous: NONE,
        };
        let mut network = Self {
            nodes: vec![alone; root + 1],
            tolerance: PRICING_TOLERANCE * dearest,
            next_edge: 0,
            pivots: 0,
            edges,
            problem,
        };
        for area in 0..areas {
            let unserved = network.unserved(area);
            network.edges[unserved].flow = network.problem.demands[area];
            network.hang_first(area, unserved);
        }
        for site in 0..sites {
            // Every node of the tree can send more to the root: no long row of pivots without gain.
            let has_places = network.problem.capacities[site] > 0.0;
            let hanging = network.places(site) + if has_places { 0 } else { sites };
            network.hang_first(areas + site, hanging);
        }
        Ok(network)
    }

    fn root(&self) -> usize {
        self.nodes.len() - 1
    }

    fn unserved(&self, area: usize) -> usize {
        self.problem.arcs.len() + area
    }

    fn places(&self, site: usize) -> usize {
        self.problem.arcs.len() + self.problem.demands.len() + site
    }

    fn beyond(&self, site: usize) -> usize {
        self.places(site) + self.problem.capacities.len()
    }

    fn hang_first(&mut self, node: usize, edge: usize) {
        self.edges[edge].state = State::Tree;
        self.nodes[node].price = -self.edges[edge].cost;
        self.nodes[node].depth = 1;
        self.nodes[node].edge = edge;
        self.hang(node, self.root());
    }

    /// Makes a node a child.
    fn hang(&mut self, node: usize, parent: usize) {
        let first = self.nodes[parent].first_child;
        self.nodes[node].parent = parent;
        self.nodes[node].next = first;
        self.nodes[node].previous = NONE;
        if first != NONE {
            self.nodes[first].previous = node;
        }
        self.nodes[parent].first_child = node;
    }

    /// Takes a node from its parent.
    fn cut(&mut self, node: usize) {
        let Node {
            parent,
            next,
            previous,
            ..
        } = self.nodes[node];
        if previous == NONE {
            self.nodes[parent].first_child = next;
        } else {
            self.nodes[previous].next = next;
        }
        if next != NONE {
            self.nodes[next].previous = previous;
        }
    }

    /// Gives a site another number of places; 0 closes it.
    ///
    /// # Errors
    /// [`SolverError::BadModel`] for a site there is not or a number that is none.
    pub fn set_capacity(&mut self, site: usize, places: f64) -> Result<(), SolverError> {
        let is_number = places.is_finite() && places >= 0.0;
        let Some(known) = self.problem.capacities.get_mut(site).filter(|_| is_number) else {
            let remedy = "choose a site of the problem and 0 or more places";
            return Err(SolverError::bad_model(
                format!("the places of site {site}"),
                places,
                remedy,
            ));
        };
        *known = places;
        let edge = self.places(site);
        let Edge { state, flow, .. } = self.edges[edge];
        self.edges[edge].most = places;
        match state {
            State::Empty => {}
            State::Tree => {
                if flow > places {
                    self.swap_beyond(site);
                }
            }
            State::Full => self.refill(site, flow, places),
        }
        Ok(())
    }

    /// The flow of an edge that was full moves to its new limit, round the cycle it closes.
    fn refill(&mut self, site: usize, flow: f64, places: f64) {
        let edge = self.places(site);
        if flow == places {
            return;
        }
        let grows = places > flow;
        let Edge { from, to, .. } = self.edges[edge];
        let ends = if grows { [from, to] } else { [to, from] };
        let cycle = self.cycle(edge, ends, (places - flow).abs());
        let stays = cycle.leaving.is_none();
        self.pivot(&cycle, grows);
        if stays {
            self.edges[edge].flow = places;
            self.edges[edge].state = State::Full;
        } else if !grows && self.edges[edge].flow > places {
            self.swap_beyond(site);
        }
    }

    /// What exceeds the places of a site in the tree goes beyond them, at the forbidden price.
    fn swap_beyond(&mut self, site: usize) {
        let (edge, beyond) = (self.places(site), self.beyond(site));
        let most = self.edges[edge].most;
        let exceeding = self.edges[edge].flow - most;
        self.edges[edge].flow = most;
        self.edges[edge].state = State::Full;
        self.edges[beyond].flow += exceeding;
        self.edges[beyond].state = State::Tree;
        let lower = if self.nodes[self.edges[edge].from].edge == edge {
            self.edges[edge].from
        } else {
            self.edges[edge].to
        };
        self.nodes[lower].edge = beyond;
        let parent = self.nodes[lower].parent;
        self.reprice(lower, parent);
    }

    /// The cheapest allocation, from the last tree on.
    ///
    /// # Errors
    /// [`SolverError::Stopped`] for an answer that the check refuses, which no problem should cause.
    pub fn solve(&mut self) -> Result<Allocation, SolverError> {
        let most = MOST_PIVOTS_EACH * (self.nodes.len() + self.edges.len());
        let mut pivots = 0;
        while let Some((edge, grows)) = self.entering() {
            let Edge {
                from,
                to,
                most: limit,
                flow,
                ..
            } = self.edges[edge];
            let (ends, own) = if grows {
                ([from, to], limit - flow)
            } else {
                ([to, from], flow)
            };
            let cycle = self.cycle(edge, ends, own);
            self.pivot(&cycle, grows);
            pivots += 1;
            if pivots > most {
                return Err(SolverError::Stopped {
                    model: MODEL,
                    status: format!("no end after {most} pivots"),
                });
            }
        }
        self.pivots += pivots;
        let allocation = self.collect();
        match self.problem.check(&allocation) {
            Ok(()) => Ok(allocation),
            Err(violation) => Err(SolverError::Stopped {
                model: MODEL,
                status: format!("a solution that breaks a rule: {violation}"),
            }),
        }
    }

    /// Pivots of all runs so far.
    #[must_use]
    pub const fn pivots(&self) -> usize {
        self.pivots
    }

    /// The edge of the next block that gains most, and whether its flow grows.
    fn entering(&mut self) -> Option<(usize, bool)> {
        let count = self.edges.len();
        let block = (count as f64).sqrt() as usize;
        let block = block.max(SMALLEST_BLOCK);
        let (mut best, mut gain) = (None, self.tolerance);
        let mut position = self.next_edge;
        for looked in 1..=count {
            if position >= count {
                position = 0;
            }
            let edge = &self.edges[position];
            if edge.state != State::Tree {
                let reduced = edge.cost + self.nodes[edge.from].price - self.nodes[edge.to].price;
                let is_empty = edge.state == State::Empty;
                let gained = if is_empty { -reduced } else { reduced };
                if gained > gain && edge.most > 0.0 {
                    (best, gain) = (Some((position, is_empty)), gained);
                }
            }
            position += 1;
            if looked % block == 0 && best.is_some() {
                break;
            }
        }
        self.next_edge = position;
        best
    }

    /// How much can flow from the first end over the edge to the second and back through the tree.
    fn cycle(&self, edge: usize, ends: [usize; 2], own: f64) -> Cycle {
        let [mut first, mut second] = ends;
        while first != second {
            if self.nodes[first].depth >= self.nodes[second].depth {
                first = self.nodes[first].parent;
            } else {
                second = self.nodes[second].parent;
            }
        }
        let top = first;
        let (mut amount, mut leaving) = (own, None);
        // Of several edges that block, the last one round the cycle leaves, seen from its top.
        for (side, &end) in ends.iter().enumerate() {
            let mut node = end;
            while node != top {
                let Node {
                    parent, edge: up, ..
                } = self.nodes[node];
                let edge = &self.edges[up];
                let flows_up = side == 1;
                let left = if (edge.from == node) == flows_up {
                    edge.most - edge.flow
                } else {
                    edge.flow
                };
                if left < amount || (side == 1 && left <= amount) {
                    (amount, leaving) = (left, Some((node, side)));
                }
                node = parent;
            }
        }
        Cycle {
            edge,
            ends,
            amount: amount.max(0.0),
            leaving,
            top,
        }
    }

    /// Sends the amount round the cycle and swaps the edges.
    fn pivot(&mut self, cycle: &Cycle, grows: bool) {
        let amount = cycle.amount;
        if amount > 0.0 {
            self.edges[cycle.edge].flow += if grows { amount } else { -amount };
            for (side, &end) in cycle.ends.iter().enumerate() {
                let mut node = end;
                while node != cycle.top {
                    let Node {
                        parent, edge: up, ..
                    } = self.nodes[node];
                    let edge = &mut self.edges[up];
                    edge.flow += if (edge.from == node) == (side == 1) {
                        amount
                    } else {
                        -amount
                    };
                    node = parent;
                }
            }
        }
        let Some((leaving, side)) = cycle.leaving else {
            let edge = &mut self.edges[cycle.edge];
            (edge.state, edge.flow) = if grows {
                (State::Full, edge.most)
            } else {
                (State::Empty, 0.0)
            };
            return;
        };
        let edge = &mut self.edges[self.nodes[leaving].edge];
        (edge.state, edge.flow) = if edge.flow <= edge.most - edge.flow {
            (State::Empty, 0.0)
        } else {
            (State::Full, edge.most)
        };
        self.edges[cycle.edge].state = State::Tree;
        self.rehang(leaving, cycle.edge, cycle.ends[side], cycle.ends[1 - side]);
    }

    /// The part of the tree below `leaving` hangs from `parent` by its node `lower` from now on.
    fn rehang(&mut self, leaving: usize, edge: usize, lower: usize, parent: usize) {
        let (mut node, mut new_parent, mut new_edge) = (lower, parent, edge);
        loop {
            let Node {
                parent: old_parent,
                edge: old_edge,
                ..
            } = self.nodes[node];
            self.cut(node);
            self.nodes[node].edge = new_edge;
            self.hang(node, new_parent);
            if node == leaving {
                break;
            }
            (node, new_parent, new_edge) = (old_parent, node, old_edge);
        }
        self.reprice(lower, parent);
    }

    /// Depths and prices of a node and everything below it.
    fn reprice(&mut self, lower: usize, parent: usize) {
        let mut waiting = vec![(lower, parent)];
        while let Some((node, parent)) = waiting.pop() {
            let Node {
                edge, first_child, ..
            } = self.nodes[node];
            let Edge { from, cost, .. } = self.edges[edge];
            let above = self.nodes[parent].price;
            self.nodes[node].price = if from == node {
                above - cost
            } else {
                above + cost
            };
            self.nodes[node].depth = self.nodes[parent].depth + 1;
            let mut child = first_child;
            while child != NONE {
                waiting.push((child, node));
                child = self.nodes[child].next;
            }
        }
    }

    fn collect(&self) -> Allocation {
        let (areas, sites) = (self.problem.demands.len(), self.problem.capacities.len());
        let flow = |edge: usize| self.edges[edge].flow.max(0.0);
        let arcs = self.problem.arcs.len();
        let flows: Vec<f64> = (0..arcs).map(flow).collect();
        let unserved: Vec<f64> = (0..areas).map(|area| flow(self.unserved(area))).collect();
        let of_edges = self.edges[..arcs + areas].iter();
        Allocation {
            objective: of_edges.map(|edge| edge.cost * edge.flow.max(0.0)).sum(),
            flows,
            unserved,
            optimal: true,
            place_values: (0..sites)
                .map(|site| (-self.nodes[areas + site].price).max(0.0))
                .collect(),
            child_costs: (0..areas).map(|area| -self.nodes[area].price).collect(),
        }
    }
}
