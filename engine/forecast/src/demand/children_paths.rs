//! Where the children of each path come from.

use std::ops::Range;

use crate::input::areas::Area;

/// Fills the stocks of one path of a block: `(path within the block, stocks)`, stocks in the order year,
/// leaf, age; years from the origin on, ages 0 to 12.
pub type FillStocks<'a> = dyn Fn(usize, &mut [f64]) + 'a;

/// Simulated numbers of children by smallest area and single age on 31 December, path by path.
///
/// Paths may be asked for more than once and are then the same.
pub trait ChildrenPaths: Sync {
    /// Every area, as [`crate::Forecast::areas`] lists them; stocks follow the order of the leaves.
    fn areas(&self) -> &[Area];

    /// Year of the first stock.
    fn origin_year(&self) -> i32;

    /// Years ahead: there are as many stocks and one more.
    fn horizon(&self) -> usize;

    /// Highest single age there is.
    fn oldest_age(&self) -> u8;

    /// Calls `work` for blocks of paths, in parallel if it likes; the results in the order of the paths.
    fn blocks<T: Send>(
        &self,
        seed: u64,
        paths: usize,
        work: &(dyn Fn(Range<usize>, &FillStocks<'_>) -> T + Sync),
    ) -> Vec<T>;
}

/// Children that are known for sure: every path has the same.
#[derive(Debug, Clone, PartialEq)]
pub struct CertainChildren {
    areas: Vec<Area>,
    origin_year: i32,
    horizon: usize,
    stocks: Vec<f64>,
}

/// Paths of a block of [`CertainChildren`].
const BLOCK: usize = 32;

impl CertainChildren {
    /// `stock(leaf, year, age)`, year 0 being the origin, ages 0 to 12.
    #[must_use]
    pub fn new(
        areas: &[Area],
        origin_year: i32,
        horizon: usize,
        stock: impl Fn(usize, usize, usize) -> f64,
    ) -> Self {
        let leaves = areas.iter().filter(|area| area.is_leaf).count();
        let mut stocks = Vec::with_capacity((horizon + 1) * leaves * super::months::STOCK_AGES);
        for year in 0..=horizon {
            for leaf in 0..leaves {
                stocks.extend((0..super::months::STOCK_AGES).map(|age| stock(leaf, year, age)));
            }
        }
        Self {
            areas: areas.to_vec(),
            origin_year,
            horizon,
            stocks,
        }
    }
}

impl ChildrenPaths for CertainChildren {
    fn areas(&self) -> &[Area] {
        &self.areas
    }

    fn origin_year(&self) -> i32 {
        self.origin_year
    }

    fn horizon(&self) -> usize {
        self.horizon
    }

    fn oldest_age(&self) -> u8 {
        12
    }

    fn blocks<T: Send>(
        &self,
        _seed: u64,
        paths: usize,
        work: &(dyn Fn(Range<usize>, &FillStocks<'_>) -> T + Sync),
    ) -> Vec<T> {
        use rayon::prelude::*;
        let fill = |_: usize, stocks: &mut [f64]| stocks.copy_from_slice(&self.stocks);
        (0..paths.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| work(block * BLOCK..((block + 1) * BLOCK).min(paths), &fill))
            .collect()
    }
}
