//! Sums over areas and ages: the series that are forecast and judged.

use crate::input::areas::AreaTree;

/// The age classes that are added up to a series, by place.
pub(crate) type Members = std::ops::Range<usize>;

/// The values of one series for every area of every level; `at` gives the persons of an area of the
/// population and a class.
pub(crate) fn by_area(
    tree: &AreaTree,
    members: &Members,
    at: impl Fn(usize, usize) -> f64,
) -> Vec<f64> {
    let mut sums = vec![0.0; tree.areas.len()];
    for (leaf, line) in tree.lines.iter().enumerate() {
        let persons: f64 = members.clone().map(|class| at(leaf, class)).sum();
        for &area in line {
            sums[area] += persons;
        }
    }
    sums
}
