//! Round numbers along an axis.

/// A linear axis with round ticks; both ends are ticks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    pub(crate) ticks: Vec<f64>,
    pub(crate) step: f64,
}

impl Axis {
    /// An axis that covers `low` to `high` with about five ticks. Starts at 0 unless the values lie
    /// in the upper part of that range and `from_zero` is not asked for.
    pub(crate) fn covering(low: f64, high: f64, from_zero: bool) -> Self {
        let low = if low.is_finite() { low } else { 0.0 };
        let high = if high.is_finite() {
            high.max(low)
        } else {
            low.max(0.0)
        };
        let start = if low > 0.0 && (from_zero || low < 0.6 * high) {
            0.0
        } else {
            low
        };
        let span = if high > start { high - start } else { 1.0 };
        let step = round_step(span / 5.0);
        let first = (start / step + 1e-9).floor();
        let last = (high.max(start + span) / step - 1e-9).ceil();
        let count = (last - first).max(1.0) as usize;
        let ticks = (0..=count)
            .map(|tick| (first + tick as f64) * step)
            .collect();
        Self { ticks, step }
    }

    pub(crate) fn low(&self) -> f64 {
        self.ticks[0]
    }

    pub(crate) fn high(&self) -> f64 {
        self.ticks[self.ticks.len() - 1]
    }

    /// Share of the way from the low to the high end, 0 to 1 for values on the axis.
    pub(crate) fn share(&self, value: f64) -> f64 {
        (value - self.low()) / (self.high() - self.low())
    }

    /// Decimals that tell the ticks apart.
    pub(crate) fn decimals(&self) -> u32 {
        let mut decimals = 0;
        let mut step = self.step;
        while decimals < 6 && (step - step.round()).abs() > 1e-9 {
            step *= 10.0;
            decimals += 1;
        }
        decimals
    }
}

/// 1, 2, 2.5 or 5 times a power of ten, at least `wanted`. Whole from 1 on.
fn round_step(wanted: f64) -> f64 {
    let power = 10_f64.powf(wanted.log10().floor());
    let factors: &[f64] = if power >= 10.0 {
        &[1.0, 2.0, 2.5, 5.0, 10.0]
    } else {
        &[1.0, 2.0, 5.0, 10.0]
    };
    factors
        .iter()
        .map(|factor| factor * power)
        .find(|step| *step >= wanted * (1.0 - 1e-9))
        .unwrap_or(power * 10.0)
}

/// Every how many of `count` labels can be shown when each needs `label` of `room` pixels.
pub(crate) fn every(count: usize, label: f64, room: f64, choices: &[usize]) -> usize {
    let per_label = |step: usize| room / (count as f64 / step as f64).max(1.0);
    choices
        .iter()
        .copied()
        .find(|step| per_label(*step) >= label)
        .or(choices.last().copied())
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        let axis = Axis::covering(1_200.0, 31_027.0, true);
        assert_eq!(
            axis.ticks,
            [0.0, 10_000.0, 20_000.0, 30_000.0, 40_000.0],
            "{axis:?}"
        );
        let axis = Axis::covering(9_300.0, 11_020.0, false);
        assert!(axis.low() <= 9_300.0 && axis.low() > 0.0 && axis.high() >= 11_020.0);
        let flat = Axis::covering(0.0, 0.0, true);
        assert!(flat.high() > flat.low());
        assert_eq!(Axis::covering(0.1, 0.9, true).decimals(), 1);
    }

    #[test]
    fn negative_values_have_their_place() {
        let axis = Axis::covering(-300.0, 900.0, true);
        assert!(axis.low() <= -300.0 && axis.ticks.contains(&0.0));
    }

    #[test]
    fn labels_are_thinned_out_until_they_fit() {
        assert_eq!(every(12, 50.0, 700.0, &[1, 3, 6, 12]), 1);
        assert_eq!(every(60, 50.0, 700.0, &[1, 3, 6, 12]), 6);
    }
}
