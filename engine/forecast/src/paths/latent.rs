//! The standard normal processes behind the deviations of one unit: the city, or an area.

use rand_chacha::ChaCha8Rng;

use super::normal::Normal;

/// Correlation of the yearly moves of the city, and of areas.
pub(crate) const CITY_PERSISTENCE: f64 = 0.6;
pub(crate) const AREA_PERSISTENCE: f64 = 0.5;

/// A sum of yearly moves, each correlated with the one before, scaled to variance 1 in every year.
pub(crate) struct Moves {
    persistence: f32,
    fresh: f32,
    /// One over the standard deviation of the sum, by year ahead.
    scale: Vec<f32>,
    /// Standard deviation of the sum of as many independent draws as years passed, by year ahead.
    births: Vec<f32>,
}

impl Moves {
    pub(crate) fn new(persistence: f64, horizon: usize) -> Self {
        // Var(Σ u) grows by 1 + 2 (φ + φ² + … + φ^(years before)).
        let (mut variance, mut earlier, mut power) = (0.0, 0.0, 1.0);
        let mut scale = Vec::with_capacity(horizon);
        for _ in 0..horizon {
            variance += 1.0 + 2.0 * earlier;
            power *= persistence;
            earlier += power;
            scale.push((1.0 / f64::sqrt(variance)) as f32);
        }
        Self {
            persistence: persistence as f32,
            fresh: (1.0 - persistence * persistence).sqrt() as f32,
            scale,
            births: (1..=horizon).map(|years| (years as f32).sqrt()).collect(),
        }
    }
}

/// The moves and births of one unit, by year ahead; `births[k]` is of the cohort born in the year
/// `k` (0 = first after the origin).
pub(crate) struct Latent {
    pub(crate) moves: Vec<f32>,
    pub(crate) births: Vec<f32>,
}

impl Latent {
    pub(crate) fn new(horizon: usize) -> Self {
        Self {
            moves: vec![0.0; horizon],
            births: vec![0.0; horizon],
        }
    }

    /// Draws all years anew: two words a year.
    pub(crate) fn draw(&mut self, process: &Moves, normal: &Normal, stream: &mut ChaCha8Rng) {
        self.follow(process, || normal.draw(stream));
    }

    /// Works all years out from `next`, which gives the moves and the births of a year in turn.
    #[inline]
    pub(crate) fn follow(&mut self, process: &Moves, mut next: impl FnMut() -> f32) {
        let (mut step, mut sum, mut born) = (0.0_f32, 0.0_f32, 0.0_f32);
        for (year, (scale, births)) in process.scale.iter().zip(&process.births).enumerate() {
            let draw = next();
            step = if year == 0 {
                draw
            } else {
                process.persistence * step + process.fresh * draw
            };
            sum += step;
            self.moves[year] = sum * scale;
            born += next();
            self.births[year] = born / births;
        }
    }
}

/// How a class of a year is made of the processes: `births · B[cohort] + moves · S + noise · N`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loading {
    pub(crate) births: f32,
    pub(crate) moves: f32,
    pub(crate) noise: f32,
    /// Year the cohort was born in, counted like years ahead; 0 and unused if before.
    pub(crate) cohort: usize,
    /// Share of last year's noise of the cohort, and of fresh noise.
    pub(crate) kept: f32,
    pub(crate) fresh: f32,
}

impl Loading {
    /// `born` is the number of years ahead (from 1) in which the cohort was born, if after the
    /// origin; `years` the number of years its noise has gathered, at least 1.
    pub(crate) fn new(
        birth_share: f64,
        correlation: f64,
        born: Option<usize>,
        years: usize,
    ) -> Self {
        let births = if born.is_some() { birth_share } else { 0.0 };
        let gathered = years.max(1) as f64;
        Self {
            births: births.sqrt() as f32,
            moves: ((1.0 - births) * correlation).sqrt() as f32,
            noise: ((1.0 - births) * (1.0 - correlation)).sqrt() as f32,
            cohort: born.map_or(0, |born| born - 1),
            kept: ((gathered - 1.0) / gathered).sqrt() as f32,
            fresh: (1.0 / gathered).sqrt() as f32,
        }
    }

    /// Correlation with another class of the same unit and year.
    fn correlation(&self, other: &Self) -> f64 {
        let (one, two) = ((self.cohort + 1) as f64, (other.cohort + 1) as f64);
        let walk = (one.min(two) / one.max(two)).sqrt();
        f64::from(self.births * other.births) * walk + f64::from(self.moves * other.moves)
    }
}

/// Factor that gives the sum over classes with the shares `shares` the variance of one class.
pub(crate) fn widening(loadings: &[Loading], shares: &[f64]) -> f64 {
    let mut variance = 0.0;
    for (one, (left, share)) in loadings.iter().zip(shares).enumerate() {
        for (two, (right, other)) in loadings.iter().zip(shares).enumerate() {
            let correlation = if one == two {
                1.0
            } else {
                left.correlation(right)
            };
            variance += share * other * correlation;
        }
    }
    if variance > 0.0 {
        1.0 / variance.sqrt()
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn moves_and_births_have_variance_one_in_every_year() {
        let normal = Normal::new();
        let process = Moves::new(CITY_PERSISTENCE, 6);
        let mut latent = Latent::new(6);
        let mut squares = [[0.0_f64; 2]; 6];
        for path in 0..20_000 {
            let mut stream = ChaCha8Rng::seed_from_u64(1);
            stream.set_stream(path);
            latent.draw(&process, &normal, &mut stream);
            for (year, square) in squares.iter_mut().enumerate() {
                square[0] += f64::from(latent.moves[year]).powi(2) / 20_000.0;
                square[1] += f64::from(latent.births[year]).powi(2) / 20_000.0;
            }
        }
        assert!(
            squares
                .iter()
                .flatten()
                .all(|square| (square - 1.0).abs() < 0.04),
            "{squares:?}"
        );
    }

    #[test]
    fn ages_that_move_together_need_no_widening_and_independent_ones_do() {
        let together = [Loading::new(0.0, 1.0, None, 1); 4];
        assert!((widening(&together, &[0.25; 4]) - 1.0).abs() < 1e-6);
        let apart = [Loading::new(0.0, 0.0, None, 1); 4];
        assert!((widening(&apart, &[0.25; 4]) - 2.0).abs() < 1e-6);
    }
}
