//! Paths kept in memory, so that a scenario is run again without simulating anew.

use std::ops::Range;

use domain::InputProblem;
use rayon::prelude::*;

use super::effects::ChildEffects;
use super::kinds::LeverSheet;
use crate::age::AgeGroup;
use crate::fan::FanPoint;
use crate::paths::PathModel;
use crate::request::{self, ForecastError};

/// The quantiles of every output.
const LEVELS: [f64; 5] = [0.025, 0.1, 0.5, 0.9, 0.975];

/// Simulated paths of a model, kept with their sums over areas and groups. Running a scenario again
/// then costs only the areas that a lever touches and those above them.
///
/// Memory: 4 bytes for each path, lowest area, year and class, and for each path, area of any level,
/// year and group: about 100 MiB for 60 areas, 15 years, eleven ages, three groups and 2,000 paths.
pub struct KeptPaths {
    model: PathModel,
    seed: u64,
    paths: usize,
    groups: Vec<AgeGroup>,
    members: Vec<Range<usize>>,
    /// In the order lowest area, path, year, class.
    counts: Vec<f32>,
    /// In the order area, year, group, path.
    sums: Vec<f32>,
    /// In the order area, year, group.
    base: Vec<FanPoint>,
}

/// Fans of every area and group under levers.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioFans {
    areas: Vec<String>,
    groups: Vec<String>,
    horizon: usize,
    /// In the order area, year, group.
    points: Vec<FanPoint>,
}

impl ScenarioFans {
    /// The years ahead of an area (`_total` for the city) and group; `None` if either is unknown.
    #[must_use]
    pub fn fan(&self, area: &str, group: &str) -> Option<Vec<FanPoint>> {
        let area = self.areas.iter().position(|code| code == area)?;
        let group = self.groups.iter().position(|name| name == group)?;
        let place = |year| (area * self.horizon + year) * self.groups.len() + group;
        Some(
            (0..self.horizon)
                .map(|year| self.points[place(year)])
                .collect(),
        )
    }
}

impl KeptPaths {
    /// Simulates `paths` paths of a model and keeps them; the same seed gives the same paths as
    /// [`PathModel::simulate`].
    ///
    /// # Errors
    ///
    /// [`ForecastError`] for groups the model's classes cannot give, and without a path or group.
    pub fn simulate(
        model: PathModel,
        seed: u64,
        paths: usize,
        groups: &[AgeGroup],
    ) -> Result<Self, ForecastError> {
        let members = request::group_members(model.classes(), groups)?;
        if paths == 0 || members.is_empty() {
            return Err(ForecastError::NoPaths);
        }
        let years = model.horizon() * model.classes().len();
        let leaves = model.leaf_areas().len();
        let mut counts = vec![0.0_f32; leaves * paths * years];
        let mut path = 0;
        for block in model.simulate(seed, paths, |block| block.counts().to_vec()) {
            for one in block.chunks_exact(leaves * years) {
                for (leaf, of_leaf) in one.chunks_exact(years).enumerate() {
                    let from = (leaf * paths + path) * years;
                    counts[from..from + years].copy_from_slice(of_leaf);
                }
                path += 1;
            }
        }
        let areas = model.areas().len();
        let series = model.horizon() * members.len() * paths;
        let mut kept = Self {
            sums: vec![0.0; areas * series],
            base: Vec::new(),
            groups: groups.to_vec(),
            model,
            seed,
            paths,
            members,
            counts,
        };
        for leaf in 0..leaves {
            let of_leaf = kept.group_sums(kept.counts_of(leaf));
            for &area in &kept.model.ancestors()[leaf] {
                let sums = &mut kept.sums[area * series..(area + 1) * series];
                sums.iter_mut()
                    .zip(&of_leaf)
                    .for_each(|(sum, own)| *sum += own);
            }
        }
        kept.base = (0..areas)
            .into_par_iter()
            .flat_map_iter(|area| kept.points(&kept.sums[area * series..(area + 1) * series]))
            .collect();
        Ok(kept)
    }

    /// The model the paths are of.
    #[must_use]
    pub fn model(&self) -> &PathModel {
        &self.model
    }

    /// Seed of the paths.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Number of paths.
    #[must_use]
    pub fn path_count(&self) -> usize {
        self.paths
    }

    /// Counts of a lowest area in one path, in the order year, class.
    pub(crate) fn counts_of_path(&self, leaf: usize, path: usize) -> &[f32] {
        let size = self.model.horizon() * self.model.classes().len();
        &self.counts_of(leaf)[path * size..(path + 1) * size]
    }

    /// The fans under levers; those of a sheet without levers are the forecast itself. Areas that no
    /// lever touches keep their fans to the bit.
    ///
    /// # Errors
    ///
    /// Those of [`LeverSheet::child_effects`].
    pub fn run(&self, levers: &LeverSheet) -> Result<ScenarioFans, Vec<InputProblem>> {
        let effects = levers.effects_on(&self.model, self.seed)?;
        let leaves = self.model.leaf_areas().len();
        let touched: Vec<usize> = (0..leaves).filter(|leaf| effects.touches(*leaf)).collect();
        let changes: Vec<(usize, Vec<f32>)> = touched
            .par_iter()
            .map(|leaf| (*leaf, self.change(*leaf, &effects)))
            .collect();
        let areas = self.model.areas().len();
        let series = self.model.horizon() * self.members.len() * self.paths;
        let points = (0..areas)
            .into_par_iter()
            .flat_map_iter(|area| {
                let here = |leaf: usize| self.model.ancestors()[leaf].contains(&area);
                let below: Vec<&Vec<f32>> = changes
                    .iter()
                    .filter(|(leaf, _)| here(*leaf))
                    .map(|(_, change)| change)
                    .collect();
                if below.is_empty() {
                    let fans = self.model.horizon() * self.members.len();
                    return self.base[area * fans..(area + 1) * fans].to_vec();
                }
                let mut sums = self.sums[area * series..(area + 1) * series].to_vec();
                for change in below {
                    sums.iter_mut()
                        .zip(change)
                        .for_each(|(sum, more)| *sum += more);
                }
                self.points(&sums)
            })
            .collect();
        Ok(ScenarioFans {
            areas: self
                .model
                .areas()
                .iter()
                .map(|area| area.code.clone())
                .collect(),
            groups: self
                .groups
                .iter()
                .map(|group| group.name().to_owned())
                .collect(),
            horizon: self.model.horizon(),
            points,
        })
    }

    /// Counts of a lowest area, in the order path, year, class.
    fn counts_of(&self, leaf: usize) -> &[f32] {
        let size = self.counts.len() / self.model.leaf_areas().len();
        &self.counts[leaf * size..(leaf + 1) * size]
    }

    /// What levers change in a lowest area, in the order year, group, path.
    fn change(&self, leaf: usize, effects: &ChildEffects) -> Vec<f32> {
        let years = self.model.horizon() * self.model.classes().len();
        let before = self.counts_of(leaf);
        let mut after = before.to_vec();
        for (path, counts) in after.chunks_exact_mut(years).enumerate() {
            effects.apply_to_area(path as u64, leaf, counts);
        }
        let mut change = self.group_sums(&after);
        let before = self.group_sums(before);
        change
            .iter_mut()
            .zip(before)
            .for_each(|(after, before)| *after -= before);
        change
    }

    /// From the order path, year, class to sums in the order year, group, path.
    fn group_sums(&self, counts: &[f32]) -> Vec<f32> {
        let (horizon, classes) = (self.model.horizon(), self.model.classes().len());
        let mut sums = vec![0.0_f32; horizon * self.members.len() * self.paths];
        for (path, of_path) in counts.chunks_exact(horizon * classes).enumerate() {
            for (year, of_year) in of_path.chunks_exact(classes).enumerate() {
                for (group, members) in self.members.iter().enumerate() {
                    let place = (year * self.members.len() + group) * self.paths + path;
                    sums[place] = of_year[members.clone()].iter().sum();
                }
            }
        }
        sums
    }

    /// The fans of one area, in the order year, group.
    fn points(&self, sums: &[f32]) -> Vec<FanPoint> {
        let of_series = |(place, values): (usize, &[f32])| {
            let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>();
            let mut sorted = values.to_vec();
            sorted.sort_unstable_by(f32::total_cmp);
            let [q025, q10, q50, q90, q975] = LEVELS.map(|level| {
                let at = level * (sorted.len() - 1) as f64;
                let below = f64::from(sorted[at.floor() as usize]);
                let above = f64::from(sorted[at.ceil() as usize]);
                below + (at - at.floor()) * (above - below)
            });
            FanPoint {
                year: self.model.first_year() + (place / self.members.len()) as i32,
                mean: mean / self.paths as f64,
                q025,
                q10,
                q50,
                q90,
                q975,
            }
        };
        sums.chunks_exact(self.paths)
            .enumerate()
            .map(of_series)
            .collect()
    }
}
