//! How many children can have a place within the acceptable way: a greatest flow.
//!
//! Source, home areas, facilities, the rooms that staff of a closed facility could fill in its
//! district, sink. Numbers are whole millionths of a place, so the flow and its cut are exact.

/// Millionths of a place.
pub(super) const UNITS: f64 = 1e6;

/// A number of places as the network takes it.
pub(super) fn units(places: f64) -> i64 {
    (places * UNITS).round() as i64
}

/// Children who have to be within the way, in millionths; a millionth of a share is let off.
pub(super) fn needed(all: i64, least: f64) -> i64 {
    (all as f64 * (least - 1e-9)).ceil() as i64
}

/// Who may go where on one day in one care type.
#[derive(Debug, Clone)]
pub(super) struct Network {
    /// Children of the homes.
    pub(super) children: Vec<i64>,
    /// Facilities within the way of each home.
    pub(super) within: Vec<Vec<usize>>,
    /// Position of the pool of staff each facility draws on.
    pub(super) pool: Vec<usize>,
    /// Number of pools.
    pub(super) pools: usize,
}

/// Places a set leaves.
#[derive(Debug, Clone)]
pub(super) struct Supply {
    /// Staffed places of the facilities.
    pub(super) staffed: Vec<i64>,
    /// Places further staff could run.
    pub(super) room: Vec<i64>,
    /// Places the staff of each pool could run.
    pub(super) freed: Vec<i64>,
}

/// The greatest flow and the cut that proves it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reached {
    pub(super) served: i64,
    /// Homes, facilities and pools on the side of the source.
    pub(super) homes: Vec<bool>,
    pub(super) facilities: Vec<bool>,
    pub(super) pools: Vec<bool>,
}

struct Edge {
    to: usize,
    left: i64,
}

/// Dinic's algorithm on edges in pairs, the second of which leads back.
struct Flow {
    edges: Vec<Edge>,
    at: Vec<Vec<usize>>,
}

impl Flow {
    fn new(nodes: usize) -> Self {
        Self {
            edges: Vec::new(),
            at: vec![Vec::new(); nodes],
        }
    }

    fn edge(&mut self, from: usize, to: usize, most: i64) {
        if most <= 0 {
            return;
        }
        self.at[from].push(self.edges.len());
        self.edges.push(Edge { to, left: most });
        self.at[to].push(self.edges.len());
        self.edges.push(Edge { to: from, left: 0 });
    }

    /// Steps from the source to every node; `None` where nothing more can flow.
    fn levels(&self, source: usize) -> Vec<Option<usize>> {
        let mut levels = vec![None; self.at.len()];
        levels[source] = Some(0);
        let mut queue = std::collections::VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            let next = levels[node].map(|level| level + 1);
            for &edge in &self.at[node] {
                let Edge { to, left } = self.edges[edge];
                if left > 0 && levels[to].is_none() {
                    levels[to] = next;
                    queue.push_back(to);
                }
            }
        }
        levels
    }

    /// Sends one flow along edges that lead one level on; 0 if there is none.
    fn send(&mut self, levels: &[Option<usize>], tried: &mut [usize], ends: (usize, usize)) -> i64 {
        let (source, sink) = ends;
        let mut path: Vec<usize> = Vec::new();
        let mut node = source;
        while node != sink {
            let Some(&edge) = self.at[node].get(tried[node]) else {
                let Some(last) = path.pop() else {
                    return 0;
                };
                node = self.edges[last ^ 1].to;
                tried[node] += 1;
                continue;
            };
            let Edge { to, left } = self.edges[edge];
            if left > 0 && levels[to] == levels[node].map(|level| level + 1) {
                path.push(edge);
                node = to;
            } else {
                tried[node] += 1;
            }
        }
        let least = path.iter().map(|&edge| self.edges[edge].left).min();
        let sent = least.unwrap_or(0);
        for edge in path {
            self.edges[edge].left -= sent;
            self.edges[edge ^ 1].left += sent;
        }
        sent
    }
}

impl Network {
    /// The greatest number of children with a place, and the cut that no set with the same numbers
    /// across it can beat.
    pub(super) fn most_within(&self, supply: &Supply) -> Reached {
        let (homes, facilities) = (self.children.len(), self.pool.len());
        let (first_facility, first_pool) = (1 + homes, 1 + homes + facilities);
        let sink = first_pool + self.pools;
        let mut flow = Flow::new(sink + 1);
        for (home, (&children, within)) in self.children.iter().zip(&self.within).enumerate() {
            flow.edge(0, 1 + home, children);
            for &facility in within {
                flow.edge(1 + home, first_facility + facility, i64::MAX / 4);
            }
        }
        for facility in 0..facilities {
            let node = first_facility + facility;
            flow.edge(node, sink, supply.staffed[facility]);
            flow.edge(
                node,
                first_pool + self.pool[facility],
                supply.room[facility],
            );
        }
        for pool in 0..self.pools {
            flow.edge(first_pool + pool, sink, supply.freed[pool]);
        }
        let mut served = 0;
        loop {
            let levels = flow.levels(0);
            if levels[sink].is_none() {
                let side = |nodes: std::ops::Range<usize>| {
                    nodes.map(|node| levels[node].is_some()).collect()
                };
                return Reached {
                    served,
                    homes: side(1..first_facility),
                    facilities: side(first_facility..first_pool),
                    pools: side(first_pool..sink),
                };
            }
            let mut tried = vec![0; sink + 1];
            loop {
                let sent = flow.send(&levels, &mut tried, (0, sink));
                if sent == 0 {
                    break;
                }
                served += sent;
            }
        }
    }

    /// What the cut lets through of a supply.
    pub(super) fn through_cut(&self, cut: &Reached, supply: &Supply) -> i64 {
        let homes = cut.homes.iter().zip(&self.children);
        let mut sum: i64 = homes
            .filter(|(is_source_side, _)| !**is_source_side)
            .map(|(_, children)| children)
            .sum();
        for (facility, _) in cut.facilities.iter().enumerate().filter(|(_, side)| **side) {
            sum += supply.staffed[facility];
            if !cut.pools[self.pool[facility]] {
                sum += supply.room[facility];
            }
        }
        for (pool, _) in cut.pools.iter().enumerate().filter(|(_, side)| **side) {
            sum += supply.freed[pool];
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn network() -> impl Strategy<Value = (Network, Supply)> {
        (1_usize..5, 1_usize..5, 1_usize..3).prop_flat_map(|(homes, facilities, pools)| {
            let numbers = |count: usize| proptest::collection::vec(0_i64..12, count);
            (
                numbers(homes),
                proptest::collection::vec(
                    proptest::sample::subsequence(
                        (0..facilities).collect::<Vec<_>>(),
                        0..=facilities,
                    ),
                    homes,
                ),
                proptest::collection::vec(0..pools, facilities),
                (numbers(facilities), numbers(facilities), numbers(pools)),
            )
                .prop_map(move |(children, within, pool, supply)| {
                    let network = Network {
                        children,
                        within,
                        pool,
                        pools,
                    };
                    let (staffed, room, freed) = supply;
                    (
                        network,
                        Supply {
                            staffed,
                            room,
                            freed,
                        },
                    )
                })
        })
    }

    proptest! {
        #[test]
        fn the_flow_equals_its_cut_and_no_set_of_homes_is_served_beyond_its_facilities(
            (network, supply) in network()
        ) {
            let reached = network.most_within(&supply);
            prop_assert_eq!(reached.served, network.through_cut(&reached, &supply));
            // Every cut bounds the flow: try all sides of the homes, with facilities and pools best.
            let homes = network.children.len();
            let mut least = i64::MAX;
            for side in 0..1_u32 << homes {
                let on = |home: usize| side >> home & 1 == 1;
                let mut facilities = vec![false; network.pool.len()];
                for home in (0..homes).filter(|home| on(*home)) {
                    for &facility in &network.within[home] {
                        facilities[facility] = true;
                    }
                }
                for pools in 0..1_u32 << network.pools {
                    let cut = Reached {
                        served: 0,
                        homes: (0..homes).map(on).collect(),
                        facilities: facilities.clone(),
                        pools: (0..network.pools).map(|pool| pools >> pool & 1 == 1).collect(),
                    };
                    least = least.min(network.through_cut(&cut, &supply));
                }
            }
            prop_assert_eq!(reached.served, least);
        }
    }

    #[test]
    fn rooms_are_filled_by_the_staff_set_free_and_no_further() {
        let network = Network {
            children: vec![10],
            within: vec![vec![0, 1]],
            pool: vec![0, 0],
            pools: 1,
        };
        let supply = Supply {
            staffed: vec![2, 0],
            room: vec![3, 4],
            freed: vec![5],
        };
        assert_eq!(network.most_within(&supply).served, 7);
    }
}
