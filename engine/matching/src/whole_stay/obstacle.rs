//! Why a child's stay does not fit a facility.

use domain::{CareType, HoursTier, Month};
use serde::{Deserialize, Serialize};

/// A reason why a stay does not fit, with its month and figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "obstacle", rename_all = "snake_case")]
pub enum StayObstacle {
    /// The facility does not offer the care type.
    CareTypeNotOffered {
        /// The care type wished.
        care_type: CareType,
    },
    /// The child is too young on the first day.
    TooYoung {
        /// The care type wished.
        care_type: CareType,
        /// Completed months of life on the first day; negative before birth.
        age_months: i32,
        /// Completed months needed.
        needed_months: u32,
    },
    /// The child is too old on the first day: the care type ends before it.
    TooOld {
        /// The care type wished.
        care_type: CareType,
        /// Completed months of life on the first day.
        age_months: i32,
    },
    /// The daily hours lie in a tier that is not offered.
    TierNotOffered {
        /// The care type in which it is not.
        care_type: CareType,
        /// The tier of the hours wished.
        tier: String,
        /// Hours wished a day, in quarter hours.
        wished_quarter_hours: u8,
    },
    /// The facility is open for a shorter time than wished.
    OpensTooShort {
        /// The care type in which it is.
        care_type: CareType,
        /// Hours wished a day, in quarter hours.
        wished_quarter_hours: u8,
        /// Longest day, in quarter hours.
        longest_quarter_hours: u8,
    },
    /// The group is not open yet or has closed in a month of the stay.
    GroupClosed {
        /// The care type in that month.
        care_type: CareType,
        /// The month.
        month: Month,
    },
    /// No place is free in a month of the stay.
    NoPlace {
        /// The care type in that month.
        care_type: CareType,
        /// The month.
        month: Month,
        /// Places free in it; below zero when too many are promised.
        free: i32,
    },
    /// No inclusion place is free in a month of the stay of a child that needs one.
    NoInclusionPlace {
        /// The care type in that month.
        care_type: CareType,
        /// The month.
        month: Month,
        /// Inclusion places free in it.
        free: i32,
    },
    /// No more child can settle in in the month of the first day.
    NoSettlingInSlot {
        /// The care type.
        care_type: CareType,
        /// The month.
        month: Month,
        /// Slots free in it.
        free: i32,
    },
}

impl StayObstacle {
    /// The name in files.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CareTypeNotOffered { .. } => "care_type_not_offered",
            Self::TooYoung { .. } => "too_young",
            Self::TooOld { .. } => "too_old",
            Self::TierNotOffered { .. } => "tier_not_offered",
            Self::OpensTooShort { .. } => "opens_too_short",
            Self::GroupClosed { .. } => "group_closed",
            Self::NoPlace { .. } => "no_place",
            Self::NoInclusionPlace { .. } => "no_inclusion_place",
            Self::NoSettlingInSlot { .. } => "no_settling_in_slot",
        }
    }

    /// Whether it lies in the child and the facility themselves: such a child can never be suggested,
    /// however many places become free.
    #[must_use]
    pub const fn is_mismatch(&self) -> bool {
        matches!(
            self,
            Self::CareTypeNotOffered { .. }
                | Self::TooYoung { .. }
                | Self::TooOld { .. }
                | Self::TierNotOffered { .. }
                | Self::OpensTooShort { .. }
        )
    }
}

/// The name of a tier in files.
pub(super) fn tier_name(tier: HoursTier) -> String {
    tier.label().to_owned()
}
