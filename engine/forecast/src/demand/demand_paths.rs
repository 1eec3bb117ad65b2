//! Demand of every path, area and month, not only its quantiles.

use domain::{CareType, Month, MonthRange};

use super::monthly::DemandView;
use crate::input::areas::Area;

/// Series of an area and month: the care types and the children under one among them.
pub(crate) const SERIES: usize = CareType::COUNT + 1;

/// Places needed by area of every level, care type, month and path.
///
/// Shortfalls follow from all paths, not from quantiles: a path that is high in one month is high in
/// the next. Memory: four bytes a value; 75 areas, 48 months and 200 paths take 14 MiB.
///
/// ```
/// use domain::{CareType, Month, MonthRange};
/// use forecast::{Area, DemandPaths, DemandView};
/// let total = Area { code: "_total".to_owned(), parent: None, name: "Stadt".to_owned(), depth: 0, is_leaf: true };
/// let month: Month = "2029-03".parse().expect("a month");
/// let months = MonthRange::new(month, 1);
/// let paths = DemandPaths::new(&[total], months, 3, DemandView::Residence, |_, care, _, path| {
///     if care == Some(CareType::Nursery) { 100.0 + path as f64 } else { 0.0 }
/// });
/// assert_eq!(paths.places("_total", CareType::Nursery, month), Some(&[100.0, 101.0, 102.0][..]));
/// assert_eq!(paths.places("_total", CareType::Nursery, month.plus(1)), None);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DemandPaths {
    areas: Vec<Area>,
    months: MonthRange,
    paths: usize,
    view: DemandView,
    /// In the order area, series, month, path.
    values: Vec<f32>,
}

impl DemandPaths {
    /// Demand that `value(area, care type, month, path)` gives; for the care type `None` the children
    /// under one of all care types. Every area is asked for by itself: nothing is added up.
    #[must_use]
    pub fn new(
        areas: &[Area],
        months: MonthRange,
        paths: usize,
        view: DemandView,
        value: impl Fn(&str, Option<CareType>, Month, usize) -> f64,
    ) -> Self {
        let mut values = Vec::with_capacity(areas.len() * SERIES * months.count() * paths);
        for area in areas {
            for series in 0..SERIES {
                let care = CareType::from_index(series);
                for month in months.iter() {
                    let of_path = |path| value(&area.code, care, month, path) as f32;
                    values.extend((0..paths).map(of_path));
                }
            }
        }
        Self {
            areas: areas.to_vec(),
            months,
            paths,
            view,
            values,
        }
    }

    /// Sums of the leaves, whose values stand in the order leaf, series, month, path.
    pub(crate) fn summed(
        areas: &[Area],
        months: MonthRange,
        paths: usize,
        view: DemandView,
        leaves: &[f32],
    ) -> Self {
        let size = SERIES * months.count() * paths;
        let mut values = vec![0.0_f32; areas.len() * size];
        let places = (0..areas.len()).filter(|&place| areas[place].is_leaf);
        for (place, of_leaf) in places.zip(leaves.chunks_exact(size.max(1))) {
            let mut area = Some(place);
            while let Some(place) = area {
                let sums = &mut values[place * size..(place + 1) * size];
                for (sum, value) in sums.iter_mut().zip(of_leaf) {
                    *sum += value;
                }
                area = areas[place].parent;
            }
        }
        Self {
            areas: areas.to_vec(),
            months,
            paths,
            view,
            values,
        }
    }

    /// Every area: `_total` first, then by depth and code.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// The months.
    #[must_use]
    pub const fn months(&self) -> MonthRange {
        self.months
    }

    /// Number of paths.
    #[must_use]
    pub const fn path_count(&self) -> usize {
        self.paths
    }

    /// Which children are counted.
    #[must_use]
    pub const fn view(&self) -> DemandView {
        self.view
    }

    /// Places needed by path; `None` for an unknown area or month.
    #[must_use]
    pub fn places(&self, area: &str, care: CareType, month: Month) -> Option<&[f32]> {
        self.series(area, care.index(), month)
    }

    /// Children under one among those who need a place, of all care types, by path; `None` for an
    /// unknown area or month.
    #[must_use]
    pub fn under_one(&self, area: &str, month: Month) -> Option<&[f32]> {
        self.series(area, CareType::COUNT, month)
    }

    fn series(&self, area: &str, series: usize, month: Month) -> Option<&[f32]> {
        let area = self.areas.iter().position(|known| known.code == area)?;
        let month = self.months.position(month)?;
        let start = ((area * SERIES + series) * self.months.count() + month) * self.paths;
        self.values.get(start..start + self.paths)
    }
}
