//! Demand of one path.

use domain::{CareType, Month};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::bands::CarePhase;
use super::hours::TIERS;
use super::model::{BandModel, DemandModel};
use super::months::{MonthWeights, STOCK_AGES};
use super::school_entry::EntryRates;
use super::share_walk::{logit, share_of};

/// Keeps the chances of demand apart from those of the children under the same seed.
const OWN_CHANCES: u64 = 0x6465_6d61_6e64_7061;
/// How much of what single children make of a share lasts into the next year.
const COUNTING_KEPT: f64 = 0.7;

/// Demand of one path over some months, in children.
pub(crate) struct PathDemand {
    /// In care by area of residence: month, leaf, care type.
    pub(crate) residence: Vec<[f64; CareType::COUNT]>,
    /// The same with the children who wait.
    pub(crate) latent: Vec<[f64; CareType::COUNT]>,
    /// In care by area of care, children from outside included.
    pub(crate) care: Vec<[f64; CareType::COUNT]>,
    /// Share of each tier by month and care type.
    pub(crate) hours: Vec<[[f64; TIERS]; CareType::COUNT]>,
}

/// What the city as a whole draws in one path.
pub(crate) struct CityDraws {
    weights: Vec<MonthWeights>,
    /// By band and month: logit of the share in care, and of the share with a childminder.
    in_care: Vec<Vec<f64>>,
    childminding: Vec<Vec<f64>>,
    /// By care type and month: children from outside per child of the city.
    outside: [Vec<f64>; CareType::COUNT],
    hours: Vec<[[f64; TIERS]; CareType::COUNT]>,
    first: Month,
}

/// Children of one band, leaf and month in one path.
pub(crate) struct InBand {
    /// Children in care.
    pub(crate) in_care: f64,
    /// Children who wait.
    pub(crate) waiting: f64,
    /// Share of them with a childminder.
    pub(crate) childminding: f64,
}

/// Chances for one purpose of one path, whatever else is drawn.
fn chances(seed: u64, path: usize, purpose: &[&str]) -> ChaCha8Rng {
    // FNV-1a over the purpose: the stream hangs on names, so that the order of areas and bands does not matter.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in purpose.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ OWN_CHANCES);
    rng.set_stream(hash ^ (path as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    rng
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// A walk of one leaf beside the city: value at each full year after an origin, a straight line between.
struct YearlyKnots {
    knots: Vec<f64>,
}

impl YearlyKnots {
    fn at(&self, years: f64) -> f64 {
        let years = years.clamp(0.0, (self.knots.len() - 1) as f64);
        let (before, part) = (years.floor(), years.fract());
        let place = before as usize;
        let next = self
            .knots
            .get(place + 1)
            .copied()
            .unwrap_or(self.knots[place]);
        self.knots[place] * (1.0 - part) + next * part
    }
}

/// What a leaf draws for one band in one path.
struct LeafDraws {
    deviation: f64,
    childminding: f64,
    walk: YearlyKnots,
    counting: YearlyKnots,
}

impl LeafDraws {
    fn new(model: &BandModel, leaf: usize, years: usize, rng: &mut ChaCha8Rng) -> Self {
        let of = |deviation: super::AreaDeviation, rng: &mut ChaCha8Rng| {
            deviation.mean + deviation.variance.sqrt() * normal(rng)
        };
        let deviation = of(model.deviations[leaf], rng);
        let childminding = model
            .childminding
            .as_ref()
            .map_or(0.0, |(_, deviations)| of(deviations[leaf], rng));
        let (mut walk, mut counting) = (vec![0.0], vec![0.0]);
        let step = model.area_step_variance.sqrt();
        let fresh = (1.0 - COUNTING_KEPT * COUNTING_KEPT).sqrt();
        for year in 1..=years {
            walk.push(walk[year - 1] + step * normal(rng));
            let drawn = normal(rng);
            counting.push(if year == 1 {
                drawn
            } else {
                COUNTING_KEPT * counting[year - 1] + fresh * drawn
            });
        }
        Self {
            deviation,
            childminding,
            walk: YearlyKnots { knots: walk },
            counting: YearlyKnots { knots: counting },
        }
    }

    /// Deviation from the city `years` after the last count, of `children` children.
    fn at(&self, model: &BandModel, years: f64, children: f64) -> f64 {
        let counting = if model.counting {
            let information = children * model.base * (1.0 - model.base);
            self.counting.at(years) / (information + 1.0).sqrt()
        } else {
            0.0
        };
        self.deviation + self.walk.at(years) + counting
    }
}

fn years_between(earlier: Month, later: Month) -> f64 {
    f64::from(later.since(earlier).max(0)) / 12.0
}

impl DemandModel {
    /// What the city draws for `months` months from `first` on.
    pub(crate) fn city_draws(
        &self,
        seed: u64,
        path: usize,
        first: Month,
        months: usize,
    ) -> CityDraws {
        let chance = |purpose: &[&str]| chances(seed, path, purpose);
        let rates = self.entry_rates(seed, path, first, months);
        let weights = (0..months)
            .map(|place| {
                let month = first.plus(place as i32);
                MonthWeights::new(
                    &self.bands,
                    &self.calendar,
                    &self.birth_months,
                    &rates,
                    month,
                )
            })
            .collect();
        let bands = self.bands.all().iter().zip(&self.models);
        let in_care = bands.clone().map(|(band, model)| {
            model
                .in_care
                .path(first, months, &mut chance(&["take-up", &band.name]))
        });
        let childminding = bands.map(|(band, model)| match &model.childminding {
            Some((walk, _)) => walk.path(first, months, &mut chance(&["childminding", &band.name])),
            None => Vec::new(),
        });
        let outside = CareType::ALL.map(|care| match &self.non_residents[care.index()] {
            Some(walk) => {
                let path = walk.path(first, months, &mut chance(&["outside", care.as_str()]));
                // Odds: children from outside per child of the city, at most nine of ten children.
                path.into_iter()
                    .map(|at| at.min(logit(0.9)).exp())
                    .collect()
            }
            None => vec![0.0; months],
        });
        let years =
            (first.plus(months as i32 - 1).year() - first.year() + 1).unsigned_abs() as usize;
        CityDraws {
            weights,
            in_care: in_care.collect(),
            childminding: childminding.collect(),
            outside,
            hours: self
                .hours
                .path(first.year(), years, &mut chance(&["hours"])),
            first,
        }
    }

    /// Deferral and early entry of every school year that matters.
    fn entry_rates(&self, seed: u64, path: usize, first: Month, months: usize) -> EntryRates {
        let first_school_year = first.year() - 6;
        let years =
            (first.plus(months as i32).year() - first_school_year + 2).unsigned_abs() as usize;
        let august = Month::from_index(first_school_year * 12 + 7);
        let by_year = |walk: &super::ShareWalk, purpose: &str| -> Vec<f64> {
            let path = walk.path(august, years * 12, &mut chances(seed, path, &[purpose]));
            path.into_iter().step_by(12).map(share_of).collect()
        };
        let deferral = by_year(&self.deferral, "deferral")
            .into_iter()
            .zip(first_school_year..)
            .map(|(rate, year)| self.levers.deferral(year, rate));
        let early = by_year(&self.early, "early entry");
        EntryRates {
            first_school_year,
            rates: deferral.zip(early).collect(),
        }
    }

    /// Demand of one path in the months `part` (places from `city.first` on).
    ///
    /// `stocks` in the order year, leaf, age, from 31 December of `origin_year` on.
    pub(crate) fn path_demand(
        &self,
        city: &CityDraws,
        chance: (u64, usize),
        stocks: (&[f64], i32),
        part: std::ops::Range<usize>,
    ) -> PathDemand {
        let leaves = self.leaves.len();
        let cells = part.len() * leaves;
        let mut demand = PathDemand {
            residence: vec![[0.0; CareType::COUNT]; cells],
            latent: vec![[0.0; CareType::COUNT]; cells],
            care: vec![[0.0; CareType::COUNT]; cells],
            hours: part.clone().map(|month| city.hours_at(month)).collect(),
        };
        for leaf in 0..leaves {
            let stock = |year: usize| {
                let from = (year * leaves + leaf) * STOCK_AGES;
                &stocks.0[from..from + STOCK_AGES]
            };
            let of = (city, chance);
            let months = part.clone();
            self.leaf_months(of, leaf, (&stock, stocks.1), months, |row, band, found| {
                let cell = row * leaves + leaf;
                let facility = self.bands.all()[band].phase.facility_care().index();
                let childminder = CareType::Childminding.index();
                let InBand {
                    in_care,
                    waiting,
                    childminding,
                } = found;
                demand.residence[cell][childminder] += in_care * childminding;
                demand.residence[cell][facility] += in_care * (1.0 - childminding);
                let latent = in_care + waiting;
                demand.latent[cell][childminder] += latent * childminding;
                demand.latent[cell][facility] += latent * (1.0 - childminding);
            });
        }
        self.send_where_cared(city, part, &mut demand);
        demand
    }

    /// Demand of one path and leaf: calls `each` with the place of the month, the band and what is
    /// in it. `stock` gives the children by age on 31 December of the origin year and each after it.
    pub(crate) fn leaf_months<'s>(
        &self,
        (city, chance): (&CityDraws, (u64, usize)),
        leaf: usize,
        (stock, origin_year): (&dyn Fn(usize) -> &'s [f64], i32),
        part: std::ops::Range<usize>,
        mut each: impl FnMut(usize, usize, InBand),
    ) {
        let mut children = vec![0.0; self.bands.all().len()];
        let draws = self.leaf_draws(chance, leaf, city.first.plus(part.end as i32));
        for (row, place) in part.enumerate() {
            let month = city.first.plus(place as i32);
            let year = (month.year() - origin_year - 1).unsigned_abs() as usize;
            city.weights[place].children([stock(year), stock(year + 1)], &mut children);
            for (band, &children) in children.iter().enumerate() {
                let found =
                    self.band_demand(city, &draws[band], (leaf, band, place), month, children);
                each(row, band, found);
            }
        }
    }

    fn leaf_draws(&self, (seed, path): (u64, usize), leaf: usize, end: Month) -> Vec<LeafDraws> {
        let area = self.areas[self.leaves[leaf]].code.as_str();
        let bands = self.bands.all().iter().zip(&self.models);
        bands
            .map(|(band, model)| {
                let years = years_between(model.in_care.origin, end).ceil() as usize + 1;
                let mut rng = chances(seed, path, &["area", area, &band.name]);
                LeafDraws::new(model, leaf, years, &mut rng)
            })
            .collect()
    }

    fn band_demand(
        &self,
        city: &CityDraws,
        draws: &LeafDraws,
        (leaf, band, place): (usize, usize, usize),
        month: Month,
        children: f64,
    ) -> InBand {
        let model = &self.models[band];
        let years = years_between(model.in_care.origin, month);
        let mut share = share_of(city.in_care[band][place] + draws.at(model, years, children));
        let of = &self.bands.all()[band];
        let area = &self.areas[self.leaves[leaf]].code;
        for shift in &self.shifts {
            if shift.band == of.name
                && month >= shift.from
                && shift.area.as_ref().is_none_or(|of| of == area)
            {
                share = (share + shift.points).clamp(0.0, 1.0);
            }
        }
        let childminding = match of.phase {
            CarePhase::Grades => 0.0,
            _ => share_of(city.childminding[band][place] + draws.childminding),
        };
        let (share, childminding) =
            self.levers
                .shares(band, of.phase.facility_care(), month, (share, childminding));
        let in_care = children * share;
        InBand {
            in_care,
            waiting: (children - in_care) * self.waiting[leaf][band],
            childminding,
        }
    }

    /// From the area of residence to the area of care, and children from outside to theirs.
    fn send_where_cared(
        &self,
        city: &CityDraws,
        part: std::ops::Range<usize>,
        demand: &mut PathDemand,
    ) {
        let leaves = self.leaves.len();
        for (row, place) in part.enumerate() {
            let months = row * leaves..(row + 1) * leaves;
            let (homes, sites) = (&demand.residence[months.clone()], &mut demand.care[months]);
            for care in 0..CareType::COUNT {
                let flows = &self.flows[care];
                let mut residents = 0.0;
                for (home, row) in homes.iter().zip(&flows.rows) {
                    residents += home[care];
                    for &(to, share) in row {
                        sites[to][care] += home[care] * share;
                    }
                }
                let outside = residents * city.outside[care][place];
                if outside > 0.0 {
                    for &(to, share) in &flows.outside {
                        sites[to][care] += outside * share;
                    }
                }
            }
        }
    }
}

impl CityDraws {
    fn hours_at(&self, place: usize) -> [[f64; TIERS]; CareType::COUNT] {
        let year = self.first.plus(place as i32).year() - self.first.year();
        self.hours[year.unsigned_abs() as usize]
    }
}
