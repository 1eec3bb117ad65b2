//! Limits of the rules, by reference date.

use domain::ReferenceDate;
use jiff::civil::{Date, date};

/// The numbers that plausibility rules compare with. Assumptions of the method sheet unless said
/// otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// First reference date they are used for.
    pub valid_from: Date,
    /// Children are younger than this, years (LSN Niedersachsen: not yet 14).
    pub adult_at: i64,
    /// Hours a day of care above which to confirm.
    pub long_day_hours: u32,
    /// Youngest age at school not to be confirmed, years.
    pub school_from: i64,
    /// Oldest age before school not to be confirmed, years.
    pub before_school_to: i64,
    /// Most closing days a year.
    pub most_closing_days: u32,
    /// Closing days a year above which to confirm.
    pub many_closing_days: u32,
    /// Children in percent of approved places above which to confirm.
    pub crowded_percent: u64,
    /// Usual tiers of contracted time, quarter hours a day (no complete list was found).
    pub tiers: &'static [u32],
}

/// All limits, oldest first.
static LIMITS: [Limits; 1] = [Limits {
    valid_from: date(2022, 3, 1),
    adult_at: 14,
    long_day_hours: 11,
    school_from: 5,
    before_school_to: 8,
    most_closing_days: 365,
    many_closing_days: 60,
    crowded_percent: 110,
    tiers: &[18, 24, 28, 32, 36, 40, 44],
}];

impl Limits {
    /// The limits in use on a reference date; before the first, the first.
    #[must_use]
    pub fn on(reference: ReferenceDate) -> &'static Self {
        let day = reference.date();
        let latest = LIMITS.iter().rfind(|limits| limits.valid_from <= day);
        latest.unwrap_or(&LIMITS[0])
    }
}
