//! What city to generate.

use jiff::civil::{Date, date};

/// Which synthetic city to generate: seed, size and day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CitySpec {
    seed: u64,
    scale: f64,
    as_of: Date,
}

/// Why a city cannot be generated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SpecError {
    /// The scale is outside its range.
    #[error(
        "a city of scale {scale} cannot be generated; write a scale from 0.01 (a village) over 1 (Dresden) to 1000"
    )]
    Scale {
        /// The scale given.
        scale: f64,
    },
    /// The day is outside the years the figures cover.
    #[error(
        "a city as of {as_of} cannot be generated; write a day from {first} to {last}, for which figures are known",
        first = CitySpec::FIRST_DAY,
        last = CitySpec::LAST_DAY
    )]
    Day {
        /// The day given.
        as_of: Date,
    },
}

impl CitySpec {
    /// The day of the data unless another is chosen.
    pub const DEFAULT_AS_OF: Date = date(2026, 11, 1);
    /// First day a city can be generated for.
    pub const FIRST_DAY: Date = date(2026, 1, 1);
    /// Last day a city can be generated for.
    pub const LAST_DAY: Date = date(2028, 12, 31);

    /// A city as of [`Self::DEFAULT_AS_OF`].
    ///
    /// `scale` is a multiple of Dresden, 0.01 to 1000: up to 1 the city shrinks, above 1 there are
    /// several cities, the last one perhaps smaller.
    ///
    /// ```
    /// use datasets::CitySpec;
    /// assert!(CitySpec::new(1, 0.05).is_ok());
    /// let refused = CitySpec::new(1, 2000.0).unwrap_err();
    /// assert!(refused.to_string().contains("scale 2000"));
    /// ```
    ///
    /// # Errors
    ///
    /// [`SpecError::Scale`] outside the range.
    pub fn new(seed: u64, scale: f64) -> Result<Self, SpecError> {
        if !(0.01..=1000.0).contains(&scale) {
            return Err(SpecError::Scale { scale });
        }
        Ok(Self {
            seed,
            scale,
            as_of: Self::DEFAULT_AS_OF,
        })
    }

    /// The same city as of another day.
    ///
    /// # Errors
    ///
    /// [`SpecError::Day`] before [`Self::FIRST_DAY`] or after [`Self::LAST_DAY`].
    pub fn with_as_of(self, as_of: Date) -> Result<Self, SpecError> {
        if !(Self::FIRST_DAY..=Self::LAST_DAY).contains(&as_of) {
            return Err(SpecError::Day { as_of });
        }
        Ok(Self { as_of, ..self })
    }

    /// Seed of all random draws.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Size as a multiple of Dresden.
    #[must_use]
    pub const fn scale(&self) -> f64 {
        self.scale
    }

    /// The day the data are as of: nothing after it has happened yet.
    #[must_use]
    pub const fn as_of(&self) -> Date {
        self.as_of
    }

    /// Number of city-sized units.
    #[must_use]
    pub fn units(&self) -> u32 {
        let whole = self.scale.floor();
        // A remainder under a hundredth is no city of its own.
        let rest = u32::from(self.scale - whole >= 0.01);
        (whole as u32 + rest).max(1)
    }

    /// Size of a unit as a multiple of Dresden, at most 1.
    pub(crate) fn share_of(&self, unit: u32) -> f64 {
        (self.scale - f64::from(unit)).clamp(0.01, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_split_into_cities_of_at_most_the_size_of_dresden() {
        let split = |scale| {
            let spec = CitySpec::new(1, scale).unwrap();
            (0..spec.units())
                .map(|unit| spec.share_of(unit))
                .collect::<Vec<_>>()
        };
        assert_eq!(split(0.05), [0.05]);
        assert_eq!(split(1.0), [1.0]);
        assert_eq!(split(2.5), [1.0, 1.0, 0.5]);
    }

    #[test]
    fn a_scale_or_day_without_figures_is_refused() {
        assert!(CitySpec::new(1, f64::NAN).is_err());
        assert!(CitySpec::new(1, -1.0).is_err());
        let spec = CitySpec::new(1, 1.0).unwrap();
        assert!(spec.with_as_of(date(2025, 12, 31)).is_err());
        assert!(spec.with_as_of(date(2027, 3, 1)).is_ok());
    }
}
