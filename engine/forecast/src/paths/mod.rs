//! Simulated futures, coherent at every level.
//!
//! A [`PathModel`] holds the point forecast and what is needed to let it stray: a shock of the whole
//! city, of each area between, of each lowest area, of the cohorts born after the origin, and noise
//! of each cohort in each area. [`PathModel::simulate`] hands out the paths block by block, so that
//! not all are in memory at once. Only the lowest areas are simulated; every level above is their sum.
//!
//! # Deviations
//!
//! ```text
//! Y[area, age, year] = mean · (1 + city[age, year]) · (1 + Σ between + own)          not below 0
//! ```
//!
//! Each deviation is a learned quantile function (see `shape`) of a standard normal `z`. With `k` the
//! years since the cohort was born (if that is after the origin), `β` the share of the births and
//! `ρ` the correlation of the ages of a band:
//!
//! ```text
//! z[age, year] = √β B[k] + √(1 − β) (√ρ S[year] + √(1 − ρ) N[cohort, year])
//! ```
//!
//! `S` is a sum of yearly moves that are themselves correlated from year to year (0.6 in the city, 0.5
//! in areas), `B` and `N` are random walks along the cohorts; all are scaled to variance 1 in every
//! year. In each path, year and band the areas are scaled so that they add up to the simulated city,
//! as their own errors were learned beside the city's.
//!
//! Spreads are those of the calibrated intervals ([`Forecast`](crate::Forecast)): learned from the
//! errors at earlier origins only.
//!
//! # Chances
//!
//! Path `p` draws from stream `p` of ChaCha with 8 rounds under the seed; every draw uses one word.
//! The same seed therefore gives the same bytes with any number of threads, and runs that differ by a
//! lever see the same chances.

mod block;
mod latent;
mod model;
mod months;
mod normal;
mod packs;
mod quantiles;
mod shape;
mod simulation;
mod spreads;

pub use block::PathBlock;
pub use model::{PathModel, PathOptions};
pub use months::{CellWeight, RegisterDate};
pub use quantiles::PathFans;

/// The draw whose quantile is 0.9.
const Z90: f32 = 1.281_551_6;
