//! Step-by-step introduction of the portal.

use jiff::civil::Date;

use crate::care_type::CareType;

/// How far the portal is introduced for a provider and care type (K27).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RolloutStage {
    /// Not in the portal.
    #[default]
    Off,
    /// Existing children are being loaded (K41).
    Import,
    /// Data can be read, nothing can be entered.
    ReadOnly,
    /// Families can apply.
    Registration,
    /// Everything, contracts included.
    Full,
}

impl RolloutStage {
    /// All stages in order.
    pub const ALL: [Self; 5] = [
        Self::Off,
        Self::Import,
        Self::ReadOnly,
        Self::Registration,
        Self::Full,
    ];

    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Import => "import",
            Self::ReadOnly => "read_only",
            Self::Registration => "registration",
            Self::Full => "full",
        }
    }

    /// Whether families may apply in this stage.
    #[must_use]
    pub const fn takes_applications(self) -> bool {
        matches!(self, Self::Registration | Self::Full)
    }
}

/// From a day on, a care type of a provider is in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RolloutStep {
    /// The care type it concerns.
    pub care_type: CareType,
    /// The stage reached.
    pub stage: RolloutStage,
    /// First day of the stage.
    pub valid_from: Date,
}

/// The stage of a provider's care type on a day: the newest step that has begun, else
/// [`RolloutStage::Off`].
#[must_use]
pub fn stage_on(steps: &[RolloutStep], care_type: CareType, day: Date) -> RolloutStage {
    steps
        .iter()
        .filter(|step| step.care_type == care_type && step.valid_from <= day)
        .max_by_key(|step| step.valid_from)
        .map_or(RolloutStage::Off, |step| step.stage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_care_type_without_a_step_is_off_and_then_follows_its_own_steps() {
        let step = |care_type, stage, valid_from| RolloutStep {
            care_type,
            stage,
            valid_from,
        };
        let steps = [
            step(CareType::Nursery, RolloutStage::Full, date(2023, 1, 1)),
            step(CareType::Nursery, RolloutStage::Import, date(2022, 9, 1)),
            step(
                CareType::AfterSchool,
                RolloutStage::ReadOnly,
                date(2026, 8, 1),
            ),
        ];
        let on = |care, day| stage_on(&steps, care, day);
        assert_eq!(on(CareType::Nursery, date(2022, 8, 31)), RolloutStage::Off);
        assert_eq!(
            on(CareType::Nursery, date(2022, 12, 31)),
            RolloutStage::Import
        );
        assert_eq!(on(CareType::Nursery, date(2023, 1, 1)), RolloutStage::Full);
        assert_eq!(
            on(CareType::Kindergarten, date(2026, 1, 1)),
            RolloutStage::Off
        );
        assert!(!on(CareType::AfterSchool, date(2026, 9, 1)).takes_applications());
    }
}
