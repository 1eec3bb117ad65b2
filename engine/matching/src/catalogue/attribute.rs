//! What a criterion may be built from, and what never.

use serde::{Deserialize, Serialize};

/// The closed list of attributes that a criterion may be built from.
///
/// Statistics-only attributes (migration background, family language, health) and the grounds on which
/// nobody may be treated worse have no name here, so no criterion and no answer can hold them (K63).
///
/// ```
/// use matching::AdmissibleAttribute;
/// assert!(AdmissibleAttribute::from_name("single_parent").is_some());
/// assert!(AdmissibleAttribute::from_name("religion").is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdmissibleAttribute {
    /// Work, training or search of the custodians the child lives with: a choice of
    /// [`WORK_STATUS_VALUES`].
    WorkStatus,
    /// The child lives with one custodian: yes or no.
    SingleParent,
    /// A brother or sister of the household attends the facility: yes or no.
    SiblingAtFacility,
    /// Brothers and sisters of the household in any facility of the city: a number.
    SiblingsInCare,
    /// Way from home to the facility in minutes: a number.
    DistanceMinutes,
    /// Completed months since the application came in: a number.
    WaitingMonths,
    /// The child lost a place by closure or by a move of the family: yes or no.
    LostPlace,
    /// A certificate of hardship was issued: yes or no; never counts against a child.
    HardshipCertificate,
    /// The child needs an inclusion place: yes or no; never counts against a child.
    InclusionNeed,
    /// A custodian works for the provider: yes or no.
    EmployeesChild,
    /// Completed months of life at the first day of care: a number.
    AgeMonths,
    /// Months until the care the child has now, or the claim to it, ends: a number.
    MonthsToEndOfClaim,
    /// The youth welfare office asks for a place (§ 24(1), § 27 SGB VIII): yes or no; never counts
    /// against a child.
    ReferredByAuthority,
}

/// The values of [`AdmissibleAttribute::WorkStatus`].
pub const WORK_STATUS_VALUES: &[&str] = &[
    "all_custodians_work",
    "some_custodians_work",
    "in_training",
    "seeking_work",
    "no_work",
];

/// What kind of answer an attribute has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// `yes` or `no`.
    YesNo,
    /// One of a closed list of words.
    Choice,
    /// A whole number from 0.
    Number,
}

impl AdmissibleAttribute {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::WorkStatus,
        Self::SingleParent,
        Self::SiblingAtFacility,
        Self::SiblingsInCare,
        Self::DistanceMinutes,
        Self::WaitingMonths,
        Self::LostPlace,
        Self::HardshipCertificate,
        Self::InclusionNeed,
        Self::EmployeesChild,
        Self::AgeMonths,
        Self::MonthsToEndOfClaim,
        Self::ReferredByAuthority,
    ];

    /// The name in catalogues and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WorkStatus => "work_status",
            Self::SingleParent => "single_parent",
            Self::SiblingAtFacility => "sibling_at_facility",
            Self::SiblingsInCare => "siblings_in_care",
            Self::DistanceMinutes => "distance_minutes",
            Self::WaitingMonths => "waiting_months",
            Self::LostPlace => "lost_place",
            Self::HardshipCertificate => "hardship_certificate",
            Self::InclusionNeed => "inclusion_need",
            Self::EmployeesChild => "employees_child",
            Self::AgeMonths => "age_months",
            Self::MonthsToEndOfClaim => "months_to_end_of_claim",
            Self::ReferredByAuthority => "referred_by_authority",
        }
    }

    /// The attribute with a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|attribute| attribute.name() == name)
    }

    /// What kind of answer it has.
    #[must_use]
    pub const fn kind(self) -> AnswerKind {
        match self {
            Self::WorkStatus => AnswerKind::Choice,
            Self::SiblingsInCare
            | Self::DistanceMinutes
            | Self::WaitingMonths
            | Self::AgeMonths
            | Self::MonthsToEndOfClaim => AnswerKind::Number,
            _ => AnswerKind::YesNo,
        }
    }

    /// Whether it may only ever count in a child's favour.
    #[must_use]
    pub const fn never_counts_against(self) -> bool {
        matches!(
            self,
            Self::HardshipCertificate | Self::InclusionNeed | Self::ReferredByAuthority
        )
    }
}
