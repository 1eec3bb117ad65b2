//! Four capacities, never one, and how old the facts behind them are.

use jiff::civil::Date;

use crate::care_type::CareType;
use crate::month::Month;

/// Places of one facility, care type and month, seen four ways.
///
/// Whole places. `bookable` may be negative: more is bound than the staff present allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct FourCapacities {
    /// Places the operating licence allows (Kapazität laut Betriebserlaubnis).
    pub licensed: u32,
    /// Places the needs plan counts (Kapazität laut Bedarfsplan).
    pub planned: u32,
    /// Places the staff present allows (betreibbare Plätze), never more than licensed.
    pub staffed: u32,
    /// Staffed places minus contracts, confirmed and open offers and blocked places.
    pub bookable: i32,
}

/// Why capacities contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CapacityError {
    /// More places are staffed than the licence allows.
    #[error(
        "{staffed} places are staffed, but the licence allows {licensed}; lower staffed or raise licensed"
    )]
    StaffedAboveLicence {
        /// Places staffed.
        staffed: u32,
        /// Places licensed.
        licensed: u32,
    },
    /// More places than can be counted.
    #[error("{bound} bound places are more than can be counted; check the contracts")]
    TooMany {
        /// Places bound.
        bound: u64,
    },
}

impl FourCapacities {
    /// Derives the bookable places.
    ///
    /// ```
    /// use domain::FourCapacities;
    /// // K1 of acceptance story A1: 120 licensed, 110 planned, 100 staffed, 96 contracts.
    /// let k1 = FourCapacities::new(120, 110, 100, 96, 0, 0).unwrap();
    /// assert_eq!(k1.bookable, 4);
    /// assert!(FourCapacities::new(120, 110, 121, 96, 0, 0).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`CapacityError`] when staffed exceeds licensed, or the counts do not fit.
    pub fn new(
        licensed: u32,
        planned: u32,
        staffed: u32,
        contracts: u32,
        reservations: u32,
        blocked: u32,
    ) -> Result<Self, CapacityError> {
        if staffed > licensed {
            return Err(CapacityError::StaffedAboveLicence { staffed, licensed });
        }
        let bound = u64::from(contracts) + u64::from(reservations) + u64::from(blocked);
        let bookable = i64::try_from(bound)
            .ok()
            .and_then(|bound| i32::try_from(i64::from(staffed) - bound).ok())
            .ok_or(CapacityError::TooMany { bound })?;
        Ok(Self {
            licensed,
            planned,
            staffed,
            bookable,
        })
    }
}

/// A provider's word that its data are complete for a month (K24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attestation {
    /// The month attested for: its state as of the 1st.
    pub month: Month,
    /// The day of the attestation.
    pub attested_on: Date,
}

/// Whether the data of a provider can be relied on, and how old they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "freshness")]
pub enum Freshness {
    /// Attested for the month asked for, by its 1st.
    Attested {
        /// The day of the attestation.
        attested_on: Date,
    },
    /// Not attested by the 1st: free places show as "unknown", never as "free" (K24).
    Unknown {
        /// The last attestation of an earlier month, if there ever was one.
        last_attested_on: Option<Date>,
    },
}

impl Freshness {
    /// Freshness of a month from a provider's attestations.
    ///
    /// ```
    /// use domain::{Attestation, Freshness, Month};
    /// use jiff::civil::date;
    /// let march = Month::new(2027, 3).unwrap();
    /// let given = [Attestation { month: march, attested_on: date(2027, 2, 27) }];
    /// assert!(Freshness::of(march, &given).is_attested());
    /// assert!(!Freshness::of(march.plus(1), &given).is_attested());
    /// ```
    #[must_use]
    pub fn of(month: Month, attestations: &[Attestation]) -> Self {
        let deadline = month.first_day();
        let in_time = attestations
            .iter()
            .filter(|attestation| attestation.attested_on <= deadline)
            .copied();
        match in_time
            .clone()
            .filter(|a| a.month == month)
            .map(|a| a.attested_on)
            .max()
        {
            Some(attested_on) => Self::Attested { attested_on },
            None => Self::Unknown {
                last_attested_on: in_time
                    .filter(|a| a.month < month)
                    .map(|a| a.attested_on)
                    .max(),
            },
        }
    }

    /// Whether the data are attested.
    #[must_use]
    pub const fn is_attested(self) -> bool {
        matches!(self, Self::Attested { .. })
    }

    /// The day the data were last attested on.
    #[must_use]
    pub const fn last_attested_on(self) -> Option<Date> {
        match self {
            Self::Attested { attested_on } => Some(attested_on),
            Self::Unknown { last_attested_on } => last_attested_on,
        }
    }

    /// Age of the data in days on a day; `None` if nothing was ever attested.
    #[must_use]
    pub fn age_days(self, on: Date) -> Option<i32> {
        self.last_attested_on()
            .map(|attested| (on - attested).get_days())
    }
}

/// Staff a place needs, in full-time equivalents (Personalschlüssel, § 12(2) SächsKitaG).
///
/// Full-time is 40 hours a week. The keys are dated parameters; they are never derived from each
/// other, because the law has changed them one by one (METHOD_REPORTING.md, Saxony).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StaffingRatio {
    /// First day the keys apply.
    pub valid_from: Date,
    /// Full-time equivalents per nursery child of 9 hours.
    pub nursery: f64,
    /// Full-time equivalents per kindergarten child of 9 hours.
    pub kindergarten: f64,
    /// Full-time equivalents per after-school child of 6 hours.
    pub after_school: f64,
}

impl StaffingRatio {
    /// The keys seen in the law's text and, from 2025 on, in the press; the newest last.
    pub const KNOWN: [Self; 3] = [
        Self {
            valid_from: jiff::civil::date(2019, 1, 1),
            nursery: 1.0 / 5.0,
            kindergarten: 1.0 / 12.0,
            after_school: 0.9 / 20.0,
        },
        Self {
            valid_from: jiff::civil::date(2025, 8, 1),
            nursery: 1.0 / 5.0,
            kindergarten: 1.0 / 10.5244,
            after_school: 1.0 / 20.4730,
        },
        Self {
            valid_from: jiff::civil::date(2026, 8, 1),
            nursery: 1.0 / 4.5014,
            kindergarten: 1.0 / 10.5244,
            after_school: 1.0 / 20.4730,
        },
    ];

    /// Weekly hours of one full-time equivalent.
    pub const FULL_TIME_WEEKLY_HOURS: f64 = 40.0;

    /// The newest of `ratios` in force on a day; the first one before all of them.
    ///
    /// # Panics
    ///
    /// Never for [`Self::KNOWN`]; an empty list falls back to it.
    #[must_use]
    pub fn on(day: Date, ratios: &[Self]) -> Self {
        ratios
            .iter()
            .filter(|ratio| ratio.valid_from <= day)
            .max_by_key(|ratio| ratio.valid_from)
            .or(ratios.first())
            .copied()
            .unwrap_or(Self::KNOWN[0])
    }

    /// Full-time equivalents for one child of a care type with contracted hours a day.
    ///
    /// Childminders are not staff of a facility: 0.
    #[must_use]
    pub fn required(self, care: CareType, daily_hours: f64) -> f64 {
        match care {
            CareType::Childminding => 0.0,
            CareType::Nursery => self.nursery * daily_hours / 9.0,
            CareType::Kindergarten => self.kindergarten * daily_hours / 9.0,
            CareType::AfterSchool => self.after_school * daily_hours / 6.0,
        }
    }

    /// Places of the base time (9 h, after-school 6 h) that staff of `full_time_equivalents` allows,
    /// rounded down; `None` for childminding, where the licence alone decides.
    #[must_use]
    pub fn places(self, care: CareType, full_time_equivalents: f64) -> Option<u32> {
        let per_place = match care {
            CareType::Childminding => return None,
            CareType::Nursery => self.nursery,
            CareType::Kindergarten => self.kindergarten,
            CareType::AfterSchool => self.after_school,
        };
        // A hair of slack, so that 10 x 0.1 staff is not one place short.
        let places = (full_time_equivalents.max(0.0) / per_place + 1e-9).floor();
        Some(places.min(f64::from(u32::MAX)) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn more_bound_than_staffed_shows_as_negative_bookable_places() {
        assert_eq!(
            FourCapacities::new(60, 60, 60, 58, 3, 1).unwrap().bookable,
            -2
        );
        assert_eq!(
            FourCapacities::new(60, 60, 61, 0, 0, 0),
            Err(CapacityError::StaffedAboveLicence {
                staffed: 61,
                licensed: 60
            })
        );
    }

    #[test]
    fn an_attestation_after_the_first_does_not_make_the_month_fresh() {
        let april = Month::new(2026, 4).unwrap();
        let late = [
            Attestation {
                month: april.plus(-1),
                attested_on: date(2026, 2, 26),
            },
            Attestation {
                month: april,
                attested_on: date(2026, 4, 2),
            },
        ];
        let freshness = Freshness::of(april, &late);
        assert_eq!(
            freshness,
            Freshness::Unknown {
                last_attested_on: Some(date(2026, 2, 26))
            }
        );
        assert_eq!(freshness.age_days(date(2026, 4, 1)), Some(34));
        assert_eq!(
            Freshness::of(april.plus(-3), &late).age_days(date(2026, 1, 1)),
            None
        );
    }

    #[test]
    fn the_staffing_keys_of_the_day_are_used() {
        let before = StaffingRatio::on(date(2025, 7, 31), &StaffingRatio::KNOWN);
        assert_eq!(before.places(CareType::Kindergarten, 2.0), Some(24));
        let after = StaffingRatio::on(date(2025, 8, 1), &StaffingRatio::KNOWN);
        assert_eq!(after.places(CareType::Kindergarten, 2.0), Some(21));
        assert_eq!(after.places(CareType::Childminding, 2.0), None);
        assert_eq!(
            StaffingRatio::on(date(1990, 1, 1), &[]),
            StaffingRatio::KNOWN[0]
        );
    }

    #[test]
    fn a_child_of_half_the_base_hours_needs_half_the_staff() {
        let ratio = StaffingRatio::KNOWN[0];
        assert!((ratio.required(CareType::Nursery, 4.5) - 0.1).abs() < 1e-12);
        assert!((ratio.required(CareType::AfterSchool, 6.0) - 0.045).abs() < 1e-12);
        assert_eq!(ratio.required(CareType::Childminding, 9.0), 0.0);
    }

    proptest! {
        #[test]
        fn bookable_plus_everything_bound_is_staffed(
            staffed in 0..500u32, contracts in 0..500u32, reserved in 0..50u32, blocked in 0..50u32,
        ) {
            let four = FourCapacities::new(500, 400, staffed, contracts, reserved, blocked).unwrap();
            prop_assert_eq!(
                i64::from(four.bookable) + i64::from(contracts + reserved + blocked),
                i64::from(staffed)
            );
        }
    }
}
