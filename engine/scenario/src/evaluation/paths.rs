//! The demand of every path in one cell: simulated, or drawn from quantiles that were given.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::{CareType, Month};
use forecast::DemandPaths;

use crate::demand::Quantiles;
use crate::demand::TOTAL_AREA;
use crate::shortfall;
use crate::spec::ScenarioSpec;

/// The demand of every path by area, care type and month.
pub(crate) struct CellPaths<'a> {
    simulated: Option<&'a DemandPaths>,
    paths: usize,
    /// Demand that the scenario gives goes before the simulated one.
    given: BTreeMap<(String, CareType, Month), Vec<f32>>,
}

impl<'a> CellPaths<'a> {
    /// Joins what is simulated and what the scenario gives.
    ///
    /// Quantiles that are given become as many values as there are paths: those of the split normal
    /// of [`Quantiles`] at the middle of equal shares. The highest goes to the path in which the
    /// simulated demand of the cell is highest, and so on, so that paths stay high or low together.
    pub(crate) fn new(spec: &ScenarioSpec, simulated: Option<&'a DemandPaths>) -> Self {
        let paths = simulated.map_or(spec.paths(), DemandPaths::path_count);
        let mut given = BTreeMap::new();
        for demand in spec.demand() {
            let area = demand
                .area
                .as_ref()
                .map_or(TOTAL_AREA, |area| area.as_str());
            let month = Month::of(demand.date);
            let cell = simulated.and_then(|it| it.places(area, demand.care_type, month));
            let values = spread(demand.places, paths, cell);
            given.insert((area.to_owned(), demand.care_type, month), values);
        }
        Self {
            simulated,
            paths,
            given,
        }
    }

    /// Number of paths.
    pub(crate) fn count(&self) -> usize {
        self.paths
    }

    /// Whether any demand is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.simulated.is_none() && self.given.is_empty()
    }

    /// Areas that demand is given for.
    pub(crate) fn given_areas(&self) -> impl Iterator<Item = &str> {
        self.given.keys().map(|(area, ..)| area.as_str())
    }

    /// Places needed by path; `None` where nobody knows.
    pub(crate) fn places(
        &self,
        area: &str,
        care: CareType,
        month: Month,
    ) -> Option<Cow<'_, [f32]>> {
        let key = (area.to_owned(), care, month);
        if let Some(values) = self.given.get(&key) {
            return Some(Cow::Borrowed(values));
        }
        let simulated = self.simulated?.places(area, care, month)?;
        Some(Cow::Borrowed(simulated))
    }

    /// Children under one among them; none where nobody knows.
    pub(crate) fn under_one(&self, area: &str, month: Month) -> Cow<'_, [f32]> {
        let found = self.simulated.and_then(|it| it.under_one(area, month));
        found.map_or_else(|| Cow::Owned(vec![0.0; self.paths]), Cow::Borrowed)
    }
}

/// Values with the quantiles asked for, ordered over the paths as `like` is.
fn spread(quantiles: Quantiles, paths: usize, like: Option<&[f32]>) -> Vec<f32> {
    let mut order: Vec<usize> = (0..paths).collect();
    if let Some(like) = like {
        order.sort_by(|&a, &b| like[a].total_cmp(&like[b]).then(a.cmp(&b)));
    }
    let mut values = vec![0.0; paths];
    for (rank, path) in order.into_iter().enumerate() {
        let share = (rank as f64 + 0.5) / paths as f64;
        values[path] = shortfall::quantile(quantiles, share).max(0.0) as f32;
    }
    values
}
