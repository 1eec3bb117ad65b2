//! Contracted hours per day and their tiers.

/// Contracted hours of care per day, in quarter hours, more than 0 and at most 13 hours.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "f64", into = "f64")]
pub struct DailyHours {
    quarters: u8,
}

/// Why a number is not a contracted daily time.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HoursError {
    /// Not more than 0 or more than 13 hours.
    #[error("{hours} hours a day are out of range; write more than 0 and at most 13")]
    Range {
        /// The number given.
        hours: f64,
    },
    /// Not a multiple of a quarter hour.
    #[error("{hours} hours a day are not whole quarter hours; write for example 4.5 or 9")]
    Grain {
        /// The number given.
        hours: f64,
    },
}

impl DailyHours {
    /// Longest contracted day in hours.
    pub const LONGEST: f64 = 13.0;

    /// Checks a number of hours.
    ///
    /// # Errors
    ///
    /// [`HoursError`] outside (0, 13] or off the quarter hour.
    pub fn new(hours: f64) -> Result<Self, HoursError> {
        if !(hours > 0.0 && hours <= Self::LONGEST) {
            return Err(HoursError::Range { hours });
        }
        let quarters = hours * 4.0;
        if quarters.fract() != 0.0 {
            return Err(HoursError::Grain { hours });
        }
        // In (0, 52] and whole: the cast is exact.
        Ok(Self {
            quarters: quarters as u8,
        })
    }

    /// Hours as a number.
    #[must_use]
    pub fn hours(self) -> f64 {
        f64::from(self.quarters) / 4.0
    }

    /// Quarter hours, 1 to 52: exact arithmetic.
    #[must_use]
    pub const fn quarters(self) -> u8 {
        self.quarters
    }
}

impl TryFrom<f64> for DailyHours {
    type Error = HoursError;
    fn try_from(hours: f64) -> Result<Self, Self::Error> {
        Self::new(hours)
    }
}

impl From<DailyHours> for f64 {
    fn from(hours: DailyHours) -> Self {
        hours.hours()
    }
}

/// A tier of contracted hours (Betreuungsumfang): the class a fee or statistic uses.
///
/// The tiers 4.5, 6, 7, 8, 9, 10 and 11 hours are an assumption (no complete list of Dresden's
/// tiers was found, DOMAIN_RULES.md, source D20); 9 hours is the Saxon base for nursery and kindergarten,
/// 6 hours for after-school care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoursTier {
    /// Up to 4.5 hours.
    UpTo4_5,
    /// Over 4.5 up to 6 hours.
    UpTo6,
    /// Over 6 up to 7 hours.
    UpTo7,
    /// Over 7 up to 8 hours.
    UpTo8,
    /// Over 8 up to 9 hours.
    UpTo9,
    /// Over 9 up to 10 hours.
    UpTo10,
    /// Over 10 hours.
    Over10,
}

impl HoursTier {
    /// All tiers, shortest first.
    pub const ALL: [Self; 7] = [
        Self::UpTo4_5,
        Self::UpTo6,
        Self::UpTo7,
        Self::UpTo8,
        Self::UpTo9,
        Self::UpTo10,
        Self::Over10,
    ];

    /// The tier of a contracted day.
    #[must_use]
    pub const fn of(hours: DailyHours) -> Self {
        match hours.quarters {
            0..=18 => Self::UpTo4_5,
            19..=24 => Self::UpTo6,
            25..=28 => Self::UpTo7,
            29..=32 => Self::UpTo8,
            33..=36 => Self::UpTo9,
            37..=40 => Self::UpTo10,
            _ => Self::Over10,
        }
    }

    /// Label for tables, in hours.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::UpTo4_5 => "<=4.5",
            Self::UpTo6 => "<=6",
            Self::UpTo7 => "<=7",
            Self::UpTo8 => "<=8",
            Self::UpTo9 => "<=9",
            Self::UpTo10 => "<=10",
            Self::Over10 => ">10",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_whole_quarters_in_a_day_that_a_facility_can_open() {
        assert_eq!(DailyHours::new(4.5).unwrap().quarters(), 18);
        assert_eq!(DailyHours::new(0.0), Err(HoursError::Range { hours: 0.0 }));
        assert!(DailyHours::new(f64::NAN).is_err());
        assert_eq!(
            DailyHours::new(13.25),
            Err(HoursError::Range { hours: 13.25 })
        );
        assert_eq!(DailyHours::new(4.6), Err(HoursError::Grain { hours: 4.6 }));
    }

    #[test]
    fn a_tier_includes_its_upper_bound() {
        let tier = |hours| HoursTier::of(DailyHours::new(hours).unwrap());
        assert_eq!(tier(4.5), HoursTier::UpTo4_5);
        assert_eq!(tier(4.75), HoursTier::UpTo6);
        assert_eq!(tier(9.0), HoursTier::UpTo9);
        assert_eq!(tier(10.25), HoursTier::Over10);
    }
}
