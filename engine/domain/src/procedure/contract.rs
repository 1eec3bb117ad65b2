//! Care contracts (Betreuungsverträge), with valid time and recorded time.

use jiff::civil::Date;

use crate::{CareType, ContractId, DailyHours, FacilityId, OfferId, ReferenceId};

/// How a contract came into the system.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum FirstRecord {
    /// Concluded on an offer (K33).
    Offer {
        /// The offer.
        offer: OfferId,
    },
    /// Imported as a contract of an existing child (K41).
    Import {
        /// The provider's key of the row; repeating it changes nothing.
        provider_key: ReferenceId,
    },
    /// Continues a contract with other terms from a day on (Änderungsvertrag).
    Continuation {
        /// The contract continued; it ends the day before.
        of: ContractId,
    },
}

/// Why a contract ends before the expected end.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ContractEnd {
    /// The family gave notice.
    ByFamily,
    /// The provider gave notice.
    ByProvider,
    /// The family moves away.
    MovedAway,
    /// The child moves to another facility.
    Transfer,
    /// Other terms follow under a continuing contract.
    Continued,
    /// School entry or the end of after-school care.
    Regular,
}

/// What was agreed, as known from one day on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ContractVersion {
    /// 1, 2, ... as corrected.
    pub version: u32,
    /// Care type at the start; nursery becomes kindergarten at the third birthday.
    pub care_type: CareType,
    /// Hours a day.
    pub daily_hours: DailyHours,
    /// Days a week, 1 to 7.
    pub days_per_week: u8,
    /// Takes lunch.
    pub lunch: bool,
    /// First day of care.
    pub valid_from: Date,
    /// Last day of care. A contract whose last day lies before its first never ran (cancelled).
    pub valid_to: Date,
    /// Day this version became known.
    pub recorded_from: Date,
    /// Day the next version replaced it, no longer included; `None` for the current version.
    pub recorded_to: Option<Date>,
}

impl ContractVersion {
    /// Whether care takes place on a day.
    #[must_use]
    pub fn runs_on(&self, day: Date) -> bool {
        self.valid_from <= day && day <= self.valid_to
    }

    /// Whether the contract was cancelled before it began.
    #[must_use]
    pub fn never_ran(&self) -> bool {
        self.valid_to < self.valid_from
    }

    /// Whether two versions share a day of care.
    #[must_use]
    pub fn overlaps(&self, from: Date, to: Date) -> bool {
        !self.never_ran() && from <= to && self.valid_from <= to && from <= self.valid_to
    }
}

/// A care contract of one child at one facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareContract {
    /// The key.
    pub id: ContractId,
    /// Where the child is cared for.
    pub facility: FacilityId,
    /// How it came into the system.
    pub first_record: FirstRecord,
    /// Every version, oldest first; the last one is current.
    pub versions: Vec<ContractVersion>,
    /// Why it ends early, if it does.
    pub end: Option<ContractEnd>,
}

impl CareContract {
    /// The version known now.
    ///
    /// # Panics
    ///
    /// Never: a contract is made with its first version and versions are only added.
    #[must_use]
    pub fn current(&self) -> &ContractVersion {
        self.versions
            .last()
            .expect("a contract is made with its first version")
    }
}
