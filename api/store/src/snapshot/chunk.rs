//! Children in pieces: what belongs to a run of neighbouring children stands together, so that a
//! change copies one piece and shares all others.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use domain::ChildId;

use super::columns::{
    ApplicationRow, Applications, ChildRow, Children, ContractVersionRow, ContractVersions,
    OfferRow, Offers, Points, PointsRow,
};

/// Children of a piece when it is made; a piece that grows to twice as many is divided.
/// Tests need few children to see one divided.
pub(super) const CHILDREN_PER_CHUNK: usize = if cfg!(test) { 4 } else { 256 };

/// Everything about a run of neighbouring children, in columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chunk {
    /// The children.
    pub children: Children,
    /// Their applications.
    pub applications: Applications,
    /// Points of these.
    pub points: Points,
    /// Offers made to them.
    pub offers: Offers,
    /// Versions of their contracts.
    pub contracts: ContractVersions,
}

/// Rows as read, of any number of children.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) children: Vec<ChildRow>,
    pub(super) applications: Vec<ApplicationRow>,
    pub(super) points: Vec<PointsRow>,
    pub(super) offers: Vec<OfferRow>,
    pub(super) contracts: Vec<ContractVersionRow>,
}

impl Batch {
    /// Puts every table into its order.
    pub(super) fn sort(&mut self) {
        self.children
            .sort_unstable_by(|a, b| a.order().cmp(&b.order()));
        self.applications
            .sort_unstable_by(|a, b| a.order().cmp(&b.order()));
        self.points
            .sort_unstable_by(|a, b| a.order().cmp(&b.order()));
        self.offers
            .sort_unstable_by(|a, b| a.order().cmp(&b.order()));
        self.contracts
            .sort_unstable_by(|a, b| a.order().cmp(&b.order()));
    }

    /// The sorted rows in pieces of at most `most` children. Every row's child is among the children:
    /// the database refuses others.
    pub(super) fn into_chunks(self, most: usize) -> Vec<Arc<Chunk>> {
        let mut chunks = Vec::with_capacity(self.children.len().div_ceil(most.max(1)));
        let mut children = self.children.into_iter().peekable();
        let mut applications = self.applications.into_iter().peekable();
        let mut points = self.points.into_iter().peekable();
        let mut offers = self.offers.into_iter().peekable();
        let mut contracts = self.contracts.into_iter().peekable();
        while children.peek().is_some() {
            let mut chunk = Chunk::default();
            for row in children.by_ref().take(most.max(1)) {
                chunk.children.push(row);
            }
            // The first child of the next piece.
            let until = children.peek().map(|row| row.child.clone());
            let here = |child: &ChildId| until.as_ref().is_none_or(|until| child < until);
            while let Some(row) = applications.next_if(|row| here(&row.child)) {
                chunk.applications.push(row);
            }
            while let Some(row) = points.next_if(|row| here(&row.child)) {
                chunk.points.push(row);
            }
            while let Some(row) = offers.next_if(|row| here(&row.child)) {
                chunk.offers.push(row);
            }
            while let Some(row) = contracts.next_if(|row| here(&row.child)) {
                chunk.contracts.push(row);
            }
            chunks.push(Arc::new(chunk));
        }
        chunks
    }
}

impl Chunk {
    /// The first child; `None` without any.
    fn first(&self) -> Option<&ChildId> {
        self.children.child.first()
    }

    /// Copies a child with all its rows from another piece to the end of this one.
    fn take_over(&mut self, from: &Self, position: usize) {
        let child = &from.children.child[position];
        self.children
            .extend_from(&from.children, position..position + 1);
        let rows = of(&from.applications.child, child);
        self.applications.extend_from(&from.applications, rows);
        let rows = of(&from.points.child, child);
        self.points.extend_from(&from.points, rows);
        let rows = of(&from.offers.child, child);
        self.offers.extend_from(&from.offers, rows);
        let rows = of(&from.contracts.child, child);
        self.contracts.extend_from(&from.contracts, rows);
    }

    /// Divides a piece that has grown too large.
    fn divided(self) -> Vec<Arc<Self>> {
        let children = self.children.len();
        if children < 2 * CHILDREN_PER_CHUNK {
            return vec![Arc::new(self)];
        }
        (0..children)
            .step_by(CHILDREN_PER_CHUNK)
            .map(|first| {
                let mut part = Self::default();
                for position in first..children.min(first + CHILDREN_PER_CHUNK) {
                    part.take_over(&self, position);
                }
                Arc::new(part)
            })
            .collect()
    }
}

/// The rows of a child in a column ordered by child.
pub(super) fn of(column: &[ChildId], child: &ChildId) -> Range<usize> {
    let first = column.partition_point(|other| other < child);
    let rest = &column[first..];
    first..first + rest.partition_point(|other| other == child)
}

/// The piece that holds a child, or would hold it.
pub(super) fn chunk_of(chunks: &[Arc<Chunk>], child: &ChildId) -> usize {
    chunks
        .partition_point(|chunk| chunk.first().is_some_and(|first| first <= child))
        .saturating_sub(1)
}

/// The pieces with the rows of the touched children replaced by those of `fresh`; a touched child
/// without a row in `fresh` is gone. Pieces without a touched child are shared.
pub(super) fn replaced(
    chunks: &[Arc<Chunk>],
    touched: &BTreeSet<ChildId>,
    fresh: Batch,
) -> Vec<Arc<Chunk>> {
    if chunks.is_empty() {
        return fresh.into_chunks(CHILDREN_PER_CHUNK);
    }
    let fresh = fresh.into_chunks(usize::MAX).pop().unwrap_or_default();
    let mut result = Vec::with_capacity(chunks.len() + 1);
    let mut touched = touched.iter().peekable();
    let mut added = 0;
    for (number, chunk) in chunks.iter().enumerate() {
        let mut here = BTreeSet::new();
        while let Some(child) = touched.next_if(|child| chunk_of(chunks, child) == number) {
            here.insert(child);
        }
        if here.is_empty() {
            result.push(Arc::clone(chunk));
            continue;
        }
        let until = chunks.get(number + 1).and_then(|next| next.first());
        let mut merged = Chunk::default();
        let mut position = 0;
        loop {
            let old = chunk.children.child.get(position);
            let new = fresh
                .children
                .child
                .get(added)
                .filter(|child| until.is_none_or(|until| *child < until));
            match (old, new) {
                (None, None) => break,
                (Some(old), new) if new.is_none_or(|new| old < new) => {
                    if !here.contains(old) {
                        merged.take_over(chunk, position);
                    }
                    position += 1;
                }
                (old, _) => {
                    // A child that was there before is replaced.
                    position += usize::from(old == new);
                    merged.take_over(&fresh, added);
                    added += 1;
                }
            }
        }
        if !merged.children.is_empty() {
            result.append(&mut merged.divided());
        }
    }
    result
}
