//! All cells of a table: every combination of members, totals included.

use crate::dimension::{Axis, Dimension};
use crate::{MAXIMUM_CELLS, MAXIMUM_DIMENSIONS, TableError};

/// The cells of a table and the sums that tie them. A cell is a number; its coordinates are the
/// nodes of the axes, the last axis running fastest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lattice {
    pub(crate) axes: Vec<Axis>,
    strides: Vec<usize>,
    cells: usize,
}

/// One sum of the table: the parent cell equals its parts together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) whole: usize,
    pub(crate) parts: Vec<usize>,
}

impl Lattice {
    pub(crate) fn new(dimensions: Vec<Dimension>) -> Result<Self, TableError> {
        if dimensions.is_empty() || dimensions.len() > MAXIMUM_DIMENSIONS {
            return Err(TableError::WrongDimensionCount {
                found: dimensions.len(),
            });
        }
        for (number, dimension) in dimensions.iter().enumerate() {
            if dimension.code.is_empty() || ["value", "status"].contains(&dimension.code.as_str()) {
                return Err(TableError::ReservedCode {
                    code: dimension.code.clone(),
                });
            }
            if dimensions[..number]
                .iter()
                .any(|other| other.code == dimension.code)
            {
                return Err(TableError::DuplicateCode {
                    code: dimension.code.clone(),
                });
            }
        }
        let axes = dimensions
            .into_iter()
            .map(Axis::from_dimension)
            .collect::<Result<Vec<_>, _>>()?;
        let cells = axes
            .iter()
            .try_fold(1_usize, |product, axis| product.checked_mul(axis.len()))
            .filter(|&cells| cells <= MAXIMUM_CELLS)
            .ok_or(TableError::TooManyCells)?;
        let mut strides = vec![1; axes.len()];
        for axis in (0..axes.len() - 1).rev() {
            strides[axis] = strides[axis + 1] * axes[axis + 1].len();
        }
        Ok(Self {
            axes,
            strides,
            cells,
        })
    }

    pub(crate) fn cells(&self) -> usize {
        self.cells
    }

    pub(crate) fn node(&self, cell: usize, axis: usize) -> usize {
        cell / self.strides[axis] % self.axes[axis].len()
    }

    pub(crate) fn cell(&self, nodes: &[usize]) -> usize {
        nodes
            .iter()
            .zip(&self.strides)
            .map(|(node, stride)| node * stride)
            .sum()
    }

    pub(crate) fn stride(&self, axis: usize) -> usize {
        self.strides[axis]
    }

    /// The cell of all totals.
    pub(crate) const GRAND_TOTAL: usize = 0;

    pub(crate) fn is_leaf(&self, cell: usize) -> bool {
        (0..self.axes.len()).all(|axis| self.axes[axis].is_leaf(self.node(cell, axis)))
    }

    /// How far above the leaves a cell is, all axes added up.
    pub(crate) fn height(&self, cell: usize) -> u32 {
        let axes = self.axes.iter().enumerate();
        axes.map(|(number, axis)| axis.heights[self.node(cell, number)])
            .sum()
    }

    /// The sum along one axis whose whole is this cell; `None` where the axis is at a leaf.
    pub(crate) fn sum_at(&self, cell: usize, axis: usize) -> Option<Sum> {
        let node = self.node(cell, axis);
        let children = &self.axes[axis].children[node];
        if children.is_empty() {
            return None;
        }
        let base = cell - node * self.strides[axis];
        let parts = children
            .iter()
            .map(|child| base + child * self.strides[axis])
            .collect();
        Some(Sum { whole: cell, parts })
    }

    /// Every sum of the table.
    pub(crate) fn sums(&self) -> impl Iterator<Item = Sum> {
        (0..self.cells).flat_map(move |cell| {
            (0..self.axes.len()).filter_map(move |axis| self.sum_at(cell, axis))
        })
    }

    /// All cells from the leaf cells; what the list holds elsewhere is overwritten.
    pub(crate) fn add_up<T: Copy + Default + std::ops::AddAssign>(&self, values: &mut [T]) {
        for (number, axis) in self.axes.iter().enumerate() {
            let stride = self.strides[number];
            let mut nodes: Vec<usize> = (0..axis.len()).filter(|&n| !axis.is_leaf(n)).collect();
            nodes.sort_by_key(|&node| axis.heights[node]);
            for block in (0..self.cells).step_by(stride * axis.len()) {
                for &node in &nodes {
                    for whole in block + node * stride..block + (node + 1) * stride {
                        let mut sum = T::default();
                        for child in &axis.children[node] {
                            sum += values[whole - node * stride + child * stride];
                        }
                        values[whole] = sum;
                    }
                }
            }
        }
    }

    /// All cells in printing order: axes as given, members as given, totals last.
    pub(crate) fn printed_cells(&self) -> Vec<usize> {
        let mut cells = vec![0];
        for (number, axis) in self.axes.iter().enumerate() {
            let stride = self.strides[number];
            cells = cells
                .iter()
                .flat_map(|base| axis.printed.iter().map(move |node| base + node * stride))
                .collect();
        }
        cells
    }

    /// Leaf cells in printing order: the order of the counts of a table.
    pub(crate) fn printed_leaf_cells(&self) -> Vec<usize> {
        let mut cells = vec![0];
        for (number, axis) in self.axes.iter().enumerate() {
            let stride = self.strides[number];
            cells = cells
                .iter()
                .flat_map(|base| axis.printed_leaves().map(move |node| base + node * stride))
                .collect();
        }
        cells
    }

    /// Codes of a cell, one per axis.
    pub(crate) fn coordinates(&self, cell: usize) -> Vec<&str> {
        let axes = self.axes.iter().enumerate();
        axes.map(|(number, axis)| axis.codes[self.node(cell, number)].as_str())
            .collect()
    }

    /// The cell with these codes.
    pub(crate) fn find(&self, coordinates: &[&str]) -> Option<usize> {
        if coordinates.len() != self.axes.len() {
            return None;
        }
        let nodes = self
            .axes
            .iter()
            .zip(coordinates)
            .map(|(axis, code)| {
                if *code == axis.codes[Axis::ROOT] {
                    return Some(Axis::ROOT);
                }
                let found = axis.codes[1..].binary_search_by(|other| other.as_str().cmp(code));
                found.ok().map(|position| position + 1)
            })
            .collect::<Option<Vec<usize>>>()?;
        Some(self.cell(&nodes))
    }
}
