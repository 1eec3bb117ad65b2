//! Ageing the cohorts from the origin, year by year.

use super::cohorts::CohortRatios;
use super::history::History;
use super::newborns::Newborns;

/// Persons by area, year after the origin and class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Points {
    /// Years that were looked at; the origin is the last of them.
    pub(crate) years: usize,
    pub(crate) horizon: usize,
    pub(crate) classes: usize,
    /// In the order year, area, class.
    pub(crate) values: Vec<f64>,
}

impl Points {
    /// The areas and classes of the year `ahead` (0 = first after the origin).
    pub(crate) fn year(&self, ahead: usize) -> &[f64] {
        let size = self.values.len() / self.horizon;
        &self.values[ahead * size..(ahead + 1) * size]
    }

    pub(crate) fn year_mut(&mut self, ahead: usize) -> &mut [f64] {
        let size = self.values.len() / self.horizon;
        &mut self.values[ahead * size..(ahead + 1) * size]
    }
}

/// The cohort forecast from the origin of `history`.
pub(crate) fn project(history: &History<'_>, horizon: usize) -> Points {
    let cohorts = CohortRatios::learn(history);
    let newborns = Newborns::learn(history, horizon);
    let (leaves, classes) = (history.leaves(), history.classes().len());
    let cell = |leaf: usize, class: usize| leaf * classes + class;
    let mut before: Vec<f64> = (0..leaves * classes)
        .map(|place| history.at(place / classes, history.years - 1, place % classes))
        .collect();
    let size = leaves * classes;
    let mut values = vec![0.0; size * horizon];
    for ahead in 0..horizon {
        let year = history.years + ahead;
        let mut next = vec![0.0; size];
        for (leaf, entered) in newborns
            .by_area(ahead, &before, leaves)
            .into_iter()
            .enumerate()
        {
            next[cell(leaf, 0)] = entered;
        }
        for leaf in 0..leaves {
            for (class, step) in cohorts.steps.iter().enumerate() {
                let Some(step) = step else { continue };
                let at = |year: usize| match year.checked_sub(history.years) {
                    None => history.at(leaf, year, step.from),
                    Some(ahead) => values[ahead * size + cell(leaf, step.from)],
                };
                next[cell(leaf, class)] = cohorts.ratios[cell(leaf, class)] * step.source(year, at);
            }
        }
        values[ahead * size..(ahead + 1) * size].copy_from_slice(&next);
        before = next;
    }
    Points {
        years: history.years,
        horizon,
        classes,
        values,
    }
}
