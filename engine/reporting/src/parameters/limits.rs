//! Limits of the rules.

use jiff::civil::Date;

/// The numbers that plausibility rules compare with. Assumptions of the method sheet unless said
/// otherwise.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Usual tiers of contracted time, quarter hours a day (no complete list was found; 5 hours were
    /// seen for after-school care).
    pub tiers: Vec<u32>,
    /// Most hours a week of a member of staff.
    pub most_staff_hours: u32,
    /// Youngest age at which work starts, years.
    pub least_staff_age: i64,
    /// Most children of one childminder (§ 43 SGB VIII).
    pub most_children_of_a_childminder: u32,
    /// Fewest persons of joint childminding.
    pub least_persons_of_joint_childminding: u32,
    /// Change against the year before, in percent, worth knowing.
    pub change_percent: u64,
    /// Difference of sums of a cost publication that passes, cents.
    pub cost_tolerance_cents: i64,
    /// Difference of cost ratios from staff keys that passes, thousandths.
    pub key_tolerance_permille: u32,
}
