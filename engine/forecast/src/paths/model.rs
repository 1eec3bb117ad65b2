//! What paths are drawn from.

use rayon::prelude::*;

use super::latent::{AREA_PERSISTENCE, CITY_PERSISTENCE, Loading, Moves, widening};
use super::months::RegisterDate;
use super::normal::Normal;
use super::packs::{LANES, PackedLoadings, PackedShape};
use super::shape::Shape;
use super::spreads::{BandSpread, Learned, birth_share};
use crate::age::AgeClass;
use crate::engine;
use crate::input::areas::{Area, AreaTree, Areas};
use crate::input::births::Births;
use crate::input::population::Population;
use crate::interval::calibration::Calibration;
use crate::interval::series::{self, Members};
use crate::model::history::History;
use crate::model::rolling::Rolling;
use crate::request::{self, ForecastError, ForecastRequest};

/// First ages of the bands whose sums are calibrated, from the second on.
const BANDS: [u8; 4] = [3, 6, 10, 18];

/// How paths are simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PathOptions {
    /// Oldest age in completed years that is simulated; classes that reach further are left out.
    pub oldest_age: u8,
    /// Day of the year at which the population is counted; for [`PathModel::month_weights`].
    pub register: RegisterDate,
    /// Factor of every deviation: 1 for calibrated paths, 0 for paths equal to the point forecast.
    pub spread: f64,
}

impl Default for PathOptions {
    /// Ages up to 11, counted on 31 December, calibrated spread.
    fn default() -> Self {
        Self {
            oldest_age: 11,
            register: RegisterDate::LastOfDecember,
            spread: 1.0,
        }
    }
}

/// Simulates futures that are coherent at every level; see [`PathModel::simulate`].
pub struct PathModel {
    pub(crate) tree: AreaTree,
    pub(crate) leaves: Vec<String>,
    pub(crate) classes: Vec<AgeClass>,
    pub(crate) origin_year: i32,
    pub(crate) horizon: usize,
    pub(crate) options: PathOptions,
    /// Persons at the origin, in the order area, class.
    pub(crate) origin: Vec<f64>,
    /// Point forecast, in the order area, year, class.
    pub(crate) means: Vec<f64>,
    pub(crate) normal: Normal,
    pub(crate) city_moves: Moves,
    pub(crate) area_moves: Moves,
    /// Band of each class.
    pub(crate) bands: Vec<usize>,
    /// In the order year, class.
    pub(crate) city_shapes: Vec<Shape>,
    pub(crate) city_loadings: Vec<Loading>,
    pub(crate) own_loadings: Vec<Loading>,
    /// Relative deviation of an area between, in the order year, band, depth.
    pub(crate) between: Vec<Vec<Vec<f32>>>,
    /// Classes of each band.
    pub(crate) members: Vec<Members>,
    /// Point forecast of the whole city, in the order year, class.
    pub(crate) city_means: Vec<f64>,
    pub(crate) packed_loadings: PackedLoadings,
    /// In the order area, year, pack of classes.
    pub(crate) packed_shapes: Vec<PackedShape>,
}

impl std::fmt::Debug for PathModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PathModel")
            .field("origin_year", &self.origin_year)
            .field("horizon", &self.horizon)
            .field("leaf_areas", &self.leaves.len())
            .field("classes", &self.classes)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl PathModel {
    /// Learns point forecast and spreads at the origin of `request`, whose groups are not needed.
    ///
    /// # Errors
    ///
    /// [`ForecastError`] as for [`forecast`](crate::forecast()), and
    /// [`ForecastError::Paths`] when no age class lies within `options.oldest_age` or the spread is
    /// not a number from 0 to 10.
    pub fn new(
        population: &Population,
        births: Option<&Births>,
        areas: &Areas,
        request: &ForecastRequest,
        options: PathOptions,
    ) -> Result<Self, ForecastError> {
        request::check_horizon(request.horizon)?;
        let origin_year = request.origin_year.unwrap_or(population.last_year());
        let years = request::years_until(population, origin_year)?;
        let tree = request::join(population, births, areas)?;
        let history =
            History::new(population, births, &tree, years).without(&request.excluded_years);
        request::check_births(population, &history, origin_year)?;
        request::check_excluded(&history, &request.excluded_years, origin_year)?;
        let classes: Vec<AgeClass> = population
            .classes()
            .iter()
            .copied()
            .take_while(|class| class.last() <= options.oldest_age)
            .collect();
        if classes.is_empty() || !(0.0..=10.0).contains(&options.spread) {
            return Err(ForecastError::Paths {
                oldest_age: options.oldest_age,
                spread: options.spread.to_string(),
            });
        }
        let rolling = Rolling::new(history, request.horizon, years);
        Ok(Self::learn(
            &history,
            &rolling,
            classes,
            origin_year,
            options,
        ))
    }

    fn learn(
        history: &History<'_>,
        rolling: &Rolling,
        classes: Vec<AgeClass>,
        origin_year: i32,
        options: PathOptions,
    ) -> Self {
        let points = rolling.after(history.years);
        let (horizon, count) = (points.horizon, classes.len());
        let bands: Vec<usize> = classes
            .iter()
            .map(|class| BANDS.partition_point(|first| *first <= class.first()))
            .collect();
        let members = band_members(&bands);
        let bands: Vec<usize> = (0..members.len())
            .flat_map(|band| members[band].clone().map(move |_| band))
            .collect();
        let singles: Vec<Members> = (0..count).map(|class| class..class + 1).collect();
        let all = [members.clone(), singles].concat();
        let calibrations = engine::calibrations(history, rolling, horizon, &all);
        let (of_bands, of_classes) = calibrations.split_at(members.len());
        let spreads = learn_spreads(
            history,
            rolling,
            &members,
            of_bands,
            of_classes,
            options.spread,
        );
        let leaves = history.leaves();
        let mut means = vec![0.0; leaves * horizon * count];
        for year in 0..horizon {
            let persons = points.year(year);
            for leaf in 0..leaves {
                let to = (leaf * horizon + year) * count;
                let from = leaf * points.classes;
                means[to..to + count].copy_from_slice(&persons[from..from + count]);
            }
        }
        let cell = |place: usize| history.at(place / count, history.years - 1, place % count);
        let mut model = Self {
            tree: history.tree.clone(),
            leaves: history.leaf_codes().to_vec(),
            origin_year,
            horizon,
            options,
            origin: (0..leaves * count).map(cell).collect(),
            means,
            normal: Normal::new(),
            city_moves: Moves::new(CITY_PERSISTENCE, horizon),
            area_moves: Moves::new(AREA_PERSISTENCE, horizon),
            bands,
            classes,
            city_shapes: Vec::new(),
            city_loadings: Vec::new(),
            own_loadings: Vec::new(),
            between: Vec::new(),
            members,
            city_means: Vec::new(),
            packed_loadings: PackedLoadings::default(),
            packed_shapes: Vec::new(),
        };
        model.load(&spreads);
        model
    }

    /// Turns the spreads, by band and year, into loadings and shapes.
    fn load(&mut self, spreads: &[Vec<BandSpread>]) {
        let members = self.members.clone();
        let (horizon, count, leaves) = (self.horizon, self.classes.len(), self.leaves.len());
        let mut own = vec![Shape::default(); leaves * horizon * members.len()];
        for year in 0..horizon {
            for (band, classes) in members.iter().enumerate() {
                let spread = &spreads[band][year];
                let loading = |class: usize, in_city: bool| {
                    let place = class - classes.start;
                    let age = usize::from(self.classes[class].first())
                        + usize::from(self.classes[class].width() - 1) / 2;
                    let born = (year + 1).checked_sub(age).filter(|born| *born > 0);
                    let at_birth = born.map(|born| &spreads[0][born - 1]);
                    let (correlation, birth, now) = if in_city {
                        let birth = at_birth.map_or(0.0, |spread| spread.city_variances[0]);
                        (spread.city_correlation, birth, spread.city_variances[place])
                    } else {
                        let birth = at_birth.map_or(0.0, |spread| spread.own_variances[0]);
                        (spread.own_correlation, birth, spread.own_variances[place])
                    };
                    Loading::new(
                        birth_share(birth, now),
                        correlation,
                        born,
                        (year + 1).min(age + 1),
                    )
                };
                let in_city: Vec<Loading> =
                    classes.clone().map(|class| loading(class, true)).collect();
                let of_area: Vec<Loading> =
                    classes.clone().map(|class| loading(class, false)).collect();
                let mut city = vec![0.0; classes.len()];
                for leaf in 0..leaves {
                    let from = (leaf * horizon + year) * count;
                    let persons = &self.means[from + classes.start..from + classes.end];
                    city.iter_mut().zip(persons).for_each(|(sum, n)| *sum += n);
                    let widened = widening(&of_area, &shares(persons));
                    own[(leaf * horizon + year) * members.len() + band] =
                        spread.own[leaf].times(widened);
                }
                let widened = spread.city.times(widening(&in_city, &shares(&city)));
                self.city_shapes.extend(classes.clone().map(|_| widened));
                self.city_loadings.extend(in_city);
                self.own_loadings.extend(of_area);
            }
            self.between.push(
                spreads
                    .iter()
                    .map(|years| years[year].between.clone())
                    .collect(),
            );
        }
        self.city_means = vec![0.0; horizon * count];
        for means in self.means.chunks(horizon * count) {
            let sums = self.city_means.iter_mut().zip(means);
            sums.for_each(|(sum, mean)| *sum += mean);
        }
        self.packed_loadings = PackedLoadings::new(&self.own_loadings, count);
        let of_classes = |bands: &[Shape]| -> Vec<Shape> {
            let shapes = members.iter().zip(bands);
            shapes
                .flat_map(|(classes, shape)| classes.clone().map(|_| *shape))
                .collect()
        };
        self.packed_shapes = own
            .chunks(members.len())
            .flat_map(|bands| {
                let shapes = of_classes(bands);
                let packs = shapes.chunks(LANES).map(PackedShape::of);
                packs.collect::<Vec<_>>()
            })
            .collect();
    }

    /// Codes of the lowest areas, sorted; the areas of every block.
    #[must_use]
    pub fn leaf_areas(&self) -> &[String] {
        &self.leaves
    }

    /// The areas of every level, `_total` first, then by depth and code.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        &self.tree.areas
    }

    /// For each lowest area the places of itself and its ancestors in [`PathModel::areas`], lowest
    /// first.
    #[must_use]
    pub fn ancestors(&self) -> &[Vec<usize>] {
        &self.tree.lines
    }

    /// Age classes that are simulated, from young to old.
    #[must_use]
    pub fn classes(&self) -> &[AgeClass] {
        &self.classes
    }

    /// Last year that was looked at.
    #[must_use]
    pub fn origin_year(&self) -> i32 {
        self.origin_year
    }

    /// First simulated year.
    #[must_use]
    pub fn first_year(&self) -> i32 {
        self.origin_year + 1
    }

    /// Number of simulated years.
    #[must_use]
    pub fn horizon(&self) -> usize {
        self.horizon
    }

    /// Persons at the origin, of the lowest area and class at these places.
    ///
    /// # Panics
    ///
    /// When a place is outside the model.
    #[must_use]
    pub fn at_origin(&self, area: usize, class: usize) -> f64 {
        assert!(class < self.classes.len(), "there is no age class {class}");
        self.origin[area * self.classes.len() + class]
    }

    /// Point forecast of the lowest area, year ahead (0 = first) and class at these places.
    ///
    /// # Panics
    ///
    /// When a place is outside the model.
    #[must_use]
    pub fn mean(&self, area: usize, year: usize, class: usize) -> f64 {
        assert!(
            year < self.horizon && class < self.classes.len(),
            "there is no year {year} or no age class {class}"
        );
        self.means[(area * self.horizon + year) * self.classes.len() + class]
    }
}

/// The classes of each band that has any, given the band of each class.
fn band_members(bands: &[usize]) -> Vec<Members> {
    let mut members: Vec<Members> = Vec::new();
    for (class, band) in bands.iter().enumerate() {
        match members.last_mut() {
            Some(last) if bands[last.start] == *band => last.end = class + 1,
            _ => members.push(class..class + 1),
        }
    }
    members
}

fn learn_spreads(
    history: &History<'_>,
    rolling: &Rolling,
    members: &[Members],
    of_bands: &[Vec<Calibration>],
    of_classes: &[Vec<Calibration>],
    scale: f64,
) -> Vec<Vec<BandSpread>> {
    let points = rolling.after(history.years);
    let pools = engine::pools(history);
    members
        .par_iter()
        .zip(of_bands)
        .map(|(classes, band)| {
            let persons = |year: usize| -> Vec<Vec<f64>> {
                let persons = points.year(year);
                let at = |leaf: usize, class: usize| persons[leaf * points.classes + class];
                classes
                    .clone()
                    .map(|class| series::by_area(history.tree, &(class..class + 1), at))
                    .collect()
            };
            let learned = Learned {
                tree: history.tree,
                pools: &pools,
                band,
                classes: &of_classes[classes.clone()],
                persons: &persons,
                scale,
            };
            (0..points.horizon)
                .map(|year| BandSpread::learn(&learned, year))
                .collect()
        })
        .collect()
}

fn shares(persons: &[f64]) -> Vec<f64> {
    let total: f64 = persons.iter().sum();
    let share = |n: &f64| if total > 0.0 { n / total } else { 0.0 };
    persons.iter().map(share).collect()
}
