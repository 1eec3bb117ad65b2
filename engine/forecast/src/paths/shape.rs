//! A deviation as a function of a standard normal draw, through five learned quantiles.

use super::Z90;

/// Mean of `max(z, 0)` of a standard normal `z`.
const UPPER_MEAN: f64 = 0.398_942_3;
/// Mean of `max(z − 1.2816, 0)`.
const TAIL_MEAN: f64 = 0.047_335;
/// The draw whose quantile is 0.975.
const Z975: f64 = 1.959_964;

/// Piecewise linear: goes through the quantiles 0.025, 0.1, 0.5, 0.9 and 0.975 at the draws that have
/// these chances, moved so that its mean is 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Shape {
    centre: f32,
    below: f32,
    above: f32,
    /// Further slope below −1.2816 and above 1.2816.
    far_below: f32,
    far_above: f32,
}

impl Shape {
    /// The shape through `quantiles`, all times `scale`.
    pub(crate) fn through(quantiles: [f64; 5], scale: f64) -> Self {
        let z90 = f64::from(Z90);
        let [q025, q10, q50, q90, q975] = quantiles.map(|quantile| quantile * scale);
        let (below, above) = ((q50 - q10) / z90, (q90 - q50) / z90);
        let far_below = (q10 - q025) / (Z975 - z90) - below;
        let far_above = (q975 - q90) / (Z975 - z90) - above;
        let mean = (above - below) * UPPER_MEAN + (far_above - far_below) * TAIL_MEAN;
        Self {
            centre: -mean as f32,
            below: below as f32,
            above: above as f32,
            far_below: far_below as f32,
            far_above: far_above as f32,
        }
    }

    /// The shape with all deviations times `factor`.
    pub(crate) fn times(&self, factor: f64) -> Self {
        let factor = factor as f32;
        Self {
            centre: self.centre * factor,
            below: self.below * factor,
            above: self.above * factor,
            far_below: self.far_below * factor,
            far_above: self.far_above * factor,
        }
    }

    /// Centre, slopes below and above the middle, further slopes far below and far above.
    pub(crate) const fn parts(&self) -> [f32; 5] {
        [
            self.centre,
            self.below,
            self.above,
            self.far_below,
            self.far_above,
        ]
    }

    /// The deviation at the draw `z`.
    #[inline]
    pub(crate) fn at(&self, z: f32) -> f32 {
        Self::deviation(self.parts(), z)
    }

    /// The deviation of the shape with these [`parts`](Self::parts).
    #[inline]
    pub(crate) fn deviation([centre, below, above, far_below, far_above]: [f32; 5], z: f32) -> f32 {
        centre
            + below * z.min(0.0)
            + above * z.max(0.0)
            + far_below * (z + Z90).min(0.0)
            + far_above * (z - Z90).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_keeps_the_distances_of_its_quantiles_and_has_mean_zero() {
        let quantiles = [-3.0, -1.0, 0.2, 1.5, 4.0];
        let shape = Shape::through(quantiles, 2.0);
        let draws = [-1.959_964, -Z90, 0.0, Z90, 1.959_964];
        for (pair, at) in quantiles.windows(2).zip(draws.windows(2)) {
            let step = f64::from(shape.at(at[1]) - shape.at(at[0]));
            assert!((step - 2.0 * (pair[1] - pair[0])).abs() < 1e-5);
        }
        // Mean by the trapezoid rule over the normal density.
        let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let mean: f64 = (-800..=800)
            .map(|step| f64::from(step) / 100.0)
            .map(|z| 0.01 * density(z) * f64::from(shape.at(z as f32)))
            .sum();
        assert!(mean.abs() < 1e-4, "{mean}");
    }

    #[test]
    fn without_spread_there_is_no_deviation() {
        let shape = Shape::through([-3.0, -1.0, 0.2, 1.5, 4.0], 0.0);
        assert!([-4.0, -1.0, 0.0, 2.0].iter().all(|z| shape.at(*z) == 0.0));
    }
}
