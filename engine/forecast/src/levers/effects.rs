//! What levers do to children: factors and additions by area, year and age class.

use domain::InputProblem;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::kinds::{
    AgeShare, BirthsMultiplier, Dwellings, Lever, LeverSheet, MigrationShock, part_up_to, share_at,
};
use crate::age::AgeClass;
use crate::codes as input_codes;
use crate::paths::{PathBlock, PathModel};
use crate::quality::codes;

/// Distinguishes the chances of yields from those of other parts of a run with the same seed.
const YIELD_STREAM: u64 = 0x5EED_0FD0_1115;

/// What levers do to the children of simulated paths.
///
/// A count becomes `count × factor + addition`, with factors from changes of births and additions
/// from dwellings and migration. Everything is reckoned once; applying it costs one multiplication
/// and one addition per count.
#[derive(Debug, Clone, PartialEq)]
pub struct ChildEffects {
    horizon: usize,
    classes: usize,
    /// In the order area, year, class.
    factors: Vec<f32>,
    additions: Vec<f32>,
    /// Change of the additions per standard deviation of the yield.
    spreads: Vec<f32>,
    /// Lowest deviation of the yield at which no yield is below 0.
    lowest_draw: f64,
    seed: u64,
}

/// The areas, years and ages that levers act on.
#[derive(Debug, Clone, Copy)]
struct Frame<'a> {
    areas: &'a [String],
    first_year: i32,
    horizon: usize,
    classes: &'a [AgeClass],
}

impl Frame<'_> {
    fn cell(&self, area: usize, year: usize, class: usize) -> usize {
        (area * self.horizon + year) * self.classes.len() + class
    }

    fn size(&self) -> usize {
        self.areas.len() * self.horizon * self.classes.len()
    }

    fn last_year(&self) -> i32 {
        self.first_year + self.horizon as i32 - 1
    }
}

impl LeverSheet {
    /// What the levers do to children, for paths with `areas` (sorted codes of the lowest level),
    /// `horizon` years from `first_year` on and the age `classes`. `weights` says how a migration
    /// without areas of its own is divided: the children of each area in the first year ahead.
    /// `seed` is that of the run; every path draws its own yield of dwellings from it.
    ///
    /// # Errors
    ///
    /// All unknown areas (E4095) and all years outside the forecast (E4096) at once.
    pub fn child_effects(
        &self,
        areas: &[String],
        first_year: i32,
        horizon: usize,
        classes: &[AgeClass],
        weights: &[f64],
        seed: u64,
    ) -> Result<ChildEffects, Vec<InputProblem>> {
        let frame = Frame {
            areas,
            first_year,
            horizon,
            classes,
        };
        let problems = self.misplaced(&frame);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut factors = vec![1.0_f64; frame.size()];
        let mut additions = vec![0.0_f64; frame.size()];
        let mut spreads = vec![0.0_f64; frame.size()];
        let mut largest_error = 0.0_f64;
        for lever in &self.levers {
            match lever {
                Lever::Births(births) => multiply_births(births, &frame, &mut factors),
                Lever::Dwellings(built) => {
                    let error = add_dwellings(built, &frame, &mut additions, &mut spreads);
                    largest_error = largest_error.max(error);
                }
                Lever::MigrationShock(shock) => {
                    add_migration(shock, &frame, weights, &mut additions);
                }
                Lever::TakeUp(_)
                | Lever::LegalClaim(_)
                | Lever::Deferral(_)
                | Lever::ExcludeYears { .. } => {}
            }
        }
        let narrow = |values: Vec<f64>| values.into_iter().map(|value| value as f32).collect();
        Ok(ChildEffects {
            horizon,
            classes: classes.len(),
            factors: narrow(factors),
            additions: narrow(additions),
            spreads: narrow(spreads),
            lowest_draw: if largest_error > 0.0 {
                -1.0 / largest_error
            } else {
                f64::NEG_INFINITY
            },
            seed,
        })
    }

    /// Levers whose area or year the forecast does not have.
    fn misplaced(&self, frame: &Frame<'_>) -> Vec<InputProblem> {
        let mut problems = Vec::new();
        let mut note = |code, path: String, value: String, message: String| {
            let mut problem = InputProblem::new(code, &self.file, message);
            problem.column = Some(path);
            problem.value = Some(value);
            problems.push(problem.remedy(input_codes::remedy(code)));
        };
        for (lever, number) in self.levers.iter().zip(1..) {
            let (areas, year): (Vec<&String>, Option<i32>) = match lever {
                Lever::Dwellings(built) => (vec![&built.area], Some(built.year)),
                Lever::MigrationShock(shock) => (
                    shock.areas.iter().map(|part| &part.area).collect(),
                    Some(shock.year),
                ),
                Lever::Births(births) => (births.areas.iter().collect(), Some(births.from_year)),
                _ => (Vec::new(), None),
            };
            for area in areas {
                if frame.areas.binary_search(area).is_err() {
                    let path = format!("lever[{number}].area");
                    let message = format!("{area:?} is no lowest area of the forecast");
                    note(codes::UNKNOWN_LEVER_AREA, path, area.clone(), message);
                }
            }
            let inside = |year: &i32| (frame.first_year..=frame.last_year()).contains(year);
            if let Some(year) = year.filter(|year| !inside(year)) {
                let message = format!(
                    "the forecast has the years {} to {}",
                    frame.first_year,
                    frame.last_year()
                );
                let path = format!("lever[{number}].year");
                note(codes::OUTSIDE_YEARS, path, year.to_string(), message);
            }
        }
        problems
    }
}

/// Newborns of the years named change, and so do all later ages of these cohorts.
fn multiply_births(births: &BirthsMultiplier, frame: &Frame<'_>, factors: &mut [f64]) {
    for (area, code) in frame.areas.iter().enumerate() {
        if !births.areas.is_empty() && !births.areas.contains(code) {
            continue;
        }
        for year in 0..frame.horizon {
            let calendar = frame.first_year + year as i32;
            for (place, &class) in frame.classes.iter().enumerate() {
                let born_later = births
                    .to_year
                    .map_or(0.0, |to| part_up_to(class, calendar - to - 1));
                let changed = part_up_to(class, calendar - births.from_year) - born_later;
                factors[frame.cell(area, year, place)] *= 1.0 + changed * (births.factor - 1.0);
            }
        }
    }
}

/// Children of one wave by year ahead and single age on arrival, who age and in part leave again.
fn add_cohorts(
    frame: &Frame<'_>,
    area: usize,
    arrival: i32,
    children: f64,
    ages: &[AgeShare],
    stay: f64,
    additions: &mut [f64],
) {
    let start = arrival - frame.first_year;
    for age in 0..=frame.classes.last().map_or(0, |class| class.last()) {
        let arriving = children * share_at(ages, age);
        if arriving == 0.0 {
            continue;
        }
        let mut left = arriving;
        for year in start.max(0) as usize..frame.horizon {
            let aged = i32::from(age) + year as i32 - start;
            let class = frame.classes.iter().position(|class| {
                (i32::from(class.first())..=i32::from(class.last())).contains(&aged)
            });
            if let Some(class) = class {
                additions[frame.cell(area, year, class)] += left;
            }
            left *= stay;
        }
    }
}

/// Returns the relative standard error of the yield.
fn add_dwellings(
    built: &Dwellings,
    frame: &Frame<'_>,
    additions: &mut [f64],
    spreads: &mut [f64],
) -> f64 {
    let given = &built.child_yield;
    let Ok(area) = frame.areas.binary_search(&built.area) else {
        return 0.0;
    };
    for (lag, share) in given.lags.iter().enumerate() {
        let (arrival, dwellings) = (built.year + lag as i32, built.dwellings * share);
        let add = |per_dwelling: f64, to: &mut [f64]| {
            let children = dwellings * per_dwelling;
            add_cohorts(frame, area, arrival, children, &given.ages, 1.0, to);
        };
        add(given.per_dwelling, additions);
        add(given.standard_error, spreads);
    }
    if given.per_dwelling > 0.0 {
        given.standard_error / given.per_dwelling
    } else {
        0.0
    }
}

fn add_migration(
    shock: &MigrationShock,
    frame: &Frame<'_>,
    weights: &[f64],
    additions: &mut [f64],
) {
    let total: f64 = weights.iter().sum();
    for (area, code) in frame.areas.iter().enumerate() {
        let share = if shock.areas.is_empty() {
            let even = 1.0 / frame.areas.len() as f64;
            weights
                .get(area)
                .filter(|_| total > 0.0)
                .map_or(even, |weight| weight / total)
        } else {
            let named = shock.areas.iter().filter(|part| part.area == *code);
            named.map(|part| part.share).sum()
        };
        for wave in 0..shock.years as i32 {
            let (arrival, children) = (shock.year + wave, shock.children * share);
            add_cohorts(
                frame,
                area,
                arrival,
                children,
                &shock.ages,
                shock.persistence,
                additions,
            );
        }
    }
}

impl ChildEffects {
    /// Changes one path, given in the order area, year, class; `path` is its number over the whole
    /// run, which decides the yield it draws. No count falls below 0.
    ///
    /// # Panics
    ///
    /// When the slice is not of the size the effects were made for.
    pub fn apply_to_path(&self, path: u64, counts: &mut [f32]) {
        assert_eq!(
            counts.len(),
            self.factors.len(),
            "a path has one count per area, year and class"
        );
        self.change(self.draw(path), 0, counts);
    }

    /// Whether anything changes in an area, by place.
    #[must_use]
    pub fn touches(&self, area: usize) -> bool {
        let size = self.horizon * self.classes;
        let cells = area * size..(area + 1) * size;
        self.factors[cells.clone()]
            .iter()
            .any(|factor| *factor != 1.0)
            || self.additions[cells.clone()]
                .iter()
                .any(|more| *more != 0.0)
            || self.spreads[cells].iter().any(|more| *more != 0.0)
    }

    /// Changes one area (by place) of one path, given in the order year, class.
    ///
    /// # Panics
    ///
    /// When the slice is not of one area.
    pub fn apply_to_area(&self, path: u64, area: usize, counts: &mut [f32]) {
        let size = self.horizon * self.classes;
        assert_eq!(
            counts.len(),
            size,
            "an area has one count per year and class"
        );
        self.change(self.draw(path), area * size, counts);
    }

    /// Changes the counts of the cells from `start` on.
    fn change(&self, draw: f32, start: usize, counts: &mut [f32]) {
        let cells = start..start + counts.len();
        let effects = self.factors[cells.clone()].iter();
        let effects = effects.zip(&self.additions[cells.clone()]);
        let effects = effects.zip(&self.spreads[cells]);
        for (count, ((factor, addition), spread)) in counts.iter_mut().zip(effects) {
            *count = (*count * factor + addition + draw * spread).max(0.0);
        }
    }

    /// What is added on average to an area (by place), in a year ahead (0 = first) and class.
    #[must_use]
    pub fn addition(&self, area: usize, year: usize, class: usize) -> f64 {
        f64::from(self.additions[(area * self.horizon + year) * self.classes + class])
    }

    /// The factor of an area (by place), in a year ahead (0 = first) and class.
    #[must_use]
    pub fn factor(&self, area: usize, year: usize, class: usize) -> f64 {
        f64::from(self.factors[(area * self.horizon + year) * self.classes + class])
    }

    /// How many standard deviations the yield of dwellings lies above its estimate in a path. The
    /// estimate is one for all dwellings, so all share the draw.
    fn draw(&self, path: u64) -> f32 {
        if self.lowest_draw == f64::NEG_INFINITY {
            return 0.0;
        }
        let mut stream = ChaCha8Rng::seed_from_u64(self.seed ^ YIELD_STREAM);
        stream.set_stream(path);
        let mut uniform = || (f64::from(stream.next_u32()) + 0.5) / 4_294_967_296.0;
        let (radius, angle) = (uniform(), uniform());
        let normal = (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos();
        normal.max(self.lowest_draw) as f32
    }
}

impl LeverSheet {
    /// What the levers do to the children of a path model; `seed` is that of the run.
    ///
    /// # Errors
    ///
    /// Those of [`Self::child_effects`].
    pub fn effects_on(
        &self,
        model: &PathModel,
        seed: u64,
    ) -> Result<ChildEffects, Vec<InputProblem>> {
        let classes = model.classes();
        let children = |area: usize| -> f64 {
            (0..classes.len())
                .map(|class| model.mean(area, 0, class))
                .sum()
        };
        let weights: Vec<f64> = (0..model.leaf_areas().len()).map(children).collect();
        self.child_effects(
            model.leaf_areas(),
            model.first_year(),
            model.horizon(),
            classes,
            &weights,
            seed,
        )
    }
}

impl ChildEffects {
    /// Changes all paths of a block.
    ///
    /// # Panics
    ///
    /// When the block is of another model than the effects.
    pub fn apply(&self, block: &mut PathBlock) {
        assert_eq!(
            block.area_count() * block.horizon() * block.class_count(),
            self.factors.len(),
            "the block has the areas, years and classes the effects were made for"
        );
        for (path, number) in (0..block.path_count()).zip(block.paths()) {
            let draw = self.draw(number as u64);
            for area in 0..block.area_count() {
                for year in 0..self.horizon {
                    let start = (area * self.horizon + year) * self.classes;
                    self.change(draw, start, block.classes_of_mut(path, area, year));
                }
            }
        }
    }
}
