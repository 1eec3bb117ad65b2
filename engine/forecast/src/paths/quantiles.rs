//! Fans of every level from the paths, without keeping the paths.
//!
//! The first paths tell where a series lies; then every path is counted into 256 bins from five
//! standard deviations below the mean to five above, and quantiles are read off with linear
//! interpolation within a bin. Counts are whole numbers and means are summed in steps of a
//! 1/65536 of a person, so the result is the same with any number of threads, and means add up
//! exactly.

use super::block::PathBlock;
use super::model::PathModel;
use crate::age::AgeGroup;
use crate::fan::FanPoint;
use crate::interval::series::Members;
use crate::request::{self, ForecastError};

/// Paths that tell where a series lies.
const PILOT: usize = 200;
const BINS: usize = 256;
/// Half the width of the bins together, in standard deviations.
const REACH: f64 = 5.0;
/// Steps per person in which means are summed.
const STEPS: f64 = 65_536.0;
/// Most bytes of bins in memory.
const MOST_BYTES: usize = 128 << 20;
/// Most parts that count at the same time.
const MOST_PARTS: usize = 8;
const LEVELS: [f64; 5] = [0.025, 0.1, 0.5, 0.9, 0.975];

/// Fans of every area and group, read from simulated paths.
#[derive(Debug, Clone, PartialEq)]
pub struct PathFans {
    areas: Vec<String>,
    groups: Vec<String>,
    horizon: usize,
    /// In the order area, year, group.
    points: Vec<FanPoint>,
}

impl PathFans {
    /// The years ahead of an area and a group; `None` if either is unknown.
    #[must_use]
    pub fn fan(&self, area: &str, group: &str) -> Option<Vec<FanPoint>> {
        let area = self.areas.iter().position(|code| code == area)?;
        let group = self.groups.iter().position(|name| name == group)?;
        let point = |year| self.points[(area * self.horizon + year) * self.groups.len() + group];
        Some((0..self.horizon).map(point).collect())
    }

    /// Codes of the areas of every level, `_total` first.
    #[must_use]
    pub fn areas(&self) -> &[String] {
        &self.areas
    }
}

/// Where the bins of a series lie.
#[derive(Clone, Copy)]
struct Ruler {
    low: f64,
    per_person: f64,
}

struct Counted {
    bins: Vec<u32>,
    /// Of the lowest areas.
    sums: Vec<i64>,
    /// Sums over the groups by path of a block, area of every level, year and group.
    now: Vec<f64>,
}

impl PathModel {
    /// Fans of `groups` at every level, from `paths` paths.
    ///
    /// # Errors
    ///
    /// [`ForecastError`] when a group does not fit the simulated classes, or no path is asked for.
    pub fn fans(
        &self,
        seed: u64,
        paths: usize,
        groups: &[AgeGroup],
    ) -> Result<PathFans, ForecastError> {
        self.fans_with(seed, paths, groups, |_| ())
    }

    /// Like [`PathModel::fans`], after `lever` has changed every block. The lever is called for some
    /// paths twice and must do the same each time.
    ///
    /// # Errors
    ///
    /// As for [`PathModel::fans`].
    pub fn fans_with(
        &self,
        seed: u64,
        paths: usize,
        groups: &[AgeGroup],
        lever: impl Fn(&mut PathBlock) + Sync,
    ) -> Result<PathFans, ForecastError> {
        let members = request::group_members(&self.classes, groups)?;
        if paths == 0 || members.is_empty() {
            return Err(ForecastError::NoPaths);
        }
        let size = self.tree.areas.len() * self.horizon * members.len();
        let rulers = self.rulers(seed, paths.min(PILOT), &members, &lever);
        let parts = (MOST_BYTES / (size * BINS * size_of::<u32>()).max(1)).clamp(1, MOST_PARTS);
        let parts = parts.min(rayon::current_num_threads());
        let start = || Counted {
            bins: vec![0; size * BINS],
            sums: vec![0; self.leaves.len() * self.horizon * members.len()],
            now: Vec::new(),
        };
        let counted = self.simulate_parts(seed, paths, parts, start, |counted, block| {
            lever(block);
            self.count(block, &members, &rulers, counted);
        });
        let mut all = start();
        for part in counted {
            all.bins
                .iter_mut()
                .zip(part.bins)
                .for_each(|(sum, n)| *sum += n);
            all.sums
                .iter_mut()
                .zip(part.sums)
                .for_each(|(sum, n)| *sum += n);
        }
        Ok(self.read(paths, groups, &rulers, &all))
    }

    /// Sums of one path over the groups, by area of every level, year and group.
    fn sums(&self, block: &PathBlock, path: usize, members: &[Members], sums: &mut [f64]) {
        let row = self.horizon * members.len();
        sums.fill(0.0);
        for (leaf, line) in self.tree.lines.iter().enumerate() {
            let years = block.years_of(path, leaf).chunks(self.classes.len());
            let own = line[0] * row;
            for (counts, sums) in years.zip(sums[own..].chunks_mut(members.len())) {
                for (members, sum) in members.iter().zip(sums) {
                    *sum = counts[members.clone()].iter().map(|n| f64::from(*n)).sum();
                }
            }
            // The areas above stand before those below.
            let (above, of_leaf) = sums.split_at_mut(own);
            for area in &line[1..] {
                let sums = above[area * row..(area + 1) * row].iter_mut();
                sums.zip(&of_leaf[..row]).for_each(|(sum, n)| *sum += n);
            }
        }
    }

    fn rulers(
        &self,
        seed: u64,
        paths: usize,
        members: &[Members],
        lever: &(impl Fn(&mut PathBlock) + Sync),
    ) -> Vec<Ruler> {
        let size = self.tree.areas.len() * self.horizon * members.len();
        let of_blocks = self.simulate(seed, paths, |block| {
            lever(block);
            let mut of_block = vec![[0.0_f64; 2]; size];
            let mut now = vec![0.0; size];
            for path in 0..block.path_count() {
                self.sums(block, path, members, &mut now);
                for (sum, n) in of_block.iter_mut().zip(&now) {
                    sum[0] += n;
                    sum[1] += n * n;
                }
            }
            of_block
        });
        let mut sums = vec![[0.0_f64; 2]; size];
        for of_block in of_blocks {
            for (sum, more) in sums.iter_mut().zip(of_block) {
                sum[0] += more[0];
                sum[1] += more[1];
            }
        }
        let ruler = |[sum, square]: [f64; 2]| {
            let mean = sum / paths as f64;
            let deviation = (square / paths as f64 - mean * mean).max(0.0).sqrt();
            let half = REACH * deviation.max(1e-6 * (1.0 + mean));
            Ruler {
                low: mean - half,
                per_person: BINS as f64 / (2.0 * half),
            }
        };
        sums.into_iter().map(ruler).collect()
    }

    fn count(
        &self,
        block: &PathBlock,
        members: &[Members],
        rulers: &[Ruler],
        counted: &mut Counted,
    ) {
        let row = self.horizon * members.len();
        let (paths, size) = (block.path_count(), rulers.len());
        let Counted { bins, sums, now } = counted;
        now.resize(paths * size, 0.0);
        for (path, now) in now.chunks_mut(size).enumerate() {
            self.sums(block, path, members, now);
        }
        // Series by series: the bins of one stay near while all paths of the block fall into them.
        for (series, (bins, ruler)) in bins.chunks_mut(BINS).zip(rulers).enumerate() {
            for n in now.iter().skip(series).step_by(size) {
                let place = ((n - ruler.low) * ruler.per_person).max(0.0) as usize;
                bins[place.min(BINS - 1)] += 1;
            }
        }
        for now in now.chunks(size) {
            for (leaf, sums) in sums.chunks_mut(row).enumerate() {
                let from = self.tree.lines[leaf][0] * row;
                for (sum, n) in sums.iter_mut().zip(&now[from..from + row]) {
                    // Nobody is less than nobody: rounds half up.
                    *sum += (n * STEPS + 0.5) as i64;
                }
            }
        }
    }

    fn read(
        &self,
        paths: usize,
        groups: &[AgeGroup],
        rulers: &[Ruler],
        counted: &Counted,
    ) -> PathFans {
        let row = self.horizon * groups.len();
        let mut sums = vec![0_i64; rulers.len()];
        for (leaf, of_leaf) in counted.sums.chunks(row).enumerate() {
            for area in &self.tree.lines[leaf] {
                let to = &mut sums[area * row..(area + 1) * row];
                to.iter_mut().zip(of_leaf).for_each(|(sum, n)| *sum += n);
            }
        }
        let point = |place: usize| {
            let bins = &counted.bins[place * BINS..(place + 1) * BINS];
            let [q025, q10, q50, q90, q975] =
                LEVELS.map(|level| quantile(bins, rulers[place], level * paths as f64).max(0.0));
            FanPoint {
                year: self.first_year() + (place % row / groups.len()) as i32,
                mean: sums[place] as f64 / STEPS / paths as f64,
                q025,
                q10,
                q50,
                q90,
                q975,
            }
        };
        PathFans {
            areas: self
                .tree
                .areas
                .iter()
                .map(|area| area.code.clone())
                .collect(),
            groups: groups.iter().map(|group| group.name().to_owned()).collect(),
            horizon: self.horizon,
            points: (0..rulers.len()).map(point).collect(),
        }
    }
}

/// Where `wanted` of the counted paths lie below.
fn quantile(bins: &[u32], ruler: Ruler, wanted: f64) -> f64 {
    let mut below = 0.0;
    for (place, bin) in bins.iter().enumerate() {
        let held = f64::from(*bin);
        if below + held >= wanted {
            let within = if held > 0.0 {
                (wanted - below) / held
            } else {
                0.0
            };
            return ruler.low + (place as f64 + within) / ruler.per_person;
        }
        below += held;
    }
    ruler.low + bins.len() as f64 / ruler.per_person
}
