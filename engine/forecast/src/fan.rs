//! One forecast value with its interval.

/// The forecast of one year: the mean and five quantiles, in persons.
///
/// All values are 0 or more and the quantiles do not cross. Means add up over areas and ages;
/// quantiles do not.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct FanPoint {
    /// Calendar year.
    pub year: i32,
    /// Expected number.
    pub mean: f64,
    /// Undercut in 2.5 of 100 cases.
    pub q025: f64,
    /// Undercut in 10 of 100 cases.
    pub q10: f64,
    /// Median.
    pub q50: f64,
    /// Exceeded in 10 of 100 cases.
    pub q90: f64,
    /// Exceeded in 2.5 of 100 cases.
    pub q975: f64,
}

impl FanPoint {
    /// The fields as written to files: the mean to a millionth, so that files add up, quantiles to a thousandth.
    pub(crate) fn fields(&self) -> [String; 6] {
        let quantile = |value: f64| format!("{value:.3}");
        [
            format!("{:.6}", self.mean),
            quantile(self.q025),
            quantile(self.q10),
            quantile(self.q50),
            quantile(self.q90),
            quantile(self.q975),
        ]
    }

    /// All values times `factor`.
    pub(crate) fn times(self, factor: f64) -> Self {
        Self {
            year: self.year,
            mean: self.mean * factor,
            q025: self.q025 * factor,
            q10: self.q10 * factor,
            q50: self.q50 * factor,
            q90: self.q90 * factor,
            q975: self.q975 * factor,
        }
    }

    /// Adds value by value, as if both moved together.
    pub(crate) fn plus(self, other: &Self) -> Self {
        Self {
            year: self.year,
            mean: self.mean + other.mean,
            q025: self.q025 + other.q025,
            q10: self.q10 + other.q10,
            q50: self.q50 + other.q50,
            q90: self.q90 + other.q90,
            q975: self.q975 + other.q975,
        }
    }
}
