//! Cover and its traffic light.

use crate::demand::Quantiles;

/// The rule of the traffic light in words, as reports state it.
pub const LIGHT_RULE: &str = "green: staffed places reach the target cover times the median demand (P50) and at least the P90 demand; \
     amber: they reach the target at P50 but not the P90 demand; red: they do not reach the target at P50";

/// The rule of the traffic light in German.
pub const LIGHT_RULE_GERMAN: &str = "grün: die betreibbaren Plätze erreichen die Zieldeckung des mittleren Bedarfs (P50) und mindestens den Bedarf P90; \
     gelb: sie erreichen das Ziel bei P50, nicht aber den Bedarf P90; rot: sie erreichen das Ziel bei P50 nicht";

/// Slack of comparisons, in places: far below one place, far above rounding noise.
const SLACK: f64 = 1e-6;

/// A traffic light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// Enough.
    Green,
    /// Enough if the demand turns out as expected, not if it turns out high.
    Amber,
    /// Not enough.
    Red,
}

impl Light {
    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }

    /// The German word.
    #[must_use]
    pub const fn german(self) -> &'static str {
        match self {
            Self::Green => "grün",
            Self::Amber => "gelb",
            Self::Red => "rot",
        }
    }
}

/// How far staffed places cover a demand.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Cover {
    /// Staffed places per median demand, per cent; `None` without demand.
    #[serde(serialize_with = "crate::write::hundredths_of")]
    pub at_p50_per_cent: Option<f64>,
    /// Staffed places per P90 demand, per cent; `None` without demand.
    #[serde(serialize_with = "crate::write::hundredths_of")]
    pub at_p90_per_cent: Option<f64>,
    /// Places needed for the target: target cover times the median demand.
    #[serde(serialize_with = "crate::write::hundredths")]
    pub needed_places: f64,
    /// Green or red: is the target reached at the median?
    pub light_at_p50: Light,
    /// Green or amber: is a demand as high as P90 met (100 %)?
    pub light_at_p90: Light,
    /// Both together, see [`LIGHT_RULE`].
    pub light: Light,
    /// Probability, 0 to 1, that more places are needed than staffed; see [`Quantiles`].
    #[serde(serialize_with = "crate::write::thousandths")]
    pub shortfall_probability: f64,
}

impl Cover {
    /// Judges staffed places against a demand and a target, 1.05 for 105 %.
    ///
    /// ```
    /// use scenario::{Cover, Light, Quantiles};
    /// let demand = Quantiles::new(266.0, 288.0, 311.0)?;
    /// let closed = Cover::of(285, demand, 1.05);
    /// assert_eq!(closed.light, Light::Red);
    /// assert!((closed.needed_places - 302.4).abs() < 1e-9);
    /// assert_eq!(Cover::of(310, demand, 1.05).light, Light::Amber);
    /// assert_eq!(Cover::of(311, demand, 1.05).light, Light::Green);
    /// # Ok::<(), scenario::QuantileError>(())
    /// ```
    #[must_use]
    pub fn of(staffed: u64, demand: Quantiles, target: f64) -> Self {
        let staffed = staffed as f64;
        let per_cent = |demand: f64| (demand > 0.0).then(|| staffed / demand * 100.0);
        let needed_places = target * demand.p50();
        let reaches = |places: f64| staffed + SLACK >= places;
        let light_at_p50 = if reaches(needed_places) {
            Light::Green
        } else {
            Light::Red
        };
        let light_at_p90 = if reaches(demand.p90()) {
            Light::Green
        } else {
            Light::Amber
        };
        Self {
            at_p50_per_cent: per_cent(demand.p50()),
            at_p90_per_cent: per_cent(demand.p90()),
            needed_places,
            light_at_p50,
            light_at_p90,
            light: light_at_p50.max(light_at_p90),
            shortfall_probability: demand.probability_above(staffed),
        }
    }
}
