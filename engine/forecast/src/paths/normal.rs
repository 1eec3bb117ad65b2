//! Standard normal draws from a counter-based stream, one 32-bit word each.
//!
//! Every draw uses exactly one word, whatever its value, so the place of a draw in the stream never
//! depends on the model: two runs with the same seed see the same chances, also after a lever moved
//! the numbers they act on.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Cells of the quantile table.
const CELLS: usize = 4096;
/// Bits of a word below the cell number.
const BELOW: u32 = 20;
/// Largest draw; beyond it lies one case in 40 000.
const LARGEST: f64 = 4.06;

/// Quantiles of the standard normal distribution at the borders of cells of equal chance.
pub(crate) struct Normal {
    borders: Box<[f32; CELLS + 1]>,
}

impl Normal {
    pub(crate) fn new() -> Self {
        let border = |cell: usize| {
            let chance = cell as f64 / CELLS as f64;
            quantile(chance).clamp(-LARGEST, LARGEST) as f32
        };
        Self {
            borders: Box::new(std::array::from_fn(border)),
        }
    }

    /// The next draw.
    #[inline]
    pub(crate) fn draw(&self, stream: &mut ChaCha8Rng) -> f32 {
        self.of_word(stream.next_u32())
    }

    /// The next draws, the same as one by one: `words` has four bytes for each.
    #[inline]
    pub(crate) fn fill(&self, stream: &mut ChaCha8Rng, words: &mut [[u8; 4]], draws: &mut [f32]) {
        stream.fill_bytes(words.as_flattened_mut());
        for (word, draw) in words.iter().zip(draws) {
            *draw = self.of_word(u32::from_le_bytes(*word));
        }
    }

    #[inline]
    fn of_word(&self, word: u32) -> f32 {
        let cell = (word >> BELOW) as usize;
        let within = (word & ((1 << BELOW) - 1)) as f32 * (1.0 / (1_u32 << BELOW) as f32);
        let (below, above) = (self.borders[cell], self.borders[cell + 1]);
        below + within * (above - below)
    }
}

/// Quantile of the standard normal distribution, by bisection of its distribution function.
fn quantile(chance: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if distribution(middle) < chance {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// Distribution function of the standard normal distribution, by the series
/// `1/2 + φ(x) (x + x³/3 + x⁵/(3·5) + …)` (Marsaglia 2004), exact to 1e-14 for |x| below 8.
fn distribution(x: f64) -> f64 {
    let (mut sum, mut term, mut divisor) = (x, x, 1.0);
    loop {
        divisor += 2.0;
        term *= x * x / divisor;
        let next = sum + term;
        if (next - sum).abs() <= 0.0 {
            break;
        }
        sum = next;
    }
    let density = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
    0.5 + density * sum
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn the_quantiles_are_those_of_the_tables() {
        for (chance, value) in [(0.5, 0.0), (0.9, 1.281_551_6), (0.975, 1.959_964)] {
            assert!((quantile(chance) - value).abs() < 1e-6, "{chance}");
        }
    }

    #[test]
    fn draws_are_the_same_one_by_one_and_many_at_once() {
        let normal = Normal::new();
        let (mut one, mut other) = (ChaCha8Rng::seed_from_u64(5), ChaCha8Rng::seed_from_u64(5));
        for count in [3, 390, 1, 64, 77] {
            let (mut words, mut draws) = (vec![[0; 4]; count], vec![0.0; count]);
            normal.fill(&mut one, &mut words, &mut draws);
            for draw in draws {
                assert_eq!(draw.to_bits(), normal.draw(&mut other).to_bits());
            }
            assert_eq!(normal.draw(&mut one), normal.draw(&mut other));
        }
    }

    #[test]
    fn draws_have_mean_zero_variance_one_and_the_tails_of_the_normal_distribution() {
        let normal = Normal::new();
        let mut stream = ChaCha8Rng::seed_from_u64(3);
        let draws: Vec<f64> = (0..400_000)
            .map(|_| normal.draw(&mut stream).into())
            .collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let square = draws.iter().map(|z| z * z).sum::<f64>() / draws.len() as f64;
        let beyond = draws.iter().filter(|z| z.abs() > 1.96).count() as f64 / draws.len() as f64;
        assert!(
            mean.abs() < 0.01 && (square - 1.0).abs() < 0.01,
            "{mean} {square}"
        );
        assert!((beyond - 0.05).abs() < 0.002, "{beyond}");
    }
}
