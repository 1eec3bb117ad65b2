//! The simulated paths of the population as the children of demand.

use std::ops::Range;

use super::children_paths::{ChildrenPaths, FillStocks};
use super::months::STOCK_AGES;
use crate::input::areas::Area;
use crate::paths::{PathBlock, PathModel};

/// The paths of a [`PathModel`], with a lever on the children if one is given.
///
/// A class of several ages is divided evenly among them.
pub struct PathChildren<'a, L = fn(&mut PathBlock)> {
    model: &'a PathModel,
    lever: L,
    /// By leaf in the order of the areas: place among the simulated areas.
    places: Vec<usize>,
    /// By age: class and share of it.
    ages: Vec<Option<(usize, f64)>>,
}

impl<'a> PathChildren<'a> {
    /// The children as simulated.
    #[must_use]
    pub fn new(model: &'a PathModel) -> Self {
        Self::with_lever(model, |_| {})
    }
}

impl<'a, L: Fn(&mut PathBlock) + Sync> PathChildren<'a, L> {
    /// The children after `lever`, a pure function of the block.
    ///
    /// # Panics
    ///
    /// Never: every leaf of the model's tree is an area of its population.
    pub fn with_lever(model: &'a PathModel, lever: L) -> Self {
        let places = model
            .areas()
            .iter()
            .filter(|area| area.is_leaf)
            .map(|area| {
                let found = model.leaf_areas().binary_search(&area.code);
                found.expect("every leaf of the tree is an area of the population")
            })
            .collect();
        let class_of = |age: u8| {
            let holds = |class: &crate::AgeClass| (class.first()..=class.last()).contains(&age);
            let place = model.classes().iter().position(holds)?;
            Some((place, 1.0 / f64::from(model.classes()[place].width())))
        };
        let ages = (0..STOCK_AGES as u8).map(class_of).collect();
        Self {
            model,
            lever,
            places,
            ages,
        }
    }

    /// Place of a leaf among the simulated areas.
    pub(crate) fn place(&self, leaf: usize) -> usize {
        self.places[leaf]
    }

    /// Years ahead of the model.
    pub(crate) fn horizon_of_model(&self) -> usize {
        self.model.horizon()
    }

    /// Stocks of one leaf in the order year, age, from its counts in the order year ahead, class.
    pub(crate) fn stocks_of(&self, leaf: usize, counts: &[f32], stocks: &mut [f64]) {
        let (area, classes) = (self.places[leaf], self.model.classes().len());
        for (year, stocks) in stocks.chunks_exact_mut(STOCK_AGES).enumerate() {
            for (stock, age) in stocks.iter_mut().zip(&self.ages) {
                *stock = age.map_or(0.0, |(class, share)| {
                    share
                        * match year.checked_sub(1) {
                            Some(ahead) => f64::from(counts[ahead * classes + class]),
                            None => self.model.at_origin(area, class),
                        }
                });
            }
        }
    }

    fn fill(&self, block: &PathBlock, path: usize, stocks: &mut [f64]) {
        let per_year = self.places.len() * STOCK_AGES;
        for (year, stocks) in stocks.chunks_exact_mut(per_year).enumerate() {
            for (&area, stocks) in self.places.iter().zip(stocks.chunks_exact_mut(STOCK_AGES)) {
                for (stock, age) in stocks.iter_mut().zip(&self.ages) {
                    *stock = age.map_or(0.0, |(class, share)| {
                        share
                            * match year.checked_sub(1) {
                                Some(ahead) => block.count(path, area, ahead, class),
                                None => self.model.at_origin(area, class),
                            }
                    });
                }
            }
        }
    }
}

impl<L: Fn(&mut PathBlock) + Sync> ChildrenPaths for PathChildren<'_, L> {
    fn areas(&self) -> &[Area] {
        self.model.areas()
    }

    fn origin_year(&self) -> i32 {
        self.model.origin_year()
    }

    fn horizon(&self) -> usize {
        self.model.horizon()
    }

    fn oldest_age(&self) -> u8 {
        let known = self.ages.iter().take_while(|age| age.is_some()).count();
        u8::try_from(known.saturating_sub(1)).unwrap_or(u8::MAX)
    }

    fn blocks<T: Send>(
        &self,
        seed: u64,
        paths: usize,
        work: &(dyn Fn(Range<usize>, &FillStocks<'_>) -> T + Sync),
    ) -> Vec<T> {
        self.model.simulate(seed, paths, |block| {
            (self.lever)(block);
            let block = &*block;
            work(block.paths(), &|path: usize, stocks: &mut [f64]| {
                self.fill(block, path, stocks);
            })
        })
    }
}
