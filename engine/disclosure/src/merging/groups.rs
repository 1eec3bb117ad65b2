//! Areas that belong together, at every level of the hierarchy.

use std::collections::BTreeSet;

use super::MergedArea;
use crate::dimension::Axis;
use crate::lattice::Lattice;
use crate::{Label, Member};

/// The nodes of one dimension, joined step by step. A group holds nodes of one level below one
/// group of the level above.
pub(super) struct Groups<'a> {
    tree: &'a Axis,
    neighbours: &'a BTreeSet<(String, String)>,
    /// Cells of the table whose node in this dimension is the root.
    totals: Vec<usize>,
    /// Group of every node: the number of its first node, which is the one with the first code.
    group: Vec<usize>,
    /// Counts of every group over `totals`; empty for nodes that joined another.
    counts: Vec<Vec<u64>>,
    depth: Vec<usize>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(
        lattice: &'a Lattice,
        values: &[u64],
        axis: usize,
        neighbours: &'a BTreeSet<(String, String)>,
    ) -> Self {
        let tree = &lattice.axes[axis];
        let stride = lattice.stride(axis);
        let totals: Vec<usize> = (0..lattice.cells())
            .filter(|&cell| lattice.node(cell, axis) == Axis::ROOT)
            .collect();
        let counts = (0..tree.len()).map(|node| {
            let cells = totals.iter();
            cells.map(|total| values[total + node * stride]).collect()
        });
        Self {
            tree,
            neighbours,
            group: (0..tree.len()).collect(),
            counts: counts.collect(),
            depth: (0..tree.len()).map(|node| tree.path(node).len()).collect(),
            totals,
        }
    }

    /// Joins groups until none has a small count; the cell of a total that is small itself where
    /// that cannot be.
    pub(super) fn join(&mut self, is_small: impl Fn(u64) -> bool) -> Result<(), usize> {
        let small_in = |counts: &[u64]| counts.iter().filter(|&&count| is_small(count)).count();
        let root = &self.counts[Axis::ROOT];
        if let Some(place) = root.iter().position(|&count| is_small(count)) {
            return Err(self.totals[place]);
        }
        loop {
            // A wider area first: an area is at most as large as the one around it.
            let small = (1..self.tree.len())
                .filter(|&group| self.group[group] == group && small_in(&self.counts[group]) > 0);
            let next = small.min_by_key(|&group| (self.depth[group], self.counts[group][0], group));
            let Some(group) = next else {
                return Ok(());
            };
            let siblings: Vec<usize> = (1..self.tree.len())
                .filter(|&other| {
                    other != group
                        && self.group[other] == other
                        && self.depth[other] == self.depth[group]
                        && self.parent(other) == self.parent(group)
                })
                .collect();
            let bordering: Vec<usize> = siblings
                .iter()
                .copied()
                .filter(|&other| self.are_neighbours(group, other))
                .collect();
            let choices = if bordering.is_empty() {
                siblings
            } else {
                bordering
            };
            // An area without parts prefers others without, so that no hierarchy is lost.
            let kind = self.has_parts(group);
            let partner = choices.into_iter().min_by_key(|&other| {
                let pairs = self.counts[group].iter().zip(&self.counts[other]);
                let together: Vec<u64> = pairs.map(|(one, other)| one + other).collect();
                let other_kind = self.has_parts(other) != kind;
                (other_kind, small_in(&together), together[0], other)
            });
            // An only child counts what its parent counts, and that is not small any more.
            let Some(partner) = partner else {
                return Err(self.totals[0]);
            };
            self.unite(group.min(partner), group.max(partner));
        }
    }

    fn unite(&mut self, kept: usize, joined: usize) {
        let more = std::mem::take(&mut self.counts[joined]);
        for (count, more) in self.counts[kept].iter_mut().zip(more) {
            *count += more;
        }
        let dissolved = self.has_parts(kept) != self.has_parts(joined);
        for group in &mut self.group {
            if *group == joined {
                *group = kept;
            }
        }
        if dissolved {
            // One side has no parts, so the other's cannot be told apart any more.
            for node in 1..self.tree.len() {
                let path = self.tree.path(node);
                if self.group[node] != kept && path.iter().any(|&above| self.group[above] == kept) {
                    self.counts[self.group[node]] = Vec::new();
                    self.group[node] = kept;
                }
            }
        }
    }

    /// Whether areas below a group are still told apart.
    fn has_parts(&self, group: usize) -> bool {
        (1..self.tree.len()).any(|node| self.group[node] != group && self.parent(node) == group)
    }

    fn parent(&self, node: usize) -> usize {
        self.group[self.tree.parents[node]]
    }

    fn are_neighbours(&self, one: usize, other: usize) -> bool {
        if self.neighbours.is_empty() {
            return false;
        }
        let parts = |group: usize| -> Vec<&str> {
            let nodes = (1..self.tree.len()).filter(|&node| {
                self.tree
                    .path(node)
                    .iter()
                    .any(|&above| self.group[above] == group)
            });
            nodes.map(|node| self.tree.codes[node].as_str()).collect()
        };
        let others = parts(other);
        parts(one).into_iter().any(|code| {
            let mut others = others.iter();
            others.any(|other| {
                self.neighbours
                    .contains(&(code.to_owned(), (*other).to_owned()))
            })
        })
    }

    /// The group of a node.
    pub(super) fn of(&self, node: usize) -> usize {
        self.group[node]
    }

    /// The nodes of a group that are not below another one of it.
    fn nodes(&self, group: usize) -> impl Iterator<Item = usize> {
        (0..self.tree.len()).filter(move |&node| {
            let top = node == Axis::ROOT || self.parent(node) != group;
            self.group[node] == group && top
        })
    }

    /// Which share of the finest areas of its group a node has.
    pub(super) fn share(&self, node: usize) -> f64 {
        let leaves = |node: usize| self.tree.leaves_below(node).len() as f64;
        leaves(node) / self.nodes(self.group[node]).map(leaves).sum::<f64>()
    }

    /// The code of the group of a node.
    pub(super) fn code(&self, node: usize) -> String {
        let codes: Vec<&str> = self
            .nodes(self.group[node])
            .map(|node| self.tree.codes[node].as_str())
            .collect();
        codes.join("+")
    }

    /// The group of a node as a member of the new dimension.
    pub(super) fn member(&self, node: usize) -> Member {
        let label = |text: &dyn Fn(&Label) -> &str| -> String {
            let nodes = self.nodes(self.group[node]);
            let names: Vec<&str> = nodes.map(|node| text(&self.tree.labels[node])).collect();
            names.join(" + ")
        };
        let mut tops = self.nodes(self.group[node]);
        let above = self.tree.parents[tops.next().unwrap_or(node)];
        Member {
            code: self.code(node),
            label: Label::new(label(&|l| &l.de), label(&|l| &l.en)),
            parent: (above != Axis::ROOT).then(|| self.code(above)),
        }
    }

    /// Groups of several nodes, in order of code.
    pub(super) fn merged(&self) -> Vec<MergedArea> {
        let firsts = (1..self.tree.len()).filter(|&node| self.group[node] == node);
        firsts
            .filter(|&node| self.nodes(node).count() > 1)
            .map(|node| MergedArea {
                code: self.code(node),
                parts: self
                    .nodes(node)
                    .map(|node| self.tree.codes[node].clone())
                    .collect(),
            })
            .collect()
    }
}
