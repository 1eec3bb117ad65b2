//! The constraints by name, and what a set makes of them.

use domain::{CareType, FacilityId};
use jiff::civil::Date;

use crate::demand::TOTAL_AREA;
use crate::findings::Language;

/// Slack of comparisons in places, full-time equivalents and EUR: far below one, far above noise.
pub(super) const SLACK: f64 = 1e-6;

/// A constraint of a closure plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ClosureConstraint {
    /// At most so many closures.
    MostClosures,
    /// At least so many closures.
    FewestClosures,
    /// At most so many openings.
    MostOpenings,
    /// A facility that stays open.
    Protected {
        /// The facility.
        facility: FacilityId,
    },
    /// Staffed places against a quantile of the demand.
    Cover {
        /// The district, or the whole city.
        area: String,
        /// The care type.
        care_type: CareType,
        /// The day.
        date: Date,
    },
    /// Share of the children who can have a place within the acceptable way.
    WithinLimit {
        /// The care type.
        care_type: CareType,
        /// The day.
        date: Date,
    },
    /// Share of the planned places at independent providers.
    IndependentShare {
        /// The day.
        date: Date,
    },
    /// Share of the planned places at facilities with inclusion.
    InclusionShare {
        /// The day.
        date: Date,
    },
    /// What closings and openings of a year cost at once.
    Budget {
        /// The year.
        year: i16,
    },
    /// Staff that the places need.
    StaffSupply {
        /// The day.
        date: Date,
    },
}

impl ClosureConstraint {
    /// The constraint in words, without its value.
    #[must_use]
    pub fn worded(&self, language: Language) -> String {
        let german = language == Language::German;
        match self {
            Self::MostClosures if german => "Höchstzahl der Schließungen".to_owned(),
            Self::MostClosures => "the most closures".to_owned(),
            Self::FewestClosures if german => "Mindestzahl der Schließungen".to_owned(),
            Self::FewestClosures => "the fewest closures".to_owned(),
            Self::MostOpenings if german => "Höchstzahl der Eröffnungen".to_owned(),
            Self::MostOpenings => "the most openings".to_owned(),
            Self::Protected { facility } if german => format!("{facility} bleibt geschützt"),
            Self::Protected { facility } => format!("the protection of {facility}"),
            Self::Cover {
                area,
                care_type,
                date,
            } => {
                let city = area == TOTAL_AREA;
                if german {
                    let place = if city { "der Stadt" } else { area };
                    format!("Deckung {} in {place} am {date}", care_type.german())
                } else {
                    let place = if city { "the city" } else { area };
                    format!("the {} cover of {place} on {date}", care_type.english())
                }
            }
            Self::WithinLimit { care_type, date } if german => {
                format!(
                    "Anteil der Kinder ({}) mit zumutbarem Weg am {date}",
                    care_type.german()
                )
            }
            Self::WithinLimit { care_type, date } => format!(
                "the share of {} children with an acceptable way on {date}",
                care_type.english()
            ),
            Self::IndependentShare { date } if german => {
                format!("Anteil freier Träger am {date}")
            }
            Self::IndependentShare { date } => {
                format!("the share of independent providers on {date}")
            }
            Self::InclusionShare { date } if german => {
                format!("Anteil der Plätze mit Inklusion am {date}")
            }
            Self::InclusionShare { date } => {
                format!("the share of places with inclusion on {date}")
            }
            Self::Budget { year } if german => format!("Haushaltsmittel {year}"),
            Self::Budget { year } => format!("the budget of {year}"),
            Self::StaffSupply { date } if german => format!("Personal am {date}"),
            Self::StaffSupply { date } => format!("the staff there is on {date}"),
        }
    }

    /// Whether its value is a share, told in per cent.
    #[must_use]
    pub const fn is_share(&self) -> bool {
        matches!(
            self,
            Self::WithinLimit { .. } | Self::IndependentShare { .. } | Self::InclusionShare { .. }
        )
    }

    /// How far a value may lie beyond the limit and still count as on it.
    pub(super) const fn slack(&self) -> f64 {
        if self.is_share() { 1e-9 } else { SLACK }
    }
}

/// What a constraint asks and what a set gives.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ConstraintValue {
    /// The constraint.
    pub constraint: ClosureConstraint,
    /// What the set gives: places, a share from 0 to 1, EUR, full-time equivalents or a count.
    #[serde(skip)]
    pub value: f64,
    /// The value as it may be shown: shares of children to a tenth of a per cent, and not at all for
    /// fewer than 20 children.
    #[serde(rename = "value")]
    pub shown: Option<f64>,
    /// It has to be at least this, if anything.
    pub at_least: Option<f64>,
    /// It may be at most this, if anything.
    pub at_most: Option<f64>,
    /// Whether it holds.
    pub met: bool,
}

impl ConstraintValue {
    pub(super) fn at_least(constraint: ClosureConstraint, value: f64, least: f64) -> Self {
        let met = value >= least - constraint.slack();
        Self::new(constraint, value, (Some(least), None), met)
    }

    pub(super) fn at_most(constraint: ClosureConstraint, value: f64, most: f64) -> Self {
        let met = value <= most + constraint.slack();
        Self::new(constraint, value, (None, Some(most)), met)
    }

    fn new(
        constraint: ClosureConstraint,
        value: f64,
        (at_least, at_most): (Option<f64>, Option<f64>),
        met: bool,
    ) -> Self {
        Self {
            constraint,
            value,
            shown: Some((value * 1e6).round() / 1e6 + 0.0),
            at_least,
            at_most,
            met,
        }
    }

    /// The constraint with its value and limit in words.
    ///
    /// ```
    /// # use scenario::{ClosureConstraint, ConstraintValue, Language};
    /// let broken = ConstraintValue {
    ///     constraint: ClosureConstraint::IndependentShare { date: jiff::civil::date(2029, 3, 1) },
    ///     value: 0.451,
    ///     shown: Some(0.451),
    ///     at_least: Some(0.6),
    ///     at_most: None,
    ///     met: false,
    /// };
    /// assert_eq!(
    ///     broken.worded(Language::English),
    ///     "the share of independent providers on 2029-03-01 is 45.1 %, at least 60.0 % are needed"
    /// );
    /// ```
    #[must_use]
    pub fn worded(&self, language: Language) -> String {
        let german = language == Language::German;
        let number = |value: f64| {
            let text = if self.constraint.is_share() {
                format!("{:.1} %", value * 100.0)
            } else if (value - value.round()).abs() < 1e-6 {
                format!("{value:.0}")
            } else {
                format!("{value:.2}")
            };
            if german { text.replace('.', ",") } else { text }
        };
        let value = self.shown.map_or("?".to_owned(), number);
        let limit = match (self.at_least, self.at_most, german) {
            (Some(least), _, false) => format!("at least {} are needed", number(least)),
            (Some(least), _, true) => format!("mindestens {} sind nötig", number(least)),
            (None, Some(most), false) => format!("at most {} are allowed", number(most)),
            (None, Some(most), true) => format!("höchstens {} sind erlaubt", number(most)),
            (None, None, _) => return self.constraint.worded(language),
        };
        let is = if german { "ist" } else { "is" };
        format!("{} {is} {value}, {limit}", self.constraint.worded(language))
    }
}
