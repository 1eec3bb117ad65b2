//! The counts of some paths.

use std::ops::Range;

/// Simulated persons of consecutive paths: by path, lowest area, year ahead and age class.
///
/// Areas stand in the order of [`PathModel::leaf_areas`](super::PathModel::leaf_areas), years begin
/// with the first after the origin, classes are those of
/// [`PathModel::classes`](super::PathModel::classes). Counts are 0 or more, not rounded to whole
/// persons. Levels above are sums: whatever is changed in a block, they stay coherent.
#[derive(Debug, Clone, PartialEq)]
pub struct PathBlock {
    pub(crate) first_path: usize,
    pub(crate) paths: usize,
    pub(crate) areas: usize,
    pub(crate) horizon: usize,
    pub(crate) classes: usize,
    pub(crate) counts: Vec<f32>,
}

impl PathBlock {
    /// The numbers of the paths in this block, counted from 0 over the whole run.
    #[must_use]
    pub fn paths(&self) -> Range<usize> {
        self.first_path..self.first_path + self.paths
    }

    /// Number of paths in this block.
    #[must_use]
    pub fn path_count(&self) -> usize {
        self.paths
    }

    /// Number of lowest areas.
    #[must_use]
    pub fn area_count(&self) -> usize {
        self.areas
    }

    /// Number of years ahead.
    #[must_use]
    pub fn horizon(&self) -> usize {
        self.horizon
    }

    /// Number of age classes.
    #[must_use]
    pub fn class_count(&self) -> usize {
        self.classes
    }

    /// Persons of one path of this block (0 = first of the block), area, year ahead (0 = first after
    /// the origin) and class.
    ///
    /// # Panics
    ///
    /// When a place is outside the block.
    #[must_use]
    #[inline]
    pub fn count(&self, path: usize, area: usize, year: usize, class: usize) -> f64 {
        f64::from(self.classes_of(path, area, year)[class])
    }

    /// All classes of one path, area and year ahead.
    ///
    /// # Panics
    ///
    /// When a place is outside the block.
    #[must_use]
    #[inline]
    pub fn classes_of(&self, path: usize, area: usize, year: usize) -> &[f32] {
        let from = self.place(path, area, year);
        &self.counts[from..from + self.classes]
    }

    /// All classes of one path, area and year ahead, to be changed; a lever acts here.
    ///
    /// # Panics
    ///
    /// When a place is outside the block.
    #[inline]
    pub fn classes_of_mut(&mut self, path: usize, area: usize, year: usize) -> &mut [f32] {
        let from = self.place(path, area, year);
        &mut self.counts[from..from + self.classes]
    }

    /// Years and classes of one path and area, in the order year, class.
    ///
    /// # Panics
    ///
    /// When a place is outside the block.
    #[must_use]
    #[inline]
    pub fn years_of(&self, path: usize, area: usize) -> &[f32] {
        let from = self.place(path, area, 0);
        &self.counts[from..from + self.horizon * self.classes]
    }

    /// Areas, years and classes of one path, in this order.
    ///
    /// # Panics
    ///
    /// When the path is not in the block.
    #[must_use]
    pub fn path(&self, path: usize) -> &[f32] {
        let size = self.areas * self.horizon * self.classes;
        &self.counts[path * size..(path + 1) * size]
    }

    /// All counts, in the order path, area, year, class.
    #[must_use]
    pub fn counts(&self) -> &[f32] {
        &self.counts
    }

    #[inline]
    fn place(&self, path: usize, area: usize, year: usize) -> usize {
        assert!(
            path < self.paths && area < self.areas && year < self.horizon,
            "path {path}, area {area}, year {year} are outside the block"
        );
        ((path * self.areas + area) * self.horizon + year) * self.classes
    }
}
