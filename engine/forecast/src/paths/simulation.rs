//! Drawing the paths, block by block.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::block::PathBlock;
use super::latent::Latent;
use super::model::PathModel;

/// Counts in a block, about: 4 MiB.
const COUNTS_PER_BLOCK: usize = 1 << 20;
/// Most paths in a block.
const MOST_PATHS: usize = 64;

/// What one path is worked out in.
struct Bench {
    latent: Latent,
    noise: Vec<f32>,
    /// Factor of the city, in the order year, class.
    city: Vec<f32>,
    /// Sum of the deviations of an area and its ancestors, in the order area, year, class.
    between: Vec<f32>,
    /// Persons of the city by year and band: as drawn, and as the areas add up.
    wanted: Vec<f64>,
    found: Vec<f64>,
    factors: Vec<f32>,
}

impl PathModel {
    /// Simulates `paths` futures and calls `each` with every block of them; what it returns stands in
    /// the order of the paths, whatever the number of threads. `each` may change the block, as a lever
    /// does, before it looks at it. Blocks are worked on in parallel and only one per thread is in
    /// memory.
    ///
    /// ```
    /// use forecast::{Areas, ForecastRequest, PathModel, PathOptions, Population};
    ///
    /// let mut table = String::from("area,year,age,count\n");
    /// for (area, size) in [("north", 40), ("south", 60)] {
    ///     for year in 2018..=2025 {
    ///         for age in 0..=2 {
    ///             table += &format!("{area},{year},{age},{}\n", size + year % 3);
    ///         }
    ///     }
    /// }
    /// let population = Population::read(table.as_bytes(), "population.csv").expect("a right table");
    /// let request = ForecastRequest { horizon: 3, ..ForecastRequest::default() };
    /// let options = PathOptions::default();
    /// let model = PathModel::new(&population, None, &Areas::flat(), &request, options)?;
    /// // Under-threes of the whole city in the last year, path by path.
    /// let last: Vec<f64> = model
    ///     .simulate(7, 100, |block| {
    ///         (0..block.path_count())
    ///             .map(|path| {
    ///                 (0..block.area_count())
    ///                     .flat_map(|area| block.classes_of(path, area, 2))
    ///                     .map(|count| f64::from(*count))
    ///                     .sum::<f64>()
    ///             })
    ///             .collect::<Vec<f64>>()
    ///     })
    ///     .concat();
    /// assert_eq!(last.len(), 100);
    /// # Ok::<(), forecast::ForecastError>(())
    /// ```
    pub fn simulate<T: Send>(
        &self,
        seed: u64,
        paths: usize,
        each: impl Fn(&mut PathBlock) -> T + Sync,
    ) -> Vec<T> {
        let size = self.paths_per_block();
        (0..paths.div_ceil(size))
            .into_par_iter()
            .map_init(
                || (self.bench(), self.empty_block(size)),
                |(bench, block), number| {
                    self.fill(seed, paths, number, bench, block);
                    each(block)
                },
            )
            .collect()
    }

    /// Calls `each` with all blocks of one part after another, `parts` parts in parallel; block
    /// `b` belongs to part `b % parts`.
    pub(crate) fn simulate_parts<T: Send>(
        &self,
        seed: u64,
        paths: usize,
        parts: usize,
        start: impl Fn() -> T + Sync,
        each: impl Fn(&mut T, &mut PathBlock) + Sync,
    ) -> Vec<T> {
        let size = self.paths_per_block();
        (0..parts)
            .into_par_iter()
            .map(|part| {
                let (mut bench, mut block) = (self.bench(), self.empty_block(size));
                let mut gathered = start();
                for number in (part..paths.div_ceil(size)).step_by(parts) {
                    self.fill(seed, paths, number, &mut bench, &mut block);
                    each(&mut gathered, &mut block);
                }
                gathered
            })
            .collect()
    }

    fn paths_per_block(&self) -> usize {
        (COUNTS_PER_BLOCK / self.means.len().max(1)).clamp(1, MOST_PATHS)
    }

    fn empty_block(&self, paths: usize) -> PathBlock {
        PathBlock {
            first_path: 0,
            paths: 0,
            areas: self.leaves.len(),
            horizon: self.horizon,
            classes: self.classes.len(),
            counts: Vec::with_capacity(paths * self.means.len()),
        }
    }

    fn bench(&self) -> Bench {
        let cells = self.horizon * self.classes.len();
        let bands = self.bands.last().map_or(0, |last| last + 1);
        Bench {
            latent: Latent::new(self.horizon),
            noise: vec![0.0; self.classes.len()],
            city: vec![1.0; cells],
            between: vec![0.0; self.tree.areas.len() * cells],
            wanted: vec![0.0; self.horizon * bands],
            found: vec![0.0; self.horizon * bands],
            factors: vec![1.0; cells],
        }
    }

    fn fill(
        &self,
        seed: u64,
        paths: usize,
        number: usize,
        bench: &mut Bench,
        block: &mut PathBlock,
    ) {
        let size = self.paths_per_block();
        block.first_path = number * size;
        block.paths = size.min(paths - block.first_path);
        block.counts.clear();
        block.counts.resize(block.paths * self.means.len(), 0.0);
        for (path, counts) in (block.first_path..).zip(block.counts.chunks_mut(self.means.len())) {
            let mut stream = ChaCha8Rng::seed_from_u64(seed);
            stream.set_stream(path as u64);
            self.draw_city(bench, &mut stream);
            self.draw_between(bench, &mut stream);
            self.draw_areas(bench, &mut stream, counts);
            self.scale_to_city(bench, counts);
        }
    }

    fn draw_city(&self, bench: &mut Bench, stream: &mut ChaCha8Rng) {
        let count = self.classes.len();
        bench.latent.draw(&self.city_moves, &self.normal, stream);
        bench.noise.fill(0.0);
        for year in 0..self.horizon {
            let mut older = 0.0;
            for class in 0..count {
                let cell = year * count + class;
                let loading = &self.city_loadings[cell];
                let noise = loading.kept * older + loading.fresh * self.normal.draw(stream);
                older = std::mem::replace(&mut bench.noise[class], noise);
                let z = loading.births * bench.latent.births[loading.cohort]
                    + loading.moves * bench.latent.moves[year]
                    + loading.noise * noise;
                bench.city[cell] = (1.0 + self.city_shapes[cell].at(z)).max(0.0);
            }
        }
    }

    fn draw_between(&self, bench: &mut Bench, stream: &mut ChaCha8Rng) {
        let count = self.classes.len();
        let cells = self.horizon * count;
        for (place, area) in self.tree.areas.iter().enumerate() {
            let Some(parent) = area.parent.filter(|_| !area.is_leaf) else {
                continue;
            };
            bench.latent.draw(&self.area_moves, &self.normal, stream);
            for year in 0..self.horizon {
                for class in 0..count {
                    let cell = year * count + class;
                    let loading = &self.own_loadings[cell];
                    let rest = (1.0 - loading.births * loading.births).max(0.0).sqrt();
                    let z = loading.births * bench.latent.births[loading.cohort]
                        + rest * bench.latent.moves[year];
                    let spread = self.between[year][self.bands[class]][area.depth];
                    bench.between[place * cells + cell] =
                        bench.between[parent * cells + cell] + spread * z;
                }
            }
        }
    }

    fn draw_areas(&self, bench: &mut Bench, stream: &mut ChaCha8Rng, counts: &mut [f32]) {
        let count = self.classes.len();
        let cells = self.horizon * count;
        let bands = self.bands.last().map_or(0, |last| last + 1);
        let Bench {
            latent,
            noise,
            city,
            between,
            wanted,
            found,
            ..
        } = bench;
        wanted.fill(0.0);
        found.fill(0.0);
        for (leaf, counts) in counts.chunks_mut(cells).enumerate() {
            let parent = self.tree.lines[leaf].get(1).copied().unwrap_or(0);
            let between = &between[parent * cells..(parent + 1) * cells];
            let means = &self.means[leaf * cells..(leaf + 1) * cells];
            let shapes = &self.own_shapes[leaf * self.horizon * bands..];
            latent.draw(&self.area_moves, &self.normal, stream);
            noise.fill(0.0);
            for year in 0..self.horizon {
                let mut older = 0.0;
                for (class, kept) in noise.iter_mut().enumerate() {
                    let (cell, band) = (year * count + class, year * bands + self.bands[class]);
                    let loading = &self.own_loadings[cell];
                    let gathered = loading.kept * older + loading.fresh * self.normal.draw(stream);
                    older = std::mem::replace(kept, gathered);
                    let z = loading.births * latent.births[loading.cohort]
                        + loading.moves * latent.moves[year]
                        + loading.noise * gathered;
                    let own = (1.0 + between[cell] + shapes[band].at(z)).max(0.0);
                    let of_city = means[cell] as f32 * city[cell];
                    counts[cell] = of_city * own;
                    wanted[band] += f64::from(of_city);
                    found[band] += f64::from(counts[cell]);
                }
            }
        }
    }

    /// Scales the areas so that each band adds up to the city as drawn.
    fn scale_to_city(&self, bench: &mut Bench, counts: &mut [f32]) {
        let count = self.classes.len();
        let bands = self.bands.last().map_or(0, |last| last + 1);
        for (cell, factor) in bench.factors.iter_mut().enumerate() {
            let band = cell / count * bands + self.bands[cell % count];
            *factor = if bench.found[band] > 0.0 {
                (bench.wanted[band] / bench.found[band]) as f32
            } else {
                1.0
            };
        }
        for counts in counts.chunks_mut(bench.factors.len()) {
            counts
                .iter_mut()
                .zip(&bench.factors)
                .for_each(|(count, factor)| *count *= factor);
        }
    }
}
