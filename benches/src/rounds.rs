//! Placement rounds of any size, the same for the same size, as round directories.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Built;

/// Programmes of every round; some are far more popular than others.
const PROGRAMMES: usize = 400;
/// Seats per child.
const SEATS: f64 = 0.95;

/// Writes a round of so many children with 5 to 10 wishes each, 7.5 in the mean: `programmes.csv` and
/// `applications.csv`. All orders are strict and no programme has capacity 0, as the peers want it.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write(folder: &Path, children: usize) -> Built {
    let mut draw = Draw(ChaCha8Rng::seed_from_u64(1));
    let sizes: Vec<f64> = (0..PROGRAMMES)
        .map(|_| (0.35 * draw.normal()).exp())
        .collect();
    let total: f64 = sizes.iter().sum();
    let mut programmes = BufWriter::new(File::create(folder.join("programmes.csv"))?);
    writeln!(programmes, "programme_id,seat_group,capacity")?;
    for (number, size) in sizes.iter().enumerate() {
        let capacity = (size / total * SEATS * children as f64).round().max(1.0);
        writeln!(programmes, "P{number:05},,{capacity}")?;
    }
    programmes.flush()?;

    let mut popularity = 0.0;
    let cumulated: Vec<f64> = (0..PROGRAMMES)
        .map(|_| {
            popularity += (1.5 * draw.normal()).exp();
            popularity
        })
        .collect();
    let mut lots: Vec<usize> = (0..children).collect();
    for last in (1..children).rev() {
        lots.swap(last, draw.below(last + 1));
    }
    let mut applications = BufWriter::new(File::create(folder.join("applications.csv"))?);
    writeln!(applications, "applicant_id,programme_id,rank,points,lot")?;
    for (child, lot) in lots.into_iter().enumerate() {
        let (count, points) = (5 + draw.below(6), draw.below(50));
        let mut wished: Vec<usize> = Vec::with_capacity(count);
        while wished.len() < count {
            let at = draw.unit() * popularity;
            let programme = cumulated
                .partition_point(|sum| *sum < at)
                .min(PROGRAMMES - 1);
            if !wished.contains(&programme) {
                wished.push(programme);
            }
        }
        for (rank, programme) in (1..).zip(wished) {
            // A sibling there, no claim there, or what counts everywhere.
            let points = match draw.below(20) {
                0..5 => points + 5,
                5..8 => 0,
                _ => points,
            };
            writeln!(
                applications,
                "A{child:07},P{programme:05},{rank},{points},{lot}"
            )?;
        }
    }
    applications.flush()
}

struct Draw(ChaCha8Rng);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end as u64) as usize
    }

    /// From 0 to below 1.
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal, mean 0, deviation 1: the sum of twelve.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}
