//! Checking statements of chance against what came true.

use serde::Serialize;

/// Statements of about the same chance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// From this chance on, from 0 to 1.
    pub from: f64,
    /// Up to below this chance; the last bin includes 1.
    pub to: f64,
    /// Number of statements.
    pub statements: u64,
    /// How many came true.
    pub came_true: u64,
    /// Mean chance stated.
    pub mean_stated: f64,
    /// Share that came true.
    pub share_true: f64,
}

/// How statements of chance compare with what came true: "of 100 statements of 70 %, 69 came true".
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationTable {
    /// Number of statements.
    pub statements: u64,
    /// Mean squared distance of statement and outcome: 0 is perfect, 0.25 is what a coin gives.
    pub brier_score: f64,
    /// Mean distance of stated chance and share that came true, weighted by statements: 0 is perfect.
    pub calibration_error: f64,
    /// Greatest such distance of a bin with at least 30 statements.
    pub greatest_error: f64,
    /// The bins that hold a statement, by chance.
    pub bins: Vec<CalibrationBin>,
}

/// Compares statements with outcomes in `bins` bins of equal width (at least one, at most 1,000).
///
/// A chance outside 0 to 1 counts as the nearer of the two; statements that are no number are left out.
///
/// ```
/// let statements: Vec<(f64, bool)> = (0..100).map(|n| (0.7, n < 69)).collect();
/// let table = matching::calibration(&statements, 10);
/// assert_eq!((table.bins[0].statements, table.bins[0].came_true), (100, 69));
/// assert!((table.calibration_error - 0.01).abs() < 1e-9);
/// ```
#[must_use]
pub fn calibration(statements: &[(f64, bool)], bins: u32) -> CalibrationTable {
    let bins = bins.clamp(1, 1000);
    let mut counts = vec![(0_u64, 0_u64, 0.0_f64); bins as usize];
    let mut squared = 0.0;
    let mut count = 0_u64;
    for &(stated, came_true) in statements.iter().filter(|(stated, _)| !stated.is_nan()) {
        let stated = stated.clamp(0.0, 1.0);
        // Within 0 to bins - 1: the cast is exact.
        let bin = ((stated * f64::from(bins)) as usize).min(bins as usize - 1);
        counts[bin].0 += 1;
        counts[bin].1 += u64::from(came_true);
        counts[bin].2 += stated;
        squared += (stated - f64::from(u8::from(came_true))).powi(2);
        count += 1;
    }
    let width = 1.0 / f64::from(bins);
    let table: Vec<CalibrationBin> = (0_u32..)
        .zip(&counts)
        .filter(|(_, (statements, ..))| *statements > 0)
        .map(
            |(number, &(statements, came_true, stated))| CalibrationBin {
                from: f64::from(number) * width,
                to: f64::from(number + 1) * width,
                statements,
                came_true,
                mean_stated: stated / statements as f64,
                share_true: came_true as f64 / statements as f64,
            },
        )
        .collect();
    let all = count.max(1) as f64;
    let error = |bin: &CalibrationBin| (bin.mean_stated - bin.share_true).abs();
    CalibrationTable {
        statements: count,
        brier_score: squared / all,
        calibration_error: table
            .iter()
            .map(|bin| error(bin) * bin.statements as f64 / all)
            .sum(),
        greatest_error: table
            .iter()
            .filter(|bin| bin.statements >= 30)
            .map(error)
            .fold(0.0, f64::max),
        bins: table,
    }
}
