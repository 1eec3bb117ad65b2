//! What protection costs: one measure for every method.

/// How far what is shown lies from what was counted, over all cells of a table or of several.
///
/// **Internal.** It is measured against exact counts; beside a small table "no cell differs" would
/// give every count away. Releases carry [`crate::ReleaseLoss`], which uses published numbers only.
///
/// A suppressed cell counts as one that shows 0: its whole count is lost. A cell of a merged area
/// counts as one that shows its share of the merged count as if all finest areas were alike, which is
/// all a reader can say.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct DisclosureLoss {
    /// Cells compared.
    pub cells: usize,
    /// Greatest difference of a cell, in children.
    pub maximum_difference: f64,
    /// Mean difference without its sign, in children.
    pub mean_absolute_difference: f64,
    /// Square root of the mean squared difference, in children.
    pub root_mean_square: f64,
    /// `1 - H / sqrt(sum of counts)` with the Hellinger distance
    /// `H = sqrt(sum (sqrt(count) - sqrt(shown))^2 / 2)`: 1 where nothing differs, as in the R
    /// package SmallCountRounding.
    pub hellinger_utility: f64,
    /// Suppressed cells by all cells, 0 to 1.
    pub share_of_suppressed_cells: f64,
    /// Counts of suppressed cells by all counts, 0 to 1.
    pub share_of_suppressed_mass: f64,
}

/// One figure of a [`DisclosureLoss`], to compare methods by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LossMetric {
    /// [`DisclosureLoss::maximum_difference`].
    MaximumDifference,
    /// [`DisclosureLoss::mean_absolute_difference`].
    MeanAbsoluteDifference,
    /// [`DisclosureLoss::root_mean_square`].
    RootMeanSquare,
    /// One minus [`DisclosureLoss::hellinger_utility`].
    Hellinger,
}

impl LossMetric {
    /// All metrics with the words specs use for them.
    pub const NAMED: [(&'static str, Self); 4] = [
        ("maximum_difference", Self::MaximumDifference),
        ("mean_absolute_difference", Self::MeanAbsoluteDifference),
        ("root_mean_square", Self::RootMeanSquare),
        ("hellinger", Self::Hellinger),
    ];

    /// The figure; less is better.
    #[must_use]
    pub fn of(self, loss: &DisclosureLoss) -> f64 {
        match self {
            Self::MaximumDifference => loss.maximum_difference,
            Self::MeanAbsoluteDifference => loss.mean_absolute_difference,
            Self::RootMeanSquare => loss.root_mean_square,
            Self::Hellinger => 1.0 - loss.hellinger_utility,
        }
    }
}

/// What a reader takes a cell for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    /// This number.
    Shown(f64),
    /// Nothing.
    Suppressed,
}

impl DisclosureLoss {
    /// Compares cell by cell.
    pub(crate) fn measure(cells: impl Iterator<Item = (u64, Reading)>) -> Self {
        let mut number = 0_usize;
        let mut suppressed = 0_usize;
        let (mut greatest, mut sum, mut squares) = (0.0_f64, 0.0_f64, 0.0_f64);
        let (mut distance, mut total, mut lost) = (0.0_f64, 0.0_f64, 0.0_f64);
        for (count, reading) in cells {
            let count = count as f64;
            let shown = match reading {
                Reading::Shown(shown) => shown,
                Reading::Suppressed => {
                    suppressed += 1;
                    lost += count;
                    0.0
                }
            };
            let difference = (shown - count).abs();
            number += 1;
            greatest = greatest.max(difference);
            sum += difference;
            squares += difference * difference;
            distance += (count.sqrt() - shown.sqrt()).powi(2);
            total += count;
        }
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let cells = number as f64;
        Self {
            cells: number,
            maximum_difference: greatest,
            mean_absolute_difference: share(sum, cells),
            root_mean_square: share(squares, cells).sqrt(),
            hellinger_utility: 1.0 - share(distance / 2.0, total).sqrt(),
            share_of_suppressed_cells: share(suppressed as f64, cells),
            share_of_suppressed_mass: share(lost, total),
        }
    }

    /// Counts against what is shown of them.
    pub(crate) fn of_shown(counts: &[u64], shown: &[Option<u64>]) -> Self {
        Self::measure(counts.iter().zip(shown).map(|(&count, shown)| {
            let reading = shown.map_or(Reading::Suppressed, |shown| Reading::Shown(shown as f64));
            (count, reading)
        }))
    }
}
