//! Drawing the paths, block by block.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::block::PathBlock;
use super::latent::Latent;
use super::model::PathModel;
use super::packs::{LANES, Pack, packs_of};

/// Counts in a block, about: 4 MiB.
const COUNTS_PER_BLOCK: usize = 1 << 20;
/// Most paths in a block.
const MOST_PATHS: usize = 64;

/// What one path is worked out in.
struct Bench {
    latent: Latent,
    /// Noise of the city by class.
    noise: Vec<f32>,
    /// Factor of the city, in the order year, class.
    city: Vec<f32>,
    /// Sum of the deviations of an area and its ancestors, in the order area, year, class.
    between: Vec<f32>,
    /// Words and draws of one lowest area: those of [`Latent`], then year by year a draw for each class.
    words: Vec<[u8; 4]>,
    draws: Vec<f32>,
    rows: AreaRows,
    /// Persons as the areas add up, in the order year, class.
    found: Vec<f64>,
    factors: Vec<f32>,
}

/// Rows of one lowest area in a year, padded to whole packs.
struct AreaRows {
    /// Births that each class comes from.
    births: Vec<Pack>,
    /// One plus the deviations of the areas above.
    between: Vec<Pack>,
    /// Persons if only the city strayed.
    of_city: Vec<Pack>,
    /// Noise of the cohorts this year and last, behind a zero: a class follows from the one before it.
    noise: [Vec<f32>; 2],
    persons: Vec<Pack>,
}

impl AreaRows {
    fn new(classes: usize) -> Self {
        let packs = packs_of(classes);
        let row = || vec![[0.0; LANES]; packs];
        let noise = || vec![0.0; (packs + 1) * LANES];
        Self {
            births: row(),
            between: row(),
            of_city: row(),
            noise: [noise(), noise()],
            persons: row(),
        }
    }
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
        // Whole packs are read, the last of them beyond the draws of the last class.
        let draws = 2 * self.horizon + cells;
        Bench {
            latent: Latent::new(self.horizon),
            noise: vec![0.0; self.classes.len()],
            city: vec![1.0; cells],
            between: vec![0.0; self.tree.areas.len() * cells],
            words: vec![[0; 4]; draws],
            draws: vec![0.0; draws + LANES],
            rows: AreaRows::new(self.classes.len()),
            found: vec![0.0; cells],
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
        bench.found.fill(0.0);
        for (leaf, counts) in counts.chunks_mut(cells).enumerate() {
            self.normal.fill(stream, &mut bench.words, &mut bench.draws);
            let (latent, noise) = bench.draws.split_at(2 * self.horizon);
            let mut latent = latent.iter().copied();
            bench
                .latent
                .follow(&self.area_moves, || latent.next().unwrap_or_default());
            let parent = self.tree.lines[leaf].get(1).copied().unwrap_or(0);
            let between = &bench.between[parent * cells..(parent + 1) * cells];
            let rows = &mut bench.rows;
            rows.noise.iter_mut().for_each(|noise| noise.fill(0.0));
            for year in 0..self.horizon {
                let of_year = year * count..(year + 1) * count;
                let cohorts = self.packed_loadings.cohorts(year, count);
                let births = rows.births.as_flattened_mut().iter_mut().zip(cohorts);
                births.for_each(|(birth, cohort)| *birth = bench.latent.births[*cohort]);
                copy(&mut rows.between, &between[of_year.clone()]);
                let means = &self.means[leaf * cells..(leaf + 1) * cells][of_year.clone()];
                let of_city = rows.of_city.as_flattened_mut().iter_mut();
                for ((of_city, mean), city) in of_city.zip(means).zip(&bench.city[of_year.clone()])
                {
                    *of_city = *mean as f32 * city;
                }
                let moves = bench.latent.moves[year];
                self.draw_area_year(rows, &noise[of_year.start..], moves, (leaf, year));
                let persons = &rows.persons.as_flattened()[..count];
                counts[of_year.clone()].copy_from_slice(persons);
                let found = bench.found[of_year].iter_mut();
                found
                    .zip(persons)
                    .for_each(|(found, n)| *found += f64::from(*n));
            }
        }
    }

    /// Persons of one lowest area and year by class, four classes at once.
    #[inline]
    fn draw_area_year(
        &self,
        rows: &mut AreaRows,
        draws: &[f32],
        moves: f32,
        (leaf, year): (usize, usize),
    ) {
        let count = self.classes.len();
        let packs = packs_of(count);
        let shapes = &self.packed_shapes[(leaf * self.horizon + year) * packs..][..packs];
        let loadings = self.packed_loadings.year(year, count);
        let (now, before) = {
            let [one, other] = &mut rows.noise;
            if year % 2 == 0 {
                (one, other)
            } else {
                (other, one)
            }
        };
        let packs = loadings.iter().zip(shapes).zip(&mut rows.persons);
        for (place, ((loading, shape), persons)) in packs.enumerate() {
            let [births, move_loading, noise, kept, fresh] = loading;
            let from = place * LANES;
            let older = pack_at(before, from);
            let draw = pack_at(draws, from);
            let gathered: Pack =
                std::array::from_fn(|lane| kept[lane] * older[lane] + fresh[lane] * draw[lane]);
            now[from + 1..from + 1 + LANES].copy_from_slice(&gathered);
            let born = rows.births[place];
            let z: Pack = std::array::from_fn(|lane| {
                births[lane] * born[lane]
                    + move_loading[lane] * moves
                    + noise[lane] * gathered[lane]
            });
            let own = shape.at(z);
            let (between, of_city) = (rows.between[place], rows.of_city[place]);
            *persons = std::array::from_fn(|lane| {
                of_city[lane] * (1.0 + between[lane] + own[lane]).max(0.0)
            });
        }
    }

    /// Scales the areas so that each band adds up to the city as drawn.
    fn scale_to_city(&self, bench: &mut Bench, counts: &mut [f32]) {
        let count = self.classes.len();
        for year in 0..self.horizon {
            let from = year * count;
            for classes in &self.members {
                let cells = from + classes.start..from + classes.end;
                let wanted: f64 = self.city_means[cells.clone()]
                    .iter()
                    .zip(&bench.city[cells.clone()])
                    .map(|(mean, factor)| mean * f64::from(*factor))
                    .sum();
                let found: f64 = bench.found[cells.clone()].iter().sum();
                let factor = if found > 0.0 { wanted / found } else { 1.0 };
                bench.factors[cells].fill(factor as f32);
            }
        }
        for counts in counts.chunks_mut(bench.factors.len()) {
            counts
                .iter_mut()
                .zip(&bench.factors)
                .for_each(|(count, factor)| *count *= factor);
        }
    }
}

/// Four values from a place on.
#[inline]
fn pack_at(values: &[f32], from: usize) -> Pack {
    let mut pack = [0.0; LANES];
    pack.copy_from_slice(&values[from..from + LANES]);
    pack
}

/// Copies a row into its packs; the padding stays.
fn copy(packs: &mut [Pack], row: &[f32]) {
    packs.as_flattened_mut()[..row.len()].copy_from_slice(row);
}
