//! Demand kept path by path, so that a scenario with another lever does not simulate anew.

use domain::{CareType, InputProblem};
use rayon::prelude::*;

use super::demand_paths::{DemandPaths, SERIES};
use super::model::DemandModel;
use super::monthly::{DemandView, MonthlyDemandRequest};
use super::months::STOCK_AGES;
use super::path_children::PathChildren;
use crate::levers::{ChildEffects, KeptPaths, LeverSheet};

/// The paths of children and the demand they make, kept for further runs.
///
/// A lever on the children of some areas costs those areas only; a lever on take-up, legal claims or
/// deferral costs the demand of all areas, but never the children anew. A run gives to the bit what
/// [`KeptDemand::simulate`] would have given with the levers.
///
/// Memory beside that of [`KeptPaths`]: 20 bytes for each path, lowest area and month.
pub struct KeptDemand {
    kept: KeptPaths,
    model: DemandModel,
    request: MonthlyDemandRequest,
    view: DemandView,
    /// In the order leaf, series, month, path.
    base: Vec<f32>,
}

/// What one run through the paths is worked out from.
struct Run<'a> {
    model: &'a DemandModel,
    children: &'a PathChildren<'a>,
    effects: &'a ChildEffects,
    /// Places of the leaves to work out.
    leaves: &'a [usize],
}

impl KeptDemand {
    /// Works out the demand of every path without levers. Paths and seed are those of `request`; its
    /// memory limit is not looked at.
    ///
    /// # Errors
    ///
    /// Those of [`DemandModel::simulate`]; E4068 too if `kept` holds other paths than asked for; and
    /// for the view [`DemandView::Care`], which needs all areas at once (E4067).
    pub fn simulate(
        model: DemandModel,
        kept: KeptPaths,
        request: MonthlyDemandRequest,
        view: DemandView,
    ) -> Result<Self, Vec<InputProblem>> {
        let children = PathChildren::new(kept.model());
        model.check(&children, &request)?;
        let same = (kept.seed(), kept.path_count()) == (request.seed, request.paths);
        if !same || view == DemandView::Care {
            let (code, message) = if same {
                (
                    super::codes::MONTHS,
                    "demand by area of care is not kept path by path".to_owned(),
                )
            } else {
                let (seed, paths) = (kept.seed(), kept.path_count());
                (
                    super::codes::PATHS,
                    format!(
                        "{} paths of seed {} are asked for, {paths} of seed {seed} are kept",
                        request.paths, request.seed
                    ),
                )
            };
            return Err(vec![super::codes::problem(code, "monthly demand", message)]);
        }
        let leaves: Vec<usize> = (0..model.leaves.len()).collect();
        let effects = LeverSheet::default().effects_on(kept.model(), request.seed)?;
        let mut made = Self {
            base: vec![0.0; leaves.len() * SERIES * request.months.count() * request.paths],
            kept,
            model,
            request,
            view,
        };
        let mut base = std::mem::take(&mut made.base);
        let run = Run {
            model: &made.model,
            children: &PathChildren::new(made.kept.model()),
            effects: &effects,
            leaves: &leaves,
        };
        made.fill(&run, &mut base);
        made.base = base;
        Ok(made)
    }

    /// The paths of the children.
    #[must_use]
    pub fn kept(&self) -> &KeptPaths {
        &self.kept
    }

    /// Demand under levers; that of a sheet without levers is the demand itself. Years excluded from
    /// learning act when the paths are made, not here.
    ///
    /// # Errors
    ///
    /// Those of [`LeverSheet::child_effects`].
    pub fn run(&self, levers: &LeverSheet) -> Result<DemandPaths, Vec<InputProblem>> {
        let effects = levers.effects_on(self.kept.model(), self.request.seed)?;
        let model = self.model.clone().with_levers(levers);
        let children = PathChildren::new(self.kept.model());
        let everywhere = !model.levers.is_empty();
        let leaves: Vec<usize> = (0..model.leaves.len())
            .filter(|&leaf| everywhere || effects.touches(children.place(leaf)))
            .collect();
        let run = Run {
            model: &model,
            children: &children,
            effects: &effects,
            leaves: &leaves,
        };
        let changed;
        let values = if leaves.is_empty() {
            &self.base
        } else {
            let mut values = self.base.clone();
            self.fill(&run, &mut values);
            changed = values;
            &changed
        };
        Ok(DemandPaths::summed(
            &self.model.areas,
            self.request.months,
            self.request.paths,
            self.view,
            values,
        ))
    }

    /// Works out some leaves of all paths.
    fn fill(&self, run: &Run<'_>, values: &mut [f32]) {
        let (months, paths) = (self.request.months.count(), self.request.paths);
        let rows: Vec<Vec<f32>> = (0..paths)
            .into_par_iter()
            .map(|path| self.path(run, path))
            .collect();
        for (path, row) in rows.iter().enumerate() {
            for (&leaf, of_leaf) in run.leaves.iter().zip(row.chunks_exact(SERIES * months)) {
                let start = leaf * SERIES * months * paths;
                for (cell, value) in of_leaf.iter().enumerate() {
                    values[start + cell * paths + path] = *value;
                }
            }
        }
    }

    /// Demand of one path in some leaves, in the order leaf, series, month.
    fn path(&self, run: &Run<'_>, path: usize) -> Vec<f32> {
        let months = self.request.months;
        let seed = self.request.seed;
        let model = run.model;
        let city = model.city_draws(seed, path, months.first(), months.count());
        let under_one: Vec<bool> = model
            .bands
            .all()
            .iter()
            .map(|band| (band.first, band.last) == (0, 0))
            .collect();
        let facility: Vec<usize> = model
            .bands
            .all()
            .iter()
            .map(|band| band.phase.facility_care().index())
            .collect();
        let minder = CareType::Childminding.index();
        let mut row = Vec::with_capacity(run.leaves.len() * SERIES * months.count());
        let mut stocks = vec![0.0; (run.children.horizon_of_model() + 1) * STOCK_AGES];
        let mut of_leaf = vec![0.0_f64; SERIES * months.count()];
        for &leaf in run.leaves {
            let place = run.children.place(leaf);
            let mut counts = self.kept.counts_of_path(place, path).to_vec();
            run.effects.apply_to_area(path as u64, place, &mut counts);
            run.children.stocks_of(leaf, &counts, &mut stocks);
            of_leaf.fill(0.0);
            let stock = |year: usize| &stocks[year * STOCK_AGES..(year + 1) * STOCK_AGES];
            let origin = self.kept.model().origin_year();
            model.leaf_months(
                (&city, (seed, path)),
                leaf,
                (&stock, origin),
                0..months.count(),
                |month, band, demand| {
                    let children = match self.view {
                        DemandView::Latent => demand.in_care + demand.waiting,
                        DemandView::Residence | DemandView::Care => demand.in_care,
                    };
                    let at = |series: usize| series * months.count() + month;
                    of_leaf[at(minder)] += children * demand.childminding;
                    of_leaf[at(facility[band])] += children * (1.0 - demand.childminding);
                    if under_one[band] {
                        of_leaf[at(CareType::COUNT)] += children;
                    }
                },
            );
            row.extend(of_leaf.iter().map(|value| *value as f32));
        }
        row
    }
}
