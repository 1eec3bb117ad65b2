//! Blocks: the simplest change of a table that keeps its sums.
//!
//! Along one axis a child moves from one leaf to another: the first leaf and all nodes above it up
//! to the common ancestor gain one, the other side loses one. A block combines one such move per
//! axis; in a table of areas and care types it changes two cells of two rows, and the totals of
//! districts where the two areas lie in different ones. A move may also have one side only; then
//! the totals change as well, which is the only way to protect a total. Every sum still holds, all
//! numbers stay whole, and a block is costed in a few dozen additions.

use super::{Direction, Suppression, Witness};
use crate::lattice::Lattice;

/// Moves per axis considered in tables of three and more dimensions.
const MOVES_IN_LARGE_TABLES: usize = 60;

/// Moves per axis considered in tables of one or two dimensions.
const MOVES_IN_SMALL_TABLES: usize = 4_000;

/// Leaves below an inner node that are considered as the gaining side.
const GAINING_LEAVES: usize = 20;

/// A move along one axis: nodes (times their stride) and sign.
type Move = Vec<(usize, i64)>;

/// The moves of each axis in which a node gains one, shortest first.
pub(crate) struct AxisShifts<'a> {
    lattice: &'a Lattice,
    moves: Vec<Vec<Option<Vec<Move>>>>,
}

impl<'a> AxisShifts<'a> {
    pub(crate) fn new(lattice: &'a Lattice) -> Self {
        Self {
            lattice,
            moves: lattice
                .axes
                .iter()
                .map(|axis| vec![None; axis.len()])
                .collect(),
        }
    }

    fn prepare(&mut self, axis: usize, node: usize) {
        if self.moves[axis][node].is_some() {
            return;
        }
        let tree = &self.lattice.axes[axis];
        let stride = self.lattice.stride(axis);
        let limit = if self.lattice.axes.len() > 2 {
            MOVES_IN_LARGE_TABLES
        } else {
            MOVES_IN_SMALL_TABLES
        };
        let mut moves = Vec::new();
        for gaining in tree.leaves_below(node).into_iter().take(GAINING_LEAVES) {
            let gains = tree.path(gaining);
            moves.push(gains.iter().map(|&at| (at * stride, 1)).collect::<Move>());
            for losing in (1..tree.len()).filter(|&leaf| tree.is_leaf(leaf)) {
                let loses = tree.path(losing);
                if !loses.contains(&node) {
                    moves.push(transfer(&gains, &loses, stride));
                }
            }
        }
        // Stable: equal lengths keep the order of the codes.
        moves.sort_by_key(Vec::len);
        moves.truncate(limit);
        self.moves[axis][node] = Some(moves);
    }

    fn of(&self, axis: usize, node: usize) -> &[Move] {
        self.moves[axis][node].as_deref().unwrap_or_default()
    }
}

/// The gaining path with +1 and the losing one with -1, without what both share.
fn transfer(gains: &[usize], loses: &[usize], stride: usize) -> Move {
    let only = |path: &[usize], other: &[usize], sign: i64| {
        let kept: Vec<usize> = path
            .iter()
            .copied()
            .filter(|at| !other.contains(at))
            .collect();
        kept.into_iter().map(move |at| (at * stride, sign))
    };
    only(gains, loses, 1)
        .chain(only(loses, gains, -1))
        .collect()
}

impl<'a> Suppression<'a> {
    /// The block with the least weight of newly hidden cells, if one costs less than `budget`.
    pub(super) fn cheapest_block(
        &self,
        cell: usize,
        direction: Direction,
        shifts: &mut AxisShifts<'a>,
        budget: u64,
    ) -> Option<Witness> {
        let change = self.change_of(cell, direction);
        if change == 0 {
            return Some(Witness::default());
        }
        let nodes: Vec<usize> = (0..self.lattice.axes.len())
            .map(|axis| self.lattice.node(cell, axis))
            .collect();
        for (axis, &node) in nodes.iter().enumerate() {
            shifts.prepare(axis, node);
        }
        let choices = nodes.iter().enumerate();
        let choices = choices
            .map(|(axis, &node)| shifts.of(axis, node).iter().collect())
            .collect();
        let mut search = BlockSearch {
            suppression: self,
            values: self.values,
            choices,
            least: self.least_hidden(direction) as i64,
            best: None,
            best_cost: budget,
        };
        search.extend(0, &[(0, change)]);
        search.best.map(Witness::new)
    }

    /// Empties a total whose children live in several leaves, which no single block can: one
    /// block after the other, each emptying one leaf below the cell into leaves outside of it.
    pub(super) fn emptied_leaf_by_leaf(
        &self,
        cell: usize,
        shifts: &mut AxisShifts<'a>,
    ) -> Option<Witness> {
        let axes = &self.lattice.axes;
        let mut below = vec![0];
        for (axis, tree) in axes.iter().enumerate() {
            let leaves = tree.leaves_below(self.lattice.node(cell, axis));
            let stride = self.lattice.stride(axis);
            below = below
                .iter()
                .flat_map(|base| leaves.iter().map(move |leaf| base + leaf * stride))
                .collect();
        }
        let mut current = self.values.to_vec();
        for leaf in below {
            if current[leaf] == 0 {
                continue;
            }
            let mut choices = Vec::with_capacity(axes.len());
            for axis in 0..axes.len() {
                shifts.prepare(axis, self.lattice.node(leaf, axis));
            }
            for axis in 0..axes.len() {
                // Only moves that cross the border of the cell change its own value.
                let border = (self.lattice.node(cell, axis) * self.lattice.stride(axis), 1);
                let moves = shifts.of(axis, self.lattice.node(leaf, axis)).iter();
                choices.push(moves.filter(|one| one.contains(&border)).collect());
            }
            let mut search = BlockSearch {
                suppression: self,
                values: &current,
                choices,
                least: 0,
                best: None,
                best_cost: u64::MAX,
            };
            search.extend(0, &[(0, -(current[leaf] as i64))]);
            for (moved, change) in search.best? {
                current[moved] = current[moved].checked_add_signed(change)?;
            }
        }
        Some(Witness::between(self.values, &current))
    }
}

/// All combinations of one move per axis, with the best so far.
struct BlockSearch<'s, 'a> {
    suppression: &'s Suppression<'a>,
    /// The table the block is applied to.
    values: &'s [u64],
    choices: Vec<Vec<&'s Move>>,
    /// What a moved cell must keep.
    least: i64,
    best: Option<Move>,
    best_cost: u64,
}

impl BlockSearch<'_, '_> {
    /// Combines the changes of the axes before `axis` with every move of this one.
    fn extend(&mut self, axis: usize, changes: &[(usize, i64)]) {
        let last = axis + 1 == self.choices.len();
        for at in 0..self.choices[axis].len() {
            let one = self.choices[axis][at];
            if self.best_cost == 0 {
                return;
            }
            if last {
                if let Some(cost) = self.cost_of(changes, one) {
                    self.best_cost = cost;
                    self.best = Some(product(changes, one));
                }
            } else {
                self.extend(axis + 1, &product(changes, one));
            }
        }
    }

    /// Cost of one block; `None` where a cell cannot move so far or nothing is gained.
    fn cost_of(&self, changes: &[(usize, i64)], one: &Move) -> Option<u64> {
        let table = self.suppression;
        let mut cost = 0;
        for &(base, change) in changes {
            for &(offset, sign) in one {
                let cell = base + offset;
                let value = self.values[cell] as i64;
                if value + change * sign < self.least || !table.may_move(cell) {
                    return None;
                }
                if !table.suppressed[cell] {
                    cost += table.weights[cell];
                    if cost >= self.best_cost {
                        return None;
                    }
                }
            }
        }
        (cost < self.best_cost).then_some(cost)
    }
}

fn product(changes: &[(usize, i64)], one: &Move) -> Move {
    let pairs = changes.iter().flat_map(|&(base, change)| {
        one.iter()
            .map(move |&(offset, sign)| (base + offset, change * sign))
    });
    pairs.collect()
}
