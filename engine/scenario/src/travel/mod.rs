//! How long the way from home to a facility takes.
//!
//! Nobody's address is known: children stand at the centre of their home area. Minutes are estimated
//! from the great-circle distance, or read from a matrix that the city's GIS or its timetable router
//! wrote. A result uses one of the two and says which; they are never mixed.

mod calibration;
mod long_ways;
mod matrix;

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::{AreaId, Facility, FacilityId, Location};
use tables::City;

use crate::error::ScenarioError;

pub use calibration::{Calibration, CalibrationError, MeasuredWay, calibrate};
pub use long_ways::{ConfidentialLongWays, LONG_WAYS_TABLE, long_ways};

/// How families get about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TravelMode {
    /// On foot.
    Walk,
    /// By bicycle.
    Bicycle,
    /// By car.
    Car,
    /// By tram, bus or train, waiting and walking included.
    #[default]
    PublicTransport,
}

impl TravelMode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Walk, Self::Bicycle, Self::Car, Self::PublicTransport];

    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Walk => "walk",
            Self::Bicycle => "bicycle",
            Self::Car => "car",
            Self::PublicTransport => "public_transport",
        }
    }

    /// The German words for pages.
    #[must_use]
    pub const fn german(self) -> &'static str {
        match self {
            Self::Walk => "zu Fuß",
            Self::Bicycle => "mit dem Fahrrad",
            Self::Car => "mit dem Auto",
            Self::PublicTransport => "mit Bus und Bahn",
        }
    }

    /// The English words for pages.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Walk => "on foot",
            Self::Bicycle => "by bicycle",
            Self::Car => "by car",
            Self::PublicTransport => "by public transport",
        }
    }

    /// What is assumed unless a city measured its own figures.
    ///
    /// Detour: 1.23 in the median and 1.30 for nine ways of ten on a grid of streets; 1.34 for roads
    /// to the centre of 300 European cities (doi 10.1177/23998083231168870); 1.21 to 1.23 on foot
    /// around stations (O'Sullivan and Morrall 1996). Speeds from door to door: TU Dresden, mobility
    /// in cities (SrV), Berlin: bicycle 11.5, car 23.4, public transport 15.7 km/h, here rounded to
    /// 15. Four km/h on foot with a child is an assumption.
    #[must_use]
    pub const fn assumption(self) -> WayAssumption {
        let (detour, kilometres_per_hour) = match self {
            Self::Walk => (1.23, 4.0),
            Self::Bicycle => (1.3, 11.5),
            Self::Car => (1.34, 23.4),
            Self::PublicTransport => (1.3, 15.0),
        };
        WayAssumption {
            detour,
            kilometres_per_hour,
            extra_minutes: 0.0,
        }
    }
}

impl FromStr for TravelMode {
    type Err = UnknownMode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|mode| mode.as_str() == text)
            .ok_or_else(|| UnknownMode {
                found: text.to_owned(),
            })
    }
}

/// A word that is no way of getting about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no mode; write walk, bicycle, car or public_transport")]
pub struct UnknownMode {
    /// The word.
    pub found: String,
}

/// What an estimate of ways assumes.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct WayAssumption {
    /// Length of a way per straight line, 1 to 5.
    pub detour: f64,
    /// Speed along the way, kilometres an hour, 1 to 130.
    pub kilometres_per_hour: f64,
    /// Minutes that every way takes beside, such as waiting or parking.
    pub extra_minutes: f64,
}

impl WayAssumption {
    /// Minutes of a way whose straight line has this many kilometres.
    ///
    /// ```
    /// use scenario::TravelMode;
    /// let minutes = TravelMode::PublicTransport.assumption().minutes(2.5);
    /// assert!((minutes - 13.0).abs() < 1e-9); // 2.5 km × 1.3 at 15 km/h
    /// ```
    #[must_use]
    pub fn minutes(self, straight_km: f64) -> f64 {
        straight_km * self.detour / self.kilometres_per_hour * 60.0 + self.extra_minutes
    }
}

/// Where minutes come from.
#[derive(Debug, Clone, PartialEq)]
enum Origin {
    Estimate {
        centres: BTreeMap<AreaId, Location>,
        assumption: WayAssumption,
    },
    Matrix(BTreeMap<AreaId, BTreeMap<FacilityId, f64>>),
}

/// Minutes from home areas to facilities.
#[derive(Debug, Clone, PartialEq)]
pub struct TravelTimes {
    mode: TravelMode,
    origin: Origin,
}

impl TravelTimes {
    /// Estimates from the centres of areas; an area without a centre in `area_shapes` has the middle
    /// of its facilities.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::City`] if the tables were not validated.
    pub fn estimated(
        city: &City,
        mode: TravelMode,
        assumption: WayAssumption,
    ) -> Result<Self, ScenarioError> {
        let mut sums: BTreeMap<AreaId, (f64, f64, f64)> = BTreeMap::new();
        let mut facilities = city.facilities()?;
        // Sums of the same numbers in the same order: the rows of the table may come in any.
        facilities.sort_by(|a, b| a.id().cmp(b.id()));
        for facility in facilities {
            let sum = sums.entry(facility.area().clone()).or_default();
            sum.0 += facility.location().latitude();
            sum.1 += facility.location().longitude();
            sum.2 += 1.0;
        }
        let middles = sums.into_iter().filter_map(|(area, sum)| {
            let middle = Location::new(sum.0 / sum.2, sum.1 / sum.2).ok()?;
            Some((area, middle))
        });
        let mut centres: BTreeMap<AreaId, Location> = middles.collect();
        let shapes = city.area_shapes()?;
        centres.extend(shapes.into_iter().map(|shape| (shape.area, shape.centre)));
        Ok(Self {
            mode,
            origin: Origin::Estimate {
                centres,
                assumption,
            },
        })
    }

    /// The mode.
    #[must_use]
    pub const fn mode(&self) -> TravelMode {
        self.mode
    }

    /// Minutes of one way; `None` where nothing is known of the area, or the matrix lacks the pair.
    #[must_use]
    pub fn minutes(&self, from: &AreaId, to: &Facility) -> Option<f64> {
        match &self.origin {
            Origin::Estimate {
                centres,
                assumption,
            } => {
                let straight = centres.get(from)?.distance_km(to.location());
                Some(assumption.minutes(straight))
            }
            Origin::Matrix(rows) => rows.get(from)?.get(to.id()).copied(),
        }
    }

    /// What the minutes are, in German, for notes.
    #[must_use]
    pub fn note_german(&self) -> String {
        let mode = self.mode.german();
        match &self.origin {
            Origin::Estimate { assumption, .. } => format!(
                "Wege {mode}, geschätzt aus der Luftlinie von der Mitte des Wohngebiets (Umweg {}, {} km/h)",
                decimal_comma(assumption.detour),
                decimal_comma(assumption.kilometres_per_hour)
            ),
            Origin::Matrix(_) => {
                format!("Wege {mode} nach der Reisezeitmatrix der Stadt, vom Wohngebiet aus")
            }
        }
    }

    /// What the minutes are, in English, for notes.
    #[must_use]
    pub fn note_english(&self) -> String {
        let mode = self.mode.english();
        match &self.origin {
            Origin::Estimate { assumption, .. } => format!(
                "ways {mode}, estimated from the straight line from the centre of the home area (detour {}, {} km/h)",
                assumption.detour, assumption.kilometres_per_hour
            ),
            Origin::Matrix(_) => {
                format!("ways {mode} by the city's matrix of travel times, from the home area")
            }
        }
    }
}

fn decimal_comma(value: f64) -> String {
    value.to_string().replace('.', ",")
}
