//! Places needed: children times take-up.

use std::io::Write;

use crate::age::{AgeClass, AgeError, AgeGroup};
use crate::children::Forecast;
use crate::fan::FanPoint;

/// Name of the sum over all bands of ages.
pub const ALL_BANDS: &str = "all";

/// The share of children of a band of ages who attend care.
#[derive(Debug, Clone, PartialEq)]
pub struct TakeUpBand {
    group: AgeGroup,
    share: f64,
}

/// Shares of children in care by band of ages: an assumption of the planner, the same for every
/// area and year.
///
/// **Its uncertainty is not in the intervals of [`Demand`] yet**, although it is about as large as
/// that of the number of children: in Konstanz the share of the under-threes in care moved by 5.9 % in
/// one year and 13.2 % in three (root mean square). Read the intervals as "if take-up stays as
/// assumed".
#[derive(Debug, Clone, PartialEq)]
pub struct TakeUp {
    bands: Vec<TakeUpBand>,
}

/// Why take-up cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DemandError {
    /// A share is not within 0 to 1.
    #[error("the take-up of {group} is given as {share}; give a share from 0 to 1, such as 0.77")]
    Share {
        /// Name of the band.
        group: String,
        /// The share found.
        share: f64,
    },
    /// Two bands overlap, have the same name or the name of the sum.
    #[error(
        "the take-up bands {one} and {other} overlap or share a name; every age belongs to one band"
    )]
    Overlap {
        /// Name of a band.
        one: String,
        /// Name of the other band.
        other: String,
    },
    /// The forecast lacks a band.
    #[error(
        "the forecast was made without the group {group}; ask for it with the groups of `TakeUp::groups`"
    )]
    NotForecast {
        /// Name of the band.
        group: String,
    },
    /// A group is wrong in itself.
    #[error(transparent)]
    Group(#[from] AgeError),
}

impl TakeUp {
    /// Take-up by band of ages.
    ///
    /// # Errors
    ///
    /// [`DemandError::Share`] for a share outside 0 to 1, [`DemandError::Overlap`] for bands that
    /// overlap, share a name, or are named [`ALL_BANDS`].
    pub fn new(bands: impl IntoIterator<Item = (AgeGroup, f64)>) -> Result<Self, DemandError> {
        let mut checked: Vec<TakeUpBand> = Vec::new();
        for (group, share) in bands {
            if !(0.0..=1.0).contains(&share) {
                let group = group.name().to_owned();
                return Err(DemandError::Share { group, share });
            }
            let (first, last) = (group.ages().first(), group.ages().last());
            let clash = checked.iter().find(|other| {
                let ages = other.group.ages();
                (ages.first() <= last && first <= ages.last()) || other.group.name() == group.name()
            });
            let other = clash.map(|other| other.group.name().to_owned());
            let other = other.or_else(|| (group.name() == ALL_BANDS).then(|| ALL_BANDS.to_owned()));
            if let Some(other) = other {
                let one = group.name().to_owned();
                return Err(DemandError::Overlap { one, other });
            }
            checked.push(TakeUpBand { group, share });
        }
        Ok(Self { bands: checked })
    }

    /// Saxony: 2.3 % under 1 (2017), 77.1 % from 1 to under 3 (2025, with childminding), 96.8 %
    /// from 3 to under 6 (upper end of 94 to 96.8 %, 2025). Assumptions to be replaced by the city's own.
    ///
    /// # Errors
    ///
    /// None in practice; the bands are checked like any others.
    pub fn saxony() -> Result<Self, DemandError> {
        let band = |name: &str, first, last, share| {
            Ok::<_, DemandError>((AgeGroup::new(name, AgeClass::new(first, last)?)?, share))
        };
        Self::new([
            band("under 1", 0, 0, 0.023)?,
            band("1 to under 3", 1, 2, 0.771)?,
            band("3 to under 6", 3, 5, 0.968)?,
        ])
    }

    /// The share of a band, 0 to 1; `None` for an unknown band.
    #[must_use]
    pub fn share(&self, band: &str) -> Option<f64> {
        let found = self.bands.iter().find(|known| known.group.name() == band);
        found.map(|band| band.share)
    }

    /// The groups to ask a forecast for.
    #[must_use]
    pub fn groups(&self) -> Vec<AgeGroup> {
        self.bands.iter().map(|band| band.group.clone()).collect()
    }
}

/// One row of places needed.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DemandRow {
    /// Area code, or `_total`.
    pub area: String,
    /// Name of the band of ages, or [`ALL_BANDS`].
    pub group: String,
    /// Places needed, with the year.
    pub point: FanPoint,
}

/// Places needed by area, band of ages and year, if take-up stays as assumed.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// In the order area, year, band; the sum of all bands last.
    pub rows: Vec<DemandRow>,
}

/// Multiplies the children of each band by its take-up.
///
/// The sum over the bands adds up the means, and the quantiles as if all bands strayed in the same
/// direction: its interval is rather too wide than too narrow as far as the children go. The
/// uncertainty of take-up is not in it, see [`TakeUp`].
///
/// # Errors
///
/// [`DemandError::NotForecast`] when the forecast was made without a band.
pub fn demand(forecast: &Forecast, take_up: &TakeUp) -> Result<Demand, DemandError> {
    let mut rows = Vec::new();
    for area in forecast.areas() {
        let mut fans = Vec::new();
        for band in &take_up.bands {
            let name = band.group.name();
            let fan = forecast
                .fan(&area.code, name)
                .ok_or_else(|| DemandError::NotForecast {
                    group: name.to_owned(),
                })?;
            fans.push((name, fan, band.share));
        }
        for ahead in 0..forecast.horizon() {
            let mut all: Option<FanPoint> = None;
            let mut push = |group: &str, point| {
                let (area, group) = (area.code.clone(), group.to_owned());
                rows.push(DemandRow { area, group, point });
            };
            for (name, fan, share) in &fans {
                let point = fan[ahead].times(*share);
                push(name, point);
                all = Some(all.map_or(point, |sum| sum.plus(&point)));
            }
            if let Some(all) = all {
                push(ALL_BANDS, all);
            }
        }
    }
    Ok(Demand { rows })
}

impl Demand {
    /// Writes `area,year,group,mean,q025,q10,q50,q90,q975`, in places.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, target: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record([
            "area", "year", "group", "mean", "q025", "q10", "q50", "q90", "q975",
        ])?;
        for row in &self.rows {
            let year = row.point.year.to_string();
            let values = row.point.fields();
            let key = [row.area.as_str(), year.as_str(), &row.group];
            writer.write_record(key.into_iter().chain(values.iter().map(String::as_str)))?;
        }
        writer.flush()
    }
}
