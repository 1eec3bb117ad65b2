//! Detour and speed of a city from ways it measured.

use super::WayAssumption;

/// A way that was measured, for example by a router or on a trip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasuredWay {
    /// Length of the straight line, kilometres, above 0.
    pub straight_km: f64,
    /// Length along the streets, kilometres, not below the straight line.
    pub way_km: f64,
    /// Minutes it took, above 0.
    pub minutes: f64,
}

/// Detour and speed from measured ways, with how far they stray.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Calibration {
    /// Median detour, and total length over total time.
    pub assumption: WayAssumption,
    /// Detour that nine of ten ways do not exceed.
    pub detour_p90: f64,
    /// Mean distance of the estimate from the minutes measured, without sign.
    pub mean_error_minutes: f64,
    /// How many ways.
    pub ways: usize,
}

/// Why nothing can be learnt from measured ways.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// Too few to tell a median and a tenth.
    #[error("{found} ways were measured; give at least {FEWEST_WAYS}")]
    TooFew {
        /// How many there are.
        found: usize,
    },
    /// A way that cannot be.
    #[error(
        "measured way {number} has a straight line of {} km, a way of {} km and {} minutes; correct it: all above 0, the way no shorter than the straight line", way.straight_km, way.way_km, way.minutes
    )]
    Impossible {
        /// Which one, from 1.
        number: usize,
        /// The way.
        way: MeasuredWay,
    },
}

/// Fewest ways that a city's own figures may stand on.
const FEWEST_WAYS: usize = 20;

/// Learns detour and speed from measured ways; their order does not matter.
///
/// The detour is the median of the ways. The speed is total length over total time, so that minutes of
/// waiting are in it and `extra_minutes` is 0.
///
/// ```
/// use scenario::{MeasuredWay, calibrate};
/// let way = |km: f64| MeasuredWay { straight_km: km, way_km: 1.25 * km, minutes: 5.0 * km };
/// let ways: Vec<MeasuredWay> = (1..=20).map(|number| way(f64::from(number) / 10.0)).collect();
/// let found = calibrate(&ways)?;
/// assert!((found.assumption.detour - 1.25).abs() < 1e-9);
/// assert!((found.assumption.kilometres_per_hour - 15.0).abs() < 1e-9);
/// assert!(calibrate(&ways[..3]).is_err());
/// # Ok::<(), scenario::CalibrationError>(())
/// ```
///
/// # Errors
///
/// [`CalibrationError`] for fewer than twenty ways or one that cannot be.
pub fn calibrate(ways: &[MeasuredWay]) -> Result<Calibration, CalibrationError> {
    if ways.len() < FEWEST_WAYS {
        return Err(CalibrationError::TooFew { found: ways.len() });
    }
    for (number, way) in (1..).zip(ways) {
        let measured = [way.straight_km, way.way_km, way.minutes];
        let is_possible = measured.iter().all(|it| it.is_finite() && *it > 0.0)
            && way.way_km >= way.straight_km * (1.0 - 1e-9);
        if !is_possible {
            return Err(CalibrationError::Impossible { number, way: *way });
        }
    }
    let mut detours: Vec<f64> = ways.iter().map(|it| it.way_km / it.straight_km).collect();
    detours.sort_by(f64::total_cmp);
    let total = |value: fn(&MeasuredWay) -> f64| {
        let mut values: Vec<f64> = ways.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.iter().sum::<f64>()
    };
    let assumption = WayAssumption {
        detour: quantile(&detours, 0.5),
        kilometres_per_hour: total(|it| it.way_km) / total(|it| it.minutes) * 60.0,
        extra_minutes: 0.0,
    };
    let mut errors: Vec<f64> = ways
        .iter()
        .map(|it| (assumption.minutes(it.straight_km) - it.minutes).abs())
        .collect();
    errors.sort_by(f64::total_cmp);
    Ok(Calibration {
        assumption,
        detour_p90: quantile(&detours, 0.9),
        mean_error_minutes: errors.iter().sum::<f64>() / ways.len() as f64,
        ways: ways.len(),
    })
}

/// Quantile of sorted values, straight between neighbours.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * (place - place.floor())
}
